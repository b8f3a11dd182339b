//! Messages between ESMEs whose sessions answer at random, and are lost at random.

use core::net::SocketAddr;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use smpp_pdu::*;

use crate::forwarding::*;
use crate::support::*;

/// Texts of messages that were answered, by what was said.
#[derive(Default)]
struct Ledger {
    acknowledged: Vec<u16>,
    refused: Vec<u16>,
}

/// A session of the account that answers at random, and is lost at random.
async fn careless(address: SocketAddr, seed: u64, ledger: Arc<Mutex<Ledger>>) {
    let mut chance = fastrand::Rng::with_seed(seed);
    loop {
        let mut bank = bank(address, InterfaceVersion::V3_4).await;
        for _ in 0..chance.u8(1..20) {
            let received = bank.receive().await;
            if received.id() != CommandId::DELIVER_SM {
                continue;
            }
            let text = text_of(&received);
            let number = u16::from_be_bytes([text[0], text[1]]);
            if chance.u8(..10) == 0 {
                ledger.lock().unwrap().refused.push(number);
                let status = CommandStatus::ESME_RX_P_APPN;
                let resp = DeliverSmResp::default();
                bank.respond(received.number(), status, resp).await;
            } else {
                ledger.lock().unwrap().acknowledged.push(number);
                bank.acknowledge(&received).await;
            }
        }
        // All that was answered is known; the rest is lost with the connection.
        let number = bank.send(EnquireLink::default()).await;
        while bank.receive().await.number() != number {}
    }
}

#[tokio::test]
async fn each_message_is_acknowledged_once_or_ends_otherwise_whatever_sessions_do() {
    const MESSAGES: u16 = 300;
    let folder = tempfile::tempdir().unwrap();
    for builder in every_store(folder.path()) {
        let seed = fastrand::u64(..);
        println!("seed {seed}");
        let mut chance = fastrand::Rng::with_seed(seed);
        let (_smsc, address) = serve(to_bank(builder)).await;
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let sessions: Vec<_> = (0..3)
            .map(|number| tokio::spawn(careless(address, seed ^ number, ledger.clone())))
            .collect();
        let mut sender = sender(address).await;
        let mut numbers = HashMap::new();
        let mut ended = HashMap::new();
        let mut sent = 0;
        while ended.len() < usize::from(MESSAGES) {
            if sent < MESSAGES {
                let octets = sent.to_be_bytes();
                let submit = sms().short_message(ShortMessage::new(&octets).unwrap());
                sender.send(submit.with_receipt()).await;
                sent += 1;
            }
            let received = sender.receive().await;
            match received.id() {
                CommandId::SUBMIT_SM_RESP => {
                    let id = received.message_id();
                    if chance.u8(..3) == 0 {
                        sender.send(cancel(&id)).await;
                    }
                    numbers.insert(id, u16::try_from(numbers.len()).unwrap());
                }
                CommandId::DELIVER_SM => {
                    sender.acknowledge(&received).await;
                    let (id, state) = received.receipt();
                    let before = ended.insert(numbers[&id], state);
                    assert_eq!(before, None, "a second receipt of {id}");
                }
                _ => {}
            }
        }
        sessions.iter().for_each(tokio::task::JoinHandle::abort);
        let ledger = ledger.lock().unwrap();
        let count = |list: &[u16], number| list.iter().filter(|one| **one == number).count();
        for (number, state) in ended {
            let acknowledged = count(&ledger.acknowledged, number);
            let refused = count(&ledger.refused, number);
            let expected = match state {
                MessageState::DELIVERED => (1, 0),
                MessageState::UNDELIVERABLE => (0, 1),
                MessageState::DELETED => (0, 0),
                other => panic!("{number} {other}"),
            };
            assert_eq!((acknowledged, refused), expected, "{number} {state}");
        }
    }
}
