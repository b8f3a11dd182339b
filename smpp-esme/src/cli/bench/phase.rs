//! One run of messages over all sessions, and who sends which.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use smpp_esme::RequestError;
use tokio::sync::{Semaphore, TryAcquireError, watch};

use super::receipts::Receipts;
use super::schedule::Rate;
use super::tally::{Moments, Outcome, Tally};

/// The pacer never sleeps shorter: waking the sessions costs more than it gains.
const SHORTEST_SLEEP: Duration = Duration::from_micros(250);

/// What a run is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    pub(crate) sessions: u16,
    pub(crate) window: u16,
    /// How many messages; `None` until it is stopped.
    pub(crate) messages: Option<u64>,
    /// `None`: each answer lets the next message leave.
    pub(crate) rate: Option<Rate>,
}

/// A run of messages.
pub(crate) struct Phase {
    extent: Extent,
    start: Instant,
    /// The next number in a closed loop, whatever the session.
    issued: AtomicU64,
    over: AtomicBool,
    /// Becomes true when nothing is waited for any more.
    broken_off: watch::Sender<bool>,
    lanes: Vec<Lane>,
    pub(crate) receipts: Option<Arc<Receipts>>,
}

/// The part of one session. It is written to by one thread only: a lane that
/// shared a cache line with another would slow both.
#[repr(align(128))]
struct Lane {
    tally: Mutex<Tally>,
    gate: Gate,
    in_flight: AtomicU64,
    /// Nanoseconds from the start to the last answer.
    last_answer: AtomicU64,
    /// No more requests: the session is over, or the centre has stopped answering.
    given_up: AtomicBool,
    trouble: OnceLock<RequestError>,
}

/// Lets the requests of one session out that should leave by now.
struct Gate {
    due: Semaphore,
    next: AtomicU64,
    /// The window was full, and what was due by then has not all left yet.
    behind: AtomicBool,
}

/// The leave to send one message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    pub(crate) number: u64,
    due: Option<Duration>,
    delayed: bool,
}

/// Whether a message may leave.
pub(crate) enum Leave {
    Now(Ticket),
    /// The next one is not due yet.
    Later,
    /// There is none.
    Never,
}

impl Phase {
    pub(crate) fn new(extent: Extent, receipts: Option<Arc<Receipts>>, empty: &Tally) -> Arc<Self> {
        let places = u32::from(extent.sessions) * u32::from(extent.window);
        // Everybody is at the start before the first shot.
        let head_start = match extent.rate {
            Some(_) => Duration::from_millis(20) + Duration::from_micros(2) * places,
            None => Duration::ZERO,
        };
        Arc::new(Self {
            extent,
            start: Instant::now() + head_start,
            issued: AtomicU64::new(0),
            over: AtomicBool::new(false),
            broken_off: watch::Sender::new(false),
            lanes: (0..extent.sessions).map(|_| Lane::new(empty)).collect(),
            receipts,
        })
    }

    pub(crate) fn start(&self) -> tokio::time::Instant {
        self.start.into()
    }

    pub(crate) fn messages(&self) -> Option<u64> {
        self.extent.messages
    }

    /// How many messages were let out.
    pub(crate) fn issued(&self) -> u64 {
        let turns = |lane: &Lane| lane.gate.next.load(Ordering::Relaxed);
        let issued = match self.extent.rate {
            Some(_) => self.lanes.iter().map(turns).sum(),
            None => self.issued.load(Ordering::Relaxed),
        };
        issued.min(self.extent.messages.unwrap_or(u64::MAX))
    }

