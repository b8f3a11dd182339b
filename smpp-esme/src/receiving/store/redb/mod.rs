//! Submitted messages in a file.

mod group;
mod record;
mod tables;

use core::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use redb::{Database, DatabaseError, StorageError};

use self::group::{Group, Writes};
use self::tables::Tables;
use super::{MatcherStore, MatcherStoreError, Sweep};
use crate::receiving::submitted::{Lookup, Remembered, SubmissionKey, Timestamp};

/// Octets of the file that are kept in memory. The newest messages, whose
/// receipts come next, are what is used.
const CACHE: usize = 32 * 1024 * 1024;

/// Remembers messages in a file of one process: after a restart, or a crash,
/// receipts find their messages.
///
/// Writes of many tasks at the same time are committed together, and are on
/// disk when their calls return. A single task that remembers message after
/// message waits for the disk each time: let many run, or give it batches.
///
/// What [`sweep`](MatcherStore::sweep) frees is used again, so that the file
/// stays as large as the most that was in it; when it is mostly empty at
/// opening, it is made smaller.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use smpp_esme::receiving::store::{MatcherStore, RedbMatcherStore};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("submitted.redb");
/// let store = RedbMatcherStore::open(&path)?;
/// assert_eq!(store.count().await?, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedbMatcherStore {
    path: Arc<Path>,
    tables: Arc<Tables>,
    group: Arc<Group>,
}

/// Why a file cannot be used, and what to change.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenMatcherStoreError {
    /// Another process has it open, or this one has already.
    #[error(
        "{}: in use by another process; end that, or give each process a file of its own",
        path.display()
    )]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It is no such file, or is damaged.
    #[error(
        "{}: not a store of submitted messages ({reason}); give another path, or move the file away",
        path.display()
    )]
    NotAStore {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another version of this program has written it.
    #[error(
        "{}: written by another version (format {found}, this one reads {known}); use that version until its receipts have come, or give another path",
        path.display()
    )]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// The format of the file.
        found: u64,
        /// The format that is known here.
        known: u64,
    },
    /// The file cannot be read or written.
    #[error(
        "{}: {source}; the folder must exist and be writable",
        path.display()
    )]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl RedbMatcherStore {
    /// Opens the file, or makes it. Blocks for as long as that takes: after a
    /// crash the file is checked first.
    ///
    /// # Errors
    /// [`OpenMatcherStoreError`] says what to change.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenMatcherStoreError> {
        let path = path.as_ref();
        let database = Database::builder()
            .set_cache_size(CACHE)
            .create(path)
            .map_err(|error| refused(path, error))?;
        let tables = Tables::of(database, path)?;
        Ok(Self {
            path: path.into(),
            tables: Arc::new(tables),
            group: Arc::default(),
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    async fn write(&self, writes: Writes) -> Result<usize, MatcherStoreError> {
        Group::write(&self.group, &self.tables, writes).await
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Tables) -> Result<T, redb::Error> + Send + 'static,
    ) -> Result<T, MatcherStoreError> {
        let tables = Arc::clone(&self.tables);
        tokio::task::spawn_blocking(move || read(&tables))
            .await
            .map_err(MatcherStoreError::new)?
            .map_err(MatcherStoreError::new)
    }
}

fn refused(path: &Path, error: DatabaseError) -> OpenMatcherStoreError {
    let path = path.to_owned();
    match error {
        DatabaseError::DatabaseAlreadyOpen => OpenMatcherStoreError::InUse { path },
        // What is no file of redb at all is told as an error of the content.
        DatabaseError::Storage(StorageError::Io(source))
            if source.kind() != std::io::ErrorKind::InvalidData =>
        {
            OpenMatcherStoreError::Io { path, source }
        }
        error => OpenMatcherStoreError::NotAStore {
            path,
            reason: error.to_string(),
        },
    }
}

#[async_trait]
impl MatcherStore for RedbMatcherStore {
    async fn remember(&self, messages: Vec<Arc<Remembered>>) -> Result<(), MatcherStoreError> {
        if messages.is_empty() {
            return Ok(());
        }
        self.write(Writes::Remember(messages)).await.map(drop)
    }

    async fn find(
        &self,
        lookups: Vec<Lookup>,
    ) -> Result<Vec<Vec<Arc<Remembered>>>, MatcherStoreError> {
        if lookups.is_empty() {
            return Ok(Vec::new());
        }
        self.read(move |tables| tables.find(&lookups)).await
    }

    async fn settle(
        &self,
        keys: Vec<SubmissionKey>,
        now: Timestamp,
    ) -> Result<(), MatcherStoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        self.write(Writes::Settle(keys, now)).await.map(drop)
    }

    async fn sweep(&self, sweep: Sweep) -> Result<usize, MatcherStoreError> {
        // Most of the time there is nothing to do, which costs no commit.
        if !self.read(move |tables| tables.is_due(&sweep)).await? {
            return Ok(0);
        }
        self.write(Writes::Sweep(sweep)).await
    }

    async fn count(&self) -> Result<usize, MatcherStoreError> {
        self.read(Tables::count).await
    }
}

impl fmt::Debug for RedbMatcherStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbMatcherStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
