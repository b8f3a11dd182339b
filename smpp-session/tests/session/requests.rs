use smpp_pdu::{
    AlertNotification, BindType, CommandId, CommandStatus, DeliverSm, EnquireLinkResp, GenericNack,
    OmittedBody, Pdu, SubmitSm, SubmitSmResp,
};
use smpp_session::{Config, FaultKind, RequestId, Role, SendError};

use crate::pair::{Pair, Seen, octets};

fn submit(pair: &mut Pair, id: u64) -> Result<u32, SendError> {
    pair.esme
        .session
        .request(
            pair.now,
            RequestId(id),
            SubmitSm::default(),
            &mut pair.esme.out,
        )
        .map(|number| number.0)
}

fn respond(pair: &mut Pair, number: u32) {
    let response = Pdu::request(number.into(), SubmitSmResp::default());
    pair.esme.read(pair.now, &octets(&response), usize::MAX);
}

#[test]
fn a_request_is_answered_under_the_name_that_the_caller_gave() {
    let mut pair = Pair::bound(BindType::Transceiver);
    submit(&mut pair, 77).unwrap();
    pair.carry();
    assert_eq!(
        pair.centre.take_events(),
        [Seen::Request(CommandId::SUBMIT_SM)]
    );
    assert_eq!(
        pair.esme.take_events(),
        [Seen::Response(RequestId(77), CommandStatus::ESME_ROK)]
    );
}

#[test]
fn responses_may_come_in_any_order() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let numbers: Vec<u32> = (0..4).map(|id| submit(&mut pair, id).unwrap()).collect();
    for at in [2, 0, 3, 1] {
        respond(&mut pair, numbers[at]);
    }
    let order: Vec<Seen> = [2, 0, 3, 1]
        .map(|id| Seen::Response(RequestId(id), CommandStatus::ESME_ROK))
        .into();
    assert_eq!(pair.esme.take_events(), order);
    assert_eq!(pair.esme.session.machine().outstanding(), 0);
}

#[test]
fn a_second_response_to_the_same_request_is_a_fault() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let number = submit(&mut pair, 1).unwrap();
    respond(&mut pair, number);
    respond(&mut pair, number);
    assert_eq!(
        pair.esme.take_events(),
        [
            Seen::Response(RequestId(1), CommandStatus::ESME_ROK),
            Seen::Fault(FaultKind::UnmatchedResponse, None)
        ]
    );
}

#[test]
fn a_response_of_another_operation_does_not_end_the_request() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let number = submit(&mut pair, 1).unwrap();
    let wrong = Pdu::request(
        number.into(),
        OmittedBody {
            command_id: CommandId::QUERY_SM_RESP,
        },
    );
    pair.esme.read(pair.now, &octets(&wrong), usize::MAX);
    assert_eq!(
        pair.esme.take_events(),
        [Seen::Fault(FaultKind::UnmatchedResponse, None)]
    );
    respond(&mut pair, number);
    assert_eq!(
        pair.esme.take_events(),
        [Seen::Response(RequestId(1), CommandStatus::ESME_ROK)]
    );
}

#[test]
fn generic_nack_ends_the_request_that_it_names() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let number = submit(&mut pair, 1).unwrap();
    let nack = Pdu::response(
        CommandStatus::ESME_RINVCMDID,
        number.into(),
        GenericNack::default(),
    );
    pair.esme.read(pair.now, &octets(&nack), usize::MAX);
    assert_eq!(
        pair.esme.take_events(),
        [Seen::Response(RequestId(1), CommandStatus::ESME_RINVCMDID)]
    );
}

#[test]
fn an_error_response_with_and_without_body_is_the_outcome() {
    let mut pair = Pair::bound(BindType::Transceiver);
    for (id, body) in [
        (
            1,
            OmittedBody {
                command_id: CommandId::SUBMIT_SM_RESP,
            }
            .into(),
        ),
        (2, smpp_pdu::Body::from(SubmitSmResp::default())),
    ] {
        let number = submit(&mut pair, id).unwrap();
        let response = Pdu::response(CommandStatus::ESME_RTHROTTLED, number.into(), body);
        pair.esme.read(pair.now, &octets(&response), usize::MAX);
        assert_eq!(
            pair.esme.take_events(),
            [Seen::Response(
                RequestId(id),
                CommandStatus::ESME_RTHROTTLED
            )]
        );
    }
}

#[test]
fn a_response_that_cannot_be_read_is_the_outcome_all_the_same() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let number = pair
        .esme
        .session
        .request(
            pair.now,
            RequestId(4),
            smpp_pdu::QuerySm::default(),
            &mut pair.esme.out,
        )
        .unwrap();
    // A query_sm_resp whose message_state is missing.
    let mut cut = *b"\0\0\0\x12\x80\0\0\x03\0\0\0\0\0\0\0\0\0\0";
    cut[12..16].copy_from_slice(&number.0.to_be_bytes());
    pair.esme.read(pair.now, &cut, usize::MAX);
    assert_eq!(pair.esme.take_events(), [Seen::Unreadable(RequestId(4))]);
    assert_eq!(pair.esme.session.machine().outstanding(), 0);
}

