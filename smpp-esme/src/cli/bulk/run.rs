//! One run over the rows of a file.

use core::pin::pin;
use core::time::Duration;
use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};
use smpp_esme::{Link, Rate, RetryPolicy, SendError, Sender, SenderBuilder, Sent, SmppUrl};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::Args;
use super::journal::{Journal, JournalGone, Known, Writer};
use super::outcome::Outcome;
use super::progress::{Progress, Tally};
use super::rows::{Row, Rows, shown_span};
use crate::cli::exit::{Failure, Kind};
use crate::cli::link::{self, Wanted, Watch};
use crate::cli::output::{Output, Printable};

/// How long a run that is interrupted waits for what is under way.
const GRACE: Duration = Duration::from_secs(10);

/// How long a message that is refused for now is tried again.
const RETRY_FOR: Duration = Duration::from_secs(600);

/// A row that is under way, and what came of it.
type Done = (u64, Result<Result<Sent, SendError>, JournalGone>);

/// One run over the rows of a file.
pub(super) struct Run<'a> {
    args: &'a Args,
    link: Link,
    watch: Watch,
    sender: Sender<Link>,
    journal: Journal,
    writer: Writer,
    known: Known,
    /// Of each session.
    window: usize,
    flying: JoinSet<Done>,
    /// Rows that are under way: line and recipient.
    names: HashMap<u64, (u64, String)>,
    /// Kept for the results only.
    outcomes: BTreeMap<u64, Outcome>,
    kinds: Vec<Kind>,
    starts: Starts,
    tally: Tally,
    progress: Progress,
    started: Instant,
    interrupted: bool,
}

impl<'a> Run<'a> {
    pub(super) async fn start(
        args: &'a Args,
        url: &SmppUrl,
        total: u64,
        output: &mut Output,
    ) -> Result<Self, Failure> {
        let (journal, writer, known) = Journal::open(&args.journal())?;
        let wanted = Wanted {
            sessions: args.sessions.into(),
            window: args.window,
            wait: None,
        };
        // What the centre delivers is for another program: it is refused, and
        // comes again.
        let (link, watch, _) = link::open(url, &wanted).await?;
        let mut builder = SenderBuilder::new().retry(RetryPolicy::new().within(RETRY_FOR));
        if let Some(rate) = args.rate {
            builder = builder.rate(rate);
        }
        if known.len() > 0 {
            output.line(format_args!(
                "goes on where an earlier run ended: {} of {total} rows were begun",
                known.len()
            ))?;
            output.flush()?;
        }
        let window = usize::from(args.window.unwrap_or_else(|| url.window()));
        Ok(Self {
            args,
            sender: builder.build(link.clone()),
            link,
            watch,
            journal,
            writer,
            window,
            known,
            flying: JoinSet::new(),
            names: HashMap::new(),
            outcomes: BTreeMap::new(),
            kinds: Vec::new(),
            starts: Starts::new(args.rate),
            tally: Tally::default(),
            progress: Progress::new(total, output.is_json()),
            started: Instant::now(),
            interrupted: false,
        })
    }

    /// Sends what is to be sent, and returns when everything has its outcome,
    /// or after an interruption.
    pub(super) async fn rows(
        mut self,
        mut rows: Rows<'_>,
        output: &mut Output,
    ) -> Result<Self, Failure> {
        let mut interrupt = pin!(tokio::signal::ctrl_c());
        let mut more = true;
        let mut is_over = false;
        loop {
            while more && self.has_room() && self.starts.may() {
                more = match rows.next() {
                    Some(Ok(row)) => {
                        self.row(row, output)?;
                        !self.interrupted
                    }
                    // It was checked; it is another file now.
                    Some(Err(error)) => {
                        return Err(self.changed(error.line));
                    }
                    None => false,
                };
            }
            if !more && self.flying.is_empty() {
                break;
            }
            let has_room = self.has_room();
            tokio::select! {
                biased;
                _ = &mut interrupt => {
                    self.interrupted = true;
                    self.sender.stop();
                    break;
                }
                Some(done) = self.flying.join_next() => {
                    self.done(done, output)?;
                    more &= !self.interrupted;
                }
                line = self.watch.next(), if !is_over => match line {
                    Some(line) => self.progress.note(&line),
                    None => {
                        is_over = true;
                        more = false;
                    }
                },
                () = self.starts.wait(), if more && has_room => {}
            }
        }
        if !self.flying.is_empty() {
            self.wind_down(output).await?;
        }
        Ok(self)
    }

