//! The operations of the protocol.

wire_number! {
    /// `command_id`, exactly as the wire carries it (SMPP 3.4, 5.1.2.1; 5.0, 4.7.5).
    ///
    /// ```
    /// use smpp_pdu::CommandId;
    ///
    /// assert_eq!(CommandId::SUBMIT_SM.to_string(), "submit_sm");
    /// assert_eq!(CommandId::SUBMIT_SM.response(), Some(CommandId::SUBMIT_SM_RESP));
    /// assert_eq!(CommandId(0x0001_0200).name(), None); // a vendor's request
    /// ```
    pub struct CommandId(u32, "8") {
        /// Answers what could not be understood; a header only.
        GENERIC_NACK = 0x8000_0000 => "generic_nack",
        /// Opens a session for receiving messages.
        BIND_RECEIVER = 0x0000_0001 => "bind_receiver",
        /// Answers `bind_receiver`.
        BIND_RECEIVER_RESP = 0x8000_0001 => "bind_receiver_resp",
        /// Opens a session for submitting messages.
        BIND_TRANSMITTER = 0x0000_0002 => "bind_transmitter",
        /// Answers `bind_transmitter`.
        BIND_TRANSMITTER_RESP = 0x8000_0002 => "bind_transmitter_resp",
        /// Asks for the state of a message.
        QUERY_SM = 0x0000_0003 => "query_sm",
        /// Answers `query_sm`.
        QUERY_SM_RESP = 0x8000_0003 => "query_sm_resp",
        /// Submits a message.
        SUBMIT_SM = 0x0000_0004 => "submit_sm",
        /// Answers `submit_sm`.
        SUBMIT_SM_RESP = 0x8000_0004 => "submit_sm_resp",
        /// Delivers a message or a receipt to an ESME.
        DELIVER_SM = 0x0000_0005 => "deliver_sm",
        /// Answers `deliver_sm`.
        DELIVER_SM_RESP = 0x8000_0005 => "deliver_sm_resp",
        /// Ends a session.
        UNBIND = 0x0000_0006 => "unbind",
        /// Answers `unbind`.
        UNBIND_RESP = 0x8000_0006 => "unbind_resp",
        /// Replaces a message that waits for delivery.
        REPLACE_SM = 0x0000_0007 => "replace_sm",
        /// Answers `replace_sm`.
        REPLACE_SM_RESP = 0x8000_0007 => "replace_sm_resp",
        /// Cancels messages that wait for delivery.
        CANCEL_SM = 0x0000_0008 => "cancel_sm",
        /// Answers `cancel_sm`.
        CANCEL_SM_RESP = 0x8000_0008 => "cancel_sm_resp",
        /// Opens a session for both directions, from 3.4.
        BIND_TRANSCEIVER = 0x0000_0009 => "bind_transceiver",
        /// Answers `bind_transceiver`.
        BIND_TRANSCEIVER_RESP = 0x8000_0009 => "bind_transceiver_resp",
        /// A centre asks an ESME to bind, from 3.4; has no response.
        OUTBIND = 0x0000_000B => "outbind",
        /// Asks whether the peer is alive.
        ENQUIRE_LINK = 0x0000_0015 => "enquire_link",
        /// Answers `enquire_link`.
        ENQUIRE_LINK_RESP = 0x8000_0015 => "enquire_link_resp",
        /// Submits a message to several destinations.
        SUBMIT_MULTI = 0x0000_0021 => "submit_multi",
        /// Answers `submit_multi`.
        SUBMIT_MULTI_RESP = 0x8000_0021 => "submit_multi_resp",
        /// Reads a parameter of the account, 3.3 only.
        PARAM_RETRIEVE = 0x0000_0022 => "param_retrieve",
        /// Answers `param_retrieve`.
        PARAM_RETRIEVE_RESP = 0x8000_0022 => "param_retrieve_resp",
        /// Lists the ids of the last messages, 3.3 only.
        QUERY_LAST_MSGS = 0x0000_0023 => "query_last_msgs",
        /// Answers `query_last_msgs`.
        QUERY_LAST_MSGS_RESP = 0x8000_0023 => "query_last_msgs_resp",
        /// Asks for a whole message, 3.3 only.
        QUERY_MSG_DETAILS = 0x0000_0024 => "query_msg_details",
        /// Answers `query_msg_details`.
        QUERY_MSG_DETAILS_RESP = 0x8000_0024 => "query_msg_details_resp",
        /// Tells an ESME that a subscriber can be reached again, from 3.4; has no response.
        ALERT_NOTIFICATION = 0x0000_0102 => "alert_notification",
        /// Carries a message in either direction, from 3.4.
        DATA_SM = 0x0000_0103 => "data_sm",
        /// Answers `data_sm`.
        DATA_SM_RESP = 0x8000_0103 => "data_sm_resp",
        /// Submits a message to all handsets of an area, from 5.0.
        BROADCAST_SM = 0x0000_0111 => "broadcast_sm",
        /// Answers `broadcast_sm`.
        BROADCAST_SM_RESP = 0x8000_0111 => "broadcast_sm_resp",
        /// Asks for the state of a broadcast, from 5.0.
        QUERY_BROADCAST_SM = 0x0000_0112 => "query_broadcast_sm",
        /// Answers `query_broadcast_sm`.
        QUERY_BROADCAST_SM_RESP = 0x8000_0112 => "query_broadcast_sm_resp",
        /// Cancels a broadcast, from 5.0.
        CANCEL_BROADCAST_SM = 0x0000_0113 => "cancel_broadcast_sm",
        /// Answers `cancel_broadcast_sm`.
        CANCEL_BROADCAST_SM_RESP = 0x8000_0113 => "cancel_broadcast_sm_resp",
    }
}

impl CommandId {
    const RESPONSE_BIT: u32 = 0x8000_0000;

    /// Whether bit 31 is set: a response, or `generic_nack`.
    #[must_use]
    #[inline]
    pub const fn is_response(self) -> bool {
        self.0 & Self::RESPONSE_BIT != 0
    }

    /// The response to this request. `None` for a response, and for `outbind`
    /// and `alert_notification`, which have none.
    #[must_use]
    pub const fn response(self) -> Option<Self> {
        match self {
            Self::OUTBIND | Self::ALERT_NOTIFICATION => None,
            _ if self.is_response() => None,
            _ => Some(Self(self.0 | Self::RESPONSE_BIT)),
        }
    }

    /// The request that this response answers; `None` for a request, and for
    /// `generic_nack`, which answers any.
    #[must_use]
    pub const fn request(self) -> Option<Self> {
        match self {
            Self::GENERIC_NACK => None,
            _ if self.is_response() => Some(Self(self.0 & !Self::RESPONSE_BIT)),
            _ => None,
        }
    }

    /// Whether it is one of the three binds.
    #[must_use]
    pub const fn is_bind(self) -> bool {
        matches!(
            self,
            Self::BIND_RECEIVER | Self::BIND_TRANSMITTER | Self::BIND_TRANSCEIVER
        )
    }
}
