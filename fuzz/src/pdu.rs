//! One PDU, and two of them.

use smpp_codec::{
    DecodeError, Decoder, EncodeError, FieldValue, FieldVisitor, Finding, Framer, encode,
    encode_to_slice, encoded_len, visit,
};
use smpp_pdu::{InterfaceVersion, Pdu, Tlv};

use crate::source::with_right_length;

/// No octets make a decoder panic, whatever its settings; what it reports lies
/// inside the PDU; and the strict decoder takes a part of what the tolerant one
/// takes, with the same values.
pub fn decode(data: &[u8]) {
    decode_in_all_settings(data);
    if let Some(octets) = with_right_length(data) {
        decode_in_all_settings(&octets);
    }
}

fn decode_in_all_settings(octets: &[u8]) {
    let versions = [
        InterfaceVersion::V3_3,
        InterfaceVersion::V3_4,
        InterfaceVersion::V5_0,
    ];
    for version in versions {
        let decoder = Decoder::new().version(version);
        let tolerant = decode_and_look(decoder, octets);
        let strict = decode_and_look(decoder.strict(true), octets);
        for finding in &strict.1 {
            assert_eq!(finding.kind.strict_error(), None, "a strict decoder fails");
        }
        match (tolerant.0, strict.0) {
            (Ok(tolerant), Ok(strict)) => assert_eq!(tolerant, strict),
            (Err(_), Ok(_)) => panic!("strict takes what tolerant refuses"),
            (_, Err(_)) => {}
        }
    }
}

type Decoded<'a> = (Result<Pdu<'a>, DecodeError>, Vec<Finding>);

/// Decodes, and calls everything that can be called with what comes out.
fn decode_and_look(decoder: Decoder, octets: &[u8]) -> Decoded<'_> {
    let mut findings = Vec::new();
    let result = decoder.decode_octets(octets, &mut findings);
    for finding in &findings {
        assert!(finding.offset <= octets.len(), "{finding:?}");
        assert!(!finding.field.is_empty() && !finding.kind.name().is_empty());
        assert!(!finding.to_string().is_empty() && !finding.kind.clause().is_empty());
        assert_ne!(finding.suggested_status().0, 0);
    }
    match &result {
        Ok(pdu) => assert!(!format!("{pdu:?}").is_empty()),
        Err(error) => {
            assert!(error.offset <= octets.len(), "{error:?}");
            assert!(!error.field.is_empty() && !error.kind.name().is_empty());
            assert!(!error.to_string().is_empty());
            assert_ne!(error.suggested_status().0, 0);
        }
    }
    (result, findings)
}

/// Whatever decodes, encodes to the same octets; its length is known before;
/// and its fields, shown one by one, are all of the octets.
pub fn round_trip(data: &[u8]) {
    let Some(octets) = with_right_length(data) else {
        return;
    };
    let Ok(pdu) = whole_decoder().decode_octets(&octets, &mut ()) else {
        return;
    };
    assert_eq!(encoded_len(&pdu), octets.len());

    let mut out = vec![0xAA];
    assert_eq!(encode(&pdu, &mut out), Ok(octets.len()));
    assert_eq!(out[1..], octets, "decoding lost or changed octets");

    let mut out = vec![0xAA; octets.len()];
    assert_eq!(encode_to_slice(&pdu, &mut out), Ok(octets.len()));
    assert_eq!(out, octets);
    let mut short = vec![0xAA; octets.len() - 1];
    let no_room = EncodeError::NoRoom {
        need: octets.len(),
        room: short.len(),
    };
    assert_eq!(encode_to_slice(&pdu, &mut short), Err(no_room));
    assert!(
        short.iter().all(|octet| *octet == 0xAA),
        "nothing is written"
    );

    let mut covered = Covered {
        octets: &octets,
        at: 16,
        depth: 0,
    };
    visit(&pdu, &mut covered);
    assert_eq!((covered.at, covered.depth), (octets.len(), 0));
}

/// Follows the fields through the octets that they came from.
struct Covered<'a> {
    octets: &'a [u8],
    at: usize,
    depth: usize,
}

impl Covered<'_> {
    /// The next `len` octets.
    fn next(&mut self, offset: usize, len: usize) -> &[u8] {
        assert_eq!(offset, self.at, "a gap or an overlap");
        self.at += len;
        &self.octets[offset..self.at]
    }
}

impl FieldVisitor for Covered<'_> {
    fn field(&mut self, name: &'static str, value: FieldValue<'_>, offset: usize, len: usize) {
        assert!(!name.is_empty());
        let octets = self.next(offset, len);
        match value {
            FieldValue::Number { number, .. } => {
                let read = octets.iter().fold(0, |n, octet| n << 8 | u32::from(*octet));
                assert_eq!(read, number, "{name}");
            }
            FieldValue::Text(text) | FieldValue::Secret(text) => {
                assert_eq!(octets.len(), text.encoded_len(), "{name}");
                assert!(octets.starts_with(text.as_bytes()), "{name}");
            }
            FieldValue::Octets(value) => assert_eq!(octets, value, "{name}"),
            _ => {}
        }
    }

    fn begin_list(&mut self, _: &'static str) {
        self.depth += 1;
    }

    fn begin_member(&mut self, _: &'static str) {
        self.depth += 1;
    }

    fn end_member(&mut self) {
        self.depth -= 1;
    }

    fn end_list(&mut self, _: &'static str) {
        self.depth -= 1;
    }

    fn tlv(&mut self, tlv: &Tlv<'_>, offset: usize) {
        let octets = self.next(offset, tlv.encoded_len());
        assert!(octets.starts_with(&tlv.tag().0.to_be_bytes()));
        assert_eq!(Some(&octets[4..]), tlv.octets());
    }

    fn rest(&mut self, rest: &[u8], offset: usize) {
        assert_eq!(self.next(offset, rest.len()), rest);
    }
}

/// What stands in one PDU never changes how the next one of the stream is read,
/// neither its values nor its findings, and also when the first one fails.
///
/// The first two octets of the input say where the second PDU starts.
pub fn isolation(data: &[u8]) {
    let Some((cut, data)) = data.split_first_chunk() else {
        return;
    };
    let cut = usize::from(u16::from_be_bytes(*cut)) % (data.len() + 1);
    let (first, second) = data.split_at(cut);
    let (Some(first), Some(second)) = (with_right_length(first), with_right_length(second)) else {
        return;
    };
    let stream = [first.as_slice(), second.as_slice()].concat();
    for strict in [false, true] {
        let decoder = whole_decoder().strict(strict);
        let mut framer = Framer::new(Vec::new(), usize::MAX);
        let mut input = stream.as_slice();
        let mut findings = Vec::new();
        for octets in [&first, &second] {
            let frame = framer.next_frame(&mut input);
            let frame = frame.expect("the lengths are right").expect("it is whole");
            let mut alone = Vec::new();
            let before = findings.len();
            assert_eq!(
                decoder.decode(frame, &mut findings),
                decoder.decode_octets(octets, &mut alone),
            );
            assert_eq!(findings[before..], alone);
        }
        assert!(input.is_empty());
    }
}

/// A decoder without the limit that a real link has.
fn whole_decoder() -> Decoder {
    Decoder::new().max_pdu_len(usize::MAX)
}
