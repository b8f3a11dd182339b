//! Long pipelined runs, which a wake-up that is lost would stop.
//!
//! `SMPP_STALL_RUNS` says how often each run is repeated: 3 times without it,
//! 100 in release.

use core::time::Duration;
use std::collections::VecDeque;

use smpp_esme::{Client, ClientBuilder};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::centre::{Centre, accept_all, account, message};

const MESSAGES: usize = 30_000;
const WINDOW: u16 = 1000;

/// A run that takes longer stands still.
const HANGS: Duration = Duration::from_secs(300);

fn runs() -> usize {
    let asked = std::env::var("SMPP_STALL_RUNS").ok();
    let usual = if cfg!(debug_assertions) { 3 } else { 100 };
    asked.map_or(usual, |runs| runs.parse().unwrap())
}

async fn connected() -> (Client, smpp_esme::Incoming, Centre) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (ours, theirs) = tokio::join!(TcpStream::connect(address), listener.accept());
    let centre = Centre::over(theirs.unwrap().0, accept_all());
    let builder = ClientBuilder::new(account()).window(WINDOW);
    let (client, incoming) = builder.over(ours.unwrap()).await.unwrap();
    (client, incoming, centre)
}

async fn by_pipeline(client: &Client) {
    let mut seen = vec![false; MESSAGES];
    let mut pipeline = client.pipeline();
    let mut next = 0;
    loop {
        if next < MESSAGES && !pipeline.is_full() {
            pipeline.submit_sm(next, &message()).await.unwrap();
            next += 1;
            continue;
        }
        let Some((number, outcome)) = pipeline.next().await else {
            break;
        };
        outcome.unwrap();
        assert!(!seen[number], "two outcomes of {number}");
        seen[number] = true;
    }
    assert!(seen.iter().all(|seen| *seen), "a message without outcome");
}

async fn by_one_task(client: &Client) {
    let mut pending = VecDeque::new();
    for _ in 0..MESSAGES {
        if pending.len() == usize::from(WINDOW) {
            let first: smpp_esme::Pending<_> = pending.pop_front().unwrap();
            first.await.unwrap();
        }
        pending.push_back(client.start_submit_sm(&message()).await.unwrap());
    }
    for last in pending {
        last.await.unwrap();
    }
}

async fn by_tasks(client: &Client) {
    // More than the window has places for.
    let tasks = usize::from(WINDOW) + 200;
    let mut set = JoinSet::new();
    for task in 0..tasks {
        let client = client.clone();
        set.spawn(async move {
            for _ in 0..MESSAGES / tasks + usize::from(task < MESSAGES % tasks) {
                client.submit_sm(&message()).await.unwrap();
            }
        });
    }
    while let Some(done) = set.join_next().await {
        done.unwrap();
    }
}

fn never_stalls(mut runtime: Builder) {
    let runtime = runtime.enable_all().build().unwrap();
    let all = async {
        for run in 0..runs() {
            let (client, _incoming, centre) = connected().await;
            let once = async {
                match run % 3 {
                    0 => by_pipeline(&client).await,
                    1 => by_one_task(&client).await,
                    _ => by_tasks(&client).await,
                }
            };
            let done = tokio::time::timeout(HANGS, once).await;
            assert!(done.is_ok(), "run {run} stands still: {client:?}");
            assert_eq!(client.free_window(), usize::from(WINDOW));
            client.unbind().await;
            centre.ended().await;
        }
    };
    runtime.block_on(async { tokio::spawn(all).await.unwrap() });
}

#[test]
fn a_pipelined_run_never_stalls_on_one_thread() {
    never_stalls(Builder::new_current_thread());
    println!(
        "## pipelined runs of {MESSAGES} messages, one thread: {}",
        runs()
    );
}

#[test]
fn a_pipelined_run_never_stalls_on_several_threads() {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(3);
    never_stalls(builder);
    println!(
        "## pipelined runs of {MESSAGES} messages, several threads: {}",
        runs()
    );
}
