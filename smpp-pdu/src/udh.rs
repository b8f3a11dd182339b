//! The user data header: concatenation, ports and shift tables inside the text.
//!
//! When bit 0x40 of `esm_class` is set, the short message (or the TLV
//! `message_payload`) begins with a header: one octet UDHL that counts the
//! octets after itself, then elements of an identifier, a length and data
//! (3GPP TS 23.040 clause 9.2.3.24). [`Udh`] reads such a header where it lies,
//! [`UdhBuf`] writes one.
//!
//! A message of one segment has room for 140 octets on the radio side, header
//! included; [`room`] tells what is left for the text.
//!
//! # Examples
//!
//! ```
//! use smpp_pdu::udh::{ConcatRef, SegmentUnit, Udh, UdhBuf, room};
//!
//! let mut header = UdhBuf::new();
//! header.concat8(0x42, 3, 1)?;
//! assert_eq!(header.as_bytes(), [0x05, 0x00, 0x03, 0x42, 0x03, 0x01]);
//! assert_eq!(room(header.len(), SegmentUnit::Septets), 153);
//!
//! let (header, text) = Udh::split(b"\x05\x00\x03\x42\x03\x01Hello")?;
//! assert_eq!(
//!     header.concat(),
//!     Some(ConcatRef { reference: 0x42, total: 3, part: 1, wide: false }),
//! );
//! assert_eq!(text, b"Hello");
//! # Ok::<(), smpp_pdu::udh::UdhError>(())
//! ```

use core::fmt;
use core::iter::FusedIterator;
use core::ops::Deref;

/// The octets of user data in one message, header included.
pub const MAX_USER_DATA: usize = 140;

/// The segments a concatenated message can have; the number is one octet.
pub const MAX_SEGMENTS: u8 = 255;

wire_number! {
    /// The identifier of an information element (3GPP TS 23.040 clause
    /// 9.2.3.24).
    ///
    /// 0x02, 0x1B-0x1F, 0x26-0x6F, 0xA0-0xBF and 0xE0-0xFF are reserved, and
    /// 0x03 is avoided because it can be taken for a line feed; they have no
    /// name here. The ranges for private use have a question each:
    /// [`Iei::is_sim_toolkit_security`], [`Iei::is_sme_specific`] and
    /// [`Iei::is_smsc_specific`].
    pub struct Iei(u8, 2) {
        /// Part of a longer message, reference number of 8 bits; 3 octets.
        CONCATENATED_8BIT = 0x00,
        /// Messages of some kind are waiting; 2 octets, repeatable.
        SPECIAL_MESSAGE_INDICATION = 0x01,
        /// Application ports of 8 bits; 2 octets.
        PORT_8BIT = 0x04,
        /// Application ports of 16 bits; 4 octets.
        PORT_16BIT = 0x05,
        /// Which status reports are wanted; 1 octet.
        SMSC_CONTROL = 0x06,
        /// Who made the elements that follow; 1 octet, repeatable.
        UDH_SOURCE = 0x07,
        /// Part of a longer message, reference number of 16 bits; 4 octets.
        CONCATENATED_16BIT = 0x08,
        /// Wireless control message protocol.
        WCMP = 0x09,
        /// EMS: text formatting; 3 or 4 octets, repeatable.
        EMS_TEXT_FORMATTING = 0x0A,
        /// EMS: predefined sound; 2 octets, repeatable.
        EMS_PREDEFINED_SOUND = 0x0B,
        /// EMS: sound in iMelody, position and up to 128 octets; repeatable.
        EMS_USER_SOUND = 0x0C,
        /// EMS: predefined animation; 2 octets, repeatable.
        EMS_PREDEFINED_ANIMATION = 0x0D,
        /// EMS: large animation; 129 octets, repeatable.
        EMS_LARGE_ANIMATION = 0x0E,
        /// EMS: small animation; 33 octets, repeatable.
        EMS_SMALL_ANIMATION = 0x0F,
        /// EMS: large picture; 129 octets, repeatable.
        EMS_LARGE_PICTURE = 0x10,
        /// EMS: small picture; 33 octets, repeatable.
        EMS_SMALL_PICTURE = 0x11,
        /// EMS: picture with its size in front; repeatable.
        EMS_VARIABLE_PICTURE = 0x12,
        /// EMS: number of objects that belong together; 1 octet, repeatable.
        EMS_USER_PROMPT = 0x13,
        /// EMS: extended object; repeatable.
        EMS_EXTENDED_OBJECT = 0x14,
        /// EMS: reuse of an extended object; repeatable.
        EMS_REUSED_OBJECT = 0x15,
        /// EMS: compression control.
        EMS_COMPRESSION_CONTROL = 0x16,
        /// EMS: whether objects may be passed on; repeatable.
        EMS_OBJECT_DISTRIBUTION = 0x17,
        /// EMS: standard vector graphics; repeatable.
        EMS_STANDARD_WVG = 0x18,
        /// EMS: character-size vector graphics; repeatable.
        EMS_CHARACTER_WVG = 0x19,
        /// EMS: request for object data.
        EMS_OBJECT_DATA_REQUEST = 0x1A,
        /// Length of the e-mail header in the text.
        RFC822_EMAIL_HEADER = 0x20,
        /// Hyperlink: element position, title length and URL length; repeatable.
        HYPERLINK = 0x21,
        /// Address for the reply.
        REPLY_ADDRESS = 0x22,
        /// Enhanced voice mail.
        ENHANCED_VOICE_MAIL = 0x23,
        /// National language of the single shift table; 1 octet.
        NATIONAL_SINGLE_SHIFT = 0x24,
        /// National language of the locking shift table; 1 octet.
        NATIONAL_LOCKING_SHIFT = 0x25,
    }
}

