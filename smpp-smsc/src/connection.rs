//! One connection: what the centre does with the events of its session.

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use smpp_codec::encoded_len;
use smpp_pdu::{
    Bind, BindResp, Body, COctetStr, CommandId, CommandStatus, InterfaceVersion, Pdu, Tlv, Tlvs,
};
use smpp_session::driver::{Application, Link};
use smpp_session::{Event, Instant, Request, RequestId, Response, refuse};
use tokio::sync::mpsc::UnboundedSender;
use tracing::{debug, info, trace};

use crate::answer::Answer;
use crate::engine::{Batch, Input};
use crate::lists::Lists;
use crate::message_id::Ids;
use crate::receipt::{with_alert, with_receipt};
use crate::registry::{BoundSession, ConnectionId, SessionInfo};
use crate::store::{Delivery, DeliveryContent, DeliveryKey};
use crate::submission::{Job, Submitter, Work};
use crate::{Accounts, Clock, Timestamp};

/// What the engine, or the server, asks of a connection.
#[derive(Debug)]
pub(crate) enum Command {
    /// Answers to requests, in their order.
    Answers(Vec<Answer>),
    /// Deliver these, in this order.
    Deliver(Vec<Arc<Delivery>>),
    /// Take no more requests, and unbind once all is answered.
    Finish,
    /// Unbind now.
    Unbind,
    /// End the connection now.
    Close,
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
    pub(crate) accounts: Accounts,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) validity: Duration,
    pub(crate) lists: Lists,
    /// Deliveries that a session may have unanswered.
    pub(crate) window: usize,
    pub(crate) engine: UnboundedSender<Input>,
}

/// What a connection has done so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Requests that came, binds and `enquire_link` not among them.
    pub(crate) requests: u64,
    /// Of these and of the binds, those that were refused.
    pub(crate) refused: u64,
    /// Deliveries that were acknowledged.
    pub(crate) delivered: u64,
    /// What the peer did that it must not.
    pub(crate) faults: u64,
}

/// One connection. The engine is told of its end when it is dropped, however
/// that comes about.
#[derive(Debug)]
pub(crate) struct Connection {
    id: ConnectionId,
    peer: Arc<str>,
    shared: Arc<Shared>,
    /// Of this connection, for the engine.
    commands: UnboundedSender<Command>,
    bound: Option<Bound>,
    jobs: Vec<Job>,
    /// The time of the requests of one read, from the first of them on.
    now: Option<Timestamp>,
    outcomes: Vec<(DeliveryKey, DeliveryOutcome)>,
    /// To be sent when the window has room.
    waiting: VecDeque<Arc<Delivery>>,
    pub(crate) counts: Counts,
    faults: Option<Box<dyn Faults>>,
}

#[derive(Clone, Debug)]
struct Bound {
    account: Arc<str>,
    version: InterfaceVersion,
}

