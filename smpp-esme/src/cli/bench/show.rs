//! Numbers for people.

use core::fmt;
use core::time::Duration;

/// `850 µs`, `1.24 ms`, `12.4 s`: three digits and a unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time(pub(crate) Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        let (number, unit) = match seconds {
            ..0.000_999_5 => (seconds * 1e6, "µs"),
            ..0.999_5 => (seconds * 1e3, "ms"),
            _ => (seconds, "s"),
        };
        let decimals = match number {
            _ if unit == "µs" => 0,
            ..9.995 => 2,
            ..99.95 => 1,
            _ => 0,
        };
        f.pad(&format!("{number:.decimals$} {unit}"))
    }
}

/// `1`, `1 message`; `2 messages`.
pub(crate) fn counted(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_a_unit() {
        for (nanos, text) in [
            (0, "0 µs"),
            (850_000, "850 µs"),
            (999_400, "999 µs"),
            (999_600, "1.00 ms"),
            (1_240_000, "1.24 ms"),
            (12_400_000, "12.4 ms"),
            (124_000_000, "124 ms"),
            (999_900_000, "1.00 s"),
            (60_000_000_000, "60.0 s"),
        ] {
            assert_eq!(Time(Duration::from_nanos(nanos)).to_string(), text);
        }
        assert_eq!(format!("{:>8}", Time(Duration::from_micros(5))), "    5 µs");
        assert_eq!(
            (counted(1, "session"), counted(2, "session")),
            ("1 session".into(), "2 sessions".into())
        );
    }
}
