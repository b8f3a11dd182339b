//! The dates of a receipt text.

use smpp_pdu::time::{McLocalTime, TimeOptions};

/// Reads a date as receipt texts have it, on a clock whose zone nobody tells.
///
/// | digits | form |
/// | --- | --- |
/// | 10 | `YYMMDDhhmm`, as Appendix B of SMPP 3.4 prints it |
/// | 12 | `YYMMDDhhmmss`; when the calendar has no such date, `YYYYMMDDhhmm` |
/// | 14 | `YYYYMMDDhhmmss` |
///
/// Anything else is no date: `None`, also for the ten zeros that stand for
/// "none". `options` place the two-digit years.
///
/// # Examples
///
/// ```
/// use smpp_codec::receipt::read_date;
/// use smpp_pdu::time::TimeOptions;
///
/// let read = |text: &[u8]| read_date(text, TimeOptions::new()).map(|date| date.to_string());
/// assert_eq!(read(b"2401310959").as_deref(), Some("2024-01-31T09:59:00"));
/// assert_eq!(read(b"201501302359").as_deref(), Some("2015-01-30T23:59:00"));
/// assert_eq!(read(b"0000000000"), None);
/// ```
#[must_use]
pub fn read_date(text: &[u8], options: TimeOptions) -> Option<McLocalTime> {
    let pairs = Pairs::read(text)?;
    match pairs.len {
        5 => pairs.short(options),
        6 => pairs.short(options).or_else(|| pairs.long()),
        7 => pairs.long(),
        _ => None,
    }
}

/// Whether 12 digits make a date in both of the forms that have 12.
pub(super) fn is_ambiguous(text: &[u8], options: TimeOptions) -> bool {
    Pairs::read(text).is_some_and(|pairs| {
        pairs.len == 6 && pairs.short(options).is_some() && pairs.long().is_some()
    })
}

/// Up to seven two-digit numbers; those that are not there are 0.
struct Pairs {
    numbers: [u8; 7],
    len: usize,
}

impl Pairs {
    fn read(text: &[u8]) -> Option<Self> {
        if text.len() > 14 || !text.len().is_multiple_of(2) {
            return None;
        }
        let mut numbers = [0; 7];
        for (number, pair) in numbers.iter_mut().zip(text.chunks_exact(2)) {
            let &[tens, ones] = pair.first_chunk()?;
            if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
                return None;
            }
            *number = (tens - b'0') * 10 + (ones - b'0');
        }
        Some(Self {
            numbers,
            len: text.len() / 2,
        })
    }

    /// Two digits for the year.
    fn short(&self, options: TimeOptions) -> Option<McLocalTime> {
        let [year, month, day, hour, minute, second, _] = self.numbers;
        McLocalTime::new(options.year(year), month, day, hour, minute, second).ok()
    }

    /// Four digits for the year.
    fn long(&self) -> Option<McLocalTime> {
        let [century, year, month, day, hour, minute, second] = self.numbers;
        let year = u16::from(century) * 100 + u16::from(year);
        McLocalTime::new(year, month, day, hour, minute, second).ok()
    }
}
