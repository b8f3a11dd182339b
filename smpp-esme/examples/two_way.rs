//! A two-way service: subscribers send keywords to a short code, and get an
//! answer. STOP ends the subscription, START begins it again, BALANCE tells a
//! balance, HELP explains, and so does everything else.
//!
//! Start a message centre that delivers messages of subscribers, then
//! `cargo run -p smpp-esme --example two_way -- 'smpp://esme:secret@127.0.0.1:2775'`
//! It ends on Ctrl-C, or with the session.
//!
//! What it shows:
//! - messages arrive whole and as text, however many segments they took;
//! - a message is acknowledged when its answer is with the centre: what fails
//!   before that comes again, and what is answered does not;
//! - receipts of the answers find their message by its tag.

use core::error::Error;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use smpp_esme::pdu::CommandStatus;
use smpp_esme::receiving::{Received, ReceivedMessage, Receiver, Submission};
use smpp_esme::{
    Client, OutgoingMessage, ReceiptRequest, RetryPolicy, Sender, SenderBuilder, SmppUrl,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "smpp://esme:secret@127.0.0.1:2775".into());
    let (client, incoming) = Client::connect(&url.parse::<SmppUrl>()?).await?;
    let receiver = Receiver::new(incoming);
    println!("bound, press Ctrl-C to end");
    tokio::select! {
        () = serve(&client, receiver) => println!("the session is over"),
        _ = tokio::signal::ctrl_c() => {}
    }
    client.unbind().await;
    Ok(())
}

/// Who has sent STOP. A real service keeps this in its database.
#[derive(Clone, Default)]
struct Subscriptions {
    stopped: Arc<Mutex<HashSet<String>>>,
}

/// Answers until the session is over.
pub(crate) async fn serve(client: &Client, mut receiver: Receiver) {
    let subscriptions = Subscriptions::default();
    let sender = SenderBuilder::new()
        // What is refused for now comes again with the message that it answers.
        .retry(RetryPolicy::NONE)
        // Receipts find their answers.
        .observer(receiver.tracker())
        .build(client.clone());
    while let Some(received) = receiver.recv().await {
        match received {
            Received::Message(message) => {
                // One task for each: a slow answer holds up nobody else. The
                // window of the session bounds how many there are at the centre.
                let (sender, subscriptions) = (sender.clone(), subscriptions.clone());
                tokio::spawn(async move { answer(&sender, &subscriptions, message).await });
            }
            Received::Receipt(receipt) => {
                let answered = receipt.message().map(Submission::caller_tag);
                let answered = String::from_utf8_lossy(answered.unwrap_or(b"?")).into_owned();
                println!("the answer to {answered}: {:?}", receipt.state());
                receipt.ack();
            }
            other => other.ack(),
        }
    }
}

async fn answer(sender: &Sender<Client>, subscriptions: &Subscriptions, message: ReceivedMessage) {
    let from = message.source_addr().addr.to_string();
    let Some(reply) = reply_to(subscriptions, &from, message.text().unwrap_or_default()) else {
        return message.ack();
    };
    // Back to where it came from, and from the number that it was sent to.
    let reply = OutgoingMessage::text(reply)
        .from(message.destination_addr())
        .to(message.source_addr())
        .receipt(ReceiptRequest::Final)
        .tag(&from);
    match sender.send(&reply).await {
        Ok(_) => message.ack(),
        // Sent, and nobody knows what became of it: better no answer than two.
        Err(error) if error.may_be_sent() => message.ack(),
        // It would not be sent next time either.
        Err(error) if error.message_error().is_some() => {
            println!("no answer to {from}: {error}");
            message.nack(CommandStatus::ESME_RX_P_APPN);
        }
        // Not sent, or refused: the message comes again, and so does its answer.
        Err(error) => {
            println!("no answer to {from}: {error}");
            message.nack(CommandStatus::ESME_RX_T_APPN);
        }
    }
}

/// What a subscriber is told; `None` when nothing is.
fn reply_to(subscriptions: &Subscriptions, from: &str, text: &str) -> Option<String> {
    let Ok(mut stopped) = subscriptions.stopped.lock() else {
        return None;
    };
    let keyword = text.split_whitespace().next().unwrap_or_default();
    let reply = match keyword.to_uppercase().as_str() {
        "STOP" | "END" | "QUIT" => {
            // Asked twice, answered once.
            if !stopped.insert(from.to_owned()) {
                return None;
            }
            "You get no more messages. Send START to get them again.".into()
        }
        "START" => {
            stopped.remove(from);
            "Welcome back.".into()
        }
        // Who has stopped gets no other answer.
        _ if stopped.contains(from) => return None,
        "BALANCE" => format!("Your balance is {}.{:02} EUR.", from.len(), 50),
        _ => "Send BALANCE for your balance, STOP for no more messages.".into(),
    };
    Some(reply)
}
