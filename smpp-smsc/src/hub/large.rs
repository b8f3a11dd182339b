//! Large requests that are not answered yet.

use std::collections::VecDeque;

use smpp_pdu::SequenceNumber;

/// Octets of requests from which on they are looked after one by one. The window of
/// the peer bounds the others.
const LARGE: usize = 4096;

/// Octets of large requests that may wait for their answers. With more, the peer is
/// not read: a disk, or a handler, that stalls must not fill the memory.
const MAX_LARGE: usize = 16 * 1024 * 1024;

/// The large requests of one connection, while they wait for their answers.
#[derive(Debug, Default)]
pub(crate) struct LargeRequests {
    waiting: VecDeque<(SequenceNumber, usize)>,
    octets: usize,
}

impl LargeRequests {
    /// A request came.
    #[inline]
    pub(crate) fn came(&mut self, number: SequenceNumber, octets: usize) {
        if octets >= LARGE {
            self.waiting.push_back((number, octets));
            self.octets += octets;
        }
    }

    /// A request was answered, which may have been a large one.
    pub(crate) fn answered(&mut self, number: SequenceNumber) {
        let mut waiting = self.waiting.iter();
        if let Some(at) = waiting.position(|(large, _)| *large == number)
            && let Some((_, octets)) = self.waiting.remove(at)
        {
            self.octets -= octets;
        }
    }

    /// Whether more may come.
    pub(crate) const fn has_room(&self) -> bool {
        self.octets < MAX_LARGE
    }
}
