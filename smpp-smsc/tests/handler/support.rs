//! A client that does exactly what a test says, and a handler that hands on what
//! it is given.

use core::time::Duration;
use std::collections::VecDeque;

use smpp_codec::{Framer, decode, encode};
use smpp_pdu::*;
use smpp_session::CloseReason;
use smpp_smsc::handler::*;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How long a test waits for what must come. Long: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(PATIENCE, what).await;
    waited.expect("it never came")
}

pub(crate) struct Client<S> {
    stream: S,
    framer: Framer<Vec<u8>>,
    inbox: VecDeque<Received>,
    number: u32,
}

/// One PDU, as its octets.
#[derive(Clone, Debug)]
pub(crate) struct Received(Vec<u8>);

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

    pub(crate) fn into_stream(self) -> S {
        self.stream
    }

    pub(crate) async fn write(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// The octets of a request with the next number.
    pub(crate) fn encode<'p>(&mut self, body: impl Into<Body<'p>>) -> Vec<u8> {
        self.number += 1;
        let mut octets = Vec::new();
        let pdu = Pdu::request(SequenceNumber(self.number), body);
        encode(&pdu, &mut octets).unwrap();
        octets
    }

    pub(crate) async fn send<'p>(&mut self, body: impl Into<Body<'p>>) -> SequenceNumber {
        let octets = self.encode(body);
        self.write(&octets).await;
        SequenceNumber(self.number)
    }

    /// The next PDU; `None` when the server has closed the connection.
    pub(crate) async fn next(&mut self) -> Option<Received> {
        let mut chunk = vec![0; 65_536];
        loop {
            if let Some(received) = self.inbox.pop_front() {
                return Some(received);
            }
            let len = match soon(self.stream.read(&mut chunk)).await {
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
        self.next().await.expect("the server closed the connection")
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

    pub(crate) async fn bind_as(&mut self, bind_type: BindType, system_id: &str) -> Received {
        let bind = Bind::new(bind_type, text(system_id), text("secret"));
        self.ask(bind.interface_version(InterfaceVersion::V5_0))
            .await
    }

    pub(crate) async fn bind(&mut self) {
        let resp = self.bind_as(BindType::Transceiver, "esme").await;
        assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    }

    pub(crate) async fn respond<'p>(
        &mut self,
        request: &Received,
        status: CommandStatus,
        body: impl Into<Body<'p>>,
    ) {
        let mut octets = Vec::new();
        let pdu = Pdu::response(status, request.number(), body);
        encode(&pdu, &mut octets).unwrap();
        self.write(&octets).await;
    }

    /// Takes the server's `unbind`, and sees the connection close.
    pub(crate) async fn is_unbound(&mut self) {
        let unbind = self.receive().await;
        assert_eq!(unbind.id(), CommandId::UNBIND);
        let ok = CommandStatus::ESME_ROK;
        self.respond(&unbind, ok, UnbindResp::default()).await;
        assert!(self.next().await.is_none());
    }
}

/// A client without a socket.
pub(crate) fn client(server: &Server) -> Client<DuplexStream> {
    let (near, far) = tokio::io::duplex(65_536);
    assert!(server.accept(far, "a test").is_some());
    Client::over(near)
}

pub(crate) async fn bound(server: &Server) -> Client<DuplexStream> {
    let mut client = client(server);
    client.bind().await;
    client
}

pub(crate) fn text(text: &str) -> COctetStr<'_> {
    COctetStr::try_from(text).unwrap()
}

pub(crate) fn sm() -> SubmitSm<'static> {
    SubmitSm::new(
        Address::alphanumeric("BANK").unwrap(),
        Address::international("447700900123").unwrap(),
        ShortMessage::new(b"Your code is 4711").unwrap(),
    )
}

pub(crate) fn deliver() -> DeliverSm<'static> {
    DeliverSm::new(
        Address::international("447700900123").unwrap(),
        Address::short_code("4711").unwrap(),
        ShortMessage::new(b"YES").unwrap(),
    )
}

/// What a handler was called for.
pub(crate) enum Call {
    Bind(SessionHandle),
    Submit(Owned<SubmitSm<'static>>, Reply<SubmitSm<'static>>),
    Closed(CloseReason),
}

/// Lets everybody bind, and hands on all that comes.
pub(crate) struct Relay(pub(crate) UnboundedSender<Call>);

#[smpp_smsc::async_trait]
impl Handler for Relay {
    async fn bind(
        &mut self,
        _bind: Owned<Bind<'static>>,
        session: SessionHandle,
    ) -> Result<(), CommandStatus> {
        let _ = self.0.send(Call::Bind(session));
        Ok(())
    }

    async fn submit_sm(
        &mut self,
        request: Owned<SubmitSm<'static>>,
        reply: Reply<SubmitSm<'static>>,
    ) {
        assert_ne!(request.body().service_type, text("PANIC"), "as intended");
        let _ = self.0.send(Call::Submit(request, reply));
    }

    async fn closed(&mut self, reason: CloseReason) {
        let _ = self.0.send(Call::Closed(reason));
    }
}

pub(crate) struct Calls(UnboundedReceiver<Call>);

impl Calls {
    pub(crate) async fn next(&mut self) -> Call {
        soon(self.0.recv()).await.expect("no handler is left")
    }

    /// What is there already.
    pub(crate) fn try_next(&mut self) -> Option<Call> {
        self.0.try_recv().ok()
    }

    #[track_caller]
    fn other(call: &Call) -> ! {
        match call {
            Call::Bind(session) => panic!("bind of {session:?}"),
            Call::Submit(request, _) => panic!("{request:?}"),
            Call::Closed(reason) => panic!("closed: {reason}"),
        }
    }

    pub(crate) async fn session(&mut self) -> SessionHandle {
        match self.next().await {
            Call::Bind(session) => session,
            other => Self::other(&other),
        }
    }

    pub(crate) async fn submit(&mut self) -> (Owned<SubmitSm<'static>>, Reply<SubmitSm<'static>>) {
        match self.next().await {
            Call::Submit(request, reply) => (request, reply),
            other => Self::other(&other),
        }
    }

    pub(crate) async fn closed(&mut self) -> CloseReason {
        match self.next().await {
            Call::Closed(reason) => reason,
            other => Self::other(&other),
        }
    }
}

/// A factory of relays, and what they are called for.
pub(crate) fn relays() -> (impl HandlerFactory, Calls) {
    let (sender, receiver) = unbounded_channel();
    let factory = move |_: &Peer| Some(Relay(sender.clone()));
    (factory, Calls(receiver))
}

pub(crate) fn relay(options: Options) -> (Server, Calls) {
    let (factory, calls) = relays();
    (Server::new(factory, options), calls)
}
