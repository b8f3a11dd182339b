//! Sessions over TLS, and what an error says when there is none.

use smpp_esme::rustls::pki_types::CertificateDer;
use smpp_esme::rustls::pki_types::pem::PemObject;
use smpp_esme::rustls::{ALL_VERSIONS, ClientConfig, RootCertStore, crypto::ring, version};
use smpp_esme::{
    Client, ClientBuilder, ConnectError, ConnectErrorKind, Endpoint, SmppUrl, Stranger, TlsConfig,
    TlsFault, TlsVersion,
};
use smpp_pdu::{ShortMessage, SubmitSm, Tag, Tlv, Tlvs};
use std::io::Write;
use std::sync::Arc;
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::centre::{Centre, accept_all, account, message};
use crate::certificates::{Authority, Identity, Server, accept, port};

fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn path(file: &NamedTempFile) -> &str {
    file.path().to_str().unwrap()
}

/// What a client with this configuration meets at a centre that is like this.
async fn meet(server: Server<'_>, tls: TlsConfig) -> Result<Client, ConnectError> {
    let (listener, address) = port().await;
    let acceptor = server.acceptor();
    tokio::spawn(async move {
        if let Ok(stream) = accept(&listener, &acceptor).await {
            Centre::over(stream, accept_all()).ended().await;
        }
    });
    let endpoint = Endpoint::new("127.0.0.1", address.port()).tls(tls);
    let (client, _) = ClientBuilder::new(account()).connect_to(&endpoint).await?;
    Ok(client)
}

async fn fault(server: Server<'_>, tls: TlsConfig) -> (TlsFault, String) {
    let error = meet(server, tls).await.unwrap_err();
    let ConnectErrorKind::Tls(fault) = error.kind() else {
        panic!("{error:?}");
    };
    (fault, error.to_string())
}

fn here(authority: &Authority) -> Identity {
    authority.sign(&["127.0.0.1"])
}

#[tokio::test]
async fn a_session_runs_over_tls_with_an_authority_from_a_file() {
    let authority = Authority::new();
    let identity = here(&authority);
    let ca = file(&authority.pem());
    let (listener, address) = port().await;
    let acceptor = Server::new(&identity).acceptor();
    let centre = tokio::spawn(async move {
        let stream = accept(&listener, &acceptor).await.unwrap();
        Centre::over(stream, accept_all()).ended().await
    });
    let url: SmppUrl = format!("smpps://esme:secret@{address}?ca={}", path(&ca))
        .parse()
        .unwrap();
    let (client, _incoming) = Client::connect(&url).await.unwrap();
    let resp = client.submit_sm(&message()).await.unwrap();
    assert_eq!(resp.message_id().as_str(), Some("m2"));
    client.unbind().await;
    // The end was one of TLS too, not a cut.
    assert!(centre.await.unwrap().error.is_none());
}

#[tokio::test]
async fn full_windows_of_large_messages_run_in_both_directions() {
    const MESSAGES: usize = 500;
    let authority = Authority::new();
    let acceptor = Server::new(&here(&authority)).acceptor();
    let (listener, address) = port().await;
    let endpoint =
        Endpoint::new("127.0.0.1", address.port()).tls(TlsConfig::new().ca_pem(authority.pem()));
    let builder = ClientBuilder::new(account())
        .window(500)
        .auto_ack(true)
        .incoming_buffer(MESSAGES);
    let accepting = async {
        let stream = accept(&listener, &acceptor).await.unwrap();
        Centre::over(stream, accept_all())
    };
    let (bound, centre) = tokio::join!(builder.connect_to(&endpoint), accepting);
    let (client, mut incoming) = bound.unwrap();
    // More than the buffers of the sockets and of TLS take.
    let payload = [Tlv::new(Tag::MESSAGE_PAYLOAD, &[b'x'; 60_000]).unwrap()];
    let large = SubmitSm {
        short_message: ShortMessage::EMPTY,
        tlvs: Tlvs::from_slice(&payload),
        ..message()
    };
    let mut pending = Vec::new();
    for id in 0..MESSAGES {
        centre.deliver(id as u64, b"Hello");
        pending.push(client.start_submit_sm(&large).await.unwrap());
    }
    for response in pending {
        response.await.unwrap();
    }
    for _ in 0..MESSAGES {
        incoming.recv().await.unwrap();
    }
}

#[tokio::test]
async fn both_versions_of_tls_are_spoken() {
    let authority = Authority::new();
    let identity = here(&authority);
    for versions in [&[&version::TLS12][..], &[&version::TLS13], ALL_VERSIONS] {
        let server = Server {
            versions,
            ..Server::new(&identity)
        };
        let tls = TlsConfig::new().ca_pem(authority.pem());
        let client = meet(server, tls).await.unwrap();
        client.enquire_link().await.unwrap();
    }
}

