//! A run from the first bind to the last unbind.

use core::time::Duration;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::Plan;
use super::cpu::{Busy, Thread};
use super::phase::{Extent, Phase};
use super::point::Point;
use super::progress::Progress;
use super::receipts::Receipts;
use super::report::{self, Report};
use super::sessions::{self, Crew, Order, Setup, Word};
use super::stream::Blocked;
use super::tally::Tally;
use crate::cli::exit::Failure;
use crate::cli::output::Output;

/// Messages that were due just before the end of `--duration` may leave so much
/// later. What has not left then could not.
const GRACE: Duration = Duration::from_millis(100);

/// So many messages of the warm-up are sent one by one: how long an answer takes
/// that waits for nothing else.
const ALONE: u64 = 3;

/// How often it is looked how things are: too seldom to cost anything.
const LOOK: Duration = Duration::from_millis(100);

pub(crate) async fn run(plan: &Plan, output: &mut Output) -> Result<(), Failure> {
    let empty = Tally::new()?;
    let receipts = plan.receipts.then(|| Arc::new(Receipts::new(&empty)));
    output.line(format_args!("{}", output.dim(report::heading(plan))))?;
    output.flush()?;
    let mut crews = Crews::start(plan, receipts.as_ref()).await?;
    let mut watch = Watch {
        interrupts: interrupts(),
        interrupted: false,
        counts: false,
        points: Vec::new(),
        total: empty.clone(),
        empty,
        output,
    };
    let mut report = Report::new(watch.empty.clone());
    let answers = warm_up(plan, &mut crews, &mut watch, &mut report).await?;
    if answers && !watch.interrupted {
        measure(plan, receipts, &mut crews, &mut watch, &mut report).await?;
    }
    report.interrupted = watch.interrupted;
    let Watch { points, total, .. } = watch;
    report.total = total;
    report.points = points;
    let blocked = crews.end();
    report.blocked = blocked.iter().map(|b| b.total()).max().unwrap_or_default();
    report.print(plan, output)?;
    if let Some(plot) = &plan.plot {
        super::plot::draw(plot, &report::heading(plan), &report.points)?;
    }
    report.verdict()
}

/// Messages that are not counted. Returns whether the centre answers them: if
/// it does not, they are all that the report is about.
async fn warm_up(
    plan: &Plan,
    crews: &mut Crews,
    watch: &mut Watch<'_>,
    report: &mut Report,
) -> Result<bool, Failure> {
    let alone = plan.warmup.min(ALONE);
    let one_by_one = Extent {
        sessions: 1,
        window: 1,
        messages: Some(alone),
        rate: None,
    };
    let full = Extent {
        messages: Some(plan.warmup - alone),
        rate: None,
        ..plan.extent
    };
    for extent in [one_by_one, full] {
        if extent.messages == Some(0) || watch.interrupted {
            continue;
        }
        let phase = Phase::new(extent, None, &watch.empty);
        crews.run(&phase, None, plan.interval, watch).await?;
        watch.total.left_open += phase.outstanding();
        if watch.total.answered() == 0 {
            report.troubles = phase.troubles();
            report.seconds = phase.length(None);
            return Ok(false);
        }
    }
    report.warmup = Some(watch.forget());
    Ok(true)
}

async fn measure(
    plan: &Plan,
    receipts: Option<Arc<Receipts>>,
    crews: &mut Crews,
    watch: &mut Watch<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    watch.counts = true;
    let phase = Phase::new(plan.extent, receipts.clone(), &watch.empty);
    let before = crews.busy();
    report.scheduled = crews
        .run(&phase, plan.duration, plan.interval, watch)
        .await?;
    report.threads = crews.shares(&before, phase.elapsed());
    report.seconds = phase.length(plan.duration);
    watch.total.left_open += phase.outstanding();
    report.troubles = phase.troubles();
    if let Some(receipts) = &receipts {
        watch
            .receipts(&phase, receipts, plan.wait, plan.interval)
            .await?;
        report.missing = receipts.awaited();
        report.untraceable = receipts.untraceable();
    }
    Ok(())
}

