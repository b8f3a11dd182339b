//! Delivery receipts.

use smpp_codec::receipt::{
    Outcome, Receipt, ReceiptFinding, ReceiptFindingKind, ReceiptKey, ReceiptKind, ReceiptReader,
    ReceiptText, ReceiptWriteError, ReceiptWriter, stat_word,
};
use smpp_codec::{Decoder, SliceBuf, encode};
use smpp_pdu::time::{McLocalTime, TimeOptions};
use smpp_pdu::{
    COctetStr, DeliverSm, EsmClass, InterfaceVersion, MessageState, Pdu, SequenceNumber,
    ShortMessage, Tlv, Tlvs,
};

use crate::source::{Source, with_right_length};

/// A receipt text, whatever it is, is taken apart into slices of itself; a
/// receipt PDU is read without a panic; and what the writer writes is read
/// back, as a text and as a PDU.
///
/// The input is taken as a text, as a PDU, as the values of a `deliver_sm`
/// around a text, and as the values of a receipt to be written.
pub fn receipt(data: &[u8]) {
    parse(data);
    if let Some(octets) = with_right_length(data)
        && let Ok(pdu) = Decoder::new().decode_octets(&octets, &mut ())
    {
        read(&pdu, &octets);
    }
    built(data);
    written(data);
}

/// Whether a slice lies inside another one, not only its octets.
fn is_inside(slice: &[u8], whole: &[u8]) -> bool {
    let (slice, whole) = (slice.as_ptr_range(), whole.as_ptr_range());
    whole.start <= slice.start && slice.end <= whole.end
}

fn parse(data: &[u8]) {
    let mut findings: Vec<ReceiptFinding> = Vec::new();
    let text = ReceiptText::parse_with(data, &mut findings);
    assert_eq!(text, ReceiptText::parse(data));
    for finding in &findings {
        assert!(finding.offset <= data.len(), "{finding:?}");
        assert!(!finding.to_string().is_empty() && !finding.kind.clause().is_empty());
        assert!(!finding.field.is_empty() && !finding.kind.name().is_empty());
    }
    match text {
        Some(text) => look_at_text(&text, data, &findings),
        None => assert!(findings.is_empty(), "{findings:?}"),
    }
}

fn look_at_text(text: &ReceiptText<'_>, data: &[u8], findings: &[ReceiptFinding]) {
    assert_eq!(text.raw.as_ptr_range(), data.as_ptr_range());
    let mut values = Vec::new();
    for key in ReceiptKey::ALL {
        let missing = findings
            .iter()
            .any(|f| f.field == key.name() && f.kind == ReceiptFindingKind::Missing);
        let value = text.field(key);
        assert_eq!(value.is_none(), missing, "{key}");
        let Some(value) = value else { continue };
        assert!(is_inside(value, data), "{key} is from elsewhere");
        if key != ReceiptKey::Text {
            assert!(!value.contains(&b' '), "{key} is one word");
        }
        values.push(value.as_ptr_range());
    }
    assert!(!values.is_empty(), "a text without a key is none");
    values.sort_by_key(|range| (range.start, range.end));
    let apart = values.windows(2).all(|pair| pair[0].end <= pair[1].start);
    assert!(apart, "two fields share octets: {text:?}");
    for finding in findings {
        let len = match finding.kind {
            ReceiptFindingKind::Prefix { len }
            | ReceiptFindingKind::Stray { len }
            | ReceiptFindingKind::UnknownKey { len } => len,
            _ => continue,
        };
        let nobodys = data[finding.offset..finding.offset + len].as_ptr_range();
        let shared = values.iter().any(|value| {
            let both = value.start.max(nobodys.start)..value.end.min(nobodys.end);
            !both.is_empty()
        });
        assert!(!shared, "{finding} is part of a field: {text:?}");
    }

    if let Some(id) = text.id_str() {
        assert_eq!(Some(id.as_bytes()), text.id);
    }
    if let Some(state) = text.message_state() {
        assert_eq!(text.likely_state(), Some(state));
    }
    assert_eq!(text.outcome().is_some(), text.stat.is_some());
    for pivot in [0, TimeOptions::DEFAULT_PIVOT, 100] {
        let options = TimeOptions::new().pivot(pivot);
        let _ = (text.submit_time_with(options), text.done_time_with(options));
    }
    let _ = (text.err_number(), text.sub_count(), text.dlvrd_count());
    assert!(!text.looks_like_receipt() || text.stat.is_some());
    assert!(!format!("{text:?}").is_empty());
}

