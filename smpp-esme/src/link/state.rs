//! What the sessions of a link are doing, for those who watch.

use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smpp_pdu::BindType;
use smpp_session::CloseReason;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;
use tracing::{debug, error, info, warn};

use super::metric;
use crate::ConnectError;

/// How many reports wait for [`Events::next`] at most.
const MAX_EVENTS: usize = 1024;

/// One session of a link, and what it is doing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The host, as [`Connect::name`](crate::Connect::name) calls it.
    pub host: Arc<str>,
    /// Which of the sessions to this host, from 1. The two halves of a pair have
    /// the same number.
    pub number: usize,
    /// What it binds as.
    pub bind_type: BindType,
    /// What it is doing.
    pub state: State,
}

/// What a session of a link is doing.
///
/// ```text
///  Connecting ──────▶ Bound ──────▶ Unbinding ──▶ Stopped
///    ▲   │              │ lost          │ restart
///    │   ▼ no bind      ▼               ▼
///    └─ Waiting ◀───────┘           Connecting
///    refused for good: Stopped
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum State {
    /// It connects and binds.
    Connecting,
    /// It is bound.
    Bound,
    /// It is about to end by wish, for a restart or for good: what is
    /// outstanding gets its responses.
    Unbinding,
    /// It connects again at `until`.
    Waiting {
        /// When it connects again.
        until: Instant,
        /// What happened.
        because: Setback,
    },
    /// It does not connect again: by wish (`None`), or because the host has
    /// refused a bind for good.
    Stopped(Option<Arc<ConnectError>>),
}

/// Why a session is not bound.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Setback {
    /// There was no bind. [`ConnectError::status`] tells a refusal.
    NotBound(Arc<ConnectError>),
    /// The session was bound and ended.
    Lost(CloseReason),
}

impl fmt::Display for Setback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBound(error) => error.fmt(f),
            Self::Lost(reason) => reason.fmt(f),
        }
    }
}

/// The changes of a link's sessions, from the moment when
/// [`Link::events`](super::Link::events) was called.
#[derive(Debug)]
pub struct Events {
    /// `None` for a link that is over.
    reports: Option<broadcast::Receiver<Report>>,
}

impl Events {
    /// The next change: a session and its new state. `None` when the link is
    /// over and everything was told.
    ///
    /// At most 1,024 wait to be taken; who is later than that goes on with those
    /// that are still there, and finds in [`Link::states`](super::Link::states)
    /// how things are now.
    ///
    /// # Cancel safety
    /// Cancel-safe: what a dropped future did not return is still there.
    pub async fn next(&mut self) -> Option<Report> {
        let reports = self.reports.as_mut()?;
        loop {
            match reports.recv().await {
                Ok(report) => return Some(report),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// What is there now, without waiting.
    pub fn try_next(&mut self) -> Option<Report> {
        let reports = self.reports.as_mut()?;
        loop {
            match reports.try_recv() {
                Ok(report) => return Some(report),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Closed | TryRecvError::Empty) => return None,
            }
        }
    }
}

/// Where all sessions of a link write what they are doing.
#[derive(Debug)]
pub(super) struct Board {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// By the place of the session. `None`: a half of a pair that is not wanted
    /// as long as the centre takes transceivers.
    reports: Vec<Option<Report>>,
    events: Option<broadcast::Sender<Report>>,
}

impl Board {
    pub(super) fn new(places: usize) -> Self {
        Self {
            inner: Mutex::new(Inner {
                reports: vec![None; places],
                events: Some(broadcast::channel(MAX_EVENTS).0),
            }),
        }
    }

    /// Nothing that holds the lock can panic; a poisoned one is as good.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn states(&self) -> Vec<Report> {
        self.lock().reports.iter().flatten().cloned().collect()
    }

    pub(super) fn events(&self) -> Events {
        let inner = self.lock();
        Events {
            reports: inner.events.as_ref().map(broadcast::Sender::subscribe),
        }
    }

    /// Nothing more comes.
    pub(super) fn close(&self) {
        self.lock().events = None;
    }

    pub(super) fn report(&self, place: usize, report: Report) {
        tell(&report);
        let mut inner = self.lock();
        let Some(kept) = inner.reports.get_mut(place) else {
            return;
        };
        let was_bound = matches!(kept, Some(kept) if matches!(kept.state, State::Bound));
        *kept = Some(report.clone());
        // Nobody needs to watch.
        let _ = inner
            .events
            .as_ref()
            .map(|events| events.send(report.clone()));
        drop(inner);
        metric::state_changed(&report, was_bound);
    }
}

/// The log.
fn tell(report: &Report) {
    let Report {
        host,
        number,
        bind_type,
        state,
    } = report;
    let bind = bind_type.command_id();
    match state {
        State::Connecting => debug!(%host, number, %bind, "connecting"),
        State::Bound => debug!(%host, number, %bind, "a session of the link is bound"),
        State::Unbinding => debug!(%host, number, %bind, "unbinding"),
        State::Waiting { until, because } => {
            let wait = until.saturating_duration_since(Instant::now());
            match because {
                Setback::Lost(reason) => {
                    warn!(%host, number, %bind, %reason, ?wait, "session lost, will connect again");
                }
                Setback::NotBound(error) => {
                    warn!(%host, number, %bind, %error, ?wait, "no session, will try again");
                }
            }
        }
        State::Stopped(None) => info!(%host, number, %bind, "stopped"),
        State::Stopped(Some(error)) => {
            error!(%host, number, %bind, %error, "given up: the same bind would be refused again");
        }
    }
}
