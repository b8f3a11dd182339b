//! How fast requests may follow each other.

use crate::Instant;

/// A rate: so many a second, and so many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, at least 1.
    pub per_second: u32,
    /// Requests at once, at least 1.
    pub burst: u32,
}

impl Rate {
    /// A rate with a burst of a tenth of a second, at least one.
    #[must_use]
    pub const fn per_second(per_second: u32) -> Self {
        let burst = per_second / 10;
        Self {
            per_second,
            burst: if burst == 0 { 1 } else { burst },
        }
    }
}

/// One request, in the micro-units that a bucket counts: a rate of one a second
/// fills one unit a microsecond.
const ONE: u32 = 1_000_000;

/// Microseconds in a second.
const SECOND: u32 = 1_000_000;

/// A token bucket. Its numbers are such that 32 bits are enough for divisions:
/// a small machine has no instruction for more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    per_second: u32,
    burst: u32,
    level: u64,
    filled_at: Instant,
}

impl Bucket {
    pub(crate) fn new(rate: Rate, now: Instant) -> Self {
        let mut bucket = Self {
            per_second: rate.per_second.max(1),
            burst: rate.burst.max(1),
            level: 0,
            filled_at: now,
        };
        bucket.level = bucket.capacity();
        bucket
    }

    fn capacity(&self) -> u64 {
        u64::from(self.burst) * u64::from(ONE)
    }

    fn fill(&mut self, now: Instant) {
        let micros = now.micros_since(self.filled_at);
        let level = self
            .level
            .saturating_add(micros.saturating_mul(self.per_second.into()));
        self.level = level.min(self.capacity());
        self.filled_at = self.filled_at.max(now);
    }

    /// Whether a request may go now; if not, when.
    pub(crate) fn check(&mut self, now: Instant) -> Result<(), Instant> {
        self.fill(now);
        let level = u32::try_from(self.level).unwrap_or(u32::MAX);
        let missing = ONE.saturating_sub(level);
        if missing == 0 {
            return Ok(());
        }
        let micros = missing.div_ceil(self.per_second);
        Err(now.plus_micros(micros.into()))
    }

    /// Takes the token of a request that goes.
    pub(crate) fn take(&mut self) {
        self.level = self.level.saturating_sub(ONE.into());
    }
}

/// Slows down when the peer says that it is too much, and finds back.
///
/// A rate limit of the caller's holds always. On `ESME_RTHROTTLED`,
/// `ESME_RMSGQFUL` or congestion, a pause follows, twice as long each time it
/// happens again soon, and then half the rate that was reached. Every second
/// without a complaint raises the rate by a tenth; after 30 of them the limit is
/// gone.
///
/// A session has one, see [`Config::rate`](crate::Config::rate) and
/// [`Config::slow_down`](crate::Config::slow_down). What stands over several
/// sessions may have one of its own: it asks [`check`](Self::check), and tells
/// it by [`take`](Self::take) what went.
///
/// ```
/// use smpp_session::{Instant, Pacer, Rate};
///
/// let now = Instant::ZERO;
/// let mut pacer = Pacer::new(Some(Rate { per_second: 10, burst: 1 }), now);
/// assert_eq!(pacer.check(now), Ok(()));
/// pacer.take(now);
/// assert_eq!(pacer.check(now), Err(Instant::from_millis(100)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pacer {
    limit: Option<Bucket>,
    slowed: Option<Slowed>,
    /// Requests since `counted_from`, to know what rate was reached.
    counted: u32,
    counted_from: Instant,
    reached: u32,
}

#[derive(Clone, Copy, Debug)]
struct Slowed {
    bucket: Bucket,
    resume_at: Instant,
    /// Microseconds.
    pause: u32,
    complained_at: Instant,
    raised_at: Instant,
}

/// The first pause, and the longest, in microseconds.
const FIRST_PAUSE: u32 = SECOND / 10;
const LONGEST_PAUSE: u32 = 10 * SECOND;
/// Without a complaint for so many microseconds, the rate is free again.
const CALM: u32 = 30 * SECOND;

impl Pacer {
    /// With this limit, or without.
    #[must_use]
    pub fn new(limit: Option<Rate>, now: Instant) -> Self {
        Self {
            limit: limit.map(|rate| Bucket::new(rate, now)),
            slowed: None,
            counted: 0,
            counted_from: now,
            reached: 0,
        }
    }

    /// Whether a request may go now.
    ///
    /// # Errors
    /// When not: the earliest moment to ask again.
    pub fn check(&mut self, now: Instant) -> Result<(), Instant> {
        self.recover(now);
        if let Some(slowed) = &mut self.slowed {
            if now < slowed.resume_at {
                return Err(slowed.resume_at);
            }
            slowed.bucket.check(now)?;
        }
        match &mut self.limit {
            Some(bucket) => bucket.check(now),
            None => Ok(()),
        }
    }

