//! `query_sm`, `cancel_sm`, `replace_sm`, their responses, and
//! `alert_notification`.

use super::common::{
    ERROR_CODE, FINAL_DATE, MESSAGE_ID, MESSAGE_STATE, REGISTERED_DELIVERY, SCHEDULE_DELIVERY_TIME,
    SERVICE_TYPE, SM_DEFAULT_MSG_ID, VALIDITY_PERIOD,
};
use super::wire_body;
use crate::field::{Party, Text};

wire_body! {
    QuerySm {
        message_id: MESSAGE_ID,
        source_addr: Party::source(21).last(),
    }
}

wire_body! {
    QuerySmResp {
        message_id: MESSAGE_ID,
        final_date: FINAL_DATE,
        message_state: MESSAGE_STATE,
        error_code: ERROR_CODE,
    }
}

wire_body! {
    CancelSm {
        service_type: SERVICE_TYPE,
        message_id: MESSAGE_ID,
        source_addr: Party::source(21),
        destination_addr: Party::destination(21).last(),
    }
}

wire_body! { CancelSmResp {} }

wire_body! {
    ReplaceSm {
        message_id: MESSAGE_ID,
        source_addr: Party::source(21),
        schedule_delivery_time: SCHEDULE_DELIVERY_TIME,
        validity_period: VALIDITY_PERIOD,
        registered_delivery: REGISTERED_DELIVERY,
        sm_default_msg_id: SM_DEFAULT_MSG_ID,
        short_message: Text,
    }
    text: short_message
}

wire_body! { ReplaceSmResp {} }

wire_body! {
    AlertNotification {
        source_addr: Party::source(65),
        esme_addr: Party::esme().last(),
    }
}
