//! What is to run: the configuration file, and the flags, which win over it.

use core::time::Duration;
use std::path::Path;

use smpp_smsc::config::{ConfigFile, Limits, RouteEntry, Settings};
use smpp_smsc::{Accounts, TlsServer};

use super::args::{
    AccountArg, DEFAULT_ACCOUNT, DEFAULT_HTTP, DEFAULT_LISTEN, DEFAULT_STORE, LogForm, ScenarioArg,
    ServeArgs, StoreArg, scenario, store,
};
use super::{Failure, centres};

/// Everything that a running centre is made of.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) args: ServeArgs,
    pub(super) settings: Settings,
    pub(super) accounts: Accounts,
    /// Their names, in the order in which they were given.
    pub(super) names: Vec<String>,
    pub(super) routes: Vec<RouteEntry>,
    pub(super) listeners: Vec<Listening>,
    pub(super) store: StoreArg,
    pub(super) delay: Duration,
    /// In place of the delay, with its seed.
    pub(super) scenario: Option<(ScenarioArg, u64)>,
    pub(super) log: LogForm,
    pub(super) limits: Limits,
    pub(super) http: Option<HttpPlan>,
}

/// One address, host name or not.
#[derive(Clone, Debug)]
pub(super) struct Listening {
    pub(super) address: String,
    pub(super) proxy_protocol: bool,
    pub(super) tls: Option<TlsServer>,
}

#[derive(Clone)]
pub(super) struct HttpPlan {
    pub(super) address: String,
    pub(super) token: Option<String>,
    /// Whether somebody asked for this address.
    pub(super) asked: bool,
}

impl core::fmt::Debug for HttpPlan {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.address)
    }
}

/// Reads a file, whose routes may also name accounts of flags.
pub(super) fn read(path: &Path, flags: &[AccountArg]) -> Result<ConfigFile, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let others: Vec<_> = flags.iter().map(|one| one.system_id.as_str()).collect();
    let file = ConfigFile::parse_with_accounts(&text, &others)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    if let Some(place) = &file.settings.store {
        store(&place.value)
            .map_err(|message| format!("{}: {}", path.display(), place.error(message)))?;
    }
    if let Some(place) = &file.settings.scenario {
        scenario(&place.value).map_err(|error| {
            let error = place.error(error.to_string());
            format!("{}: {error}", path.display())
        })?;
    }
    for centre in &file.settings.centres {
        centres::url(centre).map_err(|error| {
            let error = centre.url.error(error);
            format!("{}: {error}", path.display())
        })?;
    }
    Ok(file)
}

impl Plan {
    pub(super) fn new(args: ServeArgs) -> Result<Self, Failure> {
        let file = match &args.config {
            Some(path) => read(path, &args.accounts),
            None => ConfigFile::parse("").map_err(|error| error.to_string()),
        };
        let file = file.map_err(Failure::Usage)?;
        let (accounts, names) = accounts_of(&file, &args.accounts);
        let routes = file.routes;
        let settings = file.settings;
        let listeners = listeners(&args, &settings)?;
        let kept = settings.store.as_ref().map(|place| store(&place.value));
        let kept = kept.transpose().map_err(Failure::Usage)?;
        let http = (!args.no_http && settings.http.enabled != Some(false)).then(|| {
            let asked = args.http.clone().or(settings.http.address.clone());
            let token = args.http_token.clone().map(|token| token.0);
            HttpPlan {
                asked: asked.is_some(),
                address: asked.unwrap_or_else(|| DEFAULT_HTTP.into()),
                token: token.or(settings.http.token.clone()),
            }
        });
        let mut limits = settings.limits.clone();
        limits.connections = args.max_connections.or(limits.connections);
        limits.unbound = args.max_unbound.or(limits.unbound);
        limits.per_address = args.max_per_address.or(limits.per_address);
        let scenario = chosen_scenario(&args, &settings)?;
        let log = settings.json_log.map(|json| match json {
            true => LogForm::Json,
            false => LogForm::Text,
        });
        Ok(Self {
            accounts,
            names,
            routes,
            listeners,
            store: args
                .store
                .clone()
                .or(kept)
                .unwrap_or_else(|| StoreArg::Redb(DEFAULT_STORE.into())),
            delay: args
                .delay
                .or(settings.delay)
                .unwrap_or(Duration::from_millis(100)),
            scenario,
            log: args.log.or(log).unwrap_or(LogForm::Text),
            limits,
            http,
            settings,
            args,
        })
    }

