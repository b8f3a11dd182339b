//! Which network a message goes to.

use core::time::Duration;

use smpp_pdu::*;
use smpp_smsc::network::{Handsets, Outcome};
use smpp_smsc::routes::{AddressPattern, Route, Routes, Target};
use smpp_smsc::{Clock, Retries};

use crate::script::*;
use crate::support::*;

pub(crate) fn routes(all: impl IntoIterator<Item = Route>) -> Routes {
    all.into_iter().collect()
}

fn to(digits: &'static str) -> SubmitSm<'static> {
    SubmitSm {
        destination_addr: Address::international(digits).unwrap(),
        ..sm()
    }
}

/// Whether an attempt has failed for now.
fn has_failed(resp: &Received) -> bool {
    let Body::QuerySmResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    body.error_code != 0
}

fn prefix(digits: &str) -> [AddressPattern; 1] {
    [AddressPattern::prefix(digits)]
}

#[tokio::test]
async fn each_message_goes_to_the_network_that_its_route_names() {
    let (north, south, own) = (Script::new([]), Script::new([]), Script::new([]));
    let builder = centre()
        .network(own.clone())
        .centre("north", north.clone())
        .centre("south", south.clone())
        .routes(routes([
            Route::new("a")
                .destinations(prefix("44"))
                .to(Target::centre("north")),
            Route::new("b")
                .destinations(prefix("49"))
                .to(Target::centre("south")),
            Route::new("c")
                .destinations(prefix("33"))
                .to(Target::Network),
        ]));
    let (_smsc, address) = serve(builder).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    for digits in ["447700900123", "4930123", "331234", "15550199"] {
        let id = client.ask(to(digits).with_receipt()).await.message_id();
        assert_eq!(client.take_receipt().await, (id, MessageState::DELIVERED));
    }
    let counts = [&north, &south, &own].map(|network| network.attempts().len());
    assert_eq!(counts, [1, 1, 2]);
}

#[tokio::test]
async fn a_route_refuses_at_submission() {
    let refuse = Target::Refuse(CommandStatus::ESME_RINVDSTADR);
    let builder = centre().routes(routes([Route::new("no")
        .destinations(prefix("90"))
        .to(refuse)]));
    let (_smsc, address) = serve(builder).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let status = |received: Received| received.status();
    let refused = CommandStatus::ESME_RINVDSTADR;
    assert_eq!(status(client.ask(to("90123")).await), refused);
    let data = DataSm::default().destination_addr(Address::international("90123").unwrap());
    assert_eq!(status(client.ask(data).await), refused);
    let datagram = to("90123").esm_class(EsmClass(0x01));
    assert_eq!(status(client.ask(datagram).await), refused);

    let both = [
        DestAddress::Sme(Address::international("90123").unwrap()),
        DestAddress::Sme(Address::international("447700900123").unwrap()),
    ];
    let multi = SubmitMulti::default()
        .source_addr(sm().source_addr)
        .dest_address(Repeated::from_slice(&both).unwrap());
    let resp = client.ask(multi).await;
    resp.message_id();
    let Body::SubmitMultiResp(resp) = resp.pdu().body else {
        panic!();
    };
    let failed: Vec<_> = resp.unsuccess_sme.iter().collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].destination_addr.addr.as_bytes(), b"90123");
    assert_eq!(failed[0].error_status_code, refused);
    client.is_served().await;
}

#[tokio::test]
async fn a_message_that_was_taken_before_its_route_refuses_is_rejected() {
    let network = Script::new([NOT_NOW]);
    let builder = centre().network(network.clone());
    let (smsc, address) = serve(builder).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    network.attempted(1).await;
    while !has_failed(&client.ask(query(&id, "BANK")).await) {}
    smsc.set_routes(routes([
        Route::new("no").to(Target::Refuse(CommandStatus::ESME_RINVDSTADR))
    ]));
    network.reports().available(sm().destination_addr);
    assert_eq!(client.take_receipt().await, (id, MessageState::REJECTED));
    assert_eq!(network.attempts().len(), 1);
}

