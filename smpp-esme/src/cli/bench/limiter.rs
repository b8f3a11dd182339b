//! What kept the run from being faster: a rule over what was measured.

use core::fmt;
use core::time::Duration;

use super::show::Time;

/// From this share of refusals on, the centre holds the client back.
const THROTTLED: f64 = 0.05;
/// A schedule is kept when no larger share than this has waited for a place.
const DELAYED: f64 = 0.01;
/// A thread that is on a processor for this share of the time has no more to give.
const BUSY: f64 = 0.85;
/// A thread that waits for a processor for this share of the time, and has no
/// time left besides, is held up by others.
const WAITING: f64 = 0.2;
const BUSY_OR_WAITING: f64 = 0.8;
/// The share of the time in which the connection took no octets.
const BLOCKED: f64 = 0.25;
/// The share of the places that are taken on average.
const OCCUPIED: f64 = 0.85;
/// An answer that takes so many times the fastest one has stood in a queue.
const QUEUED: f64 = 4.0;

/// What was measured. Shares are from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Evidence {
    pub(crate) answered: u64,
    pub(crate) throttled: u64,
    /// Of an open loop: the share of the messages that should have left and
    /// found no free place, or have not left at all.
    pub(crate) delayed: Option<f64>,
    /// On a processor: the busiest thread. `None` where the system does not tell.
    pub(crate) busy: Option<f64>,
    /// Waiting for a processor: the same thread.
    pub(crate) waiting: Option<f64>,
    /// The most blocked connection.
    pub(crate) blocked: f64,
    /// Places of all windows that were taken, on average.
    pub(crate) occupied: f64,
    /// Places of all windows.
    pub(crate) places: u32,
    pub(crate) fastest: Duration,
    pub(crate) median: Duration,
}

/// What the limit was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Limiter {
    NoAnswers,
    Throttling { share: f64 },
    Rate,
    ClientCpu { busy: f64 },
    MachineCpu { waiting: f64 },
    Connection { blocked: f64 },
    Window { median: Duration },
    Centre { median: Duration, fastest: Duration },
    Stalls { delayed: f64 },
    Unclear,
}

impl Limiter {
    /// The first that explains the run. The order matters: a busy client and a
    /// blocked connection both make answers look slow.
    pub(crate) fn of(evidence: &Evidence) -> Self {
        let Evidence {
            answered,
            throttled,
            busy,
            waiting,
            blocked,
            median,
            fastest,
            ..
        } = *evidence;
        if answered == 0 {
            return Self::NoAnswers;
        }
        let share = throttled as f64 / answered as f64;
        if share >= THROTTLED {
            return Self::Throttling { share };
        }
        if evidence.delayed.is_some_and(|delayed| delayed < DELAYED) {
            return Self::Rate;
        }
        if let Some(busy) = busy
            && busy >= BUSY
        {
            return Self::ClientCpu { busy };
        }
        if let (Some(busy), Some(waiting)) = (busy, waiting)
            && waiting >= WAITING
            && busy + waiting >= BUSY_OR_WAITING
        {
            return Self::MachineCpu { waiting };
        }
        if blocked >= BLOCKED {
            return Self::Connection { blocked };
        }
        if evidence.occupied < OCCUPIED {
            // Full at times and free on average: something has stood still.
            return match (evidence.delayed, waiting) {
                (Some(_), Some(waiting)) if waiting >= WAITING => Self::MachineCpu { waiting },
                (Some(delayed), _) => Self::Stalls { delayed },
                (None, _) => Self::Unclear,
            };
        }
        // A single message cannot queue behind another of ours.
        let queued = median.as_secs_f64() >= QUEUED * fastest.as_secs_f64();
        if queued && evidence.places > 1 {
            Self::Centre { median, fastest }
        } else {
            Self::Window { median }
        }
    }

    /// For JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NoAnswers => "no_answers",
            Self::Throttling { .. } => "throttling",
            Self::Rate => "rate",
            Self::ClientCpu { .. } => "client_cpu",
            Self::MachineCpu { .. } => "machine_cpu",
            Self::Connection { .. } => "connection",
            Self::Window { .. } => "window",
            Self::Centre { .. } => "centre",
            Self::Stalls { .. } => "stalls",
            Self::Unclear => "unclear",
        }
    }
}

