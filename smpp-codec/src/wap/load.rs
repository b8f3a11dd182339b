//! Service loads.

use super::document::{self, Attribute, Kind};
use super::pieces::Pieces;
use super::tokens::{self, END, HAS_ATTRIBUTES};
use super::write::{self, Count};
use super::{ReadError, Skipped, WriteError};
use crate::OutBuf;

const PUBLIC_ID: u8 = 0x06;
const SL: u8 = 0x05;
const HREF: u8 = 0x08;

static KIND: Kind = Kind {
    public_id: PUBLIC_ID,
    public_text: b"-//WAPFORUM//DTD SL 1.0//EN",
    root: (SL, b"sl"),
    item: None,
    attribute: |token| {
        Some(match token {
            0x05..=0x07 => Attribute::Action(Some(token)),
            _ => Attribute::Href(tokens::prefix(token, HREF)?),
        })
    },
    attribute_named: |name| match name {
        b"action" => Some(Attribute::Action(None)),
        b"href" => Some(Attribute::Href("")),
        _ => None,
    },
    action_named: |pieces| {
        let named = |action: &&LoadAction| pieces == *action.name();
        LoadAction::ALL
            .iter()
            .find(named)
            .map(|action| action.token())
    },
};

/// What a phone does with the address of a service load (WAP-168, 5.2 and 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LoadAction {
    /// Fetches and shows it when that does not disturb.
    ExecuteLow,
    /// Fetches and shows it at once.
    ExecuteHigh,
    /// Fetches it and keeps it for later.
    Cache,
}

impl LoadAction {
    const ALL: [Self; 3] = [Self::ExecuteLow, Self::ExecuteHigh, Self::Cache];

    const fn token(self) -> u8 {
        match self {
            Self::ExecuteLow => 0x05,
            Self::ExecuteHigh => 0x06,
            Self::Cache => 0x07,
        }
    }

    fn of(token: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.token() == token)
    }

    /// What it is called in the textual form: `execute-low` and so on.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExecuteLow => "execute-low",
            Self::ExecuteHigh => "execute-high",
            Self::Cache => "cache",
        }
    }
}

/// A service load to be written: an address that the phone fetches (WAP-168).
///
/// ```
/// use smpp_codec::wap::{LoadAction, ServiceLoad};
///
/// let load = ServiceLoad {
///     href: "https://www.example.net/",
///     action: Some(LoadAction::Cache),
/// };
/// let mut out = heapless::Vec::<u8, 32>::new();
/// assert_eq!(load.write(&mut out), load.encoded_len());
/// assert_eq!(out, *b"\x02\x06\x6A\0\x85\x0C\x03example\0\x87\x07\x01");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceLoad<'a> {
    /// The address.
    pub href: &'a str,
    /// What is done with it; `None` is written without and means
    /// [`LoadAction::ExecuteLow`].
    pub action: Option<LoadAction>,
}

impl<'a> ServiceLoad<'a> {
    /// An address, and nothing about what to do with it.
    #[must_use]
    pub const fn new(href: &'a str) -> Self {
        Self { href, action: None }
    }

    /// The octets of the document.
    ///
    /// # Errors
    ///
    /// [`WriteError::NulInside`].
    pub fn encoded_len(&self) -> Result<usize, WriteError> {
        write::check("href", self.href)?;
        let mut count = Count::default();
        self.emit(&mut count);
        Ok(count.0)
    }

    /// Writes the document in WBXML 1.2 and UTF-8, and gives its length in
    /// octets. On an error nothing is written.
    ///
    /// # Errors
    ///
    /// As [`encoded_len`](Self::encoded_len), and [`WriteError::NoRoom`].
    pub fn write(&self, out: &mut impl OutBuf) -> Result<usize, WriteError> {
        write::all(self.encoded_len()?, out, |out| self.emit(out))
    }

    fn emit(&self, out: &mut impl OutBuf) {
        write::put_head(PUBLIC_ID, out);
        out.put(&[SL | HAS_ATTRIBUTES]);
        // The address is required, so that it is written even if empty.
        write::put_href(self.href, HREF, out);
        if let Some(action) = self.action {
            out.put(&[action.token()]);
        }
        out.put(&[END]);
    }
}

/// A service load that was read. Its address lies in the message.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ReceivedLoad<'a> {
    /// The address; `None` when it is missing, against the standard.
    pub href: Option<Pieces<'a>>,
    /// The action as it is written; see [`ReceivedLoad::effective_action`].
    pub action: Option<LoadAction>,
}

impl<'a> ReceivedLoad<'a> {
    /// Reads a document, as
    /// [`ReceivedIndication::read`](super::ReceivedIndication::read) does.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when the head is cut, when it announces another type of
    /// document, or an alphabet of more than 8 bits.
    pub fn read(octets: &'a [u8], report: &mut dyn FnMut(Skipped)) -> Result<Self, ReadError> {
        let found = document::read(&KIND, octets, report)?;
        Ok(Self {
            href: found.href,
            action: found.action.and_then(LoadAction::of),
        })
    }

    /// The action, which is [`LoadAction::ExecuteLow`] where none is written.
    #[must_use]
    pub fn effective_action(&self) -> LoadAction {
        self.action.unwrap_or(LoadAction::ExecuteLow)
    }
}
