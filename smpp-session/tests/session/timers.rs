use core::time::Duration;

use smpp_pdu::{BindType, CommandId, SubmitSm};
use smpp_session::{CloseReason, Config, RequestId, Role, SessionState};

use crate::pair::{Pair, Seen};

#[test]
fn no_bind_in_time_closes_the_connection() {
    let mut pair = Pair::new();
    pair.pass(Duration::from_millis(9_999));
    assert_eq!(pair.centre.take_events(), []);
    pair.pass(Duration::from_millis(1));
    assert_eq!(
        pair.centre.take_events(),
        [Seen::Closed(CloseReason::SessionInitTimeout)]
    );
}

#[test]
fn a_week_of_silence_is_kept_alive_by_enquire_link() {
    let mut pair = Pair::bound(BindType::Transceiver);
    pair.pass(Duration::from_secs(7 * 24 * 3600));
    assert_eq!(pair.esme.session.state(), SessionState::BoundTrx);
    let events = pair.esme.take_events();
    let alive = events.iter().filter(|seen| **seen == Seen::Alive).count();
    let answered = events.len() - alive;
    assert!(
        events
            .iter()
            .all(|seen| matches!(seen, Seen::Alive | Seen::Answered(CommandId::ENQUIRE_LINK)))
    );
    // Both sides ask every 30 seconds; an answer of either counts as life.
    assert!(alive + answered >= 7 * 24 * 120, "{alive} and {answered}");
}

#[test]
fn a_busy_link_is_not_asked_whether_it_lives() {
    let mut pair = Pair::bound(BindType::Transceiver);
    for id in 0..100 {
        pair.esme
            .session
            .request(
                pair.now,
                RequestId(id),
                SubmitSm::default(),
                &mut pair.esme.out,
            )
            .unwrap();
        pair.carry();
        pair.pass(Duration::from_secs(29));
    }
    assert!(!pair.esme.take_events().contains(&Seen::Alive));
}

#[test]
fn a_peer_that_does_not_answer_enquire_link_is_given_up() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let mut esme = pair.esme;
    // The centre is gone: what is written goes nowhere.
    let mut now = pair.now;
    while let Some(at) = esme.session.poll_timeout() {
        now = at;
        esme.session.handle_timeout(now, &mut esme.out);
        esme.out.clear();
        esme.drain();
    }
    assert_eq!(
        esme.take_events(),
        [Seen::Closed(CloseReason::EnquireLinkTimeout)]
    );
    assert_eq!(now.as_micros(), (30 + 30) * 1_000_000);
    pair.centre.take_events();
}

#[test]
fn octets_that_never_make_a_pdu_keep_no_session_alive() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let mut centre = pair.centre;
    let start = pair.now;
    let mut now = start;
    // A PDU of 1,000 octets, one of them each ten seconds.
    let mut octets = [0, 0, 3, 0xE8].into_iter().chain(core::iter::repeat(0));
    while !centre.session.machine().is_closing() {
        now = now + Duration::from_secs(10);
        centre.session.handle_timeout(now, &mut centre.out);
        centre.read(now, &[octets.next().unwrap()], usize::MAX);
        centre.drain();
        centre.out.clear();
    }
    let reason = CloseReason::EnquireLinkTimeout;
    assert_eq!(centre.take_events(), [Seen::Closed(reason)]);
    assert_eq!(now.since(start).as_secs(), 30 + 30);
    pair.esme.take_events();
}

