//! The constants against the tables of the specification.

mod csv;

use smpp_pdu::*;
use std::collections::{BTreeMap, BTreeSet};

const ENUMS: &str = include_str!("spec/enums.csv");
const STATUS: &str = include_str!("spec/status.csv");

/// Enumerations of the table that belong to other modules.
const ELSEWHERE: [&str; 2] = ["command_id_range", "tlv_tag_range"];

/// Single values that have no constant on purpose: enumeration, name, why.
const WITHOUT_CONSTANT: [(&str, &str, &str); 1] = [(
    "sm_default_msg_id",
    "allowed_v50",
    "a limit, see SmDefaultMsgId::is_allowed_in",
)];

/// Ranges whose name no method gives: enumeration, name, why.
const RANGES_WITHOUT_METHOD: [(&str, &str, &str); 1] = [(
    "language_indicator",
    "per TIA/EIA-136-710",
    "the list belongs to another standard",
)];

/// Constants whose name differs from the table's: enumeration, name in the
/// table, ours.
const RENAMED: [(&str, &str, &str); 0] = [];

/// How the crate models one enumeration of the table.
struct Model {
    enumeration: &'static str,
    /// Every named value.
    names: BTreeMap<u64, String>,
    /// What the crate calls a value that lies in a named range.
    range: fn(u64) -> Option<&'static str>,
}

/// A type made with `wire_number!`.
macro_rules! number {
    ($enumeration:literal, $Type:ty) => {
        number!($enumeration, $Type, |_| None)
    };
    ($enumeration:literal, $Type:ty, $range:expr) => {
        Model {
            enumeration: $enumeration,
            names: <$Type>::NAMED
                .iter()
                .map(|(value, name)| {
                    assert_eq!(value.name(), Some(*name));
                    (u64::from(value.0), (*name).to_owned())
                })
                .collect(),
            range: $range,
        }
    };
}

/// Constants that are not in a `NAMED` list.
macro_rules! constants {
    ($enumeration:literal, $Type:ident, $prefix:literal, $($CONST:ident)*) => {
        Model {
            enumeration: $enumeration,
            names: [$( (u64::from($Type::$CONST.0), stringify!($CONST)) ),*]
                .into_iter()
                .map(|(value, name)| (value, name.strip_prefix($prefix).unwrap().to_owned()))
                .collect(),
            range: |_| None,
        }
    };
}

/// A method that names all 256 octets.
fn octets(enumeration: &'static str, name: fn(u8) -> Option<String>) -> Model {
    Model {
        enumeration,
        names: (0..=255)
            .filter_map(|octet| Some((u64::from(octet), name(octet)?)))
            .collect(),
        range: |_| None,
    }
}

fn octet(value: u64) -> u8 {
    value.try_into().expect("an octet")
}

fn priority(scheme: PriorityScheme) -> BTreeMap<u64, String> {
    (0..=255)
        .filter_map(|level| {
            let name = PriorityFlag(level).name_in(scheme)?;
            Some((u64::from(level), name.to_owned()))
        })
        .collect()
}

