//! The program `smpp-smsc`.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
