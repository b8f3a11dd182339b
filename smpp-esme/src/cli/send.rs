//! `smpp-esme send`: one text to one or more recipients.

use core::time::Duration;
use std::io::Read;

use smpp_esme::{Client, Incoming, OwnedPdu, RequestError};
use smpp_pdu::{
    Address, Body, COctetStr, DataCoding, DataSm, EsmClass, RegisteredDelivery, ShortMessage,
    SubmitSm, Tlv, Tlvs,
};
use tokio::task::JoinSet;

use super::connect::{connect, transmitting};
use super::exit::Failure;
use super::hex;
use super::message::{self, EncodingArg, Form, Message, Part, Source, SplitArg};
use super::output::Output;
use super::times::{self, When};
use super::tlv::{self, TlvArg};
use super::tracker::Tracker;

/// How long receipts are waited for when nothing else is said.
const DEFAULT_WAIT: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("source").required(true).args(["text", "hex", "file"]))]
pub(crate) struct Args {
    /// The sender: a number with +, a short code, or a name of up to 11 characters.
    #[arg(long, value_name = "ADDRESS")]
    from: String,
    /// The recipients.
    #[arg(long, value_name = "ADDRESS", num_args = 1.., required = true)]
    to: Vec<String>,
    /// The text.
    #[arg(long)]
    text: Option<String>,
    /// Octets instead of a text: data_coding is 4 (8-bit) unless --encoding or --data-coding
    /// says otherwise.
    #[arg(long, value_name = "HEX", value_parser = hex::parse)]
    hex: Option<HexOctets>,
    /// A file with the text in UTF-8; - for standard input.
    #[arg(long)]
    file: Option<String>,
    /// Asks for receipts, and waits 30 s for them.
    #[arg(long)]
    receipt: bool,
    /// Asks for receipts, and waits so many seconds for them; 0 does not wait.
    #[arg(long, value_name = "SECONDS", value_parser = times::seconds)]
    wait: Option<Duration>,
    /// A tagged parameter: by name or number, such as source_port=5000 or 0x1400=1201159.
    #[arg(long, value_name = "TAG=VALUE", value_parser = tlv::parse)]
    tlv: Vec<TlvArg>,
    /// How long the centre tries to deliver: 90s, 15m, 2h, 3d, or 16 characters of SMPP.
    #[arg(long, value_name = "SPAN", value_parser = times::when)]
    validity: Option<When>,
    /// When the centre delivers: +10m, or 16 characters of SMPP.
    #[arg(long, value_name = "WHEN", value_parser = times::when)]
    at: Option<When>,
    /// Sends data_sm instead of submit_sm.
    #[arg(long)]
    data_sm: bool,
    /// Shown at once and not stored (class 0).
    #[arg(long, conflicts_with = "data_coding")]
    flash: bool,
    /// How a long text is sent.
    #[arg(long, value_enum, default_value = "udh")]
    split: SplitArg,
    /// The alphabet of the text.
    #[arg(long, value_enum)]
    encoding: Option<EncodingArg>,
    /// The number for data_coding, where it is not that of the encoding.
    #[arg(long, value_name = "0-255")]
    data_coding: Option<u8>,
    /// service_type, as agreed with the centre.
    #[arg(long, value_name = "TYPE", default_value = "")]
    service_type: String,
}

/// An alias, so that one option is not taken for a list of octets.
type HexOctets = Vec<u8>;

pub(crate) async fn run(args: &Args, url: &str, output: &mut Output) -> Result<(), Failure> {
    let url = transmitting(url, "send")?;
    let wait = args.wait.or(args.receipt.then_some(DEFAULT_WAIT));
    if wait.is_some_and(|wait| !wait.is_zero()) && !url.bind_type().receives() {
        return Err(Failure::usage(
            "receipts cannot arrive over bind=tx: use bind=trx in the address, or --wait 0",
        ));
    }
    let message = Message::new(&source(args)?, &form(args))?;
    let plan = Plan::new(args, &message, wait.is_some());
    plan.check()?;
    output.line(format_args!("{}", output.dim(&message)))?;
    output.flush()?;
    let (client, mut incoming) = connect(&url).await?;
    let mut tracker = Tracker::new(&args.to, message.parts.len());
    let mut result = submit_all(&plan, &client, &mut incoming, &mut tracker, output).await;
    if result.is_ok()
        && let Some(wait) = wait
    {
        result = tracker.wait(wait, &mut incoming, output).await;
    }
    // Receipts that nobody waits for any more are refused, and come again.
    drop(incoming);
    client.unbind().await;
    result?;
    tracker.verdict()
}

/// Submits every part to every recipient, as many at once as the window allows.
async fn submit_all(
    plan: &Plan<'_>,
    client: &Client,
    incoming: &mut Incoming,
    tracker: &mut Tracker,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut responses: JoinSet<(usize, Result<OwnedPdu, RequestError>)> = JoinSet::new();
    let jobs = plan
        .args
        .to
        .iter()
        .flat_map(|to| plan.message.parts.iter().map(move |part| (to, part)));
    for (at, (to, part)) in jobs.enumerate() {
        let tlvs = plan.tlvs(part)?;
        let start = client.start(plan.body(to, part, &tlvs)?);
        tokio::pin!(start);
        let pending = loop {
            tokio::select! {
                biased;
                Some(done) = responses.join_next() => tracker.answered(done, output)?,
                pending = &mut start => break pending,
                Some(inbound) = incoming.recv() => tracker.inbound(inbound, output)?,
            }
        };
        match pending {
            Ok(pending) => {
                tracker.sent(at);
                responses.spawn(async move { (at, pending.await) });
            }
            Err(error) => tracker.not_sent(at, &error, output)?,
        }
    }
    while !responses.is_empty() {
        tokio::select! {
            biased;
            Some(done) = responses.join_next() => tracker.answered(done, output)?,
            Some(inbound) = incoming.recv() => tracker.inbound(inbound, output)?,
        }
    }
    Ok(())
}

