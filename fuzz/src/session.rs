//! A pair of sessions.

use std::collections::BTreeMap;
use std::time::Duration;

use smpp_codec::{Decoder, Framer, OutBuf};
use smpp_pdu::{
    AlertNotification, Bind, BindResp, BindType, Body, BroadcastSm, CancelSm, CancelSmResp,
    CommandId, CommandStatus, DataSm, DataSmResp, DeliverSm, DeliverSmResp, EnquireLink,
    GenericNack, InterfaceVersion, Outbind, Pdu, QueryLastMsgs, QuerySm, ReplaceSm, SequenceNumber,
    SubmitMulti, SubmitMultiResp, SubmitSm, SubmitSmResp, Tlvs, UnknownBody,
};
use smpp_session::{
    Config, Event, Fault, Instant, MIN_ROOM, Rate, RequestId, Role, SendError, Session,
    SessionState, Slot, error_response, may_send, may_take,
};

use crate::source::Source;

/// The most that happens to one pair.
const MOST_OPERATIONS: usize = 300;

/// Whatever the callers, the peers and the clock do to a pair of sessions that
/// are bound to each other: every request has one outcome, the end comes once
/// and last, the window holds, no sequence number is used twice, only whole
/// PDUs are written and only such as are allowed, and nothing goes in circles.
///
/// The input starts with the numbers of both sides and the bind that they
/// exchange; the rest is operations, one octet each, with what they need.
pub fn session(data: &[u8]) {
    let mut source = Source::new(data);
    let mut pair = Pair::new(&mut source);
    pair.bind(&mut source);
    for _ in 0..MOST_OPERATIONS {
        if source.is_empty() {
            break;
        }
        pair.operate(&mut source);
        pair.ends.iter_mut().for_each(End::drain);
        pair.ends.iter().for_each(End::check);
    }
    pair.settle();
}

/// The ESME and the centre.
struct Pair {
    ends: [End; 2],
    now: Instant,
}

impl Pair {
    fn new(source: &mut Source<'_>) -> Self {
        let now = Instant::from_millis(1_000);
        Self {
            ends: [Role::Esme, Role::MessageCentre].map(|role| End::new(role, source, now)),
            now,
        }
    }

    /// Octets without a bind seldom get any further than to a refusal.
    fn bind(&mut self, source: &mut Source<'_>) {
        let choices = source.u8();
        if choices >= 0xF0 {
            return;
        }
        let bind_type = match choices % 4 {
            0 => BindType::Transmitter,
            1 => BindType::Receiver,
            // 3.3 has no other.
            _ if self.ends[0].config.version < InterfaceVersion::V3_4 => BindType::Transmitter,
            _ => BindType::Transceiver,
        };
        let version = self.ends[0].config.version;
        let bind = Bind::default()
            .bind_type(bind_type)
            .interface_version(version);
        self.ends[0].request(self.now, bind.into());
        self.carry(0, usize::MAX, usize::MAX);
        let mut answer = BindResp::default().bind_type(bind_type);
        if choices & 4 != 0 {
            answer = answer.tlvs(Tlvs::from_octets(b"\x02\x10\0\x01\x34"));
        }
        let number = self.ends[1].asked[0].1;
        let answer = Pdu::response(CommandStatus::ESME_ROK, number, answer);
        self.ends[1].respond(self.now, 0, &answer);
        self.carry(1, usize::MAX, usize::MAX);
        for end in &self.ends {
            assert_eq!(end.session.state(), SessionState::bound(bind_type));
            end.check();
        }
    }

