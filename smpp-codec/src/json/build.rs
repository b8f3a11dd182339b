//! JSON to octets.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value};
use smpp_pdu::{CommandId, CommandStatus, Header, InterfaceVersion, SequenceNumber};

use super::layout::{Slot, SlotKind, named, slots};
use super::parameter;
use super::read::{self, JsonError, JsonNote, found, limit};

const KEYS: [&str; 8] = [
    "command_length",
    "command_id",
    "command",
    "command_status",
    "sequence_number",
    "body",
    "tlvs",
    "rest",
];

/// A PDU that was made of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuiltPdu {
    /// The whole PDU.
    pub octets: Vec<u8>,
    /// What was written as it was given, though it fits nothing.
    pub notes: Vec<JsonNote>,
}

/// The octets of a PDU from JSON of the shape that [`to_json`](super::to_json)
/// writes.
///
/// Only `command_id` or `command` must be there. The numbers of commands,
/// statuses, parameters and fields may be numbers, `"0x…"`, or their standard
/// names (`"submit_sm"`, `"ESME_RTHROTTLED"`, `"source_port"`, `"UCS2"`). What is
/// left out is empty or 0; the version of a bind is 3.4, the sequence number 1,
/// and lengths and counts are those of what is there. The body of a response
/// with an error is left out where `body` is. A parameter is `tag` or `name`
/// with `value_hex` or `value`.
///
/// Lengths and counts that are given are written as they are given, right or
/// wrong, with a note. A `command_length` of one octet less than the fields
/// have leaves the NUL of a last C-octet string out, as peers do that send
/// none.
///
/// # Errors
/// [`JsonError`]: a value that is not of its field, a field that the operation
/// does not have, or no operation at all.
///
/// ```
/// use serde_json::json;
/// use smpp_codec::json::from_json;
///
/// let pdu = json!({
///     "command": "submit_sm_resp",
///     "sequence_number": 7,
///     "body": {"message_id": "42"},
/// });
/// let built = from_json(&pdu)?;
/// assert_eq!(built.octets, b"\0\0\0\x13\x80\0\0\x04\0\0\0\0\0\0\0\x0742\0");
/// assert!(built.notes.is_empty());
/// # Ok::<(), smpp_codec::json::JsonError>(())
/// ```
pub fn from_json(value: &Value) -> Result<BuiltPdu, JsonError> {
    let Value::Object(pdu) = value else {
        let found = found(value);
        return Err(JsonError::new(
            "",
            format!("{found} is no PDU: it is an object with \"command\" and \"body\""),
        ));
    };
    only_known("", pdu, &KEYS)?;
    let command_id = command(pdu)?;
    let header_field = |key: &str, default: u32, named: fn(&str) -> Option<u32>| {
        let given = pdu.get(key);
        given.map_or(Ok(default), |value| {
            read::number(key, value, u32::MAX, named)
        })
    };
    let status = header_field("command_status", 0, |name| {
        CommandStatus::from_name(name).map(|status| status.0)
    })?;
    let header = Header {
        command_length: 0,
        command_id,
        command_status: CommandStatus(status),
        sequence_number: SequenceNumber(header_field("sequence_number", 1, |_| None)?),
    };
    let mut builder = Builder {
        command_id,
        octets: header.to_octets().to_vec(),
        notes: Vec::new(),
        ends_with_text: false,
    };
    let wants_body = builder.body(pdu.get("body"), header.command_status)?;
    match pdu.get("tlvs") {
        None | Some(Value::Null) => {}
        Some(Value::Array(tlvs)) => {
            if !wants_body && !tlvs.is_empty() {
                return Err(JsonError::new(
                    "tlvs",
                    "parameters cannot follow a body that is left out: give \"body\": {}",
                ));
            }
            for (at, tlv) in tlvs.iter().enumerate() {
                builder.tlv(&format!("tlvs[{at}]"), tlv)?;
            }
        }
        Some(other) => {
            let found = found(other);
            return Err(JsonError::new("tlvs", format!("{found} is no list")));
        }
    }
    if let Some(rest) = pdu.get("rest") {
        let rest = read::octets("rest", rest)?;
        builder.put(&rest);
    }
    let given = pdu.get("command_length");
    let given = given.map(|given| read::number("command_length", given, u32::MAX, |_| None));
    builder.finish(given.transpose()?)
}

