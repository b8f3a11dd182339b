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
    /// The rate allows a message again.
    GoOn,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RequestErrorKind;

    fn request(
        len: usize,
    ) -> (
        Command,
        tokio::sync::oneshot::Receiver<crate::reply::Outcome>,
    ) {
        let (to, outcome) = tokio::sync::oneshot::channel();
        let reply = Reply::one(CommandId::SUBMIT_SM, to);
        (Command::Request { len, reply }, outcome)
    }

    #[test]
    fn a_task_is_woken_once_for_all_that_it_finds() {
        let (mailbox, mut filled) = Mailbox::new();
        let mut outcomes = Vec::new();
        for _ in 0..2 {
            for octets in [&b"ab"[..], b"", b"cde"] {
                let (command, outcome) = request(octets.len());
                assert!(mailbox.put(command, octets).is_ok());
                outcomes.push(outcome);
            }
            assert!(filled.try_recv().is_ok());
            assert!(filled.try_recv().is_err(), "once");
            let mut letters = Letters::default();
            mailbox.swap(&mut letters);
            assert_eq!(
                (&letters.octets[..], letters.commands.len()),
                (&b"abcde"[..], 3)
            );
        }
    }

    #[test]
    fn what_is_left_for_a_task_that_ends_was_not_sent() {
        let (mailbox, _filled) = Mailbox::new();
        let (command, mut outcome) = request(0);
        assert!(mailbox.put(command, &[]).is_ok());
        mailbox.close();
        let error = outcome.try_recv().unwrap().unwrap_err();
        assert_eq!(error.kind(), RequestErrorKind::Closed);
        assert!(matches!(
            mailbox.put(request(0).0, &[]),
            Err(Command::Request { .. })
        ));
        assert!(mailbox.put(Command::Unbind, &[]).is_err());
    }

    #[test]
    fn room_for_a_burst_is_given_back_after_it() {
        let mut letters = Letters::default();
        letters.octets.resize(1_000_000, 0);
        letters.commands.extend((0..1000).map(|_| Command::Unbind));
        letters.clear();
        assert!(letters.octets.capacity() >= 1_000_000, "another may follow");
        letters.octets.push(0);
        letters.commands.push(Command::Unbind);
        letters.clear();
        assert!(letters.octets.capacity() <= Letters::KEPT_OCTETS);
        assert!(letters.commands.capacity() <= Letters::KEPT_COMMANDS);
    }
}
