//! Requests and their outcomes.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::Arc;

use smpp_codec::decode;
use smpp_esme::{ClientBuilder, CloseReason, RequestErrorKind};
use smpp_pdu::{
    Address, Body, CancelSm, CommandId, CommandStatus, EnquireLink, EnquireLinkResp, MessageState,
    Pdu, QuerySm, QuerySmResp, SubmitSmResp, Unbind, UnknownBody,
};
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

use crate::centre::{
    accept_all, accept_binds, account, bound, bound_raw, bound_with, message, octets, read_pdu,
    submitted,
};

#[tokio::test]
async fn responses_out_of_order_reach_their_requests() {
    let (client, _incoming, mut centre) = bound(accept_binds()).await;
    let first = client.start_submit_sm(&message()).await.unwrap();
    let second = client.start_submit_sm(&message()).await.unwrap();
    let a = centre.request(CommandId::SUBMIT_SM).await;
    let b = centre.request(CommandId::SUBMIT_SM).await;
    centre.order(move |link| {
        submitted(link, b, "second");
        submitted(link, a, "first");
    });
    assert_eq!(first.await.unwrap().message_id().as_bytes(), b"first");
    assert_eq!(second.await.unwrap().message_id().as_bytes(), b"second");
}

#[tokio::test]
async fn a_refusal_is_an_error_that_keeps_its_status() {
    // Without a body, as 3.4 has it.
    let (client, _incoming, mut centre) = bound(accept_binds()).await;
    let pending = client.start_submit_sm(&message()).await.unwrap();
    let number = centre.request(CommandId::SUBMIT_SM).await;
    centre.order(move |link| {
        let status = CommandStatus::ESME_RTHROTTLED;
        let resp = smpp_session::error_response(CommandId::SUBMIT_SM, status, number);
        link.respond(&resp).unwrap();
    });
    let error = pending.await.unwrap_err();
    assert_eq!(
        error.kind(),
        RequestErrorKind::Rejected(CommandStatus::ESME_RTHROTTLED)
    );
    assert!(!error.is_outcome_unknown());
    assert!(
        error
            .to_string()
            .starts_with("the centre refused submit_sm: ESME_RTHROTTLED (0x")
    );

    // With a body all the same.
    let pending = client.start_submit_sm(&message()).await.unwrap();
    let number = centre.request(CommandId::SUBMIT_SM).await;
    centre.order(move |link| {
        let resp = SubmitSmResp::default().message_id("77".try_into().unwrap());
        link.respond(&Pdu::response(CommandStatus(0x0455), number, resp))
            .unwrap();
    });
    let error = pending.await.unwrap_err();
    assert_eq!(error.status(), Some(CommandStatus(0x0455)));
    let Body::SubmitSmResp(resp) = error.response().unwrap().body() else {
        panic!("the body is kept");
    };
    assert_eq!(resp.message_id.as_bytes(), b"77");
}

#[tokio::test(start_paused = true)]
async fn a_request_without_response_expires_and_a_late_response_harms_nobody() {
    let builder = ClientBuilder::new(account())
        .window(1)
        .enquire_link(None)
        .response_timeout(Duration::from_secs(5));
    // No centre of ours would answer twice.
    let (client, _incoming, mut ours) = bound_raw(builder).await;
    let started = tokio::time::Instant::now();
    let error = client.submit_sm(&message()).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::Expired);
    assert!(error.is_outcome_unknown());
    assert_eq!(started.elapsed().as_secs(), 5);

    let number = |request: &[u8]| decode(request).unwrap().sequence_number;
    let late = number(&read_pdu(&mut ours).await);
    let next = client.start_submit_sm(&message()).await.unwrap();
    let asked = number(&read_pdu(&mut ours).await);
    for (number, id) in [(late, "late"), (asked, "next"), (asked, "again")] {
        let resp = SubmitSmResp::default().message_id(id.try_into().unwrap());
        let resp = octets(&Pdu::response(CommandStatus::ESME_ROK, number, resp));
        ours.write_all(&resp).await.unwrap();
    }
    assert_eq!(next.await.unwrap().message_id().as_bytes(), b"next");
    let answered = async {
        let number = number(&read_pdu(&mut ours).await);
        let resp = EnquireLinkResp::default();
        let resp = octets(&Pdu::response(CommandStatus::ESME_ROK, number, resp));
        ours.write_all(&resp).await.unwrap();
    };
    let (alive, ()) = tokio::join!(client.enquire_link(), answered);
    alive.unwrap();
    assert_eq!(client.free_window(), 1);
}

