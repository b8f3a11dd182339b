//! Long messages from their segments, and who is answered when.
//!
//! The joiners of `smpp-codec` copy the octets of segments and know nothing of
//! answers. Here whole PDUs are kept, which costs no copy, and with each the
//! answer that it may still wait for.

mod finished;
mod options;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};

use smpp_codec::long::{Method, Missing, PartRef, Route};
use smpp_pdu::CommandStatus;
use tokio::time::Instant;
use tracing::debug;

use self::finished::Finished;
use super::message::{route, user_data};
use super::metric;
use crate::futures::later;
use crate::{Delivery, OwnedPdu};

pub(super) use options::JoinOptions;
pub use options::{Incomplete, SegmentAck};

/// What tells messages apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct JoinedKey {
    route: Route,
    method: Method,
    reference: u16,
    total: u8,
}

/// What there is of a message, whole or not.
pub(super) struct Kept {
    pub(super) key: JoinedKey,
    pub(super) generation: u64,
    /// In order.
    pub(super) segments: Vec<OwnedPdu>,
    pub(super) missing: Missing,
    pub(super) waiting: Vec<Delivery>,
}

pub(super) struct Joiner {
    options: JoinOptions,
    open: HashMap<JoinedKey, Open>,
    octets: usize,
    /// Handed over; bounded like those that are open.
    finished: Finished,
    generation: u64,
    /// In the order of their times, with entries of messages that are through.
    expiry: VecDeque<(Instant, JoinedKey, u64)>,
    refused_expiry: VecDeque<(Instant, JoinedKey, u64)>,
    /// Segments that wait for their message.
    waiting: VecDeque<(Instant, JoinedKey, u64, u8)>,
}

struct Open {
    generation: u64,
    segments: BTreeMap<u8, Segment>,
    missing: Missing,
    octets: usize,
    /// The octets of the segments that count for their message.
    user_data: usize,
    /// The application has seen and refused it.
    refused: bool,
}

struct Segment {
    pdu: OwnedPdu,
    /// More than one when the centre did not wait for the answer.
    waiting: Vec<Delivery>,
}

/// How often one segment may wait for an answer.
const MAX_WAITING: usize = 4;

/// What a segment takes beside its octets, and a message beside its segments.
const SEGMENT_OVERHEAD: usize = 128;
const MESSAGE_OVERHEAD: usize = 512;

impl Joiner {
    pub(super) fn new(options: JoinOptions) -> Self {
        Self {
            options,
            open: HashMap::new(),
            octets: 0,
            finished: Finished::new(options.limits.messages),
            generation: 0,
            expiry: VecDeque::new(),
            refused_expiry: VecDeque::new(),
            waiting: VecDeque::new(),
        }
    }

    /// Takes a segment. What is to be handed over goes to `out`: the message
    /// that it makes whole, or the one that it shows to be given up.
    pub(super) fn offer(
        &mut self,
        delivery: Delivery,
        place: PartRef,
        now: Instant,
        out: &mut Vec<Kept>,
    ) {
        let Some(route) = route(&delivery.pdu()) else {
            return;
        };
        let key = JoinedKey {
            route,
            method: place.method,
            reference: place.reference,
            total: place.total,
        };
        let Some(delivery) = self.finished.came_again(&key, place.part, delivery) else {
            return;
        };
        if let Some(open) = self.open.get(&key)
            && let Some(segment) = open.segments.get(&place.part)
        {
            if same(&segment.pdu, delivery.owned()) {
                metric::segment("duplicate");
                self.wait_again(&key, place.part, delivery);
                return;
            }
            // The sender has used the reference again.
            self.give_up(&key, out);
        }
        match self.admit(&key, &delivery) {
            Ok(()) => self.keep(key, place.part, delivery, now, out),
            Err(status) => {
                debug!(%status, "a segment was refused: too much is open");
                metric::segment("refused");
                delivery.nack(status);
            }
        }
    }

    /// The answer to a segment that is there already: as the first one gets it.
    fn wait_again(&mut self, key: &JoinedKey, part: u8, delivery: Delivery) {
        let open = self.open.get_mut(key);
        let segment = open.and_then(|open| open.segments.get_mut(&part));
        match segment {
            Some(segment) if (1..MAX_WAITING).contains(&segment.waiting.len()) => {
                segment.waiting.push(delivery);
            }
            _ => delivery.ack(),
        }
    }

