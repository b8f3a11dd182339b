//! Receipt texts as they are met in the field, one kind after the other.

use smpp_codec::receipt::{Outcome, ReceiptText, read_date};
use smpp_pdu::MessageState;
use smpp_pdu::time::TimeOptions;

use crate::support::{parse, str_of};

#[test]
fn sub_dlvrd_and_text_may_be_missing() {
    let text = parse(b"id:1 submit date:1504211508 done date:1504211508 stat:DELIVRD err:000");
    assert_eq!((text.sub, text.dlvrd, text.text), (None, None, None));
    assert_eq!((text.sub_count(), text.dlvrd_count()), (None, None));
    assert_eq!(str_of(text.err), Some("000"));
}

#[test]
fn id_may_be_missing() {
    let text = parse(b"sub:001 dlvrd:001 stat:EXPIRED err:000 text:id");
    assert_eq!((text.id, str_of(text.stat)), (None, Some("EXPIRED")));
}

#[test]
fn the_order_does_not_matter() {
    let keys: [&[u8]; 7] = [
        b"id:a1",
        b"sub:001",
        b"dlvrd:000",
        b"submit date:2401310959",
        b"done date:2401311000",
        b"stat:UNDELIV",
        b"err:042",
    ];
    let in_order = keys.join(&b' ');
    let expected = parse(&in_order);
    for turn in 0..keys.len() {
        let mut turned = keys;
        turned.rotate_left(turn);
        let octets = turned.join(&b' ');
        let mut same = parse(&octets);
        same.raw = expected.raw;
        assert_eq!(same, expected, "{}", octets.escape_ascii());
        turned.reverse();
        assert_eq!(parse(&turned.join(&b' ')).err, expected.err);
    }
}

#[test]
fn a_text_before_stat_ends_where_the_missing_fields_begin() {
    let text = parse(b"id:7 text: stat:DELIVRD err:001");
    assert_eq!(str_of(text.text), Some(""));
    assert_eq!(
        (str_of(text.stat), str_of(text.err)),
        (Some("DELIVRD"), Some("001"))
    );
    let text = parse(b"id:7 text:call me at 10:30 id:8 err:007 stat:EXPIRED");
    assert_eq!(str_of(text.text), Some("call me at 10:30 id:8"));
    assert_eq!(
        (str_of(text.err), str_of(text.stat)),
        (Some("007"), Some("EXPIRED"))
    );
}

#[test]
fn a_text_behind_stat_takes_everything() {
    let text = parse(b"stat:EXPIRED text:err:5 stat:DELIVRD id:9 text:x");
    assert_eq!(str_of(text.text), Some("err:5 stat:DELIVRD id:9 text:x"));
    assert_eq!(
        (str_of(text.stat), text.err, text.id),
        (Some("EXPIRED"), None, None)
    );
}

#[test]
fn a_text_without_any_stat_takes_everything() {
    let text = parse(b"id:7 text:err:5 and id:9");
    assert_eq!(str_of(text.text), Some("err:5 and id:9"));
    assert_eq!(text.err, None);
}

#[test]
fn keys_are_read_in_any_letters() {
    let text = parse(b"ID:1 SUB:002 DLVRD:003 SUBMIT DATE:1 Done Date:2 STAT:x ERR:4 TEXT:T");
    let fields = [
        text.id,
        text.sub,
        text.dlvrd,
        text.submit_date,
        text.done_date,
        text.stat,
    ];
    assert_eq!(
        fields.map(str_of),
        ["1", "002", "003", "1", "2", "x"].map(Some)
    );
    assert_eq!([text.err, text.text].map(str_of), ["4", "T"].map(Some));
}

#[test]
fn dates_are_read_under_joined_keys() {
    for (submit, done) in [
        ("submitdate", "donedate"),
        ("submit_date", "done_date"),
        ("submit  date", "done\tdate"),
        ("submit-date", "Done-Date"),
    ] {
        let octets = format!("{submit}:2401310959 {done}:2401311000");
        let text = parse(octets.as_bytes());
        assert_eq!(str_of(text.submit_date), Some("2401310959"), "{octets}");
        assert_eq!(str_of(text.done_date), Some("2401311000"), "{octets}");
    }
}

