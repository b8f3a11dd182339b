//! The `registered_delivery` octet: which reports the sender wants.

use core::fmt;

const MC_RECEIPT_MASK: u8 = 0x03;
const SME_ACK_MASK: u8 = 0x0C;
/// The heading in 3.4 says bit 5; its bit picture and 5.0 agree on bit 4.
const INTERMEDIATE_BIT: u8 = 0x10;

wire_number! {
    /// Bits 1 and 0 of [`RegisteredDelivery`]: receipts of the message centre.
    pub struct McReceipt(u8, "2") {
        /// No receipt.
        NONE = 0x00,
        /// A receipt for every final outcome.
        SUCCESS_OR_FAILURE = 0x01,
        /// A receipt when delivery failed.
        FAILURE_ONLY = 0x02,
        /// A receipt when delivery succeeded; reserved before 5.0.
        SUCCESS_ONLY = 0x03,
    }
}

wire_number! {
    /// Bits 3 and 2 of [`RegisteredDelivery`], left in their place:
    /// acknowledgements of the receiving side.
    pub struct SmeAck(u8, "2") {
        /// No acknowledgement.
        NONE = 0x00,
        /// From the device, on arrival.
        DELIVERY = 0x04,
        /// From the person, by hand.
        MANUAL_USER = 0x08,
        /// Both.
        DELIVERY_AND_MANUAL_USER = 0x0C,
    }
}

wire_bits! {
    /// Reports asked for with a message (`registered_delivery`;
    /// SMPP 3.4, 5.2.17; 5.0, 4.7.21).
    pub struct RegisteredDelivery(u8);
}

impl RegisteredDelivery {
    /// No report of any kind.
    pub const NONE: Self = Self(0x00);

    /// Which receipts the message centre sends.
    #[must_use]
    pub const fn mc_receipt(self) -> McReceipt {
        McReceipt(self.0 & MC_RECEIPT_MASK)
    }

    /// Which acknowledgements the receiving side sends.
    #[must_use]
    pub const fn sme_ack(self) -> SmeAck {
        SmeAck(self.0 & SME_ACK_MASK)
    }

    /// Whether reports about a message still under way are wanted.
    #[must_use]
    pub const fn intermediate(self) -> bool {
        self.0 & INTERMEDIATE_BIT != 0
    }

    /// The same request with other receipts; bits outside them are ignored.
    #[must_use]
    pub const fn with_mc_receipt(self, receipt: McReceipt) -> Self {
        Self(self.0 & !MC_RECEIPT_MASK | receipt.0 & MC_RECEIPT_MASK)
    }

    /// The same request with other acknowledgements; bits outside them are
    /// ignored.
    #[must_use]
    pub const fn with_sme_ack(self, ack: SmeAck) -> Self {
        Self(self.0 & !SME_ACK_MASK | ack.0 & SME_ACK_MASK)
    }

    /// The same request with or without intermediate notifications.
    #[must_use]
    pub const fn with_intermediate(self, wanted: bool) -> Self {
        let rest = self.0 & !INTERMEDIATE_BIT;
        Self(if wanted {
            rest | INTERMEDIATE_BIT
        } else {
            rest
        })
    }
}

impl fmt::Debug for RegisteredDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "RegisteredDelivery(0x{:02X} receipt {}, ack {}, intermediate {})",
            self.0,
            self.mc_receipt(),
            self.sme_ack(),
            self.intermediate()
        )
    }
}
