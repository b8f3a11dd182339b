//! The end of a server.

use core::time::Duration;

use smpp_pdu::*;
use smpp_smsc::handler::*;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::support::*;

#[tokio::test]
async fn a_graceful_shutdown_waits_for_replies_and_unbinds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (factory, mut calls) = relays();
    let (stop, stopped) = oneshot::channel::<()>();
    let serve = serve(listener, factory)
        .with_system_id("tester")
        .with_graceful_shutdown(async move { drop(stopped.await) });
    let sessions = serve.sessions();
    let serving = tokio::spawn(serve.into_future());
    let mut client = Client::over(TcpStream::connect(address).await.unwrap());
    let resp = client.bind_as(BindType::Transceiver, "esme").await;
    let Body::BindResp(bound) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    assert_eq!(bound.system_id, text("tester"));
    calls.session().await;
    assert_eq!(sessions.of("esme").len(), 1);
    client.send(sm()).await;
    let (_, reply) = calls.submit().await;
    stop.send(()).unwrap();
    // Refused from now on, in good form.
    let mut open = Vec::new();
    loop {
        client.send(sm()).await;
        let resp = tokio::select! {
            resp = client.receive() => resp,
            (_, reply) = calls.submit() => {
                open.push(reply);
                continue;
            }
        };
        assert_eq!(resp.status(), CommandStatus::ESME_RSYSERR);
        break;
    }
    for reply in open.into_iter().chain([reply]) {
        reply.taken("1");
        assert_eq!(client.receive().await.status(), CommandStatus::ESME_ROK);
    }
    client.is_unbound().await;
    drop(client);
    assert_eq!(soon(serving).await.unwrap(), 0);
    assert!(TcpStream::connect(address).await.is_err());
    assert!(sessions.list().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_graceful_shutdown_does_not_wait_for_ever() {
    let mut options = Options::new();
    options.limits = Limits::new().shutdown(Duration::from_secs(4));
    let (server, mut calls) = relay(options);
    let mut silent = bound(&server).await;
    calls.session().await;
    silent.send(sm()).await;
    let (_, _reply) = calls.submit().await;
    let start = tokio::time::Instant::now();
    assert_eq!(server.shutdown().await, 1);
    assert!(start.elapsed() < Duration::from_secs(8));
    assert_eq!(silent.receive().await.id(), CommandId::UNBIND);
    assert!(silent.next().await.is_none());
}

/// Never returns from what it is called for.
struct Stuck;

#[smpp_smsc::async_trait]
impl Handler for Stuck {
    async fn bind(
        &mut self,
        _bind: Owned<Bind<'static>>,
        _session: SessionHandle,
    ) -> Result<(), CommandStatus> {
        core::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_never_returns_is_dropped_in_the_end() {
    let server = Server::new(|_: &Peer| Some(Stuck), Options::new());
    let mut client = client(&server);
    client
        .send(Bind::new(
            BindType::Transceiver,
            text("esme"),
            text("secret"),
        ))
        .await;
    // The session is over when the time for the bind is.
    assert!(client.next().await.is_none());
    assert_eq!(server.connections(), 1);
    server.shutdown().await;
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_server_that_is_dropped_closes_its_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (factory, mut calls) = relays();
    let serving = tokio::spawn(serve(listener, factory).into_future());
    let mut client = Client::over(TcpStream::connect(address).await.unwrap());
    client.bind().await;
    calls.session().await;
    serving.abort();
    assert!(client.next().await.is_none());
    calls.closed().await;
}

#[tokio::test]
async fn one_connection_may_be_ended_in_good_order() {
    let (server, mut calls) = relay(Options::new());
    let mut client = bound(&server).await;
    let mut other = bound(&server).await;
    let id = calls.session().await.connection();
    assert!(server.end_connection(id));
    client.is_unbound().await;
    drop(client);
    assert!(!server.end_connection(ConnectionId(u64::MAX)));
    other.ask(EnquireLink::default()).await;
}
