//! Answers, on their way from the engine to the connection.

use smpp_pdu::time::TimeText;
use smpp_pdu::{
    Address, COctetStr, CancelSmResp, CommandId, CommandStatus, DataSmResp, MessageState, Npi, Pdu,
    QuerySmResp, Repeated, ReplaceSmResp, SequenceNumber, SubmitMultiResp, SubmitSmResp, Ton,
    UnsuccessSme,
};
use smpp_session::error_response;

use crate::MessageId;

/// The answer to one request.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The operation of the request.
    pub(crate) command_id: CommandId,
    pub(crate) sequence_number: SequenceNumber,
    pub(crate) reply: Reply,
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
    /// `query_sm`.
    State {
        id: MessageId,
        final_date: TimeText,
        state: MessageState,
        error: u8,
    },
    /// `cancel_sm`, `replace_sm`.
    Done,
}

/// A recipient of a `submit_multi` that the message does not go to.
#[derive(Clone, Debug)]
pub(crate) struct RefusedRecipient {
    ton: Ton,
    npi: Npi,
    addr: Vec<u8>,
    status: CommandStatus,
}

impl RefusedRecipient {
    pub(crate) fn new(address: Address<'_>, status: CommandStatus) -> Self {
        Self {
            ton: address.ton,
            npi: address.npi,
            addr: address.addr.as_bytes().to_vec(),
            status,
        }
    }

    fn as_unsuccess_sme(&self) -> UnsuccessSme<'_> {
        UnsuccessSme {
            destination_addr: Address {
                ton: self.ton,
                npi: self.npi,
                // It came out of a C-octet string.
                addr: COctetStr::new(&self.addr).unwrap_or_default(),
            },
            error_status_code: self.status,
        }
    }
}

impl Answer {
    /// Whether the answer promises that a new message is kept.
    pub(crate) const fn promises_new(&self) -> bool {
        matches!(
            self.reply,
            Reply::Accepted(_) | Reply::Multi { id: Some(_), .. }
        )
    }

    /// Whether the answer promises that a message was changed.
    pub(crate) const fn promises_change(&self) -> bool {
        matches!(self.reply, Reply::Done)
    }

    /// Gives the response to `send`.
    pub(crate) fn respond<R>(&self, send: impl FnOnce(&Pdu<'_>) -> R) -> R {
        let number = self.sequence_number;
        match &self.reply {
            Reply::Refused(status) => send(&error_response(self.command_id, *status, number)),
            Reply::Accepted(id) if self.command_id == CommandId::DATA_SM => {
                let resp = DataSmResp::default().message_id(id.as_c_octet_str());
                send(&Pdu::request(number, resp))
            }
            Reply::Accepted(id) => {
                let resp = SubmitSmResp::default().message_id(id.as_c_octet_str());
                send(&Pdu::request(number, resp))
            }
            Reply::Multi { id, refused } => {
                let list: Vec<UnsuccessSme<'_>> = refused
                    .iter()
                    .map(RefusedRecipient::as_unsuccess_sme)
                    .collect();
                let id = id.as_ref().map(MessageId::as_c_octet_str);
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
                let resp = QuerySmResp::default()
                    .message_id(id.as_c_octet_str())
                    .final_date(COctetStr::new(final_date).unwrap_or_default())
                    .message_state(*state)
                    .error_code(*error);
                send(&Pdu::request(number, resp))
            }
            Reply::Done if self.command_id == CommandId::REPLACE_SM => {
                send(&Pdu::request(number, ReplaceSmResp::default()))
            }
            Reply::Done => send(&Pdu::request(number, CancelSmResp::default())),
        }
    }
}

/// The one status that all recipients were refused with, if it is one.
fn common_status(refused: &[RefusedRecipient]) -> CommandStatus {
    match refused.split_first() {
        Some((first, rest)) if rest.iter().all(|one| one.status == first.status) => first.status,
        _ => CommandStatus::ESME_RSUBMITFAIL,
    }
}
