//! What is read, and what is replaced.

use smpp_codec::SliceBuf;
use smpp_codec::text::{EncodeTextError, Encoding, TextDecoder};

use crate::support::{decode, exact};

#[test]
fn octets_above_the_septets_are_replaced_and_counted() {
    let (text, decoded) = decode(Encoding::Gsm7, b"a\x80b\xFF");
    assert_eq!((text.as_str(), decoded.replaced), ("a\u{FFFD}b\u{FFFD}", 2));
}

#[test]
fn an_escape_reads_as_the_standard_says() {
    assert_eq!(exact(Encoding::Gsm7, b"\x1B\x65"), "€");
    assert_eq!(exact(Encoding::Gsm7, b"\x1Ba"), "a", "no such extension");
    assert_eq!(exact(Encoding::Gsm7, b"\x1B\x1Ba"), " a", "a second escape");
    assert_eq!(exact(Encoding::Gsm7, b"\x1B\x0D"), "\r");
    let (text, decoded) = decode(Encoding::Gsm7, b"a\x1B");
    assert_eq!((text.as_str(), decoded.replaced), ("a\u{FFFD}", 1));
    let (text, decoded) = decode(Encoding::Gsm7, b"\x1B\x80a");
    assert_eq!((text.as_str(), decoded.replaced), ("\u{FFFD}a", 1));
}

#[test]
fn surrogates_read_as_pairs_and_are_replaced_alone() {
    assert_eq!(exact(Encoding::Ucs2, b"\xD8\x3D\xDE\x00"), "😀");
    for (octets, expected, replaced) in [
        (&b"\xD8\x3D"[..], "\u{FFFD}", 1),
        (b"\xDE\x00", "\u{FFFD}", 1),
        (b"\xD8\x3D\0a", "\u{FFFD}a", 1),
        (b"\xD8\x3D\xD8\x3D\xDE\x00", "\u{FFFD}😀", 1),
        (b"\0a\0", "a\u{FFFD}", 1),
        (b"\xD8\x3D\xDE", "\u{FFFD}\u{FFFD}", 2),
    ] {
        let (text, decoded) = decode(Encoding::Ucs2, octets);
        assert_eq!(
            (text.as_str(), decoded.replaced),
            (expected, replaced),
            "{octets:02x?}"
        );
    }
}

#[test]
fn ucs2_in_the_strict_sense_knows_no_surrogates() {
    let (text, decoded) = decode(Encoding::Ucs2Bmp, b"\xD8\x3D\xDE\x00\0a");
    assert_eq!((text.as_str(), decoded.replaced), ("\u{FFFD}\u{FFFD}a", 2));
    assert!(Encoding::Ucs2Bmp.has('\u{FFFF}'));
    assert!(!Encoding::Ucs2Bmp.has('😀'));
}

#[test]
fn binary_is_no_text() {
    let (text, decoded) = decode(Encoding::Binary, b"ab");
    assert_eq!((text.as_str(), decoded.replaced), ("\u{FFFD}\u{FFFD}", 2));
    assert_eq!(Encoding::Binary.encoded_len(""), Ok(0));
    assert!(Encoding::Binary.encoded_len("a").is_err());
}

#[test]
fn a_destination_that_is_full_is_told() {
    let mut text = heapless::String::<5>::new();
    let decoded = Encoding::Latin1.decode(b"caf\xE9s", &mut text);
    assert_eq!(
        (text.as_str(), decoded.cut, decoded.replaced),
        ("café", true, 0)
    );
    assert!(!decoded.is_exact());
}

#[test]
fn a_text_in_pieces_reads_like_one() {
    let samples: [(Encoding, &[u8]); 4] = [
        (Encoding::Gsm7, b"1\x1Be\x1B\x1B2\x1Ba"),
        (Encoding::Ucs2, b"\xD8\x3D\xDE\x00\0a\xD8\x3D\0b\0"),
        (Encoding::Ucs2Bmp, b"\x20\xAC\0a\0"),
        (Encoding::Hebrew, b"\xE0\xFB\xF9"),
    ];
    for (encoding, octets) in samples {
        let whole = decode(encoding, octets);
        for first in 0..=octets.len() {
            for second in first..=octets.len() {
                let mut text = String::new();
                let mut decoder = TextDecoder::new(encoding);
                decoder.push(&octets[..first], &mut text);
                decoder.push(&octets[first..second], &mut text);
                decoder.push(&octets[second..], &mut text);
                let decoded = decoder.finish(&mut text);
                assert_eq!(
                    (text, decoded),
                    whole,
                    "{encoding} cut at {first}, {second}"
                );
            }
        }
    }
}

#[test]
fn a_refusal_says_which_character_and_where() {
    let error = Encoding::Gsm7.encoded_len("Fünf – sechs").unwrap_err();
    assert_eq!((error.character, error.index, error.offset), ('–', 5, 6));
    assert_eq!(error.to_string(), "GSM 7-bit has no – (at 5)");
    let invisible = Encoding::Latin1.encoded_len("a\u{200B}").unwrap_err();
    assert_eq!(invisible.to_string(), "ISO-8859-1 has no U+200B (at 1)");
}

#[test]
fn a_buffer_without_room_is_left_as_it_is() {
    let mut octets = [0xEE; 3];
    let error = Encoding::Ucs2.encode("ab", &mut SliceBuf::new(&mut octets));
    assert_eq!(error, Err(EncodeTextError::NoRoom { need: 4, room: 3 }));
    assert_eq!(octets, [0xEE; 3]);
}
