//! One tagged parameter: a tag, and a value that is written without a buffer.

use core::fmt;

use super::Tag;
use crate::COctetStr;

/// One tag-length-value parameter (SMPP 3.4, 3.2.4; 5.0, 4.8).
///
/// The value is whatever octets the wire carried; what the standard says about
/// them is a view: [`Tlv::read`] and the accessors of [`Tlvs`](super::Tlvs).
/// Every parameter of the standard has a constructor of its name.
///
/// ```
/// use smpp_pdu::{Tag, Tlv, Tlvs};
///
/// let tlvs = [Tlv::sar_msg_ref_num(7), Tlv::new(Tag(0x1400), b"vendor")?];
/// assert_eq!(Tlvs::from_slice(&tlvs).sar_msg_ref_num(), Some(Ok(7)));
/// assert_eq!(tlvs[1].encoded_len(), 4 + 6);
/// # Ok::<(), smpp_pdu::TlvTooLong>(())
/// ```
#[derive(Clone, Copy)]
pub struct Tlv<'a> {
    tag: Tag,
    /// INVARIANT: prefix, octets and terminator are at most 65,535 octets.
    parts: ValueParts<'a>,
}

/// The octets of a value in the order of the wire: a few that are kept inline
/// (so that a number needs no buffer of the caller's), borrowed ones, and a NUL.
#[derive(Clone, Copy, Debug)]
pub struct ValueParts<'a> {
    prefix: [u8; 4],
    prefix_len: u8,
    octets: &'a [u8],
    terminated: bool,
}

impl<'a> ValueParts<'a> {
    /// Octets that a caller or a received frame holds.
    pub(super) const fn borrowed(octets: &'a [u8]) -> Self {
        Self {
            prefix: [0; 4],
            prefix_len: 0,
            octets,
            terminated: false,
        }
    }

    /// Up to four octets of their own, then borrowed ones.
    pub(super) fn prefixed<const N: usize>(prefix: [u8; N], octets: &'a [u8]) -> Self {
        const { assert!(N <= 4) };
        let mut inline = [0; 4];
        for (to, from) in inline.iter_mut().zip(prefix) {
            *to = from;
        }
        Self {
            prefix: inline,
            prefix_len: N as u8,
            octets,
            terminated: false,
        }
    }

    pub(super) const fn c_octet_str(text: COctetStr<'a>) -> Self {
        Self {
            prefix: [0; 4],
            prefix_len: 0,
            octets: text.as_bytes(),
            terminated: text.is_terminated(),
        }
    }

    /// The inline octets, at most four.
    #[must_use]
    pub fn prefix(&self) -> &[u8] {
        self.prefix
            .get(..usize::from(self.prefix_len))
            .unwrap_or(&[])
    }

    /// The borrowed octets.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Whether a NUL follows the borrowed octets.
    #[must_use]
    pub const fn is_terminated(&self) -> bool {
        self.terminated
    }

    /// Octets on the wire.
    #[must_use]
    #[inline]
    pub const fn len(&self) -> usize {
        self.prefix_len as usize + self.octets.len() + if self.terminated { 1 } else { 0 }
    }

    /// Whether there is no octet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All octets, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        let nul: &[u8] = if self.terminated { &[0] } else { &[] };
        self.prefix().iter().chain(self.octets).chain(nul).copied()
    }

    /// The value as a number's octets, when it is exactly `N` long.
    pub(super) fn exactly<const N: usize>(&self) -> Option<[u8; N]> {
        if self.len() != N {
            return None;
        }
        let mut array = [0; N];
        for (to, from) in array.iter_mut().zip(self.iter()) {
            *to = from;
        }
        Some(array)
    }

    /// The first `N` octets and the borrowed rest.
    pub(super) fn split<const N: usize>(&self) -> Option<([u8; N], &'a [u8])> {
        if self.terminated {
            return None;
        }
        match usize::from(self.prefix_len) {
            0 => {
                let (head, rest) = self.octets.split_first_chunk::<N>()?;
                Some((*head, rest))
            }
            have if have == N => Some((*self.prefix.first_chunk::<N>()?, self.octets)),
            _ => None,
        }
    }

    /// The value as plain octets. `None` only for a value that was built from
    /// parts, and so is of another type.
    pub(super) const fn plain(&self) -> Option<&'a [u8]> {
        if self.prefix_len == 0 && !self.terminated {
            Some(self.octets)
        } else {
            None
        }
    }

    /// The value as text: up to the NUL at its end, or without one.
    pub(super) fn text(&self) -> Option<COctetStr<'a>> {
        if self.prefix_len != 0 {
            return None;
        }
        if self.terminated {
            return COctetStr::new(self.octets).ok();
        }
        match self.octets.split_last() {
            Some((0, text)) => COctetStr::new(text).ok(),
            _ => COctetStr::unterminated(self.octets).ok(),
        }
    }
}

