//! What comes of a part, and of all parts.

use core::fmt;

use smpp_pdu::CommandStatus;
use smpp_pdu::udh::Udh;

use super::slot::{Key, Place, Slot, part};
use super::{Method, Missing};
use crate::text::{Decoded, EncodeTextError, Encoding, TextDecoder};
use crate::{Buffer, OutBuf};

/// What became of a part. Each can be answered at once, with
/// [`suggested_status`](Self::suggested_status).
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome<'j, K> {
    /// It was the last one: here is the message. It is gone with the next call
    /// to the joiner.
    Complete(Joined<'j, K>),
    /// It was kept; others are missing.
    Stored(Missing),
    /// The same part with the same octets was there already, of a message that
    /// is still open, or that was completed a short while ago (then nothing is
    /// missing).
    Duplicate(Missing),
    /// The same part with other octets was there already: the sender has used
    /// the reference again before the older message was complete. The older
    /// one was given up, and this part is the first of the new one.
    Restarted {
        /// What is missing of the new message.
        missing: Missing,
        /// What never came of the old one.
        given_up: Missing,
    },
    /// Not kept: as many messages are open, or as many octets collected, as
    /// there is room for. It can come again later.
    Full,
    /// Not kept: the message has more parts or octets than there is room for
    /// in any one message.
    TooLong,
}

impl<K> Outcome<'_, K> {
    /// The `command_status` for the response to the part.
    #[must_use]
    pub const fn suggested_status(&self) -> CommandStatus {
        match self {
            Self::Complete(_) | Self::Stored(_) | Self::Duplicate(_) | Self::Restarted { .. } => {
                CommandStatus::ESME_ROK
            }
            Self::Full => CommandStatus::ESME_RMSGQFUL,
            Self::TooLong => CommandStatus::ESME_RINVMSGLEN,
        }
    }
}

/// A message whose parts have all come, or have not in time.
pub struct Joined<'j, K> {
    key: &'j Key<K>,
    missing: Missing,
    places: &'j [Place],
    collected: &'j [u8],
}

/// A message that was given up because its time had run out. What came of it
/// can still be read.
pub type Expired<'j, K> = Joined<'j, K>;

/// A part within a [`Joined`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinedPart<'j> {
    /// Its number, from 1.
    pub part: u8,
    /// Its user data header with UDHL, or nothing.
    pub header: &'j [u8],
    /// Its user data behind the header.
    pub data: &'j [u8],
}

impl<'j, K> Joined<'j, K> {
    pub(super) fn of<D: Buffer, P: core::ops::DerefMut<Target = [Place]>>(
        slot: &'j Slot<K, D, P>,
    ) -> Self {
        Self {
            key: &slot.key,
            missing: slot.missing,
            places: slot.places(),
            collected: slot.collected(),
        }
    }

    /// Who sent it to whom, as it was given to the joiner.
    #[must_use]
    pub const fn route(&self) -> &'j K {
        &self.key.route
    }

    /// The number that the parts have in common.
    #[must_use]
    pub const fn reference(&self) -> u16 {
        self.key.reference
    }

    /// How the parts say where they belong.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.key.method
    }

    /// What is missing; nothing of a complete message.
    #[must_use]
    pub const fn missing(&self) -> Missing {
        self.missing
    }

    /// The parts that are there, in order.
    pub fn parts(&self) -> impl Iterator<Item = JoinedPart<'j>> + use<'j, K> {
        let (places, collected) = (self.places, self.collected);
        (1..=self.key.total).filter_map(move |number| {
            let (header, data) = part(places, collected, number)?;
            Some(JoinedPart {
                part: number,
                header,
                data,
            })
        })
    }

    /// Octets of user data without headers.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a length in octets, no list")]
    pub fn len(&self) -> usize {
        self.parts().map(|part| part.data.len()).sum()
    }

    /// Appends the user data of all parts, without headers, and gives the
    /// number of octets. Of packed septets that is not what a reader needs:
    /// they start anew with each part, see [`decode`](Self::decode).
    ///
    /// # Errors
    /// [`EncodeTextError::NoRoom`] when `out` has not enough room; nothing is
    /// appended then.
    pub fn write(&self, out: &mut impl OutBuf) -> Result<usize, EncodeTextError> {
        let (need, room) = (self.len(), out.room());
        if need > room {
            return Err(EncodeTextError::NoRoom { need, room });
        }
        out.reserve(need);
        self.parts().for_each(|part| out.put(part.data));
        Ok(need)
    }

    /// Writes the text, with the national language tables that the header of
    /// each part announces.
    pub fn decode(&self, encoding: Encoding, out: &mut impl fmt::Write) -> Decoded {
        let mut decoder = TextDecoder::new(encoding);
        for part in self.parts() {
            if let Ok((header, _)) = Udh::split(part.header) {
                decoder.set_encoding(encoding.with_header(&header));
            } else {
                decoder.set_encoding(encoding);
            }
            decoder.push_behind(part.header.len(), part.data, out);
        }
        decoder.finish(out)
    }

    /// The text, as [`decode`](Self::decode).
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[must_use]
    pub fn decode_to_string(&self, encoding: Encoding) -> (alloc::string::String, Decoded) {
        let mut text = alloc::string::String::new();
        let decoded = self.decode(encoding, &mut text);
        (text, decoded)
    }
}

impl<K: fmt::Debug> fmt::Debug for Joined<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Joined")
            .field("key", self.key)
            .field("missing", &self.missing)
            .field("octets", &self.len())
            .finish()
    }
}
