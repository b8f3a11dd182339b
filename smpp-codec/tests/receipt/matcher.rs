//! Receipts are joined to their messages, and to no others.

use smpp_codec::receipt::matcher::{
    Ambiguity, FixedMatcher, IdSource, Match, MatchedBy, MatcherOptions, Report, Submission,
    SubmissionError, Verdict,
};
use smpp_codec::receipt::{Receipt, Transition};
use smpp_pdu::MessageState;

use crate::support::deliver;

/// Keys and what comes back with a receipt are plain numbers and names.
type Matcher = FixedMatcher<u32, &'static str, 64, 4, 8>;

fn matcher() -> Matcher {
    Matcher::new(MatcherOptions::new())
}

/// With these ids, which get the keys 0, 1, 2 and so on.
fn with_ids(ids: &[&str]) -> Matcher {
    let mut matcher = matcher();
    for (key, id) in (0..).zip(ids) {
        matcher
            .submitted(Submission::new(id.as_bytes(), key), 0)
            .unwrap();
    }
    matcher
}

fn ask(matcher: &mut Matcher, id: &str) -> Verdict<u32, &'static str> {
    matcher.receipt(&Report::new(Some(id.as_bytes())), "receipt", 0)
}

#[track_caller]
fn matched(verdict: Verdict<u32, &'static str>) -> Match<u32> {
    match verdict {
        Verdict::Matched { found, .. } => found,
        other => panic!("not matched: {other:?}"),
    }
}

#[track_caller]
fn assert_match(ids: &[&str], id: &str, key: u32, by: MatchedBy) {
    let found = matched(ask(&mut with_ids(ids), id));
    assert_eq!((found.key, found.by), (key, by), "{id} of {ids:?}");
}

#[track_caller]
fn assert_ambiguous(verdict: Verdict<u32, &'static str>, keys: &[u32], reason: Ambiguity) {
    let Verdict::Ambiguous {
        candidates, why, ..
    } = verdict
    else {
        panic!("not ambiguous: {verdict:?}");
    };
    let mut found: Vec<_> = candidates
        .as_slice()
        .iter()
        .map(|candidate| candidate.key)
        .collect();
    found.sort_unstable();
    assert_eq!((found.as_slice(), why), (keys, reason));
    assert_eq!(candidates.count(), keys.len());
}

fn is_held(verdict: &Verdict<u32, &'static str>) -> bool {
    matches!(verdict, Verdict::Held { dropped: None })
}

#[test]
fn every_kind_of_change_is_found_and_named() {
    assert_match(&["38601fa", "x"], "38601fa", 0, MatchedBy::Exact);
    assert_match(&["38601fa", "x"], "38601FA", 0, MatchedBy::LetterCase);
    assert_match(&["0059113978", "x"], "59113978", 0, MatchedBy::LeadingZeros);
    assert_match(&["59113978", "x"], "0059113978", 0, MatchedBy::LeadingZeros);
    assert_match(&["00aB", "x"], "Ab", 0, MatchedBy::LeadingZeros);
    assert_match(&["x", "38601fa"], "0059113978", 1, MatchedBy::DecimalOfHex);
    assert_match(&["x", "59113978"], "38601FA", 1, MatchedBy::HexOfDecimal);
    assert_match(&["98765432101"], "16fee0e525", 0, MatchedBy::HexOfDecimal);
    assert_match(
        &["4a38dc46-5125-4969-90be-72104c340d5c"],
        "4a38dc465125496990be72104c340d5c",
        0,
        MatchedBy::Dashes,
    );
    assert_match(
        &["4A38DC465125496990BE72104C340D5C"],
        "4a38dc46-5125-4969-90be-72104c340d5c",
        0,
        MatchedBy::Dashes,
    );
}

#[test]
fn the_largest_numbers_are_converted() {
    let hex = format!("{:x}", u128::MAX);
    let decimal = u128::MAX.to_string();
    assert_match(&[&hex], &decimal, 0, MatchedBy::DecimalOfHex);
    let beyond = format!("1{hex}");
    assert!(is_held(&ask(&mut with_ids(&[&beyond]), &decimal)));
}

