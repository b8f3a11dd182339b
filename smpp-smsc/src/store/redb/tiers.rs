//! The two places where messages are: the memory, for what is young, and the file.
//!
//! INVARIANT: what is in one is not in the other. What is in memory is in the journal,
//! too, and so is every change of the file that is not durable there yet.

use core::panic::AssertUnwindSafe;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use core::time::Duration;
use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::sync::{
    Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
use std::time::Instant;

use redb::{
    Database, DatabaseError, Durability, ReadTransaction, ReadableDatabase, ReadableTable,
    ReadableTableMetadata, StorageError, WriteTransaction,
};
use tracing::{info, warn};

use super::error::Failure;
use super::journal::{Journal, RESERVE};
use super::replay;
use super::schema::Tables;
use crate::store::Sizes;
use crate::store::memory::tables::{Moment, Tables as Memory};
use crate::{MessageId, MessageKey, Timestamp};

/// Octets in which the journal tells how an attempt has ended, with its receipt.
pub(super) const END: u64 = 256;

/// Other centres have messages in hand for days: not all of those end at once.
const MOST_RESERVED: u64 = 16 << 20;

/// Where opening the file again fails, no more than one part of so many of the time is
/// spent on it.
const REOPEN_PART: u32 = 5;

pub(super) type Reopen = Box<dyn Fn() -> Result<Database, DatabaseError> + Send + Sync>;

/// Of the locks, whoever needs several takes them in this order: `checkpoints`, `writer`,
/// `database`, `recent`.
pub(super) struct Inner {
    /// One checkpoint at a time: another one would hold the writer while it waits for
    /// what the first one writes.
    checkpoints: Mutex<()>,
    /// Whoever changes anything holds it.
    writer: Mutex<Writer>,
    /// Those who wait for it, but for the [keeper](super::keeper), which lets them go first.
    wait: AtomicUsize,
    /// `None` after an error of its disk, until the file is opened again.
    database: RwLock<Option<Database>>,
    /// How often it was opened again.
    reopened: AtomicU64,
    reopen: Reopen,
    /// Held for moments.
    recent: Mutex<Recent>,
    /// There is something to do for the keeper.
    pub(super) wake: Condvar,
    /// The keeper has done something.
    pub(super) kept: Condvar,
}

pub(super) struct Writer {
    pub(super) journal: Journal,
    /// Messages and deliveries that may wait.
    pub(super) capacity: u64,
    /// Octets of the journal's files, beyond which the other one is begun.
    pub(super) journal_size: u64,
    /// When the disk was found full, while it was not seen otherwise.
    pub(super) full: Option<Instant>,
    /// Not before is the file opened again, which has just failed.
    pub(super) reopen_after: Option<Instant>,
    /// Why the keeper cannot go on.
    pub(super) stuck: Option<Stuck>,
    /// The keeper is to end.
    pub(super) end: bool,
}

/// What keeps the keeper from its work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stuck {
    Full,
    Failed,
}

/// What is in memory.
#[derive(Default)]
pub(super) struct Recent {
    pub(super) tables: Memory,
    pub(super) file: Facts,
    /// Attempts of a process that is gone, which are not due again yet.
    pub(super) left: BTreeSet<MessageKey>,
}

/// What is asked of the file again and again.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// When its first message is due.
    pub(super) due: Option<Moment>,
    /// Messages that wait or are in hand.
    waiting: u64,
    in_hand: u64,
    ended: u64,
    pub(super) outbox: u64,
    /// The greatest id.
    last: Option<MessageId>,
}

impl Facts {
    pub(super) fn of(tables: &Tables<'_>) -> Result<Self, Failure> {
        let due = tables.due.first()?;
        let last = tables.messages.last()?;
        Ok(Self {
            due: due.map(|(key, _)| Moment::at(Timestamp(key.value().0), key.value().1)),
            waiting: tables.due.len()?,
            in_hand: tables.in_hand.len()?,
            ended: tables.ended.len()?,
            outbox: tables.outbox.len()?,
            last: last.and_then(|(name, _)| MessageId::new(name.value().0).ok()),
        })
    }

