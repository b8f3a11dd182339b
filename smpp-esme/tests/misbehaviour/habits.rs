//! Bad answers to what the client submits.

use smpp_codec::FramingErrorKind;
use smpp_esme::{CloseReason, Stranger};
use smpp_pdu::{CommandStatus, Pdu, SequenceNumber, SubmitSmResp};

use crate::centre::octets;
use crate::peer::{Habit, Outcome, WINDOW, accepted, run};

const MANY: usize = 5_000;

/// The most memory of a long run is that of a short one: nothing piles up.
fn assert_bounded(habit: Habit) {
    let (short, long) = (run(500, habit), run(MANY, habit));
    let limit = short.most_memory + short.most_memory / 10;
    assert!(
        long.most_memory <= limit,
        "{} octets for 500 messages, {} for {MANY}",
        short.most_memory,
        long.most_memory
    );
}

#[test]
fn a_centre_that_never_answers_lets_every_message_expire() {
    let silent: Habit = |_, _, _| true;
    let ledger = run(MANY, silent);
    assert_eq!(ledger.count(Outcome::Expired), MANY);
    assert_eq!(ledger.close_reason, None);
    assert_bounded(silent);
}

#[test]
fn of_two_answers_the_first_counts() {
    let twice: Habit = |index, number, out| {
        out.extend(accepted(index, number));
        // As if another message had been meant.
        out.extend(accepted(index + 1, number));
        true
    };
    let ledger = run(MANY, twice);
    assert_eq!(ledger.count(Outcome::Accepted), MANY);
    assert_bounded(twice);
}

#[test]
fn an_answer_with_a_number_that_nobody_used_is_nobodys() {
    let astray: Habit = |index, number, out| {
        out.extend(accepted(index, SequenceNumber(number.0 + 1_000_000)));
        true
    };
    let ledger = run(MANY, astray);
    assert_eq!(ledger.count(Outcome::Expired), MANY);
    assert_bounded(astray);
}

#[test]
fn an_answer_to_another_operation_is_no_answer() {
    let other: Habit = |_, number, out| {
        let resp = smpp_pdu::QuerySmResp::default();
        out.extend(octets(&Pdu::response(
            CommandStatus::ESME_ROK,
            number,
            resp,
        )));
        true
    };
    let ledger = run(500, other);
    assert_eq!(ledger.count(Outcome::Accepted), 0);
    assert_eq!(ledger.close_reason, None);
}

#[test]
fn the_end_of_the_connection_inside_a_pdu_leaves_what_is_open_unknown() {
    for cut in [1, 4, 15, 16, 17, 19] {
        // The cut goes through the habit as the index of the message: functions
        // that capture nothing make simple habits.
        let habit: Habit = match cut {
            1 => |i, n, out| cut_at::<1>(i, n, out),
            4 => |i, n, out| cut_at::<4>(i, n, out),
            15 => |i, n, out| cut_at::<15>(i, n, out),
            16 => |i, n, out| cut_at::<16>(i, n, out),
            17 => |i, n, out| cut_at::<17>(i, n, out),
            _ => |i, n, out| cut_at::<19>(i, n, out),
        };
        let ledger = run(1_000, habit);
        let lost = Outcome::LinkLost(CloseReason::ConnectionLost);
        assert_eq!(ledger.count(Outcome::Accepted), 300, "cut at {cut}");
        assert!((1..=usize::from(WINDOW)).contains(&ledger.count(lost)));
        assert_eq!(ledger.close_reason, Some(CloseReason::ConnectionLost));
    }
}

/// The answer to message 300 ends after `AT` octets.
fn cut_at<const AT: usize>(index: usize, number: SequenceNumber, out: &mut Vec<u8>) -> bool {
    let answer = accepted(index, number);
    let last = index == 300;
    out.extend(if last { &answer[..AT] } else { &answer[..] });
    !last
}

#[test]
fn a_centre_that_throttles_everything_is_named_for_every_message() {
    let throttle: Habit = |_, number, out| {
        let status = CommandStatus::ESME_RTHROTTLED;
        out.extend(octets(&Pdu::response(
            status,
            number,
            SubmitSmResp::default(),
        )));
        true
    };
    let ledger = run(MANY, throttle);
    let throttled = Outcome::Rejected(CommandStatus::ESME_RTHROTTLED);
    assert_eq!(ledger.count(throttled), MANY);
    assert_bounded(throttle);
}

#[test]
fn a_centre_that_turns_to_http_is_left_and_named() {
    let http: Habit = |index, number, out| {
        if index < 300 {
            out.extend(accepted(index, number));
        } else {
            out.extend(b"HTTP/1.1 503 Service Unavailable\r\n\r\n");
        }
        true
    };
    let ledger = run(1_000, http);
    let reason = ledger.close_reason.unwrap();
    // "HTTP" is a length of 1.2 GB: after a bind the stream has lost its PDUs,
    // whatever it has become.
    match reason {
        CloseReason::NotSmpp(stranger) => assert_eq!(stranger, Stranger::Http),
        CloseReason::Framing(error) => {
            assert!(matches!(error.kind, FramingErrorKind::TooLarge { .. }));
        }
        other => panic!("{other}"),
    }
    assert_eq!(ledger.count(Outcome::Accepted), 300);
    assert!(ledger.count(Outcome::LinkLost(reason)) > 0);
}

#[test]
fn a_length_of_four_gigabytes_costs_the_connection_and_no_memory() {
    let giant: Habit = |index, number, out| {
        if index < 300 {
            out.extend(accepted(index, number));
        } else {
            out.extend([0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0, 0, 4]);
        }
        true
    };
    let ledger = run(1_000, giant);
    assert!(matches!(ledger.close_reason, Some(CloseReason::Framing(_))));
    assert_eq!(ledger.count(Outcome::Accepted), 300);
    assert!(
        ledger.most_memory < 2 * 1024 * 1024,
        "{}",
        ledger.most_memory
    );
}

#[test]
fn answers_in_no_order_reach_their_messages() {
    // Of every ten answers the last comes first.
    let shuffled: Habit = |index, number, out| {
        let answer = accepted(index, number);
        let place = out.len() - out.len() % answer.len();
        let at = if index % 10 == 9 { 0 } else { place };
        out.splice(at..at, answer);
        true
    };
    // Answers of one length, so that their boundaries are known.
    let ledger = run(10, shuffled);
    assert_eq!(ledger.count(Outcome::Accepted), 10);
}
