//! The head of a push in the session layer (WAP-230-WSP, 8.2.4.1 and 8.4).

use super::tokens::uintvar;
use super::write::{self, Count};
use super::{
    ReadError, ReceivedIndication, ReceivedLoad, ServiceIndication, ServiceLoad, Skipped,
    WriteError,
};
use crate::OutBuf;

const PUSH: u8 = 0x06;
const SHORT: u8 = 0x80;
/// A length of 31 or more follows in an integer of its own.
const LONG_LENGTH: u8 = 31;
/// In front of a text that begins with no character of ASCII.
const QUOTE: u8 = 0x7F;
const CHARSET_PARAMETER: u8 = 0x01;
const APPLICATION_ID: u8 = 0x2F;
const PUSH_FLAG: u8 = 0x34;

/// What a push carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaType<'a> {
    /// A type by its assigned number, 0 to 127; on the wire with bit 7 set.
    WellKnown(u8),
    /// A type by its name, in ASCII and without NUL.
    Text(&'a [u8]),
}

impl MediaType<'_> {
    /// `application/vnd.wap.sic`: a service indication in WBXML (0xAE on the
    /// wire).
    pub const SIC: MediaType<'static> = MediaType::WellKnown(0x2E);
    /// `application/vnd.wap.slc`: a service load in WBXML (0xB0 on the wire).
    pub const SLC: MediaType<'static> = MediaType::WellKnown(0x30);
    /// The name of [`MediaType::SIC`], for receivers that want names.
    pub const SIC_TEXT: MediaType<'static> = MediaType::Text(b"application/vnd.wap.sic");
    /// The name of [`MediaType::SLC`].
    pub const SLC_TEXT: MediaType<'static> = MediaType::Text(b"application/vnd.wap.slc");

    /// Whether it is a service indication, by number or by name; the case of
    /// letters and what follows a semicolon do not matter.
    #[must_use]
    pub fn is_service_indication(&self) -> bool {
        self.is(0x2E, b"application/vnd.wap.sic")
    }

    /// Whether it is a service load, by number or by name.
    #[must_use]
    pub fn is_service_load(&self) -> bool {
        self.is(0x30, b"application/vnd.wap.slc")
    }

    fn is(&self, number: u8, name: &[u8]) -> bool {
        match self {
            Self::WellKnown(own) => *own == number,
            Self::Text(text) => text
                .split(|octet| *octet == b';')
                .next()
                .is_some_and(|text| text.trim_ascii().eq_ignore_ascii_case(name)),
        }
    }
}

/// Which program at the receiver a push is for (`X-Wap-Application-Id`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApplicationId<'a> {
    /// An assigned number.
    Number(u32),
    /// A name, an URI, without NUL.
    Text(&'a [u8]),
}

impl ApplicationId<'_> {
    /// Any program (`x-wap-application:*`).
    pub const ANY: ApplicationId<'static> = ApplicationId::Number(0x00);
    /// The browser (`x-wap-application:wml.ua`), which is meant where nothing
    /// is said.
    pub const WML_USER_AGENT: ApplicationId<'static> = ApplicationId::Number(0x02);
}

/// The head of a push to be written.
///
/// ```
/// use smpp_codec::wap::{ApplicationId, MediaType, Push, ServiceLoad};
///
/// let push = Push {
///     charset: Some(106), // UTF-8
///     application: Some(ApplicationId::WML_USER_AGENT),
///     ..Push::new(0x0A, MediaType::SLC)
/// };
/// let load = ServiceLoad::new("http://example.com/");
/// let mut out = heapless::Vec::<u8, 64>::new();
/// let len = push.write(&load, &mut out)?;
/// assert_eq!(Ok(len), push.encoded_len(&load));
/// assert_eq!(out[..9], [0x0A, 0x06, 6, 3, 0xB0, 0x81, 0xEA, 0xAF, 0x82]);
/// # Ok::<(), smpp_codec::wap::WriteError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Push<'a> {
    /// The number of the transaction; any, since a push has no answer.
    pub transaction: u8,
    /// What it carries.
    pub content_type: MediaType<'a>,
    /// The alphabet of what it carries, by its number (MIBenum; 106 is UTF-8).
    /// The documents name theirs, so that `None` does.
    pub charset: Option<u32>,
    /// The program that it is for; `None` leaves it out and means the browser.
    pub application: Option<ApplicationId<'a>>,
}

impl<'a> Push<'a> {
    /// A push of this type, without charset and application.
    #[must_use]
    pub const fn new(transaction: u8, content_type: MediaType<'a>) -> Self {
        Self {
            transaction,
            content_type,
            charset: None,
            application: None,
        }
    }

