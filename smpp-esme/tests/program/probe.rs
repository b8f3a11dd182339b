//! `smpp-esme probe`, against a centre that keeps to the standard and others
//! that do not.

use core::time::Duration;

use serde_json::Value;
use smpp_pdu::{BindResp, CommandId, CommandStatus, Frame, Pdu, SequenceNumber};
use smpp_smsc::Smsc;
use smpp_smsc::network::Handsets;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::centre::octets;
use crate::support::{Ran, run};

/// The rows of the sheet by what they check.
fn row<'e>(events: &'e [Value], check: &str) -> &'e Value {
    let found = events.iter().find(|event| event["check"] == check);
    found.unwrap_or_else(|| panic!("no {check} in {events:?}"))
}

async fn probe(address: core::net::SocketAddr, more: &[&str]) -> Ran {
    let url = format!("smpp://esme:secret@{address}");
    let mut args = vec!["probe", "--json", "--url", &url];
    args.extend(more);
    run(&args).await
}

#[tokio::test]
async fn a_centre_that_keeps_to_the_standard() {
    let smsc = Smsc::builder()
        .account("esme", "secret")
        .network(Handsets::new(Duration::ZERO))
        .start();
    let address = smsc.listen("127.0.0.1:0").await.unwrap();
    let more = [
        "--window",
        "20",
        "--send-to",
        "447700900123",
        "--send-from",
        "BANK",
    ];
    let ran = probe(address, &more).await;
    smsc.shutdown().await;
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    let events = ran.events();
    let binds = events.iter().filter(|event| event["group"] == "bind");
    assert_eq!(binds.clone().count(), 9);
    assert!(binds.clone().all(|bind| bind["supported"] == true));
    let detail = |check| row(&events, check)["detail"].as_str().unwrap();
    assert!(detail("bind_transceiver 3.4").contains("sc_interface_version 5.0"));
    assert!(detail("bind_receiver 3.3").contains("no sc_interface_version"));
    for known in [
        "unbind",
        "enquire_link",
        "query_sm",
        "cancel_sm",
        "submit_multi",
        "data_sm",
        "broadcast_sm",
        "query_broadcast_sm",
        "cancel_broadcast_sm",
    ] {
        assert_eq!(row(&events, known)["supported"], true, "{known}");
    }
    assert_eq!(row(&events, "query_sm")["answer"], "ESME_RINVMSGID");
    let unknown = row(&events, "refuses an unknown operation");
    assert_eq!(unknown["answer"], "generic_nack ESME_RINVCMDID");
    assert_eq!(row(&events, "ends a stream of NULs")["supported"], true);
    let window = row(&events, "takes a window of 20");
    assert_eq!(
        window["detail"],
        "20 outstanding requests are answered, in order"
    );
    assert!(detail("id in the receipt").ends_with(": the same"));
    let last = events.last().unwrap();
    assert_eq!(
        (&last["event"], &last["binds"]),
        (&"probed".into(), &9.into())
    );
}

/// What a bad centre does with a request; `None` closes the connection.
type Manners = fn(CommandId, SequenceNumber) -> Option<Vec<u8>>;

/// A centre of such manners, for as many connections as come.
async fn bad_centre(manners: Manners) -> core::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, manners));
        }
    });
    address
}

async fn serve(mut stream: TcpStream, manners: Manners) {
    loop {
        let mut pdu = vec![0; 16];
        if stream.read_exact(&mut pdu).await.is_err() {
            return;
        }
        let len = u32::from_be_bytes(pdu[..4].try_into().unwrap()) as usize;
        if len < 16 {
            continue;
        }
        pdu.resize(len, 0);
        if stream.read_exact(&mut pdu[16..]).await.is_err() {
            return;
        }
        let frame = Frame::new_checked(pdu.as_slice()).unwrap();
        let header = frame.header();
        match manners(header.command_id, header.sequence_number) {
            Some(answer) => {
                if stream.write_all(&answer).await.is_err() {
                    return;
                }
            }
            None => return,
        }
    }
}

