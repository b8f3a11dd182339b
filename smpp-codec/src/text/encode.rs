//! Characters to octets.

use core::fmt;

use super::gsm7::{
    Alphabet, CARRIAGE_RETURN, ESCAPE, Packer, Septets, fill_bits, packed_len, with_filler,
};
use super::sink::Sink;
use super::{Encoding, iso8859};
use crate::OutBuf;

/// A character that an encoding has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unencodable {
    /// The first such character.
    pub character: char,
    /// How many characters stand before it.
    pub index: usize,
    /// How many octets of UTF-8 stand before it.
    pub offset: usize,
    /// What it cannot be written in.
    pub encoding: Encoding,
}

impl fmt::Display for Unencodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (encoding, index) = (self.encoding, self.index);
        let character = Shown(self.character);
        write!(f, "{encoding} has no {character} (at {index})")
    }
}

impl core::error::Error for Unencodable {}

/// Why a text was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeTextError {
    /// A character has no place in the encoding.
    Unencodable(Unencodable),
    /// The buffer is too small.
    NoRoom {
        /// Octets that the text takes.
        need: usize,
        /// Octets that the buffer takes.
        room: usize,
    },
}

impl From<Unencodable> for EncodeTextError {
    fn from(error: Unencodable) -> Self {
        Self::Unencodable(error)
    }
}

impl fmt::Display for EncodeTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unencodable(error) => error.fmt(f),
            Self::NoRoom { need, room } => {
                write!(f, "the text has {need} octets, the buffer takes {room}")
            }
        }
    }
}

impl core::error::Error for EncodeTextError {}

/// A character as people can see it: itself, or its number where it is no
/// visible character of its own.
pub(super) struct Shown(pub(super) char);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let character = self.0;
        let quoted = matches!(character, '\'' | '"' | '\\');
        let visible = quoted || character.escape_debug().len() == 1;
        if visible && !character.is_whitespace() {
            fmt::Write::write_char(f, character)
        } else {
            write!(f, "U+{:04X}", u32::from(character))
        }
    }
}

/// How the characters of an encoding are written; what is looked up once for a
/// text.
#[derive(Clone, Copy)]
pub(crate) enum Writer {
    Septets(Alphabet),
    Packed(Alphabet),
    Octets(fn(char) -> Option<u8>),
    Utf16,
    Bmp,
    #[cfg(feature = "cjk")]
    Cjk(Encoding),
    Nothing,
}

/// A character in the octets of an encoding.
pub(crate) enum Written {
    Septets(Septets),
    /// The first `usize` octets.
    Octets([u8; 4], usize),
}

impl Written {
    /// Septets, octets or units of 16 bits.
    pub(crate) const fn units(&self, wide: bool) -> usize {
        match self {
            Self::Septets(septets) => septets.count(),
            Self::Octets(_, len) if wide => *len / 2,
            Self::Octets(_, len) => *len,
        }
    }
}

impl Writer {
    pub(crate) fn of(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Gsm7 => Self::Septets(Alphabet::DEFAULT),
            Encoding::Gsm7Packed => Self::Packed(Alphabet::DEFAULT),
            Encoding::Gsm7National(shift) => Self::Septets(Alphabet::of(shift)),
            Encoding::Gsm7NationalPacked(shift) => Self::Packed(Alphabet::of(shift)),
            Encoding::Ascii => Self::Octets(ascii_octet),
            Encoding::Latin1 => Self::Octets(latin1_octet),
            Encoding::Cyrillic => Self::Octets(iso8859::cyrillic_octet),
            Encoding::Hebrew => Self::Octets(iso8859::hebrew_octet),
            Encoding::Ucs2 => Self::Utf16,
            Encoding::Ucs2Bmp => Self::Bmp,
            #[cfg(feature = "cjk")]
            Encoding::Jis | Encoding::KsC5601 => Self::Cjk(encoding),
            Encoding::Binary => Self::Nothing,
        }
    }

    #[inline]
    pub(crate) fn write(self, character: char) -> Option<Written> {
        match self {
            Self::Septets(alphabet) | Self::Packed(alphabet) => {
                alphabet.septets(character).map(Written::Septets)
            }
            Self::Octets(octet) => Some(Written::Octets([octet(character)?, 0, 0, 0], 1)),
            Self::Utf16 => Some(utf16(character)),
            Self::Bmp => (character <= '\u{FFFF}').then(|| utf16(character)),
            #[cfg(feature = "cjk")]
            Self::Cjk(encoding) => super::cjk::write(encoding, character),
            Self::Nothing => None,
        }
    }
}

fn ascii_octet(character: char) -> Option<u8> {
    u8::try_from(character).ok().filter(u8::is_ascii)
}

fn latin1_octet(character: char) -> Option<u8> {
    u8::try_from(character).ok()
}

