//! Addresses of subscribers, applications and distribution lists.

use core::fmt;

use crate::repeated::{Member, MemberError};
use crate::{COctetStr, CommandStatus, Npi, NulInside, Ton};

/// Type of number, numbering plan and digits of one party.
///
/// `source_addr_ton`, `source_addr_npi`, `source_addr` and their counterparts
/// (SMPP 3.4, 5.2.5 to 5.2.9; 5.0, 4.7.1, 4.7.2, 4.7.7, 4.7.29).
///
/// ```
/// use smpp_pdu::{Address, Npi, Ton};
///
/// let bank = Address::alphanumeric("BANK")?;
/// let subscriber = Address::international("447700900123")?;
/// assert_eq!((subscriber.ton, subscriber.npi), (Ton::INTERNATIONAL, Npi::ISDN));
/// assert_eq!(format!("{bank:?}"), r#""BANK" (ALPHANUMERIC, UNKNOWN)"#);
/// # Ok::<(), smpp_pdu::NulInside>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Address<'a> {
    /// Type of number.
    pub ton: Ton,
    /// Numbering plan indicator.
    pub npi: Npi,
    /// The digits or letters. At most 20 octets in most PDUs, 64 in `data_sm`
    /// and `alert_notification`.
    pub addr: COctetStr<'a>,
}

impl<'a> Address<'a> {
    /// No address: the centre fills in its default for the account.
    pub const EMPTY: Self = Self {
        ton: Ton::UNKNOWN,
        npi: Npi::UNKNOWN,
        addr: COctetStr::EMPTY,
    };

    /// An address of any type and plan.
    ///
    /// # Errors
    /// [`NulInside`] when `addr` contains a NUL.
    pub const fn new(ton: Ton, npi: Npi, addr: &'a str) -> Result<Self, NulInside> {
        match COctetStr::new(addr.as_bytes()) {
            Ok(addr) => Ok(Self { ton, npi, addr }),
            Err(error) => Err(error),
        }
    }

    /// An international number (E.164) without its plus sign: TON 1, NPI 1.
    ///
    /// # Errors
    /// [`NulInside`] when `digits` contains a NUL.
    pub const fn international(digits: &'a str) -> Result<Self, NulInside> {
        Self::new(Ton::INTERNATIONAL, Npi::ISDN, digits)
    }

    /// A name of at most 11 characters as sender: TON 5, NPI 0.
    ///
    /// # Errors
    /// [`NulInside`] when `name` contains a NUL.
    pub const fn alphanumeric(name: &'a str) -> Result<Self, NulInside> {
        Self::new(Ton::ALPHANUMERIC, Npi::UNKNOWN, name)
    }

    /// A short code: TON 3 (network specific), NPI 0.
    ///
    /// # Errors
    /// [`NulInside`] when `code` contains a NUL.
    pub const fn short_code(code: &'a str) -> Result<Self, NulInside> {
        Self::new(Ton::NETWORK_SPECIFIC, Npi::UNKNOWN, code)
    }

    /// Chooses TON and NPI by the look of what a person wrote: `+` or seven
    /// and more digits is international (the plus sign is not sent), fewer
    /// digits are a short code, anything else is alphanumeric.
    ///
    /// # Errors
    /// [`NulInside`] when `text` contains a NUL.
    pub fn from_human(text: &'a str) -> Result<Self, NulInside> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let all_digits = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
        match (all_digits, text.starts_with('+') || digits.len() > 6) {
            (true, true) => Self::international(digits),
            (true, false) => Self::short_code(digits),
            (false, _) if text.is_empty() => Ok(Self::EMPTY),
            (false, _) => Self::alphanumeric(text),
        }
    }
}

impl fmt::Debug for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({}, {})", self.addr, self.ton, self.npi)
    }
}

impl fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.addr.fmt(f)
    }
}

/// One destination of a `submit_multi` (SMPP 3.4, 4.5.1.1; 5.0, 4.7.8): the
/// `dest_flag` and what it announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DestAddress<'a> {
    /// `dest_flag` 1: one SME address.
    Sme(Address<'a>),
    /// `dest_flag` 2: a distribution list that the centre knows by this
    /// `dl_name`, at most 20 octets.
    DistributionList(COctetStr<'a>),
}

impl DestAddress<'_> {
    /// `dest_flag` of an SME address.
    pub const FLAG_SME: u8 = 1;
    /// `dest_flag` of a distribution list.
    pub const FLAG_DISTRIBUTION_LIST: u8 = 2;
}

