//! One direction of a TCP connection, put in order again.

use std::collections::BTreeMap;

/// Octets that wait for others before them, at most.
const WAITING: usize = 1 << 20;

/// Segments of the connection that may come before a hole is given up that its
/// receiver does not see: packets can be recorded a little out of order.
const PATIENCE: u32 = 8;

/// The same, where nothing says whether the receiver has the octets.
const LONG_PATIENCE: u32 = 256;

/// What comes out, in the order of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Octets(Vec<u8>),
    /// So many octets were not captured.
    Gap(u64),
}

/// The octets of one direction. Positions count from the first octet that is
/// seen; they do not wrap.
#[derive(Default)]
pub(super) struct Stream {
    /// The number of the SYN, where there was one.
    syn: Option<u32>,
    /// The sequence number that belongs to `position`.
    next: Option<u32>,
    position: u64,
    waiting: BTreeMap<u64, Vec<u8>>,
    waiting_octets: usize,
    /// Segments since there is a hole.
    waited: u32,
    /// How far the receiver says it has everything.
    acknowledged: u64,
}

impl Stream {
    /// The octet after a SYN is the first.
    pub(super) fn start(&mut self, sequence: u32) {
        *self = Self {
            syn: Some(sequence),
            next: Some(sequence.wrapping_add(1)),
            ..Self::default()
        };
    }

    pub(super) fn has_started(&self) -> bool {
        self.next.is_some()
    }

    /// Whether a SYN with this number starts another connection.
    pub(super) fn is_restarted_by(&self, sequence: u32) -> bool {
        // A SYN that is sent twice is the same one.
        self.has_started() && self.syn != Some(sequence)
    }

    /// Takes a segment of this direction; `missing` octets behind it were not
    /// kept.
    pub(super) fn segment(&mut self, sequence: u32, data: &[u8], missing: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if data.is_empty() && missing == 0 {
            return pieces;
        }
        let next = *self.next.get_or_insert(sequence);
        // The difference of two numbers that wrap is right up to 2 GiB.
        let ahead = i64::from(sequence.wrapping_sub(next).cast_signed());
        let Some(start) = self.position.checked_add_signed(ahead) else {
            return pieces;
        };
        if start > self.position {
            self.keep(start, data);
        } else {
            self.advance(start, data, &mut pieces);
            if missing > 0 {
                let end = start + (data.len() + missing) as u64;
                if end > self.position {
                    pieces.push(self.skip_to(end));
                }
            }
        }
        self.take_waiting(&mut pieces);
        if self.waiting_octets > WAITING {
            self.give_up(&mut pieces);
        }
        pieces
    }

    /// The receiver has everything up to here.
    pub(super) fn acknowledge(&mut self, number: u32) {
        if let Some(next) = self.next {
            let ahead = i64::from(number.wrapping_sub(next).cast_signed());
            let acknowledged = self.position.saturating_add_signed(ahead);
            self.acknowledged = self.acknowledged.max(acknowledged);
        }
    }

    /// A segment of the connection, of either direction, has passed.
    pub(super) fn tick(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let Some((start, _)) = self.waiting.first_key_value() else {
            self.waited = 0;
            return pieces;
        };
        let received = self.acknowledged >= *start;
        self.waited += 1;
        if self.waited >= LONG_PATIENCE || (received && self.waited >= PATIENCE) {
            self.give_up(&mut pieces);
        }
        pieces
    }

    /// Nothing comes any more: what waits comes out, with its gaps.
    pub(super) fn finish(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        while !self.waiting.is_empty() {
            self.give_up(&mut pieces);
        }
        pieces
    }

    fn keep(&mut self, start: u64, data: &[u8]) {
        let kept = self.waiting.get(&start).map_or(0, Vec::len);
        if data.len() > kept {
            self.waiting_octets += data.len() - kept;
            self.waiting.insert(start, data.to_vec());
        }
    }

