//! What is off in a receipt that is read all the same.

use core::fmt;

use smpp_pdu::{MessageState, Tag};

/// One deviation of a receipt: where, in which field, what.
///
/// ```
/// use smpp_codec::receipt::{ReceiptFinding, ReceiptFindingKind, ReceiptText};
///
/// let mut findings: heapless::Vec<ReceiptFinding, 16> = heapless::Vec::new();
/// let text = b"id:0000000017 stat:delivrd err:000 text:";
/// ReceiptText::parse_with(text, &mut findings).expect("it has keys");
///
/// let lower = findings.iter().find(|finding| finding.field == "stat").unwrap();
/// assert_eq!((lower.offset, lower.kind), (19, ReceiptFindingKind::StatCase));
/// assert!(findings.iter().any(|finding| {
///     finding.field == "sub" && finding.kind == ReceiptFindingKind::Missing
/// }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptFinding {
    /// Where, in octets: of a field of the text from the start of the text, of
    /// a tagged parameter from the start of the first parameter. 0 for what has
    /// no place of its own.
    pub offset: usize,
    /// The specification's name of the field: a key of Appendix B, the name of
    /// a parameter, or the field of the PDU.
    pub field: &'static str,
    /// What.
    pub kind: ReceiptFindingKind,
}

/// What is off in a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceiptFindingKind {
    /// The key is in other letters than the standard's: `STAT`, `Id`.
    KeyCase,
    /// The key has another name: `msgid`, `submitdate`.
    KeyName,
    /// The key stands before one that the standard has after it.
    KeyOrder,
    /// The key came before; the first one counts.
    KeyRepeated,
    /// A key that the standard does not know; it was passed over.
    UnknownKey {
        /// Its length with the value, in octets.
        len: usize,
    },
    /// The field, or the parameter, is not there.
    Missing,
    /// Something stands in front of the first key.
    Prefix {
        /// Its length, in octets.
        len: usize,
    },
    /// Octets between the fields that belong to none of them.
    Stray {
        /// How many.
        len: usize,
    },
    /// The fields are apart by something else than one space.
    Separator,
    /// White space stands between the colon and the value.
    SpaceAfterColon,
    /// NULs at the end, counted in the length of the message.
    TrailingNuls {
        /// How many.
        count: usize,
    },
    /// The value has another length than the table of Appendix B gives.
    Width {
        /// Its length, in octets.
        len: usize,
        /// The standard's, in octets.
        expected: usize,
    },
    /// The value has something else than digits.
    NotDigits,
    /// The value is no date of any of the known forms.
    BadDate,
    /// Twelve digits that make a date in two ways; taken as `YYMMDDhhmmss`.
    AmbiguousDate,
    /// The state is not in capitals.
    StatCase,
    /// The state is none of the words of Appendix B.
    UnknownStat,
    /// A key was found inside what follows `text:`, where a missing `stat` was
    /// looked for.
    KeyInText,
    /// The message type promises a receipt, and the text is none.
    NoReceiptText,
    /// The text is in UCS-2.
    WideText,
    /// `esm_class` announces a user data header that is not there.
    NoUserDataHeader,
    /// Text in `short_message` and in `message_payload`.
    TwoTexts,
    /// `esm_class` does not tell that it is a receipt, its form does.
    NotMarked,
    /// The parameter has a length that the standard does not allow.
    TlvWidth {
        /// Its tag.
        tag: Tag,
        /// Its length, in octets.
        len: usize,
    },
    /// The parameter lacks the NUL at its end.
    Unterminated,
    /// Text and parameter name different ids; the parameter counts.
    IdsDiffer,
    /// Text and parameter name different states.
    StatesDiffer {
        /// The text's.
        text: MessageState,
        /// The parameter's.
        tlv: MessageState,
    },
    /// Text and parameter name different errors; the parameter counts.
    ErrorsDiffer {
        /// The text's.
        text: u32,
        /// The parameter's.
        tlv: u16,
    },
    /// The state does not go with the message type: a receipt about a message
    /// still under way, or an intermediate notification with a final state.
    StateOfOtherKind {
        /// The state.
        state: MessageState,
    },
}

