//! What ESMEs ask, in storage of its own.

use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;

use bytes::Bytes;
use smpp_codec::Decoder;
use smpp_pdu::*;

use super::Reply;

/// A whole PDU in storage of its own. Its values are read from there when they
/// are wanted; cloning it copies nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedPdu {
    frame: Frame<Bytes>,
    decoder: Decoder,
}

impl OwnedPdu {
    /// The octets are those of one PDU that `decoder` has read.
    pub(super) fn copy(octets: &[u8], decoder: Decoder) -> Option<Self> {
        let frame = Frame::new_checked(Bytes::copy_from_slice(octets)).ok()?;
        Some(Self { frame, decoder })
    }

    /// The values, borrowed from here.
    #[must_use]
    pub fn pdu(&self) -> Pdu<'_> {
        let header = self.frame.header();
        let decoded = self.decoder.decode(self.frame.by_ref(), &mut ());
        decoded.unwrap_or_else(|_| Pdu {
            command_status: header.command_status,
            sequence_number: header.sequence_number,
            body: Body::Unknown(UnknownBody {
                command_id: header.command_id,
                octets: self.frame.body(),
            }),
        })
    }

    /// The operation.
    #[must_use]
    pub fn command_id(&self) -> CommandId {
        self.frame.header().command_id
    }

    /// The status.
    #[must_use]
    pub fn command_status(&self) -> CommandStatus {
        self.frame.header().command_status
    }

    /// The number that ties a response to its request.
    #[must_use]
    pub fn sequence_number(&self) -> SequenceNumber {
        self.frame.header().sequence_number
    }

    /// The octets as a frame.
    #[must_use]
    pub fn frame(&self) -> &Frame<Bytes> {
        &self.frame
    }

    /// The octets as a frame, to be kept.
    #[must_use]
    pub fn into_frame(self) -> Frame<Bytes> {
        self.frame
    }
}

/// Header and length; never the body, which may hold a text or a password.
impl fmt::Debug for OwnedPdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.frame.fmt(f)
    }
}

mod sealed {
    pub trait Sealed {}
}

/// What an ESME may ask: the request and its response. Implemented by the bodies
/// of `smpp_pdu` and by [`AnyOperation`].
pub trait Operation: sealed::Sealed + Send + Sync + 'static {
    /// The body of the request.
    type Request<'a>;
    /// The body of the response.
    type Response<'a>: Into<Body<'a>>;

    #[doc(hidden)]
    fn read(body: Body<'_>) -> Self::Request<'_>;
}

/// An [`Operation`] whose response names the message that was taken.
pub trait TakesMessage: Operation {
    #[doc(hidden)]
    fn taken(message_id: COctetStr<'_>) -> Self::Response<'_>;
}

/// Any operation: its bodies are [`Body`].
#[derive(Clone, Copy, Debug)]
pub enum AnyOperation {}

impl sealed::Sealed for AnyOperation {}

impl Operation for AnyOperation {
    type Request<'a> = Body<'a>;
    type Response<'a> = Body<'a>;

    fn read(body: Body<'_>) -> Body<'_> {
        body
    }
}

macro_rules! operations {
    ($($Request:ident => $Response:ident),* $(,)?) => { $(
        impl sealed::Sealed for $Request<'static> {}

        impl Operation for $Request<'static> {
            type Request<'a> = $Request<'a>;
            type Response<'a> = $Response<'a>;

            fn read(body: Body<'_>) -> $Request<'_> {
                match body {
                    Body::$Request(request) => request,
                    _ => $Request::default(),
                }
            }
        }
    )* };
}

macro_rules! take_messages {
    ($($Request:ident => $Response:ident),* $(,)?) => { $(
        impl TakesMessage for $Request<'static> {
            fn taken(message_id: COctetStr<'_>) -> $Response<'_> {
                $Response::default().message_id(message_id)
            }
        }
    )* };
}

operations! {
    Bind => BindResp,
    SubmitSm => SubmitSmResp,
    DataSm => DataSmResp,
    SubmitMulti => SubmitMultiResp,
    QuerySm => QuerySmResp,
    CancelSm => CancelSmResp,
    ReplaceSm => ReplaceSmResp,
    BroadcastSm => BroadcastSmResp,
    QueryBroadcastSm => QueryBroadcastSmResp,
    CancelBroadcastSm => CancelBroadcastSmResp,
}

take_messages! {
    SubmitSm => SubmitSmResp,
    DataSm => DataSmResp,
    SubmitMulti => SubmitMultiResp,
    BroadcastSm => BroadcastSmResp,
}

/// A request of a known operation, in storage of its own: an [`OwnedPdu`] whose
/// body has a type.
#[derive(Clone)]
pub struct Owned<O> {
    pdu: OwnedPdu,
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation> Owned<O> {
    pub(super) const fn new(pdu: OwnedPdu) -> Self {
        Self {
            pdu,
            operation: PhantomData,
        }
    }

    /// The body, borrowed from here.
    #[must_use]
    pub fn body(&self) -> O::Request<'_> {
        O::read(self.pdu.pdu().body)
    }

