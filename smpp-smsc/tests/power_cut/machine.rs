//! A machine with several files and one power supply.

use core::fmt;
use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex};

use redb::StorageBackend;

/// What a disk writes whole.
const SECTOR: usize = 512;

/// How a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With the power: of each sector that was not synchronised, the new or the old
    /// octets are there, and perhaps a file has its old length.
    Cut,
    /// Alone: the system has what it wrote, and it is not durable yet.
    Killed,
}

#[derive(Clone, Default)]
pub(crate) struct Machine {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    files: BTreeMap<String, File>,
    /// Writes until the process ends; `None` when nothing ends it.
    writes_left: Option<u32>,
    /// Which process it is. One that is gone writes nothing.
    process: u32,
    /// A file that cannot be written, and for how many writes.
    broken: Option<(String, u32)>,
}

#[derive(Clone, Default)]
struct File {
    /// What a power cut leaves in any case.
    durable: Vec<u8>,
    /// What the process sees.
    current: Vec<u8>,
    /// Sectors that differ, perhaps.
    dirty: BTreeSet<usize>,
}

impl Machine {
    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        work(&mut self.state.lock().unwrap())
    }

    /// Another process, which has the files and ends after so many writes.
    pub(crate) fn process(&self, writes_left: Option<u32>) -> impl Fn(&str) -> Disk + use<> {
        let process = self.with(|state| {
            state.process += 1;
            state.writes_left = writes_left;
            state.broken = None;
            state.process
        });
        let machine = self.clone();
        move |name| Disk {
            machine: machine.clone(),
            process,
            name: name.to_owned(),
        }
    }

    /// Whether the process that was started last can still write.
    pub(crate) fn is_alive(&self) -> bool {
        self.with(|state| state.writes_left != Some(0))
    }

    /// The process is gone, and the next one may start.
    pub(crate) fn end(&self, end: End, chance: &mut fastrand::Rng) {
        self.with(|state| {
            state.process += 1;
            if end == End::Cut {
                for file in state.files.values_mut() {
                    file.lose_power(chance);
                }
            }
        });
    }

    /// Somebody takes these files away.
    pub(crate) fn remove(&self, names: &[&str]) {
        self.with(|state| {
            state
                .files
                .retain(|name, _| !names.contains(&name.as_str()))
        });
    }

    /// Another machine with a copy of this file alone, as the process sees it.
    pub(crate) fn copy_of(&self, name: &str) -> Self {
        let file = self.with(|state| state.files.get(name).cloned());
        let copy = Self::default();
        copy.with(|state| state.files.extend(file.map(|file| (name.to_owned(), file))));
        copy
    }

    /// So many of the next writes of this file fail, and nothing else.
    pub(crate) fn break_file(&self, name: &str, writes: u32) {
        self.with(|state| state.broken = Some((name.to_owned(), writes)));
    }

    pub(crate) fn repair(&self) {
        self.with(|state| state.broken = None);
    }
}

impl State {
    fn write(&mut self, disk: &Disk) -> io::Result<()> {
        if self.process != disk.process {
            return Err(io::Error::other("no process"));
        }
        match &mut self.writes_left {
            Some(0) => return Err(io::Error::other("no power")),
            Some(left) => *left -= 1,
            None => {}
        }
        match &mut self.broken {
            Some((name, left)) if *name == disk.name && *left > 0 => {
                *left -= 1;
                Err(io::Error::other("no disk"))
            }
            _ => Ok(()),
        }
    }
}

impl File {
    fn lose_power(&mut self, chance: &mut fastrand::Rng) {
        // Of a file that has grown or shrunk, the length may be older than the octets.
        if chance.bool() {
            self.durable.resize(self.current.len(), 0);
        }
        let len = self.durable.len();
        for sector in core::mem::take(&mut self.dirty) {
            let range = octets_of(sector, len.min(self.current.len()));
            if chance.bool() {
                self.durable[range.clone()].copy_from_slice(&self.current[range]);
            }
        }
        self.current.clone_from(&self.durable);
    }

    fn set_len(&mut self, len: usize) {
        let before = self.current.len();
        self.current.resize(len, 0);
        // What was cut off is on the disk until this is.
        let shown_again = before..len.min(self.durable.len());
        self.touch(shown_again);
    }

    fn sync(&mut self) {
        self.durable.resize(self.current.len(), 0);
        for sector in core::mem::take(&mut self.dirty) {
            let range = octets_of(sector, self.current.len());
            self.durable[range.clone()].copy_from_slice(&self.current[range]);
        }
    }

    fn write(&mut self, offset: usize, data: &[u8]) {
        let range = offset..offset + data.len();
        self.current[range.clone()].copy_from_slice(data);
        self.touch(range);
    }

    fn touch(&mut self, octets: Range<usize>) {
        if !octets.is_empty() {
            let sectors = octets.start / SECTOR..octets.end.div_ceil(SECTOR);
            self.dirty.extend(sectors);
        }
    }
}

/// The octets of a sector, as far as the file reaches.
fn octets_of(sector: usize, end: usize) -> Range<usize> {
    (sector * SECTOR).min(end)..((sector + 1) * SECTOR).min(end)
}

/// A file of the machine, as one process has it.
#[derive(Clone)]
pub(crate) struct Disk {
    machine: Machine,
    process: u32,
    name: String,
}

impl Disk {
    fn read_file<R>(&self, read: impl FnOnce(&File) -> R) -> R {
        self.machine
            .with(|state| read(state.files.entry(self.name.clone()).or_default()))
    }

    fn write_file(&self, write: impl FnOnce(&mut File)) -> io::Result<()> {
        self.machine.with(|state| {
            state.write(self)?;
            write(state.files.entry(self.name.clone()).or_default());
            Ok(())
        })
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.read_file(|file| file.current.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.read_file(|file| {
            let offset = usize::try_from(offset).unwrap();
            let octets = file.current.get(offset..offset + out.len());
            out.copy_from_slice(octets.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.write_file(|file| file.set_len(usize::try_from(len).unwrap()))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.write_file(File::sync)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.write_file(|file| file.write(usize::try_from(offset).unwrap(), data))
    }
}
