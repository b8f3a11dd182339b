//! The options of a receiver.

use core::fmt;
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::Arc;

use smpp_codec::long::JoinLimits;
use smpp_codec::receipt::matcher::MatchedBy;
use smpp_codec::text::DefaultAlphabet;
use tokio::sync::{mpsc, oneshot};

use super::awaiting::Awaiting;
use super::clock::Clock;
use super::joining::{Incomplete, JoinOptions, Joiner, SegmentAck};
use super::matching::{Matcher, MatchingOptions};
use super::receiver::Receiver;
use super::store::{MatcherStore, MemoryMatcherStore};
use super::tracker::Tracker;
use super::worker::{BATCH, Worker, WorkerOptions};
use crate::Incoming;

/// Makes a [`Receiver`]. Every option has a default that suits a link to a
/// message centre.
///
/// ```no_run
/// # async fn build(incoming: smpp_esme::Incoming) {
/// use core::time::Duration;
/// use smpp_esme::receiving::{Receiver, SegmentAck};
///
/// let receiver = Receiver::builder()
///     .scope("esme@127.0.0.1:2775")
///     .segment_ack(SegmentAck::WithMessage {
///         at_most: 8,
///         within: Duration::from_secs(2),
///     })
///     .start(incoming);
/// # drop(receiver);
/// # }
/// ```
#[must_use = "a builder does nothing until it is started"]
pub struct ReceiverBuilder {
    scope: Arc<str>,
    store: Option<Arc<dyn MatcherStore>>,
    buffer: usize,
    hold: Duration,
    max_held: usize,
    assume: Option<MatchedBy>,
    join: JoinOptions,
    worker: WorkerOptions,
}

impl Default for ReceiverBuilder {
    fn default() -> Self {
        Self {
            scope: "".into(),
            store: None,
            buffer: 64,
            hold: Duration::from_secs(5),
            max_held: 1024,
            assume: None,
            join: JoinOptions {
                limits: JoinLimits::default(),
                within: Duration::from_secs(5 * 60),
                refused_for: Duration::from_secs(60 * 60),
                ack: SegmentAck::OnArrival,
                incomplete: Incomplete::Deliver,
            },
            worker: WorkerOptions {
                default_alphabet: DefaultAlphabet::Gsm7,
                by_shape: false,
                join: true,
                auto_ack: false,
                batch: 64,
                keep: Duration::from_secs(72 * 60 * 60),
                keep_settled: Duration::from_secs(10 * 60),
                sweep_every: Duration::from_secs(60),
            },
        }
    }
}

impl ReceiverBuilder {
    /// The peer: ids of messages are unique at one centre and account only.
    /// Say it, such as `esme@HOST:PORT`, where a store is used for several of
    /// them; and keep it from run to run, since messages are found under the
    /// same name only. Default empty.
    pub fn scope(mut self, scope: impl AsRef<str>) -> Self {
        self.scope = scope.as_ref().into();
        self
    }

    /// Where submitted messages are remembered. Default: a
    /// [`MemoryMatcherStore`] of this receiver.
    pub fn store(self, store: impl MatcherStore) -> Self {
        self.shared_store(Arc::new(store))
    }