    /// Takes octets that start at or before the position.
    fn advance(&mut self, start: u64, data: &[u8], pieces: &mut Vec<Piece>) {
        let known = usize::try_from(self.position - start).unwrap_or(usize::MAX);
        // Sent again: the octets are there already.
        if let Some(new) = data.get(known..).filter(|new| !new.is_empty()) {
            self.move_by(new.len() as u64);
            pieces.push(Piece::Octets(new.to_vec()));
        }
    }

    fn take_waiting(&mut self, pieces: &mut Vec<Piece>) {
        while let Some(first) = self.waiting.first_entry() {
            if *first.key() > self.position {
                return;
            }
            let (start, data) = first.remove_entry();
            self.waiting_octets -= data.len();
            self.waited = 0;
            self.advance(start, &data, pieces);
        }
    }

    /// Goes on behind the first hole.
    fn give_up(&mut self, pieces: &mut Vec<Piece>) {
        if let Some((start, _)) = self.waiting.first_key_value() {
            let start = *start;
            pieces.push(self.skip_to(start));
            self.take_waiting(pieces);
        }
    }

    fn skip_to(&mut self, position: u64) -> Piece {
        let gap = position - self.position;
        self.move_by(gap);
        Piece::Gap(gap)
    }

    fn move_by(&mut self, octets: u64) {
        self.position += octets;
        // Sequence numbers wrap.
        self.next = self.next.map(|next| next.wrapping_add(octets as u32));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(text: &[u8]) -> Piece {
        Piece::Octets(text.to_vec())
    }

    fn started() -> Stream {
        let mut stream = Stream::default();
        // The numbers wrap inside the first segments.
        stream.start(u32::MAX - 2);
        stream
    }

    const FIRST: u32 = u32::MAX - 1;

    #[test]
    fn what_is_sent_again_or_overlaps_comes_out_once() {
        let mut stream = started();
        assert_eq!(stream.segment(FIRST, b"abcd", 0), [octets(b"abcd")]);
        assert_eq!(stream.segment(FIRST, b"abcd", 0), []);
        assert_eq!(
            stream.segment(FIRST.wrapping_add(2), b"cdef", 0),
            [octets(b"ef")]
        );
        assert_eq!(stream.segment(FIRST.wrapping_add(1), b"b", 0), []);
    }

    #[test]
    fn what_comes_too_early_waits() {
        let mut stream = started();
        assert_eq!(stream.segment(FIRST.wrapping_add(4), b"ef", 0), []);
        assert_eq!(stream.segment(FIRST.wrapping_add(2), b"cde", 0), []);
        assert_eq!(
            stream.segment(FIRST, b"ab", 0),
            [octets(b"ab"), octets(b"cde"), octets(b"f")]
        );
        assert_eq!(stream.waiting_octets, 0);
    }

    #[test]
    fn a_hole_that_the_receiver_does_not_see_is_a_gap() {
        let mut stream = started();
        assert_eq!(stream.segment(FIRST.wrapping_add(4), b"ef", 0), []);
        stream.acknowledge(FIRST.wrapping_add(6));
        let ticks: Vec<_> = (0..PATIENCE).flat_map(|_| stream.tick()).collect();
        assert_eq!(ticks, [Piece::Gap(4), octets(b"ef")]);
        // The first segment comes too late.
        assert_eq!(stream.segment(FIRST, b"abcd", 0), []);
    }

    #[test]
    fn what_was_not_kept_of_a_packet_is_a_gap() {
        let mut stream = started();
        assert_eq!(
            stream.segment(FIRST, b"ab", 3),
            [octets(b"ab"), Piece::Gap(3)]
        );
        assert_eq!(
            stream.segment(FIRST.wrapping_add(5), b"f", 0),
            [octets(b"f")]
        );
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut stream = started();
        let data = vec![0; 60_000];
        for at in 1..100u32 {
            stream.segment(FIRST.wrapping_add(at * 70_000), &data, 0);
            assert!(stream.waiting_octets <= WAITING + data.len());
        }
        assert!(matches!(stream.finish().as_slice(), [Piece::Gap(_), ..]));
        assert_eq!(stream.waiting_octets, 0);
    }
}
