//! Answers, on their way from the engine to the connection.

use std::sync::Arc;

use smpp_pdu::time::TimeText;
use smpp_pdu::{
    Address, Body, BroadcastSmResp, COctetStr, CancelBroadcastSmResp, CancelSmResp, CommandId,
    CommandStatus, DataSmResp, DeliveryFailureReason, DpfResult, InterfaceVersion, MessageState,
    NetworkErrorCode, NetworkErrorCodeType, ParamRetrieveResp, Pdu, QueryBroadcastSmResp,
    QueryLastMsgsResp, QuerySmResp, Repeated, ReplaceSmResp, SequenceNumber, SubmitMultiResp,
    SubmitSmResp, Tag, Tlv, Tlvs, UnsuccessSme,
};
use smpp_session::error_response;

use crate::accounts::IdForm;
use crate::address::OwnedAddress;
use crate::broadcast::{self, FailedArea};
use crate::v33::Details;
use crate::{Message, MessageId, Timestamp};

/// The answer to one request.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The operation of the request.
    pub(crate) command_id: CommandId,
    pub(crate) sequence_number: SequenceNumber,
    pub(crate) reply: Reply,
    /// Whether it says that new messages are kept, which is true once the group
    /// that it is in was committed.
    pub(crate) promises: bool,
}

#[derive(Debug)]
pub(crate) enum Reply {
    Refused(CommandStatus),
    /// `submit_sm`, `data_sm`.
    Accepted(MessageId),
    /// `submit_multi`; without an id when no recipient was accepted.
    Multi {
        id: Option<MessageId>,
        refused: Vec<RefusedRecipient>,
    },
    /// `submit_sm`, `data_sm` in transaction mode, which was not delivered.
    NotDelivered {
        id: MessageId,
        failure: DeliveryFailure,
    },
    /// `broadcast_sm`.
    Broadcast {
        id: MessageId,
        failed: Vec<FailedArea>,
    },
    /// `query_broadcast_sm`.
    BroadcastState(Arc<Message>, Timestamp),
    /// `query_sm`.
    State {
        id: MessageId,
        final_date: TimeText,
        state: MessageState,
        error: u8,
    },
    /// `param_retrieve`.
    Parameter(Box<str>),
    /// `query_last_msgs`.
    LastMessages(Vec<MessageId>),
    /// `query_msg_details`.
    Details(Box<Details>),
    /// `cancel_sm`, `replace_sm`, `cancel_broadcast_sm`.
    Done,
}

/// A recipient of a `submit_multi` that the message does not go to.
#[derive(Clone, Debug)]
pub(crate) struct RefusedRecipient {
    address: OwnedAddress,
    status: CommandStatus,
}

impl RefusedRecipient {
    pub(crate) fn new(address: Address<'_>, status: CommandStatus) -> Self {
        Self {
            address: address.into(),
            status,
        }
    }

    fn as_unsuccess_sme(&self) -> UnsuccessSme<'_> {
        UnsuccessSme {
            destination_addr: self.address.as_address(),
            error_status_code: self.status,
        }
    }
}

/// Why a message of transaction mode was not delivered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeliveryFailure {
    pub(crate) reason: DeliveryFailureReason,
    /// The network's error, 0 for none.
    pub(crate) error: u8,
    /// What became of the wish for an alert, where there was one.
    pub(crate) dpf_result: Option<DpfResult>,
}

impl DeliveryFailure {
    fn tlvs(&self) -> Vec<Tlv<'static>> {
        let error = (self.error != 0).then(|| {
            Tlv::network_error_code(NetworkErrorCode {
                network_type: NetworkErrorCodeType::GSM,
                code: self.error.into(),
            })
        });
        let dpf_result = self.dpf_result.map(Tlv::dpf_result);
        let reason = Some(Tlv::delivery_failure_reason(self.reason));
        [reason, error, dpf_result].into_iter().flatten().collect()
    }
}

