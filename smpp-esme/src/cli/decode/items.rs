//! What there is to decode in a text: one item a line, or one over several
//! lines.

use core::iter::Peekable;
use std::io::{self, BufRead};

use super::dump::Dump;
use super::noise;
use crate::cli::hex;

/// An array is not followed for more characters than this.
const LONGEST_ARRAY: usize = 1 << 20;

/// What is to be decoded at once.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) octets: Result<Vec<u8>, String>,
    /// Where it starts.
    pub(super) line: usize,
}

/// What a line, or several, have.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Item(Item),
    /// Words, and no PDU among them.
    Talk,
}

/// The lines that say something, with their numbers. They come as soon as they
/// are there: the end of a log that grows may never be.
pub(super) fn lines(mut reader: impl BufRead) -> impl Iterator<Item = io::Result<(usize, String)>> {
    let mut number = 0;
    core::iter::from_fn(move || {
        loop {
            let mut line = Vec::new();
            match reader.read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
            number += 1;
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\r', '\n']);
            if !line.trim().is_empty() && !line.starts_with('#') {
                return Some(Ok((number, line.to_owned())));
            }
        }
    })
}

/// What there is in lines, in their order.
pub(super) struct Items<I: Iterator> {
    rest: Peekable<I>,
}

impl<I: Iterator<Item = io::Result<(usize, String)>>> Items<I> {
    pub(super) fn new(lines: I) -> Self {
        Self {
            rest: lines.peekable(),
        }
    }

    /// The other lines of an array or a literal that `text` opens.
    fn close(&mut self, text: &mut String) -> io::Result<()> {
        let mut open = continues(text);
        let mut inside = opens(text);
        if open {
            *text = without_comments(text);
        }
        while open
            && text.len() < LONGEST_ARRAY
            && let Some(next) = self.rest.next()
        {
            let next = without_comments(&next?.1);
            text.truncate(text.trim_end().trim_end_matches('\\').len());
            if next.contains(['{', '}']) {
                inside = opens(&next);
            }
            open = inside || continues(&next);
            text.push(' ');
            text.push_str(&next);
        }
        Ok(())
    }

    /// The other lines of digits that a tool has wrapped.
    fn unwrap(&mut self, first: &str, octets: &mut Vec<u8>) {
        while is_cut_short(octets)
            && let Some(Ok((_, next))) = self.rest.peek()
            && let Ok(more) = hex::parse(next)
            && noise::plausible(&more).is_none()
            && !more.is_empty()
            && is_wrapped(first.trim(), next.trim())
        {
            octets.extend(more);
            self.rest.next();
        }
    }
}

impl<I: Iterator<Item = io::Result<(usize, String)>>> Iterator for Items<I> {
    type Item = io::Result<Found>;

    fn next(&mut self) -> Option<io::Result<Found>> {
        let (line, mut text) = match self.rest.next()? {
            Ok(line) => line,
            Err(error) => return Some(Err(error)),
        };
        let mut dump = Dump::default();
        if dump.take(&text) {
            let mut goes_on = |line: &io::Result<(usize, String)>| {
                line.as_ref().is_ok_and(|(_, text)| dump.take(text))
            };
            while self.rest.next_if(&mut goes_on).is_some() {}
            let octets = Ok(pdus_of_dump(dump.into_octets()));
            return Some(Ok(Found::Item(Item { octets, line })));
        }
        if let Err(error) = self.close(&mut text) {
            return Some(Err(error));
        }
        let mut octets = octets_of(&text);
        if let Ok(octets) = &mut octets {
            self.unwrap(&text, octets);
        }
        Some(Ok(match octets {
            Err(_) if is_talk(&text) => Found::Talk,
            // A rule between two parts.
            Ok(octets) if octets.is_empty() => Found::Talk,
            octets => Found::Item(Item { octets, line }),
        }))
    }
}

/// The octets of one line in whatever form.
fn octets_of(text: &str) -> Result<Vec<u8>, String> {
    let plain = hex::parse(array(&without_comments(text)));
    if plain
        .as_ref()
        .is_ok_and(|octets| noise::plausible(octets).is_some())
    {
        return plain;
    }
    let digits = text.trim().trim_end_matches('=');
    match noise::base64(digits) {
        Some(octets) if noise::starts_with_pdu(&octets) => return Ok(octets),
        _ => {}
    }
    let found = noise::find(text);
    if found.is_empty() { plain } else { Ok(found) }
}

/// A dump of a packet has headers of other protocols in front.
fn pdus_of_dump(octets: Vec<u8>) -> Vec<u8> {
    if noise::plausible(&octets).is_some() {
        return octets;
    }
    let starts = 0..octets.len().saturating_sub(smpp_pdu::Header::LEN);
    let at = starts
        .filter_map(|at| octets.get(at..))
        // The packet ends with its last PDU.
        .find(|rest| noise::plausible(rest) == Some(rest.len()) || is_row_of_pdus(rest));
    at.map(<[u8]>::to_vec).unwrap_or(octets)
}

