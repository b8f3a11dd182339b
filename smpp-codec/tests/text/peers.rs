//! Against other encoders: what they make of 10 200 texts is in `peers.tsv`,
//! which `generate.py` wrote; it says which encoder stands behind what.

use smpp_codec::SliceBuf;
use smpp_codec::long::{Method, SplitOptions, segments};
use smpp_codec::text::gsm7::{pack, packed_len};
use smpp_codec::text::{Encoding, NationalShift, choose};
use smpp_pdu::udh::NationalLanguage;

use crate::support::{digest, encode, exact, hex, write};

struct Said {
    repeated: bool,
    text: String,
    fields: Vec<&'static str>,
}

fn said() -> impl Iterator<Item = Said> {
    include_str!("peers.tsv").lines().map(|line| {
        let fields: Vec<_> = line.split('\t').collect();
        assert_eq!(fields.len(), 11, "{line}");
        let times: usize = fields[0].parse().unwrap();
        Said {
            repeated: times > 1,
            text: unescape(fields[1]).repeat(times),
            fields,
        }
    })
}

fn unescape(shown: &str) -> String {
    let mut pieces = shown.split("\\u");
    let mut text = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (code, rest) = piece.split_at(4);
        text.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        text.push_str(rest);
    }
    text
}

impl Said {
    fn assert(&self, field: usize, what: &str, octets: &[u8]) {
        let expected = self.fields[field];
        let have = if expected.starts_with('#') {
            digest(octets)
        } else {
            hex(octets)
        };
        assert_eq!(have, expected, "{what} of {:?}", self.text);
    }

    /// The octets in an encoding, or `None` with the peer saying so too.
    fn encoded(&self, field: usize, encoding: Encoding) -> Option<Vec<u8>> {
        if self.fields[field] == "-" {
            let refused = encoding.encoded_len(&self.text);
            assert!(refused.is_err(), "{encoding} has all of {:?}", self.text);
            return None;
        }
        Some(encode(encoding, &self.text))
    }
}

#[test]
fn there_are_enough_texts_of_each_sort() {
    let count = |wanted: fn(&Said) -> bool| said().filter(wanted).count();
    assert_eq!(count(|_| true), 10_200);
    assert_eq!(count(|said| said.repeated), 1_700);
    assert!(count(|said| said.fields[2] == "G") > 3_000);
    assert!(count(|said| said.fields[6] != "-") > 4_000);
    println!(
        "## text peers: smpplib 2.2.4, gsm0338 1.1.0, smsutil 1.1.3, python-gsmmodem-new 0.13.0"
    );
    println!(
        "## text peers: {} texts, {} of several parts",
        said().count(),
        count(|said| said.fields[9].contains(','))
    );
}

#[test]
fn the_choice_is_that_of_smsutil() {
    for said in said() {
        let expected = match said.fields[2] {
            "G" => Encoding::Gsm7,
            _ => Encoding::Ucs2,
        };
        assert_eq!(choose(&said.text).encoding, expected, "{:?}", said.text);
    }
}

#[test]
fn the_gsm_alphabet_is_that_of_four_libraries() {
    for said in said() {
        if let Some(octets) = said.encoded(3, Encoding::Gsm7) {
            said.assert(3, "GSM", &octets);
            assert_eq!(exact(Encoding::Gsm7, &octets), said.text);
        }
    }
}

#[test]
fn packed_septets_are_those_of_gsmmodem() {
    for said in said() {
        let Some(septets) = said.encoded(3, Encoding::Gsm7) else {
            continue;
        };
        for (field, fill) in [(4, 0), (5, 1)] {
            let mut octets = vec![0; packed_len(septets.len(), fill)];
            pack(&septets, fill, &mut SliceBuf::new(&mut octets));
            said.assert(field, "packed septets", &octets);
        }
        let packed = encode(Encoding::Gsm7Packed, &said.text);
        assert_eq!(exact(Encoding::Gsm7Packed, &packed), said.text);
        if septets.len() % 8 != 7 && !said.text.ends_with('\r') {
            said.assert(4, "packed text", &packed);
        }
    }
}

#[test]
fn the_spanish_single_shift_is_that_of_gsm0338() {
    let spanish = NationalShift::single(NationalLanguage::SPANISH);
    for said in said() {
        if let Some(octets) = said.encoded(6, Encoding::Gsm7National(spanish)) {
            said.assert(6, "Spanish", &octets);
        }
    }
}

#[test]
fn the_octet_alphabets_are_those_of_python() {
    let mut seen = 0;
    for said in said() {
        let (codec, expected) = said.fields[7].split_once('#').unwrap_or(("", ""));
        for (name, encoding) in [
            ("ascii", Encoding::Ascii),
            ("latin-1", Encoding::Latin1),
            ("iso8859_5", Encoding::Cyrillic),
            ("iso8859_8", Encoding::Hebrew),
        ] {
            if name == codec {
                let octets = encode(encoding, &said.text);
                assert_eq!(digest(&octets), format!("#{expected}"), "{:?}", said.text);
                assert_eq!(exact(encoding, &octets), said.text);
                seen += 1;
                break;
            }
            let refused = encoding.encoded_len(&said.text).is_err();
            assert!(refused, "{encoding} has all of {:?}", said.text);
        }
    }
    assert!(seen > 3_000, "{seen}");
}

#[test]
fn utf16_is_that_of_python() {
    for said in said() {
        let octets = encode(Encoding::Ucs2, &said.text);
        said.assert(8, "UTF-16", &octets);
        assert_eq!(exact(Encoding::Ucs2, &octets), said.text);
    }
}

#[test]
fn segments_are_those_of_smsutil_and_smpplib() {
    for said in said() {
        let encoding = choose(&said.text).encoding;
        let options = SplitOptions {
            // Neither of the two knows about clusters.
            whole_clusters: false,
            ..SplitOptions::new(Method::Udh8, 0x42)
        };
        let parts = segments(encoding, said.text.as_str(), options).unwrap();
        let count = parts.count();
        let (mut units, mut octets) = (Vec::new(), Vec::new());
        for part in parts {
            units.push(part.units().to_string());
            octets.extend(write(&part));
        }
        assert_eq!(units.len(), count);
        assert_eq!(units.join(","), said.fields[9], "{:?}", said.text);
        said.assert(10, "segments", &octets);
    }
}
