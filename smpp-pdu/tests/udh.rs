//! User data headers against the table, known answers and themselves.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

use proptest::prelude::*;
use smpp_pdu::udh::{
    ConcatRef, Iei, InformationElement, MAX_SEGMENTS, MAX_USER_DATA, NationalLanguage, Ports,
    SegmentUnit, SmscControl, SpecialMessage, SpecialMessageType, Udh, UdhBuf, UdhError, room,
};

const TABLE: &str = include_str!("spec/udh.csv");

/// The cells of a line; no cell of this table holds a line break or a quote.
fn cells(line: &str) -> Vec<&str> {
    let mut quoted = false;
    line.split(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .map(|cell| cell.trim_matches('"'))
    .collect()
}

/// The rows of one kind.
fn rows(kind: &str) -> Vec<Vec<&'static str>> {
    let mut lines = TABLE.lines().map(cells);
    let columns = lines.next().unwrap();
    assert_eq!(
        columns,
        [
            "kind",
            "iei",
            "name",
            "length",
            "content",
            "repeatable",
            "max_octets_8bit",
            "max_septets_7bit",
            "max_chars_ucs2",
        ]
    );
    let rows: Vec<_> = lines.collect();
    assert_eq!(rows.len(), 61);
    assert!(rows.iter().all(|row| row.len() == columns.len()));
    rows.into_iter().filter(|row| row[0] == kind).collect()
}

fn number(cell: &str) -> u8 {
    u8::from_str_radix(cell.strip_prefix("0x").unwrap(), 16).unwrap()
}

fn concat(reference: u16, total: u8, part: u8, wide: bool) -> ConcatRef {
    ConcatRef {
        reference,
        total,
        part,
        wide,
    }
}

#[test]
fn every_identifier_of_the_table_has_its_name_and_number() {
    let rows = rows("information_element");
    assert_eq!(rows.len(), 40);
    let mut covered = 0;
    let mut named = Vec::new();
    for row in rows {
        let (first, last) = row[1].split_once('-').unwrap_or((row[1], row[1]));
        let (first, last) = (number(first), number(last));
        for octet in first..=last {
            covered += 1;
            let iei = Iei(octet);
            let private = [
                iei.is_sim_toolkit_security(),
                iei.is_sme_specific(),
                iei.is_smsc_specific(),
            ];
            let expected = match row[2] {
                "sim_toolkit_security" => [true, false, false],
                "sme_specific" => [false, true, false],
                "smsc_specific" => [false, false, true],
                "reserved" | "not_used" | "reserved_ems" => [false; 3],
                name => {
                    assert_eq!(iei.name().unwrap().to_lowercase(), name);
                    named.push(iei);
                    assert_eq!(private, [false; 3]);
                    continue;
                }
            };
            assert_eq!(private, expected, "{}", row[1]);
            assert_eq!(iei.name(), None, "{}", row[1]);
        }
    }
    assert_eq!(covered, 256);
    let all: Vec<Iei> = Iei::NAMED.iter().map(|&(iei, _)| iei).collect();
    assert_eq!(named, all);
    assert_eq!(all.len(), 31);
}

#[test]
fn every_language_of_the_table_has_its_name_and_number() {
    let row = rows("information_element")
        .into_iter()
        .find(|row| row[2] == "national_single_shift")
        .unwrap();
    let words: Vec<&str> = row[4]
        .strip_prefix("language id: ")
        .unwrap()
        .split(' ')
        .collect();
    assert_eq!(words.len(), 26);
    for pair in words.chunks(2) {
        let language = NationalLanguage(pair[0].parse().unwrap());
        assert_eq!(language.name().unwrap(), pair[1].to_uppercase());
    }
    assert_eq!(NationalLanguage::NAMED.len(), 13);
}

/// The header a row of the table is about.
fn header_of(row: &str) -> UdhBuf {
    let mut header = UdhBuf::new();
    for part in row.split(" + ") {
        match part {
            "no header" => Ok(()),
            "concat 8-bit ref" | "concat 8-bit" => header.concat8(1, 2, 1),
            "concat 16-bit ref" | "concat 16-bit" => header.concat16(1, 2, 1),
            "ports 8-bit" => header.ports8(240, 241),
            "ports 16-bit" => header.ports16(16000, 16001),
            "single shift" | "single" | "one shift" => {
                header.single_shift(NationalLanguage::SPANISH)
            }
            "locking shift" => header.locking_shift(NationalLanguage::TURKISH),
            "two shifts" => header
                .single_shift(NationalLanguage::URDU)
                .and_then(|()| header.locking_shift(NationalLanguage::URDU)),
            other => panic!("{other}"),
        }
        .unwrap();
    }
    header
}

