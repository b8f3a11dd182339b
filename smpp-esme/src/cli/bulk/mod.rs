//! `smpp-esme bulk`: the messages of a file, each once, however often the run
//! is interrupted.

mod journal;
mod outcome;
mod progress;
mod rows;
mod run;

use std::path::PathBuf;

use smpp_esme::Rate;

use super::connect::transmitting;
use super::exit::{Failure, Kind};
use super::message::SplitArg;
use super::output::Output;
use super::times::{self, When};

use rows::{Defaults, Format, Rows};

/// How many wrong rows are named.
const NAMED_ERRORS: usize = 10;

#[derive(clap::Args)]
#[command(after_help = "\
FILE is csv with a header, or jsonl. The columns, or fields, are to and text, and where wanted \
from, hex, encoding, data_coding, split, flash, receipt, validity, at, service_type: they mean \
what the options of send mean.

Beside FILE a journal is kept. A run that was interrupted, whatever by, is begun again with the \
same command, and goes on: what the centre has acknowledged is not sent again. Rows that were \
on their way are unknown, and are sent again only with --resend-unknown.

A session that is lost is bound again, and the run goes on; rows that were on their way over it \
are unknown too.")]
pub(crate) struct Args {
    /// The messages, csv or jsonl.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How FILE is written, where its name does not say.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The sender of rows without one.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    from: String,
    /// Asks for receipts. They go to whoever listens, such as smpp-esme listen.
    #[arg(long)]
    receipt: bool,
    /// How long the centre tries to deliver: 90s, 15m, 2h, 3d, or 16 characters of SMPP.
    #[arg(long, value_name = "SPAN", value_parser = times::when)]
    validity: Option<When>,
    /// How a long text is sent.
    #[arg(long, value_enum, default_value = "udh")]
    split: SplitArg,
    /// The most requests a second over all sessions, such as 50/s or 3000/m.
    #[arg(long, value_name = "N/s", value_parser = rows::rate)]
    rate: Option<Rate>,
    /// How many requests of a session wait for their responses; also how many messages can be
    /// unknown after an interruption. Default: that of the address, else 10.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    window: Option<u16>,
    /// How many sessions are bound.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    sessions: u8,
    /// The journal. Default: FILE with .journal behind it.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Sends rows again of which nobody knows whether the centre has them: their recipients may
    /// get them twice.
    #[arg(long)]
    resend_unknown: bool,
    /// Writes what became of each row, as csv.
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
}

impl Args {
    fn journal(&self) -> PathBuf {
        self.journal.clone().unwrap_or_else(|| {
            let mut name = self.file.clone().into_os_string();
            name.push(".journal");
            name.into()
        })
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            from: self.from.clone(),
            receipt: self.receipt,
            validity: self.validity,
            split: self.split,
        }
    }
}

pub(crate) async fn run(args: &Args, url: &str, output: &mut Output) -> Result<(), Failure> {
    let url = transmitting(url, "bulk")?;
    let format = args.format.map_or_else(|| Format::of(&args.file), Ok)?;
    let defaults = args.defaults();
    let open = || Rows::open(&args.file, format, &defaults);
    let total = check(args, open()?)?;
    run::Run::start(args, &url, total, output)
        .await?
        .rows(open()?, output)
        .await?
        .end(open()?, output)
        .await
}

/// Reads the whole file once, so that what is wrong is said before anything is
/// sent. Gives the number of rows.
fn check(args: &Args, rows: Rows<'_>) -> Result<u64, Failure> {
    let mut total = 0;
    let mut wrong = 0;
    for row in rows {
        match row {
            Ok(_) => total += 1,
            Err(error) => {
                wrong += 1;
                if wrong <= NAMED_ERRORS {
                    let file = args.file.display();
                    eprintln!("smpp-esme: {file}: line {}: {}", error.line, error.what);
                }
            }
        }
    }
    if wrong == 0 {
        return Ok(total);
    }
    let more = match wrong.saturating_sub(NAMED_ERRORS) {
        0 => String::new(),
        more => format!(", {more} of them not named"),
    };
    Err(Failure::new(
        Kind::Usage,
        format!("{wrong} rows cannot be sent{more}; nothing was sent"),
    ))
}
