//! C-octet strings: the protocol's NUL-terminated text.

use core::fmt;

/// A C-octet string without its terminator (SMPP 3.4, 3.1; 5.0, 3.1).
///
/// The octets are whatever the peer sent: ASCII by the specification, Latin-1
/// or worse in the field. They never contain a NUL, so what is built here can
/// always be encoded.
///
/// ```
/// use smpp_pdu::COctetStr;
///
/// let id = COctetStr::new(b"9a3f")?;
/// assert_eq!(id.as_str(), Some("9a3f"));
/// assert_eq!(id.encoded_len(), 5); // with its NUL
/// assert!(COctetStr::new(b"9a\03f").is_err());
/// # Ok::<(), smpp_pdu::NulInside>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct COctetStr<'a> {
    /// INVARIANT: contains no NUL octet.
    octets: &'a [u8],
    terminated: bool,
}

impl<'a> COctetStr<'a> {
    /// The empty string: one NUL on the wire.
    pub const EMPTY: Self = Self {
        octets: &[],
        terminated: true,
    };

    /// A field that the peer left out altogether: nothing on the wire.
    ///
    /// Real peers end an error response, or a `deliver_sm_resp`, without its
    /// only field. Reading such a PDU gives this value, so that writing it
    /// again gives the same octets.
    pub const ABSENT: Self = Self {
        octets: &[],
        terminated: false,
    };

    /// Takes octets that will be followed by a NUL.
    ///
    /// # Errors
    /// [`NulInside`] when one of the octets is NUL: it would end the field early.
    pub const fn new(octets: &'a [u8]) -> Result<Self, NulInside> {
        match first_nul(octets) {
            Some(at) => Err(NulInside { at }),
            None => Ok(Self {
                octets,
                terminated: true,
            }),
        }
    }

    /// Takes octets that end with the PDU instead of with a NUL.
    ///
    /// Off-spec, and only met in the last field of a PDU: some centres leave
    /// the NUL of a `message_id` out. Anywhere else, and before parameters, the
    /// NUL is written all the same.
    ///
    /// # Errors
    /// [`NulInside`] as for [`COctetStr::new`].
    pub const fn unterminated(octets: &'a [u8]) -> Result<Self, NulInside> {
        match first_nul(octets) {
            Some(at) => Err(NulInside { at }),
            None => Ok(Self {
                octets,
                terminated: false,
            }),
        }
    }

    /// Splits a terminated string off the front of `octets`, and gives the rest
    /// behind its NUL; `None` when there is no NUL.
    #[must_use]
    #[inline]
    pub fn split_from(octets: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let end = octets.iter().position(|&octet| octet == 0)?;
        let (text, rest) = octets.split_at_checked(end)?;
        let text = Self {
            octets: text,
            terminated: true,
        };
        Some((text, rest.get(1..)?))
    }

    /// The octets, without the terminator.
    #[must_use]
    #[inline]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.octets
    }

    /// The text, when it is UTF-8 (ASCII, by the specification).
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        match core::str::from_utf8(self.octets) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
    }

    /// Length in octets, without the terminator.
    #[must_use]
    pub const fn len(self) -> usize {
        self.octets.len()
    }

    /// Whether there is no text.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.octets.is_empty()
    }

    /// Whether a NUL ends it on the wire, as the specification asks.
    #[must_use]
    #[inline]
    pub const fn is_terminated(self) -> bool {
        self.terminated
    }

    /// Whether the field is left out altogether, see [`COctetStr::ABSENT`].
    #[must_use]
    pub const fn is_absent(self) -> bool {
        self.octets.is_empty() && !self.terminated
    }

    /// Octets on the wire, with the terminator.
    #[must_use]
    #[inline]
    pub const fn encoded_len(self) -> usize {
        self.octets.len() + if self.terminated { 1 } else { 0 }
    }
}

const fn first_nul(octets: &[u8]) -> Option<usize> {
    let mut rest = octets;
    let mut at = 0;
    while let [first, tail @ ..] = rest {
        if *first == 0 {
            return Some(at);
        }
        rest = tail;
        at += 1;
    }
    None
}

impl Default for COctetStr<'_> {
    fn default() -> Self {
        // In parts: a small machine would copy the constant from its flash, part
        // by part too, and to a place of its own first.
        Self {
            octets: &[],
            terminated: true,
        }
    }
}

impl fmt::Debug for COctetStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_absent() {
            return f.write_str("ABSENT");
        }
        write!(f, "\"{self}\"")?;
        if !self.terminated {
            f.write_str(" (no NUL)")?;
        }
        Ok(())
    }
}

/// The text, with everything but printable ASCII escaped: safe in any log.
impl fmt::Display for COctetStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.octets.escape_ascii(), f)
    }
}

impl<'a> TryFrom<&'a [u8]> for COctetStr<'a> {
    type Error = NulInside;

    fn try_from(octets: &'a [u8]) -> Result<Self, NulInside> {
        Self::new(octets)
    }
}

impl<'a> TryFrom<&'a str> for COctetStr<'a> {
    type Error = NulInside;

    fn try_from(text: &'a str) -> Result<Self, NulInside> {
        Self::new(text.as_bytes())
    }
}

/// A password: a [`COctetStr`] that `Debug` does not show.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Password<'a>(pub COctetStr<'a>);

impl fmt::Debug for Password<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "\"\"" } else { "***" })
    }
}

impl<'a> From<COctetStr<'a>> for Password<'a> {
    fn from(text: COctetStr<'a>) -> Self {
        Self(text)
    }
}

/// A NUL inside a C-octet string: it cannot be encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NulInside {
    /// Where the first NUL stands, in octets from the start of the text.
    pub at: usize,
}

impl fmt::Display for NulInside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a C-octet string cannot contain a NUL, there is one at octet {}",
            self.at
        )
    }
}

impl core::error::Error for NulInside {}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate alloc;
    use alloc::format;

    #[test]
    fn a_nul_inside_cannot_be_built() {
        assert_eq!(COctetStr::new(b"ab\0c"), Err(NulInside { at: 2 }));
        assert_eq!(COctetStr::unterminated(b"\0"), Err(NulInside { at: 0 }));
    }

    #[test]
    fn the_rest_starts_behind_the_nul() {
        let (text, rest) = COctetStr::split_from(b"ab\0cd").unwrap();
        assert_eq!((text.as_bytes(), rest), (&b"ab"[..], &b"cd"[..]));
        assert!(COctetStr::split_from(b"abcd").is_none());
    }

    #[test]
    fn empty_and_absent_differ_on_the_wire() {
        assert_eq!(COctetStr::EMPTY.encoded_len(), 1);
        assert_eq!(COctetStr::ABSENT.encoded_len(), 0);
        assert_ne!(COctetStr::EMPTY, COctetStr::ABSENT);
    }

    #[test]
    fn a_password_is_not_shown() {
        let password = Password(COctetStr::new(b"hunter2").unwrap());
        assert_eq!(format!("{password:?}"), "***");
    }

    #[test]
    fn control_octets_are_escaped() {
        let text = COctetStr::new(b"a\x1b[31m\xff").unwrap();
        assert_eq!(format!("{text}"), "a\\x1b[31m\\xff");
    }
}
