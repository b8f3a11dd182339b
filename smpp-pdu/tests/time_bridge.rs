//! The times of SMPP and those of the crate `jiff`.

#![cfg(feature = "jiff")]
#![allow(clippy::unwrap_used, reason = "a failing helper fails its test")]

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp, ZonedDateTime};
use proptest::prelude::*;
use smpp_pdu::SmppTime;
use smpp_pdu::time::{
    AbsoluteTime, McLocalTime, RelativeTime, TimeErrorKind, TimeOptions, TimePart,
};

fn timestamp(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn out_of_range<T: core::fmt::Debug>(result: Result<T, smpp_pdu::time::TimeError>, part: TimePart) {
    let error = result.unwrap_err();
    assert_eq!(
        (error.kind(), error.part()),
        (TimeErrorKind::OutOfRange, Some(part))
    );
}

#[test]
fn the_examples_of_the_standard_are_the_same_instants() {
    for (text, instant) in [
        (&b"170610223429004+"[..], "2017-06-10T21:34:29Z"),
        (b"111019080000004-", "2011-10-19T09:00:00Z"),
        (b"111019080000700-", "2011-10-19T08:00:00.7Z"),
        (b"690101000000900+", "1969-01-01T00:00:00.9Z"),
    ] {
        let Some(SmppTime::Absolute(time)) = SmppTime::parse(text).unwrap() else {
            panic!("a point in time");
        };
        assert_eq!(Timestamp::from(time), timestamp(instant));
        let utc = AbsoluteTime::try_from(timestamp(instant)).unwrap();
        assert_eq!(utc.offset_quarters(), 0);
        assert_eq!(utc.to_unix_seconds(), time.to_unix_seconds());
        assert_eq!(utc.tenths(), time.tenths());
    }
}

#[test]
fn a_zone_keeps_its_distance_to_utc_and_its_local_time() {
    let time = AbsoluteTime::new(2011, 10, 19, 8, 0, 0)
        .unwrap()
        .with_offset_quarters(-15)
        .unwrap();
    let zoned = ZonedDateTime::from(time);
    assert_eq!(zoned.offset().seconds(), -15 * 900);
    assert_eq!((zoned.hour(), zoned.minute()), (8, 0));
    assert_eq!(AbsoluteTime::try_from(&zoned), Ok(time));
    let negative_zero = AbsoluteTime::new(2011, 10, 19, 8, 0, 0)
        .unwrap()
        .with_negative_zero();
    assert!(ZonedDateTime::from(negative_zero).offset().is_zero());
}

#[test]
fn a_distance_to_utc_that_no_text_has_is_refused() {
    let at = |seconds| {
        let zone = TimeZone::fixed(Offset::from_seconds(seconds).unwrap());
        AbsoluteTime::try_from(&timestamp("2024-05-01T00:00:00Z").to_zoned_datetime(zone))
    };
    assert_eq!(at(12 * 3600).unwrap().offset_quarters(), 48);
    assert_eq!(at(-12 * 3600).unwrap().offset_quarters(), -48);
    for seconds in [13 * 3600, 14 * 3600, -45_900, 901, 3599, -1, 25 * 3600] {
        out_of_range(at(seconds), TimePart::Offset);
    }
}

#[test]
fn years_without_two_digits_are_refused() {
    for text in [
        "1899-12-31T23:59:59.9Z",
        "2100-01-01T00:00:00Z",
        "-000001-01-01T00:00:00Z",
    ] {
        out_of_range(AbsoluteTime::try_from(timestamp(text)), TimePart::Year);
    }
    assert!(AbsoluteTime::try_from(timestamp("1900-01-01T00:00:00Z")).is_ok());
    assert!(AbsoluteTime::try_from(timestamp("2099-12-31T23:59:59.99Z")).is_ok());
    out_of_range(AbsoluteTime::try_from(Timestamp::MIN), TimePart::Year);
    out_of_range(AbsoluteTime::try_from(Timestamp::MAX), TimePart::Year);
    out_of_range(McLocalTime::try_from(DateTime::MIN), TimePart::Year);
    out_of_range(McLocalTime::try_from(DateTime::MAX), TimePart::Year);
}

#[test]
fn what_is_behind_the_tenth_of_a_second_is_left_out() {
    let time = AbsoluteTime::try_from(timestamp("2024-05-01T00:00:00.199999999Z")).unwrap();
    assert_eq!((time.second(), time.tenths()), (0, 1));
    let before_1970 = AbsoluteTime::try_from(timestamp("1969-12-31T23:59:59.95Z")).unwrap();
    assert_eq!((before_1970.second(), before_1970.tenths()), (59, 9));
    assert_eq!(before_1970.to_unix_seconds(), -1);
}

#[test]
fn the_clock_of_a_message_centre_is_a_civil_time() {
    let time = McLocalTime::new(2024, 2, 29, 23, 59, 58).unwrap();
    let civil = DateTime::from(time);
    assert_eq!(civil.to_string(), "2024-02-29T23:59:58");
    assert_eq!(McLocalTime::try_from(civil), Ok(time));
}

#[test]
fn a_span_keeps_its_years_and_months_and_gathers_the_rest() {
    let read = |span: Span| RelativeTime::try_from(span).map(|time| time.to_text().to_string());
    let new = Span::new;
    assert_eq!(read(new().hours(48)).unwrap(), "000002000000000R");
    assert_eq!(read(new().weeks(1)).unwrap(), "000007000000000R");
    assert_eq!(read(new().months(18)).unwrap(), "010600000000000R");
    assert_eq!(read(new().months(12)).unwrap(), "001200000000000R");
    assert_eq!(
        read(new().minutes(1).nanoseconds(1)).unwrap(),
        "000000000101000R"
    );
    assert_eq!(
        read(new().seconds(59).milliseconds(999)).unwrap(),
        "000000000100000R"
    );
    assert_eq!(
        read(new().years(99).months(12).days(31)).unwrap(),
        "991231000000000R"
    );
    assert_eq!(read(new()).unwrap(), "000000000000000R");
    out_of_range(read(new().days(32)), TimePart::Day);
    out_of_range(read(new().years(100)), TimePart::Year);
    out_of_range(read(new().years(99).months(13)), TimePart::Year);
    out_of_range(read(new().seconds(-1)), TimePart::Year);
    let greatest = i64::MAX;
    out_of_range(read(new().nanoseconds(greatest)), TimePart::Day);
}

#[test]
fn a_calendar_span_ends_where_jiff_ends_it() {
    let month = RelativeTime::new(0, 1, 0, 0, 0, 0).unwrap();
    let start = AbsoluteTime::new(2024, 1, 31, 12, 0, 0).unwrap();
    let end = ZonedDateTime::from(start)
        .checked_add(Span::from(month))
        .unwrap();
    assert_eq!(AbsoluteTime::try_from(&end).ok(), month.after(start));
}

#[test]
fn the_parts_of_a_lenient_reader_become_a_span() {
    let options = TimeOptions::new().lenient(true);
    let read = SmppTime::parse_with(b"999999999999000R", options).unwrap();
    let Some(SmppTime::Relative(time)) = read else {
        panic!("a span");
    };
    let span = Span::from(time);
    assert_eq!((span.get_months(), span.get_seconds()), (99, 99));
}

fn absolute() -> impl Strategy<Value = AbsoluteTime> {
    let first = -2_208_988_800_i64;
    let last = 4_102_444_799_i64;
    (first + 43_200..=last - 43_200, 0_u8..10, -48_i8..=48).prop_map(
        |(seconds, tenths, quarters)| {
            AbsoluteTime::from_unix_seconds(seconds, tenths, quarters).unwrap()
        },
    )
}

fn relative() -> impl Strategy<Value = RelativeTime> {
    (
        0_u8..=99,
        0_u8..=12,
        0_u8..=31,
        0_u8..24,
        0_u8..60,
        0_u8..60,
    )
        .prop_map(|(y, m, d, h, n, s)| RelativeTime::new(y, m, d, h, n, s).unwrap())
}

proptest! {
    #[test]
    fn a_point_in_time_goes_through_a_zone_and_back(time in absolute()) {
        let zoned = ZonedDateTime::from(time);
        prop_assert_eq!(zoned.year(), i16::try_from(time.year()).unwrap());
        prop_assert_eq!(zoned.second(), i8::try_from(time.second()).unwrap());
        prop_assert_eq!(AbsoluteTime::try_from(&zoned), Ok(time));
    }

    #[test]
    fn an_instant_goes_through_a_timestamp_and_back(time in absolute()) {
        let read = AbsoluteTime::try_from(Timestamp::from(time)).unwrap();
        prop_assert_eq!(read, time.converted_to(0).unwrap());
    }

    #[test]
    fn a_relative_time_goes_through_a_span_and_back(time in relative()) {
        prop_assert_eq!(RelativeTime::try_from(Span::from(time)), Ok(time));
    }

    #[test]
    fn a_span_that_ends_in_our_years_ends_where_jiff_ends_it(
        start in absolute(),
        span in relative(),
    ) {
        let zoned = ZonedDateTime::from(start).checked_add(Span::from(span));
        if let (Ok(end), Some(ours)) = (zoned, span.after(start)) {
            prop_assert_eq!(AbsoluteTime::try_from(&end), Ok(ours));
        }
    }
}
