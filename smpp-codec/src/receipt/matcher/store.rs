//! Room for what a matcher keeps: growing, or fixed.

use super::forms::{CONVERTED, Places};
use super::{Held, Submitted};

/// A list with room for so many.
pub trait Room<T>: Default {
    /// How many there are.
    fn len(&self) -> usize;
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// One by its place.
    fn get(&self, at: usize) -> Option<&T>;
    /// One by its place, to be changed.
    fn get_mut(&mut self, at: usize) -> Option<&mut T>;
    /// Puts one at the end; gives it back when there is no room.
    ///
    /// # Errors
    /// The item itself, when the list is full.
    fn push(&mut self, item: T) -> Result<(), T>;
    /// Takes one out and closes the gap with the last one.
    fn swap_remove(&mut self, at: usize) -> Option<T>;
}

/// An index over the kept ids.
pub trait Index: Default {
    /// Whether one look gives every place.
    const SCANS: bool = false;
    /// Adds a hash for a place.
    fn insert(&mut self, hash: u64, at: usize);
    /// Removes it.
    fn remove(&mut self, hash: u64, at: usize);
    /// Calls `found` with every place that may have this hash, of `len` places.
    fn find(&self, hash: u64, len: usize, found: &mut dyn FnMut(usize));
}

/// No index: every place may be the one.
#[derive(Debug, Default)]
pub struct Scan;

impl Index for Scan {
    const SCANS: bool = true;
    fn insert(&mut self, _: u64, _: usize) {}
    fn remove(&mut self, _: u64, _: usize) {}
    fn find(&self, _: u64, len: usize, found: &mut dyn FnMut(usize)) {
        (0..len).for_each(found);
    }
}

/// How a [`Matcher`](super::Matcher) keeps things: `Growing` (with an allocator) or
/// [`Fixed`].
pub trait Store<K, R> {
    /// The submitted messages.
    type Messages: Room<Submitted<K>>;
    /// The receipts that wait.
    type Receipts: Room<Held<R>>;
    /// Which requests still have no response.
    type Requests: Room<u64>;
    /// The index over the messages.
    type Index: Index;
}

/// Room for `N` messages, `E` receipts that wait, and `W` requests without a
/// response, in the matcher itself. Every receipt looks at every message.
#[derive(Debug)]
pub struct Fixed<const N: usize, const E: usize, const W: usize>;

impl<K, R, const N: usize, const E: usize, const W: usize> Store<K, R> for Fixed<N, E, W> {
    type Messages = heapless::Vec<Submitted<K>, N>;
    type Receipts = heapless::Vec<Held<R>, E>;
    type Requests = heapless::Vec<u64, W>;
    type Index = Scan;
}

impl<T, const N: usize> Room<T> for heapless::Vec<T, N> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn get(&self, at: usize) -> Option<&T> {
        self.as_slice().get(at)
    }

    fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        self.as_mut_slice().get_mut(at)
    }

    fn push(&mut self, item: T) -> Result<(), T> {
        heapless::Vec::push(self, item)
    }

    fn swap_remove(&mut self, at: usize) -> Option<T> {
        (at < self.as_slice().len()).then(|| heapless::Vec::swap_remove(self, at))
    }
}

#[cfg(feature = "alloc")]
mod growing {
    use alloc::collections::BTreeSet;
    use alloc::vec::Vec;

    use super::{Held, Index, Room, Store, Submitted};

    /// Room that grows, up to the bounds of the options. A receipt looks only
    /// at messages whose id may be its own.
    #[derive(Debug)]
    pub struct Growing;

    impl<K, R> Store<K, R> for Growing {
        type Messages = Vec<Submitted<K>>;
        type Receipts = Vec<Held<R>>;
        type Requests = Vec<u64>;
        type Index = Sorted;
    }

    impl<T> Room<T> for Vec<T> {
        fn len(&self) -> usize {
            Vec::len(self)
        }

        fn get(&self, at: usize) -> Option<&T> {
            self.as_slice().get(at)
        }

        fn get_mut(&mut self, at: usize) -> Option<&mut T> {
            self.as_mut_slice().get_mut(at)
        }

        fn push(&mut self, item: T) -> Result<(), T> {
            Vec::push(self, item);
            Ok(())
        }

        fn swap_remove(&mut self, at: usize) -> Option<T> {
            (at < Vec::len(self)).then(|| Vec::swap_remove(self, at))
        }
    }

    /// An index in order of the hashes.
    #[derive(Debug, Default)]
    pub struct Sorted {
        set: BTreeSet<(u64, usize)>,
    }

    impl Index for Sorted {
        fn insert(&mut self, hash: u64, at: usize) {
            self.set.insert((hash, at));
        }

        fn remove(&mut self, hash: u64, at: usize) {
            self.set.remove(&(hash, at));
        }

        fn find(&self, hash: u64, _: usize, found: &mut dyn FnMut(usize)) {
            let range = self.set.range((hash, 0)..=(hash, usize::MAX));
            range.for_each(|&(_, at)| found(at));
        }
    }
}

#[cfg(feature = "alloc")]
pub use growing::{Growing, Sorted};

/// The messages with their index.
pub(super) struct Table<K, R, S: Store<K, R>> {
    messages: S::Messages,
    index: S::Index,
    _receipt: core::marker::PhantomData<fn() -> R>,
    _key: core::marker::PhantomData<fn() -> K>,
}

impl<K, R, S: Store<K, R>> Table<K, R, S> {
    pub(super) fn new() -> Self {
        Self {
            messages: S::Messages::default(),
            index: S::Index::default(),
            _receipt: core::marker::PhantomData,
            _key: core::marker::PhantomData,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Submitted<K>> {
        self.messages.get(at)
    }

    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut Submitted<K>> {
        self.messages.get_mut(at)
    }

    pub(super) fn push(&mut self, message: Submitted<K>) -> Result<(), Submitted<K>> {
        let places = message.places;
        self.messages.push(message)?;
        self.enter(places, self.messages.len() - 1);
        Ok(())
    }

    pub(super) fn swap_remove(&mut self, at: usize) -> Option<Submitted<K>> {
        let last = self.messages.len().checked_sub(1)?;
        let moved = self.messages.get(last)?.places;
        let removed = self.messages.swap_remove(at)?;
        self.leave(removed.places, at);
        if at != last {
            self.leave(moved, last);
            self.enter(moved, at);
        }
        Some(removed)
    }

    fn enter(&mut self, places: Places, at: usize) {
        self.index.insert(places.fold, at);
        if let Some(hash) = places.converted {
            self.index.insert(hash ^ CONVERTED, at);
        }
    }

    fn leave(&mut self, places: Places, at: usize) {
        self.index.remove(places.fold, at);
        if let Some(hash) = places.converted {
            self.index.remove(hash ^ CONVERTED, at);
        }
    }

    /// Calls `found` with every message that a receipt with this id may be of;
    /// with some of them more than once.
    pub(super) fn find(&self, places: &Places, found: &mut dyn FnMut(usize)) {
        let len = self.messages.len();
        self.index.find(places.fold, len, found);
        if S::Index::SCANS {
            return;
        }
        self.index.find(places.fold ^ CONVERTED, len, found);
        if let Some(hash) = places.converted {
            self.index.find(hash, len, found);
        }
    }
}
