//! Finds the message that a receipt speaks of.
//!
//! Centres change ids between the response to a submission and the receipt:
//! letter case, zeros in front, the dashes of a UUID, hexadecimal here and
//! decimal there. A [`Matcher`] keeps the ids of one peer's responses, finds
//! the one that a receipt means, and says how ([`MatchedBy`]). Keep one matcher
//! for each peer (`system_id` at one centre): ids are unique only there.
//!
//! # What is certain
//!
//! Ids are octets, and become numbers only to explain a receipt that nothing
//! else explains. Every explanation that the peer's behaviour so far leaves
//! open is tried, not the first that fits: `16` may be the message `16`, or the
//! message `10` of a centre that answers in hexadecimal. When more than one
//! message is left, nothing is joined, and the candidates are reported
//! ([`Verdict::Ambiguous`]). Three matches beyond doubt make a habit, and end
//! such doubts.
//!
//! A number in another base that is no habit yet needs support: the address of
//! the recipient, a letter among the hexadecimal digits, or a million of
//! different numbers. And it waits for the responses that are still under way,
//! when the requests are told ([`Matcher::sent`]): the receipt may be for one
//! of those.
//!
//! What this takes for granted: the message is in the matcher or on its way
//! there, and a peer does the same to all of its ids. A receipt for a message
//! that was never in (another node sent it, or it was dropped) is joined to
//! another one only if its id is the other's id, or the other's in a form that
//! the peer is known or free to use.
//!
//! # Order of events
//!
//! A receipt may come before the response: it is held, and comes out of
//! [`Matcher::next_early`] once the response has been told. What comes for a
//! message that is closed already is matched as a repetition. A message leaves
//! when its time is over ([`Matcher::expire`]), or when it is closed and the
//! room is needed.
//!
//! A long message has one id, and one receipt, for each of its segments: give
//! each its own key.
//!
//! # Examples
//!
//! ```
//! use smpp_codec::receipt::matcher::{
//!     FixedMatcher, MatchedBy, MatcherOptions, Report, Submission, Verdict,
//! };
//!
//! // Keys are the caller's: here the number of an order. Times are seconds.
//! let mut matcher: FixedMatcher<u32, (), 64, 16, 8> = FixedMatcher::new(MatcherOptions::new());
//! let request = matcher.sent();
//! matcher.submitted(Submission::new(b"38601fa", 4711).request(request), 0)?;
//!
//! let report = Report::new(Some(b"0059113978"));
//! let Verdict::Matched { found, .. } = matcher.receipt(&report, (), 5) else {
//!     panic!("it is the same number");
//! };
//! assert_eq!((found.key, found.by), (4711, MatchedBy::DecimalOfHex));
//! # Ok::<(), smpp_codec::receipt::matcher::SubmissionError<u32>>(())
//! ```

mod decide;
mod forms;
mod habit;
mod store;
mod types;

use core::fmt;

use smpp_pdu::MessageState;

use self::decide::{Decision, Found, When};
use self::forms::{Places, address};
use self::habit::Habit;
use self::store::Table;
use super::state::{Transition, transition};

pub use forms::{IdForms, MAX_ID_LEN};
pub use store::{Fixed, Index, Room, Scan, Store};
#[cfg(feature = "alloc")]
pub use store::{Growing, Sorted};
pub use types::{
    Ambiguity, Candidate, Candidates, Held, IdSource, Match, MatchedBy, MatcherOptions, Report,
    Request, Submission, SubmissionError, Submitted, Verdict,
};

/// A matcher whose room grows, up to the bounds of its options.
#[cfg(feature = "alloc")]
pub type GrowingMatcher<K, R> = Matcher<K, R, Growing>;

/// A matcher with room for `N` messages, `E` receipts that wait, and `W`
/// requests without a response.
pub type FixedMatcher<K, R, const N: usize, const E: usize, const W: usize> =
    Matcher<K, R, Fixed<N, E, W>>;

/// Joins the receipts of one peer to its messages; see the [module](self).
///
/// `K` is the caller's key of a message, `R` what the caller wants back with a
/// receipt that was held.
pub struct Matcher<K, R, S: Store<K, R>> {
    options: MatcherOptions,
    table: Table<K, R, S>,
    held: S::Receipts,
    /// The requests without a response, by their number.
    requests: S::Requests,
    next_request: u64,
    /// Requests were told that found no place: none is known to be the oldest.
    lost_requests: bool,
    habits: Habits,
    closed: usize,
    /// No message is over before this.
    next_deadline: u64,
}

