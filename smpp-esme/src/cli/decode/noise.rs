//! PDUs in the middle of other text, such as the lines of a log.
//!
//! Nothing marks them there. What is taken for one has the header of one: a
//! `command_length` that as many octets follow, and a `command_id` that the
//! standard knows.

use smpp_pdu::{CommandId, Header};

/// No PDU that is found is longer, in octets.
pub(crate) const LONGEST: usize = 70_000;

/// The length of the PDU that `octets` start with, if they look like one: 16
/// octets must be there, not all.
pub(crate) fn plausible(octets: &[u8]) -> Option<usize> {
    let (length, rest) = octets.split_first_chunk()?;
    let (command_id, _) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let known = CommandId(u32::from_be_bytes(*command_id)).name().is_some();
    (known && (Header::LEN..=LONGEST).contains(&length)).then_some(length)
}

/// Whether `octets` start with a whole PDU.
pub(super) fn starts_with_pdu(octets: &[u8]) -> bool {
    plausible(octets).is_some_and(|length| length <= octets.len())
}

/// The PDUs in a line, one behind the other; empty where there is none.
pub(super) fn find(text: &str) -> Vec<u8> {
    let mut found = Vec::new();
    let mut before = ' ';
    let mut skip_to = 0;
    for (at, character) in text.char_indices() {
        let starts = !before.is_ascii_alphanumeric() || matches!(before, 'x' | 'X');
        before = character;
        if at < skip_to || !starts {
            continue;
        }
        let Some(rest) = text.get(at..) else {
            continue;
        };
        if let Some((pdu, used)) = hex_pdu(rest).or_else(|| literal_pdu(rest)) {
            found.extend(pdu);
            skip_to = at + used;
        } else if character == 'A'
            && let Some((pdu, used)) = base64_pdu(rest)
        {
            found.extend(pdu);
            skip_to = at + used;
        }
    }
    found
}

/// A PDU in hexadecimal digits, and how much of the text it takes.
fn hex_pdu(text: &str) -> Option<(Vec<u8>, usize)> {
    if !text.starts_with(|character: char| character.is_ascii_hexdigit()) {
        return None;
    }
    let mut octets = HexOctets { text, at: 0 };
    let mut pdu: Vec<u8> = octets.by_ref().take(8).collect();
    let length = plausible(&pdu)?;
    pdu.extend(octets.by_ref().take(length.saturating_sub(8)));
    (pdu.len() == length).then_some((pdu, octets.at))
}

/// Octets of a text, as long as there are some.
struct HexOctets<'t> {
    text: &'t str,
    at: usize,
}

impl Iterator for HexOctets<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let mut between = 0;
        loop {
            between += match rest.get(between..)? {
                [b'0', b'x' | b'X', ..] | [b'\\', b'x', ..] => 2,
                [b' ' | b'\t' | b':' | b'-' | b',' | b';' | b'\'' | b'"', ..] => 1,
                _ => break,
            };
        }
        let digit = |at: usize| char::from(*rest.get(between + at)?).to_digit(16);
        let octet = u8::try_from(digit(0)? << 4 | digit(1)?).ok()?;
        self.at += between + 2;
        Some(octet)
    }
}

/// A PDU in a literal of C or Python: `\x00\x00\x00\x10…`, with characters
/// among the escapes.
fn literal_pdu(text: &str) -> Option<(Vec<u8>, usize)> {
    text.starts_with("\\x").then_some(())?;
    let mut pdu = Vec::new();
    let mut characters = text.char_indices();
    let mut length = None;
    while let Some((at, character)) = characters.next() {
        let octet = if character == '\\' {
            match characters.next()?.1 {
                'x' => {
                    let high = characters.next()?.1.to_digit(16)?;
                    let low = characters.next()?.1.to_digit(16)?;
                    u8::try_from(high << 4 | low).ok()?
                }
                '0' => 0,
                'a' => 7,
                'b' => 8,
                't' => 9,
                'n' => 10,
                'v' => 11,
                'f' => 12,
                'r' => 13,
                other => u8::try_from(other).ok()?,
            }
        } else {
            u8::try_from(character).ok()?
        };
        pdu.push(octet);
        if pdu.len() == 8 {
            length = Some(plausible(&pdu)?);
        }
        if length == Some(pdu.len()) {
            // Every escape and character that a PDU can have ends before the next.
            let used = characters.next().map_or(text.len(), |(next, _)| next);
            return Some((pdu, used.max(at + 1)));
        }
    }
    None
}

/// A PDU in base64.
fn base64_pdu(text: &str) -> Option<(Vec<u8>, usize)> {
    // The header alone first: a long text may have many places to look at.
    let length = plausible(&base64(text.get(..12)?)?)?;
    let digits = (length * 4).div_ceil(3);
    let (pdu, rest) = text.split_at_checked(digits)?;
    let pdu = base64(pdu)?;
    let padding = rest.chars().take_while(|character| *character == '=');
    let used = digits + padding.count();
    // A digit more belongs to something else.
    let ends = !text
        .get(used..)?
        .starts_with(|character: char| character.is_ascii_alphanumeric());
    (ends && pdu.len() == length).then_some((pdu, used))
}

/// Digits of base64, of either alphabet, without their padding.
pub(super) fn base64(digits: &str) -> Option<Vec<u8>> {
    let value = |digit: u8| match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    };
    let mut octets = Vec::with_capacity(digits.len() / 4 * 3);
    for group in digits.as_bytes().chunks(4) {
        let mut bits = 0u32;
        for digit in group {
            bits = bits << 6 | u32::from(value(*digit)?);
        }
        let whole = match group.len() {
            4 => 3,
            3 => 2,
            2 => 1,
            // One digit alone is no octet.
            _ => return None,
        };
        bits <<= 6 * (4 - group.len());
        octets.extend(bits.to_be_bytes().into_iter().skip(1).take(whole));
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &[u8] = b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x07";

    #[test]
    fn a_pdu_is_found_in_the_noise_of_a_log() {
        for text in [
            "2026-07-26 12:00:00.123 DEBUG [smpp] -> 00000010000000150000000000000007 (16 octets)",
            "12:00:00 pdu=00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 07, flushed",
            "tx: [0x00, 0x00, 0x00, 0x10, 0x00,0x00,0x00,0x15,0x00,0x00,0x00,0x00,0x00 0x00 0x00 0x07]",
            "send b'\\x00\\x00\\x00\\x10\\x00\\x00\\x00\\x15\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x07' to smsc",
            "<14>esme[77]: AAAAEAAAABUAAAAAAAAABw== sent",
        ] {
            assert_eq!(find(text), LINK, "{text}");
        }
    }

    #[test]
    fn a_literal_has_characters_among_its_escapes() {
        let text = r"b'\x00\x00\x00 \x80\x00\x00\t\x00\x00\x00\x00\x00\x00\x00\x01centre \\\'x\x00\x02\x10\x00\x014'";
        let found = find(text);
        assert_eq!(found.len(), 0x20);
        assert!(found.ends_with(b"centre \\'x\0\x02\x10\0\x014"));
    }

    #[test]
    fn what_is_no_pdu_is_left_alone() {
        for text in [
            "",
            "2026-07-26 12:00:00 bound as transceiver",
            "id=0000001000000099000000000000000712345678",
            "€ \\x \\",
            "\\x00\\x",
            "0x",
        ] {
            assert_eq!(find(text), b"", "{text}");
        }
    }

    #[test]
    fn several_pdus_stand_in_one_line() {
        let one = "00000010000000150000000000000007";
        assert_eq!(find(&format!("a {one} b {one} c")).len(), 32);
    }
}
