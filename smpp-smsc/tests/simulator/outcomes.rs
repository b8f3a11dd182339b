//! What becomes of messages, and what is refused.

use core::num::NonZeroU32;
use core::time::Duration;
use std::collections::BTreeMap;

use smpp_pdu::*;
use smpp_smsc::Smsc;
use smpp_smsc::scenario::{Delay, Fate, Scenario};

use crate::support::*;
use crate::{bound, transceiver, within};

fn to(number: &str) -> SubmitSm<'_> {
    let mut submit = sm().with_receipt();
    submit.destination_addr = Address::international(number).unwrap();
    submit
}

/// State and text of the receipt of this message.
async fn receipt_of<S>(client: &mut Client<S>, submit: SubmitSm<'_>) -> (MessageState, String)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let id = client.ask(submit).await.message_id();
    let received = client.receive().await;
    client.acknowledge(&received).await;
    let (receipted, state) = received.receipt();
    assert_eq!(receipted, id);
    let text = received.deliver().short_message.as_bytes().to_vec();
    (state, String::from_utf8(text).unwrap())
}

#[tokio::test]
async fn every_fate_has_its_receipt_with_the_error_of_the_network() {
    for (fate, error, state, shown) in [
        (Fate::Delivered, None, MessageState::DELIVERED, "err:000"),
        (
            Fate::Undeliverable,
            None,
            MessageState::UNDELIVERABLE,
            "err:001",
        ),
        (
            Fate::Undeliverable,
            Some(11),
            MessageState::UNDELIVERABLE,
            "err:011",
        ),
        (Fate::Rejected, Some(99), MessageState::REJECTED, "err:099"),
        (Fate::Expired, None, MessageState::EXPIRED, "err:027"),
        (Fate::Deleted, None, MessageState::DELETED, "err:000"),
        (Fate::Accepted, None, MessageState::ACCEPTED, "err:000"),
        (Fate::Unknown, None, MessageState::UNKNOWN, "err:034"),
    ] {
        let scenario = Scenario::new().outcomes([(fate, 1.0, error)]);
        let (_simulator, mut client) = bound(scenario).await;
        let (found, text) = receipt_of(&mut client, to("447700900123")).await;
        assert_eq!(found, state, "{fate:?}");
        assert!(text.contains(shown), "{fate:?}: {text}");
    }
}

#[tokio::test]
async fn numbers_have_fates_of_their_own() {
    let scenario = Scenario::new()
        .destination("44770090012?", [(Fate::Rejected, 1.0, None)])
        .destination("4477*", [(Fate::Undeliverable, 1.0, None)]);
    let (_simulator, mut client) = bound(scenario).await;
    for (number, state) in [
        ("447700900123", MessageState::REJECTED),
        ("4477009001234", MessageState::UNDELIVERABLE),
        ("4479", MessageState::DELIVERED),
    ] {
        assert_eq!(receipt_of(&mut client, to(number)).await.0, state);
    }
}

#[tokio::test(start_paused = true)]
async fn busy_handsets_are_tried_again_after_the_waits_of_the_scenario() {
    let wait = Duration::from_secs(5);
    let scenario = Scenario::new()
        .outcomes([(Fate::Busy, 1.0, None)])
        .retries([wait]);
    let (_smsc, mut client) = within(scenario, BindType::Transceiver).await;
    let submit = to("447700900123").validity_period(text("000000000012000R"));
    let start = tokio::time::Instant::now();
    let receipt = receipt_of(&mut client, submit);
    // The validity of twelve seconds has room for three attempts.
    let (state, text) = receipt.await;
    assert_eq!(state, MessageState::EXPIRED);
    assert!(text.contains("err:031"), "{text}");
    assert_eq!(start.elapsed().as_secs(), 12);
}

