//! What a session costs, without any I/O.
//!
//! ```text
//! cargo bench -p smpp-session
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "a benchmark that goes wrong has nothing to measure"
)]

use core::hint::black_box;
use core::time::Duration;
use std::collections::VecDeque;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use smpp_pdu::{
    Address, Bind, BindResp, Body, CommandStatus, Pdu, SequenceNumber, ShortMessage, SubmitSm,
    SubmitSmResp,
};
use smpp_session::{Config, Event, HeapSession, Instant, RequestId, Role};

const NOW: Instant = Instant::from_millis(1);

fn message() -> SubmitSm<'static> {
    SubmitSm::new(
        Address::alphanumeric("BANK").unwrap(),
        Address::international("447700900123").unwrap(),
        ShortMessage::new(b"Your code is 4711").unwrap(),
    )
}

fn response(number: SequenceNumber) -> Pdu<'static> {
    let body = SubmitSmResp::default().message_id("0123456789abcdef".try_into().unwrap());
    Pdu::response(CommandStatus::ESME_ROK, number, body)
}

/// An ESME and a centre whose windows are this wide, bound.
struct Pair {
    esme: HeapSession,
    centre: HeapSession,
    to_centre: Vec<u8>,
    to_esme: Vec<u8>,
    /// What the centre has not answered, the oldest first.
    unanswered: VecDeque<SequenceNumber>,
    next_id: u64,
    random: u64,
}

impl Pair {
    fn new(window: u16) -> Self {
        let config = |role| Config {
            window,
            ..Config::new(role)
        };
        let mut pair = Self {
            esme: HeapSession::new(config(Role::Esme), NOW),
            centre: HeapSession::new(config(Role::MessageCentre), NOW),
            to_centre: Vec::with_capacity(1 << 16),
            to_esme: Vec::with_capacity(1 << 16),
            unanswered: VecDeque::with_capacity(1 << 16),
            next_id: 0,
            random: 0x2545_F491_4F6C_DD1D,
        };
        let (esme, centre) = (&mut pair.esme, &mut pair.centre);
        let number = esme
            .request(NOW, RequestId(0), Bind::default(), &mut pair.to_centre)
            .unwrap();
        let mut input = pair.to_centre.as_slice();
        centre
            .handle_input(NOW, &mut input, &mut pair.to_esme)
            .unwrap();
        let accepted = Pdu::request(number, BindResp::default());
        centre.respond(NOW, &accepted, &mut pair.to_esme).unwrap();
        let mut input = pair.to_esme.as_slice();
        esme.handle_input(NOW, &mut input, &mut pair.to_centre)
            .unwrap();
        pair.to_centre.clear();
        pair.to_esme.clear();
        pair
    }

    /// The ESME submits, the centre takes it.
    fn submit(&mut self) {
        self.to_centre.clear();
        self.next_id += 1;
        let id = RequestId(self.next_id);
        self.esme
            .request(NOW, id, black_box(message()), &mut self.to_centre)
            .unwrap();
        let mut input = self.to_centre.as_slice();
        let event = self.centre.handle_input(NOW, &mut input, &mut self.to_esme);
        let Some(Event::Request(request)) = event else {
            panic!("{event:?}");
        };
        let Body::SubmitSm(submit) = &request.pdu.body else {
            panic!("another request");
        };
        black_box(submit.short_message);
        self.unanswered.push_back(request.pdu.sequence_number);
    }

    /// The centre answers the oldest one, the ESME takes that.
    fn answer(&mut self) {
        let number = self.unanswered.pop_front().unwrap();
        self.answer_number(number);
    }

    /// The same with any of them.
    fn answer_any(&mut self) {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let any = usize::try_from(self.random >> 8).unwrap() % self.unanswered.len();
        let number = self.unanswered.swap_remove_back(any).unwrap();
        self.answer_number(number);
    }

    fn answer_number(&mut self, number: SequenceNumber) {
        self.to_esme.clear();
        self.centre
            .respond(NOW, &response(number), &mut self.to_esme)
            .unwrap();
        let mut input = self.to_esme.as_slice();
        let event = self.esme.handle_input(NOW, &mut input, &mut self.to_centre);
        let Some(Event::Response(response)) = event else {
            panic!("{event:?}");
        };
        black_box(response.id);
    }
}

/// One submit_sm and one submit_sm_resp, while the window is as full as it gets.
fn submit_with_response(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("submit with its response");
    group.throughput(Throughput::Elements(1));
    for window in [1, 100, 10_000] {
        let mut pair = Pair::new(window);
        for _ in 1..window {
            pair.submit();
        }
        group.bench_function(BenchmarkId::new("window", window), |bencher| {
            bencher.iter(|| {
                pair.submit();
                pair.answer();
            });
        });
    }
    group.finish();
}

/// The same, where the answers come in any order: free places of the window lie
/// scattered. 1,022 is a window that fills a power of two.
fn answers_in_any_order(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("answers in any order");
    group.throughput(Throughput::Elements(1));
    for window in [100, 1_022, 10_000] {
        let mut pair = Pair::new(window);
        for _ in 1..window {
            pair.submit();
        }
        group.bench_function(BenchmarkId::new("window", window), |bencher| {
            bencher.iter(|| {
                pair.submit();
                pair.answer_any();
            });
        });
    }
    group.finish();
}

/// What one read from a busy connection may bring.
fn many_responses_at_once(criterion: &mut Criterion) {
    const COUNT: u16 = 400;
    let mut group = criterion.benchmark_group("handle_input");
    group.throughput(Throughput::Elements(COUNT.into()));
    group.bench_function("a read of 400 submit_sm_resp", |bencher| {
        bencher.iter_batched_ref(
            || {
                let mut pair = Pair::new(COUNT);
                let mut octets = Vec::new();
                for _ in 0..COUNT {
                    pair.submit();
                    let number = pair.unanswered.pop_front().unwrap();
                    smpp_codec::encode(&response(number), &mut octets).unwrap();
                }
                (pair, octets)
            },
            |(pair, octets)| {
                let mut input = octets.as_slice();
                let mut count = 0;
                while let Some(event) = pair.esme.handle_input(NOW, &mut input, &mut pair.to_centre)
                {
                    black_box(&event);
                    count += 1;
                }
                assert_eq!(count, COUNT);
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

/// A peer that answers nothing any more.
fn expiry_sweep(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("expiry sweep");
    for window in [100, 10_000] {
        group.throughput(Throughput::Elements(window.into()));
        group.bench_function(BenchmarkId::new("window", window), |bencher| {
            bencher.iter_batched_ref(
                || {
                    let mut pair = Pair::new(window);
                    for _ in 0..window {
                        pair.submit();
                    }
                    pair
                },
                |pair| {
                    let later = NOW + Duration::from_secs(60);
                    pair.esme.handle_timeout(later, &mut pair.to_centre);
                    let mut count = 0;
                    while let Some(event) = pair.esme.poll_event() {
                        black_box(&event);
                        count += 1;
                    }
                    assert_eq!(count, window);
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(
    benches,
    submit_with_response,
    answers_in_any_order,
    many_responses_at_once,
    expiry_sweep
);
criterion_main!(benches);
