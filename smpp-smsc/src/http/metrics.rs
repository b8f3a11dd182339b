//! What Prometheus asks for.

use core::fmt;
use core::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::api::Problem;
use crate::{CommitTimes, FailureClass, Smsc, Stats};

/// Series of one metric, where there is one for each account.
const MAX_SERIES: usize = 1000;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) async fn metrics(State(smsc): State<Smsc>) -> Response {
    match text(&smsc).await {
        Some(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        None => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "no metrics").into_response(),
    }
}

/// How long the engine is waited for. Where it hangs, the rest is told all the
/// same: that is when somebody looks.
const PATIENCE: Duration = Duration::from_secs(2);

type Labels<const N: usize> = [(&'static str, String); N];

async fn text(smsc: &Smsc) -> Option<String> {
    let mut registry = Registry::with_prefix("smpp_smsc");
    let stats = smsc.stats();
    connections(&mut registry, smsc, &stats);
    messages(&mut registry, smsc, &stats);
    sizes(&mut registry, smsc).await;
    let engine = async {
        sessions(&mut registry, smsc).await;
        queues(&mut registry, smsc).await;
    };
    let _ = tokio::time::timeout(PATIENCE, engine).await;
    let mut text = String::new();
    encode(&mut text, &registry).ok()?;
    Some(text)
}

fn count(registry: &mut Registry, name: &str, help: &str, value: u64) {
    let counter = Counter::<u64>::default();
    counter.inc_by(value);
    registry.register(name, help, counter);
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: usize) {
    let gauge = Gauge::<i64>::default();
    gauge.set(signed(value));
    registry.register(name, help, gauge);
}

fn signed(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

fn connections(registry: &mut Registry, smsc: &Smsc, stats: &Stats) {
    for (name, help, value) in [
        (
            "connections",
            "Connections that were served",
            stats.connections,
        ),
        (
            "refused_connections",
            "Connections that were closed at once, because a limit was reached",
            stats.refused_connections,
        ),
        (
            "failed_handshakes",
            "Connections that ended before their TLS handshake or PROXY header did",
            stats.failed_handshakes,
        ),
        ("binds", "Binds that were accepted", stats.binds),
        (
            "refused_binds",
            "Binds that were refused",
            stats.refused_binds,
        ),
        (
            "requests",
            "Requests of bound sessions, without enquire_link",
            stats.requests,
        ),
        (
            "refused_requests",
            "Requests of bound sessions that were refused",
            stats.refused_requests,
        ),
        (
            "delivered",
            "Deliveries that ESMEs acknowledged",
            stats.delivered,
        ),
        ("faults", "What peers did that they must not", stats.faults),
    ] {
        count(registry, name, help, value);
    }
    let findings = Family::<Labels<2>, Counter>::default();
    for one in smsc.findings().into_iter().take(MAX_SERIES) {
        let labels = [
            ("system_id", one.system_id.to_string()),
            ("finding", one.finding.to_owned()),
        ];
        findings.get_or_create(&labels).inc_by(one.count);
    }
    registry.register(
        "findings",
        "What was off-spec in PDUs of bound sessions",
        findings,
    );
    gauge(
        registry,
        "open_connections",
        "Connections, bound or not",
        smsc.connections(),
    );
}

fn messages(registry: &mut Registry, smsc: &Smsc, stats: &Stats) {
    for (name, help, value) in [
        (
            "messages_accepted",
            "Messages of ESMEs that were taken, each recipient counted",
            stats.messages_accepted,
        ),
        ("attempts", "Attempts to deliver a message", stats.attempts),
        (
            "commits",
            "Groups of changes that the store has committed",
            stats.commits,
        ),
        (
            "committed_changes",
            "Changes in these groups",
            stats.committed_changes,
        ),
        (
            "failed_commits",
            "Groups of changes that the store did not take",
            stats.failed_commits,
        ),
    ] {
        count(registry, name, help, value);
    }
    let ended = Family::<Labels<1>, Counter>::default();
    for (state, value) in [
        ("delivered", stats.messages_delivered),
        ("expired", stats.messages_expired),
        ("undeliverable", stats.messages_undeliverable),
        ("rejected", stats.messages_rejected),
        ("deleted", stats.messages_deleted),
        ("other", stats.messages_ended_otherwise),
    ] {
        let labels = [("state", state.to_owned())];
        ended.get_or_create(&labels).inc_by(value);
    }
    registry.register(
        "messages_ended",
        "Messages that reached a final state",
        ended,
    );
    let failed = Family::<Labels<1>, Counter>::default();
    for (class, value) in [
        (FailureClass::Absent, stats.failed_absent),
        (FailureClass::Busy, stats.failed_busy),
        (FailureClass::Congestion, stats.failed_congestion),
        (FailureClass::Link, stats.failed_link),
        (FailureClass::System, stats.failed_system),
    ] {
        let labels = [("class", class.name().to_owned())];
        failed.get_or_create(&labels).inc_by(value);
    }
    registry.register(
        "failed_attempts",
        "Attempts that failed for now, and are followed by another",
        failed,
    );
    registry.register_with_unit(
        "commit",
        "How long the store takes for a group of changes",
        Unit::Seconds,
        CommitHistogram(smsc.commit_times()),
    );
}

/// Counted elsewhere, since the library does so without this one.
#[derive(Debug)]
struct CommitHistogram(CommitTimes);

impl EncodeMetric for CommitHistogram {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), fmt::Error> {
        let times = &self.0;
        let classes = times.classes.iter();
        let mut buckets: Vec<_> = classes
            .map(|(bound, count)| (bound.as_secs_f64(), *count))
            .collect();
        let within: u64 = buckets.iter().map(|(_, count)| count).sum();
        buckets.push((f64::MAX, times.count.saturating_sub(within)));
        let total = times.total.as_secs_f64();
        encoder.encode_histogram::<NoLabelSet>(total, times.count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

async fn sizes(registry: &mut Registry, smsc: &Smsc) {
    let asked = tokio::time::timeout(PATIENCE, smsc.sizes()).await;
    let Ok(Ok(Some(sizes))) = asked else {
        return;
    };
    let messages = Family::<Labels<1>, Gauge>::default();
    for (state, value) in [
        ("waiting", sizes.waiting),
        ("in_hand", sizes.in_hand),
        ("ended", sizes.ended),
    ] {
        let labels = [("state", state.to_owned())];
        messages.get_or_create(&labels).set(signed(value));
    }
    registry.register(
        "messages",
        "Messages in the store: waiting for an attempt, with one under way, ended",
        messages,
    );
    let outbox = Gauge::<i64>::default();
    outbox.set(signed(sizes.outbox));
    registry.register(
        "outbox",
        "What ESMEs are to get and have not acknowledged, in the store",
        outbox,
    );
}

async fn sessions(registry: &mut Registry, smsc: &Smsc) {
    let sessions = Family::<Labels<2>, Gauge>::default();
    let in_flight = Family::<Labels<1>, Gauge>::default();
    for session in smsc.sessions().await {
        let system_id = session.system_id.to_string();
        let bind = format!("{:?}", session.bind_type).to_lowercase();
        let labels = [("system_id", system_id.clone()), ("bind", bind)];
        sessions.get_or_create(&labels).inc();
        in_flight
            .get_or_create(&[("system_id", system_id)])
            .inc_by(signed(session.in_flight));
    }
    registry.register("sessions", "Bound sessions", sessions);
    registry.register(
        "deliveries_in_flight",
        "Deliveries that ESMEs have not answered",
        in_flight,
    );
}

async fn queues(registry: &mut Registry, smsc: &Smsc) {
    let queues = smsc.queues().await;
    let outboxes = Family::<Labels<1>, Gauge>::default();
    for (account, length) in queues.outboxes.into_iter().take(MAX_SERIES) {
        outboxes
            .get_or_create(&[("system_id", account.to_string())])
            .set(signed(length));
    }
    registry.register(
        "outbox_ready",
        "What waits in memory for an account that receives; the store may have more",
        outboxes,
    );
    for (name, help, value) in [
        (
            "engine_inputs",
            "Batches that waited when the engine last began a turn",
            queues.inputs,
        ),
        (
            "passing_messages",
            "Messages in datagram and transaction mode that are under way",
            queues.passing,
        ),
        (
            "absent_messages",
            "Messages that are tried again as soon as their recipient is back",
            queues.absent,
        ),
    ] {
        gauge(registry, name, help, value);
    }
}
