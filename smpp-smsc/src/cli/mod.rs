//! The command line.

mod args;
mod serve;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// The command line asks for something that does not make sense.
const WRONG_USAGE: u8 = 2;
/// Everything else that goes wrong.
const OTHER_FAILURE: u8 = 1;

/// Why the program ends otherwise than it should.
#[derive(Debug)]
pub(super) enum Failure {
    /// The caller can say it better.
    Usage(String),
    /// It did not work.
    Other(String),
}

pub(super) fn main() -> ExitCode {
    // clap prints what is wrong, and ends with 2; with 0 after --help.
    let cli = Cli::parse();
    let Command::Serve(args) = cli.command();
    let (text, code) = match serve::run(&args) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Usage(text)) => (text, WRONG_USAGE),
        Err(Failure::Other(text)) => (text, OTHER_FAILURE),
    };
    eprintln!("smpp-smsc: {text}");
    ExitCode::from(code)
}
