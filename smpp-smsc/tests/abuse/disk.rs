//! Disks that run full, and stores that do.

use core::time::Duration;
use std::collections::BTreeSet;

use smpp_pdu::*;
use smpp_smsc::network::{Handsets, Outcome};
use smpp_smsc::store::{Change, RedbStore, Store, conformance};
use smpp_smsc::{Clock, Smsc};
use tokio::io::DuplexStream;

use crate::memory::*;
use crate::room::Disk;
use crate::script::Script;
use crate::support::*;

const FULL: CommandStatus = CommandStatus::ESME_RMSGQFUL;

/// Every message that the centre has acknowledged is there.
async fn has_all(client: &mut Client<DuplexStream>, ids: &[String]) {
    for id in ids {
        let resp = client.ask(query(id, "BANK")).await;
        assert_eq!(state(&resp).0, MessageState::ENROUTE, "{id}");
    }
}

/// A message of two thousand octets that waits for another day.
async fn submit_waiting(client: &mut Client<DuplexStream>) -> Received {
    let payload = vec![b'x'; 2000];
    let payload = [Tlv::message_payload(&payload).unwrap()];
    let waiting = sm()
        .schedule_delivery_time(text(TOMORROW))
        .short_message(ShortMessage::EMPTY)
        .tlvs(Tlvs::from_slice(&payload));
    client.ask(waiting).await
}

/// A disk that runs full under a centre.
struct Filling {
    disk: Disk,
    /// Octets of the files of the journal.
    journal: Option<u64>,
    network: Script,
    /// Messages that wait, and are to be there.
    ids: Vec<String>,
}

impl Filling {
    fn start(&self) -> Smsc {
        let store = self.disk.store(self.journal);
        let builder = centre_for_two().network(self.network.clone());
        builder.store(store).start()
    }

    async fn bound(&self, smsc: &Smsc) -> Client<DuplexStream> {
        Client::bound_within(smsc, BindType::Transceiver).await
    }

    /// Submits until one is refused. Says how many were not.
    async fn fill(&mut self, client: &mut Client<DuplexStream>) -> usize {
        for number in 0.. {
            let resp = submit_waiting(client).await;
            if resp.status() != CommandStatus::ESME_ROK {
                assert_eq!(resp.status(), FULL);
                return number;
            }
            self.ids.push(resp.message_id());
            assert!(number < 10_000, "the disk never runs full");
        }
        unreachable!()
    }

    /// Ends the attempts at these messages, whose receipts come.
    async fn end(&self, client: &mut Client<DuplexStream>, mut in_hand: BTreeSet<String>) {
        for attempt in self.network.attempts() {
            if in_hand.contains(attempt.message.key.id.as_str()) {
                self.network.report(attempt.ended(Outcome::Delivered));
            }
        }
        while !in_hand.is_empty() {
            let (id, state) = client.take_receipt().await;
            assert_eq!(state, MessageState::DELIVERED);
            assert!(in_hand.remove(&id), "{id}");
        }
    }

    /// Cancels every other one of those that wait.
    async fn cancel_half(&mut self, client: &mut Client<DuplexStream>) {
        let mut number = 0;
        let (stay, go) = core::mem::take(&mut self.ids).into_iter().partition(|_| {
            number += 1;
            number % 2 == 0
        });
        self.ids = stay;
        let go: Vec<_> = go;
        for id in go {
            let cancel = CancelSm::default()
                .message_id(text(&id))
                .source_addr(sm().source_addr);
            let resp = client.ask(cancel).await;
            assert_eq!(resp.status(), CommandStatus::ESME_ROK, "{id}");
            let resp = client.ask(query(&id, "BANK")).await;
            assert_eq!(state(&resp).0, MessageState::DELETED);
        }
    }
}

