//! Two sessions joined in memory, with a clock that is turned by hand.

use core::time::Duration;

use smpp_codec::OutBuf;
use smpp_pdu::{Bind, BindType, CommandId, CommandStatus, Pdu};
use smpp_session::{Config, Event, FixedSession, Instant, RequestId, Role, SessionState};

/// Room for what one side has sent and the other has not read yet.
pub(crate) type Wire = heapless::Vec<u8, 16384>;
pub(crate) type Side = FixedSession<16, 1024>;

/// What an event was, without what it borrows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    Request(CommandId),
    Notification(CommandId),
    Response(RequestId, CommandStatus),
    Unreadable(RequestId),
    Expired(RequestId),
    Late(RequestId, CommandStatus),
    Unknown(RequestId),
    Answered(CommandId),
    UnbindAsked(u32),
    Alive,
    Fault(smpp_session::FaultKind, Option<CommandStatus>),
    Closed(smpp_session::CloseReason),
}

pub(crate) fn seen(event: &Event<'_>) -> Seen {
    match event {
        Event::Request(request) => Seen::Request(request.pdu.command_id()),
        Event::Notification(request) => Seen::Notification(request.pdu.command_id()),
        Event::Response(response) => Seen::Response(response.id, response.pdu.command_status),
        Event::Unreadable { id, .. } => Seen::Unreadable(*id),
        Event::Expired { id, .. } => Seen::Expired(*id),
        Event::Late {
            id, command_status, ..
        } => Seen::Late(*id, *command_status),
        Event::Unknown { id, .. } => Seen::Unknown(*id),
        Event::Answered { command_id } => Seen::Answered(*command_id),
        Event::UnbindAsked { unanswered } => Seen::UnbindAsked(*unanswered),
        Event::Alive => Seen::Alive,
        Event::Fault(fault) => Seen::Fault(fault.kind, fault.answered),
        Event::Closed(reason) => Seen::Closed(*reason),
        other => panic!("an event that the tests do not know: {other:?}"),
    }
}

/// One end of the pair: a session, and what it has written.
pub(crate) struct End {
    pub(crate) session: Side,
    pub(crate) out: Wire,
    pub(crate) events: Vec<Seen>,
    /// What to answer requests with; `None` leaves them unanswered.
    pub(crate) answer: Option<CommandStatus>,
}

impl End {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            session: Side::fixed(config, Instant::ZERO),
            out: Wire::new(),
            events: Vec::new(),
            answer: Some(CommandStatus::ESME_ROK),
        }
    }

    /// Feeds octets in pieces of at most `piece`, and answers requests.
    pub(crate) fn read(&mut self, now: Instant, octets: &[u8], piece: usize) {
        for mut input in octets.chunks(piece.max(1)) {
            let (inbox, machine) = self.session.split();
            while let Some(event) = inbox.handle_input(machine, now, &mut input, &mut self.out) {
                self.events.push(seen(&event));
                if let (Event::Request(request), Some(status)) = (&event, self.answer) {
                    let response = answer_to(&request.pdu, status);
                    machine.respond(now, &response, &mut self.out).unwrap();
                }
            }
            assert!(input.is_empty(), "the session left octets behind");
        }
        self.drain();
    }

    /// Collects the events that no octets brought.
    pub(crate) fn drain(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.events.push(seen(&event));
        }
    }

    pub(crate) fn take_events(&mut self) -> Vec<Seen> {
        core::mem::take(&mut self.events)
    }
}

/// A response with the least that its operation needs.
pub(crate) fn answer_to(request: &Pdu<'_>, status: CommandStatus) -> Pdu<'static> {
    use smpp_pdu::{BindResp, Body, OmittedBody};
    let body: Body<'static> = match request.body {
        Body::Bind(bind) => BindResp::default().bind_type(bind.bind_type).into(),
        _ => OmittedBody {
            command_id: request.command_id().response().unwrap(),
        }
        .into(),
    };
    Pdu::response(status, request.sequence_number, body)
}

pub(crate) struct Pair {
    pub(crate) esme: End,
    pub(crate) centre: End,
    pub(crate) now: Instant,
    /// Octets that the connection carries at once.
    pub(crate) piece: usize,
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self::with(Config::new(Role::Esme), Config::new(Role::MessageCentre))
    }

    pub(crate) fn with(esme: Config, centre: Config) -> Self {
        Self {
            esme: End::new(esme),
            centre: End::new(centre),
            now: Instant::ZERO,
            piece: usize::MAX,
        }
    }

    pub(crate) fn bound(bind_type: BindType) -> Self {
        let mut pair = Self::new();
        pair.bind(bind_type);
        pair
    }

    pub(crate) fn bind(&mut self, bind_type: BindType) {
        let bind = Bind::new(
            bind_type,
            "esme".try_into().unwrap(),
            "secret".try_into().unwrap(),
        );
        self.esme
            .session
            .request(self.now, RequestId(0), bind, &mut self.esme.out)
            .unwrap();
        self.carry();
        assert_eq!(self.esme.session.state(), SessionState::bound(bind_type));
        assert_eq!(self.centre.session.state(), SessionState::bound(bind_type));
        self.esme.take_events();
        self.centre.take_events();
    }

    /// Carries octets both ways until nothing moves.
    pub(crate) fn carry(&mut self) {
        for _ in 0..1000 {
            let to_centre = core::mem::take(&mut self.esme.out);
            let to_esme = core::mem::take(&mut self.centre.out);
            if to_centre.is_empty() && to_esme.is_empty() {
                self.esme.drain();
                self.centre.drain();
                return;
            }
            self.centre.read(self.now, &to_centre, self.piece);
            self.esme.read(self.now, &to_esme, self.piece);
        }
        panic!("the two sides never fall silent");
    }

    /// Lets time pass: each side is woken exactly when it asked for it.
    pub(crate) fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
            let next = [&self.esme, &self.centre]
                .into_iter()
                .filter_map(|side| side.session.poll_timeout())
                .min()
                .filter(|at| *at <= end);
            let Some(at) = next else { break };
            self.now = self.now.max(at);
            for side in [&mut self.esme, &mut self.centre] {
                if side.session.poll_timeout().is_some_and(|at| at <= self.now) {
                    side.session.handle_timeout(self.now, &mut side.out);
                    side.drain();
                }
            }
            self.carry();
        }
        self.now = end;
    }
}

/// Octets of a PDU.
pub(crate) fn octets(pdu: &Pdu<'_>) -> Wire {
    let mut out = Wire::new();
    smpp_codec::encode(pdu, &mut out).unwrap();
    out
}

#[test]
fn the_wire_of_the_tests_has_room_for_what_they_send() {
    let mut wire = Wire::new();
    wire.put(&[0; 16384]);
    assert_eq!((wire.as_slice().len(), wire.room()), (16384, 0));
}
