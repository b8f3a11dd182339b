//! A pair of sessions, joined in memory, to which anything may happen; and the
//! rules that hold all the same.
//!
//! This folder knows nothing of who chooses what happens: the test beside it
//! lets proptest choose, [`run`] takes the choices from octets, for a fuzzer.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a broken rule is a panic, whoever finds it"
)]

mod bodies;
mod books;
mod ops;
mod rate;
mod seen;
mod side;
mod source;

use core::time::Duration;

use smpp_pdu::{CommandId, CommandStatus, Pdu, SequenceNumber};
use smpp_session::{Instant, Role};

#[allow(unused_imports, reason = "a fuzzer takes `run` alone")]
pub use ops::{Forgery, Form, Kind, Op, STATUSES, Setup, command, near_the_wrap};
use side::End;
use source::Source;

/// The most that happens in one run from octets.
const MOST_OPS: usize = 200;

/// Sets a pair up and lets happen to it what the octets say.
pub fn run(octets: &[u8]) {
    let mut source = Source::new(octets);
    let esme = Setup::read(&mut source);
    let centre = Setup::read(&mut source);
    let mut world = World::new(&esme, &centre);
    for _ in 0..MOST_OPS {
        if source.is_empty() {
            break;
        }
        world.apply(Op::read(&mut source));
        world.check();
    }
    world.settle();
}

pub struct World {
    esme: End,
    centre: End,
    now: Instant,
}

impl World {
    pub fn new(esme: &Setup, centre: &Setup) -> Self {
        // Not at zero: a clock that may be late needs a past.
        let now = Instant::from_millis(100_000);
        Self {
            esme: End::new(Role::Esme, esme, now),
            centre: End::new(Role::MessageCentre, centre, now),
            now,
        }
    }

    fn end(&mut self, role: Role) -> &mut End {
        match role {
            Role::Esme => &mut self.esme,
            Role::MessageCentre => &mut self.centre,
        }
    }

    pub fn apply(&mut self, op: Op) {
        let now = self.now;
        match op {
            Op::Handshake(bind_type, version) => {
                self.carry_all();
                self.esme.request(now, Kind::Bind(bind_type, version));
                self.carry_all();
                let bind = self.centre.books.unanswered.iter();
                let at = bind
                    .clone()
                    .position(|(_, command_id)| command_id.is_bind());
                if let Some(at) = at.and_then(|at| u8::try_from(at).ok()) {
                    let ok = CommandStatus::ESME_ROK;
                    self.centre.respond(now, at, Form::WithParameter, ok);
                }
                self.carry_all();
            }
            Op::Request(by, kind) => self.end(by).request(now, kind),
            Op::Respond {
                by,
                which,
                form,
                status,
            } => self.end(by).respond(now, which, form, status),
            Op::RespondToNothing(by, command_id) => {
                self.end(by).respond_to_nothing(now, command_id);
            }
            Op::Cancel(by, which) => self.end(by).cancel(which),
            Op::Unbind(by) => self.end(by).unbind(now),
            Op::Finish(by) => self.end(by).finish(now),
            Op::Close(by) => self.end(by).close(now),
            Op::Carry {
                from,
                octets,
                piece,
            } => {
                self.carry(from, octets.into(), piece.into());
            }
            Op::CarryAll => self.carry_all(),
            Op::Forge(to, forgery) => self.forge(to, forgery),
            Op::Pass { millis, connected } => {
                self.pass(Duration::from_millis(millis.into()), connected);
            }
            Op::Sleep(millis) => self.now = now + Duration::from_millis(millis.into()),
            Op::Wake(role, late) => {
                let late = u64::from(late % 100) * 1000;
                let now = Instant::from_micros(now.as_micros() - late);
                self.end(role).wake(now);
            }
            Op::Lose(to_centre, to_esme) => {
                self.carry(Role::Esme, to_centre.into(), usize::MAX);
                self.carry(Role::MessageCentre, to_esme.into(), usize::MAX);
                self.lose();
            }
        }
        self.esme.drain();
        self.centre.drain();
    }

    /// Moves octets from one side to the other; gives how many were taken.
    fn carry(&mut self, from: Role, octets: usize, piece: usize) -> usize {
        let now = self.now;
        let (from, to) = match from {
            Role::Esme => (&mut self.esme, &mut self.centre),
            Role::MessageCentre => (&mut self.centre, &mut self.esme),
        };
        let octets = octets.min(from.out.octets.len());
        let mut moved = 0;
        for piece in from.out.octets[..octets].chunks(piece.max(1)) {
            let taken = to.read(now, piece);
            moved += taken;
            if taken < piece.len() {
                break;
            }
        }
        from.out.octets.drain(..moved);
        to.drain();
        moved
    }

    fn carry_all(&mut self) {
        while self.carry(Role::Esme, usize::MAX, usize::MAX)
            + self.carry(Role::MessageCentre, usize::MAX, usize::MAX)
            > 0
        {}
    }

