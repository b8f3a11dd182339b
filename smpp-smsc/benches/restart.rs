//! How long a centre takes from its start to the first message that it takes, over
//! a store that is full of messages.
//!
//! ```text
//! cargo bench -p smpp-smsc --bench restart [-- OPTIONS]
//!   --messages N    in the file (default 1000000): half of them wait, half have ended
//!   --young N       delivered before the kill, in the journal alone (default 700000:
//!                   as many of 140 octets as it ever holds)
//!   --outbox N      receipts that wait for their account (default 100000)
//!   --in-hand N     attempts under way (default 100000)
//!   --folder PATH   where the files are (default: the system's for such)
//! ```
//!
//! Each end is measured three times, from opening the store to the response to the
//! first `submit_sm`. A kill is a copy of the files while they are in use, with as much
//! in the journal as there ever is. Without `--bench`, as under `cargo test`, it runs
//! with few messages.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark that goes wrong has nothing to measure"
)]

use core::time::Duration;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use smpp_esme::{BindConfig, ClientBuilder};
use smpp_pdu::{Address, BindType, ShortMessage, SubmitSm};
use smpp_smsc::store::{
    Change, Delivery, DeliveryContent, DeliveryKey, RedbStore, Store, conformance,
};
use smpp_smsc::{Clock, Smsc, Timestamp};

/// The files of a store.
const FILES: [&str; 3] = ["messages.redb", "journal.0", "journal.1"];

/// Changes to a commit.
const GROUP: usize = 5000;

struct Options {
    messages: usize,
    young: usize,
    outbox: usize,
    in_hand: usize,
    folder: PathBuf,
}

impl Options {
    fn read() -> Self {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let quick = !args.iter().any(|arg| arg == "--bench");
        let part = if quick { 1000 } else { 1 };
        let mut options = Self {
            messages: 1_000_000 / part,
            young: 700_000 / part,
            outbox: 100_000 / part,
            in_hand: 100_000 / part,
            folder: std::env::temp_dir(),
        };
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().unwrap_or_else(|| panic!("{arg} needs a value"));
            match arg.as_str() {
                "--messages" => options.messages = value().parse().unwrap(),
                "--young" => options.young = value().parse().unwrap(),
                "--outbox" => options.outbox = value().parse().unwrap(),
                "--in-hand" => options.in_hand = value().parse().unwrap(),
                "--folder" => options.folder = value().into(),
                // Cargo says so itself.
                "--bench" | "--test" => {}
                other => panic!("{other}: unknown; see the head of the source"),
            }
        }
        options
    }
}

#[tokio::main]
async fn main() {
    let options = Options::read();
    let clean = tempfile::tempdir_in(&options.folder).unwrap();
    let killed = tempfile::tempdir_in(&options.folder).unwrap();
    drop(fill(clean.path(), &options).await);
    {
        let folder = tempfile::tempdir_in(&options.folder).unwrap();
        copy(clean.path(), folder.path());
        let _in_use = keep_young(folder.path(), &options).await;
        copy(folder.path(), killed.path());
    }
    println!(
        "\n{} messages, {} receipts in outboxes, {} attempts under way, {} young messages\n",
        options.messages, options.outbox, options.in_hand, options.young,
    );
    for (end, from) in [("clean", &clean), ("killed", &killed)] {
        let sizes = FILES.map(|file| std::fs::metadata(from.path().join(file)).unwrap().len());
        let [file, journal @ ..] = sizes.map(|size| size >> 20);
        println!("{end}: a file of {file} MiB, a journal of {journal:?} MiB");
        for _ in 0..3 {
            let folder = tempfile::tempdir_in(&options.folder).unwrap();
            copy(from.path(), folder.path());
            let (opened, served) = restart(folder.path()).await;
            println!("    open after {opened:.3} s, first message taken after {served:.3} s");
        }
    }
}

