//! What the file holds: tables, and records of messages and deliveries.
//!
//! Names and types of the tables are written into the file, and opening a table
//! with other types fails: a change of a record needs a new name.

use std::collections::BTreeSet;

use bytes::Bytes;
use redb::{
    ReadableTable, StorageError, Table, TableDefinition, TableError, TableHandle, WriteTransaction,
};
use smpp_pdu::{CommandId, MessageState};

use super::error::{Failure, readable};
use super::handed::HandedTables;
use crate::store::{Delivery, DeliveryContent, DeliveryKey, Pair, Place, rank};
use crate::{Life, LifeRecord, Message, MessageId, MessageKey, Timestamp};

/// A message without its name: account, submitted, state, scheduled, expires,
/// due, attempts, in flight, done, error, octets of the PDU.
pub(super) type Record<'a> = (
    &'a str,
    u64,
    u8,
    u64,
    u64,
    Option<u64>,
    u32,
    bool,
    Option<u64>,
    u8,
    &'a [u8],
);

/// Id and part.
pub(super) type Name<'a> = (&'a str, u8);

/// What a delivery is.
const RECEIPT: u8 = 0;
const NOTIFICATION: u8 = 1;
const ALERT: u8 = 2;
const MESSAGE: u8 = 3;
const FORWARD: u8 = 4;

pub(super) const MESSAGES: TableDefinition<'static, Name<'static>, Record<'static>> =
    TableDefinition::new("messages 1");

/// Every message that has not ended, by the time when it is due and its rank.
pub(super) const DUE: TableDefinition<'static, Due<'static>, ()> = TableDefinition::new("due 2");

/// Time, rank, id and part.
type Due<'a> = (u64, u8, &'a str, u8);

/// The same without ranks, in files of an earlier version.
const DUE_1: TableDefinition<'static, (u64, &str, u8), ()> = TableDefinition::new("due 1");

/// Every message that is listed, by the name of its pair and its place.
pub(super) const LISTED: TableDefinition<'static, Listed<'static>, ()> =
    TableDefinition::new("listed 1");

/// Name of the pair, time of submission, id and part.
type Listed<'a> = (&'a [u8], u64, &'a str, u8);

/// Every message with an attempt under way. Those that are here when the file is
/// opened were left behind by a process that is gone.
pub(super) const IN_HAND: TableDefinition<'static, Name<'static>, ()> =
    TableDefinition::new("in hand 1");

/// Every message that has ended, by the time of that.
pub(super) const ENDED: TableDefinition<'static, (u64, &str, u8), ()> =
    TableDefinition::new("ended 1");

/// What waits for accounts: when it was made, what it is, and the message as it
/// was then.
pub(super) const OUTBOX: TableDefinition<'static, OfAccount<'static>, Kept<'static>> =
    TableDefinition::new("outbox 1");

/// Account and key of a delivery.
pub(super) type OfAccount<'a> = (&'a str, u64);

/// A delivery without its place.
pub(super) type Kept<'a> = (u64, u8, Name<'a>, Record<'a>);

/// Whether a file has all these tables, and none of an earlier version, given the names
/// of those that it has.
pub(super) fn is_present(has: impl Fn(&str) -> bool) -> bool {
    let messages = has(MESSAGES.name()) && has(DUE.name()) && has(LISTED.name());
    let others = has(IN_HAND.name()) && has(ENDED.name()) && has(OUTBOX.name());
    messages && others && !has(DUE_1.name())
}

/// A record that this version did not write.
#[derive(Debug, thiserror::Error)]
#[error("the record of {0} cannot be read")]
pub(super) struct BadRecord(String);

fn record(message: &Message) -> Record<'_> {
    let life = message.life.record();
    (
        &message.account,
        message.submitted.0,
        life.state.0,
        life.scheduled.0,
        life.expires.0,
        life.due.map(|due| due.0),
        life.attempts,
        life.in_flight,
        life.done.map(|done| done.0),
        life.error,
        message.octets(),
    )
}

fn bad(name: Name<'_>) -> BadRecord {
    BadRecord(format!("message {} ({})", name.0, name.1))
}

/// The name that a key is in the tables.
pub(super) fn name(key: &MessageKey) -> Name<'_> {
    (key.id.as_str(), key.part)
}

/// The key that a name stands for.
pub(super) fn key(name: Name<'_>) -> Result<MessageKey, BadRecord> {
    let (id, part) = name;
    let id = MessageId::new(id).map_err(|_| bad(name))?;
    Ok(MessageKey { id, part })
}

fn named(message: &Message) -> (Name<'_>, Record<'_>) {
    (name(&message.key), record(message))
}

/// The record of what has octets, and no life.
const fn octets_alone(octets: &[u8]) -> Record<'_> {
    ("", 0, 0, 0, 0, None, 0, false, None, 0, octets)
}

