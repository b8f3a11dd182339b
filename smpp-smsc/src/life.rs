//! The life of a message: its states and the ways from one to the next.
//!
//! Everything here is pure. Time comes in as an argument, so that a validity of
//! three days passes in a test without waiting.
//!
//! ```text
//!            time has come         delivered, refused for good
//! SCHEDULED ───────────────▶ ENROUTE ───────────────────────────▶ DELIVERED,
//!     │                       │ ▲ │                               UNDELIVERABLE,
//!     │              attempt, │ │ │ validity over                 REJECTED …
//!     │ cancelled    refused  │ │ ├──────────────▶ EXPIRED
//!     │              for now  └─┘ │ cancelled
//!     └───────────────────────────┴──────────────▶ DELETED
//! ```

use smpp_codec::receipt::ReceiptKind;
use smpp_pdu::{InterfaceVersion, MessageState, RegisteredDelivery};

use crate::network::Outcome;
use crate::{Retries, Timestamp};

/// Where a message stands on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// The final state once there is one, [`MessageState::ENROUTE`] before;
    /// [`Life::state`] also knows `SCHEDULED`.
    state: MessageState,
    scheduled: Timestamp,
    expires: Timestamp,
    due: Option<Timestamp>,
    attempts: u32,
    in_flight: bool,
    done: Option<Timestamp>,
    error: u8,
}

impl Life {
    /// A message that is to be delivered from `scheduled` on and until `expires`.
    #[must_use]
    pub const fn new(scheduled: Timestamp, expires: Timestamp) -> Self {
        Self {
            state: MessageState::ENROUTE,
            scheduled,
            expires,
            due: Some(scheduled),
            attempts: 0,
            in_flight: false,
            done: None,
            error: 0,
        }
    }

    /// Everything that a store has to write down.
    #[must_use]
    pub const fn record(&self) -> LifeRecord {
        LifeRecord {
            state: self.state,
            scheduled: self.scheduled,
            expires: self.expires,
            due: self.due,
            attempts: self.attempts,
            in_flight: self.in_flight,
            done: self.done,
            error: self.error,
        }
    }

    /// A life as it was written down; `None` when no life can be like that: one
    /// that is over is never due and has no attempt under way, any other is due.
    #[must_use]
    pub fn from_record(record: LifeRecord) -> Option<Self> {
        let over = record.done.is_some();
        let consistent = record.due.is_none() == over && !(over && record.in_flight);
        consistent.then_some(Self {
            state: record.state,
            scheduled: record.scheduled,
            expires: record.expires,
            due: record.due,
            attempts: record.attempts,
            in_flight: record.in_flight,
            done: record.done,
            error: record.error,
        })
    }

