//! Where a text is cut, and how many parts it has.

use smpp_codec::long::{
    Content, MAX_PAYLOAD_OCTETS, MAX_SEGMENT_OCTETS, Method, Segments, SplitError, SplitOptions,
    segments,
};
use smpp_codec::text::{Encoding, NationalShift};
use smpp_pdu::udh::{Iei, InformationElement, NationalLanguage, Ports, SegmentUnit, Udh, UdhBuf};

use crate::support::{encode, exact, write};

const UDH8: SplitOptions = SplitOptions::new(Method::Udh8, 0x42);

fn split<'a>(
    encoding: Encoding,
    content: impl Into<Content<'a>>,
    options: SplitOptions,
) -> Segments<'a> {
    let segments = segments(encoding, content, options).unwrap();
    assert_eq!(segments.iter().len(), segments.count());
    assert_eq!(segments.iter().count(), segments.count());
    segments
}

fn units(segments: &Segments<'_>) -> Vec<usize> {
    segments.iter().map(|segment| segment.units()).collect()
}

fn texts(encoding: Encoding, text: &str, options: SplitOptions) -> Vec<String> {
    let segments = split(encoding, text, options);
    segments
        .iter()
        .map(|segment| segment.text().unwrap().to_owned())
        .collect()
}

fn ports(wide: bool) -> Ports {
    Ports {
        destination: 240,
        originator: 241,
        wide,
    }
}

/// The room in a part, measured: the longest first part of a long text.
fn measured(encoding: Encoding, options: SplitOptions, several: bool) -> usize {
    let long = "x".repeat(500);
    if several {
        let segments = split(encoding, long.as_str(), options);
        assert_eq!(segments.room(), units(&segments)[0]);
        return segments.room();
    }
    let whole = |len: &usize| split(encoding, &long[..*len], options).count() == 1;
    (0..=200).rev().find(whole).unwrap()
}

/// 3GPP TS 23.040, 9.2.3.24: every size that the header's elements leave.
#[test]
fn the_room_is_what_the_elements_leave() {
    let turkish = NationalLanguage::TURKISH;
    let shifts = [
        NationalShift::NONE,
        NationalShift::single(turkish),
        NationalShift::both(turkish),
    ];
    // Method or none, octets of ports, shifts: room in octets, septets, UCS-2.
    let expected = [
        (None, 0, 0, [140, 160, 70]),
        (Some(Method::Udh8), 0, 0, [134, 153, 67]),
        (Some(Method::Udh16), 0, 0, [133, 152, 66]),
        (None, 1, 0, [135, 154, 67]),
        (None, 2, 0, [133, 152, 66]),
        (Some(Method::Udh8), 1, 0, [130, 148, 65]),
        (Some(Method::Udh16), 1, 0, [129, 147, 64]),
        (Some(Method::Udh8), 2, 0, [128, 146, 64]),
        (Some(Method::Udh16), 2, 0, [127, 145, 63]),
        (None, 0, 1, [0, 155, 0]),
        (None, 0, 2, [0, 152, 0]),
        (Some(Method::Udh8), 0, 1, [0, 149, 0]),
        (Some(Method::Udh16), 0, 1, [0, 148, 0]),
        (Some(Method::Udh8), 0, 2, [0, 146, 0]),
        (Some(Method::Udh16), 0, 2, [0, 145, 0]),
        // Those of the message centre, made of the parameters.
        (Some(Method::Sar), 0, 0, [134, 153, 67]),
        (Some(Method::Sar), 2, 0, [128, 146, 64]),
        (Some(Method::Sar), 0, 2, [0, 146, 0]),
    ];
    for (method, port, shift, [octets, septets, wide]) in expected {
        let mut options = SplitOptions::new(method.unwrap_or_default(), 1);
        if port > 0 {
            options = options.ports(ports(port == 2));
        }
        let gsm = Encoding::Gsm7.with_national(shifts[shift]);
        let row = format!("{method:?}, ports {port}, shifts {shift}");
        assert_eq!(measured(gsm, options, method.is_some()), septets, "{row}");
        if shift == 0 {
            assert_eq!(
                measured(Encoding::Latin1, options, method.is_some()),
                octets,
                "{row}"
            );
            assert_eq!(
                measured(Encoding::Ucs2, options, method.is_some()),
                wide,
                "{row}"
            );
            // A trailing x keeps the filler away.
            assert_eq!(
                measured(Encoding::Gsm7Packed, options, method.is_some()),
                septets,
                "{row}"
            );
        }
    }
}

