//! Finds the keys of a receipt text.

use smpp_pdu::MessageState;
use smpp_pdu::time::TimeOptions;

use super::date;
use super::finding::{ReceiptFinding, ReceiptFindingKind as Kind, ReceiptFindings};
use super::text::{ReceiptKey, ReceiptText};

/// What the place between two fields is called in a finding.
const WHOLE: &str = "short_message";

pub(super) fn scan<'a, F: ReceiptFindings + ?Sized>(
    raw: &'a [u8],
    findings: &mut F,
) -> Option<ReceiptText<'a>> {
    let nuls = raw.iter().rev().take_while(|&&octet| octet == 0).count();
    let text = raw.get(..raw.len() - nuls).unwrap_or_default();
    let mut scan = Scan {
        text,
        found: ReceiptText::empty(raw),
        last: None,
        findings,
    };
    let start = scan.next_key(0)?;
    let prefix = text.get(..start.at).unwrap_or_default();
    if !prefix.is_empty() {
        let kind = if prefix.iter().all(u8::is_ascii_whitespace) {
            Kind::Separator
        } else {
            Kind::Prefix { len: start.at }
        };
        scan.report(0, WHOLE, kind);
    }
    scan.run(start);
    if nuls > 0 {
        scan.report(text.len(), WHOLE, Kind::TrailingNuls { count: nuls });
    }
    for key in ReceiptKey::ALL {
        if scan.found.field(key).is_none() {
            scan.report(text.len(), key.name(), Kind::Missing);
        }
    }
    Some(scan.found)
}

/// A key in the text.
#[derive(Clone, Copy)]
struct Hit {
    at: usize,
    /// Where its value starts.
    value: usize,
    key: ReceiptKey,
    renamed: bool,
}

struct Scan<'a, 'f, F: ?Sized> {
    text: &'a [u8],
    found: ReceiptText<'a>,
    last: Option<ReceiptKey>,
    findings: &'f mut F,
}

