//! Message modes: datagram, transaction, store and forward.

use core::time::Duration;

use smpp_pdu::*;
use smpp_session::{Config, Role};
use smpp_smsc::network::Outcome;
use smpp_smsc::store::MemoryStore;
use smpp_smsc::{Clock, Retries};

use crate::script::*;
use crate::support::*;

const DATAGRAM: EsmClass = EsmClass(0x01);
const TRANSACTION: EsmClass = EsmClass(0x02);

const WITH_MODES: [InterfaceVersion; 2] = [InterfaceVersion::V3_4, InterfaceVersion::V5_0];

fn data<'a>(tlvs: &'a [Tlv<'a>]) -> DataSm<'a> {
    DataSm::default()
        .source_addr(sm().source_addr)
        .destination_addr(sm().destination_addr)
        .tlvs(Tlvs::from_slice(tlvs))
}

fn payload() -> Tlv<'static> {
    Tlv::message_payload(b"hello").unwrap()
}

#[tokio::test]
async fn a_datagram_is_tried_once_and_not_kept() {
    for version in WITH_MODES {
        let network = Script::new([NOT_NOW]);
        // A store that takes nothing, and retries that would come at once.
        let builder = centre()
            .store(MemoryStore::new(0, 0))
            .retries(Retries::new(vec![Duration::ZERO]))
            .network(network.clone());
        let (_smsc, address) = serve(builder).await;
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let resp = client.ask(sm()).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RMSGQFUL);

        let datagram = sm().esm_class(DATAGRAM).with_receipt();
        let failed = client.ask(datagram).await.message_id();
        let receipt = client.take_receipt().await;
        assert_eq!(receipt, (failed.clone(), MessageState::UNDELIVERABLE));
        let id = client.ask(datagram).await.message_id();
        assert_eq!(client.take_receipt().await, (id, MessageState::DELIVERED));
        let resp = client.ask(query(&failed, "BANK")).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVMSGID);

        // Without the wish there is no receipt, as a data_sm there is one.
        client.ask(sm().esm_class(DATAGRAM)).await.message_id();
        let text = [payload()];
        let data = data(&text)
            .esm_class(DATAGRAM)
            .registered_delivery(RegisteredDelivery(1));
        let id = client.ask(data).await.message_id();
        assert_eq!(client.take_receipt().await, (id, MessageState::DELIVERED));
        let numbers: Vec<_> = network.attempts().iter().map(|one| one.number).collect();
        assert_eq!(numbers, [1; 4]);
    }
}

#[tokio::test]
async fn a_transaction_is_answered_with_its_outcome_and_holds_up_nothing() {
    for version in WITH_MODES {
        let network = Script::holding();
        let (_smsc, address) = serve(centre().network(network.clone())).await;
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let text = [payload()];
        let data = data(&text)
            .esm_class(TRANSACTION)
            .registered_delivery(RegisteredDelivery(1));
        let asked = client.send(data).await;
        let attempts = network.attempted(1).await;
        // Others are answered meanwhile.
        client.is_served().await;
        network.report(attempts[0].ended(Outcome::Delivered));
        let resp = client.receive().await;
        assert_eq!((resp.number(), resp.id()), (asked, CommandId::DATA_SM_RESP));
        let id = resp.message_id();
        assert_eq!(client.take_receipt().await, (id, MessageState::DELIVERED));

        let done = network.attempts().len();
        let asked = client.send(sm().esm_class(TRANSACTION)).await;
        let attempts = network.attempted(done + 1).await;
        network.report(attempts[done].ended(Outcome::Delivered));
        let resp = client.receive().await;
        assert_eq!(resp.number(), asked);
        resp.message_id();
    }
}

#[tokio::test]
async fn a_transaction_that_fails_says_why() {
    let temporary = DeliveryFailureReason::DESTINATION_UNAVAILABLE;
    let permanent = DeliveryFailureReason::PERMANENT_NETWORK_ERROR;
    for version in WITH_MODES {
        let network = Script::new([NOT_NOW, NEVER, NOT_NOW, NEVER]);
        let (_smsc, address) = serve(centre().network(network.clone())).await;
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let text = [payload()];
        for (reason, code) in [(temporary, 27), (permanent, 11)] {
            let resp = client.ask(data(&text).esm_class(TRANSACTION)).await;
            assert_eq!(resp.status(), CommandStatus::ESME_RDELIVERYFAILURE);
            let Body::DataSmResp(body) = resp.pdu().body else {
                panic!("{resp:?}");
            };
            assert!(!body.message_id.is_empty());
            assert_eq!(body.tlvs.delivery_failure_reason(), Some(Ok(reason)));
            let error = body.tlvs.network_error_code().unwrap().unwrap();
            assert_eq!(error.code, code);
            assert_eq!(body.tlvs.dpf_result(), None);
        }
        for reason in [temporary, permanent] {
            let resp = client.ask(sm().esm_class(TRANSACTION)).await;
            assert_eq!(resp.status(), CommandStatus::ESME_RDELIVERYFAILURE);
            match resp.pdu().body {
                Body::SubmitSmResp(body) if version == InterfaceVersion::V5_0 => {
                    assert_eq!(body.tlvs.delivery_failure_reason(), Some(Ok(reason)));
                }
                // 3.4 has no parameters there.
                _ => assert_eq!(resp.0.len(), 16),
            }
        }
        // Nothing was tried again, and nothing is kept.
        assert_eq!(network.attempts().len(), 4);
    }
}

