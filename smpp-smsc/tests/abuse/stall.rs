//! A store that stands still.

use core::time::Duration;
use std::sync::Arc;

use async_trait::async_trait;
use smpp_pdu::*;
use smpp_smsc::store::{
    Change, Committed, Delivery, DeliveryKey, Handed, MemoryStore, Pair, Place, Store, StoreError,
};
use smpp_smsc::{Message, MessageId, MessageKey, Timestamp};
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;

use crate::memory::*;
use crate::support::*;

/// What may wait of large messages, and what a test has beside it: each stands in a
/// batch, in a record, and in a group.
const MOST: u64 = 24 * 1024 * 1024;

/// A store whose commits wait for permission.
struct Slow {
    inner: MemoryStore,
    may: Arc<Semaphore>,
}

#[async_trait]
impl Store for Slow {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, StoreError> {
        let _permit = self.may.acquire().await.unwrap();
        self.inner.commit(changes).await
    }

    async fn messages(
        &self,
        keys: Vec<MessageKey>,
    ) -> Result<Vec<Option<Arc<Message>>>, StoreError> {
        self.inner.messages(keys).await
    }

    async fn find(&self, id: &MessageId) -> Result<Vec<Arc<Message>>, StoreError> {
        self.inner.find(id).await
    }

    async fn between(
        &self,
        pair: &Pair,
        behind: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        self.inner.between(pair, behind, limit).await
    }

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        self.inner.claim(now, lease_until, limit).await
    }

    async fn sweep(&self, ended_before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.inner.sweep(ended_before, limit).await
    }

    async fn sweep_outbox(
        &self,
        created_before: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        self.inner.sweep_outbox(created_before, limit).await
    }

    async fn handed_over(
        &self,
        centre: &str,
        ids: Vec<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<Vec<Handed>>, StoreError> {
        self.inner.handed_over(centre, ids, limit).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.inner.next_due().await
    }

    async fn outbox(
        &self,
        account: &str,
        after: Option<DeliveryKey>,
        limit: usize,
    ) -> Result<Vec<Arc<Delivery>>, StoreError> {
        self.inner.outbox(account, after, limit).await
    }
}

#[test]
fn large_messages_that_wait_for_a_store_are_bounded_and_all_of_them_answered() {
    const MESSAGES: usize = 1000;
    let runtime = runtime(true);
    let may = Arc::new(Semaphore::new(0));
    let (mut good, mut client) = runtime.block_on(async {
        let store = Slow {
            inner: MemoryStore::default(),
            may: may.clone(),
        };
        let smsc = centre_for_two().store(store).start();
        let client = Client::bound_within(&smsc, BindType::Transmitter).await;
        (other(&smsc).await, client)
    });
    let payload = vec![b'x'; 60_000];
    let payload = [Tlv::message_payload(&payload).unwrap()];
    let large = sm()
        .short_message(ShortMessage::EMPTY)
        .tlvs(Tlvs::from_slice(&payload));
    let mut octets = Vec::new();
    let (sent, taken) = counted(&runtime, async {
        for sent in 0..MESSAGES {
            octets = client.encode(large);
            let written = client.stream.write_all(&octets);
            if tokio::time::timeout(Duration::from_secs(5), written)
                .await
                .is_err()
            {
                return sent;
            }
        }
        MESSAGES
    });
    assert!(sent < 400, "all {sent} were taken");
    assert!(taken.bytes_max < MOST, "{} octets", taken.bytes_max);
    println!(
        "## abuse: {sent} messages of 60,000 octets wait for a store, {} KiB of memory",
        taken.bytes_max / 1024
    );
    runtime.block_on(async {
        good.ask(EnquireLink::default()).await;
        may.add_permits(1);
        for _ in 0..sent {
            client.receive().await.message_id();
        }
        good.is_served().await;
    });
}
