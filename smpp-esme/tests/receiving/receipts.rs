//! Receipts, and the messages that they speak of.

use core::time::Duration;
use std::sync::Arc;

use smpp_codec::receipt::Transition;
use smpp_codec::receipt::matcher::MatchedBy;
use smpp_esme::receiving::store::{MatcherStore, MemoryMatcherStore};
use smpp_esme::receiving::{Matching, Received, Receiver, SegmentAck, Submission, Unmatched};
use smpp_pdu::{Address, CommandId, DataCoding, EsmClass, MessageState};
use smpp_session::RequestId;
use tokio::time::Instant;

use crate::centre::{accept_all, accept_binds, bound, message as submit, submitted};
use crate::support::{
    LATER, LONG, OK, a_receipt, answer, deliver, message, receipt, remember, segment, sent, tag,
    tlv_receipt,
};

#[tokio::test]
async fn a_receipt_knows_its_message() {
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    let tracker = receiver.tracker();
    remember(&tracker, "17", "order 1").await;
    remember(&tracker, "18", "order 2").await;
    receipt(&centre, 1, "18", "DELIVRD");
    let received = a_receipt(&mut receiver).await;
    assert_eq!(tag(&received), b"order 2");
    assert_eq!(received.state(), Some(MessageState::DELIVERED));
    assert!(received.is_final());
    let matched = received.matched().unwrap();
    assert_eq!((matched.by, matched.repeated), (MatchedBy::Exact, false));
    received.ack();
    assert_eq!(centre.seen().await, answer(1, OK));
    tlv_receipt(&centre, 2, "17");
    let received = a_receipt(&mut receiver).await;
    assert_eq!(tag(&received), b"order 1");
    received.ack();
}

#[tokio::test]
async fn ids_may_be_written_in_another_way() {
    for (response, written, by) in [
        ("38601fa", "0059113978", MatchedBy::DecimalOfHex),
        ("98765432101", "16FEE0E525", MatchedBy::HexOfDecimal),
        ("0123abc", "123abc", MatchedBy::LeadingZeros),
        ("x-Ab-1", "X-AB-1", MatchedBy::LetterCase),
        (
            "936da01f-9abd-4d9d-80c7-02af85c822a8",
            "936da01f9abd4d9d80c702af85c822a8",
            MatchedBy::Dashes,
        ),
    ] {
        let (_client, incoming, centre) = bound(accept_all()).await;
        let mut receiver = Receiver::new(incoming);
        let tracker = receiver.tracker();
        remember(&tracker, response, "this").await;
        remember(&tracker, "other", "other").await;
        receipt(&centre, 1, written, "DELIVRD");
        let received = a_receipt(&mut receiver).await;
        assert_eq!(tag(&received), b"this", "{written}");
        assert_eq!(received.matched().unwrap().by, by);
        received.ack();
    }
}

#[tokio::test]
async fn an_id_that_may_mean_two_messages_is_left_open() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    let tracker = receiver.tracker();
    for id in ["16", "10"] {
        let to_another = Address::international("15550100").unwrap();
        let message = Submission::new(id).destination(to_another);
        tracker.submitted(message).await.unwrap();
    }
    // The message 16, or 10 in hexadecimal.
    receipt(&centre, 1, "16", "DELIVRD");
    let received = a_receipt(&mut receiver).await;
    let Matching::Ambiguous { candidates, .. } = received.matching() else {
        panic!("{:?}", received.matching());
    };
    let mut ids: Vec<_> = candidates
        .iter()
        .map(|one| one.message.message_id())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, [b"10", b"16"]);
    received.ack();
}

#[tokio::test]
async fn a_receipt_in_ucs_2_is_read() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    remember(&receiver.tracker(), "17", "this").await;
    centre.order(|link| {
        let text: Vec<u8> = "id:17 stat:UNDELIV err:011"
            .bytes()
            .flat_map(|octet| [0, octet])
            .collect();
        let sm = deliver(&text)
            .esm_class(EsmClass(0x04))
            .data_coding(DataCoding::UCS2);
        link.request(RequestId(1), sm).unwrap();
    });
    let received = a_receipt(&mut receiver).await;
    assert_eq!(tag(&received), b"this");
    assert_eq!(received.state(), Some(MessageState::UNDELIVERABLE));
    received.ack();
}

