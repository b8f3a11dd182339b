//! Decisions, without a centre.

use core::time::Duration;

use smpp_pdu::CommandStatus;
use smpp_smsc::scenario::{Decisions, Delay, Fate, ResponseFault, Scenario};

fn chaos(seed: u64) -> Decisions {
    Decisions::new(Scenario::named("chaos").unwrap(), seed)
}

#[test]
fn a_seed_decides_everything_whatever_was_asked_before() {
    let (one, other) = (chaos(42), chaos(42));
    let forwards: Vec<_> = (1..500).map(|number| one.response(3, number)).collect();
    let backwards: Vec<_> = (1..500).rev().map(|n| other.response(3, n)).collect();
    assert!(forwards.iter().eq(backwards.iter().rev()));
    for number in 1..200 {
        assert_eq!(one.receipt(1, number), other.receipt(1, number));
        assert_eq!(one.submission(1, number), other.submission(1, number));
        assert_eq!(one.bind(number, 1), other.bind(number, 1));
        assert_eq!(one.session(number), other.session(number));
        assert_eq!(one.attempt(number, b"44"), other.attempt(number, b"44"));
        assert_eq!(one.mo(1, number), other.mo(1, number));
    }
}

#[test]
fn another_seed_or_session_decides_otherwise() {
    let list = |decisions: &Decisions, session| -> Vec<_> {
        (1..100).map(|n| decisions.response(session, n)).collect()
    };
    let (one, other) = (chaos(1), chaos(2));
    assert_ne!(list(&one, 1), list(&other, 1));
    assert_ne!(list(&one, 1), list(&one, 2));
}

#[test]
fn one_more_fault_changes_nothing_else() {
    let plain = Scenario::new().response_delay(Delay::Exponential {
        mean: Duration::from_secs(1),
    });
    let more = plain.clone().missing_responses(0.5).missing_receipts(0.5);
    let (plain, more) = (Decisions::new(plain, 9), Decisions::new(more, 9));
    for number in 1..100 {
        let (one, other) = (plain.response(1, number), more.response(1, number));
        assert_eq!(one.delay, other.delay);
        assert_eq!(plain.attempt(number, b"1"), more.attempt(number, b"1"));
    }
}

#[test]
fn shares_and_weights_are_what_they_say() {
    let scenario = Scenario::new()
        .outcomes([(Fate::Delivered, 3.0, None), (Fate::Busy, 1.0, Some(9))])
        .refuse(CommandStatus::ESME_RMSGQFUL, 0.25)
        .missing_responses(0.1)
        .doubled_responses(0.2);
    let decisions = Decisions::new(scenario, 5);
    let count = |is: &dyn Fn(u64) -> bool| (1..=10_000).filter(|n| is(*n)).count();
    let fault = |n| decisions.response(1, n).fault;
    for (found, expected) in [
        (
            count(&|n| decisions.attempt(n, b"").fate == Fate::Busy),
            2500,
        ),
        (count(&|n| decisions.submission(1, n).is_some()), 2500),
        (count(&|n| fault(n) == Some(ResponseFault::Missing)), 1000),
        (count(&|n| fault(n) == Some(ResponseFault::Doubled)), 2000),
    ] {
        assert!(found.abs_diff(expected) < 150, "{found} {expected}");
    }
    let busy = (1..).map(|n| decisions.attempt(n, b""));
    let busy = busy.into_iter().find(|plan| plan.fate == Fate::Busy);
    assert_eq!(busy.unwrap().error, 9);
}
