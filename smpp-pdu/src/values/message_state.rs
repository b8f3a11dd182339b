//! Where a message is on its way.

wire_number! {
    /// State of a message (`message_state`; SMPP 3.4, 5.2.28; 5.0, 4.7.15).
    pub struct MessageState(u8, "2") {
        /// Waits for its delivery time; since 5.0.
        SCHEDULED = 0x00,
        /// On its way.
        ENROUTE = 0x01,
        /// Delivered.
        DELIVERED = 0x02,
        /// Its validity period ended first.
        EXPIRED = 0x03,
        /// Cancelled or removed.
        DELETED = 0x04,
        /// Cannot be delivered.
        UNDELIVERABLE = 0x05,
        /// Taken off the queue by hand on the subscriber's behalf. Gateways
        /// also use it for "taken over, more to come".
        ACCEPTED = 0x06,
        /// The message centre cannot tell; `INVALID` in 3.3.
        UNKNOWN = 0x07,
        /// Refused.
        REJECTED = 0x08,
        /// Left out on purpose; since 5.0.
        SKIPPED = 0x09,
    }
}

/// The `stat` words of a receipt text (SMPP 3.4, Appendix B). `ENROUTE` is not
/// in that table; intermediate notifications carry it.
const RECEIPT_WORDS: [(MessageState, &str); 8] = [
    (MessageState::ENROUTE, "ENROUTE"),
    (MessageState::DELIVERED, "DELIVRD"),
    (MessageState::EXPIRED, "EXPIRED"),
    (MessageState::DELETED, "DELETED"),
    (MessageState::UNDELIVERABLE, "UNDELIV"),
    (MessageState::ACCEPTED, "ACCEPTD"),
    (MessageState::UNKNOWN, "UNKNOWN"),
    (MessageState::REJECTED, "REJECTD"),
];

impl MessageState {
    /// Whether the state never changes again, as 5.0 counts it.
    ///
    /// [`UNKNOWN`](Self::UNKNOWN) is neither final nor intermediate.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::DELIVERED
                | Self::EXPIRED
                | Self::DELETED
                | Self::UNDELIVERABLE
                | Self::ACCEPTED
                | Self::REJECTED
                | Self::SKIPPED
        )
    }

    /// Whether another state is still to follow.
    #[must_use]
    pub const fn is_intermediate(self) -> bool {
        matches!(self, Self::SCHEDULED | Self::ENROUTE)
    }

    /// The seven letters a receipt text has for the state, if it has any.
    #[must_use]
    pub fn receipt_word(self) -> Option<&'static str> {
        RECEIPT_WORDS
            .iter()
            .find(|(state, _)| *state == self)
            .map(|(_, word)| *word)
    }

    /// The state for the `stat` word of a receipt text, in any letter case.
    ///
    /// Only the standard words count: a vendor's word has no sure meaning.
    #[must_use]
    pub fn from_receipt_word(word: &str) -> Option<Self> {
        RECEIPT_WORDS
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(word))
            .map(|(state, _)| *state)
    }
}
