//! Who may connect.

use smpp_pdu::*;
use smpp_smsc::handler::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::*;

async fn is_closed(mut stream: TcpStream) -> bool {
    matches!(soon(stream.read(&mut [0])).await, Ok(0) | Err(_))
}

#[tokio::test]
async fn connections_from_one_address_may_be_limited() {
    let mut options = Options::new();
    options.limits = Limits::new().per_address(1);
    let (server, mut calls) = relay(options);
    let listen = ListenOptions::new();
    let address = server.listen("127.0.0.1:0", listen).await.unwrap();
    let mut first = Client::over(TcpStream::connect(address).await.unwrap());
    first.bind().await;
    let session = calls.session().await;
    assert_eq!(session.peer().ip(), Some("127.0.0.1".parse().unwrap()));
    assert!(is_closed(TcpStream::connect(address).await.unwrap()).await);
    first.ask(Unbind::default()).await;
    calls.closed().await;
    soon(async {
        while server.connections() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let mut again = Client::over(TcpStream::connect(address).await.unwrap());
    again.bind().await;
}

#[tokio::test]
async fn a_factory_sees_who_connects_and_may_refuse() {
    let factory = |peer: &Peer| {
        let known = peer.ip() == Some("192.0.2.1".parse().unwrap());
        known.then_some(Open)
    };
    let server = Server::new(factory, Options::new());
    let listen = ListenOptions::new().proxy_protocol(true);
    let address = server.listen("127.0.0.1:0", listen).await.unwrap();
    let mut known = TcpStream::connect(address).await.unwrap();
    known
        .write_all(b"PROXY TCP4 192.0.2.1 127.0.0.1 40001 2775\r\n")
        .await
        .unwrap();
    Client::over(known).bind().await;
    let mut other = TcpStream::connect(address).await.unwrap();
    other
        .write_all(b"PROXY TCP4 192.0.2.2 127.0.0.1 40001 2775\r\n")
        .await
        .unwrap();
    assert!(is_closed(other).await);
}

/// Lets everybody bind.
struct Open;

#[smpp_smsc::async_trait]
impl Handler for Open {
    async fn bind(
        &mut self,
        _bind: Owned<Bind<'static>>,
        _session: SessionHandle,
    ) -> Result<(), CommandStatus> {
        Ok(())
    }
}
