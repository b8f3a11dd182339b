//! What is particular to the journal.

use std::sync::{Arc, Mutex};

use super::*;
use crate::store::conformance::{delivered, message};
use crate::store::{Delivery, DeliveryContent, DeliveryKey};
use crate::{Message, Timestamp};

/// All that a frame may tell, told again in the same way.
fn again(told: Told<'_>, telling: &mut Telling<'_>) {
    match told {
        Told::Message(message) => telling.message(&message),
        Told::Life { key, life } => telling.life(&key, &life),
        Told::Handed { key, centre, id } => telling.handed(&key, centre, id),
        Told::Delivery {
            account,
            key,
            created,
            content,
        } => {
            let (content, as_now) = match content {
                // Of the message, its name alone is told.
                Content::Now(key, kind) => {
                    let mut named = Message::clone(&message("any", 0, 5));
                    named.key = key;
                    (kind(Arc::new(named)), true)
                }
                Content::Then(content) => (content, false),
            };
            let delivery = Delivery {
                key,
                account: account.into(),
                created,
                content,
            };
            telling.delivery(&delivery, as_now);
        }
        Told::Taken { account, key } => telling.taken(account, key),
        Told::Forgotten(key) => telling.forgotten(&key),
    }
}

fn everything() -> Vec<u8> {
    let mut octets = Vec::new();
    let mut telling = Telling::new(&mut octets);
    let one = message("a", 3, 5);
    let ended = delivered(&one, Timestamp(6));
    telling.message(&one);
    telling.life(&ended.key, &ended.life);
    telling.handed(&one.key, "north", b"7x");
    telling.forgotten(&one.key);
    let contents = [
        DeliveryContent::Receipt(ended.clone()),
        DeliveryContent::Notification(one.clone()),
        DeliveryContent::Alert(one.clone()),
        DeliveryContent::Forward(one),
        DeliveryContent::Message(b"octets".as_slice().into()),
    ];
    for (number, content) in (0..).zip(contents) {
        let delivery = Delivery {
            key: DeliveryKey(number),
            account: "esme".into(),
            created: Timestamp(7),
            content,
        };
        telling.delivery(&delivery, false);
        telling.delivery(&delivery, true);
    }
    telling.taken("esme", DeliveryKey(9));
    octets
}

#[test]
fn what_was_told_is_read_as_it_was() {
    let octets = everything();
    let mut rest = octets.as_slice();
    let mut copy = Vec::new();
    while !rest.is_empty() {
        again(Told::take(&mut rest).unwrap(), &mut Telling::new(&mut copy));
    }
    assert_eq!(copy, octets);
}

#[test]
fn octets_that_tell_nothing_are_refused() {
    let octets = everything();
    for end in 0..octets.len() {
        let mut rest = &octets[..end];
        while Told::take(&mut rest).is_some() {}
        for octet in [0, 0x7F, 0xFF] {
            let mut changed = octets.clone();
            changed[end] = octet;
            let mut rest = changed.as_slice();
            while Told::take(&mut rest).is_some() {}
        }
    }
    assert!(Told::take(&mut [].as_slice()).is_none());
    assert!(Told::take(&mut [0; 100].as_slice()).is_none());
}

/// What a file is now, and what it is on the disk.
#[derive(Clone, Debug, Default)]
struct Octets {
    now: Vec<u8>,
    on_disk: Vec<u8>,
}

/// A file that is in the hands of a journal.
#[derive(Clone, Debug, Default)]
struct Shared(Arc<Mutex<Octets>>);

impl Shared {
    fn with<R>(&self, work: impl FnOnce(&mut Octets) -> R) -> R {
        work(&mut self.0.lock().unwrap())
    }

    /// The file after a power cut, which `kept` what was not on the disk, or did not.
    fn cut(&self, kept: bool) -> Self {
        let mut octets = self.with(|octets| octets.clone());
        if kept {
            octets.on_disk = octets.now;
        }
        octets.now = octets.on_disk.clone();
        Self(Arc::new(Mutex::new(octets)))
    }
}

