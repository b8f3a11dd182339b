//! Links to other centres.

use core::fmt::Write as _;
use core::time::Duration;

use smpp_esme::SmppUrl;
use smpp_session::Rate;
use smpp_smsc::Builder;
use smpp_smsc::config::{Centre, PasswordPlace};
use smpp_smsc::network::{Upstream, UpstreamBuilder};
use smpp_smsc::routes::{Route, Target};

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

/// How long an attempt may wait in the queue of a centre, and for its response,
/// where nothing else is set.
const USUAL: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(20));

/// How long one attempt may take when it goes to all centres of a route in turn.
pub(super) fn attempt_time<'a>(
    centres: &[Centre],
    routes: impl IntoIterator<Item = &'a Route>,
) -> Duration {
    let time = |target: &Target| {
        let Target::Centre(name) = target else {
            return Duration::ZERO;
        };
        let centre = centres.iter().find(|one| *one.name == **name);
        centre.map_or(Duration::ZERO, |one| {
            one.queue_time.unwrap_or(USUAL.0) + one.response_time.unwrap_or(USUAL.1)
        })
    };
    let times = routes
        .into_iter()
        .map(|route| route.targets().map(time).sum());
    times.max().unwrap_or_default()
}

/// The lease of attempts: as set, or else so long that the centres of any route can
/// be tried in turn. An attempt that outlives it is made again beside itself.
pub(super) fn lease<'a>(
    set: Option<Duration>,
    centres: &[Centre],
    routes: impl IntoIterator<Item = &'a Route>,
) -> Duration {
    let longest = attempt_time(centres, routes) + Duration::from_secs(10);
    set.unwrap_or(longest.max(Duration::from_secs(60)))
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

#[cfg(test)]
mod tests {
    use smpp_smsc::config::ConfigFile;

    use super::*;

    const TWO: &str = "
[[centre]]
name = 'a'
url = 'smpp://us@a'
[[centre]]
name = 'b'
url = 'smpp://us@b'
queue_time = '30s'
[[route]]
name = 'both'
to = ['centre:a', 'handsets', 'centre:b']
[[route]]
name = 'one'
to = ['centre:b']
";

    #[test]
    fn a_lease_outlives_an_attempt_over_all_centres_of_a_route_unless_it_is_set() {
        let seconds = Duration::from_secs;
        let file = ConfigFile::parse(TWO).unwrap();
        let centres = &file.settings.centres;
        let routes = || file.routes.iter().map(|entry| &entry.route);
        assert_eq!(attempt_time(centres, routes()), seconds(80));
        assert_eq!(lease(None, centres, routes()), seconds(90));
        assert_eq!(lease(None, centres, routes().skip(1)), seconds(60));
        assert_eq!(lease(Some(seconds(7)), centres, routes()), seconds(7));
    }

    #[test]
    fn a_password_of_its_own_place_becomes_part_of_the_address() {
        let whole = with_password("smpp://us@a.example:1?window=5", "p@:/ 1").unwrap();
        let url: SmppUrl = whole.parse().unwrap();
        assert_eq!(
            (url.system_id(), url.password()),
            (&b"us"[..], &b"p@:/ 1"[..])
        );
        assert_eq!((url.host(), url.port(), url.window()), ("a.example", 1, 5));
    }
}
