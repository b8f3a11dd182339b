//! Commits: told to the journal, durable there, and then done.

use std::sync::{Arc, PoisonError};

use redb::{Database, ReadOnlyTable, ReadableDatabase, StorageError};
use tracing::error;

use super::FULL_PAUSE;
use super::error::Failure;
use super::handed::HandedTables;
use super::journal::Telling;
use super::schema::{self, Kept, MESSAGES, Name, OUTBOX, OfAccount, Record, name};
use super::tiers::{Inner, Recent, Stuck, Writer};
use crate::hash::IdMap;
use crate::store::{Change, Committed, Delivery};
use crate::{Life, Message, MessageKey};

/// Octets of a file of the journal, beyond which no new messages are taken while those
/// that are there cannot be brought into the file of redb.
const MOST_BEHIND: u64 = 1 << 30;

/// What is to be done with a change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It concerns what is in memory.
    Recent,
    /// It concerns what is in the file.
    File,
    /// It came too late, or concerns what is nowhere.
    Nothing,
}

pub(super) fn commit(inner: &Inner, changes: Vec<Change>) -> Result<Committed, Failure> {
    let new = changes
        .iter()
        .filter(|change| matches!(change, Change::Insert(_)))
        .count() as u64;
    let mut writer = inner.writer();
    let full = writer.full;
    if new > 0 && full.is_some_and(|since| since.elapsed() < FULL_PAUSE) {
        return Err(Failure::Full);
    }
    // With a small journal or a slow disk, the keeper needs its time.
    while writer.journal.used() >= writer.journal_size.saturating_mul(2)
        && writer.journal.waiting().is_some()
    {
        match writer.stuck {
            Some(Stuck::Full) if new > 0 => return Err(Failure::Full),
            // There is an end to what the journal takes for a file that fails.
            Some(Stuck::Failed) if new > 0 && writer.journal.used() >= MOST_BEHIND => {
                return Err(Failure::Behind);
            }
            Some(_) => break,
            None => {
                let waited = inner.kept.wait(writer);
                writer = waited.unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
    let mut told = tell(inner, &mut writer, &changes, new);
    if told.as_ref().is_err_and(Failure::is_of_another) {
        // It was not this commit that went wrong, and the file is to be opened again.
        told = tell(inner, &mut writer, &changes, new);
    }
    if told.as_ref().is_err_and(|error| error.is_of_a_full_disk())
        && inner.rotate(&mut writer).unwrap_or(false)
    {
        // The other file has its room already.
        told = tell(inner, &mut writer, &changes, new);
    }
    writer.note_room(&told, new > 0);
    let (committed, fates) = told?;
    apply(inner, &mut writer, changes, &fates);
    if writer.journal.used() >= writer.journal_size
        && let Err(error) = inner.rotate(&mut writer)
    {
        // The present file goes on.
        error!(%error, "the journal cannot begin its other file");
    }
    Ok(committed)
}

/// Finds out what becomes of the changes, and makes it durable in the journal.
fn tell(
    inner: &Inner,
    writer: &mut Writer,
    changes: &[Change],
    new: u64,
) -> Result<(Committed, Vec<Fate>), Failure> {
    // What is in memory alone does without the file.
    let opened = inner.open(writer);
    let mut frame = writer.journal.frame();
    let generation = writer.journal.generation();
    let capacity = writer.capacity;
    let planned = inner.with_file_or_none(|database| {
        let recent = inner.recent();
        if new > 0 && recent.waiting() + new > capacity {
            return Err(Failure::Full);
        }
        let mut plan = Plan {
            recent: &recent,
            file: Lookup {
                database,
                opened: None,
            },
            generation,
            telling: Telling::new(&mut frame),
            seen: IdMap::default(),
            committed: Committed::default(),
        };
        plan.seen.reserve(changes.len());
        let fates = changes.iter().map(|change| plan.add(change));
        let fates = fates.collect::<Result<Vec<_>, Failure>>()?;
        let reserve = if new == 0 { 0 } else { recent.reserve(new) };
        Ok((plan.committed, fates, reserve))
    });
    match planned {
        Ok((committed, fates, reserve)) => {
            writer.journal.write(frame, reserve)?;
            Ok((committed, fates))
        }
        Err(error) => {
            writer.journal.give_back(frame);
            // Of several errors, the cause.
            Err(opened.err().unwrap_or(error))
        }
    }
}

struct Plan<'a> {
    recent: &'a Recent,
    file: Lookup<'a>,
    generation: u64,
    telling: Telling<'a>,
    /// What earlier changes of the same commit make of messages.
    seen: IdMap<&'a MessageKey, (&'a Arc<Message>, Fate)>,
    committed: Committed,
}

impl<'a> Plan<'a> {
    fn add(&mut self, change: &'a Change) -> Result<Fate, Failure> {
        match change {
            Change::Insert(message) => {
                if self.current(&message.key)?.is_some() {
                    // Nothing is ever lost under another message.
                    return Err(Failure::Taken(message.key.id.clone()));
                }
                self.telling.message(message);
                self.seen.insert(&message.key, (message, Fate::Recent));
                Ok(Fate::Recent)
            }
            Change::Update(message) => self.update(message),
            Change::HandOver { key, centre, id } => {
                let Some((_, fate)) = self.current(key)? else {
                    return Ok(Fate::Nothing);
                };
                self.telling.handed(key, centre, id);
                Ok(fate)
            }
            Change::Enqueue(delivery) => self.enqueue(delivery),
            Change::Dequeue { account, key } => {
                self.telling.taken(account, *key);
                Ok(Fate::Recent)
            }
        }
    }

    fn update(&mut self, message: &'a Arc<Message>) -> Result<Fate, Failure> {
        let key = &message.key;
        let Some((life, fate)) = self.current(key)? else {
            // What was forgotten stays so.
            return Ok(Fate::Nothing);
        };
        if life.is_ahead_of(&message.life) {
            self.committed.late.push(key.clone());
            return Ok(Fate::Nothing);
        }
        let told = match self.seen.get(key) {
            Some((before, _)) => Some(*before),
            None => self
                .recent
                .tables
                .marked(key)
                .filter(|(_, mark)| *mark == self.generation)
                .map(|(before, _)| before),
        };
        if told.is_some_and(|before| before.is_but_for_its_life(message)) {
            self.telling.life(key, &message.life);
        } else {
            self.telling.message(message);
        }
        self.seen.insert(key, (message, fate));
        Ok(fate)
    }

    fn enqueue(&mut self, delivery: &Delivery) -> Result<Fate, Failure> {
        if self.committed.leaves_out(delivery) {
            return Ok(Fate::Nothing);
        }
        let message = delivery.content.message();
        let as_now = message.is_some_and(|message| {
            let seen = self.seen.get(&message.key);
            seen.is_some_and(|(now, _)| Arc::ptr_eq(now, message) || *now == message)
        });
        self.telling.delivery(delivery, as_now);
        let in_file = self.recent.file.outbox > 0 && self.file.has(delivery)?;
        Ok(if in_file { Fate::File } else { Fate::Recent })
    }

    /// Where a message is, and where it stands; `None` when it is nowhere.
    fn current(&mut self, key: &MessageKey) -> Result<Option<(Life, Fate)>, Failure> {
        if let Some((message, fate)) = self.seen.get(key) {
            return Ok(Some((message.life, *fate)));
        }
        if let Some(message) = self.recent.tables.message(key) {
            return Ok(Some((message.life, Fate::Recent)));
        }
        if !self.recent.file.may_have(&key.id) {
            return Ok(None);
        }
        Ok(self.file.life(key)?.map(|life| (life, Fate::File)))
    }
}

/// What is looked up in the file, which most commits have no need of.
struct Lookup<'a> {
    database: Option<&'a Database>,
    opened: Option<Opened>,
}

