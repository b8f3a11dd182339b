//! Messages by their addresses.

use smpp_pdu::{Address, BroadcastSm};

use super::{HOUR, SECOND, delivered, ids, insert, made, message, ok, submit};
use crate::network::Outcome;
use crate::store::{Change, Pair, Place, Store};
use crate::{Message, Retries, Timestamp};

fn pair(account: &str, destination: &str) -> Pair {
    Pair {
        account: account.into(),
        source: b"15550100".as_slice().into(),
        destination: destination.as_bytes().into(),
    }
}

pub(super) async fn messages_that_wait_are_found_by_their_addresses(store: &impl Store) {
    let mut messages = vec![made("other", 0, 10, submit("15550198"))];
    for (at, id) in ["b", "c", "a"].into_iter().enumerate() {
        let mut message = Message::clone(&message(id, 0, 10));
        message.submitted = Timestamp(at as u64);
        messages.push(message.into());
    }
    insert(store, &messages).await;
    let there = pair("esme", "15550199");
    let found = ok(store.between(&there, None, 10).await);
    assert_eq!(ids(&found), ["a", "c", "b"], "the last one first");
    assert_eq!(found.first(), messages.last());
    let first = ok(store.between(&there, None, 2).await);
    assert_eq!(ids(&first), ["a", "c"]);
    let behind = first.last().map(|last| Place::of(last));
    let rest = ok(store.between(&there, behind, 2).await);
    assert_eq!(ids(&rest), ["b"]);
    let nowhere = [
        pair("esm", "15550199"),
        pair("esme", "1555019"),
        pair("esme", "155501990"),
        pair("esme", ""),
    ];
    for pair in nowhere {
        assert!(ok(store.between(&pair, None, 10).await).is_empty());
    }
}

pub(super) async fn a_message_is_listed_only_while_it_waits(store: &impl Store) {
    let there = pair("esme", "15550199");
    let listed = async || {
        let found = ok(store.between(&there, None, 10).await);
        let ids = ids(&found);
        ids.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    // Due as soon as it comes.
    insert(store, &[message("a", 0, 0)]).await;
    assert!(listed().await.is_empty());
    let claimed = ok(store.claim(Timestamp(5), SECOND, 10).await);
    assert!(listed().await.is_empty());
    for message in &claimed {
        let mut message = Message::clone(message);
        let outcome = Outcome::NotNow { error: 1 };
        let retries = Retries::default();
        assert!(message.life.report(Timestamp(5), 1, outcome, &retries));
        ok(store.commit(vec![Change::Update(message.into())]).await);
    }
    assert_eq!(listed().await, ["a"], "it waits for another attempt");
    let mut moved = Message::clone(&message("b", 0, 50));
    insert(store, &[moved.clone().into()]).await;
    moved.submitted = Timestamp(1);
    ok(store.commit(vec![Change::Update(moved.into())]).await);
    assert_eq!(listed().await, ["b", "a"]);
    let late = Timestamp(1_000_000);
    let claimed = ok(store.claim(late, late.after(HOUR), 10).await);
    assert!(listed().await.is_empty(), "attempts are under way");
    for message in &claimed {
        let mut message = Message::clone(message);
        let attempt = message.life.attempts();
        let retries = Retries::default();
        let outcome = Outcome::Delivered;
        assert!(message.life.report(late, attempt, outcome, &retries));
        ok(store.commit(vec![Change::Update(message.into())]).await);
    }
    assert!(listed().await.is_empty());
}

pub(super) async fn broadcasts_are_listed_until_they_are_forgotten(store: &impl Store) {
    let source = Address::international("15550100").unwrap_or_default();
    let broadcast = made("a", 0, 0, BroadcastSm::default().source_addr(source));
    insert(store, core::slice::from_ref(&broadcast)).await;
    let all = pair("esme", "");
    let found = ok(store.between(&all, None, 10).await);
    assert_eq!(found, core::slice::from_ref(&broadcast));
    let claimed = ok(store.claim(SECOND, Timestamp(9000), 10).await);
    assert_eq!(ok(store.between(&all, None, 10).await), claimed);
    let mut ended = Message::clone(&broadcast);
    ended.life = delivered(&broadcast, SECOND).life;
    ok(store.commit(vec![Change::Update(ended.into())]).await);
    assert_eq!(ok(store.between(&all, None, 10).await).len(), 1);
    assert_eq!(ok(store.sweep(Timestamp(9000), 10).await), 1);
    assert!(ok(store.between(&all, None, 10).await).is_empty());
}
