//! `listen --exec`: a command for each message.

use core::num::NonZeroUsize;
use core::time::Duration;
use std::process::{ExitStatus, Stdio};

use serde_json::Value;
use smpp_esme::receiving::ReceivedMessage;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::cli::exit::Failure;
use crate::cli::receipt;

#[derive(clap::Args)]
#[command(next_help_heading = "A command for each message")]
pub(crate) struct ExecArgs {
    /// Runs a command for each message: the message as JSON on its standard input, and
    /// SMPP_FROM, SMPP_TO and SMPP_TEXT in its environment. Exit code 0 acknowledges the
    /// message, any other lets it come again. Words are parted at blanks.
    #[arg(long, value_name = "CMD")]
    exec: Option<String>,
    /// Lets a shell (sh -c) run the command. Never put the message into it but by "$SMPP_TEXT".
    #[arg(long, requires = "exec")]
    shell: bool,
    /// Ends a command that takes longer; its message comes again.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "10",
        value_parser = crate::cli::times::seconds
    )]
    exec_timeout: Duration,
    /// How many messages are answered at the same time.
    #[arg(long, value_name = "N", default_value = "4")]
    jobs: NonZeroUsize,
}

impl ExecArgs {
    pub(super) fn jobs(&self) -> usize {
        self.jobs.get()
    }

    pub(super) fn command(&self) -> Result<Option<Exec>, Failure> {
        let Some(command) = &self.exec else {
            return Ok(None);
        };
        let words: Vec<String> = if self.shell {
            ["sh", "-c", command].map(str::to_owned).into()
        } else {
            command.split_whitespace().map(str::to_owned).collect()
        };
        if command.trim().is_empty() {
            return Err(Failure::usage("--exec: name a command"));
        }
        Ok(Some(Exec {
            words,
            limit: self.exec_timeout,
        }))
    }
}

pub(super) struct Exec {
    words: Vec<String>,
    limit: Duration,
}

impl Exec {
    /// Runs the command; what went wrong in words.
    pub(super) async fn run(&self, message: &ReceivedMessage, json: &Value) -> Result<(), String> {
        let mut words = self.words.iter();
        let program = words.next().map_or("", String::as_str);
        let failed = |what: &dyn core::fmt::Display| format!("--exec {program}: {what}");
        let mut child = Command::new(program)
            .args(words)
            .env(
                "SMPP_FROM",
                variable(&receipt::address(message.source_addr().addr)),
            )
            .env(
                "SMPP_TO",
                variable(&receipt::address(message.destination_addr().addr)),
            )
            .env("SMPP_TEXT", variable(message.text().unwrap_or_default()))
            .stdin(Stdio::piped())
            // Standard output is for the messages.
            .stdout(std::io::stderr())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(&error))?;
        let stdin = child.stdin.take();
        let line = format!("{json}\n");
        let write = async {
            if let Some(mut stdin) = stdin {
                // Who does not read it has all that it needs.
                let _ = stdin.write_all(line.as_bytes()).await;
            }
        };
        let both = async { tokio::join!(child.wait(), write).0 };
        // Dropped when it takes too long, the command is killed.
        match tokio::time::timeout(self.limit, both).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(failed(&ended(status))),
            Ok(Err(error)) => Err(failed(&error)),
            Err(_) => Err(failed(&format_args!(
                "not done within {} s",
                self.limit.as_secs_f32()
            ))),
        }
    }
}

fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => "ended by a signal".into(),
    }
}

/// A text as a variable of the environment, which has no room for NULs.
fn variable(text: &str) -> String {
    text.replace('\0', "")
}
