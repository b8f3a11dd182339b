//! The requests of the peer that wait for an answer.

#[cfg(feature = "alloc")]
use alloc::{collections::BTreeMap, vec::Vec};

use smpp_pdu::SequenceNumber;

/// Numbers that one word of the ring holds.
const WORD: u32 = u64::BITS;

/// The most words that a ring grows to, 8 KiB: as many numbers as the largest
/// window.
#[cfg(feature = "alloc")]
const MOST_WORDS: usize = 1024;

/// The numbers of the requests that wait for an answer.
///
/// Peers count upwards, so that the numbers near the newest one are bits of a
/// ring, where the bit of a number is the number modulo the length of the ring:
/// nothing is looked for, however many wait. What the ring cannot hold is a
/// stray: a number that has fallen behind, one from before a jump, one that
/// came twice.
///
/// With an allocator the ring grows, up to 65,536 numbers, and strays keep
/// their numbers. Without one the ring holds 64 numbers, and strays are only
/// counted: while there are some, any number may be theirs.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The ring holds this number and those before it.
    newest: u32,
    ring: Ring,
    strays: Strays,
    len: u32,
}

#[derive(Debug)]
enum Ring {
    Fixed([u64; 1]),
    #[cfg(feature = "alloc")]
    Grown(Vec<u64>),
}

#[derive(Debug)]
enum Strays {
    Counted(u32),
    /// How often each number came.
    #[cfg(feature = "alloc")]
    Named(BTreeMap<u32, u32>),
}

impl Asked {
    /// One of fixed size.
    pub(crate) const fn fixed() -> Self {
        Self {
            newest: 0,
            ring: Ring::Fixed([0]),
            strays: Strays::Counted(0),
            len: 0,
        }
    }

    /// One that takes what it needs, and tells every number from the others.
    #[cfg(feature = "alloc")]
    pub(crate) const fn growing() -> Self {
        Self {
            newest: 0,
            ring: Ring::Fixed([0]),
            strays: Strays::Named(BTreeMap::new()),
            len: 0,
        }
    }

    /// How many requests wait.
    pub(crate) const fn len(&self) -> u32 {
        self.len
    }

    /// Takes note of a request.
    #[inline]
    pub(crate) fn insert(&mut self, number: SequenceNumber) {
        let number = number.0;
        self.len = self.len.saturating_add(1);
        if self.newest.wrapping_sub(number) < self.ring.span() {
            // The newest once more, or an older one.
            if self.ring.has(number) {
                self.strays.insert(number);
            }
        } else {
            self.make_newest(number);
        }
        self.ring.set(number);
    }

    /// Whether a request of this number may wait.
    #[inline]
    pub(crate) fn contains(&self, number: SequenceNumber) -> bool {
        self.in_ring(number.0) || self.strays.contains(number.0)
    }

    /// Takes note of the answer to a request that waits.
    #[inline]
    pub(crate) fn remove(&mut self, number: SequenceNumber) {
        if self.in_ring(number.0) {
            self.ring.unset(number.0);
        } else {
            self.strays.remove(number.0);
        }
        self.len = self.len.saturating_sub(1);
    }

    #[inline]
    fn in_ring(&self, number: u32) -> bool {
        self.newest.wrapping_sub(number) < self.ring.span() && self.ring.has(number)
    }

    /// Moves the ring on to a number that is out of its reach.
    #[inline]
    fn make_newest(&mut self, number: u32) {
        let ahead = number.wrapping_sub(self.newest);
        if ahead <= WORD {
            for step in 1..=ahead {
                let next = self.newest.wrapping_add(step);
                // Its place may be that of a number one turn older.
                if self.ring.has(next) {
                    self.clear_place(next);
                }
            }
        } else {
            self.start_anew();
        }
        self.newest = number;
    }

    /// Frees the place of `next`: in a longer ring it has another one.
    #[cold]
    fn clear_place(&mut self, next: u32) {
        #[cfg(feature = "alloc")]
        if self.grow() {
            return;
        }
        self.ring.unset(next);
        self.strays.insert(next.wrapping_sub(self.ring.span()));
    }

