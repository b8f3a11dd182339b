//! What a scenario does to the requests of a connection.

use std::sync::Arc;

use smpp_pdu::CommandStatus;
use smpp_session::{Instant, Pacer, Rate};

use super::Decisions;
use crate::connection::Faults;

#[derive(Debug)]
pub(crate) struct RequestFaults {
    decisions: Arc<Decisions>,
    session: u64,
    binds: u64,
    messages: u64,
    pacer: Option<Pacer>,
}

impl RequestFaults {
    pub(crate) fn new(decisions: Arc<Decisions>, session: u64) -> Self {
        let limit = decisions.scenario().submit.throttle_above;
        let rate = limit.map(|limit| Rate {
            per_second: limit.get(),
            // A whole second may come at once.
            burst: limit.get(),
        });
        Self {
            decisions,
            session,
            binds: 0,
            messages: 0,
            pacer: rate.map(|rate| Pacer::new(Some(rate), Instant::ZERO)),
        }
    }
}

impl Faults for RequestFaults {
    fn bind(&mut self) -> Option<CommandStatus> {
        self.binds += 1;
        self.decisions.bind(self.session, self.binds)
    }

    fn message(&mut self, now: Instant) -> Option<CommandStatus> {
        self.messages += 1;
        if let Some(status) = self.decisions.submission(self.session, self.messages) {
            return Some(status);
        }
        let pacer = self.pacer.as_mut()?;
        if pacer.check(now).is_err() {
            return Some(CommandStatus::ESME_RTHROTTLED);
        }
        pacer.take(now);
        None
    }
}
