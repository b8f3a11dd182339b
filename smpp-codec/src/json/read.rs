//! Single values of JSON, and what is said of wrong ones.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde_json::Value;

/// Why a JSON value is no PDU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    field: String,
    what: String,
}

impl JsonError {
    pub(super) fn new(field: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            what: what.into(),
        }
    }

    /// The place, such as `body.source_addr` or `tlvs[2].tag`; empty for the
    /// value as a whole.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What was found there, and what would be right.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            f.write_str(&self.what)
        } else {
            write!(f, "{}: {}", self.field, self.what)
        }
    }
}

impl core::error::Error for JsonError {}

/// Something that was written as it was given, and that a peer may not
/// understand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonNote {
    /// The place, as [`JsonError::field`].
    pub field: String,
    /// What is unusual there.
    pub what: String,
}

impl fmt::Display for JsonNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.what)
    }
}

/// A value as people see it, cut where it is long.
pub(super) fn found(value: &Value) -> String {
    const SHOWN: usize = 40;
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        other => {
            let text = other.to_string();
            match text.char_indices().nth(SHOWN) {
                Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(&text)),
                None => text,
            }
        }
    }
}

/// A number from 0 to `max`: as one, in digits, in hexadecimal digits behind
/// `0x`, or under a name that `named` knows.
pub(super) fn number(
    field: &str,
    value: &Value,
    max: u32,
    named: impl FnOnce(&str) -> Option<u32>,
) -> Result<u32, JsonError> {
    let number = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => text.parse().ok().or_else(|| named(text).map(u64::from)),
        },
        _ => None,
    };
    number
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| *number <= max)
        .ok_or_else(|| {
            let found = found(value);
            let or_name = if value.is_string() {
                ", \"0x…\" or a name of the standard"
            } else {
                ""
            };
            JsonError::new(
                field,
                format!("{found} is no number from 0 to {max}{or_name}"),
            )
        })
}

/// Text of which each character is one octet, and none is NUL.
pub(super) fn text(field: &str, value: &Value) -> Result<Vec<u8>, JsonError> {
    let Value::String(text) = value else {
        let found = found(value);
        return Err(JsonError::new(
            field,
            format!("{found} is no text, write it in quotation marks"),
        ));
    };
    text.chars()
        .map(|character| match u8::try_from(u32::from(character)) {
            Ok(0) => Err(JsonError::new(
                field,
                "a NUL ends the field, and cannot be in it",
            )),
            Ok(octet) => Ok(octet),
            Err(_) => Err(JsonError::new(
                field,
                format!(
                    "the character {character:?} is not of Latin-1: each octet of the field is \
                     written as the character of the same number"
                ),
            )),
        })
        .collect()
}

/// Octets in hexadecimal digits, with or without spaces between.
pub(super) fn octets(field: &str, value: &Value) -> Result<Vec<u8>, JsonError> {
    let wrong = |what: &str| {
        JsonError::new(
            field,
            format!("{what}: octets are written in hexadecimal digits, such as \"48656c6c6f\""),
        )
    };
    let Value::String(text) = value else {
        return Err(wrong(&format!("{} is no text", found(value))));
    };
    let mut octets = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for character in text
        .chars()
        .filter(|character| !character.is_ascii_whitespace())
    {
        let digit = character
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
            .ok_or_else(|| wrong(&format!("{character:?} is no hexadecimal digit")))?;
        match high.take() {
            None => high = Some(digit),
            Some(high) => octets.push(high << 4 | digit),
        }
    }
    if high.is_some() {
        return Err(wrong("one digit is missing"));
    }
    Ok(octets)
}

/// The greatest number of so many octets.
pub(super) fn limit(len: usize) -> u32 {
    match len {
        1 => u8::MAX.into(),
        2 => u16::MAX.into(),
        _ => u32::MAX,
    }
}
