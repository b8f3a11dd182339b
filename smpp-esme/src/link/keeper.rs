//! The task that keeps one session of a link up.

use core::time::Duration;
use std::sync::Arc;

use smpp_pdu::BindType;
use smpp_session::CloseReason;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::host::{Host, HostState};
use super::roster::Session;
use super::shared::{Restarted, Shared};
use super::state::{Report, Setback, State};
use super::{Delays, Refusal, RefusalRule, RestartError, metric};
use crate::futures::{Either, later, race};
use crate::{Client, ClientBuilder, ConnectError, ConnectErrorKind, Inbound, TlsFault};

/// What a keeper binds as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Always this.
    Whole(BindType),
    /// A transceiver; a transmitter once the host is known to take no transceiver.
    TransceiverOrTransmitter,
    /// The other half of that: a receiver, once the host is known to need one.
    ReceiverOfAPair,
}

impl Part {
    /// What to bind as; `None`: nothing, for the time being.
    fn bind_type(self, pairs: bool) -> Option<BindType> {
        match (self, pairs) {
            (Self::Whole(bind_type), _) => Some(bind_type),
            (Self::TransceiverOrTransmitter, false) => Some(BindType::Transceiver),
            (Self::TransceiverOrTransmitter, true) => Some(BindType::Transmitter),
            (Self::ReceiverOfAPair, false) => None,
            (Self::ReceiverOfAPair, true) => Some(BindType::Receiver),
        }
    }

    /// All that it may bind as.
    pub(super) fn bind_types(self) -> impl Iterator<Item = BindType> {
        [false, true]
            .into_iter()
            .filter_map(move |pairs| self.bind_type(pairs))
    }
}

/// Keeps one session up.
pub(super) struct Keeper {
    pub(super) shared: Arc<Shared>,
    pub(super) host: Arc<Host>,
    /// Its number among all keepers.
    pub(super) place: usize,
    /// Its number among those of the host, from 1.
    pub(super) number: usize,
    pub(super) part: Part,
    pub(super) builder: ClientBuilder,
    pub(super) incoming: mpsc::Sender<Inbound>,
    pub(super) delays: Delays,
    pub(super) settled_after: Duration,
    pub(super) refusal: RefusalRule,
    /// Whether the host is never given up.
    pub(super) keep_trying: bool,
}

/// What else a keeper listens to while it does something.
pub(super) struct Orders {
    pub(super) stop: watch::Receiver<bool>,
    pub(super) restarts: mpsc::UnboundedReceiver<Restarted>,
}

/// How an attempt went wrong.
enum Failure {
    /// The host is given up.
    Stopped,
    /// The same, without a wait: as another kind of bind.
    BindOtherwise,
    /// Again after this time.
    Again(Arc<ConnectError>, Duration),
}

/// How a session ended.
enum Ended {
    Lost(CloseReason),
    Restart(Restarted),
    Stopped,
}

impl Keeper {
    /// Returns when the session is not to be kept any more.
    pub(super) async fn run(mut self, mut orders: Orders) {
        let by_wish = self.keep(&mut orders).await;
        let error = match by_wish {
            true => None,
            false => self.host.stopped(),
        };
        if let Some(bind_type) = self.part.bind_type(self.host.pairs()) {
            self.report(bind_type, State::Stopped(error));
        }
    }

    /// Whether it ended by wish.
    async fn keep(&mut self, orders: &mut Orders) -> bool {
        let mut restarted: Option<Restarted> = None;
        let mut was_bound = false;
        loop {
            let bind_type = match race(orders.stop(), self.when_wanted()).await {
                Either::Left(()) => return true,
                Either::Right(None) => return self.tell_stopped(restarted),
                Either::Right(Some(bind_type)) => bind_type,
            };
            let opened = match race(orders.stop(), self.open(bind_type)).await {
                Either::Left(()) => return true,
                Either::Right(opened) => opened,
            };
            let (because, wait) = match opened {
                Ok(client) => {
                    if let Some(restarted) = restarted.take() {
                        let _ = restarted.send(Ok(()));
                    }
                    if was_bound {
                        metric::reconnected(&self.host.name);
                    }
                    was_bound = true;
                    let bound_at = Instant::now();
                    match self.serve(client, bind_type, orders).await {
                        Ended::Stopped => return true,
                        Ended::Restart(told) => {
                            restarted = Some(told);
                            continue;
                        }
                        Ended::Lost(reason) => {
                            if bound_at.elapsed() >= self.settled_after {
                                self.delays.start_anew();
                            }
                            let wait = self.delays.next().unwrap_or_default();
                            (Setback::Lost(reason), wait)
                        }
                    }
                }
                Err(Failure::Stopped) => return self.tell_stopped(restarted),
                Err(Failure::BindOtherwise) => continue,
                Err(Failure::Again(error, wait)) => {
                    self.tell_not_bound(restarted.take(), &error);
                    (Setback::NotBound(error), wait)
                }
            };
            let until = later(Instant::now(), wait);
            self.report(bind_type, State::Waiting { until, because });
            let mut host = self.host.watch();
            let given_up = host.wait_for(|state| state.stopped.is_some());
            match race(orders.stop(), race(given_up, sleep_until(until))).await {
                Either::Left(()) => return true,
                Either::Right(Either::Left(_)) => return false,
                Either::Right(Either::Right(())) => {}
            }
        }
    }

