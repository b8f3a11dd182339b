//! Message waiting indication, shared by a TLV and by GSM data coding.

use core::fmt;

const ACTIVE_BIT: u8 = 0x80;
const KIND_MASK: u8 = 0x03;

wire_number! {
    /// What is waiting for the subscriber.
    pub struct MessageWaitingKind(u8, "2") {
        /// Voice mail.
        VOICEMAIL = 0x00,
        /// A fax.
        FAX = 0x01,
        /// Electronic mail.
        EMAIL = 0x02,
        /// Anything else.
        OTHER = 0x03,
    }
}

wire_bits! {
    /// Switches the message waiting sign of a phone (`ms_msg_wait_facilities`;
    /// SMPP 3.4, 5.3.2.13).
    pub struct MsMsgWaitFacilities(u8);
}

impl MsMsgWaitFacilities {
    /// Whether the sign is switched on (bit 7).
    #[must_use]
    pub const fn is_active(self) -> bool {
        self.0 & ACTIVE_BIT != 0
    }

    /// What is waiting (bits 1 and 0).
    #[must_use]
    pub const fn kind(self) -> MessageWaitingKind {
        MessageWaitingKind(self.0 & KIND_MASK)
    }

    /// The same field with the sign on or off.
    #[must_use]
    pub const fn with_active(self, active: bool) -> Self {
        let rest = self.0 & !ACTIVE_BIT;
        Self(if active { rest | ACTIVE_BIT } else { rest })
    }

    /// The same field for another kind; bits outside the kind are ignored.
    #[must_use]
    pub const fn with_kind(self, kind: MessageWaitingKind) -> Self {
        Self(self.0 & !KIND_MASK | kind.0 & KIND_MASK)
    }
}

impl fmt::Debug for MsMsgWaitFacilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "MsMsgWaitFacilities(0x{:02X} active {}, {})",
            self.0,
            self.is_active(),
            self.kind()
        )
    }
}
