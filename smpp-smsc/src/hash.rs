//! A hash for names that this process gives itself.

use core::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use std::collections::{HashMap, HashSet};

/// A map by ids that no peer chooses: nobody can make them collide, so that the
/// protection of the standard hash is not paid for.
pub(crate) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// The hash of something that is made of such ids and of numbers.
pub(crate) fn hash_of(one: &impl Hash) -> u64 {
    BuildHasherDefault::<IdHasher>::default().hash_one(one)
}

/// A set of such ids.
pub(crate) type IdSet<K> = HashSet<K, BuildHasherDefault<IdHasher>>;

/// The upper half of the hash is mixed from all octets. The lower half, which
/// chooses the place in a table, is mixed too, but for texts of 16 octets it is
/// the number that their last eight hexadecimal digits are: ids of messages that
/// came together stand together, where one access to memory serves many.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdHasher {
    mixed: u64,
    place: Option<u64>,
}

impl IdHasher {
    #[inline]
    fn add(&mut self, word: u64) {
        // Any odd number without a pattern does.
        let product = u128::from(self.mixed ^ word) * 0x9E37_79B9_7F4A_7C15;
        self.mixed = (product as u64) ^ ((product >> 64) as u64);
    }
}

/// The number of eight hexadecimal digits; of any other octets, some number.
#[inline]
fn number(digits: [u8; 8]) -> u64 {
    let digits = u64::from_be_bytes(digits);
    // Letters have the bit 0x40, and 1 in place of 10.
    let letters = digits >> 6 & 0x0101_0101_0101_0101;
    let digits = (digits & 0x0F0F_0F0F_0F0F_0F0F).wrapping_add(letters * 9);
    let digits = (digits | digits >> 4) & 0x00FF_00FF_00FF_00FF;
    let digits = (digits | digits >> 8) & 0x0000_FFFF_0000_FFFF;
    (digits | digits >> 16) & 0xFFFF_FFFF
}

impl Hasher for IdHasher {
    #[inline]
    fn write(&mut self, octets: &[u8]) {
        let (words, rest) = octets.as_chunks::<8>();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        if let ([_, last], []) = (words, rest) {
            self.place = Some(number(*last));
            return;
        }
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        // Texts of different length must differ, zeros at the end or not.
        self.add(u64::from_le_bytes(last) ^ (octets.len() as u64) << 56);
    }

    #[inline]
    fn write_u8(&mut self, number: u8) {
        self.add(number.into());
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.add(number);
    }

    #[inline]
    fn finish(&self) -> u64 {
        match self.place {
            None => self.mixed,
            Some(place) => self.mixed & !0xFFFF_FFFF | place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets<T: Hash>(values: impl Iterator<Item = T>) -> usize {
        let build = BuildHasherDefault::<IdHasher>::default();
        let used: HashSet<u64> = values.map(|one| build.hash_one(one) % 4096).collect();
        used.len()
    }

    #[test]
    fn digits_are_read_as_their_number() {
        for value in [0, 1, 9, 10, 15, 0x1234_5678, 0x9ABC_DEF0, 0xFFFF_FFFF_u64] {
            let text: [u8; 8] = format!("{value:08x}").as_bytes().try_into().unwrap();
            assert_eq!(number(text), value);
        }
    }

    #[test]
    fn ids_that_follow_each_other_are_spread() {
        // 4,096 random values meet about 2,589 of as many buckets.
        let of_numbers = buckets(0..4096_u64);
        let of_texts = buckets((0..4096).map(|id| format!("{id:08x}")));
        let of_long_texts = buckets((0..4096).map(|id| format!("{id:020x}")));
        for used in [of_numbers, of_texts, of_long_texts] {
            assert!(used > 2400, "{of_numbers} {of_texts} {of_long_texts}");
        }
        let of_ids = buckets((0..4096).map(|id| crate::MessageKey {
            id: crate::MessageId::new(&format!("{id:016x}")).unwrap(),
            part: 0,
        }));
        assert_eq!(of_ids, 4096);
    }
}
