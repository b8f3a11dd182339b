//! What every [`MatcherStore`] must do, as one function that its tests call.

use core::time::Duration;
use std::sync::Arc;

use smpp_pdu::Address;

use super::{MAX_FOUND, MatcherStore, Sweep};
use crate::receiving::submitted::{Lookup, Remembered, Submission, SubmissionKey, Timestamp};

/// Runs the whole suite. `open` makes an empty store each time.
///
/// # Panics
/// When the store does something else than [`MatcherStore`] says.
pub async fn check<S, F, O>(open: O)
where
    S: MatcherStore,
    F: Future<Output = S>,
    O: Fn() -> F,
{
    an_empty_store_has_nothing(&open().await).await;
    what_was_remembered_comes_back_as_it_was(&open().await).await;
    every_form_of_an_id_is_found(&open().await).await;
    questions_are_answered_in_their_order(&open().await).await;
    peers_are_apart(&open().await).await;
    the_newest_come_first_and_not_without_end(&open().await).await;
    the_same_key_replaces(&open().await).await;
    what_is_settled_is_still_found(&open().await).await;
    a_sweep_takes_what_is_old_or_long_settled(&open().await).await;
    a_sweep_stops_at_its_limit(&open().await).await;
    several_at_once_lose_nothing(Arc::new(open().await)).await;
}

/// A message for tests, submitted at `at`, with `number` to tell its key apart.
#[must_use]
pub fn message(scope: &str, id: &str, at: u64, number: u16) -> Arc<Remembered> {
    let address = |digits| Address::international(digits).unwrap_or_default();
    let message = Submission::new(id)
        .source(Address::alphanumeric("BANK").unwrap_or_default())
        .destination(address("447700900123"))
        .part(2, 3)
        .tag(format!("tag of {id}"));
    Arc::new(Remembered {
        key: SubmissionKey(SubmissionKey::first_of(Timestamp(at)).0 | u128::from(number)),
        scope: scope.into(),
        message,
        submitted: Timestamp(at),
        settled: None,
    })
}

const SCOPE: &str = "esme@127.0.0.1:2775";

#[track_caller]
fn ok<T, E: core::fmt::Debug>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("the store failed: {error:?}"),
    }
}

fn lookup(scope: &str, id: &str) -> Lookup {
    Lookup::new(&scope.into(), [id.as_bytes()])
}

async fn find(store: &impl MatcherStore, id: &str) -> Vec<Arc<Remembered>> {
    let mut found = ok(store.find(vec![lookup(SCOPE, id)]).await);
    assert_eq!(found.len(), 1, "one answer for one question");
    found.pop().unwrap_or_default()
}

/// Takes nothing, unless told otherwise.
fn sweep() -> Sweep {
    Sweep {
        submitted_before: Timestamp(0),
        settled_before: Timestamp(0),
        limit: 1000,
    }
}

async fn an_empty_store_has_nothing(store: &impl MatcherStore) {
    assert_eq!(ok(store.count().await), 0);
    assert!(find(store, "1").await.is_empty());
    assert!(ok(store.find(Vec::new()).await).is_empty());
    ok(store.remember(Vec::new()).await);
    ok(store.settle(vec![SubmissionKey(1)], Timestamp(1)).await);
    let all = Sweep {
        submitted_before: Timestamp(u64::MAX),
        settled_before: Timestamp(u64::MAX),
        ..sweep()
    };
    assert_eq!(ok(store.sweep(all).await), 0);
}

async fn what_was_remembered_comes_back_as_it_was(store: &impl MatcherStore) {
    let mut settled = Remembered::clone(&message(SCOPE, "b", 6, 0));
    settled.settled = Some(Timestamp(9));
    let messages = [
        message(SCOPE, "a", 5, 0),
        Arc::new(settled),
        Arc::new(Remembered {
            // Without addresses and tag, with octets that are no text.
            message: Submission::new(b"\xFF\x01\x80"),
            ..Remembered::clone(&message(SCOPE, "", 7, 0))
        }),
    ];
    ok(store.remember(messages.to_vec()).await);
    assert_eq!(ok(store.count().await), 3);
    for message in &messages {
        let lookup = Lookup::new(&message.scope, [message.message.message_id()]);
        assert_eq!(ok(store.find(vec![lookup]).await), [[message.clone()]]);
    }
}

async fn every_form_of_an_id_is_found(store: &impl MatcherStore) {
    let ids = [
        ("38601fa", "59113978"),
        ("38601fa", "0059113978"),
        ("38601fa", "38601FA"),
        ("98765432101", "16FEE0E525"),
        ("0000000017", "17"),
        ("17", "0000000017"),
        (
            "936da01f-9abd-4d9d-80c7-02af85c822a8",
            "936DA01F9ABD4D9D80C702AF85C822A8",
        ),
        ("Abc-1/x", "Abc-1/x"),
    ];
    for (number, (response, _)) in (0..).zip(&ids) {
        ok(store
            .remember(vec![message(SCOPE, response, 5, number)])
            .await);
    }
    for (number, (response, receipt)) in (0..).zip(&ids) {
        let meant = message(SCOPE, response, 5, number);
        let found = find(store, receipt).await;
        assert!(found.contains(&meant), "{receipt} speaks of {response}");
    }
    assert!(find(store, "18").await.is_empty());
}

