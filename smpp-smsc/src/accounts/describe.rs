//! The rules of an account in words.

use smpp_pdu::InterfaceVersion;

use super::{Account, SourceRule};

impl Account {
    /// What limits the account, each with its value, for people. Empty where
    /// nothing does.
    #[must_use]
    pub fn rules(&self) -> Vec<(&'static str, String)> {
        let mut rules = Vec::new();
        let mut rule = |name, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                rules.push((name, value));
            }
        };
        rule(
            "binds",
            Some(list(&self.bind_types, |one| {
                format!("{one:?}").to_lowercase()
            })),
        );
        rule("versions", Some(list(&self.versions, |one| number(*one))));
        #[cfg(feature = "accounts")]
        rule("networks", Some(list(&self.networks, ToString::to_string)));
        rule(
            "sessions",
            self.max_binds.map(|one| {
                let then = if self.replaces_oldest {
                    ", one more ends the oldest"
                } else {
                    ""
                };
                format!("at most {one}{then}")
            }),
        );
        rule("sources", Some(list(&self.sources, SourceRule::to_string)));
        rule(
            "default source",
            self.default_source.as_deref().map(Into::into),
        );
        rule(
            "default data_coding",
            self.default_data_coding.map(|one| one.0.to_string()),
        );
        rule(
            "window",
            self.window.map(|one| format!("{one} requests a session")),
        );
        rule(
            "delivery window",
            self.delivery_window
                .map(|one| format!("{one} deliveries a session")),
        );
        rule(
            "rate",
            self.rate.map(|rate| {
                format!(
                    "{} messages a second and session, {} at once",
                    rate.per_second, rate.burst
                )
            }),
        );
        rule(
            "quota",
            self.daily_quota.map(|one| format!("{one} messages a day")),
        );
        let quirks: Vec<_> = self.quirks.own_names().collect();
        rule("quirks", Some(quirks.join(", ")));
        rules
    }
}

/// The number of a version, as people write it.
pub(crate) fn number(version: InterfaceVersion) -> String {
    let version = version.normalized().0;
    format!("{}.{}", version >> 4, version & 0x0F)
}

fn list<T>(all: &[T], text: impl Fn(&T) -> String) -> String {
    all.iter().map(text).collect::<Vec<_>>().join(", ")
}
