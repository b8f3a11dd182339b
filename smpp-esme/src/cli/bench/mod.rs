//! `smpp-esme bench`: how many messages a centre takes, how long each takes,
//! and what keeps it from taking more.

mod cpu;
mod limiter;
mod phase;
mod plot;
mod point;
mod progress;
mod receipts;
mod report;
mod run;
mod schedule;
mod sessions;
mod show;
mod stream;
mod tally;
mod template;

use core::num::NonZeroU64;
use core::time::Duration;
use std::path::PathBuf;

use smpp_esme::SmppUrl;

use self::phase::Extent;
use self::schedule::Rate;
use self::template::Template;
use super::connect::{block_on, transmitting};
use super::exit::Failure;
use super::output::Output;
use super::times;

/// How long a run takes when nothing is said.
const DEFAULT_DURATION: Duration = Duration::from_secs(10);

#[derive(clap::Args)]
#[command(after_help = "\
Without --rate the loop is closed: each session keeps its window full, and each answer lets the \
next message leave. With --rate it is open: messages leave on a fixed schedule, and latency is \
counted from the moment when a message should have left, so that a centre that stalls cannot hide \
it. The last line names what limited the run.")]
pub(crate) struct Args {
    /// How many messages are sent.
    #[arg(long, value_name = "N", conflicts_with = "duration")]
    messages: Option<NonZeroU64>,
    /// How long messages are sent: 30, 90s, 15m; without --messages, 10 s.
    #[arg(long, value_name = "SPAN", value_parser = positive)]
    duration: Option<Duration>,
    /// How many messages of a session may wait for their answers; that of the address if it is
    /// not given.
    #[arg(long, value_name = "W", value_parser = clap::value_parser!(u16).range(1..))]
    window: Option<u16>,
    /// How many sessions are bound.
    #[arg(long, value_name = "S", default_value = "1",
        value_parser = clap::value_parser!(u16).range(1..=1000))]
    sessions: u16,
    /// How many threads the sessions are spread over; as many as there are processors if it is
    /// not given, at most one for each session.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    threads: Option<u16>,
    /// Messages leave at this rate, all sessions together: 20000/s, 600/m.
    #[arg(long, value_name = "N/s")]
    rate: Option<Rate>,
    /// Octets of the text.
    #[arg(long, value_name = "OCTETS", default_value = "140", conflicts_with = "text",
        value_parser = clap::value_parser!(u8).range(0..=254))]
    length: u8,
    /// The text, at most one part.
    #[arg(long)]
    text: Option<String>,
    /// Asks for receipts, and measures how long they take.
    #[arg(long)]
    receipts: bool,
    /// How long receipts are waited for after the last answer.
    #[arg(long, value_name = "SPAN", default_value = "30", value_parser = times::seconds)]
    wait: Duration,
    /// The sender.
    #[arg(long, value_name = "ADDRESS", default_value = "bench")]
    from: String,
    /// The recipients: a run of # is a counter.
    #[arg(long, value_name = "ADDRESS", default_value = "447700900###")]
    to: String,
    /// Messages that are sent before, and not counted; the first three one by one, to learn how
    /// long an answer takes without load.
    #[arg(long, value_name = "N", default_value = "3")]
    warmup: u64,
    /// How long a message may wait for its answer. When all of a session have waited so long, the
    /// session is given up.
    #[arg(long, value_name = "SPAN", default_value = "60", value_parser = positive)]
    timeout: Duration,
    /// The time between two points of the plot, and two objects of --json.
    #[arg(long, value_name = "SPAN", default_value = "1", value_parser = positive)]
    interval: Duration,
    /// Draws throughput and latency over time.
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
}

/// A span that is not zero. The shortest is a millisecond.
fn positive(text: &str) -> Result<Duration, String> {
    let span = times::seconds(text)?;
    if span < Duration::from_millis(1) {
        return Err("it is at least a millisecond (0.001)".into());
    }
    Ok(span)
}

/// Everything that is known before the start.
pub(crate) struct Plan {
    url: SmppUrl,
    extent: Extent,
    duration: Option<Duration>,
    threads: u16,
    template: Template,
    receipts: bool,
    wait: Duration,
    warmup: u64,
    timeout: Duration,
    interval: Duration,
    plot: Option<PathBuf>,
}

pub(crate) fn run(args: Args, url: &str, output: &mut Output) -> Result<(), Failure> {
    let plan = Plan::new(args, url)?;
    block_on(run::run(&plan, output))
}

impl Plan {
    fn new(args: Args, url: &str) -> Result<Self, Failure> {
        let url = transmitting(url, "bench")?;
        if args.receipts && !url.bind_type().receives() {
            return Err(Failure::usage(
                "receipts cannot arrive over bind=tx: use bind=trx in the address, or leave \
                 --receipts out",
            ));
        }
        let mut template = Template::new(
            &args.from,
            &args.to,
            args.text.as_deref(),
            args.length,
            args.receipts,
        )?;
        template.message(0)?;
        if let Some(plot) = &args.plot {
            plot::check(plot)?;
        }
        let messages = args.messages.map(NonZeroU64::get);
        let duration = match messages {
            Some(_) => None,
            None => Some(args.duration.unwrap_or(DEFAULT_DURATION)),
        };
        let extent = Extent {
            sessions: args.sessions,
            window: args.window.unwrap_or(url.window()),
            messages: messages.or_else(|| Some(args.rate?.within(duration?))),
            rate: args.rate,
        };
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let processors = u16::try_from(processors).unwrap_or(u16::MAX);
        let threads = args.threads.unwrap_or(processors).min(args.sessions);
        Ok(Self {
            url,
            extent,
            duration,
            threads,
            template,
            receipts: args.receipts,
            wait: args.wait,
            warmup: args.warmup,
            timeout: args.timeout,
            interval: args.interval,
            plot: args.plot,
        })
    }
}
