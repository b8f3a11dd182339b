//! What a client costs, against the limit of the runtime itself, in one run:
//! medians of interleaved rounds, and their ratios.
//!
//! ```text
//! cargo bench -p smpp-esme --bench client [-- OPTIONS]
//!   --seconds S           of each measurement (default 0.4)
//!   --rounds N            of all measurements (default 5)
//!   --only TEXT           rows whose name contains it
//!   --connect HOST:PORT   also against a running centre with the account esme/secret
//! ```
//!
//! The peers run on a thread of their own with a runtime of their own, over TCP
//! on loopback. `raw` is no session at all: octets that were encoded before, one
//! write and one read for as many frames as the window holds.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark that goes wrong has nothing to measure"
)]

mod cpu;
mod peers;
mod shapes;

use core::time::Duration;

use peers::{Peer, Responder, Smsc};
use shapes::{Measured, Shape, Threads};

/// Octets of the message's text.
pub(crate) const TEXT: usize = 140;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Against {
    Responder,
    Smsc,
    Given,
}

struct Row {
    name: String,
    shape: Shape,
    threads: Threads,
    window: u16,
    against: Against,
    measured: Vec<Measured>,
}

struct Options {
    length: Duration,
    rounds: usize,
    only: Option<String>,
    connect: Option<String>,
}

impl Options {
    fn read() -> Self {
        let mut options = Self {
            length: Duration::from_millis(400),
            rounds: 5,
            only: None,
            connect: None,
        };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let mut value = || args.next().unwrap_or_else(|| panic!("{arg} needs a value"));
            match arg.as_str() {
                "--seconds" => options.length = Duration::from_secs_f64(value().parse().unwrap()),
                "--rounds" => options.rounds = value().parse().unwrap(),
                "--only" => options.only = Some(value()),
                "--connect" => options.connect = Some(value()),
                // Cargo says so itself.
                "--bench" => {}
                other => panic!("{other}: unknown; see the head of the source"),
            }
        }
        options
    }
}

fn rows(options: &Options) -> Vec<Row> {
    use Against::{Given, Responder, Smsc};
    use Shape::{Await, OneTask, Pipeline, Raw, Tasks};
    use Threads::{One, Two};
    let mut rows = Vec::new();
    let mut row = |against: Against, shape: Shape, threads: Threads, window: u16| {
        let name = format!(
            "{}, {}, window {window}, {}",
            match against {
                Responder => "responder",
                Smsc => "smsc in process",
                Given => "smsc given",
            },
            shape.name(),
            threads.name(),
        );
        let wanted = options
            .only
            .as_ref()
            .is_none_or(|only| name.contains(only.as_str()));
        if wanted {
            rows.push(Row {
                name,
                shape,
                threads,
                window,
                against,
                measured: Vec::new(),
            });
        }
    };
    row(Responder, Raw, One, 1);
    row(Responder, Await, One, 1);
    row(Responder, Raw, One, 1000);
    for shape in [Tasks, OneTask, Pipeline] {
        for threads in [One, Two] {
            row(Responder, shape, threads, 1000);
        }
    }
    row(Smsc, Await, One, 1);
    for shape in [Tasks, OneTask, Pipeline] {
        row(Smsc, shape, One, 1000);
    }
    if options.connect.is_some() {
        row(Given, Await, One, 1);
        for shape in [Tasks, OneTask, Pipeline] {
            row(Given, shape, One, 1000);
        }
    }
    rows
}

fn main() {
    let options = Options::read();
    let mut rows = rows(&options);
    for _ in 0..options.rounds {
        for row in &mut rows {
            let peer: Box<dyn Peer> = match row.against {
                Against::Responder => Box::new(Responder::start()),
                Against::Smsc => Box::new(Smsc::start()),
                Against::Given => Box::new(peers::Given(options.connect.clone().unwrap())),
            };
            let measured = shapes::measure(
                row.shape,
                row.threads,
                &peer.address(),
                row.window,
                options.length,
            );
            peer.stop();
            row.measured.push(measured);
        }
    }
    report(&rows, &options);
}

fn report(rows: &[Row], options: &Options) {
    println!(
        "\nsubmit_sm a second, text of {TEXT} octets; {} rounds of {:?}; ns of CPU for each\n",
        options.rounds, options.length
    );
    println!(
        "{:<58} {:>9} {:>20} {:>6} {:>9} {:>9}",
        "", "median", "min..max", "of raw", "own ns", "peer ns"
    );
    let mut medians = Vec::new();
    for row in rows.iter() {
        medians.push((row.shape, row.window, row.median(|one| one.rate)));
    }
    for (row, (_, window, median)) in rows.iter().zip(&medians) {
        let raw = medians
            .iter()
            .find(|(shape, of, _)| *shape == Shape::Raw && of == window);
        let range = format!(
            "{:.0}..{:.0}",
            row.at(0, |one| one.rate),
            row.at(usize::MAX, |one| one.rate)
        );
        println!(
            "{:<58} {:>9.0} {:>20} {:>6} {:>9.0} {:>9.0}",
            row.name,
            median,
            range,
            raw.map_or_else(String::new, |(_, _, raw)| format!("{:.2}", median / raw)),
            row.median(|one| one.own_ns),
            row.median(|one| one.peer_ns),
        );
    }
}

impl Row {
    fn at(&self, place: usize, of: impl Fn(&Measured) -> f64) -> f64 {
        let mut all: Vec<f64> = self.measured.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all[place.min(all.len() - 1)]
    }

    fn median(&self, of: impl Fn(&Measured) -> f64) -> f64 {
        self.at(self.measured.len() / 2, of)
    }
}
