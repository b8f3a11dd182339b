//! The sessions that are bound now, and which of them takes the next request.

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use smpp_pdu::CommandId;
use smpp_session::{Role, SessionState, may_take};

use crate::Client;

/// The sessions that are bound now. It is replaced as a whole, so that choosing
/// one takes no lock for longer than a copy of a pointer.
#[derive(Clone, Debug, Default)]
pub(super) struct Roster {
    pub(super) sessions: Vec<Arc<Session>>,
    /// Nothing is taken any more.
    pub(super) closed: bool,
}

/// A bound session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client: Client,
    /// Whose it is: the number of its keeper.
    pub(super) place: usize,
    /// It has refused a request because it is about to end. It leaves the roster
    /// when its connection is closed, and must not be chosen again until then.
    ending: AtomicBool,
}

impl Session {
    pub(super) fn new(client: Client, place: usize) -> Self {
        Self {
            client,
            place,
            ending: AtomicBool::new(false),
        }
    }

    pub(super) fn note_ending(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    fn takes_requests(&self, transmitting: bool) -> bool {
        !self.ending.load(Ordering::Relaxed)
            && self.client.close_reason().is_none()
            && (self.client.bind_type().transmits() || !transmitting)
    }
}

impl Roster {
    /// The sessions that may take a request, those with the most free window
    /// first. `turn` decides which of several equal ones comes first: it counts
    /// the requests.
    pub(super) fn by_free_window(&self, turn: usize, transmitting: bool) -> Vec<Arc<Session>> {
        let mut fit: Vec<_> = self.rotated(turn, transmitting).cloned().collect();
        fit.sort_by_key(|session| core::cmp::Reverse(session.client.free_window()));
        fit
    }

    /// The first of [`by_free_window`](Self::by_free_window).
    pub(super) fn best(&self, turn: usize, transmitting: bool) -> Option<&Arc<Session>> {
        let mut best: Option<(usize, &Arc<Session>)> = None;
        for session in self.rotated(turn, transmitting) {
            let free = session.client.free_window();
            if best.is_none_or(|(most, _)| free > most) {
                best = Some((free, session));
            }
        }
        best.map(|(_, session)| session)
    }

    /// The free window of all of them.
    pub(super) fn free_window(&self, transmitting: bool) -> usize {
        self.rotated(0, transmitting).fold(0, |sum, session| {
            sum.saturating_add(session.client.free_window())
        })
    }

    fn rotated(&self, turn: usize, transmitting: bool) -> impl Iterator<Item = &Arc<Session>> {
        let first = turn.checked_rem(self.sessions.len()).unwrap_or(0);
        let (before, from_first) = self
            .sessions
            .split_at_checked(first)
            .unwrap_or((&[], &self.sessions));
        from_first
            .iter()
            .chain(before)
            .filter(move |session| session.takes_requests(transmitting))
    }

    /// Whether there is a session that transmits and one that receives, as far
    /// as either is wanted.
    pub(super) fn is_ready(&self, transmits: bool, receives: bool) -> bool {
        let any = |wanted: bool, can: fn(smpp_pdu::BindType) -> bool| {
            let mut usable = self.sessions.iter().filter(|s| s.takes_requests(false));
            !wanted || usable.any(|session| can(session.client.bind_type()))
        };
        any(transmits, smpp_pdu::BindType::transmits) && any(receives, smpp_pdu::BindType::receives)
    }
}

/// Whether a session that only receives must not send this, in any version.
pub(super) fn needs_transmitter(command_id: CommandId) -> bool {
    !may_take(Role::Esme, SessionState::BoundRx, command_id)
}
