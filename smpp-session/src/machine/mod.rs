//! The part of a session that decides: states, windows, numbers, timers.

mod encoded;
mod input;
mod output;
mod timers;

use core::time::Duration;

use smpp_codec::{Decoder, OutBuf};
use smpp_pdu::{BindType, Body, CommandId, InterfaceVersion, Pdu, SequenceNumber, Unbind};

use crate::asked::Asked;
use crate::counters::Counters;
use crate::event::{CloseReason, Event, RequestId, SendError};
use crate::pacer::{Bucket, Pacer};
use crate::window::{Outstanding, Slot, Window};
use crate::{Config, ErrorBodies, Instant, Rate, SessionState};

/// Slots that requests of the caller leave free for `enquire_link` and `unbind`.
pub(crate) const OWN_REQUESTS: usize = 2;

/// How many expired and cancelled requests are remembered, to know a late
/// response when it comes.
const REMEMBERED: usize = 16;

/// The part of a session that decides and remembers: everything but the octets.
#[derive(Debug)]
pub struct Machine<S> {
    config: Config,
    state: SessionState,
    /// A bind that waits for its response, ours or the peer's.
    binding: Option<Binding>,
    /// The version in use, once bound.
    version: Option<InterfaceVersion>,
    ending: Ending,
    window: Window<S>,
    /// Requests that ended without a response, the latest last.
    over: heapless::Deque<Over, REMEMBERED>,
    next_number: SequenceNumber,
    /// Requests of the peer that were not answered yet.
    asked: Asked,
    pdus_unbound: u32,
    started: Instant,
    /// The latest moment that the caller told.
    now: Instant,
    last_received: Instant,
    last_request: Instant,
    /// An `enquire_link` of ours that waits for its response.
    enquiring: bool,
    /// Requests of the session's own in the window: they take nobody's place.
    own_outstanding: usize,
    pacer: Pacer,
    peer_bucket: Option<Bucket>,
    closing: Option<CloseReason>,
    close_reported: bool,
    counters: Counters,
}

/// A request of the caller that ended without a response.
#[derive(Clone, Copy, Debug)]
struct Over {
    sequence_number: SequenceNumber,
    command_id: CommandId,
    id: RequestId,
}

/// A bind under way.
#[derive(Clone, Copy, Debug)]
struct Binding {
    bind_type: BindType,
    /// What the ESME says that it speaks.
    version: InterfaceVersion,
}

/// How far an orderly end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Not,
    /// No new requests; `unbind` follows when all that is under way is answered.
    Finishing,
    /// `unbind` was sent.
    Unbinding,
    /// The peer has sent `unbind` while requests of it were unanswered: its
    /// response follows the last of their responses, or comes at `deadline`.
    Asked {
        number: SequenceNumber,
        deadline: Instant,
    },
}

impl<S: AsRef<[Slot]> + AsMut<[Slot]>> Machine<S> {
    pub(crate) fn new(config: Config, now: Instant, slots: S, asked: Asked) -> Self {
        Self {
            config,
            state: SessionState::Open,
            binding: None,
            version: None,
            ending: Ending::Not,
            window: Window::new(slots),
            over: heapless::Deque::new(),
            next_number: match config.first_number {
                number if number.is_in_range() => number,
                _ => SequenceNumber::FIRST,
            },
            asked,
            pdus_unbound: 0,
            started: now,
            now,
            last_received: now,
            last_request: now,
            enquiring: false,
            own_outstanding: 0,
            pacer: Pacer::new(config.rate, now),
            peer_bucket: config.peer_rate.map(|rate| Bucket::new(rate, now)),
            closing: None,
            close_reported: false,
            counters: Counters::default(),
        }
    }

    /// Sets what the peer may do from now on: how many of its requests may be
    /// unanswered, and how fast it may send messages. A centre knows these only
    /// once it knows who binds; before that [`Config`] holds.
    pub fn set_peer_limits(&mut self, now: Instant, window: u16, rate: Option<Rate>) {
        self.config.peer_window = window;
        self.config.peer_rate = rate;
        self.peer_bucket = rate.map(|rate| Bucket::new(rate, now));
    }

    /// Decodes PDUs of the peer like this from now on, see [`Config::decoder`].
    pub fn set_decoder(&mut self, decoder: Decoder) {
        self.config.decoder = decoder;
    }

