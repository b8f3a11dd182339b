//! What sessions tell the recorder of the crate [`metrics`](https://docs.rs/metrics).
//!
//! | name | kind | more labels | what |
//! | --- | --- | --- | --- |
//! | [`SESSIONS`] `smpp_esme_sessions` | gauge | | sessions that are bound |
//! | [`OUTSTANDING`] `smpp_esme_outstanding` | gauge | | requests that wait for their responses |
//! | [`REQUESTS`] `smpp_esme_requests_total` | counter | `command`, `outcome` | requests that have their outcome |
//! | [`RESPONSE_TIME`] `smpp_esme_response_seconds` | histogram | | time from requests to their responses |
//! | [`PDUS_SENT`] `smpp_esme_pdus_sent_total` | counter | `command` | PDUs to the centre |
//! | [`PDUS_RECEIVED`] `smpp_esme_pdus_received_total` | counter | `command` | PDUs of the centre |
//! | [`OCTETS_SENT`] `smpp_esme_octets_sent_total` | counter | | octets to the centre |
//! | [`OCTETS_RECEIVED`] `smpp_esme_octets_received_total` | counter | | octets of the centre |
//!
//! All have the labels `system_id`, the account, and `peer`, the centre: see
//! [`ClientBuilder::peer`](crate::ClientBuilder::peer). `command` is a name as
//! `submit_sm_resp`. `outcome` is one of `ok`, `rejected`, `unreadable` (a
//! response that cannot be read), `expired`, `lost` (the link was lost first)
//! and `not_sent` (the session did not allow it, or was about to end).
//!
//! They are published together, once a second while something happens, and at the
//! end of a session: a PDU costs nothing for them. Response times are known
//! within a factor of two, and given as the upper bound: 1, 2, 4 … µs. A
//! session counts up to 4,294,967,295 PDUs of each command.
//!
//! Without a recorder nothing happens; one may be installed at any time.

use core::time::Duration;

use metrics::{Label, SharedString, Unit, counter, gauge, histogram};
use smpp_pdu::CommandId;
use smpp_session::driver::Link;
use smpp_session::{Counters, Instant};

use crate::RequestErrorKind;
use crate::reply::Outcome;

/// Sessions that are bound.
pub const SESSIONS: &str = "smpp_esme_sessions";
/// Requests that wait for their responses.
pub const OUTSTANDING: &str = "smpp_esme_outstanding";
/// Requests that have their outcome.
pub const REQUESTS: &str = "smpp_esme_requests_total";
/// Time from requests to their responses, in seconds.
pub const RESPONSE_TIME: &str = "smpp_esme_response_seconds";
/// PDUs to the centre.
pub const PDUS_SENT: &str = "smpp_esme_pdus_sent_total";
/// PDUs of the centre.
pub const PDUS_RECEIVED: &str = "smpp_esme_pdus_received_total";
/// Octets to the centre.
pub const OCTETS_SENT: &str = "smpp_esme_octets_sent_total";
/// Octets of the centre.
pub const OCTETS_RECEIVED: &str = "smpp_esme_octets_received_total";

/// Tells the recorder the units and the descriptions of all, once it is installed.
pub fn describe() {
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_gauge!(SESSIONS, Unit::Count, "SMPP sessions that are bound");
    describe_gauge!(OUTSTANDING, Unit::Count, "Requests without response yet");
    describe_counter!(REQUESTS, Unit::Count, "Requests by command and outcome");
    describe_histogram!(RESPONSE_TIME, Unit::Seconds, "Time to the response");
    describe_counter!(PDUS_SENT, Unit::Count, "PDUs to the centre");
    describe_counter!(PDUS_RECEIVED, Unit::Count, "PDUs of the centre");
    describe_counter!(OCTETS_SENT, Unit::Bytes, "Octets to the centre");
    describe_counter!(OCTETS_RECEIVED, Unit::Bytes, "Octets of the centre");
}

/// Time from one publication to the next.
const INTERVAL: Duration = Duration::from_secs(1);

/// The values of the label `outcome`.
const OUTCOMES: [&str; 6] = [
    "ok",
    "rejected",
    "unreadable",
    "expired",
    "lost",
    "not_sent",
];

fn index(outcome: &Outcome) -> usize {
    let Err(error) = outcome else {
        return 0;
    };
    match error.kind() {
        RequestErrorKind::Rejected(_) => 1,
        RequestErrorKind::Unreadable(_) => 2,
        RequestErrorKind::Expired => 3,
        RequestErrorKind::LinkLost(_) => 4,
        _ => 5,
    }
}

