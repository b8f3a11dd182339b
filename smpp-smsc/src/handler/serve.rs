//! The server: listeners, options, and its end.

use core::fmt;
use core::net::SocketAddr;
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use std::io;
use std::panic::catch_unwind;
use std::sync::Arc;

use smpp_session::{Config, Role};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, ToSocketAddrs};

use super::connection::{Command, Connection};
use super::{Handler, Sessions};
use crate::hub::{
    ConnectionId, Hub, Limits, ListenOptions, Opaque, Order, OutbindError, Peer, Place, Service,
};

/// Makes the handler of each connection; a closure is one:
///
/// ```
/// # use smpp_smsc::handler::{Handler, HandlerFactory, Peer};
/// # struct Gateway(Option<std::net::SocketAddr>);
/// # impl Handler for Gateway {}
/// fn takes(_: impl HandlerFactory) {}
///
/// takes(|peer: &Peer| Some(Gateway(peer.address())));
/// ```
pub trait HandlerFactory: Send + Sync + 'static {
    /// The handler of a connection; `None` closes it at once. Called from the
    /// task that accepts, which must not be blocked.
    fn connect(&self, peer: &Peer) -> Option<Box<dyn Handler>>;
}

impl<F, H> HandlerFactory for F
where
    F: Fn(&Peer) -> Option<H> + Send + Sync + 'static,
    H: Handler,
{
    fn connect(&self, peer: &Peer) -> Option<Box<dyn Handler>> {
        self(peer).map(|handler| Box::new(handler) as Box<dyn Handler>)
    }
}

/// How a server serves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The `system_id` that bind responses carry, at most 15 octets without a
    /// NUL. Default `smpp-smsc`.
    pub system_id: Arc<str>,
    /// Limits and timers of sessions. The role is always that of a message centre.
    /// Default: those of [`Config::new`], a `window` of 100 and a `peer_window`
    /// of 1,000.
    pub session: Config,
    /// Limits of connections.
    pub limits: Limits,
    /// Where bound sessions are found.
    pub sessions: Sessions,
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    /// The defaults, with a list of sessions of its own.
    #[must_use]
    pub fn new() -> Self {
        Self {
            system_id: "smpp-smsc".into(),
            session: Config {
                window: 100,
                peer_window: 1000,
                ..Config::new(Role::MessageCentre)
            },
            limits: Limits::new(),
            sessions: Sessions::new(),
        }
    }
}

/// A protocol server. Cheap to clone; all clones are the same server. It runs
/// until [`Server::shutdown`]: dropping the handle does not end it.
#[derive(Clone, Debug)]
pub struct Server {
    hub: Arc<Hub<Handlers>>,
    options: Arc<Options>,
}

/// The connections of a protocol server.
struct Handlers {
    factory: Box<dyn HandlerFactory>,
    options: Arc<Options>,
}

impl Service for Handlers {
    type Connection = Connection;

    fn config(&self) -> Config {
        self.options.session
    }

    fn connect(&self, place: Place<Command>) -> Option<Connection> {
        // A panic here would end the listener.
        let made = catch_unwind(AssertUnwindSafe(|| self.factory.connect(&place.peer)));
        match made {
            Ok(handler) => Some(Connection::new(place, handler?, self.options.clone())),
            Err(_) => {
                tracing::error!(peer = %place.peer.name(), "the factory of handlers panicked");
                None
            }
        }
    }
}

impl Server {
    /// A server without a listener at first.
    #[must_use]
    pub fn new(factory: impl HandlerFactory, options: Options) -> Self {
        Self::boxed(Box::new(factory), options)
    }

    fn boxed(factory: Box<dyn HandlerFactory>, mut options: Options) -> Self {
        options.session.role = Role::MessageCentre;
        let options = Arc::new(options);
        let handlers = Handlers {
            factory,
            options: options.clone(),
        };
        Self {
            hub: Hub::new(handlers, options.limits),
            options,
        }
    }

