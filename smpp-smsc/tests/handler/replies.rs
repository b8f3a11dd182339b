//! Binds and requests of ESMEs, and what answers them.

use core::time::Duration;

use smpp_pdu::*;
use smpp_session::CloseReason;
use smpp_smsc::handler::*;
use tokio::io::AsyncWriteExt;

use crate::support::*;

/// Implements nothing.
struct Nothing;

impl Handler for Nothing {}

/// Lets everybody bind, and implements nothing else.
struct OnlyBinds;

#[smpp_smsc::async_trait]
impl Handler for OnlyBinds {
    async fn bind(
        &mut self,
        _bind: Owned<Bind<'static>>,
        _session: SessionHandle,
    ) -> Result<(), CommandStatus> {
        Ok(())
    }
}

#[tokio::test]
async fn who_implements_nothing_lets_nobody_bind() {
    let server = Server::new(|_: &Peer| Some(Nothing), Options::new());
    let mut client = client(&server);
    for bind_type in [
        BindType::Receiver,
        BindType::Transmitter,
        BindType::Transceiver,
    ] {
        let resp = client.bind_as(bind_type, "esme").await;
        assert_eq!(resp.status(), CommandStatus::ESME_RBINDFAIL);
    }
    assert!(server.sessions().list().is_empty());
}

#[tokio::test]
async fn every_operation_that_is_not_implemented_is_refused() {
    let server = Server::new(|_: &Peer| Some(OnlyBinds), Options::new());
    let mut client = bound(&server).await;
    let requests: [Body<'static>; 12] = [
        sm().into(),
        DataSm::default().into(),
        SubmitMulti::default().into(),
        QuerySm::default().into(),
        CancelSm::default().into(),
        ReplaceSm::default().into(),
        BroadcastSm::default().into(),
        QueryBroadcastSm::default().into(),
        CancelBroadcastSm::default().into(),
        ParamRetrieve::default().into(),
        QueryLastMsgs::default().into(),
        QueryMsgDetails::default().into(),
    ];
    for request in requests {
        let resp = client.ask(request).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVCMDID, "{request:?}");
    }
    // A vendor's operation does not come to a handler.
    client
        .send(UnknownBody {
            command_id: CommandId(0x0001_0200),
            octets: b"",
        })
        .await;
    let resp = client.receive().await;
    assert_eq!(resp.id(), CommandId::GENERIC_NACK);
    assert_eq!(resp.status(), CommandStatus::ESME_RINVCMDID);
}

#[tokio::test]
async fn requests_that_come_with_the_bind_wait_for_its_outcome() {
    let (server, mut calls) = relay(Options::new());
    let mut client = crate::support::client(&server);
    let bind = Bind::new(BindType::Transceiver, text("esme"), text("secret"));
    let mut octets = client.encode(bind);
    octets.extend(client.encode(sm()));
    client.write(&octets).await;
    calls.session().await;
    calls.submit().await.1.taken("1");
    for _ in 0..2 {
        assert_eq!(client.receive().await.status(), CommandStatus::ESME_ROK);
    }
}

#[tokio::test]
async fn replies_come_in_any_order_from_other_tasks() {
    let (server, mut calls) = relay(Options::new());
    let mut client = bound(&server).await;
    calls.session().await;
    // In one write: the calls are in the order of the wire.
    let mut octets = Vec::new();
    for _ in 0..3 {
        octets.extend(client.encode(sm()));
    }
    client.write(&octets).await;
    let mut replies = Vec::new();
    for number in 2..=4 {
        let (request, reply) = calls.submit().await;
        assert_eq!(request.sequence_number(), SequenceNumber(number));
        assert_eq!(
            request.body().short_message.as_bytes(),
            b"Your code is 4711"
        );
        replies.push(reply);
    }
    // A reply that is kept holds up nothing.
    client.ask(EnquireLink::default()).await;
    while let Some(reply) = replies.pop() {
        let number = reply.sequence_number();
        tokio::spawn(async move { reply.taken(&format!("id{number}")) });
        let resp = client.receive().await;
        assert_eq!(resp.number(), number);
        let Body::SubmitSmResp(taken) = resp.pdu().body else {
            panic!("{resp:?}");
        };
        assert_eq!(taken.message_id, text(&format!("id{number}")));
    }
}