    fn operate(&mut self, source: &mut Source<'_>) {
        let operation = source.u8();
        let side = usize::from(operation >> 7);
        let now = self.now;
        let end = &mut self.ends[side];
        match operation % 16 {
            0 | 1 => end.request(now, request(source)),
            2 => {
                let which = source.below(end.asked.len().max(1));
                match end.asked.get(which) {
                    Some(&(command_id, number)) => {
                        end.respond(now, which, &response(source, command_id, number));
                    }
                    None => end.respond_to_nothing(now, command(source)),
                }
            }
            // The caller never answers it.
            3 => {
                let which = source.below(end.asked.len().max(1));
                if which < end.asked.len() {
                    end.asked.remove(which);
                    end.withheld += 1;
                }
            }
            4 => end.cancel(source.u8()),
            5 => end.unbind(now),
            6 => end.finish(now),
            7 => {
                if source.u8().is_multiple_of(8) {
                    end.call(Cause::Other, |session, _| session.close(now));
                    assert!(end.session.machine().is_closing());
                }
            }
            8 => {
                self.now = now + Duration::from_millis(source.u16().into());
                self.wake();
            }
            9 => {
                let timeouts = self
                    .ends
                    .iter()
                    .filter_map(|end| end.session.poll_timeout());
                self.now = timeouts.min().map_or(now, |at| at.max(now));
                self.wake();
            }
            10 => {
                let [octets, piece] = [source.u8(), source.u8()].map(usize::from);
                self.carry(side, octets, piece);
            }
            11 => {
                let piece = usize::MAX;
                while self.carry(0, piece, piece) + self.carry(1, piece, piece) > 0 {}
            }
            12 => {
                let command_id = command(source);
                let number = match source.u8() {
                    few @ ..=127 => few.into(),
                    _ => source.u32(),
                };
                self.forge(1 - side, command_id, 0, number, source.octets());
            }
            13 => {
                let number = end.waiting.keys().nth(source.below(8)).copied();
                let number = number.unwrap_or_else(|| source.u8().into());
                let asked = end.waiting.get(&number).and_then(|(_, of)| of.response());
                let command_id = match (source.u8() % 8, asked) {
                    (0, _) => CommandId::GENERIC_NACK,
                    (1, _) | (_, None) => CommandId(command(source).0 | 0x8000_0000),
                    (_, Some(asked)) => asked,
                };
                let status = u32::from(source.u8() % 0x60);
                self.forge(1 - side, command_id, status, number, source.octets());
            }
            14 => self.ends[1 - side]
                .out
                .octets
                .extend_from_slice(source.octets()),
            _ => {
                if source.u8().is_multiple_of(8) {
                    end.eof(now);
                }
            }
        }
    }

    /// Puts a PDU behind what a side has written.
    fn forge(&mut self, from: usize, command_id: CommandId, status: u32, number: u32, body: &[u8]) {
        let length = 16 + body.len() as u32;
        let out = &mut self.ends[from].out.octets;
        for field in [length, command_id.0, status, number] {
            out.extend_from_slice(&field.to_be_bytes());
        }
        out.extend_from_slice(body);
    }

    /// Brings octets of one side to the other, in pieces; gives their number.
    fn carry(&mut self, from: usize, most: usize, piece: usize) -> usize {
        let written = &mut self.ends[from].out.octets;
        let octets: Vec<u8> = written[..most.min(written.len())].to_vec();
        let mut moved = 0;
        for piece in octets.chunks(piece.max(1)) {
            let taken = self.ends[1 - from].read(self.now, piece);
            moved += taken;
            if taken < piece.len() {
                break;
            }
        }
        self.ends[from].out.octets.drain(..moved);
        moved
    }

    fn wake(&mut self) {
        let now = self.now;
        self.ends.iter_mut().for_each(|end| end.wake(now));
    }

    /// Nothing arrives any more: time goes by until nobody waits for it, then
    /// the connection is lost. Every request has had its outcome.
    fn settle(mut self) {
        for _ in 0..200 {
            let timeouts = self
                .ends
                .iter()
                .filter_map(|end| end.session.poll_timeout());
            let Some(at) = timeouts.min() else { break };
            self.now = at.max(self.now);
            self.ends.iter_mut().for_each(|end| end.out.octets.clear());
            self.wake();
            self.ends.iter().for_each(End::check);
        }
        for mut end in self.ends {
            assert_eq!(end.session.poll_timeout(), None, "it waits for ever");
            end.eof(self.now);
            end.drain();
            end.check();
            assert!(end.closed, "the end was not told");
            let all = end.outcomes.values();
            assert!(all.copied().all(|outcomes| outcomes == 1));
        }
    }
}

