//! The files of a store, in a folder.

use core::ops::Bound;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{BackendError, Database, DatabaseError, StorageBackend, StorageError};
use tracing::warn;

use super::error::{Failure, OpenError};
use super::growth::Growing;
use super::journal::Storage;
use super::replay;
use super::tiers::Reopen;

pub(super) const FILE: &str = "messages.redb";
pub(super) const JOURNAL: [&str; 2] = ["journal.0", "journal.1"];

/// What [`FILE`] is called while it is made.
pub(super) const NEW: &str = "messages.redb.new";

/// Octets of pages that redb keeps, which by itself takes a gigabyte. More is no faster:
/// the system keeps the file, too, and what is young is not read from it.
const CACHE: usize = 128 << 20;

/// Opens the files in this folder for this process alone, and makes those that are not
/// there.
pub(super) fn open(folder: &Path) -> Result<(Reopen, [Storage; 2]), OpenError> {
    std::fs::create_dir_all(folder).map_err(|source| OpenError {
        path: folder.to_owned(),
        why: format!("the folder cannot be made: {source}"),
        source: Some(source),
    })?;
    // These first: they are locked as long as the store is there, while messages.redb is
    // closed for a moment after an error.
    let [one, other] = JOURNAL.map(|name| {
        let path = folder.join(name);
        locked(&path).map_err(|error| unopened(path, &error))
    });
    let journal = [one?, other?];
    let path = folder.join(FILE);
    make(folder, &path).map_err(|error| unopened(path.clone(), &error))?;
    if let Err(error) = sync(folder) {
        warn!(folder = %folder.display(), %error, "new files may be gone after a power cut");
    }
    let reopen = move || {
        let file = OpenOptions::new().read(true).write(true).open(&path);
        let file = file.map_err(StorageError::Io)?;
        database(FileBackend::new(file)?)
    };
    Ok((Box::new(reopen), journal))
}

pub(super) fn unopened(path: PathBuf, error: &Failure) -> OpenError {
    OpenError {
        why: match error {
            Failure::Open(DatabaseError::DatabaseAlreadyOpen) => {
                "another process has it open; every process needs a folder of its own".into()
            }
            error => error.to_string(),
        },
        path,
        source: None,
    }
}

pub(super) fn database(file: impl StorageBackend) -> Result<Database, DatabaseError> {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE);
    builder.create_with_backend(Growing::new(file))
}

fn locked(path: &Path) -> Result<Storage, Failure> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.open(path).map_err(StorageError::Io)?;
    let file = FileBackend::new(file)?;
    match file.try_lock_range(Bound::Unbounded, Bound::Unbounded) {
        Ok(true) | Err(BackendError::Unsupported) => Ok(Box::new(file)),
        Ok(false) => Err(DatabaseError::DatabaseAlreadyOpen.into()),
        Err(error) => Err(StorageError::from(error).into()),
    }
}

/// Makes the file where there is none. redb does so in several steps, and takes no file
/// that has not seen all of them: it has its name when it is whole, so that a process
/// that is killed meanwhile leaves nothing in the way of the next.
fn make(folder: &Path, path: &Path) -> Result<(), Failure> {
    if path.try_exists().map_err(StorageError::Io)? {
        return Ok(());
    }
    let new = folder.join(NEW);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    let file = options.open(&new).map_err(StorageError::Io)?;
    let database = database(FileBackend::new(file)?)?;
    replay::prepare(&database)?;
    drop(database);
    std::fs::rename(new, path).map_err(StorageError::Io)?;
    Ok(())
}

/// Makes the names of new files durable.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
