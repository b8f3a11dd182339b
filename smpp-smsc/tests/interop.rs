//! The programs against implementations by others: node-smpp, smpplib, and the
//! dissector of Wireshark.
//!
//! Needs SMPP_BIN_DIR (the programs) and SMPP_PEERS (the
//! peers: node_modules/ and python/).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

#[path = "peers/operations.rs"]
mod operations;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

/// Messages of one run of a client.
const COUNT: usize = 40;

fn directory(variable: &str) -> PathBuf {
    match std::env::var_os(variable) {
        Some(path) => path.into(),
        None => panic!("{variable} is not set: .ci/test sets it"),
    }
}

fn peer_script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/peers")
        .join(name)
}

fn node() -> Command {
    let mut command = Command::new("node");
    command.env("NODE_PATH", directory("SMPP_PEERS").join("node_modules"));
    command
}

fn python() -> Command {
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", directory("SMPP_PEERS").join("python"));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn node_smpp_version() -> String {
    let manifest = directory("SMPP_PEERS").join("node_modules/smpp/package.json");
    let manifest: Value = serde_json::from_reader(std::fs::File::open(manifest).unwrap()).unwrap();
    manifest["version"].as_str().unwrap().to_owned()
}

fn smpplib_version() -> String {
    let code = "import importlib.metadata as m; print(m.version('smpplib'))";
    let output = python().args(["-c", code]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A program in the background, ended with the test.
struct Background {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Background {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0, "it has ended");
        line
    }

    /// Ends it with a signal, and gives the rest of its output.
    fn end(mut self, signal: &str) -> String {
        send_signal(&self.child, signal);
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
        rest
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn send_signal(child: &Child, signal: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", signal, &id]).status();
    assert!(sent.unwrap().success());
}

/// The message centre on a free port, and that port.
fn centre() -> (Background, String) {
    centre_with(&["--delay".as_ref(), "20ms".as_ref()])
}

fn centre_with(arguments: &[&OsStr]) -> (Background, String) {
    let mut command = Command::new(directory("SMPP_BIN_DIR").join("smpp-smsc"));
    command
        .args(["--listen", "127.0.0.1:0", "--store", "memory"])
        .args(arguments)
        .stderr(Stdio::null());
    let mut centre = Background::start(&mut command);
    loop {
        let line = centre.line();
        if let Some(rest) = line.trim().strip_prefix("listening") {
            let address = rest.split_whitespace().next().unwrap();
            let port = address.rsplit(':').next().unwrap().to_owned();
            return (centre, port);
        }
    }
}

fn succeeded(name: &str, output: &Output) -> String {
    assert!(
        output.status.success(),
        "{name}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Runs a client against the port, and checks what it reports.
fn run_client(mut command: Command, port: &str, mode: &[&str]) {
    let count = COUNT.to_string();
    command
        .args(["127.0.0.1", port, "esme", "secret"])
        .args(mode.iter().filter(|one| !one.starts_with("--")))
        .arg(&count)
        .args(mode.iter().filter(|one| one.starts_with("--")));
    let name = format!("{command:?}");
    let report = succeeded(&name, &command.output().unwrap());
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["submitted"], COUNT, "{name}");
    assert_eq!(report["receipts"], COUNT, "{name}");
    assert_eq!(report["bad_bind_status"], 0x0E, "{name}");
    assert_eq!(report["query_state"], 2, "{name}");
}

fn run_node_client(port: &str, mode: &[&str]) {
    let mut command = node();
    command.arg(peer_script("node_client.js"));
    run_client(command, port, mode);
}

fn run_smpplib_client(port: &str) {
    let mut command = python();
    command.arg(peer_script("smpplib_client.py"));
    run_client(command, port, &["--query"]);
}

#[test]
#[ignore = "needs node-smpp, smpplib and tshark, which .ci/test installs"]
fn node_smpp_clients_are_served() {
    let (centre, port) = centre();
    for mode in ["transceiver", "split"] {
        run_node_client(&port, &[mode, "--query"]);
        run_node_client(&port, &[mode, "--query", "--v5"]);
    }
    centre.end("TERM");
    println!(
        "## peer: node-smpp {} as client of smpp-smsc: transceiver, split, 3.4 and 5.0, {} messages",
        node_smpp_version(),
        4 * COUNT
    );
}

#[test]
#[ignore = "needs node-smpp, smpplib and tshark, which .ci/test installs"]
fn smpplib_clients_are_served() {
    let (centre, port) = centre();
    run_smpplib_client(&port);
    centre.end("TERM");
    println!(
        "## peer: smpplib {} as client of smpp-smsc: {COUNT} messages",
        smpplib_version()
    );
}

fn esme(url: &str, arguments: &[&str]) -> Vec<Value> {
    let mut command = Command::new(directory("SMPP_BIN_DIR").join("smpp-esme"));
    command
        .args(arguments)
        .args(["--json", "--url", url])
        .env_remove("SMPP_URL");
    let output = succeeded(&format!("{command:?}"), &command.output().unwrap());
    output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The first object that reports this event.
fn event<'v>(objects: &'v [Value], name: &str) -> &'v Value {
    match objects.iter().find(|one| one["event"] == name) {
        Some(found) => found,
        None => panic!("no {name} in {objects:?}"),
    }
}

/// Sends with a receipt, then without waiting for one, which `listen` gets.
fn send_and_listen(address: &str) {
    let url = |bind: &str| format!("smpp://esme:secret@{address}?bind={bind}");
    let message = ["--from", "BANK", "--to", "447700900123", "--text", "Grüße"];
    let send = [&["send"][..], &message, &["--receipt"]].concat();
    let sent = esme(&url("trx"), &send);
    let receipt = event(&sent, "receipt");
    assert_eq!(receipt["state"], "DELIVERED");
    assert_eq!(
        receipt["message_id"],
        event(&sent, "submitted")["message_id"]
    );

    let send = [&["send"][..], &message, &["--wait", "0"]].concat();
    let sent = esme(&url("tx"), &send);
    let heard = esme(&url("rx"), &["listen", "--count", "1"]);
    let receipt = event(&heard, "receipt");
    assert_eq!(receipt["state"], "DELIVERED");
    assert_eq!(
        receipt["message_id"],
        event(&sent, "submitted")["message_id"]
    );
}

#[test]
#[ignore = "needs node-smpp, smpplib and tshark, which .ci/test installs"]
fn smpp_esme_sends_to_a_centre_of_node_smpp_and_listens() {
    let mut server = Background::start(node().arg(peer_script("node_server.js")));
    let first: Value = serde_json::from_str(&server.line()).unwrap();
    send_and_listen(&format!("127.0.0.1:{}", first["port"]));
    let seen = server.end("TERM");
    let seen: Vec<Value> = seen
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let texts: Vec<_> = seen
        .iter()
        .filter(|pdu| pdu["command"] == "submit_sm")
        .map(|pdu| &pdu["text"])
        .collect();
    assert_eq!(texts, ["Grüße", "Grüße"]);
    let acknowledged = seen
        .iter()
        .filter(|pdu| pdu["command"] == "deliver_sm_resp" && pdu["status"] == 0);
    assert_eq!(acknowledged.count(), 2);
    assert!(seen.iter().all(|pdu| pdu["error"].is_null()), "{seen:?}");
    println!(
        "## peer: node-smpp {} as centre of smpp-esme: send, listen",
        node_smpp_version()
    );
}

#[test]
#[ignore = "needs node-smpp, smpplib and tshark, which .ci/test installs"]
fn smpp_esme_sends_to_smpp_smsc_and_listens() {
    let (centre, port) = centre();
    send_and_listen(&format!("127.0.0.1:{port}"));
    centre.end("TERM");
}

/// A capture of one port of the loopback interface.
struct Capture {
    dumpcap: Child,
    file: PathBuf,
    port: String,
}

impl Capture {
    fn start(port: &str) -> Self {
        let file = std::env::temp_dir().join(format!("smpp-interop-{port}.pcapng"));
        let mut dumpcap = Command::new("dumpcap")
            .args(["-q", "-i", "lo", "-f", &format!("tcp port {port}"), "-w"])
            .arg(&file)
            .args(["-a", "duration:30"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(dumpcap.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("File: ") {
            line.clear();
            assert_ne!(log.read_line(&mut line).unwrap(), 0, "dumpcap has ended");
        }
        // What it says later must not find a closed pipe.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self {
            dumpcap,
            file,
            port: port.to_owned(),
        }
    }

    /// Ends the capture once everything is in it.
    fn end(&mut self) {
        std::thread::sleep(core::time::Duration::from_secs(1));
        send_signal(&self.dumpcap, "INT");
        assert!(self.dumpcap.wait().unwrap().success());
    }

    fn tshark(&self, filter: &str, fields: &[&str]) -> String {
        let mut command = Command::new("tshark");
        command.arg("-n").arg("-r").arg(&self.file);
        command.args(["-d", &format!("tcp.port=={},smpp", self.port)]);
        command.args(["-Y", filter, "-T", "fields"]);
        command.args(["-E", "occurrence=a", "-E", "aggregator=,"]);
        for field in fields {
            command.args(["-e", field]);
        }
        succeeded("tshark", &command.output().unwrap())
    }

    fn numbers(&self, filter: &str, field: &str) -> Vec<u64> {
        self.tshark(filter, &[field])
            .split([',', '\n'])
            .filter(|one| !one.trim().is_empty())
            .map(|one| {
                let one = one.trim();
                match one.strip_prefix("0x") {
                    Some(digits) => u64::from_str_radix(digits, 16).unwrap(),
                    None => one.parse().unwrap(),
                }
            })
            .collect()
    }
}

impl Capture {
    /// In what passes this filter the dissector finds no error, leaves no octet out,
    /// and takes none for something else.
    #[track_caller]
    fn is_flawless(&self, filter: &str) {
        let errors = self.tshark(
            &format!("{filter} && (_ws.malformed || (smpp && _ws.expert.severity >= 6291456))"),
            &["frame.number", "smpp.command_id", "_ws.expert.message"],
        );
        assert_eq!(errors, "");
        let dissected = self.numbers(&format!("{filter} && smpp"), "smpp.command_length");
        let carried = self.numbers(filter, "tcp.len");
        let [dissected, carried] = [dissected, carried].map(|all| all.iter().sum::<u64>());
        assert_eq!(dissected, carried);
    }
}

fn tshark_version() -> String {
    let output = Command::new("tshark").arg("-v").output().unwrap();
    let version = succeeded("tshark", &output);
    let version = version.split_whitespace().nth(2).unwrap_or_default();
    version.trim_end_matches('.').to_owned()
}

impl Drop for Capture {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.dumpcap.kill();
        let _ = self.dumpcap.wait();
        let _ = std::fs::remove_file(&self.file);
    }
}

#[test]
#[ignore = "needs node-smpp, smpplib and tshark, which .ci/test installs"]
fn wireshark_finds_nothing_wrong_with_the_traffic() {
    let (centre, port) = centre();
    let mut capture = Capture::start(&port);
    run_node_client(&port, &["transceiver", "--query"]);
    run_node_client(&port, &["split", "--query", "--v5"]);
    run_smpplib_client(&port);
    capture.end();
    centre.end("TERM");

    capture.is_flawless("tcp");
    let mut pdus = BTreeMap::new();
    for id in capture.numbers("smpp", "smpp.command_id") {
        *pdus.entry(id).or_insert(0) += 1;
    }
    for (id, expected) in [
        (0x0000_0004, 3 * COUNT), // submit_sm
        (0x8000_0004, 3 * COUNT),
        (0x0000_0005, 3 * COUNT), // deliver_sm
        (0x8000_0005, 3 * COUNT),
        (0x0000_0003, 3), // query_sm
        (0x8000_0003, 3),
        (0x0000_0006, 4), // unbind
        (0x8000_0006, 4),
    ] {
        assert_eq!(pdus.get(&id), Some(&expected), "{id:#010x} in {pdus:x?}");
    }
    println!(
        "## peer: tshark {}: {} PDUs dissected without an error",
        tshark_version(),
        pdus.values().sum::<usize>()
    );
}
