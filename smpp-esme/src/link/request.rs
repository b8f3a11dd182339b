//! From a request to its one outcome, over as many sessions as it takes.

use core::fmt;
use core::future::{Future, poll_fn};
use core::marker::PhantomData;
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use smpp_codec::{encode, encoded_len};
use smpp_pdu::{Body, CommandId, Header, Pdu, SequenceNumber, UnknownBody};
use tokio::sync::Semaphore;
use tokio::task::unconstrained;
use tokio::time::{Instant, timeout_at};
use tracing::debug;

use super::keeper::{Either, race};
use super::roster::{Roster, Session, needs_transmitter};
use super::shared::Shared;
use super::{OnLost, metric};
use crate::{OwnedPdu, Pending, RequestError, RequestErrorKind};

/// A request that a session has taken.
pub(super) struct Started {
    session: Arc<Session>,
    pending: Pending,
}

/// How many requests wait for the sessions themselves. More than one, so that
/// what fits into the windows after a batch of responses goes out as a batch.
const AT_THE_FRONT: usize = 64;

/// Where requests wait for a place in a window. Only those at the front wait for
/// the sessions themselves, for all of them at once; each of thousands that did
/// would cost a place in the queue of every session.
#[derive(Debug)]
pub(super) struct Line {
    /// How many wait, for whatever.
    waiting: AtomicUsize,
    front: Semaphore,
}

impl Line {
    pub(super) fn new() -> Self {
        Self {
            waiting: AtomicUsize::new(0),
            front: Semaphore::new(AT_THE_FRONT),
        }
    }

    fn is_empty(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) == 0
    }

    fn enter(&self) -> Waiting<'_> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting { line: self }
    }
}

struct Waiting<'l> {
    line: &'l Line,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.line.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A session that is about to take a request.
type Starting<'a> = Pin<Box<dyn Future<Output = Result<Pending, RequestError>> + Send + 'a>>;

impl Shared {
    /// Gives a request to the session with the most free window, and waits for
    /// a session, and for a place in the window of any.
    pub(super) async fn start(&self, body: Body<'_>) -> Result<Started, RequestError> {
        let command_id = body.command_id();
        let error = |kind| RequestError::new(command_id, kind);
        if !self.transmits && needs_transmitter(command_id) {
            return Err(error(RequestErrorKind::NotAllowed));
        }
        let roster = Arc::clone(&self.roster.borrow());
        // Whoever stands in line comes first.
        if !roster.closed
            && self.line.is_empty()
            && let Some(session) = roster.best(self.next_turn(), self.transmits)
        {
            match start_now(session, body) {
                Some(Ok(started)) => return Ok(started),
                Some(Err(error)) if error.kind() == RequestErrorKind::Closed => {}
                Some(Err(error)) => return Err(error),
                None => {}
            }
        }
        drop(roster);
        self.wait_to_start(body).await
    }

    async fn wait_to_start(&self, body: Body<'_>) -> Result<Started, RequestError> {
        let error = |kind| RequestError::new(body.command_id(), kind);
        let _waiting = self.line.enter();
        let mut changes = self.roster.subscribe();
        // Until when it may wait for a session; set when there is none.
        let mut until: Option<Instant> = None;
        loop {
            let roster = Arc::clone(&changes.borrow_and_update());
            if roster.closed {
                return Err(error(RequestErrorKind::Closed));
            }
            if roster.best(self.next_turn(), self.transmits).is_some() {
                until = None;
                match race(self.start_in_line(body, roster), changes.changed()).await {
                    Either::Left(Some(started)) => return started,
                    Either::Left(None) | Either::Right(_) => continue,
                }
            }
            drop(roster);
            let Some(limit) = self.wait else {
                let _ = changes.changed().await;
                continue;
            };
            let now = Instant::now();
            let at = match until {
                Some(at) => Some(at),
                None => now.checked_add(limit),
            };
            until = at;
            let changed = match at {
                Some(at) if at <= now => false,
                Some(at) => timeout_at(at, changes.changed()).await.is_ok(),
                // Later than the clock can say.
                None => changes.changed().await.is_ok(),
            };
            if !changed {
                metric::request(metric::REQUESTS_WITHOUT_SESSION);
                return Err(error(RequestErrorKind::NoSession));
            }
        }
    }

    /// Waits until it is at the front of the line, then for a place in any window. `None`:
    /// there is another choice now, ask again.
    async fn start_in_line(
        &self,
        body: Body<'_>,
        roster: Arc<Roster>,
    ) -> Option<Result<Started, RequestError>> {
        // It is never closed.
        let _front = self.line.front.acquire().await.ok()?;
        match start_now(roster.best(self.next_turn(), self.transmits)?, body) {
            Some(Err(error)) if error.kind() == RequestErrorKind::Closed => return None,
            Some(started) => return Some(started),
            None => {}
        }
        let sessions = roster.by_free_window(self.next_turn(), self.transmits);
        drop(roster);
        first_to_start(body, sessions).await
    }

