//! Texts that lie in pieces.

use core::fmt;

use super::tokens::{self, Step, Value};
use crate::text::Decoded;

/// A text of a document, read where it lies: a row of pieces.
///
/// It compares with a `str`, shows itself as the text, and
/// [`decode`](Self::decode)s into any [`core::fmt::Write`].
///
/// ```
/// use smpp_codec::wap::{Piece, ReceivedLoad};
///
/// let document = b"\x02\x06\x6A\0\x85\x0A\x03example\0\x85\x03x\0\x01";
/// let load = ReceivedLoad::read(document, &mut |_| {})?;
/// let href = load.href.unwrap();
/// assert_eq!(href, *"http://www.example.com/x");
/// let pieces = [
///     Piece::Token("http://www."),
///     Piece::Text(b"example"),
///     Piece::Token(".com/"),
///     Piece::Text(b"x"),
/// ];
/// assert!(href.iter().eq(pieces));
/// # Ok::<(), smpp_codec::wap::ReadError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Pieces<'a> {
    pub(super) prefix: &'static str,
    /// Values and nothing else.
    pub(super) octets: &'a [u8],
    pub(super) table: &'a [u8],
    pub(super) charset: u32,
    pub(super) attribute: bool,
    pub(super) page: u8,
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Piece<'a> {
    /// Text that the document names by a token, such as `.com/`.
    Token(&'static str),
    /// Octets of the document, in its alphabet.
    Text(&'a [u8]),
    /// A character that the document names by its number.
    Char(char),
}

impl<'a> Pieces<'a> {
    /// The pieces in their order. Those that nobody knows are left out; they
    /// were reported when the document was read.
    #[must_use]
    pub const fn iter(&self) -> PieceIter<'a> {
        PieceIter {
            rest: *self,
            at: 0,
            page: self.page,
        }
    }

    /// Writes the text to `out`. Octets that the alphabet does not know become
    /// U+FFFD and are counted.
    pub fn decode(&self, out: &mut impl fmt::Write) -> Decoded {
        let mut decoded = Decoded::default();
        decoded.cut = self.write(out, &mut decoded.replaced).is_err();
        decoded
    }

    /// Whether there is no piece, or only empty ones.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().all(|piece| match piece {
            Piece::Token(text) => text.is_empty(),
            Piece::Text(octets) => octets.is_empty(),
            Piece::Char(_) => false,
        })
    }

    fn write(&self, out: &mut impl fmt::Write, replaced: &mut usize) -> fmt::Result {
        for piece in self.iter() {
            match piece {
                Piece::Token(text) => out.write_str(text)?,
                Piece::Char(character) => out.write_char(character)?,
                Piece::Text(octets) if self.charset == tokens::LATIN1 => {
                    for octet in octets {
                        out.write_char(char::from(*octet))?;
                    }
                }
                Piece::Text(octets) => {
                    for chunk in octets.utf8_chunks() {
                        out.write_str(chunk.valid())?;
                        if !chunk.invalid().is_empty() {
                            *replaced += 1;
                            out.write_char(char::REPLACEMENT_CHARACTER)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

impl<'a> IntoIterator for Pieces<'a> {
    type Item = Piece<'a>;
    type IntoIter = PieceIter<'a>;

    fn into_iter(self) -> PieceIter<'a> {
        self.iter()
    }
}

impl fmt::Display for Pieces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &mut 0)
    }
}

impl fmt::Debug for Pieces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The same text, whatever its pieces are.
impl PartialEq<str> for Pieces<'_> {
    fn eq(&self, other: &str) -> bool {
        let mut expected = Expected(other);
        let mut replaced = 0;
        self.write(&mut expected, &mut replaced).is_ok() && replaced == 0 && expected.0.is_empty()
    }
}

/// The same text, whatever its pieces are.
impl PartialEq<&str> for Pieces<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

/// Takes only what is expected.
struct Expected<'s>(&'s str);

impl fmt::Write for Expected<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(text).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// The pieces of a text, from [`Pieces::iter`].
#[derive(Clone, Debug)]
pub struct PieceIter<'a> {
    rest: Pieces<'a>,
    at: usize,
    page: u8,
}

impl<'a> Iterator for PieceIter<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let prefix = core::mem::take(&mut self.rest.prefix);
        if !prefix.is_empty() {
            return Some(Piece::Token(prefix));
        }
        let Pieces {
            octets,
            table,
            attribute,
            ..
        } = self.rest;
        loop {
            match tokens::value(octets, self.at, table, attribute, self.page) {
                Step::Value(value, next) => {
                    self.at = next;
                    match value {
                        Value::Text(text) => return Some(Piece::Text(text)),
                        Value::Known(text) => return Some(Piece::Token(text)),
                        Value::Entity(number) => match char::from_u32(number) {
                            Some(character) => return Some(Piece::Char(character)),
                            None => continue,
                        },
                        Value::Page(page) => self.page = page,
                        Value::Opaque(_) | Value::Missing(_) | Value::Unknown(_) => {}
                    }
                }
                Step::Unended(text) => {
                    self.at = octets.len();
                    return Some(Piece::Text(text));
                }
                Step::Cut | Step::Other => return None,
            }
        }
    }
}
