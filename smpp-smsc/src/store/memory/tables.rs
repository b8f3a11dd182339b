//! What the memory store is made of.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use super::handed::HandedOver;
use crate::hash::IdMap;
use crate::store::{Change, Committed, Delivery, DeliveryKey, Pair, Place, is_left_over, rank};
use crate::{Message, MessageKey, Timestamp};

/// The messages stand in slots, found by their keys, and in a list of slots for
/// each moment at which some are due: a message that changes moves nothing else.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) slots: Vec<Slot>,
    /// Slots without a message.
    pub(super) free: Vec<u32>,
    pub(super) by_key: IdMap<MessageKey, u32>,
    pub(super) due: BTreeMap<Moment, List>,
    /// Places of the messages that are listed, by the names of their pairs.
    pub(super) listed: HashMap<Box<[u8]>, BTreeSet<Place>>,
    /// Messages in the lists of `due`.
    pub(super) waiting_messages: usize,
    /// Of these, those with an attempt under way.
    pub(super) in_hand: usize,
    /// Messages with a final state, the one that ended first in front.
    pub(super) finished: VecDeque<u32>,
    pub(super) outbox: HashMap<Arc<str>, BTreeMap<DeliveryKey, Arc<Delivery>>>,
    /// Entries of all outboxes.
    pub(super) waiting: usize,
    pub(super) handed: HandedOver,
}

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) message: Option<Arc<Message>>,
    /// The list that it is in.
    pub(super) due: Option<Moment>,
    previous: u32,
    next: u32,
}

/// When a message is due, and in the lowest octet its rank among those of that
/// time: one number, since most of the work here is to compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u64);

impl Moment {
    fn of(message: &Message) -> Option<Self> {
        // The last moment that fits is millions of years away.
        let due = message.life.due()?.0.min(u64::MAX >> 8);
        Some(Self(due << 8 | u64::from(rank(message))))
    }

    pub(super) const fn due(self) -> Timestamp {
        Timestamp(self.0 >> 8)
    }
}

/// Slots that are due at one moment, in the order in which they came.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    oldest: u32,
    newest: u32,
}

/// No slot.
const NONE: u32 = u32::MAX;

