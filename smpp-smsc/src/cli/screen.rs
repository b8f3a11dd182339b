//! What is shown when the centre has started.

use core::fmt::Write as _;
use core::net::SocketAddr;

use super::args::{DEFAULT_ACCOUNT, ScenarioArg, StoreArg};
use super::plan::Plan;
use super::serve::Bound;

/// Routes that fit on a screen.
const MAX_ROUTES: usize = 10;

pub(super) fn first_screen(plan: &Plan, bound: &[Bound], http: Option<SocketAddr>) -> String {
    let mut text = format!(
        "smpp-smsc {}: SMPP message centre and simulator\n\n",
        env!("CARGO_PKG_VERSION")
    );
    for one in bound {
        let tls = match one.listening.tls {
            Some(_) => " over TLS",
            None => "",
        };
        let proxy = if one.listening.proxy_protocol {
            ", behind PROXY headers"
        } else {
            ""
        };
        line(
            &mut text,
            "listening",
            &format!("{} (SMPP 3.3, 3.4 and 5.0{tls}{proxy})", one.address),
        );
    }
    if plan.has_default_account() {
        let (system_id, password) = DEFAULT_ACCOUNT;
        line(
            &mut text,
            "account",
            &format!("{system_id}, password {password}"),
        );
    }
    for name in &plan.names {
        line(&mut text, "account", name);
    }
    let kept = match &plan.store {
        StoreArg::Memory => "kept in memory: gone when this program ends".into(),
        StoreArg::Redb(folder) => format!("kept in {}", folder.display()),
    };
    line(&mut text, "messages", &kept);
    let handsets = match plan.routes.is_empty() {
        true => "simulated: every number receives every message",
        false => "simulated: they receive what no route leads elsewhere",
    };
    let handsets = format!("{handsets} after {:?}", plan.delay);
    match &plan.scenario {
        None => line(&mut text, "handsets", &handsets),
        Some((arg, seed)) => line(&mut text, "scenario", &scenario(arg, *seed)),
    }
    for route in plan.routes.iter().take(MAX_ROUTES) {
        line(&mut text, "route", &route.description());
    }
    if plan.routes.len() > MAX_ROUTES {
        let more = plan.routes.len() - MAX_ROUTES;
        line(&mut text, "route", &format!("and {more} more"));
    }
    for centre in &plan.settings.centres {
        line(&mut text, "centre", &centre.description());
    }
    line(
        &mut text,
        "receipts",
        "sent to the account, where a message asks for them",
    );
    if let Some(address) = http {
        line(
            &mut text,
            "console",
            &format!("http://{address}/ (metrics on /metrics)"),
        );
    }
    text.push_str("\nSend the first message from another terminal:\n\n  ");
    text.push_str("cargo run --release -p smpp-esme -- send ");
    if let Some(url) = url(plan, bound) {
        text.push_str(&url);
    }
    text.push_str("--from BANK --to 447700900123 --text \"Hello\" --receipt\n\n");
    text.push_str("Ctrl-C ends it.\n");
    text
}

fn scenario(arg: &ScenarioArg, seed: u64) -> String {
    let mut text = format!("{}, seed {seed}", arg.name);
    let description = arg.scenario.description();
    if !description.is_empty() {
        text.push_str(": ");
        text.push_str(description);
    }
    text
}

fn line(text: &mut String, name: &str, value: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "  {name:<10} {value}");
}

/// `--url`, where the client would not find the centre by itself.
fn url(plan: &Plan, bound: &[Bound]) -> Option<String> {
    let one = bound
        .iter()
        .find(|one| !one.listening.proxy_protocol && one.listening.tls.is_none())
        .or(bound.first())?;
    let mut address = one.address;
    if plan.has_default_account() && address.to_string() == "127.0.0.1:2775" {
        return None;
    }
    let (system_id, password) = match plan.names.first() {
        // Whoever made it knows it, and this screen does not show it.
        Some(name) => (name.as_str(), "PASSWORD"),
        None => DEFAULT_ACCOUNT,
    };
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => core::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => core::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    let scheme = match one.listening.tls {
        Some(_) => "smpps",
        None => "smpp",
    };
    Some(format!(
        "--url {scheme}://{system_id}:{password}@{address} "
    ))
}