fn is_row_of_pdus(octets: &[u8]) -> bool {
    let mut rest = octets;
    while let Some(length) = noise::plausible(rest) {
        match rest.split_at_checked(length) {
            Some((_, [])) => return true,
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    false
}

/// Whether the next line belongs to this one: an open array or literal.
fn continues(text: &str) -> bool {
    let text = without_comments(text);
    let text = text.trim_end();
    opens(text) || text.ends_with(',') || text.ends_with('\\')
}

/// Whether a brace stays open.
fn opens(text: &str) -> bool {
    text.rfind('{') > text.rfind('}')
}

/// What stands between the braces of an array of C.
fn array(text: &str) -> &str {
    let inside = text.split_once('{').map_or(text, |(_, inside)| inside);
    let inside = inside.split_once('}').map_or(inside, |(inside, _)| inside);
    inside.trim_end_matches('\\')
}

fn without_comments(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        clean.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    clean.push_str(rest.split_once("//").map_or(rest, |(before, _)| before));
    clean
}

/// Whether there is the start of a PDU, and not all of it.
fn is_cut_short(octets: &[u8]) -> bool {
    noise::plausible(octets).is_some_and(|length| length > octets.len())
}

/// Whether a tool wraps here: all lines but the last have the same length.
fn is_wrapped(first: &str, next: &str) -> bool {
    next.len() <= first.len()
}

/// Whether a line talks, as those of logs do, and is no octets with a slip.
fn is_talk(text: &str) -> bool {
    let foreign = |word: &&str| {
        word.len() > 1
            && word
                .chars()
                .any(|character| character.is_alphabetic() && !character.is_ascii_hexdigit())
    };
    text.split(|character: char| !character.is_alphanumeric())
        .filter(foreign)
        .nth(1)
        .is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The items, and how many lines have none.
    fn gather(text: &str) -> (Vec<Item>, usize) {
        let mut without = 0;
        let items = Items::new(lines(text.as_bytes()));
        let items = items.filter_map(|found| match found.unwrap() {
            Found::Item(item) => Some(item),
            Found::Talk => {
                without += 1;
                None
            }
        });
        let items = items.collect();
        (items, without)
    }

    const LINK: &[u8] = b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x07";

    #[test]
    fn every_common_form_is_read() {
        for text in [
            "00000010000000150000000000000007",
            "00-00-00-10-00-00-00-15-00-00-00-00-00-00-00-07",
            "AAAAEAAAABUAAAAAAAAABw==",
            "AAAAEAAAABUAAAAAAAAABw",
            "static const unsigned char pdu[] = {\n\
               0x00, 0x00, 0x00, 0x10, /* ....  } */\n\
               0x00, 0x00, 0x00, 0x15, // 21\n\
               0x00, 0x00, 0x00, 0x00,\n\
               0x00, 0x00, 0x00, 0x07\n\
             };",
            "\"\\x00\\x00\\x00\\x10\\x00\\x00\\x00\\x15\" \\\n\"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x07\"",
            // xxd -p, with short lines
            "0000001000000015\n0000000000000007",
            "00000000: 0000 0010 0000 0015 0000 0000 0000 0007  ................",
        ] {
            let (items, without) = gather(text);
            assert_eq!(without, 0, "{text}");
            let item = Item {
                octets: Ok(LINK.to_vec()),
                line: 1,
            };
            assert_eq!(items, [item], "{text}");
        }
    }

    #[test]
    fn a_dump_of_a_packet_is_searched() {
        let mut packet = vec![0x45; 40];
        packet.extend(LINK);
        packet.extend(LINK);
        assert_eq!(pdus_of_dump(packet), [LINK, LINK].concat());
        assert_eq!(pdus_of_dump(vec![1; 40]), [1; 40]);
    }

    #[test]
    fn two_dumps_stand_one_behind_the_other() {
        let dump = "0000   00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 07   ................\n";
        let (items, _) = gather(&format!("{dump}\n{dump}"));
        let lines: Vec<_> = items.iter().map(|item| item.line).collect();
        assert_eq!(lines, [1, 3]);
        assert!(items.iter().all(|item| item.octets.as_deref() == Ok(LINK)));
    }

    #[test]
    fn lines_that_talk_are_left_out_and_slips_are_not() {
        let (items, without) = gather("12:00 connected to centre\n00zz\nzz\n");
        assert_eq!(without, 1);
        assert_eq!(items.len(), 2);
        assert!(items.iter().all(|item| item.octets.is_err()));
    }

    #[test]
    fn no_text_makes_it_panic() {
        let pieces = [
            "0000",
            "00",
            "10",
            "0x",
            "\\x",
            "\\x00\\x00\\x00\\x10",
            "00000010",
            "00000015",
            "{",
            "}",
            ",",
            "\\",
            "\n",
            "\n",
            " ",
            "  ",
            "   ",
            ": ",
            "*",
            "/*",
            "*/",
            "//",
            "AAAA",
            "EAAAABU",
            "==",
            "'",
            "|",
            "€",
            "zz",
            "#",
            "\t",
            "ffffffff",
            "0000   ",
            "0010   ",
            "\u{0}",
        ];
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let count = random.usize(..40);
            let text: String = (0..count).filter_map(|_| random.choice(pieces)).collect();
            gather(&text);
        }
    }
}
