//! `replace_if_present_flag`.

use smpp_pdu::*;
use smpp_smsc::network::Outcome;

use crate::script::*;
use crate::support::*;

fn flagged<'a>(body: &'a [u8]) -> SubmitSm<'a> {
    let replace = ReplaceIfPresentFlag::REPLACE;
    let new = ShortMessage::new(body).unwrap();
    sm().short_message(new)
        .replace_if_present_flag(replace)
        .with_receipt()
}

fn waiting() -> SubmitSm<'static> {
    sm().schedule_delivery_time(text(TOMORROW)).with_receipt()
}

#[tokio::test]
async fn a_new_message_takes_the_place_of_one_that_waits() {
    for version in VERSIONS {
        let folder = tempfile::tempdir().unwrap();
        for builder in every_store(folder.path()) {
            let (_smsc, address) = serve(builder).await;
            let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
            let old = client.ask(waiting()).await.message_id();
            let later = flagged(b"later").schedule_delivery_time(text(TOMORROW));
            let new = client.ask(later).await.message_id();
            assert_ne!(new, old);
            let receipt = client.take_receipt().await;
            assert_eq!(receipt, (old.clone(), MessageState::DELETED));
            let resp = client.ask(query(&old, "BANK")).await;
            assert_eq!(state(&resp).0, MessageState::DELETED);
            let resp = client.ask(query(&new, "BANK")).await;
            assert!(state(&resp).0.is_intermediate());

            // The second takes the place of the first, and goes at once.
            let last = client.ask(flagged(b"now")).await.message_id();
            let receipt = client.take_receipt().await;
            assert_eq!(receipt, (new, MessageState::DELETED));
            let receipt = client.receive().await;
            client.acknowledge(&receipt).await;
            assert_eq!(receipt.receipt(), (last, MessageState::DELIVERED));
            let body = receipt.deliver().short_message.as_bytes();
            assert!(body.ends_with(b"text:now"));
            // Nothing waits any more: it is an ordinary message.
            let id = client.ask(flagged(b"again")).await.message_id();
            let receipt = client.take_receipt().await;
            assert_eq!(receipt, (id, MessageState::DELIVERED));
        }
    }
}

#[tokio::test]
async fn source_destination_and_service_type_must_be_the_same() {
    let (_smsc, address) = serve(centre().account("other", "secret")).await;
    let mut client = Client::bound(address, BindType::Transmitter).await;
    let old = client.ask(waiting()).await.message_id();
    let number = |digits| Address::international(digits).unwrap();
    let national = Address::new(Ton::NATIONAL, Npi::ISDN, "447700900123").unwrap();
    for other in [
        flagged(b"x").source_addr(Address::alphanumeric("SHOP").unwrap()),
        flagged(b"x").source_addr(Address::short_code("BANK").unwrap()),
        flagged(b"x").destination_addr(number("447700900124")),
        flagged(b"x").destination_addr(national),
        flagged(b"x").service_type(text("WAP")),
    ] {
        client.ask(other).await.message_id();
        let resp = client.ask(query(&old, "BANK")).await;
        assert_eq!(state(&resp).0, MessageState::ENROUTE, "{other:?}");
    }
    let mut other = Client::connect(address).await;
    let (transmitter, account) = (BindType::Transmitter, ("other", "secret"));
    other
        .bind(transmitter, InterfaceVersion::V3_4, account)
        .await;
    other.ask(flagged(b"x")).await.message_id();
    let resp = client.ask(query(&old, "BANK")).await;
    assert_eq!(state(&resp).0, MessageState::ENROUTE);
    client.ask(flagged(b"x")).await.message_id();
    let resp = client.ask(query(&old, "BANK")).await;
    assert_eq!(state(&resp).0, MessageState::DELETED);
}

#[tokio::test]
async fn of_several_the_last_one_is_replaced() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transmitter).await;
    let mut ids = Vec::new();
    for _ in 0..150 {
        ids.push(client.ask(waiting()).await.message_id());
    }
    // More than are looked at at once stand before the one of this service.
    let wap = waiting().service_type(text("WAP"));
    ids.insert(0, client.ask(wap).await.message_id());
    for _ in 0..150 {
        ids.push(client.ask(waiting()).await.message_id());
    }
    let states = async |client: &mut Client<_>, id: &str| {
        let resp = client.ask(query(id, "BANK")).await;
        state(&resp).0
    };
    let wap = flagged(b"x").service_type(text("WAP"));
    client.ask(wap).await.message_id();
    assert_eq!(states(&mut client, &ids[0]).await, MessageState::DELETED);
    client.ask(flagged(b"x")).await.message_id();
    assert_eq!(states(&mut client, &ids[300]).await, MessageState::DELETED);
    assert_eq!(states(&mut client, &ids[299]).await, MessageState::ENROUTE);
}

