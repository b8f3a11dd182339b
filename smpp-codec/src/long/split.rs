//! One text, several messages.

use core::fmt;
use core::iter::FusedIterator;

use smpp_pdu::udh::{ConcatRef, InformationElement, Ports, Udh, UdhBuf, UdhError, room};

use super::scan::Scan;
use super::{MAX_PAYLOAD_OCTETS, PartCount, PartRef};
use crate::OutBuf;
use crate::text::encode::Size;
use crate::text::gsm7::{self, CARRIAGE_RETURN, Packer};
use crate::text::sink::Sink;
use crate::text::{EncodeTextError, Encoding, Unencodable};

/// How the parts of a long message find each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Method {
    /// A user data header with a reference of 8 bits (3GPP TS 23.040,
    /// 9.2.3.24.1). Every phone knows it.
    #[default]
    Udh8,
    /// A user data header with a reference of 16 bits (9.2.3.24.8): fewer
    /// mix-ups, one octet less for the text.
    Udh16,
    /// The parameters `sar_msg_ref_num`, `sar_total_segments` and
    /// `sar_segment_seqnum` (SMPP 3.4, 5.3.2.22 to 24; 5.0, 4.8.4.54 to 56).
    Sar,
    /// One message with the parameter `message_payload` (SMPP 3.4, 5.3.2.32;
    /// 5.0, 4.8.4.36): the message centre takes it apart.
    Payload,
}

impl Method {
    /// What programs call it in their settings: `udh8`, `udh16`, `sar`,
    /// `payload`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Udh8 => "udh8",
            Self::Udh16 => "udh16",
            Self::Sar => "sar",
            Self::Payload => "payload",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What is to be split: a text that is yet to be encoded, or octets that are
/// in the encoding already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// Characters.
    Text(&'a str),
    /// Octets. They are cut where their encoding allows it.
    Octets(&'a [u8]),
}

impl<'a> From<&'a str> for Content<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

#[cfg(feature = "alloc")]
impl<'a> From<&'a alloc::string::String> for Content<'a> {
    fn from(text: &'a alloc::string::String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a [u8]> for Content<'a> {
    fn from(octets: &'a [u8]) -> Self {
        Self::Octets(octets)
    }
}

#[cfg(feature = "alloc")]
impl<'a> From<&'a alloc::vec::Vec<u8>> for Content<'a> {
    fn from(octets: &'a alloc::vec::Vec<u8>) -> Self {
        Self::Octets(octets)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Content<'a> {
    fn from(octets: &'a [u8; N]) -> Self {
        Self::Octets(octets)
    }
}

/// How to split.
///
/// ```
/// use smpp_codec::long::{Method, SplitOptions};
///
/// let options = SplitOptions {
///     method: Method::Udh16,
///     reference: 0x1234,
///     ..SplitOptions::default()
/// };
/// assert_eq!(options, SplitOptions::new(Method::Udh16, 0x1234));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitOptions {
    /// How the parts find each other.
    pub method: Method,
    /// The number that the parts have in common, and that differs from those
    /// of other messages of the same sender to the same receiver. Of 8-bit
    /// references the low octet is taken.
    pub reference: u16,
    /// Application ports, in the header of every part.
    pub ports: Option<Ports>,
    /// Other elements for the header of every part. Those of concatenation,
    /// ports and national tables are added without being asked for.
    pub elements: UdhBuf,
    /// Whether a grapheme cluster, what people see as one character, stays
    /// whole if it fits into one part. Needs the feature `graphemes`; without
    /// it, it has no effect. False by default, since the feature alone must not
    /// change how anybody's texts are cut. A text can then have a part more than
    /// its length would need.
    pub whole_clusters: bool,
    /// For [`Method::Sar`]: the user data header that the message centre will
    /// make of the parameters, for which room is left, [`Method::Udh8`] or
    /// [`Method::Udh16`]. The former by default.
    pub sar_room: Method,
}

impl SplitOptions {
    /// The given method and reference, no ports and no other elements.
    #[must_use]
    pub const fn new(method: Method, reference: u16) -> Self {
        Self {
            method,
            reference,
            ports: None,
            elements: UdhBuf::new(),
            whole_clusters: false,
            sar_room: Method::Udh8,
        }
    }

    /// With application ports in the header of every part.
    #[must_use]
    pub const fn ports(mut self, ports: Ports) -> Self {
        self.ports = Some(ports);
        self
    }

    /// With other elements in the header of every part.
    #[must_use]
    pub const fn elements(mut self, elements: UdhBuf) -> Self {
        self.elements = elements;
        self
    }

    /// The method with the reference as it is sent.
    fn place(&self, part: u8, total: u8) -> PartRef {
        PartRef {
            method: self.method,
            reference: match self.method {
                Method::Udh8 => self.reference & 0xFF,
                _ => self.reference,
            },
            total,
            part,
        }
    }
}

impl Default for SplitOptions {
    fn default() -> Self {
        Self::new(Method::Udh8, 0)
    }
}

/// Why a text cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SplitError {
    /// A character has no place in the encoding.
    Unencodable(Unencodable),
    /// More than 255 parts would be needed.
    TooManyParts,
    /// More than 65 535 octets for `message_payload`.
    PayloadTooLong {
        /// How many there are, user data header included.
        octets: usize,
    },
    /// The elements of the header leave no room for text.
    HeaderTooLong,
}

impl From<Unencodable> for SplitError {
    fn from(error: Unencodable) -> Self {
        Self::Unencodable(error)
    }
}

impl fmt::Display for SplitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unencodable(error) => error.fmt(f),
            Self::TooManyParts => f.write_str("the text needs more than 255 parts"),
            Self::PayloadTooLong { octets } => write!(
                f,
                "message_payload takes {MAX_PAYLOAD_OCTETS} octets, not {octets}"
            ),
            Self::HeaderTooLong => f.write_str("the user data header leaves no room for text"),
        }
    }
}

