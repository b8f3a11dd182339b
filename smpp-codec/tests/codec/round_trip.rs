//! Values to octets and back, for every type of PDU.
//!
//! Values borrow what they are made of, so a strategy gives owned material: it
//! is held on the stage of a test, and the values borrow from there.

use proptest::collection::vec;
use proptest::prelude::*;
use smpp_codec::{Buffer, Decoder, EncodeError, OutBuf, SliceBuf, encode, encode_to_slice};
use smpp_pdu::*;

use crate::support::{assert_fields_cover, decode_with, encoded};

/// What a field is made of. `stage` makes the borrowed parts that the value
/// itself borrows from, such as the members of a list.
trait Material {
    type Stage<'a>
    where
        Self: 'a;
    fn stage(&self) -> Self::Stage<'_>;
}

/// What stands on the stage.
trait Staged<'s> {
    type Value;
    fn value(&'s self) -> Self::Value;
}

/// A number or bit field as it is.
#[derive(Clone, Copy, Debug)]
struct Plain<T>(T);

impl<T: Copy> Material for Plain<T> {
    type Stage<'a>
        = Self
    where
        T: 'a;

    fn stage(&self) -> Self {
        *self
    }
}

impl<'s, T: Copy> Staged<'s> for Plain<T> {
    type Value = T;

    fn value(&'s self) -> T {
        self.0
    }
}

/// Declares material of octets that needs no stage of its own.
macro_rules! octets {
    ($($Name:ident => $Value:ident: |$octets:ident| $value:expr;)*) => {$(
        #[derive(Clone, Debug)]
        struct $Name(Vec<u8>);

        impl Material for $Name {
            type Stage<'a> = Self;

            fn stage(&self) -> Self {
                self.clone()
            }
        }

        impl<'s> Staged<'s> for $Name {
            type Value = $Value<'s>;

            fn value(&'s self) -> $Value<'s> {
                let $octets = &self.0[..];
                $value
            }
        }
    )*};
}

octets! {
    Text => COctetStr: |octets| COctetStr::new(octets).unwrap();
    Hidden => Password: |octets| Password(COctetStr::new(octets).unwrap());
    Message => ShortMessage: |octets| ShortMessage::new(octets).unwrap();
}

#[derive(Clone, Debug)]
struct Party(u8, u8, Text);

impl Material for Party {
    type Stage<'a> = Self;

    fn stage(&self) -> Self {
        self.clone()
    }
}

impl<'s> Staged<'s> for Party {
    type Value = Address<'s>;

    fn value(&'s self) -> Address<'s> {
        Address {
            ton: Ton(self.0),
            npi: Npi(self.1),
            addr: self.2.value(),
        }
    }
}

#[derive(Clone, Debug)]
enum Destination {
    Sme(Party),
    List(Text),
}

#[derive(Clone, Debug)]
struct Failed(Party, u32);

/// A TLV in each of the forms that constructors give it.
#[derive(Clone, Debug)]
enum Parameter {
    Octets(u16, Vec<u8>),
    Number(u16),
    Text(Text),
    Structure([u8; 3], Vec<u8>),
}

/// Declares lists: how a member is made of its material, and the list of members.
macro_rules! lists {
    ($($Material:ident => $Member:ident, $List:ty: |$owned:ident| $member:expr, $from_slice:expr;)*) => {$(
        impl Material for Vec<$Material> {
            type Stage<'a> = Vec<$Member<'a>>;

            fn stage(&self) -> Vec<$Member<'_>> {
                self.iter().map(|$owned| $member).collect()
            }
        }

        impl<'s> Staged<'s> for Vec<$Member<'s>> {
            type Value = $List;

            fn value(&'s self) -> $List {
                $from_slice(self)
            }
        }
    )*};
}

