//! What a receiver gives.

use smpp_pdu::CommandStatus;

use super::message::ReceivedMessage;
use super::receipt::ReceivedReceipt;
use crate::OwnedPdu;

/// One thing that the centre sends by itself.
///
/// Each is acknowledged by the application with `ack`, or refused with `nack`;
/// what is dropped is refused with `ESME_RX_T_APPN`, a temporary error, and
/// comes again. Alerts and what is no message have no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum Received {
    /// A whole message, or what there is of it.
    Message(ReceivedMessage),
    /// A delivery receipt of the centre.
    Receipt(ReceivedReceipt),
    /// The centre reports on a message that is still under way.
    Notification(ReceivedReceipt),
    /// The device, or the person, acknowledges a message.
    Acknowledgement(ReceivedReceipt),
    /// `alert_notification`: a subscriber can be reached again.
    Alert(OwnedPdu),
    /// Something else, such as an `outbind`.
    Other(OwnedPdu),
}

impl Received {
    /// Acknowledges it.
    pub fn ack(mut self) {
        self.acknowledge();
    }

    /// Refuses it.
    pub fn nack(self, status: CommandStatus) {
        match self {
            Self::Message(message) => message.nack(status),
            Self::Receipt(receipt)
            | Self::Notification(receipt)
            | Self::Acknowledgement(receipt) => receipt.nack(status),
            Self::Alert(_) | Self::Other(_) => {}
        }
    }

    /// A short, stable name for logs and metrics, such as `message`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Receipt(_) => "receipt",
            Self::Notification(_) => "notification",
            Self::Acknowledgement(_) => "acknowledgement",
            Self::Alert(_) => "alert",
            Self::Other(_) => "other",
        }
    }

    pub(super) fn acknowledge(&mut self) {
        match self {
            Self::Message(message) => message.acknowledge(),
            Self::Receipt(receipt)
            | Self::Notification(receipt)
            | Self::Acknowledgement(receipt) => receipt.acknowledge(),
            Self::Alert(_) | Self::Other(_) => {}
        }
    }
}