impl core::error::Error for SplitError {}

/// Splits a text, or octets, into what single messages can carry: 140 octets
/// in the air, user data header included, which is 160 septets, 140 octets or
/// 70 units of UCS-2; of a longer text 153, 134 or 67 a part, and less with
/// more elements in the header (3GPP TS 23.040, 9.2.3.24.1).
///
/// Never cut are a character, an escape and what follows it, and a pair of
/// surrogates; about clusters see [`SplitOptions::whole_clusters`].
///
/// Nothing is stored: the text is walked over once to count the parts, and
/// once more for the parts themselves.
///
/// # Errors
/// [`SplitError`]. Octets are taken as they are, whatever is in them.
///
/// ```
/// use smpp_codec::SliceBuf;
/// use smpp_codec::long::{MAX_SEGMENT_OCTETS, Method, SplitOptions, segments};
/// use smpp_codec::text::Encoding;
///
/// let text = "0123456789".repeat(20);
/// let options = SplitOptions::new(Method::Udh8, 0x42);
/// let parts = segments(Encoding::Gsm7, text.as_str(), options)?;
/// assert_eq!(parts.count(), 2);
///
/// let mut storage = [0; MAX_SEGMENT_OCTETS];
/// for part in parts {
///     let len = part.write(&mut SliceBuf::new(&mut storage))?;
///     let short_message = &storage[..len];
///     assert!(part.has_header()); // bit 0x40 of esm_class
///     assert_eq!(short_message[..6], [5, 0, 3, 0x42, 2, part.part()]);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn segments<'a>(
    encoding: Encoding,
    content: impl Into<Content<'a>>,
    options: SplitOptions,
) -> Result<Segments<'a>, SplitError> {
    let content = content.into();
    if let Content::Text(text) = content {
        encoding.size(text)?;
    }
    let scan = Scan::new(content, encoding, options.whole_clusters);
    let single = header(&scan, &options, None)?;
    let end = scan.end();
    if options.method == Method::Payload {
        let size = scan.measure(0, end);
        let octets = single.len() + size.octets(encoding, single.len());
        if octets > MAX_PAYLOAD_OCTETS {
            return Err(SplitError::PayloadTooLong { octets });
        }
        return Ok(Segments {
            scan,
            options,
            total: 1,
            room: usize::MAX,
        });
    }
    let mut segments = Segments {
        scan,
        options,
        total: 1,
        room: room(single.len(), encoding.unit()),
    };
    if segments.scan.cut(0, segments.room, single.len()).0 < end {
        let probe = header(&segments.scan, &options, Some(options.place(1, 1)))?;
        segments.room = room(reserved(&options, &probe), encoding.unit());
        if segments.room < 2 {
            return Err(SplitError::HeaderTooLong);
        }
        let (mut at, mut total) = (0, 0_u8);
        while at < end {
            let start = at;
            at = segments.scan.cut(start, segments.room, probe.len()).0;
            if at == start {
                return Err(SplitError::HeaderTooLong);
            }
            total = total.checked_add(1).ok_or(SplitError::TooManyParts)?;
        }
        segments.total = total;
    }
    Ok(segments)
}

