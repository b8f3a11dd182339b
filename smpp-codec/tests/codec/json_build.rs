//! JSON back to octets.

use proptest::prelude::*;
use serde_json::{Value, json};
use smpp_codec::Decoder;
use smpp_codec::json::{JsonOptions, from_json};

use crate::support::{decode_with, from_hex, pdu_octets, vectors};

fn shown(octets: &[u8]) -> Option<Value> {
    let (pdu, _) = decode_with(Decoder::new(), octets).ok()?;
    let len = octets.len().try_into().unwrap();
    Some(JsonOptions::new().show_passwords(true).to_json(&pdu, len))
}

#[test]
fn every_vector_that_decodes_is_built_again_from_its_json() {
    let mut count = 0;
    for vector in vectors() {
        let Some(json) = shown(&vector.octets) else {
            continue;
        };
        let built = from_json(&json).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        assert_eq!(built.octets, vector.octets, "{}", vector.name);
        count += 1;
    }
    println!("## vectors: {count} of 371 built again from their JSON");
    assert!(count > 330, "{count}");
}

#[test]
fn what_is_expected_of_a_vector_builds_it_without_a_note() {
    let good = vectors().iter().filter(|vector| vector.error().is_none());
    for vector in good {
        let built = from_json(&vector.expected).unwrap();
        assert_eq!(built.octets, vector.octets, "{}", vector.name);
        let fields: Vec<_> = built.notes.iter().map(|note| &note.field).collect();
        assert!(fields.is_empty(), "{}: {fields:?}", vector.name);
    }
}

#[test]
fn what_is_left_out_gets_a_default() {
    let bind = from_json(&json!({"command": "bind_transceiver"})).unwrap();
    assert_eq!(
        bind.octets,
        pdu_octets(9, 0, 1, &from_hex("00 00 00 34 00 00 00"))
    );
    let throttled = json!({"command": "submit_sm_resp", "command_status": "ESME_RTHROTTLED"});
    let throttled = from_json(&throttled).unwrap();
    assert_eq!(throttled.octets, pdu_octets(0x8000_0004, 0x58, 1, &[]));
    let text = json!({"command": "submit_sm", "body": {"short_message": "48 69"}});
    let text = from_json(&text).unwrap().octets;
    assert_eq!(text[text.len() - 3..], [2, 0x48, 0x69]);
}

#[test]
fn names_stand_for_numbers() {
    let built = from_json(&json!({
        "command_id": "submit_multi",
        "sequence_number": "0x10",
        "body": {
            "source_addr_ton": "alphanumeric",
            "dest_address": [
                {"dest_addr_ton": "INTERNATIONAL", "destination_addr": "4477"},
                {"dl_name": "all"},
            ],
            "data_coding": "UCS2",
        },
        "tlvs": [
            {"name": "source_port", "value": 5000},
            {"tag": "dest_addr_subunit", "value": "0x01"},
            {"tag": 0x1400, "value_hex": "ABCD"},
            {"tag": "receipted_message_id", "value": "7f"},
        ],
    }))
    .unwrap();
    let body = from_hex(
        "00 050000 02 01 01 00 34343737 00 02 616c6c 00 00 00 00 00 00 00 00 08 00 00 \
         020a 0002 1388 0005 0001 01 1400 0002 abcd 001e 0003 376600",
    );
    assert_eq!(built.octets, pdu_octets(0x21, 0, 16, &body));
    assert_eq!(built.notes, []);
}

#[test]
fn lengths_and_counts_that_are_given_are_written_as_given() {
    let built = from_json(&json!({
        "command": "replace_sm",
        "command_length": 99,
        "body": {"sm_length": 9, "short_message": "48"},
        "tlvs": [{"tag": "0x1400", "length": 7, "value_hex": "01"}],
    }))
    .unwrap();
    let fields: Vec<_> = built.notes.iter().map(|note| note.field.as_str()).collect();
    assert_eq!(
        fields,
        ["body.sm_length", "tlvs[0].length", "command_length"]
    );
    assert_eq!(built.octets[..4], [0, 0, 0, 99]);
    assert!(built.octets.ends_with(&from_hex("09 48 1400 0007 01")));
}

