//! Where submitted messages are remembered until their receipts have come.
//!
//! A [`MatcherStore`] takes and gives batches. Every implementation passes the
//! one [`conformance`] suite.

pub mod conformance;
mod memory;
#[cfg(feature = "redb")]
#[cfg_attr(docsrs, doc(cfg(feature = "redb")))]
mod redb;

use std::sync::Arc;

use async_trait::async_trait;

use super::submitted::{Lookup, Remembered, SubmissionKey, Timestamp};

pub use memory::MemoryMatcherStore;
#[cfg(feature = "redb")]
#[cfg_attr(docsrs, doc(cfg(feature = "redb")))]
pub use redb::{OpenMatcherStoreError, RedbMatcherStore};

/// How many messages [`MatcherStore::find`] gives for one question at most, the
/// newest first: more than these are as undecided as these.
pub const MAX_FOUND: usize = 16;

/// Remembers what was submitted, finds it by the id of a receipt, and forgets
/// it in time. It decides nothing: which of the messages that it finds is
/// meant, the matcher of `smpp-codec` says.
///
/// `async-trait` boxes every call; each carries a whole batch.
#[async_trait]
pub trait MatcherStore: Send + Sync + 'static {
    /// Keeps these. They are durable, as far as this store is, when the call
    /// returns. One whose key is there already is replaced.
    ///
    /// # Errors
    /// [`MatcherStoreError`]; then none of them may be counted on.
    async fn remember(&self, messages: Vec<Arc<Remembered>>) -> Result<(), MatcherStoreError>;

    /// For each question the messages that may be meant, in the order of the
    /// questions; the newest first, and at most [`MAX_FOUND`].
    ///
    /// # Errors
    /// [`MatcherStoreError`] when it could not look.
    async fn find(
        &self,
        lookups: Vec<Lookup>,
    ) -> Result<Vec<Vec<Arc<Remembered>>>, MatcherStoreError>;

    /// The last receipts of these were taken at `now`. They are still found,
    /// since receipts come twice, until [`sweep`](Self::sweep) takes them. What
    /// is not there, or settled already, stays as it is.
    ///
    /// # Errors
    /// [`MatcherStoreError`]; then they are swept by their age.
    async fn settle(
        &self,
        keys: Vec<SubmissionKey>,
        now: Timestamp,
    ) -> Result<(), MatcherStoreError>;

    /// Forgets messages as `sweep` says, and gives how many; as many as its
    /// limit when there may be more.
    ///
    /// # Errors
    /// [`MatcherStoreError`]; what is old is then swept the next time.
    async fn sweep(&self, sweep: Sweep) -> Result<usize, MatcherStoreError>;

    /// How many messages are kept, settled ones included.
    ///
    /// # Errors
    /// [`MatcherStoreError`] when it could not look.
    async fn count(&self) -> Result<usize, MatcherStoreError>;
}

/// Which messages are forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// Those that were submitted before this, settled or not.
    pub submitted_before: Timestamp,
    /// Those that were settled before this.
    pub settled_before: Timestamp,
    /// At most so many in one call.
    pub limit: usize,
}

/// Why a store did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store of submitted messages failed: {reason}")]
pub struct MatcherStoreError {
    reason: String,
}

impl MatcherStoreError {
    /// A failure in the words of what failed.
    pub fn new(reason: impl core::fmt::Display) -> Self {
        Self {
            reason: reason.to_string(),
        }
    }
}
