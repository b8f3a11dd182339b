//! Octets of any kind: whatever is accepted gives itself back.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use smpp_codec::Decoder;
use smpp_pdu::{CommandId, InterfaceVersion};

use crate::support::{
    assert_fields_cover, decode_with, encoded, good_vectors, pdu_octets, with_true_length,
};

fn decoder() -> impl Strategy<Value = Decoder> {
    let versions = vec![
        InterfaceVersion::V3_3,
        InterfaceVersion::V3_4,
        InterfaceVersion::V5_0,
    ];
    (any::<bool>(), select(versions))
        .prop_map(|(strict, version)| Decoder::new().strict(strict).version(version))
}

/// What is accepted encodes to the same octets, and its fields cover them; what
/// is not has its error inside. Whether it was accepted.
fn check(decoder: Decoder, octets: &[u8]) -> bool {
    match decode_with(decoder, octets) {
        Ok((pdu, findings)) => {
            assert_eq!(encoded(&pdu), octets);
            assert_fields_cover(&pdu, octets);
            for finding in findings {
                assert!(finding.offset <= octets.len(), "{finding}");
            }
            // It decodes to the same value again: nothing hangs on what was before.
            let again = encoded(&pdu);
            assert_eq!(decode_with(decoder, &again).map(|(pdu, _)| pdu), Ok(pdu));
            true
        }
        Err(error) => {
            assert!(error.offset <= octets.len(), "{error}");
            false
        }
    }
}

/// Octets that get further into a body than evenly drawn ones: NULs end
/// strings, small numbers are counts and lengths.
fn likely_octets() -> impl Strategy<Value = Vec<u8>> {
    let octet = prop_oneof![4 => Just(0), 2 => 1..4_u8, 1 => any::<u8>()];
    vec(octet, 0..120)
}

fn command_id() -> impl Strategy<Value = u32> {
    select(CommandId::NAMED).prop_map(|(command_id, _)| command_id.0)
}

/// A vector, changed.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let vectors: Vec<_> = good_vectors().map(|vector| &vector.octets).collect();
    let change = prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(Change::Set),
        1 => (any::<Index>(), any::<u8>()).prop_map(Change::Insert),
        1 => any::<Index>().prop_map(Change::Remove),
        1 => (any::<Index>(), any::<Index>()).prop_map(Change::Splice),
    ];
    (select(vectors.clone()), vec(change, 1..6)).prop_map(move |(octets, changes)| {
        let mut octets = octets.clone();
        for change in changes {
            change.apply(&mut octets, &vectors);
        }
        with_true_length(octets)
    })
}

#[derive(Clone, Debug)]
enum Change {
    Set((Index, u8)),
    Insert((Index, u8)),
    Remove(Index),
    /// The end of this vector from the same place on.
    Splice((Index, Index)),
}

impl Change {
    fn apply(self, octets: &mut Vec<u8>, vectors: &[&Vec<u8>]) {
        let len = octets.len();
        match self {
            Self::Set((at, octet)) if len > 0 => octets[at.index(len)] = octet,
            Self::Insert((at, octet)) => octets.insert(at.index(len + 1), octet),
            Self::Remove(at) if len > 16 => {
                octets.remove(at.index(len));
            }
            Self::Splice((from, at)) => {
                let other = from.get(vectors);
                let at = at.index(len.min(other.len()));
                octets.truncate(at);
                octets.extend(&other[at..]);
            }
            Self::Set(_) | Self::Remove(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn likely_octets_give_themselves_back(
        decoder in decoder(),
        command_id in command_id(),
        status in prop_oneof![Just(0), any::<u32>()],
        sequence in any::<u32>(),
        body in likely_octets(),
    ) {
        check(decoder, &pdu_octets(command_id, status, sequence, &body));
    }

    #[test]
    fn changed_vectors_give_themselves_back(decoder in decoder(), octets in mutated()) {
        check(decoder, &octets);
    }

    #[test]
    fn any_octets_are_survived(decoder in decoder(), octets in vec(any::<u8>(), 0..64)) {
        check(decoder, &octets);
        check(decoder, &with_true_length(octets));
    }
}

/// The tests above would say nothing if hardly anything were accepted.
#[test]
fn enough_of_the_octets_are_accepted() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut accepted = [0; 2];
    for _ in 0..1000 {
        let octets = mutated().new_tree(&mut runner).unwrap().current();
        accepted[0] += u32::from(check(Decoder::new(), &octets));
        let (command_id, body) = (command_id(), likely_octets())
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let octets = pdu_octets(command_id, 0, 1, &body);
        accepted[1] += u32::from(check(Decoder::new(), &octets));
    }
    println!(
        "## arbitrary: of 1000 each, {} changed vectors and {} random bodies decode",
        accepted[0], accepted[1]
    );
    assert!(accepted.iter().all(|count| *count > 300), "{accepted:?}");
}
