//! Messages that other centres have: tables of their own, which nothing else is kept
//! in, and which are opened only where a message is handed over or forgotten.

use redb::{
    ReadTransaction, ReadableTable, ReadableTableMetadata, Table, TableDefinition, TableHandle,
    WriteTransaction,
};
use smpp_codec::receipt::matcher::IdForms;

use super::Failure;
use super::schema::{self, MESSAGES, Name};
use crate::store::{Handed, MAX_MEANT};

/// Centre, hash of a form of the id there, id and part of the message here, and the id
/// there.
type ByForm<'a> = (&'a str, u64, &'a str, u8, &'a [u8]);

pub(super) const BY_FORM: TableDefinition<'static, ByForm<'static>, ()> =
    TableDefinition::new("handed by form 1");

/// Id and part of the message here, centre, and the id there.
type OfMessage<'a> = (&'a str, u8, &'a str, &'a [u8]);

pub(super) const OF_MESSAGE: TableDefinition<'static, OfMessage<'static>, ()> =
    TableDefinition::new("handed 1");

/// Whether a file has both tables, given the names of those that it has.
pub(super) fn is_present(has: impl Fn(&str) -> bool) -> bool {
    has(BY_FORM.name()) && has(OF_MESSAGE.name())
}

/// A name of a centre, and an id there.
type There = (String, Box<[u8]>);

/// Both tables of a transaction that writes.
pub(super) struct HandedTables<'t> {
    by_form: Table<'t, ByForm<'static>, ()>,
    of_message: Table<'t, OfMessage<'static>, ()>,
}

impl<'t> HandedTables<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, Failure> {
        Ok(Self {
            by_form: transaction.open_table(BY_FORM)?,
            of_message: transaction.open_table(OF_MESSAGE)?,
        })
    }

    pub(super) fn is_empty(&self) -> Result<bool, Failure> {
        Ok(self.of_message.is_empty()?)
    }

    pub(super) fn put(
        &mut self,
        (id, part): Name<'_>,
        centre: &str,
        there: &[u8],
    ) -> Result<(), Failure> {
        self.of_message.insert((id, part, centre, there), ())?;
        for hash in IdForms::of(there).kept() {
            self.by_form.insert((centre, hash, id, part, there), ())?;
        }
        Ok(())
    }

    /// Whether any centre has this message.
    pub(super) fn has(&self, name: Name<'_>) -> Result<bool, Failure> {
        Ok(!self.of(name)?.is_empty())
    }

    pub(super) fn forget(&mut self, (id, part): Name<'_>) -> Result<(), Failure> {
        for (centre, there) in self.of((id, part))? {
            self.of_message
                .remove((id, part, centre.as_str(), &*there))?;
            for hash in IdForms::of(&there).kept() {
                let key = (centre.as_str(), hash, id, part, &*there);
                self.by_form.remove(key)?;
            }
        }
        Ok(())
    }

    fn of(&self, (id, part): Name<'_>) -> Result<Vec<There>, Failure> {
        let mut found = Vec::new();
        for entry in self.of_message.range((id, part, "", &[][..])..)? {
            let (key, _) = entry?;
            let (of, of_part, centre, there) = key.value();
            if (of, of_part) != (id, part) {
                break;
            }
            found.push((centre.to_owned(), there.into()));
        }
        Ok(found)
    }
}

/// What a centre may mean by each of these ids.
pub(super) fn meant(
    transaction: &ReadTransaction,
    centre: &str,
    ids: &[Box<[u8]>],
) -> Result<Vec<Vec<Handed>>, Failure> {
    let by_form = transaction.open_table(BY_FORM)?;
    let messages = transaction.open_table(MESSAGES)?;
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        let mut found: Vec<Handed> = Vec::new();
        for hash in IdForms::of(id).sought() {
            // No id of a message begins with a character behind this one.
            let from = (centre, hash, "", 0, &[][..]);
            let to = (centre, hash, "\u{7F}", 0, &[][..]);
            for entry in by_form.range(from..to)?.rev().take(MAX_MEANT) {
                let (key, _) = entry?;
                let (_, _, name, part, there) = key.value();
                let Some(record) = messages.get((name, part))? else {
                    continue;
                };
                let message = schema::message((name, part), record.value())?;
                let known = |one: &Handed| one.message.key == message.key && *one.id == *there;
                if !found.iter().any(known) {
                    found.push(Handed {
                        id: there.into(),
                        message: message.into(),
                    });
                }
            }
        }
        all.push(found);
    }
    Ok(all)
}

/// Makes the file what an earlier version would have left.
#[cfg(test)]
pub(super) fn downgrade(database: &redb::Database) -> Result<(), Failure> {
    let transaction = database.begin_write()?;
    transaction.delete_table(BY_FORM)?;
    transaction.delete_table(OF_MESSAGE)?;
    transaction.commit()?;
    Ok(())
}