impl<'a, F: ReceiptFindings + ?Sized> Scan<'a, '_, F> {
    fn report(&mut self, offset: usize, field: &'static str, kind: Kind) {
        self.findings.report(ReceiptFinding {
            offset,
            field,
            kind,
        });
    }

    fn slice(&self, from: usize, to: usize) -> &'a [u8] {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The first key at or after `from`.
    fn next_key(&self, from: usize) -> Option<Hit> {
        (from..self.text.len()).find_map(|at| key_at(self.text, at))
    }

    fn run(&mut self, start: Hit) {
        let mut hit = start;
        loop {
            let end = self.take(hit);
            let Some(next) = self.next_key(end) else {
                self.gap(end, self.text.len(), true);
                return;
            };
            self.gap(end, next.at, false);
            hit = next;
        }
    }

    /// Takes one field; where the search goes on.
    fn take(&mut self, hit: Hit) -> usize {
        self.check_key(hit);
        let (value, end) = if hit.key == ReceiptKey::Text {
            self.text_value(hit)
        } else {
            self.word_value(hit)
        };
        let place = match hit.key {
            ReceiptKey::Id => &mut self.found.id,
            ReceiptKey::Sub => &mut self.found.sub,
            ReceiptKey::Dlvrd => &mut self.found.dlvrd,
            ReceiptKey::SubmitDate => &mut self.found.submit_date,
            ReceiptKey::DoneDate => &mut self.found.done_date,
            ReceiptKey::Stat => &mut self.found.stat,
            ReceiptKey::Err => &mut self.found.err,
            ReceiptKey::Text => &mut self.found.text,
        };
        if place.is_some() {
            self.report(hit.at, hit.key.name(), Kind::KeyRepeated);
            return end;
        }
        *place = Some(value);
        self.check_value(hit.key, value, end - value.len());
        end
    }

    /// A value that ends before white space.
    fn word_value(&mut self, hit: Hit) -> (&'a [u8], usize) {
        let end = word_end(self.text, hit.value);
        if end > hit.value {
            return (self.slice(hit.value, end), end);
        }
        // Nothing behind the colon. The next word is the value only when it
        // can be nothing else.
        let start = skip_space(self.text, end);
        let stop = word_end(self.text, start);
        let word = self.slice(start, stop);
        if key_at(self.text, start).is_none() && is_surely(hit.key, word) {
            self.report(end, hit.key.name(), Kind::SpaceAfterColon);
            return (word, stop);
        }
        (self.slice(end, end), end)
    }

    /// All the rest, or up to the fields that stand behind a text in the middle.
    fn text_value(&mut self, hit: Hit) -> (&'a [u8], usize) {
        let len = self.text.len();
        if self.found.stat.is_none()
            && let Some(first) = self.fields_behind(hit.value)
        {
            self.report(first.at, first.key.name(), Kind::KeyInText);
            let mut end = first.at;
            while end > hit.value && space_before(self.text, end) > 0 {
                end -= space_before(self.text, end);
            }
            return (
                self.slice(hit.value, end.max(hit.value)),
                end.max(hit.value),
            );
        }
        (self.slice(hit.value, len), len)
    }

    /// The first field not seen so far behind `from`, when a `stat` is among
    /// those that follow.
    fn fields_behind(&self, from: usize) -> Option<Hit> {
        let mut first = None;
        let mut at = from;
        while let Some(hit) = self.next_key(at) {
            if hit.key != ReceiptKey::Text && self.found.field(hit.key).is_none() {
                let first = *first.get_or_insert(hit);
                if hit.key == ReceiptKey::Stat {
                    return Some(first);
                }
            }
            at = hit.value;
        }
        None
    }

    /// What stands between two fields, or behind the last one.
    fn gap(&mut self, from: usize, to: usize, at_end: bool) {
        let gap = self.slice(from, to);
        if gap == b" " && !at_end || gap.is_empty() {
            return;
        }
        let start = skip_space(self.text, from).min(to);
        if start == to {
            self.report(from, WHOLE, Kind::Separator);
            return;
        }
        let mut at = start;
        while at < to {
            let end = word_end(self.text, at).min(to);
            let len = end - at;
            let is_key = self
                .slice(at, end)
                .iter()
                .skip(1)
                .any(|&octet| octet == b':');
            self.report(
                at,
                WHOLE,
                if is_key {
                    Kind::UnknownKey { len }
                } else {
                    Kind::Stray { len }
                },
            );
            at = skip_space(self.text, end.max(at + 1)).min(to);
        }
    }

    fn check_key(&mut self, hit: Hit) {
        let name = hit.key.name();
        let written = self.slice(hit.at, hit.value.saturating_sub(1));
        if hit.renamed {
            self.report(hit.at, name, Kind::KeyName);
        } else if written != name.as_bytes() && written != b"Text" {
            // The template of Appendix B prints `Text`, its table `text`.
            let same = written.eq_ignore_ascii_case(name.as_bytes());
            let kind = if same { Kind::KeyCase } else { Kind::KeyName };
            self.report(hit.at, name, kind);
        }
        if self.last.is_some_and(|last| hit.key < last) {
            self.report(hit.at, name, Kind::KeyOrder);
        }
        self.last = Some(self.last.map_or(hit.key, |last| last.max(hit.key)));
    }

    fn check_value(&mut self, key: ReceiptKey, value: &[u8], offset: usize) {
        let (len, expected) = (value.len(), key.width());
        let off = match key {
            ReceiptKey::Text => len > expected,
            _ => len != expected,
        };
        if off {
            self.report(offset, key.name(), Kind::Width { len, expected });
        }
        let found = match key {
            ReceiptKey::Id | ReceiptKey::Sub | ReceiptKey::Dlvrd | ReceiptKey::Err => {
                (!value.iter().all(u8::is_ascii_digit)).then_some(Kind::NotDigits)
            }
            ReceiptKey::SubmitDate | ReceiptKey::DoneDate => {
                let options = TimeOptions::new();
                if date::is_ambiguous(value, options) {
                    Some(Kind::AmbiguousDate)
                } else {
                    date::read_date(value, options)
                        .is_none()
                        .then_some(Kind::BadDate)
                }
            }
            ReceiptKey::Stat => {
                if standard_state(value).is_none() {
                    Some(Kind::UnknownStat)
                } else {
                    value
                        .iter()
                        .any(u8::is_ascii_lowercase)
                        .then_some(Kind::StatCase)
                }
            }
            ReceiptKey::Text => None,
        };
        if let Some(kind) = found {
            self.report(offset, key.name(), kind);
        }
    }
}

