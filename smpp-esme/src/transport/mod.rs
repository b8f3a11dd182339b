//! What carries a session: TCP, with TLS and a PROXY header where they are wanted.

mod clock;
#[cfg(feature = "tls")]
mod credentials;
mod fault;
mod proxy;
mod tcp;
#[cfg(feature = "tls")]
mod tls;

use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use std::io;

use async_trait::async_trait;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tracing::debug;

use crate::{BoxStream, Connect, ConnectError};
use clock::Clock;
pub use fault::TlsFault;
pub use proxy::ProxyHeader;
pub use tcp::Keepalive;
#[cfg(feature = "tls")]
pub use tls::{TlsConfig, TlsVersion};

/// Time for a connection when nobody says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A host of a message centre, and how to connect to it.
///
/// A name that has several addresses is tried at each of them, in the order that
/// the system's resolver gives; each gets its share of the time, so that one that
/// does not answer leaves some for the next. What was tried stands in the error.
/// `TCP_NODELAY` is always set: the session batches its writes itself.
///
/// An [`SmppUrl`](crate::SmppUrl) gives endpoints too, with the options that it
/// carries. An endpoint is [`Connect`]: it connects as often as it is asked to.
///
/// ```no_run
/// # async fn connect() -> Result<(), smpp_esme::ConnectError> {
/// use core::time::Duration;
/// use smpp_esme::{BindConfig, ClientBuilder, Endpoint, Keepalive};
///
/// let endpoint = Endpoint::new("smsc.example", 2775)
///     .keepalive(Keepalive::after(Duration::from_secs(60)))
///     .local_address("192.0.2.7".parse().expect("an address"));
/// let (client, incoming) = ClientBuilder::new(BindConfig::new("esme", "secret"))
///     .connect_to(&endpoint)
///     .await?;
/// # let _ = (client, incoming);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Endpoint {
    host: String,
    port: u16,
    name: String,
    tcp: tcp::Options,
    connect_timeout: Option<Duration>,
    proxy: Option<ProxyHeader>,
    #[cfg(feature = "tls")]
    tls: Option<TlsConfig>,
}

impl Endpoint {
    /// This port of a host, by plain TCP. `host` is a name, an IPv4 address, or an
    /// IPv6 address without brackets.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        let host = host.into();
        let name = if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        };
        Self {
            host,
            port,
            name,
            tcp: tcp::Options::default(),
            connect_timeout: None,
            proxy: None,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Speaks TLS.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Lets the system look whether the peer still lives when the connection is
    /// silent. Default: it does not, since the session asks with `enquire_link`.
    /// It helps where a NAT forgets connections that are silent for longer than
    /// that, or where `enquire_link` is off.
    pub fn keepalive(mut self, keepalive: Keepalive) -> Self {
        self.tcp.keepalive = Some(keepalive);
        self
    }

    /// Connects from this address of the machine: centres often let in only those
    /// that they know. Default: the system chooses.
    pub fn local_address(mut self, local: IpAddr) -> Self {
        self.tcp.local = Some(local);
        self
    }

    /// Starts each connection with a header of the PROXY protocol, version 2, for
    /// a load balancer or a centre that wants one. It stands before TLS. Default:
    /// none.
    pub fn proxy(mut self, header: ProxyHeader) -> Self {
        self.proxy = Some(header);
        self
    }

    /// Time for a connection at most: for the name, for all its addresses, and for
    /// the TLS handshake. Default 10 s, or what
    /// [`ClientBuilder::connect_timeout`](crate::ClientBuilder::connect_timeout)
    /// says. The smaller of the two holds.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = Some(limit);
        self
    }

    /// Name or address of the host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the connection is TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        return false;
    }

    async fn open(&self, clock: &Clock) -> Result<TcpStream, ConnectError> {
        let waiting = || "the name of the host was not resolved".to_owned();
        let resolving = tokio::net::lookup_host((self.host.as_str(), self.port));
        let addresses: Vec<SocketAddr> = clock
            .bound(resolving, waiting)
            .await?
            .map_err(|error| {
                let message = format!("{} is not resolved: {error}", self.host);
                io::Error::new(error.kind(), message)
            })?
            .collect();
        let mut stream = tcp::open(&self.name, &addresses, &self.tcp, clock).await?;
        if let Some(header) = self.proxy {
            let octets = header.octets(stream.local_addr()?, stream.peer_addr()?);
            let waiting = || "the peer does not read the PROXY header".to_owned();
            clock.bound(stream.write_all(&octets), waiting).await??;
        }
        Ok(stream)
    }

    async fn connected(&self, clock: &Clock) -> Result<BoxStream, ConnectError> {
        // Settings that cannot be used are found before anyone is bothered.
        #[cfg(feature = "tls")]
        let tls = match &self.tls {
            Some(tls) => Some(tls.prepare(&self.host).await?),
            None => None,
        };
        let stream = self.open(clock).await?;
        debug!(place = %self.name, tls = self.is_tls(), "connected");
        #[cfg(feature = "tls")]
        if let Some(tls) = tls {
            return Ok(Box::pin(tls.handshake(stream, clock).await?));
        }
        Ok(Box::pin(stream))
    }
}

#[async_trait]
impl Connect for Endpoint {
    async fn connect(&self) -> Result<BoxStream, ConnectError> {
        self.connect_within(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
            .await
    }

    async fn connect_within(&self, limit: Duration) -> Result<BoxStream, ConnectError> {
        let limit = self.connect_timeout.map_or(limit, |own| own.min(limit));
        self.connected(&Clock::start(limit)).await
    }

    /// `HOST:PORT`.
    fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Endpoint");
        shown
            .field("name", &self.name)
            .field("tcp", &self.tcp)
            .field("connect_timeout", &self.connect_timeout)
            .field("proxy", &self.proxy);
        #[cfg(feature = "tls")]
        shown.field("tls", &self.tls);
        shown.finish()
    }
}
