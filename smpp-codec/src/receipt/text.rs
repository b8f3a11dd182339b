//! The text form of a receipt.

use core::fmt;

use smpp_pdu::MessageState;
use smpp_pdu::time::{McLocalTime, TimeOptions};

use super::date::read_date;
use super::finding::ReceiptFindings;
use super::scan;
use super::state::{Outcome, wild_state};

/// The keys of a receipt text, in the standard's order (SMPP 3.4, Appendix B).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReceiptKey {
    /// `id`: the message id, ten decimal digits.
    Id,
    /// `sub`: number of messages submitted, three digits.
    Sub,
    /// `dlvrd`: number of messages delivered, three digits.
    Dlvrd,
    /// `submit date`: when it was submitted, `YYMMDDhhmm`.
    SubmitDate,
    /// `done date`: when it reached its final state, `YYMMDDhhmm`.
    DoneDate,
    /// `stat`: the final state, seven capitals.
    Stat,
    /// `err`: the network's or the centre's error, three digits.
    Err,
    /// `text`: the first 20 characters of the message.
    Text,
}

impl ReceiptKey {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Id,
        Self::Sub,
        Self::Dlvrd,
        Self::SubmitDate,
        Self::DoneDate,
        Self::Stat,
        Self::Err,
        Self::Text,
    ];

    /// The key as the standard spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Sub => "sub",
            Self::Dlvrd => "dlvrd",
            Self::SubmitDate => "submit date",
            Self::DoneDate => "done date",
            Self::Stat => "stat",
            Self::Err => "err",
            Self::Text => "text",
        }
    }

    /// Octets of a value by the standard; of `text` the most it may have.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::Id | Self::SubmitDate | Self::DoneDate => 10,
            Self::Sub | Self::Dlvrd | Self::Err => 3,
            Self::Stat => 7,
            Self::Text => 20,
        }
    }
}

impl fmt::Display for ReceiptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A receipt text, taken apart: slices of what was sent, and views on them.
///
/// A field that is not there is `None`, one without a value is `Some(b"")`.
/// Values stay octets, since ids, errors and states have every form in the
/// field; the methods read them as what the standard means (SMPP 3.4,
/// Appendix B).
///
/// ```
/// use smpp_codec::receipt::ReceiptText;
/// use smpp_pdu::MessageState;
///
/// let text = ReceiptText::parse(b"msgid:7f3A submitdate:2401310959 STAT:UNDELIV err:21b")
///     .expect("it has keys");
/// assert_eq!(text.id, Some(&b"7f3A"[..]));
/// assert_eq!(text.message_state(), Some(MessageState::UNDELIVERABLE));
/// assert_eq!((text.err, text.err_number()), (Some(&b"21b"[..]), None));
/// assert_eq!(text.submit_time().unwrap().to_string(), "2024-01-31T09:59:00");
/// assert_eq!(text.done_date, None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceiptText<'a> {
    /// Message id, as sent.
    pub id: Option<&'a [u8]>,
    /// Number of messages submitted, as sent.
    pub sub: Option<&'a [u8]>,
    /// Number of messages delivered, as sent. Says nothing of the outcome:
    /// centres send 000 with `DELIVRD`.
    pub dlvrd: Option<&'a [u8]>,
    /// When it was submitted, as sent, on the centre's own clock.
    pub submit_date: Option<&'a [u8]>,
    /// When it reached its state, as sent, on the centre's own clock.
    pub done_date: Option<&'a [u8]>,
    /// The state, as sent.
    pub stat: Option<&'a [u8]>,
    /// The error, as sent.
    pub err: Option<&'a [u8]>,
    /// The start of the message, in whatever alphabet.
    pub text: Option<&'a [u8]>,
    /// Everything that was read, with NULs at the end.
    pub raw: &'a [u8],
}

impl<'a> ReceiptText<'a> {
    pub(super) const fn empty(raw: &'a [u8]) -> Self {
        Self {
            id: None,
            sub: None,
            dlvrd: None,
            submit_date: None,
            done_date: None,
            stat: None,
            err: None,
            text: None,
            raw,
        }
    }

