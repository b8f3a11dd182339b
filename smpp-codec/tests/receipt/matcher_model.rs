//! Against a centre that is played: whatever it does to its ids, no receipt is
//! joined to another message than its own.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use smpp_codec::receipt::matcher::{
    Fixed, Match, Matcher, MatcherOptions, Report, Request, Store, Submission, Verdict,
};

/// What a centre does to every id of its receipts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Habit {
    Keep,
    Lower,
    Upper,
    StripZeros,
    FillToTen,
    StripDashes,
    /// Ids are hexadecimal, receipts decimal, filled to a width.
    ToDecimal(usize),
    /// Ids are decimal, receipts hexadecimal.
    ToHex {
        upper: bool,
    },
}

impl Habit {
    fn receipt_id(self, id: &str) -> String {
        match self {
            Self::Keep => id.to_owned(),
            Self::Lower => id.to_lowercase(),
            Self::Upper => id.to_uppercase(),
            Self::StripZeros => {
                let stripped = id.trim_start_matches('0');
                if stripped.is_empty() { "0" } else { stripped }.to_owned()
            }
            Self::FillToTen => format!("{id:0>10}"),
            Self::StripDashes => id.replace('-', ""),
            Self::ToDecimal(width) => {
                format!("{:0width$}", u128::from_str_radix(id, 16).unwrap())
            }
            Self::ToHex { upper: true } => format!("{:X}", id.parse::<u128>().unwrap()),
            Self::ToHex { upper: false } => format!("{:x}", id.parse::<u128>().unwrap()),
        }
    }
}

fn habit() -> impl Strategy<Value = Habit> {
    select(vec![
        Habit::Keep,
        Habit::Lower,
        Habit::Upper,
        Habit::StripZeros,
        Habit::FillToTen,
        Habit::StripDashes,
        Habit::ToDecimal(1),
        Habit::ToDecimal(10),
        Habit::ToHex { upper: true },
        Habit::ToHex { upper: false },
    ])
}

/// Ids that are near to each other in every way: few digits, the same number in
/// two bases, the same letters in two cases.
fn ids(habit: Habit) -> BoxedStrategy<Vec<String>> {
    let number = prop_oneof![4 => 0..40_u32, 2 => 40..400_u32, 1 => 4_000_000..4_000_200_u32];
    let ids = match habit {
        Habit::ToDecimal(_) => vec(number.prop_map(|n| format!("{n:x}")), 1..24).boxed(),
        Habit::ToHex { .. } => vec(number.prop_map(|n| n.to_string()), 1..24).boxed(),
        _ => {
            let id = prop_oneof![
                2 => number.clone().prop_map(|n| n.to_string()),
                2 => number.prop_map(|n| format!("{n:x}")),
                2 => "[aAbB01]{1,3}",
                1 => "0{0,3}[1-3]{1,2}",
                1 => "[aA1]-?[1b]-?2",
            ];
            vec(id, 1..24).boxed()
        }
    };
    ids.prop_map(|mut ids| {
        ids.sort();
        ids.dedup();
        ids
    })
    .prop_shuffle()
    .boxed()
}

/// What happens to a message, in this order.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The request goes out.
    Send(usize),
    /// Its response comes.
    Answer(usize),
    /// Its receipt comes.
    Report(usize),
}

fn steps(count: usize, early: bool) -> impl Strategy<Value = Vec<Step>> {
    vec((0..300_u32, 0..60_u32, 0..120_u32), count).prop_map(move |times| {
        let mut steps: Vec<(u32, Step)> = Vec::new();
        for (at, (send, answer, report)) in times.into_iter().enumerate() {
            let answered = send + 1 + answer;
            let reported = if early {
                send + 1 + report
            } else {
                answered + 1 + report
            };
            steps.push((send * 3, Step::Send(at)));
            steps.push((answered * 3 + 1, Step::Answer(at)));
            steps.push((reported * 3 + 2, Step::Report(at)));
        }
        steps.sort_by_key(|&(time, _)| time);
        steps.into_iter().map(|(_, step)| step).collect()
    })
}

#[derive(Debug)]
struct Case {
    habit: Habit,
    ids: Vec<String>,
    steps: Vec<Step>,
    /// The recipient of each message is one of so many.
    recipients: Option<u32>,
    tell_requests: bool,
}

/// Whether two ids are one in the eyes of the centre: it could not tell the
/// messages apart in its own receipts, so nobody can.
fn are_told_apart(habit: Habit, ids: &[String]) -> bool {
    let mut seen: Vec<_> = ids.iter().map(|id| habit.receipt_id(id)).collect();
    seen.sort();
    seen.dedup();
    seen.len() == ids.len()
}

fn cases(early: bool) -> impl Strategy<Value = Case> {
    habit()
        .prop_flat_map(move |habit| (Just(habit), ids(habit)))
        .prop_filter(
            "the centre tells its ids apart when receipts overtake",
            move |(habit, ids)| !early || are_told_apart(*habit, ids),
        )
        .prop_flat_map(move |(habit, ids)| {
            let steps = steps(ids.len(), early);
            let recipients = proptest::option::of(1..5_u32);
            let tell = if early {
                Just(true).boxed()
            } else {
                any::<bool>().boxed()
            };
            (Just(habit), Just(ids), steps, recipients, tell)
        })
        .prop_map(|(habit, ids, steps, recipients, tell_requests)| Case {
            habit,
            ids,
            steps,
            recipients,
            tell_requests,
        })
}

type Room = Fixed<64, 64, 64>;

