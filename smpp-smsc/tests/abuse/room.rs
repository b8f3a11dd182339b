//! A disk with limited room, for all files of a store.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex};

use smpp_smsc::store::RedbStore;

use crate::memory_disk::{Disk as Whole, Op};

const BLOCK: u64 = 4096;

/// A disk that has room for so many blocks, whichever of its files takes them. As with
/// real files, a length costs nothing, and a block its place once something is written
/// into it; unless lengths are reserved.
#[derive(Clone)]
pub(crate) struct Disk {
    whole: Whole,
    room: Arc<Mutex<Room>>,
}

struct Room {
    /// Blocks that have a place, by the names of their files.
    taken: BTreeMap<String, BTreeSet<u64>>,
    blocks: usize,
}

impl Disk {
    pub(crate) fn new(reserves: bool) -> Self {
        let room = Arc::new(Mutex::new(Room {
            taken: BTreeMap::new(),
            blocks: usize::MAX,
        }));
        let whole = Whole::default();
        let watched = room.clone();
        whole.watch(move |name, op| {
            let mut room = watched.lock().unwrap();
            match op {
                Op::Write { offset, len } => room.take(name, offset, offset + len),
                Op::SetLen { before, len } if len > before && reserves => {
                    room.take(name, before, len)
                }
                Op::SetLen { len, .. } => {
                    room.of(name).retain(|block| block * BLOCK < len);
                    Ok(())
                }
                Op::Read { .. } | Op::Sync => Ok(()),
            }
        });
        Self { whole, room }
    }

    /// Leaves room for so many more blocks.
    pub(crate) fn leave_room(&self, blocks: usize) {
        let mut room = self.room.lock().unwrap();
        room.blocks = room.taken() + blocks;
    }

    /// The store on this disk, whose journal has files of so many octets.
    pub(crate) fn store(&self, journal: Option<u64>) -> RedbStore {
        let disk = self.whole.clone();
        let store = RedbStore::over(move |name| disk.file(name)).unwrap();
        match journal {
            Some(octets) => store.journal_size(octets),
            None => store,
        }
    }
}

impl Room {
    fn of(&mut self, name: &str) -> &mut BTreeSet<u64> {
        self.taken.entry(name.to_owned()).or_default()
    }

    /// Blocks of all files.
    fn taken(&self) -> usize {
        self.taken.values().map(BTreeSet::len).sum()
    }

    /// Takes the blocks of these octets, or none.
    fn take(&mut self, name: &str, from: u64, to: u64) -> io::Result<()> {
        let room = self.blocks.saturating_sub(self.taken());
        let taken = self.of(name);
        let blocks = from / BLOCK..to.div_ceil(BLOCK);
        let new = blocks.clone().filter(|one| !taken.contains(one));
        if new.count() > room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        taken.extend(blocks);
        Ok(())
    }
}
