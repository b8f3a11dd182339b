//! From and to the types of the crate `jiff`.
//!
//! `jiff` rather than `time`: it is at 1.0, so that its types may stand in the
//! interface of a stable crate; it has calendar spans, which is what years and
//! months of a relative time are; it counts neither leap seconds; and it works
//! without `std` and allocator, for Rust 1.85 on.

use core::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp, ZonedDateTime};

use super::{AbsoluteTime, McLocalTime, RelativeTime, TimeError, TimePart};

const NANOS_PER_TENTH: i32 = 100_000_000;
const NANOS_PER_SECOND: i128 = 1_000_000_000;
const SECONDS_PER_QUARTER: i32 = 900;

/// A small number that jiff keeps in a wider type.
fn small<T: TryInto<u8>>(value: T, part: TimePart) -> Result<u8, TimeError> {
    value.try_into().map_err(|_| TimeError::out_of_range(part))
}

/// Whole tenths of a second and whole seconds, for instants before 1970 too.
fn split(timestamp: Timestamp) -> Result<(i64, u8), TimeError> {
    let nanos = timestamp.as_nanosecond();
    let seconds = i64::try_from(nanos.div_euclid(NANOS_PER_SECOND))
        .map_err(|_| TimeError::out_of_range(TimePart::Year))?;
    let rest = nanos.rem_euclid(NANOS_PER_SECOND);
    let tenths = small(rest / i128::from(NANOS_PER_TENTH), TimePart::Tenths)?;
    Ok((seconds, tenths))
}

/// The same instant; the distance to UTC is left out.
///
/// ```
/// use jiff::{Span, Timestamp};
/// use smpp_pdu::time::{AbsoluteTime, RelativeTime};
///
/// let time = AbsoluteTime::new(2011, 10, 19, 8, 0, 0)?.with_offset_quarters(-4)?;
/// let instant = Timestamp::from(time);
/// assert_eq!(instant.to_string(), "2011-10-19T09:00:00Z");
/// assert_eq!(AbsoluteTime::try_from(instant)?, time.converted_to(0)?);
///
/// let validity = RelativeTime::try_from(Span::new().months(1).hours(36))?;
/// assert_eq!(validity.to_text().as_bytes(), b"000101120000000R");
/// # Ok::<(), smpp_pdu::time::TimeError>(())
/// ```
impl From<AbsoluteTime> for Timestamp {
    fn from(time: AbsoluteTime) -> Self {
        let nanos = i32::from(time.tenths()) * NANOS_PER_TENTH;
        // The years 1900 to 2099 are all there, and the nanoseconds of a
        // second before 1970 may be positive.
        Self::new(time.to_unix_seconds(), nanos).unwrap_or_default()
    }
}

/// The same instant in a zone that is always at this distance to UTC. `00-`
/// becomes UTC like `00+`.
impl From<AbsoluteTime> for ZonedDateTime {
    fn from(time: AbsoluteTime) -> Self {
        let seconds = i32::from(time.offset_quarters()) * SECONDS_PER_QUARTER;
        // At most 12 hours, of the 25 that there are.
        let offset = Offset::from_seconds(seconds).unwrap_or(Offset::UTC);
        Timestamp::from(time).to_zoned_datetime(TimeZone::fixed(offset))
    }
}

/// The same instant in UTC, to the tenth of a second; what is behind the tenth
/// is left out.
///
/// # Errors
///
/// [`TimeErrorKind::OutOfRange`](super::TimeErrorKind::OutOfRange) with the
/// year when it is not 1900 to 2099.
impl TryFrom<Timestamp> for AbsoluteTime {
    type Error = TimeError;

    fn try_from(timestamp: Timestamp) -> Result<Self, TimeError> {
        let (seconds, tenths) = split(timestamp)?;
        Self::from_unix_seconds(seconds, tenths, 0)
    }
}

/// The same instant at the distance to UTC that the zone has then, to the tenth
/// of a second; what is behind the tenth is left out.
///
/// # Errors
///
/// Out of range with the offset when it is no multiple of a quarter hour or
/// above 12 hours, as in zones at UTC+13: convert the [`Timestamp`], or go to
/// another zone first. Out of range with the year when it is not 1900 to 2099.
impl TryFrom<&ZonedDateTime> for AbsoluteTime {
    type Error = TimeError;

