//! One life of a process, from its start to its end.

use core::time::Duration;
use std::collections::BTreeSet;
use std::sync::Arc;

use smpp_smsc::store::{Change, RedbStore, Store, StoreError};
use smpp_smsc::{Message, MessageKey, Timestamp};

use crate::draft::{Clock, Draft, SECOND};
use crate::machine::{Disk, Machine};
use crate::model::Model;
use crate::seen::Seen;

/// What has been confirmed, by all processes so far.
pub(crate) struct Ledger {
    model: Model,
    /// The same with the commit that was asked for when the process ended.
    perhaps: Option<Model>,
    clock: Clock,
    pub(crate) messages: u64,
    pub(crate) commits: u64,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self {
            model: Model::default(),
            perhaps: None,
            clock: Clock::new(),
            messages: 0,
            commits: 0,
        }
    }

    /// Looks at everything that a store has after a restart.
    async fn verify(&mut self, store: &RedbStore) -> Result<BTreeSet<MessageKey>, StoreError> {
        let perhaps = self.perhaps.as_ref();
        let models: Vec<_> = core::iter::once(&self.model).chain(perhaps).collect();
        let seen = Seen::of(store, &models).await?;
        let wrong = models.iter().map(|model| model.differs(&seen));
        // The last commit was done wholly, or not at all.
        let wrong: Vec<String> = wrong.collect::<Option<_>>().unwrap_or_default();
        assert!(
            wrong.is_empty(),
            "{}",
            wrong.join("\nand with the last commit ")
        );
        let left = seen.left();
        seen.agrees(store, &left).await?;
        self.model.settle(&seen);
        self.perhaps = None;
        Ok(left)
    }

    /// The file of the messages has everything alone.
    pub(crate) async fn verify_copy(&self, machine: &Machine) {
        let copy = machine.copy_of(FILE);
        let store = RedbStore::over(copy.process(None)).unwrap();
        let seen = Seen::of(&store, &[&self.model]).await.unwrap();
        assert_eq!(self.model.differs(&seen), None, "in a copy of {FILE}");
    }
}

pub(crate) const FILE: &str = "messages.redb";
pub(crate) const JOURNAL: [&str; 2] = ["journal.0", "journal.1"];

/// The process has ended.
#[derive(Debug)]
pub(crate) struct Over;

pub(crate) struct Process<'a> {
    machine: &'a Machine,
    ledger: &'a mut Ledger,
    chance: &'a mut fastrand::Rng,
    store: RedbStore,
    /// Attempts of processes before, which are not due again yet.
    left: BTreeSet<MessageKey>,
}

impl<'a> Process<'a> {
    /// Starts, and looks whether everything is there.
    pub(crate) async fn start(
        machine: &'a Machine,
        ledger: &'a mut Ledger,
        chance: &'a mut fastrand::Rng,
        disk: impl Fn(&str) -> Disk + Send + Sync + 'static,
    ) -> Result<Self, Over> {
        let store = match RedbStore::over(disk) {
            Ok(store) => store,
            Err(error) => {
                assert!(!machine.is_alive(), "{error}");
                return Err(Over);
            }
        };
        let store = store.journal_size(match chance.u8(..4) {
            0 => 0,
            1 | 2 => chance.u64(512..16 << 10),
            _ => 64 << 20,
        });
        let left = match ledger.verify(&store).await {
            Ok(left) => left,
            Err(error) => {
                assert!(!machine.is_alive(), "{error}");
                return Err(Over);
            }
        };
        Ok(Self {
            machine,
            ledger,
            chance,
            store,
            left,
        })
    }

    /// Does one of all the things that are asked of a store.
    pub(crate) async fn work(&mut self) -> Result<(), Over> {
        let clock = &mut self.ledger.clock;
        clock.now = Timestamp(clock.now.0 + self.chance.u64(..1500));
        match self.chance.u8(..40) {
            0..4 => self.claim().await,
            4..6 => self.sweep().await,
            6 => self.sweep_outbox().await,
            7 => self.checkpoint().await,
            8 => self.look().await,
            9 => self.nothing().await,
            10 => self.taken().await,
            11 => self.disk_error().await,
            _ => self.some().await,
        }
    }

