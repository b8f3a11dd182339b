//! Both stores, which are asked the same.

use core::cell::Cell;
use core::time::Duration;
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use smpp_codec::encode;
use smpp_pdu::{Address, Body, BroadcastSm, Pdu, PriorityFlag, SequenceNumber, SubmitSm};
use smpp_smsc::network::Outcome;
use smpp_smsc::store::{
    Change, Committed, Handed, MemoryStore, Pair, Place, RedbStore, Sizes, Store,
};
use smpp_smsc::{Life, Message, MessageId, MessageKey, Retries, Timestamp};

use crate::memory_disk::{Disk, Op};

/// Ids that the next centre gives.
pub(crate) const IDS: u32 = 30;
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

const PEERS: [&str; 3] = ["15550101", "15550102", ""];

fn address(at: usize) -> Address<'static> {
    Address::international(PEERS[at]).unwrap()
}

/// The store on this disk, whose journal has files of so many octets.
fn over(disk: &Disk, journal: Option<u64>) -> RedbStore {
    let disk = disk.clone();
    let store = RedbStore::over(move |name| disk.file(name)).unwrap();
    match journal {
        Some(octets) => store.journal_size(octets),
        None => store,
    }
}

/// Both stores, and what has been put into them.
pub(crate) struct Both {
    memory: MemoryStore,
    disk: Disk,
    /// Octets of the files of the journal.
    journal: Option<u64>,
    /// There is none for moments.
    redb: Option<RedbStore>,
    pub(crate) chance: fastrand::Rng,
    pub(crate) now: Timestamp,
    keys: Vec<MessageKey>,
    next: u64,
    /// Messages that another centre has.
    theirs: BTreeSet<MessageKey>,
    /// Attempts that were in hand at the last restart, until they are made again.
    left: BTreeSet<MessageKey>,
    /// Hand-overs that were found.
    pub(crate) handed: Cell<usize>,
}

impl Both {
    pub(crate) fn new(seed: u64) -> Self {
        let mut chance = fastrand::Rng::with_seed(seed);
        // Everything is in the file at once, after some commits, or never by itself.
        let journal = match seed % 3 {
            0 => Some(0),
            1 => Some(chance.u64(512..8192)),
            _ => None,
        };
        let disk = Disk::default();
        Self {
            memory: MemoryStore::default(),
            redb: Some(over(&disk, journal)),
            disk,
            journal,
            chance,
            now: Timestamp(1_700_000_000_000),
            keys: Vec::new(),
            next: 0,
            theirs: BTreeSet::new(),
            left: BTreeSet::new(),
            handed: Cell::default(),
        }
    }

    fn redb(&self) -> &RedbStore {
        self.redb.as_ref().unwrap()
    }