    fn admit(&self, key: &JoinedKey, delivery: &Delivery) -> Result<(), CommandStatus> {
        let limits = &self.options.limits;
        let need = weight(delivery.owned());
        let open = self.open.get(key);
        let of_message = open.map_or(0, |open| open.user_data);
        let user_data = user_data(&delivery.pdu()).len();
        if of_message + user_data > limits.message_octets {
            return Err(CommandStatus::ESME_RINVMSGLEN);
        }
        let new = open.is_none();
        let need = need + if new { MESSAGE_OVERHEAD } else { 0 };
        if self.octets + need > limits.memory || (new && self.open.len() >= limits.messages) {
            return Err(CommandStatus::ESME_RMSGQFUL);
        }
        Ok(())
    }

    fn keep(
        &mut self,
        key: JoinedKey,
        part: u8,
        delivery: Delivery,
        now: Instant,
        out: &mut Vec<Kept>,
    ) {
        metric::segment("kept");
        let pdu = delivery.owned().clone();
        let octets = weight(&pdu);
        self.opened(key, now, false);
        let Some(open) = self.open.get_mut(&key) else {
            return;
        };
        open.missing.remove(part);
        open.octets += octets;
        open.user_data += user_data(&pdu.pdu()).len();
        self.octets += octets;
        let segment = Segment {
            pdu,
            waiting: vec![delivery],
        };
        open.segments.insert(part, segment);
        let (whole, generation) = (open.missing.is_empty(), open.generation);
        if whole {
            metric::joined();
            self.hand_over(&key, now, out);
            return;
        }
        self.waiting.push_back((now, key, generation, part));
        let at_most = match self.options.ack {
            SegmentAck::OnArrival => 0,
            SegmentAck::WithMessage { at_most, .. } => at_most,
        };
        // Those of messages that are through stand in the list as well; they
        // are few, since each leaves after its time.
        while self.waiting.len() > at_most {
            self.acknowledge_oldest();
        }
    }

    fn acknowledge_oldest(&mut self) {
        let Some((_, key, generation, part)) = self.waiting.pop_front() else {
            return;
        };
        let open = self.open.get_mut(&key);
        let segment = open
            .filter(|open| open.generation == generation)
            .and_then(|open| open.segments.get_mut(&part));
        if let Some(segment) = segment {
            segment.waiting.drain(..).for_each(Delivery::ack);
        }
    }

    /// Makes a place for a message where there is none.
    fn opened(&mut self, key: JoinedKey, now: Instant, refused: bool) {
        let Entry::Vacant(vacant) = self.open.entry(key) else {
            return;
        };
        self.generation += 1;
        vacant.insert(Open {
            generation: self.generation,
            segments: BTreeMap::new(),
            missing: Missing::all(key.total),
            octets: MESSAGE_OVERHEAD,
            user_data: 0,
            refused,
        });
        self.octets += MESSAGE_OVERHEAD;
        let (list, lifetime) = if refused {
            (&mut self.refused_expiry, self.options.refused_for)
        } else {
            (&mut self.expiry, self.options.within)
        };
        list.push_back((later(now, lifetime), key, self.generation));
    }

    fn take(&mut self, key: &JoinedKey) -> Option<Kept> {
        let open = self.open.remove(key)?;
        self.octets -= open.octets;
        let (mut segments, mut waiting) = (Vec::new(), Vec::new());
        for segment in open.segments.into_values() {
            segments.push(segment.pdu);
            waiting.extend(segment.waiting);
        }
        Some(Kept {
            key: *key,
            generation: open.generation,
            segments,
            missing: open.missing,
            waiting,
        })
    }

    /// A whole message leaves, and is remembered for segments that come again.
    fn hand_over(&mut self, key: &JoinedKey, now: Instant, out: &mut Vec<Kept>) {
        let Some(kept) = self.take(key) else {
            return;
        };
        let until = later(now, self.options.within);
        self.finished.add(&kept, until);
        out.push(kept);
    }

