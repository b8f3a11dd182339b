//! The tokio driver, over streams in memory.

#![cfg(feature = "tokio")]
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll};
use core::time::Duration;
use std::io;
use std::sync::Arc;

use smpp_pdu::{Bind, BindResp, BindType, Body, CommandStatus, Pdu, SubmitSm, SubmitSmResp};
use smpp_session::driver::{Application, Ended, Link, drive};
use smpp_session::{CloseReason, Config, Event, Instant, RequestId, Role, SessionState};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};
use tokio::sync::mpsc;

/// A centre that accepts every bind and every message.
#[derive(Default)]
struct Centre {
    submits: usize,
    batches: usize,
    closed: Option<CloseReason>,
}

impl Application for Centre {
    type Command = ();

    fn event(&mut self, link: &mut Link<'_>, event: Event<'_>) {
        match event {
            Event::Request(request) => {
                let number = request.pdu.sequence_number;
                let response = match request.pdu.body {
                    Body::Bind(bind) => {
                        Pdu::request(number, BindResp::default().bind_type(bind.bind_type))
                    }
                    Body::SubmitSm(_) => {
                        self.submits += 1;
                        Pdu::request(number, SubmitSmResp::default())
                    }
                    _ => smpp_session::refuse(&request.pdu, CommandStatus::ESME_RSYSERR),
                };
                link.respond(&response).unwrap();
            }
            Event::Closed(reason) => self.closed = Some(reason),
            _ => {}
        }
    }

    fn command(&mut self, _: &mut Link<'_>, (): ()) {}

    fn batch_end(&mut self, _: &mut Link<'_>) {
        self.batches += 1;
    }
}

/// A client that binds, keeps its window full until `total` messages are
/// answered, and unbinds.
struct Client {
    total: u64,
    sent: u64,
    answered: u64,
    most_outstanding: usize,
}

impl Client {
    fn new(total: u64) -> Self {
        Self {
            total,
            sent: 0,
            answered: 0,
            most_outstanding: 0,
        }
    }
}

impl Application for Client {
    type Command = BindType;

    fn event(&mut self, link: &mut Link<'_>, event: Event<'_>) {
        if let Event::Response(response) = event
            && matches!(response.pdu.body, Body::SubmitSmResp(_))
        {
            self.answered += 1;
            if self.answered == self.total {
                link.unbind().unwrap();
            }
        }
    }

    fn command(&mut self, link: &mut Link<'_>, bind_type: BindType) {
        let bind = Bind::new(bind_type, Default::default(), Default::default());
        link.request(RequestId(u64::MAX), bind).unwrap();
    }

