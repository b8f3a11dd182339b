//! Fields that stand in several bodies.

use core::marker::PhantomData;

use smpp_pdu::{
    DataCoding, DestAddress, EsmClass, MessageState, PriorityFlag, RegisteredDelivery,
    ReplaceIfPresentFlag,
};

use crate::field::{COctet, List, Time, U8};

pub(super) const SERVICE_TYPE: COctet = COctet::new("service_type", 6);
pub(super) const MESSAGE_ID: COctet = COctet::message_id();
pub(super) const ESM_CLASS: U8<EsmClass> = U8::number("esm_class");
pub(super) const PROTOCOL_ID: U8<u8> = U8::number("protocol_id");
pub(super) const PRIORITY_FLAG: U8<PriorityFlag> = U8::number("priority_flag");
pub(super) const SCHEDULE_DELIVERY_TIME: Time = Time::new("schedule_delivery_time");
pub(super) const VALIDITY_PERIOD: Time = Time::new("validity_period");
pub(super) const REGISTERED_DELIVERY: U8<RegisteredDelivery> = U8::number("registered_delivery");
pub(super) const REPLACE_IF_PRESENT_FLAG: U8<ReplaceIfPresentFlag> =
    U8::named("replace_if_present_flag", |flag| flag.name());
pub(super) const DATA_CODING: U8<DataCoding> = U8::named("data_coding", |coding| coding.name());
pub(super) const SM_DEFAULT_MSG_ID: U8<u8> = U8::number("sm_default_msg_id");
pub(super) const FINAL_DATE: Time = Time::new("final_date");
pub(super) const MESSAGE_STATE: U8<MessageState> = U8::named("message_state", |state| state.name());
pub(super) const ERROR_CODE: U8<u8> = U8::number("error_code");

/// `number_of_dests` and the destinations.
pub(super) const DEST_ADDRESS: List<DestAddress<'static>> = List {
    count: "number_of_dests",
    member: "dest_address",
    of: PhantomData,
};
