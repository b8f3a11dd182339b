//! Documents that are not as they should be.

use smpp_codec::wap::{
    IndicationAction, LoadAction, ReadError, ReceivedIndication, ReceivedLoad, ServiceIndication,
    Skipped, SkippedKind, WriteError,
};
use smpp_pdu::time::AbsoluteTime;

use crate::support::{indication, load, octets, written};

fn kinds(skipped: &[Skipped]) -> Vec<SkippedKind> {
    skipped.iter().map(|what| what.kind).collect()
}

#[test]
fn names_and_dates_that_came_as_texts_are_understood() {
    // The string table: si-id, action, created, the public identifier.
    let mut document = octets("02 00 15 6A 31");
    document.extend(b"si-id\0action\0created\0-//WAPFORUM//DTD SI 1.0//EN\0");
    document.extend(octets("45 C6 04 00 03 37 00 04 06 03"));
    document.extend(b"signal-high\0\x04\x0D\x031999-06-25T15:23:15Z\0\x01\x83\x00\x01\x01");
    let (read, skipped) = indication(&document);
    assert_eq!(kinds(&skipped), []);
    assert_eq!(read.id.unwrap(), *"7");
    assert_eq!(read.action, Some(IndicationAction::SignalHigh));
    assert_eq!(
        read.created,
        AbsoluteTime::new(1999, 6, 25, 15, 23, 15).ok()
    );
    assert_eq!(read.text.unwrap(), *"si-id");

    let (read, _) = load(b"\x02\x06\x6A\x07action\0\x85\x04\0\x03cache\0\x01");
    assert_eq!(read.action, Some(LoadAction::Cache));
}

#[test]
fn elements_that_nobody_needs_are_passed_over_as_a_whole() {
    // An info with an item that has a class and a text, then the indication.
    let document = octets(
        "02056A00 45 47 C8 12 03 61 00 01 03 62 00 01 01
         C6 0E 03 78 00 01 03 74 00 01 01",
    );
    let (read, skipped) = indication(&document);
    assert_eq!(kinds(&skipped), [SkippedKind::Element { token: 7 }]);
    assert_eq!(skipped[0].offset, 5);
    assert_eq!(read.href.unwrap(), *"https://x");
    assert_eq!(read.text.unwrap(), *"t");
}

#[test]
fn the_first_of_two_counts() {
    let document = octets(
        "02056A00 45 C6 0B 03 61 00 0B 03 62 00 01 03 74 00 07 03 75 00 01
         C6 0B 03 63 00 01 03 76 00 01 01 AA",
    );
    let (read, skipped) = indication(&document);
    assert_eq!(read.href.unwrap(), *"a");
    assert_eq!(read.text.unwrap(), *"t");
    assert_eq!(
        kinds(&skipped),
        [
            SkippedKind::Repeated { token: 0x0B },
            SkippedKind::Element { token: 7 },
            SkippedKind::Text,
            SkippedKind::Element { token: 6 },
            SkippedKind::Trailing { len: 1 },
        ]
    );
}

#[test]
fn pieces_that_nobody_knows_are_left_out_and_reported() {
    let document = octets(
        "02056A00 45 C6 0B 03 61 00 99 C3 02 FFFF 02 8740 02 C48000 83 05 C0 40 7A00 81 07
         03 62 00 01 02 41 03 74 00 C3 01 00 43 05 01 01 01",
    );
    let (read, skipped) = indication(&document);
    assert_eq!(read.href.unwrap(), *"a\u{3C0}b");
    assert_eq!(read.text.unwrap(), *"At");
    assert_eq!(
        kinds(&skipped),
        [
            SkippedKind::Value { token: 0x99 },
            SkippedKind::Opaque { len: 2 },
            SkippedKind::Entity { number: 0x11_0000 },
            SkippedKind::StringTable { index: 5 },
            SkippedKind::Value { token: 0xC0 },
            SkippedKind::Value { token: 0x40 },
            SkippedKind::Value { token: 0x81 },
            SkippedKind::Opaque { len: 1 },
            SkippedKind::Instruction,
        ]
    );
}

#[test]
fn tokens_of_another_page_are_unknown() {
    let document = octets("02066A00 85 08 03 61 00 00 01 85 00 00 85 00 02 08 03 62 00 01");
    let (read, skipped) = load(&document);
    assert_eq!(read.href.unwrap(), *"a.com/");
    assert_eq!(
        kinds(&skipped),
        [
            SkippedKind::Value { token: 0x85 },
            SkippedKind::Attribute { token: 0x08 }
        ]
    );
}

