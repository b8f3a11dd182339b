//! What a check finds, as it is shown to people and to machines.

use serde::Serialize;
use smpp_smsc::config::ConfigFile;

use super::super::Failure;

#[derive(Serialize)]
pub(super) struct Answer {
    /// Keys as in the file, several of some.
    pub(super) settings: Vec<(String, String)>,
    pub(super) accounts: Vec<AccountAnswer>,
    pub(super) routes: Vec<RouteAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bind: Option<BindAnswer>,
    /// One for each recipient.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) messages: Vec<MessageAnswer>,
}

#[derive(Serialize)]
pub(super) struct AccountAnswer {
    pub(super) system_id: String,
    pub(super) rules: Vec<(&'static str, String)>,
}

#[derive(Serialize)]
pub(super) struct RouteAnswer {
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) conditions: Vec<String>,
    pub(super) targets: Vec<String>,
    /// The same in one line.
    #[serde(skip)]
    pub(super) description: String,
}

#[derive(Serialize)]
pub(super) struct BindAnswer {
    pub(super) system_id: String,
    pub(super) accepted: bool,
    #[serde(flatten)]
    pub(super) refusal: Option<RefusalAnswer>,
}

/// The status of the response, and why.
#[derive(Serialize)]
pub(super) struct RefusalAnswer {
    pub(super) status: String,
    pub(super) reason: String,
}

#[derive(Serialize)]
pub(super) struct MessageAnswer {
    pub(super) from: String,
    pub(super) to: String,
    /// The distribution list that it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) list: Option<String>,
    pub(super) accepted: bool,
    #[serde(flatten)]
    pub(super) refusal: Option<RefusalAnswer>,
    /// What it passed before its route was looked for.
    pub(super) notes: Vec<String>,
    /// Routes that were tried, the one that matches last.
    pub(super) tried: Vec<TriedRoute>,
    pub(super) targets: Vec<TargetAnswer>,
}

#[derive(Serialize)]
pub(super) struct TriedRoute {
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) matches: bool,
    /// The conditions that are not met; all that are, where it matches.
    pub(super) conditions: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct TargetAnswer {
    pub(super) target: String,
    /// Percent of the messages that are tried here first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) share: Option<f64>,
    /// What happens there, and if it does not work.
    pub(super) then: String,
}

impl Answer {
    pub(super) fn of(file: &ConfigFile) -> Self {
        let accounts = file.accounts.iter().map(|account| AccountAnswer {
            system_id: account.system_id().into(),
            rules: account.rules(),
        });
        let routes = file.routes.iter().map(|entry| RouteAnswer {
            line: entry.line,
            name: entry.route.name().into(),
            conditions: entry.conditions().map(Into::into).collect(),
            targets: entry.targets().map(|(target, _)| target).collect(),
            description: entry.description(),
        });
        Self {
            settings: file.settings.entries(),
            accounts: accounts.collect(),
            routes: routes.collect(),
            bind: None,
            messages: Vec::new(),
        }
    }

    pub(super) fn json(&self) -> String {
        // Strings, numbers and lists of them: there is nothing that could fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// How the program ends, if not well.
    pub(super) fn failure(&self) -> Option<Failure> {
        if let Some(bind) = &self.bind
            && let Some(refusal) = &bind.refusal
        {
            return Some(Failure::Bind(format!(
                "the bind as {} would be refused with {}: {}",
                bind.system_id, refusal.status, refusal.reason
            )));
        }
        let mut messages = self.messages.iter();
        let (message, refusal) =
            messages.find_map(|message| Some((message, message.refusal.as_ref()?)))?;
        Some(Failure::Message(format!(
            "the message to {:?} would be refused with {}: {}",
            message.to, refusal.status, refusal.reason
        )))
    }
}
