//! A PDU as an annotated tree: offsets, names, values, and what they mean.

use smpp_codec::receipt::{Receipt, ReceiptFinding, ReceiptReader};
use smpp_codec::{FieldValue, FieldVisitor, Finding, visit};
use smpp_pdu::{Body, EsmClass, Header, Pdu, RegisteredDelivery, Tlv};

use super::annotate::Content;
use super::exit::Failure;
use super::output::{Output, Printable};
use super::{hex, receipt};

/// Octets that are shown of a long value.
const SHOWN: usize = 64;

/// Prints one PDU with what is off-spec in it.
pub(crate) fn print(
    pdu: &Pdu<'_>,
    octets: &[u8],
    findings: &[Finding],
    show_passwords: bool,
    output: &mut Output,
) -> Result<(), Failure> {
    let command = pdu.command_id();
    let title = command.name().map_or_else(
        || format!("unknown operation 0x{:08X}", command.0),
        str::to_owned,
    );
    output.line(format_args!(
        "{}, {} octets",
        output.bold(title),
        octets.len()
    ))?;
    let mut tree = Tree {
        lines: Vec::new(),
        depth: 0,
        show_passwords,
    };
    tree.header(pdu, octets.len());
    if let Body::Omitted(_) = pdu.body {
        tree.note("the body is left out".into());
    }
    visit(pdu, &mut tree);
    for line in tree.lines {
        line.print(output)?;
    }
    meaning(pdu, output)?;
    for finding in findings {
        output.line(format_args!(
            "  {} {finding} [{}]",
            output.bad("off-spec:"),
            finding.kind.clause(),
        ))?;
    }
    Ok(())
}

/// The user data header, the text and the receipt that the octets carry.
fn meaning(pdu: &Pdu<'_>, output: &mut Output) -> Result<(), Failure> {
    let content = Content::of(&pdu.body);
    if let Some(udh) = content.as_ref().and_then(|content| content.udh.as_ref()) {
        for element in udh.elements() {
            let data = hex::show(element.data);
            let what = match (element.concat(), element.ports()) {
                (Some(concat), _) => format!(
                    ": part {} of {}, reference {}",
                    concat.part, concat.total, concat.reference
                ),
                (_, Some(ports)) => format!(
                    ": to port {}, from port {}",
                    ports.destination, ports.originator
                ),
                _ => String::new(),
            };
            note(
                "header",
                format_args!("{} {data}{what}", element.identifier),
                output,
            )?;
        }
    }
    let mut findings: Vec<ReceiptFinding> = Vec::new();
    if let Some(found) = ReceiptReader::new().read(pdu, &mut findings) {
        receipt_of(&found, output)?;
        for finding in findings {
            output.line(format_args!(
                "  {} {finding}",
                output.dim("in the receipt:")
            ))?;
        }
        return Ok(());
    }
    let Some((content, text)) = content.and_then(|content| {
        let text = content.text()?;
        Some((content, text))
    }) else {
        return Ok(());
    };
    if content.data.is_empty() {
        return Ok(());
    }
    note(
        "text",
        format_args!("{} ({})", Printable(&text), content.encoding),
        output,
    )
}

fn receipt_of(found: &Receipt<'_>, output: &mut Output) -> Result<(), Failure> {
    let id = found
        .id()
        .map_or_else(|| "without an id".into(), receipt::latin_1);
    let state = found
        .likely_state()
        .map_or_else(|| "no state".into(), |state| state.to_string());
    note(
        "receipt",
        format_args!(
            "message {}, {state} ({}){}",
            Printable(&id),
            receipt::painted_word(found, output),
            receipt::error_text(found),
        ),
        output,
    )
}

fn note(what: &str, text: core::fmt::Arguments<'_>, output: &mut Output) -> Result<(), Failure> {
    output.line(format_args!(
        "  {} {text}",
        output.good(format_args!("{what}:"))
    ))
}

/// One line of the tree.
struct Line {
    offset: Option<usize>,
    depth: usize,
    name: String,
    value: String,
}

impl Line {
    fn print(&self, output: &mut Output) -> Result<(), Failure> {
        let offset = self
            .offset
            .map_or_else(|| format!("{:5}", ""), |offset| format!("{offset:5}"));
        let indent = 2 * self.depth;
        // The name column keeps its width whatever the depth.
        let width = 26usize.saturating_sub(indent);
        output.line(format_args!(
            "{}  {:indent$}{:width$} {}",
            output.dim(offset),
            "",
            self.name,
            self.value,
        ))
    }
}

