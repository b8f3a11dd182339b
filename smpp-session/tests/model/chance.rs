//! What may happen next, and how likely.

use proptest::option;
use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;
use proptest_state_machine::ReferenceStateMachine;
use smpp_pdu::{BindType, CommandStatus, InterfaceVersion};
use smpp_session::Role;

use crate::world::{Forgery, Form, Kind, Op, STATUSES, Setup, command, near_the_wrap};

/// How a case goes on: two setups, and how far it has come. It is a guess, good
/// enough to let what needs a bind come behind one.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) esme: Setup,
    pub(crate) centre: Setup,
    bound: bool,
    ending: bool,
}

pub(crate) struct Chance;

impl ReferenceStateMachine for Chance {
    type State = Plan;
    type Transition = Op;

    fn init_state() -> BoxedStrategy<Plan> {
        (setup(), setup())
            .prop_map(|(esme, centre)| Plan {
                esme,
                centre,
                bound: false,
                ending: false,
            })
            .boxed()
    }

    fn transitions(plan: &Plan) -> BoxedStrategy<Op> {
        LIKELY.with(|[unbound, bound, ending]| match (plan.bound, plan.ending) {
            (false, _) => unbound.clone(),
            (true, false) => bound.clone(),
            (true, true) => ending.clone(),
        })
    }

    fn apply(mut plan: Plan, op: &Op) -> Plan {
        match op {
            Op::Handshake(..) => plan.bound = true,
            Op::Unbind(_) | Op::Finish(_) => plan.ending = true,
            _ => {}
        }
        plan
    }
}

std::thread_local! {
    /// What is likely before a bind, behind it, and near the end: built once,
    /// for every step of every case asks.
    static LIKELY: [BoxedStrategy<Op>; 3] = [unbound(), bound(1), bound(3)];
}

fn unbound() -> BoxedStrategy<Op> {
    prop_oneof![
        8 => handshake(),
        5 => (bind_type(), version())
            .prop_map(|(t, v)| Op::Request(Role::Esme, Kind::Bind(t, v))),
        3 => (role(), kind()).prop_map(|(by, kind)| Op::Request(by, kind)),
        3 => respond(),
        3 => carry(),
        3 => Just(Op::CarryAll),
        3 => (role(), forgery()).prop_map(|(to, what)| Op::Forge(to, what)),
        2 => time(),
        1 => role().prop_map(|by| Op::Cancel(by, 0)),
        1 => misuse(),
        1 => ending(),
    ]
    .boxed()
}

/// An end comes now and then, so that most of a case lies before it.
fn bound(end: u32) -> BoxedStrategy<Op> {
    prop_oneof![
        30 => (role(), kind()).prop_map(|(by, kind)| Op::Request(by, kind)),
        18 => respond(),
        12 => carry(),
        12 => Just(Op::CarryAll),
        8 => (role(), forgery()).prop_map(|(to, what)| Op::Forge(to, what)),
        8 => time(),
        4 => (role(), any::<u8>()).prop_map(|(by, which)| Op::Cancel(by, which)),
        2 => misuse(),
        1 => handshake(),
        end => ending(),
    ]
    .boxed()
}

fn handshake() -> impl Strategy<Value = Op> {
    (bind_type(), version()).prop_map(|(bind_type, version)| Op::Handshake(bind_type, version))
}

fn setup() -> impl Strategy<Value = Setup> {
    let numbers = (
        1..=13_u16,
        3..=16_usize,
        prop_oneof![2 => Just(u16::MAX), 1 => 1..=7_u16],
        prop_oneof![3 => Just(4000_usize), 1 => 64..=600_usize],
    );
    let timers = (
        option::of(1..=10_u8),
        option::weighted(0.3, 5..=20_u8),
        option::weighted(0.2, 5..=30_u8),
    );
    let flow = (
        option::weighted(0.2, any::<u8>()),
        option::weighted(0.2, any::<u8>()),
        any::<bool>(),
    );
    let first_number = prop_oneof![
        2 => Just(1_u32),
        1 => (0..=12_u8).prop_map(near_the_wrap),
    ];
    let unbound = 0..=20_u8;
    (
        known_version(),
        numbers,
        timers,
        flow,
        unbound,
        first_number,
    )
        .prop_map(
            |(version, numbers, timers, flow, max_pdus_unbound, first_number)| Setup {
                version,
                window: numbers.0,
                slots: numbers.1,
                peer_window: numbers.2,
                room: numbers.3,
                enquire_link: timers.0,
                session_init: timers.1,
                inactivity: timers.2,
                rate: flow.0,
                peer_rate: flow.1,
                slow_down: flow.2,
                max_pdus_unbound,
                first_number,
            },
        )
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Esme), Just(Role::MessageCentre)]
}

