use smpp_pdu::{Bind, BindType, CommandId, SubmitSm};
use smpp_session::{
    CloseReason, Config, Event, HeapSession, Instant, RequestId, Role, SendError, SessionState,
};

use crate::pair::{Pair, Seen, seen};

#[test]
fn every_outstanding_request_ends_as_unknown_when_the_link_is_lost() {
    let config = Config {
        window: 1000,
        ..Config::new(Role::Esme)
    };
    let mut session = HeapSession::new(config, Instant::ZERO);
    let mut out = Vec::new();
    session
        .request(Instant::ZERO, RequestId(0), Bind::default(), &mut out)
        .unwrap();
    let accepted = b"\0\0\0\x11\x80\0\0\x09\0\0\0\0\0\0\0\x01\0";
    session
        .handle_input(Instant::ZERO, &mut accepted.as_slice(), &mut out)
        .unwrap();
    for id in 1..=1000 {
        session
            .request(Instant::ZERO, RequestId(id), SubmitSm::default(), &mut out)
            .unwrap();
    }
    session.handle_eof(Instant::from_millis(5));
    let events: Vec<Seen> = core::iter::from_fn(|| session.poll_event())
        .map(|event| seen(&event))
        .collect();
    let mut expected: Vec<Seen> = (1..=1000).map(|id| Seen::Unknown(RequestId(id))).collect();
    expected.push(Seen::Closed(CloseReason::ConnectionLost));
    assert_eq!(events, expected);
    assert_eq!(session.poll_timeout(), None);
}

#[test]
fn a_request_after_the_loss_is_told_that_the_session_is_over() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let esme = &mut pair.esme;
    esme.session.handle_eof(pair.now);
    // The end is not reported yet.
    let refused =
        esme.session
            .request(pair.now, RequestId(1), SubmitSm::default(), &mut Vec::new());
    assert_eq!(
        refused,
        Err(SendError::WrongState {
            command_id: CommandId::SUBMIT_SM,
            state: SessionState::Closed
        })
    );
}

#[test]
fn a_connection_without_a_word_is_a_health_check() {
    let mut session = HeapSession::new(Config::new(Role::MessageCentre), Instant::ZERO);
    session.handle_eof(Instant::ZERO);
    assert_eq!(
        session.poll_event(),
        Some(Event::Closed(CloseReason::NoOctets))
    );
    assert_eq!(session.poll_event(), None);
}

#[test]
fn the_end_is_reported_once_whatever_follows() {
    let mut pair = Pair::new();
    pair.esme.session.close(pair.now);
    pair.esme.session.handle_eof(pair.now);
    pair.esme.session.close(pair.now);
    pair.esme.drain();
    pair.esme.drain();
    assert_eq!(
        pair.esme.take_events(),
        [Seen::Closed(CloseReason::Requested)]
    );
}

#[test]
fn a_whole_window_that_expired_is_remembered_for_its_late_answers() {
    let config = Config {
        window: 1000,
        session_init: None,
        enquire_link: None,
        ..Config::new(Role::Esme)
    };
    let mut session = HeapSession::new(config, Instant::ZERO);
    let mut out = Vec::new();
    session
        .request(Instant::ZERO, RequestId(0), Bind::default(), &mut out)
        .unwrap();
    let accepted = b"\0\0\0\x11\x80\0\0\x09\0\0\0\0\0\0\0\x01\0";
    session
        .handle_input(Instant::ZERO, &mut accepted.as_slice(), &mut out)
        .unwrap();
    let numbers: Vec<_> = (1..=1000)
        .map(|id| {
            session
                .request(Instant::ZERO, RequestId(id), SubmitSm::default(), &mut out)
                .unwrap()
        })
        .collect();
    let later = Instant::ZERO + config.response;
    session.handle_timeout(later, &mut out);
    let expired = core::iter::from_fn(|| session.poll_event()).count();
    assert_eq!(expired, 1000);
    for (id, number) in (1..).zip(numbers) {
        let mut late = Vec::new();
        let response = smpp_pdu::Pdu::request(number, smpp_pdu::SubmitSmResp::default());
        smpp_codec::encode(&response, &mut late).unwrap();
        let event = session.handle_input(later, &mut late.as_slice(), &mut out);
        let status = smpp_pdu::CommandStatus::ESME_ROK;
        assert_eq!(
            event.map(|event| seen(&event)),
            Some(Seen::Late(RequestId(id), status))
        );
    }
}
