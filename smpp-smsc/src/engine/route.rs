//! Where attempts go.

use core::time::Duration;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use smpp_pdu::MessageState;
use tracing::{debug, error};

use super::{Engine, Group};
use crate::accounts::AccountTable;
use crate::hash::{IdMap, hash_of};
use crate::network::{Attempt, Network, Outcome, Report, Via};
use crate::routes::{Origin, RouteTable, Routes, Sample, Target};
use crate::{FailureClass, Message, MessageKey};

/// All that messages may go to, and which go where.
pub(crate) struct Directory {
    pub(crate) routes: Arc<RouteTable>,
    /// Where everything goes that has no route.
    pub(crate) network: Arc<dyn Network>,
    /// The others, by their names.
    pub(crate) centres: HashMap<Arc<str>, Arc<dyn Network>>,
    /// The accounts, where the centre knows them by itself.
    pub(crate) accounts: Option<Arc<AccountTable>>,
}

impl Directory {
    /// Whether there is such an account, as far as is known.
    pub(crate) fn has_account(&self, system_id: &str) -> bool {
        let accounts = self.accounts.as_ref();
        accounts.is_none_or(|table| table.accounts().get(system_id.as_bytes()).is_some())
    }

    /// A network and its name; the name of [`Target::Network`] is empty.
    fn network_of<'a>(&'a self, target: &'a Target) -> Option<(&'a str, &'a Arc<dyn Network>)> {
        match target {
            Target::Network => Some(("", &self.network)),
            Target::Centre(name) => Some((name, self.centres.get(name)?)),
            Target::Account(_) | Target::Refuse(_) => None,
        }
    }
}

/// Attempts that go by a route, until they end.
#[derive(Debug, Default)]
pub(super) struct Trails {
    of: IdMap<MessageKey, Trail>,
    /// How many are in the hands of each network.
    in_hand: HashMap<Arc<str>, usize>,
    /// Attempts that go on to the next target.
    onward: Vec<Step>,
}

/// What goes to each network, by its name.
type Batches = BTreeMap<Arc<str>, (Arc<dyn Network>, Vec<Attempt>)>;

/// One attempt on its route.
#[derive(Debug)]
struct Trail {
    number: u32,
    /// Which target has it, counted from 0.
    place: u32,
    /// The network that has it, unless it is a session.
    network: Option<Arc<str>>,
    /// The targets after that.
    rest: VecDeque<Target>,
}

/// An attempt before its next target.
#[derive(Debug)]
struct Step {
    attempt: Attempt,
    place: u32,
    rest: VecDeque<Target>,
    /// Why the target before did not take it.
    error: u8,
}

impl Trails {
    /// The attempt has ended, or another one has taken its place.
    pub(super) fn forget(&mut self, key: &MessageKey) {
        if self.of.is_empty() {
            return;
        }
        if let Some(trail) = self.of.remove(key) {
            self.leave(trail.network.as_ref());
        }
    }

    /// The message is not to go anywhere any more, although it was to go on.
    pub(super) fn give_up(&mut self, key: &MessageKey) {
        self.onward.retain(|step| step.attempt.message.key != *key);
    }

    fn leave(&mut self, network: Option<&Arc<str>>) {
        let count = network.and_then(|network| self.in_hand.get_mut(network));
        if let Some(count) = count {
            *count = count.saturating_sub(1);
        }
    }

    fn keep(&mut self, key: MessageKey, trail: Trail) {
        if let Some(network) = &trail.network {
            *self.in_hand.entry(network.clone()).or_default() += 1;
        }
        if let Some(before) = self.of.insert(key, trail) {
            self.leave(before.network.as_ref());
        }
    }

    fn is_full(&self, network: &str, most: usize) -> bool {
        self.in_hand
            .get(network)
            .is_some_and(|count| *count >= most)
    }

    /// The place of the target that has this attempt.
    pub(super) fn place(&self, key: &MessageKey) -> u32 {
        self.of.get(key).map_or(0, |trail| trail.place)
    }

    /// The network that has this attempt.
    pub(super) fn network_of(&self, key: &MessageKey) -> Option<Arc<str>> {
        self.of.get(key)?.network.clone()
    }

    /// Whether an outcome comes from a target that has already passed the attempt on.
    pub(super) fn is_over(&self, report: &Report) -> bool {
        let trail = self.of.get(&report.key);
        trail.is_some_and(|trail| trail.number == report.number && trail.place != report.place)
    }

    fn has_next(&self, report: &Report) -> bool {
        let trail = self.of.get(&report.key);
        trail.is_some_and(|trail| trail.number == report.number && !trail.rest.is_empty())
    }

    /// Passes an attempt that failed for now on to the next target. Says whether there
    /// is one.
    pub(super) fn pass_on(&mut self, message: &Arc<Message>, report: &Report) -> bool {
        let Outcome::NotNow { error } = report.outcome else {
            return false;
        };
        if !self.has_next(report) {
            return false;
        }
        let Some(trail) = self.of.remove(&report.key) else {
            return false;
        };
        self.leave(trail.network.as_ref());
        self.onward.push(Step {
            attempt: Attempt::new(message.clone(), report.number),
            place: trail.place + 1,
            rest: trail.rest,
            error,
        });
        true
    }
}

