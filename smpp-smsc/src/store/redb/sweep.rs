//! What is forgotten after a while.
//!
//! The journal is told of it, but nobody waits for that to be durable: after a crash the
//! last of them may be there again, and are forgotten again.

use std::sync::Arc;

use redb::{ReadTransaction, ReadableTable};

use super::error::{Failure, readable};
use super::handed::HandedTables;
use super::schema::{self, ENDED, MESSAGES, OUTBOX, Tables, name};
use super::tiers::Inner;
use crate::store::{DeliveryKey, is_left_over};
use crate::{Life, MessageKey, Timestamp};

/// Messages that ended before `ended_before`.
pub(super) fn messages(
    inner: &Inner,
    ended_before: Timestamp,
    limit: usize,
) -> Result<usize, Failure> {
    let mut writer = inner.writer();
    inner.open(&mut writer)?;
    let in_file = inner.look_as_opened(
        |_| (),
        |(), transaction| ended(transaction, ended_before, limit),
    )?;
    let mut in_file = in_file.into_iter().peekable();
    let mut from_file = Vec::new();
    let mut from_memory = Vec::new();
    let mut recent = inner.recent();
    while from_memory.len() + from_file.len() < limit {
        let first = recent.tables.first_end();
        let first = first.filter(|done| *done < ended_before);
        match (first, in_file.peek()) {
            (None, None) => break,
            (Some(here), there) if there.is_none_or(|(there, _)| here < *there) => {
                let forgotten = recent.tables.forget_first();
                from_memory.extend(forgotten.map(|message| message.key.clone()));
            }
            _ => from_file.extend(in_file.next()),
        }
    }
    drop(recent);
    let swept = from_memory.len() + from_file.len();
    writer.journal.note(|telling| {
        let keys = from_file.iter().map(|(_, key)| key);
        for key in from_memory.iter().chain(keys) {
            telling.forgotten(key);
        }
    });
    if !from_file.is_empty() {
        inner.change(
            &mut writer,
            |tables, transaction| {
                let mut handed = HandedTables::open(transaction)?;
                let any_handed = !handed.is_empty()?;
                for (at, key) in &from_file {
                    let (id, part) = name(key);
                    // Even if there is no message with it.
                    tables.ended.remove((at.0, id, part))?;
                    tables.forget((id, part))?;
                    if any_handed {
                        handed.forget(name(key))?;
                    }
                }
                Ok(())
            },
            |_, ()| {},
        )?;
    }
    Ok(swept)
}

/// When messages ended, and their keys, those that ended longest ago first.
fn ended(
    transaction: &ReadTransaction,
    ended_before: Timestamp,
    limit: usize,
) -> Result<Vec<(Timestamp, MessageKey)>, Failure> {
    let ended = transaction.open_table(ENDED)?;
    let mut found = Vec::new();
    for entry in ended.range(..(ended_before.0, "", 0))?.take(limit) {
        let (key, _) = entry?;
        let (at, id, part) = key.value();
        found.push((Timestamp(at), schema::key((id, part))?));
    }
    Ok(found)
}

/// What waits in outboxes since before `created_before`.
pub(super) fn outboxes(
    inner: &Inner,
    created_before: Timestamp,
    limit: usize,
) -> Result<usize, Failure> {
    let mut writer = inner.writer();
    inner.open(&mut writer)?;
    let over = inner.look_as_opened(
        |_| (),
        |(), transaction| {
            let messages = transaction.open_table(MESSAGES)?;
            let current = |key: &MessageKey| -> Result<Option<Life>, Failure> {
                if let Some(message) = inner.recent().tables.message(key) {
                    return Ok(Some(message.life));
                }
                Ok(match messages.get(name(key))? {
                    Some(record) => Some(schema::life(name(key), &record.value())?),
                    None => None,
                })
            };
            let mut over = young(inner, created_before, limit, current)?;
            let rest = limit - over.len();
            over.extend(left_over(transaction, created_before, rest, current)?);
            Ok(over)
        },
    )?;
    if over.is_empty() {
        return Ok(0);
    }
    writer.journal.note(|telling| {
        for (account, key) in &over {
            telling.taken(account, *key);
        }
    });
    let mut recent = inner.recent();
    let mut from_file = over.clone();
    from_file.retain(|(account, key)| !recent.tables.dequeue(account, *key));
    drop(recent);
    if !from_file.is_empty() {
        let remove = |tables: &mut Tables<'_>| {
            for (account, key) in &from_file {
                tables.outbox.remove((&**account, key.0))?;
            }
            Ok(())
        };
        inner.change(&mut writer, |tables, _| remove(tables), |_, ()| {})?;
    }
    Ok(over.len())
}

type Over = Vec<(Arc<str>, DeliveryKey)>;

/// Of what is in memory.
fn young(
    inner: &Inner,
    created_before: Timestamp,
    limit: usize,
    current: impl Fn(&MessageKey) -> Result<Option<Life>, Failure>,
) -> Result<Over, Failure> {
    let candidates: Vec<_> = {
        let recent = inner.recent();
        let each = recent.tables.outbox.values().flat_map(|outbox| {
            let deliveries = outbox.values();
            deliveries.take_while(|delivery| delivery.created < created_before)
        });
        each.cloned().collect()
    };
    let mut over = Vec::new();
    for delivery in candidates {
        if over.len() >= limit {
            break;
        }
        if is_left_over(&delivery, &current)? {
            over.push((delivery.account.clone(), delivery.key));
        }
    }
    Ok(over)
}

/// Of what is in the file. The oldest of each account come first, so that no more is
/// read than is too old, and one entry of each account beside it.
fn left_over(
    transaction: &ReadTransaction,
    created_before: Timestamp,
    limit: usize,
    current: impl Fn(&MessageKey) -> Result<Option<Life>, Failure>,
) -> Result<Over, Failure> {
    let outbox = transaction.open_table(OUTBOX)?;
    let mut over = Vec::new();
    let mut next = outbox.first()?.map(|(key, _)| key.value().0.to_owned());
    while let Some(account) = next.take() {
        let of: Arc<str> = account.as_str().into();
        for entry in outbox.range((account.as_str(), 0)..=(account.as_str(), u64::MAX))? {
            let (key, record) = entry?;
            let key = key.value().1;
            let delivery = schema::delivery(&account, key, record.value());
            let Some(delivery) = readable(delivery)? else {
                continue;
            };
            if over.len() >= limit {
                return Ok(over);
            }
            if delivery.created >= created_before {
                break;
            }
            if is_left_over(&delivery, &current)? {
                over.push((of.clone(), DeliveryKey(key)));
            }
        }
        let behind = format!("{account}\0");
        let mut later = outbox.range((behind.as_str(), 0)..)?;
        if let Some(entry) = later.next() {
            next = Some(entry?.0.value().0.to_owned());
        }
    }
    Ok(over)
}
