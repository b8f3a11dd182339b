//! Which encoding suits a text.

use core::fmt;

use smpp_pdu::udh::{NationalLanguage, SegmentUnit, room};

use super::encode::{Shown, Size};
use super::transliteration_tables::REPLACEMENTS;
use super::{Encoding, NationalShift, Unencodable};

/// What [`choose_with`] may choose from.
///
/// ```
/// use smpp_codec::text::{ChooseOptions, Encoding, choose_with};
///
/// let options = ChooseOptions {
///     candidates: &[Encoding::Gsm7, Encoding::Latin1, Encoding::Ucs2],
///     ..ChooseOptions::default()
/// };
/// let choice = choose_with("Ça va? À bientôt", &options)?;
/// assert_eq!(choice.encoding, Encoding::Latin1);
/// assert_eq!(
///     choice.to_string(),
///     "ISO-8859-1 because of 2 characters, the first À at 7",
/// );
/// # Ok::<(), smpp_codec::text::Unencodable>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChooseOptions<'a> {
    /// The encodings that the peer and its phones understand, the preferred
    /// one first. By default the GSM alphabet, unpacked, and UCS-2: every GSM
    /// phone reads those two.
    pub candidates: &'a [Encoding],
    /// The languages whose shift tables may be used: for each, the single
    /// shift, the locking shift, and both. None by default, as not every phone
    /// knows them. They are tried in the form (packed or not) of the first GSM
    /// alphabet among the candidates.
    pub national: &'a [NationalLanguage],
    /// Whether typographic quotes, dashes, spaces and signs may be replaced by
    /// what the preferred encoding has, where that makes the message smaller.
    /// Off by default, because it changes the text; the choice tells when it
    /// was done.
    pub transliterate: bool,
}

impl ChooseOptions<'_> {
    /// The GSM alphabet or UCS-2, the text as it is.
    pub const DEFAULT: Self = Self {
        candidates: &[Encoding::Gsm7, Encoding::Ucs2],
        national: &[],
        transliterate: false,
    };
}

impl Default for ChooseOptions<'_> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// An encoding, and why it is not a smaller one. `Display` says both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// The chosen encoding.
    pub encoding: Encoding,
    /// What the preferred encoding, the first candidate, has not; `None` if it
    /// was chosen, or would do as well but is longer.
    pub reason: Option<Reason>,
    /// What is to be replaced before encoding; `None` when nothing is. See
    /// [`Choice::write_text`].
    pub transliterated: Option<Reason>,
    /// The first candidate, when it has all characters but is longer.
    pub longer: Option<Encoding>,
}

/// Characters that stand in the way of an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reason {
    /// The first of them.
    pub character: char,
    /// How many characters of the text stand before it.
    pub index: usize,
    /// How many of them the text has, repetitions counted.
    pub count: usize,
    /// The encoding that has them not.
    pub missing_in: Encoding,
}

/// `one character: ’ at 17`, or `3 characters, the first ’ at 17`. What is no
/// visible character shows as `U+200B`.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (character, index) = (Shown(self.character), self.index);
        match self.count {
            1 => write!(f, "one character: {character} at {index}"),
            count => write!(f, "{count} characters, the first {character} at {index}"),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.encoding)?;
        if let Some(reason) = self.reason {
            write!(f, " because of {reason}")?;
        }
        if let Some(longer) = self.longer {
            write!(f, " because it is shorter than {longer}")?;
        }
        if let Some(transliterated) = self.transliterated {
            write!(f, " with replacements for {transliterated}")?;
        }
        Ok(())
    }
}