#[tokio::test]
async fn what_one_target_cannot_take_now_the_next_one_gets_in_the_same_attempt() {
    let (first, second) = (Script::new([NOT_NOW]), Script::new([]));
    let builder = centre()
        .centre("first", first.clone())
        .centre("second", second.clone())
        .routes(routes([Route::new("r")
            .to(Target::centre("missing"))
            .to(Target::account("nobody"))
            .to(Target::centre("first"))
            .to(Target::centre("second"))]));
    let (_smsc, address) = serve(builder).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    assert_eq!(client.take_receipt().await, (id, MessageState::DELIVERED));
    let numbers = [&first, &second].map(|network| network.attempts()[0].number);
    assert_eq!(numbers, [1, 1]);

    // The first one again, now that it can.
    let id = client.ask(sm().with_receipt()).await.message_id();
    assert_eq!(client.take_receipt().await, (id, MessageState::DELIVERED));
    assert_eq!([first.attempts().len(), second.attempts().len()], [2, 1]);
}

#[tokio::test]
async fn an_attempt_fails_for_now_when_all_targets_do_and_for_good_when_one_does() {
    let (first, second) = (
        Script::new([NOT_NOW, NOT_NOW]),
        Script::new([Outcome::NotNow { error: 5 }, NEVER]),
    );
    let builder = centre()
        .retries(Retries::new(vec![Duration::from_millis(1)]))
        .centre("first", first.clone())
        .centre("second", second.clone())
        .routes(routes([Route::new("r")
            .to(Target::centre("first"))
            .to(Target::centre("second"))]));
    let (_smsc, address) = serve(builder).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let submit = sm().registered_delivery(RegisteredDelivery(0x11));
    let id = client.ask(submit).await.message_id();
    let notified = client.receive().await;
    client.acknowledge(&notified).await;
    let text = String::from_utf8_lossy(notified.deliver().short_message.as_bytes()).into_owned();
    assert!(text.contains("err:005"), "{text}");
    let received = client.take_receipt().await;
    assert_eq!(received, (id, MessageState::UNDELIVERABLE));
    let numbers =
        |script: &Script| -> Vec<u32> { script.attempts().iter().map(|one| one.number).collect() };
    assert_eq!([numbers(&first), numbers(&second)], [[1, 2], [1, 2]]);
}

#[tokio::test]
async fn an_outcome_that_a_target_repeats_does_not_end_what_the_next_one_tries() {
    let (first, second) = (Script::holding(), Script::holding());
    let builder = centre()
        .centre("first", first.clone())
        .centre("second", second.clone())
        .routes(routes([Route::new("r")
            .to(Target::centre("first"))
            .to(Target::centre("second"))]));
    let (_smsc, address) = serve(builder).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    let attempt = first.attempted(1).await.remove(0);
    first
        .reports()
        .send(vec![attempt.ended(NOT_NOW), attempt.ended(NOT_NOW)]);
    let next = second.attempted(1).await.remove(0);
    first.report(attempt.ended(NOT_NOW));
    first.report(attempt.ended(NEVER));
    second.report(next.ended(Outcome::Delivered));
    assert_eq!(client.take_receipt().await, (id, MessageState::DELIVERED));
    assert_eq!([first.attempts().len(), second.attempts().len()], [1, 1]);
}

#[tokio::test]
async fn messages_are_shared_out_by_weight() {
    let (much, little) = (Script::new([]), Script::new([]));
    let builder = centre()
        .centre("much", much.clone())
        .centre("little", little.clone())
        .routes(routes([Route::new("r")
            .to_weighted(Target::centre("much"), 9)
            .to_weighted(Target::centre("little"), 1)]));
    let (_smsc, address) = serve(builder).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    for _ in 0..200 {
        client.ask(sm()).await.message_id();
    }
    until(|| async { much.attempts().len() + little.attempts().len() == 200 }).await;
    // Ids begin with the time: which of them are drawn is not the same each time.
    let share = little.attempts().len();
    assert!((1..60).contains(&share), "{share}");
}

