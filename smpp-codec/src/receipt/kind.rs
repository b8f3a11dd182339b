//! What a message that reports on another one is.

use core::fmt;

use smpp_pdu::{EsmClass, McReceipt, MessageState, MessageType, RegisteredDelivery};

/// What a message reports, told by bits 5 to 2 of its `esm_class`
/// (SMPP 3.4, 5.2.12; 5.0, 4.7.12).
///
/// ```
/// use smpp_codec::receipt::ReceiptKind;
/// use smpp_pdu::EsmClass;
///
/// // The mark of a user data header changes nothing.
/// assert_eq!(ReceiptKind::of(EsmClass(0x44)), Some(ReceiptKind::DeliveryReceipt));
/// assert_eq!(ReceiptKind::of(EsmClass(0x20)), Some(ReceiptKind::IntermediateNotification));
/// assert_eq!(ReceiptKind::of(EsmClass(0x00)), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReceiptKind {
    /// The message centre reports the outcome (0x04).
    DeliveryReceipt,
    /// The message centre reports on a message still under way (0x20).
    IntermediateNotification,
    /// The receiving device has it (0x08).
    DeliveryAck,
    /// The person has read it, or answers it by hand (0x10).
    UserAck,
    /// The end of an interactive session (0x18, Korean CDMA).
    ConversationAbort,
}

impl ReceiptKind {
    /// What an `esm_class` says; `None` for an ordinary message and for a
    /// reserved type.
    #[must_use]
    pub const fn of(esm_class: EsmClass) -> Option<Self> {
        match esm_class.message_type() {
            MessageType::MC_DELIVERY_RECEIPT => Some(Self::DeliveryReceipt),
            MessageType::INTERMEDIATE_DELIVERY_NOTIFICATION => Some(Self::IntermediateNotification),
            MessageType::DELIVERY_ACKNOWLEDGEMENT => Some(Self::DeliveryAck),
            MessageType::MANUAL_USER_ACKNOWLEDGEMENT => Some(Self::UserAck),
            MessageType::CONVERSATION_ABORT => Some(Self::ConversationAbort),
            _ => None,
        }
    }

    /// The message type that says it.
    #[must_use]
    pub const fn message_type(self) -> MessageType {
        match self {
            Self::DeliveryReceipt => MessageType::MC_DELIVERY_RECEIPT,
            Self::IntermediateNotification => MessageType::INTERMEDIATE_DELIVERY_NOTIFICATION,
            Self::DeliveryAck => MessageType::DELIVERY_ACKNOWLEDGEMENT,
            Self::UserAck => MessageType::MANUAL_USER_ACKNOWLEDGEMENT,
            Self::ConversationAbort => MessageType::CONVERSATION_ABORT,
        }
    }

    /// The `esm_class` of such a message: default mode, no GSM feature.
    #[must_use]
    pub const fn esm_class(self) -> EsmClass {
        EsmClass::DEFAULT.with_message_type(self.message_type())
    }

    /// Whether the message centre sends it, and so has an id and a state to
    /// report; the others come from the recipient.
    #[must_use]
    pub const fn is_from_centre(self) -> bool {
        matches!(self, Self::DeliveryReceipt | Self::IntermediateNotification)
    }

    /// Whether the sender of the original message asked for it
    /// (`registered_delivery`; SMPP 3.4, 5.2.17; 5.0, 4.7.21), given the state
    /// that is reported.
    ///
    /// `DELIVERED` and `ACCEPTED` count as success, every other state but
    /// `SCHEDULED` and `ENROUTE` as failure. A conversation abort is asked for
    /// by nobody.
    ///
    /// ```
    /// use smpp_codec::receipt::ReceiptKind::{DeliveryReceipt, IntermediateNotification};
    /// use smpp_pdu::{MessageState, RegisteredDelivery};
    ///
    /// let on_failure = RegisteredDelivery(0x02);
    /// assert!(DeliveryReceipt.wanted_by(on_failure, MessageState::EXPIRED));
    /// assert!(!DeliveryReceipt.wanted_by(on_failure, MessageState::DELIVERED));
    /// assert!(IntermediateNotification.wanted_by(RegisteredDelivery(0x10), MessageState::ENROUTE));
    /// ```
    #[must_use]
    pub fn wanted_by(self, asked: RegisteredDelivery, state: MessageState) -> bool {
        match self {
            Self::DeliveryReceipt => {
                let success = matches!(state, MessageState::DELIVERED | MessageState::ACCEPTED);
                !state.is_intermediate()
                    && match asked.mc_receipt() {
                        McReceipt::SUCCESS_OR_FAILURE => true,
                        McReceipt::FAILURE_ONLY => !success,
                        McReceipt::SUCCESS_ONLY => success,
                        _ => false,
                    }
            }
            Self::IntermediateNotification => asked.intermediate() && state.is_intermediate(),
            Self::DeliveryAck => asked.sme_ack().0 & 0x04 != 0,
            Self::UserAck => asked.sme_ack().0 & 0x08 != 0,
            Self::ConversationAbort => false,
        }
    }

    /// A short, stable name for logs and JSON, such as `delivery_receipt`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DeliveryReceipt => "delivery_receipt",
            Self::IntermediateNotification => "intermediate_notification",
            Self::DeliveryAck => "delivery_ack",
            Self::UserAck => "user_ack",
            Self::ConversationAbort => "conversation_abort",
        }
    }
}

impl fmt::Display for ReceiptKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::DeliveryReceipt => "delivery receipt",
            Self::IntermediateNotification => "intermediate notification",
            Self::DeliveryAck => "delivery acknowledgement",
            Self::UserAck => "user acknowledgement",
            Self::ConversationAbort => "conversation abort",
        })
    }
}
