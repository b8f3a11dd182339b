//! PDUs for the pair: bodies with as little in them as their operation needs.

use smpp_pdu::{
    AlertNotification, Bind, BindResp, BindType, Body, BroadcastSm, BroadcastSmResp, CancelSm,
    CancelSmResp, CommandId, CommandStatus, DataSm, DataSmResp, DeliverSm, DeliverSmResp,
    EnquireLink, GenericNack, OmittedBody, Outbind, Pdu, QueryLastMsgs, QuerySm, QuerySmResp,
    ReplaceSm, SequenceNumber, SubmitMulti, SubmitMultiResp, SubmitSm, SubmitSmResp, Tlvs, Unbind,
    UnknownBody,
};

use super::ops::{Form, Kind};

/// `user_message_reference`.
const REFERENCE: Tlvs<'static> = Tlvs::from_octets(b"\x02\x04\0\x02\0\x07");
/// `sc_interface_version`, 5.0.
const VERSION: Tlvs<'static> = Tlvs::from_octets(b"\x02\x10\0\x01\x50");
/// `congestion_state`, 95 of 100.
const CONGESTED: Tlvs<'static> = Tlvs::from_octets(b"\x04\x28\0\x01\x5f");

pub fn request(kind: Kind) -> Body<'static> {
    match kind {
        Kind::Bind(bind_type, version) => Bind::default()
            .bind_type(bind_type)
            .interface_version(version)
            .into(),
        Kind::Submit => SubmitSm::default().into(),
        Kind::SubmitWithParameter => SubmitSm::default().tlvs(REFERENCE).into(),
        Kind::SubmitMulti => SubmitMulti::default().into(),
        Kind::Query => QuerySm::default().into(),
        Kind::Cancel => CancelSm::default().into(),
        Kind::Replace => ReplaceSm::default().into(),
        Kind::Deliver => DeliverSm::default().into(),
        Kind::Data => DataSm::default().into(),
        Kind::Broadcast => BroadcastSm::default().into(),
        Kind::LastMessages => QueryLastMsgs::default().into(),
        Kind::Alert => AlertNotification::default().into(),
        Kind::Outbind => Outbind::default().into(),
        Kind::EnquireLink => EnquireLink::default().into(),
        Kind::Unbind => Unbind::default().into(),
        Kind::Vendor => UnknownBody {
            command_id: CommandId(0x0001_0200),
            octets: b"vendor",
        }
        .into(),
        Kind::Response => SubmitSmResp::default().into(),
    }
}

pub fn response(
    request: CommandId,
    form: Form,
    status: CommandStatus,
    number: SequenceNumber,
) -> Pdu<'static> {
    let command_id = request.response().unwrap_or(CommandId::GENERIC_NACK);
    let omitted: Body<'static> = match command_id {
        CommandId::GENERIC_NACK => GenericNack::default().into(),
        _ => OmittedBody { command_id }.into(),
    };
    let body = match form {
        Form::Nack => GenericNack::default().into(),
        Form::HeaderOnly => omitted,
        Form::Whole | Form::WithParameter => {
            let tlvs = match form {
                Form::WithParameter => CONGESTED,
                _ => Tlvs::EMPTY,
            };
            match request {
                CommandId::SUBMIT_SM => SubmitSmResp::default().tlvs(tlvs).into(),
                CommandId::SUBMIT_MULTI => SubmitMultiResp::default().tlvs(tlvs).into(),
                CommandId::DELIVER_SM => DeliverSmResp::default().tlvs(tlvs).into(),
                CommandId::DATA_SM => DataSmResp::default().tlvs(tlvs).into(),
                CommandId::QUERY_SM => QuerySmResp::default().tlvs(tlvs).into(),
                CommandId::CANCEL_SM => CancelSmResp::default().tlvs(tlvs).into(),
                CommandId::BROADCAST_SM => BroadcastSmResp::default().tlvs(tlvs).into(),
                _ => match BindType::from_command_id(request) {
                    Some(bind_type) => BindResp::default()
                        .bind_type(bind_type)
                        .tlvs(if tlvs.is_empty() { tlvs } else { VERSION })
                        .into(),
                    None => omitted,
                },
            }
        }
    };
    Pdu::response(status, number, body)
}
