//! What was begun and what became of it, in a file that survives the process.
//!
//! A line is a JSON object: `{"row":7,"intent":"…"}` before a message is sent,
//! with a hash of the row, and `{"row":7,"outcome":"taken",…}` after it. An
//! intent is on the disk before the message leaves: a row without one was never
//! sent, and one with an intent and no outcome may have been.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;

use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use super::outcome::Outcome;
use crate::cli::exit::Failure;

const HEADER: &str = r#"{"journal":"smpp-esme bulk","version":1}"#;

/// What is known of the rows of earlier runs.
#[derive(Debug, Default)]
pub(super) struct Known {
    rows: HashMap<u64, Entry>,
}

#[derive(Debug)]
struct Entry {
    hash: String,
    /// `None`: it was begun, and nobody knows.
    outcome: Option<Outcome>,
}

impl Known {
    /// What became of a row; `None` when it is still to be sent.
    ///
    /// An error says that the row is another one now.
    pub(super) fn of(&self, row: u64, hash: u64) -> Result<Option<Outcome>, ()> {
        let Some(entry) = self.rows.get(&row) else {
            return Ok(None);
        };
        if entry.hash != shown(hash) {
            return Err(());
        }
        Ok(match &entry.outcome {
            Some(Outcome::NotSent { .. }) => None,
            Some(outcome) => Some(outcome.clone()),
            None => Some(Outcome::interrupted()),
        })
    }

    /// How many rows are known.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    fn take(&mut self, line: &Value) -> Option<()> {
        let row = line.get("row")?.as_u64()?;
        if let Some(hash) = line.get("intent") {
            let hash = hash.as_str()?.to_owned();
            let outcome = None;
            self.rows.insert(row, Entry { hash, outcome });
        } else {
            let outcome = Outcome::from_json(line.as_object()?)?;
            self.rows.get_mut(&row)?.outcome = Some(outcome);
        }
        Some(())
    }
}

fn shown(hash: u64) -> String {
    format!("{hash:016x}")
}

enum Order {
    Intent(String, oneshot::Sender<()>),
    Outcome(String),
}

/// Writes the journal. Dropping all handles ends it.
#[derive(Clone, Debug)]
pub(super) struct Journal {
    orders: mpsc::Sender<Order>,
}

/// The thread that writes.
pub(super) struct Writer {
    thread: JoinHandle<io::Result<()>>,
}

impl Journal {
    /// Opens the journal, or makes it, and reads what it has. A last line that
    /// was cut short is taken away. Another process that has it open is an
    /// error: both would send.
    pub(super) fn open(path: &Path) -> Result<(Self, Writer, Known), Failure> {
        let failed = |error: io::Error| Failure::other(format!("{}: {error}", path.display()));
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(failed)?;
        if file.try_lock().is_err() {
            return Err(Failure::other(format!(
                "{}: another run has this journal open; wait for its end",
                path.display()
            )));
        }
        let known = read(&mut file, path)?;
        let (orders, queue) = mpsc::channel();
        let thread = std::thread::spawn(move || write(&mut file, &queue));
        Ok((Self { orders }, Writer { thread }, known))
    }

    /// Returns once it is on the disk that this row will be sent; an error when
    /// it cannot be: then it must not be sent.
    pub(super) async fn intent(&self, row: u64, hash: u64) -> Result<(), JournalGone> {
        let (done, written) = oneshot::channel();
        let line = json!({"row": row, "intent": shown(hash)}).to_string();
        let order = Order::Intent(line, done);
        self.orders.send(order).map_err(|_| JournalGone)?;
        written.await.map_err(|_| JournalGone)
    }

    /// Keeps what became of a row, with the next group.
    pub(super) fn outcome(&self, row: u64, outcome: &Outcome) {
        let mut line = Map::new();
        line.insert("row".into(), row.into());
        outcome.to_json(&mut line);
        // That it cannot be written is said by the end of the writer.
        let _ = self
            .orders
            .send(Order::Outcome(Value::Object(line).to_string()));
    }
}

/// The journal cannot be written any more.
#[derive(Debug)]
pub(super) struct JournalGone;

impl Writer {
    /// Waits for the last group. All handles must be gone.
    pub(super) fn end(self) -> Result<(), Failure> {
        match self.thread.join() {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Failure::other(format!(
                "the journal cannot be written: {error}"
            ))),
            Err(_) => Err(Failure::other("the journal's writer has gone")),
        }
    }
}

fn read(file: &mut File, path: &Path) -> Result<Known, Failure> {
    let failed = |error: io::Error| Failure::other(format!("{}: {error}", path.display()));
    let mut known = Known::default();
    let mut reader = BufReader::new(&mut *file);
    let mut good = 0;
    let mut line = Vec::new();
    loop {
        line.clear();
        let len = reader.read_until(b'\n', &mut line).map_err(failed)?;
        let text = line.strip_suffix(b"\n").unwrap_or(&[]);
        let first = good == 0;
        if first && len > 0 && text != HEADER.as_bytes() && !HEADER.as_bytes().starts_with(&line) {
            return Err(Failure::usage(format!(
                "{}: this is no journal of bulk; move it away, or name another with --journal",
                path.display()
            )));
        }
        let fine = match serde_json::from_slice::<Value>(text) {
            Ok(_) if first => true,
            Ok(value) => known.take(&value).is_some(),
            Err(_) => false,
        };
        if len == 0 || !fine {
            break;
        }
        good += len as u64;
    }
    drop(reader);
    file.set_len(good).map_err(failed)?;
    file.seek(SeekFrom::End(0)).map_err(failed)?;
    if good == 0 {
        writeln!(file, "{HEADER}").map_err(failed)?;
    }
    Ok(known)
}

/// Writes all that is queued at once, and syncs once for it.
fn write(file: &mut File, queue: &mpsc::Receiver<Order>) -> io::Result<()> {
    let mut lines = Vec::new();
    let mut written = Vec::new();
    while let Ok(order) = queue.recv() {
        let mut next = Some(order);
        while let Some(order) = next {
            let line = match order {
                Order::Intent(line, done) => {
                    written.push(done);
                    line
                }
                Order::Outcome(line) => line,
            };
            lines.extend_from_slice(line.as_bytes());
            lines.push(b'\n');
            next = queue.try_recv().ok();
        }
        file.write_all(&lines)?;
        lines.clear();
        // Outcomes alone go with the next group: losing one makes a row
        // "unknown", not sent twice.
        if !written.is_empty() {
            file.sync_data()?;
        }
        for done in written.drain(..) {
            let _ = done.send(());
        }
    }
    file.sync_data()
}