/// Reads a PDU in all ways; `octets` is what it borrows from.
fn read(pdu: &Pdu<'_>, octets: &[u8]) {
    let marked = Receipt::read(pdu);
    for by_shape in [false, true] {
        let reader = ReceiptReader::new().by_shape(by_shape);
        let mut findings: Vec<ReceiptFinding> = Vec::new();
        let found = reader.read(pdu, &mut findings);
        assert_eq!(found, reader.read(pdu, &mut ()));
        if marked.is_some() || !by_shape {
            assert_eq!(found, marked, "a mark counts for more than the shape");
        }
        for finding in &findings {
            assert!(finding.offset <= octets.len(), "{finding:?}");
            assert!(!finding.to_string().is_empty());
        }
        if let Some(receipt) = &found {
            look_at_receipt(receipt);
            assert!(receipt.body.is_empty() || is_inside(receipt.body, octets));
            if let Some(text) = receipt.text {
                assert_eq!(text.raw, receipt.body);
            }
        }
        for room in [0, 8, octets.len()] {
            let mut scratch = vec![0; room];
            if let Some(wide) = reader.read_wide(pdu, &mut scratch, &mut ()) {
                look_at_receipt(&wide);
            }
        }
    }
}

fn look_at_receipt(receipt: &Receipt<'_>) {
    assert_eq!(receipt.id(), receipt.ids().next());
    assert!(receipt.ids().all(|id| !id.is_empty()) && receipt.ids().count() <= 2);
    if let Some(state) = receipt.likely_state() {
        assert_eq!(receipt.outcome(), Some(Outcome::of(state)));
    }
    if let Some(state) = receipt.state() {
        assert!(receipt.message_state.is_some() || receipt.likely_state() == Some(state));
    }
    assert_eq!(
        receipt.error().is_some(),
        receipt.network_error_code.is_some()
            || receipt
                .text
                .is_some_and(|text| text.err.is_some_and(|err| !err.is_empty()))
    );
    let _ = (
        receipt.done_time(),
        receipt.submit_time(),
        receipt.is_closing(),
    );
    let _ = receipt.error().map(|error| error.number());
    assert!(!format!("{receipt:?}").is_empty());
}

/// A `deliver_sm` of these values: where the text stands, its class and its
/// parameters come first.
fn built(data: &[u8]) {
    let mut source = Source::new(data);
    let esm_class: EsmClass = source.take();
    let in_payload = source.flag();
    let mut tlvs: Vec<Tlv<'_>> = source.list(3);
    let text = source.rest();
    let text = &text[..text.len().min(600)];
    let mut short_message = ShortMessage::default();
    match ShortMessage::new(text) {
        Ok(short) if !in_payload => short_message = short,
        _ => tlvs.push(Tlv::message_payload(text).expect("a short one")),
    }
    let body = DeliverSm::default()
        .esm_class(esm_class)
        .short_message(short_message)
        .tlvs(Tlvs::from_slice(&tlvs));
    let mut octets = Vec::new();
    encode(&Pdu::request(SequenceNumber(1), body), &mut octets).expect("a vector takes it");
    let pdu = Decoder::new().decode_octets(&octets, &mut ());
    read(&pdu.expect("it was written here"), &octets);
}

