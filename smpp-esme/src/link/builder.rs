//! How a link is made.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use smpp_pdu::{BindType, CommandStatus, InterfaceVersion};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::host::Host;
use super::keeper::{Keeper, Orders, Part};
use super::shared::Shared;
use super::{Backoff, Link, Refusal, RefusalRule};
use crate::{BindConfig, ClientBuilder, Connect, Incoming, SmppUrl};

/// What becomes of a request that was sent, and whose session was lost before
/// the response: nobody knows whether the centre has acted on it.
///
/// A request that was never sent is another matter: it always goes to another
/// session, as long as it may wait for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnLost {
    /// It is reported as [`RequestErrorKind::LinkLost`], and its sender decides.
    ///
    /// [`RequestErrorKind::LinkLost`]: crate::RequestErrorKind::LinkLost
    #[default]
    Report,
    /// It is sent again over another session, so many times at most.
    ///
    /// **A message may be delivered twice:** the centre may have taken it the
    /// first time, and has no means to know that it is the same. How often it was
    /// sent is told by [`LinkPending::attempts`](super::LinkPending::attempts)
    /// and [`RequestError::attempts`](crate::RequestError::attempts). A refusal
    /// speaks of the last attempt only.
    Resend {
        /// Further attempts after the first.
        attempts: u32,
    },
}

/// Whether a transmitter and a receiver are bound in place of a transceiver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pairs {
    /// Only where there is no other way: for a transceiver of 3.3, which has none.
    #[default]
    WhereNeeded,
    /// For every session.
    Always,
    /// When a host refuses its first `bind_transceiver` in a way that may mean
    /// that it does not know it: `ESME_RINVCMDID`, `ESME_RINVBNDSTS`,
    /// `ESME_RBINDFAIL` or `ESME_RPROHIBITED`.
    WhenRefused,
}

/// Makes a [`Link`]. Every setting has a default.
///
/// What concerns a single session is set at a [`ClientBuilder`], from which this
/// is made: window, timers, the buffer of what comes in.
///
/// ```no_run
/// # async fn start(a: impl smpp_esme::Connect, b: impl smpp_esme::Connect) {
/// use core::time::Duration;
/// use smpp_esme::link::{Backoff, OnLost};
/// use smpp_esme::{BindConfig, ClientBuilder, LinkBuilder};
///
/// let session = ClientBuilder::new(BindConfig::new("esme", "secret")).window(50);
/// let (link, incoming) = LinkBuilder::from(session)
///     .host(a)
///     .host(b)
///     .sessions_per_host(2)
///     .backoff(Backoff { max: Duration::from_secs(30), ..Backoff::default() })
///     .on_lost(OnLost::Report)
///     .wait_for_session(Some(Duration::from_secs(5)))
///     .start();
/// # let _ = (link, incoming);
/// # }
/// ```
#[must_use]
pub struct LinkBuilder {
    session: ClientBuilder,
    hosts: Vec<Box<dyn Connect>>,
    sessions_per_host: usize,
    backoff: Backoff,
    settled_after: Duration,
    on_lost: OnLost,
    wait: Option<Duration>,
    pairs: Pairs,
    refusal: RefusalRule,
    keep_trying: bool,
    seed: Option<u64>,
}

impl From<ClientBuilder> for LinkBuilder {
    fn from(session: ClientBuilder) -> Self {
        Self {
            session,
            hosts: Vec::new(),
            sessions_per_host: 1,
            backoff: Backoff::default(),
            settled_after: Duration::from_secs(30),
            on_lost: OnLost::default(),
            wait: Some(Duration::from_secs(30)),
            pairs: Pairs::default(),
            refusal: Arc::new(Refusal::of),
            keep_trying: false,
            seed: None,
        }
    }
}

/// With the host of the address. One of 3.3 that does not say what to bind as
/// means a pair of transmitter and receiver.
impl From<&SmppUrl> for LinkBuilder {
    fn from(url: &SmppUrl) -> Self {
        let mut session = ClientBuilder::from(url);
        if url.bind().is_none() {
            session.bind = session.bind.bind_type(BindType::Transceiver);
        }
        let hosts = url.endpoints().into_iter();
        hosts.fold(Self::from(session), Self::host)
    }
}

impl LinkBuilder {
    /// The defaults of link and session; see also `From<ClientBuilder>`.
    pub fn new(bind: BindConfig) -> Self {
        ClientBuilder::new(bind).into()
    }

    /// One more host. All of them are connected at the same time, and take part
    /// of the requests.
    pub fn host(mut self, host: impl Connect) -> Self {
        self.hosts.push(Box::new(host));
        self
    }

    /// How many sessions to each host; 0 counts as 1. A pair is one. Default 1.
    pub fn sessions_per_host(mut self, sessions: usize) -> Self {
        self.sessions_per_host = sessions.max(1);
        self
    }

    /// How long a session waits before it connects again.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// How long a session must have been bound for its next wait to be the first
    /// one again. A centre that takes binds and drops them at once is thus met
    /// with longer and longer waits. Default 30 s.
    pub fn settled_after(mut self, time: Duration) -> Self {
        self.settled_after = time;
        self
    }

    /// What becomes of requests that were sent and whose session was lost.
    /// Default: they are reported.
    pub fn on_lost(mut self, on_lost: OnLost) -> Self {
        self.on_lost = on_lost;
        self
    }