impl<'a> Tlv<'a> {
    /// Any tag with any octets: vendor parameters, and whatever else has no
    /// constructor of its own.
    ///
    /// # Errors
    /// [`TlvTooLong`] above 65,535 octets.
    pub const fn new(tag: Tag, value: &'a [u8]) -> Result<Self, TlvTooLong> {
        Self::from_parts(tag, ValueParts::borrowed(value))
    }

    pub(super) const fn from_parts(tag: Tag, parts: ValueParts<'a>) -> Result<Self, TlvTooLong> {
        if parts.len() > u16::MAX as usize {
            return Err(TlvTooLong {
                tag,
                have: parts.len(),
            });
        }
        Ok(Self { tag, parts })
    }

    /// For values that are short by their type.
    pub(super) const fn short(tag: Tag, parts: ValueParts<'a>) -> Self {
        debug_assert!(parts.len() <= 4);
        Self { tag, parts }
    }

    /// The tag.
    #[must_use]
    #[inline]
    pub const fn tag(&self) -> Tag {
        self.tag
    }

    /// The value, as it stands on the wire.
    #[must_use]
    #[inline]
    pub const fn value(&self) -> &ValueParts<'a> {
        &self.parts
    }

    /// The value as one slice, as every parameter of a received PDU is.
    ///
    /// `None` for a number or a structure that was built here: its octets stand
    /// in two places, see [`Tlv::value`].
    #[must_use]
    pub const fn octets(&self) -> Option<&'a [u8]> {
        self.parts.plain()
    }

    /// Octets on the wire, with tag and length.
    #[must_use]
    #[inline]
    pub const fn encoded_len(&self) -> usize {
        2 /* tag */ + 2 /* length */ + self.parts.len()
    }

    /// Reads the value as `T`, whatever the tag.
    ///
    /// # Errors
    /// [`TlvError`] when the value has not the width or form of a `T`.
    pub fn read<T: TlvValue<'a>>(&self) -> Result<T, TlvError> {
        T::read(&self.parts).ok_or(TlvError {
            tag: self.tag,
            length: self.parts.len(),
        })
    }
}

/// Tag and octets; how the value is held makes no difference.
impl PartialEq for Tlv<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag
            && self.parts.len() == other.parts.len()
            && self.parts.iter().eq(other.parts.iter())
    }
}

impl Eq for Tlv<'_> {}

impl fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.tag)?;
        super::definitions::debug_value(self, f)
    }
}

/// A type that a value can be read as.
pub trait TlvValue<'a>: Sized {
    /// Reads a whole value, `None` when its width or form is another.
    fn read(parts: &ValueParts<'a>) -> Option<Self>;
}

impl<'a> TlvValue<'a> for u8 {
    fn read(parts: &ValueParts<'a>) -> Option<Self> {
        parts.exactly().map(|[octet]| octet)
    }
}

impl<'a> TlvValue<'a> for u16 {
    fn read(parts: &ValueParts<'a>) -> Option<Self> {
        parts.exactly().map(Self::from_be_bytes)
    }
}

impl<'a> TlvValue<'a> for u32 {
    fn read(parts: &ValueParts<'a>) -> Option<Self> {
        parts.exactly().map(Self::from_be_bytes)
    }
}

impl<'a> TlvValue<'a> for &'a [u8] {
    fn read(parts: &ValueParts<'a>) -> Option<Self> {
        parts.plain()
    }
}

impl<'a> TlvValue<'a> for COctetStr<'a> {
    fn read(parts: &ValueParts<'a>) -> Option<Self> {
        parts.text()
    }
}

/// A value that has not the width or form that the standard gives its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlvError {
    /// The parameter.
    pub tag: Tag,
    /// The length of its value in octets.
    pub length: usize,
}

impl fmt::Display for TlvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the value of {} ({} octets) is malformed",
            self.tag, self.length
        )?;
        if let Some(definition) = self.tag.definition() {
            write!(
                f,
                ", the standard has {} to {} octets",
                definition.min_len, definition.max_len
            )?;
        }
        Ok(())
    }
}

impl core::error::Error for TlvError {}

/// A value longer than the length field of a parameter can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlvTooLong {
    /// The parameter.
    pub tag: Tag,
    /// The length in octets.
    pub have: usize,
}

impl fmt::Display for TlvTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a value of {} octets does not fit in {}, the limit is 65,535",
            self.have, self.tag
        )
    }
}

impl core::error::Error for TlvTooLong {}
