//! What became of a row.

use serde_json::{Map, Value};
use smpp_esme::{RequestError, RequestErrorKind, SendError, Sent};
use smpp_pdu::{CommandStatus, StatusClass};

use crate::cli::exit::Kind;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The centre has all of it.
    Taken { ids: Vec<String> },
    /// The centre has refused it, or a part of it.
    Rejected { status: u32, error: String },
    /// It failed on this side, or only a part was sent.
    Failed { error: String },
    /// Nobody knows whether the centre has it.
    Unknown { error: String, expired: bool },
    /// It was not sent, and is next time.
    NotSent { error: String },
}

impl Outcome {
    /// Of a row that was begun by a run that did not see its end.
    pub(super) fn interrupted() -> Self {
        Self::Unknown {
            error: "the run was interrupted before the response".into(),
            expired: false,
        }
    }

    /// What a message has come to. `cut_short`: a refusal for now was not
    /// waited out.
    pub(super) fn of(result: &Result<Sent, SendError>, cut_short: bool) -> Self {
        let error = match result {
            Ok(sent) => {
                let ids = sent.message_ids().map(|id| id.to_string());
                return Self::Taken { ids: ids.collect() };
            }
            Err(error) => error,
        };
        let why = error.request_error();
        let text = error.to_string();
        let mut errors = error.sent().into_iter().flat_map(Sent::errors);
        if let Some(unknown) = errors.find(|error| error.is_outcome_unknown()) {
            return Self::Unknown {
                error: text,
                expired: unknown.kind() == RequestErrorKind::Expired,
            };
        }
        let for_now = |status: CommandStatus| {
            matches!(status.class(), StatusClass::Retry | StatusClass::Throttle)
        };
        match why.map(RequestError::kind) {
            Some(RequestErrorKind::Rejected(status))
                if cut_short && for_now(status) && !error.may_be_sent() =>
            {
                Self::NotSent { error: text }
            }
            Some(RequestErrorKind::Rejected(status)) => Self::Rejected {
                status: status.0,
                error: text,
            },
            Some(RequestErrorKind::Closed) if !error.may_be_sent() => Self::NotSent { error: text },
            _ => Self::Failed { error: text },
        }
    }

    /// One word.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "taken",
            Self::Rejected { .. } => "rejected",
            Self::Failed { .. } => "failed",
            Self::Unknown { .. } => "unknown",
            Self::NotSent { .. } => "not_sent",
        }
    }

    /// Why it was not taken.
    pub(super) fn error(&self) -> Option<&str> {
        match self {
            Self::Taken { .. } => None,
            Self::Rejected { error, .. }
            | Self::Failed { error }
            | Self::Unknown { error, .. }
            | Self::NotSent { error } => Some(error),
        }
    }

    pub(super) fn ids(&self) -> &[String] {
        match self {
            Self::Taken { ids } => ids,
            _ => &[],
        }
    }

    /// The exit code that it makes.
    pub(super) fn kind(&self) -> Option<Kind> {
        match self {
            Self::Taken { .. } => None,
            Self::Rejected { .. } => Some(Kind::Rejected),
            Self::Unknown { expired: true, .. } => Some(Kind::TimedOut),
            Self::Failed { .. } | Self::Unknown { .. } | Self::NotSent { .. } => Some(Kind::Other),
        }
    }

    pub(super) fn to_json(&self, object: &mut Map<String, Value>) {
        object.insert("outcome".into(), self.name().into());
        match self {
            Self::Taken { ids } => {
                object.insert("message_ids".into(), ids.clone().into());
            }
            Self::Rejected { status, .. } => {
                object.insert("command_status".into(), (*status).into());
            }
            Self::Unknown { expired, .. } => {
                object.insert("expired".into(), (*expired).into());
            }
            _ => {}
        }
        if let Some(error) = self.error() {
            object.insert("error".into(), error.into());
        }
    }

    pub(super) fn from_json(object: &Map<String, Value>) -> Option<Self> {
        let error = || {
            let text = object.get("error").and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        Some(match object.get("outcome")?.as_str()? {
            "taken" => {
                let ids = object.get("message_ids")?.as_array()?;
                let ids = ids.iter().map(|id| id.as_str().map(str::to_owned));
                Self::Taken {
                    ids: ids.collect::<Option<_>>()?,
                }
            }
            "rejected" => Self::Rejected {
                status: u32::try_from(object.get("command_status")?.as_u64()?).ok()?,
                error: error(),
            },
            "failed" => Self::Failed { error: error() },
            "unknown" => Self::Unknown {
                error: error(),
                expired: object.get("expired")?.as_bool()?,
            },
            "not_sent" => Self::NotSent { error: error() },
            _ => return None,
        })
    }
}
