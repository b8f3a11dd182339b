//! Cuts a stream of octets into PDUs.

use core::fmt;

use smpp_pdu::{CommandStatus, Frame, Header, SequenceNumber};

use crate::Buffer;

/// Cuts a stream into PDUs by their `command_length`, from pieces of any size.
///
/// A PDU that lies whole in the piece is borrowed from there; one that is cut
/// across pieces is collected in the framer's buffer `B`, which grows only with
/// octets that have arrived, never by what `command_length` claims. A
/// `command_length` outside 16 to the limit ends the stream: there is no next
/// boundary to be found.
///
/// ```
/// use smpp_codec::Framer;
/// use smpp_pdu::CommandId;
///
/// let mut framer = Framer::new(heapless::Vec::<u8, 1024>::new(), 1024);
/// let enquire_link = [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 7];
/// let (mut first, mut second) = enquire_link.split_at(5);
/// assert!(framer.next_frame(&mut first)?.is_none());
/// let frame = framer.next_frame(&mut second)?.unwrap();
/// assert_eq!(frame.header().command_id, CommandId::ENQUIRE_LINK);
/// # Ok::<(), smpp_codec::FramingError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Framer<B> {
    /// The front of a PDU whose end has not arrived; or a whole PDU that was
    /// handed out, when `handed_out`.
    partial: B,
    handed_out: bool,
    limit: usize,
    failed: Option<FramingError>,
}

impl<B: Buffer> Framer<B> {
    /// A framer that takes PDUs of at most `limit` octets, header included.
    /// A buffer of fixed size bounds it further.
    pub fn new(mut buffer: B, limit: usize) -> Self {
        buffer.clear();
        Self {
            partial: buffer,
            handed_out: false,
            limit,
            failed: None,
        }
    }

    /// Changes the limit, such as after a bind. It holds from the next PDU on
    /// whose `command_length` has not been read yet.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// The limit in octets, header included.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// How many octets of an unfinished PDU are kept.
    #[must_use]
    pub fn pending(&self) -> usize {
        if self.handed_out {
            0
        } else {
            self.partial.as_slice().len()
        }
    }

    /// The octets of an unfinished PDU, for a look at what a stranger sent.
    #[must_use]
    pub fn pending_octets(&self) -> &[u8] {
        if self.handed_out {
            &[]
        } else {
            self.partial.as_slice()
        }
    }

    /// The next whole PDU. Takes from `input` what belongs to it; `None` means
    /// that all of `input` was taken and more is needed.
    ///
    /// # Errors
    /// [`FramingError`] for a `command_length` outside 16 to the limit, now and
    /// at every later call.
    #[inline]
    pub fn next_frame<'f, 'i: 'f>(
        &'f mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Frame<&'f [u8]>>, FramingError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.handed_out {
            self.partial.clear();
            self.handed_out = false;
        }
        if self.partial.as_slice().is_empty() {
            // The common case: the PDU lies whole in the piece.
            if let Some(len) = self.stated_len(input)?
                && let Some((octets, rest)) = input.split_at_checked(len)
                && let Ok(frame) = Frame::new_checked(octets)
            {
                *input = rest;
                return Ok(Some(frame));
            }
        }
        self.collect(input)
    }

    fn collect<'f>(
        &'f mut self,
        input: &mut &[u8],
    ) -> Result<Option<Frame<&'f [u8]>>, FramingError> {
        // A length that has been let in is not judged again: the limit may have
        // changed since.
        let known = command_length(self.partial.as_slice());
        let len = match known.and_then(|length| usize::try_from(length).ok()) {
            Some(len) => len,
            None => {
                // The length first, then the whole.
                self.take(input, 4);
                // The header is wanted for the error.
                let front = Front::of(self.partial.as_slice(), input);
                let Some(len) = self.stated_len(&front)? else {
                    return Ok(None);
                };
                len
            }
        };
        self.take(input, len);
        if self.partial.as_slice().len() < len {
            return Ok(None);
        }
        self.handed_out = true;
        Ok(Frame::new_checked(self.partial.as_slice()).ok())
    }

    /// Moves octets from `input` until `len` are collected, or `input` is empty.
    fn take(&mut self, input: &mut &[u8], len: usize) {
        let missing = len.saturating_sub(self.partial.as_slice().len());
        let (octets, rest) = input.split_at(missing.min(input.len()));
        self.partial.put(octets);
        *input = rest;
    }

    /// The length of the PDU that starts `front`, when it can be read; checked.
    #[inline]
    fn stated_len(&mut self, front: &[u8]) -> Result<Option<usize>, FramingError> {
        let Some(command_length) = command_length(front) else {
            return Ok(None);
        };
        let limit = self.limit.min(
            self.partial
                .room()
                .saturating_add(self.partial.as_slice().len()),
        );
        match usize::try_from(command_length) {
            Ok(len) if len >= Header::LEN && len <= limit => Ok(Some(len)),
            _ => Err(self.fail(command_length, limit, front)),
        }
    }

    #[cold]
    fn fail(&mut self, command_length: u32, limit: usize, front: &[u8]) -> FramingError {
        let kind = if command_length < 16 {
            FramingErrorKind::TooSmall
        } else {
            FramingErrorKind::TooLarge { limit }
        };
        let sequence_number = front
            .first_chunk()
            .map(|octets| Header::from_octets(octets).sequence_number);
        let error = FramingError {
            command_length,
            sequence_number,
            kind,
        };
        self.failed = Some(error);
        error
    }
}

/// The first field of a PDU, when all of it is there.
#[inline]
fn command_length(front: &[u8]) -> Option<u32> {
    front
        .first_chunk()
        .map(|length| u32::from_be_bytes(*length))
}

/// The first octets of a PDU, joined from what is collected and what has just come.
struct Front {
    octets: [u8; Header::LEN],
    len: usize,
}

impl Front {
    fn of(collected: &[u8], input: &[u8]) -> Self {
        let mut front = Self {
            octets: [0; Header::LEN],
            len: 0,
        };
        for (to, from) in front.octets.iter_mut().zip(collected.iter().chain(input)) {
            *to = *from;
            front.len += 1;
        }
        front
    }
}

impl core::ops::Deref for Front {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or(&[])
    }
}

/// A `command_length` that cannot be: the stream has no next boundary, and the
/// connection has to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FramingError {
    /// What the stream says, in octets.
    pub command_length: u32,
    /// The `sequence_number` of that PDU, for a `generic_nack`; `None` when the
    /// header had not arrived whole.
    pub sequence_number: Option<SequenceNumber>,
    /// Why it cannot be.
    pub kind: FramingErrorKind,
}

/// Why a `command_length` cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FramingErrorKind {
    /// Below the 16 octets of a header.
    TooSmall,
    /// Above the limit.
    TooLarge {
        /// The limit in octets.
        limit: usize,
    },
}

impl FramingError {
    /// The `command_status` for the `generic_nack` that says goodbye.
    #[must_use]
    pub const fn suggested_status(&self) -> CommandStatus {
        CommandStatus::ESME_RINVCMDLEN
    }
}

impl fmt::Display for FramingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.command_length;
        match self.kind {
            FramingErrorKind::TooSmall => {
                write!(f, "command_length {length} is below the 16 of a header")
            }
            FramingErrorKind::TooLarge { limit } => {
                write!(f, "command_length {length} is above the limit of {limit}")
            }
        }
    }
}

impl core::error::Error for FramingError {}
