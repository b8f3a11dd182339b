//! Decodes a hex dump and prints every field with its offset, and what is
//! off-spec about it.
//!
//! ```sh
//! cargo run -p smpp-codec --example decode_hex
//! cargo run -p smpp-codec --example decode_hex -- 00000010 00000015 00000000 00000007
//! cargo run -p smpp-codec --example decode_hex -- "00 00 00 12 80 00 00 04 00 00 00 00 00 00 00 01 34 32"
//! ```

use core::error::Error;
use std::process::ExitCode;

use smpp_codec::{Decoder, FieldValue, FieldVisitor, Finding, Findings, visit};
use smpp_pdu::Tlv;

/// A receipt with two deviations: a `validity_period` of four characters, and a
/// stray NUL at the end.
const RECEIPT: &str = "
    00000041 00000005 00000000 00000003
    00 01 01 34343737303039303031323300 05 00 42414e4b00
    04 00 00 00 3132333400 00 00 00 00 00
    0427 0001 02
    001e 0002 3432
    00";

fn main() -> ExitCode {
    let given: String = std::env::args().skip(1).collect();
    match print(if given.is_empty() { RECEIPT } else { &given }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn print(hex: &str) -> Result<(), Box<dyn Error>> {
    let octets = from_hex(hex)?;

    // A tolerant decoder: what can be understood is shown.
    let mut found = Found::default();
    let pdu = Decoder::new().decode_octets(&octets, &mut found)?;

    println!("   0  command_length   {}", octets.len());
    println!("   4  command_id       {}", pdu.command_id());
    println!("   8  command_status   {}", pdu.command_status);
    println!("  12  sequence_number  {}", pdu.sequence_number);
    visit(&pdu, &mut Printer { depth: 0 });

    println!("\n{} findings", found.0.len());
    for finding in found.0 {
        println!("  {finding}\n    {}", finding.kind.clause());
    }
    Ok(())
}

/// Prints each field as it is visited; members of lists are indented.
struct Printer {
    depth: usize,
}

impl Printer {
    fn line(&self, offset: usize, name: &str, value: &str) {
        println!("{offset:4}  {:1$}{name}  {value}", "", self.depth * 2);
    }
}

impl FieldVisitor for Printer {
    fn field(&mut self, name: &'static str, value: FieldValue<'_>, offset: usize, _: usize) {
        let value = match value {
            FieldValue::Number { number, name } => {
                format!("{number} {}", name.unwrap_or_default())
            }
            FieldValue::Text(text) => format!("{text:?}"),
            FieldValue::Secret(_) => "***".to_owned(),
            FieldValue::Octets(octets) => format!("\"{}\"", octets.escape_ascii()),
            // Kinds of values that later versions may bring.
            _ => String::new(),
        };
        self.line(offset, name, &value);
    }

    fn begin_member(&mut self, _: &'static str) {
        self.depth += 1;
    }

    fn end_member(&mut self) {
        self.depth -= 1;
    }

    fn tlv(&mut self, tlv: &Tlv<'_>, offset: usize) {
        // Debug shows the name of the tag and the value by its type.
        self.line(offset, "tlv", &format!("{tlv:?}"));
    }

    fn rest(&mut self, octets: &[u8], offset: usize) {
        self.line(offset, "rest", &format!("{octets:02x?}"));
    }
}

/// Keeps the findings for later.
#[derive(Default)]
struct Found(Vec<Finding>);

impl Findings for Found {
    fn report(&mut self, finding: Finding) {
        self.0.push(finding);
    }
}

/// Reads pairs of hex digits; white space between them is fine.
fn from_hex(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .map(|digit| digit.to_digit(16).and_then(|digit| digit.try_into().ok()))
        .collect::<Option<_>>()
        .ok_or("only hex digits and white space, please")?;
    if !digits.len().is_multiple_of(2) {
        return Err("an odd number of hex digits".into());
    }
    Ok(digits.chunks(2).fold(Vec::new(), |mut octets, pair| {
        octets.push(pair.iter().fold(0, |octet, digit| octet << 4 | digit));
        octets
    }))
}
