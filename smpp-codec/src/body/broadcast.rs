//! `broadcast_sm`, `query_broadcast_sm`, `cancel_broadcast_sm` and the responses.

use super::common::{
    DATA_CODING, MESSAGE_ID, PRIORITY_FLAG, REPLACE_IF_PRESENT_FLAG, SCHEDULE_DELIVERY_TIME,
    SERVICE_TYPE, SM_DEFAULT_MSG_ID, VALIDITY_PERIOD,
};
use super::wire_body;
use crate::field::Party;

wire_body! {
    BroadcastSm {
        service_type: SERVICE_TYPE,
        source_addr: Party::source(21),
        message_id: MESSAGE_ID,
        priority_flag: PRIORITY_FLAG,
        schedule_delivery_time: SCHEDULE_DELIVERY_TIME,
        validity_period: VALIDITY_PERIOD,
        replace_if_present_flag: REPLACE_IF_PRESENT_FLAG,
        data_coding: DATA_CODING,
        sm_default_msg_id: SM_DEFAULT_MSG_ID,
    }
}

wire_body! { BroadcastSmResp { message_id: MESSAGE_ID.last(), } }

wire_body! {
    QueryBroadcastSm {
        message_id: MESSAGE_ID,
        source_addr: Party::source(21).last(),
    }
}

wire_body! { QueryBroadcastSmResp { message_id: MESSAGE_ID.last(), } }

wire_body! {
    CancelBroadcastSm {
        service_type: SERVICE_TYPE,
        message_id: MESSAGE_ID,
        source_addr: Party::source(21).last(),
    }
}

wire_body! { CancelBroadcastSmResp {} }
