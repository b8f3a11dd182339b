//! The message centre as a whole: it accepts connections, and ends in good order.

use core::net::SocketAddr;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use smpp_pdu::Address;
use smpp_session::driver::{Ended, drive};
use smpp_session::{CloseReason, Config, Role};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tokio::task::{AbortHandle, JoinHandle};
use tracing::{debug, info, warn};

use crate::connection::{Command, Connection, Shared};
use crate::engine::{Engine, Input, Settings};
use crate::lists::Lists;
use crate::message_id::Ids;
#[cfg(feature = "scenario")]
use crate::network::Simulated;
use crate::network::{Handsets, Network, Reports};
use crate::registry::{ConnectionId, SessionInfo};
#[cfg(feature = "scenario")]
use crate::scenario::{Decisions, RequestFaults, Scenario, between};
use crate::store::{MemoryStore, Store};
use crate::{Accounts, Clock, Retries};

/// The longest wait after an error of accepting.
const MAX_ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// How long connections may take to end that were told to end at once.
const CLOSE_LIMIT: Duration = Duration::from_secs(3);

/// Makes a message centre, see [`Smsc::builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct Builder {
    system_id: String,
    accounts: Accounts,
    store: Opaque<Arc<dyn Store>>,
    network: Opaque<Arc<dyn Network>>,
    session: Config,
    max_connections: u32,
    shutdown_limit: Duration,
    validity: Duration,
    lists: Lists,
    settings: Settings,
    #[cfg(feature = "scenario")]
    scenario: Option<Arc<Decisions>>,
}

impl Builder {
    fn new() -> Self {
        Self {
            system_id: "smpp-smsc".into(),
            accounts: Accounts::new(),
            store: Opaque(Arc::new(MemoryStore::default())),
            network: Opaque(Arc::new(Handsets::default())),
            session: Config {
                peer_window: 10_000,
                ..Config::new(Role::MessageCentre)
            },
            max_connections: 1024,
            shutdown_limit: Duration::from_secs(5),
            validity: Duration::from_secs(72 * 3600),
            lists: Lists::default(),
            settings: Settings {
                clock: Clock::system(),
                retries: Retries::default(),
                lease: Duration::from_secs(60),
                transaction_limit: Duration::from_secs(5),
                receipt_lifetime: Duration::from_secs(72 * 3600),
                history: Duration::from_secs(72 * 3600),
            },
            #[cfg(feature = "scenario")]
            scenario: None,
        }
    }

    /// Adds an account. Without any, nobody can bind.
    pub fn account(mut self, system_id: &str, password: &str) -> Self {
        self.accounts.insert(system_id, password);
        self
    }

    /// Sets all accounts.
    pub fn accounts(mut self, accounts: Accounts) -> Self {
        self.accounts = accounts;
        self
    }

    /// Sets the `system_id` that bind responses carry, without a NUL. Default
    /// `smpp-smsc`.
    pub fn system_id(mut self, system_id: &str) -> Self {
        self.system_id = system_id.into();
        self
    }

