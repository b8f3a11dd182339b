//! What is forgotten after a while.

use redb::{Database, ReadableDatabase, ReadableTable};

use super::Failure;
use super::handed::HandedTables;
use super::schema::{self, MESSAGES, OUTBOX, Tables};
use crate::Timestamp;
use crate::store::is_left_over;

/// Messages that ended before `ended_before`.
pub(super) fn messages(
    database: &Database,
    ended_before: Timestamp,
    limit: usize,
) -> Result<usize, Failure> {
    let transaction = database.begin_write()?;
    let mut swept = 0;
    {
        let mut tables = Tables::open(&transaction)?;
        let mut over = Vec::new();
        for entry in tables.ended.range(..(ended_before.0, "", 0))?.take(limit) {
            let (key, _) = entry?;
            let (at, id, part) = key.value();
            over.push((at, id.to_owned(), part));
        }
        let mut handed = HandedTables::open(&transaction)?;
        let any_handed = !handed.is_empty()?;
        for (at, id, part) in over {
            tables.ended.remove((at, id.as_str(), part))?;
            tables.forget((id.as_str(), part))?;
            if any_handed {
                handed.forget((id.as_str(), part))?;
            }
            swept += 1;
        }
    }
    transaction.commit()?;
    Ok(swept)
}

/// What waits in outboxes since before `created_before`.
pub(super) fn outboxes(
    database: &Database,
    created_before: Timestamp,
    limit: usize,
) -> Result<usize, Failure> {
    let over = left_over(database, created_before, limit)?;
    if over.is_empty() {
        return Ok(0);
    }
    let transaction = database.begin_write()?;
    {
        let mut outbox = transaction.open_table(OUTBOX)?;
        for (account, key) in &over {
            outbox.remove((account.as_str(), *key))?;
        }
    }
    transaction.commit()?;
    Ok(over.len())
}

/// The oldest of each account come first, so that no more is read than is too old, and
/// one entry of each account beside it.
fn left_over(
    database: &Database,
    created_before: Timestamp,
    limit: usize,
) -> Result<Vec<(String, u64)>, Failure> {
    let transaction = database.begin_read()?;
    let outbox = transaction.open_table(OUTBOX)?;
    let messages = transaction.open_table(MESSAGES)?;
    let mut over = Vec::new();
    let mut next = outbox.first()?.map(|(key, _)| key.value().0.to_owned());
    while let Some(account) = next.take() {
        for entry in outbox.range((account.as_str(), 0)..=(account.as_str(), u64::MAX))? {
            let (key, record) = entry?;
            let key = key.value().1;
            let delivery = schema::delivery(&account, key, record.value())?;
            if delivery.created >= created_before {
                break;
            }
            let mut failed = None;
            let left = is_left_over(&delivery, |key| {
                let name = (key.id.as_str(), key.part);
                let life = || -> Result<_, Failure> {
                    Ok(match messages.get(name)? {
                        Some(record) => Some(schema::life(name, &record.value())?),
                        None => None,
                    })
                };
                life().unwrap_or_else(|error| {
                    failed = Some(error);
                    None
                })
            });
            if let Some(error) = failed {
                return Err(error);
            }
            if left {
                over.push((account.clone(), key));
            }
            if over.len() >= limit {
                return Ok(over);
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
