//! The parameters behind the mandatory fields of a PDU.

use core::fmt;

use super::{Tag, Tlv};

/// The tagged parameters of a PDU: either the octets of a received one, or a
/// slice of values to be sent. Order, duplicates and unknown tags are kept.
///
/// ```
/// use smpp_pdu::{Tag, Tlvs};
///
/// let tlvs = Tlvs::from_octets(&[0x02, 0x0E, 0, 1, 3, 0x02, 0x0F, 0, 1, 1]);
/// assert_eq!(tlvs.iter().count(), 2);
/// assert_eq!(tlvs.sar_total_segments(), Some(Ok(3)));
/// assert_eq!(tlvs.find(Tag::MESSAGE_PAYLOAD), None);
/// ```
#[derive(Clone, Copy)]
pub struct Tlvs<'a> {
    repr: Repr<'a>,
}

#[derive(Clone, Copy)]
enum Repr<'a> {
    Octets(&'a [u8]),
    Slice(&'a [Tlv<'a>]),
}

impl<'a> Tlvs<'a> {
    /// No parameters.
    pub const EMPTY: Self = Self {
        repr: Repr::Octets(&[]),
    };

    /// Everything that follows the mandatory fields of a received PDU.
    ///
    /// The octets may end inside a parameter: [`Tlvs::iter`] then stops before
    /// it and [`Tlvs::tail`] tells what is left.
    #[must_use]
    #[inline]
    pub const fn from_octets(octets: &'a [u8]) -> Self {
        Self {
            repr: Repr::Octets(octets),
        }
    }

    /// Parameters to be sent, in this order.
    #[must_use]
    pub const fn from_slice(tlvs: &'a [Tlv<'a>]) -> Self {
        Self {
            repr: Repr::Slice(tlvs),
        }
    }

    /// The received octets, when this list came from the wire.
    #[must_use]
    #[inline]
    pub const fn octets(&self) -> Option<&'a [u8]> {
        match self.repr {
            Repr::Octets(octets) => Some(octets),
            Repr::Slice(_) => None,
        }
    }

    /// The whole parameters, in wire order.
    #[must_use]
    #[inline]
    pub const fn iter(&self) -> TlvIter<'a> {
        TlvIter {
            rest: self.repr,
            offset: 0,
        }
    }

    /// The first parameter with this tag.
    #[must_use]
    pub fn find(&self, tag: Tag) -> Option<Tlv<'a>> {
        self.iter().find(|tlv| tlv.tag() == tag)
    }

    /// Every parameter with this tag: `callback_num` and the broadcast areas
    /// may repeat.
    pub fn find_all(&self, tag: Tag) -> impl Iterator<Item = Tlv<'a>> + use<'a> {
        self.iter().filter(move |tlv| tlv.tag() == tag)
    }

    /// What is left behind the last whole parameter; `None` when nothing is.
    #[must_use]
    pub fn tail(&self) -> Option<TlvTail<'a>> {
        let mut iter = self.iter();
        iter.by_ref().for_each(drop);
        iter.tail()
    }

    /// Whether there is neither a parameter nor an octet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        match self.repr {
            Repr::Octets(octets) => octets.is_empty(),
            Repr::Slice(tlvs) => tlvs.is_empty(),
        }
    }

    /// Octets on the wire.
    #[must_use]
    #[inline]
    pub fn encoded_len(&self) -> usize {
        match self.repr {
            Repr::Octets(octets) => octets.len(),
            Repr::Slice(tlvs) => tlvs.iter().map(Tlv::encoded_len).sum(),
        }
    }
}

impl Default for Tlvs<'_> {
    fn default() -> Self {
        Self::from_octets(&[])
    }
}

impl<'a> From<&'a [Tlv<'a>]> for Tlvs<'a> {
    fn from(tlvs: &'a [Tlv<'a>]) -> Self {
        Self::from_slice(tlvs)
    }
}

impl<'a, const N: usize> From<&'a [Tlv<'a>; N]> for Tlvs<'a> {
    fn from(tlvs: &'a [Tlv<'a>; N]) -> Self {
        Self::from_slice(tlvs)
    }
}

impl<'a> IntoIterator for Tlvs<'a> {
    type Item = Tlv<'a>;
    type IntoIter = TlvIter<'a>;

    fn into_iter(self) -> TlvIter<'a> {
        self.iter()
    }
}

/// The same octets on the wire.
impl PartialEq for Tlvs<'_> {
    fn eq(&self, other: &Self) -> bool {
        let tail = |list: &Self| list.tail().map(|tail| tail.octets);
        self.iter().eq(other.iter()) && tail(self) == tail(other)
    }
}

impl Eq for Tlvs<'_> {}

