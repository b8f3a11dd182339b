//! Single octets to a buffer that takes slices.

use crate::OutBuf;

/// Collects octets and hands them on a few dozen at a time.
pub(crate) struct Sink<'o, O> {
    out: &'o mut O,
    chunk: [u8; 64],
    len: usize,
    written: usize,
}

impl<'o, O: OutBuf> Sink<'o, O> {
    pub(crate) const fn new(out: &'o mut O) -> Self {
        Self {
            out,
            chunk: [0; 64],
            len: 0,
            written: 0,
        }
    }

    #[inline]
    pub(crate) fn put(&mut self, octet: u8) {
        if self.len == self.chunk.len() {
            self.flush();
        }
        if let Some(place) = self.chunk.get_mut(self.len) {
            *place = octet;
            self.len += 1;
        }
    }

    fn flush(&mut self) {
        self.out.put(self.chunk.get(..self.len).unwrap_or_default());
        self.written += self.len;
        self.len = 0;
    }

    /// Hands on what is left and gives the number of all octets.
    pub(crate) fn finish(mut self) -> usize {
        self.flush();
        self.written
    }
}
