//! The program `smpp-esme`.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
