//! PDUs that outlive the connection's buffer.

use core::fmt;

use bytes::Bytes;
use smpp_codec::decode;
use smpp_pdu::{Body, COctetStr, CommandId, CommandStatus, Frame, Pdu, Tlvs, UnknownBody};

/// A whole PDU in storage of its own. Its values are read from there when they
/// are wanted; cloning it copies nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedPdu {
    frame: Frame<Bytes>,
}

impl OwnedPdu {
    pub(crate) fn copy(octets: &[u8]) -> Option<Self> {
        let frame = Frame::new_checked(Bytes::copy_from_slice(octets)).ok()?;
        Some(Self { frame })
    }

    /// The values, borrowed from here.
    ///
    /// A body that cannot be read is given as [`Body::Unknown`] with its octets.
    /// A client does not hand such a PDU out.
    #[must_use]
    pub fn pdu(&self) -> Pdu<'_> {
        let header = self.frame.header();
        decode(self.frame.as_bytes()).unwrap_or_else(|_| Pdu {
            command_status: header.command_status,
            sequence_number: header.sequence_number,
            body: Body::Unknown(UnknownBody {
                command_id: header.command_id,
                octets: self.frame.body(),
            }),
        })
    }

    /// Everything behind the header.
    #[must_use]
    pub fn body(&self) -> Body<'_> {
        self.pdu().body
    }

    /// The tagged parameters.
    #[must_use]
    pub fn tlvs(&self) -> Tlvs<'_> {
        self.body().tlvs()
    }

    /// The operation.
    #[must_use]
    pub fn command_id(&self) -> CommandId {
        self.frame.header().command_id
    }

    /// The status.
    #[must_use]
    pub fn command_status(&self) -> CommandStatus {
        self.frame.header().command_status
    }

    /// The octets as a frame.
    #[must_use]
    pub fn frame(&self) -> &Frame<Bytes> {
        &self.frame
    }

    /// The octets as a frame, to be kept.
    #[must_use]
    pub fn into_frame(self) -> Frame<Bytes> {
        self.frame
    }
}

/// Header and length; never the body, which may hold a text.
impl fmt::Debug for OwnedPdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.frame.fmt(f)
    }
}

/// A centre has taken a message: the response to `submit_sm`, `data_sm`,
/// `submit_multi` or `broadcast_sm`.
#[derive(Clone, PartialEq, Eq)]
pub struct SubmitResp {
    response: OwnedPdu,
}

impl SubmitResp {
    /// The centre's id of the message: the name by which receipts, queries and
    /// cancellations know it. Some centres leave it empty.
    #[must_use]
    pub fn message_id(&self) -> COctetStr<'_> {
        match self.response.body() {
            Body::SubmitSmResp(resp) => resp.message_id,
            Body::DataSmResp(resp) => resp.message_id,
            Body::SubmitMultiResp(resp) => resp.message_id,
            Body::BroadcastSmResp(resp) => resp.message_id,
            _ => COctetStr::ABSENT,
        }
    }

    /// The whole response, such as for its parameters, or for the recipients
    /// that a `submit_multi` did not reach.
    #[must_use]
    pub fn response(&self) -> &OwnedPdu {
        &self.response
    }
}

impl From<OwnedPdu> for SubmitResp {
    fn from(response: OwnedPdu) -> Self {
        Self { response }
    }
}

impl fmt::Debug for SubmitResp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmitResp")
            .field("message_id", &self.message_id())
            .field("response", &self.response)
            .finish()
    }
}
