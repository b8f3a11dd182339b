//! What `nom` alone costs: the same fields with the same length checks, without
//! findings, without names in the errors, without tolerance, and only for the
//! operations that are measured. The yardstick for the crate's decoder.

use nom::IResult;
use nom::Parser;
use nom::bytes::complete::take;
use nom::multi::length_data;
use nom::number::complete::{be_u8, be_u16, be_u32};

type Res<'a, T> = IResult<&'a [u8], T, ()>;

#[allow(dead_code, reason = "the fields are there to be filled")]
pub(crate) struct Pdu<'a> {
    pub(crate) command_id: u32,
    pub(crate) command_status: u32,
    pub(crate) sequence_number: u32,
    pub(crate) body: Body<'a>,
}

#[allow(dead_code, reason = "the fields are there to be filled")]
pub(crate) enum Body<'a> {
    Empty,
    Message(Message<'a>),
}

/// `submit_sm` and `deliver_sm`.
#[allow(dead_code, reason = "the fields are there to be filled")]
pub(crate) struct Message<'a> {
    pub(crate) service_type: &'a [u8],
    pub(crate) source_addr: (u8, u8, &'a [u8]),
    pub(crate) destination_addr: (u8, u8, &'a [u8]),
    pub(crate) esm_class: u8,
    pub(crate) protocol_id: u8,
    pub(crate) priority_flag: u8,
    pub(crate) schedule_delivery_time: &'a [u8],
    pub(crate) validity_period: &'a [u8],
    pub(crate) registered_delivery: u8,
    pub(crate) replace_if_present_flag: u8,
    pub(crate) data_coding: u8,
    pub(crate) sm_default_msg_id: u8,
    pub(crate) short_message: &'a [u8],
    /// The octets of the parameters, walked once.
    pub(crate) tlvs: &'a [u8],
}

pub(crate) fn decode(octets: &[u8]) -> Option<Pdu<'_>> {
    let (rest, pdu) = pdu(octets).ok()?;
    rest.is_empty().then_some(pdu)
}

fn pdu(i: &[u8]) -> Res<'_, Pdu<'_>> {
    let len = i.len();
    let (i, (command_length, command_id, command_status, sequence_number)) =
        (be_u32, be_u32, be_u32, be_u32).parse(i)?;
    if usize::try_from(command_length) != Ok(len) {
        return failure();
    }
    let (i, body) = match command_id {
        0x0000_0004 | 0x0000_0005 => message(i)?,
        0x0000_0015 => (i, Body::Empty),
        _ => return failure(),
    };
    let pdu = Pdu {
        command_id,
        command_status,
        sequence_number,
        body,
    };
    Ok((i, pdu))
}

fn message(i: &[u8]) -> Res<'_, Body<'_>> {
    let (i, service_type) = c_octet_str(6)(i)?;
    let (i, source_addr) = (be_u8, be_u8, c_octet_str(21)).parse(i)?;
    let (i, destination_addr) = (be_u8, be_u8, c_octet_str(21)).parse(i)?;
    let (i, (esm_class, protocol_id, priority_flag)) = (be_u8, be_u8, be_u8).parse(i)?;
    let (i, (schedule_delivery_time, validity_period)) =
        (c_octet_str(17), c_octet_str(17)).parse(i)?;
    let (i, (registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id)) =
        (be_u8, be_u8, be_u8, be_u8).parse(i)?;
    let (tlvs, short_message) = length_data(be_u8).parse(i)?;
    let mut i = tlvs;
    while !i.is_empty() {
        (i, _) = (be_u16, length_data(be_u16)).parse(i)?;
    }
    let message = Message {
        service_type,
        source_addr,
        destination_addr,
        esm_class,
        protocol_id,
        priority_flag,
        schedule_delivery_time,
        validity_period,
        registered_delivery,
        replace_if_present_flag,
        data_coding,
        sm_default_msg_id,
        short_message,
        tlvs,
    };
    Ok((i, Body::Message(message)))
}

/// At most `max` octets with the NUL.
fn c_octet_str<'a>(max: usize) -> impl Fn(&'a [u8]) -> Res<'a, &'a [u8]> {
    move |i| match i.iter().take(max).position(|&octet| octet == 0) {
        Some(len) => {
            let (i, text) = take(len)(i)?;
            let (i, _) = take(1_usize)(i)?;
            Ok((i, text))
        }
        None => failure(),
    }
}

fn failure<'a, T>() -> Res<'a, T> {
    Err(nom::Err::Error(()))
}
