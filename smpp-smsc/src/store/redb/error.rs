//! What may go wrong.

use std::io;
use std::path::PathBuf;

use redb::{DatabaseError, StorageError};
use tracing::error;

use super::journal::OpenJournalError;
use super::schema;
use crate::MessageId;
use crate::store::StoreError;

/// A store that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct OpenError {
    pub(super) path: PathBuf,
    pub(super) why: String,
    pub(super) source: Option<io::Error>,
}

/// Whatever redb says.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
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
    #[error("the journal: {0}")]
    Journal(#[from] io::Error),
    #[error("{0}")]
    OpenJournal(#[from] OpenJournalError),
    #[error("messages.redb cannot be written, and the journal is long enough")]
    Behind,
    #[error("the file was opened again meanwhile")]
    Reopened,
    #[error("ended by a defect")]
    Defect,
    #[error("a frame of the journal cannot be read")]
    BadFrame,
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

    /// Whether there is no room for what is to be written: on the disk, within a
    /// quota, or for a file of this size.
    pub(super) fn is_full(&self) -> bool {
        match (self, self.storage()) {
            (Self::Full, _) => true,
            (Self::Journal(error), _) | (_, Some(StorageError::Io(error))) => is_full(error),
            _ => false,
        }
    }

    /// Whether the disk has no room, and not the store.
    pub(super) fn is_of_a_full_disk(&self) -> bool {
        !matches!(self, Self::Full) && self.is_full()
    }

    /// Whether redb does not go on since something else went wrong before.
    pub(super) fn is_of_another(&self) -> bool {
        matches!(self.storage(), Some(StorageError::PreviousIo))
    }

    /// Whether redb cannot go on: nobody knows what of its last write is there.
    pub(super) fn is_of_the_file(&self) -> bool {
        if matches!(self, Self::Commit(_) | Self::Transaction(_)) {
            // Whatever a commit failed with, redb begins no other in this opening.
            return true;
        }
        let storage = self.storage();
        storage.is_some_and(|error| {
            matches!(
                error,
                StorageError::Io(_) | StorageError::PreviousIo | StorageError::Backend(_)
            )
        })
    }
}

/// Leaves out what cannot be read: it stays where it is, in nobody's way.
pub(super) fn readable<T>(read: Result<T, impl Into<Failure>>) -> Result<Option<T>, Failure> {
    match read.map_err(Into::into) {
        Err(Failure::Record(error)) => {
            error!(%error, "it is left out");
            Ok(None)
        }
        read => read.map(Some),
    }
}

/// Whether it is room that a disk has not.
pub(super) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        if failure.is_full() {
            Self::Full
        } else {
            Self::Failed(failure.to_string())
        }
    }
}