/// Those of one session.
#[derive(Debug)]
pub(crate) struct Metrics {
    system_id: SharedString,
    peer: SharedString,
    /// Outcomes since the last publication, by command: there are few.
    requests: Vec<(CommandId, [u64; OUTCOMES.len()])>,
    /// What was published.
    published: Counters,
    published_at: Instant,
    /// Something has happened since.
    due: bool,
    /// The session counts among those that are bound.
    bound: bool,
}

impl Metrics {
    pub(crate) fn new(system_id: String, peer: String) -> Self {
        Self {
            system_id: system_id.into(),
            peer: peer.into(),
            requests: Vec::new(),
            published: Counters::default(),
            published_at: Instant::ZERO,
            due: false,
            bound: false,
        }
    }

    #[inline]
    pub(crate) fn count(&mut self, command_id: CommandId, outcome: &Outcome) {
        let mut known = self.requests.iter_mut();
        let counts = match known.find(|(of, _)| *of == command_id) {
            Some((_, counts)) => counts,
            None => {
                self.requests.push((command_id, [0; OUTCOMES.len()]));
                let Some((_, counts)) = self.requests.last_mut() else {
                    return;
                };
                counts
            }
        };
        if let Some(count) = counts.get_mut(index(outcome)) {
            *count += 1;
        }
    }

    /// Something has happened: publishes if it is time for it.
    #[inline]
    pub(crate) fn batch_end(&mut self, link: &Link<'_>) {
        self.due = true;
        let bound = link.state().is_bound();
        if bound != self.bound || link.now() >= self.published_at + INTERVAL {
            self.publish(link, bound);
        }
    }

    /// When [`batch_end`](Self::batch_end) is to be called at the latest.
    #[inline]
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.due.then(|| self.published_at + INTERVAL)
    }

    pub(crate) fn publish(&mut self, link: &Link<'_>, bound: bool) {
        self.due = false;
        self.published_at = link.now();
        self.set_bound(bound);
        #[expect(clippy::cast_precision_loss, reason = "a window is small")]
        gauge!(OUTSTANDING, self.labels()).set(link.outstanding() as f64);
        for (command_id, counts) in core::mem::take(&mut self.requests) {
            for (outcome, count) in OUTCOMES.into_iter().zip(counts) {
                if count > 0 {
                    let mut labels = self.labels_of(command_id);
                    labels.push(Label::from_static_parts("outcome", outcome));
                    counter!(REQUESTS, labels).increment(count);
                }
            }
        }
        let (before, now) = (&self.published, link.counters());
        for (command_id, count) in now.sent.iter() {
            let more = count - before.sent.of(command_id);
            counter!(PDUS_SENT, self.labels_of(command_id)).increment(more.into());
        }
        for (command_id, count) in now.received.iter() {
            let more = count - before.received.of(command_id);
            counter!(PDUS_RECEIVED, self.labels_of(command_id)).increment(more.into());
        }
        counter!(OCTETS_SENT, self.labels()).increment(now.octets_sent - before.octets_sent);
        counter!(OCTETS_RECEIVED, self.labels())
            .increment(now.octets_received - before.octets_received);
        let times = histogram!(RESPONSE_TIME, self.labels());
        for ((below, count), (_, before)) in now.latency.iter().zip(before.latency.iter()) {
            if count > before {
                let more = usize::try_from(count - before).unwrap_or(usize::MAX);
                times.record_many(below.as_secs_f64(), more);
            }
        }
        self.published = now.clone();
    }

    fn set_bound(&mut self, bound: bool) {
        if bound != self.bound {
            self.bound = bound;
            let sessions = gauge!(SESSIONS, self.labels());
            if bound {
                sessions.increment(1);
            } else {
                sessions.decrement(1);
            }
        }
    }

    fn labels(&self) -> Vec<Label> {
        vec![
            Label::new("system_id", self.system_id.clone()),
            Label::new("peer", self.peer.clone()),
        ]
    }

    fn labels_of(&self, command_id: CommandId) -> Vec<Label> {
        let mut labels = self.labels();
        labels.push(match command_id.name() {
            Some(name) => Label::from_static_parts("command", name),
            None => Label::new("command", command_id.to_string()),
        });
        labels
    }
}

/// A session that is dropped before its end waits for nothing any more.
impl Drop for Metrics {
    fn drop(&mut self) {
        if self.bound {
            self.set_bound(false);
            gauge!(OUTSTANDING, self.labels()).set(0);
        }
    }
}
