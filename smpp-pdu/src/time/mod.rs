//! Times as SMPP writes them: `YYMMDDhhmmsstnnp`.
//!
//! The fields `schedule_delivery_time`, `validity_period`, `final_date` and
//! `broadcast_end_time` carry a text of 16 characters, or nothing at all. The
//! last character decides what the text is: `+` or `-` make it a point in time
//! ([`AbsoluteTime`]), `R` makes it a span that starts when the message centre
//! receives the request ([`RelativeTime`]). Older message centres report times
//! in 12 characters on a clock whose zone they do not tell ([`McLocalTime`]).
//! [`SmppTime`] is any of the three (SMPP 3.4 clause 7.1.1).
//!
//! The texts here never hold the NUL that ends the field on the wire.

mod absolute;
#[cfg(feature = "jiff")]
mod bridge;
mod relative;

use core::fmt;
use core::ops::Deref;

pub use absolute::{AbsoluteTime, McLocalTime};
pub use relative::RelativeTime;

/// A time of any of the three forms.
///
/// # Examples
///
/// ```
/// use smpp_pdu::time::{RelativeTime, SmppTime};
///
/// let week = SmppTime::parse(b"000007000000000R")?;
/// assert_eq!(week, Some(RelativeTime::new(0, 0, 7, 0, 0, 0)?.into()));
///
/// let point = SmppTime::parse(b"170610223429004+")?.expect("not empty");
/// assert_eq!(point.to_string(), "2017-06-10T22:34:29.0+01:00");
/// assert_eq!(point.to_text().as_bytes(), b"170610223429004+");
///
/// assert_eq!(SmppTime::parse(b"")?, None);
/// # Ok::<(), smpp_pdu::time::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SmppTime {
    /// A point in time with its distance to UTC (`+` or `-`).
    Absolute(AbsoluteTime),
    /// A span from the moment the message centre receives the request (`R`).
    Relative(RelativeTime),
    /// A point in time on the message centre's own clock, 12 characters and no
    /// zone; SMPP 3.3 and 3.4 allow it in what the message centre reports.
    McLocal(McLocalTime),
}

impl SmppTime {
    /// Reads a time with the default options: two-digit years from 38 on belong
    /// to the 20th century, and relative parts must be in range.
    ///
    /// An empty text means that the field is not given: `None`.
    ///
    /// # Errors
    ///
    /// [`TimeError`] when the text is not 0, 12 or 16 characters long, when the
    /// last of 16 characters is none of `+`, `-` and `R`, when another
    /// character is no digit, and when a part is out of its range or the day is
    /// not in the calendar. The checks happen in this order.
    pub fn parse(text: &[u8]) -> Result<Option<Self>, TimeError> {
        Self::parse_with(text, TimeOptions::new())
    }

    /// Reads a time with a century window or a tolerance of one's own.
    ///
    /// # Errors
    ///
    /// As [`SmppTime::parse`], within what `options` allow.
    ///
    /// # Examples
    ///
    /// ```
    /// use smpp_pdu::time::{SmppTime, TimeErrorKind, TimeOptions};
    ///
    /// // 48 hours belong into the day part; some senders do it all the same.
    /// let text = b"000000480000000R";
    /// let refused = SmppTime::parse(text).unwrap_err();
    /// assert_eq!(refused.kind(), TimeErrorKind::OutOfRange);
    ///
    /// let read = SmppTime::parse_with(text, TimeOptions::new().lenient(true))?;
    /// assert_eq!(read.expect("not empty").to_string(), "PT48H");
    /// # Ok::<(), smpp_pdu::time::TimeError>(())
    /// ```
    pub fn parse_with(text: &[u8], options: TimeOptions) -> Result<Option<Self>, TimeError> {
        if text.is_empty() {
            return Ok(None);
        }
        if let Ok(text) = <&[u8; 12]>::try_from(text) {
            return McLocalTime::read(text, options).map(|time| Some(Self::McLocal(time)));
        }
        let Ok(text) = <&[u8; 16]>::try_from(text) else {
            return Err(TimeError::new(TimeErrorKind::BadLength, None));
        };
        let [.., sign] = *text;
        let time = match sign {
            b'+' => Self::Absolute(AbsoluteTime::read(text, false, options)?),
            b'-' => Self::Absolute(AbsoluteTime::read(text, true, options)?),
            b'R' => Self::Relative(RelativeTime::read(text, options)?),
            _ => {
                return Err(TimeError::new(TimeErrorKind::BadSign, Some(TimePart::Sign)));
            }
        };
        Ok(Some(time))
    }

