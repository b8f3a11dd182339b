//! Every cell of the tables, against the csv they were made from.

use std::collections::{BTreeMap, BTreeSet};

use smpp_codec::text::{Encoding, NationalShift};
use smpp_pdu::udh::NationalLanguage;

use crate::support::{decode, encode, exact};

#[derive(Debug)]
struct Cell {
    table: String,
    language: u8,
    code: u8,
    character: Option<char>,
    decode_only: bool,
}

fn cells() -> Vec<Cell> {
    include_str!("gsm0338.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.splitn(7, ',').collect();
            let code = u8::from_str_radix(&fields[3][2..], 16).unwrap();
            let character = fields[4]
                .strip_prefix("U+")
                .map(|hex| char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap());
            Cell {
                table: fields[0].to_owned(),
                language: fields[1].parse().unwrap(),
                code,
                character,
                decode_only: fields[6].starts_with("disputed"),
            }
        })
        .collect()
}

impl Cell {
    fn encoding(&self) -> Encoding {
        let language = NationalLanguage(self.language);
        match self.table.as_str() {
            "default" | "extension" => Encoding::Gsm7,
            "locking_shift" => Encoding::Gsm7National(NationalShift::locking(language)),
            "single_shift" => Encoding::Gsm7National(NationalShift::single(language)),
            other => panic!("table {other}"),
        }
    }

    fn is_shifted(&self) -> bool {
        matches!(self.table.as_str(), "extension" | "single_shift")
    }

    fn octets(&self) -> Vec<u8> {
        if self.is_shifted() {
            vec![0x1B, self.code]
        } else {
            vec![self.code]
        }
    }
}

/// All cells of a table, by its kind and language.
fn by_table() -> BTreeMap<(String, u8), Vec<Cell>> {
    let mut tables: BTreeMap<_, Vec<Cell>> = BTreeMap::new();
    for cell in cells() {
        let key = (cell.table.clone(), cell.language);
        tables.entry(key).or_default().push(cell);
    }
    tables
}

#[test]
fn the_csv_has_the_tables_of_the_standard() {
    let tables = by_table();
    assert_eq!(tables.len(), 1 + 1 + 12 + 13);
    assert_eq!(tables.values().map(Vec::len).sum::<usize>(), 2472);
    assert_eq!(tables[&("default".to_owned(), 0)].len(), 128);
    let characters = cells()
        .iter()
        .filter(|cell| cell.character.is_some())
        .count();
    println!(
        "## GSM 03.38: {characters} cells of {} tables",
        tables.len()
    );
}

#[test]
fn every_cell_reads_as_its_character() {
    let mut read = 0;
    for cell in cells() {
        let Some(character) = cell.character else {
            continue;
        };
        let text = exact(cell.encoding(), &cell.octets());
        assert_eq!(text, character.to_string(), "{cell:?}");
        read += 1;
    }
    assert!(read > 2400, "{read}");
}

/// The lowest code of a character in the table without escape, else in the
/// one with it: what a sender writes.
#[test]
fn every_cell_writes_as_the_lowest_septet_of_its_character() {
    let tables = by_table();
    let default = ("default".to_owned(), 0);
    for ((table, language), cells) in &tables {
        let mut plain = BTreeMap::new();
        let base = if table == "locking_shift" {
            cells
        } else {
            &tables[&default]
        };
        for cell in base.iter().rev() {
            plain.extend(cell.character.map(|character| (character, vec![cell.code])));
        }
        let mut expected = plain.clone();
        for cell in cells.iter().rev().filter(|cell| cell.is_shifted()) {
            if let Some(character) = cell.character
                && !plain.contains_key(&character)
                && !cell.decode_only
            {
                expected.insert(character, cell.octets());
            }
        }
        let encoding = cells[0].encoding();
        for cell in cells {
            let Some(character) = cell.character else {
                continue;
            };
            match expected.get(&character) {
                Some(octets) => {
                    let text = character.to_string();
                    assert_eq!(
                        &encode(encoding, &text),
                        octets,
                        "{table} {language} {cell:?}"
                    );
                }
                None => assert!(!encoding.has(character), "{cell:?}"),
            }
        }
    }
}

