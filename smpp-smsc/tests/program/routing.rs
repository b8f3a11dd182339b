//! Routes, other centres, distribution lists and scenarios from a file.

use std::net::TcpStream;

use smpp_codec::{DecodeError, decode};
use smpp_pdu::{
    Address, Body, COctetStr, DeliverSmResp, DestAddress, Pdu, RegisteredDelivery, Repeated,
    SequenceNumber, ShortMessage, SubmitMulti, SubmitSm,
};

use super::settings::{File, told};
use super::{Running, bind, connect, receive, receive_octets, run, send};

const TWO: &str = "
[[account]]
system_id = 'shop'
password = 'x'
[[account]]
system_id = 'bank'
password = 'y'
numbers = ['4711', '4712*']
";

const SUBMIT_SM_RESP: u32 = 0x8000_0004;

fn bound(running: &Running, system_id: &str, password: &str) -> TcpStream {
    let mut stream = connect(running.address);
    assert_eq!(bind(&mut stream, system_id, password), 0);
    stream
}

fn message(to: &str) -> SubmitSm<'_> {
    SubmitSm {
        source_addr: Address::international("447700900001").unwrap(),
        destination_addr: Address::from_human(to).unwrap(),
        short_message: ShortMessage::new(b"hello").unwrap(),
        ..SubmitSm::default()
    }
}

/// The status of the response.
fn submit(stream: &mut TcpStream, message: SubmitSm<'_>) -> u32 {
    send(stream, &Pdu::request(SequenceNumber(2), message));
    let (id, status) = receive(stream);
    assert_eq!(id, SUBMIT_SM_RESP);
    status
}

/// The text of the `deliver_sm` that comes next, which is acknowledged.
fn delivered(stream: &mut TcpStream) -> Result<String, DecodeError> {
    let octets = receive_octets(stream);
    let pdu = decode(&octets)?;
    let Body::DeliverSm(deliver) = pdu.body else {
        panic!("{pdu:?}");
    };
    let text = String::from_utf8_lossy(deliver.short_message.as_bytes()).into_owned();
    send(
        stream,
        &Pdu::request(pdu.sequence_number, DeliverSmResp::default()),
    );
    Ok(text)
}

#[test]
fn a_message_to_a_number_of_an_account_arrives_there() {
    let file = File::new(TWO);
    let running = Running::start(&["--config", &file.path()]);
    assert!(
        running.screen.contains("4712* to account:bank"),
        "{}",
        running.screen
    );
    let mut bank = bound(&running, "bank", "y");
    let mut shop = bound(&running, "shop", "x");
    for to in ["4711", "4712001"] {
        assert_eq!(submit(&mut shop, message(to)), 0);
        assert_eq!(delivered(&mut bank).unwrap(), "hello");
    }
}

#[test]
fn a_reload_changes_routes_and_names_what_needs_a_restart() {
    let refusing = format!(
        "{TWO}[[route]]\nname = 'none'\ndestinations = ['4711']\nto = ['refuse:ESME_RINVDSTADR']\n"
    );
    let file = File::new(&refusing);
    let mut running = Running::start(&["--config", &file.path()]);
    let mut bank = bound(&running, "bank", "y");
    let mut shop = bound(&running, "shop", "x");
    assert_eq!(submit(&mut shop, message("4711")), 0x0B);

    file.write(&format!("{refusing}accounts = ['bnk']\n"));
    running.signal("HUP");
    let log = running.log_until("the old settings go on");
    assert!(
        log.contains("no account \\\"bnk\\\"") || log.contains("no account \"bnk\""),
        "{log}"
    );
    assert_eq!(submit(&mut shop, message("4711")), 0x0B);

    let centre = "[[centre]]\nname = 'a'\nurl = 'smpp://us@127.0.0.1:1'\n";
    file.write(&format!("[limits]\nwindow = 7\n{TWO}{centre}"));
    running.signal("HUP");
    let log = running.log_until("the configuration is taken");
    let line = log.lines().find(|line| line.contains("need a restart"));
    let line = line.unwrap();
    assert!(
        line.contains("centre") && line.contains("limits.window"),
        "{line}"
    );
    assert_eq!(submit(&mut shop, message("4711")), 0);
    assert_eq!(delivered(&mut bank).unwrap(), "hello");
}

