//! The embedded store: a file by redb, with a journal in front of it.
//!
//! A commit goes into the journal, which costs one write and one sync, and stays in
//! memory. What is still there when one of the journal's two files is full, or after a
//! minute, is brought into the file of redb by a thread of the store: once, whatever
//! happened to it before. Most messages have ended by then.

mod claim;
mod commit;
mod error;
mod files;
mod growth;
mod handed;
mod journal;
mod keeper;
mod look;
mod replay;
mod schema;
mod sweep;
mod tiers;

use core::fmt;
use core::time::Duration;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use redb::{DatabaseError, StorageBackend, StorageError};
use tracing::info;

use super::{
    Change, Committed, Delivery, DeliveryKey, Handed, Pair, Place, Sizes, Store, StoreError,
};
use crate::{Message, MessageId, MessageKey, Timestamp};

use error::Failure;
use files::{FILE, JOURNAL};
use journal::{Journal, Storage};
use keeper::Keeper;
use tiers::{Inner, Recent, Reopen, Writer};

pub use error::OpenError;

/// How long nothing new is tried after the disk was full.
const FULL_PAUSE: Duration = Duration::from_secs(1);

/// Octets of each of the two files of the journal, by default.
const JOURNAL_SIZE: u64 = 64 << 20;

/// Keeps everything in the files of one folder, which survive the end of the process at
/// any moment: what a commit has confirmed is there after a restart, whole.
///
/// The folder holds `messages.redb`, and `journal.0` and `journal.1` with what is not in
/// it yet. They belong together: to copy them while a process has them open,
/// [`checkpoint`](Self::checkpoint) first, or take them in one snapshot of the file
/// system. After a clean end `messages.redb` holds everything.
///
/// One process at a time may have the folder. Attempts that were under way when a
/// process ended are made again at once by the next.
///
/// When the disk is full, new messages are refused with `ESME_RMSGQFUL`, and tried
/// again a second later at the earliest. What can be done without more room goes on.
///
/// ```
/// use smpp_smsc::Smsc;
/// use smpp_smsc::store::RedbStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let smsc = Smsc::builder()
///     .account("esme", "secret")
///     .store(RedbStore::open(folder)?)
///     .start();
/// # smsc.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedbStore {
    keeper: Arc<Keeper>,
}

impl RedbStore {
    /// Opens the store in this folder, and makes it where there is none.
    ///
    /// After a process that was killed the journal is read, which takes some half a second
    /// for all that it holds by default.
    ///
    /// # Errors
    /// [`OpenError`] says what is in the way: rights, another process, a file
    /// that is no store, a journal of another one.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, OpenError> {
        let folder = folder.as_ref();
        let (reopen, journal) = files::open(folder)?;
        let opened = Self::opened(reopen, journal);
        opened.map_err(|error| files::unopened(folder.join(FILE), &error))
    }

    /// A store over storages of one's own, such as some that fail for a test: one for
    /// each name of a file, `messages.redb`, `journal.0` and `journal.1`. For the first
    /// `backend` is called again after an error.
    ///
    /// # Errors
    /// What redb says, or an error of the journal.
    pub fn over<B: StorageBackend>(
        backend: impl Fn(&str) -> B + Send + Sync + 'static,
    ) -> Result<Self, DatabaseError> {
        let journal = JOURNAL.map(|name| Box::new(backend(name)) as Storage);
        let reopen = move || files::database(backend(FILE));
        Self::opened(Box::new(reopen), journal).map_err(|error| match error {
            Failure::Open(error) => error,
            Failure::Storage(error) => DatabaseError::Storage(error),
            other => DatabaseError::Storage(StorageError::Corrupted(other.to_string())),
        })
    }

    fn opened(reopen: Reopen, files: [Storage; 2]) -> Result<Self, Failure> {
        let database = reopen()?;
        replay::prepare(&database)?;
        let mark = replay::mark(&database)?;
        let mut journal = Journal::open(files, mark.store, mark.checkpointed)?;
        let (tables, file) = replay::replay(&database, &mut journal)?;
        let left = replay::left(&database, &tables)?;
        if !left.is_empty() {
            info!(
                messages = left.len(),
                "attempts were cut short, and are made again"
            );
        }
        let writer = Writer {
            journal,
            capacity: 10_000_000,
            journal_size: JOURNAL_SIZE,
            full: None,
            reopen_after: None,
            stuck: None,
            end: false,
        };
        let recent = Recent { tables, file, left };
        let keeper = Keeper::new(Inner::new(writer, database, reopen, recent));
        Ok(Self {
            keeper: Arc::new(keeper.map_err(StorageError::Io)?),
        })
    }

    /// Sets how many messages and receipts may wait at a time. Beyond that new
    /// messages are refused with `ESME_RMSGQFUL`. Default 10,000,000.
    #[must_use]
    pub fn capacity(self, capacity: u64) -> Self {
        self.keeper.inner.writer().capacity = capacity;
        self
    }

    /// Sets how many octets one of the two files of the journal takes before the other
    /// one is begun. Default 64 MiB, with which a message of 140 octets that ends
    /// within seconds takes about 350. A file becomes up to twice as long while the other
    /// one is brought into `messages.redb`; then commits wait for that. What is in both
    /// is in memory, too, and is read at a restart.
    #[must_use]
    pub fn journal_size(self, octets: u64) -> Self {
        self.keeper.inner.writer().journal_size = octets;
        self
    }

    /// Brings everything into `messages.redb`, durably. This happens by itself whenever
    /// a file of the journal is full, after a minute, and when the store is dropped.
    ///
    /// # Errors
    /// [`StoreError`] when the disk does not take it; the journal still has it.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        self.work(keeper::checkpoint).await
    }

    /// Works on the files in a thread where that may take its time.
    async fn work<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<R, Failure> + Send + 'static,
    ) -> Result<R, StoreError> {
        let keeper = self.keeper.clone();
        let done = tokio::task::spawn_blocking(move || keeper.inner.guarded(work)).await;
        match done {
            Ok(result) => Ok(result?),
            Err(error) => Err(StoreError::Failed(format!("ended by a defect: {error}"))),
        }
    }
}

impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for RedbStore {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, StoreError> {
        if changes.is_empty() {
            return Ok(Committed::default());
        }
        self.work(move |inner| commit::commit(inner, changes)).await
    }

    async fn messages(
        &self,
        keys: Vec<MessageKey>,
    ) -> Result<Vec<Option<Arc<Message>>>, StoreError> {
        if let Some(found) = look::messages_here(&self.keeper.inner.recent(), &keys) {
            return Ok(found);
        }
        self.work(move |inner| look::messages(inner, &keys)).await
    }

    async fn find(&self, id: &MessageId) -> Result<Vec<Arc<Message>>, StoreError> {
        let id = id.clone();
        self.work(move |inner| look::find(inner, &id)).await
    }

    async fn between(
        &self,
        pair: &Pair,
        behind: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        let pair = pair.to_name();
        self.work(move |inner| look::between(inner, &pair, behind.as_ref(), limit))
            .await
    }

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        // Most often there is nothing.
        let due = self.keeper.inner.recent().next_due();
        if due.is_none_or(|due| now < due) {
            return Ok(Vec::new());
        }
        self.work(move |inner| claim::claim(inner, now, lease_until, limit))
            .await
    }

    async fn sweep(&self, ended_before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.work(move |inner| sweep::messages(inner, ended_before, limit))
            .await
    }

    async fn sweep_outbox(
        &self,
        created_before: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        self.work(move |inner| sweep::outboxes(inner, created_before, limit))
            .await
    }

    async fn handed_over(
        &self,
        centre: &str,
        ids: Vec<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<Vec<Handed>>, StoreError> {
        let centre = centre.into();
        self.work(move |inner| look::handed_over(inner, &centre, &ids, limit))
            .await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.keeper.inner.recent().next_due())
    }

    async fn outbox(
        &self,
        account: &str,
        after: Option<DeliveryKey>,
        limit: usize,
    ) -> Result<Vec<Arc<Delivery>>, StoreError> {
        {
            let recent = self.keeper.inner.recent();
            if recent.file.outbox == 0 {
                return Ok(recent.tables.outbox(account, after, limit));
            }
        }
        let account = account.to_owned();
        self.work(move |inner| look::outbox(inner, &account, after, limit))
            .await
    }

    async fn sizes(&self) -> Result<Option<Sizes>, StoreError> {
        Ok(Some(self.keeper.inner.recent().sizes()))
    }
}

#[cfg(test)]
mod tests;
