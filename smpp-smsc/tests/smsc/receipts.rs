//! Receipts: when, where, and in which form.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use smpp_pdu::*;
use smpp_smsc::network::{Attempt, Network, Outcome, Reports};
use tokio::io::AsyncWriteExt;

use crate::support::*;

/// A network where nothing arrives.
struct Unreachable(MessageState);

#[async_trait]
impl Network for Unreachable {
    async fn attempt(&self, attempts: Vec<Attempt>, reports: &Reports) {
        let outcome = Outcome::Failed {
            state: self.0,
            error: 11,
        };
        reports.send(attempts.iter().map(|one| one.ended(outcome)).collect());
    }
}

#[tokio::test]
async fn a_receipt_has_the_form_that_every_client_reads() {
    let (_smsc, address) = serve(centre()).await;
    for version in [
        InterfaceVersion::V3_3,
        InterfaceVersion::V3_4,
        InterfaceVersion::V5_0,
    ] {
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let id = client.ask(sm().with_receipt()).await.message_id();
        let received = client.receive().await;
        client.acknowledge(&received).await;

        let deliver = received.deliver();
        assert_eq!(deliver.esm_class, EsmClass(0x04));
        assert_eq!(deliver.data_coding, DataCoding(0));
        let (from, to) = (deliver.source_addr, deliver.destination_addr);
        assert_eq!(from, Address::international("447700900123").unwrap());
        assert_eq!(to, Address::alphanumeric("BANK").unwrap());

        let text = core::str::from_utf8(deliver.short_message.as_bytes()).unwrap();
        let start = format!("id:{id} sub:001 dlvrd:001 submit date:");
        let rest = text.strip_prefix(&start).expect(text);
        let (submit, rest) = rest.split_at(10);
        let (done, rest) = rest.strip_prefix(" done date:").unwrap().split_at(10);
        assert!(
            (submit.to_owned() + done)
                .bytes()
                .all(|one| one.is_ascii_digit())
        );
        assert_eq!(rest, " stat:DELIVRD err:000 text:Your code is 4711");

        if version == InterfaceVersion::V3_3 {
            assert!(deliver.tlvs.is_empty());
        } else {
            let tlvs = deliver.tlvs;
            let id = COctetStr::try_from(&*id).unwrap();
            assert_eq!(tlvs.receipted_message_id(), Some(Ok(id)));
            assert_eq!(tlvs.message_state(), Some(Ok(MessageState::DELIVERED)));
        }
    }
}

#[tokio::test]
async fn registered_delivery_decides_whether_there_is_a_receipt() {
    let failed = Unreachable(MessageState::UNDELIVERABLE);
    let (_one, delivering) = serve(centre()).await;
    let (_other, failing) = serve(centre().network(failed)).await;
    for (address, state, error, wanted) in [
        (delivering, MessageState::DELIVERED, "err:000", [1, 3]),
        (failing, MessageState::UNDELIVERABLE, "err:011", [1, 2]),
    ] {
        let mut client = Client::bound(address, BindType::Transceiver).await;
        let mut expected = HashSet::new();
        for asked in 0..4 {
            let submit = sm().registered_delivery(RegisteredDelivery(asked));
            let number = client.send(submit).await;
            let resp = loop {
                let received = client.receive().await;
                if received.number() == number && received.id().is_response() {
                    break received;
                }
                client.acknowledge(&received).await;
                assert!(expected.remove(&received.receipt()));
            };
            if wanted.contains(&asked) {
                expected.insert((resp.message_id(), state));
            }
        }
        // A receipt of the last message ends the wait for the others.
        let last = client.send(sm().with_receipt()).await;
        while !expected.is_empty() {
            let received = client.receive().await;
            if received.number() == last && received.id().is_response() {
                expected.insert((received.message_id(), state));
            } else {
                client.acknowledge(&received).await;
                let text = received.deliver().short_message.as_bytes().to_vec();
                assert!(String::from_utf8(text).unwrap().contains(error));
                assert!(expected.remove(&received.receipt()));
            }
        }
    }
}

