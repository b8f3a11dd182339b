//! The books of one side: what an onlooker knows of a session who sees every
//! call, every octet and every event, and nothing of its inside.

use std::collections::BTreeMap;

use smpp_codec::Decoder;
use smpp_pdu::{
    BindType, Body, CommandId, CommandStatus, Frame, Header, InterfaceVersion, Pdu, SequenceNumber,
};
use smpp_session::{
    CloseReason, Config, Counters, FaultKind, Instant, SessionState, may_send, may_take,
};

use super::rate::Passed;
use super::seen::Seen;

/// A request that has no outcome yet.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    pub command_id: CommandId,
    /// The caller's name for it; `None` for those of the session itself.
    pub id: Option<u64>,
    pub deadline: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Not,
    Finishing,
    Unbinding,
    /// The peer wants to unbind, under this number; it is answered after all
    /// the rest, or at this moment.
    Asked(u32, Instant),
}

/// Who has caused what a session wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The caller, with a request under this name.
    Request(u64),
    /// The caller, with a response to this request.
    Respond(u32, CommandId),
    /// The caller, with `unbind`.
    Unbind,
    /// A timer, `finish`, or what has come.
    Itself,
    /// The same, as the answer to this request.
    Answer(u32, CommandId),
}

/// How many requests without response a session must remember at least.
const REMEMBERED: usize = 16;

/// How many of the peer's numbers a session of fixed room knows.
const NEAR: u32 = 64;

#[derive(Debug)]
pub struct Books {
    pub config: Config,
    slots: usize,
    started: Instant,
    pub now: Instant,
    pub state: SessionState,
    version: Option<InterfaceVersion>,
    binding: Option<(BindType, InterfaceVersion)>,
    pub ending: Ending,
    /// Why the session has to end, where the octets or the caller say so.
    closing: Option<&'static str>,
    pub closed: bool,
    pub waiting: BTreeMap<u32, Waiting>,
    /// Ended without a response: number, operation, name.
    pub over: Vec<(u32, CommandId, u64)>,
    /// Answered: number and operation.
    pub answered: Vec<(u32, CommandId)>,
    /// Every name that the session has taken, and how many outcomes it had.
    outcomes: BTreeMap<u64, u32>,
    /// Requests of the peer that the caller has not answered.
    pub unanswered: Vec<(u32, CommandId)>,
    /// The newest number that the peer has asked under, the last that was
    /// answered, and whether those that wait can be told from all others: where
    /// room is fixed, not when one of them is far from the newest or came twice.
    pub newest_asked: u32,
    pub last_answered: u32,
    pub told_apart: bool,
    last_number: Option<u32>,
    last_received: Instant,
    last_request: Instant,
    pdus_unbound: u32,
    passed: Option<Passed>,
    peer_passed: Option<Passed>,
    /// The peer has said that it is too much.
    complained: bool,
    /// Octets of a PDU that is not whole, and whether its length was let in.
    partial: Vec<u8>,
    admitted: bool,
    framing_lost: bool,
    sent: BTreeMap<u32, u32>,
    received: BTreeMap<u32, u32>,
    octets_sent: u64,
    octets_received: u64,
    statuses: BTreeMap<u32, u32>,
    faults: u64,
    expired: u64,
    late: u64,
    most: usize,
}

fn answers(response: CommandId, request: CommandId) -> bool {
    response == CommandId::GENERIC_NACK || request.response() == Some(response)
}

/// The messages, which a rate counts.
fn is_message(command_id: CommandId) -> bool {
    matches!(
        command_id,
        CommandId::SUBMIT_SM
            | CommandId::SUBMIT_MULTI
            | CommandId::DATA_SM
            | CommandId::DELIVER_SM
            | CommandId::BROADCAST_SM
    )
}