#[tokio::test]
async fn notifications_and_acknowledgements_are_told_apart() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    remember(&receiver.tracker(), "17", "this").await;
    for (id, class, text) in [
        (1, 0x20, &b"id:17 stat:ENROUTE"[..]),
        (2, 0x04, b"id:17 stat:ACCEPTD"),
        (3, 0x04, b"id:17 stat:DELIVRD"),
        (4, 0x10, b"yes please"),
    ] {
        centre.order(move |link| {
            let sm = deliver(text).esm_class(EsmClass(class));
            link.request(RequestId(id), sm).unwrap();
        });
    }
    let mut seen = Vec::new();
    for _ in 0..3 {
        let received = receiver.recv().await.unwrap();
        if let Received::Receipt(receipt) | Received::Notification(receipt) = &received {
            let step = receipt.matched().unwrap().step;
            seen.push((received.kind(), receipt.is_final(), step));
        }
        received.ack();
    }
    assert_eq!(
        seen,
        [
            ("notification", false, None),
            ("receipt", false, Some(Transition::Advance)),
            ("receipt", true, Some(Transition::Reopen)),
        ]
    );
    let Some(Received::Acknowledgement(yes)) = receiver.recv().await else {
        panic!("no acknowledgement");
    };
    yes.ack();
}

#[tokio::test]
async fn a_receipt_that_looks_like_one_counts_when_asked_for() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder().receipts_by_shape(true).start(incoming);
    remember(&receiver.tracker(), "17", "this").await;
    centre.deliver(1, b"id:17 stat:DELIVRD err:000");
    let received = a_receipt(&mut receiver).await;
    assert_eq!(tag(&received), b"this");
    received.ack();
}

#[tokio::test]
async fn a_receipt_that_comes_before_the_response_waits_for_it() {
    let (client, incoming, mut centre) = bound(accept_binds()).await;
    let mut receiver = Receiver::builder().hold_receipts(LONG).start(incoming);
    let tracker = receiver.tracker();
    let sending = tracker.sending();
    let sm = submit();
    let pending = client.start_submit_sm(&sm).await.unwrap();
    let number = centre.request(CommandId::SUBMIT_SM).await;
    receipt(&centre, 1, "m1", "DELIVRD");
    // What comes after it does not wait for it.
    centre.deliver(2, b"hello");
    message(&mut receiver).await.ack();
    assert_eq!(centre.seen().await, answer(2, OK));
    centre.order(move |link| submitted(link, number, "m1"));
    let resp = pending.await.unwrap();
    let key = sending
        .submitted(Submission::from_submit(&sm, &resp))
        .await
        .unwrap();
    let received = a_receipt(&mut receiver).await;
    assert_eq!(received.matched().unwrap().message.key, key);
    received.ack();
    assert_eq!(centre.seen().await, answer(1, OK));
}

#[tokio::test(start_paused = true)]
async fn a_receipt_of_an_unknown_message_is_handed_over_after_a_while() {
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    let before = Instant::now();
    receipt(&centre, 1, "17", "DELIVRD");
    let received = a_receipt(&mut receiver).await;
    assert!(matches!(
        received.matching(),
        Matching::Unmatched(Unmatched::Unknown)
    ));
    let waited = before.elapsed();
    assert!(waited >= Duration::from_secs(5) && waited < Duration::from_secs(6));
    received.nack(LATER);
    assert_eq!(centre.seen().await, answer(1, LATER));
    // Without an id there is nothing to wait for.
    let before = Instant::now();
    receipt(&centre, 2, "", "DELIVRD");
    let received = a_receipt(&mut receiver).await;
    assert!(matches!(
        received.matching(),
        Matching::Unmatched(Unmatched::NoId)
    ));
    assert_eq!(before.elapsed(), Duration::ZERO);
    received.ack();
}

