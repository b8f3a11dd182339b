//! Decoding and encoding allocate nothing, seen by an allocator that counts.
//! It counts for the thread of the caller, so tests beside do not disturb.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

use allocation_counter::measure;
use serde_json::Value;
use smpp_codec::{Decoder, Finding, Framer, encode, encode_to_slice};
use smpp_pdu::{Frame, Pdu};

/// The vectors that are good PDUs.
fn good_vectors() -> Vec<Vec<u8>> {
    include_str!("vectors/conformance.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["expected"].get("error").is_none())
        .map(|line| {
            let hex = line["hex"].as_str().unwrap();
            (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                .collect()
        })
        .collect()
}

fn assert_no_allocation(what: &str, octets: &[u8], run: impl FnOnce()) {
    let seen = measure(run);
    assert_eq!(seen.count_total, 0, "{what} of {octets:02x?}: {seen:?}");
}

fn decode<'o>(octets: &'o [u8], findings: &mut heapless::Vec<Finding, 8>) -> Pdu<'o> {
    let frame = Frame::new_checked(octets).unwrap();
    Decoder::new().decode(frame, findings).unwrap()
}

/// A counter that counts nothing would pass every other test here.
#[test]
fn the_counter_counts() {
    let seen = measure(|| drop(core::hint::black_box(vec![1_u8, 2, 3])));
    assert_eq!((seen.count_total, seen.bytes_total), (1, 3));
}

#[test]
fn decoding_allocates_nothing() {
    let vectors = good_vectors();
    assert_eq!(vectors.len(), 321);
    for octets in &vectors {
        let mut findings = heapless::Vec::new();
        assert_no_allocation("decoding", octets, || {
            core::hint::black_box(decode(octets, &mut findings));
        });
    }
}

#[test]
fn walking_lists_and_parameters_allocates_nothing() {
    for octets in &good_vectors() {
        let pdu = decode(octets, &mut heapless::Vec::new());
        assert_no_allocation("walking", octets, || {
            for tlv in pdu.body.tlvs().iter() {
                core::hint::black_box(tlv.value().iter().count());
            }
            if let smpp_pdu::Body::SubmitMulti(multi) = pdu.body {
                core::hint::black_box(multi.dest_address.iter().count());
            }
        });
    }
}

#[test]
fn encoding_to_a_slice_allocates_nothing() {
    let mut out = [0; 2048];
    for octets in &good_vectors() {
        let pdu = decode(octets, &mut heapless::Vec::new());
        assert_no_allocation("encoding", octets, || {
            encode_to_slice(&pdu, &mut out).unwrap();
        });
        assert!(out.starts_with(octets));
    }
}

#[test]
fn encoding_to_a_heapless_buffer_allocates_nothing() {
    let mut out = heapless::Vec::<u8, 2048>::new();
    for octets in &good_vectors() {
        let pdu = decode(octets, &mut heapless::Vec::new());
        out.clear();
        assert_no_allocation("encoding", octets, || {
            encode(&pdu, &mut out).unwrap();
        });
        assert_eq!(out, octets[..]);
    }
}

#[test]
#[cfg(feature = "alloc")]
fn encoding_to_a_growing_buffer_with_room_allocates_nothing() {
    let mut bytes = bytes::BytesMut::with_capacity(2048);
    let mut vec = Vec::with_capacity(2048);
    for octets in &good_vectors() {
        let pdu = decode(octets, &mut heapless::Vec::new());
        bytes.clear();
        vec.clear();
        assert_no_allocation("encoding", octets, || {
            encode(&pdu, &mut bytes).unwrap();
            encode(&pdu, &mut vec).unwrap();
        });
        assert_eq!(bytes, octets[..]);
        assert_eq!(vec, octets[..]);
    }
}

#[test]
fn framing_allocates_nothing() {
    let mut framer = Framer::new(heapless::Vec::<u8, 2048>::new(), 2048);
    for octets in &good_vectors() {
        let (mut first, mut second) = octets.split_at(octets.len() / 2);
        assert_no_allocation("framing", octets, || {
            assert!(framer.next_frame(&mut first).unwrap().is_none());
            assert!(framer.next_frame(&mut second).unwrap().is_some());
        });
    }
}
