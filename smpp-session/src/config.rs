//! The numbers of a session.

use core::time::Duration;

use smpp_codec::{DEFAULT_MAX_PDU_LEN, Decoder};
use smpp_pdu::{CommandStatus, InterfaceVersion, SequenceNumber};

use crate::{ErrorBodies, Rate, Role};

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
    /// The highest version that this side speaks; an ESME speaks no higher one
    /// than its bind says. Default 5.0.
    pub version: InterfaceVersion,
    /// The version of a centre that does not state one. By the specification
    /// that is 3.3; in the field most centres of 3.4 do not. Default 3.4.
    pub unstated_version: InterfaceVersion,
    /// Whether what the peer's version does not have is held back: parameters
    /// and operations in requests are refused with
    /// [`SendError::NotInVersion`](crate::SendError::NotInVersion), responses
    /// are adapted ([`response_for`](crate::response_for)). Default true.
    pub enforce_version: bool,
    /// Which responses with an error status have a body. Default: those that
    /// peers cannot do without.
    pub error_bodies: ErrorBodies,
    /// Longest PDU that is taken, in octets. Default 68 KiB.
    pub max_pdu_len: usize,
    /// Longest PDU that is taken before the bind, in octets. Default 1,024.
    pub max_pdu_len_unbound: usize,
    /// PDUs of the peer that are taken before the bind succeeds, requests and
    /// responses: the bind, or the response to it, is one of them. Default 16.
    pub max_pdus_unbound: u32,
    /// Requests that may be outstanding, 1 to 65,535. Default 10.
    pub window: u16,
    /// The number of the first request, 1 to 0x7FFFFFFF; any other is taken as 1.
    /// To go on counting over a reconnect, see
    /// [`Machine::next_number`](crate::Machine::next_number). Default 1.
    pub first_number: SequenceNumber,
    /// How fast messages may be sent. Default: without limit.
    pub rate: Option<Rate>,
    /// Whether to slow down by itself when the peer answers `ESME_RTHROTTLED`
    /// or `ESME_RMSGQFUL`, or states congestion (5.0). Default false.
    pub slow_down: bool,
    /// Requests of the peer that may be unanswered. Default 65,535.
    pub peer_window: u16,
    /// How fast the peer may send messages. Default: without limit.
    pub peer_rate: Option<Rate>,
    /// The status for requests beyond the peer's window or rate.
    /// Default `ESME_RTHROTTLED`.
    pub peer_excess_status: CommandStatus,
    /// Time from the start to the bind. `None`: without limit. Default 10 s.
    pub session_init: Option<Duration>,
    /// Time without a whole PDU of the peer after which `enquire_link` is sent.
    /// Default 30 s. Octets of a PDU that does not become whole are silence: with
    /// [`link_response`](Self::link_response), this bounds how long one may take.
    pub enquire_link: Option<Duration>,
    /// Time from a message, such as `submit_sm`, to its response. Default 60 s.
    pub response: Duration,
    /// Time from a bind to its response. Default 30 s.
    pub bind_response: Duration,
    /// Time from `enquire_link` or `unbind` to the response. Default 30 s.
    pub link_response: Duration,
    /// How long the response to the peer's `unbind` waits for the answers to
    /// requests that came before it. Default 5 s: peers do not wait much longer.
    pub unbind_grace: Duration,
    /// Time from any other request, such as `query_sm`, to its response.
    /// Default 60 s.
    pub manage_response: Duration,
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
            version: InterfaceVersion::V5_0,
            unstated_version: InterfaceVersion::V3_4,
            enforce_version: true,
            error_bodies: ErrorBodies::Usual,
            max_pdu_len: DEFAULT_MAX_PDU_LEN,
            max_pdu_len_unbound: 1024,
            max_pdus_unbound: 16,
            window: 10,
            first_number: SequenceNumber::FIRST,
            rate: None,
            slow_down: false,
            peer_window: u16::MAX,
            peer_rate: None,
            peer_excess_status: CommandStatus::ESME_RTHROTTLED,
            session_init: Some(Duration::from_secs(10)),
            enquire_link: Some(Duration::from_secs(30)),
            response: Duration::from_secs(60),
            bind_response: Duration::from_secs(30),
            link_response: Duration::from_secs(30),
            unbind_grace: Duration::from_secs(5),
            manage_response: Duration::from_secs(60),
            inactivity: None,
        }
    }
}
