//! The GSM 7-bit alphabet: septets of a character, and septets in octets.

use core::fmt;

use smpp_pdu::udh::{NationalLanguage, Udh};

use super::national_tables::{LOCKING, SINGLE};
use super::sink::Sink;
use super::table::Table;
use super::tables::{DEFAULT, EXTENSION};
use crate::OutBuf;

/// Stands before a septet of the extension or single shift table.
pub const ESCAPE: u8 = 0x1B;

/// Fills seven spare bits of packed text.
pub const CARRIAGE_RETURN: u8 = 0x0D;

/// The national language tables in use (3GPP TS 23.038, 6.2.1.2).
///
/// A language that has no such table, Spanish as locking shift for instance,
/// stands for the default table, as a receiver has to take it.
///
/// ```
/// use smpp_codec::text::{Encoding, NationalShift};
/// use smpp_pdu::udh::NationalLanguage;
///
/// let turkish = NationalShift::single(NationalLanguage::TURKISH);
/// let mut octets = heapless::Vec::<u8, 160>::new();
/// Encoding::Gsm7National(turkish).encode("ışık", &mut octets)?;
/// assert_eq!(octets, [0x1B, 0x69, 0x1B, 0x73, 0x1B, 0x69, b'k']);
/// # Ok::<(), smpp_codec::text::EncodeTextError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct NationalShift {
    /// Takes the place of the default alphabet (element 0x25).
    pub locking: Option<NationalLanguage>,
    /// Takes the place of the extension table (element 0x24).
    pub single: Option<NationalLanguage>,
}

impl NationalShift {
    /// The default alphabet and its extension.
    pub const NONE: Self = Self {
        locking: None,
        single: None,
    };

    /// The single shift table of a language behind the default alphabet.
    #[must_use]
    pub const fn single(language: NationalLanguage) -> Self {
        Self {
            locking: None,
            single: Some(language),
        }
    }

    /// The locking shift table of a language with the default extension.
    #[must_use]
    pub const fn locking(language: NationalLanguage) -> Self {
        Self {
            locking: Some(language),
            single: None,
        }
    }

    /// Both tables of a language.
    #[must_use]
    pub const fn both(language: NationalLanguage) -> Self {
        Self {
            locking: Some(language),
            single: Some(language),
        }
    }

    /// What a user data header announces.
    #[must_use]
    pub fn of_header(header: &Udh<'_>) -> Self {
        Self {
            locking: header.locking_shift(),
            single: header.single_shift(),
        }
    }

    /// Whether only the default tables are in use.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.without_unknown() == Self::NONE
    }

    /// The same without languages that have no table.
    #[must_use]
    pub fn without_unknown(self) -> Self {
        Self {
            locking: self.locking.filter(|&of| find(&LOCKING, of).is_some()),
            single: self.single.filter(|&of| find(&SINGLE, of).is_some()),
        }
    }

    /// Octets that the elements take in a user data header, without UDHL.
    #[must_use]
    pub fn header_octets(self) -> usize {
        let known = self.without_unknown();
        3 * (usize::from(known.locking.is_some()) + usize::from(known.single.is_some()))
    }
}

/// For instance `Turkish single shift`.
impl fmt::Display for NationalShift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.locking, self.single) {
            (None, None) => f.write_str("default tables"),
            (Some(locking), None) => write!(f, "{locking} locking shift"),
            (None, Some(single)) => write!(f, "{single} single shift"),
            (Some(locking), Some(single)) if locking == single => {
                write!(f, "{locking} locking and single shift")
            }
            (Some(locking), Some(single)) => {
                write!(f, "{locking} locking shift and {single} single shift")
            }
        }
    }
}

fn find(tables: &[Option<&'static Table>], language: NationalLanguage) -> Option<&'static Table> {
    tables.get(usize::from(language.0)).copied().flatten()
}

/// A character in septets: one, or an escape and one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Septets(u8);

const SHIFTED: u8 = 0x80;
const ABSENT: u8 = 0xFF;

impl Septets {
    pub(crate) const fn count(self) -> usize {
        if self.0 & SHIFTED == 0 { 1 } else { 2 }
    }

    /// The septet behind the escape, if there is one.
    pub(crate) const fn last(self) -> u8 {
        self.0 & !SHIFTED
    }

    pub(crate) const fn is_shifted(self) -> bool {
        self.0 & SHIFTED != 0
    }
}

/// The septets of the characters up to U+00FF with the default tables.
static LATIN: [u8; 256] = latin();

#[allow(
    clippy::indexing_slicing,
    reason = "at compile time, where an index out of bounds does not compile"
)]
const fn latin() -> [u8; 256] {
    let mut septets = [ABSENT; 256];
    let mut code = 0;
    while code < 128 {
        let shifted = EXTENSION.chars[code] as usize;
        if shifted != 0 && shifted < 256 {
            septets[shifted] = SHIFTED | code as u8;
        }
        code += 1;
    }
    code = 0;
    while code < 128 {
        let plain = DEFAULT.chars[code] as usize;
        if plain != 0 && plain < 256 {
            septets[plain] = code as u8;
        }
        code += 1;
    }
    septets
}