impl Iei {
    /// Whether the element carries a (U)SIM toolkit security header, 0x70-0x7F.
    #[must_use]
    pub const fn is_sim_toolkit_security(self) -> bool {
        matches!(self.0, 0x70..=0x7F)
    }

    /// Whether the meaning is agreed between the two ends, 0x80-0x9F.
    #[must_use]
    pub const fn is_sme_specific(self) -> bool {
        matches!(self.0, 0x80..=0x9F)
    }

    /// Whether the meaning belongs to the message centre, 0xC0-0xDF.
    #[must_use]
    pub const fn is_smsc_specific(self) -> bool {
        matches!(self.0, 0xC0..=0xDF)
    }
}

wire_number! {
    /// The national language of a shift table, as the elements 0x24 and 0x25
    /// name it (3GPP TS 23.038 clause 6.2.1.2.4).
    pub struct NationalLanguage(u8, 2) {
        /// Turkish.
        TURKISH = 1,
        /// Spanish; has a single shift table only.
        SPANISH = 2,
        /// Portuguese.
        PORTUGUESE = 3,
        /// Bengali.
        BENGALI = 4,
        /// Gujarati.
        GUJARATI = 5,
        /// Hindi.
        HINDI = 6,
        /// Kannada.
        KANNADA = 7,
        /// Malayalam.
        MALAYALAM = 8,
        /// Oriya.
        ORIYA = 9,
        /// Punjabi.
        PUNJABI = 10,
        /// Tamil.
        TAMIL = 11,
        /// Telugu.
        TELUGU = 12,
        /// Urdu.
        URDU = 13,
    }
}

wire_number! {
    /// The sort of messages that are waiting, bits 1-0 of the first octet of
    /// element 0x01.
    pub struct SpecialMessageType(u8, 2) {
        /// Voice messages.
        VOICE = 0,
        /// Fax messages.
        FAX = 1,
        /// Electronic mail.
        EMAIL = 2,
        /// Others, told apart by the extended type.
        OTHER = 3,
    }
}

/// One element of a user data header, its data not yet read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InformationElement<'a> {
    /// What the element is.
    pub identifier: Iei,
    /// The data, up to 255 octets when read and 137 when written.
    pub data: &'a [u8],
}

