use super::*;
use crate::store::conformance;

#[tokio::test]
async fn the_memory_store_passes_the_conformance_suite() {
    conformance::check(|| async { MemoryStore::default() }).await;
}

#[tokio::test]
async fn a_full_store_takes_no_new_message_but_lets_others_end() {
    let store = MemoryStore::new(2, 10);
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
async fn messages_that_ended_longest_ago_are_forgotten_first() {
    let store = MemoryStore::new(10, 1);
    for id in ["a", "b"] {
        let message = conformance::message(id, 0, 5);
        let ended = conformance::delivered(&message, Timestamp(6));
        store
            .commit(vec![Change::Insert(message), Change::Update(ended)])
            .await
            .unwrap();
    }
    let id = |text| MessageId::new(text).unwrap();
    assert!(store.find(&id("a")).await.unwrap().is_empty());
    assert_eq!(store.find(&id("b")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn messages_of_one_moment_end_in_any_order_and_leave_nothing() {
    let store = MemoryStore::new(10, 2);
    for round in 0..3 {
        let all: Vec<_> = (0..5)
            .map(|part| conformance::message(&format!("r{round}"), part, 5))
            .collect();
        let inserts = all.iter().cloned().map(Change::Insert).collect();
        store.commit(inserts).await.unwrap();
        // From the middle, the end and the start of the list.
        for at in [2, 4, 0] {
            let ended = conformance::delivered(&all[at], Timestamp(6));
            store.commit(vec![Change::Update(ended)]).await.unwrap();
        }
        let claimed = store.claim(Timestamp(5), Timestamp(9), 9).await.unwrap();
        let claimed: Vec<_> = claimed.iter().map(|one| one.key.part).collect();
        assert_eq!(claimed, [1, 3]);
        for at in [3, 1] {
            let ended = conformance::delivered(&all[at], Timestamp(6));
            store.commit(vec![Change::Update(ended)]).await.unwrap();
        }
        assert_eq!(store.next_due().await, Ok(None));
    }
    // Two are remembered; the slots of the others were used again.
    store.with(|tables| {
        assert_eq!((tables.by_key.len(), tables.finished.len()), (2, 2));
        assert_eq!((tables.waiting_messages, tables.due.len()), (0, 0));
        assert!(tables.listed.is_empty());
        assert!(tables.slots.len() <= 7, "{}", tables.slots.len());
    });
}