#[tokio::test]
async fn a_reply_that_is_dropped_or_cannot_be_written_is_a_system_error() {
    let (server, mut calls) = relay(Options::new());
    let mut client = bound(&server).await;
    calls.session().await;
    let answers: [fn(Reply<SubmitSm<'static>>); 4] = [
        |reply| drop(reply),
        |reply| reply.taken(&"x".repeat(65)),
        |reply| reply.taken("a\0b"),
        // No success without a body.
        |reply| reply.refuse(CommandStatus::ESME_ROK),
    ];
    for answer in answers {
        client.send(sm()).await;
        answer(calls.submit().await.1);
        let resp = client.receive().await;
        assert_eq!(resp.id(), CommandId::SUBMIT_SM_RESP);
        assert_eq!(resp.status(), CommandStatus::ESME_RSYSERR);
    }
}

#[tokio::test]
async fn a_refusal_has_the_status_and_parameters_that_it_was_given() {
    let (server, mut calls) = relay(Options::new());
    let mut client = bound(&server).await;
    calls.session().await;
    client.send(sm()).await;
    calls.submit().await.1.refuse(CommandStatus(0x0400));
    assert_eq!(client.receive().await.status(), CommandStatus(0x0400));
    client.send(sm()).await;
    let tlvs = [Tlv::delivery_failure_reason(
        DeliveryFailureReason::PERMANENT_NETWORK_ERROR,
    )];
    let body = SubmitSmResp::default()
        .message_id(text("7"))
        .tlvs(Tlvs::from_slice(&tlvs));
    let (_, reply) = calls.submit().await;
    reply.respond(CommandStatus::ESME_RDELIVERYFAILURE, body);
    let resp = client.receive().await;
    assert_eq!(resp.status(), CommandStatus::ESME_RDELIVERYFAILURE);
    let reason = resp.pdu().body.tlvs().delivery_failure_reason();
    assert_eq!(
        reason,
        Some(Ok(DeliveryFailureReason::PERMANENT_NETWORK_ERROR))
    );
}

#[tokio::test]
async fn a_panic_of_a_handler_ends_its_connection_only() {
    let (server, mut calls) = relay(Options::new());
    let mut good = bound(&server).await;
    let mut bad = bound(&server).await;
    calls.session().await;
    calls.session().await;
    bad.send(sm().service_type(text("PANIC"))).await;
    let resp = bad.receive().await;
    assert_eq!(resp.status(), CommandStatus::ESME_RSYSERR);
    assert!(bad.next().await.is_none());
    good.send(sm()).await;
    calls.submit().await.1.taken("1");
    assert_eq!(good.receive().await.status(), CommandStatus::ESME_ROK);
    assert_eq!(server.sessions().of("esme").len(), 1);
}

#[tokio::test]
async fn a_panic_of_the_factory_costs_that_connection_only() {
    let (good, mut calls) = relays();
    struct Moody<F>(F);
    impl<F: HandlerFactory> HandlerFactory for Moody<F> {
        fn connect(&self, peer: &Peer) -> Option<Box<dyn Handler>> {
            assert_ne!(&**peer.name(), "panic", "as intended");
            self.0.connect(peer)
        }
    }
    let server = Server::new(Moody(good), Options::new());
    let (_near, far) = tokio::io::duplex(64);
    assert!(server.accept(far, "panic").is_none());
    assert_eq!(server.connections(), 0);
    bound(&server).await;
    calls.session().await;
}

#[tokio::test]
async fn what_a_handler_has_not_answered_is_bounded_by_the_window() {
    let mut options = Options::new();
    options.session.peer_window = 2;
    let (server, mut calls) = relay(options);
    let mut client = bound(&server).await;
    let session = calls.session().await;
    for _ in 0..2 {
        client.send(sm()).await;
    }
    let (_, first) = calls.submit().await;
    let (_, second) = calls.submit().await;
    let resp = client.ask(sm()).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RTHROTTLED);
    first.taken("1");
    assert_eq!(client.receive().await.status(), CommandStatus::ESME_ROK);
    client.send(sm()).await;
    let (_, third) = calls.submit().await;
    second.taken("2");
    third.taken("3");
    client.receive().await;
    client.receive().await;
    // Less, from now on.
    session.set_peer_limits(1, None);
    session
        .alert_notification(AlertNotification::default())
        .await
        .unwrap();
    assert_eq!(client.receive().await.id(), CommandId::ALERT_NOTIFICATION);
    client.send(sm()).await;
    let (_, _fourth) = calls.submit().await;
    let resp = client.ask(sm()).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RTHROTTLED);
}

