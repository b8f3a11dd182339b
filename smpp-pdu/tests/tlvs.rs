//! The parameters against the table of the specification, written and read.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod csv;

use std::collections::BTreeSet;

use smpp_pdu::*;

const TLVS: &str = include_str!("spec/tlvs.csv");

#[test]
fn every_parameter_is_as_the_table_has_it() {
    let rows = csv::read(TLVS);
    assert_eq!((rows.len(), TlvDefinition::ALL.len()), (64, 64));
    for row in &rows {
        let tag = u16::from_str_radix(row["tag"].strip_prefix("0x").unwrap(), 16).unwrap();
        let definition = Tag(tag).definition().expect("a parameter of the table");
        assert_eq!(definition.tag, Tag(tag));
        assert_eq!(definition.name, row["name"]);
        assert_eq!(Tag(tag).name(), Some(definition.name));
        assert_eq!(definition.min_len.to_string(), row["min_len"], "{row:?}");
        assert_eq!(definition.max_len.to_string(), row["max_len"], "{row:?}");
        let since = match row["since"].as_str() {
            "3.4" => InterfaceVersion::V3_4,
            "5.0" => InterfaceVersion::V5_0,
            other => panic!("version {other}"),
        };
        assert_eq!(definition.since, since, "{row:?}");
        assert_eq!(definition.repeatable, row["repeatable"] == "yes", "{row:?}");
        let kind = match row["type"].as_str() {
            "u8" | "bits8" => TlvKind::U8,
            "u16" => TlvKind::U16,
            "u32" => TlvKind::U32,
            "coctet" => TlvKind::COctetString,
            "octets" => TlvKind::Octets,
            other => panic!("type {other}"),
        };
        assert_eq!(definition.kind, kind, "{row:?}");
    }
}

#[test]
fn the_allowed_lengths_end_where_the_table_says() {
    for definition in TlvDefinition::ALL {
        let (min, max) = (
            usize::from(definition.min_len),
            usize::from(definition.max_len),
        );
        assert!(definition.allows_len(min) && definition.allows_len(max));
        assert!(!definition.allows_len(max + 1), "{definition:?}");
        assert!(
            min == 0 || !definition.allows_len(min - 1),
            "{definition:?}"
        );
    }
}

/// The octets of `tlv` on the wire.
fn wire(tlv: &Tlv<'_>) -> Vec<u8> {
    let mut octets = tlv.tag().0.to_be_bytes().to_vec();
    octets.extend(u16::try_from(tlv.value().len()).unwrap().to_be_bytes());
    octets.extend(tlv.value().iter());
    assert_eq!(octets.len(), tlv.encoded_len(), "{tlv:?}");
    octets
}

/// What a constructor gives: itself, or a result of it.
trait Built<'a> {
    fn built(self) -> Tlv<'a>;
}

impl<'a> Built<'a> for Tlv<'a> {
    fn built(self) -> Self {
        self
    }
}

impl<'a> Built<'a> for Result<Tlv<'a>, TlvTooLong> {
    fn built(self) -> Tlv<'a> {
        self.unwrap()
    }
}

/// Writes each value with the constructor of its name, compares the octets of
/// the value, and reads it with the accessor of its name, from what was built
/// and from the wire.
macro_rules! written_and_read {
    ($($name:ident: $( $value:expr => $octets:expr ),+;)*) => {{
        let mut seen = BTreeSet::new();
        $($(
            let value = $value;
            let tlv = Tlv::$name(value).built();
            assert_eq!(tlv.tag().name(), Some(stringify!($name)));
            let octets: &[u8] = $octets;
            assert_eq!(tlv.value().iter().collect::<Vec<_>>(), octets, "{}", stringify!($name));
            let built = [tlv];
            assert_eq!(Tlvs::from_slice(&built).$name(), Some(Ok(value)));
            let on_the_wire = wire(&tlv);
            let received = Tlvs::from_octets(&on_the_wire);
            assert_eq!(received.$name(), Some(Ok(value)));
            assert_eq!(received, Tlvs::from_slice(&built));
            assert!(tlv.tag().definition().unwrap().allows_len(octets.len()), "{tlv:?}");
            assert_eq!(Tlvs::EMPTY.$name(), None);
            seen.insert(stringify!($name));
        )+)*
        seen
    }};
}

