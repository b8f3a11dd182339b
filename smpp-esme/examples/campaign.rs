//! Sends a campaign: one text to each row of a CSV file, at a rate, with
//! retries, and a summary at the end.
//!
//! Start a centre, such as `cargo run -p smpp-smsc`, then
//! `cargo run -p smpp-esme --example campaign -- customers.csv`. The file has a
//! header with the columns `to` and `name`; without a file three made-up
//! customers are taken. Another centre is given as an address behind the file:
//! `… -- customers.csv 'smpp://esme:secret@127.0.0.1:2775?window=100'`.
//!
//! This holds the whole campaign in memory and forgets it with the process; the
//! verb `smpp-esme bulk` is the one that goes on where it was interrupted.

use core::error::Error;
use core::time::Duration;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use smpp_esme::{
    Client, OutgoingMessage, Rate, RetryPolicy, SendErrorKind, SenderBuilder, SmppUrl,
};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const CUSTOMERS: &str = "to,name\n+447700900001,Ada\n+447700900002,Grace\n+447700900003,Zoë\n";

/// Messages that are in memory on their way: some more than the window.
const AT_ONCE: usize = 1000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let file: Box<dyn Read> = match args.next() {
        Some(path) => Box::new(std::fs::File::open(path)?),
        None => Box::new(CUSTOMERS.as_bytes()),
    };
    let url = args
        .next()
        .unwrap_or_else(|| "smpp://esme:secret@127.0.0.1:2775?window=100".into());
    // Nothing is expected from the centre; what comes all the same is refused.
    let (client, _) = Client::connect(&url.parse::<SmppUrl>()?).await?;
    let sender = SenderBuilder::new()
        // As agreed with the centre. When it complains, the sender slows down
        // by itself, and finds back.
        .rate(Rate::per_second(50))
        // A campaign has time.
        .retry(RetryPolicy::new().within(Duration::from_secs(3600)))
        .build(client.clone());

    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut sends = JoinSet::new();
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(file);
    let columns = reader.headers()?.clone();
    let column = |name: &str| {
        let at = columns.iter().position(|column| column == name);
        at.ok_or(format!("the header has no column {name:?}"))
    };
    let (to, name) = (column("to")?, column("name")?);
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                // One bad row is no reason to drop what is under way.
                *outcomes.entry(error.to_string()).or_default() += 1;
                continue;
            }
        };
        let field = |at| row.get(at).unwrap_or_default();
        let message = OutgoingMessage::text(format!("Hello {}, we are open today.", field(name)))
            .from("SHOP")
            .to(field(to));
        // Waits here when enough is under way, so that a file of any length
        // passes through.
        let place = Arc::clone(&places).acquire_owned().await?;
        let sender = sender.clone();
        sends.spawn(async move {
            let outcome = match sender.send(&message).await {
                Ok(_) => "taken".to_owned(),
                Err(error) if error.kind() == SendErrorKind::InvalidMessage => error.to_string(),
                Err(error) => match error.request_error().and_then(|error| error.status()) {
                    Some(status) => format!("refused with {status}"),
                    None => error.to_string(),
                },
            };
            drop(place);
            outcome
        });
        while let Some(done) = sends.try_join_next() {
            *outcomes.entry(done?).or_default() += 1;
        }
    }
    while let Some(done) = sends.join_next().await {
        *outcomes.entry(done?).or_default() += 1;
    }

    for (outcome, count) in &outcomes {
        println!("{count:>8}  {outcome}");
    }
    let counts = sender.counts();
    println!(
        "{} requests, {} of them retries, {} complaints about the rate",
        counts.attempts, counts.retries, counts.throttled
    );
    client.unbind().await;
    Ok(())
}
