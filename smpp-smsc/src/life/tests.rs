//! Every way from one state to the next.

use core::time::Duration;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);
const START: Timestamp = Timestamp(1_700_000_000_000);

fn life() -> Life {
    Life::new(START, START.after(72 * HOUR))
}

fn in_flight() -> Life {
    let mut life = life();
    assert_eq!(life.claim(START, START.after(HOUR)), Claimed::Attempt);
    life
}

#[test]
fn every_outcome_leads_to_its_state() {
    let retries = Retries::default();
    let rejected = Outcome::Failed {
        state: MessageState::REJECTED,
        error: 9,
    };
    let undeliverable = Outcome::Failed {
        state: MessageState::UNDELIVERABLE,
        error: 1,
    };
    for (outcome, state, error, wait) in [
        (Outcome::Delivered, MessageState::DELIVERED, 0, None),
        (rejected, MessageState::REJECTED, 9, None),
        (undeliverable, MessageState::UNDELIVERABLE, 1, None),
        (
            Outcome::NotNow { error: 27 },
            MessageState::ENROUTE,
            27,
            Some(Duration::from_secs(300)),
        ),
        (
            Outcome::NotNow { error: 31 },
            MessageState::ENROUTE,
            31,
            Some(Duration::from_secs(10)),
        ),
    ] {
        let mut life = in_flight();
        assert!(life.report(START, 1, outcome, &retries));
        assert_eq!(life.state(START), state, "{outcome:?}");
        assert_eq!(life.error(), error, "{outcome:?}");
        assert_eq!(
            life.due(),
            wait.map(|wait| START.after(wait)),
            "{outcome:?}"
        );
        assert_eq!(life.is_final(), wait.is_none(), "{outcome:?}");
    }
}

#[test]
fn what_is_final_stays_as_it_is() {
    let retries = Retries::default();
    let mut delivered = in_flight();
    delivered.report(START, 1, Outcome::Delivered, &retries);
    let mut cancelled = life();
    cancelled.cancel(START).unwrap();
    let mut expired = life();
    let late = START.after(72 * HOUR);
    assert_eq!(expired.claim(late, late.after(HOUR)), Claimed::Over);
    assert!(expired.expire(late));
    for (life, state) in [
        (delivered, MessageState::DELIVERED),
        (cancelled, MessageState::DELETED),
        (expired, MessageState::EXPIRED),
    ] {
        let mut after = life;
        assert_eq!(after.state(late), state);
        assert_eq!(after.claim(late, late.after(HOUR)), Claimed::Nothing);
        assert!(!after.expire(late));
        assert!(!after.report(late, 1, Outcome::Delivered, &retries));
        assert_eq!(after.cancel(late), Err(TooLate));
        assert_eq!(after.replace(Some(late), None), Err(TooLate));
        assert_eq!(after, life);
    }
}

#[test]
fn an_attempt_under_way_is_neither_cancelled_nor_replaced() {
    let mut life = in_flight();
    assert_eq!(life.cancel(START), Err(TooLate));
    assert_eq!(life.replace(None, Some(START)), Err(TooLate));
    let outcome = Outcome::NotNow { error: 0 };
    assert!(life.report(START, 1, outcome, &Retries::default()));
    assert_eq!(life.cancel(START), Ok(()));
}

#[test]
fn the_outcome_of_an_attempt_that_was_given_up_is_no_news() {
    let mut life = in_flight();
    let later = START.after(2 * HOUR);
    assert_eq!(life.claim(later, later.after(HOUR)), Claimed::Attempt);
    let retries = Retries::default();
    assert!(!life.report(later, 1, Outcome::Delivered, &retries));
    assert!(life.report(later, 2, Outcome::Delivered, &retries));
}

