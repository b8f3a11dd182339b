//! Receipts, for people and as JSON.

use serde_json::{Map, Value, json};
use smpp_codec::receipt::{ErrorCode, Receipt};
use smpp_pdu::{COctetStr, MessageState};

use super::output::{Output, Printable};

/// Octets of a receipt as text: ids and words are ASCII, or Latin-1 at worst.
pub(crate) fn latin_1(octets: &[u8]) -> String {
    octets.iter().map(|octet| char::from(*octet)).collect()
}

pub(crate) fn address(addr: COctetStr<'_>) -> String {
    latin_1(addr.as_bytes())
}

/// The state, in the words of the standard.
pub(crate) fn state_name(state: MessageState) -> Value {
    match state.name() {
        Some(name) => name.into(),
        None => state.0.into(),
    }
}

/// `message_id`, `state`, `stat`, `error`, the dates and the addresses.
pub(crate) fn to_json(receipt: &Receipt<'_>) -> Map<String, Value> {
    let text = receipt.text;
    let octets = |field: Option<&[u8]>| field.map(latin_1);
    let date = |date: Option<smpp_pdu::time::McLocalTime>| date.map(|date| date.to_string());
    let error = match receipt.error() {
        Some(ErrorCode::Text(text)) => match receipt.error().and_then(|error| error.number()) {
            Some(number) => number.into(),
            None => latin_1(text).into(),
        },
        Some(ErrorCode::Network(error)) => error.code.into(),
        None => Value::Null,
    };
    let json = json!({
        "message_id": octets(receipt.id()),
        "state": receipt.likely_state().map(state_name),
        "stat": octets(text.and_then(|text| text.stat)),
        "error": error,
        "submit_date": date(text.and_then(|text| text.submit_time())),
        "done_date": date(text.and_then(|text| text.done_time())),
        "source_addr": address(receipt.source_addr.addr),
        "destination_addr": address(receipt.destination_addr.addr),
    });
    match json {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// `DELIVRD`, or what the centre writes instead.
pub(crate) fn word(receipt: &Receipt<'_>) -> String {
    let stat = receipt.text.and_then(|text| text.stat);
    match (stat, receipt.likely_state()) {
        (Some(stat), _) if !stat.is_empty() => latin_1(stat),
        (_, Some(state)) => state
            .receipt_word()
            .map_or_else(|| state.to_string(), str::to_owned),
        _ => "without a state".into(),
    }
}

/// ` error 011`, where there is one.
pub(crate) fn error_text(receipt: &Receipt<'_>) -> String {
    match receipt.error() {
        Some(error) if error.number() == Some(0) => String::new(),
        Some(ErrorCode::Network(error)) => format!(", network error {}", error.code),
        Some(ErrorCode::Text(text)) => format!(", error {}", Printable(&latin_1(text))),
        None => String::new(),
    }
}

/// A receipt in one line.
pub(crate) fn line(receipt: &Receipt<'_>, output: &Output) -> String {
    let id = receipt.id().map_or_else(|| "without an id".into(), latin_1);
    format!(
        "{} {}  message {}  {}{}",
        output.bold("receipt"),
        Printable(&address(receipt.source_addr.addr)),
        Printable(&id),
        painted_word(receipt, output),
        error_text(receipt),
    )
}

/// The word in the colour of what it comes to.
pub(crate) fn painted_word(receipt: &Receipt<'_>, output: &Output) -> String {
    use smpp_codec::receipt::Outcome;
    let word = word(receipt);
    let word = Printable(&word);
    match receipt.outcome() {
        Some(Outcome::Delivered) => output.good(word).to_string(),
        Some(Outcome::Failed) => output.bad(word).to_string(),
        _ => output.dim(word).to_string(),
    }
}
