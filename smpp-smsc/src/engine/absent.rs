//! Subscribers and centres that could not be reached, and the messages that wait for
//! them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use tokio::sync::oneshot;

use super::{Engine, Group};
use crate::hash::IdMap;
use crate::store::Change;
use crate::{Message, MessageKey};

/// Messages that are remembered at a time. Others wait for their next attempt.
const MAX_ABSENT: usize = 100_000;

/// Messages that wait for another attempt, by whom they wait for. In memory only:
/// after a restart they are tried at their time.
#[derive(Debug, Default)]
pub(super) struct Absent {
    of: HashMap<Box<[u8]>, BTreeSet<MessageKey>>,
    awaited: IdMap<MessageKey, Box<[u8]>>,
}

/// The centre that a message waits for, if not for its recipient: it was not there, or
/// had no room.
pub(super) type AwaitedCentre = Option<Arc<str>>;

/// A centre has room.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) centre: Arc<str>,
    /// For so many messages.
    pub(crate) room: usize,
    /// Told how many come.
    pub(crate) reply: oneshot::Sender<usize>,
}

/// The name of a centre among the digits of subscribers, none of which has a NUL.
fn place_of(centre: &str) -> Box<[u8]> {
    [&[0], centre.as_bytes()].concat().into()
}

impl Absent {
    /// An attempt has failed for now.
    pub(super) fn missed(&mut self, message: &Message, centre: &AwaitedCentre) {
        self.forget(&message.key);
        if self.awaited.len() >= MAX_ABSENT {
            return;
        }
        let place = match centre {
            Some(centre) => place_of(centre),
            None => message.content().destination.addr.as_bytes().into(),
        };
        let key = message.key.clone();
        self.awaited.insert(key.clone(), place.clone());
        self.of.entry(place).or_default().insert(key);
    }

    /// A message has ended, or is not to be remembered any more.
    pub(super) fn forget(&mut self, key: &MessageKey) {
        if self.awaited.is_empty() {
            return;
        }
        if let Some(place) = self.awaited.remove(key)
            && let Some(keys) = self.of.get_mut(&place)
        {
            keys.remove(key);
            if keys.is_empty() {
                self.of.remove(&place);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.awaited.len()
    }

    /// At most so many that wait for this, those that came first.
    fn take(&mut self, place: &[u8], limit: usize) -> Vec<MessageKey> {
        let Some(waiting) = self.of.get_mut(place) else {
            return Vec::new();
        };
        let mut taken = Vec::new();
        while taken.len() < limit
            && let Some(key) = waiting.pop_first()
        {
            self.awaited.remove(&key);
            taken.push(key);
        }
        if waiting.is_empty() {
            self.of.remove(place);
        }
        taken
    }
}

impl Engine {
    /// Tries at once what waits for a subscriber that is back.
    pub(super) async fn try_again(&mut self, subscriber: &[u8], group: &mut Group) {
        let keys = self.absent.take(subscriber, usize::MAX);
        self.hurry(keys, group).await;
    }

    /// Tries at once what waits for a centre, as much as it has room for.
    pub(super) async fn ready(&mut self, ready: Ready, group: &mut Group) {
        let keys = self.absent.take(&place_of(&ready.centre), ready.room);
        let count = keys.len();
        self.hurry(keys, group).await;
        // Whoever asked may have gone.
        let _ = ready.reply.send(count);
    }

    async fn hurry(&mut self, keys: Vec<MessageKey>, group: &mut Group) {
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
