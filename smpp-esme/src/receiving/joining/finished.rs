//! Messages that were handed over, for segments that come again.

use std::collections::{BTreeMap, HashMap, VecDeque};

use smpp_pdu::CommandStatus;
use tokio::time::Instant;

use super::{JoinedKey, Kept, due};
use crate::receiving::message::{may_come_again, user_data};
use crate::receiving::metric;
use crate::{Delivery, OwnedPdu};

pub(super) struct Finished {
    limit: usize,
    messages: HashMap<JoinedKey, Done>,
    /// In the order of their times, with entries of messages that have gone.
    expiry: VecDeque<(Instant, JoinedKey, u64)>,
}

struct Done {
    generation: u64,
    /// Fingerprints of the segments.
    segments: BTreeMap<u8, u64>,
    /// `None` while the application has it.
    status: Option<CommandStatus>,
    /// Segments that came again meanwhile.
    again: Vec<Delivery>,
}

impl Finished {
    /// Room for so many messages; the oldest makes way.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            messages: HashMap::new(),
            expiry: VecDeque::new(),
        }
    }

    pub(super) fn add(&mut self, kept: &Kept, until: Instant) {
        while self.messages.len() >= self.limit {
            let Some((_, oldest, generation)) = self.expiry.pop_front() else {
                break;
            };
            self.forget(&oldest, generation);
        }
        let done = Done {
            generation: kept.generation,
            segments: (1..=u8::MAX)
                .zip(kept.segments.iter().map(fingerprint))
                .collect(),
            status: None,
            again: Vec::new(),
        };
        self.messages.insert(kept.key, done);
        self.expiry.push_back((until, kept.key, kept.generation));
    }

    fn forget(&mut self, key: &JoinedKey, generation: u64) {
        let found = self.messages.get(key);
        if found.is_some_and(|done| done.generation == generation) {
            self.messages.remove(key);
        }
    }

    /// Takes a segment of a message that was handed over already, and answers
    /// it; gives it back when it is of another message.
    pub(super) fn came_again(
        &mut self,
        key: &JoinedKey,
        part: u8,
        delivery: Delivery,
    ) -> Option<Delivery> {
        let Some(done) = self.messages.get_mut(key) else {
            return Some(delivery);
        };
        if done.segments.get(&part) != Some(&fingerprint(delivery.owned())) {
            self.messages.remove(key);
            return Some(delivery);
        }
        metric::segment("duplicate");
        match done.status {
            Some(status) => delivery.nack(status),
            // One more of a kind cannot be wanted by anybody.
            None if done.again.len() >= done.segments.len() => {
                delivery.nack(CommandStatus::ESME_RX_T_APPN);
            }
            None => done.again.push(delivery),
        }
        None
    }

    /// The application has answered a message. Gives whether it is to be
    /// expected once more.
    pub(super) fn answered(
        &mut self,
        key: &JoinedKey,
        generation: u64,
        status: CommandStatus,
    ) -> bool {
        let found = self.messages.get_mut(key);
        let Some(done) = found.filter(|done| done.generation == generation) else {
            return false;
        };
        for delivery in done.again.drain(..) {
            delivery.nack(status);
        }
        if !may_come_again(status) {
            done.status = Some(status);
            return false;
        }
        self.messages.remove(key);
        true
    }

    pub(super) fn expire(&mut self, now: Instant) {
        while let Some((key, generation)) = due(&mut self.expiry, now) {
            self.forget(&key, generation);
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.expiry.front().map(|first| first.0)
    }
}

/// FNV-1a over what makes a segment what it is.
fn fingerprint(pdu: &OwnedPdu) -> u64 {
    let octets = user_data(&pdu.pdu());
    octets.iter().fold(0xCBF2_9CE4_8422_2325, |hash, octet| {
        (hash ^ u64::from(*octet)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
