//! What waits for one account, as far as it is in memory.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Timestamp;
use crate::registry::ConnectionId;
use crate::store::{Delivery, DeliveryKey, Store, StoreError};

/// Deliveries of one account that are in memory; the rest is in the store only.
const MAX_READY: usize = 4096;

/// Deliveries that wait to be sent again. With that many no more are tried: what
/// an ESME refuses must not bring the whole outbox into memory.
const MAX_DELAYED: usize = 4096;

/// Deliveries that are loaded at once.
const PAGE: usize = 1024;

/// The wait before the second, third … try of a delivery that was refused for
/// now or not answered, in seconds; the last one stays.
const WAITS: [u64; 6] = [1, 5, 15, 30, 60, 300];

/// A delivery that is not acknowledged yet.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) delivery: Arc<Delivery>,
    /// How often it was refused for now, or not answered.
    pub(crate) failures: usize,
    /// A session that did not answer it.
    pub(crate) avoid: Option<ConnectionId>,
}

impl Pending {
    pub(super) const fn new(delivery: Arc<Delivery>) -> Self {
        Self {
            delivery,
            failures: 0,
            avoid: None,
        }
    }
}

/// What waits for one account with a session that receives: the oldest part of
/// its outbox in the store.
#[derive(Debug)]
pub(super) struct Outbox {
    /// To be sent as soon as a session can take it, in this order.
    ready: BTreeMap<DeliveryKey, Pending>,
    /// To be sent again later.
    delayed: BTreeMap<(Timestamp, DeliveryKey), Pending>,
    /// Everything up to here has been loaded.
    loaded: Option<DeliveryKey>,
    /// The store may have more behind that.
    behind: bool,
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            ready: BTreeMap::new(),
            delayed: BTreeMap::new(),
            loaded: None,
            behind: true,
        }
    }
}

impl Outbox {
    /// The store has just taken this delivery.
    pub(super) fn fresh(&mut self, delivery: Arc<Delivery>) {
        if self.behind || self.ready.len() >= MAX_READY || self.delayed.len() >= MAX_DELAYED {
            self.behind = true;
        } else {
            self.loaded = Some(delivery.key);
            self.ready.insert(delivery.key, Pending::new(delivery));
        }
    }

    /// To be sent again at once, in its old place.
    pub(super) fn requeue(&mut self, pending: Pending) {
        self.ready.insert(pending.delivery.key, pending);
    }

    /// To be sent again after a while.
    pub(super) fn delay(&mut self, now: Timestamp, pending: Pending) {
        let at = pending.failures.saturating_sub(1);
        let wait = WAITS.get(at).or(WAITS.last()).copied().unwrap_or(1);
        let until = now.after(Duration::from_secs(wait));
        self.delayed.insert((until, pending.delivery.key), pending);
    }

    /// When the next delayed delivery is to be sent.
    pub(super) fn next_delayed(&self) -> Option<Timestamp> {
        self.delayed.first_key_value().map(|((until, _), _)| *until)
    }

    /// Takes back what has waited long enough. Says whether there was any.
    pub(super) fn wake(&mut self, now: Timestamp) -> bool {
        let mut any = false;
        while self.next_delayed().is_some_and(|until| until <= now)
            && let Some((_, pending)) = self.delayed.pop_first()
        {
            self.requeue(pending);
            any = true;
        }
        any
    }

    /// Takes back all that is delayed.
    pub(super) fn wake_all(&mut self) {
        self.wake(Timestamp::NEVER);
    }

    /// Takes out a delivery that was to be sent again, if it is here.
    pub(super) fn remove(&mut self, key: DeliveryKey) -> Option<Pending> {
        let delayed = self.delayed.keys().find(|(_, one)| *one == key).copied();
        delayed
            .and_then(|at| self.delayed.remove(&at))
            .or_else(|| self.ready.remove(&key))
    }

    /// All that is in memory.
    pub(super) fn into_pending(self) -> impl Iterator<Item = Pending> {
        self.ready.into_values().chain(self.delayed.into_values())
    }

    /// What is in memory and not under way.
    pub(super) fn len(&self) -> usize {
        self.ready.len() + self.delayed.len()
    }

    /// What is to be sent next.
    pub(super) fn first(&self) -> Option<&Pending> {
        self.ready.first_key_value().map(|(_, pending)| pending)
    }

    pub(super) fn take_first(&mut self) -> Option<Pending> {
        self.ready.pop_first().map(|(_, pending)| pending)
    }

    /// Loads the next page from the store when there is nothing to send.
    pub(super) async fn load(
        &mut self,
        store: &dyn Store,
        account: &str,
    ) -> Result<(), StoreError> {
        if !self.behind || !self.ready.is_empty() || self.delayed.len() >= MAX_DELAYED {
            return Ok(());
        }
        let page = store.outbox(account, self.loaded, PAGE).await?;
        self.behind = page.len() == PAGE;
        for delivery in page {
            self.loaded = Some(delivery.key);
            self.ready.insert(delivery.key, Pending::new(delivery));
        }
        Ok(())
    }
}
