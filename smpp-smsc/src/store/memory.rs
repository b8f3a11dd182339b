//! A store that forgets everything when the process ends.

mod handed;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{
    Change, Committed, Delivery, DeliveryKey, Handed, Pair, Place, Sizes, Store, StoreError,
    first_handed, is_left_over, rank,
};
use crate::hash::IdMap;
use crate::{Message, MessageId, MessageKey, Timestamp};

use handed::HandedOver;

/// Keeps everything in memory, within limits.
#[derive(Debug)]
pub struct MemoryStore {
    capacity: usize,
    history: usize,
    tables: Mutex<Tables>,
}

/// The messages stand in slots, found by their keys, and in a list of slots for
/// each moment at which some are due: a message that changes moves nothing else.
#[derive(Debug, Default)]
struct Tables {
    slots: Vec<Slot>,
    /// Slots without a message.
    free: Vec<u32>,
    by_key: IdMap<MessageKey, u32>,
    due: BTreeMap<Moment, List>,
    /// Places of the messages that are listed, by the names of their pairs.
    listed: HashMap<Box<[u8]>, BTreeSet<Place>>,
    /// Messages in the lists of `due`.
    waiting_messages: usize,
    /// Of these, those with an attempt under way.
    in_hand: usize,
    /// Messages with a final state, the one that ended first in front.
    finished: VecDeque<u32>,
    outbox: HashMap<Arc<str>, BTreeMap<DeliveryKey, Arc<Delivery>>>,
    /// Entries of all outboxes.
    waiting: usize,
    handed: HandedOver,
}

#[derive(Debug)]
struct Slot {
    message: Option<Arc<Message>>,
    /// The list that it is in.
    due: Option<Moment>,
    previous: u32,
    next: u32,
}

/// When a message is due, and in the lowest octet its rank among those of that
/// time: one number, since most of the work here is to compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Moment(u64);

impl Moment {
    fn of(message: &Message) -> Option<Self> {
        // The last moment that fits is millions of years away.
        let due = message.life.due()?.0.min(u64::MAX >> 8);
        Some(Self(due << 8 | u64::from(rank(message))))
    }

    const fn due(self) -> Timestamp {
        Timestamp(self.0 >> 8)
    }
}

/// Slots that are due at one moment, in the order in which they came.
#[derive(Clone, Copy, Debug)]
struct List {
    oldest: u32,
    newest: u32,
}

/// No slot.
const NONE: u32 = u32::MAX;

impl MemoryStore {
    /// A store for at most `capacity` messages that wait for delivery and
    /// receipts that wait for their ESME. It remembers the last `history`
    /// messages that reached a final state, so that they can be queried.
    #[must_use]
    pub fn new(capacity: usize, history: usize) -> Self {
        Self {
            capacity,
            history,
            tables: Mutex::default(),
        }
    }

    fn with<R>(&self, work: impl FnOnce(&mut Tables) -> R) -> R {
        // No method panics half-way through a change.
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut tables)
    }
}

/// 1,000,000 that wait, 100,000 remembered.
impl Default for MemoryStore {
    fn default() -> Self {
        Self::new(1_000_000, 100_000)
    }
}

