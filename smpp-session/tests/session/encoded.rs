use core::time::Duration;

use smpp_pdu::{
    Bind, BindResp, BindType, CommandId, CommandStatus, EnquireLink, InterfaceVersion, Pdu,
    SequenceNumber, SubmitSm, SubmitSmResp, Tlv, Tlvs, Unbind,
};
use smpp_session::{CloseReason, Config, Instant, RequestId, Role, SendError, SessionState};

use crate::pair::{End, Seen, octets};

const NOW: Instant = Instant::ZERO;

/// As another task would encode it: it knows no number.
fn encoded<'p>(body: impl Into<smpp_pdu::Body<'p>>) -> Vec<u8> {
    octets(&Pdu::request(SequenceNumber::UNKNOWN, body)).to_vec()
}

fn send(esme: &mut End, id: u64, pdu: &[u8]) -> Result<SequenceNumber, SendError> {
    let machine = esme.session.split().1;
    machine.request_encoded(NOW, RequestId(id), pdu, &mut esme.out)
}

/// An ESME that has bound with a bind that was encoded before.
fn bound(version: InterfaceVersion, config: Config) -> End {
    let mut esme = End::new(config);
    let bind = Bind::default().interface_version(version);
    let number = send(&mut esme, 0, &encoded(bind)).unwrap();
    let resp = BindResp::default().bind_type(BindType::Transceiver);
    esme.read(NOW, &octets(&Pdu::request(number, resp)), usize::MAX);
    assert_eq!(esme.session.state(), SessionState::BoundTrx);
    assert_eq!(esme.session.machine().version(), version);
    esme.take_events();
    esme.out.clear();
    esme
}

#[test]
fn an_encoded_request_is_sent_as_the_same_request_would_be() {
    let config = Config::new(Role::Esme);
    let version = InterfaceVersion::V3_4;
    let (mut one, mut other) = (bound(version, config), bound(version, config));
    let tlvs = [Tlv::user_message_reference(7)];
    let submit = SubmitSm::default().tlvs(Tlvs::from_slice(&tlvs));
    let mut pdu = encoded(submit);
    // Neither its status nor its number goes out.
    pdu[8..16].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8]);
    let number = send(&mut one, 9, &pdu).unwrap();
    let same = other
        .session
        .request(NOW, RequestId(9), submit, &mut other.out);
    assert_eq!(same, Ok(number));
    assert_eq!(one.out, other.out);
    let counters = one.session.machine().counters();
    assert_eq!(counters.sent.of(CommandId::SUBMIT_SM), 1);
    assert_eq!(counters, other.session.machine().counters());

    let resp = Pdu::response(CommandStatus::ESME_ROK, number, SubmitSmResp::default());
    one.read(NOW, &octets(&resp), usize::MAX);
    let answered = Seen::Response(RequestId(9), CommandStatus::ESME_ROK);
    assert_eq!(one.take_events(), [answered]);
}

#[test]
fn an_encoded_request_that_is_refused_changes_nothing() {
    let mut esme = bound(InterfaceVersion::V3_3, Config::new(Role::Esme));
    let tlvs = [Tlv::user_message_reference(7)];
    let with_tlv = encoded(SubmitSm::default().tlvs(Tlvs::from_slice(&tlvs)));
    let not_in_version = SendError::NotInVersion {
        command_id: CommandId::SUBMIT_SM,
        version: InterfaceVersion::V3_3,
    };
    let wrong_kind = |command_id| SendError::WrongKind { command_id };
    let short = encoded(SubmitSm::default());
    let long = [&short[..], &[0]].concat();
    let second_bind = SendError::WrongState {
        command_id: CommandId::BIND_TRANSCEIVER,
        state: SessionState::BoundTrx,
    };
    for (pdu, error) in [
        (with_tlv, not_in_version),
        (
            encoded(SubmitSmResp::default()),
            wrong_kind(CommandId::SUBMIT_SM_RESP),
        ),
        (encoded(Unbind::default()), wrong_kind(CommandId::UNBIND)),
        (encoded(Bind::default()), second_bind),
        (short[..20].to_vec(), SendError::NotOnePdu),
        (long, SendError::NotOnePdu),
        (Vec::new(), SendError::NotOnePdu),
    ] {
        assert_eq!(send(&mut esme, 1, &pdu), Err(error), "{pdu:02x?}");
    }
    assert!(esme.out.is_empty());
    assert_eq!(esme.session.machine().outstanding(), 0);
    assert!(send(&mut esme, 1, &short).is_ok());
}

#[test]
fn an_encoded_enquire_link_is_no_activity() {
    let config = Config {
        inactivity: Some(Duration::from_secs(60)),
        enquire_link: None,
        ..Config::new(Role::Esme)
    };
    let mut esme = bound(InterfaceVersion::V3_4, config);
    let later = Instant::from_millis(59_000);
    let machine = esme.session.split().1;
    let pdu = encoded(EnquireLink::default());
    let number = machine.request_encoded(later, RequestId(1), &pdu, &mut esme.out);
    let resp = Pdu::request(number.unwrap(), smpp_pdu::EnquireLinkResp::default());
    esme.read(later, &octets(&resp), usize::MAX);
    let end = Instant::from_millis(60_000);
    esme.session.handle_timeout(end, &mut esme.out);
    let event = esme
        .session
        .poll_event()
        .map(|event| crate::pair::seen(&event));
    assert_eq!(event, Some(Seen::Closed(CloseReason::Inactivity)));
}