    fn batch_end(&mut self, link: &mut Link<'_>) {
        while link.state() == SessionState::BoundTrx
            && self.sent < self.total
            && link.free_window() > 0
        {
            link.request(RequestId(self.sent), SubmitSm::default())
                .unwrap();
            self.sent += 1;
        }
        self.most_outstanding = self.most_outstanding.max(link.outstanding());
    }
}

/// Counts the writes on a stream.
struct Counting {
    inner: DuplexStream,
    writes: Arc<AtomicUsize>,
}

impl AsyncRead for Counting {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Counting {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        Pin::new(&mut self.inner).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

fn client_config(window: u16) -> Config {
    Config {
        window,
        ..Config::new(Role::Esme)
    }
}

async fn centre_over(stream: impl AsyncRead + AsyncWrite) -> (Centre, Ended) {
    let mut app = Centre::default();
    let (_, commands) = mpsc::unbounded_channel();
    let ended = drive(stream, Config::new(Role::MessageCentre), &mut app, commands).await;
    (app, ended)
}

#[tokio::test]
async fn many_messages_ride_on_few_writes() {
    let (near, far) = tokio::io::duplex(1 << 20);
    let writes = Arc::new(AtomicUsize::new(0));
    let counted = Counting {
        inner: near,
        writes: Arc::clone(&writes),
    };
    let mut client = Client::new(10_000);
    let (sender, commands) = mpsc::unbounded_channel();
    sender.send(BindType::Transceiver).unwrap();
    let (ended, (centre, centre_ended)) = tokio::join!(
        drive(counted, client_config(500), &mut client, commands),
        centre_over(far),
    );
    assert_eq!(client.answered, 10_000);
    assert_eq!(client.most_outstanding, 500);
    assert_eq!(centre.submits, 10_000);
    assert_eq!(ended.reason, CloseReason::Unbound);
    assert_eq!(centre_ended.reason, CloseReason::PeerUnbound);
    assert_eq!(centre.closed, Some(CloseReason::PeerUnbound));
    let writes = writes.load(Ordering::Relaxed);
    assert!(writes < 200, "{writes} writes for 10,000 messages");
    assert!(centre.batches < 200, "{} batches", centre.batches);
}

#[tokio::test]
async fn a_narrow_stream_carries_everything_all_the_same() {
    for width in [1, 7, 100] {
        let (near, far) = tokio::io::duplex(width);
        let mut client = Client::new(50);
        let (sender, commands) = mpsc::unbounded_channel();
        sender.send(BindType::Transceiver).unwrap();
        let (ended, (centre, _)) = tokio::join!(
            drive(near, client_config(20), &mut client, commands),
            centre_over(far),
        );
        assert_eq!((client.answered, centre.submits), (50, 50));
        assert_eq!(ended.reason, CloseReason::Unbound);
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_link_is_kept_alive_for_a_day() {
    let (near, far) = tokio::io::duplex(1024);
    let mut client = Client::new(1);
    client.sent = 1; // nothing to send
    let (sender, commands) = mpsc::unbounded_channel();
    sender.send(BindType::Transceiver).unwrap();
    let day = tokio::time::sleep(Duration::from_secs(24 * 3600));
    tokio::select! {
        ended = drive(near, client_config(1), &mut client, commands) => panic!("{ended:?}"),
        (_, ended) = centre_over(far) => panic!("{ended:?}"),
        () = day => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_stranger_that_never_binds_is_closed_in_time() {
    let (_near, far) = tokio::io::duplex(1024);
    let start = tokio::time::Instant::now();
    let (_, ended) = centre_over(far).await;
    assert_eq!(ended.reason, CloseReason::SessionInitTimeout);
    // Ten seconds for the bind, two for the stranger to close.
    assert!(start.elapsed() <= Duration::from_secs(13));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_does_not_hold_a_finished_session() {
    // The answer to unbind does not fit, and nobody reads.
    let (mut near, far) = tokio::io::duplex(37);
    let talk = async {
        let bind = b"\0\0\0\x17\0\0\0\x09\0\0\0\0\0\0\0\x01\0\0\0\x34\0\0\0";
        near.write_all(bind).await.unwrap();
        let unbind = b"\0\0\0\x10\0\0\0\x06\0\0\0\0\0\0\0\x02";
        near.write_all(unbind).await.unwrap();
        near.write_all(unbind).await.unwrap();
        core::future::pending::<()>().await;
    };
    tokio::select! {
        () = talk => unreachable!(),
        (_, ended) = centre_over(far) => assert_eq!(ended.reason, CloseReason::PeerUnbound),
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_sends_and_never_reads_is_given_up() {
    let (mut near, far) = tokio::io::duplex(64);
    let talk = async {
        let bind = b"\0\0\0\x17\0\0\0\x09\0\0\0\0\0\0\0\x01\0\0\0\x34\0\0\0";
        near.write_all(bind).await.unwrap();
        // It lives, and asks for answers that it does not take.
        while near
            .write_all(b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x02")
            .await
            .is_ok()
        {
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
    };
    let start = tokio::time::Instant::now();
    let ((), (centre, ended)) = tokio::join!(talk, centre_over(far));
    assert_eq!(ended.reason, CloseReason::ConnectionLost);
    assert_eq!(ended.error.unwrap().kind(), io::ErrorKind::TimedOut);
    assert_eq!(centre.closed, Some(CloseReason::ConnectionLost));
    let waited = start.elapsed().as_secs();
    assert!((60..=120).contains(&waited), "{waited} s");
}

#[tokio::test(start_paused = true)]
async fn the_last_answer_arrives_before_the_end() {
    let (mut near, far) = tokio::io::duplex(1024);
    let talk = async {
        near.write_all(b"\0\0\0\x05 and more that is never read")
            .await
            .unwrap();
        let mut answer = Vec::new();
        near.read_to_end(&mut answer).await.unwrap();
        answer
    };
    let (answer, (_, ended)) = tokio::join!(talk, centre_over(far));
    assert!(matches!(ended.reason, CloseReason::Framing(_)));
    let nack = smpp_codec::decode(&answer).unwrap();
    assert_eq!(nack.command_status, CommandStatus::ESME_RINVCMDLEN);
}

#[tokio::test]
async fn a_lost_connection_is_reported_with_its_error() {
    struct Broken;
    impl AsyncRead for Broken {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
        }
    }
    impl AsyncWrite for Broken {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            octets: &[u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(Ok(octets.len()))
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }
    let (_, ended) = centre_over(Broken).await;
    assert_eq!(ended.reason, CloseReason::NoOctets);
    assert_eq!(ended.error.unwrap().kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test(start_paused = true)]
async fn an_application_is_woken_at_the_moments_that_it_names() {
    /// Wants to be woken 2 s after each of the first three ends of a batch.
    #[derive(Default)]
    struct Sleeper {
        next: Option<Instant>,
        ends: Vec<u64>,
    }

    impl Application for Sleeper {
        type Command = ();

        fn event(&mut self, _: &mut Link<'_>, _: Event<'_>) {}

        fn command(&mut self, link: &mut Link<'_>, (): ()) {
            // A request whose deadline moves the timer of the session.
            let bind = Bind::default();
            link.request(RequestId(1), bind).unwrap();
        }

        fn batch_end(&mut self, link: &mut Link<'_>) {
            self.ends.push(link.now().since(Instant::ZERO).as_secs());
            let again = self.ends.len() <= 3;
            self.next = again.then(|| link.now() + Duration::from_secs(2));
        }

        fn wake_at(&self) -> Option<Instant> {
            self.next
        }
    }

    let (near, far) = tokio::io::duplex(1024);
    let (commands, queue) = mpsc::unbounded_channel();
    commands.send(()).unwrap();
    let mut app = Sleeper::default();
    let config = Config {
        session_init: Some(Duration::from_secs(30)),
        ..Config::new(Role::Esme)
    };
    let ended = drive(far, config, &mut app, queue).await;
    assert_eq!(ended.reason, CloseReason::SessionInitTimeout);
    assert_eq!(app.ends, [0, 2, 4, 6]);
    drop(near);
}

#[tokio::test(start_paused = true)]
async fn what_follows_a_bind_waits_while_somebody_else_decides_it() {
    /// Answers the bind when it is told to.
    #[derive(Default)]
    struct Deciding {
        bind: Option<smpp_pdu::SequenceNumber>,
        seen: Vec<SessionState>,
    }

    impl Application for Deciding {
        type Command = ();

        fn event(&mut self, link: &mut Link<'_>, event: Event<'_>) {
            let Event::Request(request) = event else {
                return;
            };
            if let Body::Bind(_) = request.pdu.body {
                self.bind = Some(request.pdu.sequence_number);
                link.hold();
            } else {
                self.seen.push(link.state());
                let resp = Pdu::request(request.pdu.sequence_number, SubmitSmResp::default());
                link.respond(&resp).unwrap();
            }
        }

        fn command(&mut self, link: &mut Link<'_>, (): ()) {
            let resp = BindResp::default().bind_type(BindType::Transceiver);
            link.respond(&Pdu::request(self.bind.unwrap(), resp))
                .unwrap();
            link.release();
        }
    }

    let (mut peer, stream) = tokio::io::duplex(4096);
    let (decide, commands) = mpsc::unbounded_channel();
    let centre = tokio::spawn(async move {
        let mut app = Deciding::default();
        let config = Config::new(Role::MessageCentre);
        drive(stream, config, &mut app, commands).await;
        app.seen
    });
    let mut octets = Vec::new();
    let bind = Bind::new(
        BindType::Transceiver,
        Default::default(),
        Default::default(),
    );
    let number = smpp_pdu::SequenceNumber::FIRST;
    smpp_codec::encode(&Pdu::request(number, bind), &mut octets).unwrap();
    let submit = Pdu::request(number.next(), SubmitSm::default());
    smpp_codec::encode(&submit, &mut octets).unwrap();
    // One write carries both and a part of a third, the rest comes later.
    let third = Pdu::request(number.next().next(), SubmitSm::default());
    let mut whole = Vec::new();
    smpp_codec::encode(&third, &mut whole).unwrap();
    octets.extend_from_slice(&whole[..20]);
    peer.write_all(&octets).await.unwrap();
    // Time goes on only when there is nothing else to do.
    tokio::time::sleep(Duration::from_secs(1)).await;
    peer.write_all(&whole[20..]).await.unwrap();
    decide.send(()).unwrap();
    let mut answers = smpp_codec::Framer::new(Vec::new(), 4096);
    let mut statuses = Vec::new();
    while statuses.len() < 3 {
        let mut read = [0; 256];
        let len = peer.read(&mut read).await.unwrap();
        assert_ne!(len, 0, "ended after {statuses:?}");
        let mut input = &read[..len];
        while let Some(frame) = answers.next_frame(&mut input).unwrap() {
            statuses.push(frame.header().command_status);
        }
    }
    assert_eq!(statuses, [CommandStatus::ESME_ROK; 3]);
    drop(peer);
    assert_eq!(centre.await.unwrap(), [SessionState::BoundTrx; 2]);
}
