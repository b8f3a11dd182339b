//! The end of the centre, and the limits of it.

use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::io;

use async_trait::async_trait;
use smpp_pdu::*;
use smpp_smsc::network::{Attempt, Network, Outcome, Reports};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use crate::support::*;

#[tokio::test]
async fn shutdown_unbinds_every_session_and_stops_listening() {
    let (smsc, address) = serve(centre()).await;
    let mut bound = Client::bound(address, BindType::Transceiver).await;
    let mut unbound = Client::connect(address).await;
    unbound.ask(EnquireLink::default()).await;
    let stopping = tokio::spawn({
        let smsc = smsc.clone();
        async move { smsc.shutdown().await }
    });
    let unbind = bound.receive().await;
    assert_eq!(unbind.id(), CommandId::UNBIND);
    let ok = CommandStatus::ESME_ROK;
    bound
        .respond(unbind.number(), ok, UnbindResp::default())
        .await;
    assert!(bound.next().await.is_none());
    assert!(unbound.next().await.is_none());
    drop((bound, unbound));
    assert_eq!(stopping.await.unwrap(), 0);
    assert!(TcpStream::connect(address).await.is_err());
    assert!(smsc.sessions().await.is_empty());
}

#[tokio::test]
async fn shutdown_waits_for_answers_that_are_open() {
    let (smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    client.ask(sm().with_receipt()).await.message_id();
    let receipt = client.receive().await;
    let stopping = tokio::spawn(async move { smsc.shutdown().await });
    // Refused from now on, in good form.
    while client.ask(sm()).await.status() == CommandStatus::ESME_ROK {}
    client.acknowledge(&receipt).await;
    let unbind = client.receive().await;
    assert_eq!(unbind.id(), CommandId::UNBIND);
    let ok = CommandStatus::ESME_ROK;
    client
        .respond(unbind.number(), ok, UnbindResp::default())
        .await;
    assert!(client.next().await.is_none());
    drop(client);
    assert_eq!(stopping.await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn shutdown_does_not_wait_for_ever() {
    let limit = Duration::from_secs(4);
    let smsc = centre().shutdown_limit(limit).start();
    let mut silent = Client::bound_within(&smsc, BindType::Transceiver).await;
    let start = tokio::time::Instant::now();
    assert_eq!(smsc.shutdown().await, 1);
    assert!(start.elapsed() < Duration::from_secs(8));
    assert_eq!(silent.receive().await.id(), CommandId::UNBIND);
    assert!(silent.next().await.is_none());
}

#[tokio::test]
async fn one_connection_too_many_is_closed_at_once() {
    let (smsc, address) = serve(centre().max_connections(2)).await;
    let mut first = Client::bound(address, BindType::Transceiver).await;
    let second = Client::bound(address, BindType::Transceiver).await;
    let mut third = Client::connect(address).await;
    assert!(third.next().await.is_none());
    first.is_served().await;
    second.leave().await;
    until(|| async { smsc.sessions().await.len() == 1 }).await;
    // The place is free once the connection is.
    loop {
        let mut again = Client::connect(address).await;
        let enquire = again.encode(EnquireLink::default());
        again.write(&enquire).await;
        if again.next().await.is_some() {
            break;
        }
    }
}

#[tokio::test]
async fn several_listeners_serve_one_centre() {
    let (smsc, one) = serve(centre()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other = listener.local_addr().unwrap();
    let serving = tokio::spawn({
        let smsc = smsc.clone();
        async move { smsc.serve(listener).await }
    });
    let mut transmitter = Client::bound(one, BindType::Transmitter).await;
    let mut receiver = Client::bound(other, BindType::Receiver).await;
    let id = transmitter.ask(sm().with_receipt()).await.message_id();
    assert_eq!(receiver.take_receipt().await.0, id);
    transmitter.leave().await;
    receiver.leave().await;
    smsc.shutdown().await;
    serving.await.unwrap();
}

/// A stream that panics when something is read from it that begins with 0xFF.
struct Defect(DuplexStream);

impl AsyncRead for Defect {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.0).poll_read(cx, buffer);
        assert_ne!(buffer.filled().first(), Some(&0xFF), "as intended");
        read
    }
}

impl AsyncWrite for Defect {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn a_defect_in_one_connection_ends_that_connection_only() {
    let (smsc, address) = serve(centre().max_connections(2)).await;
    let mut good = Client::bound(address, BindType::Transmitter).await;
    let (near, far) = tokio::io::duplex(4096);
    assert!(smsc.accept(Defect(far), "a test").is_some());
    let mut bad = Client::over(near);
    let version = InterfaceVersion::V3_4;
    bad.bind(BindType::Transceiver, version, ACCOUNT).await;
    let id = good.ask(sm().with_receipt()).await.message_id();
    assert_eq!(bad.receive().await.receipt().0, id);
    bad.write(&[0xFF]).await;
    assert!(bad.next().await.is_none());
    until(|| async { smsc.sessions().await.len() == 1 }).await;
    good.is_served().await;
    // What it had is delivered, and its place is free.
    let mut next = Client::bound(address, BindType::Receiver).await;
    assert_eq!(next.take_receipt().await.0, id);
}

/// A network that panics at first.
struct Shaky(core::sync::atomic::AtomicBool);

#[async_trait]
impl Network for Shaky {
    async fn attempt(&self, attempts: Vec<Attempt>, reports: &Reports) {
        let before = self.0.swap(true, core::sync::atomic::Ordering::Relaxed);
        assert!(before, "as intended");
        let delivered = |one: &Attempt| one.ended(Outcome::Delivered);
        reports.send(attempts.iter().map(delivered).collect());
    }
}

#[tokio::test]
async fn a_defect_in_the_network_costs_an_attempt_and_not_the_centre() {
    let network = Shaky(false.into());
    let lease = Duration::from_millis(20);
    let (_smsc, address) = serve(centre().network(network).lease(lease)).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    assert_eq!(client.take_receipt().await, (id, MessageState::DELIVERED));
}