    /// How long an attempt may take before it is made again.
    pub(super) fn lease(&self) -> Duration {
        let routes = self.routes.iter().map(|entry| &entry.route);
        centres::lease(self.limits.lease, &self.settings.centres, routes)
    }

    /// How long an attempt over these routes may take, where it may outlive its lease.
    pub(super) fn too_long(&self, routes: &[RouteEntry]) -> Option<Duration> {
        let routes = routes.iter().map(|entry| &entry.route);
        let longest = centres::attempt_time(&self.settings.centres, routes);
        Some(longest).filter(|longest| *longest >= self.lease())
    }

    /// Whether the account that everybody knows is the only one.
    pub(super) fn has_default_account(&self) -> bool {
        self.names.is_empty()
    }
}

/// That of the flags, or else that of the file, unless a flag says how long
/// handsets take.
fn chosen_scenario(
    args: &ServeArgs,
    settings: &Settings,
) -> Result<Option<(ScenarioArg, u64)>, Failure> {
    let seed = args.seed.or(settings.seed).unwrap_or(1);
    if let Some(chosen) = &args.scenario {
        return Ok(Some((chosen.clone(), seed)));
    }
    match &settings.scenario {
        Some(place) if args.delay.is_none() => {
            let chosen = scenario(&place.value);
            let chosen = chosen.map_err(|error| Failure::Usage(error.to_string()))?;
            Ok(Some((chosen, seed)))
        }
        None if args.seed.is_some() => Err(Failure::Usage(
            "--seed goes with a scenario, which is missing: give --scenario NAME".into(),
        )),
        _ => Ok(None),
    }
}

/// The accounts of a file and of flags; of two with one name, that of the flags.
pub(super) fn accounts_of(file: &ConfigFile, flags: &[AccountArg]) -> (Accounts, Vec<String>) {
    let mut accounts = file.accounts();
    let mut names: Vec<String> = file
        .accounts
        .iter()
        .map(|account| account.system_id().into())
        .collect();
    for account in flags {
        accounts.insert(&account.system_id, &account.password);
        if !names.contains(&account.system_id) {
            names.push(account.system_id.clone());
        }
    }
    if names.is_empty() {
        accounts.insert(DEFAULT_ACCOUNT.0, DEFAULT_ACCOUNT.1);
    }
    (accounts, names)
}

/// Those of the flags, if there is any of them; then those of the file.
fn listeners(args: &ServeArgs, settings: &Settings) -> Result<Vec<Listening>, Failure> {
    let plain = |address: &String, proxy_protocol| Listening {
        address: address.clone(),
        proxy_protocol,
        tls: None,
    };
    let mut listeners: Vec<_> = args.listen.iter().map(|one| plain(one, false)).collect();
    listeners.extend(args.listen_proxy.iter().map(|one| plain(one, true)));
    if let (Some(certificate), Some(key)) = (&args.tls_cert, &args.tls_key) {
        let tls = TlsServer::from_files(certificate, key, args.tls_client_ca.clone())
            .map_err(|error| Failure::Usage(format!("no TLS: {error}")))?;
        listeners.extend(args.listen_tls.iter().map(|address| Listening {
            address: address.clone(),
            proxy_protocol: false,
            tls: Some(tls.clone()),
        }));
    }
    if !listeners.is_empty() {
        return Ok(listeners);
    }
    for listener in &settings.listeners {
        let tls = match &listener.tls {
            None => None,
            Some(files) => Some(
                TlsServer::from_files(&files.certificate, &files.key, files.client_ca.clone())
                    .map_err(|error| {
                        Failure::Usage(format!("no TLS on {}: {error}", listener.address))
                    })?,
            ),
        };
        listeners.push(Listening {
            address: listener.address.clone(),
            proxy_protocol: listener.proxy_protocol,
            tls,
        });
    }
    if listeners.is_empty() {
        listeners.push(plain(&DEFAULT_LISTEN.into(), false));
    }
    Ok(listeners)
}
