//! Receipts that are written are read back.

use smpp_codec::SliceBuf;
use smpp_codec::receipt::{ReceiptKind, ReceiptText, ReceiptWriteError, ReceiptWriter};
use smpp_pdu::time::McLocalTime;
use smpp_pdu::{EsmClass, InterfaceVersion, MessageState, NetworkErrorCodeType, Tag, Tlvs};

use crate::support::{off, parse, str_of};

type Text = heapless::Vec<u8, { ReceiptWriter::MAX_LEN }>;

fn written(writer: &ReceiptWriter<'_>) -> Text {
    let mut text = Text::new();
    let len = writer.write_text(&mut text).unwrap();
    assert_eq!((len, writer.text_len()), (text.len(), text.len()));
    text
}

fn date(minute: u8) -> McLocalTime {
    McLocalTime::new(2024, 1, 31, 9, minute, 58).unwrap()
}

#[test]
fn all_keys_are_written_in_order_and_nothing_is_off() {
    let writer = ReceiptWriter::new("0000000017", MessageState::UNDELIVERABLE)
        .submit_date(date(59))
        .done_date(date(7))
        .err(27)
        .text(b"This is a sample message");
    let text = written(&writer);
    assert_eq!(
        str_of(Some(&text)).unwrap(),
        "id:0000000017 sub:001 dlvrd:000 submit date:2401310959 done date:2401310907 \
         stat:UNDELIV err:027 text:This is a sample mes"
    );
    assert_eq!(off(&text), [""; 0]);
}

#[test]
fn what_is_not_given_is_written_as_none() {
    let text = written(&ReceiptWriter::new("a", MessageState::DELIVERED));
    assert_eq!(
        str_of(Some(&text)).unwrap(),
        "id:a sub:001 dlvrd:001 submit date:0000000000 done date:0000000000 \
         stat:DELIVRD err:000 text:"
    );
}

#[test]
fn numbers_are_cut_to_three_digits() {
    let writer = ReceiptWriter::new("a", MessageState::DELIVERED)
        .counts(7, 1000)
        .err(65_535);
    let text = written(&writer);
    let text = parse(&text);
    assert_eq!(
        [text.sub, text.dlvrd, text.err].map(str_of),
        ["007", "999", "999"].map(Some)
    );
    // The parameter has the whole number.
    let tlvs = writer.tlvs(InterfaceVersion::V5_0).unwrap();
    let error = Tlvs::from_slice(&tlvs)
        .network_error_code()
        .unwrap()
        .unwrap();
    assert_eq!(
        (error.network_type, error.code),
        (NetworkErrorCodeType::GSM, 65_535)
    );
}

#[test]
fn the_text_ends_neither_in_an_escape_nor_in_nuls() {
    let writer = ReceiptWriter::new("a", MessageState::DELIVERED);
    let escape = b"1234567890123456789\x1B\x65";
    assert_eq!(
        parse(&written(&writer.text(escape))).text,
        Some(&escape[..19])
    );
    // Where nothing is cut off, nothing is wrong with the last octet.
    assert_eq!(
        parse(&written(&writer.text(&escape[..20]))).text,
        Some(&escape[..20])
    );
    let nuls = b"ab\0cd\0\0";
    assert_eq!(parse(&written(&writer.text(nuls))).text, Some(&nuls[..5]));
}

#[test]
fn the_longest_receipt_has_the_stated_length() {
    let id = "f".repeat(64);
    let writer = ReceiptWriter::new(&id, MessageState::DELIVERED).text(&[b'x'; 300]);
    assert_eq!(written(&writer).len(), ReceiptWriter::MAX_LEN - 4);
    let longest = writer.seconds(true);
    assert_eq!(written(&longest).len(), ReceiptWriter::MAX_LEN);
    const { assert!(ReceiptWriter::MAX_LEN <= 254) };
}