    /// Whether a message with this id may be there. Ids ascend mostly: a new one is
    /// seldom looked for.
    pub(super) fn may_have(&self, id: &MessageId) -> bool {
        self.last.as_ref().is_some_and(|last| id <= last)
    }
}

impl Recent {
    /// When the first message is due, wherever it is.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        if !self.left.is_empty() {
            return Some(Timestamp(0));
        }
        let here = self.tables.due.first_key_value().map(|(due, _)| *due);
        let first = here.into_iter().chain(self.file.due).min();
        first.map(Moment::due)
    }

    pub(super) fn sizes(&self) -> Sizes {
        let (here, there) = (self.tables.sizes(), &self.file);
        Sizes::new(
            here.waiting + (there.waiting.saturating_sub(there.in_hand)),
            here.in_hand + there.in_hand,
            here.ended + there.ended,
            here.outbox + there.outbox,
        )
    }

    /// Octets of the journal in which it can be told how all attempts end that are
    /// under way, and `more` of them.
    pub(super) fn reserve(&self, more: u64) -> u64 {
        let in_hand = self.tables.in_hand as u64 + self.file.in_hand + more;
        in_hand.saturating_mul(END).clamp(RESERVE, MOST_RESERVED)
    }

    /// How many messages and deliveries wait.
    pub(super) fn waiting(&self) -> u64 {
        let here = (self.tables.waiting_messages + self.tables.waiting) as u64;
        here + self.file.waiting + self.file.outbox
    }
}

impl Inner {
    pub(super) fn new(writer: Writer, database: Database, reopen: Reopen, recent: Recent) -> Self {
        Self {
            checkpoints: Mutex::new(()),
            writer: Mutex::new(writer),
            wait: AtomicUsize::new(0),
            database: RwLock::new(Some(database)),
            reopened: AtomicU64::new(0),
            reopen,
            recent: Mutex::new(recent),
            wake: Condvar::new(),
            kept: Condvar::new(),
        }
    }

