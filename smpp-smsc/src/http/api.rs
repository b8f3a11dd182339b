//! The JSON interface.

use std::borrow::Cow;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use smpp_codec::long::{Method, SplitOptions, segments};
use smpp_codec::text::choose;
use smpp_pdu::{Address, DeliverSm, EsmClass, ShortMessage};

use super::story::story;
use crate::store::StoreError;
use crate::{ConnectionId, DeliverError, MessageId, SessionInfo, Smsc};

/// An answer that is none.
pub(super) struct Problem(StatusCode, Cow<'static, str>);

impl Problem {
    pub(super) fn new(status: StatusCode, what: impl Into<Cow<'static, str>>) -> Self {
        Self(status, what.into())
    }

    fn wrong(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, what)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

pub(super) async fn readyz(State(smsc): State<Smsc>) -> (StatusCode, &'static str) {
    match smsc.is_ready().await {
        Ok(true) => (StatusCode::OK, "ready\n"),
        Ok(false) => (StatusCode::SERVICE_UNAVAILABLE, "ending\n"),
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the store does not answer\n",
        ),
    }
}

pub(super) async fn nothing() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "there is nothing here")
}

/// The page runs nothing but its own file: what a peer's name may hold is never
/// taken for a script.
pub(super) async fn console() -> Response {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'";
    let headers = [(header::CONTENT_SECURITY_POLICY, policy)];
    (headers, Html(include_str!("console.html"))).into_response()
}

pub(super) async fn console_js() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (headers, include_str!("console.js")).into_response()
}

pub(super) async fn console_css() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (headers, include_str!("console.css")).into_response()
}

#[derive(Serialize)]
struct Session<'a> {
    connection: u64,
    peer: &'a str,
    system_id: &'a str,
    bind: String,
    version: String,
    in_flight: usize,
}

pub(super) async fn sessions(State(smsc): State<Smsc>) -> Response {
    let sessions = smsc.sessions().await;
    let list: Vec<_> = sessions.iter().map(session).collect();
    Json(list).into_response()
}

pub(super) async fn end_session(
    State(smsc): State<Smsc>,
    Path(connection): Path<String>,
) -> Result<StatusCode, Problem> {
    let ended = connection
        .parse()
        .is_ok_and(|number| smsc.end_session(ConnectionId(number)));
    let unknown = || Problem::new(StatusCode::NOT_FOUND, "there is no such connection");
    ended.then_some(StatusCode::ACCEPTED).ok_or_else(unknown)
}

fn session(info: &SessionInfo) -> Session<'_> {
    Session {
        connection: info.connection.0,
        peer: &info.peer,
        system_id: &info.system_id,
        bind: format!("{:?}", info.bind_type).to_lowercase(),
        version: crate::accounts::number(info.version),
        in_flight: info.in_flight,
    }
}

pub(super) async fn message(
    State(smsc): State<Smsc>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let unknown = || Problem::new(StatusCode::NOT_FOUND, "there is no message with this id");
    let id = MessageId::new(&id).map_err(|_| unknown())?;
    let failed = |error: StoreError| {
        let what = format!("the store: {error}");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, what)
    };
    let found = smsc.find(&id).await.map_err(failed)?;
    if found.is_empty() {
        return Err(unknown());
    }
    let mut stories = Vec::new();
    for message in &found {
        let receipt = smsc.receipt_of(message).await.map_err(failed)?;
        stories.push(story(&smsc, message, receipt));
    }
    Ok(Json(stories).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mobile {
    from: String,
    to: String,
    text: String,
}

pub(super) async fn deliver(
    State(smsc): State<Smsc>,
    Path(system_id): Path<String>,
    body: Result<Json<Mobile>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(mobile) = body.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    let accounts = smsc.accounts();
    // With an authenticator of one's own, the table knows nobody.
    if !accounts.is_empty() && accounts.get(system_id.as_bytes()).is_none() {
        let what = "there is no such account";
        return Err(Problem::new(StatusCode::NOT_FOUND, what));
    }
    let address = |text, field: &str| {
        Address::from_human(text)
            .ok()
            .filter(|address| !address.addr.is_empty() && address.addr.len() <= 20)
            .ok_or_else(|| Problem::wrong(format!("{field} is an address of 1 to 20 characters")))
    };
    let (from, to) = (address(&mobile.from, "from")?, address(&mobile.to, "to")?);
    let encoding = choose(&mobile.text).encoding;
    let reference = u16::try_from(smsc.now().0 & 0xFF).unwrap_or(0);
    let options = SplitOptions::new(Method::Udh8, reference);
    let parts = segments(encoding, mobile.text.as_str(), options)
        .map_err(|error| Problem::wrong(format!("text: {error}")))?;
    let mut texts = Vec::new();
    for part in &parts {
        let mut octets = Vec::new();
        part.write(&mut octets)
            .map_err(|error| Problem::wrong(format!("text: {error}")))?;
        texts.push((part.has_header(), octets));
    }
    let mut messages = Vec::new();
    for (has_header, octets) in &texts {
        let text = ShortMessage::new(octets).map_err(|_| Problem::wrong("text is too long"))?;
        let message = DeliverSm::new(from, to, text)
            .data_coding(encoding.data_coding())
            .esm_class(EsmClass::DEFAULT.with_udhi(*has_header));
        messages.push(message);
    }
    let kept = smsc.deliver(&system_id, &messages).await;
    kept.map_err(|error| match error {
        DeliverError::NotAMessage(_) => Problem::wrong(error.to_string()),
        _ => Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    })?;
    let answer = json!({ "accepted": true, "parts": messages.len() });
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}
