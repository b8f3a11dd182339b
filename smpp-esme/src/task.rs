//! What the driver task of a client does with events and commands.

use core::mem;
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use smpp_codec::decode;
use smpp_pdu::{
    Body, CommandId, CommandStatus, DataSmResp, DeliverSmResp, Header, InterfaceVersion, Pdu,
    SequenceNumber, UnknownBody,
};
use smpp_session::driver::{Application, Link};
use smpp_session::{CloseReason, Event, Request, RequestId, Response, SendError, error_response};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tracing::{debug, warn};

use crate::incoming::{Answer, Delivery, Inbound};
use crate::{OwnedPdu, RequestError, RequestErrorKind};

/// What became of a request.
pub(crate) type Outcome = Result<OwnedPdu, RequestError>;

/// What the handles of a client ask of its task.
#[derive(Debug)]
pub(crate) enum Command {
    /// Send this request.
    Request(Outgoing),
    /// Answer a message or receipt of the centre.
    Answer {
        command_id: CommandId,
        sequence_number: SequenceNumber,
        status: CommandStatus,
    },
    /// Let what is outstanding come to its end, then unbind.
    Unbind,
    /// The rate allows a message again.
    GoOn,
}

/// A request, encoded by the task that makes it. The driver's task only copies
/// its octets behind a header.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// The whole PDU; its sequence number is chosen when it is sent.
    pub(crate) octets: Bytes,
    pub(crate) reply: Reply,
}

impl Outgoing {
    /// The body for a session of this version. Most are passed on as octets;
    /// the session looks into a few, and for parameters where there are none.
    fn body(&self, version: InterfaceVersion) -> Body<'_> {
        let command_id = self.reply.command_id;
        let looked_into = command_id.is_bind()
            || command_id == CommandId::ENQUIRE_LINK
            || !version.supports_tlvs();
        if looked_into && let Ok(pdu) = decode(&self.octets) {
            return pdu.body;
        }
        let octets = self.octets.get(Header::LEN..).unwrap_or(&[]);
        UnknownBody { command_id, octets }.into()
    }
}

/// Where the one outcome of a request goes.
#[derive(Debug)]
pub(crate) struct Reply {
    command_id: CommandId,
    sent: bool,
    to: Option<oneshot::Sender<Outcome>>,
}

impl Reply {
    pub(crate) fn new(command_id: CommandId, to: oneshot::Sender<Outcome>) -> Self {
        Self {
            command_id,
            sent: false,
            to: Some(to),
        }
    }

    fn settle(mut self, outcome: Outcome) {
        if let Some(to) = self.to.take() {
            // Who no longer waits has dropped the other end.
            let _ = to.send(outcome);
        }
    }
}

/// A request is not lost with its task either: that it was never sent, or that
/// nobody knows what became of it, is an outcome.
impl Drop for Reply {
    fn drop(&mut self) {
        if let Some(to) = self.to.take() {
            let kind = if self.sent {
                RequestErrorKind::LinkLost(CloseReason::ConnectionLost)
            } else {
                RequestErrorKind::Closed
            };
            let _ = to.send(Err(RequestError::new(self.command_id, kind)));
        }
    }
}

/// Outstanding requests, found by the number that the session gives back.
#[derive(Debug, Default)]
struct Pending {
    replies: Vec<Option<Reply>>,
    free: Vec<usize>,
}

impl Pending {
    /// The number that the next request gets.
    fn next(&mut self) -> usize {
        self.free.pop().unwrap_or(self.replies.len())
    }

    fn insert(&mut self, at: usize, reply: Reply) {
        match self.replies.get_mut(at) {
            Some(place) => *place = Some(reply),
            None => self.replies.push(Some(reply)),
        }
    }

    fn take(&mut self, id: RequestId) -> Option<Reply> {
        let at = usize::try_from(id.0).ok()?;
        let reply = self.replies.get_mut(at)?.take()?;
        self.free.push(at);
        Some(reply)
    }

    fn is_empty(&self) -> bool {
        self.free.len() == self.replies.len()
    }
}

/// The state of a client's task.
#[derive(Debug)]
pub(crate) struct Task {
    pending: Pending,
    /// Requests that have a permit of the window and are refused by that of the
    /// session. Both have the same size, so that none should ever wait here; one
    /// that did would go out with the next answer instead of being lost.
    backlog: VecDeque<Outgoing>,
    /// Messages that the rate does not allow yet. They hold a permit, so that
    /// there are never more than the window has.
    paced: VecDeque<Outgoing>,
    /// [`Command::GoOn`] is on its way.
    woken: bool,
    /// Requests whose connection has gone, until it is known why.
    lost: Vec<Reply>,
    window: Arc<Semaphore>,
    /// Permits to be returned at the end of the batch.
    returned: usize,
    incoming: Option<mpsc::Sender<Inbound>>,
    /// For those who answer deliveries.
    commands: mpsc::UnboundedSender<Command>,
    auto_ack: bool,
    draining: bool,
    reason: Arc<OnceLock<CloseReason>>,
}

