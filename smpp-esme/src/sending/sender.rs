//! Sends messages, and sends again what was not taken for now.

use core::future::Future;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;
use std::time::SystemTime;

use smpp_pdu::CommandId;
use tokio::sync::watch;

use super::observe::{Observer, PartInfo};
use super::order::{Order, Turn};
use super::pacing::Pacing;
use super::parts::Prepared;
use super::policy::{Advice, Budget, Retries};
use super::reference::References;
use super::{OutgoingMessage, RetryPolicy, SendError, SenderBuilder, Sent, SentPart, Split};
use crate::futures::{Either, join, race};
use crate::{OwnedAddress, RequestError, RequestErrorKind, Requester, SubmitResp};

/// Sends messages over a session: splits them, paces them, sends again what was
/// refused for now, and keeps what became of every part.
///
/// A handle: cheap to clone, and used from as many tasks as one likes.
///
/// ```no_run
/// # async fn send(client: smpp_esme::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use smpp_esme::{OutgoingMessage, Sender};
///
/// let sender = Sender::new(client);
/// let message = OutgoingMessage::text("Your code is 4711")
///     .from("BANK")
///     .to("+447700900123");
/// let sent = sender.send(&message).await?;
/// for id in sent.message_ids() {
///     println!("taken as {id}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Cancel safety
/// A dropped future of any method: what waits is not sent any more; what was
/// handed to the session goes out, and nobody learns what became of it, except
/// the [observer](SenderBuilder::observer), which learns that nobody does.
#[derive(Clone, Debug)]
pub struct Sender<R> {
    pub(super) requester: R,
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) policy: RetryPolicy,
    pub(super) pacing: Pacing,
    pub(super) budget: Budget,
    pub(super) order: Option<Order>,
    pub(super) references: References,
    pub(super) observer: Observer,
    pub(super) counts: Counts,
    pub(super) recipients: u8,
    pub(super) fall_back: bool,
    pub(super) stopped: Stopped,
    /// The centre has said that it does not know `submit_multi`.
    pub(super) multi_unknown: AtomicBool,
}

/// Becomes true once nothing is to begin any more.
#[derive(Debug)]
pub(super) struct Stopped(watch::Sender<bool>);

impl Default for Stopped {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stopped {
    fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// What `wait` gives; `None` when the sender is stopped first.
    pub(super) async fn or<T>(&self, wait: impl Future<Output = T>) -> Option<T> {
        let mut stopped = self.0.subscribe();
        match race(stopped.wait_for(|stopped| *stopped), wait).await {
            Either::Left(_) => None,
            Either::Right(done) => Some(done),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    attempts: AtomicU64,
    retries: AtomicU64,
    throttled: AtomicU64,
    accepted: AtomicU64,
    failed: AtomicU64,
    unknown: AtomicU64,
}

/// What a sender has done so far. Parts are counted, for each recipient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SenderCounts {
    /// Sent, retries included.
    pub attempts: u64,
    /// Sent again.
    pub retries: u64,
    /// Attempts that the centre answered with "too much".
    pub throttled: u64,
    /// Taken by the centre.
    pub accepted: u64,
    /// Given up, and not with the centre.
    pub failed: u64,
    /// Given up, and nobody knows whether the centre has them.
    pub unknown: u64,
}

impl Counts {
    pub(super) fn attempt(&self, attempt: u32, recipients: u64) {
        self.attempts.fetch_add(recipients, Ordering::Relaxed);
        if attempt > 1 {
            self.retries.fetch_add(recipients, Ordering::Relaxed);
        }
    }

