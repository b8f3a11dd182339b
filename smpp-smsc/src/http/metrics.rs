//! What Prometheus asks for.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::api::Problem;
use crate::Smsc;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) async fn metrics(State(smsc): State<Smsc>) -> Response {
    match text(&smsc).await {
        Some(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        None => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "no metrics").into_response(),
    }
}

async fn text(smsc: &Smsc) -> Option<String> {
    let mut registry = Registry::with_prefix("smpp_smsc");
    let stats = smsc.stats();
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
        let counter = Counter::<u64>::default();
        counter.inc_by(value);
        registry.register(name, help, counter);
    }
    let connections = Gauge::<i64>::default();
    connections.set(i64::try_from(smsc.connections()).unwrap_or(i64::MAX));
    registry.register("open_connections", "Connections, bound or not", connections);
    let sessions = Family::<[(&'static str, String); 2], Gauge>::default();
    let in_flight = Family::<[(&'static str, String); 1], Gauge>::default();
    for session in smsc.sessions().await {
        let system_id = session.system_id.to_string();
        let bind = format!("{:?}", session.bind_type).to_lowercase();
        let labels = [("system_id", system_id.clone()), ("bind", bind)];
        sessions.get_or_create(&labels).inc();
        let waiting = i64::try_from(session.in_flight).unwrap_or(i64::MAX);
        in_flight
            .get_or_create(&[("system_id", system_id)])
            .inc_by(waiting);
    }
    registry.register("sessions", "Bound sessions", sessions);
    registry.register(
        "deliveries_in_flight",
        "Deliveries that ESMEs have not answered",
        in_flight,
    );
    let mut text = String::new();
    encode(&mut text, &registry).ok()?;
    Some(text)
}