    /// Gives a request to the session with the most free window, or to none.
    pub(super) fn try_start(&self, body: Body<'_>) -> Result<Started, RequestError> {
        let error = |kind| RequestError::new(body.command_id(), kind);
        if !self.transmits && needs_transmitter(body.command_id()) {
            return Err(error(RequestErrorKind::NotAllowed));
        }
        let roster = Arc::clone(&self.roster.borrow());
        if roster.closed {
            return Err(error(RequestErrorKind::Closed));
        }
        while let Some(session) = roster.best(self.next_turn(), self.transmits) {
            match start_now(session, body) {
                Some(Ok(started)) => return Ok(started),
                // It is not the best again.
                Some(Err(error)) if error.kind() == RequestErrorKind::Closed => {}
                Some(Err(error)) => return Err(error),
                None => return Err(error(RequestErrorKind::WindowFull)),
            }
        }
        Err(error(RequestErrorKind::NoSession))
    }

    /// A whole request whose sender waits for its outcome.
    pub(super) async fn request(&self, body: Body<'_>) -> Result<OwnedPdu, RequestError> {
        let started = self.start(body).await?;
        self.outcome(started, body).await
    }

    /// The same, if it can be sent at once.
    pub(super) async fn try_request(&self, body: Body<'_>) -> Result<OwnedPdu, RequestError> {
        let started = self.try_start(body)?;
        self.outcome(started, body).await
    }

    async fn outcome(
        &self,
        mut started: Started,
        body: Body<'_>,
    ) -> Result<OwnedPdu, RequestError> {
        let mut history = History::default();
        loop {
            match started.pending.await {
                Ok(response) => return Ok(response),
                Err(error) => history.ended(error, &started.session, self.on_lost)?,
            }
            started = match self.start(body).await {
                Ok(started) => started,
                Err(error) => return Err(history.not_started(error)),
            };
        }
    }
}

/// Waits for a place in the window of any of these sessions. `None`: the choice
/// has changed, ask again.
async fn first_to_start(
    body: Body<'_>,
    sessions: Vec<Arc<Session>>,
) -> Option<Result<Started, RequestError>> {
    let mut starting: Vec<(Arc<Session>, Starting<'_>)> = sessions
        .into_iter()
        .map(|session| {
            let client = session.client.clone();
            let start: Starting<'_> = Box::pin(async move { client.start(body).await });
            (session, start)
        })
        .collect();
    poll_fn(move |cx| {
        for (session, start) in &mut starting {
            match start.as_mut().poll(cx) {
                Poll::Pending => {}
                Poll::Ready(Ok(pending)) => {
                    let session = Arc::clone(session);
                    return Poll::Ready(Some(Ok(Started { session, pending })));
                }
                Poll::Ready(Err(error)) if error.kind() == RequestErrorKind::Closed => {
                    session.note_ending();
                    return Poll::Ready(None);
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
            }
        }
        Poll::Pending
    })
    .await
}

/// Gives a request to this session if there is a place in its window.
fn start_now(session: &Arc<Session>, body: Body<'_>) -> Option<Result<Started, RequestError>> {
    if session.client.free_window() == 0 {
        return None;
    }
    // It does not wait where there is a place. It must not be told to wait for
    // its turn of the runtime either, for that would read as a full window.
    let start = pin!(unconstrained(session.client.start(body)));
    match start.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => None,
        Poll::Ready(Ok(pending)) => Some(Ok(Started {
            session: Arc::clone(session),
            pending,
        })),
        Poll::Ready(Err(error)) => {
            if error.kind() == RequestErrorKind::Closed {
                session.note_ending();
            }
            Some(Err(error))
        }
    }
}

/// What is known of the earlier attempts of a request.
#[derive(Debug, Default)]
struct History {
    /// How often it was sent over a session that was lost then.
    lost: u32,
    /// How the last of these ended.
    last: Option<RequestError>,
}

impl History {
    /// An attempt has ended without a response. `Ok`: make another.
    fn ended(
        &mut self,
        error: RequestError,
        session: &Session,
        on_lost: OnLost,
    ) -> Result<(), RequestError> {
        match (error.kind(), on_lost) {
            (RequestErrorKind::Closed, _) => {
                session.note_ending();
                metric::request(metric::REQUESTS_MOVED);
                debug!(command = %error.command_id(), "not sent, goes to another session");
                Ok(())
            }
            (RequestErrorKind::LinkLost(_), OnLost::Resend { attempts })
                if self.lost < attempts =>
            {
                metric::request(metric::REQUESTS_RESENT);
                debug!(command = %error.command_id(), "sent and lost, is sent again");
                self.lost = self.lost.saturating_add(1);
                self.last = Some(error);
                Ok(())
            }
            (kind, _) => {
                if matches!(kind, RequestErrorKind::LinkLost(_)) {
                    metric::request(metric::REQUESTS_UNKNOWN);
                }
                Err(error.sent_before(self.lost))
            }
        }
    }

    /// No session has taken it, this time.
    fn not_started(&mut self, error: RequestError) -> RequestError {
        match self.last.take() {
            // It was sent before, and that is what its sender must know.
            Some(lost) => {
                metric::request(metric::REQUESTS_UNKNOWN);
                lost.sent_before(self.lost.saturating_sub(1))
            }
            None => error,
        }
    }
}

/// A request that a session of a link has taken: a future of its outcome.
///
/// Whoever awaits it also makes the attempts that follow, when the session is
/// lost: a request whose `LinkPending` is dropped, or not polled, is not given to
/// another session. Dropping it does not take the request back.
///
/// It does not keep the link up: when the last [`Link`](super::Link) is dropped,
/// what is sent gets its response, and what is not sent ends as
/// [`RequestErrorKind::Closed`].
#[must_use = "the outcome of a request is learnt by awaiting it"]
pub struct LinkPending<T = OwnedPdu> {
    shared: Arc<Shared>,
    /// The whole PDU, for another attempt.
    octets: Bytes,
    command_id: CommandId,
    history: History,
    step: Step,
    response: PhantomData<fn() -> T>,
}

/// What is waited for.
enum Step {
    /// A response.
    Outcome(Started),
    /// Another session.
    Session(Pin<Box<dyn Future<Output = Result<Started, RequestError>> + Send>>),
    Over,
}

impl<T> LinkPending<T> {
    pub(super) fn new(shared: Arc<Shared>, request: Encoded, started: Started) -> Self {
        Self {
            shared,
            octets: request.octets,
            command_id: request.command_id,
            history: History::default(),
            step: Step::Outcome(started),
            response: PhantomData,
        }
    }

    /// How often the request has been sent so far, or is about to be: more than
    /// once only with [`OnLost::Resend`]. The centre has it as often as this at
    /// most.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.history.lost.saturating_add(1)
    }
}