fn list<'s, T: Member<'s>>(members: &'s [T]) -> Repeated<'s, T> {
    Repeated::from_slice(members).unwrap()
}

lists! {
    Destination => DestAddress, Repeated<'s, DestAddress<'s>>: |destination| match destination {
        Destination::Sme(party) => DestAddress::Sme(party.value()),
        Destination::List(name) => DestAddress::DistributionList(name.value()),
    }, list;
    Failed => UnsuccessSme, Repeated<'s, UnsuccessSme<'s>>: |failed| UnsuccessSme {
        destination_addr: failed.0.value(),
        error_status_code: CommandStatus(failed.1),
    }, list;
    Text => COctetStr, Repeated<'s, COctetStr<'s>>: |id| id.value(), list;
    Parameter => Tlv, Tlvs<'s>: |parameter| match parameter {
        Parameter::Octets(tag, value) => Tlv::new(Tag(*tag), value).unwrap(),
        Parameter::Number(number) => Tlv::user_message_reference(*number),
        Parameter::Text(text) => Tlv::receipted_message_id(text.value()).unwrap(),
        Parameter::Structure([mode, ton, npi], digits) => Tlv::callback_num(CallbackNum {
            digit_mode: CallbackNumDigitMode(*mode),
            ton: Ton(*ton),
            npi: Npi(*npi),
            digits,
        })
        .unwrap(),
    }, Tlvs::from_slice;
}

/// Text of at most `max` octets of any kind but NUL.
fn text(max: usize) -> impl Strategy<Value = Text> {
    vec(1..=u8::MAX, 0..=max).prop_map(Text)
}

fn hidden() -> impl Strategy<Value = Hidden> {
    text(8).prop_map(|Text(octets)| Hidden(octets))
}

/// No time, or one of 16 characters.
fn time() -> impl Strategy<Value = Text> {
    prop_oneof![Just(Text(Vec::new())), vec(1..=u8::MAX, 16).prop_map(Text)]
}

fn party(max: usize) -> impl Strategy<Value = Party> {
    (any::<u8>(), any::<u8>(), text(max)).prop_map(|(ton, npi, addr)| Party(ton, npi, addr))
}

fn number<T: From<u8> + core::fmt::Debug>() -> impl Strategy<Value = Plain<T>> {
    any::<u8>().prop_map(|octet| Plain(octet.into()))
}

fn bind_type() -> impl Strategy<Value = Plain<BindType>> {
    proptest::sample::select(vec![
        BindType::Receiver,
        BindType::Transmitter,
        BindType::Transceiver,
    ])
    .prop_map(Plain)
}

fn message() -> impl Strategy<Value = Message> {
    vec(any::<u8>(), 0..=255).prop_map(Message)
}

fn destinations() -> impl Strategy<Value = Vec<Destination>> {
    let destination = prop_oneof![
        party(20).prop_map(Destination::Sme),
        text(20).prop_map(Destination::List),
    ];
    let few = vec(destination.clone(), 0..6);
    prop_oneof![9 => few, 1 => vec(destination, 255)]
}

fn failures() -> impl Strategy<Value = Vec<Failed>> {
    vec((party(20), any::<u32>()), 0..6)
        .prop_map(|failures| failures.into_iter().map(|(a, s)| Failed(a, s)).collect())
}

/// A parameter of the standard with a length that it allows, or another one.
fn parameter() -> impl Strategy<Value = Parameter> {
    // Beside a text, a message_payload is a deviation.
    let allowed: Vec<_> = TlvDefinition::ALL
        .iter()
        .filter(|definition| definition.tag != Tag::MESSAGE_PAYLOAD)
        .collect();
    let defined = proptest::sample::select(allowed).prop_flat_map(|definition| {
        let lengths = usize::from(definition.min_len)..=usize::from(definition.max_len).min(120);
        vec(any::<u8>(), lengths).prop_map(|octets| Parameter::Octets(definition.tag.0, octets))
    });
    let others = (0x1400..=0xFFFF_u16, vec(any::<u8>(), 0..40))
        .prop_map(|(tag, octets)| Parameter::Octets(tag, octets));
    prop_oneof![
        4 => defined,
        2 => others,
        1 => any::<u16>().prop_map(Parameter::Number),
        1 => text(64).prop_map(Parameter::Text),
        1 => (any::<[u8; 3]>(), vec(any::<u8>(), 1..=16))
            .prop_map(|(head, digits)| Parameter::Structure(head, digits)),
    ]
}

fn parameters() -> impl Strategy<Value = Vec<Parameter>> {
    vec(parameter(), 0..5)
}

/// The same, and often a long text among them.
fn parameters_with_payload() -> impl Strategy<Value = Vec<Parameter>> {
    (parameters(), vec(any::<u8>(), 0..400)).prop_map(|(mut parameters, payload)| {
        parameters.push(Parameter::Octets(Tag::MESSAGE_PAYLOAD.0, payload));
        parameters
    })
}

