//! How long to wait before the next attempt.

use core::time::Duration;

/// How long a session waits before it connects again.
///
/// The n-th wait in a row is drawn from `first × factor^(n-1)`, at most `max`,
/// in the way that [`Jitter`] says. A session that held for a while starts anew,
/// see [`LinkBuilder::settled_after`](super::LinkBuilder::settled_after).
///
/// ```
/// use core::time::Duration;
/// use smpp_esme::link::{Backoff, Jitter};
///
/// let backoff = Backoff { jitter: Jitter::None, ..Backoff::default() };
/// let waits: Vec<_> = backoff.delays(0).take(8).map(|wait| wait.as_secs()).collect();
/// assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait. Default 1 s.
    pub first: Duration,
    /// By how much each wait is longer than the one before; 0 counts as 1.
    /// Default 2.
    pub factor: u32,
    /// The longest wait. Default 60 s.
    pub max: Duration,
    /// What part of a wait is left to chance. Default [`Jitter::Equal`].
    pub jitter: Jitter,
}

/// What part of a wait is left to chance, so that sessions which were lost at
/// the same moment do not all come back at the same moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jitter {
    /// Nothing: every wait is as long as it is.
    None,
    /// Half of it: from half the wait to the whole. Never shorter than that,
    /// which is what a centre in trouble needs.
    #[default]
    Equal,
    /// All of it: from nothing to the whole wait. It spreads many clients best.
    Full,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            factor: 2,
            max: Duration::from_secs(60),
            jitter: Jitter::default(),
        }
    }
}

impl Backoff {
    /// The waits, as drawn from this seed. The sessions of a link use the seed
    /// of [`LinkBuilder::seed`](super::LinkBuilder::seed) plus their place,
    /// counted from 0.
    #[must_use]
    pub fn delays(&self, seed: u64) -> Delays {
        Delays {
            backoff: *self,
            bound: self.first,
            random: fastrand::Rng::with_seed(seed),
        }
    }
}

/// The waits of a [`Backoff`], one after the other, without end.
#[derive(Clone, Debug)]
pub struct Delays {
    backoff: Backoff,
    /// What the next wait is drawn from.
    bound: Duration,
    random: fastrand::Rng,
}

impl Delays {
    /// Begins with the first wait again. The chance goes on where it was.
    pub fn start_anew(&mut self) {
        self.bound = self.backoff.first;
    }

    /// Goes on with the longest wait at once.
    pub(super) fn slow_down(&mut self) {
        self.bound = self.backoff.max;
    }

    fn draw(&mut self, bound: Duration) -> Duration {
        match self.backoff.jitter {
            Jitter::None => bound,
            Jitter::Equal => {
                let half = bound / 2;
                half + half.mul_f64(self.random.f64())
            }
            Jitter::Full => bound.mul_f64(self.random.f64()),
        }
    }
}

impl Iterator for Delays {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let bound = self.bound.min(self.backoff.max);
        self.bound = bound.saturating_mul(self.backoff.factor.max(1));
        Some(self.draw(bound))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_stays_within_what_the_kind_allows() {
        let plain = Backoff {
            jitter: Jitter::None,
            ..Backoff::default()
        };
        let equal = Backoff::default();
        let full = Backoff {
            jitter: Jitter::Full,
            ..Backoff::default()
        };
        let mut below_half = 0;
        for seed in 0..100 {
            let drawn = plain.delays(seed).zip(equal.delays(seed));
            for ((bound, equal), full) in drawn.zip(full.delays(seed)).take(10) {
                assert!(equal >= bound / 2 && equal <= bound);
                assert!(full <= bound);
                below_half += usize::from(full < bound / 2);
            }
        }
        // Of 1,000 draws, about half.
        assert!((400..600).contains(&below_half), "{below_half}");
    }

    #[test]
    fn a_seed_gives_the_same_waits_each_time_and_another_gives_others() {
        let waits = |seed| Backoff::default().delays(seed).take(20).collect::<Vec<_>>();
        assert_eq!(waits(7), waits(7));
        assert_ne!(waits(7), waits(8));
    }

    #[test]
    fn numbers_without_sense_do_no_harm() {
        let backoff = Backoff {
            first: Duration::MAX,
            factor: 0,
            max: Duration::MAX,
            jitter: Jitter::None,
        };
        assert!(backoff.delays(1).take(3).all(|wait| wait == Duration::MAX));
        for jitter in [Jitter::Equal, Jitter::Full] {
            let backoff = Backoff { jitter, ..backoff };
            assert_eq!(backoff.delays(1).take(100).count(), 100);
        }
    }
}
