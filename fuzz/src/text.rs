//! Texts in all alphabets.

use std::fmt;

use smpp_codec::SliceBuf;
use smpp_codec::text::{
    Choice, ChooseOptions, DefaultAlphabet, EncodeTextError, Encoding, NationalShift, TextDecoder,
    Unencodable, choose, choose_with,
};
use smpp_pdu::udh::{NationalLanguage, SegmentUnit, room};
use smpp_pdu::{DataCoding, MessageClass, NetworkType};

use crate::source::Source;

/// Texts are cut here, so that a long input is not read in vain under every
/// encoding.
const MOST_OCTETS: usize = 1_200;

/// The encodings without national language tables.
pub(crate) const PLAIN: [Encoding; 11] = [
    Encoding::Gsm7,
    Encoding::Gsm7Packed,
    Encoding::Ascii,
    Encoding::Latin1,
    Encoding::Cyrillic,
    Encoding::Hebrew,
    Encoding::Ucs2,
    Encoding::Ucs2Bmp,
    Encoding::Jis,
    Encoding::KsC5601,
    Encoding::Binary,
];

/// Any octets are a text in any encoding, with an honest account of what is
/// replaced and cut; what an encoding takes, it gives back; and the chosen
/// encoding takes the text in as few octets as any candidate.
///
/// The input starts with the choices: two languages, a place where the octets
/// are cut, and the candidates. The rest is octets to be read, and in three
/// ways a text to be written.
pub fn text(data: &[u8]) {
    let mut source = Source::new(data);
    let shift = shift(&mut source);
    let cut = source.u8();
    let options = Options::read(&mut source);
    let octets = source.rest();
    let octets = &octets[..octets.len().min(MOST_OCTETS)];

    let encodings: Vec<Encoding> = PLAIN
        .into_iter()
        .chain([Encoding::Gsm7, Encoding::Gsm7Packed].map(|gsm| gsm.with_national(shift)))
        .collect();
    for &encoding in &encodings {
        read(encoding, octets, cut.into());
    }
    let texts = [
        String::from_utf8_lossy(octets).into_owned(),
        Encoding::Gsm7
            .with_national(shift)
            .decode_to_string(octets)
            .0,
        Encoding::Ucs2.decode_to_string(octets).0,
    ];
    for text in &texts {
        for &encoding in &encodings {
            write(encoding, text);
        }
        choose_for(text, &options);
    }
    let coding = DataCoding(cut);
    for default in DefaultAlphabet::ALL {
        for network in [NetworkType::GSM, NetworkType::IS_95_CDMA] {
            let encoding = Encoding::of_data_coding_in(coding, default, network);
            assert!(encoding.national().is_none());
        }
    }
}

/// Languages that have tables, some that have one only, and one that has none.
fn language(source: &mut Source<'_>) -> Option<NationalLanguage> {
    match source.below(16) {
        0 => None,
        language => Some(NationalLanguage(language as u8)),
    }
}

pub(crate) fn shift(source: &mut Source<'_>) -> NationalShift {
    NationalShift {
        locking: language(source),
        single: language(source),
    }
}

pub(crate) fn encoding(source: &mut Source<'_>) -> Encoding {
    let encoding = source.one_of(&PLAIN);
    encoding.with_national(shift(source))
}

/// Takes characters up to a number of octets.
struct Narrow {
    text: String,
    left: usize,
}

impl fmt::Write for Narrow {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.left = self.left.checked_sub(text.len()).ok_or(fmt::Error)?;
        self.text.push_str(text);
        Ok(())
    }
}