#[test]
fn every_parameter_is_written_and_read_under_its_name() {
    let text = |octets| COctetStr::new(octets).unwrap();
    let longest_text = [b'x'; 255];
    let longest_id = [b'9'; 64];
    let area = [7; 100];
    let billing = [9; 1023];
    let payload = vec![b'p'; 65_535];
    let terminated = |octets: &[u8]| [octets, &[0]].concat();
    let after = |first: u8, octets: &[u8]| [&[first], octets].concat();
    let seen = written_and_read! {
        dest_addr_subunit: AddrSubunit::MS_DISPLAY => &[1], AddrSubunit(0xFF) => &[0xFF];
        dest_network_type: NetworkType::GSM => &[1];
        dest_bearer_type: BearerType::USSD => &[4];
        dest_telematics_id: 0x4100 => &[0x41, 0x00];
        source_addr_subunit: AddrSubunit::EXTERNAL_UNIT_1 => &[4];
        source_network_type: NetworkType::PAGING_NETWORK => &[8];
        source_bearer_type: BearerType::SMS => &[1];
        source_telematics_id: SourceTelematicsId(0x41) => &[0x41];
        qos_time_to_live: 0 => &[0; 4], u32::MAX => &[0xFF; 4], 86_400 => &[0, 1, 0x51, 0x80];
        payload_type: PayloadType::WCMP => &[1];
        additional_status_info_text:
            COctetStr::EMPTY => &[0],
            text(&longest_text) => &terminated(&longest_text);
        receipted_message_id:
            text(b"42") => b"42\0",
            COctetStr::EMPTY => &[0],
            COctetStr::unterminated(b"42").unwrap() => b"42",
            text(&longest_id) => &terminated(&longest_id);
        ms_msg_wait_facilities: MsMsgWaitFacilities(0x81) => &[0x81];
        privacy_indicator: PrivacyIndicator(3) => &[3];
        source_subaddress:
            Subaddress { tag: SubaddressTag(0xA0), octets: b"1" } => &[0xA0, b'1'],
            Subaddress { tag: SubaddressTag(0x80), octets: &[5; 22] } => &after(0x80, &[5; 22]);
        dest_subaddress:
            Subaddress { tag: SubaddressTag(0xA0), octets: b"4131" } => b"\xA04131";
        user_message_reference: 0x1234 => &[0x12, 0x34];
        user_response_code: 255 => &[255];
        source_port: 0 => &[0, 0];
        destination_port: 65_535 => &[255, 255];
        sar_msg_ref_num: 0x0102 => &[1, 2];
        language_indicator: LanguageIndicator(5) => &[5];
        sar_total_segments: 255 => &[255];
        sar_segment_seqnum: 1 => &[1];
        sc_interface_version: InterfaceVersion::V5_0 => &[0x50], InterfaceVersion(0) => &[0];
        callback_num_pres_ind: CallbackNumPresInd(0x0A) => &[0x0A];
        callback_num_atag:
            CallbackNumAtag { data_coding: DataCoding(0), characters: b"" } => &[0],
            CallbackNumAtag { data_coding: DataCoding(8), characters: &[1; 64] }
                => &after(8, &[1; 64]);
        number_of_messages: 99 => &[99];
        callback_num:
            CallbackNum {
                digit_mode: CallbackNumDigitMode::ASCII,
                ton: Ton::INTERNATIONAL,
                npi: Npi::ISDN,
                digits: b"1",
            } => &[1, 1, 1, b'1'],
            CallbackNum {
                digit_mode: CallbackNumDigitMode::TBCD,
                ton: Ton(9),
                npi: Npi(9),
                digits: &[0x21; 16],
            } => &[&[0, 9, 9][..], &[0x21; 16]].concat();
        dpf_result: DpfResult::SET => &[1];
        set_dpf: SetDpf::REQUESTED => &[1];
        ms_availability_status: MsAvailabilityStatus::UNAVAILABLE => &[2];
        network_error_code:
            NetworkErrorCode { network_type: NetworkErrorCodeType::GSM, code: 0x0104 }
                => &[3, 1, 4];
        message_payload: &b""[..] => &[], &b"hello"[..] => b"hello", &payload[..] => &payload;
        delivery_failure_reason: DeliveryFailureReason(2) => &[2];
        more_messages_to_send: MoreMessagesToSend(0) => &[0];
        message_state: MessageState::DELIVERED => &[2];
        congestion_state: CongestionState(0) => &[0], CongestionState(100) => &[100];
        ussd_service_op: UssdServiceOp(2) => &[2];
        broadcast_channel_indicator: BroadcastChannelIndicator::EXTENDED => &[1];
        broadcast_content_type:
            BroadcastContentType {
                network: BroadcastContentNetwork::GENERIC,
                content_type: BroadcastContentCategory::NEWS_FLASHES.0,
            } => &[0, 0, 0x10];
        broadcast_content_type_info: &b"x"[..] => b"x", &longest_text[..] => &longest_text;
        broadcast_message_class: BroadcastMessageClass(1) => &[1];
        broadcast_rep_num: 0 => &[0, 0], 0x0103 => &[1, 3];
        broadcast_frequency_interval:
            BroadcastFrequencyInterval { unit: BroadcastFrequencyUnit::HOURS, count: 0x0102 }
                => &[0x0A, 1, 2];
        broadcast_area_identifier:
            BroadcastAreaIdentifier { format: BroadcastAreaFormat::ALIAS_NAME, details: b"" }
                => &[0],
            BroadcastAreaIdentifier { format: BroadcastAreaFormat::POLYGON, details: &area }
                => &after(2, &area);
        broadcast_error_status: CommandStatus::ESME_RINVBCASTAREAFMT => &[0, 0, 1, 9];
        broadcast_area_success: BroadcastAreaSuccess(97) => &[97];
        broadcast_end_time:
            text(b"240131120000000+") => b"240131120000000+\0",
            COctetStr::unterminated(b"240131120000000+").unwrap() => b"240131120000000+";
        broadcast_service_group: &b"g"[..] => b"g", &longest_text[..] => &longest_text;
        billing_identification:
            BillingIdentification { format: 0x81, data: b"" } => &[0x81],
            BillingIdentification { format: 0x80, data: &billing } => &after(0x80, &billing);
        source_network_id:
            text(b"123415") => b"123415\0",
            text(&longest_id) => &terminated(&longest_id);
        dest_network_id: text(b"234567") => b"234567\0";
        source_node_id: &b"000001"[..] => b"000001";
        dest_node_id: &b"000002"[..] => b"000002";
        dest_addr_np_resolution: DestAddrNpResolution(2) => &[2];
        dest_addr_np_information: &b"2125551234"[..] => b"2125551234";
        dest_addr_np_country: &[1_u8][..] => &[1], &[0_u8, 0, 0, 0, 1][..] => &[0, 0, 0, 0, 1];
        display_time: DisplayTime(2) => &[2];
        sms_signal: 0x00FF => &[0, 0xFF];
        ms_validity:
            MsValidity { behaviour: MsValidityBehaviour(3), period: None } => &[3],
            MsValidity {
                behaviour: MsValidityBehaviour(4),
                period: Some((MsValidityUnit::MINUTES, 0x0102)),
            } => &[4, 1, 1, 2];
        alert_on_message_delivery:
            AlertOnMessageDelivery::DEFAULT => &[],
            AlertOnMessageDelivery::HIGH_PRIORITY => &[3];
        its_reply_type: ItsReplyType(5) => &[5];
        its_session_info: ItsSessionInfo { session_number: 0x2A, sequence_and_end: 7 } => &[0x2A, 7];
    };
    let named: BTreeSet<_> = Tag::NAMED.iter().map(|(_, name)| *name).collect();
    assert_eq!(seen, named);
}

