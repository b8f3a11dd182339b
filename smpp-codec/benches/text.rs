//! Choosing, encoding, packing, splitting and joining of texts.
//!
//! `cargo bench -p smpp-codec --bench text`, with a part of a row's name to run
//! only that. A row is `operation/text/how`; the throughput is in octets of the
//! text's UTF-8, in the packing rows in septets.

use core::hint::black_box;
use core::time::Duration;

use criterion::{Criterion, Throughput};
use smpp_codec::SliceBuf;
use smpp_codec::long::{
    Incoming, Joiner, MAX_SEGMENT_OCTETS, Method, Outcome, SplitOptions, segments,
};
use smpp_codec::text::gsm7::{pack, unpack};
use smpp_codec::text::{ChooseOptions, Encoding, choose, choose_with};
use smpp_pdu::udh::NationalLanguage;
use smpp_pdu::{EsmClass, Tlvs};

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let texts = texts();
    choosing(&mut criterion, &texts);
    coding(&mut criterion, &texts);
    packing(&mut criterion);
    splitting(&mut criterion, &texts);
    joining(&mut criterion, &texts);
    criterion.final_summary();
}

/// Names and texts; each is in the alphabet that its name says.
fn texts() -> [(&'static str, String); 4] {
    let texts = [
        (
            "160 septets",
            "Tomorrow at 9, platform 4. ".repeat(6)[..160].to_owned(),
        ),
        ("1530 septets", "Tomorrow at [9], 4 € or so: ".repeat(48)),
        (
            "70 units",
            "Завтра в девять, платформа 4. "
                .chars()
                .cycle()
                .take(70)
                .collect(),
        ),
        ("670 units", "Завтра 😀 в девять, у входа. ".repeat(23)),
    ];
    for (name, text) in &texts {
        let expected = if name.contains("septets") {
            Encoding::Gsm7
        } else {
            Encoding::Ucs2
        };
        assert_eq!(choose(text).encoding, expected, "{name}");
    }
    texts
}

fn choosing(criterion: &mut Criterion, texts: &[(&str, String)]) {
    let national = ChooseOptions {
        national: &[NationalLanguage::TURKISH, NationalLanguage::PORTUGUESE],
        transliterate: true,
        ..ChooseOptions::default()
    };
    for (name, text) in texts {
        let mut group = criterion.benchmark_group(format!("choose/{name}"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("GSM or UCS-2", |bencher| {
            bencher.iter(|| choose(black_box(text)));
        });
        group.bench_function("two languages and replacements", |bencher| {
            bencher.iter(|| choose_with(black_box(text), &national));
        });
    }
}

fn coding(criterion: &mut Criterion, texts: &[(&str, String)]) {
    for (name, text) in texts {
        let encoding = choose(text).encoding;
        let mut octets = Vec::new();
        encoding.encode(text, &mut octets).expect("grows");
        let mut group = criterion.benchmark_group(format!("text/{name}"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("encode", |bencher| {
            let mut out = [0; 4096];
            bencher.iter(|| encoding.encode(black_box(text), &mut SliceBuf::new(&mut out)));
        });
        group.bench_function("decode", |bencher| {
            let mut out = String::with_capacity(8192);
            bencher.iter(|| {
                out.clear();
                encoding.decode(black_box(&octets), &mut out)
            });
        });
    }
}

fn packing(criterion: &mut Criterion) {
    let septets: Vec<u8> = (0..160_u8).map(|n| n * 37 % 128).collect();
    let mut packed = [0; 140];
    pack(&septets, 0, &mut SliceBuf::new(&mut packed));
    assert!(unpack(&packed, 0, 160).eq(septets.iter().copied()));
    let mut group = criterion.benchmark_group("septets/160");
    group.throughput(Throughput::Elements(160));
    group.bench_function("pack", |bencher| {
        let mut out = [0; 140];
        bencher.iter(|| pack(black_box(&septets), 0, &mut SliceBuf::new(&mut out)));
    });
    group.bench_function("unpack", |bencher| {
        let mut out = [0; 160];
        bencher.iter(|| {
            for (place, septet) in out.iter_mut().zip(unpack(black_box(&packed), 0, 160)) {
                *place = septet;
            }
            black_box(&out);
        });
    });
}

fn splitting(criterion: &mut Criterion, texts: &[(&str, String)]) {
    for (name, text) in texts {
        let encoding = choose(text).encoding;
        let mut group = criterion.benchmark_group(format!("split/{name}"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        for whole_clusters in [false, true] {
            if whole_clusters && !cfg!(feature = "graphemes") {
                continue;
            }
            let options = SplitOptions {
                whole_clusters,
                ..SplitOptions::new(Method::Udh8, 0x42)
            };
            let suffix = if whole_clusters {
                ", whole clusters"
            } else {
                ""
            };
            group.bench_function(format!("count{suffix}"), |bencher| {
                bencher.iter(|| {
                    let parts = segments(encoding, black_box(text.as_str()), options);
                    parts.map(|parts| parts.count())
                });
            });
            group.bench_function(format!("write{suffix}"), |bencher| {
                let mut out = [0; MAX_SEGMENT_OCTETS];
                bencher.iter(|| {
                    let parts = segments(encoding, black_box(text.as_str()), options);
                    for part in parts.expect("fits") {
                        _ = part.write(&mut SliceBuf::new(&mut out));
                        black_box(&out);
                    }
                });
            });
        }
    }
}

fn joining(criterion: &mut Criterion, texts: &[(&str, String)]) {
    for (name, text) in texts {
        let encoding = choose(text).encoding;
        let options = SplitOptions::new(Method::Udh8, 0x42);
        let parts = segments(encoding, text.as_str(), options).expect("fits");
        if parts.count() < 2 {
            continue;
        }
        let octets: Vec<Vec<u8>> = parts
            .iter()
            .map(|part| {
                let mut octets = Vec::new();
                part.write(&mut octets).expect("grows");
                octets
            })
            .collect();
        let mut group = criterion.benchmark_group(format!("join/{name}"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("last part first", |bencher| {
            let class = EsmClass::DEFAULT.with_udhi(true);
            let mut joiner = Joiner::<4, 16, 4096, u8>::new(1000);
            let mut out = String::with_capacity(8192);
            bencher.iter(|| {
                for octets in octets.iter().rev() {
                    let part = Incoming::read(class, black_box(octets), &Tlvs::default());
                    let outcome = joiner.accept(1, &part.expect("a part"), 0);
                    if let Outcome::Complete(message) = outcome {
                        out.clear();
                        message.decode(encoding, &mut out);
                    }
                }
            });
            assert_eq!(&out, text);
        });
    }
}