fn models() -> Vec<Model> {
    vec![
        number!("ton", Ton),
        number!("npi", Npi),
        number!("esm_class.messaging_mode (mask 0x03)", MessagingMode),
        number!("esm_class.message_type (mask 0x3C)", MessageType),
        number!("esm_class.gsm_features (mask 0xC0)", GsmFeatures),
        constants!("esm_class.v33", EsmClass, "V33_", V33_NONE V33_DELIVERY_RECEIPT),
        number!("registered_delivery.mc_receipt (mask 0x03)", McReceipt),
        number!("registered_delivery.sme_ack (mask 0x0C)", SmeAck),
        Model {
            enumeration: "registered_delivery.intermediate (mask 0x10)",
            names: [(false, "NONE"), (true, "REQUESTED")]
                .map(|(wanted, name)| {
                    let field = RegisteredDelivery::NONE.with_intermediate(wanted);
                    assert_eq!(field.intermediate(), wanted);
                    (u64::from(field.0), name.to_owned())
                })
                .into(),
            range: |_| None,
        },
        constants!(
            "registered_delivery.v33", RegisteredDelivery, "V33_",
            V33_NONE V33_RECEIPT_REQUESTED
        ),
        number!("data_coding", DataCoding, |value| {
            // SMPP alone reserves what GSM 03.38 uses from 0x10 on.
            (value >= 0x0F).then_some("reserved")
        }),
        octets("data_coding.gsm_mwi", message_waiting_name),
        octets("data_coding.gsm_message_class", message_class_name),
        octets("data_coding.gsm_general", general_name),
        Model {
            enumeration: "priority_flag.gsm_sms",
            names: priority(PriorityScheme::GsmSms),
            range: |_| None,
        },
        Model {
            enumeration: "priority_flag.gsm_cbs",
            names: priority(PriorityScheme::GsmCbs),
            range: |_| None,
        },
        Model {
            enumeration: "priority_flag.ansi_136",
            names: priority(PriorityScheme::Ansi136),
            range: |_| None,
        },
        Model {
            enumeration: "priority_flag.is_95",
            names: priority(PriorityScheme::Is95),
            range: |_| None,
        },
        Model {
            enumeration: "priority_flag.ansi_41_cbs",
            names: priority(PriorityScheme::Ansi41Cbs),
            range: |_| None,
        },
        Model {
            enumeration: "priority_flag.v33",
            names: priority(PriorityScheme::V33),
            range: |_| None,
        },
        number!("message_state", MessageState),
        number!("interface_version", InterfaceVersion, |value| {
            (InterfaceVersion(octet(value)).normalized() == InterfaceVersion::V3_3)
                .then_some("v3.3_or_older")
        }),
        number!("replace_if_present_flag", ReplaceIfPresentFlag),
        number!("dest_flag", DestFlag),
        number!("sm_default_msg_id", SmDefaultMsgId, |value| {
            SmDefaultMsgId(octet(value))
                .is_allowed_in(InterfaceVersion::V3_4)
                .then_some("allowed")
        }),
        number!("addr_subunit", AddrSubunit),
        number!("network_type", NetworkType),
        number!("bearer_type", BearerType),
        number!("payload_type", PayloadType),
        number!("privacy_indicator", PrivacyIndicator),
        number!("language_indicator", LanguageIndicator),
        number!("display_time", DisplayTime),
        number!("ms_validity.behaviour (octet 1)", MsValidityBehaviour),
        number!("ms_validity.unit (octet 2)", MsValidityUnit),
        Model {
            enumeration: "ms_msg_wait_facilities.indicator (mask 0x80)",
            names: [(false, "INACTIVE"), (true, "ACTIVE")]
                .map(|(active, name)| {
                    let field = MsMsgWaitFacilities(0).with_active(active);
                    assert_eq!(field.is_active(), active);
                    (u64::from(field.0), name.to_owned())
                })
                .into(),
            range: |_| None,
        },
        number!(
            "ms_msg_wait_facilities.type (mask 0x03)",
            MessageWaitingKind
        ),
        number!("delivery_failure_reason", DeliveryFailureReason),
        number!("dpf_result", DpfResult),
        number!("set_dpf", SetDpf),
        number!("ms_availability_status", MsAvailabilityStatus),
        number!("more_messages_to_send", MoreMessagesToSend),
        number!("its_reply_type", ItsReplyType),
        Model {
            enumeration: "its_session_info.end_of_session (octet 2 mask 0x01)",
            names: [(0x00, "INACTIVE"), (0x01, "ACTIVE")]
                .map(|(octet, name)| {
                    let info = ItsSessionInfo {
                        session_number: 0,
                        sequence_and_end: octet,
                    };
                    assert_eq!(info.ends_session(), name == "ACTIVE");
                    (u64::from(octet), name.to_owned())
                })
                .into(),
            range: |_| None,
        },
        Model {
            enumeration: "number_of_messages",
            names: BTreeMap::new(),
            range: |value| {
                Some(if NumberOfMessages(octet(value)).is_allowed() {
                    "allowed"
                } else {
                    "reserved"
                })
            },
        },
        number!("ussd_service_op", UssdServiceOp, |value| {
            UssdServiceOp(octet(value))
                .is_vendor_specific()
                .then_some("vendor specific")
        }),
        number!("network_error_code_type", NetworkErrorCodeType),
        number!(
            "callback_num_digit_mode (octet 1 mask 0x01)",
            CallbackNumDigitMode
        ),
        number!(
            "callback_num_pres_ind.presentation (mask 0x0C)",
            CallbackPresentation
        ),
        number!(
            "callback_num_pres_ind.screening (mask 0x03)",
            CallbackScreening
        ),
        number!("alert_on_message_delivery", AlertOnMessageDelivery),
        number!("subaddress_tag", SubaddressTag),
        number!("congestion_state", CongestionState, |value| {
            CongestionState(octet(value)).band().map(|band| match band {
                CongestionBand::Idle => "idle",
                CongestionBand::LowLoad => "low_load",
                CongestionBand::MediumLoad => "medium_load",
                CongestionBand::HighLoad => "high_load",
                CongestionBand::OptimumLoad => "optimum_load",
                CongestionBand::NearingCongestion => "nearing_congestion",
                CongestionBand::Congested => "congested",
            })
        }),
        number!("dest_addr_np_resolution", DestAddrNpResolution),
        number!("broadcast_area_format (octet 1)", BroadcastAreaFormat),
        number!("broadcast_area_success", BroadcastAreaSuccess, |value| {
            BroadcastAreaSuccess(octet(value))
                .percent()
                .map(|_| "percent")
        }),
        number!("broadcast_channel_indicator", BroadcastChannelIndicator),
        number!(
            "broadcast_content_type.network (octet 1)",
            BroadcastContentNetwork
        ),
        number!(
            "broadcast_content_type.generic (octets 2-3)",
            BroadcastContentCategory
        ),
        number!(
            "broadcast_frequency_interval_unit (octet 1)",
            BroadcastFrequencyUnit
        ),
        number!("broadcast_message_class", BroadcastMessageClass),
        Model {
            enumeration: "billing_format (octet 1)",
            names: BTreeMap::new(),
            range: |value| {
                Some(if BillingFormat(octet(value)).is_vendor_specific() {
                    "vendor specific"
                } else {
                    "reserved"
                })
            },
        },
        digits(number!("network_id_prefix (first digit)", NetworkIdPrefix)),
        digits(number!("network_id_esme_address_type", EsmeAddressType)),
        number!("v33_gsm_error_code (decimal)", GsmErrorCode),
    ]
}

