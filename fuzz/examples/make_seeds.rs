//! Writes the seeds anew from the test vectors of the other crates:
//!
//! `cargo run --manifest-path fuzz/Cargo.toml --example make_seeds`
//!
//! A folder for each form of input, a file for each seed: its octets and
//! nothing else. What a folder held before is removed.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Octets by the name of their file.
type Seeds = BTreeMap<String, Vec<u8>>;

fn main() -> io::Result<()> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let vectors = fuzz.join("../smpp-codec/tests/vectors");
    let pdus = seeds(&vectors.join("conformance.jsonl"), |line| {
        unhex(string(line, "hex")?)
    })?;
    let times = seeds(&vectors.join("times.jsonl"), |line| {
        Some(string(line, "text")?.as_bytes().to_vec())
    })?;
    write(fuzz, "tlvs", &parameters(&pdus))?;
    write(fuzz, "framer", &streams(&pdus))?;
    write(fuzz, "isolation", &pairs(&pdus))?;
    write(fuzz, "udh", &headers())?;
    write(fuzz, "time", &times)?;
    write(fuzz, "pdu", &pdus)
}

/// A seed for each line that has one.
fn seeds(file: &Path, octets: impl Fn(&str) -> Option<Vec<u8>>) -> io::Result<Seeds> {
    let mut seeds = Seeds::new();
    for (number, line) in fs::read_to_string(file)?.lines().enumerate() {
        if let (Some(name), Some(octets)) = (string(line, "name"), octets(line)) {
            seeds.insert(file_name(number, name), octets);
        }
    }
    Ok(seeds)
}

/// The first string with this key. The vectors write one space behind the
/// colon, and no escapes where it matters here.
fn string<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let start = format!("\"{key}\": \"");
    let (_, rest) = line.split_once(&start)?;
    rest.split('"').next()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    digits.collect()
}

fn file_name(number: usize, name: &str) -> String {
    let words: Vec<&str> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut name = format!("{number:03}-{}", words.join("-").to_lowercase());
    name.truncate(48);
    name
}

/// The parameters of each PDU that has some.
fn parameters(pdus: &Seeds) -> Seeds {
    let mut seeds = Seeds::new();
    for (name, octets) in pdus {
        if let Ok(pdu) = smpp_codec::decode(octets)
            && let Some(tlvs @ [_, ..]) = pdu.body.tlvs().octets()
            && !seeds.values().any(|other| other == tlvs)
        {
            seeds.insert(name.clone(), tlvs.to_vec());
        }
    }
    seeds
}

/// Sixteen PDUs one behind the other, cut in several ways.
fn streams(pdus: &Seeds) -> Seeds {
    let whole: Vec<&[u8]> = pdus
        .values()
        .filter(|octets| smpp_codec::decode(octets).is_ok())
        .map(Vec::as_slice)
        .collect();
    let stream = |(number, pdus): (usize, &[&[u8]])| {
        let limit_and_pieces = match number % 3 {
            0 => vec![2, 2, 7, 1],
            1 => vec![3, 0],
            _ => vec![2, 3, 16, 255, 0],
        };
        let octets = [limit_and_pieces, pdus.concat()].concat();
        (format!("{number:03}-stream"), octets)
    };
    whole.chunks(16).enumerate().map(stream).collect()
}

/// Two PDUs and where the second starts, for every tenth PDU.
fn pairs(pdus: &Seeds) -> Seeds {
    let after = pdus.values().skip(1);
    let pair = |((name, first), second): ((&String, &Vec<u8>), &Vec<u8>)| {
        let cut = u16::try_from(first.len()).unwrap_or(u16::MAX).to_be_bytes();
        (name.clone(), [&cut, first.as_slice(), second].concat())
    };
    pdus.iter().zip(after).step_by(10).map(pair).collect()
}

/// User data with a header: each element that has a meaning, two at once, and
/// what cannot be read.
fn headers() -> Seeds {
    let texts: [(&str, &[u8]); 10] = [
        ("concatenated-8bit", b"\x05\x00\x03\x42\x03\x01Hello"),
        ("concatenated-16bit", b"\x06\x08\x04\x01\x02\x02\x01Hello"),
        ("ports-8bit", b"\x04\x04\x02\xF0\xF1text"),
        ("ports-16bit", b"\x06\x05\x04\x0B\x84\x23\xF0\x01\x02"),
        ("special-message", b"\x04\x01\x02\x80\x03you have mail"),
        ("status-reports", b"\x03\x06\x01\x81text"),
        ("shift-tables", b"\x06\x24\x01\x01\x25\x01\x03text"),
        (
            "two-elements",
            b"\x0B\x00\x03\x01\x02\x01\x05\x04\x0B\x84\x00\x00text",
        ),
        ("no-element", b"\x00text"),
        ("element-overrun", b"\x05\x00\x09\x42\x03\x01text"),
    ];
    let named = |(name, octets): (&str, &[u8])| (name.to_owned(), octets.to_vec());
    texts.map(named).into()
}

fn write(fuzz: &Path, folder: &str, seeds: &Seeds) -> io::Result<()> {
    let folder = fuzz.join("seeds").join(folder);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for (name, octets) in seeds {
        fs::write(folder.join(name), octets)?;
    }
    println!("{} seeds in {}", seeds.len(), folder.display());
    Ok(())
}
