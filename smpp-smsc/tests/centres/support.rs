//! Centres that are linked, and a client.

use core::net::SocketAddr;
use core::time::Duration;

use smpp_codec::receipt::Receipt;
use smpp_esme::link::{Backoff, Jitter};
use smpp_esme::{Client, ClientBuilder, Delivery, Inbound, Incoming, RequestError, SmppUrl};
use smpp_pdu::*;
use smpp_smsc::network::{Attempt, Handsets, Network, Reports, Upstream, UpstreamBuilder};
use smpp_smsc::routes::{Route, Routes, Target};
use smpp_smsc::{Builder, MessageId, Retries, Smsc, async_trait};
use tokio::sync::mpsc;

/// How long a test waits for what must come. Long: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn patiently<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what)
        .await
        .expect("it comes in time")
}

/// A centre that others submit to, with handsets that receive at once.
pub(crate) fn next_centre() -> Builder {
    Smsc::builder()
        .account("us", "secret")
        .network(Handsets::new(Duration::ZERO))
}

/// A centre with an account for the client, that tries again soon.
pub(crate) fn aggregator() -> Builder {
    Smsc::builder()
        .account("esme", "secret")
        .retries(Retries::new(vec![Duration::from_millis(20)]))
}

pub(crate) async fn serve(builder: Builder) -> (Smsc, SocketAddr) {
    let smsc = builder.start();
    let address = smsc.listen("127.0.0.1:0").await.unwrap();
    (smsc, address)
}

/// A link to this account that comes back soon.
pub(crate) fn link_to(url: &str) -> UpstreamBuilder {
    let url: SmppUrl = url.parse().unwrap();
    Upstream::to(&url).window(100).backoff(Backoff {
        first: Duration::from_millis(10),
        max: Duration::from_millis(50),
        jitter: Jitter::None,
        ..Backoff::default()
    })
}

pub(crate) fn url(address: SocketAddr) -> String {
    format!("smpp://us:secret@{address}")
}

/// Everything from accounts goes to these, in this order.
pub(crate) fn all_to<const N: usize>(names: [&str; N]) -> Routes {
    let mut routes = Routes::new();
    let route = Route::new("all").accounts(["esme"]);
    let targets = names.map(Target::centre).into_iter();
    routes.add(targets.fold(route, Route::to));
    routes
}

/// An aggregator whose messages all go to the centre at this address.
pub(crate) async fn before(address: SocketAddr) -> (Smsc, Esme) {
    let link = link_to(&url(address)).build();
    start(aggregator().centre("north", link).routes(all_to(["north"]))).await
}

/// A centre that runs, and a client that is bound to it.
pub(crate) async fn start(builder: Builder) -> (Smsc, Esme) {
    let (smsc, address) = serve(builder).await;
    (smsc, Esme::bind(address).await)
}

pub(crate) const NUMBER: &str = "447700900123";

pub(crate) fn message(to: &str) -> SubmitSm<'_> {
    SubmitSm::new(
        Address::alphanumeric("BANK").unwrap(),
        Address::international(to).unwrap(),
        ShortMessage::new(b"hello").unwrap(),
    )
    .registered_delivery(RegisteredDelivery(0x01))
}

pub(crate) struct Esme {
    pub(crate) client: Client,
    pub(crate) incoming: Incoming,
}

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) state: MessageState,
    pub(crate) error: u32,
}

impl Esme {
    pub(crate) async fn bind(address: SocketAddr) -> Self {
        let url: SmppUrl = format!("smpp://esme:secret@{address}?window=200")
            .parse()
            .unwrap();
        let builder = ClientBuilder::from(&url);
        let connected = builder.connect("127.0.0.1", address.port()).await;
        let (client, incoming) = connected.unwrap();
        Self { client, incoming }
    }

    pub(crate) async fn submit(&self, sm: &SubmitSm<'_>) -> String {
        self.try_submit(sm).await.unwrap()
    }

    pub(crate) async fn try_submit(&self, sm: &SubmitSm<'_>) -> Result<String, RequestError> {
        let resp = patiently(self.client.submit_sm(sm)).await?;
        Ok(resp.message_id().as_str().unwrap().to_owned())
    }

    /// The next message or receipt.
    pub(crate) async fn delivery(&mut self) -> Delivery {
        match patiently(self.incoming.recv()).await {
            Some(Inbound::Delivery(delivery)) => delivery,
            other => panic!("{other:?}"),
        }
    }

    /// The next receipt, acknowledged.
    pub(crate) async fn receipt(&mut self) -> Told {
        let delivery = self.delivery().await;
        let told = read(&delivery);
        delivery.ack();
        told
    }

    /// Submits, and waits for the receipt: of this very message.
    pub(crate) async fn sends(&mut self, sm: &SubmitSm<'_>) -> (MessageState, u32) {
        let id = self.submit(sm).await;
        let told = self.receipt().await;
        assert_eq!(told.id, id);
        (told.state, told.error)
    }

    /// What came and was not looked at, once the centre has ended.
    pub(crate) async fn rest(mut self) -> Vec<Told> {
        let mut rest = Vec::new();
        while let Some(inbound) = patiently(self.incoming.recv()).await {
            if let Inbound::Delivery(delivery) = inbound {
                rest.push(read(&delivery));
            }
        }
        rest
    }
}

fn read(delivery: &Delivery) -> Told {
    let pdu = delivery.pdu();
    let receipt = Receipt::read(&pdu).expect("a receipt");
    Told {
        id: receipt.id_str().unwrap().to_owned(),
        state: receipt.state().unwrap(),
        error: receipt.error().and_then(|e| e.number()).unwrap_or(0),
    }
}

/// The state of a message that there is one of.
pub(crate) async fn state_of(smsc: &Smsc, id: &str) -> MessageState {
    let found = smsc.find(&MessageId::new(id).unwrap()).await.unwrap();
    let [message] = &*found else {
        panic!("{} messages", found.len());
    };
    message.life.state(smsc.now())
}

/// Handsets that receive when the test says so.
pub(crate) struct Asked(pub(crate) mpsc::UnboundedSender<(Vec<Attempt>, Reports)>);

#[async_trait]
impl Network for Asked {
    async fn attempt(&self, attempts: Vec<Attempt>, reports: &Reports) {
        let _ = self.0.send((attempts, reports.clone()));
    }
}

/// An address where nobody listens.
pub(crate) fn nobody() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}