/// The header of a part, in a longer message if `place` is given.
fn header(
    scan: &Scan<'_>,
    options: &SplitOptions,
    place: Option<PartRef>,
) -> Result<UdhBuf, SplitError> {
    build(scan, options, place).map_err(|_| SplitError::HeaderTooLong)
}

fn build(
    scan: &Scan<'_>,
    options: &SplitOptions,
    place: Option<PartRef>,
) -> Result<UdhBuf, UdhError> {
    let mut header = UdhBuf::new();
    if let Some(concat) = place.and_then(PartRef::concat) {
        header.concat(concat)?;
    }
    if let Some(ports) = options.ports {
        let [d, o] = [ports.destination, ports.originator];
        match (u8::try_from(d), u8::try_from(o)) {
            (Ok(d), Ok(o)) if !ports.wide => header.ports8(d, o)?,
            _ => header.ports16(d, o)?,
        }
    }
    let [locking, single] = scan.languages();
    if let Some(language) = locking {
        header.locking_shift(language)?;
    }
    if let Some(language) = single {
        header.single_shift(language)?;
    }
    if !options.elements.is_empty() {
        let (others, _) = Udh::split(&options.elements)?;
        for element in others.elements() {
            header.push(InformationElement { ..element })?;
        }
    }
    Ok(header)
}

/// The octets that the header of a part of several takes in the air.
fn reserved(options: &SplitOptions, header: &UdhBuf) -> usize {
    if options.method != Method::Sar {
        return header.len();
    }
    let element = match options.sar_room {
        Method::Udh16 => 6,
        _ => 5,
    };
    header.len().max(1) + element
}

/// A text that is split: how many parts it has, and, as an iterator, which; see
/// [`segments`].
#[derive(Clone)]
pub struct Segments<'a> {
    scan: Scan<'a>,
    options: SplitOptions,
    total: u8,
    room: usize,
}

impl fmt::Debug for Segments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segments")
            .field("content", &self.scan.content())
            .field("encoding", &self.scan.encoding())
            .field("options", &self.options)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

impl<'a> Segments<'a> {
    /// How many parts there are; 1 to 255. An empty text has one part.
    #[must_use]
    pub fn count(&self) -> usize {
        usize::from(self.total)
    }

    /// The parts, in order.
    #[must_use]
    pub fn iter(&self) -> SegmentsIter<'a> {
        self.clone().into_iter()
    }

    /// The number of parts with the figures that people want to see beside it.
    #[must_use]
    pub fn part_count(&self) -> PartCount {
        let (mut units, mut last) = (0, 0);
        for segment in self {
            last = segment.units();
            units += last;
        }
        let room = match self.options.method {
            Method::Payload => last,
            _ => self.room,
        };
        PartCount {
            parts: self.count(),
            units,
            unit: self.scan.encoding().unit(),
            left: room - last,
        }
    }

    /// The room for text in each part, in septets, octets or units of UCS-2;
    /// `usize::MAX` with [`Method::Payload`].
    #[must_use]
    pub const fn room(&self) -> usize {
        self.room
    }
}

impl<'a> IntoIterator for Segments<'a> {
    type Item = Segment<'a>;
    type IntoIter = SegmentsIter<'a>;

    fn into_iter(self) -> SegmentsIter<'a> {
        SegmentsIter {
            segments: self,
            next: Some((1, 0)),
        }
    }
}

impl<'a> IntoIterator for &Segments<'a> {
    type Item = Segment<'a>;
    type IntoIter = SegmentsIter<'a>;

    fn into_iter(self) -> SegmentsIter<'a> {
        self.iter()
    }
}

/// The parts of a text, in order.
#[derive(Clone, Debug)]
pub struct SegmentsIter<'a> {
    segments: Segments<'a>,
    /// The next part: its number, and where it starts.
    next: Option<(u8, usize)>,
}

impl<'a> Iterator for SegmentsIter<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let (part, at) = self.next?;
        let Segments {
            scan,
            options,
            total,
            room,
        } = &self.segments;
        let place = options.place(part, *total);
        // Both were built once already.
        let header = header(scan, options, (*total > 1).then_some(place)).ok()?;
        let (end, size) = scan.cut(at, *room, header.len());
        self.next = part
            .checked_add(1)
            .filter(|next| next <= total)
            .map(|next| (next, end));
        Some(Segment {
            header,
            data: match (scan.content(), scan.septets()) {
                (Content::Octets(octets), Some(_)) => Data::Septets(octets, at, end),
                (Content::Octets(octets), None) => Data::Octets(octets.get(at..end)?),
                (Content::Text(text), _) => Data::Text(text.get(at..end)?),
            },
            size,
            encoding: scan.encoding(),
            place,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match self.next {
            Some((part, _)) => usize::from(self.segments.total - part) + 1,
            None => 0,
        };
        (left, Some(left))
    }
}

