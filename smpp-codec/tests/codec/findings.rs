//! What a tolerant decoder reports, and a strict one refuses: one PDU by hand
//! for each kind of deviation, and those that are met in the field.

use std::collections::BTreeSet;

use smpp_codec::{
    DecodeError, Decoder, FieldValue, FieldVisitor, Finding, FindingKind, decode, visit,
};
use smpp_pdu::{Body, COctetStr, CommandStatus, Frame, InterfaceVersion, Tag};

use crate::support::{
    assert_fields_cover, decode_with, encoded, from_hex, good_vectors, pdu_octets, with_true_length,
};

const SUBMIT_SM: u32 = 0x04;
const SUBMIT_SM_RESP: u32 = 0x8000_0004;
const DELIVER_SM_RESP: u32 = 0x8000_0005;
const ENQUIRE_LINK: u32 = 0x15;

/// A `submit_sm` to "1" with this `sm_length` (at octet 33) and what follows it.
fn submit_sm(sm_length: u8, rest: &[u8]) -> Vec<u8> {
    let mut body = from_hex("00 00 00 00 01 01 3100 00 00 00 00 00 00 00 00 00");
    body.push(sm_length);
    body.extend(rest);
    pdu_octets(SUBMIT_SM, 0, 1, &body)
}

fn finding(offset: usize, field: &'static str, kind: FindingKind) -> Finding {
    Finding {
        offset,
        field,
        kind,
    }
}

/// The PDU has this deviation and no other: it is reported, survives encoding,
/// and is an error of strict mode when it has one.
fn assert_only(decoder: Decoder, octets: &[u8], expected: Finding, status: CommandStatus) {
    let (pdu, findings) = decode_with(decoder, octets).unwrap();
    assert_eq!(findings, [expected]);
    assert_eq!(expected.suggested_status(), status);
    assert!(expected.kind.clause().starts_with("SMPP 3.4, "));
    assert!(expected.to_string().starts_with(expected.field));
    assert_eq!(encoded(&pdu), octets);
    assert_fields_cover(&pdu, octets);
    let strictly = decode_with(decoder.strict(true), octets);
    match expected.kind.strict_error() {
        Some(kind) => {
            let error = DecodeError {
                offset: expected.offset,
                field: expected.field,
                kind,
            };
            assert_eq!(strictly, Err(error));
            assert_eq!(error.to_string(), expected.to_string());
            assert_eq!(error.suggested_status(), refused_with(expected, status));
        }
        None => assert_eq!(strictly, Ok((pdu, findings))),
    }
}

/// The status of the strict error: that of the finding, but for a missing NUL,
/// where the length of the whole PDU is in doubt.
fn refused_with(finding: Finding, status: CommandStatus) -> CommandStatus {
    match finding.kind {
        FindingKind::Unterminated { .. } => CommandStatus::ESME_RINVCMDLEN,
        _ => status,
    }
}

fn assert_clean(decoder: Decoder, octets: &[u8]) {
    let (_, findings) = decode_with(decoder, octets).unwrap();
    assert_eq!(findings, []);
}

#[test]
fn a_field_that_is_too_long_is_kept_whole() {
    let mut body = b"ABCDEF\0".to_vec();
    body.extend(from_hex(
        "00 00 00 01 01 3100 00 00 00 00 00 00 00 00 00 00",
    ));
    assert_only(
        Decoder::new(),
        &pdu_octets(SUBMIT_SM, 0, 1, &body),
        finding(
            16,
            "service_type",
            FindingKind::FieldTooLong { len: 7, max: 6 },
        ),
        CommandStatus::ESME_RINVSERTYP,
    );
}

