//! What happens to the PDUs of one connection. It knows no socket, and time
//! comes in as an argument.

use core::time::Duration;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use smpp_codec::{Framer, decode};
use smpp_pdu::{Body, CommandId, CommandStatus, Header};
use tokio::time::Instant;

use super::frames;
use crate::scenario::decisions::{Decisions, MoPlan, ReceiptPlan, ResponseFault, SessionPlan};
use crate::scenario::mo;

/// Longest PDU that is looked at, in octets. The session refuses longer ones.
const MAX_PDU: usize = 128 * 1024;

/// Deliveries of the scenario's own that may be unanswered.
const WINDOW: usize = 10;

/// The same of doubled receipts, which wait for no window.
const MAX_OWN: usize = 1024;

/// The first number of deliveries of the scenario's own. Those of the session
/// count from 1.
const FIRST_NUMBER: u32 = 0x4000_0000;

/// Octets that may wait for the client.
const MAX_UNSENT: usize = 64 * 1024;

/// What may be held back. A client that does not wait for its responses is not
/// read any faster than they leave.
const MAX_HELD: usize = 100_000;

/// How long a response waits for a receipt that is to overtake it.
const EARLY_LIMIT: Duration = Duration::from_secs(10);

/// The way of all PDUs of one connection.
#[derive(Debug)]
pub(super) struct WireSession {
    decisions: Arc<Decisions>,
    session: u64,
    plan: SessionPlan,
    pub(super) to_client: Vec<u8>,
    pub(super) to_centre: Vec<u8>,
    /// The connection is to be cut once what was said is written.
    pub(super) cut: bool,
    client: Input,
    centre: Input,
    cut_at: Option<Instant>,
    receives: bool,
    /// Messages that were answered.
    messages: u64,
    receipts: u64,
    held: BTreeMap<(Instant, u64), Held>,
    next_held: u64,
    /// When the last of the responses leaves that keep their order.
    line: Option<Instant>,
    /// Responses with these ids are held.
    unsent: HashMap<String, Unsent>,
    /// Numbers of messages that ask for a receipt.
    wants_receipt: HashSet<u32>,
    /// Numbers of own deliveries that are not answered.
    own: HashSet<u32>,
    next_number: u32,
    next_mo: Option<(Instant, MoPlan)>,
    mo_sent: u64,
}

/// Octets of one direction, until they are PDUs.
#[derive(Debug)]
struct Input {
    framer: Framer<Vec<u8>>,
    /// What comes is not SMPP, and passes as it is.
    raw: bool,
}

#[derive(Debug)]
struct Held {
    octets: Vec<u8>,
    /// The id in it.
    id: Option<String>,
    in_order: bool,
}

#[derive(Clone, Copy, Debug)]
struct Unsent {
    key: (Instant, u64),
    after_receipt: bool,
}

impl Input {
    fn new() -> Self {
        Self {
            framer: Framer::new(Vec::new(), MAX_PDU),
            raw: false,
        }
    }

    /// Gives each whole PDU to `each`, and what is none to `raw`.
    fn take(&mut self, mut input: &[u8], raw: &mut Vec<u8>) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        while !self.raw {
            match self.framer.next_frame(&mut input) {
                Ok(Some(frame)) => frames.push(frame.as_bytes().to_vec()),
                Ok(None) => return frames,
                Err(_) => {
                    self.raw = true;
                    raw.extend_from_slice(self.framer.pending_octets());
                }
            }
        }
        raw.extend_from_slice(input);
        frames
    }
}

impl WireSession {
    pub(super) fn new(decisions: Arc<Decisions>, session: u64) -> Self {
        let plan = decisions.session(session);
        Self {
            decisions,
            session,
            plan,
            to_client: Vec::new(),
            to_centre: Vec::new(),
            cut: false,
            client: Input::new(),
            centre: Input::new(),
            cut_at: None,
            receives: false,
            messages: 0,
            receipts: 0,
            held: BTreeMap::new(),
            next_held: 0,
            line: None,
            unsent: HashMap::new(),
            wants_receipt: HashSet::new(),
            own: HashSet::new(),
            next_number: FIRST_NUMBER,
            next_mo: None,
            mo_sent: 0,
        }
    }

    /// Octets of the client.
    pub(super) fn client_says(&mut self, input: &[u8]) {
        let mut rest = Vec::new();
        for frame in self.client.take(input, &mut rest) {
            self.request(&frame);
        }
        self.to_centre.append(&mut rest);
    }