    /// As [`store`](Self::store), for one that several receivers share.
    pub fn shared_store(mut self, store: Arc<dyn MatcherStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// What `data_coding` 0 means at the centre. Default: the GSM alphabet.
    pub fn default_alphabet(mut self, alphabet: DefaultAlphabet) -> Self {
        self.worker.default_alphabet = alphabet;
        self
    }

    /// Whether a message that looks like a receipt is taken for one although
    /// its `esm_class` does not say so: for centres that forget it, and no
    /// others, since a subscriber can type such a text. Default no.
    pub fn receipts_by_shape(mut self, by_shape: bool) -> Self {
        self.worker.by_shape = by_shape;
        self
    }

    /// Whether long messages are put together; otherwise every segment is a
    /// message with a [`place`](super::ReceivedMessage::place). Default yes.
    pub fn join(mut self, join: bool) -> Self {
        self.worker.join = join;
        self
    }

    /// When segments are acknowledged. Default [`SegmentAck::OnArrival`].
    pub fn segment_ack(mut self, ack: SegmentAck) -> Self {
        self.join.ack = ack;
        self
    }

    /// How long a message may take from its first segment to its last. Default
    /// 5 minutes.
    pub fn join_within(mut self, limit: Duration) -> Self {
        self.join.within = limit;
        self
    }

    /// What becomes of a message that took longer. Default
    /// [`Incomplete::Deliver`].
    pub fn incomplete(mut self, incomplete: Incomplete) -> Self {
        self.join.incomplete = incomplete;
        self
    }

    /// How many messages may be incomplete at a time, and of how many octets.
    /// A segment beyond that is refused with `ESME_RMSGQFUL` and comes again
    /// later; one that makes a message too long with `ESME_RINVMSGLEN`. Default
    /// 10,000 messages, 16 MiB, 40,800 octets in any one.
    pub fn join_limits(mut self, limits: JoinLimits) -> Self {
        self.join.limits = limits;
        self
    }

    /// How long the segments of a message are kept that the application has
    /// refused for now, so that it is whole again when its unacknowledged
    /// segments come again. Default 1 hour.
    pub fn keep_refused(mut self, limit: Duration) -> Self {
        self.join.refused_for = limit;
        self
    }

    /// Whether everything is acknowledged before the application sees it. What
    /// the application then loses, the centre does not send again. Default no.
    pub fn auto_ack(mut self, auto_ack: bool) -> Self {
        self.worker.auto_ack = auto_ack;
        self
    }

    /// How many items wait for [`Receiver::recv`]; 0 counts as 1. As many again,
    /// up to 256, are taken from the session at once, and wait behind them; then
    /// comes the buffer of the session. Default 64.
    pub fn buffer(mut self, items: usize) -> Self {
        self.buffer = items.max(1);
        self.worker.batch = self.buffer.min(BATCH);
        self
    }

    /// How long a receipt whose message is not known waits for the response of
    /// that message, which it may have overtaken. It is not acknowledged
    /// meanwhile, so keep it short. Where requests are told with
    /// [`Tracker::sending`] it waits only while one is under way. Default 5 s.
    pub fn hold_receipts(mut self, limit: Duration) -> Self {
        self.hold = limit;
        self
    }

    /// How many receipts wait like that; beyond, the oldest is handed over as
    /// unmatched. Default 1,024.
    pub fn max_held_receipts(mut self, receipts: usize) -> Self {
        self.max_held = receipts;
        self
    }

    /// What the centre does to ids between response and receipt, where that is
    /// known. Otherwise it is learned.
    pub fn assume_ids(mut self, by: MatchedBy) -> Self {
        self.assume = Some(by);
        self
    }

    /// How long a submitted message is remembered. Default 72 hours: longer
    /// than the validity of the messages that are sent.
    pub fn keep(mut self, limit: Duration) -> Self {
        self.worker.keep = limit;
        self
    }

    /// How long a message is remembered after its last receipt, so that a
    /// receipt that comes twice is known for that. Default 10 minutes.
    pub fn keep_settled(mut self, limit: Duration) -> Self {
        self.worker.keep_settled = limit;
        self
    }

    /// How often what is over is forgotten. Default once a minute.
    pub fn sweep_every(mut self, interval: Duration) -> Self {
        self.worker.sweep_every = interval.max(Duration::from_millis(1));
        self
    }

    /// Starts the task that does the work.
    ///
    /// # Panics
    /// Outside of a tokio runtime, as [`tokio::spawn`] does.
    #[must_use]
    pub fn start(self, incoming: Incoming) -> Receiver {
        let store = self
            .store
            .unwrap_or_else(|| Arc::new(MemoryMatcherStore::default()));
        let (notes, note_queue) = mpsc::unbounded_channel();
        let (out, queue) = mpsc::channel(self.buffer);
        let (using, in_use) = oneshot::channel();
        let clock = Clock::new();
        let matching = MatchingOptions {
            scope: Arc::clone(&self.scope),
            hold: self.hold,
            max_held: self.max_held,
            assume: self.assume,
        };
        let worker = Worker {
            options: self.worker,
            incoming,
            notes: note_queue,
            own_notes: notes.downgrade(),
            in_use,
            joiner: Joiner::new(self.join),
            matcher: Matcher::new(Arc::clone(&store), matching),
            store: Arc::clone(&store),
            clock,
            awaiting: Awaiting::default(),
            ready: VecDeque::new(),
            settle_at: None,
        };
        let tracker = Tracker::new(self.scope, store, clock, notes);
        let task = tokio::spawn(worker.run(out));
        Receiver::of(queue, tracker, using, task)
    }
}

impl fmt::Debug for ReceiverBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverBuilder")
            .field("scope", &self.scope)
            .field("buffer", &self.buffer)
            .field("join", &self.join)
            .finish_non_exhaustive()
    }
}
