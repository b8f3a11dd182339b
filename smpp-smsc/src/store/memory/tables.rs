//! What the memory store is made of.

use core::convert::Infallible;
use core::ops::Bound::{Excluded, Unbounded};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use super::handed::HandedOver;
use crate::hash::IdMap;
use crate::store::{
    Change, Committed, Delivery, DeliveryKey, Pair, Place, Sizes, is_left_over, rank,
};
use crate::{Message, MessageId, MessageKey, Timestamp};

/// The messages stand in slots, found by their keys, and in a list of slots for
/// each moment at which some are due: a message that changes moves nothing else.
#[derive(Debug, Default)]
pub(in crate::store) struct Tables {
    pub(in crate::store) slots: Vec<Slot>,
    /// Slots without a message.
    pub(in crate::store) free: Vec<u32>,
    pub(in crate::store) by_key: IdMap<MessageKey, u32>,
    pub(in crate::store) due: BTreeMap<Moment, List>,
    /// Places of the messages that are listed, by the names of their pairs.
    pub(in crate::store) listed: HashMap<Box<[u8]>, BTreeSet<Place>>,
    /// Messages in the lists of `due`.
    pub(in crate::store) waiting_messages: usize,
    /// Of these, those with an attempt under way.
    pub(in crate::store) in_hand: usize,
    /// Messages with a final state, the one that ended first in front.
    pub(in crate::store) finished: VecDeque<u32>,
    pub(in crate::store) outbox: HashMap<Arc<str>, BTreeMap<DeliveryKey, Arc<Delivery>>>,
    /// Entries of all outboxes.
    pub(in crate::store) waiting: usize,
    pub(in crate::store) handed: HandedOver,
    /// What the slots of messages that are put in now are marked with.
    pub(in crate::store) mark: u64,
}

#[derive(Debug)]
pub(in crate::store) struct Slot {
    pub(in crate::store) message: Option<Arc<Message>>,
    /// The list that it is in.
    pub(in crate::store) due: Option<Moment>,
    /// What [`Tables::mark`] was when the message was put in as it is.
    mark: u64,
    previous: u32,
    next: u32,
}

/// When a message is due, and in the lowest octet its rank among those of that
/// time: one number, since most of the work here is to compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Moment(u64);

impl Moment {
    fn of(message: &Message) -> Option<Self> {
        Some(Self::at(message.life.due()?, rank(message)))
    }

    pub(in crate::store) fn at(due: Timestamp, rank: u8) -> Self {
        // The last moment that fits is millions of years away.
        Self(due.0.min(u64::MAX >> 8) << 8 | u64::from(rank))
    }

    pub(in crate::store) const fn due(self) -> Timestamp {
        Timestamp(self.0 >> 8)
    }
}

/// Slots that are due at one moment, in the order in which they came.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct List {
    oldest: u32,
    newest: u32,
}

/// No slot.
const NONE: u32 = u32::MAX;

