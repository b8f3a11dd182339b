//! The Japanese and Korean alphabets, with the tables of `encoding_rs`.

use core::fmt;

use encoding_rs::{DecoderResult, EUC_KR, EncoderResult, SHIFT_JIS};

use super::Encoding;
use super::encode::Written;

const fn of(encoding: Encoding) -> Option<&'static encoding_rs::Encoding> {
    match encoding {
        Encoding::Jis => Some(SHIFT_JIS),
        Encoding::KsC5601 => Some(EUC_KR),
        _ => None,
    }
}

/// The octets of a character, if the standard that SMPP names has it; what
/// vendors added to it later is read but not written.
pub(super) fn write(encoding: Encoding, character: char) -> Option<Written> {
    // The table writes these as something else.
    if matches!(character, '\u{A5}' | '\u{203E}' | '\u{2212}') && encoding == Encoding::Jis {
        return None;
    }
    let mut utf8 = [0; 4];
    let mut octets = [0; 4];
    let (result, _, len) = of(encoding)?
        .new_encoder()
        .encode_from_utf8_without_replacement(character.encode_utf8(&mut utf8), &mut octets, true);
    let standard = match (encoding, octets) {
        (_, [_, ..]) if len == 1 => true,
        (Encoding::Jis, [lead, ..]) => lead != 0x87 && lead <= 0xEA,
        (_, [lead, trail, ..]) => lead >= 0xA1 && trail >= 0xA1,
    };
    (result == EncoderResult::InputEmpty && standard).then_some(Written::Octets(octets, len))
}

/// Reads octets that may be cut anywhere.
pub(super) struct Reader(encoding_rs::Decoder);

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reader")
            .field(&self.0.encoding().name())
            .finish()
    }
}

impl Reader {
    pub(super) fn of(encoding: Encoding) -> Option<Self> {
        let encoding = of(encoding)?;
        Some(Self(encoding.new_decoder_without_bom_handling()))
    }

    /// Hands on the characters, `None` for octets that are none.
    pub(super) fn push(&mut self, octets: &[u8], last: bool, mut each: impl FnMut(Option<char>)) {
        let mut left = octets;
        let mut utf8 = [0; 64];
        loop {
            let (result, read, written) = self
                .0
                .decode_to_utf8_without_replacement(left, &mut utf8, last);
            left = left.get(read..).unwrap_or_default();
            let text = core::str::from_utf8(utf8.get(..written).unwrap_or_default());
            text.unwrap_or_default().chars().for_each(|c| each(Some(c)));
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => each(None),
            }
        }
    }
}
