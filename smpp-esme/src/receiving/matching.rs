//! Which message a receipt speaks of: the store finds those that it may be,
//! the matcher of `smpp-codec` decides.
//!
//! The matcher is not the memory: it holds the messages that were touched last,
//! what it has learned of the peer, and the receipts that wait. Before it is
//! asked about a receipt it is given all that the store finds for that receipt.

use core::time::Duration;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use smpp_codec::receipt::matcher::{
    GrowingMatcher, MatchedBy, MatcherOptions, Report, Request, Submission, Verdict,
};
use tokio::time::Instant;
use tracing::{debug, warn};

use super::metric;
use super::receipt::{Matched, Matching, ReceiptInfo, Unmatched};
use super::store::MatcherStore;
use super::submitted::{Lookup, Remembered, SubmissionKey, Timestamp, millis};
use crate::Delivery;
use crate::futures::later;

/// How many messages the matcher holds: those touched last.
const MATCHER_MESSAGES: usize = 8192;

/// A receipt, and what answers it.
pub(super) struct Held {
    pub(super) info: ReceiptInfo,
    pub(super) delivery: Delivery,
}

pub(super) struct MatchingOptions {
    pub(super) scope: Arc<str>,
    pub(super) hold: Duration,
    pub(super) max_held: usize,
    pub(super) assume: Option<MatchedBy>,
}

pub(super) struct Matcher {
    scope: Arc<str>,
    store: Arc<dyn MatcherStore>,
    hold: Duration,
    matcher: GrowingMatcher<SubmissionKey, Box<Held>>,
    /// What the matcher holds, by the exact id.
    loaded: HashMap<Box<[u8]>, Vec<SubmissionKey>>,
    /// Those ids, the longest there first, and some that have gone.
    order: VecDeque<Box<[u8]>>,
    by_key: HashMap<SubmissionKey, Arc<Remembered>>,
    requests: HashMap<u64, Request>,
    /// Requests are told: without any under way, no response can be missing.
    told: bool,
    /// What the receipts that wait are looked up by, once more at the end.
    held: VecDeque<(Instant, Lookup)>,
    settled: HashSet<SubmissionKey>,
    /// Those of which the store is not told yet.
    untold: HashSet<SubmissionKey>,
    started: Instant,
}

impl Matcher {
    pub(super) fn new(store: Arc<dyn MatcherStore>, options: MatchingOptions) -> Self {
        let bounds = MatcherOptions::new()
            .keep_for(u64::MAX)
            .hold_for(millis(options.hold))
            .max_messages(MATCHER_MESSAGES * 2)
            .max_held(options.max_held);
        let mut matcher = GrowingMatcher::new(bounds);
        if let Some(by) = options.assume {
            matcher.assume(smpp_codec::receipt::matcher::IdSource::Both, by);
        }
        Self {
            scope: options.scope,
            store,
            hold: options.hold,
            matcher,
            loaded: HashMap::new(),
            order: VecDeque::new(),
            by_key: HashMap::new(),
            requests: HashMap::new(),
            told: false,
            held: VecDeque::new(),
            settled: HashSet::new(),
            untold: HashSet::new(),
            started: Instant::now(),
        }
    }

    fn time(&self, now: Instant) -> u64 {
        millis(now.saturating_duration_since(self.started))
    }

    pub(super) fn sending(&mut self, number: u64) {
        self.told = true;
        let request = self.matcher.sent();
        self.requests.insert(number, request);
    }

    pub(super) fn not_submitted(&mut self, number: u64) {
        if let Some(request) = self.requests.remove(&number) {
            self.matcher.refused(request);
        }
    }

    /// A message is in the store.
    pub(super) fn submitted(
        &mut self,
        message: &Arc<Remembered>,
        number: Option<u64>,
        now: Instant,
    ) {
        let request = number.and_then(|number| self.requests.remove(&number));
        self.load(message, request, now);
    }

