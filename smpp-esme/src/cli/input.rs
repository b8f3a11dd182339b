//! What a verb reads: its arguments, a file, or standard input.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use super::exit::Failure;

/// Where the input comes from.
pub(crate) enum Input {
    /// The command line: what is wrong in it is wrong usage.
    Arguments(String),
    /// A file or standard input.
    Source(Source),
}

/// What is read from outside.
pub(crate) struct Source {
    pub(crate) reader: Box<dyn Read + Send>,
    pub(crate) name: String,
    /// More of it may come later: what is known is to be shown by then.
    pub(crate) live: bool,
}

/// The arguments, or what the one of them names. `wanted` says what can be
/// given, for a run without any.
pub(crate) fn open(items: &[String], wanted: &str) -> Result<Input, Failure> {
    let stdin = || {
        Input::Source(Source {
            reader: Box::new(io::stdin()),
            name: "standard input".into(),
            live: true,
        })
    };
    match items {
        [] if io::stdin().is_terminal() => Err(Failure::usage(wanted)),
        [] => Ok(stdin()),
        [item] if item == "-" => Ok(stdin()),
        // Not only files: a pipe of the shell has a name, too.
        [item] if Path::new(item).exists() && !Path::new(item).is_dir() => {
            let file = File::open(item).map_err(|error| unreadable(item, &error))?;
            Ok(Input::Source(Source {
                live: !file.metadata().is_ok_and(|file| file.is_file()),
                reader: Box::new(file),
                name: item.clone(),
            }))
        }
        // Spaces that the shell has taken away.
        items => Ok(Input::Arguments(items.join(" "))),
    }
}

/// All of it.
pub(crate) fn read_all(mut reader: impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut octets = Vec::new();
    reader
        .read_to_end(&mut octets)
        .map_err(|error| unreadable(name, &error))?;
    Ok(octets)
}

/// The first octets of it, up to `limit`.
pub(crate) fn read_head(mut reader: impl Read, limit: u64, name: &str) -> Result<Vec<u8>, Failure> {
    let mut octets = Vec::new();
    reader
        .by_ref()
        .take(limit)
        .read_to_end(&mut octets)
        .map_err(|error| unreadable(name, &error))?;
    Ok(octets)
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::usage(format!("{name}: {error}"))
}
