//! What can go wrong, by what was tried.

use core::error::Error;
use core::fmt;
use core::time::Duration;
use std::io;

use smpp_codec::DecodeError;
use smpp_pdu::{CommandId, CommandStatus};
use smpp_session::{CloseReason, SendError, Stranger};

use crate::{OwnedPdu, TlsFault};

/// Why there is no session.
#[derive(Debug)]
pub struct ConnectError {
    kind: ConnectErrorKind,
    source: Option<io::Error>,
    /// Where several places were tried: the earlier ones and what they said, and
    /// the name of the last.
    before: Option<Box<str>>,
}

/// What kept a session from being.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectErrorKind {
    /// The host cannot be reached; `source` says why.
    Io,
    /// There was no connection in this time, or no TLS session; `source` says
    /// what was waited for.
    TimedOut(Duration),
    /// There is no TLS session, or the centre ended it before the bind; `source`
    /// holds the error of the TLS library, or which setting is wrong.
    Tls(TlsFault),
    /// A value of the bind holds a NUL, and cannot be sent.
    InvalidBind(&'static str),
    /// The centre has refused the bind.
    Refused(CommandStatus),
    /// What listens there speaks another protocol.
    NotSmpp(Stranger),
    /// The session ended before the bind was answered.
    Closed(CloseReason),
    /// The answer to the bind cannot be read.
    Unreadable(DecodeError),
}

impl ConnectError {
    pub(crate) fn new(kind: ConnectErrorKind) -> Self {
        Self {
            kind,
            source: None,
            before: None,
        }
    }

    pub(crate) fn with_source(kind: ConnectErrorKind, source: io::Error) -> Self {
        Self {
            source: Some(source),
            ..Self::new(kind)
        }
    }

    /// Says where this happened, after what happened at other places.
    pub(crate) fn at(self, name: &str, earlier: Option<&Self>) -> Self {
        let before = match earlier {
            Some(earlier) => format!("{earlier}; {name}"),
            None => name.to_owned(),
        };
        Self {
            before: Some(before.into()),
            ..self
        }
    }

    /// Whether another host of the same centre might say something else.
    pub(crate) fn may_differ_elsewhere(&self) -> bool {
        !matches!(
            self.kind,
            ConnectErrorKind::InvalidBind(_)
                | ConnectErrorKind::Tls(TlsFault::Settings | TlsFault::SystemRoots)
                | ConnectErrorKind::Refused(
                    CommandStatus::ESME_RINVPASWD
                        | CommandStatus::ESME_RINVSYSID
                        | CommandStatus::ESME_RINVSYSTYP
                )
        )
    }

    pub(crate) fn from_bind(error: &RequestError) -> Self {
        Self::new(match (error.kind(), error.detail.as_deref()) {
            (RequestErrorKind::Rejected(status), _) => ConnectErrorKind::Refused(status),
            (RequestErrorKind::Unreadable(status), _) if status.is_error() => {
                ConnectErrorKind::Refused(status)
            }
            (_, Some(Detail::Decode(error))) => ConnectErrorKind::Unreadable(*error),
            (RequestErrorKind::LinkLost(reason), _) => return Self::closed(reason),
            _ => return Self::closed(CloseReason::SessionInitTimeout),
        })
    }

    pub(crate) fn closed(reason: CloseReason) -> Self {
        Self::new(match reason {
            CloseReason::NotSmpp(stranger) => ConnectErrorKind::NotSmpp(stranger),
            reason => ConnectErrorKind::Closed(reason),
        })
    }

    /// The error of the connection that ended the session. It may be a word of the
    /// TLS library, which explains more than that the session has ended.
    pub(crate) fn because(self, error: Option<io::Error>) -> Self {
        match error {
            Some(error) => Self {
                kind: TlsFault::of(&error).map_or(self.kind, ConnectErrorKind::Tls),
                source: Some(error),
                ..self
            },
            None => self,
        }
    }

    /// What kept the session from being.
    #[must_use]
    pub fn kind(&self) -> ConnectErrorKind {
        self.kind
    }

    /// The status that the centre refused the bind with.
    #[must_use]
    pub fn status(&self) -> Option<CommandStatus> {
        match self.kind {
            ConnectErrorKind::Refused(status) => Some(status),
            _ => None,
        }
    }
}

