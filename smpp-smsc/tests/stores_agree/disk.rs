//! A disk in memory, of which a copy can be taken.

use core::fmt;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use redb::StorageBackend;
use smpp_smsc::store::RedbStore;

#[derive(Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

#[derive(Clone, Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    /// Nothing can be written into the file of redb.
    fails: bool,
}

impl Disk {
    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        work(&mut self.0.lock().unwrap())
    }

    /// All files as they are in this moment: what a kill would leave.
    pub(crate) fn copy(&self) -> Self {
        Self(Arc::new(Mutex::new(self.with(|state| state.clone()))))
    }

    /// Has every write into the file of redb fail, or no more.
    pub(crate) fn fail(&self, fails: bool) {
        self.with(|state| state.fails = fails);
    }

    /// Opens the store on this disk, whose journal has files of so many octets.
    pub(crate) fn store(&self, journal: Option<u64>) -> RedbStore {
        let disk = self.clone();
        let store = RedbStore::over(move |name| OpenFile {
            disk: disk.clone(),
            name: name.to_owned(),
        });
        match journal {
            Some(octets) => store.unwrap().journal_size(octets),
            None => store.unwrap(),
        }
    }
}

struct OpenFile {
    disk: Disk,
    name: String,
}

impl OpenFile {
    fn with<R>(&self, work: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        self.disk
            .with(|state| work(state.files.entry(self.name.clone()).or_default()))
    }

    fn check(&self) -> io::Result<()> {
        let fails = self.disk.with(|state| state.fails);
        if fails && self.name == "messages.redb" {
            return Err(io::Error::other("the disk fails"));
        }
        Ok(())
    }
}

impl fmt::Debug for OpenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl StorageBackend for OpenFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.with(|octets| octets.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        self.with(|octets| {
            let octets = octets.get(offset..offset + out.len());
            out.copy_from_slice(octets.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.check()?;
        self.with(|octets| octets.resize(usize::try_from(len).unwrap(), 0));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.check()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.check()?;
        let offset = usize::try_from(offset).unwrap();
        self.with(|octets| octets[offset..offset + data.len()].copy_from_slice(data));
        Ok(())
    }
}
