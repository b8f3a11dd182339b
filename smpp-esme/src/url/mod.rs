//! Addresses of message centres: `smpp://SYSTEM_ID:PASSWORD@HOST:PORT?options`.

mod error;
mod escape;
mod options;
mod parse;

use core::fmt;
use core::net::IpAddr;

use smpp_pdu::{BindType, InterfaceVersion};

use crate::secret::Secret;
use crate::{Endpoint, Keepalive, ProxyHeader};
pub use error::{UrlError, UrlErrorKind};
use escape::Escaped;
use options::Tls;

/// The port that is meant where an address names none.
pub const DEFAULT_PORT: u16 = 2775;

/// The port that is meant where an address with `smpps://` names none: the one
/// that IANA lists for secure SMPP. Many centres use another.
pub const DEFAULT_TLS_PORT: u16 = 3550;

/// The window that is meant where an address names none.
pub const DEFAULT_WINDOW: u16 = 10;

/// How an address is written, for messages.
const FORM: &str = "smpp://SYSTEM_ID:PASSWORD@HOST:PORT";

/// The address of a message centre, with the account and how to connect and bind.
///
/// `smpp://SYSTEM_ID:PASSWORD@HOST:PORT?bind=trx|tx|rx&version=3.3|3.4|5.0&system_type=…&window=…`
///
/// Only the name of the account and the host are needed. `smpps://` is the same
/// over TLS. Several hosts of one centre are written as `HOST:PORT,HOST:PORT`.
/// What has a meaning in an address (`/ ? # @ : % &`) is written as `%` and two
/// hexadecimal digits where it belongs to a name or a password. Neither `Debug` nor
/// `Display` nor an error shows the password, and its octets are wiped when the
/// last copy goes.
///
/// | option | means |
/// | --- | --- |
/// | `bind=trx\|tx\|rx` | transceiver, transmitter or receiver; see [`bind_type`](Self::bind_type) |
/// | `version=3.3\|3.4\|5.0` | the version that is spoken, 3.4 where nothing is said |
/// | `system_type=…` | as agreed with the centre |
/// | `window=N` | how many requests may be outstanding, 1 to 65,535; 10 where nothing is said |
/// | `local=IP` | connects from this address of the machine |
/// | `keepalive=SECONDS` | the system looks after so much silence whether the peer lives, 1 to 32,767 s |
/// | `proxy=v2` | starts each connection with a PROXY header of the connection's addresses |
/// | `ca=FILE` | TLS: trusts these authorities (PEM) instead of the system's; may be repeated |
/// | `cert=FILE&key=FILE` | TLS: client certificate and key (PEM) |
/// | `sni=NAME` | TLS: the name in the centre's certificate, where it is not that of the host |
///
/// ```
/// use smpp_esme::SmppUrl;
///
/// let url: SmppUrl = "smpp://esme:se%40cret@smsc.example?bind=tx".parse()?;
/// assert_eq!((url.host(), url.port()), ("smsc.example", 2775));
/// assert_eq!(url.password(), b"se@cret");
/// assert_eq!(url.to_string(), "smpp://esme:***@smsc.example:2775?bind=tx");
/// # Ok::<(), smpp_esme::UrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SmppUrl {
    system_id: Vec<u8>,
    password: Secret,
    /// The first host, and the others.
    host: Host,
    more_hosts: Vec<Host>,
    bind: Option<BindType>,
    version: InterfaceVersion,
    system_type: Vec<u8>,
    window: u16,
    local: Option<IpAddr>,
    /// Seconds.
    keepalive: Option<u16>,
    proxy: bool,
    /// What `smpps://` asks for.
    tls: Option<Tls>,
}

#[derive(Clone, PartialEq, Eq)]
struct Host {
    name: String,
    port: u16,
}

impl SmppUrl {
    /// Name of the account.
    #[must_use]
    pub fn system_id(&self) -> &[u8] {
        &self.system_id
    }

    /// Password of the account, empty where the address has none.
    #[must_use]
    pub fn password(&self) -> &[u8] {
        self.password.expose()
    }

