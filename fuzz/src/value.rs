//! Values that a program can build.

use smpp_codec::{Decoder, encode, encoded_len};
use smpp_pdu::{
    Body, CommandId, DestAddress, OmittedBody, Pdu, Repeated, SequenceNumber, Tlv, Tlvs,
    UnknownBody, UnsuccessSme,
};

use crate::source::Source;

/// A PDU that can be built is read back, by a tolerant decoder, as an equal one.
///
/// What cannot be told apart on the wire is not built: a text without its NUL
/// before other fields, a text shorter than its `sm_length` before parameters,
/// and a known operation as an unknown one.
pub fn arbitrary_value(data: &[u8]) {
    let mut source = Source::new(data);
    let lists = Lists {
        destinations: source.list(5),
        failed: source.list(3),
        ids: source.list(4),
        tlvs: source.list(4),
    };
    let pdu = Pdu {
        command_status: source.take(),
        sequence_number: SequenceNumber(source.u32()),
        body: lists.body(&mut source),
    };
    let mut octets = Vec::new();
    assert_eq!(encode(&pdu, &mut octets), Ok(encoded_len(&pdu)));
    assert_eq!(octets.len(), encoded_len(&pdu));
    let decoder = Decoder::new().max_pdu_len(usize::MAX);
    let decoded = decoder.decode_octets(&octets, &mut ());
    assert_eq!(decoded, Ok(pdu), "{octets:02x?}");
    assert!(!format!("{pdu:?}").is_empty());
}

/// What a body borrows and does not own.
struct Lists<'a> {
    destinations: Vec<DestAddress<'a>>,
    failed: Vec<UnsuccessSme<'a>>,
    ids: Vec<smpp_pdu::COctetStr<'a>>,
    tlvs: Vec<Tlv<'a>>,
}

/// A literal of every field, so that the compiler asks for those that are new.
macro_rules! build {
    ($source:ident, $tlvs:ident, $Name:ident { $($field:ident $(: $value:expr)?),* $(,)? }) => {
        smpp_pdu::$Name {
            $( $field: build!(@ $source $($value)?), )*
            tlvs: $tlvs,
        }
        .into()
    };
    (@ $source:ident) => { $source.take() };
    (@ $source:ident $value:expr) => { $value };
}

