//! Sockets that keep records.

use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdStream;

use socket2::{SockRef, Socket};
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::UnixStream;

/// A connected socket that keeps records (`SOCK_SEQPACKET` of Unix, X.25,
/// SCTP), as a stream for [`ClientBuilder::over`](crate::ClientBuilder::over).
/// Each write is a record; each read gives one, and drops what the buffer has no
/// room for: see [`ClientBuilder::records`](crate::ClientBuilder::records).
///
/// A `tokio::net::UnixStream` over such a socket stands still sooner or later:
/// it takes a read that did not fill the buffer for a sign that nothing is left.
#[derive(Debug)]
pub struct RecordSocket {
    /// Whatever kind of socket it is: of the type only the registration with the
    /// runtime is used.
    socket: UnixStream,
}

impl RecordSocket {
    /// Takes a socket that is connected.
    ///
    /// # Errors
    /// When it cannot be made non-blocking, or waited for.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn new(socket: Socket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let socket = UnixStream::from_std(StdStream::from(OwnedFd::from(socket)))?;
        Ok(Self { socket })
    }
}

impl AsyncRead for RecordSocket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let place = buffer.initialize_unfilled();
        loop {
            ready!(self.socket.poll_read_ready(cx))?;
            let read = || (&*SockRef::from(&self.socket)).read(place);
            match self.socket.try_io(Interest::READABLE, read) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return Poll::Ready(read.map(|octets| buffer.advance(octets))),
            }
        }
    }
}

impl AsyncWrite for RecordSocket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        record: &[u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.socket.poll_write_ready(cx))?;
            let write = || (&*SockRef::from(&self.socket)).write(record);
            match self.socket.try_io(Interest::WRITABLE, write) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(SockRef::from(&self.socket).shutdown(Shutdown::Write))
    }
}
