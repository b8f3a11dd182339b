//! Deliveries that are not acknowledged.

use core::time::Duration;

use smpp_pdu::*;
use smpp_session::{Config, Role};
use smpp_smsc::Clock;

use crate::support::*;

/// Sessions that wait 50 ms for an answer.
fn impatient() -> Config {
    Config {
        response: Duration::from_millis(50),
        ..Config::new(Role::MessageCentre)
    }
}

#[tokio::test]
async fn what_a_session_leaves_unanswered_goes_to_another() {
    let (_smsc, address) = serve(centre().session(impatient())).await;
    let mut silent = Client::bound(address, BindType::Receiver).await;
    let mut transmitter = Client::bound(address, BindType::Transmitter).await;
    let id = transmitter.ask(sm().with_receipt()).await.message_id();
    assert_eq!(silent.receive().await.receipt().0, id);
    let mut other = Client::bound(address, BindType::Receiver).await;
    assert_eq!(other.take_receipt().await.0, id);
}

#[tokio::test]
async fn what_was_unanswered_when_the_connection_was_lost_comes_after_the_next_bind() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let number = client.send(sm().with_receipt()).await;
        ids.push(loop {
            let received = client.receive().await;
            if received.number() == number && received.id().is_response() {
                break received.message_id();
            }
        });
    }
    drop(client);
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let mut receipts = Vec::new();
    for _ in 0..5 {
        receipts.push(client.take_receipt().await.0);
    }
    assert_eq!(receipts, ids);
}

#[tokio::test(start_paused = true)]
async fn an_unanswered_receipt_is_sent_again_on_the_only_session_too() {
    let smsc = centre()
        .clock(Clock::runtime())
        .session(impatient())
        .start();
    let mut client = Client::bound_within(&smsc, BindType::Transceiver).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    for _ in 0..3 {
        assert_eq!(client.receive().await.receipt().0, id);
    }
    assert_eq!(client.take_receipt().await.0, id);
    client.is_served().await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_now_is_tried_again_and_a_final_one_is_not() {
    let smsc = centre()
        .clock(Clock::runtime())
        .session(Config {
            enquire_link: None,
            ..Config::new(Role::MessageCentre)
        })
        .start();
    let mut client = Client::bound_within(&smsc, BindType::Transceiver).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    for status in [
        CommandStatus::ESME_RX_T_APPN,
        CommandStatus::ESME_RTHROTTLED,
        CommandStatus::ESME_RX_P_APPN,
    ] {
        let received = client.receive().await;
        assert_eq!(received.receipt().0, id);
        let resp = DeliverSmResp::default();
        client.respond(received.number(), status, resp).await;
    }
    tokio::time::sleep(Duration::from_secs(3600)).await;
    // The next receipt is that of the next message.
    let next = client.ask(sm().with_receipt()).await.message_id();
    assert_eq!(client.take_receipt().await.0, next);
}

#[tokio::test]
async fn any_form_of_answer_acknowledges() {
    let (smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    for body in [&b""[..], b"\0", b"4711\0"] {
        client.ask(sm().with_receipt()).await.message_id();
        let received = client.receive().await;
        assert_eq!(received.id(), CommandId::DELIVER_SM);
        let header = Header {
            command_length: 16 + u32::try_from(body.len()).unwrap(),
            command_id: CommandId::DELIVER_SM_RESP,
            command_status: CommandStatus::ESME_ROK,
            sequence_number: received.number(),
        };
        client.write(&[&header.to_octets(), body].concat()).await;
    }
    until(|| async { smsc.sessions().await[0].in_flight == 0 }).await;
    client.is_served().await;
}

#[tokio::test]
async fn no_more_is_unanswered_than_the_window_allows() {
    let session = Config {
        window: 3,
        ..Config::new(Role::MessageCentre)
    };
    let (smsc, address) = serve(centre().session(session)).await;
    let mut transmitter = Client::bound(address, BindType::Transmitter).await;
    for _ in 0..10 {
        transmitter.ask(sm().with_receipt()).await.message_id();
    }
    let mut receiver = Client::bound(address, BindType::Receiver).await;
    let mut unanswered = Vec::new();
    for _ in 0..3 {
        unanswered.push(receiver.receive().await);
    }
    // What is sent after them proves that nothing else was.
    receiver.ask(EnquireLink::default()).await;
    let in_flight: usize = smsc.sessions().await.iter().map(|one| one.in_flight).sum();
    assert_eq!(in_flight, 3);
    for received in &unanswered {
        receiver.acknowledge(received).await;
    }
    for _ in 0..7 {
        receiver.take_receipt().await;
    }
}