    /// The state at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> MessageState {
        if self.state == MessageState::ENROUTE && self.attempts == 0 && now < self.scheduled {
            MessageState::SCHEDULED
        } else {
            self.state
        }
    }

    /// The state at `now`, in the terms of a peer of `version`: `SCHEDULED` is a
    /// state of 5.0, before it such a message is on its way; `SKIPPED` too, and
    /// `REJECTED` is one of 3.4, before them such messages cannot be delivered.
    #[must_use]
    pub fn state_for(&self, now: Timestamp, version: InterfaceVersion) -> MessageState {
        let version = version.normalized();
        match self.state(now) {
            MessageState::SCHEDULED if version < InterfaceVersion::V5_0 => MessageState::ENROUTE,
            MessageState::SKIPPED if version < InterfaceVersion::V5_0 => {
                MessageState::UNDELIVERABLE
            }
            MessageState::REJECTED if version < InterfaceVersion::V3_4 => {
                MessageState::UNDELIVERABLE
            }
            state => state,
        }
    }

    /// Whether it waits for a moment after its submission: for the one that it
    /// was scheduled for, or for another attempt.
    #[must_use]
    pub fn waits(&self, submitted: Timestamp) -> bool {
        let later = self.attempts > 0 || submitted < self.scheduled;
        later && !self.is_final() && !self.in_flight
    }

    /// Whether this life has gone on where `update` has not: it has ended, or
    /// has seen more attempts. Such an update is not made: it would take back
    /// what happened meanwhile.
    #[must_use]
    pub const fn is_ahead_of(&self, update: &Self) -> bool {
        self.is_final() || update.attempts < self.attempts
    }

    /// Whether the state never changes again.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        self.done.is_some()
    }

    /// When something is to be done for the message; `None` when nothing ever is.
    #[must_use]
    pub const fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// Until when delivery is tried.
    #[must_use]
    pub const fn expires(&self) -> Timestamp {
        self.expires
    }

    /// When the final state was reached.
    #[must_use]
    pub const fn done(&self) -> Option<Timestamp> {
        self.done
    }

    /// Attempts so far, one under way included.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether an attempt is under way.
    #[must_use]
    pub const fn is_in_flight(&self) -> bool {
        self.in_flight
    }

    /// The network's error of the last attempt, 0 for none.
    #[must_use]
    pub const fn error(&self) -> u8 {
        self.error
    }

    /// Somebody takes the message in hand, and is expected to be done with it
    /// before `lease_until`: to try to deliver it, or, when its validity is
    /// over, to [`expire`](Life::expire) it.
    pub fn claim(&mut self, now: Timestamp, lease_until: Timestamp) -> Claimed {
        if self.is_final() {
            return Claimed::Nothing;
        }
        self.due = Some(lease_until);
        // Whoever had the message before did not report in time.
        self.in_flight = now < self.expires;
        if !self.in_flight {
            return Claimed::Over;
        }
        self.attempts += 1;
        Claimed::Attempt
    }

    /// Whoever had the message in hand is gone, and with them the outcome of the
    /// attempt: it is due at `now`.
    pub const fn release(&mut self, now: Timestamp) {
        if self.in_flight {
            self.in_flight = false;
            self.due = Some(now);
        }
    }

    /// Ends a message whose validity is over. Says whether it is.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        let over = !self.is_final() && !self.in_flight && self.expires <= now;
        if over {
            self.end(MessageState::EXPIRED, now);
        }
        over
    }

    /// An attempt has an outcome. Says whether this was news: the outcome of an
    /// attempt that was given up meanwhile is not.
    pub fn report(
        &mut self,
        now: Timestamp,
        attempt: u32,
        outcome: Outcome,
        retries: &Retries,
    ) -> bool {
        if self.is_final() || !self.in_flight || attempt != self.attempts {
            return false;
        }
        self.in_flight = false;
        match outcome {
            Outcome::Delivered => {
                self.error = 0;
                self.end(MessageState::DELIVERED, now);
            }
            Outcome::Failed { state, error } => {
                self.error = error;
                self.end(state, now);
            }
            Outcome::NotNow { error } => {
                self.error = error;
                if self.expires <= now {
                    self.end(MessageState::EXPIRED, now);
                } else {
                    let next = now.after(retries.after_attempt(self.attempts, error));
                    self.due = Some(next.min(self.expires));
                }
            }
        }
        true
    }

    /// A transmission of a broadcast has ended well, and there is another one at
    /// `next`. Says whether this was news, as [`Life::report`] does.
    pub fn repeat(&mut self, attempt: u32, next: Timestamp) -> bool {
        if self.is_final() || !self.in_flight || attempt != self.attempts {
            return false;
        }
        self.in_flight = false;
        self.error = 0;
        self.due = Some(next);
        true
    }

    /// The attempt takes longer: another target of the route has it now. Says whether
    /// it is under way.
    pub fn prolong(&mut self, attempt: u32, lease_until: Timestamp) -> bool {
        let under_way = self.is_under_way(attempt);
        if under_way {
            self.due = Some(lease_until);
        }
        under_way
    }

    /// The message waits for an ESME that is to have it: no attempt is under way, and
    /// nothing is to be done for it before its validity is over. Says whether this
    /// was news, as [`Life::report`] does.
    pub fn hand_over(&mut self, attempt: u32) -> bool {
        let news = self.is_under_way(attempt);
        if news {
            self.in_flight = false;
            self.due = Some(self.expires);
        }
        news
    }

    /// Another centre has the message, and tells what becomes of it. The attempt goes
    /// on until then, or until the validity is over. Says whether this was news, as
    /// [`Life::report`] does.
    pub fn pass_on(&mut self, attempt: u32) -> bool {
        let news = self.is_under_way(attempt);
        if news {
            self.due = Some(self.expires);
        }
        news
    }

    /// Who has the message says what became of it: [`hand_over`](Life::hand_over),
    /// [`pass_on`](Life::pass_on). Says whether it had no final state before.
    pub fn settle(&mut self, now: Timestamp, state: MessageState, error: u8) -> bool {
        let news = !self.is_final();
        if news {
            self.in_flight = false;
            self.error = error;
            self.end(state, now);
        }
        news
    }

    /// Whether it waits for an ESME since [`hand_over`](Life::hand_over) made of the
    /// attempt that this number has: not when it has ended or is over, is attempted
    /// anew, or was put off to a later time.
    #[must_use]
    pub fn is_handed_over(&self, now: Timestamp, attempt: u32) -> bool {
        let waits = !self.is_final() && !self.in_flight && self.attempts == attempt;
        waits && self.scheduled <= now && now < self.expires
    }

    const fn is_under_way(&self, attempt: u32) -> bool {
        self.in_flight && attempt == self.attempts
    }

    /// A message that waits for another attempt is due at `now`. Says whether it
    /// is such a message.
    pub fn hurry(&mut self, now: Timestamp) -> bool {
        let waits = self.attempts > 0 && !self.is_final() && !self.in_flight;
        if waits {
            self.due = Some(now);
        }
        waits
    }

    /// Cancels the message.
    ///
    /// # Errors
    /// [`TooLate`] when the state is final, or an attempt is under way: the
    /// handset may have the message already.
    pub fn cancel(&mut self, now: Timestamp) -> Result<(), TooLate> {
        self.may_change()?;
        self.end(MessageState::DELETED, now);
        Ok(())
    }

    /// Gives the message other times; `None` keeps one as it is.
    ///
    /// # Errors
    /// [`TooLate`] as for [`Life::cancel`].
    pub fn replace(
        &mut self,
        scheduled: Option<Timestamp>,
        expires: Option<Timestamp>,
    ) -> Result<(), TooLate> {
        self.may_change()?;
        if let Some(scheduled) = scheduled {
            self.scheduled = scheduled;
            self.due = Some(scheduled);
        }
        if let Some(expires) = expires {
            self.expires = expires;
        }
        self.due = self.due.map(|due| due.min(self.expires));
        Ok(())
    }

    /// Whether a receipt of the final state was asked for.
    #[must_use]
    pub fn wants_receipt(&self, wanted: RegisteredDelivery) -> bool {
        self.is_final() && ReceiptKind::DeliveryReceipt.wanted_by(wanted, self.state)
    }

    const fn may_change(&self) -> Result<(), TooLate> {
        if self.is_final() || self.in_flight {
            Err(TooLate)
        } else {
            Ok(())
        }
    }

    const fn end(&mut self, state: MessageState, now: Timestamp) {
        self.state = state;
        self.done = Some(now);
        self.due = None;
    }
}

/// The values of a [`Life`], for stores that write them down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifeRecord {
    /// The final state, or `ENROUTE` before there is one.
    pub state: MessageState,
    /// From when on it is to be delivered.
    pub scheduled: Timestamp,
    /// Until when it is to be delivered.
    pub expires: Timestamp,
    /// When something is to be done for it.
    pub due: Option<Timestamp>,
    /// Attempts so far.
    pub attempts: u32,
    /// Whether an attempt is under way, or goes on at another centre.
    pub in_flight: bool,
    /// When the final state was reached.
    pub done: Option<Timestamp>,
    /// The network's error of the last attempt.
    pub error: u8,
}

/// What [`Life::claim`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// Try to deliver it.
    Attempt,
    /// Its validity is over.
    Over,
    /// It had a final state before.
    Nothing,
}

/// The message has a final state, or an attempt to deliver it is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLate;

#[cfg(test)]
mod tests;