#[test]
fn an_id_that_nothing_explains_is_held() {
    for id in ["17", "1", "171", "", "38601fb", "x17"] {
        if id.is_empty() {
            continue;
        }
        assert!(
            is_held(&ask(&mut with_ids(&["00018", "38601fa"]), id)),
            "{id}"
        );
    }
}

#[test]
fn a_receipt_without_an_id_is_given_back() {
    let mut matcher = with_ids(&["17"]);
    let long = "1".repeat(65);
    for id in [None, Some(&b""[..]), Some(long.as_bytes())] {
        let verdict = matcher.receipt(&Report::new(id), "mine", 0);
        assert_eq!(verdict, Verdict::Unmatched { receipt: "mine" });
    }
}

#[test]
fn a_number_that_is_two_ids_in_two_bases_is_ambiguous() {
    let mut matcher = with_ids(&["10", "16"]);
    assert_ambiguous(ask(&mut matcher, "16"), &[0, 1], Ambiguity::SeveralMessages);
}

#[test]
fn ids_that_differ_only_in_form_are_ambiguous() {
    let mut matcher = with_ids(&["aB", "Ab", "0aB"]);
    assert_ambiguous(
        ask(&mut matcher, "aB"),
        &[0, 1, 2],
        Ambiguity::SeveralMessages,
    );
}

#[test]
fn three_matches_make_a_habit_and_end_the_doubt() {
    // Numbers of which the other base is not there.
    let mut matcher = with_ids(&["10", "16", "70", "71", "72"]);
    assert_eq!(matcher.habit(IdSource::Text), None);
    for (number, id) in (1..).zip(["70", "71", "72"]) {
        let found = matched(ask(&mut matcher, id));
        assert_eq!((found.by, found.habitual), (MatchedBy::Exact, false));
        assert_eq!(found.learned, number == 3, "{id}");
    }
    assert_eq!(matcher.habit(IdSource::Text), Some(MatchedBy::Exact));
    assert_eq!(matcher.habit(IdSource::Tlv), None);
    let found = matched(ask(&mut matcher, "16"));
    assert_eq!(
        (found.key, found.by, found.habitual),
        (1, MatchedBy::Exact, true)
    );
}

#[test]
fn a_habit_of_another_base_is_learned_as_well() {
    let mut matcher = with_ids(&["10", "16", "a1", "a2", "a3"]);
    for id in ["161", "162", "163"] {
        assert_eq!(matched(ask(&mut matcher, id)).by, MatchedBy::DecimalOfHex);
    }
    assert_eq!(matcher.habit(IdSource::Text), Some(MatchedBy::DecimalOfHex));
    // Now 16 is the message 10, although there is a 16.
    let found = matched(ask(&mut matcher, "16"));
    assert_eq!((found.key, found.habitual), (0, true));
    assert_eq!(matched(ask(&mut matcher, "22")).key, 1);
}

#[test]
fn one_message_teaches_only_once() {
    let mut matcher = with_ids(&["a1", "10", "16"]);
    for _ in 0..5 {
        assert_eq!(matched(ask(&mut matcher, "161")).key, 0);
    }
    assert_eq!(matcher.habit(IdSource::Text), None);
    assert_ambiguous(ask(&mut matcher, "16"), &[1, 2], Ambiguity::SeveralMessages);
}

#[test]
fn a_habit_that_is_broken_settles_nothing_any_more() {
    let mut matcher = with_ids(&["a1", "a2", "a3", "b1", "b2", "b3", "10", "16"]);
    for id in ["161", "162", "163"] {
        matched(ask(&mut matcher, id));
    }
    // The centre has another node that keeps its ids. That is against the
    // habit, and only told when nothing better comes.
    assert!(is_held(&ask(&mut matcher, "b1")));
    assert_ambiguous(
        matcher.next_unmatched(60).unwrap(),
        &[3],
        Ambiguity::AgainstHabit,
    );
}

