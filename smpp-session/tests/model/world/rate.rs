//! Rates, judged from the moments of what went through and nothing else.

use smpp_session::{Instant, Rate};

/// The messages that a rate has let through.
#[derive(Debug)]
pub struct Passed {
    rate: Rate,
    at: Vec<Instant>,
}

impl Passed {
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            at: Vec::new(),
        }
    }

    pub fn note(&mut self, now: Instant) {
        self.at.push(now);
    }

    /// Whether one more may go: in no stretch of time that ends now were there
    /// more than the burst and what the rate adds in that stretch.
    pub fn allows(&self, now: Instant) -> bool {
        const ONE: u64 = 1_000_000;
        let burst = u64::from(self.rate.burst) * ONE;
        let mut count = 1;
        self.at.iter().rev().all(|at| {
            count += 1;
            let micros = now.as_micros() - at.as_micros();
            count * ONE <= burst + micros * u64::from(self.rate.per_second)
        })
    }
}
