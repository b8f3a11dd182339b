//! Finding the places where a text may be cut.

use smpp_pdu::udh::{NationalLanguage, SegmentUnit};

use super::split::Content;
use crate::text::Encoding;
use crate::text::encode::{Size, Writer};
use crate::text::gsm7::{self, CARRIAGE_RETURN, ESCAPE, Unpacked};

/// What must not be cut: a character, with its escape or second surrogate.
struct Piece {
    /// Where it ends, in octets of the content; in septets when packed.
    end: usize,
    units: usize,
    is_return: bool,
}

/// A content with what is needed to walk over it.
#[derive(Clone)]
pub(super) struct Scan<'a> {
    content: Content<'a>,
    writer: Writer,
    encoding: Encoding,
    whole_clusters: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(content: Content<'a>, encoding: Encoding, whole_clusters: bool) -> Self {
        Self {
            content,
            writer: Writer::of(encoding),
            encoding,
            whole_clusters,
        }
    }

    pub(super) const fn content(&self) -> Content<'a> {
        self.content
    }

    /// The septets of packed octets.
    pub(super) fn septets(&self) -> Option<Unpacked<'a>> {
        match self.content {
            Content::Octets(octets) if self.encoding.is_packed() => {
                Some(gsm7::unpack_text(octets, 0))
            }
            _ => None,
        }
    }

    /// Where the content ends.
    pub(super) fn end(&self) -> usize {
        match (self.content, self.septets()) {
            (_, Some(septets)) => septets.len(),
            (Content::Text(text), _) => text.len(),
            (Content::Octets(octets), _) => octets.len(),
        }
    }

    fn piece(&self, at: usize) -> Option<Piece> {
        match self.content {
            Content::Text(text) => {
                let character = text.get(at..)?.chars().next()?;
                let wide = self.encoding.unit() == SegmentUnit::Ucs2;
                Some(Piece {
                    end: at + character.len_utf8(),
                    units: self.writer.write(character)?.units(wide),
                    is_return: character == '\r',
                })
            }
            Content::Octets(octets) => {
                let septets = self.septets();
                let get = |at| match &septets {
                    Some(septets) if at < septets.len() => septets.get(at),
                    Some(_) => None,
                    None => octets.get(at).copied(),
                };
                let first = get(at)?;
                let next = get(at + 1);
                let (len, units) = match self.encoding.unit() {
                    SegmentUnit::Septets if first == ESCAPE && next.is_some() => (2, 2),
                    SegmentUnit::Ucs2 => match (first, next, get(at + 2), get(at + 3)) {
                        (0xD8..=0xDB, Some(_), Some(0xDC..=0xDF), Some(_)) => (4, 2),
                        (_, Some(_), ..) => (2, 1),
                        _ => (1, 1),
                    },
                    _ if is_lead(self.encoding, first) && next.is_some() => (2, 2),
                    _ => (1, 1),
                };
                Some(Piece {
                    end: at + len,
                    units,
                    is_return: first == CARRIAGE_RETURN,
                })
            }
        }
    }

    /// From `at`, as much as fits into `room` units behind a header of
    /// `header` octets: where it ends, and its size.
    pub(super) fn cut(&self, at: usize, room: usize, header: usize) -> (usize, Size) {
        let (end, size) = self.fitting(at, room, header);
        match self.cluster_before(at, end, room) {
            Some(border) => (border, self.measure(at, border)),
            None => (end, size),
        }
    }

    fn fitting(&self, at: usize, room: usize, header: usize) -> (usize, Size) {
        let packed = self.encoding.is_packed();
        let (mut end, mut size) = (at, Size::default());
        while let Some(piece) = self.piece(end) {
            let mut next = size;
            next.add(piece.units, piece.is_return);
            let taken = if packed {
                next.filled(header)
            } else {
                next.units
            };
            if taken > room {
                break;
            }
            (end, size) = (piece.end, next);
        }
        (end, size)
    }

    pub(super) fn measure(&self, at: usize, end: usize) -> Size {
        let (mut at, mut size) = (at, Size::default());
        while at < end
            && let Some(piece) = self.piece(at)
        {
            size.add(piece.units, piece.is_return);
            at = piece.end;
        }
        size
    }

    /// Where to cut instead of at `end`, so that a grapheme cluster that fits
    /// into one part stays whole.
    #[cfg(feature = "graphemes")]
    fn cluster_before(&self, at: usize, end: usize, room: usize) -> Option<usize> {
        use unicode_segmentation::GraphemeCursor;

        let Content::Text(text) = self.content else {
            return None;
        };
        if !self.whole_clusters || end >= text.len() {
            return None;
        }
        let mut cursor = GraphemeCursor::new(end, text.len(), true);
        if cursor.is_boundary(text, 0).unwrap_or(true) {
            return None;
        }
        let border = cursor.prev_boundary(text, 0).ok().flatten()?;
        let next = cursor.next_boundary(text, 0).ok().flatten()?;
        (border > at && self.measure(border, next).units <= room).then_some(border)
    }

    #[cfg(not(feature = "graphemes"))]
    #[allow(clippy::unused_self, reason = "as with the feature")]
    const fn cluster_before(&self, _: usize, _: usize, _: usize) -> Option<usize> {
        let _ = self.whole_clusters;
        None
    }

    /// The languages to be announced in the header.
    pub(super) fn languages(&self) -> [Option<NationalLanguage>; 2] {
        let shift = self.encoding.national().without_unknown();
        [shift.locking, shift.single]
    }

    pub(super) const fn encoding(&self) -> Encoding {
        self.encoding
    }
}

/// Whether an octet is the first of two.
const fn is_lead(encoding: Encoding, octet: u8) -> bool {
    match encoding {
        #[cfg(feature = "cjk")]
        Encoding::Jis => matches!(octet, 0x81..=0x9F | 0xE0..=0xFC),
        #[cfg(feature = "cjk")]
        Encoding::KsC5601 => matches!(octet, 0x81..=0xFE),
        _ => {
            let _ = octet;
            false
        }
    }
}
