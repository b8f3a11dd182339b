//! `data_sm` and its response.

use crate::{Address, COctetStr, DataCoding, EsmClass, RegisteredDelivery};

pdu_body! {
    /// `data_sm` (SMPP 3.4, 4.7.1; 5.0, 4.2.2.1): a message in either direction,
    /// with its text in the parameter `message_payload`.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `service_type` | at most 6 |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 65 |
    /// | `dest_addr_ton`, `dest_addr_npi`, `destination_addr` | 1, 1, at most 65 |
    /// | `esm_class`, `registered_delivery`, `data_coding` | 1 each |
    pub struct DataSm {
        /// Service of the centre that the message uses; empty for the default.
        service_type: COctetStr<'a>,
        /// Sender.
        source_addr: Address<'a>,
        /// Recipient.
        destination_addr: Address<'a>,
        /// Mode, type and GSM features of the message.
        esm_class: EsmClass,
        /// Which receipts and acknowledgements are wanted.
        registered_delivery: RegisteredDelivery,
        /// Alphabet of the text.
        data_coding: DataCoding,
    }
}

pdu_body! {
    /// `data_sm_resp` (SMPP 3.4, 4.7.2; 5.0, 4.2.2.2).
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `message_id` | at most 65 |
    pub struct DataSmResp {
        /// The id of the message.
        message_id: COctetStr<'a>,
    }
}
