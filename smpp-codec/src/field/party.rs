//! The address of one party.

use smpp_pdu::{Address, Npi, Ton};

use super::{COctet, Context, Field, Res, U8};
use crate::OutBuf;
#[cfg(any(test, not(feature = "alloc")))]
use crate::body::Walker;
use crate::visit::Visit;

/// TON, NPI and address of one party.
pub(crate) struct Party {
    ton: &'static str,
    npi: &'static str,
    addr: COctet,
}

impl Party {
    const fn new(ton: &'static str, npi: &'static str, addr: COctet) -> Self {
        Self { ton, npi, addr }
    }

    const fn ton(&self) -> U8<Ton> {
        U8::named(self.ton, |ton| ton.name())
    }

    const fn npi(&self) -> U8<Npi> {
        U8::named(self.npi, |npi| npi.name())
    }

    pub(crate) const fn source(max: usize) -> Self {
        let addr = COctet::new("source_addr", max);
        Self::new("source_addr_ton", "source_addr_npi", addr)
    }

    pub(crate) const fn destination(max: usize) -> Self {
        let addr = COctet::new("destination_addr", max);
        Self::new("dest_addr_ton", "dest_addr_npi", addr)
    }

    pub(crate) const fn esme() -> Self {
        let addr = COctet::new("esme_addr", 65);
        Self::new("esme_addr_ton", "esme_addr_npi", addr)
    }

    pub(crate) const fn address_range() -> Self {
        let addr = COctet::new("address_range", 41);
        Self::new("addr_ton", "addr_npi", addr)
    }

    pub(crate) const fn last(mut self) -> Self {
        self.addr = self.addr.last();
        self
    }
}

impl<'a> Field<'a> for Party {
    type Value = Address<'a>;

    #[cfg_attr(feature = "alloc", inline(always))]
    fn parse(&self, cx: &mut Context<'_>, i: &'a [u8]) -> Res<'a, Address<'a>> {
        let (i, ton) = self.ton().parse(cx, i)?;
        let (i, npi) = self.npi().parse(cx, i)?;
        let (i, addr) = self.addr.parse(cx, i)?;
        Ok((i, Address { ton, npi, addr }))
    }

    #[inline]
    fn encoded_len(&self, value: &Address<'a>) -> usize {
        1 /* ton */ + 1 /* npi */ + self.addr.encoded_len(&value.addr)
    }

    #[cfg_attr(feature = "alloc", inline(always))]
    fn is_open(&self, value: &Address<'a>) -> bool {
        self.addr.is_open(&value.addr)
    }

    #[inline]
    fn write(&self, value: &Address<'a>, out: &mut impl OutBuf) {
        out.put(&[value.ton.0, value.npi.0]);
        self.addr.write(&value.addr, out);
    }

    #[cfg(any(test, not(feature = "alloc")))]
    fn walk(&self, value: &mut Address<'a>, walker: &mut Walker<'_, '_, 'a>) {
        walker.octet(self.ton, &mut value.ton.0);
        walker.octet(self.npi, &mut value.npi.0);
        walker.field(&self.addr, &mut value.addr);
    }

    fn visit(&self, value: &Address<'a>, visit: &mut Visit<'_>) {
        self.ton().visit(&value.ton, visit);
        self.npi().visit(&value.npi, visit);
        self.addr.visit(&value.addr, visit);
    }
}
