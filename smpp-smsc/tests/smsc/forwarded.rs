//! What the recipient gets of a message of another ESME.

use smpp_pdu::*;

use crate::forwarding::*;
use crate::support::*;

#[tokio::test]
async fn a_message_keeps_what_is_for_its_recipient_and_loses_what_was_for_the_centre() {
    let (_smsc, address) = serve(to_bank(centre())).await;
    let mut sender = sender(address).await;
    let mut bank = bank(address, InterfaceVersion::V3_4).await;
    let vendor = Tlv::new(Tag(0x1400), b"1001").unwrap();
    let tlvs = [
        Tlv::user_message_reference(7),
        Tlv::set_dpf(SetDpf::REQUESTED),
        Tlv::message_state(MessageState::DELIVERED),
        Tlv::source_port(5),
        vendor,
    ];
    let submit = sms()
        // Store and forward, a false receipt, user data header, reply path.
        .esm_class(EsmClass(0x03 | 0x04 | 0xC0))
        .registered_delivery(RegisteredDelivery(0x1D))
        .protocol_id(0x41)
        .priority_flag(PriorityFlag::LEVEL_2)
        .data_coding(DataCoding(8))
        .tlvs(Tlvs::from_slice(&tlvs));
    sender.ask(submit).await.message_id();
    let received = bank.receive().await;
    let deliver = received.deliver();
    assert_eq!(deliver.esm_class, EsmClass(0xC0));
    assert_eq!(deliver.registered_delivery, RegisteredDelivery(0x0C));
    assert_eq!(deliver.protocol_id, 0x41);
    assert_eq!(deliver.priority_flag, PriorityFlag::LEVEL_2);
    assert_eq!(deliver.data_coding, DataCoding(8));
    let tags: Vec<Tag> = deliver.tlvs.iter().map(|tlv| tlv.tag()).collect();
    assert_eq!(
        tags,
        [Tag::USER_MESSAGE_REFERENCE, Tag::SOURCE_PORT, vendor.tag()]
    );
    bank.acknowledge(&received).await;
    sender.take_receipt().await;

    // An acknowledgement of a handset stays one.
    sender
        .ask(sms().esm_class(EsmClass(0x08)))
        .await
        .message_id();
    let received = bank.receive().await;
    assert_eq!(received.deliver().esm_class, EsmClass(0x08));
}

#[tokio::test]
async fn data_sm_stays_data_sm_where_the_recipient_knows_it() {
    let (_smsc, address) = serve(to_bank(centre())).await;
    let mut sender = sender(address).await;
    let tlvs = [Tlv::message_payload(b"data").unwrap()];
    let data = DataSm::default()
        .source_addr(sm().source_addr)
        .destination_addr(sms().destination_addr)
        .registered_delivery(RegisteredDelivery(1))
        .tlvs(Tlvs::from_slice(&tlvs));
    for version in VERSIONS {
        let mut bank = bank(address, version).await;
        let id = sender.ask(data).await.message_id();
        let received = bank.receive().await;
        let (number, ok) = (received.number(), CommandStatus::ESME_ROK);
        if version == InterfaceVersion::V3_3 {
            assert_eq!(text_of(&received), b"data");
            assert_eq!(received.deliver().tlvs.iter().count(), 0);
            bank.acknowledge(&received).await;
        } else {
            let Body::DataSm(body) = received.pdu().body else {
                panic!("{received:?}");
            };
            assert_eq!(body.tlvs.message_payload(), Some(Ok(&b"data"[..])));
            assert_eq!(body.registered_delivery, RegisteredDelivery::NONE);
            bank.respond(number, ok, DataSmResp::default()).await;
        }
        assert_eq!(sender.take_receipt().await, (id, MessageState::DELIVERED));
        bank.leave().await;
    }
}

#[tokio::test]
async fn a_receiver_of_3_3_gets_a_payload_that_fits_a_short_message() {
    let (_smsc, address) = serve(to_bank(centre())).await;
    let mut sender = sender(address).await;
    let mut bank = bank(address, InterfaceVersion::V3_3).await;
    for (len, expected) in [
        (254, MessageState::DELIVERED),
        (255, MessageState::UNDELIVERABLE),
    ] {
        let payload = vec![b'x'; len];
        let tlvs = [Tlv::message_payload(&payload).unwrap()];
        let submit = sms()
            .short_message(ShortMessage::EMPTY)
            .tlvs(Tlvs::from_slice(&tlvs))
            .with_receipt();
        let id = sender.ask(submit).await.message_id();
        if expected == MessageState::DELIVERED {
            let received = bank.receive().await;
            assert_eq!(text_of(&received), payload);
            bank.acknowledge(&received).await;
        }
        assert_eq!(sender.take_receipt().await, (id, expected));
    }
}
