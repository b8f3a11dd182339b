//! How much work a start is, in octets of the disk.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use redb::StorageBackend;
use smpp_pdu::BindType;
use smpp_smsc::store::{Change, RedbStore, Store, conformance};
use smpp_smsc::{Clock, Timestamp};

use crate::support::*;

/// A disk that counts.
#[derive(Clone, Default)]
struct Disk {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    read: Arc<AtomicU64>,
    written: Arc<AtomicU64>,
}

impl Disk {
    /// What a kill at this moment would leave.
    fn killed(&self) -> Self {
        let files = self.files.lock().unwrap().clone();
        Self {
            files: Arc::new(Mutex::new(files)),
            ..Self::default()
        }
    }

    fn store(&self) -> RedbStore {
        let disk = self.clone();
        RedbStore::over(move |name| OpenFile {
            disk: disk.clone(),
            name: name.to_owned(),
        })
        .unwrap()
    }

    /// Octets of all files.
    fn size(&self) -> u64 {
        let files = self.files.lock().unwrap();
        files.values().map(|file| file.len() as u64).sum()
    }
}

/// One of the files.
struct OpenFile {
    disk: Disk,
    name: String,
}

impl OpenFile {
    fn with<R>(&self, work: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let mut files = self.disk.files.lock().unwrap();
        work(files.entry(self.name.clone()).or_default())
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
        let count = out.len() as u64;
        self.disk.read.fetch_add(count, Ordering::Relaxed);
        self.with(|octets| {
            let offset = usize::try_from(offset).unwrap();
            let octets = octets.get(offset..offset + out.len());
            out.copy_from_slice(octets.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).unwrap();
        self.with(|octets| octets.resize(len, 0));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let count = data.len() as u64;
        self.disk.written.fetch_add(count, Ordering::Relaxed);
        let offset = usize::try_from(offset).unwrap();
        self.with(|octets| octets[offset..offset + data.len()].copy_from_slice(data));
        Ok(())
    }
}

const IN_HAND: usize = 10_000;

/// A store with many messages, half of them in hand.
async fn filled(disk: &Disk) -> RedbStore {
    const MESSAGES: u64 = 20_000;
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
    store
}

#[tokio::test]
async fn a_start_reads_the_files_a_few_times_at_most_and_writes_next_to_nothing() {
    let disk = Disk::default();
    let store = filled(&disk).await;
    let young = disk.killed();
    store.checkpoint().await.unwrap();
    let killed = disk.killed();
    drop(store);
    let ended = disk.killed();
    for (name, disk, times) in [
        ("killed with all in the journal", young, 1),
        ("killed", killed, 4),
        ("ended", ended, 1),
    ] {
        let store = disk.store();
        let read = disk.read.load(Ordering::Relaxed);
        let written = disk.written.load(Ordering::Relaxed);
        println!(
            "## start after it was {name}: {} KiB of {} read, {} written",
            read / 1024,
            disk.size() / 1024,
            written / 1024
        );
        assert!(read <= times * disk.size(), "{name}: {read} octets read");
        // Its header, and nothing that wants room on the disk.
        assert!(written < 4096, "{name}: {written} octets written");
        let sizes = store.sizes().await.unwrap().unwrap();
        assert_eq!(sizes.in_hand, IN_HAND as u64, "{name}");
        // Nobody waits for what is due.
        let smsc = centre().store(store).start();
        let mut client = Client::bound_within(&smsc, BindType::Transmitter).await;
        client.ask(sm()).await.message_id();
    }
}