/// Ticks of which those that come too late are left out.
fn ticks(start: Instant, interval: Duration) -> Interval {
    let mut ticks = tokio::time::interval_at(start, interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks
}

/// Whether the end that is planned is less than a quarter of an interval away.
fn is_close(now: Duration, end: Option<Duration>, interval: Duration) -> bool {
    end.is_some_and(|end| now.abs_diff(end) < interval / 4)
}

/// A message for each Ctrl-C.
fn interrupts() -> mpsc::UnboundedReceiver<()> {
    let (heard, interrupts) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() && heard.send(()).is_ok() {}
    });
    interrupts
}

/// All threads with sessions.
struct Crews {
    crews: Vec<Crew>,
    words: mpsc::UnboundedReceiver<Word>,
    threads: Vec<Option<Thread>>,
    blocked: Vec<Arc<Blocked>>,
}

impl Crews {
    /// Binds all sessions, or none.
    async fn start(plan: &Plan, receipts: Option<&Arc<Receipts>>) -> Result<Self, Failure> {
        let (word, words) = mpsc::unbounded_channel();
        let mut all = Self {
            crews: Vec::new(),
            words,
            threads: Vec::new(),
            blocked: Vec::new(),
        };
        let threads = usize::from(plan.threads.max(1));
        for thread in 0..threads {
            let setup = Setup {
                url: plan.url.clone(),
                window: plan.extent.window,
                timeout: plan.timeout,
                template: plan.template.clone(),
                receipts: receipts.cloned(),
            };
            let numbers = (thread..plan.extent.sessions.into()).step_by(threads);
            all.crews
                .push(sessions::start(numbers.collect(), setup, word.clone())?);
        }
        drop(word);
        let mut failed = None;
        for _ in 0..threads {
            match all.words.recv().await {
                Some(Word::Bound { thread, blocked }) => {
                    all.threads.push(thread);
                    all.blocked.extend(blocked);
                }
                Some(Word::Failed(failure)) => failed = failed.or(Some(failure)),
                Some(Word::Done) | None => {}
            }
        }
        match failed {
            Some(failure) => {
                all.end();
                Err(failure)
            }
            None => Ok(all),
        }
    }

    /// Runs a phase to its end. Returns how many messages should have left by
    /// then, in an open loop.
    async fn run(
        &mut self,
        phase: &Arc<Phase>,
        duration: Option<Duration>,
        interval: Duration,
        watch: &mut Watch<'_>,
    ) -> Result<Option<u64>, Failure> {
        let pacer = phase.pace();
        for crew in &self.crews {
            let _ = crew.orders.send(Order::Run(Arc::clone(phase)));
        }
        let progress = Progress::new(watch.output.is_json(), phase.messages(), duration);
        let mut ticks = ticks(phase.start() + interval, interval);
        let mut look = tokio::time::interval(LOOK);
        let grace = if pacer.is_some() {
            GRACE
        } else {
            Duration::ZERO
        };
        let deadline = phase.start() + duration.unwrap_or_default() + grace;
        let end = duration.or_else(|| phase.schedule_end());
        let mut scheduled = None;
        let mut running = self.crews.len();
        while running > 0 {
            tokio::select! {
                word = self.words.recv() => match word {
                    Some(Word::Failed(failure)) => return Err(failure),
                    Some(_) => running -= 1,
                    None => running = 0,
                },
                // What is left behind the last tick would be a point of nothing.
                _ = ticks.tick(), if !is_close(phase.elapsed(), end, interval) => {
                    watch.interval(phase)?;
                }
                _ = look.tick() => {
                    progress.show(phase, &watch.points);
                    phase.refuse_strangers();
                }
                () = tokio::time::sleep_until(deadline),
                    if duration.is_some() && !phase.is_over() =>
                {
                    scheduled = phase.scheduled();
                    phase.stop();
                }
                Some(()) = watch.interrupts.recv() => {
                    scheduled = scheduled.or(phase.scheduled());
                    watch.interrupt(phase);
                }
            }
        }
        progress.end();
        let scheduled = scheduled.or(phase.scheduled());
        phase.stop();
        if let Some(pacer) = pacer {
            let _ = pacer.join();
        }
        watch.rest(phase)?;
        Ok(scheduled)
    }

