//! Operations that only SMPP 3.3 has: `param_retrieve`, `query_last_msgs`,
//! `query_msg_details`.
//!
//! 3.3 prints no numbers for their commands; those of [`CommandId`](crate::CommandId)
//! come from implementations of the time.

use crate::repeated::{Member, MemberError};
use crate::{
    Address, COctetStr, DataCoding, DestAddress, MessageState, PriorityFlag, RegisteredDelivery,
    Repeated, ShortMessage,
};

pdu_body! {
    /// `param_retrieve` (SMPP 3.3): reads a parameter of the account.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `param_name` | at most 32 |
    pub struct ParamRetrieve {
        /// Name of the parameter.
        param_name: COctetStr<'a>,
    }
}

pdu_body! {
    /// `param_retrieve_resp` (SMPP 3.3).
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `param_value` | at most 101 |
    pub struct ParamRetrieveResp {
        /// Value of the parameter.
        param_value: COctetStr<'a>,
    }
}

pdu_body! {
    /// `query_last_msgs` (SMPP 3.3): the ids of the last messages of a sender.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 21 |
    /// | `num_messages` | 1 |
    pub struct QueryLastMsgs {
        /// The sender.
        source_addr: Address<'a>,
        /// How many, 1 to 100.
        num_messages: u8,
    }
}

/// A message id in a list, at most 9 octets with its NUL.
impl<'a> Member<'a> for COctetStr<'a> {
    fn split_from(octets: &'a [u8]) -> Result<(Self, &'a [u8]), MemberError> {
        Self::split_from(octets).ok_or_else(|| MemberError::truncated("msgid", octets.len()))
    }

    fn encoded_len(&self) -> usize {
        self.len() + 1 /* NUL */
    }
}

pdu_body! {
    /// `query_last_msgs_resp` (SMPP 3.3).
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `number_msgs`, `msgid` | 1, then at most 9 for each |
    pub struct QueryLastMsgsResp {
        /// `number_msgs` and the ids.
        message_ids: Repeated<'a, COctetStr<'a>>,
    }
}

pdu_body! {
    /// `query_msg_details` (SMPP 3.3): everything about a message.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `message_id` | at most 9 |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 21 |
    /// | `sm_length` | 1 |
    pub struct QueryMsgDetails {
        /// The centre's id of the message.
        message_id: COctetStr<'a>,
        /// Sender of the message.
        source_addr: Address<'a>,
        /// How many octets of the text are wanted.
        sm_length: u8,
    }
}

pdu_body! {
    /// `query_msg_details_resp` (SMPP 3.3).
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `service_type` | at most 6 |
    /// | `source_addr_ton`, `source_addr_npi`, `source_addr` | 1, 1, at most 21 |
    /// | `number_of_dests`, `dest_address` | 1, then at most 24 for each |
    /// | `protocol_id`, `priority_flag` | 1 each |
    /// | `schedule_delivery_time`, `validity_period` | 1 or 17 each |
    /// | `registered_delivery`, `data_coding` | 1 each |
    /// | `sm_length`, `short_message` | 1, 0 to 160 |
    /// | `message_id` | at most 9 |
    /// | `final_date` | 1 or 17 |
    /// | `message_state`, `error_code` | 1 each |
    pub struct QueryMsgDetailsResp {
        /// Service of the message.
        service_type: COctetStr<'a>,
        /// Its sender.
        source_addr: Address<'a>,
        /// Its recipients.
        dest_address: Repeated<'a, DestAddress<'a>>,
        /// GSM TP-PID.
        protocol_id: u8,
        /// Priority.
        priority_flag: PriorityFlag,
        /// When to deliver.
        schedule_delivery_time: COctetStr<'a>,
        /// Until when to try.
        validity_period: COctetStr<'a>,
        /// Whether a receipt was asked for.
        registered_delivery: RegisteredDelivery,
        /// GSM data coding scheme.
        data_coding: DataCoding,
        /// The text, as much of it as was asked for.
        short_message: ShortMessage<'a>,
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
