//! Listeners in a file.

use std::path::PathBuf;

use serde::Deserialize;

use super::values;

/// An address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listener {
    /// HOST:PORT.
    pub address: String,
    /// Whether a PROXY header comes first.
    pub proxy_protocol: bool,
    /// TLS, if there is any.
    pub tls: Option<TlsFiles>,
}

/// PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsFiles {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// The authorities of clients.
    pub client_ca: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawListener {
    #[serde(deserialize_with = "values::required_address")]
    address: String,
    #[serde(default)]
    proxy_protocol: bool,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    tls_client_ca: Option<PathBuf>,
}

impl RawListener {
    pub(super) fn checked(self) -> Result<Listener, String> {
        let tls = match (self.tls_cert, self.tls_key) {
            (Some(certificate), Some(key)) => Some(TlsFiles {
                certificate,
                key,
                client_ca: self.tls_client_ca,
            }),
            (None, None) if self.tls_client_ca.is_none() => None,
            (None, None) => {
                return Err("tls_client_ca asks for TLS, which needs tls_cert and tls_key".into());
            }
            (Some(_), None) => return Err("TLS needs the key, too: tls_key is missing".into()),
            (None, Some(_)) => {
                return Err("TLS needs the certificate, too: tls_cert is missing".into());
            }
        };
        Ok(Listener {
            address: self.address,
            proxy_protocol: self.proxy_protocol,
            tls,
        })
    }
}
