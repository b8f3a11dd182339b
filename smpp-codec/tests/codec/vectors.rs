//! Every vector of `conformance.jsonl` in both directions: PDUs of public
//! captures and test suites, of other libraries' encoders, and some built from
//! the field tables of the specifications.

use smpp_codec::{DecodeErrorKind, Decoder, Framer, FramingErrorKind};
use smpp_pdu::{Body, CommandStatus};

use crate::support::{Vector, assert_fields_cover, decode_with, encoded, good_vectors, vectors};

fn strict() -> Decoder {
    Decoder::new().strict(true)
}

/// Equality with the `expected` of the vector, by the JSON module where it is
/// compiled, by the header otherwise.
fn assert_is(pdu: &smpp_pdu::Pdu<'_>, octets: &[u8], expected: &serde_json::Value, name: &str) {
    let number = |key: &str| expected[key].as_u64().unwrap();
    assert_eq!(octets.len() as u64, number("command_length"), "{name}");
    assert_eq!(
        u64::from(pdu.command_status.0),
        number("command_status"),
        "{name}"
    );
    assert_eq!(
        u64::from(pdu.sequence_number.0),
        number("sequence_number"),
        "{name}"
    );
    let command = pdu.command_id().name().unwrap();
    assert_eq!(command, expected["command"].as_str().unwrap(), "{name}");
    assert_eq!(
        matches!(pdu.body, Body::Omitted(_)),
        expected["body"].is_null(),
        "{name}"
    );
    assert_eq!(
        pdu.body.tlvs().iter().count(),
        expected["tlvs"].as_array().unwrap().len(),
        "{name}"
    );
    #[cfg(feature = "json")]
    {
        let json = smpp_codec::json::JsonOptions::new()
            .show_passwords(true)
            .to_json(pdu, octets.len().try_into().unwrap());
        assert_eq!(json, *expected, "{name}");
        // The order of the fields is the order of the wire, too.
        assert_eq!(json.to_string(), expected.to_string(), "{name}");
    }
}

#[test]
fn the_vectors_are_all_there() {
    let good = good_vectors().count();
    assert_eq!((vectors().len(), good), (371, 321));
    println!(
        "## vectors: 371 PDUs ({good} good, {} bad) in both directions",
        vectors().len() - good
    );
}

#[test]
fn every_good_vector_decodes_strictly_to_what_it_expects() {
    for vector in good_vectors() {
        let (pdu, _) = decode_with(strict(), &vector.octets)
            .unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        assert_is(&pdu, &vector.octets, &vector.expected, &vector.name);
    }
}

#[test]
fn a_tolerant_decoder_reads_every_good_vector_alike() {
    for vector in good_vectors() {
        let strictly = decode_with(strict(), &vector.octets);
        assert_eq!(
            decode_with(Decoder::new(), &vector.octets),
            strictly,
            "{}",
            vector.name
        );
    }
}

#[test]
fn every_bad_vector_gives_the_error_that_it_names() {
    for vector in vectors().iter().filter(|vector| vector.error().is_some()) {
        let error = match decode_with(strict(), &vector.octets) {
            Err(error) => error,
            Ok((pdu, _)) => panic!("{} decodes: {pdu:?}", vector.name),
        };
        assert_eq!(Some(error.kind.name()), vector.error(), "{}", vector.name);
        assert!(error.offset <= vector.octets.len(), "{}", vector.name);
        if let Some(status) = vector.expected.get("suggested_status") {
            let suggested = format!("0x{:08X}", error.suggested_status().0);
            assert_eq!(*status, suggested, "{}", vector.name);
        }
        // Their details name the field behind a colon; ours names it apart.
        let detail = vector.expected["detail"].as_str().unwrap();
        if let Some((_, field)) = detail.split_once(": ")
            && !field.contains(' ')
        {
            let field = match (field, vector.error()) {
                // What is wrong is the length; the octets themselves are all there.
                ("short_message", Some("sm_length_overrun")) => "sm_length",
                ("ton", _) => "dest_addr_ton",
                (field, _) => field,
            };
            assert_eq!(error.field, field, "{}", vector.name);
        }
    }
}

