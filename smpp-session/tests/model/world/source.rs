//! Octets as a source of choices, for a fuzzer.

use smpp_pdu::{BindType, CommandStatus, InterfaceVersion};
use smpp_session::Role;

use super::ops::STATUSES;

/// Takes choices from octets; when they run out, every choice is the first.
pub struct Source<'o>(&'o [u8]);

impl<'o> Source<'o> {
    pub fn new(octets: &'o [u8]) -> Self {
        Self(octets)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn octet(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    /// 0 to `most`.
    pub fn up_to(&mut self, most: u8) -> u8 {
        self.octet() % most.saturating_add(1)
    }

    pub fn flag(&mut self) -> bool {
        self.octet() & 1 == 1
    }

    pub fn option(&mut self, most: u8) -> Option<u8> {
        self.flag().then(|| self.up_to(most))
    }

    pub fn role(&mut self) -> Role {
        if self.flag() {
            Role::MessageCentre
        } else {
            Role::Esme
        }
    }

    pub fn bind_type(&mut self) -> BindType {
        match self.up_to(3) {
            0 => BindType::Receiver,
            1 => BindType::Transmitter,
            _ => BindType::Transceiver,
        }
    }

    pub fn version(&mut self) -> InterfaceVersion {
        match self.up_to(3) {
            0 => InterfaceVersion::V3_3,
            1 => InterfaceVersion::V3_4,
            _ => InterfaceVersion::V5_0,
        }
    }

    /// A version as an ESME states it, which may be none of the three.
    pub fn stated_version(&mut self) -> InterfaceVersion {
        match self.up_to(4) {
            0 => InterfaceVersion(0x00),
            1 => InterfaceVersion(0x33),
            2 => InterfaceVersion(0x34),
            3 => InterfaceVersion(0x50),
            _ => InterfaceVersion(self.octet()),
        }
    }

    pub fn status(&mut self) -> CommandStatus {
        STATUSES[usize::from(self.octet()) % STATUSES.len()]
    }

    /// A sequence number, mostly one of the first.
    pub fn number(&mut self) -> u32 {
        match self.octet() {
            high @ 250.. => u32::from(high) << 24,
            few => u32::from(few % 32),
        }
    }

    pub fn millis(&mut self) -> u16 {
        u16::from_be_bytes([self.octet(), self.octet()]) % 12_000
    }
}
