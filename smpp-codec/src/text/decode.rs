//! Octets to characters.

use core::fmt;

use super::gsm7::{self, Alphabet, ESCAPE};
use super::{Encoding, iso8859};

/// What came of decoding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded {
    /// How many U+FFFD stand for octets that the encoding does not know.
    pub replaced: usize,
    /// Whether the destination refused text, because it has a fixed size; what
    /// followed is missing.
    pub cut: bool,
}

impl Decoded {
    /// Whether the text is there in full and without replacements.
    #[must_use]
    pub const fn is_exact(self) -> bool {
        self.replaced == 0 && !self.cut
    }
}

impl Encoding {
    /// Writes the text of the octets to `out`. Octets do not make this fail:
    /// what the encoding does not know becomes U+FFFD and is counted.
    ///
    /// Behind an escape of the GSM alphabet that has no character there, the
    /// character without escape is taken, and for a second escape a space
    /// (3GPP TS 23.038, 6.2.1.1); neither is counted.
    ///
    /// ```
    /// use smpp_codec::text::Encoding;
    ///
    /// let mut text = heapless::String::<32>::new();
    /// let decoded = Encoding::Gsm7.decode(b"\x1Be 5 \xFF", &mut text);
    /// assert_eq!(text, "€ 5 \u{FFFD}");
    /// assert_eq!(decoded.replaced, 1);
    /// ```
    pub fn decode(self, octets: &[u8], out: &mut impl fmt::Write) -> Decoded {
        let mut decoder = TextDecoder::new(self);
        decoder.push(octets, out);
        decoder.finish(out)
    }

    /// The text of the octets, as [`decode`](Self::decode).
    ///
    /// ```
    /// use smpp_codec::text::Encoding;
    ///
    /// let (text, decoded) = Encoding::Ucs2.decode_to_string(b"\x20\xAC\0");
    /// assert_eq!((text.as_str(), decoded.replaced), ("€\u{FFFD}", 1));
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[must_use]
    pub fn decode_to_string(self, octets: &[u8]) -> (alloc::string::String, Decoded) {
        let mut text = alloc::string::String::with_capacity(octets.len());
        let decoded = self.decode(octets, &mut text);
        (text, decoded)
    }
}

/// Decodes a text that comes in pieces, cut anywhere: a foreign sender may
/// have parted an escape from its character, or two surrogates.
///
/// ```
/// use smpp_codec::text::{Encoding, TextDecoder};
///
/// let mut text = String::new();
/// let mut decoder = TextDecoder::new(Encoding::Gsm7);
/// decoder.push(b"10 \x1B", &mut text);
/// decoder.push(b"e", &mut text);
/// assert!(decoder.finish(&mut text).is_exact());
/// assert_eq!(text, "10 €");
/// ```
#[derive(Debug)]
pub struct TextDecoder {
    encoding: Encoding,
    pending: Pending,
    decoded: Decoded,
    #[cfg(feature = "cjk")]
    cjk: Option<super::cjk::Reader>,
}

/// What waits for the next octet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    Nothing,
    Escape,
    /// The first octet of a unit.
    Octet(u8),
    /// The first of two surrogates.
    High(u16),
    /// The first of two surrogates and an octet of what should be the second.
    HighOctet(u16, u8),
}

/// Where the characters go, with the account of them.
struct Target<'t, W> {
    out: &'t mut W,
    decoded: &'t mut Decoded,
}

impl<W: fmt::Write> Target<'_, W> {
    #[inline]
    fn char(&mut self, character: char) {
        if !self.decoded.cut && self.out.write_char(character).is_err() {
            self.decoded.cut = true;
        }
    }

    fn replacement(&mut self) {
        self.decoded.replaced += 1;
        self.char(char::REPLACEMENT_CHARACTER);
    }

    #[inline]
    fn option(&mut self, character: Option<char>) {
        match character {
            Some(character) => self.char(character),
            None => self.replacement(),
        }
    }
}