#[tokio::test]
async fn a_minimum_version_is_kept() {
    let authority = Authority::new();
    let identity = here(&authority);
    let server = Server {
        versions: &[&version::TLS12],
        ..Server::new(&identity)
    };
    let tls = TlsConfig::new()
        .ca_pem(authority.pem())
        .min_version(TlsVersion::V1_3);
    let (kind, text) = fault(server, tls).await;
    assert_eq!(kind, TlsFault::Incompatible);
    assert!(
        text.contains("no version or cipher of TLS in common"),
        "{text}"
    );
}

#[tokio::test]
async fn an_unknown_authority_is_named_and_ca_is_the_way_out() {
    let identity = here(&Authority::new());
    // One of another name, and one of the same name with another key.
    for trusted in [Authority::named("another"), Authority::new()] {
        let tls = TlsConfig::new().ca_pem(trusted.pem());
        let (kind, text) = fault(Server::new(&identity), tls).await;
        assert_eq!(kind, TlsFault::UnknownAuthority);
        assert_eq!(
            text,
            "no TLS session: the certificate of the centre is from an authority that is not \
             trusted here; where it is the right centre, name the authority's certificate with \
             ca=FILE"
        );
    }
}

#[tokio::test]
async fn a_wrong_name_is_named_and_sni_is_the_way_out() {
    let authority = Authority::new();
    let identity = authority.sign(&["smsc.example"]);
    let tls = TlsConfig::new().ca_pem(authority.pem());
    let (kind, text) = fault(Server::new(&identity), tls.clone()).await;
    assert_eq!(kind, TlsFault::WrongName);
    for part in ["127.0.0.1", "smsc.example", "sni=NAME"] {
        assert!(text.contains(part), "{text}");
    }
    let client = meet(Server::new(&identity), tls.server_name("smsc.example")).await;
    client.unwrap();
}

#[tokio::test]
async fn a_certificate_that_is_not_valid_now_is_named() {
    let authority = Authority::new();
    let identity = authority.sign_with(&["127.0.0.1"], |params| {
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(2002, 1, 1);
    });
    let tls = TlsConfig::new().ca_pem(authority.pem());
    let (kind, text) = fault(Server::new(&identity), tls).await;
    assert_eq!(kind, TlsFault::Expired);
    assert!(text.contains("must renew it"), "{text}");
}

#[tokio::test]
async fn a_centre_that_signed_its_own_certificate_is_trusted_by_it() {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let identity = Identity {
        certificate: params.self_signed(&key).unwrap().pem(),
        key: key.serialize_pem(),
    };
    let tls = TlsConfig::new().ca_pem(identity.certificate.clone());
    meet(Server::new(&identity), tls).await.unwrap();
}

#[tokio::test]
async fn a_centre_with_the_certificate_of_an_authority_is_told_what_to_make() {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let identity = Identity {
        certificate: params.self_signed(&key).unwrap().pem(),
        key: key.serialize_pem(),
    };
    let tls = TlsConfig::new().ca_pem(identity.certificate.clone());
    let (kind, text) = fault(Server::new(&identity), tls).await;
    assert_eq!(kind, TlsFault::AuthorityAsCentre);
    assert!(text.contains("basicConstraints=CA:FALSE"), "{text}");
}

#[tokio::test]
async fn a_client_certificate_opens_a_centre_that_demands_one() {
    let authority = Authority::new();
    let identity = here(&authority);
    let clients = Authority::named("clients");
    let client = clients.sign(&["esme"]);
    for versions in [&[&version::TLS12][..], &[&version::TLS13]] {
        let server = || Server {
            versions,
            client_ca: Some(&clients),
            ..Server::new(&identity)
        };
        let plain = TlsConfig::new().ca_pem(authority.pem());
        let with = |identity: &Identity| {
            let certificate = identity.certificate.clone();
            plain
                .clone()
                .client_certificate_pem(certificate, identity.key.clone())
        };
        meet(server(), with(&client)).await.unwrap();

        // In 1.3 the centre says so only after the handshake.
        let (kind, text) = fault(server(), plain.clone()).await;
        assert_eq!(kind, TlsFault::CertificateWanted);
        assert_eq!(
            text,
            "no TLS session: the centre wants a client certificate; give one with cert=FILE and \
             key=FILE"
        );

        let (kind, text) = fault(server(), with(&here(&authority))).await;
        assert_eq!(kind, TlsFault::CertificateRefused);
        assert!(text.ends_with("check cert=FILE"), "{text}");
    }
}

#[tokio::test]
async fn a_client_certificate_can_come_from_files() {
    let authority = Authority::new();
    let identity = here(&authority);
    let client = authority.sign(&["esme"]);
    let server = Server {
        client_ca: Some(&authority),
        ..Server::new(&identity)
    };
    let both = file(&format!("{}{}", client.certificate, client.key));
    let tls = TlsConfig::new()
        .ca_pem(authority.pem())
        .client_certificate_files(both.path(), both.path());
    meet(server, tls).await.unwrap();
}

