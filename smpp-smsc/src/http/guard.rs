//! Who may ask.

use core::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::HttpOptions;
use super::api::Problem;

pub(super) async fn guard(
    State(options): State<HttpOptions>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let problem = match &options.token {
        Some(token) if shows(headers, token) => None,
        Some(_) => Some(Problem::new(
            StatusCode::UNAUTHORIZED,
            "the header Authorization: Bearer TOKEN is missing, or has another token",
        )),
        None if is_direct(headers) => None,
        None => Some(Problem::new(
            StatusCode::FORBIDDEN,
            "without a token, the Host of a request is an IP address or localhost",
        )),
    };
    match problem {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

fn shows(headers: &HeaderMap, token: &str) -> bool {
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    shown.is_some_and(|shown| crate::accounts::same(shown, token.as_bytes()))
}

/// Whether the request names the address that it was sent to, not a name that
/// somebody else made lead here.
fn is_direct(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else {
        return true;
    };
    let Ok(host) = host.to_str() else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|one| one.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse::<IpAddr>().is_ok()
}
