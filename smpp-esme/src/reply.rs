//! The ways that outcomes take back to who made the request.

use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smpp_pdu::CommandId;
use smpp_session::CloseReason;
use tokio::sync::oneshot;

use crate::{OwnedPdu, RequestError, RequestErrorKind};

/// What became of a request.
pub(crate) type Outcome = Result<OwnedPdu, RequestError>;

/// Where the one outcome of a request goes.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) command_id: CommandId,
    pub(crate) sent: bool,
    to: To,
}

#[derive(Debug)]
enum To {
    One(oneshot::Sender<Outcome>),
    Many {
        outcomes: Arc<Outcomes>,
        place: usize,
    },
    Settled,
}

impl Reply {
    /// To a future of its own.
    pub(crate) fn one(command_id: CommandId, to: oneshot::Sender<Outcome>) -> Self {
        Self::new(command_id, To::One(to))
    }

    /// To the outcomes of many, as the one that was given this place.
    pub(crate) fn many(command_id: CommandId, outcomes: &Arc<Outcomes>, place: usize) -> Self {
        let outcomes = Arc::clone(outcomes);
        Self::new(command_id, To::Many { outcomes, place })
    }

    fn new(command_id: CommandId, to: To) -> Self {
        Self {
            command_id,
            sent: false,
            to,
        }
    }

    pub(crate) fn settle(mut self, outcome: Outcome) {
        self.give(outcome);
    }

    /// Drops it without an outcome, for those who tell it in another way.
    pub(crate) fn forget(mut self) {
        self.to = To::Settled;
    }

    fn give(&mut self, outcome: Outcome) {
        match core::mem::replace(&mut self.to, To::Settled) {
            // Who no longer waits has dropped the other end.
            To::One(to) => drop(to.send(outcome)),
            To::Many { outcomes, place } => outcomes.put(place, outcome),
            To::Settled => {}
        }
    }
}

/// A request is not lost with its task either: that it was never sent, or that
/// nobody knows what became of it, is an outcome.
impl Drop for Reply {
    fn drop(&mut self) {
        if matches!(self.to, To::Settled) {
            return;
        }
        let kind = if self.sent {
            RequestErrorKind::LinkLost(CloseReason::ConnectionLost)
        } else {
            RequestErrorKind::Closed
        };
        self.give(Err(RequestError::new(self.command_id, kind)));
    }
}

/// The outcomes of the requests of one task, which takes many at a time.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    come: VecDeque<(usize, Outcome)>,
    waker: Option<Waker>,
}

impl Outcomes {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, place: usize, outcome: Outcome) {
        let mut state = self.lock();
        state.come.push_back((place, outcome));
        // It is registered when there was nothing to take: one wake-up for all
        // that comes until the task looks.
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Swaps what has come for `taken`, which is empty; with nothing there, the
    /// task is woken when there is.
    pub(crate) fn poll_take(
        &self,
        cx: &mut Context<'_>,
        taken: &mut VecDeque<(usize, Outcome)>,
    ) -> Poll<()> {
        let mut state = self.lock();
        if state.come.is_empty() {
            match &mut state.waker {
                Some(waker) => waker.clone_from(cx.waker()),
                none => *none = Some(cx.waker().clone()),
            }
            return Poll::Pending;
        }
        core::mem::swap(&mut state.come, taken);
        Poll::Ready(())
    }
}
