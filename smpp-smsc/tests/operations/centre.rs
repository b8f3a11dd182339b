//! What comes from the centre: which sessions get it, and which do not.

use smpp_pdu::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::cell::{Cell, State};
use crate::done::{absent, is_delivered};
use crate::is_silent;
use crate::rules::Rule;
use crate::support::{Client, Received, sm};

/// What the centre sends, and to which sessions.
#[rustfmt::skip]
pub(crate) const RULES: &[Rule] = &[
    Rule { operation: "deliver_sm, receipt",
        clauses: "3.4 4.6 and Appendix B, 5.0 4.3.1", states: ["rx trx", "rx trx", "rx trx"] },
    Rule { operation: "deliver_sm, message of a subscriber",
        clauses: "3.4 4.6, 5.0 4.3.1", states: ["rx trx", "rx trx", "rx trx"] },
    Rule { operation: "deliver_sm, intermediate notification",
        clauses: "3.4 5.2.17, 5.0 4.7.21", states: ["missing", "rx trx", "rx trx"] },
    Rule { operation: "alert_notification",
        clauses: "3.4 4.12, 5.0 4.1.3", states: ["missing", "rx trx", "rx trx"] },
    Rule { operation: "unbind of the centre",
        clauses: "3.4 4.2, 5.0 4.1.1.8", states: ["tx rx trx", "tx rx trx", "tx rx trx"] },
];

/// Sees that the session gets what it may get, or nothing.
pub(crate) async fn sent(cell: Cell, rule: &'static Rule) {
    let place = crate::VERSIONS.iter().position(|one| *one == cell.version);
    let gets = cell.state.is_in(rule.states[place.unwrap()]);
    let mut client = cell.session().await;
    cause(rule.operation, &cell).await;
    if !gets {
        return is_silent(&mut client).await;
    }
    let received = client.receive().await;
    match rule.operation {
        "alert_notification" => {
            let Body::AlertNotification(alert) = received.pdu().body else {
                panic!("{received:?}");
            };
            assert_eq!(alert.source_addr, sometimes_there());
            assert_eq!(alert.esme_addr, sm().source_addr);
        }
        "unbind of the centre" => {
            assert_eq!(received.id(), CommandId::UNBIND);
            let (number, ok) = (received.number(), CommandStatus::ESME_ROK);
            client.respond(number, ok, UnbindResp::default()).await;
            assert!(client.next().await.is_none());
            return;
        }
        deliver_sm => {
            is_deliver(&cell, deliver_sm, &received);
            client.acknowledge(&received).await;
        }
    }
    is_silent(&mut client).await;
}

fn is_deliver(cell: &Cell, what: &str, received: &Received) {
    let deliver = received.deliver();
    let (esm_class, source) = match what {
        "deliver_sm, receipt" => (0x04, sm().destination_addr),
        "deliver_sm, intermediate notification" => (0x20, absent()),
        _ => (0x00, Address::international("447700900555").unwrap()),
    };
    assert_eq!(deliver.esm_class, EsmClass(esm_class));
    assert_eq!(deliver.source_addr, source);
    if esm_class == 0x04 {
        assert_eq!(received.receipt().1, MessageState::DELIVERED);
    }
    let tlvs = cell.version.supports_tlvs() && esm_class != 0;
    assert_eq!(!deliver.tlvs.is_empty(), tlvs, "{:?}", deliver.tlvs);
}

/// A subscriber who is there half of the time.
fn sometimes_there() -> Address<'static> {
    Address::international("447708100001").unwrap()
}

/// Lets happen what the centre has something to say about.
async fn cause(operation: &str, cell: &Cell) {
    match operation {
        "deliver_sm, receipt" => {
            let mut sender = cell.transmitter().await;
            let id = sender.ask(sm().with_receipt()).await.message_id();
            is_delivered(cell, &id).await;
        }
        "deliver_sm, message of a subscriber" => {
            let path = format!("POST /api/accounts/{}/messages", cell.account);
            let message = r#"{"from": "+447700900555", "to": "4711", "text": "Yes"}"#;
            ask_web(cell, &path, message).await;
        }
        "deliver_sm, intermediate notification" => {
            let mut sender = cell.transmitter().await;
            let submit = sm().destination_addr(absent());
            let submit = submit.registered_delivery(RegisteredDelivery(0x10));
            sender.ask(submit).await.message_id();
        }
        "alert_notification" => alert(cell).await,
        _ => end_session(cell).await,
    }
}

/// Asks for an alert with a message that does not reach its recipient, then sends
/// until one does.
async fn alert(cell: &Cell) {
    // 3.3 has no transactions.
    let version = cell.version.max(InterfaceVersion::V3_4);
    let mut sender = cell.bound(BindType::Transmitter, version).await;
    let asks = [Tlv::set_dpf(SetDpf::REQUESTED)];
    let data = DataSm::default()
        .source_addr(sm().source_addr)
        .destination_addr(sometimes_there())
        .esm_class(EsmClass(0x02));
    let asking = data.tlvs(Tlvs::from_slice(&asks));
    while sender.ask(asking).await.status() == CommandStatus::ESME_ROK {}
    while sender.ask(data).await.status() != CommandStatus::ESME_ROK {}
}

/// Ends the session of the cell over HTTP.
async fn end_session(cell: &Cell) {
    let sessions = ask_web(cell, "GET /api/sessions", "").await;
    let sessions: serde_json::Value = serde_json::from_str(&sessions).unwrap();
    let sessions = sessions.as_array().unwrap();
    let own = sessions
        .iter()
        .find(|one| one["system_id"] == *cell.account)
        .unwrap();
    let path = format!("DELETE /api/sessions/{}", own["connection"]);
    ask_web(cell, &path, "").await;
}

/// The body of the answer.
async fn ask_web(cell: &Cell, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(cell.web).await.unwrap();
    let (host, length) = (cell.web, body.len());
    let request = format!(
        "{head} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 20"), "{text}");
    text.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// Says nothing until it is asked, answers, and is served as before.
pub(crate) async fn enquires(cell: Cell) {
    assert_ne!(cell.state, State::Open);
    let mut client: Client<TcpStream> = cell.session().await;
    let received = client.receive().await;
    assert_eq!(received.id(), CommandId::ENQUIRE_LINK);
    let (number, ok) = (received.number(), CommandStatus::ESME_ROK);
    client.respond(number, ok, EnquireLinkResp::default()).await;
    let number = client.send(Unbind::default()).await;
    loop {
        let received = client.receive().await;
        if received.id() != CommandId::ENQUIRE_LINK {
            assert_eq!(received.id(), CommandId::UNBIND_RESP);
            assert_eq!(received.number(), number);
            return;
        }
    }
}
