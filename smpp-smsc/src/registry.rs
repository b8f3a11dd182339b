//! The bound sessions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use smpp_pdu::{BindType, InterfaceVersion};
use tokio::sync::mpsc::UnboundedSender;

use crate::connection::Command;
use crate::engine::Pending;
use crate::hash::IdMap;
pub(crate) use crate::hub::ConnectionId;
use crate::store::DeliveryKey;

/// A bound session, as [`Smsc::sessions`](crate::Smsc::sessions) lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionInfo {
    /// Its connection.
    pub connection: ConnectionId,
    /// The peer's address.
    pub peer: Arc<str>,
    /// The account that bound.
    pub system_id: Arc<str>,
    /// What it is bound as.
    pub bind_type: BindType,
    /// The version that the peer speaks.
    pub version: InterfaceVersion,
    /// Deliveries that the peer has not answered yet.
    pub in_flight: usize,
}

/// A bound session, as the engine sees it.
#[derive(Debug)]
pub(crate) struct BoundSession {
    pub(crate) info: SessionInfo,
    /// How many deliveries may be unanswered.
    pub(crate) window: usize,
    /// What the connection has and the peer has not answered.
    pub(crate) in_flight: BTreeMap<DeliveryKey, Pending>,
    /// It takes no more: it is about to end.
    pub(crate) draining: bool,
    pub(crate) commands: UnboundedSender<Command>,
}

impl BoundSession {
    fn free_window(&self) -> usize {
        if self.draining || !self.info.bind_type.receives() {
            0
        } else {
            self.window.saturating_sub(self.in_flight.len())
        }
    }
}

/// All bound sessions, by connection and by account.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    sessions: IdMap<ConnectionId, BoundSession>,
    receivers: HashMap<Arc<str>, Vec<ConnectionId>>,
}

impl Registry {
    pub(crate) fn insert(&mut self, session: BoundSession) {
        let id = session.info.connection;
        if session.info.bind_type.receives() {
            self.receivers
                .entry(session.info.system_id.clone())
                .or_default()
                .push(id);
        }
        self.sessions.insert(id, session);
    }

    pub(crate) fn remove(&mut self, id: ConnectionId) -> Option<BoundSession> {
        let session = self.sessions.remove(&id)?;
        if let Some(receivers) = self.receivers.get_mut(&session.info.system_id) {
            receivers.retain(|receiver| *receiver != id);
            if receivers.is_empty() {
                self.receivers.remove(&session.info.system_id);
            }
        }
        Some(session)
    }

    pub(crate) fn get(&self, id: ConnectionId) -> Option<&BoundSession> {
        self.sessions.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: ConnectionId) -> Option<&mut BoundSession> {
        self.sessions.get_mut(&id)
    }

    /// Whether a session of the account is bound to receive.
    pub(crate) fn receives(&self, account: &str) -> bool {
        self.receivers.contains_key(account)
    }

    /// The session of the account that can take most; another one than `avoid`
    /// if there is one that can take anything.
    pub(crate) fn least_loaded(
        &self,
        account: &str,
        avoid: Option<ConnectionId>,
    ) -> Option<ConnectionId> {
        self.receivers
            .get(account)?
            .iter()
            .filter_map(|id| Some((*id, self.sessions.get(id)?.free_window())))
            .filter(|(_, free)| *free > 0)
            .max_by_key(|(id, free)| (Some(*id) != avoid, *free))
            .map(|(id, _)| id)
    }

    /// Whether another session than this one is bound to receive for the account.
    pub(crate) fn receives_elsewhere(&self, account: &str, id: ConnectionId) -> bool {
        self.receivers.get(account).is_some_and(|receivers| {
            receivers.iter().any(|receiver| {
                *receiver != id && self.get(*receiver).is_some_and(|one| !one.draining)
            })
        })
    }

    pub(crate) fn list(&self) -> Vec<SessionInfo> {
        let mut list: Vec<SessionInfo> = self
            .sessions
            .values()
            .map(|session| SessionInfo {
                in_flight: session.in_flight.len(),
                ..session.info.clone()
            })
            .collect();
        list.sort_by_key(|info| info.connection);
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(id: u64, bind_type: BindType, window: usize) -> BoundSession {
        BoundSession {
            info: SessionInfo {
                connection: ConnectionId(id),
                peer: "test".into(),
                system_id: "esme".into(),
                bind_type,
                version: InterfaceVersion::V3_4,
                in_flight: 0,
            },
            window,
            in_flight: BTreeMap::new(),
            draining: false,
            commands: tokio::sync::mpsc::unbounded_channel().0,
        }
    }

    #[test]
    fn the_session_with_most_room_is_chosen() {
        let mut registry = Registry::default();
        registry.insert(session(1, BindType::Transmitter, 100));
        assert_eq!(registry.least_loaded("esme", None), None);
        registry.insert(session(2, BindType::Receiver, 5));
        registry.insert(session(3, BindType::Transceiver, 10));
        let third = Some(ConnectionId(3));
        assert_eq!(registry.least_loaded("esme", None), third);
        let second = Some(ConnectionId(2));
        assert_eq!(registry.least_loaded("esme", third), second);
        registry.get_mut(ConnectionId(2)).unwrap().draining = true;
        assert_eq!(registry.least_loaded("esme", third), third);
        assert_eq!(registry.least_loaded("other", None), None);
        registry.remove(ConnectionId(3));
        assert_eq!(registry.least_loaded("esme", None), None);
    }
}
