//! How a message centre gets its connections.

use core::net::SocketAddr;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, ToSocketAddrs};

use super::Smsc;
use crate::hub::{ConnectionId, ListenOptions, OutbindError};

impl Smsc {
    /// Listens on an address, and serves what connects to it in the background.
    /// Gives the address, with the port that was chosen for port 0.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn listen(&self, address: impl ToSocketAddrs) -> io::Result<SocketAddr> {
        self.listen_with(address, ListenOptions::new()).await
    }

    /// As [`listen`](Self::listen), with options.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn listen_with(
        &self,
        address: impl ToSocketAddrs,
        options: ListenOptions,
    ) -> io::Result<SocketAddr> {
        self.inner.hub.listen_with(address, options).await
    }

    /// Serves what connects to this listener, until [`Smsc::shutdown`]. Several
    /// listeners may be served at the same time.
    ///
    /// # Cancel safety
    /// A dropped future stops accepting; connections go on.
    pub async fn serve(&self, listener: TcpListener) {
        self.serve_with(listener, ListenOptions::new()).await;
    }

    /// As [`serve`](Self::serve), with options.
    ///
    /// # Cancel safety
    /// A dropped future stops accepting; connections go on.
    pub async fn serve_with(&self, listener: TcpListener, options: ListenOptions) {
        self.inner.hub.serve_with(listener, options).await;
    }

    /// Serves one connection in the background: any stream, whoever accepted
    /// it. `peer` is what logs call it. `None`, and the stream dropped, when
    /// there are as many connections as there may be, or after a shutdown began.
    pub fn accept<T>(&self, stream: T, peer: &str) -> Option<ConnectionId>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        self.inner.hub.accept(stream, peer)
    }

    /// As [`accept`](Self::accept), for a peer with an address: that counts for
    /// the networks that accounts may bind from, and for the limit of
    /// connections from one address.
    pub fn accept_from<T>(&self, stream: T, peer: SocketAddr) -> Option<ConnectionId>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        self.inner.hub.accept_from(stream, peer)
    }

    /// Connects to an ESME, asks it to bind (`outbind`, 3.4, 4.1.7; 5.0, 4.1.1.7),
    /// and serves that connection as one that was accepted: the ESME binds as any
    /// other, or the connection is closed when the time for it is over. The limits
    /// of connections hold. `system_id`, at most 15 octets, and `password`, at
    /// most 8, are how the centre makes itself known to the ESME.
    ///
    /// # Errors
    /// [`OutbindError`]; then there is no such connection.
    ///
    /// # Cancel safety
    /// A dropped future sends nothing.
    pub async fn outbind(
        &self,
        address: SocketAddr,
        system_id: &str,
        password: &str,
    ) -> Result<ConnectionId, OutbindError> {
        self.inner.hub.outbind(address, system_id, password).await
    }
}
