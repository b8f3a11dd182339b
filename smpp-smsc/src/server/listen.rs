//! From a listener to a session: limits, PROXY header, TLS handshake.

use core::net::SocketAddr;
use core::sync::atomic::Ordering;
use core::time::Duration;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::unbounded_channel;
use tracing::{debug, warn};

use super::gate::Full;
use super::{Entry, Pass, Run, Smsc, proxy};
use crate::connection::{Connection, Peer};
use crate::registry::ConnectionId;
#[cfg(feature = "scenario")]
use crate::scenario::{RequestFaults, between};

/// The longest wait after an error of accepting.
const MAX_ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// What happens on a connection before SMPP does.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ListenOptions {
    /// A load balancer in front of the centre writes a PROXY header, version 1
    /// or 2, and that says who connects. Whoever can reach such a listener can
    /// claim any address: let nobody reach it but the balancer.
    pub proxy_protocol: bool,
    /// SMPP over TLS.
    #[cfg(feature = "tls")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
    pub tls: Option<super::TlsServer>,
}

impl ListenOptions {
    /// SMPP, and nothing before it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With or without a PROXY header.
    #[must_use]
    pub fn proxy_protocol(mut self, on: bool) -> Self {
        self.proxy_protocol = on;
        self
    }

    /// With TLS.
    #[cfg(feature = "tls")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
    #[must_use]
    pub fn tls(mut self, tls: super::TlsServer) -> Self {
        self.tls = Some(tls);
        self
    }

    const fn is_plain(&self) -> bool {
        #[cfg(feature = "tls")]
        if self.tls.is_some() {
            return false;
        }
        !self.proxy_protocol
    }
}

