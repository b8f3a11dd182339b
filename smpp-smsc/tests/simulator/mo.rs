//! Messages from subscribers.

use core::time::Duration;

use smpp_esme::receiving::{Received, Receiver};
use smpp_esme::{Client as Esme, SmppUrl};
use smpp_pdu::*;
use smpp_smsc::scenario::{Decisions, Scenario};

use crate::{simulate, within};

const LONG: &str = "A long answer, which does not fit into one message: it tells of everything \
                    that happened since the last one, in the same number of words as before, and \
                    so it comes in two parts.";

fn scenario(texts: &[&str]) -> Scenario {
    let every = Duration::from_millis(1);
    Scenario::new()
        .mo(every, "447700900###", "12345", texts)
        .unwrap()
}

#[tokio::test]
async fn subscribers_send_texts_short_and_long_in_the_order_of_the_decisions() {
    let scenario = scenario(&["STOP", "Zażółć gęślą jaźń", LONG]).mo_count(12);
    let decisions = Decisions::new(scenario.clone(), 1);
    let simulator = simulate(scenario).await;
    let url: SmppUrl = simulator.url().parse().unwrap();
    let (client, incoming) = Esme::connect(&url).await.unwrap();
    let mut receiver = Receiver::new(incoming);
    let mut texts = Vec::new();
    for number in 1..=12 {
        let Some(Received::Message(message)) = receiver.recv().await else {
            panic!("no message");
        };
        let plan = decisions.mo(1, number).unwrap();
        assert_eq!(message.text(), Some(&*plan.text));
        let from = Address::international(&plan.from).unwrap();
        assert_eq!(message.source_addr(), from);
        let to = Address::international("12345").unwrap();
        assert_eq!(message.destination_addr(), to);
        texts.push(plan.text);
        message.ack();
    }
    assert!(texts.contains(&LONG.to_owned()));
    assert_eq!(decisions.mo(1, 13), None);
    client.unbind().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_answer_gets_no_more_than_ten() {
    let (_smsc, mut client) = within(scenario(&["Hello"]), BindType::Receiver).await;
    let mut received = Vec::new();
    for _ in 0..10 {
        received.push(client.receive().await);
    }
    // What comes next is the answer to this, however long it has waited.
    tokio::time::sleep(Duration::from_secs(1)).await;
    client.ask(EnquireLink::default()).await;
    client.acknowledge(&received[3]).await;
    let next = client.receive().await;
    assert_eq!(next.id(), CommandId::DELIVER_SM);
    assert!(received.iter().all(|one| one.number() != next.number()));
}

#[tokio::test(start_paused = true)]
async fn transmitters_get_none() {
    let (_smsc, mut client) = within(scenario(&["Hello"]), BindType::Transmitter).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    client.ask(EnquireLink::default()).await;
}
