//! Why a PDU does not decode.

use core::fmt;

use smpp_pdu::{CommandStatus, Tag};

/// Why a PDU does not decode: where, in which field, what.
///
/// ```
/// use smpp_codec::{DecodeErrorKind, decode};
/// use smpp_pdu::CommandStatus;
///
/// let cut = [0, 0, 0, 17, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 7, 0];
/// let error = decode(&cut).unwrap_err();
/// assert_eq!((error.offset, error.field), (17, "source_addr_ton"));
/// assert_eq!(error.kind, DecodeErrorKind::TruncatedField { left: 0 });
/// assert_eq!(error.suggested_status(), CommandStatus::ESME_RINVCMDLEN);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Where the field starts, in octets from the start of the PDU.
    pub offset: usize,
    /// The specification's name of the field.
    pub field: &'static str,
    /// What is wrong with it.
    pub kind: DecodeErrorKind,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// Fewer than the 16 octets of a header. On a stream: wait for more.
    IncompleteHeader {
        /// Octets that there are.
        have: usize,
    },
    /// Fewer octets than `command_length` says. On a stream: wait for more.
    IncompletePdu {
        /// What `command_length` says, in octets.
        command_length: u32,
        /// Octets that there are.
        have: usize,
    },
    /// `command_length` is below the 16 octets of a header.
    CommandLengthTooSmall {
        /// What it says, in octets.
        command_length: u32,
    },
    /// `command_length` is above the limit.
    CommandLengthTooLarge {
        /// What it says, in octets.
        command_length: u32,
        /// The limit, in octets.
        limit: usize,
    },
    /// More octets than `command_length` says, where one PDU was expected.
    OctetsBehindPdu {
        /// How many more.
        extra: usize,
    },
    /// An operation that the standard does not define (strict mode only).
    UnknownCommandId {
        /// The `command_id`.
        command_id: u32,
    },
    /// The PDU ends inside the field.
    TruncatedField {
        /// Octets that are left for it.
        left: usize,
    },
    /// The PDU ends before the NUL of the field.
    Unterminated {
        /// Octets that are left for it.
        left: usize,
    },
    /// The field is longer than the standard allows (strict mode only).
    FieldTooLong {
        /// Its length with the NUL, in octets.
        len: usize,
        /// The standard's limit, in octets.
        max: usize,
    },
    /// `sm_length` is more than what is left (strict mode only).
    SmLengthOverrun {
        /// What it says, in octets.
        sm_length: u8,
        /// Octets that are left.
        left: usize,
    },
    /// One to three octets are left where a parameter should start (strict mode only).
    TlvHeaderTruncated {
        /// How many.
        left: usize,
    },
    /// A parameter is longer than what is left (strict mode only).
    TlvLengthOverrun {
        /// Its tag.
        tag: Tag,
        /// Its length, in octets.
        length: u16,
        /// Octets that are left for its value.
        left: usize,
    },
    /// A `dest_flag` other than 1 and 2.
    InvalidDestFlag {
        /// The flag.
        dest_flag: u8,
    },
}

impl DecodeErrorKind {
    /// A short, stable name for logs and JSON, such as `truncated_field`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::IncompleteHeader { .. } => "incomplete_header",
            Self::IncompletePdu { .. } => "incomplete_pdu",
            Self::CommandLengthTooSmall { .. } => "command_length_too_small",
            Self::CommandLengthTooLarge { .. } => "command_length_too_large",
            Self::OctetsBehindPdu { .. } => "octets_behind_pdu",
            Self::UnknownCommandId { .. } => "unknown_command_id",
            Self::TruncatedField { .. } | Self::Unterminated { .. } => "truncated_field",
            Self::FieldTooLong { .. } => "field_too_long",
            Self::SmLengthOverrun { .. } => "sm_length_overrun",
            Self::TlvHeaderTruncated { .. } => "tlv_header_truncated",
            Self::TlvLengthOverrun { .. } => "tlv_length_overrun",
            Self::InvalidDestFlag { .. } => "invalid_dest_flag",
        }
    }
}

