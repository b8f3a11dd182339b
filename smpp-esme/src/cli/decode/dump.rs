//! Hex dumps: offsets on the left, octets, often characters on the right, as
//! `xxd`, `hexdump -C`, `tcpdump -x` and Wireshark write them.

/// Octets that a line of a dump has, unless its tool was told otherwise.
const USUAL: usize = 16;

/// The longest stretch that a line of `*` stands for, in octets.
const LONGEST_REPEAT: usize = 1 << 20;

/// One line of a dump.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DumpLine {
    pub(super) offset: usize,
    pub(super) octets: Vec<u8>,
}

/// Reads a line that starts with an offset; `None` for one that does not.
///
/// The offset has four digits or more, and a colon or two spaces behind it: a
/// row of plain octets has neither.
pub(super) fn line(text: &str) -> Option<DumpLine> {
    let text = text.trim_start();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits = text.find(|character: char| !character.is_ascii_hexdigit());
    let (offset, mut rest) = text.split_at_checked(digits.unwrap_or(text.len()))?;
    if !(4..=8).contains(&offset.len()) {
        return None;
    }
    let offset = usize::from_str_radix(offset, 16).ok()?;
    if let Some(after) = rest.strip_prefix(": ") {
        rest = after;
    } else if !rest.starts_with("  ") && !rest.trim().is_empty() {
        return None;
    }
    let mut octets = Vec::new();
    let mut pairs_only = true;
    loop {
        let word = rest.trim_start_matches(' ');
        let gap = rest.len() - word.len();
        let end = word.find(' ').unwrap_or(word.len());
        let (group, after) = word.split_at_checked(end)?;
        // The characters on the right stand apart. Some tools leave a gap in
        // the middle of the line, too.
        let apart = match gap {
            0 | 1 => false,
            2 => !(pairs_only && octets.len() == USUAL / 2),
            _ => true,
        };
        if group.is_empty() || (apart && !octets.is_empty()) {
            break;
        }
        let Some(group_octets) = pairs(group) else {
            break;
        };
        if !octets.is_empty() && octets.len() + group_octets.len() > 4 * USUAL {
            break;
        }
        pairs_only &= group_octets.len() == 1;
        octets.extend(group_octets);
        rest = after;
        if octets.len() == USUAL {
            break;
        }
    }
    Some(DumpLine { offset, octets })
}

fn pairs(group: &str) -> Option<Vec<u8>> {
    if !group.len().is_multiple_of(2) {
        return None;
    }
    let digits = group.chars().map(|character| character.to_digit(16));
    let digits: Option<Vec<u32>> = digits.collect();
    let digits = digits?;
    let pairs = digits.chunks_exact(2).map(|pair| match pair {
        [high, low] => u8::try_from(high << 4 | low).ok(),
        _ => None,
    });
    pairs.collect()
}

/// The octets of a whole dump.
#[derive(Default)]
pub(super) struct Dump {
    octets: Vec<u8>,
    /// Where the line before starts.
    last: usize,
    repeats: bool,
}

impl Dump {
    /// Takes the next line; false when it belongs to no dump, or starts another.
    pub(super) fn take(&mut self, text: &str) -> bool {
        if text.trim() == "*" && !self.octets.is_empty() {
            self.repeats = true;
            return true;
        }
        let Some(line) = line(text) else {
            return false;
        };
        if self.octets.is_empty() {
            if line.offset != 0 || line.octets.is_empty() {
                return false;
            }
        } else if line.offset <= self.last {
            return false;
        }
        if self.repeats && line.offset < self.octets.len() + LONGEST_REPEAT {
            let from = self.octets.len().saturating_sub(USUAL);
            let pattern = self.octets.get(from..).unwrap_or_default().to_vec();
            let missing = line.offset.saturating_sub(self.octets.len());
            self.octets.extend(pattern.iter().cycle().take(missing));
            self.repeats = false;
        }
        match line.offset.cmp(&self.octets.len()) {
            // What looked like octets were characters on the right.
            core::cmp::Ordering::Less => self.octets.truncate(line.offset),
            core::cmp::Ordering::Equal => {}
            core::cmp::Ordering::Greater => return false,
        }
        self.last = line.offset;
        self.octets.extend(line.octets);
        true
    }

    pub(super) fn into_octets(self) -> Vec<u8> {
        self.octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<u8> {
        let mut dump = Dump::default();
        for line in text.lines() {
            assert!(dump.take(line), "{line}");
        }
        dump.into_octets()
    }

    #[test]
    fn the_tools_dumps_give_the_same_octets() {
        let octets = b"\0\0\0\x1a\0\0\0\x04\0\0\0\0\0\0\0\x01beefdead\x3f\x01";
        for text in [
            // xxd
            "00000000: 0000 001a 0000 0004 0000 0000 0000 0001  ................\n\
             00000010: 6265 6566 6465 6164 3f01                 beefdead?.",
            // hexdump -C
            "00000000  00 00 00 1a 00 00 00 04  00 00 00 00 00 00 00 01  |................|\n\
             00000010  62 65 65 66 64 65 61 64  3f 01                    |beefdead?.|\n\
             0000001a",
            // Wireshark
            "0000   00 00 00 1a 00 00 00 04 00 00 00 00 00 00 00 01   ................\n\
             0010   62 65 65 66 64 65 61 64 3f 01                     beefdead?.",
            // tcpdump -x
            "\t0x0000:  0000 001a 0000 0004 0000 0000 0000 0001\n\
             \t0x0010:  6265 6566 6465 6164 3f01",
            // xxd -c 8 -g 1
            "00000000: 00 00 00 1a 00 00 00 04  ........\n\
             00000008: 00 00 00 00 00 00 00 01  ........\n\
             00000010: 62 65 65 66 64 65 61 64  beefdead\n\
             00000018: 3f 01                    ?.",
        ] {
            assert_eq!(read(text), octets, "{text}");
        }
    }

    #[test]
    fn a_star_stands_for_lines_like_the_one_before() {
        let text = "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |....|\n\
                    *\n\
                    00000030  01                                                |.|";
        let octets = read(text);
        assert_eq!(octets.len(), 0x31);
        assert_eq!(octets.last(), Some(&1));
    }

    #[test]
    fn plain_octets_are_no_dump() {
        for text in [
            "00000010 00000015 00000000 00000007",
            "0000 0010 0000 0015",
            "00:00:00:10",
            "0000001000000015",
            "2026-07-26 12:00:00",
        ] {
            let dump = line(text);
            assert!(
                dump.as_ref().is_none_or(|line| line.octets.is_empty()),
                "{text} {dump:?}"
            );
        }
    }
}
