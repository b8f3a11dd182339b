//! One connection: what it does with the events of its session.

use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::collections::HashMap;
use std::sync::Arc;

use smpp_codec::Decoder;
use smpp_pdu::{Bind, Body, CommandId, CommandStatus, Pdu, SequenceNumber};
use smpp_session::driver::{Application, Link};
use smpp_session::{
    CloseReason, Event, Rate, Request as Received, RequestId, Response, SendError, error_response,
};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tracing::{debug, error, info, trace};

use super::reply::Answer;
use super::request::{Owned, OwnedPdu, Request, Requests};
use super::session::{Outcome, Push, PushError, Session};
use super::worker::{Work, work};
use super::{Handler, Options, Reply, SessionHandle};
use crate::hub::ConnectionId;
use crate::hub::{LargeRequests, Order, Pass, Peer, Place, Report, Served, accept_bind};

/// What others ask of a connection.
#[derive(Debug)]
pub(crate) enum Command {
    /// What any server may ask.
    Order(Order),
    /// The handler has decided on the bind.
    Bind(Result<(), CommandStatus>),
    /// Answer a request.
    Answer(Answer),
    /// Send a request.
    Push(Push),
    /// What the peer may do from now on.
    PeerLimits(u16, Option<Rate>),
    /// The handler has panicked.
    Failed,
}

impl From<Order> for Command {
    fn from(order: Order) -> Self {
        Self::Order(order)
    }
}

/// One connection, and the task of its handler.
#[derive(Debug)]
pub(crate) struct Connection {
    id: ConnectionId,
    peer: Peer,
    options: Arc<Options>,
    commands: UnboundedSender<Command>,
    /// The place among the connections.
    pass: Pass,
    work: UnboundedSender<Work>,
    worker: Worker,
    /// A bind that the handler decides on.
    binding: Option<Binding>,
    bound: Option<SessionHandle>,
    /// What came with this read.
    requests: Vec<Request>,
    large: LargeRequests,
    /// What the peer has not answered.
    pushes: HashMap<u64, Push>,
    next_push: u64,
    report: Report,
}

/// A bind that waits for its answer.
#[derive(Debug)]
struct Binding {
    sequence_number: SequenceNumber,
    session: SessionHandle,
    /// Requests to the peer that wait for the bind.
    pushes: Vec<Push>,
}

