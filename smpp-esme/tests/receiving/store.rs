//! The stores, and what they survive.

use core::time::Duration;
use std::sync::Arc;

use async_trait::async_trait;
use smpp_esme::receiving::store::{
    MatcherStore, MatcherStoreError, MemoryMatcherStore, Sweep, conformance,
};
use smpp_esme::receiving::{
    Lookup, Matching, Receiver, Remembered, Submission, SubmissionKey, Timestamp, TrackError,
    Unmatched,
};

use crate::centre::{accept_all, bound};
use crate::support::{OK, a_receipt, answer, receipt};

#[tokio::test]
async fn memory_does_what_a_store_must() {
    conformance::check(|| async { MemoryMatcherStore::default() }).await;
}

/// A store that cannot be reached.
struct Broken;

fn broken<T>() -> Result<T, MatcherStoreError> {
    Err(MatcherStoreError::new("no route to host"))
}

#[async_trait]
impl MatcherStore for Broken {
    async fn remember(&self, _: Vec<Arc<Remembered>>) -> Result<(), MatcherStoreError> {
        broken()
    }

    async fn find(&self, _: Vec<Lookup>) -> Result<Vec<Vec<Arc<Remembered>>>, MatcherStoreError> {
        broken()
    }

    async fn settle(&self, _: Vec<SubmissionKey>, _: Timestamp) -> Result<(), MatcherStoreError> {
        broken()
    }

    async fn sweep(&self, _: Sweep) -> Result<usize, MatcherStoreError> {
        broken()
    }

    async fn count(&self) -> Result<usize, MatcherStoreError> {
        broken()
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_keeps_nothing_back() {
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder().store(Broken).start(incoming);
    let error = receiver.tracker().submitted(Submission::new("17")).await;
    assert!(matches!(error, Err(TrackError::Store(_))));
    receipt(&centre, 1, "17", "DELIVRD");
    let received = a_receipt(&mut receiver).await;
    assert!(matches!(
        received.matching(),
        Matching::Unmatched(Unmatched::StoreFailed)
    ));
    received.ack();
    assert_eq!(centre.seen().await, answer(1, OK));
    // Sweeps fail and are tried again.
    tokio::time::sleep(Duration::from_secs(200)).await;
    centre.deliver(2, b"hello");
    receiver.recv().await.unwrap().ack();
    assert_eq!(centre.seen().await, answer(2, OK));
}

#[cfg(feature = "redb")]
mod file {
    use std::path::Path;

    use smpp_esme::receiving::store::{OpenMatcherStoreError, RedbMatcherStore};

    use super::*;

    #[tokio::test]
    async fn a_file_does_what_a_store_must() {
        let folder = tempfile::tempdir().unwrap();
        let number = core::sync::atomic::AtomicUsize::new(0);
        conformance::check(|| {
            let number = number.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
            let path = folder.path().join(format!("{number}.redb"));
            async move { RedbMatcherStore::open(path).unwrap() }
        })
        .await;
    }

    async fn run(path: &Path, first: bool) {
        let (_client, incoming, mut centre) = bound(accept_all()).await;
        let store = RedbMatcherStore::open(path).unwrap();
        let mut receiver = Receiver::builder()
            .scope("esme@centre")
            .store(store)
            .start(incoming);
        if first {
            let tracker = receiver.tracker();
            for id in ["38601fa", "18", "19"] {
                let message = Submission::new(id).tag(format!("order {id}")).part(1, 2);
                tracker.submitted(message).await.unwrap();
            }
            receipt(&centre, 1, "18", "DELIVRD");
            let received = a_receipt(&mut receiver).await;
            received.ack();
            assert_eq!(centre.seen().await, answer(1, OK));
        } else {
            for (id, written, expected, repeated) in [
                (1, "0059113978", "order 38601fa", false),
                (2, "18", "order 18", true),
                (3, "19", "order 19", false),
            ] {
                receipt(&centre, id, written, "DELIVRD");
                let received = a_receipt(&mut receiver).await;
                let message = received.message().unwrap();
                assert_eq!(message.caller_tag(), expected.as_bytes());
                assert_eq!(message.part_of(), (1, 2));
                assert_eq!(received.matched().unwrap().repeated, repeated);
                received.ack();
            }
        }
        receiver.stop().await;
    }

    #[tokio::test]
    async fn a_receipt_after_a_restart_finds_its_message() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("submitted.redb");
        run(&path, true).await;
        run(&path, false).await;
    }

    #[tokio::test]
    async fn a_copy_of_the_file_at_any_moment_has_all_that_was_answered() {
        // What a crash leaves: the file as it is while it is open.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("submitted.redb");
        let store = RedbMatcherStore::open(&path).unwrap();
        let mut remembered = 0;
        for round in 0..5_u16 {
            let messages: Vec<_> = (0..20)
                .map(|n| conformance::message("s", &format!("m{round}-{n}"), 5, round * 20 + n))
                .collect();
            store.remember(messages).await.unwrap();
            remembered += 20;
            let copy = folder.path().join(format!("copy{round}.redb"));
            std::fs::copy(&path, &copy).unwrap();
            let after_crash = RedbMatcherStore::open(&copy).unwrap();
            assert_eq!(after_crash.count().await.unwrap(), remembered);
            let lookup = Lookup::new(&"s".into(), [format!("m{round}-19").as_bytes()]);
            assert_eq!(after_crash.find(vec![lookup]).await.unwrap()[0].len(), 1);
        }
    }

    #[tokio::test]
    async fn the_file_does_not_grow_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("submitted.redb");
        let store = RedbMatcherStore::open(&path).unwrap();
        let mut sizes = Vec::new();
        for round in 0..12_u64 {
            let messages: Vec<_> = (0..2000)
                .map(|n| conformance::message("s", &format!("m{round}-{n}"), round + 1, n))
                .collect();
            store.remember(messages).await.unwrap();
            let sweep = Sweep {
                submitted_before: Timestamp(round + 1),
                settled_before: Timestamp(0),
                limit: 10_000,
            };
            store.sweep(sweep).await.unwrap();
            sizes.push(std::fs::metadata(&path).unwrap().len());
        }
        assert_eq!(store.count().await.unwrap(), 2000);
        let (early, late) = (sizes[4], sizes[11]);
        assert!(late <= early, "{sizes:?}");
    }

