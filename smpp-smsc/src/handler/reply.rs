//! What answers a request.

use core::fmt;
use core::marker::PhantomData;

use smpp_codec::encode;
use smpp_pdu::{Body, COctetStr, CommandId, CommandStatus, Pdu, SequenceNumber};
use tokio::sync::mpsc::UnboundedSender;
use tracing::error;

use super::connection::Command;
use super::request::{AnyOperation, Operation, TakesMessage};

/// Answers one request, once: now or later, from any task, in any order.
///
/// Dropped without an answer, it answers `ESME_RSYSERR`. An answer that cannot
/// be written, such as one with a field that is too long, is `ESME_RSYSERR` too,
/// and the log says why. After the session has ended, an answer goes nowhere.
#[must_use = "a reply that is dropped answers ESME_RSYSERR"]
pub struct Reply<O: Operation> {
    to: Option<To>,
    operation: PhantomData<fn() -> O>,
}

/// The request that is answered.
#[derive(Debug)]
struct To {
    command_id: CommandId,
    sequence_number: SequenceNumber,
    commands: UnboundedSender<Command>,
}

/// The answer to one request: a response that is encoded, or a status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(super) command_id: CommandId,
    pub(super) sequence_number: SequenceNumber,
    pub(super) response: Result<Vec<u8>, CommandStatus>,
}

impl To {
    fn send(self, response: Result<Vec<u8>, CommandStatus>) {
        let answer = Answer {
            command_id: self.command_id,
            sequence_number: self.sequence_number,
            response,
        };
        // Without a session there is nobody to answer.
        let _ = self.commands.send(Command::Answer(answer));
    }

    fn encoded(&self, status: CommandStatus, body: Body<'_>) -> Result<Vec<u8>, CommandStatus> {
        let command_id = body.command_id();
        if self.command_id.response() != Some(command_id) {
            error!(request = %self.command_id, response = %command_id, "not a response to it");
            return Err(CommandStatus::ESME_RSYSERR);
        }
        let mut octets = Vec::new();
        let response = Pdu::response(status, self.sequence_number, body);
        encode(&response, &mut octets).map_err(|error| {
            error!(response = %command_id, %error, "cannot be written");
            CommandStatus::ESME_RSYSERR
        })?;
        Ok(octets)
    }
}

impl Reply<AnyOperation> {
    pub(super) const fn new(
        command_id: CommandId,
        sequence_number: SequenceNumber,
        commands: UnboundedSender<Command>,
    ) -> Self {
        Self {
            to: Some(To {
                command_id,
                sequence_number,
                commands,
            }),
            operation: PhantomData,
        }
    }

    /// The same for the operation that it is.
    pub(super) fn typed<O: Operation>(mut self) -> Reply<O> {
        Reply {
            to: self.to.take(),
            operation: PhantomData,
        }
    }
}

impl<O: Operation> Reply<O> {
    /// Answers without error. A peer of 3.3 gets the response without its
    /// parameters.
    pub fn accept(self, response: O::Response<'_>) {
        self.respond(CommandStatus::ESME_ROK, response);
    }

    /// Refuses with a status, and no more than that.
    pub fn refuse(mut self, status: CommandStatus) {
        if let Some(to) = self.to.take() {
            to.send(Err(status));
        }
    }

    /// Answers with a status and a body, such as one with parameters that say
    /// why.
    pub fn respond(mut self, status: CommandStatus, response: O::Response<'_>) {
        if let Some(to) = self.to.take() {
            let response = to.encoded(status, response.into());
            to.send(response);
        }
    }

    /// The number of the request.
    #[must_use]
    pub fn sequence_number(&self) -> SequenceNumber {
        let number = self.to.as_ref().map(|to| to.sequence_number);
        number.unwrap_or(SequenceNumber::UNKNOWN)
    }
}

impl<O: TakesMessage> Reply<O> {
    /// Says that the message is taken, and what it is called from now on: at most
    /// 64 octets, 8 for a peer of 3.3, without a NUL.
    pub fn taken(self, message_id: &str) {
        const MAX: usize = 64;
        match COctetStr::try_from(message_id) {
            Ok(id) if id.len() <= MAX => self.accept(O::taken(id)),
            _ => {
                error!(message_id, "cannot be a message_id");
                self.refuse(CommandStatus::ESME_RSYSERR);
            }
        }
    }
}

impl<O: Operation> Drop for Reply<O> {
    fn drop(&mut self) {
        if let Some(to) = self.to.take() {
            to.send(Err(CommandStatus::ESME_RSYSERR));
        }
    }
}

impl<O: Operation> fmt::Debug for Reply<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            Some(to) => write!(f, "Reply({} #{})", to.command_id, to.sequence_number),
            None => f.write_str("Reply"),
        }
    }
}
