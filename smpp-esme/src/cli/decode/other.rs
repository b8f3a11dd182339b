//! Receipts, times and texts, each alone.

use serde_json::{Value, json};
use smpp_codec::receipt::{ReceiptFinding, ReceiptText};
use smpp_codec::text::{DefaultAlphabet, Encoding};
use smpp_pdu::{DataCoding, SmppTime};

use super::Args;
use crate::cli::exit::Failure;
use crate::cli::output::{Output, Printable};
use crate::cli::receipt::latin_1;

/// What has no value shows the reason instead.
pub(super) fn fail(name: &str, detail: &str, output: &mut Output) -> Result<bool, Failure> {
    output.object(&json!({"error": name, "detail": detail}))?;
    output.line(format_args!("{} {detail}", output.bad("not decodable:")))?;
    Ok(false)
}

pub(super) fn receipt(item: &str, output: &mut Output) -> Result<bool, Failure> {
    let mut findings: Vec<ReceiptFinding> = Vec::new();
    let Some(text) = ReceiptText::parse_with(item.as_bytes(), &mut findings) else {
        return fail(
            "no_receipt",
            "the text has none of the keys of a receipt",
            output,
        );
    };
    let octets = |field: Option<&[u8]>| field.map(latin_1);
    let state = text.message_state();
    let fields = [
        ("id", octets(text.id)),
        ("sub", octets(text.sub)),
        ("dlvrd", octets(text.dlvrd)),
        ("submit_date", octets(text.submit_date)),
        ("done_date", octets(text.done_date)),
        ("stat", octets(text.stat)),
        ("err", octets(text.err)),
        ("text", octets(text.text)),
        (
            "submit_date_iso",
            text.submit_time().map(|time| time.to_string()),
        ),
        (
            "done_date_iso",
            text.done_time().map(|time| time.to_string()),
        ),
    ];
    let mut json = json!({});
    if let Value::Object(json) = &mut json {
        for (name, value) in &fields {
            json.insert((*name).into(), value.clone().into());
        }
        json.insert("message_state".into(), state.map(|state| state.0).into());
        let findings = findings.iter().map(|finding| {
            json!({
                "offset": finding.offset,
                "field": finding.field,
                "kind": finding.kind.name(),
                "what": finding.kind.to_string(),
                "clause": finding.kind.clause(),
            })
        });
        json.insert("findings".into(), Value::Array(findings.collect()));
    }
    output.object(&json)?;
    output.line(format_args!("{}", output.bold("receipt")))?;
    for (name, value) in fields {
        if let Some(value) = value {
            output.line(format_args!("  {name:16} {}", Printable(&value)))?;
        }
    }
    if let Some(state) = state {
        output.line(format_args!("  {:16} {} {state}", "message_state", state.0))?;
    }
    for finding in findings {
        output.line(format_args!(
            "  {} {finding} [{}]",
            output.dim("unlike the standard:"),
            finding.kind.clause()
        ))?;
    }
    Ok(true)
}

pub(super) fn time(item: &str, output: &mut Output) -> Result<bool, Failure> {
    let time = match SmppTime::parse(item.as_bytes()) {
        Ok(time) => time,
        Err(error) => return fail(error.kind().name(), &error.to_string(), output),
    };
    let (kind, shown) = match time {
        None => ("none", String::new()),
        Some(SmppTime::Absolute(time)) => ("absolute", time.to_string()),
        Some(SmppTime::Relative(time)) => ("relative", time.to_string()),
        Some(SmppTime::McLocal(time)) => ("mc_local", time.to_string()),
    };
    output.object(&json!({"kind": kind, "time": shown}))?;
    output.line(format_args!("{kind} {shown}"))?;
    Ok(true)
}

pub(super) fn text(args: &Args, octets: &[u8], output: &mut Output) -> Result<bool, Failure> {
    let encoding = Encoding::of_data_coding(DataCoding(args.data_coding), DefaultAlphabet::Gsm7);
    if encoding == Encoding::Binary {
        let detail = format!("data_coding {} announces no text", args.data_coding);
        return fail("no_text", &detail, output);
    }
    let (text, decoded) = encoding.decode_to_string(octets);
    output.object(&json!({
        "text": text,
        "encoding": encoding.to_string(),
        "replaced": decoded.replaced,
    }))?;
    let replaced = match decoded.replaced {
        0 => String::new(),
        count => format!(", {count} characters are not of it"),
    };
    output.line(format_args!("{} ({encoding}{replaced})", Printable(&text)))?;
    Ok(true)
}