#[test]
fn another_centre_takes_messages_and_its_receipts_come_back() {
    let north = Running::start(&["--account", "us:s@cret", "--delay", "1ms"]);
    let file = File::new("");
    let password = format!("{}.password", file.path());
    std::fs::write(&password, "s@cret\n").unwrap();
    let port = north.address.port();
    file.write(&format!(
        "{TWO}
[[centre]]
name = 'north'
url = 'smpp://us@127.0.0.1:{port}'
password_file = '{password}'
[[route]]
name = 'north'
destinations = ['44*']
to = ['centre:north']
"
    ));
    let mut running = Running::start(&["--config", &file.path()]);
    assert!(
        running.screen.contains("north: smpp://us"),
        "{}",
        running.screen
    );
    running.log_until("INFO bound to the centre");
    let mut shop = bound(&running, "shop", "x");
    let message = SubmitSm {
        registered_delivery: RegisteredDelivery(1),
        ..message("447700900123")
    };
    assert_eq!(submit(&mut shop, message), 0);
    let receipt = delivered(&mut shop).unwrap();
    assert!(receipt.contains("stat:DELIVRD"), "{receipt}");
    drop(shop);
    assert!(!running.screen.contains("cret"), "{}", running.screen);
    running.signal("TERM");
    let (code, log) = running.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("cret"), "{log}");
}

#[test]
fn a_distribution_list_of_a_file_is_one_for_a_submit_multi() {
    let list = "[[distribution_list]]\nname = 'staff'\nmembers = ['4711', '4712000']\n";
    let file = File::new(&format!("{TWO}{list}"));
    let running = Running::start(&["--config", &file.path()]);
    let mut bank = bound(&running, "bank", "y");
    let mut shop = bound(&running, "shop", "x");
    let to = |name| {
        [DestAddress::DistributionList(
            COctetStr::try_from(name).unwrap(),
        )]
    };
    for (name, refused) in [("staff", false), ("others", true)] {
        let lists = to(name);
        let multi = SubmitMulti {
            source_addr: Address::international("447700900001").unwrap(),
            dest_address: Repeated::from_slice(&lists).unwrap(),
            short_message: ShortMessage::new(b"all").unwrap(),
            ..SubmitMulti::default()
        };
        send(&mut shop, &Pdu::request(SequenceNumber(3), multi));
        let (id, status) = receive(&mut shop);
        assert_eq!((id, status != 0), (0x8000_0021, refused));
    }
    for _ in 0..2 {
        assert_eq!(delivered(&mut bank).unwrap(), "all");
    }
}

#[test]
fn a_store_that_is_full_by_the_file_refuses_messages() {
    let file = File::new(&format!("delay = '1h'\n[limits]\ncapacity = 1\n{TWO}"));
    let running = Running::start(&["--config", &file.path()]);
    let mut shop = bound(&running, "shop", "x");
    let statuses = [(); 3].map(|()| submit(&mut shop, message("447700900123")));
    assert_eq!(statuses, [0, 0x14, 0x14]);
}

#[test]
fn a_scenario_of_the_file_is_followed_unless_a_flag_says_otherwise() {
    let file = File::new(&format!("scenario = 'flaky'\nseed = 42\n{TWO}"));
    let path = file.path();
    for (flags, part) in [
        (&[][..], "flaky, seed 42"),
        (&["--seed", "7"], "flaky, seed 7"),
        (&["--scenario", "slow"], "slow, seed 42"),
        (&["--delay", "5ms"], "after 5ms"),
    ] {
        let arguments: Vec<_> = ["--config", &path].iter().chain(flags).copied().collect();
        let running = Running::start(&arguments);
        assert!(running.screen.contains(part), "{}", running.screen);
    }
    file.write("\nscenario = 'flakey'\n");
    let (code, _, text) = told(&run(&["check", "--config", &path]));
    assert_eq!(code, Some(1));
    assert!(
        text.contains("line 2, column 12: ") && text.contains("flaky,"),
        "{text}"
    );
    let (code, _, text) = told(&run(&["--seed", "7"]));
    assert_eq!(code, Some(2));
    assert!(text.contains("--scenario"), "{text}");
}

