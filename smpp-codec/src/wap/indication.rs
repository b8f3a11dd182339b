//! Service indications.

use smpp_pdu::time::AbsoluteTime;

use super::date::DateOctets;
use super::document::{self, Attribute, Kind};
use super::pieces::Pieces;
use super::tokens::{self, END, HAS_ATTRIBUTES, HAS_CONTENT, OPAQUE};
use super::write::{self, Count};
use super::{ReadError, Skipped, WriteError};
use crate::OutBuf;

const PUBLIC_ID: u8 = 0x05;
const SI: u8 = 0x05;
const INDICATION: u8 = 0x06;
const CREATED: u8 = 0x0A;
const HREF: u8 = 0x0B;
const EXPIRES: u8 = 0x10;
const ID: u8 = 0x11;

static KIND: Kind = Kind {
    public_id: PUBLIC_ID,
    public_text: b"-//WAPFORUM//DTD SI 1.0//EN",
    root: (SI, b"si"),
    item: Some((INDICATION, b"indication")),
    attribute: |token| {
        Some(match token {
            0x05..=0x09 => Attribute::Action(Some(token)),
            CREATED => Attribute::Created,
            EXPIRES => Attribute::Expires,
            ID => Attribute::Id,
            _ => Attribute::Href(tokens::prefix(token, HREF)?),
        })
    },
    attribute_named: |name| {
        Some(match name {
            b"action" => Attribute::Action(None),
            b"created" => Attribute::Created,
            b"si-expires" => Attribute::Expires,
            b"si-id" => Attribute::Id,
            b"href" => Attribute::Href(""),
            _ => return None,
        })
    },
    action_named: |pieces| {
        let named = |action: &&IndicationAction| pieces == *action.name();
        IndicationAction::ALL
            .iter()
            .find(named)
            .map(|action| action.token())
    },
};

/// How loudly a phone announces a service indication (WAP-167, 5.2 and 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IndicationAction {
    /// Not at all; it is kept, and may replace an older one.
    SignalNone,
    /// It waits until somebody looks.
    SignalLow,
    /// As soon as that does not disturb.
    SignalMedium,
    /// At once.
    SignalHigh,
    /// The indication with this id is deleted.
    Delete,
}

impl IndicationAction {
    const ALL: [Self; 5] = [
        Self::SignalNone,
        Self::SignalLow,
        Self::SignalMedium,
        Self::SignalHigh,
        Self::Delete,
    ];

    const fn token(self) -> u8 {
        match self {
            Self::SignalNone => 0x05,
            Self::SignalLow => 0x06,
            Self::SignalMedium => 0x07,
            Self::SignalHigh => 0x08,
            Self::Delete => 0x09,
        }
    }

    fn of(token: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.token() == token)
    }

    /// What it is called in the textual form: `signal-high` and so on.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignalNone => "signal-none",
            Self::SignalLow => "signal-low",
            Self::SignalMedium => "signal-medium",
            Self::SignalHigh => "signal-high",
            Self::Delete => "delete",
        }
    }
}

/// A service indication to be written: an address and a text about it
/// (WAP-167).
///
/// ```
/// use smpp_codec::wap::{IndicationAction, ServiceIndication};
///
/// let mail = ServiceIndication {
///     action: Some(IndicationAction::SignalHigh),
///     ..ServiceIndication::new("http://example.org/", "1 new")
/// };
/// let mut out = heapless::Vec::<u8, 64>::new();
/// assert_eq!(mail.write(&mut out), mail.encoded_len());
/// assert_eq!(out, *b"\x02\x05\x6A\0\x45\xC6\x0C\x03example\0\x88\x08\x01\x031 new\0\x01\x01");
/// # Ok::<(), smpp_codec::wap::WriteError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceIndication<'a> {
    /// The address. An empty one is left out: only an indication that deletes
    /// another can be without.
    pub href: &'a str,
    /// The text that is shown; an empty one is left out.
    pub text: &'a str,
    /// What later indications replace or delete this one by; without it the
    /// address serves.
    pub id: Option<&'a str>,
    /// How it is announced; `None` is written without and means
    /// [`IndicationAction::SignalMedium`].
    pub action: Option<IndicationAction>,
    /// When it was made, to the second. It is written in UTC.
    pub created: Option<AbsoluteTime>,
    /// When it is to be thrown away, to the second. It is written in UTC.
    pub expires: Option<AbsoluteTime>,
}

impl<'a> ServiceIndication<'a> {
    /// An address and a text.
    #[must_use]
    pub const fn new(href: &'a str, text: &'a str) -> Self {
        Self {
            href,
            text,
            id: None,
            action: None,
            created: None,
            expires: None,
        }
    }

    /// The octets of the document.
    ///
    /// # Errors
    ///
    /// [`WriteError::NulInside`] and [`WriteError::Date`].
    pub fn encoded_len(&self) -> Result<usize, WriteError> {
        let mut count = Count::default();
        self.emit(&self.checked()?, &mut count);
        Ok(count.0)
    }

