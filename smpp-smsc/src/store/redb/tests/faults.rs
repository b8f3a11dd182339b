//! Disks that fail, and processes that end, at the moments that matter.

use core::sync::atomic::{AtomicU32, Ordering};
use std::io;
use std::sync::{Arc, Condvar, Mutex};

use super::memory_disk::{Disk, Op};
use super::*;
use crate::store::DeliveryContent;
use crate::store::conformance::{delivered, message};

fn over(disk: &Disk) -> RedbStore {
    let disk = disk.clone();
    RedbStore::over(move |name| disk.file(name)).unwrap()
}

/// Has so many syncs fail of the files whose names begin so.
fn syncs_fail(disk: &Disk, names: &'static str, times: u32, kind: io::ErrorKind) {
    let left = AtomicU32::new(times);
    disk.watch(move |name, op| {
        if name.starts_with(names) && op == Op::Sync && took(&left) {
            return Err(kind.into());
        }
        Ok(())
    });
}

/// Takes one of those that are left. Says whether there was one.
fn took(left: &AtomicU32) -> bool {
    let less = |left: u32| left.checked_sub(1);
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
        .is_ok()
}

async fn is_there(store: &RedbStore, id: &str) -> bool {
    let id = MessageId::new(id).unwrap();
    !store.find(&id).await.unwrap().is_empty()
}

fn insert(id: &str) -> Vec<Change> {
    vec![Change::Insert(message(id, 0, 5))]
}

/// A change that needs no room for a new message.
fn notification(number: u64) -> Vec<Change> {
    vec![Change::Enqueue(Arc::new(Delivery {
        key: DeliveryKey(number),
        account: "esme".into(),
        created: Timestamp(1),
        content: DeliveryContent::Notification(message("n", 0, 5)),
    }))]
}

#[tokio::test]
async fn what_follows_a_commit_without_effect_is_there_after_a_kill() {
    let disk = Disk::default();
    let store = over(&disk);
    store.commit(insert("a")).await.unwrap();
    // Of a message that nobody knows: there is nothing to tell the journal.
    let update = vec![Change::Update(message("stranger", 0, 5))];
    store.commit(update).await.unwrap();
    store.commit(insert("b")).await.unwrap();

    let next = over(&disk.copy());
    assert!(is_there(&next, "a").await);
    assert!(is_there(&next, "b").await);
}

/// Says that something has happened, to whoever waits for it.
#[derive(Default)]
struct Signal(Mutex<bool>, Condvar);

impl Signal {
    fn give(&self) {
        *self.0.lock().unwrap() = true;
        self.1.notify_all();
    }

    fn wait(&self) {
        let given = self.0.lock().unwrap();
        drop(self.1.wait_while(given, |given| !*given).unwrap());
    }
}

