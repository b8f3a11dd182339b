//! `smpp-smsc serve`.

use core::fmt::Write as _;
use core::net::SocketAddr;
use std::io::{IsTerminal as _, Write as _};

use smpp_smsc::network::Handsets;
use smpp_smsc::store::{MemoryStore, RedbStore};
use smpp_smsc::{Accounts, Smsc};
use tokio::net::TcpListener;
use tracing::info;
use tracing_subscriber::EnvFilter;

use super::Failure;
use super::args::{DEFAULT_ACCOUNT, LogForm, ScenarioArg, ServeArgs, StoreArg};

pub(super) fn run(args: &ServeArgs) -> Result<(), Failure> {
    start_log(args.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Other(format!("the runtime does not start: {error}")))?;
    runtime.block_on(serve(args))
}

async fn serve(args: &ServeArgs) -> Result<(), Failure> {
    let addresses = resolve(&args.listen).await?;
    let default_account = args.accounts.is_empty();
    if default_account && let Some(open) = addresses.iter().find(|one| !one.ip().is_loopback()) {
        return Err(Failure::Usage(format!(
            "{open} can be reached from other machines, where the account {}:{} would let \
             anybody in: give your own with --account SYSTEM_ID:PASSWORD, or listen on \
             127.0.0.1:{}",
            DEFAULT_ACCOUNT.0,
            DEFAULT_ACCOUNT.1,
            open.port()
        )));
    }
    let mut listeners = Vec::new();
    for address in addresses {
        listeners.push(bind(address).await?);
    }
    let mut ended = Signals::new()?;

    let mut accounts = Accounts::new();
    if default_account {
        accounts.insert(DEFAULT_ACCOUNT.0, DEFAULT_ACCOUNT.1);
    }
    for account in &args.accounts {
        accounts.insert(&account.system_id, &account.password);
    }
    let builder = Smsc::builder()
        .accounts(accounts)
        .network(Handsets::new(args.delay));
    let builder = match &args.scenario {
        Some(arg) => builder.scenario(arg.scenario.clone(), args.seed),
        None => builder,
    };
    let builder = match &args.store {
        StoreArg::Memory => builder.store(MemoryStore::default()),
        StoreArg::Redb(folder) => {
            let store = RedbStore::open(folder).map_err(|error| {
                Failure::Other(format!(
                    "the store cannot be opened: {error}; --store redb:FOLDER chooses another \
                     folder, --store memory none"
                ))
            })?;
            builder.store(store)
        }
    };
    let smsc = builder.start();

    let bound: Vec<SocketAddr> = listeners
        .iter()
        .filter_map(|listener| listener.local_addr().ok())
        .collect();
    for listener in listeners {
        let smsc = smsc.clone();
        tokio::spawn(async move { smsc.serve(listener).await });
    }
    match args.log {
        LogForm::Text => say(&first_screen(args, &bound)),
        LogForm::Json => {
            for address in &bound {
                info!(%address, "listening");
            }
            if let Some(arg) = &args.scenario {
                info!(scenario = arg.name, seed = args.seed, "simulating");
            }
        }
    }

    let signal = ended.next().await;
    info!(signal, "ending: sessions are unbound");
    tokio::select! {
        left = smsc.shutdown() => {
            info!(closed_without_unbind = left, "ended");
            Ok(())
        }
        signal = ended.next() => Err(Failure::Other(format!("ended at once by a second {signal}"))),
    }
}

fn start_log(form: LogForm) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_writer(std::io::stderr);
    match form {
        LogForm::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogForm::Json => log
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .init(),
    }
}

