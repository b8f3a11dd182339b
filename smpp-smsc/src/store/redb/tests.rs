//! What is particular to this store.

mod faults;
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../../../tests/shared/memory_disk.rs"]
mod memory_disk;

use super::files::NEW;
use super::*;
use crate::Clock;
use crate::store::{DeliveryContent, conformance};

const HOUR: core::time::Duration = core::time::Duration::from_secs(3600);

fn opened(folder: &Path) -> RedbStore {
    RedbStore::open(folder).unwrap()
}

async fn conforms(with: impl Fn(RedbStore) -> RedbStore) {
    let folder = tempfile::tempdir().unwrap();
    let next = core::sync::atomic::AtomicU32::new(0);
    conformance::check(|| async {
        let number = next.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
        with(opened(&folder.path().join(number.to_string())))
    })
    .await;
}

#[tokio::test]
async fn the_store_passes_the_conformance_suite() {
    conforms(|store| store).await;
}

#[tokio::test]
async fn it_passes_the_suite_with_a_journal_that_is_always_full() {
    conforms(|store| store.journal_size(0)).await;
}

#[tokio::test]
async fn what_an_earlier_generation_told_is_told_whole_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let inner = &store.keeper.inner;
    // Nothing is brought into the file beside this.
    inner.writer().end = true;
    inner.wake.notify_all();
    let message = conformance::message("a", 0, 5);
    let insert = vec![Change::Insert(message.clone())];
    store.commit(insert).await.unwrap();
    store.claim(Timestamp(6), Timestamp(900), 10).await.unwrap();
    inner.rotate(&mut inner.writer()).unwrap();
    let ended = conformance::delivered(&message, Timestamp(7));
    store.commit(vec![Change::Update(ended)]).await.unwrap();
    let later = conformance::delivered(&conformance::message("b", 0, 5), Timestamp(7));
    store.commit(vec![Change::Insert(later)]).await.unwrap();

    let mut told = Vec::new();
    let each = |generation, mut octets: &[u8]| {
        while let Some(one) = journal::Told::take(&mut octets) {
            told.push((generation, matches!(one, journal::Told::Life { .. })));
        }
        Ok::<_, Failure>(())
    };
    inner.writer().journal.replay(each).unwrap();
    let (life, whole) = (true, false);
    assert_eq!(told, [(1, whole), (1, life), (2, whole), (2, whole)]);
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
    let now = Clock::system().now();
    let message = conformance::message("a", 0, now.0);
    let insert = vec![Change::Insert(message.clone())];
    store.commit(insert).await.unwrap();
    let far = now.after(1000 * HOUR);
    assert_eq!(store.claim(now, far, 10).await.unwrap().len(), 1);
    assert_eq!(store.next_due().await.unwrap(), Some(far));
    // A claim is durable with the next commit.
    let other = conformance::message("b", 0, far.0);
    store.commit(vec![Change::Insert(other)]).await.unwrap();
    drop(store);

    let store = opened(folder.path());
    let now = Clock::system().now();
    assert!(store.next_due().await.unwrap().unwrap() <= now);
    let claimed = store.claim(now, far, 10).await.unwrap();
    assert_eq!(claimed[0].key, message.key);
    assert_eq!(claimed[0].life.attempts(), 2);
    assert_eq!(claimed.len(), 1);
    // Once, and not for ever.
    assert_eq!(store.next_due().await.unwrap(), Some(far));
    assert_eq!(store.claim(now, far, 10).await.unwrap(), []);
}

#[tokio::test]
async fn what_was_in_hand_is_released_as_it_is_claimed_and_never_twice() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let now = Clock::system().now();
    let all: Vec<_> = (0..10)
        .map(|number| conformance::message(&number.to_string(), 0, now.0))
        .collect();
    let inserts = all.iter().cloned().map(Change::Insert).collect();
    store.commit(inserts).await.unwrap();
    // The lease of the last five is over before the restart.
    let (soon, far) = (Timestamp(now.0 + 1), now.after(1000 * HOUR));
    store.claim(now, far, 5).await.unwrap();
    store.claim(now, soon, 5).await.unwrap();
    let other = conformance::message("other", 0, far.0);
    store.commit(vec![Change::Insert(other)]).await.unwrap();
    drop(store);

    let store = opened(folder.path());
    let now = soon;
    let mut attempts = Vec::new();
    for _ in 0..6 {
        let claimed = store.claim(now, far, 3).await.unwrap();
        attempts.extend(claimed.into_iter().map(|one| (one.key.clone(), one.life)));
    }
    attempts.sort_by(|one, other| one.0.cmp(&other.0));
    let keys: Vec<_> = attempts.iter().map(|(key, _)| key.clone()).collect();
    assert_eq!(
        keys,
        all.iter().map(|one| one.key.clone()).collect::<Vec<_>>()
    );
    let numbers: Vec<_> = attempts.iter().map(|(_, life)| life.attempts()).collect();
    assert_eq!(numbers, [2; 10]);
}