    /// Gives the matcher a message, unless it has it.
    fn load(&mut self, message: &Arc<Remembered>, request: Option<Request>, now: Instant) {
        let id = message.message.message_id();
        let known = self.by_key.contains_key(&message.key);
        let rivals = match known {
            true => Vec::new(),
            false => self.rivals(message),
        };
        let is_settled = |key: &SubmissionKey| self.settled.contains(key);
        // A centre that begins its ids anew means the message that is open.
        let is_over = message.settled.is_some() || self.untold.contains(&message.key);
        let hidden = is_over && rivals.iter().any(|rival| !is_settled(rival));
        if known || hidden {
            if let Some(request) = request {
                self.matcher.refused(request);
            }
            return;
        }
        if !is_over && rivals.iter().any(is_settled) {
            self.unload_rivals(id, &rivals, now);
        }
        while self.by_key.len() >= MATCHER_MESSAGES
            && let Some(oldest) = self.order.pop_front()
        {
            // What was unloaded meanwhile is not there.
            self.unload(&oldest);
        }
        let mut submission = Submission::new(id, message.key);
        let destination = &message.message.destination_addr().as_bytes();
        if !destination.is_empty() {
            submission = submission.destination(destination);
        }
        if let Some(request) = request {
            submission = submission.request(request);
        }
        if let Err(error) = self.matcher.submitted(submission, self.time(now)) {
            debug!(%error, "a message is not matched");
            return;
        }
        if is_over {
            self.settled.insert(message.key);
        }
        self.by_key.insert(message.key, Arc::clone(message));
        let entries = self.loaded.entry(id.into()).or_default();
        if entries.is_empty() {
            self.order.push_back(id.into());
        }
        entries.push(message.key);
    }

    /// The messages with the same id that the address does not tell from this
    /// one: those of a `submit_multi` have one id, and a recipient each.
    fn rivals(&self, message: &Remembered) -> Vec<SubmissionKey> {
        let entries = self.loaded.get(message.message.message_id());
        let to = message.message.destination_addr();
        let same = |key: &&SubmissionKey| {
            let other = self.by_key.get(key);
            other.is_none_or(|other| {
                let other = other.message.destination_addr();
                to.is_empty() || other.is_empty() || to.as_bytes() == other.as_bytes()
            })
        };
        entries
            .into_iter()
            .flatten()
            .filter(same)
            .copied()
            .collect()
    }

    /// Takes these from the matcher, of the messages with this id.
    fn unload_rivals(&mut self, id: &[u8], rivals: &[SubmissionKey], now: Instant) {
        let entries = self.loaded.get(id).into_iter().flatten();
        let others: Vec<(Arc<Remembered>, bool)> = entries
            .filter(|key| !rivals.contains(key))
            .filter_map(|key| Some((self.by_key.get(key).cloned()?, self.settled.contains(key))))
            .collect();
        // The matcher forgets by the id alone.
        self.unload(id);
        for (other, was_settled) in others {
            self.load(&other, None, now);
            if was_settled && self.by_key.contains_key(&other.key) {
                self.settled.insert(other.key);
            }
        }
    }

    /// Takes all messages with this id from the matcher; the store still has
    /// them.
    fn unload(&mut self, id: &[u8]) {
        for key in self.loaded.remove(id).unwrap_or_default() {
            self.matcher.forget(id);
            self.by_key.remove(&key);
            self.settled.remove(&key);
        }
    }

    /// Fetches the messages that receipts may speak of; each receipt follows to
    /// [`receipt`](Self::receipt). Gives whether the store could be asked.
    pub(super) async fn fetch(&mut self, lookups: Vec<Lookup>, now: Instant) -> bool {
        match self.store.find(lookups).await {
            Ok(found) => {
                for message in found.iter().flatten() {
                    self.load(message, None, now);
                }
                true
            }
            Err(error) => {
                warn!(%error, "receipts are handed on without their messages");
                false
            }
        }
    }

    /// A receipt came. The verdict goes to `out`, now or later.
    pub(super) fn receipt(
        &mut self,
        (held, lookup): (Held, Lookup),
        fetched: bool,
        now: Instant,
        out: &mut Vec<Held>,
    ) {
        if !fetched {
            return self.hand_on(held, Matching::Unmatched(Unmatched::StoreFailed), out);
        }
        let info = held.info.clone();
        let Some(receipt) = info.receipt() else {
            return;
        };
        let report = Report::from(&receipt);
        let before = self.matcher.held();
        let verdict = self
            .matcher
            .receipt(&report, Box::new(held), self.time(now));
        if self.matcher.held() > before {
            self.held.push_back((later(now, self.hold), lookup));
        }
        self.apply(verdict, out);
        self.settle_held(now, out);
    }

    /// The question for the messages of a receipt.
    pub(super) fn lookup(&self, info: &ReceiptInfo) -> Lookup {
        let receipt = info.receipt();
        let ids = receipt.as_ref().map(|receipt| receipt.ids());
        Lookup::new(&self.scope, ids.into_iter().flatten())
    }

    /// Gives out receipts that need not wait any more.
    pub(super) fn settle_held(&mut self, now: Instant, out: &mut Vec<Held>) {
        let now = self.time(now);
        while let Some(verdict) = self.matcher.next_early(now) {
            self.apply(verdict, out);
        }
        let until = if self.told && self.requests.is_empty() {
            u64::MAX
        } else {
            now
        };
        while let Some(verdict) = self.matcher.next_unmatched(until) {
            self.apply(verdict, out);
        }
        if self.matcher.held() == 0 {
            self.held.clear();
        }
        metric::held(self.matcher.held());
    }

