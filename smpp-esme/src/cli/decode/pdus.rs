//! Octets cut into PDUs, each printed.

use serde_json::{Map, Value};
use smpp_codec::json::{JsonOptions, error_to_json, finding_to_json};
use smpp_codec::{DecodeError, Decoder, Finding};
use smpp_pdu::Pdu;

use super::Args;
use crate::cli::exit::Failure;
use crate::cli::output::Output;
use crate::cli::tree;

/// Cuts octets into PDUs, and decodes each; false when one cannot be.
pub(super) fn all(args: &Args, octets: &[u8], output: &mut Output) -> Result<bool, Failure> {
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
        good &= one(args, pdu, Map::new(), output)?;
        if after.is_empty() {
            return Ok(good);
        }
        rest = after;
    }
}

/// Decodes one PDU; false when it cannot be. `beside` is what else the JSON
/// says of it.
pub(super) fn one(
    args: &Args,
    octets: &[u8],
    beside: Map<String, Value>,
    output: &mut Output,
) -> Result<bool, Failure> {
    let decoder = Decoder::new().strict(args.strict).version(args.version);
    let mut findings: Vec<Finding> = Vec::new();
    match decoder.decode_octets(octets, &mut findings) {
        Ok(pdu) => {
            print(args, &pdu, octets, &findings, beside, output)?;
            Ok(true)
        }
        Err(error) => {
            refuse(&error, beside, output)?;
            Ok(false)
        }
    }
}

fn print(
    args: &Args,
    pdu: &Pdu<'_>,
    octets: &[u8],
    findings: &[Finding],
    beside: Map<String, Value>,
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
        json.extend(beside);
    }
    output.object(&json)
}

fn refuse(
    error: &DecodeError,
    beside: Map<String, Value>,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut json = error_to_json(error);
    if let Value::Object(json) = &mut json {
        json.extend(beside);
    }
    output.object(&json)?;
    output.line(format_args!(
        "{} {error} [{}, answer with {}]",
        output.bad("not decodable:"),
        error.kind.name(),
        error.suggested_status(),
    ))
}
