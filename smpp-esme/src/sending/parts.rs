//! From a message to the bodies of its requests.

use core::fmt;
use std::borrow::Cow;
use std::time::SystemTime;

use smpp_codec::long::{Method, PartCount, PartRef, Segments, SplitOptions, segments};
use smpp_codec::text::{Choice, ChooseOptions, Encoding, choose_with};
use smpp_pdu::time::TimeText;
use smpp_pdu::{
    Address, Body, COctetStr, CommandId, DataCoding, DataSm, DestAddress, EsmClass, MessageClass,
    Repeated, ShortMessage, SubmitMulti, SubmitSm, Tlv, Tlvs,
};

use super::message::Content;
use super::when::Written;
use super::{MessageError, OutgoingMessage, PartInfo, Split};
use crate::OwnedAddress;
use crate::address::c_octets;

/// Octets of `destination_addr` and its like, without the NUL.
const ADDRESS_LIMIT: usize = 20;
/// The same in `data_sm`.
const LONG_ADDRESS_LIMIT: usize = 64;
const SERVICE_TYPE_LIMIT: usize = 5;

/// What a message will be: see [`OutgoingMessage::preview`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Preview {
    /// The encoding.
    pub encoding: Encoding,
    /// How it was chosen; `None` if there was no choice.
    pub choice: Option<Choice>,
    /// The number of parts, and how full the last one is.
    pub count: PartCount,
    /// The number that goes into `data_coding`.
    pub data_coding: DataCoding,
}

/// The encoding, why it is that one, and the parts.
impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.choice {
            Some(choice) => choice.fmt(f)?,
            None => self.encoding.fmt(f)?,
        }
        write!(f, ", {}", self.count)
    }
}

/// One part, as octets.
#[derive(Debug)]
pub(crate) struct Part {
    user_data: Vec<u8>,
    has_header: bool,
    sar: Option<PartRef>,
    in_payload: bool,
}

/// A message whose every part is known to be sendable.
#[derive(Debug)]
pub(crate) struct Prepared<'m> {
    pub(crate) message: &'m OutgoingMessage,
    pub(crate) parts: Vec<Part>,
    data_coding: DataCoding,
    schedule: TimeText,
    validity: TimeText,
    /// Seconds, for `data_sm`.
    time_to_live: Option<u32>,
}

/// The encoding of a content, and the content that is split.
struct Encoded<'m> {
    encoding: Encoding,
    choice: Option<Choice>,
    content: EncodedContent<'m>,
}