#[test]
fn a_check_explains_which_route_a_message_takes_and_why() {
    let rest = "
[[centre]]
name = 'north'
url = 'smpp://us:secret@127.0.0.1:1'
[[distribution_list]]
name = 'staff'
members = ['447700900123', '449012345']
[[route]]
name = 'premium'
destinations = ['4490*']
to = ['refuse:ESME_RINVDSTADR']
[[route]]
name = 'abroad'
destinations = ['44*']
accounts = ['shop']
to = [{ to = 'centre:north', weight = 3 }, { to = 'handsets', weight = 1 }, 'account:bank']
";
    let file = File::new(&format!("{TWO}{rest}"));
    let path = file.path();
    let check = |more: &[&str]| {
        let arguments = ["check", "--config", &path];
        let arguments: Vec<_> = arguments.iter().chain(more).copied().collect();
        told(&run(&arguments))
    };
    let shop = |to| check(&["--system-id", "shop", "--from", "SHOP", "--to", to]);
    let (code, screen, _) = shop("447700900123");
    assert_eq!(code, Some(0));
    for part in [
        "\"premium\" in line 17 does not: it is for destinations 4490*",
        "\"abroad\" in line 21 matches",
        "1. centre:north (75 % first)",
        "2. handsets (25 % first)",
        "3. account:bank: it waits",
    ] {
        assert!(screen.contains(part), "{part}\n{screen}");
    }
    assert!(!screen.contains("secret"), "{screen}");
    let (code, screen, text) = shop("staff");
    assert_eq!(code, Some(4));
    assert!(screen.contains("\"447700900123\", of the list staff, would be accepted"));
    assert!(
        text.contains("449012345") && text.contains("ESME_RINVDSTADR"),
        "{text}"
    );
    let centre = |to| check(&["--from-centre", "north", "--from", "44770", "--to", to]);
    let (code, screen, _) = centre("4711");
    assert_eq!(code, Some(0), "{screen}");
    assert!(
        screen.contains("\"numbers of bank\" in line 8 matches"),
        "{screen}"
    );
    let (code, _, text) = centre("447700900123");
    assert_eq!(code, Some(4));
    assert!(text.contains("no route leads to an account"), "{text}");
    let (code, _, text) = check(&["--from-centre", "south", "--to", "4711"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("there are north"), "{text}");
}

#[test]
fn a_check_answers_machines_with_one_object() {
    let file = File::new(TWO);
    let path = file.path();
    let check = |more: &[&str]| {
        let arguments = ["check", "--json", "--config", &path];
        let arguments: Vec<_> = arguments.iter().chain(more).copied().collect();
        let (code, text, _) = told(&run(&arguments));
        assert_eq!(text.lines().count(), 1);
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
        (code, answer)
    };
    let (code, answer) = check(&["--system-id", "shop", "--from", "SHOP", "--to", "47120"]);
    assert_eq!(code, Some(0));
    assert_eq!(answer["bind"]["accepted"], true);
    let message = &answer["messages"][0];
    assert_eq!(message["tried"][0]["matches"], false);
    assert_eq!(message["tried"][1]["line"], 8);
    assert_eq!(message["targets"][0]["target"], "account:bank");
    let (code, answer) = check(&["--system-id", "none"]);
    assert_eq!(code, Some(3));
    assert_eq!(answer["bind"]["status"], "ESME_RINVSYSID");
    file.write("store = 'disk'");
    let (code, answer) = check(&[]);
    assert_eq!(code, Some(1));
    let error = answer["error"].as_str().unwrap();
    assert!(error.contains("line 1, column 9"), "{error}");
}

#[test]
fn an_address_of_a_centre_is_looked_at_where_it_stands() {
    let file = File::new("[[centre]]\nname = 'a'\nurl = 'smpp://us:secret@host:99999'\n");
    let path = file.path();
    let check = || told(&run(&["check", "--config", &path]));
    let (code, _, text) = check();
    assert_eq!(code, Some(1));
    assert!(text.contains("line 3, column 7: "), "{text}");
    assert!(!text.contains("secret"), "{text}");
    file.write("[[centre]]\nname = 'a'\nurl = 'smpp://us@host'\npassword_env = 'NOT_SET_AT_ALL'\n");
    let (code, _, text) = check();
    assert_eq!(code, Some(1));
    assert!(text.contains("$NOT_SET_AT_ALL"), "{text}");
}
