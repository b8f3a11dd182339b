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
    let receipts = seeds(&vectors.join("receipts.jsonl"), |line| {
        // What is written with escapes here has its place in the tests.
        let text = string(line, "text").filter(|text| !text.contains('\\'))?;
        Some(text.as_bytes().to_vec())
    })?;
    write(fuzz, "receipt", &with_values(receipts))?;
    write(fuzz, "text", &texts())?;
    write(fuzz, "long", &long_messages())?;
    write(fuzz, "session", &sessions())?;
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

/// Receipts, and the same oracle's other form of input: the values of one that
/// is to be written.
fn with_values(mut seeds: Seeds) -> Seeds {
    let mut write = |name: &str, id: &[u8], state: u8, rest: &[u8]| {
        let length = u8::try_from(id.len()).unwrap_or(0);
        seeds.insert(name.to_owned(), [&[length], id, &[state], rest].concat());
    };
    // err, sub, dlvrd, then the flags and what they announce.
    write(
        "values-plain",
        b"0000000017",
        2,
        b"\0\0\0\x01\0\x01\0\0\0hello",
    );
    let dates = b"\0\x15\0\x01\0\0\x01\0\x07\x01\x18\x01\x1F\x09\x3B\0\x18\x02\x01\x0A\0\x0C\0text";
    write("values-all", b"7f3A", 5, dates);
    write("values-bad-id", b"two words", 2, b"");
    let long = b"\xFF\xFF\x03\xE8\x03\xE7\0\0\x02stat:DELIVRD id:5 \x1B\0 text:\0\0";
    write("values-out-of-range", b"id:1", 9, long);
    let spaces = b"id: 17 sub: 001 foo:bar stat:  DELIVRD? err: 000 stat: EXPIRED \xC2\xA0 text: x";
    seeds.insert("spaces".to_owned(), spaces.to_vec());
    // esm_class, where the text stands, no parameters.
    let marked = b"\x04\0\0id:17 sub:001 dlvrd:001 stat:DELIVRD err:000 text:";
    seeds.insert("deliver-marked".to_owned(), marked.to_vec());
    let unmarked = b"\0\x01\0id:17 submit date:2401310959 stat:UNDELIV err:21b";
    seeds.insert("deliver-payload".to_owned(), unmarked.to_vec());
    let wide = b"\x04\0\0\0i\0d\0:\x001\x007\0 \0s\0t\0a\0t\0:\0E\0X\0P\0I\0R\0E\0D";
    seeds.insert("deliver-wide".to_owned(), wide.to_vec());
    let header = b"\x44\0\0\x05\0\x03\x42\x01\x01id:17 stat:REJECTD err:088";
    seeds.insert("deliver-header".to_owned(), header.to_vec());
    seeds
}

/// Texts of several alphabets: two languages, a cut, candidates, languages,
/// whether to replace, then the text.
fn texts() -> Seeds {
    let gsm_or_ucs2 = b"\0\0\x05\x02\0\0\0\x06\0\0\0\0";
    let replacing = b"\0\0\x40\x02\0\0\0\x06\0\0\0\x01";
    let turkish = b"\x01\x01\x05\x02\0\0\0\x06\0\0\x02\x01\x02\0";
    let packed = b"\0\0\x07\x03\x01\0\0\x04\0\0\x06\0\0\0\0";
    let eastern = b"\0\0\x03\x03\x08\0\0\x09\0\0\x06\0\0\0\0";
    let with = |choices: &[u8], text: &str| [choices, text.as_bytes()].concat();
    let seeds = [
        ("gsm", with(gsm_or_ucs2, "Costs 5 € [net] {gross} ~^|\\")),
        ("empty", with(gsm_or_ucs2, "")),
        ("ucs2", with(gsm_or_ucs2, "Привет, 😀")),
        ("quotes", with(replacing, "“Quoted” – it’s … fine")),
        ("turkish", with(turkish, "Yarın akşam görüşürüz, ığŞİ")),
        ("packed-seven", with(packed, "1234567")),
        ("packed-returns", with(packed, "1234567\r\r\r\r\r\r\r\r\r")),
        ("cyrillic", with(packed, "Ёлка №1 § Џ")),
        ("hebrew", with(b"\0\0\x03\x01\x05\0\0\0\0", "שלום ×÷")),
        ("japanese", with(eastern, "日本語 ｶﾅ ¥‾")),
        ("korean", with(eastern, "한국어 문자")),
        ("long", with(turkish, &"“ışık” ".repeat(30))),
    ];
    seeds.map(|(name, octets)| (name.to_owned(), octets)).into()
}

