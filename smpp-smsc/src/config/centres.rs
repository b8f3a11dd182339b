//! Other message centres in a file.

use core::fmt;
use core::time::Duration;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::place::{Located, Wrong, located, wrong};
use super::values::{self, show_time};

/// Another message centre, which is reached over SMPP.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Centre {
    /// What routes call it.
    pub name: String,
    /// Its address, `smpp://SYSTEM_ID:PASSWORD@HOST:PORT?options`, as it stands
    /// there: it was not looked at.
    pub url: Located<String>,
    /// Sessions to each host.
    pub sessions: Option<u16>,
    /// Where its password is, if not in the address.
    pub password: Option<PasswordPlace>,
    /// Messages a second of each session.
    pub rate: Option<u32>,
    /// Whether a session slows down when the centre throttles.
    pub slow_down: Option<bool>,
    /// Time for a response.
    pub response_time: Option<Duration>,
    /// Messages that may wait for a place in the windows.
    pub queue: Option<u32>,
    /// How long each may wait.
    pub queue_time: Option<Duration>,
    /// Whether the centre sends receipts.
    pub receipts: Option<bool>,
    /// Whether what looks like a receipt is one.
    pub receipts_by_shape: Option<bool>,
    /// Whether times are points in time.
    pub absolute_times: Option<bool>,
    /// Whether the centre takes `data_sm`.
    pub data_sm: Option<bool>,
}

/// Where a password is kept outside of a file of settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordPlace {
    /// The first line of this file.
    File(PathBuf),
    /// This variable of the environment.
    Environment(String),
}

impl Centre {
    /// All of it in words, without the password.
    #[must_use]
    pub fn description(&self) -> String {
        // Named one by one, so that none is forgotten.
        let Self {
            name,
            url: _,
            sessions,
            password,
            rate,
            slow_down,
            response_time,
            queue,
            queue_time,
            receipts,
            receipts_by_shape,
            absolute_times,
            data_sm,
        } = self;
        let on = |on: &Option<bool>| on.map(|on| on.to_string());
        let password = password.as_ref().map(|place| match place {
            PasswordPlace::File(path) => path.display().to_string(),
            PasswordPlace::Environment(name) => format!("${name}"),
        });
        let parts = [
            ("sessions", sessions.map(|number| number.to_string())),
            ("password in", password),
            ("rate", rate.map(|number| number.to_string())),
            ("slow_down", on(slow_down)),
            ("response_time", response_time.map(show_time)),
            ("queue", queue.map(|number| number.to_string())),
            ("queue_time", queue_time.map(show_time)),
            ("receipts", on(receipts)),
            ("receipts_by_shape", on(receipts_by_shape)),
            ("absolute_times", on(absolute_times)),
            ("data_sm", on(data_sm)),
        ];
        let parts = parts.into_iter();
        let parts = parts.filter_map(|(key, value)| Some(format!(", {key} {}", value?)));
        format!("{name}: {}{}", self.shown_url(), parts.collect::<String>())
    }

    /// The address without its password, for people.
    #[must_use]
    pub fn shown_url(&self) -> String {
        let url = &self.url.value;
        let Some((scheme, rest)) = url.split_once("://") else {
            return "***".into();
        };
        match rest.rsplit_once('@') {
            None => url.clone(),
            Some((account, host)) => {
                let name = account.split(':').next().unwrap_or_default();
                format!("{scheme}://{name}:***@{host}")
            }
        }
    }
}

/// No password reaches a log.
impl fmt::Debug for Centre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Centre")
            .field("name", &self.name)
            .field("url", &self.shown_url())
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCentre {
    name: Spanned<String>,
    url: Spanned<String>,
    #[serde(default, deserialize_with = "values::sessions")]
    sessions: Option<u16>,
    password_file: Option<PathBuf>,
    password_env: Option<Spanned<String>>,
    #[serde(default, deserialize_with = "values::positive")]
    rate: Option<u32>,
    slow_down: Option<bool>,
    #[serde(default, deserialize_with = "values::some_time")]
    response_time: Option<Duration>,
    #[serde(default, deserialize_with = "values::positive")]
    queue: Option<u32>,
    #[serde(default, deserialize_with = "values::some_time")]
    queue_time: Option<Duration>,
    receipts: Option<bool>,
    receipts_by_shape: Option<bool>,
    absolute_times: Option<bool>,
    data_sm: Option<bool>,
}

impl RawCentre {
    pub(super) fn checked(self, text: &str, before: &[Centre]) -> Result<Centre, Wrong> {
        let name = self.name.get_ref();
        if name.is_empty() || name.len() > 64 || name.chars().any(char::is_control) {
            let message = "the name of a centre has 1 to 64 characters";
            return Err(wrong(&self.name, message));
        }
        if before.iter().any(|one| one.name == *name) {
            let message = format!("the centre {name} is there already");
            return Err(wrong(&self.name, message));
        }
        let password = match (self.password_file, self.password_env) {
            (None, None) => None,
            (Some(path), None) => Some(PasswordPlace::File(path)),
            (None, Some(name)) => Some(PasswordPlace::Environment(name.into_inner())),
            (Some(_), Some(name)) => {
                let message = "password_file and password_env: one of them only";
                return Err(wrong(&name, message));
            }
        };
        Ok(Centre {
            name: self.name.into_inner(),
            url: located(text, self.url),
            sessions: self.sessions,
            password,
            rate: self.rate,
            slow_down: self.slow_down,
            response_time: self.response_time,
            queue: self.queue,
            queue_time: self.queue_time,
            receipts: self.receipts,
            receipts_by_shape: self.receipts_by_shape,
            absolute_times: self.absolute_times,
            data_sm: self.data_sm,
        })
    }
}