    /// Sets which responses with an error status have a body from now on, see
    /// [`Config::error_bodies`].
    pub fn set_error_bodies(&mut self, bodies: ErrorBodies) {
        self.config.error_bodies = bodies;
    }

    /// Sets the silence after which `enquire_link` is sent from now on, see
    /// [`Config::enquire_link`].
    pub fn set_enquire_link(&mut self, silence: Option<Duration>) {
        self.config.enquire_link = silence;
    }

    /// Takes the peer for one of this version, whatever it has said: peers bind
    /// with 0x50 that speak 3.4. While a bind is unanswered, this holds for its
    /// response already; before any bind it does nothing.
    pub fn set_peer_version(&mut self, version: InterfaceVersion) {
        let version = version.normalized();
        match &mut self.binding {
            Some(binding) => binding.version = version,
            None if self.version.is_some() => {
                self.version = Some(version.min(self.config.version));
            }
            None => {}
        }
    }

    /// Acts on timers whose moment has come. An `enquire_link` is appended to `out`.
    pub fn handle_timeout(&mut self, now: Instant, out: &mut impl OutBuf) {
        self.tick(now);
        if self.closing.is_none() {
            self.act_on_timers(out);
            self.go_on_ending(out);
        }
    }

    /// Takes note that the peer has closed the connection, or that it was lost.
    pub fn handle_eof(&mut self, now: Instant) {
        self.tick(now);
        let silent = self.counters.octets_received == 0 && !self.state.is_bound();
        self.end(match self.ending {
            // Some peers do not wait for the response to their unbind.
            Ending::Asked { .. } => CloseReason::PeerUnbound,
            _ if silent => CloseReason::NoOctets,
            _ => CloseReason::ConnectionLost,
        });
    }

