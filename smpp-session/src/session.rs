//! A session: its inbox and its machine.

use smpp_codec::{Buffer, Finding, Framer, OutBuf};
use smpp_pdu::{Body, Pdu, SequenceNumber};

use crate::asked::Asked;
use crate::event::{Event, RequestId, SendError};
use crate::machine::{Machine, OWN_REQUESTS};
use crate::window::Slot;
use crate::{Config, Instant, SessionState};

/// Octets of room that an output buffer must have before
/// [`Session::handle_input`] takes anything and [`Session::handle_timeout`] sends
/// an `enquire_link`: the longest answer that a session gives by itself fits.
pub const MIN_ROOM: usize = 64;

/// How many findings of one PDU are kept.
const MAX_FINDINGS: usize = 4;

pub(crate) type PduFindings = heapless::Vec<Finding, MAX_FINDINGS>;

/// One SMPP session of either side: no socket, no clock, no task.
///
/// # Contract
///
/// The caller owns the connection, the clock and the output buffer, and calls:
///
/// 1. [`handle_input`](Self::handle_input) with octets from the connection, again
///    and again until it returns `None` with the input empty. Each call handles
///    one PDU and returns one event. `None` with input left means that the
///    output buffer has less than [`MIN_ROOM`]: write it out, and go on.
/// 2. [`handle_timeout`](Self::handle_timeout) when the moment of
///    [`poll_timeout`](Self::poll_timeout) has come, and
///    [`handle_eof`](Self::handle_eof) when the connection ends.
/// 3. [`request`](Self::request), [`respond`](Self::respond),
///    [`unbind`](Self::unbind), [`finish`](Self::finish),
///    [`close`](Self::close) and [`Machine::cancel`] whenever it wants to.
/// 4. After any of these: [`poll_event`](Self::poll_event) until it returns
///    `None`; then write what stands in the output buffer; then look at
///    `poll_timeout` again.
///
/// [`Event::Closed`] is the last event, once. Whatever the peer does is an
/// event, never an error; errors are local misuse, and change nothing.
///
/// An event borrows the octets of its PDU. To act on the session while one is
/// held, such as to answer a request on the spot, [`split`](Self::split) it.
///
/// The outstanding requests live in `S`, an unfinished PDU in `B`: see
/// [`HeapSession`] and [`FixedSession`].
#[derive(Debug)]
pub struct Session<S, B> {
    inbox: Inbox<B>,
    machine: Machine<S>,
}

/// A session whose window is chosen at run time.
#[cfg(feature = "alloc")]
pub type HeapSession = Session<alloc::vec::Vec<Slot>, alloc::vec::Vec<u8>>;

/// A session without allocator: at most `WINDOW` outstanding requests and PDUs
/// of at most `PDU` octets. Of the peer's requests it knows the 64 newest
/// numbers, see [`Machine::respond`].
pub type FixedSession<const WINDOW: usize, const PDU: usize> =
    Session<[Slot; WINDOW], heapless::Vec<u8, PDU>>;

/// The part of a session that events borrow from: the unfinished PDU, and the
/// findings of the last one.
#[derive(Debug)]
pub struct Inbox<B> {
    framer: Framer<B>,
    findings: PduFindings,
}

#[cfg(feature = "alloc")]
impl HeapSession {
    /// A session that starts now.
    ///
    /// Slots for the window, two for the session's own requests and a quarter
    /// more, rounded up to a power of two, are taken at once: 48 octets for each.
    /// Requests of the peer that wait take one bit for each number from the
    /// oldest to the newest, up to 8 KiB.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        let slots = usize::from(config.window.max(1)) + OWN_REQUESTS;
        // A fifth stays free at least: otherwise the next number whose slot is
        // free is far away where answers come in any order.
        let slots = (slots + slots / 4).next_power_of_two();
        let slots = alloc::vec![Slot::EMPTY; slots];
        Self::with_parts(config, now, slots, alloc::vec::Vec::new(), Asked::growing())
    }
}

impl<const WINDOW: usize, const PDU: usize> FixedSession<WINDOW, PDU> {
    /// A session that starts now. Two slots of the window are kept for the
    /// session's own requests, so that there must be three at least.
    #[must_use]
    pub fn fixed(config: Config, now: Instant) -> Self {
        const { assert!(WINDOW > OWN_REQUESTS, "a window needs three slots at least") };
        Self::with_storage(config, now, [Slot::EMPTY; WINDOW], heapless::Vec::new())
    }
}

