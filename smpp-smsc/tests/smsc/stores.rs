//! Stores that do not do what they should.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::Arc;

use async_trait::async_trait;
use smpp_pdu::*;
use smpp_smsc::network::Handsets;
use smpp_smsc::store::{
    Change, Committed, Delivery, DeliveryKey, MemoryStore, Pair, Place, Store, StoreError,
};
use smpp_smsc::{Message, MessageId, MessageKey, Timestamp};

use crate::support::*;

#[tokio::test]
async fn a_full_store_says_so_and_takes_more_when_messages_have_ended() {
    let slow = Handsets::new(Duration::from_millis(50));
    let store = MemoryStore::new(2, 10);
    let (_smsc, address) = serve(centre().store(store).network(slow)).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    client.ask(sm()).await.message_id();
    client.ask(sm()).await.message_id();
    let mut full = 0;
    while client.ask(sm()).await.status() == CommandStatus::ESME_RMSGQFUL {
        full += 1;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(full > 0);
}

/// A store that fails while its switch is on.
struct Broken {
    inner: MemoryStore,
    broken: Arc<AtomicBool>,
}

impl Broken {
    fn check(&self) -> Result<(), StoreError> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(StoreError::Failed("the disk is gone".into()));
        }
        Ok(())
    }
}

#[async_trait]
impl Store for Broken {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, StoreError> {
        self.check()?;
        self.inner.commit(changes).await
    }

    async fn messages(
        &self,
        keys: Vec<MessageKey>,
    ) -> Result<Vec<Option<Arc<Message>>>, StoreError> {
        self.check()?;
        self.inner.messages(keys).await
    }

    async fn find(&self, id: &MessageId) -> Result<Vec<Arc<Message>>, StoreError> {
        self.check()?;
        self.inner.find(id).await
    }

    async fn between(
        &self,
        pair: &Pair,
        behind: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        self.check()?;
        self.inner.between(pair, behind, limit).await
    }

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        self.check()?;
        self.inner.claim(now, lease_until, limit).await
    }

    async fn sweep(&self, ended_before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.check()?;
        self.inner.sweep(ended_before, limit).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.check()?;
        self.inner.next_due().await
    }

    async fn outbox(
        &self,
        account: &str,
        after: Option<DeliveryKey>,
        limit: usize,
    ) -> Result<Vec<Arc<Delivery>>, StoreError> {
        self.check()?;
        self.inner.outbox(account, after, limit).await
    }
}

#[tokio::test]
async fn what_a_store_does_not_take_is_refused_until_it_works_again() {
    let broken = Arc::new(AtomicBool::new(false));
    let store = Broken {
        inner: MemoryStore::default(),
        broken: broken.clone(),
    };
    let lease = Duration::from_millis(50);
    let (_smsc, address) = serve(centre().store(store).lease(lease)).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let waiting = sm().schedule_delivery_time(text("000001000000000R"));
    let id = client.ask(waiting).await.message_id();
    let source = Address::alphanumeric("BANK").unwrap();
    let query = QuerySm::default().message_id(text(&id)).source_addr(source);
    let cancel = CancelSm::default()
        .message_id(text(&id))
        .source_addr(source);

    broken.store(true, Ordering::Relaxed);
    let failed = CommandStatus::ESME_RSYSERR;
    for body in [Body::from(sm()), query.into(), cancel.into()] {
        assert_eq!(client.ask(body).await.status(), failed, "{body:?}");
    }

    broken.store(false, Ordering::Relaxed);
    assert_eq!(client.ask(cancel).await.status(), CommandStatus::ESME_ROK);
    let id = client.ask(sm().with_receipt()).await.message_id();
    assert_eq!(client.take_receipt().await, (id, MessageState::DELIVERED));
}
