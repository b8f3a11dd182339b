//! Against a real message centre in this process.

use core::time::Duration;

use smpp_esme::receiving::{Received, Receiver, Submission};
use smpp_esme::{BindConfig, ClientBuilder};
use smpp_pdu::{Address, MessageState, ShortMessage, SubmitSm};
use smpp_smsc::Smsc;
use smpp_smsc::network::Handsets;

#[tokio::test]
async fn every_message_gets_the_receipt_of_its_own() {
    const MESSAGES: usize = 200;
    let smsc = Smsc::builder()
        .account("esme", "secret")
        .network(Handsets::new(Duration::ZERO))
        .start();
    let address = smsc.listen("127.0.0.1:0").await.unwrap();
    let (client, incoming) = ClientBuilder::new(BindConfig::new("esme", "secret"))
        .window(50)
        .connect(&address.ip().to_string(), address.port())
        .await
        .unwrap();
    let mut receiver = Receiver::builder()
        .scope(format!("esme@{address}"))
        .start(incoming);
    let tracker = receiver.tracker();
    let submitting = tokio::spawn(async move {
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..MESSAGES {
            let (client, tracker) = (client.clone(), tracker.clone());
            tasks.spawn(async move {
                let sm = SubmitSm::new(
                    Address::alphanumeric("BANK").unwrap(),
                    Address::international("447700900123").unwrap(),
                    ShortMessage::new(b"Your code is 4711").unwrap(),
                )
                .with_receipt();
                let sending = tracker.sending();
                let resp = client.submit_sm(&sm).await.unwrap();
                let submitted = Submission::from_submit(&sm, &resp).tag(n.to_string());
                let key = sending.submitted(submitted).await.unwrap();
                let limit = Duration::from_secs(60);
                tracker.await_receipt(key, limit).await.unwrap();
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
    });
    let mut tags = std::collections::BTreeSet::new();
    while tags.len() < MESSAGES {
        let Some(Received::Receipt(receipt)) = receiver.recv().await else {
            panic!("the session is over");
        };
        assert_eq!(receipt.state(), Some(MessageState::DELIVERED));
        let message = receipt.message().expect("no receipt is unmatched");
        assert!(tags.insert(message.caller_tag().to_vec()), "twice");
        receipt.ack();
    }
    submitting.await.unwrap();
    smsc.shutdown().await;
}
