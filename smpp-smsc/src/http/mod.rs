//! Health, metrics, and a JSON interface over HTTP.
//!
//! | path | what |
//! | --- | --- |
//! | `GET /healthz` | 200 while the program runs |
//! | `GET /readyz` | 200 while it takes messages, 503 otherwise |
//! | `GET /metrics` | for Prometheus |
//! | `GET /api/sessions` | the bound sessions |
//! | `DELETE /api/sessions/CONNECTION` | unbinds one; 202, or 404 when it is not there |
//! | `GET /api/messages/ID` | where the message stands; 404 when there is none |
//! | `POST /api/accounts/SYSTEM_ID/messages` | a message from a mobile subscriber to this account: `{"from": "447700900123", "to": "4711", "text": "YES"}`; 202 once it is kept |
//! | `GET /` | a page with sessions and totals |
//!
//! Errors are `{"error": "…"}`.

mod api;
mod guard;
mod metrics;

use core::fmt;
use std::io;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post};
use tokio::net::TcpListener;

use crate::Smsc;

/// Who may ask.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct HttpOptions {
    /// What everybody but `/healthz` and `/readyz` asks for, as
    /// `Authorization: Bearer TOKEN`. `None`: nobody is asked. Then only
    /// requests are answered whose `Host` is an IP address or localhost, so that
    /// a web page cannot have a browser ask under another name.
    pub token: Option<String>,
}

impl HttpOptions {
    /// Everybody who reaches the listener may ask.
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
}

/// No token reaches a log.
impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("token", &self.token.as_ref().map(|_| "***"))
            .finish()
    }
}

/// The interface as a router of axum, for those who have a server already.
pub fn router(smsc: Smsc, options: HttpOptions) -> Router {
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
        .with_state(smsc)
}

/// Serves the interface on this listener, until the centre is shut down.
///
/// # Errors
/// What the listener gives.
///
/// # Cancel safety
/// A dropped future stops serving.
pub async fn serve(listener: TcpListener, smsc: Smsc, options: HttpOptions) -> io::Result<()> {
    let stopping = smsc.clone();
    axum::serve(listener, router(smsc, options))
        .with_graceful_shutdown(async move { stopping.stopping().await })
        .await
}