#[tokio::test(start_paused = true)]
async fn handsets_take_their_time_but_no_longer_than_the_validity() {
    let scenario = Scenario::new()
        .delay(Duration::from_secs(3))
        .slow(1.0, Duration::from_secs(7));
    let (_smsc, mut client) = within(scenario, BindType::Transceiver).await;
    for (validity, state, seconds) in [
        ("", MessageState::DELIVERED, 10),
        ("000000000005000R", MessageState::EXPIRED, 5),
    ] {
        let start = tokio::time::Instant::now();
        let submit = to("447700900123").validity_period(text(validity));
        assert_eq!(receipt_of(&mut client, submit).await.0, state);
        assert_eq!(start.elapsed().as_secs(), seconds);
    }
}

#[tokio::test]
async fn a_share_of_messages_is_refused_with_the_statuses_of_the_scenario() {
    let scenario = Scenario::new()
        .refuse(CommandStatus::ESME_RTHROTTLED, 0.1)
        .refuse(CommandStatus::ESME_RMSGQFUL, 0.2)
        .refuse(CommandStatus(0x400), 0.3);
    let (_simulator, mut client) = bound(scenario).await;
    let mut octets = Vec::new();
    for _ in 0..1000 {
        octets.extend(client.encode(sm()));
    }
    client.write(&octets).await;
    let mut counts: BTreeMap<CommandStatus, u32> = BTreeMap::new();
    for number in 2..1002 {
        let received = client.receive().await;
        assert_eq!(received.number().0, number);
        *counts.entry(received.status()).or_default() += 1;
    }
    for (status, share) in [
        (CommandStatus::ESME_RTHROTTLED, 100),
        (CommandStatus::ESME_RMSGQFUL, 200),
        (CommandStatus(0x400), 300),
        (CommandStatus::ESME_ROK, 400),
    ] {
        assert!(counts[&status].abs_diff(share) < 50, "{counts:?}");
    }
    assert_eq!(counts.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_is_above_the_rate_is_throttled() {
    let scenario = Scenario::new().throttle_above(NonZeroU32::new(5).unwrap());
    let (_smsc, mut client) = within(scenario, BindType::Transmitter).await;
    for _ in 0..2 {
        let mut taken = 0;
        for _ in 0..20 {
            let status = client.ask(sm()).await.status();
            if status == CommandStatus::ESME_ROK {
                taken += 1;
            } else {
                assert_eq!(status, CommandStatus::ESME_RTHROTTLED);
            }
        }
        assert_eq!(taken, 5);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test]
async fn binds_are_refused_and_one_with_a_wrong_password_as_ever() {
    let scenario = Scenario::new().refuse_binds(CommandStatus::ESME_RBINDFAIL, 1.0);
    let simulator = crate::simulate(scenario).await;
    for (password, status) in [
        (ACCOUNT.1, CommandStatus::ESME_RBINDFAIL),
        ("wrong", CommandStatus::ESME_RINVPASWD),
    ] {
        let mut client = Client::connect(simulator.address()).await;
        let version = InterfaceVersion::V3_4;
        let resp = client
            .bind(BindType::Transceiver, version, (ACCOUNT.0, password))
            .await;
        assert_eq!(resp.status(), status);
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_run() {
    let run = |seed| async move {
        let scenario = Scenario::new()
            .outcomes([
                (Fate::Delivered, 1.0, None),
                (Fate::Undeliverable, 1.0, None),
            ])
            .refuse(CommandStatus::ESME_RSYSERR, 0.3)
            .response_delay(Delay::Exponential {
                mean: Duration::from_millis(1),
            });
        let simulator = Smsc::simulator(scenario, seed).await.unwrap();
        let mut client = transceiver(simulator.address()).await;
        let mut seen = Vec::new();
        for _ in 0..40 {
            let resp = client.ask(to("447700900123")).await;
            let status = resp.status();
            let state = if status == CommandStatus::ESME_ROK {
                Some(client.take_receipt().await.1)
            } else {
                None
            };
            seen.push((status, state));
        }
        seen
    };
    let first = run(7).await;
    assert_eq!(first, run(7).await);
    assert_ne!(first, run(8).await);
}
