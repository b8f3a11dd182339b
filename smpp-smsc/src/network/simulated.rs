//! Handsets that follow a scenario.

use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use super::{Attempt, Network, Outcome, Report, Reports};
use crate::Clock;
use crate::scenario::Decisions;

/// Handsets that do what a scenario decides.
#[derive(Debug)]
pub(crate) struct Simulated {
    decisions: Arc<Decisions>,
    clock: Clock,
    /// Attempts so far.
    attempts: AtomicU64,
    /// To the task that waits until outcomes are due.
    later: OnceLock<UnboundedSender<Later>>,
}

type Later = Vec<(Instant, Report)>;

impl Simulated {
    pub(crate) const fn new(decisions: Arc<Decisions>, clock: Clock) -> Self {
        Self {
            decisions,
            clock,
            attempts: AtomicU64::new(0),
            later: OnceLock::new(),
        }
    }
}

#[async_trait]
impl Network for Simulated {
    async fn attempt(&self, attempts: Vec<Attempt>, reports: &Reports) {
        let (now, at) = (Instant::now(), self.clock.now());
        let (mut ended, mut later) = (Vec::new(), Vec::new());
        for attempt in attempts {
            let number = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
            let destination = attempt.message.content().destination.addr;
            let plan = self.decisions.attempt(number, destination.as_bytes());
            let mut outcome = plan.fate.outcome(plan.error);
            // A handset that is slower than the validity does not get it.
            let left = attempt.message.life.expires().since(at);
            if left < plan.delay {
                outcome = Outcome::NotNow { error: plan.error };
            }
            let report = attempt.ended(outcome);
            match plan.delay.min(left) {
                core::time::Duration::ZERO => ended.push(report),
                delay => later.push((now + delay, report)),
            }
        }
        reports.send(ended);
        if !later.is_empty() {
            let queue = self.later.get_or_init(|| {
                let (sender, receiver) = unbounded_channel();
                tokio::spawn(wait(receiver, reports.clone()));
                sender
            });
            // The task ends with this network only.
            let _ = queue.send(later);
        }
    }
}

/// Hands over outcomes when they are due: one task and one timer for all.
async fn wait(mut queue: UnboundedReceiver<Later>, reports: Reports) {
    let mut waiting: BTreeMap<Instant, Vec<Report>> = BTreeMap::new();
    loop {
        let next = waiting.first_key_value().map(|(at, _)| *at);
        tokio::select! {
            later = queue.recv() => {
                let Some(later) = later else { return };
                for (at, report) in later {
                    waiting.entry(at).or_default().push(report);
                }
            }
            () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {
                let now = Instant::now();
                let mut due = Vec::new();
                while let Some(first) = waiting.first_entry()
                    && *first.key() <= now
                {
                    due.append(&mut first.remove());
                }
                reports.send(due);
            }
        }
    }
}
