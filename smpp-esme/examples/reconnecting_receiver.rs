//! Receives messages and receipts from a centre that comes and goes: the link
//! connects again by itself, and one loop takes what comes over all sessions.
//!
//! Start a centre, such as `cargo run -p smpp-smsc`, then
//! `cargo run -p smpp-esme --example reconnecting_receiver`. Send something whose
//! receipt it gets: `cargo run -p smpp-esme -- send --from BANK --to 447700900123
//! --text Hello --receipt --wait 0`. End the centre with Ctrl-C, start it again,
//! and send once more: the receiver is there.
//!
//! Another centre is given as an address: `… --example reconnecting_receiver
//! 'smpp://esme:secret@127.0.0.1:2775'`. With a wrong password it ends and says
//! so, instead of trying for ever.

use core::error::Error;
use core::time::Duration;

use smpp_esme::codec::receipt::Receipt;
use smpp_esme::link::{Backoff, State};
use smpp_esme::pdu::BindType;
use smpp_esme::{Inbound, LinkBuilder, SmppUrl};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "smpp://esme:secret@127.0.0.1:2775".into());
    let url = url.parse::<SmppUrl>()?.with_bind(BindType::Receiver);
    let (link, mut incoming) = LinkBuilder::from(&url)
        // Soon back after a short restart, and no burden during a long one.
        .backoff(Backoff {
            first: Duration::from_millis(500),
            max: Duration::from_secs(30),
            ..Backoff::default()
        })
        .start();

    // The same changes are in the log of `tracing` and in the metrics.
    let mut events = link.events();
    tokio::spawn(async move {
        while let Some(report) = events.next().await {
            match report.state {
                State::Connecting => println!("{}: connecting", report.host),
                State::Bound => println!("{}: bound", report.host),
                State::Waiting { until, because } => {
                    let wait = until - tokio::time::Instant::now();
                    println!("{}: {because}; again in {wait:.1?}", report.host);
                }
                _ => {}
            }
        }
    });

    println!("press Ctrl-C to end");
    let interrupt = tokio::signal::ctrl_c();
    tokio::pin!(interrupt);
    loop {
        // `None`: every host has refused the bind for good.
        let inbound = tokio::select! {
            inbound = incoming.recv() => inbound,
            _ = &mut interrupt => break,
        };
        let Some(inbound) = inbound else {
            break;
        };
        let Inbound::Delivery(delivery) = inbound else {
            continue;
        };
        match Receipt::read(&delivery.pdu()) {
            Some(receipt) => {
                let id = receipt.id_str().unwrap_or("?");
                println!("receipt for {id}: {:?}", receipt.state());
            }
            None => println!("a message: {:?}", delivery.owned()),
        }
        // Once it is in safe hands. If the session is lost before this reaches
        // the centre, the centre sends it again: expect to see some twice.
        delivery.ack();
    }
    link.unbind().await;
    // As text: it names each host and what it answered.
    link.closed().await.map_err(|error| error.to_string())?;
    Ok(())
}