fn copy(from: &Path, to: &Path) {
    for file in FILES {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
}

/// As a centre names them.
fn name(number: usize) -> String {
    format!("{number:016x}")
}

async fn fill(folder: &Path, options: &Options) -> RedbStore {
    let store = RedbStore::open(folder).unwrap();
    let start = Instant::now();
    let now = Clock::system().now();
    let due = |number: usize| {
        if number < options.in_hand {
            now.0
        } else {
            now.after(Duration::from_secs(3600)).0
        }
    };
    let half = options.messages / 2;
    let mut number = 0;
    while number < half {
        let mut changes = Vec::new();
        for number in number..(number + GROUP).min(half) {
            let message = conformance::message(&name(number), 0, due(number));
            changes.push(Change::Insert(message));
        }
        number += changes.len();
        store.commit(changes).await.unwrap();
    }
    let mut receipts = 0;
    while number < options.messages {
        let mut changes = Vec::new();
        for number in number..(number + GROUP).min(options.messages) {
            let message = conformance::message(&name(number), 0, now.0);
            let message = conformance::delivered(&message, now);
            if receipts < options.outbox {
                receipts += 1;
                changes.push(Change::Enqueue(Arc::new(Delivery {
                    key: DeliveryKey(number as u64),
                    account: "other".into(),
                    created: now,
                    content: DeliveryContent::Receipt(message.clone()),
                })));
            }
            changes.push(Change::Insert(message));
        }
        number += changes
            .iter()
            .filter(|one| matches!(one, Change::Insert(_)))
            .count();
        store.commit(changes).await.unwrap();
    }
    let later = Timestamp(now.0.saturating_add(1));
    let lease = now.after(Duration::from_secs(600));
    let mut claimed = 0;
    while claimed < options.in_hand {
        let more = store.claim(later, lease, 4096).await.unwrap().len();
        assert!(more > 0);
        claimed += more;
    }
    // A claim is durable with the next commit.
    let last = conformance::message(&name(options.messages), 0, due(usize::MAX));
    store.commit(vec![Change::Insert(last)]).await.unwrap();
    eprintln!("filled in {:.1} s", start.elapsed().as_secs_f64());
    store
}

/// Whole lives of messages, which stay in the journal.
async fn keep_young(folder: &Path, options: &Options) -> RedbStore {
    let store = RedbStore::open(folder).unwrap().journal_size(u64::MAX);
    let now = Clock::system().now();
    // Behind all that are in the file.
    let mut number = options.messages + 1;
    let end = number + options.young;
    while number < end {
        let names = number..(number + GROUP).min(end);
        let messages: Vec<_> = names
            .map(|number| conformance::message(&name(number), 0, now.0))
            .collect();
        number += messages.len();
        let ended = messages
            .iter()
            .map(|message| Change::Update(conformance::delivered(message, now)));
        let ended = ended.collect();
        let new = messages.into_iter().map(Change::Insert).collect();
        store.commit(new).await.unwrap();
        store.commit(ended).await.unwrap();
    }
    store
}

/// Seconds until the store is open, and until a message is taken.
async fn restart(folder: &Path) -> (f64, f64) {
    let start = Instant::now();
    let store = RedbStore::open(folder).unwrap();
    let opened = start.elapsed().as_secs_f64();
    let smsc = Smsc::builder()
        .account("esme", "secret")
        .store(store)
        .start();
    let address = smsc.listen("127.0.0.1:0").await.unwrap();
    let bind = BindConfig::new("esme", "secret").bind_type(BindType::Transmitter);
    let (client, _incoming) = ClientBuilder::new(bind)
        .connect(&address.ip().to_string(), address.port())
        .await
        .unwrap();
    let message = SubmitSm::new(
        Address::alphanumeric("BANK").unwrap(),
        Address::international("447700900123").unwrap(),
        ShortMessage::new(b"Your code is 4711").unwrap(),
    );
    client.submit_sm(&message).await.unwrap();
    let served = start.elapsed().as_secs_f64();
    client.unbind().await;
    smsc.shutdown().await;
    (opened, served)
}
