//! What waits inside of the engine.

use std::sync::Arc;

use super::Engine;

/// What waits inside of the engine, see [`Smsc::queues`](crate::Smsc::queues).
/// What waits in the store is told by [`Store::sizes`](crate::store::Store::sizes).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Queues {
    /// What connections and the network had brought when the engine last began a
    /// turn, this question included; each may be a whole batch. It grows where the
    /// store is slower than what comes in.
    pub inputs: usize,
    /// Messages in datagram and transaction mode that are under way.
    pub passing: usize,
    /// Messages that are tried again as soon as their recipient is back.
    pub absent: usize,
    /// What waits for each account with a session that receives, as far as it is
    /// in memory: what is under way to the ESME not counted, and of a long outbox
    /// some thousands at most.
    pub outboxes: Vec<(Arc<str>, usize)>,
}

impl Engine {
    pub(super) fn queues(&self) -> Queues {
        let outboxes = self.outboxes.iter();
        let mut outboxes: Vec<_> = outboxes
            .map(|(account, outbox)| (account.clone(), outbox.len()))
            .collect();
        outboxes.sort();
        Queues {
            inputs: self.backlog,
            passing: self.passing.len(),
            absent: self.absent.len(),
            outboxes,
        }
    }
}
