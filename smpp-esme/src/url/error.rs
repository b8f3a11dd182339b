//! What is wrong with an address.

use core::fmt;

/// Why a text is no address of a centre: what is wrong, where, and what would
/// be right. It never shows the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlError {
    kind: UrlErrorKind,
    position: Option<usize>,
    message: String,
}

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UrlErrorKind {
    /// It does not start with `smpp://` or `smpps://`.
    Scheme,
    /// It asks for TLS, and the crate was built without the feature `tls`.
    TlsUnsupported,
    /// The name of the account is missing.
    MissingSystemId,
    /// The host is missing or malformed.
    Host,
    /// The port is no number from 1 to 65,535.
    Port,
    /// A `%` without its two digits, or a NUL.
    Escape,
    /// An option that does not exist.
    UnknownOption,
    /// An option with a value that it cannot have.
    OptionValue,
    /// Something stands where nothing may.
    Syntax,
}

impl UrlError {
    pub(super) fn new(kind: UrlErrorKind, position: Option<usize>, message: String) -> Self {
        Self {
            kind,
            position,
            message,
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> UrlErrorKind {
        self.kind
    }

    /// Where: the first character of the address is 1.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        self.position
    }
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match self.position {
            Some(position) => write!(f, " (at character {position} of the address)"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for UrlError {}
