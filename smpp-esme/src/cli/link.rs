//! Sessions that are kept up, and what is said about them meanwhile.

use core::time::Duration;
use std::collections::HashMap;
use std::sync::Arc;

use smpp_esme::link::{Events, LinkError, Report, Setback, State};
use smpp_esme::{ClientBuilder, ConnectError, Incoming, Link, LinkBuilder, SmppUrl};

use super::connect::refused_by;
use super::exit::{Failure, Kind};

/// What a verb wants of its link.
pub(crate) struct Wanted {
    /// To each host of the address.
    pub(crate) sessions: usize,
    /// Where it is not that of the address.
    pub(crate) window: Option<u16>,
    /// How long a request waits while no session is bound; `None`: for ever.
    pub(crate) wait: Option<Duration>,
}

/// A link of which a session is bound. Later it reconnects; but that the first
/// bind of every session fails is the end, as for any other verb.
pub(crate) async fn open(
    url: &SmppUrl,
    wanted: &Wanted,
) -> Result<(Link, Watch, Incoming), Failure> {
    let url = url.clone().with_bind(url.bind_type());
    let mut session = ClientBuilder::from(&url);
    if let Some(window) = wanted.window {
        session = session.window(window);
    }
    let hosts = url.endpoints();
    let sessions = hosts.len() * wanted.sessions.max(1);
    let builder = LinkBuilder::from(session)
        .sessions_per_host(wanted.sessions)
        .wait_for_session(wanted.wait);
    let builder = hosts.into_iter().fold(builder, LinkBuilder::host);
    let (link, incoming) = builder.start();
    let mut watch = Watch {
        events: link.events(),
        url,
        said: HashMap::new(),
    };
    while link.bound_sessions() == 0 {
        let states = link.states();
        let failed: Vec<_> = states.iter().filter_map(failed_bind).collect();
        if failed.len() >= sessions
            && let Some((host, error)) = failed.first()
        {
            return Err(refused_by(&watch.url, host, error));
        }
        if watch.events.next().await.is_none() {
            return Err(watch.over(&link));
        }
    }
    Ok((link, watch, incoming))
}

/// Whose bind it was, and how it failed.
fn failed_bind(report: &Report) -> Option<(&Arc<str>, &Arc<ConnectError>)> {
    match &report.state {
        State::Waiting {
            because: Setback::NotBound(error),
            ..
        }
        | State::Stopped(Some(error)) => Some((&report.host, error)),
        _ => None,
    }
}

/// Tells when a session is lost, and when it is back.
pub(crate) struct Watch {
    url: SmppUrl,
    events: Events,
    /// What was said last of a session that is not bound.
    said: HashMap<(Arc<str>, usize), String>,
}

impl Watch {
    /// The next line about a session, for people; `None` when the link is over.
    ///
    /// # Cancel safety
    /// Cancel-safe.
    pub(crate) async fn next(&mut self) -> Option<String> {
        loop {
            let report = self.events.next().await?;
            if let Some(line) = self.line(&report) {
                return Some(format!("smpp-esme: {line}"));
            }
        }
    }

    /// The lines about what has happened already.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(report) = self.events.try_next() {
            let line = self.line(&report);
            lines.extend(line.map(|line| format!("smpp-esme: {line}")));
        }
        lines
    }

    fn line(&mut self, report: &Report) -> Option<String> {
        let host = &report.host;
        let key = (Arc::clone(host), report.number);
        let name = match report.number {
            1 => host.to_string(),
            number => format!("{host}, session {number}"),
        };
        let line = match &report.state {
            State::Bound => {
                self.said.remove(&key)?;
                return Some(format!("{name}: bound"));
            }
            State::Waiting { because, .. } => match because {
                Setback::Lost(reason) => {
                    format!("{name}: session lost: {reason}; connecting again")
                }
                other => format!("{name}: {other}; trying again"),
            },
            _ => return None,
        };
        // A centre that is away says the same each time.
        if self.said.get(&key) == Some(&line) {
            return None;
        }
        self.said.insert(key, line.clone());
        Some(line)
    }

    /// Why a link that is over is.
    pub(crate) fn over(&self, link: &Link) -> Failure {
        match link.end() {
            Some(Err(error)) => self.failure(&error),
            _ => Failure::other("the link is over"),
        }
    }

    fn failure(&self, error: &LinkError) -> Failure {
        match error.hosts().first() {
            Some(stopped) => refused_by(&self.url, &stopped.host, &stopped.error),
            None => Failure::new(Kind::Refused, error.to_string()),
        }
    }
}
