//! A whole message of a subscriber.

use core::fmt;

use bytes::Bytes;
use smpp_codec::long::{Missing, PartRef};
use smpp_codec::services::{ApplicationPorts, Flash};
use smpp_codec::text::{DefaultAlphabet, Encoding, TextDecoder};
use smpp_pdu::udh::Udh;
use smpp_pdu::{Address, Body, CommandStatus, DataCoding, EsmClass, Pdu, Tlvs};
use tokio::sync::mpsc;

use super::joining::{JoinedKey, Kept};
use super::note::Note;
use crate::{Delivery, OwnedPdu};

/// A message of a subscriber (mobile originated), or of another application:
/// whole, however many segments it came in.
///
/// Acknowledge it with [`ack`](Self::ack). Dropped without that, it is refused
/// with `ESME_RX_T_APPN`, a temporary error: the centre sends it again later.
#[must_use = "a message that is not acknowledged is refused, and comes again"]
pub struct ReceivedMessage {
    /// In order; never empty.
    segments: Vec<OwnedPdu>,
    total: u8,
    missing: Option<Missing>,
    place: Option<PartRef>,
    data: Bytes,
    encoding: Encoding,
    text: Option<String>,
    exact: bool,
    answers: Answers,
}

/// Whom the acknowledgement goes to.
pub(super) struct Answers {
    waiting: Vec<Delivery>,
    joined: Option<Joined>,
}

/// For the joiner, which keeps segments for a message that comes again.
struct Joined {
    key: JoinedKey,
    generation: u64,
    notes: mpsc::UnboundedSender<Note>,
}

/// What messages have in common.
struct Values<'a> {
    source_addr: Address<'a>,
    destination_addr: Address<'a>,
    esm_class: EsmClass,
    data_coding: DataCoding,
    tlvs: Tlvs<'a>,
    user_data: &'a [u8],
}

impl<'a> Values<'a> {
    fn of(pdu: &Pdu<'a>) -> Option<Self> {
        let (source_addr, destination_addr, esm_class, data_coding, short, tlvs) = match pdu.body {
            Body::DeliverSm(sm) => (
                sm.source_addr,
                sm.destination_addr,
                sm.esm_class,
                sm.data_coding,
                sm.short_message.as_bytes(),
                sm.tlvs,
            ),
            Body::DataSm(sm) => (
                sm.source_addr,
                sm.destination_addr,
                sm.esm_class,
                sm.data_coding,
                &[][..],
                sm.tlvs,
            ),
            _ => return None,
        };
        let payload = tlvs.message_payload().and_then(Result::ok);
        let user_data = match payload {
            Some(payload) if short.is_empty() => payload,
            _ => short,
        };
        Some(Self {
            source_addr,
            destination_addr,
            esm_class,
            data_coding,
            tlvs,
            user_data,
        })
    }

    /// The user data header, where one is announced and there, and the octets
    /// behind it.
    fn split(&self) -> (Option<Udh<'a>>, &'a [u8]) {
        match Udh::split(self.user_data) {
            Ok((udh, data)) if self.esm_class.has_udhi() => (Some(udh), data),
            _ => (None, self.user_data),
        }
    }
}

/// The octets that tell whether a segment is the same as another.
pub(super) fn user_data<'a>(pdu: &Pdu<'a>) -> &'a [u8] {
    Values::of(pdu).map_or(&[], |values| values.user_data)
}

/// Where a PDU belongs in a long message.
pub(super) fn place(pdu: &Pdu<'_>) -> Option<PartRef> {
    let values = Values::of(pdu)?;
    let part = smpp_codec::long::Incoming::read(values.esm_class, values.user_data, &values.tlvs)?;
    Some(part.place)
}

/// The addresses that tell long messages apart.
pub(super) fn route(pdu: &Pdu<'_>) -> Option<smpp_codec::long::Route> {
    let values = Values::of(pdu)?;
    Some(smpp_codec::long::Route::new(
        &values.source_addr,
        &values.destination_addr,
    ))
}

impl ReceivedMessage {
    /// A message in one PDU.
    pub(super) fn single(delivery: Delivery, default: DefaultAlphabet) -> Self {
        let pdu = delivery.owned().clone();
        let answers = Answers {
            waiting: vec![delivery],
            joined: None,
        };
        Self::read(vec![pdu], 1, None, default, answers)
    }

    /// What came of a long message.
    pub(super) fn joined(
        kept: Kept,
        default: DefaultAlphabet,
        notes: &mpsc::UnboundedSender<Note>,
    ) -> Self {
        let joined = Joined {
            key: kept.key,
            generation: kept.generation,
            notes: notes.clone(),
        };
        let answers = Answers {
            waiting: kept.waiting,
            joined: Some(joined),
        };
        let total = kept.missing.total();
        let missing = (!kept.missing.is_empty()).then_some(kept.missing);
        Self::read(kept.segments, total, missing, default, answers)
    }

