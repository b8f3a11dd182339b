//! Joining with an allocator.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec;
use alloc::vec::Vec;
use core::mem::size_of;

use super::slot::{Key, Offer, Place, Slot};
use super::{Expired, Incoming, Joined, Missing, Outcome, PartRef, Route};

/// How much a [`GrowingJoiner`] holds at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinLimits {
    /// Messages that are open, or complete and remembered.
    pub messages: usize,
    /// Octets of memory for all of them: the user data, and what it takes to
    /// keep it, to within what the allocator and the tree add.
    pub memory: usize,
    /// Octets of user data in any one message, headers included.
    pub message_octets: usize,
}

impl Default for JoinLimits {
    /// 10 000 messages, 16 MiB, and no message longer than 255 parts of 160
    /// octets.
    fn default() -> Self {
        Self {
            messages: 10_000,
            memory: 16 * 1024 * 1024,
            message_octets: 255 * super::MAX_SEGMENT_OCTETS,
        }
    }
}

/// Puts long messages together like [`Joiner`](super::Joiner), with memory
/// that grows up to a limit.
///
/// To find a message takes a time that grows with the logarithm of their
/// number; [`expire`](Self::expire) and [`next_expiry`](Self::next_expiry)
/// look at all of them.
///
/// ```
/// use smpp_codec::long::{GrowingJoiner, Incoming, JoinLimits, Outcome, Route};
/// use smpp_pdu::{Address, EsmClass, Tlvs};
///
/// let mut joiner = GrowingJoiner::new(300_000, JoinLimits::default());
/// let route = Route::new(&Address::short_code("1001")?, &Address::short_code("2002")?);
/// let class = EsmClass::DEFAULT.with_udhi(true);
/// let octets = b"\x05\x00\x03\x42\x02\x02world";
/// let part = Incoming::read(class, octets, &Tlvs::default()).expect("a part");
/// assert!(matches!(joiner.accept(route, &part, 0), Outcome::Stored(_)));
/// assert!(matches!(joiner.accept(route, &part, 9), Outcome::Duplicate(_)));
///
/// let mut lost = Vec::new();
/// joiner.expire(300_000, |message| lost.push(message.missing().to_string()));
/// assert_eq!(lost, ["1 of 2"]);
/// # Ok::<(), smpp_pdu::NulInside>(())
/// ```
#[derive(Clone, Debug)]
pub struct GrowingJoiner<K = Route> {
    slots: BTreeMap<Key<K>, GrowingSlot<K>>,
    /// Complete messages and when they were.
    complete: VecDeque<(u64, Key<K>)>,
    memory: usize,
    limits: JoinLimits,
    lifetime: u64,
    remember: u64,
}

type GrowingSlot<K> = Slot<K, Vec<u8>, Vec<Place>>;

impl<K: Ord + Clone> GrowingJoiner<K> {
    /// A joiner that gives a message up `lifetime` milliseconds after its
    /// first part.
    #[must_use]
    pub const fn new(lifetime: u64, limits: JoinLimits) -> Self {
        Self {
            slots: BTreeMap::new(),
            complete: VecDeque::new(),
            memory: 0,
            limits,
            lifetime,
            remember: 0,
        }
    }

    /// As [`Joiner::remembering`](super::Joiner::remembering).
    #[must_use]
    pub const fn remembering(mut self, milliseconds: u64) -> Self {
        self.remember = milliseconds;
        self
    }

