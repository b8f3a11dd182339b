//! What can happen to a pair of sessions, and how both are set up.

use core::time::Duration;

use smpp_pdu::{BindType, CommandId, CommandStatus, InterfaceVersion, SequenceNumber};
use smpp_session::{Config, Rate, Role};

use super::source::Source;

/// The numbers of one side. All are small, so that their limits are met often.
#[derive(Clone, Debug)]
pub struct Setup {
    pub version: InterfaceVersion,
    pub window: u16,
    pub slots: usize,
    pub peer_window: u16,
    /// Octets that its output buffer takes.
    pub room: usize,
    pub enquire_link: Option<u8>,
    pub session_init: Option<u8>,
    pub inactivity: Option<u8>,
    pub rate: Option<u8>,
    pub peer_rate: Option<u8>,
    pub slow_down: bool,
    pub max_pdus_unbound: u8,
    /// The number of its first request.
    pub first_number: u32,
}

/// Seconds from a message to its response, and so on for the other classes: all
/// different, so that one taken for another is seen.
const RESPONSE: Duration = Duration::from_secs(7);
const BIND_RESPONSE: Duration = Duration::from_secs(4);
const LINK_RESPONSE: Duration = Duration::from_secs(5);
const MANAGE_RESPONSE: Duration = Duration::from_secs(6);

impl Setup {
    pub fn config(&self, role: Role) -> Config {
        let seconds = |seconds: Option<u8>| seconds.map(|s| Duration::from_secs(s.max(1).into()));
        let rate = |rate: Option<u8>| {
            rate.map(|rate| Rate {
                per_second: u32::from(rate % 7) + 1,
                burst: u32::from(rate / 64) + 1,
            })
        };
        Config {
            version: self.version,
            window: self.window,
            first_number: self.first_number.into(),
            peer_window: self.peer_window,
            enquire_link: seconds(self.enquire_link),
            session_init: seconds(self.session_init),
            inactivity: seconds(self.inactivity),
            rate: rate(self.rate),
            peer_rate: rate(self.peer_rate),
            slow_down: self.slow_down,
            max_pdu_len: 600,
            max_pdu_len_unbound: 200,
            max_pdus_unbound: u32::from(self.max_pdus_unbound).max(2),
            response: RESPONSE,
            bind_response: BIND_RESPONSE,
            link_response: LINK_RESPONSE,
            manage_response: MANAGE_RESPONSE,
            ..Config::new(role)
        }
    }

    pub fn read(source: &mut Source<'_>) -> Self {
        Self {
            version: source.version(),
            window: u16::from(source.up_to(12)) + 1,
            slots: usize::from(source.up_to(13)) + 3,
            peer_window: match source.up_to(7) {
                0 => u16::MAX,
                few => few.into(),
            },
            room: 64 + 8 * usize::from(source.octet()),
            enquire_link: source.option(10),
            session_init: source.option(10),
            inactivity: source.option(20),
            rate: source.option(255),
            peer_rate: source.option(255),
            slow_down: source.flag(),
            max_pdus_unbound: source.up_to(20),
            first_number: match source.up_to(3) {
                0 => near_the_wrap(source.up_to(12)),
                _ => 1,
            },
        }
    }
}

/// A number from which a few requests lead over the last one.
pub fn near_the_wrap(before: u8) -> u32 {
    SequenceNumber::LAST.0 - u32::from(before)
}

/// A request by its kind; its fields do not matter to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bind(BindType, InterfaceVersion),
    Submit,
    SubmitWithParameter,
    SubmitMulti,
    Query,
    Cancel,
    Replace,
    Deliver,
    Data,
    Broadcast,
    LastMessages,
    Alert,
    Outbind,
    EnquireLink,
    Unbind,
    /// An operation without a standard name.
    Vendor,
    /// No request at all: the mistake of a caller.
    Response,
}

impl Kind {
    pub fn read(source: &mut Source<'_>) -> Self {
        match source.up_to(19) {
            0 => Self::Bind(source.bind_type(), source.stated_version()),
            1..=3 => Self::Submit,
            4 => Self::SubmitWithParameter,
            5 => Self::SubmitMulti,
            6 => Self::Query,
            7 => Self::Cancel,
            8 => Self::Replace,
            9 | 10 => Self::Deliver,
            11 => Self::Data,
            12 => Self::Broadcast,
            13 => Self::LastMessages,
            14 => Self::Alert,
            15 => Self::Outbind,
            16 => Self::EnquireLink,
            17 => Self::Unbind,
            18 => Self::Vendor,
            _ => Self::Response,
        }
    }
}

/// In which form a response comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Whole,
    WithParameter,
    HeaderOnly,
    Nack,
}

impl Form {
    pub fn read(source: &mut Source<'_>) -> Self {
        match source.up_to(3) {
            0 => Self::Whole,
            1 => Self::WithParameter,
            2 => Self::HeaderOnly,
            _ => Self::Nack,
        }
    }
}

