//! What is off-spec in a PDU that decodes all the same.

use core::fmt;

use smpp_pdu::{CommandStatus, Tag};

use crate::error::{DecodeErrorKind, status_of_field};

/// One deviation from the specification: where, in which field, what.
///
/// ```
/// use smpp_codec::{Decoder, Finding, FindingKind};
/// use smpp_pdu::Frame;
///
/// // A submit_sm_resp whose message_id ends with the PDU, without its NUL.
/// let octets = *b"\0\0\0\x12\x80\0\0\x04\0\0\0\0\0\0\0\x0142";
/// let mut findings = heapless::Vec::<Finding, 4>::new();
/// let pdu = Decoder::new().decode(Frame::new_checked(&octets[..])?, &mut findings)?;
/// assert_eq!(findings[0].kind, FindingKind::Unterminated { left: 2 });
/// assert_eq!((findings[0].offset, findings[0].field), (16, "message_id"));
/// # let _ = pdu;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where, in octets from the start of the PDU.
    pub offset: usize,
    /// The specification's name of the field.
    pub field: &'static str,
    /// What.
    pub kind: FindingKind,
}

/// What is off-spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindingKind {
    /// The field is longer than the standard allows.
    FieldTooLong {
        /// Its length with the NUL, in octets.
        len: usize,
        /// The standard's limit, in octets.
        max: usize,
    },
    /// The field ends with the PDU instead of with a NUL.
    Unterminated {
        /// Octets that it has.
        left: usize,
    },
    /// A time has neither 0 nor 16 characters.
    TimeLength {
        /// How many it has.
        len: usize,
    },
    /// `sm_length` says more than what is left; what is left was taken.
    SmLengthOverrun {
        /// What it says, in octets.
        sm_length: u8,
        /// Octets that are left.
        left: usize,
    },
    /// `short_message` is longer than the version allows.
    ShortMessageTooLong {
        /// Its length in octets.
        len: usize,
        /// The version's limit, in octets.
        max: usize,
    },
    /// Text in `short_message` and in `message_payload`: which one counts is open.
    TwoTexts,
    /// NULs behind the last field.
    StrayNuls {
        /// How many.
        count: usize,
    },
    /// One to three octets where a parameter should start.
    TlvHeaderTruncated {
        /// How many.
        left: usize,
    },
    /// A parameter is longer than what is left.
    TlvLengthOverrun {
        /// Its tag.
        tag: Tag,
        /// Its length, in octets.
        length: u16,
        /// Octets that are left for its value.
        left: usize,
    },
    /// The value of a parameter has a length that the standard does not allow.
    TlvWidth {
        /// Its tag.
        tag: Tag,
        /// Its length, in octets.
        length: usize,
        /// The shortest that is allowed, in octets.
        min: u16,
        /// The longest that is allowed, in octets.
        max: u16,
    },
    /// Parameters from a peer of a version that has none.
    TlvBefore34,
    /// The mandatory fields are missing although the status is 0.
    BodyOmitted,
    /// A response with an error status carries a body all the same.
    ErrorWithBody,
    /// `deliver_sm_resp` carries a message id, which the standard leaves empty.
    UnusedMessageId,
    /// The sequence number is 0 or above 0x7FFFFFFF.
    SequenceNumber {
        /// The number.
        number: u32,
    },
    /// A status without a standard name.
    UnknownStatus {
        /// The status.
        status: CommandStatus,
    },
    /// A request with a status other than 0.
    RequestWithStatus {
        /// The status.
        status: CommandStatus,
    },
    /// An operation that the standard does not define; its body was kept as octets.
    UnknownCommandId {
        /// The `command_id`.
        command_id: u32,
    },
}