#[test]
fn a_part_more_begins_where_the_standard_says() {
    for (encoding, single, part) in [
        (Encoding::Gsm7, 160, 153),
        (Encoding::Gsm7Packed, 160, 153),
        (Encoding::Latin1, 140, 134),
        (Encoding::Ucs2, 70, 67),
    ] {
        let count = |len: usize| split(encoding, "x".repeat(len).as_str(), UDH8).count();
        assert_eq!(
            (count(0), count(1), count(single), count(single + 1)),
            (1, 1, 1, 2)
        );
        for parts in 2..=255 {
            assert_eq!(count(part * parts), parts, "{encoding}");
            if parts < 255 {
                assert_eq!(count(part * parts + 1), parts + 1, "{encoding}");
            }
        }
        let over = "x".repeat(part * 255 + 1);
        let error = segments(encoding, over.as_str(), UDH8).unwrap_err();
        assert_eq!(error, SplitError::TooManyParts);
    }
}

#[test]
fn parts_carry_their_numbers_and_the_reference() {
    let text = "x".repeat(400);
    for (method, header) in [
        (Method::Udh8, &[5, 0, 3, 0x34, 3][..]),
        (Method::Udh16, &[6, 8, 4, 0x12, 0x34, 3]),
    ] {
        let segments = split(
            Encoding::Gsm7,
            text.as_str(),
            SplitOptions::new(method, 0x1234),
        );
        for (number, segment) in (1..).zip(&segments) {
            let octets = write(&segment);
            assert!(octets.starts_with(header), "{octets:02x?}");
            assert_eq!(octets[header.len()], number);
            assert!(segment.has_header() && !segment.is_payload());
            assert_eq!((segment.part(), segment.total()), (number, 3));
            assert!(octets.len() <= MAX_SEGMENT_OCTETS);
        }
    }
}

#[test]
fn a_text_of_one_part_has_no_header() {
    for method in [Method::Udh8, Method::Udh16, Method::Sar, Method::Payload] {
        let segments = split(Encoding::Gsm7, "short", SplitOptions::new(method, 7));
        let segment = segments.iter().next().unwrap();
        assert_eq!(write(&segment), b"short");
        assert!(!segment.has_header());
        assert_eq!((segment.place(), segment.sar()), (None, None));
    }
}

#[test]
fn parameters_carry_the_numbers_of_sar() {
    let text = "x".repeat(307);
    let segments = split(
        Encoding::Gsm7,
        text.as_str(),
        SplitOptions::new(Method::Sar, 0xABCD),
    );
    let seen: Vec<_> = segments
        .iter()
        .map(|segment| {
            assert!(!segment.has_header());
            let sar = segment.sar().unwrap();
            (sar.reference, sar.total, sar.part, write(&segment).len())
        })
        .collect();
    assert_eq!(
        seen,
        [(0xABCD, 3, 1, 153), (0xABCD, 3, 2, 153), (0xABCD, 3, 3, 1)]
    );
    let wide = SplitOptions {
        sar_room: Method::Udh16,
        ..SplitOptions::new(Method::Sar, 1)
    };
    assert_eq!(split(Encoding::Gsm7, text.as_str(), wide).room(), 152);
}

#[test]
fn a_payload_is_one_part_up_to_its_limit() {
    let options = SplitOptions::new(Method::Payload, 0);
    let text = "x".repeat(MAX_PAYLOAD_OCTETS);
    let segments = split(Encoding::Gsm7, text.as_str(), options);
    assert_eq!(segments.count(), 1);
    let segment = segments.iter().next().unwrap();
    assert!(segment.is_payload());
    assert_eq!(write(&segment).len(), MAX_PAYLOAD_OCTETS);
    let octets = MAX_PAYLOAD_OCTETS + 1;
    let over = super::split::segments(Encoding::Gsm7, "x".repeat(octets).as_str(), options)
        .map(|segments| segments.count());
    assert_eq!(over, Err(SplitError::PayloadTooLong { octets }));
}

