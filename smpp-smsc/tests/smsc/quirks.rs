//! Clients that need what others do not.

use core::time::Duration;

use smpp_codec::encode;
use smpp_pdu::*;
use smpp_session::{Config, Role};
use smpp_smsc::{Account, Accounts, Builder, Clock, Password, Quirks, Smsc};

use crate::script::Script;
use crate::support::*;

fn with(names: &str) -> Builder {
    let account = Account::new(ACCOUNT.0, Password::plain(ACCOUNT.1)).unwrap();
    let mut accounts = Accounts::new();
    accounts.add(account.quirks(Quirks::named(names).unwrap()));
    centre().accounts(accounts)
}

async fn client(names: &str, version: InterfaceVersion) -> (Smsc, Client<tokio::net::TcpStream>) {
    let (smsc, address) = serve(with(names)).await;
    let client = Client::bound_as(address, BindType::Transceiver, version).await;
    (smsc, client)
}

/// The id in the response, and the receipt.
async fn submitted(names: &str, version: InterfaceVersion) -> (String, Received) {
    let (_smsc, mut client) = client(names, version).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    let receipt = client.receive().await;
    client.acknowledge(&receipt).await;
    (id, receipt)
}

fn text_of(receipt: &Received) -> String {
    let text = receipt.deliver().short_message.as_bytes().to_vec();
    String::from_utf8(text).unwrap()
}

/// The id in the text of a receipt.
fn id_of(receipt: &Received) -> String {
    let text = text_of(receipt);
    let id = text.strip_prefix("id:").unwrap().split(' ').next();
    id.unwrap().to_owned()
}

const V3_4: InterfaceVersion = InterfaceVersion::V3_4;

#[tokio::test]
async fn ids_have_the_base_that_the_client_expects_and_are_found_in_any() {
    for (names, response, receipt) in [
        ("", 16, 16),
        ("decimal-ids", 10, 10),
        ("hex-dec-ids", 16, 10),
        ("dec-hex-ids", 10, 16),
    ] {
        let (_smsc, mut client) = client(names, V3_4).await;
        let told = client.ask(sm().with_receipt()).await.message_id();
        let received = client.receive().await;
        client.acknowledge(&received).await;
        let receipted = id_of(&received);
        let tlv = received.deliver().tlvs.receipted_message_id();
        assert_eq!(tlv.unwrap().unwrap().as_str(), Some(&*receipted), "{names}");
        let value = |id: &str, base| u64::from_str_radix(id, base).unwrap();
        let number = value(&told, response);
        assert_eq!(value(&receipted, receipt), number, "{names}");
        let made = format!("{number:016x}");
        for id in [&told, &receipted, &made] {
            let resp = client.ask(query(id, "BANK")).await;
            assert_eq!(state(&resp).0, MessageState::DELIVERED, "{names} {id}");
            let Body::QuerySmResp(body) = resp.pdu().body else {
                panic!("{resp:?}");
            };
            assert_eq!(body.message_id.as_str(), Some(&*told), "{names}");
        }
    }
}

#[tokio::test]
async fn a_message_is_cancelled_and_replaced_by_its_decimal_id() {
    let (_smsc, mut client) = client("decimal-ids", V3_4).await;
    let waiting = sm().schedule_delivery_time(text(TOMORROW));
    let id = client.ask(waiting).await.message_id();
    let replace = ReplaceSm::default()
        .message_id(text(&id))
        .source_addr(waiting.source_addr)
        .short_message(ShortMessage::new(b"other").unwrap());
    assert_eq!(client.ask(replace).await.status(), CommandStatus::ESME_ROK);
    let cancel = CancelSm::default()
        .message_id(text(&id))
        .source_addr(waiting.source_addr);
    assert_eq!(client.ask(cancel).await.status(), CommandStatus::ESME_ROK);
}

#[tokio::test]
async fn receipts_of_3_3_have_decimal_ids_where_its_responses_cannot() {
    let (id, receipt) = submitted("decimal-ids", InterfaceVersion::V3_3).await;
    assert_eq!(id.len(), 8);
    let number = u64::from_str_radix(&id, 16).unwrap();
    assert_eq!(id_of(&receipt), number.to_string());
}

#[tokio::test]
async fn receipts_say_it_by_text_by_parameters_or_both() {
    for (names, version, has_text, has_tlvs) in [
        ("", V3_4, true, true),
        ("text-receipts", V3_4, true, false),
        ("tlv-receipts", V3_4, false, true),
        ("tlv-receipts", InterfaceVersion::V3_3, true, false),
    ] {
        let (id, receipt) = submitted(names, version).await;
        let deliver = receipt.deliver();
        assert_eq!(!text_of(&receipt).is_empty(), has_text, "{names}");
        assert_eq!(!deliver.tlvs.is_empty(), has_tlvs, "{names}");
        assert_eq!(receipt.receipt(), (id, MessageState::DELIVERED), "{names}");
    }
}

