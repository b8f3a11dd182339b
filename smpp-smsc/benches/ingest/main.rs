//! How fast the centre takes messages that are durable before they are
//! acknowledged, against the store itself on the same disk, in one run: medians
//! of interleaved rounds, and their ratios.
//!
//! ```text
//! cargo bench -p smpp-smsc --bench ingest [-- OPTIONS]
//!   --messages N    of each measurement (default 100000)
//!   --rounds N      of all measurements (default 5)
//!   --sync-ms N     what each sync takes more than on this disk (default 0)
//!   --only TEXT     rows whose names have this in them, and the first
//!   --folder PATH   where the files are (default: the system's for such)
//! ```
//!
//! `raw` is no centre: records of the size that the centre writes for a message go
//! into one table of redb, 512 or 1 to a durable commit. `store` is the store of the
//! centre without its network: new messages alone, 512 a commit, and their whole life
//! (new, claimed, ended, in commits of as many). The centre runs in threads
//! of its own, behind a socket on loopback; its handsets take no time. One client
//! keeps 1,000 messages in flight, and may leave as many deliveries unanswered;
//! `for tomorrow` says that nothing is delivered meanwhile. Without `--bench`, as under
//! `cargo test`, everything runs once with few messages.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark that goes wrong has nothing to measure"
)]

mod centre;
mod disk;
mod raw;
mod store;

use std::path::{Path, PathBuf};

use centre::What;

/// Octets of the message's text.
pub(crate) const TEXT: usize = 140;

struct Options {
    messages: usize,
    rounds: usize,
    only: String,
    folder: PathBuf,
}

impl Options {
    fn read() -> Self {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let quick = !args.iter().any(|arg| arg == "--bench");
        let mut options = Self {
            messages: if quick { 1000 } else { 100_000 },
            rounds: if quick { 1 } else { 5 },
            only: String::new(),
            folder: std::env::temp_dir(),
        };
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().unwrap_or_else(|| panic!("{arg} needs a value"));
            match arg.as_str() {
                "--messages" => options.messages = value().parse().unwrap(),
                "--rounds" => options.rounds = value().parse().unwrap(),
                "--sync-ms" => disk::set_sync(value().parse().unwrap()),
                "--only" => options.only = value(),
                "--folder" => options.folder = value().into(),
                // Cargo says so itself.
                "--bench" | "--test" => {}
                other => panic!("{other}: unknown; see the head of the source"),
            }
        }
        options
    }
}

type Measure = fn(&Path, usize) -> f64;

/// The first one is what the others are compared with. One commit for each
/// message is slow: a fiftieth of them says as much.
const ROWS: [(&str, usize, Measure); 7] = [
    ("raw redb, 512 a commit", 1, |folder, count| {
        raw::measure(folder, count, 512)
    }),
    ("raw redb, 1 a commit", 50, |folder, count| {
        raw::measure(folder, count, 1)
    }),
    ("store, new messages", 1, |folder, count| {
        store::measure(folder, count, 512, false)
    }),
    ("store, their whole life", 1, |folder, count| {
        store::measure(folder, count, 512, true)
    }),
    ("centre, for tomorrow", 1, |folder, count| {
        centre::measure(folder, count, What::ForTomorrow)
    }),
    ("centre, accepted", 1, |folder, count| {
        centre::measure(folder, count, What::Accepted)
    }),
    ("centre, with receipts", 1, |folder, count| {
        centre::measure(folder, count, What::WithReceipts)
    }),
];

fn main() {
    let options = Options::read();
    let (first, others) = ROWS.split_first().unwrap();
    let chosen = others
        .iter()
        .filter(|(name, ..)| name.contains(&options.only));
    let rows: Vec<_> = core::iter::once(first).chain(chosen).collect();
    let mut measured = vec![Vec::new(); rows.len()];
    for _ in 0..options.rounds {
        for ((_, part, measure), rates) in rows.iter().zip(&mut measured) {
            let folder = tempfile::tempdir_in(&options.folder).unwrap();
            rates.push(measure(folder.path(), options.messages.div_ceil(*part)));
        }
    }
    println!(
        "\nmessages a second, text of {TEXT} octets, a record of {}; {} messages, {} rounds\n",
        raw::record_len(),
        options.messages,
        options.rounds
    );
    println!(
        "{:<26} {:>9} {:>19} {:>7}",
        "", "median", "min..max", "of raw"
    );
    let raw = median(&mut measured[0]);
    for ((name, ..), rates) in rows.iter().zip(&mut measured) {
        let median = median(rates);
        let range = format!("{:.0}..{:.0}", rates[0], rates[rates.len() - 1]);
        println!("{name:<26} {median:>9.0} {range:>19} {:>7.2}", median / raw);
    }
}

/// Sorts them, too.
fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
