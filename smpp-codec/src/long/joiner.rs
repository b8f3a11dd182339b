//! Joining without an allocator.

use super::slot::{Key, Offer, Place, Slot};
use super::{Expired, Incoming, Joined, Missing, Outcome, PartRef, Route};

/// Puts long messages together, without an allocator: up to `OPEN` messages at
/// a time, each of up to `PARTS` parts and `OCTETS` octets, user data headers
/// included.
///
/// Parts may come in any order, twice, and mixed with those of other messages.
/// What belongs together has the same route (sender and receiver, or whatever
/// the caller takes for it), method, reference and number of parts.
///
/// Time is what the caller says, in milliseconds since any moment. A message
/// that is not complete `lifetime` after its first part is handed over by
/// [`expire`](Self::expire), which is to be called now and then, and before
/// [`accept`](Self::accept) when the reader must not wait for it.
///
/// ```
/// use smpp_codec::long::{Incoming, Joiner, Outcome};
/// use smpp_codec::text::Encoding;
/// use smpp_pdu::{EsmClass, Tlvs};
///
/// // 8 messages of up to 4 parts, given up after five minutes.
/// let mut joiner = Joiner::<8, 4, 640, (&str, &str)>::new(300_000);
/// let class = EsmClass::DEFAULT.with_udhi(true);
/// let mut accept = |octets: &[u8], now| {
///     let part = Incoming::read(class, octets, &Tlvs::default()).expect("a part");
///     match joiner.accept(("1001", "2002"), &part, now) {
///         Outcome::Stored(missing) => missing.to_string(),
///         Outcome::Complete(message) => {
///             let mut text = String::new();
///             message.decode(Encoding::Gsm7, &mut text);
///             text
///         }
///         other => format!("{other:?}"),
///     }
/// };
/// assert_eq!(accept(b"\x05\x00\x03\x42\x02\x02world", 1_000), "1 of 2");
/// assert_eq!(accept(b"\x05\x00\x03\x42\x02\x01Hello, ", 1_500), "Hello, world");
/// ```
#[derive(Clone, Debug)]
pub struct Joiner<const OPEN: usize, const PARTS: usize, const OCTETS: usize, K = Route> {
    slots: heapless::Vec<FixedSlot<PARTS, OCTETS, K>, OPEN>,
    lifetime: u64,
    remember: u64,
}

type FixedSlot<const PARTS: usize, const OCTETS: usize, K> =
    Slot<K, heapless::Vec<u8, OCTETS>, heapless::Vec<Place, PARTS>>;

impl<const OPEN: usize, const PARTS: usize, const OCTETS: usize, K: Eq>
    Joiner<OPEN, PARTS, OCTETS, K>
{
    /// A joiner that gives a message up `lifetime` milliseconds after its
    /// first part.
    #[must_use]
    pub const fn new(lifetime: u64) -> Self {
        Self {
            slots: heapless::Vec::new(),
            lifetime,
            remember: 0,
        }
    }

    /// Keeps complete messages for `milliseconds` more, so that a part that is
    /// sent again after the last one is known for a duplicate and does not
    /// open a message that never ends. They give way to open messages when
    /// there is no other room. 0, the default, keeps none.
    ///
    /// A sender that sends the same text with the same reference again within
    /// that time is taken for one that repeats itself.
    #[must_use]
    pub const fn remembering(mut self, milliseconds: u64) -> Self {
        self.remember = milliseconds;
        self
    }

    /// Takes a part. Nothing here depends on the order of `now`, but times out
    /// of order make messages live longer.
    pub fn accept(&mut self, route: K, part: &Incoming<'_>, now: u64) -> Outcome<'_, K> {
        self.forget(now);
        let key = Key::new(route, part.place);
        let mut found = self.slots.iter().position(|slot| slot.key == key);
        if let Some(index) = found
            && let Some(slot) = self.slots.get(index)
            && slot.is_complete()
        {
            if slot.part(part.place.part) == Some((part.header, part.data)) {
                return Outcome::Duplicate(slot.missing);
            }
            // The sender is through all references and begins anew.
            self.slots.swap_remove(index);
            found = None;
        }
        let index = match found {
            Some(index) => index,
            None => {
                let total = usize::from(key.total);
                if total > PARTS {
                    return Outcome::TooLong;
                }
                if self.slots.is_full() {
                    let Some(oldest) = self.oldest_complete() else {
                        return Outcome::Full;
                    };
                    self.slots.swap_remove(oldest);
                }
                let mut places = heapless::Vec::new();
                let data = heapless::Vec::new();
                // There is room for both, as was just seen.
                if places.resize_default(total).is_err()
                    || self.slots.push(Slot::new(key, now, data, places)).is_err()
                {
                    return Outcome::Full;
                }
                self.slots.len() - 1
            }
        };
        let Some(slot) = self.slots.get_mut(index) else {
            return Outcome::Full;
        };
        let offer = slot.offer(part, now);
        if matches!(offer, Offer::NoRoom) && slot.octets() == 0 {
            self.slots.swap_remove(index);
            return Outcome::TooLong;
        }
        if slot.is_complete() {
            slot.since = now;
        }
        let Some(slot) = self.slots.get(index) else {
            return Outcome::Full;
        };
        match offer {
            Offer::NoRoom => Outcome::TooLong,
            Offer::Duplicate => Outcome::Duplicate(slot.missing),
            _ if slot.is_complete() => Outcome::Complete(Joined::of(slot)),
            Offer::Stored => Outcome::Stored(slot.missing),
            Offer::Restarted(given_up) => Outcome::Restarted {
                missing: slot.missing,
                given_up,
            },
        }
    }

    /// Hands over the messages whose time has run out, and forgets them. Gives
    /// their number.
    pub fn expire(&mut self, now: u64, mut each: impl FnMut(&Expired<'_, K>)) -> usize {
        self.forget(now);
        let lifetime = self.lifetime;
        let before = self.slots.len();
        self.slots.retain(|slot| {
            let over = !slot.is_complete() && now.saturating_sub(slot.since) >= lifetime;
            if over {
                each(&Joined::of(slot));
            }
            !over
        });
        before - self.slots.len()
    }

    /// When [`expire`](Self::expire) will find something next; `None` while no
    /// message is open.
    #[must_use]
    pub fn next_expiry(&self) -> Option<u64> {
        let open = self.slots.iter().filter(|slot| !slot.is_complete());
        open.map(|slot| slot.since.saturating_add(self.lifetime))
            .min()
    }

    /// What is missing of the message that a part belongs to; `None` when it
    /// is not open.
    pub fn missing(&self, route: &K, place: PartRef) -> Option<Missing> {
        let mut slots = self.slots.iter();
        let slot = slots.find(|slot| slot.key.is(route, place))?;
        (!slot.is_complete()).then_some(slot.missing)
    }

    /// How many messages are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.slots.iter().filter(|slot| !slot.is_complete()).count()
    }

    /// Forgets complete messages whose time is over.
    fn forget(&mut self, now: u64) {
        let remember = self.remember;
        self.slots
            .retain(|slot| !slot.is_complete() || now.saturating_sub(slot.since) < remember);
    }

    fn oldest_complete(&self) -> Option<usize> {
        let complete = self.slots.iter().enumerate();
        complete
            .filter(|(_, slot)| slot.is_complete())
            .min_by_key(|(_, slot)| slot.since)
            .map(|(index, _)| index)
    }
}