    /// The numbers jump, or wrap: all that wait become strays.
    #[cold]
    fn start_anew(&mut self) {
        let Self {
            newest,
            ring,
            strays,
            ..
        } = self;
        ring.drain(*newest, |number| strays.insert(number));
    }

    /// Doubles the ring; false when it may not grow, or no further.
    #[cfg(feature = "alloc")]
    fn grow(&mut self) -> bool {
        let words = self.ring.words().len();
        if matches!(self.strays, Strays::Counted(_)) || words >= MOST_WORDS {
            return false;
        }
        let mut longer = Ring::Grown(alloc::vec![0; words * 2]);
        self.ring.drain(self.newest, |number| longer.set(number));
        self.ring = longer;
        true
    }
}

impl Ring {
    fn words(&self) -> &[u64] {
        match self {
            Self::Fixed(words) => words,
            #[cfg(feature = "alloc")]
            Self::Grown(words) => words,
        }
    }

    fn words_mut(&mut self) -> &mut [u64] {
        match self {
            Self::Fixed(words) => words,
            #[cfg(feature = "alloc")]
            Self::Grown(words) => words,
        }
    }

    /// How many numbers it holds: a power of two.
    fn span(&self) -> u32 {
        let words = u32::try_from(self.words().len()).unwrap_or(0);
        words.saturating_mul(WORD)
    }

    /// In which word a number is. The number of words is a power of two.
    fn word(&self, number: u32) -> usize {
        let word = usize::try_from(number / WORD).unwrap_or(0);
        word & self.words().len().saturating_sub(1)
    }

    #[inline]
    fn has(&self, number: u32) -> bool {
        let word = self.words().get(self.word(number));
        word.is_some_and(|word| word & bit(number) != 0)
    }

    #[inline]
    fn set(&mut self, number: u32) {
        let at = self.word(number);
        if let Some(word) = self.words_mut().get_mut(at) {
            *word |= bit(number);
        }
    }

    #[inline]
    fn unset(&mut self, number: u32) {
        let at = self.word(number);
        if let Some(word) = self.words_mut().get_mut(at) {
            *word &= !bit(number);
        }
    }

    /// Takes every number out, where `newest` is the last of them.
    fn drain(&mut self, newest: u32, mut take: impl FnMut(u32)) {
        let last = self.span().wrapping_sub(1);
        for (at, word) in (0..).zip(self.words_mut()) {
            while *word != 0 {
                let place = at * WORD + word.trailing_zeros();
                *word &= *word - 1;
                take(newest.wrapping_sub(newest.wrapping_sub(place) & last));
            }
        }
    }
}

const fn bit(number: u32) -> u64 {
    1 << (number % WORD)
}

#[cfg_attr(
    not(feature = "alloc"),
    allow(
        unused_variables,
        reason = "those that are only counted have no number"
    )
)]
impl Strays {
    #[cold]
    fn insert(&mut self, number: u32) {
        match self {
            Self::Counted(count) => *count = count.saturating_add(1),
            #[cfg(feature = "alloc")]
            Self::Named(counts) => *counts.entry(number).or_default() += 1,
        }
    }

    fn contains(&self, number: u32) -> bool {
        match self {
            Self::Counted(count) => *count != 0,
            #[cfg(feature = "alloc")]
            Self::Named(counts) => counts.contains_key(&number),
        }
    }