    fn draft(&mut self) -> Draft<'_> {
        let ledger = &mut *self.ledger;
        Draft::new(&ledger.model, &mut ledger.clock, self.chance)
    }

    fn over<T>(&self, error: &StoreError) -> Result<T, Over> {
        assert!(!self.machine.is_alive(), "{error}");
        Err(Over)
    }

    async fn some(&mut self) -> Result<(), Over> {
        let most = if self.chance.u8(..8) == 0 { 60 } else { 8 };
        let changes = self.draft().some(most);
        let beside = self.chance.u8(..16) == 0;
        self.commit(changes, beside).await
    }

    async fn nothing(&mut self) -> Result<(), Over> {
        let changes = self.draft().nothing();
        self.commit(changes, false).await
    }

    /// Commits this, perhaps while everything is brought into the file.
    async fn commit(&mut self, changes: Vec<Change>, beside: bool) -> Result<(), Over> {
        let insert = |change: &&Change| matches!(change, Change::Insert(_));
        let messages = changes.iter().filter(insert).count() as u64;
        let commit = self.store.commit(changes.clone());
        let committed = if beside {
            tokio::join!(commit, self.store.checkpoint()).0
        } else {
            commit.await
        };
        match committed {
            Ok(committed) => {
                assert_eq!(self.ledger.model.commit(&changes), committed);
                self.ledger.messages += messages;
                self.ledger.commits += 1;
                Ok(())
            }
            Err(error) => {
                let mut perhaps = self.ledger.model.clone();
                perhaps.commit(&changes);
                self.ledger.perhaps = Some(perhaps);
                self.over(&error)
            }
        }
    }

    /// A commit that is refused does nothing.
    async fn taken(&mut self) -> Result<(), Over> {
        let Some(changes) = self.draft().taken() else {
            return Ok(());
        };
        match self.store.commit(changes).await {
            Ok(_) => panic!("a name was given twice"),
            Err(_) if self.machine.is_alive() => self.look().await,
            Err(_) => Err(Over),
        }
    }

    async fn claim(&mut self) -> Result<(), Over> {
        let now = self.ledger.clock.now;
        let lease = now.after(SECOND * self.chance.u32(2..60));
        let limit = self.chance.usize(1..40);
        let result = self.claim_until(now, lease, limit).await;
        if result.is_err() {
            // Nobody knows which of them are in hand.
            for kept in self.ledger.model.messages.values_mut() {
                let mut message = Message::clone(kept.now());
                message.life.release(now);
                kept.may_be(message.clone().into());
                message.life.claim(now, lease);
                kept.may_be(message.into());
            }
        }
        result
    }

    async fn claim_until(
        &mut self,
        now: Timestamp,
        lease: Timestamp,
        limit: usize,
    ) -> Result<(), Over> {
        let claimed = match self.store.claim(now, lease, limit).await {
            Ok(claimed) => claimed,
            Err(error) => return self.over(&error),
        };
        let visited: BTreeSet<_> = self.left.iter().take(limit).cloned().collect();
        self.left.retain(|key| !visited.contains(key));
        for message in claimed {
            let mut expected = Message::clone(self.ledger.model.message(&message.key).unwrap());
            self.left.remove(&message.key);
            if visited.contains(&message.key) {
                expected.life.release(now);
            }
            assert!(expected.life.due().is_some_and(|due| due <= now));
            expected.life.claim(now, lease);
            assert_eq!(*message, expected);
            self.ledger.model.claimed(&message);
        }
        // Some of those that were left may be due now, and not claimed yet.
        let keys: Vec<_> = visited.into_iter().collect();
        let found = match self.store.messages(keys).await {
            Ok(found) => found,
            Err(error) => return self.over(&error),
        };
        for message in found.into_iter().flatten() {
            let kept = self.ledger.model.messages.get_mut(&message.key).unwrap();
            if message != *kept.now() {
                let mut released = Message::clone(kept.now());
                released.life.release(now);
                assert_eq!(*message, released);
                kept.may_be(message);
            }
        }
        Ok(())
    }

    async fn sweep(&mut self) -> Result<(), Over> {
        let before = self.ledger.clock.now.before(8 * SECOND);
        let keys = self.ledger.model.ended_before(before);
        let limit = self.chance.usize(1..200);
        let swept = self.store.sweep(before, limit).await;
        let found = self.store.messages(keys.clone()).await;
        let mut forgotten = 0;
        for (at, key) in keys.iter().enumerate() {
            let is_there = found.as_ref().is_ok_and(|found| found[at].is_some());
            if !is_there {
                let kept = self.ledger.model.messages.get_mut(key).unwrap();
                kept.forgotten = true;
                forgotten += 1;
            }
        }
        match (swept, found) {
            (Ok(swept), Ok(_)) => {
                assert_eq!(swept, forgotten);
                assert_eq!(swept, keys.len().min(limit));
                Ok(())
            }
            (Err(error), _) | (_, Err(error)) => {
                for key in &keys {
                    let kept = self.ledger.model.messages.get_mut(key).unwrap();
                    kept.forgotten = true;
                }
                self.over(&error)
            }
        }
    }

    async fn sweep_outbox(&mut self) -> Result<(), Over> {
        let before = self.ledger.clock.now.before(20 * SECOND);
        let limit = self.chance.usize(1..50);
        let swept = self.store.sweep_outbox(before, limit).await;
        let seen = Seen::of(&self.store, &[&self.ledger.model]).await;
        let mut gone = 0;
        for (at, waiting) in &mut self.ledger.model.outbox {
            let is_there = seen.as_ref().is_ok_and(|seen| seen.outbox.contains_key(at));
            if !is_there && !waiting.swept {
                let old = waiting.delivery.created < before;
                waiting.swept = old;
                gone += usize::from(old);
            }
        }
        match (swept, seen) {
            (Ok(swept), Ok(_)) => {
                assert_eq!(swept, gone);
                Ok(())
            }
            (Err(error), _) | (_, Err(error)) => self.over(&error),
        }
    }

    async fn checkpoint(&mut self) -> Result<(), Over> {
        match self.store.checkpoint().await {
            Ok(()) => {
                if self.chance.u8(..4) == 0 {
                    self.ledger.verify_copy(self.machine).await;
                }
                Ok(())
            }
            Err(error) => self.over(&error),
        }
    }

    /// Looks whether all is as it should be.
    async fn look(&mut self) -> Result<(), Over> {
        let model = &self.ledger.model;
        let seen = match Seen::of(&self.store, &[model]).await {
            Ok(seen) => seen,
            Err(error) => return self.over(&error),
        };
        assert_eq!(model.differs_now(&seen), None);
        match seen.agrees(&self.store, &self.left).await {
            Ok(()) => Ok(()),
            Err(error) => self.over(&error),
        }
    }

    /// The file of the messages cannot be written for a while. What the journal has
    /// is there when it can.
    async fn disk_error(&mut self) -> Result<(), Over> {
        self.machine.break_file(FILE, self.chance.u32(1..20));
        for _ in 0..self.chance.u8(1..4) {
            let changes = self.draft().some(8);
            match self.store.commit(changes.clone()).await {
                Ok(_) => _ = self.ledger.model.commit(&changes),
                Err(_) if self.machine.is_alive() => {}
                Err(error) => {
                    let mut perhaps = self.ledger.model.clone();
                    perhaps.commit(&changes);
                    self.ledger.perhaps = Some(perhaps);
                    return self.over(&error);
                }
            }
        }
        self.machine.repair();
        // The first may be told of an error of before, and the file is not opened again the
        // very moment after that failed.
        let mut whole = self.store.checkpoint().await;
        for _ in 0..1000 {
            if whole.is_ok() || !self.machine.is_alive() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
            whole = self.store.checkpoint().await;
        }
        let seen = match whole {
            Ok(()) => Seen::of(&self.store, &[&self.ledger.model]).await,
            Err(error) => Err(error),
        };
        let seen = match seen {
            Ok(seen) => seen,
            Err(error) => return self.over(&error),
        };
        assert_eq!(self.ledger.model.differs(&seen), None);
        self.ledger.model.observe(&seen);
        self.look().await
    }

    /// Claims whatever has not ended, each once.
    pub(crate) async fn claim_all(&mut self) {
        let model = &self.ledger.model;
        let open = model.messages.values().map(|kept| kept.now());
        let open: BTreeSet<_> = open
            .filter(|message| !message.life.is_final())
            .map(|message| message.key.clone())
            .collect();
        let (now, lease) = (Timestamp(u64::MAX / 512), Timestamp(u64::MAX / 256));
        let claimed = self.store.claim(now, lease, usize::MAX).await.unwrap();
        let keys: BTreeSet<_> = claimed
            .iter()
            .map(|message: &Arc<Message>| message.key.clone())
            .collect();
        assert_eq!(keys.len(), claimed.len());
        assert_eq!(keys, open);
    }
}