    /// Receipts whose time is over are looked up once more: another process may
    /// have sent their messages.
    pub(super) async fn expire(&mut self, now: Instant, out: &mut Vec<Held>) {
        let mut lookups = Vec::new();
        while let Some((deadline, _)) = self.held.front()
            && *deadline <= now
            && let Some((_, lookup)) = self.held.pop_front()
        {
            lookups.push(lookup);
        }
        if !lookups.is_empty()
            && let Ok(found) = self.store.find(lookups).await
        {
            for message in found.iter().flatten() {
                self.load(message, None, now);
            }
        }
        self.settle_held(now, out);
    }

    /// When [`expire`](Self::expire) has something to do.
    pub(super) fn deadline(&self) -> Option<Instant> {
        // The matcher's times are milliseconds: not before its own deadline.
        let millisecond = Duration::from_millis(1);
        self.held
            .front()
            .map(|(deadline, _)| *deadline + millisecond)
    }

    /// Gives out everything that waits, at the end.
    pub(super) fn end(&mut self, out: &mut Vec<Held>) {
        while let Some(verdict) = self.matcher.next_unmatched(u64::MAX) {
            self.apply(verdict, out);
        }
    }

    fn apply(&mut self, verdict: Verdict<SubmissionKey, Box<Held>>, out: &mut Vec<Held>) {
        match verdict {
            Verdict::Matched { found, receipt } => {
                let Some(message) = self.by_key.get(&found.key).cloned() else {
                    return self.hand_on(*receipt, Matching::Unmatched(Unmatched::Unknown), out);
                };
                let repeated = self.settled.contains(&found.key);
                if repeated {
                    metric::repeated();
                }
                metric::matched(found.by.name());
                let matched = Matched {
                    message,
                    by: found.by,
                    source: found.source,
                    by_address: found.by_address,
                    repeated,
                    step: found.step,
                };
                self.hand_on(*receipt, Matching::Matched(matched), out);
            }
            Verdict::Ambiguous {
                candidates,
                why,
                receipt,
            } => {
                metric::unmatched("ambiguous");
                let candidates = candidates.as_slice().iter();
                let candidates = candidates
                    .filter_map(|candidate| self.by_key.get(&candidate.key).cloned())
                    .collect();
                let matching = Matching::Ambiguous { candidates, why };
                self.hand_on(*receipt, matching, out);
            }
            Verdict::Held {
                dropped: Some(dropped),
            } => self.hand_on(*dropped, Matching::Unmatched(Unmatched::Unknown), out),
            Verdict::Held { dropped: None } => {}
            Verdict::Unmatched { receipt } => {
                let has_id = receipt.info.receipt().and_then(|r| r.id()).is_some();
                let why = if has_id {
                    Unmatched::Unknown
                } else {
                    Unmatched::NoId
                };
                self.hand_on(*receipt, Matching::Unmatched(why), out);
            }
            // The verdicts of a later version.
            _ => {}
        }
    }

    fn hand_on(&self, mut held: Held, matching: Matching, out: &mut Vec<Held>) {
        if let Matching::Unmatched(why) = &matching {
            metric::unmatched(why.name());
            debug!(why = why.name(), "a receipt has no message");
        }
        held.info.set_matching(matching);
        out.push(held);
    }

    /// The last receipt of this was acknowledged; [`settle`](Self::settle)
    /// follows. Gives of how many the store is not told yet.
    pub(super) fn settled(&mut self, key: SubmissionKey) -> usize {
        if self.by_key.contains_key(&key) {
            self.settled.insert(key);
        }
        self.untold.insert(key);
        self.untold.len()
    }

    /// Tells the store.
    pub(super) async fn settle(&mut self, now: Timestamp) {
        let keys: Vec<SubmissionKey> = self.untold.drain().collect();
        if keys.is_empty() {
            return;
        }
        if let Err(error) = self.store.settle(keys, now).await {
            warn!(%error, "messages stay open until they are swept by their age");
        }
    }

    /// Lets go of messages that the store has swept.
    pub(super) fn sweep(&mut self, submitted_before: Timestamp) {
        let oldest = SubmissionKey::first_of(submitted_before);
        let over = |key: &SubmissionKey| *key < oldest || self.settled.contains(key);
        let ids: Vec<Box<[u8]>> = self
            .loaded
            .iter()
            .filter(|(_, entries)| entries.iter().all(over))
            .map(|(id, _)| id.clone())
            .collect();
        for id in ids {
            self.unload(&id);
        }
        self.order.retain(|id| self.loaded.contains_key(id));
    }
}
