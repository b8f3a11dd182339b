//! Messages of one ESME to another.

use core::net::SocketAddr;
use core::time::Duration;

use smpp_pdu::*;
use smpp_session::{Config, Role};
use smpp_smsc::routes::{AddressPattern, Route, Target};
use smpp_smsc::store::MemoryStore;
use smpp_smsc::{Builder, Clock, Retries};
use tokio::net::TcpStream;

use crate::routing::routes;
use crate::script::*;
use crate::support::*;

const BANK: (&str, &str) = ("bank", "secret");
const RECEIVER: BindType = BindType::Receiver;

/// A centre that leads one short code to an account.
pub(crate) fn to_bank(builder: Builder) -> Builder {
    let route = Route::new("bank")
        .destinations([AddressPattern::exact("4711")])
        .to(Target::account(BANK.0));
    builder.account(BANK.0, BANK.1).routes(routes([route]))
}

pub(crate) async fn bank(address: SocketAddr, version: InterfaceVersion) -> Client<TcpStream> {
    let mut client = Client::connect(address).await;
    let resp = client.bind(RECEIVER, version, BANK).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    client
}

/// A message to the account.
pub(crate) fn sms() -> SubmitSm<'static> {
    SubmitSm {
        destination_addr: Address::short_code("4711").unwrap(),
        ..sm()
    }
}

pub(crate) async fn sender(address: SocketAddr) -> Client<TcpStream> {
    Client::bound(address, BindType::Transceiver).await
}

pub(crate) fn text_of(received: &Received) -> Vec<u8> {
    received.deliver().short_message.as_bytes().to_vec()
}

/// Sessions that may be silent for days.
fn quiet() -> Config {
    Config {
        enquire_link: None,
        ..Config::new(Role::MessageCentre)
    }
}

/// Cancels by id.
pub(crate) fn cancel(id: &str) -> CancelSm<'_> {
    CancelSm::default()
        .message_id(text(id))
        .source_addr(sm().source_addr)
}

#[tokio::test]
async fn a_message_for_an_account_waits_for_its_session_and_is_acknowledged_by_it() {
    let folder = tempfile::tempdir().unwrap();
    for builder in every_store(folder.path()) {
        let (_smsc, address) = serve(to_bank(builder)).await;
        let mut sender = sender(address).await;
        let id = sender.ask(sms().with_receipt()).await.message_id();
        let resp = sender.ask(query(&id, "BANK")).await;
        assert_eq!(state(&resp).0, MessageState::ENROUTE);
        let mut bank = bank(address, InterfaceVersion::V3_4).await;
        let received = bank.receive().await;
        let deliver = received.deliver();
        assert_eq!(deliver.source_addr, sm().source_addr);
        assert_eq!(deliver.destination_addr, sms().destination_addr);
        assert_eq!(text_of(&received), b"Your code is 4711");
        // Nothing is said before the answer.
        let resp = sender.ask(query(&id, "BANK")).await;
        assert_eq!(state(&resp).0, MessageState::ENROUTE);
        bank.acknowledge(&received).await;
        let receipt = sender.take_receipt().await;
        assert_eq!(receipt, (id, MessageState::DELIVERED));
        // What has no route goes where it always went.
        let other = sender.ask(sm().with_receipt()).await.message_id();
        assert_eq!(sender.take_receipt().await.0, other);
        bank.ask(EnquireLink::default()).await;
    }
}

#[tokio::test]
async fn messages_of_an_account_come_in_order_to_whichever_session_has_room() {
    let session = Config {
        window: 4,
        ..Config::new(Role::MessageCentre)
    };
    let (_smsc, address) = serve(to_bank(centre()).session(session)).await;
    let mut sender = sender(address).await;
    let mut ids = Vec::new();
    for number in 0..30_u8 {
        let octets = [number];
        let submit = sms().short_message(ShortMessage::new(&octets).unwrap());
        ids.push(sender.ask(submit).await.message_id());
    }
    let mut first = bank(address, InterfaceVersion::V3_4).await;
    let mut texts = Vec::new();
    for _ in 0..10 {
        let received = first.receive().await;
        texts.push(text_of(&received)[0]);
        first.acknowledge(&received).await;
    }
    assert_eq!(texts, (0..10).collect::<Vec<u8>>());
    // What the first one leaves unanswered goes to the second.
    first.receive().await;
    drop(first);
    let mut second = bank(address, InterfaceVersion::V5_0).await;
    let mut texts = Vec::new();
    for _ in 0..20 {
        let received = second.receive().await;
        texts.push(text_of(&received)[0]);
        second.acknowledge(&received).await;
    }
    assert_eq!(texts, (10..30).collect::<Vec<u8>>());
}

