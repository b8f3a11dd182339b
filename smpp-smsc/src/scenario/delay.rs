//! How long things take.

use core::f64::consts::TAU;
use core::fmt;
use core::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::draw::Draw;

/// The longest that any delay is.
pub const MAX_DELAY: Duration = Duration::from_secs(86_400);

/// How long something takes: always the same, or a distribution. Whatever is
/// drawn is at least nothing and at most [`MAX_DELAY`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Delay {
    /// Always the same.
    Fixed(Duration),
    /// Anything between two values, each as likely.
    Uniform {
        /// The shortest.
        from: Duration,
        /// The longest.
        to: Duration,
    },
    /// As of events that know nothing of each other: often short, rarely long.
    Exponential {
        /// The mean.
        mean: Duration,
    },
    /// Around a mean; what would be negative is nothing.
    Normal {
        /// The mean.
        mean: Duration,
        /// The standard deviation.
        deviation: Duration,
    },
}

impl Delay {
    /// No delay.
    pub const NONE: Self = Self::Fixed(Duration::ZERO);

    pub(super) fn sample(self, draw: &mut Draw) -> Duration {
        // Two draws whatever it is: another distribution changes nothing else.
        let (first, second) = (draw.unit(), draw.unit());
        let seconds = match self {
            Self::Fixed(duration) => return duration.min(MAX_DELAY),
            Self::Uniform { from, to } => {
                let (from, to) = (from.as_secs_f64(), to.as_secs_f64());
                from + (to - from) * first
            }
            Self::Exponential { mean } => -(1.0 - first).ln() * mean.as_secs_f64(),
            Self::Normal { mean, deviation } => {
                // Box and Muller.
                let radius = (-2.0 * (1.0 - first).ln()).sqrt();
                mean.as_secs_f64() + radius * (TAU * second).cos() * deviation.as_secs_f64()
            }
        };
        Duration::from_secs_f64(seconds.clamp(0.0, MAX_DELAY.as_secs_f64()))
    }
}

impl Default for Delay {
    fn default() -> Self {
        Self::NONE
    }
}

impl From<Duration> for Delay {
    fn from(duration: Duration) -> Self {
        Self::Fixed(duration)
    }
}

/// As a scenario file writes it.
impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(duration) => write!(f, "{duration:?}"),
            Self::Uniform { from, to } => write!(f, "{from:?} to {to:?}"),
            Self::Exponential { mean } => write!(f, "about {mean:?} (exponential)"),
            Self::Normal { mean, deviation } => write!(f, "{mean:?} ± {deviation:?}"),
        }
    }
}

const WANTED: &str = "a time such as \"200ms\", or one of { uniform = [\"50ms\", \"2s\"] }, \
                      { exponential = \"300ms\" }, { normal = [\"1s\", \"200ms\"] }";

impl<'de> Deserialize<'de> for Delay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DelayVisitor;

        impl<'de> Visitor<'de> for DelayVisitor {
            type Value = Delay;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(WANTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Delay, E> {
                parse_time(text).map(Delay::Fixed).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Delay, A::Error> {
                let kinds = &["uniform", "exponential", "normal"];
                let Some(kind) = map.next_key::<String>()? else {
                    return Err(Error::custom(format!("expected {WANTED}")));
                };
                let delay = match &*kind {
                    "uniform" => {
                        let (Time(from), Time(to)) = map.next_value()?;
                        if to < from {
                            let text = "uniform is [shortest, longest], in this order";
                            return Err(Error::custom(text));
                        }
                        Delay::Uniform { from, to }
                    }
                    "exponential" => {
                        let Time(mean) = map.next_value()?;
                        Delay::Exponential { mean }
                    }
                    "normal" => {
                        let (Time(mean), Time(deviation)) = map.next_value()?;
                        Delay::Normal { mean, deviation }
                    }
                    other => return Err(Error::unknown_field(other, kinds)),
                };
                if map.next_key::<String>()?.is_some() {
                    return Err(Error::custom("a delay is one distribution, not several"));
                }
                Ok(delay)
            }
        }

        deserializer.deserialize_any(DelayVisitor)
    }
}

/// A number with its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Time(pub(super) Duration);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeVisitor;

        impl Visitor<'_> for TimeVisitor {
            type Value = Time;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time with its unit, such as \"200ms\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Time, E> {
                parse_time(text).map(Time).map_err(E::custom)
            }
        }

        deserializer.deserialize_any(TimeVisitor)
    }
}

fn parse_time(text: &str) -> Result<Duration, String> {
    let wanted = || {
        format!(
            "{text:?} is no time: a number with its unit, such as \"200ms\", \"1.5s\", \"2m\" or \"1h\""
        )
    };
    let number = text.trim_end_matches(|one: char| one.is_ascii_alphabetic());
    let unit = text.strip_prefix(number).unwrap_or_default();
    let seconds: f64 = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(wanted()),
    };
    let number: f64 = number.trim_end().parse().map_err(|_| wanted())?;
    let total = number * seconds;
    if (0.0..=MAX_DELAY.as_secs_f64()).contains(&total) {
        Ok(Duration::from_secs_f64(total))
    } else {
        Err(format!("{text:?} is not between nothing and a day"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw::{Chance, Purpose};
    use super::*;

    fn mean_of(delay: Delay) -> f64 {
        let chance = Chance::new(7);
        let sum: f64 = (0..20_000)
            .map(|number| {
                let mut draw = chance.draw(Purpose::Attempt, 0, number);
                delay.sample(&mut draw).as_secs_f64()
            })
            .sum();
        sum / 20_000.0
    }

    #[test]
    fn distributions_have_the_mean_that_they_say() {
        let second = Duration::from_secs(1);
        for (delay, mean) in [
            (Delay::Fixed(second), 1.0),
            (
                Delay::Uniform {
                    from: second,
                    to: 3 * second,
                },
                2.0,
            ),
            (Delay::Exponential { mean: second }, 1.0),
            (
                Delay::Normal {
                    mean: 5 * second,
                    deviation: second,
                },
                5.0,
            ),
        ] {
            let found = mean_of(delay);
            assert!((found / mean - 1.0).abs() < 0.02, "{delay}: {found}");
        }
    }

    #[test]
    fn no_delay_is_negative_or_longer_than_a_day() {
        let day = Delay::Exponential { mean: MAX_DELAY };
        let around_nothing = Delay::Normal {
            mean: Duration::ZERO,
            deviation: MAX_DELAY,
        };
        let chance = Chance::new(7);
        for number in 0..1000 {
            let mut draw = chance.draw(Purpose::Attempt, 0, number);
            assert!(day.sample(&mut draw) <= MAX_DELAY);
            assert!(around_nothing.sample(&mut draw) <= MAX_DELAY);
        }
    }

    #[test]
    fn times_have_units() {
        for (text, millis) in [("200ms", 200), ("1.5s", 1500), ("2m", 120_000), ("0s", 0)] {
            assert_eq!(parse_time(text), Ok(Duration::from_millis(millis)));
        }
        for text in ["", "5", "ms", "-1s", "25h", "NaNs", "infs", "1 fortnight"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }
}
