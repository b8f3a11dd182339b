//! Those who connect and are no ESMEs.

use core::time::Duration;

use smpp_pdu::*;
use smpp_session::{Config, Role};
use smpp_smsc::Clock;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::*;

/// Random octets, the same each time.
fn noise(len: usize) -> Vec<u8> {
    let mut state: u32 = 0x5EED_0001;
    core::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[1]
    })
    .take(len)
    .collect()
}

#[tokio::test]
async fn strangers_are_closed_while_a_client_is_served() {
    let (smsc, address) = serve(centre()).await;
    let mut good = Client::bound(address, BindType::Transceiver).await;
    let http = b"GET /metrics HTTP/1.1\r\nHost: smsc\r\nAccept: */*\r\n\r\n".to_vec();
    let tls = [
        &[0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC][..],
        &noise(508),
    ]
    .concat();
    let zero = [0; 16].to_vec();
    let greatest = [0xFF; 16].to_vec();
    let fifteen = [0, 0, 0, 15, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0].to_vec();
    for stranger in [http, tls, noise(4096), zero, greatest, fifteen] {
        let mut client = Client::connect(address).await;
        client.write(&stranger).await;
        // At most a generic_nack comes before the end.
        if let Some(received) = client.next().await {
            assert_eq!(received.id(), CommandId::GENERIC_NACK);
            assert!(client.next().await.is_none());
        }
        good.is_served().await;
    }
    assert_eq!(smsc.sessions().await.len(), 1);
}

#[tokio::test]
async fn a_bound_client_that_loses_its_framing_is_closed_alone() {
    let (_smsc, address) = serve(centre()).await;
    let mut good = Client::bound(address, BindType::Transceiver).await;
    for length in [0u32, 15, 0x7FFF_FFFF, u32::MAX] {
        let mut bad = Client::bound(address, BindType::Transceiver).await;
        let mut octets = bad.encode(sm());
        octets[..4].copy_from_slice(&length.to_be_bytes());
        bad.write(&octets).await;
        let nack = bad.receive().await;
        assert_eq!(nack.id(), CommandId::GENERIC_NACK);
        assert_eq!(nack.status(), CommandStatus::ESME_RINVCMDLEN);
        assert!(bad.next().await.is_none());
        good.is_served().await;
    }
}

#[tokio::test]
async fn a_long_pdu_is_taken_after_the_bind_only() {
    let (_smsc, address) = serve(centre()).await;
    let long = vec![b'x'; 60_000];
    let payload = [Tlv::message_payload(&long).unwrap()];
    let submit = sm()
        .short_message(ShortMessage::EMPTY)
        .tlvs(Tlvs::from_slice(&payload));
    let mut bound = Client::bound(address, BindType::Transceiver).await;
    bound.ask(submit).await.message_id();
    let mut unbound = Client::connect(address).await;
    let octets = unbound.encode(submit);
    // The centre may close before it has all.
    let _ = unbound.stream.write_all(&octets).await;
    while let Some(received) = unbound.next().await {
        assert_eq!(received.id(), CommandId::GENERIC_NACK);
    }
}

#[tokio::test]
async fn a_connection_that_only_opens_and_closes_leaves_nothing_behind() {
    let (smsc, address) = serve(centre().max_connections(2)).await;
    let mut good = Client::bound(address, BindType::Transceiver).await;
    for _ in 0..20 {
        drop(TcpStream::connect(address).await.unwrap());
    }
    good.is_served().await;
    // The second place is free again.
    until(|| async {
        let mut client = Client::connect(address).await;
        let enquire = client.encode(EnquireLink::default());
        let _ = client.stream.write_all(&enquire).await;
        client.next().await.is_some()
    })
    .await;
    assert_eq!(smsc.sessions().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_bind_in_time_is_closed() {
    let session = Config {
        session_init: Some(Duration::from_secs(5)),
        enquire_link: None,
        ..Config::new(Role::MessageCentre)
    };
    let smsc = centre().clock(Clock::runtime()).session(session).start();
    let mut good = Client::bound_within(&smsc, BindType::Transceiver).await;
    let start = tokio::time::Instant::now();
    let mut slow = Client::within(&smsc);
    // A start of a PDU is no bind.
    slow.write(&[0, 0, 0, 40, 0, 0]).await;
    assert!(slow.next().await.is_none());
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(5), "{waited:?}");
    assert!(waited < Duration::from_secs(8), "{waited:?}");
    good.is_served().await;
}

#[tokio::test]
async fn guessing_passwords_ends_the_connection() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::connect(address).await;
    let mut tries = 0;
    loop {
        let bind = Bind::new(BindType::Transceiver, text("esme"), text("guess"));
        client.send(bind).await;
        match client.next().await {
            Some(received) => {
                assert_eq!(received.status(), CommandStatus::ESME_RINVPASWD);
                tries += 1;
            }
            None => break,
        }
        assert!(tries <= 16);
    }
    assert!(tries > 2);
}
