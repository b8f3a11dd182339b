//! Every message ends in exactly one outcome, and what is reported agrees with
//! what the server wrote down, while connections are cut at any moment.

use core::pin::Pin;
use core::sync::atomic::{AtomicU64, Ordering};
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use smpp_esme::link::{Backoff, LinkPending, OnLost};
use smpp_esme::pdu::{
    Address, BindResp, Body, CommandId, CommandStatus, Pdu, SequenceNumber, ShortMessage, SubmitSm,
    SubmitSmResp,
};
use smpp_esme::{
    BoxStream, ClientBuilder, Connect, ConnectError, Link, LinkBuilder, RequestError,
    RequestErrorKind, SubmitResp,
};
use smpp_session::driver::{Application, drive};
use smpp_session::{Config, Event, Role};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use crate::centre::account;

const MESSAGES: usize = 20_000;
const TASKS: usize = 200;
const WINDOW: u16 = 16;

/// What the server wrote down of a message.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    received: u32,
    accepted: u32,
    refused: u32,
}

type Ledger = Arc<Mutex<Vec<Entry>>>;

/// The server's side of one connection.
struct Server {
    ledger: Ledger,
    random: fastrand::Rng,
    /// Messages that are answered a little later, out of order.
    withheld: Vec<(usize, SequenceNumber)>,
    /// After so many messages it ends, in one way or the other.
    ends_after: u32,
}

impl Server {
    fn submitted(
        &mut self,
        link: &mut smpp_session::driver::Link<'_>,
        sm: &SubmitSm<'_>,
        number: SequenceNumber,
    ) {
        let text = core::str::from_utf8(sm.short_message.as_bytes()).unwrap();
        let message: usize = text.parse().unwrap();
        self.ledger.lock().unwrap()[message].received += 1;
        match self.random.u32(0..1000) {
            // Never answered.
            0 => {}
            1..=200 => self.withheld.push((message, number)),
            _ => self.answer(link, message, number),
        }
        self.ends_after = self.ends_after.saturating_sub(1);
        if self.ends_after == 0 {
            match self.random.u32(0..3) {
                0 => link.close(),
                1 => drop(link.unbind()),
                _ => drop(link.finish()),
            }
        }
    }

    fn answer(
        &mut self,
        link: &mut smpp_session::driver::Link<'_>,
        message: usize,
        number: SequenceNumber,
    ) {
        let refuses = self.random.u32(0..50) == 0;
        let answered = if refuses {
            let status = CommandStatus::ESME_RTHROTTLED;
            let refusal = smpp_session::error_response(CommandId::SUBMIT_SM, status, number);
            link.respond(&refusal)
        } else {
            let id = message.to_string();
            let resp = SubmitSmResp::default().message_id(id.as_str().try_into().unwrap());
            link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
        };
        if answered.is_ok() {
            let entry = &mut self.ledger.lock().unwrap()[message];
            entry.accepted += u32::from(!refuses);
            entry.refused += u32::from(refuses);
        }
    }
}

impl Application for Server {
    type Command = ();

    fn event(&mut self, link: &mut smpp_session::driver::Link<'_>, event: Event<'_>) {
        while !self.withheld.is_empty() && self.random.bool() {
            let at = self.random.usize(..self.withheld.len());
            let (message, number) = self.withheld.swap_remove(at);
            self.answer(link, message, number);
        }
        let Event::Request(request) = event else {
            return;
        };
        let number = request.pdu.sequence_number;
        match &request.pdu.body {
            Body::Bind(bind) => {
                let resp = BindResp::default().bind_type(bind.bind_type);
                link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
                    .unwrap();
            }
            Body::SubmitSm(sm) => self.submitted(link, sm, number),
            other => panic!("{other:?}"),
        }
    }

