//! A request that was sent: what is known of its attempts, and what follows when
//! a session is lost.

use core::fmt;
use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use smpp_codec::{encode, encoded_len};
use smpp_pdu::{Body, CommandId, Header, Pdu, SequenceNumber, UnknownBody};
use tracing::debug;

use super::request::Started;
use super::roster::Session;
use super::shared::Shared;
use super::{OnLost, metric};
use crate::{OwnedPdu, RequestError, RequestErrorKind};

/// What is known of the earlier attempts of a request.
#[derive(Debug, Default)]
pub(super) struct History {
    /// How often it was sent over a session that was lost then.
    lost: u32,
    /// How the last of these ended.
    last: Option<RequestError>,
}

impl History {
    /// An attempt has ended without a response. `Ok`: make another.
    pub(super) fn ended(
        &mut self,
        error: RequestError,
        session: &Session,
        on_lost: OnLost,
    ) -> Result<(), RequestError> {
        match (error.kind(), on_lost) {
            (RequestErrorKind::Closed, _) => {
                session.note_ending();
                metric::request(metric::REQUESTS_MOVED);
                debug!(command = %error.command_id(), "not sent, goes to another session");
                Ok(())
            }
            (RequestErrorKind::LinkLost(_), OnLost::Resend { attempts })
                if self.lost < attempts =>
            {
                metric::request(metric::REQUESTS_RESENT);
                debug!(command = %error.command_id(), "sent and lost, is sent again");
                self.lost = self.lost.saturating_add(1);
                self.last = Some(error);
                Ok(())
            }
            (kind, _) => {
                if matches!(kind, RequestErrorKind::LinkLost(_)) {
                    metric::request(metric::REQUESTS_UNKNOWN);
                }
                Err(error.sent_before(self.lost))
            }
        }
    }

    /// No session has taken it, this time.
    pub(super) fn not_started(&mut self, error: RequestError) -> RequestError {
        match self.last.take() {
            // It was sent before, and that is what its sender must know.
            Some(lost) => {
                metric::request(metric::REQUESTS_UNKNOWN);
                lost.sent_before(self.lost.saturating_sub(1))
            }
            None => error,
        }
    }
}

/// A request that a session of a link has taken: a future of its outcome.
///
/// Whoever awaits it also makes the attempts that follow, when the session is
/// lost: a request whose `LinkPending` is dropped, or not polled, is not given to
/// another session. Dropping it does not take the request back.
///
/// It does not keep the link up: when the last [`Link`](super::Link) is dropped,
/// what is sent gets its response, and what is not sent ends as
/// [`RequestErrorKind::Closed`].
#[must_use = "the outcome of a request is learnt by awaiting it"]
pub struct LinkPending<T = OwnedPdu> {
    shared: Arc<Shared>,
    /// The whole PDU, for another attempt.
    octets: Bytes,
    command_id: CommandId,
    history: History,
    step: Step,
    response: PhantomData<fn() -> T>,
}

/// What is waited for.
enum Step {
    /// A response.
    Outcome(Started),
    /// Another session.
    Session(Pin<Box<dyn Future<Output = Result<Started, RequestError>> + Send>>),
    Over,
}

impl<T> LinkPending<T> {
    pub(super) fn new(shared: Arc<Shared>, request: Encoded, started: Started) -> Self {
        Self {
            shared,
            octets: request.octets,
            command_id: request.command_id,
            history: History::default(),
            step: Step::Outcome(started),
            response: PhantomData,
        }
    }

    /// How often the request has been sent so far, or is about to be: more than
    /// once only with [`OnLost::Resend`]. The centre has it as often as this at
    /// most.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.history.lost.saturating_add(1)
    }
}

impl<T: From<OwnedPdu>> Future for LinkPending<T> {
    type Output = Result<T, RequestError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            match &mut this.step {
                Step::Outcome(started) => {
                    let Poll::Ready(outcome) = Pin::new(&mut started.pending).poll(cx) else {
                        return Poll::Pending;
                    };
                    let ended = match outcome {
                        Ok(response) => Ok(response),
                        Err(error) => {
                            let on_lost = this.shared.on_lost;
                            match this.history.ended(error, &started.session, on_lost) {
                                Ok(()) => {
                                    let shared = Arc::clone(&this.shared);
                                    let request = Encoded {
                                        octets: this.octets.clone(),
                                        command_id: this.command_id,
                                    };
                                    this.step = Step::Session(Box::pin(async move {
                                        shared.start(request.body()).await
                                    }));
                                    continue;
                                }
                                Err(error) => Err(error),
                            }
                        }
                    };
                    this.step = Step::Over;
                    return Poll::Ready(ended.map(T::from));
                }
                Step::Session(start) => match start.as_mut().poll(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(started)) => this.step = Step::Outcome(started),
                    Poll::Ready(Err(error)) => {
                        this.step = Step::Over;
                        return Poll::Ready(Err(this.history.not_started(error)));
                    }
                },
                // It has told its outcome; there is no other.
                Step::Over => return Poll::Pending,
            }
        }
    }
}

impl<T> fmt::Debug for LinkPending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkPending")
            .field("command_id", &self.command_id)
            .field("attempts", &self.attempts())
            .finish_non_exhaustive()
    }
}

/// A request in octets, which outlives the values that it was made of.
pub(super) struct Encoded {
    octets: Bytes,
    command_id: CommandId,
}

impl Encoded {
    pub(super) fn new(body: Body<'_>) -> Result<Self, RequestError> {
        let command_id = body.command_id();
        let pdu = Pdu::request(SequenceNumber::UNKNOWN, body);
        let mut octets = BytesMut::with_capacity(encoded_len(&pdu));
        encode(&pdu, &mut octets)
            .map_err(|error| RequestError::not_sent(command_id, error.into()))?;
        Ok(Self {
            octets: octets.freeze(),
            command_id,
        })
    }

    /// The body, as octets: a session that wants its values reads them.
    fn body(&self) -> Body<'_> {
        let octets = self.octets.get(Header::LEN..).unwrap_or(&[]);
        UnknownBody {
            command_id: self.command_id,
            octets,
        }
        .into()
    }
}