#[test]
fn a_source_telematics_id_of_one_octet_and_of_two_is_read_alike() {
    for octets in [&[0x00, 0x10, 0, 1, 9][..], &[0x00, 0x10, 0, 2, 9, 0]] {
        let id = Tlvs::from_octets(octets).source_telematics_id();
        assert_eq!(id, Some(Ok(SourceTelematicsId(9))));
    }
}

#[test]
fn a_value_of_the_wrong_width_is_an_error_and_keeps_its_octets() {
    let wrong = |tag: Tag, length: usize| Some(Err::<u8, _>(TlvError { tag, length }));
    let two = [0x02, 0x05, 0, 2, 1, 2];
    let tlvs = Tlvs::from_octets(&two);
    assert_eq!(tlvs.user_response_code(), wrong(Tag::USER_RESPONSE_CODE, 2));
    assert_eq!(
        tlvs.find(Tag::USER_RESPONSE_CODE).unwrap().octets(),
        Some(&[1, 2][..])
    );
    let none = [0x02, 0x0E, 0, 0];
    let error = Tlvs::from_octets(&none)
        .sar_total_segments()
        .unwrap()
        .unwrap_err();
    assert_eq!((error.tag, error.length), (Tag::SAR_TOTAL_SEGMENTS, 0));
    assert_eq!(
        error.to_string(),
        "the value of sar_total_segments (0 octets) is malformed, the standard has 1 to 1 octets"
    );
}

