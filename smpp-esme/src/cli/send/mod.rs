//! `smpp-esme send`: one text to one or more recipients.

mod outcomes;

use core::time::Duration;
use std::io::Read;

use async_trait::async_trait;
use smpp_codec::text::Encoding;
use smpp_esme::receiving::{Receiver, Tracker};
use smpp_esme::{
    Client, OutgoingMessage, PartInfo, ReceiptRequest, RequestError, RequestErrorKind, RetryPolicy,
    SendError, SendObserver, SenderBuilder, Sent, SubmitResp, Submitted,
};
use smpp_pdu::DataCoding;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};

use crate::cli::connect::{connect, transmitting};
use crate::cli::exit::Failure;
use crate::cli::hex;
use crate::cli::message::{self, EncodingArg, SplitArg};
use crate::cli::output::Output;
use crate::cli::times::{self, When};
use crate::cli::tlv::{self, TlvArg};
use outcomes::{Outcomes, Place};

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
    let message = outgoing(args, wait.is_some())?;
    let preview = message.preview().map_err(|error| message::usage(&error))?;
    let messages = messages(args, &message)?;
    let description = match &args.hex {
        None => preview.to_string(),
        Some(_) => match args.encoding.and_then(EncodingArg::encoding) {
            Some(encoding) => format!("octets in {encoding}, {}", preview.count),
            None => format!("octets, {}", preview.count),
        },
    };
    output.line(format_args!("{}", output.dim(description)))?;
    output.flush()?;
    let (client, incoming) = connect(&url).await?;
    let parts = preview.count.parts;
    let mut receiver = Receiver::builder().join(false).start(incoming);
    let mut outcomes = Outcomes::new(&args.to, parts);
    let mut submission = Submission::start(messages, &client, receiver.tracker());
    let mut result = submission.run(&mut receiver, &mut outcomes, output).await;
    if result.is_ok()
        && let Some(wait) = wait
    {
        result = outcomes.wait(wait, &mut receiver, output).await;
    }
    // Receipts that nobody waits for any more are refused, and come again.
    receiver.stop().await;
    client.unbind().await;
    result?;
    outcomes.verdict()
}

/// Everything that the messages have in common.
fn outgoing(args: &Args, receipt: bool) -> Result<OutgoingMessage, Failure> {
    let mut message = content(args)?
        .from(&args.from)
        .service_type(&args.service_type)
        .split(args.split.split())
        .whole_clusters(true)
        .flash(args.flash)
        .data_sm(args.data_sm);
    if receipt {
        message = message.receipt(ReceiptRequest::Final);
    }
    let encoding = args.encoding.and_then(EncodingArg::encoding);
    message = message::encoded_as(message, encoding);
    if let Some(number) = args.data_coding {
        message = message.data_coding(DataCoding(number));
    }
    if let Some(validity) = &args.validity {
        message = message.validity(validity.time());
    }
    if let Some(at) = &args.at {
        message = message.schedule(at.time());
    }
    for tlv in &args.tlv {
        message = message.raw_tlv(tlv.tag, tlv.value.clone());
    }
    Ok(message)
}

/// A message to each recipient. What is wrong is said before anything is sent.
fn messages(args: &Args, message: &OutgoingMessage) -> Result<Vec<OutgoingMessage>, Failure> {
    let one = |(at, to): (usize, &String)| {
        // The tag leads from an outcome back to its place.
        let message = message.clone().to(to).tag(at.to_string());
        match message.preview() {
            Ok(_) if message.destination().is_empty() => {
                Err(message::usage(&smpp_esme::MessageError::NoDestination))
            }
            Ok(_) => Ok(message),
            Err(error) => Err(message::usage(&error)),
        }
    };
    args.to.iter().enumerate().map(one).collect()
}

/// The text, or the octets.
fn content(args: &Args) -> Result<OutgoingMessage, Failure> {
    if let Some(text) = &args.text {
        return Ok(OutgoingMessage::text(text));
    }
    if let Some(octets) = &args.hex {
        let encoding = args.encoding.and_then(EncodingArg::encoding);
        let encoding = encoding.unwrap_or(Encoding::Binary);
        return Ok(OutgoingMessage::encoded(octets.clone(), encoding));
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
        Ok(_) => Ok(OutgoingMessage::text(
            text.strip_suffix('\n').unwrap_or(&text),
        )),
        Err(error) => Err(Failure::usage(format!("--file {name}: {error}"))),
    }
}