#[test]
fn a_habit_can_be_set() {
    let mut matcher = with_ids(&["10", "16"]);
    matcher.assume(IdSource::Both, MatchedBy::DecimalOfHex);
    assert_eq!(matcher.habit(IdSource::Both), Some(MatchedBy::DecimalOfHex));
    let found = matched(ask(&mut matcher, "16"));
    assert_eq!((found.key, found.habitual), (0, true));
    let mut matcher = with_ids(&["10", "16"]);
    matcher.assume(IdSource::Both, MatchedBy::Exact);
    assert_eq!(matched(ask(&mut matcher, "16")).key, 1);
    let mut matcher = with_ids(&["0017"]);
    matcher.assume(IdSource::Text, MatchedBy::Exact);
    assert!(is_held(&ask(&mut matcher, "17")));
    matcher.assume(IdSource::Text, MatchedBy::LeadingZeros);
    let verdict = matcher.next_early(0).unwrap();
    assert_eq!(matched(verdict).by, MatchedBy::LeadingZeros);
}

#[test]
fn a_small_number_in_another_base_needs_support() {
    let mut matcher = with_ids(&["10"]);
    assert!(is_held(&ask(&mut matcher, "16")));
    assert_ambiguous(
        matcher.next_unmatched(60).unwrap(),
        &[0],
        Ambiguity::Unsupported,
    );

    let mut matcher = self::matcher();
    let submission = Submission::new(b"10", 0).destination(b"+491701234567");
    matcher.submitted(submission, 0).unwrap();
    let report = Report::new(Some(b"16")).source(b"01701234567");
    let found = matched(matcher.receipt(&report, "", 0));
    assert!(found.by_address);
    assert_eq!(found.by, MatchedBy::DecimalOfHex);
}

#[test]
fn another_address_speaks_against_another_base() {
    let mut matcher = matcher();
    let submission = Submission::new(b"38601fa", 0).destination(b"4790000001");
    matcher.submitted(submission, 0).unwrap();
    let report = Report::new(Some(b"59113978"));
    assert!(is_held(&matcher.receipt(
        &report.source(b"4790000002"),
        "",
        0
    )));
    // Without an address to compare, the number is telling enough.
    assert_eq!(matched(matcher.receipt(&report, "", 0)).key, 0);
}

#[test]
fn the_address_settles_which_of_two() {
    let mut matcher = matcher();
    for (id, key, to) in [
        (&b"10"[..], 0, &b"4790000001"[..]),
        (b"16", 1, b"4790000002"),
    ] {
        matcher
            .submitted(Submission::new(id, key).destination(to), 0)
            .unwrap();
    }
    let report = Report::new(Some(b"16"));
    let found = matched(matcher.receipt(&report.source(b"4790000001"), "", 0));
    assert_eq!((found.key, found.by_address), (0, true));
    let found = matched(matcher.receipt(&report.source(b"4790000002"), "", 0));
    assert_eq!((found.key, found.by_address), (1, true));
    let verdict = matcher.receipt(&report.source(b"4790000003"), "", 0);
    assert_ambiguous(verdict, &[0, 1], Ambiguity::SeveralMessages);
}

#[test]
fn two_ids_are_taken_together() {
    let mut matcher = with_ids(&["10", "16"]);
    // 16 alone may be either message.
    let report = Report::new(Some(b"16")).tlv_id(b"22");
    let found = matched(matcher.receipt(&report, "", 0));
    assert_eq!((found.key, found.source), (1, IdSource::Both));
    assert_eq!(found.by, MatchedBy::DecimalOfHex);
    // Which of the two is in the base of the response?
    let report = Report::new(Some(b"16")).tlv_id(b"10");
    let verdict = matcher.receipt(&report, "", 0);
    assert_ambiguous(verdict, &[0, 1], Ambiguity::SeveralMessages);
}

#[test]
fn two_ids_that_lead_apart_are_ambiguous() {
    let mut matcher = with_ids(&["a-first", "another"]);
    let report = Report::new(Some(b"another")).tlv_id(b"a-first");
    let verdict = matcher.receipt(&report, "", 0);
    assert_ambiguous(verdict, &[0, 1], Ambiguity::IdsApart);
}

