//! Sessions, and what is delivered to them: receipts, notifications, alerts and
//! messages of subscribers.

use std::sync::Arc;

use smpp_pdu::{CommandStatus, StatusClass};
use tracing::{error, info, warn};

use super::forward::Batches;
use super::{Engine, Group, Pending};
use crate::connection::{Command, DeliveryOutcome};
use crate::registry::{BoundSession, ConnectionId};
use crate::store::{Delivery, DeliveryContent, DeliveryKey};

impl Engine {
    pub(super) fn bound(&mut self, session: BoundSession) {
        if session.info.bind_type.receives() {
            let account = session.info.system_id.clone();
            let outbox = self.outboxes.entry(account.clone()).or_default();
            // The new session may take what the others did not.
            outbox.wake_all();
            self.changed.insert(account);
        }
        self.registry.insert(session);
    }

    pub(super) fn closed(&mut self, id: ConnectionId) {
        let Some(session) = self.registry.remove(id) else {
            return;
        };
        let account = session.info.system_id;
        let in_flight: Vec<Pending> = session.in_flight.into_values().collect();
        for pending in &in_flight {
            self.forwarding.back(&pending.delivery);
        }
        if !self.registry.receives(&account) {
            // The store has it all, until somebody binds.
            let outbox = self.outboxes.remove(&account).unwrap_or_default();
            for pending in in_flight.into_iter().chain(outbox.into_pending()) {
                self.not_now(&pending.delivery);
            }
            return;
        }
        if let Some(outbox) = self.outboxes.get_mut(&account) {
            for pending in in_flight {
                outbox.requeue(pending);
            }
            self.changed.insert(account);
        }
    }

    pub(super) fn fresh(&mut self, delivery: Arc<Delivery>) {
        if let Some(outbox) = self.outboxes.get_mut(&delivery.account) {
            self.changed.insert(delivery.account.clone());
            outbox.fresh(delivery);
        }
    }

    pub(super) fn outcome(
        &mut self,
        id: ConnectionId,
        key: DeliveryKey,
        outcome: DeliveryOutcome,
        group: &mut Group,
    ) {
        let now = self.now();
        let Some(session) = self.registry.get_mut(id) else {
            return;
        };
        let account = session.info.system_id.clone();
        if outcome == DeliveryOutcome::AcknowledgedLate {
            // Perhaps it was not sent again yet.
            let outbox = self.outboxes.get_mut(&account);
            if let Some(pending) = outbox.and_then(|outbox| outbox.remove(key)) {
                self.answered(&pending.delivery, None, group);
                group.dequeue(account, key);
            }
            return;
        }
        let Some(mut pending) = session.in_flight.remove(&key) else {
            return;
        };
        if outcome == DeliveryOutcome::Returned {
            session.draining = true;
        }
        self.forwarding.back(&pending.delivery);
        let again = matches!(outcome, DeliveryOutcome::Unanswered)
            || matches!(outcome, DeliveryOutcome::Refused(status) if !is_final(status));
        if again && self.not_now(&pending.delivery) {
            return;
        }
        let Some(outbox) = self.outboxes.get_mut(&account) else {
            return;
        };
        self.changed.insert(account.clone());
        match outcome {
            DeliveryOutcome::Acknowledged | DeliveryOutcome::AcknowledgedLate => {
                self.answered(&pending.delivery, None, group);
                group.dequeue(account, key);
            }
            DeliveryOutcome::Refused(status) if is_final(status) => {
                info!(system_id = %account, %status, "the ESME refused a delivery for good");
                self.answered(&pending.delivery, Some(status), group);
                group.dequeue(account, key);
            }
            DeliveryOutcome::Returned => outbox.requeue(pending),
            DeliveryOutcome::Refused(_) => {
                pending.failures += 1;
                outbox.delay(now, pending);
            }
            DeliveryOutcome::Unanswered => {
                pending.failures += 1;
                pending.avoid = Some(id);
                if self.registry.receives_elsewhere(&account, id) {
                    outbox.requeue(pending);
                } else {
                    outbox.delay(now, pending);
                }
            }
        }
    }

    /// Hands to the connections what they can take. Says whether they can take more.
    pub(super) async fn deliver(&mut self) -> bool {
        let now = self.now();
        let mut more = false;
        for (account, outbox) in &mut self.outboxes {
            if outbox.wake(now) {
                self.changed.insert(account.clone());
            }
        }
        let mut group = Group::default();
        for account in core::mem::take(&mut self.changed) {
            let Some(outbox) = self.outboxes.get_mut(&account) else {
                continue;
            };
            if let Err(error) = outbox.load(&*self.store, &account).await {
                error!(%error, "the store did not give what waits for an ESME");
                self.changed.insert(account);
                continue;
            }
            let mut batches = Batches::new();
            while let Some(pending) = outbox.first() {
                let delivery = &pending.delivery;
                // A message waits as long as its validity lasts.
                let over = !matches!(delivery.content, DeliveryContent::Forward(_))
                    && delivery.created.after(self.settings.receipt_lifetime) <= now;
                let Some(id) = self.registry.least_loaded(&account, pending.avoid) else {
                    break;
                };
                let Some(pending) = outbox.take_first() else {
                    break;
                };
                if over {
                    warn!(system_id = %account, "a receipt was not taken within its lifetime");
                    group.dequeue(account.clone(), pending.delivery.key);
                } else if let Some(session) = self.registry.get_mut(id) {
                    batches
                        .entry(id)
                        .or_default()
                        .push(pending.delivery.clone());
                    session.in_flight.insert(pending.delivery.key, pending);
                }
                if outbox.first().is_none()
                    && let Err(error) = outbox.load(&*self.store, &account).await
                {
                    error!(%error, "the store did not give what waits for an ESME");
                    self.changed.insert(account.clone());
                }
            }
            if self.refresh(&account, &mut batches, &mut group).await {
                self.changed.insert(account);
                more = true;
            }
            for (id, batch) in batches {
                if let Some(session) = self.registry.get(id) {
                    // The end of the connection is the next input from it, and
                    // brings back what it has.
                    let _ = session.commands.send(Command::Deliver(batch));
                }
            }
        }
        self.flush(&mut group).await;
        more
    }
}

/// Whether an ESME that answers a delivery with this status never takes it.
fn is_final(status: CommandStatus) -> bool {
    status.class() == StatusClass::Permanent
}
