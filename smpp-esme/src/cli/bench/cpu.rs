//! How busy the client's own threads are, where the system tells.

use core::time::Duration;
use std::fs;
use std::path::PathBuf;

/// The time that a thread has had on a processor, and has waited for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Busy {
    pub(crate) running: Duration,
    pub(crate) waiting: Duration,
}

impl Busy {
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            running: self.running.saturating_sub(before.running),
            waiting: self.waiting.saturating_sub(before.waiting),
        }
    }
}

/// One thread of this process.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    statistics: PathBuf,
}

impl Thread {
    /// The thread that calls; `None` where the system does not tell.
    pub(crate) fn current() -> Option<Self> {
        // Linux: PID/task/TID, valid in every thread of the process.
        let own = fs::read_link("/proc/thread-self").ok()?;
        let statistics = PathBuf::from("/proc").join(own).join("schedstat");
        Some(Self { statistics })
    }

    pub(crate) fn busy(&self) -> Option<Busy> {
        parse(&fs::read_to_string(&self.statistics).ok()?)
    }
}

/// Nanoseconds on a processor, nanoseconds of waiting for one, and how often.
fn parse(text: &str) -> Option<Busy> {
    let mut numbers = text.split_ascii_whitespace().map(str::parse);
    let mut next = || Some(Duration::from_nanos(numbers.next()?.ok()?));
    Some(Busy {
        running: next()?,
        waiting: next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statistics_of_linux_are_read() {
        let busy = parse("1500 20 3\n").unwrap();
        let before = parse("500 30 1\n").unwrap();
        assert_eq!(
            busy.since(before),
            Busy {
                running: Duration::from_nanos(1_000),
                waiting: Duration::ZERO
            }
        );
        for other in ["", "12", "a b c"] {
            assert_eq!(parse(other), None);
        }
    }
}
