//! The store of the engine, whose commits are counted.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;

use super::{
    Change, Committed, Delivery, DeliveryKey, Handed, Pair, Place, Sizes, Store, StoreError,
};
use crate::stats::Counters;
use crate::{Message, MessageId, MessageKey, Timestamp};

/// Counts what one engine has a store commit: every other node counts its own.
pub(crate) struct Counted {
    store: Arc<dyn Store>,
    counters: Arc<Counters>,
}

impl Counted {
    pub(crate) fn new(store: Arc<dyn Store>, counters: Arc<Counters>) -> Self {
        Self { store, counters }
    }
}

#[async_trait]
impl Store for Counted {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, StoreError> {
        let count = u64::try_from(changes.len()).unwrap_or(u64::MAX);
        let mut inserts = 0;
        let mut ends = Vec::new();
        for change in &changes {
            match change {
                Change::Insert(_) => inserts += 1,
                Change::Update(message) if message.life.is_final() => ends.push(message.clone()),
                _ => {}
            }
        }
        let start = Instant::now();
        let committed = self.store.commit(changes).await;
        let counters = &self.counters;
        match &committed {
            Ok(committed) => {
                counters.commit_times.add(start.elapsed());
                counters.commits.add(1);
                counters.committed_changes.add(count);
                counters.messages_accepted.add(inserts);
                for message in ends {
                    if !committed.is_late(&message.key) {
                        counters.ended(message.life.record().state);
                    }
                }
            }
            Err(_) => counters.failed_commits.add(1),
        }
        committed
    }

    async fn messages(
        &self,
        keys: Vec<MessageKey>,
    ) -> Result<Vec<Option<Arc<Message>>>, StoreError> {
        self.store.messages(keys).await
    }

    async fn find(&self, id: &MessageId) -> Result<Vec<Arc<Message>>, StoreError> {
        self.store.find(id).await
    }

    async fn between(
        &self,
        pair: &Pair,
        behind: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        self.store.between(pair, behind, limit).await
    }

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        self.store.claim(now, lease_until, limit).await
    }

    async fn sweep(&self, ended_before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.store.sweep(ended_before, limit).await
    }

    async fn sweep_outbox(
        &self,
        created_before: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        self.store.sweep_outbox(created_before, limit).await
    }

    async fn handed_over(
        &self,
        centre: &str,
        ids: Vec<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<Vec<Handed>>, StoreError> {
        self.store.handed_over(centre, ids, limit).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.store.next_due().await
    }

    async fn outbox(
        &self,
        account: &str,
        after: Option<DeliveryKey>,
        limit: usize,
    ) -> Result<Vec<Arc<Delivery>>, StoreError> {
        self.store.outbox(account, after, limit).await
    }

    async fn sizes(&self) -> Result<Option<Sizes>, StoreError> {
        self.store.sizes().await
    }
}
