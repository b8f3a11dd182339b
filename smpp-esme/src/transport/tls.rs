//! TLS, by rustls.

use core::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tracing::debug;

use super::clock::Clock;
use super::credentials::{Loaded, Pem, Settings, load, settings_fault};
use super::fault::TlsFault;
use crate::{ConnectError, ConnectErrorKind};

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2.
    #[default]
    V1_2,
    /// TLS 1.3.
    V1_3,
}

/// Whom to trust, and who one is, in TLS.
///
/// The certificate of the centre is always verified: against the authorities that
/// the system trusts, or against those that are named here. There is no switch that
/// turns this off. For a test bench, give the certificate of its authority, or that
/// of the centre itself where it signed its own, with [`ca_file`](Self::ca_file);
/// a name that does not fit is put right with [`server_name`](Self::server_name).
///
/// Files are read anew for each connection, so that a renewed certificate is used
/// from the next one on. The certificates of the system are read once.
///
/// ```
/// use smpp_esme::{Endpoint, TlsConfig, TlsVersion};
///
/// let tls = TlsConfig::new()
///     .ca_file("/etc/smpp/centre-ca.pem")
///     .client_certificate_files("/etc/smpp/esme.pem", "/etc/smpp/esme.key")
///     .min_version(TlsVersion::V1_3);
/// let endpoint = Endpoint::new("smsc.example", 3550).tls(tls);
/// # assert!(endpoint.is_tls());
/// ```
///
/// What is not offered here, such as revocation lists, a key in hardware, or other
/// ciphers, is set in a [`ClientConfig`] of one's own:
///
/// ```
/// # fn config() -> Result<smpp_esme::TlsConfig, smpp_esme::rustls::Error> {
/// use std::sync::Arc;
///
/// use smpp_esme::TlsConfig;
/// use smpp_esme::rustls::{ClientConfig, RootCertStore, crypto::ring};
///
/// let roots = RootCertStore::empty(); // and so on
/// let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
///     .with_safe_default_protocol_versions()?
///     .with_root_certificates(roots)
///     .with_no_client_auth();
/// # return
/// Ok(TlsConfig::from_rustls(Arc::new(config)))
/// # }
/// # config().unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TlsConfig {
    rules: Rules,
    server_name: Option<String>,
}

#[derive(Clone)]
enum Rules {
    Ours(Settings),
    /// A whole configuration.
    Given(Arc<ClientConfig>),
}

impl TlsConfig {
    /// TLS 1.2 or 1.3 with the authorities that the system trusts, and without a
    /// client certificate.
    pub fn new() -> Self {
        Self {
            rules: Rules::Ours(Settings::default()),
            server_name: None,
        }
    }

    /// Everything as in this configuration of rustls; of the methods here only
    /// [`server_name`](Self::server_name) still has an effect. Whether and how the
    /// centre's certificate is verified is then up to that configuration.
    pub fn from_rustls(config: Arc<ClientConfig>) -> Self {
        Self {
            rules: Rules::Given(config),
            server_name: None,
        }
    }

    /// Trusts the authorities whose certificates are in this PEM file, instead of
    /// those of the system. Several files add up. `ca=` in an address.
    pub fn ca_file(self, file: impl Into<PathBuf>) -> Self {
        self.with(|settings| settings.authorities.push(Pem::File(file.into())))
    }

    /// The same with the PEM text itself.
    pub fn ca_pem(self, pem: impl Into<Vec<u8>>) -> Self {
        self.with(|settings| settings.authorities.push(Pem::octets(pem.into())))
    }

    /// The client certificate, with what stands between it and its authority, and
    /// its key: PEM files, which may be one and the same. The key is not encrypted.
    /// `cert=` and `key=` in an address.
    pub fn client_certificate_files(
        self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        let identity = (Pem::File(certificate.into()), Pem::File(key.into()));
        self.with(|settings| settings.identity = Some(identity))
    }

    /// The same with the PEM texts themselves. The key is wiped when the last copy
    /// of this configuration goes.
    pub fn client_certificate_pem(
        self,
        certificate: impl Into<Vec<u8>>,
        key: impl Into<Vec<u8>>,
    ) -> Self {
        let identity = (Pem::octets(certificate.into()), Pem::octets(key.into()));
        self.with(|settings| settings.identity = Some(identity))
    }

    /// The oldest version that is spoken. Default TLS 1.2.
    pub fn min_version(self, version: TlsVersion) -> Self {
        self.with(|settings| settings.min_version = version)
    }

    /// The name that the certificate of the centre must have, which is also asked
    /// for (SNI), where it is not that of the host. `sni=` in an address.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        if let Rules::Ours(settings) = &mut self.rules {
            change(settings);
        }
        self
    }

    /// Reads what is needed for a handshake with this host.
    pub(super) async fn prepare(&self, host: &str) -> Result<Prepared, ConnectError> {
        let name = self.server_name.as_deref().unwrap_or(host);
        let server_name = ServerName::try_from(name).map_err(|_| {
            settings_fault(format!(
                "{name:?} is no name that a certificate can have, give one with sni=NAME"
            ))
        })?;
        let loaded = match &self.rules {
            Rules::Given(config) => Loaded {
                config: Arc::clone(config),
                nobody: None,
            },
            Rules::Ours(settings) => load(settings.clone()).await?,
        };
        Ok(Prepared {
            server_name: server_name.to_owned(),
            loaded,
        })
    }
}

/// All that a handshake needs.
pub(super) struct Prepared {
    server_name: ServerName<'static>,
    loaded: Loaded,
}

impl Prepared {
    pub(super) async fn handshake(
        self,
        stream: TcpStream,
        clock: &Clock,
    ) -> Result<TlsStream<TcpStream>, ConnectError> {
        let Loaded { config, nobody } = self.loaded;
        let handshake = TlsConnector::from(config).connect(self.server_name, stream);
        let waiting = || {
            "connected, but the peer does not answer the TLS handshake; for plain SMPP write \
             smpp:// instead of smpps://"
                .to_owned()
        };
        let stream = clock.bound(handshake, waiting).await?.map_err(|error| {
            let in_vain = nobody.is_some_and(|nobody| nobody.was_asked());
            let fault = TlsFault::in_handshake(&error, in_vain);
            ConnectError::with_source(ConnectErrorKind::Tls(fault), error)
        })?;
        let session = stream.get_ref().1;
        debug!(
            version = ?session.protocol_version(),
            cipher = ?session.negotiated_cipher_suite().map(|suite| suite.suite()),
            "TLS"
        );
        Ok(stream)
    }
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ours(settings) => settings.fmt(f),
            Self::Given(_) => f.write_str("rustls::ClientConfig"),
        }
    }
}
