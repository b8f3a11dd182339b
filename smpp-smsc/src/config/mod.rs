//! Settings from a TOML file.
//!
//! ```
//! use smpp_smsc::config::ConfigFile;
//!
//! let text = "
//! [[account]]
//! system_id = 'bank'
//! password = 'kQ7f2xP9'
//! max_bnids = 2
//! ";
//! let error = ConfigFile::parse(text).unwrap_err();
//! assert_eq!((error.line, error.column), (5, 1));
//! assert!(error.message.contains("max_bnids"));
//! ```

mod account;
mod centres;
mod entries;
mod http;
mod limits;
mod listen;
mod lists;
mod place;
mod retries;
mod routes;
mod targets;
mod values;

use core::time::Duration;

use serde::Deserialize;
use smpp_pdu::InterfaceVersion;
use toml::Spanned;

use crate::routes::Routes;
use crate::{Account, Accounts};
use account::RawAccount;
use centres::RawCentre;
use listen::RawListener;
use lists::RawList;
use place::{Wrong, error_at, located, wrong};
use retries::RawRetries;
use routes::RawRoute;
use targets::Known;

pub use centres::{Centre, PasswordPlace};
pub use http::Http;
pub use limits::Limits;
pub use listen::{Listener, TlsFiles};
pub use lists::DistributionList;
pub use place::{ConfigError, Located};
pub use retries::RetrySettings;
pub use routes::RouteEntry;
pub use values::{parse_address, parse_time};

/// A file with every setting, its default, and what it means.
pub const EXAMPLE: &str = include_str!("example.toml");

/// What a file sets. What is `None` or empty was not set.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConfigFile {
    /// Everything but the accounts and routes.
    pub settings: Settings,
    /// The accounts, in their order.
    pub accounts: Vec<Account>,
    /// The routes in the order in which they are tried: those of the file, then
    /// those of the numbers of accounts.
    pub routes: Vec<RouteEntry>,
}

/// Everything but the accounts and routes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// `system_id` of bind responses.
    pub system_id: Option<String>,
    /// The highest version that the centre speaks.
    pub version: Option<InterfaceVersion>,
    /// Where messages are kept, as on the command line.
    pub store: Option<Located<String>>,
    /// How long the simulated handsets take.
    pub delay: Option<Duration>,
    /// What the simulated network and centre do, as on the command line.
    pub scenario: Option<Located<String>>,
    /// Where the chance in it begins.
    pub seed: Option<u64>,
    /// Whether the log is JSON.
    pub json_log: Option<bool>,
    /// Where to listen.
    pub listeners: Vec<Listener>,
    /// How much of everything.
    pub limits: Limits,
    /// Waits after attempts that failed for now.
    pub retries: RetrySettings,
    /// The interface over HTTP.
    pub http: Http,
    /// Names for several recipients.
    pub lists: Vec<DistributionList>,
    /// Other message centres.
    pub centres: Vec<Centre>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default, deserialize_with = "values::name")]
    system_id: Option<String>,
    #[serde(default, deserialize_with = "values::version")]
    version: Option<InterfaceVersion>,
    store: Option<Spanned<String>>,
    #[serde(default, deserialize_with = "values::time")]
    delay: Option<Duration>,
    scenario: Option<Spanned<String>>,
    seed: Option<Spanned<u64>>,
    log: Option<LogForm>,
    #[serde(default)]
    listen: Vec<Spanned<RawListener>>,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    retries: RawRetries,
    #[serde(default)]
    http: Http,
    #[serde(default)]
    account: Vec<RawAccount>,
    #[serde(default)]
    distribution_list: Vec<RawList>,
    #[serde(default)]
    centre: Vec<RawCentre>,
    #[serde(default)]
    route: Vec<RawRoute>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LogForm {
    Text,
    Json,
}

impl ConfigFile {
    /// Reads what stands in a file, see [`EXAMPLE`].
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Self::parse_with_accounts(text, &[])
    }

    /// The same, where routes may also name accounts that are not in the file.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse_with_accounts(text: &str, others: &[&str]) -> Result<Self, ConfigError> {
        let raw: RawFile = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            error_at(text, at, error.message())
        })?;
        let file = raw.checked(text, others);
        file.map_err(|(at, message)| error_at(text, at, message))
    }

    /// The routes as a message centre takes them.
    #[must_use]
    pub fn routes(&self) -> Routes {
        self.routes.iter().map(|one| one.route.clone()).collect()
    }

    /// The accounts as a message centre takes them.
    #[must_use]
    pub fn accounts(&self) -> Accounts {
        let mut accounts = Accounts::new();
        for account in &self.accounts {
            accounts.add(account.clone());
        }
        accounts
    }
}

impl RawFile {
    fn checked(self, text: &str, others: &[&str]) -> Result<ConfigFile, Wrong> {
        if let (Some(scenario), Some(_)) = (&self.scenario, self.delay) {
            let message = "a scenario says how long handsets take: leave delay out";
            return Err(wrong(scenario, message));
        }
        if let (None, Some(seed)) = (&self.scenario, &self.seed) {
            return Err(wrong(seed, "a seed goes with a scenario, which is missing"));
        }
        let mut listeners = Vec::new();
        for listener in self.listen {
            let at = listener.span().start;
            let listener = listener.into_inner().checked();
            listeners.push(listener.map_err(|message| (at, message))?);
        }
        let mut accounts: Vec<Account> = Vec::new();
        let mut numbers = Vec::new();
        for mut raw in self.account {
            numbers.extend(raw.take_numbers());
            let name = raw.name();
            let mut before = accounts.iter();
            if before.any(|one| one.system_id() == name.get_ref().as_str()) {
                let message = format!("the account {} is there already", name.get_ref());
                return Err(wrong(name, message));
            }
            accounts.push(raw.checked()?);
        }
        let mut lists = Vec::new();
        for list in self.distribution_list {
            lists.push(list.checked(&lists)?);
        }
        let mut centres = Vec::new();
        for centre in self.centre {
            centres.push(centre.checked(text, &centres)?);
        }
        let names: Vec<_> = accounts.iter().map(Account::system_id).collect();
        let centre_names: Vec<_> = centres.iter().map(|one| one.name.as_str()).collect();
        let known = Known {
            accounts: &[&names, others].concat(),
            centres: &centre_names,
        };
        let mut routes = Vec::new();
        for route in self.route {
            routes.push(route.checked(text, known, &routes)?);
        }
        routes.extend(routes::of_numbers(text, numbers)?);
        Ok(ConfigFile {
            settings: Settings {
                system_id: self.system_id,
                version: self.version,
                store: self.store.map(|store| located(text, store)),
                delay: self.delay,
                scenario: self.scenario.map(|scenario| located(text, scenario)),
                seed: self.seed.map(Spanned::into_inner),
                json_log: self.log.map(|form| form == LogForm::Json),
                listeners,
                limits: self.limits,
                retries: self.retries.checked()?,
                http: self.http,
                lists,
                centres,
            },
            accounts,
            routes,
        })
    }
}

#[cfg(test)]
mod tests;