#[tokio::test]
async fn the_text_of_a_receipt_has_the_fields_that_the_client_reads() {
    for (names, date, end) in [
        ("", 10, "text:Your code is 4711"),
        ("receipts-without-text", 10, "text:"),
        ("dates-with-seconds", 12, "text:Your code is 4711"),
    ] {
        let (_, receipt) = submitted(names, V3_4).await;
        let text = text_of(&receipt);
        assert!(text.ends_with(end), "{names}: {text}");
        let (_, rest) = text.split_once("done date:").unwrap();
        let (digits, _) = rest.split_once(" stat:").unwrap();
        assert_eq!(digits.len(), date, "{names}: {text}");
    }
}

#[tokio::test]
async fn errors_have_the_body_that_the_client_can_read() {
    for (names, submit, query_sm) in [
        ("", 16, 20),
        ("bare-errors", 16, 16),
        ("full-errors", 17, 20),
    ] {
        let (_smsc, mut client) = client(names, V3_4).await;
        let nowhere = sm().destination_addr(Address::EMPTY);
        let resp = client.ask(nowhere).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVDSTADR);
        assert_eq!(resp.0.len(), submit, "{names}");
        let resp = client.ask(query("1", "BANK")).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVMSGID);
        assert_eq!(resp.0.len(), query_sm, "{names}");
    }
}

#[tokio::test]
async fn a_client_speaks_the_version_that_it_is_known_for() {
    for (names, version, tlvs, id) in [
        ("", "V5_0", true, 16),
        ("no-version", "V5_0", false, 16),
        ("speaks-3.4", "V3_4", true, 16),
        ("speaks-3.3", "V3_3", false, 8),
        ("old", "V3_4", false, 16),
    ] {
        let (smsc, address) = serve(with(names)).await;
        let mut client = Client::connect(address).await;
        let resp = client
            .bind(BindType::Transmitter, InterfaceVersion::V5_0, ACCOUNT)
            .await;
        let Body::BindResp(body) = resp.pdu().body else {
            panic!("{resp:?}");
        };
        assert_eq!(!body.tlvs.is_empty(), tlvs, "{names}");
        assert_eq!(client.ask(sm()).await.message_id().len(), id, "{names}");
        let session = &smsc.sessions().await[0];
        assert_eq!(session.version.to_string(), version, "{names}");
        // An operation that only 5.0 has.
        let resp = client.ask(BroadcastSm::default()).await;
        let unknown = resp.status() == CommandStatus::ESME_RINVCMDID;
        assert_eq!(unknown, version != "V5_0", "{names}: {}", resp.status());
    }
}

#[tokio::test]
async fn what_is_off_spec_is_counted_and_refused_where_that_is_asked_for() {
    for (names, status, finding) in [
        ("", CommandStatus::ESME_ROK, "stray_nuls"),
        ("strict", CommandStatus::ESME_RINVTLVSTREAM, "malformed"),
    ] {
        let (smsc, mut client) = client(names, V3_4).await;
        let mut octets = Vec::new();
        encode(&Pdu::request(7.into(), sm()), &mut octets).unwrap();
        // A NUL behind the last field.
        octets.push(0);
        octets[3] += 1;
        client.write(&octets).await;
        client.write(&octets).await;
        for _ in 0..2 {
            let resp = client.receive().await;
            assert_eq!(resp.status(), status, "{names}");
        }
        let counts = smsc.findings();
        assert_eq!(counts.len(), 1, "{counts:?}");
        assert_eq!(&*counts[0].system_id, ACCOUNT.0);
        assert_eq!((counts[0].finding, counts[0].count), (finding, 2));
        client.is_served().await;
    }
}

#[tokio::test]
async fn data_coding_1_is_the_gsm_alphabet_where_the_client_means_it() {
    for (names, kept) in [("", 1), ("gsm-as-ascii", 0)] {
        let network = Script::holding();
        let (_smsc, address) = serve(with(names).network(network.clone())).await;
        let mut client = Client::bound(address, BindType::Transmitter).await;
        for data_coding in [1, 8] {
            let submit = sm().data_coding(DataCoding(data_coding));
            client.ask(submit).await.message_id();
        }
        let attempts = network.attempted(2).await;
        let codings: Vec<u8> = attempts
            .iter()
            .map(|one| one.message.content().data_coding.0)
            .collect();
        assert_eq!(codings, [kept, 8], "{names}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_no_enquire_link_is_not_asked() {
    let session = Config {
        inactivity: Some(Duration::from_secs(600)),
        ..Config::new(Role::MessageCentre)
    };
    for (names, first) in [
        ("", CommandId::ENQUIRE_LINK),
        ("no-enquire-link", CommandId::DELIVER_SM),
    ] {
        let builder = with(names).clock(Clock::runtime()).session(session);
        let smsc = builder.start();
        let mut client = Client::bound_within(&smsc, BindType::Transceiver).await;
        let submit = sm()
            .with_receipt()
            .schedule_delivery_time(text("000000000500000R"));
        client.ask(submit).await.message_id();
        use tokio::io::AsyncReadExt;
        // The next PDU, however long it takes.
        let mut header = [0; 16];
        client.stream.read_exact(&mut header).await.unwrap();
        assert_eq!(Header::from_octets(&header).command_id, first, "{names}");
    }
}
