//! One connection while it runs, and the line of the log about it.

use std::io;
use std::sync::Arc;

use smpp_session::CloseReason;
use smpp_session::driver::Ended;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::UnboundedReceiver;
use tracing::{debug, info};

use super::{CommandOf, Hub, Peer, Served, Service};

/// One connection while it runs. It is taken off the list when this is
/// dropped, however that comes about.
pub(super) struct Run<S: Service> {
    pub(super) hub: Arc<Hub<S>>,
    pub(super) peer: Peer,
    pub(super) _permit: OwnedSemaphorePermit,
}

impl<S: Service> Run<S> {
    pub(super) async fn run<T>(
        self,
        stream: T,
        mut connection: S::Connection,
        commands: UnboundedReceiver<CommandOf<S>>,
    ) where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let service = &self.hub.service;
        let ended = service
            .run(self.peer.connection, stream, &mut connection, commands)
            .await;
        log_end(&self.peer, connection.report(), &ended);
        connection.end().await;
    }
}

impl<S: Service> Drop for Run<S> {
    fn drop(&mut self) {
        self.hub
            .with_connections(|all| all.remove(&self.peer.connection));
        if std::thread::panicking() {
            let peer = &self.peer.text;
            tracing::error!(connection = %self.peer.connection, %peer, "ended by a defect");
        }
    }
}

/// What a connection has done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// Who has bound, once somebody has.
    pub(crate) system_id: Option<Arc<str>>,
    /// Requests that came, binds and `enquire_link` not among them.
    pub(crate) requests: u64,
    /// Of these, those that were refused, and binds that were.
    pub(crate) refused: u64,
    /// Requests to the peer that it has acknowledged.
    pub(crate) delivered: u64,
    /// What the peer did that it must not.
    pub(crate) faults: u64,
}

/// One line for one connection.
fn log_end(peer: &Peer, report: Report, ended: &Ended) {
    let (id, peer) = (peer.connection, &peer.text);
    // Over TLS, a lost connection is an error with a page of explanation.
    let lost = |error: &&io::Error| error.kind() != io::ErrorKind::UnexpectedEof;
    let error = ended.error.as_ref().filter(lost);
    let error = error.map(tracing::field::display);
    match report.system_id {
        Some(system_id) => info!(
            connection = %id,
            %peer,
            %system_id,
            reason = %ended.reason,
            error,
            requests = report.requests,
            refused = report.refused,
            delivered = report.delivered,
            faults = report.faults,
            "ended"
        ),
        // A load balancer that looks whether the port is open.
        None if ended.reason == CloseReason::NoOctets => {
            debug!(connection = %id, %peer, reason = %ended.reason, "ended");
        }
        None => info!(
            connection = %id,
            %peer,
            reason = %ended.reason,
            error,
            "ended without a bind"
        ),
    }
}