impl InformationElement<'_> {
    /// The place in a longer message, of an element 0x00 or 0x08.
    ///
    /// `None` for other elements, for data of the wrong length, and for the
    /// numbers that a receiver has to ignore: no part, no total, or a part
    /// beyond the total.
    #[must_use]
    pub fn concat(&self) -> Option<ConcatRef> {
        let read = match (self.identifier, self.data) {
            (Iei::CONCATENATED_8BIT, &[reference, total, part]) => ConcatRef {
                reference: u16::from(reference),
                total,
                part,
                wide: false,
            },
            (Iei::CONCATENATED_16BIT, &[high, low, total, part]) => ConcatRef {
                reference: u16::from_be_bytes([high, low]),
                total,
                part,
                wide: true,
            },
            _ => return None,
        };
        read.is_valid().then_some(read)
    }

    /// The application ports, of an element 0x04 or 0x05; `None` for other
    /// elements and for data of the wrong length.
    #[must_use]
    pub fn ports(&self) -> Option<Ports> {
        match (self.identifier, self.data) {
            (Iei::PORT_8BIT, &[destination, originator]) => Some(Ports {
                destination: u16::from(destination),
                originator: u16::from(originator),
                wide: false,
            }),
            (Iei::PORT_16BIT, &[d, dd, o, oo]) => Some(Ports {
                destination: u16::from_be_bytes([d, dd]),
                originator: u16::from_be_bytes([o, oo]),
                wide: true,
            }),
            _ => None,
        }
    }

    /// The language of the single shift table, of an element 0x24 with one
    /// octet.
    #[must_use]
    pub fn single_shift(&self) -> Option<NationalLanguage> {
        self.octet(Iei::NATIONAL_SINGLE_SHIFT).map(NationalLanguage)
    }

    /// The language of the locking shift table, of an element 0x25 with one
    /// octet.
    #[must_use]
    pub fn locking_shift(&self) -> Option<NationalLanguage> {
        self.octet(Iei::NATIONAL_LOCKING_SHIFT)
            .map(NationalLanguage)
    }

    /// The wanted status reports, of an element 0x06 with one octet.
    #[must_use]
    pub fn smsc_control(&self) -> Option<SmscControl> {
        self.octet(Iei::SMSC_CONTROL).map(SmscControl)
    }

    /// The messages waiting, of an element 0x01 with two octets.
    #[must_use]
    pub fn special_message(&self) -> Option<SpecialMessage> {
        match (self.identifier, self.data) {
            (Iei::SPECIAL_MESSAGE_INDICATION, &[kind, count]) => {
                Some(SpecialMessage::from_octets(kind, count))
            }
            _ => None,
        }
    }

    fn octet(&self, identifier: Iei) -> Option<u8> {
        match self.data {
            &[octet] if self.identifier == identifier => Some(octet),
            _ => None,
        }
    }
}

/// The place of a segment in a longer message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConcatRef {
    /// The number that all segments of the message share; up to 255 unless
    /// `wide`.
    pub reference: u16,
    /// The number of segments, 1 to 255.
    pub total: u8,
    /// The number of this segment, 1 to `total`.
    pub part: u8,
    /// Whether the reference has 16 bits (element 0x08) instead of 8 (0x00).
    /// References of different width never belong to the same message.
    pub wide: bool,
}

impl ConcatRef {
    /// Whether the numbers make sense to a receiver: part and total are not
    /// zero, the part is not beyond the total, and the reference fits.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        self.part >= 1 && self.part <= self.total && (self.wide || self.reference <= 0xFF)
    }
}

/// The application ports of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ports {
    /// The port at the receiver; up to 255 unless `wide`.
    pub destination: u16,
    /// The port at the sender; up to 255 unless `wide`.
    pub originator: u16,
    /// Whether the ports have 16 bits (element 0x05) instead of 8 (0x04). Of
    /// the 8-bit ports only 240 to 255 are in use.
    pub wide: bool,
}

/// A number of messages of one sort that wait for the subscriber.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SpecialMessage {
    /// Whether this message is to be stored after the indication was shown.
    pub store: bool,
    /// The subscriber profile, 0 to 3.
    pub profile: u8,
    /// The extended type, 0 to 7; tells more about the type `OTHER`.
    pub extended: u8,
    /// The sort of messages, 0 to 3.
    pub message_type: SpecialMessageType,
    /// How many wait; 255 stands for 255 or more.
    pub count: u8,
}

