//! The message centre as a whole: it accepts connections, and ends in good order.

mod builder;
mod gate;
mod listen;
mod proxy;
#[cfg(feature = "tls")]
mod tls;

use core::sync::atomic::AtomicU64;
use core::time::Duration;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use smpp_codec::encode;
use smpp_pdu::{DeliverSm, Pdu, SequenceNumber};
use smpp_session::driver::{Ended, drive};
use smpp_session::{CloseReason, Config};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tokio::task::{AbortHandle, JoinHandle, JoinSet};
use tokio::time::timeout;
use tracing::{debug, info, warn};

use crate::accounts::{AccountTable, Accounts};
use crate::connection::{Command, Connection, Shared};
use crate::engine::{Input, Mobile};
use crate::network::Network;
use crate::registry::{ConnectionId, SessionInfo};
use crate::routes::Routes;
#[cfg(feature = "scenario")]
use crate::scenario::Decisions;
use crate::stats::Stats;
use crate::store::{Store, StoreError};
use crate::{Message, MessageId, Timestamp};

pub use builder::Builder;
use gate::Gate;
pub(crate) use gate::Pass;
pub use listen::ListenOptions;
#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub use tls::{TlsError, TlsServer};

/// How long connections may take to end that were told to end at once.
const CLOSE_LIMIT: Duration = Duration::from_secs(3);

/// A message centre. Cheap to clone; all clones are the same centre.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let smsc = smpp_smsc::Smsc::builder().account("esme", "secret").start();
/// let address = smsc.listen("127.0.0.1:0").await?;
/// assert_ne!(address.port(), 0);
/// smsc.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Smsc {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    store: Opaque<Arc<dyn Store>>,
    /// The accounts that the centre knows by itself.
    table: Arc<AccountTable>,
    gate: Arc<Gate>,
    /// How long a handshake may take.
    handshake: Duration,
    max_connections: u32,
    shutdown_limit: Duration,
    /// One for each connection that there may be.
    permits: Arc<Semaphore>,
    /// To be stopped with the centre.
    networks: Opaque<Vec<Arc<dyn Network>>>,
    stopping: watch::Sender<bool>,
    next_id: AtomicU64,
    connections: Mutex<HashMap<ConnectionId, Entry>>,
    engine: Mutex<Option<JoinHandle<()>>>,
    #[cfg(feature = "scenario")]
    scenario: Option<Arc<Decisions>>,
}

/// Why messages were not taken for an account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliverError {
    /// They cannot be written as a PDU.
    #[error("this cannot be a deliver_sm: {0}")]
    NotAMessage(String),
    /// The store did not keep them.
    #[error("the messages are not kept: {0}")]
    Store(#[from] StoreError),
    /// The message centre has ended.
    #[error("the message centre has ended")]
    Ended,
}

#[derive(Debug)]
struct Entry {
    commands: UnboundedSender<Command>,
    task: Option<AbortHandle>,
}

impl Smsc {
    /// A message centre with defaults: no account, messages in memory,
    /// handsets that receive everything.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// The sessions that are bound now, in the order of their connections.
    pub async fn sessions(&self) -> Vec<SessionInfo> {
        let (reply, list) = oneshot::channel();
        let asked = self.inner.shared.engine.send(Input::Sessions(reply));
        match asked {
            Ok(()) => list.await.unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    }

    /// Ends one session in good order: no more requests are taken on it, and it is
    /// unbound as soon as all is answered. A connection without a bind is closed.
    /// False when there is no such connection.
    pub fn end_session(&self, id: ConnectionId) -> bool {
        self.inner.with_connections(|all| {
            all.get(&id)
                .is_some_and(|entry| entry.commands.send(Command::Finish).is_ok())
        })
    }

    /// Changes all accounts at once. Sessions that are bound go on with what
    /// they were given; the next binds meet the new accounts. Without effect
    /// where an [`Authenticator`](crate::Authenticator) was set.
    pub fn set_accounts(&self, accounts: Accounts) {
        self.inner.table.replace(accounts);
    }

    /// Changes all routes at once. Messages that wait take them at their next
    /// attempt; what waits for a session of an account stays there.
    pub fn set_routes(&self, routes: Routes) {
        self.inner.shared.routes.replace(routes);
    }

    /// The routes as they are now.
    #[must_use]
    pub fn routes(&self) -> Arc<Routes> {
        self.inner.shared.routes.current()
    }

    /// What was done since the start.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.inner.shared.counters.read()
    }

