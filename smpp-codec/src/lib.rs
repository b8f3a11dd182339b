#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod body;
mod decode;
mod encode;
mod error;
mod field;
mod finding;
mod framer;
#[cfg(feature = "json")]
pub mod json;
pub mod long;
mod out_buf;
pub mod receipt;
pub mod services;
pub mod text;
mod visit;
pub mod wap;

pub use decode::{Decoder, decode};
pub use encode::{EncodeError, encode, encode_to_slice, encoded_len};
pub use error::{DecodeError, DecodeErrorKind};
pub use finding::{Finding, FindingKind, Findings};
pub use framer::{Framer, FramingError, FramingErrorKind};
pub use out_buf::{Buffer, OutBuf, SliceBuf};
pub use visit::{FieldValue, FieldVisitor, visit};

/// Longest PDU that is taken where the caller sets no limit, in octets: a
/// `message_payload` of the greatest length fits, with 4 KiB for all the rest.
pub const DEFAULT_MAX_PDU_LEN: usize = 68 * 1024;
