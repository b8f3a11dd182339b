//! What an application does on its session.

use std::vec::Vec;

use bytes::BytesMut;
use smpp_pdu::{Body, Pdu, SequenceNumber};

use crate::{Instant, Machine, Rate, RequestId, SendError, SessionState, Slot};

/// The session, as an [`Application`](super::Application) sees it from inside an event.
#[derive(Debug)]
pub struct Link<'l> {
    pub(super) machine: &'l mut Machine<Vec<Slot>>,
    pub(super) out: &'l mut BytesMut,
    pub(super) now: Instant,
    /// Whether events of the peer's octets are held back.
    pub(super) holding: &'l mut bool,
}

impl Link<'_> {
    /// Sends a request, see [`Machine::request`].
    ///
    /// # Errors
    /// [`SendError`]; then nothing was sent.
    pub fn request<'p>(
        &mut self,
        id: RequestId,
        body: impl Into<Body<'p>>,
    ) -> Result<SequenceNumber, SendError> {
        self.machine.request(self.now, id, body, self.out)
    }

    /// Sends a request that was encoded before, see [`Machine::request_encoded`].
    ///
    /// # Errors
    /// [`SendError`]; then nothing was sent.
    pub fn request_encoded(
        &mut self,
        id: RequestId,
        pdu: &[u8],
    ) -> Result<SequenceNumber, SendError> {
        self.machine.request_encoded(self.now, id, pdu, self.out)
    }

    /// Sends a response, see [`Machine::respond`].
    ///
    /// # Errors
    /// [`SendError`]; then nothing was sent.
    pub fn respond(&mut self, response: &Pdu<'_>) -> Result<(), SendError> {
        self.machine.respond(self.now, response, self.out)
    }

    /// Starts an orderly end, see [`Machine::unbind`].
    ///
    /// # Errors
    /// [`SendError`] when the session is not bound.
    pub fn unbind(&mut self) -> Result<(), SendError> {
        self.machine.unbind(self.now, self.out)
    }

    /// Ends the session once all that is under way is answered, see
    /// [`Machine::finish`].
    ///
    /// # Errors
    /// [`SendError`] when the session is not bound.
    pub fn finish(&mut self) -> Result<(), SendError> {
        self.machine.finish(self.now, self.out)
    }

    /// Gives up waiting for a request, see [`Machine::cancel`].
    pub fn cancel(&mut self, number: SequenceNumber) -> bool {
        self.machine.cancel(number)
    }

    /// Sets what the peer may do from now on, see [`Machine::set_peer_limits`].
    pub fn set_peer_limits(&mut self, window: u16, rate: Option<Rate>) {
        self.machine.set_peer_limits(self.now, window, rate);
    }

    /// Decodes PDUs of the peer like this from now on, see
    /// [`Machine::set_decoder`].
    pub fn set_decoder(&mut self, decoder: smpp_codec::Decoder) {
        self.machine.set_decoder(decoder);
    }

    /// Sets which responses with an error status have a body, see
    /// [`Machine::set_error_bodies`].
    pub fn set_error_bodies(&mut self, bodies: crate::ErrorBodies) {
        self.machine.set_error_bodies(bodies);
    }

    /// Sets the silence after which `enquire_link` is sent, see
    /// [`Machine::set_enquire_link`].
    pub fn set_enquire_link(&mut self, silence: Option<core::time::Duration>) {
        self.machine.set_enquire_link(silence);
    }

    /// Takes the peer for one of this version, see
    /// [`Machine::set_peer_version`].
    pub fn set_peer_version(&mut self, version: smpp_pdu::InterfaceVersion) {
        self.machine.set_peer_version(version);
    }

    /// The version in use, see [`Machine::version`].
    #[must_use]
    pub fn version(&self) -> smpp_pdu::InterfaceVersion {
        self.machine.version()
    }

    /// What was done so far.
    #[must_use]
    pub fn counters(&self) -> &crate::Counters {
        self.machine.counters()
    }

    /// Ends the session at once; what was answered so far is still written.
    pub fn close(&mut self) {
        self.machine.close(self.now);
    }

    /// Holds back what the peer sends behind this event, until
    /// [`release`](Self::release): for a bind that is decided elsewhere, since
    /// what a client has sent behind it is allowed or not by the outcome. Nothing
    /// is read meanwhile; timers and commands go on, and so may an end.
    pub fn hold(&mut self) {
        *self.holding = true;
    }

    /// Goes on with what was held back.
    pub fn release(&mut self) {
        *self.holding = false;
    }

    /// The state of the session.
    #[must_use]
    pub fn state(&self) -> SessionState {
        self.machine.state()
    }

    /// How many requests could be sent now.
    #[must_use]
    pub fn free_window(&self) -> usize {
        self.machine.free_window()
    }

    /// Requests that wait for a response.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.machine.outstanding()
    }

    /// The moment of this event.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }
}
