//! What can be wrong with a message, and what can become of one.

use core::error::Error;
use core::fmt;

use smpp_codec::long::{PartCount, SplitError};
use smpp_codec::text::{Encoding, Unencodable};
use smpp_pdu::TlvTooLong;

use super::Sent;
use crate::RequestError;

/// Why a message cannot be sent as it is. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// There is no recipient.
    #[error("the message has no destination: set it with to(…)")]
    NoDestination,
    /// A field takes fewer octets.
    #[error("{field} takes at most {limit} octets, not {octets}")]
    FieldTooLong {
        /// The specification's name of the field.
        field: &'static str,
        /// How many there are.
        octets: usize,
        /// How many it takes.
        limit: usize,
    },
    /// A NUL ends a field, and cannot be inside it.
    #[error("{field} holds a NUL, which would end it")]
    NulInside {
        /// The specification's name of the field.
        field: &'static str,
    },
    /// A character that the encoding has not.
    #[error("{0}")]
    Unencodable(Unencodable),
    /// Several parts would be needed, and [`Split::None`](super::Split::None)
    /// allows one.
    #[error("the text does not fit into the one part that Split::None allows: {0}")]
    NotOnePart(PartCount),
    /// It cannot be split either.
    #[error("{0}")]
    Split(SplitError),
    /// A flash message is of class 0, which not every alphabet can say.
    #[error("data_coding has no class for {0}: a flash message needs GSM 7-bit, UCS-2 or octets")]
    NoClass(Encoding),
    /// Nothing says this alphabet at a centre whose 0 means another.
    #[error(
        "no data_coding says {0} at a centre of this default alphabet: set default_alphabet(…) \
         to what it takes for 0, or data_coding(…)"
    )]
    NoDataCoding(Encoding),
    /// The moment has passed, or the span is zero.
    #[error("{field}: the moment is not in the future")]
    TimeInThePast {
        /// The specification's name of the field.
        field: &'static str,
    },
    /// A span of days goes up to 31 days, 23:59:59.
    #[error(
        "{field}: a relative time is shorter than 32 days; take TimeForm::Absolute, or a \
         RelativeTime of months"
    )]
    SpanTooLong {
        /// The specification's name of the field.
        field: &'static str,
    },
    /// SMPP writes the years 1900 to 2099.
    #[error("{field}: an absolute time lies before the year 2099 ends")]
    NotInCalendar {
        /// The specification's name of the field.
        field: &'static str,
    },
    /// The message would be invalid before it is due.
    #[error("validity_period ends before schedule_delivery_time")]
    OverBeforeDue,
    /// `data_sm` has no such field.
    #[error("data_sm has no {field}: use submit_sm")]
    NotInDataSm {
        /// The specification's name of the field.
        field: &'static str,
    },
    /// `data_sm` has a validity in seconds only.
    #[error("data_sm takes validity_period as a span of seconds, without months and years")]
    ValidityNotASpan,
    /// `data_sm` goes to one recipient.
    #[error("data_sm goes to one recipient: use submit_sm for several")]
    DataSmToMany,
    /// One of several recipients is wrong.
    #[error("recipient {}: {error}", .at + 1)]
    Recipient {
        /// Which, from 0.
        at: usize,
        /// What is wrong with it.
        error: Box<MessageError>,
    },
    /// A parameter takes 65,535 octets.
    #[error("{0}")]
    TlvTooLong(TlvTooLong),
}

impl From<SplitError> for MessageError {
    fn from(error: SplitError) -> Self {
        match error {
            SplitError::Unencodable(error) => Self::Unencodable(error),
            error => Self::Split(error),
        }
    }
}

impl From<Unencodable> for MessageError {
    fn from(error: Unencodable) -> Self {
        Self::Unencodable(error)
    }
}

impl From<TlvTooLong> for MessageError {
    fn from(error: TlvTooLong) -> Self {
        Self::TlvTooLong(error)
    }
}

/// Why a message was not taken whole. What the centre has taken of it is in
/// [`sent`](Self::sent).
#[derive(Clone, Debug)]
pub struct SendError {
    kind: SendErrorKind,
    /// Boxed, so that results stay small.
    detail: Box<Detail>,
}

#[derive(Clone, Debug)]
enum Detail {
    Message(MessageError),
    Parts(Sent),
    Nothing,
}

/// What became of a message that was not taken whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendErrorKind {
    /// It cannot be sent as it is; nothing was sent.
    InvalidMessage,
    /// It would have had to wait; nothing was sent. Only
    /// [`try_send`](super::Sender::try_send) says this.
    Busy,
    /// A part was refused, or not sent, and is not with the centre.
    Failed,
    /// Nobody knows of at least one part whether the centre has it; the others
    /// were taken, or are unknown too.
    Unknown,
}

impl SendError {
    pub(crate) fn busy() -> Self {
        Self {
            kind: SendErrorKind::Busy,
            detail: Box::new(Detail::Nothing),
        }
    }

    /// The parts of a message, of which at least one was not taken.
    pub(crate) fn parts(sent: Sent) -> Self {
        let known = |error: &RequestError| !error.is_outcome_unknown();
        let kind = if sent.errors().any(known) {
            SendErrorKind::Failed
        } else {
            SendErrorKind::Unknown
        };
        Self {
            kind,
            detail: Box::new(Detail::Parts(sent)),
        }
    }

    /// What became of it.
    #[must_use]
    pub fn kind(&self) -> SendErrorKind {
        self.kind
    }

    /// The parts with what became of each; `None` when nothing was sent.
    #[must_use]
    pub fn sent(&self) -> Option<&Sent> {
        match &*self.detail {
            Detail::Parts(sent) => Some(sent),
            _ => None,
        }
    }

    /// What is wrong with the message itself.
    #[must_use]
    pub fn message_error(&self) -> Option<&MessageError> {
        match &*self.detail {
            Detail::Message(error) => Some(error),
            _ => None,
        }
    }

    /// Why the first part that was not taken was not.
    #[must_use]
    pub fn request_error(&self) -> Option<&RequestError> {
        self.sent()?.first_error()
    }

    /// Whether the centre may have the whole message all the same, or a part
    /// of it: sending it again may do it twice.
    #[must_use]
    pub fn may_be_sent(&self) -> bool {
        self.sent().is_some_and(|sent| {
            sent.accepted() > 0 || sent.errors().any(RequestError::is_outcome_unknown)
        })
    }
}

impl From<MessageError> for SendError {
    fn from(error: MessageError) -> Self {
        Self {
            kind: SendErrorKind::InvalidMessage,
            detail: Box::new(Detail::Message(error)),
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sent = match &*self.detail {
            Detail::Message(error) => return write!(f, "the message cannot be sent: {error}"),
            Detail::Nothing => {
                return f.write_str("the message was not sent: it would have to wait");
            }
            Detail::Parts(sent) => sent,
        };
        if sent.parts().len() > 1 {
            let (accepted, parts) = (sent.accepted(), sent.parts().len());
            write!(f, "{accepted} of {parts} parts were taken: ")?;
        }
        match sent.first_error() {
            Some(error) => error.fmt(f),
            None => f.write_str("no part was refused"),
        }
    }
}

impl Error for SendError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.detail {
            Detail::Message(error) => Some(error),
            Detail::Parts(sent) => sent.first_error().map(|error| error as &dyn Error),
            Detail::Nothing => None,
        }
    }
}