#[tokio::test(start_paused = true)]
async fn a_transaction_without_outcome_is_answered_after_its_limit() {
    let network = Script::holding();
    let session = Config {
        enquire_link: None,
        ..Config::new(Role::MessageCentre)
    };
    let smsc = centre()
        .network(network.clone())
        .transaction_limit(Duration::from_secs(7))
        .clock(Clock::runtime())
        .session(session)
        .start();
    let mut client = Client::bound_within(&smsc, BindType::Transceiver).await;
    let start = tokio::time::Instant::now();
    let text = [payload()];
    let resp = client.ask(data(&text).esm_class(TRANSACTION)).await;
    assert_eq!(start.elapsed().as_secs(), 7);
    assert_eq!(resp.status(), CommandStatus::ESME_RDELIVERYFAILURE);
    let Body::DataSmResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    let reason = DeliveryFailureReason::TEMPORARY_NETWORK_ERROR;
    assert_eq!(body.tlvs.delivery_failure_reason(), Some(Ok(reason)));
    // What comes later is no second answer.
    network.report(network.attempts()[0].ended(Outcome::Delivered));
    let resp = client.ask(EnquireLink::default()).await;
    assert_eq!(resp.id(), CommandId::ENQUIRE_LINK_RESP);
}

#[tokio::test]
async fn a_transaction_to_several_tells_those_that_were_not_reached() {
    let number = |digits| DestAddress::Sme(Address::international(digits).unwrap());
    for version in WITH_MODES {
        let network = Script::new([Outcome::Delivered, NEVER, NEVER, NEVER]);
        let (_smsc, address) = serve(centre().network(network)).await;
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let to = [number("4477001"), number("4477002"), number("")];
        let multi = SubmitMulti::default()
            .source_addr(sm().source_addr)
            .dest_address(Repeated::from_slice(&to).unwrap())
            .esm_class(TRANSACTION);
        let failed = CommandStatus::ESME_RDELIVERYFAILURE;
        let refused = |resp: &Received| {
            let Body::SubmitMultiResp(body) = resp.pdu().body else {
                panic!("{resp:?}");
            };
            let list = body.unsuccess_sme.iter();
            list.map(|one| {
                let address = one.destination_addr.addr.to_string();
                (address, one.error_status_code)
            })
            .collect::<Vec<_>>()
        };
        let nowhere = (String::new(), CommandStatus::ESME_RINVDSTADR);
        let resp = client.ask(multi).await;
        resp.message_id();
        let expected = [nowhere, ("4477002".to_owned(), failed)];
        assert_eq!(refused(&resp), expected);

        let both = multi.dest_address(Repeated::from_slice(&to[..2]).unwrap());
        let resp = client.ask(both).await;
        assert_eq!(resp.status(), failed);
        assert_eq!(refused(&resp).len(), 2);

        let datagram = both.esm_class(DATAGRAM);
        let datagram = datagram.registered_delivery(RegisteredDelivery(1));
        let id = client.ask(datagram).await.message_id();
        for _ in 0..2 {
            let receipt = client.take_receipt().await;
            assert_eq!(receipt, (id.clone(), MessageState::DELIVERED));
        }
    }
}

#[tokio::test]
async fn what_is_not_kept_is_not_scheduled() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transmitter).await;
    for mode in [DATAGRAM, TRANSACTION] {
        let later = sm().schedule_delivery_time(text(TOMORROW)).esm_class(mode);
        let resp = client.ask(later).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVSCHED);
    }
}

#[tokio::test]
async fn other_modes_and_those_of_3_3_store_and_forward() {
    for (version, class) in [
        (InterfaceVersion::V3_3, DATAGRAM),
        (InterfaceVersion::V3_3, TRANSACTION),
        (InterfaceVersion::V3_4, EsmClass(0x00)),
        (InterfaceVersion::V3_4, EsmClass(0x03)),
        (InterfaceVersion::V5_0, EsmClass(0x43)),
    ] {
        let network = Script::new([NOT_NOW, NOT_NOW]);
        let builder = centre()
            .retries(Retries::new(vec![Duration::ZERO]))
            .network(network.clone());
        let (_smsc, address) = serve(builder).await;
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let submit = sm().esm_class(class).with_receipt();
        let id = client.ask(submit).await.message_id();
        assert_eq!(client.take_receipt().await, (id, MessageState::DELIVERED));
        assert_eq!(network.attempts().len(), 3, "{version} {class:?}");
    }
}

#[tokio::test]
async fn a_transaction_of_a_session_that_is_gone_disturbs_nobody() {
    let network = Script::holding();
    let (smsc, address) = serve(centre().network(network.clone())).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    client.send(sm().esm_class(TRANSACTION)).await;
    let attempts = network.attempted(1).await;
    drop(client);
    until(|| async { smsc.sessions().await.is_empty() }).await;
    network.report(attempts[0].ended(Outcome::Delivered));
    let mut client = Client::bound(address, BindType::Transceiver).await;
    client.is_served().await;
}

#[tokio::test]
async fn a_session_ends_in_good_order_only_when_its_transactions_are_answered() {
    let network = Script::holding();
    let (smsc, address) = serve(centre().network(network.clone())).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    client.send(sm().esm_class(TRANSACTION)).await;
    let attempts = network.attempted(1).await;
    let ending = tokio::spawn(async move { smsc.shutdown().await });
    network.report(attempts[0].ended(Outcome::Delivered));
    client.receive().await.message_id();
    let unbind = client.receive().await;
    assert_eq!(unbind.id(), CommandId::UNBIND);
    let (number, ok) = (unbind.number(), CommandStatus::ESME_ROK);
    client.respond(number, ok, UnbindResp::default()).await;
    assert_eq!(ending.await.unwrap(), 0);
}