#[test]
fn the_id_is_read_under_other_names() {
    for name in [
        "msgid",
        "message_id",
        "messageid",
        "MessageId",
        "message id",
        "MSGID",
    ] {
        let octets = format!("{name}:MM-7 stat:DELIVRD");
        assert_eq!(str_of(parse(octets.as_bytes()).id), Some("MM-7"), "{name}");
    }
}

#[test]
fn unknown_keys_are_passed_over() {
    let text = parse(b"id:7 mccmnc:61202 err:000 vendorRef:a:b price:0.02 stat:DELIVRD");
    assert_eq!(
        [text.id, text.err, text.stat].map(str_of),
        ["7", "000", "DELIVRD"].map(Some)
    );
}

#[test]
fn a_key_is_a_whole_word() {
    for octets in [
        "myid:7",
        "xstat:7",
        "my_id:7",
        "my-id:7",
        "1id:7",
        "ids:7",
        "id :7",
        "idstat7",
        "id",
        "submit:1",
        "date:1",
        "context:1",
    ] {
        assert_eq!(ReceiptText::parse(octets.as_bytes()), None, "{octets}");
    }
}

#[test]
fn fields_may_be_apart_by_any_white_space() {
    for space in ["  ", "\t", "\r\n", "\n", " \t ", "\u{b}", "\u{c}"] {
        let octets = format!("id:42{space}stat:DELIVRD{space}err:000{space}");
        let text = parse(octets.as_bytes());
        let fields = [text.id, text.stat, text.err].map(str_of);
        assert_eq!(fields, ["42", "DELIVRD", "000"].map(Some), "{octets:?}");
    }
}

#[test]
fn fields_may_be_apart_by_a_no_break_space() {
    let latin_1 = parse(b"id:42\xA0stat:DELIVRD\xA0\xA0err:000");
    let utf_8 = parse(b"id:42\xC2\xA0stat:DELIVRD\xC2\xA0err:000");
    for text in [latin_1, utf_8] {
        let fields = [text.id, text.stat, text.err].map(str_of);
        assert_eq!(fields, ["42", "DELIVRD", "000"].map(Some));
    }
}

#[test]
fn nuls_at_the_end_belong_to_no_value() {
    assert_eq!(str_of(parse(b"id:7 err:000\0\0").err), Some("000"));
    assert_eq!(
        str_of(parse(b"id:7 stat:DELIVRD text:a\0b\0").text),
        Some("a\0b")
    );
    assert_eq!(parse(b"id:7\0").raw, b"id:7\0");
}

#[test]
fn something_may_stand_in_front_of_the_id() {
    for prefix in [
        "4790000000SMSAlert^",
        "419318028472222#",
        "47900000002100?",
        "'!",
        "  ",
    ] {
        let octets = format!("{prefix}id:1054BC63 stat:DELIVRD");
        assert_eq!(
            str_of(parse(octets.as_bytes()).id),
            Some("1054BC63"),
            "{prefix}"
        );
    }
}

#[test]
fn what_follows_the_text_belongs_to_it() {
    let text = parse(b"id:11f8 stat:DELIVRD err:000 Text:Sl? ut'!11f8");
    assert_eq!(str_of(text.text), Some("Sl? ut'!11f8"));
}

#[test]
fn ids_are_strings_of_any_form() {
    let longest = "f".repeat(64);
    for id in [
        "0000000017",
        "38601fa",
        "7220bb6bd0be98fa628de66590f80070",
        "74e02ee1-4e2f-4a6e-a78b-4b247d756a22",
        "SMSC-1:22/7",
        "a\u{e9}",
        longest.as_str(),
    ] {
        let octets = format!("id:{id} stat:DELIVRD");
        assert_eq!(parse(octets.as_bytes()).id_str(), Some(id));
    }
    assert_eq!(parse(b"id:\xE9 stat:X").id_str(), None);
}