#[test]
fn an_id_of_another_numbering_beside_a_good_one_does_no_harm() {
    let mut matcher = with_ids(&["a-first"]);
    let report = Report::new(Some(b"991")).tlv_id(b"A-FIRST");
    let found = matched(matcher.receipt(&report, "", 0));
    assert_eq!(
        (found.by, found.source),
        (MatchedBy::LetterCase, IdSource::Tlv)
    );
}

#[test]
fn each_source_has_its_own_habit() {
    let mut matcher = with_ids(&["a1", "a2", "a3", "a4"]);
    for (tlv, text) in [("a1", "161"), ("a2", "162"), ("a3", "163")] {
        let report = Report::new(Some(text.as_bytes())).tlv_id(tlv.as_bytes());
        matched(matcher.receipt(&report, "", 0));
    }
    assert_eq!(matcher.habit(IdSource::Tlv), Some(MatchedBy::Exact));
    assert_eq!(matcher.habit(IdSource::Text), Some(MatchedBy::DecimalOfHex));
    assert_eq!(matcher.habit(IdSource::Both), None);
    assert_eq!(matched(ask(&mut matcher, "164")).key, 3);
}

#[test]
fn a_receipt_before_its_response_is_joined_when_that_comes() {
    let mut matcher = matcher();
    let request = matcher.sent();
    let early = matcher.receipt(&Report::new(Some(b"0059113978")), "early", 1);
    assert!(is_held(&early));
    assert_eq!(matcher.next_early(1), None);
    matcher
        .submitted(Submission::new(b"38601fa", 9).request(request), 2)
        .unwrap();
    let verdict = matcher.next_early(2).unwrap();
    let Verdict::Matched { found, receipt } = verdict else {
        panic!("{verdict:?}");
    };
    assert_eq!((found.key, receipt), (9, "early"));
    assert_eq!((matcher.next_early(2), matcher.held()), (None, 0));
}

#[test]
fn a_receipt_before_its_response_needs_no_word_about_the_request() {
    let mut matcher = with_ids(&["1"]);
    assert!(is_held(&ask(&mut matcher, "2a")));
    matcher.submitted(Submission::new(b"2A", 5), 1).unwrap();
    assert_eq!(matched(matcher.next_early(1).unwrap()).key, 5);
}

#[test]
fn a_receipt_that_may_be_of_a_response_under_way_waits_for_it() {
    let mut matcher = with_ids(&["1a"]);
    let request = matcher.sent();
    // It may be 1a in decimal, or the message whose response is under way.
    assert!(is_held(&ask(&mut matcher, "26")));
    matcher
        .submitted(Submission::new(b"26", 7).request(request), 0)
        .unwrap();
    assert_ambiguous(
        matcher.next_early(0).unwrap(),
        &[0, 7],
        Ambiguity::SeveralMessages,
    );
}

#[test]
fn zeros_that_are_a_habit_do_not_hide_another_base() {
    // The centre writes decimals of ten digits. One digit reads alike in both
    // bases, so that at first it only seems to fill up.
    let mut matcher = with_ids(&["6", "7", "8", "21"]);
    for id in ["0000000006", "0000000007", "0000000008"] {
        assert_eq!(matched(ask(&mut matcher, id)).by, MatchedBy::LeadingZeros);
    }
    let request = matcher.sent();
    assert!(is_held(&ask(&mut matcher, "0000000021")));
    matcher
        .submitted(Submission::new(b"15", 9).request(request), 0)
        .unwrap();
    let verdict = matcher.next_early(0).unwrap();
    assert_ambiguous(verdict, &[3, 9], Ambiguity::SeveralMessages);
}

#[test]
fn dashes_in_other_places_make_another_id() {
    let mut matcher = with_ids(&["a-b2"]);
    assert!(is_held(&ask(&mut matcher, "ab-2")));
    assert_eq!(matched(ask(&mut matcher, "ab2")).by, MatchedBy::Dashes);
}

#[test]
fn what_waited_for_another_response_is_decided_when_that_brings_nothing() {
    let mut matcher = with_ids(&["1a"]);
    let request = matcher.sent();
    assert!(is_held(&ask(&mut matcher, "26")));
    let later = matcher.sent();
    matcher.refused(request);
    // The later request cannot be what the receipt is about.
    let found = matched(matcher.next_early(0).unwrap());
    assert_eq!((found.key, found.by), (0, MatchedBy::DecimalOfHex));
    matcher.refused(later);
    assert_eq!(matcher.next_early(0), None);
}

