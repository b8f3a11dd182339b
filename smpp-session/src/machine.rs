//! The part of a session that decides: states, windows, numbers, timers.

use smpp_codec::{FramingError, FramingErrorKind, OutBuf, encode};
use smpp_pdu::{
    BindType, Body, CommandId, CommandStatus, EnquireLink, EnquireLinkResp, Frame, GenericNack,
    Header, Pdu, SequenceNumber, Unbind, UnbindResp,
};

use crate::answer::error_response;
use crate::event::{CloseReason, Event, Fault, FaultKind, Request, RequestId, Response, SendError};
use crate::session::{MIN_ROOM, PduFindings};
use crate::window::{Outstanding, Slot, Window};
use crate::{Config, Instant, Role, SessionState, Stranger, may_send};

/// Slots that requests of the caller leave free for `enquire_link` and `unbind`.
pub(crate) const OWN_REQUESTS: usize = 2;

/// The part of a session that decides and remembers: everything but the octets.
#[derive(Debug)]
pub struct Machine<S> {
    config: Config,
    state: SessionState,
    /// A bind that waits for its response, ours or the peer's.
    binding: Option<BindType>,
    /// An unbind of ours that waits for its response.
    unbinding: bool,
    window: Window<S>,
    next_number: SequenceNumber,
    /// Requests of the peer that were not answered yet.
    unanswered: u32,
    pdus_unbound: u32,
    started: Instant,
    /// The latest moment that the caller told.
    now: Instant,
    last_received: Instant,
    last_request: Instant,
    /// An `enquire_link` of ours that waits for its response.
    enquiring: bool,
    any_octets: bool,
    closing: Option<CloseReason>,
    close_reported: bool,
}

impl<S: AsRef<[Slot]> + AsMut<[Slot]>> Machine<S> {
    pub(crate) fn new(config: Config, now: Instant, slots: S) -> Self {
        Self {
            config,
            state: SessionState::Open,
            binding: None,
            unbinding: false,
            window: Window::new(slots),
            next_number: SequenceNumber::FIRST,
            unanswered: 0,
            pdus_unbound: 0,
            started: now,
            now,
            last_received: now,
            last_request: now,
            enquiring: false,
            any_octets: false,
            closing: None,
            close_reported: false,
        }
    }

    /// Acts on timers whose moment has come. An `enquire_link` is appended to `out`.
    pub fn handle_timeout(&mut self, now: Instant, out: &mut impl OutBuf) {
        self.tick(now);
        if self.closing.is_some() {
            return;
        }
        let come = |deadline: Option<Instant>| deadline.is_some_and(|at| at <= now);
        if come(self.session_init_deadline()) {
            self.end(CloseReason::SessionInitTimeout);
        } else if come(self.inactivity_deadline()) {
            self.end(CloseReason::Inactivity);
        } else if come(self.enquire_link_deadline())
            && out.room() >= MIN_ROOM
            && self
                .send_request(None, EnquireLink::default().into(), out)
                .is_ok()
        {
            self.enquiring = true;
        }
    }

    /// Takes note that the peer has closed the connection, or that it was lost.
    pub fn handle_eof(&mut self, now: Instant) {
        self.tick(now);
        self.end(if self.any_octets || self.state.is_bound() {
            CloseReason::ConnectionLost
        } else {
            CloseReason::NoOctets
        });
    }

