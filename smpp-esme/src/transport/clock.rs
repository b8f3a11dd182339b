//! The time that a connection may take.

use core::future::Future;
use core::time::Duration;
use std::io;

use tokio::time::{Instant, timeout};

use crate::{ConnectError, ConnectErrorKind};

/// What an address gets at least while there is that much time: less than that,
/// and a slow way to a good host looks like none.
const SHARE: Duration = Duration::from_secs(2);

/// One limit over several steps.
pub(super) struct Clock {
    limit: Duration,
    started: Instant,
}

impl Clock {
    pub(super) fn start(limit: Duration) -> Self {
        Self {
            limit,
            started: Instant::now(),
        }
    }

    pub(super) fn left(&self) -> Duration {
        self.limit.saturating_sub(self.started.elapsed())
    }

    /// The time for the next of so many addresses.
    pub(super) fn share(&self, addresses: usize) -> Duration {
        let left = self.left();
        let addresses = u32::try_from(addresses).unwrap_or(u32::MAX).max(1);
        (left / addresses).max(SHARE.min(left))
    }

    /// Runs a step. `waiting` says what did not happen.
    pub(super) async fn bound<T>(
        &self,
        step: impl Future<Output = T>,
        waiting: impl FnOnce() -> String,
    ) -> Result<T, ConnectError> {
        match timeout(self.left(), step).await {
            Ok(done) => Ok(done),
            Err(_) => Err(self.timed_out(waiting())),
        }
    }

    pub(super) fn timed_out(&self, waited_for: String) -> ConnectError {
        ConnectError::with_source(
            ConnectErrorKind::TimedOut(self.limit),
            io::Error::new(io::ErrorKind::TimedOut, waited_for),
        )
    }
}
