//! Whom to trust in TLS and who one is: from PEM to a configuration of rustls.

use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::client::{ResolvesClientCert, WebPkiServerVerifier};
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretSlice};
use tracing::warn;

use super::fault::TlsFault;
use super::tls::TlsVersion;
use crate::{ConnectError, ConnectErrorKind};

#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    /// None: those of the system.
    pub(super) authorities: Vec<Pem>,
    /// The chain, and its key.
    pub(super) identity: Option<(Pem, Pem)>,
    pub(super) min_version: TlsVersion,
}

/// Where PEM comes from.
#[derive(Clone)]
pub(super) enum Pem {
    File(PathBuf),
    Octets(Arc<SecretSlice<u8>>),
}

impl Pem {
    pub(super) fn octets(octets: Vec<u8>) -> Self {
        Self::Octets(Arc::new(octets.into()))
    }

    fn read(&self, option: &str) -> Result<Zeroizing<Vec<u8>>, ConnectError> {
        match self {
            Self::File(file) => fs::read(file).map(Zeroizing::new).map_err(|error| {
                settings_fault(format!("{option}: {self} cannot be read: {error}"))
            }),
            Self::Octets(octets) => Ok(Zeroizing::new(octets.expose_secret().to_vec())),
        }
    }

    /// `option` is what this is called in an address.
    fn certificates(&self, option: &str) -> Result<Vec<CertificateDer<'static>>, ConnectError> {
        let found: Result<Vec<_>, PemError> =
            CertificateDer::pem_slice_iter(&self.read(option)?).collect();
        match found {
            Ok(certificates) if !certificates.is_empty() => Ok(certificates),
            Ok(_) => Err(settings_fault(format!(
                "{option}: {self} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"
            ))),
            Err(error) => Err(settings_fault(format!(
                "{option}: {self} is no PEM: {error}"
            ))),
        }
    }

    fn key(&self) -> Result<PrivateKeyDer<'static>, ConnectError> {
        PrivateKeyDer::from_pem_slice(&self.read("key")?).map_err(|error| {
            settings_fault(match error {
                PemError::NoItemsFound => format!(
                    "key: {self} holds no private key in PEM without encryption \
                     (-----BEGIN PRIVATE KEY-----)"
                ),
                error => format!("key: {self} is no PEM: {error}"),
            })
        })
    }
}

/// Which one it is. What is in it stays hidden, since it may be a key.
impl fmt::Display for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::Octets(_) => f.write_str("the given PEM text"),
        }
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.fmt(f),
            Self::Octets(octets) => write!(f, "PEM of {} octets", octets.expose_secret().len()),
        }
    }
}

pub(super) fn settings_fault(message: String) -> ConnectError {
    ConnectError::with_source(
        ConnectErrorKind::Tls(TlsFault::Settings),
        io::Error::new(io::ErrorKind::InvalidInput, message),
    )
}

/// A client without a certificate. It remembers whether it was asked for one, since
/// many centres then end the handshake with an alert that says something else.
#[derive(Debug, Default)]
pub(super) struct Nobody {
    asked: AtomicBool,
}

impl Nobody {
    pub(super) fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for Nobody {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// A configuration for one connection.
pub(super) struct Loaded {
    pub(super) config: Arc<ClientConfig>,
    pub(super) nobody: Option<Arc<Nobody>>,
}

/// Reads the files, on a thread where that may wait.
pub(super) async fn load(settings: Settings) -> Result<Loaded, ConnectError> {
    tokio::task::spawn_blocking(move || config(&settings))
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error).into()))
}

fn config(settings: &Settings) -> Result<Loaded, ConnectError> {
    let versions: &[_] = match settings.min_version {
        TlsVersion::V1_2 => rustls::ALL_VERSIONS,
        TlsVersion::V1_3 => &[&rustls::version::TLS13],
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let unusable = |error: &dyn fmt::Display| settings_fault(error.to_string());
    let roots = if settings.authorities.is_empty() {
        system_roots()?
    } else {
        Arc::new(given_roots(&settings.authorities)?)
    };
    let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
        .build()
        .map_err(|error| unusable(&error))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(|error| unusable(&error))?
        .with_webpki_verifier(verifier);
    let Some((certificate, key)) = &settings.identity else {
        let nobody = Arc::new(Nobody::default());
        let resolver: Arc<dyn ResolvesClientCert> = Arc::<Nobody>::clone(&nobody);
        return Ok(Loaded {
            config: Arc::new(config.with_client_cert_resolver(resolver)),
            nobody: Some(nobody),
        });
    };
    let config = config
        .with_client_auth_cert(certificate.certificates("cert")?, key.key()?)
        .map_err(|error| {
            settings_fault(match error {
                rustls::Error::InconsistentKeys(_) => {
                    format!("key: {key} is not the key of the certificate in {certificate}")
                }
                error => format!("cert: {certificate} with {key} cannot be used: {error}"),
            })
        })?;
    Ok(Loaded {
        config: Arc::new(config),
        nobody: None,
    })
}

fn given_roots(authorities: &[Pem]) -> Result<RootCertStore, ConnectError> {
    let mut roots = RootCertStore::empty();
    for pem in authorities {
        for (number, certificate) in (1..).zip(pem.certificates("ca")?) {
            roots.add(certificate).map_err(|error| {
                settings_fault(format!(
                    "ca: certificate {number} of {pem} cannot be trusted: {error}"
                ))
            })?;
        }
    }
    Ok(roots)
}

fn system_roots() -> Result<Arc<RootCertStore>, ConnectError> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    if let Some(roots) = ROOTS.get() {
        return Ok(Arc::clone(roots));
    }
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    let said: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    if roots.is_empty() {
        let why = match said.as_slice() {
            [] => "there are none".to_owned(),
            _ => said.join("; "),
        };
        return Err(ConnectError::with_source(
            ConnectErrorKind::Tls(TlsFault::SystemRoots),
            io::Error::new(io::ErrorKind::NotFound, why),
        ));
    }
    if !said.is_empty() {
        warn!(errors = %said.join("; "), "some of the system's certificates cannot be read");
    }
    Ok(Arc::clone(ROOTS.get_or_init(|| Arc::new(roots))))
}