/// Every width but those that a type has is refused.
#[test]
fn numbers_and_structures_read_only_their_own_widths() {
    let octets = [0x41; 30];
    for definition in TlvDefinition::ALL {
        let widths: &[usize] = match (definition.kind, definition.name) {
            (_, "alert_on_message_delivery") => &[0, 1],
            (_, "ms_validity") => &[1, 4],
            (_, "its_session_info") => &[2],
            (
                _,
                "network_error_code" | "broadcast_content_type" | "broadcast_frequency_interval",
            ) => &[3],
            (TlvKind::U8, _) => &[1],
            (TlvKind::U16, _) => &[2],
            (TlvKind::U32, _) => &[4],
            _ => continue,
        };
        for len in 0..8 {
            let tlv = Tlv::new(definition.tag, &octets[..len]).unwrap();
            let reads = match definition.name {
                "alert_on_message_delivery" => tlv.read::<AlertOnMessageDelivery>().is_ok(),
                "ms_validity" => tlv.read::<MsValidity>().is_ok(),
                "its_session_info" => tlv.read::<ItsSessionInfo>().is_ok(),
                "network_error_code" => tlv.read::<NetworkErrorCode>().is_ok(),
                "broadcast_content_type" => tlv.read::<BroadcastContentType>().is_ok(),
                "broadcast_frequency_interval" => tlv.read::<BroadcastFrequencyInterval>().is_ok(),
                _ => match definition.kind {
                    TlvKind::U8 => tlv.read::<u8>().is_ok(),
                    TlvKind::U16 => tlv.read::<u16>().is_ok(),
                    _ => tlv.read::<u32>().is_ok(),
                },
            };
            assert_eq!(reads, widths.contains(&len), "{} of {len}", definition.name);
        }
    }
}

