//! `smpp-esme listen`: what the centre sends by itself.

use core::num::NonZeroU64;

use smpp_esme::Inbound;
use smpp_pdu::{BindType, InterfaceVersion};

use super::connect::{connect, parse};
use super::exit::Failure;
use super::output::Output;
use super::show;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Ends after so many messages and receipts; without it, on Ctrl-C.
    #[arg(long, value_name = "N")]
    count: Option<NonZeroU64>,
}

pub(crate) async fn run(args: &Args, url: &str, output: &mut Output) -> Result<(), Failure> {
    let mut url = parse(url)?;
    // 3.3 has no transceiver; what is meant here is clear.
    if url.bind().is_none() && url.version() == InterfaceVersion::V3_3 {
        url = url.with_bind(BindType::Receiver);
    }
    if !url.bind_type().receives() {
        return Err(Failure::usage(
            "listen needs a session that receives: use bind=trx or bind=rx in the address",
        ));
    }
    let (client, mut incoming) = connect(&url).await?;
    output.line(format_args!(
        "{}",
        output.dim(format_args!("listening on {url}"))
    ))?;
    output.flush()?;
    let mut left = args.count.map(NonZeroU64::get);
    let interrupt = tokio::signal::ctrl_c();
    tokio::pin!(interrupt);
    while left != Some(0) {
        let inbound = tokio::select! {
            inbound = incoming.recv() => inbound,
            _ = &mut interrupt => break,
        };
        let Some(inbound) = inbound else {
            let reason = client.closed().await;
            return Err(Failure::other(format!("the session is over: {reason}")));
        };
        show::inbound(&inbound, output)?;
        // Seen first, acknowledged then: what cannot be printed comes again.
        output.flush()?;
        if let Inbound::Delivery(delivery) = inbound {
            delivery.ack();
            left = left.map(|left| left - 1);
        }
    }
    client.unbind().await;
    Ok(())
}
