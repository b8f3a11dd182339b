//! The `esm_class` octet: how to carry a message and what it is.

use core::fmt;

const MODE_MASK: u8 = 0x03;
const TYPE_MASK: u8 = 0x3C;
const FEATURES_MASK: u8 = 0xC0;

wire_number! {
    /// Bits 1 and 0 of [`EsmClass`]: how the message centre handles the message.
    pub struct MessagingMode(u8, "2") {
        /// The message centre's choice, usually store and forward.
        DEFAULT = 0x00,
        /// One attempt, without storing and without receipt.
        DATAGRAM = 0x01,
        /// One attempt whose outcome is in the response (transaction mode);
        /// in 3.4 for `data_sm` only.
        FORWARD = 0x02,
        /// Stored first, then delivered.
        STORE_AND_FORWARD = 0x03,
    }
}

wire_number! {
    /// Bits 5 to 2 of [`EsmClass`], left in their place: what the message is.
    pub struct MessageType(u8, "2") {
        /// An ordinary message.
        DEFAULT = 0x00,
        /// A receipt of the message centre about an earlier message.
        MC_DELIVERY_RECEIPT = 0x04,
        /// The acknowledgement of the receiving device.
        DELIVERY_ACKNOWLEDGEMENT = 0x08,
        /// The acknowledgement of the person who received the message.
        MANUAL_USER_ACKNOWLEDGEMENT = 0x10,
        /// The end of an interactive session (Korean CDMA).
        CONVERSATION_ABORT = 0x18,
        /// A report of the message centre about a message still under way.
        INTERMEDIATE_DELIVERY_NOTIFICATION = 0x20,
    }
}

wire_number! {
    /// Bits 7 and 6 of [`EsmClass`], left in their place: GSM features.
    pub struct GsmFeatures(u8, "2") {
        /// Neither.
        NONE = 0x00,
        /// The text begins with a user data header.
        UDHI = 0x40,
        /// The reply takes the same way back.
        REPLY_PATH = 0x80,
        /// Both.
        UDHI_AND_REPLY_PATH = 0xC0,
    }
}

wire_bits! {
    /// Mode, type and GSM features of a message (`esm_class`;
    /// SMPP 3.4, 5.2.12; 5.0, 4.7.12).
    ///
    /// ```
    /// use smpp_pdu::{EsmClass, MessageType};
    ///
    /// let class = EsmClass::DEFAULT.with_message_type(MessageType::MC_DELIVERY_RECEIPT);
    /// assert_eq!(class.0, 0x04);
    /// assert!(class.with_udhi(true).is_receipt());
    /// ```
    pub struct EsmClass(u8);
}

impl EsmClass {
    /// Default mode, ordinary message, no GSM feature.
    pub const DEFAULT: Self = Self(0x00);

    /// How the message centre handles the message.
    #[must_use]
    pub const fn messaging_mode(self) -> MessagingMode {
        MessagingMode(self.0 & MODE_MASK)
    }

    /// What the message is.
    #[must_use]
    pub const fn message_type(self) -> MessageType {
        MessageType(self.0 & TYPE_MASK)
    }

    /// The GSM features in use.
    #[must_use]
    pub const fn gsm_features(self) -> GsmFeatures {
        GsmFeatures(self.0 & FEATURES_MASK)
    }

    /// The same class with another mode; bits outside the mode are ignored.
    #[must_use]
    pub const fn with_messaging_mode(self, mode: MessagingMode) -> Self {
        Self(self.0 & !MODE_MASK | mode.0 & MODE_MASK)
    }

    /// The same class with another type; bits outside the type are ignored.
    #[must_use]
    pub const fn with_message_type(self, message_type: MessageType) -> Self {
        Self(self.0 & !TYPE_MASK | message_type.0 & TYPE_MASK)
    }

    /// The same class with other GSM features; bits outside them are ignored.
    #[must_use]
    pub const fn with_gsm_features(self, features: GsmFeatures) -> Self {
        Self(self.0 & !FEATURES_MASK | features.0 & FEATURES_MASK)
    }

    /// The same class with or without the mark of a user data header.
    #[must_use]
    pub const fn with_udhi(self, present: bool) -> Self {
        let rest = self.0 & !GsmFeatures::UDHI.0;
        Self(if present {
            rest | GsmFeatures::UDHI.0
        } else {
            rest
        })
    }

    /// The same class with or without the reply path.
    #[must_use]
    pub const fn with_reply_path(self, set: bool) -> Self {
        let rest = self.0 & !GsmFeatures::REPLY_PATH.0;
        Self(if set {
            rest | GsmFeatures::REPLY_PATH.0
        } else {
            rest
        })
    }

    /// Whether the text begins with a user data header.
    #[must_use]
    pub const fn has_udhi(self) -> bool {
        self.0 & GsmFeatures::UDHI.0 != 0
    }

    /// Whether the reply path is set.
    #[must_use]
    pub const fn has_reply_path(self) -> bool {
        self.0 & GsmFeatures::REPLY_PATH.0 != 0
    }

    /// Whether the message is a delivery receipt of the message centre,
    /// whatever its mode and features.
    #[must_use]
    pub const fn is_receipt(self) -> bool {
        self.message_type().0 == MessageType::MC_DELIVERY_RECEIPT.0
    }

    /// Whether the message reports on one still under way.
    #[must_use]
    pub const fn is_intermediate_notification(self) -> bool {
        self.message_type().0 == MessageType::INTERMEDIATE_DELIVERY_NOTIFICATION.0
    }
}

impl fmt::Debug for EsmClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "EsmClass(0x{:02X} mode {}, type {}, features {})",
            self.0,
            self.messaging_mode(),
            self.message_type(),
            self.gsm_features()
        )
    }
}
