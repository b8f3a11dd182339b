//! The task of a receiver: sorts what comes, joins, matches, hands over.

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::Arc;

use smpp_codec::long::PartRef;
use smpp_codec::receipt::ReceiptKind;
use smpp_codec::text::DefaultAlphabet;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tracing::{debug, warn};

use super::awaiting::Awaiting;
use super::clock::Clock;
use super::joining::{Joiner, Kept};
use super::matching::{Held, Matcher};
use super::message::{ReceivedMessage, place};
use super::metric;
use super::note::Note;
use super::receipt::{ReceiptInfo, ReceivedReceipt};
use super::received::Received;
use super::store::{MatcherStore, Sweep};
use super::submitted::Lookup;
use crate::futures::later;
use crate::{Delivery, Inbound, Incoming};

/// How much is taken from the session at once, at most.
pub(super) const BATCH: usize = 256;

/// How many messages a sweep forgets before others get a turn.
const SWEEP: usize = 4096;

/// How many messages are settled in one write, and how soon the last of them.
const SETTLE: usize = 1024;
const SETTLE_WITHIN: Duration = Duration::from_millis(200);

/// What the task is told.
pub(super) struct WorkerOptions {
    pub(super) default_alphabet: DefaultAlphabet,
    pub(super) by_shape: bool,
    pub(super) join: bool,
    pub(super) auto_ack: bool,
    pub(super) batch: usize,
    pub(super) keep: Duration,
    pub(super) keep_settled: Duration,
    pub(super) sweep_every: Duration,
}

pub(super) struct Worker {
    pub(super) options: WorkerOptions,
    pub(super) incoming: Incoming,
    pub(super) notes: mpsc::UnboundedReceiver<Note>,
    pub(super) own_notes: mpsc::WeakUnboundedSender<Note>,
    /// Ends with the receiver.
    pub(super) in_use: oneshot::Receiver<()>,
    pub(super) joiner: Joiner,
    pub(super) matcher: Matcher,
    pub(super) store: Arc<dyn MatcherStore>,
    pub(super) clock: Clock,
    pub(super) awaiting: Awaiting,
    /// What the application has no room for yet. While there is something,
    /// nothing is taken from the session, whose own buffer is bounded.
    pub(super) ready: VecDeque<Received>,
    /// When the store is told which messages are settled.
    pub(super) settle_at: Option<Instant>,
}

/// One thing of the session.
enum Sorted {
    Receipt(Held, Lookup),
    Segment(Delivery, PartRef),
    Ready(Received),
}

impl Worker {
    pub(super) async fn run(mut self, out: mpsc::Sender<Received>) {
        let mut next_sweep = later(Instant::now(), self.options.sweep_every);
        let mut is_over = false;
        loop {
            let deadline = [
                self.joiner.deadline(),
                self.matcher.deadline(),
                self.settle_at,
            ];
            let deadline = deadline.into_iter().flatten().fold(next_sweep, Ord::min);
            tokio::select! {
                biased;
                Some(note) = self.notes.recv() => self.notes(note).await,
                permit = out.reserve(), if !self.ready.is_empty() => {
                    let Ok(permit) = permit else { break };
                    if let Some(received) = self.ready.pop_front() {
                        permit.send(received);
                    }
                }
                () = out.closed() => break,
                () = tokio::time::sleep_until(deadline) => {
                    let now = Instant::now();
                    if next_sweep <= now {
                        next_sweep = later(now, self.sweep().await);
                    }
                    self.expire(now).await;
                }
                inbound = self.incoming.recv(), if self.ready.is_empty() => match inbound {
                    Some(inbound) => self.inbound(inbound).await,
                    None => {
                        is_over = true;
                        break;
                    }
                },
            }
        }
        if is_over {
            return self.end(out).await;
        }
        // Nobody takes anything any more. What was acknowledged before is kept.
        while let Ok(note) = self.notes.try_recv() {
            self.notes(note).await;
        }
        self.settle().await;
    }

    /// What the handles tell, all that is there at once.
    async fn notes(&mut self, first: Note) {
        let now = Instant::now();
        let mut note = Some(first);
        let mut changed = false;
        let mut untold = 0;
        while let Some(one) = note.take().or_else(|| self.notes.try_recv().ok()) {
            changed |= !matches!(one, Note::Sending(_));
            match one {
                Note::Sending(number) => self.matcher.sending(number),
                Note::NotSubmitted(number) => self.matcher.not_submitted(number),
                Note::Submitted(messages) => {
                    for (message, request) in messages {
                        self.matcher.submitted(&message, request, now);
                    }
                }
                Note::Settled(key) => {
                    untold = self.matcher.settled(key);
                }
                Note::Answered {
                    key,
                    generation,
                    status,
                    kept,
                } => self.joiner.answered(key, generation, status, kept, now),
                Note::Await(key, waiting) => self.awaiting.key(key, waiting),
                Note::AwaitId(id, waiting) => self.awaiting.id(id, waiting),
            }
        }
        if untold >= SETTLE {
            self.settle().await;
        } else if untold > 0 {
            self.settle_at
                .get_or_insert_with(|| later(now, SETTLE_WITHIN));
        }
        if changed {
            let mut out = Vec::new();
            self.matcher.settle_held(now, &mut out);
            self.receipts(out);
        }
    }

    /// Tells the store which messages are settled. Rarely and many at once,
    /// since nothing else goes on meanwhile, and a store on disk takes its time.
    async fn settle(&mut self) {
        self.settle_at = None;
        let now = self.clock.timestamp();
        self.matcher.settle(now).await;
    }