impl Books {
    pub fn new(config: Config, slots: usize, now: Instant) -> Self {
        Self {
            config,
            slots,
            started: now,
            now,
            state: SessionState::Open,
            version: None,
            binding: None,
            ending: Ending::Not,
            closing: None,
            closed: false,
            waiting: BTreeMap::new(),
            over: Vec::new(),
            answered: Vec::new(),
            outcomes: BTreeMap::new(),
            unanswered: Vec::new(),
            newest_asked: 0,
            last_answered: 0,
            told_apart: true,
            last_number: None,
            last_received: now,
            last_request: now,
            pdus_unbound: 0,
            passed: config.rate.map(Passed::new),
            peer_passed: config.peer_rate.map(Passed::new),
            complained: false,
            partial: Vec::new(),
            admitted: false,
            framing_lost: false,
            sent: BTreeMap::new(),
            received: BTreeMap::new(),
            octets_sent: 0,
            octets_received: 0,
            statuses: BTreeMap::new(),
            faults: 0,
            expired: 0,
            late: 0,
            most: 0,
        }
    }

    pub fn told(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    pub fn version(&self) -> InterfaceVersion {
        self.version.unwrap_or(self.config.version)
    }

    /// What a response must fit: a bind is answered in the version that it states.
    fn answered_version(&self) -> InterfaceVersion {
        match (self.version, self.binding) {
            (None, Some((_, stated))) => stated.min(self.config.version),
            _ => self.version(),
        }
    }

    /// The most requests of the caller that may wait.
    pub fn window(&self) -> usize {
        usize::from(self.config.window).min(self.slots - 2)
    }

    pub fn is_closing(&self) -> bool {
        self.closing.is_some() || self.closed
    }

    /// The session has to end, for this reason if not for an earlier one.
    pub fn close(&mut self, why: &'static str) {
        self.closing.get_or_insert(why);
    }

    pub fn lose(&mut self) {
        let silent = self.octets_received == 0 && !self.state.is_bound();
        self.close(match self.ending {
            Ending::Asked(..) => "PeerUnbound",
            _ if silent => "NoOctets",
            _ => "ConnectionLost",
        });
    }

    /// Whether the peer's unbind may be answered now.
    fn asked_is_due(&self) -> bool {
        match self.ending {
            Ending::Asked(_, deadline) => self.unanswered.is_empty() || deadline <= self.now,
            _ => false,
        }
    }

    fn nothing_under_way(&self) -> bool {
        self.unanswered.is_empty() && self.waiting.values().all(|entry| entry.id.is_none())
    }

    // What the session writes

    /// Octets that one call has appended. Gives the numbers of the requests among them.
    pub fn wrote(&mut self, mut octets: &[u8], cause: Cause) -> Vec<u32> {
        let mut numbers = Vec::new();
        let mut cause = Some(cause);
        while !octets.is_empty() {
            let length = octets.first_chunk().map(|l| u32::from_be_bytes(*l));
            let length = length.expect("a PDU has a length") as usize;
            assert!(length <= octets.len(), "only whole PDUs are written");
            let (pdu, rest) = octets.split_at(length);
            octets = rest;
            assert!(!self.is_closing(), "nothing is written behind the end");
            let pdu = smpp_codec::decode(pdu).expect("what is written can be read");
            // Behind what the call was about, `finish` may add its unbind.
            let cause = cause.take().unwrap_or(Cause::Itself);
            if pdu.command_id().is_response() {
                self.wrote_response(&pdu, cause);
            } else {
                self.wrote_request(&pdu, cause);
                numbers.push(pdu.sequence_number.0);
            }
            *self.sent.entry(pdu.command_id().0).or_default() += 1;
            self.octets_sent += length as u64;
        }
        numbers
    }

    fn wrote_request(&mut self, pdu: &Pdu<'_>, cause: Cause) {
        let (command_id, number) = (pdu.command_id(), pdu.sequence_number);
        assert!(number.is_in_range(), "{number} is no number");
        assert!(
            !self.waiting.contains_key(&number.0),
            "{number} is outstanding already"
        );
        self.check_next(number.0);
        let (role, version) = (self.config.role, self.version());
        assert!(
            may_send(version, role, self.state, command_id),
            "{command_id} is not allowed in {:?} of {version}",
            self.state
        );
        assert!(version.supports_tlvs() || pdu.body.tlvs().is_empty());
        let id = match cause {
            Cause::Request(id) => {
                assert_eq!(self.ending, Ending::Not, "a request of an ending session");
                Some(id)
            }
            Cause::Unbind => {
                assert_eq!(command_id, CommandId::UNBIND);
                None
            }
            Cause::Itself | Cause::Respond(..) => {
                match command_id {
                    CommandId::ENQUIRE_LINK => {
                        let silence = self.config.enquire_link.expect("it is wanted");
                        assert!(self.last_received + silence <= self.now, "asked too early");
                        assert!(self.own(CommandId::ENQUIRE_LINK).is_none(), "asked twice");
                    }
                    CommandId::UNBIND => {
                        assert_eq!(self.ending, Ending::Finishing);
                        assert!(self.nothing_under_way(), "unbound too early");
                    }
                    _ => panic!("{command_id} was not asked for"),
                }
                None
            }
            Cause::Answer(..) => panic!("{command_id} is no answer"),
        };
        match command_id {
            CommandId::UNBIND => self.ending = Ending::Unbinding,
            CommandId::OUTBIND => self.state = SessionState::Outbound,
            _ => {}
        }
        if let Body::Bind(bind) = pdu.body {
            self.binding = Some((bind.bind_type, bind.interface_version.normalized()));
        }
        if !matches!(command_id, CommandId::ENQUIRE_LINK | CommandId::OUTBIND) {
            self.last_request = self.now;
        }
        if id.is_some()
            && is_message(command_id)
            && let Some(passed) = &mut self.passed
        {
            assert!(passed.allows(self.now), "faster than the rate allows");
            passed.note(self.now);
        }
        if command_id.response().is_none() {
            return;
        }
        let deadline = self.now + self.time_for(command_id);
        self.waiting.insert(
            number.0,
            Waiting {
                command_id,
                id,
                deadline,
            },
        );
        self.most = self.most.max(self.waiting.len());
        if let Some(id) = id {
            let named = self.waiting.values().filter(|entry| entry.id.is_some());
            assert!(named.count() <= self.window(), "the window is exceeded");
            assert!(self.outcomes.insert(id, 0).is_none(), "a name is used once");
        }
    }

    /// Numbers rise, from the first that was asked for, and begin again behind
    /// the last. Those whose slots are taken are skipped.
    fn check_next(&mut self, number: u32) {
        let first = self.config.first_number.0;
        match self.last_number.replace(number) {
            None => assert_eq!(number, first, "not the first number"),
            Some(last) => {
                let all = SequenceNumber::LAST.0;
                let steps = (number + all - last) % all;
                assert!(
                    (1..=2 * self.slots as u32).contains(&steps),
                    "{number} does not follow {last}"
                );
            }
        }
    }

    fn wrote_response(&mut self, pdu: &Pdu<'_>, cause: Cause) {
        let command_id = pdu.command_id();
        let version = self.answered_version();
        if let Cause::Respond(number, request) = cause {
            assert_eq!(pdu.sequence_number.0, number);
            assert!(answers(command_id, request));
            assert!(
                may_take(self.config.role, self.state, command_id),
                "{command_id} is not allowed in {:?}",
                self.state
            );
            assert!(
                version >= InterfaceVersion::V5_0
                    || !(0x100..0x400).contains(&pdu.command_status.0),
                "{} is not part of {version}",
                pdu.command_status
            );
        }
        assert!(version.supports_tlvs() || pdu.body.tlvs().is_empty());
        match cause {
            Cause::Respond(..) => {}
            Cause::Answer(number, request) => {
                // One whose length cannot be is answered with what is known of it.
                assert!(pdu.sequence_number.0 == number || self.framing_lost);
                assert!(answers(command_id, request));
            }
            Cause::Itself if command_id == CommandId::UNBIND_RESP => {
                let Ending::Asked(number, _) = self.ending else {
                    panic!("nobody has sent an unbind");
                };
                assert_eq!(pdu.sequence_number.0, number);
                assert!(self.asked_is_due(), "answered before the rest");
                self.state = SessionState::Unbound;
                self.close("PeerUnbound");
            }
            _ => panic!("{command_id} was not asked for"),
        }
    }

    fn time_for(&self, command_id: CommandId) -> core::time::Duration {
        match command_id {
            CommandId::ENQUIRE_LINK | CommandId::UNBIND => self.config.link_response,
            _ if command_id.is_bind() => self.config.bind_response,
            _ if is_message(command_id) => self.config.response,
            _ => self.config.manage_response,
        }
    }

    fn own(&self, command_id: CommandId) -> Option<&Waiting> {
        self.waiting
            .values()
            .find(|entry| entry.id.is_none() && entry.command_id == command_id)
    }

    /// Why a request would be refused now, in the words of the error.
    pub fn objections(&self, body: &Body<'_>, room: usize) -> Vec<&'static str> {
        let command_id = body.command_id();
        let (role, version) = (self.config.role, self.version());
        let mut objections = Vec::new();
        if command_id.is_response() || command_id == CommandId::UNBIND {
            objections.push("WrongKind");
        }
        if self.is_closing()
            || self.ending != Ending::Not
            || !may_take(role, self.state, command_id)
            || (command_id.is_bind() && self.binding.is_some())
        {
            objections.push("WrongState");
        }
        if !may_send(version, role, self.state, command_id)
            || !(body.tlvs().is_empty() || version.supports_tlvs())
        {
            objections.push("NotInVersion");
        }
        let named = self.waiting.values().filter(|entry| entry.id.is_some());
        let full = match command_id.response() {
            Some(_) => named.count() >= self.window(),
            None => self.waiting.len() >= self.slots,
        };
        if full {
            objections.push("WindowFull");
        }
        let beyond = self.passed.as_ref().is_some_and(|p| !p.allows(self.now));
        if is_message(command_id) && beyond {
            objections.push("NotNow");
        }
        if smpp_codec::encoded_len(&Pdu::request(1.into(), *body)) > room {
            objections.push("Encode");
        }
        objections
    }

    /// Whether complaints of the peer may have slowed this side down.
    pub fn is_slowed(&self) -> bool {
        self.config.slow_down && self.complained
    }

    /// Checks the moment that goes with `NotNow`.
    pub fn check_not_now(&self, at: Instant) {
        assert!(at > self.now, "not now, but when it is already");
        if self.is_slowed() {
            return;
        }
        let passed = self.passed.as_ref().expect("there is a rate");
        let before = Instant::from_micros(at.as_micros() - 1);
        assert!(
            passed.allows(at) && !passed.allows(before),
            "not the earliest"
        );
    }

    pub fn first_deadline(&self) -> Option<Instant> {
        self.waiting.values().map(|entry| entry.deadline).min()
    }

    /// The caller has answered one of the unanswered requests.
    pub fn responded(&mut self, which: usize, status: CommandStatus, response: CommandId) {
        let (number, request) = self.unanswered.remove(which);
        self.last_answered = number;
        self.told_apart |= self.unanswered.is_empty();
        if !request.is_bind() {
            return;
        }
        let (bind_type, stated) = self.binding.take().expect("a bind is under way");
        if status == CommandStatus::ESME_ROK && response != CommandId::GENERIC_NACK {
            self.bound(bind_type, stated, stated);
        }
    }

    fn bound(&mut self, bind_type: BindType, ours: InterfaceVersion, theirs: InterfaceVersion) {
        self.state = SessionState::bound(bind_type);
        self.version = Some(ours.min(theirs.normalized()).min(self.config.version));
        self.last_request = self.now;
    }

    /// The caller has given up a request.
    pub fn cancelled(&mut self, number: u32) {
        let entry = self.waiting.remove(&number).expect("it was outstanding");
        let id = entry.id.expect("only requests of the caller are cancelled");
        self.ended(id);
        if entry.command_id.is_bind() {
            self.binding = None;
        }
        self.over.push((number, entry.command_id, id));
    }

    fn ended(&mut self, id: u64) {
        let outcomes = self.outcomes.get_mut(&id).expect("a name that was taken");
        *outcomes += 1;
        assert_eq!(*outcomes, 1, "request {id} has two outcomes");
    }

    // What comes

    fn limit(&self) -> usize {
        if self.state.is_bound() {
            self.config.max_pdu_len
        } else {
            self.config.max_pdu_len_unbound
        }
    }

    /// One call of `handle_input`: what it took, what it gave, what it wrote.
    pub fn took(&mut self, octets: &[u8], event: Option<&Seen>, written: &[u8]) {
        if self.is_closing() {
            assert!(written.is_empty(), "nothing is written behind the end");
            if let Some(event) = event {
                self.polled(event);
            }
            return;
        }
        self.partial.extend_from_slice(octets);
        let length = self.partial.first_chunk().map(|l| u32::from_be_bytes(*l));
        let length = length.map(|length| length as usize);
        if let Some(length) = length
            && !self.admitted
            && !(16..=self.limit()).contains(&length)
        {
            return self.lost_framing(event, written);
        }
        self.octets_received += octets.len() as u64;
        self.admitted = length.is_some();
        if length.is_none_or(|length| self.partial.len() < length) {
            assert_eq!(event, None, "an event of half a PDU");
            assert!(written.is_empty(), "an answer to half a PDU");
            return;
        }
        self.admitted = false;
        self.last_received = self.now;
        let pdu = core::mem::take(&mut self.partial);
        let frame = Frame::new_checked(pdu.as_slice()).expect("one call takes one PDU");
        let event = event.expect("every PDU is an event");
        let header = *frame.header();
        *self.received.entry(header.command_id.0).or_default() += 1;
        let too_many = !self.state.is_bound() && {
            self.pdus_unbound += 1;
            self.pdus_unbound > self.config.max_pdus_unbound
        };
        if header.command_id.is_response() {
            self.took_response(&header, &frame, event);
            self.wrote(written, Cause::Itself);
        } else {
            self.took_request(&header, &frame, event, written);
        }
        if too_many {
            self.close("TooManyUnbound");
        }
    }

    fn lost_framing(&mut self, event: Option<&Seen>, written: &[u8]) {
        self.framing_lost = true;
        let stranger = self.partial.starts_with(b"GET ") && !self.state.is_bound();
        if stranger {
            assert!(written.is_empty(), "a stranger is not answered");
        } else {
            self.wrote(written, Cause::Answer(0, CommandId(0)));
            assert_eq!(written.len(), 16, "a bad length is answered");
        }
        self.close(if stranger { "NotSmpp" } else { "Framing" });
        if let Some(event) = event {
            self.polled(event);
        }
    }

    fn took_response(&mut self, header: &Header, frame: &Frame<&[u8]>, event: &Seen) {
        let (number, command_id) = (header.sequence_number.0, header.command_id);
        let matching = self.waiting.get(&number);
        if !matching.is_some_and(|entry| answers(command_id, entry.command_id)) {
            return self.took_unmatched(header, event);
        }
        let entry = self.waiting.remove(&number).expect("it is there");
        self.answered.push((number, entry.command_id));
        let status = header.command_status;
        *self.statuses.entry(status.0).or_default() += 1;
        let Some(id) = entry.id else {
            match entry.command_id {
                CommandId::UNBIND => {
                    assert_eq!(*event, Seen::Answered(command_id));
                    self.state = SessionState::Unbound;
                    self.close("Unbound");
                }
                _ => assert_eq!(*event, Seen::Alive),
            }
            return;
        };
        let decoded = Decoder::new().decode_octets(frame.as_bytes(), &mut ());
        match &decoded {
            Ok(_) => assert_eq!(*event, Seen::Response(id, entry.command_id, status)),
            Err(_) => assert_eq!(*event, Seen::Unreadable(id, entry.command_id, status)),
        }
        self.ended(id);
        let load = [CommandStatus::ESME_RTHROTTLED, CommandStatus::ESME_RMSGQFUL];
        let tlvs = decoded.as_ref().map(|pdu| pdu.body.tlvs());
        self.complained |=
            load.contains(&status) || tlvs.is_ok_and(|tlvs| tlvs.congestion_state().is_some());
        if entry.command_id.is_bind() {
            let (bind_type, ours) = self.binding.take().expect("a bind is under way");
            if status == CommandStatus::ESME_ROK && command_id != CommandId::GENERIC_NACK {
                let stated = tlvs.ok().and_then(|tlvs| tlvs.sc_interface_version()?.ok());
                let theirs = stated.unwrap_or(self.config.unstated_version);
                self.bound(bind_type, ours, theirs);
            }
        }
    }

    fn took_unmatched(&mut self, header: &Header, event: &Seen) {
        let number = header.sequence_number.0;
        let over = self
            .over
            .iter()
            .rev()
            .position(|(of, command_id, _)| {
                *of == number && answers(header.command_id, *command_id)
            })
            .map(|back| (back, self.over[self.over.len() - 1 - back]));
        match (over, event) {
            (Some((_, (_, command_id, id))), Seen::Late(..)) => {
                assert_eq!(*event, Seen::Late(id, command_id, header.command_status));
                self.late += 1;
            }
            (_, Seen::Fault(FaultKind::UnmatchedResponse, None)) => {
                assert!(
                    over.is_none_or(|(back, _)| back >= REMEMBERED),
                    "a late response was not known"
                );
                self.faults += 1;
            }
            _ => panic!("{event:?} for a response to nothing"),
        }
    }

    fn took_request(
        &mut self,
        header: &Header,
        frame: &Frame<&[u8]>,
        event: &Seen,
        written: &[u8],
    ) {
        let (number, command_id) = (header.sequence_number.0, header.command_id);
        let peer = self.config.role.peer();
        let (state, ending) = (self.state, self.ending);
        let own = matches!(command_id, CommandId::ENQUIRE_LINK | CommandId::UNBIND);
        let decoded = Decoder::new().decode_octets(frame.as_bytes(), &mut ());
        let second = command_id.is_bind() && (state.is_bound() || self.binding.is_some());
        let full = self.unanswered.len() >= usize::from(self.config.peer_window);
        let fast = is_message(command_id)
            && self
                .peer_passed
                .as_ref()
                .is_some_and(|p| !p.allows(self.now));
        // In the order in which a session looks: what it is, whether it may
        // come now, whether there is room for it, what is in it.
        let expected = if command_id.name().is_none() {
            Expected::Fault("UnknownCommand")
        } else if second {
            Expected::Fault("AlreadyBound")
        } else if !may_take(peer, state, command_id) {
            Expected::Fault("WrongState")
        } else if (command_id != CommandId::ENQUIRE_LINK && matches!(ending, Ending::Asked(..)))
            || (!own && ending == Ending::Finishing)
        {
            Expected::Fault("Finishing")
        } else if !own && full {
            Expected::Fault("WindowExceeded")
        } else if !own && fast {
            Expected::Fault("RateExceeded")
        } else if decoded.is_err() {
            Expected::Fault("Malformed")
        } else if command_id == CommandId::UNBIND && !self.unanswered.is_empty() {
            Expected::UnbindAsked
        } else if own {
            Expected::Answered
        } else if command_id.response().is_none() {
            Expected::Notification
        } else {
            Expected::Request
        };
        let looked_at = !matches!(
            expected,
            Expected::Fault(
                "UnknownCommand"
                    | "AlreadyBound"
                    | "WrongState"
                    | "Finishing"
                    | "WindowExceeded"
                    | "RateExceeded"
            )
        );
        if looked_at
            && is_message(command_id)
            && let Some(passed) = &mut self.peer_passed
        {
            passed.note(self.now);
        }
        match expected {
            Expected::Fault(name) => {
                let Seen::Fault(kind, Some(status)) = event else {
                    panic!("{event:?} where a fault is due: {name}");
                };
                assert_eq!(fault_name(kind), name);
                self.faults += 1;
                assert!(status.is_error());
                assert_eq!(first_status(written), *status);
                self.wrote(written, Cause::Answer(number, command_id));
            }
            Expected::Answered => {
                assert_eq!(*event, Seen::Answered(command_id));
                assert_eq!(first_status(written), CommandStatus::ESME_ROK);
                self.wrote(written, Cause::Answer(number, command_id));
                if command_id == CommandId::UNBIND {
                    self.state = SessionState::Unbound;
                    self.close("PeerUnbound");
                }
            }
            Expected::UnbindAsked => {
                let unanswered = u32::try_from(self.unanswered.len()).expect("a few");
                assert_eq!(*event, Seen::UnbindAsked(unanswered));
                assert!(written.is_empty(), "the peer's requests are answered first");
                let deadline = self.now + self.config.unbind_grace;
                self.ending = Ending::Asked(number, deadline);
                // Without any time for answers, it is answered at once all the same.
                self.wrote(written, Cause::Itself);
            }
            Expected::Notification => {
                assert_eq!(*event, Seen::Notification(command_id, number));
                self.last_request = self.now;
                self.wrote(written, Cause::Itself);
            }
            Expected::Request => {
                assert_eq!(*event, Seen::Request(command_id, number));
                assert!(written.is_empty(), "the caller answers, nobody else");
                self.last_request = self.now;
                if let Ok(Pdu {
                    body: Body::Bind(bind),
                    ..
                }) = decoded
                {
                    self.binding = Some((bind.bind_type, bind.interface_version.normalized()));
                }
                let twice = self.unanswered.iter().any(|(of, _)| *of == number);
                if self.newest_asked.wrapping_sub(number) >= NEAR {
                    self.newest_asked = number;
                }
                self.unanswered.push((number, command_id));
                let newest = self.newest_asked;
                let near = |of: u32| newest.wrapping_sub(of) < NEAR;
                self.told_apart &= !twice && self.unanswered.iter().all(|(of, _)| near(*of));
            }
        }
    }

    /// An event of `poll_event`.
    pub fn polled(&mut self, event: &Seen) {
        assert!(!self.closed, "{event:?} behind the end");
        match *event {
            Seen::Expired(id, command_id) => {
                assert!(!self.is_closing(), "an expiry where the end is due");
                let first = self.first_deadline().expect("something waits");
                assert!(first <= self.now, "expired too early");
                let (&number, entry) = self
                    .waiting
                    .iter()
                    .find(|(_, entry)| entry.id == Some(id))
                    .expect("it was outstanding");
                assert_eq!((entry.command_id, entry.deadline), (command_id, first));
                self.waiting.remove(&number);
                self.ended(id);
                self.over.push((number, command_id, id));
                self.expired += 1;
                if command_id.is_bind() {
                    self.binding = None;
                }
            }
            Seen::Unknown(id, command_id) => {
                assert!(
                    self.is_closing() || !self.timed_out().is_empty(),
                    "the session is not about to end"
                );
                let (&number, entry) = self
                    .waiting
                    .iter()
                    .find(|(_, entry)| entry.id == Some(id))
                    .expect("it was outstanding");
                assert_eq!(entry.command_id, command_id);
                // Those of the session say why it ends: they stay to the last.
                self.waiting.remove(&number);
                self.ended(id);
            }
            Seen::Closed(reason) => {
                assert!(self.waiting.values().all(|entry| entry.id.is_none()));
                let name = reason_name(&reason);
                match self.closing {
                    Some(why) => assert_eq!(name, why),
                    None => assert!(
                        self.timed_out().contains(&name),
                        "ended by {name}, due were {:?}",
                        self.timed_out()
                    ),
                }
                self.waiting.clear();
                self.closed = true;
                self.state = SessionState::Closed;
            }
            _ => panic!("{event:?} came without octets"),
        }
    }

    /// The timers that may end the session now.
    fn timed_out(&self) -> Vec<&'static str> {
        let of = |command_id| self.own(command_id).map(|entry| entry.deadline);
        [
            (self.session_init(), "SessionInitTimeout"),
            (self.inactivity(), "Inactivity"),
            (of(CommandId::ENQUIRE_LINK), "EnquireLinkTimeout"),
            (of(CommandId::UNBIND), "UnbindTimeout"),
        ]
        .into_iter()
        .filter_map(|(at, name)| (at? <= self.now).then_some(name))
        .collect()
    }

    fn session_init(&self) -> Option<Instant> {
        let limit = self.config.session_init?;
        (!self.state.is_bound()).then_some(self.started + limit)
    }

    fn inactivity(&self) -> Option<Instant> {
        let limit = self.config.inactivity?;
        self.state.is_bound().then_some(self.last_request + limit)
    }

    fn silence(&self) -> Option<Instant> {
        let silence = self.config.enquire_link?;
        let due = self.state.is_bound()
            && !matches!(self.ending, Ending::Unbinding | Ending::Asked(..))
            && self.own(CommandId::ENQUIRE_LINK).is_none();
        due.then_some(self.last_received + silence)
    }

    // What must hold at any time

    /// When a session wants to be woken.
    pub fn check_timeout(&self, timeout: Option<Instant>) {
        if self.closed {
            assert_eq!(timeout, None, "an ended session wants nothing");
            return;
        }
        let finishing = self.ending == Ending::Finishing && self.nothing_under_way();
        let deadlines = [
            self.session_init(),
            self.inactivity(),
            self.silence(),
            self.first_deadline(),
            finishing.then_some(self.now),
            match self.ending {
                Ending::Asked(..) if self.asked_is_due() => Some(self.now),
                Ending::Asked(_, deadline) => Some(deadline),
                _ => None,
            },
        ];
        let expected = deadlines.into_iter().flatten().min();
        assert_eq!(timeout, expected, "of {deadlines:?}, now {:?}", self.now);
    }

    /// Once all events are taken, nothing is left that had to end.
    pub fn check_drained(&self) {
        if self.is_closing() {
            assert!(self.closed, "the end was not reported");
        }
        let overdue = self.waiting.values().find(|e| e.deadline <= self.now);
        assert!(overdue.is_none(), "not reported: {overdue:?}");
        if self.closed {
            assert!(self.outcomes.values().all(|outcomes| *outcomes == 1));
        }
    }

    /// The counters tell what was on the wire.
    pub fn check_counters(&self, counters: &Counters) {
        for (counts, seen) in [
            (&counters.sent, &self.sent),
            (&counters.received, &self.received),
        ] {
            let total: u64 = seen.values().map(|count| u64::from(*count)).sum();
            assert_eq!(counts.total(), total);
            for (command_id, count) in counts.iter() {
                assert_eq!(seen.get(&command_id.0), Some(&count), "{command_id}");
            }
        }
        assert_eq!(counters.octets_sent, self.octets_sent);
        if !self.framing_lost {
            assert_eq!(counters.octets_received, self.octets_received);
        }
        let ok = self.statuses.get(&0).copied().unwrap_or(0);
        assert_eq!(counters.statuses.ok(), ok);
        for (status, count) in counters.statuses.errors() {
            assert_eq!(self.statuses.get(&status.0), Some(&count), "{status}");
        }
        let responses: u64 = self.statuses.values().map(|count| u64::from(*count)).sum();
        assert_eq!(counters.latency.count_all(), responses);
        assert_eq!(counters.faults, self.faults);
        assert_eq!(counters.expired, self.expired);
        assert_eq!(counters.late, self.late);
        assert_eq!(counters.most_outstanding as usize, self.most);
    }
}

/// The status of the first PDU that a session has written.
fn first_status(written: &[u8]) -> CommandStatus {
    let header = written.first_chunk().expect("there is an answer");
    Header::from_octets(header).command_status
}

/// The event that a request of the peer must be.
enum Expected {
    Fault(&'static str),
    Answered,
    UnbindAsked,
    Notification,
    Request,
}

fn fault_name(kind: &FaultKind) -> &'static str {
    match kind {
        FaultKind::Malformed(_) => "Malformed",
        FaultKind::UnknownCommand => "UnknownCommand",
        FaultKind::WrongState(_) => "WrongState",
        FaultKind::AlreadyBound => "AlreadyBound",
        FaultKind::WindowExceeded => "WindowExceeded",
        FaultKind::RateExceeded => "RateExceeded",
        FaultKind::Finishing => "Finishing",
        FaultKind::UnmatchedResponse => "UnmatchedResponse",
        _ => "another",
    }
}

fn reason_name(reason: &CloseReason) -> &'static str {
    match reason {
        CloseReason::Unbound => "Unbound",
        CloseReason::PeerUnbound => "PeerUnbound",
        CloseReason::ConnectionLost => "ConnectionLost",
        CloseReason::NoOctets => "NoOctets",
        CloseReason::Requested => "Requested",
        CloseReason::SessionInitTimeout => "SessionInitTimeout",
        CloseReason::EnquireLinkTimeout => "EnquireLinkTimeout",
        CloseReason::UnbindTimeout => "UnbindTimeout",
        CloseReason::Inactivity => "Inactivity",
        CloseReason::TooManyUnbound => "TooManyUnbound",
        CloseReason::Framing(_) => "Framing",
        CloseReason::NotSmpp(_) => "NotSmpp",
        _ => "another",
    }
}
