//! What is off is reported with its place, and nothing else is.

use smpp_codec::receipt::{ReceiptFinding, ReceiptFindingKind as Kind, ReceiptText};

use crate::support::{Findings, named, off};

const GOOD: &[u8] = b"id:0123456789 sub:001 dlvrd:001 submit date:1005232039 \
    done date:1005242339 stat:DELIVRD err:000 text:This is a sample mes";

/// The good text with one part replaced by another.
fn with(from: &str, to: &str) -> Vec<u8> {
    let good = core::str::from_utf8(GOOD).unwrap();
    assert!(good.contains(from), "{from}");
    good.replacen(from, to, 1).into_bytes()
}

/// Only this is off.
#[track_caller]
fn assert_only(text: &[u8], offset: usize, field: &'static str, kind: Kind) {
    let mut findings = Findings::new();
    ReceiptText::parse_with(text, &mut findings).unwrap();
    let expected = ReceiptFinding {
        offset,
        field,
        kind,
    };
    assert_eq!(findings.as_slice(), [expected], "{}", text.escape_ascii());
}

#[test]
fn nothing_is_off_in_the_form_of_the_standard() {
    assert_eq!(off(GOOD), [""; 0]);
    assert_eq!(off(&with("text:", "Text:")), [""; 0]);
    assert_eq!(off(&with("This is a sample mes", "")), [""; 0]);
}

#[test]
fn keys_in_other_letters_are_reported() {
    assert_only(&with("stat:", "Stat:"), 76, "stat", Kind::KeyCase);
    assert_only(
        &with("submit date", "Submit Date"),
        32,
        "submit date",
        Kind::KeyCase,
    );
    assert_only(&with("text:", "TEXT:"), 97, "text", Kind::KeyCase);
}

#[test]
fn keys_of_other_names_are_reported() {
    assert_only(&with("id:", "msgid:"), 0, "id", Kind::KeyName);
    assert_only(
        &with("submit date", "submitdate"),
        32,
        "submit date",
        Kind::KeyName,
    );
}

#[test]
fn keys_out_of_order_are_reported_where_they_stand() {
    let text = with("id:0123456789 sub:001", "sub:001 id:0123456789");
    assert_only(&text, 8, "id", Kind::KeyOrder);
}

#[test]
fn repeated_keys_are_reported() {
    let text = with("sub:001", "sub:001 sub:002");
    assert_only(&text, 22, "sub", Kind::KeyRepeated);
}

#[test]
fn unknown_keys_and_stray_octets_are_reported() {
    let text = with("sub:001", "sub:001 price:0.02");
    assert_only(&text, 22, "short_message", Kind::UnknownKey { len: 10 });
    let text = with("sub:001", "sub:001 junk");
    assert_only(&text, 22, "short_message", Kind::Stray { len: 4 });
}

#[test]
fn missing_keys_are_reported_one_by_one() {
    assert_eq!(
        off(b"id:0123456789"),
        [
            "sub: missing",
            "dlvrd: missing",
            "submit date: missing",
            "done date: missing",
            "stat: missing",
            "err: missing",
            "text: missing",
        ]
    );
    assert_only(&with(" err:000", ""), GOOD.len() - 8, "err", Kind::Missing);
}

#[test]
fn what_stands_in_front_is_reported() {
    let text = with("id:", "4790000000#id:");
    assert_only(&text, 0, "short_message", Kind::Prefix { len: 11 });
    assert_only(&with("id:", " id:"), 0, "short_message", Kind::Separator);
}

#[test]
fn other_separators_are_reported() {
    for space in ["  ", "\t", "\r\n"] {
        let text = with(" sub", &format!("{space}sub"));
        assert_only(&text, 13, "short_message", Kind::Separator);
    }
    let text = b"id:0123456789 sub:001 dlvrd:001 submit date:1005232039 done date:1005242339 \
        stat:DELIVRD text: err:000 ";
    // Nothing of it is taken for the text, since stat came before.
    assert!(off(text).contains(&"err: missing".to_owned()));
}

