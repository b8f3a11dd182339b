//! The embedded store: one file, by redb.

mod error;
mod handed;
mod schema;
mod sweep;
mod writing;

use core::fmt;
use core::time::Duration;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Instant;

use async_trait::async_trait;
use redb::{
    Database, DatabaseError, ReadableDatabase, ReadableTable, ReadableTableMetadata,
    StorageBackend, StorageError,
};

use super::{
    Change, Committed, Delivery, DeliveryKey, Handed, Pair, Place, Sizes, Store, StoreError,
};
use crate::{Message, MessageId, MessageKey, Timestamp};
use tracing::warn;

use error::Failure;
use schema::{DUE, ENDED, IN_HAND, LISTED, MESSAGES, OUTBOX};
use writing::{claim, commit, prepare};

pub use error::OpenError;

/// The file in the folder of a store.
const FILE: &str = "messages.redb";

/// How long nothing new is tried after the disk was full: each time the file must
/// be opened again.
const FULL_PAUSE: Duration = Duration::from_secs(1);

/// Keeps everything in one file, which survives the end of the process at any
/// moment: what a commit has confirmed is there after a restart, whole.
///
/// One process at a time may have the file open. Attempts that were under way when
/// a process ended are made again at once by the next.
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
    inner: Arc<Inner>,
}

struct Inner {
    /// `None` after an error of the disk, until the file is opened again.
    database: RwLock<Option<Database>>,
    reopen: Reopen,
    capacity: u64,
    /// Attempts of a process that is gone, which are not due again yet.
    left: Mutex<BTreeSet<MessageKey>>,
    /// When the disk was found full, while it was not seen otherwise.
    full: Mutex<Option<Instant>>,
}

type Reopen = Box<dyn Fn() -> Result<Database, DatabaseError> + Send + Sync>;

impl RedbStore {
    /// Opens the store in this folder, and makes it where there is none.
    ///
    /// After a process that was killed, redb looks through the file first, which
    /// takes some half a second for each gigabyte that is in the system's cache.
    ///
    /// # Errors
    /// [`OpenError`] says what is in the way: rights, another process, a file
    /// that is no store.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, OpenError> {
        let folder = folder.as_ref().to_owned();
        std::fs::create_dir_all(&folder).map_err(|source| OpenError {
            path: folder.clone(),
            why: format!("the folder cannot be made: {source}"),
            source: Some(source),
        })?;
        let path = folder.join(FILE);
        let reopen = {
            let path = path.clone();
            move || Database::create(&path)
        };
        Self::new(Box::new(reopen)).map_err(|error| OpenError {
            why: match &error {
                DatabaseError::DatabaseAlreadyOpen => {
                    "another process has it open; every process needs a folder of its own".into()
                }
                error => error.to_string(),
            },
            path,
            source: None,
        })
    }

    /// A store over a storage of one's own, such as one that fails for a test.
    /// `backend` is called again after an error of the storage.
    ///
    /// # Errors
    /// What redb says.
    pub fn over<B: StorageBackend>(
        backend: impl Fn() -> B + Send + Sync + 'static,
    ) -> Result<Self, DatabaseError> {
        Self::new(Box::new(move || {
            Database::builder().create_with_backend(backend())
        }))
    }

    fn new(reopen: Reopen) -> Result<Self, DatabaseError> {
        let database = reopen()?;
        let left = prepare(&database).map_err(|error| match error {
            Failure::Storage(error) => DatabaseError::Storage(error),
            other => DatabaseError::Storage(StorageError::Corrupted(other.to_string())),
        })?;
        Ok(Self {
            inner: Arc::new(Inner {
                database: RwLock::new(Some(database)),
                reopen,
                capacity: 10_000_000,
                left: Mutex::new(left),
                full: Mutex::default(),
            }),
        })
    }

    /// Sets how many messages and receipts may wait at a time. Beyond that new
    /// messages are refused with `ESME_RMSGQFUL`. Default 10,000,000.
    #[must_use]
    pub fn capacity(self, capacity: u64) -> Self {
        let inner = match Arc::try_unwrap(self.inner) {
            Ok(inner) => Inner { capacity, ..inner },
            // Settings come before use.
            Err(shared) => return Self { inner: shared },
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Works on the file in a thread where that may take its time.
    async fn work<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Database, &Inner) -> Result<R, Failure> + Send + 'static,
    ) -> Result<R, StoreError> {
        let inner = self.inner.clone();
        let done = tokio::task::spawn_blocking(move || inner.with(work)).await;
        match done {
            Ok(result) => result,
            Err(error) => Err(StoreError::Failed(format!("ended by a defect: {error}"))),
        }
    }
}

impl Inner {
    fn with<R>(
        &self,
        work: impl FnOnce(&Database, &Self) -> Result<R, Failure>,
    ) -> Result<R, StoreError> {
        let result = self.open().and_then(|()| {
            let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
            match &*database {
                Some(database) => work(database, self),
                // Another thread has met an error in this very moment.
                None => Err(Failure::Storage(StorageError::PreviousIo)),
            }
        });
        result.map_err(|error| {
            if error.is_of_the_disk() {
                // redb wants the file opened again: nobody knows what of the
                // last write is there.
                *self.write() = None;
                if error.is_full() && self.full().replace(Instant::now()).is_none() {
                    warn!("the disk is full");
                }
            }
            error.into()
        })
    }