#[test]
fn the_first_of_two_equal_keys_counts() {
    let text = parse(b"id:1 id:2 stat:EXPIRED stat:DELIVRD err: err:9");
    assert_eq!(
        [text.id, text.stat, text.err].map(str_of),
        ["1", "EXPIRED", ""].map(Some)
    );
}

#[test]
fn dates_have_ten_twelve_or_fourteen_digits() {
    let read = |text: &str| read_date(text.as_bytes(), TimeOptions::new()).map(|t| t.to_string());
    for (text, iso) in [
        ("1005232039", "2010-05-23T20:39:00"),
        ("100523203911", "2010-05-23T20:39:11"),
        ("20110314181534", "2011-03-14T18:15:34"),
        // No month 15, so the year has four digits.
        ("201512312359", "2015-12-31T23:59:00"),
        // Both forms fit.
        ("200101010030", "2020-01-01T01:00:30"),
        // The window of two-digit years.
        ("3801010000", "1938-01-01T00:00:00"),
        ("3701010000", "2037-01-01T00:00:00"),
        // Four digits need no window.
        ("20990101000000", "2099-01-01T00:00:00"),
    ] {
        assert_eq!(read(text).as_deref(), Some(iso), "{text}");
    }
    for text in [
        "",
        "0000000000",
        "000000000000",
        "2302290000",
        "26072612",
        "99999999999",
        "240131095",
        "2401310960",
        "240131 0959",
        "-401310959",
        "2024-01-31",
        "9999999999999",
        "21000101000000",
        "240131095900000",
        "2401310959000000",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn the_window_of_years_can_be_moved() {
    let text = parse(b"submit date:3801010000 done date:3801010100");
    let options = TimeOptions::new().pivot(70);
    assert_eq!(text.submit_time_with(options).unwrap().year(), 2038);
    assert_eq!(text.done_time_with(options).unwrap().year(), 2038);
    assert_eq!(text.done_time().unwrap().year(), 1938);
}

#[test]
fn a_bad_date_costs_only_its_field() {
    let text = parse(b"id:7 submit date:soon done date:2401311000 stat:DELIVRD");
    assert_eq!(
        (str_of(text.submit_date), text.submit_time()),
        (Some("soon"), None)
    );
    assert!(text.done_time().is_some());
}

#[test]
fn every_standard_word_is_a_state_in_any_letters() {
    for (word, state) in [
        ("ENROUTE", MessageState::ENROUTE),
        ("DELIVRD", MessageState::DELIVERED),
        ("EXPIRED", MessageState::EXPIRED),
        ("DELETED", MessageState::DELETED),
        ("UNDELIV", MessageState::UNDELIVERABLE),
        ("ACCEPTD", MessageState::ACCEPTED),
        ("UNKNOWN", MessageState::UNKNOWN),
        ("REJECTD", MessageState::REJECTED),
    ] {
        for word in [
            word.to_owned(),
            word.to_lowercase(),
            word.replacen('E', "e", 1),
        ] {
            let octets = format!("stat:{word}");
            assert_eq!(
                parse(octets.as_bytes()).message_state(),
                Some(state),
                "{word}"
            );
        }
    }
}

#[test]
fn other_words_are_states_only_by_likelihood() {
    for (word, state) in [
        ("BUFFRED", MessageState::ENROUTE),
        ("BUFFERD", MessageState::ENROUTE),
        ("buffered", MessageState::ENROUTE),
        ("EN_ROUTE", MessageState::ENROUTE),
        ("SCHEDULED", MessageState::SCHEDULED),
        ("DELIVERED", MessageState::DELIVERED),
        ("FAILED", MessageState::UNDELIVERABLE),
        ("UNDELVRD", MessageState::UNDELIVERABLE),
        ("UNDELIVERABLE", MessageState::UNDELIVERABLE),
        ("ACKED", MessageState::ACCEPTED),
        ("ACCEPTED", MessageState::ACCEPTED),
        ("REJECTED", MessageState::REJECTED),
        ("DND_REJECTED", MessageState::REJECTED),
        ("SKIPPED", MessageState::SKIPPED),
        ("INVALID", MessageState::UNKNOWN),
    ] {
        let octets = format!("id:7 stat:{word}");
        let text = parse(octets.as_bytes());
        assert_eq!(
            (text.message_state(), text.likely_state()),
            (None, Some(state)),
            "{word}"
        );
        assert_eq!(str_of(text.stat), Some(word));
    }
}

#[test]
fn numbers_and_unheard_words_are_no_state() {
    for word in ["0", "2", "9", "11", "BADSTAT", "", "DELIVRD.", "\u{e9}"] {
        let octets = format!("stat:{word} id:7");
        let text = parse(octets.as_bytes());
        assert_eq!(
            (text.message_state(), text.likely_state()),
            (None, None),
            "{word}"
        );
        assert_eq!(text.outcome(), Some(Outcome::Unclear), "{word}");
    }
    assert_eq!(parse(b"id:7").outcome(), None);
}

#[test]
fn the_error_is_a_number_only_when_it_has_digits_only() {
    for (err, number) in [
        ("000", Some(0)),
        ("7", Some(7)),
        ("0000", Some(0)),
        ("1027", Some(1027)),
        ("4294967295", Some(u32::MAX)),
        ("4294967296", None),
        ("", None),
        ("null", None),
        ("...", None),
        ("21b", None),
        ("-1", None),
        ("+1", None),
        ("ESME_RSUBMITFAIL", None),
    ] {
        let octets = format!("err:{err} stat:DELIVRD");
        let text = parse(octets.as_bytes());
        assert_eq!(
            (str_of(text.err), text.err_number()),
            (Some(err), number),
            "{err}"
        );
    }
}

#[test]
fn counts_are_numbers_or_nothing() {
    for (count, number) in [
        ("1", Some(1)),
        ("013", Some(13)),
        ("null", None),
        ("...", None),
    ] {
        let octets = format!("sub:{count} dlvrd:{count} id:7");
        let text = parse(octets.as_bytes());
        assert_eq!(
            (text.sub_count(), text.dlvrd_count()),
            (number, number),
            "{count}"
        );
    }
}

#[test]
fn the_text_is_octets() {
    for value in [
        &b""[..],
        b"-",
        b"\x04\x1A",
        b"\0\x41\x1B",
        b"\xD8\x3D",
        &[b'x'; 200],
        b"  a ",
    ] {
        let octets = [b"id:7 stat:DELIVRD text:".as_slice(), value].concat();
        assert_eq!(parse(&octets).text, Some(value));
    }
}

#[test]
fn a_value_behind_a_space_is_taken_when_it_can_be_nothing_else() {
    let text = parse(b"id: 4711 sub: 001 submit date: 2401310959 stat: DELIVRD err: text:x");
    let fields = [text.id, text.sub, text.submit_date, text.stat, text.err].map(str_of);
    assert_eq!(
        fields,
        ["4711", "001", "2401310959", "DELIVRD", ""].map(Some)
    );
    let text = parse(b"id: sub: stat: err: testing stat");
    let fields = [text.id, text.sub, text.stat, text.err].map(str_of);
    assert_eq!(fields, [Some(""); 4]);
}

#[test]
fn a_receipt_looks_like_one_with_a_state_and_an_id_or_a_date() {
    assert!(parse(b"id:7 stat:DELIVRD").looks_like_receipt());
    assert!(parse(b"done date:2401310959 stat:DELIVRD").looks_like_receipt());
    assert!(parse(b"submit date:2401310959 stat:DELIVRD").looks_like_receipt());
    assert!(!parse(b"stat:DELIVRD").looks_like_receipt());
    assert!(!parse(b"id:7 err:000 text:stat").looks_like_receipt());
}
