//! Configuration files, their check, and their reload; TLS, HTTP and passwords.

use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::{PROGRAM, Running, bind, connect, run};

pub(super) struct File {
    folder: TempDir,
}

impl File {
    pub(super) fn new(text: &str) -> Self {
        let file = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        file.write(text);
        file
    }

    pub(super) fn path(&self) -> String {
        let path = self.folder.path().join("smsc.toml");
        path.to_str().unwrap().into()
    }

    pub(super) fn write(&self, text: &str) {
        std::fs::write(self.path(), text).unwrap();
    }
}

pub(super) fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn bind_once(running: &Running, system_id: &str, password: &str) -> u32 {
    bind(&mut connect(running.address), system_id, password)
}

const ONE: &str = "[[account]]\nsystem_id = 'one'\npassword = 'first'\nmax_binds = 1\n";

#[test]
fn a_reload_changes_accounts_and_keeps_sessions() {
    let file = File::new(ONE);
    let mut running = Running::start(&["--config", &file.path()]);
    let mut session = connect(running.address);
    assert_eq!(bind(&mut session, "one", "first"), 0);
    assert_eq!(bind_once(&running, "one", "first"), 0x05);
    assert_eq!(bind_once(&running, "two", "second"), 0x0F);

    file.write("[[account]]\nsystem_id = 'two'\npassword = 'second'\n");
    running.signal("HUP");
    running.log_until("the configuration is taken");
    assert_eq!(bind_once(&running, "two", "second"), 0);
    assert_eq!(bind_once(&running, "one", "first"), 0x0F);
    // Bound already, as only a session that goes on says.
    assert_eq!(bind(&mut session, "one", "first"), 0x05);

    file.write("[[account]]\nsystem_id = 'three'\npasword = 'third'\n");
    running.signal("HUP");
    let log = running.log_until("the old settings go on");
    assert!(log.contains("line 3, column 1"), "{log}");
    assert!(log.contains("pasword"), "{log}");
    assert_eq!(bind_once(&running, "two", "second"), 0);

    file.write("store = 'memory'\n");
    running.signal("HUP");
    running.log_until("no account is left");
    file.write("delay = '1s'\n[[account]]\nsystem_id = 'two'\npassword = 'other'\n");
    running.signal("HUP");
    let log = running.log_until("the configuration is taken");
    assert!(log.contains("need a restart"), "{log}");
    assert_eq!(bind_once(&running, "two", "other"), 0);

    drop(session);
    running.signal("TERM");
    let (code, log) = running.end();
    assert_eq!(code, Some(0), "{log}");
}

#[test]
fn flags_win_over_the_file() {
    let text = format!(
        "store = 'redb:/nowhere/at/all'\ndelay = '7s'\n[http]\naddress = '127.0.0.1:1'\n{ONE}"
    );
    let file = File::new(&text);
    let path = file.path();
    let arguments = ["--config", &path, "--account", "one:flag", "--delay", "3ms"];
    let running = Running::start(&arguments);
    assert!(running.screen.contains("after 3ms"), "{}", running.screen);
    assert!(
        running.screen.contains("kept in memory"),
        "{}",
        running.screen
    );
    assert_eq!(bind_once(&running, "one", "first"), 0x0E);
    assert_eq!(bind_once(&running, "one", "flag"), 0);
    running.signal("TERM");
    assert_eq!(running.end().0, Some(0));
}