fn written(data: &[u8]) {
    let mut source = Source::new(data);
    let id = source.octets();
    let id: String = id.iter().map(|octet| char::from(*octet)).collect();
    let state = MessageState(source.u8() % 12);
    let mut writer = ReceiptWriter::new(&id, state)
        .err(source.u16())
        .counts(source.u16(), source.u16());
    if source.flag() {
        writer = writer.user_message_reference(source.u16());
    }
    if source.flag() {
        writer.submit_date = date(&mut source);
        writer.done_date = date(&mut source);
    }
    let kind = match source.below(3) {
        0 => writer.kind,
        1 => ReceiptKind::DeliveryReceipt,
        _ => ReceiptKind::IntermediateNotification,
    };
    let writer = writer.kind(kind).text(source.rest());

    let mut out = vec![0xAA];
    let result = writer.write_text(&mut out);
    let good = (1..=64).contains(&id.len()) && id.bytes().all(|octet| octet.is_ascii_graphic());
    if !good {
        assert_eq!(result, Err(ReceiptWriteError::Id));
        assert!(out == [0xAA] && writer.tlvs(InterfaceVersion::V5_0).is_err());
        return;
    }
    assert_eq!(result, Ok(writer.text_len()));
    let octets = &out[1..];
    assert_eq!(octets.len(), writer.text_len());
    assert!(octets.len() <= ReceiptWriter::MAX_LEN);
    let mut short = vec![0xAA; octets.len() - 1];
    assert!(matches!(
        writer.write_text(&mut SliceBuf::new(&mut short)),
        Err(ReceiptWriteError::NoRoom { .. })
    ));
    assert!(
        short.iter().all(|octet| *octet == 0xAA),
        "nothing is written"
    );

    let mut findings: Vec<ReceiptFinding> = Vec::new();
    let text = ReceiptText::parse_with(octets, &mut findings).expect("it has all keys");
    same(&writer, &text);
    for finding in findings {
        // Ids of other centres, and dates that are not known.
        let expected = match finding.kind {
            ReceiptFindingKind::Width { .. } | ReceiptFindingKind::NotDigits => {
                finding.field == "id"
            }
            ReceiptFindingKind::BadDate => finding.field.ends_with("date"),
            _ => false,
        };
        assert!(expected, "{finding}");
    }
    sent(&writer, octets);
}

fn date(source: &mut Source<'_>) -> Option<McLocalTime> {
    let year = 2000 + u16::from(source.u8() % 69);
    let [month, day] = [source.u8() % 13, source.u8() % 32];
    let [hour, minute, second] = [source.u8() % 24, source.u8() % 60, source.u8() % 60];
    McLocalTime::new(year, month, day, hour, minute, second).ok()
}

fn same(writer: &ReceiptWriter<'_>, text: &ReceiptText<'_>) {
    assert_eq!(text.id_str(), Some(writer.id));
    assert_eq!(text.sub_count(), Some(writer.sub.min(999).into()));
    assert_eq!(text.dlvrd_count(), Some(writer.dlvrd.min(999).into()));
    assert_eq!(text.err_number(), Some(writer.err.min(999).into()));
    assert_eq!(text.stat, Some(stat_word(writer.state).as_bytes()));
    let to_the_minute = |date: McLocalTime| date.to_text().as_bytes()[..10].to_vec();
    for (written, read) in [
        (writer.submit_date, text.submit_time()),
        (writer.done_date, text.done_time()),
    ] {
        assert_eq!(written.map(to_the_minute), read.map(to_the_minute));
    }
    let start = text.text.expect("the key is there");
    assert!(writer.text.starts_with(start) && start.len() <= 20);
    // Missing at the end are NULs, and an escape whose character is cut off.
    let rest = &writer.text[start.len()..writer.text.len().min(20)];
    assert!(
        rest.iter().all(|octet| matches!(octet, 0 | 0x1B)),
        "{rest:02x?}"
    );
}

/// The same receipt as a whole PDU.
fn sent(writer: &ReceiptWriter<'_>, text: &[u8]) {
    for version in [InterfaceVersion::V3_3, InterfaceVersion::V3_4] {
        let tlvs = writer.tlvs(version).expect("the id is a good one");
        let body = DeliverSm::default()
            .esm_class(writer.esm_class())
            .short_message(ShortMessage::new(text).expect("a short one"))
            .tlvs(Tlvs::from_slice(&tlvs));
        let mut octets = Vec::new();
        encode(&Pdu::request(SequenceNumber(1), body), &mut octets).expect("a vector takes it");
        let pdu = Decoder::new().decode_octets(&octets, &mut ());
        let receipt = Receipt::read(&pdu.expect("it was written here"));
        let receipt = receipt.expect("it is marked");
        look_at_receipt(&receipt);
        same(writer, &receipt.text.expect("it has a text"));
        assert_eq!(receipt.kind, writer.kind);
        assert_eq!(receipt.id_str(), Some(writer.id));
        assert_eq!(receipt.ids().count(), 1);
        let number = receipt.error().and_then(|error| error.number());
        if version == InterfaceVersion::V3_3 {
            assert!(tlvs.is_empty());
            continue;
        }
        assert_eq!(receipt.message_state, Some(writer.state));
        assert_eq!(number, Some(writer.err.into()));
        assert_eq!(
            receipt.user_message_reference,
            writer.user_message_reference
        );
        let id = COctetStr::new(writer.id.as_bytes()).expect("no NUL");
        assert_eq!(receipt.receipted_message_id, Some(id.as_bytes()));
    }
}
