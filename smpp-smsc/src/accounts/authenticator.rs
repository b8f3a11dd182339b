//! The seam for those who have their accounts elsewhere.

use core::fmt;
use core::net::IpAddr;
use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use smpp_pdu::{Bind, BindType, CommandStatus, InterfaceVersion};

use super::Account;

/// A bind that somebody asks for.
#[derive(Clone)]
#[non_exhaustive]
pub struct BindAttempt {
    /// Who it claims to be, as it came.
    pub system_id: Vec<u8>,
    /// How it proves that, as it came.
    pub password: Vec<u8>,
    /// Its `system_type`.
    pub system_type: Vec<u8>,
    /// Which of the three binds.
    pub bind_type: BindType,
    /// The version that the peer states.
    pub version: InterfaceVersion,
    /// From where; `None` over a stream that has no such address.
    pub ip: Option<IpAddr>,
}

impl BindAttempt {
    /// A bind as it came, from this address.
    #[must_use]
    pub fn new(bind: &Bind<'_>, ip: Option<IpAddr>) -> Self {
        Self {
            system_id: bind.system_id.as_bytes().to_vec(),
            password: bind.password.0.as_bytes().to_vec(),
            system_type: bind.system_type.as_bytes().to_vec(),
            bind_type: bind.bind_type,
            version: bind.interface_version,
            ip,
        }
    }
}

/// No password reaches a log.
impl fmt::Debug for BindAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BindAttempt")
            .field("system_id", &String::from_utf8_lossy(&self.system_id))
            .field("bind_type", &self.bind_type)
            .field("version", &self.version)
            .field("ip", &self.ip)
            .finish_non_exhaustive()
    }
}

/// Why a bind, or a message, is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// What the peer is told.
    pub status: CommandStatus,
    /// What the log is told.
    pub reason: Cow<'static, str>,
}

impl Refusal {
    /// A refusal.
    pub fn new(status: CommandStatus, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.status, self.reason)
    }
}

/// Says which account a bind opens. [`AccountTable`](super::AccountTable) is one
/// that holds all accounts; whoever keeps them in a database or a directory
/// writes another.
///
/// What the account may do (its networks, binds, versions, number of sessions)
/// is checked by the centre afterwards. Whatever is not implemented denies.
///
/// ```
/// use std::sync::Arc;
///
/// use smpp_pdu::CommandStatus;
/// use smpp_smsc::{Account, Authenticator, BindAttempt, Password, Refusal, Smsc};
///
/// struct Directory;
///
/// #[smpp_smsc::async_trait]
/// impl Authenticator for Directory {
///     async fn authenticate(&self, attempt: &BindAttempt) -> Result<Arc<Account>, Refusal> {
///         // Ask whoever knows.
///         let known = attempt.system_id == b"bank" && attempt.password == b"kQ7f2xP9";
///         let account = Account::new("bank", Password::NONE);
///         match account {
///             Ok(account) if known => Ok(Arc::new(account.max_binds(2))),
///             _ => Err(Refusal::new(CommandStatus::ESME_RINVPASWD, "the directory says no")),
///         }
///     }
/// }
///
/// let builder = Smsc::builder().authenticator(Directory);
/// ```
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    /// The answer, where it is known without waiting: it is given from the task
    /// of the connection, and must not block. `None`, the default, asks
    /// [`authenticate`](Self::authenticate).
    fn at_once(&self, attempt: &BindAttempt) -> Option<Result<Arc<Account>, Refusal>> {
        let _ = attempt;
        None
    }

    /// The account that this bind opens. It may take its time: other sessions go
    /// on. After 10 s the bind is refused with `ESME_RSYSERR`.
    ///
    /// # Errors
    /// The status that the bind is refused with, and why. The default denies.
    ///
    /// # Cancel safety
    /// The future is dropped when it takes too long, or its connection ends.
    async fn authenticate(&self, attempt: &BindAttempt) -> Result<Arc<Account>, Refusal> {
        let _ = attempt;
        Err(Refusal::new(
            CommandStatus::ESME_RBINDFAIL,
            "nobody may bind",
        ))
    }
}
