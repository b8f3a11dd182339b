//! What a server sends by itself.

use core::time::Duration;

use smpp_pdu::*;
use smpp_smsc::handler::*;

use crate::support::*;

#[tokio::test]
async fn a_message_has_its_response_as_outcome() {
    let (server, mut calls) = relay(Options::new());
    let mut client = bound(&server).await;
    let session = calls.session().await;
    let pushed = tokio::spawn({
        let session = session.clone();
        async move { session.deliver_sm(deliver()).await }
    });
    let request = client.receive().await;
    assert_eq!(request.id(), CommandId::DELIVER_SM);
    assert_eq!(session.in_flight(), 1);
    let ok = CommandStatus::ESME_ROK;
    client.respond(&request, ok, DeliverSmResp::default()).await;
    let resp = soon(pushed).await.unwrap().unwrap();
    assert_eq!(resp.command_id(), CommandId::DELIVER_SM_RESP);
    assert_eq!(session.in_flight(), 0);
}

#[tokio::test]
async fn a_refusal_is_an_error_with_the_response() {
    let (server, mut calls) = relay(Options::new());
    let mut client = bound(&server).await;
    let session = calls.session().await;
    let pushed = tokio::spawn(async move { session.data_sm(DataSm::default()).await });
    let request = client.receive().await;
    let status = CommandStatus::ESME_RX_T_APPN;
    let body = DataSmResp::default();
    client.respond(&request, status, body).await;
    match soon(pushed).await.unwrap() {
        Err(PushError::Refused(resp)) => assert_eq!(resp.command_status(), status),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_answered_expires() {
    let mut options = Options::new();
    options.session.response = Duration::from_secs(3);
    let (server, mut calls) = relay(options);
    let _client = bound(&server).await;
    let session = calls.session().await;
    let outcome = session.deliver_sm(deliver()).await;
    assert_eq!(outcome.unwrap_err(), PushError::Expired);
    assert_eq!(session.in_flight(), 0);
}

#[tokio::test]
async fn what_a_lost_connection_leaves_is_unknown_and_nothing_is_sent_after_it() {
    let (server, mut calls) = relay(Options::new());
    let mut client = bound(&server).await;
    let session = calls.session().await;
    let pushed = tokio::spawn({
        let session = session.clone();
        async move { session.deliver_sm(deliver()).await }
    });
    client.receive().await;
    drop(client);
    let lost = soon(pushed).await.unwrap().unwrap_err();
    assert_eq!(lost, PushError::Unknown);
    assert!(!lost.is_not_sent());
    soon(session.closed()).await;
    let over = session.deliver_sm(deliver()).await.unwrap_err();
    assert_eq!(over, PushError::Closed);
    assert!(over.is_not_sent());
    assert_eq!(session.free_window(), 0);
}

#[tokio::test]
async fn a_full_window_is_told_at_once() {
    let mut options = Options::new();
    options.session.window = 1;
    let (server, mut calls) = relay(options);
    let mut client = bound(&server).await;
    let session = calls.session().await;
    let pushed = tokio::spawn({
        let session = session.clone();
        async move { session.deliver_sm(deliver()).await }
    });
    let request = client.receive().await;
    let full = session.deliver_sm(deliver()).await.unwrap_err();
    assert_eq!(full, PushError::NoWindow);
    let ok = CommandStatus::ESME_ROK;
    client.respond(&request, ok, DeliverSmResp::default()).await;
    soon(pushed).await.unwrap().unwrap();
    assert_eq!(session.free_window(), 1);
}

#[tokio::test]
async fn what_the_session_does_not_allow_is_not_sent() {
    let (server, mut calls) = relay(Options::new());
    let mut client = client(&server);
    client.bind_as(BindType::Transmitter, "esme").await;
    let session = calls.session().await;
    for outcome in [
        session.deliver_sm(deliver()).await.unwrap_err(),
        session.request(sm()).await.unwrap_err(),
        session.request(Unbind::default()).await.unwrap_err(),
        session.request(Outbind::default()).await.unwrap_err(),
    ] {
        assert!(matches!(outcome, PushError::NotSent(_)), "{outcome:?}");
    }
}

/// Sends before it has let the ESME bind.
struct Eager(bool);

#[smpp_smsc::async_trait]
impl Handler for Eager {
    async fn bind(
        &mut self,
        _bind: Owned<Bind<'static>>,
        session: SessionHandle,
    ) -> Result<(), CommandStatus> {
        let (asked, mut begun) = tokio::sync::oneshot::channel();
        let task = tokio::spawn(async move {
            let mut pushed = core::pin::pin!(session.deliver_sm(deliver()));
            // Sent with the first poll.
            let mut asked = Some(asked);
            let outcome = core::future::poll_fn(|cx| {
                let polled = pushed.as_mut().poll(cx);
                if let Some(asked) = asked.take() {
                    let _ = asked.send(());
                }
                polled
            });
            outcome.await
        });
        let _ = (&mut begun).await;
        if self.0 {
            return Ok(());
        }
        tokio::spawn(async move {
            let outcome = task.await.unwrap();
            assert_eq!(outcome.unwrap_err(), PushError::Closed);
        });
        Err(CommandStatus::ESME_RINVPASWD)
    }
}

#[tokio::test]
async fn what_is_sent_before_the_bind_is_decided_follows_the_response() {
    let server = Server::new(|_: &Peer| Some(Eager(true)), Options::new());
    let mut client = bound(&server).await;
    assert_eq!(client.receive().await.id(), CommandId::DELIVER_SM);
    let server = Server::new(|_: &Peer| Some(Eager(false)), Options::new());
    let mut client = crate::support::client(&server);
    let resp = client.bind_as(BindType::Transceiver, "esme").await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVPASWD);
    client.ask(EnquireLink::default()).await;
}

#[tokio::test]
async fn of_the_sessions_of_an_account_the_receiver_with_most_room_is_found() {
    let (server, mut calls) = relay(Options::new());
    let sessions = server.sessions();
    assert!(sessions.receiver("esme").is_none());
    let mut transmitter = client(&server);
    transmitter.bind_as(BindType::Transmitter, "esme").await;
    assert!(sessions.receiver("esme").is_none());
    let mut other = client(&server);
    other.bind_as(BindType::Receiver, "other").await;
    let mut busy = bound(&server).await;
    let mut free = bound(&server).await;
    let mut handles = Vec::new();
    for _ in 0..4 {
        handles.push(calls.session().await);
    }
    let pushed = tokio::spawn({
        let busy = handles[2].clone();
        async move { busy.deliver_sm(deliver()).await }
    });
    let request = busy.receive().await;
    let found = sessions.receiver("esme").unwrap();
    assert_eq!(found.connection(), handles[3].connection());
    assert_eq!(sessions.of("esme").len(), 3);
    assert_eq!(sessions.list().len(), 4);
    let id = handles[1].connection();
    assert_eq!(&**sessions.get(id).unwrap().system_id(), "other");
    // One that is about to end is not chosen.
    handles[3].unbind();
    free.is_unbound().await;
    let ok = CommandStatus::ESME_ROK;
    busy.respond(&request, ok, DeliverSmResp::default()).await;
    soon(pushed).await.unwrap().unwrap();
    let found = sessions.receiver("esme").unwrap();
    assert_eq!(found.connection(), handles[2].connection());
}

#[tokio::test]
async fn a_session_may_be_closed_at_once() {
    let (server, mut calls) = relay(Options::new());
    let mut client = bound(&server).await;
    calls.session().await.close();
    assert!(client.next().await.is_none());
    let reason = calls.closed().await;
    assert_eq!(reason, smpp_session::CloseReason::Requested);
}