fn answer_bind(command_id: CommandId, number: SequenceNumber) -> Vec<u8> {
    let resp =
        BindResp::default().bind_type(smpp_pdu::BindType::from_command_id(command_id).unwrap());
    octets(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
}

fn header(command_id: CommandId, status: CommandStatus, number: SequenceNumber) -> Vec<u8> {
    let header = smpp_pdu::Header {
        command_length: 16,
        command_id,
        command_status: status,
        sequence_number: number,
    };
    header.to_octets().to_vec()
}

#[tokio::test]
async fn a_centre_that_closes_at_what_it_does_not_know_is_asked_everything() {
    let address = bad_centre(|command_id, number| match command_id {
        CommandId::BIND_TRANSMITTER => Some(answer_bind(command_id, number)),
        _ if command_id.is_bind() => {
            let status = CommandStatus::ESME_RBINDFAIL;
            Some(header(command_id.response().unwrap(), status, number))
        }
        CommandId::ENQUIRE_LINK | CommandId::UNBIND | CommandId::QUERY_SM => Some(header(
            command_id.response().unwrap(),
            CommandStatus::ESME_ROK,
            number,
        )),
        _ => None,
    })
    .await;
    let ran = probe(address, &[]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let events = ran.events();
    assert_eq!(row(&events, "bind_transceiver 3.4")["supported"], false);
    assert_eq!(
        row(&events, "bind_transceiver 3.4")["answer"],
        "ESME_RBINDFAIL"
    );
    assert_eq!(row(&events, "bind_transmitter 3.4")["supported"], true);
    // The id is not looked at.
    assert!(
        row(&events, "query_sm")["detail"]
            .as_str()
            .unwrap()
            .contains("ids are not")
    );
    for name in ["cancel_sm", "submit_multi", "data_sm", "broadcast_sm"] {
        let row = row(&events, name);
        assert_eq!(row["supported"], false, "{name}");
        assert_eq!(row["answer"], "connection closed", "{name}");
    }
    let unknown = row(&events, "refuses an unknown operation");
    assert_eq!(unknown["supported"], false);
}

#[tokio::test]
async fn silence_is_no_answer_and_throttling_no_window() {
    let address = bad_centre(|command_id, number| match command_id {
        _ if command_id.is_bind() => Some(answer_bind(command_id, number)),
        CommandId::QUERY_SM => {
            let status = if number.0 > 5 {
                CommandStatus::ESME_RTHROTTLED
            } else {
                CommandStatus::ESME_RQUERYFAIL
            };
            Some(header(CommandId::QUERY_SM_RESP, status, number))
        }
        CommandId::CANCEL_SM => {
            let status = CommandStatus::ESME_RINVCMDID;
            // Without the number of the request.
            Some(header(CommandId::GENERIC_NACK, status, SequenceNumber(0)))
        }
        CommandId::ENQUIRE_LINK => Some(Vec::new()),
        _ => Some(header(
            CommandId::GENERIC_NACK,
            CommandStatus::ESME_RINVCMDID,
            number,
        )),
    })
    .await;
    let ran = probe(address, &["--timeout", "2", "--window"]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let events = ran.events();
    assert_eq!(row(&events, "enquire_link")["answer"], "no answer");
    assert_eq!(row(&events, "enquire_link")["supported"], Value::Null);
    assert_eq!(row(&events, "cancel_sm")["supported"], false);
    assert_eq!(row(&events, "ends a stream of NULs")["supported"], false);
    let window = row(&events, "takes a window of 100");
    assert_eq!(window["supported"], false);
    let detail = window["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("the request 5 of 100 was refused, ESME_RTHROTTLED, 96 in all"),
        "{detail}"
    );
}

#[tokio::test]
async fn messages_that_come_meanwhile_are_left_with_the_centre() {
    // Bound, and at once a message; the answer to it is read as a PDU of its own.
    let address = bad_centre(|command_id, number| match command_id {
        _ if command_id.is_bind() => {
            let mut answer = answer_bind(command_id, number);
            let deliver = crate::centre::receipt();
            answer.extend(octets(&Pdu::request(SequenceNumber(99), deliver)));
            Some(answer)
        }
        CommandId::DELIVER_SM_RESP => Some(Vec::new()),
        _ => Some(header(
            command_id.response().unwrap_or(CommandId::GENERIC_NACK),
            CommandStatus::ESME_RINVCMDID,
            number,
        )),
    })
    .await;
    let ran = probe(address, &["--timeout", "2"]).await;
    let events = ran.events();
    let meanwhile = row(&events, "messages meanwhile");
    assert!(
        meanwhile["detail"]
            .as_str()
            .unwrap()
            .contains("ESME_RX_T_APPN")
    );
    let in_33 = row(&events, "parameters in 3.3");
    assert!(in_33["detail"].as_str().unwrap().contains("nor messages"));
}

/// Answers nothing, and never stops talking.
#[tokio::test]
async fn a_centre_that_never_pauses_does_not_hold_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let alone = header(
                    CommandId::SUBMIT_SM_RESP,
                    CommandStatus::ESME_ROK,
                    SequenceNumber(77),
                );
                let talk = alone.repeat(1000);
                while stream.write_all(&talk).await.is_ok() {}
            });
        }
    });
    let ran = probe(address, &["--timeout", "0.5"]).await;
    assert_eq!(ran.code, 3, "{} {}", ran.out, ran.err);
    let events = ran.events();
    assert_eq!(events.len(), 9);
    assert!(
        events.iter().all(|event| event["answer"] == "no answer"),
        "{events:?}"
    );
}

#[tokio::test]
async fn no_centre_and_no_bind_are_exit_code_3() {
    let ran = run(&["probe", "--url", "smpp://a:b@127.0.0.1:1"]).await;
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("Check HOST:PORT"), "{}", ran.err);

    let address = bad_centre(|command_id, number| {
        let status = CommandStatus::ESME_RINVPASWD;
        Some(header(command_id.response()?, status, number))
    })
    .await;
    let ran = probe(address, &[]).await;
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("SYSTEM_ID:PASSWORD"), "{}", ran.err);
    assert_eq!(
        row(&ran.events(), "bind_receiver 5.0")["answer"],
        "ESME_RINVPASWD"
    );
}

#[tokio::test]
async fn a_person_reads_a_table() {
    let address = bad_centre(|command_id, number| match command_id {
        _ if command_id.is_bind() => Some(answer_bind(command_id, number)),
        _ => Some(header(
            CommandId::GENERIC_NACK,
            CommandStatus::ESME_RINVCMDID,
            number,
        )),
    })
    .await;
    let url = format!("smpp://esme:secret@{address}");
    let ran = run(&["probe", "--url", &url, "--wrong-password", "--timeout", "2"]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    for line in [
        "operations",
        "  submit_multi                 no   generic_nack ESME_RINVCMDID",
        "  bind_receiver 5.0            yes  ESME_ROK, no sc_interface_version",
        "  refuses a wrong password     no   ESME_ROK, the centre does not look at passwords",
    ] {
        assert!(
            ran.out.lines().any(|have| have == line),
            "{line}\n{}",
            ran.out
        );
    }
}
