//! Health, metrics, and a JSON interface over HTTP.
//!
//! | path | what |
//! | --- | --- |
//! | `GET /healthz` | 200 while the program runs |
//! | `GET /readyz` | 200 while it takes messages, 503 otherwise |
//! | `GET /metrics` | for Prometheus |
//! | `GET /api/sessions` | the bound sessions |
//! | `DELETE /api/sessions/CONNECTION` | unbinds one; 202, or 404 when it is not there |
//! | `GET /api/messages/ID` | where the message stands, and what has happened to it; 404 when there is none |
//! | `POST /api/accounts/SYSTEM_ID/messages` | a message from a mobile subscriber to this account: `{"from": "447700900123", "to": "4711", "text": "YES"}`; 202 once it is kept |
//! | `GET /` | a page with sessions and totals |
//!
//! Errors are `{"error": "…"}`. [`HttpOptions`] limits connections, times and
//! lengths: what happens here does not keep the centre from SMPP.
//!
//! Among the metrics, all of which begin with `smpp_smsc_`:
//!
//! | metric | what |
//! | --- | --- |
//! | `messages_accepted_total`, `messages_ended_total{state}` | messages that were taken, and how they ended |
//! | `attempts_total`, `failed_attempts_total{class}` | attempts to deliver, and those that failed for now, by [class](crate::FailureClass) |
//! | `messages{state}` | messages in the store now: `waiting`, `in_hand`, `ended` |
//! | `outbox`, `outbox_ready{system_id}`, `deliveries_in_flight{system_id}` | what ESMEs are to get: in the store, of it in memory, sent and not answered |
//! | `commits_total`, `committed_changes_total`, `commit_seconds` | groups that the store committed, changes in them, and how long they took |
//! | `engine_inputs`, `passing_messages`, `absent_messages` | queues of the engine |
//! | `findings_total{system_id,finding}` | what was off-spec in PDUs of clients |
//!
//! Stores that cannot tell their sizes, and an engine that does not answer within
//! two seconds, are left out.

mod api;
mod guard;
mod metrics;
mod serve;
mod story;

use core::fmt;
use core::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post};

use crate::Smsc;

pub use serve::serve;

/// Who may ask, and how much.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpOptions {
    /// What everybody but `/healthz` and `/readyz` asks for, as
    /// `Authorization: Bearer TOKEN`. `None`: nobody is asked. Then only
    /// requests are answered whose `Host` is an IP address or localhost, so that
    /// a web page cannot have a browser ask under another name.
    pub token: Option<String>,
    /// Connections at the same time. One more is closed at once. Default 64.
    pub max_connections: u32,
    /// How long the head of a request may take, from the connection or the last
    /// answer on. After that the connection is closed. Default 5 s.
    pub header_time: Duration,
    /// How long a request may take, its body and its answer included. After that
    /// it is answered with 408. Default 10 s.
    pub request_time: Duration,
    /// Octets of a body; a longer one is answered with 413. Default 64 KiB.
    pub max_body: usize,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            token: None,
            max_connections: 64,
            header_time: Duration::from_secs(5),
            request_time: Duration::from_secs(10),
            max_body: 64 * 1024,
        }
    }
}

impl HttpOptions {
    /// Everybody who reaches the listener may ask, within the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whoever shows this token may ask.
    #[must_use]
    pub fn token(mut self, token: Option<String>) -> Self {
        self.token = token;
        self
    }

    /// Sets [`max_connections`](Self::max_connections), at least 1.
    #[must_use]
    pub fn max_connections(mut self, limit: u32) -> Self {
        self.max_connections = limit;
        self
    }

    /// Sets [`header_time`](Self::header_time).
    #[must_use]
    pub fn header_time(mut self, limit: Duration) -> Self {
        self.header_time = limit;
        self
    }

    /// Sets [`request_time`](Self::request_time).
    #[must_use]
    pub fn request_time(mut self, limit: Duration) -> Self {
        self.request_time = limit;
        self
    }

    /// Sets [`max_body`](Self::max_body).
    #[must_use]
    pub fn max_body(mut self, octets: usize) -> Self {
        self.max_body = octets;
        self
    }
}

/// No token reaches a log.
impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("token", &self.token.as_ref().map(|_| "***"))
            .field("max_connections", &self.max_connections)
            .field("header_time", &self.header_time)
            .field("request_time", &self.request_time)
            .field("max_body", &self.max_body)
            .finish()
    }
}

/// The interface as a router of axum, for those who have a server already; that
/// one limits connections and heads of requests.
pub fn router(smsc: Smsc, options: HttpOptions) -> Router {
    let (limit, max_body) = (options.request_time, options.max_body);
    let guarded = Router::new()
        .route("/", get(api::console))
        .route("/console.js", get(api::console_js))
        .route("/console.css", get(api::console_css))
        .route("/metrics", get(metrics::metrics))
        .route("/api/sessions", get(api::sessions))
        .route("/api/sessions/{connection}", delete(api::end_session))
        .route("/api/messages/{id}", get(api::message))
        .route("/api/accounts/{system_id}/messages", post(api::deliver))
        .layer(from_fn_with_state(options, guard::guard));
    Router::new()
        .route("/healthz", get(api::healthz))
        .route("/readyz", get(api::readyz))
        .merge(guarded)
        .fallback(api::nothing)
        .layer(DefaultBodyLimit::max(max_body))
        .layer(from_fn_with_state(limit, serve::in_time))
        .with_state(smsc)
}
