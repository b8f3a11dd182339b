//! The engine: one task that all messages go through.
//!
//! It takes what all connections and the network have queued, makes one group
//! of it, commits the group to the store, and only then answers: a positive
//! `submit_sm_resp` says that the message is kept as well as the store keeps.

mod absent;
mod alert;
mod attempts;
mod broadcast;
mod cancel;
mod delivery;
mod forward;
mod group;
mod handed;
mod last;
mod manage;
mod mobile;
mod outbox;
mod passing;
mod present;
mod queues;
mod route;

use core::time::Duration;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use smpp_pdu::{CommandId, SequenceNumber};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tracing::{error, warn};

use crate::answer::{Answer, Reply};
use crate::connection::{Command, DeliveryOutcome};
use crate::network::{Report, Reports};
use crate::registry::{BoundSession, ConnectionId, Registry, SessionInfo};
use crate::stats::Counters;
use crate::store::{Change, Counted, Delivery, DeliveryContent, DeliveryKey, Store, StoreError};
use crate::submission::{Job, Work};
use crate::times::TimeRules;
use crate::{Clock, Message, Retries, Timestamp};

use absent::Absent;
pub(crate) use absent::Ready;
use alert::Alerts;
use cancel::Cancelling;
use forward::Forwarding;
use group::Group;
use handed::Habits;
pub(crate) use handed::Receipts;
use last::LastMessages;
pub(crate) use mobile::{Brought, Mobile};
use outbox::Outbox;
pub(crate) use outbox::Pending;
use passing::Passing;
pub use queues::Queues;
pub(crate) use route::Directory;
use route::Trails;

/// Inputs that are taken at once. Each may carry a whole batch.
const MAX_INPUTS: usize = 1024;

/// Messages that are claimed at once.
const MAX_CLAIM: usize = 4096;

/// Messages that are forgotten at once.
const MAX_SWEEP: usize = 1000;

/// How often it looks for messages to forget, and how long it waits when there
/// are more than it takes at once.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);
const SWEEP_PAUSE: Duration = Duration::from_millis(50);

/// How long it waits before it asks a store again that has failed.
const STORE_PAUSE: Duration = Duration::from_millis(200);

/// What the engine is told.
#[derive(Debug)]
pub(crate) enum Input {
    /// What a read of a connection brought.
    Batch(Batch),
    /// A session was bound.
    Bound(BoundSession),
    /// A session takes no more deliveries.
    Draining(ConnectionId),
    /// A connection is over.
    Closed(ConnectionId),
    /// How attempts ended.
    Reports(Vec<Report>),
    /// The subscriber with these digits can be reached again.
    Available(Box<[u8]>),
    /// A centre can take messages that wait for it.
    Ready(Ready),
    /// Go on with a cancellation that is too long for one turn.
    Cancel(Box<Cancelling>),
    /// Messages for an ESME.
    Mobile(Mobile),
    /// What waits?
    Queues(oneshot::Sender<Queues>),
    /// Messages from another centre.
    Brought(Brought),
    /// Receipts of another centre.
    Receipts(Receipts),
    /// Who is bound?
    Sessions(oneshot::Sender<Vec<SessionInfo>>),
    /// End, once all that was queued before is done.
    Stop,
}

/// What one read of a connection brought.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) connection: ConnectionId,
    pub(crate) jobs: Vec<Job>,
    pub(crate) outcomes: Vec<(DeliveryKey, DeliveryOutcome)>,
}

/// The numbers of an engine.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) clock: Clock,
    pub(crate) retries: Retries,
    pub(crate) times: TimeRules,
    /// How long an attempt may take.
    pub(crate) lease: Duration,
    /// How long a request in transaction mode waits for the outcome.
    pub(crate) transaction_limit: Duration,
    /// How long a receipt is kept for its ESME.
    pub(crate) receipt_lifetime: Duration,
    /// How long a message is kept that has ended.
    pub(crate) history: Duration,
    pub(crate) counters: Arc<Counters>,
    /// Attempts that may be in the hands of one network at a time, where there are
    /// routes.
    pub(crate) in_hand: usize,
}

/// The request that is answered.
#[derive(Clone, Copy, Debug)]
struct Asked {
    connection: ConnectionId,
    command_id: CommandId,
    sequence_number: SequenceNumber,
}

impl Asked {
    /// An answer that depends on nothing any more.
    const fn answer(self, reply: Reply) -> Answer {
        Answer {
            command_id: self.command_id,
            sequence_number: self.sequence_number,
            reply,
            promises: false,
        }
    }
}

