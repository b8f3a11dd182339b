//! What is written, and in which pieces.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;

use bytes::{Buf, BytesMut};
use tokio::io::AsyncWrite;
use tokio::time::Instant;

/// Room that is kept between bursts whatever they were.
const KEPT: usize = 16 * 1024;

/// The octets that are to be written: whole PDUs, but for the first.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) octets: BytesMut,
    /// Most octets that one write may hold; `None`: any number.
    record: Option<usize>,
    /// Octets of a record that was written in part.
    started: usize,
    /// Octets were written and not flushed.
    needs_flush: bool,
    /// What was written since there was nothing left.
    burst: usize,
    /// Since when the peer has taken nothing of what waits.
    waits_since: Option<Instant>,
}

impl Output {
    pub(super) fn new(record: Option<usize>) -> Self {
        Self {
            octets: BytesMut::new(),
            record,
            started: 0,
            needs_flush: false,
            burst: 0,
            waits_since: None,
        }
    }

    /// Whether everything has left.
    pub(super) fn is_done(&self) -> bool {
        self.octets.is_empty() && !self.needs_flush
    }

    /// Since when the peer has taken nothing of what waits for it; `None` where
    /// nothing waits.
    pub(super) const fn waits_since(&self) -> Option<Instant> {
        self.waits_since
    }

    /// Gives up what was not written.
    pub(super) fn clear(&mut self) {
        self.octets.clear();
        self.waits_since = None;
        self.started = 0;
        self.needs_flush = false;
    }

    /// Writes what the stream takes, and says whether that was anything.
    pub(super) fn poll_write<T: AsyncWrite>(
        &mut self,
        cx: &mut Context<'_>,
        mut stream: Pin<&mut T>,
    ) -> io::Result<bool> {
        let mut done = false;
        while !self.octets.is_empty() {
            let piece = self.piece();
            match stream.as_mut().poll_write(cx, piece) {
                Poll::Pending => {
                    self.waits_since.get_or_insert_with(Instant::now);
                    return Ok(done);
                }
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(n)) => {
                    self.started = piece.len().saturating_sub(n);
                    self.octets.advance(n);
                    self.waits_since = None;
                    self.needs_flush = true;
                    self.burst += n;
                }
                Poll::Ready(Err(error)) => return Err(error),
            }
            done = true;
        }
        self.give_back_room();
        if self.needs_flush {
            match stream.poll_flush(cx) {
                Poll::Pending => return Ok(done),
                Poll::Ready(flushed) => flushed?,
            }
            self.needs_flush = false;
            done = true;
        }
        Ok(done)
    }

    /// What the next write may hold.
    fn piece(&self) -> &[u8] {
        let end = match self.record {
            None => self.octets.len(),
            Some(_) if self.started > 0 => self.started,
            Some(limit) => whole_pdus(&self.octets, limit),
        };
        self.octets.get(..end).unwrap_or(&self.octets)
    }

    /// Room for bursts is kept while bursts come: an idle connection gives it
    /// back with its next small write.
    fn give_back_room(&mut self) {
        let burst = core::mem::take(&mut self.burst);
        if burst > 0 && self.octets.capacity() > KEPT && burst < self.octets.capacity() / 16 {
            self.octets = BytesMut::new();
        }
    }
}

/// The length of as many PDUs as fit into `limit` octets, one at least.
fn whole_pdus(octets: &[u8], limit: usize) -> usize {
    let mut end = 0;
    while let Some(rest) = octets.get(end..)
        && let Some(length) = rest.first_chunk()
    {
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let next = end.saturating_add(length);
        // What was appended is whole. A length of nothing would never end.
        if length == 0 || next > octets.len() || (end > 0 && next > limit) {
            break;
        }
        end = next;
    }
    if end == 0 { octets.len() } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_where_pdus_end() {
        let mut octets = std::vec::Vec::new();
        for length in [16_u8, 20, 40, 16] {
            octets.extend([0, 0, 0, length]);
            octets.resize(octets.len() + usize::from(length) - 4, 1);
        }
        for (limit, end) in [
            (1, 16),
            (16, 16),
            (35, 16),
            (36, 36),
            (91, 76),
            (92, 92),
            (99, 92),
        ] {
            assert_eq!(whole_pdus(&octets, limit), end, "{limit}");
        }
        assert_eq!(
            whole_pdus(&octets[36..], 20),
            40,
            "one that is longer goes alone"
        );
    }
}