    /// Sends a request, appended to `out`. Its outcome comes as an event with `id`.
    ///
    /// `outbind` and `alert_notification` have no response, and so no outcome.
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
        let body = body.into();
        self.tick(now);
        if self.unbinding {
            return Err(self.wrong_state(body.command_id()));
        }
        self.send_request(Some(id), body, out)
    }

    /// Sends a response, appended to `out`. Answering a bind without error binds
    /// the session.
    ///
    /// # Errors
    /// [`SendError`]; then nothing was sent.
    #[inline]
    pub fn respond(
        &mut self,
        now: Instant,
        response: &Pdu<'_>,
        out: &mut impl OutBuf,
    ) -> Result<(), SendError> {
        self.tick(now);
        let command_id = response.command_id();
        if !command_id.is_response() {
            return Err(SendError::WrongKind { command_id });
        }
        if self.closing.is_some() {
            return Err(self.wrong_state(command_id));
        }
        encode(response, out)?;
        self.unanswered = self.unanswered.saturating_sub(1);
        if self.config.role == Role::MessageCentre
            && let Some(request) = command_id.request()
        {
            self.note_bind_response(request, response.command_status);
        }
        Ok(())
    }

    /// Asks the peer to end the session. Outstanding requests can still be
    /// answered; new ones are refused. [`Event::Closed`] follows.
    ///
    /// # Errors
    /// [`SendError`] when the session is not bound.
    pub fn unbind(&mut self, now: Instant, out: &mut impl OutBuf) -> Result<(), SendError> {
        self.tick(now);
        if self.unbinding {
            return Ok(());
        }
        self.send_request(None, Unbind::default().into(), out)?;
        self.unbinding = true;
        Ok(())
    }

    /// Ends the session at once, without a word to the peer.
    pub fn close(&mut self, now: Instant) {
        self.tick(now);
        self.end(CloseReason::Requested);
    }

    /// The next event that no octets brought: expiries, and the end.
    pub fn poll_event(&mut self) -> Option<Event<'static>> {
        if let Some(reason) = self.closing {
            while let Some(entry) = self.window.pop_oldest() {
                if let Some(id) = entry.id {
                    return Some(Event::Unknown {
                        id,
                        command_id: entry.command_id,
                    });
                }
            }
            self.state = SessionState::Closed;
            return (!core::mem::replace(&mut self.close_reported, true))
                .then_some(Event::Closed(reason));
        }
        if self.window.oldest()?.deadline > self.now {
            return None;
        }
        let entry = self.window.pop_oldest()?;
        match (entry.id, entry.command_id) {
            (Some(id), command_id) => {
                if command_id.is_bind() {
                    self.binding = None;
                }
                return Some(Event::Expired { id, command_id });
            }
            (None, CommandId::UNBIND) => self.end(CloseReason::UnbindTimeout),
            (None, _) => self.end(CloseReason::EnquireLinkTimeout),
        }
        self.poll_event()
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.closing.is_some() {
            return None;
        }
        [
            self.session_init_deadline(),
            self.enquire_link_deadline(),
            self.inactivity_deadline(),
            self.window.oldest().map(|entry| entry.deadline),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> SessionState {
        self.state
    }

    /// Whether [`Event::Closed`] has come or is about to.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.closing.is_some()
    }

    /// Requests that wait for a response, the session's own included.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.window.len()
    }

    /// Requests of the peer that were not answered yet.
    #[must_use]
    pub fn unanswered(&self) -> u32 {
        self.unanswered
    }

    /// How many requests could be sent now.
    #[must_use]
    pub fn free_window(&self) -> usize {
        let slots = self.window.capacity().saturating_sub(OWN_REQUESTS);
        usize::from(self.config.window)
            .min(slots.max(1))
            .saturating_sub(self.window.len())
    }

    /// The peer lives.
    pub(crate) fn note_octets(&mut self) {
        self.any_octets = true;
        self.last_received = self.now;
    }

    /// Time never runs backwards, whatever the caller says.
    pub(crate) fn tick(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    pub(crate) fn pdu_limit(&self) -> usize {
        if self.state.is_bound() {
            self.config.max_pdu_len
        } else {
            self.config.max_pdu_len_unbound
        }
    }

    fn wrong_state(&self, command_id: CommandId) -> SendError {
        SendError::WrongState {
            command_id,
            state: self.state,
        }
    }

    // Input

    #[inline]
    pub(crate) fn handle_frame<'s>(
        &mut self,
        frame: Frame<&'s [u8]>,
        findings: &'s mut PduFindings,
        out: &mut impl OutBuf,
    ) -> Event<'s> {
        findings.clear();
        let header = *frame.header();
        if header.command_id.is_response() {
            self.handle_response(frame, &header, findings)
        } else {
            self.handle_request(frame, &header, findings, out)
        }
    }

    #[inline]
    fn handle_response<'s>(
        &mut self,
        frame: Frame<&'s [u8]>,
        header: &Header,
        findings: &'s mut PduFindings,
    ) -> Event<'s> {
        let answers = |entry: &Outstanding| {
            header.command_id == CommandId::GENERIC_NACK
                || entry.command_id.response() == Some(header.command_id)
        };
        let entry = match self.window.remove(header.sequence_number) {
            Some(entry) if answers(&entry) => entry,
            other => {
                // A response of another operation does not end the request.
                if let Some(entry) = other {
                    self.window.insert(entry);
                }
                return Event::Fault(Fault {
                    command_id: header.command_id,
                    sequence_number: header.sequence_number,
                    kind: FaultKind::UnmatchedResponse,
                    answered: None,
                });
            }
        };
        let octets = frame_octets(frame);
        let decoded = self.config.decoder.decode(frame, findings);
        match entry.command_id {
            CommandId::ENQUIRE_LINK if entry.id.is_none() => {
                self.enquiring = false;
                return Event::Alive;
            }
            CommandId::UNBIND => {
                self.state = SessionState::Unbound;
                self.end(CloseReason::Unbound);
                return Event::Answered {
                    command_id: header.command_id,
                };
            }
            command_id => self.note_bind_response(command_id, header.command_status),
        }
        let id = entry.id.unwrap_or(RequestId(0));
        match decoded {
            Ok(pdu) => Event::Response(Response {
                id,
                command_id: entry.command_id,
                pdu,
                octets,
                findings,
            }),
            Err(error) => Event::Unreadable {
                id,
                command_id: entry.command_id,
                command_status: header.command_status,
                error,
            },
        }
    }

    /// Follows the outcome of a bind, on either side.
    fn note_bind_response(&mut self, request: CommandId, status: CommandStatus) {
        let Some(bind_type) = BindType::from_command_id(request) else {
            return;
        };
        if self.binding.take().is_some() && status == CommandStatus::ESME_ROK {
            self.state = SessionState::bound(bind_type);
            self.last_request = self.now;
        }
    }

    #[inline]
    fn handle_request<'s>(
        &mut self,
        frame: Frame<&'s [u8]>,
        header: &Header,
        findings: &'s mut PduFindings,
        out: &mut impl OutBuf,
    ) -> Event<'s> {
        let command_id = header.command_id;
        if !self.state.is_bound() {
            self.pdus_unbound += 1;
            if self.pdus_unbound > self.config.max_pdus_unbound {
                self.end(CloseReason::TooManyUnbound);
            }
        }
        if let Some((kind, status)) = self.objection(command_id) {
            return self.fault(header, kind, status, out);
        }
        let octets = frame_octets(frame);
        let pdu = match self.config.decoder.decode(frame, findings) {
            Ok(pdu) => pdu,
            Err(error) => {
                let status = error.suggested_status();
                return self.fault(header, FaultKind::Malformed(error), status, out);
            }
        };
        match command_id {
            CommandId::ENQUIRE_LINK => {
                self.answer(header, EnquireLinkResp::default().into(), out);
                return Event::Answered { command_id };
            }
            CommandId::UNBIND => {
                self.answer(header, UnbindResp::default().into(), out);
                self.state = SessionState::Unbound;
                self.end(CloseReason::PeerUnbound);
                return Event::Answered { command_id };
            }
            _ => {}
        }
        self.last_request = self.now;
        let request = Request {
            pdu,
            octets,
            findings,
        };
        if command_id.response().is_none() {
            return Event::Notification(request);
        }
        if let Some(bind_type) = BindType::from_command_id(command_id) {
            self.binding = Some(bind_type);
        }
        self.unanswered += 1;
        Event::Request(request)
    }

    /// Why this request is refused before its body is looked at.
    #[inline]
    fn objection(&self, command_id: CommandId) -> Option<(FaultKind, CommandStatus)> {
        if command_id.name().is_none() {
            return Some((FaultKind::UnknownCommand, CommandStatus::ESME_RINVCMDID));
        }
        if command_id.is_bind() && (self.state.is_bound() || self.binding.is_some()) {
            return Some((FaultKind::AlreadyBound, CommandStatus::ESME_RALYBND));
        }
        if !may_send(self.config.role.peer(), self.state, command_id) {
            let kind = FaultKind::WrongState(self.state);
            return Some((kind, CommandStatus::ESME_RINVBNDSTS));
        }
        let full = self.unanswered >= u32::from(self.config.peer_window);
        if full && !matches!(command_id, CommandId::ENQUIRE_LINK | CommandId::UNBIND) {
            return Some((FaultKind::WindowExceeded, CommandStatus::ESME_RTHROTTLED));
        }
        None
    }

    #[cold]
    fn fault(
        &mut self,
        header: &Header,
        kind: FaultKind,
        status: CommandStatus,
        out: &mut impl OutBuf,
    ) -> Event<'static> {
        let response = error_response(header.command_id, status, header.sequence_number);
        // There is room: handle_input has asked for MIN_ROOM.
        let sent = encode(&response, out).is_ok();
        Event::Fault(Fault {
            command_id: header.command_id,
            sequence_number: header.sequence_number,
            kind,
            answered: sent.then_some(status),
        })
    }

    fn answer(&mut self, request: &Header, body: Body<'_>, out: &mut impl OutBuf) {
        let response = Pdu::response(CommandStatus::ESME_ROK, request.sequence_number, body);
        // There is room: handle_input has asked for MIN_ROOM.
        let _ = encode(&response, out);
    }

    #[cold]
    pub(crate) fn lose_framing(&mut self, error: FramingError, out: &mut impl OutBuf) {
        let stranger = Stranger::recognise(error.command_length.to_be_bytes());
        let reason = match (stranger, error.kind) {
            (Some(stranger), FramingErrorKind::TooLarge { .. }) if !self.state.is_bound() => {
                CloseReason::NotSmpp(stranger)
            }
            _ => CloseReason::Framing(error),
        };
        if let CloseReason::Framing(error) = reason {
            let nack = Pdu::response(
                error.suggested_status(),
                error.sequence_number.unwrap_or(SequenceNumber::UNKNOWN),
                GenericNack::default(),
            );
            let _ = encode(&nack, out);
        }
        self.end(reason);
    }

    // Output

    #[inline]
    fn send_request(
        &mut self,
        id: Option<RequestId>,
        body: Body<'_>,
        out: &mut impl OutBuf,
    ) -> Result<SequenceNumber, SendError> {
        let command_id = body.command_id();
        if command_id.is_response() {
            return Err(SendError::WrongKind { command_id });
        }
        let allowed = self.closing.is_none()
            && may_send(self.config.role, self.state, command_id)
            && !(command_id.is_bind() && self.binding.is_some());
        if !allowed {
            return Err(self.wrong_state(command_id));
        }
        let wants_response = command_id.response().is_some();
        if id.is_some() && wants_response && self.free_window() == 0 {
            return Err(self.window_full());
        }
        let Some(number) = self.window.free_number(self.next_number) else {
            return Err(self.window_full());
        };
        encode(&Pdu::request(number, body), out)?;
        self.next_number = number.next();
        if wants_response {
            self.window.insert(Outstanding {
                sequence_number: number,
                command_id,
                id,
                deadline: self.now + self.config.response,
            });
        }
        if let Some(bind_type) = BindType::from_command_id(command_id) {
            self.binding = Some(bind_type);
        }
        match command_id {
            CommandId::OUTBIND => self.state = SessionState::Outbound,
            CommandId::ENQUIRE_LINK => {}
            _ => self.last_request = self.now,
        }
        Ok(number)
    }

    #[cold]
    fn window_full(&self) -> SendError {
        let oldest = self.window.oldest();
        SendError::WindowFull {
            at: oldest.map_or(self.now, |entry| entry.deadline),
        }
    }

    // Time

    fn session_init_deadline(&self) -> Option<Instant> {
        let limit = self.config.session_init?;
        (!self.state.is_bound()).then_some(self.started + limit)
    }

    fn enquire_link_deadline(&self) -> Option<Instant> {
        let silence = self.config.enquire_link?;
        let due = self.state.is_bound() && !self.enquiring && !self.unbinding;
        due.then_some(self.last_received + silence)
    }

    fn inactivity_deadline(&self) -> Option<Instant> {
        let limit = self.config.inactivity?;
        self.state.is_bound().then_some(self.last_request + limit)
    }

    // Events

    fn end(&mut self, reason: CloseReason) {
        if self.closing.is_none() {
            self.closing = Some(reason);
        }
    }
}

/// The octets of a frame, for as long as they live.
fn frame_octets(frame: Frame<&[u8]>) -> &[u8] {
    frame.into_inner()
}
