//! Messages of one ESME on their way to another: they wait in its outbox, and end
//! with what it answers.

use std::collections::HashMap;
use std::sync::Arc;

use smpp_pdu::{CommandStatus, MessageState};
use tracing::error;

use super::{Engine, Group, Pending};
use crate::hash::IdMap;
use crate::network::{Attempt, Outcome, Report};
use crate::registry::ConnectionId;
use crate::store::{Delivery, DeliveryContent, DeliveryKey};
use crate::{Message, MessageKey, Timestamp};

/// Messages that sessions have, and how many of them have each: none is cancelled,
/// replaced, or expires meanwhile. In memory only, as what sessions have is.
#[derive(Debug, Default)]
pub(super) struct Forwarding {
    with_sessions: IdMap<MessageKey, u32>,
}

impl Forwarding {
    fn sent(&mut self, key: MessageKey) {
        *self.with_sessions.entry(key).or_default() += 1;
    }

    /// A session does not have this delivery any more.
    pub(super) fn back(&mut self, delivery: &Delivery) {
        if let DeliveryContent::Forward(message) = &delivery.content
            && let Some(count) = self.with_sessions.get_mut(&message.key)
        {
            *count -= 1;
            if *count == 0 {
                self.with_sessions.remove(&message.key);
            }
        }
    }

    /// Whether a session has this message: its recipient may have it already.
    pub(super) fn has(&self, key: &MessageKey) -> bool {
        !self.with_sessions.is_empty() && self.with_sessions.contains_key(key)
    }
}

/// What is to be sent to each connection.
pub(super) type Batches = HashMap<ConnectionId, Vec<Arc<Delivery>>>;

impl Engine {
    /// An attempt becomes a delivery to an account, in one commit.
    pub(super) fn hand_over(&mut self, account: Arc<str>, attempt: &Attempt, group: &mut Group) {
        let mut message = Message::clone(&attempt.message);
        if message.life.hand_over(attempt.number) {
            // A subscriber that is back is nothing to it any more.
            self.absent.forget(&message.key);
            let message = Arc::new(message);
            self.changed_life(message.clone(), group);
            self.enqueue(account, DeliveryContent::Forward(message), group);
        }
    }

    /// A message that is not kept goes to a session of an account. Says whether there
    /// is one.
    pub(super) fn pass_to(&mut self, account: &Arc<str>, message: &Arc<Message>) -> bool {
        if !self.registry.receives(account) {
            return false;
        }
        let content = DeliveryContent::Forward(message.clone());
        let delivery = self.new_delivery(account.clone(), content);
        let Some(outbox) = self.outboxes.get_mut(account) else {
            return false;
        };
        outbox.requeue(Pending::new(Arc::new(delivery)));
        self.changed.insert(account.clone());
        true
    }

    /// Makes what is about to be sent what it is now, and takes out what is not to be
    /// sent any more: messages that were cancelled, have expired, or go another way
    /// since they were put into the outbox. Says whether there were any.
    pub(super) async fn refresh(
        &mut self,
        account: &Arc<str>,
        batches: &mut Batches,
        group: &mut Group,
    ) -> bool {
        let forwards = batches.values().flatten().filter_map(kept_forward);
        let keys: Vec<MessageKey> = forwards.map(|message| message.key.clone()).collect();
        if keys.is_empty() {
            return false;
        }
        let known: Vec<bool> = keys.iter().map(|key| self.is_passing(key)).collect();
        let current = match self.store.messages(keys).await {
            Ok(current) => current,
            Err(error) => {
                error!(%error, "the store did not give messages");
                self.take_back(account, batches);
                return false;
            }
        };
        let now = self.now();
        let mut current = current.into_iter().zip(known);
        let mut dropped = false;
        for (id, batch) in batches {
            batch.retain_mut(|delivery| {
                let Some(message) = kept_forward(delivery) else {
                    return true;
                };
                let (stored, passing) = current.next().unwrap_or_default();
                let stored = stored.or_else(|| passing.then(|| message.clone()));
                let stays = stored.filter(|stored| is_to_be_sent(stored, message, passing, now));
                let in_flight = self.registry.get_mut(*id).map(|one| &mut one.in_flight);
                if let Some(stored) = stays {
                    self.forwarding.sent(stored.key.clone());
                    *delivery = Arc::new(Delivery {
                        content: DeliveryContent::Forward(stored),
                        ..Delivery::clone(delivery)
                    });
                    let pending = in_flight.and_then(|all| all.get_mut(&delivery.key));
                    if let Some(pending) = pending {
                        pending.delivery = delivery.clone();
                    }
                    return true;
                }
                if let Some(all) = in_flight {
                    all.remove(&delivery.key);
                }
                group.dequeue(account.clone(), delivery.key);
                dropped = true;
                false
            });
        }
        dropped
    }