impl FindingKind {
    /// A short, stable name for logs, counters and JSON, such as `unterminated`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FieldTooLong { .. } => "field_too_long",
            Self::Unterminated { .. } => "unterminated",
            Self::TimeLength { .. } => "time_length",
            Self::SmLengthOverrun { .. } => "sm_length_overrun",
            Self::ShortMessageTooLong { .. } => "short_message_too_long",
            Self::TwoTexts => "two_texts",
            Self::StrayNuls { .. } => "stray_nuls",
            Self::TlvHeaderTruncated { .. } => "tlv_header_truncated",
            Self::TlvLengthOverrun { .. } => "tlv_length_overrun",
            Self::TlvWidth { .. } => "tlv_width",
            Self::TlvBefore34 => "tlv_before_34",
            Self::BodyOmitted => "body_omitted",
            Self::ErrorWithBody => "error_with_body",
            Self::UnusedMessageId => "unused_message_id",
            Self::SequenceNumber { .. } => "sequence_number",
            Self::UnknownStatus { .. } => "unknown_status",
            Self::RequestWithStatus { .. } => "request_with_status",
            Self::UnknownCommandId { .. } => "unknown_command_id",
        }
    }

    /// The clause of the specification that says otherwise.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::FieldTooLong { .. } => "SMPP 3.4, 3.1.1; 5.0, 3.1.1 (sizes of C-octet strings)",
            Self::Unterminated { .. } => "SMPP 3.4, 3.1; 5.0, 3.1 (C-octet strings end with a NUL)",
            Self::TimeLength { .. } => "SMPP 3.4, 7.1.1; 5.0, 4.7.23.4 (1 or 17 octets)",
            Self::SmLengthOverrun { .. } => "SMPP 3.4, 5.2.21; 5.0, 4.7.28 (sm_length)",
            Self::ShortMessageTooLong { .. } => "SMPP 3.4, 5.2.22; 5.0, 4.7.24 (short_message)",
            Self::TwoTexts => "SMPP 3.4, 5.3.2.32; 5.0, 4.8.4.36 (message_payload)",
            Self::StrayNuls { .. }
            | Self::TlvHeaderTruncated { .. }
            | Self::TlvLengthOverrun { .. } => "SMPP 3.4, 3.2.4; 5.0, 4.8 (parameters)",
            Self::TlvWidth { .. } => "SMPP 3.4, 5.3.2; 5.0, 4.8.4 (parameter definitions)",
            Self::TlvBefore34 => "SMPP 3.4, 3.4.1 (compatibility with 3.3)",
            Self::BodyOmitted => "SMPP 3.4, 4; 5.0, 4 (response bodies)",
            Self::ErrorWithBody => "SMPP 3.4, 4.4.2; 5.0, 4.2.1.2 (no body with an error)",
            Self::UnusedMessageId => "SMPP 3.4, 4.6.2; 5.0, 4.3.1.2 (message_id is unused)",
            Self::SequenceNumber { .. } => "SMPP 3.4, 5.1.4; 5.0, 4.7.26 (sequence_number)",
            Self::UnknownStatus { .. } | Self::RequestWithStatus { .. } => {
                "SMPP 3.4, 5.1.3; 5.0, 4.7.6 (command_status)"
            }
            Self::UnknownCommandId { .. } => "SMPP 3.4, 5.1.2.1; 5.0, 4.7.5 (command_id)",
        }
    }

    /// The error that a strict decoder gives for it; `None` when it is only
    /// reported there too.
    #[must_use]
    pub const fn strict_error(self) -> Option<DecodeErrorKind> {
        match self {
            Self::FieldTooLong { len, max } => Some(DecodeErrorKind::FieldTooLong { len, max }),
            Self::Unterminated { left } => Some(DecodeErrorKind::Unterminated { left }),
            Self::SmLengthOverrun { sm_length, left } => {
                Some(DecodeErrorKind::SmLengthOverrun { sm_length, left })
            }
            Self::StrayNuls { count: left } | Self::TlvHeaderTruncated { left } => {
                Some(DecodeErrorKind::TlvHeaderTruncated { left })
            }
            Self::TlvLengthOverrun { tag, length, left } => {
                Some(DecodeErrorKind::TlvLengthOverrun { tag, length, left })
            }
            Self::UnknownCommandId { command_id } => {
                Some(DecodeErrorKind::UnknownCommandId { command_id })
            }
            _ => None,
        }
    }
}

