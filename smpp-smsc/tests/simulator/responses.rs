//! Responses that are late, missing, doubled, unreadable, or answer nothing.

use core::time::Duration;

use smpp_codec::Decoder;
use smpp_esme::{Client as Esme, SmppUrl};
use smpp_pdu::*;
use smpp_smsc::scenario::{Delay, IdForm, Scenario};

use crate::support::*;
use crate::{bound, within};

#[tokio::test]
async fn missing_responses_leave_everything_else_as_it_is() {
    let (simulator, mut client) = bound(Scenario::new().missing_responses(1.0)).await;
    client.send(sm().with_receipt()).await;
    // The centre has the message all the same.
    assert_eq!(client.take_receipt().await.1, MessageState::DELIVERED);
    client.ask(EnquireLink::default()).await;
    client.leave().await;
    simulator.shutdown().await;
}

#[tokio::test]
async fn doubled_responses_are_the_same_twice() {
    let (_simulator, mut client) = bound(Scenario::new().doubled_responses(1.0)).await;
    let first = client.ask(sm()).await;
    let second = client.receive().await;
    assert_eq!(first.message_id(), second.message_id());
    assert_eq!(first.number(), second.number());
    client.ask(EnquireLink::default()).await;
}

#[tokio::test]
async fn malformed_responses_are_refused_by_strict_readers_and_cost_no_session() {
    let (simulator, mut client) = bound(Scenario::new().malformed_responses(1.0)).await;
    client.send(sm()).await;
    let received = client.receive().await;
    let strict = Decoder::new().strict(true);
    assert!(strict.decode_octets(&received.0, &mut ()).is_err());
    client.ask(EnquireLink::default()).await;

    let url: SmppUrl = simulator.url().parse().unwrap();
    let (client, _incoming) = Esme::connect(&url).await.unwrap();
    client.submit_sm(&sm()).await.unwrap();
    client.enquire_link().await.unwrap();
    client.unbind().await;
}

#[tokio::test]
async fn misnumbered_responses_answer_what_nobody_asked() {
    let (_simulator, mut client) = bound(Scenario::new().misnumbered_responses(1.0)).await;
    let number = client.send(sm()).await;
    let received = client.receive().await;
    assert_eq!(received.id(), CommandId::SUBMIT_SM_RESP);
    assert_ne!(received.number(), number);
    assert!(received.number().is_in_range());
    client.ask(EnquireLink::default()).await;
}

#[tokio::test]
async fn delayed_responses_keep_their_order_and_come_before_receipts_and_the_end() {
    let delay = Delay::Uniform {
        from: Duration::ZERO,
        to: Duration::from_millis(20),
    };
    let (_simulator, mut client) = bound(Scenario::new().response_delay(delay)).await;
    let mut octets = Vec::new();
    for _ in 0..50 {
        octets.extend(client.encode(sm().with_receipt()));
    }
    octets.extend(client.encode(Unbind::default()));
    client.write(&octets).await;
    let (mut next, mut ids) = (2, Vec::new());
    while next < 53 {
        let received = client.receive().await;
        match received.id() {
            CommandId::SUBMIT_SM_RESP => ids.push(received.message_id()),
            CommandId::UNBIND_RESP => assert_eq!(ids.len(), 50),
            _ => {
                let (id, _) = received.receipt();
                assert!(ids.contains(&id), "a receipt before its response");
                continue;
            }
        }
        assert_eq!(received.number().0, next);
        next += 1;
    }
    assert!(client.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn late_responses_are_overtaken() {
    let scenario = Scenario::new().late_responses(1.0, Duration::from_secs(3));
    let (_smsc, mut client) = within(scenario, BindType::Transceiver).await;
    let late = client.send(sm()).await;
    client.ask(EnquireLink::default()).await;
    let received = client.receive().await;
    assert_eq!(received.number(), late);
    received.message_id();
}

#[tokio::test]
async fn responses_without_order_overtake_each_other() {
    let delay = Delay::Uniform {
        from: Duration::ZERO,
        to: Duration::from_millis(50),
    };
    let scenario = Scenario::new()
        .response_delay(delay)
        .responses_in_order(false);
    let (_simulator, mut client) = bound(scenario).await;
    let mut octets = Vec::new();
    for _ in 0..50 {
        octets.extend(client.encode(sm()));
    }
    client.write(&octets).await;
    let mut numbers = Vec::new();
    for _ in 0..50 {
        numbers.push(client.receive().await.number());
    }
    assert!(!numbers.is_sorted());
    numbers.sort_unstable();
    assert_eq!(numbers, (2..52).map(SequenceNumber).collect::<Vec<_>>());
}

#[tokio::test]
async fn ids_of_responses_take_another_form() {
    let scenario = Scenario::new().response_ids(IdForm::Decimal);
    let (_simulator, mut client) = bound(scenario).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    let number: u64 = id.parse().unwrap();
    let (receipted, _) = client.take_receipt().await;
    assert_eq!(u64::from_str_radix(&receipted, 16), Ok(number));
}
