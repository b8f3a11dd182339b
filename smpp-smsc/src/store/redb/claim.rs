//! Messages that are taken in hand, wherever they are.

use std::sync::Arc;

use redb::ReadableTable;

use super::error::{Failure, readable};
use super::schema::{Before, Tables, name};
use super::tiers::{END, Inner, Recent, Writer};
use crate::store::memory::tables::Moment;
use crate::{Message, MessageKey, Timestamp};

/// When a message of the file is due, its rank, and its name.
type Due = (u64, u8, String, u8);

/// A claim becomes durable with the next commit: lost in a crash, it leaves the
/// message due, as it was.
pub(super) fn claim(
    inner: &Inner,
    now: Timestamp,
    lease_until: Timestamp,
    limit: usize,
) -> Result<Vec<Arc<Message>>, Failure> {
    let mut writer = inner.writer();
    inner.open(&mut writer)?;
    let limit = affordable(inner, &mut writer, limit)?;
    // As many at a time as are claimed: nobody waits for all of them.
    let mut recent = inner.recent();
    let left: Vec<_> = recent.left.iter().take(limit).cloned().collect();
    let is_here = |key: &MessageKey| recent.tables.message(key).is_some();
    let (here, there): (Vec<_>, Vec<_>) = left.iter().cloned().partition(is_here);
    let mut told: Vec<_> = here
        .iter()
        .filter_map(|key| release(&mut recent, key, now))
        .map(|message| (message, false))
        .collect();
    let moments = recent.tables.moments(now, limit);
    let none_there = there.is_empty() && recent.file.due.is_none_or(|due| now < due.due());
    drop(recent);

    let mut from_file = Vec::new();
    let mut order = vec![false; moments.len()];
    if !none_there {
        let changed = inner.change(
            &mut writer,
            |tables, _| {
                for key in &there {
                    release_in_file(tables, key, now)?;
                }
                let due = due(tables, now, limit)?;
                let order = merged(&moments, &due, limit);
                let count = order.iter().filter(|in_file| **in_file).count();
                let due = due.into_iter().take(count);
                let claimed = due.map(|due| claim_in_file(tables, &due, now, lease_until));
                Ok((order, claimed.collect::<Result<Vec<_>, Failure>>()?))
            },
            |_, _| {},
        );
        match changed {
            Ok(changed) => (order, from_file) = changed,
            Err(error) => {
                // What was released is so.
                note(&mut writer, &told);
                return Err(error);
            }
        }
    }

    let mut from_file = from_file.into_iter();
    let mut claimed = Vec::with_capacity(order.len());
    let generation = writer.journal.generation();
    let mut recent = inner.recent();
    for in_file in order {
        let one = if in_file {
            from_file.next().flatten().map(|message| (message, false))
        } else {
            let one = recent.tables.claim(now, lease_until);
            one.map(|(message, mark)| (message, mark == generation))
        };
        if let Some((message, is_told)) = one {
            claimed.push(message.clone());
            told.push((message, is_told));
        }
    }
    if !recent.left.is_empty() {
        let keys = claimed.iter().map(|message| &message.key);
        for key in left.iter().chain(keys) {
            recent.left.remove(key);
        }
    }
    drop(recent);
    note(&mut writer, &told);
    Ok(claimed)
}

/// Tells how messages are now, of those that were told of before in this generation their
/// lives alone.
fn note(writer: &mut Writer, told: &[(Arc<Message>, bool)]) {
    writer.journal.note(|telling| {
        for (message, is_told) in told {
            if *is_told {
                telling.life(&message.key, &message.life);
            } else {
                telling.message(message);
            }
        }
    });
}

/// How many of `limit` attempts the journal has room for, and for the end of each: one
/// whose end cannot be told is made again, and the handset has the message twice.
fn affordable(inner: &Inner, writer: &mut Writer, limit: usize) -> Result<usize, Failure> {
    /// Octets in which a claim is told, with a message of no unusual length.
    const CLAIM: u64 = 512;
    /// Nobody can do with more at a time, and the journal need not have room for them.
    const MOST: usize = 100_000;
    let (limit, reserve, more) = {
        let recent = inner.recent();
        let waiting = usize::try_from(recent.waiting()).unwrap_or(usize::MAX);
        let limit = limit.min(waiting).min(MOST);
        (limit, recent.reserve(0), recent.reserve(limit as u64))
    };
    let wanted = more + CLAIM * limit as u64;
    let mut room = writer.journal.room(wanted);
    if room < wanted && inner.rotate(writer).unwrap_or(false) {
        room = writer.journal.room(wanted);
    }
    if room >= wanted {
        return Ok(limit);
    }
    match room.saturating_sub(reserve) / (CLAIM + END) {
        0 => Err(Failure::Full),
        some => Ok(usize::try_from(some).unwrap_or(limit).min(limit)),
    }
}

/// Makes due at `now` what was in the hands of a process that is gone.
fn release(recent: &mut Recent, key: &MessageKey, now: Timestamp) -> Option<Arc<Message>> {
    let mut message = recent.tables.message(key)?.clone();
    if !message.life.is_in_flight() {
        return None;
    }
    Arc::make_mut(&mut message).life.release(now);
    recent.tables.insert(message.clone());
    Some(message)
}

fn release_in_file(
    tables: &mut Tables<'_>,
    key: &MessageKey,
    now: Timestamp,
) -> Result<(), Failure> {
    if let Some(mut message) = readable(tables.message(name(key)))?.flatten()
        && message.life.is_in_flight()
    {
        message.life.release(now);
        tables.replace(&message)?;
    }
    Ok(())
}

fn due(tables: &Tables<'_>, now: Timestamp, limit: usize) -> Result<Vec<Due>, Failure> {
    let until = (now.0.saturating_add(1), 0, "", 0);
    let mut found = Vec::new();
    for entry in tables.due.range(..until)?.take(limit) {
        let (key, _) = entry?;
        let (at, rank, id, part) = key.value();
        found.push((at, rank, id.to_owned(), part));
    }
    Ok(found)
}

/// For each of the first messages that are due, whether it is in the file.
fn merged(moments: &[Moment], due: &[Due], limit: usize) -> Vec<bool> {
    let mut here = moments.iter().copied().peekable();
    let there = due
        .iter()
        .map(|(at, rank, ..)| Moment::at(Timestamp(*at), *rank));
    let mut there = there.peekable();
    let next = || {
        let in_file = match (here.peek(), there.peek()) {
            // At the same moment, what came into the file is older.
            (Some(here), Some(there)) => there <= here,
            (None, None) => return None,
            (here, _) => here.is_none(),
        };
        let _ = if in_file { there.next() } else { here.next() };
        Some(in_file)
    };
    core::iter::from_fn(next).take(limit).collect()
}

fn claim_in_file(
    tables: &mut Tables<'_>,
    (at, rank, id, part): &Due,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Option<Arc<Message>>, Failure> {
    let name = (id.as_str(), *part);
    let Some(mut message) = readable(tables.message(name))?.flatten() else {
        tables.due.remove((*at, *rank, id.as_str(), *part))?;
        return Ok(None);
    };
    tables.take_out(name, &Before::of(&message))?;
    message.life.claim(now, lease_until);
    tables.put(&message)?;
    Ok(Some(message.into()))
}