#[test]
fn an_id_that_would_not_be_read_back_is_refused() {
    let long = "f".repeat(65);
    for id in [
        "",
        "a b",
        "a\tb",
        "a\0",
        "é",
        "a\u{a0}b",
        "a\u{7f}",
        long.as_str(),
    ] {
        let writer = ReceiptWriter::new(id, MessageState::DELIVERED);
        let mut text = Text::new();
        assert_eq!(
            writer.write_text(&mut text),
            Err(ReceiptWriteError::Id),
            "{id:?}"
        );
        assert!(text.is_empty());
        assert_eq!(
            writer.tlvs(InterfaceVersion::V3_4).unwrap_err(),
            ReceiptWriteError::Id
        );
    }
}

#[test]
fn nothing_is_written_where_there_is_no_room() {
    let writer = ReceiptWriter::new("17", MessageState::DELIVERED);
    let need = writer.text_len();
    let mut storage = [0; ReceiptWriter::MAX_LEN];
    let mut out = SliceBuf::new(&mut storage[..need - 1]);
    assert_eq!(
        writer.write_text(&mut out),
        Err(ReceiptWriteError::NoRoom {
            need,
            room: need - 1
        })
    );
    let mut out = SliceBuf::new(&mut storage[..need]);
    assert_eq!(writer.write_text(&mut out), Ok(need));
    assert!(ReceiptText::parse(&storage[..need]).is_some());
}

#[test]
fn parameters_follow_the_version_of_the_peer() {
    let writer = ReceiptWriter::new("17", MessageState::EXPIRED);
    assert!(writer.tlvs(InterfaceVersion::V3_3).unwrap().is_empty());
    assert!(writer.tlvs(InterfaceVersion(0)).unwrap().is_empty());
    let tags = |writer: &ReceiptWriter<'_>, version| {
        let tlvs = writer.tlvs(version).unwrap();
        tlvs.iter().map(|tlv| tlv.tag()).collect::<Vec<_>>()
    };
    let plain = [Tag::RECEIPTED_MESSAGE_ID, Tag::MESSAGE_STATE];
    assert_eq!(tags(&writer, InterfaceVersion::V3_4), plain);
    let full = writer.err(7).user_message_reference(9);
    assert_eq!(
        tags(&full, InterfaceVersion::V5_0),
        [
            Tag::RECEIPTED_MESSAGE_ID,
            Tag::MESSAGE_STATE,
            Tag::NETWORK_ERROR_CODE,
            Tag::USER_MESSAGE_REFERENCE,
        ]
    );
}

#[test]
fn the_id_of_the_parameter_ends_with_its_nul() {
    let writer = ReceiptWriter::new("17", MessageState::DELETED);
    let tlvs = writer.tlvs(InterfaceVersion::V3_4).unwrap();
    let list = Tlvs::from_slice(&tlvs);
    let id = list.receipted_message_id().unwrap().unwrap();
    assert_eq!((id.as_str(), id.is_terminated()), (Some("17"), true));
    assert_eq!(list.message_state(), Some(Ok(MessageState::DELETED)));
}

#[test]
fn the_kind_goes_with_the_state() {
    let class = |state| ReceiptWriter::new("a", state).esm_class();
    assert_eq!(class(MessageState::DELIVERED), EsmClass(0x04));
    assert_eq!(class(MessageState::UNKNOWN), EsmClass(0x04));
    assert_eq!(class(MessageState::ENROUTE), EsmClass(0x20));
    let writer = ReceiptWriter::new("a", MessageState::ENROUTE).kind(ReceiptKind::DeliveryReceipt);
    assert_eq!(writer.esm_class(), EsmClass(0x04));
}

#[test]
fn dates_have_seconds_where_the_reader_wants_them() {
    let writer = ReceiptWriter::new("17", MessageState::DELIVERED)
        .done_date(McLocalTime::new(2024, 1, 31, 10, 0, 12).unwrap());
    assert!(contains(&written(&writer), "done date:2401311000 stat"));
    let text = written(&writer.seconds(true));
    assert!(contains(
        &text,
        "submit date:000000000000 done date:240131100012 stat"
    ));
    assert_eq!(text.len(), writer.seconds(true).text_len());
}

fn contains(text: &[u8], part: &str) -> bool {
    core::str::from_utf8(text).unwrap().contains(part)
}
