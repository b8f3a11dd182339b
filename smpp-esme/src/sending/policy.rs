//! What is sent again, when, and how often.

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use smpp_pdu::{CommandStatus, StatusClass};
use tokio::time::Instant;

use crate::{RequestError, RequestErrorKind};

/// What a sender does about parts that were not taken.
///
/// - *Too much* (`ESME_RTHROTTLED`, `ESME_RMSGQFUL`): is waited out, within the
///   time. The sender slows down as a whole, see
///   [`SenderBuilder::slow_down`](super::SenderBuilder::slow_down).
/// - *Not now* ([`StatusClass::Retry`], such as `ESME_RSYSERR`): is sent again,
///   within attempts, time and budget.
/// - *Never* (everything else that the centre answers): is not sent again.
/// - *Unknown* (no response in time, the link was lost): is not sent again, since
///   the centre may have it, unless [`resend_unknown`](Self::resend_unknown)
///   says so.
///
/// ```
/// use core::time::Duration;
/// use smpp_esme::RetryPolicy;
/// use smpp_esme::pdu::CommandStatus;
///
/// let policy = RetryPolicy::new()
///     .attempts(3)
///     .within(Duration::from_secs(20))
///     .also_throttle(CommandStatus(0x0450));
/// assert_ne!(policy, RetryPolicy::NONE);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    attempts: u32,
    within: Duration,
    first_wait: Duration,
    longest_wait: Duration,
    budget_percent: u32,
    budget_spare: u32,
    resend_unknown: bool,
    throttle: Vec<CommandStatus>,
    retry: Vec<CommandStatus>,
}

impl RetryPolicy {
    /// Nothing is sent again, whatever the centre says.
    pub const NONE: Self = Self {
        attempts: 1,
        within: Duration::ZERO,
        first_wait: Duration::from_millis(500),
        longest_wait: Duration::from_secs(30),
        budget_percent: 0,
        budget_spare: 0,
        resend_unknown: false,
        throttle: Vec::new(),
        retry: Vec::new(),
    };

    /// Five attempts within two minutes, half a second to half a minute apart;
    /// retries are at most 20 % of the traffic.
    pub fn new() -> Self {
        Self {
            attempts: 5,
            within: Duration::from_secs(120),
            budget_percent: 20,
            budget_spare: 10,
            ..Self::NONE
        }
    }

    /// How often a part is sent at most, 1 to …; 0 counts as 1. Attempts that
    /// the centre answered with "too much" do not count. Default 5.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Time from the first attempt to the start of the last. Default 120 s.
    pub fn within(mut self, limit: Duration) -> Self {
        self.within = limit;
        self
    }

    /// The wait after the first attempt, and the longest: it doubles each time.
    /// What is waited is a random time between half of it and all of it, so
    /// that messages which failed together do not come together again. Default
    /// 0.5 s and 30 s.
    pub fn waits(mut self, first: Duration, longest: Duration) -> Self {
        self.first_wait = first;
        self.longest_wait = longest.max(first);
        self
    }

    /// Of the attempts of the last ten seconds, how many for each hundred first
    /// ones may be retries, and how many may be beside that, so that little
    /// traffic can retry at all. Beyond it a part fails at once: a centre that
    /// refuses everything for now is not met with a multiple of the traffic.
    /// Default 20 and 10.
    pub fn budget(mut self, percent: u32, spare: u32) -> Self {
        self.budget_percent = percent;
        self.budget_spare = spare;
        self
    }

    /// Whether a part is sent again when nobody knows if the centre has it. The
    /// recipient may get it twice. Default: no.
    pub fn resend_unknown(mut self, resend: bool) -> Self {
        self.resend_unknown = resend;
        self
    }

    /// A status, such as one of the vendor's, that says "too much".
    pub fn also_throttle(mut self, status: CommandStatus) -> Self {
        self.throttle.push(status);
        self
    }

    /// A status, such as one of the vendor's, that says "not now".
    pub fn also_retry(mut self, status: CommandStatus) -> Self {
        self.retry.push(status);
        self
    }

    /// What follows from an outcome.
    pub(crate) fn of_error(&self, error: &RequestError) -> Advice {
        match error.kind() {
            RequestErrorKind::Rejected(status) => self.of_status(status),
            RequestErrorKind::Unreadable(status) if status.is_error() => self.of_status(status),
            _ if error.is_outcome_unknown() && self.resend_unknown => Advice::Again,
            RequestErrorKind::WindowFull => Advice::Again,
            _ => Advice::Over,
        }
    }