#[test]
fn a_member_of_a_list_that_is_too_long_is_found_where_it_stands() {
    let name = [b'L'; 21];
    let mut body = from_hex("00 00 00 00 02 01 01 01 3200 02");
    body.extend(name);
    body.extend(from_hex("00 00 00 00 00 00 00 00 00 00 00"));
    let octets = pdu_octets(0x21, 0, 1, &body);
    assert_eq!(&octets[27..48], name);
    let kind = FindingKind::FieldTooLong { len: 22, max: 21 };
    assert_only(
        Decoder::new(),
        &octets,
        finding(27, "dl_name", kind),
        CommandStatus::ESME_RINVDLNAME,
    );
    // An address stands behind its dest_flag, TON and NPI,
    let mut body = from_hex("00 00 00 00 01 01 01 01");
    body.extend(name);
    body.extend(from_hex("00 00 00 00 00 00 00 00 00 00 00"));
    assert_only(
        Decoder::new(),
        &pdu_octets(0x21, 0, 1, &body),
        finding(24, "destination_addr", kind),
        CommandStatus::ESME_RINVDSTADR,
    );
    // that of a failed recipient behind TON and NPI,
    let mut body = from_hex("3100 01 01 01");
    body.extend(name);
    body.extend(from_hex("00 0000000b"));
    assert_only(
        Decoder::new(),
        &pdu_octets(0x8000_0021, 0, 1, &body),
        finding(21, "destination_addr", kind),
        CommandStatus::ESME_RINVDSTADR,
    );
    // and an id behind the ids before it.
    let octets = pdu_octets(0x8000_0023, 0, 1, b"\x021\x00123456789\0");
    assert_only(
        Decoder::new(),
        &octets,
        finding(19, "msgid", FindingKind::FieldTooLong { len: 10, max: 9 }),
        CommandStatus::ESME_RINVMSGID,
    );
}

/// The longest C-octet string of each field, in octets with the NUL.
fn limit(command: &str, field: &str) -> usize {
    match (command, field) {
        ("data_sm", "source_addr" | "destination_addr") => 65,
        ("alert_notification", "source_addr" | "esme_addr") => 65,
        ("query_msg_details" | "query_msg_details_resp", "message_id") => 9,
        (_, "service_type") => 6,
        (_, "password" | "msgid") => 9,
        (_, "system_type") => 13,
        (_, "system_id") => 16,
        (_, "schedule_delivery_time" | "validity_period" | "final_date") => 17,
        (_, "source_addr" | "destination_addr" | "dl_name") => 21,
        (_, "param_name") => 32,
        (_, "address_range") => 41,
        (_, "message_id") => 65,
        (_, "param_value") => 101,
        _ => panic!("{command} has no text {field}"),
    }
}

