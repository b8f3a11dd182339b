//! The rows of a file, as messages.

use core::time::Duration;
use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;

use clap::ValueEnum;
use serde_json::Value;
use smpp_esme::{MessageError, OutgoingMessage, ReceiptRequest, Split};
use smpp_pdu::DataCoding;

use crate::cli::exit::Failure;
use crate::cli::message::{EncodingArg, SplitArg, encoded_as};
use crate::cli::{hex, times};

/// The columns that there are.
const COLUMNS: &[&str] = &[
    "from",
    "to",
    "text",
    "hex",
    "encoding",
    "data_coding",
    "split",
    "flash",
    "receipt",
    "validity",
    "at",
    "service_type",
];

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Columns, the first line names them.
    Csv,
    /// A JSON object a line.
    Jsonl,
}

impl Format {
    /// By the ending of the name.
    pub(super) fn of(path: &Path) -> Result<Self, Failure> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("jsonl" | "ndjson") => Ok(Self::Jsonl),
            _ => Err(Failure::usage(format!(
                "{}: name it .csv or .jsonl, or say which it is with --format",
                path.display()
            ))),
        }
    }
}

/// What holds for rows that do not say otherwise.
#[derive(Clone, Debug)]
pub(super) struct Defaults {
    pub(super) from: String,
    pub(super) receipt: bool,
    pub(super) validity: Option<times::When>,
    pub(super) split: SplitArg,
}

/// One message of the file.
#[derive(Debug)]
pub(super) struct Row {
    /// From 1; the header is none.
    pub(super) number: u64,
    /// Of the file, from 1.
    pub(super) line: u64,
    /// Tells whether the file is still the same.
    pub(super) hash: u64,
    pub(super) to: String,
    /// How many requests it is.
    pub(super) parts: u32,
    pub(super) message: OutgoingMessage,
}

/// What is wrong with a row: line, column, what.
#[derive(Debug)]
pub(super) struct RowError {
    pub(super) line: u64,
    pub(super) what: String,
}

/// The rows of a file, one after the other.
pub(super) struct Rows<'d> {
    source: Source,
    defaults: &'d Defaults,
    number: u64,
}

enum Source {
    Csv {
        columns: Vec<String>,
        records: csv::StringRecordsIntoIter<File>,
    },
    Jsonl {
        lines: Lines<BufReader<File>>,
        line: u64,
    },
}

impl<'d> Rows<'d> {
    pub(super) fn open(
        path: &Path,
        format: Format,
        defaults: &'d Defaults,
    ) -> Result<Self, Failure> {
        let wrong =
            |error: &dyn core::fmt::Display| Failure::usage(format!("{}: {error}", path.display()));
        let file = File::open(path).map_err(|error| wrong(&error))?;
        let source = match format {
            Format::Csv => {
                let mut reader = csv::ReaderBuilder::new()
                    .trim(csv::Trim::Headers)
                    .from_reader(file);
                let header = reader.headers().map_err(|error| wrong(&error))?;
                let columns: Vec<String> = header
                    .iter()
                    .map(|name| name.trim_start_matches('\u{FEFF}').to_owned())
                    .collect();
                check_header(&columns).map_err(|error| wrong(&error))?;
                Source::Csv {
                    columns,
                    records: reader.into_records(),
                }
            }
            Format::Jsonl => Source::Jsonl {
                lines: BufReader::new(file).lines(),
                line: 0,
            },
        };
        Ok(Self {
            source,
            defaults,
            number: 0,
        })
    }

    fn row(&mut self, line: u64, fields: &[(&str, String)]) -> Result<Row, RowError> {
        self.number += 1;
        let mut hash = Fnv::default();
        for (name, value) in fields {
            hash.put(name);
            hash.put(value);
        }
        let message = message(fields, self.defaults)
            .and_then(|message| match message.preview() {
                Ok(_) if message.destination().is_empty() => Err("column to: it is empty".into()),
                Ok(preview) => Ok((message, preview.count.parts)),
                Err(error) => Err(wrong_message(&error)),
            })
            .map_err(|what| RowError { line, what })?;
        let (message, parts) = message;
        let to = fields.iter().find(|(name, _)| *name == "to");
        Ok(Row {
            number: self.number,
            line,
            hash: hash.0,
            to: to.map(|(_, to)| to.clone()).unwrap_or_default(),
            // At most 255.
            parts: u32::try_from(parts).unwrap_or(u32::MAX),
            message,
        })
    }

