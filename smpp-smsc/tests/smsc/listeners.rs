//! Limits of connections, PROXY headers and TLS.

use smpp_pdu::*;
use smpp_smsc::ListenOptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::*;

/// Whether the centre closes this connection.
async fn is_closed(mut stream: TcpStream) -> bool {
    matches!(stream.read(&mut [0]).await, Ok(0) | Err(_))
}

#[tokio::test]
async fn connections_without_a_bind_may_be_limited() {
    let (smsc, address) = serve(centre().max_unbound(2)).await;
    let first = Client::connect(address).await;
    until(|| async { smsc.connections() == 1 }).await;
    let mut second = Client::connect(address).await;
    until(|| async { smsc.connections() == 2 }).await;
    let _third = Client::connect(address).await;
    // The one that has waited longest makes room.
    assert!(is_closed(first.stream).await);
    // Who has bound is not among them any more.
    let version = InterfaceVersion::V3_4;
    let resp = second.bind(BindType::Transceiver, version, ACCOUNT).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    Client::bound(address, BindType::Transceiver)
        .await
        .leave()
        .await;
    assert_eq!(smsc.stats().refused_connections, 1);
}

#[tokio::test]
async fn connections_from_one_address_may_be_limited() {
    let (smsc, address) = serve(centre().max_per_address(1)).await;
    let first = Client::bound(address, BindType::Transceiver).await;
    assert!(is_closed(TcpStream::connect(address).await.unwrap()).await);
    let elsewhere = tokio::net::TcpSocket::new_v4().unwrap();
    elsewhere.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = Client::over(elsewhere.connect(address).await.unwrap());
    other
        .bind(BindType::Transceiver, InterfaceVersion::V3_4, ACCOUNT)
        .await;
    other.is_served().await;
    first.leave().await;
    until(|| async { smsc.connections() == 1 }).await;
    Client::bound(address, BindType::Transceiver)
        .await
        .leave()
        .await;
}

#[tokio::test]
async fn a_balancer_says_who_connects() {
    let smsc = centre().max_per_address(1).start();
    let options = ListenOptions::new().proxy_protocol(true);
    let address = smsc.listen_with("127.0.0.1:0", options).await.unwrap();
    let mut clients = Vec::new();
    for source in ["192.0.2.1 127.0.0.1 40001", "192.0.2.2 127.0.0.1 40002"] {
        let mut client = Client::connect(address).await;
        // In one write with the bind: not one octet of that is lost.
        let mut octets = format!("PROXY TCP4 {source} 2775\r\n").into_bytes();
        octets.extend(client.encode(Bind::new(
            BindType::Transceiver,
            text("esme"),
            text("secret"),
        )));
        client.write(&octets).await;
        assert_eq!(client.receive().await.status(), CommandStatus::ESME_ROK);
        clients.push(client);
    }
    let peers: Vec<_> = smsc
        .sessions()
        .await
        .into_iter()
        .map(|one| one.peer)
        .collect();
    assert_eq!(peers.len(), 2);
    for peer in ["192.0.2.1:40001", "192.0.2.2:40002"] {
        assert!(peers.iter().any(|one| &**one == peer), "{peers:?}");
    }
    // One address has one connection, whoever carries it here.
    let mut third = TcpStream::connect(address).await.unwrap();
    third
        .write_all(b"PROXY TCP4 192.0.2.1 127.0.0.1 3 2775\r\n")
        .await
        .unwrap();
    assert!(is_closed(third).await);
}

#[tokio::test]
async fn without_its_header_a_balancer_is_not_served_and_others_must_not_write_one() {
    let (smsc, plain) = serve(centre()).await;
    let options = ListenOptions::new().proxy_protocol(true);
    let behind = smsc.listen_with("127.0.0.1:0", options).await.unwrap();
    let mut client = Client::connect(behind).await;
    client
        .send(Bind::new(
            BindType::Transceiver,
            text("esme"),
            text("secret"),
        ))
        .await;
    assert!(client.next().await.is_none());
    until(|| async { smsc.stats().failed_handshakes == 1 }).await;
    let mut liar = Client::connect(plain).await;
    liar.write(b"PROXY TCP4 10.0.0.1 127.0.0.1 1 2775\r\n")
        .await;
    if let Some(received) = liar.next().await {
        assert_eq!(received.id(), CommandId::GENERIC_NACK);
        assert!(liar.next().await.is_none());
    }
}

#[cfg(feature = "tls")]
mod tls {
    use core::time::Duration;

    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use smpp_esme::{BindConfig, ClientBuilder, Endpoint, TlsConfig};
    use smpp_smsc::{Smsc, TlsServer};
    use tempfile::TempDir;

    use super::*;

