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

#[cfg(feature = "tls")]
mod tls {
    use std::sync::Arc;

    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use smpp_esme::{BindConfig, ClientBuilder, Endpoint, TlsConfig};
    use smpp_smsc::TlsServer;
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[tokio::test]
    async fn a_factory_sees_the_certificate_of_a_client() {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = Arc::new(CertifiedIssuer::self_signed(params, key).unwrap());
        let issue = || {
            let params = CertificateParams::new(vec!["localhost".into()]).unwrap();
            let key = KeyPair::generate().unwrap();
            let certificate = params.signed_by(&key, &*authority).unwrap();
            (certificate, key.serialize_pem())
        };
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let (certificate, key) = issue();
        std::fs::write(path("cert.pem"), certificate.pem()).unwrap();
        std::fs::write(path("key.pem"), key).unwrap();
        std::fs::write(path("ca.pem"), authority.pem()).unwrap();
        let tls = TlsServer::from_files(path("cert.pem"), path("key.pem"), Some(path("ca.pem")));

        let (sender, mut shown) = unbounded_channel();
        let factory = move |peer: &Peer| {
            let _ = sender.send(peer.certificate().map(<[u8]>::to_vec));
            Some(Open)
        };
        let server = Server::new(factory, Options::new());
        let listen = ListenOptions::new().tls(tls.unwrap());
        let address = server.listen("127.0.0.1:0", listen).await.unwrap();
        let (certificate, key) = issue();
        let client = TlsConfig::new()
            .ca_pem(authority.pem())
            .client_certificate_pem(certificate.pem(), key)
            .server_name("localhost");
        let endpoint = Endpoint::new("127.0.0.1", address.port()).tls(client);
        let bind = BindConfig::new("esme", "secret");
        let (_client, _incoming) = ClientBuilder::new(bind)
            .connect_to(&endpoint)
            .await
            .unwrap();
        let shown = soon(shown.recv()).await.unwrap();
        assert_eq!(shown.as_deref(), Some(&**certificate.der()));
    }
}
