//! Links to other centres.

use core::fmt::Write as _;

use smpp_esme::SmppUrl;
use smpp_session::Rate;
use smpp_smsc::Builder;
use smpp_smsc::config::{Centre, PasswordPlace};
use smpp_smsc::network::{Upstream, UpstreamBuilder};

use super::Failure;

/// The address of a centre, with its password.
pub(super) fn url(centre: &Centre) -> Result<SmppUrl, String> {
    let text = &centre.url.value;
    let parsed: SmppUrl = text.parse().map_err(|error| format!("{error}"))?;
    let Some(place) = &centre.password else {
        return Ok(parsed);
    };
    if !parsed.password().is_empty() {
        return Err("the password stands in the address already".into());
    }
    let password = match place {
        PasswordPlace::Environment(name) => std::env::var(name)
            .map_err(|error| format!("the password in ${name} cannot be read: {error}"))?,
        PasswordPlace::File(path) => std::fs::read_to_string(path).map_err(|error| {
            format!("the password in {} cannot be read: {error}", path.display())
        })?,
    };
    with_password(text, password.lines().next().unwrap_or_default())
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| "the password in its place does not fit into an address".into())
}

/// `smpp://NAME:PASSWORD@HOST` from `smpp://NAME@HOST`.
fn with_password(text: &str, password: &str) -> Option<String> {
    let (account, rest) = text.split_once('@')?;
    let mut whole = format!("{}:", account.trim_end_matches(':'));
    for octet in password.bytes() {
        // Writing to a string does not fail.
        let _ = write!(whole, "%{octet:02X}");
    }
    Some(format!("{whole}@{rest}"))
}

/// A network for each centre.
pub(super) fn add(mut builder: Builder, centres: &[Centre]) -> Result<Builder, Failure> {
    for centre in centres {
        let url = url(centre).map_err(Failure::Usage)?;
        builder = builder.centre(&centre.name, upstream(centre, &url));
    }
    Ok(builder)
}

fn upstream(centre: &Centre, url: &SmppUrl) -> Upstream {
    let mut link = Upstream::to(url);
    if let Some(sessions) = centre.sessions {
        link = link.sessions_per_host(sessions.into());
    }
    if let Some(rate) = centre.rate {
        link = link.rate(Rate::per_second(rate));
    }
    if let Some(limit) = centre.response_time {
        link = link.response_timeout(limit);
    }
    if let Some(limit) = centre.queue.and_then(|limit| usize::try_from(limit).ok()) {
        link = link.queue(limit);
    }
    if let Some(limit) = centre.queue_time {
        link = link.queue_time(limit);
    }
    type Switch = fn(UpstreamBuilder, bool) -> UpstreamBuilder;
    let switches: [(Option<bool>, Switch); 5] = [
        (centre.slow_down, UpstreamBuilder::slow_down),
        (centre.receipts, UpstreamBuilder::receipts),
        (centre.receipts_by_shape, UpstreamBuilder::receipts_by_shape),
        (centre.absolute_times, UpstreamBuilder::absolute_times),
        (centre.data_sm, UpstreamBuilder::data_sm),
    ];
    for (on, set) in switches {
        if let Some(on) = on {
            link = set(link, on);
        }
    }
    link.build()
}
