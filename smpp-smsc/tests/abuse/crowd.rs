//! Connections that never bind.

use core::net::SocketAddr;
use core::time::Duration;

use smpp_pdu::*;
use smpp_smsc::Clock;
use tokio::io::{AsyncReadExt, DuplexStream};
use tokio::net::TcpStream;

use crate::memory::*;
use crate::support::*;

const CROWD: usize = 10_000;

/// What one may take, the stream in memory included.
const OCTETS_EACH: i64 = 16 * 1024;

/// The centre has closed it.
async fn is_closed(mut stream: impl tokio::io::AsyncRead + Unpin) -> bool {
    matches!(stream.read(&mut [0; 16]).await, Ok(0) | Err(_))
}

#[test]
fn ten_thousand_connections_without_a_bind_cost_little_and_stop_nobody() {
    let runtime = runtime(true);
    let smsc = runtime.block_on(async {
        let limit = u32::try_from(CROWD).unwrap() + 10;
        let smsc = centre()
            .clock(Clock::runtime())
            .max_connections(limit)
            .max_unbound(limit)
            .start();
        Client::bound_within(&smsc, BindType::Transceiver)
            .await
            .leave()
            .await;
        smsc
    });
    let mut crowd: Vec<DuplexStream> = Vec::with_capacity(CROWD);
    let ((), taken) = counted(&runtime, async {
        for _ in 0..CROWD {
            let (near, far) = tokio::io::duplex(64);
            assert!(smsc.accept(far, "a stranger").is_some());
            crowd.push(near);
        }
        settle().await;
    });
    let each = taken.bytes_current / i64::try_from(CROWD).unwrap();
    assert!(each < OCTETS_EACH, "{each} octets for each");
    println!("## abuse: {CROWD} connections without a bind, {each} octets of memory each");
    runtime.block_on(async {
        assert_eq!(smsc.connections(), CROWD);
        let mut good = Client::bound_within(&smsc, BindType::Transceiver).await;
        good.is_served().await;
        // Their time is over, and nothing of them is left.
        for stream in crowd {
            assert!(is_closed(stream).await);
        }
        good.is_served().await;
        until(|| async { smsc.connections() == 1 }).await;
    });
}

#[tokio::test(start_paused = true)]
async fn a_crowd_that_takes_every_place_keeps_nobody_from_binding() {
    let smsc = centre().clock(Clock::runtime()).start();
    let mut good = Client::bound_within(&smsc, BindType::Transceiver).await;
    let mut crowd = Vec::new();
    for number in 0..CROWD {
        let (near, far) = tokio::io::duplex(64);
        if smsc.accept(far, "a stranger").is_some() {
            crowd.push(near);
        }
        if number % 100 == 0 {
            settle().await;
            // Three quarters of the default of all connections.
            assert!(smsc.connections() <= 768 + 1);
            good.is_served().await;
            let mut next = Client::bound_within(&smsc, BindType::Transceiver).await;
            next.is_served().await;
            next.leave().await;
        }
    }
    settle().await;
    // Those that waited longest were closed, the others wait for their end.
    let held = crowd.split_off(crowd.len() - 700);
    assert!(smsc.connections() >= held.len());
    for stream in crowd.drain(..9000) {
        assert!(is_closed(stream).await);
    }
    tokio::time::sleep(Duration::from_secs(15)).await;
    until(|| async { smsc.connections() == 1 }).await;
    good.is_served().await;
}

#[tokio::test(start_paused = true)]
async fn a_crowd_from_one_address_keeps_nobody_else_from_binding() {
    let builder = centre().clock(Clock::runtime()).max_per_address(100);
    let smsc = builder.start();
    let stranger: SocketAddr = "192.0.2.66:40000".parse().unwrap();
    let mut held = Vec::new();
    for _ in 0..CROWD {
        let (near, far) = tokio::io::duplex(64);
        if smsc.accept_from(far, stranger).is_some() {
            held.push(near);
        }
    }
    assert_eq!(held.len(), 100);
    let (near, far) = tokio::io::duplex(65_536);
    let good: SocketAddr = "192.0.2.7:40000".parse().unwrap();
    assert!(smsc.accept_from(far, good).is_some());
    let mut good = Client::over(near);
    let version = InterfaceVersion::V3_4;
    good.bind(BindType::Transceiver, version, ACCOUNT).await;
    good.is_served().await;
}

#[tokio::test]
async fn sockets_that_wait_longest_make_room_for_others() {
    let (smsc, address) = serve(centre().max_unbound(50)).await;
    let mut good = Client::bound(address, BindType::Transceiver).await;
    let mut crowd = Vec::new();
    for _ in 0..500 {
        crowd.push(TcpStream::connect(address).await.unwrap());
    }
    let mut next = Client::bound(address, BindType::Transceiver).await;
    next.is_served().await;
    good.is_served().await;
    until(|| async { smsc.connections() <= 52 }).await;
    assert_eq!(smsc.stats().refused_connections, 451);
    for stream in crowd.drain(..450) {
        assert!(is_closed(stream).await);
    }
    drop(crowd);
    until(|| async { smsc.connections() == 2 }).await;
    good.is_served().await;
}
