//! The settings of a message centre.

use core::sync::atomic::AtomicU64;
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use smpp_pdu::Address;
use smpp_session::{Config, Role};
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::{Semaphore, watch};

use super::gate::{Gate, GateLimits};
use super::{Inner, Opaque, Smsc};
use crate::accounts::{AccountTable, Accounts, Authenticator, Quotas};
use crate::connection::Shared;
use crate::engine::{Directory, Engine, Settings};
use crate::lists::Lists;
use crate::message_id::Ids;
#[cfg(feature = "scenario")]
use crate::network::Simulated;
use crate::network::{Handsets, Network, Reports};
use crate::routes::{RouteTable, Routes};
#[cfg(feature = "scenario")]
use crate::scenario::{Decisions, Scenario};
use crate::stats::Counters;
use crate::store::{MemoryStore, Store};
use crate::{Clock, Retries};

/// Makes a message centre, see [`Smsc::builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct Builder {
    system_id: String,
    accounts: Accounts,
    authenticator: Option<Opaque<Arc<dyn Authenticator>>>,
    store: Opaque<Arc<dyn Store>>,
    network: Opaque<Arc<dyn Network>>,
    centres: Opaque<HashMap<Arc<str>, Arc<dyn Network>>>,
    routes: Routes,
    session: Config,
    max_connections: u32,
    gate: GateLimits,
    handshake: Duration,
    shutdown_limit: Duration,
    validity: Duration,
    lists: Lists,
    settings: Settings,
    #[cfg(feature = "scenario")]
    scenario: Option<Arc<Decisions>>,
}

impl Builder {
    /// The limits and timers of sessions where [`session`](Self::session) is not
    /// called: those of [`Config::new`], a `peer_window` of 10,000, and a `window`
    /// of 100, so that what is delivered does not wait for one answer at a time.
    #[must_use]
    pub fn default_session() -> Config {
        Config {
            window: 100,
            peer_window: 10_000,
            ..Config::new(Role::MessageCentre)
        }
    }

    pub(super) fn new() -> Self {
        Self {
            system_id: "smpp-smsc".into(),
            accounts: Accounts::new(),
            authenticator: None,
            store: Opaque(Arc::new(MemoryStore::default())),
            network: Opaque(Arc::new(Handsets::default())),
            centres: Opaque(HashMap::new()),
            routes: Routes::new(),
            session: Self::default_session(),
            max_connections: 1024,
            gate: GateLimits::default(),
            handshake: Duration::from_secs(5),
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
                in_hand: 100_000,
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

    /// Asks this one who may bind, instead of the accounts that are set here.
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.authenticator = Some(Opaque(Arc::new(authenticator)));
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

    /// Adds a network with a name, or takes the place of the one with this name:
    /// another message centre, as a [`Target::Centre`](crate::routes::Target::Centre)
    /// of [`routes`](Self::routes). Without a route to it, nothing goes there.
    ///
    /// How much it has in its hands at a time is limited by
    /// [`max_in_hand`](Self::max_in_hand).
    pub fn centre(mut self, name: &str, network: impl Network) -> Self {
        self.centres.0.insert(name.into(), Arc::new(network));
        self
    }

    /// Sets how many attempts may be in the hands of one network at a time: handed to
    /// it, and without an outcome yet. Beyond that it counts as one that says "not
    /// now": the next target of the route has its turn, and without one the message
    /// waits for its next attempt. Messages that a centre was
    /// [handed](crate::network::Attempt::handed_over) do not count: they are in the
    /// store only. Without routes there is no limit. Default 100,000.
    pub fn max_in_hand(mut self, attempts: usize) -> Self {
        self.settings.in_hand = attempts.max(1);
        self
    }

    /// Sets which messages go where. Default: no routes, all messages go to
    /// [`network`](Self::network), and so does what no route matches. Broadcasts go
    /// there in any case.
    ///
    /// ```
    /// use smpp_smsc::Smsc;
    /// use smpp_smsc::network::Handsets;
    /// use smpp_smsc::routes::{AddressPattern, Route, Routes, Target};
    ///
    /// let mut routes = Routes::new();
    /// let britain = [AddressPattern::prefix("44")];
    /// routes.add(Route::new("britain").destinations(britain).to(Target::centre("north")));
    /// let builder = Smsc::builder()
    ///     .centre("north", Handsets::default())
    ///     .routes(routes);
    /// # let _ = builder;
    /// ```
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes = routes;
        self
    }

    /// Sets the limits and timers of the sessions: time to bind, lengths of
    /// PDUs before and after it, both windows, `enquire_link`. `window` is how
    /// many deliveries an ESME may leave unanswered. The role is always that of
    /// a message centre.
    ///
    /// Default: [`Builder::default_session`].
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

    /// Sets how many connections there may be that have not bound yet. One more
    /// is closed at once. How long they may take is set by
    /// [`session`](Self::session). Default: without a limit of their own.
    pub fn max_unbound(mut self, limit: u32) -> Self {
        self.gate.unbound = Some(limit.max(1));
        self
    }

    /// Sets how many connections there may be from one IP address, or from one
    /// network of 64 bits in IPv6. One more is closed at once. Default: without limit, since clients behind one gateway
    /// share an address.
    pub fn max_per_address(mut self, limit: u32) -> Self {
        self.gate.per_address = Some(limit.max(1));
        self
    }

    /// Sets how long a TLS handshake, and a PROXY header, may take together.
    /// Default 5 s.
    pub fn handshake_limit(mut self, limit: Duration) -> Self {
        self.handshake = limit;
        self
    }

    /// Sets how long [`Smsc::shutdown`] waits for sessions to unbind, and then for
    /// networks to [stop](Network::stop). Default 5 s.
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
        let table = Arc::new(AccountTable::new(self.accounts));
        let authenticator = self.authenticator;
        let routes = Arc::new(RouteTable::new(self.routes));
        // Whoever has accounts elsewhere is not asked which there are.
        let known = authenticator.is_none().then(|| table.clone());
        let shared = Arc::new(Shared {
            system_id: self.system_id.into(),
            authenticator: authenticator.unwrap_or_else(|| Opaque(table.clone())),
            binds: Arc::default(),
            quotas: Quotas::default(),
            counters: Counters::default(),
            clock,
            ids: Ids::new(clock.now()),
            validity: self.validity,
            lists: self.lists,
            routes: routes.clone(),
            session: self.session,
            engine: engine.clone(),
        });
        let reports = Reports::new(engine, "".into());
        let (store, network) = (self.store.0, self.network.0);
        #[cfg(feature = "scenario")]
        let network = match &self.scenario {
            Some(decisions) => Arc::new(Simulated::new(decisions.clone(), clock)),
            None => network,
        };
        let centres = self.centres.0.iter();
        let named = centres.map(|(name, network)| (name.clone(), network.clone()));
        let networks: Vec<_> = named.chain([("".into(), network.clone())]).collect();
        for (name, network) in &networks {
            network.start(&reports.of(name.clone()));
        }
        let directory = Directory {
            routes,
            network,
            centres: self.centres.0,
            accounts: known,
        };
        let engine = Engine::new(store.clone(), directory, self.settings, inputs, reports);
        let permits = usize::try_from(self.max_connections).unwrap_or(usize::MAX);
        Smsc {
            inner: Arc::new(Inner {
                shared,
                store: Opaque(store),
                table,
                gate: Arc::new(Gate::new(self.gate)),
                handshake: self.handshake,
                max_connections: self.max_connections,
                shutdown_limit: self.shutdown_limit,
                permits: Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))),
                networks: Opaque(networks.into_iter().map(|(_, network)| network).collect()),
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