    /// The client says no more.
    pub(super) fn client_ended(&mut self) {
        let pending = self.client.framer.pending_octets();
        if !self.client.raw {
            self.to_centre.extend_from_slice(pending);
        }
    }

    fn request(&mut self, frame: &[u8]) {
        let Some(header) = frames::header(frame) else {
            return;
        };
        let number = header.sequence_number.0;
        if header.command_id.is_response() && self.own.remove(&number) {
            return;
        }
        // The centre need not know what the scenario has asked for.
        let early = self.decisions.scenario().receipts.early.0 > 0.0;
        if early && self.receives && wants_receipt(frame) {
            self.wants_receipt.insert(number);
        }
        self.to_centre.extend_from_slice(frame);
    }

    /// Octets of the centre.
    pub(super) fn centre_says(&mut self, input: &[u8], now: Instant) {
        // What was held before comes first.
        self.handle_time(now);
        let mut rest = Vec::new();
        for frame in self.centre.take(input, &mut rest) {
            self.out(&frame, now);
        }
        self.to_client.append(&mut rest);
    }

    fn out(&mut self, frame: &[u8], now: Instant) {
        let Some(header) = frames::header(frame) else {
            return;
        };
        if self.cut {
            return;
        }
        match header.command_id {
            CommandId::SUBMIT_SM_RESP | CommandId::DATA_SM_RESP | CommandId::SUBMIT_MULTI_RESP => {
                self.response(frame, &header, now);
            }
            CommandId::DELIVER_SM => match frames::receipted_id(frame) {
                Some(id) => self.receipt(frame, &header, &id, now),
                None => self.to_client.extend_from_slice(frame),
            },
            // Nothing comes behind it.
            CommandId::UNBIND_RESP => match self.line.filter(|line| *line > now) {
                Some(line) => {
                    self.hold(line, frame.to_vec(), None, true);
                }
                None => self.to_client.extend_from_slice(frame),
            },
            command_id => {
                self.to_client.extend_from_slice(frame);
                let is_bind = command_id.request().is_some_and(CommandId::is_bind);
                if is_bind && header.command_status == CommandStatus::ESME_ROK {
                    self.bound(command_id, now);
                }
            }
        }
    }

    fn bound(&mut self, command_id: CommandId, now: Instant) {
        self.cut_at = self.plan.cut_after.map(|after| now + after);
        self.receives = command_id != CommandId::BIND_TRANSMITTER_RESP;
        if self.receives {
            self.plan_mo(now);
        }
    }

    // Responses

    fn response(&mut self, frame: &[u8], header: &Header, now: Instant) {
        self.messages += 1;
        if self
            .plan
            .cut_at_message
            .is_some_and(|at| at <= self.messages)
        {
            self.cut = true;
            return;
        }
        let plan = self.decisions.response(self.session, self.messages);
        let id = frames::message_id(frame);
        let number = header.sequence_number.0;
        let wants_receipt = self.wants_receipt.remove(&number) && !id.is_empty();
        let mut octets = match plan.id_form.apply(id) {
            new if new != id => frames::with_message_id(frame, &new),
            _ => frame.to_vec(),
        };
        match plan.fault {
            None => {}
            Some(ResponseFault::Missing) => return,
            Some(ResponseFault::Doubled) => octets.extend_from_within(..),
            Some(ResponseFault::Malformed) => octets = frames::malformed(&octets),
            Some(ResponseFault::WrongSequenceNumber) => {
                octets = frames::with_number(&octets, number ^ 0x2000_0000);
            }
        }
        let mut at = now + plan.delay;
        if self.decisions.scenario().responses.in_order {
            at = self.line.map_or(at, |line| line.max(at));
            self.line = Some(at);
        }
        at += plan.late_by;
        let after_receipt = plan.after_receipt && wants_receipt;
        if after_receipt {
            at = at.max(now + EARLY_LIMIT);
        }
        if at <= now {
            self.to_client.append(&mut octets);
            return;
        }
        let in_order = plan.late_by.is_zero() && !after_receipt;
        let key = self.hold(at, octets, Some(id.to_owned()), in_order);
        if !id.is_empty() {
            let unsent = Unsent { key, after_receipt };
            self.unsent.insert(id.to_owned(), unsent);
        }
    }

    fn hold(
        &mut self,
        at: Instant,
        octets: Vec<u8>,
        id: Option<String>,
        in_order: bool,
    ) -> (Instant, u64) {
        self.next_held += 1;
        let key = (at, self.next_held);
        let held = Held {
            octets,
            id,
            in_order,
        };
        self.held.insert(key, held);
        key
    }

    // Receipts

