//! Accounts that do not take what is sent to them.

use core::time::Duration;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use smpp_pdu::*;
use smpp_smsc::store::MemoryStore;
use smpp_smsc::{Clock, Smsc};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::Instant;

use crate::memory::*;
use crate::support::*;

/// What may wait to be written to one connection, twice over while its buffer
/// grows, and what a test has beside it.
const MOST: u64 = 16 * 1024 * 1024;

/// Submits so many messages that ask for receipts, over a session that takes none.
async fn submit(smsc: &Smsc, messages: usize) -> BTreeSet<String> {
    let mut client = Client::bound_within(smsc, BindType::Transmitter).await;
    let mut ids = BTreeSet::new();
    for _ in 0..messages {
        ids.insert(client.ask(sm().with_receipt()).await.message_id());
    }
    client.leave().await;
    ids
}

/// A session that takes receipts as it should: those of so many messages.
async fn take(smsc: &Smsc, messages: usize) -> BTreeSet<String> {
    let mut client = Client::bound_within(smsc, BindType::Receiver).await;
    let mut ids = BTreeSet::new();
    while ids.len() < messages {
        let (id, state) = client.take_receipt().await;
        assert_eq!(state, MessageState::DELIVERED);
        assert!(ids.insert(id), "a receipt came twice");
    }
    client.leave().await;
    ids
}

/// A request whose answer is long: it names every recipient that was refused.
fn with_long_answer(client: &mut Client<DuplexStream>) -> Vec<u8> {
    let destinations = [DestAddress::Sme(Address::EMPTY); 254];
    let multi = SubmitMulti::default()
        .source_addr(sm().source_addr)
        .dest_address(Repeated::from_slice(&destinations).unwrap())
        .short_message(sm().short_message);
    client.encode(multi)
}

#[test]
fn what_waits_for_a_client_that_never_reads_is_bounded_and_its_receipts_come_later() {
    const MESSAGES: usize = 500;
    let runtime = runtime(true);
    let (smsc, mut good, mut deaf) = runtime.block_on(async {
        let smsc = centre_for_two().clock(Clock::runtime()).start();
        let good = other(&smsc).await;
        let deaf = Client::bound_within(&smsc, BindType::Transceiver).await;
        (smsc, good, deaf)
    });
    let ((), taken) = counted(&runtime, async {
        for _ in 0..MESSAGES {
            deaf.send(sm().with_receipt()).await;
        }
        good.is_served().await;
        // It goes on asking until nobody takes its questions any more.
        let start = Instant::now();
        let question = with_long_answer(&mut deaf);
        let mut asked = 0;
        let patience = Duration::from_secs(5);
        while let Ok(written) =
            tokio::time::timeout(patience, deaf.stream.write_all(&question)).await
        {
            written.unwrap();
            asked += 1;
            assert!(asked < 100_000, "it is read for ever");
        }
        assert!(start.elapsed() < Duration::from_secs(30));
        good.is_served().await;
        assert_eq!(smsc.sessions().await.len(), 2);
    });
    assert!(taken.bytes_max < MOST, "{} octets", taken.bytes_max);
    println!(
        "## abuse: a client that never reads takes at most {} KiB of memory",
        taken.bytes_max / 1024
    );
    runtime.block_on(async {
        // A minute after the last octet that it took, it is given up.
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_secs(15)).await;
            good.is_served().await;
        }
        assert_eq!(smsc.sessions().await.len(), 1);
        assert_eq!(take(&smsc, MESSAGES).await.len(), MESSAGES);
        good.is_served().await;
    });
}

#[test]
fn a_client_that_answers_no_delivery_gets_no_more_than_its_window() {
    const MESSAGES: usize = 500;
    let runtime = runtime(true);
    let (smsc, mut good, ids) = runtime.block_on(async {
        let smsc = centre_for_two().clock(Clock::runtime()).start();
        let good = other(&smsc).await;
        let ids = submit(&smsc, MESSAGES).await;
        (smsc, good, ids)
    });
    let mut silent = runtime.block_on(Client::bound_within(&smsc, BindType::Transceiver));
    let alive = silent.encode(EnquireLink::default());
    // It shows that it lives, and answers nothing.
    let silent = runtime.spawn(async move {
        let mut scrap = [0; 4096];
        let mut every = tokio::time::interval(Duration::from_secs(10));
        loop {
            tokio::select! {
                read = silent.stream.read(&mut scrap) => assert!(read.unwrap() > 0),
                _ = every.tick() => silent.write(&alive).await,
            }
        }
    });
    let mut minute = async || {
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_secs(15)).await;
            good.is_served().await;
            let sessions = smsc.sessions().await;
            assert_eq!(sessions.len(), 2);
            assert!(sessions.iter().all(|one| one.in_flight <= 100));
        }
    };
    // What is kept for it once is not what it makes grow.
    for _ in 0..10 {
        runtime.block_on(minute());
    }
    let ((), taken) = counted(&runtime, async {
        for _ in 0..10 {
            minute().await;
        }
    });
    assert!(taken.bytes_current < 64 * 1024, "{taken:?}");
    runtime.block_on(async {
        silent.abort();
        let _ = silent.await;
        assert_eq!(take(&smsc, MESSAGES).await, ids);
    });
}

#[tokio::test(start_paused = true)]
async fn a_client_that_refuses_every_receipt_does_not_bring_all_of_them_into_memory() {
    const MESSAGES: usize = 8000;
    let store = MemoryStore::new(100_000, 10);
    let smsc = centre_for_two()
        .clock(Clock::runtime())
        .store(store)
        .start();
    let mut good = other(&smsc).await;
    let ids = submit(&smsc, MESSAGES).await;
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let mut moody = Client::bound_within(&smsc, BindType::Receiver).await;
    let refusing = tokio::spawn({
        let seen = seen.clone();
        async move {
            loop {
                let receipt = moody.receive().await;
                seen.lock().unwrap().insert(receipt.receipt().0);
                let (number, not_now) = (receipt.number(), CommandStatus::ESME_RX_T_APPN);
                let body = DeliverSmResp::default();
                moody.respond(number, not_now, body).await;
            }
        }
    });
    // Shorter than the wait before anything is sent again.
    tokio::time::sleep(Duration::from_millis(900)).await;
    let tried = seen.lock().unwrap().len();
    assert!((4000..6000).contains(&tried), "{tried} of {MESSAGES}");
    good.is_served().await;
    refusing.abort();
    let _ = refusing.await;
    assert_eq!(take(&smsc, MESSAGES).await, ids);
}
