//! A sender whose observer is a tracker, against a real message centre.

use core::net::SocketAddr;
use core::time::Duration;
use std::collections::BTreeSet;
use std::sync::Arc;

use smpp_esme::receiving::store::{MatcherStore, MemoryMatcherStore};
use smpp_esme::receiving::{Received, Receiver};
use smpp_esme::{
    BindConfig, Client, ClientBuilder, Incoming, OutgoingMessage, OwnedAddress, ReceiptRequest,
    Sender, SenderBuilder,
};
use smpp_pdu::{BindType, MessageState};
use smpp_smsc::Smsc;
use smpp_smsc::network::Handsets;

async fn centre() -> (Smsc, SocketAddr) {
    let smsc = Smsc::builder()
        .account("esme", "secret")
        .network(Handsets::new(Duration::ZERO))
        .start();
    let address = smsc.listen("127.0.0.1:0").await.unwrap();
    (smsc, address)
}

async fn bound(address: SocketAddr, bind_type: BindType) -> (Client, Incoming) {
    let bind = BindConfig::new("esme", "secret").bind_type(bind_type);
    let builder = ClientBuilder::new(bind).window(50);
    let connected = builder.connect("127.0.0.1", address.port()).await;
    connected.unwrap()
}

fn observed(receiver: &Receiver, client: &Client) -> Sender<Client> {
    let builder = SenderBuilder::new().observer(receiver.tracker());
    builder.build(client.clone())
}

/// Two parts.
fn long(tag: impl Into<String>) -> OutgoingMessage {
    OutgoingMessage::text("0123456789".repeat(20))
        .from("BANK")
        .to("+447700900123")
        .receipt(ReceiptRequest::Final)
        .tag(tag)
}

/// Takes the receipts of so many parts. Each has its message, and comes once.
async fn take(receiver: &mut Receiver, parts: usize) -> BTreeSet<(String, String, u8)> {
    let mut found = BTreeSet::new();
    while found.len() < parts {
        let Some(Received::Receipt(receipt)) = receiver.recv().await else {
            panic!("the session is over");
        };
        assert_eq!(receipt.state(), Some(MessageState::DELIVERED));
        let matching = receipt.matching();
        let message = receipt.message();
        let message = message.unwrap_or_else(|| panic!("{matching:?} after {}", found.len()));
        let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
        let to = text(message.destination_addr().as_bytes());
        let (part, _) = message.part_of();
        let key = (text(message.caller_tag()), to, part);
        assert!(found.insert(key), "twice");
        receipt.ack();
    }
    found
}

#[tokio::test]
async fn every_receipt_comes_with_the_tag_of_its_message() {
    let (smsc, address) = centre().await;
    let (client, incoming) = bound(address, BindType::Transceiver).await;
    let store = Arc::new(MemoryMatcherStore::default());
    let mut receiver = Receiver::builder()
        .shared_store(store.clone())
        .start(incoming);
    let sender = observed(&receiver, &client);
    let sending = tokio::spawn(async move {
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..100 {
            let sender = sender.clone();
            tasks.spawn(async move { sender.send(&long(n.to_string())).await.unwrap() });
        }
        tasks.join_all().await;
        let many = (0..50).map(|n| OwnedAddress::from(format!("+4477009002{n:02}")));
        let many: Vec<_> = many.collect();
        let sent = sender.send_to_many(&long("many"), &many).await.unwrap();
        assert!(sent.is_complete());
        // A message without a receipt is not kept for one.
        let silent = long("silent").receipt(ReceiptRequest::None);
        sender.send(&silent).await.unwrap();
    });
    let found = take(&mut receiver, 100 * 2 + 50 * 2).await;
    sending.await.unwrap();
    let tags: BTreeSet<&str> = found.iter().map(|(tag, ..)| tag.as_str()).collect();
    assert_eq!(tags.len(), 101);
    assert_eq!(store.count().await.unwrap(), found.len());
    client.unbind().await;
    smsc.shutdown().await;
}

#[cfg(feature = "redb")]
#[tokio::test]
async fn what_was_sent_is_known_after_a_restart() {
    use smpp_esme::receiving::store::RedbMatcherStore;

    const MESSAGES: usize = 20;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("submitted.redb");
    let (smsc, address) = centre().await;
    let (client, incoming) = bound(address, BindType::Transmitter).await;
    let receiver = Receiver::builder()
        .scope("esme@centre")
        .store(RedbMatcherStore::open(&path).unwrap())
        .start(incoming);
    let sender = observed(&receiver, &client);
    let sends = (0..MESSAGES).map(|n| {
        let sender = sender.clone();
        async move { sender.send(&long(n.to_string())).await.unwrap() }
    });
    futures_util::future::join_all(sends).await;
    // What a crash leaves at this moment, when all is said to be sent.
    let copy = folder.path().join("after_crash.redb");
    std::fs::copy(&path, &copy).unwrap();
    drop((sender, receiver));
    client.unbind().await;

    let (client, incoming) = bound(address, BindType::Transceiver).await;
    let mut receiver = Receiver::builder()
        .scope("esme@centre")
        .store(RedbMatcherStore::open(&copy).unwrap())
        .start(incoming);
    take(&mut receiver, MESSAGES * 2).await;
    client.unbind().await;
    smsc.shutdown().await;
}
