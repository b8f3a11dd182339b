//! What the centre has done since it was started.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

use smpp_pdu::MessageState;

use crate::FailureClass;

macro_rules! stats {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Totals since the centre was started, see
        /// [`Smsc::stats`](crate::Smsc::stats).
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Stats {
            $($(#[$doc])* pub $name: u64,)*
        }

        /// The same, while they are counted.
        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: Counter,)*
            /// How long the store takes for a group of changes.
            pub(crate) commit_times: TimeCounter,
        }

        impl Counters {
            pub(crate) fn read(&self) -> Stats {
                Stats {
                    $($name: self.$name.get(),)*
                }
            }
        }
    };
}

stats! {
    /// Connections that were served.
    connections,
    /// Connections that were closed at once: a limit was reached.
    refused_connections,
    /// Connections that ended before their TLS handshake or PROXY header did.
    failed_handshakes,
    /// Binds that were accepted.
    binds,
    /// Binds that were refused.
    refused_binds,
    /// Requests of bound sessions, `enquire_link` not among them.
    requests,
    /// Of these, those that were refused.
    refused_requests,
    /// Deliveries that ESMEs acknowledged.
    delivered,
    /// What peers did that they must not.
    faults,
    /// What was off-spec in PDUs that were understood all the same.
    findings,
    /// Messages of ESMEs that were taken, each recipient counted.
    messages_accepted,
    /// Messages that ended as `DELIVERED`.
    messages_delivered,
    /// Messages that ended as `EXPIRED`.
    messages_expired,
    /// Messages that ended as `UNDELIVERABLE`.
    messages_undeliverable,
    /// Messages that ended as `REJECTED`.
    messages_rejected,
    /// Messages that ended as `DELETED`.
    messages_deleted,
    /// Messages that ended in another state: `ACCEPTED`, `UNKNOWN`, `SKIPPED`.
    messages_ended_otherwise,
    /// Attempts to deliver a message that were handed to the network.
    attempts,
    /// Attempts that failed for now, because the subscriber is absent.
    failed_absent,
    /// Attempts that failed for now, because the handset is busy.
    failed_busy,
    /// Attempts that failed for now, because of congestion.
    failed_congestion,
    /// Attempts that failed for now, because there is no link.
    failed_link,
    /// Attempts that failed for now for another reason.
    failed_system,
    /// Groups of changes that the store has committed for the engine.
    commits,
    /// Changes in these groups.
    committed_changes,
    /// Groups that the store did not take.
    failed_commits,
}

impl Counters {
    /// A message has reached this state, which is final.
    pub(crate) fn ended(&self, state: MessageState) {
        let counter = match state {
            MessageState::DELIVERED => &self.messages_delivered,
            MessageState::EXPIRED => &self.messages_expired,
            MessageState::UNDELIVERABLE => &self.messages_undeliverable,
            MessageState::REJECTED => &self.messages_rejected,
            MessageState::DELETED => &self.messages_deleted,
            _ => &self.messages_ended_otherwise,
        };
        counter.add(1);
    }

    /// An attempt has failed for now.
    pub(crate) fn failed(&self, class: FailureClass) {
        let counter = match class {
            FailureClass::Absent => &self.failed_absent,
            FailureClass::Busy => &self.failed_busy,
            FailureClass::Congestion => &self.failed_congestion,
            FailureClass::Link => &self.failed_link,
            FailureClass::System => &self.failed_system,
        };
        counter.add(1);
    }
}

/// Bounds of the classes of times, in microseconds.
const BOUNDS: [u64; 13] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    5_000_000,
];

/// How long the store took for groups of changes, for a histogram; see
/// [`Smsc::commit_times`](crate::Smsc::commit_times).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommitTimes {
    /// How many took at most each of these times, and longer than the one before,
    /// in rising order. What took longer than all is in `count` only.
    pub classes: Vec<(Duration, u64)>,
    /// How many there were.
    pub count: u64,
    /// How long all took together.
    pub total: Duration,
}

/// The same, while it is counted.
#[derive(Debug, Default)]
pub(crate) struct TimeCounter {
    classes: [Counter; BOUNDS.len()],
    count: Counter,
    micros: Counter,
}

impl TimeCounter {
    pub(crate) fn add(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let class = BOUNDS.partition_point(|bound| *bound < micros);
        if let Some(class) = self.classes.get(class) {
            class.add(1);
        }
        self.count.add(1);
        self.micros.add(micros);
    }

    pub(crate) fn read(&self) -> CommitTimes {
        let bounds = BOUNDS.into_iter().map(Duration::from_micros);
        CommitTimes {
            classes: bounds.zip(self.classes.iter().map(Counter::get)).collect(),
            count: self.count.get(),
            total: Duration::from_micros(self.micros.get()),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, more: u64) {
        if more > 0 {
            self.0.fetch_add(more, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_in_the_class_that_they_fit_into() {
        let counter = TimeCounter::default();
        for micros in [0, 100, 101, 5_000_000, 5_000_001] {
            counter.add(Duration::from_micros(micros));
        }
        let times = counter.read();
        let counts: Vec<_> = times.classes.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(times.count, 5);
        assert_eq!(times.total, Duration::from_micros(10_000_202));
    }
}