    /// Sets where messages are kept. Default: a [`MemoryStore`].
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Opaque(Arc::new(store));
        self
    }

    /// Sets where messages go. Default: [`Handsets`] that receive everything.
    pub fn network(mut self, network: impl Network) -> Self {
        self.network = Opaque(Arc::new(network));
        self
    }

    /// Sets the limits and timers of the sessions: time to bind, lengths of
    /// PDUs before and after it, both windows, `enquire_link`. `window` is how
    /// many deliveries an ESME may leave unanswered. The role is always that of
    /// a message centre.
    ///
    /// Default: [`Config::new`] with a `peer_window` of 10,000.
    pub fn session(mut self, session: Config) -> Self {
        self.session = Config {
            role: Role::MessageCentre,
            ..session
        };
        self
    }

    /// Sets how many connections there may be, bound or not. One more is
    /// closed at once. Default 1,024.
    pub fn max_connections(mut self, limit: u32) -> Self {
        self.max_connections = limit.max(1);
        self
    }

    /// Sets how long [`Smsc::shutdown`] waits for sessions to unbind. Default 5 s.
    pub fn shutdown_limit(mut self, limit: Duration) -> Self {
        self.shutdown_limit = limit;
        self
    }

    /// Sets how long delivery is tried where the message does not say. Default
    /// 72 hours.
    pub fn validity(mut self, validity: Duration) -> Self {
        self.validity = validity;
        self
    }

    /// Sets how long to wait after attempts that failed for now.
    pub fn retries(mut self, retries: Retries) -> Self {
        self.settings.retries = retries;
        self
    }

    /// Sets how long an attempt may take before it is given up and made again.
    /// Default 60 s.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease;
        self
    }

    /// Sets how long a request in transaction mode (`esm_class` 0x02) waits for
    /// the outcome of its attempt. After that it is answered with
    /// `ESME_RDELIVERYFAILURE`, and the outcome is lost. Should be less than what
    /// clients wait for a response. Default 5 s.
    pub fn transaction_limit(mut self, limit: Duration) -> Self {
        self.settings.transaction_limit = limit;
        self
    }

    /// Adds a distribution list, or sets its members anew: a `submit_multi` to
    /// `name` goes to all of them. The protocol takes names of 1 to 20 octets,
    /// and at most 255 recipients in one `submit_multi`, members of lists
    /// included. Members without digits are left out.
    ///
    /// ```
    /// use smpp_pdu::Address;
    ///
    /// let staff = [
    ///     Address::international("447700900123")?,
    ///     Address::international("447700900124")?,
    /// ];
    /// let builder = smpp_smsc::Smsc::builder().distribution_list("staff", staff);
    /// # let _ = builder;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn distribution_list<'a>(
        mut self,
        name: &str,
        members: impl IntoIterator<Item = Address<'a>>,
    ) -> Self {
        self.lists.insert(name, members);
        self
    }

    /// Sets how long a receipt waits for its ESME. Default 72 hours.
    pub fn receipt_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.receipt_lifetime = lifetime;
        self
    }

    /// Sets how long a message is kept after it has reached its final state, so
    /// that `query_sm` finds it. Default 72 hours.
    pub fn history(mut self, history: Duration) -> Self {
        self.settings.history = history;
        self
    }

    /// Sets the clock. Default: [`Clock::system`].
    pub fn clock(mut self, clock: Clock) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Follows a scenario: its handsets take the place of [`Builder::network`],
    /// its waits that of [`Builder::retries`] where it has any, and its faults
    /// befall all connections. The same seed gives the same run.
    #[cfg(feature = "scenario")]
    #[cfg_attr(docsrs, doc(cfg(feature = "scenario")))]
    pub fn scenario(mut self, scenario: Scenario, seed: u64) -> Self {
        let waits = scenario.waits();
        if !waits.is_empty() {
            self.settings.retries = Retries::new(waits);
        }
        // Simulated handsets forget nothing, however slow they are.
        self.settings.lease = self.settings.lease.max(4 * crate::scenario::MAX_DELAY);
        self.scenario = Some(Arc::new(Decisions::new(scenario, seed)));
        self
    }

    /// Starts the message centre, without a listener at first. It runs until
    /// [`Smsc::shutdown`]: dropping the handle does not end it.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn start(self) -> Smsc {
        let (engine, inputs) = unbounded_channel();
        let clock = self.settings.clock;
        let shared = Arc::new(Shared {
            system_id: self.system_id.into(),
            accounts: self.accounts,
            clock,
            ids: Ids::new(clock.now()),
            validity: self.validity,
            lists: self.lists,
            window: usize::from(self.session.window),
            engine: engine.clone(),
        });
        let reports = Reports::new(engine);
        let (store, network) = (self.store.0, self.network.0);
        #[cfg(feature = "scenario")]
        let network = match &self.scenario {
            Some(decisions) => Arc::new(Simulated::new(decisions.clone(), clock)),
            None => network,
        };
        let engine = Engine::new(store, network, self.settings, inputs, reports);
        let permits = usize::try_from(self.max_connections).unwrap_or(usize::MAX);
        Smsc {
            inner: Arc::new(Inner {
                shared,
                session: self.session,
                max_connections: self.max_connections,
                shutdown_limit: self.shutdown_limit,
                permits: Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))),
                stopping: watch::Sender::new(false),
                next_id: AtomicU64::new(1),
                connections: Mutex::default(),
                engine: Mutex::new(Some(tokio::spawn(engine.run()))),
                #[cfg(feature = "scenario")]
                scenario: self.scenario,
            }),
        }
    }
}

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
    session: Config,
    max_connections: u32,
    shutdown_limit: Duration,
    /// One for each connection that there may be.
    permits: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
    next_id: AtomicU64,
    connections: Mutex<HashMap<ConnectionId, Entry>>,
    engine: Mutex<Option<JoinHandle<()>>>,
    #[cfg(feature = "scenario")]
    scenario: Option<Arc<Decisions>>,
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

    /// Listens on an address, and serves what connects to it in the background.
    /// Gives the address, with the port that was chosen for port 0.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn listen(&self, address: impl ToSocketAddrs) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let smsc = self.clone();
        tokio::spawn(async move { smsc.serve(listener).await });
        Ok(address)
    }

    /// Serves what connects to this listener, until [`Smsc::shutdown`]. Several
    /// listeners may be served at the same time.
    ///
    /// # Cancel safety
    /// A dropped future stops accepting; connections go on.
    pub async fn serve(&self, listener: TcpListener) {
        let mut stopping = self.inner.stopping.subscribe();
        let mut pause = Duration::ZERO;
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stopping.wait_for(|stopping| *stopping) => return,
            };
            match accepted {
                Ok((stream, peer)) => {
                    pause = Duration::ZERO;
                    // Answers are written in batches: there is nothing to wait for.
                    if let Err(error) = stream.set_nodelay(true) {
                        debug!(%peer, %error, "the connection ended before it began");
                        continue;
                    }
                    self.accept(stream, &peer.to_string());
                }
                Err(error) if is_of_one_connection(&error) => {
                    debug!(%error, "a connection ended before it was accepted");
                }
                Err(error) => {
                    // Out of descriptors, as a rule: others must end first.
                    pause = (pause * 2).clamp(Duration::from_millis(10), MAX_ACCEPT_PAUSE);
                    warn!(%error, ?pause, "connections cannot be accepted");
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    /// Serves one connection in the background: any stream, whoever accepted
    /// it. `peer` is what logs call it. `None`, and the stream dropped, when
    /// there are as many connections as there may be, or after a shutdown began.
    pub fn accept<T>(&self, stream: T, peer: &str) -> Option<ConnectionId>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let Ok(permit) = self.inner.permits.clone().try_acquire_owned() else {
            warn!(
                peer,
                limit = self.inner.max_connections,
                "too many connections"
            );
            return None;
        };
        let id = ConnectionId(self.inner.next_id.fetch_add(1, Ordering::Relaxed));
        let (commands, receiver) = unbounded_channel();
        let entry = Entry {
            commands: commands.clone(),
            task: None,
        };
        self.inner.with_connections(|all| all.insert(id, entry));
        // Whoever stops first says so and then looks who is there.
        if *self.inner.stopping.borrow() {
            self.inner.with_connections(|all| all.remove(&id));
            return None;
        }
        debug!(connection = %id, peer, "connected");
        let shared = self.inner.shared.clone();
        let connection = Connection::new(id, peer.into(), shared, commands);
        let run = Run {
            inner: self.inner.clone(),
            id,
            _permit: permit,
        };
        let config = self.inner.session;
        #[cfg(feature = "scenario")]
        let task = match &self.inner.scenario {
            None => tokio::spawn(run.run(stream, config, connection, receiver)),
            Some(decisions) => {
                let faults = RequestFaults::new(decisions.clone(), id.0);
                let connection = connection.with_faults(Box::new(faults));
                if decisions.needs_wire() {
                    let stream = between(decisions.clone(), stream, id.0);
                    tokio::spawn(run.run(stream, config, connection, receiver))
                } else {
                    tokio::spawn(run.run(stream, config, connection, receiver))
                }
            }
        };
        #[cfg(not(feature = "scenario"))]
        let task = tokio::spawn(run.run(stream, config, connection, receiver));
        self.inner.with_connections(|all| {
            if let Some(entry) = all.get_mut(&id) {
                entry.task = Some(task.abort_handle());
            }
        });
        Some(id)
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

    /// Ends the centre in good order: no more connections are accepted, new
    /// requests are refused, every session is unbound as soon as all is
    /// answered on it, after half of the limit in any case (see
    /// [`Builder::shutdown_limit`]), and closed after the whole of it. Gives
    /// the number of connections that were closed like that.
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
        tokio::time::timeout(limit, all).await.is_ok()
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
        let error = ended.error.as_ref().map(tracing::field::display);
        match self.account() {
            Some(system_id) => info!(
                connection = %id,
                peer,
                %system_id,
                reason = %ended.reason,
                error,
                requests = counts.requests,
                refused = counts.refused,
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

/// Errors of `accept` that say nothing about the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

/// Something that has no `Debug` of its own.
struct Opaque<T>(T);

impl<T> core::fmt::Debug for Opaque<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("…")
    }
}
