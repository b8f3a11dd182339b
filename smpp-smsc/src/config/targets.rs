//! Where routes of a file lead to.

use core::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use smpp_pdu::CommandStatus;
use toml::Spanned;

use super::place::{Wrong, wrong};
use crate::routes::{Route, Target};

/// What else stands in the file.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) accounts: &'a [&'a str],
    pub(super) centres: &'a [&'a str],
}

impl Known<'_> {
    pub(super) fn account(&self, name: &str) -> Result<(), String> {
        known("account", name, self.accounts)
    }

    pub(super) fn centre(&self, name: &str) -> Result<(), String> {
        known("centre", name, self.centres)
    }
}

fn known(kind: &str, name: &str, all: &[&str]) -> Result<(), String> {
    if all.contains(&name) {
        return Ok(());
    }
    Err(match all.is_empty() {
        true => format!("there is no {kind} {name:?}, nor any other"),
        false => format!("there is no {kind} {name:?}; there are {}", all.join(", ")),
    })
}

/// `"account:bank"`, or `{ to = "account:bank", weight = 3 }`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Weighted {
    to: String,
    weight: Option<u32>,
}

pub(super) struct RawTarget(Weighted);

impl<'de> Deserialize<'de> for RawTarget {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = RawTarget;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a target such as \"account:bank\", or { to = \"account:bank\", weight = 3 }",
                )
            }

            fn visit_str<E>(self, text: &str) -> Result<RawTarget, E> {
                Ok(RawTarget(Weighted {
                    to: text.into(),
                    weight: None,
                }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawTarget, A::Error> {
                Weighted::deserialize(MapAccessDeserializer::new(map)).map(RawTarget)
            }
        }

        from.deserialize_any(Either)
    }
}

/// Adds the targets to a route.
pub(super) fn add(
    mut route: Route,
    targets: &Spanned<Vec<Spanned<RawTarget>>>,
    known: Known<'_>,
) -> Result<Route, Wrong> {
    if targets.get_ref().is_empty() {
        let message = "a route has at least one target; \"refuse:ESME_RINVDSTADR\" leads nowhere";
        return Err(wrong(targets, message));
    }
    let mut refused = false;
    for raw in targets.get_ref() {
        let RawTarget(Weighted { to, weight }) = raw.get_ref();
        if refused {
            let message = "nothing is tried behind a refusal";
            return Err(wrong(raw, message));
        }
        let target = target(to, known).map_err(|message| wrong(raw, message))?;
        refused = weight.is_none() && matches!(target, Target::Refuse(_));
        route = match weight {
            None => route.to(target),
            Some(weight @ 1..=1_000_000) => route.to_weighted(target, *weight),
            Some(_) => return Err(wrong(raw, "a weight is a number from 1 to 1000000")),
        };
    }
    Ok(route)
}

fn target(text: &str, known: Known<'_>) -> Result<Target, String> {
    match text.split_once(':') {
        None if text == "handsets" => Ok(Target::Network),
        Some(("account", name)) => known.account(name).map(|()| Target::account(name)),
        Some(("centre", name)) => known.centre(name).map(|()| Target::centre(name)),
        Some(("refuse", status)) => refusal(status).map(Target::Refuse),
        _ => Err(format!(
            "{text:?} is no target: \"handsets\", \"account:NAME\", \"centre:NAME\" or \
             \"refuse:ESME_RINVDSTADR\""
        )),
    }
}

fn refusal(text: &str) -> Result<CommandStatus, String> {
    let number = text.strip_prefix("0x");
    let number = number.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    number
        .map(CommandStatus)
        .or(CommandStatus::from_name(text))
        .filter(|status| *status != CommandStatus::ESME_ROK)
        .ok_or_else(|| {
            format!(
                "{text:?} is no status of a refusal: a name such as ESME_RINVDSTADR, or a number \
                 such as 0x400"
            )
        })
}

/// A target as a file has it.
pub(super) fn show(target: &Target) -> String {
    match target {
        Target::Network => "handsets".into(),
        Target::Account(name) => format!("account:{name}"),
        Target::Centre(name) => format!("centre:{name}"),
        Target::Refuse(status) => format!("refuse:{status}"),
    }
}