impl Choice {
    /// Writes the text that is to be encoded: with replacements if the choice
    /// has them, else as it is.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write_text(&self, text: &str, out: &mut impl fmt::Write) -> fmt::Result {
        if self.transliterated.is_none() {
            return out.write_str(text);
        }
        for character in text.chars() {
            match replacement(self.encoding, character) {
                Some(replacement) => out.write_str(replacement)?,
                None => out.write_char(character)?,
            }
        }
        Ok(())
    }

    /// The text that is to be encoded, as [`write_text`](Self::write_text).
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> alloc::borrow::Cow<'t, str> {
        if self.transliterated.is_none() {
            return text.into();
        }
        let mut replaced = alloc::string::String::with_capacity(text.len());
        // A string takes everything.
        let _ = self.write_text(text, &mut replaced);
        replaced.into()
    }
}

/// What stands in for a character that the encoding has not; `None` when it
/// has it, or has no replacement either.
///
/// ```
/// use smpp_codec::text::{Encoding, replacement};
///
/// assert_eq!(replacement(Encoding::Gsm7, '…'), Some("..."));
/// assert_eq!(replacement(Encoding::Gsm7, 'é'), None);
/// assert_eq!(replacement(Encoding::Ucs2, '…'), None);
/// ```
#[must_use]
pub fn replacement(encoding: Encoding, character: char) -> Option<&'static str> {
    if encoding.has(character) {
        return None;
    }
    let found = REPLACEMENTS.binary_search_by_key(&character, |&(from, _)| from);
    let (_, to) = REPLACEMENTS.get(found.ok()?)?;
    to.chars().all(|c| encoding.has(c)).then_some(*to)
}

/// The smallest of the GSM 7-bit alphabet and UCS-2 that loses nothing.
///
/// ```
/// use smpp_codec::text::{Encoding, choose};
///
/// assert_eq!(choose("Costs 5 €").to_string(), "GSM 7-bit");
///
/// let choice = choose("Tomorrow, or so it’s said");
/// assert_eq!(choice.encoding, Encoding::Ucs2);
/// assert_eq!(choice.to_string(), "UCS-2 because of one character: ’ at 18");
/// ```
#[must_use]
pub fn choose(text: &str) -> Choice {
    choose_with(text, &ChooseOptions::DEFAULT).unwrap_or(Choice {
        // Not reached: UCS-2 has all characters.
        encoding: Encoding::Ucs2,
        reason: None,
        transliterated: None,
        longer: None,
    })
}

/// The smallest encoding among those that the options allow and that lose
/// nothing. Smallest is the message with the fewest octets in the air: septets
/// packed, and with the header that announces national tables in each part of
/// a longer message. Of equal ones the first candidate wins, and national
/// tables come last.
///
/// # Errors
/// [`Unencodable`] when no candidate has all characters: about the one that
/// gets furthest.
///
/// ```
/// use smpp_codec::text::{ChooseOptions, choose_with};
/// use smpp_pdu::udh::NationalLanguage;
///
/// let options = ChooseOptions {
///     national: &[NationalLanguage::TURKISH],
///     transliterate: true,
///     ..ChooseOptions::default()
/// };
/// let text = "Yarın akşam görüşürüz, iyi günler dilerim";
/// assert_eq!(
///     choose_with(text, &options)?.to_string(),
///     "GSM 7-bit with TURKISH locking shift because of 3 characters, the first ı at 3",
/// );
/// let choice = choose_with("“Quoted” – and so on …", &options)?;
/// assert_eq!(
///     choice.to_string(),
///     "GSM 7-bit with replacements for 4 characters, the first “ at 0",
/// );
/// let mut text = String::new();
/// choice.write_text("“Quoted” – and so on …", &mut text).expect("grows");
/// assert_eq!(text, "\"Quoted\" - and so on ...");
/// # Ok::<(), smpp_codec::text::Unencodable>(())
/// ```
pub fn choose_with(text: &str, options: &ChooseOptions<'_>) -> Result<Choice, Unencodable> {
    let mut search = Search {
        text,
        best: None,
        furthest: None,
    };
    let mut candidates = options.candidates.iter().copied();
    let first = candidates.next().unwrap_or(Encoding::Ucs2);
    search.offer(first);
    let first_cost = search.best.map(|(_, cost)| cost);
    for candidate in candidates {
        // UCS-2 is never smaller than the alphabet of septets.
        let hopeless = first_cost.is_some()
            && first.unit() == SegmentUnit::Septets
            && first.national().is_none()
            && candidate.unit() == SegmentUnit::Ucs2;
        if !hopeless {
            search.offer(candidate);
        }
    }
    let gsm = options
        .candidates
        .iter()
        .find(|candidate| candidate.unit() == SegmentUnit::Septets);
    if let Some(gsm) = gsm {
        for &language in options.national {
            for shift in [
                NationalShift::single(language),
                NationalShift::locking(language),
                NationalShift::both(language),
            ] {
                if shift.without_unknown() == shift {
                    search.offer(gsm.with_national(shift));
                }
            }
        }
    }
    if options.transliterate
        && first_cost.is_none()
        && let Some((cost, replaced)) = transliterated(first, text)
        && search.best.is_none_or(|(_, best)| cost < best)
    {
        return Ok(Choice {
            encoding: first,
            reason: None,
            transliterated: Some(replaced),
            longer: None,
        });
    }
    let Some((encoding, _)) = search.best else {
        return Err(search.furthest.unwrap_or(Unencodable {
            // Not reached: without a best one, one was refused.
            character: char::REPLACEMENT_CHARACTER,
            index: 0,
            offset: 0,
            encoding: first,
        }));
    };
    Ok(Choice {
        encoding,
        reason: match (encoding == first, first_cost) {
            (false, None) => reason(first, text, |character| !first.has(character)),
            _ => None,
        },
        transliterated: None,
        longer: (encoding != first && first_cost.is_some()).then_some(first),
    })
}