#[tokio::test]
async fn what_is_outstanding_when_the_link_is_lost_inside_a_pdu_is_unknown() {
    let (client, mut incoming, mut ours) = bound_raw(ClientBuilder::new(account())).await;
    let first = client.start_submit_sm(&message()).await.unwrap();
    let second = client.start_submit_sm(&message()).await.unwrap();
    ours.write_all(&[0, 0, 0, 40, 0x80, 0, 0]).await.unwrap();
    // Both requests were sent before the end comes.
    read_pdu(&mut ours).await;
    read_pdu(&mut ours).await;
    drop(ours);
    for pending in [first, second] {
        let error = pending.await.unwrap_err();
        assert_eq!(
            error.kind(),
            RequestErrorKind::LinkLost(CloseReason::ConnectionLost)
        );
        assert!(error.is_outcome_unknown());
    }
    assert_eq!(client.closed().await, CloseReason::ConnectionLost);
    let error = client.submit_sm(&message()).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::Closed);
    assert!(!error.is_outcome_unknown());
    assert!(client.try_submit_sm(&message()).is_err());
    assert!(incoming.recv().await.is_none());
}

#[tokio::test]
async fn a_response_that_cannot_be_read_is_told_apart() {
    let (client, _incoming, mut ours) = bound_raw(ClientBuilder::new(account())).await;
    let query = QuerySm::default().message_id("m1".try_into().unwrap());
    let pending = client.start(query).await.unwrap();
    read_pdu(&mut ours).await;
    // A query_sm_resp that ends inside its final_date.
    ours.write_all(b"\0\0\0\x13\x80\0\0\x03\0\0\0\0\0\0\0\x02m1\0")
        .await
        .unwrap();
    let error = pending.await.unwrap_err();
    assert_eq!(
        error.kind(),
        RequestErrorKind::Unreadable(CommandStatus::ESME_ROK)
    );
    assert!(core::error::Error::source(&error).is_some());
    assert_eq!(client.free_window(), 10);
}

#[tokio::test]
async fn the_window_is_never_exceeded_and_every_request_ends_once() {
    const WINDOW: usize = 7;
    let outstanding = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (counter, peak) = (Arc::clone(&outstanding), Arc::clone(&most));
    let builder = ClientBuilder::new(account()).window(WINDOW as u16);
    let (client, _incoming, mut centre) = bound_with(
        builder,
        Box::new(move |pdu| match pdu.body {
            Body::SubmitSm(_) => {
                let now = counter.fetch_add(1, Ordering::SeqCst) + 1;
                peak.fetch_max(now, Ordering::SeqCst);
                None
            }
            _ => Some(CommandStatus::ESME_ROK),
        }),
    )
    .await;
    let answers = tokio::spawn(async move {
        for at in 0..1000 {
            let number = centre.request(CommandId::SUBMIT_SM).await;
            let counter = Arc::clone(&outstanding);
            centre.order(move |link| {
                counter.fetch_sub(1, Ordering::SeqCst);
                submitted(link, number, &at.to_string());
            });
        }
        centre
    });
    let mut submits = JoinSet::new();
    for _ in 0..1000 {
        let client = client.clone();
        submits.spawn(async move {
            let resp = client.submit_sm(&message()).await.unwrap();
            resp.message_id().to_string()
        });
    }
    let ids: std::collections::HashSet<String> = submits.join_all().await.into_iter().collect();
    assert_eq!(ids.len(), 1000);
    assert_eq!(most.load(Ordering::SeqCst), WINDOW);
    assert_eq!(client.free_window(), WINDOW);
    drop(answers.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_enquire_link_of_the_session_takes_no_place_from_the_application() {
    let builder = ClientBuilder::new(account())
        .window(1)
        .enquire_link(Some(Duration::from_secs(1)));
    let (client, _incoming, mut ours) = bound_raw(builder).await;
    // The session asks, and the centre takes its time.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let pending = client.try_submit_sm(&message()).unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let alive = Pdu::request(
        smpp_pdu::SequenceNumber(2),
        smpp_pdu::EnquireLinkResp::default(),
    );
    ours.write_all(&octets(&alive)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(10)).await;
    let id = SubmitSmResp::default().message_id("m".try_into().unwrap());
    ours.write_all(&octets(&Pdu::request(smpp_pdu::SequenceNumber(3), id)))
        .await
        .unwrap();
    assert_eq!(pending.await.unwrap().message_id().as_bytes(), b"m");
}

#[tokio::test]
async fn without_waiting_a_full_window_is_an_error_that_sends_nothing() {
    let builder = ClientBuilder::new(account()).window(2);
    let (client, _incoming, mut centre) = bound_with(builder, accept_binds()).await;
    let first = client.try_submit_sm(&message()).unwrap();
    let second = client.try_submit_sm(&message()).unwrap();
    let error = client.try_submit_sm(&message()).unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::WindowFull);
    for _ in 0..2 {
        let number = centre.request(CommandId::SUBMIT_SM).await;
        centre.order(move |link| submitted(link, number, "m"));
    }
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!(client.free_window(), 2);
}

