//! How far a run is: a bar on a terminal, a line now and then otherwise.

use core::time::Duration;
use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::Instant;

use super::outcome::Outcome;

/// Between one line and the next.
const EVERY: Duration = Duration::from_secs(5);

/// Rows by what became of them, in this run and in those before.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) taken: u64,
    pub(super) rejected: u64,
    pub(super) failed: u64,
    pub(super) unknown: u64,
    pub(super) not_sent: u64,
}

impl Tally {
    pub(super) fn count(&mut self, outcome: &Outcome) {
        *match outcome {
            Outcome::Taken { .. } => &mut self.taken,
            Outcome::Rejected { .. } => &mut self.rejected,
            Outcome::Failed { .. } => &mut self.failed,
            Outcome::Unknown { .. } => &mut self.unknown,
            Outcome::NotSent { .. } => &mut self.not_sent,
        } += 1;
    }

    pub(super) fn done(&self) -> u64 {
        self.taken + self.rejected + self.failed + self.unknown
    }

    /// `12 taken, 1 rejected`; what did not happen is left out, `taken` is not.
    pub(super) fn words(&self) -> String {
        let mut words = format!("{} taken", self.taken);
        for (count, word) in [
            (self.rejected, "rejected"),
            (self.failed, "failed"),
            (self.unknown, "unknown"),
            (self.not_sent, "not sent"),
        ] {
            if count > 0 {
                words.push_str(&format!(", {count} {word}"));
            }
        }
        words
    }
}

/// Shows how far a run is, on standard error.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
    total: u64,
    started: Instant,
    said_at: Instant,
}

impl Progress {
    pub(super) fn new(total: u64, json: bool) -> Self {
        let now = Instant::now();
        let bar = (!json && std::io::stderr().is_terminal()).then(|| {
            let style =
                ProgressStyle::with_template("{bar:30} {pos}/{len}  {per_sec}  {eta} left  {msg}");
            ProgressBar::new(total)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self {
            bar,
            quiet: json,
            total,
            started: now,
            said_at: now,
        }
    }

    /// Shows the tally; on no terminal only now and then.
    pub(super) fn show(&mut self, tally: &Tally) {
        if let Some(bar) = &self.bar {
            bar.set_position(tally.done());
            bar.set_message(tally.words());
            return;
        }
        if self.quiet || self.said_at.elapsed() < EVERY {
            return;
        }
        self.said_at = Instant::now();
        let rate = tally.done() as f64 / self.started.elapsed().as_secs_f64();
        eprintln!(
            "{} of {}  {rate:.0}/s  {}",
            tally.done(),
            self.total,
            tally.words()
        );
    }

    /// Prints a line beside the bar.
    pub(super) fn say(&self, line: &str) {
        if !self.quiet {
            self.note(line);
        }
    }

    /// Prints a line about the sessions, of which the output says nothing.
    pub(super) fn note(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    /// How many rows there are.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
