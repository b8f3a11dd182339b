//! Receipts of the messages of this run, and how long they took.

use core::time::Duration;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use smpp_codec::receipt::matcher::{GrowingMatcher, MatcherOptions, Report, Submission, Verdict};
use smpp_codec::receipt::{Outcome, Receipt};
use smpp_esme::{Delivery, Inbound};

use super::tally::Tally;

/// Milliseconds that a receipt waits for the response that it may have
/// overtaken. It is not acknowledged meanwhile, and centres let few wait: those
/// of other messages must not hold up ours.
const HOLD_FOR: u64 = 100;

/// Milliseconds that a message is known: as long as any run.
const KEEP_FOR: u64 = 30 * 24 * 3600 * 1000;

/// One for all sessions: the centre may use any of them.
pub(crate) struct Receipts {
    started: Instant,
    inner: Mutex<Inner>,
}

struct Inner {
    /// By the moment when the message should have left.
    matcher: GrowingMatcher<Instant, Delivery>,
    tally: Tally,
    awaited: u64,
    /// Messages whose id is empty or too long.
    untraceable: u64,
}

impl Receipts {
    pub(crate) fn new(empty: &Tally) -> Self {
        let options = MatcherOptions::new().hold_for(HOLD_FOR).keep_for(KEEP_FOR);
        Self {
            started: Instant::now(),
            inner: Mutex::new(Inner {
                matcher: GrowingMatcher::new(options),
                tally: empty.clone(),
                awaited: 0,
                untraceable: 0,
            }),
        }
    }

    /// The centre has taken a message under this id.
    pub(crate) fn submitted(&self, id: &[u8], due: Instant) {
        let now = self.now();
        let mut inner = self.lock();
        match inner.matcher.submitted(Submission::new(id, due), now) {
            Ok(()) => inner.awaited += 1,
            Err(_) => inner.untraceable += 1,
        }
        while let Some(verdict) = inner.matcher.next_early(now) {
            inner.apply(verdict);
        }
    }

    /// What the centre sends by itself. What belongs to none of the messages
    /// is not acknowledged: it is for another session.
    pub(crate) fn inbound(&self, inbound: Inbound) {
        let Inbound::Delivery(delivery) = inbound else {
            return;
        };
        let owned = delivery.owned().clone();
        let pdu = owned.pdu();
        let Some(receipt) = Receipt::read(&pdu) else {
            return;
        };
        let now = self.now();
        let mut inner = self.lock();
        let verdict = inner
            .matcher
            .receipt(&Report::from(&receipt), delivery, now);
        inner.apply(verdict);
    }

    /// Lets go of receipts that have waited in vain. To be called now and then.
    pub(crate) fn refuse_strangers(&self) {
        let now = self.now();
        let mut inner = self.lock();
        while let Some(verdict) = inner.matcher.next_unmatched(now) {
            inner.apply(verdict);
        }
    }

    /// How many messages have no last receipt yet.
    pub(crate) fn awaited(&self) -> u64 {
        self.lock().awaited
    }

    pub(crate) fn untraceable(&self) -> u64 {
        self.lock().untraceable
    }

    /// What has come since the last call.
    pub(crate) fn take(&self, empty: &Tally) -> Tally {
        let fresh = empty.clone();
        core::mem::replace(&mut self.lock().tally, fresh)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn apply(&mut self, verdict: Verdict<Instant, Delivery>) {
        // Every other verdict drops the receipt, or keeps it.
        let Verdict::Matched { found, receipt } = verdict else {
            return;
        };
        // An intermediate notification is no end, and a repetition no second one.
        if found.closed && !found.repeated {
            let latency: Duration = found.key.elapsed();
            let outcome = Receipt::read(&receipt.pdu()).and_then(|receipt| receipt.outcome());
            let delivered = outcome == Some(Outcome::Delivered);
            self.tally.receipt(delivered, latency);
            self.awaited = self.awaited.saturating_sub(1);
        }
        receipt.ack();
    }
}
