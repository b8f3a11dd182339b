//! Intermediate notifications, and alerts about subscribers that are back.

use core::time::Duration;

use smpp_pdu::*;
use smpp_smsc::Retries;
use smpp_smsc::network::Outcome;

use crate::script::*;
use crate::support::*;

#[tokio::test]
async fn the_first_attempt_that_fails_for_now_is_notified() {
    for version in VERSIONS {
        for (asked, notified, receipted) in [
            (0x11, true, true),
            (0x10, true, false),
            (0x01, false, true),
            (0x1D, true, true),
        ] {
            let network = Script::new([NOT_NOW, NOT_NOW]);
            let builder = centre()
                .retries(Retries::new(vec![Duration::ZERO]))
                .network(network.clone());
            let (_smsc, address) = serve(builder).await;
            let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
            let submit = sm().registered_delivery(RegisteredDelivery(asked));
            let id = client.ask(submit).await.message_id();
            // 3.3 knows no notifications.
            if notified && version != InterfaceVersion::V3_3 {
                let received = client.receive().await;
                client.acknowledge(&received).await;
                assert_eq!(received.receipt(), (id.clone(), MessageState::ENROUTE));
                let deliver = received.deliver();
                assert_eq!(deliver.esm_class, EsmClass(0x20));
                assert_eq!(deliver.source_addr, sm().destination_addr);
                assert_eq!(deliver.destination_addr, sm().source_addr);
                let text = core::str::from_utf8(deliver.short_message.as_bytes()).unwrap();
                assert!(
                    text.contains(" stat:ENROUTE err:027 text:Your code"),
                    "{text}"
                );
                let state = deliver.tlvs.message_state();
                assert_eq!(state, Some(Ok(MessageState::ENROUTE)));
            }
            if receipted {
                let receipt = client.take_receipt().await;
                assert_eq!(
                    receipt,
                    (id, MessageState::DELIVERED),
                    "{version} {asked:#X}"
                );
            }
            // What the recipient is asked for goes on with the message.
            let attempts = network.attempted(3).await;
            for attempt in attempts {
                let wanted = attempt.message.content().registered_delivery;
                assert_eq!(wanted, RegisteredDelivery(asked));
            }
        }
    }
}

#[tokio::test]
async fn acknowledgements_between_smes_are_passed_on() {
    let network = Script::default();
    let (_smsc, address) = serve(centre().network(network.clone())).await;
    let mut client = Client::bound(address, BindType::Transmitter).await;
    for message_type in [
        MessageType::DELIVERY_ACKNOWLEDGEMENT,
        MessageType::MANUAL_USER_ACKNOWLEDGEMENT,
    ] {
        let class = EsmClass::DEFAULT.with_message_type(message_type);
        client.ask(sm().esm_class(class)).await.message_id();
    }
    let attempts = network.attempted(2).await;
    let classes = attempts.iter().map(|one| one.message.content().esm_class.0);
    assert_eq!(classes.collect::<Vec<_>>(), [0x08, 0x10]);
}

