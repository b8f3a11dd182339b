//! What cannot be written, what cannot be read, and what was passed over.

use core::fmt;

use smpp_pdu::time::TimeError;

/// Why a push or one of its documents is not written. Nothing of it is in the
/// buffer then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// A text holds a NUL, which ends a text in both layers.
    NulInside {
        /// Which one: `href`, `text`, `id`, `content type` or `application id`.
        field: &'static str,
    },
    /// A text cannot stand where it is: a content type that is empty or starts
    /// with an octet that is no character of ASCII.
    BadText {
        /// Which one.
        field: &'static str,
    },
    /// A date has no year of 1900 to 2099 in UTC.
    Date {
        /// Which one: `created` or `expires`.
        field: &'static str,
        /// What is wrong with it.
        error: TimeError,
    },
    /// The buffer is too small.
    NoRoom {
        /// Octets that it takes.
        need: usize,
        /// Octets that the buffer takes.
        room: usize,
    },
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NulInside { field } => write!(f, "wap push: {field} has a NUL inside"),
            Self::BadText { field } => write!(f, "wap push: {field} cannot be written as a text"),
            Self::Date { field, error } => write!(f, "wap push: {field}: {error}"),
            Self::NoRoom { need, room } => {
                write!(f, "wap push: {need} octets, the buffer takes {room}")
            }
        }
    }
}

impl core::error::Error for WriteError {}

/// Why octets are not read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The octets end inside the head of the push or of the document.
    Cut {
        /// Where, in octets from its start.
        offset: usize,
    },
    /// The PDU of the session layer is no push (0x06).
    NotPush {
        /// Its type.
        pdu_type: u8,
    },
    /// The document is of another type.
    OtherDocument {
        /// Its public identifier; 0 for one that is given as a text.
        public_id: u32,
    },
    /// The texts are in an alphabet whose NUL takes more than one octet, as
    /// those of 16 bits; no phone expects it.
    Charset {
        /// The number of the alphabet (MIBenum).
        charset: u32,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut { offset } => write!(f, "wap push: the octets end at {offset}, in a head"),
            Self::NotPush { pdu_type } => {
                write!(f, "wap push: the PDU type is 0x{pdu_type:02X}, not 0x06")
            }
            Self::OtherDocument { public_id } => {
                write!(f, "wap push: a document of type 0x{public_id:02X}")
            }
            Self::Charset { charset } => {
                write!(f, "wap push: texts in the alphabet {charset}")
            }
        }
    }
}

impl core::error::Error for ReadError {}

/// Something in a document that was passed over: where, what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Where, in octets from the start of the document.
    pub offset: usize,
    /// What.
    pub kind: SkippedKind,
}

/// What was passed over in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkippedKind {
    /// An element that has no place there, with all that is in it: `info`, for
    /// example, or a second `indication`.
    Element {
        /// Its token, without the bits for content and attributes.
        token: u8,
    },
    /// An attribute that the document type does not know, or that has no use
    /// here (`class`).
    Attribute {
        /// The token of its name.
        token: u8,
    },
    /// An attribute that was there before; the first one counts.
    Repeated {
        /// The token of its name.
        token: u8,
    },
    /// A value, or a piece of one, that the document type does not know.
    Value {
        /// Its token.
        token: u8,
    },
    /// A date that is none, or that is not of the years 1900 to 2099.
    Date,
    /// An action that the document type does not know.
    Action,
    /// Octets without a meaning where a text should be.
    Opaque {
        /// How many.
        len: usize,
    },
    /// A reference to a character that there is not.
    Entity {
        /// Its number.
        number: u32,
    },
    /// A reference to a place behind the string table.
    StringTable {
        /// The place, in octets from the start of the table.
        index: u32,
    },
    /// Text outside of the place for it.
    Text,
    /// A processing instruction.
    Instruction,
    /// An alphabet other than UTF-8, ASCII and Latin 1; it is read as UTF-8.
    Charset {
        /// Its number (MIBenum).
        charset: u32,
    },
    /// The public identifier is the one for "unknown"; the document is taken
    /// for what was asked for.
    PublicId,
    /// The document ends before its elements do. What is there was read.
    Cut,
    /// Octets behind the document.
    Trailing {
        /// How many.
        len: usize,
    },
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            SkippedKind::Element { token } => write!(f, "element 0x{token:02X}")?,
            SkippedKind::Attribute { token } => write!(f, "attribute 0x{token:02X}")?,
            SkippedKind::Repeated { token } => write!(f, "attribute 0x{token:02X} again")?,
            SkippedKind::Value { token } => write!(f, "value 0x{token:02X}")?,
            SkippedKind::Date => f.write_str("no date")?,
            SkippedKind::Action => f.write_str("unknown action")?,
            SkippedKind::Opaque { len } => write!(f, "{len} octets that are no text")?,
            SkippedKind::Entity { number } => write!(f, "character {number}, which is none")?,
            SkippedKind::StringTable { index } => {
                write!(f, "string {index}, which is behind the table")?;
            }
            SkippedKind::Text => f.write_str("text out of place")?,
            SkippedKind::Instruction => f.write_str("processing instruction")?,
            SkippedKind::Charset { charset } => write!(f, "alphabet {charset}")?,
            SkippedKind::PublicId => f.write_str("unknown public identifier")?,
            SkippedKind::Cut => f.write_str("the document is cut")?,
            SkippedKind::Trailing { len } => write!(f, "{len} octets behind the document")?,
        }
        write!(f, " at octet {}", self.offset)
    }
}
