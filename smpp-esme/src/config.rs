//! How to bind, and the numbers of a session.

use core::fmt;
use core::time::Duration;

use smpp_codec::Decoder;
use smpp_pdu::{Address, Bind, BindType, COctetStr, InterfaceVersion, Npi, Ton};
use smpp_session::driver::DriveOptions;
use smpp_session::{Config, Rate, Role};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;

use crate::error::{ConnectError, ConnectErrorKind};
use crate::secret::Secret;
use crate::url::DEFAULT_WINDOW;
use crate::{Client, Connect, Endpoint, Incoming, SmppUrl};

/// The values of a bind. `Debug` does not show the password, and its octets are
/// wiped when the last copy goes.
#[derive(Clone, PartialEq, Eq)]
pub struct BindConfig {
    bind_type: BindType,
    system_id: Vec<u8>,
    password: Secret,
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
            password: Secret::from(password.into()),
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
            text(self.password.expose(), "password")?,
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
            .field("password", &self.password)
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
    rate: Option<Rate>,
    slow_down: bool,
    pub(crate) incoming_buffer: usize,
    pub(crate) auto_ack: bool,
    records: Option<usize>,
    peer: Option<String>,
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
            rate: config.rate,
            slow_down: config.slow_down,
            incoming_buffer: 1024,
            auto_ack: false,
            records: None,
            peer: None,
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

    /// Time for the connection, from the name of the host to the end of a TLS
    /// handshake. Default 10 s.
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

    /// How fast messages may follow each other on this session. What is faster
    /// waits, and holds its place in the window meanwhile; queries and the like
    /// do not wait. Default: without limit. The rate over several sessions is
    /// that of a [`SenderBuilder`](crate::SenderBuilder::rate).
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// Whether this session slows down when the centre answers
    /// `ESME_RTHROTTLED` or `ESME_RMSGQFUL`, or states congestion (5.0): a pause,
    /// then half the rate that was reached, then a tenth more each second; after
    /// half a minute without a complaint the rate is free again. What was
    /// refused is not sent again by it, that is for a
    /// [`Sender`](crate::Sender). Default: no.
    pub fn slow_down(mut self, slow_down: bool) -> Self {
        self.slow_down = slow_down;
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

    /// For transports that keep records (X.25, Unix SEQPACKET sockets; see
    /// [`RecordSocket`](crate::RecordSocket)): each write holds whole PDUs, and no
    /// more than this many octets of them unless one alone is longer. Records of
    /// the centre may be as long, or 64 KiB. Default: the transport is a stream.
    pub fn records(mut self, octets: usize) -> Self {
        self.records = Some(octets);
        self
    }

    /// What logs and [metrics](crate::metrics) call the centre. Default:
    /// `HOST:PORT`, and nothing where a stream is given.
    pub fn peer(mut self, name: impl Into<String>) -> Self {
        self.peer = Some(name.into());
        self
    }

    /// Connects by plain TCP and binds. [`Endpoint`] has TLS and other options,
    /// see [`connect_to`](Self::connect_to).
    ///
    /// # Cancel safety
    /// A dropped future ends the connection, with an unbind where it is bound
    /// already.
    ///
    /// # Errors
    /// [`ConnectError`] when there is no connection, or no bind.
    pub async fn connect(self, host: &str, port: u16) -> Result<(Client, Incoming), ConnectError> {
        self.connect_to(&Endpoint::new(host, port)).await
    }

    /// Connects to a place, such as an [`Endpoint`], and binds.
    ///
    /// # Cancel safety
    /// As [`connect`](Self::connect).
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_to<C>(mut self, place: &C) -> Result<(Client, Incoming), ConnectError>
    where
        C: Connect + ?Sized,
    {
        self.peer.get_or_insert_with(|| place.name().to_owned());
        let stream = place.connect_within(self.connect_timeout).await?;
        self.over(stream).await
    }

    /// Connects and binds to the first of several places that takes the session,
    /// each with the whole of the timeouts. A centre that refuses the account
    /// itself (`ESME_RINVPASWD`, `ESME_RINVSYSID`, `ESME_RINVSYSTYP`) ends it: a
    /// wrong password tried at every host is how accounts get locked.
    ///
    /// # Cancel safety
    /// As [`connect`](Self::connect).
    ///
    /// # Errors
    /// The error of the last place that was tried; its text names all of them.
    pub async fn connect_any<C>(self, places: &[C]) -> Result<(Client, Incoming), ConnectError>
    where
        C: Connect,
    {
        let mut failed: Option<ConnectError> = None;
        for place in places {
            let error = match self.clone().connect_to(place).await {
                Ok(bound) => return Ok(bound),
                Err(error) => error,
            };
            let goes_on = error.may_differ_elsewhere();
            failed = Some(if places.len() > 1 {
                error.at(place.name(), failed.as_ref())
            } else {
                error
            });
            if !goes_on {
                break;
            }
        }
        Err(failed.unwrap_or_else(|| {
            std::io::Error::new(std::io::ErrorKind::InvalidInput, "there is no host to try").into()
        }))
    }

    /// Binds over a stream that is connected already: a tunnel, a pipe, a test.
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

    pub(crate) fn peer_name(&self) -> &str {
        self.peer.as_deref().unwrap_or_default()
    }

    pub(crate) fn drive_options(&self) -> DriveOptions {
        self.records
            .map_or_else(DriveOptions::default, DriveOptions::records)
    }

    pub(crate) fn session(&self) -> Config {
        Config {
            window: self.window,
            enquire_link: self.enquire_link,
            response: self.response_timeout,
            session_init: Some(self.bind_timeout),
            inactivity: self.inactivity,
            max_pdu_len: self.max_pdu_len,
            rate: self.rate,
            slow_down: self.slow_down,
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