/// What is known of the ids in parameters and of those in texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Habits {
    tlv: Habit,
    text: Habit,
}

impl<K: Clone, R, S: Store<K, R>> Matcher<K, R, S> {
    /// An empty matcher that knows nothing of its peer.
    #[must_use]
    pub fn new(options: MatcherOptions) -> Self {
        Self {
            options,
            table: Table::new(),
            held: S::Receipts::default(),
            requests: S::Requests::default(),
            next_request: 0,
            lost_requests: false,
            habits: Habits::default(),
            closed: 0,
            next_deadline: u64::MAX,
        }
    }

    /// Takes a habit for known, from the settings of the link: of the ids in
    /// `receipted_message_id` ([`IdSource::Tlv`]), of those in the text, or of
    /// both. What was learned about them before is forgotten.
    pub fn assume(&mut self, source: IdSource, by: MatchedBy) {
        if source != IdSource::Text {
            self.habits.tlv.assume(by);
        }
        if source != IdSource::Tlv {
            self.habits.text.assume(by);
        }
        self.wake_all();
    }

    /// What the peer is known to do to its ids; `None` until three matches
    /// beyond doubt have shown it. Of [`IdSource::Both`]: what holds of both.
    #[must_use]
    pub fn habit(&self, source: IdSource) -> Option<MatchedBy> {
        let (tlv, text) = (self.habits.tlv.name(), self.habits.text.name());
        match source {
            IdSource::Tlv => tlv,
            IdSource::Text => text,
            IdSource::Both => tlv.filter(|_| tlv == text),
        }
    }

    /// How many messages are kept, closed ones included.
    #[must_use]
    pub fn messages(&self) -> usize {
        self.table.len()
    }

    /// How many receipts wait for their message.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// A request was sent, its response is still to come.
    ///
    /// Only for a surer answer to receipts that overtake it; a caller that
    /// leaves it out loses nothing else. Answering takes time in the number of
    /// open requests. End it with
    /// [`Submission::request`] or [`Matcher::refused`].
    pub fn sent(&mut self) -> Request {
        let number = self.next_request;
        self.next_request += 1;
        if self.requests.len() >= self.options.max_requests || self.requests.push(number).is_err() {
            self.lost_requests = true;
        }
        Request(number)
    }

    /// A request was refused, or its response will not come.
    pub fn refused(&mut self, request: Request) {
        self.answered(request);
    }

    fn answered(&mut self, request: Request) {
        let at = (0..self.requests.len()).find(|&at| self.requests.get(at) == Some(&request.0));
        if let Some(at) = at {
            self.requests.swap_remove(at);
        }
        if self.requests.is_empty() {
            self.lost_requests = false;
        }
        if self.held.is_empty() {
            return;
        }
        let oldest = self.oldest_request();
        for at in 0..self.held.len() {
            if let Some(held) = self.held.get_mut(at) {
                held.ready |= held.waits && oldest.is_none_or(|oldest| oldest >= held.before);
            }
        }
    }

    /// The oldest request without a response.
    fn oldest_request(&self) -> Option<u64> {
        if self.lost_requests {
            return Some(0);
        }
        (0..self.requests.len())
            .filter_map(|at| self.requests.get(at).copied())
            .min()
    }

    /// The response to a submission came, and gave the message its id. `now` is
    /// the caller's time, in the unit of [`MatcherOptions::keep_for`].
    ///
    /// Ask [`Matcher::next_early`] afterwards for receipts that came before.
    ///
    /// # Errors
    /// [`SubmissionError`] gives the key back when the id is empty or longer
    /// than [`MAX_ID_LEN`], or when there is no room although everything that
    /// is closed or over was dropped. The request counts as answered all the
    /// same.
    pub fn submitted(
        &mut self,
        submission: Submission<'_, K>,
        now: u64,
    ) -> Result<(), SubmissionError<K>> {
        let Submission {
            id,
            key,
            destination,
            request,
        } = submission;
        let stored = self.store(id, key, destination, now);
        // The message first: a receipt that waited for it must find it.
        if let Some(request) = request {
            self.answered(request);
        }
        stored
    }

