//! The text of a message, with the length that its PDU states.

use core::fmt;

/// `sm_length` and `short_message` (SMPP 3.4, 5.2.21 and 5.2.22; 5.0, 4.7.28 and 4.7.24).
///
/// At most 255 octets; 3.4 allows 254 and 3.3 allows 160. A longer message goes
/// into the parameter `message_payload`, or into several messages.
///
/// ```
/// use smpp_pdu::ShortMessage;
///
/// assert_eq!(ShortMessage::new(b"hello")?.sm_length(), 5);
/// assert!(ShortMessage::new(&[b'x'; 256]).is_err());
/// # Ok::<(), smpp_pdu::ShortMessageTooLong>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ShortMessage<'a> {
    octets: &'a [u8],
    sm_length: u8,
}

impl<'a> ShortMessage<'a> {
    /// No text: `sm_length` 0.
    pub const EMPTY: Self = Self {
        octets: &[],
        sm_length: 0,
    };

    /// A message of at most 255 octets, already in its `data_coding`.
    ///
    /// # Errors
    /// [`ShortMessageTooLong`] above 255 octets.
    pub const fn new(octets: &'a [u8]) -> Result<Self, ShortMessageTooLong> {
        if octets.len() > u8::MAX as usize {
            return Err(ShortMessageTooLong { have: octets.len() });
        }
        Ok(Self {
            octets,
            sm_length: octets.len() as u8,
        })
    }

    /// A message whose PDU ends before the `sm_length` that it states: `octets`
    /// are what is left of it.
    ///
    /// # Errors
    /// [`ShortMessageTooLong`] when there are more octets than stated: those
    /// would belong to the next field.
    pub const fn cut_short(sm_length: u8, octets: &'a [u8]) -> Result<Self, ShortMessageTooLong> {
        if octets.len() > sm_length as usize {
            return Err(ShortMessageTooLong { have: octets.len() });
        }
        Ok(Self { octets, sm_length })
    }

    /// The octets, in the `data_coding` of their PDU.
    #[must_use]
    #[inline]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.octets
    }

    /// The length that the wire states, in octets.
    #[must_use]
    #[inline]
    pub const fn sm_length(self) -> u8 {
        self.sm_length
    }

    /// Whether the PDU ends before the stated length.
    #[must_use]
    pub const fn is_cut_short(self) -> bool {
        self.octets.len() < self.sm_length as usize
    }

    /// Octets on the wire, with `sm_length`.
    #[must_use]
    #[inline]
    pub const fn encoded_len(self) -> usize {
        1 /* sm_length */ + self.octets.len()
    }
}

/// The octets as ASCII with escapes.
impl fmt::Debug for ShortMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.octets.escape_ascii())?;
        if self.is_cut_short() {
            write!(f, " (of {} octets)", self.sm_length)?;
        }
        Ok(())
    }
}

/// More octets than `sm_length` can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortMessageTooLong {
    /// How many octets there were.
    pub have: usize,
}

impl fmt::Display for ShortMessageTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "short_message holds at most 255 octets, not {}: use message_payload, or split the message",
            self.have
        )
    }
}

impl core::error::Error for ShortMessageTooLong {}
