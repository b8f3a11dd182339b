//! A client that does exactly what a test says.

use core::net::SocketAddr;
use core::time::Duration;
use std::collections::VecDeque;
use std::path::Path;

use smpp_codec::receipt::Receipt;
use smpp_codec::{Framer, decode, encode};
use smpp_pdu::*;
use smpp_smsc::network::Handsets;
use smpp_smsc::{Builder, Smsc};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;

/// How long a test waits for what must come. Long: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// Those that differ.
pub(crate) const VERSIONS: [InterfaceVersion; 3] = [
    InterfaceVersion::V3_3,
    InterfaceVersion::V3_4,
    InterfaceVersion::V5_0,
];

/// In a day, so that nothing happens to the message meanwhile.
pub(crate) const TOMORROW: &str = "000001000000000R";

pub(crate) const ACCOUNT: (&str, &str) = ("esme", "secret");

/// A centre with the account and handsets that receive at once.
pub(crate) fn centre() -> Builder {
    Smsc::builder()
        .account(ACCOUNT.0, ACCOUNT.1)
        .network(Handsets::new(Duration::ZERO))
}

/// The same over every store, in this folder.
pub(crate) fn every_store(folder: &Path) -> Vec<Builder> {
    let mut builders = vec![centre()];
    builders.extend(over_redb(folder));
    builders
}

#[cfg(feature = "redb")]
fn over_redb(folder: &Path) -> Option<Builder> {
    let store = smpp_smsc::store::RedbStore::open(folder).unwrap();
    Some(centre().store(store))
}

#[cfg(not(feature = "redb"))]
fn over_redb(_folder: &Path) -> Option<Builder> {
    None
}

pub(crate) async fn serve(builder: Builder) -> (Smsc, SocketAddr) {
    let smsc = builder.start();
    let address = smsc.listen("127.0.0.1:0").await.unwrap();
    (smsc, address)
}

/// Runs something like a process that is killed at its end: its runtime is dropped with
/// all tasks wherever they are.
#[cfg(feature = "redb")]
pub(crate) async fn killed<R: Send + 'static>(run: impl AsyncFnOnce() -> R + Send + 'static) -> R {
    let thread = tokio::task::spawn_blocking(move || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().build().unwrap();
        let result = runtime.block_on(run());
        runtime.shutdown_timeout(PATIENCE);
        result
    });
    thread.await.unwrap()
}

pub(crate) struct Client<S> {
    pub(crate) stream: S,
    framer: Framer<Vec<u8>>,
    inbox: VecDeque<Received>,
    number: u32,
}

/// One PDU, as its octets.
#[derive(Clone, Debug)]
pub(crate) struct Received(pub(crate) Vec<u8>);

impl Received {
    pub(crate) fn pdu(&self) -> Pdu<'_> {
        decode(&self.0).unwrap()
    }

    pub(crate) fn id(&self) -> CommandId {
        self.pdu().command_id()
    }

    pub(crate) fn status(&self) -> CommandStatus {
        self.pdu().command_status
    }

    pub(crate) fn number(&self) -> SequenceNumber {
        self.pdu().sequence_number
    }

    /// `message_id` of a response that accepts a message.
    #[track_caller]
    pub(crate) fn message_id(&self) -> String {
        assert_eq!(self.status(), CommandStatus::ESME_ROK);
        let id = match self.pdu().body {
            Body::SubmitSmResp(resp) => resp.message_id,
            Body::DataSmResp(resp) => resp.message_id,
            Body::SubmitMultiResp(resp) => resp.message_id,
            other => panic!("no id in {other:?}"),
        };
        id.as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn deliver(&self) -> DeliverSm<'_> {
        match self.pdu().body {
            Body::DeliverSm(deliver) => deliver,
            other => panic!("no deliver_sm: {other:?}"),
        }
    }

    /// Id and state of a receipt, as its text has them.
    #[track_caller]
    pub(crate) fn receipt(&self) -> (String, MessageState) {
        self.deliver();
        let pdu = self.pdu();
        let receipt = Receipt::read(&pdu).expect("a receipt");
        let id = core::str::from_utf8(receipt.id().unwrap()).unwrap();
        (id.to_owned(), receipt.state().unwrap())
    }
}

impl Client<TcpStream> {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self::over(stream)
    }

    /// A client that is bound as 3.4.
    pub(crate) async fn bound(address: SocketAddr, bind_type: BindType) -> Self {
        Self::bound_as(address, bind_type, InterfaceVersion::V3_4).await
    }

    pub(crate) async fn bound_as(
        address: SocketAddr,
        bind_type: BindType,
        version: InterfaceVersion,
    ) -> Self {
        let mut client = Self::connect(address).await;
        let resp = client.bind(bind_type, version, ACCOUNT).await;
        assert_eq!(resp.status(), CommandStatus::ESME_ROK);
        client
    }
}

impl Client<DuplexStream> {
    /// A client without a socket: with paused time, what one side writes must
    /// not depend on when the system hands it to the other.
    pub(crate) fn within(smsc: &Smsc) -> Self {
        let (near, far) = tokio::io::duplex(65_536);
        assert!(smsc.accept(far, "a test").is_some());
        Self::over(near)
    }