/// What became of the receipts.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    matched: usize,
    ambiguous: usize,
    waiting: usize,
}

fn play(case: &Case, with_parameter: bool) -> Outcome {
    let outcome = play_in::<Room>(case, with_parameter);
    #[cfg(feature = "alloc")]
    {
        use smpp_codec::receipt::matcher::Growing;
        assert_eq!(outcome, play_in::<Growing>(case, with_parameter));
    }
    outcome
}

fn play_in<S: Store<usize, usize>>(case: &Case, with_parameter: bool) -> Outcome {
    let mut matcher: Matcher<usize, usize, S> = Matcher::new(MatcherOptions::new());
    let mut requests: Vec<Option<Request>> = vec![None; case.ids.len()];
    let mut outcome = Outcome::default();
    let recipient = |at: usize| {
        let number = u32::try_from(at).unwrap().wrapping_mul(2_654_435_761);
        case.recipients
            .map(|count| format!("4790000{:03}", number % count))
    };
    let check = |verdict: Verdict<usize, usize>, outcome: &mut Outcome| match verdict {
        Verdict::Matched { found, receipt } => {
            let Match { key, ref by, .. } = found;
            assert_eq!(
                key,
                receipt,
                "{:?} makes {} of {}, joined to {} ({by:?})",
                case.habit,
                case.habit.receipt_id(&case.ids[receipt]),
                case.ids[receipt],
                case.ids[key]
            );
            outcome.matched += 1;
        }
        Verdict::Ambiguous {
            candidates,
            receipt,
            ..
        } => {
            let keys: Vec<_> = candidates
                .as_slice()
                .iter()
                .map(|found| found.key)
                .collect();
            assert!(
                candidates.count() > 8 || keys.contains(&receipt),
                "{candidates:?}"
            );
            outcome.ambiguous += 1;
        }
        Verdict::Held { dropped } => assert_eq!(dropped, None),
        Verdict::Unmatched { receipt } => panic!("{receipt} was given back"),
        _ => unreachable!(),
    };
    for &step in &case.steps {
        match step {
            Step::Send(at) => requests[at] = case.tell_requests.then(|| matcher.sent()),
            Step::Answer(at) => {
                let to = recipient(at);
                let mut submission = Submission::new(case.ids[at].as_bytes(), at);
                submission.request = requests[at];
                submission.destination = to.as_deref().map(str::as_bytes);
                matcher.submitted(submission, 0).unwrap();
                while let Some(verdict) = matcher.next_early(0) {
                    check(verdict, &mut outcome);
                }
            }
            Step::Report(at) => {
                let id = case.habit.receipt_id(&case.ids[at]);
                let from = recipient(at);
                let mut report = Report::new(Some(id.as_bytes()));
                report.source = from.as_deref().map(str::as_bytes);
                if with_parameter {
                    report.tlv_id = Some(case.ids[at].as_bytes());
                }
                let verdict = matcher.receipt(&report, at, 0);
                check(verdict, &mut outcome);
                while let Some(verdict) = matcher.next_early(0) {
                    check(verdict, &mut outcome);
                }
            }
        }
    }
    outcome.waiting = matcher.held();
    while let Some(verdict) = matcher.next_unmatched(u64::MAX) {
        check(verdict, &mut outcome);
    }
    assert_eq!(outcome.matched + outcome.ambiguous, case.ids.len());
    outcome
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn receipts_behind_their_responses_are_never_joined_to_another_message(case in whole_cases()) {
        play(&case, false);
    }

    #[test]
    fn receipts_that_overtake_are_never_joined_to_another_message(case in cases(true)) {
        play(&case, false);
    }

    #[test]
    fn two_ids_never_lead_to_another_message(case in cases(true)) {
        play(&case, true);
    }
}

/// Every message is answered before the first receipt comes.
fn whole_cases() -> impl Strategy<Value = Case> {
    cases(false).prop_map(|mut case| {
        case.steps
            .sort_by_key(|step| matches!(step, Step::Report(_)));
        case
    })
}

/// A matcher that calls everything ambiguous would pass the tests above.
#[test]
fn a_centre_that_keeps_its_ids_has_every_receipt_matched() {
    let ids: Vec<_> = (1000..1060).map(|number: u32| number.to_string()).collect();
    let count = ids.len();
    let steps = (0..count)
        .flat_map(|at| [Step::Send(at), Step::Answer(at)])
        .chain((0..count).map(Step::Report))
        .collect();
    let case = Case {
        habit: Habit::Keep,
        ids,
        steps,
        recipients: None,
        tell_requests: true,
    };
    let outcome = play(&case, false);
    assert_eq!((outcome.matched, outcome.waiting), (count, 0));
}

#[test]
fn a_centre_that_converts_has_every_receipt_matched() {
    for habit in [
        Habit::ToDecimal(1),
        Habit::ToDecimal(10),
        Habit::ToHex { upper: true },
        Habit::ToHex { upper: false },
    ] {
        let ids: Vec<_> = (59_113_950..59_114_010)
            .map(|number: u32| match habit {
                Habit::ToHex { .. } => number.to_string(),
                _ => format!("{number:x}"),
            })
            .collect();
        let count = ids.len();
        // Each receipt before its response.
        let steps = (0..count)
            .flat_map(|at| [Step::Send(at), Step::Report(at), Step::Answer(at)])
            .collect();
        let case = Case {
            habit,
            ids,
            steps,
            recipients: None,
            tell_requests: true,
        };
        let outcome = play(&case, false);
        assert_eq!((outcome.matched, outcome.waiting), (count, 0), "{habit:?}");
    }
}
