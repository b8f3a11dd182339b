//! What is committed at once, and what may be said after that.

use std::sync::Arc;

use smpp_pdu::CommandStatus;

use crate::answer::{Answer, Reply};
use crate::hash::IdMap;
use crate::registry::ConnectionId;
use crate::store::{Change, Committed, Delivery, DeliveryKey, Store, StoreError};
use crate::{Message, Timestamp};

/// Changes of one commit, and the answers that depend on it.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// New messages, which a full store does not take.
    inserts: Vec<Change>,
    /// Everything else.
    pub(super) changes: Vec<Change>,
    /// Deliveries among the changes, for sessions that wait for them.
    pub(super) fresh: Vec<Arc<Delivery>>,
    /// Deliveries that were committed before the rest of the group.
    pub(super) kept: Vec<Arc<Delivery>>,
    pub(super) answers: IdMap<ConnectionId, Vec<Answer>>,
    /// New messages that are in hand, to be attempted once they are kept.
    pub(super) starting: Vec<Arc<Message>>,
    /// When the first of them was taken in hand.
    pub(super) now: Option<Timestamp>,
    /// Whether a new message is to be found by its addresses.
    listed: bool,
}

impl Group {
    /// Whether the store does not know yet all that is to be found by addresses.
    pub(super) fn has_listed(&self) -> bool {
        self.listed || !self.changes.is_empty()
    }

    /// Whether there are new messages in it.
    pub(super) const fn has_new(&self) -> bool {
        !self.inserts.is_empty()
    }

    pub(super) fn insert(&mut self, message: Arc<Message>) {
        self.listed |= message.is_listed();
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
        self.listed = false;
        self.now = None;
        let inserts = core::mem::take(&mut self.inserts);
        let mut changes = core::mem::take(&mut self.changes);
        let without_inserts = changes.clone();
        changes.extend(inserts);
        let error = match store.commit(changes).await {
            Ok(committed) => {
                self.drop_late(&committed);
                return Ok(());
            }
            Err(error) => error,
        };
        self.starting.clear();
        let status = status(&error);
        let full = error == StoreError::Full;
        for answer in self.answers.values_mut().flatten() {
            if answer.promises {
                answer.reply = Reply::Refused(status);
            }
        }
        if !full {
            self.fresh.clear();
        } else {
            match store.commit(without_inserts).await {
                Ok(committed) => self.drop_late(&committed),
                Err(error) => {
                    self.fresh.clear();
                    return Err(error);
                }
            }
        }
        Err(error)
    }

    /// Commits the changes, all or nothing, whose answer depends on what becomes
    /// of them. What is to be delivered then goes to `group`, behind its answers.
    pub(super) async fn commit_into(
        mut self,
        group: &mut Self,
        store: &dyn Store,
    ) -> Result<Committed, CommandStatus> {
        let mut changes = self.changes;
        changes.extend(self.inserts);
        match store.commit(changes).await {
            Ok(committed) => {
                self.fresh.retain(|one| !committed.leaves_out(one));
                group.kept.append(&mut self.fresh);
                Ok(committed)
            }
            Err(error) => {
                tracing::warn!(%error, "the store did not take changes");
                Err(status(&error))
            }
        }
    }

    /// What the store has not enqueued is not delivered.
    fn drop_late(&mut self, committed: &Committed) {
        if !committed.late.is_empty() {
            self.fresh.retain(|one| !committed.leaves_out(one));
        }
    }
}

/// What a request is refused with that the store did not do.
fn status(error: &StoreError) -> CommandStatus {
    match error {
        StoreError::Full => CommandStatus::ESME_RMSGQFUL,
        StoreError::Failed(_) => CommandStatus::ESME_RSYSERR,
    }
}
