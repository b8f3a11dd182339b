//! How an id of a receipt may come from the id of a response.

use super::MatchedBy;

/// Octets of the longest id that is kept (SMPP 3.4, 5.2.23: 65 with its NUL).
pub const MAX_ID_LEN: usize = 64;

/// An id, kept.
pub(super) type Id = heapless::Vec<u8, MAX_ID_LEN>;

/// Ids below this read alike in both bases.
const FIRST_TWO_DIGIT: u128 = 10;

/// What a centre may do to an id between response and receipt, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes(u8);

impl Changes {
    pub(super) const NONE: Self = Self(0);
    pub(super) const LOWERED: Self = Self(1);
    pub(super) const RAISED: Self = Self(1 << 1);
    pub(super) const ZEROS_STRIPPED: Self = Self(1 << 2);
    pub(super) const ZEROS_ADDED: Self = Self(1 << 3);
    pub(super) const DASHES_REMOVED: Self = Self(1 << 4);
    pub(super) const DASHES_ADDED: Self = Self(1 << 5);
    pub(super) const DECIMAL_OF_HEX: Self = Self(1 << 6);
    pub(super) const HEX_OF_DECIMAL: Self = Self(1 << 7);

    /// Each of them, by its place.
    pub(super) const EACH: [Self; 8] = [
        Self::LOWERED,
        Self::RAISED,
        Self::ZEROS_STRIPPED,
        Self::ZEROS_ADDED,
        Self::DASHES_REMOVED,
        Self::DASHES_ADDED,
        Self::DECIMAL_OF_HEX,
        Self::HEX_OF_DECIMAL,
    ];

    pub(super) const fn with(self, other: Self, set: bool) -> Self {
        if set { Self(self.0 | other.0) } else { self }
    }

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the number was written in another base.
    pub(super) const fn converts(self) -> bool {
        self.has(Self(Self::DECIMAL_OF_HEX.0 | Self::HEX_OF_DECIMAL.0))
    }

    /// The greatest of them, for the explanation.
    pub(super) const fn matched_by(self) -> MatchedBy {
        if self.has(Self::HEX_OF_DECIMAL) {
            MatchedBy::HexOfDecimal
        } else if self.has(Self::DECIMAL_OF_HEX) {
            MatchedBy::DecimalOfHex
        } else if self.has(Self(Self::DASHES_REMOVED.0 | Self::DASHES_ADDED.0)) {
            MatchedBy::Dashes
        } else if self.has(Self(Self::ZEROS_STRIPPED.0 | Self::ZEROS_ADDED.0)) {
            MatchedBy::LeadingZeros
        } else if self.has(Self(Self::LOWERED.0 | Self::RAISED.0)) {
            MatchedBy::LetterCase
        } else {
            MatchedBy::Exact
        }
    }
}

/// What must have happened for `response` to become `receipt`; `None` when
/// nothing that centres are known to do explains it.
pub(super) fn explain(response: &[u8], receipt: &[u8]) -> Option<Changes> {
    if response == receipt {
        return Some(Changes::NONE);
    }
    if fold(response).eq(fold(receipt)) {
        return changes_of_form(response, receipt);
    }
    let in_receipt = decimal(receipt).filter(|&number| number >= FIRST_TWO_DIGIT);
    if in_receipt.is_some() && in_receipt == hexadecimal(response) {
        return Some(Changes::DECIMAL_OF_HEX);
    }
    let in_response = decimal(response).filter(|&number| number >= FIRST_TWO_DIGIT);
    if in_response.is_some() && in_response == hexadecimal(receipt) {
        return Some(Changes::HEX_OF_DECIMAL);
    }
    None
}

