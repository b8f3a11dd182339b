//! Hosts that a test plays.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use metrics_util::debugging::{DebugValue, Snapshotter};
use smpp_esme::link::{Events, Report, State};
use smpp_esme::pdu::{BindType, Body, CommandStatus, Pdu};
use smpp_esme::{BoxStream, Connect, ConnectError, Link, LinkBuilder};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::centre::{Centre, Script, account};

/// What a connection of the link meets.
pub(crate) enum Meets {
    /// Nobody listens.
    Nobody,
    /// A centre with this script.
    Centre(Script),
    /// What the test has put there.
    Stream(BoxStream),
}

type Plan = Box<dyn FnMut(usize) -> Meets + Send>;

/// A host whose connections are decided by the test.
pub(crate) struct Host {
    name: &'static str,
    plan: Mutex<Plan>,
    attempts: Arc<Mutex<Vec<Instant>>>,
    centres: mpsc::UnboundedSender<Centre>,
}

/// What the test sees of a host.
pub(crate) struct Behind {
    attempts: Arc<Mutex<Vec<Instant>>>,
    centres: mpsc::UnboundedReceiver<Centre>,
}

impl Behind {
    /// When the link tried to connect, so far.
    pub(crate) fn attempts(&self) -> Vec<Instant> {
        self.attempts.lock().unwrap().clone()
    }

    /// The centre at the other end of the next connection.
    pub(crate) async fn centre(&mut self) -> Centre {
        self.centres.recv().await.unwrap()
    }
}

/// A host, and what is behind it. The plan gets the number of the attempt, from 0.
pub(crate) fn host(
    name: &'static str,
    plan: impl FnMut(usize) -> Meets + Send + 'static,
) -> (Host, Behind) {
    let (centres, queue) = mpsc::unbounded_channel();
    let attempts = Arc::<Mutex<Vec<Instant>>>::default();
    let behind = Behind {
        attempts: Arc::clone(&attempts),
        centres: queue,
    };
    let plan: Plan = Box::new(plan);
    let host = Host {
        name,
        plan: Mutex::new(plan),
        attempts,
        centres,
    };
    (host, behind)
}

#[async_trait]
impl Connect for Host {
    async fn connect(&self) -> Result<BoxStream, ConnectError> {
        let attempt = {
            let mut attempts = self.attempts.lock().unwrap();
            attempts.push(Instant::now());
            attempts.len() - 1
        };
        let meets = (self.plan.lock().unwrap())(attempt);
        match meets {
            Meets::Nobody => Err(io::Error::from(io::ErrorKind::ConnectionRefused).into()),
            Meets::Centre(script) => {
                let (centre, stream) = Centre::start(script);
                let _ = self.centres.send(centre);
                Ok(Box::pin(stream))
            }
            Meets::Stream(stream) => Ok(stream),
        }
    }

    fn name(&self) -> &str {
        self.name
    }
}

/// Every connection meets a centre that takes everything.
pub(crate) fn willing(name: &'static str) -> (Host, Behind) {
    host(name, |_| Meets::Centre(crate::centre::accept_all()))
}

/// Every connection meets a centre that takes the bind, and leaves the rest to
/// the test.
pub(crate) fn silent(name: &'static str) -> (Host, Behind) {
    host(name, |_| Meets::Centre(crate::centre::accept_binds()))
}

/// A centre that answers a bind so.
pub(crate) fn binds_with(status: CommandStatus) -> Meets {
    Meets::Centre(Box::new(move |pdu: &Pdu<'_>| {
        Some(match pdu.body {
            Body::Bind(_) => status,
            _ => CommandStatus::ESME_ROK,
        })
    }))
}

pub(crate) fn builder() -> LinkBuilder {
    Link::builder(account()).seed(1)
}

/// The next event with a state that fits.
pub(crate) async fn until(events: &mut Events, fits: impl Fn(&State) -> bool) -> Report {
    loop {
        let report = events.next().await.expect("the link is over");
        if fits(&report.state) {
            return report;
        }
    }
}

/// The bind types of the sessions that are bound, in order.
pub(crate) fn bound_as(link: &Link) -> Vec<BindType> {
    link.states()
        .into_iter()
        .filter(|report| matches!(report.state, State::Bound))
        .map(|report| report.bind_type)
        .collect()
}

/// The metrics of the link that were written since the last call, without their
/// labels.
pub(crate) fn metrics_of(snapshotter: &Snapshotter) -> BTreeMap<String, f64> {
    let snapshot = snapshotter.snapshot().into_vec().into_iter();
    let of_link = snapshot.filter(|(key, ..)| key.key().name().starts_with("smpp_link_"));
    let numbers = of_link.map(|(key, _, _, value)| {
        let value = match value {
            DebugValue::Counter(count) => count as f64,
            DebugValue::Gauge(gauge) => gauge.into_inner(),
            DebugValue::Histogram(_) => f64::NAN,
        };
        (key.key().name().to_owned(), value)
    });
    numbers.collect()
}
