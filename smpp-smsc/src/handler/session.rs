//! A session from outside of its connection.

use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;

use smpp_codec::encode;
use smpp_pdu::{
    AlertNotification, BindType, Body, CommandStatus, DataSm, DeliverSm, InterfaceVersion, Pdu,
    SequenceNumber,
};
use smpp_session::{Rate, SendError};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use super::OwnedPdu;
use super::connection::Command;
use crate::hub::{ConnectionId, Order, Peer};

/// A session of an ESME, to send it requests and to end it. Cheap to clone; all
/// clones are the same session. It keeps no session alive.
///
/// A request is sent when its future is first polled, in the order of that. A
/// dropped future takes nothing back: the request keeps its place in the window
/// until it is answered or expires.
#[derive(Clone)]
pub struct SessionHandle {
    pub(super) inner: Arc<Session>,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) connection: ConnectionId,
    pub(super) peer: Peer,
    pub(super) system_id: Arc<str>,
    pub(super) bind_type: BindType,
    pub(super) version: InterfaceVersion,
    /// How many requests may be unanswered.
    pub(super) window: usize,
    pub(super) in_flight: AtomicUsize,
    /// It takes no more: it is about to end.
    pub(super) draining: AtomicBool,
    pub(super) commands: UnboundedSender<Command>,
}

/// Why a request to an ESME has no positive response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// The ESME has answered with an error.
    #[error("refused with {}", .0.command_status())]
    Refused(OwnedPdu),
    /// The ESME has answered with this status and a body that cannot be read.
    #[error("the response, {0}, cannot be read")]
    Unreadable(CommandStatus),
    /// The ESME has not answered in time; it may have acted on the request.
    #[error("no response in time")]
    Expired,
    /// The connection ended before a response; the ESME may have acted on the
    /// request.
    #[error("the connection ended before a response")]
    Unknown,
    /// Not sent: as many requests are unanswered as may be.
    #[error("the window is full")]
    NoWindow,
    /// Not sent: the session is over, or the bind was refused.
    #[error("the session is over")]
    Closed,
    /// Not sent: the protocol does not allow it.
    #[error("not sent: {0}")]
    NotSent(SendError),
}

impl PushError {
    /// Whether the ESME has never seen the request.
    #[must_use]
    pub const fn is_not_sent(&self) -> bool {
        matches!(self, Self::NoWindow | Self::Closed | Self::NotSent(_))
    }
}

/// What becomes of a request: the response; `None` where there is none.
pub(super) type Outcome = Result<Option<OwnedPdu>, PushError>;

/// A request on its way to an ESME. Whatever becomes of it, who asked is told.
#[derive(Debug)]
pub(crate) struct Push {
    pub(super) octets: Vec<u8>,
    pub(super) sent: bool,
    reply: Option<oneshot::Sender<Outcome>>,
    place: Option<Place>,
}

impl Push {
    pub(super) fn end(mut self, outcome: Outcome) {
        self.tell(outcome);
    }

    fn tell(&mut self, outcome: Outcome) {
        // First the place, so that who is told finds it free.
        self.place = None;
        if let Some(reply) = self.reply.take() {
            // Nobody may be waiting any more.
            let _ = reply.send(outcome);
        }
    }
}

impl Drop for Push {
    fn drop(&mut self) {
        self.tell(Err(if self.sent {
            PushError::Unknown
        } else {
            PushError::Closed
        }));
    }
}