#[test]
fn a_space_behind_the_colon_is_reported() {
    assert_only(
        &with("sub:001", "sub: 001"),
        18,
        "sub",
        Kind::SpaceAfterColon,
    );
}

#[test]
fn nuls_at_the_end_are_counted() {
    let text = [GOOD, b"\0\0"].concat();
    assert_only(
        &text,
        GOOD.len(),
        "short_message",
        Kind::TrailingNuls { count: 2 },
    );
}

#[test]
fn values_of_other_widths_are_reported_with_both() {
    let width = |len, expected| Kind::Width { len, expected };
    assert_only(&with("id:0123456789", "id:17"), 3, "id", width(2, 10));
    assert_only(&with("err:000", "err:0000"), 93, "err", width(4, 3));
    assert_only(
        &with("1005232039", "100523203911"),
        44,
        "submit date",
        width(12, 10),
    );
    assert_only(
        &with("sample mes", "sample message"),
        102,
        "text",
        width(24, 20),
    );
}

#[test]
fn values_without_digits_are_reported() {
    assert_only(&with("err:000", "err:21b"), 93, "err", Kind::NotDigits);
    assert_only(
        &with("id:0123456789", "id:01234567fa"),
        3,
        "id",
        Kind::NotDigits,
    );
    assert_only(
        &with("dlvrd:001", "dlvrd:..."),
        28,
        "dlvrd",
        Kind::NotDigits,
    );
}

#[test]
fn bad_and_ambiguous_dates_are_reported() {
    assert_only(
        &with("1005232039", "1002302039"),
        44,
        "submit date",
        Kind::BadDate,
    );
    assert_only(
        &with("1005242339", "0000000000"),
        65,
        "done date",
        Kind::BadDate,
    );
    assert_eq!(
        off(&with("1005242339", "200101010030")),
        ["done date: width", "done date: ambiguous_date"]
    );
}

#[test]
fn states_in_other_words_are_reported() {
    assert_only(&with("DELIVRD", "Delivrd"), 81, "stat", Kind::StatCase);
    assert_only(&with("DELIVRD", "BUFFRED"), 81, "stat", Kind::UnknownStat);
}

#[test]
fn keys_inside_the_text_are_reported() {
    let findings = off(b"id:0123456789 text:hello err:001 stat:DELIVRD");
    assert!(
        findings.contains(&"err: key_in_text".to_owned()),
        "{findings:?}"
    );
    assert!(
        findings.contains(&"err: key_order".to_owned()),
        "{findings:?}"
    );
}

#[test]
fn a_short_list_keeps_the_first_findings() {
    let mut all = Findings::new();
    let mut two: heapless::Vec<ReceiptFinding, 2> = heapless::Vec::new();
    ReceiptText::parse_with(b"ID:7", &mut all).unwrap();
    ReceiptText::parse_with(b"ID:7", &mut two).unwrap();
    assert_eq!(two.as_slice(), &all[..2]);
    assert_eq!(named(&all)[..2], ["id: key_case", "id: width"]);
}

#[cfg(feature = "alloc")]
#[test]
fn a_growing_list_keeps_all_findings() {
    let mut fixed = Findings::new();
    let mut growing: Vec<ReceiptFinding> = Vec::new();
    ReceiptText::parse_with(b"ID:7 STAT:x", &mut fixed).unwrap();
    ReceiptText::parse_with(b"ID:7 STAT:x", &mut growing).unwrap();
    assert_eq!(fixed.as_slice(), growing.as_slice());
    assert!(growing.len() > 5);
}

#[test]
fn a_finding_is_said_in_a_sentence() {
    let finding = ReceiptFinding {
        offset: 44,
        field: "submit date",
        kind: Kind::Width {
            len: 12,
            expected: 10,
        },
    };
    assert_eq!(
        finding.to_string(),
        "submit date at octet 44: 12 octets, the standard has 10"
    );
}
