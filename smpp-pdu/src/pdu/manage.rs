//! `query_sm`, `cancel_sm`, `replace_sm` and their responses: the life of a
//! submitted message; and `alert_notification`.

use crate::{Address, COctetStr, MessageState, RegisteredDelivery, ShortMessage};

pdu_body! {
    /// `query_sm` (SMPP 3.4, 4.8.1; 5.0, 4.5.1.1): what became of a message?
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `message_id` | at most 65; 9 in 3.3 |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 21 |
    pub struct QuerySm {
        /// The centre's id of the message.
        message_id: COctetStr<'a>,
        /// Sender of the message; must be what the message was submitted with.
        source_addr: Address<'a>,
    }
}

pdu_body! {
    /// `query_sm_resp` (SMPP 3.4, 4.8.2; 5.0, 4.5.1.2).
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `message_id` | at most 65; 9 in 3.3 |
    /// | `final_date` | 1 or 17 |
    /// | `message_state`, `error_code` | 1 each |
    pub struct QuerySmResp {
        /// The centre's id of the message.
        message_id: COctetStr<'a>,
        /// When the message reached its final state; empty before.
        final_date: COctetStr<'a>,
        /// The state.
        message_state: MessageState,
        /// The network's error, 0 for none.
        error_code: u8,
    }
}

pdu_body! {
    /// `cancel_sm` (SMPP 3.4, 4.9.1; 5.0, 4.5.2.1): cancels one message by its
    /// id, or all of a service type between two addresses.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `service_type` | at most 6 |
    /// | `message_id` | at most 65; 9 in 3.3 |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 21 |
    /// | `dest_addr_ton`, `dest_addr_npi`, `destination_addr` | 1, 1, at most 21 |
    pub struct CancelSm {
        /// Restricts a cancellation by addresses.
        service_type: COctetStr<'a>,
        /// The centre's id of the message; empty: all between the addresses.
        message_id: COctetStr<'a>,
        /// Sender of the message.
        source_addr: Address<'a>,
        /// Recipient of the message; may be empty when an id is given.
        destination_addr: Address<'a>,
    }
}

pdu_body! {
    /// `replace_sm` (SMPP 3.4, 4.10.1; 5.0, 4.5.3.1): replaces the text and
    /// times of a message that waits for delivery.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `message_id` | at most 65; 9 in 3.3 |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 21 |
    /// | `schedule_delivery_time`, `validity_period` | 1 or 17 each |
    /// | `registered_delivery`, `sm_default_msg_id` | 1 each |
    /// | `sm_length`, `short_message` | 1, 0 to 255 |
    pub struct ReplaceSm {
        /// The centre's id of the message.
        message_id: COctetStr<'a>,
        /// Sender of the message; must be what the message was submitted with.
        source_addr: Address<'a>,
        /// When to deliver; empty keeps the old time.
        schedule_delivery_time: COctetStr<'a>,
        /// Until when to try; empty keeps the old time.
        validity_period: COctetStr<'a>,
        /// Which receipts and acknowledgements are wanted.
        registered_delivery: RegisteredDelivery,
        /// A message that the centre has stored, 0 for none.
        sm_default_msg_id: u8,
        /// The new text.
        short_message: ShortMessage<'a>,
    }
}

pdu_body! {
    /// `cancel_sm_resp` (SMPP 3.4, 4.9.2; 5.0, 4.5.2.2): a header only.
    pub struct CancelSmResp {}
}

pdu_body! {
    /// `replace_sm_resp` (SMPP 3.4, 4.10.2; 5.0, 4.5.3.2): a header only.
    pub struct ReplaceSmResp {}
}

pdu_body! {
    /// `alert_notification` (SMPP 3.4, 4.12.1; 5.0, 4.1.3.1): a subscriber for
    /// whom the delivery pending flag was set can be reached again. It has no
    /// response.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 65 |
    /// | `esme_addr_ton`, `esme_addr_npi`, `esme_addr` | 1, 1, at most 65 |
    pub struct AlertNotification {
        /// The subscriber.
        source_addr: Address<'a>,
        /// The ESME that asked.
        esme_addr: Address<'a>,
    }
}
