//! From a listener to a session: limits, PROXY header, TLS handshake.

use core::net::SocketAddr;
use core::sync::atomic::Ordering;
use core::time::Duration;
use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::unbounded_channel;
use tracing::{debug, warn};

use super::gate::Full;
use super::run::Run;
use super::{ConnectionId, Counted, Entry, Hub, Order, Pass, Peer, Place, Service, proxy};

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
pub(super) struct Admitted {
    permit: OwnedSemaphorePermit,
    pass: Pass,
}

impl<S: Service> Hub<S> {
    /// Listens on an address, and serves what connects to it in the background.
    pub(crate) async fn listen_with(
        self: &Arc<Self>,
        address: impl ToSocketAddrs,
        options: ListenOptions,
    ) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let hub = self.clone();
        tokio::spawn(async move { hub.serve_with(listener, options).await });
        Ok(address)
    }

    /// Serves what connects to this listener, until the shutdown.
    pub(crate) async fn serve_with(
        self: &Arc<Self>,
        listener: TcpListener,
        options: ListenOptions,
    ) {
        let mut stopping = self.stopping.subscribe();
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

    fn accepted(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr, options: &ListenOptions) {
        if options.is_plain() {
            self.accept_from(stream, peer);
            return;
        }
        let Some(admitted) = self.admit(&peer.to_string()) else {
            return;
        };
        let (hub, options) = (self.clone(), options.clone());
        let mut stopping = self.stopping.subscribe();
        let number = admitted.pass.number();
        // A slow handshake keeps nobody else from being accepted.
        let handshake = tokio::spawn(async move {
            let handshake = hub.shake_hands(stream, peer, admitted, &options);
            let limit = hub.limits.handshake;
            let failed = tokio::select! {
                done = tokio::time::timeout(limit, handshake) => match done {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => error.to_string(),
                    Err(_) => format!("not done within {limit:?}"),
                },
                _ = stopping.wait_for(|stopping| *stopping) => return,
            };
            hub.service.count(Counted::FailedHandshake);
            // Health checks of balancers come here, too.
            debug!(%peer, reason = failed, "ended before SMPP began");
        });
        let task = handshake.abort_handle();
        self.gate.is_ended_by(number, task, true);
    }

    async fn shake_hands(
        self: &Arc<Self>,
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
            let shown = stream.get_ref().1.peer_certificates();
            let shown = shown.and_then(|chain| chain.first());
            let peer = Peer {
                certificate: shown.map(|first| first.as_ref().into()),
                ..peer.into()
            };
            self.start(stream, peer, admitted, None);
            return Ok(());
        }
        self.start(stream, peer.into(), admitted, None);
        Ok(())
    }

    /// Serves one connection in the background: any stream, whoever accepted it.
    pub(crate) fn accept<T>(self: &Arc<Self>, stream: T, peer: &str) -> Option<ConnectionId>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let admitted = self.admit(peer)?;
        self.start(stream, Peer::named(peer), admitted, None)
    }

    /// As [`accept`](Self::accept), for a peer with an address.
    pub(crate) fn accept_from<T>(
        self: &Arc<Self>,
        stream: T,
        peer: SocketAddr,
    ) -> Option<ConnectionId>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let mut admitted = self.admit(&peer.to_string())?;
        if !self.comes_from(&mut admitted, peer) {
            return None;
        }
        self.start(stream, peer.into(), admitted, None)
    }

    /// A place for one more connection.
    pub(super) fn admit(&self, peer: &str) -> Option<Admitted> {
        let Ok(permit) = self.permits.clone().try_acquire_owned() else {
            self.refused(peer, self.limits.connections, "too many connections");
            return None;
        };
        match self.gate.enter() {
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

    pub(super) fn comes_from(&self, admitted: &mut Admitted, peer: SocketAddr) -> bool {
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
        self.service.count(Counted::RefusedConnection);
        if self.gate.warns() {
            warn!(peer, limit, "{what}");
        } else {
            debug!(peer, limit, "{what}");
        }
    }

    pub(super) fn start<T>(
        self: &Arc<Self>,
        stream: T,
        mut peer: Peer,
        admitted: Admitted,
        first: Option<Order>,
    ) -> Option<ConnectionId>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let id = ConnectionId(self.next_id.fetch_add(1, Ordering::Relaxed));
        peer.connection = id;
        let (commands, receiver) = unbounded_channel();
        if let Some(order) = first {
            // The receiver is here.
            let _ = commands.send(order.into());
        }
        let entry = Entry {
            commands: commands.clone(),
            task: None,
        };
        self.with_connections(|all| all.insert(id, entry));
        let run = Run {
            hub: self.clone(),
            peer: peer.clone(),
            _permit: admitted.permit,
        };
        // Whoever stops first says so and then looks who is there.
        if self.is_stopping() {
            return None;
        }
        debug!(connection = %id, peer = %peer.text, "connected");
        let number = admitted.pass.number();
        let connection = self.service.connect(Place {
            peer,
            pass: admitted.pass,
            commands,
        })?;
        self.service.count(Counted::Connection);
        let task = tokio::spawn(run.run(stream, connection, receiver));
        self.gate.is_ended_by(number, task.abort_handle(), false);
        self.with_connections(|all| {
            if let Some(entry) = all.get_mut(&id) {
                entry.task = Some(task.abort_handle());
            }
        });
        Some(id)
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
