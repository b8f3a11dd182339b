//! Message states, kinds of reports, and who asked for them.

use smpp_codec::receipt::{Outcome, ReceiptKind, Transition, may_follow, stat_word, transition};
use smpp_pdu::{MessageState, RegisteredDelivery};

const FINAL: [MessageState; 6] = [
    MessageState::DELIVERED,
    MessageState::EXPIRED,
    MessageState::DELETED,
    MessageState::UNDELIVERABLE,
    MessageState::REJECTED,
    MessageState::SKIPPED,
];

fn all() -> impl Iterator<Item = MessageState> {
    (0..=9).map(MessageState)
}

#[test]
fn a_state_may_be_reported_again() {
    for state in all().chain([MessageState(200)]) {
        assert_eq!(transition(state, state), Transition::Repeat, "{state}");
        assert!(may_follow(state, state));
    }
}

#[test]
fn every_state_may_follow_a_message_under_way_but_its_start() {
    for state in all().filter(|&state| state != MessageState::ENROUTE) {
        let expected = state != MessageState::SCHEDULED;
        assert_eq!(
            may_follow(MessageState::ENROUTE, state),
            expected,
            "{state}"
        );
    }
    for state in all() {
        assert!(may_follow(MessageState::SCHEDULED, state), "{state}");
    }
}

#[test]
fn nothing_follows_a_final_state() {
    for from in FINAL {
        for to in all().filter(|&to| to != from) {
            let expected = if FINAL.contains(&to) {
                Transition::Conflict
            } else {
                Transition::Late
            };
            assert_eq!(transition(from, to), expected, "{from} to {to}");
            assert!(!may_follow(from, to) && !expected.is_believable());
        }
    }
}

#[test]
fn a_gateway_goes_on_from_accepted() {
    for to in FINAL {
        assert_eq!(transition(MessageState::ACCEPTED, to), Transition::Reopen);
    }
    assert!(Transition::Reopen.is_believable());
    assert!(!may_follow(MessageState::ACCEPTED, MessageState::DELIVERED));
    assert_eq!(
        transition(MessageState::ACCEPTED, MessageState::ENROUTE),
        Transition::Late
    );
}

#[test]
fn anything_but_a_start_follows_unknown() {
    for unknown in [MessageState::UNKNOWN, MessageState(77)] {
        for to in all().filter(|&to| to != unknown) {
            let expected = to != MessageState::SCHEDULED;
            assert_eq!(may_follow(unknown, to), expected, "{unknown} to {to}");
        }
        assert_eq!(transition(MessageState::EXPIRED, unknown), Transition::Late);
    }
}

#[test]
fn a_state_once_left_does_not_come_back_by_standard_steps() {
    // Whatever two standard steps lead to and back has no final state in it.
    for from in all() {
        for to in all().filter(|&to| to != from) {
            if may_follow(from, to) && may_follow(to, from) {
                assert!(!from.is_final() && !to.is_final(), "{from} and {to}");
            }
        }
    }
}

#[test]
fn every_state_is_written_in_a_word_that_readers_know() {
    for state in all().chain([MessageState(99)]) {
        let word = stat_word(state);
        assert_eq!(word.len(), 7);
        let back = MessageState::from_receipt_word(word).unwrap();
        let expected = match state {
            MessageState::SCHEDULED => MessageState::ENROUTE,
            MessageState::SKIPPED => MessageState::REJECTED,
            MessageState(99) => MessageState::UNKNOWN,
            state => state,
        };
        assert_eq!(back, expected);
        assert_eq!(Outcome::of(back), Outcome::of(state));
    }
}

#[test]
fn outcomes_are_those_of_the_states() {
    let expected = [
        Outcome::Pending,
        Outcome::Pending,
        Outcome::Delivered,
        Outcome::Failed,
        Outcome::Failed,
        Outcome::Failed,
        Outcome::Pending,
        Outcome::Unclear,
        Outcome::Failed,
        Outcome::Failed,
    ];
    for (state, outcome) in all().zip(expected) {
        assert_eq!(Outcome::of(state), outcome, "{state}");
    }
    assert_eq!(Outcome::of(MessageState(42)), Outcome::Unclear);
}

#[test]
fn receipts_are_wanted_as_registered_delivery_says() {
    let wanted =
        |asked, state| ReceiptKind::DeliveryReceipt.wanted_by(RegisteredDelivery(asked), state);
    let states = [
        MessageState::DELIVERED,
        MessageState::ACCEPTED,
        MessageState::EXPIRED,
        MessageState::UNKNOWN,
        MessageState::ENROUTE,
    ];
    for (asked, expected) in [
        (0x00, [false, false, false, false, false]),
        (0x01, [true, true, true, true, false]),
        (0x02, [false, false, true, true, false]),
        (0x03, [true, true, false, false, false]),
        // The other bits ask for other things.
        (0x1C, [false, false, false, false, false]),
        (0xE1, [true, true, true, true, false]),
    ] {
        assert_eq!(
            states.map(|state| wanted(asked, state)),
            expected,
            "{asked:#04x}"
        );
    }
}

#[test]
fn acknowledgements_and_notifications_have_bits_of_their_own() {
    let kinds = [
        ReceiptKind::IntermediateNotification,
        ReceiptKind::DeliveryAck,
        ReceiptKind::UserAck,
        ReceiptKind::ConversationAbort,
    ];
    for (asked, expected) in [
        (0x00, [false, false, false, false]),
        (0x03, [false, false, false, false]),
        (0x04, [false, true, false, false]),
        (0x08, [false, false, true, false]),
        (0x0C, [false, true, true, false]),
        (0x10, [true, false, false, false]),
    ] {
        let asked = RegisteredDelivery(asked);
        let wanted = kinds.map(|kind| kind.wanted_by(asked, MessageState::ENROUTE));
        assert_eq!(wanted, expected, "{asked:?}");
    }
    let asked = RegisteredDelivery(0x10);
    assert!(!ReceiptKind::IntermediateNotification.wanted_by(asked, MessageState::DELIVERED));
}

#[test]
fn names_of_kinds_and_outcomes_are_stable() {
    assert_eq!(ReceiptKind::DeliveryReceipt.name(), "delivery_receipt");
    assert_eq!(ReceiptKind::UserAck.to_string(), "user acknowledgement");
    assert_eq!(Outcome::Pending.name(), "pending");
}
