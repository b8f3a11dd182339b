//! The command line: what there is, and how a run ends.

mod annotate;
mod bench;
mod broadcast;
mod bulk;
mod capture;
mod complete;
mod connect;
mod decode;
mod encode;
mod exit;
mod hex;
mod input;
mod link;
mod listen;
mod manage;
mod message;
mod output;
mod probe;
mod receipt;
mod send;
mod show;
mod times;
mod tlv;
mod tree;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use exit::Failure;
use output::Output;

/// SMPP client: sends messages, listens, asks the centre, decodes PDUs.
#[derive(Parser)]
#[command(name = "smpp-esme", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done; 1 other failure; 2 wrong usage; 3 connect or bind \
                        refused; 4 message rejected; 5 undelivered; 6 timed out."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

/// What all verbs have in common.
#[derive(clap::Args)]
#[command(next_help_heading = "The centre and the output")]
struct Global {
    /// The centre: smpp://SYSTEM_ID:PASSWORD@HOST:PORT?bind=trx|tx|rx&version=3.3|3.4|5.0&…,
    /// or smpps://… over TLS with ca=FILE, cert=FILE, key=FILE, sni=NAME
    #[arg(
        long,
        global = true,
        env = "SMPP_URL",
        hide_env_values = true,
        hide_default_value = true,
        default_value = "smpp://esme:secret@127.0.0.1:2775"
    )]
    url: String,
    /// One JSON object a line instead of text for people.
    #[arg(long, global = true)]
    json: bool,
    /// Says on stderr what the session does. RUST_LOG chooses more finely.
    #[arg(short, long, global = true)]
    verbose: bool,
}

#[derive(Subcommand)]
enum Verb {
    /// Sends a message, and waits for its receipts.
    Send(send::Args),
    /// Sends the messages of a file, each once, and goes on after an interruption.
    Bulk(bulk::Args),
    /// Prints messages and receipts of the centre.
    Listen(listen::Args),
    /// Asks what became of a message.
    Query(manage::Args),
    /// Cancels a message that waits for delivery.
    Cancel(manage::CancelArgs),
    /// Replaces a message that waits for delivery.
    Replace(manage::ReplaceArgs),
    /// Puts a centre under load: throughput, latency, and what limits them.
    Bench(bench::Args),
    /// Takes PDUs apart: values by name and offset, and what is off-spec.
    Decode(decode::Args),
    /// Makes PDUs of JSON: the inverse of decode --json.
    Encode(encode::Args),
    /// Finds out what a centre supports: binds, versions, operations, window, ids.
    Probe(probe::Args),
    /// Broadcasts a text to all handsets of an area (SMPP 5.0).
    Broadcast(broadcast::Args),
    /// Asks what became of a broadcast (SMPP 5.0).
    QueryBroadcast(broadcast::QueryArgs),
    /// Cancels a broadcast (SMPP 5.0).
    CancelBroadcast(broadcast::CancelArgs),
    /// Writes what a shell needs to complete this program's arguments.
    Completion(complete::CompletionArgs),
    /// Writes the manual pages.
    Man(complete::ManArgs),
}

pub(crate) fn main() -> ExitCode {
    // Wrong usage ends here, with exit code 2 and the right usage.
    let cli = Cli::parse();
    log_to_stderr(cli.global.verbose);
    let mut output = Output::stdout(cli.global.json);
    let done = run(cli.verb, &cli.global, &mut output);
    match done.and_then(|()| output.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(verb: Verb, global: &Global, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Decode(args) => decode::run(&args, output),
        Verb::Encode(args) => encode::run(&args, output),
        Verb::Broadcast(args) => {
            connect::block_on(broadcast::broadcast(&args, &global.url, output))
        }
        Verb::QueryBroadcast(args) => {
            connect::block_on(broadcast::query(&args, &global.url, output))
        }
        Verb::CancelBroadcast(args) => {
            connect::block_on(broadcast::cancel(&args, &global.url, output))
        }
        Verb::Completion(args) => complete::completion(&args, Cli::command(), output),
        Verb::Man(args) => complete::man(&args, Cli::command(), output),
        Verb::Probe(args) => connect::block_on(probe::run(&args, &global.url, output)),
        Verb::Send(args) => connect::block_on(send::run(&args, &global.url, output)),
        Verb::Bulk(args) => connect::block_on(bulk::run(&args, &global.url, output)),
        Verb::Bench(args) => bench::run(args, &global.url, output),
        Verb::Listen(args) => connect::block_on(listen::run(&args, &global.url, output)),
        Verb::Query(args) => connect::block_on(manage::query(&args, &global.url, output)),
        Verb::Cancel(args) => connect::block_on(manage::cancel(&args, &global.url, output)),
        Verb::Replace(args) => connect::block_on(manage::replace(&args, &global.url, output)),
    }
}

fn log_to_stderr(verbose: bool) {
    // The verbs that keep a link up say themselves how it is.
    let level = match verbose {
        true => "smpp_esme=debug",
        false => "warn,smpp_esme::link=off",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(output::colour_on(&std::io::stderr()))
        .with_writer(std::io::stderr)
        .init();
}