    /// Opens the file again after an error of the disk.
    fn open(&self) -> Result<(), Failure> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        if database.is_some() {
            return Ok(());
        }
        drop(database);
        let mut database = self.write();
        if database.is_none() {
            *database = Some((self.reopen)()?);
        }
        Ok(())
    }

    fn left(&self) -> MutexGuard<'_, BTreeSet<MessageKey>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn full(&self) -> MutexGuard<'_, Option<Instant>> {
        self.full.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Option<Database>> {
        self.database
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbStore")
            .field("capacity", &self.inner.capacity)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for RedbStore {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, StoreError> {
        if changes.is_empty() {
            return Ok(Committed::default());
        }
        self.work(move |database, inner| commit(database, &changes, inner))
            .await
    }

    async fn messages(
        &self,
        keys: Vec<MessageKey>,
    ) -> Result<Vec<Option<Arc<Message>>>, StoreError> {
        self.work(move |database, _| {
            let table = database.begin_read()?.open_table(MESSAGES)?;
            let mut found = Vec::with_capacity(keys.len());
            for key in &keys {
                let name = (key.id.as_str(), key.part);
                found.push(match table.get(name)? {
                    Some(record) => Some(Arc::new(schema::message(name, record.value())?)),
                    None => None,
                });
            }
            Ok(found)
        })
        .await
    }

    async fn find(&self, id: &MessageId) -> Result<Vec<Arc<Message>>, StoreError> {
        let id = id.clone();
        self.work(move |database, _| {
            let table = database.begin_read()?.open_table(MESSAGES)?;
            let mut found = Vec::new();
            for entry in table.range((id.as_str(), 0)..=(id.as_str(), u8::MAX))? {
                let (name, record) = entry?;
                found.push(Arc::new(schema::message(name.value(), record.value())?));
            }
            Ok(found)
        })
        .await
    }

    async fn between(
        &self,
        pair: &Pair,
        behind: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        let pair = pair.to_name();
        self.work(move |database, _| {
            let transaction = database.begin_read()?;
            let messages = transaction.open_table(MESSAGES)?;
            let from = (&*pair, 0, "", 0);
            // No id begins with a character behind this one.
            let end = (&*pair, u64::MAX, "\u{7F}", 0);
            let to = behind
                .as_ref()
                .map_or(end, |behind| schema::place(&pair, behind));
            let mut found = Vec::new();
            let listed = transaction.open_table(LISTED)?;
            for entry in listed.range(from..to)?.rev().take(limit) {
                let (key, _) = entry?;
                let (.., id, part) = key.value();
                if let Some(record) = messages.get((id, part))? {
                    found.push(Arc::new(schema::message((id, part), record.value())?));
                }
            }
            Ok(found)
        })
        .await
    }

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        self.work(move |database, inner| {
            // Most often there is nothing, which a look tells without a write.
            if next_due(database, inner)?.is_none_or(|due| now < due) {
                return Ok(Vec::new());
            }
            claim(database, inner, now, lease_until, limit)
        })
        .await
    }

    async fn sweep(&self, ended_before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.work(move |database, _| {
            let table = database.begin_read()?.open_table(ENDED)?;
            let oldest = table.first()?.map(|(key, _)| key.value().0);
            if oldest.is_none_or(|oldest| ended_before.0 <= oldest) {
                return Ok(0);
            }
            sweep::messages(database, ended_before, limit)
        })
        .await
    }

    async fn sweep_outbox(
        &self,
        created_before: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        self.work(move |database, _| sweep::outboxes(database, created_before, limit))
            .await
    }

    async fn handed_over(
        &self,
        centre: &str,
        ids: Vec<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<Vec<Handed>>, StoreError> {
        let centre = centre.to_owned();
        self.work(move |database, _| handed::meant(database, &centre, &ids, limit))
            .await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.work(next_due).await
    }

    async fn outbox(
        &self,
        account: &str,
        after: Option<DeliveryKey>,
        limit: usize,
    ) -> Result<Vec<Arc<Delivery>>, StoreError> {
        let account = account.to_owned();
        self.work(move |database, _| {
            let table = database.begin_read()?.open_table(OUTBOX)?;
            let account = account.as_str();
            let from = match after {
                // Behind the last key there is nothing.
                Some(DeliveryKey(u64::MAX)) => return Ok(Vec::new()),
                Some(DeliveryKey(after)) => after + 1,
                None => 0,
            };
            let mut found = Vec::new();
            for entry in table
                .range((account, from)..=(account, u64::MAX))?
                .take(limit)
            {
                let (key, record) = entry?;
                let key = key.value().1;
                found.push(Arc::new(schema::delivery(account, key, record.value())?));
            }
            Ok(found)
        })
        .await
    }

    async fn sizes(&self) -> Result<Option<Sizes>, StoreError> {
        self.work(|database, _| {
            let transaction = database.begin_read()?;
            // redb keeps the length of a table beside it.
            let due = transaction.open_table(DUE)?.len()?;
            let in_hand = transaction.open_table(IN_HAND)?.len()?;
            let ended = transaction.open_table(ENDED)?.len()?;
            let outbox = transaction.open_table(OUTBOX)?.len()?;
            let waiting = due.saturating_sub(in_hand);
            Ok(Some(Sizes::new(waiting, in_hand, ended, outbox)))
        })
        .await
    }
}

fn next_due(database: &Database, inner: &Inner) -> Result<Option<Timestamp>, Failure> {
    if !inner.left().is_empty() {
        return Ok(Some(Timestamp(0)));
    }
    let table = database.begin_read()?.open_table(DUE)?;
    Ok(table.first()?.map(|(key, _)| Timestamp(key.value().0)))
}

#[cfg(test)]
mod tests;
