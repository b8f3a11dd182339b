//! Which addresses are meant.

use core::fmt;

use regex::bytes::{Regex, RegexBuilder};

/// The address, or the addresses, that a condition of a route is about. Digits or
/// letters only: type of number and numbering plan are conditions of their own.
#[derive(Clone, Debug)]
pub struct AddressPattern(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Exact(Box<str>),
    Prefix(Box<str>),
    Regex(Regex),
}

/// A text that says no addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAPattern(String);

impl AddressPattern {
    /// All addresses that start with this. A `+` in front is left out: PDUs carry
    /// digits.
    #[must_use]
    pub fn prefix(text: &str) -> Self {
        Self(Kind::Prefix(without_plus(text).into()))
    }

    /// This address. A `+` in front is left out.
    #[must_use]
    pub fn exact(text: &str) -> Self {
        Self(Kind::Exact(without_plus(text).into()))
    }

    /// `4711` is this address, `4477*` all that start so, `*` any.
    ///
    /// # Errors
    /// [`NotAPattern`] when it is empty, longer than an address can be, or has a
    /// `*` elsewhere.
    pub fn parse(text: &str) -> Result<Self, NotAPattern> {
        let (start, starts) = match text.strip_suffix('*') {
            Some(start) => (start, true),
            None => (text, false),
        };
        let start = without_plus(start);
        let printable = |one: u8| one.is_ascii_graphic() && one != b'*' || one == b' ';
        let fits = start.len() <= MAX_LEN && start.bytes().all(printable);
        if !fits || (start.is_empty() && !starts) {
            return Err(NotAPattern(format!(
                "{text:?} is no address of at most {MAX_LEN} characters, printable ASCII, nor \
                 the start of many with * at its end: 4711, BANK, 4477*"
            )));
        }
        Ok(if starts {
            Self::prefix(start)
        } else {
            Self::exact(start)
        })
    }

    /// All addresses that a regular expression finds something in: `^44(77|79)`
    /// those that start so, `^447[0-9]{9}$` those that are so as a whole. In the
    /// syntax of the crate `regex`, over octets, without classes of Unicode. Looking
    /// at an address takes time in its length, whatever the expression.
    ///
    /// # Errors
    /// [`NotAPattern`] says what is wrong with it.
    pub fn regex(expression: &str) -> Result<Self, NotAPattern> {
        let mut builder = RegexBuilder::new(expression);
        let regex = builder.unicode(false).size_limit(MAX_REGEX).build();
        regex
            .map(|regex| Self(Kind::Regex(regex)))
            .map_err(|error| NotAPattern(error.to_string()))
    }

    /// Whether this address is meant, by its digits or letters.
    #[must_use]
    pub fn covers(&self, addr: &[u8]) -> bool {
        match &self.0 {
            Kind::Exact(text) => addr == text.as_bytes(),
            Kind::Prefix(text) => addr.starts_with(text.as_bytes()),
            Kind::Regex(regex) => regex.is_match(addr),
        }
    }
}

/// Octets of the longest address, without its NUL.
const MAX_LEN: usize = 20;

/// Octets that a regular expression may take in memory.
const MAX_REGEX: usize = 1 << 20;

fn without_plus(text: &str) -> &str {
    text.strip_prefix('+').unwrap_or(text)
}

/// As [`AddressPattern::parse`] takes it; a regular expression between slashes.
impl fmt::Display for AddressPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Exact(text) => f.write_str(text),
            Kind::Prefix(text) => write!(f, "{text}*"),
            Kind::Regex(regex) => write!(f, "/{regex}/"),
        }
    }
}
