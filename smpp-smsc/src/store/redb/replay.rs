//! What the journal tells, done again.

use std::collections::BTreeSet;
use std::sync::Arc;

use redb::{
    Database, Durability, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition,
    TableHandle, WriteTransaction,
};

use super::error::Failure;
use super::handed::{self, HandedTables};
use super::journal::{Content, Journal, Told, random};
use super::schema::{self, Tables, name};
use super::tiers::Facts;
use crate::store::memory::tables::Tables as Memory;
use crate::store::{Change, Committed, Delivery};
use crate::{Message, MessageKey};

/// What the file knows of its journal, by name.
const JOURNAL: TableDefinition<'static, &str, u64> = TableDefinition::new("journal 1");
const STORE: &str = "store";
const CHECKPOINTED: &str = "checkpointed";

/// What the file knows of its journal.
pub(super) struct Mark {
    /// A name of the store, which its journal carries.
    pub(super) store: u64,
    /// The last generation that is in the file.
    pub(super) checkpointed: u64,
}

pub(super) fn mark(database: &Database) -> Result<Mark, Failure> {
    let table = database.begin_read()?.open_table(JOURNAL)?;
    let value = |name| Ok::<_, Failure>(table.get(name)?.map_or(0, |value| value.value()));
    Ok(Mark {
        store: value(STORE)?,
        checkpointed: value(CHECKPOINTED)?,
    })
}

/// Makes everything durable that the file has been told, and notes that it holds all of
/// this generation.
pub(super) fn checkpoint(database: &Database, generation: u64) -> Result<(), Failure> {
    let mut transaction = database.begin_write()?;
    // Otherwise whoever opens the file after a kill looks through all of it.
    transaction.set_quick_repair(true);
    {
        let mut journal = transaction.open_table(JOURNAL)?;
        let before = journal.get(CHECKPOINTED)?.map_or(0, |value| value.value());
        // It never goes back: the file of a generation that was noted may be gone.
        journal.insert(CHECKPOINTED, generation.max(before))?;
    }
    transaction.commit()?;
    Ok(())
}

/// Tables exist from the start, so that reading never finds them missing. What has them
/// is not written: on a full disk it could not be.
pub(super) fn prepare(database: &Database) -> Result<(), Failure> {
    if is_prepared(&database.begin_read()?)? {
        return Ok(());
    }
    let transaction = database.begin_write()?;
    Tables::upgrade(&transaction)?;
    HandedTables::open(&transaction)?;
    drop(Tables::open(&transaction)?);
    {
        let mut journal = transaction.open_table(JOURNAL)?;
        if journal.get(STORE)?.is_none() {
            journal.insert(STORE, random())?;
        }
    }
    transaction.commit()?;
    Ok(())
}

fn is_prepared(transaction: &ReadTransaction) -> Result<bool, Failure> {
    let there = transaction.list_tables()?;
    let there: BTreeSet<_> = there.map(|table| table.name().to_owned()).collect();
    let has = |name: &str| there.contains(name);
    Ok(has(JOURNAL.name()) && schema::is_present(has) && handed::is_present(has))
}

/// Reads the journal: what is in the file is changed there, everything else comes
/// into memory.
pub(super) fn replay(
    database: &Database,
    journal: &mut Journal,
) -> Result<(Memory, Facts), Failure> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::None)?;
    let done = replay_into(&transaction, journal)?;
    transaction.commit()?;
    Ok(done)
}

fn replay_into(
    transaction: &WriteTransaction,
    journal: &mut Journal,
) -> Result<(Memory, Facts), Failure> {
    let file = Tables::open(transaction)?;
    let mut replay = Replay {
        memory: Memory::default(),
        before: Facts::of(&file)?,
        file,
        handed: HandedTables::open(transaction)?,
    };
    journal.replay(|generation, octets| replay.frame(generation, octets))?;
    replay.memory.mark = journal.generation();
    let facts = Facts::of(&replay.file)?;
    Ok((replay.memory, facts))
}