#[tokio::test]
async fn a_file_without_ranks_and_addresses_gets_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let message = conformance::message("a", 0, 5);
    let insert = vec![Change::Insert(message.clone())];
    store.commit(insert).await.unwrap();
    store
        .work(|inner| {
            keeper::checkpoint(inner)?;
            inner.with_file(schema::downgrade)
        })
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
        .work(|inner| {
            keeper::checkpoint(inner)?;
            inner.with_file(handed::downgrade)
        })
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
    let path = folder.path().display().to_string();
    assert!(error.starts_with(&path), "{error}");
}

#[tokio::test]
async fn a_start_that_was_cut_short_is_not_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let left = folder.path().join(NEW);
    std::fs::write(&left, [0; 8192]).unwrap();
    let store = opened(folder.path());
    assert!(!left.exists() && folder.path().join(FILE).exists());
    let insert = vec![Change::Insert(conformance::message("a", 0, 5))];
    store.commit(insert).await.unwrap();
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

/// Puts a message "0" and a receipt into the file that nobody can read.
fn spoil(store: &RedbStore, due: Option<u64>, in_flight: bool, done: Option<u64>) {
    let mut writer = store.keeper.inner.writer();
    // Of a broadcast more than its life is read, even when it has ended.
    let header = [0, 0, 0, 8, 0, 0, 1, 0x11];
    let bad = ("esme", 5, 0, 5, 9, due, 0, in_flight, done, 0, &header[..]);
    let spoiled = store.keeper.inner.change(
        &mut writer,
        |tables, _| {
            tables.messages.insert(("0", 0), bad)?;
            if let Some(due) = due {
                tables.due.insert((due, 0, "0", 0), ())?;
            }
            if let Some(done) = done {
                tables.ended.insert((done, "0", 0), ())?;
            }
            let kept = (5, u8::MAX, ("0", 0), bad);
            tables.outbox.insert(("esme", 0), kept)?;
            Ok(())
        },
        |_, ()| {},
    );
    assert!(spoiled.is_ok());
}

#[tokio::test]
async fn what_cannot_be_read_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let [due, ended] = ["a", "b"].map(|id| conformance::message(id, 0, 5));
    let ended = conformance::delivered(&ended, Timestamp(6));
    let [receipt, young] = [1, 2].map(|key| {
        Change::Enqueue(Arc::new(Delivery {
            key: DeliveryKey(key),
            account: "esme".into(),
            created: Timestamp(6),
            content: DeliveryContent::Receipt(ended.clone()),
        }))
    });
    let changes = vec![Change::Insert(due.clone()), Change::Insert(ended), receipt];
    store.commit(changes).await.unwrap();
    store.checkpoint().await.unwrap();
    store.commit(vec![young]).await.unwrap();

    spoil(&store, Some(4), false, None);
    let claimed = store.claim(Timestamp(6), Timestamp(900), 1).await.unwrap();
    assert_eq!(claimed.len(), 0);
    let claimed = store.claim(Timestamp(6), Timestamp(900), 1).await.unwrap();
    assert_eq!(claimed[0].key, due.key);
    for limit in [1, usize::MAX] {
        let outbox = store.outbox("esme", None, limit).await.unwrap();
        assert_eq!(outbox[0].key, DeliveryKey(1));
    }
    assert_eq!(store.sweep_outbox(Timestamp::NEVER, 2).await, Ok(2));

    spoil(&store, None, false, Some(4));
    assert_eq!(store.sweep(Timestamp(7), 10).await, Ok(2));
    assert_eq!(store.sweep(Timestamp(7), 10).await, Ok(0));
}

#[tokio::test]
async fn what_cannot_be_read_is_left_out_of_lists_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    // The one that was submitted last comes first: the one that cannot be read.
    let both = ["0", "-"].map(|id| conformance::message(id, 0, 5));
    let pair = Pair::of(&both[0]);
    let insert = both.iter().cloned().map(Change::Insert).collect();
    store.commit(insert).await.unwrap();
    store.checkpoint().await.unwrap();
    assert_eq!(store.between(&pair, None, 10).await.unwrap().len(), 2);
    spoil(&store, Some(5), false, None);
    for limit in [1, 10] {
        let listed = store.between(&pair, None, limit).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].key, both[1].key);
    }

    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let insert = both.iter().cloned().map(Change::Insert).collect();
    store.commit(insert).await.unwrap();
    store.checkpoint().await.unwrap();
    let claimed = store.claim(Timestamp(6), Timestamp(900), 2).await.unwrap();
    assert_eq!(claimed.len(), 2);
    spoil(&store, Some(900), true, None);
    drop(store);
    let store = opened(folder.path());
    let claimed = store.claim(Timestamp(7), Timestamp(900), 2).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].key, both[1].key);
}

#[tokio::test]
async fn a_commit_that_tells_nothing_is_not_the_end_of_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let unknown = conformance::message("unknown", 0, 5);
    let nothing = vec![Change::Update(unknown)];
    store.commit(nothing).await.unwrap();
    let message = conformance::message("a", 0, 5);
    let insert = vec![Change::Insert(message.clone())];
    store.commit(insert).await.unwrap();
    let killed = tempfile::tempdir().unwrap();
    for name in [FILE, JOURNAL[0], JOURNAL[1]] {
        std::fs::copy(folder.path().join(name), killed.path().join(name)).unwrap();
    }

    let store = opened(killed.path());
    assert_eq!(store.find(&message.key.id).await.unwrap(), [message]);
}
