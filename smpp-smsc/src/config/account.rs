//! Accounts in a file.

use serde::Deserialize;
use smpp_pdu::{BindType, DataCoding};
use smpp_session::Rate;
use toml::Spanned;

use super::place::{Wrong, checked};
use super::routes::Number;
use super::values;
use crate::{Account, Password, Quirks, SourceRule};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAccount {
    system_id: Spanned<String>,
    password: Option<Spanned<String>>,
    password_hash: Option<Spanned<String>>,
    binds: Option<Spanned<Vec<Bind>>>,
    versions: Option<Vec<Spanned<String>>>,
    networks: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default, deserialize_with = "values::positive")]
    max_binds: Option<u32>,
    replace_oldest: Option<Spanned<bool>>,
    sources: Option<Vec<Spanned<String>>>,
    default_source: Option<Spanned<String>>,
    default_data_coding: Option<u8>,
    #[serde(default, deserialize_with = "values::window")]
    window: Option<u16>,
    #[serde(default, deserialize_with = "values::window")]
    delivery_window: Option<u16>,
    #[serde(default, deserialize_with = "values::positive")]
    rate: Option<u32>,
    burst: Option<Spanned<u32>>,
    daily_quota: Option<u64>,
    quirks: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    numbers: Vec<Spanned<String>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Bind {
    Transmitter,
    Receiver,
    Transceiver,
}

impl RawAccount {
    pub(super) const fn name(&self) -> &Spanned<String> {
        &self.system_id
    }

    /// The numbers whose messages go to it.
    pub(super) fn take_numbers(&mut self) -> Vec<Number> {
        let numbers = core::mem::take(&mut self.numbers).into_iter();
        let numbers = numbers.map(|pattern| Number {
            pattern,
            account: self.system_id.get_ref().clone(),
        });
        numbers.collect()
    }

    pub(super) fn checked(self) -> Result<Account, Wrong> {
        let password = self.checked_password()?;
        let mut account = checked(&self.system_id, |text| Account::new(text, password))?;
        if let Some(binds) = self.binds {
            let at = binds.span().start;
            let binds: Vec<BindType> = binds.get_ref().iter().map(|one| (*one).into()).collect();
            if binds.is_empty() {
                return Err((at, "nobody could bind: leave binds out to allow all".into()));
            }
            account = account.bind_types(&binds);
        }
        if let Some(versions) = self.versions {
            let versions: Result<Vec<_>, _> = versions
                .iter()
                .map(|one| checked(one, values::parse_version))
                .collect();
            account = account.versions(&versions?);
        }
        if let Some(networks) = self.networks {
            if networks.get_ref().is_empty() {
                let wrong = "nobody could bind: leave networks out to allow all";
                return Err((networks.span().start, wrong.into()));
            }
            let networks: Result<Vec<_>, _> = networks
                .get_ref()
                .iter()
                .map(|one| checked(one, network))
                .collect();
            account = account.networks(networks?);
        }
        if let Some(sources) = self.sources {
            let rules: Result<Vec<_>, _> = sources
                .iter()
                .map(|one| checked(one, SourceRule::new))
                .collect();
            account = account.sources(rules?);
        }
        if let Some(source) = self.default_source {
            if !account.allows_source(source.get_ref().trim_start_matches('+').as_bytes()) {
                let wrong = "this is none of the sources that the account may use";
                return Err((source.span().start, wrong.into()));
            }
            account = checked(&source, |text| account.default_source(text))?;
        }
        if let Some(data_coding) = self.default_data_coding {
            account = account.default_data_coding(DataCoding(data_coding));
        }
        if let Some(limit) = self.max_binds {
            account = account.max_binds(limit);
        }
        if let Some(on) = self.replace_oldest {
            if self.max_binds.is_none() {
                let wrong = "this goes with max_binds, which is missing";
                return Err((on.span().start, wrong.into()));
            }
            account = account.replace_oldest(*on.get_ref());
        }
        if let Some(window) = self.window {
            account = account.window(window);
        }
        if let Some(window) = self.delivery_window {
            account = account.delivery_window(window);
        }
        match (self.rate, self.burst) {
            (Some(per_second), None) => account = account.rate(Rate::per_second(per_second)),
            (Some(per_second), Some(burst)) if *burst.get_ref() > 0 => {
                account = account.rate(Rate {
                    per_second,
                    burst: *burst.get_ref(),
                });
            }
            (Some(_), Some(burst)) => return Err((burst.span().start, "at least 1".into())),
            (None, Some(burst)) => {
                let wrong = "a burst goes with a rate, which is missing";
                return Err((burst.span().start, wrong.into()));
            }
            (None, None) => {}
        }
        if let Some(quota) = self.daily_quota {
            account = account.daily_quota(quota);
        }
        if let Some(quirks) = self.quirks {
            for quirk in &quirks {
                checked(quirk, Quirks::named)?;
            }
            let names: Vec<_> = quirks.into_iter().map(Spanned::into_inner).collect();
            // Each was looked at above.
            let quirks = Quirks::named(&names.join(","));
            account = account.quirks(quirks.unwrap_or_default());
        }
        Ok(account)
    }

    fn checked_password(&self) -> Result<Password, Wrong> {
        match (&self.password, &self.password_hash) {
            (None, Some(hash)) => checked(hash, Password::hash),
            (Some(plain), None) => {
                let text = plain.get_ref();
                if text.len() > 8 || !text.bytes().all(|one| one.is_ascii_graphic()) {
                    let wrong = "SMPP carries passwords of at most 8 characters, printable ASCII \
                                 without spaces";
                    return Err((plain.span().start, wrong.into()));
                }
                Ok(Password::plain(text))
            }
            (Some(_), Some(hash)) => {
                let wrong = "password and password_hash: one of them only";
                Err((hash.span().start, wrong.into()))
            }
            (None, None) => {
                let wrong = "the account has no password: give password_hash, which \
                             smpp-smsc hash-password makes, or password";
                Err((self.system_id.span().start, wrong.into()))
            }
        }
    }
}

/// A network, or one address.
fn network(text: &str) -> Result<ipnet::IpNet, &'static str> {
    text.parse()
        .or_else(|_| text.parse::<core::net::IpAddr>().map(ipnet::IpNet::from))
        .map_err(|_| "a network is an address with a length, 10.1.0.0/16 or 2001:db8::/32, or one address")
}

impl From<Bind> for BindType {
    fn from(bind: Bind) -> Self {
        match bind {
            Bind::Transmitter => Self::Transmitter,
            Bind::Receiver => Self::Receiver,
            Bind::Transceiver => Self::Transceiver,
        }
    }
}
