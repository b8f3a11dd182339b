//! Points in time.

use core::fmt;

use super::{Numbers, TimeError, TimeOptions, TimePart, TimeText, digits};

/// What both kinds of time tell of their calendar date and their clock.
macro_rules! civil_accessors {
    () => {
        /// The local year, 1900 to 2099.
        #[must_use]
        pub const fn year(self) -> u16 {
            self.local.year
        }

        /// The local month, 1 to 12.
        #[must_use]
        pub const fn month(self) -> u8 {
            self.local.month
        }

        /// The local day of the month, 1 to 31.
        #[must_use]
        pub const fn day(self) -> u8 {
            self.local.day
        }

        /// The local hour, 0 to 23.
        #[must_use]
        pub const fn hour(self) -> u8 {
            self.local.hour
        }

        /// The minute, 0 to 59.
        #[must_use]
        pub const fn minute(self) -> u8 {
            self.local.minute
        }

        /// The second, 0 to 59.
        #[must_use]
        pub const fn second(self) -> u8 {
            self.local.second
        }
    };
}

const SECONDS_PER_DAY: i64 = 86_400;
const SECONDS_PER_QUARTER: i64 = 900;
const MAX_QUARTERS: i8 = 48;

/// The years that two digits can reach with one century window or another.
const FIRST_YEAR: u16 = 1900;
const LAST_YEAR: u16 = 2099;

/// A date and a time of day, both possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Civil {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

impl Civil {
    fn check(self) -> Result<Self, TimeError> {
        let wrong = if !(FIRST_YEAR..=LAST_YEAR).contains(&self.year) {
            TimePart::Year
        } else if !(1..=12).contains(&self.month) {
            TimePart::Month
        } else if !(1..=days_in_month(self.year, self.month)).contains(&self.day) {
            TimePart::Day
        } else if self.hour > 23 {
            TimePart::Hour
        } else if self.minute > 59 {
            TimePart::Minute
        } else if self.second > 59 {
            TimePart::Second
        } else {
            return Ok(self);
        };
        Err(TimeError::out_of_range(wrong))
    }

    fn from_numbers(numbers: &Numbers, options: TimeOptions) -> Result<Self, TimeError> {
        Self {
            year: options.year(numbers.year),
            month: numbers.month,
            day: numbers.day,
            hour: numbers.hour,
            minute: numbers.minute,
            second: numbers.second,
        }
        .check()
    }

    /// Seconds since 1970-01-01T00:00:00 on the same clock.
    fn to_seconds(self) -> i64 {
        let time = (i64::from(self.hour) * 60 + i64::from(self.minute)) * 60;
        days_from_civil(self.year, self.month, self.day) * SECONDS_PER_DAY
            + time
            + i64::from(self.second)
    }

    fn from_seconds(seconds: i64) -> Result<Self, TimeError> {
        let days = seconds.div_euclid(SECONDS_PER_DAY);
        let time = seconds.rem_euclid(SECONDS_PER_DAY);
        let (year, month, day) =
            civil_from_days(days).ok_or(TimeError::out_of_range(TimePart::Year))?;
        Self {
            year,
            month,
            day,
            hour: small(time / 3600, TimePart::Hour)?,
            minute: small(time / 60 % 60, TimePart::Minute)?,
            second: small(time % 60, TimePart::Second)?,
        }
        .check()
    }

    fn text(self) -> [u8; 12] {
        // The remainder of a division by 100 fits into an octet.
        let year = u8::try_from(self.year % 100).unwrap_or_default();
        let ([y, yy], [m, mm], [d, dd]) = (digits(year), digits(self.month), digits(self.day));
        let ([h, hh], [n, nn], [s, ss]) =
            (digits(self.hour), digits(self.minute), digits(self.second));
        [y, yy, m, mm, d, dd, h, hh, n, nn, s, ss]
    }
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }
}

fn small(value: i64, part: TimePart) -> Result<u8, TimeError> {
    u8::try_from(value).map_err(|_| TimeError::out_of_range(part))
}

const fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
///
/// The year is taken to begin in March: the leap day is then its last day, and
/// the days before a month follow one formula for all months.
fn days_from_civil(year: u16, month: u8, day: u8) -> i64 {
    let (month, day) = (i64::from(month), i64::from(day));
    let year = i64::from(year) - i64::from(month <= 2);
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    // 719468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

/// The date so many days after 1970-01-01, if it is in the years we hold.
fn civil_from_days(days: i64) -> Option<(u16, u8, u8)> {
    // Also keeps the sums below far away from overflow.
    let first = days_from_civil(FIRST_YEAR, 1, 1);
    let last = days_from_civil(LAST_YEAR, 12, 31);
    if !(first..=last).contains(&days) {
        return None;
    }
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    Some((
        u16::try_from(year).ok()?,
        u8::try_from(month).ok()?,
        u8::try_from(day).ok()?,
    ))
}

/// A point in time: a local date and time of day, to the tenth of a second, and
/// the distance of that local time to UTC in quarter hours.
///
/// The year is 1900 to 2099. The text has only two digits of it; ask
/// [`TimeOptions::covers`] whether a peer with a given century window reads the
/// same year. There is no leap second: the second is 0 to 59.
///
/// Two values are equal when their texts are: the same instant in two zones
/// makes two different values, and so do `00+` and `00-`. Compare
/// [`AbsoluteTime::to_unix_seconds`] (and the tenths) to compare instants.
///
/// # Examples
///
/// ```
/// use smpp_pdu::time::AbsoluteTime;
///
/// let time = AbsoluteTime::new(2011, 10, 19, 8, 0, 0)?.with_offset_quarters(-4)?;
/// assert_eq!(time.to_text().as_bytes(), b"111019080000004-");
/// assert_eq!(time.to_unix_seconds(), 1_319_014_800);
/// assert_eq!(time.converted_to(0)?.to_string(), "2011-10-19T09:00:00.0+00:00");
///
/// assert!(AbsoluteTime::new(2023, 2, 29, 0, 0, 0).is_err());
/// # Ok::<(), smpp_pdu::time::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AbsoluteTime {
    local: Civil,
    tenths: u8,
    quarters: u8,
    behind: bool,
}

impl AbsoluteTime {
    /// A point in time in UTC, at the full second. Year 1900 to 2099, month and
    /// day from 1, hour 0 to 23, minute and second 0 to 59.
    ///
    /// # Errors
    ///
    /// [`TimeErrorKind::OutOfRange`](super::TimeErrorKind::OutOfRange) with the
    /// first part that is impossible; the part is the day for a date such as
    /// 30 February.
    pub fn new(
        year: u16,
        month: u8,
        day: u8,
        hour: u8,
        minute: u8,
        second: u8,
    ) -> Result<Self, TimeError> {
        McLocalTime::new(year, month, day, hour, minute, second)?.with_offset_quarters(0)
    }

    /// The same with another tenth of a second, 0 to 9.
    ///
    /// # Errors
    ///
    /// Out of range when `tenths` is above 9.
    pub fn with_tenths(self, tenths: u8) -> Result<Self, TimeError> {
        if tenths > 9 {
            return Err(TimeError::out_of_range(TimePart::Tenths));
        }
        Ok(Self { tenths, ..self })
    }

    /// The same local time at another distance to UTC, -48 to 48 quarter
    /// hours; positive when the local clock is ahead of UTC. This is another
    /// instant; see [`AbsoluteTime::converted_to`] for the other way.
    ///
    /// # Errors
    ///
    /// Out of range when the distance is above 12 hours. Zones at UTC+13 and
    /// UTC+14 cannot be written: convert to another distance.
    pub fn with_offset_quarters(self, quarters: i8) -> Result<Self, TimeError> {
        if !(-MAX_QUARTERS..=MAX_QUARTERS).contains(&quarters) {
            return Err(TimeError::out_of_range(TimePart::Offset));
        }
        Ok(Self {
            quarters: quarters.unsigned_abs(),
            behind: quarters < 0,
            ..self
        })
    }

