//! Every operation, and what refuses it.

use core::time::Duration;
use std::collections::HashSet;

use smpp_pdu::*;
use smpp_smsc::network::Handsets;

use crate::support::*;

#[tokio::test]
async fn ids_are_unique_and_short_enough_for_the_version() {
    let (_smsc, address) = serve(centre()).await;
    let mut ids = HashSet::new();
    for version in VERSIONS {
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        for _ in 0..10 {
            let id = client.ask(sm()).await.message_id();
            let most = if version == InterfaceVersion::V3_3 {
                8
            } else {
                64
            };
            assert!(id.len() <= most, "{id}");
            assert!(id.bytes().all(|one| one.is_ascii_hexdigit()), "{id}");
            assert!(ids.insert(id));
        }
    }
}

#[tokio::test]
async fn what_is_wrong_in_a_submission_decides_the_status() {
    let (_smsc, address) = serve(centre()).await;
    let payload = [Tlv::message_payload(b"long").unwrap()];
    for version in VERSIONS {
        let mut client = Client::bound_as(address, BindType::Transmitter, version).await;
        for (submit, status) in [
            (
                sm().destination_addr(Address::EMPTY),
                CommandStatus::ESME_RINVDSTADR,
            ),
            (
                sm().validity_period(text("tomorrow")),
                CommandStatus::ESME_RINVEXPIRY,
            ),
            (
                sm().validity_period(text("200101000000000+")),
                CommandStatus::ESME_RINVEXPIRY,
            ),
            (
                sm().schedule_delivery_time(text("991399000000000+")),
                CommandStatus::ESME_RINVSCHED,
            ),
            (
                sm().schedule_delivery_time(text(TOMORROW))
                    .validity_period(text("000000010000000R")),
                CommandStatus::ESME_RINVEXPIRY,
            ),
            (sm().sm_default_msg_id(1), CommandStatus::ESME_RINVDFTMSGID),
            (
                sm().tlvs(Tlvs::from_slice(&payload)),
                CommandStatus::ESME_RTLVNOTALLWD,
            ),
        ] {
            let resp = client.ask(submit).await;
            assert_eq!(resp.status(), status, "{version} {submit:?}");
            assert_eq!(resp.0.len(), 16);
        }
        let in_payload = sm()
            .short_message(ShortMessage::EMPTY)
            .tlvs(Tlvs::from_slice(&payload));
        client.ask(in_payload).await.message_id();
        client.is_served().await;
    }
}

#[tokio::test]
async fn what_real_clients_put_into_ordinary_messages_is_taken() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let vendor = [Tlv::new(Tag(0x1400), b"1234567890").unwrap()];
    for submit in [
        sm().esm_class(EsmClass(0x08)),
        sm().esm_class(EsmClass(0x48)),
        sm().esm_class(EsmClass(0x43)),
        sm().data_coding(DataCoding(0xF0)),
        sm().short_message(ShortMessage::EMPTY),
        sm().source_addr(Address::EMPTY),
        sm().validity_period(text("000000480000000R")),
        sm().tlvs(Tlvs::from_slice(&vendor)),
    ] {
        client.ask(submit).await.message_id();
    }
}

#[tokio::test]
async fn data_sm_is_taken_like_submit_sm() {
    let (_smsc, address) = serve(centre()).await;
    let tlvs = [
        Tlv::message_payload(b"hello").unwrap(),
        Tlv::user_message_reference(7),
    ];
    let data = DataSm::default()
        .source_addr(Address::alphanumeric("BANK").unwrap())
        .destination_addr(Address::international("447700900123").unwrap())
        .registered_delivery(RegisteredDelivery(1))
        .tlvs(Tlvs::from_slice(&tlvs));
    for version in [InterfaceVersion::V3_4, InterfaceVersion::V5_0] {
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let resp = client.ask(data).await;
        assert_eq!(resp.id(), CommandId::DATA_SM_RESP);
        let id = resp.message_id();
        let receipt = client.receive().await;
        client.acknowledge(&receipt).await;
        assert_eq!(receipt.receipt(), (id, MessageState::DELIVERED));
        let reference = receipt.deliver().tlvs.user_message_reference();
        assert_eq!(reference, Some(Ok(7)));

        let nowhere = data.destination_addr(Address::EMPTY);
        let resp = client.ask(nowhere).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVDSTADR);
        let dead = [Tlv::qos_time_to_live(0)];
        let resp = client.ask(data.tlvs(Tlvs::from_slice(&dead))).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVEXPIRY);
    }
}

