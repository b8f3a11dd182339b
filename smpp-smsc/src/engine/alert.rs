//! What is said about a message beside its receipt: intermediate notifications,
//! and `alert_notification` when a subscriber can be reached again.

use std::collections::HashMap;
use std::sync::Arc;

use smpp_pdu::SetDpf;

use super::absent::AwaitedCentre;
use super::{Engine, Group};
use crate::network::Outcome;
use crate::store::DeliveryContent;
use crate::{Message, Timestamp};

/// Alerts that may be asked for at a time. Beyond that, `dpf_result` says no.
const MAX_ALERTS: usize = 100_000;

/// Failed messages that asked for an alert (`set_dpf`), by the digits of their
/// recipients. They are in memory only; a message that the centre still tries to
/// deliver brings its wish along.
#[derive(Debug)]
pub(super) struct Alerts {
    asked: HashMap<Box<[u8]>, Vec<Arc<Message>>>,
    count: usize,
    started: Timestamp,
}

impl Alerts {
    pub(super) fn new(started: Timestamp) -> Self {
        Self {
            asked: HashMap::new(),
            count: 0,
            started,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Remembers that the sender of a failed message wants an alert. Says
    /// whether it will get one; `None` when it asked for none.
    pub(super) fn ask(&mut self, message: &Arc<Message>) -> Option<bool> {
        if !wants_alert(message) {
            return None;
        }
        let destination = message.content().destination.addr.as_bytes();
        let asked = self.asked.get(destination);
        if asked.is_some_and(|asked| asked.iter().any(|one| is_of_same_sender(one, message))) {
            return Some(true);
        }
        if self.count >= MAX_ALERTS {
            return Some(false);
        }
        self.count += 1;
        self.asked
            .entry(destination.into())
            .or_default()
            .push(message.clone());
        Some(true)
    }

    fn take(&mut self, destination: &[u8]) -> Vec<Arc<Message>> {
        let taken = self.asked.remove(destination).unwrap_or_default();
        self.count -= taken.len();
        taken
    }
}

/// Only where the parameter says so: a default of the value is not a wish.
fn wants_alert(message: &Message) -> bool {
    message.content().tlvs.set_dpf() == Some(Ok(SetDpf::REQUESTED))
}

fn is_of_same_sender(one: &Message, other: &Message) -> bool {
    one.account == other.account && one.content().source == other.content().source
}

impl Engine {
    /// An attempt has ended, and was not simply the first and a success.
    pub(super) fn watch(
        &mut self,
        message: Arc<Message>,
        outcome: Outcome,
        centre: &AwaitedCentre,
        group: &mut Group,
    ) {
        if outcome == Outcome::Delivered {
            self.reached(&message, group);
            return;
        }
        self.alerts.ask(&message);
        if message.life.is_final() {
            return;
        }
        self.absent.missed(&message, centre);
        let first = message.life.attempts() == 1;
        if first && message.registered_delivery().intermediate() {
            let account = message.account.clone();
            self.enqueue(account, DeliveryContent::Notification(message), group);
        }
    }

    /// A message was delivered: its recipient can be reached.
    pub(super) fn reached(&mut self, message: &Arc<Message>, group: &mut Group) {
        let destination = message.content().destination.addr.as_bytes();
        let mut asked = self.alerts.take(destination);
        // One that failed before this process started.
        let forgotten = message.life.attempts() > 1
            && message.submitted < self.alerts.started
            && wants_alert(message)
            && !asked.iter().any(|one| is_of_same_sender(one, message));
        if forgotten {
            asked.push(message.clone());
        }
        self.alert(asked, group);
    }

    /// The network says that a subscriber can be reached.
    pub(super) fn available(&mut self, subscriber: &[u8], group: &mut Group) {
        let asked = self.alerts.take(subscriber);
        self.alert(asked, group);
    }

    fn alert(&mut self, asked: Vec<Arc<Message>>, group: &mut Group) {
        for message in asked {
            let account = message.account.clone();
            self.enqueue(account, DeliveryContent::Alert(message), group);
        }
    }
}
