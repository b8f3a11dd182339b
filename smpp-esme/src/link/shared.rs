//! What the handles of a link, its requests and its sessions share.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot, watch};

use super::error::{LinkError, RestartError, StoppedHost};
use super::host::Host;
use super::request::Line;
use super::roster::{Roster, Session};
use super::state::Board;
use super::{OnLost, metric};
use crate::ConnectError;

/// Where it is told whether a session that was unbound for a restart is bound
/// again. Dropped without a word: there was nothing to restart.
pub(super) type Restarted = oneshot::Sender<Result<(), RestartError>>;

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) roster: watch::Sender<Arc<Roster>>,
    pub(super) line: Line,
    /// Counts requests, so that equal sessions take turns.
    turn: AtomicUsize,
    pub(super) on_lost: OnLost,
    /// How long a request waits while nothing is bound; `None`: for ever.
    pub(super) wait: Option<Duration>,
    /// Whether any session transmits, or receives, once it is bound.
    pub(super) transmits: bool,
    pub(super) receives: bool,
    pub(super) board: Board,
    pub(super) hosts: Vec<Arc<Host>>,
    /// True: everything ends, by wish.
    pub(super) stop: watch::Sender<bool>,
    end: watch::Sender<Option<Result<(), LinkError>>>,
    /// Asks the keepers, by their place, for a restart.
    restarts: Vec<mpsc::UnboundedSender<Restarted>>,
    /// One restart at a time.
    restarting: Mutex<()>,
}

impl Shared {
    pub(super) fn new(
        on_lost: OnLost,
        wait: Option<Duration>,
        (transmits, receives): (bool, bool),
        hosts: Vec<Arc<Host>>,
        restarts: Vec<mpsc::UnboundedSender<Restarted>>,
    ) -> Self {
        Self {
            roster: watch::Sender::new(Arc::default()),
            line: Line::new(),
            turn: AtomicUsize::new(0),
            on_lost,
            wait,
            transmits,
            receives,
            board: Board::new(restarts.len()),
            hosts,
            stop: watch::Sender::new(false),
            end: watch::Sender::new(None),
            restarts,
            restarting: Mutex::new(()),
        }
    }

    pub(super) fn next_turn(&self) -> usize {
        self.turn.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn enter(&self, session: Session) {
        self.roster.send_modify(|roster| {
            Arc::make_mut(roster).sessions.push(Arc::new(session));
        });
    }

    pub(super) fn leave(&self, place: usize) {
        self.roster.send_modify(|roster| {
            let sessions = &mut Arc::make_mut(roster).sessions;
            sessions.retain(|session| session.place != place);
        });
    }

    /// Takes no more requests, and lets every session come to its end.
    pub(super) fn stop(&self) {
        self.close();
        self.stop.send_replace(true);
    }

    fn close(&self) {
        self.roster.send_if_modified(|roster| {
            let was_closed = roster.closed;
            Arc::make_mut(roster).closed = true;
            !was_closed
        });
    }

    /// Every session has come to its end.
    pub(super) fn finish(&self) {
        self.close();
        self.board.close();
        let end = if *self.stop.borrow() {
            Ok(())
        } else {
            let stopped = self.hosts.iter().filter_map(|host| {
                host.stopped().map(|error| StoppedHost {
                    host: host.name.clone(),
                    error,
                })
            });
            Err(if self.hosts.is_empty() {
                LinkError::NoHost
            } else {
                LinkError::Refused(stopped.collect())
            })
        };
        self.end.send_replace(Some(end));
    }

    pub(super) fn end(&self) -> Option<Result<(), LinkError>> {
        self.end.borrow().clone()
    }

    pub(super) async fn ended(&self) -> Result<(), LinkError> {
        let mut end = self.end.subscribe();
        match end.wait_for(Option::is_some).await {
            Ok(end) => end.clone().unwrap_or(Ok(())),
            // The sender is in `self`.
            Err(_) => Ok(()),
        }
    }

    pub(super) async fn ready(&self) -> Result<(), LinkError> {
        let mut roster = self.roster.subscribe();
        let ready =
            |roster: &Arc<Roster>| roster.closed || roster.is_ready(self.transmits, self.receives);
        match roster.wait_for(ready).await {
            Ok(roster) if !roster.closed => return Ok(()),
            _ => {}
        }
        self.ended().await.and(Err(LinkError::Unbound))
    }

    /// One session after the other, see [`Link::restart`](super::Link::restart).
    pub(super) async fn restart(&self) -> Result<(), RestartError> {
        let _one = self.restarting.lock().await;
        for restart in &self.restarts {
            if self.roster.borrow().closed {
                return Err(RestartError::Over);
            }
            let (told, tell) = oneshot::channel();
            // A keeper that has gone has nothing to restart.
            if restart.send(told).is_ok()
                && let Ok(restarted) = tell.await
            {
                restarted?;
            }
        }
        Ok(())
    }

    /// Gives a host up.
    pub(super) fn stop_host(&self, host: &Host, error: Arc<ConnectError>) {
        if host.stop(error) {
            metric::host_stopped(&host.name);
        }
    }
}