/// The task of a handler, which ends with the connection at the latest.
#[derive(Debug)]
struct Worker(JoinHandle<()>);

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Connection {
    pub(super) fn new(
        place: Place<Command>,
        handler: Box<dyn Handler>,
        options: Arc<Options>,
    ) -> Self {
        let (sender, queue) = unbounded_channel();
        let task = tokio::spawn(work(handler, queue, place.commands.clone()));
        Self {
            id: place.peer.connection(),
            peer: place.peer,
            options,
            commands: place.commands,
            pass: place.pass,
            work: sender,
            worker: Worker(task),
            binding: None,
            bound: None,
            requests: Vec::new(),
            large: LargeRequests::default(),
            pushes: HashMap::new(),
            next_push: 0,
            report: Report::default(),
        }
    }

    fn decoder(&self) -> Decoder {
        self.options.session.decoder
    }

    fn request(&mut self, link: &mut Link<'_>, request: &Received<'_>) {
        let (command_id, number) = (request.pdu.command_id(), request.pdu.sequence_number);
        debug!(
            connection = %self.id,
            command = %command_id,
            sequence_number = %number,
            octets = request.octets.len(),
            "received"
        );
        for finding in request.findings {
            trace!(connection = %self.id, %finding, "off-spec");
        }
        let Some(pdu) = OwnedPdu::copy(request.octets, self.decoder()) else {
            // The session has read it as one PDU.
            let status = CommandStatus::ESME_RSYSERR;
            return self.respond(link, &error_response(command_id, status, number));
        };
        if let Body::Bind(bind) = &request.pdu.body {
            // What the ESME has sent behind the bind is judged by its outcome.
            link.hold();
            return self.bind(pdu, number, bind);
        }
        self.report.requests += 1;
        self.large.came(number, request.octets.len());
        let reply = Reply::new(command_id, number, self.commands.clone());
        self.requests.push(Request::new(pdu, reply));
    }

    fn bind(&mut self, pdu: OwnedPdu, sequence_number: SequenceNumber, bind: &Bind<'_>) {
        let session = SessionHandle {
            inner: Arc::new(Session {
                connection: self.id,
                peer: self.peer.clone(),
                system_id: bind.system_id.to_string().into(),
                bind_type: bind.bind_type,
                version: bind.interface_version.normalized(),
                window: usize::from(self.options.session.window),
                in_flight: AtomicUsize::new(0),
                draining: AtomicBool::new(false),
                commands: self.commands.clone(),
            }),
        };
        self.tell(Work::Bind(Owned::new(pdu), session.clone()));
        self.binding = Some(Binding {
            sequence_number,
            session,
            pushes: Vec::new(),
        });
    }

    /// Answers the bind as the handler has said.
    fn decide(&mut self, link: &mut Link<'_>, answer: Result<(), CommandStatus>) {
        let Some(binding) = self.binding.take() else {
            return;
        };
        let session = binding.session;
        let (bind_type, version) = (session.bind_type(), session.version());
        let answer = answer.and_then(|()| {
            let accepted = accept_bind(
                link,
                binding.sequence_number,
                bind_type,
                &self.options.system_id,
                version.supports_tlvs(),
            );
            accepted.map_err(|_| CommandStatus::ESME_RBINDFAIL)
        });
        if let Err(status) = answer {
            return self.refuse_bind(link, &session, binding.sequence_number, status);
        }
        info!(
            connection = %self.id,
            peer = %self.peer.name(),
            system_id = %session.system_id(),
            bind = ?bind_type,
            %version,
            "bound"
        );
        self.report.system_id = Some(session.system_id().clone());
        self.pass.bound();
        self.options.sessions.insert(session.clone());
        self.bound = Some(session);
        for push in binding.pushes {
            self.push(link, push);
        }
    }

    fn refuse_bind(
        &mut self,
        link: &mut Link<'_>,
        session: &SessionHandle,
        sequence_number: SequenceNumber,
        status: CommandStatus,
    ) {
        self.report.refused += 1;
        info!(
            connection = %self.id,
            peer = %self.peer.name(),
            system_id = %session.system_id(),
            bind = ?session.bind_type(),
            %status,
            "bind refused"
        );
        let command_id = session.bind_type().command_id();
        let status = refusal(status);
        let response = error_response(command_id, status, sequence_number);
        self.respond(link, &response);
    }

    fn answer(&mut self, link: &mut Link<'_>, answer: &Answer) {
        self.large.answered(answer.sequence_number);
        let refused =
            |status| error_response(answer.command_id, refusal(status), answer.sequence_number);
        let response = match &answer.response {
            // What a reply has encoded can be read.
            Ok(octets) => {
                smpp_codec::decode(octets).unwrap_or_else(|_| refused(CommandStatus::ESME_RSYSERR))
            }
            Err(status) => refused(*status),
        };
        if response.command_status != CommandStatus::ESME_ROK {
            self.report.refused += 1;
        }
        self.respond(link, &response);
    }

    fn respond(&self, link: &mut Link<'_>, response: &Pdu<'_>) {
        debug!(
            connection = %self.id,
            command = %response.command_id(),
            sequence_number = %response.sequence_number,
            status = %response.command_status,
            "sent"
        );
        // A session that has ended meanwhile takes no answer.
        if let Err(error) = link.respond(response) {
            debug!(connection = %self.id, %error, "not sent");
        }
    }

    fn push(&mut self, link: &mut Link<'_>, mut push: Push) {
        if self.bound.is_none() {
            if let Some(binding) = &mut self.binding {
                binding.pushes.push(push);
            }
            return;
        }
        let id = self.next_push;
        self.next_push = self.next_push.wrapping_add(1);
        match link.request_encoded(RequestId(id), &push.octets) {
            Ok(sequence_number) => {
                debug!(connection = %self.id, %sequence_number, "request sent");
                push.sent = true;
                if has_response(&push.octets) {
                    push.octets = Vec::new();
                    self.pushes.insert(id, push);
                } else {
                    push.end(Ok(None));
                }
            }
            Err(SendError::WindowFull { .. }) => push.end(Err(PushError::NoWindow)),
            Err(error) => push.end(Err(PushError::NotSent(error))),
        }
    }

    fn response(&mut self, response: &Response<'_>) {
        let status = response.pdu.command_status;
        debug!(
            connection = %self.id,
            command = %response.pdu.command_id(),
            sequence_number = %response.pdu.sequence_number,
            %status,
            "received"
        );
        // A generic_nack is no success, whatever it says.
        let nack = response.pdu.command_id() == CommandId::GENERIC_NACK;
        let outcome = match OwnedPdu::copy(response.octets, self.decoder()) {
            Some(pdu) if status == CommandStatus::ESME_ROK && !nack => {
                self.report.delivered += 1;
                Ok(Some(pdu))
            }
            Some(pdu) => Err(PushError::Refused(pdu)),
            None => Err(PushError::Unreadable(status)),
        };
        self.end_push(response.id, outcome);
    }

    fn end_push(&mut self, id: RequestId, outcome: Outcome) {
        if let Some(push) = self.pushes.remove(&id.0) {
            push.end(outcome);
        }
    }

    /// The session takes no more requests to the peer.
    fn drain(&self) {
        if let Some(session) = &self.bound {
            session.inner.draining.store(true, Ordering::Release);
        }
    }

    /// The session is over.
    fn over(&mut self, reason: CloseReason) {
        self.leave();
        self.pass_on();
        self.tell(Work::Closed(reason));
        // Somebody may wait for their outcome inside of the handler.
        self.binding = None;
        self.pushes.clear();
    }

    /// Hands over what came.
    fn pass_on(&mut self) {
        if !self.requests.is_empty() {
            let requests = core::mem::take(&mut self.requests);
            self.tell(Work::Requests(Requests::new(requests)));
        }
    }

    fn leave(&mut self) {
        self.drain();
        if let Some(session) = self.bound.take() {
            self.options.sessions.remove(&session);
        }
    }

    fn tell(&self, work: Work) {
        // A handler that has panicked is told nothing any more.
        let _ = self.work.send(work);
    }
}

