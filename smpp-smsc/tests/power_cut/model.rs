//! What a store must have, by what it has confirmed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smpp_smsc::store::{Change, Committed, Delivery, DeliveryKey};
use smpp_smsc::{Message, MessageKey, Timestamp};

use crate::seen::Seen;

/// A centre, and an id there.
pub(crate) type There = (Arc<str>, Box<[u8]>);

/// Whose outbox, and the place there.
pub(crate) type At = (Arc<str>, DeliveryKey);

#[derive(Clone, Default)]
pub(crate) struct Model {
    pub(crate) messages: BTreeMap<MessageKey, Kept>,
    pub(crate) outbox: BTreeMap<At, Waiting>,
}

#[derive(Clone)]
pub(crate) struct Kept {
    /// What it may be after a restart, the last one being what it is.
    states: Vec<Arc<Message>>,
    /// What it is comes from a claim, which the next commit makes durable.
    claimed: bool,
    /// It is not there, and perhaps again after a restart.
    pub(crate) forgotten: bool,
    pub(crate) handed: BTreeSet<There>,
}

#[derive(Clone)]
pub(crate) struct Waiting {
    pub(crate) delivery: Arc<Delivery>,
    /// It is not there, and perhaps again after a restart, until the next commit.
    pub(crate) swept: bool,
}

impl Kept {
    fn new(message: Arc<Message>) -> Self {
        Self {
            states: vec![message],
            claimed: false,
            forgotten: false,
            handed: BTreeSet::new(),
        }
    }

    pub(crate) fn now(&self) -> &Arc<Message> {
        self.states.last().unwrap()
    }

    /// It is so now. After a restart it is so, or as it was before.
    pub(crate) fn may_be(&mut self, message: Arc<Message>) {
        if *self.now() != message {
            self.states.push(message);
        }
    }
}

/// What tells one state of a message from another.
pub(crate) fn short(message: &Message) -> String {
    let life = message.life.record();
    let (due, done) = (life.due.map(|due| due.0), life.done.map(|done| done.0));
    let hand = if life.in_flight { " in hand" } else { "" };
    let Timestamp(submitted) = message.submitted;
    format!(
        "{submitted} {:?} due {due:?} done {done:?} attempts {}{hand}",
        life.state, life.attempts
    )
}

impl Model {
    pub(crate) fn message(&self, key: &MessageKey) -> Option<&Arc<Message>> {
        let kept = self.messages.get(key).filter(|kept| !kept.forgotten);
        kept.map(Kept::now)
    }

    /// Does what a commit does.
    pub(crate) fn commit(&mut self, changes: &[Change]) -> Committed {
        let mut committed = Committed::default();
        if changes.is_empty() {
            return committed;
        }
        for change in changes {
            match change {
                Change::Insert(message) => {
                    let kept = Kept::new(message.clone());
                    self.messages.insert(message.key.clone(), kept);
                }
                Change::Update(message) => {
                    let kept = self.messages.get_mut(&message.key);
                    let Some(kept) = kept.filter(|kept| !kept.forgotten) else {
                        continue;
                    };
                    if kept.now().life.is_ahead_of(&message.life) {
                        committed.late.push(message.key.clone());
                        continue;
                    }
                    kept.states = vec![message.clone()];
                    kept.claimed = false;
                }
                Change::HandOver { key, centre, id } => {
                    let kept = self.messages.get_mut(key);
                    if let Some(kept) = kept.filter(|kept| !kept.forgotten) {
                        kept.handed.insert((centre.clone(), id.clone()));
                    }
                }
                Change::Enqueue(delivery) => {
                    if !committed.leaves_out(delivery) {
                        let waiting = Waiting {
                            delivery: delivery.clone(),
                            swept: false,
                        };
                        let at = (delivery.account.clone(), delivery.key);
                        self.outbox.insert(at, waiting);
                    }
                }
                Change::Dequeue { account, key } => {
                    self.outbox.remove(&(account.clone(), *key));
                }
            }
        }
        for kept in self.messages.values_mut() {
            if core::mem::take(&mut kept.claimed) {
                kept.states.drain(..kept.states.len() - 1);
            }
        }
        self.outbox.retain(|_, waiting| !waiting.swept);
        committed
    }

    /// A claim has made this of a message.
    pub(crate) fn claimed(&mut self, message: &Arc<Message>) {
        let kept = self.messages.get_mut(&message.key).unwrap();
        kept.may_be(message.clone());
        kept.claimed = true;
    }

