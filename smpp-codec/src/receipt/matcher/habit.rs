//! What is known of the way a peer writes ids.

use super::MatchedBy;
use super::forms::{Changes, is_in_base, would_show};

/// How often a thing must have been seen before it is taken for a habit.
pub(super) const CONFIRMED: u32 = 3;

/// What matches have shown: of each change, how often it was made, and how
/// often it was not made where it would have shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Habit {
    made: [u32; 8],
    kept: [u32; 8],
    exact: u32,
}

impl Habit {
    fn each(&self) -> impl Iterator<Item = (Changes, u32, u32)> + '_ {
        Changes::EACH
            .into_iter()
            .zip(self.made.iter().zip(&self.kept))
            .map(|(change, (&made, &kept))| (change, made, kept))
    }

    /// Takes in a match that is beyond doubt. Whether the habit is now another.
    pub(super) fn learn(&mut self, response: &[u8], changes: Changes) -> bool {
        let before = self.name();
        if changes == Changes::NONE {
            self.exact = self.exact.saturating_add(1);
        }
        let counts = self.made.iter_mut().zip(&mut self.kept);
        for (change, (made, kept)) in Changes::EACH.into_iter().zip(counts) {
            if changes.has(change) {
                *made = made.saturating_add(1);
            } else if says_something(change, response, changes) {
                *kept = kept.saturating_add(1);
            }
        }
        before != self.name()
    }

    /// Takes in the id of a response: one that is no number in a base was not
    /// written in it.
    pub(super) fn learn_response(&mut self, response: &[u8]) {
        let counts = Changes::EACH.into_iter().zip(&mut self.kept);
        for (change, kept) in counts {
            if change.converts() && !is_in_base(change, response) {
                *kept = kept.saturating_add(1);
            }
        }
    }

    /// Takes a habit for known, from the settings of a link.
    pub(super) fn assume(&mut self, by: MatchedBy) {
        *self = Self::default();
        if by == MatchedBy::Exact {
            self.exact = CONFIRMED;
        }
        let counts = self.made.iter_mut().zip(&mut self.kept);
        for (change, (made, kept)) in Changes::EACH.into_iter().zip(counts) {
            if change.matched_by() == by {
                *made = CONFIRMED;
                // The name does not tell whether zeros and dashes come or go,
                // so that neither is demanded of every id.
                *kept = u32::from(!change.converts());
            } else if by == MatchedBy::Exact || change.converts() {
                *kept = CONFIRMED;
            }
        }
    }

    /// Whether this peer may have made `response` into what is seen.
    pub(super) fn allows(&self, response: &[u8], changes: Changes) -> bool {
        self.each().all(|(change, made, kept)| {
            if changes.has(change) {
                !(kept >= CONFIRMED && made == 0)
            } else {
                let always = made >= CONFIRMED && kept == 0;
                !(always && says_something(change, response, changes))
            }
        })
    }

    /// Whether every one of these changes is a habit.
    pub(super) fn has_learned(&self, changes: Changes) -> bool {
        self.each()
            .all(|(change, made, _)| !changes.has(change) || made >= CONFIRMED)
    }

    /// Whether it is known in which base the peer writes numbers.
    pub(super) fn knows_base(&self) -> bool {
        let conversions = || self.each().filter(|(change, ..)| change.converts());
        conversions().all(|(_, made, kept)| kept >= CONFIRMED && made == 0)
            || conversions().any(|(_, made, kept)| made >= CONFIRMED && kept == 0)
    }

    /// The habit by its name, once there is one.
    pub(super) fn name(&self) -> Option<MatchedBy> {
        let by_change = self
            .each()
            .filter(|&(_, made, _)| made >= CONFIRMED)
            .map(|(change, ..)| change.matched_by())
            .max();
        by_change.or((self.exact >= CONFIRMED).then_some(MatchedBy::Exact))
    }
}

/// Whether it tells something that `change` was not made. A number in another
/// base has no zeros and letters of the old one.
fn says_something(change: Changes, response: &[u8], changes: Changes) -> bool {
    (!changes.converts() || change.converts()) && would_show(change, response)
}
