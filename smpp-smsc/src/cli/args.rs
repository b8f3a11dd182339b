//! What may stand on the command line.

use core::fmt;
use core::time::Duration;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use smpp_smsc::config::{parse_address as listen, parse_time};
use smpp_smsc::scenario::{Scenario, ScenarioError};

/// The account that is there when none is given.
pub(super) const DEFAULT_ACCOUNT: (&str, &str) = ("esme", "secret");

/// Where it listens when nothing else is said.
pub(super) const DEFAULT_LISTEN: &str = "127.0.0.1:2775";

/// Where messages are kept when nothing else is said.
pub(super) const DEFAULT_STORE: &str = "./smsc-data";

/// Where HTTP is served when nothing else is said.
pub(super) const DEFAULT_HTTP: &str = "127.0.0.1:8775";

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
    Serve(Box<ServeArgs>),
    /// Say what is wrong in a configuration file, what it sets, and what a
    /// sample bind and message would meet.
    Check(CheckArgs),
    /// Read a password from the standard input, and print the hash of it for a
    /// configuration file.
    HashPassword,
}

impl Cli {
    pub(super) fn command(self) -> Command {
        self.command
            .unwrap_or_else(|| Command::Serve(self.serve.into()))
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct ServeArgs {
    /// File with settings; flags win over it. Read again on SIGHUP.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// Address to listen on, HOST:PORT; may be given several times. Port 0
    /// takes a free one. Default 127.0.0.1:2775.
    #[arg(long, value_name = "ADDR", num_args = 1.., value_parser = listen)]
    pub(super) listen: Vec<String>,

    /// Address to listen on for SMPP over TLS; may be given several times.
    #[arg(long, value_name = "ADDR", num_args = 1.., value_parser = listen, requires = "tls_cert")]
    pub(super) listen_tls: Vec<String>,

    /// Address to listen on behind a load balancer that writes PROXY headers,
    /// and that nobody else can reach; may be given several times.
    #[arg(long, value_name = "ADDR", num_args = 1.., value_parser = listen)]
    pub(super) listen_proxy: Vec<String>,

    /// Certificate for --listen-tls, with what stands between it and its authority.
    #[arg(
        long,
        value_name = "PEM",
        requires = "tls_key",
        requires = "listen_tls"
    )]
    pub(super) tls_cert: Option<PathBuf>,

    /// Key of the certificate.
    #[arg(long, value_name = "PEM", requires = "tls_cert")]
    pub(super) tls_key: Option<PathBuf>,

    /// Authorities: clients must show a certificate of one of them.
    #[arg(long, value_name = "PEM", requires = "tls_cert")]
    pub(super) tls_client_ca: Option<PathBuf>,

    /// Account that may bind; may be given several times. Without any, it is
    /// esme with the password secret, on loopback addresses only.
    #[arg(long = "account", value_name = "SYSTEM_ID:PASSWORD", num_args = 1.., value_parser = account)]
    pub(super) accounts: Vec<AccountArg>,

    /// Where messages are kept: redb:FOLDER, where they outlive the program, or
    /// memory. Default redb:./smsc-data.
    #[arg(long, value_name = "STORE", value_parser = store)]
    pub(super) store: Option<StoreArg>,

    /// How long the simulated handsets take to receive a message, such as 2s.
    /// Default 100ms.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) delay: Option<Duration>,

    /// What the simulated network and centre do, rightly and wrongly: happy,
    /// flaky, throttling, slow, chaos, or a file of your own.
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "delay", value_parser = scenario)]
    pub(super) scenario: Option<ScenarioArg>,

    /// Where the chance in a scenario begins: the same number gives the same run.
    /// Default 1.
    #[arg(long, value_name = "N", conflicts_with = "delay")]
    pub(super) seed: Option<u64>,

    /// Form of the log on stderr. With json, the first screen is a line of it.
    /// Default text.
    #[arg(long, value_name = "FORM")]
    pub(super) log: Option<LogForm>,

    /// Address for health, metrics and the JSON interface. Default 127.0.0.1:8775.
    #[arg(long, value_name = "ADDR", value_parser = listen, conflicts_with = "no_http")]
    pub(super) http: Option<String>,

    /// No HTTP at all.
    #[arg(long)]
    pub(super) no_http: bool,

    /// What callers over HTTP must show as bearer token, 16 characters at least;
    /// needed where other machines reach it.
    #[arg(long, value_name = "TOKEN", env = "SMPP_SMSC_HTTP_TOKEN", hide_env_values = true, value_parser = token)]
    pub(super) http_token: Option<Token>,

    /// Connections at the same time. Default 1024.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_connections: Option<u32>,

    /// Of these, connections that have not bound yet; the one that waits longest makes
    /// room for one more. Default: three quarters of them.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_unbound: Option<u32>,

    /// Connections from one IP address, in IPv6 from one /64. Default: no limit.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_per_address: Option<u32>,
}

#[derive(Clone, Debug, Args)]
#[command(group = clap::ArgGroup::new("sender").args(["system_id", "from_centre"]))]
pub(super) struct CheckArgs {
    /// The file.
    #[arg(long, value_name = "FILE", required_unless_present = "example")]
    pub(super) config: Option<PathBuf>,

    /// Print a file with every setting and what it means instead.
    #[arg(long)]
    pub(super) example: bool,

    /// Account of the sample; without it, nothing is tried.
    #[arg(long, requires = "config")]
    pub(super) system_id: Option<String>,

    /// Address that the sample binds from.
    #[arg(long, requires = "system_id")]
    pub(super) ip: Option<core::net::IpAddr>,

    /// Bind of the sample.
    #[arg(long, value_name = "BIND", default_value = "transceiver")]
    pub(super) bind: BindArg,

    /// Centre that brings the sample message, instead of an account.
    #[arg(
        long,
        value_name = "NAME",
        requires = "config",
        conflicts_with = "system_id"
    )]
    pub(super) from_centre: Option<String>,

    /// Source of the sample message.
    #[arg(long, requires = "sender")]
    pub(super) from: Option<String>,

    /// Destination of the sample message: a number, or a distribution list.
    #[arg(long, requires = "sender")]
    pub(super) to: Option<String>,

    /// The answer as a JSON object on one line.
    #[arg(long, conflicts_with = "example")]
    pub(super) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum BindArg {
    Transmitter,
    Receiver,
    Transceiver,
}

/// Never shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Token(pub(super) String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

fn token(text: &str) -> Result<Token, String> {
    if text.len() < 16 || !text.bytes().all(|one| one.is_ascii_graphic()) {
        return Err("a token has at least 16 characters, printable ASCII without spaces".into());
    }
    Ok(Token(text.into()))
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

pub(super) fn store(text: &str) -> Result<StoreArg, String> {
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

pub(super) fn scenario(name: &str) -> Result<ScenarioArg, ScenarioError> {
    Ok(ScenarioArg {
        name: name.into(),
        scenario: Scenario::named_or_file(name)?,
    })
}

fn duration(text: &str) -> Result<Duration, String> {
    let time = parse_time(text)?;
    if time > Duration::from_secs(86_400) {
        return Err("at most a day".into());
    }
    Ok(time)
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
            let Command::Serve(args) = Cli::try_parse_from(args).unwrap().command() else {
                panic!("{args:?}")
            };
            args.listen
        };
        assert!(listen(&["smpp-smsc"]).is_empty());
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
