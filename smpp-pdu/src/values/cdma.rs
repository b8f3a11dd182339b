//! Fields of CDMA and TDMA networks.

wire_number! {
    /// How private the message is (`privacy_indicator`; SMPP 3.4, 5.3.2.14).
    pub struct PrivacyIndicator(u8, "2") {
        /// Not private; the value when the TLV is absent.
        NOT_RESTRICTED = 0x00,
        /// The first level of privacy.
        RESTRICTED = 0x01,
        /// The second level of privacy.
        CONFIDENTIAL = 0x02,
        /// The third level of privacy.
        SECRET = 0x03,
    }
}

wire_number! {
    /// Language of the text (`language_indicator`; SMPP 3.4, 5.3.2.19).
    ///
    /// Higher values follow TIA/EIA-136-710.
    pub struct LanguageIndicator(u8, "2") {
        /// Not said; the value when the TLV is absent.
        UNSPECIFIED = 0x00,
        /// English.
        ENGLISH = 0x01,
        /// French.
        FRENCH = 0x02,
        /// Spanish.
        SPANISH = 0x03,
        /// German.
        GERMAN = 0x04,
        /// Portuguese.
        PORTUGUESE = 0x05,
    }
}

wire_number! {
    /// How the handset shows the message (`display_time`; SMPP 3.4, 5.3.2.26).
    pub struct DisplayTime(u8, "2") {
        /// For a while.
        TEMPORARY = 0x00,
        /// As the handset is set; the value when the TLV is absent.
        DEFAULT = 0x01,
        /// Until the user reacts.
        INVOKE = 0x02,
    }
}

wire_number! {
    /// First octet of `ms_validity`: how long the handset keeps the message
    /// (SMPP 3.4, 5.3.2.27).
    pub struct MsValidityBehaviour(u8, "2") {
        /// Without limit; the value when the TLV is absent.
        STORE_INDEFINITELY = 0x00,
        /// Until it is switched off.
        POWER_DOWN = 0x01,
        /// Until it leaves the registration area; 3.4 ties it to the system id
        /// (SID).
        REGISTRATION_AREA = 0x02,
        /// Not at all, the message is only shown.
        DISPLAY_ONLY = 0x03,
        /// For a period that the next three octets hold; since 5.0.
        RELATIVE_TIME_PERIOD = 0x04,
    }
}

wire_number! {
    /// Second octet of `ms_validity`, the unit of the number that follows it
    /// in two octets (SMPP 5.0).
    pub struct MsValidityUnit(u8, "2") {
        /// Seconds.
        SECONDS = 0x00,
        /// Minutes.
        MINUTES = 0x01,
        /// Hours.
        HOURS = 0x02,
        /// Days.
        DAYS = 0x03,
        /// Weeks.
        WEEKS = 0x04,
        /// Months.
        MONTHS = 0x05,
        /// Years.
        YEARS = 0x06,
    }
}

wire_number! {
    /// Form of the answer an interactive session expects (`its_reply_type`;
    /// SMPP 3.4, 5.3.2.42; Korean CDMA).
    pub struct ItsReplyType(u8, "2") {
        /// One digit.
        DIGIT = 0x00,
        /// A number.
        NUMBER = 0x01,
        /// A telephone number.
        TELEPHONE_NUMBER = 0x02,
        /// A password.
        PASSWORD = 0x03,
        /// A line of text.
        CHARACTER_LINE = 0x04,
        /// A choice from a menu.
        MENU = 0x05,
        /// A date.
        DATE = 0x06,
        /// A time of day.
        TIME = 0x07,
        /// Only the wish to go on.
        CONTINUE = 0x08,
    }
}