#[test]
fn every_segment_size_of_the_table_comes_out() {
    let rows = rows("segment_size");
    assert_eq!(rows.len(), 16);
    for row in rows {
        let header = header_of(row[1]);
        let octets: usize = row[4]
            .strip_prefix("header octets ")
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(header.len(), octets, "{}", row[1]);
        let sizes = [SegmentUnit::Octets, SegmentUnit::Septets, SegmentUnit::Ucs2]
            .map(|unit| room(header.len(), unit).to_string());
        assert_eq!(sizes, [row[6], row[7], row[8]], "{}", row[1]);
    }
    assert_eq!(room(MAX_USER_DATA, SegmentUnit::Septets), 0);
    assert_eq!(room(usize::MAX, SegmentUnit::Octets), 0);
    assert_eq!(MAX_SEGMENTS, u8::MAX);
}

#[test]
fn known_headers_read_as_what_they_say() {
    let (header, rest) = Udh::split(&[5, 0, 3, 0xCC, 2, 1, b'h', b'i']).unwrap();
    assert_eq!(header.concat(), Some(concat(0xCC, 2, 1, false)));
    assert_eq!(header.ports(), None);
    assert_eq!(rest, b"hi");
    assert_eq!(
        (header.len(), header.as_bytes()),
        (6, &[5, 0, 3, 0xCC, 2, 1][..])
    );

    let (header, rest) = Udh::split(&[6, 8, 4, 0x12, 0x34, 255, 255]).unwrap();
    assert_eq!(header.concat(), Some(concat(0x1234, 255, 255, true)));
    assert!(rest.is_empty());

    // A WAP push in two segments.
    let octets = [
        0x0B, 0x05, 0x04, 0x0B, 0x84, 0x23, 0xF0, 0x00, 0x03, 0x01, 0x02, 0x02,
    ];
    let (header, _) = Udh::split(&octets).unwrap();
    let ports = Ports {
        destination: 2948,
        originator: 9200,
        wide: true,
    };
    assert_eq!(header.ports(), Some(ports));
    assert_eq!(header.concat(), Some(concat(1, 2, 2, false)));

    let (header, _) = Udh::split(&[4, 4, 2, 240, 255]).unwrap();
    let ports = Ports {
        destination: 240,
        originator: 255,
        wide: false,
    };
    assert_eq!(header.ports(), Some(ports));

    let (header, _) = Udh::split(&[9, 0x24, 1, 1, 0x25, 1, 3, 6, 1, 0xC1]).unwrap();
    assert_eq!(header.single_shift(), Some(NationalLanguage::TURKISH));
    assert_eq!(header.locking_shift(), Some(NationalLanguage::PORTUGUESE));
    let control = header.smsc_control().unwrap();
    assert!(control.contains(SmscControl::DELIVERED | SmscControl::CANCEL_FURTHER));
    assert!(control.contains(SmscControl::INCLUDE_ORIGINAL_UDH));
    assert!(!control.contains(SmscControl::PERMANENT_ERROR));
}

#[test]
fn several_sorts_of_waiting_messages_are_all_told() {
    let (header, _) = Udh::split(&[8, 1, 2, 0x80, 5, 1, 2, 0x56, 0]).unwrap();
    let messages: Vec<SpecialMessage> = header.special_messages().collect();
    assert_eq!(
        messages,
        [
            SpecialMessage {
                store: true,
                count: 5,
                ..SpecialMessage::default()
            },
            SpecialMessage {
                store: false,
                profile: 2,
                extended: 5,
                message_type: SpecialMessageType::EMAIL,
                count: 0,
            },
        ]
    );
    let mut written = UdhBuf::new();
    for message in messages {
        written.special_message(message).unwrap();
    }
    assert_eq!(written.as_bytes(), header.as_bytes());
}

#[test]
fn elements_come_in_order_with_their_repetitions() {
    let octets = [13, 7, 1, 1, 0x80, 0, 7, 1, 2, 0xFF, 3, 1, 2, 3, 99];
    let (header, rest) = Udh::split(&octets).unwrap();
    let elements: Vec<(u8, &[u8])> = header
        .elements()
        .map(|element| (element.identifier.0, element.data))
        .collect();
    let expected: [(u8, &[u8]); 4] = [(7, &[1]), (0x80, &[]), (7, &[2]), (0xFF, &[1, 2, 3])];
    assert_eq!(elements, expected);
    assert_eq!(rest, [99]);
    assert_eq!((&header).into_iter().count(), 4);
}