/// The changes between two ids that fold to the same; `None` when their dashes
/// are in other places, for which no reason is known.
fn changes_of_form(response: &[u8], receipt: &[u8]) -> Option<Changes> {
    let dashes = |id: &[u8]| id.iter().filter(|&&octet| octet == b'-').count();
    let zeros = |id: &[u8]| {
        id.iter()
            .filter(|&&octet| octet != b'-')
            .take_while(|&&octet| octet == b'0')
            .count()
    };
    let (dashes_before, dashes_after) = (dashes(response), dashes(receipt));
    let from_first = |id| dashes_and_rest(id).map(|octet| octet.to_ascii_lowercase());
    if dashes_before > 0 && dashes_after > 0 && !from_first(response).eq(from_first(receipt)) {
        return None;
    }
    let (zeros_before, zeros_after) = (zeros(response), zeros(receipt));
    let letters = |id| significant(id).filter(u8::is_ascii_alphabetic);
    let pairs = || letters(response).zip(letters(receipt));
    let lowered = pairs().any(|(from, to)| from.is_ascii_uppercase() && to.is_ascii_lowercase());
    let raised = pairs().any(|(from, to)| from.is_ascii_lowercase() && to.is_ascii_uppercase());
    let changes = Changes::NONE
        .with(Changes::LOWERED, lowered)
        .with(Changes::RAISED, raised)
        .with(Changes::ZEROS_STRIPPED, zeros_after < zeros_before)
        .with(Changes::ZEROS_ADDED, zeros_after > zeros_before)
        .with(Changes::DASHES_REMOVED, dashes_after < dashes_before)
        .with(Changes::DASHES_ADDED, dashes_after > dashes_before);
    Some(changes)
}

/// The octets without dashes and without zeros in front.
fn significant(id: &[u8]) -> impl Iterator<Item = u8> + Clone {
    id.iter()
        .copied()
        .filter(|&octet| octet != b'-')
        .skip_while(|&octet| octet == b'0')
}

/// The octets without zeros in front.
fn dashes_and_rest(id: &[u8]) -> impl Iterator<Item = u8> + Clone {
    id.iter().copied().skip_while(|&octet| octet == b'0')
}

/// What two ids have in common that differ only in letter case, zeros in front
/// and dashes.
pub(super) fn fold(id: &[u8]) -> impl Iterator<Item = u8> + Clone {
    significant(id).map(|octet| octet.to_ascii_lowercase())
}

/// The number that an id of decimal digits is.
pub(super) fn decimal(id: &[u8]) -> Option<u128> {
    number(id, 10)
}

/// The number that an id of hexadecimal digits is.
pub(super) fn hexadecimal(id: &[u8]) -> Option<u128> {
    number(id, 16)
}

fn number(id: &[u8], base: u32) -> Option<u128> {
    if id.is_empty() {
        return None;
    }
    id.iter().try_fold(0_u128, |number, &octet| {
        let digit = char::from(octet).to_digit(base)?;
        number
            .checked_mul(u128::from(base))?
            .checked_add(u128::from(digit))
    })
}

/// Whether a change would have shown on this id of a response.
pub(super) fn would_show(change: Changes, response: &[u8]) -> bool {
    /// Centres that fill up do so to ten digits or more.
    const FILLED: usize = 10;
    const UUID_DIGITS: usize = 32;
    match change {
        Changes::LOWERED => response.iter().any(u8::is_ascii_uppercase),
        Changes::RAISED => response.iter().any(u8::is_ascii_lowercase),
        Changes::ZEROS_STRIPPED => response.len() > 1 && response.starts_with(b"0"),
        Changes::ZEROS_ADDED => {
            response.len() < FILLED && response.iter().all(u8::is_ascii_hexdigit)
        }
        Changes::DASHES_REMOVED => response.contains(&b'-'),
        Changes::DASHES_ADDED => {
            response.len() == UUID_DIGITS && response.iter().all(u8::is_ascii_hexdigit)
        }
        Changes::DECIMAL_OF_HEX => {
            hexadecimal(response).is_some_and(|number| number >= FIRST_TWO_DIGIT)
        }
        Changes::HEX_OF_DECIMAL => {
            decimal(response).is_some_and(|number| number >= FIRST_TWO_DIGIT)
        }
        _ => false,
    }
}

/// Whether an id of a response is in the base that a change starts from.
pub(super) fn is_in_base(change: Changes, response: &[u8]) -> bool {
    if change.has(Changes::DECIMAL_OF_HEX) {
        response.iter().all(u8::is_ascii_hexdigit)
    } else {
        response.iter().all(u8::is_ascii_digit)
    }
}