/// Success, errors of 3.4, complaints about load, and statuses that only 5.0 has.
pub const STATUSES: [CommandStatus; 8] = [
    CommandStatus::ESME_ROK,
    CommandStatus::ESME_ROK,
    CommandStatus::ESME_RSYSERR,
    CommandStatus::ESME_RTHROTTLED,
    CommandStatus::ESME_RMSGQFUL,
    CommandStatus::ESME_RSERTYPDENIED,
    CommandStatus::ESME_RINVDCS,
    CommandStatus(0x0000_0450),
];

/// Octets that no session of the pair has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// A request that is well-formed, wherever it does not belong.
    Request(Kind, u32),
    /// A request with a body of so many octets 0xFF.
    Malformed(CommandId, u8, u32),
    /// A response to one of the outstanding requests, by another's hand.
    Response {
        which: u8,
        form: Form,
        status: CommandStatus,
    },
    /// A response with a body of so many octets 0xFF to an outstanding request.
    MalformedResponse(u8, u8),
    /// A response of another operation, with the number of an outstanding request.
    OtherOperation(u8),
    /// One more response to a request that has ended already.
    Again(u8),
    /// A response to a number that was never used.
    ToNothing(CommandId, u32),
    /// A `command_length` that cannot be.
    BadLength(u32),
    /// The start of another protocol.
    Stranger,
}

const COMMANDS: [CommandId; 12] = [
    CommandId::SUBMIT_SM,
    CommandId::DELIVER_SM,
    CommandId::DATA_SM,
    CommandId::QUERY_SM,
    CommandId::BIND_TRANSCEIVER,
    CommandId::BIND_TRANSMITTER,
    CommandId::UNBIND,
    CommandId::ENQUIRE_LINK,
    CommandId::SUBMIT_MULTI,
    CommandId::REPLACE_SM,
    CommandId::OUTBIND,
    CommandId(0x0001_0200),
];

pub fn command(which: u8) -> CommandId {
    COMMANDS[usize::from(which) % COMMANDS.len()]
}

impl Forgery {
    pub fn read(source: &mut Source<'_>) -> Self {
        match source.up_to(9) {
            0 | 1 => Self::Request(Kind::read(source), source.number()),
            2 => Self::Malformed(command(source.octet()), source.octet(), source.number()),
            3 | 4 => Self::Response {
                which: source.octet(),
                form: Form::read(source),
                status: source.status(),
            },
            5 => Self::MalformedResponse(source.octet(), source.octet()),
            6 => Self::OtherOperation(source.octet()),
            7 => Self::Again(source.octet()),
            8 => Self::ToNothing(command(source.octet()), source.number()),
            _ => match source.octet() {
                0 => Self::Stranger,
                length => Self::BadLength(u32::from(length) << (source.octet() % 25)),
            },
        }
    }
}

/// Something that happens to the pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// The ESME binds, the centre accepts, all octets are carried.
    Handshake(BindType, InterfaceVersion),
    Request(Role, Kind),
    /// One of the requests that the peer has made is answered.
    Respond {
        by: Role,
        which: u8,
        form: Form,
        status: CommandStatus,
    },
    /// A response although nothing was asked: a mistake of the caller.
    RespondToNothing(Role, CommandId),
    /// One of the outstanding requests, or none of them, is given up.
    Cancel(Role, u8),
    Unbind(Role),
    Finish(Role),
    Close(Role),
    /// Octets move from this side to the other, in pieces.
    Carry {
        from: Role,
        octets: u16,
        piece: u8,
    },
    /// Octets move until both sides are silent.
    CarryAll,
    Forge(Role, Forgery),
    /// Time passes, both sides are woken as they ask for it.
    Pass {
        millis: u16,
        connected: bool,
    },
    /// Time passes, nobody is woken.
    Sleep(u16),
    /// A side is woken although it did not ask, by a clock that may be late.
    Wake(Role, u16),
    /// The link is lost, after so many octets more in each direction.
    Lose(u8, u8),
}

impl Op {
    pub fn read(source: &mut Source<'_>) -> Self {
        match source.up_to(36) {
            0..=2 => Self::Handshake(source.bind_type(), source.stated_version()),
            3..=11 => Self::Request(source.role(), Kind::read(source)),
            12..=17 => Self::Respond {
                by: source.role(),
                which: source.octet(),
                form: Form::read(source),
                status: source.status(),
            },
            18 => Self::RespondToNothing(source.role(), command(source.octet())),
            19 => Self::Cancel(source.role(), source.octet()),
            20 => match source.up_to(2) {
                0 => Self::Unbind(source.role()),
                1 => Self::Finish(source.role()),
                _ => Self::Close(source.role()),
            },
            21 => Self::Lose(source.octet(), source.octet()),
            22..=26 => Self::Carry {
                from: source.role(),
                octets: source.octet().into(),
                piece: source.octet(),
            },
            27..=29 => Self::CarryAll,
            30..=32 => Self::Forge(source.role(), Forgery::read(source)),
            33 => Self::Pass {
                millis: source.millis(),
                connected: source.flag(),
            },
            34 => Self::Sleep(source.millis()),
            _ => Self::Wake(source.role(), source.millis()),
        }
    }
}
