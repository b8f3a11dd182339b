//! How a run can fail, and the code that says so.

use core::fmt;
use std::io;
use std::process::ExitCode;

use smpp_esme::{ConnectError, RequestError, RequestErrorKind, UrlError};

/// Why a run fails, by exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Other = 1,
    Usage = 2,
    Refused = 3,
    Rejected = 4,
    Undelivered = 5,
    TimedOut = 6,
}

/// A run that failed: the code, and one line that says what to change.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    /// Empty when everything was said already.
    message: String,
}

impl Failure {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub(crate) fn other(message: impl Into<String>) -> Self {
        Self::new(Kind::Other, message)
    }

    /// Prints the line, and gives the code.
    pub(crate) fn report(self) -> ExitCode {
        if !self.message.is_empty() {
            eprintln!("smpp-esme: {}", self.message);
        }
        ExitCode::from(self.kind as u8)
    }
}

/// The line.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<UrlError> for Failure {
    fn from(error: UrlError) -> Self {
        Self::usage(format!("--url (or SMPP_URL): {error}"))
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        Self::new(Kind::Refused, error.to_string())
    }
}

/// The code for a request without a good response.
pub(crate) fn kind_of(error: &RequestError) -> Kind {
    match error.kind() {
        RequestErrorKind::Rejected(_) => Kind::Rejected,
        RequestErrorKind::NoSession => Kind::Refused,
        RequestErrorKind::Expired => Kind::TimedOut,
        RequestErrorKind::NotAllowed | RequestErrorKind::TooLong => Kind::Usage,
        _ => Kind::Other,
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self::new(kind_of(&error), error.to_string())
    }
}

/// Output that nobody reads any more, such as into `head`, ends the run quietly.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::other(""),
            _ => Self::other(format!("the output cannot be written: {error}")),
        }
    }
}