    /// What the session has, all that is there at once: the receipts among it
    /// are looked up together, and everything is handed over in its order.
    async fn inbound(&mut self, first: Inbound) {
        let now = Instant::now();
        let mut batch = vec![self.sort(first)];
        while batch.len() < self.options.batch
            && let Some(inbound) = self.incoming.try_recv()
        {
            let sorted = self.sort(inbound);
            batch.push(sorted);
        }
        let lookups = batch.iter().filter_map(|sorted| match sorted {
            Sorted::Receipt(_, lookup) => Some(lookup.clone()),
            _ => None,
        });
        let lookups: Vec<Lookup> = lookups.collect();
        let fetched = lookups.is_empty() || self.matcher.fetch(lookups, now).await;
        for sorted in batch {
            match sorted {
                Sorted::Receipt(held, lookup) => {
                    let mut out = Vec::new();
                    self.matcher.receipt((held, lookup), fetched, now, &mut out);
                    self.receipts(out);
                }
                Sorted::Segment(delivery, place) => {
                    let mut out = Vec::new();
                    self.joiner.offer(delivery, place, now, &mut out);
                    self.joined(out);
                }
                Sorted::Ready(received) => self.ready(received),
            }
        }
        let (open, octets) = self.joiner.open();
        metric::open(open, octets);
    }

    fn sort(&self, inbound: Inbound) -> Sorted {
        let delivery = match inbound {
            Inbound::Delivery(delivery) => delivery,
            Inbound::Alert(pdu) => return Sorted::Ready(Received::Alert(pdu)),
            Inbound::Outbind(pdu) => return Sorted::Ready(Received::Other(pdu)),
        };
        if let Some(info) = ReceiptInfo::read(delivery.owned(), self.options.by_shape) {
            let lookup = self.matcher.lookup(&info);
            return Sorted::Receipt(Held { info, delivery }, lookup);
        }
        match place(&delivery.pdu()) {
            Some(place) if self.options.join => Sorted::Segment(delivery, place),
            _ => {
                let default = self.options.default_alphabet;
                let message = ReceivedMessage::single(delivery, default);
                Sorted::Ready(Received::Message(message))
            }
        }
    }

    fn receipts(&mut self, out: Vec<Held>) {
        for held in out {
            self.awaiting.receipt(&held.info);
            let kind = held.info.kind();
            let notes = held.info.is_final().then(|| self.own_notes.upgrade());
            let receipt = ReceivedReceipt::new(held.info, held.delivery, notes.flatten());
            self.ready(match kind {
                ReceiptKind::DeliveryReceipt => Received::Receipt(receipt),
                ReceiptKind::IntermediateNotification => Received::Notification(receipt),
                _ => Received::Acknowledgement(receipt),
            });
        }
    }

    fn joined(&mut self, out: Vec<Kept>) {
        for kept in out {
            let Some(notes) = self.own_notes.upgrade() else {
                continue;
            };
            let default = self.options.default_alphabet;
            let message = ReceivedMessage::joined(kept, default, &notes);
            self.ready(Received::Message(message));
        }
    }

    fn ready(&mut self, mut received: Received) {
        metric::received(received.kind());
        debug!(kind = received.kind(), "received");
        if self.options.auto_ack {
            received.acknowledge();
        }
        self.ready.push_back(received);
    }

    async fn expire(&mut self, now: Instant) {
        if self.settle_at.is_some_and(|at| at <= now) {
            self.settle().await;
        }
        let mut out = Vec::new();
        self.joiner.expire(now, &mut out);
        self.joined(out);
        let mut out = Vec::new();
        self.matcher.expire(now, &mut out).await;
        self.receipts(out);
        let (open, octets) = self.joiner.open();
        metric::open(open, octets);
    }

    /// Forgets what is old, and says when to do so again.
    async fn sweep(&mut self) -> Duration {
        let now = self.clock.timestamp();
        let sweep = Sweep {
            submitted_before: now.before(self.options.keep),
            settled_before: now.before(self.options.keep_settled),
            limit: SWEEP,
        };
        self.awaiting.sweep();
        self.matcher.sweep(sweep.submitted_before);
        match self.store.sweep(sweep).await {
            // There is more: soon, but not before others had a turn.
            Ok(swept) if swept >= SWEEP => Duration::from_millis(10),
            Ok(_) => self.options.sweep_every,
            Err(error) => {
                warn!(%error, "old messages were not forgotten");
                self.options.sweep_every
            }
        }
    }

    /// The session is over: nothing more comes that could complete anything.
    async fn end(mut self, out: mpsc::Sender<Received>) {
        let mut messages = Vec::new();
        self.joiner.end(&mut messages);
        self.joined(messages);
        let mut receipts = Vec::new();
        self.matcher.end(&mut receipts);
        self.receipts(receipts);
        self.awaiting.end();
        while !self.ready.is_empty() {
            tokio::select! {
                biased;
                Some(note) = self.notes.recv() => self.notes(note).await,
                permit = out.reserve() => {
                    let Ok(permit) = permit else { break };
                    if let Some(received) = self.ready.pop_front() {
                        permit.send(received);
                    }
                }
            }
        }
        // The application learns of the end, and acknowledges what it has taken.
        drop(out);
        loop {
            tokio::select! {
                biased;
                Some(note) = self.notes.recv() => self.notes(note).await,
                _ = &mut self.in_use => break,
            }
        }
        self.settle().await;
    }
}
