//! Prints the messages and receipts that a centre delivers, and acknowledges
//! each once it is printed. Ends on Ctrl-C with an orderly unbind.
//!
//! Start a centre, such as `cargo run -p smpp-smsc`, then
//! `cargo run -p smpp-esme --example receive`. Another centre is given as an
//! address: `… --example receive 'smpp://esme:secret@127.0.0.1:2775?bind=rx'`.

use core::error::Error;

use smpp_esme::codec::receipt::Receipt;
use smpp_esme::codec::text::{DefaultAlphabet, Encoding};
use smpp_esme::pdu::Body;
use smpp_esme::{Client, Inbound, SmppUrl};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "smpp://esme:secret@127.0.0.1:2775".into());
    let (client, mut incoming) = Client::connect(&url.parse::<SmppUrl>()?).await?;
    println!("bound, press Ctrl-C to end");
    let interrupt = tokio::signal::ctrl_c();
    tokio::pin!(interrupt);
    loop {
        let inbound = tokio::select! {
            Some(inbound) = incoming.recv() => inbound,
            reason = client.closed() => {
                println!("the session is over: {reason}");
                return Ok(());
            }
            _ = &mut interrupt => break,
        };
        let Inbound::Delivery(delivery) = inbound else {
            println!("{}", inbound.pdu().command_id());
            continue;
        };
        let pdu = delivery.pdu();
        if let Some(receipt) = Receipt::read(&pdu) {
            let id = receipt.id_str().unwrap_or("?");
            println!("receipt for {id}: {:?}", receipt.state());
        } else if let Body::DeliverSm(sm) = pdu.body {
            let encoding = Encoding::of_data_coding(sm.data_coding, DefaultAlphabet::Gsm7);
            let (text, _) = encoding.decode_to_string(sm.short_message.as_bytes());
            println!("{} -> {}: {text:?}", sm.source_addr, sm.destination_addr);
        }
        delivery.ack();
    }
    client.unbind().await;
    Ok(())
}