#[test]
fn a_receipt_that_waited_in_vain_is_given_back() {
    let mut matcher = Matcher::new(MatcherOptions::new().hold_for(10));
    assert!(is_held(&matcher.receipt(
        &Report::new(Some(b"x1")),
        "lost",
        5
    )));
    assert_eq!(matcher.next_unmatched(14), None);
    let verdict = matcher.next_unmatched(15);
    assert_eq!(verdict, Some(Verdict::Unmatched { receipt: "lost" }));
    assert_eq!(matcher.next_unmatched(15), None);
}

#[test]
fn the_oldest_makes_way_when_too_many_wait() {
    let mut matcher = matcher();
    for (now, id) in (0..).zip([b"x1", b"x2", b"x3", b"x4"]) {
        assert!(is_held(&matcher.receipt(
            &Report::new(Some(id)),
            "old",
            now
        )));
    }
    let verdict = matcher.receipt(&Report::new(Some(b"x5")), "new", 9);
    assert_eq!(
        verdict,
        Verdict::Held {
            dropped: Some("old")
        }
    );
    assert_eq!(matcher.held(), 4);
    // It was the first.
    matcher.submitted(Submission::new(b"x1", 1), 9).unwrap();
    assert_eq!(matcher.next_early(9), None);
    matcher.submitted(Submission::new(b"x5", 5), 9).unwrap();
    assert_eq!(matched(matcher.next_early(9).unwrap()).key, 5);
}

#[test]
fn nothing_waits_where_that_is_not_wanted() {
    let mut matcher = Matcher::new(MatcherOptions::new().max_held(0));
    let verdict = matcher.receipt(&Report::new(Some(b"x1")), "back", 0);
    assert_eq!(verdict, Verdict::Unmatched { receipt: "back" });
    let mut none: FixedMatcher<u32, &str, 4, 0, 0> = FixedMatcher::new(MatcherOptions::new());
    let verdict = none.receipt(&Report::new(Some(b"x1")), "back", 0);
    assert_eq!(verdict, Verdict::Unmatched { receipt: "back" });
}

#[test]
fn intermediate_notifications_do_not_close() {
    let mut matcher = with_ids(&["17"]);
    let notice = deliver(0x20, b"id:17 stat:ENROUTE", &[]);
    let notice = Receipt::read(&notice).unwrap();
    let found = matched(matcher.receipt(&Report::from(&notice), "", 0));
    assert_eq!(
        (found.closed, found.state),
        (false, Some(MessageState::ENROUTE))
    );
    let receipt = deliver(0x04, b"id:17 stat:DELIVRD", &[]);
    let receipt = Receipt::read(&receipt).unwrap();
    let found = matched(matcher.receipt(&Report::from(&receipt), "", 0));
    assert_eq!((found.closed, found.repeated), (true, false));
    assert_eq!(found.step, Some(Transition::Advance));
    // What was overtaken changes nothing.
    let found = matched(matcher.receipt(&Report::from(&notice), "", 0));
    assert_eq!((found.step, found.repeated), (Some(Transition::Late), true));
    assert_eq!(found.state, Some(MessageState::DELIVERED));
    assert_eq!(matcher.state(b"17"), Some(MessageState::DELIVERED));
}

#[test]
fn accepted_leaves_a_message_open() {
    let mut matcher = with_ids(&["17"]);
    for (stat, closed) in [("ACCEPTD", false), ("UNDELIV", true)] {
        let text = format!("id:17 stat:{stat}");
        let pdu = deliver(0x04, text.as_bytes(), &[]);
        let receipt = Receipt::read(&pdu).unwrap();
        let found = matched(matcher.receipt(&Report::from(&receipt), "", 0));
        assert_eq!((found.closed, found.repeated), (closed, false), "{stat}");
    }
    assert_eq!(matcher.state(b"17"), Some(MessageState::UNDELIVERABLE));
}