    /// The same time with the distance to UTC written `00-` if it is zero;
    /// other distances stay as they are.
    ///
    /// Both `00+` and `00-` mean UTC. The form is kept so that a time that was
    /// read is written with the same characters.
    #[must_use]
    pub const fn with_negative_zero(self) -> Self {
        Self {
            behind: self.behind || self.quarters == 0,
            ..self
        }
    }

    /// The same instant at another distance to UTC, -48 to 48 quarter hours.
    ///
    /// # Errors
    ///
    /// Out of range when the distance is above 12 hours, or when the local year
    /// is no longer in 1900 to 2099.
    pub fn converted_to(self, quarters: i8) -> Result<Self, TimeError> {
        Self::from_unix_seconds(self.to_unix_seconds(), self.tenths, quarters)
    }

    /// The instant `seconds` after 1970-01-01T00:00:00 UTC, leap seconds not
    /// counted, plus `tenths` of a second (0 to 9), in the local time of a zone
    /// `offset_quarters` quarter hours ahead of UTC (-48 to 48).
    ///
    /// The tenths count forward for negative seconds too: -1 and 9 is a tenth
    /// of a second before 1970.
    ///
    /// # Errors
    ///
    /// Out of range when the tenths or the distance are, or when the local year
    /// is not in 1900 to 2099.
    ///
    /// # Examples
    ///
    /// ```
    /// use smpp_pdu::time::AbsoluteTime;
    ///
    /// let time = AbsoluteTime::from_unix_seconds(1_319_014_800, 0, 8)?;
    /// assert_eq!(time.to_text().as_bytes(), b"111019110000008+");
    /// # Ok::<(), smpp_pdu::time::TimeError>(())
    /// ```
    pub fn from_unix_seconds(
        seconds: i64,
        tenths: u8,
        offset_quarters: i8,
    ) -> Result<Self, TimeError> {
        let local = i64::from(offset_quarters)
            .checked_mul(SECONDS_PER_QUARTER)
            .and_then(|offset| seconds.checked_add(offset))
            .ok_or(TimeError::out_of_range(TimePart::Year))?;
        McLocalTime {
            local: Civil::from_seconds(local)?,
        }
        .with_offset_quarters(offset_quarters)?
        .with_tenths(tenths)
    }

    /// Seconds since 1970-01-01T00:00:00 UTC, leap seconds not counted; the
    /// tenths of a second are left out.
    #[must_use]
    pub fn to_unix_seconds(self) -> i64 {
        self.local.to_seconds() - i64::from(self.offset_quarters()) * SECONDS_PER_QUARTER
    }

    civil_accessors!();

    /// The tenth of a second, 0 to 9.
    #[must_use]
    pub const fn tenths(self) -> u8 {
        self.tenths
    }

    /// The distance to UTC in quarter hours, -48 to 48; positive when the local
    /// clock is ahead of UTC.
    #[must_use]
    pub fn offset_quarters(self) -> i8 {
        // At most 48, so that the conversion cannot fail.
        let quarters = i8::try_from(self.quarters).unwrap_or(MAX_QUARTERS);
        if self.behind { -quarters } else { quarters }
    }

    /// Whether the distance to UTC is zero and written `00-`.
    #[must_use]
    pub const fn is_negative_zero(self) -> bool {
        self.behind && self.quarters == 0
    }

    /// The text, 16 characters: `YYMMDDhhmmsstnn` and the sign.
    #[must_use]
    pub fn to_text(self) -> TimeText {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = self.local.text();
        let [_, t] = digits(self.tenths);
        let [n, nn] = digits(self.quarters);
        let sign = self.sign();
        TimeText::full([a, b, c, d, e, f, g, h, i, j, k, l, t, n, nn, sign])
    }

    const fn sign(self) -> u8 {
        if self.behind { b'-' } else { b'+' }
    }

