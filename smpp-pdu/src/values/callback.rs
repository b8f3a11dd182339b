//! The number to call back.

use core::fmt;

const PRESENTATION_MASK: u8 = 0x0C;
const SCREENING_MASK: u8 = 0x03;

wire_number! {
    /// Bit 0 of the first octet of `callback_num` (SMPP 3.4, 5.3.2.36): how the
    /// digits are written.
    pub struct CallbackNumDigitMode(u8, "2") {
        /// Two digits per octet (TBCD).
        TBCD = 0x00,
        /// One ASCII character per digit.
        ASCII = 0x01,
    }
}

impl CallbackNumDigitMode {
    /// Reads the mode from the first octet of the TLV; its other bits are
    /// reserved.
    #[must_use]
    pub const fn of(octet: u8) -> Self {
        Self(octet & 0x01)
    }
}

wire_number! {
    /// Bits 3 and 2 of [`CallbackNumPresInd`], left in their place: whether the
    /// number may be shown.
    pub struct CallbackPresentation(u8, "2") {
        /// It may be shown.
        ALLOWED = 0x00,
        /// It may not be shown.
        RESTRICTED = 0x04,
        /// There is no number to show.
        NOT_AVAILABLE = 0x08,
    }
}

wire_number! {
    /// Bits 1 and 0 of [`CallbackNumPresInd`]: who vouches for the number.
    pub struct CallbackScreening(u8, "2") {
        /// The user gave it and nobody checked.
        NOT_SCREENED = 0x00,
        /// The user gave it and the check succeeded.
        VERIFIED_PASSED = 0x01,
        /// The user gave it and the check failed.
        VERIFIED_FAILED = 0x02,
        /// The network gave it.
        NETWORK_PROVIDED = 0x03,
    }
}

wire_bits! {
    /// Presentation and screening of the callback number
    /// (`callback_num_pres_ind`; SMPP 3.4, 5.3.2.37).
    pub struct CallbackNumPresInd(u8);
}

impl CallbackNumPresInd {
    /// Whether the number may be shown.
    #[must_use]
    pub const fn presentation(self) -> CallbackPresentation {
        CallbackPresentation(self.0 & PRESENTATION_MASK)
    }

    /// Who vouches for the number.
    #[must_use]
    pub const fn screening(self) -> CallbackScreening {
        CallbackScreening(self.0 & SCREENING_MASK)
    }

    /// The same field with another presentation; other bits of the argument
    /// are ignored.
    #[must_use]
    pub const fn with_presentation(self, presentation: CallbackPresentation) -> Self {
        Self(self.0 & !PRESENTATION_MASK | presentation.0 & PRESENTATION_MASK)
    }

    /// The same field with another screening; other bits of the argument are
    /// ignored.
    #[must_use]
    pub const fn with_screening(self, screening: CallbackScreening) -> Self {
        Self(self.0 & !SCREENING_MASK | screening.0 & SCREENING_MASK)
    }
}

impl fmt::Debug for CallbackNumPresInd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "CallbackNumPresInd(0x{:02X} presentation {}, screening {})",
            self.0,
            self.presentation(),
            self.screening()
        )
    }
}
