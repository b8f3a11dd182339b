//! The `data_coding` octet: alphabet and class of a text.

use super::message_waiting::MessageWaitingKind;

wire_number! {
    /// Alphabet, and on GSM links also class and purpose, of a text
    /// (`data_coding`; SMPP 3.4, 5.2.19; 5.0, 4.7.7).
    ///
    /// The constants are SMPP's own table. The higher values are GSM 03.38
    /// coding groups; [`group`](Self::group) takes them apart.
    ///
    /// ```
    /// use smpp_pdu::{Alphabet, DataCoding, MessageClass};
    ///
    /// let flash = DataCoding(0x18);
    /// assert_eq!(flash.alphabet(), Some(Alphabet::Ucs2));
    /// assert_eq!(flash.message_class(), Some(MessageClass::Class0));
    /// ```
    pub struct DataCoding(u8, "2") {
        /// The alphabet the message centre is set to: often GSM 03.38 with one
        /// septet per octet, sometimes Latin 1 or ASCII.
        MC_DEFAULT = 0x00,
        /// IA5, that is ASCII.
        IA5_ASCII = 0x01,
        /// Octets without an alphabet (TDMA, CDMA).
        OCTET_UNSPECIFIED_TDMA_CDMA = 0x02,
        /// Latin 1 (ISO 8859-1).
        LATIN1 = 0x03,
        /// Octets without an alphabet, on GSM as well.
        OCTET_UNSPECIFIED = 0x04,
        /// Japanese (X 0208-1990).
        JIS = 0x05,
        /// Latin and Cyrillic (ISO 8859-5).
        CYRILLIC = 0x06,
        /// Latin and Hebrew (ISO 8859-8).
        LATIN_HEBREW = 0x07,
        /// Sixteen bit characters, big endian.
        UCS2 = 0x08,
        /// Picture characters.
        PICTOGRAM = 0x09,
        /// Musical codes (ISO 2022-JP).
        ISO_2022_JP_MUSIC = 0x0A,
        /// Extended Kanji (X 0212-1990).
        EXTENDED_KANJI_JIS = 0x0D,
        /// Korean.
        KS_C_5601 = 0x0E,
    }
}

/// An alphabet that `data_coding` can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Alphabet {
    /// Whatever the message centre is set to.
    McDefault,
    /// The GSM 03.38 default alphabet.
    Gsm7,
    /// ASCII.
    Ascii,
    /// ISO 8859-1.
    Latin1,
    /// Octets without an alphabet.
    Octet,
    /// X 0208-1990.
    Jis,
    /// ISO 8859-5.
    Cyrillic,
    /// ISO 8859-8.
    LatinHebrew,
    /// Sixteen bit characters, big endian.
    Ucs2,
    /// Picture characters.
    Pictogram,
    /// Musical codes of ISO 2022-JP.
    Iso2022JpMusic,
    /// X 0212-1990.
    ExtendedKanjiJis,
    /// KS C 5601.
    KsC5601,
}

/// An alphabet of the GSM 03.38 coding groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GsmAlphabet {
    /// The default alphabet, seven bits.
    Gsm7,
    /// Octets without an alphabet.
    Octet,
    /// Sixteen bit characters, big endian.
    Ucs2,
}

impl GsmAlphabet {
    /// Reads the two alphabet bits; the fourth combination is reserved.
    const fn from_bits(bits: u8) -> Option<Self> {
        match bits & 0x03 {
            0 => Some(Self::Gsm7),
            1 => Some(Self::Octet),
            2 => Some(Self::Ucs2),
            _ => None,
        }
    }

    const fn bits(self) -> u8 {
        match self {
            Self::Gsm7 => 0,
            Self::Octet => 1,
            Self::Ucs2 => 2,
        }
    }
}

impl From<GsmAlphabet> for Alphabet {
    fn from(alphabet: GsmAlphabet) -> Self {
        match alphabet {
            GsmAlphabet::Gsm7 => Self::Gsm7,
            GsmAlphabet::Octet => Self::Octet,
            GsmAlphabet::Ucs2 => Self::Ucs2,
        }
    }
}

/// Where a GSM phone puts a message (GSM 03.38).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageClass {
    /// Shown at once and not stored ("flash").
    Class0,
    /// Stored in the phone.
    Class1,
    /// Stored on the SIM.
    Class2,
    /// Passed to the equipment attached to the phone.
    Class3,
}

