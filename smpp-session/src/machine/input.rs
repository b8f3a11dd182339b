//! What the peer sends.

use smpp_codec::{FramingError, FramingErrorKind, OutBuf, encode};
use smpp_pdu::{
    Bind, Body, CommandId, CommandStatus, EnquireLinkResp, Frame, GenericNack, Header,
    InterfaceVersion, Pdu, SequenceNumber,
};

use super::{Binding, Ending, Machine};
use crate::answer::error_response;
use crate::event::{CloseReason, Event, Fault, FaultKind, Request, Response};
use crate::session::PduFindings;
use crate::window::{Class, Outstanding, Slot};
use crate::{SessionState, Stranger, may_take};

impl<S: AsRef<[Slot]> + AsMut<[Slot]>> Machine<S> {
    /// So many octets have come.
    pub(crate) fn note_octets(&mut self, octets: usize) {
        let octets = u64::try_from(octets).unwrap_or(u64::MAX);
        self.counters.octets_received = self.counters.octets_received.saturating_add(octets);
    }

    /// The longest PDU that is taken now, in octets.
    pub(crate) fn pdu_limit(&self) -> usize {
        if self.state.is_bound() {
            self.config.max_pdu_len
        } else {
            self.config.max_pdu_len_unbound
        }
    }

    #[cfg_attr(feature = "alloc", inline)]
    #[cfg_attr(not(feature = "alloc"), inline(never))]
    pub(crate) fn handle_frame<'s>(
        &mut self,
        frame: Frame<&'s [u8]>,
        findings: &'s mut PduFindings,
        out: &mut impl OutBuf,
    ) -> Event<'s> {
        findings.clear();
        // Only a whole PDU says that the peer lives: one that sends an octet now
        // and then would otherwise hold its connection for ever.
        self.last_received = self.now;
        let header = *frame.header();
        self.counters.received.count(header.command_id);
        if !self.state.is_bound() {
            self.pdus_unbound = self.pdus_unbound.saturating_add(1);
            if self.pdus_unbound > self.config.max_pdus_unbound {
                self.end(CloseReason::TooManyUnbound);
            }
        }
        let event = if header.command_id.is_response() {
            self.handle_response(frame, &header, findings)
        } else {
            self.handle_request(frame, &header, findings, out)
        };
        self.go_on_ending(out);
        event
    }

    // Responses

    #[cfg_attr(feature = "alloc", inline)]
    #[cfg_attr(not(feature = "alloc"), inline(never))]
    fn handle_response<'s>(
        &mut self,
        frame: Frame<&'s [u8]>,
        header: &Header,
        findings: &'s mut PduFindings,
    ) -> Event<'s> {
        let outstanding = self.window.get(header.sequence_number);
        if !outstanding.is_some_and(|entry| answers(header, entry.command_id)) {
            // A response of another operation does not end the request.
            return self.handle_unmatched(frame, header);
        }
        let Some(entry) = self.window.remove(header.sequence_number) else {
            return self.handle_unmatched(frame, header);
        };
        let octets = frame.into_inner();
        let decoded = self.config.decoder.decode(frame, findings);
        self.count_findings(findings.len());
        self.counters.statuses.count(header.command_status);
        let waited = self.now.micros_since(entry.sent_at);
        self.counters.latency.count(waited);
        let Some(id) = entry.id else {
            self.own_outstanding -= 1;
            return self.note_own_response(&entry, header);
        };
        if entry.command_id.is_bind() {
            let stated = decoded.as_ref().ok().and_then(stated_version);
            self.note_bind_answered(header.command_id, header.command_status, stated);
        }
        self.note_load(header.command_status, decoded.as_ref().ok());
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

    fn note_own_response(&mut self, entry: &Outstanding, header: &Header) -> Event<'static> {
        if entry.command_id != CommandId::UNBIND {
            self.enquiring = false;
            return Event::Alive;
        }
        self.state = SessionState::Unbound;
        self.end(CloseReason::Unbound);
        Event::Answered {
            command_id: header.command_id,
        }
    }

    #[cold]
    fn handle_unmatched<'s>(&mut self, frame: Frame<&'s [u8]>, header: &Header) -> Event<'s> {
        let number = header.sequence_number;
        let late = self
            .over
            .iter()
            .rev()
            .find(|over| over.sequence_number == number && answers(header, over.command_id));
        let late = late.map(|over| (over.id, over.command_id)).or_else(|| {
            let entry = self.window.remembered(number)?;
            answers(header, entry.command_id).then_some((entry.id?, entry.command_id))
        });
        if let Some((id, command_id)) = late {
            self.counters.late = self.counters.late.saturating_add(1);
            return Event::Late {
                id,
                command_id,
                command_status: header.command_status,
                octets: frame.into_inner(),
            };
        }
        self.counters.faults = self.counters.faults.saturating_add(1);
        Event::Fault(Fault {
            command_id: header.command_id,
            sequence_number: number,
            kind: FaultKind::UnmatchedResponse,
            answered: None,
        })
    }

    /// Follows the outcome of a bind, on either side.
    pub(super) fn note_bind_answered(
        &mut self,
        command_id: CommandId,
        status: CommandStatus,
        stated: Option<InterfaceVersion>,
    ) {
        let Some(binding) = self.binding.take() else {
            return;
        };
        // A generic_nack refuses, whatever its status says.
        if status == CommandStatus::ESME_ROK && command_id != CommandId::GENERIC_NACK {
            self.state = SessionState::bound(binding.bind_type);
            let peer = stated.unwrap_or(self.config.unstated_version);
            let version = binding.version.min(peer.normalized());
            self.version = Some(version.min(self.config.version));
            self.last_request = self.now;
        }
    }

    /// Looks for complaints about too much load.
    #[inline]
    fn note_load(&mut self, status: CommandStatus, pdu: Option<&Pdu<'_>>) {
        if !self.config.slow_down {
            return;
        }
        // The last two of the bands of 5.0: nearing congestion, and congested.
        const CONGESTED: u8 = 90;
        let full = matches!(
            status,
            CommandStatus::ESME_RTHROTTLED | CommandStatus::ESME_RMSGQFUL
        );
        let congested = pdu.is_some_and(|pdu| {
            let state = pdu.body.tlvs().congestion_state();
            matches!(state, Some(Ok(state)) if state.0 >= CONGESTED)
        });
        if full || congested {
            self.pacer.complain(self.now);
        }
    }

    // Requests

    #[cfg_attr(feature = "alloc", inline)]
    #[cfg_attr(not(feature = "alloc"), inline(never))]
    fn handle_request<'s>(
        &mut self,
        frame: Frame<&'s [u8]>,
        header: &Header,
        findings: &'s mut PduFindings,
        out: &mut impl OutBuf,
    ) -> Event<'s> {
        let command_id = header.command_id;
        if let Some((kind, status)) = self.objection(command_id) {
            return self.fault(header, kind, status, out);
        }
        let octets = frame.into_inner();
        let decoded = self.config.decoder.decode(frame, findings);
        self.count_findings(findings.len());
        // Looked at where it lies: a PDU is large, and a copy takes as much again.
        let pdu = match &decoded {
            Ok(pdu) => pdu,
            Err(error) => {
                let status = error.suggested_status();
                return self.fault(header, FaultKind::Malformed(*error), status, out);
            }
        };
        match &pdu.body {
            Body::EnquireLink(_) => {
                self.answer_enquire_link(header, out);
                return Event::Answered { command_id };
            }
            Body::Unbind(_) => {
                self.ending = Ending::Asked {
                    number: header.sequence_number,
                    deadline: self.now + self.config.unbind_grace,
                };
                return match self.asked.len() {
                    0 => Event::Answered { command_id },
                    unanswered => Event::UnbindAsked { unanswered },
                };
            }
            Body::Bind(bind) => {
                self.binding = Some(Binding::of(bind));
            }
            _ => {}
        }
        self.last_request = self.now;
        if command_id.response().is_none() {
            return Event::Notification(Request {
                pdu: *pdu,
                octets,
                findings,
            });
        }
        self.asked.insert(header.sequence_number);
        Event::Request(Request {
            pdu: *pdu,
            octets,
            findings,
        })
    }

    /// Why this request is refused before its body is looked at.
    #[inline]
    fn objection(&mut self, command_id: CommandId) -> Option<(FaultKind, CommandStatus)> {
        if command_id.name().is_none() {
            return Some((FaultKind::UnknownCommand, CommandStatus::ESME_RINVCMDID));
        }
        if command_id.is_bind() && (self.state.is_bound() || self.binding.is_some()) {
            return Some((FaultKind::AlreadyBound, CommandStatus::ESME_RALYBND));
        }
        if !may_take(self.config.role.peer(), self.state, command_id) {
            let kind = FaultKind::WrongState(self.state);
            return Some((kind, CommandStatus::ESME_RINVBNDSTS));
        }
        if command_id == CommandId::ENQUIRE_LINK {
            return None;
        }
        if let Ending::Asked { .. } = self.ending {
            return Some((FaultKind::Finishing, CommandStatus::ESME_RINVBNDSTS));
        }
        if command_id == CommandId::UNBIND {
            return None;
        }
        if self.ending == Ending::Finishing {
            let status = match self.config.role {
                crate::Role::Esme => CommandStatus::ESME_RX_T_APPN,
                crate::Role::MessageCentre => CommandStatus::ESME_RSYSERR,
            };
            return Some((FaultKind::Finishing, status));
        }
        if self.asked.len() >= u32::from(self.config.peer_window) {
            return Some((FaultKind::WindowExceeded, self.config.peer_excess_status));
        }
        if Class::of(command_id) == Class::Message
            && let Some(bucket) = &mut self.peer_bucket
        {
            if bucket.check(self.now).is_err() {
                return Some((FaultKind::RateExceeded, self.config.peer_excess_status));
            }
            bucket.take();
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
        self.counters.faults = self.counters.faults.saturating_add(1);
        let mut response = error_response(header.command_id, status, header.sequence_number);
        if self.config.error_bodies.change(&response) {
            self.config.error_bodies.apply(&mut response);
        }
        let answered = self.put(&response, out);
        Event::Fault(Fault {
            command_id: header.command_id,
            sequence_number: header.sequence_number,
            kind,
            answered: answered.then_some(status),
        })
    }

    #[cfg_attr(not(feature = "alloc"), inline(never))]
    fn answer_enquire_link(&mut self, request: &Header, out: &mut impl OutBuf) {
        let number = request.sequence_number;
        self.put(&Pdu::request(number, EnquireLinkResp::default()), out);
    }

    /// Writes an answer of the session's own. There is room:
    /// [`Inbox::handle_input`](crate::Inbox::handle_input) has asked for it.
    pub(super) fn put(&mut self, response: &Pdu<'_>, out: &mut impl OutBuf) -> bool {
        let written = encode(response, out);
        if let Ok(octets) = written {
            self.count_sent(response.command_id(), octets);
        }
        written.is_ok()
    }

    #[inline]
    fn count_findings(&mut self, findings: usize) {
        let findings = u64::try_from(findings).unwrap_or(u64::MAX);
        self.counters.findings = self.counters.findings.saturating_add(findings);
    }

    // The stream

    #[cold]
    #[cfg_attr(not(feature = "alloc"), inline(never))]
    pub(crate) fn lose_framing(&mut self, error: FramingError, out: &mut impl OutBuf) {
        let stranger = Stranger::recognise(error.command_length.to_be_bytes());
        if let (Some(stranger), FramingErrorKind::TooLarge { .. }) = (stranger, error.kind)
            && !self.state.is_bound()
        {
            return self.end(CloseReason::NotSmpp(stranger));
        }
        let nack = Pdu::response(
            error.suggested_status(),
            error.sequence_number.unwrap_or(SequenceNumber::UNKNOWN),
            GenericNack::default(),
        );
        self.put(&nack, out);
        self.end(CloseReason::Framing(error));
    }
}

/// Whether this response is one to that request.
#[inline]
fn answers(header: &Header, request: CommandId) -> bool {
    header.command_id == CommandId::GENERIC_NACK || request.response() == Some(header.command_id)
}

/// The version that a bind response states.
fn stated_version(pdu: &Pdu<'_>) -> Option<InterfaceVersion> {
    pdu.body.tlvs().sc_interface_version()?.ok()
}

impl Binding {
    pub(super) fn of(bind: &Bind<'_>) -> Self {
        Self {
            bind_type: bind.bind_type,
            version: bind.interface_version.normalized(),
        }
    }
}