    pub(crate) async fn bound_within(smsc: &Smsc, bind_type: BindType) -> Self {
        let mut client = Self::within(smsc);
        let version = InterfaceVersion::V3_4;
        let resp = client.bind(bind_type, version, ACCOUNT).await;
        assert_eq!(resp.status(), CommandStatus::ESME_ROK);
        client
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self {
            stream,
            framer: Framer::new(Vec::new(), 70_000),
            inbox: VecDeque::new(),
            number: 0,
        }
    }

    pub(crate) async fn write(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// The octets of a request with the next number.
    pub(crate) fn encode<'p>(&mut self, body: impl Into<Body<'p>>) -> Vec<u8> {
        self.number += 1;
        let mut octets = Vec::new();
        encode(
            &Pdu::request(SequenceNumber(self.number), body),
            &mut octets,
        )
        .unwrap();
        octets
    }

    pub(crate) async fn send<'p>(&mut self, body: impl Into<Body<'p>>) -> SequenceNumber {
        let octets = self.encode(body);
        self.write(&octets).await;
        SequenceNumber(self.number)
    }

    /// The next PDU; `None` when the centre has closed the connection.
    pub(crate) async fn next(&mut self) -> Option<Received> {
        let mut chunk = vec![0; 65_536];
        loop {
            if let Some(received) = self.inbox.pop_front() {
                return Some(received);
            }
            let read = self.stream.read(&mut chunk);
            let read = tokio::time::timeout(PATIENCE, read).await;
            let len = match read.expect("the centre says nothing") {
                Ok(0) | Err(_) => return None,
                Ok(len) => len,
            };
            let mut input = &chunk[..len];
            while let Some(frame) = self.framer.next_frame(&mut input).unwrap() {
                self.inbox.push_back(Received(frame.as_bytes().to_vec()));
            }
        }
    }

    pub(crate) async fn receive(&mut self) -> Received {
        self.next().await.expect("the centre closed the connection")
    }

    /// Sends a request and takes the next PDU, which is its response.
    pub(crate) async fn ask<'p>(&mut self, body: impl Into<Body<'p>>) -> Received {
        let body = body.into();
        let id = body.command_id();
        let number = self.send(body).await;
        let received = self.receive().await;
        assert_eq!(received.number(), number);
        assert_eq!(Some(received.id()), id.response());
        received
    }

    pub(crate) async fn bind(
        &mut self,
        bind_type: BindType,
        version: InterfaceVersion,
        (system_id, password): (&str, &str),
    ) -> Received {
        let text = |text| COctetStr::try_from(text).unwrap();
        self.ask(Bind::new(bind_type, text(system_id), text(password)).interface_version(version))
            .await
    }

    pub(crate) async fn respond<'p>(
        &mut self,
        number: SequenceNumber,
        status: CommandStatus,
        body: impl Into<Body<'p>>,
    ) {
        let mut octets = Vec::new();
        encode(&Pdu::response(status, number, body), &mut octets).unwrap();
        self.write(&octets).await;
    }

    pub(crate) async fn acknowledge(&mut self, received: &Received) {
        assert_eq!(received.id(), CommandId::DELIVER_SM);
        let ok = CommandStatus::ESME_ROK;
        self.respond(received.number(), ok, DeliverSmResp::default())
            .await;
    }

    /// The next PDU, a receipt, which is acknowledged.
    pub(crate) async fn take_receipt(&mut self) -> (String, MessageState) {
        let received = self.receive().await;
        self.acknowledge(&received).await;
        received.receipt()
    }

    /// Unbinds, and sees the connection close.
    pub(crate) async fn leave(mut self) {
        let resp = self.ask(Unbind::default()).await;
        assert_eq!(resp.status(), CommandStatus::ESME_ROK);
        assert!(self.next().await.is_none());
    }

    /// The centre still serves this client.
    pub(crate) async fn is_served(&mut self) {
        self.ask(EnquireLink::default()).await;
        self.ask(sm()).await.message_id();
    }
}

/// A message without receipt.
pub(crate) fn sm() -> SubmitSm<'static> {
    SubmitSm::new(
        Address::alphanumeric("BANK").unwrap(),
        Address::international("447700900123").unwrap(),
        ShortMessage::new(b"Your code is 4711").unwrap(),
    )
}

pub(crate) fn text(text: &str) -> COctetStr<'_> {
    COctetStr::try_from(text).unwrap()
}

pub(crate) fn query<'a>(id: &'a str, source: &'a str) -> QuerySm<'a> {
    QuerySm::default()
        .message_id(text(id))
        .source_addr(Address::alphanumeric(source).unwrap())
}

/// State and final date.
#[track_caller]
pub(crate) fn state(received: &Received) -> (MessageState, String) {
    assert_eq!(received.status(), CommandStatus::ESME_ROK);
    let Body::QuerySmResp(resp) = received.pdu().body else {
        panic!("{received:?}");
    };
    (resp.message_state, resp.final_date.to_string())
}

/// Waits until a condition of the centre holds.
pub(crate) async fn until<F: Future<Output = bool>>(condition: impl Fn() -> F) {
    let poll = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(PATIENCE, poll)
        .await
        .expect("the condition never held");
}