    fn busy(&self) -> Vec<Option<Busy>> {
        let threads = self.threads.iter();
        threads.map(|thread| thread.as_ref()?.busy()).collect()
    }

    /// What each thread has used since `before`, of `elapsed`.
    fn shares(&self, before: &[Option<Busy>], elapsed: Duration) -> Option<Vec<Busy>> {
        let now = self.busy();
        let elapsed = elapsed.as_secs_f64().max(f64::EPSILON);
        let share = |part: Duration| Duration::from_secs_f64(part.as_secs_f64() / elapsed);
        let both = now.into_iter().zip(before);
        both.map(|(now, before)| {
            let used = now?.since((*before)?);
            Some(Busy {
                running: share(used.running),
                waiting: share(used.waiting),
            })
        })
        .collect()
    }

    /// Unbinds everything.
    fn end(self) -> Vec<Arc<Blocked>> {
        for crew in &self.crews {
            let _ = crew.orders.send(Order::End);
        }
        for crew in self.crews {
            // A thread that has panicked has said so.
            let _ = crew.thread.join();
        }
        self.blocked
    }
}

/// What is looked at while it runs.
struct Watch<'o> {
    interrupts: mpsc::UnboundedReceiver<()>,
    interrupted: bool,
    /// Not during the warm-up.
    counts: bool,
    points: Vec<Point>,
    total: Tally,
    empty: Tally,
    output: &'o mut Output,
}

impl Watch<'_> {
    /// An interval is over. One without an answer is a point as well: a stall.
    fn interval(&mut self, phase: &Phase) -> Result<(), Failure> {
        let point = self.point(phase);
        self.keep(point)
    }

    /// What is left behind the last interval, if it is anything.
    fn rest(&mut self, phase: &Phase) -> Result<(), Failure> {
        let point = self.point(phase);
        if point.is_empty() && !self.points.is_empty() {
            return Ok(());
        }
        self.keep(point)
    }

    fn point(&mut self, phase: &Phase) -> Point {
        let part = phase.take(&self.empty);
        let until = phase.elapsed();
        let since = self.points.last().map_or(Duration::ZERO, |p| p.until);
        self.total.add(&part);
        Point::new(&part, since, until, phase.outstanding())
    }

    fn keep(&mut self, point: Point) -> Result<(), Failure> {
        if self.counts {
            self.output.object(&point.to_json())?;
            self.output.flush()?;
        }
        self.points.push(point);
        Ok(())
    }

    /// The first lets what is outstanding come to its end; the second does not.
    fn interrupt(&mut self, phase: &Phase) {
        if self.interrupted {
            phase.break_off();
        } else {
            phase.stop();
            self.interrupted = true;
        }
    }

    /// Starts anew, and gives what there was.
    fn forget(&mut self) -> Tally {
        self.points.clear();
        core::mem::replace(&mut self.total, self.empty.clone())
    }

    /// Waits for receipts.
    async fn receipts(
        &mut self,
        phase: &Phase,
        receipts: &Receipts,
        wait: Duration,
        interval: Duration,
    ) -> Result<(), Failure> {
        let deadline = Instant::now() + wait;
        let mut ticks = ticks(Instant::now() + interval, interval);
        let mut look = tokio::time::interval(LOOK);
        while receipts.awaited() > 0 && Instant::now() < deadline {
            tokio::select! {
                _ = ticks.tick() => self.interval(phase)?,
                _ = look.tick() => receipts.refuse_strangers(),
                Some(()) = self.interrupts.recv() => {
                    self.interrupted = true;
                    break;
                }
            }
        }
        self.rest(phase)
    }
}
