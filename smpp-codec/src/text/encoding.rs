//! The encodings and the `data_coding` that announces them.

use core::fmt;

use smpp_pdu::udh::{SegmentUnit, Udh};
use smpp_pdu::{Alphabet, DataCoding, DataCodingGroup, GsmAlphabet, MessageClass, NetworkType};

use super::NationalShift;

/// How the characters of a text become octets.
///
/// ```
/// use smpp_codec::text::{DefaultAlphabet, Encoding};
/// use smpp_pdu::DataCoding;
///
/// let encoding = Encoding::of_data_coding(DataCoding(0x08), DefaultAlphabet::Gsm7);
/// assert_eq!(encoding, Encoding::Ucs2);
/// assert_eq!(Encoding::Latin1.encoded_len("naïve"), Ok(5));
/// assert_eq!(Encoding::Gsm7.encoded_len("[€]"), Ok(6));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// The GSM 7-bit default alphabet with its extension table, a septet an
    /// octet (3GPP TS 23.038, 6.2.1). What most message centres take for
    /// `data_coding` 0.
    #[default]
    Gsm7,
    /// The same, eight septets in seven octets (3GPP TS 23.038, 6.1.2).
    ///
    /// SMPP tells octets, not septets. So that the reader finds the end, seven
    /// spare bits are a carriage return, and a carriage return that ends with
    /// the last octet is written twice (clause 6.1.2.3.1); reading undoes both.
    /// A sender that fills with zeros instead adds an `@` to texts of 7, 15,
    /// 23 … septets.
    Gsm7Packed,
    /// [`Gsm7`](Self::Gsm7) with national language tables. They have to be
    /// announced in the user data header, which [`long`](crate::long) does.
    Gsm7National(NationalShift),
    /// [`Gsm7Packed`](Self::Gsm7Packed) with national language tables.
    Gsm7NationalPacked(NationalShift),
    /// ASCII, or IA5 in its international reference version.
    Ascii,
    /// ISO 8859-1, the control characters included.
    Latin1,
    /// ISO 8859-5.
    Cyrillic,
    /// ISO 8859-8, in the order of the octets (logical order).
    Hebrew,
    /// Units of 16 bits, big endian; a character beyond the basic plane is two
    /// surrogates (UTF-16). This is what phones understand under UCS-2.
    Ucs2,
    /// Units of 16 bits, big endian, without surrogates: what UCS-2 is by its
    /// definition. For peers that refuse surrogates.
    Ucs2Bmp,
    /// X 0208 as Shift_JIS.
    #[cfg(feature = "cjk")]
    #[cfg_attr(docsrs, doc(cfg(feature = "cjk")))]
    Jis,
    /// KS C 5601 as EUC-KR.
    #[cfg(feature = "cjk")]
    #[cfg_attr(docsrs, doc(cfg(feature = "cjk")))]
    KsC5601,
    /// Octets that are no text: no character can be written, none is read.
    Binary,
}

/// What `data_coding` 0 means at a message centre; a setting of the account.
///
/// It is also what a reserved `data_coding` is read as
/// (3GPP TS 23.038, clause 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DefaultAlphabet {
    /// The GSM alphabet, a septet an octet. The usual one.
    #[default]
    Gsm7,
    /// The GSM alphabet, packed.
    Gsm7Packed,
    /// ASCII.
    Ascii,
    /// ISO 8859-1.
    Latin1,
    /// ISO 8859-5.
    Cyrillic,
    /// ISO 8859-8.
    Hebrew,
    /// Units of 16 bits, big endian.
    Ucs2,
    /// Octets that are no text.
    Binary,
}

impl DefaultAlphabet {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Gsm7,
        Self::Gsm7Packed,
        Self::Ascii,
        Self::Latin1,
        Self::Cyrillic,
        Self::Hebrew,
        Self::Ucs2,
        Self::Binary,
    ];

    /// The encoding of that alphabet.
    #[must_use]
    pub const fn encoding(self) -> Encoding {
        match self {
            Self::Gsm7 => Encoding::Gsm7,
            Self::Gsm7Packed => Encoding::Gsm7Packed,
            Self::Ascii => Encoding::Ascii,
            Self::Latin1 => Encoding::Latin1,
            Self::Cyrillic => Encoding::Cyrillic,
            Self::Hebrew => Encoding::Hebrew,
            Self::Ucs2 => Encoding::Ucs2,
            Self::Binary => Encoding::Binary,
        }
    }

    /// What programs call it in their settings: `gsm7`, `gsm7-packed`,
    /// `ascii`, `latin1`, `cyrillic`, `hebrew`, `ucs2`, `binary`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gsm7 => "gsm7",
            Self::Gsm7Packed => "gsm7-packed",
            Self::Ascii => "ascii",
            Self::Latin1 => "latin1",
            Self::Cyrillic => "cyrillic",
            Self::Hebrew => "hebrew",
            Self::Ucs2 => "ucs2",
            Self::Binary => "binary",
        }
    }
}

impl fmt::Display for DefaultAlphabet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Reads the names that [`DefaultAlphabet::name`] gives.
impl core::str::FromStr for DefaultAlphabet {
    type Err = UnknownAlphabet;

