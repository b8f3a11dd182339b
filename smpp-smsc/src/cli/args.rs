//! What may stand on the command line.

use core::fmt;
use core::time::Duration;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use smpp_smsc::scenario::{Scenario, ScenarioError};

/// The account that is there when none is given.
pub(super) const DEFAULT_ACCOUNT: (&str, &str) = ("esme", "secret");

/// Where it listens when nothing else is said.
const DEFAULT_LISTEN: &str = "127.0.0.1:2775";

/// Where messages are kept when nothing else is said.
const DEFAULT_STORE: &str = "redb:./smsc-data";

/// SMPP message centre and simulator: takes messages from ESMEs, keeps them,
/// hands them to simulated handsets, and sends receipts.
#[derive(Debug, Parser)]
#[command(name = "smpp-smsc", version, args_conflicts_with_subcommands = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Clone, Debug, Subcommand)]
pub(super) enum Command {
    /// Run the message centre; this is what happens without a command, too.
    Serve(ServeArgs),
}

impl Cli {
    pub(super) fn command(self) -> Command {
        self.command.unwrap_or(Command::Serve(self.serve))
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct ServeArgs {
    /// Address to listen on, HOST:PORT; may be given several times. Port 0
    /// takes a free one.
    #[arg(long, value_name = "ADDR", num_args = 1.., default_value = DEFAULT_LISTEN, value_parser = listen)]
    pub(super) listen: Vec<String>,

    /// Account that may bind; may be given several times. Without any, it is
    /// esme with the password secret, on loopback addresses only.
    #[arg(long = "account", value_name = "SYSTEM_ID:PASSWORD", num_args = 1.., value_parser = account)]
    pub(super) accounts: Vec<AccountArg>,

    /// Where messages are kept: redb:FOLDER, where they outlive the program, or
    /// memory.
    #[arg(long, value_name = "STORE", default_value = DEFAULT_STORE, value_parser = store)]
    pub(super) store: StoreArg,

    /// How long the simulated handsets take to receive a message, such as 100ms or 2s.
    #[arg(long, value_name = "TIME", default_value = "100ms", value_parser = duration)]
    pub(super) delay: Duration,

    /// What the simulated network and centre do, rightly and wrongly: happy,
    /// flaky, throttling, slow, chaos, or a file of your own.
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "delay", value_parser = scenario)]
    pub(super) scenario: Option<ScenarioArg>,

    /// Where the chance in a scenario begins: the same number gives the same run.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "scenario")]
    pub(super) seed: u64,

    /// Form of the log on stderr. With json, the first screen is a line of it.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(super) log: LogForm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogForm {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StoreArg {
    Memory,
    /// The folder.
    Redb(PathBuf),
}

#[derive(Clone, Debug)]
pub(super) struct ScenarioArg {
    /// As it was given.
    pub(super) name: String,
    pub(super) scenario: Scenario,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct AccountArg {
    pub(super) system_id: String,
    pub(super) password: String,
}

impl fmt::Debug for AccountArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:***", self.system_id)
    }
}

fn listen(text: &str) -> Result<String, String> {
    let wanted = "an address is HOST:PORT, for example 127.0.0.1:2775, 0.0.0.0:2775 or [::1]:2775";
    let Some((host, port)) = text.rsplit_once(':') else {
        return Err(match text.parse::<u16>() {
            Ok(port) => format!(
                "the host is missing: give 127.0.0.1:{port} to serve this machine only, 0.0.0.0:{port} to serve all"
            ),
            Err(_) => format!("the port is missing: {text}:2775 is the usual one"),
        });
    };
    if host.is_empty() {
        return Err(format!(
            "the host is missing: give 127.0.0.1:{port} to serve this machine only, 0.0.0.0:{port} to serve all"
        ));
    }
    if port.parse::<u16>().is_err() {
        return Err(format!(
            "the port {port:?} is no number from 0 to 65535; {wanted}"
        ));
    }
    let bare_ipv6 = host.contains(':') && !(host.starts_with('[') && host.ends_with(']'));
    if bare_ipv6 || text.contains("//") {
        return Err(wanted.into());
    }
    Ok(text.into())
}