impl SpecialMessage {
    const fn from_octets(kind: u8, count: u8) -> Self {
        Self {
            store: kind & 0x80 != 0,
            profile: kind >> 5 & 0x03,
            extended: kind >> 2 & 0x07,
            message_type: SpecialMessageType(kind & 0x03),
            count,
        }
    }

    /// The two octets, or `None` when a number has more bits than its place.
    const fn to_octets(self) -> Option<[u8; 2]> {
        if self.profile > 0x03 || self.extended > 0x07 || self.message_type.0 > 0x03 {
            return None;
        }
        let store = if self.store { 0x80 } else { 0 };
        Some([
            store | self.profile << 5 | self.extended << 2 | self.message_type.0,
            self.count,
        ])
    }
}

/// Which status reports the sender of a concatenated message wants, bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SmscControl(pub u8);

impl SmscControl {
    /// A report when the message was delivered.
    pub const DELIVERED: Self = Self(0x01);
    /// A report on a permanent error.
    pub const PERMANENT_ERROR: Self = Self(0x02);
    /// A report on a temporary error after which no more attempts are made.
    pub const TEMPORARY_ERROR_FINAL: Self = Self(0x04);
    /// A report on a temporary error while attempts go on.
    pub const TEMPORARY_ERROR_TRYING: Self = Self(0x08);
    /// No reports for the rest of this concatenated message.
    pub const CANCEL_FURTHER: Self = Self(0x40);
    /// The header of this message is repeated in the report.
    pub const INCLUDE_ORIGINAL_UDH: Self = Self(0x80);

    /// Whether all bits of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl core::ops::BitOr for SmscControl {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

/// A user data header that lies in the user data.
///
/// The elements were checked once: they fill the header exactly.
///
/// # Examples
///
/// ```
/// use smpp_pdu::udh::{Iei, Udh};
///
/// let (header, text) = Udh::split(b"\x06\x05\x04\x0B\x84\x23\xF0\x01\x02")?;
/// let element = header.elements().next().expect("one element");
/// assert_eq!(element.identifier, Iei::PORT_16BIT);
/// assert_eq!(header.ports().map(|ports| ports.destination), Some(2948));
/// assert_eq!(text, [0x01, 0x02]);
/// # Ok::<(), smpp_pdu::udh::UdhError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Udh<'a> {
    bytes: &'a [u8],
    elements: &'a [u8],
}

impl<'a> Udh<'a> {
    /// Splits user data into its header and the rest. To be called only when
    /// bit 0x40 of `esm_class` says that there is a header.
    ///
    /// A header without elements (UDHL 0) is accepted.
    ///
    /// # Errors
    ///
    /// [`UdhError::Missing`] when the user data is empty,
    /// [`UdhError::HeaderOverrun`] when UDHL counts more octets than there are,
    /// and [`UdhError::ElementOverrun`] when an element runs past the header.
    pub fn split(user_data: &'a [u8]) -> Result<(Self, &'a [u8]), UdhError> {
        let Some((&declared, after)) = user_data.split_first() else {
            return Err(UdhError::Missing);
        };
        let (Some((elements, rest)), Some((bytes, _))) = (
            after.split_at_checked(usize::from(declared)),
            user_data.split_at_checked(usize::from(declared) + 1),
        ) else {
            return Err(UdhError::HeaderOverrun {
                declared,
                available: after.len(),
            });
        };
        let mut left = elements;
        while !left.is_empty() {
            let Some((_, next)) = split_element(left) else {
                // UDHL itself is the octet at 0, hence the one more.
                let position = 1 + elements.len() - left.len();
                return Err(UdhError::ElementOverrun { position });
            };
            left = next;
        }
        Ok((Self { bytes, elements }, rest))
    }