    /// Whether another row may begin. One that waits for a session or its window
    /// could not be told from one that was sent, if the run ends suddenly.
    fn has_room(&self) -> bool {
        self.flying.len() < self.window * self.link.bound_sessions()
    }

    /// Starts a row, unless its outcome is known.
    fn row(&mut self, row: Row, output: &mut Output) -> Result<(), Failure> {
        let number = row.number;
        self.names.insert(number, (row.line, row.to));
        let known = self
            .known
            .of(number, row.hash)
            .map_err(|()| self.changed(row.line))?;
        match known {
            Some(Outcome::Unknown { .. }) if self.args.resend_unknown => {}
            Some(outcome) => {
                if !matches!(outcome, Outcome::Taken { .. }) {
                    self.say(number, &outcome, output)?;
                }
                self.settle(number, outcome);
                return Ok(());
            }
            None => {}
        }
        self.starts.count(row.parts);
        let (journal, sender) = (self.journal.clone(), self.sender.clone());
        self.flying.spawn(async move {
            let sent = match journal.intent(number, row.hash).await {
                Ok(()) => Ok(sender.send(&row.message).await),
                Err(gone) => Err(gone),
            };
            (number, sent)
        });
        Ok(())
    }

    fn changed(&self, line: u64) -> Failure {
        Failure::usage(format!(
            "{}: line {line} is not what it was when the run began; bring the file back, or \
             start anew with another --journal",
            self.args.file.display()
        ))
    }

    fn done(&mut self, done: Result<Done, JoinError>, output: &mut Output) -> Result<(), Failure> {
        let (number, sent) = done.map_err(|error| Failure::other(error.to_string()))?;
        // Why the journal is gone is said by its writer.
        let Ok(sent) = sent else {
            self.interrupted = true;
            return Ok(());
        };
        let outcome = Outcome::of(&sent, self.interrupted);
        self.journal.outcome(number, &outcome);
        self.say(number, &outcome, output)?;
        self.settle(number, outcome);
        Ok(())
    }

    fn settle(&mut self, number: u64, outcome: Outcome) {
        self.tally.count(&outcome);
        self.names.remove(&number);
        if let Some(kind) = outcome.kind()
            && !self.kinds.contains(&kind)
        {
            self.kinds.push(kind);
        }
        if self.args.results.is_some() {
            self.outcomes.insert(number, outcome);
        }
        self.progress.show(&self.tally);
    }

    /// Waits for what is under way, for a while, or for another interruption.
    async fn wind_down(&mut self, output: &mut Output) -> Result<(), Failure> {
        self.progress
            .say("interrupted: waiting for what is under way");
        let mut again = pin!(tokio::signal::ctrl_c());
        let mut limit = pin!(tokio::time::sleep(GRACE));
        let mut is_over = false;
        loop {
            // What waits for a session is not sent any more, and learns it so.
            if self.link.bound_sessions() == 0 && !is_over {
                self.link.unbind().await;
                is_over = true;
            }
            tokio::select! {
                biased;
                done = self.flying.join_next() => match done {
                    Some(done) => self.done(done, output)?,
                    None => return Ok(()),
                },
                Some(line) = self.watch.next(), if !is_over => self.progress.note(&line),
                _ = &mut again => break,
                () = &mut limit => break,
            }
        }
        self.flying.shutdown().await;
        // Their intents are in the journal, and say the same next time.
        let left: Vec<u64> = self.names.keys().copied().collect();
        for number in left {
            let outcome = Outcome::interrupted();
            self.say(number, &outcome, output)?;
            self.settle(number, outcome);
        }
        Ok(())
    }

    /// One row, as a line of JSON, or on standard error if it was not taken.
    fn say(&self, number: u64, outcome: &Outcome, output: &mut Output) -> Result<(), Failure> {
        let (line, to) = self.name(number);
        if output.is_json() {
            let mut object = Map::new();
            object.insert("event".into(), "row".into());
            object.insert("row".into(), number.into());
            object.insert("line".into(), line.into());
            object.insert("destination_addr".into(), to.into());
            outcome.to_json(&mut object);
            return output.object(&Value::Object(object));
        }
        if let Some(error) = outcome.error() {
            let word = outcome.name().replace('_', " ");
            let to = Printable(to);
            self.progress
                .say(&format!("smpp-esme: line {line}: {to}: {word}: {error}"));
        }
        Ok(())
    }

