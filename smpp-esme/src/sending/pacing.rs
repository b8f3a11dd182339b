//! The rate of a sender, over all its sessions.

use std::sync::{Mutex, PoisonError};

use smpp_session::{Pacer, Rate};
use tokio::time::Instant;

/// The session's own pacer, which here counts what several sessions send.
#[derive(Debug)]
pub(crate) struct Pacing {
    start: Instant,
    pacer: Mutex<Pacer>,
    slow_down: bool,
    /// Who waits for the next place holds it: places go out in the order in
    /// which they were asked for, and one timer runs instead of one for each.
    turn: tokio::sync::Mutex<()>,
}

impl Pacing {
    pub(crate) fn new(rate: Option<Rate>, slow_down: bool) -> Self {
        Self {
            start: Instant::now(),
            pacer: Mutex::new(Pacer::new(rate, smpp_session::Instant::ZERO)),
            slow_down,
            turn: tokio::sync::Mutex::new(()),
        }
    }

    fn now(&self) -> smpp_session::Instant {
        let micros = self.start.elapsed().as_micros();
        smpp_session::Instant::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Pacer, smpp_session::Instant) -> T) -> T {
        let mut pacer = self.pacer.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut pacer, self.now())
    }

    fn take(&self) -> Result<(), smpp_session::Instant> {
        self.with(|pacer, now| {
            pacer.check(now)?;
            pacer.take(now);
            Ok(())
        })
    }

    /// Waits until a request may go. A dropped future has taken nothing.
    pub(crate) async fn wait(&self) {
        let _turn = self.turn.lock().await;
        while let Err(at) = self.take() {
            let micros = core::time::Duration::from_micros(at.as_micros());
            tokio::time::sleep_until(self.start + micros).await;
        }
    }

    /// Whether a request may go now, and nobody waits.
    pub(crate) fn try_take(&self) -> bool {
        self.turn.try_lock().is_ok() && self.take().is_ok()
    }

    /// The centre says that it was too much.
    pub(crate) fn complain(&self) {
        if self.slow_down {
            self.with(Pacer::complain);
        }
    }

    /// Requests a second that complaints have left.
    pub(crate) fn slowed_to(&self) -> Option<u32> {
        self.with(|pacer, _| pacer.slowed_to())
    }
}
