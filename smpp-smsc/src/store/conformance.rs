//! What every [`Store`] must do, as one function that its tests call.

mod handed;
mod left;
mod listed;

use core::time::Duration;
use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use smpp_pdu::{Address, Body, Pdu, PriorityFlag, SequenceNumber, ShortMessage, SubmitSm};

use super::{Change, Committed, Delivery, DeliveryContent, DeliveryKey, Sizes, Store};
use crate::network::Outcome;
use crate::{Life, Message, MessageId, MessageKey, Retries, Timestamp};

/// Runs the whole suite. `open` makes an empty store each time.
///
/// # Panics
/// When the store does something else than [`Store`] says.
pub async fn check<S, F, O>(open: O)
where
    S: Store,
    F: Future<Output = S>,
    O: Fn() -> F,
{
    an_empty_store_has_nothing(&open().await).await;
    what_was_committed_is_found(&open().await).await;
    a_name_that_is_taken_is_refused(&open().await).await;
    an_update_replaces_and_does_not_create(&open().await).await;
    an_update_that_comes_too_late_is_left_out(&open().await).await;
    listed::messages_that_wait_are_found_by_their_addresses(&open().await).await;
    listed::a_message_is_listed_only_while_it_waits(&open().await).await;
    listed::broadcasts_are_listed_until_they_are_forgotten(&open().await).await;
    messages_are_claimed_when_due_and_once(&open().await).await;
    priority_decides_among_messages_of_one_moment(&open().await).await;
    a_lease_that_is_over_gives_the_message_back(&open().await).await;
    a_claim_after_the_validity_is_no_attempt(&open().await).await;
    a_final_message_is_never_due(&open().await).await;
    what_ended_long_ago_is_swept(&open().await).await;
    sizes_follow_what_happens(&open().await).await;
    the_outbox_keeps_its_order(&open().await).await;
    the_outbox_keeps_what_a_delivery_is(&open().await).await;
    outboxes_of_accounts_are_apart(&open().await).await;
    every_kind_of_delivery_comes_back_as_it_was(&open().await).await;
    handed::what_a_centre_has_is_found_by_its_id_in_any_form(&open().await).await;
    handed::the_very_id_and_the_last_messages_come_first(&open().await).await;
    handed::what_a_centre_had_is_forgotten_with_the_message(&open().await).await;
    left::what_waited_too_long_is_swept_out_of_every_outbox(&open().await).await;
    left::a_message_for_an_account_is_swept_only_when_it_has_ended(&open().await).await;
    claims_of_several_at_once_do_not_overlap(Arc::new(open().await)).await;
}

/// A message for tests, due at `due` and valid for an hour after that.
///
/// # Panics
/// When `id` is no message id.
#[must_use]
pub fn message(id: &str, part: u8, due: u64) -> Arc<Message> {
    made(id, part, due, submit("15550199"))
}

fn submit(destination: &str) -> SubmitSm<'_> {
    let address = |digits| Address::international(digits).unwrap_or_default();
    SubmitSm::new(
        address("15550100"),
        address(destination),
        ShortMessage::new(b"hello").unwrap_or_default(),
    )
}

fn made<'a>(id: &str, part: u8, due: u64, body: impl Into<Body<'a>>) -> Arc<Message> {
    let due = Timestamp(due);
    let mut octets = Vec::new();
    let encoded = smpp_codec::encode(&Pdu::request(SequenceNumber(1), body), &mut octets);
    assert!(encoded.is_ok());
    let message = Message::new(
        key(id, part),
        "esme".into(),
        Timestamp(0),
        Life::new(due, due.after(HOUR)),
        Bytes::from(octets),
    );
    Arc::new(ok(message))
}

/// The message after an attempt at `now` that succeeded.
#[must_use]
pub fn delivered(message: &Message, now: Timestamp) -> Arc<Message> {
    let mut message = message.clone();
    message.life.claim(now, now.after(HOUR));
    let attempt = message.life.attempts();
    message
        .life
        .report(now, attempt, Outcome::Delivered, &Retries::default());
    Arc::new(message)
}

