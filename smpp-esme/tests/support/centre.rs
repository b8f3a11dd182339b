//! A message centre that does what a test says: the same driver with the other
//! role.
#![allow(dead_code, reason = "each test program uses a part of it")]

use smpp_codec::encode;
use smpp_esme::{Client, ClientBuilder, Incoming};
use smpp_pdu::{
    Address, BindResp, BindType, Body, COctetStr, CommandId, CommandStatus, DataSmResp, DeliverSm,
    EsmClass, Pdu, SequenceNumber, ShortMessage, SubmitSm, SubmitSmResp, Tlv, Tlvs,
};
use smpp_session::driver::{Application, Ended, Link, drive};
use smpp_session::{Config, Event, RequestId, Role};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// What the test asks of the centre.
pub(crate) type Order = Box<dyn FnOnce(&mut Link<'_>) + Send>;

/// What the centre tells the test.
#[derive(Debug, PartialEq)]
pub(crate) enum Seen {
    /// A request that the script has not answered.
    Request(CommandId, SequenceNumber),
    /// The answer to a request of the centre.
    Answer(u64, CommandId, CommandStatus),
}

/// Answers a request on the spot, or not (`None`).
pub(crate) type Script = Box<dyn FnMut(&Pdu<'_>) -> Option<CommandStatus> + Send>;

struct App {
    script: Script,
    seen: mpsc::UnboundedSender<Seen>,
    messages: u32,
}

impl Application for App {
    type Command = Order;

    fn event(&mut self, link: &mut Link<'_>, event: Event<'_>) {
        match event {
            Event::Request(request) => match (self.script)(&request.pdu) {
                Some(status) => self.answer(link, &request.pdu, status),
                None => {
                    let number = request.pdu.sequence_number;
                    let _ = self
                        .seen
                        .send(Seen::Request(request.pdu.command_id(), number));
                }
            },
            Event::Response(response) => {
                let _ = self.seen.send(Seen::Answer(
                    response.id.0,
                    response.pdu.command_id(),
                    response.pdu.command_status,
                ));
            }
            _ => {}
        }
    }

    fn command(&mut self, link: &mut Link<'_>, order: Order) {
        order(link);
    }
}

impl App {
    fn answer(&mut self, link: &mut Link<'_>, pdu: &Pdu<'_>, status: CommandStatus) {
        if status.is_error() {
            link.respond(&smpp_session::refuse(pdu, status)).unwrap();
            return;
        }
        self.messages += 1;
        let id = format!("m{}", self.messages);
        let number = pdu.sequence_number;
        match pdu.body {
            Body::Bind(bind) => accept(link, bind.bind_type, number),
            Body::DataSm(_) => {
                let resp = DataSmResp::default().message_id(id.as_str().try_into().unwrap());
                link.respond(&Pdu::response(status, number, resp)).unwrap();
            }
            _ => submitted(link, number, &id),
        }
    }
}

fn accept(link: &mut Link<'_>, bind_type: BindType, number: SequenceNumber) {
    let tlvs = [Tlv::sc_interface_version(smpp_pdu::InterfaceVersion::V3_4)];
    let name = COctetStr::new(b"centre").unwrap();
    let resp = BindResp::new(bind_type, name, Tlvs::from_slice(&tlvs));
    link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
        .unwrap();
}

/// Answers `submit_sm`.
pub(crate) fn submitted(link: &mut Link<'_>, number: SequenceNumber, id: &str) {
    let resp = SubmitSmResp::default().message_id(id.try_into().unwrap());
    link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
        .unwrap();
}

/// A running centre.
pub(crate) struct Centre {
    orders: mpsc::UnboundedSender<Order>,
    seen: mpsc::UnboundedReceiver<Seen>,
    task: JoinHandle<Ended>,
}

impl Centre {
    /// A centre at the other end of the stream that is returned.
    pub(crate) fn start(script: Script) -> (Self, DuplexStream) {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        (Self::over(ours, script), theirs)
    }

    /// A centre over a stream that is connected already.
    pub(crate) fn over<T>(stream: T, script: Script) -> Self
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let (orders, order_queue) = mpsc::unbounded_channel();
        let (seen_tx, seen) = mpsc::unbounded_channel();
        let mut app = App {
            script,
            seen: seen_tx,
            messages: 0,
        };
        let config = Config {
            window: 1000,
            enquire_link: None,
            ..Config::new(Role::MessageCentre)
        };
        let task = tokio::spawn(async move { drive(stream, config, &mut app, order_queue).await });
        Self { orders, seen, task }
    }

    /// Returns once the client is bound.
    pub(crate) async fn when_bound(&self) {
        loop {
            let (told, tell) = tokio::sync::oneshot::channel();
            self.order(move |link| {
                let _ = told.send(link.state().is_bound());
            });
            if tell.await.expect("the centre has gone") {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Does something on the session.
    pub(crate) fn order(&self, order: impl FnOnce(&mut Link<'_>) + Send + 'static) {
        assert!(
            self.orders.send(Box::new(order)).is_ok(),
            "the centre has gone"
        );
    }

    /// The next thing that the centre has seen.
    pub(crate) async fn seen(&mut self) -> Seen {
        self.seen.recv().await.expect("the centre has gone")
    }

    /// The number of the next request that the script left to the test.
    pub(crate) async fn request(&mut self, command_id: CommandId) -> SequenceNumber {
        match self.seen().await {
            Seen::Request(have, number) if have == command_id => number,
            other => panic!("{other:?} where {command_id} was expected"),
        }
    }

    /// Sends a message of a subscriber; its answer comes as [`Seen::Answer`].
    pub(crate) fn deliver(&self, id: u64, text: &'static [u8]) {
        self.order(move |link| {
            let sm = DeliverSm::new(
                Address::international("447700900123").unwrap(),
                Address::short_code("12345").unwrap(),
                ShortMessage::new(text).unwrap(),
            );
            link.request(RequestId(id), sm).unwrap();
        });
    }

    /// Returns once the session of the centre has ended.
    pub(crate) async fn when_ended(&self) {
        self.orders.closed().await;
    }

    /// Why the session of the centre has ended.
    pub(crate) async fn ended(self) -> Ended {
        self.task.await.unwrap()
    }
}

/// Accepts a bind and leaves everything else to the test.
pub(crate) fn accept_binds() -> Script {
    Box::new(|pdu| matches!(pdu.body, Body::Bind(_)).then_some(CommandStatus::ESME_ROK))
}

/// Accepts everything.
pub(crate) fn accept_all() -> Script {
    Box::new(|_| Some(CommandStatus::ESME_ROK))
}

pub(crate) fn account() -> smpp_esme::BindConfig {
    smpp_esme::BindConfig::new("esme", "secret")
}

/// A client that is bound to a centre with this script.
pub(crate) async fn bound(script: Script) -> (Client, Incoming, Centre) {
    bound_with(ClientBuilder::new(account()), script).await
}

pub(crate) async fn bound_with(
    builder: ClientBuilder,
    script: Script,
) -> (Client, Incoming, Centre) {
    let (centre, stream) = Centre::start(script);
    let (client, incoming) = builder.over(stream).await.unwrap();
    (client, incoming, centre)
}

/// A message that needs nothing else.
pub(crate) fn message() -> SubmitSm<'static> {
    SubmitSm::new(
        Address::alphanumeric("BANK").unwrap(),
        Address::international("447700900123").unwrap(),
        ShortMessage::new(b"Your code is 4711").unwrap(),
    )
}

/// A receipt as centres send it.
pub(crate) fn receipt() -> DeliverSm<'static> {
    DeliverSm::new(
        Address::international("447700900123").unwrap(),
        Address::alphanumeric("BANK").unwrap(),
        ShortMessage::new(
            b"id:m1 sub:001 dlvrd:001 submit date:2607261200 done date:2607261205 stat:DELIVRD err:000 text:Your code",
        )
        .unwrap(),
    )
    .esm_class(EsmClass(0x04))
}

/// The octets of a PDU, for centres that are no centres.
pub(crate) fn octets(pdu: &Pdu<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    encode(pdu, &mut out).unwrap();
    out
}

/// The octets of the answer to the bind, which has the number 1.
pub(crate) fn bind_accepted() -> Vec<u8> {
    let resp = BindResp::default().bind_type(BindType::Transceiver);
    octets(&Pdu::response(
        CommandStatus::ESME_ROK,
        SequenceNumber(1),
        resp,
    ))
}

/// Reads one PDU of the client.
pub(crate) async fn read_pdu(stream: &mut DuplexStream) -> Vec<u8> {
    let mut pdu = vec![0; 4];
    stream.read_exact(&mut pdu).await.unwrap();
    let len = u32::from_be_bytes(pdu[..4].try_into().unwrap());
    pdu.resize(len as usize, 0);
    stream.read_exact(&mut pdu[4..]).await.unwrap();
    pdu
}

/// A client that is bound to nothing but octets: the test is the centre.
pub(crate) async fn bound_raw(builder: ClientBuilder) -> (Client, Incoming, DuplexStream) {
    let (mut ours, theirs) = tokio::io::duplex(64 * 1024);
    let bind = async {
        read_pdu(&mut ours).await;
        ours.write_all(&bind_accepted()).await.unwrap();
    };
    let (bound, ()) = tokio::join!(builder.over(theirs), bind);
    let (client, incoming) = bound.unwrap();
    (client, incoming, ours)
}