/// Whether two ids that are one number in two bases can hardly be two ids by
/// chance: the hexadecimal one has a letter, or the number is great.
pub(super) fn is_telling(response: &[u8], receipt: &[u8], changes: Changes) -> bool {
    const GREAT: u128 = 1_000_000;
    let (hex, dec) = if changes.has(Changes::DECIMAL_OF_HEX) {
        (response, receipt)
    } else {
        (receipt, response)
    };
    hex.iter().any(u8::is_ascii_alphabetic) || decimal(dec).is_some_and(|number| number >= GREAT)
}

/// The places in an index that an id is found at: by its fold, and by its
/// number as hexadecimal digits when it is decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) fold: u64,
    pub(super) converted: Option<u64>,
}

impl Places {
    pub(super) fn of(id: &[u8]) -> Self {
        let converted = decimal(id)
            .filter(|&number| number >= FIRST_TWO_DIGIT)
            .map(|number| {
                let digits = 32 - number.leading_zeros() / 4;
                hash((0..digits).rev().map(|at| {
                    let digit = u32::try_from(number >> (4 * at) & 0xF).unwrap_or_default();
                    char::from_digit(digit, 16).map_or(0, |digit| digit as u8)
                }))
            });
        Self {
            fold: hash(fold(id)),
            converted,
        }
    }

    /// Whether ids at these places may be one.
    pub(super) fn meet(&self, other: &Self) -> bool {
        self.fold == other.fold
            || self.converted == Some(other.fold)
            || other.converted == Some(self.fold)
    }
}

/// The two hashes of an id are kept apart, so that a number in hexadecimal is
/// not taken for an id of those letters.
pub(super) const CONVERTED: u64 = 0x9E37_79B9_7F4A_7C15;

/// Under which hashes an id is kept in an index, and under which it is sought.
///
/// For those who keep submitted messages outside of a [`Matcher`], such as in
/// a database: a message is kept under each hash of [`kept`](Self::kept), and
/// what is found under the hashes of [`sought`](Self::sought) of a receipt's
/// id are the messages that it may speak of, in every form that centres are
/// known to write. Hashes collide: a matcher that is given what was found
/// compares in full.
///
/// The hashes stay the same from version to version, so that they may be
/// written to disk.
///
/// ```
/// use smpp_codec::receipt::matcher::IdForms;
///
/// let response = IdForms::of(b"38601fa");
/// let receipt = IdForms::of(b"0059113978");
/// assert!(receipt.sought().any(|hash| response.kept().any(|kept| kept == hash)));
/// ```
///
/// [`Matcher`]: super::Matcher
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdForms {
    places: Places,
}

impl IdForms {
    /// Of the id of a response or of a receipt.
    #[must_use]
    pub fn of(id: &[u8]) -> Self {
        Self {
            places: Places::of(id),
        }
    }

    /// One or two hashes to keep a message under.
    pub fn kept(&self) -> impl Iterator<Item = u64> + use<> {
        let converted = self.places.converted.map(|hash| hash ^ CONVERTED);
        core::iter::once(self.places.fold).chain(converted)
    }

    /// Two or three hashes to look for a receipt's message under.
    pub fn sought(&self) -> impl Iterator<Item = u64> + use<> {
        let Places { fold, converted } = self.places;
        [fold, fold ^ CONVERTED].into_iter().chain(converted)
    }
}

/// FNV-1a. What it finds is compared in full.
pub(super) fn hash(octets: impl Iterator<Item = u8>) -> u64 {
    octets.fold(0xCBF2_9CE4_8422_2325, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// An address for comparison: the last eight digits of a number, since centres
/// write the same number in national and in international form; other
/// addresses without regard to letter case. `None` for an empty one.
pub(super) fn address(address: &[u8]) -> Option<u64> {
    const TELLING_DIGITS: usize = 8;
    if address.is_empty() {
        return None;
    }
    let is_number = address
        .iter()
        .all(|octet| octet.is_ascii_digit() || *octet == b'+');
    if !is_number {
        return Some(hash(address.iter().map(u8::to_ascii_lowercase)));
    }
    let last = address
        .iter()
        .rev()
        .filter(|octet| octet.is_ascii_digit())
        .take(TELLING_DIGITS);
    Some(hash(last.copied()))
}
