//! The way of a request from a handle to the task of its session.

use core::cell::Cell;
use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};

use smpp_codec::encode;
use smpp_pdu::{Body, CommandId, Pdu, SequenceNumber};
use smpp_session::CloseReason;
use tokio::sync::{TryAcquireError, oneshot};

use super::Client;
use crate::mailbox::Command;
use crate::reply::{Outcome, Reply};
use crate::{OwnedPdu, RequestError, RequestErrorKind};

/// Room for encoding that a thread keeps.
const KEPT_SCRATCH: usize = 4096;

std::thread_local! {
    /// Requests are encoded outside of any lock.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Client {
    /// Takes a place in the window, which the task of the session gives back with
    /// the outcome. [`hand_over`](Self::hand_over) must follow at once.
    pub(crate) async fn place(&self, command_id: CommandId) -> Result<(), RequestError> {
        match self.handle.window.acquire().await {
            Ok(permit) => {
                permit.forget();
                Ok(())
            }
            Err(_) => Err(RequestError::new(command_id, RequestErrorKind::Closed)),
        }
    }

    /// As [`place`](Self::place) and [`start_now`](Self::start_now), where there is
    /// a place at once.
    pub(super) fn try_start_any<'p, T>(
        &self,
        body: impl Into<Body<'p>>,
    ) -> Result<Pending<T>, RequestError> {
        let body = body.into();
        let kind = match self.handle.window.try_acquire() {
            Ok(permit) => {
                permit.forget();
                return self.start_now(body);
            }
            Err(TryAcquireError::NoPermits) => RequestErrorKind::WindowFull,
            Err(TryAcquireError::Closed) => RequestErrorKind::Closed,
        };
        Err(RequestError::new(body.command_id(), kind))
    }

    pub(super) fn start_now<T>(&self, body: Body<'_>) -> Result<Pending<T>, RequestError> {
        let command_id = body.command_id();
        let (to, outcome) = oneshot::channel();
        self.hand_over(body, |command_id| Reply::one(command_id, to))?;
        Ok(Pending {
            command_id,
            outcome,
            response: PhantomData,
        })
    }

    /// Gives a request, encoded by the caller's task, to the task of the session.
    pub(crate) fn hand_over(
        &self,
        body: Body<'_>,
        reply: impl FnOnce(CommandId) -> Reply,
    ) -> Result<(), RequestError> {
        let command_id = body.command_id();
        // The session puts the number in when it sends.
        let pdu = Pdu::request(SequenceNumber::UNKNOWN, body);
        let mut octets = SCRATCH.take();
        octets.clear();
        let done = match encode(&pdu, &mut octets) {
            Ok(len) => {
                let reply = reply(command_id);
                let request = Command::Request { len, reply };
                self.handle
                    .mailbox
                    .put(request, &octets)
                    .map_err(|refused| {
                        if let Command::Request { reply, .. } = refused {
                            reply.forget();
                        }
                        RequestError::new(command_id, RequestErrorKind::Closed)
                    })
            }
            Err(error) => Err(RequestError::not_sent(command_id, error.into())),
        };
        if octets.capacity() <= KEPT_SCRATCH {
            SCRATCH.set(octets);
        }
        if done.is_err() {
            // The task of the session has not seen it.
            self.handle.window.add_permits(1);
        }
        done
    }
}

/// The body, if it is a request that the handles of a session may make.
pub(super) fn request_body(body: Body<'_>) -> Result<Body<'_>, RequestError> {
    let command_id = body.command_id();
    if command_id == CommandId::UNBIND || command_id.is_bind() || command_id.response().is_none() {
        let kind = RequestErrorKind::NotAllowed;
        return Err(RequestError::new(command_id, kind));
    }
    Ok(body)
}

/// A request that was handed over: a future of its outcome.
///
/// Dropping it does not take the request back.
#[derive(Debug)]
#[must_use = "the outcome of a request is learnt by awaiting it"]
pub struct Pending<T = OwnedPdu> {
    command_id: CommandId,
    outcome: oneshot::Receiver<Outcome>,
    response: PhantomData<fn() -> T>,
}

impl<T: From<OwnedPdu>> Future for Pending<T> {
    type Output = Result<T, RequestError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.outcome).poll(cx).map(|outcome| {
            // A request settles its outcome even when it is dropped.
            let lost = |_| {
                let kind = RequestErrorKind::LinkLost(CloseReason::ConnectionLost);
                RequestError::new(self.command_id, kind)
            };
            outcome
                .map_err(lost)
                .and_then(|outcome| outcome)
                .map(T::from)
        })
    }
}