pub(crate) struct Engine {
    store: Arc<dyn Store>,
    /// Where messages go.
    directory: Directory,
    settings: Settings,
    inputs: UnboundedReceiver<Input>,
    reports: Reports,
    registry: Registry,
    /// Of accounts with a session that receives.
    outboxes: HashMap<Arc<str>, Outbox>,
    /// Accounts whose outbox may have something to send.
    changed: HashSet<Arc<str>>,
    passing: Passing,
    /// New messages that were committed in hand.
    starting: Vec<Arc<Message>>,
    /// There may be more in the store that is due.
    more_due: bool,
    trails: Trails,
    forwarding: Forwarding,
    habits: Habits,
    alerts: Alerts,
    absent: Absent,
    last: LastMessages,
    next_key: u64,
    next_sweep: Timestamp,
    /// Inputs that waited when this turn began.
    backlog: usize,
    /// The store had no room, and has taken no new messages since.
    full: bool,
}

impl Engine {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        directory: Directory,
        settings: Settings,
        inputs: UnboundedReceiver<Input>,
        reports: Reports,
    ) -> Self {
        // Behind the keys of a process that started earlier.
        let now = settings.clock.now();
        let next_key = now.0.saturating_mul(1000);
        let store = Arc::new(Counted::new(store, settings.counters.clone()));
        Self {
            store,
            directory,
            settings,
            inputs,
            reports,
            registry: Registry::default(),
            outboxes: HashMap::new(),
            changed: HashSet::new(),
            passing: Passing::default(),
            starting: Vec::new(),
            // Of an earlier process.
            more_due: true,
            trails: Trails::default(),
            forwarding: Forwarding::default(),
            habits: Habits::default(),
            alerts: Alerts::new(now),
            absent: Absent::default(),
            last: LastMessages::default(),
            next_key,
            next_sweep: now,
            backlog: 0,
            full: false,
        }
    }

    pub(crate) async fn run(mut self) {
        let mut inputs = Vec::new();
        let mut pause = Duration::ZERO;
        loop {
            let received = self.inputs.recv_many(&mut inputs, MAX_INPUTS);
            // Time that has come, or an input: either is worth a turn.
            let _ = tokio::time::timeout(pause, received).await;
            self.backlog = inputs.len() + self.inputs.len();
            let mut stop = false;
            let mut group = Group::default();
            // Reports speak of attempts of earlier turns: together, and before all
            // else, they cost one look into the store, however small they come.
            let mut reports = Vec::new();
            for input in &mut inputs {
                if let Input::Reports(more) = input {
                    reports.append(more);
                }
            }
            self.ended(reports, &mut group).await;
            for input in inputs.drain(..) {
                stop |= matches!(input, Input::Stop);
                self.take(input, &mut group).await;
            }
            self.end_overdue(&mut group);
            self.flush(&mut group).await;
            self.start_passing().await;
            self.start_new().await;
            self.go_on().await;
            self.sweep().await;
            let claimed = self.claim().await;
            let more = self.deliver().await;
            if stop {
                return;
            }
            pause = match claimed {
                // Others get their turn in between.
                Ok(()) if more || self.more_due => Duration::ZERO,
                Ok(()) => self.time_to_next().await,
                Err(StoreError::Full) => {
                    self.note_full("begins no attempts");
                    STORE_PAUSE
                }
                Err(error) => {
                    error!(%error, "the store did not give due messages");
                    STORE_PAUSE
                }
            };
        }
    }

    fn now(&self) -> Timestamp {
        self.settings.clock.now()
    }

    /// How long there is nothing to do, unless an input comes.
    async fn time_to_next(&self) -> Duration {
        let due = match self.store.next_due().await {
            Ok(due) => due,
            Err(error) => {
                error!(%error, "the store did not tell what is due");
                return STORE_PAUSE;
            }
        };
        let delayed = self.outboxes.values().filter_map(Outbox::next_delayed);
        let delayed = delayed.chain(self.passing.next_deadline());
        let next = delayed.chain(due).min().unwrap_or(Timestamp::NEVER);
        let next = next.min(self.next_sweep);
        let longest = self.settings.clock.longest_sleep();
        next.since(self.now()).min(longest)
    }

    async fn take(&mut self, input: Input, group: &mut Group) {
        match input {
            Input::Batch(batch) => {
                for (key, outcome) in batch.outcomes {
                    self.outcome(batch.connection, key, outcome, group);
                }
                for job in batch.jobs {
                    self.job(batch.connection, job, group).await;
                }
            }
            // They were taken together.
            Input::Reports(_) => {}
            Input::Available(subscriber) => {
                self.available(&subscriber, group);
                self.try_again(&subscriber, group).await;
            }
            Input::Ready(ready) => self.ready(ready, group).await,
            Input::Cancel(cancelling) => {
                self.flush(group).await;
                self.cancel_on(*cancelling, group).await;
            }
            Input::Mobile(mobile) => self.mobile(mobile, group).await,
            Input::Brought(brought) => self.brought(brought, group).await,
            Input::Receipts(receipts) => self.receipts(receipts, group).await,
            Input::Bound(session) => self.bound(session),
            Input::Draining(id) => {
                if let Some(session) = self.registry.get_mut(id) {
                    session.draining = true;
                }
            }
            Input::Closed(id) => self.closed(id),
            Input::Queues(reply) => {
                let _ = reply.send(self.queues());
            }
            Input::Sessions(reply) => {
                // Whoever asked may have gone.
                let _ = reply.send(self.registry.list());
            }
            Input::Stop => {}
        }
    }

    /// Forgets messages that ended long ago, a few at a time.
    async fn sweep(&mut self) {
        let now = self.now();
        if now < self.next_sweep {
            return;
        }
        let ended_before = now.before(self.settings.history);
        let swept = self.store.sweep(ended_before, MAX_SWEEP).await;
        if let Err(error) = &swept {
            warn!(%error, "the store did not forget what ended long ago");
        }
        let created_before = now.before(self.settings.receipt_lifetime);
        let outboxes = self.store.sweep_outbox(created_before, MAX_SWEEP).await;
        match &outboxes {
            Ok(0) => {}
            Ok(dropped) => warn!(dropped, "what no ESME came for was dropped"),
            Err(error) => warn!(%error, "the store did not forget what no ESME came for"),
        }
        let more = [swept, outboxes].contains(&Ok(MAX_SWEEP));
        self.next_sweep = now.after(if more { SWEEP_PAUSE } else { SWEEP_INTERVAL });
    }

    // Requests

    async fn job(&mut self, connection: ConnectionId, job: Job, group: &mut Group) {
        let asked = Asked {
            connection,
            command_id: job.command_id,
            sequence_number: job.sequence_number,
        };
        let reply = match job.work {
            Work::Refuse(status) => Reply::Refused(status),
            Work::Submit(message) => {
                let id = message.key.id.clone();
                self.new_message(message, group);
                Reply::Accepted(id)
            }
            Work::SubmitMulti(recipients) => {
                let accepted = !recipients.messages.is_empty();
                let messages = recipients.messages.into_iter();
                messages.for_each(|one| self.new_message(one, group));
                Reply::Multi {
                    id: accepted.then_some(recipients.id),
                    refused: recipients.refused,
                }
            }
            other => return self.other_job(asked, other, group).await,
        };
        let answer = Answer {
            promises: !matches!(reply, Reply::Refused(_) | Reply::Multi { id: None, .. }),
            ..asked.answer(reply)
        };
        group.answer(connection, answer);
    }

    /// Commits the group, then answers.
    async fn flush(&mut self, group: &mut Group) {
        let new = group.has_new();
        match group.commit(&*self.store).await {
            Ok(()) => self.full &= !new,
            Err(StoreError::Full) => self.note_full("takes no new messages"),
            Err(error) => error!(%error, "the store did not take messages"),
        }
        self.starting.append(&mut group.starting);
        for delivery in group.kept.drain(..).chain(group.fresh.drain(..)) {
            self.fresh(delivery);
        }
        for (id, answers) in group.answers.drain() {
            if let Some(session) = self.registry.get(id) {
                // A connection that has just ended needs no answer.
                let _ = session.commands.send(Command::Answers(answers));
            }
        }
    }

    /// The store is full. Says so once, not for each group while it lasts.
    fn note_full(&mut self, what: &str) {
        if !core::mem::replace(&mut self.full, true) {
            warn!("the store {what}: it is full");
        }
    }

    // Messages

    /// A message is to be kept as it is now, with its receipt if one is due.
    fn changed_life(&mut self, message: Arc<Message>, group: &mut Group) {
        if message.life.is_final() {
            self.absent.forget(&message.key);
            self.trails.forget(&message.key);
        }
        group.changes.push(Change::Update(message.clone()));
        if message.life.wants_receipt(message.registered_delivery()) {
            let account = message.account.clone();
            self.enqueue(account, DeliveryContent::Receipt(message), group);
        }
    }

    /// Something new for an account.
    fn enqueue(&mut self, account: Arc<str>, content: DeliveryContent, group: &mut Group) {
        let delivery = self.new_delivery(account, content);
        group.enqueue(Arc::new(delivery));
    }

    fn new_delivery(&mut self, account: Arc<str>, content: DeliveryContent) -> Delivery {
        self.next_key += 1;
        Delivery {
            key: DeliveryKey(self.next_key),
            account,
            created: self.now(),
            content,
        }
    }
}