#[test]
fn a_check_says_what_is_set_and_what_a_sample_would_meet() {
    let rules =
        "networks = ['10.0.0.0/8']\nbinds = ['transmitter', 'receiver']\nsources = ['BANK']\n";
    let text = format!("[[listen]]\naddress = '0.0.0.0:2775'\n{ONE}{rules}");
    let file = File::new(&text);
    let path = file.path();
    let check = |more: &[&str]| {
        let arguments: Vec<_> = ["check", "--config", &path]
            .iter()
            .chain(more)
            .copied()
            .collect();
        told(&run(&arguments))
    };
    let (code, screen, _) = check(&[]);
    assert_eq!(code, Some(0));
    for part in ["0.0.0.0:2775", "one", "10.0.0.0/8", "BANK", "at most 1"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    assert!(!screen.contains("first"), "{screen}");
    let sample = [
        "--system-id",
        "one",
        "--ip",
        "10.1.2.3",
        "--bind",
        "transmitter",
    ];
    let with = |more: &[&'static str]| {
        let all: Vec<_> = sample.iter().copied().chain(more.iter().copied()).collect();
        check(&all)
    };
    assert_eq!(with(&[]).0, Some(0));
    let (code, screen, _) = with(&["--from", "BANK", "--to", "447700900123"]);
    assert_eq!(code, Some(0));
    assert!(screen.contains("would be accepted"), "{screen}");
    for (more, code, part) in [
        (
            &["--from", "SHOP", "--to", "447700900123"][..],
            4,
            "ESME_RINVSRCADR",
        ),
        (&["--from", "BANK"], 4, "ESME_RINVDSTADR"),
    ] {
        let (got, _, text) = with(more);
        assert_eq!(got, Some(code), "{text}");
        assert!(text.contains(part), "{text}");
    }
    for (arguments, part) in [
        (&["--system-id", "two"][..], "ESME_RINVSYSID"),
        (
            &["--system-id", "one", "--ip", "192.0.2.1"],
            "ESME_RBINDFAIL",
        ),
        (&["--system-id", "one"], "--ip"),
        (&["--system-id", "one", "--ip", "10.1.2.3"], "Transceiver"),
    ] {
        let (code, _, text) = check(arguments);
        assert_eq!(code, Some(3), "{text}");
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_check_says_where_a_file_is_wrong() {
    let file = File::new("[[account]]\nsystem_id = 'one'\npassword = 'much-too-long'\n");
    let (code, _, text) = told(&run(&["check", "--config", &file.path()]));
    assert_eq!(code, Some(1));
    assert!(text.contains("smsc.toml: line 3, column 12: "), "{text}");
    assert!(text.contains("at most 8"), "{text}");
    file.write("store = 'disk'\n");
    let (code, _, text) = told(&run(&["check", "--config", &file.path()]));
    assert_eq!(code, Some(1));
    assert!(text.contains("line 1, column 9: the store is"), "{text}");
    // The example is right.
    let (code, example, _) = told(&run(&["check", "--example"]));
    assert_eq!(code, Some(0));
    file.write(&example);
    assert_eq!(told(&run(&["check", "--config", &file.path()])).0, Some(0));
}

#[test]
fn a_hashed_password_is_what_an_account_opens_to() {
    let hash = |password: &str| {
        let mut child = Command::new(PROGRAM)
            .arg("hash-password")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "{password}").unwrap();
        drop(stdin);
        told(&child.wait_with_output().unwrap())
    };
    let (code, printed, _) = hash("kQ7f2xP9");
    assert_eq!(code, Some(0));
    let text = format!(
        "[[account]]\nsystem_id = 'bank'\npassword_hash = '{}'\n",
        printed.trim_end()
    );
    let file = File::new(&text);
    let running = Running::start(&["--config", &file.path()]);
    assert_eq!(bind_once(&running, "bank", "kQ7f2xP8"), 0x0E);
    assert_eq!(bind_once(&running, "bank", "kQ7f2xP9"), 0);
    running.signal("TERM");
    let (code, log) = running.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("kQ7f2xP"), "{log}");
    for wrong in ["", "much-too-long", "with sp"] {
        let (code, _, text) = hash(wrong);
        assert_eq!(code, Some(2));
        assert!(text.contains("1 to 8"), "{text}");
    }
}

#[test]
fn the_first_screen_names_the_console_which_answers() {
    let running = Running::start(&["--http", "127.0.0.1:0"]);
    let url = running
        .screen
        .split_whitespace()
        .find_map(|word| word.strip_prefix("http://"))
        .unwrap();
    let address = url.trim_end_matches('/').parse().unwrap();
    let mut stream = connect(address);
    write!(stream, "GET /readyz HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.contains("200 OK") && answer.ends_with("ready\n"),
        "{answer}"
    );
    running.signal("TERM");
    assert_eq!(running.end().0, Some(0));
}

#[test]
fn tls_is_listened_on_with_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let name = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let (certificate, key) = (name("cert.pem"), name("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let tls = [
        "--listen-tls",
        "127.0.0.1:0",
        "--tls-cert",
        &certificate,
        "--tls-key",
        &key,
    ];
    let running = Running::start(&tls);
    assert!(running.screen.contains("over TLS"), "{}", running.screen);
    let address = running
        .screen
        .lines()
        .find(|line| line.contains("over TLS"))
        .and_then(|line| line.split_whitespace().nth(1))
        .unwrap();
    // A hello that is none gets an alert of TLS.
    let mut stream = connect(address.parse().unwrap());
    stream.write_all(b"\x16\x03\x01\x00\x04\x7F\0\0\0").unwrap();
    let mut alert = [0; 1];
    stream.read_exact(&mut alert).unwrap();
    assert_eq!(alert, [0x15]);
    running.signal("TERM");
    assert_eq!(running.end().0, Some(0));
}