impl MessageClass {
    const fn from_bits(bits: u8) -> Self {
        match bits & 0x03 {
            0 => Self::Class0,
            1 => Self::Class1,
            2 => Self::Class2,
            _ => Self::Class3,
        }
    }

    const fn bits(self) -> u8 {
        match self {
            Self::Class0 => 0,
            Self::Class1 => 1,
            Self::Class2 => 2,
            Self::Class3 => 3,
        }
    }
}

/// A [`DataCoding`] taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataCodingGroup {
    /// A value of SMPP's own table.
    Smpp {
        /// The alphabet the table gives.
        alphabet: Alphabet,
    },
    /// General data coding of GSM 03.38. SMPP reserves these values; many GSM
    /// message centres pass them on to the phone.
    GsmGeneral {
        /// The phone may delete the message once it was read.
        automatic_deletion: bool,
        /// The text is compressed (GSM 03.42).
        compressed: bool,
        /// The class, if the octet carries one.
        class: Option<MessageClass>,
        /// The alphabet of the text.
        alphabet: GsmAlphabet,
    },
    /// A message waiting indication.
    MessageWaiting {
        /// The phone keeps the text instead of discarding it.
        store: bool,
        /// The alphabet of the text.
        alphabet: GsmAlphabet,
        /// Switch the sign on rather than off.
        active: bool,
        /// What is waiting.
        kind: MessageWaitingKind,
    },
    /// Data coding with a message class.
    MessageClass {
        /// The class.
        class: MessageClass,
        /// The alphabet, never [`GsmAlphabet::Ucs2`].
        alphabet: GsmAlphabet,
    },
    /// Neither SMPP nor GSM 03.38 defines the value.
    Reserved,
}

impl DataCoding {
    /// Takes the octet apart.
    ///
    /// SMPP's table goes first where it and GSM 03.38 overlap (0x00 to 0x0F).
    /// Bits that GSM 03.38 reserves inside a group are ignored.
    #[must_use]
    pub const fn group(self) -> DataCodingGroup {
        let octet = self.0;
        match octet {
            0x00..=0x0F => match smpp_alphabet(octet) {
                Some(alphabet) => DataCodingGroup::Smpp { alphabet },
                None => DataCodingGroup::Reserved,
            },
            0x10..=0x7F => match GsmAlphabet::from_bits(octet >> 2) {
                Some(alphabet) => DataCodingGroup::GsmGeneral {
                    automatic_deletion: octet & 0x40 != 0,
                    compressed: octet & 0x20 != 0,
                    class: if octet & 0x10 != 0 {
                        Some(MessageClass::from_bits(octet))
                    } else {
                        None
                    },
                    alphabet,
                },
                None => DataCodingGroup::Reserved,
            },
            0x80..=0xBF => DataCodingGroup::Reserved,
            0xC0..=0xEF => DataCodingGroup::MessageWaiting {
                store: octet >= 0xD0,
                alphabet: if octet >= 0xE0 {
                    GsmAlphabet::Ucs2
                } else {
                    GsmAlphabet::Gsm7
                },
                active: octet & 0x08 != 0,
                kind: MessageWaitingKind(octet & 0x03),
            },
            0xF0..=0xFF => DataCodingGroup::MessageClass {
                class: MessageClass::from_bits(octet),
                alphabet: if octet & 0x04 != 0 {
                    GsmAlphabet::Octet
                } else {
                    GsmAlphabet::Gsm7
                },
            },
        }
    }

    /// The octet for a group, or `None` if no octet says that: a reserved
    /// group, a class with UCS2, a waiting indication with octets, and general
    /// coding without deletion, compression or class, whose place SMPP's own
    /// table takes.
    #[must_use]
    pub const fn from_group(group: DataCodingGroup) -> Option<Self> {
        match group {
            DataCodingGroup::Smpp { alphabet } => match smpp_octet(alphabet) {
                Some(octet) => Some(Self(octet)),
                None => None,
            },
            DataCodingGroup::GsmGeneral {
                automatic_deletion,
                compressed,
                class,
                alphabet,
            } => {
                let class = match class {
                    Some(class) => 0x10 | class.bits(),
                    None => 0,
                };
                let octet = flag(automatic_deletion, 0x40)
                    | flag(compressed, 0x20)
                    | class
                    | alphabet.bits() << 2;
                if octet < 0x10 {
                    None
                } else {
                    Some(Self(octet))
                }
            }
            DataCodingGroup::MessageWaiting {
                store,
                alphabet,
                active,
                kind,
            } => {
                let base = match (store, alphabet) {
                    (false, GsmAlphabet::Gsm7) => 0xC0,
                    (true, GsmAlphabet::Gsm7) => 0xD0,
                    (true, GsmAlphabet::Ucs2) => 0xE0,
                    _ => return None,
                };
                Some(Self(base | flag(active, 0x08) | kind.0 & 0x03))
            }
            DataCodingGroup::MessageClass { class, alphabet } => match alphabet {
                GsmAlphabet::Gsm7 => Some(Self(0xF0 | class.bits())),
                GsmAlphabet::Octet => Some(Self(0xF4 | class.bits())),
                GsmAlphabet::Ucs2 => None,
            },
            DataCodingGroup::Reserved => None,
        }
    }