fn utf16(character: char) -> Written {
    let mut units = [0; 2];
    let len = character.encode_utf16(&mut units).len() * 2;
    let [first, second] = units.map(u16::to_be_bytes);
    Written::Octets([first[0], first[1], second[0], second[1]], len)
}

/// The size of a text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Size {
    /// Septets, octets or units of 16 bits.
    pub(crate) units: usize,
    /// The carriage returns at the end, counted for packed septets only.
    pub(crate) returns: usize,
}

impl Size {
    #[inline]
    pub(crate) fn add(&mut self, units: usize, is_return: bool) {
        self.units += units;
        self.returns = if is_return { self.returns + 1 } else { 0 };
    }

    /// Octets behind a header of `header` octets.
    pub(crate) fn octets(self, encoding: Encoding, header: usize) -> usize {
        match encoding {
            Encoding::Ucs2 | Encoding::Ucs2Bmp => self.units * 2,
            _ if encoding.is_packed() => packed_len(self.filled(header), fill_bits(header)),
            _ => self.units,
        }
    }

    /// Septets with the filler of packed text behind a header.
    pub(crate) const fn filled(self, header: usize) -> usize {
        with_filler(self.units, self.returns, fill_bits(header))
    }
}

impl Encoding {
    /// Octets that a text takes, exactly.
    ///
    /// # Errors
    /// [`Unencodable`], the first character that the encoding has not.
    pub fn encoded_len(self, text: &str) -> Result<usize, Unencodable> {
        self.size(text).map(|size| size.octets(self, 0))
    }

    /// Whether the encoding has a character.
    #[must_use]
    pub fn has(self, character: char) -> bool {
        Writer::of(self).write(character).is_some()
    }

    pub(crate) fn size(self, text: &str) -> Result<Size, Unencodable> {
        let writer = Writer::of(self);
        let wide = matches!(self, Self::Ucs2 | Self::Ucs2Bmp);
        let mut size = Size::default();
        for (offset, character) in text.char_indices() {
            match writer.write(character) {
                Some(written) => size.add(written.units(wide), character == '\r'),
                None => {
                    let before = text.get(..offset).unwrap_or_default();
                    return Err(Unencodable {
                        character,
                        index: before.chars().count(),
                        offset,
                        encoding: self,
                    });
                }
            }
        }
        Ok(size)
    }

    /// Appends a text to `out` and gives the number of octets. Nothing is
    /// appended in case of an error.
    ///
    /// # Errors
    /// [`EncodeTextError`] when the encoding has not all characters, or `out`
    /// has not enough room.
    ///
    /// ```
    /// use smpp_codec::SliceBuf;
    /// use smpp_codec::text::{EncodeTextError, Encoding};
    ///
    /// let mut octets = [0; 4];
    /// Encoding::Ucs2.encode("Hi", &mut SliceBuf::new(&mut octets))?;
    /// assert_eq!(octets, [0, b'H', 0, b'i']);
    ///
    /// let error = Encoding::Gsm7.encoded_len("I’m").unwrap_err();
    /// assert_eq!(error.to_string(), "GSM 7-bit has no ’ (at 1)");
    /// # Ok::<(), EncodeTextError>(())
    /// ```
    pub fn encode(self, text: &str, out: &mut impl OutBuf) -> Result<usize, EncodeTextError> {
        let size = self.size(text)?;
        let need = size.octets(self, 0);
        let room = out.room();
        if need > room {
            return Err(EncodeTextError::NoRoom { need, room });
        }
        out.reserve(need);
        Ok(self.write_behind(text, size, 0, out))
    }

    /// Writes a text that was measured, behind a header of `header` octets.
    pub(crate) fn write_behind(
        self,
        text: &str,
        size: Size,
        header: usize,
        out: &mut impl OutBuf,
    ) -> usize {
        let mut sink = Sink::new(out);
        match Writer::of(self) {
            Writer::Septets(alphabet) => {
                for septets in text.chars().filter_map(|c| alphabet.septets(c)) {
                    if septets.is_shifted() {
                        sink.put(ESCAPE);
                    }
                    sink.put(septets.last());
                }
            }
            Writer::Packed(alphabet) => {
                let mut packer = Packer::new(fill_bits(header));
                for septets in text.chars().filter_map(|c| alphabet.septets(c)) {
                    if septets.is_shifted() {
                        packer.put(ESCAPE, &mut sink);
                    }
                    packer.put(septets.last(), &mut sink);
                }
                for _ in size.units..size.filled(header) {
                    packer.put(CARRIAGE_RETURN, &mut sink);
                }
                packer.finish(&mut sink);
            }
            writer => {
                for character in text.chars() {
                    if let Some(Written::Octets(octets, len)) = writer.write(character) {
                        for &octet in octets.iter().take(len) {
                            sink.put(octet);
                        }
                    }
                }
            }
        }
        sink.finish()
    }
}