/// All addresses, those of host names included.
async fn resolve(listen: &[String]) -> Result<Vec<SocketAddr>, Failure> {
    let mut addresses = Vec::new();
    for text in listen {
        let found = tokio::net::lookup_host(text).await.map_err(|error| {
            Failure::Usage(format!(
                "--listen {text}: this host is not known here ({error}); 127.0.0.1 serves this \
                 machine only, 0.0.0.0 all"
            ))
        })?;
        for address in found {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
    }
    Ok(addresses)
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                "another program listens there; give another port with --listen"
            }
            std::io::ErrorKind::AddrNotAvailable => "this machine has no such address",
            std::io::ErrorKind::PermissionDenied => {
                "ports below 1024 need the right for it; 2775 is the usual one"
            }
            _ => return Failure::Other(format!("{address} cannot be listened on: {error}")),
        };
        Failure::Other(format!("{address} cannot be listened on: {hint}"))
    })
}

/// SIGINT and SIGTERM, caught from the moment that this is made.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let catch = |kind| {
            signal(kind).map_err(|error| Failure::Other(format!("no signals are caught: {error}")))
        };
        Ok(Self {
            interrupt: catch(SignalKind::interrupt())?,
            terminate: catch(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "it can fail elsewhere")]
    fn new() -> Result<Self, Failure> {
        Ok(Self)
    }

    async fn next(&mut self) -> &'static str {
        let _ = tokio::signal::ctrl_c().await;
        "Ctrl-C"
    }
}

fn say(text: &str) {
    // Nobody may be reading.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn first_screen(args: &ServeArgs, bound: &[SocketAddr]) -> String {
    let mut text = format!(
        "smpp-smsc {}: SMPP message centre and simulator\n\n",
        env!("CARGO_PKG_VERSION")
    );
    for address in bound {
        line(
            &mut text,
            "listening",
            &format!("{address} (SMPP 3.3, 3.4 and 5.0)"),
        );
    }
    if args.accounts.is_empty() {
        let (system_id, password) = DEFAULT_ACCOUNT;
        line(
            &mut text,
            "account",
            &format!("{system_id}, password {password}"),
        );
    }
    for account in &args.accounts {
        line(&mut text, "account", &account.system_id);
    }
    let kept = match &args.store {
        StoreArg::Memory => "kept in memory: gone when this program ends".into(),
        StoreArg::Redb(folder) => format!("kept in {}", folder.display()),
    };
    line(&mut text, "messages", &kept);
    let handsets = format!(
        "simulated: every number receives every message after {:?}",
        args.delay
    );
    match &args.scenario {
        None => line(&mut text, "handsets", &handsets),
        Some(arg) => line(&mut text, "scenario", &scenario(arg, args.seed)),
    }
    line(
        &mut text,
        "receipts",
        "sent to the account, where a message asks for them",
    );
    text.push_str("\nSend the first message from another terminal:\n\n  ");
    text.push_str("cargo run --release -p smpp-esme -- send ");
    if let Some(url) = url(args, bound) {
        text.push_str(&url);
    }
    text.push_str("--from BANK --to 447700900123 --text \"Hello\" --receipt\n\n");
    text.push_str("Ctrl-C ends it.\n");
    text
}

fn scenario(arg: &ScenarioArg, seed: u64) -> String {
    let mut text = format!("{}, seed {seed}", arg.name);
    let description = arg.scenario.description();
    if !description.is_empty() {
        text.push_str(": ");
        text.push_str(description);
    }
    text
}

fn line(text: &mut String, name: &str, value: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "  {name:<10} {value}");
}

/// `--url`, where the client would not find the centre by itself.
fn url(args: &ServeArgs, bound: &[SocketAddr]) -> Option<String> {
    let address = bound.first()?;
    if args.accounts.is_empty() && address.to_string() == "127.0.0.1:2775" {
        return None;
    }
    let (system_id, password) = match args.accounts.first() {
        // It stands on the command line already, but not on this screen.
        Some(account) => (account.system_id.as_str(), "PASSWORD"),
        None => DEFAULT_ACCOUNT,
    };
    let mut address = *address;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => core::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => core::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    Some(format!("--url smpp://{system_id}:{password}@{address} "))
}