    /// Reads a text of any kind; `None` when none of the keys is in it.
    ///
    /// A subscriber can type a receipt text: only the message type in
    /// `esm_class` tells what it is, see [`Receipt`](super::Receipt).
    ///
    /// - Keys are found in any letters, order and place, as whole words; of
    ///   a key that repeats the first counts.
    /// - A value ends before white space, the no-break space included.
    /// - `text` takes all the rest, with colons and whatever looks like a key.
    ///   Where no `stat` came before and one follows, `text` ends before the
    ///   first key that was still to come.
    /// - NULs at the end do not count.
    #[must_use]
    pub fn parse(octets: &'a [u8]) -> Option<Self> {
        Self::parse_with(octets, &mut ())
    }

    /// As [`ReceiptText::parse`], and reports what is off.
    pub fn parse_with<F: ReceiptFindings + ?Sized>(
        octets: &'a [u8],
        findings: &mut F,
    ) -> Option<Self> {
        scan::scan(octets, findings)
    }

    /// A field by its key, as sent.
    #[must_use]
    pub const fn field(&self, key: ReceiptKey) -> Option<&'a [u8]> {
        match key {
            ReceiptKey::Id => self.id,
            ReceiptKey::Sub => self.sub,
            ReceiptKey::Dlvrd => self.dlvrd,
            ReceiptKey::SubmitDate => self.submit_date,
            ReceiptKey::DoneDate => self.done_date,
            ReceiptKey::Stat => self.stat,
            ReceiptKey::Err => self.err,
            ReceiptKey::Text => self.text,
        }
    }

    /// The id as text, when it is UTF-8.
    #[must_use]
    pub fn id_str(&self) -> Option<&'a str> {
        core::str::from_utf8(self.id?).ok()
    }

    /// The state, from one of the eight words of the standard in any letters
    /// (`ENROUTE` among them); `None` for every other word.
    #[must_use]
    pub fn message_state(&self) -> Option<MessageState> {
        MessageState::from_receipt_word(core::str::from_utf8(self.stat?).ok()?)
    }

    /// The state, also from the other words that centres use, such as
    /// `DELIVERED`, `FAILED` or `BUFFRED`.
    ///
    /// Numbers are not read: one centre's 0 is another's DELIVERED.
    #[must_use]
    pub fn likely_state(&self) -> Option<MessageState> {
        self.message_state().or_else(|| wild_state(self.stat?))
    }

    /// What the state comes to; `None` without a `stat`.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.stat
            .map(|_| self.likely_state().map_or(Outcome::Unclear, Outcome::of))
    }

    /// The error as a number, when it is made of digits only.
    #[must_use]
    pub fn err_number(&self) -> Option<u32> {
        number(self.err?)
    }

    /// How many messages were submitted, when a number says so.
    #[must_use]
    pub fn sub_count(&self) -> Option<u32> {
        number(self.sub?)
    }

    /// How many messages were delivered, when a number says so.
    #[must_use]
    pub fn dlvrd_count(&self) -> Option<u32> {
        number(self.dlvrd?)
    }

    /// When it was submitted, on the centre's own clock; see [`read_date`].
    #[must_use]
    pub fn submit_time(&self) -> Option<McLocalTime> {
        self.submit_time_with(TimeOptions::new())
    }

    /// When it reached its state, on the centre's own clock; see [`read_date`].
    #[must_use]
    pub fn done_time(&self) -> Option<McLocalTime> {
        self.done_time_with(TimeOptions::new())
    }

    /// As [`ReceiptText::submit_time`], with another window for two-digit years.
    #[must_use]
    pub fn submit_time_with(&self, options: TimeOptions) -> Option<McLocalTime> {
        read_date(self.submit_date?, options)
    }

    /// As [`ReceiptText::done_time`], with another window for two-digit years.
    #[must_use]
    pub fn done_time_with(&self, options: TimeOptions) -> Option<McLocalTime> {
        read_date(self.done_date?, options)
    }

    /// Whether it has what a person would hardly type: a state and an id, or
    /// a state and a date.
    #[must_use]
    pub const fn looks_like_receipt(&self) -> bool {
        self.stat.is_some()
            && (self.id.is_some() || self.submit_date.is_some() || self.done_date.is_some())
    }
}

/// The value of at most nine significant digits.
pub(super) fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |value, &digit| {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        value.checked_mul(10)?.checked_add(u32::from(digit))
    })
}

impl fmt::Debug for ReceiptText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for key in ReceiptKey::ALL {
            if let Some(value) = self.field(key) {
                map.entry(&format_args!("{key}"), &Escaped(value));
            }
        }
        map.finish()
    }
}

/// Octets of the wire for a log.
pub(super) struct Escaped<'a>(pub(super) &'a [u8]);

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}
