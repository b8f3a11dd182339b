//! `smpp-esme decode`: PDUs, receipts, times and texts taken apart.

use std::io::{IsTerminal, Read};
use std::path::Path;

use clap::ValueEnum;
use serde_json::{Value, json};
use smpp_codec::json::{JsonOptions, error_to_json, finding_to_json};
use smpp_codec::receipt::{ReceiptFinding, ReceiptText};
use smpp_codec::text::{DefaultAlphabet, Encoding};
use smpp_codec::{DecodeError, Decoder, Finding};
use smpp_pdu::{DataCoding, InterfaceVersion, Pdu, SmppTime};

use super::exit::{Failure, Kind};
use super::output::{Output, Printable};
use super::receipt::latin_1;
use super::{hex, tree};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Octets in hexadecimal (with or without spaces, colons, 0x), the name of a file with one
    /// item a line, or - for standard input.
    #[arg(value_name = "HEX|FILE|-")]
    items: Vec<String>,
    /// Fields that are too long, lengths that run past the end, missing and stray NULs and
    /// unknown operations are errors.
    #[arg(long)]
    strict: bool,
    /// What the items are. All but PDUs are given as text, one item a line.
    #[arg(long = "as", value_enum, default_value = "pdu", value_name = "KIND")]
    kind: ItemKind,
    /// The version by which PDUs are judged.
    #[arg(long, value_name = "3.3|3.4|5.0", value_parser = version, default_value = "5.0")]
    version: InterfaceVersion,
    /// The data_coding of texts (--as text).
    #[arg(long, value_name = "0-255", default_value_t = 0)]
    data_coding: u8,
    /// Shows passwords instead of ***.
    #[arg(long)]
    show_passwords: bool,
}

/// What is to be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ItemKind {
    /// PDUs in hexadecimal, one behind the other.
    Pdu,
    /// The text of a receipt.
    Receipt,
    /// A time of SMPP, such as 260726120000000+.
    Time,
    /// The octets of a text in hexadecimal; see --data-coding.
    Text,
}

fn version(text: &str) -> Result<InterfaceVersion, String> {
    match text {
        "3.3" => Ok(InterfaceVersion::V3_3),
        "3.4" => Ok(InterfaceVersion::V3_4),
        "5.0" => Ok(InterfaceVersion::V5_0),
        _ => Err("the versions are 3.3, 3.4 and 5.0".into()),
    }
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<(), Failure> {
    let mut failed = false;
    for item in items(args)? {
        failed |= !one(args, &item, output)?;
    }
    if failed {
        output.flush()?;
        return Err(Failure::new(Kind::Other, ""));
    }
    Ok(())
}

/// What is to be decoded at once.
struct Item {
    text: String,
    /// Where it stands, in a file.
    line: Option<usize>,
}

/// The items of the arguments, or of the lines of a file.
fn items(args: &Args) -> Result<Vec<Item>, Failure> {
    let lines = |text: String| {
        let numbered = text.lines().enumerate();
        numbered
            .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
            .map(|(at, line)| Item {
                text: line.to_owned(),
                line: Some(at + 1),
            })
            .collect()
    };
    match args.items.as_slice() {
        [] if std::io::stdin().is_terminal() => Err(Failure::usage(
            "nothing to decode: give hexadecimal digits, the name of a file, or - for standard \
             input",
        )),
        [] => read_stdin().map(lines),
        [item] if item == "-" => read_stdin().map(lines),
        [item] if Path::new(item).is_file() => std::fs::read_to_string(item)
            .map(lines)
            .map_err(|error| Failure::usage(format!("{item}: {error}"))),
        // Spaces that the shell has taken away.
        items => Ok(vec![Item {
            text: items.join(" "),
            line: None,
        }]),
    }
}

fn read_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::usage(format!("standard input: {error}")))?;
    Ok(text)
}

/// Decodes one item; false when it cannot be.
fn one(args: &Args, item: &Item, output: &mut Output) -> Result<bool, Failure> {
    let octets = match args.kind {
        ItemKind::Receipt => return receipt(&item.text, output),
        ItemKind::Time => return time(item.text.trim(), output),
        ItemKind::Pdu | ItemKind::Text => hex::parse(&item.text),
    };
    match (octets, item.line) {
        (Ok(octets), _) if args.kind == ItemKind::Text => text(args, &octets, output),
        (Ok(octets), _) => pdus(args, &octets, output),
        (Err(error), Some(line)) => fail("not_hex", &format!("line {line}: {error}"), output),
        (Err(error), None) => {
            let hint = if item.text.contains(['.', '/']) {
                ", and there is no file of that name"
            } else {
                ""
            };
            Err(Failure::usage(format!("{error}{hint}")))
        }
    }
}

/// Cuts octets into PDUs, and decodes each.
fn pdus(args: &Args, octets: &[u8], output: &mut Output) -> Result<bool, Failure> {
    let decoder = Decoder::new().strict(args.strict).version(args.version);
    let mut rest = octets;
    let mut good = true;
    loop {
        // What has no end of its own is one item, to the end.
        let stated = rest.first_chunk().map(|length| u32::from_be_bytes(*length));
        let len = stated
            .and_then(|stated| usize::try_from(stated).ok())
            .filter(|len| *len >= 16)
            .unwrap_or(rest.len());
        let (pdu, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        let mut findings: Vec<Finding> = Vec::new();
        match decoder.decode_octets(pdu, &mut findings) {
            Ok(decoded) => print(args, &decoded, pdu, &findings, output)?,
            Err(error) => {
                good = false;
                refuse(&error, output)?;
            }
        }
        if after.is_empty() {
            return Ok(good);
        }
        rest = after;
    }
}

fn print(
    args: &Args,
    pdu: &Pdu<'_>,
    octets: &[u8],
    findings: &[Finding],
    output: &mut Output,
) -> Result<(), Failure> {
    if !output.is_json() {
        return tree::print(pdu, octets, findings, args.show_passwords, output);
    }
    let len = u32::try_from(octets.len()).unwrap_or(u32::MAX);
    let mut json = JsonOptions::new()
        .show_passwords(args.show_passwords)
        .to_json(pdu, len);
    if let Value::Object(json) = &mut json {
        let findings = findings.iter().map(finding_to_json).collect();
        json.insert("findings".into(), Value::Array(findings));
    }
    output.object(&json)
}

fn refuse(error: &DecodeError, output: &mut Output) -> Result<(), Failure> {
    output.object(&error_to_json(error))?;
    output.line(format_args!(
        "{} {error} [{}, answer with {}]",
        output.bad("not decodable:"),
        error.kind.name(),
        error.suggested_status(),
    ))
}

/// What has no value shows the reason instead.
fn fail(name: &str, detail: &str, output: &mut Output) -> Result<bool, Failure> {
    output.object(&json!({"error": name, "detail": detail}))?;
    output.line(format_args!("{} {detail}", output.bad("not decodable:")))?;
    Ok(false)
}

fn receipt(item: &str, output: &mut Output) -> Result<bool, Failure> {
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

fn time(item: &str, output: &mut Output) -> Result<bool, Failure> {
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

fn text(args: &Args, octets: &[u8], output: &mut Output) -> Result<bool, Failure> {
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
