//! The text of a message, whatever PDU carries it.

use smpp_codec::text::{DefaultAlphabet, Encoding};
use smpp_pdu::udh::Udh;
use smpp_pdu::{Body, DataCoding, EsmClass, Tlvs};

/// The user data of a message, taken apart.
pub(crate) struct Content<'a> {
    /// The user data header, where one is announced and there.
    pub(crate) udh: Option<Udh<'a>>,
    /// The octets behind it.
    pub(crate) data: &'a [u8],
    pub(crate) encoding: Encoding,
}

impl<'a> Content<'a> {
    /// `None` for what carries no text.
    pub(crate) fn of(body: &Body<'a>) -> Option<Self> {
        match body {
            Body::SubmitSm(sm) => Some(Self::read(
                sm.esm_class,
                sm.data_coding,
                sm.short_message.as_bytes(),
                sm.tlvs,
            )),
            Body::DeliverSm(sm) => Some(Self::read(
                sm.esm_class,
                sm.data_coding,
                sm.short_message.as_bytes(),
                sm.tlvs,
            )),
            Body::SubmitMulti(sm) => Some(Self::read(
                sm.esm_class,
                sm.data_coding,
                sm.short_message.as_bytes(),
                sm.tlvs,
            )),
            Body::DataSm(sm) => Some(Self::read(sm.esm_class, sm.data_coding, &[], sm.tlvs)),
            Body::BroadcastSm(sm) => {
                Some(Self::read(EsmClass::DEFAULT, sm.data_coding, &[], sm.tlvs))
            }
            _ => None,
        }
    }

    fn read(
        esm_class: EsmClass,
        data_coding: DataCoding,
        short_message: &'a [u8],
        tlvs: Tlvs<'a>,
    ) -> Self {
        let payload = tlvs.message_payload().and_then(Result::ok);
        let user_data = match payload {
            Some(payload) if short_message.is_empty() => payload,
            _ => short_message,
        };
        let (udh, data) = match Udh::split(user_data) {
            Ok((udh, data)) if esm_class.has_udhi() => (Some(udh), data),
            _ => (None, user_data),
        };
        let encoding = Encoding::of_data_coding(data_coding, DefaultAlphabet::Gsm7);
        Self {
            encoding: match &udh {
                Some(udh) => encoding.with_header(udh),
                None => encoding,
            },
            udh,
            data,
        }
    }

    /// The text; `None` for octets that are none.
    pub(crate) fn text(&self) -> Option<String> {
        (self.encoding != Encoding::Binary).then(|| self.encoding.decode_to_string(self.data).0)
    }
}
