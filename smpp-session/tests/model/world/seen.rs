//! What an event was, without what it borrows.

use smpp_pdu::{CommandId, CommandStatus};
use smpp_session::{CloseReason, Event, FaultKind};

#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    Request(CommandId, u32),
    Notification(CommandId, u32),
    Response(u64, CommandId, CommandStatus),
    Unreadable(u64, CommandId, CommandStatus),
    Expired(u64, CommandId),
    Late(u64, CommandId, CommandStatus),
    Unknown(u64, CommandId),
    Answered(CommandId),
    UnbindAsked(u32),
    Alive,
    Fault(FaultKind, Option<CommandStatus>),
    Closed(CloseReason),
}

impl Seen {
    pub fn of(event: &Event<'_>) -> Self {
        match event {
            Event::Request(request) => {
                Self::Request(request.pdu.command_id(), request.pdu.sequence_number.0)
            }
            Event::Notification(request) => {
                Self::Notification(request.pdu.command_id(), request.pdu.sequence_number.0)
            }
            Event::Response(response) => Self::Response(
                response.id.0,
                response.command_id,
                response.pdu.command_status,
            ),
            Event::Unreadable {
                id,
                command_id,
                command_status,
                ..
            } => Self::Unreadable(id.0, *command_id, *command_status),
            Event::Expired { id, command_id } => Self::Expired(id.0, *command_id),
            Event::Late {
                id,
                command_id,
                command_status,
                ..
            } => Self::Late(id.0, *command_id, *command_status),
            Event::Unknown { id, command_id } => Self::Unknown(id.0, *command_id),
            Event::Answered { command_id } => Self::Answered(*command_id),
            Event::UnbindAsked { unanswered } => Self::UnbindAsked(*unanswered),
            Event::Alive => Self::Alive,
            Event::Fault(fault) => Self::Fault(fault.kind, fault.answered),
            Event::Closed(reason) => Self::Closed(*reason),
            other => panic!("an event that the model does not know: {other:?}"),
        }
    }
}
