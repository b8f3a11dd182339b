//! What a session tells its caller.

use core::fmt;

use smpp_codec::{DecodeError, EncodeError, Finding, FramingError};
use smpp_pdu::{CommandId, CommandStatus, InterfaceVersion, Pdu, SequenceNumber};

use crate::{Instant, SessionState, Stranger};

/// The caller's own name for a request, given back with its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Something happened.
///
/// Every request that [`Session::request`](crate::Session::request) has taken
/// ends in exactly one of [`Response`](Event::Response),
/// [`Unreadable`](Event::Unreadable), [`Expired`](Event::Expired),
/// [`Unknown`](Event::Unknown), and a successful
/// [`Machine::cancel`](crate::Machine::cancel), which is no event. The last event of a session is
/// [`Closed`](Event::Closed).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'s> {
    /// A request of the peer, to be answered with
    /// [`Session::respond`](crate::Session::respond): at once or later, in any
    /// order. A bind comes like this too.
    Request(Request<'s>),
    /// A PDU that has no response: `outbind` or `alert_notification`.
    Notification(Request<'s>),
    /// The response to a request.
    Response(Response<'s>),
    /// A response came for the request, and its body cannot be read.
    Unreadable {
        /// The request.
        id: RequestId,
        /// Its operation.
        command_id: CommandId,
        /// The status of the response.
        command_status: CommandStatus,
        /// Why it cannot be read.
        error: DecodeError,
    },
    /// No response in time.
    Expired {
        /// The request.
        id: RequestId,
        /// Its operation.
        command_id: CommandId,
    },
    /// A response to a request that had expired or was cancelled: no outcome, but
    /// the peer did act on it.
    Late {
        /// The request.
        id: RequestId,
        /// Its operation.
        command_id: CommandId,
        /// The status of the response.
        command_status: CommandStatus,
        /// The octets of the response.
        octets: &'s [u8],
    },
    /// The connection ended before a response: the peer may have acted on the
    /// request or not.
    Unknown {
        /// The request.
        id: RequestId,
        /// Its operation.
        command_id: CommandId,
    },
    /// The session has answered a request by itself: `enquire_link` or `unbind`.
    Answered {
        /// The operation.
        command_id: CommandId,
    },
    /// The peer has sent `unbind` before so many of its requests were answered.
    /// Answer them now: the response to `unbind` follows the last answer, or
    /// goes out when [`Config::unbind_grace`](crate::Config::unbind_grace) is
    /// over; then comes [`Closed`](Event::Closed).
    UnbindAsked {
        /// How many answers are missing.
        unanswered: u32,
    },
    /// The peer has answered the session's own `enquire_link`.
    Alive,
    /// The peer did what it must not; the session goes on.
    Fault(Fault),
    /// The session is over: write what is left, then close the connection.
    Closed(CloseReason),
}

/// A PDU of the peer that is not a response.
#[derive(Clone, Debug, PartialEq)]
pub struct Request<'s> {
    /// The PDU.
    pub pdu: Pdu<'s>,
    /// Its octets, for those who keep them.
    pub octets: &'s [u8],
    /// What is off-spec in it, the first few.
    pub findings: &'s [Finding],
}

/// A response of the peer.
#[derive(Clone, Debug, PartialEq)]
pub struct Response<'s> {
    /// The request that it answers.
    pub id: RequestId,
    /// The operation of that request.
    pub command_id: CommandId,
    /// The response: its own, or `generic_nack`.
    pub pdu: Pdu<'s>,
    /// Its octets, for those who keep them.
    pub octets: &'s [u8],
    /// What is off-spec in it, the first few.
    pub findings: &'s [Finding],
}

/// Something that the peer must not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The operation.
    pub command_id: CommandId,
    /// Its number.
    pub sequence_number: SequenceNumber,
    /// What is wrong.
    pub kind: FaultKind,
    /// What the session has answered; `None` for a response, which has none.
    pub answered: Option<CommandStatus>,
}