    fn next_csv(&mut self) -> Option<Result<Row, RowError>> {
        let Source::Csv { columns, records } = &mut self.source else {
            return None;
        };
        let record = match records.next()? {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                return Some(Err(RowError {
                    line,
                    what: csv_error(&error),
                }));
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let columns = core::mem::take(columns);
        let fields: Vec<(&str, String)> = columns
            .iter()
            .zip(record.iter())
            .map(|(name, value)| (name.as_str(), value.to_owned()))
            .collect();
        let row = self.row(line, &fields);
        if let Source::Csv { columns: kept, .. } = &mut self.source {
            *kept = columns;
        }
        Some(row)
    }

    fn next_json(&mut self) -> Option<Result<Row, RowError>> {
        loop {
            let Source::Jsonl { lines, line } = &mut self.source else {
                return None;
            };
            *line += 1;
            let line = *line;
            let text = match lines.next()? {
                Ok(text) if text.trim().is_empty() => continue,
                Ok(text) => text,
                Err(error) => {
                    let what = error.to_string();
                    return Some(Err(RowError { line, what }));
                }
            };
            return Some(match json_fields(&text) {
                Ok(fields) => {
                    let fields: Vec<(&str, String)> = fields
                        .iter()
                        .map(|(name, value)| (name.as_str(), value.clone()))
                        .collect();
                    self.row(line, &fields)
                }
                Err(what) => Err(RowError { line, what }),
            });
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.source {
            Source::Csv { .. } => self.next_csv(),
            Source::Jsonl { .. } => self.next_json(),
        }
    }
}

fn check_header(columns: &[String]) -> Result<(), String> {
    for column in columns {
        check_column(column)?;
    }
    let has = |name: &str| columns.iter().any(|column| column == name);
    if has("to") && (has("text") || has("hex")) {
        return Ok(());
    }
    Err("line 1: the header must name the columns to, and text or hex".into())
}

fn check_column(name: &str) -> Result<(), String> {
    if COLUMNS.contains(&name) {
        return Ok(());
    }
    let known = COLUMNS.join(", ");
    Err(format!("there is no column {name:?}; known are {known}"))
}

fn csv_error(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("{len} columns, the header has {expected_len}; put text with commas in quotes")
        }
        csv::ErrorKind::Utf8 { err, .. } => {
            format!("column {}: it is not UTF-8", err.field() + 1)
        }
        _ => error.to_string(),
    }
}

/// The fields of an object: texts, numbers and truth values.
fn json_fields(text: &str) -> Result<Vec<(String, String)>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        // Its own line is that of this one text.
        let what = error.to_string();
        let what = what.split(" at line ").next().unwrap_or_default();
        format!("column {}: {what}", error.column())
    })?;
    let Value::Object(object) = value else {
        return Err(
            "a JSON object is wanted, such as {\"to\":\"+447700900123\",\"text\":\"Hi\"}".into(),
        );
    };
    let mut fields = Vec::with_capacity(object.len());
    for (name, value) in object {
        check_column(&name)?;
        let value = match value {
            Value::Null => continue,
            Value::String(text) => text,
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            _ => {
                return Err(format!(
                    "field {name}: a text, a number, true or false is wanted"
                ));
            }
        };
        fields.push((name, value));
    }
    Ok(fields)
}