    /// The text of this time, 16 characters (12 for [`SmppTime::McLocal`]).
    ///
    /// Reading the text again with a century window that holds the year gives
    /// the same value.
    #[must_use]
    pub fn to_text(self) -> TimeText {
        match self {
            Self::Absolute(time) => time.to_text(),
            Self::Relative(time) => time.to_text(),
            Self::McLocal(time) => time.to_text(),
        }
    }
}

impl fmt::Display for SmppTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absolute(time) => time.fmt(f),
            Self::Relative(time) => time.fmt(f),
            Self::McLocal(time) => time.fmt(f),
        }
    }
}

impl From<AbsoluteTime> for SmppTime {
    fn from(time: AbsoluteTime) -> Self {
        Self::Absolute(time)
    }
}

impl From<RelativeTime> for SmppTime {
    fn from(time: RelativeTime) -> Self {
        Self::Relative(time)
    }
}

impl From<McLocalTime> for SmppTime {
    fn from(time: McLocalTime) -> Self {
        Self::McLocal(time)
    }
}

/// How [`SmppTime::parse_with`] reads a text.
///
/// # Examples
///
/// ```
/// use smpp_pdu::time::TimeOptions;
///
/// let options = TimeOptions::new();
/// assert_eq!((options.year(38), options.year(37)), (1938, 2037));
/// assert_eq!(options.pivot(60).year(38), 2038);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeOptions {
    pivot: u8,
    lenient: bool,
}

impl TimeOptions {
    /// The pivot of SMPP 3.4 Appendix C: 38 to 99 are 1938 to 1999, 00 to 37
    /// are 2000 to 2037.
    pub const DEFAULT_PIVOT: u8 = 38;

    /// The defaults: pivot 38, strict.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            pivot: Self::DEFAULT_PIVOT,
            lenient: false,
        }
    }

    /// Moves the century window: two-digit years from `pivot` on are 19YY, the
    /// ones below are 20YY. From 100 on every year is 20YY, with 0 every year
    /// is 19YY.
    #[must_use]
    pub const fn pivot(self, pivot: u8) -> Self {
        Self { pivot, ..self }
    }

    /// Whether relative parts above their range are taken as they stand, up to
    /// the 99 that two digits can say. Points in time are read alike in both
    /// cases.
    #[must_use]
    pub const fn lenient(self, lenient: bool) -> Self {
        Self { lenient, ..self }
    }

    /// The year that a two-digit year (0 to 99) means in this window.
    #[must_use]
    pub const fn year(self, two_digits: u8) -> u16 {
        // Not `From`, which a `const fn` cannot call; the cast widens.
        let year = two_digits as u16;
        if two_digits >= self.pivot {
            1900 + year
        } else {
            2000 + year
        }
    }

    /// Whether a text written for `year` is read back as the same year in this
    /// window.
    #[must_use]
    pub const fn covers(self, year: u16) -> bool {
        match year {
            1900..=1999 => year - 1900 >= self.pivot as u16,
            2000..=2099 => year - 2000 < self.pivot as u16,
            _ => false,
        }
    }
}

impl Default for TimeOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// The text of a time, as it goes into a field: 0, 12 or 16 ASCII characters,
/// without the NUL.
///
/// # Examples
///
/// ```
/// use smpp_pdu::time::{RelativeTime, TimeText};
///
/// let text = RelativeTime::new(0, 0, 0, 2, 30, 0)?.to_text();
/// assert_eq!(text.as_bytes(), b"000000023000000R");
/// assert_eq!(text.to_string(), "000000023000000R");
/// assert!(TimeText::EMPTY.is_empty());
/// # Ok::<(), smpp_pdu::time::TimeError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct TimeText {
    octets: [u8; 16],
    len: u8,
}

impl TimeText {
    /// The text of a time that is not given.
    pub const EMPTY: Self = Self {
        octets: [0; 16],
        len: 0,
    };

    fn full(octets: [u8; 16]) -> Self {
        Self { octets, len: 16 }
    }

    fn short(text: [u8; 12]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = text;
        Self {
            octets: [a, b, c, d, e, f, g, h, i, j, k, l, 0, 0, 0, 0],
            len: 12,
        }
    }

