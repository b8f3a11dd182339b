//! The paths of a message allocate nothing, seen by an allocator that counts.

use allocation_counter::measure;
use smpp_codec::SliceBuf;
use smpp_codec::long::{
    Incoming, Joiner, MAX_SEGMENT_OCTETS, Method, Outcome, SplitOptions, segments,
};
use smpp_codec::text::{ChooseOptions, Encoding, choose, choose_with};
use smpp_pdu::udh::NationalLanguage;
use smpp_pdu::{EsmClass, Tlvs};

fn samples() -> [String; 4] {
    [
        "A short one".to_owned(),
        "Brackets [] and 5 € ".repeat(30),
        "Привет 😀 ".repeat(30),
        "“Quoted” – ışık ".repeat(20),
    ]
}

fn assert_none(what: &str, run: impl FnOnce()) {
    let seen = measure(run);
    assert_eq!(seen.count_total, 0, "{what}: {seen:?}");
}

#[test]
fn the_counter_counts() {
    let seen = measure(|| drop(core::hint::black_box(vec![1_u8; 9])));
    assert_eq!((seen.count_total, seen.bytes_total), (1, 9));
}

#[test]
fn choosing_allocates_nothing() {
    let options = ChooseOptions {
        national: &[NationalLanguage::TURKISH, NationalLanguage::HINDI],
        transliterate: true,
        ..ChooseOptions::default()
    };
    for text in samples() {
        assert_none("choosing", || {
            core::hint::black_box((choose(&text), choose_with(&text, &options).unwrap()));
        });
    }
}

#[test]
fn encoding_and_decoding_allocate_nothing() {
    let mut octets = [0; 2048];
    let mut read = String::with_capacity(4096);
    for text in samples() {
        for encoding in [choose(&text).encoding, Encoding::Gsm7Packed, Encoding::Ucs2] {
            assert_none("encoding and decoding", || {
                read.clear();
                let Ok(len) = encoding.encode(&text, &mut SliceBuf::new(&mut octets)) else {
                    return;
                };
                encoding.decode(&octets[..len], &mut read);
            });
        }
        assert_eq!(read, text, "UCS-2 was the last");
    }
}

#[test]
fn splitting_and_joining_allocate_nothing() {
    let mut joiner = Joiner::<4, 20, 4000, u8>::new(1000);
    let mut read = String::with_capacity(4096);
    let mut octets = [0; MAX_SEGMENT_OCTETS];
    for text in samples() {
        let encoding = choose(&text).encoding;
        assert_none("splitting and joining", || {
            read.clear();
            let options = SplitOptions::new(Method::Udh16, 9);
            for segment in segments(encoding, text.as_str(), options).unwrap() {
                let len = segment.write(&mut SliceBuf::new(&mut octets)).unwrap();
                let class = EsmClass::DEFAULT.with_udhi(segment.has_header());
                match Incoming::read(class, &octets[..len], &Tlvs::default()) {
                    Some(part) => {
                        if let Outcome::Complete(message) = joiner.accept(1, &part, 0) {
                            message.decode(encoding, &mut read);
                        }
                    }
                    None => {
                        encoding.decode(&octets[..len], &mut read);
                    }
                }
            }
        });
        assert_eq!(read, text);
    }
}