#[test]
fn each_segment_has_its_own_receipt() {
    let mut matcher = with_ids(&["s-1", "s-2", "s-3"]);
    for (id, key) in [("s-2", 1), ("s-3", 2), ("s-1", 0)] {
        let found = matched(ask(&mut matcher, id));
        assert_eq!((found.key, found.repeated), (key, false));
    }
}

#[test]
fn a_closed_message_still_takes_its_id() {
    // Without it, the second receipt for 16 would be joined to 10.
    let mut matcher = with_ids(&["16"]);
    assert_eq!(matched(ask(&mut matcher, "16")).key, 0);
    matcher.submitted(Submission::new(b"10", 1), 0).unwrap();
    assert_ambiguous(ask(&mut matcher, "16"), &[0, 1], Ambiguity::SeveralMessages);
}

#[test]
fn what_is_over_is_dropped() {
    let mut matcher = Matcher::new(MatcherOptions::new().keep_for(100));
    matcher.submitted(Submission::new(b"a1", 1), 0).unwrap();
    matcher.submitted(Submission::new(b"a2", 2), 50).unwrap();
    assert_eq!((matcher.expire(99), matcher.messages()), (0, 2));
    assert_eq!((matcher.expire(100), matcher.messages()), (1, 1));
    assert!(is_held(&ask(&mut matcher, "a1")));
    assert_eq!(matched(ask(&mut matcher, "a2")).key, 2);
}

#[test]
fn a_full_matcher_makes_room_from_what_is_over_then_from_what_is_closed() {
    let options = MatcherOptions::new().max_messages(2).keep_for(100);
    let mut matcher = Matcher::new(options);
    matcher.submitted(Submission::new(b"a1", 1), 0).unwrap();
    matcher.submitted(Submission::new(b"a2", 2), 50).unwrap();
    let refused = matcher.submitted(Submission::new(b"a3", 3), 60);
    assert_eq!(refused, Err(SubmissionError::Full { key: 3 }));
    matcher.submitted(Submission::new(b"a4", 4), 100).unwrap();
    matched(ask(&mut matcher, "a4"));
    matcher.submitted(Submission::new(b"a5", 5), 101).unwrap();
    assert!(is_held(&ask(&mut matcher, "a4")));
    assert_eq!(matched(ask(&mut matcher, "a2")).key, 2);
    assert_eq!(matched(ask(&mut matcher, "a5")).key, 5);
}

#[test]
fn fixed_room_is_a_bound_too() {
    let mut matcher: FixedMatcher<u32, (), 1, 1, 1> = FixedMatcher::new(MatcherOptions::new());
    matcher.submitted(Submission::new(b"a1", 1), 0).unwrap();
    let refused = matcher.submitted(Submission::new(b"a2", 2), 0);
    assert_eq!(refused, Err(SubmissionError::Full { key: 2 }));
}

#[test]
fn an_id_that_cannot_be_kept_gives_its_key_back() {
    let mut matcher = matcher();
    for len in [0, 65] {
        let id = vec![b'1'; len];
        let refused = matcher.submitted(Submission::new(&id, 8), 0);
        assert_eq!(refused, Err(SubmissionError::IdLength { len, key: 8 }));
    }
    matcher
        .submitted(Submission::new(&[b'1'; 64], 8), 0)
        .unwrap();
}

#[test]
fn a_forgotten_message_is_gone() {
    let mut matcher = with_ids(&["a1", "a2", "a3"]);
    assert!(matcher.forget(b"a1"));
    assert!(!matcher.forget(b"a1") && !matcher.forget(b"A2"));
    assert!(is_held(&ask(&mut matcher, "a1")));
    assert_eq!(matched(ask(&mut matcher, "a3")).key, 2);
}

#[test]
fn more_requests_than_fit_only_make_receipts_wait() {
    let mut matcher: FixedMatcher<u32, (), 8, 2, 1> = FixedMatcher::new(MatcherOptions::new());
    matcher.submitted(Submission::new(b"1a", 1), 0).unwrap();
    let (first, second) = (matcher.sent(), matcher.sent());
    let verdict = matcher.receipt(&Report::new(Some(b"26")), (), 0);
    assert!(matches!(verdict, Verdict::Held { .. }));
    matcher.refused(second);
    assert_eq!(matcher.next_early(0), None);
    matcher.refused(first);
    assert!(matches!(
        matcher.next_early(0),
        Some(Verdict::Matched { .. })
    ));
}