impl Tables {
    fn slot(&mut self, at: u32) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(at).ok()?)
    }

    fn message(&self, key: &MessageKey) -> Option<&Arc<Message>> {
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
    fn first_end(&self) -> Option<Timestamp> {
        let at = usize::try_from(*self.finished.front()?).ok()?;
        self.slots.get(at)?.message.as_ref()?.life.done()
    }

    /// Forgets the message that ended longest ago.
    fn forget_first(&mut self) {
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
    fn sweep_outbox(&mut self, created_before: Timestamp, limit: usize) -> usize {
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
    fn claim(&mut self, now: Timestamp, lease_until: Timestamp) -> Option<Arc<Message>> {
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

    fn apply(&mut self, change: Change, committed: &mut Committed) {
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

#[async_trait]
impl Store for MemoryStore {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, StoreError> {
        self.with(|tables| {
            let new = changes
                .iter()
                .filter(|change| matches!(change, Change::Insert(_)))
                .count();
            if new > 0 && tables.waiting_messages + tables.waiting + new > self.capacity {
                return Err(StoreError::Full);
            }
            let taken = changes.iter().find_map(|change| match change {
                Change::Insert(message) => tables.message(&message.key).map(|_| &message.key.id),
                _ => None,
            });
            if let Some(id) = taken {
                // Nothing is ever lost under another message.
                return Err(StoreError::Failed(format!(
                    "there is a message {id} already"
                )));
            }
            let mut committed = Committed::default();
            for change in changes {
                tables.apply(change, &mut committed);
            }
            while tables.finished.len() > self.history {
                tables.forget_first();
            }
            Ok(committed)
        })
    }

    async fn messages(
        &self,
        keys: Vec<MessageKey>,
    ) -> Result<Vec<Option<Arc<Message>>>, StoreError> {
        Ok(self.with(|tables| {
            keys.iter()
                .map(|key| tables.message(key).cloned())
                .collect()
        }))
    }

    async fn find(&self, id: &MessageId) -> Result<Vec<Arc<Message>>, StoreError> {
        Ok(self.with(|tables| {
            let key = |part| MessageKey {
                id: id.clone(),
                part,
            };
            (0..=u8::MAX)
                .map_while(|part| tables.message(&key(part)).cloned())
                .collect()
        }))
    }

    async fn between(
        &self,
        pair: &Pair,
        behind: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        use core::ops::Bound::{Excluded, Unbounded};
        let to = behind.map_or(Unbounded, Excluded);
        Ok(self.with(|tables| {
            tables
                .listed
                .get(&pair.to_name())
                .map_or_else(Vec::new, |places| {
                    places
                        .range((Unbounded, to))
                        .rev()
                        .take(limit)
                        .filter_map(|place| tables.message(&place.key).cloned())
                        .collect()
                })
        }))
    }

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        Ok(self.with(|tables| {
            let claims = core::iter::from_fn(|| tables.claim(now, lease_until));
            claims.take(limit).collect()
        }))
    }

    async fn sweep(&self, ended_before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        Ok(self.with(|tables| {
            let mut swept = 0;
            while swept < limit && tables.first_end().is_some_and(|done| done < ended_before) {
                tables.forget_first();
                swept += 1;
            }
            swept
        }))
    }

    async fn sweep_outbox(
        &self,
        created_before: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        Ok(self.with(|tables| tables.sweep_outbox(created_before, limit)))
    }

    async fn handed_over(
        &self,
        centre: &str,
        ids: Vec<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<Vec<Handed>>, StoreError> {
        let centre: Arc<str> = centre.into();
        Ok(self.with(|tables| {
            let meant = ids.iter().map(|id| {
                let found = tables.handed.meant(&centre, id, |key| tables.message(key));
                first_handed(found, id, limit)
            });
            meant.collect()
        }))
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.with(|tables| tables.due.first_key_value().map(|(due, _)| due.due())))
    }

    async fn outbox(
        &self,
        account: &str,
        after: Option<DeliveryKey>,
        limit: usize,
    ) -> Result<Vec<Arc<Delivery>>, StoreError> {
        use core::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        Ok(self.with(|tables| {
            tables.outbox.get(account).map_or_else(Vec::new, |outbox| {
                outbox
                    .range((from, Unbounded))
                    .take(limit)
                    .map(|(_, delivery)| delivery.clone())
                    .collect()
            })
        }))
    }

    async fn sizes(&self) -> Result<Option<Sizes>, StoreError> {
        let number = |length| u64::try_from(length).unwrap_or(u64::MAX);
        Ok(self.with(|tables| {
            Some(Sizes::new(
                number(tables.waiting_messages - tables.in_hand),
                number(tables.in_hand),
                number(tables.finished.len()),
                number(tables.waiting),
            ))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance;

    #[tokio::test]
    async fn the_memory_store_passes_the_conformance_suite() {
        conformance::check(|| async { MemoryStore::default() }).await;
    }

    #[tokio::test]
    async fn a_full_store_takes_no_new_message_but_lets_others_end() {
        let store = MemoryStore::new(2, 10);
        let message = conformance::message;
        let (a, b) = (message("a", 0, 5), message("b", 0, 5));
        let both = vec![Change::Insert(a.clone()), Change::Insert(b)];
        store.commit(both).await.unwrap();
        let third = vec![Change::Insert(message("c", 0, 5))];
        assert_eq!(store.commit(third.clone()).await, Err(StoreError::Full));
        let ended = conformance::delivered(&a, Timestamp(6));
        store.commit(vec![Change::Update(ended)]).await.unwrap();
        store.commit(third).await.unwrap();
    }

    #[tokio::test]
    async fn messages_that_ended_longest_ago_are_forgotten_first() {
        let store = MemoryStore::new(10, 1);
        for id in ["a", "b"] {
            let message = conformance::message(id, 0, 5);
            let ended = conformance::delivered(&message, Timestamp(6));
            store
                .commit(vec![Change::Insert(message), Change::Update(ended)])
                .await
                .unwrap();
        }
        let id = |text| MessageId::new(text).unwrap();
        assert!(store.find(&id("a")).await.unwrap().is_empty());
        assert_eq!(store.find(&id("b")).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn messages_of_one_moment_end_in_any_order_and_leave_nothing() {
        let store = MemoryStore::new(10, 2);
        for round in 0..3 {
            let all: Vec<_> = (0..5)
                .map(|part| conformance::message(&format!("r{round}"), part, 5))
                .collect();
            let inserts = all.iter().cloned().map(Change::Insert).collect();
            store.commit(inserts).await.unwrap();
            // From the middle, the end and the start of the list.
            for at in [2, 4, 0] {
                let ended = conformance::delivered(&all[at], Timestamp(6));
                store.commit(vec![Change::Update(ended)]).await.unwrap();
            }
            let claimed = store.claim(Timestamp(5), Timestamp(9), 9).await.unwrap();
            let claimed: Vec<_> = claimed.iter().map(|one| one.key.part).collect();
            assert_eq!(claimed, [1, 3]);
            for at in [3, 1] {
                let ended = conformance::delivered(&all[at], Timestamp(6));
                store.commit(vec![Change::Update(ended)]).await.unwrap();
            }
            assert_eq!(store.next_due().await, Ok(None));
        }
        // Two are remembered; the slots of the others were used again.
        store.with(|tables| {
            assert_eq!((tables.by_key.len(), tables.finished.len()), (2, 2));
            assert_eq!((tables.waiting_messages, tables.due.len()), (0, 0));
            assert!(tables.listed.is_empty());
            assert!(tables.slots.len() <= 7, "{}", tables.slots.len());
        });
    }
}