enum EncodedContent<'m> {
    Text(Cow<'m, str>),
    Octets(&'m [u8]),
}

impl OutgoingMessage {
    /// What it will be, without sending it: the encoding and why, the parts.
    ///
    /// # Errors
    /// [`MessageError`]: what is wrong with it. A missing recipient is not,
    /// since one message may be previewed for many.
    pub fn preview(&self) -> Result<Preview, MessageError> {
        let encoded = self.encoded_content()?;
        let parts = encoded.split(self, 0)?;
        let prepared = self.prepare_parts(&encoded, &parts, SystemTime::now())?;
        prepared.check_parts(&self.to)?;
        Ok(Preview {
            encoding: encoded.encoding,
            choice: encoded.choice,
            count: parts.part_count(),
            data_coding: prepared.data_coding,
        })
    }

    /// Its parts. `reference` is asked for when there are several.
    pub(crate) fn prepare(
        &self,
        reference: impl FnOnce() -> u16,
    ) -> Result<Prepared<'_>, MessageError> {
        let encoded = self.encoded_content()?;
        let mut parts = encoded.split(self, 0)?;
        if parts.count() > 1 {
            parts = encoded.split(self, reference())?;
        }
        self.prepare_parts(&encoded, &parts, SystemTime::now())
    }

    fn encoded_content(&self) -> Result<Encoded<'_>, MessageError> {
        let only = match *self.encodings {
            [encoding] if self.national.is_empty() && !self.transliterate => Some(encoding),
            _ => None,
        };
        let text = match (&self.content, only) {
            (Content::Octets(octets), _) => {
                return Ok(Encoded {
                    encoding: self.encodings.first().copied().unwrap_or(Encoding::Binary),
                    choice: None,
                    content: EncodedContent::Octets(octets),
                });
            }
            (Content::Text(text), Some(encoding)) => {
                return Ok(Encoded {
                    encoding,
                    choice: None,
                    content: EncodedContent::Text(text.into()),
                });
            }
            (Content::Text(text), None) => text,
        };
        let choice = choose_with(
            text,
            &ChooseOptions {
                candidates: &self.encodings,
                national: &self.national,
                transliterate: self.transliterate,
            },
        )?;
        Ok(Encoded {
            encoding: choice.encoding,
            content: EncodedContent::Text(choice.text(text)),
            choice: Some(choice),
        })
    }

    fn prepare_parts(
        &self,
        encoded: &Encoded<'_>,
        segments: &Segments<'_>,
        now: SystemTime,
    ) -> Result<Prepared<'_>, MessageError> {
        if self.split == Split::None && segments.count() > 1 {
            return Err(MessageError::NotOnePart(segments.part_count()));
        }
        let mut parts = Vec::with_capacity(segments.count());
        for segment in segments {
            let mut user_data = Vec::with_capacity(segment.len());
            // A vector has room for everything.
            let _ = segment.write(&mut user_data);
            parts.push(Part {
                user_data,
                has_header: segment.has_header(),
                sar: segment.sar(),
                in_payload: segment.is_payload() || self.data_sm,
            });
        }
        let (schedule, validity) = self.times(now)?;
        let time_to_live = match (self.data_sm, self.validity, validity.span) {
            (true, Some(_), Some(span)) => {
                let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
                Some(u32::try_from(seconds).unwrap_or(u32::MAX))
            }
            (true, Some(_), None) => return Err(MessageError::ValidityNotASpan),
            _ => None,
        };
        let prepared = Prepared {
            message: self,
            parts,
            data_coding: self.coding_of(encoded.encoding)?,
            schedule: schedule.text,
            validity: validity.text,
            time_to_live,
        };
        Ok(prepared)
    }

    fn times(&self, now: SystemTime) -> Result<(Written, Written), MessageError> {
        let write = |when: Option<super::When>, field| match when {
            Some(when) => when.write(field, self.time_form, now),
            None => Ok(Written::default()),
        };
        if self.data_sm && self.schedule.is_some() {
            let field = "schedule_delivery_time";
            return Err(MessageError::NotInDataSm { field });
        }
        let schedule = write(self.schedule, "schedule_delivery_time")?;
        let validity = write(self.validity, "validity_period")?;
        match (schedule.span, validity.span) {
            (Some(due), Some(end)) if end <= due => Err(MessageError::OverBeforeDue),
            _ => Ok((schedule, validity)),
        }
    }

    fn coding_of(&self, encoding: Encoding) -> Result<DataCoding, MessageError> {
        if let Some(number) = self.data_coding {
            return Ok(number);
        }
        if self.flash {
            return encoding
                .data_coding_with_class(MessageClass::Class0)
                .ok_or(MessageError::NoClass(encoding));
        }
        encoding
            .data_coding_for(self.default_alphabet)
            .ok_or(MessageError::NoDataCoding(encoding))
    }
}

impl Encoded<'_> {
    fn split(
        &self,
        message: &OutgoingMessage,
        reference: u16,
    ) -> Result<Segments<'_>, MessageError> {
        let method = match message.split {
            Split::Udh | Split::None => Method::Udh8,
            Split::Udh16 => Method::Udh16,
            Split::Sar => Method::Sar,
            Split::Payload => Method::Payload,
        };
        let options = SplitOptions {
            ports: message.ports,
            whole_clusters: message.whole_clusters,
            ..SplitOptions::new(method, reference)
        };
        let split = match &self.content {
            EncodedContent::Text(text) => segments(self.encoding, text.as_ref(), options),
            EncodedContent::Octets(octets) => segments(self.encoding, *octets, options),
        };
        Ok(split?)
    }
}

