//! How delivery goes and what to do about it.

wire_number! {
    /// Why a delivery did not succeed (`delivery_failure_reason`;
    /// SMPP 3.4, 5.3.2.33).
    pub struct DeliveryFailureReason(u8, "2") {
        /// The destination cannot be reached now.
        DESTINATION_UNAVAILABLE = 0x00,
        /// The destination does not exist.
        DESTINATION_ADDRESS_INVALID = 0x01,
        /// The network will not deliver it.
        PERMANENT_NETWORK_ERROR = 0x02,
        /// The network may deliver it later.
        TEMPORARY_NETWORK_ERROR = 0x03,
    }
}

wire_number! {
    /// Whether the delivery pending flag was set (`dpf_result`;
    /// SMPP 3.4, 5.3.2.28).
    pub struct DpfResult(u8, "2") {
        /// It was not.
        NOT_SET = 0x00,
        /// It was; an `alert_notification` follows when the subscriber returns.
        SET = 0x01,
    }
}

wire_number! {
    /// Whether to set the delivery pending flag if the delivery fails
    /// (`set_dpf`; SMPP 3.4, 5.3.2.29).
    pub struct SetDpf(u8, "2") {
        /// Leave it.
        NOT_REQUESTED = 0x00,
        /// Set it; the value when the TLV is absent.
        REQUESTED = 0x01,
    }
}

wire_number! {
    /// Whether the subscriber can be reached (`ms_availability_status`;
    /// SMPP 3.4, 5.3.2.30).
    pub struct MsAvailabilityStatus(u8, "2") {
        /// Reachable; the value when the TLV is absent.
        AVAILABLE = 0x00,
        /// Barred or suspended.
        DENIED = 0x01,
        /// Not reachable.
        UNAVAILABLE = 0x02,
    }
}

wire_number! {
    /// Whether more messages for the same destination follow at once
    /// (`more_messages_to_send`; SMPP 3.4, 5.3.2.34).
    pub struct MoreMessagesToSend(u8, "2") {
        /// This is the last.
        NO_MORE = 0x00,
        /// More follow; the value when the TLV is absent.
        MORE = 0x01,
    }
}

wire_number! {
    /// How loudly the phone announces the message
    /// (`alert_on_message_delivery`; SMPP 3.4, 5.3.2.41).
    ///
    /// In 3.4 the TLV has no value at all, and its presence means
    /// [`DEFAULT`](Self::DEFAULT). The values are from 5.0.
    pub struct AlertOnMessageDelivery(u8, "2") {
        /// As the phone is set.
        DEFAULT = 0x00,
        /// The alert of a low priority message.
        LOW_PRIORITY = 0x01,
        /// The alert of a medium priority message.
        MEDIUM_PRIORITY = 0x02,
        /// The alert of a high priority message.
        HIGH_PRIORITY = 0x03,
    }
}

wire_number! {
    /// Load of the peer in percent, 0 to 100 (`congestion_state`; SMPP 5.0).
    ///
    /// Senders slow down as it rises; [`band`](Self::band) names the steps.
    pub struct CongestionState(u8, "2") {
        /// Nothing to do.
        IDLE = 0x00,
        /// Cannot take more.
        CONGESTED = 0x64,
    }
}

/// A named range of [`CongestionState`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CongestionBand {
    /// 0 percent.
    Idle,
    /// 1 to 29 percent.
    LowLoad,
    /// 30 to 49 percent.
    MediumLoad,
    /// 50 to 79 percent.
    HighLoad,
    /// 80 to 89 percent, the load a sender should aim at.
    OptimumLoad,
    /// 90 to 99 percent.
    NearingCongestion,
    /// 100 percent.
    Congested,
}

impl CongestionState {
    /// The named range of the value, or `None` above 100.
    ///
    /// 5.0 prints two ranges that both hold 90; here it belongs to the upper.
    #[must_use]
    pub const fn band(self) -> Option<CongestionBand> {
        Some(match self.0 {
            0 => CongestionBand::Idle,
            1..=29 => CongestionBand::LowLoad,
            30..=49 => CongestionBand::MediumLoad,
            50..=79 => CongestionBand::HighLoad,
            80..=89 => CongestionBand::OptimumLoad,
            90..=99 => CongestionBand::NearingCongestion,
            100 => CongestionBand::Congested,
            101..=255 => return None,
        })
    }
}