pub(super) fn life(name: Name<'_>, record: &Record<'_>) -> Result<Life, BadRecord> {
    let (_, _, state, scheduled, expires, due, attempts, in_flight, done, error, _) = *record;
    Life::from_record(LifeRecord {
        state: MessageState(state),
        scheduled: Timestamp(scheduled),
        expires: Timestamp(expires),
        due: due.map(Timestamp),
        attempts,
        in_flight,
        done: done.map(Timestamp),
        error,
    })
    .ok_or_else(|| bad(name))
}

pub(super) fn message(name: Name<'_>, record: Record<'_>) -> Result<Message, BadRecord> {
    let life = life(name, &record)?;
    let (account, submitted, .., pdu) = record;
    let octets = Bytes::copy_from_slice(pdu);
    Message::new(
        key(name)?,
        account.into(),
        Timestamp(submitted),
        life,
        octets,
    )
    .map_err(|_| bad(name))
}

pub(super) fn delivery(
    account: &str,
    key: u64,
    (created, kind, name, record): Kept<'_>,
) -> Result<Delivery, BadRecord> {
    let content = match kind {
        RECEIPT => DeliveryContent::Receipt(message(name, record)?.into()),
        NOTIFICATION => DeliveryContent::Notification(message(name, record)?.into()),
        ALERT => DeliveryContent::Alert(message(name, record)?.into()),
        FORWARD => DeliveryContent::Forward(message(name, record)?.into()),
        MESSAGE => DeliveryContent::Message(Bytes::copy_from_slice(record.10)),
        _ => return Err(BadRecord(format!("delivery {key} of {account}"))),
    };
    Ok(Delivery {
        key: DeliveryKey(key),
        account: account.into(),
        created: Timestamp(created),
        content,
    })
}

/// What the tables know of a message.
pub(super) struct Before {
    life: Life,
    rank: u8,
    listed: Option<(Box<[u8]>, Timestamp)>,
}

impl Before {
    /// Of a record. The PDU is read only where the tables need it: neither of a
    /// message that an attempt is under way for, nor of one that has ended.
    pub(super) fn read(name: Name<'_>, record: Record<'_>) -> Result<Self, BadRecord> {
        let life = life(name, &record)?;
        let waits = life.due().is_some() && !life.is_in_flight();
        if waits || is_broadcast(record.10) {
            return Ok(Self::of(&message(name, record)?));
        }
        Ok(Self {
            life,
            rank: 0,
            listed: None,
        })
    }

    pub(super) fn of(message: &Message) -> Self {
        Self {
            life: message.life,
            rank: rank(message),
            listed: message
                .is_listed()
                .then(|| (Pair::of(message).to_name(), message.submitted)),
        }
    }
}

/// Whether a PDU is a broadcast, by its header.
fn is_broadcast(pdu: &[u8]) -> bool {
    let id = pdu.get(4..8).and_then(|id| id.first_chunk());
    id.is_some_and(|id| CommandId(u32::from_be_bytes(*id)) == CommandId::BROADCAST_SM)
}

/// The place of a message in the table of listed ones.
pub(super) fn place<'a>(pair: &'a [u8], place: &'a Place) -> Listed<'a> {
    let key = &place.key;
    (pair, place.submitted.0, key.id.as_str(), key.part)
}

/// All tables of a transaction that writes.
pub(super) struct Tables<'t> {
    pub(super) messages: Table<'t, Name<'static>, Record<'static>>,
    pub(super) due: Table<'t, Due<'static>, ()>,
    listed: Table<'t, Listed<'static>, ()>,
    pub(super) in_hand: Table<'t, Name<'static>, ()>,
    pub(super) ended: Table<'t, (u64, &'static str, u8), ()>,
    pub(super) outbox: Table<'t, OfAccount<'static>, Kept<'static>>,
}

