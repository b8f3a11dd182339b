//! Messages that are not kept: datagram and transaction mode. One attempt, and
//! what became of it; in transaction mode the response waits for that.

use core::time::Duration;
use std::collections::BTreeSet;
use std::sync::Arc;

use smpp_pdu::{CommandId, CommandStatus, DeliveryFailureReason, DpfResult, MessageState};

use super::{Asked, Engine, Group};
use crate::answer::{DeliveryFailure, RefusedRecipient, Reply};
use crate::hash::IdMap;
use crate::network::{Attempt, Outcome, Report};
use crate::store::DeliveryContent;
use crate::submission::Recipients;
use crate::{Message, MessageId, MessageKey, Timestamp};

/// Messages that may be on their way like this at a time.
const MAX_PASSING: usize = 100_000;

/// Messages on their way that are not kept.
#[derive(Debug, Default)]
pub(super) struct Passing {
    messages: IdMap<MessageKey, Passenger>,
    /// Until when outcomes are waited for.
    deadlines: BTreeSet<(Timestamp, MessageKey)>,
    /// Requests that wait for outcomes.
    transactions: IdMap<MessageId, Transaction>,
    /// Not handed to the network yet.
    outgoing: Vec<Attempt>,
}

#[derive(Debug)]
struct Passenger {
    message: Arc<Message>,
    deadline: Timestamp,
}

/// A request in transaction mode.
#[derive(Debug)]
struct Transaction {
    asked: Asked,
    /// Outcomes that are missing.
    left: usize,
    delivered: bool,
    failure: Option<DeliveryFailure>,
    refused: Vec<RefusedRecipient>,
}

impl Passing {
    /// When the next message is given up.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    fn has(&self, key: &MessageKey) -> bool {
        !self.messages.is_empty() && self.messages.contains_key(key)
    }

    fn take(&mut self, key: &MessageKey) -> Option<Passenger> {
        let passenger = self.messages.remove(key)?;
        self.deadlines.remove(&(passenger.deadline, key.clone()));
        Some(passenger)
    }
}

impl Engine {
    /// Sends messages on their way without keeping them. `None` when the answer
    /// comes later.
    pub(super) fn pass(
        &mut self,
        asked: Asked,
        recipients: Recipients,
        transaction: bool,
    ) -> Option<Reply> {
        let Recipients {
            id,
            messages,
            refused,
        } = recipients;
        let count = messages.len();
        if self.passing.messages.len() + count > MAX_PASSING {
            return Some(Reply::Refused(CommandStatus::ESME_RMSGQFUL));
        }
        if count == 0 {
            return Some(Reply::Multi { id: None, refused });
        }
        let now = self.now();
        let limit = if transaction {
            self.settings.transaction_limit
        } else {
            self.settings.lease
        };
        let deadline = now.after(limit.max(Duration::from_millis(1)));
        let accepted = u64::try_from(count).unwrap_or(u64::MAX);
        self.settings.counters.messages_accepted.add(accepted);
        for message in messages {
            let mut message = Arc::unwrap_or_clone(message);
            message.life.claim(now, deadline);
            let (key, message) = (message.key.clone(), Arc::new(message));
            let attempt = Attempt::new(message.clone(), message.life.attempts());
            self.passing.outgoing.push(attempt);
            self.passing.deadlines.insert((deadline, key.clone()));
            let passenger = Passenger { message, deadline };
            self.passing.messages.insert(key, passenger);
        }
        if transaction {
            let transaction = Transaction {
                asked,
                left: count,
                delivered: false,
                failure: None,
                refused,
            };
            self.passing.transactions.insert(id, transaction);
            return None;
        }
        Some(if asked.command_id == CommandId::SUBMIT_MULTI {
            Reply::Multi {
                id: Some(id),
                refused,
            }
        } else {
            Reply::Accepted(id)
        })
    }

    /// Whether this message is on its way and not kept.
    pub(super) fn is_passing(&self, key: &MessageKey) -> bool {
        self.passing.has(key)
    }

    /// Hands what was passed on to the network.
    pub(super) async fn start_passing(&mut self) {
        if !self.passing.outgoing.is_empty() {
            let outgoing = core::mem::take(&mut self.passing.outgoing);
            self.attempt(outgoing).await;
        }
    }