    fn pass(&mut self, duration: Duration, connected: bool) {
        let end = self.now + duration;
        for _ in 0..1000 {
            let next = [self.esme.timeout(), self.centre.timeout()];
            let Some(at) = next.into_iter().flatten().min().filter(|at| *at <= end) else {
                self.now = end;
                return;
            };
            self.now = self.now.max(at);
            let now = self.now;
            for side in [&mut self.esme, &mut self.centre] {
                if side.timeout().is_some_and(|at| at <= now) {
                    if !connected {
                        side.out.octets.clear();
                    }
                    side.wake(now);
                    side.check();
                }
            }
            if connected {
                self.carry_all();
                if self.esme.out.octets.len() + self.centre.out.octets.len() > 0 {
                    // Both buffers are full, and neither side reads: the clock
                    // alone does not help.
                    self.now = end;
                    return;
                }
            }
        }
        panic!("a busy loop: {:?}, {:?}", self.esme.timeout(), self.now);
    }

    fn lose(&mut self) {
        let now = self.now;
        self.esme.out.octets.clear();
        self.centre.out.octets.clear();
        self.esme.eof(now);
        self.centre.eof(now);
    }

    /// Puts octets behind those that the peer of `to` has written.
    fn forge(&mut self, to: Role, forgery: Forgery) {
        let books = &self.end(to).books;
        let waiting = |which: u8| {
            let count = books.waiting.len().max(1);
            let (number, entry) = books.waiting.iter().nth(usize::from(which) % count)?;
            Some((SequenceNumber(*number), entry.command_id))
        };
        let ended = |which: u8| {
            let over = books
                .over
                .iter()
                .map(|(n, command_id, _)| (*n, *command_id));
            let all: Vec<_> = over.chain(books.answered.iter().copied()).collect();
            let count = all.len().max(1);
            all.get(usize::from(which) % count).copied()
        };
        let pdu = |pdu: &Pdu<'_>| {
            let mut octets = vec![0; smpp_codec::encoded_len(pdu)];
            smpp_codec::encode_to_slice(pdu, &mut octets).unwrap();
            Some(octets)
        };
        let octets = match forgery {
            Forgery::Request(kind, number) => {
                pdu(&Pdu::request(number.into(), bodies::request(kind)))
            }
            Forgery::Malformed(command_id, body, number) => {
                Some(malformed(command_id, number, body))
            }
            Forgery::Response {
                which,
                form,
                status,
            } => waiting(which)
                .and_then(|(number, of)| pdu(&bodies::response(of, form, status, number))),
            Forgery::MalformedResponse(which, body) => waiting(which)
                .and_then(|(number, of)| Some(malformed(of.response()?, number.0, body))),
            Forgery::OtherOperation(which) => waiting(which).and_then(|(number, of)| {
                let other = match of {
                    CommandId::CANCEL_SM => CommandId::REPLACE_SM,
                    _ => CommandId::CANCEL_SM,
                };
                let status = CommandStatus::ESME_ROK;
                pdu(&bodies::response(other, Form::Whole, status, number))
            }),
            Forgery::Again(which) => ended(which).and_then(|(number, of)| {
                let status = CommandStatus::ESME_ROK;
                pdu(&bodies::response(of, Form::Whole, status, number.into()))
            }),
            Forgery::ToNothing(command_id, number) => {
                let status = CommandStatus::ESME_ROK;
                let number = SequenceNumber(number | 0x4000_0000);
                pdu(&bodies::response(command_id, Form::Whole, status, number))
            }
            Forgery::BadLength(length) => Some(length.to_be_bytes().to_vec()),
            Forgery::Stranger => Some(b"GET / HTTP/1.1\r\n\r\n".to_vec()),
        };
        if let Some(octets) = octets {
            self.end(to.peer()).out.octets.extend_from_slice(&octets);
        }
    }

    /// What holds after everything that happened.
    pub fn check(&self) {
        self.esme.check();
        self.centre.check();
    }

    /// Nothing arrives any more, and time goes by, until neither side waits for
    /// anything; then the link is lost. Every request has had its outcome then.
    pub fn settle(mut self) {
        for _ in 0..100 {
            self.esme.out.octets.clear();
            self.centre.out.octets.clear();
            let next = [self.esme.timeout(), self.centre.timeout()];
            let Some(at) = next.into_iter().flatten().min() else {
                break;
            };
            self.now = self.now.max(at);
            self.esme.wake(self.now);
            self.centre.wake(self.now);
            self.check();
        }
        assert_eq!((self.esme.timeout(), self.centre.timeout()), (None, None));
        self.lose();
        self.esme.drain();
        self.centre.drain();
        self.check();
        assert!(self.esme.books.closed && self.centre.books.closed);
    }
}

/// A PDU whose body is so many octets 0xFF.
fn malformed(command_id: CommandId, number: u32, body: u8) -> Vec<u8> {
    let body = usize::from(body) % 180;
    let length = 16 + u32::try_from(body).unwrap_or(0);
    let mut octets = length.to_be_bytes().to_vec();
    octets.extend_from_slice(&command_id.0.to_be_bytes());
    octets.extend_from_slice(&[0; 4]);
    octets.extend_from_slice(&number.to_be_bytes());
    octets.resize(16 + body, 0xFF);
    octets
}