    /// A message that will not become whole.
    fn give_up(&mut self, key: &JoinedKey, out: &mut Vec<Kept>) {
        let refused = self.open.get(key).is_some_and(|open| open.refused);
        let Some(kept) = self.take(key) else {
            return;
        };
        metric::incomplete();
        debug!(
            reference = key.reference,
            missing = %kept.missing,
            seen_before = refused,
            "a long message is incomplete"
        );
        match self.options.incomplete {
            // The application has seen it as a whole.
            _ if refused => {}
            Incomplete::Deliver => out.push(kept),
            Incomplete::Refuse(status) => {
                for delivery in kept.waiting {
                    delivery.nack(status);
                }
            }
        }
    }

    /// The application has answered a message. `kept` are the segments that
    /// will not come again although the message will.
    pub(super) fn answered(
        &mut self,
        key: JoinedKey,
        generation: u64,
        status: CommandStatus,
        kept: Vec<OwnedPdu>,
        now: Instant,
    ) {
        if !self.finished.answered(&key, generation, status) {
            return;
        }
        if kept.is_empty() || self.open.contains_key(&key) {
            return;
        }
        let need: usize = kept.iter().map(weight).sum();
        if self.octets + need + MESSAGE_OVERHEAD > self.options.limits.memory {
            debug!("the segments of a refused message are dropped: too much is open");
            return;
        }
        self.opened(key, now, true);
        if let Some(open) = self.open.get_mut(&key) {
            for pdu in kept {
                let Some(place) = super::message::place(&pdu.pdu()) else {
                    continue;
                };
                let octets = weight(&pdu);
                open.octets += octets;
                open.user_data += user_data(&pdu.pdu()).len();
                self.octets += octets;
                open.missing.remove(place.part);
                let waiting = Vec::new();
                let segment = Segment { pdu, waiting };
                open.segments.insert(place.part, segment);
            }
        }
    }

    /// Does what the time asks for.
    pub(super) fn expire(&mut self, now: Instant, out: &mut Vec<Kept>) {
        if let SegmentAck::WithMessage { within, .. } = self.options.ack {
            while let Some((since, ..)) = self.waiting.front()
                && later(*since, within) <= now
            {
                self.acknowledge_oldest();
            }
        }
        self.finished.expire(now);
        for refused in [false, true] {
            loop {
                let list = if refused {
                    &mut self.refused_expiry
                } else {
                    &mut self.expiry
                };
                let Some((key, generation)) = due(list, now) else {
                    break;
                };
                if self
                    .open
                    .get(&key)
                    .is_some_and(|open| open.generation == generation)
                {
                    self.give_up(&key, out);
                }
            }
        }
    }

    /// When [`expire`](Self::expire) has something to do.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let front = |list: &VecDeque<(Instant, JoinedKey, u64)>| list.front().map(|first| first.0);
        let waiting = match self.options.ack {
            SegmentAck::OnArrival => None,
            SegmentAck::WithMessage { within, .. } => {
                self.waiting.front().map(|first| later(first.0, within))
            }
        };
        [
            front(&self.expiry),
            front(&self.refused_expiry),
            self.finished.deadline(),
            waiting,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Gives up everything, at the end.
    pub(super) fn end(&mut self, out: &mut Vec<Kept>) {
        let keys: Vec<JoinedKey> = self.open.keys().copied().collect();
        for key in keys {
            self.give_up(&key, out);
        }
    }

    /// How many messages are open, and their octets.
    pub(super) fn open(&self) -> (usize, usize) {
        (self.open.len(), self.octets)
    }
}

fn due(list: &mut VecDeque<(Instant, JoinedKey, u64)>, now: Instant) -> Option<(JoinedKey, u64)> {
    if list.front().is_none_or(|(deadline, ..)| *deadline > now) {
        return None;
    }
    list.pop_front()
        .map(|(_, key, generation)| (key, generation))
}

fn weight(pdu: &OwnedPdu) -> usize {
    pdu.frame().as_bytes().len() + SEGMENT_OVERHEAD
}

fn same(one: &OwnedPdu, other: &OwnedPdu) -> bool {
    user_data(&one.pdu()) == user_data(&other.pdu())
}
