//! Lists inside a PDU: destinations, failed recipients, message ids.

use core::fmt;

/// One member of a list inside a PDU.
pub trait Member<'a>: Copy + PartialEq + fmt::Debug {
    /// Takes one member off the front of `octets` and gives the rest.
    ///
    /// # Errors
    /// [`MemberError`], with the field and the offset from the start of `octets`.
    fn split_from(octets: &'a [u8]) -> Result<(Self, &'a [u8]), MemberError>;

    /// Octets on the wire.
    fn encoded_len(&self) -> usize;
}

/// A counted list of at most 255 members: either the octets of a received PDU,
/// or a slice of values to be sent. Both read alike, member by member, without
/// a copy.
///
/// ```
/// use smpp_pdu::{Address, DestAddress, Repeated};
///
/// let to = [
///     DestAddress::Sme(Address::international("447700900123")?),
///     DestAddress::DistributionList("staff".try_into()?),
/// ];
/// let list = Repeated::from_slice(&to)?;
/// assert_eq!(list.count(), 2);
/// assert_eq!(list.iter().last(), Some(to[1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Repeated<'a, T> {
    repr: Repr<'a, T>,
}

#[derive(Clone, Copy)]
enum Repr<'a, T> {
    Octets { count: u8, octets: &'a [u8] },
    Slice { count: u8, items: &'a [T] },
}

impl<'a, T: Member<'a>> Repeated<'a, T> {
    /// A list of values to be sent.
    ///
    /// # Errors
    /// [`TooMany`] above 255: the count is one octet on the wire.
    pub fn from_slice(items: &'a [T]) -> Result<Self, TooMany> {
        match u8::try_from(items.len()) {
            Ok(count) => Ok(Self {
                repr: Repr::Slice { count, items },
            }),
            Err(_) => Err(TooMany { have: items.len() }),
        }
    }

    /// Takes `count` members off the front of `octets`, and gives the rest.
    ///
    /// # Errors
    /// [`MemberError`] for the first member that is cut short or malformed,
    /// with the offset from the start of `octets`.
    pub fn split_from(count: u8, octets: &'a [u8]) -> Result<(Self, &'a [u8]), MemberError> {
        let (octets, rest) = split_members(count, octets, |octets| {
            T::split_from(octets).map(|(_, rest)| rest)
        })?;
        let list = Self {
            repr: Repr::Octets { count, octets },
        };
        Ok((list, rest))
    }

    /// The received octets of all members, when this list came from the wire.
    #[must_use]
    #[inline]
    pub const fn octets(&self) -> Option<&'a [u8]> {
        match self.repr {
            Repr::Octets { octets, .. } => Some(octets),
            Repr::Slice { .. } => None,
        }
    }

    /// Number of members, as the wire states it.
    #[must_use]
    pub const fn count(&self) -> u8 {
        match self.repr {
            Repr::Octets { count, .. } | Repr::Slice { count, .. } => count,
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// The members in wire order.
    #[must_use]
    pub fn iter(&self) -> RepeatedIter<'a, T> {
        RepeatedIter { rest: self.repr }
    }

    /// Octets of all members on the wire, without the count.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        match self.repr {
            Repr::Octets { octets, .. } => octets.len(),
            Repr::Slice { items, .. } => items.iter().map(T::encoded_len).sum(),
        }
    }
}

/// Splits octets behind `count` members; `behind` skips one. Of all types of
/// members only that differs: the rest is compiled once for a small machine.
#[cfg_attr(feature = "alloc", inline(always))]
fn split_members<'a>(
    count: u8,
    octets: &'a [u8],
    behind: fn(&'a [u8]) -> Result<&'a [u8], MemberError>,
) -> Result<(&'a [u8], &'a [u8]), MemberError> {
    let mut rest = octets;
    for _ in 0..count {
        let before = octets.len() - rest.len();
        rest = behind(rest).map_err(|error| error.behind(before))?;
    }
    let len = octets.len() - rest.len();
    Ok(octets.split_at_checked(len).unwrap_or((octets, &[])))
}