impl Prepared<'_> {
    fn tlvs<'a>(&'a self, part: &'a Part) -> Result<Vec<Tlv<'a>>, MessageError> {
        let mut tlvs = Vec::new();
        if let Some(sar) = part.sar {
            tlvs.push(Tlv::sar_msg_ref_num(sar.reference));
            tlvs.push(Tlv::sar_total_segments(sar.total));
            tlvs.push(Tlv::sar_segment_seqnum(sar.part));
        }
        if let Some(seconds) = self.time_to_live {
            tlvs.push(Tlv::qos_time_to_live(seconds));
        }
        if part.in_payload {
            tlvs.push(Tlv::message_payload(&part.user_data)?);
        }
        for (tag, value) in &self.message.tlvs {
            tlvs.push(Tlv::new(*tag, value)?);
        }
        Ok(tlvs)
    }

    fn service_type(&self) -> Result<COctetStr<'_>, MessageError> {
        let text = self.message.service_type.as_bytes();
        c_octets(text, "service_type", SERVICE_TYPE_LIMIT)
    }

    fn esm_class(&self, part: &Part) -> EsmClass {
        let given = self.message.esm_class;
        given.with_udhi(part.has_header || given.has_udhi())
    }

    fn source(&self, limit: usize) -> Result<Address<'_>, MessageError> {
        self.message.from.checked("source_addr", limit)
    }

    /// What an observer learns of a part.
    pub(crate) fn info<'a>(
        &'a self,
        at: usize,
        to: &'a OwnedAddress,
        attempt: u32,
    ) -> PartInfo<'a> {
        // There are at most 255.
        let number = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
        PartInfo {
            source: &self.message.from,
            destination: to,
            part: number(at + 1),
            parts: number(self.parts.len()),
            attempt,
            tag: &self.message.tag,
            receipt: self.message.receipt,
        }
    }

    /// The operation, when it goes to one recipient.
    pub(crate) fn command_id(&self) -> CommandId {
        if self.message.data_sm {
            CommandId::DATA_SM
        } else {
            CommandId::SUBMIT_SM
        }
    }

    /// The parameters of a part, for the body, which borrows from here: an
    /// attempt costs one encoding and no copy of the text.
    pub(crate) fn part_tlvs(&self, at: usize) -> Vec<Tlv<'_>> {
        // They were checked when the message was prepared.
        let part = self.parts.get(at);
        part.and_then(|part| self.tlvs(part).ok())
            .unwrap_or_default()
    }

    /// The `submit_sm`, or the `data_sm`, of a part; `None` where
    /// [`check`](Self::check) would have said why not.
    pub(crate) fn single_body<'a>(
        &'a self,
        at: usize,
        to: &'a OwnedAddress,
        tlvs: &'a [Tlv<'a>],
    ) -> Option<Body<'a>> {
        self.single(self.parts.get(at)?, to, tlvs).ok()
    }

    fn single<'a>(
        &'a self,
        part: &'a Part,
        to: &'a OwnedAddress,
        tlvs: &'a [Tlv<'a>],
    ) -> Result<Body<'a>, MessageError> {
        let message = self.message;
        let tlvs = Tlvs::from_slice(tlvs);
        let service_type = self.service_type()?;
        let esm_class = self.esm_class(part);
        if message.data_sm {
            return Ok(DataSm::default()
                .service_type(service_type)
                .source_addr(self.source(LONG_ADDRESS_LIMIT)?)
                .destination_addr(to.checked("destination_addr", LONG_ADDRESS_LIMIT)?)
                .esm_class(esm_class)
                .registered_delivery(message.receipt.bits())
                .data_coding(self.data_coding)
                .tlvs(tlvs)
                .into());
        }
        let destination_addr = to.checked("destination_addr", ADDRESS_LIMIT)?;
        let short_message = short_message(part)?;
        Ok(
            SubmitSm::new(self.source(ADDRESS_LIMIT)?, destination_addr, short_message)
                .service_type(service_type)
                .esm_class(esm_class)
                .protocol_id(message.protocol_id)
                .priority_flag(message.priority)
                .schedule_delivery_time(time(&self.schedule))
                .validity_period(time(&self.validity))
                .registered_delivery(message.receipt.bits())
                .replace_if_present_flag(message.replace_if_present)
                .data_coding(self.data_coding)
                .tlvs(tlvs)
                .into(),
        )
    }

    /// The `submit_multi` of a part; `None` as in
    /// [`single_body`](Self::single_body).
    pub(crate) fn multi_body<'a>(
        &'a self,
        at: usize,
        to: Repeated<'a, DestAddress<'a>>,
        tlvs: &'a [Tlv<'a>],
    ) -> Option<Body<'a>> {
        let message = self.message;
        let part = self.parts.get(at)?;
        let body = SubmitMulti::default()
            .service_type(self.service_type().ok()?)
            .source_addr(self.source(ADDRESS_LIMIT).ok()?)
            .dest_address(to)
            .esm_class(self.esm_class(part))
            .protocol_id(message.protocol_id)
            .priority_flag(message.priority)
            .schedule_delivery_time(time(&self.schedule))
            .validity_period(time(&self.validity))
            .registered_delivery(message.receipt.bits())
            .replace_if_present_flag(message.replace_if_present)
            .data_coding(self.data_coding)
            .short_message(short_message(part).ok()?)
            .tlvs(Tlvs::from_slice(tlvs));
        Some(body.into())
    }

    /// An error if any part could not be sent to this recipient.
    pub(crate) fn check(&self, to: &OwnedAddress) -> Result<(), MessageError> {
        if to.is_empty() {
            return Err(MessageError::NoDestination);
        }
        self.check_parts(to)
    }

    fn check_parts(&self, to: &OwnedAddress) -> Result<(), MessageError> {
        for part in &self.parts {
            let tlvs = self.tlvs(part)?;
            self.single(part, to, &tlvs)?;
        }
        Ok(())
    }
}

/// The octets of a part that are not in `message_payload`.
fn short_message(part: &Part) -> Result<ShortMessage<'_>, MessageError> {
    if part.in_payload {
        return Ok(ShortMessage::EMPTY);
    }
    ShortMessage::new(&part.user_data).map_err(|_| MessageError::FieldTooLong {
        field: "short_message",
        octets: part.user_data.len(),
        limit: 255,
    })
}

/// Digits and a sign hold no NUL.
fn time(text: &TimeText) -> COctetStr<'_> {
    COctetStr::new(text.as_bytes()).unwrap_or_default()
}