const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Timestamp = Timestamp(1000);

#[track_caller]
fn ok<T, E: core::fmt::Debug>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("the store failed: {error:?}"),
    }
}

fn key(id: &str, part: u8) -> MessageKey {
    let id = ok(MessageId::new(id));
    MessageKey { id, part }
}

fn delivery(account: &str, number: u64) -> Arc<Delivery> {
    let message = message(&format!("m{number}"), 0, 0);
    Arc::new(Delivery {
        key: DeliveryKey(number),
        account: account.into(),
        created: SECOND,
        content: DeliveryContent::Receipt(delivered(&message, SECOND)),
    })
}

fn mobile(account: &str, number: u64) -> Arc<Delivery> {
    Arc::new(Delivery {
        content: DeliveryContent::Message(Bytes::from_static(b"octets of a deliver_sm")),
        ..Delivery::clone(&delivery(account, number))
    })
}

async fn insert(store: &impl Store, messages: &[Arc<Message>]) {
    let changes = messages.iter().cloned().map(Change::Insert).collect();
    ok(store.commit(changes).await);
}

async fn an_empty_store_has_nothing(store: &impl Store) {
    assert_eq!(ok(store.next_due().await), None);
    assert!(ok(store.find(&key("a", 0).id).await).is_empty());
    assert!(ok(store.outbox("esme", None, 10).await).is_empty());
    assert_eq!(ok(store.messages(vec![key("a", 0)]).await), [None]);
    assert!(ok(store.claim(SECOND, Timestamp(2000), 10).await).is_empty());
    ok(store.commit(Vec::new()).await);
}

async fn a_name_that_is_taken_is_refused(store: &impl Store) {
    let kept = message("a", 0, 5);
    insert(store, core::slice::from_ref(&kept)).await;
    let changes = vec![
        Change::Insert(message("b", 0, 5)),
        Change::Insert(message("a", 0, 90)),
    ];
    assert!(store.commit(changes).await.is_err());
    // Nothing has changed.
    assert_eq!(ok(store.find(&kept.key.id).await), [kept]);
    assert!(ok(store.find(&key("b", 0).id).await).is_empty());
    assert_eq!(ok(store.next_due().await), Some(Timestamp(5)));
}

async fn what_was_committed_is_found(store: &impl Store) {
    let parts = [message("a", 0, 5), message("a", 1, 5), message("b", 0, 5)];
    insert(store, &parts).await;
    let [first, second, other] = &parts;
    let found = ok(store.find(&first.key.id).await);
    assert_eq!(found, [first.clone(), second.clone()]);
    let keys = vec![key("b", 0), key("c", 0), key("a", 1)];
    let found = ok(store.messages(keys).await);
    assert_eq!(found, [Some(other.clone()), None, Some(second.clone())]);
}

async fn an_update_replaces_and_does_not_create(store: &impl Store) {
    let before = message("a", 0, 5);
    insert(store, core::slice::from_ref(&before)).await;
    let after = delivered(&before, SECOND);
    let stranger = message("b", 0, 5);
    let changes = vec![Change::Update(after.clone()), Change::Update(stranger)];
    ok(store.commit(changes).await);
    assert_eq!(ok(store.find(&before.key.id).await), [after]);
    assert!(ok(store.find(&key("b", 0).id).await).is_empty());
}

