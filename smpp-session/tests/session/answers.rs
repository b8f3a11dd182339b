//! Which requests were asked, and where numbers start.

use smpp_pdu::{
    BindType, CommandStatus, DeliverSm, DeliverSmResp, EnquireLinkResp, OmittedBody, Pdu,
    SequenceNumber, SubmitSm,
};
use smpp_session::{Config, RequestId, Role, SendError};

use crate::pair::{End, Pair, octets};

/// Answers a request of the centre, or of nobody.
fn answer(esme: &mut End, number: u32) -> Result<(), SendError> {
    let response = Pdu::request(number.into(), DeliverSmResp::default());
    let before = esme.out.len();
    let result = esme
        .session
        .respond(Default::default(), &response, &mut esme.out);
    assert_eq!(result.is_ok(), esme.out.len() > before, "{result:?}");
    result
}

/// An ESME that was asked under these numbers and has not answered.
fn asked(numbers: impl IntoIterator<Item = u32>) -> Pair {
    let mut pair = Pair::bound(BindType::Transceiver);
    pair.esme.answer = None;
    for number in numbers {
        let deliver = octets(&Pdu::request(number.into(), DeliverSm::default()));
        pair.esme.read(pair.now, &deliver, usize::MAX);
    }
    pair
}

fn not_asked(number: u32) -> Result<(), SendError> {
    let response = Pdu::request(number.into(), DeliverSmResp::default());
    Err(SendError::NotAsked {
        command_id: response.command_id(),
        sequence_number: response.sequence_number,
    })
}

#[test]
fn a_request_is_answered_once() {
    let mut pair = asked([7, 8, 9]);
    let unanswered = |pair: &Pair| pair.esme.session.machine().unanswered();
    answer(&mut pair.esme, 8).unwrap();
    assert_eq!(answer(&mut pair.esme, 8), not_asked(8));
    assert_eq!(unanswered(&pair), 2);
    answer(&mut pair.esme, 7).unwrap();
    answer(&mut pair.esme, 9).unwrap();
    assert_eq!(answer(&mut pair.esme, 9), not_asked(9));
    assert_eq!(unanswered(&pair), 0);
}

#[test]
fn what_was_never_asked_cannot_be_answered() {
    let mut pair = asked([7]);
    for number in [0, 1, 6, 8, 7 + 64, 7 + (1 << 16), u32::MAX] {
        assert_eq!(answer(&mut pair.esme, number), not_asked(number));
    }
    // Neither is what the session answers by itself.
    let enquire = octets(&Pdu::request(8.into(), smpp_pdu::EnquireLink::default()));
    pair.esme.read(pair.now, &enquire, usize::MAX);
    let response = Pdu::request(8.into(), EnquireLinkResp::default());
    let out = &mut pair.esme.out;
    let answered = pair.esme.session.respond(pair.now, &response, out);
    assert!(matches!(answered, Err(SendError::NotAsked { .. })));
    assert_eq!(pair.esme.session.machine().unanswered(), 1);
    answer(&mut pair.esme, 7).unwrap();
}

#[test]
fn a_response_that_does_not_fit_can_be_sent_again() {
    let mut pair = asked([7]);
    let response = Pdu::request(7.into(), DeliverSmResp::default());
    let mut tiny = heapless::Vec::<u8, 8>::new();
    let sent = pair.esme.session.respond(pair.now, &response, &mut tiny);
    assert!(matches!(sent, Err(SendError::Encode(_))), "{sent:?}");
    assert_eq!(pair.esme.session.machine().unanswered(), 1);
    answer(&mut pair.esme, 7).unwrap();
}

#[test]
fn a_number_that_came_twice_is_answered_twice() {
    let mut pair = asked([7, 7]);
    answer(&mut pair.esme, 7).unwrap();
    answer(&mut pair.esme, 7).unwrap();
    assert_eq!(answer(&mut pair.esme, 7), not_asked(7));
}

/// Numbers jump where a peer starts anew; the old ones can still be answered.
#[test]
fn the_wrap_of_the_peers_numbers_leaves_every_request_answerable() {
    let numbers = [0x7FFF_FFFE, 0x7FFF_FFFF, 1, 2];
    let mut pair = asked(numbers);
    for number in numbers {
        answer(&mut pair.esme, number).unwrap();
    }
    assert_eq!(pair.esme.session.machine().unanswered(), 0);
    assert_eq!(answer(&mut pair.esme, 2), not_asked(2));
}

