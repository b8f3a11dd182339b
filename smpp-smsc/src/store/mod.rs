//! Where messages and receipts are kept.
//!
//! A [`Store`] takes and gives batches. Every implementation passes the one
//! [`conformance`] suite.

pub mod conformance;
mod counted;
mod memory;
#[cfg(feature = "redb")]
mod redb;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use smpp_pdu::{Address, PriorityFlag};

use crate::{Life, Message, MessageId, MessageKey, Timestamp};

pub(crate) use counted::Counted;
pub use memory::MemoryStore;
#[cfg(feature = "redb")]
#[cfg_attr(docsrs, doc(cfg(feature = "redb")))]
pub use redb::{OpenError, RedbStore};

/// Keeps messages until nobody asks for them any more, and what is to be
/// delivered to ESMEs until they have it.
///
/// `async-trait` boxes every call; each carries a whole batch.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Makes all of these changes, in their order, or none of them. They are
    /// durable, as far as this store is, when the call returns.
    ///
    /// Updates that come too late are left out, with what the same call enqueues
    /// about these messages, and are told in [`Committed`]: where several nodes
    /// share a store, another may have been faster.
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, StoreError>;

    /// The messages with these keys, in the order of the keys.
    async fn messages(
        &self,
        keys: Vec<MessageKey>,
    ) -> Result<Vec<Option<Arc<Message>>>, StoreError>;

    /// All messages that share this id, in the order of their parts.
    async fn find(&self, id: &MessageId) -> Result<Vec<Arc<Message>>, StoreError>;

    /// At most `limit` of the messages between these two addresses that are
    /// [listed](Message::is_listed), the one that was submitted last first,
    /// beginning behind `behind`.
    async fn between(
        &self,
        pair: &Pair,
        behind: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError>;

    /// Takes at most `limit` messages in hand that are due at `now`, those that
    /// have waited longest first, and of those that are due at the same moment
    /// the ones with the highest [priority](Message::priority): [`Life::claim`](crate::Life::claim) is applied
    /// to each, and the result kept and given back. Nobody else gets them before
    /// `lease_until`.
    ///
    /// A store without room for what becomes of them gives fewer, or says that it is
    /// [full](StoreError::Full).
    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError>;

    /// Forgets at most `limit` messages that reached their final state before
    /// `ended_before`, those that ended longest ago first. Says how many. What
    /// waits in an outbox is not touched.
    async fn sweep(&self, ended_before: Timestamp, limit: usize) -> Result<usize, StoreError>;

    /// Forgets at most `limit` of what waits in outboxes since before
    /// `created_before`, those that wait longest first in each. Says how many. Of
    /// messages of other ESMEs ([`DeliveryContent::Forward`]) only those that have
    /// ended or are forgotten: the others wait as long as they are valid.
    async fn sweep_outbox(
        &self,
        created_before: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError>;

    /// The messages that this centre was handed ([`Change::HandOver`]) under an id that
    /// each of `ids` may mean, in the order of these: at most `limit` for each, those
    /// with the very id first, and of several those that came last. What may be meant is what has a hash of
    /// [`IdForms`](smpp_codec::receipt::matcher::IdForms) in common.
    async fn handed_over(
        &self,
        centre: &str,
        ids: Vec<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<Vec<Handed>>, StoreError>;

    /// When the next message is due; `None` when none ever is.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;

    /// At most `limit` of what waits for this account, in the order of the
    /// keys, beginning behind `after`.
    async fn outbox(
        &self,
        account: &str,
        after: Option<DeliveryKey>,
        limit: usize,
    ) -> Result<Vec<Arc<Delivery>>, StoreError>;

    /// How much there is of everything. `None`, the default, from a store that
    /// does not know without counting: it is asked every few seconds.
    async fn sizes(&self) -> Result<Option<Sizes>, StoreError> {
        Ok(None)
    }
}

/// How much there is in a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sizes {
    /// Messages that wait for an attempt to deliver them.
    pub waiting: u64,
    /// Messages with an attempt under way.
    pub in_hand: u64,
    /// Messages that have ended, and are kept for `query_sm`.
    pub ended: u64,
    /// What waits for ESMEs or was not acknowledged yet, of all accounts.
    pub outbox: u64,
}

impl Sizes {
    /// So many of each.
    #[must_use]
    pub const fn new(waiting: u64, in_hand: u64, ended: u64, outbox: u64) -> Self {
        Self {
            waiting,
            in_hand,
            ended,
            outbox,
        }
    }
}

/// One change of a store.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new message. When its key is in the store already, the commit fails.
    Insert(Arc<Message>),
    /// A message that is in the store, as it is now. Too late when the one in
    /// the store is [ahead of it](crate::Life::is_ahead_of).
    Update(Arc<Message>),
    /// Another centre has this message, and calls it so. It is found by that id until
    /// it is forgotten, and is not due when a process starts that finds it under way.
    /// Without effect when the message is not in the store.
    HandOver {
        /// Which message.
        key: MessageKey,
        /// The name of the centre, empty for [`Builder::network`](crate::Builder::network).
        centre: Arc<str>,
        /// The id that it has there.
        id: Box<[u8]>,
    },
    /// Something new for an ESME.
    Enqueue(Arc<Delivery>),
    /// The ESME has it, or nobody wants it any more.
    Dequeue {
        /// Whose it was.
        account: Arc<str>,
        /// Which it was.
        key: DeliveryKey,
    },
}

