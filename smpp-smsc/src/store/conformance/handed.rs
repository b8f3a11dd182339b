//! Messages that other centres have.

use super::*;
use crate::store::Handed;

fn hand_over(message: &Message, centre: &str, id: &str) -> Change {
    Change::HandOver {
        key: message.key.clone(),
        centre: centre.into(),
        id: id.as_bytes().into(),
    }
}

/// The ids of the messages, here, that a centre may mean by one of its own.
async fn meant(store: &impl Store, centre: &str, id: &str) -> Vec<String> {
    let found = handed(store, centre, &[id], 10).await.remove(0);
    let name = |one: &Handed| one.message.key.id.as_str().to_owned();
    found.iter().map(name).collect()
}

async fn handed(store: &impl Store, centre: &str, ids: &[&str], limit: usize) -> Vec<Vec<Handed>> {
    let ids = ids.iter().map(|id| id.as_bytes().into()).collect();
    ok(store.handed_over(centre, ids, limit).await)
}

pub(super) async fn what_a_centre_has_is_found_by_its_id_in_any_form(store: &impl Store) {
    let messages = ["a", "b", "c", "d"].map(|id| message(id, 0, 5));
    insert(store, &messages).await;
    let [a, b, c, d] = &messages;
    let changes = vec![
        hand_over(a, "north", "38601FA"),
        hand_over(b, "north", "00012345"),
        hand_over(c, "south", "38601FA"),
        hand_over(&message("stranger", 0, 5), "north", "38601FA"),
        // Twice is once, and a message may have been handed over more than once.
        hand_over(a, "north", "38601FA"),
        hand_over(d, "north", "x"),
        hand_over(d, "", "y"),
    ];
    ok(store.commit(changes).await);
    for (centre, id, expected) in [
        ("north", "38601FA", &["a"][..]),
        ("north", "38601fa", &["a"]),
        ("north", "0059113978", &["a"]),
        ("north", "12345", &["b"]),
        ("north", "3039", &["b"]),
        ("south", "38601fa", &["c"]),
        ("north", "x", &["d"]),
        ("", "y", &["d"]),
        ("north", "y", &[]),
        ("west", "38601FA", &[]),
        ("north", "4711", &[]),
        ("north", "", &[]),
    ] {
        assert_eq!(meant(store, centre, id).await, expected, "{centre} {id}");
    }
    let both = handed(store, "north", &["4711", "12345"], 10).await;
    let expected = Handed {
        id: b"00012345".as_slice().into(),
        message: b.clone(),
    };
    assert_eq!(both, [vec![], vec![expected]], "each id has its own");
}

pub(super) async fn the_very_id_and_the_last_messages_come_first(store: &impl Store) {
    let messages = ["a", "b", "c", "d"].map(|id| message(id, 0, 5));
    insert(store, &messages).await;
    let ids = ["same", "SAME", "same", "SAME"];
    let changes = messages.iter().zip(ids);
    let changes = changes.map(|(message, id)| hand_over(message, "north", id));
    ok(store.commit(changes.collect()).await);
    assert_eq!(meant(store, "north", "same").await, ["c", "a", "d", "b"]);
    let first = handed(store, "north", &["SAME"], 1).await.remove(0);
    let first: Vec<_> = first
        .iter()
        .map(|one| one.message.key.id.as_str())
        .collect();
    assert_eq!(first, ["d"]);
}

pub(super) async fn what_a_centre_had_is_forgotten_with_the_message(store: &impl Store) {
    let messages = ["a", "b"].map(|id| message(id, 0, 5));
    insert(store, &messages).await;
    let [a, b] = &messages;
    let changes = vec![hand_over(a, "north", "7x"), hand_over(b, "north", "7X")];
    ok(store.commit(changes).await);
    let end = delivered(a, SECOND);
    ok(store.commit(vec![Change::Update(end.clone())]).await);
    let found = handed(store, "north", &["7x"], 1).await.remove(0);
    let found: Vec<_> = found.iter().map(|one| one.message.clone()).collect();
    assert_eq!(found, [end], "as it is now");
    assert_eq!(ok(store.sweep(Timestamp(5000), 10).await), 1);
    assert_eq!(meant(store, "north", "7x").await, ["b"]);
}