#[tokio::test]
async fn a_checkpoint_that_ends_late_does_not_take_back_what_a_later_one_noted() {
    let disk = Disk::default();
    let store = over(&disk);
    let noted = store.work(|inner| {
        inner.with_file(|database| {
            replay::checkpoint(database, 7)?;
            replay::checkpoint(database, 5)?;
            Ok(replay::mark(database)?.checkpointed)
        })
    });
    assert_eq!(noted.await.unwrap(), 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_go_on_beside_a_checkpoint_that_was_asked_for() {
    let disk = Disk::default();
    let store = over(&disk);
    store.commit(insert("a")).await.unwrap();
    let [begun, told] = [(); 2].map(|()| Arc::new(Signal::default()));
    disk.watch({
        let (begun, told) = (begun.clone(), told.clone());
        move |name, op| {
            if name == FILE && op == Op::Sync {
                begun.give();
                told.wait();
            }
            Ok(())
        }
    });
    let checkpoint = || {
        let store = store.clone();
        tokio::spawn(async move { store.checkpoint().await })
    };
    let first = checkpoint();
    let begun = tokio::task::spawn_blocking(move || begun.wait());
    begun.await.unwrap();
    let soon = async |id| {
        let commit = store.commit(insert(id));
        let committed = tokio::time::timeout(Duration::from_secs(10), commit).await;
        committed.is_ok_and(|committed| committed.is_ok())
    };
    let one = soon("b").await;
    let second = checkpoint();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let other = soon("c").await;
    told.give();
    assert_eq!((one, other), (true, true));
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_that_fails_beside_a_commit_doubles_no_message() {
    let disk = Disk::default();
    let store = over(&disk);
    let one = message("a", 0, 5);
    store
        .commit(vec![Change::Insert(one.clone())])
        .await
        .unwrap();

    // The message has come into the file, but not durably, when the disk fails there;
    // meanwhile a commit about it waits for the journal.
    let [in_file, told] = [(); 2].map(|()| Arc::new(Signal::default()));
    let inner = store.keeper.inner.clone();
    disk.watch({
        let (in_file, told) = (in_file.clone(), told.clone());
        let (checkpoints, commits) = (AtomicU32::new(1), AtomicU32::new(0));
        move |name, op| {
            if name == FILE && matches!(op, Op::Write { .. }) && took(&checkpoints) {
                // Syncs of the journal before it were of the checkpoint.
                commits.store(1, Ordering::Relaxed);
                in_file.give();
                told.wait();
                return Err(io::ErrorKind::StorageFull.into());
            }
            if name != FILE && op == Op::Sync && took(&commits) {
                told.give();
                while inner.with_file_or_none(|file| Ok(file.is_some())).unwrap() {
                    std::thread::yield_now();
                }
            }
            Ok(())
        }
    });
    let checkpoint = tokio::spawn({
        let store = store.clone();
        async move { store.checkpoint().await }
    });
    tokio::task::spawn_blocking(move || in_file.wait())
        .await
        .unwrap();
    let update = vec![Change::Update(one.clone())];
    store.commit(update).await.unwrap();
    assert!(checkpoint.await.unwrap().is_err());

    let sizes = store.sizes().await.unwrap().unwrap();
    let claimed = store.claim(Timestamp(6), Timestamp(900), 10).await.unwrap();
    let keys: Vec<_> = claimed.iter().map(|one| one.key.clone()).collect();
    assert_eq!(keys, core::slice::from_ref(&one.key), "{sizes:?}");
    assert_eq!(store.find(&one.key.id).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_go_on_after_a_defect_in_the_thread_of_the_store() {
    let disk = Disk::default();
    let store = over(&disk).journal_size(0);
    let once = AtomicU32::new(1);
    disk.watch(move |name, op| {
        if name == FILE && op == Op::Sync && took(&once) {
            panic!("a defect, for a test");
        }
        Ok(())
    });
    let all = async {
        for number in 0..5 {
            let id = format!("m{number}");
            store.commit(insert(&id)).await.unwrap();
        }
    };
    let time = Duration::from_secs(20);
    assert!(tokio::time::timeout(time, all).await.is_ok());
    for number in 0..5 {
        assert!(is_there(&store, &format!("m{number}")).await);
    }
}

#[tokio::test]
async fn what_was_refused_is_not_there_after_a_kill() {
    let disk = Disk::default();
    let store = over(&disk);
    store.commit(insert("a")).await.unwrap();
    // In both files of the journal.
    syncs_fail(&disk, "journal", 2, io::ErrorKind::StorageFull);
    assert_eq!(store.commit(insert("b")).await, Err(StoreError::Full));

    let next = over(&disk.copy());
    assert!(is_there(&next, "a").await);
    assert!(!is_there(&next, "b").await);
    // What comes then is told in the other file.
    store.commit(notification(1)).await.unwrap();
    let next = over(&disk.copy());
    assert!(!is_there(&next, "b").await);
    assert_eq!(next.outbox("esme", None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_file_of_the_journal_was_refused_stays_so_once_the_other_one_is_begun() {
    let disk = Disk::default();
    let store = over(&disk);
    store.commit(insert("a")).await.unwrap();
    let syncs = AtomicU32::new(0);
    disk.watch(move |name, op| {
        if name.starts_with("journal") && op == Op::Sync {
            // The second one is that of the other file's header.
            let number = syncs.fetch_add(1, Ordering::Relaxed);
            if number == 0 || number == 2 {
                return Err(io::ErrorKind::StorageFull.into());
            }
        }
        // Nor is it taken back, nor does the other file get what the first one told.
        if matches!(op, Op::Write { len: 8, .. }) || (name == FILE && op == Op::Sync) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    });
    assert_eq!(store.commit(insert("b")).await, Err(StoreError::Full));
    store.commit(notification(1)).await.unwrap();

    let next = over(&disk.copy());
    assert!(is_there(&next, "a").await);
    assert!(!is_there(&next, "b").await);
    assert_eq!(next.outbox("esme", None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_claim_that_the_journal_has_no_room_for_leaves_what_it_does_not_give() {
    let disk = Disk::default();
    let store = over(&disk);
    let all = (0..30_000).map(|number| Change::Insert(message(&format!("m{number}"), 0, 5)));
    store.commit(all.collect()).await.unwrap();
    disk.watch(|name, op| match op {
        Op::Write { .. } if name.starts_with("journal") => Err(io::ErrorKind::StorageFull.into()),
        _ => Ok(()),
    });
    let claim = || store.claim(Timestamp(6), Timestamp(900), 30_000);
    let mut given = 0;
    while let Ok(claimed) = claim().await {
        assert!(!claimed.is_empty());
        given += claimed.len();
    }
    assert!(given > 0);
    disk.unwatch();
    assert_eq!(claim().await.map(|rest| rest.len()), Ok(30_000 - given));
}

#[tokio::test]
async fn a_file_is_not_looked_through_after_a_kill() {
    let disk = Disk::default();
    let store = over(&disk);
    store.commit(insert("a")).await.unwrap();
    store.checkpoint().await.unwrap();
    // This one is in the file, which is changed.
    let claimed = store.claim(Timestamp(6), Timestamp(900), 1).await.unwrap();
    assert_eq!(claimed.len(), 1);

    let looked_through = Arc::new(AtomicU32::new(0));
    let times = looked_through.clone();
    let mut builder = redb::Database::builder();
    builder.set_repair_callback(move |_| _ = times.fetch_add(1, Ordering::Relaxed));
    let killed = disk.copy();
    assert!(builder.create_with_backend(killed.file(FILE)).is_ok());
    assert_eq!(looked_through.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_journal_that_has_lost_something_is_not_taken_for_a_shorter_one() {
    let disk = Disk::default();
    let store = over(&disk);
    store.commit(insert("a")).await.unwrap();
    store.commit(insert("b")).await.unwrap();
    for name in JOURNAL {
        disk.file(name).with(|octets| {
            if octets.starts_with(b"SMPPJRN1") {
                // In the first frame.
                octets[530] ^= 1;
            }
        });
    }
    store.keeper.inner.close();
    let id = MessageId::new("b").unwrap();
    assert!(store.find(&id).await.is_err());
    // The memory has it still.
    assert_eq!(store.sizes().await.unwrap().unwrap().waiting, 2);
}

#[tokio::test]
async fn no_other_process_comes_in_while_the_file_is_to_be_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    store.keeper.inner.close();
    let error = RedbStore::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("another process has it open"), "{error}");
    store.commit(insert("a")).await.unwrap();
    drop(store);
    assert!(is_there(&opened(folder.path()), "a").await);
}

/// A store whose file has messages, more than are read as it is opened; nothing is in
/// memory.
async fn with_messages_in_the_file(disk: &Disk) -> RedbStore {
    let store = over(disk);
    let all = (1000..3000).map(|number| Change::Insert(message(&format!("m{number}"), 0, 5)));
    store.commit(all.collect()).await.unwrap();
    drop(store);
    over(disk)
}

/// Has the present opening of the file fail, before anybody has noticed.
/// Where redb has its debug assertions, it has all pages in its cache, and nobody ever does.
fn breaks_the_file(disk: &Disk, store: &RedbStore) {
    syncs_fail(disk, FILE, 1, io::ErrorKind::Other);
    let failed = store.keeper.inner.with_file_or_none(|database| {
        let transaction = database.unwrap().begin_write()?;
        Ok(transaction.commit().is_err())
    });
    assert!(failed.unwrap());
    disk.unwatch();
}

#[tokio::test]
async fn an_error_of_the_file_that_another_met_fails_no_look() {
    let disk = Disk::default();
    let store = with_messages_in_the_file(&disk).await;
    breaks_the_file(&disk, &store);
    assert!(is_there(&store, "m1000").await);
}

#[tokio::test]
async fn an_error_of_the_file_that_another_met_fails_no_commit() {
    let disk = Disk::default();
    let store = with_messages_in_the_file(&disk).await;
    breaks_the_file(&disk, &store);
    let ended = delivered(&message("m1000", 0, 5), Timestamp(6));
    let update = vec![Change::Update(ended)];
    assert_eq!(store.commit(update).await, Ok(Committed::default()));
}

#[test]
fn after_a_commit_that_failed_the_file_is_opened_again() {
    let why = || StorageError::Corrupted("allocator state was discarded".into());
    assert!(Failure::Commit(why().into()).is_of_the_file());
    assert!(Failure::Transaction(why().into()).is_of_the_file());
    assert!(!Failure::Storage(why()).is_of_the_file());
}