#[test]
fn an_unanswered_request_expires_once_and_its_late_answer_is_named_so() {
    let mut pair = Pair::bound(BindType::Transceiver);
    pair.centre.answer = None;
    let number = pair
        .esme
        .session
        .request(
            pair.now,
            RequestId(6),
            SubmitSm::default(),
            &mut pair.esme.out,
        )
        .unwrap();
    pair.carry();
    pair.pass(Duration::from_secs(59));
    assert!(
        !pair
            .esme
            .take_events()
            .contains(&Seen::Expired(RequestId(6)))
    );
    pair.pass(Duration::from_secs(1));
    let expired = pair.esme.take_events();
    assert_eq!(
        expired
            .iter()
            .filter(|seen| **seen == Seen::Expired(RequestId(6)))
            .count(),
        1
    );
    let late = smpp_pdu::Pdu::request(number, smpp_pdu::SubmitSmResp::default());
    pair.esme
        .read(pair.now, &crate::pair::octets(&late), usize::MAX);
    assert_eq!(
        pair.esme.take_events(),
        [Seen::Late(RequestId(6), smpp_pdu::CommandStatus::ESME_ROK)]
    );
    assert_eq!(pair.esme.session.machine().counters().late, 1);
    assert_eq!(pair.esme.session.state(), SessionState::BoundTrx);
}

#[test]
fn an_unanswered_unbind_closes_all_the_same() {
    let mut pair = Pair::bound(BindType::Transceiver);
    pair.esme
        .session
        .unbind(pair.now, &mut pair.esme.out)
        .unwrap();
    pair.esme.out.clear();
    pair.pass(Duration::from_secs(30));
    assert_eq!(
        pair.esme.take_events().last(),
        Some(&Seen::Closed(CloseReason::UnbindTimeout))
    );
}

#[test]
fn a_session_without_requests_is_closed_when_that_is_wanted() {
    let centre = Config {
        inactivity: Some(Duration::from_secs(300)),
        ..Config::new(Role::MessageCentre)
    };
    let mut pair = Pair::with(Config::new(Role::Esme), centre);
    pair.bind(BindType::Transceiver);
    pair.pass(Duration::from_secs(299));
    assert_eq!(pair.centre.session.state(), SessionState::BoundTrx);
    pair.pass(Duration::from_secs(1));
    assert_eq!(
        pair.centre.take_events().last(),
        Some(&Seen::Closed(CloseReason::Inactivity))
    );
}

#[test]
fn each_class_of_request_has_its_own_time_for_a_response() {
    let esme = Config {
        response: Duration::from_secs(5),
        manage_response: Duration::from_secs(2),
        enquire_link: None,
        ..Config::new(Role::Esme)
    };
    let mut pair = Pair::with(esme, Config::new(Role::MessageCentre));
    pair.bind(BindType::Transceiver);
    pair.centre.answer = None;
    let out = &mut pair.esme.out;
    let session = &mut pair.esme.session;
    session
        .request(pair.now, RequestId(1), SubmitSm::default(), out)
        .unwrap();
    session
        .request(pair.now, RequestId(2), smpp_pdu::QuerySm::default(), out)
        .unwrap();
    assert_eq!(
        session.poll_timeout(),
        Some(pair.now + Duration::from_secs(2))
    );
    pair.pass(Duration::from_secs(2));
    let expired = |pair: &mut Pair| -> Vec<Seen> {
        let mut events = pair.esme.take_events();
        events.retain(|seen| matches!(seen, Seen::Expired(_)));
        events
    };
    assert_eq!(expired(&mut pair), [Seen::Expired(RequestId(2))]);
    pair.pass(Duration::from_secs(3));
    assert_eq!(expired(&mut pair), [Seen::Expired(RequestId(1))]);
}

#[test]
fn a_bind_without_answer_expires_and_may_be_tried_again() {
    let mut pair = Pair::with(
        Config {
            session_init: None,
            ..Config::new(Role::Esme)
        },
        Config::new(Role::MessageCentre),
    );
    let bind = smpp_pdu::Bind::default();
    let (session, out) = (&mut pair.esme.session, &mut pair.esme.out);
    session.request(pair.now, RequestId(1), bind, out).unwrap();
    out.clear();
    assert!(session.request(pair.now, RequestId(2), bind, out).is_err());
    session.handle_timeout(pair.now + Duration::from_secs(30), out);
    pair.esme.drain();
    assert_eq!(pair.esme.take_events(), [Seen::Expired(RequestId(1))]);
    pair.bind(BindType::Transceiver);
}