    /// The alphabet of the text, or `None` for a reserved value.
    ///
    /// Of a compressed text it is the alphabet after decompression, see
    /// [`is_compressed`](Self::is_compressed).
    #[must_use]
    pub fn alphabet(self) -> Option<Alphabet> {
        match self.group() {
            DataCodingGroup::Smpp { alphabet } => Some(alphabet),
            DataCodingGroup::GsmGeneral { alphabet, .. }
            | DataCodingGroup::MessageWaiting { alphabet, .. }
            | DataCodingGroup::MessageClass { alphabet, .. } => Some(alphabet.into()),
            DataCodingGroup::Reserved => None,
        }
    }

    /// The message class, if the octet carries one.
    #[must_use]
    pub const fn message_class(self) -> Option<MessageClass> {
        match self.group() {
            DataCodingGroup::GsmGeneral { class, .. } => class,
            DataCodingGroup::MessageClass { class, .. } => Some(class),
            _ => None,
        }
    }

    /// Whether the text is compressed and so cannot be read as it is.
    #[must_use]
    pub const fn is_compressed(self) -> bool {
        matches!(
            self.group(),
            DataCodingGroup::GsmGeneral {
                compressed: true,
                ..
            }
        )
    }
}

const fn flag(set: bool, bit: u8) -> u8 {
    if set { bit } else { 0 }
}

const fn smpp_alphabet(octet: u8) -> Option<Alphabet> {
    Some(match DataCoding(octet) {
        DataCoding::MC_DEFAULT => Alphabet::McDefault,
        DataCoding::IA5_ASCII => Alphabet::Ascii,
        DataCoding::OCTET_UNSPECIFIED_TDMA_CDMA | DataCoding::OCTET_UNSPECIFIED => Alphabet::Octet,
        DataCoding::LATIN1 => Alphabet::Latin1,
        DataCoding::JIS => Alphabet::Jis,
        DataCoding::CYRILLIC => Alphabet::Cyrillic,
        DataCoding::LATIN_HEBREW => Alphabet::LatinHebrew,
        DataCoding::UCS2 => Alphabet::Ucs2,
        DataCoding::PICTOGRAM => Alphabet::Pictogram,
        DataCoding::ISO_2022_JP_MUSIC => Alphabet::Iso2022JpMusic,
        DataCoding::EXTENDED_KANJI_JIS => Alphabet::ExtendedKanjiJis,
        DataCoding::KS_C_5601 => Alphabet::KsC5601,
        _ => return None,
    })
}

/// The table has no value for the GSM alphabet: that is what 0x00 may or may
/// not mean.
const fn smpp_octet(alphabet: Alphabet) -> Option<u8> {
    Some(match alphabet {
        Alphabet::McDefault => DataCoding::MC_DEFAULT.0,
        Alphabet::Gsm7 => return None,
        Alphabet::Ascii => DataCoding::IA5_ASCII.0,
        Alphabet::Latin1 => DataCoding::LATIN1.0,
        Alphabet::Octet => DataCoding::OCTET_UNSPECIFIED.0,
        Alphabet::Jis => DataCoding::JIS.0,
        Alphabet::Cyrillic => DataCoding::CYRILLIC.0,
        Alphabet::LatinHebrew => DataCoding::LATIN_HEBREW.0,
        Alphabet::Ucs2 => DataCoding::UCS2.0,
        Alphabet::Pictogram => DataCoding::PICTOGRAM.0,
        Alphabet::Iso2022JpMusic => DataCoding::ISO_2022_JP_MUSIC.0,
        Alphabet::ExtendedKanjiJis => DataCoding::EXTENDED_KANJI_JIS.0,
        Alphabet::KsC5601 => DataCoding::KS_C_5601.0,
    })
}