impl Tables {
    fn slot(&mut self, at: u32) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(at).ok()?)
    }

    pub(in crate::store) fn message(&self, key: &MessageKey) -> Option<&Arc<Message>> {
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

    /// Puts in a message, in the place of the one with its key.
    pub(in crate::store) fn insert(&mut self, message: Arc<Message>) {
        if let Some(at) = self.by_key.get(&message.key) {
            return self.put(*at, message);
        }
        let slot = Slot {
            message: None,
            due: None,
            mark: self.mark,
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
        let mark = self.mark;
        let Some(slot) = self.slot(at) else { return };
        slot.mark = mark;
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
    pub(in crate::store) fn first_end(&mut self) -> Option<Timestamp> {
        loop {
            let at = *self.finished.front()?;
            if let Some(message) = &self.slot(at)?.message {
                return message.life.done();
            }
            // It was taken out.
            self.finished.pop_front();
            self.free.push(at);
        }
    }

    /// Forgets the message that ended longest ago, which it gives.
    pub(in crate::store) fn forget_first(&mut self) -> Option<Arc<Message>> {
        self.first_end()?;
        let at = *self.finished.front()?;
        let key = self.slot(at)?.message.as_ref()?.key.clone();
        let forgotten = self.remove(&key);
        self.finished.pop_front();
        self.free.push(at);
        forgotten
    }

    /// Takes out a message, with what is known of it; `None` when it is not here.
    pub(in crate::store) fn remove(&mut self, key: &MessageKey) -> Option<Arc<Message>> {
        let at = self.by_key.remove(key)?;
        self.set_due(at, None);
        self.handed.forget(key);
        let message = self.slot(at)?.message.take()?;
        self.count_in_hand(message.life.is_in_flight(), false);
        if message.is_listed() {
            self.unlist(at, &message);
        }
        if !message.life.is_final() {
            self.free.push(at);
        }
        Some(message)
    }

    /// Gives the slots back that messages were taken out of which had ended.
    pub(in crate::store) fn prune(&mut self) {
        let mut finished = core::mem::take(&mut self.finished);
        finished.retain(|at| {
            let stays = self.slot(*at).is_some_and(|slot| slot.message.is_some());
            if !stays {
                self.free.push(*at);
            }
            stays
        });
        self.finished = finished;
    }

    pub(in crate::store) fn messages(&self) -> impl Iterator<Item = &Arc<Message>> {
        self.slots.iter().filter_map(|slot| slot.message.as_ref())
    }

    /// The message with this key, and what it was [marked](Self::mark) with.
    pub(in crate::store) fn marked(&self, key: &MessageKey) -> Option<(&Arc<Message>, u64)> {
        let at = usize::try_from(*self.by_key.get(key)?).ok()?;
        let slot = self.slots.get(at)?;
        Some((slot.message.as_ref()?, slot.mark))
    }

    /// The moments of the first `limit` messages that are due at `now`, in their order.
    pub(in crate::store) fn moments(&self, now: Timestamp, limit: usize) -> Vec<Moment> {
        let mut moments = Vec::new();
        for (moment, list) in self.due.iter().take_while(|(due, _)| due.due() <= now) {
            if moments.len() >= limit {
                // There may be very many behind, each at a moment of its own.
                break;
            }
            let mut at = list.oldest;
            while at != NONE && moments.len() < limit {
                moments.push(*moment);
                let slot = usize::try_from(at).ok().and_then(|at| self.slots.get(at));
                at = slot.map_or(NONE, |slot| slot.next);
            }
        }
        moments
    }

    /// What waits since before `created_before`.
    pub(in crate::store) fn left_over(
        &self,
        created_before: Timestamp,
        limit: usize,
    ) -> Vec<(Arc<str>, DeliveryKey)> {
        let mut over = Vec::new();
        let current = |key: &MessageKey| Ok::<_, Infallible>(self.message(key).map(|one| one.life));
        for (account, outbox) in &self.outbox {
            let old = outbox
                .values()
                .take_while(|delivery| delivery.created < created_before)
                .filter(|delivery| is_left_over(delivery, current).unwrap_or_default())
                .take(limit - over.len());
            over.extend(old.map(|delivery| (account.clone(), delivery.key)));
        }
        over
    }

    /// At most `limit` of what waits for this account, behind `after`.
    pub(in crate::store) fn outbox(
        &self,
        account: &str,
        after: Option<DeliveryKey>,
        limit: usize,
    ) -> Vec<Arc<Delivery>> {
        let from = after.map_or(Unbounded, Excluded);
        let outbox = self.outbox.get(account);
        let behind = outbox
            .into_iter()
            .flat_map(|outbox| outbox.range((from, Unbounded)));
        behind
            .take(limit)
            .map(|(_, delivery)| delivery.clone())
            .collect()
    }

    /// At most `limit` of the messages that are listed under this name of a pair, the
    /// one that was submitted last first, behind `behind`.
    pub(in crate::store) fn between(
        &self,
        pair: &[u8],
        behind: Option<&Place>,
        limit: usize,
    ) -> Vec<Arc<Message>> {
        let to = behind.map_or(Unbounded, Excluded);
        let places = self.listed.get(pair);
        let before = places
            .into_iter()
            .flat_map(|places| places.range::<Place, _>((Unbounded, to)).rev());
        let messages = before
            .take(limit)
            .filter_map(|place| self.message(&place.key));
        messages.cloned().collect()
    }

    /// All messages with this id, in the order of their parts.
    pub(in crate::store) fn find(&self, id: &MessageId) -> Vec<Arc<Message>> {
        let keys = (0..=u8::MAX).map(|part| MessageKey {
            id: id.clone(),
            part,
        });
        keys.filter_map(|key| self.message(&key).cloned()).collect()
    }

    /// How much there is.
    pub(in crate::store) fn sizes(&self) -> Sizes {
        let number = |length| u64::try_from(length).unwrap_or(u64::MAX);
        Sizes::new(
            number(self.waiting_messages - self.in_hand),
            number(self.in_hand),
            number(self.by_key.len() - self.waiting_messages),
            number(self.waiting),
        )
    }

    /// Takes a delivery out. Says whether it was there.
    pub(in crate::store) fn dequeue(&mut self, account: &Arc<str>, key: DeliveryKey) -> bool {
        let Some(outbox) = self.outbox.get_mut(account) else {
            return false;
        };
        let was_there = outbox.remove(&key).is_some();
        if was_there {
            self.waiting -= 1;
        }
        if outbox.is_empty() {
            self.outbox.remove(account);
        }
        was_there
    }

    /// The message that has waited longest, claimed, and what it was marked with;
    /// `None` when none is due.
    pub(in crate::store) fn claim(
        &mut self,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Option<(Arc<Message>, u64)> {
        let (due, list) = self.due.first_key_value()?;
        if due.due() > now {
            return None;
        }
        let (at, mark) = (list.oldest, self.mark);
        let slot = self.slot(at)?;
        let mark = core::mem::replace(&mut slot.mark, mark);
        let message = slot.message.as_mut()?;
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
        Some((message, mark))
    }

    pub(in crate::store) fn apply(&mut self, change: Change, committed: &mut Committed) {
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
            Change::Dequeue { account, key } => _ = self.dequeue(&account, key),
        }
    }
}