impl DecodeError {
    /// The `command_status` that the sender should be answered with.
    #[must_use]
    pub fn suggested_status(&self) -> CommandStatus {
        match self.kind {
            DecodeErrorKind::UnknownCommandId { .. } => CommandStatus::ESME_RINVCMDID,
            DecodeErrorKind::FieldTooLong { .. } => status_of_field(self.field),
            DecodeErrorKind::SmLengthOverrun { .. } => CommandStatus::ESME_RINVMSGLEN,
            DecodeErrorKind::TlvHeaderTruncated { .. }
            | DecodeErrorKind::TlvLengthOverrun { .. } => CommandStatus::ESME_RINVTLVSTREAM,
            DecodeErrorKind::InvalidDestFlag { .. } => CommandStatus::ESME_RINVDESTFLAG,
            DecodeErrorKind::IncompleteHeader { .. }
            | DecodeErrorKind::IncompletePdu { .. }
            | DecodeErrorKind::CommandLengthTooSmall { .. }
            | DecodeErrorKind::CommandLengthTooLarge { .. }
            | DecodeErrorKind::OctetsBehindPdu { .. }
            | DecodeErrorKind::TruncatedField { .. }
            | DecodeErrorKind::Unterminated { .. } => CommandStatus::ESME_RINVCMDLEN,
        }
    }
}

/// The status that says a field has the wrong length or content.
pub(crate) fn status_of_field(field: &str) -> CommandStatus {
    match field {
        "system_id" => CommandStatus::ESME_RINVSYSID,
        "password" => CommandStatus::ESME_RINVPASWD,
        "system_type" => CommandStatus::ESME_RINVSYSTYP,
        "service_type" => CommandStatus::ESME_RINVSERTYP,
        "source_addr" => CommandStatus::ESME_RINVSRCADR,
        "destination_addr" | "esme_addr" => CommandStatus::ESME_RINVDSTADR,
        "message_id" | "msgid" => CommandStatus::ESME_RINVMSGID,
        "dl_name" => CommandStatus::ESME_RINVDLNAME,
        "schedule_delivery_time" => CommandStatus::ESME_RINVSCHED,
        "validity_period" => CommandStatus::ESME_RINVEXPIRY,
        "sm_length" | "short_message" => CommandStatus::ESME_RINVMSGLEN,
        _ => CommandStatus::ESME_RINVCMDLEN,
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at octet {}: {}", self.field, self.offset, self.kind)
    }
}

impl core::error::Error for DecodeError {}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::IncompleteHeader { have } => {
                write!(f, "{have} octets of the 16 of a header")
            }
            Self::IncompletePdu {
                command_length,
                have,
            } => write!(f, "says {command_length} octets, there are {have}"),
            Self::CommandLengthTooSmall { command_length } => {
                write!(f, "says {command_length} octets, a header alone has 16")
            }
            Self::CommandLengthTooLarge {
                command_length,
                limit,
            } => write!(f, "says {command_length} octets, the limit is {limit}"),
            Self::OctetsBehindPdu { extra } => {
                write!(f, "{extra} octets follow the end that it states")
            }
            Self::UnknownCommandId { command_id } => {
                write!(f, "0x{command_id:08X} is no operation of the standard")
            }
            Self::TruncatedField { left } => {
                write!(f, "the PDU ends inside the field, {left} octets are left")
            }
            Self::Unterminated { left } => {
                write!(f, "no NUL in the {left} octets that are left")
            }
            Self::FieldTooLong { len, max } => {
                write!(f, "{len} octets with its NUL, at most {max} are allowed")
            }
            Self::SmLengthOverrun { sm_length, left } => {
                write!(f, "says {sm_length} octets, {left} are left")
            }
            Self::TlvHeaderTruncated { left } => {
                write!(f, "{left} octets are left, too few for tag and length")
            }
            Self::TlvLengthOverrun { tag, length, left } => {
                write!(f, "{tag} says {length} octets, {left} are left")
            }
            Self::InvalidDestFlag { dest_flag } => {
                write!(
                    f,
                    "{dest_flag} is neither 1 (address) nor 2 (distribution list)"
                )
            }
        }
    }
}
