//! What became of the messages, counted. It reads no clock.

use core::time::Duration;
use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use smpp_esme::{RequestError, RequestErrorKind};
use smpp_pdu::CommandStatus;

use crate::cli::exit::Failure;

/// The latencies that are told apart: 1 µs to an hour, to three digits. Room is
/// made when it is needed: there may be a thousand sessions.
const SHORTEST: u64 = 1_000;
const LONGEST: u64 = 3_600_000_000_000;
const DIGITS: u8 = 3;

/// Latencies in nanoseconds.
pub(crate) type Latencies = Histogram<u64>;

/// What became of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Accepted,
    Rejected(CommandStatus),
    /// No response in time.
    Expired,
    /// The session ended before the response.
    LinkLost,
    /// A response that cannot be read.
    Unreadable,
    NotSent,
}

impl From<&RequestError> for Outcome {
    fn from(error: &RequestError) -> Self {
        match error.kind() {
            RequestErrorKind::Rejected(status) => Self::Rejected(status),
            RequestErrorKind::Unreadable(status) if status.is_error() => Self::Rejected(status),
            RequestErrorKind::Unreadable(_) => Self::Unreadable,
            RequestErrorKind::Expired => Self::Expired,
            RequestErrorKind::LinkLost(_) => Self::LinkLost,
            _ => Self::NotSent,
        }
    }
}

/// The moments of one message, counted from the start of the run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moments {
    /// When it should have left. In a closed loop, when it left.
    pub(crate) due: Duration,
    pub(crate) left: Duration,
    pub(crate) settled: Duration,
}

/// Counts and latencies of a run, or of a part of it.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    pub(crate) accepted: u64,
    pub(crate) rejected: BTreeMap<u32, u64>,
    pub(crate) expired: u64,
    pub(crate) link_lost: u64,
    pub(crate) unreadable: u64,
    pub(crate) not_sent: u64,
    /// Sent, and the run was broken off before the response.
    pub(crate) left_open: u64,
    /// Found no free place in the window when they should have left.
    pub(crate) delayed: u64,
    /// Accepted messages: from when they should have left to the response.
    pub(crate) latency: Latencies,
    /// The same from when they left.
    pub(crate) response: Latencies,
    /// Refused messages, from when they should have left.
    pub(crate) refusal: Latencies,
    /// The time that all messages together were outstanding.
    pub(crate) outstanding: Duration,
    pub(crate) delivered: u64,
    pub(crate) undelivered: u64,
    /// From when the message should have left to its receipt.
    pub(crate) receipt: Latencies,
}

impl Tally {
    pub(crate) fn new() -> Result<Self, Failure> {
        let mut latencies = Histogram::new_with_bounds(SHORTEST, 2 * SHORTEST, DIGITS)
            .map_err(|error| Failure::other(error.to_string()))?;
        latencies.auto(true);
        Ok(Self::with(&latencies))
    }

    fn with(bounds: &Latencies) -> Self {
        Self {
            accepted: 0,
            rejected: BTreeMap::new(),
            expired: 0,
            link_lost: 0,
            unreadable: 0,
            not_sent: 0,
            left_open: 0,
            delayed: 0,
            latency: Histogram::new_from(bounds),
            response: Histogram::new_from(bounds),
            refusal: Histogram::new_from(bounds),
            outstanding: Duration::ZERO,
            delivered: 0,
            undelivered: 0,
            receipt: Histogram::new_from(bounds),
        }
    }

    /// One message has come to its end.
    pub(crate) fn settle(&mut self, outcome: Outcome, delayed: bool, moments: Moments) {
        if outcome == Outcome::NotSent {
            self.not_sent += 1;
            return;
        }
        let response = moments.settled.saturating_sub(moments.left);
        let latency = moments.settled.saturating_sub(moments.due);
        self.delayed += u64::from(delayed);
        self.outstanding += response;
        match outcome {
            Outcome::Accepted => {
                self.accepted += 1;
                record(&mut self.latency, latency);
                // In a closed loop the two are the same.
                if moments.due != moments.left {
                    record(&mut self.response, response);
                }
            }
            Outcome::Rejected(status) => {
                *self.rejected.entry(status.0).or_default() += 1;
                record(&mut self.refusal, latency);
            }
            Outcome::Expired => self.expired += 1,
            Outcome::LinkLost => self.link_lost += 1,
            Outcome::Unreadable => self.unreadable += 1,
            Outcome::NotSent => {}
        }
    }

    /// The last receipt of a message.
    pub(crate) fn receipt(&mut self, delivered: bool, latency: Duration) {
        if delivered {
            self.delivered += 1;
        } else {
            self.undelivered += 1;
        }
        record(&mut self.receipt, latency);
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        for (status, count) in &other.rejected {
            *self.rejected.entry(*status).or_default() += count;
        }
        self.expired += other.expired;
        self.link_lost += other.link_lost;
        self.unreadable += other.unreadable;
        self.not_sent += other.not_sent;
        self.left_open += other.left_open;
        self.delayed += other.delayed;
        self.outstanding += other.outstanding;
        self.delivered += other.delivered;
        self.undelivered += other.undelivered;
        for (mine, theirs) in [
            (&mut self.latency, &other.latency),
            (&mut self.response, &other.response),
            (&mut self.refusal, &other.refusal),
            (&mut self.receipt, &other.receipt),
        ] {
            // It fails only where there is no room for more.
            let _ = mine.add(theirs);
        }
    }

