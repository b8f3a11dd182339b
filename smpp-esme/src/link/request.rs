//! From a request to its one outcome, over as many sessions as it takes.

use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::sync::Arc;

use smpp_pdu::Body;
use tokio::sync::Semaphore;
use tokio::task::unconstrained;
use tokio::time::{Instant, timeout_at};

use super::metric;
use super::pending::History;
use super::roster::{Roster, Session, needs_transmitter};
use super::shared::Shared;
use crate::futures::{Either, later, race};
use crate::{OwnedPdu, Pending, RequestError, RequestErrorKind};

/// A request that a session has taken.
pub(super) struct Started {
    pub(super) session: Arc<Session>,
    pub(super) pending: Pending,
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
            let at = *until.get_or_insert_with(|| later(now, limit));
            if at <= now || timeout_at(at, changes.changed()).await.is_err() {
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
