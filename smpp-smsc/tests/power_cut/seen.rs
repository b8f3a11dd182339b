//! What a store has, as far as anybody can ask it.

use core::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smpp_smsc::store::{Delivery, Pair, Place, RedbStore, Sizes, Store, StoreError};
use smpp_smsc::{Life, Message, MessageKey, Timestamp};

use crate::model::{At, Model, There};

pub(crate) const ACCOUNTS: [&str; 3] = ["esme", "esme2", "other"];

pub(crate) struct Seen {
    pub(crate) messages: BTreeMap<MessageKey, Arc<Message>>,
    pub(crate) outbox: BTreeMap<At, Arc<Delivery>>,
    pub(crate) handed: BTreeSet<(MessageKey, There)>,
}

impl Seen {
    /// Everything that these models know of, and all outboxes.
    pub(crate) async fn of(store: &RedbStore, models: &[&Model]) -> Result<Self, StoreError> {
        let kept = || models.iter().flat_map(|model| &model.messages);
        let keys: BTreeSet<_> = kept().map(|(key, _)| key.clone()).collect();
        let found = store.messages(keys.into_iter().collect()).await?;
        let found = found.into_iter().flatten();
        let mut seen = Self {
            messages: found.map(|one| (one.key.clone(), one)).collect(),
            outbox: BTreeMap::new(),
            handed: BTreeSet::new(),
        };
        for account in ACCOUNTS {
            let waiting = store.outbox(account, None, usize::MAX).await?;
            let waiting = waiting.into_iter();
            let placed = waiting.map(|one| ((one.account.clone(), one.key), one));
            seen.outbox.extend(placed);
        }
        let mut ids = BTreeMap::<_, BTreeSet<_>>::new();
        for (centre, id) in kept().flat_map(|(_, kept)| &kept.handed) {
            ids.entry(centre.clone()).or_default().insert(id.clone());
        }
        for (centre, ids) in ids {
            let ids = ids.into_iter().collect();
            for one in store.handed_over(&centre, ids, 100).await?.concat() {
                let key = one.message.key.clone();
                assert_eq!(seen.messages.get(&key), Some(&one.message));
                seen.handed.insert((key, (centre.clone(), one.id)));
            }
        }
        Ok(seen)
    }

    pub(crate) fn has(&self, key: &MessageKey, there: &There) -> bool {
        self.handed.contains(&(key.clone(), there.clone()))
    }

    /// Messages whose attempt somebody else has made when a process starts.
    pub(crate) fn left(&self) -> BTreeSet<MessageKey> {
        let handed: BTreeSet<_> = self.handed.iter().map(|(key, _)| key).collect();
        let in_hand = self.messages.values().filter(|one| one.life.is_in_flight());
        let alone = in_hand.filter(|one| !handed.contains(&one.key));
        alone.map(|one| one.key.clone()).collect()
    }

    /// Whether the store finds the same on all ways. `left` messages are due at once.
    pub(crate) async fn agrees(
        &self,
        store: &RedbStore,
        left: &BTreeSet<MessageKey>,
    ) -> Result<(), StoreError> {
        let messages = || self.messages.values();
        let count = |holds: fn(&Life) -> bool| messages().filter(|one| holds(&one.life)).count();
        let sizes = Sizes::new(
            count(|life| !life.is_final() && !life.is_in_flight()) as u64,
            count(Life::is_in_flight) as u64,
            count(Life::is_final) as u64,
            self.outbox.len() as u64,
        );
        assert_eq!(store.sizes().await?, Some(sizes));
        let due = messages().filter_map(|one| one.life.due()).min();
        let due = if left.is_empty() {
            due
        } else {
            Some(Timestamp(0))
        };
        assert_eq!(store.next_due().await?, due);
        let mut pairs = BTreeMap::<_, Vec<_>>::new();
        for message in messages() {
            let pair = Pair::of(message);
            let listed = pairs.entry((pair.account, pair.source, pair.destination));
            let listed = listed.or_default();
            if message.is_listed() {
                listed.push(message.clone());
            }
        }
        for ((account, source, destination), mut listed) in pairs {
            listed.sort_by_key(|message| Reverse(Place::of(message)));
            let pair = Pair {
                account,
                source,
                destination,
            };
            assert_eq!(store.between(&pair, None, usize::MAX).await?, listed);
        }
        Ok(())
    }
}
