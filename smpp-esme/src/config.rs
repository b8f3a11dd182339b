//! How to bind, and the numbers of a session.

use core::fmt;
use core::time::Duration;

use smpp_codec::Decoder;
use smpp_pdu::{Address, Bind, BindType, COctetStr, InterfaceVersion, Npi, Ton};
use smpp_session::{Config, Role};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::error::{ConnectError, ConnectErrorKind};
use crate::url::DEFAULT_WINDOW;
use crate::{Client, Incoming, SmppUrl};

/// The values of a bind. `Debug` does not show the password.
#[derive(Clone, PartialEq, Eq)]
pub struct BindConfig {
    bind_type: BindType,
    system_id: Vec<u8>,
    password: Vec<u8>,
    system_type: Vec<u8>,
    version: InterfaceVersion,
    ton: Ton,
    npi: Npi,
    address_range: Vec<u8>,
}

impl BindConfig {
    /// A transceiver of 3.4 for all addresses of the account.
    #[must_use]
    pub fn new(system_id: impl Into<Vec<u8>>, password: impl Into<Vec<u8>>) -> Self {
        Self {
            bind_type: BindType::Transceiver,
            system_id: system_id.into(),
            password: password.into(),
            system_type: Vec::new(),
            version: InterfaceVersion::V3_4,
            ton: Ton::UNKNOWN,
            npi: Npi::UNKNOWN,
            address_range: Vec::new(),
        }
    }

    /// Transceiver, transmitter or receiver.
    #[must_use]
    pub fn bind_type(mut self, bind_type: BindType) -> Self {
        self.bind_type = bind_type;
        self
    }

    /// The version that is spoken.
    #[must_use]
    pub fn version(mut self, version: InterfaceVersion) -> Self {
        self.version = version;
        self
    }

    /// `system_type`, as agreed with the centre.
    #[must_use]
    pub fn system_type(mut self, system_type: impl Into<Vec<u8>>) -> Self {
        self.system_type = system_type.into();
        self
    }

    /// `addr_ton`, `addr_npi` and `address_range`: the addresses that are served.
    #[must_use]
    pub fn address_range(mut self, ton: Ton, npi: Npi, range: impl Into<Vec<u8>>) -> Self {
        self.ton = ton;
        self.npi = npi;
        self.address_range = range.into();
        self
    }

    pub(crate) fn as_bind(&self) -> Result<Bind<'_>, ConnectError> {
        let text = |octets, field| {
            COctetStr::new(octets)
                .map_err(|_| ConnectError::new(ConnectErrorKind::InvalidBind(field)))
        };
        let address_range = Address {
            ton: self.ton,
            npi: self.npi,
            addr: text(&self.address_range, "address_range")?,
        };
        Ok(Bind::new(
            self.bind_type,
            text(&self.system_id, "system_id")?,
            text(&self.password, "password")?,
        )
        .system_type(text(&self.system_type, "system_type")?)
        .interface_version(self.version)
        .address_range(address_range))
    }

    /// What it binds as, and the version.
    pub(crate) fn kind(&self) -> (BindType, InterfaceVersion) {
        (self.bind_type, self.version)
    }

    pub(crate) fn system_id_text(&self) -> impl fmt::Display + '_ {
        self.system_id.escape_ascii()
    }
}

impl From<&SmppUrl> for BindConfig {
    fn from(url: &SmppUrl) -> Self {
        Self::new(url.system_id(), url.password())
            .bind_type(url.bind_type())
            .version(url.version())
            .system_type(url.system_type())
    }
}

impl fmt::Debug for BindConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BindConfig")
            .field("bind_type", &self.bind_type)
            .field("system_id", &format_args!("{}", self.system_id_text()))
            .field("password", &"***")
            .field(
                "system_type",
                &format_args!("{}", self.system_type.escape_ascii()),
            )
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// Makes a [`Client`]. Every number has a default that suits a link to a
/// message centre.
///
/// ```no_run
/// # async fn connect() -> Result<(), smpp_esme::ConnectError> {
/// use smpp_esme::{BindConfig, ClientBuilder};
///
/// let (client, incoming) = ClientBuilder::new(BindConfig::new("esme", "secret"))
///     .window(100)
///     .connect("127.0.0.1", 2775)
///     .await?;
/// # let _ = (client, incoming);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientBuilder {
    pub(crate) bind: BindConfig,
    pub(crate) window: u16,
    enquire_link: Option<Duration>,
    response_timeout: Duration,
    bind_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    inactivity: Option<Duration>,
    max_pdu_len: usize,
    pub(crate) incoming_buffer: usize,
    pub(crate) auto_ack: bool,
}

