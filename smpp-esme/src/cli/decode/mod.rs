//! `smpp-esme decode`: PDUs, receipts, times and texts taken apart.

mod dump;
mod items;
pub(crate) mod noise;
mod other;
mod pdus;

use std::io::{self, BufReader, Read};

use clap::ValueEnum;
use smpp_pdu::InterfaceVersion;

use super::exit::{Failure, Kind};
use super::input::{self, Input, Source};
use super::output::{Output, count};
use super::{capture, hex};
use items::{Found, Items};

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  smpp-esme decode 0000001000000015000000000000000\
7
  smpp-esme decode --json capture.pcapng
  smpp-esme decode --port 2776 trace.pcap
  tail -f gateway.log | smpp-esme decode -
  tcpdump -U -w - port 2775 | smpp-esme decode -
  smpp-esme decode --as receipt 'id:7F sub:001 dlvrd:001 stat:DELIVRD err:000 text:'
  smpp-esme decode --as text --data-coding 8 20ac0041

Octets may stand as plain digits, with 0x, \\x, commas, colons, dashes or spaces, as an array of
C, as a literal of Python, in base64, or as a dump of xxd, hexdump -C, tcpdump -x or Wireshark. In
a line of a log the PDU is found by its header. A FILE may also hold the octets themselves, or
be a capture (pcap or pcapng): its TCP streams are put together again, and each PDU comes with
its time, its direction and the number of its flow.

--json prints one object a line, which encode takes back: command_length, command_id, command,
command_status, sequence_number, body, tlvs, findings; for captures also number (of the PDU),
time, src, dst, flow, direction (to_smsc, to_esme or null), and with responses response_to (the
number of the request) and response_time (seconds). What cannot be decoded gives error, detail, offset, field, suggested_status.

Exit codes: 0 done; 1 something could not be decoded; 2 wrong usage.")]
pub(crate) struct Args {
    /// Octets in any common form, the name of a file with one item a line or of a capture, or -
    /// for standard input.
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
    /// Of a capture, only what goes to or comes from this TCP port. Without it, every flow that
    /// looks like SMPP.
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
}

/// What is to be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ItemKind {
    /// PDUs, one behind the other.
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
    let wanted = "nothing to decode: give hexadecimal digits, the name of a file, or - for \
                  standard input";
    let good = match input::open(&args.items, wanted)? {
        Input::Arguments(text) => {
            let lines = items::lines(text.as_bytes());
            text_given(args, lines, Origin::Argument(&text), output)?
        }
        Input::Source(source) => file_given(args, source, output)?,
    };
    if good {
        return Ok(());
    }
    output.flush()?;
    Err(Failure::new(Kind::Other, ""))
}

/// Decodes a file of whatever kind; false when something in it cannot be.
fn file_given(args: &Args, source: Source, output: &mut Output) -> Result<bool, Failure> {
    let Source {
        mut reader,
        name,
        live,
    } = source;
    let name = name.as_str();
    let mut octets = input::read_head(&mut reader, 12, name)?;
    if args.kind == ItemKind::Pdu && capture::is_capture(&octets) {
        // A capture can be longer than memory, and still going on.
        let more = capture::header_len(&octets).saturating_sub(12);
        octets.extend(input::read_head(&mut reader, more, name)?);
        let reader = std::io::Cursor::new(octets).chain(reader);
        return capture::print(reader, args.port, live, output, |pdu, beside, output| {
            pdus::one(args, pdu, beside, output)
        });
    }
    if let Some(packer) = packed_by(&octets) {
        return Err(Failure::usage(format!(
            "{name} is packed by {packer}: unpack it first, or decode - behind {packer} -dc"
        )));
    }
    // The header of a PDU starts with NULs, and no text does.
    if args.kind == ItemKind::Pdu && noise::plausible(&octets).is_some() {
        octets.extend(input::read_all(reader, name)?);
        return pdus::all(args, &octets, output);
    }
    let reader = std::io::Cursor::new(octets).chain(reader);
    let lines = items::lines(BufReader::new(reader));
    text_given(args, lines, Origin::File { live }, output)
}

/// What made this file smaller than it is.
fn packed_by(head: &[u8]) -> Option<&'static str> {
    match head {
        [0x1F, 0x8B, ..] => Some("gzip"),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Some("zstd"),
        [0xFD, b'7', b'z', b'X', b'Z', ..] => Some("xz"),
        [b'B', b'Z', b'h', ..] => Some("bzip2"),
        _ => None,
    }
}

/// Where lines are from.
#[derive(Clone, Copy)]
enum Origin<'a> {
    /// From this argument.
    Argument(&'a str),
    File {
        live: bool,
    },
}

/// Decodes what stands in lines; false when something cannot be.
fn text_given(
    args: &Args,
    lines: impl Iterator<Item = io::Result<(usize, String)>>,
    origin: Origin<'_>,
    output: &mut Output,
) -> Result<bool, Failure> {
    let unreadable =
        |error: io::Error| Failure::usage(format!("the input cannot be read: {error}"));
    let mut good = true;
    if args.kind != ItemKind::Pdu {
        for line in lines {
            let (line, text) = line.map_err(unreadable)?;
            good &= match args.kind {
                ItemKind::Receipt => other::receipt(&text, output)?,
                ItemKind::Time => other::time(text.trim(), output)?,
                _ => match hex::parse(&text) {
                    Ok(octets) => other::text(args, &octets, output)?,
                    Err(error) => not_hex(&error, line, origin, output)?,
                },
            };
        }
        return Ok(good);
    }
    let (mut items, mut without) = (0u64, 0u64);
    for found in Items::new(lines) {
        match found.map_err(unreadable)? {
            Found::Talk => {
                without += 1;
                continue;
            }
            Found::Item(item) => {
                items += 1;
                good &= match &item.octets {
                    Ok(octets) => pdus::all(args, octets, output)?,
                    Err(error) => not_hex(error, item.line, origin, output)?,
                };
            }
        }
        // The next line may take its time, and somebody may be watching.
        if matches!(origin, Origin::File { live: true }) {
            output.flush()?;
        }
    }
    match (items, without, origin) {
        (_, 0, _) => Ok(good),
        (0, _, Origin::Argument(text)) => Err(Failure::usage(format!(
            "no PDU in that text: one has hexadecimal digits or base64, and a header that says \
             how long it is{}",
            hint(text)
        ))),
        (0, lines, Origin::File { .. }) => {
            let what = format!("no PDU in {}", count(lines, "line"));
            other::fail("no_pdu", &what, output)
        }
        (_, lines, _) => {
            eprintln!("smpp-esme: left out {} without a PDU", count(lines, "line"));
            Ok(good)
        }
    }
}

fn not_hex(
    error: &str,
    line: usize,
    origin: Origin<'_>,
    output: &mut Output,
) -> Result<bool, Failure> {
    match origin {
        Origin::Argument(text) => Err(Failure::usage(format!("{error}{}", hint(text)))),
        Origin::File { .. } => other::fail("not_hex", &format!("line {line}: {error}"), output),
    }
}

/// For what may have been meant as the name of a file.
fn hint(text: &str) -> &'static str {
    if text.contains(['.', '/']) {
        ", and there is no file of that name"
    } else {
        ""
    }
}
