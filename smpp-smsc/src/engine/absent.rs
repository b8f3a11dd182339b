//! Subscribers that could not be reached, and the messages that wait for them.

use std::collections::{HashMap, HashSet};

use super::{Engine, Group};
use crate::hash::IdMap;
use crate::store::Change;
use crate::{Message, MessageKey};

/// Messages that are remembered at a time. Others wait for their next attempt.
const MAX_ABSENT: usize = 100_000;

/// Messages that wait for another attempt, by the digits of their recipients. In
/// memory only: after a restart they are tried at their time.
#[derive(Debug, Default)]
pub(super) struct Absent {
    of: HashMap<Box<[u8]>, HashSet<MessageKey>>,
    destinations: IdMap<MessageKey, Box<[u8]>>,
}

impl Absent {
    /// An attempt has failed for now.
    pub(super) fn missed(&mut self, message: &Message) {
        if self.destinations.len() >= MAX_ABSENT {
            return;
        }
        let destination: Box<[u8]> = message.content().destination.addr.as_bytes().into();
        let key = message.key.clone();
        if self
            .destinations
            .insert(key.clone(), destination.clone())
            .is_none()
        {
            self.of.entry(destination).or_default().insert(key);
        }
    }

    /// A message has ended, or is not to be remembered any more.
    pub(super) fn forget(&mut self, key: &MessageKey) {
        if self.destinations.is_empty() {
            return;
        }
        if let Some(destination) = self.destinations.remove(key)
            && let Some(keys) = self.of.get_mut(&destination)
        {
            keys.remove(key);
            if keys.is_empty() {
                self.of.remove(&destination);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.destinations.len()
    }

    fn take(&mut self, destination: &[u8]) -> Vec<MessageKey> {
        let keys = self.of.remove(destination).unwrap_or_default();
        for key in &keys {
            self.destinations.remove(key);
        }
        keys.into_iter().collect()
    }
}

impl Engine {
    /// Tries at once what waits for a subscriber that is back.
    pub(super) async fn try_again(&mut self, subscriber: &[u8], group: &mut Group) {
        let keys = self.absent.take(subscriber);
        if keys.is_empty() {
            return;
        }
        // What the group holds about the same messages must be in the store first.
        self.flush(group).await;
        let messages = match self.store.messages(keys).await {
            Ok(messages) => messages,
            Err(error) => {
                // They are tried at their time.
                tracing::error!(%error, "the store did not give messages");
                return;
            }
        };
        let now = self.now();
        for message in messages.into_iter().flatten() {
            let mut message = Message::clone(&message);
            if message.life.hurry(now) {
                group.changes.push(Change::Update(message.into()));
            }
        }
    }
}