    /// The octets of the head and of the document behind it.
    ///
    /// # Errors
    ///
    /// [`WriteError::NulInside`] and [`WriteError::BadText`] for what cannot
    /// stand in a head; and what the document refuses.
    pub fn encoded_len(&self, document: &impl PushDocument) -> Result<usize, WriteError> {
        let mut count = Count::default();
        self.emit(self.checked_headers_len()?, &mut count);
        Ok(count.0 + document.encoded_len()?)
    }

    /// Writes the head and the document, and gives their length in octets. On
    /// an error nothing is written.
    ///
    /// # Errors
    ///
    /// As [`encoded_len`](Self::encoded_len), and [`WriteError::NoRoom`].
    pub fn write(
        &self,
        document: &impl PushDocument,
        out: &mut impl OutBuf,
    ) -> Result<usize, WriteError> {
        let headers_len = self.checked_headers_len()?;
        let need = self.encoded_len(document)?;
        write::all(need, out, |out| self.emit(headers_len, out))?;
        // The document was asked for its length, so that it has no objection,
        // and the room is there.
        document.write(out)?;
        Ok(need)
    }

    /// The octets of content type and headers.
    fn checked_headers_len(&self) -> Result<usize, WriteError> {
        if let MediaType::Text(text) = self.content_type {
            let field = "content type";
            if text.contains(&0) {
                return Err(WriteError::NulInside { field });
            }
            if !text
                .first()
                .is_some_and(|octet| (0x20..0x7F).contains(octet))
            {
                return Err(WriteError::BadText { field });
            }
        }
        if let MediaType::WellKnown(SHORT..) = self.content_type {
            let field = "content type";
            return Err(WriteError::BadText { field });
        }
        if let Some(ApplicationId::Text(text)) = self.application {
            let field = "application id";
            if text.contains(&0) {
                return Err(WriteError::NulInside { field });
            }
            // An empty text would read as a number without octets.
            if !text
                .first()
                .is_some_and(|octet| (0x20..0x7F).contains(octet))
            {
                return Err(WriteError::BadText { field });
            }
        }
        let mut count = Count::default();
        self.emit_headers(&mut count);
        Ok(count.0)
    }

    fn emit(&self, headers_len: usize, out: &mut impl OutBuf) {
        out.put(&[self.transaction, PUSH]);
        put_uintvar(headers_len, out);
        self.emit_headers(out);
    }

    fn emit_headers(&self, out: &mut impl OutBuf) {
        if let Some(charset) = self.charset {
            let mut count = Count::default();
            put_media(self.content_type, &mut count);
            put_charset(charset, &mut count);
            put_value_len(count.0, out);
            put_media(self.content_type, out);
            put_charset(charset, out);
        } else {
            put_media(self.content_type, out);
        }
        if let Some(application) = self.application {
            out.put(&[APPLICATION_ID | SHORT]);
            match application {
                ApplicationId::Number(number) => put_integer(number, out),
                ApplicationId::Text(text) => {
                    out.put(text);
                    out.put(&[0]);
                }
            }
        }
    }
}

fn put_media(media: MediaType<'_>, out: &mut impl OutBuf) {
    match media {
        MediaType::WellKnown(number) => out.put(&[number | SHORT]),
        MediaType::Text(text) => {
            out.put(text);
            out.put(&[0]);
        }
    }
}

fn put_charset(charset: u32, out: &mut impl OutBuf) {
    out.put(&[CHARSET_PARAMETER | SHORT]);
    put_integer(charset, out);
}

/// One octet up to 127, else the octets behind their number.
fn put_integer(number: u32, out: &mut impl OutBuf) {
    let octets = number.to_be_bytes();
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    match octets {
        [0, 0, 0, short @ 0..SHORT] => out.put(&[short | SHORT]),
        _ => {
            let octets = octets.get(zeros..).unwrap_or_default();
            out.put(&[octets.len() as u8]);
            out.put(octets);
        }
    }
}

fn put_value_len(len: usize, out: &mut impl OutBuf) {
    match u8::try_from(len) {
        Ok(short @ 0..LONG_LENGTH) => out.put(&[short]),
        _ => {
            out.put(&[LONG_LENGTH]);
            put_uintvar(len, out);
        }
    }
}

fn put_uintvar(number: usize, out: &mut impl OutBuf) {
    let groups = (usize::BITS - number.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let more = if group == 0 { 0 } else { 0x80 };
        out.put(&[(number >> (7 * group) & 0x7F) as u8 | more]);
    }
}

/// What [`Push::write`] puts behind its head: [`ServiceIndication`],
/// [`ServiceLoad`], or octets that are ready (`&[u8]`).
pub trait PushDocument {
    /// The octets of the document.
    ///
    /// # Errors
    ///
    /// When the document cannot be written.
    fn encoded_len(&self) -> Result<usize, WriteError>;

