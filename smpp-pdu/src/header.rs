//! The sixteen octets in front of every PDU, and the PDU as a whole.

use core::fmt;

use crate::{CommandId, CommandStatus};

/// `sequence_number`, which ties a response to its request (SMPP 3.4, 5.1.4; 5.0, 4.7.26).
///
/// 1 to 0x7FFFFFFF by the specification; 0 only in a `generic_nack` for a
/// header that could not be read. Every other value is met in the field, and
/// survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SequenceNumber(pub u32);

impl SequenceNumber {
    /// The first of a session.
    pub const FIRST: Self = Self(1);
    /// The last, after which [`SequenceNumber::FIRST`] follows.
    pub const LAST: Self = Self(0x7FFF_FFFF);
    /// For a `generic_nack` whose offender could not be read.
    pub const UNKNOWN: Self = Self(0);

    /// Whether the specification allows it in a request.
    #[must_use]
    #[inline]
    pub const fn is_in_range(self) -> bool {
        matches!(self.0, 1..=0x7FFF_FFFF)
    }

    /// The one after it, 1 after the last.
    #[must_use]
    #[inline]
    pub const fn next(self) -> Self {
        match self.0 {
            0..=0x7FFF_FFFE => Self(self.0 + 1),
            _ => Self::FIRST,
        }
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<u32> for SequenceNumber {
    fn from(number: u32) -> Self {
        Self(number)
    }
}

/// The header of a PDU (SMPP 3.4, 3.2; 5.0, 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Length of the whole PDU in octets, this field included.
    pub command_length: u32,
    /// The operation.
    pub command_id: CommandId,
    /// 0 in a request; the result in a response.
    pub command_status: CommandStatus,
    /// Ties a response to its request.
    pub sequence_number: SequenceNumber,
}

impl Header {
    /// Length of a header in octets.
    pub const LEN: usize = 4 /* command_length */
        + 4 /* command_id */
        + 4 /* command_status */
        + 4 /* sequence_number */;

    /// Reads a header; any sixteen octets are one.
    #[must_use]
    #[inline]
    pub const fn from_octets(octets: &[u8; Self::LEN]) -> Self {
        let [
            l0,
            l1,
            l2,
            l3,
            i0,
            i1,
            i2,
            i3,
            s0,
            s1,
            s2,
            s3,
            n0,
            n1,
            n2,
            n3,
        ] = *octets;
        Self {
            command_length: u32::from_be_bytes([l0, l1, l2, l3]),
            command_id: CommandId(u32::from_be_bytes([i0, i1, i2, i3])),
            command_status: CommandStatus(u32::from_be_bytes([s0, s1, s2, s3])),
            sequence_number: SequenceNumber(u32::from_be_bytes([n0, n1, n2, n3])),
        }
    }

    /// Writes a header.
    #[must_use]
    #[inline]
    pub const fn to_octets(&self) -> [u8; Self::LEN] {
        let [l0, l1, l2, l3] = self.command_length.to_be_bytes();
        let [i0, i1, i2, i3] = self.command_id.0.to_be_bytes();
        let [s0, s1, s2, s3] = self.command_status.0.to_be_bytes();
        let [n0, n1, n2, n3] = self.sequence_number.0.to_be_bytes();
        [
            l0, l1, l2, l3, i0, i1, i2, i3, s0, s1, s2, s3, n0, n1, n2, n3,
        ]
    }
}

/// One whole PDU over any storage: `&[u8]`, `[u8; N]`, `Vec<u8>`, `Bytes`.
///
/// To keep a PDU, keep its frame, and decode it again when it is wanted.
///
/// ```
/// use smpp_pdu::{CommandId, Frame};
///
/// let octets = [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 7];
/// let frame = Frame::new_checked(octets)?;
/// assert_eq!(frame.header().command_id, CommandId::ENQUIRE_LINK);
/// assert!(frame.body().is_empty());
/// # Ok::<(), smpp_pdu::FrameError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Frame<B> {
    header: Header,
    /// INVARIANT: as many octets as `header.command_length` says, at least 16.
    octets: B,
}

impl<B: AsRef<[u8]>> Frame<B> {
    /// Checks that `octets` are exactly one PDU by their `command_length`, and
    /// nothing else.
    ///
    /// # Errors
    /// [`FrameError`] when there are fewer than 16 octets, or more or fewer
    /// than stated.
    pub fn new_checked(octets: B) -> Result<Self, FrameError> {
        let slice = octets.as_ref();
        let have = slice.len();
        let Some(first) = slice.first_chunk::<{ Header::LEN }>() else {
            return Err(FrameError { stated: None, have });
        };
        let header = Header::from_octets(first);
        if usize::try_from(header.command_length) != Ok(have) {
            return Err(FrameError {
                stated: Some(header.command_length),
                have,
            });
        }
        Ok(Self { header, octets })
    }

    /// The header.
    #[must_use]
    #[inline]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The whole PDU.
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.as_ref()
    }

    /// Everything behind the header.
    #[must_use]
    #[inline]
    pub fn body(&self) -> &[u8] {
        self.octets.as_ref().get(Header::LEN..).unwrap_or(&[])
    }

    /// The same PDU over a borrowed slice.
    #[must_use]
    pub fn by_ref(&self) -> Frame<&[u8]> {
        Frame {
            header: self.header,
            octets: self.octets.as_ref(),
        }
    }

    /// Gives the storage back.
    #[must_use]
    pub fn into_inner(self) -> B {
        self.octets
    }
}

impl<'a> Frame<&'a [u8]> {
    /// Everything behind the header, for as long as the octets live.
    #[must_use]
    #[inline]
    pub fn into_body(self) -> &'a [u8] {
        self.octets.get(Header::LEN..).unwrap_or(&[])
    }
}

/// The header by name and the number of octets; never a body, which may hold a
/// password.
impl<B: AsRef<[u8]>> fmt::Debug for Frame<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = &self.header;
        write!(
            f,
            "Frame({} {} #{}, {} octets)",
            header.command_id, header.command_status, header.sequence_number, header.command_length
        )
    }
}

/// Octets that are not exactly one PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameError {
    /// What `command_length` says, when it can be read.
    pub stated: Option<u32>,
    /// How many octets there are.
    pub have: usize,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.stated {
            None => write!(f, "{} octets are too few for a header of 16", self.have),
            Some(stated) => write!(
                f,
                "command_length says {stated} octets, there are {}",
                self.have
            ),
        }
    }
}

impl core::error::Error for FrameError {}
