//! Where messages go: routes by addresses and by who brought the message.
//!
//! A [`Routes`] is a list of [`Route`]s, of which the first that matches counts.
//! A route has conditions, and one or more [`Target`]s. It is looked up anew for each
//! attempt, so that routes that change take effect on messages that wait.
//!
//! ```
//! use smpp_pdu::{Address, CommandStatus};
//! use smpp_smsc::routes::{AddressPattern, Origin, Route, Routes, Sample, Target};
//!
//! let mut routes = Routes::new();
//! routes.add(
//!     Route::new("no premium numbers")
//!         .destinations([AddressPattern::prefix("4490")])
//!         .to(Target::Refuse(CommandStatus::ESME_RINVDSTADR)),
//! );
//! routes.add(
//!     Route::new("short code of the bank")
//!         .destinations([AddressPattern::exact("4711")])
//!         .to(Target::account("bank")),
//! );
//! routes.add(
//!     Route::new("United Kingdom")
//!         .destinations([AddressPattern::parse("44*")?])
//!         .to_weighted(Target::centre("north"), 3)
//!         .to_weighted(Target::centre("south"), 1)
//!         .to(Target::Network),
//! );
//!
//! let sample = Sample::new(
//!     Origin::Account("shop"),
//!     Address::alphanumeric("SHOP")?,
//!     Address::international("447700900123")?,
//! );
//! let route = routes.find(&sample).expect("one matches");
//! assert_eq!(route.name(), "United Kingdom");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod pattern;
mod route;
mod table;

use std::sync::Arc;

use smpp_pdu::{Address, CommandStatus};

use core::fmt;

pub use pattern::{AddressPattern, NotAPattern};
pub use route::Route;
pub(crate) use table::RouteTable;

/// Routes, in the order in which they are tried. Without any, everything goes
/// to the network.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    routes: Vec<Route>,
}

impl Routes {
    /// No routes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a route behind all others.
    pub fn add(&mut self, route: Route) {
        self.routes.push(route);
    }

    /// The first route that matches. Where there is none, the message goes to the
    /// network; one from another centre ([`Origin::Centre`]) goes nowhere.
    #[must_use]
    pub fn find(&self, sample: &Sample<'_>) -> Option<&Route> {
        self.routes.iter().find(|route| route.matches(sample))
    }

    /// The status that this message is refused with at submission, if its route
    /// wants that; see [`Route::refusal`].
    #[must_use]
    pub fn refusal(&self, sample: &Sample<'_>) -> Option<CommandStatus> {
        self.find(sample)?.refusal()
    }

    /// All routes, in their order.
    pub fn iter(&self) -> core::slice::Iter<'_, Route> {
        self.routes.iter()
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.routes.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }
}

impl<'a> IntoIterator for &'a Routes {
    type Item = &'a Route;
    type IntoIter = core::slice::Iter<'a, Route>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<Route> for Routes {
    fn from_iter<I: IntoIterator<Item = Route>>(routes: I) -> Self {
        Self {
            routes: routes.into_iter().collect(),
        }
    }
}

/// What routes look at in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sample<'a> {
    /// Who brought it.
    pub origin: Origin<'a>,
    /// Its sender.
    pub source: Address<'a>,
    /// Its recipient.
    pub destination: Address<'a>,
}

impl<'a> Sample<'a> {
    /// A message from `source` to `destination`.
    #[must_use]
    pub const fn new(origin: Origin<'a>, source: Address<'a>, destination: Address<'a>) -> Self {
        Self {
            origin,
            source,
            destination,
        }
    }
}

/// Who brought a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin<'a> {
    /// The account with this `system_id`, which submitted it.
    Account(&'a str),
    /// The centre with this name, as a message from one of its subscribers.
    Centre(&'a str),
}

/// Where a route leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// The network of this centre,
    /// [`Builder::network`](crate::Builder::network): simulated handsets by
    /// default.
    Network,
    /// The account with this `system_id`: the message is delivered to its
    /// sessions.
    Account(Arc<str>),
    /// The network that was named so, [`Builder::centre`](crate::Builder::centre).
    Centre(Arc<str>),
    /// Nowhere: the message is refused with this status at submission, and ends as
    /// `REJECTED` when it was taken before the route was there.
    Refuse(CommandStatus),
}

impl Target {
    /// The account with this `system_id`.
    #[must_use]
    pub fn account(system_id: &str) -> Self {
        Self::Account(system_id.into())
    }

    /// The centre with this name.
    #[must_use]
    pub fn centre(name: &str) -> Self {
        Self::Centre(name.into())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network => f.write_str("the network"),
            Self::Account(name) => write!(f, "account {name}"),
            Self::Centre(name) => write!(f, "centre {name}"),
            Self::Refuse(status) => write!(f, "refused with {status}"),
        }
    }
}

#[cfg(test)]
mod tests;
