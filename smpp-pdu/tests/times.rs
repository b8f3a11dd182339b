//! Times against the vectors, a calendar walked day by day, and themselves.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

use core::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use smpp_pdu::time::{
    AbsoluteTime, McLocalTime, RelativeTime, SmppTime, TimeErrorKind, TimeOptions, TimePart,
    TimeText,
};

const VECTORS: &str = include_str!("spec/times.jsonl");

fn vectors() -> Vec<Value> {
    VECTORS
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn string<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

fn absolute(text: &str) -> AbsoluteTime {
    match SmppTime::parse(text.as_bytes()) {
        Ok(Some(SmppTime::Absolute(time))) => time,
        other => panic!("{text}: {other:?}"),
    }
}

fn lenient(text: &str) -> RelativeTime {
    match SmppTime::parse_with(text.as_bytes(), TimeOptions::new().lenient(true)) {
        Ok(Some(SmppTime::Relative(time))) => time,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn every_vector_reads_as_expected_and_writes_the_same_text() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 66);
    let [
        mut absolutes,
        mut relatives,
        mut locals,
        mut empties,
        mut errors,
    ] = [0; 5];
    for vector in &vectors {
        let text = string(vector, "text");
        let expected = &vector["expected"];
        let read = SmppTime::parse(text.as_bytes());
        if let Some(error) = expected.get("error") {
            errors += 1;
            let got = read.expect_err(text);
            assert_eq!(got.kind().name(), error.as_str().unwrap(), "{text}");
            assert_eq!(
                got.part().is_none(),
                got.kind() == TimeErrorKind::BadLength,
                "{text}"
            );
            continue;
        }
        let read = read.unwrap_or_else(|error| panic!("{text}: {error}"));
        match (string(expected, "kind"), read) {
            ("empty", None) => empties += 1,
            ("absolute", Some(SmppTime::Absolute(time))) => {
                absolutes += 1;
                let shown = time.to_string();
                let (local, offset) = shown.split_at(21);
                assert_eq!(local, string(expected, "local"), "{text}");
                assert_eq!(offset.len(), 6, "{text}");
                let minutes = expected["utc_offset_minutes"].as_i64().unwrap();
                assert_eq!(i64::from(time.offset_quarters()) * 15, minutes, "{text}");
                let utc = time.converted_to(0).unwrap().to_string();
                assert_eq!(
                    utc.replace("+00:00", "Z"),
                    string(expected, "utc"),
                    "{text}"
                );
                assert_eq!(time.to_text().as_str(), text);
            }
            ("relative", Some(SmppTime::Relative(time))) => {
                relatives += 1;
                let parts = [
                    ("years", time.years()),
                    ("months", time.months()),
                    ("days", time.days()),
                    ("hours", time.hours()),
                    ("minutes", time.minutes()),
                    ("seconds", time.seconds()),
                ];
                for (name, value) in parts {
                    assert_eq!(expected[name].as_u64(), Some(value.into()), "{text} {name}");
                }
                // What the relative form ignores is written as zeros.
                assert_eq!(time.to_text().as_str(), format!("{}000R", &text[..12]));
                assert!(time.is_regular());
            }
            ("mc_local", Some(SmppTime::McLocal(time))) => {
                locals += 1;
                assert_eq!(time.to_string(), string(expected, "local"), "{text}");
                assert_eq!(time.to_text().as_str(), text);
            }
            (kind, other) => panic!("{text}: {kind} expected, got {other:?}"),
        }
    }
    assert_eq!(
        [absolutes, relatives, locals, empties, errors],
        [ABSOLUTES, RELATIVES, 1, 1, ERRORS]
    );
}

const ABSOLUTES: u32 = 23;
const RELATIVES: u32 = 16;
const ERRORS: u32 = 25;

#[test]
fn a_lenient_reader_takes_every_relative_value_and_nothing_else_more() {
    let options = TimeOptions::new().lenient(true);
    let mut taken = 0;
    for vector in vectors() {
        let text = string(&vector, "text");
        let strict = SmppTime::parse(text.as_bytes());
        let loose = SmppTime::parse_with(text.as_bytes(), options);
        let out_of_range = strict.is_err_and(|error| error.kind() == TimeErrorKind::OutOfRange);
        if out_of_range && text.ends_with('R') {
            taken += 1;
            let time = loose.unwrap().unwrap();
            assert_eq!(time.to_text().as_str(), text);
        } else {
            assert_eq!(loose, strict, "{text}");
        }
    }
    assert_eq!(taken, 5);
    assert_eq!(
        lenient("999999999999000R").to_text().as_str(),
        "999999999999000R"
    );
}

#[test]
fn an_error_names_the_first_wrong_part() {
    let cases = [
        (
            "2401x1000000000+",
            TimeErrorKind::BadCharacter,
            TimePart::Day,
        ),
        (
            "x40101000000000+",
            TimeErrorKind::BadCharacter,
            TimePart::Year,
        ),
        (
            "240101000000x00+",
            TimeErrorKind::BadCharacter,
            TimePart::Tenths,
        ),
        (
            "2401010000000x0R",
            TimeErrorKind::BadCharacter,
            TimePart::Offset,
        ),
        (
            "24010100000000/+",
            TimeErrorKind::BadCharacter,
            TimePart::Offset,
        ),
        (
            "240101000000:00+",
            TimeErrorKind::BadCharacter,
            TimePart::Tenths,
        ),
        // A character that is no digit comes before a value out of range.
        (
            "2413010000000x0+",
            TimeErrorKind::BadCharacter,
            TimePart::Offset,
        ),
        ("240101000000000r", TimeErrorKind::BadSign, TimePart::Sign),
        (
            "241301000000000+",
            TimeErrorKind::OutOfRange,
            TimePart::Month,
        ),
        ("240431000000000+", TimeErrorKind::OutOfRange, TimePart::Day),
        ("240100000000000+", TimeErrorKind::OutOfRange, TimePart::Day),
        (
            "240101240000000+",
            TimeErrorKind::OutOfRange,
            TimePart::Hour,
        ),
        (
            "240101006000000+",
            TimeErrorKind::OutOfRange,
            TimePart::Minute,
        ),
        (
            "240101000060000+",
            TimeErrorKind::OutOfRange,
            TimePart::Second,
        ),
        (
            "240101000000049-",
            TimeErrorKind::OutOfRange,
            TimePart::Offset,
        ),
        (
            "001300000000000R",
            TimeErrorKind::OutOfRange,
            TimePart::Month,
        ),
        (
            "000000240000000R",
            TimeErrorKind::OutOfRange,
            TimePart::Hour,
        ),
        ("2401x1000000", TimeErrorKind::BadCharacter, TimePart::Day),
        ("240230000000", TimeErrorKind::OutOfRange, TimePart::Day),
    ];
    for (text, kind, part) in cases {
        let error = SmppTime::parse(text.as_bytes()).expect_err(text);
        assert_eq!((error.kind(), error.part()), (kind, Some(part)), "{text}");
    }
    for length in (1..40).filter(|length| ![12, 16].contains(length)) {
        let error = SmppTime::parse(&vec![b'0'; length]).unwrap_err();
        assert_eq!(
            (error.kind(), error.part()),
            (TimeErrorKind::BadLength, None)
        );
    }
}

#[test]
fn an_error_says_what_is_wrong() {
    let say = |text: &str| SmppTime::parse(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(say("1"), "a time has 0, 12 or 16 characters");
    assert_eq!(
        say("240101000000000Z"),
        "a time of 16 characters ends with +, - or R"
    );
    assert_eq!(say("2401x1000000000+"), "time: day not a digit");
    assert_eq!(
        say("240101000000049+"),
        "time: distance to UTC out of range"
    );
}

#[test]
fn the_two_ways_to_write_utc_stay_apart() {
    let (plus, minus) = (absolute("020610233429000+"), absolute("020610233429000-"));
    assert_ne!(plus, minus);
    assert_eq!(plus.with_negative_zero(), minus);
    assert!(minus.is_negative_zero() && !plus.is_negative_zero());
    assert_eq!((plus.offset_quarters(), minus.offset_quarters()), (0, 0));
    assert_eq!(plus.to_unix_seconds(), minus.to_unix_seconds());
    assert_eq!(minus.to_string(), "2002-06-10T23:34:29.0-00:00");
    let ahead = absolute("020610233429001+");
    assert_eq!(ahead.with_negative_zero(), ahead);
}

#[test]
fn the_century_window_follows_the_pivot() {
    let year =
        |pivot, text: &[u8]| match SmppTime::parse_with(text, TimeOptions::new().pivot(pivot)) {
            Ok(Some(SmppTime::Absolute(time))) => time.year(),
            Ok(Some(SmppTime::McLocal(time))) => time.year(),
            other => panic!("{other:?}"),
        };
    assert_eq!(year(38, b"380101000000000+"), 1938);
    assert_eq!(year(38, b"370101000000000+"), 2037);
    assert_eq!(year(60, b"380101000000000+"), 2038);
    assert_eq!(year(0, b"000101000000"), 1900);
    assert_eq!(year(100, b"990101000000"), 2099);
    assert_eq!(year(255, b"990101000000"), 2099);
    for pivot in 0..=u8::MAX {
        let options = TimeOptions::new().pivot(pivot);
        let covered: Vec<u16> = (0..=u16::MAX)
            .filter(|&year| options.covers(year))
            .collect();
        let mut meant: Vec<u16> = (0..100).map(|digits| options.year(digits)).collect();
        meant.sort_unstable();
        assert_eq!(covered, meant, "{pivot}");
    }
    assert_eq!(TimeOptions::default(), TimeOptions::new());
}

#[test]
fn the_leap_day_depends_on_the_window_in_1900_only() {
    let leap_day = b"000229000000000+";
    assert!(SmppTime::parse(leap_day).is_ok());
    assert!(SmppTime::parse_with(leap_day, TimeOptions::new().pivot(0)).is_err());
}

#[test]
fn every_day_of_two_centuries_follows_the_one_before() {
    let start = AbsoluteTime::new(1900, 1, 1, 0, 0, 0)
        .unwrap()
        .to_unix_seconds();
    assert_eq!(start, -2_208_988_800);
    let mut seconds = start;
    for year in 1900..=2099 {
        for month in 1..=12 {
            let days = (1..=32)
                .take_while(|&day| AbsoluteTime::new(year, month, day, 0, 0, 0).is_ok())
                .count();
            let leap = year % 4 == 0 && year != 1900;
            let expected = [
                31,
                if leap { 29 } else { 28 },
                31,
                30,
                31,
                30,
                31,
                31,
                30,
                31,
                30,
                31,
            ];
            assert_eq!(days, expected[usize::from(month) - 1], "{year}-{month}");
            for day in 1..=u8::try_from(days).unwrap() {
                let time = AbsoluteTime::new(year, month, day, 0, 0, 0).unwrap();
                assert_eq!(time.to_unix_seconds(), seconds);
                assert_eq!(AbsoluteTime::from_unix_seconds(seconds, 0, 0), Ok(time));
                seconds += 86_400;
            }
        }
    }
    assert_eq!(seconds, 4_102_444_800);
    for outside in [start - 1, seconds, i64::MIN, i64::MAX] {
        for quarters in [-48, 0, 48] {
            let inside = outside == start - 1 && quarters > 0 || outside == seconds && quarters < 0;
            let time = AbsoluteTime::from_unix_seconds(outside, 0, quarters);
            assert_eq!(time.is_ok(), inside, "{outside} {quarters}");
        }
    }
}

#[test]
fn known_instants_come_out() {
    for (seconds, shown) in [
        (0, "1970-01-01T00:00:00.0+00:00"),
        (-1, "1969-12-31T23:59:59.0+00:00"),
        (951_782_400, "2000-02-29T00:00:00.0+00:00"),
        (1_000_000_000, "2001-09-09T01:46:40.0+00:00"),
        (1_234_567_890, "2009-02-13T23:31:30.0+00:00"),
        (2_147_483_647, "2038-01-19T03:14:07.0+00:00"),
        (4_107_542_399, ""),
    ] {
        match AbsoluteTime::from_unix_seconds(seconds, 0, 0) {
            Ok(time) => {
                assert_eq!(time.to_string(), shown);
                assert_eq!(time.to_unix_seconds(), seconds);
            }
            Err(error) => assert_eq!((shown, error.part()), ("", Some(TimePart::Year))),
        }
    }
}

#[test]
fn impossible_points_in_time_are_not_made() {
    let part = |y, m, d, h, n, s| AbsoluteTime::new(y, m, d, h, n, s).unwrap_err().part();
    assert_eq!(part(1899, 1, 1, 0, 0, 0), Some(TimePart::Year));
    assert_eq!(part(2100, 1, 1, 0, 0, 0), Some(TimePart::Year));
    assert_eq!(part(2024, 0, 1, 0, 0, 0), Some(TimePart::Month));
    assert_eq!(part(2024, 13, 1, 0, 0, 0), Some(TimePart::Month));
    assert_eq!(part(2023, 2, 29, 0, 0, 0), Some(TimePart::Day));
    assert_eq!(part(2023, 2, 0, 0, 0, 0), Some(TimePart::Day));
    assert_eq!(part(2024, 1, 1, 24, 0, 0), Some(TimePart::Hour));
    assert_eq!(part(2024, 1, 1, 0, 60, 0), Some(TimePart::Minute));
    assert_eq!(part(2024, 1, 1, 0, 0, 60), Some(TimePart::Second));
    assert!(McLocalTime::new(2024, 4, 31, 0, 0, 0).is_err());
    let time = AbsoluteTime::new(2024, 1, 1, 0, 0, 0).unwrap();
    assert_eq!(
        time.with_tenths(10).unwrap_err().part(),
        Some(TimePart::Tenths)
    );
    for quarters in [i8::MIN, -49, 49, i8::MAX] {
        let error = time.with_offset_quarters(quarters).unwrap_err();
        assert_eq!(error.part(), Some(TimePart::Offset));
        assert!(time.converted_to(quarters).is_err());
    }
    assert!(AbsoluteTime::from_unix_seconds(0, 10, 0).is_err());
}

#[test]
fn a_conversion_keeps_the_instant_and_a_new_offset_keeps_the_clock() {
    let time = absolute("231231234500001-");
    let utc = time.converted_to(0).unwrap();
    assert_eq!(utc.to_text().as_bytes(), b"240101000000000+");
    assert_eq!(utc.to_unix_seconds(), time.to_unix_seconds());
    let moved = time.with_offset_quarters(3).unwrap();
    assert_eq!((moved.year(), moved.month(), moved.day()), (2023, 12, 31));
    assert_eq!((moved.hour(), moved.minute(), moved.second()), (23, 45, 0));
    assert_eq!(time.to_unix_seconds() - moved.to_unix_seconds(), 4 * 900);
}

#[test]
fn a_span_ends_where_the_calendar_says() {
    let after = |span: &str, start: &str| {
        lenient(span)
            .after(absolute(start))
            .map(|end| end.to_text().as_str().to_owned())
    };
    let cases = [
        ("000100000000000R", "240131120000308+", "240229120000308+"),
        ("000100000000000R", "230131120000000+", "230228120000000+"),
        ("010000000000000R", "240229000000000+", "250228000000000+"),
        ("040000000000000R", "240229000000000+", "280229000000000+"),
        ("000100000000000R", "241231235959000-", "250131235959000-"),
        ("001200000000000R", "240615000000000+", "250615000000000+"),
        // First the month (and its clip), then the day.
        ("000101000000000R", "240131000000000+", "240301000000000+"),
        ("000000480000000R", "240228000000000+", "240301000000000+"),
        ("000000000001000R", "241231235959948-", "250101000000948-"),
        ("000000000000000R", "240131120000000+", "240131120000000+"),
    ];
    for (span, start, end) in cases {
        assert_eq!(after(span, start).as_deref(), Some(end), "{span} {start}");
    }
    assert_eq!(after("990000000000000R", "240131120000000+"), None);
    assert_eq!(after("999999999999000R", "991231235959000+"), None);
    let last = AbsoluteTime::new(2099, 12, 31, 23, 59, 59).unwrap();
    assert_eq!(lenient("000000000001000R").after(last), None);
    assert_eq!(lenient("999999999999000R").after(last), None);
}

#[test]
fn a_duration_fills_days_first_and_is_refused_beyond_them() {
    let text = |seconds| {
        RelativeTime::from_duration(Duration::from_secs(seconds))
            .map(|time| time.to_text().as_str().to_owned())
    };
    assert_eq!(text(0).unwrap(), "000000000000000R");
    assert_eq!(text(59).unwrap(), "000000000059000R");
    assert_eq!(text(48 * 3600).unwrap(), "000002000000000R");
    assert_eq!(text(7 * 86_400).unwrap(), "000007000000000R");
    assert_eq!(text(32 * 86_400 - 1).unwrap(), "000031235959000R");
    let error = text(32 * 86_400).unwrap_err();
    assert_eq!(
        (error.kind(), error.part()),
        (TimeErrorKind::OutOfRange, Some(TimePart::Day))
    );
    assert!(RelativeTime::from_duration(Duration::MAX).is_err());
    assert!(RelativeTime::from_duration(RelativeTime::MAX_DURATION).is_ok());
    let above = RelativeTime::MAX_DURATION + Duration::from_nanos(1);
    assert!(RelativeTime::from_duration(above).is_err());
    let short = RelativeTime::from_duration(Duration::from_millis(1)).unwrap();
    assert_eq!(short.to_duration(), Some(Duration::from_secs(1)));
    assert_eq!(lenient("000100000000000R").to_duration(), None);
    assert_eq!(lenient("010000000000000R").to_duration(), None);
}

#[test]
fn an_irregular_span_is_mended_where_that_is_exact() {
    let regular = |text| {
        let span = lenient(text);
        assert!(!span.is_regular() || span.regular() == Ok(span));
        span.regular()
            .map(|span| span.to_text().as_str().to_owned())
    };
    assert_eq!(regular("000000480000000R").unwrap(), "000002000000000R");
    assert_eq!(regular("001800000000000R").unwrap(), "010600000000000R");
    assert_eq!(regular("002400000000000R").unwrap(), "020000000000000R");
    assert_eq!(regular("001200000000000R").unwrap(), "001200000000000R");
    assert_eq!(regular("000000009999000R").unwrap(), "000000014039000R");
    assert_eq!(regular("000030240000000R").unwrap(), "000031000000000R");
    assert_eq!(
        regular("000032000000000R").unwrap_err().part(),
        Some(TimePart::Day)
    );
    assert_eq!(
        regular("000031240000000R").unwrap_err().part(),
        Some(TimePart::Day)
    );
    assert_eq!(
        regular("991300000000000R").unwrap_err().part(),
        Some(TimePart::Year)
    );
}

#[test]
fn parts_out_of_range_make_no_span() {
    let part = |y, m, d, h, n, s| RelativeTime::new(y, m, d, h, n, s).unwrap_err().part();
    assert!(RelativeTime::new(99, 12, 31, 23, 59, 59).is_ok());
    assert_eq!(part(100, 0, 0, 0, 0, 0), Some(TimePart::Year));
    assert_eq!(part(0, 13, 0, 0, 0, 0), Some(TimePart::Month));
    assert_eq!(part(0, 0, 32, 0, 0, 0), Some(TimePart::Day));
    assert_eq!(part(0, 0, 0, 24, 0, 0), Some(TimePart::Hour));
    assert_eq!(part(0, 0, 0, 0, 60, 0), Some(TimePart::Minute));
    assert_eq!(part(0, 0, 0, 0, 0, 60), Some(TimePart::Second));
}

#[test]
fn a_span_is_shown_without_its_zeros() {
    let shown = |text| lenient(text).to_string();
    assert_eq!(shown("020610233429000R"), "P2Y6M10DT23H34M29S");
    assert_eq!(shown("000007000000000R"), "P7D");
    assert_eq!(shown("000100000100000R"), "P1MT1M");
    assert_eq!(shown("000000000000000R"), "PT0S");
}

#[test]
fn the_text_is_a_value_of_its_own() {
    let text = absolute("061217153023304-").to_text();
    let copy = text;
    assert_eq!(text, copy);
    assert_eq!(&*text, b"061217153023304-");
    assert_eq!(text.as_ref(), text.as_bytes());
    assert_eq!(
        format!("{text:?} {text:>17}"),
        "TimeText(\"061217153023304-\")  061217153023304-"
    );
    assert_eq!(TimeText::EMPTY.as_str(), "");
    assert_eq!(TimeText::default(), TimeText::EMPTY);
    let local = McLocalTime::new(2005, 4, 22, 14, 32, 12).unwrap();
    assert_eq!(local.to_text().len(), 12);
}

fn any_absolute_text() -> impl Strategy<Value = String> {
    let date = (0..100u8, 1..=12u8, 1..=28u8);
    let time = (0..24u8, 0..60u8, 0..60u8, 0..10u8);
    (date, time, 0..=48u8, any::<bool>()).prop_map(|((y, m, d), (h, n, s, t), q, behind)| {
        let sign = if behind { '-' } else { '+' };
        format!("{y:02}{m:02}{d:02}{h:02}{n:02}{s:02}{t}{q:02}{sign}")
    })
}

proptest! {
    #[test]
    fn an_instant_survives_the_way_through_the_calendar(
        seconds in -2_208_945_600i64..4_102_401_600,
        tenths in 0..10u8,
        quarters in -48..=48i8,
    ) {
        let time = AbsoluteTime::from_unix_seconds(seconds, tenths, quarters).unwrap();
        prop_assert_eq!(time.to_unix_seconds(), seconds);
        prop_assert_eq!((time.tenths(), time.offset_quarters()), (tenths, quarters));
        prop_assert_eq!(time.converted_to(0).unwrap().to_unix_seconds(), seconds);
        prop_assert_eq!(time.converted_to(0).unwrap().converted_to(quarters), Ok(time));
    }

    #[test]
    fn the_text_of_a_point_in_time_is_kept(text in any_absolute_text(), pivot in 0..=100u8) {
        let options = TimeOptions::new().pivot(pivot);
        let time = SmppTime::parse_with(text.as_bytes(), options).unwrap().unwrap();
        prop_assert_eq!(time.to_text().to_string(), text.as_str());
        let local = SmppTime::parse_with(&text.as_bytes()[..12], options).unwrap().unwrap();
        prop_assert_eq!(local.to_text().to_string(), &text[..12]);
    }

    #[test]
    fn the_text_of_a_span_is_kept(digits in "[0-9]{12}") {
        let text = format!("{digits}000R");
        let time = lenient(&text);
        prop_assert_eq!(time.to_text().to_string(), text.as_str());
        prop_assert_eq!(SmppTime::parse(text.as_bytes()).is_ok(), time.is_regular());
        if let Ok(regular) = time.regular() {
            prop_assert!(regular.is_regular());
            let start = AbsoluteTime::new(1931, 5, 31, 12, 0, 0).unwrap();
            prop_assert_eq!(regular.after(start), time.after(start));
        }
    }

    #[test]
    fn a_duration_of_whole_seconds_survives(seconds in 0..32 * 86_400u64) {
        let duration = Duration::from_secs(seconds);
        let span = RelativeTime::from_duration(duration).unwrap();
        prop_assert_eq!(span.to_duration(), Some(duration));
        prop_assert_eq!(
            SmppTime::parse(span.to_text().as_bytes()),
            Ok(Some(SmppTime::Relative(span)))
        );
    }

    #[test]
    fn no_octets_make_the_reader_panic(
        octets in proptest::collection::vec(any::<u8>(), 0..20),
        almost in "[0-9]{15}[-+RrZ]",
        pivot in any::<u8>(),
        lenient in any::<bool>(),
    ) {
        let options = TimeOptions::new().pivot(pivot).lenient(lenient);
        for text in [octets.as_slice(), almost.as_bytes()] {
            if let Ok(Some(time)) = SmppTime::parse_with(text, options) {
                let again = SmppTime::parse_with(&time.to_text(), options);
                prop_assert_eq!(again, Ok(Some(time)));
            }
        }
    }
}
