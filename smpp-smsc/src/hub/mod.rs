//! What every server does around its sessions: it listens, limits, shakes hands,
//! knows its connections, and ends in good order. What a connection does is said
//! by a [`Service`].

mod bind;
mod gate;
mod large;
mod limits;
mod listen;
mod order;
mod outbind;
mod proxy;
mod run;
#[cfg(feature = "tls")]
mod tls;

use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::sync::atomic::AtomicU64;
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use smpp_session::Config;
use smpp_session::driver::{Application, Ended, drive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::{Semaphore, watch};
use tokio::task::AbortHandle;

pub(crate) use bind::accept_bind;
use gate::Gate;
pub(crate) use gate::Pass;
pub(crate) use large::LargeRequests;
pub use limits::Limits;
pub use listen::ListenOptions;
pub(crate) use order::Order;
pub use outbind::OutbindError;
pub(crate) use run::Report;
#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub use tls::{TlsError, TlsServer};

/// How long connections may take to end that were told to end at once.
const CLOSE_LIMIT: Duration = Duration::from_secs(3);

/// The number of a connection, unique in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whom a connection leads to.
#[derive(Clone, Debug)]
pub struct Peer {
    connection: ConnectionId,
    text: Arc<str>,
    address: Option<SocketAddr>,
    certificate: Option<Arc<[u8]>>,
}

impl Peer {
    fn named(text: &str) -> Self {
        Self {
            // Given when the connection starts.
            connection: ConnectionId(0),
            text: text.into(),
            address: None,
            certificate: None,
        }
    }

    /// The number of the connection.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// What logs call it.
    #[must_use]
    pub const fn name(&self) -> &Arc<str> {
        &self.text
    }

    /// Its address, behind a load balancer the one of the PROXY header; `None`
    /// over a stream that has no such address.
    #[must_use]
    pub const fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// The IP address of [`address`](Self::address).
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.map(|address| address.ip())
    }

    /// The certificate that it has shown over TLS and that was verified, in DER;
    /// `None` where none was asked for.
    #[must_use]
    pub fn certificate(&self) -> Option<&[u8]> {
        self.certificate.as_deref()
    }
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self {
            address: Some(address),
            ..Self::named(&address.to_string())
        }
    }
}

/// What connections are here.
pub(crate) trait Service: Send + Sync + Sized + 'static {
    /// What one of them does with its session.
    type Connection: Served;

    /// Limits and timers of sessions.
    fn config(&self) -> Config;

    /// Makes a connection; `None` to refuse it.
    fn connect(&self, place: Place<CommandOf<Self>>) -> Option<Self::Connection>;

    /// Takes note of what sessions do not see.
    fn count(&self, what: Counted) {
        let _ = what;
    }

    /// Runs a session until it is over.
    fn run<T>(
        &self,
        id: ConnectionId,
        stream: T,
        connection: &mut Self::Connection,
        commands: UnboundedReceiver<CommandOf<Self>>,
    ) -> impl Future<Output = Ended> + Send
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let _ = id;
        drive(stream, self.config(), connection, commands)
    }
}

/// The commands that a connection takes.
pub(crate) type CommandOf<S> = <<S as Service>::Connection as Application>::Command;

/// What one connection does with its session.
pub(crate) trait Served: Application<Command: From<Order> + Send> + Send + 'static {
    /// What the log is told at its end.
    fn report(&self) -> Report;

    /// Does what is left to do once the session is over; the place of the
    /// connection is free after that.
    fn end(self) -> impl Future<Output = ()> + Send
    where
        Self: Sized,
    {
        async move { drop(self) }
    }
}

/// What a connection starts with.
#[derive(Debug)]
pub(crate) struct Place<C> {
    pub(crate) peer: Peer,
    /// The place among the connections.
    pub(crate) pass: Pass,
    /// Its own.
    pub(crate) commands: UnboundedSender<C>,
}

/// What a [`Service`] may count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// A connection is served.
    Connection,
    /// A connection was closed at once: a limit was reached.
    RefusedConnection,
    /// A connection ended before its TLS handshake or PROXY header did.
    FailedHandshake,
}

/// The connections of one server.
pub(crate) struct Hub<S: Service> {
    service: S,
    limits: Limits,
    gate: Arc<Gate>,
    /// One for each connection that there may be.
    permits: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
    next_id: AtomicU64,
    connections: Mutex<HashMap<ConnectionId, Entry<CommandOf<S>>>>,
}

struct Entry<C> {
    commands: UnboundedSender<C>,
    task: Option<AbortHandle>,
}

impl<S: Service> Hub<S> {
    pub(crate) fn new(service: S, limits: Limits) -> Arc<Self> {
        let permits = usize::try_from(limits.connections).unwrap_or(usize::MAX);
        Arc::new(Self {
            service,
            gate: Arc::new(Gate::new(&limits)),
            permits: Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))),
            limits,
            stopping: watch::Sender::new(false),
            next_id: AtomicU64::new(1),
            connections: Mutex::default(),
        })
    }

    /// How long a shutdown waits.
    #[cfg(feature = "engine")]
    pub(crate) const fn shutdown_limit(&self) -> Duration {
        self.limits.shutdown
    }

    /// How many connections there are, bound or not.
    pub(crate) fn len(&self) -> usize {
        self.with_connections(|all| all.len())
    }

    /// Sends an order to one connection. False when there is no such connection.
    pub(crate) fn tell(&self, id: ConnectionId, order: Order) -> bool {
        self.with_connections(|all| {
            all.get(&id)
                .is_some_and(|entry| entry.commands.send(order.into()).is_ok())
        })
    }

    /// Waits until [`shutdown`](Self::shutdown) begins.
    pub(crate) async fn stopping(&self) {
        let mut stopping = self.stopping.subscribe();
        // Whoever waits keeps the sender.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }

    /// Whether [`shutdown`](Self::shutdown) has begun.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Ends all connections in good order, and those that take too long without
    /// it. Gives the number of connections that were closed like that.
    pub(crate) async fn shutdown(&self) -> usize {
        self.stopping.send_replace(true);
        let half = self.limits.shutdown / 2;
        self.tell_all(|| Order::Finish);
        if self.all_ended(half).await {
            return 0;
        }
        self.tell_all(|| Order::Unbind);
        if self.all_ended(half).await {
            return 0;
        }
        let left = self.tell_all(|| Order::Close);
        if !self.all_ended(CLOSE_LIMIT).await {
            self.abort_all();
            self.all_ended(CLOSE_LIMIT).await;
        }
        left
    }

    /// Accepts nothing more, and ends all connections at once.
    pub(crate) fn close(&self) {
        self.stopping.send_replace(true);
        self.tell_all(|| Order::Close);
    }

    fn with_connections<R>(
        &self,
        work: impl FnOnce(&mut HashMap<ConnectionId, Entry<CommandOf<S>>>) -> R,
    ) -> R {
        let mut all = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        work(&mut all)
    }

    /// Sends an order to every connection. Says how many there are.
    fn tell_all(&self, order: impl Fn() -> Order) -> usize {
        self.with_connections(|all| {
            for entry in all.values() {
                // One that has just ended needs no word.
                let _ = entry.commands.send(order().into());
            }
            all.len()
        })
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
        let all = self.permits.acquire_many(self.limits.connections);
        tokio::time::timeout(limit, all).await.is_ok()
    }
}

impl<S: Service> fmt::Debug for Hub<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub")
            .field("connections", &self.len())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Something that has no `Debug` of its own.
pub(crate) struct Opaque<T>(pub(crate) T);

impl<T> fmt::Debug for Opaque<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