fn sequence() -> impl Strategy<Value = u32> {
    prop_oneof![Just(1), Just(0x7FFF_FFFF), 1..=0x7FFF_FFFF_u32]
}

/// Any status that has a name.
fn status() -> impl Strategy<Value = CommandStatus> {
    proptest::sample::select(CommandStatus::NAMED).prop_map(|(status, _)| status)
}

/// The largest PDU of these tests fits: 255 destinations of 24 octets, and more.
const ROOM: usize = 16 * 1024;

/// Every way to write gives the same octets, which decode to the same value,
/// with nothing to report.
fn survives(pdu: &Pdu<'_>) -> Result<(), TestCaseError> {
    let octets = encoded(pdu);
    let (decoded, findings) = decode_with(Decoder::new().strict(true), &octets).unwrap();
    prop_assert_eq!(&decoded, pdu);
    prop_assert_eq!(findings, []);
    prop_assert_eq!(encoded(&decoded), &octets[..]);
    assert_fields_cover(pdu, &octets);
    writes_alike(pdu, &octets)
}

fn writes_alike(pdu: &Pdu<'_>, octets: &[u8]) -> Result<(), TestCaseError> {
    let len = octets.len();
    // Exactly enough room.
    let mut exact = vec![0xA5; len];
    prop_assert_eq!(encode_to_slice(pdu, &mut exact), Ok(len));
    prop_assert_eq!(&exact, octets);
    // One octet less: nothing is written.
    let mut tight = vec![0xA5; len - 1];
    let no_room = EncodeError::NoRoom {
        need: len,
        room: len - 1,
    };
    prop_assert_eq!(encode_to_slice(pdu, &mut tight), Err(no_room));
    prop_assert!(tight.iter().all(|octet| *octet == 0xA5));
    // Appended behind what is there.
    let mut storage = [0; ROOM];
    appends(pdu, octets, &mut SliceBuf::new(&mut storage))?;
    appends(pdu, octets, &mut heapless::Vec::<u8, ROOM>::new())?;
    #[cfg(feature = "alloc")]
    {
        appends(pdu, octets, &mut Vec::new())?;
        appends(pdu, octets, &mut bytes::BytesMut::new())?;
    }
    Ok(())
}

fn appends(pdu: &Pdu<'_>, octets: &[u8], out: &mut impl Buffer) -> Result<(), TestCaseError> {
    OutBuf::put(out, b"before");
    prop_assert_eq!(encode(pdu, out), Ok(octets.len()));
    prop_assert_eq!(&out.as_slice()[..6], b"before");
    prop_assert_eq!(&out.as_slice()[6..], octets);
    Ok(())
}

/// Declares a test for each type: the strategy of each field by its name, the
/// parameters, and the status where a response may have another than 0.
macro_rules! round_trips {
    ($(
        $test:ident: $Name:ident { $($field:ident: $strategy:expr,)* }
        tlvs: $tlvs:expr $(, status: $status:expr)?;
    )*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(256))]
            $(
                #[test]
                fn $test(
                    sequence in sequence(),
                    status in round_trips!(@status $($status)?),
                    tlvs in $tlvs,
                    $($field in $strategy,)*
                ) {
                    let tlvs = tlvs.stage();
                    $(let $field = $field.stage();)*
                    let body = $Name::default()
                        $(.$field($field.value()))*
                        .tlvs(tlvs.value());
                    survives(&Pdu::response(status, SequenceNumber(sequence), body))?;
                }
            )*
        }

        /// The commands that the tests above cover.
        fn covered() -> Vec<CommandId> {
            vec![$( $Name::default().command_id() ),*]
        }
    };
    (@status $status:expr) => { $status };
    (@status) => { Just(CommandStatus::ESME_ROK) };
}

