//! Messages that another centre has, and its receipts for them.

use std::collections::HashMap;
use std::sync::Arc;

use smpp_codec::receipt::matcher::{
    GrowingMatcher, MatcherOptions, Report as Sought, Submission, Verdict,
};
use smpp_pdu::MessageState;
use tokio::sync::oneshot;

use super::{Engine, Group};
use crate::hash::IdSet;
use crate::network::{HandedOver, NextReceipt, Outcome, Told};
use crate::store::{Change, DeliveryContent, Handed, StoreError};
use crate::{Message, MessageKey};

/// Messages that are looked at for one id of a receipt.
const MAX_CANDIDATES: usize = 16;

/// Receipts of another centre.
#[derive(Debug)]
pub(crate) struct Receipts {
    pub(crate) centre: Arc<str>,
    pub(crate) receipts: Vec<NextReceipt>,
    /// Told once they are kept.
    pub(crate) reply: oneshot::Sender<Result<Vec<Told>, StoreError>>,
}

/// What each centre is known to do to its ids between response and receipt. In memory
/// only: it is learned again.
#[derive(Default)]
pub(super) struct Habits {
    of: HashMap<Arc<str>, GrowingMatcher<usize, ()>>,
}

/// The message that a receipt speaks of, among those that it may speak of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meant {
    One(usize),
    Several,
    None,
}

impl Habits {
    fn meant(&mut self, centre: &Arc<str>, receipt: &NextReceipt, among: &[Handed]) -> Meant {
        if among.is_empty() {
            return Meant::None;
        }
        let matcher = self.of.entry(centre.clone()).or_insert_with(|| {
            // What is not sure at once is not held: nothing more will be known.
            GrowingMatcher::new(MatcherOptions::new().max_held(0))
        });
        for (at, handed) in among.iter().enumerate() {
            let destination = handed.message.content().destination.addr;
            let submission = Submission::new(&handed.id, at).destination(destination.as_bytes());
            // An id that no centre could send is not found.
            let _ = matcher.submitted(submission, 0);
        }
        let mut ids = receipt.ids.iter();
        let (first, second) = (ids.next(), ids.next());
        let mut sought = Sought::new(second.map(|id| &**id)).state(receipt.state);
        if let Some(id) = first {
            sought = sought.tlv_id(id);
        }
        if let Some(destination) = &receipt.destination {
            sought = sought.source(destination);
        }
        let verdict = matcher.receipt(&sought, (), 0);
        for handed in among {
            matcher.forget(&handed.id);
        }
        match verdict {
            Verdict::Matched { found, .. } => Meant::One(found.key),
            _ => Meant::Several,
        }
    }
}

/// What a receipt says of its message.
enum Said {
    Ended(Outcome),
    UnderWay,
}

impl Said {
    fn of(receipt: &NextReceipt) -> Self {
        match receipt.state {
            MessageState::DELIVERED => Self::Ended(Outcome::Delivered),
            state @ (MessageState::EXPIRED
            | MessageState::DELETED
            | MessageState::UNDELIVERABLE
            | MessageState::UNKNOWN
            | MessageState::REJECTED
            | MessageState::SKIPPED) => Self::Ended(Outcome::Failed {
                state,
                error: receipt.error,
            }),
            _ => Self::UnderWay,
        }
    }
}

impl Engine {
    /// The attempt goes on at another centre.
    pub(super) fn handed_over(
        &mut self,
        message: &Message,
        number: u32,
        handed: HandedOver,
        group: &mut Group,
    ) {
        let mut message = message.clone();
        let key = message.key.clone();
        if message.life.pass_on(number) {
            self.trails.forget(&key);
            self.absent.forget(&key);
            self.changed_life(message.into(), group);
        }
        // Also where the attempt was given up meanwhile: its receipt will come.
        if !handed.id.is_empty() {
            let HandedOver { centre, id } = handed;
            group.changes.push(Change::HandOver { key, centre, id });
        }
    }

    /// Receipts of another centre, in a commit of their own.
    pub(super) async fn receipts(&mut self, receipts: Receipts, group: &mut Group) {
        let Receipts {
            centre,
            receipts,
            reply,
        } = receipts;
        // What was handed over before is to be found.
        self.flush(group).await;
        let told = match self.told(&centre, &receipts, group).await {
            Ok(told) => group.commit(&*self.store).await.map(|()| told),
            Err(error) => Err(error),
        };
        if let Err(error) = &told {
            tracing::error!(%error, centre = &*centre, "the store did not take receipts");
        }
        self.flush(group).await;
        // Whoever asked may have gone.
        let _ = reply.send(told);
    }

    async fn told(
        &mut self,
        centre: &Arc<str>,
        receipts: &[NextReceipt],
        group: &mut Group,
    ) -> Result<Vec<Told>, StoreError> {
        let ids = receipts
            .iter()
            .flat_map(|receipt| receipt.ids.iter().take(2));
        let ids = ids.cloned().collect();
        let found = self.store.handed_over(centre, ids, MAX_CANDIDATES).await?;
        let mut found = found.into_iter();
        let mut settled = IdSet::default();
        let mut told = Vec::with_capacity(receipts.len());
        for receipt in receipts {
            let mut candidates: Vec<Handed> = Vec::new();
            for handed in found.by_ref().take(receipt.ids.len().min(2)).flatten() {
                if !candidates.contains(&handed) {
                    candidates.push(handed);
                }
            }
            told.push(match self.which(centre, receipt, &candidates) {
                Err(told) => told,
                Ok(message) => self.one_told(receipt, message, &mut settled, group),
            });
        }
        Ok(told)
    }

    /// The message that has not ended and that a receipt speaks of.
    fn which<'a>(
        &mut self,
        centre: &Arc<str>,
        receipt: &NextReceipt,
        candidates: &'a [Handed],
    ) -> Result<&'a Arc<Message>, Told> {
        let is_open = |handed: &&Handed| !handed.message.life.is_final();
        match self.habits.meant(centre, receipt, candidates) {
            Meant::None => return Err(Told::Unknown),
            Meant::One(at) => {
                let found = candidates.get(at).filter(is_open);
                return found.map(|one| &one.message).ok_or(Told::Repeated);
            }
            Meant::Several => {}
        }
        // Ids that a centre uses again: those that have ended are not meant.
        let places: Vec<usize> = (0..candidates.len())
            .filter(|at| candidates.get(*at).as_ref().is_some_and(is_open))
            .collect();
        let open: Vec<Handed> = candidates.iter().filter(is_open).cloned().collect();
        match self.habits.meant(centre, receipt, &open) {
            Meant::None => Err(Told::Repeated),
            Meant::Several => Err(Told::Ambiguous),
            Meant::One(at) => {
                let found = places.get(at).and_then(|at| candidates.get(*at));
                found.map(|one| &one.message).ok_or(Told::Ambiguous)
            }
        }
    }

    fn one_told(
        &mut self,
        receipt: &NextReceipt,
        message: &Arc<Message>,
        settled: &mut IdSet<MessageKey>,
        group: &mut Group,
    ) -> Told {
        match Said::of(receipt) {
            Said::Ended(outcome) => {
                if !settled.insert(message.key.clone()) {
                    return Told::Repeated;
                }
                self.settled(message, outcome, group);
            }
            Said::UnderWay if settled.contains(&message.key) => return Told::Repeated,
            Said::UnderWay => {
                if message.registered_delivery().intermediate() {
                    let account = message.account.clone();
                    let content = DeliveryContent::Notification(message.clone());
                    self.enqueue(account, content, group);
                }
            }
        }
        Told::Known
    }
}
