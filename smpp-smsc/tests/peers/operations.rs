//! Every operation that a library by others knows, in every version, against
//! `smpp-smsc`.

use std::process::Command;

use serde_json::Value;

use crate::{
    centre_with, node, node_smpp_version, peer_script, python, smpplib_version, succeeded,
};

/// Runs a client in each version, and gives the number of operations it has run
/// and how many different ones.
fn run_operations(client: impl Fn() -> Command, versions: [(&str, usize); 3]) -> (usize, usize) {
    let handsets = peer_script("handsets.toml");
    let (centre, port) = centre_with(&["--scenario".as_ref(), handsets.as_os_str()]);
    let (mut count, mut names) = (0, std::collections::BTreeSet::new());
    for (version, expected) in versions {
        let mut command = client();
        command.args(["127.0.0.1", &*port, "esme", "secret", version]);
        let name = format!("{command:?}");
        let report = succeeded(&name, &command.output().unwrap());
        let report: Value = serde_json::from_str(&report).unwrap();
        let operations = report["operations"].as_array().unwrap();
        assert_eq!(operations.len(), expected, "{name}");
        count += expected;
        names.extend(operations.iter().map(Value::to_string));
    }
    centre.end("TERM");
    (count, names.len())
}

fn script(mut interpreter: Command, name: &str) -> Command {
    interpreter.arg(peer_script(name));
    interpreter
}

#[test]
#[ignore = "needs node-smpp, smpplib and tshark, which .ci/test installs"]
fn node_smpp_is_answered_in_every_operation_that_it_knows() {
    let client = || script(node(), "node_operations.js");
    let (count, names) = run_operations(client, [("3.3", 38), ("3.4", 50), ("5.0", 50)]);
    let version = node_smpp_version();
    println!(
        "## peer: node-smpp {version} as client of smpp-smsc: {names} operations and misuses, \
         {count} runs in 3.3, 3.4 and 5.0"
    );
}

#[test]
#[ignore = "needs node-smpp, smpplib and tshark, which .ci/test installs"]
fn smpplib_is_answered_in_every_operation_that_it_knows() {
    let client = || script(python(), "smpplib_operations.py");
    let (count, names) = run_operations(client, [("3.3", 18), ("3.4", 30), ("5.0", 30)]);
    let version = smpplib_version();
    println!(
        "## peer: smpplib {version} as client of smpp-smsc: {names} operations and misuses, \
         {count} runs in 3.3, 3.4 and 5.0"
    );
}
