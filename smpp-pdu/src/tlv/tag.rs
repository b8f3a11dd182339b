//! Tags under their standard names.

use super::TlvDefinition;

wire_number! {
    /// The tag of a [`Tlv`](super::Tlv) (SMPP 3.4, 5.3.2; 5.0, 4.8.1).
    pub struct Tag(u16, "4") {
        /// `dest_addr_subunit`: Part of the destination device that the message is for.
        DEST_ADDR_SUBUNIT = 0x0005 => "dest_addr_subunit",
        /// `dest_network_type`: Technology of the destination network.
        DEST_NETWORK_TYPE = 0x0006 => "dest_network_type",
        /// `dest_bearer_type`: Bearer that the destination should be reached over.
        DEST_BEARER_TYPE = 0x0007 => "dest_bearer_type",
        /// `dest_telematics_id`: Telematic interworking at the destination: GSM protocol_id in the upper octet.
        DEST_TELEMATICS_ID = 0x0008 => "dest_telematics_id",
        /// `source_addr_subunit`: Part of the source device that the message comes from.
        SOURCE_ADDR_SUBUNIT = 0x000D => "source_addr_subunit",
        /// `source_network_type`: Technology of the source network.
        SOURCE_NETWORK_TYPE = 0x000E => "source_network_type",
        /// `source_bearer_type`: Bearer that the message came over.
        SOURCE_BEARER_TYPE = 0x000F => "source_bearer_type",
        /// `source_telematics_id`: Telematic interworking at the source.
        SOURCE_TELEMATICS_ID = 0x0010 => "source_telematics_id",
        /// `qos_time_to_live`: How long the centre keeps the message, in seconds from its arrival.
        QOS_TIME_TO_LIVE = 0x0017 => "qos_time_to_live",
        /// `payload_type`: Higher protocol of the payload.
        PAYLOAD_TYPE = 0x0019 => "payload_type",
        /// `additional_status_info_text`: Text that explains a status, ASCII, up to 255 characters.
        ADDITIONAL_STATUS_INFO_TEXT = 0x001D => "additional_status_info_text",
        /// `receipted_message_id`: Message id that a receipt or notification speaks of.
        RECEIPTED_MESSAGE_ID = 0x001E => "receipted_message_id",
        /// `ms_msg_wait_facilities`: Message waiting indicator for the handset.
        MS_MSG_WAIT_FACILITIES = 0x0030 => "ms_msg_wait_facilities",
        /// `privacy_indicator`: Privacy level of the message.
        PRIVACY_INDICATOR = 0x0201 => "privacy_indicator",
        /// `source_subaddress`: Subaddress of the sender.
        SOURCE_SUBADDRESS = 0x0202 => "source_subaddress",
        /// `dest_subaddress`: Subaddress of the recipient.
        DEST_SUBADDRESS = 0x0203 => "dest_subaddress",
        /// `user_message_reference`: Reference that the ESME assigned.
        USER_MESSAGE_REFERENCE = 0x0204 => "user_message_reference",
        /// `user_response_code`: Answer of the user: 0-255 in IS-95, 0-15 in TDMA.
        USER_RESPONSE_CODE = 0x0205 => "user_response_code",
        /// `source_port`: Application port of the sender.
        SOURCE_PORT = 0x020A => "source_port",
        /// `destination_port`: Application port of the recipient, `dest_port` in 5.0.
        DESTINATION_PORT = 0x020B => "destination_port",
        /// `sar_msg_ref_num`: Reference shared by all segments of a long message.
        SAR_MSG_REF_NUM = 0x020C => "sar_msg_ref_num",
        /// `language_indicator`: Language of the text.
        LANGUAGE_INDICATOR = 0x020D => "language_indicator",
        /// `sar_total_segments`: How many segments the long message has, 1 to 255.
        SAR_TOTAL_SEGMENTS = 0x020E => "sar_total_segments",
        /// `sar_segment_seqnum`: Which segment this is, 1 to 255.
        SAR_SEGMENT_SEQNUM = 0x020F => "sar_segment_seqnum",
        /// `sc_interface_version`: Version that the centre speaks.
        SC_INTERFACE_VERSION = 0x0210 => "sc_interface_version",
        /// `callback_num_pres_ind`: Presentation and screening of a callback number; the nth belongs to the nth callback_num.
        CALLBACK_NUM_PRES_IND = 0x0302 => "callback_num_pres_ind",
        /// `callback_num_atag`: Name shown for a callback number; the nth belongs to the nth callback_num.
        CALLBACK_NUM_ATAG = 0x0303 => "callback_num_atag",
        /// `number_of_messages`: How many messages wait in the mailbox, 0 to 99.
        NUMBER_OF_MESSAGES = 0x0304 => "number_of_messages",
        /// `callback_num`: Number to call back; may repeat.
        CALLBACK_NUM = 0x0381 => "callback_num",
        /// `dpf_result`: Whether the delivery pending flag was set.
        DPF_RESULT = 0x0420 => "dpf_result",
        /// `set_dpf`: Asks to set the delivery pending flag when delivery fails.
        SET_DPF = 0x0421 => "set_dpf",
        /// `ms_availability_status`: Availability of the handset.
        MS_AVAILABILITY_STATUS = 0x0422 => "ms_availability_status",
        /// `network_error_code`: Error that the network gave.
        NETWORK_ERROR_CODE = 0x0423 => "network_error_code",
        /// `message_payload`: The message, when it is not in short_message (sm_length is 0 then); its limit is set by centre and network.
        MESSAGE_PAYLOAD = 0x0424 => "message_payload",
        /// `delivery_failure_reason`: Why a transaction-mode delivery failed.
        DELIVERY_FAILURE_REASON = 0x0425 => "delivery_failure_reason",
        /// `more_messages_to_send`: Whether more messages to the same recipient follow.
        MORE_MESSAGES_TO_SEND = 0x0426 => "more_messages_to_send",
        /// `message_state`: State of the message that a receipt speaks of.
        MESSAGE_STATE = 0x0427 => "message_state",
        /// `congestion_state`: Load of the sender of a response, 0 to 100 percent.
        CONGESTION_STATE = 0x0428 => "congestion_state",
        /// `ussd_service_op`: USSD operation.
        USSD_SERVICE_OP = 0x0501 => "ussd_service_op",
        /// `broadcast_channel_indicator`: Cell broadcast channel.
        BROADCAST_CHANNEL_INDICATOR = 0x0600 => "broadcast_channel_indicator",
        /// `broadcast_content_type`: Content of a broadcast.
        BROADCAST_CONTENT_TYPE = 0x0601 => "broadcast_content_type",
        /// `broadcast_content_type_info`: More about the content, free form.
        BROADCAST_CONTENT_TYPE_INFO = 0x0602 => "broadcast_content_type_info",
        /// `broadcast_message_class`: How the handset treats a broadcast.
        BROADCAST_MESSAGE_CLASS = 0x0603 => "broadcast_message_class",
        /// `broadcast_rep_num`: How often a broadcast is repeated; 0: without limit.
        BROADCAST_REP_NUM = 0x0604 => "broadcast_rep_num",
        /// `broadcast_frequency_interval`: Time between repetitions.
        BROADCAST_FREQUENCY_INTERVAL = 0x0605 => "broadcast_frequency_interval",
        /// `broadcast_area_identifier`: Area of a broadcast; may repeat.
        BROADCAST_AREA_IDENTIFIER = 0x0606 => "broadcast_area_identifier",
        /// `broadcast_error_status`: Why an area failed; the nth belongs to the nth failed area.
        BROADCAST_ERROR_STATUS = 0x0607 => "broadcast_error_status",
        /// `broadcast_area_success`: Share of the cells that got the broadcast, 0 to 100 percent.
        BROADCAST_AREA_SUCCESS = 0x0608 => "broadcast_area_success",
        /// `broadcast_end_time`: When the broadcast ended, an absolute time; with and without its NUL.
        BROADCAST_END_TIME = 0x0609 => "broadcast_end_time",
        /// `broadcast_service_group`: Target group of a broadcast.
        BROADCAST_SERVICE_GROUP = 0x060A => "broadcast_service_group",
        /// `billing_identification`: Billing information; the first octet says its format.
        BILLING_IDENTIFICATION = 0x060B => "billing_identification",
        /// `source_network_id`: Operator of the sender.
        SOURCE_NETWORK_ID = 0x060D => "source_network_id",
        /// `dest_network_id`: Operator of the recipient.
        DEST_NETWORK_ID = 0x060E => "dest_network_id",
        /// `source_node_id`: Node of the sender, six decimal digits.
        SOURCE_NODE_ID = 0x060F => "source_node_id",
        /// `dest_node_id`: Node of the recipient, six decimal digits.
        DEST_NODE_ID = 0x0610 => "dest_node_id",
        /// `dest_addr_np_resolution`: What is known of number portability for the destination.
        DEST_ADDR_NP_RESOLUTION = 0x0611 => "dest_addr_np_resolution",
        /// `dest_addr_np_information`: Location routing number, ten digits.
        DEST_ADDR_NP_INFORMATION = 0x0612 => "dest_addr_np_information",
        /// `dest_addr_np_country`: Country code of the ported number, 1 to 5 octets.
        DEST_ADDR_NP_COUNTRY = 0x0613 => "dest_addr_np_country",
        /// `display_time`: How long the handset shows the message.
        DISPLAY_TIME = 0x1201 => "display_time",
        /// `sms_signal`: Alerting pattern, after TIA/EIA-136-710.
        SMS_SIGNAL = 0x1203 => "sms_signal",
        /// `ms_validity`: How long the handset keeps the message.
        MS_VALIDITY = 0x1204 => "ms_validity",
        /// `alert_on_message_delivery`: Alerts the user on arrival.
        ALERT_ON_MESSAGE_DELIVERY = 0x130C => "alert_on_message_delivery",
        /// `its_reply_type`: How the user may answer an interactive teleservice.
        ITS_REPLY_TYPE = 0x1380 => "its_reply_type",
        /// `its_session_info`: Session of an interactive teleservice.
        ITS_SESSION_INFO = 0x1383 => "its_session_info",
    }
}

impl Tag {
    /// Whether the range 0x1400 to 0x3FFF, left to vendors, holds it.
    #[must_use]
    pub const fn is_vendor_specific(self) -> bool {
        matches!(self.0, 0x1400..=0x3FFF)
    }

    /// What the standard says of it, `None` for a tag that it does not define.
    #[must_use]
    pub fn definition(self) -> Option<&'static TlvDefinition> {
        TlvDefinition::of(self)
    }
}