    /// Writes the document. On an error nothing is written, and there is none
    /// when [`encoded_len`](Self::encoded_len) has none and the room is there.
    ///
    /// # Errors
    ///
    /// As [`encoded_len`](Self::encoded_len), and [`WriteError::NoRoom`].
    fn write(&self, out: &mut impl OutBuf) -> Result<usize, WriteError>;
}

impl PushDocument for ServiceIndication<'_> {
    fn encoded_len(&self) -> Result<usize, WriteError> {
        self.encoded_len()
    }

    fn write(&self, out: &mut impl OutBuf) -> Result<usize, WriteError> {
        self.write(out)
    }
}

impl PushDocument for ServiceLoad<'_> {
    fn encoded_len(&self) -> Result<usize, WriteError> {
        self.encoded_len()
    }

    fn write(&self, out: &mut impl OutBuf) -> Result<usize, WriteError> {
        self.write(out)
    }
}

impl PushDocument for &[u8] {
    fn encoded_len(&self) -> Result<usize, WriteError> {
        Ok(self.len())
    }

    fn write(&self, out: &mut impl OutBuf) -> Result<usize, WriteError> {
        write::all(self.len(), out, |out| out.put(self))
    }
}

/// A push that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceivedPush<'a> {
    /// The head.
    pub head: Push<'a>,
    /// Who vouches for the push, bits (`Push-Flag`): 1 the initiator is
    /// authenticated, 2 the content is trusted, 4 the last push; `None` without
    /// the header. The bits are the sender's word.
    pub flag: Option<u8>,
    /// All headers behind the content type.
    pub headers: Headers<'a>,
    /// What it carries.
    pub body: &'a [u8],
}

impl<'a> ReceivedPush<'a> {
    /// Reads the user data behind the user data header.
    ///
    /// A content type that makes no sense reads as an empty name; headers are
    /// read up to the first that makes none.
    ///
    /// ```
    /// use smpp_codec::wap::{ApplicationId, ReceivedPush};
    ///
    /// let octets = b"\x01\x06\x06\x01\xAE\xAF\x82\xB4\x85\x02\x05\x04\0";
    /// let push = ReceivedPush::read(octets)?;
    /// assert!(push.head.content_type.is_service_indication());
    /// assert_eq!(push.head.application, Some(ApplicationId::WML_USER_AGENT));
    /// assert_eq!(push.flag, Some(5));
    /// assert_eq!(push.body, [0x02, 0x05, 0x04, 0x00]);
    /// # Ok::<(), smpp_codec::wap::ReadError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ReadError::Cut`] when the octets end inside the head, and
    /// [`ReadError::NotPush`].
    pub fn read(octets: &'a [u8]) -> Result<Self, ReadError> {
        let cut = ReadError::Cut {
            offset: octets.len(),
        };
        let &[transaction, pdu_type, ..] = octets else {
            return Err(cut);
        };
        if pdu_type != PUSH {
            return Err(ReadError::NotPush { pdu_type });
        }
        let (len, start) = uintvar(octets, 2).ok_or(cut)?;
        let end = usize::try_from(len)
            .ok()
            .and_then(|len| start.checked_add(len))
            .ok_or(cut)?;
        let head = octets.get(start..end).ok_or(cut)?;
        let body = octets.get(end..).ok_or(cut)?;

        let (content_type, charset, after) = content_type(head);
        let headers = Headers {
            rest: head.get(after..).unwrap_or_default(),
        };
        let find = |name| {
            headers
                .clone()
                .find(|header| header.name == HeaderName::WellKnown(name))
                .map(|header| header.value)
        };
        let application = find(APPLICATION_ID).and_then(|value| match field(value, 0)?.0 {
            Field::Text(text) => Some(ApplicationId::Text(text)),
            other => other.integer().map(ApplicationId::Number),
        });
        let flag = find(PUSH_FLAG).and_then(|value| match field(value, 0)?.0 {
            Field::Short(flag) => Some(flag),
            _ => None,
        });
        Ok(Self {
            head: Push {
                transaction,
                content_type,
                charset,
                application,
            },
            flag,
            headers,
            body,
        })
    }

    /// Reads what it carries, by its content type; `report` hears of what was
    /// passed over.
    ///
    /// # Errors
    ///
    /// As [`ReceivedIndication::read`] and [`ReceivedLoad::read`].
    pub fn content(&self, report: &mut dyn FnMut(Skipped)) -> Result<PushContent<'a>, ReadError> {
        let content_type = self.head.content_type;
        Ok(if content_type.is_service_indication() {
            PushContent::Indication(ReceivedIndication::read(self.body, report)?)
        } else if content_type.is_service_load() {
            PushContent::Load(ReceivedLoad::read(self.body, report)?)
        } else {
            PushContent::Other(self.body)
        })
    }
}

