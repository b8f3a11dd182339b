//! HTTP in a file.

use serde::Deserialize;

use super::values;

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