    fn from_str(name: &str) -> Result<Self, UnknownAlphabet> {
        Self::ALL
            .into_iter()
            .find(|alphabet| alphabet.name() == name)
            .ok_or(UnknownAlphabet)
    }
}

/// A name that no [`DefaultAlphabet`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownAlphabet;

impl fmt::Display for UnknownAlphabet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such alphabet; there are ")?;
        for (index, alphabet) in DefaultAlphabet::ALL.into_iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{alphabet}")?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownAlphabet {}

impl Encoding {
    /// The `data_coding` of SMPP's own table (SMPP 3.4, 5.2.19; 5.0, 4.7.7);
    /// 0, the message centre's default, for all forms of the GSM alphabet.
    #[must_use]
    pub const fn data_coding(self) -> DataCoding {
        match self {
            Self::Gsm7 | Self::Gsm7Packed | Self::Gsm7National(_) | Self::Gsm7NationalPacked(_) => {
                DataCoding::MC_DEFAULT
            }
            Self::Ascii => DataCoding::IA5_ASCII,
            Self::Latin1 => DataCoding::LATIN1,
            Self::Cyrillic => DataCoding::CYRILLIC,
            Self::Hebrew => DataCoding::LATIN_HEBREW,
            Self::Ucs2 | Self::Ucs2Bmp => DataCoding::UCS2,
            #[cfg(feature = "cjk")]
            Self::Jis => DataCoding::JIS,
            #[cfg(feature = "cjk")]
            Self::KsC5601 => DataCoding::KS_C_5601,
            Self::Binary => DataCoding::OCTET_UNSPECIFIED,
        }
    }

    /// The `data_coding` for a peer whose 0 means `default`, or `None` when
    /// none says it there: the GSM alphabet at a peer that takes something
    /// else for 0, or packed otherwise than the peer expects.
    ///
    /// ```
    /// use smpp_codec::text::{DefaultAlphabet, Encoding};
    /// use smpp_pdu::DataCoding;
    ///
    /// let latin = DefaultAlphabet::Latin1;
    /// assert_eq!(Encoding::Ascii.data_coding_for(latin), Some(DataCoding(1)));
    /// assert_eq!(Encoding::Gsm7.data_coding_for(latin), None);
    /// ```
    #[must_use]
    pub fn data_coding_for(self, default: DefaultAlphabet) -> Option<DataCoding> {
        let coding = self.data_coding();
        let read = Self::of_data_coding(coding, default);
        (read == self.without_national() || self.data_coding() != DataCoding::MC_DEFAULT)
            .then_some(coding)
    }

    /// The `data_coding` that also sends the message to a class: class 0 is
    /// shown at once and not stored. `None` for alphabets that GSM has not
    /// (3GPP TS 23.038, clause 4).
    ///
    /// ```
    /// use smpp_codec::text::Encoding;
    /// use smpp_pdu::{DataCoding, MessageClass};
    ///
    /// let flash = Encoding::Ucs2.data_coding_with_class(MessageClass::Class0);
    /// assert_eq!(flash, Some(DataCoding(0x18)));
    /// ```
    #[must_use]
    pub fn data_coding_with_class(self, class: MessageClass) -> Option<DataCoding> {
        DataCoding::from_group(DataCodingGroup::GsmGeneral {
            automatic_deletion: false,
            compressed: false,
            class: Some(class),
            alphabet: self.gsm_alphabet()?,
        })
    }

    /// The alphabet in the coding groups of GSM, for
    /// [`DataCoding::from_group`]; `None` if GSM has it not.
    #[must_use]
    pub const fn gsm_alphabet(self) -> Option<GsmAlphabet> {
        match self {
            Self::Gsm7 | Self::Gsm7Packed | Self::Gsm7National(_) | Self::Gsm7NationalPacked(_) => {
                Some(GsmAlphabet::Gsm7)
            }
            Self::Ucs2 | Self::Ucs2Bmp => Some(GsmAlphabet::Ucs2),
            Self::Binary => Some(GsmAlphabet::Octet),
            _ => None,
        }
    }

    /// The encoding that a `data_coding` announces, `default` being what 0
    /// means. The coding groups of GSM are read, see
    /// [`of_data_coding_in`](Self::of_data_coding_in) for other networks.
    ///
    /// Compressed text and the alphabets that this crate has not (without the
    /// feature `cjk` also JIS and KS C 5601) are [`Encoding::Binary`]; what is
    /// reserved is read as the default.
    #[must_use]
    pub fn of_data_coding(coding: DataCoding, default: DefaultAlphabet) -> Self {
        Self::of_data_coding_in(coding, default, NetworkType::GSM)
    }

