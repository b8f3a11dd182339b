//! The numbers by which the parts of a message find each other.

use std::sync::{Mutex, PoisonError};

use crate::OwnedAddress;

/// Counters; destinations share one by their hash. 256 KiB, once there is a
/// message of several parts.
const SLOTS: usize = 65_536;

/// Gives reference numbers that one destination does not see twice in a row of
/// messages: each destination has a counter. Of 8-bit references 256 differ, of
/// 16-bit ones 65,536.
#[derive(Debug)]
pub(crate) struct References {
    /// Where counting starts, so that a new process does not repeat the last
    /// numbers of the one before.
    start: u16,
    /// Messages that were numbered, by slot.
    counted: Mutex<Vec<u32>>,
}

impl References {
    pub(crate) fn new() -> Self {
        Self {
            start: fastrand::u16(..),
            counted: Mutex::new(Vec::new()),
        }
    }

    /// A number for one message to all of these. `modulus` is how many numbers
    /// differ.
    pub(crate) fn next<'a>(
        &self,
        to: impl Iterator<Item = &'a OwnedAddress> + Clone,
        modulus: u32,
    ) -> u16 {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.is_empty() {
            counted.resize(SLOTS, 0);
        }
        let of = |address: &OwnedAddress| slot(address.as_bytes());
        let last = |counted: &[u32], at: usize| counted.get(at).copied().unwrap_or_default();
        let highest = to.clone().map(|to| last(&counted, of(to))).max();
        let mut next = highest.unwrap_or_default().wrapping_add(1);
        // Several destinations have counted differently far: a number that is
        // new by count may look like the last one of one of them.
        for _ in 0..modulus {
            let repeats = |to| last(&counted, of(to)) % modulus == next % modulus;
            if !to.clone().any(repeats) {
                break;
            }
            next = next.wrapping_add(1);
        }
        for to in to {
            if let Some(slot) = counted.get_mut(of(to)) {
                *slot = next;
            }
        }
        let [.., high, low] = next.to_be_bytes();
        self.start.wrapping_add(u16::from_be_bytes([high, low]))
    }
}

/// FNV-1a, folded to a slot.
fn slot(octets: &[u8]) -> usize {
    let hash = octets.iter().fold(0x811C_9DC5_u32, |hash, &octet| {
        (hash ^ u32::from(octet)).wrapping_mul(0x0100_0193)
    });
    usize::from((hash >> 16) as u16 ^ hash as u16)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_destination_sees_every_number_before_one_again() {
        let references = References::new();
        let [a, b] = ["+447700900123", "+447700900124"].map(OwnedAddress::from);
        let mut seen = HashSet::new();
        for at in 0..256 {
            // What others get in between does not matter.
            for _ in 0..at % 3 {
                references.next([&b].into_iter(), 256);
            }
            seen.insert(references.next([&a].into_iter(), 256) as u8);
        }
        assert_eq!(seen.len(), 256);
    }

    #[test]
    fn a_number_for_many_repeats_the_last_of_none() {
        let references = References::new();
        let to: Vec<OwnedAddress> = (0..20)
            .map(|at| OwnedAddress::from(format!("+4477009001{at:02}")))
            .collect();
        let mut last = vec![None; to.len()];
        for round in 0..600_usize {
            let one = round * 7 % to.len();
            // One is far ahead of the others now and then.
            for _ in 0..if round % 50 == 0 { 256 } else { 1 } {
                last[one] = Some(references.next([&to[one]].into_iter(), 256) as u8);
            }
            let number = references.next(to.iter(), 256) as u8;
            assert!(!last.contains(&Some(number)), "round {round}");
            last = vec![Some(number); to.len()];
        }
    }
}
