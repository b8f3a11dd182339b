#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[macro_use]
mod macros;

mod address;
mod c_octet_str;
mod command_id;
mod command_status;
mod header;
mod pdu;
mod repeated;
mod short_message;
pub mod time;
mod tlv;
pub mod udh;
mod values;

pub use address::{Address, DestAddress, UnsuccessSme};
pub use c_octet_str::{COctetStr, NulInside, Password};
pub use command_id::CommandId;
pub use command_status::{CommandStatus, StatusClass};
pub use header::{Frame, FrameError, Header, SequenceNumber};
pub use pdu::*;
pub use repeated::{Member, MemberError, MemberErrorKind, Repeated, RepeatedIter, TooMany};
pub use short_message::{ShortMessage, ShortMessageTooLong};
pub use time::SmppTime;
pub use tlv::*;
pub use values::*;