/// For transports of one's own: no connection, because of this.
impl From<io::Error> for ConnectError {
    fn from(error: io::Error) -> Self {
        Self::new(ConnectErrorKind::Io).because(Some(error))
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(before) = &self.before {
            write!(f, "{before}: ")?;
        }
        match (self.kind, &self.source) {
            (ConnectErrorKind::Io, Some(source)) => write!(f, "no connection: {source}"),
            (ConnectErrorKind::Io, None) => f.write_str("no connection"),
            (ConnectErrorKind::TimedOut(limit), source) => {
                write!(f, "no connection within {} s", limit.as_secs_f32())?;
                source.iter().try_for_each(|source| write!(f, ": {source}"))
            }
            (ConnectErrorKind::Tls(fault), source) => {
                write!(f, "no TLS session: {fault}")?;
                if let Some(source) = source
                    && !fault.says_it_all()
                {
                    write!(f, ": {source}")?;
                }
                match fault.hint() {
                    Some(hint) => write!(f, "; {hint}"),
                    None => Ok(()),
                }
            }
            (ConnectErrorKind::InvalidBind(field), _) => {
                write!(f, "{field} holds a NUL and cannot be sent")
            }
            (ConnectErrorKind::Refused(status), _) => {
                f.write_str("the centre refused the bind: ")?;
                show_status(f, status)
            }
            (ConnectErrorKind::NotSmpp(stranger), _) => {
                write!(f, "the peer speaks {stranger}, not SMPP")
            }
            (ConnectErrorKind::Closed(CloseReason::SessionInitTimeout), _) => {
                f.write_str("the centre did not answer the bind in time")
            }
            (ConnectErrorKind::Closed(CloseReason::ConnectionLost | CloseReason::NoOctets), _) => {
                f.write_str("the centre closed the connection without answering the bind")
            }
            (ConnectErrorKind::Closed(reason), _) => {
                write!(f, "the session ended before the bind: {reason}")
            }
            (ConnectErrorKind::Unreadable(error), _) => {
                write!(f, "the answer to the bind cannot be read: {error}")
            }
        }
    }
}

impl Error for ConnectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            ConnectErrorKind::Unreadable(error) => Some(error),
            _ => self.source.as_ref().map(|error| error as _),
        }
    }
}

/// `ESME_RTHROTTLED (0x00000058): what that means`.
pub(crate) fn show_status(f: &mut fmt::Formatter<'_>, status: CommandStatus) -> fmt::Result {
    match (status.name(), status.meaning()) {
        (Some(name), Some(meaning)) => write!(f, "{name} (0x{:08X}, {meaning})", status.0),
        _ if status.is_vendor_specific() => {
            write!(f, "0x{:08X}, a status of this vendor", status.0)
        }
        _ => write!(f, "0x{:08X}, a status without a name", status.0),
    }
}

/// Why a request has no good response.
#[derive(Clone, Debug)]
pub struct RequestError {
    command_id: CommandId,
    kind: RequestErrorKind,
    /// How often it was sent before, over sessions that were lost then.
    earlier: u32,
    /// Boxed, so that results stay small.
    detail: Option<Box<Detail>>,
}

/// What more is known.
#[derive(Clone, Debug)]
enum Detail {
    Decode(DecodeError),
    Send(SendError),
    Response(OwnedPdu),
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestErrorKind {
    /// The centre refused it with this status.
    Rejected(CommandStatus),
    /// It was sent, and no response came in time. The centre may have acted on it.
    Expired,
    /// It was sent, and the session ended before the response. The centre may
    /// have acted on it.
    LinkLost(CloseReason),
    /// Its response has this status, and a body that cannot be read.
    Unreadable(CommandStatus),
    /// It was not sent: the session is over, or about to be.
    Closed,
    /// It was not sent: no session was bound in the time that it may wait for
    /// one, see [`LinkBuilder::wait_for_session`](crate::LinkBuilder::wait_for_session).
    NoSession,
    /// It was not sent: what the session is bound as does not allow it.
    NotAllowed,
    /// It was not sent: as many are outstanding as the window allows.
    WindowFull,
    /// It was not sent: it is too long for a PDU.
    TooLong,
    /// It was not sent: another part of its message has failed.
    Skipped,
}

impl RequestError {
    pub(crate) fn new(command_id: CommandId, kind: RequestErrorKind) -> Self {
        Self {
            command_id,
            kind,
            earlier: 0,
            detail: None,
        }
    }

    /// The same error of a request that was sent so often before.
    pub(crate) fn sent_before(mut self, earlier: u32) -> Self {
        self.earlier = earlier;
        self
    }

    fn with(mut self, detail: Detail) -> Self {
        self.detail = Some(Box::new(detail));
        self
    }

