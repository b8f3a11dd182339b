//! A whole receipt PDU, both of its forms reconciled.

use core::fmt;

use smpp_pdu::time::McLocalTime;
use smpp_pdu::{
    Address, Body, COctetStr, EsmClass, MessageState, NetworkErrorCode, Pdu, Tag, Tlv, Tlvs,
};

use super::finding::{ReceiptFinding, ReceiptFindingKind as Kind, ReceiptFindings};
use super::kind::ReceiptKind;
use super::state::{Outcome, stat_word};
use super::text::{Escaped, ReceiptText};

/// How a message was found to be a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecognisedBy {
    /// The message type in `esm_class`.
    EsmClass,
    /// Only the form of its text or its parameters: a guess that
    /// [`ReceiptReader::by_shape`] asks for.
    Shape,
}

/// The error that a receipt reports.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode<'a> {
    /// From the parameter `network_error_code`.
    Network(NetworkErrorCode),
    /// From `err` in the text: a number for most centres, and for some a name
    /// or nothing at all.
    Text(&'a [u8]),
}

impl ErrorCode<'_> {
    /// The error as a number; `None` for a text that is not made of digits.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        match self {
            Self::Network(error) => Some(u32::from(error.code)),
            Self::Text(text) => super::text::number(text),
        }
    }
}

impl fmt::Debug for ErrorCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(error) => error.fmt(f),
            Self::Text(text) => Escaped(text).fmt(f),
        }
    }
}

/// A receipt, a notification or an acknowledgement: everything that its PDU
/// says, in both forms.
///
/// The methods reconcile: a parameter counts before the text, except that a
/// `message_state` of 7 (`UNKNOWN`), or one without a name, yields to a `stat`
/// of the standard. The fields keep both readings.
///
/// # Examples
///
/// A centre that writes the id in decimal here and in hexadecimal there:
///
/// ```
/// use smpp_codec::receipt::{Receipt, ReceiptFindingKind, ReceiptReader};
/// use smpp_pdu::{
///     COctetStr, DeliverSm, EsmClass, MessageState, Pdu, SequenceNumber, ShortMessage, Tlv, Tlvs,
/// };
///
/// let tlvs = [
///     Tlv::receipted_message_id(COctetStr::new(b"38601fa")?)?,
///     Tlv::message_state(MessageState::DELIVERED),
/// ];
/// let deliver = DeliverSm::default()
///     .esm_class(EsmClass(0x04))
///     .short_message(ShortMessage::new(b"id:0059113978 stat:UNDELIV err:007")?)
///     .tlvs(Tlvs::from_slice(&tlvs));
/// let pdu = Pdu::request(SequenceNumber(1), deliver);
///
/// let mut findings: heapless::Vec<_, 16> = heapless::Vec::new();
/// let receipt = ReceiptReader::new().read(&pdu, &mut findings).expect("esm_class says so");
/// assert_eq!(receipt.id(), Some(&b"38601fa"[..]));
/// assert_eq!(receipt.text.unwrap().id, Some(&b"0059113978"[..]));
/// assert_eq!(receipt.state(), Some(MessageState::DELIVERED));
/// assert_eq!(receipt.error().unwrap().number(), Some(7));
/// let off: Vec<_> = findings.iter().map(|finding| finding.kind).collect();
/// assert!(off.contains(&ReceiptFindingKind::IdsDiffer));
/// assert!(off.contains(&ReceiptFindingKind::StatesDiffer {
///     text: MessageState::UNDELIVERABLE,
///     tlv: MessageState::DELIVERED,
/// }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt<'a> {
    /// What it is.
    pub kind: ReceiptKind,
    /// How that was told.
    pub recognised_by: RecognisedBy,
    /// Its sender: the recipient of the original message, where the centre
    /// keeps to the standard.
    pub source_addr: Address<'a>,
    /// Its recipient: the sender of the original message.
    pub destination_addr: Address<'a>,
    /// The text form; `None` when there is none.
    pub text: Option<ReceiptText<'a>>,
    /// The parameter `receipted_message_id`, without its NUL.
    pub receipted_message_id: Option<&'a [u8]>,
    /// The parameter `message_state`.
    pub message_state: Option<MessageState>,
    /// The parameter `network_error_code`.
    pub network_error_code: Option<NetworkErrorCode>,
    /// The parameter `user_message_reference`: the reference of the original.
    pub user_message_reference: Option<u16>,
    /// The octets of the text, whatever it is, without a user data header.
    pub body: &'a [u8],
}

