//! Addresses that a message owns.

use smpp_pdu::{Address, COctetStr, DestAddress, Npi, Ton};

use crate::MessageError;

/// An address in storage of its own.
///
/// From a text it takes type and plan by the look of it, as
/// [`Address::from_human`] does: `+447700900123`, also with the spaces, dashes
/// and brackets that people write, `12345`, or a name. [`new`](Self::new) takes
/// them as given.
///
/// ```
/// use smpp_esme::OwnedAddress;
/// use smpp_esme::pdu::{Npi, Ton};
///
/// let to = OwnedAddress::from("+44 (7700) 900-123");
/// assert_eq!(to, OwnedAddress::new(Ton::INTERNATIONAL, Npi::ISDN, "447700900123"));
/// assert_eq!(OwnedAddress::from("BANK 24").ton(), Ton::ALPHANUMERIC);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OwnedAddress {
    ton: Ton,
    npi: Npi,
    addr: Vec<u8>,
}

impl OwnedAddress {
    /// An address of this type and plan. What cannot be sent is refused when
    /// the message is.
    #[must_use]
    pub fn new(ton: Ton, npi: Npi, addr: impl Into<Vec<u8>>) -> Self {
        Self {
            ton,
            npi,
            addr: addr.into(),
        }
    }

    /// Type of number.
    #[must_use]
    pub fn ton(&self) -> Ton {
        self.ton
    }

    /// Numbering plan.
    #[must_use]
    pub fn npi(&self) -> Npi {
        self.npi
    }

    /// The digits or letters: international numbers are without their plus
    /// sign, as the wire has them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.addr
    }

    /// Whether there are neither digits nor letters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.addr.is_empty()
    }

    /// The address as PDUs have it; empty where it holds a NUL, which none can
    /// have.
    #[must_use]
    pub fn as_address(&self) -> Address<'_> {
        Address {
            ton: self.ton,
            npi: self.npi,
            addr: COctetStr::new(&self.addr).unwrap_or_default(),
        }
    }

    /// A recipient of a `submit_multi`.
    pub(crate) fn as_dest(&self) -> Option<DestAddress<'_>> {
        let addr = COctetStr::new(&self.addr).ok()?;
        let (ton, npi) = (self.ton, self.npi);
        Some(DestAddress::Sme(Address { ton, npi, addr }))
    }

    /// The address for a PDU that takes `limit` octets.
    pub(crate) fn checked(
        &self,
        field: &'static str,
        limit: usize,
    ) -> Result<Address<'_>, MessageError> {
        Ok(Address {
            ton: self.ton,
            npi: self.npi,
            addr: c_octets(&self.addr, field, limit)?,
        })
    }
}

/// A text for a field that ends with a NUL and takes `limit` octets without it.
pub(crate) fn c_octets<'a>(
    octets: &'a [u8],
    field: &'static str,
    limit: usize,
) -> Result<COctetStr<'a>, MessageError> {
    if octets.len() > limit {
        return Err(MessageError::FieldTooLong {
            field,
            octets: octets.len(),
            limit,
        });
    }
    COctetStr::new(octets).map_err(|_| MessageError::NulInside { field })
}

impl From<&str> for OwnedAddress {
    fn from(text: &str) -> Self {
        let text = text.trim();
        let bare = without_separators(text);
        let written = bare.as_deref().unwrap_or(text);
        match Address::from_human(written) {
            Ok(address) => address.into(),
            // A NUL is refused when the message is sent.
            Err(_) => Self::new(Ton::ALPHANUMERIC, Npi::UNKNOWN, text),
        }
    }
}

impl From<String> for OwnedAddress {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for OwnedAddress {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<Address<'_>> for OwnedAddress {
    fn from(address: Address<'_>) -> Self {
        Self::new(address.ton, address.npi, address.addr.as_bytes())
    }
}

impl From<&Address<'_>> for OwnedAddress {
    fn from(address: &Address<'_>) -> Self {
        (*address).into()
    }
}

impl From<&Self> for OwnedAddress {
    fn from(address: &Self) -> Self {
        address.clone()
    }
}

/// A number without what people put between its digits; `None` when it is no
/// number, or has nothing between them.
fn without_separators(text: &str) -> Option<String> {
    let separator = |c: char| matches!(c, ' ' | '\u{A0}' | '-' | '.' | '/' | '(' | ')');
    if !text.contains(separator) || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => ("+", rest),
        None => ("", text),
    };
    rest.chars()
        .all(|c| c.is_ascii_digit() || separator(c))
        .then(|| {
            let digits = rest.chars().filter(char::is_ascii_digit);
            sign.chars().chain(digits).collect()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them_lose_what_is_between_the_digits() {
        let of = |text: &str| {
            let address = OwnedAddress::from(text);
            let addr = String::from_utf8(address.addr).unwrap();
            (address.ton, addr)
        };
        for text in ["+44 7700 900123", " +44-7700-900.123", "447700/900123"] {
            assert_eq!(of(text), (Ton::INTERNATIONAL, "447700900123".into()));
        }
        assert_eq!(of("12 345"), (Ton::NETWORK_SPECIFIC, "12345".into()));
        assert_eq!(of("Shop-24"), (Ton::ALPHANUMERIC, "Shop-24".into()));
        assert_eq!(of("- -"), (Ton::ALPHANUMERIC, "- -".into()));
        assert_eq!(of(""), (Ton::UNKNOWN, String::new()));
    }
}