#[test]
fn a_scheduled_message_is_enroute_to_peers_before_5_0() {
    let at = START.after(HOUR);
    let life = Life::new(at, START.after(72 * HOUR));
    assert_eq!(life.due(), Some(at));
    assert_eq!(life.state(START), MessageState::SCHEDULED);
    assert_eq!(life.state(at), MessageState::ENROUTE);
    for (version, state) in [
        (InterfaceVersion::V3_3, MessageState::ENROUTE),
        (InterfaceVersion::V3_4, MessageState::ENROUTE),
        (InterfaceVersion::V5_0, MessageState::SCHEDULED),
    ] {
        assert_eq!(life.state_for(START, version), state);
    }
}

#[test]
fn receipts_follow_registered_delivery() {
    let mut delivered = in_flight();
    delivered.report(START, 1, Outcome::Delivered, &Retries::default());
    let mut deleted = life();
    deleted.cancel(START).unwrap();
    for (wanted, of_life, of_delivered, of_deleted) in [
        (0x00, false, false, false),
        (0x01, false, true, true),
        (0x02, false, false, true),
        (0x03, false, true, false),
        (0x11, false, true, true),
        (0x10, false, false, false),
    ] {
        let wanted = RegisteredDelivery(wanted);
        assert_eq!(life().wants_receipt(wanted), of_life);
        assert_eq!(delivered.wants_receipt(wanted), of_delivered);
        assert_eq!(deleted.wants_receipt(wanted), of_deleted);
    }
}

#[test]
fn seventy_two_hours_of_failing_attempts_end_in_expired() {
    let retries = Retries::default();
    let mut life = life();
    let mut attempts = 0;
    while let Some(due) = life.due() {
        match life.claim(due, due.after(HOUR)) {
            Claimed::Attempt => {
                attempts += 1;
                life.report(due, attempts, Outcome::NotNow { error: 1 }, &retries);
            }
            other => {
                assert_eq!(other, Claimed::Over);
                assert!(life.expire(due));
            }
        }
    }
    assert_eq!(life.done(), Some(START.after(72 * HOUR)));
    assert_eq!(life.state(START), MessageState::EXPIRED);
    // The start, 10 s, 1, 5 and 15 minutes after that, then every hour.
    assert_eq!(attempts, 5 + 71);
}

#[test]
fn states_that_a_version_lacks_are_told_in_its_own() {
    let failed = |state| {
        let mut life = in_flight();
        let outcome = Outcome::Failed { state, error: 1 };
        assert!(life.report(START, 1, outcome, &Retries::default()));
        life
    };
    let [v33, v34, v50] = [
        InterfaceVersion::V3_3,
        InterfaceVersion::V3_4,
        InterfaceVersion::V5_0,
    ];
    let (rejected, skipped) = (MessageState::REJECTED, MessageState::SKIPPED);
    let instead = MessageState::UNDELIVERABLE;
    for (state, version, told) in [
        (rejected, v33, instead),
        (rejected, v34, rejected),
        (rejected, v50, rejected),
        (skipped, v33, instead),
        (skipped, v34, instead),
        (skipped, v50, skipped),
    ] {
        assert_eq!(failed(state).state_for(START, version), told);
    }
}

#[test]
fn only_what_is_for_later_waits() {
    let submitted = START;
    assert!(!life().waits(submitted), "due as it comes");
    let later = Life::new(START.after(HOUR), START.after(72 * HOUR));
    assert!(later.waits(submitted));
    let mut tried = in_flight();
    assert!(!tried.waits(submitted), "an attempt is under way");
    let outcome = Outcome::NotNow { error: 1 };
    assert!(tried.report(START, 1, outcome, &Retries::default()));
    assert!(tried.waits(submitted));
    tried.cancel(START).unwrap();
    assert!(!tried.waits(submitted));
}

#[test]
fn an_update_from_before_an_end_or_an_attempt_is_behind() {
    let before = life();
    let claimed = in_flight();
    assert!(claimed.is_ahead_of(&before));
    assert!(!before.is_ahead_of(&claimed));
    let mut ended = claimed;
    ended.report(START, 1, Outcome::Delivered, &Retries::default());
    assert!(!claimed.is_ahead_of(&ended), "this is how it ends");
    assert!(ended.is_ahead_of(&claimed));
    assert!(ended.is_ahead_of(&ended));
}

