//! Time as the caller tells it.

use core::ops::Add;
use core::time::Duration;

/// A moment on the caller's clock: microseconds since a start that the caller
/// chooses. It must not run backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    micros: u64,
}

impl Instant {
    /// The start.
    pub const ZERO: Self = Self { micros: 0 };

    /// So many microseconds after the start.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self { micros }
    }

    /// So many milliseconds after the start.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self {
            micros: millis.saturating_mul(1000),
        }
    }

    /// Microseconds since the start.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.micros
    }

    /// The time from `earlier` to this moment, zero when it is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.micros_since(earlier))
    }

    /// Microseconds from `earlier` to this moment. A `Duration` would be taken
    /// apart again, by divisions that a small machine has no instruction for.
    pub(crate) const fn micros_since(self, earlier: Self) -> u64 {
        self.micros.saturating_sub(earlier.micros)
    }

    /// So many microseconds later; the end of time when there is no such moment.
    pub(crate) const fn plus_micros(self, micros: u64) -> Self {
        Self {
            micros: self.micros.saturating_add(micros),
        }
    }
}

/// A later moment; the end of time when there is none.
impl Add<Duration> for Instant {
    type Output = Self;

    #[cfg_attr(not(feature = "alloc"), inline(never))]
    fn add(self, duration: Duration) -> Self {
        let seconds = duration.as_secs().saturating_mul(1_000_000);
        self.plus_micros(seconds.saturating_add(duration.subsec_micros().into()))
    }
}
