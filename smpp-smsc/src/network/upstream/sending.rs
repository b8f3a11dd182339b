//! Attempts on their way to the next centre, and their outcomes on the way back.

use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::Arc;

use smpp_codec::decode;
use smpp_esme::{Link, RequestError, SubmitResp};
use smpp_pdu::CommandStatus;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, timeout_at};
use tracing::{debug, warn};

use super::StatusRule;
use super::outgoing::Form;
use super::statuses::{CONGESTION, NO_LINK, outcome_without_response, rejected};
use crate::network::{Attempt, Outcome, Report, Reports};
use crate::{Clock, FailureClass};

/// Outcomes that are handed over at once, at most.
const MAX_OUTCOMES: usize = 1024;

/// An attempt that waits for its turn, until then.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) attempt: Attempt,
    pub(super) until: Instant,
}

/// What is under way.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Attempts that wait for their turn.
    pub(super) queued: AtomicUsize,
    /// Attempts that had their turn, and whose outcome the engine does not have.
    pub(super) open: AtomicUsize,
    /// Told when it has some.
    pub(super) reported: Notify,
    /// Attempts that were sent, in all.
    pub(super) started: AtomicUsize,
    /// Attempts failed because there was no room, or no session.
    pub(super) refused: AtomicBool,
}

impl Counts {
    /// Lets what had no room come again, once there is some: `limit` may wait, and
    /// half of that is room enough to speak of it.
    pub(super) fn call_back(self: &Arc<Self>, limit: usize, link: &Link, reports: &Reports) {
        let room = limit.saturating_sub(self.queued.load(Ordering::Acquire));
        if room > limit / 2
            && self.refused.load(Ordering::Relaxed)
            && link.bound_sessions() > 0
            && self.refused.swap(false, Ordering::Relaxed)
        {
            let (counts, reports) = (self.clone(), reports.clone());
            tokio::spawn(async move {
                if reports.ready(room).await == room {
                    counts.refused.store(true, Ordering::Relaxed);
                }
            });
        }
    }
}

/// Takes attempts from the queue and sends them, one after the other, as places in
/// the windows become free.
pub(super) struct Pump {
    pub(super) link: Link,
    pub(super) form: Form,
    pub(super) clock: Clock,
    pub(super) rule: StatusRule,
    pub(super) counts: Arc<Counts>,
    pub(super) outcomes: UnboundedSender<Report>,
    pub(super) reports: Reports,
    /// How many attempts may wait.
    pub(super) limit: usize,
}

impl Pump {
    pub(super) async fn run(self, mut queue: UnboundedReceiver<Queued>) {
        while let Some(Queued { attempt, until }) = queue.recv().await {
            self.counts.open.fetch_add(1, Ordering::Release);
            self.counts.queued.fetch_sub(1, Ordering::Release);
            if let Err(outcome) = self.send(&attempt, until).await {
                self.tell(not_sent(&attempt, outcome));
            } else {
                self.counts.started.fetch_add(1, Ordering::Release);
                // It takes messages: what had no room comes again.
                self.counts.call_back(self.limit, &self.link, &self.reports);
            }
        }
    }

    /// The error is the outcome of an attempt that was not sent.
    async fn send(&self, attempt: &Attempt, until: Instant) -> Result<(), Outcome> {
        let message = &attempt.message;
        // A message decodes.
        let pdu = decode(message.octets()).map_err(|_| rejected(CommandStatus::ESME_RSYSERR))?;
        let (now, life) = (self.clock.now(), &message.life);
        let outgoing = self.form.request(&pdu.body, now, life.expires())?;
        // After its lease it is no longer this attempt: it was told to have failed,
        // or is made again.
        let lease = life.due().unwrap_or(now).since(now);
        if lease.is_zero() {
            return Err(CONGESTION);
        }
        let until = until.min(self::until(lease));
        let started = timeout_at(until, self.link.start(outgoing.body())).await;
        let pending = started
            .map_err(|_| CONGESTION)?
            .map_err(|error| self.without_response(attempt, &error))?;
        let awaits_receipt = outgoing.awaits_receipt;
        let (attempt, rule) = (attempt.clone(), self.rule.clone());
        let outcomes = self.outcomes.clone();
        tokio::spawn(async move {
            let report = match pending.await {
                Ok(response) => taken(&attempt, response.into(), awaits_receipt),
                Err(error) => attempt.ended(without_response(&attempt, &error, &rule)),
            };
            // Without a message centre nobody is interested.
            let _ = outcomes.send(report);
        });
        Ok(())
    }

    fn without_response(&self, attempt: &Attempt, error: &RequestError) -> Outcome {
        without_response(attempt, error, &self.rule)
    }

    fn tell(&self, report: Report) {
        let _ = self.outcomes.send(report);
    }
}

/// How an attempt ends that was not sent.
fn not_sent(attempt: &Attempt, outcome: Outcome) -> Report {
    match outcome {
        CONGESTION => attempt.not_ready(FailureClass::Congestion),
        NO_LINK => attempt.not_ready(FailureClass::Link),
        other => attempt.ended(other),
    }
}

/// The next centre has the message.
fn taken(attempt: &Attempt, response: SubmitResp, awaits_receipt: bool) -> Report {
    let id = response.message_id();
    if !awaits_receipt {
        return attempt.ended(Outcome::Delivered);
    }
    if id.as_bytes().is_empty() {
        let id = &attempt.message.key.id;
        warn!(%id, "taken without an id: no receipt can be matched, it counts as delivered");
        return attempt.ended(Outcome::Delivered);
    }
    attempt.handed_over(id.as_bytes())
}

fn without_response(attempt: &Attempt, error: &RequestError, rule: &StatusRule) -> Outcome {
    let outcome = outcome_without_response(error, |status| rule(status));
    debug!(id = %attempt.message.key.id, %error, ?outcome, "not handed over");
    outcome
}

/// Hands outcomes to the message centre, as many as have come at once. Returns
/// when there are no more to come.
pub(super) async fn report(
    mut outcomes: UnboundedReceiver<Report>,
    reports: Reports,
    counts: Arc<Counts>,
) {
    let mut batch = Vec::new();
    loop {
        let count = outcomes.recv_many(&mut batch, MAX_OUTCOMES).await;
        if count == 0 {
            return;
        }
        let refused = batch.iter().any(|report| report.awaits_room);
        reports.send(core::mem::take(&mut batch));
        // Only now the engine knows what would come again.
        if refused {
            counts.refused.store(true, Ordering::Relaxed);
        }
        counts.open.fetch_sub(count, Ordering::Release);
        counts.reported.notify_one();
    }
}

/// When an attempt that comes now has waited for too long.
pub(super) fn until(limit: Duration) -> Instant {
    let now = Instant::now();
    // As good as never.
    let far = Duration::from_secs(86_400 * 365);
    now.checked_add(limit.min(far)).unwrap_or(now)
}