impl Tables {
    fn slot(&mut self, at: u32) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(at).ok()?)
    }

    pub(super) fn message(&self, key: &MessageKey) -> Option<&Arc<Message>> {
        let at = usize::try_from(*self.by_key.get(key)?).ok()?;
        self.slots.get(at)?.message.as_ref()
    }

    /// Puts the slot into the list of the moment at which its message is due
    /// now, which may be none.
    fn set_due(&mut self, at: u32, due: Option<Moment>) {
        let Some(slot) = self.slot(at) else { return };
        let before = slot.due;
        if before == due {
            return;
        }
        let (previous, next) = (slot.previous, slot.next);
        if let Some(before) = before {
            self.take_out(before, previous, next);
        }
        let mut newest = NONE;
        if let Some(due) = due {
            self.waiting_messages += 1;
            let list = self.due.entry(due).or_insert(List {
                oldest: at,
                newest: NONE,
            });
            newest = core::mem::replace(&mut list.newest, at);
        }
        if let Some(last) = self.slot(newest) {
            last.next = at;
        }
        if let Some(slot) = self.slot(at) {
            slot.due = due;
            slot.previous = newest;
            slot.next = NONE;
        }
    }

    fn take_out(&mut self, due: Moment, previous: u32, next: u32) {
        self.waiting_messages -= 1;
        if let Some(before) = self.slot(previous) {
            before.next = next;
        }
        if let Some(after) = self.slot(next) {
            after.previous = previous;
        }
        if previous == NONE && next == NONE {
            self.due.remove(&due);
        } else if (previous == NONE || next == NONE)
            && let Some(list) = self.due.get_mut(&due)
        {
            if previous == NONE {
                list.oldest = next;
            } else {
                list.newest = previous;
            }
        }
    }

    fn insert(&mut self, message: Arc<Message>) {
        if let Some(at) = self.by_key.get(&message.key) {
            return self.put(*at, message);
        }
        let slot = Slot {
            message: None,
            due: None,
            previous: NONE,
            next: NONE,
        };
        let at = self.free.pop().unwrap_or_else(|| {
            self.slots.push(slot);
            // The capacity of a store in memory ends far below.
            u32::try_from(self.slots.len() - 1).unwrap_or(NONE)
        });
        self.by_key.insert(message.key.clone(), at);
        self.put(at, message);
    }

    fn put(&mut self, at: u32, message: Arc<Message>) {
        let (due, is_final) = (Moment::of(&message), message.life.is_final());
        if message.is_listed() {
            self.list(&message);
        }
        let Some(slot) = self.slot(at) else { return };
        let in_flight = message.life.is_in_flight();
        let before = slot.message.replace(message);
        let was_in_flight = before.as_ref().is_some_and(|one| one.life.is_in_flight());
        self.count_in_hand(was_in_flight, in_flight);
        self.set_due(at, due);
        if let Some(before) = &before
            && before.is_listed()
        {
            self.unlist(at, before);
        }
        if is_final && before.is_none_or(|before| !before.life.is_final()) {
            self.finished.push_back(at);
        }
    }

    fn count_in_hand(&mut self, before: bool, now: bool) {
        self.in_hand = self.in_hand + usize::from(now) - usize::from(before);
    }

    fn list(&mut self, message: &Message) {
        let name = Pair::of(message).to_name();
        self.listed
            .entry(name)
            .or_default()
            .insert(Place::of(message));
    }

    /// Takes the place off the list that `before` had, unless the message in the
    /// slot stands there as well.
    fn unlist(&mut self, at: u32, before: &Message) {
        let (name, place) = (Pair::of(before).to_name(), Place::of(before));
        let now = self.slot(at).and_then(|slot| slot.message.as_ref());
        if now.is_some_and(|now| {
            now.is_listed() && Place::of(now) == place && Pair::of(now).to_name() == name
        }) {
            return;
        }
        if let Some(places) = self.listed.get_mut(&name) {
            places.remove(&place);
            if places.is_empty() {
                self.listed.remove(&name);
            }
        }
    }

    /// When the message ended that ended longest ago.
    pub(super) fn first_end(&self) -> Option<Timestamp> {
        let at = usize::try_from(*self.finished.front()?).ok()?;
        self.slots.get(at)?.message.as_ref()?.life.done()
    }

    /// Forgets the message that ended longest ago.
    pub(super) fn forget_first(&mut self) {
        let Some(at) = self.finished.pop_front() else {
            return;
        };
        self.set_due(at, None);
        if let Some(message) = self.slot(at).and_then(|slot| slot.message.take()) {
            if message.is_listed() {
                self.unlist(at, &message);
            }
            self.by_key.remove(&message.key);
            self.handed.forget(&message.key);
            self.free.push(at);
        }
    }

    /// Forgets what has waited too long for one account.
    pub(super) fn sweep_outbox(&mut self, created_before: Timestamp, limit: usize) -> usize {
        let mut over = Vec::new();
        for (account, outbox) in &self.outbox {
            let old = outbox
                .values()
                .take_while(|delivery| delivery.created < created_before)
                .filter(|delivery| {
                    is_left_over(delivery, |key| self.message(key).map(|one| one.life))
                })
                .take(limit - over.len());
            over.extend(old.map(|delivery| (account.clone(), delivery.key)));
        }
        let swept = over.len();
        for (account, key) in over {
            self.apply(Change::Dequeue { account, key }, &mut Committed::default());
        }
        swept
    }

    /// The message that has waited longest, claimed; `None` when none is due.
    pub(super) fn claim(&mut self, now: Timestamp, lease_until: Timestamp) -> Option<Arc<Message>> {
        let (due, list) = self.due.first_key_value()?;
        if due.due() > now {
            return None;
        }
        let at = list.oldest;
        let message = self.slot(at)?.message.as_mut()?;
        let before = message.is_listed().then(|| message.clone());
        let was_in_flight = message.life.is_in_flight();
        Arc::make_mut(message).life.claim(now, lease_until);
        let message = message.clone();
        self.count_in_hand(was_in_flight, message.life.is_in_flight());
        self.set_due(at, Moment::of(&message));
        if let Some(before) = before {
            self.unlist(at, &before);
        } else if message.is_listed() {
            self.list(&message);
        }
        Some(message)
    }

    pub(super) fn apply(&mut self, change: Change, committed: &mut Committed) {
        match change {
            Change::Insert(message) => self.insert(message),
            Change::Update(message) => {
                // What was forgotten stays so.
                let Some(at) = self.by_key.get(&message.key).copied() else {
                    return;
                };
                let kept = self.slot(at).and_then(|slot| slot.message.as_ref());
                if kept.is_some_and(|kept| kept.life.is_ahead_of(&message.life)) {
                    committed.late.push(message.key.clone());
                } else {
                    self.put(at, message);
                }
            }
            Change::HandOver { key, centre, id } => {
                if self.by_key.contains_key(&key) {
                    self.handed.put(key, centre, id);
                }
            }
            Change::Enqueue(delivery) => {
                if committed.leaves_out(&delivery) {
                    return;
                }
                let outbox = self.outbox.entry(delivery.account.clone()).or_default();
                if outbox.insert(delivery.key, delivery).is_none() {
                    self.waiting += 1;
                }
            }
            Change::Dequeue { account, key } => {
                if let Some(outbox) = self.outbox.get_mut(&account) {
                    if outbox.remove(&key).is_some() {
                        self.waiting -= 1;
                    }
                    if outbox.is_empty() {
                        self.outbox.remove(&account);
                    }
                }
            }
        }
    }
}