    /// The accounts that the centre knows by itself, as they are now.
    #[must_use]
    pub fn accounts(&self) -> Arc<Accounts> {
        self.inner.table.accounts()
    }

    /// All messages with this id: several where it is that of a `submit_multi`,
    /// none when it was never given, or is forgotten.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not say.
    pub async fn find(&self, id: &MessageId) -> Result<Vec<Arc<Message>>, StoreError> {
        self.inner.store.0.find(id).await
    }

    /// Hands messages of mobile subscribers to an account, in this order. They
    /// are kept, as well as the store keeps, when the call returns, and wait for
    /// a session that receives.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use smpp_pdu::{Address, DeliverSm, ShortMessage};
    ///
    /// let smsc = smpp_smsc::Smsc::builder().account("esme", "secret").start();
    /// let deliver = DeliverSm::new(
    ///     Address::international("447700900123")?,
    ///     Address::short_code("4711")?,
    ///     ShortMessage::new(b"YES")?,
    /// );
    /// smsc.deliver("esme", &[deliver]).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`DeliverError`]; then none of them is kept.
    ///
    /// # Cancel safety
    /// Whether a dropped call has handed them over is not known.
    pub async fn deliver(
        &self,
        account: &str,
        messages: &[DeliverSm<'_>],
    ) -> Result<(), DeliverError> {
        let mut encoded = Vec::new();
        for message in messages {
            let mut octets = Vec::new();
            encode(&Pdu::request(SequenceNumber::FIRST, *message), &mut octets)
                .map_err(|error| DeliverError::NotAMessage(error.to_string()))?;
            encoded.push(octets.into());
        }
        let (reply, kept) = oneshot::channel();
        let mobile = Mobile {
            account: account.into(),
            messages: encoded,
            reply,
        };
        let asked = self.inner.shared.engine.send(Input::Mobile(mobile));
        asked.map_err(|_| DeliverError::Ended)?;
        Ok(kept.await.map_err(|_| DeliverError::Ended)??)
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// [`StoreError`] when it does not.
    pub async fn is_ready(&self) -> Result<bool, StoreError> {
        self.inner.store.0.next_due().await?;
        Ok(!self.is_stopping())
    }

    /// How many connections there are, bound or not.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.inner.with_connections(|all| all.len())
    }

    /// Now, by the clock of the centre.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.shared.clock.now()
    }

    /// Waits until [`shutdown`](Self::shutdown) begins.
    ///
    /// # Cancel safety
    /// It may be dropped at any time.
    pub async fn stopping(&self) {
        let mut stopping = self.inner.stopping.subscribe();
        // Whoever waits keeps the sender.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }

    /// Whether [`shutdown`](Self::shutdown) has begun.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        *self.inner.stopping.borrow()
    }

