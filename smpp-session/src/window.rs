//! The requests that wait for their responses.

use smpp_pdu::{CommandId, SequenceNumber};

use crate::Instant;
use crate::event::RequestId;

/// Room for one outstanding request. A session without allocator is given an
/// array of them, `[Slot::EMPTY; WINDOW]`.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// A request that waits; or, where `previous` is [`OVER`], one that ended
    /// without a response, until another takes its place.
    entry: Option<Outstanding>,
    /// Neighbours in the order of sending; meaningful while one waits here.
    previous: u32,
    next: u32,
}

impl Slot {
    /// Nothing outstanding.
    pub const EMPTY: Self = Self {
        entry: None,
        previous: NONE,
        next: NONE,
    };

    /// The request that waits here.
    #[inline]
    fn waiting(&self) -> Option<&Outstanding> {
        match self.previous {
            OVER => None,
            _ => self.entry.as_ref(),
        }
    }
}

/// No neighbour.
const NONE: u32 = u32::MAX;

/// In place of a neighbour: the request has ended, and is only remembered.
const OVER: u32 = u32::MAX - 1;

/// A request that waits for its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outstanding {
    pub(crate) sequence_number: SequenceNumber,
    pub(crate) command_id: CommandId,
    /// The caller's name for it; `None` for the session's own requests.
    pub(crate) id: Option<RequestId>,
    pub(crate) sent_at: Instant,
    pub(crate) deadline: Instant,
}

/// Classes of operations, each with its own time for a response. Within a
/// class the deadlines rise in the order of sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Bind,
    Link,
    Message,
    Manage,
}

impl Class {
    const ALL: [Self; 4] = [Self::Bind, Self::Link, Self::Message, Self::Manage];

    pub(crate) const fn of(command_id: CommandId) -> Self {
        match command_id {
            CommandId::BIND_RECEIVER
            | CommandId::BIND_TRANSMITTER
            | CommandId::BIND_TRANSCEIVER => Self::Bind,
            CommandId::ENQUIRE_LINK | CommandId::UNBIND => Self::Link,
            CommandId::SUBMIT_SM
            | CommandId::SUBMIT_MULTI
            | CommandId::DATA_SM
            | CommandId::DELIVER_SM
            | CommandId::BROADCAST_SM => Self::Message,
            _ => Self::Manage,
        }
    }
}

/// First and last of a list through the slots.
#[derive(Clone, Copy, Debug)]
struct Ends {
    oldest: u32,
    newest: u32,
}

/// The outstanding requests: a slab where the slot of a request is its sequence
/// number modulo the number of slots, and a list through it for each class, in
/// the order of sending. Every operation takes the same time however many there
/// are.
///
/// Where the slot of the next number is taken, by a request that has waited
/// for a whole turn, that number is skipped: numbers must rise, not be dense.
#[derive(Debug)]
pub(crate) struct Window<S> {
    slots: S,
    len: usize,
    lists: [Ends; Class::ALL.len()],
}