/// The table has the digit, the wire its ASCII character.
fn digits(mut model: Model) -> Model {
    model.names = model
        .names
        .into_iter()
        .map(|(value, name)| (value - u64::from(b'0'), name))
        .collect();
    model
}

fn gsm_alphabet_name(alphabet: GsmAlphabet) -> &'static str {
    match alphabet {
        GsmAlphabet::Gsm7 => "GSM7",
        GsmAlphabet::Octet => "8BIT",
        GsmAlphabet::Ucs2 => "UCS2",
    }
}

fn message_waiting_name(octet: u8) -> Option<String> {
    let DataCodingGroup::MessageWaiting {
        store,
        alphabet,
        active,
        kind,
    } = DataCoding(octet).group()
    else {
        return None;
    };
    let place = if store {
        format!("STORE_{}", gsm_alphabet_name(alphabet))
    } else {
        "DISCARD".to_owned()
    };
    let active = if active { "ACTIVE" } else { "INACTIVE" };
    Some(format!("MWI_{place}_{kind}_{active}"))
}

fn message_class_name(octet: u8) -> Option<String> {
    let DataCodingGroup::MessageClass { class, alphabet } = DataCoding(octet).group() else {
        return None;
    };
    Some(format!("{class:?}_{}", gsm_alphabet_name(alphabet)).to_uppercase())
}

