//! Reading, writing and matching in fixed room allocate nothing.

use core::hint::black_box;

use allocation_counter::measure;
use smpp_codec::SliceBuf;
use smpp_codec::receipt::matcher::{FixedMatcher, MatcherOptions, Report, Submission, Verdict};
use smpp_codec::receipt::{ReceiptReader, ReceiptText, ReceiptWriter};
use smpp_pdu::{InterfaceVersion, MessageState, Tlvs};

use crate::support::{Findings, deliver};

#[track_caller]
fn assert_no_allocation(run: impl FnOnce()) {
    let seen = measure(run);
    assert_eq!(seen.count_total, 0, "{seen:?}");
}

/// A counter that counts nothing would pass every other test here.
#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(black_box(vec![1_u8]))).count_total, 1);
}

#[test]
fn reading_allocates_nothing() {
    let texts: Vec<Vec<u8>> = include_str!("../vectors/receipts.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|line| line["text"].as_str().unwrap().as_bytes().to_vec())
        .collect();
    assert_eq!(texts.len(), 59);
    for text in &texts {
        assert_no_allocation(|| {
            let mut findings = Findings::new();
            black_box(ReceiptText::parse_with(text, &mut findings));
            let pdu = deliver(0x04, text, &[]);
            let mut scratch = [0; 127];
            let receipt = ReceiptReader::new().read_wide(&pdu, &mut scratch, &mut findings);
            black_box((receipt, findings));
        });
    }
}

#[test]
fn writing_allocates_nothing() {
    let writer = ReceiptWriter::new("17", MessageState::DELIVERED)
        .err(3)
        .text(b"hello");
    assert_no_allocation(|| {
        let mut storage = [0; ReceiptWriter::MAX_LEN];
        writer.write_text(&mut SliceBuf::new(&mut storage)).unwrap();
        let tlvs = writer.tlvs(InterfaceVersion::V3_4).unwrap();
        black_box((storage, Tlvs::from_slice(&tlvs).encoded_len()));
    });
}

#[test]
fn matching_in_fixed_room_allocates_nothing() {
    assert_no_allocation(|| {
        let mut matcher: FixedMatcher<u32, (), 8, 2, 2> = FixedMatcher::new(MatcherOptions::new());
        let request = matcher.sent();
        let early = matcher.receipt(&Report::new(Some(b"ff")), (), 0);
        assert!(matches!(early, Verdict::Held { .. }));
        matcher
            .submitted(Submission::new(b"255", 1).request(request), 1)
            .unwrap();
        assert!(matches!(
            matcher.next_early(1),
            Some(Verdict::Matched { .. })
        ));
        black_box(&matcher);
    });
}
