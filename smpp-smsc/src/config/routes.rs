//! Routes in a file.

use serde::Deserialize;
use smpp_pdu::{Npi, Ton};
use toml::Spanned;

use super::place::{Wrong, checked, line, wrong};
use super::targets::{self, Known, RawTarget};
use crate::routes::{AddressPattern, Route, Sample, Target};

/// A route, and where it stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RouteEntry {
    /// The route.
    pub route: Route,
    /// The line of its name, or of the number of an account that it comes from.
    pub line: usize,
    /// Each of which has to hold, in words, and as a route that has no other.
    conditions: Vec<(String, Route)>,
}

impl RouteEntry {
    fn new(name: &str, line: usize) -> Self {
        Self {
            route: Route::new(name),
            line,
            conditions: Vec::new(),
        }
    }

    /// The conditions in words; empty for a route that is for every message.
    pub fn conditions(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().map(|(text, _)| text.as_str())
    }

    /// The conditions that this message does not meet.
    pub fn unmet(&self, sample: &Sample<'_>) -> impl Iterator<Item = &str> {
        let unmet = self.conditions.iter();
        let unmet = unmet.filter(move |(_, route)| !route.matches(sample));
        unmet.map(|(text, _)| text.as_str())
    }

    /// The targets as in the file, with their weights, in their order.
    pub fn targets(&self) -> impl Iterator<Item = (String, Option<u32>)> {
        let all = self.route.weights();
        all.map(|(target, weight)| (targets::show(target), weight))
    }

    /// The whole route in words.
    #[must_use]
    pub fn description(&self) -> String {
        let conditions: Vec<_> = self.conditions().collect();
        let targets: Vec<_> = self
            .targets()
            .map(|(target, weight)| match weight {
                None => target,
                Some(weight) => format!("{target} (weight {weight})"),
            })
            .collect();
        let conditions = match conditions.is_empty() {
            true => "every message".into(),
            false => conditions.join(", "),
        };
        format!(
            "{}: {conditions} to {}",
            self.route.name(),
            targets.join(", ")
        )
    }

    /// Adds a condition.
    fn when(&mut self, text: String, set: impl Fn(Route) -> Route) {
        self.route = set(self.route.clone());
        self.conditions.push((text, set(Route::new(""))));
    }
}

/// The same in words is the same.
impl PartialEq for RouteEntry {
    fn eq(&self, other: &Self) -> bool {
        self.description() == other.description()
    }
}

impl Eq for RouteEntry {}

type Names = Option<Spanned<Vec<Spanned<String>>>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRoute {
    name: Spanned<String>,
    to: Spanned<Vec<Spanned<RawTarget>>>,
    destinations: Names,
    destination_pattern: Option<Spanned<String>>,
    destination_ton: Option<u8>,
    destination_npi: Option<u8>,
    sources: Names,
    source_pattern: Option<Spanned<String>>,
    source_ton: Option<u8>,
    source_npi: Option<u8>,
    accounts: Names,
    centres: Names,
}

impl RawRoute {
    pub(super) fn checked(
        self,
        text: &str,
        known: Known<'_>,
        before: &[RouteEntry],
    ) -> Result<RouteEntry, Wrong> {
        let name = self.name.get_ref();
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(wrong(&self.name, "a route has a name, for logs"));
        }
        if let Some(other) = before.iter().find(|one| one.route.name() == name) {
            let message = format!("the route {name} is there already, in line {}", other.line);
            return Err(wrong(&self.name, message));
        }
        let mut entry = RouteEntry::new(name, line(text, self.name.span().start));
        let destinations = patterns(
            ["destinations", "destination_pattern"],
            self.destinations,
            self.destination_pattern,
        )?;
        if let Some((text, patterns)) = destinations {
            entry.when(text, |route| route.destinations(patterns.clone()));
        }
        if let Some(ton) = self.destination_ton {
            let text = format!("destination_ton {ton}");
            entry.when(text, |route| route.destination_ton(Ton(ton)));
        }
        if let Some(npi) = self.destination_npi {
            let text = format!("destination_npi {npi}");
            entry.when(text, |route| route.destination_npi(Npi(npi)));
        }
        let sources = patterns(
            ["sources", "source_pattern"],
            self.sources,
            self.source_pattern,
        )?;
        if let Some((text, patterns)) = sources {
            entry.when(text, |route| route.sources(patterns.clone()));
        }
        if let Some(ton) = self.source_ton {
            let text = format!("source_ton {ton}");
            entry.when(text, |route| route.source_ton(Ton(ton)));
        }
        if let Some(npi) = self.source_npi {
            let text = format!("source_npi {npi}");
            entry.when(text, |route| route.source_npi(Npi(npi)));
        }
        let accounts = names("accounts", self.accounts, |name| known.account(name))?;
        let centres = names("centres", self.centres, |name| known.centre(name))?;
        let mut brought = Vec::new();
        if !accounts.is_empty() {
            brought.push(format!("accounts {}", accounts.join(", ")));
        }
        if !centres.is_empty() {
            brought.push(format!("centres {}", centres.join(", ")));
        }
        if !brought.is_empty() {
            // Who is named in either of the two may have brought it.
            entry.when(brought.join(" or "), |route| {
                let accounts = accounts.iter().map(String::as_str);
                let centres = centres.iter().map(String::as_str);
                route.accounts(accounts).centres(centres)
            });
        }
        entry.route = targets::add(entry.route, &self.to, known)?;
        Ok(entry)
    }
}

