//! Corners that the model of `tests/model` has led to, each as short as it became.

use core::time::Duration;

use smpp_pdu::{
    Bind, BindResp, BindType, CommandId, CommandStatus, EnquireLink, EnquireLinkResp, GenericNack,
    InterfaceVersion, OmittedBody, Pdu, SubmitSm, SubmitSmResp, Unbind,
};
use smpp_session::{CloseReason, Config, RequestId, Role, SendError, SessionState};

use crate::pair::{Pair, Seen, octets};

#[test]
fn an_unbind_is_not_sent_as_a_request() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let (esme, out) = (&mut pair.esme.session, &mut pair.esme.out);
    let refused = esme.request(pair.now, RequestId(1), Unbind::default(), out);
    let command_id = CommandId::UNBIND;
    assert_eq!(refused, Err(SendError::WrongKind { command_id }));
    assert!(out.is_empty());
    esme.request(pair.now, RequestId(2), SubmitSm::default(), out)
        .unwrap();
}

#[test]
fn a_response_that_the_state_or_the_side_forbids_is_not_sent() {
    let mut pair = Pair::new();
    let out = &mut pair.esme.out;
    let forbidden: [Pdu<'_>; 2] = [
        Pdu::request(1.into(), SubmitSmResp::default()),
        Pdu::request(1.into(), BindResp::default()),
    ];
    for response in forbidden {
        let refused = pair.esme.session.respond(pair.now, &response, out);
        assert!(
            matches!(refused, Err(SendError::WrongState { .. })),
            "{refused:?}"
        );
    }
    assert!(out.is_empty());
}

#[test]
fn a_link_of_34_is_not_enquired_before_the_bind() {
    let mut pair = Pair::with(
        Config {
            version: InterfaceVersion::V3_4,
            ..Config::new(Role::Esme)
        },
        Config::new(Role::MessageCentre),
    );
    let (esme, out) = (&mut pair.esme.session, &mut pair.esme.out);
    let refused = esme.request(pair.now, RequestId(1), EnquireLink::default(), out);
    assert!(matches!(refused, Err(SendError::NotInVersion { .. })));
    pair.bind(BindType::Transceiver);
    let (esme, out) = (&mut pair.esme.session, &mut pair.esme.out);
    esme.request(pair.now, RequestId(2), EnquireLink::default(), out)
        .unwrap();
}

#[test]
fn a_finishing_session_unbinds_as_soon_as_its_last_request_has_expired() {
    let quiet = |role| Config {
        enquire_link: None,
        ..Config::new(role)
    };
    let mut pair = Pair::with(quiet(Role::Esme), quiet(Role::MessageCentre));
    pair.bind(BindType::Transceiver);
    let (esme, out) = (&mut pair.esme.session, &mut pair.esme.out);
    esme.request(pair.now, RequestId(1), SubmitSm::default(), out)
        .unwrap();
    esme.finish(pair.now, out).unwrap();
    out.clear();
    // Nobody answers, and no other timer would wake it.
    pair.pass(Duration::from_secs(60));
    assert_eq!(
        pair.esme.take_events(),
        [
            Seen::Expired(RequestId(1)),
            Seen::Answered(CommandId::UNBIND_RESP),
            Seen::Closed(CloseReason::Unbound)
        ]
    );
}

#[test]
fn a_bind_that_was_given_up_may_be_tried_again() {
    let mut pair = Pair::new();
    let (session, out) = (&mut pair.esme.session, &mut pair.esme.out);
    let number = session
        .request(pair.now, RequestId(1), Bind::default(), out)
        .unwrap();
    out.clear();
    assert!(session.split().1.cancel(number));
    pair.bind(BindType::Transceiver);
}

#[test]
fn a_bind_may_be_refused_by_a_header_alone_or_by_generic_nack() {
    let header_alone = OmittedBody {
        command_id: CommandId::BIND_TRANSCEIVER_RESP,
    };
    let refusals: [smpp_pdu::Body<'_>; 2] = [header_alone.into(), GenericNack::default().into()];
    for body in refusals {
        let mut pair = Pair::new();
        pair.centre.answer = None;
        let (esme, out) = (&mut pair.esme.session, &mut pair.esme.out);
        let number = esme
            .request(pair.now, RequestId(1), Bind::default(), out)
            .unwrap();
        pair.carry();
        let status = CommandStatus::ESME_RBINDFAIL;
        let (centre, out) = (&mut pair.centre.session, &mut pair.centre.out);
        centre
            .respond(pair.now, &Pdu::response(status, number, body), out)
            .unwrap();
        pair.carry();
        assert_eq!(
            pair.esme.take_events(),
            [Seen::Response(RequestId(1), status)]
        );
        pair.centre.answer = Some(CommandStatus::ESME_ROK);
        pair.bind(BindType::Transceiver);
    }
}

#[test]
fn nothing_but_the_response_to_a_bind_binds() {
    let ok = CommandStatus::ESME_ROK;
    // A generic_nack that claims success.
    let mut pair = Pair::new();
    let (esme, out) = (&mut pair.esme.session, &mut pair.esme.out);
    let number = esme
        .request(pair.now, RequestId(1), Bind::default(), out)
        .unwrap();
    let nack = octets(&Pdu::response(ok, number, GenericNack::default()));
    pair.esme.read(pair.now, &nack, usize::MAX);
    assert_eq!(pair.esme.session.state(), SessionState::Open);
    // The centre answers, and not the bind.
    let bind = octets(&Pdu::request(1.into(), Bind::default()));
    pair.centre.answer = None;
    pair.centre.read(pair.now, &bind, usize::MAX);
    let (centre, out) = (&mut pair.centre.session, &mut pair.centre.out);
    let other = Pdu::request(1.into(), EnquireLinkResp::default());
    centre.respond(pair.now, &other, out).unwrap();
    assert_eq!(centre.state(), SessionState::Open);
}

#[test]
fn an_operation_0_is_not_counted_as_generic_nack() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let zero = b"\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\x07";
    pair.centre.read(pair.now, zero, usize::MAX);
    let received = &pair.centre.session.machine().counters().received;
    assert_eq!(received.of(CommandId::GENERIC_NACK), 0);
    assert!(received.iter().all(|(id, _)| id != CommandId::GENERIC_NACK));
    assert_eq!(received.total(), 2);
}
