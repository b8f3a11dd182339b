//! The embedded store: one file, by redb.

mod schema;

use core::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use async_trait::async_trait;
use redb::{
    Database, DatabaseError, Durability, ReadableDatabase, ReadableTable, StorageBackend,
    StorageError,
};

use super::{Change, Committed, Delivery, DeliveryKey, Pair, Place, Store, StoreError};
use crate::{Clock, Message, MessageId, MessageKey, Timestamp};
use tracing::info;

use schema::{Before, DUE, ENDED, LISTED, MESSAGES, OUTBOX, Tables};

/// The file in the folder of a store.
const FILE: &str = "messages.redb";

/// Keeps everything in one file, which survives the end of the process at any
/// moment: what a commit has confirmed is there after a restart, whole.
///
/// One process at a time may have the file open. Attempts that were under way when
/// a process ended are made again at once by the next.
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
}

type Reopen = Box<dyn Fn() -> Result<Database, DatabaseError> + Send + Sync>;

/// A store that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct OpenError {
    path: PathBuf,
    why: String,
    source: Option<io::Error>,
}

impl RedbStore {
    /// Opens the store in this folder, and makes it where there is none.
    ///
    /// After a process that was killed, redb looks through the file first, which
    /// takes some 100 ms for each gigabyte.
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
        prepare(&database, Clock::system().now()).map_err(|error| match error {
            Failure::Storage(error) => DatabaseError::Storage(error),
            other => DatabaseError::Storage(StorageError::Corrupted(other.to_string())),
        })?;
        Ok(Self {
            inner: Arc::new(Inner {
                database: RwLock::new(Some(database)),
                reopen,
                capacity: 10_000_000,
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

/// Whatever redb says.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("full")]
    Full,
    #[error("there is a message {0} already")]
    Taken(MessageId),
    #[error("{0}")]
    Storage(#[from] StorageError),
    #[error("{0}")]
    Table(#[from] redb::TableError),
    #[error("{0}")]
    Transaction(#[from] redb::TransactionError),
    #[error("{0}")]
    Commit(#[from] redb::CommitError),
    #[error("{0}")]
    Durability(#[from] redb::SetDurabilityError),
    #[error("{0}")]
    Open(#[from] DatabaseError),
    #[error("{0}")]
    Record(#[from] schema::BadRecord),
}

impl Failure {
    fn storage(&self) -> Option<&StorageError> {
        match self {
            Self::Storage(error)
            | Self::Table(redb::TableError::Storage(error))
            | Self::Transaction(redb::TransactionError::Storage(error))
            | Self::Commit(redb::CommitError::Storage(error))
            | Self::Open(DatabaseError::Storage(error)) => Some(error),
            _ => None,
        }
    }

    fn is_of_the_disk(&self) -> bool {
        let storage = self.storage();
        storage.is_some_and(|error| {
            matches!(
                error,
                StorageError::Io(_) | StorageError::PreviousIo | StorageError::Backend(_)
            )
        })
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match (&failure, failure.storage()) {
            (Failure::Full, _) => Self::Full,
            (_, Some(StorageError::Io(error))) if error.kind() == io::ErrorKind::StorageFull => {
                Self::Failed("the disk is full".into())
            }
            _ => Self::Failed(failure.to_string()),
        }
    }
}

/// Tables exist from the start, so that reading never finds them missing; and
/// what a process had in hand that is gone is due.
fn prepare(database: &Database, now: Timestamp) -> Result<(), Failure> {
    let transaction = database.begin_write()?;
    Tables::upgrade(&transaction)?;
    let left = Tables::open(&transaction)?.release(now)?;
    transaction.commit()?;
    if left > 0 {
        info!(
            messages = left,
            "attempts were cut short, and are made again"
        );
    }
    Ok(())
}

fn commit(database: &Database, changes: &[Change], capacity: u64) -> Result<Committed, Failure> {
    let mut committed = Committed::default();
    let transaction = database.begin_write()?;
    {
        let mut tables = Tables::open(&transaction)?;
        let new = changes
            .iter()
            .filter(|change| matches!(change, Change::Insert(_)))
            .count();
        let waiting = tables.waiting()?.saturating_add(new as u64);
        if new > 0 && waiting > capacity {
            return Err(Failure::Full);
        }
        for change in changes {
            tables.apply(change, &mut committed)?;
        }
    }
    transaction.commit()?;
    Ok(committed)
}

fn claim(
    database: &Database,
    now: Timestamp,
    lease_until: Timestamp,
    limit: usize,
) -> Result<Vec<Arc<Message>>, Failure> {
    let mut transaction = database.begin_write()?;
    // A claim that is lost in a crash leaves the message due, as it was. It
    // becomes durable with the next commit.
    transaction.set_durability(Durability::None)?;
    let mut claimed = Vec::new();
    {
        let mut tables = Tables::open(&transaction)?;
        let mut due = Vec::new();
        for entry in tables
            .due
            .range(..(now.0.saturating_add(1), 0, "", 0))?
            .take(limit)
        {
            let (key, _) = entry?;
            let (at, rank, id, part) = key.value();
            due.push((at, rank, id.to_owned(), part));
        }
        for (at, rank, id, part) in due {
            tables.due.remove((at, rank, id.as_str(), part))?;
            let message = match tables.messages.get((id.as_str(), part))? {
                Some(record) => Some(schema::message((&id, part), record.value())?),
                None => None,
            };
            let Some(mut message) = message else { continue };
            tables.take_out((id.as_str(), part), &Before::of(&message))?;
            message.life.claim(now, lease_until);
            tables.put(&message)?;
            claimed.push(Arc::new(message));
        }
    }
    transaction.commit()?;
    Ok(claimed)
}

fn sweep(database: &Database, ended_before: Timestamp, limit: usize) -> Result<usize, Failure> {
    let transaction = database.begin_write()?;
    let mut swept = 0;
    {
        let mut tables = Tables::open(&transaction)?;
        let mut over = Vec::new();
        for entry in tables.ended.range(..(ended_before.0, "", 0))?.take(limit) {
            let (key, _) = entry?;
            let (at, id, part) = key.value();
            over.push((at, id.to_owned(), part));
        }
        for (at, id, part) in over {
            tables.ended.remove((at, id.as_str(), part))?;
            tables.forget((id.as_str(), part))?;
            swept += 1;
        }
    }
    transaction.commit()?;
    Ok(swept)
}

#[async_trait]
impl Store for RedbStore {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, StoreError> {
        if changes.is_empty() {
            return Ok(Committed::default());
        }
        self.work(move |database, inner| commit(database, &changes, inner.capacity))
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
        self.work(move |database, _| {
            // Most often there is nothing, which a look tells without a write.
            if next_due(database)?.is_none_or(|due| now < due) {
                return Ok(Vec::new());
            }
            claim(database, now, lease_until, limit)
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
            sweep(database, ended_before, limit)
        })
        .await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.work(|database, _| next_due(database)).await
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
}

fn next_due(database: &Database) -> Result<Option<Timestamp>, Failure> {
    let table = database.begin_read()?.open_table(DUE)?;
    Ok(table.first()?.map(|(key, _)| Timestamp(key.value().0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance;

    const HOUR: core::time::Duration = core::time::Duration::from_secs(3600);

    fn opened(folder: &Path) -> RedbStore {
        RedbStore::open(folder).unwrap()
    }

    #[tokio::test]
    async fn the_store_passes_the_conformance_suite() {
        let folder = tempfile::tempdir().unwrap();
        let next = core::sync::atomic::AtomicU32::new(0);
        conformance::check(|| async {
            let number = next.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
            opened(&folder.path().join(number.to_string()))
        })
        .await;
    }

    #[tokio::test]
    async fn what_was_committed_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let message = conformance::message("a", 0, 5);
        let store = opened(folder.path());
        store
            .commit(vec![Change::Insert(message.clone())])
            .await
            .unwrap();
        drop(store);
        let store = opened(folder.path());
        assert_eq!(store.find(&message.key.id).await.unwrap(), [message]);
        assert_eq!(store.next_due().await.unwrap(), Some(Timestamp(5)));
    }

    #[tokio::test]
    async fn what_was_in_hand_is_due_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let store = opened(folder.path());
        let message = conformance::message("a", 0, 5);
        let insert = vec![Change::Insert(message.clone())];
        store.commit(insert).await.unwrap();
        let far = Timestamp::NEVER.before(HOUR);
        assert_eq!(store.claim(Timestamp(6), far, 10).await.unwrap().len(), 1);
        assert_eq!(store.next_due().await.unwrap(), Some(far));
        // A claim is durable with the next commit.
        let other = conformance::message("b", 0, far.0);
        store.commit(vec![Change::Insert(other)]).await.unwrap();
        drop(store);

        let store = opened(folder.path());
        let due = store.next_due().await.unwrap().unwrap();
        assert!(due <= Clock::system().now());
        let found = store.find(&message.key.id).await.unwrap();
        assert_eq!(found[0].life.attempts(), 1);
        assert!(!found[0].life.is_in_flight());
    }

    #[tokio::test]
    async fn a_file_without_ranks_and_addresses_gets_them() {
        let folder = tempfile::tempdir().unwrap();
        let store = opened(folder.path());
        let message = conformance::message("a", 0, 5);
        let insert = vec![Change::Insert(message.clone())];
        store.commit(insert).await.unwrap();
        store
            .work(|database, _| schema::downgrade(database))
            .await
            .unwrap();
        drop(store);

        let store = opened(folder.path());
        let pair = Pair::of(&message);
        let found = store.between(&pair, None, 10).await.unwrap();
        assert_eq!(found, [message]);
        assert_eq!(store.next_due().await.unwrap(), Some(Timestamp(5)));
    }

    #[tokio::test]
    async fn a_second_process_is_told_why_it_may_not() {
        let folder = tempfile::tempdir().unwrap();
        let _store = opened(folder.path());
        let error = RedbStore::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("another process has it open"), "{error}");
        assert!(error.contains("messages.redb"), "{error}");
    }

    #[tokio::test]
    async fn a_full_store_takes_no_new_message_but_lets_others_end() {
        let folder = tempfile::tempdir().unwrap();
        let store = opened(folder.path()).capacity(2);
        let message = conformance::message;
        let (a, b) = (message("a", 0, 5), message("b", 0, 5));
        let both = vec![Change::Insert(a.clone()), Change::Insert(b)];
        store.commit(both).await.unwrap();
        let third = vec![Change::Insert(message("c", 0, 5))];
        assert_eq!(store.commit(third.clone()).await, Err(StoreError::Full));
        let ended = conformance::delivered(&a, Timestamp(6));
        store.commit(vec![Change::Update(ended)]).await.unwrap();
        store.commit(third).await.unwrap();
    }

    #[tokio::test]
    async fn a_file_that_is_no_store_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), b"no store").unwrap();
        let error = RedbStore::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("messages.redb: "), "{error}");
    }
}
