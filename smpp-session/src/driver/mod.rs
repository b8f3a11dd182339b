//! The loop that joins a session to a tokio stream.
//!
//! One task owns the connection: it reads what is there, handles every PDU of
//! it, and writes all answers at once. Nothing is spawned, boxed or flushed per
//! PDU, and reading goes on while writing waits.
//!
//! An [`Application`] says what to do with events, and with the commands that
//! other tasks send it over a channel.

mod link;
mod output;

use core::cell::Cell;
use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::{Context, Poll};
use core::time::Duration;
use std::io;
use std::vec::Vec;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Sleep;

use crate::{CloseReason, Config, Event, HeapSession, Instant};

pub use link::Link;
use output::Output;

/// Octets that are asked of the connection at once.
const READ_SIZE: usize = 64 * 1024;

std::thread_local! {
    /// What is read is handled before the thread turns to another connection,
    /// so that one buffer serves all of them: an idle connection has none.
    static READ_BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// How long the last octets of a session may take to be written, and how long
/// the peer may take to close after that.
const LINGER: Duration = Duration::from_secs(2);

/// Unsent octets at which the driver stops reading: a peer that does not take
/// its answers is not asked for more.
const MAX_UNSENT: usize = 4 * 1024 * 1024;

/// How long a peer may take none of the octets that wait for it.
const STALL: Duration = Duration::from_secs(60);

/// Commands that are taken from the channel at once.
const MAX_COMMANDS: usize = 1024;

/// What an application does on a session. All methods are called from the one
/// task of the connection, and must not block.
pub trait Application {
    /// What other tasks ask of this session.
    type Command;

    /// Something happened. Answer a request through `link`, now or later.
    fn event(&mut self, link: &mut Link<'_>, event: Event<'_>);

    /// Another task sent a command.
    fn command(&mut self, link: &mut Link<'_>, command: Self::Command);

    /// All events of a read, or all commands that were queued, have been
    /// handled: the moment to pass a batch on.
    fn batch_end(&mut self, link: &mut Link<'_>) {
        let _ = link;
    }

    /// Whether more of the peer is read now: an application that holds what it has
    /// not worked off bounds it like this, and the peer is slowed down. It is asked
    /// again when commands have come or timers have acted. A peer that is not read
    /// for long counts as silent. Default: always.
    fn reads(&self) -> bool {
        true
    }

    /// When [`batch_end`](Self::batch_end) is to be called although nothing
    /// happens; it must then name a later moment, or none. Default: never.
    fn wake_at(&self) -> Option<Instant> {
        None
    }
}

/// How a connection ended.
#[derive(Debug)]
pub struct Ended {
    /// Why the session is over.
    pub reason: CloseReason,
    /// The error of the connection, where one ended it.
    pub error: Option<io::Error>,
}

/// How a session is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DriveOptions {
    /// For transports that keep records (X.25, Unix SEQPACKET sockets): a write
    /// holds whole PDUs, and no more than this many octets of them unless one
    /// alone is longer; a read takes as many octets at least. `None`, the
    /// default, is for streams: a write holds whatever there is.
    pub record: Option<usize>,
}

impl DriveOptions {
    /// The options for records of at most this many octets.
    #[must_use]
    pub const fn records(octets: usize) -> Self {
        Self {
            record: Some(octets),
        }
    }
}

/// Runs a session of `config` over `stream` until it is over. `app` has then
/// seen [`Event::Closed`].
///
/// While 4 MiB wait to be written, nothing is read. A peer that takes none of what
/// waits for a minute is given up, as if the connection was lost: the error is
/// [`TimedOut`](io::ErrorKind::TimedOut).
///
/// A closed `commands` channel is no reason to end; the application decides.
/// Commands that come after the end are dropped.
///
/// # Cancel safety
/// A dropped future drops the connection: the peer sees it end, and no outcome
/// is reported for what was outstanding.
pub async fn drive<T, A>(
    stream: T,
    config: Config,
    app: &mut A,
    commands: UnboundedReceiver<A::Command>,
) -> Ended
where
    T: AsyncRead + AsyncWrite,
    A: Application,
{
    drive_with(stream, config, app, commands, DriveOptions::default()).await
}

/// As [`drive`], with options.
///
/// # Cancel safety
/// As [`drive`].
pub async fn drive_with<T, A>(
    stream: T,
    config: Config,
    app: &mut A,
    commands: UnboundedReceiver<A::Command>,
    options: DriveOptions,
) -> Ended
where
    T: AsyncRead + AsyncWrite,
    A: Application,
{
    let start = tokio::time::Instant::now();
    let mut sleep = pin!(tokio::time::sleep(Duration::ZERO));
    let mut stream = pin!(stream);
    let mut driver = Driver {
        session: HeapSession::new(config, Instant::ZERO),
        start,
        output: Output::new(options.record),
        read_size: READ_SIZE.max(options.record.unwrap_or(0)),
        commands: Some(commands),
        queued: Vec::new(),
        timer_set: None,
        lingering: false,
        app,
        closed: None,
        error: None,
        yields: yields_before_write(),
        holding: false,
        held: Vec::new(),
    };
    loop {
        driver.handle_held();
        driver.drain_events();
        if driver.closed.is_some() && driver.output.is_done() {
            break;
        }
        let step = poll_fn(|cx| driver.poll_step(cx, stream.as_mut(), sleep.as_mut())).await;
        if step == Step::Commands {
            // On a multi-thread runtime other workers are about to queue more:
            // a moment's wait turns many writes into one.
            for _ in 0..driver.yields {
                tokio::task::yield_now().await;
                driver.take_queued();
            }
        }
    }
    // A command that is on its way at this moment would otherwise stay in the
    // channel for as long as it has a sender, which may wait for what comes of it.
    if let Some(mut commands) = driver.commands.take() {
        commands.close();
        while commands.recv().await.is_some() {}
    }
    let _ = tokio::time::timeout(LINGER, finish(stream)).await;
    Ended {
        reason: driver.closed.unwrap_or(CloseReason::ConnectionLost),
        error: driver.error,
    }
}

/// Ends the stream so that the peer gets what was written: a connection that is
/// dropped with unread octets is reset, and the reset overtakes the last answer.
async fn finish<T: AsyncRead + AsyncWrite>(mut stream: Pin<&mut T>) {
    if poll_fn(|cx| stream.as_mut().poll_shutdown(cx))
        .await
        .is_err()
    {
        return;
    }
    let mut scrap = [0; 1024];
    loop {
        let read = poll_fn(|cx| {
            let mut buffer = ReadBuf::new(&mut scrap);
            let read = stream.as_mut().poll_read(cx, &mut buffer);
            read.map_ok(|()| buffer.filled().len())
        });
        if !matches!(read.await, Ok(1..)) {
            return;
        }
    }
}

/// Measured: on a current-thread runtime the queue is as full as it gets.
fn yields_before_write() -> usize {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => 1,
        _ => 0,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Commands were taken.
    Commands,
    /// Anything else was done.
    Other,
}

struct Driver<'a, A: Application> {
    session: HeapSession,
    start: tokio::time::Instant,
    output: Output,
    /// Octets that are asked of the connection at once.
    read_size: usize,
    commands: Option<UnboundedReceiver<A::Command>>,
    queued: Vec<A::Command>,
    /// The moment that the timer is set to.
    timer_set: Option<Instant>,
    /// The timer bounds the last writes.
    lingering: bool,
    app: &'a mut A,
    closed: Option<CloseReason>,
    error: Option<io::Error>,
    yields: usize,
    /// Nothing is read, and no event made of `held`, as the application wants it.
    holding: bool,
    /// The rest of the read in which that began.
    held: Vec<u8>,
}