round_trips! {
    bind_survives: Bind {
        bind_type: bind_type(),
        system_id: text(15),
        password: hidden(),
        system_type: text(12),
        interface_version: number(),
        address_range: party(40),
    } tlvs: parameters();
    bind_resp_survives: BindResp {
        bind_type: bind_type(),
        system_id: text(15),
    } tlvs: parameters();
    generic_nack_survives: GenericNack {} tlvs: parameters(), status: status();
    outbind_survives: Outbind {
        system_id: text(15),
        password: hidden(),
    } tlvs: parameters();
    unbind_survives: Unbind {} tlvs: parameters();
    unbind_resp_survives: UnbindResp {} tlvs: parameters(), status: status();
    enquire_link_survives: EnquireLink {} tlvs: parameters();
    enquire_link_resp_survives: EnquireLinkResp {} tlvs: parameters(), status: status();
    submit_sm_survives: SubmitSm {
        service_type: text(5),
        source_addr: party(20),
        destination_addr: party(20),
        esm_class: number(),
        protocol_id: number(),
        priority_flag: number(),
        schedule_delivery_time: time(),
        validity_period: time(),
        registered_delivery: number(),
        replace_if_present_flag: number(),
        data_coding: number(),
        sm_default_msg_id: number(),
        short_message: message(),
    } tlvs: parameters();
    submit_sm_with_its_text_in_the_payload_survives: SubmitSm {
        destination_addr: party(20),
        data_coding: number(),
    } tlvs: parameters_with_payload();
    submit_sm_resp_survives: SubmitSmResp {
        message_id: text(64),
    } tlvs: parameters();
    deliver_sm_survives: DeliverSm {
        service_type: text(5),
        source_addr: party(20),
        destination_addr: party(20),
        esm_class: number(),
        protocol_id: number(),
        priority_flag: number(),
        schedule_delivery_time: time(),
        validity_period: time(),
        registered_delivery: number(),
        replace_if_present_flag: number(),
        data_coding: number(),
        sm_default_msg_id: number(),
        short_message: message(),
    } tlvs: parameters();
    deliver_sm_resp_survives: DeliverSmResp {} tlvs: parameters();
    data_sm_survives: DataSm {
        service_type: text(5),
        source_addr: party(64),
        destination_addr: party(64),
        esm_class: number(),
        registered_delivery: number(),
        data_coding: number(),
    } tlvs: parameters_with_payload();
    data_sm_resp_survives: DataSmResp {
        message_id: text(64),
    } tlvs: parameters(), status: status();
    submit_multi_survives: SubmitMulti {
        service_type: text(5),
        source_addr: party(20),
        dest_address: destinations(),
        esm_class: number(),
        protocol_id: number(),
        priority_flag: number(),
        schedule_delivery_time: time(),
        validity_period: time(),
        registered_delivery: number(),
        replace_if_present_flag: number(),
        data_coding: number(),
        sm_default_msg_id: number(),
        short_message: message(),
    } tlvs: parameters();
    submit_multi_resp_survives: SubmitMultiResp {
        message_id: text(64),
        unsuccess_sme: failures(),
    } tlvs: parameters();
    query_sm_survives: QuerySm {
        message_id: text(64),
        source_addr: party(20),
    } tlvs: parameters();
    query_sm_resp_survives: QuerySmResp {
        message_id: text(64),
        final_date: time(),
        message_state: number(),
        error_code: number(),
    } tlvs: parameters();
    cancel_sm_survives: CancelSm {
        service_type: text(5),
        message_id: text(64),
        source_addr: party(20),
        destination_addr: party(20),
    } tlvs: parameters();
    cancel_sm_resp_survives: CancelSmResp {} tlvs: parameters(), status: status();
    replace_sm_survives: ReplaceSm {
        message_id: text(64),
        source_addr: party(20),
        schedule_delivery_time: time(),
        validity_period: time(),
        registered_delivery: number(),
        sm_default_msg_id: number(),
        short_message: message(),
    } tlvs: parameters();
    replace_sm_resp_survives: ReplaceSmResp {} tlvs: parameters(), status: status();
    alert_notification_survives: AlertNotification {
        source_addr: party(64),
        esme_addr: party(64),
    } tlvs: parameters();
    broadcast_sm_survives: BroadcastSm {
        service_type: text(5),
        source_addr: party(20),
        message_id: text(64),
        priority_flag: number(),
        schedule_delivery_time: time(),
        validity_period: time(),
        replace_if_present_flag: number(),
        data_coding: number(),
        sm_default_msg_id: number(),
    } tlvs: parameters_with_payload();
    broadcast_sm_resp_survives: BroadcastSmResp {
        message_id: text(64),
    } tlvs: parameters();
    query_broadcast_sm_survives: QueryBroadcastSm {
        message_id: text(64),
        source_addr: party(20),
    } tlvs: parameters();
    query_broadcast_sm_resp_survives: QueryBroadcastSmResp {
        message_id: text(64),
    } tlvs: parameters();
    cancel_broadcast_sm_survives: CancelBroadcastSm {
        service_type: text(5),
        message_id: text(64),
        source_addr: party(20),
    } tlvs: parameters();
    cancel_broadcast_sm_resp_survives: CancelBroadcastSmResp {}
        tlvs: parameters(), status: status();
    param_retrieve_survives: ParamRetrieve {
        param_name: text(31),
    } tlvs: parameters();
    param_retrieve_resp_survives: ParamRetrieveResp {
        param_value: text(100),
    } tlvs: parameters();
    query_last_msgs_survives: QueryLastMsgs {
        source_addr: party(20),
        num_messages: number(),
    } tlvs: parameters();
    query_last_msgs_resp_survives: QueryLastMsgsResp {
        message_ids: vec(text(8), 0..6),
    } tlvs: parameters();
    query_msg_details_survives: QueryMsgDetails {
        message_id: text(8),
        source_addr: party(20),
        sm_length: number(),
    } tlvs: parameters();
    query_msg_details_resp_survives: QueryMsgDetailsResp {
        service_type: text(5),
        source_addr: party(20),
        dest_address: destinations(),
        protocol_id: number(),
        priority_flag: number(),
        schedule_delivery_time: time(),
        validity_period: time(),
        registered_delivery: number(),
        data_coding: number(),
        short_message: message(),
        message_id: text(8),
        final_date: time(),
        message_state: number(),
        error_code: number(),
    } tlvs: parameters();
}