impl<'a> Receipt<'a> {
    /// Reads a `deliver_sm` or `data_sm` whose `esm_class` says that it is a
    /// receipt, an intermediate notification, an acknowledgement or an abort;
    /// `None` for everything else.
    ///
    /// A `submit_sm` is read too when it is an acknowledgement and names what
    /// it acknowledges: clients exist that mark every message as one.
    #[must_use]
    pub fn read(pdu: &Pdu<'a>) -> Option<Self> {
        ReceiptReader::new().read(pdu, &mut ())
    }

    /// The id of the message: `receipted_message_id`, else `id` of the text.
    /// `None` also when it is empty.
    #[must_use]
    pub fn id(&self) -> Option<&'a [u8]> {
        self.ids().next()
    }

    /// The id as text, when it is UTF-8.
    #[must_use]
    pub fn id_str(&self) -> Option<&'a str> {
        core::str::from_utf8(self.id()?).ok()
    }

    /// The ids that are there and not empty, at most two and never the same
    /// twice: the parameter's, then the text's. Which of them the response to
    /// the submission had is the centre's habit.
    pub fn ids(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let tlv = self.receipted_message_id.filter(|id| !id.is_empty());
        let text = self
            .text
            .and_then(|text| text.id)
            .filter(|id| !id.is_empty() && tlv != Some(id));
        tlv.into_iter().chain(text)
    }

    /// The state of the message: `message_state`, else `stat` of the text.
    #[must_use]
    pub fn state(&self) -> Option<MessageState> {
        self.state_or(ReceiptText::message_state)
    }

    /// As [`Receipt::state`], also from the words that centres use outside of
    /// the standard; see [`ReceiptText::likely_state`].
    #[must_use]
    pub fn likely_state(&self) -> Option<MessageState> {
        self.state_or(ReceiptText::likely_state)
    }

    fn state_or(&self, read: fn(&ReceiptText<'a>) -> Option<MessageState>) -> Option<MessageState> {
        let text = self.text.as_ref().and_then(read);
        match self.message_state {
            Some(state) if state == MessageState::UNKNOWN || state.name().is_none() => {
                text.or(Some(state))
            }
            Some(state) => Some(state),
            None => text,
        }
    }

    /// What the state comes to; `None` when neither form has one.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        match self.likely_state() {
            Some(state) => Some(Outcome::of(state)),
            None => self.text.and_then(|text| text.outcome()),
        }
    }

    /// The error: `network_error_code`, else `err` of the text when it is not
    /// empty. Both say 0 for none.
    #[must_use]
    pub fn error(&self) -> Option<ErrorCode<'a>> {
        if let Some(error) = self.network_error_code {
            return Some(ErrorCode::Network(error));
        }
        let err = self.text?.err.filter(|err| !err.is_empty())?;
        Some(ErrorCode::Text(err))
    }

    /// When the message reached its state, on the centre's own clock.
    #[must_use]
    pub fn done_time(&self) -> Option<McLocalTime> {
        self.text?.done_time()
    }

    /// When the message was submitted, on the centre's own clock.
    #[must_use]
    pub fn submit_time(&self) -> Option<McLocalTime> {
        self.text?.submit_time()
    }

    /// Whether nothing more is to come: a receipt of the centre whose outcome
    /// is not [`Outcome::Pending`].
    ///
    /// Intermediate notifications never close a message, acknowledgements are
    /// beside its states.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.kind == ReceiptKind::DeliveryReceipt && self.outcome() != Some(Outcome::Pending)
    }
}

impl fmt::Debug for Receipt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Receipt");
        out.field("kind", &self.kind)
            .field("recognised_by", &self.recognised_by)
            .field("source_addr", &self.source_addr)
            .field("destination_addr", &self.destination_addr)
            .field("text", &self.text)
            .field(
                "receipted_message_id",
                &self.receipted_message_id.map(Escaped),
            )
            .field("message_state", &self.message_state)
            .field("network_error_code", &self.network_error_code)
            .field("user_message_reference", &self.user_message_reference);
        out.finish_non_exhaustive()
    }
}