impl<A: Application> Driver<'_, A> {
    fn now(&self) -> Instant {
        let micros = self.start.elapsed().as_micros();
        Instant::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }

    /// Does whatever can be done: write, read, take commands, let timers act.
    fn poll_step<T: AsyncRead + AsyncWrite>(
        &mut self,
        cx: &mut Context<'_>,
        mut stream: Pin<&mut T>,
        sleep: Pin<&mut Sleep>,
    ) -> Poll<Step> {
        let mut done = self.poll_write(cx, stream.as_mut());
        if self.closed.is_some() {
            return self.poll_linger(cx, sleep, done);
        }
        if !self.holding && self.output.octets.len() < MAX_UNSENT && self.app.reads() {
            done |= self.poll_read(cx, stream);
        }
        let commands = self.poll_commands(cx);
        done |= self.poll_timer(cx, sleep);
        match (commands, done) {
            (true, _) => Poll::Ready(Step::Commands),
            (false, true) => Poll::Ready(Step::Other),
            (false, false) => Poll::Pending,
        }
    }

    fn poll_write<T: AsyncWrite>(&mut self, cx: &mut Context<'_>, stream: Pin<&mut T>) -> bool {
        self.output.poll_write(cx, stream).unwrap_or_else(|error| {
            self.lose(error);
            true
        })
    }

    /// Gives up on the last octets when the peer does not take them.
    fn poll_linger(
        &mut self,
        cx: &mut Context<'_>,
        mut sleep: Pin<&mut Sleep>,
        done: bool,
    ) -> Poll<Step> {
        if !self.lingering {
            self.lingering = true;
            sleep.as_mut().reset(tokio::time::Instant::now() + LINGER);
        }
        if done {
            return Poll::Ready(Step::Other);
        }
        sleep.poll(cx).map(|()| {
            self.output.clear();
            Step::Other
        })
    }

    /// Reads once, and handles every whole PDU of what came.
    fn poll_read<T: AsyncRead>(&mut self, cx: &mut Context<'_>, stream: Pin<&mut T>) -> bool {
        let mut octets = READ_BUFFER.take();
        if octets.len() < self.read_size {
            octets.resize(self.read_size, 0);
        }
        let mut buffer = ReadBuf::new(&mut octets);
        let read = stream.poll_read(cx, &mut buffer);
        let done = read.is_ready();
        match read {
            Poll::Pending => {}
            Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                let now = self.now();
                self.session.handle_eof(now);
            }
            Poll::Ready(Ok(())) => self.handle_octets(buffer.filled()),
            Poll::Ready(Err(error)) => self.lose(error),
        }
        READ_BUFFER.set(octets);
        done
    }

    fn handle_octets(&mut self, mut input: &[u8]) {
        let now = self.now();
        let (inbox, machine) = self.session.split();
        // The buffer grows, so that all of the input is taken.
        while let Some(event) =
            inbox.handle_input(machine, now, &mut input, &mut self.output.octets)
        {
            if let Event::Closed(reason) = event {
                self.closed = Some(reason);
            }
            let mut link = Link {
                machine,
                out: &mut self.output.octets,
                now,
                holding: &mut self.holding,
            };
            self.app.event(&mut link, event);
            if self.holding {
                self.held = input.to_vec();
                break;
            }
        }
        self.batch_end(now);
    }

    /// Goes on with what was held back, once it is not any more.
    fn handle_held(&mut self) {
        if !self.holding && !self.held.is_empty() {
            let held = core::mem::take(&mut self.held);
            self.handle_octets(&held);
        }
    }

    fn batch_end(&mut self, now: Instant) {
        let mut link = Link {
            machine: self.session.split().1,
            out: &mut self.output.octets,
            now,
            holding: &mut self.holding,
        };
        self.app.batch_end(&mut link);
    }

    /// Hands over the events that no octets brought.
    fn drain_events(&mut self) {
        let now = self.now();
        let machine = self.session.split().1;
        while let Some(event) = machine.poll_event() {
            if let Event::Closed(reason) = event {
                self.closed = Some(reason);
            }
            let mut link = Link {
                machine,
                out: &mut self.output.octets,
                now,
                holding: &mut self.holding,
            };
            self.app.event(&mut link, event);
        }
    }

    fn poll_commands(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(commands) = &mut self.commands else {
            return false;
        };
        match commands.poll_recv_many(cx, &mut self.queued, MAX_COMMANDS) {
            Poll::Pending => return false,
            // Every sender is gone: there is nothing to wait for any more.
            Poll::Ready(0) => self.commands = None,
            Poll::Ready(_) => self.handle_commands(),
        }
        true
    }

    /// Takes what was queued in the meantime, without waiting.
    fn take_queued(&mut self) {
        let Some(commands) = &mut self.commands else {
            return;
        };
        while self.queued.len() < MAX_COMMANDS
            && let Ok(command) = commands.try_recv()
        {
            self.queued.push(command);
        }
        if !self.queued.is_empty() {
            self.handle_commands();
        }
    }

    fn handle_commands(&mut self) {
        let now = self.now();
        let mut link = Link {
            machine: self.session.split().1,
            out: &mut self.output.octets,
            now,
            holding: &mut self.holding,
        };
        for command in self.queued.drain(..) {
            self.app.command(&mut link, command);
        }
        self.batch_end(now);
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>, mut sleep: Pin<&mut Sleep>) -> bool {
        let of_app = self.app.wake_at();
        let stall = self.output.waits_since().map(|since| since + STALL);
        let stall = stall.map(|at| Instant::ZERO + at.duration_since(self.start));
        let of_session = self.session.poll_timeout();
        let Some(at) = [of_session, of_app, stall].into_iter().flatten().min() else {
            return false;
        };
        // Deadlines move with every request, nearly always to a later moment: a
        // timer that goes off too early costs less than one that follows them.
        if self.timer_set.is_none_or(|set| at < set) && !self.set_timer(at, sleep.as_mut()) {
            return false;
        }
        if sleep.as_mut().poll(cx).is_pending() {
            return false;
        }
        self.timer_set = None;
        let now = self.now();
        if now < at && (!self.set_timer(at, sleep.as_mut()) || sleep.poll(cx).is_pending()) {
            return false;
        }
        self.timer_set = None;
        let now = now.max(at);
        if stall.is_some_and(|at| at <= now) {
            let stalled = "the peer takes nothing of what is sent";
            self.lose(io::Error::new(io::ErrorKind::TimedOut, stalled));
            return true;
        }
        self.session.handle_timeout(now, &mut self.output.octets);
        if of_app.is_some_and(|at| at <= now) {
            self.batch_end(now);
        }
        true
    }

    /// False when that is later than the runtime's clock can say: there is
    /// nothing to wait for.
    fn set_timer(&mut self, at: Instant, sleep: Pin<&mut Sleep>) -> bool {
        let deadline = self.start.checked_add(at.since(Instant::ZERO));
        let Some(deadline) = deadline else {
            return false;
        };
        sleep.reset(deadline);
        self.timer_set = Some(at);
        true
    }

    fn lose(&mut self, error: io::Error) {
        let now = self.now();
        // Nothing more can be written.
        self.output.clear();
        self.error.get_or_insert(error);
        self.session.handle_eof(now);
    }
}
