//! Responses that refuse a request, in the form that real peers can read.

use smpp_pdu::{
    BindResp, BindType, Body, BroadcastSmResp, COctetStr, CommandId, CommandStatus, DataSmResp,
    DeliverSmResp, GenericNack, InterfaceVersion, MessageState, OmittedBody, Pdu,
    QueryBroadcastSmResp, QuerySmResp, SequenceNumber, SubmitMultiResp, SubmitSmResp,
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

/// Which responses with an error status have a body. What the fields of such a
/// body say means nothing; it is there for peers that cannot do without, or left
/// out for those that stumble over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorBodies {
    /// Those to a bind and to `query_sm`, as [`error_response`] has it.
    #[default]
    Usual,
    /// None: a header alone, as 3.4 wants it.
    Never,
    /// All whose operation has fields.
    Always,
}

impl ErrorBodies {
    /// Whether this response may have to have another form.
    #[inline]
    pub(crate) fn change(self, response: &Pdu<'_>) -> bool {
        self != Self::Usual && response.command_status != CommandStatus::ESME_ROK
    }

    /// Gives the response the form. Bodies that say something stay.
    #[cold]
    #[inline(never)]
    pub(crate) fn apply(self, response: &mut Pdu<'_>) {
        match (self, &response.body) {
            (Self::Never, Body::QuerySmResp(_) | Body::BindResp(_)) => {
                let command_id = response.command_id();
                response.body = OmittedBody { command_id }.into();
            }
            (Self::Always, Body::Omitted(omitted)) => {
                response.body = match omitted.command_id {
                    CommandId::SUBMIT_SM_RESP => SubmitSmResp::default().into(),
                    CommandId::SUBMIT_MULTI_RESP => SubmitMultiResp::default().into(),
                    CommandId::DATA_SM_RESP => DataSmResp::default().into(),
                    CommandId::DELIVER_SM_RESP => DeliverSmResp::default().into(),
                    CommandId::BROADCAST_SM_RESP => BroadcastSmResp::default().into(),
                    CommandId::QUERY_BROADCAST_SM_RESP => QueryBroadcastSmResp::default().into(),
                    _ => return,
                };
            }
            _ => {}
        }
    }
}

/// A response as a peer of `version` may be sent it: without parameters for 3.3,
/// and with a status of 3.4 in place of one that only 5.0 has.
///
/// ```
/// use smpp_pdu::{CommandStatus, InterfaceVersion, Pdu, SubmitSmResp};
/// use smpp_session::response_for;
///
/// let resp = Pdu::response(
///     CommandStatus::ESME_RSERTYPUNAUTH,
///     7.into(),
///     SubmitSmResp::default(),
/// );
/// let old = response_for(InterfaceVersion::V3_4, resp);
/// assert_eq!(old.command_status, CommandStatus::ESME_RINVSERTYP);
/// ```
#[must_use]
pub fn response_for(version: InterfaceVersion, mut response: Pdu<'_>) -> Pdu<'_> {
    adapt(version, &mut response);
    response
}

/// See [`response_for`]; in place, where room for another PDU is dear.
pub(crate) fn adapt(version: InterfaceVersion, response: &mut Pdu<'_>) {
    if !version.supports_tlvs() {
        leave_tlvs_out(response);
    }
    if version < InterfaceVersion::V5_0 {
        response.command_status = status_before_50(response.command_status);
    }
}

#[cold]
#[inline(never)]
fn leave_tlvs_out(response: &mut Pdu<'_>) {
    response.body = response.body.without_tlvs();
}

/// The nearest status that 3.4 has.
fn status_before_50(status: CommandStatus) -> CommandStatus {
    match status {
        CommandStatus::ESME_RSERTYPUNAUTH
        | CommandStatus::ESME_RSERTYPUNAVAIL
        | CommandStatus::ESME_RSERTYPDENIED => CommandStatus::ESME_RINVSERTYP,
        CommandStatus::ESME_RINVSRCADDRSUBUNIT | CommandStatus::ESME_RINVDSTADDRSUBUNIT => {
            CommandStatus::ESME_RINVTLVVAL
        }
        CommandStatus::ESME_RINVDCS => CommandStatus::ESME_RSUBMITFAIL,
        CommandStatus::ESME_RPROHIBITED => CommandStatus::ESME_RSUBMITFAIL,
        // The rest speak of broadcasts, which such a peer does not send.
        CommandStatus(0x100..=0x3FF) => CommandStatus::ESME_RUNKNOWNERR,
        _ => status,
    }
}

/// The response that refuses `request` with `status`, see [`error_response`].
#[must_use]
pub fn refuse(request: &Pdu<'_>, status: CommandStatus) -> Pdu<'static> {
    error_response(request.command_id(), status, request.sequence_number)
}