    /// The whole header with UDHL, as it lies in the user data.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The octets of the whole header, UDHL included: 1 to 256.
    #[must_use]
    #[allow(
        clippy::len_without_is_empty,
        reason = "a header has at least the octet UDHL"
    )]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The elements in the order they have in the header, repeated ones too.
    #[must_use]
    pub const fn elements(&self) -> Elements<'a> {
        Elements {
            left: self.elements,
        }
    }

    /// The place in a longer message; see [`InformationElement::concat`].
    ///
    /// Of several elements that say the same thing, or of an 8-bit and a 16-bit
    /// form, the last readable one counts (3GPP TS 23.040 clause 9.2.3.24). The
    /// same holds for the other questions here.
    #[must_use]
    pub fn concat(&self) -> Option<ConcatRef> {
        self.last(|element| element.concat())
    }

    /// The application ports; see [`InformationElement::ports`].
    #[must_use]
    pub fn ports(&self) -> Option<Ports> {
        self.last(|element| element.ports())
    }

    /// The language of the single shift table.
    #[must_use]
    pub fn single_shift(&self) -> Option<NationalLanguage> {
        self.last(|element| element.single_shift())
    }

    /// The language of the locking shift table.
    #[must_use]
    pub fn locking_shift(&self) -> Option<NationalLanguage> {
        self.last(|element| element.locking_shift())
    }

    /// The wanted status reports.
    #[must_use]
    pub fn smsc_control(&self) -> Option<SmscControl> {
        self.last(|element| element.smsc_control())
    }

    /// The messages waiting, one value for each element: a header may announce
    /// several sorts.
    pub fn special_messages(&self) -> impl Iterator<Item = SpecialMessage> + 'a {
        self.elements()
            .filter_map(|element| element.special_message())
    }

    fn last<T>(&self, read: impl FnMut(InformationElement<'a>) -> Option<T>) -> Option<T> {
        self.elements().filter_map(read).last()
    }
}

/// The first element of the octets and what follows it; `None` when the octets
/// end inside the element.
fn split_element(octets: &[u8]) -> Option<(InformationElement<'_>, &[u8])> {
    let (&[identifier, length], after) = octets.split_first_chunk::<2>()?;
    let (data, rest) = after.split_at_checked(usize::from(length))?;
    let identifier = Iei(identifier);
    Some((InformationElement { identifier, data }, rest))
}

/// The elements of a [`Udh`], in order.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    left: &'a [u8],
}

impl<'a> Iterator for Elements<'a> {
    type Item = InformationElement<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (element, rest) = split_element(self.left)?;
        self.left = rest;
        Some(element)
    }
}

impl FusedIterator for Elements<'_> {}

impl<'a> IntoIterator for &Udh<'a> {
    type Item = InformationElement<'a>;
    type IntoIter = Elements<'a>;

    fn into_iter(self) -> Elements<'a> {
        self.elements()
    }
}

/// A user data header in the making, up to 140 octets, without allocation.
///
/// Without elements it has no octets at all, not even UDHL, so that it can be
/// put in front of any text; set bit 0x40 of `esm_class` only when it is not
/// empty.
///
/// # Examples
///
/// ```
/// use smpp_pdu::udh::{Iei, InformationElement, NationalLanguage, UdhBuf};
///
/// let mut header = UdhBuf::new();
/// header.concat16(0x0102, 2, 1)?;
/// header.single_shift(NationalLanguage::TURKISH)?;
/// header.push(InformationElement { identifier: Iei(0x80), data: &[7] })?;
/// assert_eq!(
///     header.as_bytes(),
///     [12, 8, 4, 1, 2, 2, 1, 0x24, 1, 1, 0x80, 1, 7],
/// );
/// # Ok::<(), smpp_pdu::udh::UdhError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UdhBuf {
    octets: [u8; MAX_USER_DATA],
    /// The octets after UDHL, at most 139.
    udhl: u8,
}

