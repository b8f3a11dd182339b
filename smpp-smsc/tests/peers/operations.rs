//! Every operation that a library by others knows, in every version, against
//! `smpp-smsc`.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::{
    Background, Capture, centre_with, node, node_smpp_version, peer_script, python,
    smpplib_version, succeeded, tshark_version,
};

/// A centre with the handsets that the scripts are written for, and its port.
fn centre() -> (Background, String) {
    let handsets = peer_script("handsets.toml");
    centre_with(&["--scenario".as_ref(), handsets.as_os_str()])
}

/// Runs a client in each version, where it must run so many operations. Gives how
/// many they were, and how many different ones.
fn run(
    port: &str,
    interpreter: fn() -> Command,
    script: &str,
    flags: &[&str],
    expected: [usize; 3],
) -> (usize, usize) {
    let (mut count, mut names) = (0, BTreeSet::new());
    for (version, expected) in ["3.3", "3.4", "5.0"].into_iter().zip(expected) {
        let mut command = interpreter();
        command.arg(peer_script(script));
        command.args(["127.0.0.1", port, "esme", "secret", version]);
        command.args(flags);
        let name = format!("{command:?}");
        let report = succeeded(&name, &command.output().unwrap());
        let report: Value = serde_json::from_str(&report).unwrap();
        let operations = report["operations"].as_array().unwrap();
        assert_eq!(operations.len(), expected, "{name}");
        count += expected;
        names.extend(operations.iter().map(Value::to_string));
    }
    (count, names.len())
}

fn run_node_smpp(port: &str, flags: &[&str], expected: [usize; 3]) -> (usize, usize) {
    run(port, node, "node_operations.js", flags, expected)
}

fn run_smpplib(port: &str) -> (usize, usize) {
    run(port, python, "smpplib_operations.py", &[], [18, 30, 30])
}

#[test]
#[ignore = "needs node-smpp, smpplib and tshark, which .ci/test installs"]
fn node_smpp_is_answered_in_every_operation_that_it_knows() {
    let (centre, port) = centre();
    let (count, names) = run_node_smpp(&port, &[], [44, 56, 56]);
    centre.end("TERM");
    let version = node_smpp_version();
    println!(
        "## peer: node-smpp {version} as client of smpp-smsc: {names} operations and misuses, \
         {count} runs in 3.3, 3.4 and 5.0"
    );
}

#[test]
#[ignore = "needs node-smpp, smpplib and tshark, which .ci/test installs"]
fn smpplib_is_answered_in_every_operation_that_it_knows() {
    let (centre, port) = centre();
    let (count, names) = run_smpplib(&port);
    centre.end("TERM");
    let version = smpplib_version();
    println!(
        "## peer: smpplib {version} as client of smpp-smsc: {names} operations and misuses, \
         {count} runs in 3.3, 3.4 and 5.0"
    );
}

#[test]
#[ignore = "needs node-smpp, smpplib and tshark, which .ci/test installs"]
fn wireshark_finds_nothing_wrong_with_any_operation() {
    let (centre, port) = centre();
    let mut capture = Capture::start(&port);
    // The dissector does not know the operations that only 3.3 has.
    run_node_smpp(&port, &["--known"], [38, 50, 50]);
    run_smpplib(&port);
    capture.end();
    centre.end("TERM");
    // Not what the clients send: of `broadcast_rep_num` in a `broadcast_sm` the
    // dissector reads one octet, and loses its way.
    let from_the_centre = format!("tcp.srcport == {port}");
    capture.is_flawless(&from_the_centre);
    let commands: BTreeSet<_> = capture
        .numbers(&format!("smpp && {from_the_centre}"), "smpp.command_id")
        .into_iter()
        .collect();
    let expected: BTreeSet<_> = [
        // deliver_sm and alert_notification
        0x0000_0005,
        0x0000_0102,
        // generic_nack, and every response of 3.4 and 5.0 but deliver_sm_resp
        0x8000_0000,
        0x8000_0001,
        0x8000_0002,
        0x8000_0003,
        0x8000_0004,
        0x8000_0005,
        0x8000_0006,
        0x8000_0007,
        0x8000_0008,
        0x8000_0009,
        0x8000_0015,
        0x8000_0021,
        0x8000_0103,
        0x8000_0111,
        0x8000_0112,
        0x8000_0113,
    ]
    .into();
    assert_eq!(commands, expected, "{commands:x?}");
    println!(
        "## peer: tshark {}: {} operations of smpp-smsc dissected without an error",
        tshark_version(),
        commands.len()
    );
}
