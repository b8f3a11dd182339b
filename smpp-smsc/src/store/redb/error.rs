//! What may go wrong.

use std::io;
use std::path::PathBuf;

use redb::{DatabaseError, StorageError};

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
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match (self, self.storage()) {
            (Self::Full, _) => true,
            (_, Some(StorageError::Io(error))) => {
                matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
            }
            _ => false,
        }
    }

    pub(super) fn is_of_the_disk(&self) -> bool {
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
        if failure.is_full() {
            Self::Full
        } else {
            Self::Failed(failure.to_string())
        }
    }
}