#[tokio::test]
async fn a_message_on_its_way_is_not_replaced_and_one_that_failed_for_now_is() {
    let network = Script::holding();
    let (_smsc, address) = serve(centre().network(network.clone())).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let first = client.ask(sm().with_receipt()).await.message_id();
    network.attempted(1).await;
    let second = client.ask(flagged(b"second")).await.message_id();
    let attempts = network.attempted(2).await;
    network.report(attempts[0].ended(Outcome::Delivered));
    let receipt = client.take_receipt().await;
    assert_eq!(receipt, (first, MessageState::DELIVERED));

    network.report(attempts[1].ended(NOT_NOW));
    until_waiting(&mut client, &second).await;
    let third = client.ask(flagged(b"third")).await.message_id();
    let receipt = client.take_receipt().await;
    assert_eq!(receipt, (second, MessageState::DELETED));
    let attempts = network.attempted(3).await;
    assert_eq!(attempts[2].message.content().text, b"third");
    network.report(attempts[2].ended(Outcome::Delivered));
    let receipt = client.take_receipt().await;
    assert_eq!(receipt, (third, MessageState::DELIVERED));
}

/// Waits until the failed attempt of a message is known.
async fn until_waiting(client: &mut Client<tokio::net::TcpStream>, id: &str) {
    loop {
        let resp = client.ask(query(id, "BANK")).await;
        let Body::QuerySmResp(body) = resp.pdu().body else {
            panic!("{resp:?}");
        };
        if body.error_code == 27 {
            return;
        }
    }
}

#[tokio::test]
async fn several_in_one_write_replace_each_other() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let mut octets = client.encode(waiting());
    for _ in 0..3 {
        let later = flagged(b"later").schedule_delivery_time(text(TOMORROW));
        octets.extend(client.encode(later));
    }
    for _ in 0..3 {
        octets.extend(client.encode(flagged(b"now")));
    }
    client.write(&octets).await;
    let (mut ids, mut receipts) = (Vec::new(), Vec::new());
    while ids.len() < 7 || receipts.len() < 7 {
        let received = client.receive().await;
        if received.id().is_response() {
            ids.push(received.message_id());
        } else {
            client.acknowledge(&received).await;
            receipts.push(received.receipt());
        }
    }
    let (deleted, delivered) = (MessageState::DELETED, MessageState::DELIVERED);
    // Only the first of those that go at once found one that waits.
    let expected: Vec<_> = ids
        .into_iter()
        .enumerate()
        .map(|(at, id)| (id, if at < 4 { deleted } else { delivered }))
        .collect();
    receipts.sort();
    assert_eq!(receipts, expected);
}

#[tokio::test]
async fn a_submit_multi_replaces_for_each_recipient() {
    for version in VERSIONS {
        let (_smsc, address) = serve(centre()).await;
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let old = client.ask(waiting()).await.message_id();
        let number = |digits| DestAddress::Sme(Address::international(digits).unwrap());
        let both = [number("447700900124"), number("447700900123")];
        let multi = |to| {
            SubmitMulti::default()
                .source_addr(Address::alphanumeric("BANK").unwrap())
                .dest_address(Repeated::from_slice(to).unwrap())
                .replace_if_present_flag(ReplaceIfPresentFlag::REPLACE)
        };
        let to = if version == InterfaceVersion::V3_3 {
            // 3.3 knows it for a single destination only.
            let resp = client.ask(multi(&both)).await;
            assert_eq!(resp.status(), CommandStatus::ESME_RINVSUBREP);
            &both[1..]
        } else {
            &both[..]
        };
        let new = client.ask(multi(to)).await.message_id();
        assert_ne!(new, old);
        let receipt = client.take_receipt().await;
        assert_eq!(receipt, (old, MessageState::DELETED));
    }
}

#[tokio::test]
async fn flags_that_make_no_sense_are_refused() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transmitter).await;
    let other = sm().replace_if_present_flag(ReplaceIfPresentFlag(2));
    let resp = client.ask(other).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVREPFLAG);
    for mode in [MessagingMode::DATAGRAM, MessagingMode::FORWARD] {
        let class = EsmClass::DEFAULT.with_messaging_mode(mode);
        let resp = client.ask(flagged(b"x").esm_class(class)).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVSUBREP);
    }
    let resp = client.ask(sm().priority_flag(PriorityFlag(4))).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVPRTFLG);
    client.is_served().await;
}
