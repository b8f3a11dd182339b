//! One of the two files.

use core::hash::{BuildHasher, Hasher};
use std::hash::RandomState;
use std::io;

use redb::StorageBackend;

use super::{Foreign, OpenJournalError};

/// What a file is kept on.
pub(crate) type Storage = Box<dyn StorageBackend>;

/// Octets in front of a frame: its length and its checksum.
pub(super) const FRAME: usize = 8;

/// By how much a file grows at a time.
const STEP: u64 = 1 << 20;

/// What new messages leave free at least in a file that grows no more, for what becomes
/// of those that are there.
pub(crate) const RESERVE: u64 = 256 << 10;

pub(super) struct Segment {
    storage: Storage,
    /// Which use of both files this is, from 1; 0 for none that counts.
    pub(super) generation: u64,
    salt: u64,
    /// Where the frames of the generation before end.
    pub(super) before: u64,
    /// Where those of this one end, if that is known from the next.
    limit: u64,
    /// Where the next frame goes.
    pub(super) used: u64,
    /// Whether all frames up to there are known, and no others.
    measured: bool,
    /// Octets that have their place on the disk.
    allocated: u64,
}

impl Segment {
    pub(super) fn open(
        storage: Storage,
        store: u64,
        checkpointed: u64,
    ) -> Result<Self, OpenJournalError> {
        let allocated = storage.len()?;
        let mut segment = Self {
            storage,
            generation: 0,
            salt: 0,
            before: 0,
            limit: u64::MAX,
            used: Header::LEN,
            measured: false,
            allocated,
        };
        let mut octets = [0; Header::OCTETS];
        if allocated >= Header::LEN {
            segment.storage.read(0, &mut octets)?;
        }
        if let Some(header) = Header::of(&octets) {
            if header.store != store {
                return Err(Foreign::Store.into());
            }
            if header.generation > checkpointed {
                // A process that was killed may have left what only the system has:
                // nothing may follow from it that a power cut then leaves alone.
                segment.sync()?;
                segment.generation = header.generation;
                segment.salt = header.salt;
                segment.before = header.before;
            }
        }
        Ok(segment)
    }

    /// A new use of the file. It is on the disk before the next one may be begun in the
    /// other file: a power cut must not leave the later of two alone.
    pub(super) fn begin(&mut self, header: &Header) -> io::Result<()> {
        if self.allocated < Header::LEN + RESERVE {
            self.grow(Header::LEN + RESERVE)?;
        }
        self.storage.write(0, &header.to_octets())?;
        self.sync()?;
        self.generation = header.generation;
        self.salt = header.salt;
        self.before = header.before;
        self.used = Header::LEN;
        self.measured = true;
        Ok(())
    }

    /// Writes a frame where the next one goes, if so many octets stay free behind it.
    pub(super) fn put(&mut self, frame: &mut [u8], reserve: u64) -> io::Result<()> {
        let end = self.used + frame.len() as u64;
        if end + reserve > self.allocated {
            let grown = self.grow(end + reserve.max(RESERVE));
            if end + reserve > self.allocated {
                grown?;
            }
        }
        let Some((head, payload)) = frame.split_first_chunk_mut::<FRAME>() else {
            return Ok(());
        };
        let too_long = |_| io::Error::from(io::ErrorKind::FileTooLarge);
        let len = u32::try_from(payload.len()).map_err(too_long)?;
        let sum = checksum(self.salt, self.used, payload);
        *head = two(len, sum);
        self.storage.write(self.used, frame)
    }

    /// Octets that frames may still take, for which the file grows when they are less
    /// than this and the disk lets it.
    pub(super) fn room(&mut self, wanted: u64) -> u64 {
        let end = self.used + FRAME as u64;
        if end + wanted > self.allocated {
            // What could not be had is not there.
            let _ = self.grow(end + wanted);
        }
        self.allocated.saturating_sub(end)
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.storage.sync_data()
    }

    /// The frame that was put, or a part of it, does not count, and is not to be found
    /// by a process that starts now. As far as possible: the disk has just failed.
    pub(super) fn take_back(&self) {
        if self.used + FRAME as u64 <= self.allocated {
            let _ = self.storage.write(self.used, &[0; FRAME]);
        }
    }

    /// The next generation was begun when this one ended here: what stands behind it was
    /// refused.
    pub(super) const fn ends_at(&mut self, limit: u64) {
        self.limit = limit;
    }

    /// The frame that was put stays.
    pub(super) const fn keep(&mut self, frame: &[u8]) {
        self.used += frame.len() as u64;
    }

