//! A protocol server and no more: every bind and every request is handed to a
//! [`Handler`] of yours, which answers it. No store, no engine, no accounts.
//!
//! ```
//! use smpp_pdu::{Bind, CommandStatus, SubmitSm};
//! use smpp_smsc::handler::{self, Handler, Owned, Peer, Reply, SessionHandle};
//!
//! struct Gateway;
//!
//! #[smpp_smsc::async_trait]
//! impl Handler for Gateway {
//!     async fn bind(
//!         &mut self,
//!         bind: Owned<Bind<'static>>,
//!         _session: SessionHandle,
//!     ) -> Result<(), CommandStatus> {
//!         let bind = bind.body();
//!         match (bind.system_id.as_bytes(), bind.password.0.as_bytes()) {
//!             (b"esme", b"secret") => Ok(()),
//!             _ => Err(CommandStatus::ESME_RINVPASWD),
//!         }
//!     }
//!
//!     async fn submit_sm(
//!         &mut self,
//!         request: Owned<SubmitSm<'static>>,
//!         reply: Reply<SubmitSm<'static>>,
//!     ) {
//!         // Answered when it is done, in whatever order that is.
//!         tokio::spawn(async move {
//!             println!("a message to {}", request.body().destination_addr.addr);
//!             reply.taken("42");
//!         });
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let stop = async { /* tokio::signal::ctrl_c() */ };
//! handler::serve(listener, |_: &Peer| Some(Gateway))
//!     .with_graceful_shutdown(stop)
//!     .await;
//! # Ok(())
//! # }
//! ```
//!
//! # How it runs
//!
//! A connection is one task, which reads, answers `enquire_link` and `unbind`,
//! and keeps windows, rates and timers; its handler is called from a second one.
//! A handler is called for one thing after the other, in the order of the wire.
//! The session goes on meanwhile: a method that takes its time delays the next
//! call, not the answers to `enquire_link`, and a reply that is kept delays nothing.
//!
//! What a handler has not taken or not answered is bounded: beyond
//! [`Config::peer_window`](smpp_session::Config::peer_window) requests the ESME gets
//! `ESME_RTHROTTLED`, and with 16 MiB of PDUs over 4 KiB unanswered it is not read.
//!
//! A request that is answered with [`Reply::taken`] costs three allocations: its
//! octets, the boxed future of its method, and its response. Whoever implements
//! [`Handler::requests`] is called once for each read of the connection, whatever that
//! has brought, and saves the second (`cargo test -p smpp-smsc --test handler cost --
//! --show-output` counts 3.04 and 2.04, all that connection and handler do included).
//!
//! A panic in a handler answers `ESME_RSYSERR` to what it was given, and closes that
//! one connection; a panic elsewhere drops the replies that are there, which answer
//! `ESME_RSYSERR`.
//!
//! What is malformed, unknown, or not allowed in the state of the session is answered
//! by the session and never comes here; vendors' operations are among that
//! (`ESME_RINVCMDID`).

mod connection;
mod reply;
mod request;
mod serve;
mod session;
mod sessions;
mod worker;

use async_trait::async_trait;
use smpp_pdu::{
    Bind, BroadcastSm, CancelBroadcastSm, CancelSm, CommandStatus, DataSm, QueryBroadcastSm,
    QuerySm, ReplaceSm, SubmitMulti, SubmitSm,
};
use smpp_session::CloseReason;

pub use crate::hub::{ConnectionId, Limits, ListenOptions, OutbindError, Peer};
pub use reply::Reply;
pub use request::{AnyOperation, Operation, Owned, OwnedPdu, Request, Requests, TakesMessage};
pub use serve::{HandlerFactory, Options, Serve, Server, serve};
pub use session::{PushError, SessionHandle};
pub use sessions::Sessions;

