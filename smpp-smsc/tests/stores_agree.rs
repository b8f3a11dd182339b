//! Both stores do the same, whatever is asked of them in whatever order.
//!
//! `SMPP_AGREE_SEED` repeats a run.
#![cfg(feature = "redb")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

use core::cell::Cell;
use core::time::Duration;
use std::sync::Arc;

use bytes::Bytes;
use redb::backends::InMemoryBackend;
use smpp_codec::encode;
use smpp_pdu::{Address, Body, BroadcastSm, Pdu, PriorityFlag, SequenceNumber, SubmitSm};
use smpp_smsc::network::Outcome;
use smpp_smsc::store::{
    Change, Committed, Delivery, DeliveryContent, DeliveryKey, Handed, MemoryStore, Pair, Place,
    RedbStore, Sizes, Store,
};
use smpp_smsc::{Life, Message, MessageId, MessageKey, Retries, Timestamp};

const RUNS: u64 = 12;
const STEPS: u64 = 120;
/// Ids that the next centre gives.
const IDS: u32 = 30;
const MINUTE: Duration = Duration::from_secs(60);

const PEERS: [&str; 3] = ["15550101", "15550102", ""];

fn address(at: usize) -> Address<'static> {
    Address::international(PEERS[at]).unwrap()
}

/// Both stores, and what has been put into them.
struct Both {
    memory: MemoryStore,
    redb: RedbStore,
    chance: fastrand::Rng,
    now: Timestamp,
    keys: Vec<MessageKey>,
    next: u64,
    /// Hand-overs that were found.
    handed: Cell<usize>,
}

impl Both {
    fn new_message(&mut self) -> Arc<Message> {
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

    async fn commit(&self, changes: Vec<Change>) -> Committed {
        let one = self.memory.commit(changes.clone()).await.unwrap();
        assert_eq!(one, self.redb.commit(changes).await.unwrap());
        one
    }

    async fn claim(&self) -> Vec<Arc<Message>> {
        let lease = self.now.after(3 * MINUTE);
        let sorted = |mut claimed: Vec<Arc<Message>>| {
            claimed.sort_by(|one, other| one.key.cmp(&other.key));
            claimed
        };
        let one = sorted(self.memory.claim(self.now, lease, 10_000).await.unwrap());
        let other = sorted(self.redb.claim(self.now, lease, 10_000).await.unwrap());
        assert_eq!(one, other);
        one
    }

    /// Some message, changed in some way, perhaps from what was there long ago.
    async fn change(&mut self, old: &[Arc<Message>]) -> Option<Arc<Message>> {
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

    async fn agree(&self) {
        let due = self.memory.next_due().await.unwrap();
        assert_eq!(due, self.redb.next_due().await.unwrap());
        let one = self.memory.messages(self.keys.clone()).await.unwrap();
        assert_eq!(one, self.redb.messages(self.keys.clone()).await.unwrap());
        let kept: Vec<_> = one.into_iter().flatten().collect();
        for source in 0..2 {
            for destination in 0..3 {
                let account = "esme".into();
                let pair = Pair::new(&account, address(source), address(destination));
                let mut behind = None;
                let mut found = Vec::new();
                loop {
                    let one = self.memory.between(&pair, behind.clone(), 7).await.unwrap();
                    let other = self.redb.between(&pair, behind, 7).await.unwrap();
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
        assert_eq!(self.redb.sizes().await, Ok(Some(sizes)));
        assert_eq!(one, self.redb.outbox("esme", None, 10_000).await.unwrap());
        let ids: Vec<Box<[u8]>> = (0..IDS)
            .map(|id| id.to_string().as_bytes().into())
            .collect();
        let one = self.memory.handed_over("north", ids.clone(), 10_000).await;
        let other = self.redb.handed_over("north", ids, 10_000).await;
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

    async fn sweep(&self) {
        let before = self.now.before(10 * MINUTE);
        let one = self.memory.sweep(before, 1000).await.unwrap();
        assert_eq!(one, self.redb.sweep(before, 1000).await.unwrap());
        let one = self.memory.sweep_outbox(before, 1000).await.unwrap();
        assert_eq!(one, self.redb.sweep_outbox(before, 1000).await.unwrap());
    }
}

#[tokio::test]
async fn stores_agree_on_everything() {
    let seed = std::env::var("SMPP_AGREE_SEED").ok();
    let seed: u64 = seed.map_or_else(|| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("SMPP_AGREE_SEED={seed}");
    let (mut late, mut claimed, mut handed) = (0, 0, 0);
    for run in 0..RUNS {
        let mut both = Both {
            memory: MemoryStore::default(),
            redb: RedbStore::over(InMemoryBackend::new).unwrap(),
            chance: fastrand::Rng::with_seed(seed.wrapping_add(run)),
            now: Timestamp(1_700_000_000_000),
            keys: Vec::new(),
            next: 0,
            handed: Cell::default(),
        };
        let mut old = Vec::new();
        for step in 0..STEPS {
            let mut changes = Vec::new();
            match both.chance.u8(..8) {
                0..3 => {
                    let messages = (0..both.chance.u8(1..4)).map(|_| both.new_message());
                    let messages: Vec<_> = messages.collect();
                    old.extend(messages.iter().cloned());
                    changes.extend(messages.into_iter().map(Change::Insert));
                }
                3..6 => {
                    if let Some(message) = both.change(&old).await {
                        changes.push(Change::Update(message.clone()));
                        if both.chance.bool() {
                            // Some of them are decimal, some hexadecimal, some both.
                            changes.push(Change::HandOver {
                                key: message.key.clone(),
                                centre: "north".into(),
                                id: format!("{:x}", both.chance.u32(..IDS)).as_bytes().into(),
                            });
                        }
                        let content = if both.chance.bool() {
                            DeliveryContent::Notification(message)
                        } else {
                            DeliveryContent::Forward(message)
                        };
                        changes.push(Change::Enqueue(Arc::new(Delivery {
                            key: DeliveryKey(step),
                            account: "esme".into(),
                            created: both.now,
                            content,
                        })));
                    }
                }
                6 => {
                    let taken = both.claim().await;
                    claimed += taken.len();
                    old.extend(taken);
                }
                _ => {
                    both.now = both.now.after(MINUTE * both.chance.u32(..3));
                    both.sweep().await;
                }
            }
            late += both.commit(changes).await.late.len();
            if step % 4 == 0 {
                both.agree().await;
            }
        }
        handed += both.handed.get();
    }
    println!("## stores agree: {claimed} claims, {late} late updates in {RUNS} runs");
    assert!(late > 0 && claimed > 0 && handed > 0);
}