async fn questions_are_answered_in_their_order(store: &impl MatcherStore) {
    let (one, two) = (message(SCOPE, "x1", 5, 1), message(SCOPE, "x2", 5, 2));
    ok(store.remember(vec![one.clone(), two.clone()]).await);
    let questions = vec![
        lookup(SCOPE, "x2"),
        lookup(SCOPE, "x3"),
        Lookup::new(&SCOPE.into(), ["x1", "x2"].map(str::as_bytes)),
    ];
    let expected = vec![vec![two.clone()], Vec::new(), vec![two, one]];
    assert_eq!(ok(store.find(questions).await), expected);
}

async fn peers_are_apart(store: &impl MatcherStore) {
    let (ours, theirs) = (message(SCOPE, "7", 5, 1), message("other@host", "7", 5, 2));
    ok(store.remember(vec![ours.clone(), theirs.clone()]).await);
    assert_eq!(find(store, "7").await, [ours]);
    let found = ok(store.find(vec![lookup("other@host", "7")]).await);
    assert_eq!(found, [[theirs]]);
}

async fn the_newest_come_first_and_not_without_end(store: &impl MatcherStore) {
    let many: Vec<_> = (0..50).map(|at| message(SCOPE, "7", at, 0)).collect();
    ok(store.remember(many.clone()).await);
    let found = find(store, "7").await;
    let newest: Vec<_> = many.iter().rev().take(MAX_FOUND).cloned().collect();
    assert_eq!(found, newest);
}

async fn the_same_key_replaces(store: &impl MatcherStore) {
    ok(store.remember(vec![message(SCOPE, "old", 5, 1)]).await);
    let new = message(SCOPE, "new", 5, 1);
    ok(store.remember(vec![new.clone()]).await);
    assert_eq!(ok(store.count().await), 1);
    assert!(find(store, "old").await.is_empty());
    assert_eq!(find(store, "new").await, [new]);
}

async fn what_is_settled_is_still_found(store: &impl MatcherStore) {
    let message = message(SCOPE, "7", 5, 1);
    ok(store.remember(vec![message.clone()]).await);
    let keys = vec![message.key, SubmissionKey(3)];
    ok(store.settle(keys.clone(), Timestamp(8)).await);
    // The first counts.
    ok(store.settle(keys, Timestamp(9)).await);
    let settled: Vec<_> = find(store, "7")
        .await
        .iter()
        .map(|one| one.settled)
        .collect();
    assert_eq!(settled, [Some(Timestamp(8))]);
    assert_eq!(ok(store.count().await), 1, "settling makes nothing");
}

async fn a_sweep_takes_what_is_old_or_long_settled(store: &impl MatcherStore) {
    let [old, settled, late, open] =
        [("o", 10), ("s", 20), ("l", 21), ("n", 22)].map(|(id, at)| message(SCOPE, id, at, 1));
    let all = vec![old.clone(), settled.clone(), late.clone(), open];
    ok(store.remember(all).await);
    ok(store.settle(vec![settled.key], Timestamp(30)).await);
    ok(store.settle(vec![late.key], Timestamp(40)).await);
    let over = Sweep {
        submitted_before: Timestamp(20),
        settled_before: Timestamp(40),
        ..sweep()
    };
    assert_eq!(ok(store.sweep(over).await), 2);
    assert_eq!(ok(store.sweep(over).await), 0);
    assert!(find(store, "o").await.is_empty());
    assert!(find(store, "s").await.is_empty());
    assert_eq!(find(store, "l").await.len(), 1);
    assert_eq!(find(store, "n").await.len(), 1);
    assert_eq!(ok(store.count().await), 2);
    // What is settled leaves by its age too, and is counted once.
    let age = Sweep {
        submitted_before: Timestamp(22),
        settled_before: Timestamp(50),
        ..sweep()
    };
    assert_eq!(ok(store.sweep(age).await), 1);
    assert!(find(store, "l").await.is_empty());
    // A settled message that is not there is no reason for anything.
    ok(store.settle(vec![old.key], Timestamp(60)).await);
    assert_eq!(ok(store.count().await), 1);
}

async fn a_sweep_stops_at_its_limit(store: &impl MatcherStore) {
    let many: Vec<_> = (0..25)
        .map(|number| message(SCOPE, &format!("m{number}"), 5, number))
        .collect();
    ok(store.remember(many).await);
    let part = Sweep {
        submitted_before: Timestamp(6),
        limit: 10,
        ..sweep()
    };
    for (swept, left) in [(10, 15), (10, 5), (5, 0), (0, 0)] {
        assert_eq!(ok(store.sweep(part).await), swept);
        assert_eq!(ok(store.count().await), left);
    }
}

async fn several_at_once_lose_nothing(store: Arc<impl MatcherStore>) {
    let tasks: Vec<_> = (0..8)
        .map(|task: u16| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for turn in 0..10 {
                    let number = task * 10 + turn;
                    let message = message(SCOPE, &format!("m{number}"), 5, number);
                    ok(store.remember(vec![message.clone()]).await);
                    assert_eq!(find(&*store, &format!("m{number}")).await.len(), 1);
                    if turn % 2 == 0 {
                        ok(store.settle(vec![message.key], Timestamp(9)).await);
                    }
                    tokio::time::sleep(Duration::ZERO).await;
                }
            })
        })
        .collect();
    for task in tasks {
        ok(task.await);
    }
    assert_eq!(ok(store.count().await), 80);
    let settled = Sweep {
        settled_before: Timestamp(10),
        ..sweep()
    };
    assert_eq!(ok(store.sweep(settled).await), 40);
}