fn account(text: &str) -> Result<AccountArg, String> {
    let Some((system_id, password)) = text.split_once(':') else {
        return Err("an account is SYSTEM_ID:PASSWORD, for example bank:kQ7f2xP9".into());
    };
    if system_id.is_empty() {
        return Err("the system_id in front of the colon is empty".into());
    }
    let fits =
        |text: &str, most| text.len() <= most && text.bytes().all(|one| one.is_ascii_graphic());
    if !fits(system_id, 15) {
        return Err("a system_id has at most 15 characters, printable ASCII without spaces".into());
    }
    if !fits(password, 8) {
        return Err(
            "SMPP carries passwords of at most 8 characters, printable ASCII without spaces".into(),
        );
    }
    Ok(AccountArg {
        system_id: system_id.into(),
        password: password.into(),
    })
}

fn store(text: &str) -> Result<StoreArg, String> {
    match text.split_once(':') {
        None if text == "memory" => Ok(StoreArg::Memory),
        None | Some(("redb", "")) if text.starts_with("redb") => {
            Err("the folder is missing: redb:./smsc-data, for example".into())
        }
        Some(("redb", folder)) => Ok(StoreArg::Redb(folder.into())),
        Some((kind @ ("postgres" | "postgresql"), _)) => Err(format!(
            "{kind} is not there yet: messages are kept in redb:FOLDER or in memory"
        )),
        _ => Err("the store is redb:FOLDER or memory".into()),
    }
}

fn scenario(name: &str) -> Result<ScenarioArg, ScenarioError> {
    Ok(ScenarioArg {
        name: name.into(),
        scenario: Scenario::named_or_file(name)?,
    })
}

fn duration(text: &str) -> Result<Duration, String> {
    let wanted = "a time is a number with its unit, for example 100ms, 2s or 1m";
    let digits = text.trim_end_matches(|one: char| one.is_ascii_alphabetic());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    let number: u64 = digits.parse().map_err(|_| wanted)?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" | "min" => 60_000,
        "" if number == 0 => 1,
        _ => return Err(wanted.into()),
    };
    number
        .checked_mul(millis)
        .filter(|millis| *millis <= 86_400_000)
        .map(Duration::from_millis)
        .ok_or_else(|| "at most a day".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn serve_is_what_happens_without_a_command() {
        let listen = |args: &[&str]| {
            let Command::Serve(args) = Cli::try_parse_from(args).unwrap().command();
            args.listen
        };
        assert_eq!(listen(&["smpp-smsc"]), ["127.0.0.1:2775"]);
        let two = ["[::1]:0", "127.0.0.1:0"];
        let bare = ["smpp-smsc", "--listen", two[0], "--listen", two[1]];
        assert_eq!(listen(&bare), two);
        let with_command = ["smpp-smsc", "serve", "--listen", two[0], two[1]];
        assert_eq!(listen(&with_command), two);
    }

    #[test]
    fn wrong_values_are_told_what_would_be_right() {
        for (result, part) in [
            (listen("2775").map(drop), "127.0.0.1:2775"),
            (listen(":2775").map(drop), "0.0.0.0:2775"),
            (listen("localhost").map(drop), "localhost:2775"),
            (listen("localhost:http").map(drop), "0 to 65535"),
            (listen("localhost:65536").map(drop), "0 to 65535"),
            (listen("::1:2775").map(drop), "[::1]:2775"),
            (listen("smpp://localhost:2775").map(drop), "HOST:PORT"),
            (account("bank").map(drop), "SYSTEM_ID:PASSWORD"),
            (account(":secret").map(drop), "empty"),
            (account("bank:123456789").map(drop), "at most 8"),
            (account("sixteencharacter:x").map(drop), "at most 15"),
            (store("redb").map(drop), "folder is missing"),
            (store("redb:").map(drop), "folder is missing"),
            (store("postgres://db").map(drop), "not there yet"),
            (store("disk").map(drop), "redb:FOLDER or memory"),
            (duration("5").map(drop), "unit"),
            (duration("fast").map(drop), "unit"),
            (duration("2000m").map(drop), "a day"),
        ] {
            let text = result.unwrap_err();
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(duration("0"), Ok(Duration::ZERO));
        assert_eq!(duration("1m"), Ok(Duration::from_secs(60)));
    }
}
