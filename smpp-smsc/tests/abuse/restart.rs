//! How much work a start is, in octets of the disk.

use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use smpp_pdu::BindType;
use smpp_smsc::store::{Change, RedbStore, Store, conformance};
use smpp_smsc::{Clock, Timestamp};

use crate::memory_disk::{Disk, Op};
use crate::support::*;

fn over(disk: &Disk) -> RedbStore {
    let disk = disk.clone();
    RedbStore::over(move |name| disk.file(name)).unwrap()
}

const IN_HAND: usize = 10_000;

/// A store with many messages, half of them in hand.
async fn filled(disk: &Disk) -> RedbStore {
    const MESSAGES: u64 = 20_000;
    let store = over(disk);
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
    let young = disk.copy();
    store.checkpoint().await.unwrap();
    let killed = disk.copy();
    drop(store);
    let ended = disk.copy();
    for (name, disk, times) in [
        ("killed with all in the journal", young, 1),
        ("killed", killed, 4),
        ("ended", ended, 1),
    ] {
        let [read, written] = [(); 2].map(|()| Arc::new(AtomicU64::new(0)));
        disk.watch({
            let (read, written) = (read.clone(), written.clone());
            move |_, op| {
                match op {
                    Op::Read { len } => _ = read.fetch_add(len, Ordering::Relaxed),
                    Op::Write { len, .. } => _ = written.fetch_add(len, Ordering::Relaxed),
                    Op::SetLen { .. } | Op::Sync => {}
                }
                Ok(())
            }
        });
        let store = over(&disk);
        let [read, written] = [read, written].map(|octets| octets.load(Ordering::Relaxed));
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
