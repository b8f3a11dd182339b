//! `smpp-esme encode`: what `decode --json` prints, back to octets.

use std::io::{self, BufRead, BufReader};
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
    let good = match input::open(&args.items, wanted)? {
        Input::Arguments(text) => all(args, text.as_bytes(), None, output)?,
        Input::Source(source) => {
            let reader = BufReader::new(source.reader);
            all(args, reader, Some(source.live), output)?
        }
    };
    if good {
        return Ok(());
    }
    output.flush()?;
    Err(Failure::new(Kind::Other, ""))
}

/// Encodes every object; false when one is no PDU. `live` says of a file
/// whether more may come later; the arguments are none.
fn all(
    args: &Args,
    reader: impl BufRead,
    live: Option<bool>,
    output: &mut Output,
) -> Result<bool, Failure> {
    let from_arguments = live.is_none();
    let mut good = true;
    for object in Objects::new(reader) {
        let object =
            object.map_err(|error| Failure::usage(format!("the input cannot be read: {error}")))?;
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
                good = false;
                refuse(&wrong, object.line, output)?;
            }
        }
        if live == Some(true) {
            output.flush()?;
        }
    }
    Ok(good)
}

/// Says what is wrong with a line. In JSON it keeps its place among the others.
fn refuse(wrong: &Wrong, line: usize, output: &mut Output) -> Result<(), Failure> {
    if !output.is_json() {
        eprintln!("smpp-esme: line {line}: {}", Printable(&wrong.text()));
    }
    output.object(&json!({
        "error": "not_a_pdu",
        "line": line,
        "field": wrong.field,
        "detail": wrong.what,
    }))
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

/// An object over several lines is not followed for more octets than this.
const LONGEST_OBJECT: usize = 1 << 20;

/// One object of the text, and the line where it starts.
struct Object {
    value: Result<Value, String>,
    line: usize,
}

/// Objects one behind the other, each on one line or on several. They are read
/// as they come.
struct Objects<R> {
    reader: R,
    /// What is read, and not yet an object.
    text: String,
    /// The line where it starts, and the number of lines that are read.
    line: usize,
    lines: usize,
}

impl<R: BufRead> Objects<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            text: String::new(),
            line: 1,
            lines: 0,
        }
    }

    /// Reads one line more; false at the end.
    fn read_line(&mut self) -> io::Result<bool> {
        let mut line = Vec::new();
        if self.reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(false);
        }
        self.lines += 1;
        let starts = self.text.is_empty();
        if starts {
            self.line = self.lines;
        }
        let line = String::from_utf8_lossy(&line);
        // A comment stands between objects.
        if !(starts && line.trim_start().starts_with('#')) {
            self.text.push_str(&line);
        }
        Ok(true)
    }

    fn skip(&mut self, octets: usize) {
        let rest = self.text.split_off(octets.min(self.text.len()));
        let skipped = core::mem::replace(&mut self.text, rest);
        self.line += skipped.matches('\n').count();
        let blank = self.text.len() - self.text.trim_start().len();
        if blank > 0 {
            self.skip(blank);
        }
    }
}

impl<R: BufRead> Iterator for Objects<R> {
    type Item = io::Result<Object>;

    fn next(&mut self) -> Option<io::Result<Object>> {
        loop {
            self.skip(0);
            if self.text.is_empty() {
                match self.read_line() {
                    Ok(true) => continue,
                    Ok(false) => return None,
                    Err(error) => return Some(Err(error)),
                }
            }
            let line = self.line;
            let mut values = serde_json::Deserializer::from_str(&self.text).into_iter::<Value>();
            let value = values.next()?;
            let end = values.byte_offset();
            let error = match value {
                Ok(value) => {
                    self.skip(end);
                    let value = Ok(value);
                    return Some(Ok(Object { value, line }));
                }
                Err(error) => error,
            };
            // An object that goes on in the next line.
            if error.is_eof() && self.text.len() < LONGEST_OBJECT {
                match self.read_line() {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(error) => return Some(Err(error)),
                }
            }
            // What is left of a broken line means nothing.
            self.text.clear();
            let value = Err(format!(
                "no JSON at column {}: {error}; a PDU is an object such as \
                 {{\"command\": \"enquire_link\"}}",
                error.column(),
            ));
            return Some(Ok(Object { value, line }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_stand_on_one_line_or_on_several() {
        let text = "# comment\n{\"a\":1}\n\n{\n\"b\":2}{\"c\":3}\n{\"d\":\n{\"e\":5}\n";
        let lines: Vec<_> = Objects::new(text.as_bytes())
            .map(|object| object.unwrap())
            .map(|object| (object.line, object.value.is_ok()))
            .collect();
        // The broken one runs to the end of the text.
        assert_eq!(lines, [(2, true), (4, true), (5, true), (6, false)]);
        let text = "{\"a\":}\n{\"b\":2}\nx\n";
        let lines: Vec<_> = Objects::new(text.as_bytes())
            .map(|object| object.unwrap())
            .map(|object| (object.line, object.value.is_ok()))
            .collect();
        assert_eq!(lines, [(1, false), (2, true), (3, false)]);
    }
}
