//! The sending layer against a message centre that delivers.

use core::time::Duration;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use smpp_codec::receipt::Receipt;
use smpp_esme::{
    BindConfig, ClientBuilder, Inbound, OutgoingMessage, OwnedAddress, ReceiptRequest,
    SenderBuilder, Submitted,
};
use smpp_pdu::MessageState;
use smpp_smsc::Smsc;
use smpp_smsc::network::Handsets;

#[tokio::test]
async fn every_part_to_every_recipient_comes_back_as_delivered() {
    let smsc = Smsc::builder()
        .account("esme", "secret")
        .network(Handsets::new(Duration::ZERO))
        .start();
    let address = smsc.listen("127.0.0.1:0").await.unwrap();
    let (client, mut incoming) = ClientBuilder::new(BindConfig::new("esme", "secret"))
        .window(20)
        .connect("127.0.0.1", address.port())
        .await
        .unwrap();
    let told: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let ids = Arc::clone(&told);
    let sender = SenderBuilder::new()
        .in_order(true)
        .observer(move |submitted: &Submitted<'_>| {
            ids.lock().unwrap().push(submitted.message_id.to_vec());
        })
        .build(client.clone());
    let message = OutgoingMessage::text("“Long” texts go out in several parts. ".repeat(5))
        .from("BANK")
        .to("+447700900000")
        .receipt(ReceiptRequest::Final)
        .validity(Duration::from_secs(3600));
    let sent = sender.send(&message).await.unwrap();
    assert_eq!(sent.accepted(), 3);
    let many: Vec<OwnedAddress> = (1..=300)
        .map(|at| OwnedAddress::from(format!("+44770090{at:04}")))
        .collect();
    let short = OutgoingMessage::text("Hi")
        .from("BANK")
        .receipt(ReceiptRequest::Final);
    let sent = sender.send_to_many(&short, &many).await.unwrap();
    assert!(sent.is_complete());

    let mut receipts = 0;
    let mut reported = HashSet::new();
    while receipts < 3 + many.len() {
        let Some(Inbound::Delivery(delivery)) = incoming.recv().await else {
            panic!("the session ended");
        };
        let pdu = delivery.pdu();
        let receipt = Receipt::read(&pdu).unwrap();
        assert_eq!(receipt.state(), Some(MessageState::DELIVERED));
        reported.insert(receipt.id_str().unwrap().as_bytes().to_vec());
        receipts += 1;
        delivery.ack();
    }
    let told: HashSet<Vec<u8>> = told.lock().unwrap().drain(..).collect();
    assert_eq!(told, reported);
    client.unbind().await;
    smsc.shutdown().await;
}
