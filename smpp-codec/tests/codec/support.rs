//! What several modules need: the vectors, and small helpers.

use std::sync::LazyLock;

use serde_json::Value;
use smpp_codec::{
    DecodeError, Decoder, FieldValue, FieldVisitor, Finding, Findings, encode_to_slice,
    encoded_len, visit,
};
use smpp_pdu::{Pdu, Tlv};

/// One line of `conformance.jsonl`.
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) octets: Vec<u8>,
    pub(crate) expected: Value,
    pub(crate) lenient: Option<Value>,
    pub(crate) note: String,
}

impl Vector {
    /// The name of the error that a strict decoder gives, `None` for a good PDU.
    pub(crate) fn error(&self) -> Option<&str> {
        self.expected
            .get("error")
            .map(|name| name.as_str().unwrap())
    }
}

static VECTORS: LazyLock<Vec<Vector>> = LazyLock::new(|| {
    include_str!("../vectors/conformance.jsonl")
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
            Vector {
                name: text("name"),
                octets: from_hex(&text("hex")),
                expected: line["expected"].clone(),
                lenient: line.get("lenient_expected").cloned(),
                note: text("note"),
            }
        })
        .collect()
});

/// All vectors.
pub(crate) fn vectors() -> &'static [Vector] {
    &VECTORS
}

/// The vectors that are good PDUs.
pub(crate) fn good_vectors() -> impl Iterator<Item = &'static Vector> + Clone {
    VECTORS.iter().filter(|vector| vector.error().is_none())
}

pub(crate) fn from_hex(hex: &str) -> Vec<u8> {
    let hex: String = hex.split_whitespace().collect();
    assert_eq!(hex.len() % 2, 0, "{hex}");
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// A PDU of this operation: the header with the right length, then the body.
pub(crate) fn pdu_octets(command_id: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    octets.extend(u32::try_from(16 + body.len()).unwrap().to_be_bytes());
    octets.extend(command_id.to_be_bytes());
    octets.extend(status.to_be_bytes());
    octets.extend(sequence.to_be_bytes());
    octets.extend(body);
    octets
}

/// Sets `command_length` to what is there.
pub(crate) fn with_true_length(mut octets: Vec<u8>) -> Vec<u8> {
    let len = u32::try_from(octets.len()).unwrap();
    if let Some(first) = octets.first_chunk_mut() {
        *first = len.to_be_bytes();
    }
    octets
}

/// Takes findings without any feature of the crate.
#[derive(Default)]
pub(crate) struct Found(pub(crate) Vec<Finding>);

impl Findings for Found {
    fn report(&mut self, finding: Finding) {
        self.0.push(finding);
    }
}

/// Decodes, and gives the findings beside the PDU.
pub(crate) fn decode_with(
    decoder: Decoder,
    octets: &[u8],
) -> Result<(Pdu<'_>, Vec<Finding>), DecodeError> {
    let mut found = Found::default();
    let pdu = decoder.decode_octets(octets, &mut found)?;
    Ok((pdu, found.0))
}

/// Encodes into a slice, and checks that nothing is written behind the
/// `encoded_len` octets that the PDU has.
pub(crate) fn encoded(pdu: &Pdu<'_>) -> Vec<u8> {
    let len = encoded_len(pdu);
    let mut octets = vec![0xA5; len + 8];
    assert_eq!(encode_to_slice(pdu, &mut octets), Ok(len), "{pdu:?}");
    assert_eq!(octets[len..], [0xA5; 8], "written behind {pdu:?}");
    octets.truncate(len);
    octets
}

/// Shows the fields of `pdu`, and checks that they cover `octets` from behind
/// the header to the end without a gap.
pub(crate) fn assert_fields_cover(pdu: &Pdu<'_>, octets: &[u8]) {
    struct Cover<'o> {
        octets: &'o [u8],
        next: usize,
        open: Vec<&'static str>,
    }

    impl FieldVisitor for Cover<'_> {
        fn field(&mut self, name: &'static str, value: FieldValue<'_>, offset: usize, len: usize) {
            assert_eq!(offset, self.next, "{name}");
            let wire = &self.octets[offset..offset + len];
            match value {
                FieldValue::Number { number, .. } => {
                    let read = wire.iter().fold(0, |n, octet| n << 8 | u32::from(*octet));
                    assert_eq!(read, number, "{name}");
                }
                FieldValue::Text(text) | FieldValue::Secret(text) => {
                    assert!(wire.starts_with(text.as_bytes()), "{name}");
                    assert_eq!(len, text.encoded_len(), "{name}");
                }
                FieldValue::Octets(value) => assert_eq!(wire, value, "{name}"),
                _ => panic!("a value that this test does not know"),
            }
            self.next += len;
        }

        fn begin_list(&mut self, name: &'static str) {
            self.open.push(name);
        }

        fn begin_member(&mut self, name: &'static str) {
            self.open.push(name);
        }

        fn end_member(&mut self) {
            assert!(self.open.pop().is_some());
        }

        fn end_list(&mut self, name: &'static str) {
            assert_eq!(self.open.pop(), Some(name));
        }

        fn tlv(&mut self, tlv: &Tlv<'_>, offset: usize) {
            assert_eq!(offset, self.next, "{tlv:?}");
            self.next += tlv.encoded_len();
        }

        fn rest(&mut self, octets: &[u8], offset: usize) {
            assert_eq!(offset, self.next);
            assert_eq!(octets, &self.octets[offset..]);
            self.next += octets.len();
        }
    }

    let mut cover = Cover {
        octets,
        next: 16,
        open: Vec::new(),
    };
    visit(pdu, &mut cover);
    assert_eq!(cover.next, octets.len(), "{pdu:?}");
    assert!(cover.open.is_empty());
}