fn read(encoding: Encoding, octets: &[u8], cut: usize) {
    let (text, decoded) = encoding.decode_to_string(octets);
    assert!(!decoded.cut, "a string takes everything");
    let marks = text.matches(char::REPLACEMENT_CHARACTER).count();
    // Units of 16 bits can spell that character, too.
    match encoding.unit() {
        SegmentUnit::Ucs2 => assert!(decoded.replaced <= marks),
        _ => assert_eq!(decoded.replaced, marks, "{encoding}"),
    }
    assert_eq!(decoded.is_exact(), decoded.replaced == 0);

    let mut narrow = Narrow {
        text: String::new(),
        left: cut,
    };
    let account = encoding.decode(octets, &mut narrow);
    assert!(text.starts_with(&narrow.text), "{encoding}");
    assert_eq!(account.replaced, decoded.replaced, "{encoding}");
    assert_eq!(account.cut, text.len() > cut, "{encoding}");
    assert_eq!(account.cut, text.len() > narrow.text.len(), "{encoding}");

    // Packed septets start anew in each piece.
    if !encoding.is_packed() {
        let (front, back) = octets.split_at(cut.min(octets.len()));
        let mut pieces = String::new();
        let mut decoder = TextDecoder::new(encoding);
        for piece in front.chunks(1).chain([back]) {
            decoder.push(piece, &mut pieces);
        }
        assert_eq!(decoder.finish(&mut pieces), decoded, "{encoding}");
        assert_eq!(pieces, text, "{encoding}");
    }
}

fn write(encoding: Encoding, text: &str) {
    let mut out = vec![0xAA];
    let result = encoding.encode(text, &mut out);
    let len = match encoding.encoded_len(text) {
        Ok(len) => len,
        Err(error) => {
            unencodable(error, encoding, text);
            assert_eq!(result, Err(EncodeTextError::Unencodable(error)));
            assert_eq!(out, [0xAA], "nothing is written");
            return;
        }
    };
    assert_eq!(result, Ok(len), "{encoding}: {text:?}");
    let octets = &out[1..];
    assert_eq!(octets.len(), len, "{encoding}: {text:?}");
    assert!(text.chars().all(|character| encoding.has(character)));
    gives(encoding, octets, text);

    if let Some(room) = len.checked_sub(1) {
        let mut short = vec![0xAA; room];
        let no_room = EncodeTextError::NoRoom { need: len, room };
        let result = encoding.encode(text, &mut SliceBuf::new(&mut short));
        assert_eq!(result, Err(no_room));
        assert!(
            short.iter().all(|octet| *octet == 0xAA),
            "nothing is written"
        );
    }
    // What announces the encoding is read as one that gives the same text.
    if encoding.national().is_none() {
        for default in DefaultAlphabet::ALL {
            if let Some(coding) = encoding.data_coding_for(default) {
                gives(Encoding::of_data_coding(coding, default), octets, text);
            }
        }
        if let Some(flash) = encoding.data_coding_with_class(MessageClass::Class0) {
            let default = match encoding.is_packed() {
                true => DefaultAlphabet::Gsm7Packed,
                false => DefaultAlphabet::Latin1,
            };
            gives(Encoding::of_data_coding(flash, default), octets, text);
        }
    }
}

fn gives(encoding: Encoding, octets: &[u8], text: &str) {
    let (read, decoded) = encoding.decode_to_string(octets);
    assert_eq!(read, text, "{encoding}: {octets:02x?}");
    assert!(decoded.is_exact(), "{encoding}: {octets:02x?}");
}

fn unencodable(error: Unencodable, encoding: Encoding, text: &str) {
    let (before, from) = text.split_at(error.offset);
    assert_eq!(error.encoding, encoding);
    assert_eq!(from.chars().next(), Some(error.character));
    assert_eq!(before.chars().count(), error.index);
    assert!(!encoding.has(error.character) && encoding.encoded_len(before).is_ok());
    assert!(!error.to_string().is_empty());
}

struct Options {
    candidates: Vec<Encoding>,
    national: Vec<NationalLanguage>,
    transliterate: bool,
}

impl Options {
    fn read(source: &mut Source<'_>) -> Self {
        let candidates = (0..source.below(5)).map(|_| encoding(source)).collect();
        let national = (0..source.below(3))
            .filter_map(|_| language(source))
            .collect();
        Self {
            candidates,
            national,
            transliterate: source.flag(),
        }
    }

