//! Peers that send one octet now and then.

use core::time::Duration;

use smpp_pdu::*;
use smpp_session::Config;
use smpp_smsc::{Builder, Clock, Smsc};
use tokio::io::{AsyncWriteExt, DuplexStream};
use tokio::time::Instant;

use crate::support::*;

fn centre_with(session: Config) -> Smsc {
    centre().clock(Clock::runtime()).session(session).start()
}

/// Sends octets one by one until the connection is over, while the other one is
/// served. Says how many seconds that took.
async fn drip(
    slow: &mut Client<DuplexStream>,
    good: &mut Client<DuplexStream>,
    pause: Duration,
    octets: impl IntoIterator<Item = u8>,
) -> u64 {
    let start = Instant::now();
    for octet in octets {
        if slow.stream.write_all(&[octet]).await.is_err() {
            return start.elapsed().as_secs();
        }
        good.is_served().await;
        tokio::time::sleep(pause).await;
        assert!(start.elapsed() < Duration::from_secs(3600), "it goes on");
    }
    panic!("all of it was taken");
}

/// The head of a PDU that is allowed, and then nothing of worth.
fn endless() -> impl Iterator<Item = u8> {
    let head = [0, 0, 0xEA, 0x60, 0, 0, 0, 4];
    head.into_iter().chain(core::iter::repeat(0))
}

#[tokio::test(start_paused = true)]
async fn octets_of_a_bind_do_not_put_off_its_time() {
    let smsc = centre_with(Builder::default_session());
    let mut good = Client::bound_within(&smsc, BindType::Transceiver).await;
    let mut slow = Client::within(&smsc);
    let bind = Bind::new(BindType::Transceiver, text("esme"), text("secret"));
    let bind = slow.encode(bind);
    let seconds = drip(&mut slow, &mut good, Duration::from_secs(1), bind).await;
    // Ten for the bind, and two for the peer to close.
    assert!((10..=14).contains(&seconds), "{seconds} s");
    assert_eq!(smsc.connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_bound_client_whose_pdu_never_becomes_whole_is_closed() {
    let smsc = centre_with(Builder::default_session());
    let mut good = Client::bound_within(&smsc, BindType::Transceiver).await;
    let mut slow = Client::bound_within(&smsc, BindType::Transceiver).await;
    let seconds = drip(&mut slow, &mut good, Duration::from_secs(5), endless()).await;
    // It was asked whether it lives after 30 s, and had 30 to answer.
    assert!((60..=70).contains(&seconds), "{seconds} s");
    assert_eq!(slow.receive().await.id(), CommandId::ENQUIRE_LINK);
    assert!(slow.next().await.is_none());
    assert_eq!(smsc.connections(), 1);
    assert_eq!(smsc.sessions().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn inactivity_ends_it_where_nobody_asks_whether_it_lives() {
    let smsc = centre_with(Config {
        enquire_link: None,
        inactivity: Some(Duration::from_secs(40)),
        ..Builder::default_session()
    });
    let mut good = Client::bound_within(&smsc, BindType::Transceiver).await;
    let mut slow = Client::bound_within(&smsc, BindType::Transceiver).await;
    let seconds = drip(&mut slow, &mut good, Duration::from_secs(5), endless()).await;
    assert!((40..=50).contains(&seconds), "{seconds} s");
    assert!(slow.next().await.is_none());
    assert_eq!(smsc.connections(), 1);
}
