//! What is asked of messages and deliveries, wherever they are.

use core::cmp::Reverse;
use std::sync::Arc;

use redb::ReadTransaction;

use super::error::{Failure, readable};
use super::handed;
use super::schema::{self, LISTED, MESSAGES, OUTBOX, name};
use super::tiers::{Inner, Recent};
use crate::store::{Delivery, DeliveryKey, Handed, Place, first_handed};
use crate::{Message, MessageId, MessageKey};

/// The messages with these keys, unless the file may have some of them.
pub(super) fn messages_here(
    recent: &Recent,
    keys: &[MessageKey],
) -> Option<Vec<Option<Arc<Message>>>> {
    let here = |key: &MessageKey| {
        let message = recent.tables.message(key);
        (message.is_some() || !recent.file.may_have(&key.id)).then(|| message.cloned())
    };
    keys.iter().map(here).collect()
}

pub(super) fn messages(
    inner: &Inner,
    keys: &[MessageKey],
) -> Result<Vec<Option<Arc<Message>>>, Failure> {
    let here = |recent: &Recent| -> Vec<_> {
        let found = keys.iter().map(|key| recent.tables.message(key).cloned());
        found.collect()
    };
    inner.look(here, |mut found, transaction| {
        let table = transaction.open_table(MESSAGES)?;
        for (found, key) in found.iter_mut().zip(keys) {
            if found.is_none()
                && let Some(record) = table.get(name(key))?
            {
                *found = Some(Arc::new(schema::message(name(key), record.value())?));
            }
        }
        Ok(found)
    })
}

pub(super) fn find(inner: &Inner, id: &MessageId) -> Result<Vec<Arc<Message>>, Failure> {
    let here = |recent: &Recent| recent.tables.find(id);
    inner.look(here, |mut found, transaction| {
        let table = transaction.open_table(MESSAGES)?;
        for entry in table.range((id.as_str(), 0)..=(id.as_str(), u8::MAX))? {
            let (name, record) = entry?;
            found.push(Arc::new(schema::message(name.value(), record.value())?));
        }
        found.sort_by_key(|message| message.key.part);
        Ok(found)
    })
}

pub(super) fn between(
    inner: &Inner,
    pair: &[u8],
    behind: Option<&Place>,
    limit: usize,
) -> Result<Vec<Arc<Message>>, Failure> {
    let here = |recent: &Recent| recent.tables.between(pair, behind, limit);
    inner.look(here, |mut found, transaction| {
        found.extend(between_in_file(transaction, pair, behind, limit)?);
        found.sort_by_key(|message| Reverse(Place::of(message)));
        found.truncate(limit);
        Ok(found)
    })
}

fn between_in_file(
    transaction: &ReadTransaction,
    pair: &[u8],
    behind: Option<&Place>,
    limit: usize,
) -> Result<Vec<Arc<Message>>, Failure> {
    let messages = transaction.open_table(MESSAGES)?;
    let from = (pair, 0, "", 0);
    // No id begins with a character behind this one.
    let end = (pair, u64::MAX, "\u{7F}", 0);
    let to = behind.map_or(end, |behind| schema::place(pair, behind));
    let mut found = Vec::new();
    let listed = transaction.open_table(LISTED)?;
    for entry in listed.range(from..to)?.rev() {
        if found.len() >= limit {
            break;
        }
        let (key, _) = entry?;
        let (.., id, part) = key.value();
        if let Some(record) = messages.get((id, part))? {
            let message = readable(schema::message((id, part), record.value()))?;
            found.extend(message.map(Arc::new));
        }
    }
    Ok(found)
}

pub(super) fn outbox(
    inner: &Inner,
    account: &str,
    after: Option<DeliveryKey>,
    limit: usize,
) -> Result<Vec<Arc<Delivery>>, Failure> {
    let from = match after {
        // Behind the last key there is nothing.
        Some(DeliveryKey(u64::MAX)) => return Ok(Vec::new()),
        Some(DeliveryKey(after)) => after + 1,
        None => 0,
    };
    let here = |recent: &Recent| recent.tables.outbox(account, after, limit);
    inner.look(here, |mut found, transaction| {
        let table = transaction.open_table(OUTBOX)?;
        let of_account = table.range((account, from)..=(account, u64::MAX))?;
        let end = found.len().saturating_add(limit);
        for entry in of_account {
            if found.len() >= end {
                break;
            }
            let (key, record) = entry?;
            let delivery = schema::delivery(account, key.value().1, record.value());
            found.extend(readable(delivery)?.map(Arc::new));
        }
        found.sort_by_key(|delivery| delivery.key);
        found.truncate(limit);
        Ok(found)
    })
}

pub(super) fn handed_over(
    inner: &Inner,
    centre: &Arc<str>,
    ids: &[Box<[u8]>],
    limit: usize,
) -> Result<Vec<Vec<Handed>>, Failure> {
    let here = |recent: &Recent| -> Vec<_> {
        let tables = &recent.tables;
        let message = |key: &MessageKey| tables.message(key);
        let meant = ids
            .iter()
            .map(|id| tables.handed.meant(centre, id, message));
        meant.collect()
    };
    inner.look(here, |mut found, transaction| {
        let there = handed::meant(transaction, centre, ids)?;
        for ((found, there), id) in found.iter_mut().zip(there).zip(ids) {
            found.extend(there);
            // In each place those that came last are first.
            found.sort_by(|one, other| other.message.key.cmp(&one.message.key));
            *found = first_handed(core::mem::take(found), id, limit);
        }
        Ok(found)
    })
}