#[test]
fn an_escape_pair_is_not_cut() {
    let text = format!("{}€{}", "x".repeat(152), "y".repeat(150));
    let segments = split(Encoding::Gsm7, text.as_str(), UDH8);
    assert_eq!(units(&segments), [152, 152]);
    assert!(texts(Encoding::Gsm7, &text, UDH8)[1].starts_with('€'));
    // Of extension characters alone, 76 fit, and one septet stays empty.
    let euros = "€".repeat(153);
    assert_eq!(
        units(&split(Encoding::Gsm7, euros.as_str(), UDH8)),
        [152, 152, 2]
    );
    // The 160th septet must not be an escape either.
    let text = format!("{}€", "x".repeat(159));
    assert_eq!(units(&split(Encoding::Gsm7, text.as_str(), UDH8)), [153, 8]);
}

#[test]
fn a_pair_of_surrogates_is_not_cut() {
    let text = format!("{}😀{}", "ж".repeat(66), "ж".repeat(10));
    assert_eq!(units(&split(Encoding::Ucs2, text.as_str(), UDH8)), [66, 12]);
    let faces = "😀".repeat(36);
    assert_eq!(units(&split(Encoding::Ucs2, faces.as_str(), UDH8)), [66, 6]);
}

#[test]
fn octets_are_cut_like_the_text_that_they_are() {
    let gsm = format!(
        "{}€{}\r{}",
        "x".repeat(152),
        "[".repeat(90),
        "y".repeat(100)
    );
    let wide = format!("{}😀{}", "ж".repeat(66), "ж😀".repeat(60));
    for (encoding, text) in [
        (Encoding::Gsm7, &gsm),
        (Encoding::Gsm7Packed, &gsm),
        (Encoding::Ucs2, &wide),
        (Encoding::Latin1, &"é".repeat(300)),
    ] {
        for options in [
            UDH8,
            SplitOptions::new(Method::Udh16, 9),
            UDH8.ports(ports(true)),
        ] {
            let octets = encode(encoding, text);
            let of_text = split(encoding, text.as_str(), options);
            let of_octets = split(encoding, octets.as_slice(), options);
            assert_eq!(of_text.part_count(), of_octets.part_count());
            for (a, b) in of_text.iter().zip(&of_octets) {
                assert_eq!(write(&a), write(&b), "{encoding}");
                assert_eq!(b.text(), None);
            }
        }
    }
}

#[test]
fn octets_that_are_no_text_are_split_all_the_same() {
    let octets: Vec<u8> = (0..=255).cycle().take(1000).collect();
    for encoding in [
        Encoding::Binary,
        Encoding::Gsm7,
        Encoding::Ucs2,
        Encoding::Ascii,
    ] {
        let segments = split(encoding, octets.as_slice(), UDH8);
        let joined: Vec<u8> = segments
            .iter()
            .flat_map(|s| write(&s)[6..].to_vec())
            .collect();
        assert_eq!(joined, octets, "{encoding}");
    }
    assert_eq!(split(Encoding::Binary, octets.as_slice(), UDH8).count(), 8);
}

#[test]
fn packed_septets_start_at_a_septet_border_behind_the_header() {
    let text = "abcdefgh".repeat(30);
    for options in [
        UDH8,
        SplitOptions::new(Method::Udh16, 9),
        UDH8.ports(ports(false)),
    ] {
        for segment in &split(Encoding::Gsm7Packed, text.as_str(), options) {
            let octets = write(&segment);
            assert!(octets.len() <= 140, "in the air as on the link");
            let (header, data) = Udh::split(&octets).unwrap();
            let mut read = String::new();
            let mut decoder = smpp_codec::text::TextDecoder::new(Encoding::Gsm7Packed);
            decoder.push_behind(header.len(), data, &mut read);
            assert!(decoder.finish(&mut read).is_exact());
            assert_eq!(Some(read.as_str()), segment.text());
        }
    }
}

#[test]
fn an_empty_packed_text_is_a_header_and_nothing_more() {
    let shift = NationalShift::both(NationalLanguage::PORTUGUESE);
    for (options, header) in [(UDH8, 7), (UDH8.ports(ports(true)), 13)] {
        for content in [Content::Text(""), Content::Octets(b"")] {
            let encoding = Encoding::Gsm7NationalPacked(shift);
            let segments = split(encoding, content, options);
            let octets = write(&segments.iter().next().unwrap());
            assert_eq!(octets.len(), header);
            assert!(Udh::split(&octets).unwrap().1.is_empty());
        }
    }
}

