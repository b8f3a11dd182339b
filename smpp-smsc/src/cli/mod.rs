//! The command line.

mod args;
mod build;
mod centres;
mod check;
mod hash;
mod plan;
mod reload;
mod screen;
mod serve;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// The command line asks for something that does not make sense.
const WRONG_USAGE: u8 = 2;
/// A bind is refused.
const BIND_REFUSED: u8 = 3;
/// A message is rejected.
const MESSAGE_REJECTED: u8 = 4;
/// Everything else that goes wrong.
const OTHER_FAILURE: u8 = 1;

/// Why the program ends otherwise than it should.
#[derive(Debug)]
pub(super) enum Failure {
    /// The caller can say it better.
    Usage(String),
    /// It did not work.
    Other(String),
    /// The sample bind of a check is refused.
    Bind(String),
    /// The sample message of a check is refused.
    Message(String),
}

fn say(text: &str) {
    use std::io::Write as _;
    // Nobody may be reading.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

pub(super) fn main() -> ExitCode {
    // clap prints what is wrong, and ends with 2; with 0 after --help.
    let cli = Cli::parse();
    let done = match cli.command() {
        Command::Serve(args) => serve::run(*args),
        Command::Check(args) => check::run(&args),
        Command::HashPassword => hash::run(),
    };
    let (text, code) = match done {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Usage(text)) => (text, WRONG_USAGE),
        Err(Failure::Other(text)) => (text, OTHER_FAILURE),
        Err(Failure::Bind(text)) => (text, BIND_REFUSED),
        Err(Failure::Message(text)) => (text, MESSAGE_REJECTED),
    };
    eprintln!("smpp-smsc: {text}");
    ExitCode::from(code)
}
