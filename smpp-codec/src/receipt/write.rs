//! Receipts to be sent.

use core::fmt;
use core::ops::Deref;

use smpp_pdu::time::McLocalTime;
use smpp_pdu::{
    COctetStr, EsmClass, InterfaceVersion, MessageState, NetworkErrorCode, NetworkErrorCodeType,
    Tlv,
};

use super::kind::ReceiptKind;
use super::state::stat_word;
use crate::OutBuf;

/// Writes a receipt in the form that every reader takes: all eight keys in the
/// order of Appendix B of SMPP 3.4, one space between, dates of ten digits, and
/// the parameters beside it.
///
/// Send it as a `deliver_sm` with [`esm_class`](ReceiptWriter::esm_class),
/// `data_coding` 0, and the addresses of the original message swapped.
///
/// # Examples
///
/// ```
/// use smpp_codec::receipt::ReceiptWriter;
/// use smpp_pdu::time::McLocalTime;
/// use smpp_pdu::{InterfaceVersion, MessageState, ShortMessage, Tlvs};
///
/// let writer = ReceiptWriter::new("17", MessageState::DELIVERED)
///     .submit_date(McLocalTime::new(2024, 1, 31, 9, 59, 0)?)
///     .done_date(McLocalTime::new(2024, 1, 31, 10, 0, 12)?)
///     .text(b"hello");
/// let mut text: heapless::Vec<u8, { ReceiptWriter::MAX_LEN }> = heapless::Vec::new();
/// let len = writer.write_text(&mut text)?;
/// assert_eq!(
///     text,
///     b"id:17 sub:001 dlvrd:001 submit date:2401310959 done date:2401311000 \
///       stat:DELIVRD err:000 text:hello"
/// );
/// assert_eq!(len, text.len());
///
/// let tlvs = writer.tlvs(InterfaceVersion::V3_4)?;
/// assert_eq!(Tlvs::from_slice(&tlvs).message_state(), Some(Ok(MessageState::DELIVERED)));
/// assert!(writer.tlvs(InterfaceVersion::V3_3)?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceiptWriter<'a> {
    /// The id that the response to the submission had: 1 to 64 printable ASCII
    /// characters, no space among them.
    pub id: &'a str,
    /// The state that is reported.
    pub state: MessageState,
    /// What is sent; by the state at first.
    pub kind: ReceiptKind,
    /// When the message was submitted, on whatever clock the centre keeps;
    /// `None` writes zeros. Seconds are written with `seconds` only.
    pub submit_date: Option<McLocalTime>,
    /// When it reached the state; as `submit_date`.
    pub done_date: Option<McLocalTime>,
    /// Whether the dates have seconds, and so twelve digits instead of the ten
    /// of Appendix B. Some readers take the one form only.
    pub seconds: bool,
    /// The error, 0 for none. The text has three digits: what is above 999 is
    /// written 999 there and in full in `network_error_code`.
    pub err: u16,
    /// Whose numbers `err` is one of.
    pub network_type: NetworkErrorCodeType,
    /// Number of messages submitted; what is above 999 is written 999.
    pub sub: u16,
    /// Number of messages delivered; as `sub`. By the state at first.
    pub dlvrd: u16,
    /// The start of the message, as octets that the reader takes for ASCII.
    /// Only the first 20 are written, without NULs at the end.
    pub text: &'a [u8],
    /// The reference that the original message had.
    pub user_message_reference: Option<u16>,
}

impl<'a> ReceiptWriter<'a> {
    /// The most octets that [`ReceiptWriter::write_text`] writes: fits in every
    /// `short_message`.
    pub const MAX_LEN: usize = 180;

    /// A receipt without dates, error and text. For `SCHEDULED` and `ENROUTE`
    /// it is an intermediate notification.
    #[must_use]
    pub const fn new(id: &'a str, state: MessageState) -> Self {
        Self {
            id,
            state,
            kind: if state.is_intermediate() {
                ReceiptKind::IntermediateNotification
            } else {
                ReceiptKind::DeliveryReceipt
            },
            submit_date: None,
            done_date: None,
            seconds: false,
            err: 0,
            network_type: NetworkErrorCodeType::GSM,
            sub: 1,
            dlvrd: if state.0 == MessageState::DELIVERED.0 {
                1
            } else {
                0
            },
            text: &[],
            user_message_reference: None,
        }
    }

