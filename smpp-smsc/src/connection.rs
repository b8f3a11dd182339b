//! One connection: what the centre does with the events of its session.

mod bind;
mod deliver;

use std::collections::VecDeque;
use std::sync::Arc;

use smpp_codec::{Finding, decode, encoded_len};
use smpp_pdu::{Body, CommandId, CommandStatus, InterfaceVersion};
use smpp_session::driver::{Application, Link};
use smpp_session::{Config, Event, FaultKind, Instant, Request, RequestId, Response, refuse};
use tokio::sync::mpsc::UnboundedSender;
use tracing::{debug, trace};

use crate::accounts::{Account, Authenticator, BindPermit, Binds, Quotas, admit};
use crate::answer::Answer;
use crate::engine::{Batch, Input};
use crate::findings::Findings;
use crate::hub::{LargeRequests, Order, Peer, Place};
use crate::lists::Lists;
use crate::message_id::Ids;
use crate::registry::ConnectionId;
use crate::routes::{RouteTable, Routes};
use crate::server::{Opaque, Pass};
use crate::stats::Counters;
use crate::store::{Delivery, DeliveryKey};
use crate::submission::{Job, Submitter, Work};
use crate::times::TimeRules;
use crate::{Clock, Timestamp, v33};

use bind::{Asking, BindDecision};

/// What the engine, or the server, asks of a connection.
#[derive(Debug)]
pub(crate) enum Command {
    /// Answers to requests, in their order.
    Answers(Vec<Answer>),
    /// Answer the bind.
    Bind(Box<BindDecision>),
    /// Deliver these, in this order.
    Deliver(Vec<Arc<Delivery>>),
    /// What any server may ask.
    Order(Order),
}

impl From<Order> for Command {
    fn from(order: Order) -> Self {
        Self::Order(order)
    }
}

/// Refuses requests that would have been taken: what a scenario wants of one
/// connection.
pub(crate) trait Faults: core::fmt::Debug + Send {
    /// The status for a bind with the right password.
    fn bind(&mut self) -> Option<CommandStatus>;

    /// The status for a message.
    fn message(&mut self, now: Instant) -> Option<CommandStatus>;
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryOutcome {
    /// The ESME has it.
    Acknowledged,
    /// The ESME does not take it.
    Refused(CommandStatus),
    /// No answer in time.
    Unanswered,
    /// The ESME has it, and said so after the time for it.
    AcknowledgedLate,
    /// It was not sent: the session is about to end.
    Returned,
}

/// What all connections of a centre share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) system_id: Box<str>,
    pub(crate) authenticator: Opaque<Arc<dyn Authenticator>>,
    pub(crate) binds: Arc<Binds>,
    pub(crate) quotas: Quotas,
    pub(crate) counters: Arc<Counters>,
    pub(crate) findings: Findings,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) times: TimeRules,
    pub(crate) lists: Lists,
    pub(crate) routes: Arc<RouteTable>,
    /// Limits and timers of sessions, where an account has none of its own.
    pub(crate) session: Config,
    pub(crate) engine: UnboundedSender<Input>,
}

/// What a connection has done so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Requests that came, binds and `enquire_link` not among them.
    pub(crate) requests: u64,
    /// Of these, those that were refused.
    pub(crate) refused: u64,
    /// Binds that were accepted.
    pub(crate) binds: u64,
    /// Binds that were refused.
    pub(crate) refused_binds: u64,
    /// Deliveries that were acknowledged.
    pub(crate) delivered: u64,
    /// What the peer did that it must not.
    pub(crate) faults: u64,
    /// What was off-spec in its PDUs.
    pub(crate) findings: u64,
}

/// One connection. The engine is told of its end when it is dropped, however
/// that comes about.
#[derive(Debug)]
pub(crate) struct Connection {
    id: ConnectionId,
    peer: Peer,
    shared: Arc<Shared>,
    /// Of this connection, for the engine.
    commands: UnboundedSender<Command>,
    /// The question who binds, while it is open.
    asking: Option<Asking>,
    bound: Option<Bound>,
    /// The place among the sessions of the account, until the session is over.
    permit: Option<BindPermit>,
    /// The place among the connections.
    pass: Pass,
    jobs: Vec<Job>,
    /// Large requests that wait for their answers, and all their octets.
    large: LargeRequests,
    /// The time of the requests of one read, from the first of them on.
    now: Option<Timestamp>,
    /// The routes of the requests of one read, likewise.
    routes: Option<Arc<Routes>>,
    outcomes: Vec<(DeliveryKey, DeliveryOutcome)>,
    /// To be sent when the window has room.
    waiting: VecDeque<Arc<Delivery>>,
    pub(crate) counts: Counts,
    /// Those of them that the centre has counted.
    counted: Counts,
    faults: Option<Box<dyn Faults>>,
}