/// The operation, by its number or its name.
fn command(pdu: &Map<String, Value>) -> Result<CommandId, JsonError> {
    let by_name = |name: &str| {
        let mut all = CommandId::NAMED.iter();
        all.find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(id, _)| id.0)
    };
    let number = |key: &str| match pdu.get(key) {
        // The name of an operation that has none.
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) if key == "command" && name == "unknown" => Ok(None),
        Some(value) => {
            let number = read::number(key, value, u32::MAX, by_name).map_err(|_| {
                JsonError::new(
                    key,
                    format!(
                        "{} is no operation: use a name such as \"submit_sm\", or a number such \
                         as \"0x00000004\"",
                        found(value)
                    ),
                )
            });
            number.map(|number| Some(CommandId(number)))
        }
    };
    match (number("command_id")?, number("command")?) {
        (Some(id), Some(name)) if id != name => Err(JsonError::new(
            "command",
            format!("it says {name}, but command_id says {id}: leave one of them out"),
        )),
        (Some(id), _) | (None, Some(id)) => Ok(id),
        (None, None) => Err(JsonError::new(
            "command",
            "it is missing: give the operation, such as \"command\": \"submit_sm\"",
        )),
    }
}

/// A key that means nothing is a wrong spelling of one that does.
pub(super) fn only_known(
    path: &str,
    object: &Map<String, Value>,
    known: &[&str],
) -> Result<(), JsonError> {
    let Some(strange) = object.keys().find(|key| !known.contains(&key.as_str())) else {
        return Ok(());
    };
    let field = if path.is_empty() {
        strange.clone()
    } else {
        format!("{path}.{strange}")
    };
    let known = match known {
        [] => "there is none".to_owned(),
        known => format!("known are {}", known.join(", ")),
    };
    Err(JsonError::new(field, format!("no such field; {known}")))
}

pub(super) struct Builder {
    command_id: CommandId,
    octets: Vec<u8>,
    notes: Vec<JsonNote>,
    /// The last octet is the NUL of a C-octet string.
    ends_with_text: bool,
}

impl Builder {
    fn put(&mut self, octets: &[u8]) {
        if !octets.is_empty() {
            self.octets.extend_from_slice(octets);
            self.ends_with_text = false;
        }
    }

    pub(super) fn put_text(&mut self, text: &[u8]) {
        self.octets.extend_from_slice(text);
        self.octets.push(0);
        self.ends_with_text = true;
    }

    pub(super) fn put_number(&mut self, number: u32, len: usize) {
        let octets = number.to_be_bytes();
        let (_, octets) = octets
            .split_at_checked(octets.len().saturating_sub(len))
            .unwrap_or_default();
        self.put(octets);
    }

    pub(super) fn note(&mut self, field: &str, what: impl Into<String>) {
        self.notes.push(JsonNote {
            field: field.to_string(),
            what: what.into(),
        });
    }

    /// The mandatory fields; false when they are left out.
    fn body(&mut self, body: Option<&Value>, status: CommandStatus) -> Result<bool, JsonError> {
        let slots = slots(self.command_id);
        let empty = Map::new();
        let body = match body {
            Some(Value::Object(body)) => body,
            Some(Value::Null) if self.command_id.is_response() => return Ok(false),
            None if self.command_id.is_response() && status.is_error() => return Ok(false),
            None => &empty,
            Some(Value::Null) if slots.as_ref().is_none_or(Vec::is_empty) => &empty,
            Some(Value::Null) => {
                return Err(JsonError::new(
                    "body",
                    "null: only a response can leave its fields out; leave \"body\" out for \
                     the defaults",
                ));
            }
            Some(other) => {
                let found = found(other);
                return Err(JsonError::new(
                    "body",
                    format!("{found} is no object of fields"),
                ));
            }
        };
        let Some(slots) = slots else {
            if body.is_empty() {
                return Ok(true);
            }
            return Err(JsonError::new(
                "body",
                "the fields of this operation are not known: give its octets in \"rest\"",
            ));
        };
        let names: Vec<&str> = slots.iter().map(|slot| slot.name).collect();
        only_known("body", body, &names)?;
        let mut slots = slots.iter().peekable();
        while let Some(slot) = slots.next() {
            match slots.peek().map(|next| next.kind) {
                Some(SlotKind::Octets | SlotKind::List) => {
                    if let Some(counted) = slots.next() {
                        self.counted(body, slot, counted)?;
                    }
                }
                _ => self.field(body, slot)?,
            }
        }
        Ok(true)
    }