/// The two tables in use.
#[derive(Clone, Copy)]
pub(crate) struct Alphabet {
    base: &'static Table,
    single: &'static Table,
    /// Both are the default ones.
    plain: bool,
}

impl Alphabet {
    pub(crate) const DEFAULT: Self = Self {
        base: &DEFAULT,
        single: &EXTENSION,
        plain: true,
    };

    pub(crate) fn of(shift: NationalShift) -> Self {
        let locking = shift.locking.and_then(|of| find(&LOCKING, of));
        let single = shift.single.and_then(|of| find(&SINGLE, of));
        Self {
            base: locking.unwrap_or(&DEFAULT),
            single: single.unwrap_or(&EXTENSION),
            plain: locking.is_none() && single.is_none(),
        }
    }

    /// How a character is written; the table without escape goes first.
    #[inline]
    pub(crate) fn septets(self, character: char) -> Option<Septets> {
        if self.plain
            && let Some(&septets) = LATIN.get(character as usize)
        {
            return (septets != ABSENT).then_some(Septets(septets));
        }
        if let Some(septet) = self.base.septet(character) {
            return Some(Septets(septet));
        }
        let septet = self.single.septet(character)?;
        Some(Septets(SHIFTED | septet))
    }

    /// The character of a septet without escape.
    #[inline]
    pub(crate) fn char(self, septet: u8) -> Option<char> {
        self.base.char(septet)
    }

    /// The character of a septet behind an escape. Where the table has none,
    /// it is the one without escape (3GPP TS 23.038, 6.2.1.1), and a second
    /// escape is a space.
    pub(crate) fn shifted_char(self, septet: u8) -> Option<char> {
        if septet == ESCAPE {
            return Some(' ');
        }
        self.single.char(septet).or_else(|| self.base.char(septet))
    }
}

/// The bits between a user data header and packed septets behind it, which
/// start at a multiple of seven bits: 0 to 6 (3GPP TS 23.040, 9.2.3.24).
///
/// `header_octets` counts UDHL too.
///
/// ```
/// use smpp_codec::text::gsm7::fill_bits;
///
/// assert_eq!((fill_bits(0), fill_bits(6), fill_bits(7)), (0, 1, 0));
/// ```
#[must_use]
pub const fn fill_bits(header_octets: usize) -> usize {
    // Eight is one modulo seven.
    (7 - header_octets % 7) % 7
}

/// The octets that `septets` septets take when packed behind `fill_bits` bits;
/// none, and no fill bits either, for no septets.
#[must_use]
pub const fn packed_len(septets: usize, fill_bits: usize) -> usize {
    if septets == 0 {
        return 0;
    }
    (septets * 7 + fill_bits).div_ceil(8)
}

/// The whole septets in `octets` octets whose first `fill_bits` bits are
/// skipped.
#[must_use]
pub const fn septets_in(octets: usize, fill_bits: usize) -> usize {
    (octets * 8).saturating_sub(fill_bits) / 7
}

/// How many septets are written for a text of `septets` of which the last
/// `returns` are carriage returns, so that a receiver that knows only the
/// number of octets finds the end; see [`without_filler`].
///
/// Seven spare bits are filled with a carriage return, and after a carriage
/// return that fills the octets another one follows (3GPP TS 23.038,
/// 6.1.2.3.1). Both become a receiver's count that includes a filler. For the
/// reader to undo that exactly, texts with more returns behind such a one move
/// up too, past the counts that leave seven bits spare and so cannot occur.
pub(crate) const fn with_filler(septets: usize, returns: usize, fill_bits: usize) -> usize {
    let first = first_full(septets - returns, fill_bits);
    if septets == 0 || septets + 1 < first {
        return septets;
    }
    let beyond = septets + 1 - first;
    first + beyond + beyond / 7
}

