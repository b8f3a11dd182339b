//! Spans of time.

use core::fmt;
use core::time::Duration;

use super::{AbsoluteTime, Numbers, TimeError, TimeOptions, TimePart, TimeText, digits};

/// A span that starts when the message centre receives the request.
///
/// Years and months are steps in the calendar and have no fixed length; days,
/// hours, minutes and seconds have. The ranges are 0 to 99 years, 12 months, 31
/// days, 23 hours, 59 minutes and 59 seconds. Only a lenient reader makes a
/// value with parts above them (up to 99 each); [`RelativeTime::is_regular`]
/// tells and [`RelativeTime::regular`] mends it.
///
/// Two values are equal when their parts are: 24 hours are not equal to a day.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use smpp_pdu::time::{AbsoluteTime, RelativeTime};
///
/// let two_days = RelativeTime::from_duration(Duration::from_secs(48 * 3600))?;
/// assert_eq!(two_days.to_text().as_bytes(), b"000002000000000R");
///
/// let month = RelativeTime::new(0, 1, 0, 0, 0, 0)?;
/// let start = AbsoluteTime::new(2024, 1, 31, 12, 0, 0)?;
/// assert_eq!(month.after(start), Some(AbsoluteTime::new(2024, 2, 29, 12, 0, 0)?));
/// # Ok::<(), smpp_pdu::time::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RelativeTime {
    years: u8,
    months: u8,
    days: u8,
    hours: u8,
    minutes: u8,
    seconds: u8,
}

impl RelativeTime {
    /// The longest span without years and months that can be written: 31 days,
    /// 23 hours, 59 minutes and 59 seconds.
    pub const MAX_DURATION: Duration = Duration::from_secs(32 * 86_400 - 1);

    /// A span of these parts; each may be zero.
    ///
    /// # Errors
    ///
    /// [`TimeErrorKind::OutOfRange`](super::TimeErrorKind::OutOfRange) with the
    /// first part above 99 years, 12 months, 31 days, 23 hours, 59 minutes or
    /// 59 seconds.
    pub fn new(
        years: u8,
        months: u8,
        days: u8,
        hours: u8,
        minutes: u8,
        seconds: u8,
    ) -> Result<Self, TimeError> {
        Self {
            years,
            months,
            days,
            hours,
            minutes,
            seconds,
        }
        .check()
    }

    fn wrong_part(self) -> Option<TimePart> {
        [
            (self.years, 99, TimePart::Year),
            (self.months, 12, TimePart::Month),
            (self.days, 31, TimePart::Day),
            (self.hours, 23, TimePart::Hour),
            (self.minutes, 59, TimePart::Minute),
            (self.seconds, 59, TimePart::Second),
        ]
        .into_iter()
        .find_map(|(value, limit, part)| (value > limit).then_some(part))
    }

    fn check(self) -> Result<Self, TimeError> {
        match self.wrong_part() {
            Some(part) => Err(TimeError::out_of_range(part)),
            None => Ok(self),
        }
    }

    /// The span of a duration, in days, hours, minutes and seconds. A fraction
    /// of a second counts as a whole one, so that the span is never shorter
    /// than what was asked for.
    ///
    /// # Errors
    ///
    /// Out of range (the day) above [`RelativeTime::MAX_DURATION`]. Longer
    /// spans need months, which have no fixed length: say them with
    /// [`RelativeTime::new`], or send an [`AbsoluteTime`].
    pub fn from_duration(duration: Duration) -> Result<Self, TimeError> {
        if duration > Self::MAX_DURATION {
            return Err(TimeError::out_of_range(TimePart::Day));
        }
        let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
        Self::from_parts(0, 0, seconds)
    }

    /// Splits seconds into the plain parts.
    fn from_parts(years: u16, months: u8, seconds: u64) -> Result<Self, TimeError> {
        let small =
            |value: u64, part| u8::try_from(value).map_err(|_| TimeError::out_of_range(part));
        Self::new(
            u8::try_from(years).map_err(|_| TimeError::out_of_range(TimePart::Year))?,
            months,
            small(seconds / 86_400, TimePart::Day)?,
            small(seconds / 3_600 % 24, TimePart::Hour)?,
            small(seconds / 60 % 60, TimePart::Minute)?,
            small(seconds % 60, TimePart::Second)?,
        )
    }

    /// The seconds in the days, hours, minutes and seconds.
    fn plain_seconds(self) -> u32 {
        let hours = u32::from(self.days) * 24 + u32::from(self.hours);
        (hours * 60 + u32::from(self.minutes)) * 60 + u32::from(self.seconds)
    }

    /// The length of the span, or `None` when it has years or months, whose
    /// length depends on when they start; see [`RelativeTime::after`].
    #[must_use]
    pub fn to_duration(self) -> Option<Duration> {
        (self.years == 0 && self.months == 0)
            .then(|| Duration::from_secs(u64::from(self.plain_seconds())))
    }

