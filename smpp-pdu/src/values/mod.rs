//! Enumerations and bit fields of the protocol under their standard names.
//!
//! A number from the wire is a newtype whose constants carry the names: a
//! value no specification knows is kept as it came. A bit field has a getter
//! and a `with_` method per part, and leaves its reserved bits alone.

/// Declares a field made of bits, or one where no single value has a name.
/// `Debug` is left to the type, because only it knows its parts.
macro_rules! wire_bits {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident($repr:ty);
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Name(pub $repr);

        impl From<$repr> for $Name {
            fn from(value: $repr) -> Self {
                Self(value)
            }
        }

        impl From<$Name> for $repr {
            fn from(value: $Name) -> Self {
                value.0
            }
        }
    };
}

mod address;
mod broadcast;
mod callback;
mod cdma;
mod data_coding;
mod delivery;
mod esm_class;
mod message_state;
mod message_waiting;
mod network;
mod priority;
mod registered_delivery;
pub mod service_type;
mod submission;
mod ussd;
mod v33;
mod version;

pub use address::{DestAddrNpResolution, DestFlag, Npi, SubaddressTag, Ton};
pub use broadcast::{
    BroadcastAreaFormat, BroadcastAreaSuccess, BroadcastChannelIndicator, BroadcastContentCategory,
    BroadcastContentNetwork, BroadcastFrequencyUnit, BroadcastMessageClass,
};
pub use callback::{
    CallbackNumDigitMode, CallbackNumPresInd, CallbackPresentation, CallbackScreening,
};
pub use cdma::{
    DisplayTime, ItsReplyType, LanguageIndicator, MsValidityBehaviour, MsValidityUnit,
    PrivacyIndicator,
};
pub use data_coding::{Alphabet, DataCoding, DataCodingGroup, GsmAlphabet, MessageClass};
pub use delivery::{
    AlertOnMessageDelivery, CongestionBand, CongestionState, DeliveryFailureReason, DpfResult,
    MoreMessagesToSend, MsAvailabilityStatus, SetDpf,
};
pub use esm_class::{EsmClass, GsmFeatures, MessageType, MessagingMode};
pub use message_state::MessageState;
pub use message_waiting::{MessageWaitingKind, MsMsgWaitFacilities};
pub use network::{
    AddrSubunit, BearerType, BillingFormat, EsmeAddressType, NetworkErrorCodeType, NetworkIdPrefix,
    NetworkType, PayloadType,
};
pub use priority::{PriorityFlag, PriorityScheme};
pub use registered_delivery::{McReceipt, RegisteredDelivery, SmeAck};
pub use submission::{NumberOfMessages, ReplaceIfPresentFlag, SmDefaultMsgId};
pub use ussd::UssdServiceOp;
pub use v33::GsmErrorCode;
pub use version::InterfaceVersion;