#[test]
fn the_last_of_two_elements_counts() {
    let (header, _) = Udh::split(&[11, 0, 3, 1, 2, 1, 8, 4, 0, 9, 3, 2]).unwrap();
    assert_eq!(header.concat(), Some(concat(9, 3, 2, true)));
    let (header, _) = Udh::split(&[10, 0, 3, 1, 2, 1, 0, 3, 1, 2, 2]).unwrap();
    assert_eq!(header.concat(), Some(concat(1, 2, 2, false)));
    // One that a receiver ignores does not hide the one before.
    let (header, _) = Udh::split(&[10, 0, 3, 1, 2, 1, 0, 3, 1, 2, 3]).unwrap();
    assert_eq!(header.concat(), Some(concat(1, 2, 1, false)));
}

#[test]
fn senseless_concatenation_is_ignored_when_read_and_refused_when_written() {
    for (total, part) in [(0, 0), (0, 1), (3, 0), (3, 4), (254, 255)] {
        let octets = [5, 0, 3, 1, total, part];
        assert_eq!(Udh::split(&octets).unwrap().0.concat(), None);
        let octets = [6, 8, 4, 0, 1, total, part];
        assert_eq!(Udh::split(&octets).unwrap().0.concat(), None);
        let mut buf = UdhBuf::new();
        assert_eq!(
            buf.concat8(1, total, part),
            Err(UdhError::BadValue(Iei::CONCATENATED_8BIT))
        );
        assert_eq!(
            buf.concat16(1, total, part),
            Err(UdhError::BadValue(Iei::CONCATENATED_16BIT))
        );
        assert!(buf.is_empty());
    }
    let mut buf = UdhBuf::new();
    assert!(buf.concat(concat(256, 2, 1, false)).is_err());
    assert!(buf.concat(concat(256, 2, 1, true)).is_ok());
}

#[test]
fn data_of_the_wrong_length_has_no_typed_reading() {
    let data = [1; 6];
    for identifier in [0x00, 0x01, 0x04, 0x05, 0x06, 0x08, 0x24, 0x25].map(Iei) {
        let right = match identifier.0 {
            0x00 => 3,
            0x01 | 0x04 => 2,
            0x05 | 0x08 => 4,
            _ => 1,
        };
        for length in 0..=data.len() {
            let element = InformationElement {
                identifier,
                data: &data[..length],
            };
            let readings = [
                element.concat().is_some(),
                element.ports().is_some(),
                element.single_shift().is_some(),
                element.locking_shift().is_some(),
                element.smsc_control().is_some(),
                element.special_message().is_some(),
            ];
            let count = readings.iter().filter(|&&read| read).count();
            assert_eq!(count, usize::from(length == right), "{identifier} {length}");
        }
    }
}

#[test]
fn broken_headers_are_refused_with_the_place() {
    assert_eq!(Udh::split(&[]), Err(UdhError::Missing));
    let overrun = |declared, available| {
        Err(UdhError::HeaderOverrun {
            declared,
            available,
        })
    };
    assert_eq!(Udh::split(&[1]), overrun(1, 0));
    assert_eq!(Udh::split(&[5, 0, 3, 1, 2]), overrun(5, 4));
    assert_eq!(Udh::split(&[255, 0]), overrun(255, 1));
    let element = |position| Err(UdhError::ElementOverrun { position });
    assert_eq!(Udh::split(&[1, 0]), element(1));
    assert_eq!(Udh::split(&[5, 0, 4, 1, 2, 1, 9]), element(1));
    assert_eq!(Udh::split(&[6, 0, 3, 1, 2, 1, 9]), element(6));
    assert_eq!(Udh::split(&[7, 0, 3, 1, 2, 1, 9, 1]), element(6));
    let (header, rest) = Udh::split(&[0, 7]).unwrap();
    assert_eq!((header.elements().count(), rest), (0, &[7][..]));
}

#[test]
fn the_header_takes_140_octets_and_no_more() {
    let data = [7; 256];
    let element = |length| InformationElement {
        identifier: Iei(0x80),
        data: &data[..length],
    };
    let mut buf = UdhBuf::new();
    assert_eq!((buf.len(), buf.as_bytes()), (0, &[][..]));
    for length in [138, 255, 256] {
        let full = UdhError::Full {
            needed: length + 2,
            room: 139,
        };
        assert_eq!(buf.push(element(length)), Err(full));
        assert_eq!(buf, UdhBuf::new());
    }
    buf.push(element(137)).unwrap();
    assert_eq!((buf.len(), buf.as_bytes()[0]), (140, 139));
    let before = buf;
    assert_eq!(
        buf.push(element(0)),
        Err(UdhError::Full { needed: 2, room: 0 })
    );
    assert_eq!(buf, before);
    let mut buf = UdhBuf::default();
    buf.push(element(135)).unwrap();
    assert_eq!(
        buf.push(element(1)),
        Err(UdhError::Full { needed: 3, room: 2 })
    );
    buf.push(element(0)).unwrap();
    assert_eq!(buf.len(), 140);
    assert_eq!(Udh::split(&buf).unwrap().0.elements().count(), 2);
}

