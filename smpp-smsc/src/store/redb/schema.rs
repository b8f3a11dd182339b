//! What the file holds: tables, and records of messages and deliveries.
//!
//! Names and types of the tables are written into the file, and opening a table
//! with other types fails: a change of a record needs a new name.

use bytes::Bytes;
use redb::{
    ReadableTable, ReadableTableMetadata, StorageError, Table, TableDefinition, TableError,
    WriteTransaction,
};
use smpp_pdu::MessageState;

use super::Failure;
use crate::store::{Change, Delivery, DeliveryContent, DeliveryKey};
use crate::{Life, LifeRecord, Message, MessageId, MessageKey, Timestamp};

/// A message without its name: account, submitted, state, scheduled, expires,
/// due, attempts, in flight, done, error, octets of the PDU.
type Record<'a> = (
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
type Name<'a> = (&'a str, u8);

/// What a delivery is of.
const RECEIPT: u8 = 0;
const MESSAGE: u8 = 1;

pub(super) const MESSAGES: TableDefinition<'static, Name<'static>, Record<'static>> =
    TableDefinition::new("messages 1");

/// Every message that has not ended, by the time when it is due.
pub(super) const DUE: TableDefinition<'static, (u64, &str, u8), ()> = TableDefinition::new("due 1");

/// Every message with an attempt under way. Those that are here when the file is
/// opened were left behind by a process that is gone.
pub(super) const IN_HAND: TableDefinition<'static, Name<'static>, ()> =
    TableDefinition::new("in hand 1");

/// Every message that has ended, by the time of that.
pub(super) const ENDED: TableDefinition<'static, (u64, &str, u8), ()> =
    TableDefinition::new("ended 1");

/// What waits for accounts: when it was made, what it is, and the message as it
/// was then.
pub(super) const OUTBOX: TableDefinition<
    'static,
    (&str, u64),
    (u64, u8, Name<'static>, Record<'static>),
> = TableDefinition::new("outbox 1");

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

/// The record of what has octets, and no life.
const fn octets_alone(octets: &[u8]) -> Record<'_> {
    ("", 0, 0, 0, 0, None, 0, false, None, 0, octets)
}

pub(super) fn message(name: Name<'_>, record: Record<'_>) -> Result<Message, BadRecord> {
    let (account, submitted, state, scheduled, expires, due, attempts, in_flight, done, error, pdu) =
        record;
    let bad = || BadRecord(format!("message {} ({})", name.0, name.1));
    let life = Life::from_record(LifeRecord {
        state: MessageState(state),
        scheduled: Timestamp(scheduled),
        expires: Timestamp(expires),
        due: due.map(Timestamp),
        attempts,
        in_flight,
        done: done.map(Timestamp),
        error,
    })
    .ok_or_else(bad)?;
    let key = MessageKey {
        id: MessageId::new(name.0).map_err(|_| bad())?,
        part: name.1,
    };
    let octets = Bytes::copy_from_slice(pdu);
    Message::new(key, account.into(), Timestamp(submitted), life, octets).map_err(|_| bad())
}

pub(super) fn delivery(
    account: &str,
    key: u64,
    (created, kind, name, record): (u64, u8, Name<'_>, Record<'_>),
) -> Result<Delivery, BadRecord> {
    let content = match kind {
        RECEIPT => DeliveryContent::Receipt(message(name, record)?.into()),
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

/// All tables of a transaction that writes.
pub(super) struct Tables<'t> {
    pub(super) messages: Table<'t, Name<'static>, Record<'static>>,
    pub(super) due: Table<'t, (u64, &'static str, u8), ()>,
    pub(super) in_hand: Table<'t, Name<'static>, ()>,
    pub(super) ended: Table<'t, (u64, &'static str, u8), ()>,
    outbox: Table<'t, (&'static str, u64), (u64, u8, Name<'static>, Record<'static>)>,
}

impl<'t> Tables<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, TableError> {
        Ok(Self {
            messages: transaction.open_table(MESSAGES)?,
            due: transaction.open_table(DUE)?,
            in_hand: transaction.open_table(IN_HAND)?,
            ended: transaction.open_table(ENDED)?,
            outbox: transaction.open_table(OUTBOX)?,
        })
    }

    /// How many messages and deliveries wait.
    pub(super) fn waiting(&self) -> Result<u64, StorageError> {
        Ok(self.due.len()?.saturating_add(self.outbox.len()?))
    }

    pub(super) fn apply(&mut self, change: &Change) -> Result<(), Failure> {
        match change {
            Change::Insert(message) => {
                // Nothing is ever lost under another message.
                let name = (message.key.id.as_str(), message.key.part);
                if self.messages.get(name)?.is_some() {
                    return Err(Failure::Taken(message.key.id.clone()));
                }
                self.put(message)?;
                Ok(())
            }
            Change::Update(message) => {
                let (id, part) = (message.key.id.as_str(), message.key.part);
                let Some(before) = self.messages.get((id, part))?.map(|guard| {
                    let before = guard.value();
                    (before.5, before.7, before.8)
                }) else {
                    // What was forgotten stays so.
                    return Ok(());
                };
                if let Some(due) = before.0 {
                    self.due.remove((due, id, part))?;
                }
                if before.1 {
                    self.in_hand.remove((id, part))?;
                }
                if let Some(done) = before.2 {
                    self.ended.remove((done, id, part))?;
                }
                self.put(message)?;
                Ok(())
            }
            Change::Enqueue(delivery) => {
                let (kind, name, record) = match &delivery.content {
                    DeliveryContent::Receipt(of) => {
                        (RECEIPT, (of.key.id.as_str(), of.key.part), record(of))
                    }
                    DeliveryContent::Message(octets) => (MESSAGE, ("", 0), octets_alone(octets)),
                };
                self.outbox.insert(
                    (&*delivery.account, delivery.key.0),
                    (delivery.created.0, kind, name, record),
                )?;
                Ok(())
            }
            Change::Dequeue { account, key } => {
                self.outbox.remove((&**account, key.0))?;
                Ok(())
            }
        }
    }

    /// Makes due again at `now` what was in the hands of a process that is gone.
    pub(super) fn release(&mut self, now: Timestamp) -> Result<usize, Failure> {
        let mut left = Vec::new();
        for entry in self.in_hand.iter()? {
            let (name, _) = entry?;
            let (id, part) = name.value();
            left.push((id.to_owned(), part));
        }
        for (id, part) in &left {
            let name = (id.as_str(), *part);
            let message = match self.messages.get(name)? {
                Some(record) => Some(message(name, record.value())?),
                None => None,
            };
            if let Some(mut message) = message {
                message.life.release(now);
                self.apply(&Change::Update(message.into()))?;
            }
        }
        Ok(left.len())
    }

    /// Writes a message, whose old entries in the other tables are gone.
    pub(super) fn put(&mut self, message: &Message) -> Result<(), StorageError> {
        let (id, part) = (message.key.id.as_str(), message.key.part);
        self.messages.insert((id, part), record(message))?;
        if let Some(due) = message.life.due() {
            self.due.insert((due.0, id, part), ())?;
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
