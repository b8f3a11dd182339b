//! `smpp-esme encode`: what `decode --json` prints, back to octets.

use std::path::Path;

use serde_json::{Value, json};
use smpp_codec::json::{BuiltPdu, from_json};

use super::exit::{Failure, Kind};
use super::hex;
use super::input::{self, Input};
use super::output::{Output, Printable};

/// What `decode --json` says beside the PDU itself.
const BESIDE: [&str; 9] = [
    "findings",
    "number",
    "time",
    "src",
    "dst",
    "flow",
    "direction",
    "response_to",
    "response_time",
];

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  smpp-esme encode '{\"command\":\"enquire_link\",\"sequence_number\":7}'
  smpp-esme encode '{\"command\":\"submit_sm\",\"body\":{\"source_addr_ton\":\"ALPHANUMERIC\",
      \"source_addr\":\"BANK\",\"destination_addr\":\"447700900123\",\"data_coding\":\"UCS2\",
      \"short_message\":\"20ac\"},\"tlvs\":[{\"tag\":\"source_port\",\"value\":5000}]}'
  smpp-esme decode --json --show-passwords capture.pcap | smpp-esme encode -
  smpp-esme encode --raw pdus.jsonl | nc 127.0.0.1 2775

The shape is that of decode --json. Only the operation must be there: \"command\", or
\"command_id\". Operations, statuses, parameters and
fields take numbers, \"0x…\" or the names of the standard. What is left out is empty or 0;
lengths and counts are computed. Those that are given are written as given, right or wrong,
and standard error says so.

Exit codes: 0 done; 1 an object of the file is no PDU; 2 wrong usage, or the argument is none.")]
pub(crate) struct Args {
    /// A PDU as JSON, the name of a file with such objects, or - for standard input.
    #[arg(value_name = "JSON|FILE|-")]
    items: Vec<String>,
    /// Writes the octets themselves, one PDU behind the other.
    #[arg(long, conflicts_with = "json")]
    raw: bool,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<(), Failure> {
    let wanted = "nothing to encode: give a PDU as JSON, the name of a file, or - for standard \
                  input";
    let (text, from_arguments) = match input::open(&args.items, wanted)? {
        Input::Arguments(text) => (text, true),
        Input::Reader(reader, name) => {
            let octets = input::read_all(reader, &name)?;
            (String::from_utf8_lossy(&octets).into_owned(), false)
        }
    };
    let mut failed = false;
    for object in Objects::new(&text) {
        let built = object
            .value
            .map_err(Wrong::json)
            .and_then(|value| build(&value));
        match built {
            Ok(built) => {
                let line = (!from_arguments).then_some(object.line);
                print(args, &built, line, output)?;
            }
            Err(wrong) if from_arguments => {
                let hint = match args.items.as_slice() {
                    [item] if !item.contains('{') && looks_like_a_path(item) => {
                        "; there is no file of that name"
                    }
                    _ => "",
                };
                return Err(Failure::usage(format!("{}{hint}", wrong.text())));
            }
            Err(wrong) => {
                failed = true;
                // The lines of the file that are good keep their place in the output.
                output.object(&json!({
                    "error": "not_a_pdu",
                    "line": object.line,
                    "field": wrong.field,
                    "detail": wrong.what,
                }))?;
                if !output.is_json() {
                    eprintln!(
                        "smpp-esme: line {}: {}",
                        object.line,
                        Printable(&wrong.text())
                    );
                }
            }
        }
    }
    if failed {
        output.flush()?;
        return Err(Failure::new(Kind::Other, ""));
    }
    Ok(())
}

fn looks_like_a_path(item: &str) -> bool {
    item.contains(['.', '/']) || Path::new(item).extension().is_some()
}

/// What is wrong with an object.
struct Wrong {
    field: String,
    what: String,
}

impl Wrong {
    fn json(what: String) -> Self {
        Self {
            field: String::new(),
            what,
        }
    }

    fn text(&self) -> String {
        if self.field.is_empty() {
            self.what.clone()
        } else {
            format!("{}: {}", self.field, self.what)
        }
    }
}

fn build(value: &Value) -> Result<BuiltPdu, Wrong> {
    let mut value = value.clone();
    if let Value::Object(pdu) = &mut value {
        if let (Some(error), false) = (pdu.get("error"), pdu.contains_key("command")) {
            return Err(Wrong::json(format!(
                "this line of decode says why octets are no PDU ({error}), it has none of them"
            )));
        }
        for key in BESIDE {
            pdu.shift_remove(key);
        }
    }
    from_json(&value).map_err(|error| Wrong {
        field: error.field().to_owned(),
        what: error.what().to_owned(),
    })
}

fn print(
    args: &Args,
    built: &BuiltPdu,
    line: Option<usize>,
    output: &mut Output,
) -> Result<(), Failure> {
    if !output.is_json() {
        for note in &built.notes {
            let place = line.map_or_else(String::new, |line| format!("line {line}: "));
            eprintln!("smpp-esme: {place}{}", Printable(&note.to_string()));
        }
    }
    if args.raw {
        return output.octets(&built.octets);
    }
    let hex = hex::show(&built.octets);
    let notes = built.notes.iter();
    let notes = notes.map(|note| json!({"field": note.field, "what": note.what}));
    output.object(&json!({"hex": hex, "notes": notes.collect::<Value>()}))?;
    output.line(format_args!("{hex}"))
}

/// One object of the text, and the line where it starts.
struct Object {
    value: Result<Value, String>,
    line: usize,
}

/// Objects one behind the other, each on one line or on several.
struct Objects<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Objects<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            rest: text,
            line: 1,
        }
    }

    fn skip(&mut self, octets: usize) {
        let (skipped, rest) = self
            .rest
            .split_at_checked(octets)
            .unwrap_or((self.rest, ""));
        self.line += skipped.matches('\n').count();
        self.rest = rest;
    }

    /// To the start of the next line.
    fn skip_line(&mut self) {
        let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        self.skip(end);
    }
}

impl Iterator for Objects<'_> {
    type Item = Object;

    fn next(&mut self) -> Option<Object> {
        loop {
            self.skip(self.rest.len() - self.rest.trim_start().len());
            if !self.rest.starts_with('#') {
                break;
            }
            self.skip_line();
        }
        if self.rest.is_empty() {
            return None;
        }
        let line = self.line;
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<Value>();
        let value = values.next()?;
        let end = values.byte_offset();
        let value = match value {
            Ok(value) => {
                self.skip(end);
                Ok(value)
            }
            Err(error) => {
                // What is left of a broken line means nothing.
                for _ in 0..error.line().max(1) {
                    self.skip_line();
                }
                Err(format!(
                    "no JSON at column {}: {error}; a PDU is an object such as \
                     {{\"command\": \"enquire_link\"}}",
                    error.column(),
                ))
            }
        };
        Some(Object { value, line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_stand_on_one_line_or_on_several() {
        let text = "# comment\n{\"a\":1}\n\n{\n\"b\":2}{\"c\":3}\n{\"d\":\n{\"e\":5}\n";
        let lines: Vec<_> = Objects::new(text)
            .map(|object| (object.line, object.value.is_ok()))
            .collect();
        // The broken one runs to the end of the text.
        assert_eq!(lines, [(2, true), (4, true), (5, true), (6, false)]);
        let text = "{\"a\":}\n{\"b\":2}\nx\n";
        let lines: Vec<_> = Objects::new(text)
            .map(|object| (object.line, object.value.is_ok()))
            .collect();
        assert_eq!(lines, [(1, false), (2, true), (3, false)]);
    }
}
