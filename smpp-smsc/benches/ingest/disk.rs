//! The disk of a measurement.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use redb::StorageBackend;
use redb::backends::FileBackend;

/// How long each sync takes beyond what the disk takes, in microseconds.
static SYNC_MICROS: AtomicU64 = AtomicU64::new(0);

/// A file whose syncs take their time.
#[derive(Debug)]
pub(crate) struct Disk(FileBackend);

pub(crate) fn set_sync(millis: f64) {
    let micros = Duration::from_secs_f64(millis / 1000.0).as_micros();
    SYNC_MICROS.store(u64::try_from(micros).unwrap(), Ordering::Relaxed);
}

pub(crate) fn disk(folder: &Path, file: &str) -> Disk {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.open(folder.join(file)).unwrap();
    Disk(FileBackend::new(file).unwrap())
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()?;
        let more = SYNC_MICROS.load(Ordering::Relaxed);
        if more > 0 {
            std::thread::sleep(Duration::from_micros(more));
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.0.close()
    }
}