/// What the peer did wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The body of a request cannot be read.
    Malformed(DecodeError),
    /// The operation has no standard name.
    UnknownCommand,
    /// The operation is not allowed in this state, or not for this side.
    WrongState(SessionState),
    /// A second bind.
    AlreadyBound,
    /// More unanswered requests than the window allows.
    WindowExceeded,
    /// Messages came faster than the rate allows.
    RateExceeded,
    /// A request although this side is about to unbind.
    Finishing,
    /// A response to nothing that is outstanding.
    UnmatchedResponse,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} #{}: ", self.command_id, self.sequence_number)?;
        match self.kind {
            FaultKind::Malformed(error) => write!(f, "{error}")?,
            FaultKind::UnknownCommand => f.write_str("no operation of the standard")?,
            FaultKind::WrongState(state) => write!(f, "not allowed in state {state:?}")?,
            FaultKind::AlreadyBound => f.write_str("the session is bound already")?,
            FaultKind::WindowExceeded => f.write_str("too many unanswered requests")?,
            FaultKind::RateExceeded => f.write_str("faster than the rate allows")?,
            FaultKind::Finishing => f.write_str("this side is about to unbind")?,
            FaultKind::UnmatchedResponse => f.write_str("a response to no outstanding request")?,
        }
        match self.answered {
            Some(status) => write!(f, "; answered {status}"),
            None => Ok(()),
        }
    }
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// This side unbound, and the peer agreed.
    Unbound,
    /// The peer unbound.
    PeerUnbound,
    /// The connection ended without an unbind.
    ConnectionLost,
    /// The connection ended before a single octet: a health check.
    NoOctets,
    /// The caller asked for it.
    Requested,
    /// No bind within the time for it.
    SessionInitTimeout,
    /// No answer to `enquire_link`.
    EnquireLinkTimeout,
    /// No answer to `unbind`.
    UnbindTimeout,
    /// No request within the time for it.
    Inactivity,
    /// Too many PDUs without a bind.
    TooManyUnbound,
    /// The stream has lost its PDU boundaries.
    Framing(FramingError),
    /// Another protocol was spoken.
    NotSmpp(Stranger),
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unbound => f.write_str("unbound"),
            Self::PeerUnbound => f.write_str("unbound by the peer"),
            Self::ConnectionLost => f.write_str("the connection was lost"),
            Self::NoOctets => f.write_str("connected and closed without a word"),
            Self::Requested => f.write_str("closed"),
            Self::SessionInitTimeout => f.write_str("no bind in time"),
            Self::EnquireLinkTimeout => f.write_str("enquire_link was not answered in time"),
            Self::UnbindTimeout => f.write_str("unbind was not answered in time"),
            Self::Inactivity => f.write_str("no request for too long"),
            Self::TooManyUnbound => f.write_str("too many PDUs before a bind"),
            Self::Framing(error) => write!(f, "the stream is not made of PDUs: {error}"),
            Self::NotSmpp(stranger) => write!(f, "the peer speaks {stranger}, not SMPP"),
        }
    }
}

/// Why a PDU was not sent: the caller's mistake, or not the right moment.
/// Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// The operation is not allowed in this state, or not for this side.
    WrongState {
        /// The operation.
        command_id: CommandId,
        /// The state.
        state: SessionState,
    },
    /// As many requests are outstanding as the window allows. One of them ends
    /// no later than `at`.
    WindowFull {
        /// When the oldest request expires.
        at: Instant,
    },
    /// The rate allows the next message at `at`, not earlier.
    NotNow {
        /// The earliest moment to try again.
        at: Instant,
    },
    /// The version of the peer does not have it.
    NotInVersion {
        /// The operation.
        command_id: CommandId,
        /// The version in use.
        version: InterfaceVersion,
    },
    /// A response was given where a request is wanted, or the reverse; or an
    /// `unbind`, which has a call of its own.
    WrongKind {
        /// The operation.
        command_id: CommandId,
    },
    /// Octets that were given as one encoded request are not that.
    NotOnePdu,
    /// No request of the peer with this number waits for an answer: it was
    /// answered already, or never came.
    NotAsked {
        /// The response.
        command_id: CommandId,
        /// The number that it states.
        sequence_number: SequenceNumber,
    },
    /// The buffer takes it not, or no buffer could.
    Encode(EncodeError),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongState { command_id, state } => {
                write!(f, "{command_id} is not allowed in state {state:?}")
            }
            Self::WindowFull { .. } => f.write_str("the window is full"),
            Self::NotNow { .. } => f.write_str("the rate does not allow it yet"),
            Self::NotInVersion {
                command_id,
                version,
            } => write!(
                f,
                "{command_id}, or its parameters, are not part of {version}"
            ),
            Self::WrongKind { command_id } => {
                write!(f, "{command_id} is not sent by this call")
            }
            Self::NotOnePdu => f.write_str("the octets are not one encoded request"),
            Self::NotAsked {
                command_id,
                sequence_number,
            } => write!(
                f,
                "{command_id} #{sequence_number} answers no request that waits for an answer"
            ),
            Self::Encode(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for SendError {}

impl From<EncodeError> for SendError {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}