    pub(super) fn checkpoints(&self) -> MutexGuard<'_, ()> {
        self.checkpoints
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.wait.fetch_add(1, Ordering::Relaxed);
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.wait.fetch_sub(1, Ordering::Relaxed);
        writer
    }

    /// The same for one who lets all others go first.
    pub(super) fn writer_last(&self) -> MutexGuard<'_, Writer> {
        while self.wait.load(Ordering::Relaxed) > 0 {
            // It is over in a moment, or waits for the disk.
            std::thread::sleep(Duration::from_micros(100));
        }
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn database(&self) -> RwLockReadGuard<'_, Option<Database>> {
        self.database.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn database_for_change(&self) -> RwLockWriteGuard<'_, Option<Database>> {
        self.database
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Which opening of the file this is.
    pub(super) fn reopened(&self) -> u64 {
        self.reopened.load(Ordering::Acquire)
    }

    /// Does some work that must not leave the store half changed by a defect: it is made
    /// anew from the journal then.
    pub(super) fn guarded<R>(
        &self,
        work: impl FnOnce(&Self) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let done = catch_unwind(AssertUnwindSafe(|| work(self)));
        done.unwrap_or_else(|_| {
            self.close();
            Err(Failure::Defect)
        })
    }

    /// Opens the file again after an error of its disk. All that is not in it durably
    /// is told by the journal.
    pub(super) fn open(&self, writer: &mut Writer) -> Result<(), Failure> {
        if self.database().is_some() {
            return Ok(());
        }
        let start = Instant::now();
        if writer.reopen_after.is_some_and(|after| start < after) {
            return Err(Failure::Storage(StorageError::PreviousIo));
        }
        let opened = self.open_anew(writer);
        writer.reopen_after = opened
            .is_err()
            .then(|| start + start.elapsed() * REOPEN_PART);
        let (database, tables, file) = opened?;
        let mut kept = self.database_for_change();
        let mut recent = self.recent();
        recent.tables = tables;
        recent.file = file;
        self.reopened.fetch_add(1, Ordering::Release);
        *kept = Some(database);
        Ok(())
    }

    fn open_anew(&self, writer: &mut Writer) -> Result<(Database, Memory, Facts), Failure> {
        let database = (self.reopen)()?;
        let mark = replay::mark(&database)?;
        writer.journal.checkpointed(mark.checkpointed);
        let (tables, file) = replay::replay(&database, &mut writer.journal)?;
        Ok((database, tables, file))
    }

    /// Works with the file, which is to be opened again after an error of its disk.
    pub(super) fn with_file<R>(
        &self,
        work: impl FnOnce(&Database) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        self.with_file_or_none(|database| match database {
            Some(database) => work(database),
            None => Err(Failure::Storage(StorageError::PreviousIo)),
        })
    }

    /// The same for what may do without it.
    pub(super) fn with_file_or_none<R>(
        &self,
        work: impl FnOnce(Option<&Database>) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let database = self.database();
        let opened = self.reopened();
        let result = work(database.as_ref());
        drop(database);
        if let Err(error) = &result
            && error.is_of_the_file()
        {
            let mut database = self.database_for_change();
            // Or somebody has opened it again since.
            if self.reopened() == opened {
                give_up(&mut database);
            }
        }
        result
    }

    /// Has the file opened again before it is used again.
    pub(super) fn close(&self) {
        give_up(&mut self.database_for_change());
    }

    /// Looks at the memory, and at the file as it is in the same moment.
    pub(super) fn look<T, R>(
        &self,
        recent: impl Fn(&Recent) -> T,
        file: impl Fn(T, &ReadTransaction) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let look = || {
            if self.database().is_none() {
                self.open(&mut self.writer())?;
            }
            self.look_as_opened(&recent, &file)
        };
        match look() {
            // It was not this look that went wrong, and the file is to be opened again.
            Err(error) if error.is_of_another() => look(),
            found => found,
        }
    }

    /// The same for whoever has the writer, and has opened the file.
    pub(super) fn look_as_opened<T, R>(
        &self,
        recent: impl FnOnce(&Recent) -> T,
        file: impl FnOnce(T, &ReadTransaction) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        self.with_file(|database| {
            let locked = self.recent();
            let found = recent(&locked);
            let transaction = database.begin_read()?;
            drop(locked);
            file(found, &transaction)
        })
    }

    /// Changes the file, and with it the memory. It is durable with the next
    /// checkpoint: what must not be lost is in the journal before.
    ///
    /// The file is not opened for it: whoever has the writer has found out by the file as
    /// it was which message is where, and after an error it may be elsewhere.
    pub(super) fn change<R>(
        &self,
        _: &mut Writer,
        work: impl FnOnce(&mut Tables<'_>, &WriteTransaction) -> Result<R, Failure>,
        then: impl FnOnce(&mut Recent, &R),
    ) -> Result<R, Failure> {
        self.with_file(|database| {
            let mut transaction = database.begin_write()?;
            transaction.set_durability(Durability::None)?;
            let mut tables = Tables::open(&transaction)?;
            let result = work(&mut tables, &transaction)?;
            let file = Facts::of(&tables)?;
            drop(tables);
            let mut recent = self.recent();
            transaction.commit()?;
            recent.file = file;
            then(&mut recent, &result);
            Ok(result)
        })
    }

    /// Begins the other file of the journal, if it is free, and wakes the keeper. Says
    /// whether it was.
    pub(super) fn rotate(&self, writer: &mut Writer) -> Result<bool, Failure> {
        let rotated = writer.journal.rotate()?;
        if rotated {
            self.recent().tables.mark = writer.journal.generation();
            self.wake.notify_all();
        }
        Ok(rotated)
    }
}

/// redb closes its file as this is dropped, in which it may stumble over what a defect or
/// an error has left.
fn give_up(database: &mut Option<Database>) {
    let database = database.take();
    if catch_unwind(AssertUnwindSafe(|| drop(database))).is_err() {
        warn!("messages.redb could not be closed as it should be");
    }
}

impl Writer {
    /// Takes down whether the disk has room, as far as this tells.
    pub(super) fn note_room<R>(&mut self, result: &Result<R, Failure>, new: bool) {
        match result {
            Err(error) if error.is_of_a_full_disk() => {
                let since = self.full.replace(Instant::now());
                if since.is_none() {
                    warn!("the disk is full");
                }
            }
            Ok(_) if new && self.full.take().is_some() => info!("the disk has room again"),
            _ => {}
        }
    }
}
