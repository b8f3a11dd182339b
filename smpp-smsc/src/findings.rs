//! What was off-spec in the PDUs of clients, counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Accounts that are counted on their own.
const MAX_ACCOUNTS: usize = 10_000;

/// How often one thing was off-spec in what the sessions of one account sent,
/// see [`Smsc::findings`](crate::Smsc::findings).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FindingCount {
    /// The account.
    pub system_id: Arc<str>,
    /// What: the name of a
    /// [`FindingKind`](https://docs.rs/smpp-codec/latest/smpp_codec/enum.FindingKind.html)
    /// such as `unterminated`, or `malformed` for requests that were refused
    /// because they could not be read, or were not in order for a
    /// [strict](crate::Quirks::strict) account.
    pub finding: &'static str,
    /// How often, since the start of the centre.
    pub count: u64,
}

/// Only clients that are off-spec come here.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    of: Mutex<BTreeMap<Arc<str>, BTreeMap<&'static str, u64>>>,
}

impl Findings {
    pub(crate) fn count(&self, account: &Arc<str>, findings: impl Iterator<Item = &'static str>) {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if of.len() >= MAX_ACCOUNTS && !of.contains_key(account) {
            return;
        }
        let of = of.entry(account.clone()).or_default();
        for finding in findings {
            let count = of.entry(finding).or_default();
            *count = count.saturating_add(1);
        }
    }

    pub(crate) fn list(&self) -> Vec<FindingCount> {
        let of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = of.iter().flat_map(|(system_id, counts)| {
            counts.iter().map(|(finding, count)| FindingCount {
                system_id: system_id.clone(),
                finding,
                count: *count,
            })
        });
        counts.collect()
    }
}
