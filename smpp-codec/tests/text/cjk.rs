//! Japanese and Korean, against Python's codecs.

use std::collections::BTreeMap;

use smpp_codec::long::{Method, SplitOptions, segments};
use smpp_codec::text::Encoding;

use crate::support::{decode, digest, encode, exact, write};

/// The characters by their two octets.
fn pairs(encoding: Encoding) -> BTreeMap<[u8; 2], char> {
    ('\0'..=char::MAX)
        .filter(|&character| encoding.has(character))
        .filter_map(|character| {
            let octets = encode(encoding, &character.to_string());
            Some((<[u8; 2]>::try_from(octets).ok()?, character))
        })
        .collect()
}

#[test]
fn rows_are_those_of_python() {
    for (codec, encoding) in [("shift_jis", Encoding::Jis), ("euc_kr", Encoding::KsC5601)] {
        let pairs = pairs(encoding);
        let mut expected_rows = 0;
        for line in include_str!("cjk.tsv").lines() {
            let fields: Vec<_> = line.split('\t').collect();
            if fields[0] != codec {
                continue;
            }
            let lead = u8::from_str_radix(fields[1], 16).unwrap();
            let row: String = pairs
                .range([lead, 0]..=[lead, 0xFF])
                .map(|(_, &c)| c)
                .collect();
            assert_eq!(
                row.chars().count().to_string(),
                fields[2],
                "row {lead:#04x}: {row}"
            );
            assert_eq!(digest(row.as_bytes()), fields[3], "row {lead:#04x}: {row}");
            expected_rows += 1;
        }
        let mut rows: Vec<u8> = pairs.keys().map(|[lead, _]| *lead).collect();
        rows.dedup();
        assert_eq!(rows.len(), expected_rows, "{encoding}");
    }
}

#[test]
fn what_is_written_reads_back() {
    for encoding in [Encoding::Jis, Encoding::KsC5601] {
        let all: String = ('\0'..=char::MAX).filter(|&c| encoding.has(c)).collect();
        assert!(all.chars().count() > 6_900);
        assert_eq!(exact(encoding, &encode(encoding, &all)), all);
    }
}

#[test]
fn half_a_character_is_replaced() {
    let (text, decoded) = decode(Encoding::KsC5601, b"a\xB0");
    assert_eq!((text.as_str(), decoded.replaced), ("a\u{FFFD}", 1));
}

#[test]
fn two_octets_are_not_parted() {
    let text = format!("a{}", "漢".repeat(100));
    let octets = encode(Encoding::Jis, &text);
    let options = SplitOptions::new(Method::Sar, 1);
    let of_text = segments(Encoding::Jis, text.as_str(), options).unwrap();
    let of_octets = segments(Encoding::Jis, &octets[..], options).unwrap();
    assert_eq!((of_text.count(), of_octets.count()), (2, 2));
    for (a, b) in of_text.iter().zip(&of_octets) {
        assert_eq!(write(&a), write(&b));
        assert!(
            exact(Encoding::Jis, &write(&a)).starts_with(if a.part() == 1 { 'a' } else { '漢' })
        );
    }
}
