//! Messages that another centre has, and its receipts for them.

use core::time::Duration;

use smpp_pdu::*;
use smpp_smsc::network::{NextReceipt, Told};
use smpp_smsc::routes::{AddressPattern, Route, Target};
use smpp_smsc::{Builder, Clock};

use crate::routing::routes;
use crate::script::*;
use crate::support::*;

const DELIVERED: MessageState = MessageState::DELIVERED;

/// A centre that leads everything to another one.
fn to_north(builder: Builder, north: &Script) -> Builder {
    builder
        .centre("north", north.clone())
        .routes(routes([Route::new("all").to(Target::centre("north"))]))
}

async fn told(north: &Script, receipts: impl IntoIterator<Item = NextReceipt>) -> Vec<Told> {
    let receipts = receipts.into_iter().collect();
    north.reports().receipts(receipts).await.unwrap()
}

#[tokio::test]
async fn a_receipt_of_the_next_centre_ends_the_message_that_it_was_handed() {
    let folder = tempfile::tempdir().unwrap();
    for builder in every_store(folder.path()) {
        let north = Script::holding();
        let (_smsc, address) = serve(to_north(builder, &north)).await;
        let mut client = Client::bound(address, BindType::Transceiver).await;
        let mut ids = Vec::new();
        for (number, state) in [
            (1, DELIVERED),
            (2, MessageState::UNDELIVERABLE),
            (3, MessageState::EXPIRED),
            (4, MessageState::REJECTED),
        ] {
            let id = client.ask(sm().with_receipt()).await.message_id();
            let attempts = north.attempted(ids.len() + 1).await;
            let there = format!("hop-{number}");
            north.report(attempts[ids.len()].handed_over(there.as_bytes()));
            ids.push(id.clone());
            let receipt = NextReceipt::new(there.as_bytes(), state).error(7);
            assert_eq!(told(&north, [receipt.clone()]).await, [Told::Known]);
            assert_eq!(client.take_receipt().await, (id, state));
            assert_eq!(told(&north, [receipt]).await, [Told::Repeated]);
        }
        let unknown = NextReceipt::new(b"other", DELIVERED);
        assert_eq!(told(&north, [unknown]).await, [Told::Unknown]);
        client.ask(EnquireLink::default()).await;
        let resp = client.ask(query(&ids[1], "BANK")).await;
        assert_eq!(state(&resp).0, MessageState::UNDELIVERABLE);
        assert_eq!(north.attempts().len(), 4);
    }
}

#[tokio::test]
async fn an_id_in_another_form_is_found_and_what_is_not_sure_changes_nothing() {
    let north = Script::holding();
    let (_smsc, address) = serve(to_north(centre(), &north)).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let mut ids = Vec::new();
    for there in ["38601fa", "10", "16"] {
        ids.push(client.ask(sm().with_receipt()).await.message_id());
        let attempts = north.attempted(ids.len()).await;
        north.report(attempts[ids.len() - 1].handed_over(there.as_bytes()));
    }
    // 16 is an id, and the decimal of 10.
    let doubtful = NextReceipt::new(b"16", DELIVERED);
    let sure = NextReceipt::new(b"0059113978", DELIVERED);
    let all = [doubtful, sure];
    assert_eq!(told(&north, all).await, [Told::Ambiguous, Told::Known]);
    let receipt = client.take_receipt().await;
    assert_eq!(receipt, (ids[0].clone(), DELIVERED));
    client.ask(EnquireLink::default()).await;
}

#[tokio::test]
async fn the_recipient_decides_between_messages_with_one_id() {
    let north = Script::holding();
    let (_smsc, address) = serve(to_north(centre(), &north)).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let mut ids = Vec::new();
    for digits in ["447700900123", "447700900124"] {
        let to = Address::international(digits).unwrap();
        let submit = SubmitSm {
            destination_addr: to,
            ..sm().with_receipt()
        };
        ids.push(client.ask(submit).await.message_id());
        let attempts = north.attempted(ids.len()).await;
        north.report(attempts[ids.len() - 1].handed_over(b"same"));
    }
    let of = |digits: &str| NextReceipt::new(b"same", DELIVERED).destination(digits.as_bytes());
    let plain = NextReceipt::new(b"same", DELIVERED);
    assert_eq!(told(&north, [plain.clone()]).await, [Told::Ambiguous]);
    let both = [of("447700900124"), of("447700900124")];
    assert_eq!(told(&north, both).await, [Told::Known, Told::Repeated]);
    assert_eq!(client.take_receipt().await, (ids[1].clone(), DELIVERED));
    // The other one has ended: the id can mean one only.
    assert_eq!(told(&north, [plain]).await, [Told::Known]);
    assert_eq!(client.take_receipt().await, (ids[0].clone(), DELIVERED));
}

