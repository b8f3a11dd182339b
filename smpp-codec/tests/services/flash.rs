//! Flash messages.

use smpp_codec::services::Flash;
use smpp_pdu::{AddrSubunit, DataCoding, GsmAlphabet, MessageClass, Tlv, Tlvs};

#[test]
fn the_data_codings_that_are_built_have_class_0() {
    for (alphabet, octet) in [
        (GsmAlphabet::Gsm7, 0x10),
        (GsmAlphabet::Octet, 0x14),
        (GsmAlphabet::Ucs2, 0x18),
    ] {
        let coding = Flash::data_coding(alphabet);
        assert_eq!(coding, DataCoding(octet));
        assert_eq!(coding.alphabet(), Some(alphabet.into()));
        assert!(Flash::read(coding, &Tlvs::EMPTY).by_class);
    }
    let short = Flash::SHORT_DATA_CODING;
    assert_eq!(short.message_class(), Some(MessageClass::Class0));
}

#[test]
fn a_data_coding_made_flash_keeps_its_alphabet() {
    for octet in 0..=255 {
        let coding = DataCoding(octet);
        match Flash::of_data_coding(coding) {
            Some(flash) => {
                assert_eq!(flash.message_class(), Some(MessageClass::Class0));
                assert_eq!(flash.is_compressed(), coding.is_compressed());
                if octet != 0 {
                    assert_eq!(flash.alphabet(), coding.alphabet(), "0x{octet:02X}");
                }
            }
            None => assert!(
                matches!(octet, 1 | 3 | 5..=7 | 9..=0x0F | 0x80..=0xEF)
                    || coding.alphabet().is_none(),
                "0x{octet:02X}"
            ),
        }
    }
    assert_eq!(
        Flash::of_data_coding(DataCoding(0xF1)),
        Some(DataCoding(0xF0))
    );
    assert_eq!(
        Flash::of_data_coding(DataCoding(0x39)),
        Some(DataCoding(0x38))
    );
    assert_eq!(Flash::of_data_coding(DataCoding::LATIN1), None);
}

#[test]
fn either_place_makes_a_flash_message_and_a_contradiction_is_told() {
    let display = [Flash::tlv()];
    let display = Tlvs::from_slice(&display);
    assert_eq!(display, Tlvs::from_octets(&[0x00, 0x05, 0, 1, 0x01]));
    let by_display = Flash::read(DataCoding::UCS2, &display);
    assert!(by_display.is_flash() && !by_display.by_class && !by_display.conflict);
    let both = Flash::read(DataCoding(0xF0), &display);
    assert!(both.by_class && both.by_display && !both.conflict);
    assert!(Flash::read(DataCoding(0xF1), &display).conflict);

    let card = [Tlv::dest_addr_subunit(AddrSubunit(3))];
    let card = Tlvs::from_slice(&card);
    assert!(Flash::read(DataCoding(0x18), &card).conflict);
    assert!(!Flash::read(DataCoding(0x12), &card).conflict);
    let unknown = [Tlv::dest_addr_subunit(AddrSubunit(0))];
    let unknown = Flash::read(DataCoding(0x18), &Tlvs::from_slice(&unknown));
    assert!(unknown.is_flash() && !unknown.conflict);
    assert_eq!(Flash::read(DataCoding(0), &Tlvs::EMPTY), Flash::default());
}