/// What a session has written and nobody has read. It is full at some point.
struct Pipe {
    octets: Vec<u8>,
    limit: usize,
}

impl OutBuf for Pipe {
    fn room(&self) -> usize {
        self.limit.saturating_sub(self.octets.len())
    }

    fn put(&mut self, octets: &[u8]) {
        assert!(octets.len() <= self.room(), "more than there is room for");
        self.octets.extend_from_slice(octets);
    }
}

type Storage = Session<Vec<Slot>, Vec<u8>>;

/// A session, and what its caller knows of it.
struct End {
    session: Storage,
    config: Config,
    slots: usize,
    out: Pipe,
    /// What waits for a response, by sequence number; the session's own
    /// requests have no name.
    waiting: BTreeMap<u32, (Option<RequestId>, CommandId)>,
    outcomes: BTreeMap<RequestId, u8>,
    next_id: u64,
    last_number: u32,
    /// Requests of the peer that are yet to be answered.
    asked: Vec<(CommandId, SequenceNumber)>,
    /// How many never will be.
    withheld: usize,
    octets_sent: u64,
    closed: bool,
}

/// Why a session was called.
#[derive(Clone, Copy)]
enum Cause {
    Request(RequestId),
    Respond,
    Other,
}

/// What an event was, without what it borrows.
enum Seen {
    Request(CommandId, SequenceNumber),
    Notification(CommandId),
    Outcome(RequestId, CommandId),
    Late(RequestId),
    Answered(CommandId),
    UnbindAsked(u32),
    Alive,
    Fault(Fault),
    Closed,
}

impl Seen {
    fn of(event: &Event<'_>) -> Self {
        assert!(!format!("{event:?}").is_empty());
        match event {
            Event::Request(request) => {
                assert_eq!(request.octets.len(), smpp_codec::encoded_len(&request.pdu));
                Self::Request(request.pdu.command_id(), request.pdu.sequence_number)
            }
            Event::Notification(request) => Self::Notification(request.pdu.command_id()),
            Event::Response(response) => {
                let command_id = response.pdu.command_id();
                let nack = command_id == CommandId::GENERIC_NACK;
                assert!(nack || response.command_id.response() == Some(command_id));
                Self::Outcome(response.id, response.command_id)
            }
            Event::Unreadable { id, command_id, .. }
            | Event::Expired { id, command_id }
            | Event::Unknown { id, command_id } => Self::Outcome(*id, *command_id),
            Event::Late { id, .. } => Self::Late(*id),
            Event::Answered { command_id } => Self::Answered(*command_id),
            Event::UnbindAsked { unanswered } => Self::UnbindAsked(*unanswered),
            Event::Alive => Self::Alive,
            Event::Fault(fault) => {
                assert!(!fault.to_string().is_empty());
                Self::Fault(*fault)
            }
            Event::Closed(reason) => {
                assert!(!reason.to_string().is_empty());
                Self::Closed
            }
            other => panic!("an event that is new: {other:?}"),
        }
    }
}