    /// Sends a request, appended to `out`. Its outcome comes as an event with `id`.
    ///
    /// `outbind` and `alert_notification` have no response, and so no outcome.
    /// `unbind` is not sent like this, but by [`unbind`](Self::unbind).
    ///
    /// # Errors
    /// [`SendError`]; then nothing was sent.
    #[inline]
    pub fn request<'p>(
        &mut self,
        now: Instant,
        id: RequestId,
        body: impl Into<Body<'p>>,
        out: &mut impl OutBuf,
    ) -> Result<SequenceNumber, SendError> {
        self.tick(now);
        let body = body.into();
        if let Body::Unbind(_) = body {
            // Sent like this, it would end a session that does not know it.
            let command_id = CommandId::UNBIND;
            return Err(SendError::WrongKind { command_id });
        }
        if self.ending != Ending::Not {
            return Err(self.wrong_state(body.command_id()));
        }
        self.send_request(Some(id), body, out)
    }

    /// Gives up waiting for a request, and frees its place in the window. True
    /// when it was outstanding: then it has no other outcome. A response that
    /// comes all the same is [`Event::Late`].
    pub fn cancel(&mut self, number: SequenceNumber) -> bool {
        let Some(id) = self.window.get(number).and_then(|entry| entry.id) else {
            return false;
        };
        if let Some(entry) = self.window.remove(number) {
            if entry.command_id.is_bind() {
                self.binding = None;
            }
            self.remember(&entry, id);
        }
        true
    }

    /// Sends a response, appended to `out`. Answering a bind without error binds
    /// the session.
    ///
    /// It is taken where a request with its number waits. A session of fixed
    /// room knows the 64 newest numbers; while older ones wait, or one that came
    /// twice, or some from before the numbers wrapped, a response to any number
    /// may be theirs.
    ///
    /// # Errors
    /// [`SendError`]; then nothing was sent, and nothing has changed.
    /// [`SendError::NotAsked`] where no such request waits.
    #[cfg_attr(feature = "alloc", inline)]
    #[cfg_attr(not(feature = "alloc"), inline(never))]
    pub fn respond(
        &mut self,
        now: Instant,
        response: &Pdu<'_>,
        out: &mut impl OutBuf,
    ) -> Result<(), SendError> {
        self.tick(now);
        self.send_response(response, out)?;
        self.go_on_ending(out);
        Ok(())
    }

    /// Asks the peer to end the session. Outstanding requests can still be
    /// answered; new ones are refused. [`Event::Closed`] follows.
    ///
    /// # Errors
    /// [`SendError`] when the session is not bound.
    pub fn unbind(&mut self, now: Instant, out: &mut impl OutBuf) -> Result<(), SendError> {
        self.tick(now);
        if self.closing.is_some() {
            return Err(self.wrong_state(CommandId::UNBIND));
        }
        // Both sides at once: the peer's unbind does for both.
        if matches!(self.ending, Ending::Not | Ending::Finishing) {
            self.send_request(None, Unbind::default().into(), out)?;
            self.ending = Ending::Unbinding;
        }
        Ok(())
    }

    /// Ends the session in good order: new requests of either side are refused
    /// from now on, and `unbind` is sent as soon as all that is under way is
    /// answered or expired.
    ///
    /// # Errors
    /// [`SendError`] when the session is not bound.
    pub fn finish(&mut self, now: Instant, out: &mut impl OutBuf) -> Result<(), SendError> {
        self.tick(now);
        if !self.state.is_bound() {
            return Err(self.wrong_state(CommandId::UNBIND));
        }
        if self.ending == Ending::Not {
            self.ending = Ending::Finishing;
        }
        self.go_on_ending(out);
        Ok(())
    }

    /// Ends the session at once, without a word to the peer.
    pub fn close(&mut self, now: Instant) {
        self.tick(now);
        self.end(CloseReason::Requested);
    }

    /// The next event that no octets brought: expiries, and the end.
    pub fn poll_event(&mut self) -> Option<Event<'static>> {
        match self.closing {
            Some(reason) => self.next_last_event(reason),
            None => self.next_expiry(),
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.closing {
            Some(_) => None,
            None => self.next_deadline(),
        }
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> SessionState {
        self.state
    }

    /// The version in use: the lower of what both sides speak, once bound, and
    /// [`Config::version`] before.
    #[must_use]
    pub fn version(&self) -> InterfaceVersion {
        self.version.unwrap_or(self.config.version)
    }

    /// Whether [`Event::Closed`] has come or is about to.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.closing.is_some()
    }

    /// How many requests wait for a response, the session's own included.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.window.len()
    }

    /// The requests that wait for a response, without the session's own.
    pub fn outstanding_requests(
        &self,
    ) -> impl Iterator<Item = (RequestId, CommandId, SequenceNumber)> + '_ {
        self.window
            .iter()
            .filter_map(|entry| Some((entry.id?, entry.command_id, entry.sequence_number)))
    }

    /// The number that the next request gets, or one soon after it: a number
    /// whose slot is still taken is skipped. As [`Config::first_number`] of the
    /// next session it goes on counting there.
    #[must_use]
    pub fn next_number(&self) -> SequenceNumber {
        self.next_number
    }

    /// Requests of the peer that were not answered yet.
    #[must_use]
    pub fn unanswered(&self) -> u32 {
        self.asked.len()
    }

    /// How many requests the window has room for.
    #[must_use]
    pub fn free_window(&self) -> usize {
        let slots = self.window.capacity().saturating_sub(OWN_REQUESTS);
        usize::from(self.config.window)
            .min(slots.max(1))
            .saturating_sub(self.window.len() - self.own_outstanding)
    }

    /// The rate a second that the peer's complaints have left, where
    /// [`Config::slow_down`] is on and there were some lately.
    #[must_use]
    pub fn slowed_to(&self) -> Option<u32> {
        self.pacer.slowed_to()
    }

    /// What was done so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Time never runs backwards, whatever the caller says.
    pub(crate) fn tick(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    fn wrong_state(&self, command_id: CommandId) -> SendError {
        // About to report its end: no bind is the matter, there is no session.
        let over = self.closing.is_some() && self.state.is_bound();
        SendError::WrongState {
            command_id,
            state: if over {
                SessionState::Closed
            } else {
                self.state
            },
        }
    }

    fn end(&mut self, reason: CloseReason) {
        if self.closing.is_none() {
            self.closing = Some(reason);
        }
    }

    /// Keeps a request that ended without a response, for a late one.
    ///
    /// Twice, since neither memory serves all: its slot serves a large window
    /// that has expired as a whole, the list a small one whose slots are soon
    /// taken again.
    fn remember(&mut self, entry: &Outstanding, id: RequestId) {
        self.window.remember(*entry);
        if self.over.is_full() {
            self.over.pop_front();
        }
        // There is room now.
        let _ = self.over.push_back(Over {
            sequence_number: entry.sequence_number,
            command_id: entry.command_id,
            id,
        });
    }
}