    /// The PDU, to be kept.
    #[must_use]
    pub fn into_pdu(self) -> OwnedPdu {
        self.pdu
    }
}

impl<O> Deref for Owned<O> {
    type Target = OwnedPdu;

    fn deref(&self) -> &OwnedPdu {
        &self.pdu
    }
}

impl<O> fmt::Debug for Owned<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pdu.fmt(f)
    }
}

/// One request of a bound ESME, with what answers it.
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "a request that is dropped is answered with ESME_RSYSERR"]
pub enum Request {
    /// `submit_sm`
    SubmitSm(Owned<SubmitSm<'static>>, Reply<SubmitSm<'static>>),
    /// `data_sm`
    DataSm(Owned<DataSm<'static>>, Reply<DataSm<'static>>),
    /// `submit_multi`
    SubmitMulti(Owned<SubmitMulti<'static>>, Reply<SubmitMulti<'static>>),
    /// `query_sm`
    QuerySm(Owned<QuerySm<'static>>, Reply<QuerySm<'static>>),
    /// `cancel_sm`
    CancelSm(Owned<CancelSm<'static>>, Reply<CancelSm<'static>>),
    /// `replace_sm`
    ReplaceSm(Owned<ReplaceSm<'static>>, Reply<ReplaceSm<'static>>),
    /// `broadcast_sm`
    BroadcastSm(Owned<BroadcastSm<'static>>, Reply<BroadcastSm<'static>>),
    /// `query_broadcast_sm`
    QueryBroadcastSm(
        Owned<QueryBroadcastSm<'static>>,
        Reply<QueryBroadcastSm<'static>>,
    ),
    /// `cancel_broadcast_sm`
    CancelBroadcastSm(
        Owned<CancelBroadcastSm<'static>>,
        Reply<CancelBroadcastSm<'static>>,
    ),
    /// The operations that only 3.3 has.
    Other(Owned<AnyOperation>, Reply<AnyOperation>),
}

impl Request {
    pub(super) fn new(pdu: OwnedPdu, reply: Reply<AnyOperation>) -> Self {
        match pdu.command_id() {
            CommandId::SUBMIT_SM => Self::SubmitSm(Owned::new(pdu), reply.typed()),
            CommandId::DATA_SM => Self::DataSm(Owned::new(pdu), reply.typed()),
            CommandId::SUBMIT_MULTI => Self::SubmitMulti(Owned::new(pdu), reply.typed()),
            CommandId::QUERY_SM => Self::QuerySm(Owned::new(pdu), reply.typed()),
            CommandId::CANCEL_SM => Self::CancelSm(Owned::new(pdu), reply.typed()),
            CommandId::REPLACE_SM => Self::ReplaceSm(Owned::new(pdu), reply.typed()),
            CommandId::BROADCAST_SM => Self::BroadcastSm(Owned::new(pdu), reply.typed()),
            CommandId::QUERY_BROADCAST_SM => Self::QueryBroadcastSm(Owned::new(pdu), reply.typed()),
            CommandId::CANCEL_BROADCAST_SM => {
                Self::CancelBroadcastSm(Owned::new(pdu), reply.typed())
            }
            _ => Self::Other(Owned::new(pdu), reply),
        }
    }
}

/// The requests of one read of the connection, in the order of the wire.
#[derive(Debug)]
#[must_use = "requests that are dropped are answered with ESME_RSYSERR"]
pub struct Requests(std::vec::IntoIter<Request>);

impl Requests {
    pub(super) fn new(requests: Vec<Request>) -> Self {
        Self(requests.into_iter())
    }
}

impl Iterator for Requests {
    type Item = Request;

    fn next(&mut self) -> Option<Request> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Requests {}