impl End {
    fn new(role: Role, source: &mut Source<'_>, now: Instant) -> Self {
        let versions = [
            InterfaceVersion::V3_3,
            InterfaceVersion::V3_4,
            InterfaceVersion::V5_0,
            InterfaceVersion::V5_0,
        ];
        let flags = source.u8();
        let rate = |on: bool, number: u8| {
            on.then_some(Rate {
                per_second: 1 + u32::from(number % 8),
                burst: 1 + u32::from(number / 64),
            })
        };
        let seconds = |number: u8| (number != 0).then(|| Duration::from_secs(number.into()));
        let config = Config {
            version: source.one_of(&versions),
            enforce_version: flags & 1 == 0,
            window: 1 + u16::from(source.u8() % 8),
            peer_window: 1 + u16::from(source.u8() % 8),
            slow_down: flags & 2 != 0,
            rate: rate(flags & 4 != 0, source.u8()),
            peer_rate: rate(flags & 8 != 0, source.u8()),
            session_init: seconds(source.u8() % 8),
            enquire_link: seconds(source.u8() % 8),
            inactivity: seconds(source.u8() % 32),
            max_pdu_len: 600,
            max_pdu_len_unbound: 200,
            max_pdus_unbound: 4,
            response: Duration::from_secs(7),
            bind_response: Duration::from_secs(4),
            link_response: Duration::from_secs(5),
            manage_response: Duration::from_secs(6),
            ..Config::new(role)
        };
        // Two are for the session's own requests.
        let slots = 3 + source.below(8);
        let storage = vec![Slot::EMPTY; slots];
        Self {
            session: Session::with_storage(config, now, storage, Vec::new()),
            config,
            slots,
            out: Pipe {
                octets: Vec::new(),
                limit: 200 + 8 * usize::from(source.u8()),
            },
            waiting: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            next_id: 0,
            last_number: 0,
            asked: Vec::new(),
            withheld: 0,
            octets_sent: 0,
            closed: false,
        }
    }

    // What the caller does

    /// Calls the session, and looks at what it writes.
    fn call<T>(
        &mut self,
        cause: Cause,
        act: impl FnOnce(&mut Storage, &mut Pipe) -> T,
    ) -> (T, usize) {
        let before = self.out.octets.len();
        let state = self.session.state();
        let version = self.session.machine().version();
        let result = act(&mut self.session, &mut self.out);
        assert!(self.out.octets.len() >= before, "octets were taken back");
        let written = self.out.octets[before..].to_vec();
        assert!(written.is_empty() || !self.closed, "written behind the end");
        self.wrote(&written, state, version, cause);
        (result, written.len())
    }

    fn request(&mut self, now: Instant, body: Body<'_>) {
        let id = RequestId(self.next_id);
        self.next_id += 1;
        let command_id = body.command_id();
        let (waiting, last) = (self.waiting.len(), self.last_number);
        let (result, written) = self.call(Cause::Request(id), |session, out| {
            session.request(now, id, body, out)
        });
        match result {
            Ok(number) => {
                assert_eq!(number.0, self.last_number);
                assert!(written > 0 && self.last_number > last);
                let expects = command_id.response().is_some();
                assert_eq!(self.waiting.len(), waiting + usize::from(expects));
            }
            Err(error) => {
                assert!(written == 0 && !error.to_string().is_empty());
                if let SendError::WindowFull { at } = error {
                    let named = self.waiting.values().filter(|(id, _)| id.is_some());
                    assert!(named.count() >= self.window(), "the window has room");
                    assert!(at > now, "it has room again since {at:?}");
                }
                if let SendError::NotNow { at } = error {
                    assert!(at > now, "it was allowed at {at:?}");
                }
            }
        }
    }

    fn respond(&mut self, now: Instant, which: usize, response: &Pdu<'_>) {
        let (result, written) = self.call(Cause::Respond, |session, out| {
            session.respond(now, response, out)
        });
        assert_eq!(result.is_ok(), written > 0, "{result:?}");
        if result.is_ok() {
            self.asked.remove(which);
        }
    }

    /// What the state forbids is refused before anything that was asked is looked
    /// for: a state that allows it may know of a request with that number.
    fn respond_to_nothing(&mut self, now: Instant, command_id: CommandId) {
        let status = CommandStatus::ESME_RSYSERR;
        let response = error_response(command_id, status, SequenceNumber(1));
        let allowed = may_take(
            self.config.role,
            self.session.state(),
            response.command_id(),
        );
        if allowed && !self.closed {
            return;
        }
        let (result, written) = self.call(Cause::Respond, |session, out| {
            session.respond(now, &response, out)
        });
        assert!(matches!(result, Err(SendError::WrongState { .. })));
        assert_eq!(written, 0);
    }

