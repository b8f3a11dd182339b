//! What is to be sent, as its sender says it.

use core::fmt;

use smpp_codec::text::{DefaultAlphabet, Encoding};
use smpp_pdu::udh::{NationalLanguage, Ports};
use smpp_pdu::{
    DataCoding, EsmClass, McReceipt, PriorityFlag, RegisteredDelivery, ReplaceIfPresentFlag, Tag,
    Tlv,
};

use super::{TimeForm, When};
use crate::OwnedAddress;

/// How a text that is too long for one message is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Split {
    /// In parts with a user data header and a reference of 8 bits, which every
    /// phone knows.
    #[default]
    Udh,
    /// The same with a reference of 16 bits: fewer mix-ups, an octet less for
    /// the text.
    Udh16,
    /// In parts with the parameters `sar_msg_ref_num`, `sar_total_segments` and
    /// `sar_segment_seqnum`.
    Sar,
    /// As one message with the parameter `message_payload`: the centre splits.
    Payload,
    /// Not at all: what needs more than one part is an error.
    None,
}

/// Which receipts are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceiptRequest {
    /// None.
    #[default]
    None,
    /// Of the final state, whatever it is.
    Final,
    /// Of the final state when the message was not delivered.
    FailureOnly,
    /// Of the final state when the message was delivered (5.0; reserved before).
    SuccessOnly,
    /// Of the final state, and of states on the way there.
    FinalAndIntermediate,
    /// Exactly these bits, acknowledgements of the phone included.
    Bits(RegisteredDelivery),
}

impl ReceiptRequest {
    /// Whether any receipt, notification or acknowledgement is asked for.
    pub(crate) fn is_wanted(self) -> bool {
        self.bits() != RegisteredDelivery::NONE
    }

    pub(crate) fn bits(self) -> RegisteredDelivery {
        let none = RegisteredDelivery::NONE;
        match self {
            Self::None => none,
            Self::Final => none.with_mc_receipt(McReceipt::SUCCESS_OR_FAILURE),
            Self::FailureOnly => none.with_mc_receipt(McReceipt::FAILURE_ONLY),
            Self::SuccessOnly => none.with_mc_receipt(McReceipt::SUCCESS_ONLY),
            Self::FinalAndIntermediate => none
                .with_mc_receipt(McReceipt::SUCCESS_OR_FAILURE)
                .with_intermediate(true),
            Self::Bits(bits) => bits,
        }
    }
}

/// Text, or octets.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Text(String),
    Octets(Vec<u8>),
}

/// A message on its way out: text in, parts out. What cannot be sent is said by
/// [`Sender::send`](super::Sender::send), or before by
/// [`preview`](Self::preview).
///
/// Unless told otherwise, a text is in the GSM alphabet, or in UCS-2 if it has
/// characters which that has not, and goes out in parts with a user data header
/// if it is too long for one message.
///
/// ```
/// use core::time::Duration;
/// use smpp_esme::{OutgoingMessage, ReceiptRequest};
///
/// let message = OutgoingMessage::text("Your code is 4711")
///     .from("BANK")
///     .to("+447700900123")
///     .receipt(ReceiptRequest::Final)
///     .validity(Duration::from_secs(300));
/// assert_eq!(message.preview()?.to_string(), "GSM 7-bit, 1 part: 17 septets, room for 143 more");
/// # Ok::<(), smpp_esme::MessageError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct OutgoingMessage {
    pub(crate) content: Content,
    pub(crate) from: OwnedAddress,
    pub(crate) to: OwnedAddress,
    pub(crate) encodings: Vec<Encoding>,
    pub(crate) national: Vec<NationalLanguage>,
    pub(crate) transliterate: bool,
    pub(crate) default_alphabet: DefaultAlphabet,
    pub(crate) data_coding: Option<DataCoding>,
    pub(crate) flash: bool,
    pub(crate) split: Split,
    pub(crate) ports: Option<Ports>,
    pub(crate) whole_clusters: bool,
    pub(crate) receipt: ReceiptRequest,
    pub(crate) validity: Option<When>,
    pub(crate) schedule: Option<When>,
    pub(crate) time_form: TimeForm,
    pub(crate) priority: PriorityFlag,
    pub(crate) protocol_id: u8,
    pub(crate) service_type: String,
    pub(crate) esm_class: EsmClass,
    pub(crate) replace_if_present: ReplaceIfPresentFlag,
    pub(crate) tlvs: Vec<(Tag, Vec<u8>)>,
    pub(crate) data_sm: bool,
    pub(crate) tag: String,
}

