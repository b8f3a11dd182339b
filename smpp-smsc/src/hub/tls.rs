//! TLS, by rustls.

use core::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// The certificate of a listener, and whom it asks for one. TLS 1.2 and 1.3.
/// Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct TlsServer {
    inner: Arc<Inner>,
}

struct Inner {
    files: Option<Files>,
    config: RwLock<Arc<ServerConfig>>,
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
    client_ca: Option<PathBuf>,
}

/// Why there is no TLS with these files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {what}")]
pub struct TlsError {
    file: String,
    what: String,
}

impl TlsError {
    fn new(file: &Path, what: impl fmt::Display) -> Self {
        Self {
            file: file.display().to_string(),
            what: what.to_string(),
        }
    }
}

impl TlsServer {
    /// From PEM files: the certificate with what stands between it and its
    /// authority, and its key, which is not encrypted. With `client_ca`, clients
    /// must show a certificate of one of the authorities in that file.
    ///
    /// # Errors
    /// [`TlsError`] when a file cannot be read, holds nothing of the kind, or the
    /// key is not that of the certificate.
    pub fn from_files(
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
        client_ca: Option<PathBuf>,
    ) -> Result<Self, TlsError> {
        let files = Files {
            certificate: certificate.into(),
            key: key.into(),
            client_ca,
        };
        let config = RwLock::new(files.load()?);
        let files = Some(files);
        Ok(Self {
            inner: Arc::new(Inner { files, config }),
        })
    }

    /// With a configuration of one's own.
    #[must_use]
    pub fn from_rustls(config: Arc<ServerConfig>) -> Self {
        Self {
            inner: Arc::new(Inner {
                files: None,
                config: RwLock::new(config),
            }),
        }
    }

    /// Reads the files again, so that a renewed certificate is used from the next
    /// connection on.
    ///
    /// # Errors
    /// As [`from_files`](Self::from_files); then nothing changes.
    pub fn reload(&self) -> Result<(), TlsError> {
        let Some(files) = &self.inner.files else {
            return Ok(());
        };
        let config = files.load()?;
        let current = self.inner.config.write();
        *current.unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let config = self.inner.config.read();
        config
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .into()
    }
}

impl fmt::Debug for TlsServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.inner.files.as_ref();
        f.debug_struct("TlsServer")
            .field("certificate", &files.map(|files| &files.certificate))
            .finish_non_exhaustive()
    }
}

impl Files {
    fn load(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let chain = certificates(&self.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|error| TlsError::new(&self.key, format!("no private key: {error}")))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::new(&self.certificate, error))?;
        let builder = match &self.client_ca {
            None => builder.with_no_client_auth(),
            Some(file) => {
                let mut roots = RootCertStore::empty();
                for authority in certificates(file)? {
                    roots
                        .add(authority)
                        .map_err(|error| TlsError::new(file, error))?;
                }
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                        .build()
                        .map_err(|error| TlsError::new(file, error))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        builder
            .with_single_cert(chain, key)
            .map(Arc::new)
            .map_err(|error| TlsError::new(&self.certificate, error))
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let all: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|error| TlsError::new(file, error))?;
    if all.is_empty() {
        return Err(TlsError::new(file, "no certificate in it"));
    }
    Ok(all)
}