    fn read(
        segments: Vec<OwnedPdu>,
        total: u8,
        missing: Option<Missing>,
        default: DefaultAlphabet,
        answers: Answers,
    ) -> Self {
        let pdus: Vec<Pdu<'_>> = segments.iter().map(OwnedPdu::pdu).collect();
        let encoding = pdus.iter().find_map(|pdu| {
            let values = Values::of(pdu)?;
            Some(Encoding::of_data_coding(values.data_coding, default))
        });
        let encoding = encoding.unwrap_or_default();
        let mut text = String::new();
        let mut decoder = TextDecoder::new(encoding);
        let mut data = Vec::new();
        let mut last = encoding;
        for values in pdus.iter().filter_map(Values::of) {
            let (header, rest) = values.split();
            let header_len = values.user_data.len() - rest.len();
            last = header.map_or(encoding, |header| encoding.with_header(&header));
            decoder.set_encoding(last);
            decoder.push_behind(header_len, rest, &mut text);
            data.extend_from_slice(rest);
        }
        let decoded = decoder.finish(&mut text);
        let place = (total == 1).then(|| pdus.first().and_then(place)).flatten();
        drop(pdus);
        let is_text = encoding != Encoding::Binary;
        Self {
            segments,
            total,
            missing,
            place,
            data: data.into(),
            encoding: last,
            text: is_text.then_some(text),
            exact: decoded.is_exact(),
            answers,
        }
    }

    fn first(&self) -> Option<Pdu<'_>> {
        self.segments.first().map(OwnedPdu::pdu)
    }

    fn values(&self) -> Option<Values<'_>> {
        Values::of(&self.first()?)
    }

    /// The sender.
    #[must_use]
    pub fn source_addr(&self) -> Address<'_> {
        self.values().map(|v| v.source_addr).unwrap_or_default()
    }

    /// Where it was sent to.
    #[must_use]
    pub fn destination_addr(&self) -> Address<'_> {
        let values = self.values();
        values.map(|v| v.destination_addr).unwrap_or_default()
    }

    /// The text; `None` for octets that are none, see [`data`](Self::data).
    /// Where a segment is missing, it is missing in the text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Whether every octet of the text could be read. What could not is U+FFFD.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// The user data without headers, as it came.
    #[must_use]
    pub fn data(&self) -> &Bytes {
        &self.data
    }

    /// How the text was read.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// `data_coding` of the first segment.
    #[must_use]
    pub fn data_coding(&self) -> DataCoding {
        self.values().map(|v| v.data_coding).unwrap_or_default()
    }

    /// Whether it is to be shown at once and not stored.
    #[must_use]
    pub fn is_flash(&self) -> bool {
        self.values()
            .is_some_and(|v| Flash::read(v.data_coding, &v.tlvs).is_flash())
    }

    /// The programs that it goes between, where it says so.
    #[must_use]
    pub fn ports(&self) -> Option<ApplicationPorts> {
        let values = self.values()?;
        let (header, _) = values.split();
        ApplicationPorts::read(header.as_ref(), &values.tlvs).map(|read| read.ports)
    }

    /// The tagged parameters of the first segment.
    #[must_use]
    pub fn tlvs(&self) -> Tlvs<'_> {
        self.values().map(|v| v.tlvs).unwrap_or_default()
    }

    /// The PDUs that it came in, in the order of the text.
    #[must_use]
    pub fn segments(&self) -> &[OwnedPdu] {
        &self.segments
    }

    /// How many segments the sender made of it, those that are missing
    /// included.
    #[must_use]
    pub fn total(&self) -> u8 {
        self.total
    }

    /// Which segments never came; `None` of a whole message.
    #[must_use]
    pub fn missing(&self) -> Option<Missing> {
        self.missing
    }

    /// The place in a long message of a segment that was left alone, see
    /// [`ReceiverBuilder::join`](super::ReceiverBuilder::join).
    #[must_use]
    pub fn place(&self) -> Option<PartRef> {
        self.place
    }

    /// Acknowledges it, with all of its segments: the centre forgets it.
    pub fn ack(mut self) {
        self.answers.answer(CommandStatus::ESME_ROK, &self.segments);
    }

    /// Refuses it. After a temporary error, `ESME_RX_T_APPN` for most centres,
    /// it comes again. Of a long message it is enough then that those segments
    /// come again that had not been acknowledged; the others are kept for that.
    pub fn nack(mut self, status: CommandStatus) {
        self.answers.answer(status, &self.segments);
    }

    pub(super) fn acknowledge(&mut self) {
        self.answers.answer(CommandStatus::ESME_ROK, &self.segments);
    }
}

impl Drop for ReceivedMessage {
    fn drop(&mut self) {
        let status = CommandStatus::ESME_RX_T_APPN;
        self.answers.answer(status, &self.segments);
    }
}

/// Never the text.
impl fmt::Debug for ReceivedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedMessage")
            .field("octets", &self.data.len())
            .field("encoding", &self.encoding)
            .field("segments", &self.segments.len())
            .field("missing", &self.missing)
            .finish_non_exhaustive()
    }
}

impl Answers {
    /// Answers once; later calls do nothing.
    fn answer(&mut self, status: CommandStatus, segments: &[OwnedPdu]) {
        let unanswered: Vec<OwnedPdu> = self.waiting.iter().map(|d| d.owned().clone()).collect();
        for delivery in self.waiting.drain(..) {
            delivery.nack(status);
        }
        if let Some(joined) = self.joined.take() {
            let kept = if may_come_again(status) {
                let acknowledged = segments.iter().filter(|pdu| !unanswered.contains(*pdu));
                acknowledged.cloned().collect()
            } else {
                Vec::new()
            };
            // Without a joiner nobody keeps anything.
            let _ = joined.notes.send(Note::Answered {
                key: joined.key,
                generation: joined.generation,
                status,
                kept,
            });
        }
    }
}

/// Whether centres send a message again that was refused like that.
pub(super) fn may_come_again(status: CommandStatus) -> bool {
    matches!(
        status,
        CommandStatus::ESME_RX_T_APPN
            | CommandStatus::ESME_RMSGQFUL
            | CommandStatus::ESME_RTHROTTLED
            | CommandStatus::ESME_RSYSERR
    )
}
