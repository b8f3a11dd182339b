//! What an idle bound session takes of a centre's memory.
//!
//! ```text
//! cargo bench -p smpp-smsc --bench sessions [-- OPTIONS]
//!   --sessions N    that are bound at the same time (default 5000)
//!   --rounds N      each with a centre of its own (default 3)
//! ```
//!
//! The centre is a process of its own; its resident memory is read with all
//! sessions and without any (`VmRSS`, Linux). Each session has submitted one
//! message. Without `--bench`, as under `cargo test`, 100 sessions are bound.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark that goes wrong has nothing to measure"
)]

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use smpp_codec::encode;
use smpp_pdu::*;
use smpp_smsc::Smsc;
use smpp_smsc::network::Handsets;

/// What tells a process that it is the centre.
const SERVE: &str = "--serve";

/// What a session may take.
const GOAL: u64 = 16 * 1024;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == SERVE) {
        return serve();
    }
    let quick = !args.iter().any(|arg| arg == "--bench");
    let (mut sessions, mut rounds) = if quick { (100, 1) } else { (5000, 3) };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().unwrap_or_else(|| panic!("{arg} needs a value"));
        match arg.as_str() {
            "--sessions" => sessions = value().parse().unwrap(),
            "--rounds" => rounds = value().parse().unwrap(),
            // Cargo says so itself.
            "--bench" | "--test" => {}
            other => panic!("{other}: unknown; see the head of the source"),
        }
    }
    let mut octets: Vec<u64> = (0..rounds).map(|_| measure(sessions)).collect();
    octets.sort_unstable();
    let median = octets[octets.len() / 2];
    println!(
        "\n{sessions} bound sessions: {:.1} KiB of resident memory each ({:.1}..{:.1} in {rounds} \
         rounds); the goal is less than {} KiB",
        kib(median),
        kib(octets[0]),
        kib(octets[octets.len() - 1]),
        GOAL / 1024
    );
}

fn kib(octets: u64) -> f64 {
    octets as f64 / 1024.0
}

/// A centre, until its standard input ends.
fn serve() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let smsc = Smsc::builder()
            .account("esme", "secret")
            .network(Handsets::new(Duration::ZERO))
            .max_connections(100_000)
            .start();
        println!("{}", smsc.listen("127.0.0.1:0").await.unwrap());
        let ended = || std::io::stdin().read_to_end(&mut Vec::new());
        tokio::task::spawn_blocking(ended).await.unwrap().unwrap();
    });
}

struct Centre {
    child: Child,
    address: SocketAddr,
}

impl Centre {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut screen = BufReader::new(child.stdout.take().unwrap());
        screen.read_line(&mut line).unwrap();
        let address = line.trim().parse().unwrap();
        Self { child, address }
    }

    /// Resident memory in octets; 0 where the system does not say.
    fn memory(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        kib.unwrap_or(0) * 1024
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Octets for each of so many sessions.
fn measure(sessions: usize) -> u64 {
    let centre = Centre::start();
    // What the first session makes once is not of a session.
    drop(bound(centre.address));
    let before = centre.memory();
    let all: Vec<TcpStream> = (0..sessions).map(|_| bound(centre.address)).collect();
    let after = centre.memory();
    drop(all);
    after.saturating_sub(before) / sessions as u64
}

/// A session that has submitted a message.
fn bound(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let text = |text: &'static str| COctetStr::try_from(text).unwrap();
    let bind = Bind::new(BindType::Transceiver, text("esme"), text("secret"));
    ask(
        &mut stream,
        1,
        bind.interface_version(InterfaceVersion::V3_4),
    );
    let message = SubmitSm::new(
        Address::alphanumeric("BANK").unwrap(),
        Address::international("447700900123").unwrap(),
        ShortMessage::new(b"Your code is 4711").unwrap(),
    );
    ask(&mut stream, 2, message);
    stream
}

fn ask<'p>(stream: &mut TcpStream, number: u32, body: impl Into<Body<'p>>) {
    let mut octets = Vec::new();
    encode(&Pdu::request(SequenceNumber(number), body), &mut octets).unwrap();
    stream.write_all(&octets).unwrap();
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut rest = vec![0; u32::from_be_bytes(length) as usize - 4];
    stream.read_exact(&mut rest).unwrap();
    assert_eq!(rest[4..8], [0; 4], "refused");
}
