//! One side of the pair: a session, its buffers, and the books about it.

use smpp_codec::OutBuf;
use smpp_pdu::{CommandId, CommandStatus, SequenceNumber};
use smpp_session::{Instant, MIN_ROOM, RequestId, Role, SendError, Session, Slot};

use super::bodies;
use super::books::{Books, Cause, Ending};
use super::ops::{Form, Kind, Setup};
use super::seen::Seen;

/// Room for 16 requests; how much of it is given, the setup says.
type Slots = heapless::Vec<Slot, 16>;
type Octets = heapless::Vec<u8, 600>;

/// What a session has written and nobody has read: at most `limit` octets.
#[derive(Debug)]
pub struct Pipe {
    pub octets: Vec<u8>,
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

pub struct End {
    session: Session<Slots, Octets>,
    pub out: Pipe,
    pub books: Books,
    next_id: u64,
}

impl End {
    pub fn new(role: Role, setup: &Setup, now: Instant) -> Self {
        let config = setup.config(role);
        let mut slots = Slots::new();
        for _ in 0..setup.slots {
            slots.push(Slot::EMPTY).expect("at most 16 slots");
        }
        Self {
            session: Session::with_storage(config, now, slots, Octets::new()),
            out: Pipe {
                octets: Vec::new(),
                limit: setup.room,
            },
            books: Books::new(config, setup.slots, now),
            next_id: 0,
        }
    }

    pub fn request(&mut self, now: Instant, kind: Kind) {
        let body = bodies::request(kind);
        self.books.told(now);
        let id = self.next_id;
        self.next_id += 1;
        let (before, room) = (self.out.octets.len(), self.out.room());
        let objections = self.books.objections(&body, room);
        let result = self
            .session
            .request(now, RequestId(id), body, &mut self.out);
        let written = self.out.octets.get(before..).unwrap_or(&[]);
        match result {
            Ok(number) => {
                assert!(objections.is_empty(), "{kind:?} was sent: {objections:?}");
                let numbers = self.books.wrote(written, Cause::Request(id));
                assert_eq!(numbers, [number.0]);
            }
            Err(error) => {
                assert!(written.is_empty(), "an error, and octets all the same");
                match error {
                    SendError::NotNow { at } => {
                        self.books.check_not_now(at);
                        if self.books.is_slowed() {
                            return;
                        }
                    }
                    SendError::WindowFull { at } => {
                        assert_eq!(Some(at), self.books.first_deadline());
                    }
                    _ => {}
                }
                let name = match error {
                    SendError::WrongKind { .. } => "WrongKind",
                    SendError::WrongState { .. } => "WrongState",
                    SendError::NotInVersion { .. } => "NotInVersion",
                    SendError::WindowFull { .. } => "WindowFull",
                    SendError::NotNow { .. } => "NotNow",
                    SendError::Encode(_) => "Encode",
                    _ => "another",
                };
                assert!(
                    objections.contains(&name),
                    "{kind:?} was refused: {error}, due were {objections:?}"
                );
            }
        }
    }

    pub fn respond(&mut self, now: Instant, which: u8, form: Form, status: CommandStatus) {
        let count = self.books.unanswered.len();
        if count == 0 {
            return;
        }
        self.books.told(now);
        let which = usize::from(which) % count;
        let (number, command_id) = self.books.unanswered[which];
        let response = bodies::response(command_id, form, status, SequenceNumber(number));
        let before = self.out.octets.len();
        let result = self.session.respond(now, &response, &mut self.out);
        let written = self.out.octets.get(before..).unwrap_or(&[]);
        if let Err(error) = result {
            assert!(written.is_empty(), "an error, and octets all the same");
            let closing = self.books.is_closing();
            match error {
                SendError::WrongState { .. } => assert!(closing, "{error}"),
                SendError::Encode(_) => {}
                other => panic!("{command_id} could not be answered: {other}"),
            }
            return;
        }
        let first = smpp_codec::decode(&written[..written_len(written)]);
        let sent = first.expect("a response was written");
        // The unbind of `finish` may follow at once: the request is answered then.
        let (response, rest) = written.split_at(written_len(written));
        self.books
            .wrote(response, Cause::Respond(number, command_id));
        self.books
            .responded(which, sent.command_status, sent.command_id());
        self.books.wrote(rest, Cause::Itself);
    }

    /// What no request has asked for is refused: one more answer, one to a
    /// request that has not come, one to anything.
    pub fn respond_to_nothing(&mut self, now: Instant, command_id: CommandId) {
        let books = &self.books;
        let number = match command_id.0 % 3 {
            0 => books.last_answered,
            1 => books.newest_asked.wrapping_add(1),
            _ => 1,
        };
        let response = bodies::response(
            command_id,
            Form::HeaderOnly,
            CommandStatus::ESME_RSYSERR,
            SequenceNumber(number),
        );
        let (role, state) = (books.config.role, books.state);
        let may_take = smpp_session::may_take(role, state, response.command_id());
        let possible = may_take && !books.is_closing();
        let waits = books.unanswered.iter().any(|(of, _)| *of == number);
        if possible && (waits || !books.told_apart) {
            return;
        }
        self.books.told(now);
        let before = self.out.octets.len();
        let result = self.session.respond(now, &response, &mut self.out);
        match result {
            Err(SendError::NotAsked { .. }) => assert!(possible),
            Err(SendError::WrongState { .. }) => assert!(!possible),
            _ => panic!("{number} was answered: {result:?}"),
        }
        assert_eq!(self.out.octets.len(), before);
    }

