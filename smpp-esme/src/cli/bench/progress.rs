//! How far a run is, on a terminal only.

use core::time::Duration;
use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::phase::Phase;
use super::point::Point;
use super::show::Time;

/// A bar on stderr, or nothing.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    duration: Option<Duration>,
}

impl Progress {
    /// A bar over so many messages, or so much time.
    pub(crate) fn new(json: bool, messages: Option<u64>, duration: Option<Duration>) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let shown = !json && !dumb && std::io::stderr().is_terminal();
        let bar = shown.then(|| bar(messages, duration));
        Self { bar, duration }
    }

    pub(crate) fn show(&self, phase: &Phase, points: &[Point]) {
        let Some(bar) = &self.bar else {
            return;
        };
        let position = match self.duration {
            Some(_) => phase.elapsed().as_millis(),
            None => phase.issued().into(),
        };
        bar.set_position(u64::try_from(position).unwrap_or(u64::MAX));
        if let Some(last) = points.last() {
            let p99 = last.latency.as_ref().map(|latency| Time(latency.p99));
            let p99 = p99.map_or_else(String::new, |p99| format!(", p99 {p99}"));
            bar.set_message(format!("{:.0}/s{p99}", last.per_second()));
        }
    }

    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(messages: Option<u64>, duration: Option<Duration>) -> ProgressBar {
    let length = match duration {
        Some(duration) => u64::try_from(duration.as_millis()).ok(),
        None => messages,
    };
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    let template = match duration {
        Some(_) => "{elapsed:>4} {wide_bar} {percent:>3} %  {msg}",
        None => "{elapsed:>4} {wide_bar} {pos}/{len}  {msg}",
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
