//! Texts that are shown at once.

use smpp_pdu::{AddrSubunit, DataCoding, DataCodingGroup, GsmAlphabet, MessageClass, Tlv, Tlvs};

/// Where a message says that it is to be shown at once and not stored: a
/// message of class 0, "flash".
///
/// On GSM it is the message class in `data_coding` (3GPP TS 23.038, 4); phones
/// look at nothing else. SMPP has the parameter `dest_addr_subunit` with the
/// value 1, the display, as well (SMPP 3.4, 5.3.2.1; 5.0, 4.8.4): a message
/// centre may make a class of it.
///
/// ```
/// use smpp_codec::services::Flash;
/// use smpp_pdu::{DataCoding, GsmAlphabet, Tlvs};
///
/// assert_eq!(Flash::data_coding(GsmAlphabet::Ucs2), DataCoding(0x18));
/// assert_eq!(Flash::of_data_coding(DataCoding::UCS2), Some(DataCoding(0x18)));
///
/// let read = Flash::read(DataCoding(0x10), &Tlvs::EMPTY);
/// assert!(read.is_flash() && read.by_class && !read.by_display);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flash {
    /// `data_coding` has the message class 0.
    pub by_class: bool,
    /// `dest_addr_subunit` is the display.
    pub by_display: bool,
    /// `data_coding` has another message class, or `dest_addr_subunit` another
    /// part of the phone, which contradicts the other place.
    pub conflict: bool,
}

impl Flash {
    /// The `data_coding` of a flash message: 0x10 in the GSM alphabet, 0x14 in
    /// octets, 0x18 in UCS-2. Message centres that do not know these may know
    /// [`Flash::SHORT_DATA_CODING`].
    #[must_use]
    pub const fn data_coding(alphabet: GsmAlphabet) -> DataCoding {
        DataCoding(match alphabet {
            GsmAlphabet::Gsm7 => 0x10,
            GsmAlphabet::Octet => 0x14,
            GsmAlphabet::Ucs2 => 0x18,
        })
    }

    /// The other `data_coding` of a flash message in the GSM alphabet, of the
    /// group that has a class and nothing else (0xF0). There is none for UCS-2.
    pub const SHORT_DATA_CODING: DataCoding = DataCoding(0xF0);

    /// The `data_coding` of the same text as a flash message.
    ///
    /// `None` where GSM has no such alphabet (Latin 1 and the other ones of
    /// SMPP's table), for reserved values, and for a message that switches a
    /// sign. The default alphabet of the message centre is taken for the GSM
    /// alphabet. Whether the text is compressed, and whether it may be deleted
    /// by itself, stays.
    #[must_use]
    pub fn of_data_coding(data_coding: DataCoding) -> Option<DataCoding> {
        let class = MessageClass::Class0;
        let group = match data_coding.group() {
            DataCodingGroup::Smpp { .. } => {
                return Some(Self::data_coding(match data_coding {
                    DataCoding::MC_DEFAULT => GsmAlphabet::Gsm7,
                    DataCoding::UCS2 => GsmAlphabet::Ucs2,
                    DataCoding::OCTET_UNSPECIFIED | DataCoding::OCTET_UNSPECIFIED_TDMA_CDMA => {
                        GsmAlphabet::Octet
                    }
                    _ => return None,
                }));
            }
            DataCodingGroup::GsmGeneral {
                automatic_deletion,
                compressed,
                alphabet,
                ..
            } => DataCodingGroup::GsmGeneral {
                automatic_deletion,
                compressed,
                class: Some(class),
                alphabet,
            },
            DataCodingGroup::MessageClass { alphabet, .. } => {
                DataCodingGroup::MessageClass { class, alphabet }
            }
            DataCodingGroup::MessageWaiting { .. } | DataCodingGroup::Reserved => return None,
        };
        DataCoding::from_group(group)
    }

    /// The parameter that says the same. It needs SMPP 3.4.
    #[must_use]
    pub fn tlv() -> Tlv<'static> {
        Tlv::dest_addr_subunit(AddrSubunit::MS_DISPLAY)
    }

    /// Reads both places.
    #[must_use]
    pub fn read(data_coding: DataCoding, tlvs: &Tlvs<'_>) -> Self {
        let class = data_coding.message_class();
        // 0 is "not known", which contradicts nothing.
        let subunit = tlvs
            .dest_addr_subunit()
            .and_then(Result::ok)
            .filter(|subunit| subunit.0 != 0);
        let by_class = class == Some(MessageClass::Class0);
        let by_display = subunit == Some(AddrSubunit::MS_DISPLAY);
        Self {
            by_class,
            by_display,
            conflict: class.is_some() && subunit.is_some() && by_class != by_display,
        }
    }

    /// Whether either place says so.
    #[must_use]
    pub const fn is_flash(self) -> bool {
        self.by_class || self.by_display
    }
}
