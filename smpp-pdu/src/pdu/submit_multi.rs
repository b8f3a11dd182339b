//! `submit_multi` and its response.

use crate::{
    Address, COctetStr, DataCoding, DestAddress, EsmClass, PriorityFlag, RegisteredDelivery,
    Repeated, ReplaceIfPresentFlag, ShortMessage, UnsuccessSme,
};

pdu_body! {
    /// `submit_multi` (SMPP 3.4, 4.5.1; 5.0, 4.2.3.1): one message to several
    /// addresses and distribution lists.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `service_type` | at most 6 |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 21 |
    /// | `number_of_dests`, `dest_address` | 1, then at most 24 for each destination |
    /// | `esm_class`, `protocol_id`, `priority_flag` | 1 each |
    /// | `schedule_delivery_time`, `validity_period` | 1 or 17 each |
    /// | `registered_delivery`, `replace_if_present_flag`, `data_coding`, `sm_default_msg_id` | 1 each |
    /// | `sm_length`, `short_message` | 1, 0 to 255 |
    pub struct SubmitMulti {
        /// Service of the centre that the message uses; empty for the default.
        service_type: COctetStr<'a>,
        /// Sender; empty for the account's default.
        source_addr: Address<'a>,
        /// `number_of_dests` and the recipients: at most 254 in 3.4, 255 in 5.0.
        dest_address: Repeated<'a, DestAddress<'a>>,
        /// Mode, type and GSM features of the message.
        esm_class: EsmClass,
        /// GSM TP-PID.
        protocol_id: u8,
        /// Priority.
        priority_flag: PriorityFlag,
        /// When to deliver; empty: at once.
        schedule_delivery_time: COctetStr<'a>,
        /// Until when to try; empty: the centre's default.
        validity_period: COctetStr<'a>,
        /// Which receipts and acknowledgements are wanted.
        registered_delivery: RegisteredDelivery,
        /// Reserved.
        replace_if_present_flag: ReplaceIfPresentFlag,
        /// Alphabet of the text.
        data_coding: DataCoding,
        /// A message that the centre has stored, 0 for none.
        sm_default_msg_id: u8,
        /// The text, empty when it is in the parameter `message_payload`.
        short_message: ShortMessage<'a>,
    }
}

pdu_body! {
    /// `submit_multi_resp` (SMPP 3.4, 4.5.2; 5.0, 4.2.3.2).
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `message_id` | at most 65; 9 in 3.3 |
    /// | `no_unsuccess`, `unsuccess_sme` | 1, then at most 27 for each |
    pub struct SubmitMultiResp {
        /// The centre's id of the message.
        message_id: COctetStr<'a>,
        /// `no_unsuccess` and the recipients that were refused.
        unsuccess_sme: Repeated<'a, UnsuccessSme<'a>>,
    }
}
