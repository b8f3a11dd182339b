//! Power cuts, simulated: the disk keeps what was synchronised, and of each
//! sector written since then perhaps the new octets, perhaps the old ones.
//!
//! `SMPP_POWER_CUTS` says how many (default 40), `SMPP_POWER_SEED` repeats a run.
#![cfg(feature = "redb")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

use core::fmt;
use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};

use redb::StorageBackend;
use smpp_smsc::store::{Change, RedbStore, Store, conformance};
use smpp_smsc::{MessageKey, Timestamp};

const SECTOR: usize = 512;

/// A disk that loses its power.
#[derive(Clone, Default)]
struct Disk {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// What a power cut leaves in any case.
    durable: Vec<u8>,
    /// What the process sees.
    current: Vec<u8>,
    /// Sectors that differ, perhaps.
    dirty: BTreeSet<usize>,
    /// Writes until the power fails; `None` for a disk that it does not.
    writes_left: Option<u32>,
}

impl Disk {
    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        work(&mut self.state.lock().unwrap())
    }

    /// The power is back: of each sector that was not synchronised, one of the
    /// two versions is there. It fails again after so many writes.
    fn restart(&self, chance: &mut fastrand::Rng, writes_left: Option<u32>) {
        self.with(|state| {
            state.durable.resize(state.current.len(), 0);
            for sector in core::mem::take(&mut state.dirty) {
                let range = state.octets_of(sector);
                if chance.bool() {
                    state.durable[range.clone()].copy_from_slice(&state.current[range]);
                }
            }
            state.current = state.durable.clone();
            state.writes_left = writes_left;
        });
    }
}

impl State {
    /// The octets of a sector, as far as the disk reaches.
    fn octets_of(&self, sector: usize) -> core::ops::Range<usize> {
        let end = self.current.len();
        (sector * SECTOR).min(end)..((sector + 1) * SECTOR).min(end)
    }

    fn write(&mut self) -> io::Result<()> {
        match &mut self.writes_left {
            None => Ok(()),
            Some(0) => Err(io::Error::other("no power")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disk")
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.with(|state| state.current.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.with(|state| {
            let offset = usize::try_from(offset).unwrap();
            let octets = state.current.get(offset..offset + out.len());
            out.copy_from_slice(octets.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.with(|state| {
            state.write()?;
            state.current.resize(usize::try_from(len).unwrap(), 0);
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.with(|state| {
            state.write()?;
            state.durable.resize(state.current.len(), 0);
            for sector in core::mem::take(&mut state.dirty) {
                let range = state.octets_of(sector);
                state.durable[range.clone()].copy_from_slice(&state.current[range]);
            }
            Ok(())
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.with(|state| {
            state.write()?;
            let offset = usize::try_from(offset).unwrap();
            state.current[offset..offset + data.len()].copy_from_slice(data);
            let last = (offset + data.len()).div_ceil(SECTOR);
            state.dirty.extend(offset / SECTOR..last);
            Ok(())
        })
    }
}

/// What has been confirmed, and what had been asked for when the power failed.
#[derive(Default)]
struct Ledger {
    ended: BTreeSet<MessageKey>,
    waiting: BTreeSet<MessageKey>,
}

#[tokio::test]
async fn a_power_cut_at_any_write_loses_nothing_that_was_confirmed() {
    let number = |name, default| match std::env::var(name) {
        Ok(text) => text.parse().unwrap(),
        Err(_) => default,
    };
    let cuts = number("SMPP_POWER_CUTS", 40);
    let seed = number("SMPP_POWER_SEED", fastrand::u64(..));
    let mut chance = fastrand::Rng::with_seed(seed);
    println!("seed {seed}");
    let disk = Disk::default();
    let mut ledger = Ledger::default();
    let mut next = 0;
    for cut in 0..cuts {
        disk.restart(&mut chance, None);
        let store = open(&disk);
        check(&store, &ledger, cut).await;
        disk.with(|state| state.writes_left = Some(chance.u32(..200)));
        while work(&store, &mut ledger, &mut next, &mut chance).await {}
    }
    disk.restart(&mut chance, None);
    check(&open(&disk), &ledger, cuts).await;
    let confirmed = ledger.ended.len() + ledger.waiting.len();
    println!("## power cuts: {cuts} cuts, {confirmed} confirmed messages, none lost (seed {seed})");
}

fn open(disk: &Disk) -> RedbStore {
    let disk = disk.clone();
    RedbStore::over(move || disk.clone()).unwrap()
}

/// Some new messages, and the end of some old ones, in one commit. Whether it
/// was confirmed.
async fn work(
    store: &RedbStore,
    ledger: &mut Ledger,
    next: &mut u32,
    chance: &mut fastrand::Rng,
) -> bool {
    let mut changes = Vec::new();
    let (mut new, mut ended) = (Vec::new(), Vec::new());
    for _ in 0..chance.u32(1..20) {
        *next += 1;
        let message = conformance::message(&format!("m{next}"), 0, 5);
        new.push(message.key.clone());
        changes.push(Change::Insert(message));
    }
    for key in ledger.waiting.iter().take(chance.usize(0..10)) {
        let message = conformance::message(key.id.as_str(), 0, 5);
        changes.push(Change::Update(conformance::delivered(
            &message,
            Timestamp(6),
        )));
        ended.push(key.clone());
    }
    if chance.bool() {
        // Claims are written with the next commit.
        let _ = store.claim(Timestamp(5), Timestamp(900), 3).await;
    }
    if store.commit(changes).await.is_err() {
        // Perhaps they are there, perhaps not: both is right.
        for key in ended {
            ledger.waiting.remove(&key);
        }
        return false;
    }
    for key in ended {
        ledger.waiting.remove(&key);
        ledger.ended.insert(key);
    }
    ledger.waiting.extend(new);
    true
}

async fn check(store: &RedbStore, ledger: &Ledger, cut: u64) {
    let all = ledger.ended.iter().map(|key| (key, true));
    let all = all.chain(ledger.waiting.iter().map(|key| (key, false)));
    for (key, ended) in all {
        let found = store.find(&key.id).await.unwrap();
        assert_eq!(found.len(), 1, "{} is lost after cut {cut}", key.id);
        assert_eq!(
            found[0].life.is_final(),
            ended,
            "{} after cut {cut}",
            key.id
        );
        assert_eq!(found[0].content().text, b"hello");
    }
}
