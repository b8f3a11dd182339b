//! Tagged parameters: one [`Tlv`], a list of them ([`Tlvs`]), and the table of
//! those that the standard defines.

mod definitions;
mod list;
mod structured;
mod tag;
mod value;

pub use definitions::{TlvDefinition, TlvKind};
pub use list::{TlvIter, TlvTail, TlvTailKind, Tlvs};
pub use structured::{
    BillingIdentification, BroadcastAreaIdentifier, BroadcastContentType,
    BroadcastFrequencyInterval, CallbackNum, CallbackNumAtag, ItsSessionInfo, MsValidity,
    NetworkErrorCode, SourceTelematicsId, Subaddress,
};
pub use tag::Tag;
pub use value::{Tlv, TlvError, TlvTooLong, TlvValue, ValueParts};
