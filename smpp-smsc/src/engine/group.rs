//! What is committed at once, and what may be said after that.

use std::sync::Arc;

use smpp_pdu::CommandStatus;

use crate::Message;
use crate::answer::{Answer, Reply};
use crate::hash::IdMap;
use crate::registry::ConnectionId;
use crate::store::{Change, Delivery, DeliveryKey, Store, StoreError};

/// Changes of one commit, and the answers that depend on it.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// New messages, which a full store does not take.
    inserts: Vec<Change>,
    /// Everything else.
    pub(super) changes: Vec<Change>,
    /// Deliveries among the changes, for sessions that wait for them.
    pub(super) fresh: Vec<Arc<Delivery>>,
    pub(super) answers: IdMap<ConnectionId, Vec<Answer>>,
}

impl Group {
    pub(super) fn insert(&mut self, message: Arc<Message>) {
        self.inserts.push(Change::Insert(message));
    }

    pub(super) fn enqueue(&mut self, delivery: Arc<Delivery>) {
        self.changes.push(Change::Enqueue(delivery.clone()));
        self.fresh.push(delivery);
    }

    pub(super) fn dequeue(&mut self, account: Arc<str>, key: DeliveryKey) {
        self.changes.push(Change::Dequeue { account, key });
    }

    pub(super) fn answer(&mut self, connection: ConnectionId, answer: Answer) {
        self.answers.entry(connection).or_default().push(answer);
    }

    /// Commits the changes. When the store does not take them, the answers
    /// refuse what they would have promised.
    pub(super) async fn commit(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        if self.inserts.is_empty() && self.changes.is_empty() {
            return Ok(());
        }
        let inserts = core::mem::take(&mut self.inserts);
        let mut changes = core::mem::take(&mut self.changes);
        let without_inserts = changes.clone();
        changes.extend(inserts);
        let Err(error) = store.commit(changes).await else {
            return Ok(());
        };
        let status = match error {
            StoreError::Full => CommandStatus::ESME_RMSGQFUL,
            StoreError::Failed(_) => CommandStatus::ESME_RSYSERR,
        };
        let full = error == StoreError::Full;
        for answer in self.answers.values_mut().flatten() {
            if answer.promises_new() || !full && answer.promises_change() {
                answer.reply = Reply::Refused(status);
            }
        }
        if !full {
            self.fresh.clear();
        } else if let Err(error) = store.commit(without_inserts).await {
            self.fresh.clear();
            return Err(error);
        }
        Err(error)
    }
}