    #[cold]
    fn remove(&mut self, number: u32) {
        match self {
            Self::Counted(count) => *count = count.saturating_sub(1),
            #[cfg(feature = "alloc")]
            Self::Named(counts) => {
                if let Some(count) = counts.get_mut(&number) {
                    *count -= 1;
                    if *count == 0 {
                        counts.remove(&number);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(asked: &mut Asked, number: u32) {
        asked.insert(SequenceNumber(number));
    }

    /// Answers, where that is allowed.
    fn answer(asked: &mut Asked, number: u32) -> bool {
        let waits = asked.contains(SequenceNumber(number));
        if waits {
            asked.remove(SequenceNumber(number));
        }
        waits
    }

    #[test]
    fn near_numbers_are_told_apart_where_room_is_fixed() {
        let mut asked = Asked::fixed();
        for number in 1000..1064 {
            insert(&mut asked, number);
        }
        for number in (1000..1064).rev() {
            assert!(answer(&mut asked, number));
            assert!(!answer(&mut asked, number));
        }
        assert!(!answer(&mut asked, 999) && !answer(&mut asked, 1064));
        assert_eq!(asked.len(), 0);
    }

    #[test]
    fn a_number_that_falls_behind_is_counted_where_room_is_fixed() {
        let mut asked = Asked::fixed();
        for number in 1..=65 {
            insert(&mut asked, number);
        }
        // 1 has no place any more; anything may be the answer to it, once.
        assert!(answer(&mut asked, 7777));
        assert!(!answer(&mut asked, 1));
        assert_eq!(asked.len(), 64);
        assert!((2..=65).all(|number| answer(&mut asked, number)));
    }

    #[test]
    fn the_wrap_of_the_numbers_loses_nobody() {
        let mut asked = Asked::fixed();
        insert(&mut asked, 0x7FFF_FFFE);
        insert(&mut asked, 0x7FFF_FFFF);
        insert(&mut asked, 1);
        insert(&mut asked, 2);
        for number in [1, 0x7FFF_FFFF, 0x7FFF_FFFE, 2] {
            assert!(answer(&mut asked, number), "{number}");
        }
        assert!(!answer(&mut asked, 2));
        assert_eq!(asked.len(), 0);
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn every_number_is_told_from_every_other_where_room_grows() {
        // Steps of all sizes, answers of all ages, against a plain map.
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        let mut random = move |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        let mut asked = Asked::growing();
        let mut plain = BTreeMap::<u32, u32>::new();
        let mut number = 0_u32;
        for round in 0..50_000 {
            let step = match random(100) {
                0..70 => 1,
                70..80 => random(200),
                80..85 => 0,
                85..90 => (1 << 32) - 1 - random(300),
                90 => random(1 << 32),
                _ => 2,
            };
            number = number.wrapping_add(u32::try_from(step).unwrap());
            insert(&mut asked, number);
            *plain.entry(number).or_default() += 1;
            for _ in 0..random(3) {
                // Near ones, any that waits, and any at all.
                let of = match random(3) {
                    0 => number.wrapping_sub(u32::try_from(random(40_000)).unwrap()),
                    1 => plain.keys().next().copied().unwrap_or(7),
                    _ => u32::try_from(random(1 << 32)).unwrap(),
                };
                let waits = plain.contains_key(&of);
                assert_eq!(answer(&mut asked, of), waits, "{of} in round {round}");
                if waits {
                    let count = plain.get_mut(&of).unwrap();
                    *count -= 1;
                    if *count == 0 {
                        plain.remove(&of);
                    }
                }
            }
            if round % 1000 == 0 {
                assert_eq!(asked.len(), plain.values().sum::<u32>());
            }
        }
        assert!(plain.len() > 5_000, "{}", plain.len());
        for of in plain.keys() {
            assert!(answer(&mut asked, *of));
        }
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn a_ring_grows_with_what_waits_and_has_an_end() {
        let mut asked = Asked::growing();
        for number in 1..=1000 {
            insert(&mut asked, number);
        }
        assert_eq!(asked.ring.span(), 1024);
        assert!(matches!(&asked.strays, Strays::Named(counts) if counts.is_empty()));
        for number in 1001..=100_000 {
            insert(&mut asked, number);
        }
        assert_eq!(asked.ring.span(), 65_536);
        assert!((1..=100_000).all(|number| answer(&mut asked, number)));
    }
}