/// What it was, how that shows, and what to change.
impl fmt::Display for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NoAnswers => f.write_str("the centre: it has answered nothing"),
            Self::Throttling { share } => write!(
                f,
                "the centre throttles: {} of the messages were refused with ESME_RTHROTTLED; \
                 lower --rate, or ask for a higher limit",
                Percent(share)
            ),
            Self::Rate => f.write_str("the rate that was asked for: raise --rate to find a limit"),
            Self::ClientCpu { busy } => write!(
                f,
                "the client's processor: {} busy; raise --sessions and --threads, or use a \
                 second machine",
                Percent(busy)
            ),
            Self::MachineCpu { waiting } => write!(
                f,
                "the processors of this machine: the client waited for one for {} of the time; \
                 run the centre on another machine",
                Percent(waiting)
            ),
            Self::Connection { blocked } => write!(
                f,
                "the connection: for {} of the time it took no more octets; the network is \
                 full, or the centre reads too slowly",
                Percent(blocked)
            ),
            Self::Window { median } => write!(
                f,
                "the window: all places are taken, and an answer takes only {}; raise --window",
                Time(median)
            ),
            Self::Centre { median, fastest } => write!(
                f,
                "the centre: an answer takes {}, the fastest one {}, and the client has time left",
                Time(median),
                Time(fastest)
            ),
            Self::Stalls { delayed } => write!(
                f,
                "stalls of the centre: {} of the messages found the window full, which is free \
                 on average; look for them with --plot",
                Percent(delayed)
            ),
            Self::Unclear => f.write_str(
                "nothing that was measured: the client has time left, and places in the window \
                 are free; run it for longer",
            ),
        }
    }
}

struct Percent(f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} %", self.0 * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A closed loop at ease: the window is the limit.
    const EASY: Evidence = Evidence {
        answered: 1_000,
        throttled: 0,
        delayed: None,
        busy: Some(0.2),
        waiting: Some(0.01),
        blocked: 0.0,
        occupied: 0.99,
        places: 10,
        fastest: Duration::from_micros(50),
        median: Duration::from_micros(90),
    };

    #[test]
    fn the_limit_is_named_by_what_was_measured() {
        let slow = Evidence {
            median: Duration::from_millis(9),
            ..EASY
        };
        let open = |delayed| Evidence {
            delayed: Some(delayed),
            occupied: 0.3,
            ..EASY
        };
        for (evidence, name, advice) in [
            (EASY, "window", "raise --window"),
            (slow, "centre", "9.00 ms, the fastest one 50 µs"),
            (Evidence { places: 1, ..slow }, "window", "raise --window"),
            (
                Evidence {
                    busy: None,
                    waiting: None,
                    ..slow
                },
                "centre",
                "an answer takes",
            ),
            (
                Evidence {
                    busy: Some(0.97),
                    ..slow
                },
                "client_cpu",
                "97 % busy",
            ),
            (
                Evidence {
                    busy: Some(0.5),
                    waiting: Some(0.45),
                    ..slow
                },
                "machine_cpu",
                "45 %",
            ),
            (
                Evidence {
                    blocked: 0.6,
                    ..slow
                },
                "connection",
                "60 %",
            ),
            (
                Evidence {
                    throttled: 200,
                    ..slow
                },
                "throttling",
                "20 %",
            ),
            (
                Evidence {
                    throttled: 20,
                    ..EASY
                },
                "window",
                "raise --window",
            ),
            (
                Evidence {
                    answered: 0,
                    ..EASY
                },
                "no_answers",
                "nothing",
            ),
            (
                Evidence {
                    occupied: 0.2,
                    ..EASY
                },
                "unclear",
                "longer",
            ),
            (open(0.0), "rate", "raise --rate"),
            // The schedule was not kept, and something is to blame for it.
            (open(0.2), "stalls", "20 %"),
            (
                Evidence {
                    waiting: Some(0.4),
                    ..open(0.2)
                },
                "machine_cpu",
                "40 %",
            ),
            (
                Evidence {
                    occupied: 0.95,
                    ..open(0.5)
                },
                "window",
                "raise --window",
            ),
            (
                Evidence {
                    busy: Some(0.99),
                    ..open(0.5)
                },
                "client_cpu",
                "99 % busy",
            ),
            (
                Evidence {
                    throttled: 500,
                    ..open(0.0)
                },
                "throttling",
                "lower --rate",
            ),
        ] {
            let limiter = Limiter::of(&evidence);
            assert_eq!(limiter.name(), name, "{evidence:?}");
            let text = limiter.to_string();
            assert!(text.contains(advice), "{text}");
        }
    }

    #[test]
    fn each_limit_is_reached_from_its_number_on() {
        let queued = Evidence {
            median: Duration::from_micros(200),
            ..EASY
        };
        let almost = Evidence {
            median: Duration::from_micros(199),
            ..EASY
        };
        for (at, below) in [
            (queued, almost),
            (
                Evidence {
                    throttled: 50,
                    ..EASY
                },
                Evidence {
                    throttled: 49,
                    ..EASY
                },
            ),
            (
                Evidence {
                    busy: Some(0.85),
                    ..EASY
                },
                Evidence {
                    busy: Some(0.84),
                    ..EASY
                },
            ),
            (
                Evidence {
                    blocked: 0.25,
                    ..EASY
                },
                Evidence {
                    blocked: 0.24,
                    ..EASY
                },
            ),
        ] {
            assert_ne!(Limiter::of(&at).name(), "window");
            assert_eq!(Limiter::of(&below).name(), "window");
        }
    }
}
