use smpp_pdu::{Bind, BindType, CommandId, CommandStatus, DeliverSm, Outbind, SubmitSm, Unbind};
use smpp_session::{CloseReason, FaultKind, RequestId, SendError, SessionState};

use crate::pair::{Pair, Seen};

#[test]
fn each_bind_leads_to_its_state_on_both_sides() {
    for (bind_type, state) in [
        (BindType::Transmitter, SessionState::BoundTx),
        (BindType::Receiver, SessionState::BoundRx),
        (BindType::Transceiver, SessionState::BoundTrx),
    ] {
        let pair = Pair::bound(bind_type);
        assert_eq!(pair.esme.session.state(), state);
        assert_eq!(pair.centre.session.state(), state);
    }
}

#[test]
fn a_bind_cut_at_every_octet_still_binds() {
    for piece in [1, 2, 3, 7, 16] {
        let mut pair = Pair::new();
        pair.piece = piece;
        pair.bind(BindType::Transceiver);
    }
}

#[test]
fn a_refused_bind_leaves_the_session_open_for_another_try() {
    let mut pair = Pair::new();
    pair.centre.answer = Some(CommandStatus::ESME_RINVPASWD);
    pair.esme
        .session
        .request(pair.now, RequestId(9), Bind::default(), &mut pair.esme.out)
        .unwrap();
    pair.carry();
    assert_eq!(
        pair.esme.take_events(),
        [Seen::Response(RequestId(9), CommandStatus::ESME_RINVPASWD)]
    );
    assert_eq!(pair.esme.session.state(), SessionState::Open);
    assert_eq!(pair.centre.session.state(), SessionState::Open);
    pair.centre.answer = Some(CommandStatus::ESME_ROK);
    pair.bind(BindType::Transmitter);
}

#[test]
fn a_second_bind_is_answered_with_ralybnd() {
    let mut pair = Pair::bound(BindType::Transceiver);
    // The session itself refuses to send it, so its octets are made by hand.
    let again = crate::pair::octets(&smpp_pdu::Pdu::request(5.into(), Bind::default()));
    pair.centre.read(pair.now, &again, usize::MAX);
    assert_eq!(
        pair.centre.take_events(),
        [Seen::Fault(
            FaultKind::AlreadyBound,
            Some(CommandStatus::ESME_RALYBND)
        )]
    );
    assert_eq!(pair.centre.session.state(), SessionState::BoundTrx);
}

#[test]
fn submit_sm_before_bind_is_refused_with_rinvbndsts() {
    let mut pair = Pair::new();
    let submit = crate::pair::octets(&smpp_pdu::Pdu::request(1.into(), SubmitSm::default()));
    pair.centre.read(pair.now, &submit, usize::MAX);
    assert_eq!(
        pair.centre.take_events(),
        [Seen::Fault(
            FaultKind::WrongState(SessionState::Open),
            Some(CommandStatus::ESME_RINVBNDSTS)
        )]
    );
    assert_eq!(
        pair.esme.session.request(
            pair.now,
            RequestId(1),
            SubmitSm::default(),
            &mut pair.esme.out
        ),
        Err(SendError::WrongState {
            command_id: CommandId::SUBMIT_SM,
            state: SessionState::Open
        })
    );
    assert!(pair.esme.out.is_empty());
}

#[test]
fn a_receiver_may_not_submit_and_a_transmitter_is_not_delivered_to() {
    let mut pair = Pair::bound(BindType::Receiver);
    assert!(
        pair.esme
            .session
            .request(
                pair.now,
                RequestId(1),
                SubmitSm::default(),
                &mut pair.esme.out
            )
            .is_err()
    );
    let mut pair = Pair::bound(BindType::Transmitter);
    assert!(
        pair.centre
            .session
            .request(
                pair.now,
                RequestId(1),
                DeliverSm::default(),
                &mut pair.centre.out
            )
            .is_err()
    );
}

#[test]
fn outbind_asks_for_a_bind_and_has_no_response() {
    let mut pair = Pair::new();
    pair.centre
        .session
        .request(
            pair.now,
            RequestId(3),
            Outbind::default(),
            &mut pair.centre.out,
        )
        .unwrap();
    assert_eq!(pair.centre.session.state(), SessionState::Outbound);
    pair.carry();
    assert_eq!(
        pair.esme.take_events(),
        [Seen::Notification(CommandId::OUTBIND)]
    );
    pair.bind(BindType::Receiver);
}

#[test]
fn unbind_ends_both_sides_and_says_who_asked() {
    let mut pair = Pair::bound(BindType::Transceiver);
    pair.esme
        .session
        .unbind(pair.now, &mut pair.esme.out)
        .unwrap();
    pair.carry();
    assert_eq!(
        pair.centre.take_events(),
        [
            Seen::Answered(CommandId::UNBIND),
            Seen::Closed(CloseReason::PeerUnbound)
        ]
    );
    assert_eq!(
        pair.esme.take_events(),
        [
            Seen::Answered(CommandId::UNBIND_RESP),
            Seen::Closed(CloseReason::Unbound)
        ]
    );
    assert_eq!(pair.esme.session.state(), SessionState::Closed);
}

#[test]
fn no_request_follows_an_unbind() {
    let mut pair = Pair::bound(BindType::Transceiver);
    let (esme, out) = (&mut pair.esme.session, &mut pair.esme.out);
    esme.unbind(pair.now, out).unwrap();
    let before = out.len();
    assert!(
        esme.request(pair.now, RequestId(1), SubmitSm::default(), out)
            .is_err()
    );
    assert!(
        esme.request(pair.now, RequestId(1), Unbind::default(), out)
            .is_err()
    );
    assert_eq!(out.len(), before);
}
