//! Messages from mobile subscribers.

use smpp_pdu::*;
use smpp_smsc::{DeliverError, Smsc};

use crate::support::*;

fn mo(text: &[u8]) -> DeliverSm<'_> {
    DeliverSm::new(
        Address::international("447700900123").unwrap(),
        Address::short_code("4711").unwrap(),
        ShortMessage::new(text).unwrap(),
    )
}

async fn next_text(client: &mut Client<tokio::net::TcpStream>) -> Vec<u8> {
    let received = client.receive().await;
    client.acknowledge(&received).await;
    received.deliver().short_message.as_bytes().to_vec()
}

#[tokio::test]
async fn a_message_waits_for_a_session_that_receives_and_comes_once() {
    let (smsc, address) = serve(centre()).await;
    smsc.deliver(ACCOUNT.0, &[mo(b"one"), mo(b"two")])
        .await
        .unwrap();
    let mut sender = Client::bound(address, BindType::Transmitter).await;
    sender.is_served().await;
    let mut receiver = Client::bound(address, BindType::Receiver).await;
    assert_eq!(next_text(&mut receiver).await, b"one");
    let received = receiver.receive().await;
    let deliver = received.deliver();
    assert_eq!(deliver.source_addr.addr.as_bytes(), b"447700900123");
    assert_eq!(deliver.destination_addr.addr.as_bytes(), b"4711");
    assert_eq!(deliver.esm_class, EsmClass::DEFAULT);
    receiver.acknowledge(&received).await;
    // While somebody is bound, it goes out at once.
    smsc.deliver(ACCOUNT.0, &[mo(b"three")]).await.unwrap();
    assert_eq!(next_text(&mut receiver).await, b"three");
    receiver.leave().await;
    let mut again = Client::bound(address, BindType::Receiver).await;
    again.ask(EnquireLink::default()).await;
}

#[tokio::test]
async fn a_session_of_3_3_gets_no_parameters_and_no_message_that_lives_in_one() {
    let (smsc, address) = serve(centre()).await;
    let payload = [Tlv::message_payload(b"lost without it").unwrap()];
    let reference = [Tlv::user_message_reference(7)];
    let long = mo(b"").tlvs(Tlvs::from_slice(&payload));
    let short = mo(b"short").tlvs(Tlvs::from_slice(&reference));
    smsc.deliver(ACCOUNT.0, &[long, short]).await.unwrap();
    let version = InterfaceVersion::V3_3;
    let mut old = Client::bound_as(address, BindType::Receiver, version).await;
    let received = old.receive().await;
    assert_eq!(received.deliver().short_message.as_bytes(), b"short");
    assert!(received.deliver().tlvs.is_empty());
}

#[tokio::test]
async fn a_centre_that_has_ended_takes_no_message() {
    let smsc: Smsc = centre().start();
    smsc.shutdown().await;
    let error = smsc.deliver(ACCOUNT.0, &[mo(b"x")]).await.unwrap_err();
    assert_eq!(error, DeliverError::Ended);
}

#[cfg(feature = "redb")]
#[tokio::test]
async fn a_message_outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let store = || smpp_smsc::store::RedbStore::open(folder.path()).unwrap();
    let smsc = centre().store(store()).start();
    smsc.deliver(ACCOUNT.0, &[mo(b"kept")]).await.unwrap();
    smsc.shutdown().await;
    drop(smsc);
    let (_smsc, address) = serve(centre().store(store())).await;
    let mut receiver = Client::bound(address, BindType::Receiver).await;
    assert_eq!(next_text(&mut receiver).await, b"kept");
}