    fn receipt(&mut self, frame: &[u8], header: &Header, id: &str, now: Instant) {
        self.receipts += 1;
        let plan = self.decisions.receipt(self.session, self.receipts);
        let number = header.sequence_number.0;
        if plan.missing {
            // The centre has done its part.
            let resp = frames::response(CommandId::DELIVER_SM_RESP, number);
            self.to_centre.extend_from_slice(&resp);
            return self.release_response(id);
        }
        let octets = self.receipt_octets(frame, id, &plan);
        match self.unsent.get(id) {
            Some(unsent) if unsent.after_receipt => {
                self.to_client.extend_from_slice(&octets);
                self.release_response(id);
            }
            // Behind the response.
            Some(unsent) if unsent.key.0 > now => {
                let at = unsent.key.0;
                self.hold(at, octets, None, false);
            }
            _ => self.to_client.extend_from_slice(&octets),
        }
    }

    fn receipt_octets(&mut self, frame: &[u8], id: &str, plan: &ReceiptPlan) -> Vec<u8> {
        let mut octets = frames::receipt(frame, id, plan).into_owned();
        if plan.doubled && self.own.len() < MAX_OWN {
            let number = self.own_number();
            let again = frames::with_number(&octets, number);
            octets.extend_from_slice(&again);
        }
        octets
    }

    /// The response has waited for the receipt of its message.
    fn release_response(&mut self, id: &str) {
        if self.unsent.get(id).is_some_and(|one| one.after_receipt)
            && let Some(unsent) = self.unsent.remove(id)
            && let Some(held) = self.held.remove(&unsent.key)
        {
            self.to_client.extend_from_slice(&held.octets);
        }
    }

    fn own_number(&mut self) -> u32 {
        let number = self.next_number;
        self.next_number = match number {
            0x7FFF_FFFF => FIRST_NUMBER,
            number => number + 1,
        };
        self.own.insert(number);
        number
    }

    // Messages of subscribers

    /// What comes after the message that is due at `at`.
    fn plan_mo(&mut self, at: Instant) {
        let plan = self.decisions.mo(self.session, self.mo_sent + 1);
        // Not more often than the runtime's clock ticks.
        let least = Duration::from_millis(u64::from(self.mo_sent > 0));
        self.next_mo = plan.map(|plan| (at + plan.delay.max(least), plan));
    }

    fn may_send_mo(&self) -> bool {
        self.own.len() < WINDOW
    }

    fn send_mo(&mut self, now: Instant) {
        while self.may_send_mo()
            && let Some((at, plan)) = self.next_mo.take_if(|(at, _)| *at <= now)
        {
            let mut octets = Vec::new();
            mo::write(&plan, || self.own_number(), &mut octets);
            self.to_client.append(&mut octets);
            self.mo_sent += 1;
            // A client that was slow to answer is not made up for.
            self.plan_mo(at.max(now - Duration::from_millis(1)));
        }
    }

    // Time

    /// When there is something to do.
    pub(super) fn next(&self) -> Option<Instant> {
        let held = self.held.first_key_value().map(|((at, _), _)| *at);
        let mo = self.next_mo.as_ref().filter(|_| self.may_send_mo());
        let mo = mo.map(|(at, _)| *at);
        [held, mo, self.cut_at].into_iter().flatten().min()
    }

    /// Does what is due.
    pub(super) fn handle_time(&mut self, now: Instant) {
        if self.cut {
            return;
        }
        while let Some(first) = self.held.first_entry()
            && first.key().0 <= now
        {
            let mut held = first.remove();
            self.to_client.append(&mut held.octets);
            if let Some(id) = held.id {
                self.unsent.remove(&id);
            }
        }
        self.send_mo(now);
        if self.cut_at.is_some_and(|at| at <= now) {
            self.cut = true;
        }
    }

    /// Whether there is room for more of the centre.
    pub(super) fn has_room(&self) -> bool {
        self.to_client.len() < MAX_UNSENT && self.held.len() < MAX_HELD
    }

    /// Whether something is still to come that must not be lost when the centre
    /// has ended in good order.
    pub(super) fn has_in_order(&self) -> bool {
        self.held.values().any(|held| held.in_order)
    }
}

fn wants_receipt(frame: &[u8]) -> bool {
    let wanted = match decode(frame).map(|pdu| pdu.body) {
        Ok(Body::SubmitSm(sm)) => sm.registered_delivery,
        Ok(Body::DataSm(sm)) => sm.registered_delivery,
        _ => return false,
    };
    wanted.0 & 0b11 != 0
}
