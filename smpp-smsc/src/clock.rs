//! Time as the message centre sees it.

use core::fmt;
use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use smpp_pdu::time::{AbsoluteTime, TimeText};

/// A point in time: milliseconds since 1970-01-01T00:00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The last point in time.
    pub const NEVER: Self = Self(u64::MAX);

    /// The point `duration` after this one, at most [`Timestamp::NEVER`].
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// The point `duration` before this one, at least 1970.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_sub(millis))
    }

    /// The time from `earlier` to this point, zero when it is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// This point as the protocol writes it, in UTC. `None` after the year 2099.
    #[must_use]
    pub fn to_absolute(self) -> Option<AbsoluteTime> {
        let seconds = i64::try_from(self.0 / 1000).ok()?;
        let tenths = u8::try_from(self.0 / 100 % 10).ok()?;
        AbsoluteTime::from_unix_seconds(seconds, tenths, 0).ok()
    }

    /// The text of this point as the protocol writes it; empty after the year 2099.
    #[must_use]
    pub fn to_text(self) -> TimeText {
        self.to_absolute()
            .map_or(TimeText::EMPTY, AbsoluteTime::to_text)
    }
}

/// The same point of the protocol. Points before 1970 are 1970.
impl From<AbsoluteTime> for Timestamp {
    fn from(time: AbsoluteTime) -> Self {
        let seconds = u64::try_from(time.to_unix_seconds()).unwrap_or(0);
        Self(seconds * 1000 + u64::from(time.tenths()) * 100)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_absolute() {
            Some(time) => time.fmt(f),
            None => f.write_str("never"),
        }
    }
}

/// Where the message centre reads the time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// Where the runtime's clock stood when the system's was read.
    base: Option<(tokio::time::Instant, Timestamp)>,
}

impl Clock {
    /// The clock of the system: the right one for a message centre.
    #[must_use]
    pub const fn system() -> Self {
        Self { base: None }
    }

    /// A clock that starts at the system's time and then goes as tokio's does:
    /// the right one for tests, which can pause and advance it.
    #[must_use]
    pub fn runtime() -> Self {
        Self {
            base: Some((tokio::time::Instant::now(), system_now())),
        }
    }

    /// How long one may sleep without looking at the clock again: that of the
    /// system may be set meanwhile.
    pub(crate) const fn longest_sleep(&self) -> Duration {
        Duration::from_secs(if self.base.is_some() { 86_400 } else { 10 })
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self.base {
            Some((start, at)) => at.after(start.elapsed()),
            None => system_now(),
        }
    }
}

fn system_now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::default().after(since)
}
