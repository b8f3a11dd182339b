//! The way between a client and the centre, on which a scenario does its
//! damage: the session behind it stays a well-behaved one.

mod frames;
mod session;
#[cfg(test)]
mod tests;

use core::time::Duration;
use std::sync::Arc;

use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadHalf, split,
};
use tokio::time::{Instant, sleep_until, timeout};

use super::Decisions;
use session::WireSession;

/// Octets between the two that wait on this way.
const ROOM: usize = 64 * 1024;

/// How long the last octets may take, and how long the client may take to close.
const LINGER: Duration = Duration::from_secs(2);

/// Puts a scenario between a client and the centre. Gives the stream for the
/// centre.
pub(crate) fn between<T>(decisions: Arc<Decisions>, client: T, session: u64) -> DuplexStream
where
    T: AsyncRead + AsyncWrite + Send + 'static,
{
    let (near, far) = tokio::io::duplex(ROOM);
    let session = WireSession::new(decisions, session);
    tokio::spawn(relay(client, far, session));
    near
}

async fn relay<T>(client: T, centre: DuplexStream, mut session: WireSession)
where
    T: AsyncRead + AsyncWrite + Send + 'static,
{
    let (mut client_in, mut client_out) = split(client);
    let (mut centre_in, mut centre_out) = split(centre);
    let mut from_client = vec![0; ROOM];
    let mut from_centre = vec![0; ROOM];
    let mut client_ended = false;
    let mut centre_ended = false;
    let mut told_centre = true;
    loop {
        session.handle_time(Instant::now());
        if session.cut {
            // Dropped at the end of this: the client sees the connection break.
            let _ = timeout(LINGER, client_out.write_all(&session.to_client)).await;
            return;
        }
        if centre_ended && session.to_client.is_empty() && !session.has_in_order() {
            let _ = timeout(LINGER, finish(&mut client_out, &mut client_in)).await;
            return;
        }
        if !told_centre && session.to_centre.is_empty() {
            told_centre = true;
            let _ = centre_out.shutdown().await;
        }
        let next = session.next();
        tokio::select! {
            read = client_in.read(&mut from_client),
                if !client_ended && session.to_centre.is_empty() =>
            {
                match read {
                    Ok(len @ 1..) => {
                        session.client_says(from_client.get(..len).unwrap_or_default());
                    }
                    _ => {
                        client_ended = true;
                        session.client_ended();
                        told_centre = false;
                    }
                }
            }
            read = centre_in.read(&mut from_centre),
                if !centre_ended && session.has_room() =>
            {
                match read {
                    Ok(len @ 1..) => {
                        let octets = from_centre.get(..len).unwrap_or_default();
                        session.centre_says(octets, Instant::now());
                    }
                    _ => centre_ended = true,
                }
            }
            written = client_out.write(&session.to_client), if !session.to_client.is_empty() => {
                match written {
                    Ok(len @ 1..) => drop(session.to_client.drain(..len)),
                    // The client is gone.
                    _ => return,
                }
            }
            written = centre_out.write(&session.to_centre), if !session.to_centre.is_empty() => {
                match written {
                    Ok(len @ 1..) => drop(session.to_centre.drain(..len)),
                    // The centre takes no more, but may still say something.
                    _ => session.to_centre.clear(),
                }
            }
            () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
        }
    }
}

/// Says that there is no more, and waits for the client to close: a connection
/// that is dropped with unread octets takes the last answer with it.
async fn finish<T>(client_out: &mut tokio::io::WriteHalf<T>, client_in: &mut ReadHalf<T>)
where
    T: AsyncRead + AsyncWrite,
{
    let mut scrap = [0; 1024];
    if client_out.shutdown().await.is_ok() {
        while let Ok(1..) = client_in.read(&mut scrap).await {}
    }
}
