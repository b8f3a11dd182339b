//! PDUs that end early, at every octet.

use smpp_codec::{DecodeError, Decoder};
use smpp_pdu::Pdu;

use crate::support::{decode_with, encoded, good_vectors, with_true_length};

/// A PDU gives its octets back, an error lies inside of them. Whether it was a PDU.
fn check(decoded: Result<Pdu<'_>, DecodeError>, octets: &[u8], name: &str) -> bool {
    match decoded {
        Ok(pdu) => {
            assert_eq!(encoded(&pdu), octets, "{name}");
            true
        }
        Err(error) => {
            assert!(error.offset <= octets.len(), "{name}: {error}");
            assert!(!error.field.is_empty(), "{name}: {error}");
            false
        }
    }
}

#[test]
fn a_pdu_cut_at_any_octet_decodes_to_itself_or_to_an_error_inside_it() {
    let (mut cuts, mut tolerated, mut strictly) = (0, 0, 0);
    for vector in good_vectors() {
        for len in 0..vector.octets.len() {
            let octets = with_true_length(vector.octets[..len].to_vec());
            let decode = |decoder| decode_with(decoder, &octets).map(|(pdu, _)| pdu);
            let tolerant = check(decode(Decoder::new()), &octets, &vector.name);
            let strict = check(decode(Decoder::new().strict(true)), &octets, &vector.name);
            assert!(tolerant || !strict, "{}: only strictly", vector.name);
            cuts += 1;
            tolerated += usize::from(tolerant);
            strictly += usize::from(strict);
        }
    }
    println!(
        "## truncation: {cuts} cuts with the right command_length: \
         {tolerated} decode tolerantly, {strictly} strictly, each gives its octets back"
    );
    assert!(cuts > 10_000 && strictly > 0 && tolerated > strictly);
}

#[test]
fn a_pdu_shorter_than_its_command_length_never_decodes() {
    let mut cuts = 0;
    for vector in good_vectors() {
        for len in 0..vector.octets.len() {
            let octets = &vector.octets[..len];
            let error = decode_with(Decoder::new(), octets).unwrap_err();
            let name = if len < 16 {
                "incomplete_header"
            } else {
                "incomplete_pdu"
            };
            assert_eq!(error.kind.name(), name, "{} at {len}", vector.name);
            assert_eq!((error.offset, error.field), (0, "command_length"));
            cuts += 1;
        }
    }
    println!("## truncation: {cuts} cuts with the old command_length are all refused");
}

#[test]
fn octets_behind_a_pdu_are_refused_and_not_dropped() {
    for vector in good_vectors() {
        let longer = [&vector.octets[..], &[0, 0]].concat();
        let error = decode_with(Decoder::new(), &longer).unwrap_err();
        assert_eq!(error.kind.name(), "octets_behind_pdu", "{}", vector.name);
    }
}