/// Walks a [`Repeated`] list.
#[derive(Clone)]
pub struct RepeatedIter<'a, T> {
    rest: Repr<'a, T>,
}

impl<'a, T: Member<'a>> Iterator for RepeatedIter<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match &mut self.rest {
            Repr::Octets { octets, .. } => {
                let (item, rest) = T::split_from(octets).ok()?;
                *octets = rest;
                Some(item)
            }
            Repr::Slice { items, .. } => {
                let (item, rest) = items.split_first()?;
                *items = rest;
                Some(*item)
            }
        }
    }
}

impl<'a, T: Member<'a>> IntoIterator for Repeated<'a, T> {
    type Item = T;
    type IntoIter = RepeatedIter<'a, T>;

    fn into_iter(self) -> RepeatedIter<'a, T> {
        self.iter()
    }
}

impl<'a, T: Member<'a>> Default for Repeated<'a, T> {
    fn default() -> Self {
        Self {
            repr: Repr::Slice {
                count: 0,
                items: &[],
            },
        }
    }
}

impl<'a, T: Member<'a>> PartialEq for Repeated<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: Member<'a> + Eq> Eq for Repeated<'a, T> {}

impl<'a, T: Member<'a>> fmt::Debug for Repeated<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// More members than the one-octet count of a list can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// How many there were.
    pub have: usize,
}

impl fmt::Display for TooMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list holds at most 255 members, not {}", self.have)
    }
}

impl core::error::Error for TooMany {}

/// Why a member of a list could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberError {
    /// Where, in octets from the start of what was read.
    pub offset: usize,
    /// The specification's name of the field.
    pub field: &'static str,
    /// What was wrong.
    pub kind: MemberErrorKind,
}

/// What was wrong with a member of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberErrorKind {
    /// The octets end inside the field.
    Truncated {
        /// Octets that were left for it.
        left: usize,
    },
    /// A `dest_flag` other than 1 and 2: what follows cannot be known.
    InvalidDestFlag(u8),
}

impl MemberError {
    pub(crate) const fn truncated(field: &'static str, left: usize) -> Self {
        Self {
            offset: 0,
            field,
            kind: MemberErrorKind::Truncated { left },
        }
    }

    pub(crate) const fn invalid_dest_flag(flag: u8) -> Self {
        Self {
            offset: 0,
            field: "dest_flag",
            kind: MemberErrorKind::InvalidDestFlag(flag),
        }
    }

    /// The same error, seen from `octets` further to the front.
    pub(crate) const fn behind(mut self, octets: usize) -> Self {
        self.offset += octets;
        self
    }
}

impl fmt::Display for MemberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            offset,
            field,
            kind,
        } = self;
        match kind {
            MemberErrorKind::Truncated { left } => {
                write!(
                    f,
                    "{field} at octet {offset} is cut short, {left} octets are left"
                )
            }
            MemberErrorKind::InvalidDestFlag(flag) => {
                write!(f, "dest_flag {flag} at octet {offset} is neither 1 nor 2")
            }
        }
    }
}

impl core::error::Error for MemberError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::COctetStr;

    #[test]
    fn only_a_received_list_has_octets_and_they_are_those_of_its_members() {
        let (list, rest) = Repeated::<COctetStr<'_>>::split_from(2, b"1\x0022\x00333\0").unwrap();
        assert_eq!(list.octets(), Some(&b"1\x0022\0"[..]));
        assert_eq!((list.count(), rest), (2, &b"333\0"[..]));
        let ids = [
            COctetStr::new(b"1").unwrap(),
            COctetStr::new(b"22").unwrap(),
        ];
        let built = Repeated::from_slice(&ids).unwrap();
        assert_eq!((built.octets(), built.encoded_len()), (None, 5));
        assert!(built.iter().eq(list.iter()));
    }
}