impl<'t> Tables<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, TableError> {
        Ok(Self {
            messages: transaction.open_table(MESSAGES)?,
            due: transaction.open_table(DUE)?,
            listed: transaction.open_table(LISTED)?,
            in_hand: transaction.open_table(IN_HAND)?,
            ended: transaction.open_table(ENDED)?,
            outbox: transaction.open_table(OUTBOX)?,
        })
    }

    /// Whether a message has this name.
    pub(super) fn life(&self, name: Name<'_>) -> Result<Option<Life>, Failure> {
        Ok(match self.messages.get(name)? {
            Some(record) => Some(life(name, &record.value())?),
            None => None,
        })
    }

    /// The message with this name.
    pub(super) fn message(&self, name: Name<'_>) -> Result<Option<Message>, Failure> {
        Ok(match self.messages.get(name)? {
            Some(record) => Some(message(name, record.value())?),
            None => None,
        })
    }

    /// Puts a message in the place of the one with its name, if there is one.
    pub(super) fn replace(&mut self, message: &Message) -> Result<(), Failure> {
        let name = name(&message.key);
        let before = match self.messages.get(name)? {
            Some(record) => Some(Before::read(name, record.value())?),
            None => None,
        };
        if let Some(before) = before {
            self.take_out(name, &before)?;
        }
        Ok(self.put(message)?)
    }

    pub(super) fn enqueue(&mut self, delivery: &Delivery) -> Result<(), StorageError> {
        let (kind, (name, record)) = match &delivery.content {
            DeliveryContent::Receipt(of) => (RECEIPT, named(of)),
            DeliveryContent::Notification(of) => (NOTIFICATION, named(of)),
            DeliveryContent::Alert(of) => (ALERT, named(of)),
            DeliveryContent::Forward(of) => (FORWARD, named(of)),
            DeliveryContent::Message(octets) => (MESSAGE, (("", 0), octets_alone(octets))),
        };
        let key = (&*delivery.account, delivery.key.0);
        let record = (delivery.created.0, kind, name, record);
        self.outbox.insert(key, record)?;
        Ok(())
    }

    /// What is in hand, but for what another centre has.
    pub(super) fn left(&self, handed: &HandedTables<'_>) -> Result<BTreeSet<MessageKey>, Failure> {
        let mut left = BTreeSet::new();
        for entry in self.in_hand.iter()? {
            let (name, _) = entry?;
            let (id, part) = name.value();
            if handed.has((id, part))? {
                continue;
            }
            left.insert(key((id, part))?);
        }
        Ok(left)
    }

    /// Takes the entries of a message out of the other tables.
    pub(super) fn take_out(
        &mut self,
        (id, part): Name<'_>,
        before: &Before,
    ) -> Result<(), StorageError> {
        if let Some(due) = before.life.due() {
            self.due.remove((due.0, before.rank, id, part))?;
        }
        if before.life.is_in_flight() {
            self.in_hand.remove((id, part))?;
        }
        if let Some(done) = before.life.done() {
            self.ended.remove((done.0, id, part))?;
        }
        if let Some((pair, submitted)) = &before.listed {
            self.listed.remove((&**pair, submitted.0, id, part))?;
        }
        Ok(())
    }

    /// Takes a message out of all tables. Says whether it was there.
    pub(super) fn forget(&mut self, name: Name<'_>) -> Result<bool, Failure> {
        let before = match self.messages.remove(name)? {
            Some(record) => readable(Before::read(name, record.value()))?,
            None => return Ok(false),
        };
        if let Some(before) = before {
            self.take_out(name, &before)?;
        }
        Ok(true)
    }

    /// Makes the tables by times and addresses of a file of an earlier version.
    pub(super) fn upgrade(transaction: &'t WriteTransaction) -> Result<(), Failure> {
        if !transaction.delete_table(DUE_1)? {
            return Ok(());
        }
        let mut tables = Self::open(transaction)?;
        for entry in tables.messages.iter()? {
            let (name, record) = entry?;
            let (id, part) = name.value();
            let message = message((id, part), record.value())?;
            if let Some(due) = message.life.due() {
                let place = (due.0, rank(&message), id, part);
                tables.due.insert(place, ())?;
            }
            if message.is_listed() {
                let pair = Pair::of(&message).to_name();
                let place = (&*pair, message.submitted.0, id, part);
                tables.listed.insert(place, ())?;
            }
        }
        Ok(())
    }

    /// Writes a message, whose old entries in the other tables are gone.
    pub(super) fn put(&mut self, message: &Message) -> Result<(), StorageError> {
        let (id, part) = (message.key.id.as_str(), message.key.part);
        self.messages.insert((id, part), record(message))?;
        if let Some(due) = message.life.due() {
            self.due.insert((due.0, rank(message), id, part), ())?;
        }
        if message.is_listed() {
            let pair = Pair::of(message).to_name();
            self.listed
                .insert((&*pair, message.submitted.0, id, part), ())?;
        }
        if message.life.is_in_flight() {
            self.in_hand.insert((id, part), ())?;
        }
        if let Some(done) = message.life.done() {
            self.ended.insert((done.0, id, part), ())?;
        }
        Ok(())
    }
}

/// Makes the file what an earlier version would have left.
#[cfg(test)]
pub(super) fn downgrade(database: &redb::Database) -> Result<(), Failure> {
    let transaction = database.begin_write()?;
    {
        let mut due_1 = transaction.open_table(DUE_1)?;
        let due = transaction.open_table(DUE)?;
        for entry in due.iter()? {
            let (key, _) = entry?;
            let (at, _, id, part) = key.value();
            due_1.insert((at, id, part), ())?;
        }
    }
    transaction.delete_table(DUE)?;
    transaction.delete_table(LISTED)?;
    transaction.commit()?;
    Ok(())
}