    fn cancel(&mut self, which: u8) {
        let number = self.waiting.keys().nth((which % 8).into()).copied();
        let number = number.unwrap_or_else(|| which.into());
        let named = self.waiting.get(&number).and_then(|(id, _)| *id);
        let cancelled = self.session.split().1.cancel(SequenceNumber(number));
        assert_eq!(cancelled, named.is_some());
        if let Some(id) = named {
            self.waiting.remove(&number);
            self.ended(id);
        }
    }

    fn unbind(&mut self, now: Instant) {
        let bound = self.session.state().is_bound() && !self.session.machine().is_closing();
        let room = self.out.room();
        let (result, _) = self.call(Cause::Other, |session, out| session.unbind(now, out));
        match result {
            Ok(()) => {}
            Err(SendError::WrongState { .. }) => assert!(!bound),
            Err(SendError::Encode(_)) => assert!(room < 16),
            Err(error) => panic!("{error}"),
        }
    }

    fn finish(&mut self, now: Instant) {
        let bound = self.session.state().is_bound();
        let (result, _) = self.call(Cause::Other, |session, out| session.finish(now, out));
        assert_eq!(result.is_ok(), bound, "{result:?}");
    }

    fn eof(&mut self, now: Instant) {
        let (_, written) = self.call(Cause::Other, |session, _| session.handle_eof(now));
        assert!(written == 0 && self.session.machine().is_closing());
    }

    /// Octets arrive; gives how many were taken.
    fn read(&mut self, now: Instant, octets: &[u8]) -> usize {
        let mut input = octets;
        loop {
            let state = self.session.state();
            let was_closing = self.session.machine().is_closing();
            let room = self.out.room();
            let left = input.len();
            let (seen, written) = self.call(Cause::Other, |session, out| {
                let event = session.handle_input(now, &mut input, out);
                event.as_ref().map(Seen::of)
            });
            let Some(seen) = seen else {
                if !input.is_empty() {
                    assert!(room < MIN_ROOM && !was_closing && written == 0);
                    assert_eq!(input.len(), left, "taken without a word");
                }
                return octets.len() - input.len();
            };
            let is_closing = self.session.machine().is_closing();
            assert!(input.len() < left || is_closing, "no progress");
            self.note(&seen, state);
        }
    }

    /// The clock has moved. An expiry may free the way for an `unbind`, which
    /// takes a second call.
    fn wake(&mut self, now: Instant) {
        for _ in 0..2 {
            self.call(Cause::Other, |session, out| {
                session.handle_timeout(now, out);
            });
            self.drain();
        }
        if self.out.room() >= MIN_ROOM {
            let timeout = self.session.poll_timeout();
            assert!(timeout.is_none_or(|at| at > now), "woken in vain");
        }
    }

    /// Takes the events that no octets bring.
    fn drain(&mut self) {
        loop {
            let state = self.session.state();
            let event = self.session.poll_event();
            let Some(seen) = event.as_ref().map(Seen::of) else {
                break;
            };
            self.note(&seen, state);
        }
        assert_eq!(self.closed, self.session.machine().is_closing());
    }

    // What the session does

