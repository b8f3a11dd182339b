//! Where messages and receipts are kept.
//!
//! A [`Store`] takes and gives batches. Every implementation passes the one
//! [`conformance`] suite.

pub mod conformance;
mod memory;
#[cfg(feature = "redb")]
mod redb;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{Message, MessageId, MessageKey, Timestamp};

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
    async fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError>;

    /// The messages with these keys, in the order of the keys.
    async fn messages(
        &self,
        keys: Vec<MessageKey>,
    ) -> Result<Vec<Option<Arc<Message>>>, StoreError>;

    /// All messages that share this id, in the order of their parts.
    async fn find(&self, id: &MessageId) -> Result<Vec<Arc<Message>>, StoreError>;

    /// Takes at most `limit` messages in hand that are due at `now`, those that
    /// have waited longest first: [`Life::claim`](crate::Life::claim) is applied
    /// to each, and the result kept and given back. Nobody else gets them before
    /// `lease_until`.
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
}

/// One change of a store.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new message. Its key is not in the store.
    Insert(Arc<Message>),
    /// A message that is in the store, as it is now.
    Update(Arc<Message>),
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
    /// A message from a mobile subscriber: the octets of a `deliver_sm`, whose
    /// sequence number means nothing.
    Message(Bytes),
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