#[tokio::test]
async fn a_whole_configuration_of_rustls_can_be_handed_in() {
    let authority = Authority::new();
    let identity = authority.sign(&["smsc.example"]);
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tls = TlsConfig::from_rustls(Arc::new(config)).server_name("smsc.example");
    meet(Server::new(&identity), tls).await.unwrap();
}

#[tokio::test]
async fn every_setting_that_cannot_be_used_is_named() {
    let authority = Authority::new();
    let identity = here(&authority);
    let one = authority.sign(&["one"]);
    let other = authority.sign(&["other"]);
    let new = || TlsConfig::new().ca_pem(authority.pem());
    let broken = "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
    let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (tls, right) in [
        (
            TlsConfig::new().ca_file("no/such.pem"),
            "no/such.pem cannot be read",
        ),
        (
            TlsConfig::new().ca_pem("nothing"),
            "holds no certificate in PEM",
        ),
        (TlsConfig::new().ca_pem(broken), "is no PEM"),
        (
            TlsConfig::new().ca_pem(no_certificate),
            "certificate 1 of the given PEM text cannot be trusted",
        ),
        (
            new().client_certificate_files("no/such.pem", "no/such.key"),
            "no/such.pem cannot be read",
        ),
        (
            new().client_certificate_pem(one.certificate.clone(), one.certificate.clone()),
            "holds no private key in PEM",
        ),
        (
            new().client_certificate_pem(one.certificate.clone(), other.key.clone()),
            "key: the given PEM text is not the key of the certificate",
        ),
        (
            new().server_name("a b"),
            "\"a b\" is no name that a certificate can have",
        ),
    ] {
        let (kind, text) = fault(Server::new(&identity), tls).await;
        assert_eq!(kind, TlsFault::Settings, "{text}");
        assert!(text.contains(right), "{right:?} is wanted: {text}");
    }
}

#[test]
fn debug_output_shows_no_key() {
    let identity = here(&Authority::new());
    let tls = TlsConfig::new()
        .ca_file("ca.pem")
        .client_certificate_pem("x", identity.key.clone());
    let shown = format!("{tls:?} {:?}", Endpoint::new("h", 1).tls(tls.clone()));
    assert!(shown.contains("ca.pem"), "{shown}");
    for line in identity.key.lines() {
        assert!(!shown.contains(line), "{shown}");
    }
}

#[tokio::test]
async fn a_plain_centre_behind_smpps_is_named() {
    let (listener, address) = port().await;
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        Centre::over(stream, accept_all()).ended().await;
    });
    let url: SmppUrl = format!("smpps://esme:secret@{address}").parse().unwrap();
    let error = Client::connect(&url).await.unwrap_err();
    // It hangs up without a word on what it knows is TLS.
    assert_eq!(error.kind(), ConnectErrorKind::Tls(TlsFault::HungUp));
    assert!(
        error.to_string().contains("smpp:// instead of smpps://"),
        "{error}"
    );
}

#[tokio::test]
async fn a_peer_that_answers_something_else_than_tls_is_named() {
    let (listener, address) = port().await;
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // generic_nack
        stream
            .write_all(b"\0\0\0\x10\x80\0\0\0\0\0\0\x02\0\0\0\0")
            .await
            .unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let url: SmppUrl = format!("smpps://esme:secret@{address}").parse().unwrap();
    let error = Client::connect(&url).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Tls(TlsFault::NotTls));
    assert_eq!(
        error.to_string(),
        "no TLS session: the peer does not speak TLS; for plain SMPP write smpp:// instead of \
         smpps://"
    );
}

#[tokio::test]
async fn a_peer_that_waits_for_a_bind_behind_smpps_runs_into_the_timeout() {
    let authority = Authority::new();
    let (listener, address) = port().await;
    let silent = tokio::spawn(async move { listener.accept().await.unwrap() });
    let endpoint = Endpoint::new("127.0.0.1", address.port())
        .tls(TlsConfig::new().ca_pem(authority.pem()))
        .connect_timeout(core::time::Duration::from_millis(300));
    let builder = ClientBuilder::new(account());
    let error = builder.connect_to(&endpoint).await.unwrap_err();
    assert!(matches!(error.kind(), ConnectErrorKind::TimedOut(_)));
    assert_eq!(
        error.to_string(),
        "no connection within 0.3 s: connected, but the peer does not answer the TLS handshake; \
         for plain SMPP write smpp:// instead of smpps://"
    );
    drop(silent.await.unwrap());
}

#[tokio::test]
async fn plain_smpp_to_a_tls_port_names_tls() {
    let identity = here(&Authority::new());
    let (listener, address) = port().await;
    let acceptor = Server::new(&identity).acceptor();
    tokio::spawn(async move {
        let error = accept(&listener, &acceptor).await.unwrap_err();
        drop(error);
    });
    let url: SmppUrl = format!("smpp://esme:secret@{address}").parse().unwrap();
    let error = Client::connect(&url).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::NotSmpp(Stranger::Tls));
    assert_eq!(error.to_string(), "the peer speaks TLS, not SMPP");
}
