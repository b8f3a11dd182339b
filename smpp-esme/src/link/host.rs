//! One host of a link, and what its sessions know of it together.

use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::Arc;

use tokio::sync::{Mutex, watch};

use super::Refusal;
use crate::{Connect, ConnectError};

/// A host, shared by the keepers of its sessions.
pub(super) struct Host {
    pub(super) name: Arc<str>,
    pub(super) connect: Box<dyn Connect>,
    /// Whoever connects and binds holds it. One at a time: a wrong password is
    /// tried once, not once per session, and a centre that has just come up
    /// meets its sessions one after the other.
    pub(super) gate: Mutex<()>,
    state: watch::Sender<HostState>,
    /// It has taken a bind, so that the account is known to be right.
    has_bound: AtomicBool,
    /// Unclear refusals in a row.
    unclear: AtomicU32,
}

#[derive(Clone, Debug, Default)]
pub(super) struct HostState {
    /// It has refused a bind for good.
    pub(super) stopped: Option<Arc<ConnectError>>,
    /// It takes no transceiver: pairs are bound instead.
    pub(super) pairs: bool,
}

impl Host {
    pub(super) fn new(connect: Box<dyn Connect>) -> Self {
        Self {
            name: connect.name().into(),
            connect,
            gate: Mutex::new(()),
            state: watch::Sender::default(),
            has_bound: AtomicBool::new(false),
            unclear: AtomicU32::new(0),
        }
    }

    pub(super) fn watch(&self) -> watch::Receiver<HostState> {
        self.state.subscribe()
    }

    pub(super) fn stopped(&self) -> Option<Arc<ConnectError>> {
        self.state.borrow().stopped.clone()
    }

    pub(super) fn pairs(&self) -> bool {
        self.state.borrow().pairs
    }

    /// Gives it up; false if it was already.
    pub(super) fn stop(&self, error: Arc<ConnectError>) -> bool {
        self.state.send_if_modified(|state| {
            let first = state.stopped.is_none();
            state.stopped.get_or_insert(error);
            first
        })
    }

    /// Binds pairs from now on.
    pub(super) fn use_pairs(&self) {
        self.state.send_modify(|state| state.pairs = true);
    }

    pub(super) fn note_bound(&self) {
        self.has_bound.store(true, Ordering::Relaxed);
        self.unclear.store(0, Ordering::Relaxed);
    }

    pub(super) fn has_bound(&self) -> bool {
        self.has_bound.load(Ordering::Relaxed)
    }

    /// One more unclear refusal; whether it was one too many.
    pub(super) fn note_unclear(&self) -> bool {
        let before = self.unclear.fetch_add(1, Ordering::Relaxed);
        !self.has_bound() && before.saturating_add(1) >= Refusal::UNCLEAR_REFUSALS
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("name", &self.name)
            .field("state", &*self.state.borrow())
            .finish_non_exhaustive()
    }
}
