//! What changes the file.

use std::collections::BTreeSet;
use std::sync::Arc;

use redb::{Database, Durability, ReadableTable};
use tracing::info;

use super::error::Failure;
use super::handed::HandedTables;
use super::schema::{self, Before, Tables};
use super::{FULL_PAUSE, Inner};
use crate::store::{Change, Committed};
use crate::{Message, MessageKey, Timestamp};

/// Tables exist from the start, so that reading never finds them missing. Gives the
/// attempts that a process had in hand that is gone: names alone, so that opening
/// takes no longer for their number.
pub(super) fn prepare(database: &Database) -> Result<BTreeSet<MessageKey>, Failure> {
    let transaction = database.begin_write()?;
    Tables::upgrade(&transaction)?;
    let handed = HandedTables::open(&transaction)?;
    let left = Tables::open(&transaction)?.left(&handed)?;
    drop(handed);
    transaction.commit()?;
    if !left.is_empty() {
        info!(
            messages = left.len(),
            "attempts were cut short, and are made again"
        );
    }
    Ok(left)
}

pub(super) fn commit(
    database: &Database,
    changes: &[Change],
    inner: &Inner,
) -> Result<Committed, Failure> {
    let mut committed = Committed::default();
    let new = changes
        .iter()
        .filter(|change| matches!(change, Change::Insert(_)))
        .count();
    let full = *inner.full();
    if new > 0 && full.is_some_and(|since| since.elapsed() < FULL_PAUSE) {
        return Err(Failure::Full);
    }
    let transaction = database.begin_write()?;
    {
        let mut tables = Tables::open(&transaction)?;
        let waiting = tables.waiting()?.saturating_add(new as u64);
        if new > 0 && waiting > inner.capacity {
            return Err(Failure::Full);
        }
        for change in changes {
            tables.apply(change, &mut committed)?;
        }
        let mut handed = None;
        for change in changes {
            if let Change::HandOver { key, centre, id } = change {
                let name = (key.id.as_str(), key.part);
                if tables.messages.get(name)?.is_some() {
                    let handed = match &mut handed {
                        Some(handed) => handed,
                        none => none.insert(HandedTables::open(&transaction)?),
                    };
                    handed.put(name, centre, id)?;
                }
            }
        }
    }
    transaction.commit()?;
    if new > 0 && full.is_some() {
        *inner.full() = None;
        info!("the disk has room again");
    }
    Ok(committed)
}

pub(super) fn claim(
    database: &Database,
    inner: &Inner,
    now: Timestamp,
    lease_until: Timestamp,
    limit: usize,
) -> Result<Vec<Arc<Message>>, Failure> {
    let mut transaction = database.begin_write()?;
    // A claim that is lost in a crash leaves the message due, as it was. It
    // becomes durable with the next commit.
    transaction.set_durability(Durability::None)?;
    let mut claimed = Vec::new();
    // As many at a time as are claimed: nobody waits for all of them.
    let left: Vec<_> = inner.left().iter().take(limit).cloned().collect();
    {
        let mut tables = Tables::open(&transaction)?;
        for key in &left {
            tables.release(key, now)?;
        }
        let mut due = Vec::new();
        for entry in tables
            .due
            .range(..(now.0.saturating_add(1), 0, "", 0))?
            .take(limit)
        {
            let (key, _) = entry?;
            let (at, rank, id, part) = key.value();
            due.push((at, rank, id.to_owned(), part));
        }
        for (at, rank, id, part) in due {
            let message = match tables.messages.get((id.as_str(), part))? {
                Some(record) => Some(schema::message((&id, part), record.value())?),
                None => None,
            };
            let Some(mut message) = message else {
                tables.due.remove((at, rank, id.as_str(), part))?;
                continue;
            };
            tables.take_out((id.as_str(), part), &Before::of(&message))?;
            message.life.claim(now, lease_until);
            tables.put(&message)?;
            claimed.push(Arc::new(message));
        }
    }
    transaction.commit()?;
    let mut waiting = inner.left();
    if !waiting.is_empty() {
        let claimed = claimed.iter().map(|message| &message.key);
        for key in left.iter().chain(claimed) {
            waiting.remove(key);
        }
    }
    drop(waiting);
    Ok(claimed)
}