#[test]
fn the_window_is_never_exceeded() {
    let esme = Config {
        window: 3,
        ..Config::new(Role::Esme)
    };
    let mut pair = Pair::with(esme, Config::new(Role::MessageCentre));
    pair.bind(BindType::Transceiver);
    pair.centre.answer = None;
    let numbers: Vec<u32> = (0..3).map(|id| submit(&mut pair, id).unwrap()).collect();
    let before = pair.esme.out.len();
    assert!(matches!(
        submit(&mut pair, 3),
        Err(SendError::WindowFull { .. })
    ));
    assert_eq!(pair.esme.out.len(), before);
    assert_eq!(pair.esme.session.machine().free_window(), 0);
    respond(&mut pair, numbers[1]);
    submit(&mut pair, 4).unwrap();
    assert!(submit(&mut pair, 5).is_err());
}

#[test]
fn requests_beyond_the_window_of_the_centre_are_throttled() {
    let centre = Config {
        peer_window: 2,
        ..Config::new(Role::MessageCentre)
    };
    let mut pair = Pair::with(Config::new(Role::Esme), centre);
    pair.bind(BindType::Transceiver);
    pair.centre.answer = None;
    for id in 0..3 {
        submit(&mut pair, id).unwrap();
    }
    pair.carry();
    assert_eq!(
        pair.centre.take_events().last(),
        Some(&Seen::Fault(
            FaultKind::WindowExceeded,
            Some(CommandStatus::ESME_RTHROTTLED)
        ))
    );
    assert_eq!(
        pair.esme.take_events(),
        [Seen::Response(RequestId(2), CommandStatus::ESME_RTHROTTLED)]
    );
}

#[test]
fn sequence_numbers_rise_and_skip_what_still_waits() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let waiting = submit(&mut pair, 0).unwrap();
    let mut last = waiting;
    for id in 1..200 {
        let number = submit(&mut pair, id).unwrap();
        assert!(number > last);
        assert_ne!(number % 16, waiting % 16, "the slot is taken");
        last = number;
        respond(&mut pair, number);
        pair.esme.out.clear();
    }
    assert_eq!(pair.esme.session.machine().outstanding(), 1);
}

#[test]
fn alert_notification_has_no_response_and_takes_no_window() {
    let mut pair = Pair::bound(BindType::Transceiver);
    pair.centre
        .session
        .request(
            pair.now,
            RequestId(1),
            AlertNotification::default(),
            &mut pair.centre.out,
        )
        .unwrap();
    assert_eq!(pair.centre.session.machine().outstanding(), 0);
    pair.carry();
    assert_eq!(
        pair.esme.take_events(),
        [Seen::Notification(CommandId::ALERT_NOTIFICATION)]
    );
}

#[test]
fn deliver_sm_goes_the_other_way() {
    let mut pair = Pair::bound(BindType::Receiver);
    pair.centre
        .session
        .request(
            pair.now,
            RequestId(5),
            DeliverSm::default(),
            &mut pair.centre.out,
        )
        .unwrap();
    pair.carry();
    assert_eq!(
        pair.centre.take_events(),
        [Seen::Response(RequestId(5), CommandStatus::ESME_ROK)]
    );
}

#[test]
fn a_request_is_no_response_and_a_response_is_no_request() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let out = &mut pair.esme.out;
    assert_eq!(
        pair.esme
            .session
            .request(pair.now, RequestId(1), EnquireLinkResp::default(), out),
        Err(SendError::WrongKind {
            command_id: CommandId::ENQUIRE_LINK_RESP
        })
    );
    let request = Pdu::request(1.into(), SubmitSm::default());
    assert_eq!(
        pair.esme.session.respond(pair.now, &request, out),
        Err(SendError::WrongKind {
            command_id: CommandId::SUBMIT_SM
        })
    );
    assert!(out.is_empty());
}

#[test]
fn a_full_output_buffer_refuses_the_request_and_changes_nothing() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let mut tiny = heapless::Vec::<u8, 20>::new();
    let sent = pair
        .esme
        .session
        .request(pair.now, RequestId(1), SubmitSm::default(), &mut tiny);
    assert!(matches!(sent, Err(SendError::Encode(_))), "{sent:?}");
    assert_eq!(
        (tiny.len(), pair.esme.session.machine().outstanding()),
        (0, 0)
    );
}

#[test]
fn input_waits_while_the_output_buffer_has_no_room_for_an_answer() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let mut tiny = heapless::Vec::<u8, 20>::new();
    let enquire = octets(&Pdu::request(1.into(), smpp_pdu::EnquireLink::default()));
    let mut input = enquire.as_slice();
    let event = pair
        .esme
        .session
        .handle_input(pair.now, &mut input, &mut tiny);
    assert_eq!((event, input.len()), (None, 16));
}
