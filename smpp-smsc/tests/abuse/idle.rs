//! Sessions that are bound and do nothing.

use core::net::SocketAddr;
use std::io::{Read, Write};
use std::sync::mpsc;

use smpp_codec::encode;
use smpp_pdu::*;

use crate::memory::*;
use crate::support::*;

const SESSIONS: usize = 100;

/// What one may take.
const MOST: i64 = 16 * 1024;

fn bound(address: SocketAddr) -> std::net::TcpStream {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let bind = Bind::new(BindType::Transceiver, text("esme"), text("secret"));
    for (number, body) in [(1, Body::from(bind)), (2, sm().into())] {
        let mut octets = Vec::new();
        encode(&Pdu::request(SequenceNumber(number), body), &mut octets).unwrap();
        stream.write_all(&octets).unwrap();
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let rest = u32::from_be_bytes(length) as usize - 4;
        stream.read_exact(&mut vec![0; rest]).unwrap();
    }
    stream
}

#[test]
fn an_idle_session_takes_less_than_16_kib() {
    let runtime = runtime(false);
    let (smsc, address) = runtime.block_on(serve(centre()));
    let (order, orders) = mpsc::channel::<usize>();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    // What the clients take is of another thread, and not counted.
    let clients = std::thread::spawn(move || {
        let mut all = Vec::new();
        for count in orders {
            all.extend((0..count).map(|_| bound(address)));
            tell.send(()).unwrap();
        }
    });
    order.send(1).unwrap();
    runtime.block_on(told.recv()).unwrap();
    let (sessions, taken) = counted(&runtime, async {
        order.send(SESSIONS).unwrap();
        told.recv().await.unwrap();
        settle().await;
        smsc.sessions().await.len()
    });
    assert_eq!(sessions, SESSIONS + 1);
    let each = taken.bytes_current / i64::try_from(SESSIONS).unwrap();
    assert!(each < MOST, "{each} octets");
    println!("## abuse: an idle session takes {each} octets of the centre's memory");
    drop(order);
    clients.join().unwrap();
}
