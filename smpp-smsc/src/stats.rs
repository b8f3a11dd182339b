//! What the centre has done since it was started.

use core::sync::atomic::{AtomicU64, Ordering};

macro_rules! stats {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Totals since the centre was started, see
        /// [`Smsc::stats`](crate::Smsc::stats).
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Stats {
            $($(#[$doc])* pub $name: u64,)*
        }

        /// The same, while they are counted.
        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: Counter,)*
        }

        impl Counters {
            pub(crate) fn read(&self) -> Stats {
                Stats {
                    $($name: self.$name.0.load(Ordering::Relaxed),)*
                }
            }
        }
    };
}

stats! {
    /// Connections that were served.
    connections,
    /// Connections that were closed at once: a limit was reached.
    refused_connections,
    /// Connections that ended before their TLS handshake or PROXY header did.
    failed_handshakes,
    /// Binds that were accepted.
    binds,
    /// Binds that were refused.
    refused_binds,
    /// Requests of bound sessions, `enquire_link` not among them.
    requests,
    /// Of these, those that were refused.
    refused_requests,
    /// Deliveries that ESMEs acknowledged.
    delivered,
    /// What peers did that they must not.
    faults,
    /// What was off-spec in PDUs that were understood all the same.
    findings,
}

#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, more: u64) {
        if more > 0 {
            self.0.fetch_add(more, Ordering::Relaxed);
        }
    }
}