/// How many of the `septets` that a receiver counts are text, if the last
/// `returns` are carriage returns: undoes [`with_filler`].
pub(crate) const fn without_filler(septets: usize, returns: usize, fill_bits: usize) -> usize {
    let first = first_full(septets - returns, fill_bits);
    if septets < first {
        return septets;
    }
    septets - 1 - (septets - first) / 8
}

/// The lowest number of septets above `above` that ends with an octet.
const fn first_full(above: usize, fill_bits: usize) -> usize {
    // 7 * septets + fill = 0 (mod 8) for septets = fill, as 7 is -1.
    above + 1 + (fill_bits + 7 - above % 8) % 8
}

/// Septets to octets, least significant bits first.
pub(crate) struct Packer {
    bits: u32,
    count: usize,
    /// No septet has come: then there are no fill bits either.
    is_empty: bool,
}

impl Packer {
    pub(crate) const fn new(fill_bits: usize) -> Self {
        Self {
            bits: 0,
            count: fill_bits,
            is_empty: true,
        }
    }

    #[inline]
    pub(crate) fn put(&mut self, septet: u8, out: &mut Sink<'_, impl OutBuf>) {
        self.bits |= u32::from(septet & 0x7F) << self.count;
        self.count += 7;
        self.is_empty = false;
        if self.count >= 8 {
            out.put((self.bits & 0xFF) as u8);
            self.bits >>= 8;
            self.count -= 8;
        }
    }

    pub(crate) fn finish(self, out: &mut Sink<'_, impl OutBuf>) {
        if self.count > 0 && !self.is_empty {
            out.put((self.bits & 0xFF) as u8);
        }
    }
}

/// Packs septets, one an octet, behind `fill_bits` zero bits, and gives the
/// octets written. Spare bits at the end are zero; the top bits of the input
/// are ignored. Nothing is done for a reader who is not told the number of
/// septets: [`Encoding::Gsm7Packed`](super::Encoding::Gsm7Packed) is for that.
///
/// Octets beyond the room of `out` are not written: ask for [`packed_len`]
/// first.
///
/// ```
/// use smpp_codec::text::gsm7;
///
/// let mut octets = heapless::Vec::<u8, 140>::new();
/// gsm7::pack(b"hellohello", 0, &mut octets);
/// assert_eq!(octets, [0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37]);
/// assert!(gsm7::unpack(&octets, 0, 10).eq(*b"hellohello"));
/// ```
pub fn pack(septets: &[u8], fill_bits: usize, out: &mut impl OutBuf) -> usize {
    let mut sink = Sink::new(out);
    let mut packer = Packer::new(fill_bits % 7);
    for &septet in septets {
        packer.put(septet, &mut sink);
    }
    packer.finish(&mut sink);
    sink.finish()
}

/// Takes up to `count` packed septets out of octets whose first `fill_bits`
/// bits are skipped; fewer when the octets end before. [`septets_in`] is the
/// number that fits.
pub fn unpack(octets: &[u8], fill_bits: usize, count: usize) -> Unpacked<'_> {
    Unpacked {
        octets,
        next: 0,
        count: count.min(septets_in(octets.len(), fill_bits)),
        fill_bits,
    }
}

/// The septets that [`unpack`] finds.
#[derive(Clone, Debug)]
pub struct Unpacked<'a> {
    octets: &'a [u8],
    next: usize,
    count: usize,
    fill_bits: usize,
}

impl Unpacked<'_> {
    pub(crate) fn get(&self, index: usize) -> Option<u8> {
        let bit = self.fill_bits + index * 7;
        let low = *self.octets.get(bit / 8)?;
        // The second octet is missing only where its bits are not needed.
        let high = self.octets.get(bit / 8 + 1).copied().unwrap_or(0);
        let both = u16::from_le_bytes([low, high]);
        Some((both >> (bit % 8) & 0x7F) as u8)
    }
}

impl Iterator for Unpacked<'_> {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        if self.next >= self.count {
            return None;
        }
        let septet = self.get(self.next)?;
        self.next += 1;
        Some(septet)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Unpacked<'_> {}
impl core::iter::FusedIterator for Unpacked<'_> {}

/// The septets in packed text that is `octets` long in a reader's hands, the
/// filling carriage return left out.
pub(crate) fn unpack_text(octets: &[u8], fill_bits: usize) -> Unpacked<'_> {
    let mut septets = unpack(octets, fill_bits, usize::MAX);
    let count = septets.count;
    let returns = (0..count)
        .rev()
        .take_while(|&at| septets.get(at) == Some(CARRIAGE_RETURN))
        .count();
    septets.count = without_filler(count, returns, fill_bits);
    septets
}