    fn command(&mut self, _link: &mut smpp_session::driver::Link<'_>, (): ()) {}
}

/// A stream that is cut after so many octets in either direction, in the middle
/// of a PDU as a rule. What is under way is lost.
struct Fused {
    inner: DuplexStream,
    read_left: usize,
    write_left: usize,
    cuts: Arc<AtomicU64>,
    cut: bool,
}

impl Fused {
    fn check(&mut self) -> io::Result<()> {
        if self.read_left > 0 && self.write_left > 0 && !self.cut {
            return Ok(());
        }
        if !self.cut {
            self.cuts.fetch_add(1, Ordering::Relaxed);
            self.cut = true;
        }
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Fused {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        let mut part = buffer.take(self.read_left);
        ready!(Pin::new(&mut self.inner).poll_read(cx, &mut part))?;
        let read = part.filled().len();
        self.read_left -= read;
        buffer.advance(read);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Fused {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        let part = &octets[..octets.len().min(self.write_left)];
        let written = ready!(Pin::new(&mut self.inner).poll_write(cx, part))?;
        self.write_left -= written;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// A server that is reached over streams that break.
struct Fragile {
    ledger: Ledger,
    random: Mutex<fastrand::Rng>,
    cuts: Arc<AtomicU64>,
}

#[async_trait]
impl Connect for Fragile {
    async fn connect(&self) -> Result<BoxStream, ConnectError> {
        let mut random = self.random.lock().unwrap().fork();
        if random.u32(0..5) == 0 {
            return Err(io::Error::from(io::ErrorKind::ConnectionRefused).into());
        }
        let (ours, theirs) = tokio::io::duplex(random.usize(64..8192));
        let mut server = Server {
            ledger: Arc::clone(&self.ledger),
            withheld: Vec::new(),
            ends_after: random.u32(50..600),
            random: random.fork(),
        };
        let config = Config {
            window: 1000,
            // What is never answered holds up the end no longer than this.
            unbind_grace: Duration::from_millis(50),
            ..Config::new(Role::MessageCentre)
        };
        let (_, commands) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move { drive(ours, config, &mut server, commands).await });
        Ok(Box::pin(Fused {
            inner: theirs,
            read_left: random.usize(20..10_000),
            write_left: random.usize(20..30_000),
            cuts: Arc::clone(&self.cuts),
            cut: false,
        }))
    }

    fn name(&self) -> &str {
        "fragile"
    }
}

/// What the link reported of a message, and how often it may have been sent.
#[derive(Clone, Copy, Debug)]
enum Reported {
    Accepted(u32),
    Refused(CommandStatus, u32),
    Unknown(u32),
    Unsent,
}

fn reported(message: usize, outcome: Result<SubmitResp, RequestError>, attempts: u32) -> Reported {
    match outcome {
        Ok(resp) => {
            // The answer to this message, and to no other.
            assert_eq!(resp.message_id().as_bytes(), message.to_string().as_bytes());
            Reported::Accepted(attempts)
        }
        Err(error) if !error.was_sent() => {
            assert!(!error.is_outcome_unknown());
            Reported::Unsent
        }
        Err(error) => {
            assert!(error.attempts() <= attempts);
            match error.kind() {
                RequestErrorKind::Rejected(status) => Reported::Refused(status, error.attempts()),
                _ => {
                    assert!(error.is_outcome_unknown(), "{error}");
                    Reported::Unknown(error.attempts())
                }
            }
        }
    }
}

/// Sends one message in one of the three ways.
async fn send(link: &Link, message: usize, way: u32, at_most: u32) -> Reported {
    let text = message.to_string();
    let sm = SubmitSm::new(
        Address::alphanumeric("BANK").unwrap(),
        Address::international("447700900123").unwrap(),
        ShortMessage::new(text.as_bytes()).unwrap(),
    );
    let started: Result<LinkPending<SubmitResp>, _> = match way {
        0 => return reported(message, link.submit_sm(&sm).await, at_most),
        1 => link.try_submit_sm(&sm),
        _ => link.start_submit_sm(&sm).await,
    };
    match started {
        Ok(mut pending) => {
            let outcome = (&mut pending).await;
            assert!(pending.attempts() <= at_most);
            reported(message, outcome, pending.attempts())
        }
        Err(error) => {
            assert!(!error.was_sent());
            Reported::Unsent
        }
    }
}

async fn audit(name: &str, on_lost: OnLost, seed: u64) {
    let ledger: Ledger = Arc::new(Mutex::new(vec![Entry::default(); MESSAGES]));
    let cuts = Arc::new(AtomicU64::new(0));
    let place = Fragile {
        ledger: Arc::clone(&ledger),
        random: Mutex::new(fastrand::Rng::with_seed(seed)),
        cuts: Arc::clone(&cuts),
    };
    let session = ClientBuilder::new(account())
        .window(WINDOW)
        .response_timeout(Duration::from_millis(500))
        // So that a server which withholds an answer has something to do.
        .enquire_link(Some(Duration::from_millis(20)));
    let (link, _incoming) = LinkBuilder::from(session)
        .host(place)
        .sessions_per_host(3)
        .backoff(Backoff {
            first: Duration::from_millis(1),
            max: Duration::from_millis(20),
            ..Backoff::default()
        })
        .settled_after(Duration::from_millis(5))
        .wait_for_session(Some(Duration::from_millis(20)))
        .on_lost(on_lost)
        .seed(seed)
        .start();
    let at_most = match on_lost {
        OnLost::Report => 1,
        OnLost::Resend { attempts } => attempts + 1,
    };
    let senders: Vec<_> = (0..TASKS)
        .map(|task| {
            let link = link.clone();
            let mut random = fastrand::Rng::with_seed(seed + task as u64);
            tokio::spawn(async move {
                let mut outcomes = Vec::new();
                for message in (task..MESSAGES).step_by(TASKS) {
                    let way = random.u32(0..8).min(2);
                    outcomes.push((message, send(&link, message, way, at_most).await));
                    tokio::task::yield_now().await;
                }
                outcomes
            })
        })
        .collect();
    let mut outcomes = vec![None; MESSAGES];
    for sender in senders {
        for (message, reported) in sender.await.unwrap() {
            assert!(outcomes[message].replace(reported).is_none());
        }
    }
    link.unbind().await;
    let ledger = ledger.lock().unwrap();
    let [
        mut accepted,
        mut refused,
        mut unknown,
        mut unsent,
        mut twice,
    ] = [0; 5];
    for (message, (outcome, entry)) in outcomes.iter().zip(ledger.iter()).enumerate() {
        let outcome = outcome.expect("a message without an outcome");
        let sent = match outcome {
            Reported::Accepted(sent) => {
                accepted += 1;
                assert!(entry.accepted >= 1, "{message}: {outcome:?} {entry:?}");
                sent
            }
            // By the server, which has written it down.
            Reported::Refused(CommandStatus::ESME_RTHROTTLED, sent) => {
                refused += 1;
                assert!(entry.refused >= 1, "{message}: {outcome:?} {entry:?}");
                sent
            }
            // By its session, which is about to unbind: nobody has seen it.
            Reported::Refused(_, sent) => {
                refused += 1;
                sent - 1
            }
            Reported::Unknown(sent) => {
                unknown += 1;
                sent
            }
            Reported::Unsent => {
                unsent += 1;
                0
            }
        };
        assert!(entry.received <= sent, "{message}: {outcome:?} {entry:?}");
        twice += usize::from(entry.received > 1);
    }
    let cuts = cuts.load(Ordering::Relaxed);
    println!(
        "## link ledger, {name}: {MESSAGES} messages, {cuts} cuts: {accepted} accepted, \
         {refused} refused, {unknown} unknown, {unsent} not sent, {twice} received twice"
    );
    // The test has met what it is for.
    assert!(cuts > 50 && accepted > MESSAGES / 2 && refused > 0 && unsent > 0);
    match on_lost {
        OnLost::Report => assert!(twice == 0 && unknown > 0),
        OnLost::Resend { .. } => assert!(twice > 0),
    }
}

#[tokio::test(start_paused = true)]
async fn outcomes_agree_with_the_ledger_of_the_server() {
    for seed in [1, 2] {
        audit("reported", OnLost::Report, seed).await;
    }
}

#[tokio::test(start_paused = true)]
async fn outcomes_agree_with_the_ledger_when_lost_messages_are_sent_again() {
    audit("sent again", OnLost::Resend { attempts: 3 }, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn outcomes_agree_with_the_ledger_on_several_threads() {
    audit("4 threads", OnLost::Report, 4).await;
}
