//! A network that does what a test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use smpp_pdu::MessageState;
use smpp_smsc::network::{Attempt, Network, Outcome, Report, Reports};

use crate::support::until;

pub(crate) const NOT_NOW: Outcome = Outcome::NotNow { error: 27 };
pub(crate) const NEVER: Outcome = Outcome::Failed {
    state: MessageState::UNDELIVERABLE,
    error: 11,
};

/// Ends attempts as it was told, one after the other; those behind the last
/// outcome are delivered, or kept until the test ends them.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    outcomes: VecDeque<Outcome>,
    holds: bool,
    attempts: Vec<Attempt>,
    reports: Option<Reports>,
}

impl Script {
    pub(crate) fn new(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let script = Self::default();
        script.with(|state| state.outcomes = outcomes.into_iter().collect());
        script
    }

    /// Keeps every attempt until the test ends it.
    pub(crate) fn holding() -> Self {
        let script = Self::default();
        script.with(|state| state.holds = true);
        script
    }

    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        work(&mut self.0.lock().unwrap())
    }

    /// All attempts so far.
    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        self.with(|state| state.attempts.clone())
    }

    /// Waits for so many attempts.
    pub(crate) async fn attempted(&self, count: usize) -> Vec<Attempt> {
        until(|| async { self.attempts().len() >= count }).await;
        self.attempts()
    }

    pub(crate) fn reports(&self) -> Reports {
        self.with(|state| state.reports.clone()).unwrap()
    }

    pub(crate) fn report(&self, report: Report) {
        self.reports().send(vec![report]);
    }
}

#[async_trait]
impl Network for Script {
    async fn attempt(&self, attempts: Vec<Attempt>, reports: &Reports) {
        let ended = self.with(|state| {
            state.reports = Some(reports.clone());
            state.attempts.extend(attempts.iter().cloned());
            let mut ended = Vec::new();
            for attempt in &attempts {
                match state.outcomes.pop_front() {
                    Some(outcome) => ended.push(attempt.ended(outcome)),
                    None if state.holds => {}
                    None => ended.push(attempt.ended(Outcome::Delivered)),
                }
            }
            ended
        });
        reports.send(ended);
    }
}