fn bind_type() -> impl Strategy<Value = BindType> {
    prop_oneof![
        3 => Just(BindType::Transceiver),
        1 => Just(BindType::Transmitter),
        1 => Just(BindType::Receiver),
    ]
}

fn known_version() -> impl Strategy<Value = InterfaceVersion> {
    prop_oneof![
        3 => Just(InterfaceVersion::V5_0),
        2 => Just(InterfaceVersion::V3_4),
        1 => Just(InterfaceVersion::V3_3),
    ]
}

/// A version as a bind states it: any octet.
fn version() -> impl Strategy<Value = InterfaceVersion> {
    prop_oneof![9 => known_version(), 1 => any::<u8>().prop_map(InterfaceVersion)]
}

fn status() -> impl Strategy<Value = CommandStatus> {
    proptest::sample::select(STATUSES.as_slice())
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        16 => Just(Kind::Submit),
        12 => Just(Kind::Deliver),
        4 => Just(Kind::Data),
        3 => Just(Kind::Query),
        2 => Just(Kind::SubmitWithParameter),
        1 => Just(Kind::SubmitMulti),
        1 => Just(Kind::Cancel),
        1 => Just(Kind::Replace),
        1 => Just(Kind::Broadcast),
        1 => Just(Kind::LastMessages),
        1 => Just(Kind::Alert),
        1 => Just(Kind::Outbind),
        1 => Just(Kind::EnquireLink),
        1 => Just(Kind::Unbind),
        1 => Just(Kind::Vendor),
        1 => Just(Kind::Response),
        1 => (bind_type(), version()).prop_map(|(t, v)| Kind::Bind(t, v)),
    ]
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        6 => Just(Form::Whole),
        2 => Just(Form::WithParameter),
        2 => Just(Form::HeaderOnly),
        1 => Just(Form::Nack),
    ]
}

fn respond() -> impl Strategy<Value = Op> {
    (role(), any::<u8>(), form(), status()).prop_map(|(by, which, form, status)| Op::Respond {
        by,
        which,
        form,
        status,
    })
}

fn carry() -> impl Strategy<Value = Op> {
    (role(), 0..300_u16, any::<u8>()).prop_map(|(from, octets, piece)| Op::Carry {
        from,
        octets,
        piece,
    })
}

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![
        8 => 0..32_u32,
        1 => (0..=12_u8).prop_map(near_the_wrap),
        1 => any::<u32>(),
    ]
}

fn forgery() -> impl Strategy<Value = Forgery> {
    let any_command = || any::<u8>().prop_map(command);
    prop_oneof![
        6 => (kind(), number()).prop_map(|(kind, number)| Forgery::Request(kind, number)),
        3 => (any_command(), any::<u8>(), number())
            .prop_map(|(command_id, body, number)| Forgery::Malformed(command_id, body, number)),
        4 => (any::<u8>(), form(), status())
            .prop_map(|(which, form, status)| Forgery::Response { which, form, status }),
        2 => (any::<u8>(), any::<u8>())
            .prop_map(|(which, body)| Forgery::MalformedResponse(which, body)),
        2 => any::<u8>().prop_map(Forgery::OtherOperation),
        3 => any::<u8>().prop_map(Forgery::Again),
        2 => (any_command(), number())
            .prop_map(|(command_id, number)| Forgery::ToNothing(command_id, number)),
        1 => prop_oneof![0..16_u32, 601..100_000_u32].prop_map(Forgery::BadLength),
        1 => Just(Forgery::Stranger),
    ]
}

fn time() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => (0..12_000_u16, any::<bool>())
            .prop_map(|(millis, connected)| Op::Pass { millis, connected }),
        3 => (0..12_000_u16).prop_map(Op::Sleep),
        2 => (role(), 0..100_u16).prop_map(|(who, late)| Op::Wake(who, late)),
    ]
}

fn misuse() -> impl Strategy<Value = Op> {
    (role(), any::<u8>()).prop_map(|(by, which)| Op::RespondToNothing(by, command(which)))
}

fn ending() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => role().prop_map(Op::Unbind),
        4 => role().prop_map(Op::Finish),
        1 => role().prop_map(Op::Close),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Op::Lose(a, b)),
    ]
}
