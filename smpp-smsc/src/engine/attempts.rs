//! Attempts at messages of the store: when their time comes, and when they have
//! ended.

use core::cmp::Reverse;
use core::time::Duration;
use std::sync::Arc;

use tracing::error;

use super::{Engine, Group, MAX_CLAIM};
use crate::hash::IdSet;
use crate::network::{Attempt, Outcome, Report};
use crate::store::StoreError;
use crate::{Claimed, Message};

impl Engine {
    /// A new message. One that is due at once is kept in hand from the start, which
    /// saves the store the claim; where others wait for their turn, it is claimed
    /// behind them.
    pub(super) fn new_message(&mut self, mut message: Arc<Message>, group: &mut Group) {
        self.last.note(&message);
        let at_once = message.life.due() == Some(message.submitted);
        if at_once && !self.more_due {
            let now = *group.now.get_or_insert_with(|| self.now());
            let lease_until = now.after(self.settings.lease.max(Duration::from_millis(1)));
            if Arc::make_mut(&mut message).life.claim(now, lease_until) == Claimed::Attempt {
                group.starting.push(message.clone());
            }
        }
        group.insert(message);
    }

    /// Hands out the new messages that are in hand, those of a higher priority first.
    pub(super) async fn start_new(&mut self) {
        if self.starting.is_empty() {
            return;
        }
        let mut new = core::mem::take(&mut self.starting);
        new.sort_by_key(|message| Reverse(message.priority()));
        self.attempt(new.into_iter().map(attempt).collect()).await;
    }

    /// Takes messages in hand whose time has come.
    pub(super) async fn claim(&mut self) -> Result<(), StoreError> {
        let now = self.now();
        let lease_until = now.after(self.settings.lease.max(Duration::from_millis(1)));
        let claimed = self.store.claim(now, lease_until, MAX_CLAIM).await?;
        self.more_due = claimed.len() == MAX_CLAIM;
        let (attempts, over): (Vec<_>, Vec<_>) = claimed
            .into_iter()
            .partition(|message| message.life.is_in_flight());
        if !over.is_empty() {
            let mut group = Group::default();
            for message in over {
                // A session that has it says what becomes of it.
                if self.forwarding.has(&message.key) {
                    continue;
                }
                let mut message = Message::clone(&message);
                message.life.expire(now);
                self.changed_life(message.into(), &mut group);
            }
            self.flush(&mut group).await;
        }
        if !attempts.is_empty() {
            self.attempt(attempts.into_iter().map(attempt).collect())
                .await;
        }
        Ok(())
    }

    /// Attempts have ended.
    pub(super) async fn ended(&mut self, reports: Vec<Report>, group: &mut Group) {
        let mut reports = self.passing_ended(reports, group);
        reports.retain(|report| !self.trails.is_over(report));
        if reports.is_empty() {
            return;
        }
        let mut seen = IdSet::default();
        let keys: Vec<_> = reports.iter().map(|report| report.key.clone()).collect();
        // What the group holds about the same messages must be in the store first.
        self.flush(group).await;
        let messages = match self.store.messages(keys).await {
            Ok(messages) => messages,
            Err(error) => {
                // The lease ends, and the attempts are made again.
                error!(%error, "the store did not give messages");
                return;
            }
        };
        let now = self.now();
        let mut broadcasts = Vec::new();
        for (report, message) in reports.into_iter().zip(messages) {
            let Some(message) = message else { continue };
            if message.is_broadcast() {
                broadcasts.push((report, message));
                continue;
            }
            let mut message = Message::clone(&message);
            if let Some(handed) = report.handed {
                self.handed_over(&message, report.number, *handed, group);
                seen.insert(report.key);
                continue;
            }
            if self.goes_on(&message, &report, group) {
                seen.insert(report.key);
                continue;
            }
            let (number, outcome) = (report.number, report.outcome);
            let retries = &self.settings.retries;
            if message.life.report(now, number, outcome, retries) && seen.insert(report.key) {
                if let Outcome::NotNow { error } = outcome {
                    self.settings.counters.failed(retries.class(error));
                }
                let awaited = report
                    .awaits_room
                    .then(|| self.trails.network_of(&message.key));
                self.trails.forget(&message.key);
                let first_success = outcome == Outcome::Delivered && number == 1;
                let watched = !first_success || !self.alerts.is_empty();
                let message = Arc::new(message);
                self.changed_life(message.clone(), group);
                if watched {
                    self.watch(message, outcome, &awaited.flatten(), group);
                }
            }
        }
        self.transmitted(broadcasts, group);
    }
}

/// The attempt that a message is in hand for.
fn attempt(message: Arc<Message>) -> Attempt {
    let number = message.life.attempts();
    Attempt::new(message, number)
}