impl ClientBuilder {
    /// The defaults.
    pub fn new(bind: BindConfig) -> Self {
        let config = Config::new(Role::Esme);
        Self {
            bind,
            window: DEFAULT_WINDOW,
            enquire_link: config.enquire_link,
            response_timeout: config.response,
            bind_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(10),
            inactivity: config.inactivity,
            max_pdu_len: config.max_pdu_len,
            incoming_buffer: 1024,
            auto_ack: false,
        }
    }

    /// How many requests may wait for their responses, 1 to 65,535 (0 counts as
    /// 1). Default 10.
    pub fn window(mut self, window: u16) -> Self {
        self.window = window.max(1);
        self
    }

    /// Silence of the centre after which `enquire_link` is sent; `None`: never.
    /// Default 30 s.
    pub fn enquire_link(mut self, silence: Option<Duration>) -> Self {
        self.enquire_link = silence;
        self
    }

    /// Time from a request to its response. Default 60 s.
    pub fn response_timeout(mut self, limit: Duration) -> Self {
        self.response_timeout = limit;
        self
    }

    /// Time from the connection to the answer of the bind. Default 10 s.
    pub fn bind_timeout(mut self, limit: Duration) -> Self {
        self.bind_timeout = limit;
        self
    }

    /// Time for the connection. Default 10 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Time without any request but `enquire_link` after which the session
    /// ends. Default: without limit.
    pub fn inactivity(mut self, limit: Option<Duration>) -> Self {
        self.inactivity = limit;
        self
    }

    /// Longest PDU that is taken, in octets. Default 68 KiB.
    pub fn max_pdu_len(mut self, octets: usize) -> Self {
        self.max_pdu_len = octets;
        self
    }

    /// How many messages and receipts wait for [`Incoming::recv`] at most; 0
    /// counts as 1. What comes when so many wait is refused with
    /// `ESME_RMSGQFUL`, and the centre sends it again later. Default 1,024.
    pub fn incoming_buffer(mut self, messages: usize) -> Self {
        self.incoming_buffer = messages.max(1);
        self
    }

    /// Whether messages and receipts are acknowledged as soon as they are in
    /// the buffer. What the application then loses, the centre does not send
    /// again. Default: no, the application acknowledges each.
    pub fn auto_ack(mut self, auto_ack: bool) -> Self {
        self.auto_ack = auto_ack;
        self
    }

    /// Connects and binds.
    ///
    /// # Cancel safety
    /// A dropped future ends the connection, with an unbind where it is bound
    /// already.
    ///
    /// # Errors
    /// [`ConnectError`] when there is no connection, or no bind.
    pub async fn connect(self, host: &str, port: u16) -> Result<(Client, Incoming), ConnectError> {
        let limit = self.connect_timeout;
        let stream = tokio::time::timeout(limit, TcpStream::connect((host, port)))
            .await
            .map_err(|_| ConnectError::new(ConnectErrorKind::TimedOut(limit)))?
            .map_err(ConnectError::io)?;
        // Writes are batched above; what is written is meant to leave at once.
        stream.set_nodelay(true).map_err(ConnectError::io)?;
        self.over(stream).await
    }

    /// Binds over a stream that is connected already: TLS, a proxy, a test.
    ///
    /// # Cancel safety
    /// As [`connect`](Self::connect).
    ///
    /// # Errors
    /// [`ConnectError`] when there is no bind.
    pub async fn over<T>(self, stream: T) -> Result<(Client, Incoming), ConnectError>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let (incoming, queue) = mpsc::channel(self.incoming_buffer);
        let client = Client::bind(stream, self, incoming).await?;
        Ok((client, Incoming::new(queue)))
    }

    pub(crate) fn session(&self) -> Config {
        Config {
            window: self.window,
            enquire_link: self.enquire_link,
            response: self.response_timeout,
            session_init: Some(self.bind_timeout),
            inactivity: self.inactivity,
            max_pdu_len: self.max_pdu_len,
            decoder: Decoder::new().version(self.bind.version),
            ..Config::new(Role::Esme)
        }
    }
}

impl From<&SmppUrl> for ClientBuilder {
    fn from(url: &SmppUrl) -> Self {
        Self::new(BindConfig::from(url)).window(url.window())
    }
}