impl<T: From<OwnedPdu>> Future for LinkPending<T> {
    type Output = Result<T, RequestError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            match &mut this.step {
                Step::Outcome(started) => {
                    let Poll::Ready(outcome) = Pin::new(&mut started.pending).poll(cx) else {
                        return Poll::Pending;
                    };
                    let ended = match outcome {
                        Ok(response) => Ok(response),
                        Err(error) => {
                            let on_lost = this.shared.on_lost;
                            match this.history.ended(error, &started.session, on_lost) {
                                Ok(()) => {
                                    let shared = Arc::clone(&this.shared);
                                    let request = Encoded {
                                        octets: this.octets.clone(),
                                        command_id: this.command_id,
                                    };
                                    this.step = Step::Session(Box::pin(async move {
                                        shared.start(request.body()).await
                                    }));
                                    continue;
                                }
                                Err(error) => Err(error),
                            }
                        }
                    };
                    this.step = Step::Over;
                    return Poll::Ready(ended.map(T::from));
                }
                Step::Session(start) => match start.as_mut().poll(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(started)) => this.step = Step::Outcome(started),
                    Poll::Ready(Err(error)) => {
                        this.step = Step::Over;
                        return Poll::Ready(Err(this.history.not_started(error)));
                    }
                },
                // It has told its outcome; there is no other.
                Step::Over => return Poll::Pending,
            }
        }
    }
}

impl<T> fmt::Debug for LinkPending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkPending")
            .field("command_id", &self.command_id)
            .field("attempts", &self.attempts())
            .finish_non_exhaustive()
    }
}

/// A request in octets, which outlives the values that it was made of.
pub(super) struct Encoded {
    octets: Bytes,
    command_id: CommandId,
}

impl Encoded {
    pub(super) fn new(body: Body<'_>) -> Result<Self, RequestError> {
        let command_id = body.command_id();
        let pdu = Pdu::request(SequenceNumber::UNKNOWN, body);
        let mut octets = BytesMut::with_capacity(encoded_len(&pdu));
        encode(&pdu, &mut octets)
            .map_err(|error| RequestError::not_sent(command_id, error.into()))?;
        Ok(Self {
            octets: octets.freeze(),
            command_id,
        })
    }

    /// The body, as octets: a session that wants its values reads them.
    fn body(&self) -> Body<'_> {
        let octets = self.octets.get(Header::LEN..).unwrap_or(&[]);
        UnknownBody {
            command_id: self.command_id,
            octets,
        }
        .into()
    }
}