    /// As [`of_data_coding`](Self::of_data_coding), for a network of any
    /// technology. The coding groups (general coding with a class, message
    /// waiting, message class) exist on GSM, which UMTS and LTE pass on as it
    /// is; elsewhere those values are reserved. `UNKNOWN` counts as GSM.
    ///
    /// The groups say GSM alphabet, not how it is packed: it is as it is under
    /// 0 if that is the GSM alphabet, else unpacked.
    ///
    /// ```
    /// use smpp_codec::text::{DefaultAlphabet, Encoding};
    /// use smpp_pdu::{DataCoding, NetworkType};
    ///
    /// let flash = DataCoding(0xF0);
    /// let read = |network| {
    ///     Encoding::of_data_coding_in(flash, DefaultAlphabet::Latin1, network)
    /// };
    /// assert_eq!(read(NetworkType::GSM), Encoding::Gsm7);
    /// assert_eq!(read(NetworkType::IS_95_CDMA), Encoding::Latin1);
    /// ```
    #[must_use]
    pub fn of_data_coding_in(
        coding: DataCoding,
        default: DefaultAlphabet,
        network: NetworkType,
    ) -> Self {
        let of_zero = default.encoding();
        let grouped = matches!(network, NetworkType::GSM | NetworkType::UNKNOWN);
        let alphabet = match coding.group() {
            DataCodingGroup::Smpp { alphabet } => alphabet,
            DataCodingGroup::Reserved => return of_zero,
            _ if !grouped => return of_zero,
            DataCodingGroup::GsmGeneral {
                compressed: true, ..
            } => return Self::Binary,
            DataCodingGroup::GsmGeneral { alphabet, .. }
            | DataCodingGroup::MessageWaiting { alphabet, .. }
            | DataCodingGroup::MessageClass { alphabet, .. } => alphabet.into(),
        };
        match alphabet {
            Alphabet::McDefault => of_zero,
            Alphabet::Gsm7 => match of_zero {
                Self::Gsm7Packed => of_zero,
                _ => Self::Gsm7,
            },
            Alphabet::Ascii => Self::Ascii,
            Alphabet::Latin1 => Self::Latin1,
            Alphabet::Cyrillic => Self::Cyrillic,
            Alphabet::LatinHebrew => Self::Hebrew,
            Alphabet::Ucs2 => Self::Ucs2,
            #[cfg(feature = "cjk")]
            Alphabet::Jis => Self::Jis,
            #[cfg(feature = "cjk")]
            Alphabet::KsC5601 => Self::KsC5601,
            _ => Self::Binary,
        }
    }

    /// What the room of a message is counted in.
    #[must_use]
    pub const fn unit(self) -> SegmentUnit {
        match self {
            Self::Gsm7 | Self::Gsm7Packed | Self::Gsm7National(_) | Self::Gsm7NationalPacked(_) => {
                SegmentUnit::Septets
            }
            Self::Ucs2 | Self::Ucs2Bmp => SegmentUnit::Ucs2,
            _ => SegmentUnit::Octets,
        }
    }

    /// The national language tables in use.
    #[must_use]
    pub const fn national(self) -> NationalShift {
        match self {
            Self::Gsm7National(shift) | Self::Gsm7NationalPacked(shift) => shift,
            _ => NationalShift::NONE,
        }
    }

    /// The GSM alphabet with other national language tables; other encodings
    /// as they are.
    #[must_use]
    pub fn with_national(self, shift: NationalShift) -> Self {
        match (self, shift.is_none()) {
            (Self::Gsm7 | Self::Gsm7National(_), true) => Self::Gsm7,
            (Self::Gsm7 | Self::Gsm7National(_), false) => Self::Gsm7National(shift),
            (Self::Gsm7Packed | Self::Gsm7NationalPacked(_), true) => Self::Gsm7Packed,
            (Self::Gsm7Packed | Self::Gsm7NationalPacked(_), false) => {
                Self::Gsm7NationalPacked(shift)
            }
            _ => self,
        }
    }

    /// The encoding of a text behind a user data header: with the national
    /// language tables that it announces.
    #[must_use]
    pub fn with_header(self, header: &Udh<'_>) -> Self {
        self.with_national(NationalShift::of_header(header))
    }

    fn without_national(self) -> Self {
        self.with_national(NationalShift::NONE)
    }

    /// Whether septets are packed into octets.
    #[must_use]
    pub const fn is_packed(self) -> bool {
        matches!(self, Self::Gsm7Packed | Self::Gsm7NationalPacked(_))
    }

    /// What people call it, without national language tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gsm7 | Self::Gsm7National(_) => "GSM 7-bit",
            Self::Gsm7Packed | Self::Gsm7NationalPacked(_) => "GSM 7-bit packed",
            Self::Ascii => "ASCII",
            Self::Latin1 => "ISO-8859-1",
            Self::Cyrillic => "ISO-8859-5",
            Self::Hebrew => "ISO-8859-8",
            Self::Ucs2 => "UCS-2",
            Self::Ucs2Bmp => "UCS-2 without surrogates",
            #[cfg(feature = "cjk")]
            Self::Jis => "JIS",
            #[cfg(feature = "cjk")]
            Self::KsC5601 => "KS C 5601",
            Self::Binary => "binary",
        }
    }
}

/// For instance `UCS-2`, or `GSM 7-bit with TURKISH single shift`.
impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shift = self.national();
        if shift == NationalShift::NONE {
            f.pad(self.name())
        } else {
            write!(f, "{} with {shift}", self.name())
        }
    }
}
