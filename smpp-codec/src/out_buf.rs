//! Buffers that the caller owns.

/// A buffer that octets are appended to: `BytesMut`, `Vec<u8>`,
/// `heapless::Vec<u8, N>`, or [`SliceBuf`] over a `&mut [u8]`.
pub trait OutBuf {
    /// How many more octets it takes; `usize::MAX` when it grows.
    fn room(&self) -> usize;

    /// Prepares for `additional` octets. Buffers of fixed size need nothing.
    fn reserve(&mut self, additional: usize) {
        let _ = additional;
    }

    /// Appends octets. What exceeds [`OutBuf::room`] is not taken; callers ask
    /// for the room first.
    fn put(&mut self, octets: &[u8]);
}

impl<B: OutBuf + ?Sized> OutBuf for &mut B {
    #[inline]
    fn room(&self) -> usize {
        (**self).room()
    }

    #[inline]
    fn reserve(&mut self, additional: usize) {
        (**self).reserve(additional);
    }

    #[inline]
    fn put(&mut self, octets: &[u8]) {
        (**self).put(octets);
    }
}

/// A buffer that can be read back: what a [`Framer`](crate::Framer) collects
/// the pieces of a PDU in.
pub trait Buffer: OutBuf {
    /// What was appended so far.
    fn as_slice(&self) -> &[u8];

    /// Forgets everything.
    fn clear(&mut self);
}

/// Appends to a slice from its start.
///
/// ```
/// use smpp_codec::{Buffer, OutBuf, SliceBuf};
///
/// let mut storage = [0; 8];
/// let mut out = SliceBuf::new(&mut storage);
/// out.put(&[1, 2, 3]);
/// assert_eq!(out.as_slice(), [1, 2, 3]);
/// assert_eq!(out.room(), 5);
/// ```
#[derive(Debug)]
pub struct SliceBuf<'b> {
    octets: &'b mut [u8],
    len: usize,
}

impl<'b> SliceBuf<'b> {
    /// An empty buffer of as many octets as the slice has.
    #[must_use]
    pub const fn new(octets: &'b mut [u8]) -> Self {
        Self { octets, len: 0 }
    }
}

impl OutBuf for SliceBuf<'_> {
    #[inline]
    fn room(&self) -> usize {
        self.octets.len() - self.len
    }

    #[inline]
    fn put(&mut self, octets: &[u8]) {
        let end = self.len + octets.len();
        if let Some(place) = self.octets.get_mut(self.len..end) {
            place.copy_from_slice(octets);
            self.len = end;
        }
    }
}

impl Buffer for SliceBuf<'_> {
    fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or(&[])
    }

    fn clear(&mut self) {
        self.len = 0;
    }
}

impl<const N: usize> OutBuf for heapless::Vec<u8, N> {
    fn room(&self) -> usize {
        N - self.len()
    }

    fn put(&mut self, octets: &[u8]) {
        // Beyond the room nothing is taken, by contract.
        let _ = self.extend_from_slice(octets);
    }
}

impl<const N: usize> Buffer for heapless::Vec<u8, N> {
    fn as_slice(&self) -> &[u8] {
        self
    }

    fn clear(&mut self) {
        self.clear();
    }
}

#[cfg(feature = "alloc")]
mod growing {
    use alloc::vec::Vec;
    use bytes::BytesMut;

    use super::{Buffer, OutBuf};

    macro_rules! growing {
        ($($Type:ty),*) => {$(
            impl OutBuf for $Type {
                fn room(&self) -> usize {
                    usize::MAX
                }

                #[inline]
                fn reserve(&mut self, additional: usize) {
                    self.reserve(additional);
                }

                #[inline]
                fn put(&mut self, octets: &[u8]) {
                    self.extend_from_slice(octets);
                }
            }

            impl Buffer for $Type {
                fn as_slice(&self) -> &[u8] {
                    self
                }

                fn clear(&mut self) {
                    self.clear();
                }
            }
        )*};
    }

    growing!(Vec<u8>, BytesMut);
}
