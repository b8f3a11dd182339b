//! Tags and values of parameters.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};
use smpp_pdu::{Tag, TlvKind};

use super::read::{self, JsonError};

/// The tag, by its number or its name.
pub(super) fn tag(path: &str, tlv: &Map<String, Value>) -> Result<Tag, JsonError> {
    let by_name = |name: &str| {
        let mut all = Tag::NAMED.iter();
        all.find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(tag, _)| u32::from(tag.0))
    };
    let (key, value) = match (tlv.get("tag"), tlv.get("name")) {
        (Some(tag), _) => ("tag", tag),
        (None, Some(name)) => ("name", name),
        (None, None) => {
            return Err(JsonError::new(
                format!("{path}.tag"),
                "it is missing: give a number such as \"0x1400\", or a name such as \
                 \"source_port\"",
            ));
        }
    };
    read::number(&format!("{path}.{key}"), value, u16::MAX.into(), by_name)
        .and_then(|tag| {
            u16::try_from(tag).map_err(|_| JsonError::new(format!("{path}.{key}"), "too large"))
        })
        .map(Tag)
}

/// A value by the form that the standard has for it.
pub(super) fn value(path: &str, tag: Tag, value: &Value) -> Result<Vec<u8>, JsonError> {
    let number = |len: usize| {
        let number = read::number(path, value, read::limit(len), |_| None)?;
        let octets = number.to_be_bytes().into_iter();
        Ok(octets.skip(4usize.saturating_sub(len)).collect())
    };
    match tag.definition().map(|definition| definition.kind) {
        Some(TlvKind::U8) => number(1),
        Some(TlvKind::U16) => number(2),
        Some(TlvKind::U32) => number(4),
        Some(TlvKind::COctetString) => {
            let mut text = read::text(path, value)?;
            text.push(0);
            Ok(text)
        }
        _ if value.is_string() => read::text(path, value),
        _ => Err(JsonError::new(
            path,
            format!(
                "{} has no one form as a number: give its octets in \"value_hex\"",
                read::found(value)
            ),
        )),
    }
}
