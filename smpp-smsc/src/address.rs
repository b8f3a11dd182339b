//! Addresses that outlive the PDU that they came in, and which of them are the
//! same.

use smpp_pdu::{Address, COctetStr, Npi, Ton};

/// An address with octets of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OwnedAddress {
    ton: Ton,
    npi: Npi,
    addr: Box<[u8]>,
}

impl OwnedAddress {
    pub(crate) fn as_address(&self) -> Address<'_> {
        Address {
            ton: self.ton,
            npi: self.npi,
            // It came out of a C-octet string.
            addr: COctetStr::new(&self.addr).unwrap_or_default(),
        }
    }
}

impl From<Address<'_>> for OwnedAddress {
    fn from(address: Address<'_>) -> Self {
        Self {
            ton: address.ton,
            npi: address.npi,
            addr: address.addr.as_bytes().into(),
        }
    }
}

/// Whether a request that names a message by `asked` means one with `of`: the
/// same digits, and the same type and plan, where they are not left at 0 for
/// "not known" (SMPP 3.4, 4.8.1 and 4.9.1).
pub(crate) fn is_meant(asked: Address<'_>, of: Address<'_>) -> bool {
    asked.addr == of.addr
        && (asked.ton == Ton::UNKNOWN || asked.ton == of.ton)
        && (asked.npi == Npi::UNKNOWN || asked.npi == of.npi)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_and_plan_may_be_left_out_and_must_not_differ() {
        let of = Address::international("4477001").unwrap();
        let asked = |ton, npi, addr| Address::new(Ton(ton), Npi(npi), addr).unwrap();
        for (address, meant) in [
            (asked(1, 1, "4477001"), true),
            (asked(0, 1, "4477001"), true),
            (asked(1, 0, "4477001"), true),
            (asked(0, 0, "4477001"), true),
            (asked(2, 1, "4477001"), false),
            (asked(1, 8, "4477001"), false),
            (asked(1, 1, "4477002"), false),
            (asked(0, 0, ""), false),
        ] {
            assert_eq!(is_meant(address, of), meant, "{address:?}");
        }
        assert!(is_meant(Address::EMPTY, Address::EMPTY));
        // What the message left open is not known to be the same.
        let open = asked(0, 0, "4477001");
        assert!(!is_meant(of, open));
    }
}