/// What a push carries, read.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum PushContent<'a> {
    /// A service indication.
    Indication(ReceivedIndication<'a>),
    /// A service load.
    Load(ReceivedLoad<'a>),
    /// Something else, as it is: a notification of a multimedia message, for
    /// example.
    Other(&'a [u8]),
}

/// The headers of a push, one after the other.
///
/// ```
/// use smpp_codec::wap::{HeaderName, ReceivedPush};
///
/// let push = ReceivedPush::read(b"\x01\x06\x07\xAE\xAF\x82X\0Y\0")?;
/// let mut headers = push.headers.clone();
/// let header = headers.nth(1).unwrap();
/// assert_eq!((header.name, header.value), (HeaderName::Text(b"X"), &b"Y\0"[..]));
/// # Ok::<(), smpp_codec::wap::ReadError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers<'a> {
    rest: &'a [u8],
}

/// A header of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// Its name.
    pub name: HeaderName<'a>,
    /// The octets of its value as they are, with its length or its NUL.
    pub value: &'a [u8],
}

/// The name of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderName<'a> {
    /// A number of the table (WAP-230-WSP, table 39), 0 to 127.
    WellKnown(u8),
    /// Its text.
    Text(&'a [u8]),
}

impl<'a> Headers<'a> {
    /// The octets that are left, those that make no sense included.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    /// Ends at the first header that makes no sense, and before a change of the
    /// code page.
    fn next(&mut self) -> Option<Header<'a>> {
        let (name, at) = match *self.rest {
            [number @ SHORT..=0xFF, ..] => (HeaderName::WellKnown(number & !SHORT), 1),
            [0x20..=0x7E, ..] => match field(self.rest, 0)? {
                (Field::Text(name), at) => (HeaderName::Text(name), at),
                _ => return None,
            },
            _ => return None,
        };
        let (_, end) = field(self.rest, at)?;
        let value = self.rest.get(at..end)?;
        self.rest = self.rest.get(end..)?;
        Some(Header { name, value })
    }
}

/// A value of a header (WAP-230-WSP, 8.4.1.2): its first octet tells its form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field<'a> {
    Short(u8),
    Octets(&'a [u8]),
    Text(&'a [u8]),
}

impl Field<'_> {
    fn integer(self) -> Option<u32> {
        match self {
            Self::Short(number) => Some(u32::from(number)),
            Self::Octets(octets) if (1..=4).contains(&octets.len()) => {
                let number = octets.iter();
                Some(number.fold(0, |number, octet| number << 8 | u32::from(*octet)))
            }
            _ => None,
        }
    }
}

/// The value at a place, and where it ends.
fn field(octets: &[u8], at: usize) -> Option<(Field<'_>, usize)> {
    let first = *octets.get(at)?;
    match first {
        0..=LONG_LENGTH => {
            let (len, start) = if first == LONG_LENGTH {
                uintvar(octets, at + 1)?
            } else {
                (u32::from(first), at + 1)
            };
            let end = start.checked_add(usize::try_from(len).ok()?)?;
            Some((Field::Octets(octets.get(start..end)?), end))
        }
        SHORT.. => Some((Field::Short(first & !SHORT), at + 1)),
        _ => {
            let start = if first == QUOTE { at + 1 } else { at };
            let rest = octets.get(start..)?;
            let len = rest.iter().position(|octet| *octet == 0)?;
            Some((Field::Text(rest.get(..len)?), start + len + 1))
        }
    }
}

/// The content type, its charset, and where it ends.
fn content_type(head: &[u8]) -> (MediaType<'_>, Option<u32>, usize) {
    match field(head, 0) {
        Some((Field::Short(number), end)) => (MediaType::WellKnown(number), None, end),
        Some((Field::Text(text), end)) => (MediaType::Text(text), None, end),
        Some((Field::Octets(octets), end)) => match field(octets, 0) {
            Some((Field::Short(number), at)) => {
                (MediaType::WellKnown(number), charset(octets, at), end)
            }
            Some((Field::Text(text), at)) => (MediaType::Text(text), charset(octets, at), end),
            _ => (MediaType::Text(&[]), None, end),
        },
        None => (MediaType::Text(&[]), None, head.len()),
    }
}

/// The charset among the parameters of a content type.
fn charset(parameters: &[u8], mut at: usize) -> Option<u32> {
    loop {
        let (name, next) = field(parameters, at)?;
        let (value, next) = field(parameters, next)?;
        if name == Field::Short(CHARSET_PARAMETER) {
            return value.integer();
        }
        at = next;
    }
}