/// Messages with a receipt, which are attempted until they are ended.
async fn submit_in_hand(client: &mut Client<DuplexStream>, count: usize) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for _ in 0..count {
        ids.insert(client.ask(sm().with_receipt()).await.message_id());
    }
    ids
}

/// `least`: messages that are taken before the disk is full.
async fn runs_full_and_has_room_again(
    reserves: bool,
    journal: Option<u64>,
    room: usize,
    least: usize,
) {
    let mut filling = Filling {
        disk: Disk::new(reserves),
        journal,
        network: Script::holding(),
        ids: Vec::new(),
    };
    let smsc = filling.start();

    // The other account has receipts that nobody took yet.
    let mut other_one = other(&smsc).await;
    let mut receipts = submit_in_hand(&mut other_one, 5).await;
    for attempt in filling.network.attempted(5).await {
        filling.network.report(attempt.ended(Outcome::Delivered));
    }
    for _ in 0..5 {
        assert_eq!(other_one.receive().await.id(), CommandId::DELIVER_SM);
    }
    drop(other_one);
    let mut client = filling.bound(&smsc).await;
    let in_hand = submit_in_hand(&mut client, 20).await;
    filling.network.attempted(25).await;

    filling.disk.leave_room(room);
    let taken = filling.fill(&mut client).await;
    assert!(taken >= least, "only {taken} were taken");

    // Nothing else stops: it is known what waits, messages end, and the other account
    // gets its receipts.
    for _ in 0..20 {
        assert_eq!(submit_waiting(&mut client).await.status(), FULL);
    }
    has_all(&mut client, &filling.ids).await;
    filling.end(&mut client, in_hand).await;
    filling.cancel_half(&mut client).await;
    let mut other_one = other(&smsc).await;
    other_one.send(sm()).await;
    let mut refused = false;
    while !receipts.is_empty() || !refused {
        let received = other_one.receive().await;
        if received.id() == CommandId::SUBMIT_SM_RESP {
            assert_eq!(received.status(), FULL);
            refused = true;
        } else {
            other_one.acknowledge(&received).await;
            receipts.remove(&received.receipt().0);
        }
    }
    drop((client, other_one));
    smsc.shutdown().await;
    drop(smsc);

    // After a restart it is full as before, and nothing is lost, and no receipt comes
    // again.
    let smsc = filling.start();
    let mut client = filling.bound(&smsc).await;
    has_all(&mut client, &filling.ids).await;
    filling.fill(&mut client).await;
    has_all(&mut client, &filling.ids).await;
    let mut other_one = other(&smsc).await;
    other_one.ask(EnquireLink::default()).await;
    filling.cancel_half(&mut client).await;

    // With room it takes messages again, by itself.
    filling.disk.leave_room(100_000);
    let next = loop {
        let resp = submit_waiting(&mut client).await;
        if resp.status() == CommandStatus::ESME_ROK {
            break resp.message_id();
        }
        assert_eq!(resp.status(), FULL);
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    filling.ids.push(next);
    has_all(&mut client, &filling.ids).await;
    let before = filling.network.attempts().len();
    let in_hand = submit_in_hand(&mut other_one, 1).await;
    filling.network.attempted(before + 1).await;
    filling.end(&mut other_one, in_hand).await;

    drop((client, other_one));
    smsc.shutdown().await;
    drop(smsc);
    let smsc = filling.start();
    let mut client = filling.bound(&smsc).await;
    has_all(&mut client, &filling.ids).await;
    other(&smsc).await.ask(EnquireLink::default()).await;
}

/// A journal whose files are full again and again while the test runs.
const SMALL: Option<u64> = Some(64 << 10);

#[tokio::test]
async fn a_disk_that_runs_full_refuses_new_messages_and_loses_none() {
    runs_full_and_has_room_again(false, None, 400, 10).await;
}

#[tokio::test]
async fn a_disk_that_cannot_make_the_journal_longer_is_full_too() {
    runs_full_and_has_room_again(true, None, 400, 10).await;
}

#[tokio::test]
async fn a_disk_that_runs_full_as_messages_come_into_the_file_loses_none() {
    runs_full_and_has_room_again(false, SMALL, 400, 10).await;
}

#[tokio::test]
async fn a_disk_that_cannot_make_the_file_longer_is_full_too() {
    runs_full_and_has_room_again(true, SMALL, 400, 10).await;
}

#[tokio::test]
async fn a_disk_that_runs_full_when_every_commit_comes_into_the_file_loses_none() {
    runs_full_and_has_room_again(false, Some(0), 400, 10).await;
}

#[tokio::test]
async fn a_disk_that_cannot_make_the_file_longer_for_any_commit_is_full_too() {
    runs_full_and_has_room_again(true, Some(0), 400, 10).await;
}

#[tokio::test]
async fn without_any_room_messages_fill_what_the_journal_has() {
    runs_full_and_has_room_again(false, None, 0, 10).await;
}

#[tokio::test]
async fn without_any_room_messages_fill_both_files_of_the_journal() {
    runs_full_and_has_room_again(false, SMALL, 0, 10).await;
}

#[tokio::test]
async fn without_any_room_and_with_a_full_journal_messages_end_nevertheless() {
    runs_full_and_has_room_again(false, Some(0), 0, 0).await;
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_attempted_whose_end_cannot_be_kept() {
    const MESSAGES: u64 = 10_000;
    let disk = Disk::new(false);
    let store = disk.store(None);
    let now = Clock::system().now();
    for first in (0..MESSAGES).step_by(1000) {
        let inserts = (first..first + 1000)
            .map(|number| conformance::message(&format!("{number:016x}"), 0, now.0))
            .map(Change::Insert);
        store.commit(inserts.collect()).await.unwrap();
    }
    disk.leave_room(0);
    let network = Script::new([]);
    let builder = centre().network(network.clone());
    let smsc = builder.store(store.clone()).start();

    // What was begun ends, and then nothing more is begun.
    let sizes = async || store.sizes().await.unwrap().unwrap();
    let rests = async || sizes().await.in_hand == 0 && sizes().await.ended > 0;
    until(rests).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    until(rests).await;
    assert!(sizes().await.waiting > 0, "the disk was not full enough");
    assert_eq!(network.attempts().len() as u64, sizes().await.ended);

    // The others have their turn when there is room, and none a second one.
    disk.leave_room(100_000);
    until(async || sizes().await.ended == MESSAGES).await;
    assert_eq!(network.attempts().len() as u64, MESSAGES);
    smsc.shutdown().await;
}

#[tokio::test]
async fn a_store_at_its_capacity_refuses_new_messages_and_lets_others_end() {
    let folder = tempfile::tempdir().unwrap();
    let store = RedbStore::open(folder.path()).unwrap().capacity(50);
    let network = Handsets::new(Duration::ZERO);
    let smsc = centre_for_two().store(store).network(network).start();
    let mut client = Client::bound_within(&smsc, BindType::Transceiver).await;
    let waiting = sm().schedule_delivery_time(text(TOMORROW));
    let mut ids = Vec::new();
    let refused = loop {
        let resp = client.ask(waiting).await;
        if resp.status() != CommandStatus::ESME_ROK {
            break resp.status();
        }
        ids.push(resp.message_id());
    };
    assert_eq!(refused, FULL);
    assert_eq!(ids.len(), 50);
    has_all(&mut client, &ids).await;
    let mut other_one = other(&smsc).await;
    let resp = other_one.ask(sm()).await;
    assert_eq!(resp.status(), FULL);
    let cancel = CancelSm::default()
        .message_id(text(&ids[0]))
        .source_addr(sm().source_addr);
    assert_eq!(client.ask(cancel).await.status(), CommandStatus::ESME_ROK);
    other_one.is_served().await;
    has_all(&mut client, &ids[1..]).await;
}
