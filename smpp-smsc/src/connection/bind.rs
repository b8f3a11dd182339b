//! The bind of a connection: who asks, what the authenticator says, and what
//! the session may do from then on.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use smpp_pdu::{Bind, COctetStr, CommandStatus, InterfaceVersion, Pdu, SequenceNumber};
use smpp_session::driver::Link;
use smpp_session::{ErrorBodies, error_response};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;
use tracing::info;

use super::{Bound, Command, Connection};
use crate::accounts::{Account, BindAttempt, BindPermit, Quirks, Refusal};
use crate::engine::Input;
use crate::hub::accept_bind;
use crate::registry::{BoundSession, SessionInfo};

/// How long an authenticator may take.
const AUTHENTICATION_LIMIT: Duration = Duration::from_secs(10);

/// What an authenticator has said, later than at once.
#[derive(Debug)]
pub(crate) struct BindDecision {
    attempt: BindAttempt,
    sequence_number: SequenceNumber,
    answer: Result<Arc<Account>, Refusal>,
}

/// The question to an authenticator. Whatever becomes of it, the connection is
/// told once.
struct Question {
    attempt: BindAttempt,
    sequence_number: SequenceNumber,
    commands: UnboundedSender<Command>,
    answer: Option<Result<Arc<Account>, Refusal>>,
}

impl Question {
    /// Keeps the answer, which goes out when the question is dropped.
    fn answer(&mut self, answer: Result<Arc<Account>, Refusal>) {
        self.answer = Some(answer);
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        let failed = || {
            Err(Refusal::new(
                CommandStatus::ESME_RSYSERR,
                "the authenticator failed",
            ))
        };
        let decision = BindDecision {
            attempt: self.attempt.clone(),
            sequence_number: self.sequence_number,
            answer: self.answer.take().unwrap_or_else(failed),
        };
        // A connection that has ended needs no answer.
        let _ = self.commands.send(Command::Bind(Box::new(decision)));
    }
}

/// Ends the question to the authenticator when the connection does.
#[derive(Debug)]
pub(super) struct Asking(AbortHandle);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Connection {
    pub(super) fn bind(&mut self, link: &mut Link<'_>, pdu: &Pdu<'_>, bind: &Bind<'_>) {
        let attempt = BindAttempt::new(bind, self.peer.ip());
        let sequence_number = pdu.sequence_number;
        if let Some(answer) = self.shared.authenticator.0.at_once(&attempt) {
            return self.decide(
                link,
                BindDecision {
                    attempt,
                    sequence_number,
                    answer,
                },
            );
        }
        // What the client has sent behind the bind is judged by its outcome.
        link.hold();
        let authenticator = self.shared.authenticator.0.clone();
        let mut question = Question {
            attempt,
            sequence_number,
            commands: self.commands.clone(),
            answer: None,
        };
        let task = tokio::spawn(async move {
            let asked = authenticator.authenticate(&question.attempt);
            let answer = tokio::time::timeout(AUTHENTICATION_LIMIT, asked).await;
            question.answer(answer.unwrap_or_else(|_| {
                Err(Refusal::new(
                    CommandStatus::ESME_RSYSERR,
                    "the authenticator took more than 10 s",
                ))
            }));
        });
        self.asking = Some(Asking(task.abort_handle()));
    }

    /// Answers a bind as the authenticator has said, if the rules of the account
    /// allow it.
    pub(super) fn decide(&mut self, link: &mut Link<'_>, decision: BindDecision) {
        let BindDecision {
            mut attempt,
            sequence_number,
            answer,
        } = decision;
        let admitted = answer.and_then(|account| {
            attempt.version = account.quirks.version.unwrap_or(attempt.version);
            account.admits(&attempt)?;
            if let Some(status) = self.faults.as_mut().and_then(|faults| faults.bind()) {
                return Err(Refusal::new(status, "the scenario wants it"));
            }
            let permit = self.permit(&account)?;
            Ok((account, permit))
        });
        let (account, permit) = match admitted {
            Ok(admitted) => admitted,
            Err(refusal) => return self.refuse_bind(link, &attempt, sequence_number, &refusal),
        };
        let version = attempt.version.normalized();
        let quirks = &account.quirks;
        self.set_quirks(link, quirks, version);
        let accepted = accept_bind(
            link,
            sequence_number,
            attempt.bind_type,
            &self.shared.system_id,
            version.supports_tlvs() && !quirks.hides_version,
        );
        if accepted.is_err() {
            return;
        }
        let session = &self.shared.session;
        link.set_peer_limits(
            account.window.unwrap_or(session.peer_window),
            account.rate.or(session.peer_rate),
        );
        info!(
            connection = %self.id,
            peer = %self.peer.name(),
            system_id = %account.system_id(),
            bind = ?attempt.bind_type,
            %version,
            "bound"
        );
        let system_id = permit.account().clone();
        let window = account
            .delivery_window
            .unwrap_or(u16::MAX)
            .min(session.window);
        self.tell(Input::Bound(BoundSession {
            info: SessionInfo {
                connection: self.id,
                peer: self.peer.name().clone(),
                system_id: system_id.clone(),
                bind_type: attempt.bind_type,
                version,
                in_flight: 0,
            },
            window: usize::from(window),
            in_flight: BTreeMap::new(),
            draining: false,
            commands: self.commands.clone(),
        }));
        self.pass.bound();
        self.permit = Some(permit);
        self.bound = Some(Bound {
            account,
            system_id,
            version,
        });
        self.counts.binds += 1;
    }

    /// Makes the session one for this client.
    fn set_quirks(&self, link: &mut Link<'_>, quirks: &Quirks, version: InterfaceVersion) {
        if quirks.version.is_some() {
            link.set_peer_version(version);
        }
        if quirks.strict {
            link.set_decoder(self.shared.session.decoder.strict(true).version(version));
        }
        if quirks.error_bodies != ErrorBodies::Usual {
            link.set_error_bodies(quirks.error_bodies);
        }
        if quirks.no_enquire_link {
            link.set_enquire_link(None);
        }
    }

    fn permit(&self, account: &Account) -> Result<BindPermit, Refusal> {
        let permit = self.shared.binds.take(account, self.id, &self.commands);
        permit.ok_or(Refusal::new(
            CommandStatus::ESME_RALYBND,
            "it has as many sessions as it may have",
        ))
    }

    fn refuse_bind(
        &mut self,
        link: &mut Link<'_>,
        attempt: &BindAttempt,
        sequence_number: SequenceNumber,
        refusal: &Refusal,
    ) {
        self.counts.refused_binds += 1;
        info!(
            connection = %self.id,
            peer = %self.peer.name(),
            system_id = %COctetStr::new(&attempt.system_id).unwrap_or_default(),
            bind = ?attempt.bind_type,
            status = %refusal.status,
            reason = %refusal.reason,
            "bind refused"
        );
        let command_id = attempt.bind_type.command_id();
        let response = error_response(command_id, refusal.status, sequence_number);
        // A session that has ended meanwhile takes no answer.
        let _ = link.respond(&response);
    }
}
