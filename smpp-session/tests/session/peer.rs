//! What a centre sets for one peer, once it knows who that is.

use smpp_codec::{Decoder, decode};
use smpp_pdu::{
    Bind, BindResp, BindType, Body, CommandId, CommandStatus, DeliverSm, InterfaceVersion, Pdu,
    QuerySm, SubmitSm, Tlv, Tlvs,
};
use smpp_session::{Config, ErrorBodies, FaultKind, Instant, Role};

use crate::pair::{End, Seen, octets};

const NOW: Instant = Instant::ZERO;

fn bind() -> Pdu<'static> {
    let bind = Bind::default().interface_version(InterfaceVersion::V5_0);
    Pdu::request(1.into(), bind)
}

/// A centre to which an ESME of 5.0 has bound.
fn centre() -> End {
    let mut centre = End::new(Config::new(Role::MessageCentre));
    centre.read(NOW, &octets(&bind()), usize::MAX);
    centre.take_events();
    centre
}

/// The length of what the centre answers a request with, and its operation.
fn length<'p>(centre: &mut End, request: impl Into<Body<'p>>) -> (CommandId, usize) {
    centre.out.clear();
    let request = Pdu::request(2.into(), request);
    centre.read(NOW, &octets(&request), usize::MAX);
    let answer = decode(&centre.out).unwrap();
    (answer.command_id(), centre.out.len())
}

#[test]
fn errors_have_the_bodies_that_the_peer_can_read() {
    for (bodies, query, submit, fault) in [
        (ErrorBodies::Usual, 20, 16, 16),
        (ErrorBodies::Never, 16, 16, 16),
        (ErrorBodies::Always, 20, 17, 17),
    ] {
        let mut centre = centre();
        centre.answer = Some(CommandStatus::ESME_RSYSERR);
        centre.session.split().1.set_error_bodies(bodies);
        assert_eq!(
            length(&mut centre, SubmitSm::default()),
            (CommandId::SUBMIT_SM_RESP, submit)
        );
        // Which the session refuses by itself.
        assert_eq!(
            length(&mut centre, DeliverSm::default()),
            (CommandId::DELIVER_SM_RESP, fault)
        );
        let asked = Pdu::request(3.into(), QuerySm::default());
        centre.answer = None;
        centre.read(NOW, &octets(&asked), usize::MAX);
        centre.out.clear();
        let refused = smpp_session::refuse(&asked, CommandStatus::ESME_RQUERYFAIL);
        let (session, out) = (&mut centre.session, &mut centre.out);
        session.respond(NOW, &refused, out).unwrap();
        assert_eq!(out.len(), query, "{bodies:?}");
        assert_eq!(decode(out).unwrap().command_status, refused.command_status);
    }
}

#[test]
fn a_peer_is_taken_for_the_version_that_it_speaks_not_the_one_that_it_states() {
    let mut centre = End::new(Config::new(Role::MessageCentre));
    let machine = centre.session.split().1;
    machine.set_peer_version(InterfaceVersion::V3_3);
    assert_eq!(
        machine.version(),
        InterfaceVersion::V5_0,
        "nobody has bound"
    );
    centre.answer = None;
    centre.read(NOW, &octets(&bind()), usize::MAX);
    let machine = centre.session.split().1;
    machine.set_peer_version(InterfaceVersion::V3_3);
    let stated = [Tlv::sc_interface_version(InterfaceVersion::V5_0)];
    let resp = BindResp::new(
        BindType::Transceiver,
        Default::default(),
        Tlvs::from_slice(&stated),
    );
    let (session, out) = (&mut centre.session, &mut centre.out);
    session
        .respond(NOW, &Pdu::request(1.into(), resp), out)
        .unwrap();
    // No parameters for 3.3.
    assert_eq!(out.len(), 17);
    assert_eq!(session.machine().version(), InterfaceVersion::V3_3);
    session.split().1.set_peer_version(InterfaceVersion::V3_4);
    assert_eq!(session.machine().version(), InterfaceVersion::V3_4);
}

#[test]
fn off_spec_requests_are_refused_where_the_decoder_is_strict() {
    let mut centre = centre();
    let mut request = octets(&Pdu::request(2.into(), QuerySm::default()));
    // A NUL behind the last field.
    request.push(0).unwrap();
    request[3] += 1;
    centre.read(NOW, &request, usize::MAX);
    assert_eq!(centre.take_events(), [Seen::Request(CommandId::QUERY_SM)]);
    let machine = centre.session.split().1;
    machine.set_decoder(Decoder::new().strict(true));
    centre.read(NOW, &request, usize::MAX);
    let events = centre.take_events();
    let malformed = |event: &Seen| matches!(event, Seen::Fault(FaultKind::Malformed(_), Some(_)));
    assert!(events.iter().all(malformed), "{events:?}");
    assert_eq!(events.len(), 1);
}

#[test]
fn a_silent_peer_is_not_asked_where_that_was_switched_off() {
    let mut centre = centre();
    assert!(centre.session.machine().poll_timeout().is_some());
    centre.session.split().1.set_enquire_link(None);
    assert_eq!(centre.session.machine().poll_timeout(), None);
}
