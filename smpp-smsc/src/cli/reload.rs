//! What a signal makes a running centre read again.

use smpp_smsc::Smsc;
use smpp_smsc::config::{RouteEntry, Settings};
use tracing::{error, info, warn};

use super::plan::{self, Plan};

/// Takes accounts, routes and certificates as they are now. What is wrong changes
/// nothing, and sessions go on in any case.
pub(super) fn reload(plan: &Plan, smsc: &Smsc) {
    let Some(path) = &plan.args.config else {
        return;
    };
    let file = match plan::read(path, &plan.args.accounts) {
        Ok(file) => file,
        Err(error) => {
            error!(%error, "the configuration is not taken: the old settings go on");
            return;
        }
    };
    let (accounts, names) = plan::accounts_of(&file, &plan.args.accounts);
    if names.is_empty() && !plan.has_default_account() {
        error!("the configuration is not taken: no account is left in it");
        return;
    }
    smsc.set_accounts(accounts);
    smsc.set_routes(file.routes());
    for tls in plan.listeners.iter().filter_map(|one| one.tls.as_ref()) {
        if let Err(error) = tls.reload() {
            error!(%error, "a certificate is not taken: the old one goes on");
        }
    }
    warn_of_lease(plan, &file.routes);
    let changed = changed(&plan.settings, &file.settings);
    if !changed.is_empty() {
        let settings = changed.join(", ");
        warn!(settings, "settings have changed that need a restart");
    }
    info!(
        accounts = names.len(),
        routes = file.routes.len(),
        "the configuration is taken"
    );
}

/// Warns of messages that may arrive twice.
pub(super) fn warn_of_lease(plan: &Plan, routes: &[RouteEntry]) {
    if let Some(longest) = plan.too_long(routes) {
        warn!(
            ?longest,
            lease = ?plan.lease(),
            "an attempt over the centres of a route may outlive limits.lease, and is then made \
             again beside itself: messages may arrive twice"
        );
    }
}

/// The keys of settings that are others now.
fn changed(before: &Settings, now: &Settings) -> Vec<String> {
    if before == now {
        return Vec::new();
    }
    let (before, now) = (before.entries(), now.entries());
    let mut keys: Vec<String> = Vec::new();
    let only = |these: &[(String, String)], those: &[(String, String)]| {
        let gone = these.iter().filter(|entry| !those.contains(entry));
        gone.map(|(key, _)| key.clone()).collect::<Vec<_>>()
    };
    for key in only(&before, &now).into_iter().chain(only(&now, &before)) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        // What the entries do not show: a secret, a file, an order.
        keys.push("something that is not shown".into());
    }
    keys
}
