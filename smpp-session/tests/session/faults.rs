use smpp_codec::{DecodeErrorKind, FramingErrorKind};
use smpp_pdu::{BindType, Body, CommandId, CommandStatus, SequenceNumber};
use smpp_session::{CloseReason, Config, FaultKind, Role, Stranger};

use crate::pair::{End, Pair, Seen};

fn centre() -> End {
    End::new(Config::new(Role::MessageCentre))
}

#[test]
fn a_malformed_request_is_answered_and_does_not_cost_the_connection() {
    let mut pair = Pair::bound(BindType::Transceiver);
    // A submit_sm that ends behind its service_type; then a whole enquire_link.
    let octets = b"\0\0\0\x11\0\0\0\x04\0\0\0\0\0\0\0\x09\0\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x0a";
    pair.centre.read(pair.now, octets, usize::MAX);
    let events = pair.centre.take_events();
    assert!(
        matches!(
            events[0],
            Seen::Fault(
                FaultKind::Malformed(error),
                Some(CommandStatus::ESME_RINVCMDLEN)
            ) if error.kind == DecodeErrorKind::TruncatedField { left: 0 }
        ),
        "{events:?}"
    );
    assert_eq!(events[1], Seen::Answered(CommandId::ENQUIRE_LINK));
    let answer = smpp_codec::decode(&pair.centre.out[..16]).unwrap();
    assert_eq!(answer.command_id(), CommandId::SUBMIT_SM_RESP);
    assert_eq!(answer.sequence_number, SequenceNumber(9));
}

#[test]
fn an_unknown_operation_is_answered_with_generic_nack() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let octets = b"\0\0\0\x10\0\0\x0f\xff\0\0\0\0\0\0\0\x07";
    pair.centre.read(pair.now, octets, usize::MAX);
    assert_eq!(
        pair.centre.take_events(),
        [Seen::Fault(
            FaultKind::UnknownCommand,
            Some(CommandStatus::ESME_RINVCMDID)
        )]
    );
    let answer = smpp_codec::decode(&pair.centre.out).unwrap();
    assert!(matches!(answer.body, Body::GenericNack(_)));
    assert_eq!(answer.sequence_number, SequenceNumber(7));
}

#[test]
fn an_impossible_length_ends_the_session_with_a_nack_for_its_number() {
    let mut side = centre();
    side.read(
        Default::default(),
        b"\0\0\0\x0f\0\0\0\x15\0\0\0\0\0\0\0\x2a",
        usize::MAX,
    );
    let events = side.take_events();
    assert!(
        matches!(
            events[..],
            [Seen::Closed(CloseReason::Framing(error))] if error.kind == FramingErrorKind::TooSmall
        ),
        "{events:?}"
    );
    let nack = smpp_codec::decode(&side.out).unwrap();
    assert_eq!(nack.command_status, CommandStatus::ESME_RINVCMDLEN);
    assert_eq!(nack.sequence_number, SequenceNumber(42));
}

#[test]
fn other_protocols_are_named_and_not_answered() {
    let strangers: [(&[u8], Stranger); 6] = [
        (b"GET / HTTP/1.1\r\n\r\n", Stranger::Http),
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            Stranger::Tls,
        ),
        (b"\x15\x03\x03\x00\x02\x02\x32", Stranger::Tls),
        (b"AMQP\x00\x00\x09\x01", Stranger::Amqp),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Stranger::Ssh),
        (b"EHLO mail.example\r\n", Stranger::Smtp),
    ];
    for (octets, stranger) in strangers {
        for piece in [1, usize::MAX] {
            let mut side = centre();
            side.read(Default::default(), octets, piece);
            assert_eq!(
                side.take_events(),
                [Seen::Closed(CloseReason::NotSmpp(stranger))]
            );
            assert!(side.out.is_empty());
        }
    }
}

#[test]
fn a_long_pdu_is_taken_after_the_bind_only() {
    // The fixed storage of the tests takes 1,024 octets, so the limit before is lower.
    let config = Config {
        max_pdu_len_unbound: 100,
        ..Config::new(Role::MessageCentre)
    };
    let mut long = vec![0; 200];
    long[..16].copy_from_slice(b"\0\0\0\xc8\0\0\0\x15\0\0\0\0\0\0\0\x01");
    let mut side = End::new(config);
    side.read(Default::default(), &long, usize::MAX);
    assert!(matches!(
        side.take_events()[..],
        [Seen::Closed(CloseReason::Framing(_))]
    ));
    let mut pair = Pair::with(Config::new(Role::Esme), config);
    pair.bind(BindType::Transceiver);
    pair.centre.read(pair.now, &long, usize::MAX);
    assert_eq!(
        pair.centre.take_events(),
        [Seen::Answered(CommandId::ENQUIRE_LINK)]
    );
}

#[test]
fn a_peer_that_never_binds_may_not_talk_for_ever() {
    let mut side = centre();
    let enquire = b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x01";
    for _ in 0..17 {
        side.read(Default::default(), enquire, usize::MAX);
    }
    assert_eq!(
        side.take_events().last(),
        Some(&Seen::Closed(CloseReason::TooManyUnbound))
    );
}

#[test]
fn a_peer_that_never_binds_may_not_answer_for_ever_either() {
    let mut side = centre();
    // A response to nothing, and a generic_nack.
    for octets in [
        b"\0\0\0\x10\x80\0\0\x15\0\0\0\0\0\0\0\x01",
        b"\0\0\0\x10\x80\0\0\0\0\0\0\x03\0\0\0\x01",
    ]
    .iter()
    .cycle()
    .take(16)
    {
        side.read(Default::default(), *octets, usize::MAX);
    }
    assert!(!side.session.machine().is_closing(), "16 are allowed");
    let enquire = b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x01";
    side.read(Default::default(), enquire, usize::MAX);
    assert_eq!(
        side.take_events().last(),
        Some(&Seen::Closed(CloseReason::TooManyUnbound))
    );
}

#[test]
fn what_comes_behind_the_bind_is_not_counted_as_before_it() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let resp = b"\0\0\0\x10\x80\0\0\x15\0\0\0\0\0\0\0\x63";
    for _ in 0..40 {
        pair.centre.read(pair.now, resp, usize::MAX);
        pair.esme.read(pair.now, resp, usize::MAX);
    }
    assert!(pair.esme.session.state().is_bound() && pair.centre.session.state().is_bound());
}

#[test]
fn nothing_is_read_behind_the_end_of_a_session() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let octets = b"\0\0\0\x10\0\0\0\x06\0\0\0\0\0\0\0\x01\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x02";
    pair.centre.read(pair.now, octets, usize::MAX);
    assert_eq!(
        pair.centre.take_events(),
        [
            Seen::Answered(CommandId::UNBIND),
            Seen::Closed(CloseReason::PeerUnbound)
        ]
    );
    assert_eq!(pair.centre.out.len(), 16);
}

#[test]
fn a_refused_query_carries_the_body_that_its_clients_need() {
    let response = smpp_session::error_response(
        CommandId::QUERY_SM,
        CommandStatus::ESME_RQUERYFAIL,
        SequenceNumber(1),
    );
    assert!(matches!(response.body, Body::QuerySmResp(body) if body.message_state.0 == 7));
    for bind in [CommandId::BIND_RECEIVER, CommandId::BIND_TRANSCEIVER] {
        let response =
            smpp_session::error_response(bind, CommandStatus::ESME_RBINDFAIL, SequenceNumber(1));
        assert_eq!(Some(response.command_id()), bind.response());
        assert_eq!(smpp_codec::encoded_len(&response), 17);
    }
}
