//! The numbers of a session.

use core::time::Duration;

use smpp_codec::{DEFAULT_MAX_PDU_LEN, Decoder};

use crate::Role;

/// The limits and timers of a session, each with a default that suits a link
/// between an application and a message centre.
///
/// ```
/// use smpp_session::{Config, Role};
///
/// let config = Config { window: 100, ..Config::new(Role::Esme) };
/// assert_eq!(config.enquire_link.unwrap().as_secs(), 30);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Which side this is.
    pub role: Role,
    /// How PDUs are decoded.
    pub decoder: Decoder,
    /// Longest PDU that is taken, in octets. Default 68 KiB.
    pub max_pdu_len: usize,
    /// Longest PDU that is taken before the bind, in octets. Default 1,024.
    pub max_pdu_len_unbound: usize,
    /// PDUs that are taken before the bind succeeds. Default 16.
    pub max_pdus_unbound: u32,
    /// Requests that may be outstanding, 1 to 65,535. Default 10.
    pub window: u16,
    /// Requests of the peer that may be unanswered. Default 65,535.
    pub peer_window: u16,
    /// Time from the start to the bind. `None`: without limit. Default 10 s.
    pub session_init: Option<Duration>,
    /// Silence of the peer after which `enquire_link` is sent. Default 30 s.
    pub enquire_link: Option<Duration>,
    /// Time from a request to its response. Default 60 s.
    pub response: Duration,
    /// Time without any request but `enquire_link` after which the session is
    /// closed. Default: without limit.
    pub inactivity: Option<Duration>,
}

impl Config {
    /// The defaults for one side.
    #[must_use]
    pub const fn new(role: Role) -> Self {
        Self {
            role,
            decoder: Decoder::new(),
            max_pdu_len: DEFAULT_MAX_PDU_LEN,
            max_pdu_len_unbound: 1024,
            max_pdus_unbound: 16,
            window: 10,
            peer_window: u16::MAX,
            session_init: Some(Duration::from_secs(10)),
            enquire_link: Some(Duration::from_secs(30)),
            response: Duration::from_secs(60),
            inactivity: None,
        }
    }
}