    /// How long a request waits while no session is bound that could take it;
    /// `None`: for ever; zero: not at all. The wait for a place in the window of
    /// a bound session is not bounded by this. Default 30 s.
    pub fn wait_for_session(mut self, limit: Option<Duration>) -> Self {
        self.wait = limit;
        self
    }

    /// Whether a transmitter and a receiver are bound in place of a transceiver.
    pub fn pairs(mut self, pairs: Pairs) -> Self {
        self.pairs = pairs;
        self
    }

    /// What a refused bind means, for centres that use a status in their own
    /// way. Default: [`Refusal::of`].
    pub fn on_refusal(
        mut self,
        rule: impl Fn(CommandStatus) -> Refusal + Send + Sync + 'static,
    ) -> Self {
        self.refusal = Arc::new(rule);
        self
    }

    /// Whether a host is tried for ever: where it would be given up, such as after
    /// a wrong password or with a certificate that cannot be read, it is tried again
    /// after the longest wait of the back-off. For what runs unattended, and whose
    /// settings may be put right at the other end. Default: no.
    pub fn keep_trying(mut self, keep_trying: bool) -> Self {
        self.keep_trying = keep_trying;
        self
    }

    /// Changes the settings of each session.
    ///
    /// ```no_run
    /// # fn set() -> Result<(), smpp_esme::UrlError> {
    /// use core::time::Duration;
    /// use smpp_esme::{LinkBuilder, SmppUrl};
    ///
    /// let url: SmppUrl = "smpp://esme:secret@a.example,b.example".parse()?;
    /// let builder = LinkBuilder::from(&url)
    ///     .session(|session| session.response_timeout(Duration::from_secs(20)));
    /// # let _ = builder;
    /// # Ok(())
    /// # }
    /// ```
    pub fn session(mut self, change: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        self.session = change(self.session);
        self
    }

    /// The version that its sessions speak.
    #[must_use]
    pub fn interface_version(&self) -> InterfaceVersion {
        self.session.bind.kind().1
    }

    /// Whether any of its sessions is bound as what receives.
    #[must_use]
    pub fn receives(&self) -> bool {
        let parts = self.parts().into_iter();
        parts.flat_map(Part::bind_types).any(BindType::receives)
    }

    /// Makes the waits of the back-off the same each time, for tests. See
    /// [`Backoff::delays`].
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Starts to connect, and returns at once. [`Link::ready`] waits until it is
    /// bound; requests wait by themselves.
    ///
    /// The [`Incoming`] takes what comes over any of the sessions.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn start(self) -> (Link, Incoming) {
        let parts = self.parts();
        let hosts: Vec<_> = self
            .hosts
            .into_iter()
            .map(|h| Arc::new(Host::new(h)))
            .collect();
        let places: Vec<_> = hosts
            .iter()
            .flat_map(|host| (1..=self.sessions_per_host).map(move |number| (host, number)))
            .flat_map(|(host, number)| parts.iter().map(move |part| (host, number, *part)))
            .collect();
        let (restarts, orders): (Vec<_>, Vec<_>) =
            places.iter().map(|_| mpsc::unbounded_channel()).unzip();
        let (incoming, queue) = mpsc::channel(self.session.incoming_buffer);
        let capable =
            |can: fn(BindType) -> bool| parts.iter().any(|part| part.bind_types().any(can));
        let shared = Arc::new(Shared::new(
            self.on_lost,
            self.wait,
            (capable(BindType::transmits), capable(BindType::receives)),
            hosts.clone(),
            restarts,
        ));
        let seed = self.seed.unwrap_or_else(|| fastrand::u64(..));
        let mut keepers = JoinSet::new();
        for (place, (&(host, number, part), restarts)) in places.iter().zip(orders).enumerate() {
            let keeper = Keeper {
                shared: Arc::clone(&shared),
                host: Arc::clone(host),
                place,
                number,
                part,
                builder: self.session.clone(),
                incoming: incoming.clone(),
                // A usize always fits.
                delays: self.backoff.delays(seed.wrapping_add(place as u64)),
                settled_after: self.settled_after,
                refusal: Arc::clone(&self.refusal),
                keep_trying: self.keep_trying,
            };
            let stop = shared.stop.subscribe();
            keepers.spawn(keeper.run(Orders { stop, restarts }));
        }
        tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                while keepers.join_next().await.is_some() {}
                shared.finish();
            }
        });
        (Link::new(shared), Incoming::new(queue))
    }

    /// What the keepers of one session bind as.
    fn parts(&self) -> Vec<Part> {
        let (bind_type, version) = self.session.bind.kind();
        let transceiver = bind_type == BindType::Transceiver;
        let unknown = version.normalized() < InterfaceVersion::V3_4;
        if self.pairs == Pairs::Always || (transceiver && unknown) {
            return vec![
                Part::Whole(BindType::Transmitter),
                Part::Whole(BindType::Receiver),
            ];
        }
        if self.pairs == Pairs::WhenRefused && transceiver {
            return vec![Part::TransceiverOrTransmitter, Part::ReceiverOfAPair];
        }
        vec![Part::Whole(bind_type)]
    }
}

impl fmt::Debug for LinkBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<_> = self.hosts.iter().map(|host| host.name()).collect();
        f.debug_struct("LinkBuilder")
            .field("session", &self.session)
            .field("hosts", &hosts)
            .field("sessions_per_host", &self.sessions_per_host)
            .field("backoff", &self.backoff)
            .field("on_lost", &self.on_lost)
            .field("wait_for_session", &self.wait)
            .field("pairs", &self.pairs)
            .finish_non_exhaustive()
    }
}
