//! Whole PDUs: what is a receipt, and what its two forms come to.

use smpp_codec::receipt::{
    ErrorCode, Outcome, Receipt, ReceiptFindingKind as Kind, ReceiptKind, ReceiptReader,
    RecognisedBy,
};
use smpp_pdu::{
    Address, COctetStr, DataSm, DeliverSm, EsmClass, MessageState, NetworkErrorCode,
    NetworkErrorCodeType, Pdu, QuerySm, SequenceNumber, ShortMessage, SubmitSm, Tag, Tlv, Tlvs,
};

use crate::support::{Findings, deliver, named, str_of};

const TEXT: &[u8] = b"id:17 sub:001 dlvrd:001 submit date:2401310959 done date:2401311000 \
    stat:DELIVRD err:003 text:hi";

fn id_tlv(id: &[u8]) -> Tlv<'_> {
    Tlv::receipted_message_id(COctetStr::new(id).unwrap()).unwrap()
}

fn error_tlv<'a>(code: u16) -> Tlv<'a> {
    Tlv::network_error_code(NetworkErrorCode {
        network_type: NetworkErrorCodeType::GSM,
        code,
    })
}

fn read_with<'a>(pdu: &Pdu<'a>) -> (Receipt<'a>, Vec<String>) {
    let mut findings = Findings::new();
    let receipt = ReceiptReader::new().read(pdu, &mut findings).unwrap();
    let named = named(&findings);
    (receipt, named)
}

#[test]
fn the_message_type_tells_the_kind_whatever_the_other_bits() {
    for (message_type, kind) in [
        (0x04, ReceiptKind::DeliveryReceipt),
        (0x08, ReceiptKind::DeliveryAck),
        (0x10, ReceiptKind::UserAck),
        (0x18, ReceiptKind::ConversationAbort),
        (0x20, ReceiptKind::IntermediateNotification),
    ] {
        for other_bits in [0x00, 0x01, 0x03, 0x80] {
            let pdu = deliver(message_type | other_bits, TEXT, &[]);
            let receipt = Receipt::read(&pdu).unwrap();
            assert_eq!((receipt.kind, receipt.id()), (kind, Some(&b"17"[..])));
            assert_eq!(receipt.recognised_by, RecognisedBy::EsmClass);
        }
        assert_eq!(kind.esm_class(), EsmClass(message_type));
        assert_eq!(ReceiptKind::of(kind.esm_class()), Some(kind));
    }
    for ordinary in [0x00, 0x03, 0x40, 0x0C, 0x14, 0x1C, 0x24, 0x3C] {
        assert_eq!(
            Receipt::read(&deliver(ordinary, TEXT, &[])),
            None,
            "{ordinary:#04x}"
        );
    }
}

#[test]
fn other_operations_report_nothing() {
    let query = Pdu::request(SequenceNumber(1), QuerySm::default());
    assert_eq!(
        ReceiptReader::new().by_shape(true).read(&query, &mut ()),
        None
    );
}

#[test]
fn the_form_tells_only_when_asked_for() {
    let pdu = deliver(0, TEXT, &[]);
    let mut findings = Findings::new();
    assert_eq!(ReceiptReader::new().read(&pdu, &mut findings), None);
    assert!(findings.is_empty());
    let receipt = ReceiptReader::new()
        .by_shape(true)
        .read(&pdu, &mut findings)
        .unwrap();
    assert_eq!(receipt.recognised_by, RecognisedBy::Shape);
    assert!(named(&findings).contains(&"esm_class: not_marked".to_owned()));
}

#[test]
fn an_id_in_a_parameter_alone_makes_no_receipt() {
    let by_shape = ReceiptReader::new().by_shape(true);
    let tlvs = [id_tlv(b"17")];
    assert_eq!(by_shape.read(&deliver(0, b"hello", &tlvs), &mut ()), None);
    assert_eq!(
        by_shape.read(&deliver(0, b"my stat:fine", &[]), &mut ()),
        None
    );
    let tlvs = [id_tlv(b"17"), Tlv::message_state(MessageState::EXPIRED)];
    let pdu = deliver(0, b"", &tlvs);
    let receipt = by_shape.read(&pdu, &mut ()).unwrap();
    assert_eq!(receipt.state(), Some(MessageState::EXPIRED));
}

#[test]
fn a_receipt_comes_as_data_sm_too() {
    let tlvs = [Tlv::message_payload(TEXT).unwrap()];
    let data = DataSm::default()
        .esm_class(EsmClass(0x04))
        .tlvs(Tlvs::from_slice(&tlvs));
    let pdu = Pdu::request(SequenceNumber(1), data);
    let receipt = Receipt::read(&pdu).unwrap();
    assert_eq!(receipt.state(), Some(MessageState::DELIVERED));
    assert_eq!(receipt.body, TEXT);
}

