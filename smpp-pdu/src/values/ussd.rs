//! Unstructured supplementary service data.

wire_number! {
    /// Step of a USSD dialogue (`ussd_service_op`; SMPP 3.4, 5.3.2.44).
    ///
    /// PSSD and PSSR begin with the phone, USSR and USSN with the network.
    pub struct UssdServiceOp(u8, "2") {
        /// The phone sends data.
        PSSD_INDICATION = 0x00,
        /// The phone sends a request.
        PSSR_INDICATION = 0x01,
        /// The network asks the phone.
        USSR_REQUEST = 0x02,
        /// The network notifies the phone.
        USSN_REQUEST = 0x03,
        /// Answer to the phone's data.
        PSSD_RESPONSE = 0x10,
        /// Answer to the phone's request.
        PSSR_RESPONSE = 0x11,
        /// The phone's answer to a question.
        USSR_CONFIRM = 0x12,
        /// The phone's answer to a notification.
        USSN_CONFIRM = 0x13,
    }
}

impl UssdServiceOp {
    /// Whether the step is a vendor's own (0x20 and above).
    #[must_use]
    pub const fn is_vendor_specific(self) -> bool {
        self.0 >= 0x20
    }
}