    /// Listens on an address, and serves what connects to it in the background.
    /// Gives the address, with the port that was chosen for port 0.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn listen(
        &self,
        address: impl ToSocketAddrs,
        options: ListenOptions,
    ) -> io::Result<SocketAddr> {
        self.hub.listen_with(address, options).await
    }

    /// Serves what connects to this listener, until [`shutdown`](Self::shutdown).
    /// Several listeners may be served at the same time.
    ///
    /// # Cancel safety
    /// A dropped future stops accepting; connections go on.
    pub async fn serve(&self, listener: TcpListener, options: ListenOptions) {
        self.hub.serve_with(listener, options).await;
    }

    /// Serves one connection in the background: any stream, whoever accepted it.
    /// `peer` is what logs call it. `None`, and the stream dropped, when there are
    /// as many connections as there may be, the factory refuses it, or after a
    /// shutdown began.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn accept<T>(&self, stream: T, peer: &str) -> Option<ConnectionId>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        self.hub.accept(stream, peer)
    }

    /// As [`accept`](Self::accept), for a peer with an address.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn accept_from<T>(&self, stream: T, peer: SocketAddr) -> Option<ConnectionId>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        self.hub.accept_from(stream, peer)
    }

    /// Connects to an ESME, asks it to bind (`outbind`, 3.4, 4.1.7; 5.0, 4.1.1.7),
    /// and serves that connection as one that was accepted. `system_id`, at most 15
    /// octets, and `password`, at most 8, are how the server makes itself known.
    ///
    /// # Errors
    /// [`OutbindError`]; then there is no such connection.
    ///
    /// # Cancel safety
    /// A dropped future sends nothing.
    pub async fn outbind(
        &self,
        address: SocketAddr,
        system_id: &str,
        password: &str,
    ) -> Result<ConnectionId, OutbindError> {
        self.hub.outbind(address, system_id, password).await
    }

    /// The sessions that are bound.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.options.sessions
    }

    /// How many connections there are, bound or not, and with handlers that have
    /// not seen the end of theirs.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.hub.len()
    }

    /// Ends one connection in good order: no more requests are taken on it, and it
    /// is unbound as soon as all is answered. One without a bind is closed. False
    /// when there is no such connection.
    pub fn end_connection(&self, id: ConnectionId) -> bool {
        self.hub.tell(id, Order::Finish)
    }

    /// Waits until [`shutdown`](Self::shutdown) begins.
    ///
    /// # Cancel safety
    /// It may be dropped at any time.
    pub async fn stopping(&self) {
        self.hub.stopping().await;
    }

    /// Ends the server in good order: no more connections are accepted, new
    /// requests are refused, every session is unbound as soon as all is answered
    /// on it, after half of [`Limits::shutdown`] in any case, and closed after the
    /// whole of it. Gives the number of connections that were closed like that.
    pub async fn shutdown(&self) -> usize {
        self.hub.shutdown().await
    }
}

/// Serves what connects to a listener: a future, for which there is
/// [`with_graceful_shutdown`](Serve::with_graceful_shutdown); without that it runs
/// for ever. For several listeners there is [`Server`].
///
/// See the [module](super) for an example.
pub fn serve(listener: TcpListener, factory: impl HandlerFactory) -> Serve {
    Serve {
        listener,
        factory: Opaque(Box::new(factory)),
        listen: ListenOptions::new(),
        options: Options::new(),
        signal: None,
    }
}

type Signal = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A server that begins when it is awaited, see [`serve`]. It gives the number of
/// connections that had to be closed without an unbind.
///
/// # Cancel safety
/// A dropped future closes all connections.
#[derive(Debug)]
#[must_use = "a server does nothing until it is awaited"]
pub struct Serve {
    listener: TcpListener,
    factory: Opaque<Box<dyn HandlerFactory>>,
    listen: ListenOptions,
    options: Options,
    signal: Option<Opaque<Signal>>,
}

impl Serve {
    /// Sets limits and timers of sessions, see [`Options::session`].
    pub fn with_session(mut self, session: Config) -> Self {
        self.options.session = session;
        self
    }

    /// Sets the limits of connections.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.options.limits = limits;
        self
    }

    /// Sets the `system_id` that bind responses carry, see [`Options::system_id`].
    pub fn with_system_id(mut self, system_id: &str) -> Self {
        self.options.system_id = system_id.into();
        self
    }

    /// Sets where bound sessions are found.
    pub fn with_sessions(mut self, sessions: Sessions) -> Self {
        self.options.sessions = sessions;
        self
    }

    /// Sets what happens on a connection before SMPP does: PROXY header, TLS.
    pub fn with_listen_options(mut self, options: ListenOptions) -> Self {
        self.listen = options;
        self
    }

    /// Ends the server in good order, see [`Server::shutdown`], when `signal`
    /// is ready.
    pub fn with_graceful_shutdown(
        mut self,
        signal: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        self.signal = Some(Opaque(Box::pin(signal)));
        self
    }

    /// Where bound sessions will be found.
    #[must_use]
    pub fn sessions(&self) -> Sessions {
        self.options.sessions.clone()
    }
}

/// Closes what a server has, when nobody waits for it any more.
struct Closing(Server);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.hub.close();
    }
}

impl IntoFuture for Serve {
    type Output = usize;
    type IntoFuture = Pin<Box<dyn Future<Output = usize> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let server = Closing(Server::boxed(self.factory.0, self.options));
            let served = server.0.serve(self.listener, self.listen);
            match self.signal {
                None => served.await,
                Some(Opaque(signal)) => {
                    tokio::select! {
                        () = served => {}
                        () = signal => {}
                    }
                }
            }
            server.0.shutdown().await
        })
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handlers").finish_non_exhaustive()
    }
}