    /// Sets the kind of message that is sent.
    #[must_use]
    pub const fn kind(mut self, kind: ReceiptKind) -> Self {
        self.kind = kind;
        self
    }

    /// Sets when the message was submitted.
    #[must_use]
    pub const fn submit_date(mut self, date: McLocalTime) -> Self {
        self.submit_date = Some(date);
        self
    }

    /// Sets when the message reached its state.
    #[must_use]
    pub const fn done_date(mut self, date: McLocalTime) -> Self {
        self.done_date = Some(date);
        self
    }

    /// Sets whether the dates have seconds.
    #[must_use]
    pub const fn seconds(mut self, seconds: bool) -> Self {
        self.seconds = seconds;
        self
    }

    /// Sets the error, 0 for none.
    #[must_use]
    pub const fn err(mut self, err: u16) -> Self {
        self.err = err;
        self
    }

    /// Sets whose numbers the error is one of; GSM at first.
    #[must_use]
    pub const fn network_type(mut self, network_type: NetworkErrorCodeType) -> Self {
        self.network_type = network_type;
        self
    }

    /// Sets the numbers of messages submitted and delivered.
    #[must_use]
    pub const fn counts(mut self, sub: u16, dlvrd: u16) -> Self {
        self.sub = sub;
        self.dlvrd = dlvrd;
        self
    }

    /// Sets the start of the message.
    #[must_use]
    pub const fn text(mut self, text: &'a [u8]) -> Self {
        self.text = text;
        self
    }

    /// Sets the reference that the original message had.
    #[must_use]
    pub const fn user_message_reference(mut self, reference: u16) -> Self {
        self.user_message_reference = Some(reference);
        self
    }

    /// The `esm_class` to send it with.
    #[must_use]
    pub const fn esm_class(&self) -> EsmClass {
        self.kind.esm_class()
    }

    /// Octets that [`ReceiptWriter::write_text`] writes.
    #[must_use]
    pub fn text_len(&self) -> usize {
        self.parts(&Numbers::of(self))
            .iter()
            .map(|part| part.len())
            .sum()
    }

    /// Appends the text, and gives its length in octets, at most
    /// [`ReceiptWriter::MAX_LEN`].
    ///
    /// The state is written with [`stat_word`].
    ///
    /// # Errors
    /// [`ReceiptWriteError`] when the id would not be read back, or when `out`
    /// is too small. Nothing is written then.
    pub fn write_text<B: OutBuf + ?Sized>(&self, out: &mut B) -> Result<usize, ReceiptWriteError> {
        self.check_id()?;
        let (need, room) = (self.text_len(), out.room());
        if room < need {
            return Err(ReceiptWriteError::NoRoom { need, room });
        }
        out.reserve(need);
        for part in self.parts(&Numbers::of(self)) {
            out.put(part);
        }
        Ok(need)
    }