    fn try_from(time: &ZonedDateTime) -> Result<Self, TimeError> {
        let wrong = TimeError::out_of_range(TimePart::Offset);
        let offset = time.offset().seconds();
        if offset % SECONDS_PER_QUARTER != 0 {
            return Err(wrong);
        }
        let quarters = i8::try_from(offset / SECONDS_PER_QUARTER).map_err(|_| wrong)?;
        let (seconds, tenths) = split(time.timestamp())?;
        Self::from_unix_seconds(seconds, tenths, quarters)
    }
}

/// The same date and time of day.
impl From<McLocalTime> for DateTime {
    fn from(time: McLocalTime) -> Self {
        // All parts are below 100 but the year, which is below 2100, and both
        // sides have the same calendar.
        let narrow = |part: u8| i8::try_from(part).unwrap_or_default();
        Self::new(
            i16::try_from(time.year()).unwrap_or_default(),
            narrow(time.month()),
            narrow(time.day()),
            narrow(time.hour()),
            narrow(time.minute()),
            narrow(time.second()),
            0,
        )
        .unwrap_or_default()
    }
}

/// The same date and time of day; the fraction of the second is left out.
///
/// # Errors
///
/// Out of range with the year when it is not 1900 to 2099.
impl TryFrom<DateTime> for McLocalTime {
    type Error = TimeError;

    fn try_from(time: DateTime) -> Result<Self, TimeError> {
        let year = u16::try_from(time.year());
        Self::new(
            year.map_err(|_| TimeError::out_of_range(TimePart::Year))?,
            small(time.month(), TimePart::Month)?,
            small(time.day(), TimePart::Day)?,
            small(time.hour(), TimePart::Hour)?,
            small(time.minute(), TimePart::Minute)?,
            small(time.second(), TimePart::Second)?,
        )
    }
}

/// The same parts, those of a lenient reader too.
///
/// The days of SMPP have 24 hours. To add such a span to a time in a zone with
/// summer time, add it to the [`Timestamp`] or in UTC.
impl From<RelativeTime> for Span {
    fn from(time: RelativeTime) -> Self {
        Self::new()
            .years(time.years())
            .months(time.months())
            .days(time.days())
            .hours(time.hours())
            .minutes(time.minutes())
            .seconds(time.seconds())
    }
}

/// The same years and months, and the weeks, days and smaller units as days of
/// 24 hours, hours, minutes and seconds. A fraction of a second counts as a
/// whole one, as in [`RelativeTime::from_duration`]. More than 12 months go to
/// the years.
///
/// # Errors
///
/// Out of range with the year when the span goes back or has more than 99
/// years, and with the day when more than
/// [`RelativeTime::MAX_DURATION`] is left beside years and months.
impl TryFrom<Span> for RelativeTime {
    type Error = TimeError;

    fn try_from(span: Span) -> Result<Self, TimeError> {
        let bad_year = TimeError::out_of_range(TimePart::Year);
        if span.is_negative() {
            return Err(bad_year);
        }
        let (mut years, mut months) = (i32::from(span.get_years()), span.get_months());
        if months > 12 {
            years = years.saturating_add(months / 12);
            months %= 12;
        }
        // Each unit has its own limit in jiff; together they stay far below the
        // greatest number of 128 bits.
        let days = i128::from(span.get_weeks()) * 7 + i128::from(span.get_days());
        let hours = days * 24 + i128::from(span.get_hours());
        let minutes = hours * 60 + i128::from(span.get_minutes());
        let seconds = minutes * 60 + i128::from(span.get_seconds());
        let micros = (seconds * 1000 + i128::from(span.get_milliseconds())) * 1000
            + i128::from(span.get_microseconds());
        let nanos = micros * 1000 + i128::from(span.get_nanoseconds());

        let bad_day = TimeError::out_of_range(TimePart::Day);
        let whole = u64::try_from(nanos / NANOS_PER_SECOND).map_err(|_| bad_day)?;
        let rest = u32::try_from(nanos % NANOS_PER_SECOND).map_err(|_| bad_day)?;
        let plain = Self::from_duration(Duration::new(whole, rest))?;
        Self::new(
            small(years, TimePart::Year)?,
            small(months, TimePart::Month)?,
            plain.days(),
            plain.hours(),
            plain.minutes(),
            plain.seconds(),
        )
    }
}