#[tokio::test]
async fn ids_of_two_centres_are_apart() {
    let (north, south) = (Script::holding(), Script::holding());
    let builder = to_north(centre(), &north)
        .centre("south", south.clone())
        .routes(routes([
            Route::new("n")
                .destinations([AddressPattern::prefix("447700900123")])
                .to(Target::centre("north")),
            Route::new("s").to(Target::centre("south")),
        ]));
    let (_smsc, address) = serve(builder).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let first = client.ask(sm().with_receipt()).await.message_id();
    let to = Address::international("15550199").unwrap();
    let other = SubmitSm {
        destination_addr: to,
        ..sm().with_receipt()
    };
    client.ask(other).await.message_id();
    north.report(north.attempted(1).await[0].handed_over(b"7x"));
    south.report(south.attempted(1).await[0].handed_over(b"7x"));
    let receipt = || [NextReceipt::new(b"7x", DELIVERED)];
    assert_eq!(told(&north, receipt()).await, [Told::Known]);
    assert_eq!(client.take_receipt().await, (first, DELIVERED));
    assert_eq!(told(&north, receipt()).await, [Told::Repeated]);
    assert_eq!(told(&south, receipt()).await, [Told::Known]);
}

#[tokio::test]
async fn what_the_next_centre_has_is_neither_cancelled_nor_replaced() {
    let north = Script::holding();
    let (_smsc, address) = serve(to_north(centre(), &north)).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    north.report(north.attempted(1).await[0].handed_over(b"7x"));
    let cancel = CancelSm::default()
        .message_id(text(&id))
        .source_addr(sm().source_addr);
    let resp = client.ask(cancel).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RCANCELFAIL);
    let resp = client.ask(query(&id, "BANK")).await;
    assert_eq!(state(&resp).0, MessageState::ENROUTE);
}

