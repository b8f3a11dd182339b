//! Decoding and encoding next to a bare `nom` parser of the same fields and to
//! two other crates, and framing.
//!
//! `cargo bench -p smpp-codec --bench codec`, with a part of a row's name to
//! run only that. A row is `operation/PDU/who`; the time is for one PDU, in the
//! framing rows for 1,000 of them.

#[path = "codec/bare.rs"]
mod bare;
#[path = "codec/peers.rs"]
mod peers;
#[path = "codec/samples.rs"]
mod samples;

use core::hint::black_box;
use core::time::Duration;

use criterion::{BatchSize, Criterion, Throughput};
use smpp_codec::{DEFAULT_MAX_PDU_LEN, Decoder, Framer, SliceBuf, encode, encode_to_slice};

use samples::Sample;

fn main() {
    let samples = samples::all();
    check(&samples);
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    decoding(&mut criterion, &samples);
    encoding(&mut criterion, &samples);
    framing(&mut criterion, &samples);
    criterion.final_summary();
}

/// Everybody reads the samples as the same PDU; else the rows compare nothing.
fn check(samples: &[Sample]) {
    for Sample { name, octets } in samples {
        assert!(smpp_codec::decode(octets).is_ok(), "we read {name}");
        assert!(bare::decode(octets).is_some(), "bare nom reads {name}");
        let command = peers::rusmpp_borrowed(octets).expect("rusmpp reads it");
        let mut out = vec![0; octets.len()];
        assert_eq!(peers::rusmpp_encode(&command, &mut out), Some(octets.len()));
        assert_eq!(&out, octets, "rusmpp gives {name} back");
        let input = peers::rusmpp_input(octets).expect("one PDU");
        assert!(peers::rusmpp_owned(input).is_some(), "rusmpp reads {name}");
        let pdu = peers::smpp34(octets).expect("smpp34 reads it");
        assert_eq!(&pdu.encode(), octets, "smpp34 gives {name} back");
    }
}

fn decoding(criterion: &mut Criterion, samples: &[Sample]) {
    for Sample { name, octets } in samples {
        let mut group = criterion.benchmark_group(format!("decode/{name}"));
        group.throughput(Throughput::Elements(1));
        let octets = octets.as_slice();
        let decoder = Decoder::new();
        // The results are looked at where they lie: a move of a large one on
        // its way into the clock would be counted otherwise.
        group.bench_function("smpp-codec", |bencher| {
            bencher.iter(|| {
                let octets = black_box(octets);
                _ = black_box(&decoder.decode_octets(octets, &mut ()));
            });
        });
        group.bench_function("bare nom", |bencher| {
            bencher.iter(|| _ = black_box(&bare::decode(black_box(octets))));
        });
        group.bench_function("rusmpp borrowed", |bencher| {
            bencher.iter(|| _ = black_box(&peers::rusmpp_borrowed(black_box(octets))));
        });
        group.bench_function("rusmpp owned", |bencher| {
            // Theirs consumes the octets: they are copied outside the clock.
            bencher.iter_batched(
                || peers::rusmpp_input(octets).expect("one PDU"),
                |input| _ = black_box(&peers::rusmpp_owned(input)),
                BatchSize::SmallInput,
            );
        });
        group.bench_function("smpp34", |bencher| {
            bencher.iter(|| _ = black_box(&peers::smpp34(black_box(octets))));
        });
        group.finish();
    }
}

fn encoding(criterion: &mut Criterion, samples: &[Sample]) {
    for Sample { name, octets } in samples {
        let mut group = criterion.benchmark_group(format!("encode/{name}"));
        group.throughput(Throughput::Elements(1));
        let pdu = smpp_codec::decode(octets).expect("well-formed");
        let mut storage = vec![0; octets.len()];
        group.bench_function("smpp-codec, slice", |bencher| {
            bencher.iter(|| encode_to_slice(black_box(&pdu), &mut storage).expect("it fits"));
        });
        group.bench_function("smpp-codec, Vec kept", |bencher| {
            let mut out = Vec::with_capacity(octets.len());
            bencher.iter(|| {
                out.clear();
                encode(black_box(&pdu), &mut out).expect("a Vec grows")
            });
        });
        group.bench_function("smpp-codec, new Vec", |bencher| {
            bencher.iter(|| {
                let mut out = Vec::new();
                encode(black_box(&pdu), &mut out).expect("a Vec grows");
                out
            });
        });
        let command = peers::rusmpp_borrowed(octets).expect("well-formed");
        group.bench_function("rusmpp borrowed, slice", |bencher| {
            bencher.iter(|| peers::rusmpp_encode(black_box(&command), &mut storage));
        });
        let pdu = peers::smpp34(octets).expect("well-formed");
        group.bench_function("smpp34, new Vec", |bencher| {
            // Theirs takes the PDU by value: the clone is made outside the clock.
            bencher.iter_batched(|| pdu.clone(), peers::Smpp34::encode, BatchSize::SmallInput);
        });
        group.finish();
    }
}

/// 1,000 `submit_sm` as one stream, in pieces. The other crates cut streams
/// inside a connection or a codec of a runtime, so there is nothing to compare with.
fn framing(criterion: &mut Criterion, samples: &[Sample]) {
    const PDUS: usize = 1_000;
    let Some(submit_sm) = samples.iter().find(|sample| sample.name == "submit_sm 140") else {
        return;
    };
    let stream = submit_sm.octets.repeat(PDUS);
    let mut group = criterion.benchmark_group(format!("frame/{PDUS} submit_sm"));
    group.throughput(Throughput::Elements(PDUS as u64));
    for (name, piece_len) in [
        ("pieces of 64 KiB", 64 * 1024),
        ("pieces of 1,460 octets", 1_460),
        ("octet by octet", 1),
    ] {
        group.bench_function(name, |bencher| {
            let mut storage = vec![0; DEFAULT_MAX_PDU_LEN];
            bencher.iter(|| {
                let buffer = SliceBuf::new(&mut storage);
                let mut framer = Framer::new(buffer, DEFAULT_MAX_PDU_LEN);
                count_frames(&mut framer, black_box(&stream), piece_len)
            });
        });
    }
    group.finish();
}

fn count_frames(framer: &mut Framer<SliceBuf<'_>>, stream: &[u8], piece_len: usize) -> usize {
    let mut frames = 0;
    for mut piece in stream.chunks(piece_len) {
        while let Some(frame) = framer.next_frame(&mut piece).expect("lengths are right") {
            black_box(frame.as_bytes());
            frames += 1;
        }
    }
    frames
}