async fn an_update_that_comes_too_late_is_left_out(store: &impl Store) {
    let [ended, claimed] = [message("a", 0, 10), message("b", 0, 20)];
    insert(store, &[ended.clone(), claimed.clone()]).await;
    let mut retried = Message::clone(&ended);
    retried.life.claim(SECOND, SECOND.after(HOUR));
    let outcome = Outcome::NotNow { error: 1 };
    let retries = Retries::default();
    assert!(retried.life.report(SECOND, 1, outcome, &retries));
    let mut cancelled = Message::clone(&claimed);
    ok(cancelled.life.cancel(SECOND));
    let cancelled = Arc::new(cancelled);

    // Meanwhile one has ended, and somebody has taken the other in hand.
    let end = delivered(&ended, SECOND);
    let update = vec![Change::Update(end.clone())];
    assert_eq!(ok(store.commit(update).await), Committed::default());
    assert_eq!(ok(store.claim(SECOND, Timestamp(9000), 10).await).len(), 1);

    let receipt = Delivery {
        content: DeliveryContent::Receipt(cancelled.clone()),
        ..Delivery::clone(&delivery("esme", 1))
    };
    let changes = vec![
        Change::Update(retried.into()),
        Change::Update(cancelled),
        Change::Enqueue(receipt.into()),
        Change::Enqueue(delivery("esme", 2)),
    ];
    let committed = ok(store.commit(changes).await);
    assert_eq!(committed.late, [key("a", 0), key("b", 0)]);
    assert_eq!(ok(store.find(&end.key.id).await), [end]);
    let kept = ok(store.find(&claimed.key.id).await);
    assert!(kept.iter().all(|one| one.life.is_in_flight()));
    let waiting = ok(store.outbox("esme", None, 10).await);
    let waiting: Vec<_> = waiting.iter().map(|one| one.key.0).collect();
    assert_eq!(waiting, [2], "a receipt of what did not happen");
}

fn ids(messages: &[Arc<Message>]) -> Vec<&str> {
    messages.iter().map(|one| one.key.id.as_str()).collect()
}

async fn priority_decides_among_messages_of_one_moment(store: &impl Store) {
    let of = |id, due, level| {
        let submit = submit("15550199").priority_flag(PriorityFlag(level));
        made(id, 0, due, submit)
    };
    let messages = [
        of("a", 10, 0),
        of("b", 10, 3),
        of("c", 10, 1),
        of("d", 10, 3),
        of("e", 9, 0),
        of("f", 11, 3),
    ];
    insert(store, &messages).await;
    let claimed = ok(store.claim(SECOND, Timestamp(9000), 4).await);
    // One that has waited longer does not starve.
    assert_eq!(ids(&claimed), ["e", "b", "d", "c"]);
    let claimed = ok(store.claim(SECOND, Timestamp(9000), 10).await);
    assert_eq!(ids(&claimed), ["a", "f"]);
}

async fn messages_are_claimed_when_due_and_once(store: &impl Store) {
    let messages = [
        message("a", 0, 30),
        message("b", 0, 10),
        message("c", 0, 20),
    ];
    insert(store, &messages).await;
    assert_eq!(ok(store.next_due().await), Some(Timestamp(10)));
    assert!(ok(store.claim(Timestamp(9), SECOND, 10).await).is_empty());

    let claimed = ok(store.claim(Timestamp(30), SECOND, 2).await);
    let ids: Vec<_> = claimed.iter().map(|message| message.key.clone()).collect();
    assert_eq!(
        ids,
        [key("b", 0), key("c", 0)],
        "who waits longest is first"
    );
    for message in &claimed {
        assert!(message.life.is_in_flight());
        assert_eq!(message.life.attempts(), 1);
        assert_eq!(message.life.due(), Some(SECOND));
        let kept = ok(store.find(&message.key.id).await);
        assert_eq!(kept.first(), Some(message), "the claim is kept");
    }
    assert_eq!(ok(store.claim(Timestamp(30), SECOND, 10).await).len(), 1);
    assert_eq!(ok(store.next_due().await), Some(SECOND));
}

async fn a_lease_that_is_over_gives_the_message_back(store: &impl Store) {
    insert(store, &[message("a", 0, 10)]).await;
    ok(store.claim(Timestamp(10), SECOND, 10).await);
    assert!(ok(store.claim(Timestamp(999), Timestamp(2000), 10).await).is_empty());
    let again = ok(store.claim(SECOND, Timestamp(2000), 10).await);
    let attempts: Vec<_> = again.iter().map(|one| one.life.attempts()).collect();
    assert_eq!(attempts, [2]);
}