/// Reads receipts, with options.
///
/// # Examples
///
/// A centre that forgets `esm_class`:
///
/// ```
/// use smpp_codec::receipt::{Receipt, ReceiptReader, RecognisedBy};
/// use smpp_pdu::{DeliverSm, Pdu, SequenceNumber, ShortMessage};
///
/// let text = ShortMessage::new(b"id:17 stat:DELIVRD")?;
/// let pdu = Pdu::request(SequenceNumber(1), DeliverSm::default().short_message(text));
/// assert_eq!(Receipt::read(&pdu), None);
///
/// let receipt = ReceiptReader::new().by_shape(true).read(&pdu, &mut ()).unwrap();
/// assert_eq!(receipt.recognised_by, RecognisedBy::Shape);
/// # Ok::<(), smpp_pdu::ShortMessageTooLong>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceiptReader {
    by_shape: bool,
}

impl ReceiptReader {
    /// Goes by `esm_class` only.
    #[must_use]
    pub const fn new() -> Self {
        Self { by_shape: false }
    }

    /// Whether a message of the ordinary type is taken for a receipt when its
    /// text has a state and an id or a date, or when its parameters have an id
    /// and a state.
    ///
    /// For centres that forget `esm_class`, and no others: a subscriber can
    /// type such a text.
    #[must_use]
    pub const fn by_shape(self, by_shape: bool) -> Self {
        Self { by_shape }
    }

    /// Reads a PDU as [`Receipt::read`] does, and reports what is off.
    ///
    /// Nothing is reported for a PDU that is no receipt. A text in UCS-2 is not
    /// read here: its values stand nowhere as one slice, see
    /// [`ReceiptReader::read_wide`].
    pub fn read<'a, F: ReceiptFindings + ?Sized>(
        self,
        pdu: &Pdu<'a>,
        findings: &mut F,
    ) -> Option<Receipt<'a>> {
        self.read_in(Source::of(pdu)?, None, findings)
    }

    /// As [`ReceiptReader::read`], and reads a text in UCS-2 as well, for which
    /// it needs `scratch` of half the length of the text (127 octets serve
    /// every `short_message`). A character above U+00FF becomes `?`.
    ///
    /// ```
    /// use smpp_codec::receipt::ReceiptReader;
    /// use smpp_pdu::{DataCoding, DeliverSm, EsmClass, Pdu, SequenceNumber, ShortMessage};
    ///
    /// let wide: Vec<u8> = "id:42 stat:EXPIRED".bytes().flat_map(|octet| [0, octet]).collect();
    /// let deliver = DeliverSm::default()
    ///     .esm_class(EsmClass(0x04))
    ///     .data_coding(DataCoding(8))
    ///     .short_message(ShortMessage::new(&wide)?);
    /// let pdu = Pdu::request(SequenceNumber(1), deliver);
    /// let mut scratch = [0; 127];
    /// let receipt = ReceiptReader::new().read_wide(&pdu, &mut scratch, &mut ()).unwrap();
    /// assert_eq!(receipt.id(), Some(&b"42"[..]));
    /// # Ok::<(), smpp_pdu::ShortMessageTooLong>(())
    /// ```
    pub fn read_wide<'a, F: ReceiptFindings + ?Sized>(
        self,
        pdu: &Pdu<'a>,
        scratch: &'a mut [u8],
        findings: &mut F,
    ) -> Option<Receipt<'a>> {
        self.read_in(Source::of(pdu)?, Some(scratch), findings)
    }

    fn read_in<'a, F: ReceiptFindings + ?Sized>(
        self,
        source: Source<'a>,
        scratch: Option<&'a mut [u8]>,
        findings: &mut F,
    ) -> Option<Receipt<'a>> {
        let marked = ReceiptKind::of(source.esm_class);
        if marked.is_none() && !self.by_shape {
            return None;
        }
        let tlvs = ReadTlvs::of(source.tlvs);
        let body = source.body();
        let narrow = if body.wide {
            narrowed(body.octets, scratch)
        } else {
            Some(body.octets)
        };
        // Where the type leaves no doubt, the text is reported on as it is read.
        let sure = source.from_centre && marked.is_some_and(ReceiptKind::is_from_centre);
        let text = narrow.and_then(|octets| {
            if sure {
                ReceiptText::parse_with(octets, findings)
            } else {
                ReceiptText::parse(octets)
            }
        });
        let shaped = text.is_some_and(|text| text.looks_like_receipt())
            || tlvs.id.is_some() && tlvs.state.is_some();
        let (kind, recognised_by) = match marked {
            Some(kind) => (kind, RecognisedBy::EsmClass),
            None if shaped && source.from_centre => {
                (ReceiptKind::DeliveryReceipt, RecognisedBy::Shape)
            }
            None => return None,
        };
        if !source.from_centre {
            let names_it = shaped || tlvs.id.is_some() || tlvs.reference.is_some();
            if kind.is_from_centre() || !names_it {
                return None;
            }
        }
        let receipt = Receipt {
            kind,
            recognised_by,
            source_addr: source.source_addr,
            destination_addr: source.destination_addr,
            // What a person answers is only a receipt when it has the form.
            text: text.filter(|text| kind.is_from_centre() || text.looks_like_receipt()),
            receipted_message_id: tlvs.id,
            message_state: tlvs.state,
            network_error_code: tlvs.error,
            user_message_reference: tlvs.reference,
            body: body.octets,
        };
        if !sure
            && receipt.text.is_some()
            && let Some(octets) = narrow
        {
            // Once more, now that it is known to count.
            let _ = ReceiptText::parse_with(octets, findings);
        }
        report(&receipt, &source, &body, findings);
        Some(receipt)
    }
}

