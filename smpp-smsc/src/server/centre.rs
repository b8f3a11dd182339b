//! What the connections of a message centre are.

use std::sync::Arc;

use smpp_session::Config;
#[cfg(feature = "scenario")]
use smpp_session::driver::{Ended, drive};
#[cfg(feature = "scenario")]
use tokio::io::{AsyncRead, AsyncWrite};
#[cfg(feature = "scenario")]
use tokio::sync::mpsc::UnboundedReceiver;

use crate::connection::{Command, Connection, Shared};
#[cfg(feature = "scenario")]
use crate::hub::ConnectionId;
use crate::hub::{Counted, Place, Report, Served, Service};
#[cfg(feature = "scenario")]
use crate::scenario::{Decisions, RequestFaults, between};

/// The engine's connections, with the faults of a scenario where there is one.
#[derive(Debug)]
pub(super) struct Centre {
    pub(super) shared: Arc<Shared>,
    #[cfg(feature = "scenario")]
    pub(super) scenario: Option<Arc<Decisions>>,
}

impl Service for Centre {
    type Connection = Connection;

    fn config(&self) -> Config {
        self.shared.session
    }

    fn connect(&self, place: Place<Command>) -> Option<Connection> {
        #[cfg(feature = "scenario")]
        let id = place.peer.connection();
        let connection = Connection::new(place, self.shared.clone());
        #[cfg(feature = "scenario")]
        if let Some(decisions) = &self.scenario {
            let faults = RequestFaults::new(decisions.clone(), id.0);
            return Some(connection.with_faults(Box::new(faults)));
        }
        Some(connection)
    }

    fn count(&self, what: Counted) {
        let counters = &self.shared.counters;
        let counter = match what {
            Counted::Connection => &counters.connections,
            Counted::RefusedConnection => &counters.refused_connections,
            Counted::FailedHandshake => &counters.failed_handshakes,
        };
        counter.add(1);
    }

    #[cfg(feature = "scenario")]
    async fn run<T>(
        &self,
        id: ConnectionId,
        stream: T,
        connection: &mut Connection,
        commands: UnboundedReceiver<Command>,
    ) -> Ended
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        match &self.scenario {
            Some(decisions) if decisions.needs_wire() => {
                let stream = between(decisions.clone(), stream, id.0);
                // Elsewhere, so that other connections take no room for it.
                Box::pin(drive(stream, self.config(), connection, commands)).await
            }
            _ => drive(stream, self.config(), connection, commands).await,
        }
    }
}

impl Served for Connection {
    fn report(&self) -> Report {
        let counts = self.counts;
        Report {
            system_id: self.account().cloned(),
            requests: counts.requests,
            refused: counts.refused + counts.refused_binds,
            delivered: counts.delivered,
            faults: counts.faults,
        }
    }
}
