//! Values to JSON.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use serde_json::{Map, Value, json};
use smpp_pdu::{Body, COctetStr, CommandStatus, Pdu, Tag, Tlv, TlvKind};

use crate::{DecodeError, FieldValue, FieldVisitor, Finding, visit};

/// A PDU as JSON, without its password. `command_length` is the one of its
/// header, or [`encoded_len`](crate::encoded_len).
///
/// ```
/// use smpp_codec::json::to_json;
/// use smpp_pdu::{Pdu, SequenceNumber, SubmitSmResp};
///
/// let resp = SubmitSmResp::default().message_id("42".try_into()?);
/// let json = to_json(&Pdu::request(SequenceNumber(7), resp), 19);
/// assert_eq!(json["command"], "submit_sm_resp");
/// assert_eq!(json["body"]["message_id"], "42");
/// # Ok::<(), smpp_pdu::NulInside>(())
/// ```
#[must_use]
pub fn to_json(pdu: &Pdu<'_>, command_length: u32) -> Value {
    JsonOptions::new().to_json(pdu, command_length)
}

/// How PDUs become JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JsonOptions {
    show_passwords: bool,
}

impl JsonOptions {
    /// Without passwords.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            show_passwords: false,
        }
    }

    /// Whether passwords are shown, and not `"***"` in their place.
    #[must_use]
    pub const fn show_passwords(mut self, show: bool) -> Self {
        self.show_passwords = show;
        self
    }

    /// As [`to_json`], with these options.
    #[must_use]
    pub fn to_json(self, pdu: &Pdu<'_>, command_length: u32) -> Value {
        let mut fields = Fields {
            options: self,
            ..Fields::default()
        };
        visit(pdu, &mut fields);
        let body = match pdu.body {
            Body::Omitted(_) => Value::Null,
            _ => Value::Object(fields.body),
        };
        let command_id = pdu.command_id();
        let mut json = json!({
            "command_length": command_length,
            "command_id": format!("0x{:08X}", command_id.0),
            "command": command_id.name().unwrap_or("unknown"),
            "command_status": pdu.command_status.0,
            "sequence_number": pdu.sequence_number.0,
            "body": body,
            "tlvs": fields.tlvs,
        });
        if let (Some(rest), Value::Object(json)) = (fields.rest, &mut json) {
            json.insert("rest".to_string(), rest.into());
        }
        json
    }
}

/// What is wrong with octets that do not decode: `error` (see
/// [`DecodeErrorKind::name`](crate::DecodeErrorKind::name)), `detail`, `offset`,
/// `field` and `suggested_status` (`"0x00000002"`).
#[must_use]
pub fn error_to_json(error: &DecodeError) -> Value {
    json!({
        "error": error.kind.name(),
        "detail": error.to_string(),
        "offset": error.offset,
        "field": error.field,
        "suggested_status": status(error.suggested_status()),
    })
}

/// A deviation: `offset`, `field`, `kind` (see
/// [`FindingKind::name`](crate::FindingKind::name)), `what`, `clause` and
/// `suggested_status` (`"0x00000002"`).
#[must_use]
pub fn finding_to_json(finding: &Finding) -> Value {
    json!({
        "offset": finding.offset,
        "field": finding.field,
        "kind": finding.kind.name(),
        "what": finding.kind.to_string(),
        "clause": finding.kind.clause(),
        "suggested_status": status(finding.suggested_status()),
    })
}

/// Collects what the visit of a PDU shows.
#[derive(Default)]
struct Fields {
    options: JsonOptions,
    body: Map<String, Value>,
    list: Vec<Value>,
    /// The member whose fields come, inside a list.
    member: Option<Map<String, Value>>,
    tlvs: Vec<Value>,
    rest: Option<String>,
}

impl FieldVisitor for Fields {
    fn field(&mut self, name: &'static str, value: FieldValue<'_>, _: usize, _: usize) {
        let value = match value {
            FieldValue::Number { number, .. } => number.into(),
            FieldValue::Text(text) => latin_1(text).into(),
            FieldValue::Secret(text) if self.options.show_passwords || text.is_empty() => {
                latin_1(text).into()
            }
            FieldValue::Secret(_) => "***".into(),
            FieldValue::Octets(octets) => hex(octets.iter().copied()).into(),
        };
        let fields = self.member.as_mut().unwrap_or(&mut self.body);
        fields.insert(name.to_string(), value);
    }

    fn begin_member(&mut self, _: &'static str) {
        self.member = Some(Map::new());
    }

    fn end_member(&mut self) {
        let member = self.member.take().unwrap_or_default();
        // A list of plain values is not one of objects.
        let member = if member.len() == 1 {
            member.into_iter().map(|(_, value)| value).next()
        } else {
            Some(Value::Object(member))
        };
        self.list.extend(member);
    }

    fn end_list(&mut self, name: &'static str) {
        let list = core::mem::take(&mut self.list);
        self.body.insert(name.to_string(), list.into());
    }

    fn tlv(&mut self, tlv: &Tlv<'_>, _: usize) {
        let mut json = json!({
            "tag": format!("0x{:04X}", tlv.tag().0),
            "name": tag_name(tlv.tag()),
            "length": tlv.value().len(),
            "value_hex": hex(tlv.value().iter()),
        });
        if let (Some(value), Value::Object(json)) = (tlv_value(tlv), &mut json) {
            json.insert("value".to_string(), value);
        }
        self.tlvs.push(json);
    }

    fn rest(&mut self, octets: &[u8], _: usize) {
        if !octets.is_empty() {
            self.rest = Some(hex(octets.iter().copied()));
        }
    }
}

fn tag_name(tag: Tag) -> &'static str {
    match tag.name() {
        Some(name) => name,
        None if tag.is_vendor_specific() => "vendor",
        None => "unknown",
    }
}

/// The value of a parameter that is text, or a number of the one width that
/// the standard has for it.
fn tlv_value(tlv: &Tlv<'_>) -> Option<Value> {
    let definition = tlv.tag().definition()?;
    let one_width = definition.min_len == definition.max_len;
    match definition.kind {
        TlvKind::COctetString => tlv.read().ok().map(|text| latin_1(text).into()),
        TlvKind::U8 if one_width => tlv.read::<u8>().ok().map(Value::from),
        TlvKind::U16 if one_width => tlv.read::<u16>().ok().map(Value::from),
        TlvKind::U32 if one_width => tlv.read::<u32>().ok().map(Value::from),
        _ => None,
    }
}

/// Each octet as the character of the same number: no octet is lost.
fn latin_1(text: COctetStr<'_>) -> String {
    text.as_bytes()
        .iter()
        .map(|octet| char::from(*octet))
        .collect()
}

fn hex(octets: impl Iterator<Item = u8>) -> String {
    octets.fold(String::new(), |mut hex, octet| {
        // A String takes everything.
        let _ = write!(hex, "{octet:02x}");
        hex
    })
}

fn status(status: CommandStatus) -> String {
    format!("0x{:08X}", status.0)
}
