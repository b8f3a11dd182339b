//! A server that connects to an ESME and asks it to bind.

use core::net::SocketAddr;
use std::io;
use std::sync::Arc;

use smpp_codec::encode;
use smpp_pdu::{COctetStr, Outbind, Password, Pdu, SequenceNumber};
use tokio::net::TcpStream;

use super::{ConnectionId, Hub, Order, Peer, Service};

/// Why no `outbind` was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutbindError {
    /// Nobody listens there, or no connection is to be had.
    #[error("cannot connect: {0}")]
    Connect(#[from] io::Error),
    /// A `system_id` of more than 15 octets, a password of more than 8, or a NUL
    /// in one of them.
    #[error("this cannot be an outbind: {0}")]
    NotAnOutbind(String),
    /// There are as many connections as there may be, or the server is about to end.
    #[error("no more connections are taken")]
    Full,
}

impl<S: Service> Hub<S> {
    /// Connects to `address`, sends `outbind`, and serves the connection.
    pub(crate) async fn outbind(
        self: &Arc<Self>,
        address: SocketAddr,
        system_id: &str,
        password: &str,
    ) -> Result<ConnectionId, OutbindError> {
        let octets = encoded(system_id, password)?;
        let mut admitted = self.admit(&address.to_string()).ok_or(OutbindError::Full)?;
        if !self.comes_from(&mut admitted, address) {
            return Err(OutbindError::Full);
        }
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let peer = Peer::from(address);
        let id = self.start(stream, peer, admitted, Some(Order::Outbind(octets)));
        id.ok_or(OutbindError::Full)
    }
}

fn encoded(system_id: &str, password: &str) -> Result<Vec<u8>, OutbindError> {
    let wrong = |what: &dyn core::fmt::Display| OutbindError::NotAnOutbind(what.to_string());
    let system_id = COctetStr::try_from(system_id).map_err(|error| wrong(&error))?;
    let password = COctetStr::try_from(password).map_err(|error| wrong(&error))?;
    if system_id.len() > 15 || password.len() > 8 {
        return Err(wrong(&"a name or password that is too long"));
    }
    let outbind = Outbind::default()
        .system_id(system_id)
        .password(Password(password));
    let mut octets = Vec::new();
    encode(&Pdu::request(SequenceNumber::FIRST, outbind), &mut octets)
        .map_err(|error| wrong(&error))?;
    Ok(octets)
}
