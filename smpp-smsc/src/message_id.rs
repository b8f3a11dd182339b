//! The ids of messages.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::sync::atomic::{self, AtomicU64};
use std::sync::Arc;

use smpp_pdu::{COctetStr, InterfaceVersion};

use crate::Timestamp;

/// The id of a message: an opaque text of at most 64 characters.
#[derive(Clone)]
pub struct MessageId(Text);

/// Octets that stand in the id itself: those of this centre all do.
const SHORT: usize = 22;

/// INVARIANT: printable ASCII. A text that could be short is.
#[derive(Clone)]
enum Text {
    Short { len: u8, octets: [u8; SHORT] },
    Long(Arc<str>),
}

impl MessageId {
    /// An id of this text.
    ///
    /// # Errors
    /// [`InvalidId`] when it is empty, longer than 64 octets, or holds anything
    /// but printable ASCII.
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        let printable = text.bytes().all(|octet| octet.is_ascii_graphic());
        if text.is_empty() || text.len() > 64 || !printable {
            return Err(InvalidId);
        }
        Ok(Self(
            Text::short(text.as_bytes()).unwrap_or_else(|| Text::Long(text.into())),
        ))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Short { .. } => core::str::from_utf8(self.as_bytes()).unwrap_or_default(),
            Text::Long(text) => text,
        }
    }

    fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Text::Short { len, octets } => octets.get(..usize::from(*len)).unwrap_or_default(),
            Text::Long(text) => text.as_bytes(),
        }
    }

    /// Whether a field of 3.3 has room for it: at most 8 characters.
    pub(crate) const fn fits_3_3(&self) -> bool {
        matches!(self.0, Text::Short { len: ..=8, .. })
    }

    /// The id as a field of a PDU.
    #[must_use]
    pub fn as_c_octet_str(&self) -> COctetStr<'_> {
        // Printable ASCII holds no NUL.
        COctetStr::new(self.as_bytes()).unwrap_or_default()
    }
}

impl Text {
    fn short(text: &[u8]) -> Option<Self> {
        let mut octets = [0; SHORT];
        octets.get_mut(..text.len())?.copy_from_slice(text);
        let len = u8::try_from(text.len()).ok()?;
        Some(Self::Short { len, octets })
    }
}

impl PartialEq for MessageId {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for MessageId {}

impl PartialOrd for MessageId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for MessageId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for MessageId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.as_bytes());
        // No octet of an id: where it ends is part of it.
        state.write_u8(0xFF);
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MessageId").field(&self.as_str()).finish()
    }
}

/// A text that cannot be the id of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message id has 1 to 64 characters of printable ASCII")]
pub struct InvalidId;

/// Makes ids that nobody has got before, from this process or from one that
/// started earlier.
#[derive(Debug)]
pub(crate) struct Ids {
    next: AtomicU64,
    next_short: AtomicU64,
}

impl Ids {
    /// Ids that begin with the time, and so behind those of a process that
    /// started earlier, as long as that made fewer than 4,194,304 in each
    /// millisecond of its life. The short ones of 3.3 begin anew after 74 hours,
    /// and give room for 16 in each millisecond.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            next: AtomicU64::new(now.0 << 22 | 1),
            next_short: AtomicU64::new(now.0 << 4 | 1),
        }
    }

    /// The next id: 16 hexadecimal digits, 8 for a peer of 3.3, which takes no
    /// more. The two forms differ in length, and so never meet.
    pub(crate) fn next(&self, version: InterfaceVersion) -> MessageId {
        let next = |counter: &AtomicU64| counter.fetch_add(1, atomic::Ordering::Relaxed);
        if version.normalized() == InterfaceVersion::V3_3 {
            hexadecimal::<8>(next(&self.next_short))
        } else {
            hexadecimal::<16>(next(&self.next))
        }
    }
}

/// The last `DIGITS` digits of a number.
fn hexadecimal<const DIGITS: usize>(mut number: u64) -> MessageId {
    const { assert!(DIGITS <= SHORT) };
    let mut octets = [0; SHORT];
    for place in octets.iter_mut().take(DIGITS).rev() {
        let digit = (number & 0xF) as u8;
        *place = digit + if digit < 10 { b'0' } else { b'a' - 10 };
        number >>= 4;
    }
    let len = DIGITS as u8;
    MessageId(Text::Short { len, octets })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn long_and_short_ids_are_texts_alike() {
        let texts = ["m", "0123456789abcdef012345", "0123456789abcdef0123456"];
        let ids: Vec<MessageId> = texts.iter().map(|id| MessageId::new(id).unwrap()).collect();
        for (id, text) in ids.iter().zip(texts) {
            assert_eq!(id.as_str(), text);
            assert_eq!(id.as_c_octet_str().as_bytes(), text.as_bytes());
            assert_eq!(format!("{id:?}"), format!("MessageId({text:?})"));
            assert_eq!(format!("{id:>30}"), format!("{text:>30}"));
        }
        let mut sorted = ids.clone();
        sorted.sort();
        assert_eq!(sorted, [ids[1].clone(), ids[2].clone(), ids[0].clone()]);
        let set: HashSet<MessageId> = ids.iter().chain(&ids).cloned().collect();
        assert_eq!(set.len(), 3);
        for bad in ["", "two words", "é", &"x".repeat(65)] {
            assert_eq!(MessageId::new(bad), Err(InvalidId), "{bad:?}");
        }
        assert!(MessageId::new(&"x".repeat(64)).is_ok());
    }

    #[test]
    fn ids_are_hexadecimal_and_rise_across_processes() {
        let (v3_3, v5) = (InterfaceVersion::V3_3, InterfaceVersion::V5_0);
        let now = Timestamp(1_700_000_000_000);
        let ids = Ids::new(now);
        assert_eq!(ids.next(v5).as_str(), "62f3f95a00000001");
        assert_eq!(ids.next(v3_3).as_str(), "fe568001");
        let later = Ids::new(Timestamp(now.0 + 1));
        for (version, made) in [(v5, 100_000), (v3_3, 14)] {
            let last = (0..made).map(|_| ids.next(version)).last().unwrap();
            let next = later.next(version);
            assert_eq!(last.as_str().len(), next.as_str().len());
            assert!(last < next, "{last} {next}");
        }
    }
}
