//! How an address is to be read.

wire_number! {
    /// Type of number (`*_addr_ton`; SMPP 3.4, 5.2.5; 5.0, 4.7.1).
    pub struct Ton(u8, "2") {
        /// Left to the message centre.
        UNKNOWN = 0x00,
        /// Starts with the country code, without any prefix.
        INTERNATIONAL = 0x01,
        /// Starts with the area code of the home country.
        NATIONAL = 0x02,
        /// Has a meaning inside one network only, such as a short code.
        NETWORK_SPECIFIC = 0x03,
        /// The subscriber's number alone, without area code.
        SUBSCRIBER_NUMBER = 0x04,
        /// A name instead of digits.
        ALPHANUMERIC = 0x05,
        /// A shortened number.
        ABBREVIATED = 0x06,
    }
}

wire_number! {
    /// Numbering plan indicator (`*_addr_npi`; SMPP 3.4, 5.2.6; 5.0, 4.7.2).
    pub struct Npi(u8, "2") {
        /// Left to the message centre.
        UNKNOWN = 0x00,
        /// Telephone numbers (E.163 and E.164).
        ISDN = 0x01,
        /// Data numbers (X.121).
        DATA = 0x03,
        /// Telex numbers (F.69).
        TELEX = 0x04,
        /// Subscriber identities of mobile networks (E.212).
        LAND_MOBILE = 0x06,
        /// The plan of one country.
        NATIONAL = 0x08,
        /// The plan of one organisation.
        PRIVATE = 0x09,
        /// The European paging system.
        ERMES = 0x0A,
        /// An IP address in dotted decimal.
        INTERNET = 0x0E,
        /// The client id that a WAP forum gateway assigns.
        WAP_CLIENT_ID = 0x12,
    }
}

wire_number! {
    /// What a destination of `submit_multi` is (`dest_flag`; SMPP 3.4, 5.2.25).
    pub struct DestFlag(u8, "2") {
        /// One address.
        SME_ADDRESS = 0x01,
        /// The name of a list kept by the message centre.
        DISTRIBUTION_LIST = 0x02,
    }
}

wire_number! {
    /// First octet of `source_subaddress` and `dest_subaddress`
    /// (SMPP 3.4, 5.3.2.15 and 5.3.2.16).
    pub struct SubaddressTag(u8, "2") {
        /// An NSAP address with an even number of digits (X.213).
        NSAP_EVEN = 0x80,
        /// An NSAP address with an odd number of digits (X.213).
        NSAP_ODD = 0x88,
        /// An address whose form the parties agreed on.
        USER_SPECIFIED = 0xA0,
    }
}

wire_number! {
    /// What is known about the porting of the destination number
    /// (`dest_addr_np_resolution`; SMPP 5.0).
    pub struct DestAddrNpResolution(u8, "2") {
        /// Nobody has asked; the value when the TLV is absent.
        NOT_QUERIED = 0x00,
        /// Asked, and the number is still with its first network.
        QUERIED_NOT_PORTED = 0x01,
        /// Asked, and the number moved: `dest_addr_np_information` and
        /// `dest_addr_np_country` have to be present as well.
        QUERIED_PORTED = 0x02,
    }
}