/// A status that refuses.
fn refusal(status: CommandStatus) -> CommandStatus {
    match status {
        CommandStatus::ESME_ROK => CommandStatus::ESME_RSYSERR,
        status => status,
    }
}

/// Whether an encoded request has a response.
fn has_response(octets: &[u8]) -> bool {
    let frame = smpp_pdu::Frame::new_checked(octets);
    frame.is_ok_and(|frame| frame.header().command_id.response().is_some())
}

impl Application for Connection {
    type Command = Command;

    fn event(&mut self, link: &mut Link<'_>, event: Event<'_>) {
        match event {
            Event::Request(request) => self.request(link, &request),
            Event::Response(response) => self.response(&response),
            Event::Unreadable {
                id, command_status, ..
            } => self.end_push(id, Err(PushError::Unreadable(command_status))),
            Event::Expired { id, .. } => self.end_push(id, Err(PushError::Expired)),
            Event::Unknown { id, .. } => self.end_push(id, Err(PushError::Unknown)),
            Event::UnbindAsked { .. } => self.drain(),
            Event::Fault(fault) => {
                self.report.faults += 1;
                debug!(connection = %self.id, %fault, "fault of the peer");
            }
            Event::Closed(reason) => self.over(reason),
            _ => trace!(connection = %self.id, ?event, "event"),
        }
    }

    fn command(&mut self, link: &mut Link<'_>, command: Command) {
        match command {
            Command::Answer(answer) => self.answer(link, &answer),
            Command::Push(push) => self.push(link, push),
            Command::Bind(answer) => {
                link.release();
                self.decide(link, answer);
            }
            Command::PeerLimits(window, rate) => link.set_peer_limits(window, rate),
            Command::Order(order) => {
                if matches!(order, Order::Finish | Order::Unbind) {
                    self.drain();
                }
                order.carry_out(link);
            }
            Command::Failed => {
                error!(connection = %self.id, peer = %self.peer.name(), "the handler panicked");
                link.close();
            }
        }
    }

    fn batch_end(&mut self, _link: &mut Link<'_>) {
        self.pass_on();
    }

    fn reads(&self) -> bool {
        self.large.has_room()
    }
}

impl Served for Connection {
    fn report(&self) -> Report {
        self.report.clone()
    }

    /// Waits for the handler, which may still have requests to see.
    async fn end(mut self) {
        // A panic was told to the log.
        let _ = (&mut self.worker.0).await;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.leave();
    }
}
