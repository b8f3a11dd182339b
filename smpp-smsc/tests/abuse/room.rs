//! A disk with limited room, for all files of a store.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex};

use redb::StorageBackend;
use smpp_smsc::store::RedbStore;

const BLOCK: u64 = 4096;

/// A disk that has room for so many blocks, whichever of its files takes them. As with
/// real files, a length costs nothing, and a block its place once something is written
/// into it; unless lengths are reserved.
#[derive(Clone)]
pub(crate) struct Disk {
    state: Arc<Mutex<State>>,
    reserves: bool,
}

struct State {
    files: BTreeMap<String, File>,
    room: usize,
}

#[derive(Default)]
struct File {
    octets: Vec<u8>,
    /// Blocks that have a place.
    taken: BTreeSet<u64>,
}

impl Disk {
    pub(crate) fn new(reserves: bool) -> Self {
        let state = State {
            files: BTreeMap::new(),
            room: usize::MAX,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            reserves,
        }
    }

    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        work(&mut self.state.lock().unwrap())
    }

    /// Leaves room for so many more blocks.
    pub(crate) fn leave_room(&self, blocks: usize) {
        self.with(|state| state.room = state.taken() + blocks);
    }

    /// The store on this disk, whose journal has files of so many octets.
    pub(crate) fn store(&self, journal: Option<u64>) -> RedbStore {
        let disk = self.clone();
        let store = RedbStore::over(move |name| disk.file(name)).unwrap();
        match journal {
            Some(octets) => store.journal_size(octets),
            None => store,
        }
    }

    fn file(&self, name: &str) -> OpenFile {
        self.with(|state| _ = state.files.entry(name.to_owned()).or_default());
        OpenFile {
            disk: self.clone(),
            name: name.to_owned(),
        }
    }
}

impl State {
    /// Blocks of all files.
    fn taken(&self) -> usize {
        self.files.values().map(|file| file.taken.len()).sum()
    }

    /// Takes the blocks of these octets, or none.
    fn take(&mut self, name: &str, from: u64, to: u64) -> io::Result<()> {
        let room = self.room.saturating_sub(self.taken());
        let file = self.files.get_mut(name).unwrap();
        let blocks = from / BLOCK..to.div_ceil(BLOCK);
        let new = blocks.clone().filter(|one| !file.taken.contains(one));
        if new.count() > room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        file.taken.extend(blocks);
        Ok(())
    }
}

/// One file of the disk.
struct OpenFile {
    disk: Disk,
    name: String,
}

impl OpenFile {
    fn with<R>(&self, work: impl FnOnce(&mut File) -> R) -> R {
        self.disk
            .with(|state| work(state.files.get_mut(&self.name).unwrap()))
    }

    fn take(&self, from: u64, to: u64) -> io::Result<()> {
        self.disk.with(|state| state.take(&self.name, from, to))
    }
}

impl fmt::Debug for OpenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl StorageBackend for OpenFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.with(|file| file.octets.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.with(|file| {
            let offset = usize::try_from(offset).unwrap();
            let octets = file.octets.get(offset..offset + out.len());
            out.copy_from_slice(octets.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let before = self.len()?;
        if self.disk.reserves && len > before {
            self.take(before, len)?;
        }
        self.with(|file| {
            file.taken.retain(|block| block * BLOCK < len);
            file.octets.resize(usize::try_from(len).unwrap(), 0);
        });
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.take(offset, offset + data.len() as u64)?;
        self.with(|file| {
            let offset = usize::try_from(offset).unwrap();
            file.octets[offset..offset + data.len()].copy_from_slice(data);
        });
        Ok(())
    }
}