#[test]
fn dates_that_are_none_are_reported() {
    for value in [
        "C3 03 199906",
        "C3 08 1999062515231500",
        "C3 04 19991331",
        "C3 04 199902AA",
        "C3 04 21000101",
        "C3 04 18991231",
        "03 31393939 00",
        "C3 00",
        "",
    ] {
        let hex = format!("02056A00 45 86 0A {value} 01 01");
        let octets = octets(&hex);
        let (read, skipped) = indication(&octets);
        assert_eq!(read.created, None, "{value}");
        assert_eq!(kinds(&skipped), [SkippedKind::Date], "{value}");
    }
}

#[test]
fn a_document_that_is_cut_anywhere_gives_what_is_there() {
    let time = AbsoluteTime::new(2024, 2, 29, 12, 30, 59).unwrap();
    let whole = written(&ServiceIndication {
        id: Some("id"),
        action: Some(IndicationAction::Delete),
        created: Some(time),
        expires: Some(time),
        ..ServiceIndication::new("http://a.com/b", "text")
    });
    for len in 0..whole.len() {
        let mut skipped = Vec::new();
        let cut = &whole[..len];
        match ReceivedIndication::read(cut, &mut |what| skipped.push(what)) {
            Err(error) => assert!(len < 4 && error == ReadError::Cut { offset: len }),
            Ok(read) => {
                assert_eq!(skipped.last().unwrap().kind, SkippedKind::Cut);
                assert_eq!(skipped.last().unwrap().offset, len);
                if let Some(text) = read.text {
                    assert!("text".starts_with(&text.to_string()));
                }
                if let Some(href) = read.href {
                    assert!("http://a.com/b".starts_with(&href.to_string()));
                }
            }
        }
    }
    assert!(indication(&whole).1.is_empty());
}

#[test]
fn another_document_or_alphabet_is_told() {
    let read = |hex| ReceivedLoad::read(&octets(hex), &mut |_| {}).map(|_| ());
    let other = |public_id| Err(ReadError::OtherDocument { public_id });
    assert_eq!(read("02056A00 45"), other(5));
    assert_eq!(read("02 0000 6A00 85"), other(0));
    assert_eq!(read("02 8B01 6A00 85"), other(0x581));
    let charset = 1000;
    assert_eq!(read("02 06 8768 00"), Err(ReadError::Charset { charset }));
    assert_eq!(read("02 06 6A 05"), Err(ReadError::Cut { offset: 4 }));

    // Unknown, and the document speaks for itself; of an 8-bit alphabet.
    let document = octets("01 01 05 00 85 08 03 E4 61 00 01");
    let (read, skipped) = load(&document);
    assert_eq!(
        kinds(&skipped),
        [SkippedKind::PublicId, SkippedKind::Charset { charset: 5 }]
    );
    let mut text = String::new();
    let decoded = read.href.unwrap().decode(&mut text);
    assert_eq!((text.as_str(), decoded.replaced), ("\u{FFFD}a", 1));
    let latin = octets("01 06 04 00 85 08 03 E4 00 01");
    assert_eq!(load(&latin).0.href.unwrap(), *"ä");
    // WBXML 1.0 has no alphabet in its head.
    let oldest = octets("00 06 00 85 08 03 61 00 01");
    assert_eq!(load(&oldest).0.href.unwrap(), *"a");
}

#[test]
fn dates_in_other_zones_are_written_in_utc() {
    let time = AbsoluteTime::new(2024, 3, 1, 1, 0, 0)
        .unwrap()
        .with_offset_quarters(8)
        .unwrap();
    let document = ServiceIndication {
        created: Some(time),
        ..ServiceIndication::default()
    };
    let octets = written(&document);
    assert_eq!(octets[6..13], [0x0A, 0xC3, 0x05, 0x20, 0x24, 0x02, 0x29]);
    let (read, _) = indication(&octets);
    assert_eq!(read.created, time.converted_to(0).ok());

    let too_early = AbsoluteTime::new(1900, 1, 1, 0, 0, 0)
        .unwrap()
        .with_offset_quarters(1)
        .ok();
    let refused = ServiceIndication {
        expires: too_early,
        ..ServiceIndication::default()
    };
    assert!(matches!(
        refused.encoded_len(),
        Err(WriteError::Date {
            field: "expires",
            ..
        })
    ));
}

#[test]
fn a_nul_cannot_be_written() {
    for (document, field) in [
        (ServiceIndication::new("a\0", ""), "href"),
        (ServiceIndication::new("", "\0"), "text"),
        (
            ServiceIndication {
                id: Some("a\0b"),
                ..ServiceIndication::default()
            },
            "id",
        ),
    ] {
        assert_eq!(document.encoded_len(), Err(WriteError::NulInside { field }));
    }
}