    /// Gives what every frame tells.
    pub(super) fn replay<E: From<io::Error>>(
        &mut self,
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let end = if self.measured {
            self.used
        } else {
            self.allocated.min(self.limit)
        };
        let mut at = Header::LEN;
        let mut payload = Vec::new();
        while let Some(behind) = self.read(at, end, &mut payload)? {
            each(&payload)?;
            at = behind;
        }
        if self.measured && at != self.used {
            // Whoever has it in memory still must not take this for all there is.
            let lost = "the journal has lost what was written into it";
            return Err(io::Error::new(io::ErrorKind::InvalidData, lost).into());
        }
        self.used = at;
        self.measured = true;
        Ok(())
    }

    /// Whether there is a frame in this generation.
    pub(super) fn has_frames(&self) -> io::Result<bool> {
        let first = self.read(Header::LEN, self.allocated, &mut Vec::new())?;
        Ok(first.is_some())
    }

    /// Reads the frame that stands here, and says where the next one does; `None`
    /// where no frame stands.
    fn read(&self, at: u64, end: u64, payload: &mut Vec<u8>) -> io::Result<Option<u64>> {
        let begin = at + FRAME as u64;
        if begin > end {
            return Ok(None);
        }
        let mut head = [0; FRAME];
        self.storage.read(at, &mut head)?;
        let (len, sum) = parts(head);
        if len == 0 || begin + u64::from(len) > end {
            return Ok(None);
        }
        payload.resize(usize::try_from(len).unwrap_or_default(), 0);
        self.storage.read(begin, payload)?;
        let whole = checksum(self.salt, at, payload) == sum;
        Ok(whole.then_some(begin + u64::from(len)))
    }

    /// Makes the file so long, or a little longer, with a place on the disk for all of
    /// it: a length alone has none in many file systems.
    fn grow(&mut self, end: u64) -> io::Result<()> {
        const ZEROS: &[u8] = &[0; 64 << 10];
        let end = end.next_multiple_of(STEP);
        self.storage.set_len(end)?;
        let mut at = self.allocated;
        let mut filled = Ok(());
        while at < end && filled.is_ok() {
            let rest = usize::try_from(end - at).unwrap_or(usize::MAX);
            let zeros = ZEROS.get(..rest).unwrap_or(ZEROS);
            filled = self.storage.write(at, zeros);
            at += zeros.len() as u64;
        }
        match &filled {
            Ok(()) => self.allocated = end,
            // What could not be had as a whole is left to others.
            Err(_) => _ = self.storage.set_len(self.allocated),
        }
        filled
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        // Nothing is to be done about an error, and nothing depends on it.
        let _ = self.storage.close();
    }
}

fn checksum(salt: u64, at: u64, payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&salt.to_le_bytes());
    hasher.update(&at.to_le_bytes());
    hasher.update(payload);
    hasher.finalize()
}

fn two(len: u32, sum: u32) -> [u8; FRAME] {
    (u64::from(sum) << 32 | u64::from(len)).to_le_bytes()
}

const fn parts(head: [u8; FRAME]) -> (u32, u32) {
    let both = u64::from_le_bytes(head);
    (both as u32, (both >> 32) as u32)
}

/// What a file begins with. It fits into one sector, which a disk writes whole.
pub(super) struct Header {
    /// Which store it belongs to.
    pub(super) store: u64,
    pub(super) generation: u64,
    pub(super) salt: u64,
    /// Where the frames of the generation before end.
    pub(super) before: u64,
}

impl Header {
    /// Octets up to the first frame.
    pub(super) const LEN: u64 = 512;
    const OCTETS: usize = 44;
    const MAGIC: [u8; 8] = *b"SMPPJRN1";

    fn to_octets(&self) -> [u8; Self::OCTETS] {
        let mut octets = [0; Self::OCTETS];
        let fields = [
            u64::from_le_bytes(Self::MAGIC),
            self.store,
            self.generation,
            self.salt,
            self.before,
        ];
        let (parts, rest) = octets.as_chunks_mut::<8>();
        for (part, field) in parts.iter_mut().zip(fields) {
            *part = field.to_le_bytes();
        }
        let sum = crc32fast::hash(parts.as_flattened());
        rest.copy_from_slice(&sum.to_le_bytes());
        octets
    }

    /// `None` when this is no header.
    fn of(octets: &[u8; Self::OCTETS]) -> Option<Self> {
        let (parts, sum) = octets.as_chunks::<8>();
        let whole = crc32fast::hash(parts.as_flattened()).to_le_bytes() == *sum;
        let [magic, store, generation, salt, before] = parts else {
            return None;
        };
        (whole && *magic == Self::MAGIC).then(|| Self {
            store: u64::from_le_bytes(*store),
            generation: u64::from_le_bytes(*generation),
            salt: u64::from_le_bytes(*salt),
            before: u64::from_le_bytes(*before),
        })
    }
}

/// A number that nobody can guess, and that is not 0.
pub(crate) fn random() -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    // Each state has keys of its own; the thread's first ones come from the system.
    hasher.write_u8(0);
    hasher.finish().max(1)
}
