use smpp_pdu::{Address, DataCoding, PriorityFlag};

use super::*;

/// 2023-11-14T22:13:20Z
const NOW: Timestamp = Timestamp(1_700_000_000_000);

const FORM: Form = Form {
    version: InterfaceVersion::V3_4,
    receipts: true,
    data_sm: true,
    absolute_times: false,
};

const V33: Form = Form {
    version: InterfaceVersion::V3_3,
    ..FORM
};

fn message() -> SubmitSm<'static> {
    SubmitSm::new(
        Address::alphanumeric("BANK").unwrap(),
        Address::international("447700900123").unwrap(),
        ShortMessage::new(b"hello").unwrap(),
    )
}

fn in_an_hour() -> Timestamp {
    NOW.after(Duration::from_secs(3600))
}

fn submitted(form: Form, message: impl Into<Body<'static>>) -> SubmitSm<'static> {
    let outgoing = Box::leak(Box::new(
        form.request(&message.into(), NOW, in_an_hour()).unwrap(),
    ));
    match outgoing.body() {
        Body::SubmitSm(sm) => sm,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_message_goes_on_as_it_came_with_what_is_left_of_its_time() {
    let tlvs: &[Tlv<'_>] = Box::leak(Box::new([
        Tlv::user_message_reference(7),
        Tlv::qos_time_to_live(9),
        Tlv::new(Tag(0x1400), b"vendor").unwrap(),
    ]));
    let text = |text: &'static str| COctetStr::new(text.as_bytes()).unwrap();
    let came = message()
        .service_type(text("CMT"))
        .esm_class(EsmClass(0x43))
        .protocol_id(0x7F)
        .priority_flag(PriorityFlag::LEVEL_2)
        .data_coding(DataCoding(0xF5))
        .schedule_delivery_time(text("000001000000000R"))
        .validity_period(text("000002000000000R"))
        .replace_if_present_flag(ReplaceIfPresentFlag::REPLACE)
        .tlvs(Tlvs::from_slice(tlvs));
    let sent = submitted(FORM, came);
    let expected = came
        .schedule_delivery_time(COctetStr::EMPTY)
        .validity_period(text("000000010000000R"))
        .replace_if_present_flag(ReplaceIfPresentFlag::DO_NOT_REPLACE)
        .registered_delivery(RegisteredDelivery(0x01))
        .tlvs(sent.tlvs);
    assert_eq!(sent, expected);
    let tags: Vec<Tag> = sent.tlvs.iter().map(|tlv| tlv.tag()).collect();
    assert_eq!(tags, [Tag::USER_MESSAGE_REFERENCE, Tag(0x1400)]);

    let absolute = Form {
        absolute_times: true,
        ..FORM
    };
    let sent = submitted(absolute, came);
    assert_eq!(sent.validity_period, text("231114231320000+"));
    // A span has no months.
    let far = NOW.after(Duration::from_secs(40 * 86_400));
    let outgoing = FORM.request(&came.into(), NOW, far).unwrap();
    assert_eq!(outgoing.validity.to_string(), "231224221320000+");
    let over = FORM.request(&came.into(), NOW, NOW).unwrap_err();
    assert_eq!(over, Outcome::NotNow { error: 0 });
}

#[test]
fn the_outcome_is_asked_for_and_the_rest_as_the_sender_wished() {
    let none = Form {
        receipts: false,
        ..FORM
    };
    for (form, esm_class, asked, sent, awaits) in [
        (FORM, 0x00, 0x00, 0x01, true),
        (FORM, 0x03, 0x02, 0x01, true),
        (FORM, 0x00, 0x13, 0x11, true),
        (FORM, 0x00, 0x0D, 0x0D, true),
        (FORM, 0x01, 0x15, 0x04, false),
        (FORM, 0x02, 0x01, 0x00, false),
        (none, 0x00, 0x15, 0x04, false),
        (V33, 0x03, 0x1D, 0x01, true),
        (V33, 0x01, 0x01, 0x00, false),
    ] {
        let message = message()
            .esm_class(EsmClass(esm_class))
            .registered_delivery(RegisteredDelivery(asked));
        let outgoing = form.request(&message.into(), NOW, in_an_hour()).unwrap();
        let Body::SubmitSm(sm) = outgoing.body() else {
            panic!("no submit_sm");
        };
        let told = (sm.registered_delivery.0, outgoing.awaits_receipt);
        assert_eq!(told, (sent, awaits), "{form:?} {esm_class:#x} {asked:#x}");
    }
}

#[test]
fn a_data_sm_stays_one_where_the_next_centre_knows_it() {
    let payload = Box::leak(Box::new([Tlv::message_payload(b"hello").unwrap()]));
    let data = DataSm::default()
        .source_addr(message().source_addr)
        .destination_addr(message().destination_addr)
        .data_coding(DataCoding(4))
        .tlvs(Tlvs::from_slice(payload));
    let outgoing = FORM.request(&data.into(), NOW, in_an_hour()).unwrap();
    let Body::DataSm(sent) = outgoing.body() else {
        panic!("no data_sm");
    };
    assert_eq!(sent.data_coding, DataCoding(4));
    assert_eq!(sent.tlvs.qos_time_to_live(), Some(Ok(3600)));
    assert_eq!(sent.tlvs.message_payload(), Some(Ok(&b"hello"[..])));

    let without = Form {
        data_sm: false,
        ..FORM
    };
    let sent = submitted(without, data);
    assert_eq!(sent.data_coding, DataCoding(4));
    assert_eq!(sent.tlvs.message_payload(), Some(Ok(&b"hello"[..])));
    let sent = submitted(V33, data);
    assert_eq!(sent.short_message.as_bytes(), b"hello");
    assert!(sent.tlvs.is_empty());
}

#[test]
fn a_peer_of_3_3_gets_no_parameters_and_nothing_that_needs_them() {
    let refused = |tlvs: &'static [Tlv<'static>]| {
        let text = ShortMessage::default();
        let came = message()
            .short_message(text)
            .tlvs(Tlvs::from_slice(tlvs))
            .into();
        V33.request(&came, NOW, in_an_hour()).unwrap_err()
    };
    let long = Box::leak(Box::new([Tlv::message_payload(&[b'x'; 161]).unwrap()]));
    assert_eq!(refused(long), rejected(CommandStatus::ESME_RINVMSGLEN));
    let part = Box::leak(Box::new([Tlv::sar_msg_ref_num(1)]));
    assert_eq!(refused(part), rejected(CommandStatus::ESME_RTLVNOTALLWD));
    let transaction = message().esm_class(EsmClass(0x02)).into();
    let refused = V33.request(&transaction, NOW, in_an_hour()).unwrap_err();
    assert_eq!(refused, rejected(CommandStatus::ESME_RINVESMCLASS));

    let reference = Box::leak(Box::new([Tlv::user_message_reference(1)]));
    let came = message()
        .esm_class(EsmClass(0x43))
        .tlvs(Tlvs::from_slice(reference));
    let sent = submitted(V33, came);
    assert!(sent.tlvs.is_empty());
    assert_eq!(sent.esm_class, EsmClass(0x40));
    assert_eq!(sent.short_message, came.short_message);
}

#[test]
fn a_broadcast_is_not_passed_on() {
    let broadcast = smpp_pdu::BroadcastSm::default().into();
    let refused = FORM.request(&broadcast, NOW, in_an_hour()).unwrap_err();
    assert_eq!(refused, rejected(CommandStatus::ESME_RINVCMDID));
}