    pub(crate) fn of_status(&self, status: CommandStatus) -> Advice {
        if self.throttle.contains(&status) {
            return Advice::SlowDown;
        }
        if self.retry.contains(&status) {
            return Advice::Again;
        }
        match status.class() {
            StatusClass::Throttle => Advice::SlowDown,
            StatusClass::Retry => Advice::Again,
            _ => Advice::Over,
        }
    }

    /// The wait after so many waits, with jitter.
    fn wait(&self, waits: u32) -> Duration {
        let doubled = 1_u32.checked_shl(waits).unwrap_or(u32::MAX);
        let whole = self
            .first_wait
            .saturating_mul(doubled)
            .min(self.longest_wait);
        whole.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// What to do about an attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advice {
    Again,
    SlowDown,
    Over,
}

/// The retries of one part.
#[derive(Debug)]
pub(crate) struct Retries<'p> {
    policy: &'p RetryPolicy,
    budget: &'p Budget,
    started: Option<Instant>,
    /// Attempts that count.
    attempts: u32,
    waits: u32,
}

impl<'p> Retries<'p> {
    pub(crate) fn new(policy: &'p RetryPolicy, budget: &'p Budget) -> Self {
        Self {
            policy,
            budget,
            started: None,
            attempts: 0,
            waits: 0,
        }
    }

    /// An attempt starts.
    pub(crate) fn attempt(&mut self) {
        if self.started.is_none() {
            self.started = Some(Instant::now());
            self.budget.first();
        }
        self.attempts += 1;
    }

    /// How long to wait before the next attempt; `None` when there is none.
    pub(crate) fn next(&mut self, advice: Advice) -> Option<Duration> {
        match advice {
            Advice::Over => return None,
            Advice::SlowDown => self.attempts -= 1,
            Advice::Again if self.attempts >= self.policy.attempts => return None,
            Advice::Again => {}
        }
        let wait = self.policy.wait(self.waits);
        let spent = self.started.map(|started| started.elapsed());
        if spent.unwrap_or_default() + wait > self.policy.within {
            return None;
        }
        if advice == Advice::Again && !self.budget.retry(self.policy) {
            return None;
        }
        self.waits += 1;
        Some(wait)
    }
}

/// The first attempts and the retries of the last seconds.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    seconds: Mutex<VecDeque<Second>>,
}

#[derive(Debug)]
struct Second {
    started: Instant,
    firsts: u64,
    retries: u64,
}

/// How many seconds are counted.
const COUNTED: u64 = 10;

impl Budget {
    fn first(&self) {
        self.count(|second| second.firsts += 1);
    }

    /// Counts a retry, if there may be one.
    fn retry(&self, policy: &RetryPolicy) -> bool {
        let (firsts, retries) = self.count(|_| ());
        let allowed = firsts * u64::from(policy.budget_percent) / 100;
        let may = retries < allowed + u64::from(policy.budget_spare);
        if may {
            self.count(|second| second.retries += 1);
        }
        may
    }

    fn count(&self, count: impl FnOnce(&mut Second)) -> (u64, u64) {
        let now = Instant::now();
        let mut seconds = self.seconds.lock().unwrap_or_else(PoisonError::into_inner);
        seconds.retain(|second| now.duration_since(second.started).as_secs() < COUNTED);
        let current = seconds
            .back()
            .is_some_and(|second| now.duration_since(second.started).as_secs() == 0);
        if !current {
            seconds.push_back(Second {
                started: now,
                firsts: 0,
                retries: 0,
            });
        }
        if let Some(second) = seconds.back_mut() {
            count(second);
        }
        seconds.iter().fold((0, 0), |(firsts, retries), second| {
            (firsts + second.firsts, retries + second.retries)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_are_never_all_the_same() {
        let (first, longest) = (Duration::from_secs(1), Duration::from_secs(5));
        let policy = RetryPolicy::new().waits(first, longest);
        for (waits, most) in [(0, 1), (1, 2), (2, 4), (3, 5), (40, 5)] {
            let drawn: Vec<Duration> = (0..50).map(|_| policy.wait(waits)).collect();
            let most = Duration::from_secs(most);
            assert!(drawn.iter().all(|wait| (most / 2..=most).contains(wait)));
            assert!(drawn.iter().any(|wait| *wait != drawn[0]));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn retries_are_a_share_of_the_traffic_of_ten_seconds() {
        let policy = RetryPolicy::new().budget(20, 3);
        let budget = Budget::default();
        let granted = || (0..1000).filter(|_| budget.retry(&policy)).count();
        assert_eq!(granted(), 3);
        for _ in 0..100 {
            budget.first();
        }
        assert_eq!(granted(), 20);
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!(granted(), 0);
        // Both the traffic and its retries are forgotten.
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(granted(), 3);
    }
}
