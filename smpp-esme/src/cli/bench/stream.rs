//! A stream that notes how long it took no more octets.

use core::pin::Pin;
use core::sync::atomic::{AtomicU64, Ordering};
use core::task::{Context, Poll};
use core::time::Duration;
use std::io::{self, IoSlice};
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// The time in which octets waited that the connection did not take.
#[derive(Debug, Default)]
pub(crate) struct Blocked(AtomicU64);

impl Blocked {
    pub(crate) fn total(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    fn add(&self, since: Instant) {
        let nanos = u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_add(nanos, Ordering::Relaxed);
    }
}

/// Passes everything on.
pub(crate) struct Watched<T> {
    inner: T,
    blocked: Arc<Blocked>,
    since: Option<Instant>,
}

impl<T> Watched<T> {
    pub(crate) fn new(inner: T) -> (Self, Arc<Blocked>) {
        let blocked = Arc::new(Blocked::default());
        let watched = Self {
            inner,
            blocked: Arc::clone(&blocked),
            since: None,
        };
        (watched, blocked)
    }

    fn note(&mut self, pending: bool) {
        match (pending, self.since) {
            (true, None) => self.since = Some(Instant::now()),
            (false, Some(since)) => {
                self.blocked.add(since);
                self.since = None;
            }
            _ => {}
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Watched<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Watched<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, octets);
        self.note(written.is_pending());
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, octets);
        self.note(written.is_pending());
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// What waits until the end has waited as well.
impl<T> Drop for Watched<T> {
    fn drop(&mut self) {
        self.note(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test(start_paused = true)]
    async fn the_time_in_which_nothing_is_taken_is_noted() {
        let (ours, mut theirs) = tokio::io::duplex(8);
        let (mut watched, blocked) = Watched::new(ours);
        let reader = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            let mut octets = [0; 16];
            theirs.read_exact(&mut octets).await.unwrap();
            theirs
        });
        watched.write_all(&[1; 8]).await.unwrap();
        assert_eq!(blocked.total(), Duration::ZERO);
        watched.write_all(&[2; 8]).await.unwrap();
        assert_eq!(blocked.total(), Duration::from_secs(2));
        reader.await.unwrap();
    }
}
