//! How much a server takes on.

use core::time::Duration;

/// How many connections there may be, and how long they may take to begin and
/// to end.
///
/// ```
/// use smpp_smsc::Limits;
///
/// let limits = Limits::new().connections(100).per_address(10);
/// assert_eq!(limits.handshake.as_secs(), 5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at the same time, bound or not. One more is closed at once.
    /// Default 1,024.
    pub connections: u32,
    /// Of these, those that have not bound yet. With one more, the one that has
    /// waited longest is closed, so that a crowd that never binds keeps nobody else
    /// from it. How long they may take is set by `session_init` of the session.
    /// Default: three quarters of `connections`.
    pub unbound: Option<u32>,
    /// Connections from one IP address, or from one network of 64 bits in IPv6.
    /// One more is closed at once. Default: without limit, since clients behind
    /// one gateway share an address.
    pub per_address: Option<u32>,
    /// How long a TLS handshake, and a PROXY header, may take together. Default
    /// 5 s.
    pub handshake: Duration,
    /// How long a shutdown waits for sessions to unbind. Default 5 s.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

impl Limits {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            connections: 1024,
            unbound: None,
            per_address: None,
            handshake: Duration::from_secs(5),
            shutdown: Duration::from_secs(5),
        }
    }

    /// Sets how many connections there may be, at least 1.
    #[must_use]
    pub fn connections(mut self, limit: u32) -> Self {
        self.connections = limit.max(1);
        self
    }

    /// Sets how many connections there may be that have not bound, at least 1.
    #[must_use]
    pub fn unbound(mut self, limit: u32) -> Self {
        self.unbound = Some(limit.max(1));
        self
    }

    /// How many connections there may be that have not bound.
    pub(crate) fn most_unbound(&self) -> u32 {
        let three_quarters = self.connections - self.connections / 4;
        self.unbound.unwrap_or(three_quarters)
    }

    /// Sets how many connections there may be from one address, at least 1.
    #[must_use]
    pub fn per_address(mut self, limit: u32) -> Self {
        self.per_address = Some(limit.max(1));
        self
    }

    /// Sets how long a handshake may take.
    #[must_use]
    pub const fn handshake(mut self, limit: Duration) -> Self {
        self.handshake = limit;
        self
    }

    /// Sets how long a shutdown waits.
    #[must_use]
    pub const fn shutdown(mut self, limit: Duration) -> Self {
        self.shutdown = limit;
        self
    }
}
