//! Responses that refuse a request, in the form that real peers can read.

use smpp_pdu::{
    BindResp, BindType, Body, COctetStr, CommandId, CommandStatus, GenericNack, MessageState,
    OmittedBody, Pdu, QuerySmResp, SequenceNumber,
};

/// The response that refuses the request `command_id` with `status`.
///
/// A header alone is what 3.4 asks for. Two kinds of peer cannot read it: some
/// fail on a bind response without its `system_id`, some drop a
/// `query_sm_resp` without its body; both get the body. What has no response,
/// or no name, is answered with `generic_nack`.
///
/// ```
/// use smpp_pdu::{CommandId, CommandStatus, SequenceNumber};
/// use smpp_session::error_response;
///
/// let resp = error_response(
///     CommandId::SUBMIT_SM,
///     CommandStatus::ESME_RTHROTTLED,
///     SequenceNumber(7),
/// );
/// assert_eq!(resp.command_id(), CommandId::SUBMIT_SM_RESP);
/// assert_eq!(smpp_codec::encoded_len(&resp), 16);
/// ```
#[must_use]
pub fn error_response(
    command_id: CommandId,
    status: CommandStatus,
    sequence_number: SequenceNumber,
) -> Pdu<'static> {
    let body: Body<'static> = match command_id.response() {
        None => GenericNack::default().into(),
        Some(_) if command_id.name().is_none() => GenericNack::default().into(),
        Some(CommandId::QUERY_SM_RESP) => QuerySmResp::default()
            .message_state(MessageState::UNKNOWN)
            .into(),
        Some(resp) => match BindType::from_command_id(command_id) {
            Some(bind_type) => BindResp::default()
                .bind_type(bind_type)
                .system_id(COctetStr::EMPTY)
                .into(),
            None => OmittedBody { command_id: resp }.into(),
        },
    };
    Pdu::response(status, sequence_number, body)
}

/// The response that refuses `request` with `status`, see [`error_response`].
#[must_use]
pub fn refuse(request: &Pdu<'_>, status: CommandStatus) -> Pdu<'static> {
    error_response(request.command_id(), status, request.sequence_number)
}
