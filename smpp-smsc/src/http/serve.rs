//! Connections of the interface, within limits.

use core::pin::pin;
use core::time::Duration;
use std::io;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{debug, warn};

use super::api::Problem;
use super::{HttpOptions, router};
use crate::Smsc;

/// How long a connection is used, for however many requests. Whoever does not
/// read its answer has a place for no longer.
const LIFETIME: Duration = Duration::from_secs(120);

/// Octets of the head of a request.
const MAX_HEAD: usize = 16 * 1024;

/// How long it waits before it accepts again after an error: out of descriptors,
/// as a rule.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Serves the interface on this listener, until the centre is shut down. What
/// comes here takes no place of the listeners for SMPP, and is limited by
/// [`HttpOptions`].
///
/// # Errors
/// None at present: what befalls one connection ends that connection.
///
/// # Cancel safety
/// A dropped future stops accepting; connections go on.
pub async fn serve(listener: TcpListener, smsc: Smsc, options: HttpOptions) -> io::Result<()> {
    let max_connections = options.max_connections.clamp(1, 100_000);
    let places = Arc::new(Semaphore::new(max_connections as usize));
    let server = Server {
        header_time: options.header_time,
        request_time: options.request_time,
        service: TowerToHyperService::new(router(smsc.clone(), options)),
        smsc: smsc.clone(),
    };
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = smsc.stopping() => break,
        };
        match accepted {
            Ok((stream, peer)) => match places.clone().try_acquire_owned() {
                Ok(place) => {
                    tokio::spawn(server.clone().serve(stream, place));
                }
                Err(_) => debug!(%peer, "one HTTP connection too many is closed"),
            },
            Err(error) => {
                warn!(%error, "HTTP connections cannot be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let ended = places.acquire_many(max_connections);
    let _ = tokio::time::timeout(server.request_time, ended).await;
    Ok(())
}

#[derive(Clone)]
struct Server {
    header_time: Duration,
    request_time: Duration,
    service: TowerToHyperService<axum::Router>,
    smsc: Smsc,
}

impl Server {
    async fn serve(self, stream: TcpStream, _place: OwnedSemaphorePermit) {
        // One that has just ended is noticed when it is read.
        let _ = stream.set_nodelay(true);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_time)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), self.service);
        let mut connection = pin!(connection);
        let over = async {
            tokio::select! {
                () = tokio::time::sleep(LIFETIME) => {}
                () = self.smsc.stopping() => {}
            }
        };
        tokio::select! {
            // What strangers do wrong is not worth a line of the log.
            _ = connection.as_mut() => return,
            () = over => {}
        }
        // A request that is under way is answered.
        connection.as_mut().graceful_shutdown();
        let _ = tokio::time::timeout(self.request_time, connection).await;
    }
}

/// Ends requests that take too long: a body that does not come, a store that does
/// not answer.
pub(super) async fn in_time(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    let answered = tokio::time::timeout(limit, next.run(request)).await;
    answered.unwrap_or_else(|_| {
        let what = "the request took too long";
        Problem::new(StatusCode::REQUEST_TIMEOUT, what).into_response()
    })
}
