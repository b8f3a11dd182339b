//! Journals that cannot be used.

use std::io;

#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenJournalError {
    #[error("{0}")]
    Storage(#[from] io::Error),
    #[error("{0}")]
    Foreign(#[from] Foreign),
}

/// A journal that does not go with the file of the messages.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Foreign {
    #[error(
        "the journal belongs to another store; put back the messages.redb that it was \
         written with, or take both files of the journal away, with the messages in them"
    )]
    Store,
    #[error(
        "the journal goes on behind a later messages.redb than this one; put back the \
         one that it was written with, or take both files of the journal away, with the \
         messages in them"
    )]
    Gap,
}
