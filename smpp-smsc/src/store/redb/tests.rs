//! What is particular to this store.

use super::*;
use crate::store::conformance;

const HOUR: core::time::Duration = core::time::Duration::from_secs(3600);

fn opened(folder: &Path) -> RedbStore {
    RedbStore::open(folder).unwrap()
}

#[tokio::test]
async fn the_store_passes_the_conformance_suite() {
    let folder = tempfile::tempdir().unwrap();
    let next = core::sync::atomic::AtomicU32::new(0);
    conformance::check(|| async {
        let number = next.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
        opened(&folder.path().join(number.to_string()))
    })
    .await;
}

#[tokio::test]
async fn what_was_committed_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let message = conformance::message("a", 0, 5);
    let store = opened(folder.path());
    store
        .commit(vec![Change::Insert(message.clone())])
        .await
        .unwrap();
    drop(store);
    let store = opened(folder.path());
    assert_eq!(store.find(&message.key.id).await.unwrap(), [message]);
    assert_eq!(store.next_due().await.unwrap(), Some(Timestamp(5)));
}

#[tokio::test]
async fn what_was_in_hand_is_due_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let message = conformance::message("a", 0, 5);
    let insert = vec![Change::Insert(message.clone())];
    store.commit(insert).await.unwrap();
    let far = Timestamp::NEVER.before(HOUR);
    assert_eq!(store.claim(Timestamp(6), far, 10).await.unwrap().len(), 1);
    assert_eq!(store.next_due().await.unwrap(), Some(far));
    // A claim is durable with the next commit.
    let other = conformance::message("b", 0, far.0);
    store.commit(vec![Change::Insert(other)]).await.unwrap();
    drop(store);

    let store = opened(folder.path());
    let due = store.next_due().await.unwrap().unwrap();
    assert!(due <= Clock::system().now());
    let found = store.find(&message.key.id).await.unwrap();
    assert_eq!(found[0].life.attempts(), 1);
    assert!(!found[0].life.is_in_flight());
}

#[tokio::test]
async fn a_file_without_ranks_and_addresses_gets_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let message = conformance::message("a", 0, 5);
    let insert = vec![Change::Insert(message.clone())];
    store.commit(insert).await.unwrap();
    store
        .work(|database, _| schema::downgrade(database))
        .await
        .unwrap();
    drop(store);

    let store = opened(folder.path());
    let pair = Pair::of(&message);
    let found = store.between(&pair, None, 10).await.unwrap();
    assert_eq!(found, [message]);
    assert_eq!(store.next_due().await.unwrap(), Some(Timestamp(5)));
}

#[tokio::test]
async fn what_another_centre_has_is_not_due_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let message = conformance::message("a", 0, 5);
    let insert = vec![Change::Insert(message.clone())];
    store.commit(insert).await.unwrap();
    let now = Timestamp(6);
    let claimed = store.claim(now, now.after(HOUR), 10).await.unwrap();
    let mut handed = Message::clone(&claimed[0]);
    assert!(handed.life.pass_on(1));
    let changes = vec![
        Change::Update(handed.clone().into()),
        Change::HandOver {
            key: message.key.clone(),
            centre: "north".into(),
            id: b"7x".as_slice().into(),
        },
    ];
    store.commit(changes).await.unwrap();
    drop(store);

    let store = opened(folder.path());
    let found = store.find(&message.key.id).await.unwrap();
    assert_eq!(*found[0], handed);
    let due = store.next_due().await.unwrap();
    assert_eq!(due, Some(handed.life.expires()));
    let ids = vec![b"7X".as_slice().into()];
    let found = store.handed_over("north", ids, 10).await.unwrap();
    assert_eq!(*found[0][0].message, handed);
}

#[tokio::test]
async fn a_file_from_before_there_were_other_centres_opens() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let message = conformance::message("a", 0, 5);
    let insert = vec![Change::Insert(message.clone())];
    store.commit(insert).await.unwrap();
    store
        .work(|database, _| handed::downgrade(database))
        .await
        .unwrap();
    drop(store);

    let store = opened(folder.path());
    assert_eq!(store.find(&message.key.id).await.unwrap(), [message]);
    let ids = vec![b"7x".as_slice().into()];
    assert!(store.handed_over("north", ids, 10).await.unwrap()[0].is_empty());
    let ended_before = Timestamp::NEVER;
    assert_eq!(store.sweep(ended_before, 10).await, Ok(0));
}

#[tokio::test]
async fn a_second_process_is_told_why_it_may_not() {
    let folder = tempfile::tempdir().unwrap();
    let _store = opened(folder.path());
    let error = RedbStore::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("another process has it open"), "{error}");
    assert!(error.contains("messages.redb"), "{error}");
}

#[tokio::test]
async fn a_full_store_takes_no_new_message_but_lets_others_end() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path()).capacity(2);
    let message = conformance::message;
    let (a, b) = (message("a", 0, 5), message("b", 0, 5));
    let both = vec![Change::Insert(a.clone()), Change::Insert(b)];
    store.commit(both).await.unwrap();
    let third = vec![Change::Insert(message("c", 0, 5))];
    assert_eq!(store.commit(third.clone()).await, Err(StoreError::Full));
    let ended = conformance::delivered(&a, Timestamp(6));
    store.commit(vec![Change::Update(ended)]).await.unwrap();
    store.commit(third).await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_store_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE), b"no store").unwrap();
    let error = RedbStore::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("messages.redb: "), "{error}");
}