    /// What cannot be sent now waits in its outbox.
    fn take_back(&mut self, account: &Arc<str>, batches: &mut Batches) {
        for (id, batch) in batches {
            let session = self.registry.get_mut(*id);
            if let Some(session) = session
                && let Some(outbox) = self.outboxes.get_mut(account)
            {
                let keys: Vec<DeliveryKey> = batch.iter().map(|one| one.key).collect();
                let taken = keys.iter().filter_map(|key| session.in_flight.remove(key));
                taken.for_each(|pending| outbox.requeue(pending));
            }
            batch.clear();
        }
        self.changed.insert(account.clone());
    }

    /// A session has answered a message for good: that is what became of it.
    pub(super) fn answered(
        &mut self,
        delivery: &Delivery,
        refused: Option<CommandStatus>,
        group: &mut Group,
    ) {
        let DeliveryContent::Forward(message) = &delivery.content else {
            return;
        };
        let outcome = match refused {
            None => Outcome::Delivered,
            Some(status) => Outcome::Failed {
                state: if status == CommandStatus::ESME_RX_R_APPN {
                    MessageState::REJECTED
                } else {
                    MessageState::UNDELIVERABLE
                },
                error: 0,
            },
        };
        if self.is_passing(&message.key) {
            return self.pass_back(message, outcome);
        }
        self.settled(message, outcome, group);
    }

    /// A message that is not kept cannot be delivered to a session now. Says whether
    /// it is one: nobody keeps it for later.
    pub(super) fn not_now(&self, delivery: &Delivery) -> bool {
        let DeliveryContent::Forward(message) = &delivery.content else {
            return false;
        };
        let passing = self.is_passing(&message.key);
        if passing {
            self.pass_back(message, Outcome::NotNow { error: 0 });
        }
        passing
    }

    fn pass_back(&self, message: &Arc<Message>, outcome: Outcome) {
        let attempt = Attempt::new(message.clone(), message.life.attempts());
        let report = Report {
            place: self.trails.place(&message.key),
            ..attempt.ended(outcome)
        };
        self.reports.send(vec![report]);
    }

    /// Who had a message has said what became of it. Says whether that was news.
    pub(super) fn settled(
        &mut self,
        message: &Message,
        outcome: Outcome,
        group: &mut Group,
    ) -> bool {
        let (state, error) = match outcome {
            Outcome::Delivered => (MessageState::DELIVERED, 0),
            Outcome::Failed { state, error } => (state, error),
            Outcome::NotNow { .. } => return false,
        };
        let mut message = message.clone();
        let news = message.life.settle(self.now(), state, error);
        if news {
            let message = Arc::new(message);
            let first_success = outcome == Outcome::Delivered && message.life.attempts() == 1;
            self.changed_life(message.clone(), group);
            if !first_success || !self.alerts.is_empty() {
                self.watch(message, outcome, &None, group);
            }
        }
        news
    }
}

/// The message that this delivery forwards.
fn kept_forward(delivery: &Arc<Delivery>) -> Option<&Arc<Message>> {
    match &delivery.content {
        DeliveryContent::Forward(message) => Some(message),
        _ => None,
    }
}

fn is_to_be_sent(stored: &Message, forwarded: &Message, passing: bool, now: Timestamp) -> bool {
    passing || stored.life.is_handed_over(now, forwarded.life.attempts())
}
