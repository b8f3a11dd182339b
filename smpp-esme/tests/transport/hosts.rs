//! Several hosts in one address, local addresses, and what errors say of both.

use core::net::SocketAddr;

use async_trait::async_trait;
use smpp_esme::{
    BoxStream, Client, ClientBuilder, Connect, ConnectError, ConnectErrorKind, Endpoint, SmppUrl,
};
use smpp_pdu::{Body, CommandStatus};

use crate::centre::{Centre, Script, accept_all, account};
use crate::certificates::{closed_port, port};

/// A centre for one session.
async fn centre(script: Script) -> SocketAddr {
    let (listener, address) = port().await;
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        Centre::over(stream, script).ended().await;
    });
    address
}

fn refuse_binds(status: CommandStatus) -> Script {
    Box::new(move |pdu| matches!(pdu.body, Body::Bind(_)).then_some(status))
}

fn url(hosts: &[SocketAddr]) -> SmppUrl {
    let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    format!("smpp://esme:secret@{}", hosts.join(","))
        .parse()
        .unwrap()
}

#[tokio::test]
async fn where_the_first_host_refuses_the_connection_the_second_is_taken() {
    let (_socket, closed) = closed_port();
    let hosts = [closed, centre(accept_all()).await];
    let (client, _) = Client::connect(&url(&hosts)).await.unwrap();
    client.enquire_link().await.unwrap();
}

#[tokio::test]
async fn where_the_first_host_hangs_up_the_second_is_taken() {
    let (listener, address) = port().await;
    // A load balancer with nothing behind it.
    tokio::spawn(async move { drop(listener.accept().await.unwrap()) });
    let hosts = [address, centre(accept_all()).await];
    Client::connect(&url(&hosts)).await.unwrap();
}

#[tokio::test]
async fn where_the_first_host_takes_no_binds_the_second_is_taken() {
    let first = centre(refuse_binds(CommandStatus::ESME_RBINDFAIL)).await;
    let hosts = [first, centre(accept_all()).await];
    Client::connect(&url(&hosts)).await.unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_not_tried_at_the_next_host() {
    let first = centre(refuse_binds(CommandStatus::ESME_RINVPASWD)).await;
    let (listener, second) = port().await;
    let error = Client::connect(&url(&[first, second])).await.unwrap_err();
    assert_eq!(error.status(), Some(CommandStatus::ESME_RINVPASWD));
    let start = format!("{first}: the centre refused the bind: ESME_RINVPASWD");
    assert!(error.to_string().starts_with(&start), "{error}");
    // Only this connection is in the queue.
    let probe = tokio::net::TcpStream::connect(second).await.unwrap();
    let (_, peer) = listener.accept().await.unwrap();
    assert_eq!(peer, probe.local_addr().unwrap());
}

#[tokio::test]
async fn the_error_names_all_hosts_and_what_each_said() {
    let (_socket, first) = closed_port();
    let (_other_socket, second) = closed_port();
    let error = Client::connect(&url(&[first, second])).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Io);
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("{first}: no connection: ")),
        "{text}"
    );
    assert!(
        text.contains(&format!("; {second}: no connection: ")),
        "{text}"
    );
}

#[tokio::test]
async fn no_host_at_all_is_an_error_and_no_panic() {
    let error = ClientBuilder::new(account())
        .connect_any::<Endpoint>(&[])
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "no connection: there is no host to try");
}

#[tokio::test]
async fn the_addresses_of_a_name_are_named_in_the_error() {
    let (_socket, closed) = closed_port();
    let port = closed.port();
    let endpoint = Endpoint::new("localhost", port);
    let error = ClientBuilder::new(account())
        .connect_to(&endpoint)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains(&format!("127.0.0.1:{port}: ")),
        "{error}"
    );
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_named() {
    let endpoint = Endpoint::new("no such host", 2775);
    let error = ClientBuilder::new(account())
        .connect_to(&endpoint)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Io);
    let start = "no connection: no such host is not resolved: ";
    assert!(error.to_string().starts_with(start), "{error}");
}

// The whole of 127.0.0.0/8 is this machine on Linux only.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_local_address_is_where_the_connection_comes_from() {
    let (listener, address) = port().await;
    let url: SmppUrl = format!("smpp://esme:secret@{address}?local=127.0.0.5")
        .parse()
        .unwrap();
    let accepting = async {
        let (stream, peer) = listener.accept().await.unwrap();
        assert_eq!(peer.ip().to_string(), "127.0.0.5");
        Centre::over(stream, accept_all())
    };
    let (bound, _centre) = tokio::join!(Client::connect(&url), accepting);
    bound.unwrap();
}

#[tokio::test]
async fn a_local_address_of_another_machine_is_named() {
    let url: SmppUrl = "smpp://esme:secret@127.0.0.1:1?local=192.0.2.7"
        .parse()
        .unwrap();
    let error = Client::connect(&url).await.unwrap_err();
    let start = "no connection: the local address 192.0.2.7 cannot be used: ";
    assert!(error.to_string().starts_with(start), "{error}");
}

/// A transport that never comes to an end.
struct Never;

#[async_trait]
impl Connect for Never {
    async fn connect(&self) -> Result<BoxStream, ConnectError> {
        core::future::pending().await
    }

    fn name(&self) -> &str {
        "never"
    }
}

#[tokio::test(start_paused = true)]
async fn a_transport_of_one_s_own_is_bounded_by_the_timeout() {
    let started = tokio::time::Instant::now();
    let limit = core::time::Duration::from_secs(3);
    let builder = ClientBuilder::new(account()).connect_timeout(limit);
    let error = builder.connect_to(&Never).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::TimedOut(limit));
    assert_eq!(started.elapsed(), limit);
}
