//! One route.

use std::sync::Arc;

use smpp_pdu::{Address, CommandStatus, Npi, Ton};

use super::{AddressPattern, Origin, Sample, Target};

/// A route: conditions, and where the messages go that meet all of them. A list
/// of which nothing was said holds for every message.
///
/// A message goes to one of its targets. Those with a weight are tried first, in an
/// order that is drawn by weight, then the others in their order: a target that says
/// "not now" passes the attempt on to the next. A route without a target keeps its
/// messages until their validity is over, or until the routes are others.
#[derive(Clone, Debug)]
#[must_use = "a route does nothing until it is added to the routes"]
pub struct Route {
    name: Arc<str>,
    destination: Conditions,
    source: Conditions,
    accounts: Vec<Box<str>>,
    centres: Vec<Box<str>>,
    targets: Vec<(Target, Option<u32>)>,
}

/// On one address.
#[derive(Clone, Debug, Default)]
struct Conditions {
    patterns: Vec<AddressPattern>,
    ton: Option<Ton>,
    npi: Option<Npi>,
}

impl Conditions {
    fn hold(&self, address: &Address<'_>) -> bool {
        self.ton.is_none_or(|ton| ton == address.ton)
            && self.npi.is_none_or(|npi| npi == address.npi)
            && (self.patterns.is_empty() || {
                let addr = address.addr.as_bytes();
                self.patterns.iter().any(|pattern| pattern.covers(addr))
            })
    }
}

impl Route {
    /// A route for all messages, which leads nowhere yet. The name is for logs.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            destination: Conditions::default(),
            source: Conditions::default(),
            accounts: Vec::new(),
            centres: Vec::new(),
            targets: Vec::new(),
        }
    }

    /// Only messages to one of these.
    pub fn destinations(mut self, any: impl IntoIterator<Item = AddressPattern>) -> Self {
        self.destination.patterns = any.into_iter().collect();
        self
    }

    /// Only messages from one of these.
    pub fn sources(mut self, any: impl IntoIterator<Item = AddressPattern>) -> Self {
        self.source.patterns = any.into_iter().collect();
        self
    }

    /// Only messages that one of these accounts submitted, or, where
    /// [`centres`](Self::centres) are named too, that one of them brought.
    pub fn accounts<'a>(mut self, any: impl IntoIterator<Item = &'a str>) -> Self {
        self.accounts = any.into_iter().map(Box::from).collect();
        self
    }

    /// Only messages that one of these centres brought, or, where
    /// [`accounts`](Self::accounts) are named too, that one of them submitted.
    pub fn centres<'a>(mut self, any: impl IntoIterator<Item = &'a str>) -> Self {
        self.centres = any.into_iter().map(Box::from).collect();
        self
    }

    /// Only messages to numbers of this type.
    pub const fn destination_ton(mut self, ton: Ton) -> Self {
        self.destination.ton = Some(ton);
        self
    }

    /// Only messages to numbers of this plan.
    pub const fn destination_npi(mut self, npi: Npi) -> Self {
        self.destination.npi = Some(npi);
        self
    }

    /// Only messages from numbers of this type.
    pub const fn source_ton(mut self, ton: Ton) -> Self {
        self.source.ton = Some(ton);
        self
    }

    /// Only messages from numbers of this plan.
    pub const fn source_npi(mut self, npi: Npi) -> Self {
        self.source.npi = Some(npi);
        self
    }

    /// Leads to this target, when all before it said "not now".
    pub fn to(mut self, target: Target) -> Self {
        self.targets.push((target, None));
        self
    }

    /// Leads to this target with this share of the messages: of two with 3 and 1, the
    /// one gets three quarters. A weight of 0 draws nothing: the target stands among
    /// those without a weight.
    pub fn to_weighted(mut self, target: Target, weight: u32) -> Self {
        self.targets.push((target, (weight > 0).then_some(weight)));
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its targets, as they were added.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().map(|(target, _)| target)
    }

    /// The targets with their weights, as they were added; `None` for those that are
    /// not drawn.
    pub fn weights(&self) -> impl Iterator<Item = (&Target, Option<u32>)> {
        self.targets
            .iter()
            .map(|(target, weight)| (target, *weight))
    }

    /// Whether it is for this message.
    #[must_use]
    pub fn matches(&self, sample: &Sample<'_>) -> bool {
        let names = |list: &[Box<str>], name: &str| list.iter().any(|one| **one == *name);
        let brought = (self.accounts.is_empty() && self.centres.is_empty())
            || match sample.origin {
                Origin::Account(name) => names(&self.accounts, name),
                Origin::Centre(name) => names(&self.centres, name),
            };
        brought && self.destination.hold(&sample.destination) && self.source.hold(&sample.source)
    }

    /// The status that its messages are refused with as soon as they are submitted:
    /// that of a [`Target::Refuse`] that comes first, whatever is drawn.
    #[must_use]
    pub fn refusal(&self) -> Option<CommandStatus> {
        let drawn = || self.targets.iter().filter(|(_, weight)| weight.is_some());
        let first = match drawn().count() {
            0 => self.targets.first(),
            1 => drawn().next(),
            _ => None,
        };
        match first {
            Some((Target::Refuse(status), _)) => Some(*status),
            _ => None,
        }
    }

    /// The targets in the order in which one attempt tries them. The same `draw`
    /// gives the same order; draws that are spread evenly give each target with a
    /// weight its share of the first places.
    #[must_use]
    pub fn order(&self, draw: u64) -> Vec<&Target> {
        let mut drawn: Vec<(&Target, u64)> = self
            .targets
            .iter()
            .filter_map(|(target, weight)| Some((target, u64::from((*weight)?))))
            .collect();
        let mut order = Vec::with_capacity(self.targets.len());
        let mut state = draw;
        while drawn.len() > 1 {
            let total: u64 = drawn.iter().map(|(_, weight)| weight).sum();
            let mut place = below(next(&mut state), total);
            let at = drawn.iter().position(|(_, weight)| {
                let found = place < *weight;
                place = place.saturating_sub(*weight);
                found
            });
            order.push(drawn.remove(at.unwrap_or_default()).0);
        }
        let last = drawn.into_iter().map(|(target, _)| target);
        let others = self.targets.iter().filter(|(_, weight)| weight.is_none());
        order.extend(last.chain(others.map(|(target, _)| target)));
        order
    }
}

/// The next number of splitmix64.
const fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

/// A number below `limit`, from one that may be any.
const fn below(number: u64, limit: u64) -> u64 {
    ((number as u128 * limit as u128) >> 64) as u64
}
