//! Texts and receipts of any kind.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use smpp_codec::receipt::{Receipt, ReceiptKey, ReceiptReader, ReceiptText, ReceiptWriter};
use smpp_pdu::time::McLocalTime;
use smpp_pdu::{
    DeliverSm, EsmClass, InterfaceVersion, MessageState, Pdu, SequenceNumber, ShortMessage, Tlvs,
};

use crate::support::Findings;

/// Octets that are more often something than evenly drawn ones.
fn likely_text() -> impl Strategy<Value = Vec<u8>> {
    let words = vec![
        "id:",
        "sub:",
        "dlvrd:",
        "submit date:",
        "done date:",
        "stat:",
        "err:",
        "text:",
        "TEXT:",
        "msgid:",
        "message_id:",
        "submitdate:",
        " ",
        "  ",
        "\t",
        ":",
        "DELIVRD",
        "0000000000",
        "200101010030",
        "17",
        "-",
        "x",
        "submit ",
        "date",
        "\0",
    ];
    let word = prop_oneof![
        8 => select(words).prop_map(|word| word.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..3),
        1 => Just(vec![0xC2, 0xA0]),
    ];
    vec(word, 0..16).prop_map(|words| words.concat())
}

/// Every field is a part of what was read.
fn assert_inside(text: &ReceiptText<'_>) {
    for value in ReceiptKey::ALL
        .into_iter()
        .filter_map(|key| text.field(key))
    {
        let range = text.raw.as_ptr_range();
        let part = value.as_ptr_range();
        assert!(range.start <= part.start && part.end <= range.end);
    }
}

fn date() -> impl Strategy<Value = McLocalTime> {
    (1938..2038_u16, 1..13_u8, 1..29_u8, 0..24_u8, 0..60_u8)
        .prop_map(|(y, m, d, h, n)| McLocalTime::new(y, m, d, h, n, 0).unwrap())
}

fn id() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[!-~]{1,64}").unwrap()
}

proptest! {
    #[test]
    fn any_octets_are_read_without_harm(octets in vec(any::<u8>(), 0..300)) {
        if let Some(text) = ReceiptText::parse(&octets) {
            assert_inside(&text);
        }
    }

    #[test]
    fn likely_texts_are_read_without_harm(octets in likely_text()) {
        let mut findings = Findings::new();
        let text = ReceiptText::parse_with(&octets, &mut findings);
        if let Some(text) = text {
            assert_inside(&text);
            prop_assert!(ReceiptKey::ALL.iter().any(|&key| text.field(key).is_some()));
            let _ = (text.submit_time(), text.done_time(), text.err_number(), text.outcome());
        }
        for finding in &findings {
            prop_assert!(finding.offset <= octets.len());
        }
    }

    #[test]
    fn only_the_text_has_white_space_in_it(octets in likely_text()) {
        if let Some(text) = ReceiptText::parse(&octets) {
            for key in ReceiptKey::ALL.into_iter().filter(|&key| key != ReceiptKey::Text) {
                let value = text.field(key).unwrap_or_default();
                prop_assert!(!value.iter().any(|octet| matches!(octet, 0x09..=0x0D | b' ' | 0xA0)));
            }
        }
    }

    #[test]
    fn whole_messages_are_read_without_harm(
        esm_class: u8,
        text in prop_oneof![likely_text(), vec(any::<u8>(), 0..255)],
        tlvs in vec(any::<u8>(), 0..40),
        by_shape: bool,
    ) {
        let text = &text[..text.len().min(255)];
        let body = DeliverSm::default()
            .esm_class(EsmClass(esm_class))
            .short_message(ShortMessage::new(text).unwrap())
            .tlvs(Tlvs::from_octets(&tlvs));
        let pdu = Pdu::request(SequenceNumber(1), body);
        let mut scratch = [0; 128];
        let reader = ReceiptReader::new().by_shape(by_shape);
        let receipt = reader.read_wide(&pdu, &mut scratch, &mut Findings::new());
        if let Some(receipt) = receipt {
            let _ = (receipt.outcome(), receipt.error(), receipt.ids().count(), receipt.is_closing());
        }
    }

    #[test]
    fn what_is_written_is_read_back(
        id in id(),
        state in (0..10_u8).prop_map(MessageState),
        submit in proptest::option::of(date()),
        done in proptest::option::of(date()),
        err: u16,
        counts: (u16, u16),
        reference: Option<u16>,
        text in vec(any::<u8>(), 0..30),
    ) {
        let mut writer = ReceiptWriter::new(&id, state).err(err).counts(counts.0, counts.1).text(&text);
        writer.submit_date = submit;
        writer.done_date = done;
        writer.user_message_reference = reference;
        let mut octets: heapless::Vec<u8, { ReceiptWriter::MAX_LEN }> = heapless::Vec::new();
        writer.write_text(&mut octets).unwrap();
        let tlvs = writer.tlvs(InterfaceVersion::V5_0).unwrap();
        let body = DeliverSm::default()
            .esm_class(writer.esm_class())
            .short_message(ShortMessage::new(&octets).unwrap())
            .tlvs(Tlvs::from_slice(&tlvs));
        let receipt = Receipt::read(&Pdu::request(SequenceNumber(1), body)).unwrap();

        prop_assert_eq!(receipt.id_str(), Some(id.as_str()));
        prop_assert_eq!(receipt.ids().count(), 1);
        prop_assert_eq!(receipt.kind, writer.kind);
        // UNKNOWN is the same in both forms, and so yields to itself.
        prop_assert_eq!(receipt.state(), Some(state));
        prop_assert_eq!((receipt.submit_time(), receipt.done_time()), (submit, done));
        let number = receipt.error().unwrap().number();
        prop_assert_eq!(number, Some(u32::from(err)));
        prop_assert_eq!(receipt.user_message_reference, reference);
        let read = receipt.text.unwrap();
        prop_assert_eq!(read.sub_count(), Some(u32::from(counts.0.min(999))));
        prop_assert_eq!(read.dlvrd_count(), Some(u32::from(counts.1.min(999))));
        prop_assert_eq!(read.err_number(), Some(u32::from(err.min(999))));
        let start = read.text.unwrap();
        prop_assert!(text.starts_with(start));
        let rest = &text[start.len()..text.len().min(20)];
        prop_assert!(rest.iter().all(|&octet| octet == 0 || octet == 0x1B));
    }
}
