//! What the driver task of a client does with events and commands.

use core::mem;
use std::sync::{Arc, OnceLock};

use smpp_pdu::{Body, CommandId, CommandStatus, DataSmResp, DeliverSmResp, Pdu, SequenceNumber};
use smpp_session::driver::{Application, Link};
use smpp_session::{CloseReason, Event, Instant, Request, RequestId, Response, error_response};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Semaphore, mpsc};
use tracing::{debug, warn};

use crate::incoming::{Answer, Delivery, Inbound};
use crate::mailbox::{Command, Filled, Letters, Mailbox};
use crate::metrics::Metrics;
use crate::reply::{Outcome, Reply};
use crate::{OwnedPdu, RequestError, RequestErrorKind};

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
    /// Requests whose connection has gone, until it is known why.
    lost: Vec<Reply>,
    window: Arc<Semaphore>,
    /// Permits to be returned at the end of the batch.
    returned: usize,
    incoming: Option<mpsc::Sender<Inbound>>,
    mailbox: Arc<Mailbox>,
    /// Swapped with what is in the mailbox; empty in between.
    letters: Letters,
    auto_ack: bool,
    draining: bool,
    reason: Arc<OnceLock<CloseReason>>,
    metrics: Metrics,
}

impl Task {
    pub(crate) fn new(
        window: Arc<Semaphore>,
        incoming: mpsc::Sender<Inbound>,
        mailbox: Arc<Mailbox>,
        auto_ack: bool,
        reason: Arc<OnceLock<CloseReason>>,
        metrics: Metrics,
    ) -> Self {
        Self {
            pending: Pending::default(),
            lost: Vec::new(),
            window,
            returned: 0,
            incoming: Some(incoming),
            mailbox,
            letters: Letters::default(),
            auto_ack,
            draining: false,
            reason,
            metrics,
        }
    }

    /// Sends a request. Whoever made it holds a permit of the window, which is as
    /// large as that of the session: there is always room.
    fn send(&mut self, link: &mut Link<'_>, octets: &[u8], mut reply: Reply) {
        let at = self.pending.next();
        // A usize always fits.
        match link.request_encoded(RequestId(at as u64), octets) {
            Ok(_) => {
                reply.sent = true;
                self.pending.insert(at, reply);
            }
            Err(error) => {
                if at < self.pending.replies.len() {
                    self.pending.free.push(at);
                }
                let error = RequestError::not_sent(reply.command_id, error);
                self.settle(reply, Err(error));
            }
        }
    }

    fn settle(&mut self, reply: Reply, outcome: Outcome) {
        self.returned += 1;
        self.metrics.count(reply.command_id, &outcome);
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
                        Arc::clone(&self.mailbox),
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
        if self.returned > 0 {
            self.window.add_permits(mem::take(&mut self.returned));
        }
        if self.draining && self.pending.is_empty() && link.unbind().is_err() {
            // Not bound: there is nobody to say goodbye to.
            link.close();
        }
    }

    fn end(&mut self, link: &Link<'_>, reason: CloseReason) {
        // Before anybody learns of it: a handle that is told "closed" asks why.
        let _ = self.reason.set(reason);
        self.window.close();
        for reply in mem::take(&mut self.lost) {
            let kind = RequestErrorKind::LinkLost(reason);
            let outcome = Err(RequestError::new(reply.command_id, kind));
            self.metrics.count(reply.command_id, &outcome);
            reply.settle(outcome);
        }
        // What is still in there is told that it was not sent.
        self.mailbox.close();
        self.incoming = None;
        self.metrics.publish(link, false);
    }
}

impl Application for Task {
    type Command = Filled;

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
                self.end(link, reason);
                return;
            }
            _ => {}
        }
        self.go_on(link);
    }

    fn command(&mut self, link: &mut Link<'_>, Filled: Filled) {
        let mut letters = mem::take(&mut self.letters);
        self.mailbox.swap(&mut letters);
        let mut octets = letters.octets.as_slice();
        for command in letters.commands.drain(..) {
            match command {
                Command::Request { len, reply } => {
                    let (request, rest) = octets.split_at_checked(len).unwrap_or((octets, &[]));
                    octets = rest;
                    if self.draining {
                        let kind = RequestErrorKind::Closed;
                        let error = RequestError::new(reply.command_id, kind);
                        self.settle(reply, Err(error));
                    } else {
                        self.send(link, request, reply);
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
            }
        }
        letters.clear();
        self.letters = letters;
    }

    fn batch_end(&mut self, link: &mut Link<'_>) {
        self.go_on(link);
        self.metrics.batch_end(link);
    }

    fn wake_at(&self) -> Option<Instant> {
        self.metrics.wake_at()
    }
}

/// However the task ends: what was left for it must not wait for ever.
impl Drop for Task {
    fn drop(&mut self) {
        self.mailbox.close();
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