    pub(crate) fn new_message(&mut self) -> Arc<Message> {
        self.next += 1;
        let source = address(self.chance.usize(..2));
        let priority = PriorityFlag(self.chance.u8(..4));
        let body: Body<'_> = if self.chance.u8(..8) == 0 {
            BroadcastSm::default().source_addr(source).into()
        } else {
            SubmitSm::default()
                .source_addr(source)
                .destination_addr(address(self.chance.usize(..2)))
                .priority_flag(priority)
                .into()
        };
        let mut octets = Vec::new();
        encode(&Pdu::request(SequenceNumber(1), body), &mut octets).unwrap();
        let key = MessageKey {
            id: MessageId::new(&format!("{:08x}", self.next)).unwrap(),
            part: 0,
        };
        self.keys.push(key.clone());
        let at_once = self.chance.bool();
        let wait = if at_once { 0 } else { self.chance.u64(1..10) };
        let scheduled = self.now.after(MINUTE * wait as u32);
        let life = Life::new(scheduled, scheduled.after(20 * MINUTE));
        let octets = Bytes::from(octets);
        Message::new(key, "esme".into(), self.now, life, octets)
            .unwrap()
            .into()
    }

    pub(crate) async fn commit(&mut self, changes: Vec<Change>) -> Committed {
        for change in &changes {
            if let Change::HandOver { key, .. } = change {
                self.theirs.insert(key.clone());
            }
        }
        let one = self.memory.commit(changes.clone()).await.unwrap();
        assert_eq!(one, self.redb().commit(changes).await.unwrap());
        one
    }

    /// Everything comes into the file, while it is asked for.
    pub(crate) async fn checkpoint(&self) {
        let (done, ()) = tokio::join!(self.redb().checkpoint(), self.agree());
        done.unwrap();
    }

    /// The disk fails as everything is to come into the file.
    pub(crate) async fn fail(&self) {
        self.disk.watch(|name, op| match op {
            Op::Write { .. } | Op::SetLen { .. } | Op::Sync if name == "messages.redb" => {
                Err(io::Error::other("the disk fails"))
            }
            _ => Ok(()),
        });
        let _ = self.redb().checkpoint().await;
        self.disk.unwatch();
        // It is not opened again the very moment after that failed.
        while self.redb().checkpoint().await.is_err() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// A process ends, and another begins.
    pub(crate) async fn restart(&mut self, is_killed: bool) {
        if is_killed {
            // Claims, and what is forgotten, are durable with the next commit.
            let message = self.new_message();
            self.commit(vec![Change::Insert(message)]).await;
            let copy = self.disk.copy();
            self.redb = None;
            self.disk = copy;
        } else {
            self.redb = None;
        }
        self.redb = Some(over(&self.disk, self.journal));
        self.left.clear();
        for message in self.kept().await {
            if message.life.is_in_flight() && !self.theirs.contains(&message.key) {
                self.left.insert(message.key.clone());
            }
        }
    }

    async fn kept(&self) -> Vec<Arc<Message>> {
        let kept = self.memory.messages(self.keys.clone()).await.unwrap();
        kept.into_iter().flatten().collect()
    }

    pub(crate) async fn claim(&mut self) -> Vec<Arc<Message>> {
        let left = core::mem::take(&mut self.left);
        for message in self.kept().await {
            if left.contains(&message.key) && message.life.is_in_flight() {
                let mut message = Message::clone(&message);
                message.life.release(self.now);
                let update = vec![Change::Update(message.into())];
                self.memory.commit(update).await.unwrap();
            }
        }
        let lease = self.now.after(3 * MINUTE);
        let sorted = |mut claimed: Vec<Arc<Message>>| {
            claimed.sort_by(|one, other| one.key.cmp(&other.key));
            claimed
        };
        let one = sorted(self.memory.claim(self.now, lease, 10_000).await.unwrap());
        let other = sorted(self.redb().claim(self.now, lease, 10_000).await.unwrap());
        assert_eq!(one, other);
        one
    }

    /// Some message, changed in some way, perhaps from what was there long ago.
    pub(crate) async fn change(&mut self, old: &[Arc<Message>]) -> Option<Arc<Message>> {
        let kept = self.chance.choice(&self.keys)?.clone();
        let kept = self.memory.messages(vec![kept]).await.unwrap().remove(0);
        let old = self.chance.choice(old).cloned();
        let before = if self.chance.u8(..5) == 0 { old } else { kept };
        let mut message = Message::clone(&*before?);
        let (now, attempts) = (self.now, message.life.attempts());
        let retries = Retries::new(vec![2 * MINUTE]);
        let outcome = if self.chance.bool() {
            Outcome::Delivered
        } else {
            Outcome::NotNow { error: 1 }
        };
        match self.chance.u8(..7) {
            0 => _ = message.life.cancel(now),
            1 => _ = message.life.expire(now),
            2 => {
                message.submitted = now;
                let later = now.after(MINUTE);
                _ = message.life.replace(Some(later), None);
            }
            5 => _ = message.life.hand_over(attempts),
            6 => _ = message.life.pass_on(attempts),
            3 => _ = message.life.repeat(attempts, now.after(MINUTE)),
            _ => _ = message.life.report(now, attempts, outcome, &retries),
        }
        Some(message.into())
    }

    pub(crate) async fn agree(&self) {
        let due = match self.left.is_empty() {
            true => self.memory.next_due().await.unwrap(),
            false => Some(Timestamp(0)),
        };
        assert_eq!(due, self.redb().next_due().await.unwrap());
        let one = self.memory.messages(self.keys.clone()).await.unwrap();
        assert_eq!(one, self.redb().messages(self.keys.clone()).await.unwrap());
        let kept: Vec<_> = one.into_iter().flatten().collect();
        for source in 0..2 {
            for destination in 0..3 {
                let account = "esme".into();
                let pair = Pair::new(&account, address(source), address(destination));
                let mut behind = None;
                let mut found = Vec::new();
                loop {
                    let one = self.memory.between(&pair, behind.clone(), 7).await.unwrap();
                    let other = self.redb().between(&pair, behind, 7).await.unwrap();
                    assert_eq!(one, other);
                    behind = one.last().map(|last| Place::of(last));
                    found.extend(one);
                    if behind.is_none() {
                        break;
                    }
                }
                // Exactly those that say so are listed.
                let kept = kept.iter();
                let listed = kept.filter(|one| one.is_listed() && Pair::of(one) == pair);
                assert_eq!(listed.count(), found.len());
            }
        }
        let one = self.memory.outbox("esme", None, 10_000).await.unwrap();
        let count = |holds: fn(&Life) -> bool| kept.iter().filter(|one| holds(&one.life)).count();
        let sizes = Sizes::new(
            count(|life| !life.is_final() && !life.is_in_flight()) as u64,
            count(Life::is_in_flight) as u64,
            count(Life::is_final) as u64,
            one.len() as u64,
        );
        assert_eq!(self.memory.sizes().await, Ok(Some(sizes)));
        assert_eq!(self.redb().sizes().await, Ok(Some(sizes)));
        assert_eq!(one, self.redb().outbox("esme", None, 10_000).await.unwrap());
        let ids: Vec<Box<[u8]>> = (0..IDS)
            .map(|id| id.to_string().as_bytes().into())
            .collect();
        let one = self.memory.handed_over("north", ids.clone(), 10_000).await;
        let other = self.redb().handed_over("north", ids, 10_000).await;
        let sorted = |found: Vec<Vec<Handed>>| -> Vec<Vec<Handed>> {
            let each = found.into_iter().map(|mut of_id| {
                of_id.sort_by(|a, b| (&a.message.key, &a.id).cmp(&(&b.message.key, &b.id)));
                of_id
            });
            each.collect()
        };
        let one = sorted(one.unwrap());
        self.handed
            .set(self.handed.get() + one.iter().flatten().count());
        assert_eq!(one, sorted(other.unwrap()));
    }

    pub(crate) async fn sweep(&self) {
        let before = self.now.before(10 * MINUTE);
        let one = self.memory.sweep(before, 1000).await.unwrap();
        assert_eq!(one, self.redb().sweep(before, 1000).await.unwrap());
        let one = self.memory.sweep_outbox(before, 1000).await.unwrap();
        assert_eq!(one, self.redb().sweep_outbox(before, 1000).await.unwrap());
    }
}
