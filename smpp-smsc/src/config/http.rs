//! HTTP in a file.

use core::time::Duration;

use serde::Deserialize;

use super::values::{self, show_time};

/// The interface over HTTP.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Http {
    /// Where it listens, HOST:PORT.
    #[serde(deserialize_with = "values::address")]
    pub address: Option<String>,
    /// Whether there is any.
    pub enabled: Option<bool>,
    /// What a caller must show.
    #[serde(deserialize_with = "values::token")]
    pub token: Option<String>,
    /// Connections at the same time.
    #[serde(deserialize_with = "values::positive")]
    pub max_connections: Option<u32>,
    /// Time for the head of a request.
    #[serde(deserialize_with = "values::some_time")]
    pub header_time: Option<Duration>,
    /// Time for a whole request.
    #[serde(deserialize_with = "values::some_time")]
    pub request_time: Option<Duration>,
    /// Octets of a body.
    #[serde(deserialize_with = "values::positive")]
    pub max_body: Option<u32>,
}

impl Http {
    /// What is set: key and value as in the file, but not the token.
    pub(super) fn entries(&self) -> Vec<(&'static str, String)> {
        // Named one by one, so that none is forgotten.
        let Self {
            address,
            enabled,
            token,
            max_connections,
            header_time,
            request_time,
            max_body,
        } = self;
        let number = |number: &Option<u32>| number.map(|number| number.to_string());
        let all = [
            ("http.address", address.clone()),
            ("http.enabled", enabled.map(|on| on.to_string())),
            ("http.token", token.as_ref().map(|_| "***".into())),
            ("http.max_connections", number(max_connections)),
            ("http.header_time", header_time.map(show_time)),
            ("http.request_time", request_time.map(show_time)),
            ("http.max_body", number(max_body)),
        ];
        let set = all.into_iter();
        set.filter_map(|(key, value)| Some((key, value?))).collect()
    }
}

/// No token reaches a log.
impl core::fmt::Debug for Http {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Http")
            .field("address", &self.address)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}
