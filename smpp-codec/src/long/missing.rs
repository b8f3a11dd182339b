//! Which parts of a message are not there yet.

use core::fmt;

/// The numbers of the parts that are missing, and of how many.
///
/// ```
/// use smpp_codec::long::Missing;
///
/// let mut missing = Missing::all(9);
/// missing.remove(1);
/// missing.remove(3);
/// assert_eq!(missing.len(), 7);
/// assert_eq!(missing.iter().next(), Some(2));
/// assert_eq!(missing.to_string(), "2, 4-9 of 9");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Missing {
    bits: [u64; 4],
    total: u8,
}

impl Missing {
    /// All parts of a message of `total` parts.
    #[must_use]
    pub fn all(total: u8) -> Self {
        let mut missing = Self {
            bits: [0; 4],
            total,
        };
        for part in 1..=total {
            if let Some(word) = missing.bits.get_mut(usize::from(part / 64)) {
                *word |= 1 << (part % 64);
            }
        }
        missing
    }

    /// Takes a part off the list; whether it was on it.
    pub fn remove(&mut self, part: u8) -> bool {
        let was = self.contains(part);
        if let Some(word) = self.bits.get_mut(usize::from(part / 64)) {
            *word &= !(1 << (part % 64));
        }
        was
    }

    /// Whether a part is missing.
    #[must_use]
    pub fn contains(&self, part: u8) -> bool {
        self.bits
            .get(usize::from(part / 64))
            .is_some_and(|word| word >> (part % 64) & 1 == 1)
    }

    /// How many parts are missing.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bits
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// Whether nothing is missing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self.bits, [0, 0, 0, 0])
    }

    /// How many parts the message has.
    #[must_use]
    pub const fn total(&self) -> u8 {
        self.total
    }

    /// The numbers, from 1, in order.
    #[must_use]
    pub const fn iter(&self) -> MissingIter {
        MissingIter { left: *self }
    }
}

impl IntoIterator for &Missing {
    type Item = u8;
    type IntoIter = MissingIter;

    fn into_iter(self) -> MissingIter {
        self.iter()
    }
}

/// The numbers of missing parts.
#[derive(Clone, Debug)]
pub struct MissingIter {
    left: Missing,
}

impl Iterator for MissingIter {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (index, word) = (0_u8..)
            .zip(&mut self.left.bits)
            .find(|(_, word)| **word != 0)?;
        let bit = word.trailing_zeros() as u8;
        *word &= *word - 1;
        Some(index * 64 + bit)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left.len(), Some(self.left.len()))
    }
}

impl ExactSizeIterator for MissingIter {}
impl core::iter::FusedIterator for MissingIter {}

/// `2, 4-9 of 9`, or `none of 9`.
impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut numbers = self.iter().peekable();
        if numbers.peek().is_none() {
            f.write_str("none")?;
        }
        let mut comma = "";
        while let Some(first) = numbers.next() {
            let mut last = first;
            while let Some(next) = numbers.next_if(|&next| next - last == 1) {
                last = next;
            }
            write!(f, "{comma}{first}")?;
            if last > first {
                write!(f, "-{last}")?;
            }
            comma = ", ";
        }
        write!(f, " of {}", self.total)
    }
}

impl fmt::Debug for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Missing({self})")
    }
}