    fn field(&mut self, body: &Map<String, Value>, slot: &Slot) -> Result<(), JsonError> {
        let path = format!("body.{}", slot.name);
        match (slot.kind, body.get(slot.name)) {
            (SlotKind::Number { len, .. }, None) => {
                let default = match slot.name {
                    "interface_version" => InterfaceVersion::V3_4.0.into(),
                    _ => 0,
                };
                self.put_number(default, len);
            }
            (SlotKind::Number { len, offset }, Some(value)) => {
                let command_id = self.command_id;
                let by_name = |name: &str| named(command_id, offset, name).map(u32::from);
                let number = read::number(&path, value, limit(len), by_name)?;
                self.put_number(number, len);
            }
            (SlotKind::Text { .. }, None) => self.put_text(&[]),
            (SlotKind::Text { secret }, Some(value)) => {
                let text = read::text(&path, value)?;
                if secret && text == b"***" {
                    let what = "*** stands where a password was hidden, and is written as it is";
                    self.note(&path, what);
                }
                self.put_text(&text);
            }
            // Both stand behind their number, see `counted`.
            (SlotKind::Octets | SlotKind::List, _) => {}
        }
        Ok(())
    }

    /// Octets or a list, and before it the number of them.
    fn counted(
        &mut self,
        body: &Map<String, Value>,
        count: &Slot,
        slot: &Slot,
    ) -> Result<(), JsonError> {
        let path = format!("body.{}", slot.name);
        let value = body.get(slot.name);
        let none = Vec::new();
        let (octets, members) = match (slot.kind, value) {
            (_, None) => (Vec::new(), &none),
            (SlotKind::List, Some(Value::Array(list))) => (Vec::new(), list),
            (SlotKind::List, Some(other)) => {
                let found = found(other);
                return Err(JsonError::new(path, format!("{found} is no list")));
            }
            (_, Some(value)) => (read::octets(&path, value)?, &none),
        };
        let have = octets.len() + members.len();
        let count_path = format!("body.{}", count.name);
        let number = match body.get(count.name) {
            Some(given) => read::number(&count_path, given, u8::MAX.into(), |_| None)?,
            None => u8::try_from(have).map(u32::from).map_err(|_| {
                let hint = match slot.kind {
                    SlotKind::List => "",
                    _ => "; a longer text goes into the parameter message_payload",
                };
                JsonError::new(
                    path.clone(),
                    format!("{have} of them, the field counts up to 255{hint}"),
                )
            })?,
        };
        if usize::try_from(number) != Ok(have) {
            let what = format!("{number} where {} has {have}, written as given", slot.name);
            self.note(&count_path, what);
        }
        self.put_number(number, 1);
        self.put(&octets);
        for (at, member) in members.iter().enumerate() {
            self.member(&format!("{path}[{at}]"), slot.name, member)?;
        }
        Ok(())
    }

    fn tlv(&mut self, path: &str, tlv: &Value) -> Result<(), JsonError> {
        let Value::Object(tlv) = tlv else {
            let found = found(tlv);
            return Err(JsonError::new(
                path,
                format!("{found} is no parameter: it is an object with \"tag\" and \"value_hex\""),
            ));
        };
        only_known(path, tlv, &["tag", "name", "length", "value_hex", "value"])?;
        let tag = parameter::tag(path, tlv)?;
        let value = match (tlv.get("value_hex"), tlv.get("value")) {
            (Some(hex), _) => read::octets(&format!("{path}.value_hex"), hex)?,
            (None, Some(value)) => parameter::value(&format!("{path}.value"), tag, value)?,
            (None, None) => Vec::new(),
        };
        let length = match tlv.get("length") {
            Some(length) => {
                let path = format!("{path}.length");
                let length = read::number(&path, length, u16::MAX.into(), |_| None)?;
                if usize::try_from(length) != Ok(value.len()) {
                    let have = value.len();
                    let what = format!("{length} where the value has {have}, written as given");
                    self.note(&path, what);
                }
                length
            }
            None => u16::try_from(value.len()).map(u32::from).map_err(|_| {
                let have = value.len();
                let what = format!("the value has {have} octets, the limit is 65535");
                JsonError::new(path, what)
            })?,
        };
        self.put_number(tag.0.into(), 2);
        self.put_number(length, 2);
        self.put(&value);
        Ok(())
    }

    fn finish(mut self, given: Option<u32>) -> Result<BuiltPdu, JsonError> {
        let mut len = self.octets.len();
        let given_len = given.and_then(|given| usize::try_from(given).ok());
        if self.ends_with_text && given_len.is_some_and(|given| given + 1 == len) {
            self.octets.pop();
            len -= 1;
            self.note(
                "command_length",
                "the NUL of the last field is left out, as this length asks",
            );
        }
        let real = u32::try_from(len)
            .map_err(|_| JsonError::new("", "the PDU is longer than command_length can say"))?;
        let stated = given.unwrap_or(real);
        if stated != real {
            let what = format!("{stated} where the PDU has {real} octets, written as given");
            self.note("command_length", what);
        }
        if let Some(front) = self.octets.first_chunk_mut() {
            *front = stated.to_be_bytes();
        }
        Ok(BuiltPdu {
            octets: self.octets,
            notes: self.notes,
        })
    }
}