    fn name(&self, number: u64) -> (u64, &str) {
        self.names
            .get(&number)
            .map_or((0, ""), |(line, to)| (*line, to))
    }

    /// The end of a run: results, summary, exit code.
    pub(super) async fn end(self, rows: Rows<'_>, output: &mut Output) -> Result<(), Failure> {
        self.progress.end();
        // By the centre, for good.
        let refused = self.link.end().map(|_| self.watch.over(&self.link));
        self.link.unbind().await;
        // The handles of the journal, so that its writer ends.
        let Self {
            args,
            sender,
            journal,
            writer,
            outcomes,
            kinds,
            mut tally,
            progress,
            started,
            interrupted,
            ..
        } = self;
        let counts = sender.counts();
        drop((sender, journal));
        let written = writer.end();
        if let Some(path) = &args.results {
            results(path, rows, &outcomes)
                .map_err(|error| Failure::other(format!("{}: {error}", path.display())))?;
        }
        let total = progress.total();
        tally.not_sent = total.saturating_sub(tally.done());
        let took = started.elapsed();
        output.line(format_args!(
            "{total} rows in {}: {}; {} requests, {} of them retries",
            shown_span(took),
            tally.words(),
            counts.attempts,
            counts.retries
        ))?;
        output.object(&json!({
            "event": "summary",
            "rows": total,
            "taken": tally.taken,
            "rejected": tally.rejected,
            "failed": tally.failed,
            "unknown": tally.unknown,
            "not_sent": tally.not_sent,
            "requests": counts.attempts,
            "retries": counts.retries,
            "seconds": took.as_secs_f64(),
            "interrupted": interrupted,
        }))?;
        output.flush()?;
        written?;
        if let Some(refused) = refused
            && !interrupted
            && tally.not_sent > 0
        {
            return Err(refused);
        }
        verdict(&kinds, &tally, interrupted)
    }
}

/// When rows may begin. The sender has the rate too; but a row that waits there
/// has its intent in the journal already, and would be unknown if the run ended
/// then.
struct Starts {
    rate: Option<Rate>,
    next: Instant,
}

impl Starts {
    fn new(rate: Option<Rate>) -> Self {
        Self {
            rate,
            next: Instant::now(),
        }
    }

    fn may(&self) -> bool {
        self.next <= Instant::now()
    }

    async fn wait(&self) {
        tokio::time::sleep_until(self.next).await;
    }

    fn count(&mut self, requests: u32) {
        if let Some(rate) = self.rate {
            let each = Duration::from_secs(1) / rate.per_second.max(1);
            // A timer comes up to a millisecond late: that is made up for.
            let earliest = Instant::now().checked_sub(Duration::from_millis(10));
            let from = earliest.map_or(self.next, |earliest| self.next.max(earliest));
            self.next = from + each * requests;
        }
    }
}

/// The exit code, and what to do next.
fn verdict(kinds: &[Kind], tally: &Tally, interrupted: bool) -> Result<(), Failure> {
    if interrupted || tally.not_sent > 0 {
        return Err(Failure::other(
            "not all was sent: the same command goes on with the rest",
        ));
    }
    let worst = [Kind::Other, Kind::Rejected, Kind::TimedOut]
        .into_iter()
        .find(|kind| kinds.contains(kind));
    let hint = match tally.unknown {
        0 => "",
        _ => "rows are unknown: --resend-unknown sends them again, perhaps twice",
    };
    worst.map_or(Ok(()), |kind| Err(Failure::new(kind, hint)))
}

/// What became of each row, this time or before, as csv.
fn results(
    path: &std::path::Path,
    rows: Rows<'_>,
    outcomes: &BTreeMap<u64, Outcome>,
) -> Result<(), csv::Error> {
    let mut out = csv::Writer::from_path(path)?;
    out.write_record(["row", "line", "to", "outcome", "message_ids", "error"])?;
    for row in rows.flatten() {
        let outcome = outcomes.get(&row.number);
        out.write_record([
            row.number.to_string().as_str(),
            row.line.to_string().as_str(),
            &row.to,
            outcome.map_or("not_sent", Outcome::name),
            &outcome.map(|one| one.ids().join(" ")).unwrap_or_default(),
            outcome.and_then(Outcome::error).unwrap_or_default(),
        ])?;
    }
    out.flush()?;
    Ok(())
}
