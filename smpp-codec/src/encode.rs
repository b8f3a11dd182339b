//! Values to octets.

use core::fmt;

use smpp_pdu::{Header, Pdu};

use crate::body::{body_len, write_body};
use crate::{OutBuf, SliceBuf};

/// Octets of `pdu` on the wire, exactly.
#[must_use]
#[inline]
pub fn encoded_len(pdu: &Pdu<'_>) -> usize {
    Header::LEN + body_len(&pdu.body)
}

/// Appends `pdu` to `out`, and gives its length in octets. Nothing is appended
/// in case of an error.
///
/// # Errors
/// [`EncodeError`] when `out` has not enough room, or the PDU is too long for
/// `command_length`.
///
/// ```
/// use smpp_codec::encode;
/// use smpp_pdu::{EnquireLink, Pdu, SequenceNumber};
///
/// let mut out = heapless::Vec::<u8, 64>::new();
/// encode(&Pdu::request(SequenceNumber(7), EnquireLink::default()), &mut out)?;
/// assert_eq!(out, [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 7]);
/// # Ok::<(), smpp_codec::EncodeError>(())
/// ```
#[inline]
pub fn encode(pdu: &Pdu<'_>, out: &mut impl OutBuf) -> Result<usize, EncodeError> {
    let len = encoded_len(pdu);
    let room = out.room();
    let Ok(command_length) = u32::try_from(len) else {
        return Err(EncodeError::TooLong { len });
    };
    if len > room {
        return Err(EncodeError::NoRoom { need: len, room });
    }
    out.reserve(len);
    let header = Header {
        command_length,
        command_id: pdu.command_id(),
        command_status: pdu.command_status,
        sequence_number: pdu.sequence_number,
    };
    out.put(&header.to_octets());
    write_body(&pdu.body, out);
    Ok(len)
}

/// Writes `pdu` to the front of `out`, and gives its length in octets.
///
/// # Errors
/// As [`encode`].
#[inline]
pub fn encode_to_slice(pdu: &Pdu<'_>, out: &mut [u8]) -> Result<usize, EncodeError> {
    encode(pdu, &mut SliceBuf::new(out))
}

/// Why a PDU was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// The buffer is too small.
    NoRoom {
        /// Octets that the PDU has.
        need: usize,
        /// Octets that the buffer takes.
        room: usize,
    },
    /// The PDU is longer than `command_length` can say.
    TooLong {
        /// Octets that the PDU has.
        len: usize,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoom { need, room } => {
                write!(f, "the PDU has {need} octets, the buffer takes {room}")
            }
            Self::TooLong { len } => {
                write!(
                    f,
                    "a PDU of {len} octets is longer than command_length can say"
                )
            }
        }
    }
}

impl core::error::Error for EncodeError {}