fn general_name(octet: u8) -> Option<String> {
    let DataCodingGroup::GsmGeneral {
        compressed,
        class,
        alphabet,
        ..
    } = DataCoding(octet).group()
    else {
        return None;
    };
    let class = class.map_or(String::new(), |class| format!("{class:?}_").to_uppercase());
    let compressed = if compressed { "_COMPRESSED" } else { "" };
    Some(format!(
        "{class}{}{compressed}",
        gsm_alphabet_name(alphabet)
    ))
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// First and last value of a cell such as `0x07-0xFF`.
fn range(text: &str) -> Option<(u64, u64)> {
    let (first, last) = text.split_once('-')?;
    Some((number(first)?, number(last)?))
}

/// The table's spelling of a name as a constant has it.
fn constant_name(name: &str) -> String {
    name.chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect()
}

#[test]
fn every_enumeration_of_the_table_has_a_model() {
    let known: BTreeSet<_> = models()
        .iter()
        .map(|model| model.enumeration)
        .chain(ELSEWHERE)
        .chain(["service_type", "data_coding.gsm_general bits"])
        .map(str::to_owned)
        .collect();
    let listed: BTreeSet<_> = csv::read(ENUMS)
        .into_iter()
        .map(|mut row| row.remove("enumeration").unwrap())
        .collect();
    assert_eq!(listed, known);
}

#[test]
fn every_single_value_of_the_table_has_its_name() {
    let rows = csv::read(ENUMS);
    let mut unused: BTreeSet<_> = WITHOUT_CONSTANT
        .iter()
        .map(|(enumeration, name, _)| (*enumeration, *name))
        .collect();
    let mut checked = 0;
    for model in models() {
        for row in rows
            .iter()
            .filter(|row| row["enumeration"] == model.enumeration)
        {
            let Some(value) = number(&row["value"]) else {
                assert!(range(&row["value"]).is_some(), "{row:?}");
                continue;
            };
            let name = row["name"].as_str();
            let ours = model.names.get(&value).map(String::as_str);
            checked += 1;
            if name == "reserved" || unused.remove(&(model.enumeration, name)) {
                assert_eq!(ours, None, "{row:?}");
                continue;
            }
            let renamed = RENAMED
                .iter()
                .find(|(enumeration, old, _)| *enumeration == model.enumeration && *old == name)
                .map(|(_, _, new)| (*new).to_owned());
            let expected = renamed.unwrap_or_else(|| constant_name(name));
            assert_eq!(ours, Some(expected.as_str()), "{row:?}");
        }
    }
    assert!(unused.is_empty(), "not in the table: {unused:?}");
    assert!(checked > 300, "only {checked} rows");
}

#[test]
fn no_number_has_a_name_the_table_lacks() {
    let rows = csv::read(ENUMS);
    for model in models() {
        if model.enumeration.starts_with("data_coding.gsm_") {
            // The table shows examples of patterns that cover more octets.
            continue;
        }
        let listed: BTreeSet<_> = rows
            .iter()
            .filter(|row| row["enumeration"] == model.enumeration)
            .filter_map(|row| number(&row["value"]))
            .collect();
        for (value, name) in &model.names {
            let known =
                listed.contains(value) || (model.enumeration, *value) == ("interface_version", 51);
            assert!(known, "{} {value} {name}", model.enumeration);
        }
    }
}

#[test]
fn every_value_in_a_range_of_the_table_is_seen_as_that_range_says() {
    let rows = csv::read(ENUMS);
    for model in models() {
        for row in rows
            .iter()
            .filter(|row| row["enumeration"] == model.enumeration)
        {
            let Some((first, last)) = range(&row["value"]) else {
                continue;
            };
            let name = row["name"].as_str();
            if RANGES_WITHOUT_METHOD
                .iter()
                .any(|(enumeration, old, _)| *enumeration == model.enumeration && *old == name)
            {
                continue;
            }
            for value in first..=last {
                let ours = (model.range)(value);
                if name == "reserved" {
                    assert_eq!(model.names.get(&value), None, "{value} in {row:?}");
                    assert!(
                        matches!(ours, None | Some("reserved")),
                        "{value} in {row:?} is {ours:?}"
                    );
                } else {
                    assert_eq!(ours, Some(name), "{value} in {row:?}");
                }
            }
        }
    }
}

#[test]
fn service_types_are_those_of_the_table() {
    let listed: Vec<_> = csv::read(ENUMS)
        .into_iter()
        .filter(|row| row["enumeration"] == "service_type")
        .map(|row| (row["value"].clone(), row["name"].clone()))
        .collect();
    let ours: Vec<_> = service_type::NAMED
        .iter()
        .map(|(value, name)| ((*value).to_owned(), (*name).to_owned()))
        .collect();
    assert_eq!(ours, listed);
}

#[test]
fn prefixed_priority_constants_agree_with_the_names_in_each_network() {
    for (scheme, model) in [
        (
            PriorityScheme::GsmSms,
            constants!("", PriorityFlag, "GSM_SMS_", GSM_SMS_NON_PRIORITY GSM_SMS_PRIORITY),
        ),
        (
            PriorityScheme::GsmCbs,
            constants!(
                "", PriorityFlag, "GSM_CBS_",
                GSM_CBS_NORMAL GSM_CBS_IMMEDIATE_BROADCAST GSM_CBS_HIGH_PRIORITY
                GSM_CBS_PRIORITY_BACKGROUND
            ),
        ),
        (
            PriorityScheme::Ansi136,
            constants!(
                "", PriorityFlag, "ANSI_136_",
                ANSI_136_BULK ANSI_136_NORMAL ANSI_136_URGENT ANSI_136_VERY_URGENT
            ),
        ),
        (
            PriorityScheme::Is95,
            constants!(
                "", PriorityFlag, "IS_95_",
                IS_95_NORMAL IS_95_INTERACTIVE IS_95_URGENT IS_95_EMERGENCY
            ),
        ),
        (
            PriorityScheme::Ansi41Cbs,
            constants!(
                "", PriorityFlag, "ANSI_41_CBS_",
                ANSI_41_CBS_NORMAL ANSI_41_CBS_INTERACTIVE ANSI_41_CBS_URGENT
                ANSI_41_CBS_EMERGENCY
            ),
        ),
        (
            PriorityScheme::V33,
            constants!("", PriorityFlag, "V33_", V33_NON_PRIORITY V33_PRIORITY),
        ),
    ] {
        let mut expected = priority(scheme);
        if scheme == PriorityScheme::GsmSms {
            expected.retain(|level, _| *level < 2);
        }
        assert_eq!(model.names, expected, "{scheme:?}");
    }
}

#[test]
fn every_numbered_status_has_its_names_its_class_and_a_meaning() {
    let mut named = 0;
    for row in csv::read(STATUS) {
        let name = row["name"].as_str();
        let Some(value) = number(&row["command_status"]) else {
            continue;
        };
        let status = CommandStatus(value.try_into().unwrap());
        assert_eq!(status.class(), class(&row["reaction"]), "{row:?}");
        if name == "(reserved)" {
            assert_eq!(status.name(), None, "{row:?}");
            assert_eq!(status.meaning(), None, "{row:?}");
            continue;
        }
        named += 1;
        assert_eq!(status.name(), Some(name), "{row:?}");
        assert!(status.meaning().is_some(), "{row:?}");
        let aliases = row["other_names"]
            .split(';')
            .filter_map(|alias| alias.split_whitespace().next());
        for name in aliases.chain([name]) {
            assert_eq!(CommandStatus::from_name(name), Some(status), "{name}");
        }
    }
    assert_eq!(named, CommandStatus::NAMED.len());
}

#[test]
fn a_status_range_has_one_class_except_for_the_named_codes_inside() {
    let mut ranges = 0;
    for row in csv::read(STATUS) {
        let Some((first, last)) = range(&row["command_status"]) else {
            continue;
        };
        ranges += 1;
        for value in (first..=last).take(0x400).chain([last]) {
            let status = CommandStatus(value.try_into().unwrap());
            if status.name().is_none() {
                assert_eq!(status.class(), class(&row["reaction"]), "{status:?}");
            }
            assert_eq!(
                status.is_vendor_specific(),
                row["name"] == "(vendor specific)",
                "{status:?}"
            );
        }
    }
    assert!(ranges > 10);
}

fn class(reaction: &str) -> StatusClass {
    match reaction {
        "ok" => StatusClass::Ok,
        "retry" => StatusClass::Retry,
        "throttle" => StatusClass::Throttle,
        "permanent" => StatusClass::Permanent,
        "session-fatal" => StatusClass::SessionFatal,
        other => panic!("unknown reaction {other}"),
    }
}

#[test]
fn a_status_name_is_found_in_any_case_with_or_without_its_prefix() {
    let throttled = Some(CommandStatus::ESME_RTHROTTLED);
    assert_eq!(CommandStatus::from_name("esme_rthrottled"), throttled);
    assert_eq!(CommandStatus::from_name("RThrottled"), throttled);
    assert_eq!(CommandStatus::from_name("RTHROTTLEXCD"), throttled);
    assert_eq!(CommandStatus::from_name("ESME_"), None);
    assert_eq!(CommandStatus::from_name(""), None);
    assert_eq!(CommandStatus::from_name("ESMÉ_ROK"), None);
}

#[test]
fn a_name_without_a_number_in_print_is_not_found() {
    let unnumbered: Vec<_> = csv::read(STATUS)
        .into_iter()
        .filter(|row| row["command_status"].is_empty())
        .collect();
    assert_eq!(unnumbered.len(), 16);
    for row in unnumbered {
        assert_eq!(CommandStatus::from_name(&row["name"]), None, "{row:?}");
    }
}

#[test]
fn only_ok_is_not_an_error() {
    assert!(!CommandStatus::ESME_ROK.is_error());
    assert!(CommandStatus::ESME_RSYSERR.is_error());
    assert!(CommandStatus(0x0400).is_error());
}

#[test]
fn setting_one_part_of_a_bit_field_keeps_all_other_bits() {
    for octet in 0..=255 {
        let class = EsmClass(octet);
        assert_eq!(class.with_messaging_mode(class.messaging_mode()), class);
        assert_eq!(class.with_message_type(class.message_type()), class);
        assert_eq!(class.with_gsm_features(class.gsm_features()), class);
        assert_eq!(class.with_udhi(class.has_udhi()), class);
        assert_eq!(class.with_reply_path(class.has_reply_path()), class);
        assert_eq!(
            class.with_message_type(MessageType(0xFF)).0,
            octet | 0x3C,
            "foreign bits of the argument must not leak"
        );

        let request = RegisteredDelivery(octet);
        assert_eq!(request.with_mc_receipt(request.mc_receipt()), request);
        assert_eq!(request.with_sme_ack(request.sme_ack()), request);
        assert_eq!(request.with_intermediate(request.intermediate()), request);
        assert_eq!(
            request.with_mc_receipt(McReceipt::NONE).0 & 0xFC,
            octet & 0xFC
        );

        let waiting = MsMsgWaitFacilities(octet);
        assert_eq!(waiting.with_active(waiting.is_active()), waiting);
        assert_eq!(waiting.with_kind(waiting.kind()), waiting);

        let callback = CallbackNumPresInd(octet);
        assert_eq!(
            callback.with_presentation(callback.presentation()),
            callback
        );
        assert_eq!(callback.with_screening(callback.screening()), callback);
    }
}

#[test]
fn a_receipt_is_known_by_its_type_bits_alone() {
    assert!(EsmClass(0x04).is_receipt());
    assert!(EsmClass(0x47).is_receipt());
    assert!(!EsmClass(0x0C).is_receipt());
    assert!(!EsmClass(0x24).is_intermediate_notification());
    assert!(EsmClass(0xE0).is_intermediate_notification());
}

#[test]
fn debug_of_a_bit_field_names_its_parts() {
    assert_eq!(
        format!("{:?}", EsmClass(0x44)),
        "EsmClass(0x44 mode DEFAULT, type MC_DELIVERY_RECEIPT, features UDHI)"
    );
    assert_eq!(
        format!("{:?}", RegisteredDelivery(0x11)),
        "RegisteredDelivery(0x11 receipt SUCCESS_OR_FAILURE, ack NONE, intermediate true)"
    );
    assert_eq!(
        format!("{:?}", CallbackNumPresInd(0x0C)),
        "CallbackNumPresInd(0x0C presentation 0x0C, screening NOT_SCREENED)"
    );
}

#[test]
fn a_data_coding_survives_being_taken_apart_up_to_its_reserved_bits() {
    for octet in 0..=255 {
        let group = DataCoding(octet).group();
        match DataCoding::from_group(group) {
            Some(again) => assert_eq!(again.group(), group, "0x{octet:02X}"),
            None => assert_eq!(group, DataCodingGroup::Reserved, "0x{octet:02X}"),
        }
    }
}

#[test]
fn impossible_data_codings_are_refused() {
    for group in [
        DataCodingGroup::Reserved,
        DataCodingGroup::Smpp {
            alphabet: Alphabet::Gsm7,
        },
        DataCodingGroup::GsmGeneral {
            automatic_deletion: false,
            compressed: false,
            class: None,
            alphabet: GsmAlphabet::Ucs2,
        },
        DataCodingGroup::MessageWaiting {
            store: false,
            alphabet: GsmAlphabet::Ucs2,
            active: true,
            kind: MessageWaitingKind::FAX,
        },
        DataCodingGroup::MessageClass {
            class: MessageClass::Class0,
            alphabet: GsmAlphabet::Ucs2,
        },
    ] {
        assert_eq!(DataCoding::from_group(group), None);
    }
}

#[test]
fn automatic_deletion_is_general_coding_in_the_next_quarter() {
    for octet in 0x10..=0x3F {
        let (plain, deleted) = (DataCoding(octet).group(), DataCoding(octet | 0x40).group());
        match (plain, deleted) {
            (
                DataCodingGroup::GsmGeneral {
                    automatic_deletion: false,
                    compressed,
                    class,
                    alphabet,
                },
                deleted,
            ) => assert_eq!(
                deleted,
                DataCodingGroup::GsmGeneral {
                    automatic_deletion: true,
                    compressed,
                    class,
                    alphabet,
                }
            ),
            other => assert_eq!(
                other,
                (DataCodingGroup::Reserved, DataCodingGroup::Reserved)
            ),
        }
    }
}

#[test]
fn alphabet_class_and_compression_are_read_through_every_group() {
    assert_eq!(DataCoding(0x00).alphabet(), Some(Alphabet::McDefault));
    assert_eq!(DataCoding(0x0B).alphabet(), None);
    assert_eq!(DataCoding(0x1C).alphabet(), None);
    assert_eq!(DataCoding(0xF5).alphabet(), Some(Alphabet::Octet));
    assert_eq!(DataCoding(0xE9).alphabet(), Some(Alphabet::Ucs2));
    assert_eq!(DataCoding(0xF0).message_class(), Some(MessageClass::Class0));
    assert_eq!(DataCoding(0x08).message_class(), None);
    assert!(DataCoding(0x28).is_compressed());
    assert!(!DataCoding(0x18).is_compressed());
}

#[test]
fn message_states_are_final_intermediate_or_neither_as_the_table_notes() {
    for row in csv::read(ENUMS) {
        if row["enumeration"] != "message_state" {
            continue;
        }
        let state = MessageState(octet(number(&row["value"]).unwrap()));
        let notes = row["notes"].as_str();
        assert_eq!(state.is_final(), notes.starts_with("final"), "{row:?}");
        assert_eq!(
            state.is_intermediate(),
            notes.starts_with("intermediate"),
            "{row:?}"
        );
    }
}

#[test]
fn receipt_words_lead_to_their_state_and_back() {
    let mut words = 0;
    for (state, _) in MessageState::NAMED {
        let Some(word) = state.receipt_word() else {
            continue;
        };
        words += 1;
        assert_eq!(word.len(), 7);
        assert_eq!(MessageState::from_receipt_word(word), Some(*state));
        let lower = word.to_lowercase();
        assert_eq!(MessageState::from_receipt_word(&lower), Some(*state));
    }
    assert_eq!(words, 8);
    assert_eq!(MessageState::DELIVERED.receipt_word(), Some("DELIVRD"));
    assert_eq!(MessageState::SKIPPED.receipt_word(), None);
    assert_eq!(MessageState::from_receipt_word("FAILED"), None);
}

#[test]
fn a_version_decides_what_its_peer_understands() {
    for (version, tlvs, broadcast) in [
        (0x00, false, false),
        (0x33, false, false),
        (0x34, true, false),
        (0x40, true, false),
        (0x50, true, true),
        (0xFF, true, true),
    ] {
        let version = InterfaceVersion(version);
        assert_eq!(version.supports_tlvs(), tlvs, "{version:?}");
        assert_eq!(version.supports_broadcast(), broadcast, "{version:?}");
        assert_eq!(version.normalized().supports_tlvs(), tlvs);
        assert_eq!(version.normalized().supports_broadcast(), broadcast);
    }
}

#[test]
fn predefined_messages_have_a_limit_per_version() {
    for (id, v33, v34) in [
        (0, true, true),
        (100, true, true),
        (101, false, true),
        (255, false, false),
    ] {
        let id = SmDefaultMsgId(id);
        assert_eq!(id.is_allowed_in(InterfaceVersion::V3_3), v33);
        assert_eq!(id.is_allowed_in(InterfaceVersion::V3_4), v34);
        assert!(id.is_allowed_in(InterfaceVersion::V5_0));
    }
}

#[test]
fn the_table_reader_understands_quotes() {
    let rows = csv::read("a,b\n\"x, \"\"y\"\"\",\nlast,\"two\nlines\"");
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["a"], "x, \"y\"");
    assert_eq!(rows[0]["b"], "");
    assert_eq!(rows[1]["b"], "two\nlines");
}
