//! Submitted messages in memory.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{MAX_FOUND, MatcherStore, MatcherStoreError, Sweep};
use crate::receiving::metric;
use crate::receiving::submitted::{Lookup, Remembered, SubmissionKey, Timestamp};

/// Remembers messages in memory, up to a bound, until the process ends.
///
/// When there is no room, the message that was settled longest ago gives way,
/// then the oldest one; [`dropped`](Self::dropped) counts those that had not
/// been settled.
#[derive(Default)]
pub struct MemoryMatcherStore {
    inner: Mutex<Inner>,
}

struct Inner {
    limit: usize,
    messages: BTreeMap<SubmissionKey, Arc<Remembered>>,
    forms: BTreeSet<(u64, SubmissionKey)>,
    settled: BTreeSet<(Timestamp, SubmissionKey)>,
    dropped: u64,
}

/// A million messages, 200 to 400 octets each.
impl Default for Inner {
    fn default() -> Self {
        Self {
            limit: 1_000_000,
            messages: BTreeMap::new(),
            forms: BTreeSet::new(),
            settled: BTreeSet::new(),
            dropped: 0,
        }
    }
}

impl MemoryMatcherStore {
    /// A store of at most so many messages; 0 counts as 1. The default is a
    /// million.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        let inner = Inner {
            limit: limit.max(1),
            ..Inner::default()
        };
        Self {
            inner: Mutex::new(inner),
        }
    }

    /// How many messages had to make room before their last receipt came.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn insert(&mut self, message: Arc<Remembered>) {
        self.remove(message.key);
        while self.messages.len() >= self.limit {
            let settled = self.settled.first().map(|&(_, key)| key);
            let Some(key) = settled.or_else(|| self.messages.keys().next().copied()) else {
                break;
            };
            if settled.is_none() {
                self.dropped += 1;
                metric::forgotten();
            }
            self.remove(key);
        }
        let key = message.key;
        self.forms.extend(message.forms().map(|form| (form, key)));
        self.settled.extend(message.settled.map(|at| (at, key)));
        self.messages.insert(key, message);
    }

    fn remove(&mut self, key: SubmissionKey) {
        let Some(message) = self.messages.remove(&key) else {
            return;
        };
        for form in message.forms() {
            self.forms.remove(&(form, key));
        }
        if let Some(at) = message.settled {
            self.settled.remove(&(at, key));
        }
    }

    fn find(&self, lookup: &Lookup) -> Vec<Arc<Remembered>> {
        let keys: BTreeSet<SubmissionKey> = lookup
            .forms()
            .iter()
            .flat_map(|&form| {
                let all = (form, SubmissionKey(0))..=(form, SubmissionKey(u128::MAX));
                self.forms.range(all).rev().take(MAX_FOUND)
            })
            .map(|&(_, key)| key)
            .collect();
        let messages = keys.iter().rev().filter_map(|key| self.messages.get(key));
        messages
            .filter(|message| &*message.scope == lookup.scope())
            .take(MAX_FOUND)
            .cloned()
            .collect()
    }

    fn settle(&mut self, key: SubmissionKey, now: Timestamp) {
        if let Some(message) = self.messages.get_mut(&key)
            && message.settled.is_none()
        {
            Arc::make_mut(message).settled = Some(now);
            self.settled.insert((now, key));
        }
    }
}

#[async_trait]
impl MatcherStore for MemoryMatcherStore {
    async fn remember(&self, messages: Vec<Arc<Remembered>>) -> Result<(), MatcherStoreError> {
        let mut inner = self.lock();
        for message in messages {
            inner.insert(message);
        }
        Ok(())
    }

    async fn find(
        &self,
        lookups: Vec<Lookup>,
    ) -> Result<Vec<Vec<Arc<Remembered>>>, MatcherStoreError> {
        let inner = self.lock();
        Ok(lookups.iter().map(|lookup| inner.find(lookup)).collect())
    }

    async fn settle(
        &self,
        keys: Vec<SubmissionKey>,
        now: Timestamp,
    ) -> Result<(), MatcherStoreError> {
        let mut inner = self.lock();
        for key in keys {
            inner.settle(key, now);
        }
        Ok(())
    }

    async fn sweep(&self, sweep: Sweep) -> Result<usize, MatcherStoreError> {
        let mut inner = self.lock();
        let oldest = SubmissionKey::first_of(sweep.submitted_before);
        let by_age = inner.messages.range(..oldest).map(|(key, _)| *key);
        let settled = inner
            .settled
            .range(..(sweep.settled_before, SubmissionKey(0)));
        let over: BTreeSet<SubmissionKey> = by_age
            .take(sweep.limit)
            .chain(settled.map(|&(_, key)| key).take(sweep.limit))
            .collect();
        let mut swept = 0;
        for key in over.into_iter().take(sweep.limit) {
            inner.remove(key);
            swept += 1;
        }
        Ok(swept)
    }

    async fn count(&self) -> Result<usize, MatcherStoreError> {
        Ok(self.lock().messages.len())
    }
}

impl fmt::Debug for MemoryMatcherStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        f.debug_struct("MemoryMatcherStore")
            .field("messages", &inner.messages.len())
            .field("limit", &inner.limit)
            .field("dropped", &inner.dropped)
            .finish_non_exhaustive()
    }
}