#[test]
fn the_text_may_stand_in_message_payload() {
    let tlvs = [Tlv::message_payload(TEXT).unwrap()];
    let (receipt, off) = read_with_owned(&deliver(0x04, b"", &tlvs));
    assert_eq!(receipt.as_deref(), Some("17"));
    assert!(!off.contains(&"short_message: two_texts".to_owned()));
    // The one that is a receipt counts.
    let (receipt, off) = read_with_owned(&deliver(0x04, b"hello", &tlvs));
    assert_eq!(receipt.as_deref(), Some("17"));
    assert!(off.contains(&"short_message: two_texts".to_owned()));
    let (receipt, _) = read_with_owned(&deliver(0x04, b"id:18 stat:EXPIRED", &tlvs));
    assert_eq!(receipt.as_deref(), Some("18"));
}

fn read_with_owned(pdu: &Pdu<'_>) -> (Option<String>, Vec<String>) {
    let (receipt, off) = read_with(pdu);
    (receipt.id_str().map(str::to_owned), off)
}

#[test]
fn parameters_alone_make_a_whole_receipt() {
    let tlvs = [
        id_tlv(b"9f"),
        Tlv::message_state(MessageState::UNDELIVERABLE),
        error_tlv(27),
        Tlv::user_message_reference(513),
    ];
    let pdu = deliver(0x04, b"", &tlvs);
    let (receipt, off) = read_with(&pdu);
    assert_eq!(receipt.id_str(), Some("9f"));
    assert_eq!(receipt.state(), Some(MessageState::UNDELIVERABLE));
    assert_eq!(receipt.error().unwrap().number(), Some(27));
    assert_eq!(receipt.user_message_reference, Some(513));
    assert_eq!(receipt.text, None);
    assert_eq!(off, ["short_message: no_receipt_text"]);
}

#[test]
fn nothing_is_off_when_both_forms_agree() {
    const GOOD: &[u8] = b"id:0000000017 sub:001 dlvrd:000 submit date:2401310959 \
        done date:2401311000 stat:REJECTD err:027 text:abc";
    let tlvs = [
        id_tlv(b"0000000017"),
        // A word of its own is missing in the text form.
        Tlv::message_state(MessageState::SKIPPED),
        error_tlv(27),
    ];
    let pdu = deliver(0x04, GOOD, &tlvs);
    let (receipt, off) = read_with(&pdu);
    assert_eq!(off, [""; 0]);
    assert_eq!(receipt.state(), Some(MessageState::SKIPPED));
    assert_eq!(receipt.ids().count(), 1);
}

#[test]
fn the_parameters_count_before_the_text_and_differences_are_told() {
    let tlvs = [
        id_tlv(b"11"),
        Tlv::message_state(MessageState::EXPIRED),
        error_tlv(9),
    ];
    let pdu = deliver(0x04, TEXT, &tlvs);
    let mut findings = Findings::new();
    let receipt = ReceiptReader::new().read(&pdu, &mut findings).unwrap();
    assert_eq!(receipt.id(), Some(&b"11"[..]));
    assert_eq!(receipt.ids().collect::<Vec<_>>(), [b"11", b"17"]);
    assert_eq!(receipt.state(), Some(MessageState::EXPIRED));
    assert!(matches!(receipt.error(), Some(ErrorCode::Network(error)) if error.code == 9));
    assert_eq!(
        receipt.text.unwrap().message_state(),
        Some(MessageState::DELIVERED)
    );
    let kinds: Vec<_> = findings.iter().map(|finding| finding.kind).collect();
    assert!(kinds.contains(&Kind::IdsDiffer));
    assert!(kinds.contains(&Kind::StatesDiffer {
        text: MessageState::DELIVERED,
        tlv: MessageState::EXPIRED
    }));
    assert!(kinds.contains(&Kind::ErrorsDiffer { text: 3, tlv: 9 }));
}

#[test]
fn an_unknown_state_yields_to_a_word_of_the_text() {
    for unknown in [MessageState::UNKNOWN, MessageState(0x2A)] {
        let tlvs = [Tlv::message_state(unknown)];
        let receipt = Receipt::read(&deliver(0x04, TEXT, &tlvs)).unwrap().state();
        assert_eq!(receipt, Some(MessageState::DELIVERED));
        let pdu = deliver(0x04, b"id:17 stat:BADSTAT", &tlvs);
        assert_eq!(Receipt::read(&pdu).unwrap().state(), Some(unknown));
    }
}