struct Opened {
    messages: ReadOnlyTable<Name<'static>, Record<'static>>,
    outbox: ReadOnlyTable<OfAccount<'static>, Kept<'static>>,
}

impl Lookup<'_> {
    fn life(&mut self, key: &MessageKey) -> Result<Option<Life>, Failure> {
        Ok(match self.opened()?.messages.get(name(key))? {
            Some(record) => Some(schema::life(name(key), &record.value())?),
            None => None,
        })
    }

    fn has(&mut self, delivery: &Delivery) -> Result<bool, Failure> {
        let place = (&*delivery.account, delivery.key.0);
        Ok(self.opened()?.outbox.get(place)?.is_some())
    }

    fn opened(&mut self) -> Result<&Opened, Failure> {
        if self.opened.is_none() {
            let database = self.database.ok_or(StorageError::PreviousIo)?;
            let transaction = database.begin_read()?;
            self.opened = Some(Opened {
                messages: transaction.open_table(MESSAGES)?,
                outbox: transaction.open_table(OUTBOX)?,
            });
        }
        let opened = self.opened.as_ref();
        Ok(opened.ok_or(StorageError::PreviousIo)?)
    }
}

/// Does what the journal was told. Whatever goes wrong with the file, the journal has
/// it, and tells it when the file is opened again.
fn apply(inner: &Inner, writer: &mut Writer, changes: Vec<Change>, fates: &[Fate]) {
    let mut for_file = Vec::new();
    let mut recent = inner.recent();
    let late = &mut Committed::default();
    for (change, fate) in changes.into_iter().zip(fates) {
        match (fate, change) {
            (Fate::Nothing, _) => {}
            (Fate::File, change) => for_file.push(change),
            (Fate::Recent, Change::Dequeue { account, key }) => {
                let was_here = recent.tables.dequeue(&account, key);
                if !was_here && recent.file.outbox > 0 {
                    for_file.push(Change::Dequeue { account, key });
                }
            }
            (Fate::Recent, change) => recent.tables.apply(change, late),
        }
    }
    drop(recent);
    if for_file.is_empty() {
        return;
    }
    let done = inner.change(
        writer,
        |tables, transaction| {
            for change in &for_file {
                match change {
                    Change::Insert(message) | Change::Update(message) => tables.replace(message)?,
                    Change::HandOver { key, centre, id } => {
                        HandedTables::open(transaction)?.put(name(key), centre, id)?;
                    }
                    Change::Enqueue(delivery) => tables.enqueue(delivery)?,
                    Change::Dequeue { account, key } => {
                        tables.outbox.remove((&**account, key.0))?;
                    }
                }
            }
            Ok(())
        },
        |_, ()| {},
    );
    if let Err(error) = done {
        error!(%error, "the file is to be opened again");
        inner.close();
    }
}