impl ReceiptFindingKind {
    /// A short, stable name for logs, counters and JSON, such as `key_order`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeyCase => "key_case",
            Self::KeyName => "key_name",
            Self::KeyOrder => "key_order",
            Self::KeyRepeated => "key_repeated",
            Self::UnknownKey { .. } => "unknown_key",
            Self::Missing => "missing",
            Self::Prefix { .. } => "prefix",
            Self::Stray { .. } => "stray",
            Self::Separator => "separator",
            Self::SpaceAfterColon => "space_after_colon",
            Self::TrailingNuls { .. } => "trailing_nuls",
            Self::Width { .. } => "width",
            Self::NotDigits => "not_digits",
            Self::BadDate => "bad_date",
            Self::AmbiguousDate => "ambiguous_date",
            Self::StatCase => "stat_case",
            Self::UnknownStat => "unknown_stat",
            Self::KeyInText => "key_in_text",
            Self::NoReceiptText => "no_receipt_text",
            Self::WideText => "wide_text",
            Self::NoUserDataHeader => "no_user_data_header",
            Self::TwoTexts => "two_texts",
            Self::NotMarked => "not_marked",
            Self::TlvWidth { .. } => "tlv_width",
            Self::Unterminated => "unterminated",
            Self::IdsDiffer => "ids_differ",
            Self::StatesDiffer { .. } => "states_differ",
            Self::ErrorsDiffer { .. } => "errors_differ",
            Self::StateOfOtherKind { .. } => "state_of_other_kind",
        }
    }

    /// The clause of the specification that says otherwise.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::WideText | Self::NoUserDataHeader | Self::NotMarked => {
                "SMPP 3.4, 5.2.12; 5.0, 4.7.12 (esm_class)"
            }
            Self::TwoTexts => "SMPP 3.4, 5.3.2.32; 5.0, 4.8.4.36 (message_payload)",
            Self::TlvWidth { .. } => "SMPP 3.4, 5.3.2; 5.0, 4.8.4 (parameter definitions)",
            Self::Unterminated => "SMPP 3.4, 3.1; 5.0, 3.1 (C-octet strings end with a NUL)",
            Self::StateOfOtherKind { .. } => "SMPP 3.4, 5.2.28; 5.0, 4.7.15 (message states)",
            Self::IdsDiffer | Self::StatesDiffer { .. } | Self::ErrorsDiffer { .. } => {
                "SMPP 3.4, 4.6.1 and Appendix B (one message, two reports)"
            }
            _ => "SMPP 3.4, Appendix B (delivery receipt format)",
        }
    }
}

impl fmt::Display for ReceiptFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at octet {}: {}", self.field, self.offset, self.kind)
    }
}

impl fmt::Display for ReceiptFindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::UnknownKey { len } => return write!(f, "an unknown key, {len} octets"),
            Self::Prefix { len } => return write!(f, "{len} octets in front of the first key"),
            Self::Stray { len } => return write!(f, "{len} octets that belong to no field"),
            Self::TrailingNuls { count } => return write!(f, "{count} NULs at the end"),
            Self::Width { len, expected } => {
                return write!(f, "{len} octets, the standard has {expected}");
            }
            Self::TlvWidth { tag, len } => {
                return write!(
                    f,
                    "{tag} has {len} octets, which the standard does not allow"
                );
            }
            Self::StatesDiffer { text, tlv } => {
                return write!(f, "{text} in the text, {tlv} in the parameter");
            }
            Self::ErrorsDiffer { text, tlv } => {
                return write!(f, "{text} in the text, {tlv} in the parameter");
            }
            Self::StateOfOtherKind { state } => {
                return write!(f, "{state} does not go with the message type");
            }
            Self::KeyCase => "the key is in other letters",
            Self::KeyName => "the key has another name",
            Self::KeyOrder => "the key is out of order",
            Self::KeyRepeated => "the key came before, the first one counts",
            Self::Missing => "missing",
            Self::Separator => "not one space between the fields",
            Self::SpaceAfterColon => "white space behind the colon",
            Self::NotDigits => "not made of digits",
            Self::BadDate => "no date",
            Self::AmbiguousDate => "a date in two ways, taken as YYMMDDhhmmss",
            Self::StatCase => "not in capitals",
            Self::UnknownStat => "not a word of the standard",
            Self::KeyInText => "a key inside the text",
            Self::NoReceiptText => "the text is no receipt",
            Self::WideText => "in UCS-2",
            Self::NoUserDataHeader => "a user data header is announced and missing",
            Self::TwoTexts => "text here and in message_payload",
            Self::NotMarked => "does not tell that this is a receipt",
            Self::Unterminated => "no NUL at the end",
            Self::IdsDiffer => "text and parameter have different ids",
        })
    }
}

/// Takes the findings about a receipt: a `Vec`, a `heapless::Vec` (which keeps
/// the first that fit), or `()`, which ignores them.
pub trait ReceiptFindings {
    /// Takes one.
    fn report(&mut self, finding: ReceiptFinding);
}

/// Ignores them.
impl ReceiptFindings for () {
    #[inline]
    fn report(&mut self, _: ReceiptFinding) {}
}

#[cfg(feature = "alloc")]
impl ReceiptFindings for alloc::vec::Vec<ReceiptFinding> {
    fn report(&mut self, finding: ReceiptFinding) {
        self.push(finding);
    }
}

/// Keeps as many as fit, the first ones.
impl<const N: usize> ReceiptFindings for heapless::Vec<ReceiptFinding, N> {
    fn report(&mut self, finding: ReceiptFinding) {
        // A full list drops the later ones, by contract.
        let _ = self.push(finding);
    }
}