impl Engine {
    /// Lets attempts go where their routes lead.
    pub(super) async fn attempt(&mut self, attempts: Vec<Attempt>) {
        let routes = self.directory.routes.current();
        if routes.is_empty() && self.trails.of.is_empty() {
            let network = self.directory.network.clone();
            let name = self.reports.centre().clone();
            return self.hand_out(name, network, attempts).await;
        }
        let steps = attempts.into_iter().map(|attempt| Step {
            rest: targets(&routes, &attempt),
            attempt,
            place: 0,
            error: 0,
        });
        let steps = steps.collect();
        self.set_out(steps).await;
    }

    /// Lets attempts go on to their next target.
    pub(super) async fn go_on(&mut self) {
        if !self.trails.onward.is_empty() {
            let steps = core::mem::take(&mut self.trails.onward);
            self.set_out(steps).await;
        }
    }

    /// Whether the attempt at a message of the store goes on with the next target of
    /// its route, although this one has failed for now.
    pub(super) fn goes_on(
        &mut self,
        message: &Message,
        report: &Report,
        group: &mut Group,
    ) -> bool {
        let for_now = matches!(report.outcome, Outcome::NotNow { .. });
        if !for_now || !self.trails.has_next(report) {
            return false;
        }
        let mut message = message.clone();
        let until = self
            .now()
            .after(self.settings.lease.max(Duration::from_millis(1)));
        if !message.life.prolong(report.number, until) {
            return false;
        }
        let message = Arc::new(message);
        self.changed_life(message.clone(), group);
        self.trails.pass_on(&message, report)
    }

    async fn set_out(&mut self, steps: Vec<Step>) {
        let mut group = Group::default();
        let mut batches = Batches::new();
        let mut ended = Vec::new();
        for mut step in steps {
            let key = step.attempt.message.key.clone();
            self.trails.forget(&key);
            loop {
                let Some(target) = step.rest.pop_front() else {
                    let error = step.error;
                    debug!(id = %key.id, "no target takes the message now");
                    ended.push(step.attempt.ended(Outcome::NotNow { error }));
                    break;
                };
                if self.takes(&mut step, target, &mut batches, &mut ended, &mut group) {
                    break;
                }
                step.place += 1;
            }
        }
        // What waits for ESMEs is kept before anything else happens.
        self.flush(&mut group).await;
        for (name, (network, attempts)) in batches {
            self.hand_out(name, network, attempts).await;
        }
        self.reports.send(ended);
    }

    /// Whether this target takes the attempt, or ends it.
    fn takes(
        &mut self,
        step: &mut Step,
        target: Target,
        batches: &mut Batches,
        ended: &mut Vec<Report>,
        group: &mut Group,
    ) -> bool {
        let message = &step.attempt.message;
        let (key, number, place) = (message.key.clone(), step.attempt.number, step.place);
        let mut trail = Trail {
            number,
            place,
            network: None,
            rest: VecDeque::new(),
        };
        match &target {
            Target::Refuse(_) => {
                ended.push(step.attempt.ended(Outcome::Failed {
                    state: MessageState::REJECTED,
                    error: 0,
                }));
                true
            }
            Target::Account(account) => {
                if !self.directory.has_account(account) {
                    step.error = FailureClass::Link.usual_error();
                    return false;
                }
                if !self.is_passing(&key) {
                    self.hand_over(account.clone(), &step.attempt, group);
                    return true;
                }
                let taken = self.pass_to(account, message);
                if taken {
                    trail.rest = core::mem::take(&mut step.rest);
                    self.trails.keep(key, trail);
                }
                taken
            }
            Target::Network | Target::Centre(_) => {
                let Some((name, network)) = self.directory.network_of(&target) else {
                    step.error = FailureClass::Link.usual_error();
                    return false;
                };
                if self.trails.is_full(name, self.settings.in_hand) {
                    step.error = FailureClass::Congestion.usual_error();
                    return false;
                }
                let name: Arc<str> = match &target {
                    Target::Centre(name) => name.clone(),
                    _ => self.reports.centre().clone(),
                };
                let centre = (!name.is_empty()).then(|| name.clone());
                let attempt = Attempt::by(message.clone(), number, Via { place, centre });
                let batch = batches.entry(name.clone());
                batch
                    .or_insert_with(|| (network.clone(), Vec::new()))
                    .1
                    .push(attempt);
                trail.network = Some(name);
                trail.rest = core::mem::take(&mut step.rest);
                self.trails.keep(key, trail);
                true
            }
        }
    }

    /// Hands attempts to a network, in a task of their own: what it does wrong must
    /// not end the engine.
    async fn hand_out(&self, name: Arc<str>, network: Arc<dyn Network>, attempts: Vec<Attempt>) {
        let count = u64::try_from(attempts.len()).unwrap_or(u64::MAX);
        self.settings.counters.attempts.add(count);
        let reports = self.reports.of(name);
        let task = tokio::spawn(async move { network.attempt(attempts, &reports).await });
        if let Err(error) = task.await {
            error!(%error, "the network failed; its messages are attempted again later");
        }
    }
}

/// The targets of an attempt, in their order.
fn targets(routes: &Routes, attempt: &Attempt) -> VecDeque<Target> {
    let message = &attempt.message;
    if message.is_broadcast() {
        return [Target::Network].into();
    }
    let content = message.content();
    let origin = Origin::Account(&message.account);
    let sample = Sample::new(origin, content.source, content.destination);
    match routes.find(&sample) {
        None => [Target::Network].into(),
        Some(route) => {
            let draw = hash_of(&(&message.key, attempt.number));
            route.order(draw).into_iter().cloned().collect()
        }
    }
}