struct Replay<'t> {
    memory: Memory,
    file: Tables<'t>,
    handed: HandedTables<'t>,
    /// Of the file. No message comes into it.
    before: Facts,
}

impl Replay<'_> {
    fn frame(&mut self, generation: u64, mut octets: &[u8]) -> Result<(), Failure> {
        self.memory.mark = generation;
        while !octets.is_empty() {
            self.apply(Told::take(&mut octets).ok_or(Failure::BadFrame)?)?;
        }
        Ok(())
    }

    fn apply(&mut self, told: Told<'_>) -> Result<(), Failure> {
        match told {
            Told::Message(message) => self.put(message),
            Told::Life { key, life } => {
                // It was told of before, in the same generation.
                let message = self.current(&key)?.ok_or(Failure::BadFrame)?;
                let mut message = Arc::unwrap_or_clone(message);
                message.life = life;
                self.put(message)
            }
            Told::Handed { key, centre, id } => {
                if self.is_in_file(&key)? {
                    self.handed.put(name(&key), centre, id)?;
                } else if self.memory.message(&key).is_some() {
                    self.memory.handed.put(key, centre.into(), id.into());
                }
                Ok(())
            }
            Told::Delivery {
                account,
                key,
                created,
                content,
            } => {
                let content = match content {
                    Content::Now(key, kind) => kind(self.current(&key)?.ok_or(Failure::BadFrame)?),
                    Content::Then(content) => content,
                };
                self.enqueue(Delivery {
                    key,
                    account: account.into(),
                    created,
                    content,
                })
            }
            Told::Taken { account, key } => {
                if !self.memory.dequeue(&account.into(), key) {
                    self.file.outbox.remove((account, key.0))?;
                }
                Ok(())
            }
            Told::Forgotten(key) => {
                let was_here = self.memory.remove(&key).is_some();
                if !was_here && self.file.forget(name(&key))? {
                    self.handed.forget(name(&key))?;
                }
                Ok(())
            }
        }
    }

    fn is_in_file(&self, key: &MessageKey) -> Result<bool, Failure> {
        Ok(self.before.may_have(&key.id) && self.file.life(name(key))?.is_some())
    }

    fn put(&mut self, message: Message) -> Result<(), Failure> {
        if self.is_in_file(&message.key)? {
            return self.file.replace(&message);
        }
        self.memory.insert(message.into());
        Ok(())
    }

    fn enqueue(&mut self, delivery: Delivery) -> Result<(), Failure> {
        let place = (&*delivery.account, delivery.key.0);
        if self.before.outbox > 0 && self.file.outbox.get(place)?.is_some() {
            self.file.enqueue(&delivery)?;
        } else {
            let enqueue = Change::Enqueue(delivery.into());
            self.memory.apply(enqueue, &mut Committed::default());
        }
        Ok(())
    }

    fn current(&self, key: &MessageKey) -> Result<Option<Arc<Message>>, Failure> {
        if let Some(message) = self.memory.message(key) {
            return Ok(Some(message.clone()));
        }
        Ok(self.file.message(name(key))?.map(Arc::new))
    }
}

/// What is in hand, but for what another centre has: whoever had it is gone when this
/// is asked for. Names alone, so that opening takes no longer for their number.
pub(super) fn left(database: &Database, memory: &Memory) -> Result<BTreeSet<MessageKey>, Failure> {
    let transaction = database.begin_write()?;
    let mut left = Tables::open(&transaction)?.left(&HandedTables::open(&transaction)?)?;
    transaction.abort()?;
    let alone = |key: &MessageKey| memory.handed.of(key).is_empty();
    let in_hand = memory.messages().filter(|one| one.life.is_in_flight());
    left.extend(in_hand.map(|one| one.key.clone()).filter(alone));
    Ok(left)
}