    #[tokio::test]
    async fn an_empty_file_of_old_size_is_made_smaller_when_it_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("submitted.redb");
        let store = RedbMatcherStore::open(&path).unwrap();
        let messages: Vec<_> = (0..60_000)
            .map(|n| conformance::message("s", &format!("message {n}"), 1, n))
            .collect();
        store.remember(messages).await.unwrap();
        let all = Sweep {
            submitted_before: Timestamp(2),
            settled_before: Timestamp(0),
            limit: usize::MAX,
        };
        assert_eq!(store.sweep(all).await.unwrap(), 60_000);
        drop(store);
        let before = std::fs::metadata(&path).unwrap().len();
        drop(RedbMatcherStore::open(&path).unwrap());
        let after = std::fs::metadata(&path).unwrap().len();
        assert!(after < before / 4, "{before} to {after}");
    }

    #[tokio::test]
    async fn writes_of_many_tasks_share_commits() {
        let folder = tempfile::tempdir().unwrap();
        let store = RedbMatcherStore::open(folder.path().join("s.redb")).unwrap();
        let tasks: Vec<_> = (0..500)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move {
                    let message = conformance::message("s", &format!("m{n}"), 5, n);
                    store.remember(vec![message]).await
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(store.count().await.unwrap(), 500);
    }

    #[tokio::test]
    async fn what_cannot_be_opened_says_what_to_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("submitted.redb");
        let store = RedbMatcherStore::open(&path).unwrap();
        let error = RedbMatcherStore::open(&path).unwrap_err();
        assert!(matches!(error, OpenMatcherStoreError::InUse { .. }));
        assert!(error.to_string().contains("in use"), "{error}");
        drop(store);
        RedbMatcherStore::open(&path).unwrap();

        let error = RedbMatcherStore::open(folder.path().join("no/such/folder")).unwrap_err();
        assert!(matches!(error, OpenMatcherStoreError::Io { .. }));
        assert!(error.to_string().contains("must exist"), "{error}");

        let other = folder.path().join("other");
        std::fs::write(&other, "this is a text, and no store at all\n".repeat(100)).unwrap();
        let error = RedbMatcherStore::open(&other).unwrap_err();
        assert!(
            matches!(error, OpenMatcherStoreError::NotAStore { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains("another path"), "{error}");
    }
}