    pub(super) fn throttled(&self) {
        self.throttled.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn outcomes(&self, sent: &Sent) {
        for part in &sent.parts {
            let counter = match &part.result {
                Ok(_) => &self.accepted,
                Err(error) if error.is_outcome_unknown() => &self.unknown,
                Err(_) => &self.failed,
            };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl<R: Requester> Sender<R> {
    /// A sender with the defaults of [`SenderBuilder`].
    #[must_use]
    pub fn new(requester: R) -> Self {
        SenderBuilder::new().build(requester)
    }

    /// What it stands on.
    #[must_use]
    pub fn requester(&self) -> &R {
        &self.requester
    }

    /// What was done so far.
    #[must_use]
    pub fn counts(&self) -> SenderCounts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counts = &self.shared.counts;
        SenderCounts {
            attempts: of(&counts.attempts),
            retries: of(&counts.retries),
            throttled: of(&counts.throttled),
            accepted: of(&counts.accepted),
            failed: of(&counts.failed),
            unknown: of(&counts.unknown),
        }
    }

    /// Requests a second that the centre's complaints have left; `None` while
    /// nothing has slowed the sender down.
    #[must_use]
    pub fn slowed_to(&self) -> Option<u32> {
        self.shared.pacing.slowed_to()
    }

    /// Begins nothing any more, for all handles and for good: what waits for its
    /// turn, for the rate, or for a retry ends at once, with
    /// [`RequestErrorKind::Closed`] or with its last refusal. What was handed to
    /// the session gets its outcome. So a program that ends learns what became
    /// of everything, without waiting for a centre that refuses for now.
    pub fn stop(&self) {
        self.shared.stopped.0.send_replace(true);
    }

    /// Sends a message, and waits: for its turn, for the rate, for a place in
    /// the window, for the responses, and for retries.
    ///
    /// All parts are under way at once, in their order. Once one was given up,
    /// those that were not sent yet are not sent any more.
    ///
    /// # Cancel safety
    /// As said of [`Sender`].
    ///
    /// # Errors
    /// [`SendError`] when any part was not taken: it has the outcome of every
    /// part, also of those that were.
    pub async fn send(&self, message: &OutgoingMessage) -> Result<Sent, SendError> {
        let prepared = self.prepare(message)?;
        let _turn = self.turn(&message.to).await;
        let sent = self.send_parts(&prepared, &message.to, false).await;
        self.whole(sent)
    }

    /// Sends a message if it need not wait before its first part is sent: not
    /// for an earlier message to the destination, not for the rate, not for a
    /// place in the window. Then it goes on as [`send`](Self::send).
    ///
    /// # Cancel safety
    /// As said of [`Sender`]; the first poll decides.
    ///
    /// # Errors
    /// [`SendErrorKind::Busy`](super::SendErrorKind::Busy) when it would have to
    /// wait, and nothing was sent; else as [`send`](Self::send).
    pub async fn try_send(&self, message: &OutgoingMessage) -> Result<Sent, SendError> {
        let prepared = self.prepare(message)?;
        let _turn = match &self.shared.order {
            Some(order) => {
                let turn = order.try_turn(message.to.as_bytes());
                Some(turn.ok_or_else(SendError::busy)?)
            }
            None => None,
        };
        let sent = self.send_parts(&prepared, &message.to, true).await;
        if let [first, ..] = sent.parts.as_slice()
            && first.attempts == 0
            && let Err(error) = &first.result
            && error.kind() == RequestErrorKind::WindowFull
        {
            return Err(SendError::busy());
        }
        self.whole(sent)
    }

    /// Counts a message, which is an error if any part was not taken.
    fn whole(&self, sent: Sent) -> Result<Sent, SendError> {
        self.shared.counts.outcomes(&sent);
        if sent.is_complete() {
            Ok(sent)
        } else {
            Err(SendError::parts(sent))
        }
    }

    fn prepare<'m>(&self, message: &'m OutgoingMessage) -> Result<Prepared<'m>, SendError> {
        let prepared = message.prepare(|| self.reference(message.split, &[&message.to]))?;
        prepared.check(&message.to)?;
        Ok(prepared)
    }

    pub(super) fn reference(&self, split: Split, to: &[&OwnedAddress]) -> u16 {
        let modulus = match split {
            Split::Udh | Split::None => 0x100,
            _ => 0x1_0000,
        };
        self.shared.references.next(to.iter().copied(), modulus)
    }

    /// `None` when there is no order, or when the sender is stopped: then no
    /// part is sent either.
    async fn turn(&self, to: &OwnedAddress) -> Option<Turn> {
        let order = self.shared.order.as_ref()?;
        match order.try_turn(to.as_bytes()) {
            Some(turn) => Some(turn),
            None => self.shared.stopped.or(order.turn(to.as_bytes())).await,
        }
    }

    /// All parts to one recipient.
    pub(super) async fn send_parts(
        &self,
        prepared: &Prepared<'_>,
        to: &OwnedAddress,
        only_now: bool,
    ) -> Sent {
        let stop = AtomicBool::new(false);
        let parts = match prepared.parts.len() {
            1 => vec![self.send_part(prepared, to, 0, only_now, &stop).await],
            parts => {
                let one = |at| self.send_part(prepared, to, at, only_now && at == 0, &stop);
                join((0..parts).map(one)).await
            }
        };
        Sent {
            destination: to.clone(),
            tag: prepared.message.tag.clone(),
            parts,
        }
    }

    /// One part, with its retries.
    async fn send_part(
        &self,
        prepared: &Prepared<'_>,
        to: &OwnedAddress,
        at: usize,
        only_now: bool,
        stop: &AtomicBool,
    ) -> SentPart {
        let shared = &*self.shared;
        let mut retries = Retries::new(&shared.policy, &shared.budget);
        let mut attempts = 0;
        let command_id = prepared.command_id();
        let skipped = |kind| RequestError::new(command_id, kind);
        let mut result = Err(skipped(RequestErrorKind::Skipped));
        loop {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let first_now = only_now && attempts == 0;
            let stopped = shared.stopped.is_set();
            // Mostly there is nothing to wait for, and then nothing to watch.
            let free = !stopped && shared.pacing.try_take();
            let stopped = match first_now || free {
                true => stopped,
                false => shared.stopped.or(shared.pacing.wait()).await.is_none(),
            };
            if stopped {
                if attempts == 0 {
                    result = Err(skipped(RequestErrorKind::Closed));
                }
                break;
            }
            // While it waited another part may have failed.
            if stop.load(Ordering::Relaxed) {
                break;
            }
            if first_now && !free {
                result = Err(skipped(RequestErrorKind::WindowFull));
                stop.store(true, Ordering::Relaxed);
                break;
            }
            attempts += 1;
            retries.attempt();
            let info = prepared.info(at, to, attempts);
            let outcome = self.attempt(prepared, info, at, first_now).await;
            if first_now
                && let Err(error) = &outcome
                && error.kind() == RequestErrorKind::WindowFull
            {
                attempts = 0;
                result = outcome;
                stop.store(true, Ordering::Relaxed);
                break;
            }
            shared.counts.attempt(attempts, 1);
            result = outcome;
            let Err(error) = &result else {
                if result.as_ref().is_ok_and(is_congested) {
                    shared.pacing.complain();
                }
                break;
            };
            let advice = shared.policy.of_error(error);
            if advice == Advice::SlowDown {
                shared.counts.throttled();
                shared.pacing.complain();
            }
            let Some(wait) = retries.next(advice) else {
                // Of what may have been taken, the rest may make it whole.
                if !error.is_outcome_unknown() {
                    stop.store(true, Ordering::Relaxed);
                }
                break;
            };
            shared.stopped.or(tokio::time::sleep(wait)).await;
        }
        SentPart {
            attempts,
            at: SystemTime::now(),
            result,
        }
    }

    /// Sends a part once.
    async fn attempt(
        &self,
        prepared: &Prepared<'_>,
        info: PartInfo<'_>,
        at: usize,
        only_now: bool,
    ) -> Result<SubmitResp, RequestError> {
        let tlvs = prepared.part_tlvs(at);
        let Some(body) = prepared.single_body(at, info.destination, &tlvs) else {
            // Not reached: the message was checked.
            let kind = RequestErrorKind::TooLong;
            return Err(RequestError::new(prepared.command_id(), kind));
        };
        let watched = self.shared.observer.sending(info);
        let outcome = if only_now {
            self.requester.try_request(body).await
        } else {
            self.requester.request(body).await
        };
        let outcome = outcome.map(SubmitResp::from);
        match &outcome {
            Ok(response) => watched.submitted(response).await,
            Err(error) => watched.failed(error),
        }
        outcome
    }
}

/// Whether a centre of 5.0 says that it is nearly at its limit, or at it.
pub(super) fn is_congested(response: &SubmitResp) -> bool {
    const NEARLY: u8 = 90;
    let state = response.response().tlvs().congestion_state();
    matches!(state, Some(Ok(state)) if state.0 >= NEARLY)
}

/// What a refusal of a part is called.
pub(super) fn refused(status: smpp_pdu::CommandStatus) -> RequestError {
    RequestError::new(CommandId::SUBMIT_MULTI, RequestErrorKind::Rejected(status))
}