/// Long texts: encoding and languages, method, reference, flags, what they
/// announce, the form of the content, how often it is repeated, an order.
fn long_messages() -> Seeds {
    let with = |choices: &[u8], text: &str| [choices, text.as_bytes()].concat();
    let text = "0123456789[]{}€ long enough to be sent in parts. ";
    let seeds = [
        ("udh8", with(b"\0\0\0\0\0\x42\0\x01\x03\x04\x05\x09\x02\x03", text)),
        ("udh16-ports", with(b"\x06\0\0\x01\x12\x34\x0C\x0B\x84\x23\xF0\x02\x03\x02\x01\0", text)),
        ("sar", with(b"\0\0\0\x02\x12\x34\x02\x01\x04\x03\x01\x02\x05", text)),
        ("payload", with(b"\x01\0\0\x03\0\x01\0\x01\x05\0", text)),
        ("packed", with(b"\x01\0\0\0\0\x07\0\x01\x04\x04\x01\x02\x03\x04", text)),
        ("packed-octets", with(b"\x01\0\0\0\0\x07\0\0\x04\x02\x01\x02", text)),
        ("turkish", with(b"\x01\x01\x01\0\0\x07\0\x01\x04\x02\x01\x02", "ışık [] şğ ")),
        ("element", with(b"\0\0\0\0\0\x07\xC4\0\0\0\x01\x03abc\x01\x03\0", text)),
        ("element-too-long", with(b"\0\0\0\0\0\x07\xC0\x7Caaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\x01\x03\0", text)),
        ("clusters", with(b"\x06\0\0\0\0\x07\x01\x02\x04\0", "👨\u{200D}👩\u{200D}👧🇩🇪e\u{301}")),
        ("japanese-octets", with(b"\x08\0\0\0\0\x07\0\0\x05\x02\x03\x01", "\u{3}日本語")),
        ("too-many", with(b"\x06\0\0\0\0\x07\0\x02\x07\0", &text.repeat(9))),
        // Time, route, flags, then the part itself; and whether time runs out.
        (
            "foreign-parts",
            b"\x20\x01\0\x02\0\x02\x01\x05Hello\x01\x01\0\x02\0\x02\x01\x05Hello\x01\
              \x01\0\x02\0\x02\x02\x06 world\x01\x01\x01\x02\x01\x03\x01\x01a\0\
              \x01\0\x01\x01b\0\x07\x02\x01\x01\x01\x01\x01\x01\x01c\0\x07\x02\x02\x08"
                .to_vec(),
        ),
        (
            "foreign-too-long",
            [b"\x20\x01\0\x02\0\x02\x01\x40".as_slice(), &[b'x'; 64], b"\x01\x01\0\x02\0\x05\x01\x01y\x08"].concat(),
        ),
    ];
    seeds.map(|(name, octets)| (name.to_owned(), octets)).into()
}