    /// The end of a span that starts at `start`: years and months are added to
    /// the date, a day that the month does not have becomes its last one, and
    /// the other parts are added as they are. The distance to UTC and the
    /// tenths stay.
    ///
    /// `None` when the end is after the year 2099.
    #[must_use]
    pub fn after(self, start: AbsoluteTime) -> Option<AbsoluteTime> {
        let months = u16::from(self.years) * 12 + u16::from(self.months);
        start.plus(months, self.plain_seconds())
    }

    /// Whether every part is in the range that a strict reader takes.
    #[must_use]
    pub fn is_regular(self) -> bool {
        self.wrong_part().is_none()
    }

    /// The same span with every part in its range: 48 hours become 2 days, 18
    /// months a year and 6 months. A span that is regular stays as it is.
    ///
    /// # Errors
    ///
    /// Out of range when more than 31 days or 99 years are left: days cannot be
    /// turned into months.
    ///
    /// # Examples
    ///
    /// ```
    /// use smpp_pdu::time::{SmppTime, TimeOptions};
    ///
    /// let options = TimeOptions::new().lenient(true);
    /// let Some(SmppTime::Relative(time)) = SmppTime::parse_with(b"000000489000000R", options)?
    /// else { panic!() };
    /// assert_eq!(time.regular()?.to_string(), "P2DT1H30M");
    /// # Ok::<(), smpp_pdu::time::TimeError>(())
    /// ```
    pub fn regular(self) -> Result<Self, TimeError> {
        // Twelve months may be written as such, so they stay.
        let (years, months) = if self.months > 12 {
            (
                u16::from(self.years) + u16::from(self.months / 12),
                self.months % 12,
            )
        } else {
            (u16::from(self.years), self.months)
        };
        Self::from_parts(years, months, u64::from(self.plain_seconds()))
    }

    /// The years, 0 to 99.
    #[must_use]
    pub const fn years(self) -> u8 {
        self.years
    }

    /// The months, 0 to 12 (99 from a lenient reader).
    #[must_use]
    pub const fn months(self) -> u8 {
        self.months
    }

    /// The days, 0 to 31 (99 from a lenient reader).
    #[must_use]
    pub const fn days(self) -> u8 {
        self.days
    }

    /// The hours, 0 to 23 (99 from a lenient reader).
    #[must_use]
    pub const fn hours(self) -> u8 {
        self.hours
    }

    /// The minutes, 0 to 59 (99 from a lenient reader).
    #[must_use]
    pub const fn minutes(self) -> u8 {
        self.minutes
    }

    /// The seconds, 0 to 59 (99 from a lenient reader).
    #[must_use]
    pub const fn seconds(self) -> u8 {
        self.seconds
    }

    /// The text, 16 characters: `YYMMDDhhmmss000R`.
    ///
    /// The parts are written as they are; apply [`RelativeTime::regular`] first
    /// to a value that a lenient reader made.
    #[must_use]
    pub fn to_text(self) -> TimeText {
        let ([y, yy], [m, mm], [d, dd]) =
            (digits(self.years), digits(self.months), digits(self.days));
        let ([h, hh], [n, nn], [s, ss]) = (
            digits(self.hours),
            digits(self.minutes),
            digits(self.seconds),
        );
        TimeText::full([
            y, yy, m, mm, d, dd, h, hh, n, nn, s, ss, b'0', b'0', b'0', b'R',
        ])
    }

    pub(super) fn read(text: &[u8; 16], options: TimeOptions) -> Result<Self, TimeError> {
        // The tenths and the distance to UTC must be digits, but say nothing here.
        let numbers = Numbers::read(text)?;
        let time = Self {
            years: numbers.year,
            months: numbers.month,
            days: numbers.day,
            hours: numbers.hour,
            minutes: numbers.minute,
            seconds: numbers.second,
        };
        if options.lenient {
            Ok(time)
        } else {
            time.check()
        }
    }
}

/// The human form of ISO 8601, `P2Y6M10DT23H34M29S`; parts that are zero are
/// left out, and nothing at all is `PT0S`.
impl fmt::Display for RelativeTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P")?;
        for (value, unit) in [(self.years, 'Y'), (self.months, 'M'), (self.days, 'D')] {
            if value > 0 {
                write!(f, "{value}{unit}")?;
            }
        }
        if *self == Self::default() {
            return f.write_str("T0S");
        }
        if (self.hours, self.minutes, self.seconds) != (0, 0, 0) {
            f.write_str("T")?;
        }
        for (value, unit) in [(self.hours, 'H'), (self.minutes, 'M'), (self.seconds, 'S')] {
            if value > 0 {
                write!(f, "{value}{unit}")?;
            }
        }
        Ok(())
    }
}
