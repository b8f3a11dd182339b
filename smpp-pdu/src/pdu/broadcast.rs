//! `broadcast_sm`, `query_broadcast_sm`, `cancel_broadcast_sm` and their
//! responses, from 5.0.

use crate::{Address, COctetStr, DataCoding, PriorityFlag, ReplaceIfPresentFlag};

pdu_body! {
    /// `broadcast_sm` (SMPP 5.0, 4.4.1.1): a message to all handsets of an area.
    /// The area, the content type and the repetition are tagged parameters, and
    /// mandatory; so is the text in `message_payload`, unless a stored message
    /// is named.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `service_type` | at most 6 |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 21 |
    /// | `message_id` | at most 65 |
    /// | `priority_flag` | 1 |
    /// | `schedule_delivery_time`, `validity_period` | 1 or 17 each |
    /// | `replace_if_present_flag`, `data_coding`, `sm_default_msg_id` | 1 each |
    pub struct BroadcastSm {
        /// Service of the centre that the message uses; empty for the default.
        service_type: COctetStr<'a>,
        /// Sender.
        source_addr: Address<'a>,
        /// The broadcast to be replaced; empty otherwise.
        message_id: COctetStr<'a>,
        /// Priority.
        priority_flag: PriorityFlag,
        /// When to start; empty: at once.
        schedule_delivery_time: COctetStr<'a>,
        /// Until when to repeat; empty: by `broadcast_rep_num` and
        /// `broadcast_frequency_interval`.
        validity_period: COctetStr<'a>,
        /// Whether to replace an earlier broadcast.
        replace_if_present_flag: ReplaceIfPresentFlag,
        /// Alphabet of the text.
        data_coding: DataCoding,
        /// A message that the centre has stored, 0 for none.
        sm_default_msg_id: u8,
    }
}

pdu_body! {
    /// `broadcast_sm_resp` (SMPP 5.0, 4.4.1.2). Failed areas are tagged parameters.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `message_id` | at most 65 |
    pub struct BroadcastSmResp {
        /// The centre's id of the broadcast.
        message_id: COctetStr<'a>,
    }
}

pdu_body! {
    /// `query_broadcast_sm` (SMPP 5.0, 4.6.1.1).
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `message_id` | at most 65 |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 21 |
    pub struct QueryBroadcastSm {
        /// The centre's id of the broadcast; empty when `user_message_reference` names it.
        message_id: COctetStr<'a>,
        /// Sender of the broadcast.
        source_addr: Address<'a>,
    }
}

pdu_body! {
    /// `query_broadcast_sm_resp` (SMPP 5.0, 4.6.1.3). The state and the areas
    /// are tagged parameters.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `message_id` | at most 65 |
    pub struct QueryBroadcastSmResp {
        /// The centre's id of the broadcast.
        message_id: COctetStr<'a>,
    }
}

pdu_body! {
    /// `cancel_broadcast_sm` (SMPP 5.0, 4.6.2.1).
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `service_type` | at most 6 |
    /// | `message_id` | at most 65 |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 21 |
    pub struct CancelBroadcastSm {
        /// Restricts a cancellation without an id.
        service_type: COctetStr<'a>,
        /// The centre's id of the broadcast; empty when `user_message_reference` names it.
        message_id: COctetStr<'a>,
        /// Sender of the broadcast.
        source_addr: Address<'a>,
    }
}

pdu_body! {
    /// `cancel_broadcast_sm_resp` (SMPP 5.0, 4.6.2.3): a header only.
    pub struct CancelBroadcastSmResp {}
}
