//! The program `smpp-smsc`: its command line, its first screen, its end.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use smpp_codec::encode;
use smpp_pdu::{Address, Bind, BindType, Pdu, SequenceNumber, ShortMessage, SubmitSm, UnbindResp};

mod routing;
mod settings;

const PROGRAM: &str = env!("CARGO_BIN_EXE_smpp-smsc");

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

/// The program while it runs.
struct Running {
    child: Child,
    screen: String,
    address: SocketAddr,
    log: BufReader<ChildStderr>,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        // Tests leave nothing behind where they run.
        let in_memory = !arguments.contains(&"--store");
        // Nor do they take what another test wants.
        let without_http = !arguments.contains(&"--http");
        let mut child = Command::new(PROGRAM)
            .args(["--listen", "127.0.0.1:0"])
            .args(without_http.then_some("--no-http"))
            .args(in_memory.then_some(["--store", "memory"]).iter().flatten())
            .args(arguments)
            .env_remove("RUST_LOG")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut screen = String::new();
        while !screen.contains("Ctrl-C") {
            assert_ne!(stdout.read_line(&mut screen).unwrap(), 0, "{screen}");
        }
        let line = screen
            .lines()
            .find_map(|line| line.trim().strip_prefix("listening"))
            .unwrap();
        let address = line.split_whitespace().next().unwrap().parse().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self {
            child,
            screen,
            address,
            log,
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Reads the log up to a line that contains this.
    fn log_until(&mut self, part: &str) -> String {
        let mut text = String::new();
        while !text.lines().last().is_some_and(|line| line.contains(part)) {
            assert_ne!(self.log.read_line(&mut text).unwrap(), 0, "{text}");
        }
        text
    }

    /// Its exit code and the rest of its log.
    fn end(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        self.log.read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    let patience = Some(Duration::from_secs(20));
    stream.set_read_timeout(patience).unwrap();
    stream
}

fn send(stream: &mut TcpStream, pdu: &Pdu<'_>) {
    let mut octets = Vec::new();
    encode(pdu, &mut octets).unwrap();
    stream.write_all(&octets).unwrap();
}

/// The next PDU.
fn receive_octets(stream: &mut TcpStream) -> Vec<u8> {
    let mut octets = vec![0; 16];
    stream.read_exact(&mut octets).unwrap();
    let length = u32::from_be_bytes(*octets.first_chunk().unwrap());
    octets.resize(usize::try_from(length).unwrap(), 0);
    stream.read_exact(&mut octets[16..]).unwrap();
    octets
}

/// The header fields `command_id` and `command_status` of the next PDU.
fn receive(stream: &mut TcpStream) -> (u32, u32) {
    let octets = receive_octets(stream);
    let word = |at: usize| u32::from_be_bytes(*octets[at..].first_chunk().unwrap());
    (word(4), word(8))
}

fn bind(stream: &mut TcpStream, system_id: &str, password: &str) -> u32 {
    let text = |text| smpp_pdu::COctetStr::try_from(text).unwrap();
    let bind = Bind::new(BindType::Transceiver, text(system_id), text(password));
    send(stream, &Pdu::request(SequenceNumber(1), bind));
    receive(stream).1
}

#[test]
fn the_first_screen_says_where_it_listens_and_how_to_send_a_message() {
    let running = Running::start(&[]);
    let address = running.address;
    let screen = &running.screen;
    assert!(screen.contains("esme, password secret"), "{screen}");
    assert!(screen.contains("after 100ms"), "{screen}");
    let line = format!(
        "cargo run --release -p smpp-esme -- send --url smpp://esme:secret@{address} \
         --from BANK --to 447700900123 --text \"Hello\" --receipt"
    );
    assert!(screen.contains(&line), "{screen}");
    let mut stream = connect(address);
    assert_eq!(bind(&mut stream, "esme", "secret"), 0);
}

#[test]
fn a_signal_unbinds_the_sessions_and_ends_the_program_with_0() {
    for name in ["INT", "TERM"] {
        let running = Running::start(&[]);
        let mut stream = connect(running.address);
        assert_eq!(bind(&mut stream, "esme", "secret"), 0);
        running.signal(name);
        assert_eq!(receive(&mut stream).0, 0x0000_0006);
        send(
            &mut stream,
            &Pdu::request(SequenceNumber(1), UnbindResp::default()),
        );
        assert_eq!(stream.read(&mut [0]).unwrap(), 0);
        drop(stream);
        let (code, log) = running.end();
        assert_eq!(code, Some(0), "{log}");
        assert!(log.contains("bound"), "{log}");
        assert!(log.contains(&format!("SIG{name}")), "{log}");
    }
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    let running = Running::start(&[]);
    let mut stream = connect(running.address);
    assert_eq!(bind(&mut stream, "esme", "secret"), 0);
    running.signal("INT");
    // It waits for the answer to this, which does not come.
    assert_eq!(receive(&mut stream).0, 0x0000_0006);
    running.signal("INT");
    let (code, log) = running.end();
    assert_eq!(code, Some(1), "{log}");
}

#[test]
fn accounts_replace_the_default_one_and_are_not_shown_with_their_passwords() {
    let running = Running::start(&["--account", "bank:kQ7f2xP9", "--account", "shop:12345678"]);
    let screen = &running.screen;
    assert!(
        screen.contains("bank") && screen.contains("shop"),
        "{screen}"
    );
    assert!(
        !screen.contains("kQ7f2xP9") && !screen.contains("secret"),
        "{screen}"
    );
    assert!(
        screen.contains("--url smpp://bank:PASSWORD@127.0.0.1:"),
        "{screen}"
    );
    let mut stream = connect(running.address);
    assert_eq!(bind(&mut stream, "esme", "secret"), 0x0F);
    assert_eq!(bind(&mut stream, "shop", "12345678"), 0);
    drop(stream);
    running.signal("TERM");
    let (code, log) = running.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(
        !log.contains("12345678") && !log.contains("secret"),
        "{log}"
    );
}

#[test]
fn a_stranger_is_one_line_of_the_log_and_a_health_check_none() {
    let running = Running::start(&["--delay", "0"]);
    drop(connect(running.address));
    let mut stranger = connect(running.address);
    stranger
        .write_all(b"GET / HTTP/1.1\r\nHost: smsc\r\n\r\n")
        .unwrap();
    assert_eq!(stranger.read(&mut [0]).unwrap(), 0);
    drop(stranger);
    running.signal("TERM");
    let (code, log) = running.end();
    assert_eq!(code, Some(0), "{log}");
    let lines: Vec<_> = log.lines().filter(|line| line.contains("peer=")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert!(lines[0].contains("HTTP"), "{log}");
}

#[test]
fn not_even_the_most_talkative_log_shows_texts_or_passwords() {
    let running = Running::start_with(&[], &[("RUST_LOG", "trace")]);
    let mut stream = connect(running.address);
    assert_eq!(bind(&mut stream, "esme", "hunter2"), 0x0E);
    assert_eq!(bind(&mut stream, "esme", "secret"), 0);
    let submit = SubmitSm::new(
        Address::EMPTY,
        Address::international("447700900123").unwrap(),
        ShortMessage::new(b"Your code is 4711").unwrap(),
    );
    send(
        &mut stream,
        &Pdu::request(SequenceNumber(2), submit.with_receipt()),
    );
    assert_eq!(receive(&mut stream), (0x8000_0004, 0));
    assert_eq!(receive(&mut stream).0, 0x0000_0005);
    drop(stream);
    running.signal("TERM");
    let (code, log) = running.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("submit_sm"), "{log}");
    for secret in ["code", "4711", "hunter2", "secret"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[test]
fn the_log_may_be_json() {
    let mut child = Command::new(PROGRAM)
        .args(["serve", "--listen", "127.0.0.1:0", "--store", "memory"])
        .args(["--no-http", "--log", "json"])
        .env_remove("RUST_LOG")
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["message"], "listening");
    let address: SocketAddr = value["address"].as_str().unwrap().parse().unwrap();
    drop(connect(address));
    let id = child.id().to_string();
    Command::new("kill")
        .args(["-s", "TERM", &id])
        .status()
        .unwrap();
    let mut rest = String::new();
    log.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    for line in rest.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    let mut screen = String::new();
    child.stdout.unwrap().read_to_string(&mut screen).unwrap();
    assert_eq!(screen, "");
}

#[test]
fn wrong_usage_is_told_what_would_be_right_and_ends_with_2() {
    for (arguments, part) in [
        (&["--listen", "2775"][..], "127.0.0.1:2775"),
        (&["--listen", "no.such.host.invalid:2775"], "not known"),
        (&["--account", "bank"], "SYSTEM_ID:PASSWORD"),
        (&["--account", "bank:much-too-long"], "at most 8"),
        (&["--store", "redb"], "folder is missing"),
        (&["--store", "postgres://localhost/smsc"], "not there yet"),
        (&["--delay", "soon"], "100ms"),
        (&["--log", "xml"], "json"),
        (&["--lisen", "127.0.0.1:2775"], "--listen"),
        (&["serv"], "serve"),
        (&["--listen-tls", "127.0.0.1:0"], "--tls-cert"),
        (&["--tls-cert", "cert.pem"], "--tls-key"),
        (
            &[
                "--listen-tls",
                "127.0.0.1:0",
                "--tls-cert",
                "no.pem",
                "--tls-key",
                "no.pem",
            ],
            "no.pem",
        ),
        (&["--http", "0.0.0.0:0"], "--http-token"),
        (&["--http", "127.0.0.1:0", "--no-http"], "--no-http"),
        (&["--http-token", "short"], "at least 16"),
        (&["--max-connections", "0"], "1.."),
        (&["--config", "no.toml"], "no.toml"),
        (&["check"], "--config"),
    ] {
        let output = run(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.contains(part), "{arguments:?}: {text}");
    }
}

#[test]
fn the_default_account_is_refused_on_addresses_that_others_reach() {
    let output = run(&["--listen", "0.0.0.0:0"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("--account SYSTEM_ID:PASSWORD"), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn a_port_in_use_is_one_line_and_ends_with_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["--listen", &address]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains(&address) && text.contains("--listen"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1, "{text}");
}