#[test]
fn typed_writing_gives_the_known_octets() {
    let mut buf = UdhBuf::new();
    buf.smsc_control(SmscControl::DELIVERED | SmscControl::PERMANENT_ERROR)
        .unwrap();
    buf.ports8(250, 251).unwrap();
    buf.locking_shift(NationalLanguage::HINDI).unwrap();
    assert_eq!(buf.as_ref(), [10, 6, 1, 3, 4, 2, 250, 251, 0x25, 1, 6]);
    assert_eq!(format!("{:?}", UdhBuf::new()), "UdhBuf([])");
    for wrong in [
        SpecialMessage {
            profile: 4,
            ..SpecialMessage::default()
        },
        SpecialMessage {
            extended: 8,
            ..SpecialMessage::default()
        },
        SpecialMessage {
            message_type: SpecialMessageType(4),
            ..SpecialMessage::default()
        },
    ] {
        assert_eq!(
            buf.special_message(wrong),
            Err(UdhError::BadValue(Iei::SPECIAL_MESSAGE_INDICATION))
        );
    }
}

#[test]
fn an_error_says_what_is_wrong() {
    let say = |octets: &[u8]| Udh::split(octets).unwrap_err().to_string();
    assert_eq!(say(&[]), "user data header: no octet for its length");
    assert_eq!(say(&[9, 0]), "user data header: 9 octets declared, 1 there");
    assert_eq!(
        say(&[1, 0]),
        "user data header: the element at octet 1 runs past the header"
    );
    assert_eq!(
        UdhBuf::new().concat8(1, 0, 0).unwrap_err().to_string(),
        "user data header: impossible value for CONCATENATED_8BIT"
    );
    let full = UdhError::Full { needed: 3, room: 2 };
    assert_eq!(
        full.to_string(),
        "user data header: an element of 3 octets does not fit into 2"
    );
}

proptest! {
    #[test]
    fn elements_survive_writing_and_reading(
        elements in proptest::collection::vec(
            (any::<u8>(), proptest::collection::vec(any::<u8>(), 0..40)),
            0..8,
        ),
        text in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut buf = UdhBuf::new();
        let mut kept = Vec::new();
        for (identifier, data) in &elements {
            let element = InformationElement { identifier: Iei(*identifier), data };
            if buf.push(element).is_ok() {
                kept.push(element);
            }
        }
        prop_assume!(!kept.is_empty());
        let mut user_data = buf.to_vec();
        user_data.extend_from_slice(&text);
        let (header, rest) = Udh::split(&user_data).unwrap();
        prop_assert_eq!(header.as_bytes(), buf.as_bytes());
        prop_assert_eq!(header.elements().collect::<Vec<_>>(), kept);
        prop_assert_eq!(rest, text);
    }

    #[test]
    fn no_octets_make_the_reader_panic(octets in proptest::collection::vec(any::<u8>(), 0..40)) {
        if let Ok((header, rest)) = Udh::split(&octets) {
            prop_assert_eq!(header.len() + rest.len(), octets.len());
            let sum: usize = header.elements().map(|element| element.data.len() + 2).sum();
            prop_assert_eq!(sum + 1, header.len());
            let typed = header.special_messages().count() <= header.elements().count();
            prop_assert!(typed);
        }
    }

    #[test]
    fn concatenation_and_ports_survive(
        reference in any::<u16>(), total in 1..=255u8, part in 1..=255u8, wide in any::<bool>(),
        destination in any::<u16>(), originator in any::<u16>(),
    ) {
        prop_assume!(part <= total);
        let reference = if wide { reference } else { reference & 0xFF };
        let place = concat(reference, total, part, wide);
        let mut buf = UdhBuf::new();
        buf.concat(place).unwrap();
        buf.ports16(destination, originator).unwrap();
        let (header, _) = Udh::split(&buf).unwrap();
        prop_assert_eq!(header.concat(), Some(place));
        prop_assert_eq!(header.ports(), Some(Ports { destination, originator, wide: true }));
    }
}