    fn store(
        &mut self,
        id: &[u8],
        key: K,
        destination: Option<&[u8]>,
        now: u64,
    ) -> Result<(), SubmissionError<K>> {
        let Ok(id) = forms::Id::from_slice(id) else {
            return Err(SubmissionError::IdLength { len: id.len(), key });
        };
        if id.is_empty() {
            return Err(SubmissionError::IdLength { len: 0, key });
        }
        self.habits.tlv.learn_response(&id);
        self.habits.text.learn_response(&id);
        let deadline = now.saturating_add(self.options.keep_for);
        let places = Places::of(&id);
        let message = Submitted {
            id,
            places,
            key,
            destination: destination.and_then(address),
            deadline,
            state: None,
            closed: false,
            taught: false,
        };
        if let Err(message) = self.push(message) {
            self.make_room(now);
            if let Err(message) = self.push(message) {
                return Err(SubmissionError::Full { key: message.key });
            }
        }
        self.next_deadline = self.next_deadline.min(deadline);
        for at in 0..self.held.len() {
            if let Some(held) = self.held.get_mut(at) {
                held.ready |= held.may_be(&places);
            }
        }
        Ok(())
    }

    fn push(&mut self, message: Submitted<K>) -> Result<(), Submitted<K>> {
        if self.table.len() >= self.options.max_messages {
            return Err(message);
        }
        self.table.push(message)
    }

    /// Drops what is over, and if there is nothing, what is closed.
    fn make_room(&mut self, now: u64) {
        if self.next_deadline <= now && self.expire(now) > 0 {
            return;
        }
        if self.closed > 0 {
            self.drop_where(|message| message.closed);
        }
    }

    fn drop_where(&mut self, drop: impl Fn(&Submitted<K>) -> bool) -> usize {
        let before = self.table.len();
        let mut at = 0;
        while let Some(message) = self.table.get(at) {
            if drop(message) {
                self.closed -= usize::from(message.closed);
                self.table.swap_remove(at);
            } else {
                at += 1;
            }
        }
        before - self.table.len()
    }

    /// Drops the messages whose time is over, and gives their number. Looks at
    /// every message: a thing to do now and then.
    ///
    /// Receipts that waited too long come out of [`Matcher::next_unmatched`].
    pub fn expire(&mut self, now: u64) -> usize {
        let dropped = self.drop_where(|message| message.deadline <= now);
        self.next_deadline = (0..self.table.len())
            .filter_map(|at| Some(self.table.get(at)?.deadline))
            .min()
            .unwrap_or(u64::MAX);
        dropped
    }

    /// A receipt came. `receipt` is what the caller wants back with the verdict,
    /// now or later; `now` is as in [`Matcher::submitted`].
    pub fn receipt(&mut self, report: &Report<'_>, receipt: R, now: u64) -> Verdict<K, R> {
        match Held::new(report, receipt, self.next_request) {
            Ok(held) => self.judge(held, now),
            Err(receipt) => Verdict::Unmatched { receipt },
        }
    }

    /// A verdict on a receipt that was held, now that its message is known:
    /// matched or ambiguous. Ask until there is none.
    pub fn next_early(&mut self, now: u64) -> Option<Verdict<K, R>> {
        loop {
            let at = (0..self.held.len())
                .find(|&at| self.held.get(at).is_some_and(|held| held.ready))?;
            let held = self.held.swap_remove(at)?;
            match self.judge(held, now) {
                Verdict::Held { .. } => {}
                verdict => return Some(verdict),
            }
        }
    }

    /// The last verdict on a receipt that has waited in vain: unmatched, or
    /// ambiguous. Ask until there is none.
    pub fn next_unmatched(&mut self, now: u64) -> Option<Verdict<K, R>> {
        let is_over = |held: &Held<R>| held.deadline.is_some_and(|deadline| deadline <= now);
        let at = (0..self.held.len()).find(|&at| self.held.get(at).is_some_and(is_over))?;
        let held = self.held.swap_remove(at)?;
        Some(
            match decide::decide(&self.table, &self.habits, &held, When::Last) {
                Decision::One(found) => self.join(held, &found),
                Decision::Many(candidates, why) => Verdict::Ambiguous {
                    candidates,
                    why,
                    receipt: held.receipt,
                },
                Decision::Wait | Decision::None => Verdict::Unmatched {
                    receipt: held.receipt,
                },
            },
        )
    }

    fn judge(&mut self, mut held: Held<R>, now: u64) -> Verdict<K, R> {
        let oldest = self.oldest_request();
        let waits = oldest.is_some_and(|oldest| oldest < held.before);
        let when = if waits { When::Waiting } else { When::Now };
        match decide::decide(&self.table, &self.habits, &held, when) {
            Decision::One(found) => self.join(held, &found),
            Decision::Many(candidates, why) => Verdict::Ambiguous {
                candidates,
                why,
                receipt: held.receipt,
            },
            Decision::Wait | Decision::None => {
                held.waits = waits;
                held.ready = false;
                let deadline = now.saturating_add(self.options.hold_for);
                held.deadline.get_or_insert(deadline);
                self.hold(held)
            }
        }
    }