#[test]
fn a_tolerant_decoder_reads_what_the_vectors_call_readable() {
    let lenient = |vector: &'static Vector| Some((vector, vector.lenient.as_ref()?));
    let mut count = 0;
    for (vector, expected) in vectors().iter().filter_map(lenient) {
        let (pdu, findings) = decode_with(Decoder::new(), &vector.octets).unwrap();
        assert_is(&pdu, &vector.octets, expected, &vector.name);
        let names: Vec<_> = findings.iter().map(|finding| finding.kind.name()).collect();
        assert!(
            names.contains(&vector.error().unwrap()),
            "{}: {names:?}",
            vector.name
        );
        count += 1;
    }
    assert_eq!(count, 10);
}

#[test]
fn everything_that_decodes_encodes_to_the_same_octets() {
    let mut counts = [0; 2];
    for vector in vectors() {
        for (decoder, count) in [Decoder::new(), strict()].iter().zip(&mut counts) {
            if let Ok((pdu, _)) = decode_with(*decoder, &vector.octets) {
                assert_eq!(encoded(&pdu), vector.octets, "{}", vector.name);
                assert_fields_cover(&pdu, &vector.octets);
                *count += 1;
            }
        }
    }
    let [tolerant, strict] = counts;
    assert_eq!(strict, 321);
    println!("## vectors: {strict} encode again after strict decoding, {tolerant} after tolerant");
    assert!(tolerant > strict + 10, "{tolerant}");
}

#[test]
fn an_incomplete_pdu_is_waited_for_on_a_stream() {
    let mut count = 0;
    for vector in vectors() {
        let waits = vector
            .error()
            .is_some_and(|error| error.starts_with("incomplete_"));
        assert_eq!(
            waits,
            vector.note.starts_with("on a stream: wait"),
            "{}",
            vector.name
        );
        if waits {
            let mut framer = Framer::new(heapless::Vec::<u8, 256>::new(), 256);
            let mut input = &vector.octets[..];
            assert_eq!(framer.next_frame(&mut input), Ok(None), "{}", vector.name);
            assert_eq!(framer.pending_octets(), vector.octets, "{}", vector.name);
            count += 1;
        }
    }
    assert_eq!(count, 2);
}

#[test]
fn an_impossible_command_length_ends_a_stream() {
    let mut count = 0;
    for vector in vectors() {
        let too_large = vector.error() == Some("command_length_too_large");
        if !too_large && vector.error() != Some("command_length_too_small") {
            continue;
        }
        let mut framer = Framer::new(heapless::Vec::<u8, 256>::new(), 256);
        let error = framer.next_frame(&mut &vector.octets[..]).unwrap_err();
        let stated: [u8; 4] = vector.octets[..4].try_into().unwrap();
        assert_eq!(error.command_length, u32::from_be_bytes(stated));
        assert_eq!(error.suggested_status(), CommandStatus::ESME_RINVCMDLEN);
        let kind = if too_large {
            FramingErrorKind::TooLarge { limit: 256 }
        } else {
            FramingErrorKind::TooSmall
        };
        assert_eq!(error.kind, kind, "{}", vector.name);
        count += 1;
    }
    assert_eq!(count, 4);
}

#[test]
fn the_limit_of_a_decoder_counts_the_header() {
    let octets = &good_vectors().next().unwrap().octets;
    let limit = octets.len();
    let decoder = Decoder::new().max_pdu_len(limit);
    assert!(decode_with(decoder, octets).is_ok());
    let error = decode_with(decoder.max_pdu_len(limit - 1), octets).unwrap_err();
    let kind = DecodeErrorKind::CommandLengthTooLarge {
        command_length: limit.try_into().unwrap(),
        limit: limit - 1,
    };
    assert_eq!((error.kind, error.field), (kind, "command_length"));
}