impl Task {
    pub(crate) fn new(
        window: Arc<Semaphore>,
        incoming: mpsc::Sender<Inbound>,
        commands: mpsc::UnboundedSender<Command>,
        auto_ack: bool,
        reason: Arc<OnceLock<CloseReason>>,
    ) -> Self {
        Self {
            pending: Pending::default(),
            backlog: VecDeque::new(),
            paced: VecDeque::new(),
            woken: false,
            lost: Vec::new(),
            window,
            returned: 0,
            incoming: Some(incoming),
            commands,
            auto_ack,
            draining: false,
            reason,
        }
    }

    /// Sends a request, or puts it where it waits: in front of its queue if it
    /// comes from there.
    fn send(&mut self, link: &mut Link<'_>, mut request: Outgoing, from_queue: bool) {
        let at = self.pending.next();
        // A usize always fits.
        let id = RequestId(at as u64);
        match link.request(id, request.body(link.version())) {
            Ok(_) => {
                request.reply.sent = true;
                self.pending.insert(at, request.reply);
            }
            Err(error) => {
                if at < self.pending.replies.len() {
                    self.pending.free.push(at);
                }
                if matches!(error, SendError::WindowFull { .. }) {
                    self.backlog.push_front(request);
                    return;
                }
                if let SendError::NotNow { at } = error {
                    if from_queue {
                        self.paced.push_front(request);
                    } else {
                        self.paced.push_back(request);
                    }
                    self.wake(at.since(link.now()));
                    return;
                }
                let error = RequestError::not_sent(request.reply.command_id, error);
                self.settle(request.reply, Err(error));
            }
        }
    }

    /// Comes back after the wait. The session has no timer for it, since it
    /// does not know who waits.
    fn wake(&mut self, wait: Duration) {
        if !mem::replace(&mut self.woken, true) {
            let commands = self.commands.clone();
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                let _ = commands.send(Command::GoOn);
            });
        }
    }

    /// Sends of what waits for the rate as much as it allows now.
    fn go_on_paced(&mut self, link: &mut Link<'_>) {
        while !self.woken
            && link.free_window() > 0
            && let Some(request) = self.paced.pop_front()
        {
            self.send(link, request, true);
        }
    }

    fn settle(&mut self, reply: Reply, outcome: Outcome) {
        self.returned += 1;
        reply.settle(outcome);
    }

    fn settle_id(&mut self, id: RequestId, error: impl FnOnce(CommandId) -> RequestError) {
        if let Some(reply) = self.pending.take(id) {
            let error = error(reply.command_id);
            self.settle(reply, Err(error));
        }
    }

    fn response(&mut self, response: &Response<'_>) {
        let Some(reply) = self.pending.take(response.id) else {
            return;
        };
        let Some(owned) = OwnedPdu::copy(response.octets) else {
            return;
        };
        let refused =
            response.pdu.command_status.is_error() || owned.command_id() == CommandId::GENERIC_NACK;
        let outcome = if refused {
            debug!(command = %response.command_id, status = %response.pdu.command_status, "refused");
            Err(RequestError::rejected(response.command_id, owned))
        } else {
            Ok(owned)
        };
        self.settle(reply, outcome);
    }

    /// A message or receipt of the centre.
    fn request(&mut self, link: &mut Link<'_>, request: &Request<'_>) {
        let status = match (&request.pdu.body, OwnedPdu::copy(request.octets)) {
            (Body::DeliverSm(_) | Body::DataSm(_), Some(pdu)) => {
                let header = *pdu.frame().header();
                let answer = (!self.auto_ack).then(|| {
                    Answer::new(
                        self.commands.clone(),
                        header.command_id,
                        header.sequence_number,
                    )
                });
                match self.pass_on(Inbound::Delivery(Delivery::new(pdu, answer))) {
                    Ok(()) if self.auto_ack => CommandStatus::ESME_ROK,
                    Ok(()) => return,
                    Err(status) => status,
                }
            }
            _ => CommandStatus::ESME_RINVCMDID,
        };
        if status.is_error() {
            debug!(command = %request.pdu.command_id(), %status, "refused a request of the centre");
        }
        let response = response(
            request.pdu.command_id(),
            request.pdu.sequence_number,
            status,
        );
        if let Err(error) = link.respond(&response) {
            debug!(%error, "a request of the centre was not answered");
        }
    }

    fn notification(&mut self, request: &Request<'_>) {
        let Some(pdu) = OwnedPdu::copy(request.octets) else {
            return;
        };
        let command = pdu.command_id();
        let inbound = match request.pdu.body {
            Body::Outbind(_) => Inbound::Outbind(pdu),
            _ => Inbound::Alert(pdu),
        };
        if self.pass_on(inbound).is_err() {
            warn!(%command, "dropped: nobody takes it in time");
        }
    }

    /// Hands something of the centre to the application, or says why not.
    fn pass_on(&self, inbound: Inbound) -> Result<(), CommandStatus> {
        let Some(incoming) = &self.incoming else {
            return Err(CommandStatus::ESME_RX_T_APPN);
        };
        incoming.try_send(inbound).map_err(|error| {
            let (status, inbound) = match error {
                TrySendError::Full(inbound) => (CommandStatus::ESME_RMSGQFUL, inbound),
                TrySendError::Closed(inbound) => (CommandStatus::ESME_RX_T_APPN, inbound),
            };
            inbound.forget();
            status
        })
    }

    /// What can go on after any event or command.
    fn go_on(&mut self, link: &mut Link<'_>) {
        while link.free_window() > 0
            && let Some(request) = self.backlog.pop_front()
        {
            self.send(link, request, false);
        }
        self.go_on_paced(link);
        if self.returned > 0 {
            self.window.add_permits(mem::take(&mut self.returned));
        }
        if self.draining
            && self.backlog.is_empty()
            && self.paced.is_empty()
            && self.pending.is_empty()
            && link.unbind().is_err()
        {
            // Not bound: there is nobody to say goodbye to.
            link.close();
        }
    }

    fn end(&mut self, reason: CloseReason) {
        // Before anybody learns of it: a handle that is told "closed" asks why.
        let _ = self.reason.set(reason);
        self.window.close();
        for reply in mem::take(&mut self.lost) {
            let kind = RequestErrorKind::LinkLost(reason);
            let error = RequestError::new(reply.command_id, kind);
            reply.settle(Err(error));
        }
        // Their permits were never used: dropping them says "not sent".
        self.backlog.clear();
        self.paced.clear();
        self.incoming = None;
    }
}

