//! Chance that can be repeated.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

/// Words of the key stream that belong to one decision.
const WORDS: u128 = 256;

/// What a decision is about. Each has chance of its own, so that one more fault
/// in a scenario does not change what becomes of the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Attempt = 0,
    Session = 1,
    Submission = 2,
    Response = 3,
    Receipt = 4,
    Mo = 5,
    Bind = 6,
}

/// All of the chance that a seed gives.
///
/// ChaCha because it is defined once and for all: a seed in a bug report means
/// the same run with every version of every library. And because any place of
/// its stream can be gone to at once, so that the decision about message 4711
/// is the same whatever was decided before it.
#[derive(Clone, Debug)]
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        let mut key = [0; 32];
        for (place, octet) in key.iter_mut().zip(seed.to_le_bytes()) {
            *place = octet;
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// The chance of one decision.
    pub(super) fn draw(&self, purpose: Purpose, session: u64, number: u64) -> Draw {
        let mut rng = self.0.clone();
        rng.set_stream(session << 3 | purpose as u64);
        rng.set_word_pos(u128::from(number) * WORDS);
        Draw(rng)
    }
}

#[derive(Debug)]
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// From 0 up to, but not including, 1.
    pub(super) fn unit(&mut self) -> f64 {
        /// 53 bits are what an `f64` holds.
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.0.next_u64() >> 11) as f64 * STEP
    }

    /// Whether something happens that has this share. Draws once in any case.
    pub(super) fn happens(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// One of these; `None` when there are none.
    pub(super) fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let at = (self.unit() * all.len() as f64) as usize;
        all.get(at)
    }

    /// One of these, by weight; `None` when no weight is above 0.
    pub(super) fn weighted<T>(&mut self, all: impl Iterator<Item = (T, f64)> + Clone) -> Option<T> {
        let total: f64 = all.clone().map(|(_, weight)| weight).sum();
        let mut place = self.unit() * total;
        let mut last = None;
        for (one, weight) in all {
            if weight <= 0.0 {
                continue;
            }
            if place < weight {
                return Some(one);
            }
            place -= weight;
            // Rounding may leave a place behind the last of them.
            last = Some(one);
        }
        last
    }

    /// A decimal digit.
    pub(super) fn digit(&mut self) -> u8 {
        b'0' + (self.unit() * 10.0) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_for_ever() {
        let mut draw = Chance::new(42).draw(Purpose::Response, 1, 4711);
        let drawn: Vec<u64> = (0..3).map(|_| draw.0.next_u64()).collect();
        assert_eq!(drawn, KNOWN);
        let mut again = Chance::new(42).draw(Purpose::Response, 1, 4711);
        assert_eq!(again.0.next_u64(), KNOWN[0]);
        for other in [
            Chance::new(43).draw(Purpose::Response, 1, 4711),
            Chance::new(42).draw(Purpose::Receipt, 1, 4711),
            Chance::new(42).draw(Purpose::Response, 2, 4711),
            Chance::new(42).draw(Purpose::Response, 1, 4712),
        ] {
            let mut other = other;
            assert_ne!(other.0.next_u64(), KNOWN[0]);
        }
    }

    /// Not to be changed: people have written seeds down.
    const KNOWN: [u64; 3] = [
        4_122_390_582_861_921_190,
        17_220_757_084_108_402_434,
        5_805_184_976_077_192_145,
    ];

    #[test]
    fn weights_are_shares_of_their_sum() {
        let chance = Chance::new(1);
        let mut counts = [0_u32; 3];
        for number in 0..10_000 {
            let mut draw = chance.draw(Purpose::Attempt, 0, number);
            let weights = [(0, 6.0), (1, 0.0), (2, 2.0)];
            counts[draw.weighted(weights.into_iter()).unwrap()] += 1;
        }
        assert!((7350..7650).contains(&counts[0]), "{counts:?}");
        assert_eq!(counts[1], 0);
        let mut draw = chance.draw(Purpose::Attempt, 0, 0);
        assert_eq!(draw.weighted([(0, 0.0)].into_iter()), None);
        assert_eq!(draw.one_of::<u8>(&[]), None);
    }
}