#[test]
fn other_elements_stand_in_every_part() {
    let mut elements = UdhBuf::new();
    let private = InformationElement {
        identifier: Iei(0x80),
        data: &[1, 2, 3],
    };
    elements.push(private).unwrap();
    let options = UDH8.ports(ports(true)).elements(elements);
    let shift = NationalShift::single(NationalLanguage::TURKISH);
    let text = "şğ".repeat(100);
    let segments = split(Encoding::Gsm7National(shift), text.as_str(), options);
    // 6 of the reference, 6 of ports, 3 of the shift, 5 more.
    assert_eq!(
        segments.room(),
        smpp_pdu::udh::room(20, SegmentUnit::Septets)
    );
    for segment in &segments {
        let octets = write(&segment);
        let (header, data) = Udh::split(&octets).unwrap();
        assert_eq!(header.ports(), Some(ports(true)));
        assert_eq!(header.single_shift(), Some(NationalLanguage::TURKISH));
        assert!(header.elements().any(|element| element == private));
        let read = exact(Encoding::Gsm7.with_header(&header), data);
        assert_eq!(Some(read.as_str()), segment.text());
    }
    let single = split(Encoding::Gsm7National(shift), "ş", SplitOptions::default());
    let segment = single.iter().next().unwrap();
    assert_eq!(write(&segment), [3, 0x24, 1, 1, 0x1B, 0x73]);
    assert!(segment.has_header());
    assert_eq!(segment.place(), None);
}

#[test]
fn a_header_that_leaves_no_room_is_refused() {
    let mut elements = UdhBuf::new();
    let data = [0; 131];
    elements
        .push(InformationElement {
            identifier: Iei(0x80),
            data: &data,
        })
        .unwrap();
    let options = UDH8.elements(elements);
    let error = |encoding, text| segments(encoding, text, options).unwrap_err();
    assert_eq!(
        error(Encoding::Gsm7, "a long text"),
        SplitError::HeaderTooLong
    );
    assert_eq!(
        error(Encoding::Ucs2, "a long text"),
        SplitError::HeaderTooLong
    );
    assert_eq!(split(Encoding::Gsm7, "short", options).count(), 1);
}

#[test]
fn a_character_that_the_encoding_has_not_is_refused() {
    let error = segments(Encoding::Gsm7, "a’", UDH8).unwrap_err();
    assert_eq!(error.to_string(), "GSM 7-bit has no ’ (at 1)");
}

#[test]
fn the_count_tells_what_is_left() {
    let count = |len: usize| split(Encoding::Gsm7, "x".repeat(len).as_str(), UDH8).part_count();
    assert_eq!(count(0).to_string(), "1 part: 0 septets, room for 160 more");
    assert_eq!(count(1).to_string(), "1 part: 1 septet, room for 159 more");
    assert_eq!(
        count(307).to_string(),
        "3 parts: 307 septets, room for 152 more"
    );
    let payload = SplitOptions::new(Method::Payload, 0);
    let count = split(Encoding::Ucs2, "жжж", payload).part_count();
    assert_eq!((count.parts, count.units, count.left), (1, 3, 0));
}

#[cfg(feature = "graphemes")]
mod clusters {
    use super::*;

    const WHOLE: SplitOptions = SplitOptions {
        whole_clusters: true,
        ..UDH8
    };

    /// A family of four: seven characters, eleven units.
    const FAMILY: &str = "👨\u{200D}👩\u{200D}👧\u{200D}👦";

    #[test]
    fn a_cluster_that_fits_is_not_cut() {
        let text = format!("{}{FAMILY}{}", "ж".repeat(60), "ж".repeat(20));
        let parts = texts(Encoding::Ucs2, &text, WHOLE);
        assert_eq!(parts[0], "ж".repeat(60));
        assert!(parts[1].starts_with(FAMILY));
        let line_end = format!("{}\r\n{}", "x".repeat(152), "y".repeat(20));
        assert_eq!(texts(Encoding::Gsm7, &line_end, WHOLE)[0], "x".repeat(152));
    }

    #[test]
    fn clusters_are_cut_unless_asked_for() {
        let text = format!("{}{FAMILY}{}", "ж".repeat(60), "ж".repeat(20));
        let parts = texts(Encoding::Ucs2, &text, UDH8);
        // Two faces and two joiners, six units of the seven that are left.
        assert_eq!(parts[0].chars().filter(|c| *c != 'ж').count(), 4);
    }

    #[test]
    fn a_cluster_longer_than_a_part_is_cut_between_characters() {
        let text = format!("жe{}", "\u{301}".repeat(200));
        assert_eq!(
            units(&split(Encoding::Ucs2, text.as_str(), WHOLE)),
            [67, 67, 67, 1]
        );
    }
}