/// A message that another centre has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// The id that it has there.
    pub id: Box<[u8]>,
    /// The message.
    pub message: Arc<Message>,
}

/// Messages under one form of an id that are looked at, those with the last ids first:
/// a centre that gives all messages one id must not fill the memory.
const MAX_MEANT: usize = 100;

/// The first `limit`, those with the very id before the others.
fn first_handed(mut found: Vec<Handed>, id: &[u8], limit: usize) -> Vec<Handed> {
    found.sort_by_key(|one| *one.id != *id);
    found.truncate(limit);
    found
}

/// Whether this is to be swept out of an outbox, given what became of the message that
/// it forwards.
fn is_left_over<E>(
    delivery: &Delivery,
    current: impl FnOnce(&MessageKey) -> Result<Option<Life>, E>,
) -> Result<bool, E> {
    match &delivery.content {
        DeliveryContent::Forward(message) => {
            let life = current(&message.key)?;
            Ok(life.is_none_or(|life| life.is_final()))
        }
        _ => Ok(true),
    }
}

/// What became of the changes of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Messages whose update came too late.
    pub late: Vec<MessageKey>,
}

impl Committed {
    /// Whether an update of this message came too late.
    #[must_use]
    pub fn is_late(&self, key: &MessageKey) -> bool {
        self.late.contains(key)
    }

    /// Whether this was left out: it speaks of a message whose update came too
    /// late.
    #[must_use]
    pub fn leaves_out(&self, delivery: &Delivery) -> bool {
        let message = delivery.content.message();
        message.is_some_and(|message| self.is_late(&message.key))
    }
}

/// Messages of one account with the same source and the same destination. Types
/// of numbers and numbering plans are not looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pair {
    /// `system_id` of the account.
    pub account: Arc<str>,
    /// Digits or letters of the source.
    pub source: Box<[u8]>,
    /// Digits or letters of the destination; none for broadcasts.
    pub destination: Box<[u8]>,
}

impl Pair {
    /// The pair of this message.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        let content = message.content();
        Self::new(&message.account, content.source, content.destination)
    }

    /// The pair of an account and two addresses.
    #[must_use]
    pub fn new(account: &Arc<str>, source: Address<'_>, destination: Address<'_>) -> Self {
        Self {
            account: account.clone(),
            source: source.addr.as_bytes().into(),
            destination: destination.addr.as_bytes().into(),
        }
    }

    /// One text for all of it, for stores that want one. No part of it has a NUL.
    pub(crate) fn to_name(&self) -> Box<[u8]> {
        [self.account.as_bytes(), &self.source, &self.destination]
            .join(&0)
            .into()
    }
}

/// The place of a message among those of its pair.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When it was submitted, or replaced.
    pub submitted: Timestamp,
    /// Which of those of that moment.
    pub key: MessageKey,
}

impl Place {
    /// The place of this message.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        Self {
            submitted: message.submitted,
            key: message.key.clone(),
        }
    }
}

/// How far behind others that are due at the same moment, by priority. Where an
/// attempt is under way, the moment is the end of a lease, and all are alike.
pub(crate) fn rank(message: &Message) -> u8 {
    if message.life.is_in_flight() {
        return 0;
    }
    let urgency = match message.priority() {
        // Of broadcasts in the background: less than normal.
        PriorityFlag::LEVEL_4 => 0,
        level => level.0.saturating_add(1),
    };
    u8::MAX - urgency
}

/// The place of a delivery in the outbox of its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryKey(pub u64);

/// Something to be delivered to an ESME.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its place in the outbox.
    pub key: DeliveryKey,
    /// `system_id` of the account that it is for.
    pub account: Arc<str>,
    /// Since when it waits.
    pub created: Timestamp,
    /// What it is.
    pub content: DeliveryContent,
}

/// What is delivered to an ESME.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryContent {
    /// The receipt of this message, which has reached its final state.
    Receipt(Arc<Message>),
    /// An intermediate notification: an attempt to deliver this message has
    /// failed for now.
    Notification(Arc<Message>),
    /// An `alert_notification`: the recipient of this message, which asked for
    /// it with `set_dpf`, can be reached again.
    Alert(Arc<Message>),
    /// A message from a mobile subscriber: the octets of a `deliver_sm`, whose
    /// sequence number means nothing.
    Message(Bytes),
    /// This message of another ESME, whose route leads to the account. As it was when
    /// it was put here: what is sent is the message as it is then.
    Forward(Arc<Message>),
}

impl DeliveryContent {
    /// The message of an ESME that it speaks of. `None` for a message from a
    /// mobile subscriber, which speaks of no other.
    #[must_use]
    pub const fn message(&self) -> Option<&Arc<Message>> {
        match self {
            Self::Receipt(message)
            | Self::Notification(message)
            | Self::Alert(message)
            | Self::Forward(message) => Some(message),
            Self::Message(_) => None,
        }
    }
}

/// Why a store did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no room for new messages. Changes without
    /// [`Change::Insert`] still go through.
    #[error("the store is full")]
    Full,
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}