    /// Counts a request that goes.
    pub fn take(&mut self, now: Instant) {
        if let Some(slowed) = &mut self.slowed {
            slowed.bucket.take();
        }
        if let Some(bucket) = &mut self.limit {
            bucket.take();
        }
        // Above an hour it is one of next to nothing, however long.
        let micros = u32::try_from(now.micros_since(self.counted_from)).unwrap_or(u32::MAX);
        let seconds = micros / SECOND;
        if let Some(reached) = self.counted.checked_div(seconds) {
            self.reached = reached;
            self.counted = 0;
            self.counted_from = now;
        }
        self.counted = self.counted.saturating_add(1);
    }

    /// The peer says that it was too much.
    pub fn complain(&mut self, now: Instant) {
        let pause = match &self.slowed {
            // What was on its way when the first complaint came says nothing new.
            Some(slowed) if now < slowed.resume_at => return,
            Some(slowed) => slowed.pause.saturating_mul(2).min(LONGEST_PAUSE),
            None => FIRST_PAUSE,
        };
        let reached = match &self.slowed {
            Some(slowed) => slowed.bucket.per_second,
            None => self.reached.max(self.counted),
        };
        let resume_at = now.plus_micros(pause.into());
        let rate = Rate {
            per_second: (reached / 2).max(1),
            burst: 1,
        };
        self.slowed = Some(Slowed {
            bucket: Bucket::new(rate, resume_at),
            resume_at,
            pause,
            complained_at: now,
            raised_at: resume_at,
        });
    }

    fn recover(&mut self, now: Instant) {
        let Some(slowed) = &mut self.slowed else {
            return;
        };
        if now.micros_since(slowed.complained_at) >= CALM.into() {
            self.slowed = None;
            return;
        }
        while now.micros_since(slowed.raised_at) >= SECOND.into() {
            slowed.raised_at = slowed.raised_at.plus_micros(SECOND.into());
            let rate = &mut slowed.bucket.per_second;
            *rate = rate.saturating_add((*rate / 10).max(1));
        }
    }

    /// The rate that complaints have left, if they have slowed this side down.
    #[must_use]
    pub fn slowed_to(&self) -> Option<u32> {
        self.slowed.as_ref().map(|slowed| slowed.bucket.per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn a_bucket_lets_its_burst_through_and_then_its_rate() {
        let rate = Rate {
            per_second: 10,
            burst: 3,
        };
        let mut bucket = Bucket::new(rate, at(0));
        for _ in 0..3 {
            bucket.check(at(0)).unwrap();
            bucket.take();
        }
        assert_eq!(bucket.check(at(0)), Err(at(100)));
        assert_eq!(bucket.check(at(99)), Err(at(100)));
        assert_eq!(bucket.check(at(100)), Ok(()));
        bucket.take();
        // A long pause fills no more than the burst.
        for _ in 0..3 {
            bucket.check(at(1_000_000)).unwrap();
            bucket.take();
        }
        assert!(bucket.check(at(1_000_000)).is_err());
    }

    #[test]
    fn an_hour_at_a_rate_lets_through_what_the_rate_says() {
        let mut bucket = Bucket::new(Rate::per_second(7), at(0));
        let mut now = at(0);
        let mut count = 0;
        while now < at(3_600_000) {
            match bucket.check(now) {
                Ok(()) => {
                    bucket.take();
                    count += 1;
                }
                Err(later) => now = later,
            }
        }
        assert!((7 * 3600..=7 * 3600 + 1).contains(&count), "{count}");
    }

    #[test]
    fn complaints_pause_and_halve_and_calm_frees() {
        let mut pacer = Pacer::new(None, at(0));
        for _ in 0..100 {
            pacer.check(at(500)).unwrap();
            pacer.take(at(500));
        }
        pacer.complain(at(500));
        assert_eq!(pacer.check(at(500)), Err(at(600)));
        assert_eq!(pacer.slowed_to(), Some(50));
        // Complaints about what was already under way do not count twice.
        pacer.complain(at(550));
        assert_eq!(pacer.slowed_to(), Some(50));
        pacer.check(at(600)).unwrap();
        pacer.take(at(600));
        assert_eq!(pacer.check(at(600)), Err(at(620)));
        // The next one pauses twice as long, and halves again.
        pacer.complain(at(620));
        assert_eq!(pacer.check(at(700)), Err(at(820)));
        assert_eq!(pacer.slowed_to(), Some(25));
        // A tenth more each second: 25, 27, 29, 31.
        pacer.check(at(3_820)).unwrap();
        assert_eq!(pacer.slowed_to(), Some(31));
        pacer.check(at(30_620)).unwrap();
        assert_eq!(pacer.slowed_to(), None);
    }
}