fn source(args: &Args) -> Result<Source, Failure> {
    if let Some(text) = &args.text {
        return Ok(Source::Text(text.clone()));
    }
    if let Some(octets) = &args.hex {
        return Ok(Source::Octets(octets.clone()));
    }
    let name = args.file.as_deref().unwrap_or("-");
    let mut text = String::new();
    let read = if name == "-" {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(name).and_then(|mut file| file.read_to_string(&mut text))
    };
    match read {
        // The end of the last line is the file's, not the message's.
        Ok(_) => Ok(Source::Text(
            text.strip_suffix('\n').unwrap_or(&text).to_owned(),
        )),
        Err(error) => Err(Failure::usage(format!("--file {name}: {error}"))),
    }
}

fn form(args: &Args) -> Form {
    let binary = args.hex.is_some() && !args.flash && args.encoding.is_none();
    Form {
        encoding: args.encoding,
        method: args.split.method(),
        flash: args.flash,
        data_coding: args
            .data_coding
            .or(binary.then_some(DataCoding::OCTET_UNSPECIFIED.0)),
    }
}

/// Everything that the messages have in common.
struct Plan<'a> {
    args: &'a Args,
    message: &'a Message,
    receipt: bool,
}

impl<'a> Plan<'a> {
    fn new(args: &'a Args, message: &'a Message, receipt: bool) -> Self {
        Self {
            args,
            message,
            receipt,
        }
    }

    /// Builds everything once, so that what is wrong is said before anything
    /// is sent.
    fn check(&self) -> Result<(), Failure> {
        if self.args.data_sm && self.args.at.is_some() {
            return Err(Failure::usage(
                "--at: data_sm has no time of delivery, leave --data-sm out",
            ));
        }
        for to in &self.args.to {
            for part in &self.message.parts {
                let tlvs = self.tlvs(part)?;
                self.body(to, part, &tlvs)?;
            }
        }
        Ok(())
    }

    fn tlvs(&self, part: &'a Part) -> Result<Vec<Tlv<'a>>, Failure> {
        let too_long = |error: smpp_pdu::TlvTooLong| Failure::usage(error.to_string());
        let mut tlvs = Vec::new();
        if let Some(sar) = part.sar {
            tlvs.push(Tlv::sar_msg_ref_num(sar.reference));
            tlvs.push(Tlv::sar_total_segments(sar.total));
            tlvs.push(Tlv::sar_segment_seqnum(sar.part));
        }
        if self.args.data_sm
            && let Some(validity) = &self.args.validity
        {
            let span = validity.span().ok_or_else(|| {
                Failure::usage("--validity: data_sm takes a span, such as 2h, and no moment")
            })?;
            let seconds = u32::try_from(span.as_secs()).unwrap_or(u32::MAX);
            tlvs.push(Tlv::qos_time_to_live(seconds));
        }
        if part.payload || self.args.data_sm {
            tlvs.push(Tlv::message_payload(&part.user_data).map_err(too_long)?);
        }
        for tlv in &self.args.tlv {
            tlvs.push(Tlv::new(tlv.tag, &tlv.value).map_err(too_long)?);
        }
        Ok(tlvs)
    }

    fn body(&self, to: &'a str, part: &'a Part, tlvs: &'a [Tlv<'a>]) -> Result<Body<'a>, Failure> {
        let args = self.args;
        let source_addr = message::address("--from", &args.from)?;
        let destination_addr: Address<'_> = message::address("--to", to)?;
        let service_type = COctetStr::try_from(args.service_type.as_str())
            .map_err(|error| Failure::usage(format!("--service-type: {error}")))?;
        let esm_class = EsmClass::DEFAULT.with_udhi(part.has_header);
        let registered_delivery = RegisteredDelivery(self.receipt.into());
        let tlvs = Tlvs::from_slice(tlvs);
        if args.data_sm {
            return Ok(DataSm::default()
                .service_type(service_type)
                .source_addr(source_addr)
                .destination_addr(destination_addr)
                .esm_class(esm_class)
                .registered_delivery(registered_delivery)
                .data_coding(self.message.data_coding)
                .tlvs(tlvs)
                .into());
        }
        let text = if part.payload {
            ShortMessage::EMPTY
        } else {
            ShortMessage::new(&part.user_data).map_err(|error| Failure::usage(error.to_string()))?
        };
        Ok(SubmitSm::new(source_addr, destination_addr, text)
            .service_type(service_type)
            .esm_class(esm_class)
            .registered_delivery(registered_delivery)
            .data_coding(self.message.data_coding)
            .schedule_delivery_time(times::field(args.at.as_ref())?)
            .validity_period(times::field(args.validity.as_ref())?)
            .tlvs(tlvs)
            .into())
    }
}