#[tokio::test(start_paused = true)]
async fn large_requests_that_a_handler_keeps_are_bounded_in_octets() {
    const MESSAGES: u32 = 400;
    let (server, mut calls) = relay(Options::new());
    let mut client = bound(&server).await;
    calls.session().await;
    let text = vec![b'x'; 60_000];
    let payload = [Tlv::message_payload(&text).unwrap()];
    let large = sm()
        .short_message(ShortMessage::EMPTY)
        .tlvs(Tlvs::from_slice(&payload));
    let octets: Vec<_> = (0..MESSAGES).flat_map(|_| client.encode(large)).collect();
    let (mut reader, mut writer) = tokio::io::split(client.into_stream());
    tokio::spawn(async move { writer.write_all(&octets).await });
    tokio::spawn(async move { tokio::io::copy(&mut reader, &mut tokio::io::sink()).await });
    // Time goes on only when there is nothing else to do.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut kept = Vec::new();
    while let Some(call) = calls.try_next() {
        match call {
            Call::Submit(_, reply) => kept.push(reply),
            _ => panic!("the connection is over"),
        }
    }
    assert!((250..300).contains(&kept.len()), "{}", kept.len());
    let mut answered = 0;
    for reply in kept {
        reply.taken("1");
        answered += 1;
    }
    while answered < MESSAGES {
        calls.submit().await.1.taken("1");
        answered += 1;
    }
}

#[tokio::test]
async fn a_handler_learns_how_its_connection_ended() {
    let (server, mut calls) = relay(Options::new());
    let mut client = bound(&server).await;
    let session = calls.session().await;
    client.ask(Unbind::default()).await;
    assert_eq!(calls.closed().await, CloseReason::PeerUnbound);
    soon(session.closed()).await;
    assert!(server.sessions().list().is_empty());
    drop(bound(&server).await);
    calls.session().await;
    assert_eq!(calls.closed().await, CloseReason::ConnectionLost);
}

/// Counts calls, one for each read.
struct Batches(tokio::sync::mpsc::UnboundedSender<usize>);

#[smpp_smsc::async_trait]
impl Handler for Batches {
    async fn bind(
        &mut self,
        _bind: Owned<Bind<'static>>,
        _session: SessionHandle,
    ) -> Result<(), CommandStatus> {
        Ok(())
    }

    async fn requests(&mut self, requests: Requests) {
        let _ = self.0.send(requests.len());
        for request in requests {
            match request {
                Request::SubmitSm(_, reply) => reply.taken("1"),
                other => drop(other),
            }
        }
    }
}

#[tokio::test]
async fn requests_of_one_read_may_be_taken_together() {
    let (sender, mut batches) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::new(
        move |_: &Peer| Some(Batches(sender.clone())),
        Options::new(),
    );
    let mut client = bound(&server).await;
    let mut octets = Vec::new();
    for _ in 0..5 {
        octets.extend(client.encode(sm()));
    }
    client.write(&octets).await;
    for _ in 0..5 {
        assert_eq!(client.receive().await.status(), CommandStatus::ESME_ROK);
    }
    assert_eq!(soon(batches.recv()).await, Some(5));
    assert!(batches.try_recv().is_err());
}
