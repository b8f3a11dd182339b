//! When requests should leave: at a fixed rate, whatever the answers do.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// So many messages in so much time, spread evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    messages: u64,
    seconds: u64,
}

impl Rate {
    /// When the request with this number should leave, after the start. The
    /// first, which has the number 0, leaves at once.
    pub(crate) fn due(self, index: u64) -> Duration {
        let nanos = u128::from(index) * u128::from(self.nanos()) / u128::from(self.messages.max(1));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How many should have left by then.
    pub(crate) fn due_by(self, elapsed: Duration) -> u64 {
        let done = elapsed.as_nanos() * u128::from(self.messages) / u128::from(self.nanos());
        // The one at the very start counts as well.
        u64::try_from(done).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// How many leave in a run of this length.
    pub(crate) fn within(self, length: Duration) -> u64 {
        let nanos = u128::from(self.nanos());
        let messages = length.as_nanos() * u128::from(self.messages);
        u64::try_from(messages.div_ceil(nanos)).unwrap_or(u64::MAX)
    }

    pub(crate) fn per_second(self) -> f64 {
        self.messages as f64 / self.seconds as f64
    }

    fn nanos(self) -> u64 {
        self.seconds * NANOS_PER_SECOND
    }
}

/// `20000`, `20000/s`, `600/m`, `10/h`.
impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
        let seconds = match unit {
            "s" => 1,
            "m" | "min" => 60,
            "h" => 3600,
            _ => 0,
        };
        match number.parse() {
            Ok(messages @ 1..=1_000_000_000) if seconds > 0 => Ok(Self { messages, seconds }),
            _ => Err(format!(
                "{text:?} is no rate, write it as 20000/s, 600/m or 10/h"
            )),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.seconds {
            1 => "s",
            60 => "m",
            _ => "h",
        };
        write!(f, "{}/{unit}", self.messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_spread_evenly_from_the_start_on() {
        let rate: Rate = "1000/s".parse().unwrap();
        assert_eq!(rate.due(0), Duration::ZERO);
        assert_eq!(rate.due(1), Duration::from_millis(1));
        assert_eq!(rate.due(5_000), Duration::from_secs(5));
        assert_eq!(rate.due_by(Duration::ZERO), 1);
        assert_eq!(rate.due_by(Duration::from_micros(1_999)), 2);
        assert_eq!(rate.due_by(Duration::from_millis(2)), 3);
        assert_eq!(rate.within(Duration::from_secs(2)), 2_000);
    }

    #[test]
    fn a_rate_that_does_not_divide_a_second_does_not_drift() {
        let rate: Rate = "3".parse().unwrap();
        assert_eq!(rate.due(3_000_000), Duration::from_secs(1_000_000));
        for index in 0..1_000 {
            let due = rate.due(index) + Duration::from_nanos(1);
            assert_eq!(rate.due_by(due), index + 1);
        }
    }

    #[test]
    fn rates_are_read_as_people_write_them() {
        for (text, per_second, shown) in [
            ("20000", 20_000.0, "20000/s"),
            ("20000/s", 20_000.0, "20000/s"),
            ("600/m", 10.0, "600/m"),
            ("36/h", 0.01, "36/h"),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!(
                (rate.per_second(), rate.to_string().as_str()),
                (per_second, shown)
            );
        }
        for wrong in ["", "0", "fast", "5/d", "-1/s", "1.5/s", "99999999999"] {
            let error = wrong.parse::<Rate>().unwrap_err();
            assert!(error.contains("20000/s"), "{wrong}: {error}");
        }
    }
}