impl<S: AsRef<[Slot]> + AsMut<[Slot]>> Window<S> {
    pub(crate) fn new(slots: S) -> Self {
        Self {
            slots,
            len: 0,
            lists: [Ends {
                oldest: NONE,
                newest: NONE,
            }; Class::ALL.len()],
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn capacity(&self) -> usize {
        self.slots.as_ref().len()
    }

    fn index(&self, number: SequenceNumber) -> u32 {
        let slots = u32::try_from(self.capacity()).unwrap_or(u32::MAX).max(1);
        number.0 % slots
    }

    fn slot(&self, index: u32) -> Option<&Slot> {
        self.slots.as_ref().get(usize::try_from(index).ok()?)
    }

    fn slot_mut(&mut self, index: u32) -> Option<&mut Slot> {
        self.slots.as_mut().get_mut(usize::try_from(index).ok()?)
    }

    /// The first number from `number` on whose slot is free; `None` when all are taken.
    pub(crate) fn free_number(&self, mut number: SequenceNumber) -> Option<SequenceNumber> {
        if self.len >= self.capacity() {
            return None;
        }
        // A turn over all numbers may hit the wrap once, where the slots of two
        // neighbours need not be neighbours: two turns are always enough.
        for _ in 0..=2 * self.capacity() {
            if self.slot(self.index(number))?.waiting().is_none() {
                return Some(number);
            }
            number = number.next();
        }
        None
    }

    fn list(&mut self, class: Class) -> &mut Ends {
        let [bind, link, message, manage] = &mut self.lists;
        match class {
            Class::Bind => bind,
            Class::Link => link,
            Class::Message => message,
            Class::Manage => manage,
        }
    }

    /// Takes a request whose number came from [`Window::free_number`].
    pub(crate) fn insert(&mut self, entry: Outstanding) {
        let index = self.index(entry.sequence_number);
        let class = Class::of(entry.command_id);
        let newest = self.list(class).newest;
        let Some(slot) = self.slot_mut(index) else {
            return;
        };
        *slot = Slot {
            entry: Some(entry),
            previous: newest,
            next: NONE,
        };
        match self.slot_mut(newest) {
            Some(before) => before.next = index,
            None => self.list(class).oldest = index,
        }
        self.list(class).newest = index;
        self.len += 1;
    }

    /// The request with this number.
    pub(crate) fn get(&self, number: SequenceNumber) -> Option<&Outstanding> {
        let entry = self.slot(self.index(number))?.waiting()?;
        (entry.sequence_number == number).then_some(entry)
    }

    /// Takes out the request with this number.
    pub(crate) fn remove(&mut self, number: SequenceNumber) -> Option<Outstanding> {
        let entry = *self.get(number)?;
        let class = Class::of(entry.command_id);
        let slot = self.slot_mut(self.index(number))?;
        let Slot { previous, next, .. } = core::mem::replace(slot, Slot::EMPTY);
        match self.slot_mut(previous) {
            Some(before) => before.next = next,
            None => self.list(class).oldest = next,
        }
        match self.slot_mut(next) {
            Some(after) => after.previous = previous,
            None => self.list(class).newest = previous,
        }
        self.len -= 1;
        Some(entry)
    }

    /// Remembers a request that was taken out without a response, for as long
    /// as its slot is not wanted: a late response finds it there.
    pub(crate) fn remember(&mut self, entry: Outstanding) {
        let index = self.index(entry.sequence_number);
        if let Some(slot) = self.slot_mut(index)
            && slot.waiting().is_none()
        {
            *slot = Slot {
                entry: Some(entry),
                previous: OVER,
                next: NONE,
            };
        }
    }

    /// The remembered request with this number.
    pub(crate) fn remembered(&self, number: SequenceNumber) -> Option<&Outstanding> {
        let slot = self.slot(self.index(number))?;
        let entry = slot.entry.as_ref().filter(|_| slot.previous == OVER)?;
        (entry.sequence_number == number).then_some(entry)
    }

    /// The request that expires first.
    pub(crate) fn first_to_expire(&self) -> Option<&Outstanding> {
        self.lists
            .iter()
            .filter_map(|list| self.slot(list.oldest)?.waiting())
            .min_by_key(|entry| entry.deadline)
    }

    /// The requests of the caller, each class in the order of sending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Outstanding> {
        self.lists.iter().flat_map(|list| {
            let start = self.slot(list.oldest);
            core::iter::successors(start, |slot| self.slot(slot.next)).filter_map(Slot::waiting)
        })
    }

    /// Takes out the request that expires first.
    pub(crate) fn pop_first(&mut self) -> Option<Outstanding> {
        let number = self.first_to_expire()?.sequence_number;
        self.remove(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u32) -> Outstanding {
        Outstanding {
            sequence_number: SequenceNumber(number),
            command_id: CommandId::SUBMIT_SM,
            id: Some(RequestId(u64::from(number))),
            sent_at: Instant::ZERO,
            deadline: Instant::from_millis(u64::from(number)),
        }
    }

    #[test]
    fn a_number_whose_slot_is_still_taken_is_skipped() {
        let mut window = Window::new([Slot::EMPTY; 4]);
        for number in 1..=4 {
            assert_eq!(
                window.free_number(SequenceNumber(number)),
                Some(SequenceNumber(number))
            );
            window.insert(entry(number));
        }
        assert_eq!(window.free_number(SequenceNumber(5)), None);
        window.remove(SequenceNumber(2)).unwrap();
        // 5 shares its slot with 1, which still waits; 6 has that of 2.
        assert_eq!(
            window.free_number(SequenceNumber(5)),
            Some(SequenceNumber(6))
        );
    }

    #[test]
    fn the_order_of_sending_survives_removals_in_any_order() {
        let mut window = Window::new([Slot::EMPTY; 8]);
        for number in 1..=6 {
            window.insert(entry(number));
        }
        for number in [3, 1, 6] {
            assert!(window.remove(SequenceNumber(number)).is_some());
            assert!(window.remove(SequenceNumber(number)).is_none());
        }
        window.insert(entry(7));
        let mut order = [0; 4];
        for place in &mut order {
            *place = window.pop_first().unwrap().sequence_number.0;
        }
        assert_eq!(order, [2, 4, 5, 7]);
        assert_eq!((window.len(), window.pop_first()), (0, None));
    }

    #[test]
    fn a_remembered_request_holds_no_slot() {
        let mut window = Window::new([Slot::EMPTY; 4]);
        window.insert(entry(1));
        window.insert(entry(2));
        let over = window.pop_first().unwrap();
        window.remember(over);
        assert_eq!(window.remembered(SequenceNumber(1)), Some(&over));
        assert_eq!(window.remembered(SequenceNumber(5)), None);
        assert_eq!(window.get(SequenceNumber(1)), None);
        assert_eq!(window.remove(SequenceNumber(1)), None);
        assert_eq!((window.len(), window.iter().count()), (1, 1));
        assert_eq!(
            window.free_number(SequenceNumber(5)),
            Some(SequenceNumber(5))
        );
        window.insert(entry(5));
        assert_eq!(window.remembered(SequenceNumber(1)), None);
        // A slot in use is not given up for a memory.
        window.remember(over);
        assert!(window.get(SequenceNumber(5)).is_some());
    }

    #[test]
    fn the_wrap_of_the_numbers_finds_a_slot() {
        let mut window = Window::new([Slot::EMPTY; 3]);
        window.insert(entry(0x7FFF_FFFF));
        let next = window
            .free_number(SequenceNumber(0x7FFF_FFFF).next())
            .unwrap();
        assert!(next.is_in_range());
        assert_ne!(next, SequenceNumber(0x7FFF_FFFF));
    }
}
