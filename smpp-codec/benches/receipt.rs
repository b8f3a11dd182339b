//! Receipts read, written and matched.
//!
//! `cargo bench -p smpp-codec --bench receipt`, with a part of a row's name to
//! run only that. The time is for one receipt.

use core::hint::black_box;
use core::time::Duration;

use criterion::{BatchSize, Criterion, Throughput};
use smpp_codec::SliceBuf;
use smpp_codec::receipt::matcher::{
    FixedMatcher, GrowingMatcher, MatchedBy, Matcher, MatcherOptions, Report, Store, Submission,
    Verdict,
};
use smpp_codec::receipt::{Receipt, ReceiptFinding, ReceiptReader, ReceiptText, ReceiptWriter};
use smpp_pdu::time::McLocalTime;
use smpp_pdu::{DeliverSm, MessageState, Pdu, SequenceNumber, ShortMessage, Tlvs};

const PLAIN: &[u8] = b"id:0123456789 sub:001 dlvrd:001 submit date:1005232039 \
    done date:1005242339 stat:DELIVRD err:000 text:This is a sample mes";
const WILD: &[u8] = b"419318028472222#MSGID:11f8f46639bd4f7a209016e1a181e3ae  dlvrd:1 price:0.02 \
    donedate:090219170212 submitdate:0902191702 err:21b text:TVILLING: Sl? ut stat:Delivered";

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    reading(&mut criterion);
    writing(&mut criterion);
    matching(&mut criterion);
    criterion.final_summary();
}

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for (name, text) in [("plain", PLAIN), ("wild", WILD)] {
        assert!(ReceiptText::parse(text).is_some_and(|text| text.looks_like_receipt()));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("text/{name}"), |bench| {
            bench.iter(|| ReceiptText::parse(black_box(text)));
        });
        group.bench_function(format!("text and findings/{name}"), |bench| {
            bench.iter(|| {
                let mut findings: heapless::Vec<ReceiptFinding, 32> = heapless::Vec::new();
                let text = ReceiptText::parse_with(black_box(text), &mut findings);
                (text.is_some(), findings.len())
            });
        });
    }
    let writer = ReceiptWriter::new("0123456789", MessageState::DELIVERED);
    let tlvs = writer
        .tlvs(smpp_pdu::InterfaceVersion::V3_4)
        .expect("a good id");
    let body = DeliverSm::default()
        .esm_class(writer.esm_class())
        .short_message(ShortMessage::new(PLAIN).expect("short"))
        .tlvs(Tlvs::from_slice(&tlvs));
    let pdu = Pdu::request(SequenceNumber(1), body);
    group.throughput(Throughput::Elements(1));
    group.bench_function("deliver_sm", |bench| {
        bench.iter(|| Receipt::read(black_box(&pdu)).map(|receipt| receipt.outcome()));
    });
    let plain = Pdu::request(SequenceNumber(1), DeliverSm::default());
    assert!(ReceiptReader::new().read(&plain, &mut ()).is_none());
    group.bench_function("deliver_sm that is none", |bench| {
        bench.iter(|| Receipt::read(black_box(&plain)).is_none());
    });
    group.finish();
}

fn writing(criterion: &mut Criterion) {
    let date = McLocalTime::new(2024, 1, 31, 9, 59, 0).expect("a good date");
    let writer = ReceiptWriter::new("0123456789", MessageState::DELIVERED)
        .submit_date(date)
        .done_date(date)
        .text(b"This is a sample message");
    criterion.bench_function("write", |bench| {
        bench.iter(|| {
            let mut storage = [0; ReceiptWriter::MAX_LEN];
            black_box(&writer)
                .write_text(&mut SliceBuf::new(&mut storage))
                .map(|len| storage.get(len - 1).copied())
        });
    });
}

/// A matcher with so many messages, whose ids are hexadecimal.
fn filled<S: Store<u32, ()>>(count: u32) -> Matcher<u32, (), S> {
    let mut matcher = Matcher::new(MatcherOptions::new());
    for key in 0..count {
        let id = format!("{:08x}", 0x1A00_0000 + key);
        matcher
            .submitted(Submission::new(id.as_bytes(), key), 0)
            .expect("there is room");
    }
    matcher
}

fn matching(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("match");
    let exact = format!("{:08x}", 0x1A00_0007);
    let decimal = 0x1A00_0007.to_string();
    for (name, id, by) in [
        ("exact", &exact, MatchedBy::Exact),
        ("decimal of hex", &decimal, MatchedBy::DecimalOfHex),
    ] {
        let report = Report::new(Some(id.as_bytes()));
        let ask = |verdict| match verdict {
            Verdict::Matched { found, .. } => assert_eq!((found.key, found.by), (7, by)),
            _ => panic!("not matched"),
        };
        let mut growing: GrowingMatcher<u32, ()> = filled(100_000);
        group.bench_function(format!("growing 100,000/{name}"), |bench| {
            bench.iter(|| ask(growing.receipt(black_box(&report), (), 0)));
        });
        let mut fixed: Box<FixedMatcher<u32, (), 256, 4, 4>> = Box::new(filled(256));
        group.bench_function(format!("fixed 256/{name}"), |bench| {
            bench.iter(|| ask(fixed.receipt(black_box(&report), (), 0)));
        });
    }
    group.bench_function("growing/1,000 messages in and out", |bench| {
        bench.iter_batched(
            || GrowingMatcher::<u32, ()>::new(MatcherOptions::new()),
            |mut matcher| {
                for key in 0..1_000_u32 {
                    let id = key.to_be_bytes().map(|octet| octet | 0x40);
                    let _ = matcher.submitted(Submission::new(&id, key), 0);
                    matcher.receipt(&Report::new(Some(&id)), (), 0);
                }
                matcher
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}