impl<'a> Member<'a> for DestAddress<'a> {
    fn split_from(octets: &'a [u8]) -> Result<(Self, &'a [u8]), MemberError> {
        match octets.split_first() {
            Some((&Self::FLAG_SME, rest)) => {
                let (address, rest) = split_address(rest).map_err(|e| e.behind(1))?;
                Ok((Self::Sme(address), rest))
            }
            Some((&Self::FLAG_DISTRIBUTION_LIST, rest)) => {
                let (name, rest) = COctetStr::split_from(rest)
                    .ok_or_else(|| MemberError::truncated("dl_name", rest.len()).behind(1))?;
                Ok((Self::DistributionList(name), rest))
            }
            Some((&flag, _)) => Err(MemberError::invalid_dest_flag(flag)),
            None => Err(MemberError::truncated("dest_flag", 0)),
        }
    }

    fn encoded_len(&self) -> usize {
        1 /* dest_flag */
            + match self {
                Self::Sme(address) => address_len(address),
                Self::DistributionList(name) => name.len() + 1 /* NUL */,
            }
    }
}

/// One recipient that a `submit_multi` did not reach (SMPP 3.4, 4.5.2.1; 5.0, 4.2.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnsuccessSme<'a> {
    /// The recipient as the request gave it.
    pub destination_addr: Address<'a>,
    /// Why.
    pub error_status_code: CommandStatus,
}

impl<'a> Member<'a> for UnsuccessSme<'a> {
    fn split_from(octets: &'a [u8]) -> Result<(Self, &'a [u8]), MemberError> {
        let (destination_addr, rest) = split_address(octets)?;
        let (code, rest) = rest.split_first_chunk::<4>().ok_or_else(|| {
            MemberError::truncated("error_status_code", rest.len())
                .behind(octets.len() - rest.len())
        })?;
        let error_status_code = CommandStatus(u32::from_be_bytes(*code));
        Ok((
            Self {
                destination_addr,
                error_status_code,
            },
            rest,
        ))
    }

    fn encoded_len(&self) -> usize {
        address_len(&self.destination_addr) + 4 /* error_status_code */
    }
}

/// Octets of an address in a group, where its NUL is always written.
fn address_len(address: &Address<'_>) -> usize {
    1 /* ton */ + 1 /* npi */ + address.addr.len() + 1 /* NUL */
}

/// TON, NPI and a terminated address, as they stand in groups.
fn split_address(octets: &[u8]) -> Result<(Address<'_>, &[u8]), MemberError> {
    let (&ton, rest) = octets
        .split_first()
        .ok_or(MemberError::truncated("dest_addr_ton", 0))?;
    let (&npi, rest) = rest
        .split_first()
        .ok_or(MemberError::truncated("dest_addr_npi", 0).behind(1))?;
    let (addr, rest) = COctetStr::split_from(rest)
        .ok_or_else(|| MemberError::truncated("destination_addr", rest.len()).behind(2))?;
    let address = Address {
        ton: Ton(ton),
        npi: Npi(npi),
        addr,
    };
    Ok((address, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_look_of_an_address_chooses_ton_and_npi() {
        let of = |text| {
            let address = Address::from_human(text).unwrap();
            (address.ton, address.npi, address.addr.as_str().unwrap())
        };
        assert_eq!(
            of("+447700900123"),
            (Ton::INTERNATIONAL, Npi::ISDN, "447700900123")
        );
        assert_eq!(
            of("447700900123"),
            (Ton::INTERNATIONAL, Npi::ISDN, "447700900123")
        );
        assert_eq!(of("12345"), (Ton::NETWORK_SPECIFIC, Npi::UNKNOWN, "12345"));
        assert_eq!(of("BANK 24"), (Ton::ALPHANUMERIC, Npi::UNKNOWN, "BANK 24"));
        assert_eq!(of("+"), (Ton::ALPHANUMERIC, Npi::UNKNOWN, "+"));
        assert_eq!(of(""), (Ton::UNKNOWN, Npi::UNKNOWN, ""));
    }
}
