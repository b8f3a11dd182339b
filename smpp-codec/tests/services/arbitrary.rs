//! Documents of any content, and octets of any kind.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use smpp_codec::wap::{
    IndicationAction, LoadAction, MediaType, Push, PushContent, ReceivedIndication, ReceivedLoad,
    ReceivedPush, ServiceIndication, ServiceLoad,
};
use smpp_pdu::time::AbsoluteTime;

use crate::support::{indication, load, pushed, written};

fn text() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| text.replace('\0', ""))
}

/// Addresses full of what has tokens, and halves of it.
fn url() -> impl Strategy<Value = String> {
    let words = vec![
        "http://",
        "https://",
        "www.",
        ".com/",
        ".com",
        ".edu/",
        ".net/",
        ".org/",
        "/",
        "a",
        "ä€😀",
        "?q=1",
        "HTTP://",
        "co.com/",
        ".",
    ];
    prop_oneof![
        text(),
        vec(select(words), 0..9).prop_map(|words| words.concat()),
    ]
}

fn time() -> impl Strategy<Value = AbsoluteTime> {
    let seconds = prop_oneof![
        -2_208_945_600..4_102_401_600_i64,
        (0..40_000_i64).prop_map(|days| days * 86_400),
    ];
    (seconds, -48_i8..=48).prop_map(|(seconds, quarters)| {
        AbsoluteTime::from_unix_seconds(seconds, 0, quarters).unwrap()
    })
}

fn action() -> impl Strategy<Value = IndicationAction> {
    use IndicationAction as I;
    select(vec![
        I::SignalNone,
        I::SignalLow,
        I::SignalMedium,
        I::SignalHigh,
        I::Delete,
    ])
}

/// Octets that are more often a document than evenly drawn ones.
fn likely_document() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&[u8]> = vec![
        b"\x45",
        b"\xC6",
        b"\x85",
        b"\x01",
        b"\x01",
        b"\x03a\0",
        b"\x0C",
        b"\x0B",
        b"\x08",
        b"\x0A",
        b"\xC3\x04\x20\x24\x02\x29",
        b"\x83\0",
        b"\x83\x09",
        b"\x04\0",
        b"\x84\x02",
        b"\x00\x01",
        b"\x00\x00",
        b"\x02\x87\x40",
        b"\x43\x05",
        b"\x85",
        b"\x11",
        b"\x07",
        b"\x47",
        b"\xC0",
        b"\x40z\0",
        b"\x03b",
    ];
    let piece = prop_oneof![
        9 => select(pieces).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 0..4),
    ];
    (5_u8..=6, vec(piece, 0..24)).prop_map(|(public_id, pieces)| {
        let mut octets = vec![2, public_id, 106, 5];
        octets.extend(b"href\0");
        octets.extend(pieces.concat());
        octets
    })
}

/// Reads in every way, and looks at all that comes of it.
fn read_all(octets: &[u8]) {
    let mut reports = 0;
    let mut report = |what: smpp_codec::wap::Skipped| {
        assert!(what.offset <= octets.len(), "{what}");
        reports += 1;
    };
    let show = |pieces: Option<smpp_codec::wap::Pieces<'_>>| {
        pieces.map(|pieces| (pieces.to_string(), pieces.is_empty(), pieces.iter().count()))
    };
    if let Ok(read) = ReceivedIndication::read(octets, &mut report) {
        show(read.href);
        show(read.text);
        show(read.effective_id());
    }
    if let Ok(read) = ReceivedLoad::read(octets, &mut report) {
        show(read.href);
    }
    assert!(
        reports <= 2 * octets.len() + 4,
        "a report for each octet is enough"
    );
    if let Ok(push) = ReceivedPush::read(octets) {
        let headers: usize = push.headers.clone().map(|header| header.value.len()).sum();
        assert!(headers <= octets.len());
        let _ = push.content(&mut |_| {});
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_indication_is_read_as_written(
        href in url(),
        text in text(),
        id in proptest::option::of(text()),
        action in proptest::option::of(action()),
        created in proptest::option::of(time()),
        expires in proptest::option::of(time()),
    ) {
        let id = id.as_deref();
        let document = ServiceIndication { href: &href, text: &text, id, action, created, expires };
        let octets = written(&document);
        let (read, skipped) = indication(&octets);
        prop_assert!(skipped.is_empty(), "{:?}", skipped);
        prop_assert_eq!(read.href.map(|href| href.to_string()).unwrap_or_default(), href);
        prop_assert_eq!(read.text.map(|text| text.to_string()).unwrap_or_default(), text);
        let read_id = read.id.map(|id| id.to_string());
        prop_assert_eq!(read_id.as_deref(), id);
        prop_assert_eq!(read.action, action);
        let utc = |time: Option<AbsoluteTime>| time.map(|time| time.converted_to(0).unwrap());
        prop_assert_eq!((read.created, read.expires), (utc(created), utc(expires)));
    }

    #[test]
    fn a_load_in_a_push_is_read_as_written(
        href in url(),
        transaction in any::<u8>(),
        action in select(vec![None, Some(LoadAction::ExecuteLow), Some(LoadAction::ExecuteHigh), Some(LoadAction::Cache)]),
        charset in proptest::option::of(any::<u32>()),
    ) {
        let push = Push { charset, ..Push::new(transaction, MediaType::SLC) };
        let octets = pushed(&push, &ServiceLoad { href: &href, action });
        let received = ReceivedPush::read(&octets).unwrap();
        prop_assert_eq!(received.head, push);
        let PushContent::Load(read) = received.content(&mut |what| panic!("{what}")).unwrap() else {
            panic!("a load");
        };
        prop_assert_eq!(read.href.unwrap(), href.as_str());
        prop_assert_eq!(read.action, action);
        prop_assert!(load(received.body).1.is_empty());
    }

    #[test]
    fn octets_of_any_kind_are_read_without_panic(octets in vec(any::<u8>(), 0..80)) {
        read_all(&octets);
    }

    #[test]
    fn likely_documents_are_read_without_panic(octets in likely_document()) {
        read_all(&octets);
        let mut push = vec![1, 6, 1, 0xAE];
        push.extend(octets);
        read_all(&push);
    }

    #[test]
    fn pushes_of_any_head_are_read_without_panic(head in vec(any::<u8>(), 0..60), len in 0_u8..70) {
        let mut push = vec![1, 6, len];
        push.extend(head);
        read_all(&push);
    }
}
