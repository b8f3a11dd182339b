//! `submit_sm`, `deliver_sm`, `data_sm` and their responses.

use super::common::{
    DATA_CODING, ESM_CLASS, MESSAGE_ID, PRIORITY_FLAG, PROTOCOL_ID, REGISTERED_DELIVERY,
    REPLACE_IF_PRESENT_FLAG, SCHEDULE_DELIVERY_TIME, SERVICE_TYPE, SM_DEFAULT_MSG_ID,
    VALIDITY_PERIOD,
};
use super::wire_body;
use crate::field::{Party, Text};

/// `submit_sm` and `deliver_sm` have the same row of fields.
macro_rules! message_body {
    ($Name:ident) => {
        wire_body! {
            $Name {
                service_type: SERVICE_TYPE,
                source_addr: Party::source(21),
                destination_addr: Party::destination(21),
                esm_class: ESM_CLASS,
                protocol_id: PROTOCOL_ID,
                priority_flag: PRIORITY_FLAG,
                schedule_delivery_time: SCHEDULE_DELIVERY_TIME,
                validity_period: VALIDITY_PERIOD,
                registered_delivery: REGISTERED_DELIVERY,
                replace_if_present_flag: REPLACE_IF_PRESENT_FLAG,
                data_coding: DATA_CODING,
                sm_default_msg_id: SM_DEFAULT_MSG_ID,
                short_message: Text,
            }
            text: short_message
        }
    };
}

message_body!(SubmitSm);
message_body!(DeliverSm);

wire_body! { SubmitSmResp { message_id: MESSAGE_ID.last(), } }
wire_body! { DeliverSmResp { message_id: MESSAGE_ID.last(), } unused: message_id }

wire_body! {
    DataSm {
        service_type: SERVICE_TYPE,
        source_addr: Party::source(65),
        destination_addr: Party::destination(65),
        esm_class: ESM_CLASS,
        registered_delivery: REGISTERED_DELIVERY,
        data_coding: DATA_CODING,
    }
}

wire_body! { DataSmResp { message_id: MESSAGE_ID.last(), } }