#[test]
fn structures_need_their_leading_octets() {
    let octets = [1, 1, 1, b'9'];
    let read = |tag, len: usize| Tlv::new(tag, &octets[..len]).unwrap();
    assert!(
        read(Tag::CALLBACK_NUM, 2)
            .read::<CallbackNum<'_>>()
            .is_err()
    );
    assert!(read(Tag::CALLBACK_NUM, 3).read::<CallbackNum<'_>>().is_ok());
    assert!(
        read(Tag::SOURCE_SUBADDRESS, 0)
            .read::<Subaddress<'_>>()
            .is_err()
    );
    assert!(
        read(Tag::BROADCAST_AREA_IDENTIFIER, 0)
            .read::<BroadcastAreaIdentifier<'_>>()
            .is_err()
    );
}

#[test]
fn a_text_with_a_nul_inside_is_malformed() {
    let octets = [0, 0x1E, 0, 3, b'1', 0, b'2'];
    let tlvs = Tlvs::from_octets(&octets);
    assert!(tlvs.receipted_message_id().unwrap().is_err());
}

#[test]
fn an_alert_without_value_and_one_with_0_are_the_same_alert() {
    let without = [0x13, 0x0C, 0, 0];
    let with = [0x13, 0x0C, 0, 1, 0];
    for octets in [&without[..], &with] {
        assert_eq!(
            Tlvs::from_octets(octets).alert_on_message_delivery(),
            Some(Ok(AlertOnMessageDelivery::DEFAULT))
        );
    }
}

#[test]
fn a_value_longer_than_its_length_field_cannot_be_built() {
    let too_long = vec![0; 65_536];
    let error = Tlv::message_payload(&too_long).unwrap_err();
    assert_eq!((error.tag, error.have), (Tag::MESSAGE_PAYLOAD, 65_536));
    assert_eq!(
        error.to_string(),
        "a value of 65536 octets does not fit in message_payload, the limit is 65,535"
    );
    // The leading octet and the NUL count.
    let longest = &too_long[..65_535];
    let group = BroadcastAreaIdentifier {
        format: BroadcastAreaFormat::ALIAS_NAME,
        details: longest,
    };
    assert!(Tlv::broadcast_area_identifier(group).is_err());
    let text = vec![b'x'; 65_535];
    let text = COctetStr::new(&text).unwrap();
    assert!(Tlv::additional_status_info_text(text).is_err());
    assert!(Tlv::new(Tag(0x1400), longest).is_ok());
}

#[test]
fn parameters_that_repeat_are_all_found_in_order() {
    let tlvs = [
        Tlv::broadcast_error_status(CommandStatus(1)),
        Tlv::sar_msg_ref_num(7),
        Tlv::broadcast_error_status(CommandStatus(2)),
    ];
    let octets: Vec<u8> = tlvs.iter().flat_map(wire).collect();
    for list in [Tlvs::from_slice(&tlvs), Tlvs::from_octets(&octets)] {
        let found: Vec<CommandStatus> = list
            .find_all(Tag::BROADCAST_ERROR_STATUS)
            .map(|tlv| tlv.read().unwrap())
            .collect();
        assert_eq!(found, [CommandStatus(1), CommandStatus(2)]);
        assert_eq!(list.broadcast_error_status(), Some(Ok(CommandStatus(1))));
        assert_eq!(list.encoded_len(), octets.len());
    }
}

#[test]
fn tags_of_vendors_and_of_nobody_keep_their_octets() {
    for (tag, vendor) in [
        (0x13FF, false),
        (0x1400, true),
        (0x3FFF, true),
        (0x4000, false),
    ] {
        let tag = Tag(tag);
        assert_eq!(tag.is_vendor_specific(), vendor, "{tag}");
        assert_eq!((tag.name(), tag.definition()), (None, None));
        let tlv = Tlv::new(tag, b"\0\x01\xFF").unwrap();
        let octets = wire(&tlv);
        let received = Tlvs::from_octets(&octets);
        assert_eq!(received.find(tag), Some(tlv));
        assert_eq!(
            received.find(tag).unwrap().octets(),
            Some(&b"\0\x01\xFF"[..])
        );
        assert_eq!(format!("{tlv:?}"), format!("{tag}: 0001ff"));
    }
}

#[test]
fn a_bind_never_shows_its_password() {
    let bind = Bind::new(
        BindType::Transceiver,
        "esme".try_into().unwrap(),
        "hunter2".try_into().unwrap(),
    );
    let outbind = Outbind::default()
        .system_id("smsc".try_into().unwrap())
        .password(Password("hunter2".try_into().unwrap()));
    let pdu = Pdu::request(SequenceNumber(1), bind);
    let shown = format!("{bind:?} {bind:#?} {outbind:?} {pdu:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    for part in [
        "\"esme\"",
        "\"smsc\"",
        "***",
        "V3_4",
        "bind_type: Transceiver",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn debug_shows_names_and_text() {
    let tlvs = [
        Tlv::message_state(MessageState::DELIVERED),
        Tlv::receipted_message_id("42".try_into().unwrap()).unwrap(),
        Tlv::message_payload(b"hi\n").unwrap(),
        Tlv::network_error_code(NetworkErrorCode {
            network_type: NetworkErrorCodeType::GSM,
            code: 8,
        }),
        Tlv::source_subaddress(Subaddress {
            tag: SubaddressTag(0xA0),
            octets: b"41",
        })
        .unwrap(),
    ];
    let sm = SubmitSm::new(
        Address::alphanumeric("BANK").unwrap(),
        Address::international("447700900123").unwrap(),
        ShortMessage::new(b"hello").unwrap(),
    )
    .tlvs(Tlvs::from_slice(&tlvs));
    let shown = format!("{:?}", Pdu::request(SequenceNumber(7), sm));
    for part in [
        "ESME_ROK",
        "SequenceNumber(7)",
        "SubmitSm",
        "\"BANK\" (ALPHANUMERIC, UNKNOWN)",
        "\"447700900123\" (INTERNATIONAL, ISDN)",
        "short_message: \"hello\"",
        "message_state: MessageState(0x02 DELIVERED)",
        "receipted_message_id: \"42\"",
        "message_payload: \"hi\\n\"",
        "code: 8",
        "source_subaddress: ",
        "\"41\"",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    // From the wire it looks the same.
    let octets: Vec<u8> = tlvs.iter().flat_map(wire).collect();
    assert_eq!(
        format!("{:?}", Tlvs::from_octets(&octets)),
        format!("{:?}", Tlvs::from_slice(&tlvs))
    );
}
