//! Septets in octets.

use smpp_codec::SliceBuf;
use smpp_codec::text::Encoding;
use smpp_codec::text::gsm7::{fill_bits, pack, packed_len, septets_in, unpack};
use smpp_pdu::udh::{SegmentUnit, room};

use crate::support::{encode, exact};

fn packed(septets: &[u8], fill: usize) -> Vec<u8> {
    let mut octets = vec![0; packed_len(septets.len(), fill)];
    let len = pack(septets, fill, &mut SliceBuf::new(&mut octets));
    assert_eq!(len, octets.len());
    octets
}

#[test]
fn packing_gives_the_octets_of_known_messages() {
    assert_eq!(
        packed(b"hellohello", 0),
        b"\xE8\x32\x9B\xFD\x46\x97\xD9\xEC\x37"
    );
    // Eight septets fill seven octets.
    assert_eq!(packed(&[0x7F; 8], 0), [0xFF; 7]);
    assert_eq!(packed(&[0x41], 1), [0x82]);
    assert!(packed(&[], 0).is_empty());
    assert!(packed(&[], 1).is_empty(), "no fill bits without septets");
}

#[test]
fn the_septets_behind_a_header_fill_what_is_left() {
    for header in 0..=140 {
        let fill = fill_bits(header);
        let septets = room(header, SegmentUnit::Septets);
        assert!(fill < 7);
        assert_eq!((header * 8 + fill) % 7, 0, "a septet border");
        assert_eq!(
            septets_in(140 - header, fill),
            septets,
            "header of {header}"
        );
        assert!(packed_len(septets, fill) <= 140 - header);
    }
}

#[test]
fn unpacking_undoes_packing_behind_any_fill() {
    let septets: Vec<u8> = (0..300_u16).map(|n| (n * 37 % 128) as u8).collect();
    for fill in 0..7 {
        for len in 0..=20 {
            let octets = packed(&septets[..len], fill);
            assert!(unpack(&octets, fill, len).eq(septets[..len].iter().copied()));
        }
        let octets = packed(&septets, fill);
        assert!(
            unpack(&octets, fill, usize::MAX)
                .take(300)
                .eq(septets.iter().copied())
        );
    }
}

/// 3GPP TS 23.038, 6.1.2.3.1.
#[test]
fn seven_spare_bits_are_a_carriage_return() {
    assert_eq!(
        encode(Encoding::Gsm7Packed, "1234567"),
        packed(b"1234567\r", 0)
    );
    assert_eq!(
        encode(Encoding::Gsm7Packed, "1234567\r"),
        packed(b"1234567\r\r", 0)
    );
    assert_eq!(
        encode(Encoding::Gsm7Packed, "12345678"),
        packed(b"12345678", 0)
    );
    assert_eq!(
        exact(Encoding::Gsm7Packed, &packed(b"1234567\r", 0)),
        "1234567"
    );
    // Zeros instead of it cannot be told from a character.
    assert_eq!(
        exact(Encoding::Gsm7Packed, &packed(b"1234567", 0)),
        "1234567@"
    );
}

#[test]
fn texts_of_any_length_that_end_with_returns_read_back() {
    for len in 0..40 {
        for returns in 0..=len {
            let text = "x".repeat(len - returns) + &"\r".repeat(returns);
            let octets = encode(Encoding::Gsm7Packed, &text);
            assert_eq!(exact(Encoding::Gsm7Packed, &octets), text);
        }
    }
}

#[test]
fn an_escape_is_packed_as_a_septet_of_its_own() {
    assert_eq!(encode(Encoding::Gsm7Packed, "€"), packed(b"\x1Be", 0));
    assert_eq!(exact(Encoding::Gsm7Packed, &packed(b"[\x1B<]", 0)), "Ä[Ñ");
}
