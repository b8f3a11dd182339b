//! Disks that run full, and stores that do.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};

use redb::StorageBackend;
use smpp_pdu::*;
use smpp_smsc::network::Handsets;
use smpp_smsc::store::RedbStore;

use crate::memory::*;
use crate::support::*;

const BLOCK: u64 = 4096;

/// A disk that has room for so many blocks. As with a real file, a length costs
/// nothing, and a block its place once something is written into it; unless lengths
/// are reserved.
#[derive(Clone)]
struct Disk {
    state: Arc<Mutex<State>>,
    reserves: bool,
}

struct State {
    octets: Vec<u8>,
    taken: BTreeSet<u64>,
    room: usize,
}

impl Disk {
    fn new(reserves: bool) -> Self {
        let state = State {
            octets: Vec::new(),
            taken: BTreeSet::new(),
            room: usize::MAX,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            reserves,
        }
    }

    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        work(&mut self.state.lock().unwrap())
    }

    /// Leaves room for so many more blocks.
    fn leave_room(&self, blocks: usize) {
        self.with(|state| state.room = state.taken.len() + blocks);
    }

    fn store(&self) -> RedbStore {
        let disk = self.clone();
        RedbStore::over(move || disk.clone()).unwrap()
    }
}

impl State {
    /// Takes the blocks of these octets, or none.
    fn take(&mut self, from: u64, to: u64) -> io::Result<()> {
        let blocks = from / BLOCK..to.div_ceil(BLOCK);
        let new = blocks.clone().filter(|one| !self.taken.contains(one));
        if self.taken.len().saturating_add(new.count()) > self.room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.taken.extend(blocks);
        Ok(())
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disk")
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.with(|state| state.octets.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.with(|state| {
            let offset = usize::try_from(offset).unwrap();
            let octets = state.octets.get(offset..offset + out.len());
            out.copy_from_slice(octets.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.with(|state| {
            let before = state.octets.len() as u64;
            if self.reserves && len > before {
                state.take(before, len)?;
            }
            state.taken.retain(|block| block * BLOCK < len);
            state.octets.resize(usize::try_from(len).unwrap(), 0);
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.with(|state| {
            state.take(offset, offset + data.len() as u64)?;
            let offset = usize::try_from(offset).unwrap();
            state.octets[offset..offset + data.len()].copy_from_slice(data);
            Ok(())
        })
    }
}

/// Every message that the centre has acknowledged is there.
async fn has_all<S>(client: &mut Client<S>, ids: &[String])
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    for id in ids {
        let resp = client.ask(query(id, "BANK")).await;
        assert_eq!(state(&resp).0, MessageState::ENROUTE, "{id}");
    }
}

async fn runs_full_and_has_room_again(disk: Disk) {
    let builder = centre_for_two().store(disk.store());
    let smsc = builder.start();
    let full = CommandStatus::ESME_RMSGQFUL;
    let payload = vec![b'x'; 2000];
    let payload = [Tlv::message_payload(&payload).unwrap()];
    let waiting = sm()
        .schedule_delivery_time(text(TOMORROW))
        .short_message(ShortMessage::EMPTY)
        .tlvs(Tlvs::from_slice(&payload));

    // The other account has receipts that nobody took yet.
    let mut other_one = other(&smsc).await;
    let mut receipts = BTreeSet::new();
    for _ in 0..5 {
        let resp = other_one.ask(sm().with_receipt()).await;
        receipts.insert(resp.message_id());
        assert_eq!(other_one.receive().await.id(), CommandId::DELIVER_SM);
    }
    drop(other_one);

    disk.leave_room(400);
    let mut client = Client::bound_within(&smsc, BindType::Transceiver).await;
    let mut ids = Vec::new();
    let refused = loop {
        let resp = client.ask(waiting).await;
        if resp.status() != CommandStatus::ESME_ROK {
            break resp.status();
        }
        ids.push(resp.message_id());
        assert!(ids.len() < 10_000, "the disk never runs full");
    };
    assert_eq!(refused, full);
    assert!(ids.len() > 10);

    // Nothing else stops: it is known what waits, and the other account gets its
    // receipts.
    for _ in 0..20 {
        assert_eq!(client.ask(waiting).await.status(), full);
    }
    has_all(&mut client, &ids).await;
    let mut other_one = other(&smsc).await;
    other_one.send(sm()).await;
    let mut refused = false;
    while !receipts.is_empty() || !refused {
        let received = other_one.receive().await;
        if received.id() == CommandId::SUBMIT_SM_RESP {
            assert_eq!(received.status(), full);
            refused = true;
        } else {
            other_one.acknowledge(&received).await;
            receipts.remove(&received.receipt().0);
        }
    }

    // With room it takes messages again, by itself.
    disk.leave_room(100_000);
    let next = loop {
        let resp = client.ask(waiting).await;
        if resp.status() == CommandStatus::ESME_ROK {
            break resp.message_id();
        }
        assert_eq!(resp.status(), full);
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    ids.push(next);
    has_all(&mut client, &ids).await;
    let id = other_one.ask(sm().with_receipt()).await.message_id();
    assert_eq!(other_one.take_receipt().await.0, id);

    drop((client, other_one));
    smsc.shutdown().await;
    drop(smsc);
    let smsc = centre().store(disk.store()).start();
    let mut client = Client::bound_within(&smsc, BindType::Transceiver).await;
    has_all(&mut client, &ids).await;
}

#[tokio::test]
async fn a_disk_that_runs_full_refuses_new_messages_and_loses_none() {
    runs_full_and_has_room_again(Disk::new(false)).await;
}

#[tokio::test]
async fn a_disk_that_cannot_make_the_file_longer_is_full_too() {
    runs_full_and_has_room_again(Disk::new(true)).await;
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
    assert_eq!(refused, CommandStatus::ESME_RMSGQFUL);
    assert_eq!(ids.len(), 50);
    has_all(&mut client, &ids).await;
    let mut other_one = other(&smsc).await;
    let resp = other_one.ask(sm()).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RMSGQFUL);
    let cancel = CancelSm::default()
        .message_id(text(&ids[0]))
        .source_addr(sm().source_addr);
    assert_eq!(client.ask(cancel).await.status(), CommandStatus::ESME_ROK);
    other_one.is_served().await;
    has_all(&mut client, &ids[1..]).await;
}