    fn hold(&mut self, held: Held<R>) -> Verdict<K, R> {
        if self.options.max_held == 0 {
            return Verdict::Unmatched {
                receipt: held.receipt,
            };
        }
        let held = if self.held.len() < self.options.max_held {
            match self.held.push(held) {
                Ok(()) => return Verdict::Held { dropped: None },
                Err(held) => held,
            }
        } else {
            held
        };
        // The oldest has had the most time to find its message.
        let oldest =
            (0..self.held.len()).min_by_key(|&at| self.held.get(at).and_then(|held| held.deadline));
        let dropped = oldest.and_then(|at| self.held.swap_remove(at));
        match self.held.push(held) {
            Ok(()) => Verdict::Held {
                dropped: dropped.map(|held| held.receipt),
            },
            // Room for none at all.
            Err(held) => Verdict::Unmatched {
                receipt: held.receipt,
            },
        }
    }

    /// Joins a receipt to its message, and learns from it.
    fn join(&mut self, held: Held<R>, found: &Found) -> Verdict<K, R> {
        let Some(message) = self.table.get_mut(found.at) else {
            return Verdict::Unmatched {
                receipt: held.receipt,
            };
        };
        let step = match (message.state, held.state) {
            (Some(before), Some(state)) => Some(transition(before, state)),
            _ => None,
        };
        let repeated = message.closed;
        if let Some(state) = held.state
            && step.is_none_or(Transition::is_believable)
        {
            message.state = Some(state);
        }
        if held.closing && !message.closed {
            message.closed = true;
            self.closed += 1;
        }
        let mut learned = false;
        if !message.taught {
            message.taught = true;
            for (habit, changes) in [
                (&mut self.habits.tlv, found.tlv),
                (&mut self.habits.text, found.text),
            ] {
                if let Some(changes) = changes {
                    learned |= habit.learn(&message.id, changes);
                }
            }
        }
        let (source, changes) = match (found.tlv, found.text) {
            (Some(tlv), Some(_)) => (IdSource::Both, tlv),
            (Some(tlv), None) => (IdSource::Tlv, tlv),
            (None, text) => (IdSource::Text, text.unwrap_or_default()),
        };
        let found = Match {
            key: message.key.clone(),
            by: changes.matched_by(),
            source,
            habitual: found.habitual,
            by_address: found.by_address,
            repeated,
            step,
            state: message.state,
            closed: message.closed,
            learned,
        };
        if learned {
            self.wake_all();
        }
        Verdict::Matched {
            found,
            receipt: held.receipt,
        }
    }

    /// A new habit may decide what was open.
    fn wake_all(&mut self) {
        for at in 0..self.held.len() {
            if let Some(held) = self.held.get_mut(at) {
                held.ready = true;
            }
        }
    }

    /// Forgets a message, for example because a query has told its outcome.
    /// Gives whether there was one with this very id.
    pub fn forget(&mut self, id: &[u8]) -> bool {
        let Ok(id) = forms::Id::from_slice(id) else {
            return false;
        };
        let mut place = None;
        self.table.find(&Places::of(&id), &mut |at| {
            if self.table.get(at).is_some_and(|message| message.id == id) {
                place = Some(at);
            }
        });
        let removed = place.and_then(|at| self.table.swap_remove(at));
        self.closed -= usize::from(removed.as_ref().is_some_and(|message| message.closed));
        removed.is_some()
    }

    /// The state that was last believed of a message, by the id of its response.
    #[must_use]
    pub fn state(&self, id: &[u8]) -> Option<MessageState> {
        let id = forms::Id::from_slice(id).ok()?;
        let mut state = None;
        self.table.find(&Places::of(&id), &mut |at| {
            if let Some(message) = self.table.get(at).filter(|message| message.id == id) {
                state = message.state;
            }
        });
        state
    }
}

impl<K, R, S: Store<K, R>> fmt::Debug for Matcher<K, R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher")
            .field("messages", &self.table.len())
            .field("closed", &self.closed)
            .field("held", &self.held.len())
            .field("requests", &self.requests.len())
            .field("habits", &self.habits)
            .finish_non_exhaustive()
    }
}
