//! Receipts of other centres, for messages that were handed over to them.

use smpp_pdu::MessageState;

/// What another centre says about a message that it was
/// [handed](super::Attempt::handed_over).
///
/// ```
/// use smpp_pdu::MessageState;
/// use smpp_smsc::network::NextReceipt;
///
/// let receipt = NextReceipt::new(b"0059113978", MessageState::DELIVERED)
///     .destination(b"447700900123");
/// assert_eq!(receipt.ids.len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NextReceipt {
    /// The ids in it, the surest first: that of `receipted_message_id`, and that of
    /// the text. They may be in another form than the one in the response:
    /// hexadecimal and decimal, letter case, zeros in front.
    pub ids: Vec<Box<[u8]>>,
    /// The state. `ENROUTE`, `ACCEPTED` and `SCHEDULED` end nothing; any other state
    /// that the specifications know ends the message.
    pub state: MessageState,
    /// The network's error, 0 for none.
    pub error: u8,
    /// Digits or letters of the recipient of the message, which is the source of the
    /// receipt: they decide between messages whose ids may be meant both.
    pub destination: Option<Box<[u8]>>,
}

impl NextReceipt {
    /// A receipt with this id.
    #[must_use]
    pub fn new(id: &[u8], state: MessageState) -> Self {
        Self {
            ids: vec![id.into()],
            state,
            error: 0,
            destination: None,
        }
    }

    /// Another id that it carries.
    #[must_use]
    pub fn id(mut self, id: &[u8]) -> Self {
        self.ids.push(id.into());
        self
    }

    /// Sets the network's error.
    #[must_use]
    pub const fn error(mut self, error: u8) -> Self {
        self.error = error;
        self
    }

    /// Sets the recipient of the message.
    #[must_use]
    pub fn destination(mut self, addr: &[u8]) -> Self {
        self.destination = Some(addr.into());
        self
    }
}

/// What became of a receipt of another centre. What is [`Known`](Told::Known) is
/// durable, as far as the store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Told {
    /// It speaks of a message that was on its way.
    Known,
    /// It speaks of a message that had ended before: it came already, or too late.
    Repeated,
    /// No message is known under its ids. One whose hand-over was not reported yet is
    /// not known either.
    Unknown,
    /// It may speak of any of several messages; nothing was changed.
    Ambiguous,
}
