//! What nobody comes for.

use super::*;

fn at(account: &str, number: u64, created: u64, content: DeliveryContent) -> Change {
    Change::Enqueue(Arc::new(Delivery {
        key: DeliveryKey(number),
        account: account.into(),
        created: Timestamp(created),
        content,
    }))
}

fn receipt() -> DeliveryContent {
    DeliveryContent::Receipt(delivered(&message("r", 0, 0), SECOND))
}

async fn keys(store: &impl Store, account: &str) -> Vec<u64> {
    let waiting = ok(store.outbox(account, None, 100).await);
    waiting.iter().map(|one| one.key.0).collect()
}

pub(super) async fn what_waited_too_long_is_swept_out_of_every_outbox(store: &impl Store) {
    let mut changes = Vec::new();
    for account in ["one", "two", "twofold"] {
        for number in 1..=4 {
            changes.push(at(account, number, number * 10, receipt()));
        }
    }
    ok(store.commit(changes).await);
    assert_eq!(ok(store.sweep_outbox(Timestamp(10), 100).await), 0);
    assert_eq!(ok(store.sweep_outbox(Timestamp(31), 4).await), 4);
    assert_eq!(ok(store.sweep_outbox(Timestamp(31), 100).await), 5);
    for account in ["one", "two", "twofold"] {
        assert_eq!(keys(store, account).await, [4], "{account}");
    }
    assert_eq!(ok(store.sweep_outbox(Timestamp(31), 100).await), 0);
}

pub(super) async fn a_message_for_an_account_is_swept_only_when_it_has_ended(store: &impl Store) {
    let [waits, ended] = ["a", "b"].map(|id| message(id, 0, 5));
    insert(store, &[waits.clone(), ended.clone()]).await;
    let forward = |message: &Arc<Message>| DeliveryContent::Forward(message.clone());
    let changes = vec![
        at("esme", 1, 10, forward(&waits)),
        at("esme", 2, 11, forward(&ended)),
        at("esme", 3, 12, forward(&message("gone", 0, 5))),
        at("esme", 4, 13, receipt()),
        at("esme", 5, 90, forward(&ended)),
        Change::Update(delivered(&ended, SECOND)),
    ];
    ok(store.commit(changes).await);
    assert_eq!(ok(store.sweep_outbox(Timestamp(50), 100).await), 3);
    assert_eq!(keys(store, "esme").await, [1, 5]);
    let left = ok(store.outbox("esme", None, 1).await);
    assert!(left.iter().all(|one| one.content == forward(&waits)));
}