impl TextDecoder {
    /// A decoder at the start of a text.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            pending: Pending::Nothing,
            decoded: Decoded::default(),
            #[cfg(feature = "cjk")]
            cjk: super::cjk::Reader::of(encoding),
        }
    }

    /// Goes on with other national language tables, which are announced for
    /// each part of a long message anew. Other changes have no effect.
    pub fn set_encoding(&mut self, encoding: Encoding) {
        if encoding.unit() == self.encoding.unit()
            && encoding.is_packed() == self.encoding.is_packed()
        {
            self.encoding = self.encoding.with_national(encoding.national());
        }
    }

    /// The text of the next octets. Of packed septets each piece is a whole
    /// part that starts with an octet.
    pub fn push(&mut self, octets: &[u8], out: &mut impl fmt::Write) {
        self.push_behind(0, octets, out);
    }

    /// The text of the octets behind a user data header of `header_octets`
    /// octets, UDHL included: packed septets start at a multiple of seven bits.
    pub fn push_behind(&mut self, header_octets: usize, octets: &[u8], out: &mut impl fmt::Write) {
        let mut target = Target {
            out,
            decoded: &mut self.decoded,
        };
        match self.encoding {
            Encoding::Gsm7 | Encoding::Gsm7National(_) => {
                let alphabet = Alphabet::of(self.encoding.national());
                for &octet in octets {
                    self.pending = septet(alphabet, self.pending, octet, &mut target);
                }
            }
            Encoding::Gsm7Packed | Encoding::Gsm7NationalPacked(_) => {
                let alphabet = Alphabet::of(self.encoding.national());
                for octet in gsm7::unpack_text(octets, gsm7::fill_bits(header_octets)) {
                    self.pending = septet(alphabet, self.pending, octet, &mut target);
                }
            }
            Encoding::Ascii => {
                for &octet in octets {
                    target.option(octet.is_ascii().then_some(char::from(octet)));
                }
            }
            Encoding::Latin1 => {
                for &octet in octets {
                    target.char(char::from(octet));
                }
            }
            Encoding::Cyrillic => {
                for &octet in octets {
                    target.char(iso8859::cyrillic_char(octet));
                }
            }
            Encoding::Hebrew => {
                for &octet in octets {
                    target.option(iso8859::hebrew_char(octet));
                }
            }
            Encoding::Ucs2 => {
                for &octet in octets {
                    self.pending = utf16(self.pending, octet, &mut target);
                }
            }
            Encoding::Ucs2Bmp => {
                for &octet in octets {
                    self.pending = match self.pending {
                        Pending::Octet(high) => {
                            let unit = u16::from_be_bytes([high, octet]);
                            target.option(char::from_u32(u32::from(unit)));
                            Pending::Nothing
                        }
                        _ => Pending::Octet(octet),
                    };
                }
            }
            #[cfg(feature = "cjk")]
            Encoding::Jis | Encoding::KsC5601 => {
                if let Some(reader) = &mut self.cjk {
                    reader.push(octets, false, |character| target.option(character));
                }
            }
            Encoding::Binary => {
                for _ in octets {
                    target.replacement();
                }
            }
        }
    }

    /// Ends the text: what waits for a next octet is replaced.
    pub fn finish(mut self, out: &mut impl fmt::Write) -> Decoded {
        let mut target = Target {
            out,
            decoded: &mut self.decoded,
        };
        match self.pending {
            Pending::Nothing => {}
            Pending::Escape | Pending::Octet(_) | Pending::High(_) => target.replacement(),
            Pending::HighOctet(..) => {
                target.replacement();
                target.replacement();
            }
        }
        #[cfg(feature = "cjk")]
        if let Some(reader) = &mut self.cjk {
            reader.push(&[], true, |character| target.option(character));
        }
        self.decoded
    }
}

#[inline]
fn septet<W: fmt::Write>(
    alphabet: Alphabet,
    pending: Pending,
    octet: u8,
    target: &mut Target<'_, W>,
) -> Pending {
    if pending == Pending::Escape {
        target.option(alphabet.shifted_char(octet));
    } else if octet == ESCAPE {
        return Pending::Escape;
    } else {
        target.option(alphabet.char(octet));
    }
    Pending::Nothing
}

fn utf16<W: fmt::Write>(pending: Pending, octet: u8, target: &mut Target<'_, W>) -> Pending {
    let (high, unit) = match pending {
        Pending::Nothing | Pending::Escape => return Pending::Octet(octet),
        Pending::High(high) => return Pending::HighOctet(high, octet),
        Pending::Octet(first) => (None, u16::from_be_bytes([first, octet])),
        Pending::HighOctet(high, first) => (Some(high), u16::from_be_bytes([first, octet])),
    };
    match (high, unit) {
        (Some(high), 0xDC00..=0xDFFF) => {
            let pair = char::decode_utf16([high, unit]).next();
            target.option(pair.and_then(Result::ok));
            return Pending::Nothing;
        }
        (Some(_), _) => target.replacement(),
        (None, _) => {}
    }
    match unit {
        0xD800..=0xDBFF => Pending::High(unit),
        _ => {
            target.option(char::from_u32(u32::from(unit)));
            Pending::Nothing
        }
    }
}