struct Search<'t> {
    text: &'t str,
    best: Option<(Encoding, usize)>,
    furthest: Option<Unencodable>,
}

impl Search<'_> {
    fn offer(&mut self, encoding: Encoding) {
        match encoding.size(self.text) {
            Ok(size) => {
                let cost = cost(encoding, size);
                if self.best.is_none_or(|(_, best)| cost < best) {
                    self.best = Some((encoding, cost));
                }
            }
            Err(error) => {
                if self.furthest.is_none_or(|far| error.offset > far.offset) {
                    self.furthest = Some(error);
                }
            }
        }
    }
}

/// Octets in the air, headers for national tables included.
fn cost(encoding: Encoding, size: Size) -> usize {
    let unit = encoding.unit();
    let elements = encoding.national().header_octets();
    let header = if elements == 0 { 0 } else { elements + 1 };
    let octets = match unit {
        SegmentUnit::Octets => size.units,
        SegmentUnit::Septets => (size.units * 7).div_ceil(8),
        SegmentUnit::Ucs2 => size.units * 2,
    };
    if size.units <= room(header, unit) {
        return octets + header;
    }
    // Behind the 6 octets of the concatenation there is a UDHL already.
    octets + size.units.div_ceil(room(6 + elements, unit)) * elements
}

fn transliterated(encoding: Encoding, text: &str) -> Option<(usize, Reason)> {
    let mut size = Size::default();
    for character in text.chars() {
        let mut buffer = [0; 4];
        let written: &str = match replacement(encoding, character) {
            Some(written) => written,
            None => character.encode_utf8(&mut buffer),
        };
        size.units += encoding.size(written).ok()?.units;
    }
    let replaced = reason(encoding, text, |character| !encoding.has(character))?;
    Some((cost(encoding, size), replaced))
}

fn reason(encoding: Encoding, text: &str, counts: impl Fn(char) -> bool) -> Option<Reason> {
    let mut missing = text.chars().enumerate().filter(|&(_, c)| counts(c));
    let (index, character) = missing.next()?;
    Some(Reason {
        character,
        index,
        count: 1 + missing.count(),
        missing_in: encoding,
    })
}