#[tokio::test]
async fn a_state_that_ends_nothing_makes_a_notification_where_one_is_wanted() {
    let north = Script::holding();
    let (_smsc, address) = serve(to_north(centre(), &north)).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    for (wanted, notified) in [(0x01, false), (0x11, true)] {
        let submit = sm().registered_delivery(RegisteredDelivery(wanted));
        let id = client.ask(submit).await.message_id();
        let attempt = north.attempts().pop().unwrap();
        north.report(attempt.handed_over(id.as_bytes()));
        let of = |state| [NextReceipt::new(id.as_bytes(), state)];
        let on_its_way = told(&north, of(MessageState::ENROUTE)).await;
        assert_eq!(on_its_way, [Told::Known]);
        if notified {
            let received = client.receive().await;
            assert_eq!(received.deliver().esm_class, EsmClass(0x20));
            client.acknowledge(&received).await;
        }
        assert_eq!(told(&north, of(DELIVERED)).await, [Told::Known]);
        assert_eq!(client.take_receipt().await, (id.clone(), DELIVERED));
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_next_centre_has_is_not_attempted_again_and_expires_with_its_validity() {
    let north = Script::holding();
    let smsc = to_north(centre(), &north)
        .clock(Clock::runtime())
        .session(smpp_session::Config {
            enquire_link: None,
            ..smpp_session::Config::new(smpp_session::Role::MessageCentre)
        })
        .start();
    let mut client = Client::bound_within(&smsc, BindType::Transceiver).await;
    let submit = sm()
        .validity_period(text("000001000000000R"))
        .with_receipt();
    let id = client.ask(submit).await.message_id();
    north.report(north.attempted(1).await[0].handed_over(b"7x"));
    tokio::time::sleep(Duration::from_secs(86_000)).await;
    assert_eq!(north.attempts().len(), 1);
    tokio::time::sleep(Duration::from_secs(401)).await;
    assert_eq!(client.take_receipt().await, (id, MessageState::EXPIRED));
    let late = NextReceipt::new(b"7x", DELIVERED);
    assert_eq!(told(&north, [late]).await, [Told::Repeated]);
}

#[tokio::test(start_paused = true)]
async fn a_hand_over_that_was_told_late_is_found_by_its_receipt_all_the_same() {
    let north = Script::holding();
    let smsc = to_north(centre(), &north)
        .clock(Clock::runtime())
        .lease(Duration::from_secs(10))
        .start();
    let mut client = Client::bound_within(&smsc, BindType::Transceiver).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    north.attempted(1).await;
    tokio::time::sleep(Duration::from_secs(11)).await;
    let attempts = north.attempted(2).await;
    north.report(attempts[0].handed_over(b"7x"));
    let receipt = NextReceipt::new(b"7x", DELIVERED);
    assert_eq!(told(&north, [receipt]).await, [Told::Known]);
    assert_eq!(client.take_receipt().await, (id, DELIVERED));
    north.report(attempts[1].ended(NEVER));
    client.ask(EnquireLink::default()).await;
}

#[tokio::test]
async fn a_message_that_is_not_kept_counts_as_delivered_when_it_is_handed_over() {
    let north = Script::holding();
    let (_smsc, address) = serve(to_north(centre(), &north)).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    client.send(sm().esm_class(EsmClass(0x02))).await;
    north.report(north.attempted(1).await[0].handed_over(b"7x"));
    client.receive().await.message_id();
    let receipt = NextReceipt::new(b"7x", DELIVERED);
    assert_eq!(told(&north, [receipt]).await, [Told::Unknown]);
}

#[tokio::test]
async fn the_network_of_the_centre_may_hand_over_as_well() {
    let network = Script::holding();
    let (_smsc, address) = serve(centre().network(network.clone())).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    network.report(network.attempted(1).await[0].handed_over(b"7x"));
    let receipt = NextReceipt::new(b"other", DELIVERED).id(b"7X");
    assert_eq!(told(&network, [receipt]).await, [Told::Known]);
    assert_eq!(client.take_receipt().await, (id, DELIVERED));
}

#[cfg(feature = "redb")]
#[tokio::test]
async fn what_the_next_centre_has_outlives_a_process_that_ends_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let before = path.clone();
    let (id, left) = killed(async move || {
        let north = Script::holding();
        let store = smpp_smsc::store::RedbStore::open(&before).unwrap();
        let (_smsc, address) = serve(to_north(centre().store(store), &north)).await;
        let mut client = Client::bound(address, BindType::Transceiver).await;
        let handed = client.ask(sm().with_receipt()).await.message_id();
        north.report(north.attempted(1).await[0].handed_over(b"38601FA"));
        // What was told before it is kept when this is answered.
        let left = client.ask(sm().with_receipt()).await.message_id();
        north.attempted(2).await;
        let unknown = NextReceipt::new(b"other", DELIVERED);
        assert_eq!(told(&north, [unknown]).await, [Told::Unknown]);
        (handed, left)
    })
    .await;
    let north = Script::holding();
    let store = smpp_smsc::store::RedbStore::open(&path).unwrap();
    let (_smsc, address) = serve(to_north(centre().store(store), &north)).await;
    // Only the other one is attempted again.
    let attempts = north.attempted(1).await;
    assert_eq!(attempts[0].message.key.id.as_str(), left);
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let receipt = [NextReceipt::new(b"59113978", DELIVERED)];
    assert_eq!(told(&north, receipt.clone()).await, [Told::Known]);
    assert_eq!(client.take_receipt().await, (id, DELIVERED));
    assert_eq!(told(&north, receipt).await, [Told::Repeated]);
    north.report(attempts[0].ended(smpp_smsc::network::Outcome::Delivered));
    assert_eq!(client.take_receipt().await, (left, DELIVERED));
    assert_eq!(north.attempts().len(), 1);
    client.ask(EnquireLink::default()).await;
}