/// What the PDUs that can report on a message have in common.
struct Source<'a> {
    esm_class: EsmClass,
    source_addr: Address<'a>,
    destination_addr: Address<'a>,
    short_message: &'a [u8],
    tlvs: Tlvs<'a>,
    from_centre: bool,
}

struct ReadBody<'a> {
    octets: &'a [u8],
    wide: bool,
    two_texts: bool,
    header_missing: bool,
}

impl<'a> Source<'a> {
    fn of(pdu: &Pdu<'a>) -> Option<Self> {
        Some(match &pdu.body {
            Body::DeliverSm(deliver) => Self {
                esm_class: deliver.esm_class,
                source_addr: deliver.source_addr,
                destination_addr: deliver.destination_addr,
                short_message: deliver.short_message.as_bytes(),
                tlvs: deliver.tlvs,
                from_centre: true,
            },
            Body::DataSm(data) => Self {
                esm_class: data.esm_class,
                source_addr: data.source_addr,
                destination_addr: data.destination_addr,
                short_message: &[],
                tlvs: data.tlvs,
                from_centre: true,
            },
            Body::SubmitSm(submit) => Self {
                esm_class: submit.esm_class,
                source_addr: submit.source_addr,
                destination_addr: submit.destination_addr,
                short_message: submit.short_message.as_bytes(),
                tlvs: submit.tlvs,
                from_centre: false,
            },
            _ => return None,
        })
    }

    fn body(&self) -> ReadBody<'a> {
        let payload = self
            .tlvs
            .find(Tag::MESSAGE_PAYLOAD)
            .and_then(|tlv| tlv.octets())
            .unwrap_or_default();
        let two_texts = !self.short_message.is_empty() && !payload.is_empty();
        let take_payload = self.short_message.is_empty()
            || two_texts && ReceiptText::parse(self.short_message).is_none();
        let octets = if take_payload {
            payload
        } else {
            self.short_message
        };
        let (octets, header_missing) = if self.esm_class.has_udhi() {
            without_header(octets)
        } else {
            (octets, false)
        };
        ReadBody {
            octets,
            wide: is_wide(octets),
            two_texts,
            header_missing,
        }
    }
}

/// The text behind a user data header, and whether there is none although it
/// was announced: centres copy the mark of the original message.
fn without_header(octets: &[u8]) -> (&[u8], bool) {
    match octets.split_first() {
        // Below the first printable character; a text starts with one.
        Some((&len, rest)) if len < b' ' => match rest.get(usize::from(len)..) {
            Some(text) => (text, false),
            None => (octets, true),
        },
        _ => (octets, true),
    }
}

/// Whether the text starts as UCS-2 with Latin letters does.
fn is_wide(octets: &[u8]) -> bool {
    let octets = octets.strip_prefix(&[0xFE, 0xFF]).unwrap_or(octets);
    octets
        .first_chunk()
        .is_some_and(|start| matches!(start, &[0, a, 0, b, 0, c] if a != 0 && b != 0 && c != 0))
}

/// The characters of a UCS-2 text in one octet each.
fn narrowed<'a>(octets: &[u8], scratch: Option<&'a mut [u8]>) -> Option<&'a [u8]> {
    let octets = octets.strip_prefix(&[0xFE, 0xFF]).unwrap_or(octets);
    let narrow = scratch?.get_mut(..octets.len() / 2)?;
    for (octet, pair) in narrow.iter_mut().zip(octets.chunks_exact(2)) {
        *octet = match pair {
            &[0, low] => low,
            _ => b'?',
        };
    }
    Some(narrow)
}

