//! What goes into a matcher and what comes out.

use core::fmt;

use smpp_pdu::MessageState;

use super::forms::{Changes, Id, MAX_ID_LEN, Places, address, explain};
use crate::receipt::{Receipt, Transition};

/// How the id of a receipt comes from the id of the response; each includes the
/// ones before it that change the same letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MatchedBy {
    /// Octet by octet the same.
    Exact,
    /// Letters in the other case.
    LetterCase,
    /// Zeros in front, more or fewer.
    LeadingZeros,
    /// The dashes of a UUID, there or not.
    Dashes,
    /// The response had the number in hexadecimal, the receipt has it in decimal.
    DecimalOfHex,
    /// The response had the number in decimal, the receipt has it in hexadecimal.
    HexOfDecimal,
}

impl MatchedBy {
    /// How `receipt` comes from `response`; `None` when nothing that centres
    /// are known to do explains it. Numbers in two bases count from 10 up, and
    /// to 128 bits.
    ///
    /// ```
    /// use smpp_codec::receipt::matcher::MatchedBy;
    ///
    /// assert_eq!(MatchedBy::explain(b"16fee0e525", b"98765432101"), Some(MatchedBy::DecimalOfHex));
    /// assert_eq!(MatchedBy::explain(b"0017", b"17"), Some(MatchedBy::LeadingZeros));
    /// assert_eq!(MatchedBy::explain(b"17", b"18"), None);
    /// ```
    #[must_use]
    pub fn explain(response: &[u8], receipt: &[u8]) -> Option<Self> {
        explain(response, receipt).map(Changes::matched_by)
    }

    /// A short, stable name for logs and JSON, such as `letter_case`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::LetterCase => "letter_case",
            Self::LeadingZeros => "leading_zeros",
            Self::Dashes => "dashes",
            Self::DecimalOfHex => "decimal_of_hex",
            Self::HexOfDecimal => "hex_of_decimal",
        }
    }
}

impl fmt::Display for MatchedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Exact => "the same id",
            Self::LetterCase => "the id in other letter case",
            Self::LeadingZeros => "the id with other zeros in front",
            Self::Dashes => "the id with other dashes",
            Self::DecimalOfHex => "the hexadecimal id in decimal",
            Self::HexOfDecimal => "the decimal id in hexadecimal",
        })
    }
}

/// Which of the two ids of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdSource {
    /// The parameter `receipted_message_id`.
    Tlv,
    /// `id` of the text.
    Text,
    /// Both.
    Both,
}

/// Bounds of a [`Matcher`](super::Matcher).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatcherOptions {
    pub(super) keep_for: u64,
    pub(super) hold_for: u64,
    pub(super) max_messages: usize,
    pub(super) max_held: usize,
    pub(super) max_requests: usize,
}

impl MatcherOptions {
    /// A million messages for 72 hours, 4,096 receipts that wait for 60
    /// seconds, 65,535 requests: when the caller's times are seconds. A matcher
    /// of fixed room has its own bounds beside these.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            keep_for: 72 * 60 * 60,
            hold_for: 60,
            max_messages: 1_000_000,
            max_held: 4_096,
            max_requests: 65_535,
        }
    }

    /// How long a message is kept, in the unit of the caller's times.
    #[must_use]
    pub const fn keep_for(self, keep_for: u64) -> Self {
        Self { keep_for, ..self }
    }

    /// How long a receipt waits for its message, in the unit of the caller's
    /// times.
    #[must_use]
    pub const fn hold_for(self, hold_for: u64) -> Self {
        Self { hold_for, ..self }
    }

    /// How many messages are kept at most.
    #[must_use]
    pub const fn max_messages(self, max_messages: usize) -> Self {
        Self {
            max_messages,
            ..self
        }
    }

    /// How many receipts wait at most.
    #[must_use]
    pub const fn max_held(self, max_held: usize) -> Self {
        Self { max_held, ..self }
    }
}

impl Default for MatcherOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// A request without a response; see [`Matcher::sent`](super::Matcher::sent).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Request(pub(super) u64);

/// A message that the centre has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submission<'a, K> {
    /// `message_id` of the response.
    pub id: &'a [u8],
    /// The caller's key.
    pub key: K,
    /// Where the message goes: settles what the id leaves open.
    pub destination: Option<&'a [u8]>,
    /// The request that is answered with it.
    pub request: Option<Request>,
}

