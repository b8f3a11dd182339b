//! How many sessions each account has.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Account;

/// The sessions of all accounts, counted.
#[derive(Debug, Default)]
pub(crate) struct Binds {
    by_account: Mutex<HashMap<Arc<str>, u32>>,
}

/// The place of one session. It is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct BindPermit {
    binds: Arc<Binds>,
    account: Arc<str>,
}

impl Binds {
    /// A place for one more session of the account, if there may be one.
    pub(crate) fn take(self: &Arc<Self>, account: &Account) -> Option<BindPermit> {
        let system_id = &account.system_id;
        let mut all = self.lock();
        let count = all.get(system_id).copied().unwrap_or(0);
        if account.max_binds.is_some_and(|limit| count >= limit) {
            return None;
        }
        all.insert(system_id.clone(), count.saturating_add(1));
        drop(all);
        Some(BindPermit {
            binds: self.clone(),
            account: system_id.clone(),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Arc<str>, u32>> {
        self.by_account
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl BindPermit {
    /// The name of the account.
    pub(crate) const fn account(&self) -> &Arc<str> {
        &self.account
    }
}

impl Drop for BindPermit {
    fn drop(&mut self) {
        let mut all = self.binds.lock();
        if let Some(count) = all.get_mut(&self.account) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                all.remove(&self.account);
            }
        }
    }
}