    /// The parameters to send with it: `receipted_message_id`, `message_state`,
    /// `network_error_code` when there is an error, `user_message_reference`
    /// when the original had one. None for a peer of 3.3.
    ///
    /// # Errors
    /// [`ReceiptWriteError::Id`] as for [`ReceiptWriter::write_text`].
    pub fn tlvs(&self, peer: InterfaceVersion) -> Result<ReceiptTlvs<'a>, ReceiptWriteError> {
        self.check_id()?;
        let mut tlvs = heapless::Vec::new();
        if peer.supports_tlvs() {
            let id = COctetStr::new(self.id.as_bytes())
                .ok()
                .and_then(|id| Tlv::receipted_message_id(id).ok());
            let error = (self.err != 0).then(|| {
                Tlv::network_error_code(NetworkErrorCode {
                    network_type: self.network_type,
                    code: self.err,
                })
            });
            let reference = self.user_message_reference.map(Tlv::user_message_reference);
            let state = Some(Tlv::message_state(self.state));
            tlvs.extend([id, state, error, reference].into_iter().flatten());
        }
        Ok(ReceiptTlvs { tlvs })
    }

    fn check_id(&self) -> Result<(), ReceiptWriteError> {
        let readable = self.id.bytes().all(|octet| octet.is_ascii_graphic());
        if readable && (1..=64).contains(&self.id.len()) {
            Ok(())
        } else {
            Err(ReceiptWriteError::Id)
        }
    }

    fn parts<'p>(&self, numbers: &'p Numbers) -> [&'p [u8]; 16]
    where
        'a: 'p,
    {
        [
            b"id:",
            self.id.as_bytes(),
            b" sub:",
            &numbers.sub,
            b" dlvrd:",
            &numbers.dlvrd,
            b" submit date:",
            numbers
                .submit_date
                .get(..numbers.date_len)
                .unwrap_or_default(),
            b" done date:",
            numbers
                .done_date
                .get(..numbers.date_len)
                .unwrap_or_default(),
            b" stat:",
            stat_word(self.state).as_bytes(),
            b" err:",
            &numbers.err,
            b" text:",
            self.cut_text(),
        ]
    }

    /// The first 20 octets, not ending inside a GSM escape.
    fn cut_text(&self) -> &'a [u8] {
        const ESCAPE: u8 = 0x1B;
        let text = match self.text.get(..20) {
            Some([start @ .., ESCAPE]) if self.text.len() > 20 => start,
            Some(start) => start,
            None => self.text,
        };
        let nuls = text.iter().rev().take_while(|&&octet| octet == 0).count();
        text.get(..text.len() - nuls).unwrap_or_default()
    }
}

/// The numbers of a text, written out.
struct Numbers {
    sub: [u8; 3],
    dlvrd: [u8; 3],
    err: [u8; 3],
    submit_date: [u8; 12],
    done_date: [u8; 12],
    /// Digits of a date that are written.
    date_len: usize,
}

impl Numbers {
    fn of(writer: &ReceiptWriter<'_>) -> Self {
        Self {
            sub: three_digits(writer.sub),
            dlvrd: three_digits(writer.dlvrd),
            err: three_digits(writer.err),
            submit_date: twelve_digits(writer.submit_date),
            done_date: twelve_digits(writer.done_date),
            date_len: if writer.seconds { 12 } else { 10 },
        }
    }
}

fn three_digits(number: u16) -> [u8; 3] {
    let number = number.min(999);
    [number / 100, number / 10 % 10, number % 10].map(digit)
}

/// The character of a digit; callers keep it below 10.
fn digit(value: u16) -> u8 {
    b'0' + u8::try_from(value).unwrap_or_default()
}

/// `YYMMDDhhmmss`: the start of the text of the date.
fn twelve_digits(date: Option<McLocalTime>) -> [u8; 12] {
    date.and_then(|date| date.to_text().as_bytes().first_chunk().copied())
        .unwrap_or([b'0'; 12])
}

/// The parameters of a receipt, at most four; a slice of [`Tlv`].
#[derive(Clone, Debug)]
pub struct ReceiptTlvs<'a> {
    tlvs: heapless::Vec<Tlv<'a>, 4>,
}

impl<'a> Deref for ReceiptTlvs<'a> {
    type Target = [Tlv<'a>];

    fn deref(&self) -> &[Tlv<'a>] {
        &self.tlvs
    }
}

/// Why a receipt was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceiptWriteError {
    /// The id is empty, longer than 64 characters, or has one that is not
    /// printable ASCII, or a space: it would not be read back.
    Id,
    /// The buffer is too small.
    NoRoom {
        /// Octets that the text has.
        need: usize,
        /// Octets that the buffer takes.
        room: usize,
    },
}

impl fmt::Display for ReceiptWriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id => f.write_str(
                "the id of a receipt has 1 to 64 printable ASCII characters and no space",
            ),
            Self::NoRoom { need, room } => {
                write!(f, "the receipt has {need} octets, the buffer takes {room}")
            }
        }
    }
}

impl core::error::Error for ReceiptWriteError {}
