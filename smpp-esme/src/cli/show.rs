//! What a centre sends by itself, for people and as JSON.

use serde_json::{Value, json};
use smpp_codec::receipt::Receipt;
use smpp_esme::Inbound;
use smpp_pdu::{Address, Body};

use super::annotate::Content;
use super::exit::Failure;
use super::output::{Output, Printable};
use super::{hex, receipt};

/// Prints one thing: a message, a receipt, a notification.
pub(crate) fn inbound(inbound: &Inbound, output: &mut Output) -> Result<(), Failure> {
    let pdu = inbound.pdu().pdu();
    match (&pdu.body, Receipt::read(&pdu)) {
        (_, Some(found)) => receipt(&found, output),
        (Body::DeliverSm(sm), None) => {
            message(&sm.source_addr, &sm.destination_addr, &pdu.body, output)
        }
        (Body::DataSm(sm), None) => {
            message(&sm.source_addr, &sm.destination_addr, &pdu.body, output)
        }
        (Body::AlertNotification(alert), None) => {
            let from = receipt::address(alert.source_addr.addr);
            output.object(&json!({"event": "alert", "source_addr": from}))?;
            output.line(format_args!(
                "alert {} can be reached again",
                Printable(&from)
            ))
        }
        _ => {
            let command = pdu.command_id().to_string();
            output.object(&json!({"event": "other", "command": command}))?;
            output.line(format_args!("{command}"))
        }
    }
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

fn message(
    from: &Address<'_>,
    to: &Address<'_>,
    body: &Body<'_>,
    output: &mut Output,
) -> Result<(), Failure> {
    let Some(content) = Content::of(body) else {
        return Ok(());
    };
    let (from, to) = (receipt::address(from.addr), receipt::address(to.addr));
    let text = content.text();
    let part = content.place.map(
        |place| json!({"reference": place.reference, "part": place.part, "total": place.total}),
    );
    output.object(&json!({
        "event": "message",
        "source_addr": from,
        "destination_addr": to,
        "text": text,
        "user_data": hex::show(content.data),
        "data_coding": content.data_coding.0,
        "encoding": content.encoding.to_string(),
        "part": part,
    }))?;
    let part = content.place.map_or_else(String::new, |place| {
        format!(" (part {} of {})", place.part, place.total)
    });
    let shown = match &text {
        Some(text) => Printable(text).to_string(),
        None => format!("{} octets {}", content.data.len(), hex::show(content.data)),
    };
    output.line(format_args!(
        "{} {} -> {}{part}: {shown}",
        output.bold("message"),
        Printable(&from),
        Printable(&to),
    ))
}
