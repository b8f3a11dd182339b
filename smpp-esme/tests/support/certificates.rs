//! Certificates that are made for the moment, and a centre that shows them.

use core::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use smpp_esme::rustls::crypto::ring;
use smpp_esme::rustls::pki_types::pem::PemObject;
use smpp_esme::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use smpp_esme::rustls::server::WebPkiClientVerifier;
use smpp_esme::rustls::{ALL_VERSIONS, RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A certificate and its key, in PEM.
pub(crate) struct Identity {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// An authority that signs whatever it is asked to.
pub(crate) struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::named("an authority")
    }

    pub(crate) fn named(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate,
            issuer: Issuer::new(params, key),
        }
    }

    pub(crate) fn pem(&self) -> String {
        self.certificate.pem()
    }

    pub(crate) fn sign(&self, names: &[&str]) -> Identity {
        self.sign_with(names, |_| {})
    }

    pub(crate) fn sign_with(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Identity {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

/// What the TLS of a centre is like.
pub(crate) struct Server<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) versions: &'a [&'static SupportedProtocolVersion],
    /// Demands certificates of this authority.
    pub(crate) client_ca: Option<&'a Authority>,
}

impl<'a> Server<'a> {
    pub(crate) fn new(identity: &'a Identity) -> Self {
        Self {
            identity,
            versions: ALL_VERSIONS,
            client_ca: None,
        }
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let provider = Arc::new(ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(self.versions)
            .unwrap();
        let config = match self.client_ca {
            None => config.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.certificate.der().clone()).unwrap();
                config.with_client_cert_verifier(
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                        .build()
                        .unwrap(),
                )
            }
        };
        let chain = CertificateDer::pem_slice_iter(self.identity.certificate.as_bytes());
        let key = PrivateKeyDer::from_pem_slice(self.identity.key.as_bytes()).unwrap();
        let config = config
            .with_single_cert(chain.collect::<Result<_, _>>().unwrap(), key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// A port of this machine.
pub(crate) async fn port() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A port on which nothing listens, and nothing else will while the socket lives.
pub(crate) fn closed_port() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// Accepts one connection with TLS.
pub(crate) async fn accept(
    listener: &TcpListener,
    acceptor: &TlsAcceptor,
) -> std::io::Result<TlsStream<TcpStream>> {
    let (stream, _) = listener.accept().await?;
    acceptor.accept(stream).await
}