impl<'a, K> Submission<'a, K> {
    /// A message with nothing but its id.
    #[must_use]
    pub const fn new(id: &'a [u8], key: K) -> Self {
        Self {
            id,
            key,
            destination: None,
            request: None,
        }
    }

    /// Sets where the message goes: `destination_addr` of the request.
    #[must_use]
    pub fn destination(mut self, destination: &'a [u8]) -> Self {
        self.destination = Some(destination);
        self
    }

    /// Sets the request that is answered.
    #[must_use]
    pub fn request(mut self, request: Request) -> Self {
        self.request = Some(request);
        self
    }
}

/// Why a message is not kept. The key comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubmissionError<K> {
    /// The id is empty, or longer than [`MAX_ID_LEN`].
    IdLength {
        /// Its length in octets.
        len: usize,
        /// The key.
        key: K,
    },
    /// There is no room, and nothing that is closed or over.
    Full {
        /// The key.
        key: K,
    },
}

impl<K> fmt::Display for SubmissionError<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdLength { len, .. } => {
                write!(f, "an id has 1 to {MAX_ID_LEN} octets, this one {len}")
            }
            Self::Full { .. } => f.write_str("no room for another message"),
        }
    }
}

impl<K: fmt::Debug> core::error::Error for SubmissionError<K> {}

/// What a matcher needs of a receipt; made from a [`Receipt`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report<'a> {
    /// The parameter `receipted_message_id`.
    pub tlv_id: Option<&'a [u8]>,
    /// `id` of the text.
    pub text_id: Option<&'a [u8]>,
    /// Where the message went: the sender of the receipt.
    pub source: Option<&'a [u8]>,
    /// The state that is reported.
    pub state: Option<MessageState>,
    /// Whether nothing more is to come.
    pub closing: bool,
}

impl<'a> Report<'a> {
    /// A report that closes the message with the id of its text.
    #[must_use]
    pub const fn new(text_id: Option<&'a [u8]>) -> Self {
        Self {
            tlv_id: None,
            text_id,
            source: None,
            state: None,
            closing: true,
        }
    }

    /// Sets the id of the parameter.
    #[must_use]
    pub const fn tlv_id(mut self, id: &'a [u8]) -> Self {
        self.tlv_id = Some(id);
        self
    }

    /// Sets the sender of the receipt.
    #[must_use]
    pub const fn source(mut self, source: &'a [u8]) -> Self {
        self.source = Some(source);
        self
    }

    /// Sets the state.
    #[must_use]
    pub const fn state(mut self, state: MessageState) -> Self {
        self.state = Some(state);
        self
    }

    /// Sets whether nothing more is to come.
    #[must_use]
    pub const fn closing(mut self, closing: bool) -> Self {
        self.closing = closing;
        self
    }
}

impl<'a> From<&Receipt<'a>> for Report<'a> {
    fn from(receipt: &Receipt<'a>) -> Self {
        Self {
            tlv_id: receipt.receipted_message_id,
            text_id: receipt.text.and_then(|text| text.id),
            source: Some(receipt.source_addr.addr.as_bytes()),
            state: receipt.likely_state(),
            closing: receipt.is_closing(),
        }
    }
}

/// What a matcher says of a receipt. `R` is what the caller gave with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict<K, R> {
    /// It speaks of this message.
    Matched {
        /// Which, and why.
        found: Match<K>,
        /// What the caller gave.
        receipt: R,
    },
    /// It may speak of any of these, or of none: nothing was joined.
    Ambiguous {
        /// The messages it may speak of.
        candidates: Candidates<K>,
        /// What keeps it from being decided.
        why: Ambiguity,
        /// What the caller gave.
        receipt: R,
    },
    /// No message is known yet, or an older request may still bring it: the
    /// receipt waits.
    Held {
        /// The receipt that made way for it, when there was no room: hand it on
        /// as unmatched.
        dropped: Option<R>,
    },
    /// It has no id that could be matched, or there is no room to wait in.
    Unmatched {
        /// What the caller gave.
        receipt: R,
    },
}

/// Why a receipt was not joined although there are candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ambiguity {
    /// The id may be that of more than one message.
    SeveralMessages,
    /// The two ids of the receipt lead to different messages.
    IdsApart,
    /// There is one message, but nothing supports that its number is meant in
    /// another base, or the address is another. Told when the receipt has
    /// waited in vain for a message that fits better.
    Unsupported,
    /// There is a message, but the peer is known not to change ids like that.
    /// Told when the receipt has waited in vain.
    AgainstHabit,
}

