//! The user data header: concatenation, ports and shift tables inside the text.
//!
//! When bit 0x40 of `esm_class` is set, the short message (or the TLV
//! `message_payload`) begins with a header: one octet UDHL that counts the
//! octets after itself, then elements of an identifier, a length and data
//! (3GPP TS 23.040 clause 9.2.3.24). [`Udh`] reads such a header where it lies,
//! [`UdhBuf`] writes one.
//!
//! A message of one segment has room for 140 octets on the radio side, header
//! included; [`room`] tells what is left for the text.
//!
//! # Examples
//!
//! ```
//! use smpp_pdu::udh::{ConcatRef, SegmentUnit, Udh, UdhBuf, room};
//!
//! let mut header = UdhBuf::new();
//! header.concat8(0x42, 3, 1)?;
//! assert_eq!(header.as_bytes(), [0x05, 0x00, 0x03, 0x42, 0x03, 0x01]);
//! assert_eq!(room(header.len(), SegmentUnit::Septets), 153);
//!
//! let (header, text) = Udh::split(b"\x05\x00\x03\x42\x03\x01Hello")?;
//! assert_eq!(
//!     header.concat(),
//!     Some(ConcatRef { reference: 0x42, total: 3, part: 1, wide: false }),
//! );
//! assert_eq!(text, b"Hello");
//! # Ok::<(), smpp_pdu::udh::UdhError>(())
//! ```

mod buf;
mod element;
mod view;

use core::fmt;

pub use buf::UdhBuf;
pub use element::*;
pub use view::{Elements, Udh};

/// The octets of user data in one message, header included.
pub const MAX_USER_DATA: usize = 140;

/// The segments a concatenated message can have; the number is one octet.
pub const MAX_SEGMENTS: u8 = 255;

/// What the room in a message is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SegmentUnit {
    /// Octets of binary data or of an 8-bit alphabet.
    Octets,
    /// Septets of the GSM 7-bit alphabet. A character of the extension table
    /// takes two of them, and the two must not be parted.
    Septets,
    /// Units of 16 bits of UCS2. A character beyond the basic plane takes two
    /// of them, and the two must not be parted.
    Ucs2,
}

/// The room for text in one message of 140 octets, of which the header takes
/// `header_octets` (UDHL included), counted in `unit`.
///
/// The septets are counted as the radio side packs them. On the SMPP link a
/// septet normally takes an octet of its own, so that header and text together
/// may well be longer than 140 octets there.
///
/// # Examples
///
/// ```
/// use smpp_pdu::udh::{SegmentUnit, room};
///
/// assert_eq!(room(0, SegmentUnit::Septets), 160);
/// assert_eq!(room(6, SegmentUnit::Septets), 153);
/// assert_eq!(room(6, SegmentUnit::Ucs2), 67);
/// ```
#[must_use]
pub const fn room(header_octets: usize, unit: SegmentUnit) -> usize {
    let octets = MAX_USER_DATA.saturating_sub(header_octets);
    match unit {
        SegmentUnit::Octets => octets,
        SegmentUnit::Septets => octets * 8 / 7,
        SegmentUnit::Ucs2 => octets / 2,
    }
}

/// A user data header that cannot be read, or cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UdhError {
    /// The user data is empty, there is not even UDHL.
    Missing,
    /// UDHL counts more octets than follow it.
    HeaderOverrun {
        /// The octets that UDHL counts.
        declared: u8,
        /// The octets that follow it.
        available: usize,
    },
    /// An element runs past the end of the header, or only its identifier is
    /// left.
    ElementOverrun {
        /// Where the element begins, in octets from UDHL, which is at 0.
        position: usize,
    },
    /// The element to be written does not fit into the 140 octets.
    Full {
        /// The octets of the element, identifier and length included.
        needed: usize,
        /// The octets left.
        room: usize,
    },
    /// The value to be written does not make sense for this element.
    BadValue(Iei),
}

impl fmt::Display for UdhError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("user data header: no octet for its length"),
            Self::HeaderOverrun {
                declared,
                available,
            } => write!(
                f,
                "user data header: {declared} octets declared, {available} there"
            ),
            Self::ElementOverrun { position } => write!(
                f,
                "user data header: the element at octet {position} runs past the header"
            ),
            Self::Full { needed, room } => write!(
                f,
                "user data header: an element of {needed} octets does not fit into {room}"
            ),
            Self::BadValue(identifier) => {
                write!(f, "user data header: impossible value for {identifier}")
            }
        }
    }
}

impl core::error::Error for UdhError {}
