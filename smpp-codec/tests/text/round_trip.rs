//! Any text, encoded, split, shuffled, joined and read again.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use smpp_codec::long::{Incoming, Joiner, Method, Outcome, SplitOptions, segments};
use smpp_codec::text::{ChooseOptions, Encoding, NationalShift, choose, choose_with};
use smpp_pdu::udh::{NationalLanguage, Ports};
use smpp_pdu::{EsmClass, Tag, Tlv, Tlvs};

use crate::support::{encode, exact, write};

/// Texts of several parts: of any characters, of those of the GSM alphabet
/// with many escapes, of clusters, with returns where they hurt.
fn texts() -> impl Strategy<Value = String> {
    let gsm: Vec<char> = "@£Δ\r\r\r\n [](){}€|^~\\abcdefgÄà\u{C}".chars().collect();
    const CLUSTERS: [&str; 9] = [
        "👨\u{200D}👩\u{200D}👧\u{200D}👦",
        "e\u{301}",
        "\r\n",
        "🇩🇪",
        "ж",
        "x",
        "क्षि",
        "\r",
        "😀",
    ];
    prop_oneof![
        any::<String>(),
        proptest::collection::vec(any::<char>(), 0..300).prop_map(String::from_iter),
        proptest::collection::vec(select(gsm), 0..700).prop_map(String::from_iter),
        proptest::collection::vec(select(&CLUSTERS[..]), 0..300).prop_map(String::from_iter),
        proptest::collection::vec(32_u8..127, 0..700)
            .prop_map(|octets| String::from_utf8(octets).unwrap()),
        (0_usize..400, 0_usize..30).prop_map(|(x, cr)| "x".repeat(x) + &"\r".repeat(cr)),
    ]
}

fn options() -> impl Strategy<Value = SplitOptions> {
    let method = select(&[Method::Udh8, Method::Udh16, Method::Sar, Method::Payload][..]);
    let ports = proptest::option::of((any::<u8>(), any::<u8>(), any::<bool>()));
    (method, any::<u16>(), ports, any::<bool>()).prop_map(|(method, reference, ports, whole)| {
        let mut options = SplitOptions::new(method, reference);
        options.whole_clusters = whole;
        options.ports = ports.map(|(destination, originator, wide)| Ports {
            destination: destination.into(),
            originator: originator.into(),
            wide,
        });
        options
    })
}

fn languages() -> impl Strategy<Value = NationalLanguage> {
    (1_u8..=13).prop_map(NationalLanguage)
}

