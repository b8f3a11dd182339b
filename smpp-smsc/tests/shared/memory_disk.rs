//! A disk in memory, for tests of the store in a file.

use core::fmt;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use redb::StorageBackend;

/// What is about to be done with a file; in octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Read { len: u64 },
    Write { offset: u64, len: u64 },
    SetLen { before: u64, len: u64 },
    Sync,
}

type Watch = Arc<dyn Fn(&str, Op) -> io::Result<()> + Send + Sync>;

/// The files by their names, and who watches what is done with them.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    watch: Arc<Mutex<Option<Watch>>>,
}

impl Disk {
    /// Has this asked, with the name of the file, before anything is done: an error is
    /// that of the disk. It takes the place of the one before.
    pub(crate) fn watch(&self, watch: impl Fn(&str, Op) -> io::Result<()> + Send + Sync + 'static) {
        *self.watch.lock().unwrap() = Some(Arc::new(watch));
    }

    pub(crate) fn unwatch(&self) {
        *self.watch.lock().unwrap() = None;
    }

    /// All files as they are in this moment, which is what a kill leaves. Nobody watches
    /// the copy.
    pub(crate) fn copy(&self) -> Self {
        let files = self.files.lock().unwrap().clone();
        Self {
            files: Arc::new(Mutex::new(files)),
            ..Self::default()
        }
    }

    pub(crate) fn file(&self, name: &str) -> OpenFile {
        OpenFile {
            disk: self.clone(),
            name: name.to_owned(),
        }
    }

    /// Octets of all files.
    pub(crate) fn size(&self) -> u64 {
        let files = self.files.lock().unwrap();
        files.values().map(|octets| octets.len() as u64).sum()
    }
}

/// One of the files.
pub(crate) struct OpenFile {
    disk: Disk,
    name: String,
}

impl OpenFile {
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let mut files = self.disk.files.lock().unwrap();
        work(files.entry(self.name.clone()).or_default())
    }

    fn ask(&self, op: Op) -> io::Result<()> {
        // Not held while the one who watches waits for something.
        let watch = self.disk.watch.lock().unwrap().clone();
        watch.map_or(Ok(()), |watch| watch(&self.name, op))
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
        let len = out.len() as u64;
        self.ask(Op::Read { len })?;
        let offset = usize::try_from(offset).unwrap();
        self.with(|octets| {
            let octets = octets.get(offset..offset + out.len());
            out.copy_from_slice(octets.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let before = self.len()?;
        self.ask(Op::SetLen { before, len })?;
        self.with(|octets| octets.resize(usize::try_from(len).unwrap(), 0));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.ask(Op::Sync)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let len = data.len() as u64;
        self.ask(Op::Write { offset, len })?;
        let offset = usize::try_from(offset).unwrap();
        // Both have made the file long enough before.
        self.with(|octets| octets[offset..offset + data.len()].copy_from_slice(data));
        Ok(())
    }
}