#[tokio::test(start_paused = true)]
async fn it_waits_only_while_a_request_is_under_way() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder().hold_receipts(LONG).start(incoming);
    let tracker = receiver.tracker();
    let before = Instant::now();
    let sending = tracker.sending();
    receipt(&centre, 1, "17", "DELIVRD");
    centre.deliver(2, b"the receipt waits");
    message(&mut receiver).await.ack();
    // Refused: nothing came of it.
    drop(sending);
    let received = a_receipt(&mut receiver).await;
    assert!(received.matched().is_none());
    received.ack();
    receipt(&centre, 3, "18", "DELIVRD");
    let received = a_receipt(&mut receiver).await;
    assert!(received.matched().is_none());
    received.ack();
    assert_eq!(before.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn a_request_may_be_kept_as_a_number() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder().hold_receipts(LONG).start(incoming);
    let tracker = receiver.tracker();
    let (first, second) = (
        tracker.sending().into_token(),
        tracker.sending().into_token(),
    );
    receipt(&centre, 1, "17", "DELIVRD");
    centre.deliver(2, b"the receipt waits");
    message(&mut receiver).await.ack();
    drop(tracker.sending_of(first));
    let submitted = tracker.sending_of(second).submitted(sent("17", "this"));
    submitted.await.unwrap();
    let received = a_receipt(&mut receiver).await;
    assert_eq!(tag(&received), b"this");
    received.ack();
}