impl OutgoingMessage {
    fn new(content: Content, encodings: Vec<Encoding>) -> Self {
        Self {
            content,
            from: OwnedAddress::default(),
            to: OwnedAddress::default(),
            encodings,
            national: Vec::new(),
            transliterate: false,
            default_alphabet: DefaultAlphabet::Gsm7,
            data_coding: None,
            flash: false,
            split: Split::Udh,
            ports: None,
            whole_clusters: false,
            receipt: ReceiptRequest::None,
            validity: None,
            schedule: None,
            time_form: TimeForm::AsGiven,
            priority: PriorityFlag::LEVEL_0,
            protocol_id: 0,
            service_type: String::new(),
            esm_class: EsmClass::DEFAULT,
            replace_if_present: ReplaceIfPresentFlag::default(),
            tlvs: Vec::new(),
            data_sm: false,
            tag: String::new(),
        }
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        let encodings = vec![Encoding::Gsm7, Encoding::Ucs2];
        Self::new(Content::Text(text.into()), encodings)
    }

    /// Octets that are no text: `data_coding` 4, 140 octets a part.
    pub fn binary(octets: impl Into<Vec<u8>>) -> Self {
        Self::encoded(octets, Encoding::Binary)
    }

    /// A text that is encoded already. It is split where the encoding allows it.
    pub fn encoded(octets: impl Into<Vec<u8>>, encoding: Encoding) -> Self {
        Self::new(Content::Octets(octets.into()), vec![encoding])
    }

    /// The sender. Default: empty, the centre takes the account's.
    pub fn from(mut self, address: impl Into<OwnedAddress>) -> Self {
        self.from = address.into();
        self
    }

    /// The recipient.
    pub fn to(mut self, address: impl Into<OwnedAddress>) -> Self {
        self.to = address.into();
        self
    }

    /// This encoding and no other: a character that it has not is an error.
    pub fn encoding(self, encoding: Encoding) -> Self {
        self.encodings(&[encoding])
    }

    /// The encodings to choose from, the preferred one first; for a text only.
    /// Default: the GSM alphabet and UCS-2. The smallest message wins, see
    /// [`choose_with`](smpp_codec::text::choose_with).
    pub fn encodings(mut self, encodings: &[Encoding]) -> Self {
        self.encodings = encodings.to_vec();
        self
    }

    /// Languages whose shift tables may be used with the GSM alphabet. Default:
    /// none, since not every phone knows them.
    pub fn national_languages(mut self, languages: &[NationalLanguage]) -> Self {
        self.national = languages.to_vec();
        self
    }

    /// Whether typographic quotes, dashes and spaces may be replaced where that
    /// makes the message smaller. Default: no, the text stays as it is.
    pub fn transliterate(mut self, transliterate: bool) -> Self {
        self.transliterate = transliterate;
        self
    }

    /// What the centre takes for `data_coding` 0. Default: the GSM alphabet,
    /// unpacked. Packed septets can only be sent to a centre that is said to
    /// take them.
    pub fn default_alphabet(mut self, alphabet: DefaultAlphabet) -> Self {
        self.default_alphabet = alphabet;
        self
    }

    /// The number for `data_coding`, where it is not that of the encoding.
    pub fn data_coding(mut self, data_coding: DataCoding) -> Self {
        self.data_coding = Some(data_coding);
        self
    }

