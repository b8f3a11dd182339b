//! Networks, bearers and equipment at either end of a message.

wire_number! {
    /// Part of the device an address means (`dest_addr_subunit`,
    /// `source_addr_subunit`; SMPP 3.4, 5.3.2.1 and 5.3.2.2).
    pub struct AddrSubunit(u8, "2") {
        /// Not said.
        UNKNOWN = 0x00,
        /// The display.
        MS_DISPLAY = 0x01,
        /// The phone itself.
        MOBILE_EQUIPMENT = 0x02,
        /// The first smart card, the SIM where there is one.
        SMART_CARD_1 = 0x03,
        /// The first attached unit.
        EXTERNAL_UNIT_1 = 0x04,
    }
}

wire_number! {
    /// Kind of network (`dest_network_type`, `source_network_type`;
    /// SMPP 3.4, 5.3.2.3 and 5.3.2.4).
    pub struct NetworkType(u8, "2") {
        /// Not said.
        UNKNOWN = 0x00,
        /// GSM.
        GSM = 0x01,
        /// ANSI-136, a TDMA network.
        ANSI_136_TDMA = 0x02,
        /// IS-95, a CDMA network.
        IS_95_CDMA = 0x03,
        /// Japanese digital cellular.
        PDC = 0x04,
        /// Personal handyphone.
        PHS = 0x05,
        /// iDEN trunked radio.
        IDEN = 0x06,
        /// Analogue cellular.
        AMPS = 0x07,
        /// A paging network.
        PAGING_NETWORK = 0x08,
    }
}

wire_number! {
    /// Service that carries the message in the network (`dest_bearer_type`,
    /// `source_bearer_type`; SMPP 3.4, 5.3.2.5 and 5.3.2.6).
    pub struct BearerType(u8, "2") {
        /// Not said.
        UNKNOWN = 0x00,
        /// Short messages.
        SMS = 0x01,
        /// Circuit switched data.
        CSD = 0x02,
        /// Packet data.
        PACKET_DATA = 0x03,
        /// Unstructured supplementary service data.
        USSD = 0x04,
        /// Cellular digital packet data.
        CDPD = 0x05,
        /// DataTAC.
        DATATAC = 0x06,
        /// FLEX or ReFLEX paging.
        FLEX_REFLEX = 0x07,
        /// Cell broadcast.
        CELL_BROADCAST = 0x08,
    }
}

wire_number! {
    /// What the message carries (`payload_type`; SMPP 3.4, 5.3.2.10).
    pub struct PayloadType(u8, "2") {
        /// The usual content of the service; a WDP datagram in WAP.
        DEFAULT = 0x00,
        /// A wireless control message.
        WCMP = 0x01,
    }
}

wire_number! {
    /// First octet of `network_error_code`: whose error the other two octets
    /// hold (SMPP 3.4, 5.3.2.31).
    pub struct NetworkErrorCodeType(u8, "2") {
        /// ANSI-136 access denied reason; 3.4 says ANSI-136 without more.
        ANSI_136_ACCESS_DENIED = 0x01,
        /// IS-95 access denied reason; 3.4 says IS-95 without more.
        IS_95_ACCESS_DENIED = 0x02,
        /// GSM.
        GSM = 0x03,
        /// ANSI-136 cause code; since 5.0.
        ANSI_136_CAUSE_CODE = 0x04,
        /// IS-95 cause code; since 5.0.
        IS_95_CAUSE_CODE = 0x05,
        /// ANSI-41; since 5.0.
        ANSI_41_ERROR = 0x06,
        /// An SMPP `command_status`; since 5.0.
        SMPP_ERROR = 0x07,
        /// The message centre's own numbers; since 5.0.
        MC_SPECIFIC = 0x08,
    }
}

wire_number! {
    /// First character of `source_network_id` and `dest_network_id`: what the
    /// other digits are (SMPP 5.0).
    pub struct NetworkIdPrefix(u8, "2") {
        /// A GSM operator: country code (MCC) and network code (MNC) follow.
        GSM = b'1',
        /// A TDMA or CDMA operator: country code (MCC) and system id follow.
        TDMA_OR_CDMA = b'2',
        /// An ESME operator: country code (MCC), an [`EsmeAddressType`] and an
        /// address follow.
        ESME_OPERATOR = b'3',
    }
}

wire_number! {
    /// Character that says which address ends a network id of the kind
    /// [`NetworkIdPrefix::ESME_OPERATOR`] (SMPP 5.0).
    pub struct EsmeAddressType(u8, "2") {
        /// An IP address, every part padded to three digits.
        IP_ADDRESS = b'1',
        /// A domain name.
        ALPHANUMERIC = b'2',
        /// A telephone number (E.164).
        E164 = b'3',
        /// As 5.0 prints it: X.212.
        X212 = b'4',
    }
}

wire_bits! {
    /// First octet of `billing_identification` (SMPP 5.0): the form of the
    /// billing data. No value has a name.
    pub struct BillingFormat(u8);
}

impl BillingFormat {
    /// Whether the form is the vendor's own (0x80 and above); the others are
    /// reserved.
    #[must_use]
    pub const fn is_vendor_specific(self) -> bool {
        self.0 >= 0x80
    }
}

impl core::fmt::Debug for BillingFormat {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let owner = if self.is_vendor_specific() {
            "vendor specific"
        } else {
            "reserved"
        };
        write!(f, "BillingFormat(0x{:02X} {owner})", self.0)
    }
}