    /// All that may be chosen, in the order of preference.
    fn allowed(&self) -> Vec<Encoding> {
        let mut allowed = self.candidates.clone();
        if allowed.is_empty() {
            allowed.push(Encoding::Ucs2);
        }
        let gsm = self
            .candidates
            .iter()
            .find(|e| e.unit() == SegmentUnit::Septets);
        for &language in &self.national {
            let tables = [
                NationalShift::single(language),
                NationalShift::locking(language),
                NationalShift::both(language),
            ];
            allowed.extend(gsm.into_iter().flat_map(|gsm| {
                let known = tables
                    .iter()
                    .filter(|shift| shift.without_unknown() == **shift);
                known.map(|shift| gsm.with_national(*shift))
            }));
        }
        allowed
    }
}

fn choose_for(text: &str, options: &Options) {
    let choice = choose(text);
    assert!(
        choice.encoding.encoded_len(text).is_ok(),
        "{choice}: {text:?}"
    );
    let narrow = Encoding::Gsm7.encoded_len(text).is_ok();
    assert_eq!(choice.encoding == Encoding::Gsm7, narrow, "{text:?}");

    let allowed = options.allowed();
    let first = allowed[0];
    let best = allowed
        .iter()
        .filter_map(|&encoding| Some((octets_in_the_air(encoding, text)?, encoding)))
        .min_by_key(|(octets, _)| *octets);
    let result = choose_with(
        text,
        &ChooseOptions {
            candidates: &options.candidates,
            national: &options.national,
            transliterate: options.transliterate,
        },
    );
    match result {
        Ok(choice) => {
            assert!(!choice.to_string().is_empty());
            let written = choice.text(text);
            let octets = octets_in_the_air(choice.encoding, &written);
            let octets = octets.unwrap_or_else(|| panic!("{choice} does not take {text:?}"));
            match (choice.transliterated, best) {
                (None, best) => {
                    assert_eq!(
                        (written.as_ref(), best),
                        (text, Some((octets, choice.encoding)))
                    );
                }
                (Some(_), best) => {
                    assert!(options.transliterate && choice.encoding == first);
                    assert!(best.is_none_or(|(best, _)| octets < best));
                }
            }
            why(&choice, first, text);
        }
        Err(error) => {
            assert_eq!(best, None, "{text:?} has an encoding");
            assert!(allowed.contains(&error.encoding));
            unencodable(error, error.encoding, text);
        }
    }
}

/// The reasons that a choice gives are true.
fn why(choice: &Choice, first: Encoding, text: &str) {
    let missing = text
        .chars()
        .filter(|character| !first.has(*character))
        .count();
    let reason = choice.reason.or(choice.transliterated);
    assert_eq!(reason.map_or(0, |reason| reason.count), missing);
    if let Some(reason) = reason {
        assert_eq!(text.chars().nth(reason.index), Some(reason.character));
        assert_eq!(reason.missing_in, first);
    }
    let passed_over = missing == 0 && choice.encoding != first;
    assert_eq!(choice.longer, passed_over.then_some(first));
}

/// The octets of a message that a phone gets, with the elements that announce
/// national language tables in each part; `None` for a text that the encoding
/// has not.
fn octets_in_the_air(encoding: Encoding, text: &str) -> Option<usize> {
    let shift = encoding.national();
    // One septet an octet, whether packed or not.
    let units = match encoding.unit() {
        SegmentUnit::Septets => Encoding::Gsm7.with_national(shift).encoded_len(text).ok()?,
        SegmentUnit::Octets => encoding.encoded_len(text).ok()?,
        SegmentUnit::Ucs2 => encoding.encoded_len(text).ok()? / 2,
    };
    let octets = match encoding.unit() {
        SegmentUnit::Septets => (units * 7).div_ceil(8),
        SegmentUnit::Octets => units,
        SegmentUnit::Ucs2 => units * 2,
    };
    let elements = shift.header_octets();
    let header = elements + usize::from(elements > 0) /* UDHL */;
    if units <= room(header, encoding.unit()) {
        return Some(header + octets);
    }
    let parts = units.div_ceil(room(6 + elements, encoding.unit()));
    Some(octets + parts * elements)
}
