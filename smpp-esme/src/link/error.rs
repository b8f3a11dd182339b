//! Why a link is over, and why a restart is not.

use core::error::Error;
use core::fmt;
use std::sync::Arc;

use smpp_pdu::CommandStatus;

use crate::ConnectError;

/// Why a link is over.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LinkError {
    /// Every host has refused its bind for good.
    Refused(Arc<[StoppedHost]>),
    /// The link was given no host.
    NoHost,
    /// It was unbound by wish, before what was waited for.
    Unbound,
}

/// A host that is not tried any more.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoppedHost {
    /// Its name, see [`Connect::name`](crate::Connect::name).
    pub host: Arc<str>,
    /// What it said to the last bind.
    pub error: Arc<ConnectError>,
}

impl LinkError {
    /// Each host with what it said; none where no host refused.
    #[must_use]
    pub fn hosts(&self) -> &[StoppedHost] {
        match self {
            Self::Refused(hosts) => hosts,
            _ => &[],
        }
    }

    /// The status of the first host that refused with one.
    #[must_use]
    pub fn status(&self) -> Option<CommandStatus> {
        self.hosts()
            .iter()
            .find_map(|stopped| stopped.error.status())
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHost => f.write_str("the link has no host, name one with LinkBuilder::host"),
            Self::Unbound => f.write_str("the link was unbound"),
            Self::Refused(hosts) => {
                f.write_str("no host takes the bind")?;
                for (at, stopped) in hosts.iter().enumerate() {
                    let before = if at == 0 { ": " } else { "; " };
                    write!(f, "{before}{}: {}", stopped.host, stopped.error)?;
                }
                Ok(())
            }
        }
    }
}

impl Error for LinkError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.hosts().first().map(|stopped| &*stopped.error as _)
    }
}

/// A planned restart was not carried through.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RestartError {
    /// A session that was unbound for the restart was not bound again at the
    /// first attempt. It goes on trying; the sessions after it were left alone.
    NotBoundAgain {
        /// The host.
        host: Arc<str>,
        /// Which of its sessions, from 1.
        number: usize,
        /// What kept it from being bound.
        error: Arc<ConnectError>,
    },
    /// The link is over, or about to be.
    Over,
}

impl fmt::Display for RestartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBoundAgain {
                host,
                number,
                error,
            } => write!(
                f,
                "the restart stopped at session {number} to {host}, which was not bound again: \
                 {error}"
            ),
            Self::Over => f.write_str("the link is over"),
        }
    }
}

impl Error for RestartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotBoundAgain { error, .. } => Some(&**error),
            Self::Over => None,
        }
    }
}
