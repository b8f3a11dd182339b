//! `smpp-smsc serve`.

use core::net::SocketAddr;
use std::io::IsTerminal as _;

use smpp_smsc::http::{self, HttpOptions};
use smpp_smsc::{ListenOptions, Smsc};
use tokio::net::TcpListener;
use tracing::{error, info, warn};
use tracing_subscriber::EnvFilter;

use super::args::{DEFAULT_ACCOUNT, LogForm, ServeArgs};
use super::build::builder;
use super::plan::{Listening, Plan};
use super::reload::{reload, warn_of_lease};
use super::screen::first_screen;
use super::{Failure, say};

pub(super) fn run(args: ServeArgs) -> Result<(), Failure> {
    let plan = Plan::new(args)?;
    start_log(plan.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Other(format!("the runtime does not start: {error}")))?;
    runtime.block_on(serve(&plan))
}

/// An address that is listened on.
pub(super) struct Bound {
    pub(super) address: SocketAddr,
    pub(super) listening: Listening,
}

async fn serve(plan: &Plan) -> Result<(), Failure> {
    let addresses = resolve(&plan.listeners).await?;
    if plan.has_default_account()
        && let Some((open, _)) = addresses.iter().find(|(one, _)| !one.ip().is_loopback())
    {
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
    for (address, listening) in addresses {
        listeners.push((bind(address).await?, listening));
    }
    let http = listen_http(plan).await?;
    let mut signals = Signals::new(plan.args.config.is_some())?;
    let smsc = builder(plan)?.start();

    let mut bound = Vec::new();
    for (listener, listening) in listeners {
        let mut options = ListenOptions::new().proxy_protocol(listening.proxy_protocol);
        options.tls.clone_from(&listening.tls);
        if let Ok(address) = listener.local_addr() {
            bound.push(Bound { address, listening });
        }
        let smsc = smsc.clone();
        tokio::spawn(async move { smsc.serve_with(listener, options).await });
    }
    let http = serve_http(plan, http, &smsc);
    match plan.log {
        LogForm::Text => say(&first_screen(plan, &bound, http)),
        LogForm::Json => {
            for one in &bound {
                info!(address = %one.address, tls = one.listening.tls.is_some(), "listening");
            }
            if let Some(address) = http {
                info!(%address, "listening for HTTP");
            }
            if let Some((arg, seed)) = &plan.scenario {
                info!(scenario = arg.name, seed, "simulating");
            }
            for route in &plan.routes {
                info!(route = route.description(), "routing");
            }
            for centre in &plan.settings.centres {
                info!(
                    centre = centre.name,
                    url = centre.shown_url(),
                    "another centre"
                );
            }
        }
    }

    if let (None, Some(wanted)) = (http, &plan.http) {
        let address = &wanted.address;
        warn!(%address, "no HTTP: another program listens there; --http ADDR gives another address");
    }
    warn_of_lease(plan, &plan.routes);
    let signal = loop {
        match signals.next().await {
            Signal::Reload => reload(plan, &smsc),
            Signal::End(name) => break name,
        }
    };
    info!(signal, "ending: sessions are unbound");
    tokio::select! {
        left = smsc.shutdown() => {
            info!(closed_without_unbind = left, "ended");
            Ok(())
        }
        signal = signals.next_end() => {
            Err(Failure::Other(format!("ended at once by a second {signal}")))
        }
    }
}

/// The listener for HTTP; none where it was not asked for and its address is taken.
async fn listen_http(plan: &Plan) -> Result<Option<TcpListener>, Failure> {
    let Some(wanted) = &plan.http else {
        return Ok(None);
    };
    let text = &wanted.address;
    let found = tokio::net::lookup_host(text).await;
    let address = found
        .ok()
        .and_then(|mut all| all.next())
        .ok_or_else(|| Failure::Usage(format!("--http {text}: this host is not known here")))?;
    if !address.ip().is_loopback() && wanted.token.is_none() {
        return Err(Failure::Usage(format!(
            "--http {address} can be reached from other machines, and anybody could send messages \
             through it: give a token with --http-token, or listen on 127.0.0.1:{}",
            address.port()
        )));
    }
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(Some(listener)),
        // A second simulator on one machine is no mistake.
        Err(error) if !wanted.asked && error.kind() == std::io::ErrorKind::AddrInUse => Ok(None),
        Err(error) => Err(Failure::Other(format!(
            "{address} cannot be listened on for HTTP: {error}; --http ADDR gives another address, \
             --no-http none"
        ))),
    }
}

/// Serves HTTP in the background. Gives its address.
fn serve_http(plan: &Plan, listener: Option<TcpListener>, smsc: &Smsc) -> Option<SocketAddr> {
    let listener = listener?;
    let address = listener.local_addr().ok()?;
    let token = plan.http.as_ref().and_then(|http| http.token.clone());
    let limits = &plan.settings.http;
    let mut options = HttpOptions::new().token(token);
    options.max_connections = limits.max_connections.unwrap_or(options.max_connections);
    options.header_time = limits.header_time.unwrap_or(options.header_time);
    options.request_time = limits.request_time.unwrap_or(options.request_time);
    let max_body = limits
        .max_body
        .and_then(|octets| usize::try_from(octets).ok());
    options.max_body = max_body.unwrap_or(options.max_body);
    let smsc = smsc.clone();
    tokio::spawn(async move {
        if let Err(error) = http::serve(listener, smsc, options).await {
            error!(%error, "HTTP has ended");
        }
    });
    Some(address)
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
async fn resolve(listeners: &[Listening]) -> Result<Vec<(SocketAddr, Listening)>, Failure> {
    let mut addresses: Vec<(SocketAddr, Listening)> = Vec::new();
    for listening in listeners {
        let text = &listening.address;
        let found = tokio::net::lookup_host(text).await.map_err(|error| {
            Failure::Usage(format!(
                "--listen {text}: this host is not known here ({error}); 127.0.0.1 serves this \
                 machine only, 0.0.0.0 all"
            ))
        })?;
        for address in found {
            // Of port 0, each takes another one.
            let again = addresses.iter().any(|(one, _)| *one == address);
            if !again || address.port() == 0 {
                addresses.push((address, listening.clone()));
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

/// What a signal asks for.
enum Signal {
    Reload,
    /// The name of the signal.
    End(&'static str),
}

impl Signals {
    async fn next_end(&mut self) -> &'static str {
        loop {
            if let Signal::End(name) = self.next().await {
                return name;
            }
        }
    }
}

/// Signals, caught from the moment that this is made.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// Without anything to read again, it ends the program, as it always does.
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new(reloads: bool) -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let catch = |kind| {
            signal(kind).map_err(|error| Failure::Other(format!("no signals are caught: {error}")))
        };
        Ok(Self {
            interrupt: catch(SignalKind::interrupt())?,
            terminate: catch(SignalKind::terminate())?,
            hangup: reloads.then(|| catch(SignalKind::hangup())).transpose()?,
        })
    }

    async fn next(&mut self) -> Signal {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => core::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Signal::End("SIGINT"),
            _ = self.terminate.recv() => Signal::End("SIGTERM"),
            _ = hangup => Signal::Reload,
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "it can fail elsewhere")]
    fn new(_reloads: bool) -> Result<Self, Failure> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        let _ = tokio::signal::ctrl_c().await;
        Signal::End("Ctrl-C")
    }
}