    /// Whoever waits for a restart learns that it stops here.
    fn tell_not_bound(&self, restarted: Option<Restarted>, error: &Arc<ConnectError>) {
        if let Some(told) = restarted {
            // Who does not wait any more has dropped the other end.
            let _ = told.send(Err(RestartError::NotBoundAgain {
                host: self.host.name.clone(),
                number: self.number,
                error: Arc::clone(error),
            }));
        }
    }

    /// The host was given up, maybe in the middle of a restart.
    fn tell_stopped(&self, restarted: Option<Restarted>) -> bool {
        if let Some(error) = self.host.stopped() {
            self.tell_not_bound(restarted, &error);
        }
        false
    }

    /// Waits until the host wants this half of a pair. `None`: it never will.
    async fn when_wanted(&self) -> Option<BindType> {
        let part = self.part;
        let wanted =
            |state: &HostState| state.stopped.is_some() || part.bind_type(state.pairs).is_some();
        let mut host = self.host.watch();
        let state = host.wait_for(wanted).await.ok()?;
        match state.stopped {
            Some(_) => None,
            None => part.bind_type(state.pairs),
        }
    }

    /// Connects and binds once.
    async fn open(&mut self, bind_type: BindType) -> Result<Client, Failure> {
        let host = Arc::clone(&self.host);
        let _turn = host.gate.lock().await;
        // While it waited for its turn, another may have learnt something.
        if self.host.stopped().is_some() {
            return Err(Failure::Stopped);
        }
        if self.part.bind_type(self.host.pairs()) != Some(bind_type) {
            return Err(Failure::BindOtherwise);
        }
        self.report(bind_type, State::Connecting);
        match self.connect_and_bind(bind_type).await {
            Ok(client) => {
                self.host.note_bound();
                Ok(client)
            }
            Err(error) => {
                metric::bind_failed(&self.host.name);
                Err(self.judge(error))
            }
        }
    }

    async fn connect_and_bind(&self, bind_type: BindType) -> Result<Client, ConnectError> {
        let limit = self.builder.connect_timeout;
        let stream = self.host.connect.connect_within(limit).await?;
        let mut builder = self.builder.clone().peer(&*self.host.name);
        builder.bind = builder.bind.bind_type(bind_type);
        Client::bind(stream, builder, self.incoming.clone()).await
    }

    /// Offers the session to requests until it ends.
    async fn serve(&self, client: Client, bind_type: BindType, orders: &mut Orders) -> Ended {
        self.shared.enter(Session::new(client.clone(), self.place));
        self.report(bind_type, State::Bound);
        let ended = match race(client.closed(), orders.next()).await {
            Either::Left(reason) => Ended::Lost(reason),
            Either::Right(Some(restart)) => Ended::Restart(restart),
            Either::Right(None) => Ended::Stopped,
        };
        // Before the session refuses what it is given: so nothing is given to it.
        self.shared.leave(self.place);
        if !matches!(ended, Ended::Lost(_)) {
            self.report(bind_type, State::Unbinding);
            client.unbind().await;
        }
        ended
    }

    /// What follows from an attempt without a bind.
    fn judge(&mut self, error: ConnectError) -> Failure {
        let rule = match error.kind() {
            ConnectErrorKind::Refused(status) => {
                if self.part == Part::TransceiverOrTransmitter
                    && !self.host.pairs()
                    && !self.host.has_bound()
                    && Refusal::may_want_a_pair(status)
                {
                    self.host.use_pairs();
                    return Failure::BindOtherwise;
                }
                (self.refusal)(status)
            }
            // No centre can be told this, and no certificate changes by itself.
            ConnectErrorKind::InvalidBind(_)
            | ConnectErrorKind::Tls(TlsFault::Settings | TlsFault::SystemRoots) => Refusal::Stop,
            _ => Refusal::Retry,
        };
        let error = Arc::new(error);
        let give_up = match rule {
            Refusal::Retry => false,
            Refusal::RetrySlowly => {
                self.delays.slow_down();
                self.host.note_unclear()
            }
            Refusal::Stop => {
                self.delays.slow_down();
                true
            }
        };
        if give_up && !self.keep_trying {
            self.shared.stop_host(&self.host, error);
            return Failure::Stopped;
        }
        Failure::Again(error, self.delays.next().unwrap_or_default())
    }

    fn report(&self, bind_type: BindType, state: State) {
        let report = Report {
            host: self.host.name.clone(),
            number: self.number,
            bind_type,
            state,
        };
        self.shared.board.report(self.place, report);
    }
}

impl Orders {
    /// Returns when everything is to end. Who asks for a restart meanwhile is
    /// told that there is nothing to restart.
    async fn stop(&mut self) {
        loop {
            match race(self.stop.wait_for(|stop| *stop), self.restarts.recv()).await {
                Either::Left(_) | Either::Right(None) => return,
                Either::Right(Some(restart)) => drop(restart),
            }
        }
    }

    /// The next restart, or `None` for the end.
    async fn next(&mut self) -> Option<Restarted> {
        match race(self.stop.wait_for(|stop| *stop), self.restarts.recv()).await {
            Either::Left(_) => None,
            Either::Right(restart) => restart,
        }
    }
}
