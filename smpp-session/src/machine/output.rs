//! What this side sends.

use smpp_codec::{OutBuf, encode};
use smpp_pdu::{
    Body, CommandId, CommandStatus, InterfaceVersion, Pdu, SequenceNumber, Unbind, UnbindResp,
};

use super::{Binding, Ending, Machine};
use crate::answer::adapt;
use crate::event::{CloseReason, RequestId, SendError};
use crate::window::{Class, Outstanding, Slot};
use crate::{Role, SessionState, may_send, may_take};

impl<S: AsRef<[Slot]> + AsMut<[Slot]>> Machine<S> {
    #[inline]
    pub(super) fn send_request(
        &mut self,
        id: Option<RequestId>,
        body: Body<'_>,
        out: &mut impl OutBuf,
    ) -> Result<SequenceNumber, SendError> {
        let command_id = body.command_id();
        if command_id.is_response() {
            return Err(SendError::WrongKind { command_id });
        }
        self.check_allowed(&body)?;
        let wants_response = command_id.response().is_some();
        let paced = id.is_some() && Class::of(command_id) == Class::Message;
        if id.is_some() && wants_response && self.free_window() == 0 {
            return Err(self.window_full());
        }
        if paced && let Err(at) = self.pacer.check(self.now) {
            return Err(SendError::NotNow { at });
        }
        let Some(number) = self.window.free_number(self.next_number) else {
            return Err(self.window_full());
        };
        let octets = encode(&Pdu::request(number, body), out)?;
        self.count_sent(command_id, octets);
        self.next_number = number.next();
        if paced {
            self.pacer.take(self.now);
        }
        if wants_response {
            self.own_outstanding += usize::from(id.is_none());
            self.window.insert(Outstanding {
                sequence_number: number,
                command_id,
                id,
                sent_at: self.now,
                deadline: self.now + self.response_time(command_id),
            });
            let outstanding = u32::try_from(self.window.len()).unwrap_or(u32::MAX);
            self.counters.most_outstanding = self.counters.most_outstanding.max(outstanding);
        }
        match body {
            Body::Bind(bind) => self.binding = Some(Binding::of(&bind)),
            Body::Outbind(_) => self.state = SessionState::Outbound,
            Body::EnquireLink(_) => {}
            _ => self.last_request = self.now,
        }
        Ok(number)
    }

    /// Whether state, side and version allow this request.
    #[inline]
    fn check_allowed(&self, body: &Body<'_>) -> Result<(), SendError> {
        let command_id = body.command_id();
        let role = self.config.role;
        let in_any_version = may_take(role, self.state, command_id);
        let twice = command_id.is_bind() && self.binding.is_some();
        if self.closing.is_some() || !in_any_version || twice {
            return Err(self.wrong_state(command_id));
        }
        if !self.config.enforce_version {
            return Ok(());
        }
        let version = self.version();
        let has_tlvs = !body.tlvs().is_empty();
        if !may_send(version, role, self.state, command_id)
            || (has_tlvs && version < InterfaceVersion::V3_4)
        {
            return Err(SendError::NotInVersion {
                command_id,
                version,
            });
        }
        Ok(())
    }

    #[cold]
    fn window_full(&self) -> SendError {
        let first = self.window.first_to_expire();
        SendError::WindowFull {
            at: first.map_or(self.now, |entry| entry.deadline),
        }
    }

    #[inline]
    pub(super) fn send_response(
        &mut self,
        response: &Pdu<'_>,
        out: &mut impl OutBuf,
    ) -> Result<(), SendError> {
        let command_id = response.command_id();
        if !command_id.is_response() {
            return Err(SendError::WrongKind { command_id });
        }
        if self.closing.is_some() || !may_take(self.config.role, self.state, command_id) {
            return Err(self.wrong_state(command_id));
        }
        let sequence_number = response.sequence_number;
        if !self.asked.contains(sequence_number) {
            return Err(SendError::NotAsked {
                command_id,
                sequence_number,
            });
        }
        let version = self.answered_version();
        let old = self.config.enforce_version && version < InterfaceVersion::V5_0;
        let bodies = self.config.error_bodies;
        let octets = if old || bodies.change(response) {
            let mut adapted = *response;
            if old {
                adapt(version, &mut adapted);
            }
            if bodies.change(&adapted) {
                bodies.apply(&mut adapted);
            }
            encode(&adapted, out)?
        } else {
            encode(response, out)?
        };
        self.count_sent(command_id, octets);
        self.asked.remove(sequence_number);
        // A bind may be answered by a header alone, or by generic_nack: nothing
        // else waits for an answer then.
        let nack = command_id == CommandId::GENERIC_NACK;
        if (nack || command_id.request().is_some_and(CommandId::is_bind))
            && self.config.role == Role::MessageCentre
            && let Some(binding) = self.binding
        {
            let status = response.command_status;
            self.note_bind_answered(command_id, status, Some(binding.version));
        }
        Ok(())
    }

    /// The version for responses: a bind is answered in that of the ESME.
    fn answered_version(&self) -> InterfaceVersion {
        match (self.version, self.binding) {
            (None, Some(binding)) => binding.version.min(self.config.version),
            _ => self.version(),
        }
    }

    /// Whether an orderly end has come to where only `unbind`, or its response,
    /// is missing.
    #[inline]
    pub(super) fn may_go_on_ending(&self) -> bool {
        match self.ending {
            Ending::Not | Ending::Unbinding => false,
            Ending::Asked { deadline, .. } => self.asked.len() == 0 || deadline <= self.now,
            Ending::Finishing => {
                self.asked.len() == 0 && self.window.iter().all(|entry| entry.id.is_none())
            }
        }
    }

    /// Sends the `unbind` of an orderly end, or the response to that of the
    /// peer, once nothing is under way. Without room it is tried again at the
    /// next call.
    #[inline]
    pub(super) fn go_on_ending(&mut self, out: &mut impl OutBuf) {
        if self.closing.is_some() || !self.may_go_on_ending() {
            return;
        }
        match self.ending {
            Ending::Asked { number, .. } => {
                let status = CommandStatus::ESME_ROK;
                let response = Pdu::response(status, number, UnbindResp::default());
                if self.put(&response, out) {
                    self.state = SessionState::Unbound;
                    self.end(CloseReason::PeerUnbound);
                }
            }
            _ => {
                let sent = self.send_request(None, Unbind::default().into(), out);
                if sent.is_ok() {
                    self.ending = Ending::Unbinding;
                }
            }
        }
    }

    #[inline]
    pub(super) fn count_sent(&mut self, command_id: CommandId, octets: usize) {
        let octets = u64::try_from(octets).unwrap_or(u64::MAX);
        self.counters.sent.count(command_id);
        self.counters.octets_sent = self.counters.octets_sent.saturating_add(octets);
    }
}