    /// As [`Joiner::accept`](super::Joiner::accept).
    pub fn accept(&mut self, route: K, part: &Incoming<'_>, now: u64) -> Outcome<'_, K> {
        self.forget(now);
        let len = part.header.len() + part.data.len();
        if len > self.limits.message_octets {
            return Outcome::TooLong;
        }
        let key = Key::new(route, part.place);
        if let Some(slot) = self.slots.get(&key)
            && slot.is_complete()
        {
            if slot.part(part.place.part) == Some((part.header, part.data)) {
                return Outcome::Duplicate(slot.missing);
            }
            self.remove(&key);
        }
        let is_new = !self.slots.contains_key(&key);
        let need = len + if is_new { overhead::<K>(key.total) } else { 0 };
        while self.memory.saturating_add(need) > self.limits.memory
            || (is_new && self.slots.len() >= self.limits.messages)
        {
            let Some((since, oldest)) = self.complete.pop_front() else {
                return Outcome::Full;
            };
            self.remove_complete(since, &oldest);
        }
        let slot = self.slots.entry(key.clone()).or_insert_with(|| {
            let places = vec![Place::default(); usize::from(key.total)];
            Slot::new(key.clone(), now, Vec::new(), places)
        });
        if is_new {
            self.memory += overhead::<K>(key.total);
        }
        let before = slot.octets();
        if slot.part(part.place.part).is_none() {
            if before + len > self.limits.message_octets {
                return Outcome::TooLong;
            }
            slot.data_mut().reserve_exact(len);
        }
        let offer = slot.offer(part, now);
        self.memory = self.memory + slot.octets() - before;
        if slot.is_complete() && !matches!(offer, Offer::Duplicate) {
            slot.since = now;
            self.complete.push_back((now, key));
            return Outcome::Complete(Joined::of(slot));
        }
        match offer {
            Offer::Stored => Outcome::Stored(slot.missing),
            Offer::Duplicate => Outcome::Duplicate(slot.missing),
            Offer::Restarted(given_up) => {
                slot.data_mut().shrink_to_fit();
                Outcome::Restarted {
                    missing: slot.missing,
                    given_up,
                }
            }
            Offer::NoRoom => Outcome::TooLong,
        }
    }

    /// As [`Joiner::expire`](super::Joiner::expire).
    pub fn expire(&mut self, now: u64, mut each: impl FnMut(&Expired<'_, K>)) -> usize {
        self.forget(now);
        let lifetime = self.lifetime;
        let before = self.slots.len();
        let mut freed = 0;
        self.slots.retain(|key, slot| {
            let over = !slot.is_complete() && now.saturating_sub(slot.since) >= lifetime;
            if over {
                each(&Joined::of(slot));
                freed += overhead::<K>(key.total) + slot.octets();
            }
            !over
        });
        self.memory -= freed;
        before - self.slots.len()
    }

    /// As [`Joiner::next_expiry`](super::Joiner::next_expiry).
    #[must_use]
    pub fn next_expiry(&self) -> Option<u64> {
        let open = self.slots.values().filter(|slot| !slot.is_complete());
        open.map(|slot| slot.since.saturating_add(self.lifetime))
            .min()
    }

    /// As [`Joiner::missing`](super::Joiner::missing).
    pub fn missing(&self, route: &K, place: PartRef) -> Option<Missing> {
        let slot = self.slots.get(&Key::new(route.clone(), place))?;
        (!slot.is_complete()).then_some(slot.missing)
    }

    /// How many messages are open.
    #[must_use]
    pub fn open(&self) -> usize {
        let slots = self.slots.values();
        slots.filter(|slot| !slot.is_complete()).count()
    }

    /// Octets of memory that the messages take, as
    /// [`JoinLimits::memory`] counts them.
    #[must_use]
    pub const fn memory(&self) -> usize {
        self.memory
    }

    /// Forgets complete messages whose time is over.
    fn forget(&mut self, now: u64) {
        while let Some((since, _)) = self.complete.front()
            && now.saturating_sub(*since) >= self.remember
            && let Some((since, key)) = self.complete.pop_front()
        {
            self.remove_complete(since, &key);
        }
    }

    /// Removes the message that was completed then; a later one may have taken
    /// its place.
    fn remove_complete(&mut self, since: u64, key: &Key<K>) {
        let found = self.slots.get(key);
        if found.is_some_and(|slot| slot.is_complete() && slot.since == since) {
            self.remove(key);
        }
    }

    fn remove(&mut self, key: &Key<K>) {
        if let Some(slot) = self.slots.remove(key) {
            self.memory -= overhead::<K>(key.total) + slot.octets();
        }
    }
}

/// What a message takes beside its octets.
const fn overhead<K>(total: u8) -> usize {
    2 * size_of::<Key<K>>() + size_of::<GrowingSlot<K>>() + total as usize * size_of::<Place>()
}
