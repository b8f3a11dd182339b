//! A store that forgets everything when the process ends.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{Change, Delivery, DeliveryKey, Store, StoreError};
use crate::{Message, MessageId, MessageKey, Timestamp};

/// Keeps everything in memory, within limits.
#[derive(Debug)]
pub struct MemoryStore {
    capacity: usize,
    history: usize,
    tables: Mutex<Tables>,
}

#[derive(Debug, Default)]
struct Tables {
    messages: HashMap<MessageKey, Arc<Message>>,
    due: BTreeSet<(Timestamp, MessageKey)>,
    /// Messages with a final state, by the time of that.
    finished: BTreeSet<(Timestamp, MessageKey)>,
    outbox: HashMap<Arc<str>, BTreeMap<DeliveryKey, Arc<Delivery>>>,
    /// Entries of all outboxes.
    waiting: usize,
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

impl Tables {
    fn put(&mut self, message: Arc<Message>) {
        let key = message.key.clone();
        if let Some(due) = message.life.due() {
            self.due.insert((due, key.clone()));
        }
        if let Some(done) = message.life.done() {
            self.finished.insert((done, key.clone()));
        }
        let before = self.messages.insert(key.clone(), message);
        if let Some(before) = &before
            && let Some(due) = before.life.due()
            && self.messages.get(&key).and_then(|now| now.life.due()) != Some(due)
        {
            self.due.remove(&(due, key.clone()));
        }
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Insert(message) => self.put(message),
            Change::Update(message) => {
                // What was forgotten stays so.
                if self.messages.contains_key(&message.key) {
                    self.put(message);
                }
            }
            Change::Enqueue(delivery) => {
                let outbox = self.outbox.entry(delivery.account.clone()).or_default();
                if outbox.insert(delivery.key, delivery).is_none() {
                    self.waiting += 1;
                }
            }
            Change::Dequeue { account, key } => {
                if let Some(outbox) = self.outbox.get_mut(&account) {
                    if outbox.remove(&key).is_some() {
                        self.waiting -= 1;
                    }
                    if outbox.is_empty() {
                        self.outbox.remove(&account);
                    }
                }
            }
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.with(|tables| {
            let new = changes
                .iter()
                .filter(|change| matches!(change, Change::Insert(_)))
                .count();
            if new > 0 && tables.due.len() + tables.waiting + new > self.capacity {
                return Err(StoreError::Full);
            }
            for change in changes {
                tables.apply(change);
            }
            while tables.finished.len() > self.history
                && let Some((_, key)) = tables.finished.pop_first()
            {
                tables.messages.remove(&key);
            }
            Ok(())
        })
    }

    async fn messages(
        &self,
        keys: Vec<MessageKey>,
    ) -> Result<Vec<Option<Arc<Message>>>, StoreError> {
        Ok(self.with(|tables| {
            keys.iter()
                .map(|key| tables.messages.get(key).cloned())
                .collect()
        }))
    }

    async fn find(&self, id: &MessageId) -> Result<Vec<Arc<Message>>, StoreError> {
        Ok(self.with(|tables| {
            let mut found = Vec::new();
            for part in 0..=u8::MAX {
                let key = MessageKey {
                    id: id.clone(),
                    part,
                };
                match tables.messages.get(&key) {
                    Some(message) => found.push(message.clone()),
                    None => break,
                }
            }
            found
        }))
    }

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        Ok(self.with(|tables| {
            let mut claimed = Vec::new();
            while claimed.len() < limit
                && let Some((due, key)) = tables.due.first().cloned()
                && due <= now
            {
                let Some(message) = tables.messages.get(&key) else {
                    tables.due.remove(&(due, key));
                    continue;
                };
                let mut message = Message::clone(message);
                message.life.claim(now, lease_until);
                let message = Arc::new(message);
                tables.put(message.clone());
                claimed.push(message);
            }
            claimed
        }))
    }

    async fn sweep(&self, ended_before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        Ok(self.with(|tables| {
            let mut swept = 0;
            while swept < limit
                && let Some((done, _)) = tables.finished.first()
                && *done < ended_before
                && let Some((_, key)) = tables.finished.pop_first()
            {
                tables.messages.remove(&key);
                swept += 1;
            }
            swept
        }))
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.with(|tables| tables.due.first().map(|(due, _)| *due)))
    }

    async fn outbox(
        &self,
        account: &str,
        after: Option<DeliveryKey>,
        limit: usize,
    ) -> Result<Vec<Arc<Delivery>>, StoreError> {
        use core::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        Ok(self.with(|tables| {
            tables.outbox.get(account).map_or_else(Vec::new, |outbox| {
                outbox
                    .range((from, Unbounded))
                    .take(limit)
                    .map(|(_, delivery)| delivery.clone())
                    .collect()
            })
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance;

    #[tokio::test]
    async fn the_memory_store_passes_the_conformance_suite() {
        conformance::check(|| async { MemoryStore::default() }).await;
    }

    #[tokio::test]
    async fn a_full_store_takes_no_new_message_but_lets_others_end() {
        let store = MemoryStore::new(2, 10);
        let message = conformance::message;
        let (a, b) = (message("a", 0, 5), message("b", 0, 5));
        let both = vec![Change::Insert(a.clone()), Change::Insert(b)];
        store.commit(both).await.unwrap();
        let third = vec![Change::Insert(message("c", 0, 5))];
        assert_eq!(store.commit(third.clone()).await, Err(StoreError::Full));
        let ended = conformance::delivered(&a, Timestamp(6));
        store.commit(vec![Change::Update(ended)]).await.unwrap();
        store.commit(third).await.unwrap();
    }

    #[tokio::test]
    async fn messages_that_ended_longest_ago_are_forgotten_first() {
        let store = MemoryStore::new(10, 1);
        for id in ["a", "b"] {
            let message = conformance::message(id, 0, 5);
            let ended = conformance::delivered(&message, Timestamp(6));
            store
                .commit(vec![Change::Insert(message), Change::Update(ended)])
                .await
                .unwrap();
        }
        let id = |text| MessageId::new(text).unwrap();
        assert!(store.find(&id("a")).await.unwrap().is_empty());
        assert_eq!(store.find(&id("b")).await.unwrap().len(), 1);
    }
}