struct ReadTlvs<'a> {
    id: Option<&'a [u8]>,
    state: Option<MessageState>,
    error: Option<NetworkErrorCode>,
    reference: Option<u16>,
}

impl<'a> ReadTlvs<'a> {
    fn of(tlvs: Tlvs<'a>) -> Self {
        Self {
            id: tlvs.find(Tag::RECEIPTED_MESSAGE_ID).and_then(tlv_id),
            state: tlvs.message_state().and_then(Result::ok),
            error: tlvs.network_error_code().and_then(Result::ok),
            reference: tlvs.user_message_reference().and_then(Result::ok),
        }
    }
}

/// The id, up to its first NUL: some centres fill it up with several.
fn tlv_id<'a>(tlv: Tlv<'a>) -> Option<&'a [u8]> {
    if let Ok(id) = tlv.read::<COctetStr<'a>>() {
        return Some(id.as_bytes());
    }
    tlv.octets()?.split(|&octet| octet == 0).next()
}

fn report<F: ReceiptFindings + ?Sized>(
    receipt: &Receipt<'_>,
    source: &Source<'_>,
    body: &ReadBody<'_>,
    findings: &mut F,
) {
    let mut put = |offset, field, kind| {
        findings.report(ReceiptFinding {
            offset,
            field,
            kind,
        });
    };
    if receipt.recognised_by == RecognisedBy::Shape {
        put(0, "esm_class", Kind::NotMarked);
    }
    if body.header_missing {
        put(0, "esm_class", Kind::NoUserDataHeader);
    }
    if body.two_texts {
        put(0, "short_message", Kind::TwoTexts);
    }
    if body.wide {
        put(0, "short_message", Kind::WideText);
    }
    let from_centre = receipt.kind.is_from_centre();
    if from_centre && receipt.text.is_none() && !body.wide {
        put(0, "short_message", Kind::NoReceiptText);
    }
    report_tlvs(source.tlvs, from_centre, &mut put);
    let text = receipt.text.as_ref();
    if receipt.ids().count() > 1 {
        put(0, "id", Kind::IdsDiffer);
    }
    if let (Some(text), Some(tlv)) = (
        text.and_then(ReceiptText::message_state),
        receipt.message_state,
    ) && stat_word(text) != stat_word(tlv)
    {
        put(0, "stat", Kind::StatesDiffer { text, tlv });
    }
    if let (Some(text), Some(tlv)) = (
        text.and_then(ReceiptText::err_number),
        receipt.network_error_code,
    ) && text != u32::from(tlv.code)
    {
        let tlv = tlv.code;
        put(0, "err", Kind::ErrorsDiffer { text, tlv });
    }
    if let Some(state) = receipt.state() {
        let other = match receipt.kind {
            ReceiptKind::DeliveryReceipt => state.is_intermediate(),
            ReceiptKind::IntermediateNotification => state.is_final(),
            _ => false,
        };
        if other {
            put(0, "esm_class", Kind::StateOfOtherKind { state });
        }
    }
}

fn report_tlvs(tlvs: Tlvs<'_>, from_centre: bool, put: &mut impl FnMut(usize, &'static str, Kind)) {
    const ID: &str = "receipted_message_id";
    const STATE: &str = "message_state";
    let (mut has_id, mut has_state) = (false, false);
    let mut iter = tlvs.iter();
    loop {
        let offset = iter.offset();
        let Some(tlv) = iter.next() else { break };
        let (field, well_formed) = match tlv.tag() {
            Tag::RECEIPTED_MESSAGE_ID => {
                has_id = true;
                let id = tlv.read::<COctetStr<'_>>();
                if id.is_ok_and(|id| !id.is_terminated()) {
                    put(offset, ID, Kind::Unterminated);
                }
                (ID, id.is_ok_and(|id| id.len() < 65))
            }
            Tag::MESSAGE_STATE => {
                has_state = true;
                (STATE, tlv.read::<MessageState>().is_ok())
            }
            Tag::NETWORK_ERROR_CODE => {
                ("network_error_code", tlv.read::<NetworkErrorCode>().is_ok())
            }
            Tag::USER_MESSAGE_REFERENCE => ("user_message_reference", tlv.read::<u16>().is_ok()),
            _ => continue,
        };
        if !well_formed {
            let (tag, len) = (tlv.tag(), tlv.value().len());
            put(offset, field, Kind::TlvWidth { tag, len });
        }
    }
    for (has, field) in [(has_id, ID), (has_state, STATE)] {
        if from_centre && !has {
            put(0, field, Kind::Missing);
        }
    }
}
