//! What was committed since the file of the messages was last made whole: two files,
//! written in turn, each from its beginning to its end.
//!
//! A file begins with a [`Header`]; behind it come frames, each with all changes of one
//! commit. The checksum of a frame covers its place and the salt of its header, which
//! nobody can guess: what an earlier use of the file left behind, or an ESME wrote into
//! a message, is never taken for a frame.

mod error;
mod segment;
mod told;

use std::io;

pub(super) use error::{Foreign, OpenJournalError};
use segment::{FRAME, Header, Segment};
pub(super) use segment::{RESERVE, Storage, random};
pub(super) use told::{Content, Telling, Told};

/// Octets that need not be durable, beyond which they are written nevertheless.
const MAX_PENDING: usize = 1 << 20;

/// The largest buffer that is kept.
const MAX_KEPT: usize = 4 << 20;

pub(super) struct Journal {
    current: Segment,
    other: Segment,
    store: u64,
    /// The last generation that the file of the messages holds all of.
    checkpointed: u64,
    /// Changes that become durable with the next frame, and not before.
    pending: Vec<u8>,
    frame: Vec<u8>,
}

impl Journal {
    /// The journal in these two files. `store` and `checkpointed` are what the file
    /// of the messages says.
    pub(super) fn open(
        [one, other]: [Storage; 2],
        store: u64,
        checkpointed: u64,
    ) -> Result<Self, OpenJournalError> {
        let mut current = Segment::open(one, store, checkpointed)?;
        let mut other = Segment::open(other, store, checkpointed)?;
        if current.generation < other.generation {
            core::mem::swap(&mut current, &mut other);
        }
        // Without a frame it was perhaps not begun after all, and the other one went on.
        if current.generation > 0 && current.has_frames()? {
            other.ends_at(current.before);
        }
        let mut last = checkpointed;
        for live in [other.generation, current.generation] {
            if live > 0 {
                last += 1;
                if live != last {
                    return Err(Foreign::Gap.into());
                }
            }
        }
        let mut journal = Self {
            current,
            other,
            store,
            checkpointed,
            pending: Vec::new(),
            frame: Vec::new(),
        };
        if last == checkpointed {
            journal.begin(last + 1)?;
        }
        Ok(journal)
    }

    /// The generation that is written.
    pub(super) const fn generation(&self) -> u64 {
        self.current.generation
    }

    /// The generation before it, while it waits to be in the file of the messages.
    pub(super) fn waiting(&self) -> Option<u64> {
        let other = self.other.generation;
        (other > self.checkpointed).then_some(other)
    }

    /// Octets of the generation that is written.
    pub(super) const fn used(&self) -> u64 {
        self.current.used
    }

    /// Whether nothing was written in the present generation.
    pub(super) const fn is_empty(&self) -> bool {
        self.used() == Header::LEN && self.pending.is_empty()
    }

    /// The file of the messages holds everything up to this generation.
    pub(super) fn checkpointed(&mut self, generation: u64) {
        self.checkpointed = self.checkpointed.max(generation);
    }

    /// Gives what is told in every frame that is not in the file of the messages, with
    /// its generation, in the order in which it was committed. Where a segment was just
    /// opened, this finds its end.
    pub(super) fn replay<E: From<io::Error>>(
        &mut self,
        mut each: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for segment in [&mut self.other, &mut self.current] {
            let generation = segment.generation;
            if generation > self.checkpointed {
                segment.replay(|octets| each(generation, octets))?;
            }
        }
        each(self.generation(), &self.pending)
    }

    /// Takes this down, to become durable with the next frame.
    pub(super) fn note(&mut self, tell: impl FnOnce(&mut Telling<'_>)) {
        tell(&mut Telling::new(&mut self.pending));
        if self.pending.len() > MAX_PENDING {
            // What is not written now stays for the next frame.
            let _ = self.put_pending();
        }
    }

    /// Octets that can still be told in this generation, without what was noted. When
    /// they are less than `wanted`, the file grows, if the disk lets it.
    pub(super) fn room(&mut self, wanted: u64) -> u64 {
        let noted = self.pending.len() as u64;
        self.current.room(noted + wanted).saturating_sub(noted)
    }

    /// The buffer for a frame, which is to be given back to [`Journal::write`] or
    /// [`Journal::give_back`]. What was [noted](Journal::note) is in it.
    pub(super) fn frame(&mut self) -> Vec<u8> {
        let mut frame = core::mem::take(&mut self.frame);
        frame.clear();
        frame.extend_from_slice(&[0; FRAME]);
        frame.extend_from_slice(&self.pending);
        frame
    }

    pub(super) fn give_back(&mut self, frame: Vec<u8>) {
        if frame.capacity() <= MAX_KEPT {
            self.frame = frame;
        }
    }

    /// Writes a frame, and has it on the disk when it returns. After an error it is as
    /// if nothing had been written. So many octets stay free behind it.
    pub(super) fn write(&mut self, frame: Vec<u8>, reserve: u64) -> io::Result<()> {
        if frame.len() == FRAME {
            // One that tells nothing would look like the end of the file.
            self.give_back(frame);
            return Ok(());
        }
        self.put(frame, reserve)
    }

    /// Begins the next generation. Says whether it could: not while the one before
    /// waits for the file of the messages.
    pub(super) fn rotate(&mut self) -> io::Result<bool> {
        if self.waiting().is_some() {
            return Ok(false);
        }
        // What is told in one generation speaks of nothing in another.
        self.put_pending()?;
        self.begin(self.generation() + 1)?;
        Ok(true)
    }

    fn begin(&mut self, generation: u64) -> io::Result<()> {
        self.other.begin(&Header {
            store: self.store,
            generation,
            salt: random(),
            before: self.current.used,
        })?;
        core::mem::swap(&mut self.current, &mut self.other);
        Ok(())
    }

    fn put_pending(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let frame = self.frame();
        self.put(frame, 0)
    }

    /// INVARIANT: all that a segment keeps is on the disk. What a sync has failed for may
    /// be lost with the next one that succeeds, and what stands behind it with it.
    fn put(&mut self, mut frame: Vec<u8>, reserve: u64) -> io::Result<()> {
        let mut written = self.current.put(&mut frame, reserve);
        if written.is_ok() {
            written = self.current.sync();
        }
        if written.is_ok() {
            self.current.keep(&frame);
            self.pending.clear();
        } else {
            self.current.take_back();
        }
        self.give_back(frame);
        written
    }
}

#[cfg(test)]
mod tests;