#[derive(Clone, Debug)]
struct Bound {
    account: Arc<Account>,
    system_id: Arc<str>,
    version: InterfaceVersion,
}

impl Connection {
    pub(crate) fn new(place: Place<Command>, shared: Arc<Shared>) -> Self {
        Self {
            id: place.peer.connection(),
            peer: place.peer,
            shared,
            commands: place.commands,
            asking: None,
            bound: None,
            permit: None,
            pass: place.pass,
            jobs: Vec::new(),
            large: LargeRequests::default(),
            now: None,
            routes: None,
            outcomes: Vec::new(),
            waiting: VecDeque::new(),
            counts: Counts::default(),
            counted: Counts::default(),
            faults: None,
        }
    }

    #[cfg(feature = "scenario")]
    pub(crate) fn with_faults(mut self, faults: Box<dyn Faults>) -> Self {
        self.faults = Some(faults);
        self
    }

    /// The account that has bound, once one has.
    pub(crate) fn account(&self) -> Option<&Arc<str>> {
        self.bound.as_ref().map(|bound| &bound.system_id)
    }

    fn version(&self) -> InterfaceVersion {
        self.bound
            .as_ref()
            .map_or(InterfaceVersion::V3_4, |bound| bound.version)
    }

    /// Adds what has happened since the last time to the totals of the centre.
    fn count(&mut self) {
        let (now, before) = (self.counts, self.counted);
        let totals = &self.shared.counters;
        totals.binds.add(now.binds - before.binds);
        totals
            .refused_binds
            .add(now.refused_binds - before.refused_binds);
        totals.requests.add(now.requests - before.requests);
        totals.refused_requests.add(now.refused - before.refused);
        totals.delivered.add(now.delivered - before.delivered);
        totals.faults.add(now.faults - before.faults);
        totals.findings.add(now.findings - before.findings);
        self.counted = now;
    }

    fn tell(&self, input: Input) {
        // An engine that has ended is told nothing any more.
        let _ = self.shared.engine.send(input);
    }

    fn request(&mut self, link: &mut Link<'_>, request: &Request<'_>) {
        let pdu = &request.pdu;
        debug!(
            connection = %self.id,
            command = %pdu.command_id(),
            sequence_number = %pdu.sequence_number,
            octets = request.octets.len(),
            "received"
        );
        self.off_spec(request.findings);
        if let Body::Bind(bind) = &pdu.body {
            return self.bind(link, pdu, bind);
        }
        self.counts.requests += 1;
        let Some(bound) = &self.bound else {
            // The session lets nothing but binds through before a bind.
            let _ = link.respond(&refuse(pdu, CommandStatus::ESME_RINVBNDSTS));
            return;
        };
        let now = *self.now.get_or_insert_with(|| self.shared.clock.now());
        let submitter = Submitter {
            account: &bound.system_id,
            version: bound.version,
            now,
            ids: &self.shared.ids,
            times: self.shared.times,
            lists: &self.shared.lists,
            routes: self
                .routes
                .get_or_insert_with(|| self.shared.routes.current()),
        };
        let (quotas, lists) = (&self.shared.quotas, &self.shared.lists);
        let admitted = admit(&bound.account, quotas, lists, now, pdu);
        let faults = self.faults.as_mut();
        let admitted = admitted.and_then(|octets| {
            let refused = faults
                .filter(|_| is_message(pdu.command_id()))
                .and_then(|faults| faults.message(link.now()));
            refused.map_or(Ok(octets), Err)
        });
        let work = match admitted {
            Ok(None) => match &pdu.body {
                Body::ParamRetrieve(asked) if bound.version < InterfaceVersion::V3_4 => {
                    let session = &self.shared.session;
                    v33::retrieve(&bound.account, session, self.shared.times.validity, asked)
                }
                _ => submitter.work(pdu, request.octets),
            },
            Ok(Some(octets)) => match decode(&octets) {
                Ok(pdu) => submitter.work(&pdu, &octets),
                Err(_) => Work::Refuse(CommandStatus::ESME_RSYSERR),
            },
            Err(status) => Work::Refuse(status),
        };
        self.large.came(pdu.sequence_number, request.octets.len());
        self.jobs.push(Job {
            command_id: pdu.command_id(),
            sequence_number: pdu.sequence_number,
            work,
        });
    }