impl UdhBuf {
    /// A header without elements.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            octets: [0; MAX_USER_DATA],
            udhl: 0,
        }
    }

    /// Adds an element. The data is not looked at.
    ///
    /// # Errors
    ///
    /// [`UdhError::Full`] when the header would have more than 140 octets; it
    /// stays as it was.
    pub fn push(&mut self, element: InformationElement<'_>) -> Result<(), UdhError> {
        let start = usize::from(self.udhl) + 1;
        let room = MAX_USER_DATA - start;
        let full = UdhError::Full {
            needed: element.data.len().saturating_add(2),
            room,
        };
        let length = u8::try_from(element.data.len()).map_err(|_| full)?;
        let end = start + 2 + usize::from(length);
        let udhl = u8::try_from(end - 1).map_err(|_| full)?;
        let Some([identifier, size, data @ ..]) = self.octets.get_mut(start..end) else {
            return Err(full);
        };
        *identifier = element.identifier.0;
        *size = length;
        data.copy_from_slice(element.data);
        self.udhl = udhl;
        let [first, ..] = &mut self.octets;
        *first = udhl;
        Ok(())
    }

    fn put(&mut self, identifier: Iei, data: &[u8]) -> Result<(), UdhError> {
        self.push(InformationElement { identifier, data })
    }

    /// Adds the place in a longer message in the form that `concat.wide` asks
    /// for.
    ///
    /// # Errors
    ///
    /// [`UdhError::BadValue`] when the part is zero or beyond the total, or
    /// when the reference does not fit; [`UdhError::Full`] as
    /// [`UdhBuf::push`].
    pub fn concat(&mut self, concat: ConcatRef) -> Result<(), UdhError> {
        let (total, part) = (concat.total, concat.part);
        let [high, low] = concat.reference.to_be_bytes();
        match (concat.is_valid(), concat.wide) {
            (false, false) => Err(UdhError::BadValue(Iei::CONCATENATED_8BIT)),
            (false, true) => Err(UdhError::BadValue(Iei::CONCATENATED_16BIT)),
            (true, false) => self.put(Iei::CONCATENATED_8BIT, &[low, total, part]),
            (true, true) => self.put(Iei::CONCATENATED_16BIT, &[high, low, total, part]),
        }
    }

    /// Adds the place in a longer message with a reference of 8 bits (0x00),
    /// 5 octets.
    ///
    /// # Errors
    ///
    /// As [`UdhBuf::concat`].
    pub fn concat8(&mut self, reference: u8, total: u8, part: u8) -> Result<(), UdhError> {
        self.concat(ConcatRef {
            reference: u16::from(reference),
            total,
            part,
            wide: false,
        })
    }

    /// Adds the place in a longer message with a reference of 16 bits (0x08),
    /// 6 octets.
    ///
    /// # Errors
    ///
    /// As [`UdhBuf::concat`].
    pub fn concat16(&mut self, reference: u16, total: u8, part: u8) -> Result<(), UdhError> {
        self.concat(ConcatRef {
            reference,
            total,
            part,
            wide: true,
        })
    }

    /// Adds application ports of 8 bits (0x04), 4 octets.
    ///
    /// # Errors
    ///
    /// [`UdhError::Full`] as [`UdhBuf::push`].
    pub fn ports8(&mut self, destination: u8, originator: u8) -> Result<(), UdhError> {
        self.put(Iei::PORT_8BIT, &[destination, originator])
    }

    /// Adds application ports of 16 bits (0x05), 6 octets.
    ///
    /// # Errors
    ///
    /// [`UdhError::Full`] as [`UdhBuf::push`].
    pub fn ports16(&mut self, destination: u16, originator: u16) -> Result<(), UdhError> {
        let ([d, dd], [o, oo]) = (destination.to_be_bytes(), originator.to_be_bytes());
        self.put(Iei::PORT_16BIT, &[d, dd, o, oo])
    }

    /// Adds the language of the single shift table (0x24), 3 octets.
    ///
    /// # Errors
    ///
    /// [`UdhError::Full`] as [`UdhBuf::push`].
    pub fn single_shift(&mut self, language: NationalLanguage) -> Result<(), UdhError> {
        self.put(Iei::NATIONAL_SINGLE_SHIFT, &[language.0])
    }

    /// Adds the language of the locking shift table (0x25), 3 octets.
    ///
    /// # Errors
    ///
    /// [`UdhError::Full`] as [`UdhBuf::push`].
    pub fn locking_shift(&mut self, language: NationalLanguage) -> Result<(), UdhError> {
        self.put(Iei::NATIONAL_LOCKING_SHIFT, &[language.0])
    }

    /// Adds the messages waiting (0x01), 4 octets.
    ///
    /// # Errors
    ///
    /// [`UdhError::BadValue`] when the profile is above 3, the extended type
    /// above 7 or the type above 3; [`UdhError::Full`] as [`UdhBuf::push`].
    pub fn special_message(&mut self, message: SpecialMessage) -> Result<(), UdhError> {
        match message.to_octets() {
            Some(data) => self.put(Iei::SPECIAL_MESSAGE_INDICATION, &data),
            None => Err(UdhError::BadValue(Iei::SPECIAL_MESSAGE_INDICATION)),
        }
    }

    /// Adds the wanted status reports (0x06), 3 octets.
    ///
    /// # Errors
    ///
    /// [`UdhError::Full`] as [`UdhBuf::push`].
    pub fn smsc_control(&mut self, control: SmscControl) -> Result<(), UdhError> {
        self.put(Iei::SMSC_CONTROL, &[control.0])
    }

    /// The header with UDHL; nothing while there are no elements.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..self.len()).unwrap_or_default()
    }

    /// The octets of the header, UDHL included: 0 without elements, else 3 to
    /// 140.
    #[must_use]
    pub const fn len(&self) -> usize {
        // The cast widens; `From` cannot be called in a `const fn`.
        match self.udhl {
            0 => 0,
            udhl => udhl as usize + 1,
        }
    }

    /// Whether there are no elements.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.udhl == 0
    }
}