    /// What was written is whole PDUs, each of them allowed.
    fn wrote(
        &mut self,
        mut octets: &[u8],
        state: SessionState,
        version: InterfaceVersion,
        cause: Cause,
    ) {
        self.octets_sent += octets.len() as u64;
        let role = self.config.role;
        let mut framer = Framer::new(Vec::new(), usize::MAX);
        while let Some(frame) = framer.next_frame(&mut octets).expect("PDUs are written") {
            let header = *frame.header();
            let command_id = header.command_id;
            let decoded = Decoder::new().decode(frame, &mut ());
            let by_caller = matches!(cause, Cause::Respond) && command_id.is_response();
            assert!(by_caller || decoded.is_ok(), "{decoded:?}");
            if command_id.is_response() {
                // What must not be asked is refused all the same.
                let refusal = header.command_status.is_error() && !by_caller;
                assert!(refusal || may_take(role, state, command_id), "{command_id}");
                continue;
            }
            assert!(may_take(role, state, command_id), "{command_id}");
            if self.config.enforce_version {
                assert!(may_send(version, role, state, command_id), "{command_id}");
            }
            let number = header.sequence_number;
            assert!(number.is_in_range() && number.0 > self.last_number);
            self.last_number = number.0;
            let own = matches!(command_id, CommandId::ENQUIRE_LINK | CommandId::UNBIND);
            let id = match cause {
                Cause::Request(id) => Some(id),
                _ => None,
            };
            assert!(own || id.is_some(), "nobody asked for {command_id}");
            if command_id.response().is_some() {
                let before = self.waiting.insert(number.0, (id, command_id));
                assert_eq!(before, None, "a number is used twice");
                self.outcomes.extend(id.map(|id| (id, 0)));
            }
        }
        assert_eq!(framer.pending(), 0, "a PDU is not whole");
    }

    /// An event that came when the session was in this state.
    fn note(&mut self, seen: &Seen, state: SessionState) {
        assert!(!self.closed, "an event behind the end");
        let peer = self.config.role.peer();
        match *seen {
            Seen::Request(command_id, number) => {
                assert!(may_take(peer, state, command_id), "{command_id}");
                assert!(command_id.response().is_some(), "{command_id}");
                self.asked.push((command_id, number));
                let open = self.asked.len() + self.withheld;
                assert!(open <= self.config.peer_window.into(), "{open} are open");
            }
            Seen::Notification(command_id) => {
                assert!(may_take(peer, state, command_id), "{command_id}");
                assert_eq!(command_id.response(), None);
            }
            Seen::Outcome(id, command_id) => {
                let found = self.waiting.iter().find(|(_, (of, _))| *of == Some(id));
                let (&number, &(_, of)) = found.expect("an outcome of nothing");
                assert_eq!(of, command_id);
                self.waiting.remove(&number);
                self.ended(id);
            }
            Seen::Late(id) => assert_eq!(self.outcomes.get(&id), Some(&1)),
            Seen::Alive => self.answered(CommandId::ENQUIRE_LINK),
            Seen::Answered(command_id) if command_id.is_response() => {
                self.answered(CommandId::UNBIND);
            }
            Seen::Answered(command_id) => {
                assert!(matches!(
                    command_id,
                    CommandId::ENQUIRE_LINK | CommandId::UNBIND
                ));
            }
            Seen::UnbindAsked(unanswered) => {
                assert_eq!(unanswered as usize, self.asked.len() + self.withheld);
                assert!(unanswered > 0 && self.session.state().is_bound());
            }
            Seen::Fault(fault) => {
                assert!(fault.answered.is_none_or(|status| status.is_error()));
            }
            Seen::Closed => {
                let named = self.waiting.values().any(|(id, _)| id.is_some());
                assert!(!named, "a request without an outcome");
                self.waiting.clear();
                self.closed = true;
            }
        }
    }

    fn ended(&mut self, id: RequestId) {
        let outcomes = self.outcomes.get_mut(&id).expect("it was sent");
        *outcomes += 1;
        assert_eq!(*outcomes, 1, "a second outcome");
    }

    /// The peer has answered the session's own request.
    fn answered(&mut self, command_id: CommandId) {
        let own = (None, command_id);
        let found = self.waiting.iter().find(|(_, entry)| **entry == own);
        let (&number, _) = found.expect("nothing was asked");
        self.waiting.remove(&number);
    }

    fn window(&self) -> usize {
        usize::from(self.config.window).min(self.slots - 2)
    }

