//! `submit_multi` and its response.

use core::marker::PhantomData;

use smpp_pdu::UnsuccessSme;

use super::common::{
    DATA_CODING, DEST_ADDRESS, ESM_CLASS, MESSAGE_ID, PRIORITY_FLAG, PROTOCOL_ID,
    REGISTERED_DELIVERY, REPLACE_IF_PRESENT_FLAG, SCHEDULE_DELIVERY_TIME, SERVICE_TYPE,
    SM_DEFAULT_MSG_ID, VALIDITY_PERIOD,
};
use super::wire_body;
use crate::field::{List, Party, Text};

wire_body! {
    SubmitMulti {
        service_type: SERVICE_TYPE,
        source_addr: Party::source(21),
        dest_address: DEST_ADDRESS,
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

const UNSUCCESS_SME: List<UnsuccessSme<'static>> = List {
    count: "no_unsuccess",
    member: "unsuccess_sme",
    of: PhantomData,
};

wire_body! {
    SubmitMultiResp {
        message_id: MESSAGE_ID,
        unsuccess_sme: UNSUCCESS_SME,
    }
}
