//! `deliver_sm` and its response.

use crate::{
    Address, COctetStr, DataCoding, EsmClass, PriorityFlag, RegisteredDelivery,
    ReplaceIfPresentFlag, ShortMessage,
};

pdu_body! {
    /// `deliver_sm` (SMPP 3.4, 4.6.1; 5.0, 4.3.1.1): a centre delivers a message
    /// of a subscriber, or a receipt, to an ESME.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `service_type` | at most 6 |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 21 |
    /// | `dest_addr_ton`, `dest_addr_npi`, `destination_addr` | 1, 1, at most 21 |
    /// | `esm_class`, `protocol_id`, `priority_flag` | 1 each |
    /// | `schedule_delivery_time`, `validity_period` | 1 each in 3.4, 1 or 17 in 5.0 |
    /// | `registered_delivery`, `replace_if_present_flag`, `data_coding`, `sm_default_msg_id` | 1 each |
    /// | `sm_length`, `short_message` | 1, 0 to 255 |
    ///
    /// ```
    /// use smpp_pdu::{DeliverSm, EsmClass};
    ///
    /// let receipt = DeliverSm::default().esm_class(EsmClass(0x04));
    /// assert!(receipt.esm_class.is_receipt());
    /// ```
    pub struct DeliverSm {
        /// Service that the message came by.
        service_type: COctetStr<'a>,
        /// Sender; of a receipt, the recipient of the original message.
        source_addr: Address<'a>,
        /// Recipient; of a receipt, the sender of the original message.
        destination_addr: Address<'a>,
        /// Type and GSM features; tells a receipt from a message.
        esm_class: EsmClass,
        /// GSM TP-PID.
        protocol_id: u8,
        /// Priority.
        priority_flag: PriorityFlag,
        /// Unused in 3.4; in 5.0 for another centre.
        schedule_delivery_time: COctetStr<'a>,
        /// Unused in 3.4; in 5.0 for another centre.
        validity_period: COctetStr<'a>,
        /// Which acknowledgements the sender wants.
        registered_delivery: RegisteredDelivery,
        /// Unused.
        replace_if_present_flag: ReplaceIfPresentFlag,
        /// Alphabet of the text. Says little of a receipt.
        data_coding: DataCoding,
        /// Unused.
        sm_default_msg_id: u8,
        /// The text, empty when it is in the parameter `message_payload`.
        short_message: ShortMessage<'a>,
    }
}

impl<'a> DeliverSm<'a> {
    /// A message with defaults for all the rest.
    #[must_use]
    pub fn new(
        source_addr: Address<'a>,
        destination_addr: Address<'a>,
        short_message: ShortMessage<'a>,
    ) -> Self {
        Self {
            source_addr,
            destination_addr,
            short_message,
            ..Self::default()
        }
    }
}

pdu_body! {
    /// `deliver_sm_resp` (SMPP 3.4, 4.6.2; 5.0, 4.3.1.2).
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `message_id` | 1 (one NUL); at most 65 in the field |
    pub struct DeliverSmResp {
        /// Unused: empty by the specification. Some peers put an id here, some
        /// leave it out.
        message_id: COctetStr<'a>,
    }
}
