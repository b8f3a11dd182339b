//! The store of the centre, without its engine and network.

use core::time::Duration;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::disk::disk;
use bytes::Bytes;
use smpp_codec::encode;
use smpp_pdu::{Pdu, SequenceNumber};
use smpp_smsc::network::Outcome;
use smpp_smsc::store::{Change, RedbStore, Store};
use smpp_smsc::{Clock, Life, Message, MessageId, MessageKey, Retries};

pub(crate) fn opened(folder: &Path) -> RedbStore {
    let folder = folder.to_owned();
    RedbStore::over(move |file| disk(&folder, file)).unwrap()
}

/// Messages a second, so many to a commit.
pub(crate) fn measure(folder: &Path, count: usize, of_commit: usize, whole_life: bool) -> f64 {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().unwrap();
    let store = opened(folder);
    let mut octets = Vec::new();
    let pdu = Pdu::request(SequenceNumber(1), crate::centre::message());
    encode(&pdu, &mut octets).unwrap();
    let seconds = runtime.block_on(run(&store, count, of_commit, whole_life, octets.into()));
    count as f64 / seconds
}

async fn run(
    store: &RedbStore,
    count: usize,
    of_commit: usize,
    whole_life: bool,
    pdu: Bytes,
) -> f64 {
    let start = Instant::now();
    let now = Clock::system().now();
    let later = now.after(Duration::from_secs(3600));
    let retries = Retries::default();
    let mut ended = Vec::new();
    let mut next = 0;
    while next < count || !ended.is_empty() {
        // A group of the engine: outcomes, and new messages behind them.
        let mut changes = core::mem::take(&mut ended);
        for _ in 0..of_commit.min(count - next) {
            let id = MessageId::new(&format!("{next:016x}")).unwrap();
            let key = MessageKey { id, part: 0 };
            let life = Life::new(now, later);
            let message = Message::new(key, "esme".into(), now, life, pdu.clone()).unwrap();
            changes.push(Change::Insert(Arc::new(message)));
            next += 1;
        }
        store.commit(changes).await.unwrap();
        if whole_life {
            for message in store.claim(now, later, of_commit).await.unwrap() {
                let mut message = Message::clone(&message);
                let number = message.life.attempts();
                let delivered = Outcome::Delivered;
                assert!(message.life.report(now, number, delivered, &retries));
                ended.push(Change::Update(Arc::new(message)));
            }
        }
    }
    start.elapsed().as_secs_f64()
}