fn multi<'a>(to: &'a [DestAddress<'a>]) -> SubmitMulti<'a> {
    SubmitMulti::default()
        .source_addr(Address::alphanumeric("BANK").unwrap())
        .dest_address(Repeated::from_slice(to).unwrap())
        .registered_delivery(RegisteredDelivery(1))
        .short_message(ShortMessage::new(b"to all").unwrap())
}

#[tokio::test]
async fn submit_multi_tells_each_recipient_that_is_refused() {
    let (_smsc, address) = serve(centre()).await;
    let number = |digits| DestAddress::Sme(Address::international(digits).unwrap());
    let list = DestAddress::DistributionList(text("staff"));
    for version in VERSIONS {
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let to = [number("4477001"), list, number(""), number("4477002")];
        let resp = client.ask(multi(&to)).await;
        let id = resp.message_id();
        let Body::SubmitMultiResp(body) = resp.pdu().body else {
            panic!("{resp:?}");
        };
        let refused: Vec<_> = body
            .unsuccess_sme
            .iter()
            .map(|one| {
                let addr = one.destination_addr.addr.as_str().unwrap();
                (addr, one.error_status_code)
            })
            .collect();
        let expected = [
            ("staff", CommandStatus::ESME_RINVDLNAME),
            ("", CommandStatus::ESME_RINVDSTADR),
        ];
        assert_eq!(refused, expected);

        let mut from = HashSet::new();
        for _ in 0..2 {
            let receipt = client.receive().await;
            client.acknowledge(&receipt).await;
            assert_eq!(receipt.receipt(), (id.clone(), MessageState::DELIVERED));
            from.insert(
                receipt
                    .deliver()
                    .source_addr
                    .addr
                    .as_str()
                    .unwrap()
                    .to_owned(),
            );
        }
        assert_eq!(from.len(), 2, "{from:?}");
    }
}

#[tokio::test]
async fn submit_multi_to_nobody_is_refused() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let resp = client.ask(multi(&[])).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVNUMDESTS);
    let lists = [DestAddress::DistributionList(text("staff"))];
    let resp = client.ask(multi(&lists)).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVDLNAME);
    client.is_served().await;
}

#[tokio::test]
async fn query_sm_tells_the_state_in_the_terms_of_the_version() {
    let (_smsc, address) = serve(centre()).await;
    for version in VERSIONS {
        let mut client = Client::bound_as(address, BindType::Transmitter, version).await;
        let waiting = sm().schedule_delivery_time(text(TOMORROW));
        let id = client.ask(waiting).await.message_id();
        let resp = client.ask(query(&id, "BANK")).await;
        let expected = if version == InterfaceVersion::V5_0 {
            MessageState::SCHEDULED
        } else {
            MessageState::ENROUTE
        };
        assert_eq!(state(&resp), (expected, String::new()));

        let id = client.ask(sm()).await.message_id();
        let (state, date) = loop {
            let resp = client.ask(query(&id, "BANK")).await;
            let Body::QuerySmResp(body) = resp.pdu().body else {
                panic!("{resp:?}");
            };
            assert_eq!(body.message_id.as_str(), Some(&*id));
            if body.message_state != MessageState::ENROUTE {
                break state(&resp);
            }
        };
        assert_eq!(state, MessageState::DELIVERED);
        assert_eq!(date.len(), 16, "{date}");
        assert!(date.ends_with("00+"), "{date}");
    }
}

#[tokio::test]
async fn a_query_that_finds_nothing_has_a_body_all_the_same() {
    let (_smsc, address) = serve(centre().account("other", "secret")).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let id = client.ask(sm()).await.message_id();
    let mut other = Client::connect(address).await;
    let transceiver = BindType::Transceiver;
    other
        .bind(transceiver, InterfaceVersion::V3_4, ("other", "secret"))
        .await;
    for (resp, status) in [
        (
            client.ask(query(&id, "SHOP")).await,
            CommandStatus::ESME_RQUERYFAIL,
        ),
        (
            client.ask(query("1", "BANK")).await,
            CommandStatus::ESME_RINVMSGID,
        ),
        (
            client.ask(query("", "BANK")).await,
            CommandStatus::ESME_RINVMSGID,
        ),
        (
            other.ask(query(&id, "BANK")).await,
            CommandStatus::ESME_RINVMSGID,
        ),
    ] {
        assert_eq!(resp.status(), status);
        let Body::QuerySmResp(body) = resp.pdu().body else {
            panic!("{resp:?}");
        };
        assert_eq!(body.message_state, MessageState::UNKNOWN);
    }
}

fn cancel<'a>(id: COctetStr<'a>, source: &'a str) -> CancelSm<'a> {
    CancelSm::default()
        .message_id(id)
        .source_addr(Address::alphanumeric(source).unwrap())
}

