//! The receipt texts gathered from other projects and from the field.

use std::sync::LazyLock;

use serde_json::Value;
use smpp_codec::receipt::{ReceiptKey, ReceiptText};
use smpp_pdu::MessageState;

use crate::support::Findings;

struct Vector {
    name: String,
    octets: Vec<u8>,
    expected: Value,
}

static VECTORS: LazyLock<Vec<Vector>> = LazyLock::new(|| {
    include_str!("../vectors/receipts.jsonl")
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            Vector {
                name: line["name"].as_str().unwrap().to_owned(),
                octets: latin_1(line["text"].as_str().unwrap()),
                expected: line["expected"].clone(),
            }
        })
        .collect()
});

/// The vectors hold one character for each octet.
fn latin_1(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect()
}

/// The names that the vectors have for the fields.
const FIELDS: [(&str, ReceiptKey); 8] = [
    ("id", ReceiptKey::Id),
    ("sub", ReceiptKey::Sub),
    ("dlvrd", ReceiptKey::Dlvrd),
    ("submit_date", ReceiptKey::SubmitDate),
    ("done_date", ReceiptKey::DoneDate),
    ("stat", ReceiptKey::Stat),
    ("err", ReceiptKey::Err),
    ("text", ReceiptKey::Text),
];

#[test]
fn every_vector_reads_as_it_says() {
    assert_eq!(VECTORS.len(), 59);
    let mut receipts = 0;
    for Vector {
        name,
        octets,
        expected,
    } in VECTORS.iter()
    {
        let read = ReceiptText::parse(octets);
        receipts += usize::from(read.is_some());
        for (field, key) in FIELDS {
            let value = read.and_then(|read| read.field(key)).map(<[u8]>::to_vec);
            assert_eq!(
                value,
                expected[field].as_str().map(latin_1),
                "{name}: {field}"
            );
        }
        let state = read.and_then(|read| read.message_state());
        let expected_state = expected["message_state"].as_u64();
        assert_eq!(
            state.map(|state| u64::from(state.0)),
            expected_state,
            "{name}"
        );
        let submit = read.and_then(|read| read.submit_time());
        let done = read.and_then(|read| read.done_time());
        for (field, time) in [("submit_date_iso", submit), ("done_date_iso", done)] {
            let iso = time.map(|time| time.to_string());
            assert_eq!(iso.as_deref(), expected[field].as_str(), "{name}: {field}");
        }
    }
    // All but the three that are no receipts.
    assert_eq!(receipts, 56);
}

#[test]
fn reporting_changes_nothing_that_is_read() {
    for Vector { name, octets, .. } in VECTORS.iter() {
        let mut findings = Findings::new();
        let read = ReceiptText::parse_with(octets, &mut findings);
        assert_eq!(read, ReceiptText::parse(octets), "{name}");
        assert!(read.is_some() || findings.is_empty(), "{name}");
        for finding in &findings {
            assert!(finding.offset <= octets.len(), "{name}: {finding}");
            assert!(
                finding.kind.clause().starts_with("SMPP 3.4"),
                "{name}: {finding}"
            );
        }
    }
}

#[test]
fn the_states_of_the_vectors_are_the_standard_words() {
    let seen: std::collections::BTreeSet<_> = VECTORS
        .iter()
        .filter_map(|vector| vector.expected["message_state"].as_u64())
        .collect();
    // Without DELETED, which no source showed.
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [1, 2, 3, 5, 6, 7, 8]);
    assert_eq!(
        ReceiptText::parse(b"stat:DELETED").unwrap().message_state(),
        Some(MessageState::DELETED)
    );
}