    pub(super) fn read(
        text: &[u8; 16],
        behind: bool,
        options: TimeOptions,
    ) -> Result<Self, TimeError> {
        let numbers = Numbers::read(text)?;
        let local = Civil::from_numbers(&numbers, options)?;
        if numbers.offset > MAX_QUARTERS.unsigned_abs() {
            return Err(TimeError::out_of_range(TimePart::Offset));
        }
        Ok(Self {
            local,
            tenths: numbers.tenths,
            quarters: numbers.offset,
            behind,
        })
    }

    /// Adds calendar months, clipped to the last day of the month, and then
    /// seconds; the zone and the tenths stay.
    pub(super) fn plus(self, months: u16, seconds: u32) -> Option<Self> {
        let months = months.checked_add(u16::from(self.local.month) - 1)?;
        let year = self.local.year.checked_add(months / 12)?;
        let month = u8::try_from(months % 12).ok()? + 1;
        let day = self.local.day.min(days_in_month(year, month));
        let moved = Civil {
            year,
            month,
            day,
            ..self.local
        };
        let seconds = moved.to_seconds().checked_add(i64::from(seconds))?;
        let local = Civil::from_seconds(seconds).ok()?;
        Some(Self { local, ..self })
    }
}

/// The human form of ISO 8601, `2017-06-10T22:34:29.0+01:00`; `00-` is shown as
/// `-00:00`.
impl fmt::Display for AbsoluteTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{}{}{:02}:{:02}",
            self.local,
            self.tenths,
            char::from(self.sign()),
            self.quarters / 4,
            self.quarters % 4 * 15
        )
    }
}

/// A point in time on the message centre's own clock, whose zone is not told:
/// the 12 characters `YYMMDDhhmmss`.
///
/// SMPP 3.3 describes the times a message centre reports in this form, and 3.4
/// keeps the remark; 5.0 has only the form of 16 characters.
///
/// # Examples
///
/// ```
/// use smpp_pdu::time::{McLocalTime, SmppTime};
///
/// let time = McLocalTime::new(2005, 4, 22, 14, 32, 12)?;
/// assert_eq!(SmppTime::parse(b"050422143212")?, Some(time.into()));
/// // Somebody knows that this message centre runs two hours ahead of UTC.
/// let known = time.with_offset_quarters(8)?;
/// assert_eq!(known.to_string(), "2005-04-22T14:32:12.0+02:00");
/// # Ok::<(), smpp_pdu::time::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct McLocalTime {
    local: Civil,
}

impl McLocalTime {
    /// A local time. Year 1900 to 2099, month and day from 1, hour 0 to 23,
    /// minute and second 0 to 59.
    ///
    /// # Errors
    ///
    /// Out of range with the first part that is impossible.
    pub fn new(
        year: u16,
        month: u8,
        day: u8,
        hour: u8,
        minute: u8,
        second: u8,
    ) -> Result<Self, TimeError> {
        let local = Civil {
            year,
            month,
            day,
            hour,
            minute,
            second,
        };
        Ok(Self {
            local: local.check()?,
        })
    }

    /// The point in time, for a caller that knows the distance of this clock to
    /// UTC in quarter hours, -48 to 48.
    ///
    /// # Errors
    ///
    /// Out of range when the distance is above 12 hours.
    pub fn with_offset_quarters(self, quarters: i8) -> Result<AbsoluteTime, TimeError> {
        AbsoluteTime {
            local: self.local,
            tenths: 0,
            quarters: 0,
            behind: false,
        }
        .with_offset_quarters(quarters)
    }

    civil_accessors!();

    /// The text, 12 characters.
    #[must_use]
    pub fn to_text(self) -> TimeText {
        TimeText::short(self.local.text())
    }

    pub(super) fn read(text: &[u8; 12], options: TimeOptions) -> Result<Self, TimeError> {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = *text;
        let padded = [a, b, c, d, e, f, g, h, i, j, k, l, b'0', b'0', b'0', b'+'];
        let numbers = Numbers::read(&padded)?;
        Ok(Self {
            local: Civil::from_numbers(&numbers, options)?,
        })
    }
}

/// The human form of ISO 8601 without a zone, `2005-04-22T14:32:12`.
impl fmt::Display for McLocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.local.fmt(f)
    }
}
