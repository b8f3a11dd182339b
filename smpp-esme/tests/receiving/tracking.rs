//! The handle of the sending side.

use core::time::Duration;
use std::sync::Arc;

use smpp_esme::receiving::store::{MatcherStore, MemoryMatcherStore};
use smpp_esme::receiving::{AwaitReceiptError, Receiver, TrackError};
use smpp_pdu::MessageState;

use crate::centre::{accept_all, bound};
use crate::support::{LONG, a_receipt, receipt, remember, sent, tag};

#[tokio::test]
async fn a_message_without_a_usable_id_is_refused() {
    let (_client, incoming, _centre) = bound(accept_all()).await;
    let receiver = Receiver::new(incoming);
    let tracker = receiver.tracker();
    let error = tracker.submitted(sent("", "")).await.unwrap_err();
    assert_eq!(error, TrackError::IdLength { len: 0 });
    let error = tracker.submitted(sent(&"x".repeat(70), "")).await;
    assert!(error.unwrap_err().to_string().contains("this one 70"));
}

#[tokio::test(start_paused = true)]
async fn a_receipt_is_awaited_by_key_or_id() {
    let (client, incoming, centre) = bound(accept_all()).await;
    let receiver = Receiver::new(incoming);
    let tracker = receiver.tracker();
    tokio::spawn(receiver.acknowledge_all());
    let key = tracker.submitted(sent("17", "one")).await.unwrap();
    remember(&tracker, "18", "two").await;
    let by_key = tracker.await_receipt(key, LONG);
    let by_id = tracker.await_receipt("18", LONG);
    let receipts = async {
        // What is not the end does not count.
        receipt(&centre, 1, "17", "ENROUTE");
        receipt(&centre, 2, "18", "DELIVRD");
        receipt(&centre, 3, "17", "EXPIRED");
    };
    let (by_key, by_id, ()) = tokio::join!(by_key, by_id, receipts);
    assert_eq!(by_key.unwrap().state(), Some(MessageState::EXPIRED));
    assert_eq!(tag(&by_id.unwrap()), b"two");
    // Also a moment later.
    let again = tracker.await_receipt(key, LONG).await.unwrap();
    assert_eq!(tag(&again), b"one");
    let again = tracker.await_receipt("18", LONG).await.unwrap();
    assert_eq!(tag(&again), b"two");
    // And not for ever.
    let limit = Duration::from_secs(30);
    let error = tracker.await_receipt("19", limit).await.unwrap_err();
    assert_eq!(error, AwaitReceiptError::TimedOut(limit));
    let (closed, _) = tokio::join!(tracker.await_receipt("19", LONG), client.unbind());
    assert_eq!(closed.unwrap_err(), AwaitReceiptError::Closed);
}

#[tokio::test]
async fn a_full_memory_forgets_the_settled_and_then_the_oldest() {
    let store = Arc::new(MemoryMatcherStore::new(2));
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder()
        .shared_store(store.clone())
        .hold_receipts(Duration::ZERO)
        .start(incoming);
    let tracker = receiver.tracker();
    remember(&tracker, "a1", "").await;
    let settled = tracker.submitted(sent("a2", "")).await.unwrap();
    store
        .settle(vec![settled], smpp_esme::receiving::Timestamp(1))
        .await
        .unwrap();
    remember(&tracker, "a3", "").await;
    assert_eq!(store.dropped(), 0);
    remember(&tracker, "a4", "").await;
    assert_eq!((store.dropped(), store.count().await.unwrap()), (1, 2));
    receipt(&centre, 1, "a4", "DELIVRD");
    let received = a_receipt(&mut receiver).await;
    assert!(received.matched().is_some());
    received.ack();
}
