//! What a file sets, for people.

use super::Settings;
use super::values::show_time;
use crate::accounts::number;

impl Settings {
    /// What is set: keys as in the file, each with its value, for people. No
    /// secret is in it.
    #[must_use]
    pub fn entries(&self) -> Vec<(String, String)> {
        // Named one by one, so that none is forgotten.
        let Self {
            system_id,
            version,
            store,
            delay,
            scenario,
            seed,
            json_log,
            listeners,
            limits,
            retries,
            http,
            lists,
            centres,
        } = self;
        let mut entries: Vec<(String, String)> = Vec::new();
        let mut entry = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                entries.push((key.into(), value));
            }
        };
        entry("system_id", system_id.clone());
        entry("version", version.map(number));
        entry("store", store.as_ref().map(|store| store.value.clone()));
        entry("delay", delay.map(show_time));
        let scenario = scenario.as_ref();
        entry("scenario", scenario.map(|scenario| scenario.value.clone()));
        entry("seed", seed.map(|seed| seed.to_string()));
        let log = json_log.map(|json| if json { "json" } else { "text" });
        entry("log", log.map(Into::into));
        for listener in listeners {
            let tls = match &listener.tls {
                None => "",
                Some(files) if files.client_ca.is_none() => ", TLS",
                Some(_) => ", TLS with client certificates",
            };
            let proxy = if listener.proxy_protocol {
                ", behind PROXY headers"
            } else {
                ""
            };
            entry("listen", Some(format!("{}{tls}{proxy}", listener.address)));
        }
        for (key, value) in limits.entries() {
            entry(key, Some(value));
        }
        for (key, value) in retries.entries() {
            entry(&key, Some(value));
        }
        for (key, value) in http.entries() {
            entry(key, Some(value));
        }
        for list in lists {
            let members = list.members.join(", ");
            entry(
                "distribution_list",
                Some(format!("{}: {members}", list.name)),
            );
        }
        for centre in centres {
            entry("centre", Some(centre.description()));
        }
        entries
    }
}