async fn a_claim_after_the_validity_is_no_attempt(store: &impl Store) {
    insert(store, &[message("a", 0, 10)]).await;
    let late = Timestamp(10).after(HOUR);
    let claimed = ok(store.claim(late, late.after(HOUR), 10).await);
    let attempts: Vec<_> = claimed.iter().map(|one| one.life.attempts()).collect();
    assert_eq!(attempts, [0]);
    // It waits for the lease like any other: who claimed it may fail.
    assert_eq!(ok(store.next_due().await), Some(late.after(HOUR)));
}

async fn a_final_message_is_never_due(store: &impl Store) {
    let message = message("a", 0, 10);
    insert(store, core::slice::from_ref(&message)).await;
    let ended = delivered(&message, SECOND);
    ok(store.commit(vec![Change::Update(ended)]).await);
    assert_eq!(ok(store.next_due().await), None);
    let claimed = ok(store.claim(Timestamp(5000), Timestamp(9000), 10).await);
    assert!(claimed.is_empty());
}

async fn what_ended_long_ago_is_swept(store: &impl Store) {
    let messages: Vec<_> = ["a", "b", "c", "d"]
        .into_iter()
        .map(|id| message(id, 0, 10))
        .collect();
    insert(store, &messages).await;
    let ends = messages.iter().zip([20, 30, 40]);
    let ended: Vec<_> = ends
        .map(|(message, end)| Change::Update(delivered(message, Timestamp(end))))
        .collect();
    ok(store.commit(ended).await);
    let left = async |ids: &[&str]| {
        for id in ["a", "b", "c", "d"] {
            let found = ok(store.find(&key(id, 0).id).await);
            assert_eq!(!found.is_empty(), ids.contains(&id), "{id}");
        }
    };
    assert_eq!(ok(store.sweep(Timestamp(20), 10).await), 0);
    assert_eq!(ok(store.sweep(Timestamp(31), 1).await), 1);
    left(&["b", "c", "d"]).await;
    assert_eq!(ok(store.sweep(Timestamp(31), 10).await), 1);
    assert_eq!(ok(store.sweep(Timestamp(9000), 10).await), 1);
    // What has not ended stays.
    left(&["d"]).await;
}

async fn sizes_follow_what_happens(store: &impl Store) {
    let sizes = async || ok(store.sizes().await);
    let Some(empty) = sizes().await else {
        // It does not tell.
        return;
    };
    assert_eq!(empty, Sizes::default());
    let is = async |waiting, in_hand, ended, outbox| {
        let now = sizes().await;
        assert_eq!(now, Some(Sizes::new(waiting, in_hand, ended, outbox)));
    };
    let messages = [
        message("a", 0, 10),
        message("b", 0, 20),
        message("c", 0, 5000),
    ];
    insert(store, &messages).await;
    is(3, 0, 0, 0).await;
    ok(store.claim(SECOND, Timestamp(2000), 1).await);
    is(2, 1, 0, 0).await;
    ok(store.claim(SECOND, Timestamp(2000), 10).await);
    is(1, 2, 0, 0).await;
    // The lease of one is over: it is in hand again, and no more than once.
    ok(store.claim(Timestamp(2000), Timestamp(3000), 1).await);
    is(1, 2, 0, 0).await;

    let [first, second, third] = &messages;
    let reported = async |message: &Message, outcome| {
        let found = ok(store.find(&message.key.id).await);
        let found = ok(found.first().ok_or("it is not found"));
        let mut message = Message::clone(found);
        let attempt = message.life.attempts();
        let now = Timestamp(2000);
        let retries = Retries::default();
        assert!(message.life.report(now, attempt, outcome, &retries));
        Change::Update(message.into())
    };
    let mut cancelled = Message::clone(third);
    ok(cancelled.life.cancel(SECOND));
    let changes = vec![
        reported(first, Outcome::Delivered).await,
        reported(second, Outcome::NotNow { error: 1 }).await,
        Change::Update(cancelled.into()),
        Change::Enqueue(delivery("esme", 1)),
        Change::Enqueue(delivery("other", 2)),
    ];
    ok(store.commit(changes).await);
    is(1, 0, 2, 2).await;
    let gone = Change::Dequeue {
        account: "other".into(),
        key: DeliveryKey(2),
    };
    ok(store.commit(vec![gone.clone(), gone]).await);
    assert_eq!(ok(store.sweep(Timestamp(9000), 10).await), 2);
    is(1, 0, 0, 1).await;
}