    /// The characters.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The characters as a string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl Deref for TimeText {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsRef<[u8]> for TimeText {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Display for TimeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for TimeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TimeText").field(&self.as_str()).finish()
    }
}

/// A part of a time, for the report of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimePart {
    /// `YY`, the year or the number of years.
    Year,
    /// `MM`, the month or the number of months.
    Month,
    /// `DD`, the day or the number of days.
    Day,
    /// `hh`, the hour or the number of hours.
    Hour,
    /// `mm`, the minute or the number of minutes.
    Minute,
    /// `ss`, the second or the number of seconds.
    Second,
    /// `t`, the tenth of a second.
    Tenths,
    /// `nn`, the distance to UTC in quarter hours.
    Offset,
    /// `p`, the last character.
    Sign,
}

impl fmt::Display for TimePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
            Self::Second => "second",
            Self::Tenths => "tenths of a second",
            Self::Offset => "distance to UTC",
            Self::Sign => "sign",
        })
    }
}

/// What is wrong with a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeErrorKind {
    /// The text has neither 0 nor 12 nor 16 characters.
    BadLength,
    /// The last of 16 characters is none of `+`, `-` and `R`.
    BadSign,
    /// A character other than the last is no digit.
    BadCharacter,
    /// A part is above or below its range, or the calendar has no such day.
    OutOfRange,
}

impl TimeErrorKind {
    /// The name of the kind, for logs and tables: `bad_length` and so on.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadLength => "bad_length",
            Self::BadSign => "bad_sign",
            Self::BadCharacter => "bad_character",
            Self::OutOfRange => "out_of_range",
        }
    }
}

/// A text that is no time, or numbers that make none.
///
/// A message centre answers with the status of the field concerned, 0x61
/// (`ESME_RINVSCHED`) or 0x62 (`ESME_RINVEXPIRY`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeError {
    kind: TimeErrorKind,
    part: Option<TimePart>,
}

impl TimeError {
    const fn new(kind: TimeErrorKind, part: Option<TimePart>) -> Self {
        Self { kind, part }
    }

    const fn out_of_range(part: TimePart) -> Self {
        Self::new(TimeErrorKind::OutOfRange, Some(part))
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> TimeErrorKind {
        self.kind
    }

    /// The first part that is wrong; `None` when the length is.
    #[must_use]
    pub const fn part(&self) -> Option<TimePart> {
        self.part
    }
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TimeErrorKind::BadLength => "a time has 0, 12 or 16 characters",
            TimeErrorKind::BadSign => "a time of 16 characters ends with +, - or R",
            TimeErrorKind::BadCharacter => "not a digit",
            TimeErrorKind::OutOfRange => "out of range",
        };
        match (self.kind, self.part) {
            (TimeErrorKind::BadCharacter | TimeErrorKind::OutOfRange, Some(part)) => {
                write!(f, "time: {part} {what}")
            }
            _ => f.write_str(what),
        }
    }
}

impl core::error::Error for TimeError {}

/// The value of two digits.
fn number(tens: u8, ones: u8, part: TimePart) -> Result<u8, TimeError> {
    if tens.is_ascii_digit() && ones.is_ascii_digit() {
        Ok((tens - b'0') * 10 + (ones - b'0'))
    } else {
        Err(TimeError::new(TimeErrorKind::BadCharacter, Some(part)))
    }
}

/// The two digits of a value; callers keep it below 100.
fn digits(value: u8) -> [u8; 2] {
    [b'0' + value / 10 % 10, b'0' + value % 10]
}

/// The numbers of a text, before anybody asks whether they are in range.
struct Numbers {
    year: u8,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    tenths: u8,
    offset: u8,
}

impl Numbers {
    /// Reads the parts from left to right, so that the first one that is not
    /// made of digits is the one reported.
    fn read(text: &[u8; 16]) -> Result<Self, TimeError> {
        let [y, yy, m, mm, d, dd, h, hh, n, nn, s, ss, t, o, oo, _] = *text;
        Ok(Self {
            year: number(y, yy, TimePart::Year)?,
            month: number(m, mm, TimePart::Month)?,
            day: number(d, dd, TimePart::Day)?,
            hour: number(h, hh, TimePart::Hour)?,
            minute: number(n, nn, TimePart::Minute)?,
            second: number(s, ss, TimePart::Second)?,
            tenths: number(b'0', t, TimePart::Tenths)?,
            offset: number(o, oo, TimePart::Offset)?,
        })
    }
}
