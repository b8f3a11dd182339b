//! The protocol version a peer speaks.

wire_number! {
    /// Version of the protocol (`interface_version` in a bind,
    /// `sc_interface_version` in its response; SMPP 3.4, 5.2.4; 5.0, 4.7.13).
    pub struct InterfaceVersion(u8, "2") {
        /// SMPP 3.3.
        V3_3 = 0x33,
        /// SMPP 3.4.
        V3_4 = 0x34,
        /// SMPP 5.0.
        V5_0 = 0x50,
    }
}

impl InterfaceVersion {
    /// The newest of the three known versions that such a peer understands.
    ///
    /// Everything from 0x00 to 0x33 means 3.3 or older and gives
    /// [`V3_3`](Self::V3_3); so does a bind response without
    /// `sc_interface_version`. Numbers between the known versions count as
    /// the one below, numbers above 0x50 as [`V5_0`](Self::V5_0).
    #[must_use]
    pub const fn normalized(self) -> Self {
        match self.0 {
            0x00..=0x33 => Self::V3_3,
            0x34..=0x4F => Self::V3_4,
            0x50..=0xFF => Self::V5_0,
        }
    }

    /// Whether TLVs may be sent to such a peer (3.4 and later).
    #[must_use]
    pub const fn supports_tlvs(self) -> bool {
        self.0 >= Self::V3_4.0
    }

    /// Whether such a peer knows the broadcast operations (5.0 and later).
    #[must_use]
    pub const fn supports_broadcast(self) -> bool {
        self.0 >= Self::V5_0.0
    }
}