impl Default for UdhBuf {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for UdhBuf {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsRef<[u8]> for UdhBuf {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for UdhBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UdhBuf").field(&self.as_bytes()).finish()
    }
}

/// What the room in a message is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SegmentUnit {
    /// Octets of binary data or of an 8-bit alphabet.
    Octets,
    /// Septets of the GSM 7-bit alphabet. A character of the extension table
    /// takes two of them, and the two must not be parted.
    Septets,
    /// Units of 16 bits of UCS2. A character beyond the basic plane takes two
    /// of them, and the two must not be parted.
    Ucs2,
}

/// The room for text in one message of 140 octets, of which the header takes
/// `header_octets` (UDHL included), counted in `unit`.
///
/// The septets are counted as the radio side packs them. On the SMPP link a
/// septet normally takes an octet of its own, so that header and text together
/// may well be longer than 140 octets there.
///
/// # Examples
///
/// ```
/// use smpp_pdu::udh::{SegmentUnit, room};
///
/// assert_eq!(room(0, SegmentUnit::Septets), 160);
/// assert_eq!(room(6, SegmentUnit::Septets), 153);
/// assert_eq!(room(6, SegmentUnit::Ucs2), 67);
/// ```
#[must_use]
pub const fn room(header_octets: usize, unit: SegmentUnit) -> usize {
    let octets = MAX_USER_DATA.saturating_sub(header_octets);
    match unit {
        SegmentUnit::Octets => octets,
        SegmentUnit::Septets => octets * 8 / 7,
        SegmentUnit::Ucs2 => octets / 2,
    }
}

/// A user data header that cannot be read, or cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UdhError {
    /// The user data is empty, there is not even UDHL.
    Missing,
    /// UDHL counts more octets than follow it.
    HeaderOverrun {
        /// The octets that UDHL counts.
        declared: u8,
        /// The octets that follow it.
        available: usize,
    },
    /// An element runs past the end of the header, or only its identifier is
    /// left.
    ElementOverrun {
        /// Where the element begins, in octets from UDHL, which is at 0.
        position: usize,
    },
    /// The element to be written does not fit into the 140 octets.
    Full {
        /// The octets of the element, identifier and length included.
        needed: usize,
        /// The octets left.
        room: usize,
    },
    /// The value to be written does not make sense for this element.
    BadValue(Iei),
}

impl fmt::Display for UdhError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("user data header: no octet for its length"),
            Self::HeaderOverrun {
                declared,
                available,
            } => write!(
                f,
                "user data header: {declared} octets declared, {available} there"
            ),
            Self::ElementOverrun { position } => write!(
                f,
                "user data header: the element at octet {position} runs past the header"
            ),
            Self::Full { needed, room } => write!(
                f,
                "user data header: an element of {needed} octets does not fit into {room}"
            ),
            Self::BadValue(identifier) => {
                write!(f, "user data header: impossible value for {identifier}")
            }
        }
    }
}

impl core::error::Error for UdhError {}