impl fmt::Debug for Tlvs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        list.entries(self.iter());
        if let Some(tail) = self.tail() {
            list.entry(&tail);
        }
        list.finish()
    }
}

/// Walks the whole parameters of a [`Tlvs`] list.
#[derive(Clone)]
pub struct TlvIter<'a> {
    rest: Repr<'a>,
    offset: usize,
}

impl<'a> TlvIter<'a> {
    /// Octets walked so far: where the next parameter starts.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// What stops this walk before the end of the octets. Meaningful once the
    /// iterator has returned `None`.
    #[must_use]
    pub fn tail(&self) -> Option<TlvTail<'a>> {
        let Repr::Octets(octets) = self.rest else {
            return None;
        };
        if octets.is_empty() {
            return None;
        }
        let kind = match split_header(octets) {
            None => TlvTailKind::HeaderTruncated,
            Some((tag, length, value)) => TlvTailKind::LengthOverrun {
                tag,
                length,
                left: value.len(),
            },
        };
        Some(TlvTail {
            offset: self.offset,
            octets,
            kind,
        })
    }
}

#[inline]
fn split_header(octets: &[u8]) -> Option<(Tag, u16, &[u8])> {
    let (&[t0, t1, l0, l1], value) = octets.split_first_chunk::<4>()?;
    let tag = Tag(u16::from_be_bytes([t0, t1]));
    Some((tag, u16::from_be_bytes([l0, l1]), value))
}

impl<'a> Iterator for TlvIter<'a> {
    type Item = Tlv<'a>;

    #[inline]
    fn next(&mut self) -> Option<Tlv<'a>> {
        let tlv = match &mut self.rest {
            Repr::Octets(octets) => {
                let (tag, length, value) = split_header(octets)?;
                let (value, rest) = value.split_at_checked(usize::from(length))?;
                *octets = rest;
                Tlv::new(tag, value).ok()?
            }
            Repr::Slice(tlvs) => {
                let (tlv, rest) = tlvs.split_first()?;
                *tlvs = rest;
                *tlv
            }
        };
        self.offset += tlv.encoded_len();
        Some(tlv)
    }
}

/// Octets behind the last whole parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TlvTail<'a> {
    /// Where they start, in octets from the first parameter.
    pub offset: usize,
    /// The octets, up to the end of the PDU.
    pub octets: &'a [u8],
    /// Why they are not a parameter.
    pub kind: TlvTailKind,
}

/// Why the octets behind the last whole parameter are not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlvTailKind {
    /// Fewer than the four octets of tag and length.
    HeaderTruncated,
    /// The length runs past the end of the PDU.
    LengthOverrun {
        /// The tag.
        tag: Tag,
        /// The length that the wire claims, in octets.
        length: u16,
        /// How many octets there are.
        left: usize,
    },
}

impl fmt::Debug for TlvTail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TlvTailKind::HeaderTruncated => {
                write!(f, "{} stray octets", self.octets.len())
            }
            TlvTailKind::LengthOverrun { tag, length, left } => {
                write!(f, "{tag} claims {length} octets of the {left} left")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::COctetStr;

    #[test]
    fn a_received_list_and_a_built_list_of_the_same_octets_are_equal() {
        let id = COctetStr::new(b"42").unwrap();
        let built = [
            Tlv::message_payload(b"hi").unwrap(),
            Tlv::user_message_reference(0x1234),
            Tlv::receipted_message_id(id).unwrap(),
        ];
        let octets = [
            0x04, 0x24, 0, 2, b'h', b'i', 0x02, 0x04, 0, 2, 0x12, 0x34, 0, 0x1E, 0, 3, b'4', b'2',
            0,
        ];
        let built = Tlvs::from_slice(&built);
        assert_eq!(Tlvs::from_octets(&octets), built);
        assert_eq!(built.encoded_len(), octets.len());
        assert_eq!(built.receipted_message_id(), Some(Ok(id)));
        assert_eq!(
            Tlvs::from_octets(&octets).receipted_message_id(),
            Some(Ok(id))
        );
    }

    #[test]
    fn the_tail_tells_what_stands_behind_the_last_whole_parameter() {
        let stray = Tlvs::from_octets(&[0x02, 0x04, 0, 2, 1, 2, 9, 9]);
        assert_eq!(stray.iter().count(), 1);
        let tail = stray.tail().unwrap();
        assert_eq!((tail.offset, tail.kind), (6, TlvTailKind::HeaderTruncated));
        let overrun = Tlvs::from_octets(&[0x02, 0x04, 0, 2, 1]);
        assert_eq!(overrun.iter().count(), 0);
        assert_eq!(
            overrun.tail().unwrap().kind,
            TlvTailKind::LengthOverrun {
                tag: Tag::USER_MESSAGE_REFERENCE,
                length: 2,
                left: 1
            }
        );
    }
}