#[tokio::test]
async fn a_message_that_waits_is_cancelled_and_replaced() {
    let (_smsc, address) = serve(to_bank(centre())).await;
    let mut sender = sender(address).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(sender.ask(sms().with_receipt()).await.message_id());
    }
    let resp = sender.ask(cancel(&ids[0])).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    let receipt = sender.take_receipt().await;
    assert_eq!(receipt, (ids[0].clone(), MessageState::DELETED));
    let replace = ReplaceSm::default()
        .message_id(text(&ids[1]))
        .source_addr(sm().source_addr)
        .registered_delivery(RegisteredDelivery(1))
        .validity_period(text("000002000000000R"))
        .short_message(ShortMessage::new(b"new").unwrap());
    let resp = sender.ask(replace).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);

    let mut bank = bank(address, InterfaceVersion::V3_4).await;
    for (expected, id) in [(&b"new"[..], &ids[1]), (b"Your code is 4711", &ids[2])] {
        let received = bank.receive().await;
        assert_eq!(text_of(&received), expected);
        bank.acknowledge(&received).await;
        let receipt = sender.take_receipt().await;
        assert_eq!(receipt, (id.clone(), MessageState::DELIVERED));
    }
}

#[tokio::test]
async fn a_message_that_a_session_has_is_neither_cancelled_nor_replaced() {
    let (_smsc, address) = serve(to_bank(centre())).await;
    let mut sender = sender(address).await;
    let mut bank = bank(address, InterfaceVersion::V3_4).await;
    let id = sender.ask(sms().with_receipt()).await.message_id();
    let received = bank.receive().await;
    let resp = sender.ask(cancel(&id)).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RCANCELFAIL);
    let replace = ReplaceSm::default()
        .message_id(text(&id))
        .source_addr(sm().source_addr)
        .short_message(ShortMessage::new(b"new").unwrap());
    let resp = sender.ask(replace).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RREPLACEFAIL);
    // One with the flag stands beside it.
    let present = sms().replace_if_present_flag(ReplaceIfPresentFlag::REPLACE);
    sender.ask(present).await.message_id();
    bank.acknowledge(&received).await;
    assert_eq!(sender.take_receipt().await, (id, MessageState::DELIVERED));
    let received = bank.receive().await;
    bank.acknowledge(&received).await;
}

