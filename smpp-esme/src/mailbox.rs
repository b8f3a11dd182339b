//! What the handles of a client leave for its task.

use std::sync::{Mutex, MutexGuard, PoisonError};

use smpp_pdu::{CommandId, CommandStatus, SequenceNumber};
use tokio::sync::mpsc;

use crate::reply::Reply;

/// Tells the task of a session that its mailbox is not empty any more.
#[derive(Debug)]
pub(crate) struct Filled;

/// What a task is asked for.
#[derive(Debug)]
pub(crate) enum Command {
    /// Send the next so many of the octets as a request.
    Request { len: usize, reply: Reply },
    /// Answer a message or receipt of the centre.
    Answer {
        command_id: CommandId,
        sequence_number: SequenceNumber,
        status: CommandStatus,
    },
    /// Let what is outstanding come to its end, then unbind.
    Unbind,
}

/// Commands in their order, with the octets of all their requests in one
/// buffer: a request costs no allocation of its own.
#[derive(Debug, Default)]
pub(crate) struct Letters {
    pub(crate) octets: Vec<u8>,
    pub(crate) commands: Vec<Command>,
}

impl Letters {
    /// Room that is kept for the next ones.
    const KEPT_OCTETS: usize = 16 * 1024;
    const KEPT_COMMANDS: usize = 64;

    /// Forgets all, and gives room back that so many did not need.
    pub(crate) fn clear(&mut self) {
        let few = |len: usize, capacity: usize, kept| capacity > kept && len < capacity / 16;
        if few(self.octets.len(), self.octets.capacity(), Self::KEPT_OCTETS) {
            self.octets = Vec::new();
        }
        if few(
            self.commands.len(),
            self.commands.capacity(),
            Self::KEPT_COMMANDS,
        ) {
            self.commands = Vec::new();
        }
        self.octets.clear();
        self.commands.clear();
    }
}

/// A queue that is emptied in one go. Its task is woken by whoever finds it
/// empty, once for all that comes until it looks: not once for each command.
#[derive(Debug)]
pub(crate) struct Mailbox {
    letters: Mutex<Option<Letters>>,
    wake: mpsc::UnboundedSender<Filled>,
}

impl Mailbox {
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<Filled>) {
        let (wake, filled) = mpsc::unbounded_channel();
        let letters = Mutex::new(Some(Letters::default()));
        (Self { letters, wake }, filled)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Letters>> {
        // Nothing panics half-way through a change.
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves a command, and the octets of its request.
    ///
    /// # Errors
    /// The command, when the task is gone.
    pub(crate) fn put(&self, command: Command, octets: &[u8]) -> Result<(), Command> {
        let mut lock = self.lock();
        let Some(letters) = &mut *lock else {
            return Err(command);
        };
        let first = letters.commands.is_empty();
        letters.octets.extend_from_slice(octets);
        letters.commands.push(command);
        drop(lock);
        if first {
            // Its receiver is gone only with the task, which empties the box then.
            let _ = self.wake.send(Filled);
        }
        Ok(())
    }

    /// Takes all, and leaves `letters`, which are empty, to be filled.
    pub(crate) fn swap(&self, letters: &mut Letters) {
        if let Some(filled) = &mut *self.lock() {
            core::mem::swap(filled, letters);
        }
    }

    /// Takes no more. What was left has its outcome when this returns.
    pub(crate) fn close(&self) {
        let letters = self.lock().take();
        drop(letters);
    }
}
