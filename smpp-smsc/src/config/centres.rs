//! Other message centres in a file.

use core::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::place::{Located, Wrong, located, wrong};
use super::values;

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
        })
    }
}
