//! Connections that break.

use core::num::NonZeroU32;
use core::time::Duration;

use smpp_pdu::*;
use smpp_smsc::scenario::Scenario;
use tokio::io::AsyncWriteExt;

use crate::support::*;
use crate::{bound, simulate, transceiver};

#[tokio::test]
async fn a_session_is_cut_after_the_bind_without_a_word() {
    let scenario = Scenario::new().disconnect_after(1.0, Duration::from_millis(20));
    let (simulator, mut client) = bound(scenario).await;
    assert!(client.next().await.is_none());
    until(async || simulator.smsc().sessions().await.is_empty()).await;
    // The next one is cut too: it is not the centre that has ended.
    let mut client = transceiver(simulator.address()).await;
    assert!(client.next().await.is_none());
}

#[tokio::test]
async fn a_session_is_cut_in_the_place_of_the_nth_response() {
    let third = NonZeroU32::new(3).unwrap();
    let scenario = Scenario::new().disconnect_after_messages(1.0, third);
    let (_simulator, mut client) = bound(scenario).await;
    let mut octets = Vec::new();
    for _ in 0..5 {
        octets.extend(client.encode(sm()));
    }
    client.write(&octets).await;
    for number in [2, 3] {
        assert_eq!(client.receive().await.number().0, number);
    }
    assert!(client.next().await.is_none());
}

#[tokio::test]
async fn only_a_share_of_sessions_is_cut() {
    let first = NonZeroU32::MIN;
    let simulator = simulate(Scenario::new().disconnect_after_messages(0.5, first)).await;
    let mut cut = 0;
    for _ in 0..40 {
        let mut client = transceiver(simulator.address()).await;
        client.send(sm()).await;
        cut += u32::from(client.next().await.is_none());
    }
    assert!((10..30).contains(&cut), "{cut}");
}

#[tokio::test]
async fn strangers_and_silent_clients_are_treated_as_without_a_scenario() {
    // With anything that happens between the client and the centre.
    let scenario = Scenario::new().doubled_receipts(0.1);
    let simulator = simulate(scenario).await;
    let mut client = Client::connect(simulator.address()).await;
    client
        .write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await;
    assert!(client.next().await.is_none());
    drop(client);
    drop(Client::connect(simulator.address()).await);
    let mut client = transceiver(simulator.address()).await;
    client.is_served().await;
    client.stream.shutdown().await.unwrap();
    assert!(client.next().await.is_none());
    drop(client);
    // All connections are gone; there is nothing to wait for.
    until(async || simulator.smsc().sessions().await.is_empty()).await;
    assert_eq!(simulator.shutdown().await, 0);
}

#[tokio::test]
async fn a_shutdown_unbinds_through_the_scenario() {
    let (simulator, mut client) = bound(Scenario::new().doubled_receipts(0.1)).await;
    let ending = tokio::spawn(async move { simulator.shutdown().await });
    let received = client.receive().await;
    assert_eq!(received.id(), CommandId::UNBIND);
    let ok = CommandStatus::ESME_ROK;
    client
        .respond(received.number(), ok, UnbindResp::default())
        .await;
    assert!(client.next().await.is_none());
    drop(client);
    assert_eq!(ending.await.unwrap(), 0);
}
