//! Sends one message to a message centre, and waits for its receipt.
//!
//! Start a centre, such as `cargo run -p smpp-smsc`, then
//! `cargo run -p smpp-esme --example send_one`. Another centre is given as an
//! address: `… --example send_one smpp://esme:secret@127.0.0.1:2775`.

use core::error::Error;

use smpp_esme::codec::receipt::Receipt;
use smpp_esme::codec::text::choose;
use smpp_esme::pdu::{Address, ShortMessage, SubmitSm};
use smpp_esme::{Client, Inbound, SmppUrl};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "smpp://esme:secret@127.0.0.1:2775".into());
    let (client, mut incoming) = Client::connect(&url.parse::<SmppUrl>()?).await?;

    // The text says which alphabet it needs.
    let text = "Your code is 4711";
    let choice = choose(text);
    let mut octets = Vec::new();
    choice.encoding.encode(text, &mut octets)?;
    println!("{choice}, {} octets", octets.len());

    let message = SubmitSm::new(
        Address::alphanumeric("BANK")?,
        Address::international("447700900123")?,
        ShortMessage::new(&octets)?,
    )
    .data_coding(choice.encoding.data_coding())
    .with_receipt();
    let resp = client.submit_sm(&message).await?;
    println!("submitted as {}", resp.message_id());

    // Whatever else comes is not acknowledged, and comes again.
    while let Some(inbound) = incoming.recv().await {
        let Inbound::Delivery(delivery) = inbound else {
            continue;
        };
        let state = Receipt::read(&delivery.pdu()).and_then(|receipt| receipt.state());
        if let Some(state) = state {
            println!("{state}");
            delivery.ack();
            break;
        }
    }
    client.unbind().await;
    Ok(())
}
