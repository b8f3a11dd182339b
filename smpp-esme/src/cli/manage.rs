//! `smpp-esme query`, `cancel` and `replace`.

use serde_json::json;
use smpp_pdu::{
    Address, Body, COctetStr, CancelSm, QuerySm, RegisteredDelivery, ReplaceSm, ShortMessage,
};

use super::connect::{connect, transmitting};
use super::exit::Failure;
use super::output::{Output, Printable};
use super::{message, receipt, times};

/// Which message.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The id that the centre gave when it took the message.
    #[arg(long, value_name = "MESSAGE_ID")]
    id: String,
    /// The sender that the message was submitted with.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    from: String,
}

impl Args {
    fn id(&self) -> Result<COctetStr<'_>, Failure> {
        COctetStr::try_from(self.id.as_str())
            .map_err(|error| Failure::usage(format!("--id: {error}")))
    }

    fn from(&self) -> Result<Address<'_>, Failure> {
        message::address("--from", &self.from)
    }
}

#[derive(clap::Args)]
pub(crate) struct CancelArgs {
    #[command(flatten)]
    message: Args,
    /// The recipient of the message, for centres that want it.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    to: String,
}

#[derive(clap::Args)]
pub(crate) struct ReplaceArgs {
    #[command(flatten)]
    message: Args,
    /// The new text. The encoding of the old one stays: replace_sm cannot say another.
    #[arg(long)]
    text: String,
    /// How long the centre tries to deliver: 90s, 15m, 2h, 3d, or 16 characters of SMPP.
    #[arg(long, value_name = "SPAN", value_parser = times::when)]
    validity: Option<times::When>,
    /// When the centre delivers: +10m, or 16 characters of SMPP.
    #[arg(long, value_name = "WHEN", value_parser = times::when)]
    at: Option<times::When>,
    /// Asks for a receipt.
    #[arg(long)]
    receipt: bool,
}

pub(crate) async fn query(args: &Args, url: &str, output: &mut Output) -> Result<(), Failure> {
    let url = transmitting(url, "query")?;
    let query = QuerySm::default()
        .message_id(args.id()?)
        .source_addr(args.from()?);
    let (client, _incoming) = connect(&url).await?;
    let answer = client.query_sm(&query).await;
    client.unbind().await;
    let answer = answer?;
    let Body::QuerySmResp(resp) = answer.body() else {
        return Err(Failure::other(
            "the answer of the centre says nothing of the message",
        ));
    };
    let id = receipt::address(resp.message_id);
    let date = receipt::address(resp.final_date);
    output.object(&json!({
        "event": "state",
        "message_id": id,
        "state": receipt::state_name(resp.message_state),
        "final_date": date,
        "error_code": resp.error_code,
    }))?;
    let mut line = format!("message {}  {}", Printable(&id), resp.message_state);
    if !date.is_empty() {
        line.push_str(&format!(" since {}", Printable(&date)));
    }
    if resp.error_code != 0 {
        line.push_str(&format!(", network error {}", resp.error_code));
    }
    output.line(format_args!("{line}"))
}

pub(crate) async fn cancel(
    args: &CancelArgs,
    url: &str,
    output: &mut Output,
) -> Result<(), Failure> {
    let url = transmitting(url, "cancel")?;
    let cancel = CancelSm::default()
        .message_id(args.message.id()?)
        .source_addr(args.message.from()?)
        .destination_addr(message::address("--to", &args.to)?);
    let (client, _incoming) = connect(&url).await?;
    let answer = client.cancel_sm(&cancel).await;
    client.unbind().await;
    answer?;
    done("cancelled", &args.message.id, output)
}

pub(crate) async fn replace(
    args: &ReplaceArgs,
    url: &str,
    output: &mut Output,
) -> Result<(), Failure> {
    let url = transmitting(url, "replace")?;
    let (octets, encoding) = message::encode_text(&args.text, None)?;
    let text =
        ShortMessage::new(&octets).map_err(|error| Failure::usage(format!("--text: {error}")))?;
    let replace = ReplaceSm::default()
        .message_id(args.message.id()?)
        .source_addr(args.message.from()?)
        .validity_period(times::field(args.validity.as_ref())?)
        .schedule_delivery_time(times::field(args.at.as_ref())?)
        .registered_delivery(RegisteredDelivery(args.receipt.into()))
        .short_message(text);
    let (client, _incoming) = connect(&url).await?;
    output.line(format_args!("{}", output.dim(format_args!("{encoding}"))))?;
    let answer = client.replace_sm(&replace).await;
    client.unbind().await;
    answer?;
    done("replaced", &args.message.id, output)
}

fn done(event: &str, id: &str, output: &mut Output) -> Result<(), Failure> {
    output.object(&json!({"event": event, "message_id": id}))?;
    output.line(format_args!("message {}  {event}", Printable(id)))
}