#[tokio::test]
async fn a_dropped_future_keeps_its_place_until_the_response() {
    let builder = ClientBuilder::new(account()).window(1);
    let (client, _incoming, mut centre) = bound_with(builder, accept_binds()).await;
    drop(client.start_submit_sm(&message()).await.unwrap());
    let number = centre.request(CommandId::SUBMIT_SM).await;
    // A second one waits for the place; dropped there, it was never sent.
    {
        let sm = message();
        let waits = client.submit_sm(&sm);
        tokio::pin!(waits);
        tokio::select! {
            biased;
            _ = &mut waits => panic!("the window is full"),
            () = tokio::task::yield_now() => {}
        }
    }
    centre.order(move |link| submitted(link, number, "m1"));
    let third = client.start_submit_sm(&message()).await.unwrap();
    let number = centre.request(CommandId::SUBMIT_SM).await;
    centre.order(move |link| submitted(link, number, "m3"));
    assert_eq!(third.await.unwrap().message_id().as_bytes(), b"m3");
}

#[tokio::test]
async fn the_other_operations_have_their_methods() {
    let (client, _incoming, mut centre) = bound(accept_binds()).await;
    let from = Address::alphanumeric("BANK").unwrap();
    let query = QuerySm::default()
        .message_id("m1".try_into().unwrap())
        .source_addr(from);
    let pending = client.query_sm(&query);
    let (response, number) = tokio::join!(pending, async {
        let number = centre.request(CommandId::QUERY_SM).await;
        centre.order(move |link| {
            let resp = QuerySmResp::default()
                .message_id("m1".try_into().unwrap())
                .message_state(MessageState::ENROUTE);
            link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
                .unwrap();
        });
        number
    });
    let response = response.unwrap();
    assert_eq!(response.frame().header().sequence_number, number);
    let Body::QuerySmResp(resp) = response.body() else {
        panic!("another body");
    };
    assert_eq!(resp.message_state, MessageState::ENROUTE);

    let cancel = CancelSm::default().message_id("m1".try_into().unwrap());
    let (cancelled, ()) = tokio::join!(client.cancel_sm(&cancel), async {
        let number = centre.request(CommandId::CANCEL_SM).await;
        centre.order(move |link| {
            let status = CommandStatus::ESME_RCANCELFAIL;
            let resp = smpp_session::error_response(CommandId::CANCEL_SM, status, number);
            link.respond(&resp).unwrap();
        });
    });
    assert_eq!(
        cancelled.unwrap_err().status(),
        Some(CommandStatus::ESME_RCANCELFAIL)
    );
    client.enquire_link().await.unwrap();
}

#[tokio::test]
async fn a_vendor_request_that_the_centre_does_not_know_is_refused_by_generic_nack() {
    let (client, _incoming, _centre) = bound(accept_all()).await;
    let vendor = UnknownBody {
        command_id: CommandId(0x0001_0001),
        octets: b"vendor",
    };
    let error = client.request(vendor).await.unwrap_err();
    assert_eq!(error.status(), Some(CommandStatus::ESME_RINVCMDID));
    let nack = error.response().unwrap();
    assert_eq!(nack.command_id(), CommandId::GENERIC_NACK);
}

#[tokio::test]
async fn what_the_session_does_not_allow_is_not_sent() {
    let builder = ClientBuilder::new(account().bind_type(smpp_pdu::BindType::Receiver));
    let (client, _incoming, _centre) = bound_with(builder, accept_all()).await;
    let error = client.submit_sm(&message()).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::NotAllowed);
    assert!(error.to_string().contains("BoundRx"), "{error}");
    let error = client.request(Unbind::default()).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::NotAllowed);
    client.request(EnquireLink::default()).await.unwrap();
    assert_eq!(client.free_window(), 10);
}

#[tokio::test]
async fn parameters_are_not_sent_to_a_session_of_3_3() {
    let bind = account()
        .bind_type(smpp_pdu::BindType::Transmitter)
        .version(smpp_pdu::InterfaceVersion::V3_3);
    let (client, _incoming, _centre) = bound_with(ClientBuilder::new(bind), accept_all()).await;
    client.submit_sm(&message()).await.unwrap();
    let tlvs = [smpp_pdu::Tlv::source_port(5000)];
    let with_tlv = message().tlvs(smpp_pdu::Tlvs::from_slice(&tlvs));
    let error = client.submit_sm(&with_tlv).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::NotAllowed);
    assert_eq!(client.free_window(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_on_several_threads_get_their_own_responses() {
    let builder = ClientBuilder::new(account()).window(50);
    let (client, _incoming, _centre) = bound_with(builder, accept_all()).await;
    let mut submits = JoinSet::new();
    for _ in 0..1000 {
        let client = client.clone();
        submits.spawn(async move {
            let resp = client.submit_sm(&message()).await.unwrap();
            resp.message_id().to_string()
        });
    }
    let ids: std::collections::HashSet<String> = submits.join_all().await.into_iter().collect();
    assert_eq!(ids.len(), 1000);
    assert_eq!(client.unbind().await, CloseReason::Unbound);
}
