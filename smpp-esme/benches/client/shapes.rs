//! The ways to use a client.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::Arc;

use std::time::Instant;

use crate::cpu::Cpu;
use bytes::BytesMut;
use smpp_codec::encode;
use smpp_esme::{BindConfig, Client, ClientBuilder};
use smpp_pdu::{Address, Pdu, SequenceNumber, ShortMessage, SubmitSm};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// No client: octets.
    Raw,
    /// One task awaits each response.
    Await,
    /// As many tasks as the window has places, each awaits its response.
    Tasks,
    /// One task starts requests and awaits their responses in order.
    OneTask,
    /// One task with a pipeline.
    Pipeline,
}

impl Shape {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw frames",
            Self::Await => "submit_sm",
            Self::Tasks => "submit_sm by tasks",
            Self::OneTask => "start_submit_sm by one task",
            Self::Pipeline => "pipeline",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threads {
    One,
    Two,
}

impl Threads {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::One => "1 thread",
            Self::Two => "2 threads",
        }
    }
}

pub(crate) fn measure(
    shape: Shape,
    threads: Threads,
    address: &str,
    window: u16,
    length: Duration,
) -> Measured {
    let runtime = match threads {
        Threads::One => tokio::runtime::Builder::new_current_thread(),
        Threads::Two => {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            builder.worker_threads(2);
            builder
        }
    }
    .enable_all()
    .build()
    .unwrap();
    let address = address.to_owned();
    let run = async move {
        if shape == Shape::Raw {
            return raw(&address, window.into(), length).await;
        }
        let (host, port) = address.rsplit_once(':').unwrap();
        let (client, _incoming) = ClientBuilder::new(BindConfig::new("esme", "secret"))
            .window(window)
            .connect(host, port.parse().unwrap())
            .await
            .unwrap();
        // What is allocated and found once is not measured.
        by_client(shape, &client, window.into(), length / 8).await;
        let rate = by_client(shape, &client, window.into(), length).await;
        client.unbind().await;
        rate
    };
    // Not on the main thread, which is no worker of the runtime.
    runtime.block_on(runtime.spawn(run)).unwrap()
}

fn message() -> SubmitSm<'static> {
    SubmitSm::new(
        Address::alphanumeric("BANK").unwrap(),
        Address::international("447700900123").unwrap(),
        ShortMessage::new(&[b'x'; crate::TEXT]).unwrap(),
    )
}

/// What one round has given.
pub(crate) struct Measured {
    /// Messages a second.
    pub(crate) rate: f64,
    /// Nanoseconds of CPU a message, of the client and its program.
    pub(crate) own_ns: f64,
    /// The same of the peer, where it is in this process.
    pub(crate) peer_ns: f64,
}

struct Start {
    at: Instant,
    cpu: Cpu,
}

impl Start {
    fn now() -> Self {
        Self {
            at: Instant::now(),
            cpu: Cpu::now(),
        }
    }

    fn elapsed(&self) -> Duration {
        self.at.elapsed()
    }

    fn end(self, messages: u64) -> Measured {
        let (time, cpu) = (self.at.elapsed(), Cpu::now().since(self.cpu));
        Measured {
            rate: messages as f64 / time.as_secs_f64(),
            own_ns: cpu.own as f64 / messages as f64,
            peer_ns: cpu.peer as f64 / messages as f64,
        }
    }
}

async fn by_client(shape: Shape, client: &Client, window: usize, length: Duration) -> Measured {
    match shape {
        Shape::Raw => unreachable!(),
        Shape::Await => {
            let (start, mut messages) = (Start::now(), 0);
            while start.elapsed() < length {
                client.submit_sm(&message()).await.unwrap();
                messages += 1;
            }
            start.end(messages)
        }
        Shape::Tasks => {
            let start = Start::now();
            let (over, messages) = (
                Arc::new(AtomicBool::new(false)),
                Arc::new(AtomicU64::new(0)),
            );
            let tasks: Vec<_> = (0..window)
                .map(|_| {
                    let (client, over) = (client.clone(), over.clone());
                    let messages = messages.clone();
                    tokio::spawn(async move {
                        let mut own = 0;
                        while !over.load(Ordering::Relaxed) {
                            client.submit_sm(&message()).await.unwrap();
                            own += 1;
                        }
                        messages.fetch_add(own, Ordering::Relaxed);
                    })
                })
                .collect();
            tokio::time::sleep(length).await;
            over.store(true, Ordering::Relaxed);
            for task in tasks {
                task.await.unwrap();
            }
            start.end(messages.load(Ordering::Relaxed))
        }
        Shape::Pipeline => {
            let (start, mut messages) = (Start::now(), 0_u64);
            let mut pipeline = client.pipeline();
            while messages % 256 != 0 || start.elapsed() < length {
                if pipeline.is_full() {
                    pipeline.next().await.unwrap().1.unwrap();
                }
                pipeline.submit_sm(messages, &message()).await.unwrap();
                messages += 1;
            }
            while let Some((_, outcome)) = pipeline.next().await {
                outcome.unwrap();
            }
            start.end(messages)
        }
        Shape::OneTask => {
            let (start, mut messages) = (Start::now(), 0_u64);
            let mut pending = VecDeque::with_capacity(window);
            while messages % 256 != 0 || start.elapsed() < length {
                if pending.len() == window {
                    let first: smpp_esme::Pending<_> = pending.pop_front().unwrap();
                    first.await.unwrap();
                }
                pending.push_back(client.start_submit_sm(&message()).await.unwrap());
                messages += 1;
            }
            for last in pending {
                last.await.unwrap();
            }
            start.end(messages)
        }
    }
}

/// A window of frames that were encoded before goes out with one write; as many
/// answers are counted.
async fn raw(address: &str, window: usize, length: Duration) -> Measured {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut frames = BytesMut::new();
    for number in 1..=window {
        let number = SequenceNumber(u32::try_from(number).unwrap());
        encode(&Pdu::request(number, message()), &mut frames).unwrap();
    }
    let frame = frames.len() / window;
    let mut input = BytesMut::new();
    let (start, mut messages) = (Start::now(), 0);
    let mut free = window;
    while start.elapsed() < length {
        stream.write_all(&frames[..free * frame]).await.unwrap();
        messages += free as u64;
        input.reserve(64 * 1024);
        stream.read_buf(&mut input).await.unwrap();
        // All answers are of one length.
        free = input.len() / 33;
        drop(input.split_to(free * 33));
    }
    start.end(messages)
}
