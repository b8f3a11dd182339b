//! The sessions that each account has.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use super::Account;
use crate::connection::Command;
use crate::hub::Order;
use crate::registry::ConnectionId;

/// The sessions of all accounts, each account's oldest first.
#[derive(Debug, Default)]
pub(crate) struct Binds {
    by_account: Mutex<HashMap<Arc<str>, VecDeque<Place>>>,
}

#[derive(Debug)]
struct Place {
    connection: ConnectionId,
    commands: UnboundedSender<Command>,
}

/// The place of one session. It is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct BindPermit {
    binds: Arc<Binds>,
    account: Arc<str>,
    connection: ConnectionId,
}

impl Binds {
    /// A place for one more session of the account, if there may be one. Where
    /// the account wants that, its oldest session makes room.
    pub(crate) fn take(
        self: &Arc<Self>,
        account: &Account,
        connection: ConnectionId,
        commands: &UnboundedSender<Command>,
    ) -> Option<BindPermit> {
        let limit = account.max_binds.unwrap_or(u32::MAX);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let system_id = &account.system_id;
        let mut all = self.lock();
        let places = all.entry(system_id.clone()).or_default();
        // A limit that was lowered meanwhile takes several.
        while places.len() >= limit {
            if !account.replaces_oldest || limit == 0 {
                return None;
            }
            if let Some(oldest) = places.pop_front() {
                // One that has just ended needs no word.
                let _ = oldest.commands.send(Order::Close.into());
            }
        }
        places.push_back(Place {
            connection,
            commands: commands.clone(),
        });
        drop(all);
        Some(BindPermit {
            binds: self.clone(),
            account: system_id.clone(),
            connection,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, VecDeque<Place>>> {
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
        if let Some(places) = all.get_mut(&self.account) {
            places.retain(|place| place.connection != self.connection);
            if places.is_empty() {
                all.remove(&self.account);
            }
        }
    }
}
