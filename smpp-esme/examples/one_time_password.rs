//! Sends a one-time password, and waits for its receipt: what a login form does
//! behind its button.
//!
//! Start a centre, such as `cargo run -p smpp-smsc`, then
//! `cargo run -p smpp-esme --example one_time_password -- +447700900123`.
//! Another centre is given as an address behind the number:
//! `… -- +447700900123 smpp://esme:secret@127.0.0.1:2775`.

use core::error::Error;
use core::time::Duration;

use smpp_esme::codec::receipt::Outcome;
use smpp_esme::receiving::Receiver;
use smpp_esme::{Client, OutgoingMessage, ReceiptRequest, RetryPolicy, SenderBuilder, SmppUrl};

/// A password that comes later is of no use: neither the centre nor this
/// program tries for longer.
const VALID_FOR: Duration = Duration::from_secs(120);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let to = args.next().unwrap_or_else(|| "+447700900123".into());
    let url = args
        .next()
        .unwrap_or_else(|| "smpp://esme:secret@127.0.0.1:2775".into());
    let (client, incoming) = Client::connect(&url.parse::<SmppUrl>()?).await?;
    let receiver = Receiver::new(incoming);
    let tracker = receiver.tracker();
    // Somebody has to take what comes; here only the receipts are wanted, and
    // those are waited for with the tracker.
    tokio::spawn(receiver.acknowledge_all());

    // One sender serves the whole program: it is cheap to clone, and what it
    // knows of the centre's complaints holds for all who use it.
    let sender = SenderBuilder::new()
        // Whoever waits at a form is helped by the next attempt within seconds.
        .retry(
            RetryPolicy::new()
                .waits(Duration::from_millis(200), Duration::from_secs(5))
                .within(VALID_FOR / 4),
        )
        // Two passwords to one number must not overtake each other.
        .in_order(true)
        // Receipts find their messages.
        .observer(tracker.clone())
        .build(client.clone());

    let message = OutgoingMessage::text("Your code is 4711. It is valid for two minutes.")
        .from("BANK")
        .to(&to)
        .receipt(ReceiptRequest::Final)
        .validity(VALID_FOR);
    println!("{}", message.preview()?);
    let sent = match sender.send(&message).await {
        Ok(sent) => sent,
        // Perhaps it was sent: a second one would confuse.
        Err(error) if error.may_be_sent() => return Err(format!("perhaps sent: {error}").into()),
        Err(error) => return Err(format!("not sent: {error}").into()),
    };
    for id in sent.message_ids() {
        println!("taken by the centre as {id}");
        match tracker.await_receipt(id.as_bytes(), VALID_FOR).await {
            Ok(receipt) => match receipt.receipt().and_then(|receipt| receipt.outcome()) {
                Some(Outcome::Delivered) => println!("delivered"),
                outcome => println!("not delivered: {outcome:?}"),
            },
            Err(error) => println!("{error}: offer to send another one"),
        }
    }
    client.unbind().await;
    Ok(())
}
