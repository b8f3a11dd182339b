//! Information elements: what each one says.

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
    pub(super) const fn to_octets(self) -> Option<[u8; 2]> {
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