#[test]
fn a_length_without_the_last_nul_leaves_it_out() {
    let octets = pdu_octets(0x8000_0004, 0, 7, b"42");
    let json = shown(&octets).unwrap();
    let built = from_json(&json).unwrap();
    assert_eq!(built.octets, octets);
    assert!(built.notes[0].what.contains("NUL"), "{:?}", built.notes);
}

#[test]
fn a_hidden_password_is_noted() {
    let json = json!({"command": "bind_receiver", "body": {"password": "***"}});
    let built = from_json(&json).unwrap();
    assert_eq!(built.notes[0].field, "body.password");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (json, field, right) in [
        (json!(7), "", "an object"),
        (json!({}), "command", "submit_sm"),
        (json!({"command": "sumbit_sm"}), "command", "0x00000004"),
        (
            json!({"command": "submit_sm", "command_id": 5}),
            "command",
            "leave one",
        ),
        (
            json!({"command": "submit_sm", "comand_status": 1}),
            "comand_status",
            "command_status",
        ),
        (
            json!({"command": "unbind", "command_status": "ESME_NONE"}),
            "command_status",
            "a name of the standard",
        ),
        (
            json!({"command": "submit_sm", "body": {"source": "1"}}),
            "body.source",
            "source_addr",
        ),
        (
            json!({"command": "submit_sm", "body": {"source_addr_ton": 256}}),
            "body.source_addr_ton",
            "0 to 255",
        ),
        (
            json!({"command": "submit_sm", "body": {"source_addr": 447}}),
            "body.source_addr",
            "quotation marks",
        ),
        (
            json!({"command": "submit_sm", "body": {"source_addr": "€"}}),
            "body.source_addr",
            "Latin-1",
        ),
        (
            json!({"command": "submit_sm", "body": {"source_addr": "a\u{0}b"}}),
            "body.source_addr",
            "NUL",
        ),
        (
            json!({"command": "submit_sm", "body": {"short_message": "Hi"}}),
            "body.short_message",
            "hexadecimal",
        ),
        (
            json!({"command": "submit_sm", "body": {"short_message": "00".repeat(256)}}),
            "body.short_message",
            "message_payload",
        ),
        (
            json!({"command": "submit_multi", "body": {"dest_address": ["447"]}}),
            "body.dest_address[0]",
            "an object",
        ),
        (
            json!({"command": "submit_multi", "body": {"dest_address": [{"ton": 1}]}}),
            "body.dest_address[0].ton",
            "dest_addr_ton",
        ),
        (
            json!({"command": "submit_sm", "body": null}),
            "body",
            "response",
        ),
        (
            json!({"command": "submit_sm", "body": []}),
            "body",
            "object",
        ),
        (
            json!({"command_id": "0x00010200", "body": {"a": 1}}),
            "body",
            "rest",
        ),
        (json!({"command": "unbind", "tlvs": {}}), "tlvs", "no list"),
        (
            json!({"command": "unbind", "tlvs": [{"value": 1}]}),
            "tlvs[0].tag",
            "source_port",
        ),
        (
            json!({"command": "unbind", "tlvs": [{"tag": "source_port", "value": 65536}]}),
            "tlvs[0].value",
            "65535",
        ),
        (
            json!({"command": "unbind", "tlvs": [{"tag": "0x1400", "value": 1}]}),
            "tlvs[0].value",
            "value_hex",
        ),
        (
            json!({"command": "submit_sm_resp", "body": null, "tlvs": [{"tag": 1}]}),
            "tlvs",
            "body",
        ),
    ] {
        let error = from_json(&json).unwrap_err();
        assert_eq!(error.field(), field, "{json}: {error}");
        assert!(error.what().contains(right), "{json}: {error}");
    }
}

