//! A file that says it is longer before the disk lets it be.

use core::fmt;
use core::ops::Bound;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::{BackendError, StorageBackend};

use super::error::is_full;

/// The file of redb. A change that needs no more than memory makes it longer, and redb
/// goes on no more where that fails. So on a full disk it is longer by its word alone,
/// until something is to be written into it.
pub(super) struct Growing<B> {
    file: B,
    /// How long it is by its word, while the disk does not let it be.
    promised: Mutex<Option<u64>>,
}

impl<B: StorageBackend> Growing<B> {
    pub(super) fn new(file: B) -> Self {
        Self {
            file,
            promised: Mutex::default(),
        }
    }

    fn promised(&self) -> MutexGuard<'_, Option<u64>> {
        self.promised.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B: StorageBackend> fmt::Debug for Growing<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.file.fmt(f)
    }
}

impl<B: StorageBackend> StorageBackend for Growing<B> {
    fn len(&self) -> io::Result<u64> {
        match *self.promised() {
            Some(promised) => Ok(promised),
            None => self.file.len(),
        }
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let Some(promised) = *self.promised() else {
            return self.file.read(offset, out);
        };
        if offset.saturating_add(out.len() as u64) > promised {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let there = self.file.len()?.saturating_sub(offset);
        let there = usize::try_from(there).unwrap_or(usize::MAX).min(out.len());
        let (there, promised) = out.split_at_mut(there);
        promised.fill(0);
        if there.is_empty() {
            return Ok(());
        }
        self.file.read(offset, there)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut promised = self.promised();
        match self.file.set_len(len) {
            Err(error) if is_full(&error) && self.file.len()? < len => *promised = Some(len),
            result => {
                result?;
                *promised = None;
            }
        }
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Not even the header is written that says how long the file is, before it is.
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut promised = self.promised();
        if let Some(len) = *promised {
            self.file.set_len(len)?;
            *promised = None;
        }
        drop(promised);
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}
