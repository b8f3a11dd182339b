//! The time of the day on tokio's clock, so that tests can stop it.

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