#[tokio::test]
async fn a_message_takes_the_place_of_one_that_waits_for_a_session() {
    let (_smsc, address) = serve(to_bank(centre())).await;
    let mut sender = sender(address).await;
    let old = sender.ask(sms().with_receipt()).await.message_id();
    let present = sms()
        .short_message(ShortMessage::new(b"new").unwrap())
        .replace_if_present_flag(ReplaceIfPresentFlag::REPLACE);
    sender.ask(present).await.message_id();
    assert_eq!(sender.take_receipt().await, (old, MessageState::DELETED));
    let mut bank = bank(address, InterfaceVersion::V3_4).await;
    let received = bank.receive().await;
    assert_eq!(text_of(&received), b"new");
    bank.acknowledge(&received).await;
    bank.ask(EnquireLink::default()).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_that_no_session_takes_expires_with_its_validity() {
    let smsc = to_bank(centre())
        .clock(Clock::runtime())
        .session(quiet())
        .start();
    let mut sender = Client::bound_within(&smsc, BindType::Transceiver).await;
    let submit = sms()
        .validity_period(text("000000010000000R"))
        .with_receipt();
    let id = sender.ask(submit).await.message_id();
    tokio::time::sleep(Duration::from_secs(3601)).await;
    let receipt = sender.take_receipt().await;
    assert_eq!(receipt, (id, MessageState::EXPIRED));
    let mut bank = Client::within(&smsc);
    bank.bind(RECEIVER, InterfaceVersion::V3_4, BANK).await;
    bank.ask(EnquireLink::default()).await;
}

#[tokio::test]
async fn what_an_esme_refuses_decides_what_becomes_of_the_message() {
    let (_smsc, address) = serve(to_bank(centre())).await;
    let mut sender = sender(address).await;
    let mut bank = bank(address, InterfaceVersion::V3_4).await;
    for (status, expected) in [
        (CommandStatus::ESME_RX_P_APPN, MessageState::UNDELIVERABLE),
        (CommandStatus::ESME_RX_R_APPN, MessageState::REJECTED),
    ] {
        let id = sender.ask(sms().with_receipt()).await.message_id();
        let received = bank.receive().await;
        let resp = DeliverSmResp::default();
        bank.respond(received.number(), status, resp).await;
        assert_eq!(sender.take_receipt().await, (id, expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_refused_for_now_comes_again_and_may_be_cancelled_meanwhile() {
    let smsc = to_bank(centre())
        .clock(Clock::runtime())
        .session(quiet())
        .start();
    let mut sender = Client::bound_within(&smsc, BindType::Transceiver).await;
    let mut bank = Client::within(&smsc);
    bank.bind(RECEIVER, InterfaceVersion::V3_4, BANK).await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        ids.push(sender.ask(sms().with_receipt()).await.message_id());
        let received = bank.receive().await;
        let busy = CommandStatus::ESME_RX_T_APPN;
        let resp = DeliverSmResp::default();
        bank.respond(received.number(), busy, resp).await;
    }
    let status = loop {
        let resp = sender.ask(cancel(&ids[0])).await;
        if resp.status() != CommandStatus::ESME_RCANCELFAIL {
            break resp.status();
        }
    };
    assert_eq!(status, CommandStatus::ESME_ROK);
    let receipt = sender.take_receipt().await;
    assert_eq!(receipt, (ids[0].clone(), MessageState::DELETED));
    let received = bank.receive().await;
    bank.acknowledge(&received).await;
    let receipt = sender.take_receipt().await;
    assert_eq!(receipt, (ids[1].clone(), MessageState::DELIVERED));
    tokio::time::sleep(Duration::from_secs(3600)).await;
    bank.ask(EnquireLink::default()).await;
}

#[tokio::test]
async fn a_transaction_waits_for_what_the_session_answers() {
    let (_smsc, address) = serve(to_bank(centre())).await;
    let mut sender = sender(address).await;
    let mut bank = bank(address, InterfaceVersion::V3_4).await;
    for (status, expected) in [
        (CommandStatus::ESME_ROK, CommandStatus::ESME_ROK),
        (
            CommandStatus::ESME_RX_T_APPN,
            CommandStatus::ESME_RDELIVERYFAILURE,
        ),
        (
            CommandStatus::ESME_RX_P_APPN,
            CommandStatus::ESME_RDELIVERYFAILURE,
        ),
    ] {
        sender.send(sms().esm_class(EsmClass(0x02))).await;
        let received = bank.receive().await;
        let resp = DeliverSmResp::default();
        bank.respond(received.number(), status, resp).await;
        assert_eq!(sender.receive().await.status(), expected);
    }
    // The session that has it is lost: there is no later attempt.
    sender.send(sms().esm_class(EsmClass(0x02))).await;
    bank.receive().await;
    drop(bank);
    let failed = CommandStatus::ESME_RDELIVERYFAILURE;
    assert_eq!(sender.receive().await.status(), failed);
    // Nobody is bound.
    let resp = sender.ask(sms().esm_class(EsmClass(0x02))).await;
    assert_eq!(resp.status(), failed);
    let mut bank = self::bank(address, InterfaceVersion::V3_4).await;
    bank.ask(EnquireLink::default()).await;
}

#[tokio::test(start_paused = true)]
async fn an_outbox_that_nobody_comes_for_does_not_fill_the_store_for_ever() {
    let hour = Duration::from_secs(3600);
    let smsc = to_bank(centre())
        .clock(Clock::runtime())
        .session(quiet())
        .store(MemoryStore::new(4, 100))
        .receipt_lifetime(hour)
        .start();
    let mut sender = Client::within(&smsc);
    sender
        .bind(BindType::Transmitter, InterfaceVersion::V3_4, ACCOUNT)
        .await;
    // Receipts that nobody takes, and a message that waits longer than they may.
    for _ in 0..2 {
        sender.ask(sm().with_receipt()).await.message_id();
    }
    sender.ask(sms()).await.message_id();
    let full = CommandStatus::ESME_RMSGQFUL;
    assert_eq!(sender.ask(sm()).await.status(), full);
    tokio::time::sleep(hour + Duration::from_secs(61)).await;
    sender.ask(sm()).await.message_id();
    let mut bank = Client::within(&smsc);
    bank.bind(RECEIVER, InterfaceVersion::V3_4, BANK).await;
    let received = bank.receive().await;
    bank.acknowledge(&received).await;
}

#[cfg(feature = "redb")]
#[tokio::test]
async fn what_waits_for_an_account_is_there_once_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let before = path.clone();
    let ids = killed(async move || {
        let store = smpp_smsc::store::RedbStore::open(&before).unwrap();
        let (_smsc, address) = serve(to_bank(centre()).store(store)).await;
        let mut sender = sender(address).await;
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(sender.ask(sms().with_receipt()).await.message_id());
        }
        let mut bank = bank(address, InterfaceVersion::V3_4).await;
        let received = bank.receive().await;
        bank.acknowledge(&received).await;
        // The second one is with the session when it ends.
        bank.receive().await;
        // Once this receipt is there, the answer is kept.
        let receipt = sender.receive().await.receipt();
        assert_eq!(receipt, (ids[0].clone(), MessageState::DELIVERED));
        ids
    })
    .await;
    let store = || smpp_smsc::store::RedbStore::open(&path).unwrap();
    let (_smsc, address) = serve(to_bank(centre()).store(store())).await;
    let mut bank = bank(address, InterfaceVersion::V3_4).await;
    for _ in 0..2 {
        let received = bank.receive().await;
        bank.acknowledge(&received).await;
    }
    let mut sender = sender(address).await;
    let mut receipts = Vec::new();
    for _ in 0..3 {
        receipts.push(sender.take_receipt().await);
    }
    let expected = ids.into_iter().map(|id| (id, MessageState::DELIVERED));
    assert_eq!(receipts, expected.collect::<Vec<_>>());
    bank.ask(EnquireLink::default()).await;
    sender.ask(EnquireLink::default()).await;
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_that_is_back_brings_nothing_twice_to_an_account() {
    let network = Script::new([NOT_NOW]);
    let smsc = centre()
        .account(BANK.0, BANK.1)
        .clock(Clock::runtime())
        .session(quiet())
        .network(network.clone())
        .retries(Retries::new(vec![Duration::from_secs(10)]))
        .start();
    let mut bank = Client::within(&smsc);
    bank.bind(RECEIVER, InterfaceVersion::V3_4, BANK).await;
    let mut sender = Client::bound_within(&smsc, BindType::Transceiver).await;
    let id = sender.ask(sms().with_receipt()).await.message_id();
    network.attempted(1).await;
    smsc.set_routes(routes([Route::new("r").to(Target::account(BANK.0))]));
    let received = bank.receive().await;
    network.reports().available(sms().destination_addr);
    sender.ask(query(&id, "BANK")).await;
    bank.acknowledge(&received).await;
    assert_eq!(sender.take_receipt().await, (id, MessageState::DELIVERED));
    bank.ask(EnquireLink::default()).await;
}

#[tokio::test]
async fn a_message_that_failed_before_is_attempted_by_its_new_route() {
    let network = Script::new([NOT_NOW]);
    let builder = centre()
        .account(BANK.0, BANK.1)
        .network(network.clone())
        .retries(Retries::new(vec![Duration::from_millis(1)]));
    let (smsc, address) = serve(builder).await;
    let mut bank = bank(address, InterfaceVersion::V3_4).await;
    let mut sender = sender(address).await;
    smsc.set_routes(routes([Route::new("r")
        .to(Target::Network)
        .to(Target::account(BANK.0))]));
    let id = sender.ask(sms().with_receipt()).await.message_id();
    let received = bank.receive().await;
    bank.acknowledge(&received).await;
    assert_eq!(sender.take_receipt().await, (id, MessageState::DELIVERED));
    assert_eq!(network.attempts().len(), 1);
}
