//! What a centre sends by itself, for people and as JSON.

use serde_json::{Value, json};
use smpp_codec::receipt::Receipt;
use smpp_esme::OwnedPdu;
use smpp_esme::receiving::{Received, ReceivedMessage};
use smpp_pdu::Body;

use super::exit::Failure;
use super::listen::Sent;
use super::output::{Output, Printable};
use super::{hex, receipt};

/// Prints one thing: a message, a receipt, a notification.
pub(crate) fn received(received: &Received, output: &mut Output) -> Result<(), Failure> {
    match received {
        Received::Message(found) => message(found, output),
        Received::Receipt(found)
        | Received::Notification(found)
        | Received::Acknowledgement(found) => match found.receipt() {
            Some(found) => receipt(&found, output),
            None => Ok(()),
        },
        Received::Alert(pdu) | Received::Other(pdu) => other(pdu, output),
        _ => Ok(()),
    }
}

fn other(pdu: &OwnedPdu, output: &mut Output) -> Result<(), Failure> {
    if let Body::AlertNotification(alert) = pdu.body() {
        let from = receipt::address(alert.source_addr.addr);
        output.object(&json!({"event": "alert", "source_addr": from}))?;
        return output.line(format_args!(
            "alert {} can be reached again",
            Printable(&from)
        ));
    }
    let command = pdu.command_id().to_string();
    output.object(&json!({"event": "other", "command": command}))?;
    output.line(format_args!("{command}"))
}

/// Prints a receipt: `{"event":"receipt","message_id":…,"state":"DELIVERED",…}`.
pub(crate) fn receipt(found: &Receipt<'_>, output: &mut Output) -> Result<(), Failure> {
    let mut json = serde_json::Map::new();
    json.insert("event".into(), "receipt".into());
    json.extend(receipt::to_json(found));
    output.object(&Value::Object(json))?;
    let line = receipt::line(found, output);
    output.line(format_args!("{line}"))
}

/// Prints a reply that the centre has taken.
pub(crate) fn reply(sent: &Sent, output: &mut Output) -> Result<(), Failure> {
    let (to, keyword) = (&sent.to, &sent.keyword);
    output.object(&json!({
        "event": "reply",
        "destination_addr": to,
        "keyword": keyword,
        "message_ids": sent.message_ids,
    }))?;
    output.line(format_args!(
        "{} {} to {}  message {}",
        output.bold("reply"),
        Printable(keyword),
        Printable(to),
        Printable(&sent.message_ids.join(", ")),
    ))
}

/// A message as JSON. A long one has the number of its segments in `parts`, and
/// in `missing` those that never came.
pub(crate) fn message_json(message: &ReceivedMessage) -> Value {
    let part = message.place().map(
        |place| json!({"reference": place.reference, "part": place.part, "total": place.total}),
    );
    let mut json = json!({
        "event": "message",
        "source_addr": receipt::address(message.source_addr().addr),
        "destination_addr": receipt::address(message.destination_addr().addr),
        "text": message.text(),
        "user_data": hex::show(message.data()),
        "data_coding": message.data_coding().0,
        "encoding": message.encoding().to_string(),
        "part": part,
    });
    if let Value::Object(json) = &mut json {
        if message.total() > 1 {
            json.insert("parts".into(), message.total().into());
        }
        if let Some(missing) = message.missing() {
            json.insert("missing".into(), missing.iter().collect());
        }
    }
    json
}

fn message(message: &ReceivedMessage, output: &mut Output) -> Result<(), Failure> {
    output.object(&message_json(message))?;
    let part = match (message.place(), message.missing()) {
        (Some(place), _) => format!(" (part {} of {})", place.part, place.total),
        (None, Some(missing)) => format!(" (without part {missing})"),
        (None, None) => String::new(),
    };
    let shown = match message.text() {
        Some(text) => Printable(text).to_string(),
        None => {
            let data = message.data();
            format!("{} octets {}", data.len(), hex::show(data))
        }
    };
    output.line(format_args!(
        "{} {} -> {}{part}: {shown}",
        output.bold("message"),
        Printable(&receipt::address(message.source_addr().addr)),
        Printable(&receipt::address(message.destination_addr().addr)),
    ))
}