impl Connection {
    pub(crate) fn new(
        id: ConnectionId,
        peer: Arc<str>,
        shared: Arc<Shared>,
        commands: UnboundedSender<Command>,
    ) -> Self {
        Self {
            id,
            peer,
            shared,
            commands,
            bound: None,
            jobs: Vec::new(),
            now: None,
            outcomes: Vec::new(),
            waiting: VecDeque::new(),
            counts: Counts::default(),
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
        self.bound.as_ref().map(|bound| &bound.account)
    }

    fn version(&self) -> InterfaceVersion {
        self.bound
            .as_ref()
            .map_or(InterfaceVersion::V3_4, |bound| bound.version)
    }

    pub(crate) const fn id(&self) -> ConnectionId {
        self.id
    }

    pub(crate) fn peer(&self) -> &str {
        &self.peer
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
        for finding in request.findings {
            trace!(connection = %self.id, %finding, "off-spec");
        }
        if let Body::Bind(bind) = &pdu.body {
            return self.bind(link, pdu, bind);
        }
        self.counts.requests += 1;
        let Some(bound) = &self.bound else {
            // The session lets nothing but binds through before a bind.
            let _ = link.respond(&refuse(pdu, CommandStatus::ESME_RINVBNDSTS));
            return;
        };
        let submitter = Submitter {
            account: &bound.account,
            version: bound.version,
            now: *self.now.get_or_insert_with(|| self.shared.clock.now()),
            ids: &self.shared.ids,
            validity: self.shared.validity,
            lists: &self.shared.lists,
        };
        let refused = self
            .faults
            .as_mut()
            .filter(|_| is_message(pdu.command_id()))
            .and_then(|faults| faults.message(link.now()));
        let work = match refused {
            None => submitter.work(pdu, request.octets),
            Some(status) => Work::Refuse(status),
        };
        self.jobs.push(Job {
            command_id: pdu.command_id(),
            sequence_number: pdu.sequence_number,
            work,
        });
    }

    fn bind(&mut self, link: &mut Link<'_>, pdu: &Pdu<'_>, bind: &Bind<'_>) {
        let (system_id, password) = (bind.system_id.as_bytes(), bind.password.0.as_bytes());
        let checked = self.shared.accounts.check(system_id, password);
        let refused = self.faults.as_mut().and_then(|faults| faults.bind());
        let account = match checked.and_then(|account| refused.map_or(Ok(account), Err)) {
            Ok(account) => account,
            Err(status) => {
                self.counts.refused += 1;
                info!(
                    connection = %self.id,
                    peer = %self.peer,
                    system_id = %bind.system_id,
                    bind = ?bind.bind_type,
                    %status,
                    "bind refused"
                );
                let _ = link.respond(&refuse(pdu, status));
                return;
            }
        };
        let version = bind.interface_version.normalized();
        let tlvs = [Tlv::sc_interface_version(InterfaceVersion::V5_0)];
        let tlvs = if version.supports_tlvs() {
            Tlvs::from_slice(&tlvs)
        } else {
            Tlvs::EMPTY
        };
        let name = COctetStr::new(self.shared.system_id.as_bytes()).unwrap_or_default();
        let resp = BindResp::new(bind.bind_type, name, tlvs);
        if link
            .respond(&Pdu::request(pdu.sequence_number, resp))
            .is_err()
        {
            return;
        }
        info!(
            connection = %self.id,
            peer = %self.peer,
            system_id = %account,
            bind = ?bind.bind_type,
            %version,
            "bound"
        );
        self.tell(Input::Bound(BoundSession {
            info: SessionInfo {
                connection: self.id,
                peer: self.peer.clone(),
                system_id: account.clone(),
                bind_type: bind.bind_type,
                version,
                in_flight: 0,
            },
            window: self.shared.window,
            in_flight: BTreeMap::new(),
            draining: false,
            commands: self.commands.clone(),
        }));
        self.bound = Some(Bound { account, version });
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

    /// Sends what waits, as far as the window allows.
    fn deliver(&mut self, link: &mut Link<'_>) {
        let Some(bound) = &self.bound else {
            return;
        };
        while link.free_window() > 0
            && let Some(delivery) = self.waiting.pop_front()
        {
            let id = RequestId(delivery.key.0);
            let (command, sent) = match &delivery.content {
                DeliveryContent::Alert(message) => (
                    "alert_notification",
                    with_alert(message, bound.version, |alert| link.request(id, alert)),
                ),
                _ => (
                    "deliver_sm",
                    with_receipt(&delivery, bound.version, |deliver| {
                        link.request(id, deliver)
                    }),
                ),
            };
            // An alert has no response.
            if matches!((command, &sent), ("alert_notification", Some(Ok(_)))) {
                self.counts.delivered += 1;
                self.outcomes
                    .push((delivery.key, DeliveryOutcome::Acknowledged));
            }
            match sent {
                Some(Ok(sequence_number)) => debug!(
                    connection = %self.id,
                    command,
                    %sequence_number,
                    "sent"
                ),
                Some(Err(error)) => {
                    debug!(connection = %self.id, %error, "not sent");
                    let key = delivery.key;
                    self.outcomes.push((key, DeliveryOutcome::Returned));
                }
                // Nothing that could ever be written.
                None => {
                    let status = CommandStatus::ESME_RX_R_APPN;
                    let key = delivery.key;
                    self.outcomes.push((key, DeliveryOutcome::Refused(status)));
                }
            }
        }
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
                debug!(connection = %self.id, %fault, "fault of the peer");
            }
            // The engine takes back what a connection has when it ends.
            Event::Unknown { .. } | Event::Closed(_) => {}
            _ => trace!(connection = %self.id, ?event, "event"),
        }
    }

    fn command(&mut self, link: &mut Link<'_>, command: Command) {
        match command {
            Command::Answers(answers) => {
                let version = self.version();
                for answer in answers {
                    answer.respond(version, |pdu| {
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
            Command::Deliver(deliveries) => self.waiting.extend(deliveries),
            Command::Finish => {
                self.tell(Input::Draining(self.id));
                if link.finish().is_err() {
                    link.close();
                }
            }
            Command::Unbind => {
                if link.unbind().is_err() {
                    link.close();
                }
            }
            Command::Close => link.close(),
        }
    }

    fn batch_end(&mut self, link: &mut Link<'_>) {
        self.deliver(link);
        self.now = None;
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
        self.tell(Input::Closed(self.id));
        if std::thread::panicking() {
            tracing::error!(connection = %self.id, peer = %self.peer, "ended by a defect");
        }
    }
}