impl Application for Task {
    type Command = Command;

    fn event(&mut self, link: &mut Link<'_>, event: Event<'_>) {
        match event {
            Event::Request(request) => self.request(link, &request),
            Event::Notification(request) => self.notification(&request),
            Event::Response(response) => {
                self.response(&response);
                // The end of the batch follows.
                return;
            }
            Event::Unreadable {
                id,
                command_status,
                error,
                ..
            } => self.settle_id(id, |command| {
                RequestError::unreadable(command, command_status, error)
            }),
            Event::Expired { id, command_id } => {
                debug!(command = %command_id, "no response in time");
                self.settle_id(id, |command| {
                    RequestError::new(command, RequestErrorKind::Expired)
                });
            }
            Event::Unknown { id, .. } => self.lost.extend(self.pending.take(id)),
            Event::Late { command_id, .. } => {
                debug!(command = %command_id, "a response came too late");
            }
            Event::Fault(fault) => debug!(%fault, "the centre did what it must not"),
            Event::Closed(reason) => {
                self.end(reason);
                return;
            }
            _ => {}
        }
        self.go_on(link);
    }

    fn command(&mut self, link: &mut Link<'_>, command: Command) {
        match command {
            Command::Request(request) if self.draining => {
                let error = RequestError::new(request.reply.command_id, RequestErrorKind::Closed);
                self.settle(request.reply, Err(error));
            }
            Command::Request(request) => {
                if self.backlog.is_empty() && link.free_window() > 0 {
                    self.send(link, request, false);
                } else {
                    self.backlog.push_back(request);
                }
            }
            Command::Answer {
                command_id,
                sequence_number,
                status,
            } => {
                let response = response(command_id, sequence_number, status);
                if let Err(error) = link.respond(&response) {
                    debug!(%error, "an answer came too late");
                }
            }
            Command::Unbind => {
                self.draining = true;
                self.window.close();
            }
            // The end of the batch follows.
            Command::GoOn => self.woken = false,
        }
    }

    fn batch_end(&mut self, link: &mut Link<'_>) {
        self.go_on(link);
    }
}

/// The answer to a `deliver_sm` or `data_sm`.
fn response(
    command_id: CommandId,
    sequence_number: SequenceNumber,
    status: CommandStatus,
) -> Pdu<'static> {
    if status.is_error() {
        return error_response(command_id, status, sequence_number);
    }
    match command_id {
        CommandId::DELIVER_SM => Pdu::response(status, sequence_number, DeliverSmResp::default()),
        CommandId::DATA_SM => Pdu::response(status, sequence_number, DataSmResp::default()),
        _ => error_response(command_id, CommandStatus::ESME_RINVCMDID, sequence_number),
    }
}