/// Decides on what one connection brings. Whatever is not implemented denies.
///
/// # Cancel safety
/// A method runs to its end, also after the connection has ended; its place among
/// the connections is free after [`closed`](Self::closed). A shutdown that has
/// waited for too long drops it.
#[async_trait]
pub trait Handler: Send + 'static {
    /// Who binds may do so, or is refused with a status. `session` sends requests
    /// to the ESME, from any task; what is sent before this returns waits for it.
    /// Called again when a bind was refused and another comes.
    ///
    /// The time for it ends with `session_init` of the
    /// [`Config`](smpp_session::Config), 10 s from the start of the connection by
    /// default; then the connection is closed.
    ///
    /// # Errors
    /// The status that the ESME gets. Default: `ESME_RBINDFAIL`.
    async fn bind(
        &mut self,
        bind: Owned<Bind<'static>>,
        session: SessionHandle,
    ) -> Result<(), CommandStatus> {
        let _ = (bind, session);
        Err(CommandStatus::ESME_RBINDFAIL)
    }

    /// A message. Default: `ESME_RINVCMDID`, as for all requests.
    async fn submit_sm(
        &mut self,
        request: Owned<SubmitSm<'static>>,
        reply: Reply<SubmitSm<'static>>,
    ) {
        let _ = request;
        reply.refuse(CommandStatus::ESME_RINVCMDID);
    }

    /// A message by `data_sm`.
    async fn data_sm(&mut self, request: Owned<DataSm<'static>>, reply: Reply<DataSm<'static>>) {
        let _ = request;
        reply.refuse(CommandStatus::ESME_RINVCMDID);
    }

    /// A message to several recipients.
    async fn submit_multi(
        &mut self,
        request: Owned<SubmitMulti<'static>>,
        reply: Reply<SubmitMulti<'static>>,
    ) {
        let _ = request;
        reply.refuse(CommandStatus::ESME_RINVCMDID);
    }

    /// The question for the state of a message.
    async fn query_sm(&mut self, request: Owned<QuerySm<'static>>, reply: Reply<QuerySm<'static>>) {
        let _ = request;
        reply.refuse(CommandStatus::ESME_RINVCMDID);
    }

    /// The wish to cancel messages.
    async fn cancel_sm(
        &mut self,
        request: Owned<CancelSm<'static>>,
        reply: Reply<CancelSm<'static>>,
    ) {
        let _ = request;
        reply.refuse(CommandStatus::ESME_RINVCMDID);
    }

    /// The wish to replace a message.
    async fn replace_sm(
        &mut self,
        request: Owned<ReplaceSm<'static>>,
        reply: Reply<ReplaceSm<'static>>,
    ) {
        let _ = request;
        reply.refuse(CommandStatus::ESME_RINVCMDID);
    }

    /// A message to areas.
    async fn broadcast_sm(
        &mut self,
        request: Owned<BroadcastSm<'static>>,
        reply: Reply<BroadcastSm<'static>>,
    ) {
        let _ = request;
        reply.refuse(CommandStatus::ESME_RINVCMDID);
    }

    /// The question for the state of a broadcast.
    async fn query_broadcast_sm(
        &mut self,
        request: Owned<QueryBroadcastSm<'static>>,
        reply: Reply<QueryBroadcastSm<'static>>,
    ) {
        let _ = request;
        reply.refuse(CommandStatus::ESME_RINVCMDID);
    }

    /// The wish to cancel a broadcast.
    async fn cancel_broadcast_sm(
        &mut self,
        request: Owned<CancelBroadcastSm<'static>>,
        reply: Reply<CancelBroadcastSm<'static>>,
    ) {
        let _ = request;
        reply.refuse(CommandStatus::ESME_RINVCMDID);
    }

    /// Anything else that a session takes: the operations that only 3.3 has
    /// (`param_retrieve`, `query_last_msgs`, `query_msg_details`).
    async fn other(&mut self, request: Owned<AnyOperation>, reply: Reply<AnyOperation>) {
        let _ = request;
        reply.refuse(CommandStatus::ESME_RINVCMDID);
    }

    /// All requests of one read, in their order. Default: calls the method of
    /// each, one after the other.
    async fn requests(&mut self, requests: Requests) {
        for request in requests {
            match request {
                Request::SubmitSm(request, reply) => self.submit_sm(request, reply).await,
                Request::DataSm(request, reply) => self.data_sm(request, reply).await,
                Request::SubmitMulti(request, reply) => self.submit_multi(request, reply).await,
                Request::QuerySm(request, reply) => self.query_sm(request, reply).await,
                Request::CancelSm(request, reply) => self.cancel_sm(request, reply).await,
                Request::ReplaceSm(request, reply) => self.replace_sm(request, reply).await,
                Request::BroadcastSm(request, reply) => self.broadcast_sm(request, reply).await,
                Request::QueryBroadcastSm(request, reply) => {
                    self.query_broadcast_sm(request, reply).await;
                }
                Request::CancelBroadcastSm(request, reply) => {
                    self.cancel_broadcast_sm(request, reply).await;
                }
                Request::Other(request, reply) => self.other(request, reply).await,
            }
        }
    }

    /// The connection has ended; nothing is called after this. Default: nothing.
    async fn closed(&mut self, reason: CloseReason) {
        let _ = reason;
    }
}