/// A place in the window.
#[derive(Debug)]
struct Place(Arc<Session>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

impl SessionHandle {
    /// The connection.
    #[must_use]
    pub fn connection(&self) -> ConnectionId {
        self.inner.connection
    }

    /// Whom the connection leads to.
    #[must_use]
    pub fn peer(&self) -> &Peer {
        &self.inner.peer
    }

    /// Who has bound; octets that are not printable ASCII are escaped.
    #[must_use]
    pub fn system_id(&self) -> &Arc<str> {
        &self.inner.system_id
    }

    /// What it is bound as.
    #[must_use]
    pub fn bind_type(&self) -> BindType {
        self.inner.bind_type
    }

    /// The version that the ESME speaks.
    #[must_use]
    pub fn version(&self) -> InterfaceVersion {
        self.inner.version
    }

    /// Requests to the ESME that it has not answered yet.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.inner.in_flight.load(Ordering::Acquire)
    }

    /// How many requests could be sent to it now; none when it is about to end.
    #[must_use]
    pub fn free_window(&self) -> usize {
        if self.inner.draining.load(Ordering::Acquire) || self.inner.commands.is_closed() {
            return 0;
        }
        self.inner.window.saturating_sub(self.in_flight())
    }

    /// Sends a message, and waits for the response. Before the handler's `bind`
    /// has returned, it waits for that.
    ///
    /// # Errors
    /// [`PushError`]
    pub async fn deliver_sm(&self, message: DeliverSm<'_>) -> Result<OwnedPdu, PushError> {
        self.request(message).await
    }

    /// As [`deliver_sm`](Self::deliver_sm), with `data_sm`.
    ///
    /// # Errors
    /// [`PushError`]
    pub async fn data_sm(&self, message: DataSm<'_>) -> Result<OwnedPdu, PushError> {
        self.request(message).await
    }

    /// Sends `alert_notification`, which has no response.
    ///
    /// # Errors
    /// [`PushError`] when it was not sent.
    pub async fn alert_notification(&self, alert: AlertNotification<'_>) -> Result<(), PushError> {
        self.push(alert.into()).await.map(|_| ())
    }

    /// Sends any request that has a response, and waits for it.
    ///
    /// # Errors
    /// [`PushError`]
    pub async fn request(&self, body: impl Into<Body<'_>>) -> Result<OwnedPdu, PushError> {
        let body = body.into();
        let command_id = body.command_id();
        if command_id.response().is_none() {
            let error = SendError::WrongKind { command_id };
            return Err(PushError::NotSent(error));
        }
        let response = self.push(body).await?;
        response.ok_or(PushError::Unknown)
    }

    async fn push(&self, body: Body<'_>) -> Outcome {
        let place = self.place()?;
        let mut octets = Vec::new();
        encode(&Pdu::request(SequenceNumber::FIRST, body), &mut octets)
            .map_err(|error| PushError::NotSent(error.into()))?;
        let (reply, outcome) = oneshot::channel();
        let push = Push {
            octets,
            sent: false,
            reply: Some(reply),
            place: Some(place),
        };
        // Dropped by a session that is over, it says so.
        let _ = self.inner.commands.send(Command::Push(push));
        outcome.await.unwrap_or(Err(PushError::Closed))
    }

    fn place(&self) -> Result<Place, PushError> {
        if self.inner.commands.is_closed() {
            return Err(PushError::Closed);
        }
        let taken = self.inner.in_flight.fetch_add(1, Ordering::AcqRel);
        let place = Place(self.inner.clone());
        if taken >= self.inner.window {
            return Err(PushError::NoWindow);
        }
        Ok(place)
    }

    /// Sets how many requests of the ESME may be unanswered from now on, and how
    /// fast it may send messages; beyond that it gets `ESME_RTHROTTLED`.
    pub fn set_peer_limits(&self, window: u16, rate: Option<Rate>) {
        self.tell(Command::PeerLimits(window, rate));
    }

    /// Ends the session in good order: no more requests are taken, and it is
    /// unbound as soon as all is answered.
    pub fn unbind(&self) {
        self.tell(Command::Order(Order::Finish));
    }

    /// Ends the session at once, without a word to the ESME.
    pub fn close(&self) {
        self.tell(Command::Order(Order::Close));
    }

    /// Waits until the session is over.
    ///
    /// # Cancel safety
    /// It may be dropped at any time.
    pub async fn closed(&self) {
        self.inner.commands.closed().await;
    }

    fn tell(&self, command: Command) {
        // A session that is over needs no word.
        let _ = self.inner.commands.send(command);
    }
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionHandle")
            .field("connection", &self.inner.connection)
            .field("system_id", &self.inner.system_id)
            .field("bind_type", &self.inner.bind_type)
            .field("in_flight", &self.in_flight())
            .finish_non_exhaustive()
    }
}