fn standard_state(word: &[u8]) -> Option<MessageState> {
    MessageState::from_receipt_word(core::str::from_utf8(word).ok()?)
}

/// Whether a word behind an empty value can only be that value.
fn is_surely(key: ReceiptKey, word: &[u8]) -> bool {
    match key {
        ReceiptKey::Id => word.iter().any(u8::is_ascii_digit) && !word.contains(&b':'),
        ReceiptKey::Stat => standard_state(word).is_some(),
        ReceiptKey::Text => false,
        _ => !word.is_empty() && word.iter().all(u8::is_ascii_digit),
    }
}

/// Octets of white space at `at`; 0 when there is none.
fn space_at(text: &[u8], at: usize) -> usize {
    match text.get(at..) {
        Some([0x09..=0x0D | b' ' | 0xA0, ..]) => 1,
        // The no-break space in UTF-8.
        Some([0xC2, 0xA0, ..]) => 2,
        _ => 0,
    }
}

/// Octets of the white space that ends at `end`.
fn space_before(text: &[u8], end: usize) -> usize {
    match text.get(..end) {
        Some([.., 0xC2, 0xA0]) => 2,
        Some([.., 0x09..=0x0D | b' ' | 0xA0]) => 1,
        _ => 0,
    }
}

fn skip_space(text: &[u8], mut at: usize) -> usize {
    loop {
        match space_at(text, at) {
            0 => return at,
            len => at += len,
        }
    }
}

fn word_end(text: &[u8], from: usize) -> usize {
    (from..text.len())
        .find(|&at| space_at(text, at) > 0)
        .unwrap_or(text.len())
}

/// The key that starts at `at`, as a whole word.
fn key_at(text: &[u8], at: usize) -> Option<Hit> {
    let rest = text.get(at..)?;
    let first = rest.first()?.to_ascii_lowercase();
    if !matches!(first, b'i' | b's' | b'd' | b'e' | b't' | b'm') {
        return None;
    }
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    if before.is_some_and(|&octet| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-')) {
        return None;
    }
    let names: &[(&[&[u8]], ReceiptKey, bool)] = match first {
        b'i' => &[(&[b"id"], ReceiptKey::Id, false)],
        b's' => &[
            (&[b"sub"], ReceiptKey::Sub, false),
            (&[b"stat"], ReceiptKey::Stat, false),
            (&[b"submit", b"date"], ReceiptKey::SubmitDate, false),
        ],
        b'd' => &[
            (&[b"dlvrd"], ReceiptKey::Dlvrd, false),
            (&[b"done", b"date"], ReceiptKey::DoneDate, false),
        ],
        b'e' => &[(&[b"err"], ReceiptKey::Err, false)],
        b't' => &[(&[b"text"], ReceiptKey::Text, false)],
        _ => &[
            (&[b"msgid"], ReceiptKey::Id, true),
            (&[b"message", b"id"], ReceiptKey::Id, true),
        ],
    };
    names.iter().find_map(|&(words, key, renamed)| {
        let end = match_words(text, at, words)?;
        (text.get(end) == Some(&b':')).then_some(Hit {
            at,
            value: end + 1,
            key,
            renamed,
        })
    })
}

/// Where these words end when they stand at `at` in any letters, with white
/// space, `_`, `-` or nothing between them.
fn match_words(text: &[u8], mut at: usize, words: &[&[u8]]) -> Option<usize> {
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            at = match text.get(at) {
                Some(b'_' | b'-') => at + 1,
                _ => skip_space(text, at),
            };
        }
        let end = at + word.len();
        if !text.get(at..end)?.eq_ignore_ascii_case(word) {
            return None;
        }
        at = end;
    }
    Some(at)
}