impl<'a> Lists<'a> {
    fn body<'s>(&'s self, source: &mut Source<'a>) -> Body<'s>
    where
        'a: 's,
    {
        let tlvs = Tlvs::from_slice(&self.tlvs);
        let to = Repeated::from_slice(&self.destinations).expect("a few");
        let failed = Repeated::from_slice(&self.failed).expect("a few");
        let ids = Repeated::from_slice(&self.ids).expect("a few");
        let s = source;
        match s.u8() % 37 {
            0 => build!(
                s,
                tlvs,
                Bind {
                    bind_type,
                    system_id,
                    password,
                    system_type,
                    interface_version,
                    address_range,
                }
            ),
            1 => build!(
                s,
                tlvs,
                BindResp {
                    bind_type,
                    system_id
                }
            ),
            2 => build!(
                s,
                tlvs,
                Outbind {
                    system_id,
                    password
                }
            ),
            3 => build!(s, tlvs, Unbind {}),
            4 => build!(s, tlvs, UnbindResp {}),
            5 => build!(s, tlvs, EnquireLink {}),
            6 => build!(s, tlvs, EnquireLinkResp {}),
            7 => build!(s, tlvs, GenericNack {}),
            8 => build!(
                s,
                tlvs,
                SubmitSm {
                    service_type,
                    source_addr,
                    destination_addr,
                    esm_class,
                    protocol_id,
                    priority_flag,
                    schedule_delivery_time,
                    validity_period,
                    registered_delivery,
                    replace_if_present_flag,
                    data_coding,
                    sm_default_msg_id,
                    short_message,
                }
            ),
            9 => build!(s, tlvs, SubmitSmResp { message_id }),
            10 => build!(
                s,
                tlvs,
                DeliverSm {
                    service_type,
                    source_addr,
                    destination_addr,
                    esm_class,
                    protocol_id,
                    priority_flag,
                    schedule_delivery_time,
                    validity_period,
                    registered_delivery,
                    replace_if_present_flag,
                    data_coding,
                    sm_default_msg_id,
                    short_message,
                }
            ),
            11 => build!(s, tlvs, DeliverSmResp { message_id }),
            12 => build!(
                s,
                tlvs,
                DataSm {
                    service_type,
                    source_addr,
                    destination_addr,
                    esm_class,
                    registered_delivery,
                    data_coding,
                }
            ),
            13 => build!(s, tlvs, DataSmResp { message_id }),
            14 => build!(
                s,
                tlvs,
                SubmitMulti {
                    service_type,
                    source_addr,
                    dest_address: to,
                    esm_class,
                    protocol_id,
                    priority_flag,
                    schedule_delivery_time,
                    validity_period,
                    registered_delivery,
                    replace_if_present_flag,
                    data_coding,
                    sm_default_msg_id,
                    short_message,
                }
            ),
            15 => build!(
                s,
                tlvs,
                SubmitMultiResp {
                    message_id,
                    unsuccess_sme: failed
                }
            ),
            16 => build!(
                s,
                tlvs,
                QuerySm {
                    message_id,
                    source_addr
                }
            ),
            17 => build!(
                s,
                tlvs,
                QuerySmResp {
                    message_id,
                    final_date,
                    message_state,
                    error_code,
                }
            ),
            18 => build!(
                s,
                tlvs,
                CancelSm {
                    service_type,
                    message_id,
                    source_addr,
                    destination_addr,
                }
            ),
            19 => build!(s, tlvs, CancelSmResp {}),
            20 => build!(
                s,
                tlvs,
                ReplaceSm {
                    message_id,
                    source_addr,
                    schedule_delivery_time,
                    validity_period,
                    registered_delivery,
                    sm_default_msg_id,
                    short_message,
                }
            ),
            21 => build!(s, tlvs, ReplaceSmResp {}),
            22 => build!(
                s,
                tlvs,
                AlertNotification {
                    source_addr,
                    esme_addr
                }
            ),
            23 => build!(
                s,
                tlvs,
                BroadcastSm {
                    service_type,
                    source_addr,
                    message_id,
                    priority_flag,
                    schedule_delivery_time,
                    validity_period,
                    replace_if_present_flag,
                    data_coding,
                    sm_default_msg_id,
                }
            ),
            24 => build!(s, tlvs, BroadcastSmResp { message_id }),
            25 => build!(
                s,
                tlvs,
                QueryBroadcastSm {
                    message_id,
                    source_addr
                }
            ),
            26 => build!(s, tlvs, QueryBroadcastSmResp { message_id }),
            27 => build!(
                s,
                tlvs,
                CancelBroadcastSm {
                    service_type,
                    message_id,
                    source_addr
                }
            ),
            28 => build!(s, tlvs, CancelBroadcastSmResp {}),
            29 => build!(s, tlvs, ParamRetrieve { param_name }),
            30 => build!(s, tlvs, ParamRetrieveResp { param_value }),
            31 => build!(
                s,
                tlvs,
                QueryLastMsgs {
                    source_addr,
                    num_messages
                }
            ),
            32 => build!(s, tlvs, QueryLastMsgsResp { message_ids: ids }),
            33 => build!(
                s,
                tlvs,
                QueryMsgDetails {
                    message_id,
                    source_addr,
                    sm_length
                }
            ),
            34 => build!(
                s,
                tlvs,
                QueryMsgDetailsResp {
                    service_type,
                    source_addr,
                    dest_address: to,
                    protocol_id,
                    priority_flag,
                    schedule_delivery_time,
                    validity_period,
                    registered_delivery,
                    data_coding,
                    short_message,
                    message_id,
                    final_date,
                    message_state,
                    error_code,
                }
            ),
            35 => omitted(s).into(),
            _ => unknown(s).into(),
        }
    }
}

/// A response that has mandatory fields, without them.
fn omitted(source: &mut Source<'_>) -> OmittedBody {
    const WITH_FIELDS: [CommandId; 12] = [
        CommandId::BIND_RECEIVER_RESP,
        CommandId::BIND_TRANSMITTER_RESP,
        CommandId::BIND_TRANSCEIVER_RESP,
        CommandId::SUBMIT_SM_RESP,
        CommandId::DELIVER_SM_RESP,
        CommandId::DATA_SM_RESP,
        CommandId::SUBMIT_MULTI_RESP,
        CommandId::QUERY_SM_RESP,
        CommandId::BROADCAST_SM_RESP,
        CommandId::QUERY_BROADCAST_SM_RESP,
        CommandId::QUERY_LAST_MSGS_RESP,
        CommandId::QUERY_MSG_DETAILS_RESP,
    ];
    OmittedBody {
        command_id: WITH_FIELDS[usize::from(source.u8()) % WITH_FIELDS.len()],
    }
}

/// An operation of a vendor.
fn unknown<'a>(source: &mut Source<'a>) -> UnknownBody<'a> {
    let response = u32::from(source.u8() & 0x80) << 24;
    UnknownBody {
        command_id: CommandId(0x0001_0200 | u32::from(source.u8()) | response),
        octets: source.octets(),
    }
}
