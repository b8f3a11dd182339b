use core::time::Duration;

use smpp_pdu::{BindType, CommandId, CommandStatus, SubmitSm};
use smpp_session::RequestId;

use crate::pair::Pair;

#[test]
fn the_counters_of_both_sides_tell_the_same_story() {
    let mut pair = Pair::bound(BindType::Transceiver);
    for id in 0..10 {
        pair.centre.answer = Some(match id {
            0..7 => CommandStatus::ESME_ROK,
            _ => CommandStatus::ESME_RMSGQFUL,
        });
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
    }
    pair.pass(Duration::from_secs(30));
    let esme = pair.esme.session.machine().counters();
    let centre = pair.centre.session.machine().counters();
    assert_eq!(esme.sent, centre.received);
    assert_eq!(esme.received, centre.sent);
    assert_eq!(esme.octets_sent, centre.octets_received);
    assert_eq!(esme.octets_received, centre.octets_sent);
    assert_eq!(esme.sent.of(CommandId::SUBMIT_SM), 10);
    assert_eq!(esme.received.of(CommandId::SUBMIT_SM_RESP), 10);
    assert_eq!(esme.sent.of(CommandId::BIND_TRANSCEIVER), 1);
    let errors: Vec<_> = esme.statuses.errors().collect();
    assert_eq!(errors, [(CommandStatus::ESME_RMSGQFUL, 3)]);
    // Seven messages and the bind; the one enquire_link, too, where this side asked.
    assert!(esme.statuses.ok() >= 8);
    assert_eq!((esme.faults, esme.late, esme.expired), (0, 0, 0));
    assert_eq!(esme.most_outstanding, 1);
    assert_eq!(esme.latency.percentile(100), Some(Duration::from_micros(1)));
}

#[test]
fn the_latency_is_the_time_between_request_and_response() {
    let mut pair = Pair::bound(BindType::Transceiver);
    pair.esme
        .session
        .request(
            pair.now,
            RequestId(1),
            SubmitSm::default(),
            &mut pair.esme.out,
        )
        .unwrap();
    pair.now = pair.now + Duration::from_millis(3);
    pair.carry();
    let latency = &pair.esme.session.machine().counters().latency;
    assert_eq!(latency.count_all(), 2);
    // 3,000 µs lie in the class below 4,096.
    assert_eq!(latency.percentile(100), Some(Duration::from_micros(4096)));
}
