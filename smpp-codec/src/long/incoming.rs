//! A part of a long message as it arrives.

use smpp_pdu::udh::Udh;
use smpp_pdu::{EsmClass, Tag, Tlvs};

use super::Method;

/// The place of a part in its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartRef {
    /// Where that is written; messages of different methods, and of references
    /// of different width, never mix.
    pub method: Method,
    /// The number that the parts have in common.
    pub reference: u16,
    /// How many parts the message has, 1 to 255.
    pub total: u8,
    /// The number of this part, 1 to `total`.
    pub part: u8,
}

/// A part of a long message, taken out of its PDU.
///
/// ```
/// use smpp_codec::long::{Incoming, Method};
/// use smpp_pdu::{EsmClass, Tlvs};
///
/// let class = EsmClass::DEFAULT.with_udhi(true);
/// let part = Incoming::read(class, b"\x05\x00\x03\x42\x02\x01Hello", &Tlvs::default())
///     .expect("the first of two");
/// assert_eq!(part.place.method, Method::Udh8);
/// assert_eq!((part.place.part, part.place.total), (1, 2));
/// assert_eq!(part.data, b"Hello");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incoming<'a> {
    /// The place in the message.
    pub place: PartRef,
    /// The user data header with UDHL, or nothing.
    pub header: &'a [u8],
    /// The user data behind the header.
    pub data: &'a [u8],
}

impl<'a> Incoming<'a> {
    /// Reads the place of a part: in the user data header, or in the `sar_`
    /// parameters if there is none. `user_data` is `short_message`, or
    /// `message_payload` if that is where the text is.
    ///
    /// `None` for a message that is complete in itself, which is also what a
    /// receiver has to make of numbers that make no sense: part 0, or a part
    /// beyond the total (3GPP TS 23.040, 9.2.3.24.1; SMPP 3.4, 5.3.2.24).
    #[must_use]
    pub fn read(esm_class: EsmClass, user_data: &'a [u8], tlvs: &Tlvs<'_>) -> Option<Self> {
        let mut header: &[u8] = &[];
        let mut data = user_data;
        if esm_class.has_udhi()
            && let Ok((udh, rest)) = Udh::split(user_data)
        {
            (header, data) = (udh.as_bytes(), rest);
            if let Some(concat) = udh.concat() {
                let method = if concat.wide {
                    Method::Udh16
                } else {
                    Method::Udh8
                };
                let place = PartRef {
                    method,
                    reference: concat.reference,
                    total: concat.total,
                    part: concat.part,
                };
                return Some(Self {
                    place,
                    header,
                    data,
                });
            }
        }
        let octet = |tag| tlvs.find(tag)?.read::<u8>().ok();
        let place = PartRef {
            method: Method::Sar,
            reference: tlvs.find(Tag::SAR_MSG_REF_NUM)?.read::<u16>().ok()?,
            total: octet(Tag::SAR_TOTAL_SEGMENTS)?,
            part: octet(Tag::SAR_SEGMENT_SEQNUM)?,
        };
        (place.part >= 1 && place.part <= place.total).then_some(Self {
            place,
            header,
            data,
        })
    }
}