#[test]
fn every_text_has_the_limit_of_the_standard() {
    /// Where the texts of a PDU stand.
    struct Texts(Vec<(&'static str, usize, usize)>);

    impl FieldVisitor for Texts {
        fn field(&mut self, name: &'static str, value: FieldValue<'_>, at: usize, len: usize) {
            if matches!(value, FieldValue::Text(_) | FieldValue::Secret(_)) {
                self.0.push((name, at, len));
            }
        }
    }

    let mut seen = BTreeSet::new();
    for vector in good_vectors() {
        let pdu = decode(&vector.octets).unwrap();
        let command = pdu.command_id().name().unwrap();
        let mut texts = Texts(Vec::new());
        visit(&pdu, &mut texts);
        for (field, at, len) in texts.0 {
            let max = limit(command, field);
            let too_long = |characters: usize| {
                let (before, rest) = vector.octets.split_at(at);
                let text = vec![b'7'; characters];
                let octets = [before, &text, &[0], &rest[len..]].concat();
                let octets = with_true_length(octets);
                let (_, findings) = decode_with(Decoder::new(), &octets).unwrap();
                findings
                    .into_iter()
                    .find(|finding| finding.kind.name() == "field_too_long")
            };
            assert_eq!(too_long(max - 1), None, "{field} of {command}");
            let kind = FindingKind::FieldTooLong { len: max + 1, max };
            let expected = finding(at, field, kind);
            assert_eq!(too_long(max), Some(expected), "{field} of {command}");
            seen.insert((command, field));
        }
    }
    println!(
        "## findings: the limits of {} texts, each at its last octet",
        seen.len()
    );
    // Every C-octet string of every operation.
    assert_eq!(seen.len(), 81);
}

#[test]
fn a_last_field_without_its_nul_is_read_to_the_end() {
    let octets = pdu_octets(SUBMIT_SM_RESP, 0, 1, b"42");
    assert_only(
        Decoder::new(),
        &octets,
        finding(16, "message_id", FindingKind::Unterminated { left: 2 }),
        CommandStatus::ESME_RINVMSGID,
    );
    let Body::SubmitSmResp(resp) = decode(&octets).unwrap().body else {
        panic!("another body");
    };
    assert_eq!(
        resp.message_id,
        COctetStr::unterminated(b"42").unwrap(),
        "it is known that there was no NUL"
    );
}

#[test]
fn a_last_field_that_is_left_out_is_absent() {
    // A query_sm that ends behind source_addr_npi.
    let octets = pdu_octets(0x03, 0, 1, &from_hex("3100 01 01"));
    assert_only(
        Decoder::new(),
        &octets,
        finding(20, "source_addr", FindingKind::Unterminated { left: 0 }),
        CommandStatus::ESME_RINVSRCADR,
    );
    let Body::QuerySm(query) = decode(&octets).unwrap().body else {
        panic!("another body");
    };
    assert!(query.source_addr.addr.is_absent());
}

#[test]
fn a_field_without_its_nul_that_is_not_the_last_is_an_error() {
    let octets = pdu_octets(0x03, 0, 1, b"42");
    let error = decode(&octets).unwrap_err();
    assert_eq!((error.offset, error.field), (16, "message_id"));
    assert_eq!(error.kind.name(), "truncated_field");
}

#[test]
fn a_time_of_another_length_is_kept() {
    let mut body = from_hex("00 00 00 00 01 01 3100 00 00 00 00");
    body.extend(b"1234\0");
    body.extend(from_hex("00 00 00 00 00"));
    assert_only(
        Decoder::new(),
        &pdu_octets(SUBMIT_SM, 0, 1, &body),
        finding(28, "validity_period", FindingKind::TimeLength { len: 4 }),
        CommandStatus::ESME_RINVEXPIRY,
    );
}

#[test]
fn an_sm_length_that_is_too_long_takes_what_is_left() {
    let octets = submit_sm(9, b"abc");
    assert_only(
        Decoder::new(),
        &octets,
        finding(
            33,
            "sm_length",
            FindingKind::SmLengthOverrun {
                sm_length: 9,
                left: 3,
            },
        ),
        CommandStatus::ESME_RINVMSGLEN,
    );
    let Body::SubmitSm(sm) = decode(&octets).unwrap().body else {
        panic!("another body");
    };
    assert_eq!(sm.short_message.as_bytes(), b"abc");
    assert!(sm.short_message.is_cut_short());
}

#[test]
fn an_sm_length_that_is_too_short_leaves_text_among_the_parameters() {
    // "hi" of "hi there": the rest reads as a parameter 0x2074 that is too long.
    let octets = submit_sm(2, b"hi there");
    assert_only(
        Decoder::new(),
        &octets,
        finding(
            36,
            "tlvs",
            FindingKind::TlvLengthOverrun {
                tag: Tag(0x2074),
                length: 0x6865,
                left: 2,
            },
        ),
        CommandStatus::ESME_RINVTLVSTREAM,
    );
    let Body::SubmitSm(sm) = decode(&octets).unwrap().body else {
        panic!("another body");
    };
    assert_eq!(sm.tlvs.tail().unwrap().octets, b" there");
}

#[test]
fn a_text_of_255_octets_is_for_5_0_only() {
    let octets = submit_sm(255, &[b'x'; 255]);
    assert_clean(Decoder::new(), &octets);
    for (version, max) in [(InterfaceVersion::V3_4, 254), (InterfaceVersion::V3_3, 160)] {
        assert_only(
            Decoder::new().version(version),
            &octets,
            finding(
                34,
                "short_message",
                FindingKind::ShortMessageTooLong { len: 255, max },
            ),
            CommandStatus::ESME_RINVMSGLEN,
        );
        let longest = vec![b'x'; max];
        let sm_length = max.try_into().unwrap();
        let decoder = Decoder::new().version(version);
        assert_clean(decoder, &submit_sm(sm_length, &longest));
    }
}

#[test]
fn two_texts_are_reported() {
    let octets = submit_sm(2, &from_hex("6869 0424 0002 686f"));
    assert_only(
        Decoder::new(),
        &octets,
        finding(34, "short_message", FindingKind::TwoTexts),
        CommandStatus::ESME_RINVMSGLEN,
    );
    // One of them empty is how it should be.
    assert_clean(Decoder::new(), &submit_sm(0, &from_hex("0424 0002 686f")));
    assert_clean(
        Decoder::new(),
        &submit_sm(2, &from_hex("6869 0204 0002 0001")),
    );
}

#[test]
fn stray_nuls_behind_the_last_field_are_kept() {
    for count in 1..=3 {
        let mut rest = b"hello".to_vec();
        rest.extend(vec![0; count]);
        assert_only(
            Decoder::new(),
            &submit_sm(5, &rest),
            finding(39, "tlvs", FindingKind::StrayNuls { count }),
            CommandStatus::ESME_RINVTLVSTREAM,
        );
    }
    let octets = pdu_octets(ENQUIRE_LINK, 0, 1, &[0]);
    assert_only(
        Decoder::new(),
        &octets,
        finding(16, "tlvs", FindingKind::StrayNuls { count: 1 }),
        CommandStatus::ESME_RINVTLVSTREAM,
    );
}

#[test]
fn the_beginning_of_a_parameter_is_kept() {
    let octets = pdu_octets(0x8000_0009, 0, 1, &from_hex("5300 0210 0001 34 0210 00"));
    assert_only(
        Decoder::new(),
        &octets,
        finding(23, "tlvs", FindingKind::TlvHeaderTruncated { left: 3 }),
        CommandStatus::ESME_RINVTLVSTREAM,
    );
}

#[test]
fn a_parameter_past_the_end_is_kept_beside_the_whole_ones() {
    let octets = pdu_octets(
        0x8000_0009,
        0,
        1,
        &from_hex("5300 0210 0001 34 001e 0041 3132"),
    );
    assert_only(
        Decoder::new(),
        &octets,
        finding(
            23,
            "tlvs",
            FindingKind::TlvLengthOverrun {
                tag: Tag::RECEIPTED_MESSAGE_ID,
                length: 65,
                left: 2,
            },
        ),
        CommandStatus::ESME_RINVTLVSTREAM,
    );
    let tlvs = decode(&octets).unwrap().body.tlvs();
    assert_eq!(
        tlvs.sc_interface_version(),
        Some(Ok(InterfaceVersion::V3_4))
    );
}

#[test]
fn a_parameter_of_the_wrong_width_is_reported_with_its_name() {
    let octets = submit_sm(0, &from_hex("0204 0002 0001 0010 0002 0000"));
    assert_only(
        Decoder::new(),
        &octets,
        finding(
            40,
            "source_telematics_id",
            FindingKind::TlvWidth {
                tag: Tag::SOURCE_TELEMATICS_ID,
                length: 2,
                min: 1,
                max: 1,
            },
        ),
        CommandStatus::ESME_RINVTLVLEN,
    );
    // Whose widths nobody knows are not measured.
    assert_clean(
        Decoder::new(),
        &submit_sm(0, &from_hex("1400 0000 7777 0001 00")),
    );
}

#[test]
fn parameters_in_a_session_of_3_3_are_read_and_reported() {
    let octets = submit_sm(0, &from_hex("0204 0002 0001"));
    assert_only(
        Decoder::new().version(InterfaceVersion::V3_3),
        &octets,
        finding(34, "tlvs", FindingKind::TlvBefore34),
        CommandStatus::ESME_RTLVNOTALLWD,
    );
    assert_clean(Decoder::new().version(InterfaceVersion::V3_4), &octets);
}

#[test]
fn a_message_id_of_3_3_has_8_characters() {
    let octets = pdu_octets(SUBMIT_SM_RESP, 0, 1, b"123456789\0");
    assert_only(
        Decoder::new().version(InterfaceVersion::V3_3),
        &octets,
        finding(
            16,
            "message_id",
            FindingKind::FieldTooLong { len: 10, max: 9 },
        ),
        CommandStatus::ESME_RINVMSGID,
    );
    assert_clean(Decoder::new(), &octets);
}

#[test]
fn a_success_without_a_body_is_reported() {
    let octets = pdu_octets(SUBMIT_SM_RESP, 0, 1, &[]);
    assert_only(
        Decoder::new(),
        &octets,
        finding(16, "body", FindingKind::BodyOmitted),
        CommandStatus::ESME_RINVCMDLEN,
    );
    // Some operations have none.
    for command_id in [
        0x8000_0006,
        0x8000_0007,
        0x8000_0008,
        0x8000_0015,
        0x8000_0113,
    ] {
        assert_clean(Decoder::new(), &pdu_octets(command_id, 0, 1, &[]));
    }
}

#[test]
fn an_error_without_a_body_is_how_it_should_be() {
    for command_id in [SUBMIT_SM_RESP, DELIVER_SM_RESP, 0x8000_0009, 0x8000_0021] {
        let octets = pdu_octets(command_id, 0x08, 1, &[]);
        assert_clean(Decoder::new(), &octets);
        let pdu = decode(&octets).unwrap();
        assert!(matches!(pdu.body, Body::Omitted(_)));
        assert_eq!(pdu.command_id().0, command_id);
    }
}

#[test]
fn an_error_with_a_body_is_reported() {
    assert_only(
        Decoder::new(),
        &pdu_octets(SUBMIT_SM_RESP, 0x08, 1, &[0]),
        finding(16, "body", FindingKind::ErrorWithBody),
        CommandStatus::ESME_RINVCMDLEN,
    );
    // data_sm_resp has parameters that explain its error.
    let explained = from_hex("00 0425 0001 01");
    assert_clean(
        Decoder::new(),
        &pdu_octets(0x8000_0103, 0xFE, 1, &explained),
    );
}

#[test]
fn a_deliver_sm_resp_with_an_id_is_reported() {
    assert_clean(Decoder::new(), &pdu_octets(DELIVER_SM_RESP, 0, 1, &[0]));
    assert_only(
        Decoder::new(),
        &pdu_octets(DELIVER_SM_RESP, 0, 1, b"42\0"),
        finding(16, "message_id", FindingKind::UnusedMessageId),
        CommandStatus::ESME_RINVCMDLEN,
    );
    assert_only(
        Decoder::new(),
        &pdu_octets(DELIVER_SM_RESP, 0, 1, &[]),
        finding(16, "body", FindingKind::BodyOmitted),
        CommandStatus::ESME_RINVCMDLEN,
    );
}

#[test]
fn a_sequence_number_out_of_range_is_reported() {
    for number in [0, 0x8000_0000, u32::MAX] {
        assert_only(
            Decoder::new(),
            &pdu_octets(ENQUIRE_LINK, 0, number, &[]),
            finding(
                12,
                "sequence_number",
                FindingKind::SequenceNumber { number },
            ),
            CommandStatus::ESME_RUNKNOWNERR,
        );
    }
    for number in [1, 0x7FFF_FFFF] {
        assert_clean(Decoder::new(), &pdu_octets(ENQUIRE_LINK, 0, number, &[]));
    }
    // 0 in a generic_nack: the offender could not be read.
    assert_clean(Decoder::new(), &pdu_octets(0x8000_0000, 0x02, 0, &[]));
}

#[test]
fn a_status_without_a_name_is_reported() {
    let status = CommandStatus(0x0001_2345);
    assert_only(
        Decoder::new(),
        &pdu_octets(SUBMIT_SM_RESP, status.0, 1, &[]),
        finding(8, "command_status", FindingKind::UnknownStatus { status }),
        CommandStatus::ESME_RUNKNOWNERR,
    );
}

#[test]
fn a_request_with_a_status_is_reported() {
    let status = CommandStatus::ESME_RSYSERR;
    assert_only(
        Decoder::new(),
        &pdu_octets(ENQUIRE_LINK, status.0, 1, &[]),
        finding(
            8,
            "command_status",
            FindingKind::RequestWithStatus { status },
        ),
        CommandStatus::ESME_RUNKNOWNERR,
    );
}

#[test]
fn an_unknown_operation_is_kept_as_octets() {
    for command_id in [0x0001_0200, 0x8001_0200] {
        for body in [&b""[..], b"\x01\x02\x03"] {
            let octets = pdu_octets(command_id, 0, 1, body);
            assert_only(
                Decoder::new(),
                &octets,
                finding(
                    4,
                    "command_id",
                    FindingKind::UnknownCommandId { command_id },
                ),
                CommandStatus::ESME_RINVCMDID,
            );
            let Body::Unknown(unknown) = decode(&octets).unwrap().body else {
                panic!("a known body");
            };
            assert_eq!(unknown.octets, body);
        }
    }
}

#[test]
fn several_deviations_are_reported_in_the_order_they_are_met() {
    let octets = pdu_octets(DELIVER_SM_RESP, 0x0001_2345, 0, b"42");
    let (pdu, findings) = decode_with(Decoder::new(), &octets).unwrap();
    let names: Vec<_> = findings.iter().map(|finding| finding.kind.name()).collect();
    assert_eq!(
        names,
        [
            "sequence_number",
            "unknown_status",
            "unterminated",
            "error_with_body",
            "unused_message_id",
        ]
    );
    assert_eq!(encoded(&pdu), octets);
}

#[test]
fn a_full_list_of_findings_keeps_the_first() {
    let octets = pdu_octets(DELIVER_SM_RESP, 0, 0, b"42\0");
    let frame = Frame::new_checked(&octets[..]).unwrap();
    let mut one = heapless::Vec::<Finding, 1>::new();
    Decoder::new().decode(frame, &mut one).unwrap();
    let kind = FindingKind::SequenceNumber { number: 0 };
    assert_eq!(one, [finding(12, "sequence_number", kind)]);
    #[cfg(feature = "alloc")]
    {
        let mut all: Vec<Finding> = Vec::new();
        Decoder::new().decode(frame, &mut all).unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(all[..1], one);
    }
    // And who does not care takes none.
    Decoder::new().decode(frame, &mut ()).unwrap();
}

#[test]
fn a_finding_says_what_it_found() {
    let shown = |kind: FindingKind| finding(33, "field", kind).to_string();
    assert_eq!(
        shown(FindingKind::TlvWidth {
            tag: Tag::SOURCE_TELEMATICS_ID,
            length: 2,
            min: 1,
            max: 1
        }),
        "field at octet 33: source_telematics_id has 2 octets, the standard has 1"
    );
    assert_eq!(
        shown(FindingKind::TlvWidth {
            tag: Tag(0x1204),
            length: 9,
            min: 1,
            max: 4
        }),
        "field at octet 33: ms_validity has 9 octets, the standard has 1 to 4"
    );
    assert_eq!(
        shown(FindingKind::SequenceNumber { number: 0 }),
        "field at octet 33: 0 is not in 1 to 2147483647"
    );
    assert_eq!(
        shown(FindingKind::TimeLength { len: 4 }),
        "field at octet 33: 4 characters, a time has none or 16"
    );
}
