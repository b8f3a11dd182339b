//! Small fields of a submission.

use super::version::InterfaceVersion;

wire_number! {
    /// Whether the message replaces an earlier one to the same destination
    /// (`replace_if_present_flag`; SMPP 3.4, 5.2.18).
    pub struct ReplaceIfPresentFlag(u8, "2") {
        /// It does not; the usual value.
        DO_NOT_REPLACE = 0x00,
        /// It does.
        REPLACE = 0x01,
    }
}

wire_number! {
    /// A text stored in the message centre, to send instead of one's own
    /// (`sm_default_msg_id`; SMPP 3.4, 5.2.20).
    pub struct SmDefaultMsgId(u8, "2") {
        /// None; the message brings its own text.
        UNUSED = 0x00,
    }
}

impl SmDefaultMsgId {
    /// Whether a version of the protocol allows the number: up to 100 in 3.3,
    /// up to 254 in 3.4, all in 5.0.
    #[must_use]
    pub const fn is_allowed_in(self, version: InterfaceVersion) -> bool {
        match version.normalized() {
            InterfaceVersion::V3_3 => self.0 <= 100,
            InterfaceVersion::V3_4 => self.0 <= 254,
            _ => true,
        }
    }
}

wire_bits! {
    /// How many messages wait in a mailbox (`number_of_messages`;
    /// SMPP 3.4, 5.3.2.39), a count of messages.
    pub struct NumberOfMessages(u8);
}

impl NumberOfMessages {
    /// The largest count the field may carry; more is reserved.
    pub const MAX: Self = Self(99);

    /// Whether the count is in the allowed range.
    #[must_use]
    pub const fn is_allowed(self) -> bool {
        self.0 <= Self::MAX.0
    }
}

impl core::fmt::Debug for NumberOfMessages {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "NumberOfMessages({})", self.0)
    }
}
