//! Requests that were encoded before they come here.

use smpp_codec::{OutBuf, decode};
use smpp_pdu::{CommandId, Frame, InterfaceVersion, SequenceNumber, UnknownBody};

use super::Machine;
use crate::Instant;
use crate::event::{RequestId, SendError};
use crate::window::Slot;

impl<S: AsRef<[Slot]> + AsMut<[Slot]>> Machine<S> {
    /// Sends a request that is one whole PDU already, encoded by another task
    /// perhaps: its sequence number and its status are replaced, its body is
    /// copied as it stands. Everything else is as with [`request`](Self::request).
    ///
    /// The session looks into binds, into `enquire_link`, `unbind` and `outbind`,
    /// and where the version in use has no parameters: those are decoded.
    ///
    /// # Errors
    /// [`SendError`]; then nothing was sent. [`SendError::NotOnePdu`] when the
    /// octets are not one PDU, or one that must be looked into and cannot be read.
    #[inline]
    pub fn request_encoded(
        &mut self,
        now: Instant,
        id: RequestId,
        pdu: &[u8],
        out: &mut impl OutBuf,
    ) -> Result<SequenceNumber, SendError> {
        let frame = Frame::new_checked(pdu).map_err(|_| SendError::NotOnePdu)?;
        let command_id = frame.header().command_id;
        let looked_into = command_id.is_bind()
            || matches!(
                command_id,
                CommandId::ENQUIRE_LINK | CommandId::UNBIND | CommandId::OUTBIND
            )
            || self.version() < InterfaceVersion::V3_4;
        if looked_into {
            let decoded = decode(pdu).map_err(|_| SendError::NotOnePdu)?;
            return self.request(now, id, decoded.body, out);
        }
        let octets = frame.body();
        self.request(now, id, UnknownBody { command_id, octets }, out)
    }
}
