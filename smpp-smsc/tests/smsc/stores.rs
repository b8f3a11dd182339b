//! Stores that do not do what they should.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use smpp_pdu::*;
use smpp_smsc::network::{Handsets, NextReceipt, Outcome, Told};
use smpp_smsc::routes::{Route, Target};
use smpp_smsc::store::{
    Change, Committed, Delivery, DeliveryKey, Handed, MemoryStore, Pair, Place, Store, StoreError,
};
use smpp_smsc::{Message, MessageId, MessageKey, Timestamp};

use crate::script::*;
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

/// A store that fails while its switch is on, and that another node uses too.
struct Broken {
    inner: MemoryStore,
    broken: Arc<AtomicBool>,
    /// What another node does just before the next update.
    meanwhile: Arc<Mutex<Vec<Change>>>,
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
        if changes.iter().any(|one| matches!(one, Change::Update(_))) {
            let meanwhile = core::mem::take(&mut *self.meanwhile.lock().unwrap());
            self.inner.commit(meanwhile).await?;
        }
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

    async fn sweep_outbox(
        &self,
        created_before: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        self.check()?;
        self.inner.sweep_outbox(created_before, limit).await
    }

    async fn handed_over(
        &self,
        centre: &str,
        ids: Vec<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<Vec<Handed>>, StoreError> {
        self.check()?;
        self.inner.handed_over(centre, ids, limit).await
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
        meanwhile: Arc::default(),
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

#[tokio::test]
async fn what_another_centre_says_is_taken_only_when_the_store_has_taken_it() {
    let broken = Arc::new(AtomicBool::new(false));
    let store = Broken {
        inner: MemoryStore::default(),
        broken: broken.clone(),
        meanwhile: Arc::default(),
    };
    let north = Script::holding();
    let routes = [
        Route::new("in")
            .centres(["north"])
            .to(Target::account("esme")),
        Route::new("out").to(Target::centre("north")),
    ];
    let builder = centre()
        .store(store)
        .centre("north", north.clone())
        .routes(routes.into_iter().collect());
    let (_smsc, address) = serve(builder).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    north.report(north.attempted(1).await[0].handed_over(b"7x"));
    let receipts = || vec![NextReceipt::new(b"7x", MessageState::DELIVERED)];
    let deliver = [DeliverSm::default().short_message(ShortMessage::new(b"YES").unwrap())];
    assert_eq!(north.reports().receipts(Vec::new()).await, Ok(Vec::new()));
    let resp = client.ask(query(&id, "BANK")).await;
    assert_eq!(state(&resp).0, MessageState::ENROUTE);

    broken.store(true, Ordering::Relaxed);
    assert!(north.reports().receipts(receipts()).await.is_err());
    assert!(north.reports().deliver(&deliver).await.is_err());

    broken.store(false, Ordering::Relaxed);
    let told = north.reports().receipts(receipts()).await;
    assert_eq!(told, Ok(vec![Told::Known]));
    let delivered = (id, MessageState::DELIVERED);
    assert_eq!(client.take_receipt().await, delivered);
    assert_eq!(north.reports().deliver(&deliver).await, Ok(vec![Ok(())]));
    let received = client.receive().await;
    assert_eq!(received.deliver().short_message.as_bytes(), b"YES");
    client.acknowledge(&received).await;
    client.ask(EnquireLink::default()).await;
}

#[tokio::test]
async fn what_another_node_was_faster_with_is_not_taken_back() {
    let meanwhile = Arc::new(Mutex::new(Vec::new()));
    let store = Broken {
        inner: MemoryStore::default(),
        broken: Arc::default(),
        meanwhile: meanwhile.clone(),
    };
    let network = Script::holding();
    let (_smsc, address) = serve(centre().store(store).network(network.clone())).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let expired = |message: &Message| {
        let mut message = message.clone();
        message.life.release(message.submitted);
        assert!(message.life.expire(Timestamp::NEVER));
        Change::Update(message.into())
    };

    // The outcome of an attempt, of which there is no receipt then.
    let first = client.ask(sm().with_receipt()).await.message_id();
    let attempts = network.attempted(1).await;
    meanwhile
        .lock()
        .unwrap()
        .push(expired(&attempts[0].message));
    network.report(attempts[0].ended(Outcome::Delivered));
    until(|| async { meanwhile.lock().unwrap().is_empty() }).await;
    let resp = client.ask(query(&first, "BANK")).await;
    assert_eq!(state(&resp).0, MessageState::EXPIRED);

    // A cancellation and a replacement.
    let source = sm().source_addr;
    let by_id = CancelSm::default().source_addr(source);
    let all = by_id.destination_addr(sm().destination_addr);
    let replace = ReplaceSm::default()
        .source_addr(source)
        .short_message(sm().short_message);
    for (by, failed) in [
        (0, CommandStatus::ESME_RCANCELFAIL),
        (1, CommandStatus::ESME_RCANCELFAIL),
        (2, CommandStatus::ESME_RREPLACEFAIL),
    ] {
        let attempted = network.attempts().len();
        let id = client.ask(sm().with_receipt()).await.message_id();
        let attempts = network.attempted(attempted + 1).await;
        let message = &attempts[attempted].message;
        network.report(attempts[attempted].ended(NOT_NOW));
        while !waits(&client.ask(query(&id, "BANK")).await) {}
        let mut message = Message::clone(message);
        let outcome = Outcome::NotNow { error: 27 };
        let retries = smpp_smsc::Retries::default();
        message.life.report(message.submitted, 1, outcome, &retries);
        meanwhile.lock().unwrap().push(expired(&message));
        let body: Body<'_> = match by {
            0 => by_id.message_id(text(&id)).into(),
            1 => all.into(),
            _ => replace.message_id(text(&id)).into(),
        };
        let resp = client.ask(body).await;
        assert_eq!(resp.status(), failed, "{by}");
        let resp = client.ask(query(&id, "BANK")).await;
        assert_eq!(state(&resp).0, MessageState::EXPIRED);
    }
    // No receipt of what did not happen has come.
    client.is_served().await;
}

/// Whether the attempt that failed is known.
fn waits(resp: &Received) -> bool {
    let Body::QuerySmResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    body.error_code == 27
}
