//! How long to wait after an attempt that failed for now.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;

/// Why an attempt failed for now, as far as it matters for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FailureClass {
    /// The subscriber cannot be reached: switched off, or out of coverage.
    Absent,
    /// The handset cannot take it now: busy with another message, or its memory
    /// is full.
    Busy,
    /// The network has too much to do.
    Congestion,
    /// The next centre, or the link to it, is not there.
    Link,
    /// Anything else.
    System,
}

impl FailureClass {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Absent,
        Self::Busy,
        Self::Congestion,
        Self::Link,
        Self::System,
    ];

    /// The class of a network's error, where [`Retries`] have no other for it.
    /// The errors are those of GSM MAP (3GPP TS 29.002, 17.6.6); 255 is none of
    /// them, and free for the lack of a link.
    ///
    /// | error | of MAP | class |
    /// | --- | --- | --- |
    /// | 6, 27 | absentSubscriberSM, absentSubscriber | `Absent` |
    /// | 46 | noSubscriberReply | `Absent` |
    /// | 31, 45 | subscriberBusyForMT-SMS, busySubscriber | `Busy` |
    /// | 32 | sm-DeliveryFailure: most often memoryCapacityExceeded | `Busy` |
    /// | 33 | messageWaitingListFull | `Congestion` |
    /// | 51 | resourceLimitation | `Congestion` |
    /// | 255 | | `Link` |
    /// | others | 34 systemFailure … | `System` |
    #[must_use]
    pub const fn usual(error: u8) -> Self {
        match error {
            6 | 27 | 46 => Self::Absent,
            31 | 32 | 45 => Self::Busy,
            33 | 51 => Self::Congestion,
            255 => Self::Link,
            _ => Self::System,
        }
    }

    /// An error that is [usually](Self::usual) of this class.
    #[must_use]
    pub const fn usual_error(self) -> u8 {
        match self {
            Self::Absent => 27,
            Self::Busy => 31,
            Self::Congestion => 51,
            Self::Link => 255,
            Self::System => 34,
        }
    }

    /// Its name in settings, metrics and logs: `absent`, `busy`, `congestion`,
    /// `link` or `system`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Busy => "busy",
            Self::Congestion => "congestion",
            Self::Link => "link",
            Self::System => "system",
        }
    }

    /// The class with this [name](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The waits after the first, the second … attempt, in seconds.
    const fn usual_waits(self) -> &'static [u64] {
        match self {
            // The network says when the subscriber is back.
            Self::Absent => &[300, 900, 1800, 3600, 10_800],
            Self::Busy => &[10, 30, 60, 300, 900, 3600],
            Self::Congestion => &[5, 10, 20, 40, 60, 120, 300],
            Self::Link => &[5, 15, 30, 60, 300],
            Self::System => &[10, 60, 300, 900, 3600],
        }
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How long to wait after an attempt that failed for now, by the [class of its
/// failure](FailureClass).
///
/// ```
/// use core::time::Duration;
/// use smpp_smsc::{FailureClass, Retries};
///
/// let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
/// let retries = Retries::default()
///     .waits(FailureClass::Busy, vec![minutes(1), minutes(10)])
///     // In this network, 32 says that the subscriber has roamed elsewhere.
///     .class_of(32, FailureClass::Absent);
/// assert_eq!(retries.after_attempt(1, 31), minutes(1));
/// assert_eq!(retries.after_attempt(9, 31), minutes(10));
/// assert_eq!(retries.class(32), FailureClass::Absent);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retries {
    /// Where a class has none of its own.
    waits: Vec<Duration>,
    of_class: BTreeMap<FailureClass, Vec<Duration>>,
    classes: BTreeMap<u8, FailureClass>,
}

impl Retries {
    /// The same waits after the first, the second … attempt for every class; the
    /// last one stays. An empty list waits a minute each time.
    #[must_use]
    pub const fn new(waits: Vec<Duration>) -> Self {
        Self {
            waits,
            of_class: BTreeMap::new(),
            classes: BTreeMap::new(),
        }
    }

    /// Sets the waits after failures of this class, by the number of the attempt
    /// as in [`Retries::new`]. All attempts of a message are counted, whatever
    /// the others failed with.
    #[must_use]
    pub fn waits(mut self, class: FailureClass, waits: Vec<Duration>) -> Self {
        self.of_class.insert(class, waits);
        self
    }

    /// Sets the class of a network's error, for networks with errors of their
    /// own. Default: [`FailureClass::usual`].
    #[must_use]
    pub fn class_of(mut self, error: u8, class: FailureClass) -> Self {
        self.classes.insert(error, class);
        self
    }

    /// The class of a network's error.
    #[must_use]
    pub fn class(&self, error: u8) -> FailureClass {
        let own = self.classes.get(&error).copied();
        own.unwrap_or(FailureClass::usual(error))
    }

    /// The wait after this attempt, counted from 1, which failed with this error
    /// of the network. At least a millisecond.
    #[must_use]
    pub fn after_attempt(&self, attempt: u32, error: u8) -> Duration {
        let waits = self.of_class.get(&self.class(error));
        let waits = waits.unwrap_or(&self.waits);
        let at = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        waits
            .get(at)
            .or(waits.last())
            .map_or(Duration::from_secs(60), |wait| {
                (*wait).max(Duration::from_millis(1))
            })
    }
}

/// | class | waits |
/// | --- | --- |
/// | `Absent` | 5, 15, 30 minutes, 1 hour, then every 3 hours: [`Reports::available`] ends such a wait |
/// | `Busy` | 10, 30 s, 1, 5, 15 minutes, then every hour |
/// | `Congestion` | 5, 10, 20, 40 s, 1, 2 minutes, then every 5 minutes |
/// | `Link` | 5, 15, 30 s, 1 minute, then every 5 minutes |
/// | `System` | 10 s, 1, 5, 15 minutes, then every hour |
///
/// [`Reports::available`]: crate::network::Reports::available
impl Default for Retries {
    fn default() -> Self {
        let waits = |class: FailureClass| {
            let seconds = class.usual_waits().iter().copied();
            seconds.map(Duration::from_secs).collect()
        };
        let all = Self::new(waits(FailureClass::System));
        FailureClass::ALL
            .into_iter()
            .fold(all, |all, class| all.waits(class, waits(class)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_a_name_and_an_error_that_lead_back_to_it() {
        for class in FailureClass::ALL {
            assert_eq!(FailureClass::from_name(class.name()), Some(class));
            assert_eq!(FailureClass::usual(class.usual_error()), class);
            assert_eq!(class.to_string(), class.name());
        }
        assert_eq!(FailureClass::from_name("Busy"), None);
    }

    #[test]
    fn waits_never_shrink_and_the_last_one_stays() {
        let retries = Retries::default();
        for class in FailureClass::ALL {
            let wait = |attempt| retries.after_attempt(attempt, class.usual_error());
            assert!((1..20).all(|one| wait(one) <= wait(one + 1)), "{class}");
            assert_eq!(wait(u32::MAX), wait(20), "{class}");
            assert_eq!(wait(0), wait(1), "{class}");
        }
    }

    #[test]
    fn a_class_without_waits_of_its_own_has_those_of_all() {
        let second = Duration::from_secs(1);
        let retries = Retries::new(vec![second]).waits(FailureClass::Link, Vec::new());
        assert_eq!(retries.after_attempt(1, 27), second);
        assert_eq!(retries.after_attempt(1, 255), 60 * second);
        let at_once = Retries::new(vec![Duration::ZERO]);
        assert_eq!(at_once.after_attempt(3, 0), Duration::from_millis(1));
    }
}
