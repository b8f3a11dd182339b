//! `submit_sm` and its response.

use crate::{
    Address, COctetStr, DataCoding, EsmClass, PriorityFlag, RegisteredDelivery,
    ReplaceIfPresentFlag, ShortMessage,
};

pdu_body! {
    /// `submit_sm` (SMPP 3.4, 4.4.1; 5.0, 4.2.1.1): an ESME submits a message.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `service_type` | at most 6 |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 21 |
    /// | `dest_addr_ton`, `dest_addr_npi`, `destination_addr` | 1, 1, at most 21 |
    /// | `esm_class`, `protocol_id`, `priority_flag` | 1 each |
    /// | `schedule_delivery_time`, `validity_period` | 1 or 17 each |
    /// | `registered_delivery`, `replace_if_present_flag`, `data_coding`, `sm_default_msg_id` | 1 each |
    /// | `sm_length`, `short_message` | 1, 0 to 255 |
    ///
    /// ```
    /// use smpp_pdu::{Address, RegisteredDelivery, ShortMessage, SubmitSm};
    ///
    /// let sm = SubmitSm::new(
    ///     Address::alphanumeric("BANK")?,
    ///     Address::international("447700900123")?,
    ///     ShortMessage::new(b"Your code is 4711")?,
    /// )
    /// .with_receipt();
    /// assert_eq!(sm.registered_delivery, RegisteredDelivery(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct SubmitSm {
        /// Service of the centre that the message uses; empty for the default.
        service_type: COctetStr<'a>,
        /// Sender; empty for the account's default.
        source_addr: Address<'a>,
        /// Recipient.
        destination_addr: Address<'a>,
        /// Mode, type and GSM features of the message.
        esm_class: EsmClass,
        /// GSM TP-PID.
        protocol_id: u8,
        /// Priority.
        priority_flag: PriorityFlag,
        /// When to deliver, see [`SmppTime`](crate::SmppTime); empty: at once.
        schedule_delivery_time: COctetStr<'a>,
        /// Until when to try, see [`SmppTime`](crate::SmppTime); empty: the centre's default.
        validity_period: COctetStr<'a>,
        /// Which receipts and acknowledgements are wanted.
        registered_delivery: RegisteredDelivery,
        /// Whether to replace an earlier message of the same addresses and service type.
        replace_if_present_flag: ReplaceIfPresentFlag,
        /// Alphabet of the text.
        data_coding: DataCoding,
        /// A message that the centre has stored, 0 for none.
        sm_default_msg_id: u8,
        /// The text, empty when it is in the parameter `message_payload`.
        short_message: ShortMessage<'a>,
    }
}

impl<'a> SubmitSm<'a> {
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

    /// Asks for a receipt of the final state, whatever it is.
    #[must_use]
    pub const fn with_receipt(mut self) -> Self {
        self.registered_delivery = RegisteredDelivery(self.registered_delivery.0 & !0x03 | 0x01);
        self
    }
}

pdu_body! {
    /// `submit_sm_resp` (SMPP 3.4, 4.4.2; 5.0, 4.2.1.2).
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `message_id` | at most 65; 9 in 3.3 |
    pub struct SubmitSmResp {
        /// The centre's id of the message.
        message_id: COctetStr<'a>,
    }
}
