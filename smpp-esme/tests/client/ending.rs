//! The end of a session, by either side.

use core::time::Duration;

use smpp_esme::{ClientBuilder, CloseReason, RequestErrorKind};
use smpp_pdu::CommandId;

use crate::centre::{
    accept_all, accept_binds, account, bound, bound_raw, bound_with, message, submitted,
};

#[tokio::test]
async fn an_unbind_waits_for_what_is_outstanding() {
    let (client, _incoming, mut centre) = bound(accept_binds()).await;
    let pending = client.start_submit_sm(&message()).await.unwrap();
    let number = centre.request(CommandId::SUBMIT_SM).await;
    let unbind = {
        let client = client.clone();
        tokio::spawn(async move { client.unbind().await })
    };
    // The session has taken note before the next request is made.
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    let error = client.submit_sm(&message()).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::Closed);
    centre.order(move |link| submitted(link, number, "m1"));
    assert_eq!(pending.await.unwrap().message_id().as_bytes(), b"m1");
    assert_eq!(unbind.await.unwrap(), CloseReason::Unbound);
    assert_eq!(client.close_reason(), Some(CloseReason::Unbound));
    assert_eq!(centre.ended().await.reason, CloseReason::PeerUnbound);
}

#[tokio::test]
async fn dropping_the_last_handle_unbinds() {
    let (client, _incoming, centre) = bound(accept_all()).await;
    let other = client.clone();
    client.submit_sm(&message()).await.unwrap();
    drop(client);
    other.submit_sm(&message()).await.unwrap();
    drop(other);
    assert_eq!(centre.ended().await.reason, CloseReason::PeerUnbound);
}

#[tokio::test]
async fn a_message_can_be_acknowledged_after_the_last_handle_has_gone() {
    let (client, mut incoming, mut centre) = bound(accept_all()).await;
    let pending = client.start_submit_sm(&message()).await.unwrap();
    centre.deliver(1, b"hello");
    let Some(smpp_esme::Inbound::Delivery(delivery)) = incoming.recv().await else {
        panic!("no message");
    };
    delivery.ack();
    drop(client);
    pending.await.unwrap();
    assert!(matches!(
        centre.seen().await,
        crate::centre::Seen::Answer(1, _, smpp_pdu::CommandStatus::ESME_ROK)
    ));
}

#[tokio::test]
async fn an_unbind_of_the_centre_ends_the_session() {
    let (client, mut incoming, centre) = bound(accept_all()).await;
    centre.order(|link| link.unbind().unwrap());
    assert_eq!(client.closed().await, CloseReason::PeerUnbound);
    assert!(incoming.recv().await.is_none());
    assert_eq!(centre.ended().await.reason, CloseReason::Unbound);
    let error = client.submit_sm(&message()).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_silent_centre_is_given_up() {
    let (client, _incoming, _ours) = bound_raw(ClientBuilder::new(account())).await;
    let started = tokio::time::Instant::now();
    assert_eq!(client.closed().await, CloseReason::EnquireLinkTimeout);
    // 30 s of silence, 30 s for the answer, and the wait for the peer to close.
    assert_eq!(started.elapsed().as_secs(), 62);
}

#[tokio::test(start_paused = true)]
async fn an_unbind_without_an_answer_ends_as_well() {
    let (client, _incoming, _ours) = bound_raw(ClientBuilder::new(account())).await;
    assert_eq!(client.unbind().await, CloseReason::UnbindTimeout);
}

#[tokio::test]
async fn a_request_that_waits_for_a_place_learns_of_the_end() {
    let builder = ClientBuilder::new(account()).window(1);
    let (client, _incoming, mut centre) = bound_with(builder, accept_binds()).await;
    let first = client.start_submit_sm(&message()).await.unwrap();
    centre.request(CommandId::SUBMIT_SM).await;
    let second = {
        let client = client.clone();
        tokio::spawn(async move { client.submit_sm(&message()).await })
    };
    tokio::time::sleep(Duration::from_millis(1)).await;
    centre.order(|link| link.close());
    assert!(matches!(
        first.await.unwrap_err().kind(),
        RequestErrorKind::LinkLost(_)
    ));
    assert_eq!(
        second.await.unwrap().unwrap_err().kind(),
        RequestErrorKind::Closed
    );
}
