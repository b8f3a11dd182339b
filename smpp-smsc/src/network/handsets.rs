//! Simulated handsets.

use core::time::Duration;

use async_trait::async_trait;

use super::{Attempt, Network, Outcome, Report, Reports};

/// Handsets that receive every message, a little later.
#[derive(Clone, Copy, Debug)]
pub struct Handsets {
    delay: Duration,
}

impl Handsets {
    /// Handsets that receive every message after `delay`.
    #[must_use]
    pub const fn new(delay: Duration) -> Self {
        Self { delay }
    }
}

/// 100 ms.
impl Default for Handsets {
    fn default() -> Self {
        Self::new(Duration::from_millis(100))
    }
}

#[async_trait]
impl Network for Handsets {
    async fn attempt(&self, attempts: Vec<Attempt>, reports: &Reports) {
        let received: Vec<Report> = attempts
            .iter()
            .map(|attempt| attempt.ended(Outcome::Delivered))
            .collect();
        if self.delay.is_zero() {
            reports.send(received);
            return;
        }
        let (delay, reports) = (self.delay, reports.clone());
        // One task for a whole batch.
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            reports.send(received);
        });
    }
}