impl Finding {
    /// The `command_status` that refuses a PDU with this deviation, for those
    /// who do not want to live with it.
    #[must_use]
    pub fn suggested_status(&self) -> CommandStatus {
        match self.kind {
            FindingKind::FieldTooLong { .. }
            | FindingKind::Unterminated { .. }
            | FindingKind::TimeLength { .. }
            | FindingKind::SmLengthOverrun { .. }
            | FindingKind::ShortMessageTooLong { .. }
            | FindingKind::TwoTexts => status_of_field(self.field),
            FindingKind::StrayNuls { .. }
            | FindingKind::TlvHeaderTruncated { .. }
            | FindingKind::TlvLengthOverrun { .. } => CommandStatus::ESME_RINVTLVSTREAM,
            FindingKind::TlvWidth { .. } => CommandStatus::ESME_RINVTLVLEN,
            FindingKind::TlvBefore34 => CommandStatus::ESME_RTLVNOTALLWD,
            FindingKind::UnknownCommandId { .. } => CommandStatus::ESME_RINVCMDID,
            FindingKind::BodyOmitted
            | FindingKind::ErrorWithBody
            | FindingKind::UnusedMessageId => CommandStatus::ESME_RINVCMDLEN,
            FindingKind::SequenceNumber { .. }
            | FindingKind::UnknownStatus { .. }
            | FindingKind::RequestWithStatus { .. } => CommandStatus::ESME_RUNKNOWNERR,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at octet {}: {}", self.field, self.offset, self.kind)
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(error) = self.strict_error() {
            return error.fmt(f);
        }
        match *self {
            Self::TimeLength { len } => {
                write!(f, "{len} characters, a time has none or 16")
            }
            Self::ShortMessageTooLong { len, max } => {
                write!(f, "{len} octets, the version allows {max}")
            }
            Self::TwoTexts => f.write_str("text here and in message_payload"),
            Self::TlvWidth {
                tag,
                length,
                min,
                max,
            } => {
                write!(f, "{tag} has {length} octets, the standard has ")?;
                if min == max {
                    write!(f, "{min}")
                } else {
                    write!(f, "{min} to {max}")
                }
            }
            Self::TlvBefore34 => f.write_str("parameters in a session of 3.3"),
            Self::BodyOmitted => f.write_str("left out although the status is 0"),
            Self::ErrorWithBody => f.write_str("a body with an error status"),
            Self::UnusedMessageId => f.write_str("a message id where the standard has none"),
            Self::SequenceNumber { number } => {
                write!(f, "{number} is not in 1 to {}", 0x7FFF_FFFF)
            }
            Self::UnknownStatus { status } => write!(f, "{status} has no standard name"),
            Self::RequestWithStatus { status } => write!(f, "{status} in a request"),
            // Those with an error of strict mode are shown above.
            _ => f.write_str(self.name()),
        }
    }
}

/// Takes the findings of a decoder: a `Vec`, a `heapless::Vec` (which keeps the
/// first that fit), or `()`, which ignores them.
pub trait Findings {
    /// Takes one.
    fn report(&mut self, finding: Finding);
}

/// Ignores them.
impl Findings for () {
    fn report(&mut self, _: Finding) {}
}

#[cfg(feature = "alloc")]
impl Findings for alloc::vec::Vec<Finding> {
    fn report(&mut self, finding: Finding) {
        self.push(finding);
    }
}

/// Keeps as many as fit, the first ones.
impl<const N: usize> Findings for heapless::Vec<Finding, N> {
    fn report(&mut self, finding: Finding) {
        // A full list drops the later ones, by contract.
        let _ = self.push(finding);
    }
}