    fn off_spec(&mut self, findings: &[Finding]) {
        if findings.is_empty() {
            return;
        }
        for finding in findings {
            trace!(connection = %self.id, %finding, "off-spec");
        }
        self.counts.findings += u64::try_from(findings.len()).unwrap_or(u64::MAX);
        if let Some(account) = self.account() {
            let names = findings.iter().map(|finding| finding.kind.name());
            self.shared.findings.count(account, names);
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
        self.off_spec(response.findings);
        self.answered(response.id, status);
    }

    fn answered(&mut self, id: RequestId, status: CommandStatus) {
        let outcome = if status == CommandStatus::ESME_ROK {
            self.counts.delivered += 1;
            DeliveryOutcome::Acknowledged
        } else {
            DeliveryOutcome::Refused(status)
        };
        self.outcomes.push((DeliveryKey(id.0), outcome));
    }
}

/// Whether a request brings a message.
const fn is_message(command_id: CommandId) -> bool {
    matches!(
        command_id,
        CommandId::SUBMIT_SM | CommandId::DATA_SM | CommandId::SUBMIT_MULTI
    )
}

impl Application for Connection {
    type Command = Command;

    fn event(&mut self, link: &mut Link<'_>, event: Event<'_>) {
        match event {
            Event::Request(request) => self.request(link, &request),
            Event::Response(response) => self.response(&response),
            Event::Unreadable {
                id, command_status, ..
            } => self.answered(id, command_status),
            Event::Expired { id, .. } => {
                let outcome = DeliveryOutcome::Unanswered;
                self.outcomes.push((DeliveryKey(id.0), outcome));
                // No octets brought this event, so that no batch ends with it.
                self.batch_end(link);
            }
            Event::Late {
                id, command_status, ..
            } => {
                if command_status == CommandStatus::ESME_ROK {
                    let outcome = DeliveryOutcome::AcknowledgedLate;
                    self.outcomes.push((DeliveryKey(id.0), outcome));
                }
            }
            Event::Fault(fault) => {
                self.counts.faults += 1;
                if let (FaultKind::Malformed(_), Some(account)) = (fault.kind, self.account()) {
                    let name = core::iter::once("malformed");
                    self.shared.findings.count(account, name);
                }
                debug!(connection = %self.id, %fault, "fault of the peer");
            }
            // Who binds again at once is to find the place free.
            Event::Closed(_) => self.permit = None,
            // The engine takes back what a connection has when it ends.
            Event::Unknown { .. } => {}
            _ => trace!(connection = %self.id, ?event, "event"),
        }
    }

    fn command(&mut self, link: &mut Link<'_>, command: Command) {
        match command {
            Command::Answers(answers) => {
                let version = self.version();
                let ids = self
                    .bound
                    .as_ref()
                    .map(|bound| bound.account.quirks.response_ids);
                let ids = ids.unwrap_or_default();
                for answer in answers {
                    self.large.answered(answer.sequence_number);
                    answer.respond(version, ids, |pdu| {
                        if pdu.command_status != CommandStatus::ESME_ROK {
                            self.counts.refused += 1;
                        }
                        debug!(
                            connection = %self.id,
                            command = %pdu.command_id(),
                            sequence_number = %pdu.sequence_number,
                            status = %pdu.command_status,
                            octets = encoded_len(pdu),
                            "sent"
                        );
                        // A session that has ended meanwhile takes no answer.
                        let _ = link.respond(pdu);
                    });
                }
            }
            Command::Bind(decision) => {
                self.asking = None;
                link.release();
                self.decide(link, *decision);
            }
            Command::Deliver(deliveries) => self.waiting.extend(deliveries),
            Command::Order(order) => {
                if let Order::Finish = order {
                    self.tell(Input::Draining(self.id));
                }
                order.carry_out(link);
            }
        }
    }

    fn reads(&self) -> bool {
        self.large.has_room()
    }

    fn batch_end(&mut self, link: &mut Link<'_>) {
        self.deliver(link);
        self.now = None;
        self.routes = None;
        self.count();
        if self.jobs.is_empty() && self.outcomes.is_empty() {
            return;
        }
        let batch = Batch {
            connection: self.id,
            jobs: core::mem::take(&mut self.jobs),
            outcomes: core::mem::take(&mut self.outcomes),
        };
        self.tell(Input::Batch(batch));
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.count();
        self.tell(Input::Closed(self.id));
    }
}