/// Splits, shuffles, sends some parts twice, joins and reads.
fn through(
    encoding: Encoding,
    text: &str,
    options: SplitOptions,
    shuffle: &[Index],
) -> Result<String, TestCaseError> {
    let segments = segments(encoding, text, options).unwrap();
    let count = segments.count();
    let mut parts = Vec::new();
    for segment in &segments {
        prop_assert_eq!(segment.total() as usize, count);
        prop_assert!(segment.is_payload() || segment.units() <= segments.room());
        parts.push((segment.has_header(), segment.sar(), write(&segment)));
    }
    // Some twice, then all in another order.
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.extend(shuffle.iter().take(2).map(|index| index.index(parts.len())));
    for (at, index) in shuffle.iter().enumerate() {
        let len = order.len();
        order.swap(at % len, index.index(len));
    }
    let mut joiner = Joiner::<2, 255, 48_000, u8>::new(1);
    let base = encoding.with_national(NationalShift::NONE);
    let mut read = None;
    for at in order {
        let (has_header, sar, octets) = &parts[at];
        let class = EsmClass::DEFAULT.with_udhi(*has_header);
        let numbers = sar.map(|sar| (sar.reference.to_be_bytes(), [sar.total], [sar.part]));
        let mut tlvs = Vec::new();
        if let Some((reference, total, part)) = &numbers {
            tlvs.push(Tlv::new(Tag::SAR_MSG_REF_NUM, reference).unwrap());
            tlvs.push(Tlv::new(Tag::SAR_TOTAL_SEGMENTS, total).unwrap());
            tlvs.push(Tlv::new(Tag::SAR_SEGMENT_SEQNUM, part).unwrap());
        }
        let mut text = String::new();
        match Incoming::read(class, octets, &Tlvs::from_slice(&tlvs)) {
            None => {
                prop_assert_eq!(count, 1);
                let (header, data) = if *has_header {
                    let (header, data) = smpp_pdu::udh::Udh::split(octets).unwrap();
                    (Some(header), data)
                } else {
                    (None, &octets[..])
                };
                let encoding = header.map_or(base, |header| base.with_header(&header));
                let mut decoder = smpp_codec::text::TextDecoder::new(encoding);
                decoder.push_behind(octets.len() - data.len(), data, &mut text);
                prop_assert!(decoder.finish(&mut text).is_exact());
                read = Some(text);
            }
            Some(part) => {
                prop_assert!(count > 1);
                let outcome = joiner.accept(1, &part, 0);
                if let Outcome::Complete(message) = outcome {
                    prop_assert!(message.decode(base, &mut text).is_exact());
                    read = Some(text);
                } else {
                    let good = matches!(outcome, Outcome::Stored(_) | Outcome::Duplicate(_));
                    prop_assert!(good, "{outcome:?}");
                }
            }
        }
    }
    prop_assert!(read.is_some(), "not complete");
    Ok(read.unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_text_comes_through(
        text in texts(),
        options in options(),
        shuffle in proptest::collection::vec(any::<Index>(), 0..12),
    ) {
        let encoding = choose(&text).encoding;
        prop_assert_eq!(through(encoding, &text, options, &shuffle)?, text);
    }

    #[test]
    fn any_text_comes_through_packed(
        text in texts(),
        options in options(),
        shuffle in proptest::collection::vec(any::<Index>(), 0..12),
    ) {
        let candidates = ChooseOptions {
            candidates: &[Encoding::Gsm7Packed, Encoding::Cyrillic, Encoding::Latin1, Encoding::Ucs2],
            ..ChooseOptions::default()
        };
        let encoding = choose_with(&text, &candidates).unwrap().encoding;
        prop_assert_eq!(through(encoding, &text, options, &shuffle)?, text);
    }

    #[test]
    fn any_text_of_a_national_table_comes_through(
        language in languages(),
        packed in any::<bool>(),
        pick in proptest::collection::vec(any::<Index>(), 0..400),
        options in options(),
        shuffle in proptest::collection::vec(any::<Index>(), 0..12),
    ) {
        let shift = NationalShift::both(language);
        let base = if packed { Encoding::Gsm7Packed } else { Encoding::Gsm7 };
        let encoding = base.with_national(shift);
        let known: Vec<char> = ('\0'..='\u{22FF}').filter(|&c| encoding.has(c)).collect();
        let text: String = pick.iter().map(|index| *index.get(&known)).collect();
        prop_assert_eq!(through(encoding, &text, options, &shuffle)?, text);
    }

    #[test]
    fn any_text_encoded_whole_reads_back(text in texts()) {
        for encoding in [
            Encoding::Gsm7,
            Encoding::Gsm7Packed,
            Encoding::Ascii,
            Encoding::Latin1,
            Encoding::Cyrillic,
            Encoding::Hebrew,
            Encoding::Ucs2,
            Encoding::Ucs2Bmp,
        ] {
            if encoding.encoded_len(&text).is_ok() {
                prop_assert_eq!(exact(encoding, &encode(encoding, &text)), &text[..]);
            }
        }
    }

    #[test]
    fn any_octets_are_read(
        octets in proptest::collection::vec(any::<u8>(), 0..300),
        language in languages(),
    ) {
        for encoding in [
            Encoding::Gsm7,
            Encoding::Gsm7Packed,
            Encoding::Gsm7National(NationalShift::both(language)),
            Encoding::Ascii,
            Encoding::Hebrew,
            Encoding::Ucs2,
            Encoding::Ucs2Bmp,
            Encoding::Binary,
        ] {
            let (text, decoded) = crate::support::decode(encoding, &octets);
            let shown = text.matches('\u{FFFD}').count();
            // UCS-2 can say U+FFFD itself.
            prop_assert!(decoded.replaced <= shown && !decoded.cut);
            if encoding.unit() != smpp_pdu::udh::SegmentUnit::Ucs2 {
                prop_assert_eq!(decoded.replaced, shown);
            }
        }
    }

    #[test]
    fn any_octets_are_split_and_put_together(
        octets in proptest::collection::vec(any::<u8>(), 0..1000),
        options in options(),
    ) {
        for encoding in [Encoding::Gsm7, Encoding::Ucs2, Encoding::Binary] {
            let segments = segments(encoding, octets.as_slice(), options).unwrap();
            let mut joined = Vec::new();
            for segment in &segments {
                joined.extend_from_slice(&write(&segment)[segment.header().len()..]);
            }
            prop_assert_eq!(&joined, &octets);
        }
    }
}