    pub fn cancel(&mut self, which: u8) {
        let numbers: Vec<u32> = self.books.waiting.keys().copied().collect();
        let number = numbers.get(usize::from(which) % 8).copied();
        let number = number.unwrap_or(0x7000_0000);
        let ours = self.books.waiting.get(&number);
        let expected = ours.is_some_and(|entry| entry.id.is_some());
        let machine = self.session.split().1;
        assert_eq!(machine.cancel(SequenceNumber(number)), expected);
        if expected {
            self.books.cancelled(number);
        }
    }

    pub fn unbind(&mut self, now: Instant) {
        self.books.told(now);
        let (before, room) = (self.out.octets.len(), self.out.room());
        let result = self.session.unbind(now, &mut self.out);
        let written = self.out.octets.get(before..).unwrap_or(&[]);
        let again = matches!(self.books.ending, Ending::Unbinding | Ending::Asked(..));
        let possible = self.books.state.is_bound() && !self.books.is_closing();
        match result {
            Ok(()) if again => assert!(written.is_empty()),
            Ok(()) => {
                assert!(possible && room >= 16);
                assert_eq!(self.books.wrote(written, Cause::Unbind).len(), 1);
            }
            Err(SendError::Encode(_)) => assert!(room < 16),
            Err(error) => assert!(!possible, "{error}"),
        }
    }

    pub fn finish(&mut self, now: Instant) {
        self.books.told(now);
        let before = self.out.octets.len();
        let bound = self.books.state.is_bound();
        let result = self.session.finish(now, &mut self.out);
        assert_eq!(result.is_ok(), bound, "{result:?}");
        if bound && self.books.ending == Ending::Not {
            self.books.ending = Ending::Finishing;
        }
        let written = self.out.octets.get(before..).unwrap_or(&[]);
        self.books.wrote(written, Cause::Itself);
    }

    pub fn close(&mut self, now: Instant) {
        self.books.told(now);
        self.session.close(now);
        self.books.close("Requested");
    }

    pub fn eof(&mut self, now: Instant) {
        self.books.told(now);
        self.session.handle_eof(now);
        self.books.lose();
    }

    /// Octets arrive; gives how many were taken.
    pub fn read(&mut self, now: Instant, octets: &[u8]) -> usize {
        self.books.told(now);
        let mut input = octets;
        loop {
            let (offered, before) = (input, self.out.octets.len());
            let room = self.out.room();
            let event = self.session.handle_input(now, &mut input, &mut self.out);
            let event = event.as_ref().map(Seen::of);
            let taken = &offered[..offered.len() - input.len()];
            let written = self.out.octets.get(before..).unwrap_or(&[]);
            if room < MIN_ROOM && !self.books.is_closing() {
                assert!(taken.is_empty() && event.is_none() && written.is_empty());
                break;
            }
            self.books.took(taken, event.as_ref(), written);
            if event.is_none() {
                assert!(input.is_empty(), "octets are left behind");
                break;
            }
        }
        octets.len() - input.len()
    }

    pub fn wake(&mut self, now: Instant) {
        // What has to happen may take a second call: an expiry frees the way
        // for the unbind of `finish`.
        for _ in 0..2 {
            self.books.told(now);
            let before = self.out.octets.len();
            self.session.handle_timeout(now, &mut self.out);
            let written = self.out.octets.get(before..).unwrap_or(&[]);
            self.books.wrote(written, Cause::Itself);
            self.drain();
        }
        if self.out.room() >= MIN_ROOM {
            let timeout = self.session.poll_timeout();
            assert!(
                timeout.is_none_or(|at| at > self.books.now),
                "woken at {:?} and wants to be woken at {timeout:?}",
                self.books.now
            );
        }
    }

    /// Takes the events that no octets bring.
    pub fn drain(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.books.polled(&Seen::of(&event));
        }
        self.books.check_drained();
    }

    pub fn timeout(&self) -> Option<Instant> {
        self.session.poll_timeout()
    }

    pub fn check(&self) {
        let (books, machine) = (&self.books, self.session.machine());
        assert_eq!(machine.state(), books.state);
        assert_eq!(machine.version(), books.version());
        assert_eq!(machine.is_closing(), books.is_closing());
        assert_eq!(machine.outstanding(), books.waiting.len());
        if !books.closed {
            assert_eq!(machine.unanswered() as usize, books.unanswered.len());
        }
        assert!(books.unanswered.len() <= usize::from(books.config.peer_window));
        let named = books.waiting.values().filter(|entry| entry.id.is_some());
        let free = books.window().saturating_sub(named.count());
        assert_eq!(machine.free_window(), free);
        let mut listed: Vec<_> = machine
            .outstanding_requests()
            .map(|(id, command_id, number)| (number.0, command_id, id.0))
            .collect();
        listed.sort_unstable();
        let waiting: Vec<_> = books
            .waiting
            .iter()
            .filter_map(|(number, entry)| Some((*number, entry.command_id, entry.id?)))
            .collect();
        assert_eq!(listed, waiting);
        books.check_timeout(machine.poll_timeout());
        books.check_counters(machine.counters());
    }
}

/// The length of the PDU that starts these octets.
fn written_len(octets: &[u8]) -> usize {
    let length = octets.first_chunk().map(|l| u32::from_be_bytes(*l));
    length.expect("a PDU was written") as usize
}
