//! Message waiting.

use proptest::prelude::*;
use smpp_codec::services::MessageWaiting;
use smpp_pdu::udh::{Udh, UdhBuf};
use smpp_pdu::{DataCoding, GsmAlphabet, MessageWaitingKind, MsMsgWaitFacilities, Tlv, Tlvs};

#[test]
fn every_data_coding_of_the_group_is_read_as_written() {
    for octet in 0xC0..=0xEF_u8 {
        let read = MessageWaiting::read(DataCoding(octet), None, &Tlvs::EMPTY).unwrap();
        assert!(!read.conflict.any() && !read.more);
        let alphabet = if octet >= 0xE0 {
            GsmAlphabet::Ucs2
        } else {
            GsmAlphabet::Gsm7
        };
        // Bit 2 is reserved.
        let expected = DataCoding(octet & !0x04);
        assert_eq!(read.waiting.data_coding(alphabet), Some(expected));
    }
    for octet in (0..=0xBF).chain(0xF0..=0xFF_u8) {
        assert_eq!(
            MessageWaiting::read(DataCoding(octet), None, &Tlvs::EMPTY),
            None
        );
    }
    let discarded = MessageWaiting::on(MessageWaitingKind::EMAIL);
    assert_eq!(discarded.data_coding(GsmAlphabet::Ucs2), None);
    assert_eq!(
        discarded.store(true).data_coding(GsmAlphabet::Ucs2),
        Some(DataCoding(0xEA))
    );
}

#[test]
fn the_parameters_have_the_octets_of_the_standard() {
    let tlvs = MessageWaiting::on(MessageWaitingKind::EMAIL)
        .count(200)
        .tlvs();
    let octets = [0x00, 0x30, 0, 1, 0x82, 0x03, 0x04, 0, 1, 99];
    assert_eq!(tlvs.as_tlvs(), Tlvs::from_octets(&octets));
    let off = MessageWaiting::off(MessageWaitingKind::VOICEMAIL)
        .count(4)
        .tlvs();
    assert_eq!(off.as_tlvs(), Tlvs::from_octets(&[0x00, 0x30, 0, 1, 0x00]));
}

#[test]
fn a_disagreement_is_told_and_the_header_goes_first() {
    let mut header = UdhBuf::new();
    let told = MessageWaiting::on(MessageWaitingKind::FAX).count(5);
    header.special_message(told.special_message()).unwrap();
    let (header, _) = Udh::split(&header).unwrap();
    let other = MessageWaiting::off(MessageWaitingKind::EMAIL).tlvs();
    let tlvs = [other[0], Tlv::number_of_messages(7)];
    let stored = DataCoding(0xD9);
    let read = MessageWaiting::read(stored, Some(&header), &Tlvs::from_slice(&tlvs)).unwrap();
    assert_eq!(read.waiting, told.store(true), "kept if one place says so");
    let conflict = read.conflict;
    assert!(conflict.kind && conflict.active && conflict.count && conflict.store);

    let alone = [Tlv::number_of_messages(7)];
    let alone = Tlvs::from_slice(&alone);
    assert_eq!(MessageWaiting::read(DataCoding(0), None, &alone), None);
    let read = MessageWaiting::read(DataCoding(0xC8), None, &alone).unwrap();
    assert_eq!((read.waiting.count, read.conflict.any()), (Some(7), false));
}

#[test]
fn of_several_signs_the_one_that_another_place_names_is_taken() {
    let mut header = UdhBuf::new();
    for kind in [MessageWaitingKind::VOICEMAIL, MessageWaitingKind::FAX] {
        let sign = MessageWaiting::on(kind).count(kind.0 + 1);
        header.special_message(sign.special_message()).unwrap();
    }
    let (header, _) = Udh::split(&header).unwrap();
    let read = |octet| MessageWaiting::read(DataCoding(octet), Some(&header), &Tlvs::EMPTY);
    let fax = read(0xC9).unwrap();
    assert_eq!(
        (fax.waiting.kind, fax.waiting.count),
        (MessageWaitingKind::FAX, Some(2))
    );
    assert!(fax.more && !fax.conflict.any());
    assert_eq!(
        read(0x00).unwrap().waiting.kind,
        MessageWaitingKind::VOICEMAIL
    );
}

#[test]
fn more_than_99_messages_agree_with_99() {
    let waiting = MessageWaiting::on(MessageWaitingKind::VOICEMAIL).count(150);
    let mut header = UdhBuf::new();
    header.special_message(waiting.special_message()).unwrap();
    let (header, _) = Udh::split(&header).unwrap();
    let tlvs = waiting.tlvs();
    let read = MessageWaiting::read(DataCoding(0xC8), Some(&header), &tlvs.as_tlvs()).unwrap();
    assert_eq!((read.waiting, read.conflict.any()), (waiting, false));
}

proptest! {
    #[test]
    fn a_sign_is_read_from_each_place_and_from_all(
        kind in 0_u8..4,
        active in any::<bool>(),
        count in 1_u8..=99,
        store in any::<bool>(),
        profile in 0_u8..4,
        extended in 0_u8..8,
    ) {
        let kind = MessageWaitingKind(kind);
        let count = if active { count } else { 0 };
        let sign = MessageWaiting { kind, active, count: Some(count), store, profile, extended };
        let coding = sign.data_coding(GsmAlphabet::Gsm7).unwrap();
        let mut header = UdhBuf::new();
        header.special_message(sign.special_message()).unwrap();
        let (header, _) = Udh::split(&header).unwrap();
        let tlvs = sign.tlvs();
        let plain = DataCoding::MC_DEFAULT;

        let all = MessageWaiting::read(coding, Some(&header), &tlvs.as_tlvs()).unwrap();
        prop_assert_eq!((all.waiting, all.conflict.any(), all.more), (sign, false, false));
        let element = MessageWaiting::read(plain, Some(&header), &Tlvs::EMPTY).unwrap();
        prop_assert_eq!(element.waiting, sign);
        let parameters = MessageWaiting::read(plain, None, &tlvs.as_tlvs()).unwrap().waiting;
        prop_assert_eq!((parameters.kind, parameters.active), (kind, active));
        prop_assert_eq!(parameters.count, active.then_some(count));
        let by_coding = MessageWaiting::read(coding, None, &Tlvs::EMPTY).unwrap().waiting;
        prop_assert_eq!((by_coding.kind, by_coding.active, by_coding.store), (kind, active, store));
    }

    #[test]
    fn any_octets_in_any_place_are_read_without_panic(
        coding in any::<u8>(), user_data in proptest::collection::vec(any::<u8>(), 0..20),
        facilities in any::<u8>(), number in any::<u8>(),
    ) {
        let header = Udh::split(&user_data).ok().map(|(header, _)| header);
        let tlvs = [
            Tlv::ms_msg_wait_facilities(MsMsgWaitFacilities(facilities)),
            Tlv::number_of_messages(number),
        ];
        let read = MessageWaiting::read(DataCoding(coding), header.as_ref(), &Tlvs::from_slice(&tlvs));
        prop_assert!(read.is_some());
    }
}
