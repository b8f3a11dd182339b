//! The tables of the file.

use core::ops::ControlFlow;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use redb::{
    Database, Durability, ReadableDatabase, ReadableTable, ReadableTableMetadata, Table,
    TableDefinition, WriteTransaction,
};

use super::group::Writes;
use super::record;
use super::{OpenMatcherStoreError, refused};
use crate::receiving::store::{MAX_FOUND, Sweep};
use crate::receiving::submitted::{Lookup, Remembered, SubmissionKey, Timestamp};

/// What the file is, by names.
const ABOUT: TableDefinition<&str, u64> = TableDefinition::new("about");
const FORMAT: &str = "format";
/// The one format there is.
const KNOWN: u64 = 1;
/// Each message by its key, in the order of time.
const MESSAGES: TableDefinition<u128, &[u8]> = TableDefinition::new("messages");
/// The index: the forms of an id, and the messages.
const FORMS: TableDefinition<(u64, u128), ()> = TableDefinition::new("forms");
/// When messages were settled.
const SETTLED: TableDefinition<(u64, u128), ()> = TableDefinition::new("settled");

/// A file below this is left as it is.
const WORTH_COMPACTING: u64 = 4 * 1024 * 1024;

pub(super) struct Tables {
    database: Database,
}

impl Tables {
    /// The tables of a file, which are made where there are none.
    pub(super) fn of(database: Database, path: &Path) -> Result<Self, OpenMatcherStoreError> {
        let not_a_store = |error: redb::Error| OpenMatcherStoreError::NotAStore {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let mut tables = Self { database };
        let found = tables.format().map_err(not_a_store)?;
        if found != KNOWN {
            return Err(OpenMatcherStoreError::OtherFormat {
                path: path.to_owned(),
                found,
                known: KNOWN,
            });
        }
        if tables.is_mostly_empty(path).map_err(not_a_store)? {
            tables.database.compact().map_err(|error| match error {
                redb::CompactionError::Storage(error) => refused(path, error.into()),
                error => not_a_store(error.into()),
            })?;
        }
        Ok(tables)
    }

    /// The format of the file; a new one gets the known one.
    fn format(&self) -> Result<u64, redb::Error> {
        let write = self.database.begin_write()?;
        let found = {
            let mut about = write.open_table(ABOUT)?;
            let found = about.get(FORMAT)?.map(|format| format.value());
            if found.is_none() {
                about.insert(FORMAT, KNOWN)?;
            }
            found
        };
        if found.is_some_and(|format| format != KNOWN) {
            write.abort()?;
            return Ok(found.unwrap_or_default());
        }
        write.open_table(MESSAGES)?;
        write.open_table(FORMS)?;
        write.open_table(SETTLED)?;
        write.commit()?;
        Ok(KNOWN)
    }

    fn is_mostly_empty(&self, path: &Path) -> Result<bool, redb::Error> {
        let Ok(file) = std::fs::metadata(path) else {
            return Ok(false);
        };
        if file.len() < WORTH_COMPACTING {
            return Ok(false);
        }
        let write = self.database.begin_write()?;
        let stats = write.stats()?;
        // Free pages count as fragments.
        let used = stats.stored_bytes() + stats.metadata_bytes();
        write.abort()?;
        Ok(used < file.len() / 4)
    }

    pub(super) fn find(
        &self,
        lookups: &[Lookup],
    ) -> Result<Vec<Vec<Arc<Remembered>>>, redb::Error> {
        let read = self.database.begin_read()?;
        let (messages, forms) = (read.open_table(MESSAGES)?, read.open_table(FORMS)?);
        let one = |lookup: &Lookup| -> Result<_, redb::Error> {
            let mut keys = BTreeSet::new();
            for &form in lookup.forms() {
                let all = forms.range((form, 0)..=(form, u128::MAX))?;
                for entry in all.rev().take(MAX_FOUND) {
                    keys.insert(entry?.0.value().1);
                }
            }
            let mut found = Vec::new();
            for key in keys.into_iter().rev() {
                let Some(octets) = messages.get(key)? else {
                    continue;
                };
                if let Some(message) = record::read(SubmissionKey(key), octets.value())
                    && &*message.scope == lookup.scope()
                    && found.len() < MAX_FOUND
                {
                    found.push(Arc::new(message));
                }
            }
            Ok(found)
        };
        lookups.iter().map(one).collect()
    }

    /// Whether a sweep has anything to do.
    pub(super) fn is_due(&self, sweep: &Sweep) -> Result<bool, redb::Error> {
        let read = self.database.begin_read()?;
        let oldest = read
            .open_table(MESSAGES)?
            .first()?
            .map(|(key, _)| key.value());
        let settled = read
            .open_table(SETTLED)?
            .first()?
            .map(|(key, _)| key.value());
        Ok(
            oldest.is_some_and(|key| key < SubmissionKey::first_of(sweep.submitted_before).0)
                || settled.is_some_and(|(at, _)| at < sweep.settled_before.0),
        )
    }

    pub(super) fn count(&self) -> Result<usize, redb::Error> {
        let count = self.database.begin_read()?.open_table(MESSAGES)?.len()?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Makes all of these changes in one commit; of each sweep it gives how
    /// many it took.
    pub(super) fn write(&self, all: &[Writes]) -> Result<Vec<usize>, redb::Error> {
        let mut write = self.database.begin_write()?;
        write.set_durability(Durability::Immediate)?;
        let counts = {
            let mut open = Open::of(&write)?;
            let counts = all.iter().map(|writes| open.apply(writes));
            counts.collect::<Result<_, _>>()?
        };
        write.commit()?;
        Ok(counts)
    }
}

/// The tables of one transaction.
struct Open<'t> {
    messages: Table<'t, u128, &'static [u8]>,
    forms: Table<'t, (u64, u128), ()>,
    settled: Table<'t, (u64, u128), ()>,
}

impl<'t> Open<'t> {
    fn of(write: &'t WriteTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            messages: write.open_table(MESSAGES)?,
            forms: write.open_table(FORMS)?,
            settled: write.open_table(SETTLED)?,
        })
    }

    fn apply(&mut self, writes: &Writes) -> Result<usize, redb::Error> {
        match writes {
            Writes::Remember(messages) => {
                for message in messages {
                    self.remember(message)?;
                }
                Ok(messages.len())
            }
            Writes::Settle(keys, now) => {
                for key in keys {
                    self.settle(*key, *now)?;
                }
                Ok(keys.len())
            }
            Writes::Sweep(sweep) => self.sweep(sweep),
        }
    }

    fn remember(&mut self, message: &Remembered) -> Result<(), redb::Error> {
        let octets = record::write(message);
        let before = {
            let before = self.messages.insert(message.key.0, octets.as_slice())?;
            before.and_then(|before| record::read(message.key, before.value()))
        };
        if let Some(before) = before {
            self.unlist(&before)?;
        }
        for form in message.forms() {
            self.forms.insert((form, message.key.0), ())?;
        }
        if let Some(at) = message.settled {
            self.settled.insert((at.0, message.key.0), ())?;
        }
        Ok(())
    }

    /// Takes a message out of both lists.
    fn unlist(&mut self, message: &Remembered) -> Result<(), redb::Error> {
        for form in message.forms() {
            self.forms.remove((form, message.key.0))?;
        }
        if let Some(at) = message.settled {
            self.settled.remove((at.0, message.key.0))?;
        }
        Ok(())
    }

    fn settle(&mut self, key: SubmissionKey, now: Timestamp) -> Result<(), redb::Error> {
        let Some(mut message) = self.get(key)? else {
            return Ok(());
        };
        if message.settled.is_none() {
            message.settled = Some(now);
            let octets = record::write(&message);
            self.messages.insert(key.0, octets.as_slice())?;
            self.settled.insert((now.0, key.0), ())?;
        }
        Ok(())
    }

    fn get(&self, key: SubmissionKey) -> Result<Option<Remembered>, redb::Error> {
        let octets = self.messages.get(key.0)?;
        Ok(octets.and_then(|octets| record::read(key, octets.value())))
    }

    fn sweep(&mut self, sweep: &Sweep) -> Result<usize, redb::Error> {
        let mut over = BTreeSet::new();
        let oldest = SubmissionKey::first_of(sweep.submitted_before).0;
        for entry in self.messages.range(..oldest)?.take(sweep.limit) {
            over.insert(entry?.0.value());
        }
        let settled = self.settled.range(..(sweep.settled_before.0, 0))?;
        for entry in settled.take(sweep.limit) {
            over.insert(entry?.0.value().1);
        }
        let mut swept = 0;
        let taken = over.into_iter().take(sweep.limit).try_for_each(|key| {
            match self.remove(SubmissionKey(key)) {
                Ok(()) => swept += 1,
                Err(error) => return ControlFlow::Break(error),
            }
            ControlFlow::Continue(())
        });
        match taken {
            ControlFlow::Break(error) => Err(error),
            ControlFlow::Continue(()) => Ok(swept),
        }
    }

    fn remove(&mut self, key: SubmissionKey) -> Result<(), redb::Error> {
        let message = {
            let octets = self.messages.remove(key.0)?;
            octets.and_then(|octets| record::read(key, octets.value()))
        };
        match message {
            Some(message) => self.unlist(&message),
            None => Ok(()),
        }
    }
}
