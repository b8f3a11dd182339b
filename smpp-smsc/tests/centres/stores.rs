//! A store that fails while the next centre has something to say.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use smpp_pdu::{Address, Body, DeliverSm, MessageState, ShortMessage};
use smpp_smsc::routes::{Route, Target};
use smpp_smsc::store::{
    Change, Committed, Delivery, DeliveryKey, Handed, MemoryStore, Pair, Place, Store, StoreError,
};
use smpp_smsc::{Message, MessageId, MessageKey, Timestamp, async_trait};

use crate::support::*;

/// Does not take what is for an account, so many times.
#[derive(Default)]
struct Failing {
    inner: MemoryStore,
    times: Arc<AtomicUsize>,
}

#[async_trait]
impl Store for Failing {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, StoreError> {
        let left = self.times.load(Ordering::Relaxed);
        if left > 0 && changes.iter().any(|one| matches!(one, Change::Enqueue(_))) {
            self.times.store(left - 1, Ordering::Relaxed);
            return Err(StoreError::Failed("the disk is gone".into()));
        }
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

#[tokio::test]
async fn what_is_not_kept_is_refused_and_comes_again() {
    let (next, address) = serve(next_centre()).await;
    let store = Failing::default();
    let times = store.times.clone();
    let mut routes = all_to(["north"]);
    let mobile = Route::new("mobile").centres(["north"]);
    routes.add(mobile.to(Target::account("esme")));
    let link = link_to(&url(address)).build();
    let builder = aggregator().centre("north", link).routes(routes);
    let (smsc, mut esme) = start(builder.store(store)).await;

    times.store(1, Ordering::Relaxed);
    let (state, _) = esme.sends(&message(NUMBER)).await;
    assert_eq!(state, MessageState::DELIVERED);
    assert_eq!(times.load(Ordering::Relaxed), 0);

    times.store(1, Ordering::Relaxed);
    let mobile = DeliverSm::new(
        Address::international(NUMBER).unwrap(),
        Address::short_code("4711").unwrap(),
        ShortMessage::new(b"STOP").unwrap(),
    );
    next.deliver("us", &[mobile]).await.unwrap();
    let delivery = esme.delivery().await;
    let Body::DeliverSm(deliver) = delivery.pdu().body else {
        panic!("no deliver_sm");
    };
    assert_eq!(deliver.short_message.as_bytes(), b"STOP");
    delivery.ack();
    assert_eq!(times.load(Ordering::Relaxed), 0);
    smsc.shutdown().await;
    assert_eq!(esme.rest().await, []);
}
