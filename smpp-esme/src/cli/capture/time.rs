//! The time of a packet.

use core::fmt;

/// Nanoseconds since 1970, shown in UTC as ISO 8601 has it.
pub(super) struct Time(pub(super) u64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1_000_000_000;
        let nanos = self.0 % 1_000_000_000;
        let (days, second) = (seconds / 86_400, seconds % 86_400);
        let (year, month, day) = date(days);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.",
            second / 3600,
            second / 60 % 60,
            second % 60
        )?;
        match nanos % 1000 {
            0 => write!(f, "{:06}Z", nanos / 1000),
            _ => write!(f, "{nanos:09}Z"),
        }
    }
}

/// Year, month and day, from the days since 1970. Years start in March here, so
/// that the odd day of a leap year is the last.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468 /* from 0000-03-01 */;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (nanos, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400_000_001_000, "2000-02-29T00:00:00.000001Z"),
            (1_785_067_200_000_000_001, "2026-07-26T12:00:00.000000001Z"),
            (4_107_542_399_999_999_000, "2100-02-28T23:59:59.999999Z"),
        ] {
            assert_eq!(Time(nanos).to_string(), text);
        }
    }
}