impl fmt::Display for Ambiguity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::SeveralMessages => "the id may be that of more than one message",
            Self::IdsApart => "the two ids of the receipt lead to different messages",
            Self::Unsupported => "nothing supports the only message that it may be",
            Self::AgainstHabit => "the peer is known not to change ids like that",
        })
    }
}

/// A message that a receipt speaks of, and how that was told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Match<K> {
    /// The caller's key.
    pub key: K,
    /// How the id of the receipt comes from that of the response; of the
    /// parameter's id, when both fit.
    pub by: MatchedBy,
    /// Which id of the receipt fits.
    pub source: IdSource,
    /// Whether the peer is known to change its ids like this, or to keep them.
    pub habitual: bool,
    /// Whether the address of the recipient settled it.
    pub by_address: bool,
    /// Whether the message was closed before.
    pub repeated: bool,
    /// How the state relates to the one before; `None` when there was none.
    pub step: Option<Transition>,
    /// The state that is to be believed now.
    pub state: Option<MessageState>,
    /// Whether the message is closed now.
    pub closed: bool,
    /// Whether this match made a habit, or ended one.
    pub learned: bool,
}

impl<K> fmt::Display for Match<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = match self.source {
            IdSource::Tlv => "receipted_message_id",
            IdSource::Text => "id of the text",
            IdSource::Both => "receipted_message_id, and id of the text with it",
        };
        write!(f, "{field}: {}", self.by)?;
        if self.habitual {
            f.write_str(", as this peer does")?;
        }
        if self.by_address {
            f.write_str(", settled by the address")?;
        }
        if self.repeated {
            f.write_str("; reported before")?;
        }
        Ok(())
    }
}

/// A message that a receipt may speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<K> {
    /// The caller's key.
    pub key: K,
    /// How the id of the receipt would come from that of its response.
    pub by: MatchedBy,
}

/// The messages that a receipt may speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidates<K> {
    pub(super) first: heapless::Vec<Candidate<K>, 8>,
    pub(super) count: usize,
}

impl<K> Candidates<K> {
    /// The first eight.
    #[must_use]
    pub fn as_slice(&self) -> &[Candidate<K>] {
        &self.first
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }
}

/// A message that a matcher keeps.
#[derive(Clone, Debug)]
pub struct Submitted<K> {
    pub(super) id: Id,
    pub(super) places: Places,
    pub(super) key: K,
    pub(super) destination: Option<u64>,
    pub(super) deadline: u64,
    pub(super) state: Option<MessageState>,
    pub(super) closed: bool,
    /// The habit of the peer was learned from it.
    pub(super) taught: bool,
}

/// A receipt that a matcher keeps.
#[derive(Clone, Debug)]
pub struct Held<R> {
    pub(super) tlv: Option<Id>,
    pub(super) text: Option<Id>,
    /// Those of the two ids.
    pub(super) places: [Option<Places>; 2],
    pub(super) source: Option<u64>,
    pub(super) state: Option<MessageState>,
    pub(super) closing: bool,
    pub(super) receipt: R,
    /// Requests with a smaller number were sent before it came.
    pub(super) before: u64,
    pub(super) deadline: Option<u64>,
    /// It waits for the responses of those.
    pub(super) waits: bool,
    /// Something has changed since it was looked at.
    pub(super) ready: bool,
}

impl<R> Held<R> {
    /// Gives `receipt` back when there is no id that a response can have had.
    pub(super) fn new(report: &Report<'_>, receipt: R, before: u64) -> Result<Self, R> {
        let keep = |id: Option<&[u8]>| {
            id.filter(|id| !id.is_empty())
                .and_then(|id| Id::from_slice(id).ok())
        };
        let (tlv, text) = (keep(report.tlv_id), keep(report.text_id));
        if tlv.is_none() && text.is_none() {
            return Err(receipt);
        }
        let places = [&tlv, &text].map(|id| id.as_ref().map(|id| Places::of(id)));
        Ok(Self {
            tlv,
            text,
            places,
            source: report.source.and_then(address),
            state: report.state,
            closing: report.closing,
            receipt,
            before,
            deadline: None,
            waits: false,
            ready: false,
        })
    }

    /// Whether an id at these places may be what it speaks of.
    pub(super) fn may_be(&self, places: &Places) -> bool {
        self.places.iter().flatten().any(|own| own.meet(places))
    }
}
