use core::time::Duration;

use smpp_pdu::{
    BindType, CommandId, CommandStatus, DeliverSm, OmittedBody, Pdu, SubmitSm, SubmitSmResp,
};
use smpp_session::{CloseReason, FaultKind, RequestId, SendError};

use crate::pair::{Pair, Seen, octets};

fn submit(pair: &mut Pair, id: u64) -> Result<smpp_pdu::SequenceNumber, SendError> {
    pair.esme.session.request(
        pair.now,
        RequestId(id),
        SubmitSm::default(),
        &mut pair.esme.out,
    )
}

#[test]
fn a_finishing_session_waits_for_what_is_under_way_and_then_unbinds() {
    let mut pair = Pair::bound(BindType::Transceiver);
    pair.centre.answer = None;
    let number = submit(&mut pair, 1).unwrap();
    pair.carry();
    pair.esme
        .session
        .finish(pair.now, &mut pair.esme.out)
        .unwrap();
    assert!(
        pair.esme.out.is_empty(),
        "no unbind while one is outstanding"
    );
    assert!(submit(&mut pair, 2).is_err());
    // Requests of the peer are refused for now.
    pair.centre
        .session
        .request(
            pair.now,
            RequestId(7),
            DeliverSm::default(),
            &mut pair.centre.out,
        )
        .unwrap();
    pair.carry();
    assert_eq!(
        pair.esme.take_events(),
        [Seen::Fault(
            FaultKind::Finishing,
            Some(CommandStatus::ESME_RX_T_APPN)
        )]
    );
    pair.centre.take_events();
    let response = Pdu::request(number, SubmitSmResp::default());
    pair.centre
        .session
        .respond(pair.now, &response, &mut pair.centre.out)
        .unwrap();
    pair.carry();
    assert_eq!(
        pair.esme.take_events(),
        [
            Seen::Response(RequestId(1), CommandStatus::ESME_ROK),
            Seen::Answered(CommandId::UNBIND_RESP),
            Seen::Closed(CloseReason::Unbound)
        ]
    );
}

#[test]
fn a_finishing_session_answers_first_what_the_peer_has_asked() {
    let mut pair = Pair::bound(BindType::Transceiver);
    pair.centre.answer = None;
    let number = submit(&mut pair, 1).unwrap();
    pair.carry();
    let (centre, out) = (&mut pair.centre.session, &mut pair.centre.out);
    centre.finish(pair.now, out).unwrap();
    assert!(out.is_empty());
    let response = Pdu::request(number, SubmitSmResp::default());
    centre.respond(pair.now, &response, out).unwrap();
    let first = smpp_codec::decode(&out[..17]).unwrap();
    let second = smpp_codec::decode(&out[17..]).unwrap();
    assert_eq!(first.command_id(), CommandId::SUBMIT_SM_RESP);
    assert_eq!(second.command_id(), CommandId::UNBIND);
}

#[test]
fn a_finishing_session_does_not_wait_longer_than_for_a_response() {
    let mut pair = Pair::bound(BindType::Transceiver);
    pair.centre.answer = None;
    submit(&mut pair, 1).unwrap();
    pair.carry();
    pair.esme
        .session
        .finish(pair.now, &mut pair.esme.out)
        .unwrap();
    pair.pass(Duration::from_secs(90));
    let events = pair.esme.take_events();
    assert!(events.contains(&Seen::Expired(RequestId(1))), "{events:?}");
    assert_eq!(events.last(), Some(&Seen::Closed(CloseReason::Unbound)));
}

#[test]
fn an_unbound_session_has_nothing_to_finish() {
    let mut pair = Pair::new();
    assert!(
        pair.esme
            .session
            .finish(pair.now, &mut pair.esme.out)
            .is_err()
    );
}

#[test]
fn a_cancelled_request_frees_its_place_and_its_response_is_late() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let number = submit(&mut pair, 5).unwrap();
    let machine = pair.esme.session.split().1;
    assert!(machine.cancel(number));
    assert!(!machine.cancel(number));
    assert_eq!(machine.outstanding(), 0);
    // A response of another operation is not its late one.
    let other = OmittedBody {
        command_id: CommandId::QUERY_SM_RESP,
    };
    for (body, seen) in [
        (
            smpp_pdu::Body::from(other),
            Seen::Fault(FaultKind::UnmatchedResponse, None),
        ),
        (
            SubmitSmResp::default().into(),
            Seen::Late(RequestId(5), CommandStatus::ESME_ROK),
        ),
    ] {
        let response = octets(&Pdu::request(number, body));
        pair.esme.read(pair.now, &response, usize::MAX);
        assert_eq!(pair.esme.take_events(), [seen]);
    }
}