    /// What holds at any time when no event is left.
    fn check(&self) {
        let machine = self.session.machine();
        assert_eq!(machine.counters().octets_sent, self.octets_sent);
        if self.closed {
            assert_eq!(machine.state(), SessionState::Closed);
            assert_eq!(self.session.poll_timeout(), None);
            return;
        }
        assert_eq!(machine.outstanding(), self.waiting.len());
        let mut listed: Vec<_> = machine
            .outstanding_requests()
            .map(|(id, command_id, number)| (number.0, (Some(id), command_id)))
            .collect();
        listed.sort_unstable_by_key(|(number, _)| *number);
        let named = self.waiting.iter().filter(|(_, (id, _))| id.is_some());
        let named: Vec<_> = named.map(|(number, entry)| (*number, *entry)).collect();
        assert_eq!(listed, named);
        assert!(
            named.len() <= self.window(),
            "{} are outstanding",
            named.len()
        );
        assert!(self.waiting.len() - named.len() <= 2, "of its own");
        assert_eq!(
            machine.unanswered() as usize,
            self.asked.len() + self.withheld
        );
    }
}

/// An operation, most of them of the standard.
fn command(source: &mut Source<'_>) -> CommandId {
    match source.u8() {
        255 => CommandId(source.u32()),
        choice => CommandId::NAMED[usize::from(choice) % CommandId::NAMED.len()].0,
    }
}

fn request<'a>(source: &mut Source<'a>) -> Body<'a> {
    match source.below(16) {
        0 => SubmitSm::default().into(),
        1 => SubmitSm::default().short_message(source.take()).into(),
        2 => DeliverSm::default().into(),
        3 => DeliverSm::default().short_message(source.take()).into(),
        4 => DataSm::default().into(),
        5 => SubmitMulti::default().into(),
        6 => QuerySm::default().into(),
        7 => CancelSm::default().into(),
        8 => ReplaceSm::default().into(),
        9 => BroadcastSm::default().into(),
        10 => AlertNotification::default().into(),
        11 => Outbind::default().into(),
        12 => EnquireLink::default()
            .tlvs(Tlvs::from_octets(source.octets()))
            .into(),
        13 => QueryLastMsgs::default().into(),
        14 => Bind::default().bind_type(source.take()).into(),
        _ => UnknownBody {
            command_id: CommandId(0x0001_0200 | u32::from(source.u8())),
            octets: source.octets(),
        }
        .into(),
    }
}

fn response(
    source: &mut Source<'_>,
    command_id: CommandId,
    number: SequenceNumber,
) -> Pdu<'static> {
    let status = source.one_of(&[
        CommandStatus::ESME_ROK,
        CommandStatus::ESME_ROK,
        CommandStatus::ESME_RSYSERR,
        CommandStatus::ESME_RTHROTTLED,
        CommandStatus::ESME_RSERTYPUNAUTH,
    ]);
    // `congestion_state`.
    let tlvs = match source.u8() % 4 {
        0 => Tlvs::from_octets(b"\x04\x28\0\x01\x5F"),
        1 => return Pdu::response(status, number, GenericNack::default()),
        _ => Tlvs::EMPTY,
    };
    let body: Body<'static> = match (command_id, BindType::from_command_id(command_id)) {
        (_, Some(bind_type)) => BindResp::default().bind_type(bind_type).tlvs(tlvs).into(),
        (CommandId::SUBMIT_SM, _) => SubmitSmResp::default().tlvs(tlvs).into(),
        (CommandId::SUBMIT_MULTI, _) => SubmitMultiResp::default().tlvs(tlvs).into(),
        (CommandId::DELIVER_SM, _) => DeliverSmResp::default().tlvs(tlvs).into(),
        (CommandId::DATA_SM, _) => DataSmResp::default().tlvs(tlvs).into(),
        (CommandId::CANCEL_SM, _) => CancelSmResp::default().tlvs(tlvs).into(),
        _ => return error_response(command_id, status, number),
    };
    Pdu::response(status, number, body)
}
