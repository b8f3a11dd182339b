//! What a message becomes on the wire, and what cannot become one.

use core::time::Duration;

use smpp_codec::text::{DefaultAlphabet, Encoding};
use smpp_esme::{
    MessageError, OutgoingMessage, OwnedAddress, ReceiptRequest, SendErrorKind, Sender, Split,
    TimeForm,
};
use smpp_pdu::time::RelativeTime;
use smpp_pdu::udh::{NationalLanguage, Ports};
use smpp_pdu::{
    Body, DataCoding, EsmClass, MessageClass, Npi, PriorityFlag, RegisteredDelivery, SubmitSm, Tag,
    Tlv, Ton,
};

use crate::centre::accept_all;
use crate::support::{Got, client, code, keeping, long};

async fn on_the_wire(message: OutgoingMessage) -> Vec<Body<'static>> {
    let (got, script) = keeping(|_, _| Some(smpp_pdu::CommandStatus::ESME_ROK));
    let (client, _incoming, _centre) = client(script).await;
    Sender::new(client).send(&message).await.unwrap();
    got.bodies()
}

async fn one(message: OutgoingMessage) -> SubmitSm<'static> {
    match on_the_wire(message).await[..] {
        [Body::SubmitSm(sm)] => sm,
        ref other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_setting_reaches_its_field() {
    let sm = one(code()
        .receipt(ReceiptRequest::FinalAndIntermediate)
        .validity(Duration::from_secs(7200))
        .schedule(Duration::from_secs(600))
        .priority(PriorityFlag::LEVEL_2)
        .protocol_id(0x41)
        .service_type("OTP")
        .esm_class(EsmClass::DEFAULT.with_reply_path(true))
        .replace_if_present(true)
        .tlv(Tlv::source_port(5000))
        .raw_tlv(Tag(0x1400), *b"1201159"))
    .await;
    assert_eq!(sm.source_addr.ton, Ton::ALPHANUMERIC);
    assert_eq!(sm.destination_addr.ton, Ton::INTERNATIONAL);
    assert_eq!(sm.destination_addr.addr.as_bytes(), b"447700900123");
    assert_eq!(sm.short_message.as_bytes(), b"Your code is 4711");
    assert_eq!(sm.registered_delivery, RegisteredDelivery(0x11));
    assert_eq!(sm.validity_period.as_bytes(), b"000000020000000R");
    assert_eq!(sm.schedule_delivery_time.as_bytes(), b"000000001000000R");
    assert_eq!((sm.priority_flag.0, sm.protocol_id), (2, 0x41));
    assert_eq!(sm.service_type.as_bytes(), b"OTP");
    assert_eq!(sm.esm_class, EsmClass(0x80));
    assert_eq!(sm.replace_if_present_flag.0, 1);
    assert_eq!(sm.tlvs.source_port(), Some(Ok(5000)));
    let vendor = sm.tlvs.find(Tag(0x1400)).unwrap();
    assert_eq!(vendor.octets(), Some(&b"1201159"[..]));
}

#[tokio::test]
async fn addresses_are_guessed_or_given() {
    let given = OwnedAddress::new(Ton::NATIONAL, Npi::ISDN, "07700900123");
    let sm = one(code().from("12345").to(given)).await;
    assert_eq!(sm.source_addr.ton, Ton::NETWORK_SPECIFIC);
    assert_eq!(sm.destination_addr.ton, Ton::NATIONAL);
    assert_eq!(sm.destination_addr.addr.as_bytes(), b"07700900123");
}

#[tokio::test]
async fn the_alphabet_follows_the_text_unless_it_is_chosen() {
    let sm = one(OutgoingMessage::text("It’s 5").to("12345")).await;
    assert_eq!(sm.data_coding, DataCoding::UCS2);
    let sm = one(OutgoingMessage::text("It’s 5")
        .to("12345")
        .transliterate(true))
    .await;
    assert_eq!(sm.short_message.as_bytes(), b"It's 5");
    let sm = one(OutgoingMessage::text("Ça va à Paris")
        .to("12345")
        .encodings(&[Encoding::Latin1, Encoding::Ucs2]))
    .await;
    assert_eq!(sm.data_coding, DataCoding::LATIN1);
    let sm = one(OutgoingMessage::text("Yarın akşam görüşürüz")
        .to("12345")
        .national_languages(&[NationalLanguage::TURKISH]))
    .await;
    assert!(sm.esm_class.has_udhi());
    let sm = one(code().flash(true)).await;
    assert_eq!(sm.data_coding.message_class(), Some(MessageClass::Class0));
    let sm = one(OutgoingMessage::binary([1, 2, 255]).to("12345")).await;
    assert_eq!(sm.data_coding, DataCoding::OCTET_UNSPECIFIED);
    assert_eq!(sm.short_message.as_bytes(), [1, 2, 255]);
    let ports = Ports {
        destination: 2948,
        originator: 9200,
        wide: true,
    };
    let sm = one(OutgoingMessage::binary([1]).to("12345").ports(ports)).await;
    assert_eq!(sm.short_message.as_bytes(), [6, 5, 4, 11, 132, 35, 240, 1]);
}

#[tokio::test]
async fn a_long_text_is_split_as_told() {
    let udh = on_the_wire(long()).await;
    assert_eq!(udh.len(), 3);
    let headers: Vec<&[u8]> = udh
        .iter()
        .map(|body| match body {
            Body::SubmitSm(sm) => &sm.short_message.as_bytes()[..6],
            other => panic!("{other:?}"),
        })
        .collect();
    let reference = headers[0][3];
    for (at, header) in headers.iter().enumerate() {
        assert_eq!(**header, [5, 0, 3, reference, 3, at as u8 + 1]);
    }
    let wide = on_the_wire(long().split(Split::Udh16)).await;
    let Body::SubmitSm(sm) = wide[0] else {
        panic!("{wide:?}");
    };
    assert_eq!(sm.short_message.as_bytes()[..3], [6, 8, 4]);
    let sar = on_the_wire(long().split(Split::Sar)).await;
    assert_eq!(sar[2].tlvs().sar_segment_seqnum(), Some(Ok(3)));
    let payload = on_the_wire(long().split(Split::Payload)).await;
    let text = payload[0].tlvs().message_payload().unwrap().unwrap();
    assert_eq!((payload.len(), text.len()), (1, 400));
}

#[tokio::test]
async fn references_differ_from_message_to_message() {
    let (got, script) = keeping(|_, _| Some(smpp_pdu::CommandStatus::ESME_ROK));
    let (client, _incoming, _centre) = client(script).await;
    let sender = Sender::new(client);
    for _ in 0..2 {
        sender.send(&long()).await.unwrap();
    }
    let reference = |got: &Got, at: usize| got.submits()[at].short_message.as_bytes()[3];
    assert_eq!(reference(&got, 0), reference(&got, 2));
    assert_ne!(reference(&got, 2), reference(&got, 3));
}

#[tokio::test]
async fn data_sm_carries_what_it_can() {
    let message = code()
        .data_sm(true)
        .validity(Duration::from_millis(7_199_500))
        .receipt(ReceiptRequest::Final);
    let bodies = on_the_wire(message).await;
    let [Body::DataSm(sm)] = bodies[..] else {
        panic!("{bodies:?}");
    };
    let text = sm.tlvs.message_payload();
    assert_eq!(text, Some(Ok(&b"Your code is 4711"[..])));
    assert_eq!(sm.tlvs.qos_time_to_live(), Some(Ok(7200)));
    assert_eq!(sm.registered_delivery.0, 1);
}

#[tokio::test]
async fn what_cannot_be_sent_says_what_and_sends_nothing() {
    let days = |days: u64| Duration::from_secs(days * 86_400);
    let months = RelativeTime::new(0, 2, 0, 0, 0, 0).unwrap();
    let (got, script) = keeping(|_, _| Some(smpp_pdu::CommandStatus::ESME_ROK));
    let (client, _incoming, _centre) = client(script).await;
    let sender = Sender::new(client);
    for (message, says) in [
        (code().encoding(Encoding::Gsm7).tag("plain"), None),
        (
            OutgoingMessage::text("I’m")
                .to("12345")
                .encoding(Encoding::Gsm7),
            Some("GSM 7-bit has no ’ (at 1)"),
        ),
        (
            OutgoingMessage::text("жук")
                .to("12345")
                .encodings(&[Encoding::Gsm7, Encoding::Latin1]),
            Some("has no ж (at 0)"),
        ),
        (OutgoingMessage::text("Hi"), Some("no destination")),
        (
            code().to("1".repeat(21)),
            Some("destination_addr takes at most 20"),
        ),
        (code().from("A\0B"), Some("source_addr holds a NUL")),
        (
            code().service_type("LONGER"),
            Some("service_type takes at most 5"),
        ),
        (
            long().split(Split::None),
            Some("the one part that Split::None allows: 3 parts"),
        ),
        (
            OutgoingMessage::text("ж".repeat(20_000)).to("12345"),
            Some("more than 255 parts"),
        ),
        (
            code().encoding(Encoding::Latin1).flash(true),
            Some("no class for ISO-8859-1"),
        ),
        (
            code().default_alphabet(DefaultAlphabet::Latin1),
            Some("no data_coding says GSM 7-bit"),
        ),
        (
            code().validity(days(40)),
            Some("validity_period: a relative time"),
        ),
        (
            code().validity(days(40)).time_form(TimeForm::Absolute),
            None,
        ),
        (code().validity(months), None),
        (
            code().validity(days(1)).schedule(days(2)),
            Some("ends before schedule_delivery_time"),
        ),
        (
            code().data_sm(true).schedule(days(1)),
            Some("data_sm has no schedule_delivery_time"),
        ),
        (
            code().data_sm(true).validity(months),
            Some("span of seconds"),
        ),
        (code().raw_tlv(Tag(0x1400), vec![0; 65_536]), Some("65536")),
    ] {
        let before = got.len();
        let shown = format!("{message:?}");
        let result = sender.send(&message).await;
        match says {
            None => assert!(result.is_ok(), "{shown}: {result:?}"),
            Some(says) => {
                let error = result.unwrap_err();
                assert_eq!(error.kind(), SendErrorKind::InvalidMessage);
                assert!(
                    error.to_string().contains(says),
                    "{shown} wants {says:?}: {error}"
                );
                assert!(error.sent().is_none() && !error.may_be_sent());
                assert_eq!(got.len(), before);
            }
        }
    }
}

#[tokio::test]
async fn a_preview_sends_nothing_and_needs_no_recipient() {
    let message = OutgoingMessage::text("It’s 5");
    let preview = message.preview().unwrap();
    assert_eq!(
        preview.to_string(),
        "UCS-2 because of one character: ’ at 2, 1 part: 6 16-bit units, room for 64 more"
    );
    let (client, _incoming, _centre) = client(accept_all()).await;
    let error = Sender::new(client).send(&message).await.unwrap_err();
    assert_eq!(error.message_error(), Some(&MessageError::NoDestination));
}

#[test]
fn neither_text_nor_octets_are_shown() {
    let shown = format!("{:?}", code());
    assert!(!shown.contains("4711"), "{shown}");
}