    /// Messages that ended before this moment, and are not forgotten.
    pub(crate) fn ended_before(&self, moment: Timestamp) -> Vec<MessageKey> {
        let ended = |kept: &&Kept| {
            let done = kept.now().life.done();
            !kept.forgotten && done.is_some_and(|done| done < moment)
        };
        let kept = self.messages.values().filter(ended);
        kept.map(|kept| kept.now().key.clone()).collect()
    }

    /// What is not as it may be after a restart.
    pub(crate) fn differs(&self, seen: &Seen) -> Option<String> {
        for (key, kept) in &self.messages {
            let Some(message) = seen.messages.get(key) else {
                if kept.forgotten {
                    continue;
                }
                return Some(format!("{key:?} is lost"));
            };
            if !kept.states.contains(message) {
                let states: Vec<_> = kept.states.iter().map(|one| short(one)).collect();
                let states = states.join(", ");
                return Some(format!("{key:?} is {}, none of {states}", short(message)));
            }
            let lost = kept.handed.iter().find(|there| !seen.has(key, there));
            if let Some(there) = lost.filter(|_| !kept.forgotten) {
                return Some(format!("that {there:?} is {key:?} is lost"));
            }
        }
        for (at, waiting) in &self.outbox {
            match seen.outbox.get(at) {
                None if waiting.swept => {}
                Some(delivery) if *delivery == waiting.delivery => {}
                other => return Some(format!("{other:?} is not {:?}", waiting.delivery)),
            }
        }
        self.stranger(seen)
    }

    /// What is not as it is.
    pub(crate) fn differs_now(&self, seen: &Seen) -> Option<String> {
        for (key, kept) in &self.messages {
            let (is, was) = (seen.messages.get(key), self.message(key));
            if is != was {
                return Some(format!("{is:?} was {was:?}"));
            }
            let lost = kept.handed.iter().find(|there| !seen.has(key, there));
            if let Some(there) = lost.filter(|_| !kept.forgotten) {
                return Some(format!("that {there:?} is {key:?} is lost"));
            }
        }
        for (at, waiting) in &self.outbox {
            let is = seen.outbox.get(at);
            let was = Some(&waiting.delivery).filter(|_| !waiting.swept);
            if is != was {
                return Some(format!("{is:?} was {was:?}"));
            }
        }
        self.stranger(seen)
    }

    /// What is there and must not be.
    fn stranger(&self, seen: &Seen) -> Option<String> {
        let mut messages = seen.messages.keys();
        if let Some(key) = messages.find(|key| !self.messages.contains_key(key)) {
            return Some(format!("{key:?} is a stranger"));
        }
        let mut outbox = seen.outbox.keys();
        if let Some(at) = outbox.find(|at| !self.outbox.contains_key(at)) {
            return Some(format!("{at:?} waits again"));
        }
        let handed = |key: &MessageKey, there: &There| {
            let kept = self.messages.get(key);
            kept.is_some_and(|kept| kept.handed.contains(there))
        };
        let mut all = seen.handed.iter();
        let there = all.find(|(key, there)| !handed(key, there));
        there.map(|(key, there)| format!("{there:?} is {key:?} and must not be"))
    }

    /// It is as it was seen, durably.
    pub(crate) fn settle(&mut self, seen: &Seen) {
        *self = Self::default();
        for message in seen.messages.values() {
            let kept = Kept::new(message.clone());
            self.messages.insert(message.key.clone(), kept);
        }
        for (key, there) in &seen.handed {
            if let Some(kept) = self.messages.get_mut(key) {
                kept.handed.insert(there.clone());
            }
        }
        for (at, delivery) in &seen.outbox {
            let waiting = Waiting {
                delivery: delivery.clone(),
                swept: false,
            };
            self.outbox.insert(at.clone(), waiting);
        }
    }

    /// It is as it was seen, and may be as it was before after a restart.
    pub(crate) fn observe(&mut self, seen: &Seen) {
        for (key, kept) in &mut self.messages {
            let message = seen.messages.get(key);
            kept.forgotten = message.is_none();
            if let Some(message) = message {
                kept.may_be(message.clone());
            }
        }
        for (at, waiting) in &mut self.outbox {
            waiting.swept = !seen.outbox.contains_key(at);
        }
    }
}