#[tokio::test]
async fn a_transaction_goes_by_its_route_and_tries_the_next_target() {
    let (first, second) = (Script::new([NOT_NOW]), Script::new([]));
    let builder = centre()
        .centre("first", first.clone())
        .centre("second", second.clone())
        .routes(routes([Route::new("r")
            .to(Target::account("esme"))
            .to(Target::centre("first"))
            .to(Target::centre("second"))]));
    let (_smsc, address) = serve(builder).await;
    // Nobody is bound to receive for the account.
    let mut client = Client::bound(address, BindType::Transmitter).await;
    let transaction = sm().esm_class(EsmClass(0x02));
    client.ask(transaction).await.message_id();
    assert_eq!([first.attempts().len(), second.attempts().len()], [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_network_has_no_more_in_its_hands_than_it_may() {
    let (first, second) = (Script::holding(), Script::holding());
    let smsc = centre()
        .clock(Clock::runtime())
        .max_in_hand(2)
        .lease(Duration::from_secs(60))
        .retries(Retries::new(vec![Duration::from_secs(3600)]))
        .centre("first", first.clone())
        .centre("second", second.clone())
        .routes(routes([Route::new("r")
            .to(Target::centre("first"))
            .to(Target::centre("second"))]))
        .start();
    let mut client = Client::bound_within(&smsc, BindType::Transceiver).await;
    for _ in 0..5 {
        client.ask(sm()).await.message_id();
    }
    second.attempted(2).await;
    assert_eq!([first.attempts().len(), second.attempts().len()], [2, 2]);
    // A place that is free is used, and one whose attempt was given up as well.
    let attempt = first.attempts().remove(0);
    first.report(attempt.ended(Outcome::Delivered));
    client.ask(sm()).await.message_id();
    first.attempted(3).await;
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!([first.attempts().len(), second.attempts().len()], [5, 4]);
}

#[tokio::test]
async fn messages_of_another_centre_find_the_account_that_their_route_names() {
    let north = Script::new([]);
    let builder = centre().centre("north", north.clone()).routes(routes([
        Route::new("premium")
            .destinations(prefix("90"))
            .to(Target::Refuse(CommandStatus::ESME_RINVBCAST_REP)),
        Route::new("short code")
            .centres(["north"])
            .destinations([AddressPattern::exact("4711")])
            .to(Target::account("nobody"))
            .to(Target::account("esme")),
        Route::new("all")
            .accounts(["esme"])
            .to(Target::centre("north")),
    ]));
    let (_smsc, address) = serve(builder).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    // Reports come with the first attempt.
    client.ask(sm()).await.message_id();
    north.attempted(1).await;
    let deliver = |destination| {
        DeliverSm::new(
            Address::international("447700900123").unwrap(),
            Address::international(destination).unwrap(),
            ShortMessage::new(b"YES").unwrap(),
        )
    };
    let all = ["4711", "4712", "901"].map(deliver);
    let taken = north.reports().deliver(&all).await.unwrap();
    let expected = [
        Ok(()),
        Err(CommandStatus::ESME_RINVDSTADR),
        Err(CommandStatus::ESME_RINVBCAST_REP),
    ];
    assert_eq!(taken, expected);
    let received = client.receive().await;
    assert_eq!(received.deliver().short_message.as_bytes(), b"YES");
    client.acknowledge(&received).await;
    client.is_served().await;
}

#[tokio::test]
async fn without_routes_everything_goes_to_the_network() {
    let north = Script::new([]);
    let builder = centre()
        .network(Handsets::new(Duration::ZERO))
        .centre("north", north.clone());
    let (_smsc, address) = serve(builder).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    assert_eq!(client.take_receipt().await, (id, MessageState::DELIVERED));
    assert!(north.attempts().is_empty());
}
