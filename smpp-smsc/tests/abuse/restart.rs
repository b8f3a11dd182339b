//! How much work a start is, in octets of the disk.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use std::io;
use std::sync::{Arc, RwLock};

use redb::StorageBackend;
use smpp_pdu::BindType;
use smpp_smsc::store::{Change, RedbStore, Store, conformance};
use smpp_smsc::{Clock, Timestamp};

use crate::support::*;

/// A disk that counts.
#[derive(Clone, Default)]
struct Disk {
    octets: Arc<RwLock<Vec<u8>>>,
    read: Arc<AtomicU64>,
    written: Arc<AtomicU64>,
}

impl Disk {
    /// What a kill at this moment would leave.
    fn killed(&self) -> Self {
        let octets = self.octets.read().unwrap().clone();
        Self {
            octets: Arc::new(RwLock::new(octets)),
            ..Self::default()
        }
    }

    fn store(&self) -> RedbStore {
        let disk = self.clone();
        RedbStore::over(move || disk.clone()).unwrap()
    }

    fn size(&self) -> u64 {
        self.octets.read().unwrap().len() as u64
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disk")
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.size())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.read.fetch_add(out.len() as u64, Ordering::Relaxed);
        let octets = self.octets.read().unwrap();
        let offset = usize::try_from(offset).unwrap();
        let octets = octets.get(offset..offset + out.len());
        out.copy_from_slice(octets.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).unwrap();
        self.octets.write().unwrap().resize(len, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.written.fetch_add(data.len() as u64, Ordering::Relaxed);
        let offset = usize::try_from(offset).unwrap();
        self.octets.write().unwrap()[offset..offset + data.len()].copy_from_slice(data);
        Ok(())
    }
}

#[tokio::test]
async fn a_start_reads_the_file_a_few_times_at_most_and_writes_next_to_nothing() {
    const MESSAGES: u64 = 20_000;
    const IN_HAND: usize = 10_000;
    let disk = Disk::default();
    let store = disk.store();
    let now = Clock::system().now();
    for first in (0..MESSAGES).step_by(1000) {
        let inserts = (first..first + 1000)
            .map(|number| conformance::message(&format!("{number:016x}"), 0, now.0))
            .map(Change::Insert);
        store.commit(inserts.collect()).await.unwrap();
    }
    let far = Timestamp::NEVER.before(core::time::Duration::from_secs(3600));
    let claimed = store.claim(now, far, IN_HAND).await.unwrap();
    assert_eq!(claimed.len(), IN_HAND);
    // A claim is durable with the next commit.
    let last = conformance::message("last", 0, far.0);
    store.commit(vec![Change::Insert(last)]).await.unwrap();

    let killed = disk.killed();
    drop(store);
    let ended = disk.killed();
    for (name, disk, times) in [("killed", killed, 4), ("ended", ended, 1)] {
        let store = disk.store();
        let read = disk.read.load(Ordering::Relaxed);
        let written = disk.written.load(Ordering::Relaxed);
        assert!(read <= times * disk.size(), "{name}: {read} octets read");
        assert!(written < 256 * 1024, "{name}: {written} octets written");
        println!(
            "## start after it was {name}: {} KiB of {} read, {} written",
            read / 1024,
            disk.size() / 1024,
            written / 1024
        );
        // Nobody waits for what is due.
        let smsc = centre().store(store).start();
        let mut client = Client::bound_within(&smsc, BindType::Transmitter).await;
        client.ask(sm()).await.message_id();
    }
}