/// Responses whose fields may be left out with an error.
fn responses_with_fields() -> Vec<CommandId> {
    let header_only = [
        CommandId::GENERIC_NACK,
        CommandId::UNBIND_RESP,
        CommandId::ENQUIRE_LINK_RESP,
        CommandId::CANCEL_SM_RESP,
        CommandId::REPLACE_SM_RESP,
        CommandId::CANCEL_BROADCAST_SM_RESP,
    ];
    CommandId::NAMED
        .iter()
        .map(|(command_id, _)| *command_id)
        .filter(|id| id.is_response() && !header_only.contains(id))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn an_error_without_a_body_survives(
        command_id in proptest::sample::select(responses_with_fields()),
        status in status().prop_filter("an error", |status| status.is_error()),
        sequence in sequence(),
    ) {
        let body = OmittedBody { command_id };
        survives(&Pdu::response(status, SequenceNumber(sequence), body))?;
    }

    /// Not in strict mode: there it is an error.
    #[test]
    fn an_unknown_operation_survives(
        command_id in any::<u32>().prop_map(CommandId).prop_filter("unknown", |id| id.name().is_none()),
        octets in vec(any::<u8>(), 0..300),
        sequence in sequence(),
    ) {
        let body = UnknownBody { command_id, octets: &octets };
        let pdu = Pdu::request(SequenceNumber(sequence), body);
        let written = encoded(&pdu);
        let (decoded, findings) = decode_with(Decoder::new(), &written).unwrap();
        prop_assert_eq!(decoded, pdu);
        prop_assert_eq!(findings.len(), 1);
        writes_alike(&pdu, &written)?;
    }
}

#[test]
fn every_operation_of_the_standard_is_covered() {
    let covered = covered();
    for (command_id, name) in CommandId::NAMED {
        // The three binds are one type, and drawn at random.
        let request = command_id.request().unwrap_or(*command_id);
        let of_a_bind = if command_id.is_response() {
            CommandId::BIND_TRANSCEIVER_RESP
        } else {
            CommandId::BIND_TRANSCEIVER
        };
        let wanted = if request.is_bind() {
            of_a_bind
        } else {
            *command_id
        };
        assert!(covered.contains(&wanted), "{name}");
    }
}

#[test]
fn the_longest_parameter_survives() {
    let payload = vec![b'x'; 65_535];
    let tlvs = [Tlv::message_payload(&payload).unwrap()];
    let pdu = Pdu::request(
        SequenceNumber(1),
        DataSm::default().tlvs(Tlvs::from_slice(&tlvs)),
    );
    let octets = encoded(&pdu);
    let (decoded, findings) = decode_with(Decoder::new().strict(true), &octets).unwrap();
    assert_eq!((decoded, findings), (pdu, vec![]));
}