/// JSON that is near to a PDU: the real keys with values of any kind.
fn near_json() -> impl Strategy<Value = Value> {
    let keys = prop::sample::select(vec![
        "command",
        "command_id",
        "command_status",
        "command_length",
        "body",
        "tlvs",
        "rest",
        "tag",
        "name",
        "length",
        "value",
        "value_hex",
        "short_message",
        "sm_length",
        "source_addr",
        "dest_address",
        "unsuccess_sme",
        "message_details",
        "dest_flag",
        "msgid",
        "data_coding",
        "password",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u8>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        "(0x)?[0-9a-f]{0,10}".prop_map(Value::from),
        prop::sample::select(vec![
            "submit_sm",
            "submit_multi",
            "submit_multi_resp",
            "query_last_msgs_resp",
            "bind_receiver",
            "ESME_RTHROTTLED",
            "source_port",
            "UCS2"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inner), 0..10).prop_map(|pairs| {
                let pairs = pairs.into_iter();
                Value::Object(pairs.map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

/// Puts other values in the place of those of a body, each of its kind.
fn vary(body: &mut Value, number: u8, text: &str, octets: &[u8]) {
    let Value::Object(fields) = body else {
        return;
    };
    // What says how much follows is found anew.
    for (counted, count) in [
        ("short_message", "sm_length"),
        ("dest_address", "number_of_dests"),
        ("unsuccess_sme", "no_unsuccess"),
        ("message_details", "number_msgs"),
    ] {
        if fields.contains_key(counted) {
            fields.shift_remove(count);
        }
    }
    for (name, value) in fields {
        match value {
            Value::Array(list) => list
                .iter_mut()
                .for_each(|member| vary(member, number, text, octets)),
            Value::Number(_) if name == "dest_flag" => {}
            Value::Number(_) => *value = number.into(),
            Value::String(_) if name == "short_message" => {
                let hex = octets.iter().map(|octet| format!("{octet:02x}"));
                *value = hex.collect::<String>().into();
            }
            Value::String(_) => *value = text.into(),
            _ => {}
        }
    }
}

/// Whether everything of `part` is in `whole`.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part
            .iter()
            .all(|(key, part)| whole.get(key).is_some_and(|whole| holds(whole, part))),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(a, b)| holds(a, b))
        }
        _ => whole == part,
    }
}

proptest! {
    /// What is built decodes to the values that it was built of.
    #[test]
    fn what_is_built_decodes_to_the_same_values(
        at in any::<prop::sample::Index>(),
        sequence in 1u32..0x8000_0000,
        number: u8,
        text in "[\u{1}-\u{ff}]{0,12}",
        octets in prop::collection::vec(any::<u8>(), 0..=255),
    ) {
        let good: Vec<_> = vectors().iter().filter(|vector| vector.error().is_none()).collect();
        let mut json = good[at.index(good.len())].expected.clone();
        let pdu = json.as_object_mut().unwrap();
        pdu.shift_remove("command_length");
        pdu.insert("sequence_number".into(), sequence.into());
        vary(&mut json["body"], number, &text, &octets);
        let built = from_json(&json).unwrap();
        let back = shown(&built.octets);
        prop_assert!(back.as_ref().is_some_and(|back| holds(back, &json)), "{json} {back:?}");
    }

    #[test]
    fn no_json_makes_it_panic(mut json in near_json(), command in 0usize..64) {
        let _ = from_json(&json);
        let names = smpp_pdu::CommandId::NAMED;
        if let Value::Object(pdu) = &mut json {
            pdu.remove("command_id");
            pdu.insert("command".into(), names[command % names.len()].1.into());
        }
        if let Ok(built) = from_json(&json) {
            prop_assert!(built.octets.len() >= 16);
        }
    }

    /// Whatever decodes, however damaged, comes back octet by octet.
    #[test]
    fn damaged_vectors_that_decode_are_built_again(
        at in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut octets = vectors()[at.index(vectors().len())].octets.clone();
        prop_assume!(octets.len() >= 16);
        for (at, octet) in damage {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        if let Some(cut) = cut {
            octets.truncate(16 + cut.index(octets.len() - 15));
        }
        let octets = crate::support::with_true_length(octets);
        if let Some(json) = shown(&octets) {
            let built = from_json(&json);
            prop_assert!(built.is_ok(), "{json}: {built:?}");
            prop_assert_eq!(built.unwrap().octets, octets, "{}", json);
        }
    }
}