/// The patterns under two keys of which there is one at most.
fn patterns(
    [list, expression]: [&str; 2],
    addresses: Names,
    pattern: Option<Spanned<String>>,
) -> Result<Option<(String, Vec<AddressPattern>)>, Wrong> {
    match (addresses, pattern) {
        (None, None) => Ok(None),
        (Some(_), Some(pattern)) => {
            let message = format!("{list} and {expression}: one of them only");
            Err(wrong(&pattern, message))
        }
        (None, Some(pattern)) => {
            let regex = checked(&pattern, AddressPattern::regex)?;
            let text = format!("{expression} {}", pattern.get_ref());
            Ok(Some((text, vec![regex])))
        }
        (Some(addresses), None) => {
            let addresses = names(list, Some(addresses), |text| {
                let pattern = AddressPattern::parse(text);
                pattern.map(drop).map_err(|error| error.to_string())
            })?;
            let patterns = addresses.iter().map(|text| AddressPattern::parse(text));
            // Each was looked at above.
            let patterns = patterns.filter_map(Result::ok).collect();
            Ok(Some((format!("{list} {}", addresses.join(", ")), patterns)))
        }
    }
}

/// A list of names that is not empty, if it is there.
fn names(
    key: &str,
    list: Names,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<Vec<String>, Wrong> {
    let Some(list) = list else {
        return Ok(Vec::new());
    };
    if list.get_ref().is_empty() {
        let message = format!("the route would be for no message: leave {key} out for all");
        return Err(wrong(&list, message));
    }
    for name in list.get_ref() {
        checked(name, &check)?;
    }
    let names = list.into_inner().into_iter();
    Ok(names.map(Spanned::into_inner).collect())
}

/// A number whose messages go to an account.
pub(super) struct Number {
    pub(super) pattern: Spanned<String>,
    pub(super) account: String,
}

/// The routes of numbers, whatever stands in front of them: single numbers first,
/// then the longest start.
pub(super) fn of_numbers(text: &str, mut numbers: Vec<Number>) -> Result<Vec<RouteEntry>, Wrong> {
    let plain = |one: &Number| one.pattern.get_ref().trim_start_matches('+').to_owned();
    for (at, number) in numbers.iter().enumerate() {
        let mut before = numbers.iter().take(at);
        if let Some(other) = before.find(|one| plain(one) == plain(number)) {
            let message = format!(
                "messages to {} go to the account {} already, in line {}",
                plain(number),
                other.account,
                line(text, other.pattern.span().start)
            );
            return Err(wrong(&number.pattern, message));
        }
    }
    // A stable order: equally long starts exclude each other.
    numbers.sort_by_key(|one| {
        let number = plain(one);
        (number.ends_with('*'), core::cmp::Reverse(number.len()))
    });
    let mut routes = Vec::new();
    for number in numbers {
        let pattern = checked(&number.pattern, AddressPattern::parse)?;
        let line = line(text, number.pattern.span().start);
        let name = format!("numbers of {}", number.account);
        let mut entry = RouteEntry::new(&name, line);
        entry.when(format!("destinations {pattern}"), |route| {
            route.destinations([pattern.clone()])
        });
        entry.route = entry.route.to(Target::account(&number.account));
        routes.push(entry);
    }
    Ok(routes)
}