#[tokio::test(start_paused = true)]
async fn spans_without_end_are_spans_like_others() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder()
        .hold_receipts(Duration::MAX)
        .join_within(Duration::MAX)
        .keep_refused(Duration::MAX)
        .keep(Duration::MAX)
        .keep_settled(Duration::MAX)
        .sweep_every(Duration::MAX)
        .segment_ack(SegmentAck::WithMessage {
            at_most: 8,
            within: Duration::MAX,
        })
        .start(incoming);
    let tracker = receiver.tracker();
    receipt(&centre, 1, "17", "DELIVRD");
    for part in 1..=2 {
        segment(&centre, 1 + u64::from(part), 7, 2, part, "x");
    }
    drop(message(&mut receiver).await);
    remember(&tracker, "17", "this").await;
    let received = a_receipt(&mut receiver).await;
    assert_eq!(tag(&received), b"this");
    received.ack();
    assert!(tracker.await_receipt("17", Duration::MAX).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_message_of_another_process_is_found_at_the_end() {
    let store: Arc<dyn MatcherStore> = Arc::new(MemoryMatcherStore::default());
    let (_client, incoming, centre) = bound(accept_all()).await;
    let (_other_client, other_incoming, _other_centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder()
        .shared_store(Arc::clone(&store))
        .start(incoming);
    let other = Receiver::builder()
        .shared_store(store)
        .start(other_incoming);
    receipt(&centre, 1, "17", "DELIVRD");
    centre.deliver(2, b"the receipt waits");
    message(&mut receiver).await.ack();
    // This receiver is not told.
    remember(&other.tracker(), "17", "theirs").await;
    let received = a_receipt(&mut receiver).await;
    assert_eq!(tag(&received), b"theirs");
    received.ack();
}

#[tokio::test(start_paused = true)]
async fn of_too_many_that_wait_the_oldest_goes_first() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder()
        .hold_receipts(LONG)
        .max_held_receipts(2)
        .start(incoming);
    let before = Instant::now();
    for id in 1..=3 {
        receipt(&centre, id, &format!("r{id}"), "DELIVRD");
    }
    let received = a_receipt(&mut receiver).await;
    assert_eq!(received.receipt().unwrap().id(), Some(&b"r1"[..]));
    received.ack();
    assert_eq!(before.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_receipt_that_comes_twice_is_known_for_that() {
    let store = Arc::new(MemoryMatcherStore::default());
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder()
        .shared_store(store.clone())
        .keep_settled(Duration::from_secs(600))
        .start(incoming);
    remember(&receiver.tracker(), "17", "this").await;
    // Refused by the application, it is no repetition when it comes again.
    for (id, repeated) in [(1, false), (2, false), (3, true)] {
        receipt(&centre, id, "17", "DELIVRD");
        let received = a_receipt(&mut receiver).await;
        assert_eq!(received.matched().unwrap().repeated, repeated, "{id}");
        if id == 1 {
            received.nack(LATER);
            assert_eq!(centre.seen().await, answer(id, LATER));
        } else {
            received.ack();
            assert_eq!(centre.seen().await, answer(id, OK));
        }
    }
    // The sweep forgets it, and then it is unknown.
    assert_eq!(store.count().await.unwrap(), 1);
    tokio::time::sleep(Duration::from_secs(700)).await;
    assert_eq!(store.count().await.unwrap(), 0);
    receipt(&centre, 4, "17", "DELIVRD");
    let received = a_receipt(&mut receiver).await;
    assert!(received.matched().is_none());
    received.ack();
}

#[tokio::test(start_paused = true)]
async fn messages_without_a_receipt_are_forgotten_by_their_age() {
    let store = Arc::new(MemoryMatcherStore::default());
    let (_client, incoming, _centre) = bound(accept_all()).await;
    let receiver = Receiver::builder()
        .shared_store(store.clone())
        .keep(Duration::from_secs(100))
        .start(incoming);
    remember(&receiver.tracker(), "1", "").await;
    tokio::time::sleep(Duration::from_secs(59)).await;
    remember(&receiver.tracker(), "2", "").await;
    tokio::time::sleep(Duration::from_secs(65)).await;
    assert_eq!(store.count().await.unwrap(), 1);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(store.count().await.unwrap(), 0);
}

#[tokio::test]
async fn an_id_that_is_used_again_means_the_newer_message() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    let tracker = receiver.tracker();
    for (id, expected) in [(1, "older"), (2, "newer")] {
        remember(&tracker, "17", expected).await;
        receipt(&centre, id, "17", "DELIVRD");
        let received = a_receipt(&mut receiver).await;
        assert_eq!(tag(&received), expected.as_bytes());
        received.ack();
    }
}

#[tokio::test]
async fn more_messages_than_the_matcher_holds_are_found() {
    const MESSAGES: usize = 20_000;
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    let tracker = receiver.tracker();
    let messages = (0..MESSAGES).map(|n| sent(&format!("id-{n}"), &format!("{n}")));
    let keys = tracker.submitted_all(messages.collect()).await.unwrap();
    assert_eq!(keys.len(), MESSAGES);
    for (id, n) in [0, 1, 9_999, MESSAGES - 1].into_iter().enumerate() {
        receipt(&centre, id as u64, &format!("id-{n}"), "DELIVRD");
        let received = a_receipt(&mut receiver).await;
        assert_eq!(tag(&received), n.to_string().as_bytes());
        received.ack();
    }
}

#[tokio::test]
async fn recipients_who_share_an_id_are_told_apart_by_their_address() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    let tracker = receiver.tracker();
    let to = |n: u8| format!("4477009000{n:02}");
    let remember = async |n: u8| {
        let message = Submission::new("17").destination(to(n)).tag([n]);
        tracker.submitted(message).await.unwrap();
    };
    let report = |id: u64, n: u8| {
        let to = to(n);
        centre.order(move |link| {
            let source = Address::international(&to).unwrap();
            let sm = deliver(b"id:17 stat:DELIVRD").source_addr(source);
            let id = RequestId(id);
            link.request(id, sm.esm_class(EsmClass(0x04))).unwrap();
        });
    };
    for n in 0..20 {
        remember(n).await;
    }
    // One that comes late is not the id begun anew for those who are through.
    report(1, 3);
    let received = a_receipt(&mut receiver).await;
    assert_eq!(tag(&received), [3]);
    received.ack();
    remember(20).await;
    for (id, n, repeated) in [(2, 3, true), (3, 20, false), (4, 19, false)] {
        report(id, n);
        let received = a_receipt(&mut receiver).await;
        assert_eq!(tag(&received), [n]);
        assert_eq!(received.matched().unwrap().repeated, repeated);
        received.ack();
    }
}
