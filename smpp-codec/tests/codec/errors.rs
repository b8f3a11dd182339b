//! What errors say, and what they do not let show.

use smpp_codec::{
    DecodeError, DecodeErrorKind, Decoder, EncodeError, OutBuf, encode, encode_to_slice,
};
use smpp_pdu::{CommandStatus, EnquireLink, Pdu, SequenceNumber, SubmitSmResp, Tag};

use crate::support::{decode_with, from_hex, pdu_octets, vectors};

fn strict(octets: &[u8]) -> DecodeError {
    decode_with(Decoder::new().strict(true), octets).unwrap_err()
}

#[test]
fn an_error_says_where_which_field_and_what() {
    let cut = pdu_octets(0x04, 0, 7, b"\0");
    assert_eq!(
        strict(&cut).to_string(),
        "source_addr_ton at octet 17: the PDU ends inside the field, 0 octets are left"
    );
    let without_nul = pdu_octets(0x0B, 0, 5, b"s\0p");
    assert_eq!(
        strict(&without_nul).to_string(),
        "password at octet 18: no NUL in the 1 octets that are left"
    );
    let too_long = pdu_octets(0x0B, 0, 5, b"s\0ipassword\0");
    assert_eq!(
        strict(&too_long).to_string(),
        "password at octet 18: 10 octets with its NUL, at most 9 are allowed"
    );
    let overrun = pdu_octets(0x8000_0009, 0, 6, &from_hex("5300 0210 0001"));
    assert_eq!(
        strict(&overrun).to_string(),
        "tlvs at octet 18: sc_interface_version says 1 octets, 0 are left"
    );
    let unknown = pdu_octets(0x0FFF, 0, 9, &[]);
    assert_eq!(
        strict(&unknown).to_string(),
        "command_id at octet 4: 0x00000FFF is no operation of the standard"
    );
    assert_eq!(
        strict(&[0; 3]).to_string(),
        "command_length at octet 0: 3 octets of the 16 of a header"
    );
    assert_eq!(
        strict(&from_hex("0000000f")).to_string(),
        "command_length at octet 0: says 15 octets, a header alone has 16"
    );
}

#[test]
fn an_encoder_says_what_it_needs_and_what_it_has() {
    let pdu = Pdu::request(SequenceNumber(1), EnquireLink::default());
    let error = encode_to_slice(&pdu, &mut [0; 15]).unwrap_err();
    assert_eq!(error, EncodeError::NoRoom { need: 16, room: 15 });
    assert_eq!(
        error.to_string(),
        "the PDU has 16 octets, the buffer takes 15"
    );
    assert_eq!(
        EncodeError::TooLong { len: 5_000_000_000 }.to_string(),
        "a PDU of 5000000000 octets is longer than command_length can say"
    );
}

#[test]
fn the_suggested_status_names_the_field() {
    let of_field = |field| {
        let kind = DecodeErrorKind::FieldTooLong { len: 99, max: 1 };
        let error = DecodeError {
            offset: 16,
            field,
            kind,
        };
        error.suggested_status()
    };
    for (field, status) in [
        ("system_id", CommandStatus::ESME_RINVSYSID),
        ("password", CommandStatus::ESME_RINVPASWD),
        ("system_type", CommandStatus::ESME_RINVSYSTYP),
        ("service_type", CommandStatus::ESME_RINVSERTYP),
        ("source_addr", CommandStatus::ESME_RINVSRCADR),
        ("destination_addr", CommandStatus::ESME_RINVDSTADR),
        ("esme_addr", CommandStatus::ESME_RINVDSTADR),
        ("message_id", CommandStatus::ESME_RINVMSGID),
        ("msgid", CommandStatus::ESME_RINVMSGID),
        ("dl_name", CommandStatus::ESME_RINVDLNAME),
        ("schedule_delivery_time", CommandStatus::ESME_RINVSCHED),
        ("validity_period", CommandStatus::ESME_RINVEXPIRY),
        ("address_range", CommandStatus::ESME_RINVCMDLEN),
    ] {
        assert_eq!(of_field(field), status, "{field}");
    }
}

