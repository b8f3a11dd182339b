//! The thread that brings into the file what is in memory, so that the journal may
//! begin anew.

use core::time::Duration;
use std::io;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;

use tracing::{error, warn};

use super::error::Failure;
use super::handed::HandedTables;
use super::replay;
use super::schema::name;
use super::tiers::{Inner, Recent, Stuck};
use crate::MessageKey;
use crate::store::DeliveryKey;

/// How long something stays in memory alone, at most.
const AGE: Duration = Duration::from_secs(60);

/// How long it waits before another try, which doubles up to the second.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Messages and deliveries that are brought into the file at a time. Nobody can change
/// anything meanwhile, so that it is over in a millisecond or two.
const CHUNK: usize = 256;

/// The store as long as somebody has it.
pub(super) struct Keeper {
    pub(super) inner: Arc<Inner>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// # Errors
    /// When there can be no thread: without it commits would wait for ever.
    pub(super) fn new(inner: Inner) -> io::Result<Self> {
        let inner = Arc::new(inner);
        let thread = std::thread::Builder::new().name("smpp-smsc-store".into());
        let kept = inner.clone();
        let thread = Some(thread.spawn(move || run(&kept))?);
        Ok(Self { inner, thread })
    }
}

impl Drop for Keeper {
    /// All goes into the file, so that it is whole without its journal.
    fn drop(&mut self) {
        self.inner.writer().end = true;
        self.inner.wake.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            error!("the thread of the store was ended by a defect");
        }
        if let Err(error) = self.inner.guarded(checkpoint) {
            // The journal has what the file has not.
            warn!(%error, "the last messages stay in the journal");
        }
    }
}

fn run(inner: &Inner) {
    let mut pause = PAUSE;
    while wait(inner, AGE) {
        while let Err(error) = inner.guarded(checkpoint) {
            let stuck = if error.is_full() {
                Stuck::Full
            } else {
                Stuck::Failed
            };
            if inner.writer().stuck.replace(stuck) != Some(stuck) {
                warn!(%error, "messages stay in the journal");
            }
            inner.kept.notify_all();
            if !wait(inner, pause) {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        pause = PAUSE;
    }
}

/// Waits until something is to be done, or so long; after an error in any case so long,
/// unless somebody else had success meanwhile. Says whether the store goes on.
fn wait(inner: &Inner, time: Duration) -> bool {
    let writer = inner.writer_last();
    let waited = inner.wake.wait_timeout_while(writer, time, |writer| {
        !writer.end && (writer.stuck.is_some() || writer.journal.waiting().is_none())
    });
    let (writer, _) = waited.unwrap_or_else(PoisonError::into_inner);
    !writer.end
}

/// Brings into the file what is in memory, and makes it durable there.
pub(super) fn checkpoint(inner: &Inner) -> Result<(), Failure> {
    let _one = inner.checkpoints();
    let mut writer = inner.writer_last();
    inner.open(&mut writer)?;
    let generation = match writer.journal.waiting() {
        Some(generation) => generation,
        None if writer.journal.is_empty() => {
            writer.stuck = None;
            return Ok(());
        }
        None => {
            let generation = writer.journal.generation();
            inner.rotate(&mut writer)?;
            generation
        }
    };
    let opened = inner.reopened();
    let (mut messages, mut deliveries) = all(&inner.recent());
    drop(writer);
    // In the order in which they are in the file.
    messages.sort_unstable();
    deliveries.sort_unstable();
    for keys in messages.chunks(CHUNK) {
        move_messages(inner, opened, keys)?;
    }
    for keys in deliveries.chunks(CHUNK) {
        move_deliveries(inner, opened, keys)?;
    }
    inner.with_file(|database| {
        // What was lost when the file was opened again is in memory again.
        same(inner, opened)?;
        replay::checkpoint(database, generation)
    })?;
    let mut writer = inner.writer_last();
    writer.journal.checkpointed(generation);
    if writer.stuck.take().is_some() {
        // Commits wait for the keeper again, which is not to rest after its error.
        inner.wake.notify_all();
    }
    inner.recent().tables.prune();
    inner.kept.notify_all();
    Ok(())
}

type Keys = (Vec<MessageKey>, Vec<(Arc<str>, DeliveryKey)>);

/// All that is in memory.
fn all(recent: &Recent) -> Keys {
    let messages = recent.tables.messages();
    let messages = messages.map(|message| message.key.clone()).collect();
    let of_accounts = recent.tables.outbox.iter();
    let deliveries = of_accounts.flat_map(|(account, outbox)| {
        let keys = outbox.keys();
        keys.map(|key| (account.clone(), *key))
    });
    (messages, deliveries.collect())
}

fn same(inner: &Inner, opened: u64) -> Result<(), Failure> {
    if inner.reopened() == opened {
        Ok(())
    } else {
        Err(Failure::Reopened)
    }
}

fn move_messages(inner: &Inner, opened: u64, keys: &[MessageKey]) -> Result<(), Failure> {
    let mut writer = inner.writer_last();
    same(inner, opened)?;
    let moved: Vec<_> = {
        let recent = inner.recent();
        let messages = keys.iter().filter_map(|key| recent.tables.message(key));
        messages
            .map(|message| {
                (
                    message.clone(),
                    recent.tables.handed.of(&message.key).to_vec(),
                )
            })
            .collect()
    };
    inner.change(
        &mut writer,
        |tables, transaction| {
            for (message, handed) in &moved {
                tables.put(message)?;
                for (centre, id) in handed {
                    let mut handed = HandedTables::open(transaction)?;
                    handed.put(name(&message.key), centre, id)?;
                }
            }
            Ok(())
        },
        |recent, ()| {
            for (message, _) in &moved {
                recent.tables.remove(&message.key);
            }
        },
    )
}

fn move_deliveries(
    inner: &Inner,
    opened: u64,
    keys: &[(Arc<str>, DeliveryKey)],
) -> Result<(), Failure> {
    let mut writer = inner.writer_last();
    same(inner, opened)?;
    let moved: Vec<_> = {
        let recent = inner.recent();
        let find = |(account, key): &(Arc<str>, DeliveryKey)| {
            recent.tables.outbox.get(account)?.get(key).cloned()
        };
        keys.iter().filter_map(find).collect()
    };
    inner.change(
        &mut writer,
        |tables, _| {
            for delivery in &moved {
                tables.enqueue(delivery)?;
            }
            Ok(())
        },
        |recent, ()| {
            for delivery in &moved {
                recent.tables.dequeue(&delivery.account, delivery.key);
            }
        },
    )
}