impl ExactSizeIterator for SegmentsIter<'_> {}
impl FusedIterator for SegmentsIter<'_> {}

#[derive(Clone, Copy, Debug)]
enum Data<'a> {
    Text(&'a str),
    Octets(&'a [u8]),
    /// From and to, in the septets of packed octets.
    Septets(&'a [u8], usize, usize),
}

/// One part of a text, ready to be written.
#[derive(Clone, Debug)]
pub struct Segment<'a> {
    header: UdhBuf,
    data: Data<'a>,
    size: Size,
    encoding: Encoding,
    place: PartRef,
}

impl<'a> Segment<'a> {
    /// The number of the part, from 1.
    #[must_use]
    pub const fn part(&self) -> u8 {
        self.place.part
    }

    /// How many parts there are.
    #[must_use]
    pub const fn total(&self) -> u8 {
        self.place.total
    }

    /// The user data header; without octets when there is none.
    #[must_use]
    pub const fn header(&self) -> &UdhBuf {
        &self.header
    }

    /// Whether the user data starts with a header: bit 0x40 of `esm_class`.
    #[must_use]
    pub const fn has_header(&self) -> bool {
        !self.header.is_empty()
    }

    /// Where the part belongs, as a receiver will see it; `None` for a text
    /// of one part.
    #[must_use]
    pub fn place(&self) -> Option<PartRef> {
        (self.place.total > 1).then_some(self.place)
    }

    /// What the parameters `sar_msg_ref_num`, `sar_total_segments` and
    /// `sar_segment_seqnum` have to say: with [`Method::Sar`] and more than
    /// one part.
    #[must_use]
    pub fn sar(&self) -> Option<PartRef> {
        self.place().filter(|place| place.method == Method::Sar)
    }

    /// Whether the user data goes into `message_payload` instead of
    /// `short_message`.
    #[must_use]
    pub fn is_payload(&self) -> bool {
        self.place.method == Method::Payload
    }

    /// The text of this part; `None` if octets were split.
    #[must_use]
    pub const fn text(&self) -> Option<&'a str> {
        match self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Septets, octets or units of UCS-2, without header.
    #[must_use]
    pub const fn units(&self) -> usize {
        self.size.units
    }

    /// Octets of the user data, header included, exactly.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a length in octets, no list")]
    pub fn len(&self) -> usize {
        self.header.len() + self.data_len()
    }

    fn data_len(&self) -> usize {
        match self.data {
            Data::Octets(octets) => octets.len(),
            _ => self.size.octets(self.encoding, self.header.len()),
        }
    }

    /// Appends the user data: header, then text. Gives the number of octets.
    ///
    /// # Errors
    /// [`EncodeTextError::NoRoom`] when `out` has not enough room; nothing is
    /// appended then.
    pub fn write(&self, out: &mut impl OutBuf) -> Result<usize, EncodeTextError> {
        let (need, room) = (self.len(), out.room());
        if need > room {
            return Err(EncodeTextError::NoRoom { need, room });
        }
        out.reserve(need);
        out.put(&self.header);
        let header = self.header.len();
        match self.data {
            Data::Text(text) => {
                self.encoding.write_behind(text, self.size, header, out);
            }
            Data::Octets(octets) => out.put(octets),
            Data::Septets(octets, from, to) => {
                let mut sink = Sink::new(out);
                let mut packer = Packer::new(gsm7::fill_bits(header));
                let septets = gsm7::unpack_text(octets, 0);
                for septet in septets.skip(from).take(to - from) {
                    packer.put(septet, &mut sink);
                }
                for _ in self.size.units..self.size.filled(header) {
                    packer.put(CARRIAGE_RETURN, &mut sink);
                }
                packer.finish(&mut sink);
                sink.finish();
            }
        }
        Ok(need)
    }
}

impl PartRef {
    /// The element of a user data header that says this; `None` for other
    /// methods.
    #[must_use]
    pub const fn concat(self) -> Option<ConcatRef> {
        let wide = match self.method {
            Method::Udh8 => false,
            Method::Udh16 => true,
            _ => return None,
        };
        Some(ConcatRef {
            reference: self.reference,
            total: self.total,
            part: self.part,
            wide,
        })
    }
}