/// One of each kind.
fn every_kind() -> [DecodeErrorKind; 13] {
    [
        DecodeErrorKind::IncompleteHeader { have: 3 },
        DecodeErrorKind::IncompletePdu {
            command_length: 20,
            have: 17,
        },
        DecodeErrorKind::CommandLengthTooSmall { command_length: 3 },
        DecodeErrorKind::CommandLengthTooLarge {
            command_length: 70,
            limit: 60,
        },
        DecodeErrorKind::OctetsBehindPdu { extra: 2 },
        DecodeErrorKind::UnknownCommandId { command_id: 0xFFF },
        DecodeErrorKind::TruncatedField { left: 1 },
        DecodeErrorKind::Unterminated { left: 1 },
        DecodeErrorKind::FieldTooLong { len: 8, max: 6 },
        DecodeErrorKind::SmLengthOverrun {
            sm_length: 9,
            left: 3,
        },
        DecodeErrorKind::TlvHeaderTruncated { left: 3 },
        DecodeErrorKind::TlvLengthOverrun {
            tag: Tag::MESSAGE_PAYLOAD,
            length: 9,
            left: 1,
        },
        DecodeErrorKind::InvalidDestFlag { dest_flag: 3 },
    ]
}

#[test]
fn no_error_names_the_parser_library() {
    let shown = |error: &DecodeError| format!("{error} {error:?}").to_lowercase();
    for kind in every_kind() {
        let error = DecodeError {
            offset: 16,
            field: "message_id",
            kind,
        };
        assert!(!shown(&error).contains("nom"), "{error:?}");
    }
    for vector in vectors() {
        if let Err(error) = decode_with(Decoder::new(), &vector.octets) {
            assert!(!shown(&error).contains("nom"), "{error:?}");
        }
    }
    // An error owns what it says, and goes wherever errors go.
    fn is_plain<T: core::error::Error + Copy + Send + Sync + 'static>() {}
    is_plain::<DecodeError>();
    is_plain::<EncodeError>();
    is_plain::<smpp_codec::FramingError>();
}

/// Lines of the sources that offer something to users and name nom.
#[test]
fn no_public_item_names_the_parser_library() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let (mut files, mut inside) = (0, 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            // Up to the brace or semicolon that ends the signature.
            for item in text.split_inclusive(['{', ';', '}']) {
                let names_it = ["nom::", "IResult", "Res<"]
                    .iter()
                    .any(|name| item.contains(name));
                inside += usize::from(names_it);
                let public = item
                    .lines()
                    .any(|line| line.trim_start().starts_with("pub "));
                assert!(!(names_it && public), "{}: {item}", path.display());
            }
        }
    }
    assert!(files > 10 && inside > 20, "{files} files, {inside} places");
}

#[test]
fn the_names_of_errors_are_stable() {
    let names = every_kind().map(DecodeErrorKind::name);
    assert_eq!(
        names,
        [
            "incomplete_header",
            "incomplete_pdu",
            "command_length_too_small",
            "command_length_too_large",
            "octets_behind_pdu",
            "unknown_command_id",
            "truncated_field",
            "truncated_field",
            "field_too_long",
            "sm_length_overrun",
            "tlv_header_truncated",
            "tlv_length_overrun",
            "invalid_dest_flag",
        ]
    );
}

#[test]
fn a_borrowed_buffer_is_a_buffer() {
    fn append(pdu: &Pdu<'_>, mut out: impl OutBuf) {
        encode(pdu, &mut out).unwrap();
    }
    let pdu = Pdu::request(SequenceNumber(1), SubmitSmResp::default());
    let mut out = heapless::Vec::<u8, 40>::new();
    append(&pdu, &mut out);
    append(&pdu, &mut out as &mut dyn OutBuf);
    assert_eq!((out.len(), out.room()), (34, 6));
}

#[test]
fn an_encoder_without_room_leaves_the_buffer_alone() {
    let pdu = Pdu::request(
        SequenceNumber(1),
        SubmitSmResp::default().message_id("42".try_into().unwrap()),
    );
    let mut out = [0xA5; 18];
    assert!(encode_to_slice(&pdu, &mut out).is_err());
    assert_eq!(out, [0xA5; 18]);
}