/// Both sides, a bind, and what happens then; 0x80 in an operation is the
/// centre.
fn sessions() -> Seeds {
    // Flags, version, window, window of the peer, rates, timers, slots, room.
    const WIDE: [u8; 11] = [0, 2, 7, 7, 0, 0, 0, 0, 0, 7, 100];
    const NARROW: [u8; 11] = [0x0E, 1, 0, 0, 1, 1, 5, 3, 9, 0, 10];
    const OLD: [u8; 11] = [0, 0, 3, 3, 0, 0, 0, 2, 0, 3, 60];
    const TRX: u8 = 2;
    let with = |sides: [[u8; 11]; 2], bind: u8, operations: &[&[u8]]| {
        [sides.concat(), vec![bind], operations.concat()].concat()
    };
    let [submit, deliver, carry]: [&[u8]; 3] = [&[0, 0], &[0x80, 2], &[11]];
    let [centre_answers, esme_answers]: [&[u8]; 2] = [&[0x82, 0, 0, 2], &[2, 0, 0, 2]];
    let seeds = [
        (
            "answered",
            with([WIDE; 2], TRX, &[submit, carry, centre_answers, carry]),
        ),
        (
            "both-ways",
            with(
                [WIDE; 2],
                TRX,
                &[submit, deliver, carry, esme_answers, centre_answers, carry],
            ),
        ),
        (
            "in-pieces",
            with(
                [WIDE; 2],
                TRX,
                &[
                    submit,
                    submit,
                    &[10, 200, 3],
                    centre_answers,
                    &[0x8A, 9, 1],
                    carry,
                ],
            ),
        ),
        (
            "expired-then-late",
            with(
                [WIDE; 2],
                TRX,
                &[submit, carry, &[9], centre_answers, carry],
            ),
        ),
        (
            "cancelled-then-late",
            with(
                [WIDE; 2],
                TRX,
                &[submit, carry, &[4, 0], centre_answers, carry],
            ),
        ),
        (
            "unbind",
            with([WIDE; 2], TRX, &[submit, &[5], carry, carry]),
        ),
        (
            "finish",
            with(
                [WIDE; 2],
                TRX,
                &[
                    submit,
                    deliver,
                    carry,
                    &[6],
                    centre_answers,
                    carry,
                    esme_answers,
                    carry,
                ],
            ),
        ),
        (
            "finish-withheld",
            with(
                [WIDE; 2],
                TRX,
                &[submit, carry, &[0x83, 0], &[0x86], &[9], &[9], carry],
            ),
        ),
        (
            "window-full",
            with(
                [NARROW; 2],
                TRX,
                &[submit, submit, carry, submit, centre_answers, carry, submit],
            ),
        ),
        (
            "throttled",
            with(
                [NARROW; 2],
                TRX,
                &[
                    submit,
                    carry,
                    &[0x82, 0, 3, 0],
                    carry,
                    &[8, 4, 0],
                    submit,
                    carry,
                ],
            ),
        ),
        (
            "timers",
            with(
                [NARROW; 2],
                0,
                &[&[9], carry, &[9], &[9], carry, &[9], &[9]],
            ),
        ),
        (
            "old-version",
            with(
                [OLD, WIDE],
                0,
                &[&[0, 13], &[0, 4], carry, &[8, 0x20, 0], carry],
            ),
        ),
        (
            "receiver",
            with(
                [WIDE; 2],
                5,
                &[submit, deliver, &[0x80, 10], carry, esme_answers, carry],
            ),
        ),
        (
            "forged-request",
            with(
                [WIDE; 2],
                TRX,
                &[&[12, 7, 9, 0], &[12, 6, 9, 2, 1, 2], carry, carry],
            ),
        ),
        (
            "forged-response",
            with(
                [WIDE; 2],
                TRX,
                &[
                    submit,
                    &[0x8D, 0, 2, 0, 0],
                    carry,
                    &[0x8D, 0, 0, 0, 0],
                    carry,
                ],
            ),
        ),
        (
            "forged-second-bind",
            with(
                [WIDE; 2],
                TRX,
                &[&[12, 2, 9, 7, 0, 0, 0, 0x34, 0, 0, 0], carry],
            ),
        ),
        (
            "octets",
            with(
                [WIDE; 2],
                TRX,
                &[
                    &[14, 16, 0, 0, 0, 16, 0, 0, 0, 21, 0, 0, 0, 0, 0, 0, 0, 9],
                    carry,
                ],
            ),
        ),
        (
            "octets-no-pdu",
            with(
                [WIDE; 2],
                TRX,
                &[submit, &[14, 4, 0, 0, 0, 1], carry, carry],
            ),
        ),
        (
            "answers-to-nothing",
            with([WIDE; 2], TRX, &[&[2, 0, 7], &[0x82, 0, 9], &[0x82, 0, 7]]),
        ),
        (
            "lost",
            with([WIDE; 2], TRX, &[submit, carry, &[15, 0], &[0x8F, 0]]),
        ),
        (
            "closed",
            with(
                [WIDE; 2],
                TRX,
                &[submit, carry, &[7, 0], submit, centre_answers, carry],
            ),
        ),
        (
            "unbound-http",
            with([WIDE; 2], 0xFF, &[&[14, 16], b"GET / HTTP/1.1\r\n", carry]),
        ),
        (
            "unbound-too-many",
            with(
                [WIDE; 2],
                0xFF,
                &[
                    &[12, 7, 9, 0],
                    &[12, 7, 9, 0],
                    &[12, 7, 9, 0],
                    &[12, 7, 9, 0],
                    &[12, 7, 9, 0],
                    carry,
                ],
            ),
        ),
        (
            "no-room",
            with(
                [NARROW; 2],
                TRX,
                &[
                    &[12, 15, 1, 0],
                    &[12, 15, 2, 0],
                    &[12, 15, 3, 0],
                    &[12, 15, 4, 0],
                    &[12, 15, 5, 0],
                    &[12, 15, 6, 0],
                    &[12, 15, 7, 0],
                    &[12, 15, 8, 0],
                    &[12, 15, 9, 0],
                    &[12, 15, 10, 0],
                    &[12, 15, 11, 0],
                    &[12, 15, 12, 0],
                    &[12, 15, 13, 0],
                    &[12, 15, 14, 0],
                    &[12, 15, 15, 0],
                    &[10, 255, 255],
                    carry,
                ],
            ),
        ),
    ];
    seeds.map(|(name, octets)| (name.to_owned(), octets)).into()
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