impl redb::StorageBackend for Shared {
    fn len(&self) -> io::Result<u64> {
        Ok(self.with(|octets| octets.now.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        self.with(|octets| out.copy_from_slice(&octets.now[offset..offset + out.len()]));
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.with(|octets| octets.now.resize(usize::try_from(len).unwrap(), 0));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.with(|octets| octets.on_disk = octets.now.clone());
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        self.with(|octets| octets.now[offset..offset + data.len()].copy_from_slice(data));
        Ok(())
    }
}

#[derive(Default)]
struct Files([Shared; 2]);

impl Files {
    fn open(&self, store: u64, checkpointed: u64) -> Result<Journal, OpenJournalError> {
        let files = self.0.clone().map(|file| Box::new(file) as Storage);
        Journal::open(files, store, checkpointed)
    }
}

fn write(journal: &mut Journal, payload: &[u8]) {
    let mut frame = journal.frame();
    frame.extend_from_slice(payload);
    journal.write(frame, 0).unwrap();
}

fn read(journal: &mut Journal) -> Vec<(u64, Vec<u8>)> {
    let mut all = Vec::new();
    let each = |generation, octets: &[u8]| {
        if !octets.is_empty() {
            all.push((generation, octets.to_vec()));
        }
        Ok::<_, io::Error>(())
    };
    journal.replay(each).unwrap();
    all
}

#[test]
fn frames_are_read_in_the_order_in_which_they_were_written() {
    let files = Files::default();
    let mut journal = files.open(1, 0).unwrap();
    write(&mut journal, b"one");
    write(&mut journal, b"two");
    assert!(journal.rotate().unwrap());
    write(&mut journal, b"three");
    // The other file waits for its messages to be in redb.
    assert!(!journal.rotate().unwrap());
    let expected = [(1, &b"one"[..]), (1, b"two"), (2, b"three")];
    let expected = expected.map(|(generation, octets)| (generation, octets.to_vec()));
    assert_eq!(read(&mut journal), expected);
    drop(journal);
    let mut journal = files.open(1, 0).unwrap();
    assert_eq!(read(&mut journal), expected);
    assert_eq!((journal.generation(), journal.waiting()), (2, Some(1)));
    drop(journal);
    let mut journal = files.open(1, 1).unwrap();
    assert_eq!(read(&mut journal), expected[2..]);
    assert!(journal.rotate().unwrap());
}

#[test]
fn a_frame_that_is_torn_is_the_end_and_the_next_one_takes_its_place() {
    let files = Files::default();
    let mut journal = files.open(1, 0).unwrap();
    write(&mut journal, b"one");
    let torn = journal.used() + FRAME as u64;
    write(&mut journal, b"two");
    drop(journal);
    let torn = usize::try_from(torn).unwrap();
    for file in &files.0 {
        file.with(|octets| {
            if let Some(octet) = octets.now.get_mut(torn) {
                *octet = b'x';
            }
        });
    }
    let mut journal = files.open(1, 0).unwrap();
    assert_eq!(read(&mut journal), [(1, b"one".to_vec())]);
    write(&mut journal, b"six");
    let expected = [(1, b"one".to_vec()), (1, b"six".to_vec())];
    assert_eq!(read(&mut journal), expected);
}

#[test]
fn what_an_earlier_use_of_a_file_left_is_never_read() {
    let files = Files::default();
    let mut journal = files.open(1, 0).unwrap();
    for _ in 0..2 {
        for _ in 0..3 {
            write(&mut journal, b"old");
        }
        let done = journal.generation();
        assert!(journal.rotate().unwrap());
        journal.checkpointed(done);
    }
    write(&mut journal, b"new");
    drop(journal);
    let mut journal = files.open(1, 2).unwrap();
    assert_eq!(read(&mut journal), [(3, b"new".to_vec())]);
}

#[test]
fn a_journal_of_another_store_or_of_a_later_file_is_refused() {
    let files = Files::default();
    let mut journal = files.open(1, 0).unwrap();
    write(&mut journal, b"one");
    assert!(journal.rotate().unwrap());
    journal.checkpointed(1);
    write(&mut journal, b"two");
    drop(journal);
    let why = |store, checkpointed| {
        let refused = files.open(store, checkpointed).err();
        refused.map_or_else(String::new, |error| error.to_string())
    };
    assert!(why(2, 1).contains("belongs to another store"));
    // The first generation is there no more once its file is used anew.
    let mut journal = files.open(1, 1).unwrap();
    read(&mut journal);
    assert!(journal.rotate().unwrap());
    write(&mut journal, b"three");
    drop(journal);
    assert!(why(1, 0).contains("goes on behind a later messages.redb"));
    assert_eq!(why(1, 1), "");
}

#[test]
fn a_power_cut_leaves_no_gap_behind_a_generation_without_a_frame() {
    let files = Files::default();
    let mut journal = files.open(1, 0).unwrap();
    write(&mut journal, b"one");
    for done in 1..3 {
        assert!(journal.rotate().unwrap());
        // Both files may lose what is not on the disk.
        for (one, other) in [(false, false), (false, true), (true, false), (true, true)] {
            let [first, second] = &files.0;
            let files = Files([first.cut(one), second.cut(other)]);
            let mut journal = files.open(1, done - 1).unwrap();
            assert_eq!(read(&mut journal).len(), usize::from(done == 1));
        }
        journal.checkpointed(done);
    }
}

#[test]
fn what_was_noted_is_in_the_frame_before_the_next_generation() {
    let files = Files::default();
    let mut journal = files.open(1, 0).unwrap();
    journal.note(|telling| telling.taken("esme", DeliveryKey(9)));
    assert!(journal.rotate().unwrap());
    let [first, second] = &files.0;
    let files = Files([first.cut(false), second.cut(false)]);
    let told = read(&mut files.open(1, 0).unwrap());
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, 1);
    let told = Told::take(&mut told[0].1.as_slice());
    assert!(matches!(
        told,
        Some(Told::Taken {
            account: "esme",
            key: DeliveryKey(9)
        })
    ));
}

#[test]
fn a_frame_is_none_in_another_place() {
    let files = Files::default();
    let mut journal = files.open(1, 0).unwrap();
    let first = usize::try_from(journal.used()).unwrap();
    write(&mut journal, b"one");
    let second = usize::try_from(journal.used()).unwrap();
    drop(journal);
    for file in &files.0 {
        // As an ESME might write it into a message.
        file.with(|octets| {
            if octets.now.len() > second {
                octets.now.copy_within(first..second, second);
            }
        });
    }
    let mut journal = files.open(1, 0).unwrap();
    assert_eq!(read(&mut journal), [(1, b"one".to_vec())]);
}
