use core::time::Duration;

use smpp_pdu::{
    BindType, CommandStatus, CongestionState, Pdu, QuerySm, SubmitSm, SubmitSmResp, Tlv, Tlvs,
};
use smpp_session::{Config, FaultKind, Rate, RequestId, Role, SendError};

use crate::pair::{Pair, Seen, octets};

fn pair_with(esme: Config, centre: Config) -> Pair {
    let mut pair = Pair::with(esme, centre);
    pair.bind(BindType::Transceiver);
    pair
}

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

#[test]
fn the_rate_says_not_now_and_when() {
    let esme = Config {
        rate: Some(Rate {
            per_second: 10,
            burst: 2,
        }),
        ..Config::new(Role::Esme)
    };
    let mut pair = pair_with(esme, Config::new(Role::MessageCentre));
    submit(&mut pair, 1).unwrap();
    submit(&mut pair, 2).unwrap();
    let out = pair.esme.out.len();
    let at = match submit(&mut pair, 3) {
        Err(SendError::NotNow { at }) => at,
        other => panic!("{other:?}"),
    };
    assert_eq!(at.since(pair.now), Duration::from_millis(100));
    assert_eq!(pair.esme.out.len(), out);
    // Only messages are counted.
    pair.esme
        .session
        .request(
            pair.now,
            RequestId(4),
            QuerySm::default(),
            &mut pair.esme.out,
        )
        .unwrap();
    pair.now = at;
    submit(&mut pair, 5).unwrap();
    assert!(submit(&mut pair, 6).is_err());
}

#[test]
fn messages_beyond_the_rate_of_the_centre_are_answered_with_its_status() {
    let centre = Config {
        peer_rate: Some(Rate {
            per_second: 5,
            burst: 3,
        }),
        peer_excess_status: CommandStatus::ESME_RMSGQFUL,
        ..Config::new(Role::MessageCentre)
    };
    let mut pair = pair_with(Config::new(Role::Esme), centre);
    for id in 0..5 {
        submit(&mut pair, id).unwrap();
    }
    pair.carry();
    let statuses: Vec<Seen> = pair.esme.take_events();
    let response = |id, status| Seen::Response(RequestId(id), status);
    assert_eq!(
        statuses,
        [
            response(0, CommandStatus::ESME_ROK),
            response(1, CommandStatus::ESME_ROK),
            response(2, CommandStatus::ESME_ROK),
            response(3, CommandStatus::ESME_RMSGQFUL),
            response(4, CommandStatus::ESME_RMSGQFUL),
        ]
    );
    let faults = pair.centre.take_events();
    assert_eq!(
        faults.last(),
        Some(&Seen::Fault(
            FaultKind::RateExceeded,
            Some(CommandStatus::ESME_RMSGQFUL)
        ))
    );
    pair.pass(Duration::from_secs(1));
    submit(&mut pair, 9).unwrap();
    pair.carry();
    assert_eq!(
        pair.esme.take_events().last(),
        Some(&response(9, CommandStatus::ESME_ROK))
    );
}

#[test]
fn a_throttled_side_pauses_and_finds_back() {
    let esme = Config {
        slow_down: true,
        ..Config::new(Role::Esme)
    };
    for status in [CommandStatus::ESME_RTHROTTLED, CommandStatus::ESME_RMSGQFUL] {
        let mut pair = pair_with(esme, Config::new(Role::MessageCentre));
        for id in 0..8 {
            submit(&mut pair, id).unwrap();
        }
        pair.centre.answer = Some(status);
        pair.carry();
        let at = match submit(&mut pair, 8) {
            Err(SendError::NotNow { at }) => at,
            other => panic!("{other:?}"),
        };
        assert_eq!(at.since(pair.now), Duration::from_millis(100));
        assert_eq!(pair.esme.session.machine().slowed_to(), Some(4));
        pair.centre.answer = Some(CommandStatus::ESME_ROK);
        pair.pass(Duration::from_millis(100));
        submit(&mut pair, 9).unwrap();
        pair.carry();
        pair.pass(Duration::from_secs(30));
        submit(&mut pair, 10).unwrap();
        assert_eq!(pair.esme.session.machine().slowed_to(), None);
    }
}

#[test]
fn a_side_that_is_not_asked_to_slow_down_does_not() {
    let mut pair = pair_with(Config::new(Role::Esme), Config::new(Role::MessageCentre));
    pair.centre.answer = Some(CommandStatus::ESME_RTHROTTLED);
    submit(&mut pair, 1).unwrap();
    pair.carry();
    submit(&mut pair, 2).unwrap();
}

#[test]
fn stated_congestion_slows_down_before_anything_is_refused() {
    let esme = Config {
        slow_down: true,
        ..Config::new(Role::Esme)
    };
    for (percent, slowed) in [(0, false), (89, false), (90, true), (100, true)] {
        let mut pair = pair_with(esme, Config::new(Role::MessageCentre));
        let number = submit(&mut pair, 1).unwrap();
        let state = [Tlv::congestion_state(CongestionState(percent))];
        let resp = SubmitSmResp::default().tlvs(Tlvs::from_slice(&state));
        let resp = octets(&Pdu::request(number.into(), resp));
        pair.esme.read(pair.now, &resp, usize::MAX);
        assert_eq!(submit(&mut pair, 2).is_err(), slowed, "{percent} percent");
    }
}

#[test]
fn what_the_peer_may_do_can_be_set_once_it_is_known() {
    let mut pair = pair_with(Config::new(Role::Esme), Config::new(Role::MessageCentre));
    let rate = Rate {
        per_second: 5,
        burst: 2,
    };
    pair.centre
        .session
        .set_peer_limits(pair.now, 100, Some(rate));
    for id in 0..3 {
        submit(&mut pair, id).unwrap();
    }
    pair.carry();
    let response = |id, status| Seen::Response(RequestId(id), status);
    assert_eq!(
        pair.esme.take_events(),
        [
            response(0, CommandStatus::ESME_ROK),
            response(1, CommandStatus::ESME_ROK),
            response(2, CommandStatus::ESME_RTHROTTLED),
        ]
    );
    pair.centre
        .session
        .set_peer_limits(pair.now, u16::MAX, None);
    submit(&mut pair, 3).unwrap();
    pair.carry();
    let taken = response(3, CommandStatus::ESME_ROK);
    assert_eq!(pair.esme.take_events(), [taken]);
}