    pub(crate) fn rejected(command_id: CommandId, response: OwnedPdu) -> Self {
        let kind = RequestErrorKind::Rejected(response.command_status());
        Self::new(command_id, kind).with(Detail::Response(response))
    }

    pub(crate) fn unreadable(
        command_id: CommandId,
        status: CommandStatus,
        error: DecodeError,
    ) -> Self {
        Self::new(command_id, RequestErrorKind::Unreadable(status)).with(Detail::Decode(error))
    }

    pub(crate) fn not_sent(command_id: CommandId, error: SendError) -> Self {
        let kind = match error {
            SendError::WindowFull { .. } | SendError::NotNow { .. } => RequestErrorKind::WindowFull,
            SendError::WrongState { state, .. } if !state.is_bound() => RequestErrorKind::Closed,
            SendError::Encode(_) => RequestErrorKind::TooLong,
            _ => RequestErrorKind::NotAllowed,
        };
        Self::new(command_id, kind).with(Detail::Send(error))
    }

    /// The operation.
    #[must_use]
    pub fn command_id(&self) -> CommandId {
        self.command_id
    }

    /// What became of it.
    #[must_use]
    pub fn kind(&self) -> RequestErrorKind {
        self.kind
    }

    /// The status that the centre refused it with.
    #[must_use]
    pub fn status(&self) -> Option<CommandStatus> {
        match self.kind {
            RequestErrorKind::Rejected(status) => Some(status),
            _ => None,
        }
    }

    /// The refusal itself: some centres explain it in parameters.
    #[must_use]
    pub fn response(&self) -> Option<&OwnedPdu> {
        match self.detail.as_deref() {
            Some(Detail::Response(response)) => Some(response),
            _ => None,
        }
    }

    /// How often it was sent: 0 or 1, and more where a [`Link`](crate::Link) was
    /// told to send again what it does not know the fate of.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        let last = match self.kind {
            RequestErrorKind::Rejected(_)
            | RequestErrorKind::Expired
            | RequestErrorKind::LinkLost(_)
            | RequestErrorKind::Unreadable(_) => 1,
            RequestErrorKind::Closed
            | RequestErrorKind::NoSession
            | RequestErrorKind::NotAllowed
            | RequestErrorKind::WindowFull
            | RequestErrorKind::TooLong
            | RequestErrorKind::Skipped => 0,
        };
        self.earlier.saturating_add(last)
    }

    /// Whether it was sent at all. What was not, the centre has never seen.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        self.attempts() > 0
    }

    /// Whether the centre may have acted on the request all the same: sending
    /// it again may do it twice.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        if self.earlier > 0 {
            return true;
        }
        match self.kind {
            RequestErrorKind::Expired | RequestErrorKind::LinkLost(_) => true,
            RequestErrorKind::Unreadable(status) => !status.is_error(),
            _ => false,
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let command = self.command_id;
        match self.kind {
            RequestErrorKind::Rejected(status) => {
                write!(f, "the centre refused {command}: ")?;
                show_status(f, status)
            }
            RequestErrorKind::Expired => write!(
                f,
                "no response to {command} in time, the centre may have acted on it"
            ),
            RequestErrorKind::LinkLost(reason) => write!(
                f,
                "the session ended before the response to {command} ({reason}), the centre may \
                 have acted on it"
            ),
            RequestErrorKind::Unreadable(status) => {
                write!(f, "the response to {command}, {status}, cannot be read")?;
                match self.source() {
                    Some(error) => write!(f, ": {error}"),
                    None => Ok(()),
                }
            }
            RequestErrorKind::Closed => {
                write!(f, "{command} was not sent, the session is over")
            }
            RequestErrorKind::NoSession => {
                write!(f, "{command} was not sent, no session was bound in time")
            }
            RequestErrorKind::NotAllowed => {
                write!(f, "{command} was not sent, this session does not allow it")?;
                match self.source() {
                    Some(error) => write!(f, ": {error}"),
                    None => Ok(()),
                }
            }
            RequestErrorKind::WindowFull => write!(f, "{command} was not sent, the window is full"),
            RequestErrorKind::TooLong => {
                write!(f, "{command} was not sent, it is too long for a PDU")
            }
            RequestErrorKind::Skipped => write!(
                f,
                "{command} was not sent, another part of its message has failed"
            ),
        }?;
        match self.earlier {
            0 => Ok(()),
            earlier => write!(f, "; it had been sent {earlier} times before"),
        }
    }
}

impl Error for RequestError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.detail.as_deref()? {
            Detail::Decode(error) => Some(error),
            Detail::Send(error) => Some(error),
            Detail::Response(_) => None,
        }
    }
}