#[test]
fn no_character_outside_its_tables_is_written() {
    let tables = by_table();
    let characters = |table: &str, language| -> BTreeSet<char> {
        let cells = &tables[&(table.to_owned(), language)];
        cells
            .iter()
            .filter(|cell| !cell.decode_only)
            .filter_map(|cell| cell.character)
            .collect()
    };
    let mut checked = 0;
    for (table, language) in tables.keys() {
        let (encoding, known) = match table.as_str() {
            "locking_shift" => (
                Encoding::Gsm7National(NationalShift::locking(NationalLanguage(*language))),
                &characters(table, *language) | &characters("extension", 0),
            ),
            "single_shift" => (
                Encoding::Gsm7National(NationalShift::single(NationalLanguage(*language))),
                &characters("default", 0) | &characters(table, *language),
            ),
            _ => (
                Encoding::Gsm7,
                &characters("default", 0) | &characters("extension", 0),
            ),
        };
        for character in '\0'..='\u{1_0100}' {
            assert_eq!(
                encoding.has(character),
                known.contains(&character),
                "{character:?} in {encoding}"
            );
            checked += 1;
        }
    }
    assert!(checked > 1_000_000);
}

#[test]
fn a_septet_without_character_is_replaced_or_falls_back() {
    for ((_, language), cells) in by_table() {
        let encoding = cells[0].encoding();
        let shifted = cells[0].is_shifted();
        for code in 0..0x80_u8 {
            let there = cells
                .iter()
                .any(|cell| cell.code == code && cell.character.is_some());
            if there || code == 0x1B {
                continue;
            }
            if shifted {
                let plain = exact(Encoding::Gsm7, &[code]);
                let text = exact(encoding, &[0x1B, code]);
                assert_eq!(text, plain, "escape {code:#04x} of language {language}");
            } else {
                let (text, decoded) = decode(encoding, &[code]);
                assert_eq!((text.as_str(), decoded.replaced), ("\u{FFFD}", 1));
            }
        }
    }
}

#[test]
fn a_carriage_return_is_0x0d_in_every_table() {
    for ((table, language), cells) in by_table() {
        let cell = cells.iter().find(|cell| cell.code == 0x0D).unwrap();
        let expected = if cell.is_shifted() { None } else { Some('\r') };
        assert_eq!(cell.character, expected, "{table} {language}");
    }
}

#[test]
fn a_language_without_table_stands_for_the_default() {
    let spanish = NationalShift::locking(NationalLanguage::SPANISH);
    let unknown = NationalShift::both(NationalLanguage(200));
    for shift in [spanish, unknown] {
        assert!(shift.is_none());
        assert_eq!(shift.header_octets(), 0);
        assert_eq!(
            encode(Encoding::Gsm7National(shift), "@[€"),
            encode(Encoding::Gsm7, "@[€")
        );
        assert_eq!(Encoding::Gsm7.with_national(shift), Encoding::Gsm7);
    }
    assert_eq!(
        NationalShift::both(NationalLanguage::SPANISH).header_octets(),
        3
    );
    assert_eq!(
        NationalShift::both(NationalLanguage::URDU).header_octets(),
        6
    );
}

#[test]
fn the_octet_alphabets_are_those_of_the_standard() {
    const ENCODINGS: [Encoding; 4] = [
        Encoding::Ascii,
        Encoding::Latin1,
        Encoding::Cyrillic,
        Encoding::Hebrew,
    ];
    let mut known = ENCODINGS.map(|_| BTreeSet::new());
    let mut lines = 0;
    for line in include_str!("octets.tsv").lines() {
        let fields: Vec<u32> = line
            .split('\t')
            .map(|hex| u32::from_str_radix(hex, 16).unwrap())
            .collect();
        let octet = fields[0] as u8;
        for (at, encoding) in ENCODINGS.into_iter().enumerate() {
            let character = char::from_u32(fields[at + 1]).unwrap();
            let (text, decoded) = decode(encoding, &[octet]);
            assert_eq!(text, character.to_string(), "{octet:#04x} in {encoding}");
            let replaced = character == char::REPLACEMENT_CHARACTER;
            assert_eq!(decoded.replaced, usize::from(replaced));
            if !replaced {
                assert_eq!(encode(encoding, &text), [octet], "{encoding}");
                known[at].insert(character);
            }
        }
        lines += 1;
    }
    assert_eq!(lines, 256);
    for (encoding, known) in ENCODINGS.into_iter().zip(known) {
        for character in '\0'..='\u{1_0100}' {
            assert_eq!(
                encoding.has(character),
                known.contains(&character),
                "{character:?}"
            );
        }
    }
}