#[test]
fn what_is_outstanding_can_be_listed() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let numbers = [1, 2, 3].map(|id| submit(&mut pair, id).unwrap());
    let listed: Vec<_> = pair.esme.session.machine().outstanding_requests().collect();
    let expected: Vec<_> = (1..)
        .map(RequestId)
        .zip(numbers)
        .map(|(id, number)| (id, CommandId::SUBMIT_SM, number))
        .collect();
    assert_eq!(listed, expected);
}

/// Both sides, with one submit_sm that the centre has not answered, and an
/// unbind of the ESME behind it.
fn asked() -> (Pair, smpp_pdu::SequenceNumber) {
    let mut pair = Pair::bound(BindType::Transceiver);
    pair.centre.answer = None;
    let number = submit(&mut pair, 1).unwrap();
    pair.esme
        .session
        .unbind(pair.now, &mut pair.esme.out)
        .unwrap();
    pair.carry();
    assert_eq!(
        pair.centre.take_events(),
        [Seen::Request(CommandId::SUBMIT_SM), Seen::UnbindAsked(1)]
    );
    assert!(pair.centre.out.is_empty());
    (pair, number)
}

#[test]
fn an_unbind_is_answered_after_what_was_asked_before_it() {
    let (mut pair, number) = asked();
    let response = Pdu::request(number, SubmitSmResp::default());
    pair.centre
        .session
        .respond(pair.now, &response, &mut pair.centre.out)
        .unwrap();
    pair.carry();
    assert_eq!(
        pair.esme.take_events(),
        [
            Seen::Response(RequestId(1), CommandStatus::ESME_ROK),
            Seen::Answered(CommandId::UNBIND_RESP),
            Seen::Closed(CloseReason::Unbound)
        ]
    );
    assert_eq!(
        pair.centre.take_events(),
        [Seen::Closed(CloseReason::PeerUnbound)]
    );
}

#[test]
fn an_unbind_does_not_wait_for_ever_for_the_answers_before_it() {
    let (mut pair, _) = asked();
    pair.pass(Duration::from_secs(5));
    assert_eq!(
        pair.centre.take_events(),
        [Seen::Closed(CloseReason::PeerUnbound)]
    );
    assert_eq!(
        pair.esme.take_events().last(),
        Some(&Seen::Closed(CloseReason::Unbound))
    );
}

#[test]
fn nothing_but_enquire_link_follows_an_unbind_of_the_peer() {
    let (mut pair, _) = asked();
    let more = octets(&Pdu::request(77.into(), SubmitSm::default()));
    pair.centre.read(pair.now, &more, usize::MAX);
    assert_eq!(
        pair.centre.take_events(),
        [Seen::Fault(
            FaultKind::Finishing,
            Some(CommandStatus::ESME_RINVBNDSTS)
        )]
    );
    let alive = octets(&Pdu::request(78.into(), smpp_pdu::EnquireLink::default()));
    pair.centre.read(pair.now, &alive, usize::MAX);
    assert_eq!(
        pair.centre.take_events(),
        [Seen::Answered(CommandId::ENQUIRE_LINK)]
    );
}

#[test]
fn a_peer_that_unbinds_and_goes_has_unbound() {
    let (mut pair, _) = asked();
    pair.centre.session.handle_eof(pair.now);
    pair.centre.drain();
    assert_eq!(
        pair.centre.take_events(),
        [Seen::Closed(CloseReason::PeerUnbound)]
    );
}

#[test]
fn an_enquire_link_takes_no_place_from_the_callers_window() {
    let esme = smpp_session::Config {
        window: 1,
        ..smpp_session::Config::new(smpp_session::Role::Esme)
    };
    let centre = smpp_session::Config::new(smpp_session::Role::MessageCentre);
    let mut pair = Pair::with(esme, centre);
    pair.bind(BindType::Transceiver);
    let due = pair.now + Duration::from_secs(30);
    pair.esme.session.handle_timeout(due, &mut pair.esme.out);
    assert_eq!(pair.esme.session.machine().outstanding(), 1);
    assert_eq!(pair.esme.session.machine().free_window(), 1);
    submit(&mut pair, 1).unwrap();
    assert!(submit(&mut pair, 2).is_err());
}