    pub(crate) fn rejections(&self) -> u64 {
        self.rejected.values().sum()
    }

    /// Sent, and nobody knows whether the centre took them.
    pub(crate) fn unknown(&self) -> u64 {
        self.expired + self.link_lost + self.unreadable + self.left_open
    }

    pub(crate) fn answered(&self) -> u64 {
        self.accepted + self.rejections()
    }

    pub(crate) fn submitted(&self) -> u64 {
        self.answered() + self.unknown()
    }

    pub(crate) fn throttled(&self) -> u64 {
        let status = CommandStatus::ESME_RTHROTTLED.0;
        self.rejected.get(&status).copied().unwrap_or(0)
    }
}

fn record(latencies: &mut Latencies, latency: Duration) {
    let nanos = u64::try_from(latency.as_nanos()).unwrap_or(LONGEST);
    // It fails only where there is no room for more.
    let _ = latencies.record(nanos.clamp(SHORTEST, LONGEST));
}

#[cfg(test)]
mod tests {
    use super::super::schedule::Rate;
    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn p(latencies: &Latencies, quantile: f64) -> Duration {
        // Without the last digit, which the histogram does not keep.
        Duration::from_nanos(latencies.value_at_quantile(quantile) / 1_000_000 * 1_000_000)
    }

    /// 1,000 requests at 1,000 a second, one place in the window, 0.5 ms for
    /// each answer; the centre answers nothing between 300 ms and 400 ms.
    fn stalled() -> Tally {
        let rate: Rate = "1000/s".parse().unwrap();
        let mut tally = Tally::new().unwrap();
        let mut free = Duration::ZERO;
        for index in 0..1_000 {
            let due = rate.due(index);
            let left = due.max(free);
            let mut settled = left + Duration::from_micros(500);
            if (millis(300)..millis(400)).contains(&settled) {
                settled = millis(400);
            }
            let moments = Moments { due, left, settled };
            tally.settle(Outcome::Accepted, left > due, moments);
            free = settled;
        }
        tally
    }

    #[test]
    fn a_stall_is_in_the_latency_of_all_that_should_have_left_meanwhile() {
        let tally = stalled();
        // The one that was due at 300 ms is under way until 400 ms. Then one
        // leaves each half a millisecond and one more is due each millisecond:
        // the 198th one after it leaves at 498.5 ms, and was due at 498 ms.
        assert_eq!(tally.accepted, 1_000);
        assert_eq!(tally.delayed, 198);
        assert_eq!(p(&tally.latency, 1.0), millis(100));
        let slow = |latencies: &Latencies| {
            let all = latencies.iter_recorded();
            all.filter(|value| value.value_iterated_to() > 600_000)
                .map(|value| value.count_at_value())
                .sum::<u64>()
        };
        assert_eq!(slow(&tally.latency), 199);
        assert!(
            p(&tally.latency, 0.9) >= millis(49),
            "{:?}",
            p(&tally.latency, 0.9)
        );
        // Who counts from when they left sees one slow request of 1,000.
        assert_eq!(p(&tally.response, 0.99), Duration::ZERO);
    }

    #[test]
    fn every_message_is_counted_once() {
        let mut tally = Tally::new().unwrap();
        let moments = Moments {
            due: Duration::ZERO,
            left: Duration::ZERO,
            settled: millis(2),
        };
        let throttled = Outcome::Rejected(CommandStatus::ESME_RTHROTTLED);
        let full = Outcome::Rejected(CommandStatus::ESME_RMSGQFUL);
        for outcome in [
            Outcome::Accepted,
            throttled,
            throttled,
            full,
            Outcome::Expired,
            Outcome::LinkLost,
            Outcome::Unreadable,
            Outcome::NotSent,
        ] {
            tally.settle(outcome, false, moments);
        }
        let mut both = Tally::new().unwrap();
        both.add(&tally);
        both.add(&tally);
        assert_eq!(
            (both.accepted, both.rejections(), both.throttled()),
            (2, 6, 4)
        );
        assert_eq!((both.unknown(), both.not_sent), (6, 2));
        assert_eq!(both.submitted(), 14);
        // Latencies are those of answers; nothing is known of the others.
        assert_eq!((both.latency.len(), both.refusal.len()), (2, 6));
        assert_eq!(both.outstanding, millis(28));
        // The longest that is told apart.
        let settled = Duration::from_secs(7_200);
        tally.settle(Outcome::Accepted, false, Moments { settled, ..moments });
        assert_eq!(tally.latency.len(), 2);
        assert!(tally.latency.max() >= LONGEST);
    }
}