    /// Takes what speaks of messages that are not kept, and gives the rest back.
    pub(super) fn passing_ended(&mut self, reports: Vec<Report>, group: &mut Group) -> Vec<Report> {
        if self.passing.messages.is_empty() {
            return reports;
        }
        let (own, others): (Vec<_>, Vec<_>) = reports
            .into_iter()
            .partition(|report| self.passing.messages.contains_key(&report.key));
        for report in own {
            if self.trails.is_over(&report) {
                continue;
            }
            if let Some(passenger) = self.passing.messages.get(&report.key)
                && self.trails.pass_on(&passenger.message, &report)
            {
                continue;
            }
            if let Some(passenger) = self.passing.take(&report.key) {
                let reason = match report.outcome {
                    Outcome::Failed { .. } => DeliveryFailureReason::PERMANENT_NETWORK_ERROR,
                    _ => DeliveryFailureReason::DESTINATION_UNAVAILABLE,
                };
                // There is no later attempt.
                let outcome = match report.outcome {
                    Outcome::NotNow { error } => Outcome::Failed {
                        state: MessageState::UNDELIVERABLE,
                        error,
                    },
                    outcome => outcome,
                };
                self.passed(&passenger.message, outcome, reason, group);
            }
        }
        others
    }

    /// Gives up messages whose outcome nobody waits for any longer.
    pub(super) fn end_overdue(&mut self, group: &mut Group) {
        let now = self.now();
        while self
            .passing
            .next_deadline()
            .is_some_and(|deadline| deadline <= now)
            && let Some((_, key)) = self.passing.deadlines.pop_first()
        {
            let Some(passenger) = self.passing.messages.remove(&key) else {
                continue;
            };
            self.trails.give_up(&key);
            let outcome = Outcome::Failed {
                state: MessageState::UNKNOWN,
                error: 0,
            };
            let reason = DeliveryFailureReason::TEMPORARY_NETWORK_ERROR;
            self.passed(&passenger.message, outcome, reason, group);
        }
    }

    fn passed(
        &mut self,
        message: &Message,
        outcome: Outcome,
        reason: DeliveryFailureReason,
        group: &mut Group,
    ) {
        self.trails.forget(&message.key);
        let mut message = message.clone();
        let (now, number) = (self.now(), message.life.attempts());
        let retries = &self.settings.retries;
        message.life.report(now, number, outcome, retries);
        self.settings.counters.ended(message.life.record().state);
        let message = Arc::new(message);
        let failure = if outcome == Outcome::Delivered {
            if !self.alerts.is_empty() {
                self.reached(&message, group);
            }
            None
        } else {
            let dpf_result = self.alerts.ask(&message).map(|set| {
                if set {
                    DpfResult::SET
                } else {
                    DpfResult::NOT_SET
                }
            });
            Some(DeliveryFailure {
                reason,
                error: message.life.error(),
                dpf_result,
            })
        };
        if message.life.wants_receipt(message.registered_delivery()) {
            let account = message.account.clone();
            self.enqueue(account, DeliveryContent::Receipt(message.clone()), group);
        }
        self.settle(&message, failure, group);
    }

    /// One outcome of a transaction. The last one answers it.
    fn settle(&mut self, message: &Message, failure: Option<DeliveryFailure>, group: &mut Group) {
        let id = &message.key.id;
        let Some(transaction) = self.passing.transactions.get_mut(id) else {
            return;
        };
        transaction.left = transaction.left.saturating_sub(1);
        match failure {
            None => transaction.delivered = true,
            Some(failure) => {
                let status = CommandStatus::ESME_RDELIVERYFAILURE;
                let recipient = RefusedRecipient::new(message.content().destination, status);
                transaction.refused.push(recipient);
                transaction.failure = Some(failure);
            }
        }
        if transaction.left > 0 {
            return;
        }
        let Some(transaction) = self.passing.transactions.remove(id) else {
            return;
        };
        let asked = transaction.asked;
        let id = id.clone();
        let reply = if asked.command_id == CommandId::SUBMIT_MULTI {
            Reply::Multi {
                id: transaction.delivered.then_some(id),
                refused: transaction.refused,
            }
        } else {
            match transaction.failure {
                None => Reply::Accepted(id),
                Some(failure) => Reply::NotDelivered { id, failure },
            }
        };
        group.answer(asked.connection, asked.answer(reply));
    }
}