struct Tree {
    lines: Vec<Line>,
    /// Members stand below their list.
    depth: usize,
    show_passwords: bool,
}

impl Tree {
    fn header(&mut self, pdu: &Pdu<'_>, len: usize) {
        let command = pdu.command_id();
        let named = |number: u32, name: Option<&str>| match name {
            Some(name) => format!("0x{number:08X} {name}"),
            None => format!("0x{number:08X}"),
        };
        let status = pdu.command_status;
        let status = match (status.is_error(), status.meaning()) {
            (true, Some(meaning)) => {
                format!("{} ({meaning})", named(status.0, status.name()))
            }
            _ => named(status.0, status.name()),
        };
        let fields = [
            ("command_length", len.to_string()),
            ("command_id", named(command.0, command.name())),
            ("command_status", status),
            ("sequence_number", pdu.sequence_number.to_string()),
        ];
        for (at, (name, value)) in fields.into_iter().enumerate() {
            self.push(Some(at * Header::LEN / 4), name, value);
        }
    }

    fn push(&mut self, offset: Option<usize>, name: &str, value: String) {
        self.lines.push(Line {
            offset,
            depth: self.depth,
            name: name.to_owned(),
            value,
        });
    }

    fn note(&mut self, text: String) {
        self.push(None, "", text);
    }
}

impl FieldVisitor for Tree {
    fn field(&mut self, name: &'static str, value: FieldValue<'_>, offset: usize, len: usize) {
        let value = match value {
            FieldValue::Number {
                number,
                name: Some(name),
            } => format!("{number} {name}"),
            FieldValue::Number { number, name: None } => number_in_parts(name, number),
            FieldValue::Text(text) => format!("{text:?}"),
            FieldValue::Secret(text) if self.show_passwords || text.is_empty() => {
                format!("{text:?}")
            }
            FieldValue::Secret(_) => "***".into(),
            FieldValue::Octets(octets) => long(octets),
            _ => format!("{len} octets"),
        };
        self.push(Some(offset), name, value);
    }

    fn begin_list(&mut self, name: &'static str) {
        self.note(format!("{name}:"));
        self.depth = 1;
    }

    fn end_list(&mut self, _: &'static str) {
        self.depth = 0;
    }

    fn tlv(&mut self, tlv: &Tlv<'_>, offset: usize) {
        let shown = format!("{tlv:?}");
        let value = shown.split_once(": ").map_or("", |(_, value)| value);
        let name = match tlv.tag().name() {
            Some(name) => name.to_owned(),
            None if tlv.tag().is_vendor_specific() => format!("vendor 0x{:04X}", tlv.tag().0),
            None => format!("unknown 0x{:04X}", tlv.tag().0),
        };
        let len = tlv.value().len();
        let value: String = value.chars().take(4 * SHOWN).collect();
        self.push(
            Some(offset),
            &name,
            format!(
                "{} (0x{:04X}, {len} octets)",
                Printable(&value),
                tlv.tag().0
            ),
        );
    }

    fn rest(&mut self, octets: &[u8], offset: usize) {
        if !octets.is_empty() {
            self.push(Some(offset), "rest", long(octets));
        }
    }
}

/// Octets with their number, the first of them in hexadecimal.
fn long(octets: &[u8]) -> String {
    let shown = octets.get(..SHOWN).unwrap_or(octets);
    let more = if shown.len() < octets.len() {
        "…"
    } else {
        ""
    };
    match octets.len() {
        0 => "empty".into(),
        len => format!("{}{more} ({len} octets)", hex::show(shown)),
    }
}

/// A number without a name of its own; of a bit field, what its parts say.
fn number_in_parts(field: &str, number: u32) -> String {
    let Ok(octet) = u8::try_from(number) else {
        return number.to_string();
    };
    match field {
        "esm_class" => {
            let class = EsmClass(octet);
            let (mode, kind) = (class.messaging_mode(), class.message_type());
            format!("0x{octet:02X} {mode}, {kind}, {}", class.gsm_features())
        }
        "registered_delivery" => {
            let wanted = RegisteredDelivery(octet);
            let (receipt, ack) = (wanted.mc_receipt(), wanted.sme_ack());
            let notified = if wanted.intermediate() {
                ", intermediate notification"
            } else {
                ""
            };
            format!("0x{octet:02X} receipt {receipt}, acknowledgement {ack}{notified}")
        }
        _ => number.to_string(),
    }
}
