//! The bound sessions of a server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::SessionHandle;
use crate::hub::ConnectionId;

/// The sessions that are bound now. Cheap to clone; all clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    by_system_id: Arc<Mutex<HashMap<Arc<str>, Vec<SessionHandle>>>>,
}

impl Sessions {
    /// Without any session.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All of them, in the order of their connections.
    #[must_use]
    pub fn list(&self) -> Vec<SessionHandle> {
        let mut list: Vec<_> = self.lock().values().flatten().cloned().collect();
        list.sort_by_key(SessionHandle::connection);
        list
    }

    /// Those of one account, the oldest bind first.
    #[must_use]
    pub fn of(&self, system_id: &str) -> Vec<SessionHandle> {
        self.lock().get(system_id).cloned().unwrap_or_default()
    }

    /// The one on this connection.
    #[must_use]
    pub fn get(&self, id: ConnectionId) -> Option<SessionHandle> {
        let all = self.lock();
        let found = all.values().flatten().find(|one| one.connection() == id);
        found.cloned()
    }

    /// Of those of one account that are bound to receive, the one that can take
    /// most now.
    #[must_use]
    pub fn receiver(&self, system_id: &str) -> Option<SessionHandle> {
        let all = self.lock();
        let receivers = all.get(system_id)?.iter();
        receivers
            .filter(|one| one.bind_type().receives())
            .max_by_key(|one| one.free_window())
            .cloned()
    }

    pub(super) fn insert(&self, session: SessionHandle) {
        let system_id = session.system_id().clone();
        self.lock().entry(system_id).or_default().push(session);
    }

    pub(super) fn remove(&self, session: &SessionHandle) {
        let mut all = self.lock();
        if let Some(sessions) = all.get_mut(session.system_id()) {
            sessions.retain(|one| one.connection() != session.connection());
            if sessions.is_empty() {
                all.remove(session.system_id());
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Vec<SessionHandle>>> {
        self.by_system_id
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
