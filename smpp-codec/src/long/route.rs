//! Who sent a part to whom.

use core::fmt;

use smpp_pdu::{Address, COctetStr, Npi, Ton};

/// The most octets of an address that are kept.
const KEPT: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct End {
    ton: Ton,
    npi: Npi,
    len: u8,
    octets: [u8; KEPT],
}

impl End {
    fn new(address: &Address<'_>) -> Self {
        let mut octets = [0; KEPT];
        let mut len = 0;
        for (place, octet) in octets.iter_mut().zip(address.addr.as_bytes()) {
            *place = *octet;
            len += 1;
        }
        Self {
            ton: address.ton,
            npi: address.npi,
            len,
            octets,
        }
    }

    fn address(&self) -> Address<'_> {
        let octets = self.octets.get(..usize::from(self.len));
        Address {
            ton: self.ton,
            npi: self.npi,
            // It came out of such a string.
            addr: COctetStr::new(octets.unwrap_or_default()).unwrap_or_default(),
        }
    }
}

/// Sender and receiver of a message, without borrowing them: what tells
/// messages apart that have the same reference number.
///
/// Of an address that is longer than the 64 octets of the standard, the first
/// 64 count.
///
/// ```
/// use smpp_codec::long::Route;
/// use smpp_pdu::Address;
///
/// let route = Route::new(&Address::alphanumeric("BANK")?, &Address::international("447700900123")?);
/// assert_eq!(route.source().addr.as_bytes(), b"BANK");
/// assert_eq!(route.to_string(), "BANK to 447700900123");
/// # Ok::<(), smpp_pdu::NulInside>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route {
    source: End,
    destination: End,
}

impl Route {
    /// From the addresses of a PDU.
    #[must_use]
    pub fn new(source: &Address<'_>, destination: &Address<'_>) -> Self {
        Self {
            source: End::new(source),
            destination: End::new(destination),
        }
    }

    /// The sender.
    #[must_use]
    pub fn source(&self) -> Address<'_> {
        self.source.address()
    }

    /// The receiver.
    #[must_use]
    pub fn destination(&self) -> Address<'_> {
        self.destination.address()
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [source, destination] = [self.source(), self.destination()];
        let source = source.addr.as_bytes().escape_ascii();
        let destination = destination.addr.as_bytes().escape_ascii();
        write!(f, "{source} to {destination}")
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route")
            .field("source", &self.source())
            .field("destination", &self.destination())
            .finish()
    }
}