fn data<'a>(tlvs: &'a [Tlv<'a>]) -> DataSm<'a> {
    DataSm::default()
        .source_addr(sm().source_addr)
        .destination_addr(sm().destination_addr)
        .esm_class(EsmClass(0x02))
        .tlvs(Tlvs::from_slice(tlvs))
}

fn with_dpf(dpf: SetDpf) -> [Tlv<'static>; 2] {
    let payload = Tlv::message_payload(b"hello").unwrap();
    [payload, Tlv::set_dpf(dpf)]
}

#[track_caller]
fn dpf_result(resp: &Received) -> Option<DpfResult> {
    assert_eq!(resp.status(), CommandStatus::ESME_RDELIVERYFAILURE);
    let Body::DataSmResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    body.tlvs.dpf_result().map(Result::unwrap)
}

#[track_caller]
fn assert_alert(received: &Received, source: &str) {
    let Body::AlertNotification(alert) = received.pdu().body else {
        panic!("{received:?}");
    };
    assert_eq!(alert.source_addr, sm().destination_addr);
    assert_eq!(alert.esme_addr, Address::alphanumeric(source).unwrap());
    let status = alert.tlvs.ms_availability_status();
    assert_eq!(status, Some(Ok(MsAvailabilityStatus::AVAILABLE)));
}

#[tokio::test]
async fn who_asked_is_told_when_the_subscriber_is_back() {
    for version in [InterfaceVersion::V3_4, InterfaceVersion::V5_0] {
        let network = Script::new([NOT_NOW, NOT_NOW, NOT_NOW, NOT_NOW]);
        let builder = centre().account("other", "secret").network(network.clone());
        let (_smsc, address) = serve(builder).await;
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let asks = with_dpf(SetDpf::REQUESTED);
        let resp = client.ask(data(&asks)).await;
        assert_eq!(dpf_result(&resp), Some(DpfResult::SET));
        // A second time changes nothing, another sender is told as well.
        let resp = client.ask(data(&asks)).await;
        assert_eq!(dpf_result(&resp), Some(DpfResult::SET));
        let shop = Address::alphanumeric("SHOP").unwrap();
        let resp = client.ask(data(&asks).source_addr(shop)).await;
        assert_eq!(dpf_result(&resp), Some(DpfResult::SET));
        let mut other = Client::connect(address).await;
        let (transceiver, account) = (BindType::Transceiver, ("other", "secret"));
        other.bind(transceiver, version, account).await;
        let asks_not = with_dpf(SetDpf::NOT_REQUESTED);
        let resp = other.ask(data(&asks_not)).await;
        assert_eq!(dpf_result(&resp), None);

        // A message of anybody that arrives tells that it is back.
        let elsewhere = Address::international("447700900124").unwrap();
        other
            .ask(sm().destination_addr(elsewhere))
            .await
            .message_id();
        other.ask(sm()).await.message_id();
        assert_alert(&client.receive().await, "BANK");
        assert_alert(&client.receive().await, "SHOP");
        // It is told once.
        other.ask(sm().with_receipt()).await.message_id();
        other.take_receipt().await;
        client.is_served().await;
        other.is_served().await;
    }
}

#[tokio::test]
async fn an_alert_of_the_network_waits_until_somebody_binds() {
    let network = Script::new([NEVER]);
    let (_smsc, address) = serve(centre().network(network.clone())).await;
    let mut transmitter = Client::bound(address, BindType::Transmitter).await;
    let asks = with_dpf(SetDpf::REQUESTED);
    let resp = transmitter.ask(data(&asks)).await;
    assert_eq!(dpf_result(&resp), Some(DpfResult::SET));
    network.reports().available(sm().destination_addr);
    network.reports().available(sm().destination_addr);
    transmitter.is_served().await;

    let mut receiver = Client::bound(address, BindType::Receiver).await;
    assert_alert(&receiver.receive().await, "BANK");
    receiver.leave().await;
    // It was delivered: nobody gets it again.
    let mut receiver = Client::bound(address, BindType::Receiver).await;
    let id = transmitter.ask(sm().with_receipt()).await.message_id();
    let receipt = receiver.take_receipt().await;
    assert_eq!(receipt, (id, MessageState::DELIVERED));
}

#[tokio::test]
async fn a_kept_message_that_asks_is_alerted_when_it_arrives() {
    let network = Script::new([NOT_NOW, Outcome::Delivered]);
    let builder = centre()
        .retries(Retries::new(vec![Duration::ZERO]))
        .network(network);
    let (_smsc, address) = serve(builder).await;
    let v50 = InterfaceVersion::V5_0;
    let mut client = Client::bound_as(address, BindType::Transceiver, v50).await;
    let asks = [Tlv::set_dpf(SetDpf::REQUESTED)];
    let submit = sm().tlvs(Tlvs::from_slice(&asks)).with_receipt();
    let id = client.ask(submit).await.message_id();
    let receipt = client.take_receipt().await;
    assert_eq!(receipt, (id, MessageState::DELIVERED));
    assert_alert(&client.receive().await, "BANK");
    client.is_served().await;
}

#[tokio::test]
async fn what_waits_for_a_subscriber_is_tried_when_it_is_back() {
    let network = Script::new([NOT_NOW, NOT_NOW, NOT_NOW]);
    let builder = centre()
        .retries(Retries::new(vec![Duration::from_secs(3600)]))
        .network(network.clone());
    let (_smsc, address) = serve(builder).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let elsewhere = Address::international("447700900124").unwrap();
    let other = sm().destination_addr(elsewhere).with_receipt();
    client.ask(other).await.message_id();
    let notified = sm().registered_delivery(RegisteredDelivery(0x11));
    let mut ids = Vec::new();
    for _ in 0..2 {
        ids.push(client.ask(notified).await.message_id());
        // The failure is known now.
        assert_eq!(client.take_receipt().await.1, MessageState::ENROUTE);
    }
    let source = sm().source_addr;
    let cancel = CancelSm::default()
        .message_id(text(&ids[0]))
        .source_addr(source);
    assert_eq!(client.ask(cancel).await.status(), CommandStatus::ESME_ROK);
    let receipt = client.take_receipt().await;
    assert_eq!(receipt, (ids[0].clone(), MessageState::DELETED));

    network.reports().available(sm().destination_addr);
    let receipt = client.take_receipt().await;
    assert_eq!(receipt, (ids[1].clone(), MessageState::DELIVERED));
    // Neither the cancelled one, nor that to another subscriber.
    assert_eq!(network.attempts().len(), 4);
    network.reports().available(elsewhere);
    assert_eq!(client.take_receipt().await.1, MessageState::DELIVERED);
    assert_eq!(network.attempts().len(), 5);
}