impl Answer {
    /// Gives the response to `send`, in the form for a peer of `version`, with
    /// ids in this form.
    pub(crate) fn respond<R>(
        &self,
        version: InterfaceVersion,
        ids: IdForm,
        send: impl FnOnce(&Pdu<'_>) -> R,
    ) -> R {
        let number = self.sequence_number;
        let ids = match ids {
            // A number of 3.3 has more digits than an id there may have.
            IdForm::Decimal if version < InterfaceVersion::V3_4 => IdForm::Same,
            ids => ids,
        };
        match &self.reply {
            Reply::Refused(status) => send(&error_response(self.command_id, *status, number)),
            Reply::Accepted(id) if self.command_id == CommandId::DATA_SM => {
                let id = ids.apply(id);
                let resp = DataSmResp::default().message_id(id.as_c_octet_str());
                send(&Pdu::request(number, resp))
            }
            Reply::Accepted(id) => {
                let id = ids.apply(id);
                let resp = SubmitSmResp::default().message_id(id.as_c_octet_str());
                send(&Pdu::request(number, resp))
            }
            Reply::Multi { id, refused } => {
                let list: Vec<UnsuccessSme<'_>> = refused
                    .iter()
                    .map(RefusedRecipient::as_unsuccess_sme)
                    .collect();
                let id = id.as_ref().map(|id| ids.apply(id));
                let id = id.as_deref().map(MessageId::as_c_octet_str);
                let status = if id.is_some() {
                    CommandStatus::ESME_ROK
                } else {
                    common_status(refused)
                };
                let resp = SubmitMultiResp::default()
                    .message_id(id.unwrap_or_default())
                    // As many as the request had, which counts them in one octet.
                    .unsuccess_sme(Repeated::from_slice(&list).unwrap_or_default());
                send(&Pdu::response(status, number, resp))
            }
            Reply::State {
                id,
                final_date,
                state,
                error,
            } => {
                let id = ids.apply(id);
                let resp = QuerySmResp::default()
                    .message_id(id.as_c_octet_str())
                    .final_date(COctetStr::new(final_date).unwrap_or_default())
                    .message_state(*state)
                    .error_code(*error);
                send(&Pdu::request(number, resp))
            }
            Reply::NotDelivered { id, failure } => {
                let status = CommandStatus::ESME_RDELIVERYFAILURE;
                let tlvs = failure.tlvs();
                let tlvs = Tlvs::from_slice(&tlvs);
                if self.command_id == CommandId::DATA_SM {
                    let id = ids.apply(id);
                    let resp = DataSmResp::default().message_id(id.as_c_octet_str());
                    send(&Pdu::response(status, number, resp.tlvs(tlvs)))
                } else if version < InterfaceVersion::V5_0 {
                    // Before 5.0 this response has no parameters.
                    send(&error_response(self.command_id, status, number))
                } else {
                    let id = ids.apply(id);
                    let resp = SubmitSmResp::default().message_id(id.as_c_octet_str());
                    send(&Pdu::response(status, number, resp.tlvs(tlvs)))
                }
            }
            Reply::Broadcast { id, failed } => {
                let tlvs: Vec<Tlv<'_>> = failed.iter().flat_map(FailedArea::tlvs).collect();
                let id = ids.apply(id);
                let resp = BroadcastSmResp::default()
                    .message_id(id.as_c_octet_str())
                    .tlvs(Tlvs::from_slice(&tlvs));
                send(&Pdu::request(number, resp))
            }
            Reply::BroadcastState(message, now) => {
                let content = message.content();
                let state = message.life.state(*now);
                let end = message.life.done().map(Timestamp::to_text);
                let end = end
                    .as_ref()
                    .and_then(|end| COctetStr::new(end).ok())
                    .and_then(|end| Tlv::broadcast_end_time(end).ok());
                let mut tlvs = vec![Tlv::message_state(state)];
                tlvs.extend(broadcast::told_areas(content.tlvs, state));
                tlvs.extend(end);
                tlvs.extend(content.tlvs.find(Tag::USER_MESSAGE_REFERENCE));
                let id = ids.apply(&message.key.id);
                let resp = QueryBroadcastSmResp::default()
                    .message_id(id.as_c_octet_str())
                    .tlvs(Tlvs::from_slice(&tlvs));
                send(&Pdu::request(number, resp))
            }
            Reply::Parameter(value) => {
                let value = COctetStr::new(value.as_bytes()).unwrap_or_default();
                let resp = ParamRetrieveResp::default().param_value(value);
                send(&Pdu::request(number, resp))
            }
            Reply::LastMessages(ids) => {
                let ids: Vec<_> = ids.iter().map(MessageId::as_c_octet_str).collect();
                // At most 100.
                let ids = Repeated::from_slice(&ids).unwrap_or_default();
                send(&Pdu::request(
                    number,
                    QueryLastMsgsResp::default().message_ids(ids),
                ))
            }
            Reply::Details(details) => details.respond(|resp| send(&Pdu::request(number, resp))),
            Reply::Done => send(&Pdu::request(number, done(self.command_id))),
        }
    }
}

/// The response that says that something was done.
fn done(command_id: CommandId) -> Body<'static> {
    match command_id {
        CommandId::REPLACE_SM => ReplaceSmResp::default().into(),
        CommandId::CANCEL_BROADCAST_SM => CancelBroadcastSmResp::default().into(),
        _ => CancelSmResp::default().into(),
    }
}

/// The one status that all recipients were refused with, if it is one.
fn common_status(refused: &[RefusedRecipient]) -> CommandStatus {
    match refused.split_first() {
        Some((first, rest)) if rest.iter().all(|one| one.status == first.status) => first.status,
        _ => CommandStatus::ESME_RSUBMITFAIL,
    }
}
