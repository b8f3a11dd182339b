//! The shape of the JSON, beside what the vectors show of it.

use serde_json::{Value, json};
use smpp_codec::json::{JsonOptions, error_to_json, finding_to_json, to_json};
use smpp_codec::{Decoder, decode};
use smpp_pdu::{Bind, BindType, COctetStr, Pdu, SequenceNumber};

use crate::support::{decode_with, from_hex, pdu_octets};

fn json_of(octets: &[u8]) -> Value {
    to_json(&decode(octets).unwrap(), octets.len().try_into().unwrap())
}

#[test]
fn a_password_is_hidden_unless_asked_for() {
    let password = COctetStr::new(b"hunter2").unwrap();
    let bind = Bind::new(BindType::Transmitter, COctetStr::EMPTY, password);
    let pdu = Pdu::request(SequenceNumber(1), bind);
    let hidden = to_json(&pdu, 30);
    assert_eq!(hidden["body"]["password"], "***");
    assert!(!hidden.to_string().contains("hunter2"));
    let shown = JsonOptions::new().show_passwords(true).to_json(&pdu, 30);
    assert_eq!(shown["body"]["password"], "hunter2");
    // That there is none is no secret, and often the reason of a refusal.
    let none = Bind::default();
    assert_eq!(
        to_json(&Pdu::request(SequenceNumber(1), none), 23)["body"]["password"],
        ""
    );
}

#[test]
fn an_unknown_operation_keeps_its_octets() {
    assert_eq!(
        json_of(&pdu_octets(0x0001_0200, 0, 9, &[0xAB, 0x01])),
        json!({
            "command_length": 18, "command_id": "0x00010200", "command": "unknown",
            "command_status": 0, "sequence_number": 9, "body": {}, "tlvs": [], "rest": "ab01",
        })
    );
    // Without a body there is no rest.
    assert_eq!(
        json_of(&pdu_octets(0x0001_0200, 0, 9, &[])).get("rest"),
        None
    );
}

#[test]
fn octets_behind_the_parameters_are_kept() {
    let json = json_of(&pdu_octets(
        0x8000_0004,
        0,
        9,
        &from_hex("3100 0204 0002 1234 ff"),
    ));
    assert_eq!(json["tlvs"][0]["value"], 0x1234);
    assert_eq!(json["rest"], "ff");
}

#[test]
fn text_is_latin_1_so_that_no_octet_is_lost() {
    let json = json_of(&pdu_octets(0x8000_0004, 0, 9, b"\xE9\xFF\x1B\0"));
    assert_eq!(json["body"]["message_id"], "\u{e9}\u{ff}\u{1b}");
}

#[test]
fn a_parameter_of_the_wrong_width_has_no_value() {
    // source_telematics_id of two octets, receipted_message_id with a NUL inside.
    let json = json_of(&pdu_octets(
        0x8000_0004,
        0,
        9,
        &from_hex("3100 0010 0002 0102 001e 0003 310032"),
    ));
    assert_eq!(
        json["tlvs"],
        json!([
            {"tag": "0x0010", "name": "source_telematics_id", "length": 2, "value_hex": "0102"},
            {"tag": "0x001E", "name": "receipted_message_id", "length": 3, "value_hex": "310032"},
        ])
    );
}

#[test]
fn a_text_parameter_without_nul_has_its_value() {
    let json = json_of(&pdu_octets(
        0x8000_0004,
        0,
        9,
        &from_hex("3100 001e 0002 3432"),
    ));
    assert_eq!(json["tlvs"][0]["value"], "42");
}

#[test]
fn tags_without_a_name_are_the_vendors_or_unknown() {
    let names = |tag: &str| {
        let body = from_hex(&format!("3100 {tag} 0000"));
        json_of(&pdu_octets(0x8000_0004, 0, 9, &body))["tlvs"][0]["name"].clone()
    };
    for (tag, name) in [
        ("13ff", "unknown"),
        ("1400", "vendor"),
        ("3fff", "vendor"),
        ("4000", "unknown"),
    ] {
        assert_eq!(names(tag), name, "{tag}");
    }
}

#[test]
fn an_error_tells_what_to_answer() {
    let error = decode(&pdu_octets(0x04, 0, 7, b"\0")).unwrap_err();
    assert_eq!(
        error_to_json(&error),
        json!({
            "error": "truncated_field",
            "detail": "source_addr_ton at octet 17: the PDU ends inside the field, 0 octets are left",
            "offset": 17,
            "field": "source_addr_ton",
            "suggested_status": "0x00000002",
        })
    );
}

#[test]
fn a_finding_tells_its_clause() {
    let octets = pdu_octets(0x8000_0004, 0, 7, b"42");
    let (_, findings) = decode_with(Decoder::new(), &octets).unwrap();
    assert_eq!(
        findings.iter().map(finding_to_json).collect::<Value>(),
        json!([{
            "offset": 16,
            "field": "message_id",
            "kind": "unterminated",
            "what": "no NUL in the 2 octets that are left",
            "clause": "SMPP 3.4, 3.1; 5.0, 3.1 (C-octet strings end with a NUL)",
            "suggested_status": "0x0000000C",
        }])
    );
}
