//! Settings from a TOML file.
//!
//! ```
//! use smpp_smsc::config::ConfigFile;
//!
//! let text = "
//! [[account]]
//! system_id = 'bank'
//! password = 'kQ7f2xP9'
//! max_bnids = 2
//! ";
//! let error = ConfigFile::parse(text).unwrap_err();
//! assert_eq!((error.line, error.column), (5, 1));
//! assert!(error.message.contains("max_bnids"));
//! ```

mod account;
mod values;

use core::time::Duration;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use crate::{Account, Accounts};
use account::RawAccount;

pub use values::{parse_address, parse_time};

/// A file with every setting, its default, and what it means.
pub const EXAMPLE: &str = include_str!("example.toml");

/// What a file sets. What is `None` or empty was not set.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConfigFile {
    /// Everything but the accounts.
    pub settings: Settings,
    /// The accounts, in their order.
    pub accounts: Vec<Account>,
}

/// Everything but the accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// `system_id` of bind responses.
    pub system_id: Option<String>,
    /// Where messages are kept, as on the command line.
    pub store: Option<Located<String>>,
    /// How long the simulated handsets take.
    pub delay: Option<Duration>,
    /// Whether the log is JSON.
    pub json_log: Option<bool>,
    /// Where to listen.
    pub listeners: Vec<Listener>,
    /// How much of everything.
    pub limits: Limits,
    /// The interface over HTTP.
    pub http: Http,
}

/// A value, and where it stands.
#[derive(Clone, Debug)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
}

/// The same value elsewhere is the same setting.
impl<T: PartialEq> PartialEq for Located<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Located<T> {}

impl<T> Located<T> {
    /// An error about this value.
    pub fn error(&self, message: impl Into<String>) -> ConfigError {
        ConfigError {
            line: self.line,
            column: self.column,
            message: message.into(),
        }
    }
}

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

/// How much of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at the same time.
    #[serde(deserialize_with = "values::positive")]
    pub connections: Option<u32>,
    /// Connections that have not bound.
    #[serde(deserialize_with = "values::positive")]
    pub unbound: Option<u32>,
    /// Connections from one IP address.
    #[serde(deserialize_with = "values::positive")]
    pub per_address: Option<u32>,
    /// Time to bind.
    #[serde(deserialize_with = "values::time")]
    pub bind_time: Option<Duration>,
    /// Time for TLS and PROXY.
    #[serde(deserialize_with = "values::time")]
    pub handshake_time: Option<Duration>,
    /// Silence before `enquire_link`.
    #[serde(deserialize_with = "values::time")]
    pub enquire_link: Option<Duration>,
    /// Unanswered requests of a session.
    #[serde(deserialize_with = "values::window")]
    pub window: Option<u16>,
    /// Unanswered deliveries of a session.
    #[serde(deserialize_with = "values::window")]
    pub delivery_window: Option<u16>,
    /// Validity of messages that do not say.
    #[serde(deserialize_with = "values::time")]
    pub validity: Option<Duration>,
    /// How long messages can be asked for after their end.
    #[serde(deserialize_with = "values::time")]
    pub history: Option<Duration>,
}

/// The interface over HTTP.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Http {
    /// Where it listens, HOST:PORT.
    #[serde(deserialize_with = "values::address")]
    pub address: Option<String>,
    /// Whether there is any.
    pub enabled: Option<bool>,
    /// What a caller must show.
    #[serde(deserialize_with = "values::token")]
    pub token: Option<String>,
}

/// No token reaches a log.
impl core::fmt::Debug for Http {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Http")
            .field("address", &self.address)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

/// What is wrong in a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
#[non_exhaustive]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What, and what would be right.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default, deserialize_with = "values::name")]
    system_id: Option<String>,
    store: Option<Spanned<String>>,
    #[serde(default, deserialize_with = "values::time")]
    delay: Option<Duration>,
    log: Option<LogForm>,
    #[serde(default)]
    listen: Vec<Spanned<RawListener>>,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    http: Http,
    #[serde(default)]
    account: Vec<RawAccount>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LogForm {
    Text,
    Json,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawListener {
    #[serde(deserialize_with = "values::required_address")]
    address: String,
    #[serde(default)]
    proxy_protocol: bool,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    tls_client_ca: Option<PathBuf>,
}

impl ConfigFile {
    /// Reads what stands in a file, see [`EXAMPLE`].
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let raw: RawFile = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            error_at(text, at, error.message())
        })?;
        let mut listeners = Vec::new();
        for listener in raw.listen {
            let at = listener.span().start;
            let listener = listener.into_inner();
            listeners.push(
                listener
                    .checked()
                    .map_err(|message| error_at(text, at, message))?,
            );
        }
        let mut accounts: Vec<Account> = Vec::new();
        for raw in raw.account {
            let name = raw.name().clone();
            let taken = accounts
                .iter()
                .any(|one| one.system_id() == name.get_ref().as_str());
            if taken {
                let message = format!("the account {} is there already", name.get_ref());
                return Err(error_at(text, name.span().start, message));
            }
            let account = raw.checked();
            accounts.push(account.map_err(|(at, message)| error_at(text, at, message))?);
        }
        Ok(Self {
            settings: Settings {
                system_id: raw.system_id,
                store: raw.store.map(|store| {
                    let (line, column) = position(text, store.span().start);
                    Located {
                        value: store.into_inner(),
                        line,
                        column,
                    }
                }),
                delay: raw.delay,
                json_log: raw.log.map(|form| form == LogForm::Json),
                listeners,
                limits: raw.limits,
                http: raw.http,
            },
            accounts,
        })
    }

    /// The accounts as a message centre takes them.
    #[must_use]
    pub fn accounts(&self) -> Accounts {
        let mut accounts = Accounts::new();
        for account in &self.accounts {
            accounts.add(account.clone());
        }
        accounts
    }
}

impl RawListener {
    fn checked(self) -> Result<Listener, String> {
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

fn error_at(text: &str, at: usize, message: impl Into<String>) -> ConfigError {
    let (line, column) = position(text, at);
    ConfigError {
        line,
        column,
        // One error is one line of a log.
        message: message.into().trim_end().replace('\n', "; "),
    }
}

/// Line and column of an octet.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests;