#[tokio::test]
async fn cancel_sm_ends_a_message_that_waits() {
    let (_smsc, address) = serve(centre()).await;
    for version in VERSIONS {
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let waiting = sm().schedule_delivery_time(text(TOMORROW)).with_receipt();
        let id = client.ask(waiting).await.message_id();
        let resp = client.ask(cancel(text("1"), "BANK")).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVMSGID);
        let resp = client.ask(cancel(text(&id), "SHOP")).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RCANCELFAIL);
        let elsewhere = Address::international("4477009").unwrap();
        let wrong_destination = cancel(text(&id), "BANK").destination_addr(elsewhere);
        let resp = client.ask(wrong_destination).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RCANCELFAIL);

        let resp = client.ask(cancel(text(&id), "BANK")).await;
        assert_eq!(resp.status(), CommandStatus::ESME_ROK);
        assert_eq!(resp.0.len(), 16);
        let receipt = client.take_receipt().await;
        assert_eq!(receipt, (id.clone(), MessageState::DELETED));
        let resp = client.ask(cancel(text(&id), "BANK")).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RCANCELFAIL);
        let resp = client.ask(query(&id, "BANK")).await;
        assert_eq!(state(&resp).0, MessageState::DELETED);
    }
}

fn replace<'a>(id: COctetStr<'a>, source: &'a str) -> ReplaceSm<'a> {
    ReplaceSm::default()
        .message_id(id)
        .source_addr(Address::alphanumeric(source).unwrap())
        .registered_delivery(RegisteredDelivery(1))
        .short_message(ShortMessage::new(b"other text").unwrap())
}

#[tokio::test]
async fn replace_sm_changes_a_message_that_waits() {
    let [v33, v34, v50] = VERSIONS.map(|version| async move {
        // A centre for each: any session of an account may get its receipts.
        let (_smsc, address) = serve(centre()).await;
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let waiting = sm().schedule_delivery_time(text(TOMORROW));
        let id = client.ask(waiting).await.message_id();
        let resp = client.ask(replace(text("1"), "BANK")).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVMSGID);
        let resp = client.ask(replace(text(&id), "SHOP")).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RREPLACEFAIL);
        let never = replace(text(&id), "BANK").validity_period(text("tomorrow"));
        let resp = client.ask(never).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVEXPIRY);

        // From tomorrow to a second from now.
        let now = replace(text(&id), "BANK").schedule_delivery_time(text("000000000001000R"));
        let resp = client.ask(now).await;
        assert_eq!(resp.status(), CommandStatus::ESME_ROK);
        let receipt = client.receive().await;
        client.acknowledge(&receipt).await;
        assert_eq!(receipt.receipt(), (id.clone(), MessageState::DELIVERED));
        let text_of_receipt = receipt.deliver().short_message.as_bytes();
        assert!(text_of_receipt.ends_with(b"text:other text"));
        let resp = client.ask(replace(text(&id), "BANK")).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RREPLACEFAIL);
    });
    tokio::join!(v33, v34, v50);
}

#[tokio::test]
async fn a_message_on_its_way_is_neither_cancelled_nor_replaced() {
    let slow = Handsets::new(Duration::from_secs(3600));
    let (_smsc, address) = serve(centre().network(slow)).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let id = client.ask(sm()).await.message_id();
    let resp = client.ask(cancel(text(&id), "BANK")).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RCANCELFAIL);
    let resp = client.ask(replace(text(&id), "BANK")).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RREPLACEFAIL);
}

#[tokio::test]
async fn what_is_not_supported_is_answered_with_an_error() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound_as(address, BindType::Transceiver, InterfaceVersion::V5_0).await;
    let unsupported: [Body<'_>; 6] = [
        BroadcastSm::default().into(),
        QueryBroadcastSm::default().into(),
        CancelBroadcastSm::default().into(),
        ParamRetrieve::default().into(),
        QueryLastMsgs::default().into(),
        QueryMsgDetails::default().into(),
    ];
    for body in unsupported {
        let resp = client.ask(body).await;
        assert_ne!(resp.status(), CommandStatus::ESME_ROK, "{body:?}");
    }
    let vendor = UnknownBody {
        command_id: CommandId(0x0001_0200),
        octets: b"abc",
    };
    client.send(vendor).await;
    let resp = client.receive().await;
    assert_eq!(resp.id(), CommandId::GENERIC_NACK);
    assert_eq!(resp.status(), CommandStatus::ESME_RINVCMDID);
    client.is_served().await;
}

#[tokio::test]
async fn a_malformed_body_costs_the_request_and_not_the_connection() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let mut octets = client.encode(sm());
    octets.truncate(40);
    octets[3] = 40;
    client.write(&octets).await;
    let resp = client.receive().await;
    assert_eq!(resp.id(), CommandId::SUBMIT_SM_RESP);
    assert_ne!(resp.status(), CommandStatus::ESME_ROK);
    client.is_served().await;
}

#[tokio::test]
async fn a_message_and_an_unbind_in_one_write_are_both_answered_in_order() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let mut octets = client.encode(sm());
    octets.extend(client.encode(Unbind::default()));
    client.write(&octets).await;
    let resp = client.receive().await;
    assert_eq!(resp.id(), CommandId::SUBMIT_SM_RESP);
    assert!(!resp.message_id().is_empty());
    assert_eq!(client.receive().await.id(), CommandId::UNBIND_RESP);
    assert!(client.next().await.is_none());
}