#[test]
fn likely_words_count_only_where_they_are_asked_for() {
    let pdu = deliver(0x04, b"id:17 stat:FAILED", &[]);
    let receipt = Receipt::read(&pdu).unwrap();
    assert_eq!(receipt.state(), None);
    assert_eq!(receipt.likely_state(), Some(MessageState::UNDELIVERABLE));
    assert_eq!(receipt.outcome(), Some(Outcome::Failed));
}

#[test]
fn an_empty_parameter_leaves_the_id_to_the_text() {
    let tlvs = [id_tlv(b"")];
    assert_eq!(
        Receipt::read(&deliver(0x04, TEXT, &tlvs)).unwrap().id_str(),
        Some("17")
    );
    let pdu = deliver(0x04, b"id: stat:DELIVRD", &tlvs);
    assert_eq!(Receipt::read(&pdu).unwrap().id(), None);
}

#[test]
fn an_id_without_its_nul_or_with_several_is_read() {
    let bare = [Tlv::new(Tag::RECEIPTED_MESSAGE_ID, b"9f").unwrap()];
    let pdu = deliver(0x04, TEXT, &bare);
    let (receipt, off) = read_with(&pdu);
    assert_eq!(receipt.id_str(), Some("9f"));
    assert!(off.contains(&"receipted_message_id: unterminated".to_owned()));
    let padded = [Tlv::new(Tag::RECEIPTED_MESSAGE_ID, b"9f\0\0\0").unwrap()];
    let pdu = deliver(0x04, TEXT, &padded);
    let (receipt, off) = read_with(&pdu);
    assert_eq!(receipt.id_str(), Some("9f"));
    assert!(off.contains(&"receipted_message_id: tlv_width".to_owned()));
}

#[test]
fn parameters_of_a_wrong_width_are_reported_and_left_out() {
    let tlvs = [
        Tlv::new(Tag::MESSAGE_STATE, &[0, 5]).unwrap(),
        Tlv::new(Tag::NETWORK_ERROR_CODE, &[3, 9]).unwrap(),
    ];
    let pdu = deliver(0x04, TEXT, &tlvs);
    let mut findings = Findings::new();
    let receipt = ReceiptReader::new().read(&pdu, &mut findings).unwrap();
    assert_eq!(receipt.state(), Some(MessageState::DELIVERED));
    assert!(matches!(receipt.error(), Some(ErrorCode::Text(b"003"))));
    let widths: Vec<_> = findings
        .iter()
        .filter(|finding| matches!(finding.kind, Kind::TlvWidth { .. }))
        .map(|finding| (finding.offset, finding.field))
        .collect();
    assert_eq!(widths, [(0, "message_state"), (6, "network_error_code")]);
}

#[test]
fn missing_parameters_are_reported() {
    let pdu = deliver(0x04, TEXT, &[]);
    let (_, off) = read_with(&pdu);
    assert!(off.contains(&"receipted_message_id: missing".to_owned()));
    assert!(off.contains(&"message_state: missing".to_owned()));
}

#[test]
fn a_text_in_ucs_2_is_read_with_scratch() {
    let plain = "id:42 stat:EXPIRED err:001 text:ш!";
    let wide: Vec<u8> = plain.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let with_mark = [&[0xFE, 0xFF], wide.as_slice()].concat();
    for octets in [wide, with_mark] {
        let pdu = deliver(0x04, &octets, &[]);
        let (receipt, off) = read_with(&pdu);
        assert_eq!(receipt.text, None);
        assert!(off.contains(&"short_message: wide_text".to_owned()));
        let mut scratch = [0; 127];
        let receipt = ReceiptReader::new()
            .read_wide(&pdu, &mut scratch, &mut ())
            .unwrap();
        let text = receipt.text.unwrap();
        assert_eq!([text.id, text.text].map(str_of), ["42", "?!"].map(Some));
        assert_eq!(receipt.state(), Some(MessageState::EXPIRED));
    }
    let mut small = [0; 8];
    let octets: Vec<u8> = plain.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let pdu = deliver(0x04, &octets, &[]);
    let receipt = ReceiptReader::new()
        .read_wide(&pdu, &mut small, &mut ())
        .unwrap();
    assert_eq!(receipt.text, None);
}

#[test]
fn an_ordinary_text_needs_no_scratch() {
    let pdu = deliver(0x04, TEXT, &[]);
    let receipt = ReceiptReader::new()
        .read_wide(&pdu, &mut [], &mut ())
        .unwrap();
    assert_eq!(receipt.id_str(), Some("17"));
}