#[test]
fn a_broadcast_goes_on_until_its_last_transmission() {
    let mut life = in_flight();
    let next = START.after(HOUR);
    assert!(!life.repeat(2, next), "another attempt");
    assert!(life.repeat(1, next));
    assert!(!life.repeat(1, next), "told already");
    assert_eq!((life.due(), life.is_final()), (Some(next), false));
    assert_eq!(life.claim(next, next.after(HOUR)), Claimed::Attempt);
    assert!(life.report(next, 2, Outcome::Delivered, &Retries::default()));
    assert_eq!(life.state(next), MessageState::DELIVERED);
    assert!(!life.repeat(2, next));
}

#[test]
fn only_what_waits_for_another_attempt_is_hurried() {
    assert!(!life().hurry(START), "not tried yet");
    let mut life = in_flight();
    assert!(!life.hurry(START), "under way");
    let outcome = Outcome::NotNow { error: 1 };
    assert!(life.report(START, 1, outcome, &Retries::default()));
    let soon = START.after(Duration::from_secs(1));
    assert!(life.hurry(soon));
    assert_eq!(life.due(), Some(soon));
    life.cancel(soon).unwrap();
    assert!(!life.hurry(soon));
}

#[test]
fn a_message_that_waits_for_an_esme_is_due_when_its_validity_is_over() {
    let mut life = in_flight();
    assert!(!life.hand_over(2), "another attempt");
    assert!(life.hand_over(1));
    assert!(!life.hand_over(1), "no attempt is under way");
    assert_eq!(life.due(), Some(life.expires()));
    assert!(life.is_handed_over(START, 1));
    assert!(!life.is_handed_over(START, 2));
    assert!(!life.is_handed_over(life.expires(), 1));

    let mut cancelled = life;
    cancelled.cancel(START).unwrap();
    assert!(!cancelled.is_handed_over(START, 1));
    let mut later = life;
    later.replace(Some(START.after(HOUR)), None).unwrap();
    assert!(!later.is_handed_over(START, 1));
    assert!(later.is_handed_over(START.after(HOUR), 1));
    let mut again = life;
    assert!(again.hurry(START));
    again.claim(START, START.after(HOUR));
    assert!(!again.is_handed_over(START, 1));

    let mut over = life;
    let end = life.expires();
    assert_eq!(over.claim(end, end.after(HOUR)), Claimed::Over);
    assert!(over.settle(end, MessageState::DELIVERED, 0));
    assert_eq!(over.state(end), MessageState::DELIVERED);
    assert!(!over.settle(end, MessageState::REJECTED, 0));
}

#[test]
fn what_another_centre_has_goes_on_until_it_is_settled_or_over() {
    let mut life = in_flight();
    assert!(!life.pass_on(2));
    assert!(life.pass_on(1));
    assert!(life.is_in_flight());
    assert_eq!(life.cancel(START), Err(TooLate));
    assert_eq!(life.due(), Some(life.expires()));
    let mut settled = life;
    assert!(settled.settle(START, MessageState::UNDELIVERABLE, 7));
    assert!(settled.is_final() && !settled.is_in_flight());
    assert_eq!((settled.error(), settled.due()), (7, None));
    let end = life.expires();
    assert_eq!(life.claim(end, end.after(HOUR)), Claimed::Over);
    assert!(life.expire(end));
}

#[test]
fn an_attempt_that_goes_on_elsewhere_has_its_lease_anew() {
    let mut life = in_flight();
    let later = START.after(2 * HOUR);
    assert!(!life.prolong(2, later));
    assert!(life.prolong(1, later));
    assert_eq!((life.due(), life.attempts()), (Some(later), 1));
    assert!(life.report(START, 1, Outcome::Delivered, &Retries::default()));
    assert!(!life.prolong(1, later));
}
