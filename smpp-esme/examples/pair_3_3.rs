//! A transmitter and a receiver for a centre of SMPP 3.3, which has no
//! transceiver: they are bound side by side, kept up each by itself, and used as
//! one.
//!
//! Start a centre, such as `cargo run -p smpp-smsc`, which speaks 3.3 too, then
//! `cargo run -p smpp-esme --example pair_3_3`. Another centre is given as an
//! address: `… --example pair_3_3 'smpp://esme:secret@127.0.0.1:2775?version=3.3'`.

use core::error::Error;

use smpp_esme::codec::receipt::Receipt;
use smpp_esme::link::State;
use smpp_esme::pdu::{Address, ShortMessage, SubmitSm};
use smpp_esme::{Inbound, Link, SmppUrl};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "smpp://esme:secret@127.0.0.1:2775?version=3.3".into());

    // An address of 3.3 that names no bind means a pair. For a centre of 3.4
    // that knows no transceiver there is `LinkBuilder::pairs`.
    let (link, mut incoming) = Link::connect(&url.parse::<SmppUrl>()?).await?;
    for report in link.states() {
        if matches!(report.state, State::Bound) {
            println!("{} taken by {}", report.bind_type.command_id(), report.host);
        }
    }

    // It goes out over the transmitter …
    let message = SubmitSm::new(
        Address::short_code("12345")?,
        Address::international("447700900123")?,
        ShortMessage::new(b"Your code is 4711")?,
    )
    .with_receipt();
    let resp = link.submit_sm(&message).await?;
    println!("submitted as {}", resp.message_id());

    // … and its receipt comes in over the receiver.
    while let Some(inbound) = incoming.recv().await {
        let Inbound::Delivery(delivery) = inbound else {
            continue;
        };
        let state = Receipt::read(&delivery.pdu()).and_then(|receipt| receipt.state());
        delivery.ack();
        if let Some(state) = state {
            println!("{state}");
            break;
        }
    }
    link.unbind().await;
    Ok(())
}