#[test]
fn a_user_data_header_is_passed_over_when_there_is_one() {
    let with_header = [b"\x05\x00\x03\x61\x01\x01".as_slice(), TEXT].concat();
    let pdu = deliver(0x44, &with_header, &[]);
    let (receipt, off) = read_with(&pdu);
    assert_eq!((receipt.id_str(), receipt.body), (Some("17"), TEXT));
    assert!(
        !off.iter()
            .any(|off| off.contains("prefix") || off.contains("header"))
    );
    let pdu = deliver(0x44, TEXT, &[]);
    let (receipt, off) = read_with(&pdu);
    assert_eq!(receipt.id_str(), Some("17"));
    assert!(off.contains(&"esm_class: no_user_data_header".to_owned()));
}

#[test]
fn a_state_of_the_other_kind_is_reported() {
    let enroute = b"id:17 stat:ENROUTE";
    let pdu = deliver(0x04, enroute, &[]);
    assert!(
        read_with(&pdu)
            .1
            .contains(&"esm_class: state_of_other_kind".to_owned())
    );
    let pdu = deliver(0x20, enroute, &[]);
    assert!(
        !read_with(&pdu)
            .1
            .contains(&"esm_class: state_of_other_kind".to_owned())
    );
    let pdu = deliver(0x20, TEXT, &[]);
    assert!(
        read_with(&pdu)
            .1
            .contains(&"esm_class: state_of_other_kind".to_owned())
    );
}

#[test]
fn only_receipts_about_an_outcome_close_a_message() {
    let closes = |esm_class, text: &[u8]| {
        Receipt::read(&deliver(esm_class, text, &[]))
            .unwrap()
            .is_closing()
    };
    assert!(closes(0x04, b"id:1 stat:DELIVRD"));
    assert!(closes(0x04, b"id:1 stat:UNKNOWN"));
    assert!(!closes(0x04, b"id:1 stat:ENROUTE"));
    assert!(!closes(0x04, b"id:1 stat:ACCEPTD"));
    assert!(!closes(0x20, b"id:1 stat:DELIVRD"));
    assert!(!closes(0x08, b"id:1 stat:DELIVRD"));
}

#[test]
fn what_a_person_answers_is_no_receipt_text() {
    let pdu = deliver(0x10, b"text: yes, err: no", &[]);
    let (receipt, off) = read_with(&pdu);
    assert_eq!((receipt.text, receipt.id()), (None, None));
    assert_eq!(receipt.body, b"text: yes, err: no");
    assert_eq!(off, [""; 0]);
}

#[test]
fn a_submission_is_an_acknowledgement_only_when_it_names_what_it_acknowledges() {
    let submit = |esm_class, text, tlvs| {
        let body = SubmitSm::default()
            .esm_class(EsmClass(esm_class))
            .short_message(ShortMessage::new(text).unwrap())
            .tlvs(Tlvs::from_slice(tlvs));
        Pdu::request(SequenceNumber(1), body)
    };
    // The mark alone is what some clients put on every message.
    assert_eq!(Receipt::read(&submit(0x08, b"hello", &[])), None);
    let tlvs = [id_tlv(b"17")];
    let pdu = submit(0x08, b"", &tlvs);
    assert_eq!(Receipt::read(&pdu).unwrap().kind, ReceiptKind::DeliveryAck);
    let reference = [Tlv::user_message_reference(3)];
    let pdu = submit(0x10, b"ok", &reference);
    assert_eq!(Receipt::read(&pdu).unwrap().kind, ReceiptKind::UserAck);
    // Only a centre sends these.
    assert_eq!(Receipt::read(&submit(0x04, TEXT, &[])), None);
    let by_shape = ReceiptReader::new().by_shape(true);
    assert_eq!(by_shape.read(&submit(0x00, TEXT, &[]), &mut ()), None);
}

#[test]
fn the_addresses_are_those_of_the_pdu() {
    let address = |digits: &'static str| Address {
        addr: COctetStr::try_from(digits).unwrap(),
        ..Address::default()
    };
    let body = DeliverSm::new(
        address("4790000000"),
        address("2100"),
        ShortMessage::new(TEXT).unwrap(),
    )
    .esm_class(EsmClass(0x04));
    let receipt = Receipt::read(&Pdu::request(SequenceNumber(1), body)).unwrap();
    assert_eq!(receipt.source_addr.addr.as_str(), Some("4790000000"));
    assert_eq!(receipt.destination_addr.addr.as_str(), Some("2100"));
}