/// 10,000 requests wait, and each is known by its number.
#[cfg(feature = "alloc")]
#[test]
fn a_session_that_grows_tells_every_request_from_the_others() {
    use smpp_session::{Event, HeapSession, Instant};
    let now = Instant::ZERO;
    let mut out = Vec::new();
    let mut esme = HeapSession::new(Config::new(Role::Esme), now);
    let bind = smpp_pdu::Bind::default();
    esme.request(now, RequestId(0), bind, &mut out).unwrap();
    let accepted = octets(&Pdu::request(1.into(), smpp_pdu::BindResp::default()));
    let mut input = accepted.as_slice();
    let event = esme.handle_input(now, &mut input, &mut out);
    assert!(matches!(event, Some(Event::Response(_))), "{event:?}");
    // A wrap on the way.
    let start = SequenceNumber(0x7FFF_FFFF - 5_000);
    let numbers = || core::iter::successors(Some(start), |number| Some(number.next())).take(10_000);
    for number in numbers() {
        let deliver = octets(&Pdu::request(number, DeliverSm::default()));
        let mut input = deliver.as_slice();
        let event = esme.handle_input(now, &mut input, &mut out);
        assert!(matches!(event, Some(Event::Request(_))), "{event:?}");
    }
    let mut answer = |number| {
        let response = Pdu::request(number, DeliverSmResp::default());
        esme.respond(now, &response, &mut out)
    };
    // Every third, then all: those are refused that were answered.
    for number in numbers().step_by(3) {
        answer(number).unwrap();
    }
    for (at, number) in numbers().enumerate() {
        assert_eq!(answer(number).is_ok(), at % 3 != 0, "{number}");
    }
    assert_eq!(esme.machine().unanswered(), 0);
}

fn submit(pair: &mut Pair) -> SequenceNumber {
    let out = &mut pair.esme.out;
    let sm = SubmitSm::default();
    let sent = pair.esme.session.request(pair.now, RequestId(1), sm, out);
    sent.unwrap()
}

#[test]
fn numbers_go_on_from_where_an_earlier_session_has_stopped() {
    let mut first = Pair::bound(BindType::Transceiver);
    submit(&mut first);
    let first_number = first.esme.session.machine().next_number();
    assert_eq!(first_number, SequenceNumber(3));
    let config = Config {
        first_number,
        ..Config::new(Role::Esme)
    };
    let mut second = Pair::with(config, Config::new(Role::MessageCentre));
    second.bind(BindType::Transceiver);
    assert_eq!(submit(&mut second), SequenceNumber(4));
}

#[test]
fn behind_the_last_number_comes_the_first() {
    let config = Config {
        first_number: SequenceNumber(SequenceNumber::LAST.0 - 1),
        ..Config::new(Role::Esme)
    };
    let mut pair = Pair::with(config, Config::new(Role::MessageCentre));
    pair.bind(BindType::Transceiver);
    assert_eq!(submit(&mut pair), SequenceNumber::LAST);
    assert_eq!(submit(&mut pair), SequenceNumber::FIRST);
    // Every answer finds its request.
    pair.carry();
    assert_eq!(pair.esme.session.machine().outstanding(), 0);
}

#[test]
fn a_first_number_out_of_range_is_the_first() {
    for number in [0, 0x8000_0000, u32::MAX] {
        let config = Config {
            first_number: SequenceNumber(number),
            ..Config::new(Role::Esme)
        };
        let mut pair = Pair::with(config, Config::new(Role::MessageCentre));
        pair.bind(BindType::Transceiver);
        assert_eq!(submit(&mut pair), SequenceNumber(2));
    }
}

/// A refusal of the same number, in a form of its own, is an answer too.
#[test]
fn an_answer_without_a_body_is_an_answer() {
    let mut pair = asked([7]);
    let body = OmittedBody {
        command_id: smpp_pdu::CommandId::DELIVER_SM_RESP,
    };
    let refused = Pdu::response(CommandStatus::ESME_RX_T_APPN, 7.into(), body);
    let out = &mut pair.esme.out;
    pair.esme.session.respond(pair.now, &refused, out).unwrap();
    assert_eq!(answer(&mut pair.esme, 7), not_asked(7));
}