#[test]
fn a_match_says_why() {
    let mut matcher = with_ids(&["38601fa"]);
    let found = matched(ask(&mut matcher, "59113978"));
    assert_eq!(
        found.to_string(),
        "id of the text: the hexadecimal id in decimal"
    );
    let found = matched(ask(&mut matcher, "59113978"));
    assert!(found.to_string().ends_with("; reported before"));
}

#[cfg(feature = "alloc")]
#[test]
fn a_growing_matcher_finds_the_others_after_some_are_gone() {
    use smpp_codec::receipt::matcher::GrowingMatcher;

    let mut matcher: GrowingMatcher<u64, ()> =
        GrowingMatcher::new(MatcherOptions::new().keep_for(0));
    for key in 0..300 {
        let id = (1_000_000 + key).to_string();
        matcher
            .submitted(Submission::new(id.as_bytes(), key), (key * 7_919) % 300)
            .unwrap();
    }
    for now in (0..300).step_by(50) {
        matcher.expire(now);
        for key in 0..300 {
            // In the other base, so that both hashes of an id are used.
            let id = format!("{:x}", 1_000_000 + key);
            let verdict = matcher.receipt(&Report::new(Some(id.as_bytes())), (), 0);
            let found = match verdict {
                Verdict::Matched { found, .. } => Some(found.key),
                _ => None,
            };
            let is_there = (key * 7_919) % 300 > now;
            assert_eq!(found, is_there.then_some(key), "{id} at {now}");
        }
    }
}

#[cfg(feature = "alloc")]
#[test]
fn a_growing_matcher_finds_one_among_many() {
    use smpp_codec::receipt::matcher::GrowingMatcher;

    let mut matcher: GrowingMatcher<u32, ()> = GrowingMatcher::new(MatcherOptions::new());
    for key in 0..20_000_u32 {
        let id = format!("{:08x}", 0x1A00_0000 + key * 7);
        matcher
            .submitted(Submission::new(id.as_bytes(), key), 0)
            .unwrap();
    }
    for key in [0, 1, 777, 19_999] {
        let id = (0x1A00_0000 + key * 7).to_string();
        let verdict = matcher.receipt(&Report::new(Some(id.as_bytes())), (), 0);
        let Verdict::Matched { found, .. } = verdict else {
            panic!("{id}: {verdict:?}");
        };
        assert_eq!((found.key, found.by), (key, MatchedBy::DecimalOfHex));
    }
    assert_eq!(matcher.expire(u64::MAX), 20_000);
}

#[test]
fn the_address_settles_which_of_the_many_of_a_submit_multi() {
    let mut matcher = matcher();
    let to = |key: u32| format!("44770090{key:04}");
    for key in 0..50 {
        let to = to(key);
        let submission = Submission::new(b"1f", key).destination(to.as_bytes());
        matcher.submitted(submission, 0).unwrap();
    }
    for key in (0..50).rev() {
        let source = to(key);
        // In the parameter and in the text, as most centres have it.
        for report in [
            Report::new(Some(b"1f")),
            Report::new(Some(b"1f")).tlv_id(b"1f"),
        ] {
            let report = report.source(source.as_bytes());
            let found = matched(matcher.receipt(&report, "", 0));
            assert_eq!((found.key, found.by_address), (key, true));
        }
    }
    // One that is among those which were not listed must not be passed over.
    for key in 50..60 {
        let submission = Submission::new(b"1f", key).destination(b"447700900007");
        matcher.submitted(submission, 0).unwrap();
    }
    let report = Report::new(Some(b"1f")).source(b"447700900007");
    let verdict = matcher.receipt(&report, "", 0);
    assert!(matches!(
        verdict,
        Verdict::Ambiguous {
            why: Ambiguity::SeveralMessages,
            ..
        }
    ));
}