#[tokio::test]
async fn a_thousand_messages_in_one_write_are_answered_in_order_and_receipted() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let mut octets = Vec::new();
    for _ in 0..1000 {
        octets.extend(client.encode(sm().with_receipt()));
    }
    client.write(&octets).await;
    // The bind was number 1.
    let mut next = 2;
    let mut open = HashMap::new();
    let mut receipts = HashSet::new();
    while next < 1002 || receipts.len() < 1000 {
        let received = client.receive().await;
        if received.id() == CommandId::SUBMIT_SM_RESP {
            assert_eq!(received.number().0, next);
            assert!(open.insert(received.message_id(), next).is_none());
            next += 1;
        } else {
            client.acknowledge(&received).await;
            let (id, state) = received.receipt();
            assert_eq!(state, MessageState::DELIVERED);
            assert!(open.contains_key(&id), "a receipt before its response");
            assert!(receipts.insert(id), "a receipt twice");
        }
    }
    client.is_served().await;
}

#[tokio::test]
async fn pdus_may_come_one_octet_at_a_time() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::connect(address).await;
    let bind = Bind::new(BindType::Transceiver, text(ACCOUNT.0), text(ACCOUNT.1));
    let mut octets = client.encode(bind);
    octets.extend(client.encode(sm().with_receipt()));
    octets.extend(client.encode(EnquireLink::default()));
    for octet in octets {
        client.stream.write_all(&[octet]).await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut ids: Vec<_> = Vec::new();
    for _ in 0..4 {
        ids.push(client.receive().await.id());
    }
    ids.sort();
    let expected = [
        CommandId::DELIVER_SM,
        CommandId::SUBMIT_SM_RESP,
        CommandId::BIND_TRANSCEIVER_RESP,
        CommandId::ENQUIRE_LINK_RESP,
    ];
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn receipts_go_to_the_receiver_of_the_account() {
    let (_smsc, address) = serve(centre().account("other", "secret")).await;
    let mut other = Client::connect(address).await;
    let version = InterfaceVersion::V3_4;
    other
        .bind(BindType::Transceiver, version, ("other", "secret"))
        .await;
    let mut transmitter = Client::bound(address, BindType::Transmitter).await;
    let mut receiver = Client::bound(address, BindType::Receiver).await;
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(transmitter.ask(sm().with_receipt()).await.message_id());
    }
    let mut receipts = Vec::new();
    for _ in 0..20 {
        receipts.push(receiver.take_receipt().await.0);
    }
    assert_eq!(receipts, ids, "in the order of the messages");
    // Neither of the others got anything.
    transmitter.is_served().await;
    other.is_served().await;
}

#[tokio::test]
async fn receipts_wait_until_somebody_binds() {
    let (smsc, address) = serve(centre()).await;
    let mut transmitter = Client::bound(address, BindType::Transmitter).await;
    let mut ids = Vec::new();
    // More than a session takes at once, and more than are loaded at once.
    for _ in 0..3000 {
        let octets = transmitter.encode(sm().with_receipt());
        ids.push(octets);
    }
    transmitter.write(&ids.concat()).await;
    let mut ids = Vec::new();
    for _ in 0..3000 {
        ids.push(transmitter.receive().await.message_id());
    }
    transmitter.leave().await;
    until(|| async { smsc.sessions().await.is_empty() }).await;

    let mut receiver = Client::bound(address, BindType::Receiver).await;
    let mut receipts = Vec::new();
    for _ in 0..3000 {
        receipts.push(receiver.take_receipt().await.0);
    }
    assert_eq!(receipts, ids, "in the order of the messages");
}

#[tokio::test]
async fn the_text_of_a_receipt_is_ascii_whatever_the_message_was() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    for (submit, expected) in [
        (sm().data_coding(DataCoding(8)), ""),
        (sm().data_coding(DataCoding(4)), ""),
        (sm().esm_class(EsmClass(0x40)), ""),
        (sm().short_message(ShortMessage::EMPTY), ""),
        (
            sm().short_message(ShortMessage::new(b"a\x00b").unwrap()),
            "a",
        ),
        (
            sm().short_message(ShortMessage::new(b"0123456789012345678901234").unwrap()),
            "01234567890123456789",
        ),
    ] {
        client.ask(submit.with_receipt()).await.message_id();
        let received = client.receive().await;
        client.acknowledge(&received).await;
        let text = received.deliver().short_message.as_bytes();
        let text = core::str::from_utf8(text).unwrap();
        assert_eq!(text.split_once(" text:").unwrap().1, expected);
    }
}