/// The message of a row, before it is checked as a whole.
fn message(fields: &[(&str, String)], defaults: &Defaults) -> Result<OutgoingMessage, String> {
    let value = |wanted: &str| {
        let found = fields.iter().find(|(name, _)| *name == wanted);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    };
    let column = |name: &str, error: &dyn core::fmt::Display| format!("column {name}: {error}");
    let encoding = match value("encoding") {
        Some(name) => EncodingArg::from_str(name, true).map_err(|e| column("encoding", &e))?,
        None => EncodingArg::Auto,
    };
    let mut message = match (value("text"), value("hex")) {
        (Some(_), Some(_)) => return Err("columns text and hex: one of them must be empty".into()),
        (Some(text), None) => OutgoingMessage::text(text),
        (None, Some(octets)) => {
            let octets = hex::parse(octets).map_err(|error| column("hex", &error))?;
            match encoding.encoding() {
                Some(encoding) => OutgoingMessage::encoded(octets, encoding),
                None => OutgoingMessage::binary(octets),
            }
        }
        (None, None) => return Err("column text: it is empty".into()),
    };
    message = encoded_as(message, encoding.encoding());
    if let Some(number) = value("data_coding") {
        let number: u8 = number
            .parse()
            .map_err(|_| format!("column data_coding: {number:?} is no number from 0 to 255"))?;
        message = message.data_coding(DataCoding(number));
    }
    let split: Split = match value("split") {
        Some(name) => SplitArg::from_str(name, true).map_err(|e| column("split", &e))?,
        None => defaults.split,
    }
    .split();
    let truth = |name: &str, default: bool| match value(name) {
        None => Ok(default),
        Some("true" | "yes" | "1") => Ok(true),
        Some("false" | "no" | "0") => Ok(false),
        Some(other) => Err(format!(
            "column {name}: {other:?} is neither true nor false"
        )),
    };
    if truth("receipt", defaults.receipt)? {
        message = message.receipt(ReceiptRequest::Final);
    }
    let when = |name: &str| {
        value(name)
            .map(times::when)
            .transpose()
            .map_err(|error| column(name, &error))
    };
    if let Some(validity) = when("validity")?.or(defaults.validity) {
        message = message.validity(validity.time());
    }
    if let Some(at) = when("at")? {
        message = message.schedule(at.time());
    }
    Ok(message
        .from(value("from").unwrap_or(&defaults.from))
        .to(value("to").unwrap_or_default())
        .split(split)
        .whole_clusters(true)
        .flash(truth("flash", false)?)
        .service_type(value("service_type").unwrap_or_default()))
}

fn wrong_message(error: &MessageError) -> String {
    let column = match error {
        MessageError::FieldTooLong { field, .. } | MessageError::NulInside { field } => {
            match *field {
                "source_addr" => "from",
                "destination_addr" => "to",
                other => other,
            }
        }
        MessageError::Unencodable(_) | MessageError::Split(_) => "text",
        MessageError::NoClass(_) => "flash",
        MessageError::TimeInThePast { field }
        | MessageError::SpanTooLong { field }
        | MessageError::NotInCalendar { field } => match *field {
            "validity_period" => "validity",
            _ => "at",
        },
        MessageError::OverBeforeDue => "validity",
        _ => return error.to_string(),
    };
    format!("column {column}: {error}")
}

/// FNV-1a of 64 bits: whether a row has changed, not whether somebody means
/// harm.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Fnv {
    fn put(&mut self, text: &str) {
        // The end counts too, so that no two lists of texts are one.
        for octet in text.bytes().chain([0xFF]) {
            self.0 = (self.0 ^ u64::from(octet)).wrapping_mul(0x0100_0000_01B3);
        }
    }
}

/// What `--rate` takes: `50/s`, `50`, `3000/m`.
pub(super) fn rate(text: &str) -> Result<smpp_esme::Rate, String> {
    let wrong = || format!("{text:?} is no rate, write it as 50/s or 3000/m");
    let (number, per) = match text.split_once('/') {
        Some((number, "s")) => (number, 1),
        Some((number, "m")) => (number, 60),
        None => (text, 1),
        _ => return Err(wrong()),
    };
    let number: u32 = number.trim().parse().map_err(|_| wrong())?;
    if number < per {
        return Err(format!(
            "{text:?} is less than one a second, which is the lowest rate"
        ));
    }
    Ok(smpp_esme::Rate::per_second(number / per))
}

/// A span for messages.
pub(super) fn shown_span(span: Duration) -> String {
    let seconds = span.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, _) => format!("{:.1} s", span.as_secs_f32()),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}