    /// Name or address of the first host; an IPv6 address without its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host.name
    }

    /// The port of the first host.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.host.port
    }

    /// Whether the sessions run over TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// How to connect to each host, in the order of the address; there is at least
    /// one. Files of certificates are read when a connection is made.
    ///
    /// ```
    /// use smpp_esme::{Connect, SmppUrl};
    ///
    /// let url: SmppUrl = "smpp://esme:secret@a.example,b.example:2776".parse()?;
    /// let endpoints = url.endpoints();
    /// let names: Vec<_> = endpoints.iter().map(|endpoint| endpoint.name()).collect();
    /// assert_eq!(names, ["a.example:2775", "b.example:2776"]);
    /// # Ok::<(), smpp_esme::UrlError>(())
    /// ```
    #[must_use]
    pub fn endpoints(&self) -> Vec<Endpoint> {
        self.hosts().map(|host| self.endpoint(host)).collect()
    }

    fn hosts(&self) -> impl Iterator<Item = &Host> {
        core::iter::once(&self.host).chain(&self.more_hosts)
    }

    fn endpoint(&self, host: &Host) -> Endpoint {
        let mut endpoint = Endpoint::new(&host.name, host.port);
        if let Some(seconds) = self.keepalive {
            let idle = core::time::Duration::from_secs(seconds.into());
            endpoint = endpoint.keepalive(Keepalive::after(idle));
        }
        if let Some(local) = self.local {
            endpoint = endpoint.local_address(local);
        }
        if self.proxy {
            endpoint = endpoint.proxy(ProxyHeader::Connection);
        }
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            endpoint = endpoint.tls(tls.config());
        }
        endpoint
    }

    /// The bind that the address asks for, if it says so.
    #[must_use]
    pub fn bind(&self) -> Option<BindType> {
        self.bind
    }

    /// The bind that is meant: without `bind=` a transceiver, or a transmitter
    /// in 3.3, which has no transceiver.
    #[must_use]
    pub fn bind_type(&self) -> BindType {
        match self.bind {
            Some(bind) => bind,
            None if self.version == InterfaceVersion::V3_3 => BindType::Transmitter,
            None => BindType::Transceiver,
        }
    }

    /// Sets what to bind as.
    #[must_use]
    pub fn with_bind(mut self, bind: BindType) -> Self {
        self.bind = Some(bind);
        self
    }

    /// The version, 3.4 where the address names none.
    #[must_use]
    pub fn version(&self) -> InterfaceVersion {
        self.version
    }

    /// `system_type`, often empty.
    #[must_use]
    pub fn system_type(&self) -> &[u8] {
        &self.system_type
    }

    /// How many requests may be outstanding, 10 where the address says nothing.
    #[must_use]
    pub fn window(&self) -> u16 {
        self.window
    }
}

/// The address with `***` as password.
impl fmt::Display for SmppUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls() { "smpps" } else { "smpp" };
        write!(f, "{scheme}://{}", Escaped(&self.system_id))?;
        if !self.password().is_empty() {
            f.write_str(":***")?;
        }
        let mut before = '@';
        for host in self.hosts() {
            write!(f, "{before}{host}")?;
            before = ',';
        }
        let mut separator = '?';
        let mut option = |f: &mut fmt::Formatter<'_>, name: &str, value: &dyn fmt::Display| {
            let before = core::mem::replace(&mut separator, '&');
            write!(f, "{before}{name}={value}")
        };
        match self.bind {
            Some(BindType::Transceiver) => option(f, "bind", &"trx")?,
            Some(BindType::Transmitter) => option(f, "bind", &"tx")?,
            Some(BindType::Receiver) => option(f, "bind", &"rx")?,
            None => {}
        }
        match self.version {
            InterfaceVersion::V3_3 => option(f, "version", &"3.3")?,
            InterfaceVersion::V5_0 => option(f, "version", &"5.0")?,
            _ => {}
        }
        if !self.system_type.is_empty() {
            option(f, "system_type", &Escaped(&self.system_type))?;
        }
        if self.window != DEFAULT_WINDOW {
            option(f, "window", &self.window)?;
        }
        if let Some(local) = &self.local {
            option(f, "local", local)?;
        }
        if let Some(seconds) = &self.keepalive {
            option(f, "keepalive", seconds)?;
        }
        if self.proxy {
            option(f, "proxy", &"v2")?;
        }
        for (name, value) in self.tls.iter().flat_map(Tls::shown) {
            option(f, name, &Escaped(value.as_bytes()))?;
        }
        Ok(())
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.contains(':') {
            write!(f, "[{}]:{}", self.name, self.port)
        } else {
            write!(f, "{}:{}", self.name, self.port)
        }
    }
}

impl fmt::Debug for SmppUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmppUrl({self})")
    }
}

#[cfg(test)]
mod tests;
