//! A store that forgets everything when the process ends.

mod handed;
pub(super) mod tables;

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{
    Change, Committed, Delivery, DeliveryKey, Handed, Pair, Place, Sizes, Store, StoreError,
    first_handed,
};
use crate::{Message, MessageId, MessageKey, Timestamp};

use tables::Tables;

/// Keeps everything in memory, within limits.
#[derive(Debug)]
pub struct MemoryStore {
    capacity: usize,
    history: usize,
    tables: Mutex<Tables>,
}

impl MemoryStore {
    /// A store for at most `capacity` messages that wait for delivery and
    /// receipts that wait for their ESME. It remembers the last `history`
    /// messages that reached a final state, so that they can be queried.
    #[must_use]
    pub fn new(capacity: usize, history: usize) -> Self {
        Self {
            capacity,
            history,
            tables: Mutex::default(),
        }
    }

    fn with<R>(&self, work: impl FnOnce(&mut Tables) -> R) -> R {
        // No method panics half-way through a change.
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut tables)
    }
}

/// 1,000,000 that wait, 100,000 remembered.
impl Default for MemoryStore {
    fn default() -> Self {
        Self::new(1_000_000, 100_000)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, StoreError> {
        self.with(|tables| {
            let new = changes
                .iter()
                .filter(|change| matches!(change, Change::Insert(_)))
                .count();
            if new > 0 && tables.waiting_messages + tables.waiting + new > self.capacity {
                return Err(StoreError::Full);
            }
            let taken = changes.iter().find_map(|change| match change {
                Change::Insert(message) => tables.message(&message.key).map(|_| &message.key.id),
                _ => None,
            });
            if let Some(id) = taken {
                // Nothing is ever lost under another message.
                return Err(StoreError::Failed(format!(
                    "there is a message {id} already"
                )));
            }
            let mut committed = Committed::default();
            for change in changes {
                tables.apply(change, &mut committed);
            }
            while tables.finished.len() > self.history {
                tables.forget_first();
            }
            Ok(committed)
        })
    }

    async fn messages(
        &self,
        keys: Vec<MessageKey>,
    ) -> Result<Vec<Option<Arc<Message>>>, StoreError> {
        Ok(self.with(|tables| {
            keys.iter()
                .map(|key| tables.message(key).cloned())
                .collect()
        }))
    }

    async fn find(&self, id: &MessageId) -> Result<Vec<Arc<Message>>, StoreError> {
        Ok(self.with(|tables| tables.find(id)))
    }

    async fn between(
        &self,
        pair: &Pair,
        behind: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        let pair = pair.to_name();
        Ok(self.with(|tables| tables.between(&pair, behind.as_ref(), limit)))
    }

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        Ok(self.with(|tables| {
            let claims = core::iter::from_fn(|| tables.claim(now, lease_until));
            claims.take(limit).map(|(message, _)| message).collect()
        }))
    }

    async fn sweep(&self, ended_before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        Ok(self.with(|tables| {
            let mut swept = 0;
            while swept < limit && tables.first_end().is_some_and(|done| done < ended_before) {
                tables.forget_first();
                swept += 1;
            }
            swept
        }))
    }

    async fn sweep_outbox(
        &self,
        created_before: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        Ok(self.with(|tables| {
            let over = tables.left_over(created_before, limit);
            for (account, key) in &over {
                tables.dequeue(account, *key);
            }
            over.len()
        }))
    }

    async fn handed_over(
        &self,
        centre: &str,
        ids: Vec<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<Vec<Handed>>, StoreError> {
        let centre: Arc<str> = centre.into();
        Ok(self.with(|tables| {
            let meant = ids.iter().map(|id| {
                let found = tables.handed.meant(&centre, id, |key| tables.message(key));
                first_handed(found, id, limit)
            });
            meant.collect()
        }))
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.with(|tables| tables.due.first_key_value().map(|(due, _)| due.due())))
    }

    async fn outbox(
        &self,
        account: &str,
        after: Option<DeliveryKey>,
        limit: usize,
    ) -> Result<Vec<Arc<Delivery>>, StoreError> {
        Ok(self.with(|tables| tables.outbox(account, after, limit)))
    }

    async fn sizes(&self) -> Result<Option<Sizes>, StoreError> {
        Ok(Some(self.with(|tables| tables.sizes())))
    }
}

#[cfg(test)]
mod tests;
