//! The program over TLS, and what it says when there is none.

use std::io::Write;

use crate::centre::{Centre, accept_all};
use crate::certificates::{Authority, Server, accept, closed_port, port};
use crate::support::{Ran, command, ran, run};

const SEND: [&str; 7] = ["send", "--from", "A", "--to", "12345", "--text", "Hi"];

async fn send(url: &str) -> Ran {
    run(&[&SEND[..], &["--url", url]].concat()).await
}

/// A port behind which a centre with TLS takes everything, and its authority.
async fn centre() -> (core::net::SocketAddr, tempfile::NamedTempFile) {
    let authority = Authority::new();
    let acceptor = Server::new(&authority.sign(&["127.0.0.1"])).acceptor();
    let (listener, address) = port().await;
    tokio::spawn(async move {
        if let Ok(stream) = accept(&listener, &acceptor).await {
            Centre::over(stream, accept_all()).ended().await;
        }
    });
    let mut ca = tempfile::NamedTempFile::new().unwrap();
    ca.write_all(authority.pem().as_bytes()).unwrap();
    (address, ca)
}

#[tokio::test]
async fn a_message_is_sent_over_tls() {
    let (address, ca) = centre().await;
    let ca = ca.path().display();
    let ran = send(&format!("smpps://esme:hunter2@{address}?ca={ca}")).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("submitted  message m2"), "{}", ran.out);
}

#[tokio::test]
async fn a_connection_without_tls_ends_with_code_3_and_says_what_to_change() {
    // Nothing but this authority is trusted, whatever the system has.
    let (address, _ca) = centre().await;
    let (_, other) = centre().await;
    let other = other.path().display();
    let unknown = send(&format!("smpps://esme:hunter2@{address}?ca={other}")).await;
    assert_eq!(unknown.code, 3);
    let line = format!("smpp-esme: {address}: no TLS session: the certificate of the centre is");
    assert!(unknown.err.starts_with(&line), "{}", unknown.err);
    assert!(unknown.err.contains("ca=FILE"), "{}", unknown.err);
    assert_eq!(unknown.err.lines().count(), 1, "{}", unknown.err);

    let (address, _ca) = centre().await;
    let plain = send(&format!("smpp://esme:hunter2@{address}")).await;
    assert_eq!(plain.code, 3);
    assert_eq!(
        plain.err,
        format!(
            "smpp-esme: {address}: the peer speaks TLS, not SMPP; write smpps:// instead of \
             smpp:// in --url\n"
        )
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_wrong_usage() {
    let ran = send("smpps://esme:hunter2@127.0.0.1:1?ca=no/such.pem").await;
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("no/such.pem cannot be read"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn a_system_without_authorities_is_named() {
    let (address, _ca) = centre().await;
    let url = format!("smpps://esme:hunter2@{address}");
    let child = command(&[&SEND[..], &["--url", &url]].concat())
        .env("SSL_CERT_FILE", "no/such/store.pem")
        .env_remove("SSL_CERT_DIR")
        .spawn()
        .unwrap();
    let ran = ran(child).await;
    assert_eq!(ran.code, 3);
    for part in [
        "the system's certificates of authorities cannot be read",
        "no/such/store.pem",
        "ca=FILE",
    ] {
        assert!(ran.err.contains(part), "{}", ran.err);
    }
}

#[tokio::test]
async fn several_hosts_are_named_when_none_is_there() {
    let (_socket, first) = closed_port();
    let (_other_socket, second) = closed_port();
    let ran = send(&format!("smpp://esme:hunter2@{first},{second}")).await;
    assert_eq!(ran.code, 3);
    for host in [first, second] {
        let said = format!("{host}: no connection: ");
        assert!(ran.err.contains(&said), "{}", ran.err);
    }
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
}
