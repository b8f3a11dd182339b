//! The time of the day on tokio's clock, so that tests can stop it.

use core::time::Duration;

use tokio::time::Instant;

use super::submitted::Timestamp;

#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    base: Instant,
    at_base: Timestamp,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self {
            base: Instant::now(),
            at_base: Timestamp::now(),
        }
    }

    pub(super) fn timestamp(&self) -> Timestamp {
        self.at_base.after(self.base.elapsed())
    }
}

/// So much later; of spans that no clock can hold, a time that nobody lives to
/// see.
pub(super) fn later(now: Instant, span: Duration) -> Instant {
    const YEARS: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    now.checked_add(span.min(YEARS)).unwrap_or(now)
}
