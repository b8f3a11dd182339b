//! Starts a centre that follows a scenario inside this process, and sends it
//! messages: how a test finds out what a client makes of a centre on a bad day.
//!
//!     cargo run -p smpp-smsc --example simulator -- flaky 42
//!
//! The first argument is the name of a scenario, or a file; the second its
//! seed. The same seed gives the same run.

use core::error::Error;
use core::time::Duration;
use std::collections::BTreeMap;

use smpp_codec::receipt::Receipt;
use smpp_esme::{BindConfig, ClientBuilder, Inbound, RequestErrorKind};
use smpp_pdu::{Address, ShortMessage, SubmitSm};
use smpp_smsc::Smsc;
use smpp_smsc::scenario::Scenario;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let scenario = arguments.next().unwrap_or_else(|| "flaky".into());
    let seed = arguments.next().map_or(Ok(42), |seed| seed.parse())?;
    let simulator = Smsc::simulator(Scenario::named_or_file(&scenario)?, seed).await?;

    // A response that does not come within a second is not waited for.
    let address = simulator.address();
    let (client, mut incoming) = ClientBuilder::new(BindConfig::new("esme", "secret"))
        .response_timeout(Duration::from_secs(1))
        .connect(&address.ip().to_string(), address.port())
        .await?;
    let submit = SubmitSm::new(
        Address::alphanumeric("BANK")?,
        Address::international("447700900123")?,
        ShortMessage::new(b"Your code is 4711")?,
    )
    .with_receipt();
    let mut answers: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..200 {
        let answer = match client.submit_sm(&submit).await {
            Ok(_) => "accepted".into(),
            Err(error) => match error.kind() {
                RequestErrorKind::Rejected(status) => status.to_string(),
                _ => error.to_string(),
            },
        };
        *answers.entry(answer).or_default() += 1;
    }
    for (answer, count) in answers {
        println!("{count:>4}  {answer}");
    }

    // What has come by now, and a little more.
    let mut receipts: BTreeMap<String, u32> = BTreeMap::new();
    let pause = Duration::from_secs(2);
    while let Ok(Some(inbound)) = tokio::time::timeout(pause, incoming.recv()).await {
        let Inbound::Delivery(delivery) = inbound else {
            continue;
        };
        let state = Receipt::read(&delivery.pdu()).and_then(|receipt| receipt.state());
        let what = state.map_or_else(|| "a message".into(), |state| format!("receipt, {state}"));
        *receipts.entry(what).or_default() += 1;
        delivery.ack();
    }
    for (what, count) in receipts {
        println!("{count:>4}  {what}");
    }
    client.unbind().await;
    simulator.shutdown().await;
    Ok(())
}
