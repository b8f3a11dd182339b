//! The centre, behind a socket.

use core::net::SocketAddr;
use core::time::Duration;
use std::path::Path;
use std::time::Instant;

use smpp_esme::{BindConfig, ClientBuilder, Inbound, Incoming};
use smpp_pdu::{Address, COctetStr, ShortMessage, SubmitSm};
use smpp_session::Config;
use smpp_smsc::Smsc;
use smpp_smsc::network::Handsets;
use tokio::runtime::{Builder, Runtime};

use crate::store::opened;

const WINDOW: u16 = 1000;

pub(crate) fn message() -> SubmitSm<'static> {
    SubmitSm::new(
        Address::alphanumeric("BANK").unwrap(),
        Address::international("447700900123").unwrap(),
        ShortMessage::new(&[b'x'; crate::TEXT]).unwrap(),
    )
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Until the last response; messages that wait for the next day.
    ForTomorrow,
    /// Until the last response; messages are delivered meanwhile.
    Accepted,
    /// Until the last receipt is acknowledged.
    WithReceipts,
}

fn threads(count: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(count).enable_all().build().unwrap()
}

/// Messages a second.
pub(crate) fn measure(folder: &Path, count: usize, what: What) -> f64 {
    let runtime = threads(2);
    let (smsc, address) = runtime.block_on(async {
        let session = Config {
            window: WINDOW,
            ..smpp_smsc::Builder::default_session()
        };
        let smsc = Smsc::builder()
            .account("esme", "secret")
            .session(session)
            .store(opened(folder))
            .network(Handsets::new(Duration::ZERO))
            .start();
        let address = smsc.listen("127.0.0.1:0").await.unwrap();
        (smsc, address)
    });
    let client = threads(1);
    let run = async move { run(address, count, what).await };
    // Not on the main thread, which is no worker of the runtime.
    let seconds = client.block_on(client.spawn(run)).unwrap();
    runtime.block_on(smsc.shutdown());
    count as f64 / seconds
}

async fn run(address: SocketAddr, count: usize, what: What) -> f64 {
    let (client, incoming) = ClientBuilder::new(BindConfig::new("esme", "secret"))
        .window(WINDOW)
        .connect(&address.ip().to_string(), address.port())
        .await
        .unwrap();
    let mut message = message();
    match what {
        What::ForTomorrow => {
            let tomorrow = COctetStr::try_from("000001000000000R").unwrap();
            message = message.schedule_delivery_time(tomorrow);
        }
        What::Accepted => {}
        What::WithReceipts => message = message.with_receipt(),
    }
    let start = Instant::now();
    let receipts = what == What::WithReceipts;
    let taking = receipts.then(|| tokio::spawn(take(incoming, count)));
    let mut pipeline = client.pipeline();
    for number in 0..count {
        if pipeline.is_full() {
            pipeline.next().await.unwrap().1.unwrap();
        }
        pipeline.submit_sm(number, &message).await.unwrap();
    }
    while let Some((_, outcome)) = pipeline.next().await {
        outcome.unwrap();
    }
    if let Some(taking) = taking {
        taking.await.unwrap();
    }
    let seconds = start.elapsed().as_secs_f64();
    client.unbind().await;
    seconds
}

async fn take(mut incoming: Incoming, count: usize) {
    for _ in 0..count {
        match incoming.recv().await.unwrap() {
            Inbound::Delivery(delivery) => delivery.ack(),
            other => panic!("{other:?}"),
        }
    }
}