    /// Ends the centre in good order: no more connections are accepted, new
    /// requests are refused, every session is unbound as soon as all is
    /// answered on it, after half of the limit in any case (see
    /// [`Builder::shutdown_limit`]), and closed after the whole of it. Then the
    /// networks [stop](crate::network::Network::stop). Gives the number of
    /// connections that were closed like that.
    pub async fn shutdown(&self) -> usize {
        let inner = &self.inner;
        inner.stopping.send_replace(true);
        let half = inner.shutdown_limit / 2;
        let mut left = 0;
        inner.tell_all(|| Command::Finish);
        if !inner.all_ended(half).await {
            inner.tell_all(|| Command::Unbind);
            if !inner.all_ended(half).await {
                left = inner.tell_all(|| Command::Close);
                if !inner.all_ended(CLOSE_LIMIT).await {
                    inner.abort_all();
                    inner.all_ended(CLOSE_LIMIT).await;
                }
            }
        }
        // What they have to say about the last attempts is kept before the end.
        if timeout(inner.shutdown_limit, inner.stop_networks())
            .await
            .is_err()
        {
            warn!("a network did not stop in time, and is left");
        }
        // An engine that has ended already needs no word.
        let _ = inner.shared.engine.send(Input::Stop);
        let engine = inner
            .engine
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(engine) = engine
            && let Err(error) = engine.await
        {
            tracing::error!(%error, "the engine ended by a defect");
        }
        left
    }
}

impl Inner {
    fn with_connections<R>(&self, work: impl FnOnce(&mut HashMap<ConnectionId, Entry>) -> R) -> R {
        let mut all = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        work(&mut all)
    }

    /// Sends a command to every connection. Says how many there are.
    fn tell_all(&self, command: impl Fn() -> Command) -> usize {
        self.with_connections(|all| {
            for entry in all.values() {
                // One that has just ended needs no word.
                let _ = entry.commands.send(command());
            }
            all.len()
        })
    }

    /// Stops all networks at the same time.
    async fn stop_networks(&self) {
        let mut stopping = JoinSet::new();
        for network in &self.networks.0 {
            let network = network.clone();
            stopping.spawn(async move { network.stop().await });
        }
        while stopping.join_next().await.is_some() {}
    }

    fn abort_all(&self) {
        self.with_connections(|all| {
            for task in all.values().filter_map(|entry| entry.task.as_ref()) {
                task.abort();
            }
        });
    }

    /// Whether all connections have ended within `limit`.
    async fn all_ended(&self, limit: Duration) -> bool {
        let all = self.permits.acquire_many(self.max_connections);
        timeout(limit, all).await.is_ok()
    }
}

/// One connection while it runs. It is taken off the list when this is
/// dropped, however that comes about.
struct Run {
    inner: Arc<Inner>,
    id: ConnectionId,
    _permit: OwnedSemaphorePermit,
}

impl Run {
    async fn run<T>(
        self,
        stream: T,
        config: Config,
        mut connection: Connection,
        commands: UnboundedReceiver<Command>,
    ) where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let ended = drive(stream, config, &mut connection, commands).await;
        connection.log_end(&ended);
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.inner.with_connections(|all| all.remove(&self.id));
    }
}

impl Connection {
    /// One line for one connection.
    fn log_end(&self, ended: &Ended) {
        let (id, counts) = (self.id(), self.counts);
        let peer = tracing::field::display(self.peer());
        // Over TLS, a lost connection is an error with a page of explanation.
        let lost = |error: &&io::Error| error.kind() != io::ErrorKind::UnexpectedEof;
        let error = ended.error.as_ref().filter(lost);
        let error = error.map(tracing::field::display);
        match self.account() {
            Some(system_id) => info!(
                connection = %id,
                peer,
                %system_id,
                reason = %ended.reason,
                error,
                requests = counts.requests,
                refused = counts.refused + counts.refused_binds,
                delivered = counts.delivered,
                faults = counts.faults,
                "ended"
            ),
            // A load balancer that looks whether the port is open.
            None if ended.reason == CloseReason::NoOctets => {
                debug!(connection = %id, peer, reason = %ended.reason, "ended");
            }
            None => info!(
                connection = %id,
                peer,
                reason = %ended.reason,
                error,
                "ended without a bind"
            ),
        }
    }
}

/// Something that has no `Debug` of its own.
pub(crate) struct Opaque<T>(pub(crate) T);

impl<T> core::fmt::Debug for Opaque<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("…")
    }
}