    struct Authority(CertifiedIssuer<'static, KeyPair>);

    impl Authority {
        fn new() -> Self {
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            let key = KeyPair::generate().unwrap();
            Self(CertifiedIssuer::self_signed(params, key).unwrap())
        }

        fn pem(&self) -> String {
            self.0.pem()
        }

        /// Certificate and key.
        fn issue(&self) -> (String, String) {
            let params = CertificateParams::new(vec!["localhost".into()]).unwrap();
            let key = KeyPair::generate().unwrap();
            let certificate = params.signed_by(&key, &self.0).unwrap();
            (certificate.pem(), key.serialize_pem())
        }
    }

    struct Files {
        folder: TempDir,
    }

    impl Files {
        fn new(authority: &Authority) -> Self {
            let files = Self {
                folder: tempfile::tempdir().unwrap(),
            };
            files.renew(authority);
            files
        }

        fn renew(&self, authority: &Authority) {
            let (certificate, key) = authority.issue();
            std::fs::write(self.path("cert.pem"), certificate).unwrap();
            std::fs::write(self.path("key.pem"), key).unwrap();
            std::fs::write(self.path("ca.pem"), authority.pem()).unwrap();
        }

        fn path(&self, name: &str) -> std::path::PathBuf {
            self.folder.path().join(name)
        }

        fn server(&self, client_ca: bool) -> TlsServer {
            let ca = client_ca.then(|| self.path("ca.pem"));
            TlsServer::from_files(self.path("cert.pem"), self.path("key.pem"), ca).unwrap()
        }
    }

    async fn listen(smsc: &Smsc, tls: TlsServer) -> core::net::SocketAddr {
        let options = ListenOptions::new().tls(tls);
        smsc.listen_with("127.0.0.1:0", options).await.unwrap()
    }

    async fn send(address: core::net::SocketAddr, tls: TlsConfig) -> Result<(), String> {
        let endpoint = Endpoint::new("127.0.0.1", address.port()).tls(tls.server_name("localhost"));
        let bind = BindConfig::new(ACCOUNT.0, ACCOUNT.1);
        let (client, _incoming) = ClientBuilder::new(bind)
            .connect_to(&endpoint)
            .await
            .map_err(|error| error.to_string())?;
        client
            .submit_sm(&sm())
            .await
            .map_err(|error| error.to_string())?;
        Ok(())
    }

    #[tokio::test]
    async fn the_client_of_this_workspace_binds_over_tls() {
        let authority = Authority::new();
        let smsc = centre().start();
        let address = listen(&smsc, Files::new(&authority).server(false)).await;
        send(address, TlsConfig::new().ca_pem(authority.pem()))
            .await
            .unwrap();
        let stranger = TlsConfig::new().ca_pem(Authority::new().pem());
        send(address, stranger).await.unwrap_err();
    }

    #[tokio::test]
    async fn a_client_certificate_may_be_asked_for() {
        let authority = Authority::new();
        let smsc = centre().start();
        let address = listen(&smsc, Files::new(&authority).server(true)).await;
        let trusting = || TlsConfig::new().ca_pem(authority.pem());
        let (certificate, key) = authority.issue();
        let known = trusting().client_certificate_pem(certificate, key);
        send(address, known).await.unwrap();
        send(address, trusting()).await.unwrap_err();
        let (certificate, key) = Authority::new().issue();
        let unknown = trusting().client_certificate_pem(certificate, key);
        send(address, unknown).await.unwrap_err();
    }

    #[tokio::test]
    async fn a_renewed_certificate_is_used_from_the_next_connection_on() {
        let (old, new) = (Authority::new(), Authority::new());
        let files = Files::new(&old);
        let tls = files.server(false);
        let smsc = centre().start();
        let address = listen(&smsc, tls.clone()).await;
        let trusting = |authority: &Authority| TlsConfig::new().ca_pem(authority.pem());
        send(address, trusting(&old)).await.unwrap();
        files.renew(&new);
        tls.reload().unwrap();
        send(address, trusting(&new)).await.unwrap();
        // What is no certificate changes nothing.
        std::fs::write(files.path("cert.pem"), "-").unwrap();
        let error = tls.reload().unwrap_err().to_string();
        assert!(error.contains("cert.pem"), "{error}");
        send(address, trusting(&new)).await.unwrap();
    }

    #[tokio::test]
    async fn a_proxy_header_comes_before_the_handshake() {
        let smsc = centre().start();
        let tls = Files::new(&Authority::new()).server(false);
        let options = ListenOptions::new().proxy_protocol(true).tls(tls);
        let address = smsc.listen_with("127.0.0.1:0", options).await.unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"PROXY TCP4 192.0.2.1 127.0.0.1 1 3550\r\n")
            .await
            .unwrap();
        // What is no hello gets an alert of TLS.
        stream
            .write_all(b"\x16\x03\x01\x00\x04\x7F\0\0\0")
            .await
            .unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), 0x15);
    }

    #[tokio::test]
    async fn a_handshake_that_does_not_end_is_ended() {
        let smsc = centre().handshake_limit(Duration::from_millis(1)).start();
        let address = listen(&smsc, Files::new(&Authority::new()).server(false)).await;
        // The start of a hello, and no more of it.
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&[0x16, 0x03, 0x01]).await.unwrap();
        assert!(is_closed(stream).await);
        // SMPP in the clear is no hello.
        let mut client = Client::connect(address).await;
        client
            .send(Bind::new(
                BindType::Transceiver,
                text("esme"),
                text("secret"),
            ))
            .await;
        until(|| async { smsc.stats().failed_handshakes == 2 }).await;
        assert_eq!(smsc.connections(), 0);
    }
}