    /// Since the start; zero before it.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    pub(crate) fn window(&self) -> usize {
        self.extent.window.into()
    }

    /// No message leaves any more; what is outstanding is waited for.
    pub(crate) fn stop(&self) {
        self.over.store(true, Ordering::Relaxed);
        for lane in &self.lanes {
            lane.gate.due.close();
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Nothing is waited for any more.
    pub(crate) fn break_off(&self) {
        self.stop();
        self.broken_off.send_replace(true);
    }

    pub(crate) fn is_broken_off(&self) -> bool {
        *self.broken_off.borrow()
    }

    pub(crate) async fn when_broken_off(&self) {
        let mut broken_off = self.broken_off.subscribe();
        let _ = broken_off.wait_for(|broken_off| *broken_off).await;
    }

    /// Opens the gates by the schedule, in a thread of its own: the timers of
    /// the runtime count in milliseconds. Nothing to do in a closed loop.
    pub(crate) fn pace(self: &Arc<Self>) -> Option<JoinHandle<()>> {
        let rate = self.extent.rate?;
        let phase = Arc::clone(self);
        Some(std::thread::spawn(move || phase.open_gates(rate)))
    }

    fn open_gates(&self, rate: Rate) {
        let all = self.extent.messages.unwrap_or(u64::MAX);
        let mut released = 0;
        std::thread::sleep(self.start.saturating_duration_since(Instant::now()));
        while released < all && !self.is_over() {
            let due = rate.due_by(self.elapsed()).min(all);
            for (at, lane) in (0..).zip(&self.lanes) {
                let permits = self.share(at, due) - self.share(at, released);
                lane.gate.due.add_permits(permits);
            }
            released = due;
            let next = rate.due(released).saturating_sub(self.elapsed());
            // Not for hours at once: the run may be stopped.
            std::thread::sleep(next.clamp(SHORTEST_SLEEP, Duration::from_millis(200)));
        }
        // Who waits at the gate learns that there is nothing more.
        for lane in &self.lanes {
            lane.gate.due.add_permits(1);
        }
    }

    /// How many of the first `due` messages are those of one session: they
    /// take turns.
    fn share(&self, at: u64, due: u64) -> usize {
        let sessions = u64::from(self.extent.sessions).max(1);
        usize::try_from((due + sessions - 1 - at) / sessions).unwrap_or(0)
    }

    /// The next message of this session, if it may leave.
    pub(crate) fn next_now(&self, at: usize) -> Leave {
        let Some(lane) = self.lanes.get(at) else {
            return Leave::Never;
        };
        if self.is_over() || lane.given_up.load(Ordering::Relaxed) {
            return Leave::Never;
        }
        let Some(rate) = self.extent.rate else {
            return self.ticket(self.issued.fetch_add(1, Ordering::Relaxed), None, false);
        };
        // A permit that lies there when the window was full has waited for a
        // place in it. Otherwise it has waited for this thread.
        let delayed = match lane.gate.due.try_acquire() {
            Ok(permit) => {
                permit.forget();
                lane.gate.behind.load(Ordering::Relaxed)
            }
            Err(TryAcquireError::NoPermits) => {
                lane.gate.behind.store(false, Ordering::Relaxed);
                return Leave::Later;
            }
            Err(TryAcquireError::Closed) => return Leave::Never,
        };
        let turn = lane.gate.next.fetch_add(1, Ordering::Relaxed);
        let Ok(at) = u64::try_from(at) else {
            return Leave::Never;
        };
        let number = turn * u64::from(self.extent.sessions) + at;
        self.ticket(number, Some(rate.due(number)), delayed)
    }

    /// Returns when another message of this session may leave, or none ever.
    pub(crate) async fn when_next(&self, at: usize) {
        if let Some(lane) = self.lanes.get(at) {
            // Only looked at: `next_now` takes it.
            let _ = lane.gate.due.acquire().await;
        }
    }

    fn ticket(&self, number: u64, due: Option<Duration>, delayed: bool) -> Leave {
        match self.extent.messages {
            Some(all) if number >= all => Leave::Never,
            _ => Leave::Now(Ticket {
                number,
                due,
                delayed,
            }),
        }
    }

    /// A message leaves.
    pub(crate) fn leaves(&self, at: usize, ticket: Ticket) -> Moments {
        if let Some(lane) = self.lanes.get(at) {
            let others = lane.in_flight.fetch_add(1, Ordering::Relaxed);
            if others + 1 >= self.extent.window.into() {
                lane.gate.behind.store(true, Ordering::Relaxed);
            }
        }
        let left = self.elapsed();
        Moments {
            due: ticket.due.unwrap_or(left),
            left,
            settled: left,
        }
    }

    /// A message has come to its end.
    pub(crate) fn settle(
        &self,
        at: usize,
        ticket: Ticket,
        mut moments: Moments,
        end: Result<(), RequestError>,
    ) {
        let Some(lane) = self.lanes.get(at) else {
            return;
        };
        moments.settled = self.elapsed();
        let outcome = match &end {
            Ok(()) => Outcome::Accepted,
            Err(error) => error.into(),
        };
        match outcome {
            Outcome::Accepted | Outcome::Rejected(_) | Outcome::Unreadable => {
                lane.last_answer
                    .store(nanos(moments.settled), Ordering::Relaxed);
            }
            // One late answer is late; none at all in nearly the same time is the
            // end. What left in one go has left before the last answer as well.
            Outcome::Expired => {
                let last = Duration::from_nanos(lane.last_answer.load(Ordering::Relaxed));
                let silence = moments.settled.saturating_sub(last);
                let waited = moments.settled.saturating_sub(moments.left);
                if silence >= waited.mul_f64(0.9) {
                    self.give_up(at);
                }
            }
            Outcome::LinkLost | Outcome::NotSent => self.give_up(at),
        }
        if let Err(error) = end
            && !matches!(outcome, Outcome::Rejected(_))
        {
            let _ = lane.trouble.set(error);
        }
        lane.tally().settle(outcome, ticket.delayed, moments);
        lane.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    fn give_up(&self, at: usize) {
        if let Some(lane) = self.lanes.get(at) {
            lane.given_up.store(true, Ordering::Relaxed);
            lane.gate.due.close();
        }
    }

    /// What has come to its end since the last call.
    pub(crate) fn take(&self, empty: &Tally) -> Tally {
        let mut sum = empty.clone();
        for lane in &self.lanes {
            // The new one is made before the lock is taken.
            let fresh = empty.clone();
            let taken = core::mem::replace(&mut *lane.tally(), fresh);
            sum.add(&taken);
        }
        if let Some(receipts) = &self.receipts {
            sum.add(&receipts.take(empty));
        }
        sum
    }

    /// Messages that were sent and have no outcome.
    pub(crate) fn outstanding(&self) -> u64 {
        let in_flight = |lane: &Lane| lane.in_flight.load(Ordering::Relaxed);
        self.lanes.iter().map(in_flight).sum()
    }

    /// How many should have left by now.
    pub(crate) fn scheduled(&self) -> Option<u64> {
        let all = self.extent.messages.unwrap_or(u64::MAX);
        Some(self.extent.rate?.due_by(self.elapsed()).min(all))
    }

    /// When the last message should leave, in an open loop.
    pub(crate) fn schedule_end(&self) -> Option<Duration> {
        Some(self.extent.rate?.due(self.extent.messages?))
    }

    /// From the start to the last answer; the whole time when there was none.
    /// A schedule is not over before the moment that would be the next one's,
    /// or before the end that was asked for.
    pub(crate) fn length(&self, asked: Option<Duration>) -> Duration {
        let answers = self.lanes.iter().map(|lane| &lane.last_answer);
        let last = answers.map(|nanos| nanos.load(Ordering::Relaxed)).max();
        let last = match last {
            None | Some(0) => self.elapsed(),
            Some(nanos) => Duration::from_nanos(nanos),
        };
        match self.schedule_end() {
            Some(end) if self.issued() >= self.extent.messages.unwrap_or(0) => {
                last.max(asked.map_or(end, |asked| asked.min(end)))
            }
            _ => last,
        }
    }

    pub(crate) fn refuse_strangers(&self) {
        if let Some(receipts) = &self.receipts {
            receipts.refuse_strangers();
        }
    }

    /// The first trouble of each session that had one.
    pub(crate) fn troubles(&self) -> Vec<RequestError> {
        let troubles = self.lanes.iter().filter_map(|lane| lane.trouble.get());
        troubles.cloned().collect()
    }
}

impl Lane {
    fn new(empty: &Tally) -> Self {
        Self {
            tally: Mutex::new(empty.clone()),
            gate: Gate {
                due: Semaphore::new(0),
                next: AtomicU64::new(0),
                behind: AtomicBool::new(false),
            },
            in_flight: AtomicU64::new(0),
            last_answer: AtomicU64::new(0),
            given_up: AtomicBool::new(false),
            trouble: OnceLock::new(),
        }
    }

    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        // Counts are whole whatever happened to another holder.
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