    /// Writes the document in WBXML 1.2 and UTF-8, and gives its length in
    /// octets. On an error nothing is written.
    ///
    /// # Errors
    ///
    /// As [`encoded_len`](Self::encoded_len), and [`WriteError::NoRoom`].
    pub fn write(&self, out: &mut impl OutBuf) -> Result<usize, WriteError> {
        let dates = self.checked()?;
        write::all(self.encoded_len()?, out, |out| self.emit(&dates, out))
    }

    /// Looks for what cannot be written, and gives the dates as octets.
    fn checked(&self) -> Result<[Option<DateOctets>; 2], WriteError> {
        write::check("href", self.href)?;
        write::check("text", self.text)?;
        write::check("id", self.id.unwrap_or_default())?;
        let date = |field, time: Option<AbsoluteTime>| {
            time.map(DateOctets::new)
                .transpose()
                .map_err(|error| WriteError::Date { field, error })
        };
        Ok([
            date("created", self.created)?,
            date("expires", self.expires)?,
        ])
    }

    fn emit(&self, [created, expires]: &[Option<DateOctets>; 2], out: &mut impl OutBuf) {
        write::put_head(PUBLIC_ID, out);
        let content = if self.text.is_empty() { 0 } else { HAS_CONTENT };
        let dates = [(CREATED, created), (EXPIRES, expires)];
        let bare = self.href.is_empty()
            && self.id.is_none()
            && self.action.is_none()
            && dates.iter().all(|(_, date)| date.is_none());
        let attributes = if bare { 0 } else { HAS_ATTRIBUTES };
        out.put(&[SI | HAS_CONTENT, INDICATION | content | attributes]);
        // In the order of the document type definition.
        if !self.href.is_empty() {
            write::put_href(self.href, HREF, out);
        }
        if let Some(id) = self.id {
            out.put(&[ID]);
            write::put_text(id, out);
        }
        for (token, date) in dates {
            if let Some(octets) = date.as_ref().map(DateOctets::as_bytes) {
                // Four to seven, so that the length is one octet.
                out.put(&[token, OPAQUE, octets.len() as u8]);
                out.put(octets);
            }
        }
        if let Some(action) = self.action {
            out.put(&[action.token()]);
        }
        if !bare {
            out.put(&[END]);
        }
        if !self.text.is_empty() {
            write::put_text(self.text, out);
            out.put(&[END]);
        }
        out.put(&[END]);
    }
}

/// A service indication that was read. Its texts lie in the message.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ReceivedIndication<'a> {
    /// The address, if there is one.
    pub href: Option<Pieces<'a>>,
    /// The text, if there is one.
    pub text: Option<Pieces<'a>>,
    /// The id; see [`ReceivedIndication::effective_id`].
    pub id: Option<Pieces<'a>>,
    /// The action as it is written; see
    /// [`ReceivedIndication::effective_action`].
    pub action: Option<IndicationAction>,
    /// When it was made, in UTC.
    pub created: Option<AbsoluteTime>,
    /// When it is to be thrown away, in UTC.
    pub expires: Option<AbsoluteTime>,
}

impl<'a> ReceivedIndication<'a> {
    /// Reads a document. What it cannot make sense of it hands to `report` and
    /// goes on: any octets behind a head that fits are an indication, if
    /// perhaps an empty one.
    ///
    /// ```
    /// use smpp_codec::wap::{ReceivedIndication, SkippedKind};
    ///
    /// // An attribute 0x7F, and the ends of both elements are missing.
    /// let octets = b"\x02\x05\x6A\0\x45\xC6\x7F\x03?\0\x0E\x03x\0\x01\x03Hello\0";
    /// let mut skipped = heapless::Vec::<_, 4>::new();
    /// let read = ReceivedIndication::read(octets, &mut |what| {
    ///     skipped.push(what).ok();
    /// })?;
    /// assert_eq!(read.href.unwrap(), *"https://x");
    /// assert_eq!(skipped[0].kind, SkippedKind::Attribute { token: 0x7F });
    /// assert_eq!(skipped[1].to_string(), "the document is cut at octet 22");
    /// # Ok::<(), smpp_codec::wap::ReadError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ReadError`] when the head is cut, when it announces another type of
    /// document, or an alphabet of more than 8 bits.
    pub fn read(octets: &'a [u8], report: &mut dyn FnMut(Skipped)) -> Result<Self, ReadError> {
        let found = document::read(&KIND, octets, report)?;
        Ok(Self {
            href: found.href,
            text: found.text,
            id: found.id,
            action: found.action.and_then(IndicationAction::of),
            created: found.created,
            expires: found.expires,
        })
    }

    /// The action, which is [`IndicationAction::SignalMedium`] where none is
    /// written.
    #[must_use]
    pub fn effective_action(&self) -> IndicationAction {
        self.action.unwrap_or(IndicationAction::SignalMedium)
    }

    /// What identifies the indication: its id, or else its address (WAP-167,
    /// 5.2.1).
    #[must_use]
    pub fn effective_id(&self) -> Option<Pieces<'a>> {
        self.id.or(self.href)
    }
}
