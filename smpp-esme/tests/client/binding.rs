//! Connecting and binding.

use core::time::Duration;

use smpp_esme::{BindConfig, Client, ClientBuilder, CloseReason, ConnectErrorKind};
use smpp_pdu::{BindType, Body, CommandStatus, InterfaceVersion, Pdu, SequenceNumber};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::centre::{
    Centre, accept_all, account, bind_accepted, bound, message, octets, read_pdu, receipt,
};

#[tokio::test]
async fn a_client_binds_and_submits_a_message() {
    let (client, _incoming, _centre) = bound(accept_all()).await;
    assert_eq!(client.bind_type(), BindType::Transceiver);
    assert_eq!(client.centre_version(), Some(InterfaceVersion::V3_4));
    let Some(Body::BindResp(resp)) = client.bind_resp().map(|resp| resp.body()) else {
        panic!("no response to the bind");
    };
    assert_eq!(resp.system_id.as_str(), Some("centre"));
    let resp = client.submit_sm(&message()).await.unwrap();
    assert_eq!(resp.message_id().as_str(), Some("m2"));
}

#[tokio::test]
async fn the_bind_carries_what_the_configuration_says() {
    let bind = BindConfig::new("shop", "hunter2")
        .bind_type(BindType::Transmitter)
        .version(InterfaceVersion::V5_0)
        .system_type("VMA");
    assert!(!format!("{bind:?}").contains("hunter2"));
    let (_centre, stream) = Centre::start(Box::new(|pdu| {
        let Body::Bind(bind) = pdu.body else {
            return None;
        };
        assert_eq!(bind.bind_type, BindType::Transmitter);
        assert_eq!(bind.system_id.as_bytes(), b"shop");
        assert_eq!(bind.password.0.as_bytes(), b"hunter2");
        assert_eq!(bind.system_type.as_bytes(), b"VMA");
        assert_eq!(bind.interface_version, InterfaceVersion::V5_0);
        Some(CommandStatus::ESME_ROK)
    }));
    let (client, _incoming) = Client::over(stream, bind).await.unwrap();
    assert_eq!(client.bind_type(), BindType::Transmitter);
}

#[tokio::test]
async fn every_refusal_of_a_bind_keeps_its_status() {
    for status in [
        CommandStatus::ESME_RINVPASWD,
        CommandStatus::ESME_RINVSYSID,
        CommandStatus::ESME_RBINDFAIL,
        CommandStatus::ESME_RALYBND,
        CommandStatus::ESME_RTHROTTLED,
        CommandStatus(0x0401),
        CommandStatus(0xDEAD),
    ] {
        let (centre, stream) = Centre::start(Box::new(move |_| Some(status)));
        let error = Client::over(stream, account()).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::Refused(status));
        assert_eq!(error.status(), Some(status));
        // The client has left.
        centre.ended().await;
    }
}

#[tokio::test]
async fn a_refusal_without_a_body_and_a_generic_nack_are_refusals_too() {
    let header_only = |command_id: u32| {
        let mut pdu = vec![0, 0, 0, 16];
        pdu.extend(command_id.to_be_bytes());
        pdu.extend([0, 0, 0, 0x0E, 0, 0, 0, 1]);
        pdu
    };
    for command_id in [0x8000_0009, 0x8000_0000] {
        let (mut ours, theirs) = tokio::io::duplex(1024);
        let refuse = async {
            read_pdu(&mut ours).await;
            ours.write_all(&header_only(command_id)).await.unwrap();
        };
        let (refused, ()) = tokio::join!(Client::over(theirs, account()), refuse);
        let error = refused.unwrap_err();
        assert_eq!(error.status(), Some(CommandStatus::ESME_RINVPASWD));
        let message = error.to_string();
        let start = "the centre refused the bind: ESME_RINVPASWD (0x0000000E, ";
        assert!(message.starts_with(start), "{message}");
    }
}

#[tokio::test]
async fn a_centre_that_speaks_http_is_named() {
    let (mut ours, theirs) = tokio::io::duplex(1024);
    ours.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        .await
        .unwrap();
    let error = Client::over(theirs, account()).await.unwrap_err();
    assert!(matches!(error.kind(), ConnectErrorKind::NotSmpp(_)));
    assert_eq!(error.to_string(), "the peer speaks HTTP, not SMPP");
}

#[tokio::test]
async fn a_centre_that_hangs_up_is_named() {
    let (ours, theirs) = tokio::io::duplex(1024);
    drop(ours);
    let error = Client::over(theirs, account()).await.unwrap_err();
    assert!(matches!(error.kind(), ConnectErrorKind::Closed(_)));
    assert!(error.to_string().contains("without answering the bind"));
}

#[tokio::test(start_paused = true)]
async fn a_bind_without_an_answer_ends_after_its_time() {
    let (_centre, stream) = Centre::start(Box::new(|_| None));
    let started = tokio::time::Instant::now();
    let error = ClientBuilder::new(account())
        .bind_timeout(Duration::from_secs(7))
        .over(stream)
        .await
        .unwrap_err();
    assert_eq!(
        error.kind(),
        ConnectErrorKind::Closed(CloseReason::SessionInitTimeout)
    );
    assert_eq!(started.elapsed().as_secs(), 7);
}

#[tokio::test]
async fn a_closed_port_is_an_error_of_the_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = ClientBuilder::new(account())
        .connect("127.0.0.1", port)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Io);
    assert!(core::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_nul_in_the_password_is_said_and_nothing_is_sent() {
    let (mut ours, theirs) = tokio::io::duplex(1024);
    let error = Client::over(theirs, BindConfig::new("esme", "a\0b"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::InvalidBind("password"));
    let mut octets = Vec::new();
    ours.read_to_end(&mut octets).await.unwrap();
    assert!(octets.is_empty());
}

#[tokio::test]
async fn a_message_in_the_same_segment_as_the_bind_response_is_not_lost() {
    let (mut ours, theirs) = tokio::io::duplex(1024);
    let answer = async {
        read_pdu(&mut ours).await;
        let mut segment = bind_accepted();
        segment.extend(octets(&Pdu::request(SequenceNumber(9), receipt())));
        ours.write_all(&segment).await.unwrap();
    };
    let (bound, ()) = tokio::join!(Client::over(theirs, account()), answer);
    let (_client, mut incoming) = bound.unwrap();
    let inbound = incoming.recv().await.unwrap();
    assert!(matches!(inbound.pdu().body(), Body::DeliverSm(_)));
}

#[tokio::test]
async fn a_bind_response_may_come_octet_by_octet() {
    let (mut ours, theirs) = tokio::io::duplex(1024);
    let centre = tokio::spawn(async move {
        read_pdu(&mut ours).await;
        for octet in bind_accepted() {
            ours.write_all(&[octet]).await.unwrap();
            tokio::task::yield_now().await;
        }
        ours
    });
    let (client, _incoming) = Client::over(theirs, account()).await.unwrap();
    assert_eq!(client.centre_version(), None);
    drop(centre.await.unwrap());
}
