//! Operations that only 3.3 has.

use core::marker::PhantomData;

use smpp_pdu::COctetStr;

use super::common::{
    DATA_CODING, DEST_ADDRESS, ERROR_CODE, FINAL_DATE, MESSAGE_STATE, PRIORITY_FLAG, PROTOCOL_ID,
    REGISTERED_DELIVERY, SCHEDULE_DELIVERY_TIME, SERVICE_TYPE, VALIDITY_PERIOD,
};
use super::wire_body;
use crate::field::{COctet, List, Party, Text, U8};

wire_body! { ParamRetrieve { param_name: COctet::new("param_name", 32).last(), } }
wire_body! { ParamRetrieveResp { param_value: COctet::new("param_value", 101).last(), } }

wire_body! {
    QueryLastMsgs {
        source_addr: Party::source(21),
        num_messages: U8::number("num_messages"),
    }
}

const MESSAGE_DETAILS: List<COctetStr<'static>> = List {
    count: "number_msgs",
    member: "message_details",
    of: PhantomData,
};

wire_body! {
    QueryLastMsgsResp {
        message_ids: MESSAGE_DETAILS,
    }
}

wire_body! {
    QueryMsgDetails {
        message_id: COctet::new("message_id", 9),
        source_addr: Party::source(21),
        sm_length: U8::number("sm_length"),
    }
}

wire_body! {
    QueryMsgDetailsResp {
        service_type: SERVICE_TYPE,
        source_addr: Party::source(21),
        dest_address: DEST_ADDRESS,
        protocol_id: PROTOCOL_ID,
        priority_flag: PRIORITY_FLAG,
        schedule_delivery_time: SCHEDULE_DELIVERY_TIME,
        validity_period: VALIDITY_PERIOD,
        registered_delivery: REGISTERED_DELIVERY,
        data_coding: DATA_CODING,
        short_message: Text,
        message_id: COctet::new("message_id", 9),
        final_date: FINAL_DATE,
        message_state: MESSAGE_STATE,
        error_code: ERROR_CODE,
    }
}
