//! What the client knows of its messages.

use core::net::SocketAddr;
use core::time::Duration;
use std::collections::HashMap;

use smpp_codec::receipt::Receipt;
use smpp_esme::{BindConfig, Client, ClientBuilder, Delivery, Inbound, Incoming};
use smpp_pdu::{Address, Body, MessageState, QuerySm, ShortMessage, SubmitSm};
use tokio::task::JoinSet;

/// Messages that are outstanding at a time.
const WINDOW: u16 = 64;

#[derive(Default)]
pub(crate) struct Ledger {
    /// Acknowledged messages, and how many receipts of each have come.
    receipts: HashMap<String, u32>,
    /// Receipts that overtook the response, or belong to a message whose
    /// response was cut off.
    strangers: HashMap<String, u32>,
    link: Option<(Client, Incoming)>,
    submitting: JoinSet<Option<String>>,
}

fn message() -> SubmitSm<'static> {
    SubmitSm::new(
        Address::alphanumeric("BANK").unwrap(),
        Address::international("447700900123").unwrap(),
        ShortMessage::new(b"Your code is 4711").unwrap(),
    )
    .with_receipt()
}

async fn connect(address: SocketAddr) -> (Client, Incoming) {
    ClientBuilder::new(BindConfig::new("esme", "secret"))
        .window(WINDOW)
        .connect(&address.ip().to_string(), address.port())
        .await
        .unwrap()
}

impl Ledger {
    pub(crate) fn acknowledged(&self) -> usize {
        self.receipts.len()
    }

    pub(crate) fn doubled(&self) -> u32 {
        self.receipts
            .values()
            .map(|count| count.saturating_sub(1))
            .sum()
    }

    /// Submits until so many messages in all are acknowledged, and takes
    /// receipts meanwhile. A full window is under way when it returns.
    pub(crate) async fn load(&mut self, address: SocketAddr, until: usize) {
        let (client, mut incoming) = connect(address).await;
        while self.acknowledged() < until {
            while self.submitting.len() < usize::from(WINDOW) {
                self.submit(&client);
            }
            tokio::select! {
                Some(outcome) = self.submitting.join_next() => {
                    let id = outcome.unwrap().expect("the centre lives");
                    self.accepted(id);
                }
                Some(inbound) = incoming.recv() => self.receipt(inbound),
            }
        }
        self.link = Some((client, incoming));
    }

    fn submit(&mut self, client: &Client) {
        let client = client.clone();
        self.submitting.spawn(async move {
            let resp = client.submit_sm(&message()).await.ok()?;
            Some(resp.message_id().as_str().unwrap().to_owned())
        });
    }

    fn accepted(&mut self, id: String) {
        let early = self.strangers.remove(&id).unwrap_or(0);
        let before = self.receipts.insert(id, early);
        assert_eq!(before, None, "an id was given twice");
    }

    fn receipt(&mut self, inbound: Inbound) {
        let Inbound::Delivery(delivery) = inbound else {
            panic!("{inbound:?}");
        };
        let id = id_of(&delivery);
        match self.receipts.get_mut(&id) {
            Some(count) => *count += 1,
            None => *self.strangers.entry(id).or_default() += 1,
        }
        delivery.ack();
    }

    /// The centre is gone: what it had still answered counts.
    pub(crate) async fn link_is_lost(&mut self) {
        let (client, mut incoming) = self.link.take().unwrap();
        while let Some(inbound) = incoming.recv().await {
            self.receipt(inbound);
        }
        while let Some(outcome) = self.submitting.join_next().await {
            if let Some(id) = outcome.unwrap() {
                self.accepted(id);
            }
        }
        client.closed().await;
    }

    /// Returns when every acknowledged message has its receipt.
    pub(crate) async fn take_all_receipts(&mut self, address: SocketAddr) {
        let (client, mut incoming) = connect(address).await;
        while self.receipts.values().any(|count| *count == 0) {
            self.receipt(incoming.recv().await.unwrap());
        }
        client.unbind().await;
        while let Some(inbound) = incoming.recv().await {
            self.receipt(inbound);
        }
    }

    /// Asks the centre for every acknowledged message.
    pub(crate) async fn query_all(&self, address: SocketAddr) {
        let (client, _incoming) = connect(address).await;
        for id in self.receipts.keys() {
            let query = QuerySm::default()
                .message_id(id.as_str().try_into().unwrap())
                .source_addr(Address::alphanumeric("BANK").unwrap());
            let answer = client.query_sm(&query).await.unwrap();
            let Body::QuerySmResp(resp) = answer.body() else {
                panic!("{answer:?}");
            };
            assert_eq!(resp.message_state, MessageState::DELIVERED, "{id}");
        }
        client.unbind().await;
    }

    /// A receipt of a message that is submitted now comes, and no other.
    pub(crate) async fn expect_only_one_new_receipt(&mut self, address: SocketAddr) {
        let (client, mut incoming) = connect(address).await;
        let resp = client.submit_sm(&message()).await.unwrap();
        let id = resp.message_id().as_str().unwrap().to_owned();
        let next = tokio::time::timeout(Duration::from_secs(60), incoming.recv());
        let Some(Inbound::Delivery(delivery)) = next.await.unwrap() else {
            panic!("no receipt");
        };
        assert_eq!(id_of(&delivery), id, "an acknowledged receipt came again");
        delivery.ack();
        client.unbind().await;
    }
}

fn id_of(delivery: &Delivery) -> String {
    let pdu = delivery.pdu();
    let receipt = Receipt::read(&pdu).expect("a receipt");
    assert_eq!(receipt.likely_state(), Some(MessageState::DELIVERED));
    String::from_utf8(receipt.id().unwrap().to_vec()).unwrap()
}