impl<S, B> Session<S, B>
where
    S: AsRef<[Slot]> + AsMut<[Slot]>,
    B: Buffer,
{
    /// A session over the storage of the caller, which starts now.
    pub fn with_storage(config: Config, now: Instant, slots: S, buffer: B) -> Self {
        Self::with_parts(config, now, slots, buffer, Asked::fixed())
    }

    fn with_parts(config: Config, now: Instant, slots: S, buffer: B, asked: Asked) -> Self {
        Self {
            inbox: Inbox {
                framer: Framer::new(buffer, config.max_pdu_len_unbound),
                findings: heapless::Vec::new(),
            },
            machine: Machine::new(config, now, slots, asked),
        }
    }

    /// The two parts, to act on the session while an event is held.
    pub fn split(&mut self) -> (&mut Inbox<B>, &mut Machine<S>) {
        (&mut self.inbox, &mut self.machine)
    }

    /// See [`Inbox::handle_input`].
    #[inline]
    pub fn handle_input<'s, 'i: 's>(
        &'s mut self,
        now: Instant,
        input: &mut &'i [u8],
        out: &mut impl OutBuf,
    ) -> Option<Event<'s>> {
        self.inbox.handle_input(&mut self.machine, now, input, out)
    }

    /// See [`Machine::set_peer_limits`].
    pub fn set_peer_limits(&mut self, now: Instant, window: u16, rate: Option<crate::Rate>) {
        self.machine.set_peer_limits(now, window, rate);
    }

    /// See [`Machine::handle_timeout`].
    pub fn handle_timeout(&mut self, now: Instant, out: &mut impl OutBuf) {
        self.machine.handle_timeout(now, out);
    }

    /// See [`Machine::handle_eof`].
    pub fn handle_eof(&mut self, now: Instant) {
        self.machine.handle_eof(now);
    }

    /// See [`Machine::request`].
    ///
    /// # Errors
    /// [`SendError`]; then nothing was sent.
    #[inline]
    pub fn request<'p>(
        &mut self,
        now: Instant,
        id: RequestId,
        body: impl Into<Body<'p>>,
        out: &mut impl OutBuf,
    ) -> Result<SequenceNumber, SendError> {
        self.machine.request(now, id, body, out)
    }

    /// See [`Machine::respond`].
    ///
    /// # Errors
    /// [`SendError`]; then nothing was sent.
    #[inline]
    pub fn respond(
        &mut self,
        now: Instant,
        response: &Pdu<'_>,
        out: &mut impl OutBuf,
    ) -> Result<(), SendError> {
        self.machine.respond(now, response, out)
    }

    /// See [`Machine::unbind`].
    ///
    /// # Errors
    /// [`SendError`] when the session is not bound.
    pub fn unbind(&mut self, now: Instant, out: &mut impl OutBuf) -> Result<(), SendError> {
        self.machine.unbind(now, out)
    }

    /// See [`Machine::finish`].
    ///
    /// # Errors
    /// [`SendError`] when the session is not bound.
    pub fn finish(&mut self, now: Instant, out: &mut impl OutBuf) -> Result<(), SendError> {
        self.machine.finish(now, out)
    }

    /// See [`Machine::close`].
    pub fn close(&mut self, now: Instant) {
        self.machine.close(now);
    }

    /// See [`Machine::poll_event`].
    pub fn poll_event(&mut self) -> Option<Event<'static>> {
        self.machine.poll_event()
    }

    /// See [`Machine::poll_timeout`].
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.machine.poll_timeout()
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> SessionState {
        self.machine.state()
    }

    /// What can be read off the session, see [`Machine`].
    #[must_use]
    pub fn machine(&self) -> &Machine<S> {
        &self.machine
    }
}

impl<B: Buffer> Inbox<B> {
    /// Takes octets of the connection: the next PDU in `input`, if it is whole.
    ///
    /// Answers that the session gives by itself are appended to `out`. The event
    /// borrows from `input` and from this inbox, not from the machine.
    #[cfg_attr(feature = "alloc", inline)]
    #[cfg_attr(not(feature = "alloc"), inline(never))]
    pub fn handle_input<'s, 'i: 's, S: AsRef<[Slot]> + AsMut<[Slot]>>(
        &'s mut self,
        machine: &mut Machine<S>,
        now: Instant,
        input: &mut &'i [u8],
        out: &mut impl OutBuf,
    ) -> Option<Event<'s>> {
        machine.tick(now);
        if machine.is_closing() {
            // Whatever follows the end of a session is nobody's.
            *input = &[];
            return machine.poll_event();
        }
        if out.room() < MIN_ROOM {
            return None;
        }
        let before = input.len();
        self.framer.set_limit(machine.pdu_limit());
        let framed = self.framer.next_frame(input);
        if before > input.len() {
            machine.note_octets(before - input.len());
        }
        match framed {
            Ok(Some(frame)) => Some(machine.handle_frame(frame, &mut self.findings, out)),
            Ok(None) => None,
            Err(error) => {
                *input = &[];
                machine.lose_framing(error, out);
                machine.poll_event()
            }
        }
    }
}