    /// Shown at once and not stored (class 0).
    pub fn flash(mut self, flash: bool) -> Self {
        self.flash = flash;
        self
    }

    /// How a text that is too long for one message is sent.
    pub fn split(mut self, split: Split) -> Self {
        self.split = split;
        self
    }

    /// Application ports, in the user data header of every part.
    pub fn ports(mut self, ports: Ports) -> Self {
        self.ports = Some(ports);
        self
    }

    /// Whether what people see as one character stays in one part. Needs the
    /// feature `graphemes` of `smpp-codec`. Default: no.
    pub fn whole_clusters(mut self, whole: bool) -> Self {
        self.whole_clusters = whole;
        self
    }

    /// Which receipts are asked for, of every part. Default: none.
    pub fn receipt(mut self, receipt: ReceiptRequest) -> Self {
        self.receipt = receipt;
        self
    }

    /// Until when the centre tries to deliver. Default: as the centre likes.
    pub fn validity(mut self, validity: impl Into<When>) -> Self {
        self.validity = Some(validity.into());
        self
    }

    /// When the centre delivers. Default: at once.
    pub fn schedule(mut self, schedule: impl Into<When>) -> Self {
        self.schedule = Some(schedule.into());
        self
    }

    /// How both times are written. Default: as they are given.
    pub fn time_form(mut self, form: TimeForm) -> Self {
        self.time_form = form;
        self
    }

    /// `priority_flag`. Default: 0.
    pub fn priority(mut self, priority: PriorityFlag) -> Self {
        self.priority = priority;
        self
    }

    /// `protocol_id`, the GSM TP-PID. Default: 0.
    pub fn protocol_id(mut self, protocol_id: u8) -> Self {
        self.protocol_id = protocol_id;
        self
    }

    /// `service_type`, as agreed with the centre; at most 5 octets. Default:
    /// empty.
    pub fn service_type(mut self, service_type: impl Into<String>) -> Self {
        self.service_type = service_type.into();
        self
    }

    /// Mode, type and reply path. The bit of the user data header is set by
    /// what the parts are.
    pub fn esm_class(mut self, esm_class: EsmClass) -> Self {
        self.esm_class = esm_class;
        self
    }

    /// Whether an earlier message of the same addresses and service type that
    /// waits at the centre is replaced.
    pub fn replace_if_present(mut self, replace: bool) -> Self {
        self.replace_if_present = ReplaceIfPresentFlag(replace.into());
        self
    }

    /// Adds a parameter, to every part.
    pub fn tlv(self, tlv: Tlv<'_>) -> Self {
        let value = tlv.value().iter().collect::<Vec<u8>>();
        self.raw_tlv(tlv.tag(), value)
    }

    /// Adds a parameter of any tag and any octets, at most 65,535.
    pub fn raw_tlv(mut self, tag: Tag, value: impl Into<Vec<u8>>) -> Self {
        self.tlvs.push((tag, value.into()));
        self
    }

    /// Whether to send `data_sm` instead of `submit_sm`. The text is then in
    /// `message_payload`, and the validity in `qos_time_to_live`; there is no
    /// time of delivery, priority and protocol.
    pub fn data_sm(mut self, data_sm: bool) -> Self {
        self.data_sm = data_sm;
        self
    }

    /// The caller's name of the message, such as the key of a table. It is not
    /// sent: it comes back with what became of the message.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = tag.into();
        self
    }

    /// The recipient.
    #[must_use]
    pub fn destination(&self) -> &OwnedAddress {
        &self.to
    }
}

/// Addresses, the length of the content and the tag; never the content.
impl fmt::Debug for OutgoingMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let octets = match &self.content {
            Content::Text(text) => text.len(),
            Content::Octets(octets) => octets.len(),
        };
        f.debug_struct("OutgoingMessage")
            .field("from", &self.from)
            .field("to", &self.to)
            .field("octets", &octets)
            .field("split", &self.split)
            .field("tag", &self.tag)
            .finish_non_exhaustive()
    }
}