async fn the_outbox_keeps_what_a_delivery_is(store: &impl Store) {
    let message = message("a", 0, 10);
    let contents = [
        DeliveryContent::Notification(message.clone()),
        DeliveryContent::Alert(message.clone()),
        DeliveryContent::Forward(message.clone()),
        DeliveryContent::Receipt(delivered(&message, SECOND)),
    ];
    for (number, content) in contents.into_iter().enumerate() {
        let delivery = Delivery {
            content,
            ..Delivery::clone(&delivery("esme", number as u64))
        };
        let delivery = Arc::new(delivery);
        let enqueue = vec![Change::Enqueue(delivery.clone())];
        ok(store.commit(enqueue).await);
        let waiting = ok(store.outbox("esme", None, 10).await);
        assert_eq!(waiting.last(), Some(&delivery));
    }
}

async fn the_outbox_keeps_its_order(store: &impl Store) {
    let entries: Vec<_> = [3, 1, 4, 2]
        .into_iter()
        .map(|number| delivery("esme", number))
        .collect();
    let changes = entries.iter().cloned().map(Change::Enqueue).collect();
    ok(store.commit(changes).await);
    let keys =
        |list: Vec<Arc<Delivery>>| -> Vec<u64> { list.iter().map(|one| one.key.0).collect() };
    assert_eq!(keys(ok(store.outbox("esme", None, 10).await)), [1, 2, 3, 4]);
    let page = ok(store.outbox("esme", Some(DeliveryKey(1)), 2).await);
    assert_eq!(page.first(), entries.get(3), "it comes back as it was");
    assert_eq!(keys(page), [2, 3]);
    let gone = Change::Dequeue {
        account: "esme".into(),
        key: DeliveryKey(2),
    };
    // What is gone already is no error.
    ok(store.commit(vec![gone.clone(), gone]).await);
    assert_eq!(keys(ok(store.outbox("esme", None, 10).await)), [1, 3, 4]);
}

async fn every_kind_of_delivery_comes_back_as_it_was(store: &impl Store) {
    let both = vec![delivery("esme", 1), mobile("esme", 2)];
    let changes = both.iter().cloned().map(Change::Enqueue).collect();
    ok(store.commit(changes).await);
    assert_eq!(ok(store.outbox("esme", None, 10).await), both);
}

async fn outboxes_of_accounts_are_apart(store: &impl Store) {
    let changes = vec![
        Change::Enqueue(delivery("one", 1)),
        Change::Enqueue(delivery("two", 2)),
    ];
    ok(store.commit(changes).await);
    assert_eq!(ok(store.outbox("one", None, 10).await).len(), 1);
    let gone = Change::Dequeue {
        account: "two".into(),
        key: DeliveryKey(1),
    };
    ok(store.commit(vec![gone]).await);
    assert_eq!(ok(store.outbox("one", None, 10).await).len(), 1);
}

async fn claims_of_several_at_once_do_not_overlap(store: Arc<impl Store>) {
    let messages: Vec<_> = (0..100)
        .map(|number| message(&format!("m{number}"), 0, 10))
        .collect();
    insert(&*store, &messages).await;
    let claims: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut all = Vec::new();
                loop {
                    let claimed = ok(store.claim(SECOND, Timestamp(9000), 7).await);
                    if claimed.is_empty() {
                        return all;
                    }
                    all.extend(claimed.iter().map(|message| message.key.clone()));
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    let mut claimed = Vec::new();
    for claim in claims {
        claimed.extend(ok(claim.await));
    }
    assert_eq!(claimed.len(), 100);
    let different: HashSet<_> = claimed.into_iter().collect();
    assert_eq!(different.len(), 100);
}
