//! Waits after attempts that failed for now, in a file.

use core::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::place::{Wrong, checked, wrong};
use super::values::{parse_time, show_time};
use crate::{FailureClass, Retries};

/// Waits by the class of the failure, and errors of networks with classes of
/// their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetrySettings {
    /// The waits of classes that are not named. Without them these keep what is
    /// usual.
    pub all: Option<Vec<Duration>>,
    /// The waits of a class.
    pub of_class: Vec<(FailureClass, Vec<Duration>)>,
    /// The class of an error.
    pub errors: Vec<(u8, FailureClass)>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawRetries {
    all: RawWaits,
    absent: RawWaits,
    busy: RawWaits,
    congestion: RawWaits,
    link: RawWaits,
    system: RawWaits,
    errors: RawErrors,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawErrors {
    absent: Vec<Spanned<u8>>,
    busy: Vec<Spanned<u8>>,
    congestion: Vec<Spanned<u8>>,
    link: Vec<Spanned<u8>>,
    system: Vec<Spanned<u8>>,
}

type RawWaits = Option<Spanned<Vec<Spanned<String>>>>;

fn waits(raw: RawWaits) -> Result<Option<Vec<Duration>>, Wrong> {
    let Some(raw) = raw else {
        return Ok(None);
    };
    if raw.get_ref().is_empty() {
        let message = "at least one wait; leave it out for the default";
        return Err(wrong(&raw, message));
    }
    let waits = raw.get_ref().iter();
    let waits: Result<_, _> = waits.map(|wait| checked(wait, parse_time)).collect();
    waits.map(Some)
}

impl RawRetries {
    pub(super) fn checked(self) -> Result<RetrySettings, Wrong> {
        let mut errors: Vec<(u8, FailureClass)> = Vec::new();
        for (class, of_class) in [
            (FailureClass::Absent, self.errors.absent),
            (FailureClass::Busy, self.errors.busy),
            (FailureClass::Congestion, self.errors.congestion),
            (FailureClass::Link, self.errors.link),
            (FailureClass::System, self.errors.system),
        ] {
            for error in of_class {
                let number = *error.get_ref();
                if let Some((_, other)) = errors.iter().find(|(one, _)| *one == number) {
                    let message = format!("the error {number} is of the class {other} already");
                    return Err(wrong(&error, message));
                }
                errors.push((number, class));
            }
        }
        let mut of_class = Vec::new();
        for (class, raw) in [
            (FailureClass::Absent, self.absent),
            (FailureClass::Busy, self.busy),
            (FailureClass::Congestion, self.congestion),
            (FailureClass::Link, self.link),
            (FailureClass::System, self.system),
        ] {
            of_class.extend(waits(raw)?.map(|waits| (class, waits)));
        }
        Ok(RetrySettings {
            all: waits(self.all)?,
            of_class,
            errors,
        })
    }
}

impl RetrySettings {
    /// What a message centre takes.
    #[must_use]
    pub fn retries(&self) -> Retries {
        let mut retries = match &self.all {
            Some(waits) => Retries::new(waits.clone()),
            None => Retries::default(),
        };
        for (class, waits) in &self.of_class {
            retries = retries.waits(*class, waits.clone());
        }
        for (error, class) in &self.errors {
            retries = retries.class_of(*error, *class);
        }
        retries
    }

    /// What is set: key and value, for people.
    pub(super) fn entries(&self) -> Vec<(String, String)> {
        let show = |waits: &[Duration]| {
            let waits: Vec<_> = waits.iter().copied().map(show_time).collect();
            waits.join(", ")
        };
        let mut entries = Vec::new();
        if let Some(waits) = &self.all {
            entries.push(("retries.all".into(), show(waits)));
        }
        for (class, waits) in &self.of_class {
            entries.push((format!("retries.{class}"), show(waits)));
        }
        for class in FailureClass::ALL {
            let errors = self.errors.iter().filter(|(_, one)| *one == class);
            let errors: Vec<_> = errors.map(|(error, _)| error.to_string()).collect();
            if !errors.is_empty() {
                entries.push((format!("retries.errors.{class}"), errors.join(", ")));
            }
        }
        entries
    }
}
