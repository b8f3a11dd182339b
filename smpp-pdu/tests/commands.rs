//! The operations against the table of the specification.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod csv;

use std::collections::BTreeMap;

use smpp_pdu::CommandId;

const COMMANDS: &str = include_str!("spec/commands.csv");

/// The rows by name.
fn table() -> BTreeMap<String, BTreeMap<String, String>> {
    let rows = csv::read(COMMANDS);
    let count = rows.len();
    let table: BTreeMap<_, _> = rows
        .into_iter()
        .map(|row| (row["name"].clone(), row))
        .collect();
    assert_eq!((count, table.len()), (39, 39));
    table
}

fn id(row: &BTreeMap<String, String>) -> CommandId {
    let hex = row["command_id"].strip_prefix("0x").expect("hex");
    CommandId(u32::from_str_radix(hex, 16).unwrap())
}

#[test]
fn every_operation_has_its_number_and_its_name() {
    let table = table();
    for (name, row) in &table {
        let command_id = id(row);
        assert_eq!(command_id.name(), Some(name.as_str()));
        assert_eq!(command_id.to_string(), *name);
        assert_eq!(
            format!("{command_id:?}"),
            format!("CommandId({} {name})", row["command_id"])
        );
    }
    for (command_id, name) in CommandId::NAMED {
        assert_eq!(id(&table[*name]), *command_id);
    }
    assert_eq!(CommandId::NAMED.len(), table.len());
}

#[test]
fn requests_and_responses_are_told_apart() {
    for row in table().values() {
        assert_eq!(id(row).is_response(), row["kind"] == "response", "{row:?}");
    }
}

#[test]
fn every_request_has_the_response_of_the_table() {
    let table = table();
    let mut pairs = 0;
    for row in table.values() {
        let expected = (!row["response"].is_empty()).then(|| id(&table[&row["response"]]));
        assert_eq!(id(row).response(), expected, "{row:?}");
        pairs += usize::from(expected.is_some());
    }
    assert_eq!(pairs, 18);
}

#[test]
fn every_response_knows_the_request_of_the_table() {
    let table = table();
    for row in table.values() {
        let expected = table.get(&row["response_to"]).map(id);
        assert_eq!(id(row).request(), expected, "{row:?}");
        // generic_nack answers any request.
        let answers_any = row["response_to"] == "any request";
        assert_eq!(answers_any, id(row) == CommandId::GENERIC_NACK);
    }
}

#[test]
fn three_operations_are_binds() {
    for (name, row) in table() {
        let is_bind = name.starts_with("bind_") && row["kind"] == "request";
        assert_eq!(id(&row).is_bind(), is_bind, "{name}");
    }
}

#[test]
fn an_operation_of_a_vendor_is_paired_by_its_top_bit() {
    let request = CommandId(0x0001_0200);
    assert_eq!(request.name(), None);
    assert_eq!(request.to_string(), "0x00010200");
    assert_eq!(request.response(), Some(CommandId(0x8001_0200)));
    assert_eq!(CommandId(0x8001_0200).request(), Some(request));
    assert_eq!(CommandId(0x8001_0200).response(), None);
}
