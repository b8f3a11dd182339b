//! Where something stands in a file, and what is wrong there.

use toml::Spanned;

/// A value, and where it stands.
#[derive(Clone, Debug)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
}

/// The same value elsewhere is the same setting.
impl<T: PartialEq> PartialEq for Located<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Located<T> {}

impl<T> Located<T> {
    /// An error about this value.
    pub fn error(&self, message: impl Into<String>) -> ConfigError {
        ConfigError {
            line: self.line,
            column: self.column,
            message: message.into(),
        }
    }
}

/// What is wrong in a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
#[non_exhaustive]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What, and what would be right.
    pub message: String,
}

pub(super) fn error_at(text: &str, at: usize, message: impl Into<String>) -> ConfigError {
    let (line, column) = position(text, at);
    ConfigError {
        line,
        column,
        // One error is one line of a log.
        message: message.into().trim_end().replace('\n', "; "),
    }
}

/// Line and column of an octet.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// The line of an octet.
pub(super) fn line(text: &str, at: usize) -> usize {
    position(text, at).0
}

/// A value with its place in this text.
pub(super) fn located<T>(text: &str, value: Spanned<T>) -> Located<T> {
    let (line, column) = position(text, value.span().start);
    Located {
        value: value.into_inner(),
        line,
        column,
    }
}

/// Where, and what.
pub(super) type Wrong = (usize, String);

/// What a check makes of a value, or its error at this place.
pub(super) fn checked<T, E: ToString>(
    value: &Spanned<String>,
    check: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Wrong> {
    check(value.get_ref()).map_err(|error| wrong(value, error.to_string()))
}

/// What is wrong with a value.
pub(super) fn wrong<T>(value: &Spanned<T>, message: impl Into<String>) -> Wrong {
    (value.span().start, message.into())
}