/// What happens to one part.
enum Step {
    Sending,
    Submitted(SubmitResp),
    Failed(RequestError),
}

/// Tells the run what happens, and remembers what receipts are about.
struct Telling {
    tracker: Tracker,
    steps: mpsc::UnboundedSender<(Place, Step)>,
}

impl Telling {
    fn tell(&self, part: &PartInfo<'_>, step: Step) {
        if let Some(place) = Place::of(part.tag.as_bytes(), part.part) {
            let _ = self.steps.send((place, step));
        }
    }
}

#[async_trait]
impl SendObserver for Telling {
    fn sending(&self, part: &PartInfo<'_>) -> u64 {
        self.tell(part, Step::Sending);
        SendObserver::sending(&self.tracker, part)
    }

    async fn submitted(&self, token: u64, submitted: &Submitted<'_>) {
        // First, so that it is printed before its receipt.
        self.tell(&submitted.part, Step::Submitted(submitted.response.clone()));
        SendObserver::submitted(&self.tracker, token, submitted).await;
    }

    fn failed(&self, token: u64, part: &PartInfo<'_>, error: Option<&RequestError>) {
        if let Some(error) = error {
            self.tell(part, Step::Failed(error.clone()));
        }
        self.tracker.failed(token, part, error);
    }
}

/// All messages, on their way.
struct Submission {
    sends: JoinSet<(usize, Result<Sent, SendError>)>,
    steps: mpsc::UnboundedReceiver<(Place, Step)>,
}

impl Submission {
    /// Starts them all: the window lets them through in their order.
    fn start(messages: Vec<OutgoingMessage>, client: &Client, tracker: Tracker) -> Self {
        let (steps, told) = mpsc::unbounded_channel();
        // Whoever types a command wants to see what the centre says to it.
        let sender = SenderBuilder::new()
            .retry(RetryPolicy::NONE)
            .observer(Telling { tracker, steps })
            .build(client.clone());
        let mut sends = JoinSet::new();
        for (at, message) in messages.into_iter().enumerate() {
            let sender = sender.clone();
            sends.spawn(async move { (at, sender.send(&message).await) });
        }
        Self { sends, steps: told }
    }

    /// Returns once every part has its outcome.
    async fn run(
        &mut self,
        receiver: &mut Receiver,
        outcomes: &mut Outcomes,
        output: &mut Output,
    ) -> Result<(), Failure> {
        loop {
            tokio::select! {
                biased;
                step = self.steps.recv() => match step {
                    Some((place, step)) => apply(place, step, outcomes, output)?,
                    // All senders are gone, and with them what they tell.
                    None => break,
                },
                Some(done) = self.sends.join_next() => not_sent(done, outcomes, output)?,
                Some(received) = receiver.recv() => outcomes.received(received, output)?,
            }
        }
        while let Some(done) = self.sends.join_next().await {
            not_sent(done, outcomes, output)?;
        }
        Ok(())
    }
}

/// What was never sent has no step of its own.
fn not_sent(
    done: Result<(usize, Result<Sent, SendError>), JoinError>,
    outcomes: &mut Outcomes,
    output: &mut Output,
) -> Result<(), Failure> {
    let (to, result) = done.map_err(|error| Failure::other(error.to_string()))?;
    let Err(error) = result else { return Ok(()) };
    let (Some(sent), Some(why)) = (error.sent(), error.request_error()) else {
        return Err(Failure::other(error.to_string()));
    };
    for (part, sent) in (1..).zip(sent.parts()) {
        let skipped = RequestErrorKind::Skipped;
        if sent.result().is_err_and(|error| error.kind() == skipped) {
            outcomes.not_sent(Place { to, part }, why, output)?;
        }
    }
    Ok(())
}

fn apply(
    place: Place,
    step: Step,
    outcomes: &mut Outcomes,
    output: &mut Output,
) -> Result<(), Failure> {
    match step {
        Step::Sending => {
            outcomes.sent(place);
            Ok(())
        }
        Step::Submitted(response) => outcomes.submitted(place, &response, output),
        Step::Failed(error) => outcomes.not_sent(place, &error, output),
    }
}