/// The places that a connection has taken.
struct Admitted {
    permit: OwnedSemaphorePermit,
    pass: Pass,
}

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
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let smsc = self.clone();
        tokio::spawn(async move { smsc.serve_with(listener, options).await });
        Ok(address)
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
        let mut stopping = self.inner.stopping.subscribe();
        let mut pause = Duration::ZERO;
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stopping.wait_for(|stopping| *stopping) => return,
            };
            match accepted {
                Ok((stream, peer)) => {
                    pause = Duration::ZERO;
                    // Answers are written in batches: there is nothing to wait for.
                    if let Err(error) = stream.set_nodelay(true) {
                        debug!(%peer, %error, "the connection ended before it began");
                        continue;
                    }
                    self.accepted(stream, peer, &options);
                }
                Err(error) if is_of_one_connection(&error) => {
                    debug!(%error, "a connection ended before it was accepted");
                }
                Err(error) => {
                    // Out of descriptors, as a rule: others must end first.
                    pause = (pause * 2).clamp(Duration::from_millis(10), MAX_ACCEPT_PAUSE);
                    warn!(%error, ?pause, "connections cannot be accepted");
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    fn accepted(&self, stream: TcpStream, peer: SocketAddr, options: &ListenOptions) {
        if options.is_plain() {
            self.accept_from(stream, peer);
            return;
        }
        let Some(admitted) = self.admit(&peer.to_string()) else {
            return;
        };
        let (smsc, options) = (self.clone(), options.clone());
        let mut stopping = self.inner.stopping.subscribe();
        let number = admitted.pass.number();
        // A slow handshake keeps nobody else from being accepted.
        let handshake = tokio::spawn(async move {
            let handshake = smsc.shake_hands(stream, peer, admitted, &options);
            let limit = smsc.inner.handshake;
            let failed = tokio::select! {
                done = tokio::time::timeout(limit, handshake) => match done {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => error.to_string(),
                    Err(_) => format!("not done within {limit:?}"),
                },
                _ = stopping.wait_for(|stopping| *stopping) => return,
            };
            smsc.inner.shared.counters.failed_handshakes.add(1);
            // Health checks of balancers come here, too.
            debug!(%peer, reason = failed, "ended before SMPP began");
        });
        let task = handshake.abort_handle();
        self.inner.gate.is_ended_by(number, task, true);
    }

    async fn shake_hands(
        &self,
        mut stream: TcpStream,
        mut peer: SocketAddr,
        mut admitted: Admitted,
        options: &ListenOptions,
    ) -> io::Result<()> {
        if options.proxy_protocol {
            let balancer = peer;
            peer = proxy::read_header(&mut stream).await?.unwrap_or(peer);
            debug!(%peer, %balancer, "connected by a balancer");
        }
        if !self.comes_from(&mut admitted, peer) {
            return Ok(());
        }
        #[cfg(feature = "tls")]
        if let Some(tls) = &options.tls {
            let stream = tls.acceptor().accept(stream).await?;
            self.start(stream, peer_of(peer), admitted);
            return Ok(());
        }
        self.start(stream, peer_of(peer), admitted);
        Ok(())
    }

    /// Serves one connection in the background: any stream, whoever accepted
    /// it. `peer` is what logs call it. `None`, and the stream dropped, when
    /// there are as many connections as there may be, or after a shutdown began.
    pub fn accept<T>(&self, stream: T, peer: &str) -> Option<ConnectionId>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let admitted = self.admit(peer)?;
        let peer = Peer {
            text: peer.into(),
            ip: None,
        };
        self.start(stream, peer, admitted)
    }

    /// As [`accept`](Self::accept), for a peer with an address: that counts for
    /// the networks that accounts may bind from, and for the limit of
    /// connections from one address.
    pub fn accept_from<T>(&self, stream: T, peer: SocketAddr) -> Option<ConnectionId>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let mut admitted = self.admit(&peer.to_string())?;
        if !self.comes_from(&mut admitted, peer) {
            return None;
        }
        self.start(stream, peer_of(peer), admitted)
    }

    /// A place for one more connection.
    fn admit(&self, peer: &str) -> Option<Admitted> {
        let Ok(permit) = self.inner.permits.clone().try_acquire_owned() else {
            self.refused(peer, self.inner.max_connections, "too many connections");
            return None;
        };
        match self.inner.gate.enter() {
            Ok((pass, ended)) => {
                if let Some(full) = ended {
                    self.full("the one that waited longest", full);
                }
                Some(Admitted { permit, pass })
            }
            Err(full) => {
                self.full(peer, full);
                None
            }
        }
    }

    fn comes_from(&self, admitted: &mut Admitted, peer: SocketAddr) -> bool {
        match admitted.pass.comes_from(peer.ip()) {
            Ok(()) => true,
            Err(full) => {
                self.full(&peer.to_string(), full);
                false
            }
        }
    }

    fn full(&self, peer: &str, full: Full) {
        match full {
            Full::Unbound(limit) => {
                self.refused(peer, limit, "too many connections without a bind");
            }
            Full::Address(limit) => {
                self.refused(peer, limit, "too many connections from one address");
            }
        }
    }

    fn refused(&self, peer: &str, limit: u32, what: &str) {
        self.inner.shared.counters.refused_connections.add(1);
        if self.inner.gate.warns() {
            warn!(peer, limit, "{what}");
        } else {
            debug!(peer, limit, "{what}");
        }
    }

    fn start<T>(&self, stream: T, peer: Peer, admitted: Admitted) -> Option<ConnectionId>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let inner = &self.inner;
        let id = ConnectionId(inner.next_id.fetch_add(1, Ordering::Relaxed));
        let (commands, receiver) = unbounded_channel();
        let entry = Entry {
            commands: commands.clone(),
            task: None,
        };
        inner.with_connections(|all| all.insert(id, entry));
        // Whoever stops first says so and then looks who is there.
        if *inner.stopping.borrow() {
            inner.with_connections(|all| all.remove(&id));
            return None;
        }
        debug!(connection = %id, peer = %peer.text, "connected");
        inner.shared.counters.connections.add(1);
        let shared = inner.shared.clone();
        let number = admitted.pass.number();
        let connection = Connection::new(id, peer, admitted.pass, shared, commands);
        let run = Run {
            inner: inner.clone(),
            id,
            _permit: admitted.permit,
        };
        let config = inner.shared.session;
        #[cfg(feature = "scenario")]
        let task = match &inner.scenario {
            None => tokio::spawn(run.run(stream, config, connection, receiver)),
            Some(decisions) => {
                let faults = RequestFaults::new(decisions.clone(), id.0);
                let connection = connection.with_faults(Box::new(faults));
                if decisions.needs_wire() {
                    let stream = between(decisions.clone(), stream, id.0);
                    tokio::spawn(run.run(stream, config, connection, receiver))
                } else {
                    tokio::spawn(run.run(stream, config, connection, receiver))
                }
            }
        };
        #[cfg(not(feature = "scenario"))]
        let task = tokio::spawn(run.run(stream, config, connection, receiver));
        inner.gate.is_ended_by(number, task.abort_handle(), false);
        inner.with_connections(|all| {
            if let Some(entry) = all.get_mut(&id) {
                entry.task = Some(task.abort_handle());
            }
        });
        Some(id)
    }
}

fn peer_of(address: SocketAddr) -> Peer {
    Peer {
        text: address.to_string().into(),
        ip: Some(address.ip()),
    }
}

/// Errors of `accept` that say nothing about the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}
